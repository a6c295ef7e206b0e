"""Turn a workbook and new values of single cells into a workbook that differs in those alone.

What a person made is neither parsed into objects nor written anew: the cells' own bytes are
replaced within the worksheet part, and every other part goes over as it is packed. Three things
change with them, and only where they must:

- the workbook part asks for a full calculation when the book is opened (``fullCalcOnLoad``),
  because formulas anywhere may depend on the new figures and their stored results do not;
- a table grows when a row directly beneath it is filled, as it does in Excel: its part says so,
  and its calculated columns get their formulas in the new rows;
- a worksheet says how far its cells go (``dimension``, and ``spans`` of a row).
"""

from __future__ import annotations

from typing import Sequence, Tuple

from kpixl.errors import EditRefused, FileProblem
from kpixl.workbook.book_edits import BookEdits
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.file_kinds import refuse_other_kinds
from kpixl.workbook.zip_entries import with_entries


def patched(data: bytes, edits: Sequence[CellEdit], file: str = "") -> bytes:
    """The bytes of the ``.xlsx`` or ``.xlsm`` workbook ``data`` with these cells changed.

    Cells keep their style; a new cell takes that of the cell above it in its table, else of its
    row or column. Where every cell holds its value already, the same bytes come back.

    Raises EditRefused (``sheet`` and ``cell`` among its details) for the first cell that cannot
    be written without harm (a formula or a part of one, a covered part of a merged cell, the
    headers or totals of a table, a pivot table) or whose value no cell can hold, and for a book
    that is signed; FileProblem where the book cannot be read. ``file`` is its name for them.
    """
    try:
        book = _edited(data, edits, file)
        if book.refused:
            raise book.refused[0]
        return with_entries(data, book.parts) if book.parts else data
    except FileProblem as problem:
        raise FileProblem(problem.code, **{**problem.details, "file": file}) from problem
    except EditRefused as problem:
        raise EditRefused(problem.code, **{**problem.details, "file": file}) from problem


def refusals(data: bytes, edits: Sequence[CellEdit], file: str = "") -> Tuple[EditRefused, ...]:
    """Why :func:`patched` would refuse these edits: all reasons, a cell has at most one.

    Raises FileProblem where the book cannot be read.
    """
    try:
        return tuple(
            EditRefused(one.code, **{**one.details, "file": file})
            for one in _edited(data, edits, file).refused
        )
    except FileProblem as problem:
        raise FileProblem(problem.code, **{**problem.details, "file": file}) from problem


def _edited(data: bytes, edits: Sequence[CellEdit], file: str) -> BookEdits:
    refuse_other_kinds(data, file)
    return BookEdits(data, edits)
