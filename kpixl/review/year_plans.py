"""Work out what a goal's fiscal year is to come to, and what the year before came to."""

from __future__ import annotations

from typing import Dict, Optional

from kpixl.measures.fills import YEAR
from kpixl.review.courses import Courses
from kpixl.review.goal_figures import whole_plan


class YearPlans:
    """The goals' plans of the year. All of a goal's months must have one: its landing is compared
    with the whole year; for Last the last month that has one decides.

    Computation state only.
    """

    def __init__(self, courses: Courses) -> None:
        self.courses = courses
        self._in_force: Dict[str, Optional[float]] = {}

    def in_force(self, goal_id: str) -> Optional[float]:
        """The year's plan in force."""
        if goal_id not in self._in_force:
            months = tuple(self.courses.first + place for place in self.courses.year(goal_id))
            plan = self.courses.monthly.plan_drivers
            self._in_force[goal_id] = whole_plan(plan, goal_id, months)
        return self._in_force[goal_id]

    def original(self, goal_id: str) -> Optional[float]:
        """The year's plan before any revision; where only a revision names a month, that one."""
        drivers = self.courses.monthly.original_drivers
        if drivers is None:
            return self.in_force(goal_id)
        months = tuple(self.courses.first + place for place in self.courses.year(goal_id))
        return whole_plan(drivers, goal_id, months)

    def last_year(self, goal_id: str) -> Optional[float]:
        """What the same months of the last year came to, where all of them are there and mean the
        same (SPEC 2, "From and To")."""
        drivers = self.courses.monthly.actual_drivers
        year = self.courses.year(goal_id)
        months = tuple(self.courses.first - YEAR + place for place in year)
        if not months or self.courses.since(goal_id) > months[0]:
            return None
        return drivers.whole(goal_id, months)
