"""A workbook that is open in LibreOffice and gets one content after the other."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from kpixl.functions.cells import serial
from kpixl.plan.cells import BookRows, CellValue, SheetRows, cell_name
from kpixl.plan.schema import SHEET
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.grid import Cell, Formula, Grid, Part
from kpixl.workbook.template import scorecard
from kpixl.workbook.template.inputs import input_grids, sheet_name
from tests.office import OfficeBook, Value


def entered(grid: Grid) -> dict[tuple[int, int], CellValue]:
    """What people enter on a sheet, by row and column."""
    return {
        place: cell.value
        for place, cell in grid.cells.items()
        if not isinstance(cell.value, (Formula, Part))
    }


def rows_of(content: BookContent) -> BookRows:
    """The input sheets as a reader hands them on; nothing is calculated."""
    sheets = []
    for grid in input_grids(content).values():
        cells, (height, width) = entered(grid), grid.rows()
        rows = [[cells.get((r, c)) for c in range(1, width + 1)] for r in range(1, height + 1)]
        sheets.append(SheetRows(grid.name, rows))
    return BookRows("", "", tuple(sheets))


def review_of(content: BookContent) -> Review:
    """The review of a content that has no errors."""
    reading = read_plan(rows_of(content))
    assert [problem for problem in reading.problems if not problem.warning] == []
    assert reading.plan is not None
    return review(reading.plan)


def without_values(book: bytes) -> bytes:
    """A workbook whose formulas have never been calculated: nothing of ours shows through."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>|(</f>)<v/>", rb"\1\2", part)
            new.writestr(name, part)
    return stream.getvalue()


class Rounds:
    """The open book, with what it was made of. Contents must have room in it, and its months."""

    def __init__(self, book: OfficeBook, content: BookContent) -> None:
        self.book, self.language = book, content.language
        self._keys = [one.key for one in scorecard.columns(foresees=content.cells != NATIVE)]
        self._room = {grid.name: grid.rows()[0] for grid in input_grids(content).values()}

    def put(self, content: BookContent) -> None:
        """Enter everything that the content has, and calculate anew."""
        for grid in input_grids(content).values():
            if grid.table is None:
                continue
            first, last = grid.table.first_row + 1, self._room[grid.name]
            assert last >= grid.table.last_row
            for left, right in _open_columns(grid):
                rows = [
                    [_plain(grid.cells.get((row, column))) for column in range(left, right + 1)]
                    for row in range(first, last + 1)
                ]
                address = f"{cell_name(first, left)}:{cell_name(last, right)}"
                self.book.enter(grid.name, address, rows)
        self.book.recalculate()

    def scorecard(self) -> dict[str, dict[str, Value]]:
        """The Scorecard's rows by goal, their cells by column."""
        name = sheet_name("scorecard", self.language)
        rows, _ = self.book.size(name)
        last = cell_name(rows, len(self._keys))
        cells = self.book.values(name, f"A{scorecard.FIRST_ROW}:{last}")
        found = [dict(zip(self._keys, row, strict=True)) for row in cells]
        return {str(row["id"]): row for row in found if row["status"] != ""}


def _open_columns(grid: Grid) -> Iterator[tuple[int, int]]:
    """The first and last columns of those that people fill in, side by side."""
    assert grid.table is not None
    first, count = grid.table.first_row + 1, len(grid.table.headers)
    computed = {column for _, column in grid.formulas()} | {0, count + 1}
    if grid.key == "actions":
        computed.update(range(len(SHEET["actions"].columns) - 1, count + 1))
    borders = sorted(computed)
    for before, after in pairwise(borders):
        if after > before + 1:
            assert (first, before + 1) in grid.cells
            yield before + 1, after - 1


def _plain(cell: Cell | None) -> float | str | None:
    value = None if cell is None else cell.value
    if isinstance(value, date):
        return serial(value)
    if value is None or isinstance(value, str):
        return value
    return float(value)  # type: ignore[arg-type] # inputs hold no errors
