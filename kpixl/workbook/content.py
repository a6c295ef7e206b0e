"""What a new workbook is to hold, before it is laid out in sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.workbook.grid import Grid

Row = Mapping[str, CellValue]
"""Column key of :mod:`kpixl.plan.schema` -> value. Words of a closed vocabulary are given by
their key (``"higher"``, ``"sum"``, ``"kgi"``) and written in the book's language."""

MonthFigures = Mapping[str, Mapping[Month, CellValue]]
"""Goal ID -> month -> figure (a number, or text such as ``"▲12"``); absent months stay blank."""


FUNCTIONS, NATIVE = "functions", "native"
"""What the cells of a book are worked out with: the in-cell functions, or plain formulas."""


@dataclass(frozen=True)
class Picture:
    """A picture on the Settings sheet, the pack's logo: a PNG or JPEG, its size in pixels."""

    name: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class BookContent:
    """The rows of every input sheet of a workbook, in one language. ``fixed``: no goal is to be
    added, so that the sheets have no row to spare for any."""

    language: str
    settings: Mapping[str, CellValue]
    months: Sequence[Month]
    goals: Sequence[Row] = ()
    plan: MonthFigures = field(default_factory=dict)
    revision: MonthFigures = field(default_factory=dict)
    actuals: MonthFigures = field(default_factory=dict)
    outlook: MonthFigures = field(default_factory=dict)
    actions: Sequence[Row] = ()
    comments: Sequence[Row] = ()
    recipients: Sequence[Row] = ()
    holidays: Sequence[Row] = ()
    cells: str = FUNCTIONS
    picture: Optional[Picture] = None
    fixed: bool = False
    extras: Sequence[Grid] = ()
    """Further sheets behind the book's own, which nothing is read from."""
