"""The spreadsheet's own functions, as far as the template's formulas use them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from math import floor, fsum
from typing import Callable, Iterator, List, Mapping, Sequence

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import (
    DIVISION,
    NOT_A_VALUE,
    Area,
    Value,
    as_number,
    as_text,
    compare,
    loose,
    single,
    truth,
)

_DAY_ZERO = date(1899, 12, 30)
_NOT_FOUND = CellError("#N/A")
_NO_REFERENCE = CellError("#REF!")


def _cells(value: Value) -> Iterator[CellValue]:
    found = loose(value)
    if isinstance(found, list):
        for row in found:
            yield from row
    else:
        yield found


def _numbers(*values: Value) -> List[float]:
    return [
        float(cell)
        for value in values
        for cell in _cells(value)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool)
    ]


def _index(where: Value, row: Value, column: Value = None) -> Value:
    if not isinstance(where, Area):
        return NOT_A_VALUE
    down, across = as_number(single(row)), as_number(single(column))
    if isinstance(down, CellError) or isinstance(across, CellError):
        return down if isinstance(down, CellError) else across
    if column is None:
        # In a single row or column one number is enough.
        down, across = (down, 1.0) if where.width == 1 else (1.0, down)
    if not (0 <= down <= where.height and 0 <= across <= where.width):
        return _NO_REFERENCE
    return where.part(int(down), int(across))


def _match(wanted: Value, where: Value, kind: Value = None) -> Value:
    if as_number(single(kind)) != 0:
        return NOT_A_VALUE
    cells = list(_cells(where))
    sought = loose(wanted)
    if isinstance(sought, list):
        return [[_position(cell, cells) for cell in row] for row in sought]
    return _position(sought, cells)


def _position(sought: CellValue, cells: Sequence[CellValue]) -> CellValue:
    if isinstance(sought, CellError):
        return sought
    for position, cell in enumerate(cells, start=1):
        if cell is not None and not isinstance(cell, CellError) and _same(cell, sought):
            return float(position)
    return _NOT_FOUND


def _same(cell: CellValue, sought: CellValue) -> bool:
    return isinstance(cell, str) == isinstance(sought, str) and compare(cell, sought) == 0


def _sumproduct(*arrays: Value) -> CellValue:
    lists = [list(_cells(array)) for array in arrays]
    total = 0.0
    for row in zip(*lists, strict=True):
        part = 1.0
        for cell in row:
            if isinstance(cell, CellError):
                return cell
            part *= float(cell) if isinstance(cell, (int, float)) else 0.0
        total += part
    return total


def _countif(where: Value, wanted: Value) -> CellValue:
    sought = single(wanted)
    return float(sum(1 for cell in _cells(where) if cell is not None and _same(cell, sought)))


def _date(year: Value, month: Value, day: Value) -> CellValue:
    parts = [as_number(single(part)) for part in (year, month, day)]
    numbers = [int(part) for part in parts if not isinstance(part, CellError)]
    if len(numbers) < len(parts):
        return NOT_A_VALUE
    extra_years, zero_based = divmod(numbers[1] - 1, 12)
    start = date(numbers[0] + extra_years, zero_based + 1, 1)
    return float((start - _DAY_ZERO).days + numbers[2] - 1)


def _day_part(name: str) -> Callable[[Value], CellValue]:
    def part(value: Value) -> CellValue:
        number = as_number(single(value))
        if isinstance(number, CellError):
            return number
        found: int = getattr(_DAY_ZERO + timedelta(days=int(number)), name)
        return float(found)

    return part


def _workday(start: Value, days: Value, holidays: Value = None) -> CellValue:
    first, count = as_number(single(start)), as_number(single(days))
    if isinstance(first, CellError) or isinstance(count, CellError):
        return NOT_A_VALUE
    off = {int(number) for number in _numbers(holidays)}
    day, left = int(first), int(count)
    while left > 0:
        day += 1
        if (_DAY_ZERO + timedelta(days=day)).weekday() < 5 and day not in off:
            left -= 1
    return float(day)


def _on_text(change: Callable[..., CellValue]) -> Callable[..., CellValue]:
    """A text function: errors in any argument come out unchanged."""

    def function(*arguments: Value) -> CellValue:
        values = [single(argument) for argument in arguments]
        broken = next((value for value in values if isinstance(value, CellError)), None)
        return broken if broken is not None else change(*values)

    return function


def _mid(value: CellValue, start: CellValue, count: CellValue) -> CellValue:
    first, length = as_number(start), as_number(count)
    if isinstance(first, CellError) or isinstance(length, CellError) or first < 1:
        return NOT_A_VALUE
    return as_text(value)[int(first) - 1 : int(first) - 1 + int(length)]


def _right(value: CellValue, count: CellValue = 1.0) -> CellValue:
    length = int(as_text(count))
    return as_text(value)[-length:] if length else ""


def _search(wanted: CellValue, within: CellValue) -> CellValue:
    position = as_text(within).casefold().find(as_text(wanted).casefold())
    return float(position + 1) if position >= 0 else NOT_A_VALUE


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
    return float(sum(1 for cell in _cells(value) if cell is not None))


def _extreme(pick: Callable[..., float]) -> Callable[..., CellValue]:
    return lambda *values: pick(_numbers(*values), default=0.0)


def _text_length(value: CellValue) -> CellValue:
    return float(len(as_text(value)))


def _repeat(value: CellValue, count: CellValue) -> CellValue:
    number = as_number(count)
    return number if isinstance(number, CellError) else as_text(value) * int(number)


def _floored(value: CellValue) -> CellValue:
    number = as_number(value)
    return number if isinstance(number, CellError) else float(floor(number))


def _remainder(value: CellValue, by: CellValue) -> CellValue:
    number, divisor = as_number(value), as_number(by)
    if isinstance(number, CellError) or isinstance(divisor, CellError):
        return NOT_A_VALUE
    return DIVISION if divisor == 0 else number % divisor


def _rows(value: Value) -> CellValue:
    return float(value.height) if isinstance(value, Area) else NOT_A_VALUE


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "COUNTA": _count_filled,
    "COUNTIF": _countif,
    "DATE": _date,
    "DAY": _day_part("day"),
    "INDEX": _index,
    "INT": _on_text(_floored),
    "ISERROR": _kind(lambda value: isinstance(value, CellError)),
    "ISNUMBER": _kind(_is_number),
    "ISTEXT": _kind(lambda value: isinstance(value, str)),
    "LEFT": _on_text(lambda value, count=1.0: _mid(value, 1.0, count)),
    "LEN": _on_text(_text_length),
    "LOWER": _on_text(lambda value: as_text(value).lower()),
    "MATCH": _match,
    "MAX": _extreme(max),
    "MID": _on_text(_mid),
    "MIN": _extreme(min),
    "MOD": _on_text(_remainder),
    "MONTH": _day_part("month"),
    "NOT": _not,
    "REPT": _on_text(_repeat),
    "RIGHT": _on_text(_right),
    "ROWS": _rows,
    "SEARCH": _on_text(_search),
    "SUBSTITUTE": _on_text(lambda value, old, new: as_text(value).replace(str(old), str(new))),
    "SUM": lambda *values: fsum(_numbers(*values)),
    "SUMPRODUCT": _sumproduct,
    "TRIM": _on_text(lambda value: " ".join(as_text(value).split(" ")).strip()),
    "VALUE": _on_text(_value),
    "WORKDAY": _workday,
    "YEAR": _day_part("year"),
}
