"""What is to be written into single cells of a workbook that somebody made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Union

EditValue = Union[float, str, date, None]
"""A number, a text, a day, or None for a cell that is to be blank."""


@dataclass(frozen=True)
class CellEdit:
    """One cell of the sheet named as in the workbook, ``row`` and ``column`` counted from 1."""

    sheet: str
    row: int
    column: int
    value: EditValue
