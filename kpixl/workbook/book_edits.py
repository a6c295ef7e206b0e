"""Turn edits of a workbook's cells into the new contents of its parts, and what speaks against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from kpixl.errors import EditRefused
from kpixl.plan.cells import cell_name
from kpixl.plan.schema import MAX_ROWS
from kpixl.workbook.cell_text import Stored, holds, stored
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.package import Package
from kpixl.workbook.part_text import PartText, part_text, spliced
from kpixl.workbook.parts import Relationship, contents, relationships, target, workbook_part
from kpixl.workbook.recalculation import calculated_when_opened
from kpixl.workbook.sheet_edits import SheetEdit
from kpixl.workbook.sheet_places import Area, Cell, SheetPlaces, covered, sheet_places
from kpixl.workbook.stored_texts import stored_texts
from kpixl.workbook.table_parts import (
    TableArea,
    grown,
    last_row_grown,
    pivot_areas,
    sheet_relationships,
    table_areas,
)
from kpixl.workbook.worksheet import MAX_COLUMNS

_SIGNATURES = "_xmlsignatures/"
_SIGNATURE_ORIGIN = "origin"


class BookEdits:
    """What edits of a book's cells change in its parts.

    ``refused`` are the reasons against single edits, one a cell: first what no cell can hold, then
    what a sheet's cells are. ``parts`` has the new content of each part (as the package names it)
    that differs.
    """

    def __init__(self, data: bytes, edits: Sequence[CellEdit]) -> None:
        self._package = Package(data)
        self._workbook = workbook_part(self._package)
        self._related = relationships(self._package, self._workbook)
        self._contents = contents(self._package, self._workbook)
        self.refused: List[EditRefused] = []
        self.parts: Dict[str, bytes] = {}
        for part, sheet, values in self._by_part(edits):
            self._edit(part, sheet, values)
        if self.parts:
            self._refuse_signed()
            part = self._workbook
            raw = self._package.content(part)
            new = calculated_when_opened(raw, part)
            if new != raw:
                self._put(part, new)

    def _by_part(self, edits: Sequence[CellEdit]) -> Iterator[Tuple[str, str, Dict[Cell, Stored]]]:
        """The worksheet parts that are meant, the name of each one's sheet, and its new values."""
        found: Dict[str, Dict[Cell, Stored]] = {}
        names: Dict[str, str] = {}
        targets: Dict[str, Optional[str]] = {}
        for name, identifier in self._contents.sheets:
            related = self._related.get(identifier)
            is_sheet = related is not None and related.kind == "worksheet"
            targets.setdefault(name, related.target if related and is_sheet else None)
        for edit in edits:
            part = targets.get(edit.sheet)
            try:
                if part is None:
                    raise EditRefused("edit-no-sheet")  # noqa: TRY301
                self._note(found.setdefault(part, {}), edit, self._contents.epoch)
                names.setdefault(part, edit.sheet)
            except EditRefused as reason:
                self._refuse(reason, edit.sheet, (edit.row, edit.column))
        for part, values in found.items():
            if values:
                yield part, names[part], values

    def _note(self, values: Dict[Cell, Stored], edit: CellEdit, epoch: datetime) -> None:
        place = (edit.row, edit.column)
        if not (1 <= edit.row <= MAX_ROWS and 1 <= edit.column <= MAX_COLUMNS):
            limit = cell_name(MAX_ROWS, MAX_COLUMNS)
            raise EditRefused("edit-far-cell", limit=limit)
        new = stored(edit.value, epoch)
        if values.setdefault(place, new) != new:
            raise EditRefused("edit-twice")

    def _edit(self, part: str, sheet: str, values: Mapping[Cell, Stored]) -> None:
        text = part_text(self._package.content(part), part)
        rows = {row for row, _ in values}
        places = sheet_places(text.data, part, sheet, rows | {row - 1 for row in rows})
        changed = {
            place: value for place, value in values.items() if self._differs(places, place, value)
        }
        if changed:
            edited = _Sheet(self._package, part, text, places, changed)
            for place, reason in edited.refused():
                self._refuse(reason, sheet, place)
            for name, content in edited.contents():
                self._put(name, content)

    def _differs(self, places: SheetPlaces, place: Cell, value: Stored) -> bool:
        cell = places.cell(place)
        if cell is not None and cell.formula and value.text is None:
            return True
        texts = self._texts if cell is not None and cell.kind == "s" else ()
        return not holds(cell, value, texts, self._contents.epoch)

    @cached_property
    def _texts(self) -> Sequence[str]:
        return stored_texts(self._package, self._related)

    def _put(self, part: str, content: bytes) -> None:
        self.parts[self._package.entry(part).filename] = content

    def _refuse(self, reason: EditRefused, sheet: str, place: Cell) -> None:
        row, column = place
        cell = cell_name(row, column) if row > 0 and column > 0 else f"({row}, {column})"
        self.refused.append(EditRefused(reason.code, sheet=sheet, cell=cell, **reason.details))

    def _refuse_signed(self) -> None:
        origin = target(relationships(self._package, ""), _SIGNATURE_ORIGIN)
        if origin or any(name.startswith(_SIGNATURES) for name in self._package.names):
            self.refused.insert(0, EditRefused("edit-signed"))


@dataclass(frozen=True)
class _Sheet:
    """A worksheet and what is to change in it."""

    package: Package
    part: str
    text: PartText
    places: SheetPlaces
    values: Mapping[Cell, Stored]

    @cached_property
    def _tables(self) -> Tuple[TableArea, ...]:
        return tuple(table_areas(self.package, self._related))

    @cached_property
    def _pivots(self) -> Tuple[Area, ...]:
        return tuple(pivot_areas(self.package, self._related))

    @cached_property
    def _related(self) -> List[Relationship]:
        return sheet_relationships(self.package, self.part)

    def refused(self) -> Iterator[Tuple[Cell, EditRefused]]:
        """What speaks against single cells, one reason a cell."""
        arrays = covered(self.places.arrays, self.values)
        merges = covered(self.places.merges, self.values)
        pivots = covered(self._pivots, self.values)
        for place in self.values:
            cell = self.places.cell(place)
            if place in arrays:
                yield place, EditRefused("edit-array", area=_name(arrays[place]))
            elif cell is not None and cell.formula:
                yield place, EditRefused("edit-formula")
            elif place in merges and place != merges[place][:2]:
                first = cell_name(*merges[place][:2])
                yield place, EditRefused("edit-merged", area=_name(merges[place]), first=first)
            elif place in pivots:
                yield place, EditRefused("edit-pivot", area=_name(pivots[place]))
            else:
                yield from ((place, reason) for reason in self._against_tables(place))

    def _against_tables(self, place: Cell) -> Iterator[EditRefused]:
        for table in self._tables:
            if _within(table.area, place) and not table.body(*place):
                is_header = table.headers and place[0] == table.area[0]
                code = "edit-table-header" if is_header else "edit-table-totals"
                yield EditRefused(code, table=table.name)
                return

    def contents(self) -> Iterator[Tuple[str, bytes]]:
        """The parts that become others: tables that grow, and the worksheet itself."""
        tables: List[TableArea] = []
        values = dict(self.values)
        for table in self._tables:
            top, left, bottom, right = table.area
            last_row = last_row_grown(table, self._entered, self._free)
            if last_row > bottom:
                text = part_text(self.package.content(table.part), table.part)
                yield table.part, grown(text, table, last_row)
            for row in range(bottom + 1, last_row + 1):
                for column, formula in table.formulas.items():
                    values.setdefault((row, column), Stored("f", formula))
            tables.append(replace(table, area=(top, left, last_row, right)))

        def style_above(place: Cell) -> bool:
            row, column = place
            return any(table.body(row - 1, column) and table.body(*place) for table in tables)

        edit = SheetEdit(self.text.data, self.places, values, style_above)
        yield self.part, self.text.encoded(spliced(self.text.data, edit.splices()))

    def _entered(self, place: Cell) -> bool:
        return place in self.values and self.values[place].text is not None

    def _free(self, area: Area) -> bool:
        """Whether nothing stood in the cells of a row until now, nor reaches into them."""
        number, left, _, right = area
        row = self.places.rows.get(number)
        cells = row.cells.values() if row else ()
        if any(left <= cell.column <= right and (cell.formula or cell.value) for cell in cells):
            return False
        others = (table.area for table in self._tables)
        reaching = (*self.places.merges, *self.places.arrays, *self._pivots, *others)
        return not any(_meet(area, other) for other in reaching)


def _within(area: Area, place: Cell) -> bool:
    return _meet(area, (*place, *place))


def _meet(one: Area, other: Area) -> bool:
    (top, left, bottom, right), (first, start, last, end) = one, other
    return top <= last and first <= bottom and left <= end and start <= right


def _name(area: Area) -> str:
    return f"{cell_name(*area[:2])}:{cell_name(*area[2:])}"
