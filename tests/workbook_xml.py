"""Look into a written workbook's own XML: what Excel will read, not what a library makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from defusedxml import ElementTree
from xlsxwriter.utility import xl_cell_to_rowcol

from kpixl.plan.cells import cell_name
from tests.xlsx_parts import parts

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_BUILT_IN = {"0": "General", "3": "#,##0", "4": "#,##0.00", "10": "0.00%", "49": "@"}


def places_of(area: str) -> list[str]:
    """The addresses of all cells of an area such as ``B2:D9``."""
    first, _, last = area.partition(":")
    (top, left), (bottom, right) = (xl_cell_to_rowcol(one) for one in (first, last or first))
    return [
        cell_name(row + 1, column + 1)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]


@dataclass(frozen=True)
class XmlCell:
    """A cell as it stands in the sheet's part."""

    place: str
    kind: str
    style: int
    formula: str | None
    value: str | None


class WrittenBook:
    """The parts of a written workbook, by sheet name."""

    def __init__(self, content: bytes) -> None:
        self.parts = parts(content)

    def tree(self, name: str) -> Any:
        return ElementTree.fromstring(self.parts[name])

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Sheet name -> part, in book order."""
        relations = {
            one.get("Id"): f"xl/{one.get('Target')}"
            for one in self.tree("xl/_rels/workbook.xml.rels")
        }
        found = self.tree("xl/workbook.xml").find("m:sheets", _NS)
        return {one.get("name"): relations[one.get(_RELATION)] for one in found}

    @cached_property
    def texts(self) -> list[str]:
        found = self.tree("xl/sharedStrings.xml")
        return ["".join(item.itertext()) for item in found.findall("m:si", _NS)]

    @cached_property
    def names(self) -> dict[str, str]:
        found = self.tree("xl/workbook.xml").find("m:definedNames", _NS)
        return {one.get("name"): one.text for one in found}

    def find(self, sheet: str, path: str) -> list[Any]:
        """Elements of a sheet by path, with ``m:`` for the main namespace."""
        found: list[Any] = self.tree(self.sheets[sheet]).findall(path, _NS)
        return found

    def cells(self, sheet: str) -> dict[str, XmlCell]:
        """All cells of a sheet by address; shared texts are resolved."""
        found: dict[str, XmlCell] = {}
        for cell in self.find(sheet, ".//m:c"):
            formula, value = cell.find("m:f", _NS), cell.find("m:v", _NS)
            kind = cell.get("t", "n")
            shown = None if value is None else value.text or ""
            if kind == "s" and shown is not None:
                shown = self.texts[int(shown)]
            found[cell.get("r")] = XmlCell(
                cell.get("r"), kind, int(cell.get("s", "0")),
                None if formula is None else formula.text or "", shown,
            )  # fmt: skip
        return found

    def computed(self, sheet: str) -> list[XmlCell]:
        """The cells that have a formula, or show a part of an array formula's result."""
        cells = self.cells(sheet)
        arrays = [one.get("ref") for one in self.find(sheet, ".//m:f") if one.get("t") == "array"]
        parts = {place for area in arrays for place in places_of(area)}
        return [cell for cell in cells.values() if cell.formula is not None or cell.place in parts]

    def number_format(self, style: int) -> str:
        """The number format code of a cell style."""
        styles = self.tree("xl/styles.xml")
        number = styles.findall("m:cellXfs/m:xf", _NS)[style].get("numFmtId")
        codes = {
            one.get("numFmtId"): one.get("formatCode")
            for one in styles.findall("m:numFmts/m:numFmt", _NS)
        }
        return str(codes.get(number) or _BUILT_IN[number])

    def tables(self) -> dict[str, list[str]]:
        """Table name -> its headers."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.parts):
            if re.fullmatch(r"xl/tables/table\d+\.xml", name):
                table = self.tree(name)
                columns = table.findall("m:tableColumns/m:tableColumn", _NS)
                found[table.get("name")] = [column.get("name") for column in columns]
        return found
