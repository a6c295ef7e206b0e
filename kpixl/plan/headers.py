"""Find the header row of an input sheet, and what each of its columns holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from kpixl.plan import schema
from kpixl.plan.cells import CellValue, SheetRows, cell_name
from kpixl.plan.findings import Findings, Severity, missing_column
from kpixl.plan.monthheaders import MonthHeaders, looks_like_month, month_headers
from kpixl.plan.schema import SHEET, Column
from kpixl.plan.values import is_blank, shown
from kpixl.words import LANGUAGES, fold, word

# A merged ID header may stand this many rows above the row of months.
ROWS_ABOVE = 2
_ID_COUNTS = 1_000


@dataclass(frozen=True)
class Table:
    """An input sheet and its header. ``header`` is the row of the header, from 1; ``columns``
    and ``months`` give positions in a row, from 0."""

    key: str
    sheet: SheetRows
    header: int
    columns: Mapping[str, int]
    month_headers: MonthHeaders

    def cell_name(self, row: int, position: int) -> str:
        """The name of the cell at a row (from 1) and position (from 0)."""
        return cell_name(row, position + 1)

    def header_text(self, column: str) -> str:
        """What the header of a column says; a merged one stands above the row of months."""
        position = self.columns[column]
        upwards = reversed(self.sheet.rows[: self.header])
        cells = (row[position] for row in upwards if position < len(row))
        return shown(next(cell for cell in cells if isinstance(cell, str)))

    def data_rows(self) -> Iterator[Tuple[int, Sequence[CellValue]]]:
        """The rows below the header with their numbers, from 1."""
        rows = self.sheet.rows
        for position in range(self.header, min(len(rows), self.header + schema.MAX_ROWS)):
            yield position + 1, rows[position]


@dataclass(frozen=True)
class _Header:
    row: int
    columns: Dict[str, int]
    doubled: Tuple[Tuple[int, int, str], ...]
    score: int


def looks_like(key: str, sheet: SheetRows) -> bool:
    """Whether the sheet has a header row of the input sheet ``key``."""
    return _find(key, sheet) is not None


def read_header(
    key: str, sheet: SheetRows, fiscal_start: int, goals: Sequence[str], findings: Findings
) -> Optional[Table]:
    """The table on ``sheet``, or None where it has none; reports what is missing.

    ``goals`` are the goals that a fault of the whole sheet touches. Without its columns the
    Goals sheet gives no plan.
    """
    severity = Severity.STRUCTURAL if key == "goals" else Severity.ERROR
    header = _find(key, sheet)
    if header is None:
        findings.sheet("header-missing", sheet.name, goals, severity, _wanted(key))
        return None
    months = MonthHeaders()
    if SHEET[key].monthly:
        months = month_headers(sheet, header.row, set(header.columns.values()), fiscal_start)
    table = Table(key, sheet, header.row, header.columns, months)
    for name in table.columns:
        findings.names[f"column.{key}.{name}"] = table.header_text(name)
    for column in _required(key):
        if column.key not in header.columns:
            findings.cell(
                "column-missing", sheet, (header.row, 1), None, goals, (), severity,
                missing_column(column.key, _unknown(key, sheet, header)),
            )  # fmt: skip
    for row, position, column_key in header.doubled:
        findings.cell(
            "column-double", sheet, (row, position + 1), sheet.rows[row - 1][position], goals,
            details={"first": table.header_text(column_key)},
        )  # fmt: skip
    if len(sheet.rows) - header.row > schema.MAX_ROWS:
        findings.sheet("rows-too-many", sheet.name, goals, details={"limit": schema.MAX_ROWS})
    return table


def _unknown(key: str, sheet: SheetRows, header: _Header) -> List[str]:
    """The headers that mean nothing here: one of them may be the missing one, renamed."""
    names = schema.column_names(key)
    texts = (cell for cell in sheet.rows[header.row - 1] if isinstance(cell, str))
    return [
        shown(text)
        for text in texts
        if not is_blank(text) and fold(text) not in names and not looks_like_month(text)
    ]


def _required(key: str) -> List[Column]:
    return [column for column in SHEET[key].columns if column.required and not column.computed]


def _wanted(key: str) -> Dict[str, object]:
    return {
        f"columns_{language}": ", ".join(
            word(f"column.{column.key}", language) for column in _required(key)
        )
        for language in LANGUAGES
    }


@lru_cache(maxsize=None)
def _proper_names(key: str) -> frozenset[str]:
    return frozenset(
        fold(word(f"column.{column.key}", language))
        for column in SHEET[key].columns
        for language in LANGUAGES
    )


def _find(key: str, sheet: SheetRows) -> Optional[_Header]:
    best: Optional[_Header] = None
    for position in range(min(len(sheet.rows), schema.HEADER_SEARCH_ROWS)):
        header = _candidate(key, sheet, position)
        if best is None or header.score > best.score:
            best = header
    wanted = 1 if SHEET[key].monthly or len(SHEET[key].columns) < 3 else 2
    return best if best is not None and best.score >= wanted else None


def _candidate(key: str, sheet: SheetRows, position: int) -> _Header:
    """What the row at ``position`` would be as the header row."""
    cells = sheet.rows[position]
    here = [(position, column, cell) for column, cell in enumerate(cells)]
    columns, doubled = _columns(key, here)
    if not SHEET[key].monthly:
        return _Header(position + 1, columns, doubled, len(columns))
    months = sum(1 for cell in cells if looks_like_month(cell))
    if months and "id" not in columns:
        columns, doubled = _columns(key, [*_above(sheet, position), *here])
    # A title may hold a date and a row of data the word "Name": only the ID marks the header.
    score = months + len(columns) + _ID_COUNTS if "id" in columns else months // 2
    return _Header(position + 1, columns, doubled, score)


def _above(sheet: SheetRows, position: int) -> List[Tuple[int, int, CellValue]]:
    """Headers merged downwards: they stand above cells that are blank in the row of months."""
    cells = sheet.rows[position]
    return [
        (row, column, cell)
        for row in range(max(0, position - ROWS_ABOVE), position)
        for column, cell in enumerate(sheet.rows[row])
        if column >= len(cells) or cells[column] is None
    ]


def _columns(
    key: str, cells: Sequence[Tuple[int, int, CellValue]]
) -> Tuple[Dict[str, int], Tuple[Tuple[int, int, str], ...]]:
    """Column key -> position, and (row, position, key) of second columns of the same name. A
    proper name wins over a synonym; of two alike the first counts."""
    names, proper = schema.column_names(key), _proper_names(key)
    computed = {column.key for column in SHEET[key].columns if column.computed}
    found: Dict[str, Tuple[bool, int]] = {}
    doubled: List[Tuple[int, int, str]] = []
    for row, position, cell in cells:
        column = names.get(fold(cell)) if isinstance(cell, str) else None
        if column is None:
            continue
        is_proper = fold(str(cell)) in proper
        if column not in found or (is_proper and not found[column][0]):
            found[column] = (is_proper, position)
            doubled = [entry for entry in doubled if entry[2] != column]
        elif found[column][0] == is_proper and column not in computed:
            doubled.append((row + 1, position, column))
    return {column: where[1] for column, where in found.items()}, tuple(doubled)
