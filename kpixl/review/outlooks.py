"""Tell how good outlooks were: what still stands for months that have since been reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

from kpixl.measures.drivers import DriverTree
from kpixl.measures.kinds import Direction
from kpixl.measures.totals import exact_sum
from kpixl.plan.model import NO_FIGURES
from kpixl.review.comparison import finite
from kpixl.review.courses import Courses
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import NO_RECORD, OutlookRecord, Values
from kpixl.words import fold

MOSTLY = 0.5
"""Most of an error lies on one side where what is left of it, the sides set against each other,
is more than this share of it: one side is then at least three times the other."""

Pair = Tuple[float, float]


class Outlooks:
    """The records of one review. What a formula goal's outlook was is computed from those of its
    inputs, as the outlook of its year is (SPEC 5); only months where all of them stand count.

    Computation state only: nothing of it leaves this module but frozen values.
    """

    def __init__(self, courses: Courses) -> None:
        self.courses = courses
        self.outlook = courses.figures.plan.outlook
        self.known = range(courses.known)
        self._tree: Optional[DriverTree] = None

    def of(self, goal_id: str) -> OutlookRecord:
        """The record of a goal's outlooks, of the months since it means what it means now."""
        source = self.courses.figures.source(goal_id)
        if not self.outlook or source not in ("own", "formula"):
            return NO_RECORD
        if self.courses.is_derived(goal_id):
            drivers = self.courses.monthly.actual_drivers
            needed = drivers.needed_for((goal_id,), self.known)
            since = max(map(self.courses.since, needed))
            expected = self._by_formula().monthly(goal_id)
        else:
            since, expected = self.courses.since(goal_id), self._own(goal_id)
        reported = self.courses.actuals(goal_id)
        pairs = [
            (outlook, actual)
            for outlook, actual in zip(expected[since:], reported[since:])
            if outlook is not None and actual is not None
        ]
        return record(pairs, self.courses.definition(goal_id).direction)

    def _own(self, goal_id: str) -> Values:
        """What stands for the months up to the review month."""
        series = self.outlook.get(goal_id, NO_FIGURES)
        return tuple(series.get(self.courses.monthly.months[place]) for place in self.known)

    def _by_formula(self) -> DriverTree:
        if self._tree is None:
            drivers = self.courses.monthly.actual_drivers
            needed = drivers.needed_for(tuple(self.courses.figures.nodes), self.known)
            self._tree = drivers.restated(self.known, {one: self._own(one) for one in needed})
        return self._tree


def record(pairs: Sequence[Pair], direction: Direction) -> OutlookRecord:
    """The record of pairs of an outlook and what came of it."""
    if not pairs:
        return NO_RECORD
    size = exact_sum(abs(actual) for _, actual in pairs)
    months = len(pairs)
    if not size:
        return OutlookRecord(months=months, goals=1)
    missed = exact_sum(abs(outlook - actual) for outlook, actual in pairs)
    over = exact_sum(outlook - actual for outlook, actual in pairs)
    optimistic = -over if direction is Direction.LOWER else over
    error, bias = finite(missed / size), finite(optimistic / size)
    return OutlookRecord(months, 1, error, bias, _lean(error, bias))


def _lean(error: Optional[float], bias: Optional[float]) -> Optional[int]:
    if error is None or bias is None:
        return None
    if abs(bias) <= MOSTLY * error:
        return 0
    return 1 if bias > 0 else -1


@dataclass(frozen=True)
class OwnerRecord:
    """An owner's outlooks over the ``goals`` that are theirs, in tree order; ``owner`` is as the
    Goals sheet writes the name."""

    owner: str
    record: OutlookRecord
    goals: Tuple[GoalReview, ...]


def owner_records(review: Review) -> Tuple[OwnerRecord, ...]:
    """The owners who have past outlooks in the review (of one scope), in tree order. A formula
    goal's are its inputs' owners'."""
    goals: Dict[str, List[GoalReview]] = {}
    for goal in review.goals:
        if goal.source == "own" and goal.outlooks.months:
            goals.setdefault(fold(goal.goal.owner), []).append(goal)
    return tuple(
        OwnerRecord(found[0].goal.owner, _together(found), tuple(found)) for found in goals.values()
    )


def _together(goals: Sequence[GoalReview]) -> OutlookRecord:
    """The mean of the goals' records, each with the weight of its months."""
    directed = [goal for goal in goals if goal.goal.direction is not Direction.RANGE]
    error = _mean(goals, "error")
    bias = _mean(directed, "bias")
    return OutlookRecord(
        months=sum(goal.outlooks.months for goal in goals),
        goals=len(goals),
        error=error,
        bias=bias,
        lean=_lean(_mean(directed, "error"), bias),
    )


def _mean(goals: Sequence[GoalReview], name: str) -> Optional[float]:
    known = [
        (goal.outlooks.months, getattr(goal.outlooks, name))
        for goal in goals
        if getattr(goal.outlooks, name) is not None
    ]
    months = sum(weight for weight, _ in known)
    return finite(exact_sum(weight * value for weight, value in known) / months) if months else None
