"""Turn new values of cells into the pieces of a worksheet part that they replace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Callable, Collection, Dict, Iterator, List, Mapping, Optional, Tuple

from kpixl.plan.cells import cell_name
from kpixl.workbook.cell_text import Stored, content
from kpixl.workbook.part_text import Splice, attributed, tag_at
from kpixl.workbook.sheet_places import Cell, CellPlace, RowPlace, SheetPlaces
from kpixl.workbook.tables_and_names import area_of

_SPAN = re.compile(r"([0-9]{1,5}):([0-9]{1,5})")

StyleAbove = Callable[[Cell], bool]
"""Whether a cell that is new takes its style from the cell above it."""


@dataclass(frozen=True)
class SheetEdit:
    """The cells of a worksheet part that change, and how."""

    data: bytes
    places: SheetPlaces
    values: Mapping[Cell, Stored]
    style_above: StyleAbove

    def splices(self) -> List[Splice]:
        """The pieces to replace: changed cells, rows with new cells, and what says how far the
        sheet's cells go."""
        new: Dict[Cell, Stored] = {}
        found: List[Splice] = []
        for place, value in sorted(self.values.items()):
            cell = self.places.cell(place)
            if cell is not None:
                found.append(self._changed(cell, value))
            elif value.text is not None:
                new[place] = value
        styles = self._new_styles(new)
        markup: List[Tuple[int, int]] = sorted(new)
        rows: List[Splice] = []
        for number, group in groupby(markup, key=lambda place: place[0]):
            columns = [column for _, column in group]
            row = self.places.rows.get(number)
            if row is not None:
                prefix = row.prefix
                cells = {
                    column: _new_cell((number, column), new, styles, prefix) for column in columns
                }
                found += self._into_row(row, cells)
            else:
                prefix = self.places.data_prefix
                inner = (_new_cell((number, column), new, styles, prefix) for column in columns)
                rows.append(self._new_row(number, b"".join(inner), prefix))
        return [*found, *self._rows_in_place(rows), *self._dimension(new)]

    def _changed(self, cell: CellPlace, value: Stored) -> Splice:
        tag = tag_at(self.data, cell.start)
        # Metadata of the cell and of its value belong to what it held.
        kept = attributed(tag, {"t": value.type, "cm": None, "vm": None})
        first, last = cell.rest
        inner = content(value, cell.prefix) + self.data[first:last]
        if not inner:
            return Splice(cell.start, cell.end, kept.emptied())
        return Splice(cell.start, cell.end, b"%s%s</%s>" % (kept.opened(), inner, tag.name))

    def _new_styles(self, new: Mapping[Cell, Stored]) -> Dict[Cell, Optional[str]]:
        styles: Dict[Cell, Optional[str]] = {}
        for row, column in sorted(new):
            above = (row - 1, column)
            known = self.places.cell(above)
            if self.style_above((row, column)) and (known is not None or above in styles):
                styles[row, column] = styles[above] if known is None else known.style
            else:
                styles[row, column] = self._default_style(row, column)
        return styles

    def _default_style(self, row: int, column: int) -> Optional[str]:
        place = self.places.rows.get(row)
        if place is not None and place.attributes.get("customFormat") in ("1", "true"):
            return place.attributes.get("s")
        return self.places.column_style(column)

    def _into_row(self, row: RowPlace, cells: Mapping[int, bytes]) -> Iterator[Splice]:
        """The pieces that put new cells into a row that is in the sheet."""
        spans = _wider(row.attributes.get("spans"), cells)
        tag = row.tag
        if spans is not None:
            tag = attributed(tag, {"spans": spans})
        markup = [cells[column] for column in sorted(cells)]
        if row.tag.closed:
            whole = b"%s%s</%s>" % (tag.opened(), b"".join(markup), tag.name)
            yield Splice(row.tag.start, row.tag.end, whole)
            return
        if spans is not None:
            yield Splice(row.tag.start, row.tag.end, tag.text)
        for column in sorted(cells):
            place = row.place_of(column)
            yield Splice(place, place, cells[column])

    def _new_row(self, number: int, inner: bytes, prefix: str) -> Splice:
        markup = f'<{prefix}row r="{number}">'.encode() + inner + f"</{prefix}row>".encode()
        place = self.places.first_after(number)
        if place is None:
            place = self.places.data_end
        return Splice(place, place, markup)

    def _rows_in_place(self, rows: List[Splice]) -> List[Splice]:
        """The new rows; in a sheet that had no room for any, with the tags around them."""
        data = self.places.data
        if not rows or not data.closed:
            return rows
        inner = b"".join(row.new for row in rows)
        whole = b"%s%s</%s>" % (data.opened(), inner, data.name)
        return [Splice(data.start, data.end, whole)]

    def _dimension(self, new: Mapping[Cell, Stored]) -> List[Splice]:
        area = area_of(self.places.dimension_ref)
        tag = self.places.dimension
        if not new or area is None or tag is None:
            return []
        rows, columns = [row for row, _ in new], [column for _, column in new]
        top, left = min(area[0], *rows), min(area[1], *columns)
        bottom, right = max(area[2], *rows), max(area[3], *columns)
        if (top, left, bottom, right) == area:
            return []
        ref = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
        return [Splice(tag.start, tag.end, attributed(tag, {"ref": ref}).text)]


def _new_cell(
    place: Cell, values: Mapping[Cell, Stored], styles: Mapping[Cell, Optional[str]], prefix: str
) -> bytes:
    value, style = values[place], styles[place]
    look = "" if style is None else f' s="{style}"'
    kind = "" if value.type is None else f' t="{value.type}"'
    tag = f'<{prefix}c r="{cell_name(*place)}"{look}{kind}>'
    return tag.encode() + content(value, prefix) + f"</{prefix}c>".encode()


def _wider(spans: Optional[str], columns: Collection[int]) -> Optional[str]:
    """What a row's ``spans`` must say for these columns; None where it need not change."""
    found = [_SPAN.fullmatch(span) for span in (spans or "").split()]
    areas = [(int(span[1]), int(span[2])) for span in found if span is not None]
    within = (any(left <= column <= right for left, right in areas) for column in columns)
    if not areas or len(areas) < len(found) or all(within):
        return None
    first, last = min(left for left, _ in areas), max(right for _, right in areas)
    return f"{min(first, *columns)}:{max(last, *columns)}"
