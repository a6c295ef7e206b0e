"""Lay the plan's figures out by goal and month, driver formulas worked out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.drivers import Driver, DriverTree
from kpixl.measures.fills import YEAR
from kpixl.measures.formula import Node
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import NO_FIGURES, Goal, Plan, Series, definition_in
from kpixl.plan.month import Month
from kpixl.plan.units import same_unit

MonthFigure = Callable[[str, Month], Optional[float]]


@dataclass(frozen=True)
class Side:
    """One side of the comparison, actuals or plan: a goal's own figure in a month, and the
    months whose cells could not be read."""

    figure: MonthFigure
    unavailable: Callable[[str], FrozenSet[Month]]


@dataclass(frozen=True)
class Monthly:
    """Actuals and plans of every goal over ``months`` (oldest first), formulas included. The
    originals are the plans before any revision; None where nothing of the last fiscal year is
    revised, and both are the same."""

    months: Tuple[Month, ...]
    actual_drivers: DriverTree
    plan_drivers: DriverTree
    actual: Mapping[str, Tuple[Optional[float], ...]]
    plan: Mapping[str, Tuple[Optional[float], ...]]
    original_drivers: Optional[DriverTree] = None
    original: Optional[Mapping[str, Tuple[Optional[float], ...]]] = None

    def position(self, month: Month) -> int:
        """The index of ``month``; negative or too large where it lies outside."""
        return month.index - self._first

    @cached_property
    def _first(self) -> int:
        return self.months[0].index

    def actual_in(self, goal_id: str, month: Month) -> Optional[float]:
        """The goal's figure of one month, or None."""
        return _at(self.actual[goal_id], self.position(month))

    def plan_in(self, goal_id: str, month: Month) -> Optional[float]:
        """The goal's plan in force of one month, or None."""
        return _at(self.plan[goal_id], self.position(month))

    def original_in(self, goal_id: str, month: Month) -> Optional[float]:
        """The goal's plan of one month before any revision, or None. Where only a revision plans
        a month, that one."""
        plans = self.plan if self.original is None else self.original
        return _at(plans[goal_id], self.position(month))


def _at(values: Sequence[Optional[float]], position: int) -> Optional[float]:
    return values[position] if 0 <= position < len(values) else None


def same_definition(first: Goal, second: Goal) -> bool:
    """Whether figures of both are comparable: what is counted and how has not changed. A new
    parent, owner, weight or target does not change what a figure means, nor does another word for
    the same unit, or small letters for capitals: IDs are one without regard to case, and cells
    compare all text so."""
    return first is second or (
        _meaning(first) == _meaning(second) and same_unit(first.unit, second.unit)
    )


def _meaning(goal: Goal) -> Tuple[str, Direction, Aggregation, str]:
    name, formula = goal.name.casefold(), goal.formula_text.casefold()
    return name, goal.direction, goal.aggregation, formula


def like_a_year_before(definitions: Sequence[Goal], month: Month) -> bool:
    """Whether a goal's figure of ``month`` may be compared with that of one year before."""
    if len(definitions) == 1:
        return True
    then = definition_in(definitions, month.plus(-12))
    return same_definition(then, definition_in(definitions, month))


def lay_out(plan: Plan, months: Sequence[Month], review_month: Month) -> Monthly:
    """Every goal's actual and plan in force over ``months``. A goal is aggregated as its
    definition in ``review_month`` says."""
    by_id: Dict[str, List[Goal]] = {}
    for goal in plan.goals:
        by_id.setdefault(goal.id, []).append(goal)
    window = tuple(months)
    reported = Side(
        _reported(plan),
        lambda goal_id: frozenset(m for m in _unread(plan.actuals, goal_id) if m <= review_month),
    )
    planned = Side(_planned(plan, by_id), lambda goal_id: _unread_plan(plan, goal_id))
    actual_drivers = DriverTree(_drivers(by_id, window, review_month, reported))
    plan_drivers = DriverTree(_drivers(by_id, window, review_month, planned))
    original_drivers = None
    if _is_revised(plan, window[-YEAR:]):
        before = Side(_originally(plan, by_id), lambda goal_id: _unread(plan.plan, goal_id))
        original_drivers = DriverTree(_drivers(by_id, window, review_month, before))
    return Monthly(
        months=window,
        actual_drivers=actual_drivers,
        plan_drivers=plan_drivers,
        actual={goal_id: actual_drivers.monthly(goal_id) for goal_id in by_id},
        plan=_plans(by_id, window, plan_drivers),
        original_drivers=original_drivers,
        original=None if original_drivers is None else _plans(by_id, window, original_drivers),
    )


def _plans(
    by_id: Mapping[str, Sequence[Goal]], months: Sequence[Month], drivers: DriverTree
) -> Dict[str, Tuple[Optional[float], ...]]:
    return {
        goal_id: _within_validity(goals, months, drivers.monthly(goal_id))
        for goal_id, goals in by_id.items()
    }


def _is_revised(plan: Plan, year: Sequence[Month]) -> bool:
    """Whether a revision replaces anything of the year."""
    start = plan.settings.revision_from
    return start is not None and any(
        start <= month and year[0] <= month <= year[-1]
        for series in plan.revision.values()
        for month in (*series.values, *series.unavailable)
    )


def _unread(series: Mapping[str, Series], goal_id: str) -> FrozenSet[Month]:
    return series.get(goal_id, NO_FIGURES).unavailable


def _unread_plan(plan: Plan, goal_id: str) -> FrozenSet[Month]:
    start = plan.settings.revision_from
    revised = _unread(plan.revision, goal_id) if start is not None else frozenset()
    return _unread(plan.plan, goal_id) | {month for month in revised if start and month >= start}


def _reported(plan: Plan) -> MonthFigure:
    return lambda goal_id, month: plan.actuals.get(goal_id, NO_FIGURES).get(month)


def _planned(plan: Plan, by_id: Mapping[str, Sequence[Goal]]) -> MonthFigure:
    def figure(goal_id: str, month: Month) -> Optional[float]:
        if not any(goal.valid_in(month) for goal in by_id[goal_id]):
            return None
        return plan.in_force(goal_id, month)

    return figure


def _originally(plan: Plan, by_id: Mapping[str, Sequence[Goal]]) -> MonthFigure:
    """The plan before any revision. A goal that a formula plans had that one before a revision
    gave it a figure of its own."""
    planned = _planned(plan, by_id)

    def figure(goal_id: str, month: Month) -> Optional[float]:
        own = plan.plan.get(goal_id, NO_FIGURES).get(month)
        goals = by_id[goal_id]
        if own is not None:
            return own if any(goal.valid_in(month) for goal in goals) else None
        by_formula = definition_in(goals, month).formula is not None
        return None if by_formula else planned(goal_id, month)

    return figure


def _drivers(
    by_id: Mapping[str, Sequence[Goal]],
    months: Sequence[Month],
    review_month: Month,
    side: Side,
) -> Dict[str, Driver]:
    found: Dict[str, Driver] = {}
    for goal_id, goals in by_id.items():
        unavailable = side.unavailable(goal_id)
        if all(goal.formula is None for goal in goals):
            formulas: Tuple[Optional[Node], ...] = (None,) * len(months)
        else:
            # A figure that could not be read is not replaced by the formula's: it is unknown.
            formulas = tuple(
                None if month in unavailable else definition_in(goals, month).formula
                for month in months
            )
        found[goal_id] = Driver(
            own=tuple(side.figure(goal_id, month) for month in months),
            aggregation=definition_in(goals, review_month).aggregation,
            formulas=formulas,
        )
    return found


def _within_validity(
    goals: Sequence[Goal], months: Sequence[Month], values: Sequence[Optional[float]]
) -> Tuple[Optional[float], ...]:
    """Outside its time a goal has no plan, not even a formula's (SPEC 2)."""
    return tuple(
        value if any(goal.valid_in(month) for goal in goals) else None
        for month, value in zip(months, values)
    )
