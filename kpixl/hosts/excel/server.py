"""Answer the workbook's VBA: in-cell functions and the review pack, in Excel's Python server.

xlwings starts this module's :func:`serve` in a process of its own, one for each running Excel,
and calls the functions below by name. Imported by that process only: it needs xlwings.
"""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable
from typing import TypeVar

import xlwings

import kpixl
from kpixl.hosts.excel import packs
from kpixl.hosts.excel.values import evaluate, to_excel
from kpixl.words import say

F = TypeVar("F", bound=Callable[..., object])
Answer = list[list[object]]


def serve(class_id: str) -> None:
    """Wait for calls of the Excel that started this process, until it ends."""
    xlwings.serve(class_id)  # type: ignore[call-arg] # on other systems it is a stand-in


def _called_by_excel(function: F) -> F:
    """Callable from VBA, with arguments as COM gives them: they are converted here only."""
    for name in inspect.signature(function).parameters:
        function = xlwings.arg(name, "raw")(function)
    return xlwings.ret("raw")(function)


def _one(value: object) -> Answer:
    """One cell, so that xlwings hands on what stands in it as it is: a row stays a row."""
    return [[value]]


@_called_by_excel
def in_cell(name: str, given: object) -> Answer:
    """The result of an in-cell function, its errors as whole numbers."""
    return _one(to_excel(evaluate(name, given)))


@_called_by_excel
def about(language: str) -> Answer:
    """Which kpixl answers, and from where, as a sentence."""
    import sys

    return _one(
        say(
            "excel.about",
            language,
            kpixl=kpixl.__version__,
            python=platform.python_version(),
            xlwings=xlwings.__version__,
            path=sys.executable,
        )
    )


@_called_by_excel
def pack_start(book: str, saved: bool, language: str) -> Answer:
    """Begin with the review pack of an open workbook; a reply (see :class:`packs.Reply`)."""
    return _one(packs.start(book, saved, language).row)


@_called_by_excel
def pack_copied(ticket: str) -> Answer:
    """Go on with the copy that was asked for."""
    return _one(packs.copied(ticket).row)


@_called_by_excel
def pack_draft(ticket: str) -> Answer:
    """Begin again, as a draft that says which data is wrong."""
    return _one(packs.draft(ticket).row)


@_called_by_excel
def pack_wait(ticket: str) -> Answer:
    """Wait for a moment, and say how far the pack is."""
    return _one(packs.wait(ticket).row)
