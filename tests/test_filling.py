"""Formulas that are filled down: what a spreadsheet does to their addresses, and nothing else."""

from __future__ import annotations

import pytest

from kpixl.workbook.expressions import filled_down, from_place
from kpixl.workbook.grid import Formula, Grid


@pytest.mark.parametrize(
    ("formula", "two_below"),
    [
        ("A5+$B5", "A7+$B7"),
        ("A$5+$B$5", "A$5+$B$5"),
        ("A4-A6", "A6-A8"),
        ("SUM($C$5:C5)", "SUM($C$5:C7)"),
        ("SUM(5:6)", "SUM(7:8)"),
        ("SUM(A:B)", "SUM(A:B)"),
        ("'Plan A5'!A5&\"A5\"", "'Plan A5'!A7&\"A5\""),
        ("INDEX(tblGoals[A5],A5)", "INDEX(tblGoals[A5],A7)"),
        ("LOG10(A5)*1E5", "LOG10(A7)*1E5"),
        ('"no address"', '"no address"'),
    ],
)
def test_only_rows_without_a_dollar_follow(formula, two_below):
    first, _, third = filled_down(formula, 5, 7)
    assert (first, third) == (formula, two_below)


def test_all_cells_of_a_fill_are_the_same_formula():
    grid = Grid("figures", "Figures")
    grid.fill_down((8, 3), 11, 'IF($A8="","",$B$1*C7)', "computed")
    filled = {place: cell.value for place, cell in grid.cells.items()}
    assert list(filled) == [(row, 3) for row in range(8, 12)]
    for (row, column), formula in filled.items():
        assert isinstance(formula, Formula)
        assert formula.relative is not None
        assert formula.relative.text == from_place(formula.text, row, column)
    assert filled[11, 3] == Formula('IF($A11="","",$B$1*C10)')


def test_nothing_is_filled_where_there_is_no_row():
    grid = Grid("figures", "Figures")
    grid.fill_down((8, 3), 7, "A8")
    assert grid.cells == {}
