"""The book that figures are to go into: its goals, and which cell is whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpixl.importing.terms import Terms, terms_of
from kpixl.jobs import NotReadable
from kpixl.plan.cells import BookRows, CellValue, SheetRows, cell_name
from kpixl.plan.findings import Findings
from kpixl.plan.headers import Table, looks_like, read_header
from kpixl.plan.model import Plan
from kpixl.plan.month import Month
from kpixl.plan.schema import sheet_names
from kpixl.plan.tables import read_plan
from kpixl.plan.values import id_of
from kpixl.words import fold
from kpixl.workbook.reader import OpenBook


@dataclass(frozen=True)
class Slot:
    """A cell of a monthly sheet: row and column from 1, and what it holds. ``formula`` is its
    text where it has one."""

    row: int
    column: int
    value: CellValue
    formula: str = ""

    @property
    def name(self) -> str:
        """The cell's name."""
        return cell_name(self.row, self.column)


@dataclass(frozen=True)
class MonthlySheet:
    """A sheet of figures: the rows of each goal and the columns of each month, all from 1; more
    than one where it stands there more than once."""

    name: str
    rows: Mapping[str, Sequence[int]]
    columns: Mapping[Month, Sequence[int]]
    sheet: SheetRows
    header: int

    def slot(self, goal: str, month: Month) -> Slot:
        """The cell of a goal and month that both stand there; the first where there are several."""
        row, column = self.rows[goal][0], self.columns[month][0]
        cells = self.sheet.rows[row - 1] if row <= len(self.sheet.rows) else ()
        value = cells[column - 1] if column <= len(cells) else None
        return Slot(row, column, value, self.sheet.formulas.get((row, column), ""))

    def formulas(self) -> tuple[str, ...]:
        """The cells of goals and months that hold formulas of the spreadsheet."""
        rows = {row for found in self.rows.values() for row in found}
        columns = {column for found in self.columns.values() for column in found}
        return tuple(
            cell_name(row, column)
            for row, column in sorted(self.sheet.formulas)
            if row in rows and column in columns
        )

    def slots(self) -> Sequence[tuple[str, Month, Slot]]:
        """Every cell of a goal and month that stand there once."""
        return [
            (goal, month, self.slot(goal, month))
            for goal, rows in self.rows.items()
            if len(rows) == 1
            for month, columns in self.columns.items()
            if len(columns) == 1
        ]


@dataclass(frozen=True)
class TargetBook:
    """The book, opened: ``sheets`` are its monthly sheets by key; ``opened`` reads any other."""

    path: Path
    plan: Plan
    terms: Terms
    sheets: Mapping[str, MonthlySheet]
    rows: BookRows
    opened: OpenBook


def open_target(path: Path) -> TargetBook:
    """The book at ``path``. Raises :class:`FileProblem` for what is no workbook and
    :class:`NotReadable` where its structure gives no plan."""
    opened = OpenBook(path.absolute())
    rows = opened.inputs()
    reading = read_plan(rows)
    if reading.plan is None:
        raise NotReadable(reading.problems)
    plan = reading.plan
    found = {}
    for key in ("actuals", "plan", "revision", "outlook"):
        known = plan.sheets.get(key)
        if known is None:
            continue
        sheet = next(one for one in rows.sheets if one.name == known.name)
        monthly = monthly_sheet(key, sheet, plan.settings.fiscal_start)
        if monthly is not None:
            found[key] = monthly
    return TargetBook(path, plan, terms_of(plan), found, rows, opened)


def monthly_sheet(key: str, sheet: SheetRows, fiscal_start: int) -> MonthlySheet | None:
    """Where the figures of a monthly sheet stand; None where it has no header with IDs."""
    table = read_header(key, sheet, fiscal_start, (), Findings())
    if table is None or "id" not in table.columns:
        return None
    rows: dict[str, list[int]] = {}
    place = table.columns["id"]
    for number, cells in table.data_rows():
        goal, fault = id_of(cells[place] if place < len(cells) else None)
        if goal and fault is None:
            rows.setdefault(goal, []).append(number)
    columns: dict[Month, list[int]] = {}
    for position, month in table.month_headers.positions:
        columns.setdefault(month, []).append(position + 1)
    return MonthlySheet(sheet.name, rows, columns, sheet, table.header)


def input_table(key: str, book: BookRows) -> Table | None:
    """The table of the input sheet ``key``, such as Comments or Settings; None where the book has
    none."""
    for sheet in book.sheets:
        if sheet_names().get(fold(sheet.name)) == key and looks_like(key, sheet):
            return read_header(key, sheet, 1, (), Findings())
    return None
