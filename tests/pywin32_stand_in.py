"""Stand-ins for pywin32, so that xlwings' own Windows code runs where there is no Windows.

Real are all of xlwings' conversion, registration and calling (``udfs``, ``com_server``,
``_xlwindows``); made up is what would reach into Windows or Excel. :func:`sent` and
:func:`received` do what pywin32 does with values on their way (its ``oleargs.cpp``): cells come as
decimal numbers, text, booleans, dates with a time zone, Decimals, None, and errors as whole
numbers; rows are tuples.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from unittest.mock import MagicMock, patch

from kpixl.errors import CellError

# As Excel numbers its errors (XlCVError), and what they become on their way through COM.
NUMBERS = {
    2000: "#NULL!", 2007: "#DIV/0!", 2015: "#VALUE!", 2023: "#REF!", 2029: "#NAME?",
    2036: "#NUM!", 2042: "#N/A",
}  # fmt: skip
CODES = {
    "#NULL!": -2146826288, "#DIV/0!": -2146826281, "#VALUE!": -2146826273, "#REF!": -2146826265,
    "#NAME?": -2146826259, "#NUM!": -2146826252, "#N/A": -2146826246,
}  # fmt: skip
MISSING = -2147352572
"""An optional argument that was left out."""
BORROWED = (
    "pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process",
    "win32timezone", "win32com", "xlwings",
)  # fmt: skip
OURS = ("kpixl.hosts.excel.server", "kpixl.hosts.xlwings_functions")
RANGE_IID = "{00020846-0000-0000-C000-000000000046}"


class ComError(Exception):
    """pywintypes.com_error."""


class TimeType(datetime):
    """pywintypes.TimeType: a datetime that always has a time zone."""


class Range:
    """An Excel range as Python sees it: one value, or a tuple of rows."""

    CLSID = RANGE_IID

    def __init__(self, value: object, address: str = "$A$1") -> None:
        self.Value = value
        self.Address = address
        self.Row = self.Column = 1
        book = types.SimpleNamespace(Name="plan.xlsm", Application=types.SimpleNamespace(Hwnd=1))
        self.Parent = self.Worksheet = types.SimpleNamespace(Name="Sheet1", Parent=book)
        self._oleobj_ = types.SimpleNamespace(
            GetTypeInfo=lambda: types.SimpleNamespace(
                GetTypeAttr=lambda: types.SimpleNamespace(iid=RANGE_IID),
                GetDocumentation=lambda _: ("Range", "", 0, None),
            )
        )
        rows: Any = value if isinstance(value, tuple) else ((value,),)
        self.Rows = types.SimpleNamespace(Count=len(rows))
        self.Columns = types.SimpleNamespace(Count=len(rows[0]))
        self.Count = len(rows) * len(rows[0])

    def GetAddress(self, *_: object) -> str:  # noqa: N802 - COM's own spelling
        return self.Address


@dataclass(frozen=True)
class Excel:
    """xlwings' own modules, loaded as on Windows, and its COM server."""

    xlwings: Any
    udfs: Any
    server: Any

    def call(self, module: str, name: str, *given: object) -> object:
        """What a workbook's VBA gets for ``CallUDF``, as a cell would show it."""
        return received(self.server.CallUDF(module, name, given))


def sent(value: object) -> object:
    """A cell's value, or rows of them, as pywin32 hands it to Python."""
    if isinstance(value, list):
        return tuple(tuple(sent(one) for one in row) for row in value)
    if isinstance(value, CellError):
        return CODES[value.code]
    if isinstance(value, datetime):
        return TimeType(
            value.year, value.month, value.day, value.hour, value.minute, value.second, tzinfo=UTC
        )
    if isinstance(value, date):
        return TimeType(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # cells know decimal numbers only
    return value


class Whole(int):
    """A whole number (VT_I4), which in VBA is a Long and no Double."""


def received(value: object) -> object:
    """A result as pywin32 hands it to VBA: lists are arrays, and what COM has no type for
    fails."""
    if isinstance(value, (list, tuple)):
        return [received(one) for one in value]
    if isinstance(value, (bool, float, str, Decimal)):
        return value
    if isinstance(value, int):
        return Whole(value)
    message = f"Objects of type {type(value).__name__!r} can not be converted to a COM VARIANT"
    raise TypeError(message)


def with_errors(found: object) -> object:
    """What the workbook's own VBA does with an answer (``WithErrors``): a Long is an error."""
    if isinstance(found, list):
        return [[with_errors(one) for one in row] for row in found]
    return CellError(NUMBERS[found]) if isinstance(found, Whole) else found


def _module(name: str, **contents: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(contents)
    return module


class _TimeZone(tzinfo):
    @staticmethod
    def utc() -> tzinfo:
        return UTC


def _not_ours(_: object) -> object:
    raise ComError("not a Python object")


def _stand_ins() -> dict[str, types.ModuleType]:
    client = _module(
        "win32com.client",
        CDispatch=type("CDispatch", (), {}),
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        Dispatch=lambda one, **_: one,
        DispatchEx=lambda one, **_: one,
        gencache=types.SimpleNamespace(EnsureModule=lambda *_, **__: None),
        dynamic=MagicMock(),
    )
    util = _module("win32com.server.util", wrap=lambda one, *_, **__: one, unwrap=_not_ours)
    policy = _module("win32com.server.policy", DefaultPolicy=type("DefaultPolicy", (), {}))
    dispatcher = _module("win32com.server.dispatcher")
    server = _module(
        "win32com.server", __path__=[], util=util, policy=policy, dispatcher=dispatcher
    )
    made = [
        _module("pywintypes", com_error=ComError, TimeType=TimeType, IID=str, datetime=TimeType),
        _module(
            "pythoncom",
            com_error=ComError,
            CoInitialize=lambda *_: None,
            IID_IDispatch="IDispatch",
            IID_IEnumVARIANT="IEnumVARIANT",
            Empty=object(),
            Missing=object(),
            ArgNotFound=object(),
            TypeIIDs={"IDispatch": type("PyIDispatch", (), {})},
            __file__="pythoncom.dll",
        ),
        _module("win32timezone", TimeZoneInfo=_TimeZone),
        _module("win32com", __path__=[], client=client, server=server),
        client, server, util, policy, dispatcher,
    ]  # fmt: skip
    asked_nothing = ("win32api", "win32con", "win32event", "win32gui", "win32process")
    made += [MagicMock(name=name, __name__=name) for name in asked_nothing]
    return {module.__name__: module for module in made}


def _forget() -> dict[str, types.ModuleType]:
    """Take what is borrowed out of the loaded modules."""
    names = [
        name
        for name in sys.modules
        if name in OURS or name.split(".")[0] in BORROWED
    ]  # fmt: skip
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def windows_excel() -> Iterator[Excel]:
    """xlwings as it is on Windows, for as long as the block runs."""
    before = _forget()
    sys.modules.update(_stand_ins())
    with (
        patch.object(ctypes, "windll", MagicMock(), create=True),
        patch.object(ctypes, "oledll", MagicMock(), create=True),
        patch.object(ctypes, "WinError", OSError, create=True),
        patch.object(ctypes, "PyDLL", MagicMock()),
    ):
        xlwings: Any = importlib.import_module("xlwings")
        windows = importlib.import_module("xlwings._xlwindows")
        atexit.unregister(windows.cleanup)  # it would look for running Excels
        xlwings._xlwindows = windows
        xlwings.engines.add(xlwings.Engine(impl=windows.engine))
        udfs = importlib.import_module("xlwings.udfs")
        com_server = importlib.import_module("xlwings.com_server")
        # As xlwings does by itself on Windows.
        xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
        xlwings.script = xlwings.sub = udfs.xlsub
        try:
            yield Excel(xlwings, udfs, com_server.XLPython())
        finally:
            com_server.loop.close()
            udfs.com_executor.shutdown()
            _forget()
            sys.modules.update(before)
