"""Months become a figure to date, children their parent's roll-up (SPEC 3 and 4)."""

from __future__ import annotations

from typing import List, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.aggregate import (
    aggregate,
    rollup,
    rollup_child_score,
    rollup_status,
    to_date,
    worst_child,
)
from kpixl.measures.kinds import Aggregation, Status

YEAR: List[Optional[float]] = [10, None, 30, 20, None]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        (Aggregation.SUM, 60),
        (Aggregation.AVERAGE, 20),  # of the three months that reported
        (Aggregation.LAST, 20),  # the last one that reported
        (Aggregation.MAX, 30),
        (Aggregation.MIN, 10),
    ],
)
def test_only_months_that_are_there_count(aggregation: Aggregation, expected: float) -> None:
    assert aggregate(YEAR, aggregation) == expected


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_nothing_reported_is_not_zero(aggregation: Aggregation) -> None:
    assert aggregate([None, None], aggregation) is None
    assert aggregate([], aggregation) is None


def test_a_reported_zero_counts() -> None:
    assert aggregate([0, 10], Aggregation.AVERAGE) == 5
    assert aggregate([10, 0], Aggregation.LAST) == 0


def test_sums_do_not_gather_rounding_errors() -> None:
    # Ten times a tenth, added one by one, is 0.9999999999999999.
    assert aggregate([0.1] * 10, Aggregation.SUM) == 1.0


def test_plan_to_date_covers_the_months_reported() -> None:
    plan = [100, 110, 120, 130]
    assert to_date(plan, Aggregation.SUM, [95, None, 0, None]) == 220
    assert to_date(plan, Aggregation.LAST, [95, None, 0, None]) == 120
    assert to_date(plan, Aggregation.SUM, [True, True, False, False]) == 210
    assert to_date(plan, Aggregation.SUM, [None] * 4) is None
    assert to_date(plan, Aggregation.SUM) == 460


def test_months_of_values_and_of_reported_must_match() -> None:
    with pytest.raises(ValueError, match="4 months"):
        to_date([1, 2, 3, 4], Aggregation.SUM, [1])


def test_a_runaway_success_cannot_hide_a_failure() -> None:
    # 150 % counts as 100 %, so the mean of 150 % and 60 % is 80 %.
    assert rollup([1.5, 0.6]) == pytest.approx(0.8)
    assert rollup([1.5, 0.6], cap=1.2) == pytest.approx(0.9)


def test_a_child_below_zero_counts_as_zero() -> None:
    assert rollup([-3.0, 1.0]) == 0.5


def test_weights_are_renormalised_over_children_with_data() -> None:
    # (0.9 * 3 + 0.5 * 1) / 4; the child without data falls away with its weight.
    assert rollup([0.9, None, 0.5], [3, 100, 1]) == pytest.approx(0.8)


def test_a_blank_weight_is_one() -> None:
    assert rollup([1.0, 0.5], [None, 3]) == pytest.approx(0.625)  # (1 + 1.5) / 4


def test_a_rollup_without_anything_to_weigh_is_not_available() -> None:
    assert rollup([]) is None
    assert rollup([None, None], [1, 2]) is None
    assert rollup([0.9, 0.8], [0, 0]) is None
    assert rollup([0.9, None], [0, 5]) is None
    assert rollup([0.9, 0.8], [3, -1]) is None


def test_weights_must_belong_to_children() -> None:
    with pytest.raises(ValueError, match="2 children"):
        rollup([1.0, 1.0], [1])


def test_a_child_with_plan_zero_scores_by_its_gap() -> None:
    assert rollup_child_score(None, 0.0) == 1
    assert rollup_child_score(None, -5e-10) == 1
    assert rollup_child_score(None, -0.01) == 0
    assert rollup_child_score(None, None) is None
    assert rollup_child_score(0.7, -30) == 0.7


@pytest.mark.parametrize(
    ("score", "children", "expected"),
    [
        (0.95, [Status.GREEN, Status.AMBER], Status.GREEN),
        (1.0, [Status.GREEN, Status.RED], Status.AMBER),  # a red child shows
        (0.92, [Status.RED], Status.AMBER),
        (0.5, [Status.RED, Status.GREEN], Status.RED),
        (0.9, [Status.GREEN], Status.AMBER),
        (None, [Status.NO_DATA], Status.NO_DATA),
    ],
)
def test_status_of_a_rollup(
    score: Optional[float], children: List[Status], expected: Status
) -> None:
    assert rollup_status(score, children) is expected


def test_the_worst_child_is_named() -> None:
    assert worst_child([0.9, None, 0.4, 0.7]) == 2
    assert worst_child([0.4, 0.4], [1, 3]) == 1  # of equals the heavier one
    assert worst_child([0.9, 0.1], [1, 0]) == 0  # one without weight does not count
    assert worst_child([None]) is None


scores = st.lists(st.floats(min_value=-2, max_value=3), min_size=1, max_size=8)


@given(scores, st.floats(min_value=0, max_value=2))
def test_a_rollup_lies_between_zero_and_its_cap(children: List[float], cap: float) -> None:
    score = rollup(children, cap=cap)
    assert score is not None
    assert -1e-12 <= score <= cap + 1e-12


@given(scores, st.floats(min_value=0.1, max_value=100))
def test_only_the_proportion_of_weights_matters(children: List[float], factor: float) -> None:
    weights = [float(position + 1) for position in range(len(children))]
    scaled = [weight * factor for weight in weights]
    assert rollup(children, weights) == pytest.approx(rollup(children, scaled))


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=12))
def test_average_lies_between_min_and_max(months: List[Optional[float]]) -> None:
    mean = aggregate(months, Aggregation.AVERAGE)
    if mean is not None:
        lowest, highest = aggregate(months, Aggregation.MIN), aggregate(months, Aggregation.MAX)
        assert lowest is not None
        assert highest is not None
        assert lowest - 1e-6 <= mean <= highest + 1e-6


def test_a_sum_too_large_for_a_figure_is_not_available() -> None:
    # The largest double is about 1.8e308.
    assert aggregate([1.7e308, 1.7e308], Aggregation.SUM) is None
    assert aggregate([1.7e308, 1.7e308], Aggregation.AVERAGE) is None
