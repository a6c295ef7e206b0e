"""Lay out the Figures sheet: each goal's figures of the fiscal year, worked out step by step.

A row stands for the row of the same number in Goals. Every step is a column of its own, so that
whoever doubts a figure of the Scorecard can follow it back to the cells that people filled in. Its
formula is made for the first goal's row and filled down.
"""

from __future__ import annotations

from typing import Dict, List, Mapping

from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import (
    Formula,
    Grid,
    cells,
    column_of,
    column_ref,
    headers,
    row_of,
    text,
)
from kpixl.workbook.template import styles
from kpixl.workbook.template.entries import in_time
from kpixl.workbook.template.figure_map import (
    ABOUT,
    BLOCKS,
    FIRST_ROW,
    INDEX_ROW,
    LABEL_ROW,
    PLACE_ROW,
    REVISED_ROW,
    STOREYS,
    STOREYS_UP,
    TITLE_ROW,
    TO_DATE,
    YEAR,
    Sheet,
    arrange,
)
from kpixl.workbook.template.functions import InCellFunctions
from kpixl.workbook.template.inputs import capacity, header_of
from kpixl.workbook.template.parameters import (
    FOREVER,
    in_one_word,
    month_index,
    month_label,
    parameter,
    put_parameters,
)
from kpixl.workbook.template.units import is_percent


def figures_sheet(content: BookContent, functions: InCellFunctions) -> Sheet:
    """The Figures sheet of a book, without the roll-ups (:mod:`.rollups`)."""
    language = content.language
    name = word("template.sheet.figures", language)
    grid = Grid("figures", name, "calculation")
    grid.put(1, 1, name, "title")
    grid.put(2, 1, word("template.lead.figures", language), "lead")
    grid.heights.update({1: 30, 2: 18})
    sheet = arrange(grid, capacity(content), functions)
    put_parameters(grid, language, functions)
    _heads(sheet, language)
    _about(sheet, FIRST_ROW, language)
    for month in range(YEAR):
        _own(sheet, FIRST_ROW, month)
        for name in ("now", "then"):
            _in_force_then(sheet, FIRST_ROW, sheet.columns[name] + month)
        _resolved(sheet, FIRST_ROW, month)
        _gap(sheet, FIRST_ROW, month)
    grid.frozen = (LABEL_ROW, 2)
    return sheet


_FOLLOWING = (*TO_DATE, *STOREYS)
_TABLES: Mapping[str, str] = {"own_actual": "actuals", "own_plan": "plan", "own_prior": "actuals"}


def _heads(sheet: Sheet, language: str) -> None:
    grid = sheet.grid
    for row, name in ((INDEX_ROW, "index"), (PLACE_ROW, "place"), (REVISED_ROW, "revised_place")):
        grid.put(row, 1, word(f"template.figures.{name}", language), "muted")
    for name in ABOUT:
        column = sheet.columns[name]
        grid.put(LABEL_ROW, column, title(name, language), "header computed_header")
        grid.widths[column] = 11
    grid.widths.update({sheet.columns["number"]: 5, sheet.columns["formula"]: 22})
    grid.heights[LABEL_ROW] = 30
    for name in BLOCKS:
        first = sheet.columns[name]
        grid.put(TITLE_ROW, first, word(f"template.figures.{name}", language), "band")
        for month in range(YEAR):
            column = first + month
            if month:
                grid.put(TITLE_ROW, column, None, "band")
            _month_head(sheet, name, month)
            grid.widths[column] = 10.5
    for name in sheet.columns:
        if name in _FOLLOWING:
            grid.put(
                LABEL_ROW, sheet.columns[name], title(name, language), "header computed_header"
            )
            grid.widths[sheet.columns[name]] = 11


def title(name: str, language: str) -> str:
    """A column's header; columns that repeat carry their number."""
    named = word(f"template.figures.{name.rstrip('_0123456789')}", language)
    storey = name.rpartition("_")[2]
    return f"{named} {storey}" if storey.isdigit() else named


def _month_head(sheet: Sheet, name: str, month: int) -> None:
    grid, column = sheet.grid, sheet.columns[name] + month
    back = YEAR if name in ("own_prior", "then", "prior") else 0
    index = column_of(INDEX_ROW, column)
    label = column_of(LABEL_ROW, column)
    grid.put(INDEX_ROW, column, Formula(f"{parameter('year_start')}+{month - back}"), "muted", "0")
    grid.put(LABEL_ROW, column, Formula(month_label(index)), "header computed_header centre")
    if name in _TABLES:
        place = _position(label, headers(SHEET[_TABLES[name]].table))
        if name == "own_actual":
            place = f"IF({index}>{parameter('month')},0,{place})"
        grid.put(PLACE_ROW, column, Formula(place), "muted", "0")
    if name == "own_plan":
        place = _position(label, headers(SHEET["revision"].table))
        revised = f"IF({index}<{parameter('revision_from')},0,{place})"
        grid.put(REVISED_ROW, column, Formula(revised), "muted", "0")


def _position(value: str, where: str) -> str:
    """Where ``value`` stands, 0 where it does not."""
    return f"IF(ISNUMBER(MATCH({value},{where},0)),MATCH({value},{where},0),0)"


def _about(sheet: Sheet, row: int, language: str) -> None:
    goal_id = sheet.here("id", row)
    for name, formula in _about_formulas(sheet, row, language).items():
        guarded = formula if name == "id" else f'IF({goal_id}="","",{formula})'
        sheet.fill(sheet.columns[name], guarded)
    for goal in range(sheet.rows):
        sheet.grid.put(row + goal, sheet.columns["number"], goal + 1, "computed muted")


def _about_formulas(sheet: Sheet, row: int, language: str) -> Dict[str, str]:
    def goals(key: str) -> str:
        column = column_ref(SHEET["goals"].table, header_of("goals", key, language))
        return f"INDEX({column},{number})"

    def filled(key: str, otherwise: str = '""') -> str:
        return f'IF({goals(key)}="",{otherwise},{goals(key)})'

    def numeric(key: str, otherwise: str = '""') -> str:
        return f'IF({goals(key)}="",{otherwise},{sheet.functions.number(goals(key))})'

    number, goal_id = sheet.here("number", row), sheet.here("id", row)
    ids = column_ref(SHEET["goals"].table, header_of("goals", "id", language))
    month = parameter("month")
    valid = f"AND({sheet.here('from', row)}<={month},{month}<={sheet.here('to', row)})"
    found = {
        "id": f'IF({number}>ROWS({ids}),"",{filled("id")})',
        "name": filled("name"),
        "parent": filled("parent"),
        "unit": filled("unit"),
        "direction": filled("direction"),
        "tolerance": numeric("tolerance"),
        "aggregation": filled("aggregation"),
        "formula": filled("formula"),
        "weight": numeric("weight"),
        "amber_at": numeric("amber_at", parameter("amber_at")),
        "from": f'IF({goals("valid_from")}="",0,{month_index(goals("valid_from"))})',
        "to": f'IF({goals("valid_to")}="",{FOREVER},{month_index(goals("valid_to"))})',
        "definitions": f"SUMPRODUCT(({sheet.all('id')}={goal_id})*1)",
        "live": f'IF({valid},{goal_id},"")',
        "source": _source(sheet, row),
        "decimals": filled("decimals"),
        "scale": _scale_letter(goals("scale")),
        "largest": _largest(sheet, row),
        "key": _format_key(sheet, row),
        "ancestor_1": sheet.here("parent", row),
        **{
            f"{name}_meant": in_one_word(name, sheet.here(name, row))
            for name in ("unit", "direction", "aggregation")
        },
        "meaning": '&"|"&'.join(sheet.here(name, row) for name in _MEANING),
    }
    for storey in range(2, STOREYS_UP + 1):
        below = sheet.here(f"ancestor_{storey - 1}", row)
        known = f'IF({below}="",0,{_position(below, sheet.all("live"))})'
        found[f"ancestor_{storey}"] = f'IF({known}=0,"",INDEX({sheet.all("parent")},{known}))'
    for key, side in (("plan", "plan"), ("revision", "revision"), ("actual", "actuals")):
        table_ids = column_ref(SHEET[side].table, header_of(side, "id", language))
        found[f"{key}_row"] = _position(goal_id, table_ids)
    return found


def _source(sheet: Sheet, row: int) -> str:
    """Where the goal's figure comes from (SPEC 4): its formula, its own rows, or its children."""
    goal_id = sheet.here("id", row)
    by_formula = f'SUMPRODUCT(({sheet.all("id")}={goal_id})*({sheet.all("formula")}<>""))>0'
    own: List[str] = []
    for key, side in (("plan", "plan"), ("revision", "revision"), ("actual", "actuals")):
        place = sheet.here(f"{key}_row", row)
        beside = len(SHEET[side].columns)
        own.append(
            f"IF({place}=0,FALSE,COUNTA(INDEX({cells(SHEET[side].table)},{place},0))>{beside})"
        )
    children = f'SUMPRODUCT(({sheet.all("parent")}={goal_id})*({sheet.all("live")}<>""))>0'
    rest = f'IF(OR({",".join(own)}),"own",IF({children},"rollup","none"))'
    live = sheet.here("live", row)
    return f'IF({live}="","",IF({by_formula},"formula",{rest}))'


_SIZES = {"n": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


def _scale_letter(scale: str) -> str:
    """By what a number format divides the goal's figures, as the letter of its key."""
    letter = text("n")
    for name, key in styles.scale_letters().items():
        letter = f"IF({scale}={text(name)},{text(key)},{letter})"
    return letter


def _largest(sheet: Sheet, row: int) -> str:
    """The largest figure of the year as it is shown."""
    letter, size = sheet.here("scale", row), "1"
    for name, number in _SIZES.items():
        size = f"IF({letter}={text(name)},{number},{size})"
    return f"MAX({sheet.block('actual', row)},{sheet.block('plan', row)})/{size}"


def _format_key(sheet: Sheet, row: int) -> str:
    """Which number format shows the goal's figures (:func:`.styles.format_keys`): with its
    Decimals, else so that all of them show about three digits."""
    unit, letter = sheet.here("unit", row), sheet.here("scale", row)
    largest, decimals = sheet.here("largest", row), sheet.here("decimals", row)
    rolled = f'{sheet.here("source", row)}="rollup"'
    values = f"{sheet.block('actual', row)},{sheet.block('plan', row)}"
    measures = [f"{name}({values})" for name in ("SUM", "MAX", "MIN")]
    # Three sums that are whole: short of looking at every figure, as good as all of them.
    checks = ",".join(f"INT({measure})={measure}" for measure in measures)
    places = f"IF({largest}>=100,0,IF({largest}>=10,1,2))"
    plain = f'IF(AND({letter}="n",{checks}),0,{places})'
    percent = f"IF(OR({largest}=0,{largest}>=0.01),1,2)"
    in_percent = is_percent(unit)
    given = f"MIN({decimals},{styles.MOST_DECIMALS})"
    chosen = f'IF({decimals}<>"",{given},IF({in_percent},{percent},{plain}))'
    return f'IF({rolled},"{styles.SCORE_KEY}",IF({in_percent},"%",{letter})&{chosen})'


def _own(sheet: Sheet, row: int, month: int) -> None:
    for name in ("own_actual", "own_prior", "own_plan"):
        formula = sheet.functions.figure(sheet, row, name, month)
        sheet.fill(sheet.columns[name] + month, formula, "General")


def _in_force_then(sheet: Sheet, row: int, column: int) -> None:
    """The ID, in the row whose definition holds in the column's month; where none does, in the
    nearest one, so that history before a goal joined is read as the goal's history."""
    index, goal_id, start = (
        column_of(INDEX_ROW, column), sheet.here("id", row), sheet.here("from", row)
    )  # fmt: skip
    same = f"({sheet.all('id')}={goal_id})"
    valid = f"{same}*({sheet.all('from')}<={index})*({sheet.all('to')}>={index})"
    here = f"AND({start}<={index},{index}<={sheet.here('to', row)})"
    later = f"SUMPRODUCT({same}*({sheet.all('from')}>{start})*({sheet.all('from')}<={index}))=0"
    earlier = f"SUMPRODUCT({same}*({sheet.all('from')}<{start}))=0"
    nearest = f"IF({start}<={index},{later},{earlier})"
    several = f"IF(SUMPRODUCT({valid})>0,{here},{nearest})"
    holds = f"IF({sheet.here('definitions', row)}=1,TRUE,{several})"
    formula = f'IF({goal_id}="","",IF({holds},{goal_id},""))'
    sheet.fill(column, formula)


_MEANING = ("name", "unit_meant", "direction_meant", "aggregation_meant", "formula")


def _comparable(sheet: Sheet, row: int, month: int) -> str:
    """Whether the month's figure and that of one year before count the same thing: growth across
    a changed definition is not available (SPEC 2). The month's definition may be in another row."""
    goal_id, meaning = sheet.here("id", row), sheet.all("meaning")
    now, then = (f"({sheet.month(name, month)}={goal_id})" for name in ("now", "then"))
    place = f"SUMPRODUCT(MAX({now}*{sheet.all('number')}))"
    other = f"SUMPRODUCT({then}*({meaning}<>INDEX({meaning},{place})))=0"
    return f"IF({sheet.here('definitions', row)}=1,TRUE,{other})"


def _resolved(sheet: Sheet, row: int, month: int) -> None:
    """A goal's own figure counts before its formula's (SPEC 3)."""
    for name in ("actual", "plan", "prior"):
        column, cell = (
            sheet.columns[name] + month,
            row_of(row, sheet.columns[f"own_{name}"] + month),
        )
        worked_out = sheet.functions.driven(sheet, row, name, month)
        if name == "plan":
            worked_out = f'IF({in_time(sheet, row, column)},{worked_out},"")'
        if name == "actual":
            worked_out = f'IF({column_of(INDEX_ROW, column)}>{parameter("month")},"",{worked_out})'
        derived = f'{sheet.here("source", row)}="formula"'
        formula = f'IF({cell}<>"",{cell},IF({derived},{worked_out},""))'
        if name == "prior":
            formula = f'IF({_comparable(sheet, row, month)},{formula},"")'
        formula = f'IF({sheet.here("id", row)}="","",{formula})'
        sheet.fill(column, formula, "General")


def _gap(sheet: Sheet, row: int, month: int) -> None:
    actual = row_of(row, sheet.columns["actual"] + month)
    plan = row_of(row, sheet.columns["plan"] + month)
    gap = sheet.functions.gap(actual, plan, lambda name: sheet.here(name, row))
    formula = f'IF(OR({actual}="",{plan}=""),"",{gap})'
    sheet.fill(sheet.columns["gap"] + month, formula, "General")
