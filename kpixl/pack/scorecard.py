"""Turn a review's goals into the scorecard: rows in tree order, columns as wide as they need."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.columns import APART, PADDING, SEPARATION, fitted, name_width, needed
from kpixl.pack.contexts import ScorecardPage, ScoreRow
from kpixl.pack.drawings import anchor, spark_figures, variance_row
from kpixl.pack.wording import is_good, listed, mark, signal_mark
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.insight_sentences import year_figures
from kpixl.review.periods import fiscal_label, month_name, span_name
from kpixl.review.sentences import style_of
from kpixl.words import say, word

SPARK_SIZE = (54.0, 16.0)
BAR_SIZE = (86.0, 14.0)
WIDEST_UNIT = 70.0


def scorecard_page(review: Review, language: str) -> ScorecardPage:
    """The scorecard with columns as wide as its figures need. Landing and signal have columns
    where any goal has one."""
    elapsed = [month for month in review.fiscal_months if month <= review.month]
    rows = _score_rows(review, language)
    has_landing = any(goal.landing.leading is not None for goal in review.goals)
    has_control = any(goal.control is not None for goal in review.goals)
    widths, tight = _widths(rows, has_landing, has_control, language)
    return ScorecardPage(
        template="scorecard.html",
        title=word("page.scorecard", language),
        bookmark=word("page.scorecard", language),
        anchor="scorecard",
        period=month_name(review.month, language),
        to_date_period=span_name(elapsed, language),
        year=fiscal_label(review.month, review.settings, language) if has_landing else "",
        has_signals=has_control,
        widths=widths,
        tight=tight,
        rows=rows,
        notes=_score_notes(review, has_landing, has_control, language),
    )


def _widths(
    rows: Sequence[ScoreRow], has_landing: bool, has_signals: bool, language: str
) -> tuple[tuple[float, ...], bool]:
    """The columns' widths in pixels, and whether figures have to be broken at their commas."""

    def column(head: str, texts: Sequence[str], group: float = 0) -> float:
        return needed(word(head, language), texts) + group

    names = ["  " * row.depth + row.name for row in rows]
    widths = [
        name_width(word("page.goal", language), names),
        min(column("page.unit", [row.unit for row in rows]), WIDEST_UNIT),
        column("page.actual", [row.month[0] for row in rows]),
        column("page.plan", [row.month[1] for row in rows]),
        column("page.gap", [row.month[2] for row in rows]),
        BAR_SIZE[0] + PADDING,
        column("page.growth", [row.month[3] for row in rows]),
        column("page.status", [f"{row.mark.word} mm" for row in rows]),
        column("page.actual", [row.to_date[0] for row in rows], SEPARATION),
        column("page.plan", [row.to_date[1] for row in rows]),
        column("page.attainment_short", [row.to_date[3] for row in rows]),
        column("page.status", [f"{row.to_date_mark.word} mm" for row in rows]),
    ]
    figures = [2, 3, 4, 6, 8, 9, 10]
    if has_landing:
        figures += [len(widths), len(widths) + 1]
        widths.append(column("page.landing_word", [row.landing[0] for row in rows], SEPARATION))
        widths.append(column("page.attainment_short", [row.landing[1] for row in rows]))
    if has_signals:
        told = [row.signal.word if row.signal is not None else row.no_signal for row in rows]
        widths.append(column("page.signal", [f"{text} mm" for text in told], APART))
    widths.append(column("page.phase", [row.phase for row in rows]))
    widths.append(SPARK_SIZE[0] + PADDING)
    return fitted(widths, figures)


def _score_rows(review: Review, language: str) -> tuple[ScoreRow, ...]:
    """All rows; their variance bars share one scale."""
    gaps = [variance_row(review, goal, language) for goal in review.goals]
    bars = charts.variance_bars(gaps, language, *BAR_SIZE)
    return tuple(
        _score_row(review, goal, bar, language)
        for goal, bar in zip(review.goals, bars, strict=True)
    )


def _score_row(review: Review, goal: GoalReview, bar: Drawing, language: str) -> ScoreRow:
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
    )


def _cells(
    review: Review, goal: GoalReview, figures: Figures, language: str, prior: bool
) -> tuple[str, ...]:
    """Actual, plan, gap and, for the month, growth; then attainment."""
    style = style_of(review, goal, language)
    plan = "–" if goal.is_rollup else style.value(figures.plan)
    cells = [style.value(figures.actual), plan, style.change(figures.gap)]
    if prior:
        cells.append("–" if goal.is_rollup else style.growth(figures.growth))
    else:
        cells.append(style.style.attainment(figures.attainment))
    return tuple(cells)


def _score_notes(
    review: Review, has_landing: bool, has_signals: bool, language: str
) -> tuple[str, ...]:
    notes = [word("page.note_gap", language)]
    if has_landing and any(goal.landing.outlook is not None for goal in review.goals):
        notes.append(word("page.note_leading", language))
    if has_signals:
        notes.append(word("page.note_signal", language))
    start = review.settings.revision_from
    revised = [goal.goal.name for goal in review.goals if goal.revised]
    if start is not None and revised:
        month = month_name(start, language)
        names = listed(revised, language)
        notes.append(say("page.note_revised", language, month=month, names=names))
    partial = [
        say(
            "page.note_covered", language,
            name=goal.goal.name, n=goal.to_date.plan_months, m=goal.to_date.months_expected,
        )
        for goal in review.goals
        if not goal.is_rollup and 0 < goal.to_date.plan_months < goal.to_date.months_expected
    ]  # fmt: skip
    if partial:
        notes.append(say("page.note_cover", language, names=listed(partial, language)))
    return tuple(notes)
