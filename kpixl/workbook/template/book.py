"""Turn a workbook's content into laid-out sheets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Dict, Tuple

from kpixl.plan import schema
from kpixl.plan.schema import SHEET
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.grid import FIRST_ROW, HEADER_ROW, Grid, Layout
from kpixl.workbook.template.analysis import analysed, analysis_grid
from kpixl.workbook.template.chart import chart_grid
from kpixl.workbook.template.figure_map import Sheet
from kpixl.workbook.template.figures import figures_sheet
from kpixl.workbook.template.functions import InCellFunctions
from kpixl.workbook.template.guide import guide_grid
from kpixl.workbook.template.inputs import IN_FORCE, input_grids
from kpixl.workbook.template.parameters import (
    DATE_COLUMN,
    DATES,
    PARAMETER_ROW,
    PARAMETERS,
    VALUE_COLUMN,
)
from kpixl.workbook.template.pdca import add_action_phases
from kpixl.workbook.template.periods import periods_grid
from kpixl.workbook.template.rollups import add_rollups
from kpixl.workbook.template.scorecard import scorecard_grid
from kpixl.workbook.template.tree import add_tree

ORDER: Tuple[str, ...] = (
    "guide", "settings", "goals", "plan", "revision", "actuals", "outlook", "actions", "comments",
    "recipients", "holidays", "scorecard", "periods", "chart", "figures",
)  # fmt: skip

# Defined names of settings, as the formulas call them.
SETTING_NAMES: Dict[str, str] = {
    "Company": "company", "BookTitle": "title", "ReviewMonth": "review_month", "State": "state",
    "FiscalStart": "fiscal_start", "CloseDay": "close_day", "RevisionFrom": "revision_from",
    "GreenAt": "green_at", "AmberAt": "amber_at", "RollupCap": "rollup_cap",
    "RollupGreenAt": "rollup_green_at",
}  # fmt: skip
_MOST_MONTHS = 240
_MOST_GOALS = 2_000


@dataclass(frozen=True)
class Book:
    """A workbook laid out, with the map of its Figures sheet."""

    layout: Layout
    figures: Sheet


def lay_out(content: BookContent) -> Book:
    """All sheets of the book, in their order, and its defined names."""
    functions = _functions(content)
    grids = input_grids(content)
    add_action_phases(grids["actions"], content.language, functions)
    figures = figures_sheet(content, functions)
    add_tree(figures, content.language)
    add_rollups(figures, content.language)
    functions.add_columns(figures)
    grids.update(functions.grids())
    grids["figures"] = figures.grid
    if functions.foresees:
        refer = partial(analysed, content.language)
        grids["scorecard"] = scorecard_grid(content, figures, refer)
        grids["analysis"] = analysis_grid(content, figures, grids["scorecard"])
        grids["periods"] = periods_grid(content, figures, grids["scorecard"])
    else:
        grids["scorecard"] = scorecard_grid(content, figures)
    grids["chart"] = chart_grid(content, figures, grids["scorecard"])
    names = {key: grid.name for key, grid in grids.items()}
    grids["guide"] = guide_grid(content, names, functions.most_formulas)
    # Plain formulas cannot work out a goal's periods: their book has no such sheet.
    own = (grids[key] for key in (*ORDER, *functions.sheets) if key in grids)
    return Book(Layout(content.language, (*own, *content.extras), _names(grids, figures)), figures)


def _functions(content: BookContent) -> InCellFunctions:
    if content.cells != NATIVE:
        return InCellFunctions(content.language)
    from kpixl.workbook.template.native import PlainFormulas

    return PlainFormulas(content)


def _names(grids: Dict[str, Grid], sheet: Sheet) -> Dict[str, str]:
    keys = [setting.key for setting in schema.ORDINARY_SETTINGS]
    settings, figures = grids["settings"], grids["figures"]
    found = {
        name: settings.at(FIRST_ROW + keys.index(key), 2) for name, key in SETTING_NAMES.items()
    }
    found["AsOf"] = figures.at(PARAMETER_ROW + DATES.index("as_of"), DATE_COLUMN)
    found["ElapsedMonths"] = figures.at(PARAMETER_ROW + PARAMETERS.index("elapsed"), VALUE_COLUMN)
    found[IN_FORCE] = f"INDEX({sheet.outside_blocks('now')},0,ElapsedMonths)"
    return {**found, **list_names(grids["goals"], grids["actuals"])}


def list_names(goals: Grid, actuals: Grid) -> Dict[str, str]:
    """The defined names of what drop-down lists offer: the goals' IDs, and the months."""
    found: Dict[str, str] = {}
    ids = goals.area(FIRST_ROW, 1, FIRST_ROW + _MOST_GOALS - 1, 1)
    found["GoalIDs"] = f"{goals.at(FIRST_ROW, 1)}:INDEX({ids},MAX(1,COUNTA({ids})))"
    first = len(SHEET["actuals"].columns) + 1
    months = actuals.area(HEADER_ROW, first, HEADER_ROW, first + _MOST_MONTHS - 1)
    found["MonthList"] = f"{actuals.at(HEADER_ROW, first)}:INDEX({months},MAX(1,COUNTA({months})))"
    return found
