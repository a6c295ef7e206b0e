"""Check how the goal tree is built: who answers for what, how much, and where it leads (SPEC 9)."""

from __future__ import annotations

from typing import Dict, Iterator, List, Optional, Sequence, Set

from kpixl.errors import Problem
from kpixl.measures.formula import inputs
from kpixl.measures.gap import EQUAL
from kpixl.plan.model import Level, definition_in
from kpixl.plan.units import same_unit
from kpixl.plan.values import number_text
from kpixl.review.advice import MethodView, month_in_words
from kpixl.review.figures import GoalReview, Review
from kpixl.words import fold


def kgi_without_number(view: MethodView) -> Iterator[Problem]:
    """A KGI with neither figures nor a formula of its own: no final result in numbers."""
    for goal in view.review.at_level(Level.KGI):
        if goal.source in ("none", "rollup"):
            place = view.goal_place(goal.goal, "formula")
            yield view.advise("kgi-without-number", place, [goal], _named(goal), form=goal.source)


def goal_without_owner(view: MethodView) -> Iterator[Problem]:
    """A goal that nobody answers for."""
    for goal in view.review.goals:
        if not goal.goal.owner.strip():
            place = view.goal_place(goal.goal, "owner")
            yield view.advise("goal-without-owner", place, [goal], _named(goal))


def csf_too_many_kpis(view: MethodView) -> Iterator[Problem]:
    """More KPIs under one CSF than Settings allow; those of a CSF below it count there."""
    limit = view.plan.settings.max_kpis_per_csf
    for csf, kpis in _by_csf(view.review).items():
        if len(kpis) > limit:
            goal = view.review.by_id[csf]
            details = {**_named(goal), "n": len(kpis), "limit": limit}
            place = view.goal_place(goal.goal, "id")
            yield view.advise("csf-too-many-kpis", place, [goal, *kpis], details, str(len(kpis)))


def csf_without_kpi(view: MethodView) -> Iterator[Problem]:
    """A CSF that no KPI measures, neither below it nor in its formula."""
    measured = _with_kpi(view.review)
    for goal in view.review.at_level(Level.CSF):
        formula = goal.goal.formula
        used = inputs(formula) if formula is not None else ()
        if goal.id not in measured and measured.isdisjoint(used):
            place = view.goal_place(goal.goal, "id")
            yield view.advise("csf-without-kpi", place, [goal], _named(goal))


def book_too_many_kpis(view: MethodView) -> Iterator[Problem]:
    """More KPIs in all than Settings allow; told at the first one beyond."""
    limit, kpis = view.plan.settings.max_kpis, view.review.at_level(Level.KPI)
    if len(kpis) > limit:
        place = view.goal_place(_in_sheet_order(kpis)[limit].goal, "id")
        details = {"n": len(kpis), "limit": limit}
        yield view.advise("book-too-many-kpis", place, kpis, details, str(len(kpis)))


def owner_too_many_kpis(view: MethodView) -> Iterator[Problem]:
    """More KPIs for one owner than Settings allow; told at the first one beyond."""
    limit = view.plan.settings.max_kpis_per_owner
    owners: Dict[str, List[GoalReview]] = {}
    for goal in view.review.at_level(Level.KPI):
        owners.setdefault(fold(goal.goal.owner), []).append(goal)
    for owner, kpis in owners.items():
        if owner and len(kpis) > limit:
            ordered = _in_sheet_order(kpis)
            details = {"owner": ordered[0].goal.owner, "n": len(kpis), "limit": limit}
            place = view.goal_place(ordered[limit].goal, "owner")
            yield view.advise("owner-too-many-kpis", place, kpis, details, str(len(kpis)))


def kpi_without_kgi(view: MethodView) -> Iterator[Problem]:
    """KPIs that lead up to no KGI, neither as parts of the tree nor through a formula: told once
    for all that stand below one another, and once where the book has no KGI."""
    review = view.review
    kgis = review.at_level(Level.KGI)
    reached = _reached(review, kgis)
    roots = _roots(review)
    astray: Dict[str, List[GoalReview]] = {}
    for goal in review.at_level(Level.KPI):
        root = roots[goal.id]
        # A parent that is not valid at the time has been told as a problem of the data.
        if goal.id not in reached and root.goal.parent is None:
            astray.setdefault(root.id, []).append(goal)
    if astray and not kgis:
        kpis = [goal for group in astray.values() for goal in group]
        first = _in_sheet_order([review.by_id[root] for root in astray])[0]
        place = view.goal_place(first.goal, "level")
        yield view.advise("kpi-without-kgi", place, kpis, {"n": len(kpis)}, form="none")
        return
    for root_id, kpis in astray.items():
        root = review.by_id[root_id]
        details = {**_named(root), "n": len(kpis)}
        form = "" if kpis == [root] else "below"
        place = view.goal_place(root.goal, "parent")
        yield view.advise("kpi-without-kgi", place, [root, *kpis], details, form=form)


def weight_too_large(view: MethodView) -> Iterator[Problem]:
    """A child whose share of the weight in its parent's roll-up is larger than Settings allow. An
    only child has all of it in any case, and a parent with figures of its own weighs none."""
    limit = view.plan.settings.max_weight
    for parent in view.review.goals:
        children = [view.review.by_id[child] for child in parent.children]
        weights = [1.0 if one.goal.weight is None else one.goal.weight for one in children]
        total = sum(weights)
        if not parent.is_rollup or len(children) < 2 or total <= 0:
            continue
        for child, weight in zip(children, weights):
            if weight / total > limit + EQUAL:
                details = {
                    **_named(child), "parent": parent.goal.name,
                    **_shares(weight / total, limit),
                }  # fmt: skip
                place = view.goal_place(child.goal, "weight")
                found = number_text(weight)
                yield view.advise("weight-too-large", place, [child, parent], details, found)


def _shares(share: float, limit: float) -> Dict[str, object]:
    """Both as percentages, with so many decimals that the share reads larger than the limit."""
    text = ""
    for decimals in range(7):
        text = f"{share * 100:.{decimals}f}"
        if float(text) > limit * 100:
            break
    return {"share": f"{text}%", "limit": f"{limit * 100:g}%"}


def _named(goal: GoalReview) -> Dict[str, object]:
    return {"name": goal.goal.name}


def _in_sheet_order(goals: Sequence[GoalReview]) -> List[GoalReview]:
    return sorted(goals, key=lambda goal: goal.goal.row)


def _by_csf(review: Review) -> Dict[str, List[GoalReview]]:
    """The KPIs below each CSF, without those of another CSF in between."""
    nearest: Dict[str, Optional[str]] = {}
    found: Dict[str, List[GoalReview]] = {}
    for goal in review.goals:
        above = nearest[goal.parent] if goal.parent is not None else None
        nearest[goal.id] = goal.id if goal.goal.level is Level.CSF else above
        if goal.goal.level is Level.KPI and above is not None:
            found.setdefault(above, []).append(goal)
    return found


def unit_changed(view: MethodView) -> Iterator[Problem]:
    """A goal whose unit has changed since the fiscal year began: what its year adds up is of
    different kinds. A goal that only rolls up others has no unit."""
    months = [month for month in view.review.fiscal_months if month <= view.review.month]
    for goal in view.measured():
        definitions = view.plan.definitions(goal.id)
        for earlier, later in zip(months, months[1:]):
            before, now = definition_in(definitions, earlier), definition_in(definitions, later)
            if same_unit(before.unit, now.unit):
                continue
            details = {
                "name": now.name, "before": before.unit, "unit": now.unit,
                **month_in_words("until", earlier),
            }  # fmt: skip
            yield view.advise(
                "unit-changed", view.goal_place(now, "unit"), [goal], details, now.unit
            )


def _reached(review: Review, goals: Sequence[GoalReview]) -> Set[str]:
    """The goals, all below them, and all that their formulas use."""
    found: Set[str] = set()
    waiting = [goal.id for goal in goals]
    while waiting:
        current = waiting.pop()
        if current in found or current not in review.by_id:
            continue
        found.add(current)
        goal = review.by_id[current]
        waiting.extend(goal.children)
        if goal.goal.formula is not None:
            waiting.extend(inputs(goal.goal.formula))
    return found


def _roots(review: Review) -> Dict[str, GoalReview]:
    """Each goal's topmost ancestor, which is itself at the top."""
    found: Dict[str, GoalReview] = {}
    for goal in review.goals:
        found[goal.id] = goal if goal.parent is None else found[goal.parent]
    return found


def _with_kpi(review: Review) -> Set[str]:
    """The goals that are KPIs or have one below."""
    found: Set[str] = set()
    for goal in reversed(review.goals):
        if goal.goal.level is Level.KPI or not found.isdisjoint(goal.children):
            found.add(goal.id)
    return found
