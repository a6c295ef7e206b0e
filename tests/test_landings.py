"""Where each goal of a book ends its year (SPEC 5). Expected figures are worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.measures.kinds import Aggregation, Direction, Method, Pace, Status
from kpixl.plan.model import Goal, Level, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.insights import Landing
from kpixl.review.review import review
from tests.plans import APRIL, SETTINGS, goal, plan_of, series, with_settings

Figures = Sequence[float | None]
JUNE = Month(2026, 6)
TWO_YEARS_AGO = Month(2024, 4)


def landing(plan: Plan, goal_id: str, month: Month | None = None) -> Landing:
    return review(plan, month).by_id[goal_id].landing


def since(first: Month, **figures: Figures) -> dict[str, Series]:
    return {key: series(first, values) for key, values in figures.items()}


# ---- Own figures -----------------------------------------------------------------------------


def test_a_first_year_is_landed_by_its_share_of_plan():
    plan = plan_of(goal("SALES"), actuals={"SALES": [90, 110, 70]}, plan={"SALES": [100] * 12})
    found = landing(plan, "SALES")
    # (90 + 110 + 70) / 300 = 90 %: 270 + 9 × 90
    assert found.value == pytest.approx(1080)
    assert (found.basis, found.method) == ("method", Method.RATIO)
    assert (found.plan, found.original, found.prior) == (1200, 1200, None)
    assert found.gap == pytest.approx(-120)
    assert found.gap_pct == pytest.approx(-0.1)
    assert found.attainment == pytest.approx(0.9)
    assert found.status is Status.AMBER
    assert (found.months_left, found.estimated) == (9, ())
    # It was never tried.
    assert (found.error, found.origins, found.years) == (None, 0, 0)
    assert (found.low, found.high, found.chance) == (None, None, None)
    assert found.required.pace is Pace.NEEDED
    assert found.required.value == pytest.approx(930 / 9)
    assert (found.required.best, found.required.best_in) == (110, APRIL.plus(1))


def test_every_method_stands_beside_the_one_chosen():
    plan = plan_of(
        goal("SALES"),
        actuals={"SALES": [90, 110, 70]},
        plan={"SALES": [100] * 12},
        prior={"SALES": [60] * 12},
        outlook={"SALES": Series({APRIL.plus(n): 80.0 for n in range(12)})},
    )
    found = landing(plan, "SALES")
    recent = [90.0, 110.0, 70.0]
    while len(recent) < 12:
        recent.append(sum(recent[-3:]) / 3)
    slope, level = np.polyfit(range(15), [60] * 12 + [90, 110, 70], 1)
    assert {one.method: one.value for one in found.alternatives} == pytest.approx(
        {
            Method.OUTLOOK: 270 + 9 * 80,
            Method.PLAN: 270 + 9 * 100,
            Method.RATIO: 270 + 9 * 90,
            Method.PACE: 270 + 9 * 90,
            Method.PRIOR: 270 + 9 * 60 * 270 / 180,
            Method.RECENT: sum(recent),
            Method.TREND: 270 + sum(level + slope * month for month in range(15, 24)),
        }
    )
    # Last year was flat: every method but the trend, from two months on, foretold it exactly.
    errors = {one.method: one.error for one in found.alternatives}
    assert errors[Method.PACE] == errors[Method.RECENT] == 0
    assert errors[Method.OUTLOOK] is errors[Method.PLAN] is None


def test_the_owners_outlook_leads_and_the_computed_landing_stands_beside():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [90, 110, 70]}, plan={"SALES": [100] * 12},
        outlook={"SALES": Series({APRIL.plus(n): 120.0 for n in range(3, 12)})},
    )  # fmt: skip
    found = landing(plan, "SALES")
    assert found.outlook == 270 + 9 * 120
    assert found.leading == found.outlook
    assert found.value == pytest.approx(1080)
    assert found.gap == pytest.approx(1350 - 1200)
    assert found.status is Status.GREEN


def test_an_outlook_with_a_hole_is_none():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [90, 110, 70]}, plan={"SALES": [100] * 12},
        outlook={"SALES": Series({APRIL.plus(n): 120.0 for n in range(3, 11)})},
    )  # fmt: skip
    found = landing(plan, "SALES")
    assert found.outlook is None
    assert found.leading == found.value


def test_past_blanks_are_estimated_and_named():
    plan = plan_of(goal("SALES"), actuals={"SALES": [90, None]}, plan={"SALES": [100] * 12})
    found = landing(plan, "SALES")
    assert found.estimated == (APRIL.plus(1), JUNE)
    assert found.months_left == 11
    assert found.value == 90 + 11 * 100  # plan: one reported month is too few for a share


def test_months_after_the_review_month_are_ignored():
    plan = plan_of(goal("SALES"), actuals={"SALES": [90] * 12}, plan={"SALES": [100] * 12})
    found = landing(plan, "SALES")
    assert found.months_left == 9
    assert found.value == pytest.approx(1080)
    unreadable = replace(plan.actuals["SALES"], unavailable=frozenset({JUNE.plus(1)}))
    assert landing(replace(plan, actuals={"SALES": unreadable}), "SALES") == found


def test_a_month_that_could_not_be_read_is_not_estimated():
    plan = plan_of(goal("SALES"), actuals={"SALES": [90, 110]}, plan={"SALES": [100] * 12})
    unreadable = Series(plan.actuals["SALES"].values, frozenset({JUNE}))
    found = landing(replace(plan, actuals={"SALES": unreadable}), "SALES")
    assert (found.value, found.basis, found.method) == (None, "none", None)
    assert found.alternatives == ()
    assert found.required.pace is Pace.NONE
    assert found.estimated == ()
    assert (found.plan, found.status) == (1200, Status.NO_DATA)


def test_a_month_of_the_past_that_could_not_be_read_is_only_unknown():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [90, 110, 100]}, plan={"SALES": [100] * 12},
        prior={"SALES": [100] * 11},
    )  # fmt: skip
    unreadable = Series(plan.actuals["SALES"].values, frozenset({Month(2026, 3)}))
    found = landing(replace(plan, actuals={"SALES": unreadable}), "SALES")
    assert found.method is Method.RATIO  # no complete past year to choose by
    assert (found.prior, found.origins) == (None, 0)


def test_a_finished_year_is_what_it_is():
    plan = plan_of(goal("SALES"), actuals={"SALES": [101] * 12}, plan={"SALES": [100] * 12})
    march = Month(2027, 3)
    found = landing(plan, "SALES", march)
    assert (found.value, found.basis, found.method) == (1212, "finished", None)
    assert (found.chance, found.low, found.high) == (1, None, None)
    assert (found.months_left, found.alternatives) == (0, ())
    assert found.required.pace is Pace.NONE
    missed = plan_of(goal("SALES"), actuals={"SALES": [99] * 12}, plan={"SALES": [100] * 12})
    assert landing(missed, "SALES", march).chance == 0


def test_error_range_and_chance_come_from_the_past_year():
    # Last year every month brought 10, of a plan of 10 that nobody wrote down: pace, recent and
    # prior compete; this year's first months are 10, 12, 14.
    last = [8, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [10, 12, 14]}, plan={"SALES": [None, *[11.0] * 11]},
        prior={"SALES": last},
    )  # fmt: skip
    found = landing(plan, "SALES")
    by_pace = [abs(12 / k * sum(last[:k]) - 120) / 120 for k in range(1, 12)]
    alternative = {one.method: one for one in found.alternatives}
    assert alternative[Method.PACE].error == pytest.approx(sum(by_pace) / 11)
    by_recent = []
    for k in range(1, 12):
        months = [float(value) for value in last[:k]]
        while len(months) < 12:
            months.append(sum(months[-3:]) / len(months[-3:]))
        by_recent.append(abs(sum(months) - 120) / 120)
    assert alternative[Method.RECENT].error == pytest.approx(sum(by_recent) / 11)
    best = min(by_pace, by_recent, key=sum)
    assert found.method is (Method.PACE if best is by_pace else Method.RECENT)
    assert found.error == pytest.approx(sum(best) / 11)
    assert (found.origins, found.years) == (11, 1)
    squares = [(error / (12 - k)) ** 2 for k, error in enumerate(best, start=1)]
    assert found.value is not None
    assert found.low is not None
    s = found.value * 9 * sqrt(sum(squares) / 11) * sqrt(2)
    assert found.value - found.low == pytest.approx(1.2816 * s)
    # April has no plan, so the year has none to reach.
    assert (found.plan, found.chance, found.status) == (None, None, Status.NO_PLAN)


def test_the_chance_of_the_plan():
    last = [8, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
    plan = plan_of(
        goal("A"), goal("B", direction=Direction.LOWER),
        goal("C", direction=Direction.RANGE, tolerance=1e6),
        goal("D", direction=Direction.RANGE),
        actuals={one: [10, 10, 10] for one in "ABCD"},
        plan={one: [10.0] * 12 for one in "ABCD"},
        prior=dict.fromkeys("ABCD", last),
    )  # fmt: skip
    assert landing(plan, "A").value == 120
    # Exactly on plan it may go either way; a wide tolerance is all but safe.
    assert [landing(plan, one).chance for one in "ABCD"] == [0.5, 0.5, 0.95, None]
    assert landing(plan, "D").status is Status.NO_PLAN  # a Range without tolerance


# ---- Plans -----------------------------------------------------------------------------------


def test_the_landing_is_compared_with_the_plan_in_force_and_beside_it_the_original():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [100] * 3}, plan={"SALES": [100] * 12},
        settings=with_settings(revision_from=Month(2026, 10)),
        revision={"SALES": series(APRIL, [1.0] * 6 + [90.0] * 5)},
    )  # fmt: skip
    found = landing(plan, "SALES")
    # Until September the plan; March has no revision.
    assert found.plan == 6 * 100 + 5 * 90 + 100
    assert found.original == 1200
    assert found.value == pytest.approx(300 + found.plan - 300)


def test_the_original_of_a_month_that_only_a_revision_plans_is_the_revision():
    plan = plan_of(
        goal("SALES"), plan={"SALES": [100] * 11}, actuals={"SALES": [100] * 3},
        settings=with_settings(revision_from=APRIL),
        revision={"SALES": series(APRIL.plus(10), [80.0, 70.0])},
    )  # fmt: skip
    found = landing(plan, "SALES")
    assert (found.plan, found.original) == (1000 + 80 + 70, 1100 + 70)


def test_a_year_without_a_plan_for_every_month_has_none_but_a_balance_needs_only_the_last():
    figures: dict[str, Figures] = {"S": [100.0] * 11, "L": [None, 50, 60]}
    plan = plan_of(
        goal("S"), goal("L", aggregation=Aggregation.LAST),
        actuals={"S": [100] * 3, "L": [40, 44, 48]}, plan=figures,
    )  # fmt: skip
    assert (landing(plan, "S").plan, landing(plan, "S").status) == (None, Status.NO_PLAN)
    assert landing(plan, "L").plan == 60
    assert landing(plan, "L").required.value == 60


def test_last_years_value_needs_all_its_months():
    plan = plan_of(
        goal("A"), goal("B"), goal("C", aggregation=Aggregation.AVERAGE),
        actuals={one: [1] for one in "ABC"},
        prior={"A": [10] * 12, "B": [10] * 11, "C": [10] * 12},
    )  # fmt: skip
    assert [landing(plan, one).prior for one in "ABC"] == [120, None, 10]


# ---- From and To -----------------------------------------------------------------------------


def test_a_goal_of_half_a_year_has_a_year_of_six_months():
    october = Month(2026, 10)
    plan = plan_of(
        goal("NEW", aggregation=Aggregation.AVERAGE, valid_from=october),
        plan={"NEW": [5.0] * 12},
        actuals={"NEW": [9, 9, 9, 9, 9, 9, 4, 4]},
    )
    found = landing(plan, "NEW", Month(2026, 11))
    assert found.months_left == 4
    assert found.plan == 5
    # Two reported months, no past year: the plan for the other four.
    assert found.value == pytest.approx((4 + 4 + 4 * 5) / 6)
    # 6 × 5 - 8 = 22 in four months; not 12 × 5
    assert found.required.value == pytest.approx(22 / 4)


def test_a_goal_that_ends_lands_with_its_last_month():
    plan = plan_of(
        goal("OLD", valid_to=Month(2026, 9)), plan={"OLD": [10.0] * 12}, actuals={"OLD": [9] * 6}
    )
    found = landing(plan, "OLD", Month(2026, 9))
    assert (found.basis, found.value, found.plan) == ("finished", 54, 60)


def changed(month: Month, **before: Any) -> tuple[Goal, Goal]:
    """A goal whose definition changes in ``month``."""
    return (
        goal("SALES", valid_to=month.plus(-1), **before),
        goal("SALES", valid_from=month, name="Sales, net"),
    )


def test_earlier_history_does_not_count_where_the_definition_has_changed():
    plan = plan_of(
        *changed(APRIL), actuals={"SALES": [10, 10, 10]}, plan={"SALES": [11.0] * 12},
        prior={"SALES": [500] * 12},
    )  # fmt: skip
    found = landing(plan, "SALES")
    assert (found.method, found.origins, found.prior) == (Method.RATIO, 0, None)
    values = {one.method: one.value for one in found.alternatives}
    assert values[Method.PRIOR] is None
    assert values[Method.RECENT] == 120
    assert found.required.best == 10  # 500 is no record of this goal


def test_a_new_owner_is_no_new_definition():
    first, second = changed(APRIL)
    plan = plan_of(
        first, replace(second, name=first.name, owner="Mori"),
        actuals={"SALES": [10, 10, 10]}, prior={"SALES": [10] * 12},
    )  # fmt: skip
    assert landing(plan, "SALES").prior == 120
    assert landing(plan, "SALES").origins == 11


def test_a_change_within_the_year_keeps_what_was_reported_and_forecasts_from_there():
    may = APRIL.plus(1)
    plan = plan_of(*changed(may), actuals={"SALES": [100, 10, 10]}, plan={"SALES": [20.0] * 12})
    found = landing(plan, "SALES")
    values = {one.method: one.value for one in found.alternatives}
    assert values[Method.PACE] == 100 + 11 * 10
    # Two months of the present definition are too few for a share of plan.
    assert (found.method, found.value) == (Method.PLAN, 120 + 9 * 20)


# ---- Formula goals ---------------------------------------------------------------------------


def shop(**more: Any) -> Plan:
    return plan_of(
        goal("TOTAL", level=Level.KGI, formula="EAST+WEST"), goal("EAST", "TOTAL"),
        goal("WEST", "TOTAL"),
        actuals={"EAST": [90, 110, 70], "WEST": [20, 20, 20]},
        plan={"EAST": [100] * 12, "WEST": [15] * 12},
        **more,
    )  # fmt: skip


def test_a_formula_goal_lands_where_its_inputs_land():
    plan = shop()
    total, east, west = (landing(plan, one) for one in ("TOTAL", "EAST", "WEST"))
    assert east.value == pytest.approx(1080)
    assert west.value == pytest.approx(240)  # 60 / 45 = 4/3 of plan: 20 a month
    assert total.value == pytest.approx(1320)
    assert (total.basis, total.method, total.alternatives) == ("inputs", None, ())
    assert (total.plan, total.original, total.months_left) == (1380, 1380, 9)
    assert total.attainment == pytest.approx(1320 / 1380)
    # 1380 - (110 + 130 + 90) = 1050 in nine months; the best was May
    assert total.required.value == pytest.approx(1050 / 9)
    assert (total.required.best, total.required.best_in) == (130, APRIL.plus(1))


def test_a_blank_of_one_input_is_filled_for_the_total_too():
    plan = plan_of(
        goal("TOTAL", formula="EAST+WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [10, 10, 10], "WEST": [1, None, 1]},
        plan={"EAST": [10] * 12, "WEST": [1] * 12},
    )  # fmt: skip
    total = landing(plan, "TOTAL")
    assert total.value == pytest.approx(132)
    assert total.months_left == 10
    assert total.estimated == (APRIL.plus(1),)


def test_an_input_without_a_landing_leaves_the_total_without_one():
    plan = plan_of(
        goal("TOTAL", formula="EAST+WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [10, 10, 10]}, plan={"EAST": [10] * 12},
    )  # fmt: skip
    total = landing(plan, "TOTAL")
    assert (total.value, total.basis, total.status) == (None, "none", Status.NO_PLAN)


def test_an_input_that_could_not_be_read_is_not_estimated_for_the_total():
    plan = shop()
    bad = Series(plan.actuals["WEST"].values, frozenset({JUNE}))
    bad.values.pop(JUNE)  # type: ignore[attr-defined] # a dict, as the tests make it
    found = landing(replace(plan, actuals={**plan.actuals, "WEST": bad}), "TOTAL")
    assert (found.value, found.required.pace) == (None, Pace.NONE)


def test_a_ratio_lands_at_the_ratio_of_its_inputs_years():
    plan = plan_of(
        goal("CVR", unit="%", aggregation=Aggregation.AVERAGE, formula="ORDERS/VISITS"),
        goal("ORDERS"), goal("VISITS"),
        actuals={"ORDERS": [10, 20, 30], "VISITS": [100, 400, 100]},
        plan={"ORDERS": [30] * 12, "VISITS": [100, *[200] * 11]},
    )  # fmt: skip
    # Orders 60 + 9 × 30 × 60/90 = 240; visits 600 + 9 × 200 × 600/500 = 2760
    assert landing(plan, "CVR").value == pytest.approx(240 / 2760)
    assert landing(plan, "CVR").plan == pytest.approx(360 / 2300)


def test_formulas_of_formulas_land_through_to_the_leaves():
    plan = plan_of(
        goal("SALES", formula="ORDERS*AOV"), goal("ORDERS", formula="VISITS*CVR"),
        goal("VISITS"), goal("CVR", aggregation=Aggregation.AVERAGE),
        goal("AOV", aggregation=Aggregation.AVERAGE),
        actuals={"VISITS": [100] * 3, "CVR": [0.1] * 3, "AOV": [50] * 3},
        plan={"VISITS": [200] * 12, "CVR": [0.1] * 12, "AOV": [50] * 12},
    )  # fmt: skip
    assert landing(plan, "ORDERS").value == pytest.approx(12 * 10)
    assert landing(plan, "SALES").value == pytest.approx(12 * 500)
    assert landing(plan, "SALES").plan == pytest.approx(12 * 1000)


def test_a_formula_goals_own_figures_count_before_the_formulas():
    plan = shop()
    own = {**plan.actuals, "TOTAL": series(APRIL, [100, 130, 90])}
    # April was 100 by its own count, not 110.
    assert landing(replace(plan, actuals=own), "TOTAL").value == pytest.approx(1310)
    planned = {**plan.plan, "TOTAL": series(APRIL, [120] * 12)}
    assert landing(replace(plan, plan=planned), "TOTAL").plan == 1440


def test_the_outlook_of_a_formula_goal_is_that_of_its_inputs():
    outlook = since(APRIL.plus(3), EAST=[100] * 9, WEST=[10] * 9)
    assert landing(shop(outlook=outlook), "TOTAL").outlook == 330 + 9 * 110
    assert landing(shop(outlook={"EAST": outlook["EAST"]}), "TOTAL").outlook is None
    assert landing(shop(), "TOTAL").outlook is None
    # Its own outlook counts before its inputs'.
    own = {**outlook, "TOTAL": series(Month(2027, 3), [500])}
    assert landing(shop(outlook=own), "TOTAL").outlook == 330 + 8 * 110 + 500


def test_an_input_whose_months_are_all_in_needs_no_outlook():
    march = Month(2027, 3)
    plan = plan_of(
        goal("TOTAL", formula="EAST+WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [10] * 12, "WEST": [1] * 11},
        plan={"EAST": [10] * 12, "WEST": [1] * 12},
        outlook=since(march, WEST=[4]),
    )  # fmt: skip
    assert landing(plan, "TOTAL", march).outlook == 120 + 11 + 4


def test_a_formula_goal_whose_year_is_in_is_finished():
    march = Month(2027, 3)
    plan = plan_of(
        goal("TOTAL", formula="EAST+WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [10] * 12, "WEST": [1] * 12}, plan={"EAST": [9] * 12, "WEST": [1] * 12},
    )  # fmt: skip
    found = landing(plan, "TOTAL", march)
    assert (found.value, found.basis, found.chance) == (132, "finished", 1)


def test_a_formula_goals_revision_is_that_of_its_inputs():
    plan = shop(
        settings=with_settings(revision_from=JUNE), revision=since(APRIL, WEST=[50] * 12)
    )  # fmt: skip
    found = landing(plan, "TOTAL")
    assert (found.plan, found.original) == (1200 + 2 * 15 + 10 * 50, 1380)


EAST = [10, 14, 9, 12, 13, 8, 10, 11, 15, 9, 10, 12]
WEST = [5, 5, 6, 7, 5, 4, 5, 6, 7, 5, 4, 8]


def test_a_totals_error_is_that_of_its_inputs_methods_at_their_common_origins():
    plan = plan_of(
        goal("TOTAL", formula="EAST*WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [11, 12, 13], "WEST": [5, 5, 5]},
        prior={"EAST": EAST, "WEST": WEST},
    )  # fmt: skip
    found = review(plan).by_id
    methods = {found[one].landing.method for one in ("EAST", "WEST")}
    assert methods <= {Method.PACE, Method.RECENT}

    def foretold(months: Sequence[float], known: int, method: Method | None) -> list[float]:
        filled = [float(value) for value in months[:known]]
        pace = sum(filled) / known
        while len(filled) < 12:
            recent = filled[-3:]
            filled.append(pace if method is Method.PACE else sum(recent) / len(recent))
        return filled

    outcome = sum(one * two for one, two in zip(EAST, WEST, strict=True))
    errors = []
    for known in range(1, 12):
        east = foretold(EAST, known, found["EAST"].landing.method)
        west = foretold(WEST, known, found["WEST"].landing.method)
        product = sum(one * two for one, two in zip(east, west, strict=True))
        errors.append(abs(product - outcome) / outcome)
    total = found["TOTAL"].landing
    assert total.error == pytest.approx(sum(errors) / 11)
    assert (total.origins, total.years) == (11, 1)
    squares = [(error / (12 - k)) ** 2 for k, error in enumerate(errors, start=1)]
    assert total.value is not None
    assert total.high is not None
    s = total.value * 9 * sqrt(sum(squares) / 11) * sqrt(2)
    assert total.high - total.value == pytest.approx(1.2816 * s)


def test_a_year_that_one_input_lacks_is_no_test_of_the_total():
    plan = plan_of(
        goal("TOTAL", formula="EAST+WEST"), goal("EAST"), goal("WEST"),
        actuals={"EAST": [11, 12, 13], "WEST": [5, 5, 5]},
        prior={"EAST": EAST, "WEST": WEST[:11]},
    )  # fmt: skip
    found = review(plan).by_id
    assert found["EAST"].landing.origins == 11
    assert (found["TOTAL"].landing.origins, found["TOTAL"].landing.error) == (0, None)


def test_years_of_another_formula_are_no_test_of_this_one():
    first = goal("TOTAL", formula="EAST", valid_to=APRIL.plus(-1))
    second = goal("TOTAL", formula="EAST+WEST", valid_from=APRIL)
    plan = plan_of(
        first, second, goal("EAST"), goal("WEST"),
        actuals={"EAST": [11, 12, 13], "WEST": [5, 5, 5]}, prior={"EAST": EAST, "WEST": WEST},
    )  # fmt: skip
    total = landing(plan, "TOTAL")
    assert total.basis == "inputs"
    assert (total.origins, total.prior, total.required.pace) == (0, None, Pace.NONE)


def test_a_formula_that_its_goal_has_left_behind_does_not_land_it():
    first = goal("TOTAL", formula="EAST", valid_to=APRIL)
    second = goal("TOTAL", valid_from=APRIL.plus(1))
    plan = plan_of(
        first, second, goal("EAST"), plan={"TOTAL": [20] * 12},
        actuals={"EAST": [11, 12, 13], "TOTAL": [None, 20, 20]},
    )  # fmt: skip
    total = landing(plan, "TOTAL")
    assert (total.basis, total.months_left) == ("method", 9)
    assert total.value == 11 + 20 + 20 + 9 * 20


figures = st.lists(st.integers(1, 1000).map(float), min_size=27, max_size=27)


@settings(max_examples=40, deadline=None)
@given(st.lists(figures, min_size=2, max_size=4))
def test_a_total_lands_at_the_sum_of_its_parts(parts):
    names = [f"P{number}" for number in range(len(parts))]
    plan = Plan(
        settings=SETTINGS,
        goals=(goal("TOTAL", formula="+".join(names)), *(goal(name) for name in names)),
        actuals={
            name: series(TWO_YEARS_AGO, values)
            for name, values in zip(names, parts, strict=True)
        },
        plan={name: series(TWO_YEARS_AGO, values[::-1] + values[:9])
              for name, values in zip(names, parts, strict=True)},
    )  # fmt: skip
    found = review(plan, Month(2026, 6)).by_id
    values = [found[name].landing.value for name in names]
    assert None not in values
    assert found["TOTAL"].landing.value == pytest.approx(sum(value or 0 for value in values))


# ---- Roll-ups --------------------------------------------------------------------------------


def test_a_rollup_is_scored_by_its_childrens_landings():
    plan = plan_of(
        goal("ROOT", level=Level.KGI), goal("A", "ROOT", weight=3.0), goal("B", "ROOT"),
        goal("C", "ROOT"),
        actuals={"A": [90] * 3, "B": [150] * 3}, plan={"A": [100] * 12, "B": [100] * 12},
    )  # fmt: skip
    found = landing(plan, "ROOT")
    # 0.9 weighs 3; 1.5 counts as 1; C has no landing: (2.7 + 1) / 4
    assert found.value == pytest.approx(0.925)
    assert (found.basis, found.plan, found.attainment) == ("rollup", 1, found.value)
    assert found.gap == pytest.approx(-0.075)
    assert (found.status, found.chance, found.error) == (Status.AMBER, None, None)
    assert (found.months_left, found.required.pace) == (9, Pace.NONE)


def test_a_rollup_with_a_red_child_is_at_most_amber():
    plan = plan_of(
        goal("ROOT", level=Level.KGI), goal("A", "ROOT", weight=99.0), goal("B", "ROOT"),
        actuals={"A": [100] * 3, "B": [10] * 3}, plan={"A": [100] * 12, "B": [100] * 12},
    )  # fmt: skip
    assert landing(plan, "ROOT").attainment == pytest.approx(0.991)
    assert landing(plan, "ROOT").status is Status.AMBER


def test_a_rollup_goes_by_the_outlook_where_that_leads():
    plan = plan_of(
        goal("ROOT", level=Level.KGI), goal("A", "ROOT"),
        actuals={"A": [90] * 3}, plan={"A": [100] * 12},
        outlook=since(APRIL.plus(3), A=[90 + 30 / 9] * 9),
    )  # fmt: skip
    assert landing(plan, "ROOT").value == pytest.approx(1110 / 1200)


def test_rollups_of_rollups_and_of_nothing():
    plan = plan_of(
        goal("ROOT", level=Level.KGI), goal("MID", "ROOT"), goal("A", "MID"), goal("X", "ROOT"),
        actuals={"A": [90] * 3}, plan={"A": [100] * 12},
    )  # fmt: skip
    assert landing(plan, "ROOT").value == pytest.approx(0.9)
    assert landing(plan, "X") == Landing(status=Status.NO_PLAN)
    empty = plan_of(goal("ROOT"), goal("A", "ROOT"))
    assert landing(empty, "ROOT", JUNE).status is Status.NO_DATA


def test_all_the_history_of_a_book_is_used():
    plan = Plan(
        settings=SETTINGS, goals=(goal("SALES"),),
        actuals=since(TWO_YEARS_AGO, SALES=[*EAST, *EAST[::-1], 11, 12, 13]),
    )  # fmt: skip
    found = landing(plan, "SALES")
    assert found.method is Method.PACE
    assert (found.origins, found.years) == (22, 2)
    assert found.prior == sum(EAST)
