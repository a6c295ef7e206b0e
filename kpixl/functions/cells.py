"""Turn what a host hands over into typed values, and results into what a cell shows (SPEC 10)."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import Callable, List, Mapping, Optional, Sequence, Union

from kpixl.errors import CellError, Fault
from kpixl.functions.arguments import Kind, term
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.values import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    NOT_A_NUMBER,
    clean_text,
    date_of,
    id_of,
    month_of,
    number_of,
    text_of,
)
from kpixl.plan.vocabulary import recognise

Grid = Sequence[Sequence[object]]
Rows = List[List[CellValue]]
Result = Union[CellValue, Rows]

VALUE = CellError("#VALUE!")
DIVISION = CellError("#DIV/0!")
NUMBER = CellError("#NUM!")
NOT_AVAILABLE = CellError("#N/A")

BLANK = ""
"""What a cell shows where there is nothing to say: empty text, as ``=IF(A1="","",…)`` gives."""

_DAY_ZERO = date(1899, 12, 30)
_FIRST_SERIAL = (date(EARLIEST_YEAR, 1, 1) - _DAY_ZERO).days
_LAST_SERIAL = (date(LATEST_YEAR, 12, 31) - _DAY_ZERO).days


def cell(value: object) -> CellValue:
    """One value as a cell holds it: empty text is a blank, exact numbers are floats, and what no
    cell can hold is ``#VALUE!``."""
    if isinstance(value, (float, bool, CellError, date)) or value is None:
        return value
    if isinstance(value, str):
        return value if clean_text(value) else None
    # Excel hands currency cells over as Decimal, and numpy has numbers of its own.
    if isinstance(value, (Real, Decimal)):
        try:
            return float(value)
        except (OverflowError, ValueError):
            return NUMBER
    return VALUE


def grid(value: object) -> Optional[Grid]:
    """A range as rows of equal length, its cells as they came; None where ``value`` is a single
    one.

    A flat list is one row; missing cells of shorter rows are blank.
    """
    if not isinstance(value, (list, tuple)):
        return None
    if not any(isinstance(row, (list, tuple)) for row in value):
        return [list(value) or [None]]
    lines = [row if isinstance(row, (list, tuple)) else (row,) for row in value]
    widths = set(map(len, lines))
    width = max(1, *widths)
    if widths == {width}:
        return lines
    return [[*line, *[None] * (width - len(line))] for line in lines]


def rows(found: Grid) -> Rows:
    """The cells of a range, tidied one by one."""
    return [[cell(one) for one in row] for row in found]


def serial(day: date) -> float:
    """A date as a spreadsheet counts it: days since 30 December 1899."""
    whole = float((date(day.year, day.month, day.day) - _DAY_ZERO).days)
    if isinstance(day, datetime):
        return whole + (day.hour * 3600 + day.minute * 60 + day.second) / 86_400
    return whole


def _number(value: CellValue) -> float:
    number, fault = number_of(serial(value) if isinstance(value, date) else value)
    if number is None:
        raise Fault(VALUE if fault == NOT_A_NUMBER else NUMBER)
    return number


def _date(value: CellValue) -> date:
    if isinstance(value, float):
        if not _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
            raise Fault(NUMBER)
        return _DAY_ZERO + timedelta(days=math.floor(value))
    day, _ = date_of(value)
    if day is None:
        raise Fault(VALUE)
    return day


def _month(value: CellValue) -> Month:
    if isinstance(value, float) and _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
        value = _date(value)
    month, _ = month_of(value)
    if month is None:
        raise Fault(NUMBER if isinstance(value, float) else VALUE)
    return month


def _id(value: CellValue) -> str:
    found, fault = id_of(value)
    if fault is not None:
        raise Fault(VALUE)
    return found


def _word(kind: Kind) -> Callable[[CellValue], object]:
    def read_word(value: CellValue) -> object:
        found = recognise(kind.value, value)
        if found is None:
            raise Fault(NOT_AVAILABLE)
        return term(kind, found)

    return read_word


_WORDS = (
    Kind.DIRECTION, Kind.AGGREGATION, Kind.STATUS, Kind.DECISION, Kind.METHOD, Kind.LANGUAGE,
)  # fmt: skip
_READERS: Mapping[Kind, Callable[[CellValue], object]] = {
    Kind.NUMBER: _number,
    Kind.TEXT: text_of,
    Kind.ID: _id,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    **{kind: _word(kind) for kind in _WORDS},
}


def read(kind: Kind, value: CellValue) -> object:
    """A cell as ``kind``; a blank is None.

    Raises :class:`Fault`: an error that stands in the cell as itself, other text than a number
    or a day ``#VALUE!``, one that no calendar or workbook holds ``#NUM!``, an unknown word
    ``#N/A``.
    """
    if kind is Kind.ANY or value is None:
        return value
    if isinstance(value, CellError):
        raise Fault(value)
    return _READERS[kind](value)


def read_number(value: CellValue) -> Optional[float]:
    """A cell as a number; a blank is None. Raises :class:`Fault`."""
    if isinstance(value, CellError):
        raise Fault(value)
    return None if value is None else _number(value)


def read_date(value: CellValue) -> Optional[date]:
    """A cell as a day: a date, a serial number or text that names one. Raises :class:`Fault`."""
    if isinstance(value, CellError):
        raise Fault(value)
    return None if value is None else _date(value)


def read_text(value: CellValue) -> str:
    """A cell as text, empty where it is blank. Raises :class:`Fault`."""
    if isinstance(value, CellError):
        raise Fault(value)
    return text_of(value)


def shown(result: CellValue) -> CellValue:
    """A function's result as a cell shows it: nothing is empty text, no number ``#NUM!``."""
    if result is None:
        return BLANK
    if isinstance(result, float) and not math.isfinite(result):
        return NUMBER
    return result
