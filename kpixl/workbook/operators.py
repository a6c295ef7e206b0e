"""Values, ranges and operators of a spreadsheet, as far as figures need them."""

from __future__ import annotations

import math
import re
from typing import Callable, Iterator, List, Mapping, Optional, Tuple, Union

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue

Rows = List[List[CellValue]]
NOT_A_VALUE = CellError("#VALUE!")
DIVISION = CellError("#DIV/0!")
NUMBER = CellError("#NUM!")

MOST_CELLS = 250_000
"""So many cells a formula may look at in one range."""

MOST_TEXT = 32_767
"""The longest text that a cell can hold."""


class CannotCalculate(ValueError):
    """A formula is beyond the calculator; ``reason`` says why, ``found`` what it is about."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(f"{reason}: {found}")
        self.reason = reason
        self.found = found


class Area:
    """A rectangle of cells that is read only where it is looked at. ``extent`` gives the last row
    and column of a sheet that hold anything, where that is known."""

    # Every reference of every formula is one: a frozen dataclass takes three times as long to make.
    __slots__ = ("extent", "first", "last", "read", "sheet")

    def __init__(
        self,
        read: Callable[[Tuple[str, int, int]], CellValue],
        sheet: str,
        first: Tuple[int, int],
        last: Tuple[int, int],
        extent: Optional[Callable[[str], Tuple[int, int]]] = None,
    ) -> None:
        self.read, self.sheet, self.first, self.last = read, sheet, first, last
        self.extent = extent

    @property
    def height(self) -> int:
        """Rows."""
        return self.last[0] - self.first[0] + 1

    @property
    def width(self) -> int:
        """Columns."""
        return self.last[1] - self.first[1] + 1

    def cell(self, row: int, column: int) -> CellValue:
        """A cell of the area; both from 1."""
        return self.read((self.sheet, self.first[0] + row - 1, self.first[1] + column - 1))

    def rows(self) -> Rows:
        """All values, row by row."""
        if self.height * self.width > MOST_CELLS:
            raise CannotCalculate("too-large", f"{self.height} × {self.width}")
        read, sheet = self.read, self.sheet
        columns = range(self.first[1], self.last[1] + 1)
        return [
            [read((sheet, row, column)) for column in columns]
            for row in range(self.first[0], self.last[0] + 1)
        ]

    def part(self, row: int, column: int) -> Area:
        """One cell as a reference of its own; row or column 0 takes all of them."""
        top = self.first[0] + (row - 1 if row else 0)
        left = self.first[1] + (column - 1 if column else 0)
        bottom = top if row else self.last[0]
        right = left if column else self.last[1]
        return Area(self.read, self.sheet, (top, left), (bottom, right), self.extent)

    def filled(self) -> Iterator[CellValue]:
        """The values up to the last cell of the sheet that holds anything, row by row: what
        stands in a whole column, without a million blanks."""
        bottom, right = self.last
        if self.extent is not None and self.height * self.width > 1:
            last_row, last_column = self.extent(self.sheet)
            bottom, right = min(bottom, last_row), min(right, last_column)
        if (bottom - self.first[0] + 1) * (right - self.first[1] + 1) > MOST_CELLS:
            raise CannotCalculate("too-large", f"{self.height} × {self.width}")
        for row in range(self.first[0], bottom + 1):
            for column in range(self.first[1], right + 1):
                yield self.read((self.sheet, row, column))


class Spilled(List[List[CellValue]]):
    """Rows that a function gave: a plain formula shows the first of them."""


Value = Union[CellValue, Rows, Area]


def loose(value: Value) -> Union[CellValue, Rows]:
    """A single value where there is one, else the rows."""
    if isinstance(value, Area):
        return value.cell(1, 1) if value.first == value.last else value.rows()
    return value


def single(value: Value) -> CellValue:
    """The one value; of those that a function gave, the first. Raises CannotCalculate for any
    other array: what a cell shows of it depends on how the formula was entered."""
    if isinstance(value, Area) and value.first != value.last:
        raise CannotCalculate("array")
    found = loose(value)
    if not isinstance(found, list):
        return found
    if not isinstance(found, Spilled) and len(found) * len(found[0]) > 1:
        raise CannotCalculate("array")
    return found[0][0] if found and found[0] else NOT_A_VALUE


def part_of(values: Rows, row: int, column: int) -> CellValue:
    """A cell of an array formula's result, as Excel spreads it: single rows and columns repeat,
    beyond the result there is ``#N/A``. Both count from 0."""
    line = values[0] if len(values) == 1 else values[row] if row < len(values) else [_BEYOND]
    return line[0] if len(line) == 1 else line[column] if column < len(line) else _BEYOND


def truth(value: Union[CellValue, Rows]) -> Union[bool, CellError]:
    """A condition: numbers other than 0 are true; text is no condition."""
    if value is True or value is False:
        return value
    if isinstance(value, CellError):
        return value
    if value is None:
        return False
    return bool(value) if isinstance(value, (int, float)) else NOT_A_VALUE


def choose(test: Rows, yes: Value, no: Value) -> Rows:
    """IF over an array: cell by cell."""
    height, width = len(test), len(test[0])
    either = (_stretched(loose(value), height, width) for value in (yes, no))
    return [
        [_picked(*cells) for cells in zip(*lines, strict=True)]
        for lines in zip(test, *either, strict=True)
    ]


def _picked(test: CellValue, yes: CellValue, no: CellValue) -> CellValue:
    met = truth(test)
    if isinstance(met, CellError):
        return met
    return yes if met else no


_BEYOND: CellValue = CellError("#N/A")


def _stretched(value: Union[CellValue, Rows], height: int, width: int) -> Rows:
    """A value as rows of this size, as Excel spreads it: single values, rows and columns repeat,
    beyond an array's end there is ``#N/A``."""
    if not isinstance(value, list):
        return [[value] * width] * height
    lines = value * height if len(value) == 1 else value[:height]
    if len(lines[0]) != width:
        lines = [
            line * width if len(line) == 1 else [*line, *[_BEYOND] * (width - len(line))][:width]
            for line in lines
        ]
    return [*lines, *[[_BEYOND] * width] * (height - len(lines))]


Join = Callable[[CellValue, CellValue], CellValue]
"""What an operator makes of two values."""


def spread(join: Join, left: Union[CellValue, Rows], right: Union[CellValue, Rows]) -> Rows:
    """An operator between two values of which one is an array at least, cell by cell."""
    sides = [side for side in (left, right) if isinstance(side, list)]
    height, width = max(map(len, sides)), max(len(side[0]) for side in sides)
    if height * width > MOST_CELLS:
        raise CannotCalculate("too-large", f"{height} × {width}")
    if isinstance(left, list) and not isinstance(right, list):
        return [[join(one, right) for one in line] for line in left]
    lines = zip(_stretched(left, height, width), _stretched(right, height, width), strict=True)
    return [[join(one, other) for one, other in zip(*line, strict=True)] for line in lines]


def _text_joined(left: CellValue, right: CellValue) -> CellValue:
    if isinstance(left, CellError):
        return left
    if isinstance(right, CellError):
        return right
    joined = as_text(left) + as_text(right)
    return joined if len(joined) <= MOST_TEXT else NOT_A_VALUE


def _equal(left: CellValue, right: CellValue) -> CellValue:
    # Most that is compared are texts, and most of them are the IDs of other goals.
    if type(left) is str and type(right) is str:
        return left == right or left.casefold() == right.casefold()
    return _COMPARED_EQUAL(left, right)


def _unequal(left: CellValue, right: CellValue) -> CellValue:
    equal = _equal(left, right)
    return equal if isinstance(equal, CellError) else not equal


def _comparison(met: Callable[[int], bool]) -> Join:
    def join(left: CellValue, right: CellValue) -> CellValue:
        if isinstance(left, CellError):
            return left
        return right if isinstance(right, CellError) else met(compare(left, right))

    return join


def _arithmetic(work: Callable[[float, float], object]) -> Join:
    def join(left: CellValue, right: CellValue) -> CellValue:
        if isinstance(left, CellError):
            return left
        if isinstance(right, CellError):
            return right
        first, second = as_number(left), as_number(right)
        if isinstance(first, CellError) or isinstance(second, CellError):
            return NOT_A_VALUE
        try:
            result = work(first, second)
        except ZeroDivisionError:
            return DIVISION
        except OverflowError:
            return NUMBER
        # A power of a negative number by a fraction is no number that a cell can show.
        return result if isinstance(result, float) and math.isfinite(result) else NUMBER

    return join


_COMPARED_EQUAL = _comparison(lambda order: order == 0)
JOINS: Mapping[str, Join] = {
    "&": _text_joined,
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(lambda a, b: a / b),
    "^": _arithmetic(lambda a, b: a**b),
    "=": _equal,
    "<>": _unequal,
    "<": _comparison(lambda order: order < 0),
    ">": _comparison(lambda order: order > 0),
    "<=": _comparison(lambda order: order <= 0),
    ">=": _comparison(lambda order: order >= 0),
}
"""The operators between values."""


def compare(left: CellValue, right: CellValue) -> int:
    """Excel's order: numbers before text before FALSE and TRUE; a blank is what suits."""
    first, second = _rank(left, right), _rank(right, left)
    if first == second:
        return 0
    return -1 if first < second else 1


def _rank(value: CellValue, other: CellValue) -> Tuple[int, float, str]:
    if value is None:
        value = "" if isinstance(other, str) else False if isinstance(other, bool) else 0.0
    if isinstance(value, bool):
        return 2, float(value), ""
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return 0, float(value) if isinstance(value, (int, float)) else 0.0, ""


def as_text(value: CellValue) -> str:
    """A value as ``&`` joins it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return f"{value:.15g}"
    return str(value)


def as_number(value: CellValue) -> Union[float, CellError]:
    """A value as arithmetic takes it: a blank is 0, a text its number."""
    if isinstance(value, CellError):
        return value
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    return _number_in(value) if isinstance(value, str) else NOT_A_VALUE


_PLAIN = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?\s*", re.ASCII)
_AS_EXCEL_MIGHT = re.compile(r"[-+(¥$€£]*\s*\d[\d,./:\-年月日]*\s*(?:[%)]|[AaPp][Mm])?")


def _number_in(text: str) -> Union[float, CellError]:
    """A text as a number. Dates, times, percentages and the like depend on whose Excel it is."""
    if _PLAIN.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else NOT_A_VALUE
    if _AS_EXCEL_MIGHT.fullmatch(text.strip()):
        raise CannotCalculate("text-number", text[:40])
    return NOT_A_VALUE
