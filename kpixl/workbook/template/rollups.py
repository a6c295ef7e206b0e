"""Lay out the figures to date and the roll-ups on the Figures sheet, storey by storey.

A roll-up stands on its children's scores, and they may be roll-ups themselves. Each storey has
columns of its own, so that no cell ever refers to itself.
"""

from __future__ import annotations

from typing import Mapping, Tuple

from kpixl.words import word
from kpixl.workbook.grid import Formula, column_of, text
from kpixl.workbook.template.figure_map import FIRST_ROW, INDEX_ROW, PASSES, YEAR, Sheet, pass_name
from kpixl.workbook.template.parameters import parameter

SLACK = "1E-9"


def add_rollups(sheet: Sheet, language: str) -> None:
    """Fill the columns to the right of the months."""
    _to_date(sheet, FIRST_ROW)
    for side in ("month", "to_date"):
        _first_storey(sheet, FIRST_ROW, side, language)
        for number in range(1, PASSES + 1):
            _storey_scores(sheet, side, number)
            _storey_status(sheet, FIRST_ROW, side, number, language)


def _fill(sheet: Sheet, row: int, name: str, formula: str) -> None:
    """Fill a column from the first goal's row down."""
    sheet.fill(sheet.columns[name], _living(sheet, row, formula), _shown(name))


def _living(sheet: Sheet, row: int, formula: str) -> str:
    return f'IF({sheet.here("live", row)}="","",{formula})'


def _shown(name: str) -> str:
    return "0.0%" if name.startswith("score") else "General"


def _to_date(sheet: Sheet, row: int) -> None:
    """Actual and plan over the months reported, and the actual over those that have a plan: like
    is compared with like (SPEC 3)."""
    actual, plan = sheet.block("actual", row), sheet.block("plan", row)
    _fill(sheet, row, "reported", f'SUMPRODUCT(({actual}<>"")*1)')
    index = sheet.columns["plan"]
    months = f"{column_of(INDEX_ROW, index)}:{column_of(INDEX_ROW, index + YEAR - 1)}"
    _fill(sheet, row, "planned", f'SUMPRODUCT(({plan}<>"")*({months}<={parameter("month")}))')
    for name, sides in SIDES_TO_DATE.items():
        _fill(sheet, row, name, _aggregated(sheet, row, name, sides))


SIDES_TO_DATE: Mapping[str, Tuple[str, str]] = {
    "to_date_actual": ("actual", "actual"),
    "to_date_like": ("actual", "plan"),
    "to_date_plan": ("plan", "actual"),
}
"""The block of months that a figure to date is made of, and the one that they must have too."""


def _aggregated(sheet: Sheet, row: int, name: str, sides: Tuple[str, str]) -> str:
    block, reported = (sheet.block(side, row) for side in sides)
    functions, source = sheet.functions, sheet.here("source", row)
    # An Average is the formula of its aggregated inputs; all others are made of their months,
    # and so is an Average whose formula changed among the months that count.
    now, formulas = sheet.blocks("now"), sheet.all("formula")
    other = f"({now}={sheet.here('id', row)})*({formulas}<>{sheet.here('formula', row)})"
    changed = f'SUMPRODUCT({other}*({reported}<>"")*({block}<>""))'
    one = f"IF({sheet.here('definitions', row)}=1,TRUE,{changed}=0)"
    ratio = f'AND({source}="formula",{functions.is_ratio(sheet, row)},{one})'
    nothing = f'OR({source}="rollup",SUMPRODUCT(({reported}<>"")*({block}<>""))=0)'
    driven = functions.driven_to_date(sheet, row, name, sides)
    return f'IF({nothing},"",IF({ratio},{driven},{functions.to_date(sheet, row, name, sides)}))'


def compared(sheet: Sheet, row: int, side: str) -> Tuple[str, str]:
    """The actual and the plan that are compared, on the Figures sheet itself."""
    if side == "to_date":
        return sheet.here("to_date_like", row), sheet.here("to_date_plan", row)
    elapsed = parameter("elapsed")
    found = [f"INDEX({sheet.block(name, row)},1,{elapsed})" for name in ("actual", "plan")]
    return found[0], found[1]


def _first_storey(sheet: Sheet, row: int, side: str, language: str) -> None:
    """What a goal brings into its parent's roll-up by its own figures (SPEC 4)."""
    actual, plan = compared(sheet, row, side)
    functions = sheet.functions

    def refer(name: str) -> str:
        return sheet.here(name, row)

    at_zero = f"IF({functions.gap(actual, plan, refer)}>=-{SLACK},1,0)"
    score = f"IF({plan}=0,{at_zero},{functions.attainment(actual, plan, refer)})"
    missing = f'OR({actual}="",{plan}="")'
    _fill(sheet, row, pass_name("score", side, 0), f'IF({missing},"",{score})')
    limits = (sheet.here("amber_at", row), parameter("green_at"))
    status = functions.status(actual, plan, refer, limits)
    if side == "to_date":
        awaited = f"AND({sheet.here('reported', row)}=0,{sheet.here('planned', row)}>0)"
        status = f"IF({awaited},{text(word('status.no_data', language))},{status})"
    own = f'{sheet.here("source", row)}="rollup"'
    _fill(sheet, row, pass_name("status", side, 0), f'IF({own},"",{status})')


def _storey_scores(sheet: Sheet, side: str, number: int) -> None:
    """The roll-ups of the scores below. They are not filled down: the weights of each goal's
    children stand in a column of its own."""
    name, below = (pass_name("score", side, one) for one in (number, number - 1))
    for row in range(FIRST_ROW, sheet.last_row + 1):
        none = sheet.functions.nothing_to_roll_up(sheet, row, below)
        rolled = sheet.functions.rolled_up(sheet, row, below, parameter("rollup_cap"))
        source = sheet.here("source", row)
        score = f'IF({source}<>"rollup",{sheet.here(below, row)},IF({none},"",{rolled}))'
        formula = Formula(_living(sheet, row, score))
        sheet.grid.put(row, sheet.columns[name], formula, "computed", _shown(name))


def _storey_status(sheet: Sheet, row: int, side: str, number: int, language: str) -> None:
    below_status = pass_name("status", side, number - 1)
    goal_id, source = sheet.here("id", row), sheet.here("source", row)
    child = f'({sheet.all("parent")}={goal_id})*({sheet.all("live")}<>"")'
    own_score = sheet.here(pass_name("score", side, number), row)
    has_red = f"SUMPRODUCT({child}*{sheet.functions.red(sheet, below_status)})>0"
    _fill(
        sheet, row, pass_name("status", side, number),
        f'IF({source}<>"rollup",{sheet.here(below_status, row)},'
        f"{_rollup_status(sheet, row, own_score, has_red, language)})",
    )  # fmt: skip


def _rollup_status(sheet: Sheet, row: int, score: str, has_red: str, language: str) -> str:
    """By its score, but with a Red child at most Amber (SPEC 4)."""
    green, amber = (text(word(f"status.{key}", language)) for key in ("green", "amber"))
    limits = (sheet.here("amber_at", row), parameter("rollup_green_at"))
    own = sheet.functions.graded(score, limits)
    return f"IF(AND({own}={green},{has_red}),{amber},{own})"
