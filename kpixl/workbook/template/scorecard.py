"""Lay out the Scorecard: a row for each goal, the review month and the year to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Mapping, Optional, Tuple

from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula, Grid, Table, column_ref, here, iso_day, text
from kpixl.workbook.template import styles
from kpixl.workbook.template.figure_map import PASSES, Sheet, pass_name
from kpixl.workbook.template.functions import Refer
from kpixl.workbook.template.inputs import header_of, negatives, sheet_name
from kpixl.workbook.template.parameters import (
    PARAMETER_ROW,
    PARAMETERS,
    VALUE_COLUMN,
    currencies,
)
from kpixl.workbook.template.pdca import goal_phase

TABLE = SHEET["scorecard"].table
TITLE_ROW, LINE_ROW, TILE_ROW, BAND_ROW, HEADER_ROW = 1, 2, 4, 6, 7
FIRST_ROW = HEADER_ROW + 1


@dataclass(frozen=True)
class Column:
    """One column of the Scorecard: its group, width, look and number format."""

    key: str
    group: str
    width: float
    look: str = ""
    number_format: str = ""


_PERCENT = styles.PERCENT
_SIGNED = "signed"
COLUMNS: Tuple[Column, ...] = (
    Column("id", "goal", 11),
    Column("level", "goal", 6.5, "centre"),
    Column("name", "goal", 34),
    Column("owner", "goal", 15),
    Column("unit", "goal", 8.5, "centre"),
    Column("direction", "goal", 13, "centre"),
    Column("actual", "month", 12, "right"),
    Column("plan", "month", 12, "right"),
    Column("prior", "month", 12, "right muted"),
    Column("gap", "month", 12, "right"),
    Column("gap_pct", "month", 12, "right", _SIGNED),
    Column("attainment", "month", 11, "right", _PERCENT),
    Column("growth", "month", 10.5, "right muted", _SIGNED),
    Column("status", "month", 11, "centre"),
    Column("td_actual", "to_date", 12.5, "right"),
    Column("td_plan", "to_date", 12.5, "right"),
    Column("td_gap", "to_date", 13, "right"),
    Column("td_attainment", "to_date", 11, "right", _PERCENT),
    Column("td_status", "to_date", 11, "centre"),
    Column("landing", "year", 12.5, "right"),
    Column("outlook", "year", 12.5, "right"),
    Column("landing_gap_pct", "year", 11.5, "right", _SIGNED),
    Column("chance", "year", 9, "right", styles.WHOLE_PERCENT),
    Column("signal", "year", 10.5, "centre"),
    Column("phase", "next", 9.5, "centre"),
    Column("next_step", "next", 54),
    Column("trend", "next", 15),
)
"""All columns. Books of plain formulas lack the group of the year, which none can work out."""

YEAR = "year"

Analysed = Callable[[str, int], str]
"""A column of the Analysis sheet and a goal -> the address of its value."""

GREEN_AT = (PARAMETER_ROW + PARAMETERS.index("green_at"), VALUE_COLUMN)

VALUES = ("actual", "plan", "prior", "td_actual", "td_plan", "outlook")
SIGNED = ("gap", "td_gap")


def columns(foresees: bool) -> Tuple[Column, ...]:
    """The columns of a book that ``foresees`` the year, or does not."""
    return tuple(column for column in COLUMNS if foresees or column.group != YEAR)


def header(key: str, language: str) -> str:
    """The header of a column."""
    return word(f"template.scorecard.{key}", language)


def board_columns(grid: Grid, language: str) -> Mapping[str, int]:
    """Where the columns that a book's Scorecard has stand, by key."""
    places = enumerate(grid.table.headers if grid.table else (), start=1)
    known = {header(column.key, language): column.key for column in COLUMNS}
    return {known[title]: number for number, title in places}


def key_column(grid: Grid) -> int:
    """A hidden column beside the table: which number format shows the goal's figures."""
    return (grid.table.last_column if grid.table else 0) + 2


def status_column(grid: Grid) -> int:
    """Another, with the status of the landing."""
    return key_column(grid) + 1


def scorecard_grid(
    content: BookContent, figures: Sheet, analysed: Optional[Analysed] = None
) -> Grid:
    """The Scorecard, a row for each row that Goals has room for; what it says of the year comes
    from where ``analysed`` says."""
    language = content.language
    grid = Grid("scorecard", sheet_name("scorecard", language), "result")
    shown = columns(analysed is not None)
    last = FIRST_ROW + figures.rows - 1
    titles = tuple(header(column.key, language) for column in shown)
    grid.table = Table(TABLE, titles, HEADER_ROW, last)
    signed = styles.number_format(1, True, signed=True, negatives=negatives(content))
    _heads(grid, shown, language)
    formulas = _formulas(figures, 0, language, analysed)
    for number, column in enumerate(shown, start=1):
        number_format = signed if column.number_format == _SIGNED else column.number_format
        look = f"plain {column.look}".strip()
        if column.key in formulas:
            first = (FIRST_ROW, number)
            grid.fill_down(first, last, formulas[column.key], look, number_format)
            continue
        for goal in range(figures.rows):
            found = _of_one_goal(figures, goal, column.key, language)
            grid.put(FIRST_ROW + goal, number, found, look, number_format)
    grid.heights.update(dict.fromkeys(range(FIRST_ROW, last + 1), 18))
    grid.fill_down((FIRST_ROW, key_column(grid)), last, figures.outside("key", 0), "muted")
    if analysed is not None:
        status = analysed("landing_status", 0)
        grid.fill_down((FIRST_ROW, status_column(grid)), last, status, "muted")
    grid.frozen = (HEADER_ROW, board_columns(grid, language)["name"])
    _summary(grid, figures, language, last)
    return grid


def _heads(grid: Grid, shown: Tuple[Column, ...], language: str) -> None:
    first: Dict[str, int] = {}
    # From the third group on, light and dark heads take turns.
    dark = tuple(dict.fromkeys(column.group for column in shown))[2::2]
    for number, column in enumerate(shown, start=1):
        group = column.group
        look = "band2" if group in dark else "band"
        title = None if group in first else word(f"template.group.{group}", language)
        first.setdefault(group, number)
        grid.put(BAND_ROW, number, title, look)
        head = "header optional" if group in dark else "header"
        aligned = "right" if "right" in column.look else "centre" if "centre" in column.look else ""
        grid.put(HEADER_ROW, number, header(column.key, language), f"{head} {aligned}".strip())
        grid.widths[number] = column.width
    grid.heights.update(
        {TITLE_ROW: 32, LINE_ROW: 18, 3: 6, TILE_ROW: 24, 5: 8, BAND_ROW: 20, HEADER_ROW: 32}
    )


def _summary(grid: Grid, figures: Sheet, language: str, last: int) -> None:
    """Title, one line saying what is looked at, and how many goals stand where."""
    grid.put(
        TITLE_ROW,
        1,
        Formula('Company&IF(AND(Company<>"",BookTitle<>""),"  ","")&BookTitle'),
        "title",
    )
    parts = [
        text(word("template.line.month", language)), "ReviewMonth",
        text(word("template.line.as_of", language)), f'IF(AsOf="","",{iso_day("AsOf")})',
        text("  |  "), "State",
        text("    " + word("template.line.change", language)),
    ]  # fmt: skip
    grid.put(LINE_ROW, 1, Formula("&".join(parts)), "lead")
    status = board_columns(grid, language)["status"]
    # Beside the tiles and over the month's columns, which no other page of the print repeats.
    grid.put(TILE_ROW, TILE_COLUMNS[0] - 3, word("template.line.tiles", language), "lead")
    place = grid.area(FIRST_ROW, status, last, status)
    for key, at in zip(styles.STATUS_MARKS, TILE_COLUMNS, strict=True):
        label = word(f"status.{key}", language)
        counted = Formula(f"COUNTIF({place},{text(label)})")
        shown = f'"{styles.STATUS_MARKS[key]} {label} "0'
        grid.put(TILE_ROW, at, counted, f"tile status_{key}", shown)
    ids = column_ref(SHEET["goals"].table, header_of("goals", "id", language))
    many, none = (text(word(f"template.line.{key}", language)) for key in ("too_many", "none"))
    more = Formula(f'IF(COUNTA({ids})>{figures.rows},{many},IF(COUNTA({ids})=0,{none},""))')
    grid.put(TILE_ROW, TILE_COLUMNS[-1] + 2, more, "warn")


TILE_COLUMNS = (10, 11, 12, 13, 14)


def _of_one_goal(figures: Sheet, goal: int, key: str, language: str) -> Optional[Formula]:
    """What is not filled down: the phases look at the column of the goal's own subtree, and the
    trend has no formula."""
    if key == "trend":
        return None
    return goal_phase(figures, goal, key, here(TABLE, header("status", language)))


def _formulas(
    figures: Sheet, goal: int, language: str, analysed: Optional[Analysed]
) -> Dict[str, str]:
    """The formulas that are filled down from the row of ``goal``, by column."""
    cells = {column.key: here(TABLE, header(column.key, language)) for column in COLUMNS}
    live = f'{figures.outside("live", goal)}=""'
    about = _about(figures, goal, language)
    judged = {
        **_month(figures, goal, cells, language),
        **_to_date(figures, goal, cells, language),
        **_statuses(figures, goal, cells, language),
        **{key: about.pop(key) for key in ("unit", "direction")},
    }
    formulas = {**about, **{key: f'IF({live},"",{found})' for key, found in judged.items()}}
    for column in COLUMNS:
        if column.group == YEAR and analysed is not None:
            formulas[column.key] = analysed(column.key, goal)
    return formulas


def _about(figures: Sheet, goal: int, language: str) -> Dict[str, str]:
    goal_id, number = figures.outside("id", goal), figures.outside("number", goal)

    def of_goal(key: str) -> str:
        column = column_ref(SHEET["goals"].table, header_of("goals", key, language))
        return f'IF({goal_id}="","",INDEX({column},{number})&"")'

    level = of_goal("level")
    kgi, csf = (text(word(f"level.{key}", language)) for key in ("kgi", "csf"))
    inset = f"IF({level}={kgi},0,IF({level}={csf},1,2))"
    indent = text("　" if language == "ja" else "\N{NO-BREAK SPACE}" * 4)
    return {
        "id": goal_id,
        "level": level,
        "name": f'IF({goal_id}="","",REPT({indent},{inset})&{of_goal("name")})',
        "owner": of_goal("owner"),
        "unit": _unit_label(figures, goal, of_goal("scale"), language),
        "direction": of_goal("direction"),
    }


def _unit_label(figures: Sheet, goal: int, scale: str, language: str) -> str:
    """The unit with its scale, as the pack names it: 百万円, ¥M, k visits; a roll-up is a score
    in %."""
    unit, key = figures.outside("unit", goal), figures.outside("key", goal)
    codes, marks = currencies(figures.grid)
    plain, named = unit, f"{scale}&{unit}"
    if language == "en":
        is_money, mark = f"COUNTIF({codes},{unit})>0", f"INDEX({marks},MATCH({unit},{codes},0))"
        plain = f"IF({is_money},{mark},{unit})"
        named = f'IF({is_money},{mark}&{scale},{scale}&" "&{unit})'
    scaled = f"IF(RIGHT({scale},LEN({unit}))={unit},{scale},{named})"
    # Only the scales that a number format can show stand beside the unit.
    shown = f'OR(LEFT({key},1)="k",LEFT({key},1)="m",LEFT({key},1)="b")'
    rolled = f'{figures.outside("source", goal)}="rollup"'
    return f'IF({rolled},"%",IF({shown},{scaled},{plain}))'


def _guarded(needed: Tuple[str, ...], call: str, language: str = "en", undefined: str = "") -> str:
    """A function's call where it has something to say: blank without figures, and n/a where the
    measure is undefined (SPEC 3). Real errors stay what they are."""
    missing = ",".join(f'{cell}=""' for cell in needed)
    if undefined:
        call = f"IF({undefined},{text(word('show.not_available', language))},{call})"
    return f'IF(OR({missing}),"",{call})'


def _month(figures: Sheet, goal: int, cells: Mapping[str, str], language: str) -> Dict[str, str]:
    def block(name: str) -> str:
        return f"INDEX({figures.outside_block(name, goal)},1,ElapsedMonths)"

    rolled = f'{figures.outside("source", goal)}="rollup"'
    score = figures.outside(pass_name("score", "month", PASSES), goal)
    functions, refer = figures.functions, _refer(figures, goal)
    unit = figures.outside("unit", goal)
    sides = actual, plan = cells["actual"], cells["plan"]
    share = functions.gap_pct(actual, plan, refer, cells["gap"])
    attainment = functions.attainment(actual, plan, refer, cells["gap"], maybe_rollup=True)
    growth = functions.growth(actual, cells["prior"], unit)
    no_growth = f'AND({cells["prior"]}=0,{unit}<>"%",{unit}<>"％")'
    return {
        "actual": f"IF({rolled},{score},{block('actual')})",
        "plan": f"IF({rolled},1,{block('plan')})",
        "prior": f"{block('prior')}",
        "gap": _guarded(sides, functions.gap(actual, plan, refer, maybe_rollup=True)),
        "gap_pct": _guarded(sides, share, language, f"{plan}=0"),
        "attainment": _guarded(sides, attainment, language, f"{plan}=0"),
        "growth": _guarded((cells["actual"], cells["prior"]), growth, language, no_growth),
    }


def _refer(figures: Sheet, goal: int) -> Refer:
    return lambda name: figures.outside(name, goal)


def _to_date(figures: Sheet, goal: int, cells: Mapping[str, str], language: str) -> Dict[str, str]:
    rolled = f'{figures.outside("source", goal)}="rollup"'
    score = figures.outside(pass_name("score", "to_date", PASSES), goal)
    like = f"IF({rolled},{score},{figures.outside('to_date_like', goal)})"
    functions, refer, plan = figures.functions, _refer(figures, goal), cells["td_plan"]
    # Over the months that have a plan alone, a ratio may have no value.
    sides = (cells["td_actual"], plan, like)
    attainment = functions.attainment(like, plan, refer, cells["td_gap"], maybe_rollup=True)
    return {
        "td_actual": f"IF({rolled},{score},{figures.outside('to_date_actual', goal)})",
        "td_plan": f"IF({rolled},1,{figures.outside('to_date_plan', goal)})",
        "td_gap": _guarded(sides, functions.gap(like, plan, refer, maybe_rollup=True)),
        "td_attainment": _guarded(sides, attainment, language, f"{plan}=0"),
    }


def _statuses(figures: Sheet, goal: int, cells: Mapping[str, str], language: str) -> Dict[str, str]:
    rolled = f'{figures.outside("source", goal)}="rollup"'
    limits = (figures.outside("amber_at", goal), figures.grid.at(*GREEN_AT))
    status, refer = figures.functions.status, _refer(figures, goal)
    to_date = status(figures.outside("to_date_like", goal), cells["td_plan"], refer, limits)
    # Without an actual there is no plan to date either; yet it is the actual that is missing.
    no_data = text(word("status.no_data", language))
    planned = f"{figures.outside('planned', goal)}>0"
    to_date = f'IF(AND({cells["td_actual"]}="",{planned}),{no_data},{to_date})'
    month = status(cells["actual"], cells["plan"], refer, limits)
    own = {"status": month, "td_status": to_date}
    return {
        key: f"IF({rolled},{figures.outside(pass_name('status', side, PASSES), goal)},{own[key]})"
        for side, key in (("month", "status"), ("to_date", "td_status"))
    }
