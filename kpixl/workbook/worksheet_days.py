"""The spreadsheet's own functions of days."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor
from typing import Callable

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import NUMBER, CannotCalculate, Value
from kpixl.workbook.worksheet_cells import numbers_in, single_numbers

_DAY_ZERO = date(1899, 12, 30)
_LAST_DAY = date(9999, 12, 31).toordinal() - _DAY_ZERO.toordinal()
_FIRST_DAY = 61
"""1 March 1900: Excel counts days before it as if there had been a 29 February 1900."""
_MOST_WORKDAYS = 100_000


def day(year: Value, month: Value, number: Value) -> CellValue:
    """DATE: a day as a serial number; months and days beyond the last carry over."""
    given = single_numbers(year, month, number)
    if isinstance(given, CellError):
        return given
    if max(map(abs, given)) > _LAST_DAY:
        return NUMBER
    whole = [floor(one) for one in given]
    extra_years, zero_based = divmod(whole[1] - 1, 12)
    first_year = whole[0] + extra_years + (1900 if 0 <= whole[0] < 1900 else 0)
    if not 1900 <= first_year <= 9999:
        return NUMBER
    start = date(first_year, zero_based + 1, 1)
    found = float((start - _DAY_ZERO).days + whole[2] - 1)
    return found if 0 <= found <= _LAST_DAY else NUMBER


def day_part(name: str) -> Callable[[Value], CellValue]:
    """YEAR, MONTH or DAY."""

    def part(value: Value) -> CellValue:
        given = single_numbers(value)
        if isinstance(given, CellError):
            return given
        if not 0 <= given[0] < _LAST_DAY + 1:
            return NUMBER
        if given[0] < _FIRST_DAY:
            raise CannotCalculate("function", name.upper())
        found: int = getattr(_DAY_ZERO + timedelta(days=int(given[0])), name)
        return float(found)

    return part


def workday(start: Value, days: Value, holidays: Value = None) -> CellValue:
    """WORKDAY: so many business days after a day, or before it."""
    given, off = single_numbers(start, days), numbers_in(holidays)
    if isinstance(given, CellError):
        return given
    if isinstance(off, CellError):
        return off
    day, left = int(given[0]), abs(int(given[1]))
    if left > _MOST_WORKDAYS or not _FIRST_DAY <= day + 2 * given[1] <= _LAST_DAY:
        return NUMBER
    step, free = (1 if given[1] > 0 else -1), {int(number) for number in off}
    while left > 0:
        day += step
        if (_DAY_ZERO + timedelta(days=day)).weekday() < 5 and day not in free:
            left -= 1
    return float(day)
