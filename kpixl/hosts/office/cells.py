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
from functools import lru_cache
from typing import Any, Callable, List

from kpixl.errors import CellError
from kpixl.functions import Argument, Function, Kind, Shape
from kpixl.functions.cells import Grid, Result

# Calc's numbers of errors; those that Excel does not know count as #VALUE!.
ERROR_NAMES = {
    503: "#NUM!", 519: "#VALUE!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!",
    32767: "#N/A",
}  # fmt: skip
ERROR_NUMBERS = {name: number for number, name in ERROR_NAMES.items()}

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
    declared = [handed(function, argument) for argument in function.arguments]
    required = len(declared) - function.optional
    texts, ranges, values = (
        [place for place, how in enumerate(declared) if how is one]
        for one in (Handed.TEXT, Handed.RANGE, Handed.VALUE)
    )
    kinds = [argument.kind for argument in function.arguments]
    numbers = [place for place in texts if kinds[place] in _NUMBERS]
    # A blank cell comes as 0. Where a blank stands for the default, and 0 for next to nothing,
    # it counts as the blank that it nearly always is.
    blanks = [place for place in values if place >= required or kinds[place] is not Kind.NUMBER]

    # The same few figures stand in many cells, and in the calls of several functions.
    @lru_cache(maxsize=4096)
    def number(text: str) -> object:
        return number_in(text, decimal_comma)

    def call(_: object, *given: Any) -> object:
        read = list(given)
        while len(read) > required and read[-1] is None:
            read.pop()
        for place in numbers:
            read[place] = number(read[place])
        for place in ranges:
            read[place] = range_rows(read[place])
        if 0.0 in read:
            for place in blanks:
                if place < len(read) and read[place] == 0:
                    read[place] = None
        result = function(*read)
        kind = type(result)
        return result if kind is float or kind is str else returned(result)

    return call


_NUMBERS = (Kind.NUMBER, Kind.DATE, Kind.MONTH)


def number_in(text: str, decimal_comma: Callable[[], bool]) -> object:
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
