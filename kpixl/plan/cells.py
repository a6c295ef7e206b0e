"""Cells as a reader hands them on: plain values, row by row, with what a plain value loses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Mapping, Sequence, Tuple, Union

from kpixl.errors import CellError

CellValue = Union[None, bool, int, float, str, date, datetime, CellError]
"""``None`` is a blank cell; dates are already resolved in the book's date system."""


@dataclass(frozen=True)
class SheetRows:
    """One sheet, from row 1 and column A on. Rows may differ in length; missing cells are blank.

    ``formulas`` holds, for cells (row, column; both from 1) with a formula, its text with the
    leading ``=``; ``uncached`` those among them that were never calculated (their value is None).
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    formulas: Mapping[Tuple[int, int], str] = field(default_factory=dict)
    uncached: frozenset[Tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class BookRows:
    """The input sheets of a workbook, and which file they came from."""

    name: str
    sha256: str
    sheets: Tuple[SheetRows, ...]


def cell_name(row: int, column: int) -> str:
    """The A1 name of a cell; row and column count from 1."""
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """The letters of a column; columns count from 1."""
    letters = ""
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters
