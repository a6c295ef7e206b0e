"""Gap, attainment, progress, growth and status mean what SPEC 3 and 4 say."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpixl.errors import KpixlError
from kpixl.measures.gap import attainment, gap, gap_pct, growth, progress, status
from kpixl.measures.kinds import Direction, Status
from kpixl.words import problem_text

HIGHER, LOWER, RANGE = Direction.HIGHER, Direction.LOWER, Direction.RANGE
GREEN, AMBER, RED = Status.GREEN, Status.AMBER, Status.RED

figures = st.floats(min_value=-1e12, max_value=1e12)
sizes = st.floats(min_value=1e-3, max_value=1e12)
one_sided = st.sampled_from([HIGHER, LOWER])


@pytest.mark.parametrize(
    ("actual", "target", "direction", "tolerance", "expected"),
    [
        (90, 100, HIGHER, None, -10),  # ten short of plan
        (110, 100, HIGHER, None, 10),
        (110, 100, LOWER, None, -10),  # costs ten above plan
        (-5, -10, HIGHER, None, 5),  # a smaller loss than planned is good
        (98, 100, RANGE, 5, 0),  # inside the tolerance there is nothing to gain
        (105, 100, RANGE, 5, 0),
        (108, 100, RANGE, 5, -3),  # three outside the upper edge
        (92, 100, RANGE, 5, -3),
        (101, 100, RANGE, 0, -1),
    ],
)
def test_gap_is_signed_so_that_positive_is_good(
    actual: float, target: float, direction: Direction, tolerance: Optional[float], expected: float
) -> None:
    assert gap(actual, target, direction, tolerance) == expected


@pytest.mark.parametrize(
    ("actual", "target", "direction", "expected"),
    [
        (90, 100, HIGHER, 0.9),
        (110, 100, LOWER, 0.9),  # 1 + (100 - 110) / 100
        (-120, -100, HIGHER, 0.8),  # a loss of 120 where 100 was planned: 1 - 20 / 100
        (-80, -100, HIGHER, 1.2),
        (50, -100, HIGHER, 2.5),  # 1 + 150 / 100
        (0, 100, HIGHER, 0.0),
        (300, 100, LOWER, -1.0),
    ],
)
def test_attainment_holds_for_every_direction_and_sign(
    actual: float, target: float, direction: Direction, expected: float
) -> None:
    assert attainment(actual, target, direction) == pytest.approx(expected)


def test_nothing_is_divided_by_a_plan_of_zero() -> None:
    assert gap_pct(5, 0) is None
    assert attainment(5, 0) is None
    assert gap(5, 0) == 5


def test_gap_pct_is_the_gap_as_a_share_of_the_plans_size() -> None:
    assert gap_pct(90, 100) == -0.1
    assert gap_pct(-90, -100) == 0.1


@pytest.mark.parametrize("tolerance", [None, -1.0])
def test_range_without_a_tolerance_is_an_error(tolerance: Optional[float]) -> None:
    with pytest.raises(ValueError, match="tolerance-missing") as raised:
        gap(1, 1, RANGE, tolerance)
    assert isinstance(raised.value, KpixlError)
    assert problem_text(raised.value, "en").mend
    with pytest.raises(KpixlError):
        status(1, 1, RANGE, tolerance)


def test_progress_counts_from_the_baseline() -> None:
    assert progress(62, 70, 50) == pytest.approx(0.6)  # 12 of 20 points gained
    assert progress(45, 70, 50) == pytest.approx(-0.25)  # it went backwards
    assert progress(3, 2, 5) == pytest.approx(2 / 3)  # complaints from 5 to 3, target 2
    assert progress(50, 50, 50) is None


def test_growth_is_against_the_size_of_the_prior_figure() -> None:
    assert growth(110, 100) == pytest.approx(0.1)
    assert growth(-50, -100) == pytest.approx(0.5)  # half of the loss is gone
    assert growth(20, -100) == pytest.approx(1.2)
    assert growth(5, 0) is None


def test_growth_of_percent_goals_is_in_points() -> None:
    assert growth(0.035, 0.032, percent=True) == pytest.approx(0.003)
    assert growth(0.01, 0.0, percent=True) == 0.01


@pytest.mark.parametrize(
    ("actual", "target", "direction", "expected"),
    [
        (100, 100, HIGHER, GREEN),
        (99.99, 100, HIGHER, AMBER),
        (90, 100, HIGHER, AMBER),
        (89.99, 100, HIGHER, RED),
        (110, 100, LOWER, AMBER),
        (111, 100, LOWER, RED),
        (0.1 + 0.2, 0.3, LOWER, GREEN),  # the sum of floats lies 5e-17 above 0.3
        (0.3, 0.1 + 0.2, HIGHER, GREEN),
        (0.9 * 0.7, 0.7, HIGHER, AMBER),
        (0, 0, HIGHER, GREEN),
        (0, 0, LOWER, GREEN),
        (-1, 0, HIGHER, RED),  # a plan of 0 knows no Amber
        (1, 0, LOWER, RED),
        (5, 0, HIGHER, GREEN),
        (-5e-10, 0, HIGHER, GREEN),
    ],
)
def test_status_of_higher_and_lower_goals(
    actual: float, target: float, direction: Direction, expected: Status
) -> None:
    assert status(actual, target, direction) is expected


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (100, GREEN),
        (105, GREEN),
        (95, GREEN),
        (105.1, AMBER),
        (110, AMBER),
        (90, AMBER),
        (110.1, RED),
        (0, RED),
    ],
)
def test_range_is_judged_by_its_tolerance(actual: float, expected: Status) -> None:
    assert status(actual, 100, RANGE, 5) is expected


def test_range_around_zero_keeps_its_amber() -> None:
    assert status(0.8, 0, RANGE, 1) is GREEN
    assert status(-1.5, 0, RANGE, 1) is AMBER
    assert status(2.5, 0, RANGE, 1) is RED


def test_the_edge_of_a_range_is_inside_in_spite_of_floats() -> None:
    # 0.4 - 0.3 is 0.10000000000000003 in floats.
    assert status(0.4, 0.3, RANGE, 0.1) is GREEN
    assert status(0.5, 0.3, RANGE, 0.1) is AMBER


def test_limits_of_amber_and_green_can_be_set() -> None:
    assert status(96, 100, amber_at=0.98, green_at=0.95) is GREEN
    assert status(96, 100, amber_at=0.97) is RED
    assert status(100, 100, green_at=1.05) is AMBER


@pytest.mark.parametrize("green_at", [0.5, 2.0])
def test_limits_do_not_bear_on_ranges_and_plans_of_zero(green_at: float) -> None:
    assert status(104, 100, RANGE, 5, green_at=green_at) is GREEN
    assert status(0, 0, green_at=green_at) is GREEN
    assert status(-1, 0, green_at=green_at, amber_at=0.1) is RED


def test_missing_figures_have_a_status_of_their_own() -> None:
    assert status(None, 100) is Status.NO_DATA
    assert status(100, None) is Status.NO_PLAN
    # Setting the target comes first (SPEC 8).
    assert status(None, None) is Status.NO_PLAN
    assert status(None, 100, RANGE) is Status.NO_DATA


@given(figures, st.sampled_from(list(Direction)))
def test_exactly_on_target_is_green_in_every_direction(target: float, direction: Direction) -> None:
    assert status(target, target, direction, tolerance=0.0) is GREEN


@given(figures, figures)
def test_lower_mirrors_higher(actual: float, target: float) -> None:
    assert gap(actual, target, LOWER) == -gap(actual, target, HIGHER)


@given(figures, sizes, one_sided, st.floats(min_value=1e-3, max_value=1e3))
def test_attainment_does_not_depend_on_the_unit(
    actual: float, target: float, direction: Direction, unit: float
) -> None:
    assume(abs(actual) <= 1e3 * target)
    here, there = (
        attainment(actual, target, direction),
        attainment(actual * unit, target * unit, direction),
    )
    assert here == pytest.approx(there, rel=1e-6, abs=1e-6)


@given(sizes, sizes, sizes, one_sided)
def test_a_better_figure_never_has_a_worse_status(
    first: float, second: float, target: float, direction: Direction
) -> None:
    order = [RED, AMBER, GREEN]
    worse, better = sorted([first, second], reverse=direction is LOWER)
    assert order.index(status(worse, target, direction)) <= order.index(
        status(better, target, direction)
    )


@given(figures, figures, st.floats(min_value=0, max_value=1e6))
def test_a_range_has_no_surplus(actual: float, target: float, tolerance: float) -> None:
    assert gap(actual, target, RANGE, tolerance) <= 0
