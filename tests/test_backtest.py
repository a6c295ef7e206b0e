"""Methods are tried on past years, and the one that did best lands this one (SPEC 5)."""

from __future__ import annotations

import pytest

from kpixl.measures.backtest import COMPETING, Record, best
from kpixl.measures.fills import Course, Standpoint, course
from kpixl.measures.kinds import Aggregation, Method
from kpixl.measures.landing import land

BLANK = [None] * 12
FLAT = [10.0] * 12


def record(*errors: float, first: int = 0) -> Record:
    """A record at the origins 1, 2, … of the year that begins at ``first``."""
    origins = tuple(
        Standpoint(first, known, tuple(range(known, 12))) for known in range(1, len(errors) + 1)
    )
    return Record(origins, errors)


NOT_TRIED = dict.fromkeys(COMPETING, Record())


def test_the_origins_are_months_one_to_eleven_of_each_complete_past_year():
    holed = [*FLAT[:11], None]
    found = land(course([*FLAT, *holed, *FLAT, 10.0, *[None] * 11], [10.0] * 48))
    origins = found.tried[Method.PLAN].origins
    assert [(one.first, one.known, one.left) for one in origins] == [
        (first, known, 12 - known) for first in (0, 24) for known in range(1, 12)
    ]
    assert found.tried[Method.PLAN].years == 2


def test_errors_are_shares_of_the_outcome():
    # After one month of 12 the pace is 12 a month, 144 a year; it came to 12 + 11 × 6 = 78.
    past = [12.0, *[6.0] * 11]
    found = land(course([*past, *BLANK], None), Method.PACE)
    assert found.tried[Method.PACE].errors[0] == pytest.approx((144 - 78) / 78)
    # After eleven months: 12 + 10 × 6 = 72, a mean of 72/11, so 72 × 12/11 against 78.
    assert found.tried[Method.PACE].errors[-1] == pytest.approx((72 * 12 / 11 - 78) / 78)


def test_the_error_of_a_method_is_the_mean_over_its_origins():
    assert record(0.1, 0.3, 0.2).error == pytest.approx(0.2)
    assert Record().error is None


def test_errors_beyond_all_numbers_have_no_mean():
    assert record(1e308, 1e308).error is None


def test_the_smallest_mean_error_wins():
    tried = {**NOT_TRIED, Method.PLAN: record(0.2, 0.2, 0.2, 0.2),
             Method.PACE: record(0.3, 0.3, 0.1, 0.0)}  # fmt: skip
    # 0.175 against 0.2
    assert best([Method.PLAN, Method.PACE], tried, 12) is Method.PACE


def test_equal_errors_go_in_the_tables_order():
    tried = {**NOT_TRIED, Method.TREND: record(*[0.1] * 5), Method.PRIOR: record(*[0.1] * 5)}
    assert best([Method.TREND, Method.PRIOR], tried, 12) is Method.PRIOR
    # What arithmetic in another order would make of the same figure is no difference.
    tried[Method.TREND] = record(*[0.1 - 1e-12] * 5)
    assert best([Method.TREND, Method.PRIOR], tried, 12) is Method.PRIOR


def test_only_origins_common_to_all_that_compete_are_compared():
    # Prior has no figures for the first year; there pace was far off. In the second it wins.
    pace = Record(
        record(*[0.9] * 11).origins + record(*[0.1] * 11, first=12).origins,
        (*[0.9] * 11, *[0.1] * 11),
    )
    tried = {**NOT_TRIED, Method.PACE: pace, Method.PRIOR: record(*[0.2] * 11, first=12)}
    assert best([Method.PACE, Method.PRIOR], tried, 12) is Method.PACE
    assert pace.error == pytest.approx(0.5)  # its own, over all its origins


def test_who_cannot_forecast_now_does_not_narrow_the_comparison():
    tried = {**NOT_TRIED, Method.PLAN: record(*[0.2] * 11), Method.PACE: record(*[0.1] * 11),
             Method.RATIO: record(0.0)}  # fmt: skip
    assert best([Method.PLAN, Method.PACE], tried, 12) is Method.PACE
    # With it there is one common origin only: ratio, from three reported months on.
    assert best([Method.PLAN, Method.RATIO, Method.PACE], tried, 3) is Method.RATIO


def test_a_method_without_origins_does_not_compete():
    tried = {**NOT_TRIED, Method.PACE: record(*[0.1] * 11)}
    assert best([Method.PLAN, Method.PACE], tried, 12) is Method.PACE


@pytest.mark.parametrize(
    ("able", "planned", "expected"),
    [
        (COMPETING, 3, Method.RATIO),
        (COMPETING, 2, Method.PLAN),
        ((Method.PACE, Method.PRIOR), 0, Method.PRIOR),
        ((Method.PACE, Method.RECENT), 0, Method.PACE),
        ((Method.RECENT, Method.TREND), 0, None),
        ((), 0, None),
    ],
)
def test_without_a_record_the_simplest_that_is_possible(able, planned, expected):
    assert best(able, NOT_TRIED, planned) is expected
    few = {**NOT_TRIED, Method.PACE: record(0.0, 0.0, 0.0), Method.PLAN: record(0.5, 0.5, 0.5)}
    assert best(able, few, planned) is expected  # three common origins are too few


def test_four_common_origins_are_enough():
    tried = {**NOT_TRIED, Method.PACE: record(*[0.0] * 4), Method.PLAN: record(*[0.5] * 4)}
    assert best([Method.PLAN, Method.PACE], tried, 0) is Method.PACE


def test_the_owners_outlook_never_competes_since_those_of_the_past_are_not_kept():
    figures = course([*FLAT, *FLAT, 10.0, *[None] * 11])
    expected = Course(**{**vars(figures), "outlook": [99.0] * 12})
    found = land(expected)
    assert found.method is Method.PACE  # always right so far, and before recent in the table
    assert found.values[Method.OUTLOOK] == 10 + 11 * 99
    assert Method.OUTLOOK not in found.tried


def test_a_seasonal_year_is_landed_by_last_years_season():
    season = [5.0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 50]
    later = [value * 1.2 for value in season]
    found = land(course([*season, *later, 7, 7, 7, *[None] * 9], None))
    assert found.method is Method.PRIOR
    assert found.value == pytest.approx(105 * 1.2 * 7 / 6)
    assert found.record.error == pytest.approx(0)


def test_a_year_that_came_to_nothing_has_no_share_to_be_wrong_by():
    nothing = [1.0, -1.0] * 6
    found = land(course([*nothing, *FLAT, 10.0, *[None] * 11], None), Method.PACE)
    assert {origin.first for origin in found.record.origins} == {12}
    assert found.record.void
    assert not land(course([*FLAT, *BLANK], None), Method.TREND).record.void


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_a_straight_line_is_landed_without_error_by_its_trend(aggregation):
    line = [100.0 + 3 * month for month in range(36)]
    found = land(course([*line[:30], *[None] * 6], None, aggregation))
    # Last, Max and Min of a rising line are told by other methods, too, but none of them better.
    tried = found.tried[Method.TREND]
    assert tried.errors[1:] == pytest.approx([0] * (len(tried.errors) - 1), abs=1e-12)
    assert found.values[Method.TREND] == pytest.approx(land(course(line, None, aggregation)).value)
