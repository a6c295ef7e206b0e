"""Change single cells of a written workbook in its XML, as no library does: the rest stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from html import escape

from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import with_part


def cached(value: float | str) -> str:
    """The end of a cell with a result: what a formula's cell shows."""
    return f"<v>{escape(str(value))}</v></c>"


def show(book: bytes, sheet: str, cells: Mapping[str, float | str]) -> bytes:
    """Other results in cells of a sheet, whose formulas stay: a text starting with ``#`` is an
    error value, any other text a text."""
    return _changed(book, sheet, partial(_shown, cells=cells))


def enter(book: bytes, sheet: str, cells: Mapping[str, float | str | None]) -> bytes:
    """Other values typed into cells of a sheet, over formulas where there are any; None clears
    the cell."""
    return _changed(book, sheet, partial(_entered, cells=cells))


def _changed(book: bytes, sheet: str, change: partial[str]) -> bytes:
    return with_part(book, WrittenBook(book).sheets[sheet], change)


def _cell(address: str) -> str:
    return rf'<c r="{address}"((?: s="\d+")?)[^>]*?(?:/>|>(.*?)</c>)'


def _shown(text: str, cells: Mapping[str, float | str]) -> str:
    for address, value in cells.items():

        def replace(found: re.Match[str], value: float | str = value) -> str:
            formula = re.match(r"<f.*?(?:</f>|/>)", found[2] or "")
            assert formula is not None, f"{found[0]} has no formula"
            kind = _kind(value)
            return f'<c r="{address}"{found[1]}{kind}>{formula[0]}{cached(value)}'  # noqa: B023

        text, count = re.subn(_cell(address), replace, text, count=1, flags=re.DOTALL)
        assert count == 1, address
    return text


def _entered(text: str, cells: Mapping[str, float | str | None]) -> str:
    for address, value in cells.items():
        if value is None:
            new = rf'<c r="{address}"\1/>'
        elif isinstance(value, str):
            inside = f"<is><t>{escape(value)}</t></is>".replace("\\", r"\\")
            new = rf'<c r="{address}"\1 t="inlineStr">{inside}</c>'
        else:
            new = rf'<c r="{address}"\1><v>{value!r}</v></c>'
        text, count = re.subn(_cell(address), new, text, count=1, flags=re.DOTALL)
        assert count == 1, address
    return text


def _kind(value: float | str) -> str:
    if not isinstance(value, str):
        return ""
    return ' t="e"' if value.startswith("#") else ' t="str"'
