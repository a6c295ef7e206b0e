"""Lay out the Analysis sheet: where each goal's year will land, and what its months signal.

Landings and signals need the history of all goals, and a formula goal's those of its inputs. So
one array formula, a call of KPI_SCORECARD, gives the whole scorecard as a table, and a row for each
row of Goals looks its own up there: one call, however many goals there are.
"""

from __future__ import annotations

from typing import Dict, Mapping, Tuple

from kpixl.functions.scorecard import COLUMNS as SCORECARD
from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula, Grid, column_ref, fixed, quoted, row_of, span, text
from kpixl.workbook.template import styles
from kpixl.workbook.template.figure_map import Sheet
from kpixl.workbook.template.inputs import header_of, negatives
from kpixl.workbook.template.scorecard import FIRST_ROW as SCORECARD_ROW
from kpixl.workbook.template.scorecard import board_columns

BAND_ROW, HEADER_ROW = 4, 5
FIRST_ROW = HEADER_ROW + 1

FIGURES: Tuple[str, ...] = ("year_plan", "landing", "outlook", "required", "best")
"""Columns in the goal's own unit."""

_WIDTHS: Mapping[str, float] = {
    "id": 11, "name": 34, "unit": 8.5, "year_plan": 14, "landing": 14, "outlook": 14,
    "landing_gap_pct": 12, "landing_status": 11, "chance": 11, "required": 14, "best": 14,
    "signal": 11, "signal_kind": 30, "place": 8, "key": 8,
}  # fmt: skip
_LOOKS: Mapping[str, str] = {
    **dict.fromkeys((*FIGURES, "landing_gap_pct", "chance"), "right"),
    **dict.fromkeys(("unit", "landing_status", "signal"), "centre"),
    **dict.fromkeys(("place", "key"), "centre muted"),
}
NUMBER: Mapping[str, int] = {key: number for number, key in enumerate(_WIDTHS, start=1)}
"""The columns for people; to their right, behind a gap, stands the table."""

TEXT_COLUMN = len(NUMBER) + 2
"""The IDs of the table as texts of their own: what an array of texts and numbers holds, some
spreadsheets do not find."""

TABLE_COLUMN = TEXT_COLUMN + 1
MISSING = (BAND_ROW - 1, TABLE_COLUMN + 3)
"""What a goal shows that is not in the table."""

# What a person looks up; the rest is told by Figures, or only leads there.
_LOOKED_UP = tuple(key for key in NUMBER if key in SCORECARD and key not in ("id", "name", "unit"))
_TABLES = ("goals", "plan", "actuals")


def analysed(language: str, key: str, goal: int) -> str:
    """A goal's value from another sheet; goals count from 0."""
    name = word("template.sheet.analysis", language)
    return f"{quoted(name)}!{row_of(FIRST_ROW + goal, NUMBER[key])}"


def looked_up(language: str, goals: int, goal: int, key: str) -> str:
    """A formula on another sheet for a column of the whole table that this one does not show."""
    name = quoted(word("template.sheet.analysis", language))
    row, last = FIRST_ROW + goal, FIRST_ROW + goals - 1
    goal_id, place = (f"{name}!{row_of(row, NUMBER[one])}" for one in ("id", "place"))
    column = TABLE_COLUMN + SCORECARD.index(key)
    cell = f"INDEX({name}!{span(FIRST_ROW, column, last, column)},{place})"
    missing = f"{name}!{fixed(*MISSING)}"
    return f'IF({goal_id}="","",IF({place}=0,{missing},{_shown(cell)}))'


def analysis_grid(content: BookContent, figures: Sheet, scorecard: Grid) -> Grid:
    """The Analysis sheet, with a row for each row of the Scorecard."""
    language = content.language
    name = word("template.sheet.analysis", language)
    grid = Grid("analysis", name, "calculation")
    grid.put(1, 1, name, "title")
    grid.put(2, 1, word("template.lead.analysis", language), "lead")
    grid.heights.update({1: 30, 2: 18, 3: 18, BAND_ROW: 20, HEADER_ROW: 32})
    grid.frozen = (HEADER_ROW, NUMBER["name"])
    _heads(grid, language)
    _table(grid, figures.rows, language)
    board = board_columns(scorecard, language)
    signed = styles.number_format(1, True, signed=True, negatives=negatives(content))
    shown = {"landing_gap_pct": signed, "chance": styles.WHOLE_PERCENT}
    own = {
        "id": figures.outside("live", 0),
        **{
            key: f"{quoted(scorecard.name)}!{row_of(SCORECARD_ROW, board[key])}"
            for key in ("name", "unit")
        },
        "key": figures.outside("key", 0),
    }
    last = FIRST_ROW + figures.rows - 1
    for key, formula in _row(figures.rows, own).items():
        look = f"plain {_LOOKS.get(key, '')}".strip()
        grid.fill_down((FIRST_ROW, NUMBER[key]), last, formula, look, shown.get(key, ""))
    grid.heights.update(dict.fromkeys(range(FIRST_ROW, last + 1), 18))
    return grid


def _heads(grid: Grid, language: str) -> None:
    for key, number in NUMBER.items():
        title = word("template.group.analysis", language) if number == 1 else None
        grid.put(BAND_ROW, number, title, "band")
        own = "analysis" if key in ("place", "key") else "scorecard"
        aligned = _LOOKS.get(key, "").replace("muted", "").strip()
        head = f"header {'computed_header ' if own == 'analysis' else ''}{aligned}".strip()
        grid.put(HEADER_ROW, number, word(f"template.{own}.{key}", language), head)
        grid.widths[number] = _WIDTHS[key]
    grid.widths[TEXT_COLUMN - 1] = 3


def _table(grid: Grid, goals: int, language: str) -> None:
    """The whole scorecard by one call, and its IDs as plain texts beside it."""
    last = FIRST_ROW + goals - 1
    grid.put(BAND_ROW, TEXT_COLUMN, word("template.group.call", language), "band")
    for column in range(TABLE_COLUMN, TABLE_COLUMN + len(SCORECARD)):
        grid.put(BAND_ROW, column, None, "band")
        grid.widths[column] = 11
    title = word("template.analysis.text", language)
    grid.put(HEADER_ROW, TEXT_COLUMN, title, "header computed_header")
    grid.widths[TEXT_COLUMN] = 11
    cell = row_of(FIRST_ROW, TABLE_COLUMN)
    plain = f'IF(ISERROR({cell}),"",{cell}&"")'
    grid.fill_down((FIRST_ROW, TEXT_COLUMN), last, plain, "computed")
    rows = last - HEADER_ROW + 1
    whole = Formula(_call(language), rows, len(SCORECARD))
    grid.put_array(HEADER_ROW, TABLE_COLUMN, whole, "computed")
    for column in range(TABLE_COLUMN, TABLE_COLUMN + len(SCORECARD)):
        head = grid.cells[HEADER_ROW, column].value
        grid.put(HEADER_ROW, column, head, "header computed_header")
    first = fixed(HEADER_ROW, TABLE_COLUMN)
    unknown = text(word("show.not_available", language))
    missing = f'IF(ISNA({first}),"",IF(ISERROR({first}),{first},{unknown}))'
    grid.put(MISSING[0], TEXT_COLUMN, word("template.analysis.missing", language), "muted")
    grid.put(*MISSING, Formula(missing), "computed")
    ids = column_ref(SHEET["goals"].table, header_of("goals", "id", language))
    many = text(word("template.line.too_many", language))
    grid.put(MISSING[0], 1, Formula(f'IF(COUNTA({ids})>{goals},{many},"")'), "warn")


def _call(language: str) -> str:
    """The call, with every table that has a say. Of Actions what people enter: an error among the
    phases beside it would spoil the whole table."""
    entered = [column.key for column in SHEET["actions"].columns if not column.computed]
    first, last = (header_of("actions", key, language) for key in (entered[0], entered[-1]))
    tables = [f"{SHEET[key].table}[[#All]]" for key in _TABLES]
    arguments = [
        *tables, "ReviewMonth", f"{SHEET['settings'].table}[[#All]]",
        f"{SHEET['actions'].table}[[#All],[{first}]:[{last}]]", text(language),
        *(f"{SHEET[key].table}[[#All]]" for key in ("revision", "holidays", "outlook")),
    ]  # fmt: skip
    return f"KPI_SCORECARD({','.join(arguments)})"


def _row(goals: int, own: Mapping[str, str]) -> Dict[str, str]:
    """The first goal's row: what other sheets know of it, and what its row of the table says."""
    row, last = FIRST_ROW, FIRST_ROW + goals - 1
    goal_id, place = row_of(row, NUMBER["id"]), row_of(row, NUMBER["place"])
    texts = span(FIRST_ROW, TEXT_COLUMN, last, TEXT_COLUMN)
    found = f'MATCH(TRIM({goal_id}&""),{texts},0)'
    own = {**own, "place": f"IF(ISNUMBER({found}),{found},0)"}
    cells = {
        key: value if key == "id" else f'IF({goal_id}="","",{value})' for key, value in own.items()
    }
    for key in _LOOKED_UP:
        column = TABLE_COLUMN + SCORECARD.index(key)
        cell = f"INDEX({span(FIRST_ROW, column, last, column)},{place})"
        cells[key] = f'IF({goal_id}="","",IF({place}=0,{fixed(*MISSING)},{_shown(cell)}))'
    return cells


def _shown(cell: str) -> str:
    """What a cell of the table says: texts of an array become plain ones by being joined to
    nothing. ``#N/A`` is KPI_SCORECARD's word; any other error says that there is no table.
    Calc without the functions works blanks out anew, and only blanks: blank they stay."""
    return f'IF(ISNUMBER({cell}),{cell},IF(ISNA({cell}),{cell},IF(ISERROR({cell}),"",{cell}&"")))'
