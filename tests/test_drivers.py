"""Own figures and driver formulas become months and figures to date (SPEC 3, Formula goals)."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.drivers import Driver, DriverTree, from_formula, monthly, to_date
from kpixl.measures.formula import parse
from kpixl.measures.kinds import Aggregation

SUM, AVERAGE, LAST = Aggregation.SUM, Aggregation.AVERAGE, Aggregation.LAST
Months = Sequence[Optional[float]]


def leaf(own: Months, aggregation: Aggregation = SUM) -> Driver:
    return Driver(own, aggregation, [None] * len(own))


def made(formula: str, aggregation: Aggregation = SUM, own: Months = (None, None, None)) -> Driver:
    return Driver(own, aggregation, [parse(formula)] * len(own))


SHOP: Dict[str, Driver] = {
    "VISITS": leaf([100, 200, 400]),
    "ORDERS": leaf([10, 10, 80]),
    "CVR": made("ORDERS/VISITS", AVERAGE),
    "AOV": leaf([50, 60, 55], AVERAGE),
    "SALES": made("VISITS*CVR*AOV"),
}


def test_formulas_of_formulas_are_worked_out_month_by_month() -> None:
    assert monthly(SHOP, "CVR") == pytest.approx([0.1, 0.05, 0.2])
    assert monthly(SHOP, "SALES") == pytest.approx([500, 600, 4400])


def test_a_sum_to_date_adds_the_months() -> None:
    assert to_date(SHOP, "SALES") == pytest.approx(5500)


def test_an_average_to_date_is_the_ratio_of_sums() -> None:
    # 100 orders of 700 visits; the mean of the months' rates would be 11.67 %.
    assert to_date(SHOP, "CVR") == pytest.approx(100 / 700)


def test_last_takes_the_last_months_formula() -> None:
    assert to_date({**SHOP, "CVR": made("ORDERS/VISITS", LAST)}, "CVR") == pytest.approx(0.2)


def test_a_ratio_counts_only_months_that_have_all_inputs() -> None:
    book = {**SHOP, "ORDERS": leaf([10, None, 80])}
    # February's 200 visits have no orders beside them: 90 of 500.
    assert to_date(book, "CVR") == pytest.approx(90 / 500)
    assert monthly(book, "CVR") == pytest.approx([0.1, None, 0.2])


def test_a_month_without_a_ratio_still_belongs_to_the_ratio_of_sums() -> None:
    book = {"A": leaf([5, 10, None]), "B": leaf([0, 20, 30]), "R": made("A/B", AVERAGE)}
    assert monthly(book, "R") == (None, 0.5, None)
    assert to_date(book, "R") == pytest.approx(15 / 20)


def test_only_reported_months_count() -> None:
    assert to_date(SHOP, "CVR", [True, True, False]) == pytest.approx(20 / 300)
    assert to_date(SHOP, "SALES", [True, False, False]) == pytest.approx(500)
    assert to_date(SHOP, "SALES", [False] * 3) is None
    assert to_date(SHOP, "CVR", [False] * 3) is None


def test_an_average_of_averages_takes_all_inputs_over_the_same_months() -> None:
    book = {
        "VISITS": leaf([100, 200, 400]),
        "ORDERS": leaf([10, 10, 80]),
        "REVENUE": leaf([500, None, 4400]),
        "CVR": made("ORDERS/VISITS", AVERAGE),
        "AOV": made("REVENUE/ORDERS", AVERAGE),
        "PER_VISIT": made("CVR*AOV", AVERAGE),
    }
    # January and March only: 90/500 orders a visit times 4900/90 an order = 4900/500.
    assert to_date(book, "PER_VISIT") == pytest.approx(9.8)
    # Alone, CVR has all three months.
    assert to_date(book, "CVR") == pytest.approx(100 / 700)


def test_inputs_are_aggregated_by_their_own_rule() -> None:
    book = {
        "PROFIT": leaf([10, 20, 30]),
        "STAFF": leaf([4, 4, 5], LAST),
        "EACH": made("PROFIT/STAFF", AVERAGE),
    }
    assert to_date(book, "EACH") == pytest.approx(60 / 5)


def test_a_nested_sum_is_added_up_before_it_is_divided() -> None:
    book = {**SHOP, "PER_VISIT": made("SALES/VISITS", AVERAGE)}
    assert to_date(book, "PER_VISIT") == pytest.approx(5500 / 700)


def test_an_own_figure_counts_before_the_formulas() -> None:
    book = {**SHOP, "CVR": made("ORDERS/VISITS", AVERAGE, own=[None, 0.08, None])}
    assert monthly(book, "CVR") == pytest.approx([0.1, 0.08, 0.2])
    assert monthly(book, "SALES") == pytest.approx([500, 200 * 0.08 * 60, 4400])
    # What the formula would have said is still there to compare with.
    assert from_formula(book, "CVR") == pytest.approx([0.1, 0.05, 0.2])
    # With an own figure among the months there is no ratio of sums: the plain mean.
    assert to_date(book, "CVR") == pytest.approx((0.1 + 0.08 + 0.2) / 3)
    # Where the month with the own figure does not count, the ratio of sums is back.
    assert to_date(book, "CVR", [True, False, True]) == pytest.approx(90 / 500)


def test_a_formula_that_changes_within_the_months_gives_the_plain_mean() -> None:
    old, new = parse("ORDERS/VISITS"), parse("ORDERS/VISITS*2")
    book = {**SHOP, "CVR": Driver([None] * 3, AVERAGE, [old, old, new])}
    assert to_date(book, "CVR") == pytest.approx((0.1 + 0.05 + 0.4) / 3)
    assert to_date(book, "CVR", [True, True, False]) == pytest.approx(20 / 300)


def test_a_goal_without_a_formula_has_its_own_figures_only() -> None:
    assert monthly(SHOP, "VISITS") == (100, 200, 400)
    assert from_formula(SHOP, "VISITS") == (None, None, None)
    assert to_date(SHOP, "AOV") == 55


def test_unknown_goals_are_not_available() -> None:
    assert monthly(SHOP, "NOBODY") == (None, None, None)
    assert to_date(SHOP, "NOBODY") is None
    assert monthly({"A": made("B+1")}, "A") == (None, None, None)


def test_a_goal_that_needs_itself_is_not_available() -> None:
    book = {
        "A": made("B+1"),
        "B": made("C*2"),
        "C": made("A-1"),
        "D": made("A+X"),
        "X": leaf([1] * 3),
    }
    for goal in ("A", "B", "C", "D"):
        assert monthly(book, goal) == (None, None, None)
        assert to_date(book, goal) is None
    assert monthly({"A": made("A+1", AVERAGE)}, "A") == (None, None, None)
    assert to_date({"A": made("A+1", AVERAGE)}, "A") is None


def test_an_own_figure_breaks_a_cycle() -> None:
    book = {"A": made("B+1", own=[5, None, None]), "B": made("A*2")}
    assert monthly(book, "B") == (10, None, None)
    assert from_formula(book, "A") == (11, None, None)


def test_the_order_of_asking_does_not_matter() -> None:
    book = {
        "A": made("B+1"),
        "B": made("A+1"),
        "C": made("X+1"),
        "X": leaf([1, 2, 3]),
        "D": made("C+A"),
    }
    forwards, backwards = DriverTree(book), DriverTree(book)
    first = {goal: forwards.monthly(goal) for goal in book}
    assert first == {goal: backwards.monthly(goal) for goal in reversed(list(book))}


def test_a_chain_of_thousands_of_formulas_is_followed() -> None:
    book = {f"G{n}": made(f"G{n + 1}+1", AVERAGE, own=[None]) for n in range(5000)}
    book["G5000"] = leaf([0])
    assert monthly(book, "G0") == (5000,)
    assert to_date(book, "G0") == 5000


shares = st.lists(st.floats(min_value=1, max_value=1e6), min_size=3, max_size=3)


@given(shares, shares)
def test_a_ratio_to_date_lies_between_the_months_ratios(
    tops: List[float], bottoms: List[float]
) -> None:
    book = {"A": leaf(tops), "B": leaf(bottoms), "R": made("A/B", AVERAGE)}
    ratios = [figure for figure in monthly(book, "R") if figure is not None]
    overall = to_date(book, "R")
    assert overall is not None
    assert min(ratios) * (1 - 1e-9) <= overall <= max(ratios) * (1 + 1e-9)


# ---- Whole spans, and other months -----------------------------------------------------------


def test_a_whole_span_has_a_figure_only_where_every_month_has_one() -> None:
    tree = DriverTree({**SHOP, "ORDERS": leaf([10, None, 80])})
    assert tree.whole("VISITS", [0, 1, 2]) == 700
    assert tree.whole("ORDERS", [0, 2]) == 90
    assert tree.whole("ORDERS", [0, 1, 2]) is None
    assert tree.whole("CVR", [0, 1, 2]) is None
    assert tree.whole("CVR", [0, 2]) == pytest.approx(90 / 500)
    assert tree.whole("SALES", [0, 1, 2]) is None
    assert tree.whole("NOBODY", [0]) is None


def test_a_month_of_no_visits_has_no_rate_but_belongs_into_the_years() -> None:
    tree = DriverTree({**SHOP, "VISITS": leaf([100, 0, 400]), "ORDERS": leaf([10, 0, 80])})
    assert tree.monthly("CVR")[1] is None
    assert tree.complete("CVR", 1)
    assert tree.whole("CVR", [0, 1, 2]) == pytest.approx(90 / 500)
    # A sum of months has nothing to add for it.
    assert tree.whole("SALES", [0, 1, 2]) is None


def test_what_is_missing_is_not_complete() -> None:
    tree = DriverTree({**SHOP, "ORDERS": leaf([10, None, 80])})
    assert [tree.complete("CVR", month) for month in range(3)] == [True, False, True]
    assert not tree.complete("NOBODY", 0)


def test_drivers_restated_over_other_months_keep_their_formulas() -> None:
    rising = Driver([None] * 3, SUM, [parse("A"), parse("A"), parse("10*A")])
    tree = DriverTree({"A": leaf([1, 2, 3]), "B": rising})
    again = tree.restated([2, 0, 2], {"A": [5, 6, 7], "B": [None, None, 4]})
    # In the third month B is ten times A; a figure of its own counts before that.
    assert again.monthly("B") == (50, 6, 4)
    assert again.whole("B", [0, 1]) == 56
    assert tree.monthly("B") == (1, 2, 30)


def test_a_driver_that_is_not_restated_is_not_there() -> None:
    again = DriverTree(SHOP).restated([0], {"CVR": [None], "ORDERS": [5]})
    assert again.monthly("CVR") == (None,)


def test_what_a_goal_needs_is_found_through_all_formulas_of_the_months() -> None:
    tree = DriverTree({**SHOP, "B": Driver([None] * 3, SUM, [parse("AOV"), None, parse("CVR")])})
    assert set(tree.needed_for(["SALES"], [0, 1, 2])) == {"SALES", "VISITS", "CVR", "AOV", "ORDERS"}
    assert set(tree.needed_for(["B"], [0, 1])) == {"B", "AOV"}
    assert set(tree.needed_for(["B"], [2])) == {"B", "CVR", "ORDERS", "VISITS"}
    assert tree.needed_for(["NOBODY"], [0]) == ()
