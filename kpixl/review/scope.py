"""Cut a review to the part that a pack or a person is to see, and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Sequence, Set, Tuple

from kpixl.errors import Problem, UsageProblem
from kpixl.measures.formula import inputs
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.words import fold

DEPARTMENT_PREFIXES = ("dept", "department", "部門", "部署")
OWNER_PREFIXES = ("owner", "担当", "担当者")


@dataclass(frozen=True)
class Scope:
    """``kind`` is ``all``, ``goal``, ``department`` or ``owner``; ``name`` which of them."""

    kind: str
    name: str = ""


def parse_scope(text: str) -> Scope:
    """What a person wrote as a scope: blank, an ID, ``dept:NAME`` or ``owner:NAME``."""
    cleaned = text.strip().replace("：", ":")
    if not cleaned:
        return Scope("all")
    prefix, colon, name = cleaned.partition(":")
    if colon and fold(prefix) in DEPARTMENT_PREFIXES:
        return Scope("department", name.strip())
    if colon and fold(prefix) in OWNER_PREFIXES:
        return Scope("owner", name.strip())
    return Scope("goal", cleaned)


def scoped(review: Review, text: str) -> Review:
    """The review of one scope; raises :class:`UsageProblem` ``unknown-scope`` where nothing of
    that name is in the book. Problems stay where they touch a goal of the scope (its formula's
    inputs count as its own) or no goal at all."""
    scope = parse_scope(text)
    if scope.kind == "all":
        return replace(review, problems=_touching(review, review.goals, whole=True))
    goals = _members(review, scope)
    if not goals:
        raise UsageProblem("unknown-scope", found=text)
    kept = _rerooted(goals)
    ids = {goal.id for goal in kept}
    return replace(
        review,
        goals=kept,
        actions=tuple(entry for entry in review.actions if entry.action.goal in ids),
        problems=_touching(review, kept, whole=False),
        recipients=(),
        scope=text.strip(),
    )


def _members(review: Review, scope: Scope) -> Tuple[GoalReview, ...]:
    wanted = fold(scope.name)
    if scope.kind == "goal":
        found = next((goal for goal in review.goals if fold(goal.id) == wanted), None)
        return review.subtree(found.id) if found is not None else ()
    if scope.kind == "department":
        return tuple(goal for goal in review.goals if fold(goal.goal.department) == wanted)
    return tuple(goal for goal in review.goals if fold(goal.goal.owner) == wanted)


def _rerooted(goals: Sequence[GoalReview]) -> Tuple[GoalReview, ...]:
    """The goals as a tree of their own: parents outside the scope fall away."""
    ids = {goal.id for goal in goals}
    depths: Dict[str, int] = {}
    kept: List[GoalReview] = []
    for goal in goals:
        parent = goal.parent if goal.parent in ids else None
        depth = depths[parent] + 1 if parent is not None else 0
        depths[goal.id] = depth
        children = tuple(child for child in goal.children if child in ids)
        worst = goal.worst_child if goal.worst_child in ids else None
        kept.append(replace(goal, parent=parent, depth=depth, children=children, worst_child=worst))
    return tuple(kept)


def _touching(review: Review, goals: Sequence[GoalReview], whole: bool) -> Tuple[Problem, ...]:
    ids = needed(review, goals)
    return tuple(
        problem
        for problem in review.problems
        if ids.intersection(problem.goals) or (not problem.goals and (whole or not problem.people))
    )


def needed(review: Review, goals: Sequence[GoalReview]) -> Set[str]:
    """The IDs whose figures the goals' figures rest on: formula inputs and rolled-up children."""
    found: Set[str] = set()
    waiting = [goal.id for goal in goals]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        entry: Optional[GoalReview] = review.by_id.get(current)
        if entry is None:
            continue
        if entry.goal.formula is not None:
            waiting.extend(inputs(entry.goal.formula))
        if entry.is_rollup:
            waiting.extend(entry.children)
    return found


def scopes_by(review: Review, kind: str) -> Tuple[str, ...]:
    """One scope for each CSF, owner or department that the review holds, in tree order."""
    if kind == "csf":
        return tuple(goal.goal.label for goal in review.at_level(Level.CSF))
    field = {"owner": "owner", "department": "department"}[kind]
    prefix = {"owner": "owner", "department": "dept"}[kind]
    names = dict.fromkeys(getattr(goal.goal, field) for goal in review.goals)
    return tuple(f"{prefix}:{name}" for name in names if name)
