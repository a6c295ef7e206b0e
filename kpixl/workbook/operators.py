"""Values, ranges and operators of a spreadsheet, as far as the template's formulas use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, List, Mapping, Tuple, Union

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue

Rows = List[List[CellValue]]
NOT_A_VALUE = CellError("#VALUE!")
DIVISION = CellError("#DIV/0!")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells that is read only where it is looked at."""

    read: Callable[[Tuple[str, int, int]], CellValue]
    sheet: str
    first: Tuple[int, int]
    last: Tuple[int, int]

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
        return [
            [self.cell(row, column) for column in range(1, self.width + 1)]
            for row in range(1, self.height + 1)
        ]

    def part(self, row: int, column: int) -> Area:
        """One cell as a reference of its own; row or column 0 takes all of them."""
        top = self.first[0] + (row - 1 if row else 0)
        left = self.first[1] + (column - 1 if column else 0)
        bottom = top if row else self.last[0]
        right = left if column else self.last[1]
        return Area(self.read, self.sheet, (top, left), (bottom, right))


Value = Union[CellValue, Rows, Area]


def loose(value: Value) -> Union[CellValue, Rows]:
    """A single value where there is one, else the rows."""
    if isinstance(value, Area):
        return value.cell(1, 1) if value.height == value.width == 1 else value.rows()
    return value


def single(value: Value) -> CellValue:
    """The value, of several the first."""
    found = loose(value)
    if isinstance(found, list):
        return found[0][0] if found and found[0] else NOT_A_VALUE
    return found


def truth(value: Union[CellValue, Rows]) -> Union[bool, CellError]:
    """A condition: numbers other than 0 are true; text is no condition."""
    if isinstance(value, CellError):
        return value
    if value is None:
        return False
    return bool(value) if isinstance(value, (bool, int, float)) else NOT_A_VALUE


def choose(test: Rows, yes: Value, no: Value) -> Rows:
    """IF over an array: cell by cell."""

    def pick(row: int, column: int) -> CellValue:
        met = truth(test[row][column])
        if isinstance(met, CellError):
            return met
        return _element(loose(yes if met else no), row, column)

    return [[pick(row, column) for column in range(len(test[row]))] for row in range(len(test))]


def _element(value: Union[CellValue, Rows], row: int, column: int) -> CellValue:
    if not isinstance(value, list):
        return value
    line = value[0] if len(value) == 1 else value[row]
    return line[0] if len(line) == 1 else line[column]


def binary(operator: str, left: Value, right: Value) -> Union[CellValue, Rows]:
    """An operator between two values; arrays go cell by cell."""
    first, second = loose(left), loose(right)
    if not isinstance(first, list) and not isinstance(second, list):
        return _between(operator, first, second)
    height = max(len(side) for side in (first, second) if isinstance(side, list))
    width = max(len(side[0]) for side in (first, second) if isinstance(side, list))
    return [
        [
            _between(operator, _element(first, row, column), _element(second, row, column))
            for column in range(width)
        ]
        for row in range(height)
    ]


def _between(operator: str, left: CellValue, right: CellValue) -> CellValue:
    for side in (left, right):
        if isinstance(side, CellError):
            return side
    if operator == "&":
        return as_text(left) + as_text(right)
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](compare(left, right))
    first, second = as_number(left), as_number(right)
    if isinstance(first, CellError) or isinstance(second, CellError):
        return NOT_A_VALUE
    if operator == "/" and second == 0:
        return DIVISION
    return _ARITHMETIC[operator](first, second)


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}
_COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


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
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return NOT_A_VALUE
    return NOT_A_VALUE
