"""Turn laid-out sheets and their calculated values into an .xlsx file (XlsxWriter)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Dict, Mapping, Optional, Tuple, Union

import xlsxwriter

from kpixl.collector import collector_off
from kpixl.errors import CellError
from kpixl.plan.cells import BookRows, CellValue, SheetRows, cell_name
from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.cached import Place, calculate
from kpixl.workbook.content import BookContent, Picture
from kpixl.workbook.grid import Cell, Formula, Grid, Layout, Part
from kpixl.workbook.template import chart, periods, scorecard, styles
from kpixl.workbook.template.book import lay_out
from kpixl.workbook.template.formatting import add_formats, add_sparklines
from kpixl.workbook.template.inputs import negatives
from kpixl.workbook.template.macros import Macros, MacroWorkbook, add_buttons
from kpixl.workbook.template.plain_sheet import ArrayCell, EmptyText, PlainSheet
from kpixl.workbook.template.printing import first_month_shown, set_print
from kpixl.workbook.template.validation import add_validations

Values = Mapping[Place, CellValue]

CALCULATION_ID = 191029
"""Excel's own since 2019: a book with an older one is recalculated when it is opened, and shows
errors to whoever has no in-cell functions."""

CREATED = datetime(2026, 4, 1, tzinfo=UTC)
"""One date for all books, so that the same content gives the same bytes."""

TAB_COLOURS: Mapping[str, str] = {
    "input": "#E3B94B", "result": styles.BRAND, "help": "#3C8D7A", "calculation": "#A5AFB9",
}  # fmt: skip
TALLEST = 409
"""Points that a row may be high in Excel; a comment that is longer is read in the formula bar."""
_ZOOM: Mapping[str, int] = {"scorecard": 85, "figures": 80}
_OPTIONS: Mapping[str, object] = {
    "in_memory": True,
    # Text of the book is text: it becomes neither formula nor link nor number.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_book(
    target: Union[str, Path, IO[bytes]], content: BookContent, macros: Optional[Macros] = None
) -> None:
    """Write ``content`` as a workbook to a path or stream: of plain cells, or with ``macros``.

    Every formula carries its value. The same content gives the same bytes.
    """
    with collector_off():
        _write(target, content, macros)


def _write(
    target: Union[str, Path, IO[bytes]], content: BookContent, macros: Optional[Macros]
) -> None:
    book = lay_out(content)
    writer = BookWriter(target, content, book.layout, macros)
    sheets = writer.sheets()
    chart.draw(writer.file, sheets["chart"], book.layout.grid("chart"), content.language)
    places = scorecard.board_columns(book.layout.grid("scorecard"), content.language)
    add_sparklines(sheets["scorecard"], places["trend"], book.figures)
    if macros is not None:
        add_buttons(sheets, macros)
    sheets["scorecard" if content.actuals else "guide"].activate()
    writer.file.close()


def to_rows(content: BookContent) -> BookRows:
    """The workbook's cells as a reader would hand them on, calculated values included."""
    layout = lay_out(content).layout
    values = calculate(layout)
    return BookRows("", "", tuple(_sheet_rows(grid, values) for grid in layout.grids))


def _sheet_rows(grid: Grid, values: Values) -> SheetRows:
    last_row, last_column = grid.rows()

    def value(row: int, column: int) -> CellValue:
        cell = grid.cells.get((row, column))
        if cell is None:
            return None
        if isinstance(cell.value, (Formula, Part)):
            return values[grid.name, row, column]
        return cell.value

    rows = [
        [value(row, column) for column in range(1, last_column + 1)]
        for row in range(1, last_row + 1)
    ]
    formulas = {
        place: f"={cell.value.text}"
        for place, cell in grid.cells.items()
        if isinstance(cell.value, Formula)
    }
    return SheetRows(grid.name, rows, formulas)


_PICTURE_ROOM = (260, 64)
"""In pixels: what is free to the right of the Settings sheet's title."""


def _put_picture(sheet: Any, picture: Picture) -> None:
    widest, highest = _PICTURE_ROOM
    scale = min(widest / picture.width, highest / picture.height, 1.0)
    place = {"x_offset": 380, "y_offset": 4, "x_scale": scale, "y_scale": scale}
    sheet.insert_image(
        0, 2, picture.name, {**place, "image_data": BytesIO(picture.data), "object_position": 2}
    )


class BookWriter:
    """One workbook being written: its sheets, and its formats by their properties. Whoever has
    all sheets written closes ``file``."""

    def __init__(
        self,
        target: Union[str, Path, IO[bytes]],
        content: BookContent,
        layout: Layout,
        macros: Optional[Macros] = None,
    ) -> None:
        self._content, self._layout, self._values = content, layout, calculate(layout)
        font = {"font_name": styles.FONTS[content.language], "font_size": 10}
        self._font = font
        options = {**_OPTIONS, "default_format_properties": font}
        path = str(target) if isinstance(target, Path) else target
        self.file = (
            xlsxwriter.Workbook(path, options)
            if macros is None
            else MacroWorkbook(path, options, macros)
        )
        self._looks: Dict[Tuple[str, str], Any] = {}
        self._formats: Dict[Tuple[Tuple[str, object], ...], Any] = {}
        self._marks: Dict[Tuple[Tuple[str, object], ...], Any] = {}

    def sheets(self) -> Dict[str, Any]:
        """Write all sheets of the layout, and give them by key."""
        file, layout = self.file, self._layout
        file.set_calc_mode("auto", CALCULATION_ID)
        file.calc_on_load = False
        file.set_size(2200, 1300)
        file.set_tab_ratio(80)
        self._properties()
        sheets = {grid.key: file.add_worksheet(grid.name, PlainSheet) for grid in layout.grids}
        for name, formula in layout.names.items():
            file.define_name(name, f"={formula}")
        for grid in layout.grids:
            self._sheet(sheets[grid.key], grid)
        return sheets

    def _properties(self) -> None:
        language, settings = self._content.language, self._content.settings
        title = settings.get("title") or word("template.title", language)
        self.file.set_properties(
            {
                "title": str(title),
                "subject": word("template.subject", language),
                "author": str(settings.get("company") or ""),
                "company": str(settings.get("company") or ""),
                "comments": word("template.comments", language),
                "created": CREATED,
            }
        )

    def _sheet(self, sheet: Any, grid: Grid) -> None:
        language = self._content.language
        shown = negatives(self._content)
        sheet.set_tab_color(TAB_COLOURS[grid.role])
        sheet.hide_gridlines(2)
        sheet.set_zoom(_ZOOM.get(grid.key, 100))
        for column, width in grid.widths.items():
            sheet.set_column(column - 1, column - 1, width)
        for row, height in grid.heights.items():
            sheet.set_row(row - 1, min(height, TALLEST))
        self._table(sheet, grid)
        for place, cell in grid.cells.items():
            self._cell(sheet, grid, place, cell)
        self._view(sheet, grid)
        if grid.key == "settings" and self._content.picture is not None:
            _put_picture(sheet, self._content.picture)
        add_validations(sheet, grid, language)
        add_formats(sheet, grid, self._mark, language, shown)
        set_print(sheet, grid, self._content)

    def _format(self, cell: Cell) -> Any:
        look = cell.style, cell.number_format
        if look not in self._looks:
            properties = {**self._font, **styles.properties(*look)}
            self._looks[look] = self._kept(self._formats, properties)
        return self._looks[look]

    def _mark(self, look: Mapping[str, Any]) -> Any:
        """A conditional format: only what it changes, without a font of its own."""
        return self._kept(self._marks, look)

    def _kept(
        self, known: Dict[Tuple[Tuple[str, object], ...], Any], look: Mapping[str, Any]
    ) -> Any:
        key = tuple(sorted(look.items()))
        if key not in known:
            known[key] = self.file.add_format(dict(look))
        return known[key]

    def _table(self, sheet: Any, grid: Grid) -> None:
        if grid.table is None:
            return
        table = grid.table
        columns = [
            {
                "header": name,
                **({"formula": f"={table.formulas[name]}"} if name in table.formulas else {}),
            }
            for name in table.headers
        ]
        sheet.add_table(
            table.first_row - 1, table.first_column - 1, table.last_row - 1, table.last_column - 1,
            {
                "name": table.name,
                "columns": columns,
                "style": None,
                "autofilter": grid.key in ("goals", "actions"),
            },
        )  # fmt: skip

    def _cell(self, sheet: Any, grid: Grid, place: Tuple[int, int], cell: Cell) -> None:
        row, column = place[0] - 1, place[1] - 1
        look, value = self._format(cell), cell.value
        if place in grid.links:
            target = grid.links[place].replace("'", "''")
            sheet.write_url(row, column, f"internal:'{target}'!A1", look, str(value))
        elif isinstance(value, (Formula, Part)):
            self._formula(sheet, (row, column), value, look, self._values[grid.name, *place])
        elif isinstance(value, CellError):
            sheet.write_formula(row, column, f"={value}", look, str(value))
        elif value is None:
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, look)
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, value, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, look)
        else:
            sheet.write_string(row, column, value, look)

    def _formula(
        self, sheet: Any, place: Tuple[int, int], formula: Formula | Part, look: Any,
        value: CellValue,
    ) -> None:  # fmt: skip
        if isinstance(formula, Part):
            sheet.write_array_cell(*place, ArrayCell(value, look))
            return
        if formula.is_array:
            row, column = place
            last = cell_name(row + formula.rows, column + formula.columns)
            area = f"{cell_name(row + 1, column + 1)}:{last}"
            sheet.write_array_cell(*place, ArrayCell(value, look, formula.text, area))
            return
        cached = str(value) if isinstance(value, CellError) else value
        shown = EmptyText() if cached == "" else cached
        sheet.put_formula(*place, formula.text, look, shown)

    def _view(self, sheet: Any, grid: Grid) -> None:
        rows, columns = grid.frozen
        if not rows and not columns:
            return
        left = columns
        if grid.key in SHEET and SHEET[grid.key].monthly:
            left = columns + first_month_shown(grid, self._content)
        sheet.freeze_panes(rows, columns, rows, left)
        if grid.key == "scorecard":
            sheet.set_column(
                scorecard.key_column(grid) - 1, grid.rows()[1] - 1, 6, None, {"hidden": True}
            )
        elif grid.key == "periods":
            key = periods.KEY_COLUMN - 1
            sheet.set_column(key, key, 6, None, {"hidden": True})
