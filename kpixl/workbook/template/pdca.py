"""Lay out the PDCA cells: phase and next step of each action, and of each goal."""

from __future__ import annotations

from typing import Tuple

from kpixl.words import word
from kpixl.workbook.grid import FIRST_ROW, Formula, Grid, Table, iso_day, text
from kpixl.workbook.template.figure_map import Sheet
from kpixl.workbook.template.functions import InCellFunctions, action_cell, known_cell, lacks
from kpixl.workbook.template.inputs import header_of

# SPEC 8: the first of these that is missing says what comes next.
_EVIDENCE: Tuple[Tuple[Tuple[str, ...], str], ...] = (
    (("cause",), "find_cause"),
    (("countermeasure",), "decide_countermeasure"),
    (("owner", "due"), "name_owner_and_due"),
    (("done",), "carry_out"),
    (("result",), "compare_effect"),
    (("decision",), "decide"),
)


def add_action_phases(grid: Grid, language: str, functions: InCellFunctions) -> None:
    """Fill Phase and Next step of the Actions sheet, which new rows fill by themselves."""
    if grid.table is None:
        return
    formulas = {
        header_of("actions", "phase", language): _phase(language, functions),
        header_of("actions", "next_step", language): _next_step(language),
    }
    for title, formula in formulas.items():
        column = grid.table.column(title)
        for row in range(FIRST_ROW, grid.table.last_row + 1):
            grid.put(row, column, Formula(formula), grid.cells[row, column].style)
    table = grid.table
    grid.table = Table(
        table.name, table.headers, table.first_row, table.last_row, formulas=formulas
    )


def _phase(language: str, functions: InCellFunctions) -> str:
    phase = functions.action_phase()
    return f'IF({action_cell("goal_id", language)}="","",{phase})'


def _next_step(language: str) -> str:
    formula = text(word("step.none", language))
    for keys, step in reversed(_EVIDENCE):
        tests = [lacks(key, known_cell(key, language)) for key in keys]
        missing = tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"
        formula = f"IF({missing},{_sentence(step, language)},{formula})"
    return f'IF({action_cell("goal_id", language)}="","",{formula})'


def _sentence(step: str, language: str) -> str:
    before, due, after = word(f"step.{step}", language).partition("{due}")
    if not due:
        return text(before)
    day = action_cell("due", language)
    shown = iso_day(day)
    # A due date that is text is shown as it stands.
    return f"{text(before)}&IF(ISNUMBER({day}),{shown},{day})&{text(after)}"


def goal_phase(figures: Sheet, goal: int, key: str, status: str) -> Formula:
    """A goal's ``phase`` or ``next_step``. Roll-up and formula goals use the actions of all goals
    below them."""
    phase = figures.functions.goal_phase(figures, goal, key, status)
    return Formula(f'IF({figures.outside("live", goal)}="","",{phase})')
