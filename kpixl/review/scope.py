"""Cut a review to the part that a pack or a person is to see, and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Sequence, Set, Tuple

from kpixl.errors import Problem, UsageProblem
from kpixl.measures.formula import inputs
from kpixl.measures.kinds import Step
from kpixl.measures.pdca import GoalPhase
from kpixl.plan.model import Level
from kpixl.review.bridges import within
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Bridge
from kpixl.review.reorganised import of_scope
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
    inputs count as its own) or no goal at all, advice where it speaks of goals of the scope only.
    """
    scope = parse_scope(text)
    if scope.kind == "all":
        return replace(review, problems=_touching(review, review.goals, whole=True))
    goals = _members(review, scope)
    if not goals:
        raise UsageProblem("unknown-scope", found=text, book=review.source.names)
    ids = {goal.id for goal in goals}
    actions = tuple(entry for entry in review.actions if entry.action.goal in ids)
    kept = _without_others(_rerooted(review, goals), {entry.action.id for entry in actions})
    return replace(
        review,
        goals=kept,
        actions=actions,
        problems=_touching(review, kept, whole=False),
        advice=tuple(advice for advice in review.advice if ids.issuperset(advice.goals)),
        recipients=(),
        changes=of_scope(review.changes, ids),
        scope=_named(scope, kept[0]),
    )


def _named(scope: Scope, first: GoalReview) -> str:
    """The scope as the Goals sheet writes it, so that one scope has one name however typed."""
    if scope.kind == "goal":
        return first.goal.label
    if scope.kind == "department":
        return f"dept:{first.goal.department}"
    return f"owner:{first.goal.owner}"


def _members(review: Review, scope: Scope) -> Tuple[GoalReview, ...]:
    wanted = fold(scope.name)
    if not wanted:
        return ()
    if scope.kind == "goal":
        found = next((goal for goal in review.goals if fold(goal.id) == wanted), None)
        return review.subtree(found.id) if found is not None else ()
    if scope.kind == "department":
        return tuple(goal for goal in review.goals if fold(goal.goal.department) == wanted)
    return tuple(goal for goal in review.goals if fold(goal.goal.owner) == wanted)


def _rerooted(review: Review, goals: Sequence[GoalReview]) -> Tuple[GoalReview, ...]:
    """The goals as a tree of their own: each stands below its nearest ancestor in the scope."""
    ids = {goal.id for goal in goals}
    parents: Dict[str, Optional[str]] = {}
    depths: Dict[str, int] = {}
    children: Dict[Optional[str], List[str]] = {}
    for goal in goals:
        parent = goal.parent
        while parent is not None and parent not in ids:
            parent = review.by_id[parent].parent
        parents[goal.id] = parent
        depths[goal.id] = 0 if parent is None else depths[parent] + 1
        children.setdefault(parent, []).append(goal.id)
    return tuple(
        replace(
            goal,
            parent=parents[goal.id],
            depth=depths[goal.id],
            children=tuple(children.get(goal.id, ())),
            worst_child=goal.worst_child if goal.worst_child in ids else None,
            bridge=_cut(goal.bridge, ids),
            bridge_to_date=_cut(goal.bridge_to_date, ids),
            children_elsewhere=sum(1 for child in goal.children if child not in ids),
        )
        for goal in goals
    )


def _cut(bridge: Optional[Bridge], ids: Set[str]) -> Optional[Bridge]:
    return None if bridge is None else within(bridge, ids)


def _without_others(goals: Sequence[GoalReview], actions: Set[str]) -> Tuple[GoalReview, ...]:
    """The goals with phases that name no action but the scope's own."""
    return tuple(
        goal
        if goal.phase.action is None or goal.phase.action in actions
        else replace(goal, phase=_anonymous(goal.phase))
        for goal in goals
    )


def _anonymous(phase: GoalPhase) -> GoalPhase:
    if phase.step is Step.ON_TRACK_ACTION:
        return GoalPhase(phase.phase, Step.ON_TRACK)
    return replace(phase, action=None)


def _touching(review: Review, goals: Sequence[GoalReview], whole: bool) -> Tuple[Problem, ...]:
    ids = needed(review, goals)
    return tuple(
        # One finding may touch goals all over the book.
        problem if whole else problem.among(ids)
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
    """One scope for each CSF, owner or department that the review holds, in tree order; raises
    :class:`UsageProblem` ``each-none`` where there is none."""
    found = _csfs(review) if kind == "csf" else _named_by(review, kind)
    if not found:
        raise UsageProblem("each-none", found=kind, book=review.source.names)
    return found


def _csfs(review: Review) -> Tuple[str, ...]:
    return tuple(goal.goal.label for goal in review.at_level(Level.CSF))


def _named_by(review: Review, kind: str) -> Tuple[str, ...]:
    prefix = {"owner": "owner", "department": "dept"}[kind]
    names: Dict[str, str] = {}
    for goal in review.goals:
        name = goal.goal.owner if kind == "owner" else goal.goal.department
        names.setdefault(fold(name), name)
    return tuple(f"{prefix}:{name}" for folded, name in names.items() if folded)
