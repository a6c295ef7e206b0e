"""Check what is aimed at: targets that are too easy, or beyond what has been shown (SPEC 9)."""

from __future__ import annotations

from typing import Dict, Iterator, Optional, Tuple

from kpixl.errors import Problem
from kpixl.measures.aggregate import aggregate
from kpixl.measures.kinds import Aggregation, Direction, Pace, Status
from kpixl.measures.pace import beyond
from kpixl.plan.values import number_text
from kpixl.review.advice import (
    MethodView,
    changes_in_words,
    figures_in_words,
    month_in_words,
)
from kpixl.review.figures import GoalReview, Values
from kpixl.review.goal_figures import HISTORY_MONTHS


def target_easier_than_last_year(view: MethodView) -> Iterator[Problem]:
    """A year's plan that asks for less than the last fiscal year gave, where all months of both
    are there. Range has no easier side."""
    for goal in view.measured():
        plan = _year(goal, goal.landing.plan, goal.series.plan)
        prior = _year(goal, goal.landing.prior, goal.series.prior)
        if plan is None or prior is None or not _beyond(goal, prior, plan):
            continue
        figures = {"plan": plan, "prior": prior}
        details = {"name": goal.goal.name, **figures_in_words(view.review, goal, figures)}
        place = view.plan_place(goal.goal, goal.series.months[0])
        yield view.advise("target-easier-than-last-year", place, [goal], details, number_text(plan))


def _year(goal: GoalReview, known: Optional[float], months: Values) -> Optional[float]:
    """The figure of a whole fiscal year; None where a month is missing. An Average by formula is
    the formula of its aggregated inputs, which only the landing has ``known``."""
    if None in months or known is not None:
        return None if None in months else known
    averaged = goal.goal.aggregation is Aggregation.AVERAGE
    if goal.goal.formula is not None and averaged:
        return None
    return aggregate(months, goal.goal.aggregation)


def target_beyond_history(view: MethodView) -> Iterator[Problem]:
    """A year's plan that by now takes more than any month on record has brought, unless it is one
    that nobody would lower: no accidents, every delivery on time."""
    for goal in view.measured():
        needed = goal.landing.required
        if needed.pace is not Pace.NEEDED or needed.value is None or needed.best is None:
            continue
        if needed.best_in is None or _is_perfect(goal):
            continue
        if not _beyond(goal, needed.value, needed.best):
            continue
        form, figures, steps = _pace_in_words(goal, needed.value, needed.best)
        if form == "step" and not steps:
            continue
        details = {
            "name": goal.goal.name,
            "n": goal.landing.months_left,
            **figures_in_words(view.review, goal, figures),
            **changes_in_words(view.review, goal, steps),
            **month_in_words("month", needed.best_in),
        }
        place = view.plan_place(goal.goal, view.review.month.plus(1))
        found = number_text(needed.value)
        yield view.advise("target-beyond-history", place, [goal], details, found, form)


def _pace_in_words(
    goal: GoalReview, value: float, best: float
) -> Tuple[str, Dict[str, float], Dict[str, float]]:
    """The form of the sentence about a required pace, its figures, and its changes."""
    figures = {"value": value, "best": best}
    if goal.goal.aggregation is Aggregation.LAST:
        return "step", {"value": value}, _steps(goal, value)
    if goal.goal.aggregation in (Aggregation.MAX, Aggregation.MIN):
        return "peak", figures, {}
    return ("one" if goal.landing.months_left == 1 else ""), figures, {}


def _steps(goal: GoalReview, target: float) -> Dict[str, float]:
    """For a level such as subscribers at month end, which sets a record whenever it grows: the
    change a month that the target takes, and the best one of the last year. Empty where the target
    is within what has been seen."""
    changes = [
        later - earlier
        for earlier, later in zip(goal.trend, goal.trend[1:])
        if earlier is not None and later is not None
    ]
    if not changes or goal.landing.months_left < 1:
        return {}
    last = [value for value in goal.trend if value is not None][-1]
    needed = (target - last) / goal.landing.months_left
    best = max(changes) if _is_higher(goal) else min(changes)
    return {"step": needed, "best": best} if _beyond(goal, needed, best) else {}


def target_beyond_benchmark(view: MethodView) -> Iterator[Problem]:
    """A plan more demanding than the level of the industry. Like a baseline, a benchmark is
    compared with the figures of a month: with their mean where months add up to the year."""
    for goal in view.measured():
        benchmark, summed = goal.goal.benchmark, goal.goal.aggregation is Aggregation.SUM
        plan = aggregate(goal.series.plan, Aggregation.AVERAGE if summed else goal.goal.aggregation)
        if benchmark is None or plan is None or not _beyond(goal, plan, benchmark):
            continue
        figures = {"plan": plan, "benchmark": benchmark}
        details = {"name": goal.goal.name, **figures_in_words(view.review, goal, figures)}
        place = view.goal_place(goal.goal, "benchmark")
        form = "month" if summed else ""
        found = number_text(benchmark)
        yield view.advise("target-beyond-benchmark", place, [goal], details, found, form)


def _beyond(goal: GoalReview, figure: float, mark: float) -> bool:
    return beyond(figure, mark, goal.goal.direction)


def _is_higher(goal: GoalReview) -> bool:
    return goal.goal.direction is Direction.HIGHER


def always_green(view: MethodView) -> Iterator[Problem]:
    """A goal that was Green in each of the last twelve months, unless its plan cannot be raised."""
    for goal in view.measured():
        green = [status for status in goal.history if status is Status.GREEN]
        if len(green) < HISTORY_MONTHS or _is_perfect(goal):
            continue
        place = view.plan_place(goal.goal, view.review.month)
        details = {"name": goal.goal.name, "n": HISTORY_MONTHS}
        yield view.advise("always-green", place, [goal], details)


def _is_perfect(goal: GoalReview) -> bool:
    """Whether the month's plan is as good as a figure can be."""
    plan = goal.month.plan
    if plan is None or goal.goal.direction is Direction.RANGE:
        return False
    return (goal.goal.is_percent and plan >= 1) if _is_higher(goal) else plan == 0
