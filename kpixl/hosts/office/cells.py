"""Turn what Calc hands over into cell values, and a function's result into what Calc takes.

What Calc does was measured on LibreOffice 7.4 and 25.2, which agree. No declaration of an argument
takes everything, so that each kind of argument has the one that loses least (:func:`handed`):

===========  ==================  ==================  =====================  ====================
declared as  a blank cell is     a number is         an array is            may be left out
===========  ==================  ==================  =====================  ====================
``string``   empty text          its 15 digits       gone through by Calc   no
``any``      0                   itself              handed over as a       yes
                                                     whole, unless an
                                                     error stands in it
a range      empty text          itself, errors too  no argument, only      no
                                                     cells are
===========  ==================  ==================  =====================  ====================

A truth value is a number, 1 or 0. A single error never arrives: it is the result at once. What
Calc goes through itself, it goes through in array formulas only; elsewhere, even in SUMPRODUCT, it
takes the cell of the formula's own row or column. A Python method may return a number or a text;
how an array is returned, see :class:`kpixl.hosts.office.functions.Array`. A number that is not one
carries an error; texts of an array equal others in further cells only where all of it is text.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from functools import partial
from math import isfinite
from operator import getitem
from typing import Any, Callable, Dict, List, Sequence

from kpixl.errors import CellError, Fault, KpixlError
from kpixl.functions import Argument, Function, Kind, Shape
from kpixl.functions.arguments import Blank
from kpixl.functions.cells import BLANK, Grid, Result

# Calc's numbers of errors; those that Excel does not know count as #VALUE!.
ERROR_NAMES = {
    503: "#NUM!", 519: "#VALUE!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!",
    32767: "#N/A",
}  # fmt: skip
ERROR_NUMBERS = {name: number for number, name in ERROR_NAMES.items()}

_NUMBERS = (Kind.NUMBER, Kind.DATE, Kind.MONTH)
_NO_ARRAYS = frozenset((type(None), float, str))
_MOST_REMEMBERED = 1024

_FIRST, _LAST = frozenset("-0123456789"), frozenset("0123456789")


class Handed(Enum):
    """How an argument is declared to Calc."""

    TEXT = "string"
    VALUE = "any"
    RANGE = "com::sun::star::table::XCellRange"


def handed(function: Function, argument: Argument) -> Handed:
    """How ``argument`` is declared.

    Only ``any`` may be left out. A range that must be given is asked for as such, for the errors
    in it. A single value that must be given comes as text, or a blank cell would be a zero; but
    where the result is an array, Calc would go through the function's arguments one by one and
    keep only the first cell of each result.
    """
    if argument.optional:
        return Handed.VALUE
    if argument.shape is not Shape.SCALAR:
        return Handed.RANGE
    return Handed.TEXT if function.gives is Shape.SCALAR else Handed.VALUE


def method(
    function: Function,
    decimal_comma: Callable[[], bool],
    returned: Callable[[Result], object],
) -> Callable[..., object]:
    """``function`` as a method that Calc calls.

    ``decimal_comma`` says whether Calc writes numbers with one; it is asked where it matters.
    ``returned`` turns a result that is neither a number nor a text into what Calc takes.
    """
    reads = [reading(function, argument, decimal_comma) for argument in function.arguments]
    required = len(reads) - function.optional

    def call(_: object, *given: Any) -> object:
        last = len(given)
        while last > required and given[last - 1] is None:
            last -= 1
        result = function(*(read(one) for read, one in zip(reads, given[:last])))
        kind = type(result)
        return result if kind is float or kind is str else returned(result)

    if any(argument.shape is not Shape.SCALAR for argument in function.arguments):
        return call
    meant = [Meant(read, one) for read, one in zip(reads, function.arguments)]
    return _quick(function, meant, call, returned)


def _quick(
    function: Function,
    meant: Sequence[Meant],
    thorough: Callable[..., object],
    returned: Callable[[Result], object],
) -> Callable[..., object]:
    """The method for plain cells, which give a number or a word in nearly every call; whatever
    else turns up is left to the thorough way."""

    def call(office: object, *given: Any) -> object:
        try:
            result = function.python(*map(getitem, meant, given))
        except Blank:
            if _NO_ARRAYS.issuperset(map(type, given)):
                return BLANK
        except (TypeError, ArithmeticError, Fault, KpixlError):
            pass
        else:
            kind = type(result)
            if kind is str or (kind is float and isfinite(result)):
                return result
            if kind is CellError:
                return returned(result)
        return thorough(office, *given)

    return call


class Meant(Dict[object, object]):
    """What Calc hands over for one argument -> what the function gets. The same few figures and
    words stand in many cells, so that the first ones are remembered."""

    def __init__(self, read: Callable[[Any], object], argument: Argument) -> None:
        super().__init__()
        self._read, self._argument = read, argument
        self._low, self._high = argument.span

    def __missing__(self, handed_over: object) -> object:
        found = self._read(handed_over)
        if type(found) is not float or not self._low <= found <= self._high:
            found = self._argument.meanings[found]
        if len(self) < _MOST_REMEMBERED:
            self[handed_over] = found
        return found


def reading(
    function: Function, argument: Argument, decimal_comma: Callable[[], bool]
) -> Callable[[Any], object]:
    """How what Calc hands over for ``argument`` becomes a cell value, or a range's rows."""
    how = handed(function, argument)
    if how is Handed.RANGE:
        return range_rows
    if how is Handed.TEXT:
        return partial(number_in, decimal_comma) if argument.kind in _NUMBERS else _itself
    # A blank cell comes as 0. Where a blank stands for the default, and 0 for next to nothing,
    # it counts as the blank that it nearly always is.
    blank = argument.optional or argument.kind is not Kind.NUMBER
    return _blank_or_itself if blank else _itself


def _itself(value: object) -> object:
    return value


def _blank_or_itself(value: object) -> object:
    return None if value == 0 else value


def number_in(decimal_comma: Callable[[], bool], text: str) -> object:
    """The number that Calc wrote as ``text``; other text as it is, for a person wrote it."""
    try:
        found = float(text)
    except ValueError:
        if text[:1] in _FIRST and text.count(",") == 1 and decimal_comma():
            with suppress(ValueError):
                return float(text.replace(",", "."))
        return text
    # Python takes more for a number than Calc writes: nan, 1_000, １２.
    if text[-1] in _LAST and text[0] in _FIRST and "_" not in text:
        return found
    return text


def range_rows(cells: Any) -> object:
    """The rows of a range, errors included; one cell as that cell."""
    rows = cells.getDataArray()
    if any(None in row for row in rows):
        rows = _with_errors(cells, rows)
    return single(rows)


def _with_errors(cells: Any, rows: Grid) -> Grid:
    """Calc leaves a gap where a cell holds an error."""
    return [
        [_error_at(cells, row, column) if value is None else value
         for column, value in enumerate(line)]
        for row, line in enumerate(rows)
    ]  # fmt: skip


def _error_at(cells: Any, row: int, column: int) -> CellError:
    number = cells.getCellByPosition(column, row).getError()
    return CellError(ERROR_NAMES.get(number, "#VALUE!"))


def single(value: object) -> object:
    """Rows of one cell as that cell; all else as it is."""
    if isinstance(value, (list, tuple)) and len(value) == 1 and len(value[0]) == 1:
        return value[0][0]
    return value


def all_texts(rows: List[List[object]]) -> bool:
    """Whether every cell is text: only as such an array's texts equal others in Calc."""
    return all(type(value) is str for row in rows for value in row)
