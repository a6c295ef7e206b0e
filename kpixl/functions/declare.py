"""Turn the declaration of an in-cell function into one that can be called with anything (SPEC 10).

Hosts are generated from the declarations: names, shapes, kinds, defaults and descriptions. They
are light: what a function needs is imported by its first call.
"""

from __future__ import annotations

from math import isfinite

from kpixl.errors import CellError, Fault, Frozen, KpixlError, worked_out_once
from kpixl.functions.arguments import Argument, Blank, Meanings, Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from kpixl.functions.cells import Result

_AS_THEY_ARE = (str, CellError)
"""Types of results that are shown whatever they are."""
_NO_ERRORS = frozenset((type(None), bool, float, str))
"""Types of cells that are never an error: beside them a blank decides."""


class Function(Frozen):
    """One in-cell function: what a host must know, and a callable that never raises.

    Its Python function has its name in small letters and stands in the module ``home`` of this
    package (where that is empty, the one named like its ``category``). ``gives`` is ROW, COLUMN
    or TABLE where the result takes more than a cell. ``example`` are the arguments of a call that
    shows what the function does, for its reference: cell values, rows for arrays, and for a TABLE
    the key of its sheet.
    """

    name: str
    category: str
    arguments: tuple[Argument, ...]
    home: str = ""
    gives: Shape = Shape.SCALAR
    example: tuple[object, ...] = ()

    @worked_out_once
    def python(self) -> Callable[..., Any]:
        """The pure function. It gets one typed value an argument: scalars by kind (None where
        blank), ranges as rows of such values, tables and ranges of kind ANY as rows of cells. It
        gives a cell value (None for a blank), or a list of them where ``gives`` is ROW or COLUMN,
        or rows where it is TABLE."""
        from importlib import import_module

        home = import_module(f".{self.home or self.category}", __package__)
        found: Callable[..., Any] = getattr(home, self.name.lower())
        return found

    @worked_out_once
    def optional(self) -> int:
        """How many arguments may be left out at the end."""
        return sum(argument.optional for argument in self.arguments)

    @worked_out_once
    def _plain(self) -> tuple[tuple[float, float, Meanings], ...]:
        """How the plain values of each argument are told: floats from, to, and all others."""
        return tuple((*argument.span, argument.meanings) for argument in self.arguments)

    @worked_out_once
    def _left_out(self) -> Mapping[int, tuple[object, ...]]:
        """Number of arguments given -> what stands for the others, for all calls that fit; none
        fits plain cells where an argument is a range."""
        if any(argument.shape is not Shape.SCALAR for argument in self.arguments):
            return {}
        most = len(self.arguments)
        return {
            given: tuple(argument.filled for argument in self.arguments[given:])
            for given in range(most - self.optional, most + 1)
        }

    @property
    def description_key(self) -> str:
        """Where words.json describes the function."""
        return f"function.{self.name}"

    def description(self, language: str) -> str:
        """What the function gives, for a host's function wizard."""
        from kpixl.words import word

        return word(self.description_key, language)

    def __call__(self, *given: object, **named: object) -> Result:
        """The function of cell values: None for a blank, lists of rows for ranges, CellError for
        errors, in and out. Arguments may also be given by name. Nothing is ever raised: a call
        with too few or too many arguments is ``#VALUE!``."""
        left_out = self._left_out.get(len(given))
        if left_out is not None and not named:
            # Nearly every call: plain cells, whose meaning is known, give a number or a word.
            # Whatever else turns up is left to the thorough way.
            typed: list[object] = []
            try:
                for value, (low, high, meanings) in zip(given, self._plain):
                    if type(value) is float and low <= value <= high:
                        typed.append(value)
                    else:
                        typed.append(meanings[value])
                result: Result = self.python(*typed, *left_out)
            except Blank:
                if _NO_ERRORS.issuperset(map(type, given)):
                    return ""
            except (TypeError, ArithmeticError, Fault, KpixlError):
                pass
            else:
                if isfinite(result) if type(result) is float else type(result) in _AS_THEY_ARE:
                    return result
        from kpixl.functions.calls import call

        return call(self, given, named)
