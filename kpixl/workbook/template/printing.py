"""Set up how the sheets print: on how many pages, with which rows and columns on each."""

from __future__ import annotations

import math
import re
from typing import Any, List, Mapping

from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import FIRST_ROW, HEADER_ROW, Grid
from kpixl.workbook.template import analysis, periods, scorecard
from kpixl.workbook.template.figure_map import LABEL_ROW
from kpixl.workbook.template.page_rows import page_ends

_A4 = 9
_HEADER_ROWS: Mapping[str, int] = {
    "scorecard": scorecard.HEADER_ROW, "analysis": analysis.HEADER_ROW,
    "periods": periods.HEADER_ROW, "figures": LABEL_ROW,
}  # fmt: skip
# Per cent at which twelve months fit beside the goals; columns are as wide as the book's font.
_YEAR_ON_A_PAGE = {"en": 55, "ja": 60}
_QUARTERS_ON_A_PAGE = 46
_SCORECARD_ON_PAGES = 56
# Per cent at least, at which all rows of the Scorecard are put on one page's height, and the
# points that this has for them; a row without a height of its own has 15.
_SCORECARD_ROWS, _PAGE_HEIGHT, _ROW_HEIGHT = 48, 500, 15
_UPRIGHT_HEIGHT = 720
"""Points that an upright page has for rows, at full size."""
_ALL_ROWS = 1_048_575
_COLUMNS = re.compile(r"\$([A-Z]+):\$([A-Z]+)$")


def first_month_shown(grid: Grid, content: BookContent) -> int:
    """Earlier years stand to the left of what is seen first."""
    months = _month_headers(grid)
    review = str(content.settings.get("review_month") or "")
    start = content.settings.get("fiscal_start")
    if review not in months or not isinstance(start, (int, float)):
        return 0
    place = months.index(review)
    return max(0, place - (_number(months[place]) - int(start)) % 12)


def set_print(sheet: Any, grid: Grid, content: BookContent) -> None:
    """Paper, footer, scale, print area and page breaks of a written sheet."""
    language = content.language
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page = word("template.footer.page", language)
    sheet.set_footer(f"&L&8&F&C&8&A&R&8{page} &P / &N")
    monthly = grid.key in SHEET and SHEET[grid.key].monthly
    if monthly or grid.key == "figures":
        _print_years(sheet, grid, content)
    elif grid.key == "holidays":
        _print_holidays(sheet, grid)
    elif grid.key not in ("periods", "scorecard"):
        sheet.fit_to_pages(1, 1 if grid.key in ("guide", "settings", "chart") else 0)
    header = _HEADER_ROWS.get(grid.key, HEADER_ROW)
    if grid.table is not None or grid.key in _HEADER_ROWS:
        sheet.repeat_rows(header - 1)
    if grid.key == "scorecard":
        _print_scorecard(sheet, grid, content)
    elif grid.key == "analysis":
        sheet.print_area(0, 0, grid.rows()[0] - 1, len(analysis.NUMBER) - 1)
    elif grid.key == "periods":
        _print_periods(sheet, grid)


def _print_scorecard(sheet: Any, grid: Grid, content: BookContent) -> None:
    """A page for the month, one for the fiscal year and one for what comes next, with the
    goals and their units at the left: all columns on one page would be too small to read.
    Rows for goals that are still to come take no page of their own."""
    last, right = (grid.table.last_row, grid.table.last_column) if grid.table else (1, 1)
    sheet.print_area(0, 0, last - 1, right - 1)
    height = sum(grid.heights.get(row, _ROW_HEIGHT) for row in range(1, last + 1))
    scale = min(_SCORECARD_ON_PAGES, int(100 * _PAGE_HEIGHT / height))
    sheet.set_print_scale(scale if scale >= _SCORECARD_ROWS else _SCORECARD_ON_PAGES)
    if scale < _SCORECARD_ROWS:
        sheet.set_h_pagebreaks(_scorecard_breaks(grid, last))
    places = scorecard.board_columns(grid, content.language)
    sheet.repeat_columns(0, places["actual"] - 2)
    sheet.set_v_pagebreaks([places[key] - 1 for key in ("td_actual", "phase")])
    sheet.print_across()


def _print_periods(sheet: Any, grid: Grid) -> None:
    """A page for the quarters and one for halves and year, with the goals at the left."""
    sheet.print_area(0, 0, grid.rows()[0] - 1, len(periods.NUMBER) - 1)
    sheet.set_print_scale(_QUARTERS_ON_A_PAGE)
    sheet.repeat_columns(0, grid.frozen[1] - 1)
    sheet.set_v_pagebreaks([periods.NUMBER["h1_actual"] - 1])


def _print_years(sheet: Any, grid: Grid, content: BookContent) -> None:
    """A page for each fiscal year, with the goals at its left."""
    first = grid.frozen[1]
    sheet.repeat_columns(0, first - 1)
    sheet.set_print_scale(_YEAR_ON_A_PAGE[content.language] if grid.table else 45)
    if grid.table:
        start = content.settings.get("fiscal_start")
        sheet.set_v_pagebreaks(
            [
                first + number
                for number, month in enumerate(_month_headers(grid))
                if number and _number(month) == start
            ]
        )
        used = _first_month_used(grid, content)
        if used:
            # Whole columns: rows that are added later belong to them. Written with their rows, as
            # openpyxl, and with it pandas, complains of an area that has none.
            sheet.print_area(0, first + used, _ALL_ROWS, grid.table.last_column - 1)
            rows = rf"$\1$1:$\2${_ALL_ROWS + 1}"
            sheet.print_area_range = _COLUMNS.sub(rows, sheet.print_area_range)


def _first_month_used(grid: Grid, content: BookContent) -> int:
    """The first month that has to be printed of a sheet that earlier years may leave empty: the
    first of the year in which its figures begin, of an empty sheet of the year seen first."""
    assert grid.table is not None  # noqa: S101 -- only tables have months
    first, rows = grid.frozen[1], range(FIRST_ROW, grid.table.last_row + 1)
    shown, months = first_month_shown(grid, content), _month_headers(grid)
    filled = (
        number
        for number in range(shown)
        if any(
            (row, first + 1 + number) in grid.cells
            and grid.cells[row, first + 1 + number].value is not None
            for row in rows
        )
    )
    begun, start = next(filled, shown), content.settings.get("fiscal_start")
    return max((n for n in range(begun + 1) if _number(months[n]) == start), default=0)


def _print_holidays(sheet: Any, grid: Grid) -> None:
    """Two narrow columns: upright, on as many pages as the days take. The rows to spare, and
    some that are added, are drawn together on those instead of printing a page of their own."""
    sheet.set_portrait()
    filled = [row for (row, _), cell in grid.cells.items() if cell.value is not None]
    height = sum(grid.heights.get(row, _ROW_HEIGHT) for row in range(1, max(filled) + 1))
    sheet.fit_to_pages(1, max(1, math.ceil(height / _UPRIGHT_HEIGHT)))


def _scorecard_breaks(grid: Grid, last: int) -> List[int]:
    """The rows after which the Scorecard's pages end, where one does not hold all of them."""
    header = scorecard.HEADER_ROW
    room = 100 * _PAGE_HEIGHT / _SCORECARD_ON_PAGES
    above = sum(grid.heights.get(row, _ROW_HEIGHT) for row in range(1, header + 1))
    each = grid.heights[scorecard.FIRST_ROW]
    first, others = (int((room - heads) / each) for heads in (above, grid.heights[header]))
    return [header + rows for rows in page_ends(last - header, first, others)]


def _month_headers(grid: Grid) -> List[str]:
    """The months of a monthly sheet, as its headers say them: ``2026-04``."""
    return list(grid.table.headers[len(SHEET[grid.key].columns) :]) if grid.table else []


def _number(month: str) -> int:
    return int(month[-2:])
