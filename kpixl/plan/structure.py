"""Check how goals hang together: one ID at a time, parents that exist, no cycles."""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.plan.findings import Severity
from kpixl.plan.goals import GoalRow
from kpixl.plan.model import Goal

Graph = Mapping[str, Sequence[str]]

# Months as numbers, so that a goal without From or To is simply valid very long.
_EVER, _FOREVER = -1, 10**6

# Beyond so many goals times changes, a cycle over all time has to do.
_MOST_STEPS = 500_000

_TIMES = ("valid_from", "valid_to")


def check_tree(rows: Sequence[GoalRow]) -> None:
    """Report what keeps the goals from being a tree (SPEC 2, "Problems")."""
    by_id: Dict[str, List[GoalRow]] = {}
    for entry in rows:
        by_id.setdefault(entry.goal.id, []).append(entry)
    for entries in by_id.values():
        _check_times(entries)
    for entry in rows:
        _check_parent(entry, by_id)
    parents = [(entry.goal, [entry.goal.parent] if entry.goal.parent else []) for entry in rows]
    first = {goal_id: entries[0] for goal_id, entries in by_id.items()}
    for cycle in cycles_at_any_time(parents):
        first[cycle[0]].row.report(
            "parent-cycle", "parent", severity=Severity.STRUCTURAL, details=chain_details(cycle)
        )


def chain_details(cycle: Sequence[str]) -> Dict[str, object]:
    """A cycle as a problem shows it: ``A → B → A``."""
    return {"chain": " → ".join((*cycle, cycle[0]))}


def cycles_at_any_time(
    edges: Sequence[Tuple[Goal, Sequence[str]]],
) -> Tuple[Tuple[str, ...], ...]:
    """The cycles among goals that are valid at the same time. What is A under B until March and
    B under A from April is none, so a cycle over all time is looked at month by month."""
    over_all_time = _cycles(_graph(edges))
    starts = sorted({_span(goal)[0] for goal, _ in edges})
    if not over_all_time or len(starts) * len(edges) > _MOST_STEPS:
        return tuple(over_all_time)
    found: Dict[frozenset[str], Tuple[str, ...]] = {}
    for start in starts:
        valid = [(goal, to) for goal, to in edges if _span(goal)[0] <= start <= _span(goal)[1]]
        for cycle in _cycles(_graph(valid)):
            found.setdefault(frozenset(cycle), cycle)
    return tuple(found.values())


def _graph(edges: Sequence[Tuple[Goal, Sequence[str]]]) -> Graph:
    graph: Dict[str, List[str]] = {}
    for goal, to in edges:
        graph.setdefault(goal.id, []).extend(to)
    return graph


def _cycles(graph: Graph) -> List[Tuple[str, ...]]:
    """Cycles that together hold a goal of every cycle. Without recursion: a chain may be as
    long as the sheet."""
    done: Set[str] = set()
    found: List[Tuple[str, ...]] = []
    for root in graph:
        if root in done:
            continue
        path: Dict[str, None] = {root: None}
        waiting: List[Iterator[str]] = [iter(graph[root])]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                done.add(path.popitem()[0])
            elif following in path:
                steps = list(path)
                found.append(tuple(steps[steps.index(following) :]))
            elif following in graph and following not in done:
                path[following] = None
                waiting.append(iter(graph[following]))
    return found


def _span(goal: Goal) -> Tuple[int, int]:
    return (
        _EVER if goal.valid_from is None else goal.valid_from.index,
        _FOREVER if goal.valid_to is None else goal.valid_to.index,
    )


def _check_times(entries: Sequence[GoalRow]) -> None:
    """One ID may stand in several rows whose times do not overlap."""
    known = [entry for entry in entries if not entry.row.faulty.intersection(_TIMES)]
    known.sort(key=lambda entry: (_span(entry.goal)[0], entry.goal.row))
    longest: Optional[GoalRow] = None
    for entry in known:
        start, end = _span(entry.goal)
        if longest is not None and _span(longest.goal)[1] >= start:
            earlier, later = sorted((entry, longest), key=lambda one: one.goal.row)
            details = {"goal": later.goal.label, "first": earlier.row.name("id")}
            later.row.report("goal-double", "id", severity=Severity.STRUCTURAL, details=details)
        if longest is None or _span(longest.goal)[1] < end:
            longest = entry


def _check_parent(entry: GoalRow, by_id: Mapping[str, Sequence[GoalRow]]) -> None:
    goal, row = entry.goal, entry.row
    if goal.parent is None:
        return
    details: Dict[str, object] = {"goal": goal.label}
    if goal.parent not in by_id:
        row.report("parent-unknown", "parent", severity=Severity.STRUCTURAL, details=details)
        return
    start, end = _span(goal)
    for first, last in sorted(_span(other.goal) for other in by_id[goal.parent]):
        if first <= start <= last:
            start = last + 1
    if start <= end:
        row.report("parent-outside-time", "parent", severity=Severity.WARNING, details=details)
