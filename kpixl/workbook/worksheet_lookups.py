"""The spreadsheet's own functions that find or count cells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Callable, Iterable, Mapping, Optional

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.operators import (
    NOT_A_VALUE,
    Area,
    CannotCalculate,
    Value,
    as_number,
    compare,
    loose,
    single,
)
from kpixl.workbook.worksheet_cells import cells_of, single_numbers

_NOT_FOUND = CellError("#N/A")
_NO_REFERENCE = CellError("#REF!")
_MOST_STARS = 2
"""More make matching slow beyond reason."""


def index(where: Value, row: Value, column: Value = None) -> Value:
    """INDEX of a range: a reference, which others may look at as a whole."""
    if not isinstance(where, Area):
        raise CannotCalculate("function", "INDEX")
    given = single_numbers(row, column)
    if isinstance(given, CellError):
        return given
    down, across = given
    if column is None:
        # In a single row or column one number is enough.
        down, across = (down, 1.0) if where.width == 1 else (1.0, down)
    if not (0 <= down <= where.height and 0 <= across <= where.width):
        return _NO_REFERENCE
    return where.part(int(down), int(across))


def match(wanted: Value, where: Value, kind: Value = 1.0) -> Value:
    """MATCH, exact ones only."""
    if as_number(single(kind)) != 0:
        raise CannotCalculate("function", "MATCH")
    sought = loose(wanted)
    if isinstance(sought, list):
        cells = [*cells_of(where)]
        return [[_position(cell, cells) for cell in row] for row in sought]
    return _position(sought, cells_of(where))


def _position(sought: CellValue, cells: Iterable[CellValue]) -> CellValue:
    if isinstance(sought, CellError):
        return sought
    same = _sameness(sought)
    for position, cell in enumerate(cells, start=1):
        if cell is not None and same(cell):
            return float(position)
    return _NOT_FOUND


def _sameness(sought: CellValue) -> Callable[[CellValue], bool]:
    """Whether a cell is what is sought: texts without case, with Excel's wildcards."""
    if isinstance(sought, str):
        pattern = wildcards(sought)
        if pattern is not None:
            return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell) is not None
    return lambda cell: _same(cell, sought)


def _same(cell: CellValue, sought: CellValue) -> bool:
    if isinstance(cell, CellError):
        return False
    alike = isinstance(cell, str) == isinstance(sought, str)
    return alike and compare(cell, sought) == 0


@lru_cache(maxsize=1024)
def wildcards(text: str) -> Optional[re.Pattern[str]]:
    """The wildcards ``*`` and ``?`` as a pattern (``~`` takes their meaning away), or None where
    ``text`` has none."""
    if not re.search(r"[*?~]", text):
        return None
    pieces = re.findall(r"~[*?~]|[*?]|.", re.sub(r"\*+", "*", text), re.DOTALL)
    if pieces.count("*") > _MOST_STARS:
        raise CannotCalculate("wildcards", text[:40])
    meaning = {"*": ".*", "?": "."}
    written = "".join(meaning.get(piece) or re.escape(piece[-1]) for piece in pieces)
    return re.compile(written, re.IGNORECASE | re.DOTALL)


_CRITERION = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)
_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


def countif(where: Value, wanted: Value) -> CellValue:
    """COUNTIF."""
    sought = single(wanted)
    if isinstance(sought, CellError):
        return float(sum(1 for cell in cells_of(where) if cell == sought))
    met = _criterion(sought)
    return float(sum(1 for cell in cells_of(where) if cell is not None and met(cell)))


def _criterion(sought: CellValue) -> Callable[[CellValue], bool]:
    """The test that a criterion such as ``Red`` or ``>=5`` stands for; blanks are never counted."""
    if not isinstance(sought, str):
        return _sameness(sought)
    found = _CRITERION.fullmatch(sought)
    sign, operand = (found[1] or "=", found[2]) if found else ("=", sought)
    number = as_number(operand) if operand else NOT_A_VALUE
    value: CellValue = operand if isinstance(number, CellError) else number
    if sign in _ORDERS:
        met = _ORDERS[sign]
        return lambda cell: (
            not isinstance(cell, (CellError, bool))
            and isinstance(cell, str) == isinstance(value, str)
            and met(compare(cell, value))
        )
    if not operand:
        # Whether empty texts count beside blanks depends on the sign, and on the host.
        if sought:
            raise CannotCalculate("function", "COUNTIF")
        return lambda cell: cell == ""
    same = _sameness(value)
    return same if sign == "=" else lambda cell: not same(cell)
