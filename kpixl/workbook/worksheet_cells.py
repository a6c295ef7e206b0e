"""What the spreadsheet's own functions look at in their arguments."""

from __future__ import annotations

from typing import Iterator, List, Union

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import Area, Value, as_number, single


def cells_of(value: Value) -> Iterator[CellValue]:
    """The cells, without blanks beyond the last one that holds anything."""
    if isinstance(value, Area):
        yield from value.filled()
    elif isinstance(value, list):
        for row in value:
            yield from row
    else:
        yield value


def numbers_in(*values: Value) -> Union[List[float], CellError]:
    """The numbers among the cells, or the first error."""
    found: List[float] = []
    for value in values:
        for cell in cells_of(value):
            if isinstance(cell, CellError):
                return cell
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                found.append(float(cell))
    return found


def single_numbers(*values: Value) -> Union[List[float], CellError]:
    """Single numbers, or the first error."""
    found: List[float] = []
    for value in values:
        number = as_number(single(value))
        if isinstance(number, CellError):
            return number
        found.append(number)
    return found
