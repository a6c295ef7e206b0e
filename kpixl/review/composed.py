"""Land formula goals: their inputs land, then the formula is applied (SPEC 5).

The months filled go through the same machinery as the months reported, so that a total's landing
is the sum of its parts' landings; and so do the past years that the landing is tried on.
"""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Sequence, Tuple

from kpixl.measures.backtest import Record, origins_of, record
from kpixl.measures.drivers import DriverTree
from kpixl.measures.fills import YEAR, Standpoint
from kpixl.review.courses import Courses, Leaf
from kpixl.review.insights import Values


class Composed:
    """The years of formula goals, this one and the past ones, worked out once for all of them.

    Computation state only.
    """

    def __init__(self, courses: Courses, goals: Sequence[str]) -> None:
        self.courses = courses
        self.places = tuple(range(courses.first, courses.count))
        self.needed = courses.monthly.actual_drivers.needed_for(goals, self.places)
        self._years: Dict[str, DriverTree] = {}
        self._past: Optional[_PastYears] = None

    def landing(self, goal_id: str) -> Optional[float]:
        """The goal's year from its inputs' landings; None where one of them has none."""
        return self._year("landing", self._filled).whole(goal_id, self.courses.year(goal_id))

    def outlook(self, goal_id: str) -> Optional[float]:
        """The goal's year with the owners' figures for every missing month of its inputs; None
        where one has none."""
        return self._year("outlook", self._expected).whole(goal_id, self.courses.year(goal_id))

    def record(self, goal_id: str) -> Record:
        """How the inputs, each by the method chosen for it now, foretold the goal's past years."""
        if self._past is None:
            self._past = _PastYears(self.courses, self.needed)
        inputs = self.courses.needed(goal_id)
        return self._past.record(goal_id, max(map(self.courses.since, inputs)))

    def _year(self, name: str, own: Callable[[str], Values]) -> DriverTree:
        if name not in self._years:
            drivers = self.courses.monthly.actual_drivers
            figures = {goal_id: own(goal_id) for goal_id in self.needed}
            self._years[name] = drivers.restated(self.places, figures)
        return self._years[name]

    def _filled(self, goal_id: str) -> Values:
        if self.courses.is_derived(goal_id):
            return self.courses.own(goal_id)[self.courses.first :]
        leaf = self.courses.leaf(goal_id)
        return _reported(leaf) if leaf.landed is None else leaf.landed.months

    def _expected(self, goal_id: str) -> Values:
        if self.courses.is_derived(goal_id):
            reported = self.courses.own(goal_id)[self.courses.first :]
        else:
            reported = _reported(self.courses.leaf(goal_id))
        # What the owner wrote for a month that is in by now no longer counts.
        open_months = set(self.courses.missing(goal_id))
        return tuple(
            expected if value is None and place in open_months else value
            for place, (value, expected) in enumerate(zip(reported, self.courses.outlook(goal_id)))
        )


def _reported(leaf: Leaf) -> Values:
    return tuple(leaf.course.actuals[leaf.course.first :])


class _PastYears:
    """The past years as they came out and as they were foretold from each of their months.

    All of it is one row of months in a driver tree: of each year its twelve months, then for each
    origin the months that lay ahead.
    """

    def __init__(self, courses: Courses, goals: Sequence[str]) -> None:
        self.courses = courses
        self.origins = origins_of(range(0, courses.first, YEAR))
        self.known: Dict[int, Tuple[int, ...]] = {}
        self.ahead: Dict[Standpoint, Tuple[int, ...]] = {}
        months: List[int] = []
        for origin in self.origins:
            if origin.first not in self.known:
                self.known[origin.first] = _places(months, range(origin.first, origin.first + YEAR))
            ahead = [origin.first + month for month in origin.missing]
            self.ahead[origin] = _places(months, ahead)
        self.months = tuple(months)
        drivers = courses.monthly.actual_drivers
        self.tree = drivers.restated(self.months, {goal: self._own(goal) for goal in goals})

    def record(self, goal_id: str, since: int) -> Record:
        """The goal's record over the years from position ``since`` on."""
        outcomes: Dict[int, float] = {}
        for first, known in self.known.items():
            outcome = self.tree.whole(goal_id, known) if first >= since else None
            if outcome is not None:
                outcomes[first] = outcome
        origins = [origin for origin in self.origins if origin.first in outcomes]
        return record(origins, outcomes, [self._foretold(goal_id, one) for one in origins])

    def _foretold(self, goal_id: str, origin: Standpoint) -> Optional[float]:
        so_far = self.known[origin.first][: origin.known]
        return self.tree.whole(goal_id, (*so_far, *self.ahead[origin]))

    def _own(self, goal_id: str) -> Values:
        derived = self.courses.is_derived(goal_id)
        leaf = None if derived else self.courses.leaf(goal_id)
        reported = self.courses.own(goal_id) if leaf is None else leaf.fills.counted
        found: List[Optional[float]] = []
        first = None
        for origin in self.origins:
            if origin.first != first:
                first = origin.first
                found += reported[first : first + YEAR]
            found += [None] * origin.left if leaf is None else _foretold_by(leaf, origin)
        return tuple(found)


def _places(months: List[int], further: Sequence[int]) -> Tuple[int, ...]:
    """Where the further months stand once they are appended."""
    start = len(months)
    months.extend(further)
    return tuple(range(start, len(months)))


def _foretold_by(leaf: Leaf, origin: Standpoint) -> Sequence[Optional[float]]:
    """An input's months ahead by the method chosen for it now. One whose year is complete by now
    is taken as known: the error of the others is what is left."""
    if leaf.landed is None or leaf.landed.value is None:
        return [None] * origin.left
    if leaf.landed.method is None:
        start = origin.first + origin.known
        return leaf.fills.counted[start : origin.first + YEAR]
    filled = leaf.fills.of(leaf.landed.method, origin)
    return [None] * origin.left if filled is None else filled
