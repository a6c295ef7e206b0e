"""What a new workbook is to hold, before it is laid out in sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Optional, Sequence

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.values import month_of
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


def goals_in_force(content: BookContent) -> Dict[str, Row]:
    """Goal ID -> the row of Goals whose definition holds in the review month."""
    month = _index(content.settings.get("review_month"), 0)
    return {goal_id: row_in_force(own, month) for goal_id, own in goal_rows(content).items()}


def goal_rows(content: BookContent) -> Dict[str, List[Row]]:
    """Goal ID -> its rows of Goals, one for each of its definitions."""
    rows: Dict[str, List[Row]] = {}
    for goal in content.goals:
        rows.setdefault(str(goal.get("id")), []).append(goal)
    return rows


def row_in_force(rows: Sequence[Row], month: int) -> Row:
    """That of a goal's ``rows`` whose definition holds in the ``month`` of this index; where none
    does, the nearest one, as :func:`kpixl.plan.model.definition_in` has it."""
    if len(rows) == 1:
        return rows[0]
    started = [row for row in rows if _start(row) <= month]
    for row in started:
        if month <= _index(row.get("valid_to"), month):
            return row
    return max(started, key=_start) if started else min(rows, key=_start)


def _start(row: Row) -> int:
    return _index(row.get("valid_from"), 0)


def _index(value: CellValue, otherwise: int) -> int:
    month, _ = month_of(value)
    return otherwise if month is None else month.index
