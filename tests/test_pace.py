"""What the months left have to bring (SPEC 5, "Required pace")."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.aggregate import aggregate
from kpixl.measures.kinds import Aggregation, Direction, Pace
from kpixl.measures.pace import RequiredPace, best_month, beyond, required_pace

HIGHER, LOWER, RANGE = Direction.HIGHER, Direction.LOWER, Direction.RANGE
MAX, MIN = Aggregation.MAX, Aggregation.MIN


def needed(value: float) -> RequiredPace:
    return RequiredPace(Pace.NEEDED, value)


def test_a_sum_shares_what_is_missing():
    # 1,200 - (100 + 80 + 90) = 930 in nine months
    assert required_pace([100, 80, 90], 9, 1200, Aggregation.SUM) == needed(930 / 9)


def test_an_average_makes_up_for_the_months_so_far():
    # 12 × 5 - (4 + 4 + 4) = 48 in nine months
    assert required_pace([4, 4, 4], 9, 5, Aggregation.AVERAGE) == needed(48 / 9)
    # A goal that is valid for six months only: 6 × 5 - 8 = 22 in four
    assert required_pace([4, 4], 4, 5, Aggregation.AVERAGE) == needed(22 / 4)


def test_a_balance_has_to_stand_at_its_plan_in_the_end():
    assert required_pace([90], 11, 120, Aggregation.LAST) == needed(120)


@pytest.mark.parametrize(
    ("aggregation", "direction", "so_far", "expected"),
    [
        (MAX, HIGHER, 80, needed(100)),
        (MAX, HIGHER, 100, RequiredPace(Pace.REACHED)),
        (MAX, LOWER, 80, needed(100)),  # every month left has to stay below
        (MAX, LOWER, 100, needed(100)),
        (MAX, LOWER, 101, RequiredPace(Pace.OUT_OF_REACH)),
        (MIN, HIGHER, 101, needed(100)),
        (MIN, HIGHER, 99, RequiredPace(Pace.OUT_OF_REACH)),
        (MIN, LOWER, 101, needed(100)),
        (MIN, LOWER, 100, RequiredPace(Pace.REACHED)),
        (MAX, RANGE, 150, needed(100)),
        (MIN, RANGE, 50, needed(100)),
    ],
)
def test_the_highest_or_lowest_month_may_have_settled_the_year(
    aggregation, direction, so_far, expected
):
    reported = [so_far, 90.0] if aggregation is MAX else [110.0, so_far]
    reported = [so_far if direction is RANGE else value for value in reported]
    if (aggregation, direction, so_far) == (MAX, HIGHER, 80):
        reported = [80.0]
    assert required_pace(reported, 10, 100, aggregation, direction) == expected


def test_arithmetic_noise_settles_nothing():
    assert required_pace([0.1 + 0.2], 1, 0.3, MAX, LOWER).pace is Pace.NEEDED
    assert required_pace([0.3 - 1e-12], 1, 0.3, MAX, HIGHER).pace is Pace.REACHED


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_nothing_is_asked_without_plan_or_months(aggregation):
    assert required_pace([1.0], 11, None, aggregation) == RequiredPace(Pace.NONE, None)
    assert required_pace([1.0] * 12, 0, 5, aggregation) == RequiredPace(Pace.NONE, None)


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_before_the_first_month_the_pace_is_the_plans(aggregation):
    plan = 1200 if aggregation is Aggregation.SUM else 100
    assert required_pace([], 12, plan, aggregation) == needed(100)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=11),
    st.floats(-1e6, 1e6),
    st.sampled_from([Aggregation.SUM, Aggregation.AVERAGE, Aggregation.LAST]),
)
def test_a_year_that_goes_on_at_the_required_pace_ends_on_plan(reported, plan, aggregation):
    left = 12 - len(reported)
    pace = required_pace(reported, left, plan, aggregation).value
    assert pace is not None
    end = aggregate([*reported, *[pace] * left], aggregation)
    assert end == pytest.approx(plan, rel=1e-9, abs=1e-6)


def test_the_best_month_on_record():
    values = [None, 5, 9, None, 2, 9]
    plan: list[float | None] = [1, None, 10, 1, 1, 9]
    assert best_month(values, plan) == 2  # the first of two equal ones
    assert best_month(values, plan, LOWER) == 4
    assert best_month(values, plan, RANGE) == 5  # exactly on its plan
    assert best_month(values, [None] * 6, RANGE) is None
    assert best_month([None], [None]) is None


def test_beyond_the_mark_is_better_than_it():
    assert beyond(101, 100, HIGHER)
    assert beyond(99, 100, LOWER)
    assert not beyond(99, 100, HIGHER)
    assert not beyond(101, 100, LOWER)
    assert not beyond(101, 100, RANGE)
    assert not beyond(99, 100, RANGE)


@pytest.mark.parametrize("direction", list(Direction))
def test_arithmetic_noise_is_not_beyond(direction):
    assert not beyond(0.1 + 0.2, 0.3, direction)
    assert not beyond(0.3, 0.1 + 0.2, direction)
