"""Tell what has changed in the goal tree during the fiscal year: who joined, ended, moved, was
handed over or redefined (SPEC 2, "From and To")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Collection, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from kpixl.plan.model import Goal, Plan
from kpixl.plan.month import Month
from kpixl.review.monthly import same_definition


class ChangeKind(str, Enum):
    """What has changed about a goal."""

    JOINED = "joined"
    ENDED = "ended"
    MOVED = "moved"
    HANDED = "handed"
    REDEFINED = "redefined"


@dataclass(frozen=True)
class Change:
    """A change that holds from ``month`` on (of a goal that ended: its first month outside its
    time). ``before`` and ``after`` are the IDs of the parents of a goal that moved (None: the top
    of the tree), the owners of one that was handed over, "" or None otherwise. ``before_name``
    and ``after_name`` say the same for people."""

    goal: str
    label: str
    name: str
    month: Month
    kind: ChangeKind
    before: Optional[str] = None
    after: Optional[str] = None
    before_name: str = ""
    after_name: str = ""


def changes(plan: Plan, months: Sequence[Month]) -> Tuple[Change, ...]:
    """What has changed from one of ``months`` (adjacent, oldest first) to the next and from the
    month before them to the first, by month, goals in sheet order. Goals that ended with the month
    before them are not told of."""
    if not months or not any(goal.valid_from or goal.valid_to for goal in plan.goals):
        return ()
    found: List[Change] = []
    before = plan.tree(months[0].plus(-1))
    for month in months:
        now = plan.tree(month)
        for goal_id in dict.fromkeys(goal.id for goal in plan.goals):
            found.extend(_between(_Trees(before, now), goal_id, month, months[0]))
        before = now
    return tuple(found)


@dataclass(frozen=True)
class _Trees:
    """The goals of one month and of the next."""

    before: Dict[str, Goal]
    now: Dict[str, Goal]


def _between(trees: _Trees, goal_id: str, month: Month, first: Month) -> Iterator[Change]:
    then, now = trees.before.get(goal_id), trees.now.get(goal_id)
    if then is now:
        return
    known = now or then
    assert known is not None  # noqa: S101 -- both None are the same
    change = Change(goal_id, known.label, known.name, month, ChangeKind.JOINED)
    if then is None:
        yield change
        return
    if now is None:
        # With the first month of the year nothing has ended: it did so with the year before.
        if month == first:
            return
        yield replace(change, kind=ChangeKind.ENDED, before=then.parent)
        return
    if not same_definition(then, now):
        yield replace(change, kind=ChangeKind.REDEFINED)
    if then.parent != now.parent:
        names = (_name(trees.before, then.parent), _name(trees.now, now.parent))
        yield replace(
            change, kind=ChangeKind.MOVED, before=then.parent, after=now.parent,
            before_name=names[0], after_name=names[1],
        )  # fmt: skip
    if then.owner != now.owner:
        yield replace(
            change, kind=ChangeKind.HANDED, before=then.owner, after=now.owner,
            before_name=then.owner, after_name=now.owner,
        )  # fmt: skip


def _name(tree: Dict[str, Goal], goal_id: Optional[str]) -> str:
    return tree[goal_id].name if goal_id is not None and goal_id in tree else ""


def of_scope(found: Iterable[Change], goals: Collection[str]) -> Tuple[Change, ...]:
    """The changes that a pack of ``goals`` may tell: of those goals, and of goals that ended
    beneath one of them. Parents that it does not hold stay unnamed (SPEC 1, pack)."""
    return tuple(
        _unnamed(change, goals)
        for change in found
        if change.goal in goals or (_ended(change) and change.before in goals)
    )


def _ended(change: Change) -> bool:
    return change.kind is ChangeKind.ENDED


def _unnamed(change: Change, goals: Collection[str]) -> Change:
    if change.kind is not ChangeKind.MOVED:
        return change
    return replace(
        change,
        before_name=change.before_name if change.before in goals else "",
        after_name=change.after_name if change.after in goals else "",
    )
