"""Read the cells of a table's rows by column, and report what cannot be read."""

from __future__ import annotations

from datetime import date
from typing import (
    Callable,
    FrozenSet,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from kpixl.errors import CellError
from kpixl.plan import schema
from kpixl.plan.cells import CellValue, cell_name
from kpixl.plan.findings import NO_DETAILS, Findings, Severity
from kpixl.plan.headers import Table
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET
from kpixl.plan.values import (
    CELL_ERROR,
    date_of,
    id_of,
    is_blank,
    month_of,
    number_of,
    number_text,
    text_of,
)
from kpixl.plan.vocabulary import recognise
from kpixl.words import fold

T = TypeVar("T")

NEVER_CALCULATED = "never-calculated"

# How totals under a table are labelled; 集計 is what Excel writes itself.
TOTALS = frozenset(("total", "totals", "grandtotal", "subtotal", "sum"))
TOTALS |= {"合計", "総合計", "総計", "計", "小計", "集計"}


class Row:
    """One row of a table, with the goals and people that its faults touch, and how grave they
    are. A cell that cannot be read is reported and counts as blank; ``faulty`` names its column.
    """

    def __init__(
        self, table: Table, line: int, cells: Sequence[CellValue], findings: Findings
    ) -> None:
        self.table = table
        self.line = line
        self.goals: Tuple[str, ...] = ()
        self.people: Tuple[str, ...] = ()
        self.severity = Severity.ERROR
        self.faulty: FrozenSet[str] = frozenset()
        self._cells = cells
        self._findings = findings

    def value(self, column: str) -> CellValue:
        """What the cell holds; a column that is not there is blank."""
        position = self.table.columns.get(column)
        if position is None or position >= len(self._cells):
            return None
        return self._cells[position]

    def report(
        self,
        code: str,
        column: str,
        found: object = None,
        severity: Optional[Severity] = None,
        details: Mapping[str, object] = NO_DETAILS,
    ) -> None:
        """Report on the cell of ``column`` (the row's first cell where there is no such column)."""
        grave = severity or self.severity
        if grave is not Severity.WARNING:
            self.faulty |= {column}
        at = (self.line, self.table.columns.get(column, 0) + 1)
        shown = self.value(column) if found is None else found
        self._findings.cell(
            code, self.table.sheet, at, shown, self.goals, self.people, grave, details
        )

    def name(self, column: str) -> str:
        """The cell's name, such as ``B7``."""
        return cell_name(self.line, self.table.columns.get(column, 0) + 1)

    def formula(self, column: str) -> Optional[str]:
        """The text of the cell's formula, where Excel took it for one."""
        position = self.table.columns.get(column)
        if position is None:
            return None
        return self.table.sheet.formulas.get((self.line, position + 1))

    def text(self, column: str) -> str:
        """The cell's text; an Excel error is none."""
        value = self.value(column)
        if isinstance(value, CellError):
            self.report(CELL_ERROR, column)
            return ""
        self._calculated(column)
        return text_of(value)

    def id(self, column: str) -> str:
        """An ID as compared, empty where blank."""
        return self._read(column, id_of) or ""

    def number(self, column: str) -> Optional[float]:
        """A number."""
        return self._read(column, number_of)

    def date(self, column: str) -> Optional[date]:
        """A day."""
        return self._read(column, date_of)

    def month(self, column: str) -> Optional[Month]:
        """A month."""
        return self._read(column, month_of)

    def not_negative(self, column: str) -> Optional[float]:
        """A number that is 0 or more."""
        number = self.number(column)
        if number is not None and number < 0:
            self.report("negative-value", column)
            return None
        return number

    def whole(self, column: str, low: int, high: int) -> Optional[int]:
        """A whole number from ``low`` to ``high``."""
        number = self.number(column)
        if number is None:
            return None
        if not number.is_integer() or not low <= number <= high:
            self.report("whole-number-range", column, details={"low": low, "high": high})
            return None
        return int(number)

    def fraction(self, column: str) -> Optional[float]:
        """A threshold such as 0.9 or 90%, above 0."""
        number = self.number(column)
        if number is None:
            return None
        if number > schema.PERCENT_SLIP:
            meant = {"fraction": number_text(number / 100), "percent": number_text(number)}
            self.report("fraction-as-percent", column, details=meant)
            return None
        if number <= 0:
            self.report("fraction-range", column)
            return None
        return number

    def word(self, column: str, vocabulary: str) -> Optional[str]:
        """A word of a closed vocabulary."""
        text = self.text(column)
        if not text:
            return None
        known = recognise(vocabulary, text)
        if known is None:
            self.report(f"{vocabulary}-unknown", column)
        return known

    def _read(
        self, column: str, read: Callable[[object], Tuple[Optional[T], Optional[str]]]
    ) -> Optional[T]:
        if not self._calculated(column):
            return None
        value, fault = read(self.value(column))
        if fault is not None:
            self.report(fault, column)
            return None
        return value

    def _calculated(self, column: str) -> bool:
        position = self.table.columns.get(column)
        at = (self.line, -1 if position is None else position + 1)
        if at not in self.table.sheet.uncached:
            return True
        self.report(NEVER_CALCULATED, column, self.table.sheet.formulas.get(at, ""))
        return False


def filled_rows(table: Table, findings: Findings) -> Iterator[Row]:
    """The rows in which anything was entered; computed columns do not count."""
    entered = [
        table.columns[column.key]
        for column in SHEET[table.key].columns
        if not column.computed and column.key in table.columns
    ]
    uncached = {row for row, column in table.sheet.uncached if column - 1 in entered}
    for number, cells in table.data_rows():
        width = len(cells)
        filled = any(position < width and not is_blank(cells[position]) for position in entered)
        if filled or number in uncached:
            yield Row(table, number, cells, findings)


def is_total(goal_id: str, cells: Iterable[object]) -> bool:
    """Whether a row is a table's total: called so in place of an ID, or labelled so without."""
    labels = (goal_id,) if goal_id else cells
    return any(isinstance(label, str) and fold(label) in TOTALS for label in labels)
