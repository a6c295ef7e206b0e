"""Turn laid-out formulas into the values that are written beside them.

Each formula is worked out from the cells that it refers to, the in-cell functions by the very
functions that a host calls. So what a reader without them sees is what the cell would show.
"""

from __future__ import annotations

from typing import Dict, Mapping, Optional, Tuple

from kpixl.plan.cells import CellValue
from kpixl.workbook.calculator import Calculator, serial
from kpixl.workbook.expressions import from_place
from kpixl.workbook.grid import Formula, Grid, Layout, Part, Table
from kpixl.workbook.operators import NOT_A_VALUE, CannotCalculate
from kpixl.workbook.places import ArrayCell, Content, Place, Relative, TablePlace

__all__ = ["Place", "calculate", "serial"]

_IN_CELLS = ("text-number", "wildcards")
"""What only a value in a cell can lead to: the formula itself is right."""


def calculate(layout: Layout) -> Mapping[Place, CellValue]:
    """The value of every formula of the book, by sheet name, row and column; of an array formula
    that of every cell.

    Raises :class:`~kpixl.workbook.operators.CannotCalculate`, a ValueError, for a formula that
    refers to itself or is not in the grammar, and for a name, sheet, table or function that does
    not exist.
    """
    calculator = _Written(_LaidOut(layout))
    return {
        (grid.name, row, column): calculator.value((grid.name, row, column))
        for grid in layout.grids
        for row, column in grid.formulas()
    }


class _Written(Calculator):
    """The template's own formulas."""

    def beyond(self, place: Place, fault: CannotCalculate) -> CellValue:  # noqa: ARG002
        if fault.reason in _IN_CELLS:
            return NOT_A_VALUE
        raise fault


class _LaidOut:
    """The sheets of a layout, as a calculator looks into them."""

    def __init__(self, layout: Layout) -> None:
        self._grids: Dict[str, Grid] = {grid.name: grid for grid in layout.grids}
        self._extents = {name: grid.rows() for name, grid in self._grids.items()}
        self._names = {
            name: Relative(from_place(text, 1, 1)) for name, text in layout.names.items()
        }
        self._tables = {
            grid.table.name: _placed(grid.name, grid.table)
            for grid in layout.grids
            if grid.table is not None
        }

    def content(self, place: Place) -> Content:
        if place[0] not in self._grids:
            raise CannotCalculate("sheet", place[0])
        cells = self._grids[place[0]].cells
        found = cells.get(place[1:])
        value = found.value if found is not None else None
        if not isinstance(value, (Formula, Part)):
            return value
        first = value.first if isinstance(value, Part) else place[1:]
        formula = cells[first].value
        if not isinstance(formula, Formula):
            raise CannotCalculate("array", place[0])
        relative = formula.relative or Relative(from_place(formula.text, *first))
        if not formula.is_array:
            return relative
        row, column = place[1] - first[0], place[2] - first[1]
        return ArrayCell(relative, (place[0], *first), row, column)

    def name(self, name: str, sheet: str) -> Optional[Relative]:  # noqa: ARG002
        return self._names.get(name)

    def table(self, name: str) -> Optional[TablePlace]:
        return self._tables.get(name)

    def extent(self, sheet: str) -> Tuple[int, int]:
        return self._extents[sheet]


def _placed(sheet: str, table: Table) -> TablePlace:
    columns = {
        header.casefold(): number
        for number, header in enumerate(table.headers, start=table.first_column)
    }
    return TablePlace(sheet, columns, table.first_row, table.first_row + 1, table.last_row)
