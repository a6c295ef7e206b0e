"""A formula's difference among its drivers: Shapley values (SPEC 7).

Expected figures are published ones, hand calculations, or those of :func:`by_all_orders` and
:func:`by_all_mixtures`, which know nothing but the definition.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpixl.measures.bridge import (
    MOST_TOGETHER,
    Effort,
    TooMuch,
    closed,
    is_nothing,
    leverage,
    shapley,
    slope,
)
from kpixl.measures.formula import Node, evaluate, inputs, parse
from kpixl.measures.moving import mixed

Figures = Mapping[str, float]


def split(text: str, plan: Figures, actual: Figures) -> dict[str, float]:
    found = shapley(parse(text), plan, actual)
    assert found is not None
    return found


def by_all_orders(formula: Node, plan: Figures, actual: Figures) -> dict[str, float] | None:
    """Move one driver after the other, in every order, and average what each move changes."""
    drivers = inputs(formula)
    totals = dict.fromkeys(drivers, 0.0)
    orders = list(permutations(drivers))
    for order in orders:
        figures = dict(plan)
        before = evaluate(formula, figures)
        for driver in order:
            figures[driver] = actual[driver]
            after = evaluate(formula, figures)
            if before is None or after is None:
                return None
            totals[driver] += after - before
            before = after
    return {driver: total / len(orders) for driver, total in totals.items()}


def by_all_mixtures(formula: Node, plan: Figures, actual: Figures) -> dict[str, float]:
    """The same by the sum over coalitions, for formulas whose orders are too many."""
    drivers = inputs(formula)
    count = len(drivers)

    def value(moved: int) -> float:
        found = evaluate(
            formula,
            {one: (actual if moved >> n & 1 else plan)[one] for n, one in enumerate(drivers)},
        )
        assert found is not None
        return found

    values = [value(moved) for moved in range(1 << count)]
    return {
        driver: math.fsum(
            (values[moved | 1 << n] - values[moved])
            / (count * math.comb(count - 1, moved.bit_count()))
            for moved in range(1 << count)
            if not moved >> n & 1
        )
        for n, driver in enumerate(drivers)
    }


def numbered(names: str, first: float, step: float) -> dict[str, float]:
    """Each name, a letter, with a figure of its own."""
    return {name: first + step * n * (-1) ** n for n, name in enumerate(names)}


# ---- Published examples ------------------------------------------------------------------------


def test_das_gupta_example_2_1_earnings_as_price_times_volume() -> None:
    """P. Das Gupta, "Standardization and Decomposition of Rates: A User's Manual" (US Bureau of
    the Census, 1993), example 2.1: what a price-volume analysis does with its joint variance."""
    found = split(
        "EARNINGS*SHARE",
        {"EARNINGS": 10930, "SHARE": 0.717892},
        {"EARNINGS": 16591, "SHARE": 0.825974},
    )
    assert found == {
        "EARNINGS": pytest.approx(4369.913, abs=5e-4),
        "SHARE": pytest.approx(1487.262, abs=5e-4),
    }


def test_das_gupta_example_2_2_a_product_of_three() -> None:
    found = split(
        "B*W*P",
        {"B": 51.78746, "W": 0.45919, "P": 0.52638},
        {"B": 84.90502, "W": 0.75756, "P": 0.51065},
    )
    expected = {"B": 10.4340333, "W": 10.5608476, "P": -0.6670084}
    assert found == {key: pytest.approx(value, abs=5e-8) for key, value in expected.items()}


def test_das_gupta_example_2_3_a_product_of_four() -> None:
    found = split(
        "A*B*C*D",
        {"A": 25.3, "B": 0.214, "C": 0.279, "D": 0.949},
        {"A": 32.7, "B": 0.290, "C": 0.473, "D": 0.986},
    )
    expected = {"A": 0.6889411, "B": 0.8125381, "C": 1.3829055, "D": 0.1047547}
    assert found == {key: pytest.approx(value, abs=5e-8) for key, value in expected.items()}


def test_das_gupta_example_2_4_a_product_of_five() -> None:
    found = split(
        "M*N*A*L*F",
        {"M": 0.58, "N": 0.76, "A": 0.84, "L": 0.66, "F": 16.573},
        {"M": 0.72, "N": 0.97, "A": 0.97, "L": 0.56, "F": 16.158},
    )
    expected = {"M": 1.0909785, "N": 1.2298438, "A": 0.7278399, "L": -0.8398707, "F": -0.1290187}
    assert found == {key: pytest.approx(value, abs=5e-8) for key, value in expected.items()}


def test_das_gupta_example_4_3_a_sum_of_seven_products() -> None:
    """Births a woman, women married and women in the population, by seven age groups: 21 drivers,
    whose parts by kind are the published effects."""
    now = {
        "B": (488, 452, 338, 156, 63, 22, 3),
        "M": (0.082, 0.527, 0.866, 0.941, 0.942, 0.923, 0.876),
        "W": (0.058, 0.038, 0.032, 0.030, 0.026, 0.023, 0.019),
    }
    then = {
        "B": (393, 407, 369, 274, 184, 90, 16),
        "M": (0.122, 0.622, 0.903, 0.930, 0.916, 0.873, 0.800),
        "W": (0.043, 0.041, 0.036, 0.032, 0.026, 0.020, 0.018),
    }
    plan, actual = (
        {f"{kind}{n}": float(one) for kind, row in side.items() for n, one in enumerate(row)}
        for side in (then, now)
    )
    found = split("+".join(f"B{n}*M{n}*W{n}" for n in range(7)), plan, actual)
    effects = {
        kind: math.fsum(part for driver, part in found.items() if driver[0] == kind)
        for kind in "BMW"
    }
    expected = {"B": -7.285632, "M": -2.720633, "W": -1.565181}
    assert effects == {kind: pytest.approx(value, abs=5e-7) for kind, value in expected.items()}


def test_the_glove_game() -> None:
    """Two owners of a left glove and one of a right one, as in textbooks (and Wikipedia, "Shapley
    value"): a pair is worth 1, and the right glove two thirds of it."""
    gloves = ("LEFT1", "LEFT2", "RIGHT")
    found = split("MIN(LEFT1+LEFT2, RIGHT)", dict.fromkeys(gloves, 0.0), dict.fromkeys(gloves, 1.0))
    assert found == {
        "LEFT1": pytest.approx(1 / 6),
        "LEFT2": pytest.approx(1 / 6),
        "RIGHT": pytest.approx(4 / 6),
    }


@pytest.mark.parametrize(
    ("costs", "shares"),
    [
        # Wikipedia, "Airport problem"
        ((8, 11, 13, 18), (2, 3, 4, 9)),
        # three and six runways, as worked out by readers of Mathematics Stack Exchange
        ((100, 160, 200), (100 / 3, 190 / 3, 310 / 3)),
        ((40, 50, 60, 70, 80, 90), (40 / 6, 52 / 6, 67 / 6, 87 / 6, 117 / 6, 177 / 6)),
    ],
)
def test_the_airport_game(costs: tuple[int, ...], shares: tuple[float, ...]) -> None:
    """The runway is as long as the largest aeroplane needs it."""
    needs = {f"PLANE{n}": float(cost) for n, cost in enumerate(costs)}
    found = split(f"MAX({','.join(needs)})", dict.fromkeys(needs, 0.0), needs)
    assert list(found.values()) == pytest.approx(list(shares))


def test_an_airport_of_thirty_aeroplanes() -> None:
    """S. C. Littlechild and G. Owen, "A simple expression for the Shapley value in a special
    case", Management Science 20, 1973: each stretch is paid by those who need it."""
    needs = {f"PLANE{n:02}": float((n * 7) % 23 + 1) for n in range(30)}
    found = split(f"MAX({','.join(needs)})", dict.fromkeys(needs, 0.0), needs)
    for plane, need in needs.items():
        share, reached = 0.0, 0.0
        for stretch in sorted(set(needs.values())):
            if stretch <= need:
                users = sum(1 for other in needs.values() if other >= stretch)
                share += (stretch - reached) / users
            reached = stretch
        assert found[plane] == pytest.approx(share)


def test_an_owner_and_four_workers() -> None:
    """Wikipedia, "Shapley value", business example: without the owner nothing, with him p for
    each of m workers: he gets m×p÷2, each of them p÷2."""
    names = ("OWNER", "W1", "W2", "W3", "W4")
    found = split("OWNER*(W1+W2+W3+W4)*30", dict.fromkeys(names, 0.0), dict.fromkeys(names, 1.0))
    assert found == {"OWNER": pytest.approx(60), **dict.fromkeys(names[1:], pytest.approx(15))}


# ---- By hand -----------------------------------------------------------------------------------


def test_price_and_volume_share_what_they_did_together() -> None:
    # Price 10 → 12, volume 100 → 90: +2 × 95 (mean volume), −10 × 11 (mean price); 1080 − 1000.
    assert split("P*V", {"P": 10, "V": 100}, {"P": 12, "V": 90}) == {"P": 190, "V": -110}


def test_the_du_pont_identity() -> None:
    """Return on equity = margin × turnover × leverage. A part is the driver's own change times
    (2 × others at plan + the two mixtures + 2 × others at actual) ÷ 6."""
    plan = {"MARGIN": 0.10, "TURNOVER": 1.5, "LEVERAGE": 2.0}  # 30 %
    actual = {"MARGIN": 0.08, "TURNOVER": 1.6, "LEVERAGE": 2.5}  # 32 %
    found = split("MARGIN*TURNOVER*LEVERAGE", plan, actual)
    # −0.02 × (2×3.0 + 1.5×2.5 + 1.6×2.0 + 2×4.0) ÷ 6 = −0.02 × 20.95 ÷ 6
    assert found["MARGIN"] == pytest.approx(-0.02 * 20.95 / 6)
    # 0.1 × (2×0.20 + 0.10×2.5 + 0.08×2.0 + 2×0.20) ÷ 6
    assert found["TURNOVER"] == pytest.approx(0.1 * 1.21 / 6)
    # 0.5 × (2×0.15 + 0.10×1.6 + 0.08×1.5 + 2×0.128) ÷ 6
    assert found["LEVERAGE"] == pytest.approx(0.5 * 0.836 / 6)
    assert math.fsum(found.values()) == pytest.approx(0.02)


def test_what_cancels_out_of_the_du_pont_identity_has_no_part() -> None:
    names = ("INCOME", "SALES", "ASSETS", "EQUITY")
    plan = dict(zip(names, (10.0, 100.0, 66.0, 33.0), strict=True))
    actual = dict(zip(names, (12.0, 150.0, 80.0, 30.0), strict=True))
    found = split("(INCOME/SALES)*(SALES/ASSETS)*(ASSETS/EQUITY)", plan, actual)
    assert found["SALES"] == pytest.approx(0, abs=1e-15)
    assert found["ASSETS"] == pytest.approx(0, abs=1e-15)
    # 2 × (1/33 + 1/30) ÷ 2, and (1/30 − 1/33) × 11
    assert found["INCOME"] == pytest.approx(1 / 33 + 1 / 30)
    assert found["EQUITY"] == pytest.approx((1 / 30 - 1 / 33) * 11)


def test_a_sum_has_each_drivers_own_change() -> None:
    plan, actual = {"A": 1, "B": 2, "C": 3}, {"A": 4, "B": 2, "C": 1}
    assert split("A+2*B-C", plan, actual) == {"A": 3, "B": 0, "C": 2}


def test_a_ratio() -> None:
    # 10/100 → 12/80: 2 × (1/100 + 1/80) ÷ 2 and (1/80 − 1/100) × 11
    found = split("N/D", {"N": 10, "D": 100}, {"N": 12, "D": 80})
    assert found == {"N": pytest.approx(0.0225), "D": pytest.approx(0.0275)}


def test_drivers_keep_the_order_of_the_formula() -> None:
    plan = dict.fromkeys("ABCD", 1.0)
    assert list(split("C*A+D/B", plan, dict.fromkeys("ABCD", 2.0))) == ["C", "A", "D", "B"]


def test_a_formula_without_inputs_has_no_parts() -> None:
    assert split("2*3", {}, {}) == {}


# ---- Not available -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plan", "actual"),
    [
        ("A*B", {"A": 1.0, "B": None}, {"A": 1.0, "B": 2.0}),
        ("A*B", {"A": 1.0, "B": 1.0}, {"A": 1.0}),
        ("A/B", {"A": 1.0, "B": 0.0}, {"A": 1.0, "B": 2.0}),
        # 1 ÷ (3 − 2) and 1 ÷ (4 − 3) are there, but 1 ÷ (3 − 3) lies on the way
        ("A/(B-C)", {"A": 1.0, "B": 3.0, "C": 2.0}, {"A": 1.0, "B": 4.0, "C": 3.0}),
        # (−1) ^ 0.5 is no number
        ("A^B", {"A": -1.0, "B": 2.0}, {"A": 4.0, "B": 0.5}),
        ("A^B", {"A": 1e200, "B": 1.0}, {"A": 2.0, "B": 2.0}),
        # twenty drivers in both of two sums that are multiplied, and divided by a third
        (
            "1/({0})/({0}+{1})".format("+".join(f"K{n}" for n in range(20)), "K1*K2"),
            {f"K{n}": 1.0 for n in range(20)},
            {f"K{n}": 2.0 + n for n in range(20)},
        ),
    ],
)
def test_what_cannot_be_split_is_not_available(
    text: str, plan: dict[str, float | None], actual: dict[str, float | None]
) -> None:
    assert shapley(parse(text), plan, actual) is None


# ---- Against the definition --------------------------------------------------------------------


def formulas(names: str) -> st.SearchStrategy[str]:
    """Formulas of every operation over a few goals, which may stand in them repeatedly."""
    leaves = st.one_of(st.sampled_from(names), st.sampled_from(names), st.sampled_from("237"))

    def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        several = st.lists(smaller, min_size=2, max_size=3).map(",".join)
        signs = st.sampled_from("++--**//")
        return st.one_of(
            st.tuples(smaller, signs, smaller).map(lambda one: f"({one[0]}{one[1]}{one[2]})"),
            st.tuples(smaller, signs, smaller).map(lambda one: f"{one[0]}{one[1]}{one[2]}"),
            st.tuples(st.sampled_from(("SUM", "MIN", "MAX", "AVERAGE")), several).map(
                lambda one: f"{one[0]}({one[1]})"
            ),
            smaller.map(lambda one: f"ABS({one})"),
            smaller.map(lambda one: f"-({one})"),
            smaller.map(lambda one: f"({one})%"),
            smaller.map(lambda one: f"({one})^2"),
        )

    return st.recursive(leaves, larger, max_leaves=8)


figures = st.one_of(st.floats(0.5, 20), st.floats(-20, -0.5), st.sampled_from([0.0, 1.0, 5.0]))
sides = st.fixed_dictionaries(dict.fromkeys("ABCDE", figures))


@given(text=formulas("ABCDE"), plan=sides, actual=sides)
def test_any_formula_is_split_as_the_definition_says(
    text: str, plan: dict[str, float], actual: dict[str, float]
) -> None:
    formula = parse(text)
    expected = by_all_orders(formula, plan, actual)
    found = shapley(formula, plan, actual)
    if expected is None:
        assert found is None
        return
    assert found is not None
    size = max([1.0, *map(abs, expected.values())])
    for driver, part in expected.items():
        assert found[driver] == pytest.approx(part, rel=1e-9, abs=1e-9 * size)


@pytest.mark.parametrize(
    "text",
    [
        "A*B*C*D*E*F*G*H*I",
        "(A+B+C)/(D+E+F)*G-H*I",
        "(A*B+C*D+E*F+G*H)/(B+D+F+H)",  # the mean price of four products
        "(A-B-C-D)*(A+E+F)*(G+B)/(H+I)",
        "MAX(A*B,C+D,MIN(E,F)*G)/(A+H)",
        "ABS(A-B+C-D+E)*(F-G)%/(H^2+I)",
        "(A+B+C+D)/(A+B+C+D+E+F+G)",
        "(A/B)*(C/(D*E))/(F/(G+H))",
        "SUM(A,B,C)*AVERAGE(A,D,E)-(F+G)^H",
        "A*(B+C*(D+E*(F+G*(H+I))))",
    ],
)
def test_formulas_of_many_drivers_are_split_as_the_definition_says(text: str) -> None:
    formula = parse(text)
    plan, actual = numbered("ABCDEFGHI", 2.0, 0.13), numbered("ABCDEFGHI", 2.5, 0.31)
    expected = by_all_mixtures(formula, plan, actual)
    assert split(text, plan, actual) == {
        driver: pytest.approx(part, rel=1e-9, abs=1e-12) for driver, part in expected.items()
    }


@given(text=formulas("ABCDE"), plan=sides, actual=sides)
def test_parts_add_up_to_the_difference(
    text: str, plan: dict[str, float], actual: dict[str, float]
) -> None:
    formula = parse(text)
    parts = shapley(formula, plan, actual)
    assume(parts is not None)
    before, after = evaluate(formula, plan), evaluate(formula, actual)
    assert parts is not None
    assert before is not None
    assert after is not None
    size = max([abs(before), abs(after), *map(abs, parts.values())])
    assert math.fsum(parts.values()) == pytest.approx(after - before, rel=1e-9, abs=1e-12 * size)


@given(text=formulas("ABCDE"), plan=sides, actual=sides)
def test_a_driver_that_did_not_move_has_no_part(
    text: str, plan: dict[str, float], actual: dict[str, float]
) -> None:
    actual["A"] = plan["A"]
    parts = shapley(parse(text), plan, actual)
    assert parts is None or parts.get("A", 0.0) == 0.0


@given(plan=sides, actual=sides)
def test_drivers_that_do_the_same_have_the_same_part(
    plan: dict[str, float], actual: dict[str, float]
) -> None:
    plan["B"], actual["B"] = plan["A"], actual["A"]
    for text in ("A*B*C", "(A+B)*C/7", "MAX(A,B,C)", "C/(A+B+30)/(D+50)", "A*C+C*B"):
        parts = shapley(parse(text), plan, actual)
        assert parts is None or parts["A"] == pytest.approx(parts["B"], rel=1e-9, abs=1e-9)


@given(plan=sides, actual=sides, factor=st.sampled_from([1e-6, 0.3, 1e8]))
def test_the_unit_of_a_driver_makes_no_difference(
    plan: dict[str, float], actual: dict[str, float], factor: float
) -> None:
    for text, other in (("A*B*C-D", "A/K*B*C-D"), ("(A+B)/(C+30)", "(A/K+B)/(C+30)")):
        parts = split(text, plan, actual)
        ends = ({**side, "A": side["A"] * factor, "K": factor} for side in (plan, actual))
        again = split(other, *ends)
        size = max(1.0, *map(abs, parts.values()))
        for driver, part in parts.items():
            assert again[driver] == pytest.approx(part, rel=1e-9, abs=1e-9 * size)


@given(plan=sides, actual=sides, factor=st.floats(-100, 100))
def test_parts_of_a_multiple_are_multiples_of_the_parts(
    plan: dict[str, float], actual: dict[str, float], factor: float
) -> None:
    ends = ({**side, "K": factor} for side in (plan, actual))
    parts, more = split("A*B-C*D", plan, actual), split("K*(A*B-C*D)", *ends)
    for driver, part in parts.items():
        assert more[driver] == pytest.approx(factor * part, rel=1e-9, abs=1e-9)


# ---- Many drivers ------------------------------------------------------------------------------


def test_sums_and_products_of_any_length() -> None:
    """Trying every mixture of fifty drivers would never end."""
    names = [f"K{n}" for n in range(50)]
    plan = dict.fromkeys(names, 1.0)
    actual = {name: 1.0 + n / 1000 for n, name in enumerate(names)}
    both = f"({'+'.join(names[:25])})*{'*'.join(names[25:])}"
    for text in ("+".join(names), "*".join(names), both):
        parts = split(text, plan, actual)
        before, after = evaluate(parse(text), plan), evaluate(parse(text), actual)
        assert before is not None
        assert after is not None
        assert math.fsum(parts.values()) == pytest.approx(after - before, rel=1e-9)


def test_what_would_take_for_ever_is_not_split() -> None:
    names = [f"K{n}" for n in range(1500)]
    plan, actual = dict.fromkeys(names, 1.0), dict.fromkeys(names, 1.01)
    assert shapley(parse("*".join(names)), plan, actual) is None
    assert shapley(parse("+".join(names)), plan, actual) is not None


def test_effort_is_shared_by_the_formulas_of_a_book() -> None:
    effort = Effort(5000)
    names = [f"K{n}" for n in range(11)]
    plan, actual = dict.fromkeys(names, 1.0), dict.fromkeys(names, 2.0)
    formula = parse(f"1/({'+'.join(names)})")  # 2,048 mixtures
    assert shapley(formula, plan, actual, effort) is not None
    assert shapley(formula, plan, actual, effort) is not None
    assert shapley(formula, plan, actual, effort) is None
    assert shapley(parse("K1*K2"), plan, actual, effort) is not None
    with pytest.raises(TooMuch):
        effort.spend(5000)


def test_the_mean_price_of_sixteen_products() -> None:
    """32 drivers, half of them twice: Σ price × quantity ÷ Σ quantity. Where all quantities keep
    their shares only the prices have parts, by their shares."""
    count = 16
    shares = [(n + 1) / 136 for n in range(count)]
    plan = {f"P{n}": 10.0 for n in range(count)} | {f"Q{n}": shares[n] for n in range(count)}
    actual = {**plan, **{f"P{n}": 10.0 + n for n in range(count)}}
    products = "+".join(f"P{n}*Q{n}" for n in range(count))
    text = f"({products})/({'+'.join(f'Q{n}' for n in range(count))})"
    parts = split(text, plan, actual)
    for n in range(count):
        assert parts[f"P{n}"] == pytest.approx(n * shares[n])
        assert parts[f"Q{n}"] == 0.0


def test_too_many_drivers_of_a_denominator_count_as_a_goal_of_their_own() -> None:
    """What each has of the sum's part is its share of the sum's own change."""
    count = MOST_TOGETHER + 6
    plan = {"N": 50.0, **{f"K{n}": 1.0 + n for n in range(count)}}
    actual = {"N": 80.0, **{f"K{n}": 2.0 + n * 1.1 for n in range(count)}}
    parts = split(f"N/({'+'.join(f'K{n}' for n in range(count))})", plan, actual)
    before, after = (math.fsum(side[f"K{n}"] for n in range(count)) for side in (plan, actual))
    whole = split("N/D", {"N": 50.0, "D": before}, {"N": 80.0, "D": after})
    assert parts["N"] == pytest.approx(whole["N"])
    for n in range(count):
        share = (actual[f"K{n}"] - plan[f"K{n}"]) / (after - before)
        assert parts[f"K{n}"] == pytest.approx(whole["D"] * share)


def test_a_denominator_whose_changes_cancel_out_has_them_by_the_slope() -> None:
    count = MOST_TOGETHER + 2
    plan = {f"K{n}": 10.0 for n in range(count)}
    moves = [n - (count - 1) / 2 for n in range(count)]
    actual = {f"K{n}": 10.0 + move for n, move in enumerate(moves)}
    parts = split(f"320/({'+'.join(plan)})", plan, actual)
    for n, move in enumerate(moves):
        assert parts[f"K{n}"] == pytest.approx(-320 / (10 * count) ** 2 * move, rel=1e-6)


def test_the_largest_of_too_many_products() -> None:
    """Among the products exactly as in the airport game, then by the products' own parts."""
    count = 10
    plan = {f"{kind}{n}": 0.0 for kind in "PQ" for n in range(count)}
    actual = {f"{kind}{n}": 1.0 + n for kind in "PQ" for n in range(count)}
    text = f"MAX({','.join(f'P{n}*Q{n}' for n in range(count))})"
    parts = split(text, plan, actual)
    planes = {f"K{n}": (1.0 + n) ** 2 for n in range(count)}
    shares = split(f"MAX({','.join(planes)})", dict.fromkeys(planes, 0.0), planes)
    for n in range(count):
        assert parts[f"P{n}"] == pytest.approx(shares[f"K{n}"] / 2)
        assert parts[f"Q{n}"] == pytest.approx(shares[f"K{n}"] / 2)


def test_too_many_drivers_that_also_stand_elsewhere() -> None:
    """One of twenty stands above the line too: it is tried against the nineteen others."""
    names = [f"K{n}" for n in range(20)]
    plan, actual = dict.fromkeys(names, 1.0), {name: 2.0 + n for n, name in enumerate(names)}
    parts = split(f"K3/({'+'.join(names)})", plan, actual)
    two = split("K3/(K3+REST)", {"K3": 1.0, "REST": 19.0}, {"K3": 5.0, "REST": 225.0})
    assert parts["K3"] == pytest.approx(two["K3"])
    assert math.fsum(parts.values()) == pytest.approx(5 / 230 - 1 / 20)
    # 3 of 225 − 19 have come with K2
    assert parts["K2"] == pytest.approx(two["REST"] * 3 / 206)


# ---- Slopes and leverage -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "driver", "expected"),
    [
        ("A*B", "A", 3),
        ("A/B", "B", -2 / 9),
        ("A^2-B", "A", 4),
        ("A*B", "C", 0),
        ("MAX(A,2)", "A", 0.5),  # a kink: nothing below, everything above
        ("A*B*Z", "Z", 6),
    ],
)
def test_the_slope_of_a_formula(text: str, driver: str, expected: float) -> None:
    at = {"A": 2.0, "B": 3.0, "C": 4.0, "Z": 0.0}
    assert slope(parse(text), at, driver) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_there_is_no_slope_where_there_is_no_figure() -> None:
    assert slope(parse("1/(A-A)"), {"A": 1.0}, "A") is None
    assert slope(parse("A*B"), {"A": 1.0, "B": None}, "B") is None
    assert slope(parse("A*B"), {"A": 1.0, "B": None}, "A") is None


@pytest.mark.parametrize(
    ("text", "driver", "expected"),
    [
        ("A*B", "A", 1.0),
        ("A+B", "A", 0.4),  # 0.02 of 5
        ("A/B", "B", 100 * (1 / 1.01 - 1)),  # a bump of 1 %, not a slope: −0.990 %
        ("B-A", "A", -2.0),  # 0.02 of 1, downwards
        ("A-B", "A", 2.0),  # of a loss of 1: it becomes smaller
        ("A*L", "L", 1.0),  # a loss of 4 that rises by 1 % is one of 3.96
        ("MIN(A,B)", "B", 0.0),
        ("A^2", "A", 2.01),
    ],
)
def test_leverage_is_what_one_per_cent_more_does(text: str, driver: str, expected: float) -> None:
    at = {"A": 2.0, "B": 3.0, "L": -4.0}
    assert leverage(parse(text), at, driver) == pytest.approx(expected, abs=1e-12)


def test_there_is_no_leverage_on_nothing() -> None:
    assert leverage(parse("A-B"), {"A": 2.0, "B": 2.0}, "A") is None
    assert leverage(parse("A*B"), {"A": 2.0, "B": None}, "A") is None
    assert leverage(parse("A*B"), {"A": 2.0, "B": None}, "B") is None


# ---- The small things --------------------------------------------------------------------------


def test_what_rounding_leaves_goes_to_the_largest_part() -> None:
    assert closed({"A": 1.0, "B": -5.0, "C": 0.0}, -3.5) == {"A": 1.0, "B": -4.5, "C": 0.0}
    assert closed({"A": 0.0}, 0.5) == {"A": 0.0}
    assert closed({}, 0.5) == {}


def test_next_to_large_figures_next_to_nothing_is_nothing() -> None:
    assert is_nothing(0.0, 0.0)
    assert is_nothing(1e-3, 1e9)
    assert not is_nothing(1e-3, 1.0, -2.0)


def test_a_table_of_mixtures_is_read_bit_by_bit() -> None:
    # 10 at plan, 13 with A, 15 with B, 20 with both: A adds 3 or 5, B adds 5 or 7
    figure = mixed(["A", "B"], [10.0, 13.0, 15.0, 20.0])
    assert figure.parts() == {"A": 4.0, "B": 6.0}
    assert list(figure.course) == [10.0, 14.0, 20.0]
