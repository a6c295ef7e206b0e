"""Lay out who stands under whom on the Figures sheet: a column for each goal.

With these columns roll-ups and PDCA cells are plain formulas over plain ranges. Array formulas
would be shorter, but some spreadsheets forget their values when a book is opened.
"""

from __future__ import annotations

from typing import Callable

from kpixl.words import word
from kpixl.workbook.grid import Formula, column_of, span
from kpixl.workbook.template.figure_map import FIRST_ROW, LABEL_ROW, STOREYS_UP, TITLE_ROW, Sheet

BLOCKS = ("child_weight", "subtree")


def add_tree(sheet: Sheet, language: str) -> None:
    """Fill the columns that say, for each goal, its children's weights and its subtree's IDs."""
    for name in BLOCKS:
        title = word(f"template.figures.{name}", language)
        sheet.grid.put(TITLE_ROW, sheet.columns[name], title, "band")
        for goal in range(sheet.rows):
            _column(sheet, name, goal)


def _column(sheet: Sheet, name: str, goal: int) -> None:
    column = sheet.columns[name] + goal
    head = Formula(f"INDEX({sheet.all('live')},{goal + 1})")
    sheet.grid.put(LABEL_ROW, column, head, "header computed_header")
    upper = column_of(LABEL_ROW, column)
    formula = _weight if name == "child_weight" else _below
    sheet.fill(column, formula(sheet, FIRST_ROW, upper))


def _weight(sheet: Sheet, row: int, upper: str) -> str:
    """The weight with which the row's goal counts in the column's; 0 where it is no child."""
    live, weight = sheet.here("live", row), sheet.here("weight", row)
    child = f'AND({upper}<>"",{live}<>"",{sheet.here("parent", row)}={upper})'
    return f'IF({child},IF({weight}="",1,{weight}),0)'


def _below(sheet: Sheet, row: int, upper: str) -> str:
    """The row's ID where it is the column's goal itself or stands under it."""
    live = sheet.here("live", row)
    line = [f"{live}={upper}"]
    line += [
        f"{sheet.here(f'ancestor_{number}', row)}={upper}" for number in range(1, STOREYS_UP + 1)
    ]
    return f'IF({live}="","",IF({upper}="","",IF(OR({",".join(line)}),{live},"")))'


def weights(sheet: Sheet, row: int) -> str:
    """The column of a goal's children's weights, from the same sheet."""
    column = sheet.columns["child_weight"] + row - FIRST_ROW
    return span(FIRST_ROW, column, sheet.last_row, column)


def acts_below(refer: Callable[[str], str]) -> str:
    """Whether a goal is acted on in its subtree: a roll-up, or one that has a formula now. One
    that had a formula before the review month is entered, and acted on, itself."""
    return f'OR({refer("source")}="rollup",{refer("formula")}<>"")'


def subtree(sheet: Sheet, goal: int) -> str:
    """The column of a goal's subtree from another sheet; goals count from 0."""
    column = sheet.columns["subtree"] + goal
    return sheet.grid.area(FIRST_ROW, column, sheet.last_row, column)
