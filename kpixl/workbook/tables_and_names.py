"""Find what formulas call by name: the tables of a workbook's sheets, and its defined names."""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Sequence, Tuple

from kpixl.errors import FileProblem
from kpixl.workbook.markup import MAIN, Attributes, Ends, Starts, read_markup
from kpixl.workbook.package import Package
from kpixl.workbook.parts import relationships
from kpixl.workbook.places import TablePlace
from kpixl.workbook.values import clean_text

_REF = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_LONGEST = 8_192
"""The longest formula that Excel writes."""

Names = Dict[Tuple[Optional[str], str], str]
"""The sheet that a name belongs to (None: the book) and the folded name -> its formula."""


def area_of(ref: str) -> Optional[Tuple[int, int, int, int]]:
    """First row and column, last row and column of ``B2:C9`` or ``B2``; None for other texts."""
    found = _REF.fullmatch(ref if ":" in ref else f"{ref}:{ref}")
    if found is None:
        return None
    left, right = (_column(letters) for letters in (found[1], found[3]))
    return int(found[2]), left, int(found[4]), right


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def sheet_tables(package: Package, sheet: str, part: str) -> Dict[str, TablePlace]:
    """The tables of one sheet by folded name; those that cannot be read are left out."""
    folder, _, file = part.rpartition("/")
    if not package.has(f"{folder}/_rels/{file}.rels"):
        return {}
    found: Dict[str, TablePlace] = {}
    for relationship in relationships(package, part).values():
        if relationship.kind == "table" and package.has(relationship.target):
            try:
                found.update(_table(package, sheet, relationship.target))
            except FileProblem:
                continue
    return found


def _table(package: Package, sheet: str, part: str) -> Dict[str, TablePlace]:
    about: Dict[str, str] = {}
    headers: List[str] = []

    def table(attributes: Attributes) -> None:
        about.update(attributes)

    def column(attributes: Attributes) -> None:
        headers.append(clean_text(attributes.get("name", "")))

    starts: Starts = {"table": table, "tableColumn": column}
    read_markup(package.chunks(part), part, MAIN, "table", starts, {})
    area = area_of(about.get("ref", ""))
    if area is None or not headers:
        return {}
    top, left, bottom, _ = area
    head, foot = (about.get(key, default) != "0" for key, default in _ROWS.items())
    columns = {header.casefold(): number for number, header in enumerate(headers, start=left)}
    name = clean_text(about.get("displayName") or about.get("name", ""))
    place = TablePlace(
        sheet, columns, top if head else None, top + head, bottom - foot, bottom if foot else None
    )
    return {name.casefold(): place}


_ROWS = {"headerRowCount": "1", "totalsRowCount": "0"}
"""Whether a table has a row of headers and of totals, where it does not say so."""


def defined_names(package: Package, workbook: str, sheets: Sequence[str]) -> Names:
    """The defined names of the workbook part ``workbook``, whose sheets stand in this order."""
    found: Names = {}
    now: List[Attributes] = []

    def start(attributes: Attributes) -> None:
        now[:] = [attributes]

    def end(text: str) -> None:
        number = now[0].get("localSheetId", "")
        local = number.isdecimal() and int(number) < len(sheets)
        name = clean_text(now[0].get("name", "")).casefold()
        if len(text) <= _LONGEST:
            found[(sheets[int(number)] if local else None), name] = clean_text(text)

    starts: Starts = {"definedName": start}
    ends: Ends = {"definedName": end}
    read_markup(package.chunks(workbook), workbook, MAIN, "workbook", starts, ends)
    return found
