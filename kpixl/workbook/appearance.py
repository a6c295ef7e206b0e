"""Turn the parts of a workbook into how its cells look: number formats, indents, merged cells, and
what is hidden. Reading figures needs none of it; understanding a stranger's sheet does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from kpixl.plan.cells import cell_name
from kpixl.workbook.markup import MAIN, Attributes, Ends, Starts, read_markup
from kpixl.workbook.parts import relationships, target
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.tables_and_names import area_of

Area = Tuple[int, int, int, int]
"""First row, first column, last row, last column."""

# Number formats that are not written out in the file (ECMA-376 18.8.30) and say more than "number".
_BUILT_IN: Mapping[str, str] = {
    "3": "#,##0", "4": "#,##0.00", "5": '"¥"#,##0', "6": '"¥"#,##0', "7": '"¥"#,##0.00',
    "8": '"¥"#,##0.00', "9": "0%", "10": "0.00%",
}  # fmt: skip
_TRUE = ("1", "true")
_HIDDEN = ("hidden", "veryHidden")
_MOST_COLUMNS = 16_384
_MOST_INDENT = 250


@dataclass(frozen=True)
class Look:
    """A cell style: its number format ("" is General) and its indent."""

    number_format: str = ""
    indent: int = 0


PLAIN = Look()


@dataclass(frozen=True)
class Appearance:
    """How one sheet looks: the ``looks`` of its cells that have a style, by row and column;
    ``outline`` the levels of rows that are grouped; merged areas; hidden rows and columns."""

    looks: Mapping[Tuple[int, int], Look] = field(default_factory=dict)
    outline: Mapping[int, int] = field(default_factory=dict)
    merged: Tuple[Area, ...] = ()
    hidden_rows: FrozenSet[int] = frozenset()
    hidden_columns: FrozenSet[int] = frozenset()

    def look(self, row: int, column: int) -> Look:
        """The look of a cell."""
        return self.looks.get((row, column), PLAIN)


class Appearances:
    """The looks of a book's sheets. Raises FileProblem as :class:`OpenBook` does; what is read
    is within the book's budget."""

    def __init__(self, book: OpenBook) -> None:
        self._book = book
        self._styles = _styles(book)

    def of(self, sheet: str) -> Appearance:
        """How a sheet looks; KeyError where there is none of this name."""
        return _SheetLooks(self._styles).read(self._book, self._book.sheets[sheet])


def hidden_sheets(book: OpenBook) -> FrozenSet[str]:
    """The names of the sheets that Excel does not show."""
    found: List[str] = []
    names = iter(book.order)

    def sheet(attributes: Attributes) -> None:
        name = next(names, "")
        if attributes.get("state") in _HIDDEN:
            found.append(name)

    read_markup(book.package.chunks(book.part), book.part, MAIN, "workbook", {"sheet": sheet}, {})
    return frozenset(found)


def _styles(book: OpenBook) -> Sequence[Look]:
    part = target(relationships(book.package, book.part), "styles")
    if part is None:
        return ()
    codes: Dict[str, str] = dict(_BUILT_IN)
    looks: List[Look] = []
    kept: List[Look] = []

    def number_format(attributes: Attributes) -> None:
        code = attributes.get("formatCode", "")
        codes.setdefault(attributes.get("numFmtId", ""), "" if code == "General" else code)

    def list_start(_: Attributes) -> None:
        looks.clear()

    def style(attributes: Attributes) -> None:
        looks.append(Look(codes.get(attributes.get("numFmtId", "0"), "")))

    def alignment(attributes: Attributes) -> None:
        indent = attributes.get("indent", "0")
        if looks and indent.isascii() and indent.isdigit():
            looks[-1] = Look(looks[-1].number_format, min(int(indent[:3]), _MOST_INDENT))

    def list_end(_: str) -> None:
        kept.extend(looks)

    starts: Starts = {
        "numFmt": number_format, "cellXfs": list_start, "xf": style, "alignment": alignment,
    }  # fmt: skip
    ends: Ends = {"cellXfs": list_end}
    read_markup(book.package.chunks(part), part, MAIN, "styleSheet", starts, ends)
    return kept


class _SheetLooks:
    def __init__(self, styles: Sequence[Look]) -> None:
        self._styles = {str(index): look for index, look in enumerate(styles) if look != PLAIN}
        self._looks: Dict[Tuple[int, int], Look] = {}
        self._outline: Dict[int, int] = {}
        self._merged: List[Area] = []
        self._rows: List[int] = []
        self._columns: List[int] = []
        self._row = self._column = 0

    def read(self, book: OpenBook, part: str) -> Appearance:
        starts: Starts = {
            "col": self._column_start, "row": self._row_start, "c": self._cell,
            "mergeCell": self._merge,
        }  # fmt: skip
        read_markup(book.package.chunks(part), part, MAIN, "worksheet", starts, {})
        return Appearance(
            self._looks, self._outline, tuple(self._merged), frozenset(self._rows),
            frozenset(self._columns),
        )  # fmt: skip

    def _column_start(self, attributes: Attributes) -> None:
        first, last = _number(attributes.get("min")), _number(attributes.get("max"))
        if attributes.get("hidden") in _TRUE and first and last:
            self._columns.extend(range(first, min(last, _MOST_COLUMNS) + 1))

    def _row_start(self, attributes: Attributes) -> None:
        self._row = _number(attributes.get("r")) or self._row + 1
        self._column = 0
        level = _number(attributes.get("outlineLevel"))
        if level:
            self._outline[self._row] = level
        if attributes.get("hidden") in _TRUE:
            self._rows.append(self._row)

    def _cell(self, attributes: Attributes) -> None:
        area = area_of(attributes.get("r", ""))
        self._column = area[1] if area is not None else self._column + 1
        look = self._styles.get(attributes.get("s", ""))
        if look is not None:
            self._looks[self._row, self._column] = look

    def _merge(self, attributes: Attributes) -> None:
        area = area_of(attributes.get("ref", ""))
        if area is not None:
            self._merged.append(area)


def _number(text: Optional[str]) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else 0


def area_name(area: Area) -> str:
    """``B2:C9``, or ``B2`` for one cell."""
    first, last = cell_name(area[0], area[1]), cell_name(area[2], area[3])
    return first if first == last else f"{first}:{last}"
