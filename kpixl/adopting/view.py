"""Turn a sheet into cells that can be looked at from either side: months across, or months down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kpixl.plan.cells import CellValue, SheetRows
from kpixl.plan.values import is_blank, number_of, text_of
from kpixl.workbook.appearance import Appearance, Area, Look

Place = tuple[int, int]
"""Row and column, from 1."""

_MOST_MERGED = 100_000
"""So many cells of merged areas are followed up."""


@dataclass(frozen=True)
class View:
    """A sheet's cells by row and column. Where it is ``turned``, its rows are the sheet's
    columns; :meth:`place` gives the cell as the sheet has it."""

    name: str
    cells: Mapping[Place, CellValue]
    appearance: Appearance
    formulas: Mapping[Place, str]
    uncached: frozenset[Place] = frozenset()
    hidden: bool = False
    turned: bool = False
    merged: Mapping[Place, Place] = field(default_factory=dict)
    rows: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def last_row(self) -> int:
        """The last row that holds anything."""
        return max(self.rows, default=0)

    def turn(self) -> View:
        """The same sheet with rows for columns."""
        swapped = {(column, row): value for (row, column), value in self.cells.items()}
        merged = {_swap(place): _swap(first) for place, first in self.merged.items()}
        return replace(
            self, cells=swapped, merged=merged, turned=not self.turned, rows=_by_row(swapped)
        )

    def place(self, row: int, column: int) -> Place:
        """The cell's row and column in the sheet."""
        return (column, row) if self.turned else (row, column)

    def value(self, row: int, column: int) -> CellValue:
        """What a cell holds."""
        return self.cells.get((row, column))

    def heading(self, row: int, column: int) -> CellValue:
        """What a heading shows: the cell's value, or that of the merged cells that it is in."""
        return self.cells.get(self.merged.get((row, column), (row, column)))

    def is_merged_with(self, row: int, column: int, other: Place) -> bool:
        """Whether two cells are one for who looks at them."""
        first = self.merged.get((row, column))
        return first is not None and first == self.merged.get(other)

    def text(self, row: int, column: int) -> str:
        """A cell's text; "" where it holds a number or nothing."""
        value = self.cells.get((row, column))
        return text_of(value) if isinstance(value, str) else ""

    def look(self, row: int, column: int) -> Look:
        """How the cell looks."""
        return self.appearance.look(*self.place(row, column))

    def formula(self, row: int, column: int) -> str | None:
        """The cell's formula with its ``=``."""
        return self.formulas.get(self.place(row, column))

    def was_calculated(self, row: int, column: int) -> bool:
        """Whether the cell has a value that counts."""
        return self.place(row, column) not in self.uncached

    def row_cells(self, row: int) -> Iterator[tuple[int, CellValue]]:
        """The cells of a row that hold anything, from the left."""
        for column in self.rows.get(row, ()):
            yield column, self.cells[row, column]


def view_of(sheet: SheetRows, appearance: Appearance, hidden: bool) -> View:
    """A sheet as people look at it."""
    cells = {
        (row, column): value
        for row, values in enumerate(sheet.rows, start=1)
        for column, value in enumerate(values, start=1)
        if not is_blank(value)
    }
    return View(
        sheet.name, cells, appearance, sheet.formulas, sheet.uncached, hidden,
        merged=_merged(appearance.merged), rows=_by_row(cells),
    )  # fmt: skip


def figure(value: CellValue) -> float | None:
    """The number that a cell holds, or that its text plainly is (``▲12``); None for other cells."""
    if isinstance(value, bool):
        return None
    return number_of(value)[0]


def _by_row(cells: Mapping[Place, CellValue]) -> dict[int, tuple[int, ...]]:
    rows: dict[int, list[int]] = {}
    for row, column in cells:
        rows.setdefault(row, []).append(column)
    return {row: tuple(sorted(columns)) for row, columns in rows.items()}


def _merged(areas: tuple[Area, ...]) -> dict[Place, Place]:
    found: dict[Place, Place] = {}
    for top, left, bottom, right in areas:
        size = (bottom - top + 1) * (right - left + 1)
        if size <= 0 or len(found) + size > _MOST_MERGED:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                found[row, column] = (top, left)
    return found


def _swap(place: Place) -> Place:
    return place[1], place[0]
