"""Where every goal's gap comes from, in whole small books worked out by hand (SPEC 7)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import Goal, Plan
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.review.bridges import Bridges, within
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.goal_figures import GoalFigures
from kpixl.review.insights import Bridge, Part
from kpixl.review.monthly import lay_out
from kpixl.review.review import review
from kpixl.review.tree import arrange
from kpixl.workbook.reader import read_book
from tests.books import book_bytes, put
from tests.packs import sample_review
from tests.plans import goal, plan_of, with_settings
from tests.random_books import RandomBook

LOWER, RANGE = Direction.LOWER, Direction.RANGE
AVERAGE, LAST, MAX, MIN = Aggregation.AVERAGE, Aggregation.LAST, Aggregation.MAX, Aggregation.MIN


def reviewed(*goals: Goal, **fields: Any) -> Review:
    return review(plan_of(*goals, **fields))


def parts(bridge: Bridge | None) -> dict[str, float]:
    """Goal, or kind of part without one -> value; rounded, as the arithmetic beside it is."""
    assert bridge is not None
    return {part.goal or part.kind: round(part.value, 9) for part in bridge.parts}


def leaves(bridge: Bridge | None) -> dict[str, float]:
    assert bridge is not None
    return {part.goal or part.kind: round(part.value, 9) for part in bridge.leaves}


# ---- Formula goals -----------------------------------------------------------------------------


def shop(**fields: Any) -> Review:
    """Revenue = visits × basket. Plan 100 × 20 = 2,000; actual in June 90 × 22 = 1,980."""
    return reviewed(
        goal("REV", formula="VISITS*BASKET", **fields),
        goal("VISITS", "REV"),
        goal("BASKET", "REV", aggregation=AVERAGE),
        actuals={"VISITS": [100, 110, 90], "BASKET": [20, 20, 22]},
        plan={"VISITS": [100] * 3, "BASKET": [20] * 3},
    )


def test_the_months_gap_is_split_over_the_drivers() -> None:
    found = shop().by_id["REV"]
    # −10 visits × 21 (mean basket), +2 × 95 (mean visits)
    assert parts(found.bridge) == {"VISITS": -210, "BASKET": 190}
    assert found.bridge is not None
    assert (found.bridge.plan, found.bridge.actual) == (2000, 1980)
    assert found.bridge.total == found.month.gap == -20
    assert not found.bridge.is_difference


def test_to_date_a_sum_adds_the_bridges_of_the_months() -> None:
    found = shop().by_id["REV"]
    # April 0; May +10 visits × 20; June as above. Not that of the sums: 300 × 20.67 of 300 × 20.
    assert parts(found.bridge_to_date) == {"VISITS": -10, "BASKET": 190}
    assert found.bridge_to_date is not None
    assert found.bridge_to_date.total == found.to_date.gap == 180


def test_where_lower_is_better_the_parts_are_negated() -> None:
    found = shop(direction=LOWER).by_id["REV"]
    assert parts(found.bridge) == {"VISITS": 210, "BASKET": -190}
    assert found.bridge is not None
    assert found.bridge.total == found.month.gap == 20


def test_range_shows_the_plain_difference_and_says_so() -> None:
    found = shop(direction=RANGE, tolerance=5).by_id["REV"]
    assert found.bridge is not None
    assert found.bridge.is_difference
    assert found.month.gap == -15  # 5 of the 20 are tolerated
    assert found.bridge.total == found.month.difference == -20
    assert parts(found.bridge) == {"VISITS": -210, "BASKET": 190}


def test_leaves_come_by_size() -> None:
    bridge = shop().by_id["REV"].bridge
    assert bridge is not None
    assert [part.goal for part in bridge.leaves] == ["VISITS", "BASKET"]
    bridge = shop().by_id["REV"].bridge_to_date
    assert bridge is not None
    assert [part.goal for part in bridge.parts] == ["VISITS", "BASKET"]
    assert [part.goal for part in bridge.leaves] == ["BASKET", "VISITS"]


def test_only_months_that_have_both_actual_and_plan_are_bridged() -> None:
    found = reviewed(
        goal("REV", formula="A*B"), goal("A"), goal("B"),
        actuals={"A": [5, 6, 7], "B": [2, 3, None]},
        plan={"A": [4, None, 4], "B": [2, 2, 2]},
    ).by_id["REV"]  # fmt: skip
    # Only April has both: 5 × 2 against 4 × 2.
    assert parts(found.bridge_to_date) == {"A": 2, "B": 0}
    assert found.bridge_to_date is not None
    assert found.bridge_to_date.total == found.to_date.gap == 2
    assert found.bridge is None


@pytest.mark.parametrize(
    ("aggregation", "plan", "actual", "expected"),
    [
        # April 3×2=6 of 2×2, May 4×5=20 of 5×5, June 3×1=3 of 2×3
        (LAST, 6, 3, {"A": 2.0, "B": -5.0}),  # +1 × 2, −2 × 2.5
        (MAX, 25, 20, {"A": -5.0, "B": 0.0}),  # both in May: −1 × 5
        # The least plan is April's 2 × 2, the least actual June's 3 × 1: +1 × 1.5, −1 × 2.5
        (MIN, 4, 3, {"A": 1.5, "B": -2.5}),
    ],
)
def test_to_date_the_figure_of_one_month_has_that_months_bridge(
    aggregation: Aggregation, plan: float, actual: float, expected: dict[str, float]
) -> None:
    found = reviewed(
        goal("AREA", formula="A*B", aggregation=aggregation), goal("A"), goal("B"),
        actuals={"A": [3, 4, 3], "B": [2, 5, 1]},
        plan={"A": [2, 5, 2], "B": [2, 5, 3]},
    ).by_id["AREA"]  # fmt: skip
    bridge = found.bridge_to_date
    assert bridge is not None
    assert (found.to_date.plan, found.to_date.actual) == (plan, actual)
    assert (bridge.plan, bridge.actual) == (plan, actual)
    assert parts(bridge) == expected


def test_of_equal_plans_that_of_the_actuals_month_counts() -> None:
    found = reviewed(
        goal("AREA", formula="A*B", aggregation=MAX), goal("A"), goal("B"),
        actuals={"A": [2, 4, 5], "B": [5, 5, 2]},
        plan={"A": [2, 2, 5], "B": [5, 5, 2]},
    ).by_id["AREA"]  # fmt: skip
    # 4 × 5 in May, when 2 × 5 were planned: as much as in April and, as 5 × 2, in June
    assert parts(found.bridge_to_date) == {"A": 10, "B": 0}


def rate(**figures: Any) -> GoalReview:
    return reviewed(
        goal("RATE", formula="ORDERS/VISITS", aggregation=AVERAGE),
        goal("ORDERS"), goal("VISITS"),
        actuals={"ORDERS": [10, 20, 30], "VISITS": [100, 100, 200], **figures.get("actuals", {})},
        plan={"ORDERS": [12, 12, 12], "VISITS": [100, 100, 100], **figures.get("plan", {})},
    ).by_id["RATE"]  # fmt: skip


def test_to_date_a_ratio_has_the_bridge_of_its_aggregated_inputs() -> None:
    # 60 ÷ 400 of 36 ÷ 300: +24 × (1/300 + 1/400) ÷ 2, and (1/400 − 1/300) × 48
    assert parts(rate().bridge_to_date) == {"ORDERS": 0.07, "VISITS": -0.04}


def test_a_mean_of_own_figures_has_the_mean_of_the_months_bridges() -> None:
    found = rate(actuals={"RATE": [0.2, None, None]}, plan={"RATE": [None, 0.1, None]})
    # Own figures stand in both, so that neither side is the ratio of sums.
    assert found.to_date.actual == pytest.approx((0.2 + 0.2 + 0.15) / 3)
    assert found.to_date.plan == pytest.approx((0.12 + 0.1 + 0.12) / 3)
    assert found.bridge_to_date is not None
    assert found.bridge_to_date.total == pytest.approx((0.08 + 0.1 + 0.03) / 3)
    # April −2 ÷ 100; May +8 ÷ 100; June +18 × 0.0075 and −0.005 × 21
    assert parts(found.bridge_to_date) == {
        "ORDERS": round((-0.02 + 0.08 + 0.135) / 3, 9),
        "VISITS": round(-0.105 / 3, 9),
        "unexplained": round((0.1 + 0.02) / 3, 9),
    }


def test_a_planned_rate_beside_a_computed_one_leaves_the_rest_unexplained() -> None:
    found = rate(plan={"RATE": [0.1, 0.1, 0.1]})
    assert found.bridge_to_date is not None
    assert found.bridge_to_date.total == pytest.approx(0.05)
    assert parts(found.bridge_to_date) == {"ORDERS": 0.07, "VISITS": -0.04, "unexplained": 0.02}


# ---- What drivers do not explain ---------------------------------------------------------------


def test_own_figures_leave_a_part_that_no_driver_explains() -> None:
    found = reviewed(
        goal("REV", formula="A*B"), goal("A"), goal("B"),
        actuals={"REV": [None, None, 25], "A": [3, 3, 3], "B": [7, 7, 7]},
        plan={"A": [3, 3, 3], "B": [6, 6, 6]},
    ).by_id["REV"]  # fmt: skip
    # 25 of 18, of which the formula's 21 explains 3
    assert parts(found.bridge) == {"A": 0, "B": 3, "unexplained": 4}
    assert leaves(found.bridge) == {"unexplained": 4, "B": 3, "A": 0}
    assert parts(found.bridge_to_date) == {"A": 0, "B": 9, "unexplained": 4}


def test_what_is_not_explained_of_a_child_is_not_explained_further_up() -> None:
    found = reviewed(
        goal("TOP", formula="2*REV"), goal("REV", "TOP", formula="A*B"), goal("A"), goal("B"),
        actuals={"REV": [None, None, 25], "A": [3, 3, 3], "B": [7, 7, 7]},
        plan={"A": [3, 3, 3], "B": [6, 6, 6]},
    ).by_id["TOP"]  # fmt: skip
    assert parts(found.bridge) == {"REV": 14}
    assert leaves(found.bridge) == {"unexplained": 8, "B": 6, "A": 0}


def test_a_rounded_own_figure_is_explained() -> None:
    found = reviewed(
        goal("REV", formula="A*B"), goal("A"), goal("B"),
        actuals={"REV": [0.3], "A": [0.1], "B": [3]},  # 0.1 × 3 is not quite 0.3
        plan={"A": [0.1], "B": [2]},
        settings=with_settings(review_month=Month(2026, 4)),
    ).by_id["REV"]  # fmt: skip
    assert parts(found.bridge) == {"A": 0, "B": 0.1}


def test_a_month_that_cannot_be_split_is_not_explained_to_date() -> None:
    found = reviewed(
        goal("REV", formula="A/(B-C)"), goal("A"), goal("B"), goal("C"),
        # In June 1 ÷ (3 − 2) and 1 ÷ (4 − 3) are there, but 1 ÷ (3 − 3) lies on the way.
        actuals={"A": [2, 2, 5], "B": [3, 3, 4], "C": [2, 2, 3]},
        plan={"A": [1, 1, 1], "B": [3, 3, 3], "C": [2, 2, 2]},
    ).by_id["REV"]  # fmt: skip
    assert found.month.gap == 4
    assert found.bridge is None
    assert parts(found.bridge_to_date) == {"A": 2, "B": 0, "C": 0, "unexplained": 4}


# ---- Roll-ups ----------------------------------------------------------------------------------


def team(**fields: Any) -> Review:
    return reviewed(
        goal("TEAM"),
        goal("FAR", "TEAM", weight=3),
        goal("NEAR", "TEAM"),
        goal("COST", "TEAM", direction=LOWER, weight=2),
        goal("NEW", "TEAM", weight=5),
        actuals={"FAR": [10, 10, 60], "NEAR": [10, 10, 150], "COST": [10, 10, 250]},
        plan={"FAR": [10, 10, 100], "NEAR": [10, 10, 100], "COST": [10, 10, 100], "NEW": [1] * 3},
        **fields,
    )


def test_a_roll_up_is_split_over_its_children_by_weight_floor_and_cap() -> None:
    found = team().by_id["TEAM"]
    # 60 % × 3, 150 % capped at 100 % × 1, −50 % floored at 0 × 2; NEW has no data: of 6
    assert parts(found.bridge) == {
        "FAR": round(-0.4 * 3 / 6, 9), "NEAR": 0, "COST": round(-2 / 6, 9)
    }  # fmt: skip
    assert found.bridge is not None
    assert found.bridge.total == found.month.gap
    assert (found.bridge.plan, found.bridge.actual) == (1, found.month.actual)


def test_with_a_higher_cap_a_success_counts() -> None:
    found = team(settings=with_settings(rollup_cap=1.2)).by_id["TEAM"]
    assert parts(found.bridge)["NEAR"] == round(0.2 / 6, 9)


def test_a_roll_up_is_never_negated() -> None:
    plan = plan_of(
        goal("TEAM", direction=LOWER), goal("A", "TEAM"),
        actuals={"A": [1, 1, 8]}, plan={"A": [1, 1, 10]},
    )  # fmt: skip
    assert parts(review(plan).by_id["TEAM"].bridge) == {"A": -0.2}


def test_a_child_with_plan_0_scores_all_or_nothing() -> None:
    found = reviewed(
        goal("SAFE"), goal("HURT", "SAFE", direction=LOWER), goal("CALM", "SAFE"),
        actuals={"HURT": [0, 0, 2], "CALM": [0, 0, 1]},
        plan={"HURT": [0] * 3, "CALM": [0] * 3},
    ).by_id["SAFE"]  # fmt: skip
    assert parts(found.bridge) == {"HURT": -0.5, "CALM": 0}


# ---- Down the tree -----------------------------------------------------------------------------


def test_down_the_tree_a_part_is_split_as_the_childs_own_gap() -> None:
    found = reviewed(
        goal("PROFIT", formula="REV*MARGIN"),
        goal("REV", "PROFIT", formula="VISITS*BASKET"),
        goal("MARGIN", "PROFIT", aggregation=AVERAGE),
        goal("VISITS", "REV"), goal("BASKET", "REV"),
        actuals={"MARGIN": [0.3] * 3, "VISITS": [90] * 3, "BASKET": [22] * 3},
        plan={"MARGIN": [0.2] * 3, "VISITS": [100] * 3, "BASKET": [20] * 3},
    ).by_id["PROFIT"]  # fmt: skip
    # 1,980 × 30 % of 2,000 × 20 %: −20 × 25 %, +10 points × 1,990
    assert parts(found.bridge) == {"REV": -5, "MARGIN": 199}
    # REV's own −210 and +190 make −20, of which 25 % arrive
    assert leaves(found.bridge) == {"MARGIN": 199, "VISITS": -52.5, "BASKET": 47.5}
    assert leaves(found.bridge_to_date) == {"MARGIN": 597, "VISITS": -157.5, "BASKET": 142.5}


def test_a_leaf_that_is_met_twice_adds_up() -> None:
    found = reviewed(
        goal("PROFIT", formula="REV-COST"),
        goal("REV", formula="UNITS*PRICE"), goal("COST", formula="UNITS*4", direction=LOWER),
        goal("UNITS"), goal("PRICE"),
        actuals={"UNITS": [12] * 3, "PRICE": [10] * 3},
        plan={"UNITS": [10] * 3, "PRICE": [10] * 3},
    ).by_id["PROFIT"]  # fmt: skip
    assert parts(found.bridge) == {"REV": 20, "COST": -8}
    assert leaves(found.bridge) == {"UNITS": 12, "PRICE": 0}


def test_drivers_that_cancel_out_are_split_by_the_slope_at_plan() -> None:
    found = reviewed(
        goal("PROFIT", formula="REV*MARGIN"),
        goal("REV", formula="SHOP+WEB"), goal("MARGIN"), goal("SHOP"), goal("WEB"),
        actuals={"MARGIN": [0.3] * 3, "SHOP": [70] * 3, "WEB": [30] * 3},
        plan={"MARGIN": [0.2] * 3, "SHOP": [50] * 3, "WEB": [50] * 3},
    ).by_id["PROFIT"]  # fmt: skip
    assert parts(found.bridge) == {"REV": 0, "MARGIN": 10}
    # With the planned margin of 20 % more in the shops is 4, and as much is lost on the web.
    assert leaves(found.bridge) == {"MARGIN": 10, "SHOP": 4, "WEB": -4}


def rolled(direction: Direction = Direction.HIGHER, **fields: Any) -> GoalReview:
    """A roll-up of one goal on plan, whose two drivers cancel out, and one at 80 %."""
    return reviewed(
        goal("TEAM"), goal("REV", "TEAM", formula="SHOP+WEB", direction=direction),
        goal("CARE", "TEAM"), goal("SHOP"), goal("WEB"),
        actuals={"SHOP": [70] * 3, "WEB": [30] * 3, "CARE": [8] * 3},
        plan={"SHOP": [50] * 3, "WEB": [50] * 3, "CARE": [10] * 3},
        **fields,
    ).by_id["TEAM"]  # fmt: skip


def test_in_a_roll_up_too() -> None:
    # Half of the score is REV's; 20 of its plan of 100 are 10 points of the score.
    assert leaves(rolled().bridge) == {"CARE": -0.1, "SHOP": 0.1, "WEB": -0.1}
    assert leaves(rolled(LOWER).bridge) == {"CARE": -0.1, "SHOP": -0.1, "WEB": 0.1}


def test_what_a_cap_below_1_takes_is_the_childs_own() -> None:
    found = rolled(settings=with_settings(rollup_cap=0.9))
    assert parts(found.bridge) == {"REV": -0.05, "CARE": -0.1}
    assert leaves(found.bridge) == {"CARE": -0.1, "REV": -0.05, "SHOP": 0, "WEB": 0}


def test_roll_ups_of_roll_ups_and_formulas() -> None:
    found = reviewed(
        goal("ALL"), goal("TEAM", "ALL"), goal("REV", "TEAM", formula="SHOP+WEB"),
        goal("CARE", "ALL"), goal("SHOP"), goal("WEB"),
        actuals={"SHOP": [40] * 3, "WEB": [50] * 3, "CARE": [8] * 3},
        plan={"SHOP": [50] * 3, "WEB": [50] * 3, "CARE": [10] * 3},
    ).by_id["ALL"]  # fmt: skip
    # CARE −20 %, TEAM = REV −10 %, each half; all of REV's is the shops'
    assert parts(found.bridge) == {"TEAM": -0.05, "CARE": -0.1}
    assert leaves(found.bridge) == {"CARE": -0.1, "SHOP": -0.05, "WEB": 0}


def test_a_chain_of_formulas_as_long_as_the_book() -> None:
    chain = [goal(f"G{n}", formula=f"G{n + 1}+1") for n in range(600)]
    found = reviewed(*chain, goal("G600"), actuals={"G600": [5] * 3}, plan={"G600": [3] * 3}).by_id[
        "G0"
    ]
    assert parts(found.bridge) == {"G1": 2}
    assert leaves(found.bridge_to_date) == {"G600": 6}


def test_a_book_that_costs_too_much_has_bridges_for_a_part_of_it() -> None:
    plan = plan_of(
        *(goal(f"G{n}", formula="A*B") for n in range(9)), goal("A"), goal("B"),
        actuals={"A": [2] * 3, "B": [3] * 3}, plan={"A": [1] * 3, "B": [1] * 3},
    )  # fmt: skip
    month = Month(2026, 6)
    figures = GoalFigures(plan, month, lay_out(plan, [month], month), arrange(plan, month))
    for effort, expected in ((0, 0), (100, 3), (1000, 9)):  # 28 steps each
        bridges = Bridges(figures, effort)
        found = [bridges.of(f"G{n}", (month,)) for n in range(9)]
        assert sum(1 for one in found if one is not None) == expected


# ---- Nothing to split --------------------------------------------------------------------------


def test_goals_with_figures_of_their_own_have_no_bridge() -> None:
    found = reviewed(
        goal("KGI"), goal("A", "KGI"),
        actuals={"KGI": [1] * 3, "A": [1] * 3}, plan={"KGI": [2] * 3, "A": [2] * 3},
    )  # fmt: skip
    assert all(one.bridge is None and one.bridge_to_date is None for one in found.goals)


@pytest.mark.parametrize(
    ("actuals", "plan"),
    [
        ({"A": [1] * 3}, {"A": [1] * 3, "B": [1] * 3}),
        ({"A": [1] * 3, "B": [1] * 3}, {"A": [1] * 3}),
        ({"A": [1] * 3, "B": [0] * 3}, {"A": [1] * 3, "B": [1] * 3}),
        ({}, {}),
        # own figures, and nothing below them
        ({"REV": [4] * 3}, {"REV": [5] * 3}),
    ],
)
def test_without_a_gap_or_inputs_there_is_no_bridge(
    actuals: dict[str, Any], plan: dict[str, Any]
) -> None:
    found = reviewed(
        goal("REV", formula="A/B"), goal("A"), goal("B"), actuals=actuals, plan=plan
    ).by_id["REV"]
    assert found.bridge is None
    assert found.bridge_to_date is None


def test_formulas_in_a_circle_have_no_bridge() -> None:
    found = reviewed(
        goal("A", formula="B+1"), goal("B", formula="A+1"),
        actuals={"A": [1] * 3, "B": [1] * 3}, plan={"A": [2] * 3, "B": [1] * 3},
    )  # fmt: skip
    # Every figure is their own; each moves the other, and further down it goes in a circle.
    assert found.by_id["A"].bridge is not None
    found = reviewed(goal("A", formula="B+1"), goal("B", formula="A+1"))
    assert found.by_id["A"].bridge is None


def test_a_definition_that_changed_within_the_year() -> None:
    """From June on the sales of a shop that opened then count; the kiosk closed in May."""
    april, may, june = (Month(2026, month) for month in (4, 5, 6))
    plan = plan_of(
        goal("REV", formula="OLD+KIOSK", valid_to=may),
        goal("REV", formula="OLD+NEW", valid_from=june),
        goal("OLD"), goal("KIOSK", valid_to=may), goal("NEW", valid_from=june),
        actuals={"OLD": [9, 9, 9], "KIOSK": [4, 5], "NEW": [None, None, 7]},
        plan={"OLD": [10, 10, 10], "KIOSK": [6, 6], "NEW": [None, None, 5]},
    )  # fmt: skip
    found = review(plan, june).by_id["REV"]
    assert parts(found.bridge) == {"OLD": -1, "NEW": 2}
    # The kiosk is no goal of this review any more.
    assert parts(found.bridge_to_date) == {"OLD": -3, "NEW": 2, "elsewhere": -3}
    assert april < may


# ---- Cut to a scope ----------------------------------------------------------------------------


def test_parts_of_other_goals_become_one_that_names_none() -> None:
    bridge = Bridge(
        10, 4, -6,
        parts=(Part("A", 1), Part("B", -4), Part("C", -2), Part(None, -1, "unexplained")),
        leaves=(Part("X", -5), Part("B", 2), Part("Y", -2), Part(None, -1, "unexplained")),
    )  # fmt: skip
    found = within(bridge, {"A", "Y"})
    assert found is not None
    assert found.parts == (
        Part("A", 1), Part(None, -6, "elsewhere"), Part(None, -1, "unexplained")
    )  # fmt: skip
    assert found.leaves == (
        Part(None, -3, "elsewhere"), Part("Y", -2), Part(None, -1, "unexplained")
    )  # fmt: skip
    assert within(bridge, {"Z"}) is None
    again = within(found, {"A"})
    assert again is not None
    assert again.leaves == (Part(None, -5, "elsewhere"), Part(None, -1, "unexplained"))


# ---- Whole books -------------------------------------------------------------------------------


def bridges_of(found: Review) -> Iterator[tuple[GoalReview, Bridge, Figures]]:
    for one in found.goals:
        for bridge, figures in ((one.bridge, one.month), (one.bridge_to_date, one.to_date)):
            if bridge is not None:
                yield one, bridge, figures


def adds_up(one: GoalReview, bridge: Bridge, figures: Figures) -> None:
    total = figures.difference if bridge.is_difference else figures.gap
    assert total is not None
    assert bridge.total == pytest.approx(total, rel=1e-12, abs=1e-12)
    for split in (bridge.parts, bridge.leaves):
        values = [part.value for part in split]
        size = max([abs(bridge.plan), abs(bridge.actual), *map(abs, values)])
        assert math.fsum(values) == pytest.approx(bridge.total, rel=1e-9, abs=1e-12 * size), one.id
        assert len({(part.goal, part.kind) for part in split}) == len(split)
    sizes = [abs(part.value) for part in bridge.leaves]
    assert sizes == sorted(sizes, reverse=True)


TEXTS = ("{0}*{1}", "{0}+{1}-{2}", "{0}/{1}", "({0}-{1})/{0}", "{0}*(1-{1}%)+{2}", "MAX({0},{1})")
WORDS = {
    "direction": (Direction.HIGHER, LOWER, RANGE),
    "aggregation": (Aggregation.SUM, Aggregation.SUM, AVERAGE, LAST, MAX, MIN),
}


def random_plan(seed: int) -> Plan:
    """Six leaves, four formulas that build on each other, and two roll-ups above all of them;
    figures are missing here and there, equal plan at times, and some formulas' goals have their
    own too."""
    pick = random.Random(seed)
    known = [f"K{n}" for n in range(6)]
    above = [goal("TOP"), goal("TEAM", "TOP")]
    goals = [
        goal(name, pick.choice(("TOP", "TEAM")), tolerance=0.5, weight=pick.choice((None, 2)),
             **{key: pick.choice(words) for key, words in WORDS.items()})
        for name in known
    ]  # fmt: skip
    for n in range(4):
        text = pick.choice(TEXTS).format(*pick.sample(known, 3))
        words = {key: pick.choice(those) for key, those in WORDS.items()}
        goals.append(
            goal(f"F{n}", pick.choice(("TOP", "TEAM")), formula=text, tolerance=0.5, **words)
        )
        known.append(f"F{n}")
    own = [name for name in known if name[0] == "K" or pick.random() < 0.2]

    def row(like: list[float | None] | None = None) -> list[float | None]:
        fresh = [pick.choice((None, *[round(pick.uniform(-3, 9), 1)] * 7)) for _ in range(3)]
        return [pick.choice((a, b)) for a, b in zip(fresh, like or fresh, strict=True)]

    plan = {name: row() for name in own}
    actuals = {name: row(plan[name]) for name in own}
    settings = with_settings(rollup_cap=pick.choice((1.0, 1.2, 0.9)))
    return plan_of(*above, *goals, actuals=actuals, plan=plan, settings=settings)


@given(seed=st.integers(0, 10**9))
def test_in_random_trees_parts_and_leaves_add_up_to_the_gap(seed: int) -> None:
    found = review(random_plan(seed))
    for one, bridge, figures in bridges_of(found):
        adds_up(one, bridge, figures)
        assert all(part.goal is None or part.goal in found.by_id for part in bridge.leaves)
        assert one.source in ("formula", "rollup")


@pytest.mark.parametrize("seed", [3, 8])
def test_in_random_workbooks_too(seed: int, tmp_path: Path) -> None:
    data = book_bytes(RandomBook(seed, "en", 40).content())
    plan = read_plan(read_book(put(tmp_path, "book.xlsx", data))).plan
    assert plan is not None
    compared = list(bridges_of(review(plan)))
    for one, bridge, figures in compared:
        adds_up(one, bridge, figures)
    assert {one.source for one, _, _ in compared} == {"formula", "rollup"}


def test_the_samples_revenue_comes_from_its_channels() -> None:
    found = sample_review("en").by_id["SALES"]
    assert found.bridge is not None
    assert found.bridge_to_date is not None
    for name in ("ONLINE", "WHOLESALE", "SUBSC"):
        channel = sample_review("en").by_id[name]
        assert parts(found.bridge)[name] == pytest.approx(channel.month.gap)
        assert parts(found.bridge_to_date)[name] == pytest.approx(channel.to_date.gap)
    assert found.bridge_to_date.leaves[0].goal == "CVR"
    for one, bridge, figures in bridges_of(sample_review("en")):
        adds_up(one, bridge, figures)
