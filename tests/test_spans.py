"""Quarters, halves and the year, by the rules of the year to date. Figures are worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.plan.model import Level, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.figures import SpanFigures
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.spans import KINDS, Span, spans
from tests.plans import APRIL, goal, plan_of, series, with_settings

OCTOBER = Month(2026, 10)
ALL = with_settings(periods_shown=("quarter", "half", "year"))
# April to October: a first half of 10 20 30 | 40 50 60, then 70.
SALES = [10, 20, 30, 40, 50, 60, 70]


def found(
    plan: Plan, goal_id: str = "A", month: Month = OCTOBER
) -> dict[tuple[str, int], SpanFigures]:
    """A goal's spans by kind and number."""
    spans_of = review(plan, month).by_id[goal_id].spans
    return {(entry.span.kind, entry.span.number): entry for entry in spans_of}


def one(plan: Plan, kind: str, number: int, month: Month = OCTOBER, goal_id: str = "A") -> Any:
    return found(plan, goal_id, month)[kind, number]


def plan_with(aggregation: Aggregation, plan: list[Any] | None = None, **fields: Any) -> Plan:
    return plan_of(
        goal("A", aggregation=aggregation, **fields),
        actuals={"A": SALES},
        plan={"A": [50] * 12 if plan is None else plan},
        settings=ALL,
    )


def name(span: Span) -> tuple[str, int, str, str]:
    return span.kind, span.number, str(span.months[0]), str(span.months[-1])


def test_the_spans_of_october_in_a_year_from_april():
    assert [name(span) for span in spans(OCTOBER, 4, KINDS)] == [
        ("quarter", 1, "2026-04", "2026-06"),
        ("quarter", 2, "2026-07", "2026-09"),
        ("half", 1, "2026-04", "2026-09"),
        ("quarter", 3, "2026-10", "2026-12"),
        ("half", 2, "2026-10", "2027-03"),
        ("year", 1, "2026-04", "2027-03"),
    ]
    complete = [span.is_complete(OCTOBER) for span in spans(OCTOBER, 4, KINDS)]
    assert complete == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("month", "start", "quarter", "half", "first_of_year"),
    [
        (Month(2026, 1), 1, 1, 1, "2026-01"),
        (Month(2026, 12), 1, 4, 2, "2026-01"),
        (Month(2026, 7), 7, 1, 1, "2026-07"),
        (Month(2026, 6), 7, 4, 2, "2025-07"),
        (Month(2027, 1), 7, 3, 2, "2026-07"),
        (Month(2027, 3), 4, 4, 2, "2026-04"),
        (Month(2026, 2), 12, 1, 1, "2025-12"),
    ],
)
def test_spans_are_counted_in_the_fiscal_year(month, start, quarter, half, first_of_year):
    own = {span.kind: span for span in spans(month, start, KINDS) if month in span.months}
    assert (own["quarter"].number, own["half"].number) == (quarter, half)
    assert str(own["year"].months[0]) == first_of_year


def test_only_what_is_asked_for_and_has_begun():
    assert [span.number for span in spans(Month(2027, 3), 4, ("quarter",))] == [1, 2, 3, 4]
    assert [span.number for span in spans(APRIL, 4, ("half", "quarter"))] == [1, 1]
    assert spans(OCTOBER, 4, ()) == ()
    plan = plan_of(goal("A"), actuals={"A": SALES})
    assert review(plan, OCTOBER).by_id["A"].spans == ()


@pytest.mark.parametrize(
    ("aggregation", "first_half", "plan_of_it", "second_quarter", "plan_of_second"),
    [
        # 10+20+30+40+50+60 = 210 against 6 x 50; 40+50+60 = 150 against 3 x 50
        (Aggregation.SUM, 210, 300, 150, 150),
        (Aggregation.AVERAGE, 35, 50, 50, 50),  # 210 / 6; 150 / 3
        (Aggregation.LAST, 60, 50, 60, 50),
        (Aggregation.MAX, 60, 50, 60, 50),
        (Aggregation.MIN, 10, 50, 40, 50),
    ],
)
def test_each_aggregation(aggregation, first_half, plan_of_it, second_quarter, plan_of_second):
    plan = plan_with(aggregation)
    half, quarter = one(plan, "half", 1), one(plan, "quarter", 2)
    assert (half.figures.actual, half.figures.plan) == (first_half, plan_of_it)
    assert (quarter.figures.actual, quarter.figures.plan) == (second_quarter, plan_of_second)
    assert half.complete
    assert half.plan_whole == plan_of_it


def test_a_running_span_compares_its_months_so_far_and_tells_the_whole_plan():
    plan = plan_with(Aggregation.SUM, [50] * 6 + [60, 70, 80, 90, 100, 110])
    quarter, half, year = (
        one(plan, kind, n) for kind, n in (("quarter", 3), ("half", 2), ("year", 1))
    )
    assert not quarter.complete
    assert (quarter.figures.actual, quarter.figures.plan) == (70, 60)  # October alone
    assert quarter.figures.attainment == pytest.approx(70 / 60)
    assert quarter.figures.status is Status.GREEN
    assert (quarter.figures.months_reported, quarter.figures.months_expected) == (1, 1)
    assert quarter.plan_whole == 210  # 60 + 70 + 80
    assert half.plan_whole == 510  # 210 + 90 + 100 + 110
    assert (year.figures.actual, year.figures.plan) == (280, 360)  # as the year to date
    assert year.plan_whole == 810  # 300 + 510
    whole = review(plan, OCTOBER).by_id["A"]
    assert year.figures == whole.to_date
    assert year.plan_whole == whole.landing.plan


def test_a_missing_month_is_no_zero_and_the_plan_covers_the_months_reported():
    plan = plan_of(goal("A"), actuals={"A": [10, None, 30]}, plan={"A": [50] * 12}, settings=ALL)
    quarter = one(plan, "quarter", 1, Month(2026, 6))
    assert (quarter.figures.actual, quarter.figures.plan) == (40, 100)  # April and June
    assert (quarter.figures.months_reported, quarter.figures.months_expected) == (2, 3)
    assert quarter.plan_whole == 150


def test_without_any_report_a_span_has_no_plan_to_compare_with():
    """As the year to date: what is awaited stands beside the month."""
    plan = plan_of(goal("A"), actuals={"A": SALES[:6]}, plan={"A": [50] * 12}, settings=ALL)
    quarter = one(plan, "quarter", 3)
    assert (quarter.figures.actual, quarter.figures.plan) == (None, None)
    assert quarter.figures.status is Status.NO_DATA
    assert quarter.plan_whole == 150


def test_a_whole_plan_needs_every_month_but_for_last_the_last_one_decides():
    gappy = [50, 50, 50, 50, 50, 50, 60, None, 80, 90, 90, 95]
    assert one(plan_with(Aggregation.SUM, gappy), "quarter", 3).plan_whole is None
    assert one(plan_with(Aggregation.SUM, gappy), "half", 1).plan_whole == 300
    assert one(plan_with(Aggregation.LAST, gappy), "quarter", 3).plan_whole == 80
    assert one(plan_with(Aggregation.LAST, gappy[:8]), "half", 2).plan_whole == 60
    assert one(plan_with(Aggregation.MAX, gappy), "half", 2).plan_whole is None


def test_a_goal_that_joins_during_a_span_needs_plans_for_its_own_months_only():
    plan = plan_of(
        goal("A", valid_from=Month(2026, 8)),
        actuals={"A": [None] * 4 + [5, 6, 7]},
        plan={"A": [None] * 4 + [10] * 8},
        settings=ALL,
    )
    quarter, half = one(plan, "quarter", 2), one(plan, "half", 1)
    assert (quarter.figures.actual, quarter.figures.plan) == (11, 20)  # August and September
    assert quarter.figures.months_expected == half.figures.months_expected == 2
    assert quarter.plan_whole == half.plan_whole == 20
    assert one(plan, "year", 1).plan_whole == 80
    first = one(plan, "quarter", 1)
    assert (first.figures.actual, first.plan_whole) == (None, None)
    assert first.figures.months_expected == 0


def test_the_plan_in_force_counts():
    """A revision from October on: 20 in place of 50."""
    plan = replace(
        plan_with(Aggregation.SUM),
        settings=replace(ALL, revision_from=OCTOBER),
        revision={"A": series(APRIL, [20] * 12)},
    )
    assert one(plan, "half", 1).plan_whole == 300
    assert one(plan, "quarter", 3).figures.plan == 20
    assert one(plan, "half", 2).plan_whole == 120


def test_growth_is_against_the_same_months_of_the_year_before():
    plan = plan_of(
        goal("A"), actuals={"A": SALES}, prior={"A": [8, 16, 26, 40, 40, 40, 35, 999]}, settings=ALL
    )
    first, third = one(plan, "quarter", 1).figures, one(plan, "quarter", 3).figures
    assert (first.prior, first.growth) == (50, pytest.approx(0.2))  # 60 against 8 + 16 + 26
    assert (third.prior, third.growth) == (35, pytest.approx(1.0))  # October alone: 70 against 35


def test_the_average_of_a_formula_goal_is_the_ratio_of_the_sums():
    plan = plan_of(
        goal("ORDERS"), goal("VISITS"),
        goal("A", formula="ORDERS/VISITS", aggregation=Aggregation.AVERAGE, unit="%"),
        actuals={"ORDERS": [1, 2, 3, 10], "VISITS": [10, 40, 50, 10]},
        plan={"ORDERS": [2, 2, 2, 3, 3, 3], "VISITS": [20, 20, 20, 60, 60, 60]},
        settings=ALL,
    )  # fmt: skip
    first = one(plan, "quarter", 1, Month(2026, 7))
    assert first.figures.actual == pytest.approx(6 / 100)  # not (0.1 + 0.05 + 0.06) / 3
    assert first.figures.plan == first.plan_whole == pytest.approx(6 / 60)
    second = one(plan, "quarter", 2, Month(2026, 7))
    assert second.figures.actual == pytest.approx(10 / 10)
    assert second.figures.plan == pytest.approx(3 / 60)
    assert second.plan_whole == pytest.approx(9 / 180)
    half = one(plan, "half", 1, Month(2026, 7))
    assert half.figures.actual == pytest.approx(16 / 110)
    assert half.plan_whole == pytest.approx(15 / 240)


def test_a_summed_formula_goal_is_applied_month_by_month():
    plan = plan_of(
        goal("P"), goal("Q"), goal("A", formula="P*Q"),
        actuals={"P": [2, 3, None], "Q": [10, 20, 30]},
        plan={"P": [3, 3, 3], "Q": [10, 10, 10]},
        settings=ALL,
    )  # fmt: skip
    quarter = one(plan, "quarter", 1, Month(2026, 6))
    assert quarter.figures.actual == 80  # 2 x 10 + 3 x 20; June cannot be told
    assert quarter.figures.plan == 60  # 2 months of 30
    assert quarter.plan_whole == 90
    assert quarter.figures.status is Status.GREEN


def test_a_roll_up_scores_its_childrens_span():
    plan = plan_of(
        goal("A", level=Level.CSF),
        goal("X", "A", weight=3),
        goal("Y", "A", direction=Direction.LOWER),
        actuals={"X": [10, 10, 10, 20], "Y": [9, 9, 9, 30]},
        plan={"X": [20] * 12, "Y": [10] * 12},
        settings=ALL,
    )
    first = one(plan, "quarter", 1, Month(2026, 7))
    # X 30/60 = 0.5 x 3; Y 27 against 30, lower is better: 1.1, capped at 1 x 1
    assert first.figures.actual == pytest.approx((3 * 0.5 + 1) / 4)
    assert first.figures.status is Status.RED
    assert (first.figures.plan, first.plan_whole) == (1, 1)
    second = one(plan, "quarter", 2, Month(2026, 7))
    # X 20/20 = 1 x 3; Y 30 against 10: 1 - 2 = -1, floored at 0
    assert second.figures.actual == pytest.approx(3 / 4)
    assert not second.complete


def test_a_range_goal():
    plan = plan_of(
        goal("A", direction=Direction.RANGE, tolerance=2, aggregation=Aggregation.AVERAGE),
        actuals={"A": [48, 50, 55, 56]},
        plan={"A": [50] * 12},
        settings=ALL,
    )
    first = one(plan, "quarter", 1, Month(2026, 7)).figures
    assert first.actual == 51  # (48 + 50 + 55) / 3, inside the tolerance
    assert (first.gap, first.status) == (0, Status.GREEN)
    second = one(plan, "quarter", 2, Month(2026, 7)).figures
    assert (second.gap, second.status) == (-4, Status.RED)  # 6 away, 2 tolerated


@pytest.mark.parametrize(("start", "month"), [(1, Month(2026, 8)), (7, Month(2027, 2))])
def test_a_year_that_starts_in_another_month(start, month):
    """Eight months, 1 to 8, into the year: Q1 is 6, Q2 15, the third quarter 7 + 8 so far."""
    first = Month(2026, start)
    plan = Plan(
        settings=replace(ALL, fiscal_start=start),
        goals=(goal("A"),),
        actuals={"A": Series({first.plus(n): float(n + 1) for n in range(8)})},
        plan={"A": Series({first.plus(n): 5.0 for n in range(12)})},
    )
    kinds = found(plan, month=month)
    assert {key: entry.figures.actual for key, entry in kinds.items()} == {
        ("quarter", 1): 6, ("quarter", 2): 15, ("half", 1): 21, ("quarter", 3): 15,
        ("half", 2): 15, ("year", 1): 36,
    }  # fmt: skip
    assert kinds["quarter", 3].figures.plan == 10
    assert kinds["quarter", 3].plan_whole == 15
    assert kinds["year", 1].span.months[0] == first


def test_months_after_the_review_month_are_ignored():
    plan = plan_with(Aggregation.SUM)
    assert one(plan, "quarter", 2, Month(2026, 8)).figures.actual == 90  # 40 + 50


def test_a_part_of_the_tree_keeps_its_spans_and_the_review_names_them():
    whole = review(plan_with(Aggregation.SUM), OCTOBER)
    part = scoped(whole, "A")
    assert part.goals[0].spans == whole.goals[0].spans
    assert whole.spans == tuple(entry.span for entry in whole.goals[0].spans)
    kinds = [entry.span.kind for entry in whole.current_spans(whole.goals[0])]
    assert kinds == ["quarter", "half", "year"]
    ended = review(plan_with(Aggregation.SUM), Month(2026, 9))
    assert [e.span.number for e in ended.current_spans(ended.goals[0])] == [2, 1, 1]
