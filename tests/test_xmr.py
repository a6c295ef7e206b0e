"""Limits and signals of XmR charts are what SPEC 6 says, and what the books say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.kinds import Direction, Effect, Signal
from kpixl.measures.xmr import Limits, better, charted, differences, limits, signal, verdict

HIGHER, LOWER, RANGE = Direction.HIGHER, Direction.LOWER, Direction.RANGE
Months = list[float | None]

TENS = Limits(centre=100, lower=90, upper=110, moving_range=3.76, range_limit=12.3)
"""Limits at which the rules are easy to see: half way to them stand 95 and 105."""


def told(points: Sequence[float]) -> Signal | None:
    """The signal at the last of these points, against their own limits."""
    found = limits(points)
    assert found is not None
    return signal(points, found)


# ---- Limits: published examples --------------------------------------------------------------

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2 "Individuals Control Charts": flow rates.
NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# Montgomery, Introduction to Statistical Quality Control: viscosity of aircraft primer paint; the
# limits as R's package qcc prints them for this example (type "xbar.one").
VISCOSITY = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00,
             33.54, 33.12, 33.84]  # fmt: skip
# Montgomery: costs of processing mortgage loans, in the weeks that set the limits.
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306,
         301, 304]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "centre", "moving_range", "lower", "upper", "digit"),
    [
        (NIST, 50.81, 1.8778, 45.8159, 55.8041, 5e-5),
        (VISCOSITY, 33.52333, 0.4261651 * 1.128, 32.24484, 34.80183, 5e-6),
        (LOANS, 300.5, 7.79, 279.78, 321.22, 5e-3),
    ],
    ids=["NIST", "viscosity", "loans"],
)
def test_limits_are_those_of_published_examples(
    points: list[float],
    centre: float,
    moving_range: float,
    lower: float,
    upper: float,
    digit: float,
) -> None:
    found = limits(points)
    assert found is not None
    assert found.centre == pytest.approx(centre, abs=digit)
    assert found.moving_range == pytest.approx(moving_range, abs=digit)
    # They divide by 1.128 where SPEC multiplies by 2.66, which is 3 ÷ 1.128 rounded up.
    rounding = (2.66 - 3 / 1.128) * moving_range
    assert found.lower == pytest.approx(lower - rounding, abs=digit)
    assert found.upper == pytest.approx(upper + rounding, abs=digit)
    # All three are called in control where they are published.
    assert signal(points, found) is None


def test_the_arithmetic_of_six_points():
    # 600 ÷ 6; ranges 10, 5, 10, 5, 10; 2.66 × 8 = 21.28; 3.268 × 8 = 26.144
    found = limits([100, 110, 105, 95, 100, 90])
    assert found is not None
    assert (found.centre, found.moving_range) == (100, 8)
    assert (found.lower, found.upper) == pytest.approx((78.72, 121.28))
    assert found.range_limit == pytest.approx(26.144)


def test_from_six_points_on_and_over_the_last_24():
    assert limits([1, 2, 1, 2, 1]) is None
    assert limits([]) is None
    assert limits([1, 2, 1, 2, 1, 2]) is not None
    assert limits([10_000, -10_000, *range(24)]) == limits(list(range(24)))
    assert limits(list(range(24))) != limits(list(range(1, 24)))


@pytest.mark.parametrize("points", [[1e308] * 24, [1e308, -1e308] * 3, [float("inf"), 1] * 3])
def test_figures_too_large_to_add_up_have_no_limits(points: list[float]) -> None:
    assert limits(points) is None


# ---- Value, or value − prior -----------------------------------------------------------------


def test_18_months_with_a_prior_year_value_make_a_chart_of_differences():
    values: Months = [100.0 + n for n in range(20)]
    prior: Months = [None, None, *([50.0] * 18)]
    found = charted(values, prior)
    assert found.differences
    assert found.positions == tuple(range(2, 20))
    assert found.points == tuple(52.0 + n for n in range(18))  # 102 − 50, 103 − 50, ...
    prior[5] = None
    seventeen = charted(values, prior)
    assert not seventeen.differences
    assert seventeen.points == tuple(values)


def test_only_the_last_24_reported_months_are_asked_for_a_prior_year_value():
    # 30 months reported, of which the first 20 have a prior-year value: 14 of the last 24
    values: Months = [1.0] * 30
    prior: Months = [*([1.0] * 20), *([None] * 10)]
    assert charted(values, prior).differences is False
    assert charted(values, prior).positions == tuple(range(6, 30))


def test_a_month_without_a_value_is_no_point_whatever_its_prior():
    values: Months = [5, None, 5, 6, None, None, 7, 8, 9]
    found = charted(values, [1.0] * 9)
    assert found.points == (5, 5, 6, 7, 8, 9)
    assert found.positions == (0, 2, 3, 6, 7, 8)
    assert differences(values, [1.0] * 9) == (4, None, 4, 5, None, None, 6, 7, 8)


# ---- Signals at the last point ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([100, 111], Signal.ABOVE),
        ([100, 89], Signal.BELOW),
        ([111, 100], None),  # the last point is asked, not the one before
        ([100, 110], None),  # exactly on the limit is inside
        ([100, 90], None),
        ([100, 110 + 5e-8], None),  # SPEC allows 1e-9 × 100
        ([100, 110 + 5e-7], Signal.ABOVE),
        ([100, 90 - 5e-7], Signal.BELOW),
    ],
)
def test_a_point_outside_a_limit(points: list[float], expected: Signal | None) -> None:
    assert signal(points, TENS) is expected


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([101] * 8, Signal.RUN_ABOVE),
        ([99] * 8, Signal.RUN_BELOW),
        ([101] * 7, None),
        ([99, *[101] * 7], None),
        ([99, *[101] * 8], Signal.RUN_ABOVE),
        ([101] * 8 + [99], None),  # over
        ([100, *[101] * 7], None),  # a point on the centre breaks it
        ([101, 101, 101, 100, 101, 101, 101, 101], None),
        ([101] * 7 + [100 + 5e-8], None),  # on the centre, as far as SPEC can tell
        ([101] * 7 + [100 + 5e-7], Signal.RUN_ABOVE),
    ],
)
def test_eight_in_a_row_on_one_side_of_the_centre(
    points: list[float], expected: Signal | None
) -> None:
    assert signal(points, TENS) is expected


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([100, 106, 106, 106], Signal.NEAR_UPPER),
        ([106, 100, 106, 106], Signal.NEAR_UPPER),
        ([106, 106, 106, 106], Signal.NEAR_UPPER),
        ([94, 94, 100, 94], Signal.NEAR_LOWER),
        ([106, 106, 106], Signal.NEAR_UPPER),  # three are three, whatever stood before
        ([106, 106, 106, 100], None),  # the last is not among them
        ([106, 100, 100, 106], None),
        ([106, 106], None),
        ([94, 106, 94, 106], None),  # not the same limit
        ([100, 105, 106, 106], None),  # half way is not nearer
        ([100, 112, 113, 106], Signal.NEAR_UPPER),  # beyond the limit is nearer to it, too
    ],
)
def test_three_of_the_last_four_nearer_to_a_limit_than_to_the_centre(
    points: list[float], expected: Signal | None
) -> None:
    assert signal(points, TENS) is expected


def test_the_first_rule_that_applies_is_told():
    assert signal([106] * 7 + [111], TENS) is Signal.ABOVE
    assert signal([106] * 8, TENS) is Signal.RUN_ABOVE
    assert signal([94] * 7 + [89], TENS) is Signal.BELOW
    assert signal([94] * 8, TENS) is Signal.RUN_BELOW
    assert signal([], TENS) is None


def test_a_point_exactly_on_its_own_charts_limit_is_no_signal():
    # 0 1 0 1 0 x: mean (2 + x) ÷ 6, mean range (4 + x) ÷ 5; x is the upper limit where
    # x = (2 + x) ÷ 6 + 2.66 × (4 + x) ÷ 5, so x × (1 − 1 ÷ 6 − 0.532) = 1 ÷ 3 + 2.128
    on_it = (1 / 3 + 2.128) / (1 - 1 / 6 - 0.532)
    assert told([0, 1, 0, 1, 0, on_it]) is None
    assert told([0, 1, 0, 1, 0, on_it + 1e-6]) is Signal.ABOVE


@pytest.mark.parametrize("value", [0, 0.1, -7.3, 1e15])
@pytest.mark.parametrize("months", [6, 8, 24, 60])
def test_what_never_changes_never_signals(value: float, months: int) -> None:
    assert told([value] * months) is None


def test_a_figure_that_never_moved_signals_as_soon_as_it_moves():
    # 23 times 5, then 6: mean 5.04, mean range 1 ÷ 23; limits 5.04 ± 0.12
    assert told([5] * 23 + [6]) is Signal.ABOVE


@pytest.mark.parametrize(
    ("found", "higher", "lower"),
    [
        (Signal.ABOVE, True, False),
        (Signal.RUN_ABOVE, True, False),
        (Signal.NEAR_UPPER, True, False),
        (Signal.BELOW, False, True),
        (Signal.RUN_BELOW, False, True),
        (Signal.NEAR_LOWER, False, True),
        (None, None, None),
    ],
)
def test_better_or_worse_by_direction(
    found: Signal | None, higher: bool | None, lower: bool | None
) -> None:
    assert better(found, HIGHER) is higher
    assert better(found, LOWER) is lower
    assert better(found, RANGE) is None


# ---- The effect of an action -----------------------------------------------------------------

BEFORE = [99.0, 101.0] * 6
"""Mean 100, every range 2: limits 100 ± 5.32, half way 102.66."""


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ([], Effect.TOO_EARLY),
        ([200, 200], Effect.TOO_EARLY),
        ([101, 99, 101], Effect.NO_SIGNAL),
        ([101, 99, 106], Effect.IMPROVED),
        ([101, 99, 94], Effect.WORSE),
        ([106, 100, 99], Effect.IMPROVED),  # one month has told, and nothing has told otherwise
        ([103, 103, 103], Effect.IMPROVED),  # three near the upper limit
        ([101] * 7, Effect.NO_SIGNAL),
        ([101] * 8, Effect.IMPROVED),
        ([106, 100, 94], Effect.WORSE),  # of two signals the last counts
        ([94, 100, 106], Effect.IMPROVED),
        ([94, 94, 94, *[101] * 8], Effect.IMPROVED),
    ],
)
def test_an_action_is_judged_against_the_limits_from_before_it(
    since: list[float], expected: Effect
) -> None:
    assert verdict(BEFORE, since, HIGHER).effect is expected
    mirrored = {Effect.IMPROVED: Effect.WORSE, Effect.WORSE: Effect.IMPROVED}
    assert verdict(BEFORE, since, LOWER).effect is mirrored.get(expected, expected)


def test_a_run_that_began_before_the_action_is_not_its_doing():
    # Mean 100, ranges 14 of 2 and one of 4; limits 100 ± 5.67, half way 102.84. Eight months above
    # the centre stand before the action, three after.
    before = [99.0, 97.0] * 4 + [101.0, 103.0] * 4
    assert verdict(before, [101, 102, 101], HIGHER).effect is Effect.NO_SIGNAL


def test_without_limits_from_before_nothing_is_told():
    told_early, told_late = verdict([1] * 5, [2, 2], HIGHER), verdict([1] * 5, [2, 2, 2], HIGHER)
    assert told_early.effect is Effect.TOO_EARLY
    assert told_late.effect is None
    assert told_late.limits is None


def test_a_verdict_names_the_signal_it_rests_on():
    found = verdict(BEFORE, [101, 106, 100, 99], HIGHER)
    assert (found.signal, found.position) == (Signal.ABOVE, 1)
    quiet = verdict(BEFORE, [101, 100, 99], HIGHER)
    assert (quiet.signal, quiet.position) == (None, 2)
    assert quiet.limits == limits(BEFORE)


def test_for_range_more_is_neither_good_nor_bad():
    assert verdict(BEFORE, [101, 99, 106], RANGE).effect is None
    assert verdict(BEFORE, [101, 99, 100], RANGE).effect is Effect.NO_SIGNAL


# ---- Against an independent implementation ---------------------------------------------------


def by_numpy(values: Months, prior: Months) -> tuple[Any, ...]:
    """SPEC 6 read anew, with arrays: NaN is missing."""
    value, before = np.array(values, dtype=float), np.array(prior, dtype=float)
    reported = np.flatnonzero(~np.isnan(value))[-24:]
    difference = (value - before)[reported]
    if (~np.isnan(difference)).sum() >= 18:
        points = difference[~np.isnan(difference)]
    else:
        points = value[reported]
    if points.size < 6:
        return ()
    centre, reach = points.mean(), 2.66 * np.abs(np.diff(points)).mean()
    above = (points > centre).astype(int)
    half = np.sign(points - centre) * (np.abs(points - centre) > reach / 2)
    found = None
    if abs(points[-1] - centre) > reach:
        found = "above" if points[-1] > centre else "below"
    elif points.size >= 8 and above[-8:].sum() in (0, 8):
        found = "run_above" if above[-1] else "run_below"
    elif half[-1] and (half[-4:] == half[-1]).sum() >= 3:
        found = "near_upper" if half[-1] > 0 else "near_lower"
    return centre, centre - reach, centre + reach, found


def random_months(random: np.random.Generator) -> tuple[Months, Months]:
    """Months as goals have them: noise, growth, season and steps, with gaps."""
    count = int(random.integers(1, 61))
    months = np.arange(count + 12)
    level = random.normal(0, 500) + random.choice([0, 0, 3]) * months
    level = level + random.choice([0, 0, 40]) * np.sin(months * np.pi / 6)
    level = level + random.choice([0, 15]) * (months > random.integers(0, count + 12))
    figures = level + random.choice([1, 10]) * random.normal(size=count + 12)
    figures[random.random(count + 12) < random.choice([0, 0.1, 0.4])] = np.nan
    shown: Months = [None if np.isnan(one) else float(one) for one in figures]
    known = random.random() < 0.7
    return shown[12:], shown[:-12] if known else [None] * count


def test_random_months_have_the_limits_and_signals_that_numpy_finds():
    random = np.random.default_rng(20_260_401)
    seen = set()
    for _ in range(3_000):
        values, prior = random_months(random)
        expected, points = by_numpy(values, prior), charted(values, prior).points
        found = limits(points)
        if found is None:
            assert expected == ()
            continue
        assert (found.centre, found.lower, found.upper) == pytest.approx(expected[:3])
        last = signal(points, found)
        seen.add(last)
        assert (last.value if last else None) == expected[3]
    assert seen == {None, *Signal}  # every rule had its say


def test_noise_alone_rarely_signals():
    # benchmarks/false_alarms.py: 0.94 % of 100,000 series of 24 months of normal noise. Of 4,000
    # here fewer than 2 % may signal: more than six standard errors above that.
    series = np.random.default_rng(7).normal(100, 10, (4_000, 24)).tolist()
    assert sum(told(points) is not None for points in series) < 80


# ---- Properties ------------------------------------------------------------------------------

whole = st.integers(-100, 100)
series_of = st.lists(whole, min_size=6, max_size=40).map(lambda drawn: [float(n) for n in drawn])
with_gaps = st.lists(st.one_of(st.none(), whole), min_size=1, max_size=40)

MIRRORED = {
    Signal.ABOVE: Signal.BELOW, Signal.RUN_ABOVE: Signal.RUN_BELOW,
    Signal.NEAR_UPPER: Signal.NEAR_LOWER,
}  # fmt: skip
MIRRORED.update({other: one for one, other in MIRRORED.items()})


@given(series_of, st.integers(1, 10), st.integers(-1_000, 1_000))
def test_a_signal_depends_on_neither_unit_nor_zero_point(
    points: list[float], scale: int, shift: int
) -> None:
    assert told([point * scale + shift for point in points]) is told(points)


@given(series_of)
def test_the_mirror_image_has_the_mirrored_signal(points: list[float]) -> None:
    found, mirrored = told(points), told([-point for point in points])
    assert mirrored is (MIRRORED[found] if found else None)
    # What is good news where higher is better is good news of the mirror image where lower is.
    assert better(found, HIGHER) is better(mirrored, LOWER)


@given(series_of, st.lists(st.integers(0, 40), max_size=20))
def test_missing_months_change_nothing(points: list[float], places: list[int]) -> None:
    values: Months = list(points)
    for place in places:
        values.insert(min(place, len(values)), None)
    assert charted(values, [None] * len(values)).points == tuple(points[-24:])


@given(with_gaps, with_gaps)
def test_a_missing_figure_is_never_zero(values: list[Any], prior: list[Any]) -> None:
    count = min(len(values), len(prior))
    found = charted(values[:count], prior[:count])
    assert all(values[place] is not None for place in found.positions)
    if found.differences:
        assert all(prior[place] is not None for place in found.positions)
    assert len(found.points) == len(found.positions) <= 24


@given(st.floats(-1e12, 1e12), st.integers(6, 40))
def test_more_of_the_same_never_signals(value: float, months: int) -> None:
    assert told([value] * months) is None


@given(series_of)
def test_the_limits_lie_around_the_mean(points: list[float]) -> None:
    found = limits(points)
    assert found is not None
    assert found.lower <= found.centre <= found.upper
    assert found.upper - found.centre == pytest.approx(2.66 * found.moving_range)
    assert found.centre - found.lower == pytest.approx(2.66 * found.moving_range)
    assert found.range_limit == pytest.approx(3.268 * found.moving_range)
    assert min(points[-24:]) - 1e-9 <= found.centre <= max(points[-24:]) + 1e-9


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=30))
def test_no_figure_is_too_odd(points: list[float]) -> None:
    found = limits(points)
    if found is not None:
        signal(points, found)


@given(series_of, st.lists(whole, max_size=30).map(lambda drawn: [float(n) for n in drawn]))
def test_lower_mirrors_higher_in_the_effect_of_an_action(
    before: list[float], since: list[float]
) -> None:
    higher = verdict(before, since, HIGHER)
    lower = verdict([-point for point in before], [-point for point in since], LOWER)
    assert lower.effect is higher.effect
    assert lower.position == higher.position
    if len(since) < 3:
        assert higher.effect is Effect.TOO_EARLY
