"""Turn a review into advice on the method: where goals are set up so that they mislead (SPEC 9)."""

from __future__ import annotations

from typing import Callable, Iterator, Mapping, Tuple

from kpixl.errors import Problem
from kpixl.plan.model import Plan
from kpixl.review import checks_figures, checks_targets, checks_tree
from kpixl.review.advice import MethodView
from kpixl.review.figures import Review

Check = Callable[[MethodView], Iterator[Problem]]

CHECKS: Mapping[str, Check] = {
    "kgi-without-number": checks_tree.kgi_without_number,
    "kpi-without-kgi": checks_tree.kpi_without_kgi,
    "csf-without-kpi": checks_tree.csf_without_kpi,
    "goal-without-owner": checks_tree.goal_without_owner,
    "csf-too-many-kpis": checks_tree.csf_too_many_kpis,
    "book-too-many-kpis": checks_tree.book_too_many_kpis,
    "owner-too-many-kpis": checks_tree.owner_too_many_kpis,
    "weight-too-large": checks_tree.weight_too_large,
    "ratio-summed": checks_figures.ratio_summed,
    "unit-changed": checks_tree.unit_changed,
    "plan-needs-baseline": checks_figures.plan_needs_baseline,
    "target-easier-than-last-year": checks_targets.target_easier_than_last_year,
    "target-beyond-history": checks_targets.target_beyond_history,
    "target-beyond-benchmark": checks_targets.target_beyond_benchmark,
    "always-green": checks_targets.always_green,
    "not-updated": checks_figures.not_updated,
}
"""Every check by the code of its advice, by which Settings may switch it off."""


def method_checks(plan: Plan, review: Review) -> Tuple[Problem, ...]:
    """Advice on how the goals of ``review`` are set up, by check and in tree order. It never
    blocks a pack. ``plan`` is what was reviewed; it says where everything stands.

    A cell with an error in it gets no advice as well: mending comes first.
    """
    view = MethodView(plan, review)
    off = review.settings.checks_off
    broken = {
        (problem.sheet, problem.cell)
        for problem in review.problems
        if problem.cell and not problem.warning
    }
    return tuple(
        found
        for code, check in CHECKS.items()
        if code not in off
        for found in check(view)
        if (found.sheet, found.cell) not in broken
    )
