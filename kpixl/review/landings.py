"""Turn the review's months into every goal's landing: where its fiscal year will end (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Optional, Sequence, Tuple

from kpixl.measures.aggregate import rollup, rollup_child_score, rollup_status
from kpixl.measures.backtest import Record
from kpixl.measures.chance import chance, likely_range, reached, spread
from kpixl.measures.kinds import Direction, Method, Pace, Status
from kpixl.measures.pace import best_month, required_pace
from kpixl.plan.model import Goal
from kpixl.plan.month import Month
from kpixl.review.comparison import (
    against_original,
    compared,
    finite,
    score_against_original,
)
from kpixl.review.composed import Composed
from kpixl.review.courses import Courses
from kpixl.review.goal_figures import GoalFigures
from kpixl.review.insights import Alternative, Landing, Required
from kpixl.review.year_plans import YearPlans


class Landings:
    """The landings of one review, each worked out once.

    Computation state only: nothing of it leaves this module but frozen values.
    """

    def __init__(self, figures: GoalFigures) -> None:
        self.figures = figures
        self.courses = Courses(figures)
        self.plans = YearPlans(self.courses)
        derived = [goal_id for goal_id in figures.nodes if self.courses.is_derived(goal_id)]
        self.composed = Composed(self.courses, derived)
        self._known: Dict[str, Landing] = {}

    def of(self, goal_id: str) -> Landing:
        """Where the goal's year ends."""
        if goal_id not in self._known:
            source = self.figures.source(goal_id)
            if source == "none":
                self._known[goal_id] = Landing(status=Status.NO_PLAN)
            elif source == "rollup":
                self._known[goal_id] = self._rolled_up(goal_id)
            elif self.courses.is_derived(goal_id):
                self._known[goal_id] = self._judged(goal_id, self._from_inputs(goal_id))
            else:
                self._known[goal_id] = self._judged(goal_id, self._by_method(goal_id))
        return self._known[goal_id]

    def _by_method(self, goal_id: str) -> Landing:
        """An own-figure goal: its missing months are filled."""
        landed = self.courses.leaf(goal_id).landed
        if landed is None:
            return Landing()
        if not landed.left:
            return Landing(value=landed.value, basis="finished")
        alternatives = tuple(
            Alternative(one, value, landed.tried[one].error if one in landed.tried else None)
            for one, value in landed.values.items()
        )
        landing = Landing(
            value=landed.value,
            basis="none" if landed.method is None else "method",
            method=landed.method,
            outlook=landed.values[Method.OUTLOOK],
            alternatives=alternatives,
        )
        return self._foreseen(goal_id, landing, landed.record)

    def _from_inputs(self, goal_id: str) -> Landing:
        """A formula goal: its inputs land."""
        value = self.composed.landing(goal_id)
        if not self.courses.missing(goal_id):
            return Landing(value=value, basis="none" if value is None else "finished")
        landing = Landing(value=value, outlook=self.composed.outlook(goal_id))
        if value is None:
            return landing
        tried = self.composed.record(goal_id)
        return self._foreseen(goal_id, replace(landing, basis="inputs"), tried)

    def _foreseen(self, goal_id: str, landing: Landing, tried: Record) -> Landing:
        """A landing that had to be forecast, with how sure it is."""
        value = landing.value
        if value is None:
            return landing
        landing = replace(landing, error=tried.error, origins=len(tried.origins), years=tried.years)
        deviation = spread(value, len(self.courses.missing(goal_id)), tried)
        if deviation is None:
            return landing
        low, high = map(finite, likely_range(value, deviation))
        plan, goal = self.plans.in_force(goal_id), self.courses.definition(goal_id)
        likely = None
        if plan is not None and _can_be_judged(goal):
            likely = chance(value, plan, deviation, goal.direction, goal.tolerance)
        return replace(landing, low=low, high=high, chance=likely)

    def _judged(self, goal_id: str, landing: Landing) -> Landing:
        """The landing against the year's plan."""
        goal = self.courses.definition(goal_id)
        plan = self.plans.in_force(goal_id)
        against = compared(goal, self.figures.plan.settings, landing.leading, plan)
        likely = landing.chance
        if landing.basis == "finished" and landing.value is not None and plan is not None:
            sides = (landing.value, plan, goal.direction, goal.tolerance)
            likely = reached(*sides) if _can_be_judged(goal) else None
        missing = self.courses.missing(goal_id)
        original, settings = self.plans.original(goal_id), self.figures.plan.settings
        return replace(
            landing,
            chance=likely,
            plan=plan,
            original=original,
            against_original=against_original(goal, settings, landing.leading, plan, original),
            prior=self.plans.last_year(goal_id),
            gap=against.gap,
            gap_pct=against.gap_pct,
            attainment=against.attainment,
            status=against.status,
            required=self._required(goal_id, plan),
            months_left=len(missing),
            estimated=() if landing.value is None else self._past_blanks(missing),
        )

    def _past_blanks(self, missing: Sequence[int]) -> Tuple[Month, ...]:
        months = self.figures.elapsed
        return tuple(months[place] for place in missing if place < len(months))

    def _required(self, goal_id: str, plan: Optional[float]) -> Required:
        """What the months left have to bring, beside the best month on record."""
        goal, courses = self.courses.definition(goal_id), self.courses
        missing = set(courses.missing(goal_id))
        unreadable = (courses.unreadable(one) for one in courses.needed(goal_id))
        if not all(map(missing.isdisjoint, unreadable)):
            return Required()
        actuals = courses.actuals(goal_id)
        year = (actuals[courses.first + place] for place in courses.year(goal_id))
        reported = [value for value in year if value is not None]
        pace = required_pace(reported, len(missing), plan, goal.aggregation, goal.direction)
        if pace.pace is Pace.NONE:
            return Required()
        since = courses.since(goal_id)
        best = best_month(actuals[since:], courses.monthly.plan[goal_id][since:], goal.direction)
        if best is None:
            return Required(pace.pace, pace.value)
        position = since + best
        return Required(pace.pace, pace.value, actuals[position], courses.monthly.months[position])

    def _rolled_up(self, goal_id: str) -> Landing:
        """A roll-up: the score of its children's landings, as of their figures (SPEC 4)."""
        node, settings = self.figures.nodes[goal_id], self.figures.plan.settings
        children = [self.of(child) for child in node.children]
        score = rollup(
            [rollup_child_score(child.attainment, child.gap) for child in children],
            [self.figures.nodes[child].goal.weight for child in node.children],
            settings.rollup_cap,
        )
        before = rollup(
            [_original_score(child) for child in children],
            [self.figures.nodes[child].goal.weight for child in node.children],
            settings.rollup_cap,
        )
        left = max((child.months_left for child in children), default=0)
        if score is None:
            return Landing(plan=1.0, original=1.0, months_left=left)
        amber_at = node.goal.amber_at if node.goal.amber_at is not None else settings.amber_at
        statuses = [child.status for child in children]
        return Landing(
            value=score, basis="rollup", plan=1.0, original=1.0, gap=score - 1.0,
            gap_pct=score - 1.0, attainment=score, months_left=left,
            status=rollup_status(score, statuses, settings.rollup_green_at, amber_at),
            against_original=score_against_original(score, before),
        )  # fmt: skip


def _original_score(child: Landing) -> Optional[float]:
    """What a child's landing brings in with its year held against the original plan."""
    against = child.against_original
    if against is None:
        return rollup_child_score(child.attainment, child.gap)
    return rollup_child_score(against.attainment, against.gap)


def _can_be_judged(goal: Goal) -> bool:
    return goal.direction is not Direction.RANGE or goal.tolerance is not None
