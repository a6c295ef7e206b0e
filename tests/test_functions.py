"""In-cell functions: cell values in, cell values out, never an exception (SPEC 10)."""

from __future__ import annotations

import math
import pickle
from datetime import date, datetime
from decimal import Decimal
from typing import List, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Argument, Function, Kind, Shape
from kpixl.functions.cells import serial
from kpixl.plan.cells import CellValue
from kpixl.words import LANGUAGES, section

NA, VALUE = CellError("#N/A"), CellError("#VALUE!")
DIVISION, NUM, REF = CellError("#DIV/0!"), CellError("#NUM!"), CellError("#REF!")


def call(name: str, *arguments: object) -> object:
    return FUNCTIONS[name](*arguments)


# --- one cell at a time


def test_the_gap_of_the_specification() -> None:
    assert FUNCTIONS["KPI_GAP"](90, 100) == -10


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("KPI_GAP", (110, 100, "Lower"), -10),
        ("KPI_GAP", (108, 100, "範囲", 5), -3),
        ("KPI_GAP_PCT", (90, 100), -0.1),
        ("KPI_ATTAINMENT", (90, 100), 0.9),
        ("KPI_ATTAINMENT", (-80, -100), 1.2),
        ("KPI_PROGRESS", (62, 70, 50), 0.6),
        ("KPI_GROWTH", (110, 100), 0.1),
        ("KPI_GROWTH", (0.035, 0.032, "%"), 0.003),
        ("KPI_GROWTH", (0.035, 0.032, "％"), 0.003),
        ("KPI_GROWTH", (0.035, 0.032, " パーセント"), 0.003),  # units as the Goals sheet knows them
        ("KPI_GROWTH", (0.035, 0.032, "percent"), 0.003),
        ("KPI_GROWTH", (110, 100, "円"), 0.1),
    ],
)
def test_measures_in_a_cell(name: str, arguments: tuple[object, ...], expected: float) -> None:
    assert call(name, *arguments) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((100, 100), "Green"),
        ((95, 100), "Amber"),
        ((80, 100), "Red"),
        ((None, 100), "No data"),
        (("", 100), "No data"),
        ((100, None), "No plan"),
        ((95, 100, None, None, 0.96), "Red"),
        ((95, 100, None, None, None, 0.95), "Green"),
        ((95, 100, "", "", "", "", "日本語"), "注意"),
        ((100, 100, "高いほど良い", None, None, None, "ja"), "達成"),
        ((0, 0), "Green"),
    ],
)
def test_status_words(arguments: tuple[object, ...], expected: str) -> None:
    assert call("KPI_STATUS", *arguments) == expected


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("１２", 12),
        ("▲12", -12),
        ("(12)", -12),
        ("3.2%", 0.032),
        ("¥1,200", 1200),
        (Decimal("12.5"), 12.5),  # Excel hands currency cells over like this
        (date(2026, 4, 1), 46113),  # days since 30 December 1899
        (datetime(2026, 4, 1, 12), 46113.5),  # noqa: DTZ001 - cells know no time zones
    ],
)
def test_numbers_come_in_many_clothes(cell: object, number: float) -> None:
    assert call("KPI_GAP", cell, 0) == number


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        # a blank required scalar gives a blank
        ("KPI_GAP", (None, 100), ""),
        ("KPI_GAP", (90, ""), ""),
        ("KPI_GAP", (90, " \u3000"), ""),
        ("KPI_PROGRESS", (90, 100, None), ""),
        ("KPI_GROWTH", (90, None), ""),
        # text where a number belongs
        ("KPI_GAP", ("many", 100), VALUE),
        ("KPI_GAP", (True, 100), VALUE),
        ("KPI_STATUS", ("n/a", 100), VALUE),
        ("KPI_TO_DATE", ([[1, "x"]],), VALUE),
        # undefined mathematics
        ("KPI_GAP_PCT", (5, 0), DIVISION),
        ("KPI_ATTAINMENT", (5, 0), DIVISION),
        ("KPI_PROGRESS", (5, 3, 3), DIVISION),
        ("KPI_GROWTH", (5, 0), DIVISION),
        ("KPI_ROLLUP", ([[0.9]], [[0]]), DIVISION),
        # unknown words, too little said
        ("KPI_GAP", (90, 100, "sideways"), NA),
        ("KPI_GAP", (90, 100, 1), NA),
        ("KPI_GAP", (90, 100, "Range"), NA),
        ("KPI_STATUS", (90, 100, "Range"), NA),
        ("KPI_STATUS", (90, 100, None, None, None, None, "Klingon"), NA),
        ("KPI_TO_DATE", ([[1]], "median"), NA),
        # numbers that no cell shows
        ("KPI_GAP", (float("nan"), 1), NUM),
        ("KPI_GAP", (float("inf"), 1), NUM),
        ("KPI_GAP", (10**400, 1), NUM),
        ("KPI_ATTAINMENT", (1e15, 5e-324), NUM),
        ("KPI_ROLLUP", ([[0.9]], [[-1]]), NUM),
        ("KPI_ROLLUP", ([[0.9]], None, -1), NUM),
        # what comes in as an error goes out as that error
        ("KPI_GAP", (REF, 100), REF),
        ("KPI_GAP", (None, REF), REF),
        ("KPI_GAP", ("many", REF), REF),
        ("KPI_STATUS", (90, 100, None, REF), REF),
        ("KPI_TO_DATE", ([[1, REF]],), REF),
        ("KPI_TO_DATE", ([[1, 2]], None, [[1, REF]]), REF),
        ("KPI_ROLLUP", ([[1, 0.5]], [[1, REF]]), REF),
        # a wrong call
        ("KPI_GAP", (), VALUE),
        ("KPI_GAP", (1,), VALUE),
        ("KPI_GAP", (1, 2, None, None, 5), VALUE),
    ],
)
def test_blanks_and_errors(name: str, arguments: tuple[object, ...], expected: object) -> None:
    assert call(name, *arguments) == expected


def test_text_that_looks_like_an_error_is_text() -> None:
    assert call("KPI_GAP", "#N/A", 100) == VALUE


def test_a_date_in_words_is_no_date_before_it_is_plain() -> None:
    row = ("cause", "measure", "Sato")
    assert call("PDCA_PHASE", *row, "end of May", None, None, None) == VALUE
    assert call("PDCA_PHASE", *row, "2026-05-31", None, None, None) == "Do"
    assert call("PDCA_PHASE", *row, "2026年5月31日", None, None, None) == "Do"
    assert call("PDCA_PHASE", *row, 46173, None, None, None) == "Do"
    assert call("PDCA_PHASE", *row, -3, None, None, None) == NUM


def test_arguments_may_be_given_by_name_in_python() -> None:
    assert FUNCTIONS["KPI_STATUS"](95, 100, language="ja") == "注意"
    assert FUNCTIONS["KPI_GAP"](target=100, actual=90) == -10
    assert FUNCTIONS["KPI_GAP"](90, 100, actual=5) == VALUE
    assert FUNCTIONS["KPI_GAP"](90, 100, colour="red") == VALUE


# --- ranges


def test_a_range_for_a_scalar_gives_its_shape() -> None:
    assert call("KPI_GAP", [[90], [None], ["x"], [REF]], 100) == [[-10], [""], [VALUE], [REF]]
    assert call("KPI_GAP", [[90, 110]], [[100, 100]]) == [[-10, 10]]
    assert call("KPI_GAP", [[90]], 100) == [[-10]]


def test_single_rows_and_columns_spread_as_in_excel() -> None:
    assert call("KPI_GAP", [[1], [2]], [[10, 20, 30]]) == [[-9, -19, -29], [-8, -18, -28]]
    assert call("KPI_GAP", [[1, 2], [3, 4]], [[1, 1]]) == [[0, 1], [2, 3]]


def test_beyond_the_end_of_a_range_there_is_nothing_to_find() -> None:
    assert call("KPI_GAP", [[1], [2], [3]], [[1], [1]]) == [[0], [1], [NA]]
    assert call("KPI_GAP", [[1, 2, 3]], [[1, 1]]) == [[0, 1, NA]]


def test_each_cell_of_a_range_has_its_own_direction() -> None:
    assert call("KPI_GAP", [[90], [90]], [[100], [100]], [["Higher"], ["低いほど良い"]]) == [
        [-10],
        [10],
    ]


def test_a_flat_list_is_a_row_and_short_rows_are_filled_up() -> None:
    assert call("KPI_GAP", [1, 2], 1) == [[0, 1]]
    assert call("KPI_GAP", [[1, 2], [3]], 1) == [[0, 1], [2, ""]]
    assert call("KPI_GAP", [], 1) == [[""]]


# --- to date and roll-up


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(None, 60), ("合計", 60), ("Average", 20), ("期末値", 20), ("Max", 30), ("最小", 10)],
)
def test_to_date(aggregation: Optional[str], expected: float) -> None:
    assert call("KPI_TO_DATE", [[10, None, 30, "", 20]], aggregation) == expected


def test_plan_to_date_is_like_for_like() -> None:
    plan, actuals = [[100, 110, 120]], [[95, None, 0]]
    assert call("KPI_TO_DATE", plan, "Sum", actuals) == 220
    assert call("KPI_TO_DATE", plan, "Sum", [[True, False, True]]) == 220
    assert call("KPI_TO_DATE", plan, "Sum", [[None, None, None]]) == ""
    assert call("KPI_TO_DATE", plan, "Sum", None) == 330
    assert call("KPI_TO_DATE", plan, "Sum", [[95], [None], [0]]) == VALUE
    assert call("KPI_TO_DATE", plan, "Sum", [["x", None, 0]]) == VALUE


def test_nothing_reported_to_date_is_a_blank() -> None:
    assert call("KPI_TO_DATE", [[None, ""]]) == ""
    assert call("KPI_TO_DATE", None) == ""
    assert call("KPI_TO_DATE", 5) == 5


def test_rollup() -> None:
    assert call("KPI_ROLLUP", [[1.5], [0.6], [None]]) == pytest.approx(0.8)
    assert call("KPI_ROLLUP", [[0.9], [0.5]], [[3], [None]]) == pytest.approx(0.8)
    assert call("KPI_ROLLUP", [[1.5]], None, 1.2) == pytest.approx(1.2)
    assert call("KPI_ROLLUP", [[None], [""]]) == ""
    assert call("KPI_ROLLUP", [[1], [1]], [[1]]) == VALUE


# --- signal or noise


def test_limits_of_six_months() -> None:
    # mean 600 ÷ 6; ranges 10, 5, 10, 5, 10: mean 8; 100 ± 2.66 × 8
    expected = [pytest.approx([100, 78.72, 121.28])]
    months = [100, 110, 105, 95, 100, 90]
    assert call("KPI_LIMITS", [months]) == expected
    assert call("KPI_LIMITS", [[one] for one in months]) == expected
    assert call("KPI_LIMITS", [[100, 110, None, 105, 95, "", 100, "９０"]]) == expected
    # The last 24 reported months count: thirty wild ones before them do not.
    assert call("KPI_LIMITS", [[1000, -1000] * 15 + months * 4]) == [
        # six runs of 40 each and, between them, three steps from 90 to 100: 190 ÷ 23
        pytest.approx([100, 100 - 2.66 * 190 / 23, 100 + 2.66 * 190 / 23])
    ]


def test_limits_against_the_prior_year_from_18_months_on() -> None:
    values = [[float(10 * n) for n in range(20)]]
    # 18 of 20 months have a prior-year value: 5 less than the value, or 7 less
    prior = [[None, None, *(10.0 * n - (5 if n % 2 else 7) for n in range(2, 20))]]
    # 9 differences of 5 and 9 of 7: mean 6, every range 2
    assert call("KPI_LIMITS", values, prior) == [pytest.approx([6, 0.68, 11.32])]
    # 17 are too few: the values themselves, 0 to 190, every range 10
    prior[0][2] = None
    assert call("KPI_LIMITS", values, prior) == [pytest.approx([95, 68.4, 121.6])]
    assert call("KPI_LIMITS", values, [[None] * 20]) == [pytest.approx([95, 68.4, 121.6])]


@pytest.mark.parametrize(
    ("months", "english", "japanese"),
    [
        # mean 105, ranges 2, 4, 3, 2, 31: mean 8.4; upper limit 105 + 22.344
        ([100, 102, 98, 101, 99, 130], "Above the upper limit", "管理上限を超過"),
        ([100, 98, 102, 99, 101, 70], "Below the lower limit", "管理下限を下回る"),
        # mean 100, ranges 14 of 2 and one of 6: limits 100 ± 6.03
        (
            [95, 97] * 4 + [103, 105] * 4,
            "8 in a row above the centre",
            "8点連続で中心線より上",
        ),
        (
            [105, 103] * 4 + [97, 95] * 4,
            "8 in a row below the centre",
            "8点連続で中心線より下",
        ),
        # mean 101.08, mean range 1: limits ± 2.66, half way to the upper one 102.41
        (
            [100, 101] * 4 + [100, 103, 103, 103],
            "3 of 4 near the upper limit",
            "直近4点中3点が管理上限寄り",
        ),
        (
            [101, 100] * 4 + [101, 98, 98, 98],
            "3 of 4 near the lower limit",
            "直近4点中3点が管理下限寄り",
        ),
        ([100, 110, 105, 95, 100, 90], "", ""),
        ([7, 7, 7, 7, 7, 7, 7], "", ""),
        ([1, 2, 3, 4, 5], NA, NA),
        ([None], NA, NA),
    ],
)
def test_signals_in_words(months: List[float], english: object, japanese: object) -> None:
    assert call("KPI_SIGNAL", [months]) == english
    assert call("KPI_SIGNAL", [[one] for one in months], None, "日本語") == japanese


def test_what_is_wrong_with_the_months_comes_out() -> None:
    months = [[100, 110, 105, 95, 100, 90]]
    for name in ("KPI_LIMITS", "KPI_SIGNAL"):
        assert call(name, None) == NA
        assert call(name, 5) == NA
        assert call(name, [[1, 2, 3, 4, 5, REF]]) == REF
        assert call(name, [[1, 2, 3, 4, 5, "x"]]) == VALUE
        assert call(name, months, [[1, 2, 3, 4, 5, REF]]) == REF
        assert call(name, months, [[1, 2, 3]]) == VALUE
        assert call(name, months, [[one] for one in months[0]]) == VALUE
    assert call("KPI_SIGNAL", months, None, "Klingon") == NA


# --- formula goals

IDS: List[List[CellValue]] = [["VISITS"], ["ORDERS"], ["CVR"], ["AOV"], ["SALES"]]
FIGURES: List[List[CellValue]] = [
    [100, 200, 400],
    [10, 10, 80],
    [None, None, None],
    [50, 60, 55],
    [None, None, None],
]
FORMULAS: List[List[CellValue]] = [[None], [None], ["=ORDERS/VISITS"], [None], ["visits*cvr*aov"]]
RULES: List[List[CellValue]] = [["Sum"], ["合計"], ["Average"], ["Average"], [None]]


def test_a_formula_goals_months_stand_in_one_row() -> None:
    assert call("KPI_FORMULA", "cvr", IDS, FIGURES, FORMULAS) == [pytest.approx([0.1, 0.05, 0.2])]
    assert call("KPI_FORMULA", "SALES", IDS, FIGURES, FORMULAS) == [pytest.approx([500, 600, 4400])]
    assert call("KPI_FORMULA", "VISITS", IDS, FIGURES, FORMULAS) == [[100, 200, 400]]


def test_with_aggregations_a_formula_goal_has_one_figure_to_date() -> None:
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES, FORMULAS, RULES) == pytest.approx(100 / 700)
    assert call("KPI_FORMULA", "SALES", IDS, FIGURES, FORMULAS, RULES) == pytest.approx(5500)
    reported = [[1, 1, None]]
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES, FORMULAS, RULES, reported) == pytest.approx(
        20 / 300
    )
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES, FORMULAS, RULES, [[None] * 3]) == ""


def test_several_goals_stand_below_each_other() -> None:
    found = call("KPI_FORMULA", [["CVR"], [None], ["NOBODY"]], IDS, FIGURES, FORMULAS)
    assert found == [pytest.approx([0.1, 0.05, 0.2]), ["", "", ""], [NA, NA, NA]]
    assert call("KPI_FORMULA", [["CVR"], ["AOV"]], IDS, FIGURES, FORMULAS, RULES) == [
        [pytest.approx(100 / 700)],
        [55],
    ]


def test_an_own_figure_counts_before_the_formula() -> None:
    figures = [*FIGURES[:2], [None, 0.08, None], *FIGURES[3:]]
    assert call("KPI_FORMULA", "CVR", IDS, figures, FORMULAS) == [pytest.approx([0.1, 0.08, 0.2])]


def test_rows_of_one_id_complete_each_other() -> None:
    ids, figures = [["A"], ["a "], ["B"]], [[1, None], [5, 2], [None, None]]
    assert call("KPI_FORMULA", "B", ids, figures, [[None], [None], ["A*10"]]) == [[10, 20]]


def test_a_missing_input_is_a_blank_and_an_error_comes_out_where_it_counts() -> None:
    figures = [[100, None, REF], ["10", 10, 80], *FIGURES[2:]]
    assert call("KPI_FORMULA", "CVR", IDS, figures, FORMULAS) == [[0.1, "", REF]]
    assert call("KPI_FORMULA", "AOV", IDS, figures, FORMULAS) == [[50, 60, 55]]
    assert call("KPI_FORMULA", "CVR", IDS, figures, FORMULAS, RULES) == REF
    assert call("KPI_FORMULA", "CVR", IDS, figures, FORMULAS, RULES, [[1, 1, None]]) == 0.1


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("NOBODY*2", NA), ("A+", VALUE), (REF, REF), ("A/0", [["", ""]]), ("B+1", [["", ""]])],
)
def test_formulas_that_give_nothing(formula: CellValue, expected: object) -> None:
    found = call("KPI_FORMULA", "B", [["A"], ["B"]], [[1, 2], [None, None]], [[None], [formula]])
    assert found == expected


def test_the_ranges_of_a_formula_must_stand_beside_each_other() -> None:
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES[:2], FORMULAS) == VALUE
    assert call("KPI_FORMULA", "CVR", [["CVR", "AOV"]], [[1, 2]], [[None]]) == VALUE
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES, FORMULAS, RULES, [[1]]) == VALUE
    assert call("KPI_FORMULA", "CVR", IDS, FIGURES, FORMULAS, [["x"]] * 5) == NA


# --- PDCA

DONE = ("few return", "call them", "Sato", date(2026, 6, 30), date(2026, 6, 20), "12 %", "Adjust")


@pytest.mark.parametrize(
    ("filled", "phase", "japanese"),
    [
        (0, "Check", "評価"),
        (1, "Plan", "計画"),
        (2, "Plan", "計画"),
        (3, "Plan", "計画"),
        (4, "Do", "実行"),
        (5, "Check", "評価"),
        (6, "Act", "改善"),
        (7, "Closed", "完了"),
    ],
)
def test_the_phase_advances_with_the_evidence(filled: int, phase: str, japanese: str) -> None:
    evidence = [*DONE[:filled], *([None] * (7 - filled))]
    assert call("PDCA_PHASE", *evidence) == phase
    assert call("PDCA_PHASE", *evidence, "Japanese") == japanese


def test_phases_of_a_whole_table() -> None:
    columns = [[[value], [None]] for value in DONE]
    assert call("PDCA_PHASE", *columns) == [["Closed"], ["Check"]]
    assert call("PDCA_PHASE", *DONE[:6], "見直し") == "Closed"
    assert call("PDCA_PHASE", *DONE[:6], "maybe") == NA


ACTIONS: List[List[CellValue]] = [
    [
        "Due",
        "対策ID",
        "Goal ID",
        "原因",
        "Countermeasure",
        "Owner",
        "Raised",
        "Done",
        "結果",
        "Phase",
    ],
    [
        date(2026, 7, 31),
        "A1",
        "k1",
        "few return",
        "call",
        "Sato",
        date(2026, 5, 1),
        None,
        None,
        REF,
    ],
    [None, "A2", "K2", None, None, None, date(2026, 5, 1), None, None, None],
    [None] * 10,
    [serial(date(2026, 4, 30)), "A3", "K3", "x", "y", "z", None, date(2026, 4, 20), None, None],
    [REF, "A4", "K4", REF, None, None, None, None, None, None],
]
JULY, AUGUST = date(2026, 7, 10), date(2026, 8, 10)


@pytest.mark.parametrize(
    ("goal", "status", "phase", "step"),
    [
        ("K1", "No plan", "Plan", "Set a target"),
        ("K1", "未入力", "Check", "Enter the actual"),
        ("K1", "Green", "Do", "On track; continue A1: Carry it out by 2026-07-31"),
        ("K1", "Red", "Do", "A1: Carry it out by 2026-07-31"),
        ("ｋ１", "Amber", "Do", "A1: Carry it out by 2026-07-31"),
        ("K2", "Red", "Check", "A2: Find the cause"),
        ("K9", "Red", "Check", "Find the cause"),
        ("K9", "達成", "Do", "On track"),
    ],
)
def test_a_goals_phase_and_next_step(goal: str, status: str, phase: str, step: str) -> None:
    assert call("PDCA_STATUS", goal, status, ACTIONS) == phase
    assert call("PDCA_NEXT", goal, status, ACTIONS) == step


def test_next_steps_in_japanese() -> None:
    assert call("PDCA_NEXT", "K2", "Red", ACTIONS, None, None, "ja") == "A2：原因を特定する"


def test_what_is_overdue_is_said_so() -> None:
    assert call("PDCA_NEXT", "K1", "Red", ACTIONS, date(2026, 7, 31)) == (
        "A1: Carry it out by 2026-07-31"
    )
    assert call("PDCA_NEXT", "K1", "Red", ACTIONS, date(2026, 8, 1)) == (
        "A1: Carry it out by 2026-07-31 (overdue)"
    )
    assert call("PDCA_NEXT", "K2", "Red", ACTIONS, AUGUST) == "A2: Find the cause (overdue)"
    assert str(call("PDCA_NEXT", "K2", "Red", ACTIONS, AUGUST, None, "ja")).endswith("（期限超過）")


def test_an_effect_should_be_compared_when_three_months_have_closed() -> None:
    # Done in April: May and June have closed by 10 July, July by 10 August.
    step = "A3: Compare the effect with what was expected"
    assert call("PDCA_NEXT", "K3", "Red", ACTIONS, JULY, JULY) == step
    assert call("PDCA_NEXT", "K3", "Red", ACTIONS, AUGUST, AUGUST) == f"{step} (overdue)"
    assert call("PDCA_NEXT", "K3", "Red", ACTIONS, date(2026, 7, 31), date(2026, 7, 31)) == (
        f"{step} (overdue)"
    )
    assert call("PDCA_NEXT", "K3", "Red", ACTIONS, AUGUST) == step


def test_a_month_is_open_until_its_actuals_are_due() -> None:
    assert call("PDCA_NEXT", "K9", "No data", ACTIONS, date(2026, 8, 9), AUGUST) == "Month is open"
    assert call("PDCA_NEXT", "K9", "No data", ACTIONS, AUGUST, AUGUST) == "Enter the actual"
    assert call("PDCA_STATUS", "K9", "No data", ACTIONS, date(2026, 8, 9), AUGUST) == "Do"


def test_entries_dated_after_the_as_of_date_are_not_known_yet() -> None:
    assert call("PDCA_NEXT", "K2", "Red", ACTIONS, date(2026, 4, 30)) == "Find the cause"
    assert call("PDCA_NEXT", "K3", "Red", ACTIONS, date(2026, 4, 19)) == (
        "A3: Carry it out by 2026-04-30"
    )


def test_a_goal_made_from_others_uses_the_actions_below_it() -> None:
    below = [["K1"], ["K2"], [None]]
    arguments = ("ROOT", "No data", ACTIONS, None, None, None, below)
    assert call("PDCA_STATUS", *arguments) == "Check"
    assert call("PDCA_NEXT", *arguments) == "A2: Find the cause"


def test_an_error_among_the_goals_below_comes_out() -> None:
    arguments = ("ROOT", "Red", ACTIONS, None, None, None)
    assert call("PDCA_STATUS", *arguments, [["K1"], [REF]]) == REF
    # What can be no ID is no goal: it has no actions.
    assert call("PDCA_STATUS", *arguments, [["K1"], [True], [date(2026, 4, 1)]]) == "Do"


def test_only_the_goals_own_actions_are_read() -> None:
    assert call("PDCA_STATUS", "K1", "Red", ACTIONS) == "Do"
    assert call("PDCA_STATUS", "K4", "Red", ACTIONS) == REF


def test_statuses_of_many_goals_at_once() -> None:
    assert call("PDCA_STATUS", [["K1"], [None], ["K2"]], [["Red"], [None], ["Red"]], ACTIONS) == [
        ["Do"],
        [""],
        ["Check"],
    ]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (None, "Check"),
        ([[None]], "Check"),
        (ACTIONS[:1], "Check"),
        ([["Cause"], ["x"]], VALUE),
        (5, VALUE),
    ],
)
def test_tables_of_actions_that_are_empty_or_are_none(actions: object, expected: object) -> None:
    assert call("PDCA_STATUS", "K1", "Red", actions) == expected


def test_unknown_and_missing_status() -> None:
    assert call("PDCA_STATUS", "K1", "splendid", ACTIONS) == NA
    assert call("PDCA_NEXT", "K1", None, ACTIONS) == ""


# --- the registry itself


def test_the_functions_of_version_1() -> None:
    assert sorted(FUNCTIONS) == [
        "KPI_ATTAINMENT", "KPI_BRIDGE", "KPI_CHANCE", "KPI_FORMULA", "KPI_GAP", "KPI_GAP_PCT",
        "KPI_GROWTH", "KPI_LANDING", "KPI_LIMITS", "KPI_PROGRESS", "KPI_REQUIRED", "KPI_ROLLUP",
        "KPI_SCORECARD", "KPI_SIGNAL", "KPI_STATUS", "KPI_TO_DATE", "PDCA_NEXT", "PDCA_PHASE",
        "PDCA_STATUS",
    ]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_a_declaration_is_all_that_a_host_needs(function: Function) -> None:
    for language in LANGUAGES:
        # Excel's function wizard takes 255 characters.
        assert 0 < len(function.description(language)) <= 255
        for argument in function.arguments:
            assert 0 < len(argument.description(language)) <= 255
        assert section("function")[f"category.{function.category}"][language]
    names = [argument.name for argument in function.arguments]
    assert len(set(names)) == len(names)
    optional = [argument.optional for argument in function.arguments]
    assert optional == sorted(optional), "optional arguments stand at the end"


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_a_blank_optional_argument_is_its_default(function: Function) -> None:
    for argument in function.arguments:
        if argument.shape is Shape.SCALAR and argument.kind is not Kind.ANY:
            assert argument.filled is None or argument.optional


def test_every_description_belongs_to_something() -> None:
    described = {f"function.{key}" for key in section("function") if key.startswith("argument.")}
    used = {one.description_key for each in FUNCTIONS.values() for one in each.arguments}
    assert described == used


def test_declarations_can_be_compared() -> None:
    assert Argument("actual") == FUNCTIONS["KPI_GAP"].arguments[0]
    assert pickle.loads(pickle.dumps(Argument("actual"))) == Argument("actual")  # noqa: S301


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(),
    st.datetimes(), st.decimals(), st.sampled_from([REF, NA, NUM]),
    st.sampled_from(["K1", "Higher", "範囲", "Sum", "Average", "Red", "A+1", "ja", "12%"]),
    st.complex_numbers(), st.binary(max_size=3), st.sampled_from(["2026-04-01", "#N/A", "="]),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)  # fmt: skip
ranges = st.lists(st.lists(cells, max_size=3), max_size=3)
tables = st.lists(st.lists(cells, min_size=3, max_size=10), max_size=3).map(
    lambda more: [ACTIONS[0], *more]
)
anything = st.one_of(cells, ranges, st.lists(cells, max_size=4), st.tuples(cells, cells), tables)


def is_cell(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, CellError))


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
@given(arguments=st.lists(anything, max_size=9))
def test_whatever_comes_in_a_cell_value_comes_out(
    function: Function, arguments: List[object]
) -> None:
    result = function(*arguments)
    if isinstance(result, list):
        assert len({len(row) for row in result}) == 1
        assert all(is_cell(one) for row in result for one in row)
    else:
        assert is_cell(result)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
@given(data=st.data())
def test_an_error_that_comes_in_goes_out(function: Function, data: st.DataObject) -> None:
    places = [n for n, argument in enumerate(function.arguments) if argument.shape is Shape.SCALAR]
    broken = data.draw(st.sampled_from(places)) if places else 0
    given_ones: List[object] = [None] * len(function.arguments)
    given_ones[broken] = REF
    assert function(*given_ones) == REF


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.floats(-1e6, 1e6))
def test_a_range_is_what_its_cells_are(actuals: List[float], target: float) -> None:
    column = [[actual] for actual in actuals]
    for name in ("KPI_GAP", "KPI_ATTAINMENT", "KPI_STATUS", "KPI_GROWTH"):
        assert call(name, column, target) == [[call(name, actual, target)] for actual in actuals]
