"""Turn a call with anything in it into what its cells show (SPEC 10).

This is the thorough way, which decides about blanks, errors and ranges. A function that is given
plain cells answers by itself, and so do the plain cells of a range: nearly all of them are.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import chain, repeat
from math import isfinite
from typing import (
    TYPE_CHECKING,
    Callable,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    cast,
)

from kpixl.errors import CellError, Fault
from kpixl.functions.arguments import Argument, Blank, Kind, Shape
from kpixl.functions.cells import (
    BLANK,
    NOT_AVAILABLE,
    NUMBER,
    VALUE,
    Grid,
    Result,
    Rows,
    cell,
    grid,
    read,
    rows,
    shown,
)
from kpixl.measures.gap import ToleranceMissing

if TYPE_CHECKING:
    from kpixl.functions.declare import Function
    from kpixl.plan.cells import CellValue

_BEYOND = (NOT_AVAILABLE,)


def call(function: Function, given: Sequence[object], named: Mapping[str, object]) -> Result:
    """The function of whatever is given, as :meth:`Function.__call__` says."""
    complete = _complete(function.arguments, given, named)
    if complete is None:
        return VALUE
    grids = [grid(value) for value in complete]
    spread = [
        found if argument.shape is Shape.SCALAR else None
        for argument, found in zip(function.arguments, grids)
    ]
    if any(spread):
        return _cell_by_cell(function, complete, spread)
    return _once(function, complete)


def _complete(
    arguments: Sequence[Argument], given: Sequence[object], named: Mapping[str, object]
) -> Optional[Tuple[object, ...]]:
    """All arguments in their order, or None where the call does not fit the declaration."""
    missing = arguments[len(given) :]
    if len(given) > len(arguments) or not named.keys() <= {argument.name for argument in missing}:
        return None
    if any(not argument.optional and argument.name not in named for argument in missing):
        return None
    return (*given, *(named.get(argument.name) for argument in missing))


# ---- Once -----------------------------------------------------------------------------------


def _once(function: Function, given: Sequence[object]) -> Result:
    """The result for scalars that are single cells: an error that comes in goes out, then a
    blank gives a blank, then the arguments must be what they should be."""
    typed: List[object] = []
    blank = False
    fault: Optional[CellError] = None
    for argument, value in zip(function.arguments, given):
        found = None if argument.shape is Shape.SCALAR else grid(value)
        single = cell(value) if found is None else None
        if isinstance(single, CellError):
            return single
        if found is None and single is None:
            blank = blank or argument.wants_content
            typed.append(argument.filled)
            continue
        try:
            if argument.shape is Shape.SCALAR:
                typed.append(argument.meanings[single])
            else:
                typed.append(_range(argument, found or [[single]]))
        except Fault as raised:
            fault = fault or raised.error
    if blank or fault is not None:
        return BLANK if blank else fault
    return _result(function, typed)


def _range(argument: Argument, found: Grid) -> object:
    """A range as the function gets it; raises :class:`Fault`."""
    if argument.kind is Kind.ANY:
        return rows(found)
    low, high = argument.span
    return [
        [
            one if type(one) is float and low <= one <= high else read(argument.kind, cell(one))
            for one in row
        ]
        for row in found
    ]


def _result(function: Function, typed: Iterable[object]) -> Result:
    try:
        result = function.python(*typed)
    except Fault as fault:
        return fault.error
    except ToleranceMissing:
        return NOT_AVAILABLE
    except ArithmeticError:
        return NUMBER
    if type(result) is str or (type(result) is float and isfinite(result)):
        return result
    if not isinstance(result, (list, tuple)):
        return shown(result)
    if function.gives is Shape.COLUMN:
        return [[shown(one)] for one in result]
    table = result if function.gives is Shape.TABLE else [result]
    return [[shown(one) for one in row] for row in table]


# ---- Cell by cell ---------------------------------------------------------------------------


def _cell_by_cell(
    function: Function, given: Sequence[object], spread: Sequence[Optional[Grid]]
) -> Result:
    height = max(len(found) for found in spread if found)
    width = max(len(found[0]) for found in spread if found)
    size = height * width
    if size > _ROOM[function.gives](height, width):
        return VALUE
    flat = [
        [value] if found is None else _laid_out(found, height, width)
        for value, found in zip(given, spread)
    ]
    if size == 1:
        one = _once(function, [cells[0] for cells in flat])
        return one if isinstance(one, list) else [[one]]
    results = _results(function, flat, size)
    if function.gives is Shape.ROW:
        return _rows_of_equal_length(results)
    if function.gives is Shape.COLUMN:
        return _columns_of_equal_length(results)
    cells = cast("List[CellValue]", results)  # that is what a SCALAR function gives
    if width == 1:
        return [[one] for one in cells]
    return [cells[first : first + width] for first in range(0, size, width)]


# What is larger than a cell has no room in the cells of a range: beside rows nothing can stand,
# nor below columns.
_ROOM: Mapping[Shape, Callable[[int, int], int]] = {
    Shape.SCALAR: lambda height, width: height * width,
    Shape.ROW: lambda height, _: height,
    Shape.COLUMN: lambda _, width: width,
    Shape.TABLE: lambda _, __: 1,
}


def _laid_out(found: Grid, height: int, width: int) -> Sequence[object]:
    """The cell of a range that belongs to each cell of the result, row by row, as Excel spreads
    ranges: single cells, rows and columns repeat, beyond a range's end there is ``#N/A``."""
    if len(found) == height and len(found[0]) == width:
        return list(chain.from_iterable(found))
    if len(found) == len(found[0]) == 1:
        return found[0]
    lines = [found[0]] * height if len(found) == 1 else [*found, *[_BEYOND] * height][:height]
    return [
        one
        for line in lines
        for one in (list(line) * width if len(line) == 1 else [*line, *_BEYOND * width][:width])
    ]


class _Column(NamedTuple):
    """One argument in every cell of the result, row by row; a single one stands for all.

    ``typed`` is what the function gets. The result is a blank in ``blank`` cells, and in those
    that are ``odd`` in any argument the thorough way decides.
    """

    given: Sequence[object]
    typed: Iterable[object]
    blank: Iterable[int]
    odd: Iterable[int]

    def at(self, position: int) -> object:
        """What was given for one cell of the result."""
        return self.given[position if len(self.given) > 1 else 0]


def _column(argument: Argument, given: Sequence[object], size: int) -> _Column:
    blank: Set[int] = set()
    odd: Set[int] = set()
    if argument.shape is Shape.SCALAR:
        typed = _typed(argument, given, blank, odd)
    else:
        typed = _typed_range(argument, given[0], odd)
    if len(given) > 1:
        return _Column(given, typed, blank, odd)
    everywhere, nowhere = range(size), range(0)
    return _Column(
        given,
        repeat(typed[0], size),
        everywhere if blank else nowhere,
        everywhere if odd else nowhere,
    )


def _typed(
    argument: Argument, given: Sequence[object], blank: Set[int], odd: Set[int]
) -> List[object]:
    """The cells as the function gets them; the positions of others go into ``blank`` and ``odd``
    and hold nothing."""
    (low, high), meanings = argument.span, argument.meanings
    with suppress(Blank, TypeError, Fault):
        return [
            one if type(one) is float and low <= one <= high else meanings[one] for one in given
        ]
    typed: List[object] = []
    for position, one in enumerate(given):
        meaning: object = None
        if one is None and argument.wants_content:
            blank.add(position)
        else:
            try:
                plain = type(one) is float and low <= one <= high
                meaning = one if plain else meanings[one]
            except Blank:
                blank.add(position)
            except (TypeError, Fault):
                odd.add(position)
        typed.append(meaning)
    return typed


def _typed_range(argument: Argument, given: object, odd: Set[int]) -> List[object]:
    found = grid(given)
    try:
        if found is not None:
            return [_range(argument, found)]
        if cell(given) is None:
            return [argument.filled]
    except Fault:
        pass
    odd.add(0)
    return [None]


def _results(function: Function, flat: Sequence[Sequence[object]], size: int) -> List[Result]:
    """One result for each cell, row by row."""
    columns = [_column(argument, given, size) for argument, given in zip(function.arguments, flat)]
    blank = set().union(*(column.blank for column in columns))
    odd = set().union(*(column.odd for column in columns))
    found: List[Result] = []
    for position, typed in enumerate(zip(*(column.typed for column in columns))):
        if position in odd:
            found.append(_once(function, [column.at(position) for column in columns]))
        elif position in blank:
            found.append(BLANK)
        else:
            found.append(_result(function, typed))
    return found


def _rows_of_equal_length(results: Sequence[Result]) -> Rows:
    return _of_equal_length([one[0] if isinstance(one, list) else [one] for one in results])


def _columns_of_equal_length(results: Sequence[Result]) -> Rows:
    columns = [
        [cell for row in one for cell in row] if isinstance(one, list) else [one] for one in results
    ]
    return [list(row) for row in zip(*_of_equal_length(columns))]


def _of_equal_length(lines: Rows) -> Rows:
    longest = max(map(len, lines))
    # A blank or an error stands for the whole line that it is the result of.
    return [line * longest if len(line) < longest else line for line in lines]
