"""Lay a plan's goals out for their landing: which months count, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

from kpixl.measures.fills import YEAR, Course, Fills
from kpixl.measures.kinds import Aggregation
from kpixl.measures.landing import Landed, land
from kpixl.plan.model import NO_FIGURES, Goal, definition_in
from kpixl.review.goal_figures import GoalFigures
from kpixl.review.insights import Values
from kpixl.review.monthly import same_definition


@dataclass(frozen=True)
class Leaf:
    """A goal that lands by its own figures. ``landed`` is None where a month of the year could
    not be read: what is written there is not known, and is not to be estimated (SPEC 2)."""

    course: Course
    fills: Fills
    landed: Optional[Landed]


class Courses:
    """The goals' months in whole fiscal years, by their position in the review's window.

    Computation state only, like the figures that it looks at.
    """

    def __init__(self, figures: GoalFigures) -> None:
        self.figures = figures
        self.monthly = figures.monthly
        self.count = len(self.monthly.months)
        self.first = self.count - YEAR
        self.known = self.monthly.position(figures.month) + 1
        self._leaves: Dict[str, Leaf] = {}
        self._since: Dict[str, int] = {}
        self._years: Dict[str, Tuple[int, ...]] = {}
        self._missing: Dict[str, Tuple[int, ...]] = {}

    def definition(self, goal_id: str) -> Goal:
        """The goal as it is defined in the review month."""
        return definition_in(self.figures.definitions[goal_id], self.figures.month)

    def year(self, goal_id: str) -> Tuple[int, ...]:
        """The places, from 0 to 11, of the fiscal year's months in which the goal is valid."""
        if goal_id not in self._years:
            definitions = self.figures.definitions[goal_id]
            self._years[goal_id] = tuple(
                place
                for place, month in enumerate(self.figures.year)
                if any(goal.valid_in(month) for goal in definitions)
            )
        return self._years[goal_id]

    def since(self, goal_id: str) -> int:
        """The position from which the goal's figures mean what they mean in the review month."""
        definitions = self.figures.definitions[goal_id]
        if len(definitions) == 1:
            return 0
        if goal_id not in self._since:
            self._since[goal_id] = self._changed(definitions)
        return self._since[goal_id]

    def _changed(self, definitions: Tuple[Goal, ...]) -> int:
        now = definition_in(definitions, self.figures.month)
        for position in range(self.known - 1, -1, -1):
            then = definition_in(definitions, self.monthly.months[position])
            if not same_definition(then, now):
                return position + 1
        return 0

    def actuals(self, goal_id: str) -> Values:
        """The goal's figures up to the review month; what is entered for later ones is ignored."""
        return self.monthly.actual[goal_id][: self.known] + (None,) * (self.count - self.known)

    def own(self, goal_id: str) -> Values:
        """The same without what the goal's formula gives."""
        series = self.figures.plan.actuals.get(goal_id, NO_FIGURES)
        months = self.monthly.months[: self.known]
        return tuple(map(series.values.get, months)) + (None,) * (self.count - self.known)

    def outlook(self, goal_id: str) -> Values:
        """The owner's figures for the twelve months of the year."""
        series = self.figures.plan.outlook.get(goal_id, NO_FIGURES)
        return tuple(map(series.values.get, self.figures.year))

    def is_derived(self, goal_id: str) -> bool:
        """Whether a formula, rather than rows of its own, gives the goal's figure."""
        return self.definition(goal_id).formula is not None

    def needed(self, goal_id: str) -> Tuple[str, ...]:
        """The goal and, where a formula gives its figure, all that this is computed from."""
        if not self.is_derived(goal_id):
            return (goal_id,)
        places = range(self.first, self.count)
        return self.monthly.actual_drivers.needed_for((goal_id,), places)

    def missing(self, goal_id: str) -> Tuple[int, ...]:
        """The places of the goal's months of the year that have no actual yet."""
        if goal_id not in self._missing:
            self._missing[goal_id] = tuple(
                place
                for place in self.year(goal_id)
                if not self._is_reported(goal_id, self.first + place)
            )
        return self._missing[goal_id]

    def _is_reported(self, goal_id: str, position: int) -> bool:
        if position >= self.known:
            return False
        if self.monthly.actual[goal_id][position] is not None:
            return True
        # A ratio counts where its inputs are there, though dividing by zero gives no figure.
        ratio = self.definition(goal_id).aggregation is Aggregation.AVERAGE
        return ratio and self.monthly.actual_drivers.complete(goal_id, position)

    def unreadable(self, goal_id: str) -> Tuple[int, ...]:
        """The places of months of the year so far that hold something that could not be read."""
        bad = self.figures.plan.actuals.get(goal_id, NO_FIGURES).unavailable
        if not bad:
            return ()
        months = self.figures.elapsed
        return tuple(
            place for place in self.year(goal_id) if place < len(months) and months[place] in bad
        )

    def leaf(self, goal_id: str) -> Leaf:
        """The goal's own course, and where it lands."""
        if goal_id not in self._leaves:
            actuals, since = self.actuals(goal_id), self.since(goal_id)
            counted = (None,) * since + actuals[since:] if since else actuals
            course = Course(
                actuals=actuals,
                plan=self.monthly.plan[goal_id],
                prior=(None,) * YEAR + counted[:-YEAR],
                aggregation=self.definition(goal_id).aggregation,
                year=self.year(goal_id),
                since=since,
                outlook=self.outlook(goal_id),
            )
            fills = Fills(course)
            landed = None if self.unreadable(goal_id) else land(course, fills=fills)
            self._leaves[goal_id] = Leaf(course, fills, landed)
        return self._leaves[goal_id]
