"""Turn a review's goals into the scorecard: rows in tree order, columns as wide as they need."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import ScorecardPage, ScoreRow
from kpixl.pack.drawings import anchor, spark_figures, variance_row
from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import is_good, listed, mark
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.periods import month_name, span_name
from kpixl.review.sentences import style_of
from kpixl.words import say, word

SPARK_SIZE = (82.0, 16.0)
BAR_SIZE = (92.0, 14.0)
PADDING = 7.6
SEPARATION = 11.4  # between month and to date
NARROWEST_NAME, WIDEST_NAME, WIDEST_UNIT, NARROWEST_FIGURE = 120.0, 190.0, 70.0, 60.0
GAP_BARS, FIRST_TO_DATE = 5, 8
FIGURES = (2, 3, 4, 6, 8, 9, 10, 11)


def scorecard_page(review: Review, language: str) -> ScorecardPage:
    """The scorecard with columns as wide as its figures need."""
    elapsed = [month for month in review.fiscal_months if month <= review.month]
    rows = _score_rows(review, language)
    widths, tight = _widths(rows, language)
    return ScorecardPage(
        template="scorecard.html",
        title=word("page.scorecard", language),
        bookmark=word("page.scorecard", language),
        anchor="scorecard",
        period=month_name(review.month, language),
        to_date_period=span_name(elapsed, language),
        widths=widths,
        tight=tight,
        rows=rows,
        notes=_score_notes(review, language),
    )


def _widths(rows: Sequence[ScoreRow], language: str) -> tuple[tuple[float, ...], bool]:
    """The columns' widths in pixels, and whether figures have to be broken at their commas.

    Figures come first; the goals' names, which may wrap, take what is left."""
    columns = [
        ("page.goal", ["  " * row.depth + row.name for row in rows]),
        ("page.unit", [row.unit for row in rows]),
        ("page.actual", [row.month[0] for row in rows]),
        ("page.plan", [row.month[1] for row in rows]),
        ("page.gap", [row.month[2] for row in rows]),
        ("page.gap_pct", []),
        ("page.growth", [row.month[3] for row in rows]),
        ("page.status", [f"{row.mark.word} mm" for row in rows]),
        ("page.actual", [row.to_date[0] for row in rows]),
        ("page.plan", [row.to_date[1] for row in rows]),
        ("page.gap", [row.to_date[2] for row in rows]),
        ("page.attainment", [row.to_date[3] for row in rows]),
        ("page.status", [f"{row.to_date_mark.word} mm" for row in rows]),
        ("page.phase", [row.phase for row in rows]),
        ("page.trend", []),
    ]
    needed = [_needed(word(head, language), texts) for head, texts in columns]
    needed[0] = min(max(needed[0], NARROWEST_NAME), WIDEST_NAME)
    needed[1] = min(needed[1], WIDEST_UNIT)
    needed[GAP_BARS] = BAR_SIZE[0] + PADDING
    needed[FIRST_TO_DATE] += SEPARATION
    needed[-1] = SPARK_SIZE[0] + PADDING
    spare = BODY_WIDTH - sum(needed)
    if spare < 0:
        given = min(-spare, needed[0] - NARROWEST_NAME)
        needed[0] -= given
        spare += given
    tight = spare < -0.5
    if tight:
        beyond = {n: max(0.0, needed[n] - NARROWEST_FIGURE) for n in FIGURES}
        for n, width in beyond.items():
            needed[n] += spare * width / sum(beyond.values())
    else:
        for n in FIGURES:
            needed[n] += spare / len(FIGURES)
    return tuple(round(width, 1) for width in needed), tight


def _needed(head: str, texts: Sequence[str]) -> float:
    """The width of a column whose head may wrap at its spaces and whose texts do not wrap."""
    heads = [text_width(part, 9.4, 600) for part in head.split()]
    return max([*heads, *(text_width(text, 10, 700) for text in texts)]) + PADDING + 1


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


def _score_notes(review: Review, language: str) -> tuple[str, ...]:
    notes = [word("page.note_gap", language)]
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
