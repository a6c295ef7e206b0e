"""Turn a worksheet part into the places of what an edit of some of its cells has to know."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import AbstractSet, Dict, Iterable, List, NamedTuple, Optional, Tuple

from kpixl.errors import FileProblem
from kpixl.plan.cells import cell_name
from kpixl.workbook.markup import MAIN
from kpixl.workbook.part_text import NO_TAG, Name, Tag, Visitor, element_end, tag_at, visit
from kpixl.workbook.tables_and_names import area_of

Cell = Tuple[int, int]
"""Row and column, from 1."""

Area = Tuple[int, int, int, int]
"""First row and column, last row and column."""

_LONGEST_SHOWN = 40
_LONGEST_ROW = 10
_LONGEST_COLUMN = 3
_LAST_COLUMN = 16_384
_SPREADING = ("array", "dataTable")


class CellPlace(NamedTuple):
    """A cell that is in the sheet: its bytes, its style, and what it holds.

    ``kind`` is its type, ``value`` its text as it is stored (None without any); ``rest`` is where
    its extension list stands.
    """

    column: int
    start: int
    end: int
    prefix: str
    style: Optional[str]
    kind: str
    value: Optional[str]
    formula: bool
    rest: Tuple[int, int]


@dataclass
class RowPlace:
    """A row that is in the sheet, with its cells in the order of the file."""

    number: int
    tag: Tag
    prefix: str
    attributes: Dict[str, str]
    cells: Dict[int, CellPlace] = field(default_factory=dict)

    def place_of(self, column: int) -> int:
        """Where a new cell of this column belongs: before the first one behind it."""
        later = (cell.start for cell in self.cells.values() if cell.column > column)
        last = max((cell.end for cell in self.cells.values()), default=self.tag.end)
        return min(later, default=last)


@dataclass
class SheetPlaces:
    """A worksheet part: the rows asked for, where others start, and what spreads over cells."""

    rows: Dict[int, RowPlace] = field(default_factory=dict)
    numbers: List[int] = field(default_factory=list)
    starts: List[int] = field(default_factory=list)
    data: Tag = NO_TAG
    data_prefix: str = ""
    data_close: int = 0
    dimension: Optional[Tag] = None
    dimension_ref: str = ""
    columns: List[Tuple[int, int, str]] = field(default_factory=list)
    merges: List[Area] = field(default_factory=list)
    arrays: List[Area] = field(default_factory=list)

    def cell(self, place: Cell) -> Optional[CellPlace]:
        """A cell of the rows asked for, where the sheet has it."""
        row = self.rows.get(place[0])
        return row.cells.get(place[1]) if row else None

    def first_after(self, number: int) -> Optional[int]:
        """Where the first row behind row ``number`` starts; None where there is none."""
        if not self.in_order:
            rows = zip(self.numbers, self.starts, strict=True)
            return next((start for one, start in rows if one > number), None)
        index = bisect_right(self.numbers, number)
        return self.starts[index] if index < len(self.starts) else None

    @property
    def data_end(self) -> int:
        """The place behind the last row."""
        return self.data.end if self.data.closed else self.data_close

    @cached_property
    def in_order(self) -> bool:
        """Whether the rows stand in the order of their numbers, as Excel has them."""
        return self.numbers == sorted(self.numbers)

    def column_style(self, column: int) -> Optional[str]:
        """The style of a column's cells that are not in the sheet."""
        return next((style for first, last, style in self.columns if first <= column <= last), None)


def covered(areas: Iterable[Area], cells: Iterable[Cell]) -> Dict[Cell, Area]:
    """Those of ``cells`` that stand in one of the areas, and which."""
    ordered = sorted(cells)
    found: Dict[Cell, Area] = {}
    for area in areas:
        top, left, bottom, right = area
        first, last = bisect_left(ordered, (top, left)), bisect_right(ordered, (bottom, right))
        for cell in ordered[first:last]:
            if left <= cell[1] <= right:
                found.setdefault(cell, area)
    return found


def sheet_places(data: bytes, part: str, sheet: str, wanted: AbstractSet[int]) -> SheetPlaces:
    """Where things stand in the worksheet part ``data`` (as UTF-8), its ``wanted`` rows cell by
    cell. Raises FileProblem where rows or cells are not where Excel would have them."""
    visitor = _SheetVisitor(data, part, sheet, wanted)
    visit(data, part, MAIN, "worksheet", visitor)
    if not visitor.found.data.end:
        raise FileProblem("file-damaged-part", part=part)
    return visitor.found


class _SheetVisitor(Visitor):
    """Collects the places, element by element."""

    def __init__(self, data: bytes, part: str, sheet: str, wanted: AbstractSet[int]) -> None:
        self.found = SheetPlaces()
        self._data, self._part, self._sheet, self._wanted = data, part, sheet, wanted
        self._path: List[str] = []
        self._number = self._column = 0
        self._text = "0"
        self._known: Dict[str, int] = {}
        self._row: Optional[RowPlace] = None
        self._cell_start = 0
        self._cell: Dict[str, str] = {}
        self._value: Optional[str] = None
        self._pieces: List[str] = []
        self._formula = False
        self._rest = (0, 0)
        self._readings = 0

    def start(self, name: Name, attributes: Dict[str, str], depth: int, at: int) -> None:
        local = name.local
        self._path.append(local)
        if local == "c":
            self._start_cell(attributes, at)
        elif local == "row":
            self._start_row(name, attributes, at)
        elif local == "f":
            self._formula = True
            if attributes.get("t") in _SPREADING:
                self._note(self.found.arrays, attributes)
        elif local == "rPh":
            self._readings += 1
        elif self._path[-2:] == ["c", "extLst"]:
            self._rest = (at, at)
        elif depth == 2:
            self._start_section(name, attributes, at)
        elif local == "col":
            self._column_style(attributes)
        elif local == "mergeCell":
            self._note(self.found.merges, attributes)

    def _start_section(self, name: Name, attributes: Dict[str, str], at: int) -> None:
        if name.local == "sheetData":
            if self.found.data.end:
                raise FileProblem("file-damaged-part", part=self._part)
            self.found.data = tag_at(self._data, at)
            self.found.data_prefix = name.prefix
        elif name.local == "dimension":
            self.found.dimension = tag_at(self._data, at)
            self.found.dimension_ref = attributes.get("ref", "")

    def _start_row(self, name: Name, attributes: Dict[str, str], at: int) -> None:
        if self._path != ["worksheet", "sheetData", "row"]:
            raise FileProblem("file-damaged-part", part=self._part)
        text = attributes.get("r")
        if text is None:
            self._number += 1
        elif text.isascii() and text.isdigit() and len(text) < _LONGEST_ROW and int(text) > 0:
            self._number = int(text)
        else:
            raise FileProblem("file-bad-row", sheet=self._sheet, found=text[:_LONGEST_SHOWN])
        self._column = 0
        self._text = str(self._number)
        self.found.numbers.append(self._number)
        self.found.starts.append(at)
        self._row = None
        if self._number in self._wanted:
            if self._number in self.found.rows:
                raise FileProblem("file-bad-row", sheet=self._sheet, found=str(self._number))
            tag = tag_at(self._data, at)
            self._row = RowPlace(self._number, tag, name.prefix, attributes)
            self.found.rows[self._number] = self._row

    def _start_cell(self, attributes: Dict[str, str], at: int) -> None:
        if self._path != ["worksheet", "sheetData", "row", "c"]:
            raise FileProblem("file-damaged-part", part=self._part)
        if self._row is None:
            return
        reference = attributes.get("r")
        self._column += 1
        if reference is not None:
            letters = reference.removesuffix(self._text)
            known = self._known.get(letters) if letters != reference else None
            self._column = known or self._column_of(letters, reference)
        elif self._column > _LAST_COLUMN:
            cell = cell_name(self._number, self._column)
            raise FileProblem("file-bad-cell", sheet=self._sheet, cell=cell, found=cell)
        self._cell_start, self._cell = at, attributes
        self._value, self._formula, self._rest = None, False, (0, 0)
        self._pieces.clear()

    def _column_of(self, letters: str, reference: str) -> int:
        upper = letters.upper()
        place = area_of(f"{upper}1") if upper.isascii() and upper.isalpha() else None
        if letters == reference or place is None or len(letters) > _LONGEST_COLUMN:
            shown = reference[:_LONGEST_SHOWN]
            raise FileProblem("file-bad-cell", sheet=self._sheet, cell=shown[:20], found=shown)
        self._known[letters] = place[1]
        return place[1]

    def end(self, name: Name, text: str, at: int) -> None:
        within = self._path[-2:-1]
        self._path.pop()
        local = name.local
        if local == "c":
            self._end_cell(name, at)
        elif local == "v":
            self._value = text
        elif local == "t" and not self._readings:
            self._pieces.append(text)
        elif local == "is":
            self._value = "".join(self._pieces)
        elif local == "rPh":
            self._readings -= 1
        elif local == "sheetData":
            self.found.data_close = at
        elif local == "extLst" and within == ["c"]:
            first = self._rest[0]
            self._rest = (first, element_end(self._data, tag_at(self._data, first), at))

    def _end_cell(self, name: Name, at: int) -> None:
        if self._row is None:
            return
        end = element_end(self._data, tag_at(self._data, self._cell_start), at)
        kind, style = self._cell.get("t", "n"), self._cell.get("s")
        if self._column in self._row.cells:
            cell = cell_name(self._number, self._column)
            raise FileProblem("file-doubled-cell", sheet=self._sheet, cell=cell)
        self._row.cells[self._column] = CellPlace(
            self._column, self._cell_start, end, name.prefix, style, kind,
            self._value, self._formula, self._rest,
        )  # fmt: skip

    def _column_style(self, attributes: Dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        style = attributes.get("style")
        if style and first.isdecimal() and last.isdecimal():
            self.found.columns.append((int(first), int(last), style))

    def _note(self, areas: List[Area], attributes: Dict[str, str]) -> None:
        area = area_of(attributes.get("ref", "").upper())
        if area is not None:
            areas.append(area)
