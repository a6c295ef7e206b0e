"""Work out what a goal's fiscal year is to come to, and what the year before came to."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from kpixl.measures.drivers import DriverTree
from kpixl.measures.fills import YEAR
from kpixl.measures.kinds import Aggregation
from kpixl.plan.model import NO_FIGURES
from kpixl.review.courses import Courses
from kpixl.review.insights import Values


class YearPlans:
    """The goals' plans of the year. All of a goal's months must have one: its landing is compared
    with the whole year; for Last the last month that has one decides.

    Computation state only.
    """

    def __init__(self, courses: Courses) -> None:
        self.courses = courses
        self.figures = courses.figures
        self.places = tuple(range(courses.first, courses.count))
        self._in_force: Dict[str, Optional[float]] = {}
        self._original: Optional[DriverTree] = None

    def in_force(self, goal_id: str) -> Optional[float]:
        """The year's plan in force."""
        if goal_id not in self._in_force:
            months = tuple(self.courses.first + place for place in self.courses.year(goal_id))
            plan = self.courses.monthly.plan_drivers
            self._in_force[goal_id] = self._of(plan, goal_id, months)
        return self._in_force[goal_id]

    def original(self, goal_id: str) -> Optional[float]:
        """The year's plan before any revision; where only a revision names a month, that one."""
        if not self._is_revised():
            return self.in_force(goal_id)
        if self._original is None:
            drivers = self.courses.monthly.plan_drivers
            own = {one: self._before_revision(one) for one in self.figures.definitions}
            self._original = drivers.restated(self.places, own)
        return self._of(self._original, goal_id, self.courses.year(goal_id))

    def last_year(self, goal_id: str) -> Optional[float]:
        """What the same months of the last year came to, where all of them are there and mean the
        same (SPEC 2, "From and To")."""
        drivers = self.courses.monthly.actual_drivers
        year = self.courses.year(goal_id)
        months = tuple(self.courses.first - YEAR + place for place in year)
        if not months or self.courses.since(goal_id) > months[0]:
            return None
        return drivers.whole(goal_id, months)

    def _of(self, plan: DriverTree, goal_id: str, months: Tuple[int, ...]) -> Optional[float]:
        if not months:
            return None
        if self.courses.definition(goal_id).aggregation is Aggregation.LAST:
            monthly = plan.monthly(goal_id)
            return next((monthly[m] for m in reversed(months) if monthly[m] is not None), None)
        return plan.whole(goal_id, months)

    def _is_revised(self) -> bool:
        """Whether a revision replaces anything of the year."""
        plan, year = self.figures.plan, self.figures.year
        start = plan.settings.revision_from
        if start is None or start > year[-1]:
            return False
        return any(
            month >= start and month in year
            for series in plan.revision.values()
            for month in (*series.values, *series.unavailable)
        )

    def _before_revision(self, goal_id: str) -> Values:
        plan, valid = self.figures.plan, set(self.courses.year(goal_id))
        first = plan.plan.get(goal_id, NO_FIGURES)
        found = []
        for place, month in enumerate(self.figures.year):
            own = first.get(month)
            revised = plan.in_force(goal_id, month) if own is None else own
            found.append(revised if place in valid else None)
        return tuple(found)
