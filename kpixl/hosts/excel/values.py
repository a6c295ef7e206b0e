"""Turn what Excel sends through COM into cell values, and results into what it takes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.functions.cells import BLANK, VALUE, serial
from kpixl.plan.cells import CellValue

ERROR_NUMBERS: Mapping[str, int] = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029,
    "#NUM!": 2036, "#N/A": 2042,
}  # fmt: skip
"""Excel's own numbers of its errors (XlCVError), as VBA's CVErr takes them."""

NO_FUNCTION = CellError("#NAME?")
_FIRST_CODE = -2_146_828_288
"""Excel hands error number n over as this plus n (the HRESULT 0x800A0000 + n)."""
_LAST_NUMBER = 4_095
_MISSING = -2_147_352_572
"""What stands for an optional argument that was left out (DISP_E_PARAMNOTFOUND)."""

_BY_CODE = {_FIRST_CODE + number: CellError(name) for name, number in ERROR_NUMBERS.items()}

# As nearly every cell is.
_AS_THEY_ARE = frozenset({float, str, bool, type(None)})

ComValue = object
"""None, bool, float, str, Decimal, int (an error's code), a date with a time zone, or rows."""


def from_excel(value: ComValue) -> object:
    """An argument as the registry takes it: rows as lists, error codes as :class:`CellError`,
    dates without the time zone that COM gives them, a missing argument as a blank."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, (tuple, list)):
        return [from_excel(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return _error_or_number(value)
    if isinstance(value, datetime):
        return _plain_date(value)
    return value


def _error_or_number(value: int) -> CellValue:
    """Cells hold no whole numbers, only decimal ones: a whole one is an error's code."""
    if value == _MISSING:
        return None
    if value in _BY_CODE:
        return _BY_CODE[value]
    # Later errors such as #SPILL!, for which kpixl has no name of its own.
    return VALUE if _FIRST_CODE < value <= _FIRST_CODE + _LAST_NUMBER else float(value)


def _plain_date(value: datetime) -> date:
    """To the nearest second: the fraction of a day, as which Excel keeps it, is not exact."""
    day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - cells know no time zones
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    exact = day + timedelta(seconds=round(seconds))
    return exact.date() if exact.time() == time() else exact


def to_excel(result: object) -> ComValue:
    """A result for the workbook's own VBA: errors are their number as a whole number, which
    nothing else is, so that CVErr can be made of it. Ranges are rows, whatever their size."""
    if isinstance(result, (list, tuple)):
        return [[_out(one) for one in row] for row in result]
    return _out(result)


def _out(value: object) -> ComValue:
    if type(value) in _AS_THEY_ARE and value is not None:
        return value
    if isinstance(value, CellError):
        return ERROR_NUMBERS[value.code]
    if isinstance(value, date):
        return serial(value)
    if value is None:
        return BLANK
    return float(value) if isinstance(value, (int, float)) else ERROR_NUMBERS[VALUE.code]


def evaluate(name: str, given: ComValue) -> object:
    """What the registry's function ``name`` gives for COM arguments, as cell values; ``#NAME?``
    for a function that this kpixl does not have (the workbook is from a later one)."""
    function = FUNCTIONS.get(name)
    if function is None or not isinstance(given, (tuple, list)):
        return NO_FUNCTION
    return function(*(from_excel(one) for one in given))
