"""Workbooks made by hand, part by part, for what no spreadsheet program would write."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Dict, Iterable, Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"

_MEGABYTE = 1 << 20


def sheet_of(rows: str) -> str:
    """A worksheet part around the XML of its rows."""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def texts_of(items: str) -> str:
    """A shared-strings part around the XML of its items."""
    return f'<sst xmlns="{_MAIN}">{items}</sst>'


def styles_of(*formats: str) -> str:
    """A styles part with one cell style a format: a number format code, or a built-in number."""
    codes = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{code}"/>'
        for index, code in enumerate(formats)
        if not code.isdigit()
    )
    styles = "".join(
        f'<xf numFmtId="{code if code.isdigit() else 164 + index}"/>'
        for index, code in enumerate(formats)
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>'
    )


def workbook_of(*names: str, properties: str = "") -> str:
    """A workbook part whose sheets, by these names, all show the one worksheet part."""
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId1"/>'
        for number, name in enumerate(names, start=1)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr {properties}/>'
        f"<sheets>{sheets}</sheets></workbook>"
    )


def _relationships(targets: Mapping[str, str]) -> str:
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def craft(path: Path, rows: str = "", **parts: str) -> Path:
    """A workbook with a Goals sheet of these rows; ``parts`` (sheet, texts, styles, workbook)
    replace whole parts."""
    return craft_parts(path, _parts(rows, parts))


def craft_huge(path: Path, part: str, pieces: Iterable[bytes]) -> Path:
    """The same with one part written piece by piece, for parts that are too big to hold."""
    craft_parts(path, {name: text for name, text in _parts("", {}).items() if name != part})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open(part, "w") as target,
    ):
        for piece in pieces:
            target.write(piece)
    return path


def craft_parts(path: Path, parts: Mapping[str, str]) -> Path:
    """A package with exactly these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return path


def _parts(rows: str, given: Mapping[str, str]) -> Dict[str, str]:
    targets = {
        "worksheet": "worksheets/sheet1.xml",
        "styles": "styles.xml",
        "sharedStrings": "sharedStrings.xml",
    }
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": _relationships({"officeDocument": WORKBOOK}),
        "xl/_rels/workbook.xml.rels": _relationships(targets),
        WORKBOOK: given.get("workbook", workbook_of("Goals")),
        STYLES: given.get("styles", styles_of("0")),
        TEXTS: given.get("texts", texts_of("")),
        SHEET: given.get("sheet", sheet_of(rows)),
    }


def megabytes(count: int, piece: bytes = b"A") -> Iterable[bytes]:
    """``count`` megabytes of a repeated piece."""
    whole = piece * (_MEGABYTE // len(piece))
    return (whole for _ in range(count))
