"""Turn the declaration of an in-cell function into one that can be called with anything (SPEC 10).

Hosts are generated from the declarations: names, shapes, kinds, defaults and descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Callable, List, Mapping, Optional, Sequence, Tuple, Union

from kpixl.errors import CellError
from kpixl.functions.cells import (
    BLANK,
    NOT_AVAILABLE,
    NUMBER,
    VALUE,
    Fault,
    Kind,
    Result,
    Rows,
    cell,
    read,
    rows,
    shown,
)
from kpixl.measures.gap import ToleranceMissing
from kpixl.plan.cells import CellValue
from kpixl.words import word

Given = Union[CellValue, Rows]
"""An argument once it is tidied: a cell, or the rows of a range."""


class Shape(str, Enum):
    """How much of a sheet an argument or result takes."""

    SCALAR = "scalar"
    ROW = "row"
    RANGE = "range"
    TABLE = "table"


@dataclass(frozen=True)
class Argument:
    """One argument. A SCALAR may be given a range: the function is then applied cell by cell.

    ``default`` is the cell value that stands for a blank optional argument (None: none).
    ``counts_blank`` marks a required scalar whose blank means something to the function;
    elsewhere a blank gives a blank.
    """

    name: str
    kind: Kind = Kind.NUMBER
    shape: Shape = Shape.SCALAR
    optional: bool = False
    default: CellValue = None
    counts_blank: bool = False

    @cached_property
    def wants_content(self) -> bool:
        """Whether a blank makes the result a blank."""
        return self.shape is Shape.SCALAR and not self.optional and not self.counts_blank

    @cached_property
    def filled(self) -> object:
        """What the function gets where the argument is blank."""
        if self.shape is Shape.SCALAR:
            return read(self.kind, self.default)
        return None if self.optional else [[None]]

    @property
    def description_key(self) -> str:
        """Where words.json describes the argument."""
        return f"function.argument.{self.name}"

    def description(self, language: str) -> str:
        """What the argument is, for a host's function wizard."""
        return word(self.description_key, language)


@dataclass(frozen=True)
class Function:
    """One in-cell function: what a host must know, and a callable that never raises.

    ``python`` gets one typed value an argument: scalars by kind (None where blank), ranges as
    rows of such values, tables and ranges of kind ANY as rows of cells. It gives a cell value
    (None for a blank), or a list of them where ``gives`` is ROW.
    """

    name: str
    category: str
    arguments: Tuple[Argument, ...]
    python: Callable[..., Union[CellValue, Sequence[CellValue]]]
    gives: Shape = Shape.SCALAR

    @cached_property
    def optional(self) -> int:
        """How many arguments may be left out at the end."""
        return sum(argument.optional for argument in self.arguments)

    @property
    def description_key(self) -> str:
        """Where words.json describes the function."""
        return f"function.{self.name}"

    def description(self, language: str) -> str:
        """What the function gives, for a host's function wizard."""
        return word(self.description_key, language)

    def __call__(self, *given: object, **named: object) -> Result:
        """The function of cell values: None for a blank, lists of rows for ranges, CellError for
        errors, in and out. Arguments may also be given by name. Nothing is ever raised: a call
        with too few or too many arguments is ``#VALUE!``."""
        missing = len(self.arguments) - len(given)
        if not named and 0 < missing <= self.optional:
            given += (None,) * missing
        elif missing or named:
            complete = self._complete(given, named)
            if complete is None:
                return VALUE
            given = complete
        if not any(isinstance(value, (list, tuple)) for value in given):
            return self._shaped([cell(value) for value in given])
        whole: List[Given] = []
        spread: List[Optional[Rows]] = []
        for argument, value in zip(self.arguments, given):
            found = rows(value)
            whole.append(cell(value) if found is None else found)
            spread.append(found if argument.shape is Shape.SCALAR else None)
        return self._cell_by_cell(whole, spread) if any(spread) else self._shaped(whole)

    def _shaped(self, given: Sequence[Given]) -> Result:
        result = self._once(given)
        return [result] if isinstance(result, list) else result

    def _complete(
        self, given: Tuple[object, ...], named: Mapping[str, object]
    ) -> Optional[Tuple[object, ...]]:
        """All arguments in their order, or None where the call does not fit the declaration."""
        names = [argument.name for argument in self.arguments]
        if len(given) > len(names) or not set(named) <= set(names[len(given) :]):
            return None
        missing = self.arguments[len(given) :]
        if any(not argument.optional and argument.name not in named for argument in missing):
            return None
        return (*given, *(named.get(argument.name) for argument in missing))

    def _cell_by_cell(self, whole: Sequence[Given], spread: Sequence[Optional[Rows]]) -> Result:
        height = max(len(found) for found in spread if found)
        width = max(len(found[0]) for found in spread if found)
        if self.gives is Shape.ROW and width > 1:
            return VALUE
        result: Rows = []
        for row in range(height):
            line: List[CellValue] = []
            for column in range(width):
                picked = [
                    value if found is None else _pick(found, row, column)
                    for value, found in zip(whole, spread)
                ]
                one = self._once(picked)
                line += one if isinstance(one, list) else [one]
            result.append(line)
        longest = max(len(line) for line in result)
        # A blank or an error stands for the whole row that it is the result of.
        return [line * longest if len(line) < longest else line for line in result]

    def _once(self, given: Sequence[Given]) -> Union[CellValue, List[CellValue]]:
        """The result for scalars that are single cells: an error that comes in goes out, then a
        blank gives a blank, then the arguments must be what they should be."""
        typed: List[object] = []
        blank = False
        fault: Optional[CellError] = None
        for argument, value in zip(self.arguments, given):
            if isinstance(value, CellError):
                return value
            if value is None:
                blank = blank or argument.wants_content
                typed.append(argument.filled)
                continue
            try:
                typed.append(_typed(argument, value))
            except Fault as found:
                fault = fault or found.error
        if blank or fault is not None:
            return BLANK if blank else fault
        return self._result(typed)

    def _result(self, typed: Sequence[object]) -> Union[CellValue, List[CellValue]]:
        try:
            result = self.python(*typed)
        except Fault as fault:
            return fault.error
        except ToleranceMissing:
            return NOT_AVAILABLE
        except ArithmeticError:
            return NUMBER
        if isinstance(result, (list, tuple)):
            return [shown(one) for one in result]
        return shown(result)  # type: ignore[arg-type] # a sequence that is text is a cell value


def _pick(found: Rows, row: int, column: int) -> CellValue:
    """The cell of a range that belongs to a cell of the result, as Excel spreads ranges: single
    rows and columns repeat, beyond a range's end there is ``#N/A``."""
    line = found[0] if len(found) == 1 else found[row] if row < len(found) else [NOT_AVAILABLE]
    if len(line) == 1:
        return line[0]
    return line[column] if column < len(line) else NOT_AVAILABLE


def _typed(argument: Argument, value: Given) -> object:
    if argument.shape is Shape.SCALAR and not isinstance(value, list):
        return read(argument.kind, value)
    table = value if isinstance(value, list) else [[value]]
    if argument.kind is Kind.ANY:
        return table
    return [[read(argument.kind, one) for one in row] for row in table]
