"""What a new workbook is to hold, before it is laid out in sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Sequence

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month

Row = Mapping[str, CellValue]
"""Column key of :mod:`kpixl.plan.schema` -> value. Words of a closed vocabulary are given by
their key (``"higher"``, ``"sum"``, ``"kgi"``) and written in the book's language."""

MonthFigures = Mapping[str, Mapping[Month, CellValue]]
"""Goal ID -> month -> figure (a number, or text such as ``"▲12"``); absent months stay blank."""


FUNCTIONS, NATIVE = "functions", "native"
"""What the cells of a book are worked out with: the in-cell functions, or plain formulas."""


@dataclass(frozen=True)
class BookContent:
    """The rows of every input sheet of a workbook, in one language."""

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
