"""Turn a review's goals into the scorecard: rows in tree order, columns as wide as they need."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.columns import (
    APART,
    SEPARATION,
    Column,
    Fit,
    at_most,
    fitted,
    marked,
    names,
    needed,
    picture,
    type_size,
)
from kpixl.pack.contexts import ScorecardPage, ScoreRow
from kpixl.pack.drawings import anchor, is_good, spark_figures, variance_row
from kpixl.pack.table_room import (
    SCORES,
    WEIGHTS,
    YEARS,
    Cell,
    name_cell,
    name_room,
    notes_height,
    page_turns,
    row_height,
)
from kpixl.pack.wording import listed, mark, signal_mark
from kpixl.plan.model import Level
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.insight_sentences import year_figures
from kpixl.review.originals import original_plan, revision_note, share_of_original
from kpixl.review.periods import fiscal_label, month_name, span_name
from kpixl.review.sentences import style_of
from kpixl.words import say, word

SPARK_SIZE = (54.0, 16.0)
BAR_SIZE = (82.0, 14.0)
WIDEST_UNIT = 70.0
TITLE, HEAD = 36.0, 50.5
SMALL_LINE = 10.4  # px of the small print below a figure


def scorecard_page(review: Review, language: str) -> ScorecardPage:
    """The scorecard with columns as wide as its figures need. Landing and signal have columns
    where any goal has one."""
    elapsed = [month for month in review.fiscal_months if month <= review.month]
    rows = _score_rows(review, language)
    has_landing = any(goal.landing.leading is not None for goal in review.goals)
    has_control = any(goal.control is not None for goal in review.goals)
    year_head = _year_head(review, language) if has_landing else ""
    bars = picture(max(row.bar.width for row in rows) + APART)
    fit = _fit(rows, year_head, has_control, language, bars)
    tight = fit.size < 1
    if tight:
        bare = needed(word("page.gap_pct", language), [row.gap_pct for row in rows])
        fit = _fit(rows, year_head, has_control, language, bare)
    heads = _original_heads(rows, language)
    originals = any(heads)
    notes = _score_notes(review, has_landing, has_control, originals, language)
    return ScorecardPage(
        template="scorecard.html",
        title=word("page.scorecard", language),
        bookmark=word("page.scorecard", language),
        anchor="scorecard",
        period=month_name(review.month, language),
        to_date_period=span_name(elapsed, language),
        year=fiscal_label(review.month, review.settings, language) if has_landing else "",
        year_head=year_head,
        has_signals=has_control,
        widths=fit.widths,
        tight=tight,
        size=type_size(fit.size),
        close=fit.close,
        original=heads,
        rows=rows,
        notes=notes,
        page_turns=page_turns(
            [_height(row, fit, originals) for row in rows],
            TITLE,
            HEAD + (SMALL_LINE if originals else 0.0),
            notes_height(notes),
            [n for n, row in enumerate(rows) if row.level == Level.CSF.value],
        ),
    )


def _height(row: ScoreRow, fit: Fit, dense: bool) -> float:
    name = name_cell(row.name, row.level, row.depth, fit.widths[0], fit.size)
    unit = Cell(row.unit, fit.widths[1] - fit.padding, size=10 * fit.size)
    below = SMALL_LINE if any(row.original) else 0.0
    return row_height(YEARS if dense else SCORES, (name, unit), below)


def _has_outlook(review: Review) -> bool:
    return any(goal.landing.outlook is not None for goal in review.goals)


def _year_head(review: Review, language: str) -> str:
    """What the year's figure is called: a column that an owner's outlook leads somewhere is not
    one of landings, which the cells and exports compute."""
    return word("page.year_end" if _has_outlook(review) else "page.landing_word", language)


def _fit(
    rows: Sequence[ScoreRow],
    year_head: str,
    has_signals: bool,
    language: str,
    gap_pct: Column,
) -> Fit:
    weights = [WEIGHTS.get(row.level, 400) for row in rows]

    def column(
        head: str, texts: Sequence[str], apart: float = 0, small: Sequence[str] = ()
    ) -> Column:
        return needed(word(head, language), texts, apart, weights, small)

    def below(place: int) -> list[str]:
        return [row.original[place] for row in rows]

    status = word("page.status", language)
    columns = [
        names([name_room(row.name, row.level, row.depth) for row in rows]),
        at_most(WIDEST_UNIT, column("page.unit", [row.unit for row in rows])),
        column("page.actual", [row.month[0] for row in rows], small=below(0)),
        column("page.plan", [row.month[1] for row in rows], small=below(1)),
        column("page.gap", [row.month[2] for row in rows]),
        gap_pct,
        column("page.growth", [row.month[3] for row in rows]),
        marked(status, [row.mark.word for row in rows], 0, weights, indented=True),
        column("page.actual", [row.to_date[0] for row in rows], SEPARATION, below(2)),
        column("page.plan", [row.to_date[1] for row in rows], small=below(3)),
        column("page.attainment_short", [row.to_date[3] for row in rows]),
        marked(status, [row.to_date_mark.word for row in rows], 0, weights, indented=True),
    ]
    figures = [2, 3, 4, 6, 8, 9, 10]
    if year_head:
        figures += [len(columns), len(columns) + 1]
        columns.append(needed(year_head, [row.landing[0] for row in rows], SEPARATION, weights))
        attained = [row.landing[1] for row in rows]
        columns.append(column("page.attainment_short", attained, small=below(4)))
    if has_signals:
        told = [row.signal.word if row.signal is not None else row.no_signal for row in rows]
        columns.append(marked(word("page.signal", language), told, APART, weights))
    columns.append(column("page.phase", [row.phase for row in rows]))
    columns.append(picture(SPARK_SIZE[0]))
    return fitted(columns, figures)


def _score_rows(review: Review, language: str) -> tuple[ScoreRow, ...]:
    """All rows; their variance bars share one scale."""
    gaps = [variance_row(review, goal, language) for goal in review.goals]
    width = charts.variance_width([gap.text for gap in gaps], BAR_SIZE[0])
    bars = charts.variance_bars(gaps, language, width, BAR_SIZE[1])
    return tuple(
        _score_row(review, goal, bar, gap.text, language)
        for goal, bar, gap in zip(review.goals, bars, gaps, strict=True)
    )


def _score_row(
    review: Review, goal: GoalReview, bar: Drawing, gap_pct: str, language: str
) -> ScoreRow:
    style = style_of(review, goal, language)
    spark = charts.sparkline(spark_figures(review, goal, language), *SPARK_SIZE)
    score = word("page.score_unit", language)
    return ScoreRow(
        name=goal.goal.name,
        level=goal.goal.level.value,
        depth=goal.depth,
        anchor=anchor(goal),
        owner=goal.goal.owner,
        unit=score if goal.is_rollup else style.unit_label,
        month=_cells(review, goal, goal.month, language, prior=True),
        to_date=_cells(review, goal, goal.to_date, language, prior=False),
        mark=mark(goal.status, language),
        to_date_mark=mark(goal.to_date.status, language),
        bar=bar,
        spark=spark,
        good=is_good(goal.month),
        to_date_good=is_good(goal.to_date),
        landing=(
            style.value(goal.landing.leading),
            style.style.attainment(goal.landing.attainment),
        ),
        landing_good=is_good(year_figures(goal.landing)),
        signal=signal_mark(goal.control, language),
        no_signal=style.style.missing if goal.control is None else "",
        phase=word(f"phase.{goal.phase.phase.value}", language),
        gap_pct=gap_pct or "–",
        original=_originals(review, goal, language),
    )


def _originals(review: Review, goal: GoalReview, language: str) -> tuple[str, str, str, str, str]:
    """What stands below actual and plan of the month and to date, and below the year's attainment:
    the original plan, or of a roll-up its score by the original plans."""
    style = style_of(review, goal, language)
    month, to_date = (
        share_of_original(figures.attainment, figures.against_original, style)
        if goal.is_rollup
        else original_plan(figures.plan, figures.against_original, style)
        for figures in (goal.month, goal.to_date)
    )
    year = share_of_original(goal.landing.attainment, goal.landing.against_original, style)
    if goal.is_rollup:
        return month, "", to_date, "", year
    return "", month, "", to_date, year


def _original_heads(rows: Sequence[ScoreRow], language: str) -> tuple[str, ...]:
    """What the small print is called, in the heads of the columns that have any."""
    head = word("page.original_short", language)
    return tuple(head if any(row.original[n] for row in rows) else "" for n in range(5))


def _cells(
    review: Review, goal: GoalReview, figures: Figures, language: str, prior: bool
) -> tuple[str, ...]:
    """Actual, plan, gap and, for the month, growth; then attainment."""
    style = style_of(review, goal, language)
    plan = "–" if goal.is_rollup else style.value(figures.plan)
    cells = [style.value(figures.actual), plan, style.gap(figures.gap, figures.gap_pct)]
    if prior:
        cells.append("–" if goal.is_rollup else style.growth(figures.growth))
    else:
        cells.append(style.style.attainment(figures.attainment))
    return tuple(cells)


def _score_notes(
    review: Review, has_landing: bool, has_signals: bool, originals: bool, language: str
) -> tuple[str, ...]:
    """What the columns mean; ``originals`` says that original plans stand in small print."""
    notes = [word("page.note_gap", language)]
    if has_landing and _has_outlook(review):
        notes.append(word("page.note_leading", language))
    if has_signals:
        notes.append(word("page.note_signal", language))
    revision = revision_note(review, language)
    if revision:
        notes.append(revision)
    if originals:
        notes.append(word("page.note_original", language))
    partial = [
        say(
            "page.note_covered", language,
            name=goal.goal.name, n=goal.to_date.plan_months, m=goal.to_date.months_there,
        )
        for goal in review.goals
        if not goal.is_rollup and 0 < goal.to_date.plan_months < goal.to_date.months_there
    ]  # fmt: skip
    if partial:
        notes.append(say("page.note_cover", language, names=listed(partial, language)))
    return tuple(notes)
