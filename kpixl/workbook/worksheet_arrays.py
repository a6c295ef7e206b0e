"""The spreadsheet's own functions of single values, each over whole ranges where one is given:
what SUMPRODUCT looks at cell by cell."""

from __future__ import annotations

import re
from typing import Callable, List, Union

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import (
    DIVISION,
    NOT_A_VALUE,
    CannotCalculate,
    Rows,
    Value,
    as_number,
    as_text,
    loose,
)
from kpixl.workbook.worksheet_cells import numbers_in, single_numbers

_BEYOND = CellError("#N/A")


def each(change: Callable[..., CellValue]) -> Callable[..., Value]:
    """A function of single values, over ranges too: errors in any argument come out unchanged."""

    def once(values: List[CellValue]) -> CellValue:
        broken = next((value for value in values if isinstance(value, CellError)), None)
        return broken if broken is not None else change(*values)

    def function(*arguments: Value) -> Value:
        given = [loose(argument) for argument in arguments]
        arrays = [value for value in given if isinstance(value, list)]
        if not arrays:
            return once([value for value in given if not isinstance(value, list)])
        height, width = max(map(len, arrays)), max(len(array[0]) for array in arrays)
        return [
            [once([_cell(value, row, column) for value in given]) for column in range(width)]
            for row in range(height)
        ]

    return function


def _cell(value: Union[CellValue, Rows], row: int, column: int) -> CellValue:
    """The cell that belongs to a cell of the result: single rows and columns repeat."""
    if not isinstance(value, list):
        return value
    line = value[0] if len(value) == 1 else value[row] if row < len(value) else [_BEYOND]
    return line[0] if len(line) == 1 else line[column] if column < len(line) else _BEYOND


def absolute(value: CellValue) -> CellValue:
    """ABS."""
    number = as_number(value)
    return number if isinstance(number, CellError) else abs(number)


def find(wanted: CellValue, within: CellValue) -> CellValue:
    """FIND: with regard to case, without wildcards. Hosts differ about an empty text."""
    if wanted in ("", None):
        return NOT_A_VALUE
    position = as_text(within).find(as_text(wanted))
    return float(position + 1) if position >= 0 else NOT_A_VALUE


def replaced(value: CellValue, start: CellValue, count: CellValue, new: CellValue) -> CellValue:
    """REPLACE."""
    numbers = single_numbers(start, count)
    if isinstance(numbers, CellError) or numbers[0] < 1 or numbers[1] < 0:
        return NOT_A_VALUE
    text, before = as_text(value), int(numbers[0]) - 1
    return text[:before] + as_text(new) + text[before + int(numbers[1]) :]


_NUMERAL = re.compile(r"[0-9]*\.?[0-9]*")


def number_value(value: CellValue, point: CellValue = ".", group: CellValue = ",") -> CellValue:
    """NUMBERVALUE of digits with point and commas; what else hosts make of texts is theirs."""
    if (point, group) != (".", ","):
        raise CannotCalculate("function", "NUMBERVALUE")
    text = as_text(value)
    whole, dot, rest = text.partition(".")
    digits = whole.replace(",", "") + dot + rest
    if not _NUMERAL.fullmatch(digits) or digits in ("", "."):
        return NOT_A_VALUE
    return float(digits)


def choose(number: Value, *values: Value) -> Value:
    """CHOOSE."""
    place = single_numbers(number)
    if isinstance(place, CellError):
        return place
    return values[int(place[0]) - 1] if 1 <= place[0] < len(values) + 1 else NOT_A_VALUE


def count(*values: Value) -> CellValue:
    """COUNT of the numbers in ranges."""
    return float(sum(len(_only_numbers(value)) for value in values))


def _only_numbers(value: Value) -> List[float]:
    found = loose(value)
    cells = [cell for row in found for cell in row] if isinstance(found, list) else [found]
    return [
        float(cell)
        for cell in cells
        if isinstance(cell, (int, float)) and not isinstance(cell, bool)
    ]


def average(*values: Value) -> CellValue:
    """AVERAGE of the numbers in ranges."""
    found = numbers_in(*values)
    if isinstance(found, CellError):
        return found
    return sum(found) / len(found) if found else DIVISION
