"""Find the tables and pivot tables of a worksheet, and let a table grow by rows beneath it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from kpixl.workbook.markup import MAIN, Attributes, Ends, Starts, read_markup
from kpixl.workbook.package import Package
from kpixl.workbook.part_text import (
    Name,
    PartText,
    Splice,
    Visitor,
    attributed,
    part_text,
    spliced,
    tag_at,
    visit,
)
from kpixl.workbook.parts import Relationship, relationships
from kpixl.workbook.sheet_places import Area, Cell
from kpixl.workbook.tables_and_names import area_of

# Texts, names of sheets in quotes, and what stands in a table's brackets.
_NO_ADDRESS = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\[\]]*\]")
_RELATIVE = re.compile(
    r"(?<![\w.$])(?:\$?[A-Z]{1,3}[0-9]{1,7}|[0-9]{1,7}:\$?[0-9]{1,7}|\$[0-9]+:[0-9]+)(?![\w.(])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TableArea:
    """Where a table stands: the whole of it, and whether its first row has the headers and its
    last one the totals."""

    part: str
    name: str
    area: Area
    headers: bool
    totals: bool
    formulas: Mapping[int, str] = field(default_factory=dict)
    """The formula of each calculated column (as the sheet counts) that is the same in every row."""

    def body(self, row: int, column: int) -> bool:
        """Whether a cell is one of the table's data."""
        top, left, bottom, right = self.area
        first, last = top + self.headers, bottom - self.totals
        return first <= row <= last and left <= column <= right


def sheet_relationships(package: Package, part: str) -> List[Relationship]:
    """The relationships of a worksheet part that lead to parts of the package."""
    folder, _, file = part.rpartition("/")
    if not package.has(f"{folder}/_rels/{file}.rels"):
        return []
    found = relationships(package, part).values()
    return [one for one in found if package.has(one.target)]


def table_areas(package: Package, related: List[Relationship]) -> Iterator[TableArea]:
    """The tables among a worksheet's relationships."""
    for relationship in related:
        if relationship.kind == "table":
            found = _table_area(package, relationship.target)
            if found is not None:
                yield found


def _table_area(package: Package, part: str) -> Optional[TableArea]:
    about: Dict[str, str] = {}
    formulas: Dict[int, str] = {}
    column = -1
    is_array = False

    def table(attributes: Attributes) -> None:
        about.update(attributes)

    def column_start(_: Attributes) -> None:
        nonlocal column
        column += 1

    def formula_start(attributes: Attributes) -> None:
        nonlocal is_array
        is_array = attributes.get("array") in ("1", "true")

    def formula_end(text: str) -> None:
        if text and not is_array and not _moves(text):
            formulas[column] = text

    starts: Starts = {
        "table": table,
        "tableColumn": column_start,
        "calculatedColumnFormula": formula_start,
    }
    ends: Ends = {"calculatedColumnFormula": formula_end}
    read_markup(package.chunks(part), part, MAIN, "table", starts, ends)
    area = area_of(about.get("ref", "").upper())
    if area is None:
        return None
    headers, totals = about.get("headerRowCount") != "0", about.get("totalsRowCount", "0") != "0"
    placed = {area[1] + number: text for number, text in formulas.items()}
    return TableArea(part, about.get("displayName", ""), area, headers, totals, placed)


def _moves(formula: str) -> bool:
    """Whether a formula says another thing one row further down: it has an address in A1's way
    that is not absolute."""
    return _RELATIVE.search(_NO_ADDRESS.sub("", formula)) is not None


def pivot_areas(package: Package, related: List[Relationship]) -> Iterator[Area]:
    """The areas that pivot tables among a worksheet's relationships fill."""
    for relationship in related:
        if relationship.kind == "pivotTable":
            part = relationship.target
            text = part_text(package.content(part), part)
            found = _read(text.data, part, "pivotTableDefinition")
            for _, attributes in found.children.get("location", []):
                area = area_of(attributes.get("ref", "").upper())
                if area is not None:
                    yield area


def grown(text: PartText, table: TableArea, last_row: int) -> bytes:
    """The table part with its last row moved down to ``last_row``, and its filter with it."""
    found = _read(text.data, table.part, "table")
    places = [(found.at, found.attributes), *found.children.get("autoFilter", [])]
    splices: List[Splice] = []
    for at, attributes in places:
        area = area_of(attributes.get("ref", "").upper())
        if area is not None and area[2] == table.area[2]:
            tag = tag_at(text.data, at)
            ref = re.sub(r"[0-9]+$", str(last_row), attributes["ref"])
            splices.append(Splice(tag.start, tag.end, attributed(tag, {"ref": ref}).text))
    return text.encoded(spliced(text.data, splices))


def last_row_grown(
    table: TableArea, entered: Callable[[Cell], bool], free: Callable[[Area], bool]
) -> int:
    """The table's last row after cells beneath it were entered, as Excel extends tables: row by
    row, as long as one of the row's cells is ``entered`` and the row was ``free`` before."""
    _, left, row, right = table.area
    if table.totals:
        return row
    columns = range(left, right + 1)
    while any(entered((row + 1, column)) for column in columns) and free(
        (row + 1, left, row + 1, right)
    ):
        row += 1
    return row


class _Read(Visitor):
    """The root of a part and its children by name, each with its place and attributes."""

    def __init__(self) -> None:
        self.at = 0
        self.attributes: Dict[str, str] = {}
        self.children: Dict[str, List[Tuple[int, Dict[str, str]]]] = {}

    def start(self, name: Name, attributes: Dict[str, str], depth: int, at: int) -> None:
        if depth == 1:
            self.at, self.attributes = at, attributes
        elif depth == 2 and name.local:
            self.children.setdefault(name.local, []).append((at, attributes))


def _read(data: bytes, part: str, root: str) -> _Read:
    found = _Read()
    visit(data, part, MAIN, root, found)
    return found
