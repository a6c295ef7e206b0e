"""Turn a formula, and its drivers' actuals and targets, into each driver's part of the gap."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

from kpixl.errors import Fault
from kpixl.functions.cells import DIVISION, NOT_AVAILABLE, VALUE, Rows, read_number
from kpixl.functions.formulas import first_of, formula_of, places_of
from kpixl.measures.bridge import shapley
from kpixl.measures.formula import inputs
from kpixl.measures.kinds import Direction
from kpixl.plan.cells import CellValue


def kpi_bridge(
    formula: str, ids: Rows, actuals: Rows, targets: Rows, direction: Direction
) -> Sequence[CellValue]:
    """KPI_BRIDGE: what each driver adds to the gap, beside its ID; the parts add up to the gap
    (SPEC 7).

    Blank beside IDs that the formula does not use (an ID's part stands in its first row), and in
    all rows while a driver has no actual or no target. For Lower parts are negated, so that plus
    is good; for Range they are those of the plain difference. ``#DIV/0!`` where the formula has no
    result for actuals, targets or a mixture of them; an error in the figures of a driver comes
    out as it is.
    """
    places = places_of(ids, actuals, targets)
    if len(actuals[0]) != 1 or len(targets[0]) != 1:
        raise Fault(VALUE)
    tree = formula_of(formula, frozenset(places))
    drivers = inputs(tree)
    if not places.keys() >= set(drivers):  # without any ID every word is taken for one
        raise Fault(NOT_AVAILABLE)
    after, before = (_figures(block, places, drivers) for block in (actuals, targets))
    column: List[CellValue] = [None] * len(ids)
    if None in after.values() or None in before.values():
        return column
    parts = shapley(tree, before, after)
    if parts is None:
        raise Fault(DIVISION)
    for driver, part in parts.items():
        column[places[driver][0]] = 0.0 - part if direction is Direction.LOWER else part
    return column


def _figures(
    block: Rows, places: Dict[str, List[int]], drivers: Sequence[str]
) -> Dict[str, Optional[float]]:
    return {driver: read_number(first_of(block, places[driver])) for driver in drivers}
