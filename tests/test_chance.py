"""How sure a landing is, from the errors of past years (SPEC 5)."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from kpixl.measures.backtest import COMPETING, Record
from kpixl.measures.chance import LIKELY, chance, likely_range, normal, reached, spread
from kpixl.measures.fills import Standpoint, course
from kpixl.measures.gap import ToleranceMissing
from kpixl.measures.kinds import Aggregation, Direction, Method
from kpixl.measures.landing import land, plan_of
from tests import landing_reference as reference
from tests.test_landing import as_months, random_course

HIGHER, LOWER, RANGE = Direction.HIGHER, Direction.LOWER, Direction.RANGE


def record(errors: list[float], years: int = 1, void: bool = False) -> Record:
    origins = tuple(
        Standpoint(12 * year, known, tuple(range(known, 12)))
        for year in range(years)
        for known in range(1, 12)
    )
    return Record(origins[: len(errors)], tuple(errors), void)


@given(st.floats(-8, 8))
def test_the_normal_distribution_is_scipys(deviations):
    assert normal(deviations) == pytest.approx(norm.cdf(deviations), abs=1e-15)


def test_four_fifths_of_it_lie_in_the_likely_range():
    assert norm.cdf(LIKELY) - norm.cdf(-LIKELY) == pytest.approx(0.8, abs=2e-5)
    assert likely_range(100, 10) == (100 - 12.816, 100 + 12.816)


def test_the_spread_by_hand():
    # Each origin was wrong by 1 % for every month that was left: the mean square is 0.01².
    errors = [0.01 * (12 - known) for known in range(1, 12)]
    # 500 × 3 months × 0.01 × √(1 + 1/1)
    assert spread(500, 3, record(errors)) == pytest.approx(15 * sqrt(2))
    # With two years of it the past is known better: √(1 + 1/2)
    assert spread(500, 3, record(errors * 2, years=2)) == pytest.approx(15 * sqrt(1.5))
    assert spread(-500, 3, record(errors)) == pytest.approx(15 * sqrt(2))


def test_fewer_than_eight_origins_say_nothing():
    assert spread(500, 3, record([0.1] * 7)) is None
    assert spread(500, 3, record([0.1] * 8)) is not None
    assert chance(500, 400, None) is None


def test_a_year_of_nothing_says_nothing():
    assert spread(500, 3, record([0.1] * 11, void=True)) is None
    assert spread(0, 3, record([0.1] * 11)) is None


@pytest.mark.parametrize("past", [1e-300, 1e-180, 1e-150, 5e-324])
def test_a_past_year_of_next_to_nothing_says_nothing_and_breaks_nothing(past):
    found = land(course([past, *[0.0] * 11, 1e15, *[None] * 11]), Method.PACE)
    assert found.value == 12e15
    deviation = spread(12e15, 11, found.record)
    assert deviation is None or deviation > 1e15


@pytest.mark.parametrize(
    ("landing", "direction", "expected"),
    [
        (100, HIGHER, 0.5),  # on plan
        (110, HIGHER, 0.85),  # one deviation above: 84.1 %
        (110, LOWER, 0.15),
        (95, HIGHER, 0.3),  # half a deviation below: 30.9 %
        (95, LOWER, 0.7),
        (200, HIGHER, 0.95),  # certain, but never shown so
        (200, LOWER, 0.05),
    ],
)
def test_the_chance_is_in_steps_of_five_points(landing, direction, expected):
    assert chance(landing, 100, 10, direction) == expected


def test_the_chance_of_a_range_is_that_of_ending_inside_it():
    # Between 0.5 deviations below and 1.5 above: 93.3 % - 30.9 % = 62.5 %, to the even step
    assert chance(95, 100, 10, RANGE, 10) == 0.6
    assert chance(100, 100, 10, RANGE, 10) == 0.7  # 68.3 %
    assert chance(300, 100, 10, RANGE, 10) == 0.05
    with pytest.raises(ToleranceMissing):
        chance(95, 100, 10, RANGE)
    with pytest.raises(ToleranceMissing):
        chance(95, 100, 10, RANGE, -1)


def test_where_the_past_was_foretold_exactly_the_landing_itself_decides():
    assert chance(100, 100, 0) == 0.95
    assert chance(99, 100, 0) == 0.05
    assert chance(99, 100, 0, LOWER) == 0.95
    assert chance(99, 100, 0, RANGE, 1) == 0.95


def test_a_finished_year_has_reached_its_plan_or_not():
    assert reached(100, 100) == 1
    assert reached(99.999, 100) == 0
    assert reached(0.1 + 0.2, 0.3, LOWER) == 1  # within 1e-9
    assert reached(93, 100, RANGE, 5) == 0
    assert reached(-5, 0) == 0
    assert reached(0, 0) == 1


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.1, 1e6))
def test_lower_mirrors_higher(landing, plan, deviation):
    higher = chance(landing, plan, deviation, HIGHER)
    assert higher is not None
    assert chance(-landing, -plan, deviation, LOWER) == higher
    assert chance(landing, plan, deviation, LOWER) == pytest.approx(1 - higher)


@given(st.floats(0.01, 100), st.integers(1, 11), st.floats(1, 1e6), st.floats(0, 1))
def test_another_unit_leaves_the_chance_as_it_is(factor, left, landing, share):
    tried = record([share] * 11)
    one, two = spread(landing, left, tried), spread(landing * factor, left, tried)
    assert one is not None
    assert two == pytest.approx(one * factor)


@pytest.mark.parametrize("seed", range(60))
def test_spread_and_chance_are_those_of_the_slow_way(seed):
    actual, plan, prior, how = random_course(seed)
    figures = course(as_months(actual), as_months(plan), how)
    found = land(figures)
    errors = reference.backtest(actual, plan, prior, how.value)
    target = plan_of(figures)
    for method in COMPETING:
        landing, past = found.values.get(method), errors[method.value]
        if landing is None:
            continue
        deviation = spread(landing, found.left, found.tried[method])
        if len(past) < 8 or found.tried[method].void:
            assert deviation is None
            continue
        expected = reference.deviation(landing, found.left, past)
        assert deviation == pytest.approx(expected, rel=1e-6, abs=1e-9)
        if target is None or not expected:
            continue
        for direction in Direction:
            likely = reference.chance(landing, target, expected, direction.value, 20)
            stepped = chance(landing, target, deviation, direction, 20)
            assert stepped == pytest.approx(min(max(likely, 0.05), 0.95), abs=0.025 + 1e-6)
            assert stepped is not None
            assert stepped * 20 == pytest.approx(round(stepped * 20))


@settings(deadline=None)
@given(st.lists(st.floats(1, 1e3), min_size=24, max_size=30), st.sampled_from(Aggregation))
def test_negated_figures_have_the_same_chance_in_the_other_direction(values, aggregation):
    """For methods that do not ask for the figures' sign; the lowest month becomes the highest."""
    mirrored = {Aggregation.MAX: Aggregation.MIN, Aggregation.MIN: Aggregation.MAX}
    blanks = [None] * (36 - len(values))
    one = course([*values, *blanks], [100.0] * 36, aggregation)
    two = course(
        [*(-value for value in values), *blanks],
        [-100.0] * 36,
        mirrored.get(aggregation, aggregation),
    )
    for method in (Method.PLAN, Method.PACE, Method.RECENT, Method.TREND):
        higher, lower = land(one, method), land(two, method)
        if higher.value is None:
            assert lower.value is None
            continue
        assert lower.value == pytest.approx(-higher.value)
        plan, mirror = plan_of(one), plan_of(two)
        assert plan is not None
        assert mirror == -plan
        deviations = [spread(each.value or 0, each.left, each.record) for each in (higher, lower)]
        assert deviations[0] == pytest.approx(deviations[1], rel=1e-6)
        # At the edge between two steps the last digit decides.
        assert chance(higher.value, plan, deviations[0]) == pytest.approx(
            chance(lower.value or 0, mirror, deviations[1], LOWER), abs=0.05 + 1e-9
        )
