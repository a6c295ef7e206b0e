"""The sheets of a new workbook as cells, before they are calculated and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from kpixl.plan.cells import CellValue, cell_name, column_letters
from kpixl.workbook.expressions import filled_down, from_place
from kpixl.workbook.places import Relative

HEADER_ROW = 4
"""Row of the table headers: above it stand the sheet's title and one line of help."""

FIRST_ROW = HEADER_ROW + 1
"""The first row of a table's data."""


@dataclass(frozen=True)
class Formula:
    """A cell's formula without the leading ``=``. The result of an array formula takes so many
    ``rows`` and ``columns``, of which this is the first cell. ``relative`` is the
    formula of all cells that it was filled into, where it was."""

    text: str
    rows: int = 1
    columns: int = 1
    relative: Optional[Relative] = field(default=None, compare=False)

    @property
    def is_array(self) -> bool:
        """Whether the result takes more than this cell."""
        return (self.rows, self.columns) != (1, 1)


@dataclass(frozen=True)
class Part:
    """What another cell of an array formula holds: the row and column of its first cell."""

    first: Tuple[int, int]


Content = Union[CellValue, Formula, Part]


@dataclass(frozen=True)
class Cell:
    """What a cell holds and how it looks: ``style`` is words of the template's ``styles``."""

    value: Content
    style: str = ""
    number_format: str = ""


@dataclass(frozen=True)
class Table:
    """An Excel table: its first row (the headers) and its data rows. ``formulas`` are the
    columns that fill themselves as rows are added, by header."""

    name: str
    headers: Tuple[str, ...]
    first_row: int
    last_row: int
    first_column: int = 1
    formulas: Mapping[str, str] = field(default_factory=dict)

    @property
    def last_column(self) -> int:
        """The table's right-most column."""
        return self.first_column + len(self.headers) - 1

    def column(self, header: str) -> int:
        """The sheet column that ``header`` stands in."""
        return self.first_column + self.headers.index(header)


@dataclass
class Grid:
    """One sheet as it is laid out: cells by row and column (from 1), table and widths.

    The only thing here that is filled step by step; once the book is laid out nothing changes it.
    """

    key: str
    name: str
    role: str = "input"
    cells: Dict[Tuple[int, int], Cell] = field(default_factory=dict)
    table: Optional[Table] = None
    widths: Dict[int, float] = field(default_factory=dict)
    heights: Dict[int, float] = field(default_factory=dict)
    frozen: Tuple[int, int] = (0, 0)
    links: Dict[Tuple[int, int], str] = field(default_factory=dict)

    def put(
        self, row: int, column: int, value: Content, style: str = "", number_format: str = "",
    ) -> None:  # fmt: skip
        """Place a cell."""
        self.cells[row, column] = Cell(clean(value), style, number_format)

    def fill_down(
        self, first: Tuple[int, int], last_row: int, formula: str, style: str = "",
        number_format: str = "",
    ) -> None:  # fmt: skip
        """Place a formula in the cell ``first`` (row, column), and fill it down to a row."""
        row, column = first
        relative = Relative(from_place(formula, row, column))
        for at, text in enumerate(filled_down(formula, row, last_row), start=row):
            self.put(at, column, Formula(text, relative=relative), style, number_format)

    def put_array(self, row: int, column: int, formula: Formula, style: str = "") -> None:
        """Place an array formula in all its cells."""
        for down in range(formula.rows):
            for across in range(formula.columns):
                first = not down and not across
                value = formula if first else Part((row, column))
                self.put(row + down, column + across, value, style)

    def formulas(self) -> Iterator[Tuple[int, int]]:
        """The places of all formulas, and of all cells that their results take."""
        for place, cell in self.cells.items():
            if isinstance(cell.value, (Formula, Part)):
                yield place

    def rows(self) -> Tuple[int, int]:
        """The last row and the last column that hold anything."""
        if not self.cells:
            return 0, 0
        return max(row for row, _ in self.cells), max(column for _, column in self.cells)

    def area(self, row: int, column: int, last_row: int, last_column: int) -> str:
        """An absolute address with the sheet's name, for formulas on any sheet."""
        return f"{quoted(self.name)}!{span(row, column, last_row, last_column)}"

    def at(self, row: int, column: int) -> str:
        """An absolute address of one cell, with the sheet's name."""
        return f"{quoted(self.name)}!{fixed(row, column)}"


@dataclass(frozen=True)
class Layout:
    """A whole workbook laid out: its sheets in order and its defined names."""

    language: str
    grids: Tuple[Grid, ...]
    names: Mapping[str, str]

    def grid(self, key: str) -> Grid:
        """The sheet called ``key`` in the schema or by the template."""
        return next(grid for grid in self.grids if grid.key == key)


def clean(value: Content) -> Content:
    """``value`` without the characters that XML cannot hold, which would break the file."""
    if not isinstance(value, str):
        return value
    kept = "".join(ch for ch in value if _in_xml(ch))
    # XlsxWriter takes such a text for mark-up of its own and would write it unescaped.
    return f"{kept} " if kept.startswith("<r>") and kept.endswith("</r>") else kept


def _in_xml(character: str) -> bool:
    code = ord(character)
    if code < 0x20:
        return character in "\t\n\r"
    return not (0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF))


def fixed(row: int, column: int) -> str:
    """``$A$1``."""
    return f"${column_letters(column)}${row}"


def row_of(row: int, column: int) -> str:
    """``$A1``: the column stays, the row follows."""
    return f"${cell_name(row, column)}"


def column_of(row: int, column: int) -> str:
    """``A$1``: the row stays, the column follows."""
    return f"{column_letters(column)}${row}"


def span(row: int, column: int, last_row: int, last_column: int) -> str:
    """``$A$1:$B$2``."""
    return f"{fixed(row, column)}:{fixed(last_row, last_column)}"


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    escaped = sheet.replace("'", "''")
    return f"'{escaped}'"


def text(value: str) -> str:
    """A text as a formula writes it."""
    escaped = value.replace('"', '""')
    return f'"{escaped}"'


def iso_day(cell: str) -> str:
    """A formula for a date as text, the same in every locale: ``2026-11-09``."""
    return f'YEAR({cell})&"-"&RIGHT("0"&MONTH({cell}),2)&"-"&RIGHT("0"&DAY({cell}),2)'


def column_ref(table: str, header: str) -> str:
    """All data cells of a table's column."""
    return f"{table}[{header}]"


def cells(table: str) -> str:
    """All data cells of a table."""
    return f"{table}[[#Data]]"


def here(table: str, header: str) -> str:
    """The cell of a table's column in the formula's own row."""
    return f"{table}[[#This Row],[{header}]]"


def headers(table: str) -> str:
    """A table's header row."""
    return f"{table}[[#Headers]]"


def padded(rows: Sequence[Mapping[str, CellValue]], capacity: int) -> List[Mapping[str, CellValue]]:
    """``rows`` and blank ones up to ``capacity``."""
    return [*rows, *({} for _ in range(capacity - len(rows)))]
