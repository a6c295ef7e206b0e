"""Turn what a host hands over into typed values, and results into what a cell shows (SPEC 10)."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from numbers import Real
from typing import Callable, List, Mapping, Optional, Union

from kpixl.errors import CellError
from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Decision
from kpixl.plan.schema import MAX_NUMBER, recognise
from kpixl.plan.values import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    NOT_A_NUMBER,
    clean_text,
    date_of,
    id_of,
    number_of,
    text_of,
)

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


class Fault(Exception):
    """The call ends with an Excel error."""

    def __init__(self, error: CellError) -> None:
        super().__init__(error)
        self.error = error


class Kind(str, Enum):
    """What an argument holds. Kinds that are named like a vocabulary of words.json take its
    words in both languages; ANY is handed to the function as it is, errors included."""

    NUMBER = "number"
    TEXT = "text"
    ID = "id"
    DATE = "date"
    DIRECTION = "direction"
    AGGREGATION = "aggregation"
    STATUS = "status"
    DECISION = "decision"
    LANGUAGE = "language"
    ANY = "any"


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


def rows(value: object) -> Optional[Rows]:
    """A range as rows of equal length, or None where ``value`` is a single one.

    A flat list is one row; missing cells of shorter rows are blank.
    """
    if not isinstance(value, (list, tuple)):
        return None
    if not any(isinstance(row, (list, tuple)) for row in value):
        return [[cell(one) for one in value] or [None]]
    read = [
        [cell(one) for one in row] if isinstance(row, (list, tuple)) else [cell(row)]
        for row in value
    ]
    width = max(1, *(len(row) for row in read))
    return [row + [None] * (width - len(row)) for row in read]


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


def _id(value: CellValue) -> str:
    found, fault = id_of(value)
    if fault is not None:
        raise Fault(VALUE)
    return found


def _word(kind: Kind) -> Callable[[CellValue], str]:
    def read(value: CellValue) -> str:
        found = recognise(kind.value, value)
        if found is None:
            raise Fault(NOT_AVAILABLE)
        return found

    return read


_direction, _aggregation, _status, _decision = map(
    _word, (Kind.DIRECTION, Kind.AGGREGATION, Kind.STATUS, Kind.DECISION)
)
_READERS: Mapping[Kind, Callable[[CellValue], object]] = {
    Kind.NUMBER: _number,
    Kind.TEXT: text_of,
    Kind.ID: _id,
    Kind.DATE: _date,
    Kind.DIRECTION: lambda value: Direction(_direction(value)),
    Kind.AGGREGATION: lambda value: Aggregation(_aggregation(value)),
    Kind.STATUS: lambda value: Status(_status(value)),
    Kind.DECISION: lambda value: Decision(_decision(value)),
    Kind.LANGUAGE: _word(Kind.LANGUAGE),
}


def read(kind: Kind, value: CellValue) -> object:
    """A cell as ``kind``; a blank is None.

    Raises :class:`Fault`: an error that stands in the cell as itself, other text than a number
    or a day ``#VALUE!``, one that no calendar or workbook holds ``#NUM!``, an unknown word
    ``#N/A``.
    """
    if kind is Kind.ANY or value is None:
        return value
    if kind is Kind.NUMBER and type(value) is float and -MAX_NUMBER <= value <= MAX_NUMBER:
        return value  # as nearly every cell does
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
