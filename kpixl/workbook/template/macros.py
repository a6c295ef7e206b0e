"""Attach a VBA project to a workbook that is being written, and tell Excel about its functions.

What the project holds is the host's business: it comes as :class:`Macros`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

ARGUMENT_DESCRIPTIONS = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
"""The extension of a workbook that holds them (MS-XLSX 2.2.4.1)."""
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"


@dataclass(frozen=True)
class Button:
    """A button over the cell (row and column from 1) of a sheet, and the macro that it starts."""

    sheet: str
    row: int
    column: int
    width: int
    height: int
    caption: str
    macro: str
    left: int = 0


@dataclass(frozen=True)
class Macros:
    """A VBA project and all that the workbook says about it.

    ``groups`` are the categories of its functions, numbered on from ``built_in_groups``;
    ``functions`` are the descriptions of their arguments; ``texts`` become properties of the
    workbook, where the project finds them.
    """

    project: bytes
    built_in_groups: int
    groups: Sequence[str]
    functions: Mapping[str, Sequence[str]]
    texts: Mapping[str, str]
    buttons: Sequence[Button]


class MacroWorkbook(xlsxwriter.Workbook):  # type: ignore[misc] # XlsxWriter brings no types
    """A workbook file with a VBA project. XlsxWriter attaches the project; what the function
    wizard shows is written here, each element at its place in the schema."""

    def __init__(self, target: Any, options: Mapping[str, object], macros: Macros) -> None:
        super().__init__(target, options)
        self._macros = macros
        self.add_vba_project(io.BytesIO(macros.project), True)
        for name, text in macros.texts.items():
            self.set_custom_property(name, text, "text")

    def _write_sheets(self) -> None:
        super()._write_sheets()
        count = [("builtInGroupCount", self._macros.built_in_groups)]
        self._xml_start_tag("functionGroups", count)
        for name in self._macros.groups:
            self._xml_empty_tag("functionGroup", [("name", name)])
        self._xml_end_tag("functionGroups")

    def _write_calc_pr(self) -> None:
        super()._write_calc_pr()
        self._xml_start_tag("extLst")
        self._xml_start_tag("ext", [("uri", ARGUMENT_DESCRIPTIONS), ("xmlns:x14", _X14)])
        self._xml_start_tag("x14:definedNames")
        for name, descriptions in sorted(self._macros.functions.items()):
            self._describe(name, descriptions)
        self._xml_end_tag("x14:definedNames")
        self._xml_end_tag("ext")
        self._xml_end_tag("extLst")

    def _describe(self, name: str, descriptions: Sequence[str]) -> None:
        self._xml_start_tag("x14:definedName", [("name", name)])
        self._xml_start_tag("x14:argumentDescriptions", [("count", len(descriptions))])
        for place, text in enumerate(descriptions):
            self._xml_data_element("x14:argumentDescription", text, [("index", place)])
        self._xml_end_tag("x14:argumentDescriptions")
        self._xml_end_tag("x14:definedName")


def add_buttons(sheets: Mapping[str, Any], macros: Macros) -> None:
    """Put the buttons on the sheets, which are given by key."""
    for button in macros.buttons:
        sheets[button.sheet].insert_button(
            button.row - 1,
            button.column - 1,
            {
                "macro": button.macro,
                "caption": button.caption,
                "width": button.width,
                "height": button.height,
                "x_offset": button.left,
                "y_offset": 2,
            },
        )
