"""Every figure that a pack publishes, flat, so that it can be kept and compared later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Optional, Tuple

from kpixl.plan.month import Month
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.spans import KINDS

MONTH = "month"
TO_DATE = "to_date"
LANDING = "landing"
PERIODS = (MONTH, TO_DATE, LANDING, *KINDS)


@dataclass(frozen=True)
class Figure:
    """One goal's figures in one period, unrounded. ``period`` is ``month`` (every reported month
    of the fiscal year up to the review month), ``to_date``, ``landing`` (``actual`` is then the
    landing's value, ``plan`` the year's), or ``quarter``, ``half`` or ``year`` where Settings ask
    for them; ``month`` is written 2026-10, of those the last month that the figure covers. ``goal``
    is the ID as compared, ``status`` the key of the status, "" where there is none."""

    goal: str
    period: str
    month: str
    actual: Optional[float] = None
    plan: Optional[float] = None
    prior: Optional[float] = None
    gap: Optional[float] = None
    gap_pct: Optional[float] = None
    attainment: Optional[float] = None
    growth: Optional[float] = None
    status: str = ""


def published(review: Review) -> Tuple[Figure, ...]:
    """The figures of a review (of one scope), goal by goal in tree order: the months of the fiscal
    year, oldest first, then the year to date and the landing, both under the review month, then the
    periods that Settings ask for.

    Of months before the review month a pack shows actual, plan, prior and status, and those that
    have neither actual nor plan are left out. A landing's comparison is that of the figure which
    headlines name, the owner's outlook where there is one (SPEC 5).
    """
    return tuple(figure for goal in review.goals for figure in _of_goal(review.month, goal))


def _of_goal(month: Month, goal: GoalReview) -> Iterator[Figure]:
    yield from _earlier(month, goal)
    yield _compared(goal.id, MONTH, month, goal.month)
    yield _compared(goal.id, TO_DATE, month, goal.to_date)
    yield _landing(month, goal)
    for entry in goal.spans:
        last = entry.span.elapsed(month)[-1]
        yield _compared(goal.id, entry.span.kind, last, entry.figures)


def _earlier(month: Month, goal: GoalReview) -> Iterator[Figure]:
    series = goal.series
    for place, earlier in enumerate(series.months):
        actual, plan = series.actual[place], series.plan[place]
        if earlier >= month or (actual is None and plan is None):
            continue
        # The history ends with the review month; it may be shorter than the year is old.
        back = month.index - earlier.index + 1
        status = goal.history[-back].value if back <= len(goal.history) else ""
        yield Figure(goal.id, MONTH, str(earlier), actual, plan, series.prior[place], status=status)


def _compared(goal_id: str, period: str, month: Month, figures: Figures) -> Figure:
    return Figure(
        goal=goal_id,
        period=period,
        month=str(month),
        actual=figures.actual,
        plan=figures.plan,
        prior=figures.prior,
        gap=figures.gap,
        gap_pct=figures.gap_pct,
        attainment=figures.attainment,
        growth=figures.growth,
        status=figures.status.value,
    )


def _landing(month: Month, goal: GoalReview) -> Figure:
    landing = goal.landing
    return Figure(
        goal=goal.id,
        period=LANDING,
        month=str(month),
        actual=landing.value,
        plan=landing.plan,
        gap=landing.gap,
        gap_pct=landing.gap_pct,
        attainment=landing.attainment,
        status=landing.status.value,
    )
