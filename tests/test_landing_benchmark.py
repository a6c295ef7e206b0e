"""Landings on real series are measured fairly: nothing that lies ahead is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import landing as benchmark
from benchmarks.series import SOURCES, RealSeries, load

AIRLINE = load(SOURCES[0])


def with_another_future(series: RealSeries, year: int, after: int) -> RealSeries:
    """The series as it would be, had everything from a month on come out otherwise."""
    years = [list(months) for months in series.actuals]
    for position, months in enumerate(years):
        for month in range(12):
            if (position, month) >= (year, after):
                months[month] = 1000.0 + month
    return replace(series, actuals=tuple(map(tuple, years)))


@pytest.mark.parametrize("after", benchmark.AFTER)
def test_what_lies_ahead_changes_no_landing(after: int):
    year = AIRLINE.tested[2]
    other = with_another_future(AIRLINE, year, after)
    assert other.actuals != AIRLINE.actuals
    assert benchmark.landings(other, year, after) == benchmark.landings(AIRLINE, year, after)


def test_the_plan_of_a_year_was_known_before_it_began():
    # 1951's plan: January 1950 (115) × the growth of 1950 over 1949.
    before, last = AIRLINE.actuals[0], AIRLINE.actuals[1]
    assert AIRLINE.plan[2][0] == pytest.approx(115 * sum(last) / sum(before))
    assert AIRLINE.plan[:2] == ((None,) * 12,) * 2


def test_errors_are_shares_of_the_years_outcome():
    year = AIRLINE.tested[0]
    found = benchmark.trial(AIRLINE, year, 9)
    outcome = sum(AIRLINE.actuals[year])
    so_far = sum(AIRLINE.actuals[year][:9])
    planned = sum(value or 0 for value in AIRLINE.plan[year][9:])
    assert found.errors["plan"] == pytest.approx(abs(so_far + planned - outcome) / outcome)
    assert found.errors["pace"] == pytest.approx(abs(so_far * 12 / 9 - outcome) / outcome)
    assert found.errors["best"] == found.errors[found.chosen]
    assert set(found.errors) == set(benchmark.WAYS)


def test_the_mean_error_counts_every_series_alike():
    one = benchmark.trial(AIRLINE, AIRLINE.tested[0], 9)
    trials = [
        replace(one, series=name, errors={"plan": error})
        for name, error in (("A", 0.1), ("A", 0.3), ("B", 0.4))
    ]
    assert benchmark.mean_error(trials, "plan") == pytest.approx((0.2 + 0.4) / 2)


def test_the_share_inside_a_range_is_of_those_that_have_one():
    one = benchmark.trial(AIRLINE, AIRLINE.tested[0], 9)
    trials = [replace(one, deviations=value) for value in (0.5, 0.7, 1.5, None)]
    assert [benchmark.inside(trials, width) for width in benchmark.RANGES.values()] == [
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    ]
