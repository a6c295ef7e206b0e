"""KPI_BRIDGE: where a gap comes from, in the cells beside the drivers (SPEC 7 and 10)."""

from __future__ import annotations

from typing import Any

import pytest

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Shape
from kpixl.functions.cells import Rows

NA, VALUE, DIVISION = CellError("#N/A"), CellError("#VALUE!"), CellError("#DIV/0!")
REF = CellError("#REF!")


def call(*arguments: Any) -> Any:
    return FUNCTIONS["KPI_BRIDGE"](*arguments)


def column(*cells: Any) -> list[list[Any]]:
    return [[one] for one in cells]


IDS = column("VISITS", "RATE", "BASKET")
PLAN = column(100, 0.05, 40)  # 200
ACTUAL = column(80, 0.06, 40)  # 192


def test_parts_stand_beside_their_ids_and_add_up_to_the_gap() -> None:
    # −20 visits × 5.5 % × 40, +1 point × 90 visits × 40; a basket on plan
    assert call("VISITS*RATE*BASKET", IDS, ACTUAL, PLAN) == [
        [pytest.approx(-44)],
        [pytest.approx(36)],
        [0],
    ]


@pytest.mark.parametrize(
    "formula", ["=visits*rate*basket", "ＶＩＳＩＴＳ × ＲＡＴＥ × ＢＡＳＫＥＴ"]
)
def test_the_formula_is_read_as_in_the_goals_sheet(formula: str) -> None:
    assert call(formula, IDS, ACTUAL, PLAN) == call("VISITS*RATE*BASKET", IDS, ACTUAL, PLAN)


@pytest.mark.parametrize("direction", ["Lower", "低いほど良い"])
def test_where_lower_is_better_plus_is_still_good(direction: str) -> None:
    found = call("VISITS*RATE*BASKET", IDS, ACTUAL, PLAN, direction)
    assert found == [[pytest.approx(44)], [pytest.approx(-36)], [0]]
    assert str(found[2][0]) == "0.0", "there is no minus zero"


@pytest.mark.parametrize("direction", [None, "Higher", "Range", "範囲"])
def test_range_has_the_plain_difference(direction: str | None) -> None:
    assert call("VISITS*RATE*BASKET", IDS, ACTUAL, PLAN, direction) == call(
        "VISITS*RATE*BASKET", IDS, ACTUAL, PLAN
    )


def test_ids_that_the_formula_does_not_use_stay_blank() -> None:
    ids = column("OTHER", "RATE", None, "VISITS", "ERROR")
    actual, plan = column("text", 0.06, None, 80, REF), column(None, 0.05, 7, 100, "x")
    assert call("VISITS*RATE", ids, actual, plan) == column(
        "", pytest.approx(0.9), "", pytest.approx(-1.1), ""
    )


def test_an_id_in_several_rows_has_its_part_in_the_first() -> None:
    ids = column("A", "B", "a")
    assert call("A-B", ids, column(None, 1, 5), column(4, 1, None)) == column(1, 0, "")


def test_a_formula_of_numbers_alone_has_no_parts() -> None:
    assert call("2*3", column("A", "B"), column(1, 2), column(3, 4)) == column("", "")


@pytest.mark.parametrize(
    ("actual", "plan"),
    [
        (column(80, None, 40), PLAN),
        (ACTUAL, column(100, 0.05, "")),
        (column(None, None, None), column(None, None, None)),
    ],
)
def test_while_a_figure_is_missing_the_column_is_blank(actual: Rows, plan: Rows) -> None:
    assert call("VISITS*RATE*BASKET", IDS, actual, plan) == column("", "", "")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("VISITS*PRICE", NA),  # a goal that is not there
        ("VISITS*", VALUE),
        ("VISITS RATE", VALUE),
        ("PMT(VISITS)", VALUE),
        ("VISITS/(BASKET-40)", DIVISION),
        ("(VISITS-90)^0.5", DIVISION),  # √10 as planned, √−10 now
        ("RATE/(VISITS*RATE-4.8)", DIVISION),
        (REF, REF),
        ("", ""),
        (None, ""),
    ],
)
def test_formulas_that_give_nothing(formula: Any, expected: object) -> None:
    assert call(formula, IDS, ACTUAL, PLAN) == expected


def test_undefined_on_the_way_is_undefined() -> None:
    # 1 ÷ (3 − 2) and 1 ÷ (4 − 3), but 1 ÷ (3 − 3) once only C has moved
    found = call("A/(B-C)", column("A", "B", "C"), column(1, 4, 3), column(1, 3, 2))
    assert found == DIVISION


@pytest.mark.parametrize(
    ("actual", "plan", "expected"),
    [
        (column(80, REF, 40), PLAN, REF),
        (ACTUAL, column(100, 0.05, DIVISION), DIVISION),
        (column("many", 0.06, 40), PLAN, VALUE),
        (column("８０", "6%", "¥40"), PLAN, [[pytest.approx(-44)], [pytest.approx(36)], [0]]),
        (column(80, 0.06), PLAN, VALUE),
        (ACTUAL, [[100, 0.05, 40]], VALUE),
        ([[80, 1], [0.06, 1], [40, 1]], PLAN, VALUE),
    ],
)
def test_what_stands_in_the_figures(actual: Any, plan: Any, expected: object) -> None:
    assert call("VISITS*RATE*BASKET", IDS, actual, plan) == expected


def test_ids_must_be_a_column() -> None:
    assert call("A-B", [["A", "B"]], [[1, 2]], [[3, 4]]) == VALUE
    assert call("A*2", "A", 5, 4) == [[2]], "one cell is one"
    assert call("A", column(None, None), column(1, 2), column(3, 4)) == NA


def test_an_unknown_direction_is_not_available() -> None:
    assert call("VISITS", IDS, ACTUAL, PLAN, "sideways") == NA


def test_formulas_in_a_row_give_columns_side_by_side() -> None:
    assert FUNCTIONS["KPI_BRIDGE"].gives is Shape.COLUMN
    ids, actual, plan = column("A", "B"), column(3, 2), column(2, 2)
    found = call([["A*B", "A", None, "NOBODY", "A*B"]], ids, actual, plan)
    assert found == [[2, 1, "", NA, 2], [0, "", "", NA, 0]]
    # Below a column there is no room for another.
    assert call([["A*B"], ["A"]], ids, actual, plan) == VALUE
    assert call([["A*B"]], ids, actual, plan) == column(2, 0)
    assert call("A*B", ids, actual, plan, [["Higher", "Lower"]]) == [[2, -2], [0, 0]]
    assert call([["", None]], ids, actual, plan) == [["", ""]]
