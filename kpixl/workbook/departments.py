"""Make the goals of a group from its departments' goals of the same ID: their sum, or their ratio.

In each month from the goals that are valid in it: a department that joins or ends in the year
would otherwise take the group's figures with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, List, Optional, Sequence, Set, Tuple

from kpixl.measures.formula import inputs, parse
from kpixl.measures.ids import normalise_id
from kpixl.measures.kinds import Aggregation
from kpixl.plan.model import NO_FIGURES, Goal, Plan, definition_in
from kpixl.plan.month import Month
from kpixl.plan.units import same_unit

SEPARATOR = "."
# What has to be the same for figures of the same ID to be compared and added up.
CHECKED = ("unit", "direction", "aggregation", "formula")

# By these, a group's figures of a month and of a year alike are the sum of its departments'.
ADDING_UP = (Aggregation.SUM, Aggregation.LAST)

Span = Tuple[Optional[Month], Optional[Month]]
"""From and to, as a goal's row has them."""


@dataclass(frozen=True)
class Department:
    """A department's plan. ``key`` is what its goals' IDs begin with, ``name`` what people call
    it; ``under`` is the ID of the group's goal that its tree is to hang beneath, "" where that is
    to be found."""

    key: str
    name: str
    plan: Plan
    under: str = ""


@dataclass(frozen=True)
class Taken:
    """A goal of the group that had neither figures nor formula, and the formula over its
    departments' goals that it has now; ``first`` is the month that it counts from where another
    one, or none, counts before."""

    goal: str
    formula: str
    first: Optional[Month] = None


def id_in(department: str, goal: str) -> str:
    """The ID that a department's goal has in the group's tree, as people read it."""
    return f"{department}{SEPARATOR}{goal}"


def same_in(one: Goal, other: Goal, field: str) -> bool:
    """Whether two goals say the same of a ``field`` of :data:`CHECKED`."""
    if field == "unit":
        return same_unit(one.unit, other.unit)
    return bool(getattr(one, field) == getattr(other, field))


def takings(
    group: Plan, departments: Sequence[Department], month: Month
) -> Tuple[Tuple[Goal, ...], Tuple[Taken, ...]]:
    """The group's goals with the formulas that they take from their departments, and what was
    taken. A row is split where departments join or end; ``month`` is the one under review."""
    counted = _counted(group)
    ids = frozenset(goal.id for goal in group.goals)
    ids |= {normalise_id(id_in(one.key, goal.id)) for one in departments for goal in one.plan.goals}
    goals: List[Goal] = []
    taken: List[Taken] = []
    for goal in group.goals:
        if goal.id in counted:
            goals.append(goal)
            continue
        for (first, last), formula in _formulas(group, goal, departments, month):
            row = replace(goal, valid_from=first, valid_to=last)
            if formula:
                row = replace(row, formula_text=formula, formula=parse(formula, ids))
                since = first if first != goal.valid_from else None
                taken.append(Taken(goal.label, formula, since))
            goals.append(row)
    return tuple(goals), tuple(taken)


def _counted(group: Plan) -> Set[str]:
    """The group's goals that have figures or a formula of their own."""
    found = {goal.id for goal in group.goals if goal.formula is not None}
    for side in (group.plan, group.revision, group.actuals):
        found.update(goal_id for goal_id, one in side.items() if one != NO_FIGURES)
    return found


def _formulas(
    group: Plan, goal: Goal, departments: Sequence[Department], month: Month
) -> List[Tuple[Span, str]]:
    """The formula of each part of a row's time, "" where there is none; neighbours differ."""
    found: List[Tuple[Span, str]] = []
    for first, last in _spans(goal, departments):
        formula = _formula_in(group, goal, departments, first or last or month)
        start = found.pop()[0][0] if found and found[-1][1] == formula else first
        found.append(((start, last), formula))
    return found


def _spans(goal: Goal, departments: Sequence[Department]) -> Iterator[Span]:
    """The parts of a row's time in each of which the departments' goals of its ID are the same."""
    starts: Set[Month] = set()
    for department in departments:
        for one in department.plan.definitions(goal.id):
            starts |= {one.valid_from} if one.valid_from is not None else set()
            starts |= {one.valid_to.plus(1)} if one.valid_to is not None else set()
    inner = sorted(one for one in starts if one != goal.valid_from and goal.valid_in(one))
    firsts = (goal.valid_from, *inner)
    lasts = (*(one.plus(-1) for one in inner), goal.valid_to)
    yield from zip(firsts, lasts, strict=True)


def _formula_in(
    group: Plan, goal: Goal, departments: Sequence[Department], month: Month
) -> str:  # fmt: skip
    """The formula over the departments' goals that are valid in ``month``; over all of them where
    none is, whose figures are read as their history."""
    every = [
        (department, definition_in(department.plan.definitions(goal.id), month))
        for department in departments
        if department.plan.definitions(goal.id)
    ]
    parts = [one for one in every if one[1].valid_in(month)] or every
    if not parts or not all(_alike(goal, part) for _, part in parts):
        return ""
    first = parts[0][1]
    if goal.aggregation in ADDING_UP and not goal.is_percent:
        return "+".join(normalise_id(id_in(one.key, goal.id)) for one, _ in parts)
    same = all(part.formula == first.formula for _, part in parts)
    if first.formula is None or not same:
        return ""
    own = group.tree(month).keys()
    return first.formula_text if set(inputs(first.formula)) <= own else ""


def _alike(goal: Goal, part: Goal) -> bool:
    return all(same_in(goal, part, field) for field in CHECKED[:-1])
