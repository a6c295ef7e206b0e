"""What to work on first: leaves ranked by what they cost a KGI and by what they move (SPEC 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.measures.kinds import Direction
from kpixl.plan.model import Goal, Level, Plan
from kpixl.review.figures import Review
from kpixl.review.focus import focus, missed_though_met
from kpixl.review.insights import Focus
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import sample_review
from tests.plans import goal, plan_of, with_settings

LOWER, RANGE = Direction.LOWER, Direction.RANGE


def kgi(goal_id: str, **fields: Any) -> Goal:
    return goal(goal_id, level=Level.KGI, **fields)


def company(**months: list[float | None]) -> Plan:
    """Sales = web + shop; web = visits × rate × basket, shop = doors × sold; three months, each
    the same unless ``months`` say otherwise."""
    figures: dict[str, list[float | None]] = {
        "VISITS": [100] * 3, "RATE": [0.5] * 3, "BASKET": [4] * 3,  # 200
        "DOORS": [20] * 3, "SOLD": [40] * 3,  # 800
    }  # fmt: skip
    return plan_of(
        kgi("SALES", formula="WEB+SHOP"),
        goal("WEB", "SALES", formula="VISITS*RATE*BASKET", level=Level.CSF),
        goal("VISITS", "WEB"), goal("RATE", "WEB"), goal("BASKET", "WEB"),
        goal("CLICKS", "WEB"),
        goal("SHOP", "SALES", formula="DOORS*SOLD", level=Level.CSF),
        goal("DOORS", "SHOP"), goal("SOLD", "SHOP"),
        plan=figures, actuals={**figures, **months},
    )  # fmt: skip


def only(found: Review) -> Focus:
    (one,) = focus(found)
    return one


def ranked(one: Focus) -> list[str]:
    return [lever.goal for lever in one.levers]


def proposed(one: Focus) -> list[str]:
    return [lever.goal for lever in one.proposed]


def leverage(one: Focus) -> dict[str, float | None]:
    return {
        lever.goal: None if lever.leverage is None else round(lever.leverage, 9)
        for lever in one.levers
    }


# ---- The ranking -------------------------------------------------------------------------------


def test_what_has_cost_most_comes_first_then_what_moves_most() -> None:
    # BASKET −1 × 50 = −50 a month, DOORS −1 × 40 = −40 in June; SOLD was above plan in May
    one = only(
        review(company(BASKET=[3, 3, 3], DOORS=[20, 20, 19], SOLD=[40, 45, 40])),
    )
    assert one.kgi == "SALES"
    assert ranked(one) == ["BASKET", "DOORS", "SOLD", "VISITS", "RATE"]
    contributions = [lever.contribution for lever in one.levers]
    assert contributions == [pytest.approx(one) for one in (-150, -40, 100, 0, 0)]


def test_what_is_not_computed_into_the_kgi_is_no_lever() -> None:
    assert "CLICKS" not in ranked(only(review(company())))


def test_at_most_three_are_proposed_those_that_cost_most() -> None:
    one = only(
        review(
            company(VISITS=[90] * 3, RATE=[0.4] * 3, BASKET=[3] * 3, DOORS=[19] * 3, SOLD=[39] * 3)
        )
    )
    costs = [-(lever.contribution or 0) for lever in one.levers]
    assert costs == sorted(costs, reverse=True)
    assert min(costs) > 0
    assert proposed(one) == ranked(one)[:3]


def test_what_pulls_is_proposed_though_it_is_on_plan_again() -> None:
    one = only(review(company(RATE=[0.4, 0.5, 0.5])))
    assert proposed(one) == ["RATE"]


def test_the_strongest_of_the_others_that_are_not_green_fill_the_list() -> None:
    # Behind in June, but ahead to date: SOLD moves 0.8 %, VISITS 0.2 % of the sales.
    one = only(review(company(VISITS=[120, 120, 95], SOLD=[50, 50, 39], RATE=[0.4] * 3)))
    assert proposed(one) == ["RATE", "SOLD", "VISITS"]
    assert [lever.goal for lever in one.levers if not lever.proposed] == ["DOORS", "BASKET"]


def test_where_everything_is_green_and_ahead_nothing_is_proposed() -> None:
    assert proposed(only(review(company()))) == []
    assert proposed(only(review(company(VISITS=[110] * 3, SOLD=[41] * 3)))) == []


def test_a_leaf_without_data_is_no_proposal() -> None:
    one = only(review(company(SOLD=[50, 50, None])))
    assert proposed(one) == []


def test_a_cost_that_is_too_high_pulls_a_profit_down() -> None:
    plan = plan_of(
        kgi("PROFIT", formula="SALES-COST"), goal("SALES"), goal("COST", direction=LOWER),
        plan={"SALES": [10] * 3, "COST": [6] * 3}, actuals={"SALES": [11] * 3, "COST": [8] * 3},
    )  # fmt: skip
    one = only(review(plan))
    assert [(lever.goal, lever.contribution) for lever in one.levers] == [
        ("COST", -6), ("SALES", 3)
    ]  # fmt: skip
    # Of a profit of 3, 0.11 and 0.08
    assert leverage(one) == {"SALES": round(11 / 3, 9), "COST": round(-8 / 3, 9)}


def test_of_a_kgi_where_lower_is_better_the_cost_is_what_raises_it() -> None:
    plan = plan_of(
        kgi("COST", formula="RENT+POWER", direction=LOWER),
        goal("RENT", direction=LOWER), goal("POWER", direction=LOWER),
        plan={"RENT": [10] * 3, "POWER": [6] * 3}, actuals={"RENT": [9] * 3, "POWER": [8] * 3},
    )  # fmt: skip
    one = only(review(plan))
    assert [(lever.goal, lever.contribution) for lever in one.levers] == [
        ("POWER", -6), ("RENT", 3)
    ]  # fmt: skip
    assert proposed(one) == ["POWER"]


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    # 33 of 30: IN took it 6 away from its plan, OUT 3 back
    [(5, []), (2, ["IN"])],
)
def test_of_a_range_kgi_the_cost_is_what_took_it_out_of_its_tolerance(
    tolerance: float, expected: list[str]
) -> None:
    plan = plan_of(
        kgi("STOCK", formula="IN-OUT", direction=RANGE, tolerance=tolerance),
        goal("IN"), goal("OUT"),
        plan={"IN": [15] * 3, "OUT": [5] * 3}, actuals={"IN": [17] * 3, "OUT": [6] * 3},
    )  # fmt: skip
    assert proposed(only(review(plan))) == expected


# ---- Leverage ----------------------------------------------------------------------------------


def test_leverage_goes_through_formulas_of_formulas() -> None:
    # The web is 200 of 1,000, the shops 800.
    assert leverage(only(review(company()))) == {
        "VISITS": 0.2, "RATE": 0.2, "BASKET": 0.2, "DOORS": 0.8, "SOLD": 0.8
    }  # fmt: skip


def test_leverage_is_that_of_the_review_month() -> None:
    # June: 50 × 0.5 × 4 = 100 of 900
    found = leverage(only(review(company(VISITS=[100, 100, 50]))))
    assert found["VISITS"] == round(100 / 9 / 100, 9)


def test_where_the_month_is_not_in_yet_leverage_is_that_of_the_last_that_is() -> None:
    assert leverage(only(review(company(SOLD=[10, 40, None], VISITS=[1, 100, 900])))) == {
        "VISITS": 0.2, "RATE": 0.2, "BASKET": 0.2, "DOORS": 0.8, "SOLD": 0.8
    }  # fmt: skip


def test_a_figure_of_its_own_moves_as_its_formula_does() -> None:
    # The web has 400 of its own: as much as visits × rate × basket twice.
    found = leverage(only(review(company(WEB=[400] * 3))))
    assert found["RATE"] == round(400 / 12 / 100, 9)


def test_a_leaf_that_is_met_twice_moves_both() -> None:
    plan = plan_of(
        kgi("PROFIT", formula="UNITS*PRICE-COST"), goal("COST", formula="UNITS*4"),
        goal("UNITS"), goal("PRICE"),
        plan={"UNITS": [10] * 3, "PRICE": [9] * 3}, actuals={"UNITS": [10] * 3, "PRICE": [9] * 3},
    )  # fmt: skip
    assert leverage(only(review(plan))) == {"UNITS": 1, "PRICE": 1.8}


def team(settings: dict[str, Any] | None = None, **fields: Any) -> Focus:
    """A roll-up of goals at 80, 150 and −20 %, one within its tolerance, and one of a formula."""
    plan = plan_of(
        kgi("TEAM", **fields),
        goal("FAR", "TEAM", weight=3), goal("NEAR", "TEAM"),
        goal("COST", "TEAM", direction=LOWER), goal("SICK", "TEAM", direction=LOWER),
        goal("STOCK", "TEAM", direction=RANGE, tolerance=10), goal("NEW", "TEAM", weight=9),
        goal("RATE", "TEAM", formula="GOOD/ALL"), goal("GOOD"), goal("ALL"),
        plan={"FAR": [100] * 3, "NEAR": [100] * 3, "COST": [100] * 3, "SICK": [100] * 3,
              "STOCK": [100] * 3, "NEW": [1] * 3, "GOOD": [90] * 3, "ALL": [100] * 3},
        actuals={"FAR": [80] * 3, "NEAR": [150] * 3, "COST": [120] * 3, "SICK": [220] * 3,
                 "STOCK": [105] * 3, "GOOD": [45] * 3, "ALL": [100] * 3},
        settings=with_settings(**settings or {}),
    )  # fmt: skip
    return only(review(plan))


def test_a_roll_up_moves_by_weight_within_floor_and_cap() -> None:
    # 3 × 0.8 + 1 + 0.8 + 0 + 1 + 0.5 = 5.7 of weights of 8 (NEW has no data)
    assert leverage(team()) == {
        "FAR": round(3 * 0.8 / 5.7, 9),
        "NEAR": 0,  # above the cap
        "COST": round(-1.2 / 5.7, 9),
        "SICK": 0,  # below the floor
        "STOCK": 0,  # inside its tolerance
        "GOOD": round(0.5 / 5.7, 9),
        "ALL": round(100 * 0.5 * (1 / 1.01 - 1) / 5.7, 9),
    }


def test_a_higher_cap_leaves_room() -> None:
    # NEAR counts 1.5 to 1.515 of 5.7 + 0.5
    assert leverage(team({"rollup_cap": 2.0}))["NEAR"] == round(1.5 / 6.2, 9)


def test_a_roll_ups_levers_cost_what_their_attainment_lacks() -> None:
    one = team()
    # SICK −1 × 1, FAR −0.2 × 3, RATE −0.5 of 8 each; RATE's is that of its GOOD
    assert [lever.goal for lever in one.levers[:4]] == ["SICK", "FAR", "GOOD", "COST"]
    assert proposed(one) == ["SICK", "FAR", "GOOD"]


def test_roll_ups_of_roll_ups() -> None:
    plan = plan_of(
        kgi("ALL"), goal("TEAM", "ALL"), goal("A", "TEAM"), goal("B", "TEAM"), goal("C", "ALL"),
        plan=dict.fromkeys("ABC", [10.0] * 3), actuals=dict.fromkeys("ABC", [8.0] * 3),
    )  # fmt: skip
    # 0.008 × ½ × ½, and × ½, of 0.8
    assert leverage(only(review(plan))) == {"A": 0.25, "B": 0.25, "C": 0.5}


def test_of_a_kgi_of_0_nothing_is_known() -> None:
    plan = plan_of(
        kgi("NET", formula="A-B"), goal("A"), goal("B"),
        plan={"A": [2] * 3, "B": [1] * 3}, actuals={"A": [1] * 3, "B": [1] * 3},
    )  # fmt: skip
    one = only(review(plan))
    assert leverage(one) == {"A": None, "B": None}
    assert proposed(one) == ["A"]


# ---- Which KGIs --------------------------------------------------------------------------------


def test_a_kgi_with_figures_of_its_own_has_no_focus_list() -> None:
    plan = plan_of(
        kgi("KGI"), goal("A", "KGI"),
        plan={"KGI": [1] * 3, "A": [1] * 3}, actuals={"KGI": [1] * 3, "A": [1] * 3},
    )  # fmt: skip
    assert focus(review(plan)) == ()


def test_every_kgi_has_its_own() -> None:
    plan = plan_of(
        kgi("X", formula="A*2"), kgi("Y", formula="A*B"), goal("A"), goal("B"),
        plan={"A": [1] * 3, "B": [1] * 3}, actuals={"A": [1] * 3, "B": [1] * 3},
    )  # fmt: skip
    assert [(one.kgi, ranked(one)) for one in focus(review(plan))] == [
        ("X", ["A"]), ("Y", ["A", "B"])
    ]  # fmt: skip


def test_formulas_in_a_circle_do_not_end_in_one() -> None:
    plan = plan_of(
        kgi("A", formula="B+C"), goal("B", formula="A+1"), goal("C"),
        plan=dict.fromkeys("ABC", [1.0] * 3), actuals=dict.fromkeys("ABC", [2.0] * 3),
    )  # fmt: skip
    # Each has a figure of its own; A of 2 is B + C of 4, to which C brings half.
    assert leverage(only(review(plan)))["C"] == 0.5


def test_a_scope_without_a_kgi_has_the_goals_at_its_top() -> None:
    found = scoped(review(company(RATE=[0.4] * 3)), "WEB")
    one = only(found)
    assert one.kgi == "WEB"
    assert proposed(one) == ["RATE"]
    assert leverage(one) == {"RATE": 1, "VISITS": 1, "BASKET": 1}


def test_in_a_scope_the_levers_outside_it_are_not_named() -> None:
    plan = company(RATE=[0.4] * 3, SOLD=[39] * 3)
    board = ("SALES", "SOLD", "RATE")
    goals = tuple(replace(one, owner="Mori") if one.id in board else one for one in plan.goals)
    found = scoped(review(replace(plan, goals=goals)), "owner:Mori")
    one = only(found)
    assert ranked(one) == ["RATE", "SOLD"]
    # How the sales move is not to be told without the figures of others.
    assert leverage(one) == {"RATE": None, "SOLD": None}


def test_a_roll_up_without_some_of_its_children_is_another_one() -> None:
    plan = plan_of(
        kgi("TEAM", owner="Mori"), goal("A", "TEAM", owner="Mori"), goal("B", "TEAM"),
        plan=dict.fromkeys("AB", [10.0] * 3), actuals=dict.fromkeys("AB", [8.0] * 3),
    )  # fmt: skip
    assert leverage(only(review(plan))) == {"A": 0.5, "B": 0.5}
    assert leverage(only(scoped(review(plan), "owner:Mori"))) == {"A": None}


def test_a_long_chain_of_formulas() -> None:
    chain = [kgi("G0", formula="G1+1")]
    chain += [goal(f"G{n}", formula=f"G{n + 1}+1") for n in range(1, 400)]
    plan = plan_of(*chain, goal("G400"), actuals={"G400": [5] * 3}, plan={"G400": [3] * 3})
    assert leverage(only(review(plan))) == {"G400": round(5 / 405, 9)}


def test_a_book_that_costs_too_much_still_has_its_lists() -> None:
    """Forty KGIs, each of all that stand before it and three hundred goals."""
    names = [f"K{n}" for n in range(300)]
    tops = [
        kgi(f"T{n}", formula="+".join([*names, *(f"T{m}" for m in range(n))])) for n in range(40)
    ]
    figures: dict[str, list[float | None]] = {name: [None, None, 1.0] for name in names}
    plan = plan_of(*tops, *map(goal, names), actuals=figures, plan=figures)
    found = focus(review(plan))
    assert len(found) == 40
    assert all(len(one.levers) == 300 for one in found)
    assert found[0].levers[0].leverage == pytest.approx(1 / 300)
    assert found[-1].levers[0].leverage is None


def test_the_samples_revenue_is_held_back_by_the_conversion_rate() -> None:
    one = only(sample_review("en"))
    assert proposed(one) == ["CVR", "SUBS"]
    for lever in one.levers:
        assert lever.leverage is not None
        assert 0 < lever.leverage < 1


# ---- Goal missed, KPIs met ---------------------------------------------------------------------


def history(goal_id: str, parent: str | None, months: str) -> tuple[Goal, list[float]]:
    """A goal whose months are Green (g), Amber (a) or Red (r) against a plan of 10."""
    return goal(goal_id, parent), [{"g": 10.0, "a": 9.5, "r": 5.0}[one] for one in months]


def missed(*rows: tuple[Goal, list[float]], scope: str = "") -> list[str]:
    plan = plan_of(
        *(one for one, _ in rows),
        actuals={one.id: list(figures) for one, figures in rows},
        plan={one.id: [10.0] * 3 for one, _ in rows},
    )
    return [one.id for one in missed_though_met(scoped(review(plan), scope))]


@pytest.mark.parametrize(
    ("above", "first", "second", "expected"),
    [
        ("rrr", "ggg", "ggg", ["TOP"]),
        ("arr", "ggg", "ggg", []),
        ("rra", "ggg", "ggg", []),
        ("rrr", "ggg", "gga", []),
        ("rrr", "agg", "ggg", []),
        ("ggg", "ggg", "ggg", []),
    ],
)
def test_a_goal_missed_for_three_months_though_its_goals_were_met(
    above: str, first: str, second: str, expected: list[str]
) -> None:
    rows = (history("TOP", None, above), history("A", "TOP", first), history("B", "TOP", second))
    assert missed(*rows) == expected


def test_a_goal_without_children_is_just_missed() -> None:
    assert missed(history("TOP", None, "rrr")) == []


def test_a_goal_is_not_judged_without_all_its_children() -> None:
    top, a, b = (
        history("TOP", None, "rrr"),
        history("A", "TOP", "ggg"),
        history("B", "TOP", "ggg"),
    )
    mine = [(replace(one, owner="Mori"), figures) for one, figures in (top, a)]
    assert missed(*mine, b) == ["TOP"]
    assert missed(*mine, b, scope="owner:Mori") == []
    assert missed(*mine, b, scope="TOP") == ["TOP"]
