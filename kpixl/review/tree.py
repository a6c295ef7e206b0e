"""Put the goals valid in a month into their tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Tuple

from kpixl.plan.model import Goal, Plan
from kpixl.plan.month import Month


@dataclass(frozen=True)
class Node:
    """A goal in its tree."""

    goal: Goal
    depth: int
    parent: Optional[str]
    children: Tuple[str, ...]


def arrange(plan: Plan, month: Month) -> Dict[str, Node]:
    """The goals valid in ``month`` in tree order: each parent before its children, siblings as
    they stand in the sheet. A goal whose parent is not valid then stands at the top."""
    tree = plan.tree(month)
    children: Dict[Optional[str], List[str]] = {}
    for goal in tree.values():
        parent = goal.parent if goal.parent in tree else None
        children.setdefault(parent, []).append(goal.id)
    found: Dict[str, Node] = {}
    waiting = [(goal_id, 0, None) for goal_id in reversed(children.get(None, []))]
    stack: List[Tuple[str, int, Optional[str]]] = list(waiting)
    while stack:
        goal_id, depth, parent = stack.pop()
        below = tuple(children.get(goal_id, ()))
        found[goal_id] = Node(tree[goal_id], depth, parent, below)
        stack.extend((child, depth + 1, goal_id) for child in reversed(below))
    return found


def below(nodes: Mapping[str, Node], goal_id: str) -> Tuple[str, ...]:
    """A goal and all its descendants."""
    found: List[str] = []
    stack = [goal_id]
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(nodes[current].children)
    return tuple(found)
