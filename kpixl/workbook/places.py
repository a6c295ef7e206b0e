"""What a calculator looks up: cells, names and tables, wherever a book comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional, Protocol, Tuple, Union

from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import CannotCalculate

Place = Tuple[str, int, int]
"""Sheet name, row, column."""


@dataclass(frozen=True)
class Relative:
    """A cell's formula, as :func:`~kpixl.workbook.expressions.from_place` gives it."""

    text: str


@dataclass(frozen=True)
class ArrayCell:
    """A cell that shows a part of an array formula's result: the formula, the place of its first
    cell, and how many rows and columns from it this one is."""

    formula: Relative
    first: Place
    row: int
    column: int


@dataclass(frozen=True)
class TablePlace:
    """Where a table stands: its columns by folded header, and the rows of its parts. A part that
    it does not have is None."""

    sheet: str
    columns: Mapping[str, int]
    headers: Optional[int]
    first_row: int
    last_row: int
    totals: Optional[int] = None

    def rows(self, part: str, row: int) -> Tuple[int, int]:
        """First and last row of a part, for a formula in ``row``."""
        top = self.first_row if self.headers is None else self.headers
        bottom = self.last_row if self.totals is None else self.totals
        found = {
            "row": (row, row),
            "data": (self.first_row, self.last_row),
            "headers": (self.headers, self.headers),
            "totals": (self.totals, self.totals),
            "all": (top, bottom),
        }[part]
        if found[0] is None or found[1] is None:
            raise CannotCalculate("table", part)
        return found[0], found[1]

    def span(self, first: Optional[str], last: Optional[str]) -> Tuple[int, int]:
        """The left-most and the right-most column from one header to another, or of one alone;
        without any, of the whole table."""
        if first is None:
            return min(self.columns.values()), max(self.columns.values())
        names = (first.casefold(), (last or first).casefold())
        unknown = [name for name in names if name not in self.columns]
        if unknown:
            raise CannotCalculate("table", unknown[0])
        left, right = sorted(self.columns[name] for name in names)
        return left, right


Content = Union[CellValue, Relative, ArrayCell]


class Sheets(Protocol):
    """Where a calculator looks cells, names and tables up."""

    def content(self, place: Place) -> Content:
        """What a cell holds."""

    def name(self, name: str, sheet: str) -> Optional[Relative]:
        """What a defined name means in a formula of ``sheet``."""

    def table(self, name: str) -> Optional[TablePlace]:
        """Where a table stands."""

    def extent(self, sheet: str) -> Tuple[int, int]:
        """The last row and column of a sheet that hold anything."""
