"""Turn a table with a column for each goal, months down, into one with a column for each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpixl.importing.extract import SourceSheet
from kpixl.importing.headings import folded
from kpixl.importing.numbers import figure_of, has_decimal_comma
from kpixl.importing.rules import COLUMNS, Rules
from kpixl.importing.terms import Terms
from kpixl.plan.cells import CellValue, SheetRows
from kpixl.plan.values import is_blank, month_of, text_of

HEADER_ROWS = 50
SURE = 2
"""So many goals in a row are its header; one may be what the figures of others are called, unless
nothing but its months stands beside it."""


@dataclass(frozen=True)
class Turned:
    """A sheet with its goals down and the rules for that; in the sheet as it was, ``header`` is
    the row of the goals, from 1, and ``month`` what the column of the months is called."""

    sheet: SourceSheet
    rules: Rules
    header: int
    month: str


def turned(found: SourceSheet, rules: Rules, terms: Terms) -> Turned | None:
    """The sheet turned, where it has a column for each goal and a column of months; else None."""
    if rules.shape not in ("", COLUMNS) or rules.id or rules.value:
        return None
    rows = found.rows.rows
    header = _header(rows, rules, terms)
    if header is None:
        return None
    months = _months(rows, header, rules)
    if months is None:
        return None
    width = max(len(row) for row in rows[header:])
    below = rows[header:]
    # Texts beside the figures are no goals that nobody knows.
    others = [p for p in range(width) if p != months and _has_figures(below[1:], p, rules)]
    order = [months, *others]
    if not rules.shape and len(_goals(rows[header], rules, terms)) < SURE and _beside(below, order):
        return None
    cells = [[row[place] if place < len(row) else None for row in below] for place in order]

    def placed(row: int, column: int) -> tuple[int, int]:
        """Where a cell of the turned sheet stands in the sheet itself; all from 1."""
        return column + header, order[row - 1] + 1

    back = {at: (order.index(at[1] - 1) + 1, at[0] - header) for at in found.rows.formulas
            if at[0] > header and at[1] - 1 in order}  # fmt: skip
    sheet = SheetRows(
        found.rows.name,
        cells,
        {back[at]: text for at, text in found.rows.formulas.items() if at in back},
        frozenset(back[at] for at in found.rows.uncached if at in back),
    )
    return Turned(
        replace(found, rows=sheet, cell_of=lambda row, column: found.cell_of(*placed(row, column))),
        replace(rules, shape="wide", header=1, id="A", month="", year=""),
        header + 1,
        text_of(rows[header][months]) if months < len(rows[header]) else "",
    )


def _header(rows: Sequence[Sequence[CellValue]], rules: Rules, terms: Terms) -> int | None:
    """The position of the row that has the goals: more of them than any column has."""
    if rules.header:
        return rules.header - 1 if rules.shape == COLUMNS and rules.header <= len(rows) else None
    best, most = None, 0
    for position, row in enumerate(rows[:HEADER_ROWS]):
        count = len(_goals(row, rules, terms))
        if count > most:
            best, most = position, count
    if best is None or rules.shape == COLUMNS:
        return best
    down: dict[int, int] = {}
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell, str) and terms.match(cell, rules).goal is not None:
                down[place] = down.get(place, 0) + 1
    return best if max(down.values()) < max(most, SURE) else None


def _goals(row: Sequence[CellValue], rules: Rules, terms: Terms) -> set[str | None]:
    return {terms.match(cell, rules).goal for cell in row if isinstance(cell, str)} - {None}


def _beside(rows: Sequence[Sequence[CellValue]], order: Sequence[int]) -> bool:
    """Whether the table is more than a column of months and one of figures."""
    others = (cell for row in rows for place, cell in enumerate(row) if place not in order)
    return len(order) != 2 or not all(map(is_blank, others))


def _has_figures(rows: Sequence[Sequence[CellValue]], place: int, rules: Rules) -> bool:
    cells = (row[place] for row in rows if place < len(row))
    return any(
        figure_of(cell, rules.decimal).value is not None or has_decimal_comma(cell)
        for cell in cells
    )


def _months(rows: Sequence[Sequence[CellValue]], header: int, rules: Rules) -> int | None:
    """The column below whose header only months stand."""
    if rules.month:
        named = (p for p, cell in enumerate(rows[header]) if folded(cell) == folded(rules.month))
        return next(named, None)
    below = rows[header + 1 :]
    for place in range(max((len(row) for row in below), default=0)):
        cells = [row[place] for row in below if place < len(row) and not is_blank(row[place])]
        if cells and all(month_of(cell)[0] is not None for cell in cells):
            return place
    return None
