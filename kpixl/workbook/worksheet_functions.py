"""The spreadsheet's own functions, as far as figures need them.

What a host may do in a way of its own (approximate matches, dates in texts) raises
:class:`~kpixl.workbook.operators.CannotCalculate`.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from math import floor, fsum
from typing import Callable, Mapping

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook import worksheet_arrays, worksheet_days, worksheet_lookups
from kpixl.workbook.operators import (
    DIVISION,
    MOST_TEXT,
    NOT_A_VALUE,
    Area,
    CannotCalculate,
    Value,
    as_number,
    as_text,
    loose,
    single,
    truth,
)
from kpixl.workbook.worksheet_arrays import each
from kpixl.workbook.worksheet_cells import cells_of, numbers_in
from kpixl.workbook.worksheet_lookups import wildcards

_NOT_FOUND = CellError("#N/A")


def _sumproduct(*arrays: Value) -> CellValue:
    lists = [list(cells_of(array)) for array in arrays]
    total = 0.0
    # What lies behind the last filled cell of a whole column is blank.
    for row in zip_longest(*lists, fillvalue=None):
        part = 1.0
        for cell in row:
            if isinstance(cell, CellError):
                return cell
            part *= float(cell) if isinstance(cell, (int, float)) else 0.0
        total += part
    return total


def _mid(value: CellValue, start: CellValue, count: CellValue) -> CellValue:
    first, length = as_number(start), as_number(count)
    if isinstance(first, CellError) or isinstance(length, CellError) or first < 1 or length < 0:
        return NOT_A_VALUE
    return as_text(value)[int(first) - 1 : int(first) - 1 + int(length)]


def _right(value: CellValue, count: CellValue = 1.0) -> CellValue:
    length = as_number(count)
    if isinstance(length, CellError) or length < 0:
        return NOT_A_VALUE
    return as_text(value)[-int(length) :] if length >= 1 else ""


def _search(wanted: CellValue, within: CellValue) -> CellValue:
    sought, text = as_text(wanted), as_text(within)
    pattern = wildcards(sought)
    if pattern is None:
        position = text.casefold().find(sought.casefold())
    else:
        found = pattern.search(text)
        position = found.start() if found else -1
    return float(position + 1) if position >= 0 else NOT_A_VALUE


def _substitute(value: CellValue, old: CellValue, new: CellValue) -> CellValue:
    text, sought, put = as_text(value), as_text(old), as_text(new)
    if not sought:
        return text
    length = len(text) + text.count(sought) * (len(put) - len(sought))
    return text.replace(sought, put) if length <= MOST_TEXT else NOT_A_VALUE


def _value(value: CellValue) -> CellValue:
    return (
        as_number(re.sub(r"\s", "", value))
        if isinstance(value, str) and value
        else (NOT_A_VALUE if value == "" else as_number(value))
    )


def _kind(test: Callable[[CellValue], bool]) -> Callable[[Value], Value]:
    def function(value: Value) -> Value:
        found = loose(value)
        if isinstance(found, list):
            return [[test(cell) for cell in row] for row in found]
        return test(found)

    return function


def _is_number(value: CellValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _not(value: Value) -> CellValue:
    met = truth(single(value))
    return met if isinstance(met, CellError) else not met


def _count_filled(value: Value) -> CellValue:
    return float(sum(1 for cell in cells_of(value) if cell is not None))


def _extreme(pick: Callable[..., float]) -> Callable[..., CellValue]:
    def function(*values: Value) -> CellValue:
        found = numbers_in(*values)
        return found if isinstance(found, CellError) else pick(found, default=0.0)

    return function


def _sum(*values: Value) -> CellValue:
    found = numbers_in(*values)
    return found if isinstance(found, CellError) else fsum(found)


def _text_length(value: CellValue) -> CellValue:
    return float(len(as_text(value)))


def _repeat(value: CellValue, count: CellValue) -> CellValue:
    number, text = as_number(count), as_text(value)
    if isinstance(number, CellError) or number < 0 or len(text) * number > MOST_TEXT:
        return NOT_A_VALUE
    return text * int(number)


def _floored(value: CellValue) -> CellValue:
    number = as_number(value)
    return number if isinstance(number, CellError) else float(floor(number))


def _remainder(value: CellValue, by: CellValue) -> CellValue:
    number, divisor = as_number(value), as_number(by)
    if isinstance(number, CellError) or isinstance(divisor, CellError):
        return NOT_A_VALUE
    return DIVISION if divisor == 0 else number % divisor


def _rows(value: Value) -> CellValue:
    if not isinstance(value, Area):
        raise CannotCalculate("function", "ROWS")
    return float(value.height)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "ABS": each(worksheet_arrays.absolute),
    "AVERAGE": worksheet_arrays.average,
    "CHOOSE": worksheet_arrays.choose,
    "COUNT": worksheet_arrays.count,
    "COUNTA": _count_filled,
    "COUNTIF": worksheet_lookups.countif,
    "DATE": worksheet_days.day,
    "DAY": worksheet_days.day_part("day"),
    "FIND": each(worksheet_arrays.find),
    "INDEX": worksheet_lookups.index,
    "INT": each(_floored),
    "ISERROR": _kind(lambda value: isinstance(value, CellError)),
    "ISLOGICAL": _kind(lambda value: isinstance(value, bool)),
    "ISNA": _kind(lambda value: value == _NOT_FOUND),
    "ISNUMBER": _kind(_is_number),
    "ISTEXT": _kind(lambda value: isinstance(value, str)),
    "LEFT": each(lambda value, count=1.0: _mid(value, 1.0, count)),
    "LEN": each(_text_length),
    "LOWER": each(lambda value: as_text(value).lower()),
    "MATCH": worksheet_lookups.match,
    "MAX": _extreme(max),
    "MID": each(_mid),
    "MIN": _extreme(min),
    "MOD": each(_remainder),
    "MONTH": worksheet_days.day_part("month"),
    "NOT": _not,
    "NUMBERVALUE": each(worksheet_arrays.number_value),
    "REPLACE": each(worksheet_arrays.replaced),
    "REPT": each(_repeat),
    "RIGHT": each(_right),
    "ROWS": _rows,
    "SEARCH": each(_search),
    "SUBSTITUTE": each(_substitute),
    "SUM": _sum,
    "SUMPRODUCT": _sumproduct,
    "TRIM": each(lambda value: " ".join(as_text(value).split(" ")).strip()),
    "UPPER": each(lambda value: as_text(value).upper()),
    "VALUE": each(_value),
    "WORKDAY": worksheet_days.workday,
    "YEAR": worksheet_days.day_part("year"),
}
