"""Bring the registry's functions into any workbook by xlwings' own means: ``Import Functions``.

For people who work with the xlwings add-in: name this module under "UDF Modules". A workbook of
``kpixl new plan.xlsm`` does not need it. xlwings cannot hand an Excel error back: an error
becomes a number that no cell can hold, which Excel shows as ``#NUM!`` whichever error it was.
"""

from __future__ import annotations

import inspect
import locale
import math
import os
from collections.abc import Callable

import xlwings

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Function
from kpixl.hosts.excel.values import evaluate
from kpixl.words import word

# Excel's limit of a description.
_LONGEST = 255


def _cell(value: object) -> object:
    return math.nan if isinstance(value, CellError) else value


def _declared(function: Function, language: str) -> Callable[..., object]:
    """``function`` as xlwings registers one: a signature without types, arguments as COM gives
    them, results as rows."""

    def call(*given):  # type: ignore[no-untyped-def] # xlwings converts by type hints
        result = evaluate(function.name, given)
        rows = result if isinstance(result, list) else [[result]]
        return [[_cell(one) for one in row] for row in rows]

    call.__name__ = call.__qualname__ = function.name
    call.__doc__ = function.description(language)[:_LONGEST]
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # inspect asks for it
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None if argument.optional else inspect.Parameter.empty,
            )
            for argument in function.arguments
        ]
    )
    made = xlwings.ret("raw")(call)
    for argument in function.arguments:
        text = argument.description(language)[:_LONGEST]
        made = xlwings.arg(argument.name, "raw", doc=text)(made)
    # Last: each of the others sets the category back.
    return xlwings.func(category=word(f"function.category.{function.category}", language))(made)


def _language() -> str:
    """That of ``KPIXL_LANG``, else of the machine."""
    name = os.environ.get("KPIXL_LANG") or locale.getlocale()[0] or ""
    return "ja" if name.casefold().startswith("ja") else "en"


globals().update({name: _declared(function, _language()) for name, function in FUNCTIONS.items()})
