"""Hang the goal trees of departments beneath that of the group: many plans become one.

A department's goals keep their names and figures; their IDs begin with the department's, because
departments share IDs on purpose: the same ID is the same measure. What ought to be the same and
is not is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from kpixl.errors import KpixlError
from kpixl.measures.formula import parse, renamed
from kpixl.measures.ids import normalise_id
from kpixl.plan.model import Action, Comment, Goal, Plan, Series, Settings, definition_in
from kpixl.plan.month import Month
from kpixl.words import fold, say
from kpixl.workbook.departments import CHECKED, Department, Taken, id_in, same_in, takings

COMPARED_SETTINGS = ("green_at", "amber_at", "rollup_cap", "rollup_green_at")


class MergeFault(KpixlError):
    """Books that cannot be put under one tree; the details say which and why."""


@dataclass(frozen=True)
class Hung:
    """A department's topmost goal and the group's goal that it hangs beneath; ``why`` is
    ``told``, ``id`` (the same ID), ``department`` (the goal of that department) or ``root``."""

    department: str
    goal: str
    under: str
    why: str


@dataclass(frozen=True)
class Difference:
    """What is not the same in all books: ``field`` of the goal of that ID ("" for a setting), with
    each book's value as its cell says it, in the order of the books."""

    goal: str
    field: str
    values: Tuple[Tuple[str, str], ...]


@dataclass(frozen=True)
class Merged:
    """One plan of the whole group, and how it came about. ``recipients_left`` counts the people
    of departments' books, who go on getting their own book's pack."""

    plan: Plan
    hung: Tuple[Hung, ...]
    taken: Tuple[Taken, ...]
    differences: Tuple[Difference, ...]
    recipients_left: int


def merged(group: Plan, departments: Sequence[Department]) -> Merged:
    """The group's plan with the departments' trees in it. Settings, recipients and holidays are
    the group's; a department's revision counts from the month on that its own book says.

    A goal of the group without figures and formula becomes the sum of the departments' goals of
    its ID where all of these are amounts defined alike; a ratio takes their formula, over the
    group's own goals. Any other is rolled up. Raises :class:`MergeFault`.
    """
    _check(group, departments)
    month = _month(group)
    hung: List[Hung] = []
    parts = [_part(group, department, month, hung) for department in departments]
    books = [group, *parts]
    revised = _in_force(group.revision, group.settings)
    differences = tuple(_differences(group, departments, month))
    own, taken = takings(group, departments, month)
    whole = replace(
        group,
        settings=replace(group.settings, revision_from=_revised_from(group, departments)),
        goals=(*own, *(goal for part in parts for goal in part.goals)),
        actions=tuple(action for book in books for action in book.actions),
        comments=tuple(comment for book in books for comment in book.comments),
        plan=_together([book.plan for book in books]),
        revision=_together([revised, *(part.revision for part in parts)]),
        actuals=_together([book.actuals for book in books]),
        outlook=_together([book.outlook for book in books]),
    )
    left = sum(len(department.plan.recipients) for department in departments)
    return Merged(whole, tuple(hung), taken, differences, left)


def _check(group: Plan, departments: Sequence[Department]) -> None:
    seen: Dict[str, str] = {}
    for department in departments:
        key, file = normalise_id(department.key), department.plan.source.name
        if key in seen:
            raise MergeFault("merge-same-name", found=file, first=seen[key], name=department.key)
        seen[key] = file
        start, ours = department.plan.settings.fiscal_start, group.settings.fiscal_start
        if start != ours:
            raise MergeFault("merge-fiscal-year", found=file, month=start, group=ours)
    taken = {goal.id for goal in group.goals}
    for department in departments:
        for goal in department.plan.goals:
            whole = id_in(department.key, goal.label)
            if normalise_id(whole) in taken:
                raise MergeFault("merge-id-taken", found=whole, file=department.plan.source.name)


def _month(group: Plan) -> Month:
    """The month whose definitions are compared: the one under review, else the last reported."""
    if group.settings.review_month is not None:
        return group.settings.review_month
    months = [month for series in group.actuals.values() for month in series.values]
    return max(months, default=Month(9999, 12))


# ---- A department's plan as a part of the group's -------------------------------------------


def _part(group: Plan, department: Department, month: Month, hung: List[Hung]) -> Plan:
    plan = department.plan
    labels: Dict[str, str] = {}
    for goal in plan.goals:
        labels.setdefault(goal.id, goal.label)
    names = {goal_id: normalise_id(id_in(department.key, goal_id)) for goal_id in labels}
    tops = _tops(group, department, month, hung)
    goals = tuple(_goal(goal, department, names, tops) for goal in plan.goals)
    return replace(
        plan,
        goals=goals,
        actions=tuple(_action(action, department, names) for action in plan.actions),
        comments=tuple(_comment(comment, names) for comment in plan.comments),
        plan=_renamed(plan.plan, names),
        revision=_renamed(_in_force(plan.revision, plan.settings), names),
        actuals=_renamed(plan.actuals, names),
        outlook=_renamed(plan.outlook, names),
    )


def _goal(
    goal: Goal, department: Department, names: Mapping[str, str], tops: Mapping[str, str]
) -> Goal:
    text = goal.formula_text
    formula = renamed(text, names) if text else ""
    return replace(
        goal,
        id=names[goal.id],
        label=id_in(department.key, goal.label),
        parent=tops[goal.id] if goal.parent is None else names[goal.parent],
        name=say("merge.named", _language(goal.name), name=goal.name, department=department.name),
        department=goal.department or department.name,
        formula_text=formula,
        formula=parse(formula, frozenset(names.values())) if formula else None,
    )


def _language(text: str) -> str:
    return "en" if text.isascii() else "ja"


def _action(action: Action, department: Department, names: Mapping[str, str]) -> Action:
    goal = names.get(action.goal, action.goal)
    return replace(action, id=f"{department.key}-{action.id}", goal=goal)


def _comment(comment: Comment, names: Mapping[str, str]) -> Comment:
    return replace(comment, goal=names.get(comment.goal, comment.goal))


def _renamed(side: Mapping[str, Series], names: Mapping[str, str]) -> Dict[str, Series]:
    return {names[goal_id]: series for goal_id, series in side.items()}


def _in_force(revision: Mapping[str, Series], settings: Settings) -> Dict[str, Series]:
    """The revision without the months in which its own book does not follow it."""
    start = settings.revision_from
    if start is None:
        return {}
    return {
        goal_id: replace(
            series,
            values={month: value for month, value in series.values.items() if month >= start},
        )
        for goal_id, series in revision.items()
    }


def _revised_from(group: Plan, departments: Sequence[Department]) -> Optional[Month]:
    starts = [one.settings.revision_from for one in (group, *(d.plan for d in departments))]
    return min((start for start in starts if start is not None), default=None)


def _together(sides: Sequence[Mapping[str, Series]]) -> Dict[str, Series]:
    return {goal_id: series for side in sides for goal_id, series in side.items()}


# ---- Where a department hangs ---------------------------------------------------------------


def _tops(group: Plan, department: Department, month: Month, hung: List[Hung]) -> Dict[str, str]:
    """For each of a department's goals that has no parent, the group's goal above it."""
    found: Dict[str, str] = {}
    for goal in department.plan.goals:
        if goal.parent is not None or goal.id in found:
            continue
        under, why = _place(group, department, goal, month)
        found[goal.id] = under.id
        hung.append(Hung(department.name, goal.label, under.label, why))
    return found


def _place(group: Plan, department: Department, goal: Goal, month: Month) -> Tuple[Goal, str]:
    tree = group.tree(month) or {one.id: one for one in group.goals}
    if department.under:
        told = tree.get(normalise_id(department.under))
        if told is None:
            raise MergeFault("merge-under-unknown", found=department.under, name=department.key)
        return told, "told"
    if goal.id in tree:
        return tree[goal.id], "id"
    name = fold(department.name)
    own = [one for one in tree.values() if name and fold(one.department) == name]
    tops = [one for one in own if one.parent not in {other.id for other in own}]
    if len(tops) == 1:
        return tops[0], "department"
    roots = [one for one in tree.values() if one.parent not in tree]
    if len(roots) == 1:
        return roots[0], "root"
    raise MergeFault(
        "merge-nowhere", found=goal.label, file=department.plan.source.name, name=department.key
    )


# ---- What the same ID means in every book ---------------------------------------------------


def _differences(
    group: Plan, departments: Sequence[Department], month: Month
) -> Iterator[Difference]:
    books = [(one.source.name, one) for one in (group, *(each.plan for each in departments))]
    for setting in COMPARED_SETTINGS:
        written = tuple((name, f"{getattr(plan.settings, setting):g}") for name, plan in books)
        if len({value for _, value in written}) > 1:
            yield Difference("", setting, written)
    defined: Dict[str, List[_Defined]] = {}
    for name, plan in books:
        for goal_id in dict.fromkeys(goal.id for goal in plan.goals):
            held = definition_in(plan.definitions(goal_id), month)
            defined.setdefault(goal_id, []).append(_Defined(name, held, plan is group))
    for goals in defined.values():
        yield from _between(goals)


@dataclass(frozen=True)
class _Defined:
    """How a book defines a goal."""

    book: str
    goal: Goal
    of_group: bool

    def says(self, field: str) -> bool:
        """A goal of the group that has no formula is to take its departments'."""
        return not (self.of_group and field == "formula" and self.goal.formula is None)


def _between(goals: Sequence[_Defined]) -> Iterator[Difference]:
    for field in CHECKED:
        told = [one for one in goals if one.says(field)]
        if not all(same_in(one.goal, told[0].goal, field) for one in told[1:]):
            values = tuple((one.book, _as_written(one.goal, field)) for one in told)
            yield Difference(goals[0].goal.label, field, values)


def _as_written(goal: Goal, field: str) -> str:
    if field == "formula":
        return goal.formula_text
    value = getattr(goal, field)
    return str(value.value) if hasattr(value, "value") else str(value)
