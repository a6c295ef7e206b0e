"""Turn the texts of driver formulas into trees, and compare them with the goals' own figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.measures.drivers import Driver, DriverTree
from kpixl.measures.formula import FormulaError, Node, inputs, parse
from kpixl.plan import schema
from kpixl.plan.findings import Severity
from kpixl.plan.goals import GoalRow
from kpixl.plan.model import NO_FIGURES, Goal, Series
from kpixl.plan.month import Month
from kpixl.plan.structure import chain_details, cycles_at_any_time
from kpixl.plan.values import number_text


def parse_formulas(
    rows: Sequence[GoalRow],
) -> Tuple[Tuple[GoalRow, ...], FrozenSet[str]]:
    """The rows with their formulas parsed, and the IDs of the goals whose formula cannot be
    used: not understood, with an unknown goal, or in a cycle. Those are reported."""
    names = frozenset(entry.goal.id for entry in rows)
    broken: Set[str] = set()
    parsed: List[GoalRow] = []
    for entry in rows:
        goal = entry.goal
        if goal.formula_text:
            try:
                goal = replace(goal, formula=parse(goal.formula_text, names))
            except FormulaError as error:
                details = {"goal": goal.label, **error.details}
                entry.row.report(error.code, "formula", goal.formula_text, details=details)
                broken.add(goal.id)
        if "formula" in entry.row.faulty:
            broken.add(goal.id)
        parsed.append(replace(entry, goal=goal))
    circular = _report_cycles(parsed)
    kept = tuple(
        replace(entry, goal=replace(entry.goal, formula=None))
        if entry.goal.id in circular
        else entry
        for entry in parsed
    )
    return kept, frozenset(broken | circular)


def _report_cycles(rows: Sequence[GoalRow]) -> Set[str]:
    edges = [
        (entry.goal, inputs(entry.goal.formula)) for entry in rows if entry.goal.formula is not None
    ]
    circular: Set[str] = set()
    for cycle in cycles_at_any_time(edges):
        entry = next(one for one in rows if one.goal.id == cycle[0] and one.goal.formula)
        entry.row.goals = cycle
        entry.row.report(
            "formula-cycle", "formula", entry.goal.formula_text, details=chain_details(cycle)
        )
        entry.row.goals = (entry.goal.id,)
        circular.update(cycle)
    return circular


def compare_with_formulas(
    rows: Sequence[GoalRow], series: Mapping[str, Series], sheet: str
) -> None:
    """Warn where a goal's own figures differ from what its formula gives by more than 0.5 %
    (SPEC 3); ``sheet`` is where the figures stand. One finding a goal, on its formula."""
    goals = [entry.goal for entry in rows]
    own_and_formula = [
        entry
        for entry in rows
        if entry.goal.formula is not None and series.get(entry.goal.id, NO_FIGURES).values
    ]
    if not own_and_formula:
        return
    own_figures = (series[entry.goal.id].values for entry in own_and_formula)
    months = sorted({month for values in own_figures for month in values})
    drivers = _drivers(goals, series, months)
    tree = DriverTree(drivers)
    for entry in own_and_formula:
        own = drivers[entry.goal.id].own
        differing = [
            (month, mine, theirs)
            for month, mine, theirs in zip(months, own, tree.from_formula(entry.goal.id))
            if entry.goal.valid_in(month)
            and mine is not None
            and theirs is not None
            and abs(mine - theirs) > schema.FORMULA_DIFFERENCE * max(abs(mine), abs(theirs))
        ]
        if differing:
            _report_difference(entry, sheet, differing)


def _report_difference(
    entry: GoalRow, sheet: str, differing: Sequence[Tuple[Month, float, float]]
) -> None:
    month, mine, theirs = differing[-1]
    details = {
        "goal": entry.goal.label,
        "figures": sheet,
        "month": str(month),
        "own": number_text(mine),
        "formula": number_text(float(f"{theirs:.6g}")),
        "months": len(differing),
    }
    entry.row.report(
        "formula-difference", "formula", entry.goal.formula_text, Severity.WARNING, details
    )


def _drivers(
    goals: Sequence[Goal], series: Mapping[str, Series], months: Sequence[Month]
) -> Dict[str, Driver]:
    by_id: Dict[str, List[Goal]] = {}
    for goal in goals:
        by_id.setdefault(goal.id, []).append(goal)
    return {
        goal_id: Driver(
            own=[series.get(goal_id, NO_FIGURES).get(month) for month in months],
            aggregation=definitions[-1].aggregation,
            formulas=[_formula(definitions, month) for month in months],
        )
        for goal_id, definitions in by_id.items()
    }


def _formula(definitions: Sequence[Goal], month: Month) -> Optional[Node]:
    return next((goal.formula for goal in definitions if goal.valid_in(month)), None)
