"""Lay out the figures to date and the roll-ups on the Figures sheet, storey by storey.

A roll-up stands on its children's scores, and they may be roll-ups themselves. Each storey has
columns of its own, so that no cell ever refers to itself.
"""

from __future__ import annotations

from typing import Tuple

from kpixl.words import LANGUAGES, word
from kpixl.workbook.grid import Formula, column_of, text
from kpixl.workbook.template.figure_map import FIRST_ROW, INDEX_ROW, PASSES, YEAR, Sheet, pass_name
from kpixl.workbook.template.parameters import parameter
from kpixl.workbook.template.tree import weights

SLACK = "1E-9"
_BY_MONTH = "|".join(
    ["", *(word(f"aggregation.{key}", language) for key in ("sum", "last", "max", "min")
     for language in LANGUAGES), ""]
)  # fmt: skip


def add_rollups(sheet: Sheet, language: str) -> None:
    """Fill the columns to the right of the months."""
    for goal in range(sheet.rows):
        row = FIRST_ROW + goal
        _to_date(sheet, row)
        for side in ("month", "to_date"):
            _first_storey(sheet, row, side, language)
            for number in range(1, PASSES + 1):
                _storey(sheet, row, side, number, language)


def _put(sheet: Sheet, row: int, name: str, formula: str) -> None:
    live = sheet.here("live", row)
    guarded = Formula(f'IF({live}="","",{formula})')
    shown = "0.0%" if name.startswith("score") else "General"
    sheet.grid.put(row, sheet.columns[name], guarded, "computed", shown)


def _to_date(sheet: Sheet, row: int) -> None:
    """Actual and plan over the months reported, and the actual over those that have a plan: like
    is compared with like (SPEC 3)."""
    actual, plan = sheet.block("actual", row), sheet.block("plan", row)
    _put(sheet, row, "reported", f'SUMPRODUCT(({actual}<>"")*1)')
    index = sheet.columns["plan"]
    months = f"{column_of(INDEX_ROW, index)}:{column_of(INDEX_ROW, index + YEAR - 1)}"
    _put(sheet, row, "planned", f'SUMPRODUCT(({plan}<>"")*({months}<={parameter("month")}))')
    for name, block, reported in (
        ("to_date_actual", "actual", actual),
        ("to_date_like", "actual", plan),
        ("to_date_plan", "plan", actual),
    ):
        _put(sheet, row, name, _aggregated(sheet, row, block, reported))


def _aggregated(sheet: Sheet, row: int, block: str, reported: str) -> str:
    by_formula = (
        f"KPI_FORMULA({sheet.here('id', row)},{sheet.all('live')},{sheet.blocks(f'own_{block}')},"
        f"{sheet.all('formula')},{sheet.all('aggregation')},{reported})"
    )
    plain = f"KPI_TO_DATE({sheet.block(block, row)},{sheet.here('aggregation', row)},{reported})"
    source = sheet.here("source", row)
    # An Average is the formula of its aggregated inputs; all others are made of their months,
    # and so is an Average whose formula changed within the year.
    ids, formulas = sheet.all("id"), sheet.all("formula")
    one = (
        f"SUMPRODUCT(({ids}={sheet.here('id', row)})*({formulas}<>{sheet.here('formula', row)}))=0"
    )
    by_month = f'ISNUMBER(SEARCH("|"&{sheet.here("aggregation", row)}&"|",{text(_BY_MONTH)}))'
    nothing = (
        f'OR({source}="rollup",SUMPRODUCT(({reported}<>"")*({sheet.block(block, row)}<>""))=0)'
    )
    return (
        f'IF({nothing},"",IF(AND({source}="formula",NOT({by_month}),{one}),{by_formula},{plain}))'
    )


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
    how = f"{sheet.here('direction', row)},{sheet.here('tolerance', row)}"
    at_zero = f"IF(KPI_GAP({actual},{plan},{how})>=-{SLACK},1,0)"
    score = f"IF({plan}=0,{at_zero},KPI_ATTAINMENT({actual},{plan},{how}))"
    missing = f'OR({actual}="",{plan}="")'
    _put(sheet, row, pass_name("score", side, 0), f'IF({missing},"",{score})')
    limits = f"{sheet.here('amber_at', row)},{parameter('green_at')},{text(language)}"
    status = f"KPI_STATUS({actual},{plan},{how},{limits})"
    if side == "to_date":
        awaited = f"AND({sheet.here('reported', row)}=0,{sheet.here('planned', row)}>0)"
        status = f"IF({awaited},{text(word('status.no_data', language))},{status})"
    own = f'{sheet.here("source", row)}="rollup"'
    _put(sheet, row, pass_name("status", side, 0), f'IF({own},"",{status})')


def _storey(sheet: Sheet, row: int, side: str, number: int, language: str) -> None:
    below = pass_name("score", side, number - 1)
    below_status = pass_name("status", side, number - 1)
    goal_id, source = sheet.here("id", row), sheet.here("source", row)
    child = f'({sheet.all("parent")}={goal_id})*({sheet.all("live")}<>"")'
    scores, given = sheet.all(below), weights(sheet, row)
    none = f'SUMPRODUCT(({given}>0)*({scores}<>""))=0'
    rolled = f"KPI_ROLLUP({scores},{given},{parameter('rollup_cap')})"
    score = f'IF({source}<>"rollup",{sheet.here(below, row)},IF({none},"",{rolled}))'
    _put(sheet, row, pass_name("score", side, number), score)
    own_score = sheet.here(pass_name("score", side, number), row)
    red = text(word("status.red", language))
    has_red = f"SUMPRODUCT({child}*({sheet.all(below_status)}={red}))>0"
    _put(
        sheet, row, pass_name("status", side, number),
        f'IF({source}<>"rollup",{sheet.here(below_status, row)},'
        f"{_rollup_status(sheet, row, own_score, has_red, language)})",
    )  # fmt: skip


def _rollup_status(sheet: Sheet, row: int, score: str, has_red: str, language: str) -> str:
    """By its score, but with a Red child at most Amber (SPEC 4)."""
    green, amber = (text(word(f"status.{key}", language)) for key in ("green", "amber"))
    limits = f"{sheet.here('amber_at', row)},{parameter('rollup_green_at')},{text(language)}"
    own = f'KPI_STATUS({score},1,"","",{limits})'
    return f"IF(AND({own}={green},{has_red}),{amber},{own})"
