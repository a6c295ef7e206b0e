"""Lay out the sheets that people fill in: settings, goals, monthly figures, actions and lists."""

from __future__ import annotations

from math import ceil
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple
from unicodedata import east_asian_width

from kpixl.plan import schema
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Negatives
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET, Column, Kind, Sheet
from kpixl.plan.vocabulary import recognise
from kpixl.words import section, word
from kpixl.workbook.content import BookContent, MonthFigures, Row, goal_rows, row_in_force
from kpixl.workbook.grid import (
    FIRST_ROW,
    HEADER_ROW,
    Formula,
    Grid,
    Table,
    column_ref,
    here,
    padded,
)
from kpixl.workbook.template import styles

LEAST_GOALS = 40
SPARE_GOALS = 10
LEAST_ROWS: Mapping[str, int] = {"actions": 20, "comments": 20, "recipients": 12, "holidays": 30}
MONTH_WIDTH = 11.5

# Kinds whose words come from a closed vocabulary, with the vocabulary's name.
VOCABULARIES: Mapping[Kind, str] = {
    Kind.LEVEL: "level", Kind.DIRECTION: "direction", Kind.AGGREGATION: "aggregation",
    Kind.DECISION: "decision", Kind.STATE: "state", Kind.ROUNDING: "rounding",
    Kind.NEGATIVES: "negatives", Kind.ROLE: "role", Kind.LANGUAGE: "language",
}  # fmt: skip
_AS_TEXT = {
    Kind.TEXT, Kind.ID, Kind.FORMULA, Kind.MONTH, Kind.SCOPE, Kind.EMAIL, Kind.SCALE, Kind.COLOUR,
}  # fmt: skip
_CENTRED = {
    Kind.LEVEL, Kind.DIRECTION, Kind.AGGREGATION, Kind.DATE, Kind.MONTH, Kind.DECISION, Kind.ROLE,
    Kind.LANGUAGE, Kind.SCALE,
}  # fmt: skip
_RIGHT = {Kind.NUMBER, Kind.INTEGER, Kind.FRACTION}
_WRAPPED = {"cause", "countermeasure", "expected_effect", "result", "next_step", "comment", "why"}
_INDENTS = {"csf": "indent1", "kpi": "indent2"}


def capacity(content: BookContent) -> int:
    """How many goals the book has room for before Scorecard and Figures need longer sheets."""
    if content.fixed:
        return max(1, len(content.goals))
    return max(LEAST_GOALS, -(-(len(content.goals) + SPARE_GOALS) // 10) * 10)


def negatives(content: BookContent) -> Negatives:
    """How the book shows negative figures."""
    chosen = recognise("negatives", content.settings.get("negatives"))
    return Negatives(chosen) if chosen else Negatives.MINUS


def header(column: Column, language: str) -> str:
    """A column's header in the book's language."""
    return word(f"column.{column.key}", language)


def header_of(sheet_key: str, column_key: str, language: str) -> str:
    """The header of one column of a sheet of the schema."""
    found = next(column for column in SHEET[sheet_key].columns if column.key == column_key)
    return header(found, language)


def begin(key: str, language: str, name: str, role: str = "input") -> Grid:
    """A sheet with its title and one line of help."""
    grid = Grid(key, name, role)
    grid.put(1, 1, name, "title")
    grid.put(2, 1, word(f"template.lead.{key}", language), "lead")
    grid.heights.update({1: 30, 2: 18, 3: 6})
    return grid


def sheet_name(key: str, language: str) -> str:
    """A sheet's name in the book's language."""
    return word(f"sheet.{key}", language)


def settings_grid(content: BookContent) -> Grid:
    """The Settings sheet: every key of the schema, in its order; in a book that is fixed those
    that it has, for reference."""
    language = content.language
    sheet = SHEET["settings"]
    settings: Sequence[schema.Setting] = schema.ORDINARY_SETTINGS
    if content.fixed:
        settings = [setting for setting in schema.SETTINGS if setting.key in content.settings]
    grid = _begin_table(sheet, language, len(settings))
    for row, setting in enumerate(settings, start=FIRST_ROW):
        value = _worded(content.settings.get(setting.key), setting.kind, language)
        is_given = content.fixed or setting.key in FIXED_SETTINGS
        look = "computed left indent1" if is_given else "input left indent1"
        grid.put(row, 1, word(f"setting.{setting.key}", language), "label indent1")
        grid.put(row, 2, value, look, _setting_format(setting.kind))
        grid.put(row, 3, word(f"input.settings.{setting.key}", language), "note indent1")
        grid.heights[row] = 18
    fit(grid, set())
    grid.widths[3] = 86
    return grid


FIXED_SETTINGS = ("book_id", "format_version")
"""Made by kpixl, and not for changing."""


def _setting_format(kind: Kind) -> str:
    if kind is Kind.FRACTION:
        return "0%"
    return "" if kind in (Kind.INTEGER, Kind.CLOSE_DAY) else styles.TEXT_FORMAT


def goals_grid(content: BookContent) -> Grid:
    """The Goals sheet, with room for more."""
    return _listed("goals", content, content.goals, capacity(content), 5)


def actions_grid(content: BookContent) -> Grid:
    """The Actions sheet; Phase and Next step are put there by :mod:`.pdca`."""
    return _listed("actions", content, content.actions, _room("actions", content.actions), 2)


def list_grid(key: str, content: BookContent, rows: Sequence[Row]) -> Grid:
    """Comments, Recipients or Holidays."""
    return _listed(key, content, rows, _room(key, rows), 0)


def _room(key: str, rows: Sequence[Row]) -> int:
    return max(LEAST_ROWS[key], len(rows) + 10)


def _begin_table(sheet: Sheet, language: str, rows: int, months: Sequence[Month] = ()) -> Grid:
    grid = begin(sheet.key, language, sheet_name(sheet.key, language))
    headers: List[str] = []
    for number, column in enumerate(sheet.columns, start=1):
        look = "header computed_header" if column.computed else "header"
        if not column.required and not column.computed:
            look = "header optional"
        look += " centre" if column.kind in _CENTRED else " right" if column.kind in _RIGHT else ""
        grid.put(HEADER_ROW, number, header(column, language), look)
        grid.widths[number] = column.width
        headers.append(header(column, language))
    for number, month in enumerate(months, start=len(sheet.columns) + 1):
        grid.put(HEADER_ROW, number, str(month), "header centre", styles.TEXT_FORMAT)
        grid.widths[number] = MONTH_WIDTH
        headers.append(str(month))
    grid.table = Table(sheet.table, tuple(headers), HEADER_ROW, HEADER_ROW + rows)
    grid.heights[HEADER_ROW] = 30
    grid.frozen = (HEADER_ROW, 0)
    return grid


def _listed(key: str, content: BookContent, rows: Sequence[Row], room: int, frozen: int) -> Grid:
    sheet, language = SHEET[key], content.language
    grid = _begin_table(sheet, language, room)
    grid.frozen = (HEADER_ROW, frozen)
    for row, entry in enumerate(padded(rows, room), start=FIRST_ROW):
        for number, column in enumerate(sheet.columns, start=1):
            value = _worded(entry.get(column.key), column.kind, language)
            shown = _format(column, language)
            if column.kind is Kind.NUMBER and column.key != "weight":
                shown = row_format(entry, {}, content) if entry.get("unit") else "General"
            grid.put(row, number, value, _look(column, entry), shown)
    fit(
        grid,
        {number for number, column in enumerate(sheet.columns, start=1) if column.key in _WRAPPED},
    )
    return grid


_WIDEST = 44
_LINE = 14.5
"""Height of a line of text, in points."""


def fit(grid: Grid, wrapped: Set[int]) -> None:
    """Widen columns to what stands in them, and heighten rows whose wrapped texts need it."""
    last = grid.table.last_row if grid.table else HEADER_ROW
    for (row, column), cell in grid.cells.items():
        if (
            row <= last
            and row > HEADER_ROW
            and isinstance(cell.value, str)
            and column not in wrapped
        ):
            needed = min(text_width(cell.value) + 2.5, _WIDEST)
            grid.widths[column] = max(grid.widths[column], needed)
    for row in range(FIRST_ROW, last + 1):
        lines = 1
        for column in wrapped:
            value = grid.cells[row, column].value
            if isinstance(value, str):
                lines = max(lines, ceil(text_width(value) / (grid.widths[column] - 1)))
        if lines > 1:
            grid.heights[row] = lines * _LINE + 3


def text_width(text: str) -> int:
    """How many narrow characters wide a text is; Japanese ones count two."""
    return sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in text)


def _look(column: Column, entry: Row) -> str:
    words = ["computed" if column.computed else "input"]
    if column.kind in _CENTRED:
        words.append("centre")
    if column.key in _WRAPPED:
        words.append("wrap")
    level = recognise("level", entry.get("level"))
    if column.key == "name" and level in _INDENTS:
        words.append(_INDENTS[level])
    return " ".join(words)


def _format(column: Column, language: str) -> str:
    if column.kind is Kind.DATE:
        return styles.DATE_FORMATS[language]
    if column.kind is Kind.FRACTION:
        return "0%"
    return styles.TEXT_FORMAT if column.kind in _AS_TEXT and not column.computed else ""


def _worded(value: CellValue, kind: Kind, language: str) -> CellValue:
    """A key of a closed vocabulary as the book's language says it; anything else as it is."""
    vocabulary = VOCABULARIES.get(kind)
    if vocabulary and isinstance(value, str) and value in section(vocabulary):
        return word(f"{vocabulary}.{value}", language)
    return value


def monthly_grid(key: str, content: BookContent, figures: MonthFigures, ids: Sequence[str]) -> Grid:
    """Plan, Revision, Actuals or Outlook: a row for each of ``ids``, a column a month."""
    sheet, language = SHEET[key], content.language
    room = capacity(content)
    grid = _begin_table(sheet, language, room, content.months)
    grid.frozen = (HEADER_ROW, len(sheet.columns))
    fiscal_start = _fiscal_start(content)
    goals = goal_rows(content)
    computed = _beside_id(sheet, language)
    for row, goal_id in enumerate([*ids, *([None] * (room - len(ids)))], start=FIRST_ROW):
        grid.put(row, 1, goal_id, "input", styles.TEXT_FORMAT)
        for number, (_, formula) in enumerate(computed, start=2):
            grid.put(row, number, Formula(formula), "computed" + (" centre" if number > 2 else ""))
        grid.widths[1] = max(grid.widths[1], text_width(goal_id or "") + 2.5)
        months = figures.get(goal_id, {}) if goal_id else {}
        shown = month_formats(goals.get(goal_id or "", ()), months, content)
        for number, month in enumerate(content.months, start=len(sheet.columns) + 1):
            look = "input right year" if month.month == fiscal_start else "input right"
            grid.put(row, number, months.get(month), look, shown(month))
    names = [text_width(str(goal.get("name"))) for goal in content.goals]
    grid.widths[2] = max([grid.widths[2], *(min(width + 2, _WIDEST) for width in names)])
    width = _month_width(figures)
    for number in range(len(sheet.columns) + 1, len(sheet.columns) + len(content.months) + 1):
        grid.widths[number] = width
    if grid.table is not None:
        table = grid.table
        grid.table = Table(
            table.name, table.headers, table.first_row, table.last_row,
            formulas=dict(computed),
        )  # fmt: skip
    return grid


def _month_width(figures: MonthFigures) -> float:
    """Wide enough for the longest figure, written in full."""
    numbers = [
        abs(value)
        for months in figures.values()
        for value in months.values()
        if isinstance(value, (int, float))
    ]
    return max([MONTH_WIDTH, *(len(f"{number:,.0f}") + 3 for number in numbers)])


def _fiscal_start(content: BookContent) -> int:
    start = content.settings.get("fiscal_start")
    return int(start) if isinstance(start, (int, float)) else 4


def row_format(goal: Optional[Row], months: Mapping[Month, CellValue], content: BookContent) -> str:
    """The number format of a goal's figures, of which these are some."""
    if goal is None:
        return "General"
    numbers = tuple(float(value) for value in months.values() if isinstance(value, (int, float)))
    return styles.entry_format(*_shown_as(goal), numbers, negatives(content))


def month_formats(
    rows: Sequence[Row], months: Mapping[Month, CellValue], content: BookContent
) -> Callable[[Month], str]:
    """The number format of a goal's figure of a month: that of the definition that holds in it.
    What definitions show alike, is shown with as many decimals in all of their months."""
    if len(rows) < 2:
        only = row_format(rows[0] if rows else None, months, content)
        return lambda _: only
    held = {month: row_in_force(rows, month.index) for month in content.months}
    alike: Dict[Tuple[CellValue, ...], Dict[Month, CellValue]] = {}
    for month, row in held.items():
        alike.setdefault(_shown_as(row), {})[month] = months.get(month)
    formats = {
        _shown_as(row): row_format(row, alike[_shown_as(row)], content) for row in held.values()
    }
    return lambda month: formats[_shown_as(held[month])]


def _shown_as(goal: Row) -> Tuple[CellValue, CellValue, CellValue]:
    return (goal.get("unit"), goal.get("decimals"), goal.get("scale"))


IN_FORCE = "GoalsInForce"
"""The defined name of the IDs in the rows of Goals whose definition holds in the review month."""


def _beside_id(sheet: Sheet, language: str) -> List[Tuple[str, str]]:
    """Header and formula of the computed columns: what Goals says of the row's ID in the review
    month, else in its first row."""
    goals = SHEET["goals"].table
    own = here(sheet.table, header_of(sheet.key, "id", language))
    ids = column_ref(goals, header_of("goals", "id", language))
    found: List[Tuple[str, str]] = []
    for column in sheet.columns:
        if column.computed:
            title = header(column, language)
            # Figures may be shorter than Goals, and a review month may be no month.
            place = f"IFERROR(MATCH({own},{IN_FORCE},0),MATCH({own},{ids},0))"
            # An ID that Goals does not know shows #N/A, which is what it is.
            found.append((title, f'IF({own}="","",INDEX({column_ref(goals, title)},{place})&"")'))
    return found


def input_grids(content: BookContent) -> Dict[str, Grid]:
    """All input sheets by key."""
    sides: Mapping[str, MonthFigures] = {
        "plan": content.plan, "revision": content.revision,
        "actuals": content.actuals, "outlook": content.outlook,
    }  # fmt: skip
    order = list(dict.fromkeys(str(goal.get("id")) for goal in content.goals))
    found: Dict[str, Grid] = {
        "settings": settings_grid(content),
        "goals": goals_grid(content),
        "actions": actions_grid(content),
        "comments": list_grid("comments", content, content.comments),
        "recipients": list_grid("recipients", content, content.recipients),
        "holidays": list_grid("holidays", content, content.holidays),
    }
    for key, figures in sides.items():
        found[key] = monthly_grid(key, content, figures, _ordered(figures, order))
    return found


def _ordered(figures: MonthFigures, order: Sequence[str]) -> List[str]:
    known = [goal_id for goal_id in order if goal_id in figures]
    return [*known, *(goal_id for goal_id in figures if goal_id not in order)]


__all__ = [
    "IN_FORCE", "VOCABULARIES", "begin", "capacity", "header", "header_of", "input_grids",
    "month_formats", "negatives", "sheet_name",
]  # fmt: skip
