"""Turn the registry into the object whose methods Calc calls: loaded by LibreOffice's Python."""

from __future__ import annotations

import struct
from functools import lru_cache, partial
from typing import Any, List, Tuple
from weakref import WeakValueDictionary

import uno
import unohelper
from com.sun.star.lang import XServiceInfo
from com.sun.star.sheet import ResultEvent, XVolatileResult
from org.kpixl import XFunctions

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.functions.cells import serial
from kpixl.hosts.office import CELLS_SERVICE, implementation
from kpixl.hosts.office.cells import ERROR_NUMBERS, all_texts, method, single


def _error(number: int) -> float:
    """A real error of Calc's: not a number, but with the error's own number in it."""
    return float(struct.unpack("<d", struct.pack("<II", number, 0x7FF80000))[0])


_ERRORS = {CellError(name): _error(number) for name, number in ERROR_NUMBERS.items()}


def _outgoing(value: object) -> object:
    """A result's cell as Calc takes it."""
    if isinstance(value, (float, str)):
        return value
    if isinstance(value, CellError):
        return _ERRORS[value]
    if isinstance(value, (bool, int)):
        return float(value)
    return "" if value is None else serial(value)  # type: ignore[arg-type] # a date is left


class Array(unohelper.Base, XVolatileResult):
    """An array on its way to Calc.

    What a Python method returns may be a number or a text, never an array: that passes only as
    a result that says of itself when it changes. This one never does.
    """

    def __init__(self, rows: List[List[object]]) -> None:
        name = "[][]string" if all_texts(rows) else "[][]any"
        self._result = ResultEvent()
        self._result.Value = uno.Any(name, tuple(tuple(map(_outgoing, row)) for row in rows))

    def addResultListener(self, listener: Any) -> None:  # noqa: N802 - Calc's name for it
        """Tell the result at once."""
        self._result.Source = self
        listener.modified(self._result)
        self._result.Source = None

    def removeResultListener(self, listener: Any) -> None:  # noqa: N802 - as above
        """Nothing was kept."""


class Arrays:
    """Arrays on their way. Calc keeps each until its book is closed, so that a result which was
    handed over before, and is still in use, is handed over again."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Tuple[object, ...], Array] = WeakValueDictionary()

    def of(self, rows: List[List[object]]) -> Array:
        """The array of ``rows``."""
        key = tuple((len(row), *row) for row in rows)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Array(rows)
        return found


@lru_cache(maxsize=1)
def _decimal_comma() -> bool:
    """Whether this LibreOffice writes numbers with a decimal comma."""
    context = uno.getComponentContext()
    access = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.sheet.FunctionAccess", context
    )
    return "," in str(access.callFunction("CONCATENATE", (0.5,)))


class Functions(unohelper.Base, XServiceInfo, XFunctions):
    """The in-cell functions, one method each, put in place below."""

    def __init__(self, context: Any, *_: object) -> None:
        self.context = context

    def getImplementationName(self) -> str:  # noqa: N802 - UNO's name for it
        """The name of this class to LibreOffice."""
        return implementation(CELLS_SERVICE)

    def supportsService(self, name: str) -> bool:  # noqa: N802 - as above
        """Whether it is the in-cell functions that are asked for."""
        return name == CELLS_SERVICE

    def getSupportedServiceNames(self) -> Tuple[str, ...]:  # noqa: N802 - as above
        """The one service."""
        return (CELLS_SERVICE,)


def _returned(arrays: Arrays, result: object) -> object:
    alone = single(result)
    return arrays.of(alone) if isinstance(alone, list) else _outgoing(alone)


_ARRAYS = Arrays()
for _function in FUNCTIONS.values():
    _method = method(_function, _decimal_comma, partial(_returned, _ARRAYS))
    setattr(Functions, _function.name, _method)
