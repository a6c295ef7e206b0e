"""Find the rows beneath a book's comments in which new ones are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpixl.errors import Problem
from kpixl.importing.book import TargetBook, input_table
from kpixl.importing.figures import Remark
from kpixl.plan.cells import cell_name
from kpixl.plan.headers import Table
from kpixl.plan.values import is_blank
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.tables_and_names import sheet_tables


@dataclass(frozen=True)
class NewComment:
    """A comment with the row that it goes into; ``cell`` is that of its text."""

    remark: Remark
    sheet: str
    row: int
    cell: str
    edits: tuple[CellEdit, ...]


def place_comments(
    book: TargetBook, remarks: Sequence[Remark]
) -> tuple[tuple[NewComment, ...], tuple[Problem, ...]]:
    """Each remark in the first free row of the Comments table, or beneath it; a problem where
    the book has no such sheet, or something stands beneath the table."""
    if not remarks:
        return (), ()
    table = input_table("comments", book.rows)
    first = remarks[0].origin
    if table is None or not {"goal_id", "month", "comment"} <= table.columns.keys():
        return (), (Problem("import-no-comments", first.place, details={"n": len(remarks)}),)
    row, last = _first_free(book, table)
    placed: list[NewComment] = []
    for remark in remarks:
        if last is not None and row > last and _stands(table, row):
            at = cell_name(row, 1)
            details = {"n": len(remarks) - len(placed), "target": table.sheet.name, "cell": at}
            return tuple(placed), (Problem("import-no-room", first.place, details=details),)
        placed.append(_placed(book, table, remark, row))
        row += 1
    return tuple(placed), ()


def _placed(book: TargetBook, table: Table, remark: Remark, row: int) -> NewComment:
    values = {
        "goal_id": book.terms.labels[remark.goal],
        "month": str(remark.month),
        "comment": remark.text,
        "author": remark.author,
    }
    edits = tuple(
        CellEdit(table.sheet.name, row, table.columns[key] + 1, value)
        for key, value in values.items()
        if key in table.columns
    )
    cell = cell_name(row, table.columns["comment"] + 1)
    return NewComment(remark, table.sheet.name, row, cell, edits)


def _first_free(book: TargetBook, table: Table) -> tuple[int, int | None]:
    """The row after the last comment, and the last row of the Excel table (None: there is no
    table, and what is below the header is the list)."""
    opened, name = book.opened, table.sheet.name
    last = None
    for place in sheet_tables(opened.package, name, opened.sheets[name]).values():
        if place.headers == table.header:
            last = place.last_row
    places = set(table.columns.values())
    free = table.header + 1
    for number, cells in table.data_rows():
        if last is not None and number > last:
            break
        if any(place < len(cells) and not is_blank(cells[place]) for place in places):
            free = number + 1
    return free, last


def _stands(table: Table, row: int) -> bool:
    """Whether anything stands in a row."""
    cells = table.sheet.rows[row - 1] if row <= len(table.sheet.rows) else ()
    return any(not is_blank(cell) for cell in cells)
