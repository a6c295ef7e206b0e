"""Turn a review's figures into the figures of its charts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kpixl.measures.gap import gap
from kpixl.measures.kinds import Direction, Status
from kpixl.pack.chart_figures import (
    BulletFigures,
    BulletRow,
    MonthFigures,
    MonthsFigures,
    SparkFigures,
    TreeFigures,
    TreeNode,
    VarianceRow,
)
from kpixl.plan.month import Month
from kpixl.review.change_sentences import change_note
from kpixl.review.comparison import differ
from kpixl.review.figures import Figures, FiscalSeries, GoalReview, Review
from kpixl.review.originals import both_plans, short_gap
from kpixl.review.periods import dated_month, month_name, short_month, span_name
from kpixl.review.reorganised import ChangeKind
from kpixl.review.sentences import style_of
from kpixl.review.spans import HALF, QUARTER
from kpixl.words import say, word


def anchor(goal: GoalReview) -> str:
    """The place of a goal in the document, to be linked to."""
    return "goal-" + "".join(f"{ord(ch):x}-" if not ch.isalnum() else ch for ch in goal.id)


def months_figures(review: Review, goal: GoalReview, language: str) -> MonthsFigures:
    """A goal's fiscal year for the month chart."""
    style = style_of(review, goal, language)
    subtitle = say(
        "chart_text.months", language,
        unit=style.unit_label or word("chart_text.count", language),
        period=span_name(review.fiscal_months, language),
    )  # fmt: skip
    return MonthsFigures(
        title=goal.goal.name,
        subtitle=subtitle,
        months=tuple(
            _month(goal, goal.series, n, language) for n in range(len(goal.series.months))
        ),
        review=review.month.index - goal.series.months[0].index,
        value=style.bare,
        signed=style.bare_change,
        language=language,
        name=named(goal, style.unit_label, language),
        direction=goal.goal.direction,
        redefined=_redefined(goal),
        moved=_moved(review, goal, language),
        borders=_borders(review),
    )


def _borders(review: Review) -> tuple[tuple[int, bool], ...]:
    """Where quarters and halves begin within the year, where Settings ask for them."""
    asked = review.settings.periods_shown
    quarters = (3, 6, 9) if QUARTER in asked else ()
    halves = (6,) if HALF in asked else ()
    return tuple((month, month in halves) for month in sorted({*quarters, *halves}))


def named(goal: GoalReview, unit: str, language: str) -> str:
    """A goal for those who do not see the axis."""
    return (
        say("chart.alt.named", language, name=goal.goal.name, unit=unit)
        if unit
        else (goal.goal.name)
    )


def _redefined(goal: GoalReview) -> tuple[int, ...]:
    if goal.definition_changed is None:
        return ()
    return (goal.definition_changed.index - goal.series.months[0].index,)


def _moved(review: Review, goal: GoalReview, language: str) -> tuple[tuple[int, str], ...]:
    """The months from which the goal stands elsewhere in the tree, or with another owner."""
    first = review.fiscal_months[0].index
    return tuple(
        (change.month.index - first, change_note(change, language))
        for change in review.changes_of(goal.id)
        if change.kind in (ChangeKind.MOVED, ChangeKind.HANDED)
    )


def _month(goal: GoalReview, series: FiscalSeries, position: int, language: str) -> MonthFigures:
    actual, plan = series.actual[position], series.plan[position]
    difference = None if actual is None or plan is None else actual - plan
    original = series.original[position]
    revised = plan is not None and original is not None and differ(plan, original)
    return MonthFigures(
        label=short_month(series.months[position], language),
        actual=actual,
        plan=plan,
        prior=series.prior[position],
        outlook=series.outlook[position],
        difference=difference,
        good=is_good_side(goal, actual, plan),
        original=original if revised else None,
    )


def is_good(figures: Figures) -> bool | None:
    """Whether a gap is on the good side: for colouring a figure whose sign says the same."""
    if figures.gap is None:
        return None
    return figures.gap >= -1e-9 * max(1.0, abs(figures.plan or 0.0))


def is_good_side(goal: GoalReview, actual: float | None, plan: float | None) -> bool | None:
    """Whether ``actual`` is on the good side of ``plan``; None where that cannot be told."""
    if actual is None or plan is None:
        return None
    direction, tolerance = goal.goal.direction, goal.goal.tolerance
    if direction is Direction.RANGE and tolerance is None:
        return None
    return gap(actual, plan, direction, tolerance) >= -1e-9 * max(1.0, abs(plan))


def is_stock(goal: GoalReview) -> bool:
    """Whether a line says more than columns from zero: levels and ratios rather than amounts."""
    return goal.goal.aggregation.value not in ("sum",) and not goal.is_rollup


def bullet_figures(
    review: Review,
    goals: Sequence[GoalReview],
    title: str,
    language: str,
    left_out: Sequence[GoalReview] = (),
) -> BulletFigures:
    """The attainment of several goals in the review month, on one axis, and how many are
    ``left_out`` for want of one."""
    return BulletFigures(
        title=title,
        subtitle=say("chart_text.bullet", language, period=span_name([review.month], language)),
        rows=tuple(_bullet_row(review, goal, language) for goal in goals),
        language=language,
        note=_left_out(left_out, language),
    )


def _left_out(goals: Sequence[GoalReview], language: str) -> str:
    """Why goals have no attainment, and how many for each reason; "" where there are none."""
    found = {"no_actual": 0, "no_plan": 0, "zero_plan": 0}
    for goal in goals:
        if goal.status is Status.NO_PLAN:
            found["no_plan"] += 1
        else:
            found["no_actual" if goal.status is Status.NO_DATA else "zero_plan"] += 1
    reasons = [(word(f"chart.bullet.{key}", language), n) for key, n in found.items() if n]
    told = [
        say("chart.bullet.reason", language, n=n, reason=reason) if len(reasons) > 1 else reason
        for reason, n in reasons
    ]
    listed = word("chart.alt.listed", language).join(told)
    return say("chart.bullet.left_out", language, n=len(goals), reasons=listed) if told else ""


def _bullet_row(review: Review, goal: GoalReview, language: str) -> BulletRow:
    style = style_of(review, goal, language)
    settings = review.settings
    own = goal.goal.amber_at
    attained = style.style.attainment(goal.month.attainment)
    return BulletRow(
        name=goal.goal.name,
        attainment=goal.month.attainment,
        value=attained,
        gap=style.gap_with_unit(goal.month.gap, goal.month.gap_pct),
        status=goal.status,
        green_at=settings.rollup_green_at if goal.is_rollup else settings.green_at,
        amber_at=own if own is not None else settings.amber_at,
        anchor=anchor(goal),
        good=is_good(goal.month),
    )


def spark_figures(review: Review, goal: GoalReview, language: str) -> SparkFigures:
    """The last 13 months of a goal."""
    return SparkFigures(
        name=goal.goal.name,
        values=goal.trend,
        value=style_of(review, goal, language).value,
        language=language,
        status=goal.status,
        labels=_month_names(review.month, len(goal.trend), language),
    )


@lru_cache(maxsize=8)
def _month_names(last: Month, count: int, language: str) -> tuple[str, ...]:
    return tuple(dated_month(last.plus(n + 1 - count), language) for n in range(count))


def variance_row(review: Review, goal: GoalReview, language: str) -> VarianceRow:
    """A goal's gap in per cent of plan, for the bars of the scorecard."""
    style = style_of(review, goal, language)
    text = style.style.gap_share(goal.month.gap_pct)
    return VarianceRow(goal.goal.name, goal.month.gap_pct, text)


def tree_figures(review: Review, language: str) -> TreeFigures:
    """The goal tree with each goal's month."""
    return TreeFigures(
        title="",
        subtitle=say("chart_text.tree", language, period=month_name(review.month, language)),
        nodes=tuple(_tree_node(review, goal, language) for goal in review.goals),
        language=language,
    )


def _tree_node(review: Review, goal: GoalReview, language: str) -> TreeNode:
    style = style_of(review, goal, language)
    has_figure = goal.source != "none"
    return TreeNode(
        id=goal.id,
        parent=goal.parent,
        label=goal.goal.label,
        level=word(f"level.{goal.goal.level.value}", language),
        name=goal.goal.name,
        actual=style.with_unit(goal.month.actual) if has_figure else "",
        plan=both_plans(goal.month, style, language) if has_figure and not goal.is_rollup else "",
        gap=_gap_text(review, goal, language),
        status=goal.status,
        good=is_good(goal.month),
        spark=goal.trend,
        anchor=anchor(goal),
    )


def _gap_text(review: Review, goal: GoalReview, language: str) -> str:
    style = style_of(review, goal, language)
    if goal.month.gap is None:
        return ""
    return short_gap(goal.month.gap, goal.month.gap_pct, style)
