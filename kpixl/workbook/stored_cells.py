"""Turn a workbook file into sheets that a calculator can look into, input cells apart from what
kpixl computes."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Dict, FrozenSet, Iterator, Optional, Sequence, Tuple

from kpixl.errors import FileProblem
from kpixl.functions import FUNCTIONS
from kpixl.plan.cells import CellValue, cell_name
from kpixl.plan.schema import HEADER_SEARCH_ROWS, SHEET, column_names, sheet_names
from kpixl.words import LANGUAGES, fold, section, word
from kpixl.workbook.expressions import from_place
from kpixl.workbook.operators import CannotCalculate
from kpixl.workbook.places import ArrayCell, Content, Place, Relative, TablePlace
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.tables_and_names import Names, area_of, defined_names, sheet_tables
from kpixl.workbook.worksheet import FormulaTexts

SCORECARD = "scorecard"
ROLES = ("result", "input", "other")
LONGEST_FORMULA = 8_192
"""As in Excel."""

_NAMES = "|".join(FUNCTIONS)
_CALL = re.compile(rf"(?<![a-z0-9_])(?:_xldudf_[a-z0-9]+_)?(?:{_NAMES})\s*\(", re.IGNORECASE)
_CALL_IN_PART = re.compile(rf"(?:{_NAMES})\s*\(".encode(), re.IGNORECASE)
_OVERLAP = 64
_MOST_ARRAYS = 100
"""So many array formulas of a sheet are looked through for each cell."""


@lru_cache(maxsize=1)
def _result_names() -> Dict[str, str]:
    """Folded sheet name -> key of the template's sheets that hold nothing but results: the
    Scorecard, and those that are named by the template alone."""
    prefix = "sheet."
    own = (entry for entry in section("template") if entry.startswith(prefix))
    found = {entry[len(prefix) :]: f"template.{entry}" for entry in own}
    found[SCORECARD] = f"{prefix}{SCORECARD}"
    return {
        fold(word(entry, language)): key for key, entry in found.items() for language in LANGUAGES
    }


@dataclass(frozen=True)
class StoredSheet:
    """A sheet as the file has it. ``role`` is ``result``, ``input`` or ``other``; ``computed``
    are the columns of an input sheet that the template fills; ``extent`` is the last row and
    column that hold anything."""

    name: str
    role: str
    rows: Sequence[Sequence[CellValue]]
    formulas: FormulaTexts
    uncached: FrozenSet[Tuple[int, int]]
    computed: FrozenSet[int]
    extent: Tuple[int, int]
    arrays: Sequence[Tuple[Tuple[int, int, int, int], Tuple[int, int]]] = ()
    """The area of each array formula, and the place of its first cell."""

    def array_at(self, place: Tuple[int, int]) -> Optional[Tuple[int, int]]:
        """The first cell of the array formula whose result a cell without a formula shows."""
        row, column = place
        for (top, left, bottom, right), first in self.arrays:
            if top <= row <= bottom and left <= column <= right:
                return first
        return None

    def cached(self, row: int, column: int) -> CellValue:
        """What the file says a cell holds. Raises CannotCalculate where its formula was never
        calculated."""
        if (row, column) in self.uncached:
            raise CannotCalculate("never-calculated", cell_name(row, column))
        cells = self.rows[row - 1] if row <= len(self.rows) else ()
        return cells[column - 1] if column <= len(cells) else None

    def computes(self, place: Tuple[int, int]) -> bool:
        """Whether the value of a cell with a formula is kpixl's."""
        if self.role == "result" or place[1] in self.computed:
            return True
        return _CALL.search(self.formulas.shared(place).text) is not None


class StoredCells:
    """The cells of a workbook file as a calculator sees them.

    Formulas of input cells are not worked out: their cached value counts (SPEC 2). What kpixl
    computes is: its result sheets, the computed columns of input sheets, each call of an in-cell
    function, and every formula of other sheets that these ask for.
    """

    def __init__(self, book: OpenBook) -> None:
        self._book = book
        self._parts = book.sheets
        self._folded = {name.casefold(): name for name in self._parts}
        self._sheets: Dict[str, Optional[StoredSheet]] = {}
        self._tables: Optional[Dict[str, TablePlace]] = None
        self._names: Optional[Names] = None

    def key(self, sheet: str) -> str:
        """The key of a sheet of the template, else empty. The Scorecard is where its table is,
        however the sheet is called."""
        table = self.table(SHEET[SCORECARD].table)
        if table is not None and table.sheet == sheet:
            return SCORECARD
        return _result_names().get(fold(sheet)) or sheet_names().get(fold(sheet), "")

    def _role(self, sheet: str) -> str:
        key = self.key(sheet)
        if key in _result_names().values():
            return "result"
        return "input" if key in SHEET and SHEET[key].is_input else "other"

    def computed(self) -> Iterator[StoredSheet]:
        """The sheets on which kpixl computes something, results first, then inputs. One that is
        beyond what may be read is left out, and :attr:`unreadable`."""
        roles = {name: self._role(name) for name in self._parts}
        for wanted in ROLES:
            for name in (name for name, role in roles.items() if role == wanted):
                with contextlib.suppress(CannotCalculate):
                    if wanted != "other" or self._mentions_a_function(name):
                        yield self.sheet(name)

    def called(self, key: str) -> Iterator[StoredSheet]:
        """The sheets of the template that are called ``key`` in it, as far as they can be read."""
        for name in self._parts:
            if self.key(name) == key:
                with contextlib.suppress(CannotCalculate):
                    yield self.sheet(name)

    @property
    def unreadable(self) -> Tuple[str, ...]:
        """The sheets that could not be read."""
        return tuple(name for name, sheet in self._sheets.items() if sheet is None)

    def _mentions_a_function(self, sheet: str) -> bool:
        """Whether a call stands anywhere in the sheet's part, without reading all its cells."""
        tail = b""
        try:
            for chunk in self._book.package.chunks(self._parts[sheet]):
                # A part in UTF-16 is read whole: nearly nobody writes one.
                if b"\x00" in chunk[:8] or _CALL_IN_PART.search(tail + chunk):
                    return True
                tail = chunk[-_OVERLAP:]
        except FileProblem as problem:
            self._sheets[sheet] = None
            raise CannotCalculate("sheet", sheet) from problem
        return False

    def sheet(self, name: str) -> StoredSheet:
        """A sheet by name, in whatever case. Raises CannotCalculate where there is none, or none
        that can be read."""
        if name not in self._sheets:
            known = self._folded.get(name.casefold())
            if known is not None and known != name:
                self._sheets[name] = self.sheet(known)
            elif known is None:
                raise CannotCalculate("sheet", name)
            else:
                self._sheets[name] = self._read(name)
        found = self._sheets[name]
        if found is None:
            raise CannotCalculate("sheet", name)
        return found

    def _read(self, name: str) -> Optional[StoredSheet]:
        try:
            rows = self._book.rows(name)
        except FileProblem:
            return None
        formulas = rows.formulas if isinstance(rows.formulas, FormulaTexts) else FormulaTexts()
        extent = len(rows.rows), max((len(row) for row in rows.rows), default=0)
        computed = _computed_columns(self.key(name), rows.rows)
        return StoredSheet(
            name, self._role(name), rows.rows, formulas, rows.uncached, computed, extent,
            _arrays(formulas),
        )  # fmt: skip

    def content(self, place: Place) -> Content:
        """What a calculator is to make of a cell: its formula, or what it holds."""
        sheet, cell = self.sheet(place[0]), place[1:]
        at = cell if cell in sheet.formulas else sheet.array_at(cell)
        if at is None or (sheet.role == "input" and not sheet.computes(at)):
            return sheet.cached(*cell)
        shared = sheet.formulas.shared(at)
        if len(shared.text) > LONGEST_FORMULA:
            raise CannotCalculate("grammar", shared.text[:40])
        formula = Relative(from_place(shared.text.strip(), *shared.origin))
        if at not in sheet.formulas.arrays:
            return formula
        return ArrayCell(formula, (place[0], *at), cell[0] - at[0], cell[1] - at[1])

    def name(self, name: str, sheet: str) -> Optional[Relative]:
        """What a defined name means: the sheet's own before the book's."""
        if self._names is None:
            self._names = {}
            with contextlib.suppress(FileProblem):
                self._names = defined_names(self._book.package, self._book.part, self._book.order)
        for owner in (self._folded.get(sheet.casefold(), sheet), None):
            text = self._names.get((owner, name.casefold()))
            if text is not None:
                return Relative(from_place(text, 1, 1))
        return None

    def table(self, name: str) -> Optional[TablePlace]:
        """Where a table stands, as the file has it now."""
        if self._tables is None:
            self._tables = {}
            with contextlib.suppress(FileProblem):
                for sheet, part in self._parts.items():
                    self._tables.update(sheet_tables(self._book.package, sheet, part))
        return self._tables.get(name.casefold())

    def extent(self, sheet: str) -> Tuple[int, int]:
        """The last row and column of a sheet that hold anything."""
        return self.sheet(sheet).extent


def _arrays(
    formulas: FormulaTexts,
) -> Sequence[Tuple[Tuple[int, int, int, int], Tuple[int, int]]]:
    """The areas of a sheet's array formulas; where there are very many, of the first of them."""
    areas = ((area_of(ref), first) for first, ref in islice(formulas.arrays.items(), _MOST_ARRAYS))
    return tuple((area, first) for area, first in areas if area and area[:2] == first)


def _computed_columns(key: str, rows: Sequence[Sequence[CellValue]]) -> FrozenSet[int]:
    if key not in SHEET or not SHEET[key].is_input:
        return frozenset()
    names = column_names(key)
    computed = {column.key for column in SHEET[key].columns if column.computed}
    return frozenset(
        number
        for row in rows[:HEADER_SEARCH_ROWS]
        for number, cell in enumerate(row, start=1)
        if isinstance(cell, str) and names.get(fold(cell)) in computed
    )
