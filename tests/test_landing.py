"""The months of a year that are missing are filled, and the year ends somewhere (SPEC 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kpixl.measures.fills import Course, course
from kpixl.measures.kinds import Aggregation, Method
from kpixl.measures.landing import Landed, land, plan_of, year_plan
from tests import landing_reference as reference

SUM, AVERAGE, LAST = Aggregation.SUM, Aggregation.AVERAGE, Aggregation.LAST
MAX, MIN = Aggregation.MAX, Aggregation.MIN
Months = Sequence[float | None]


def year(*values: float | None) -> list[float | None]:
    """Twelve months; those that are not given are missing."""
    return [*values, *[None] * (12 - len(values))]


def landing(method: Method, actuals: Months, plan: Months | None = None, **more: Any) -> Landed:
    return land(course(actuals, plan, **more), method)


def months(method: Method, actuals: Months, plan: Months | None = None, **more: Any) -> Any:
    return landing(method, actuals, plan, **more).months


# ---- Each method, by hand and from published examples ---------------------------------------


def test_plan_takes_the_plan_of_the_missing_months():
    plan = list(range(10, 22))
    found = landing(Method.PLAN, year(9, 9, 9), plan)
    assert found.value == 27 + sum(range(13, 22))
    assert found.left == 9


def test_where_nothing_is_reported_the_plan_method_lands_on_plan():
    assert landing(Method.PLAN, year(), [7.0] * 12).value == 84
    assert land(course(year(), [7.0] * 12)).method is Method.PLAN


def test_ratio_carries_the_share_of_budget_so_far_on_as_blackbaud_does():
    # Blackbaud's knowledge base, article 75258: $96,300 spent of a budget of $112,500 in nine
    # periods, and budgets of 10,000, 12,500 and 15,000 to come.
    spent = [96_300 / 9] * 9
    budget = [112_500 / 9] * 9 + [10_000, 12_500, 15_000]
    found = landing(Method.RATIO, year(*spent), budget)
    assert found.months[9:] == pytest.approx([8_560, 10_700, 12_840])
    assert found.value == pytest.approx(96_300 + 32_100)


def test_pace_is_the_average_spending_formula_of_public_budgeting():
    # "Year-End Budget Monitoring", POLS 557, University of North Texas: salaries of $2,519,700
    # after seven months make (2,519,700 / 7 * 5) + 2,519,700 = 4,319,485.71.
    found = landing(Method.PACE, year(*[2_519_700 / 7] * 7))
    assert found.value == pytest.approx(4_319_485.71, abs=0.005)


def test_prior_is_the_seasonal_formula():
    # The same exercise: year to date divided by (last year to date ÷ last year's total).
    last = [100, 120, 90, 80, 100, 110, 130, 140, 90, 100, 120, 200]
    now = [110, 130, 100, 90, 105, 120, 140]
    expected = sum(now) / (sum(last[:7]) / sum(last))
    assert landing(Method.PRIOR, [*last, *year(*now)]).value == pytest.approx(expected)
    assert landing(Method.PRIOR, year(*now), prior=last).value == pytest.approx(expected)


def test_trend_continues_the_line_of_microsofts_trend_example():
    costs = [133_890, 135_000, 135_790, 137_300, 138_130, 139_100,
             139_900, 141_120, 141_890, 143_230, 144_000, 145_290]  # fmt: skip
    found = months(Method.TREND, [*costs, *year()])
    expected = [146_171.5152, 147_189.6970, 148_207.8788, 149_226.0606, 150_244.2424]
    assert found[:5] == pytest.approx(expected, abs=5e-5)


def test_trend_looks_at_calendar_positions_as_microsofts_forecast_example_does():
    # Known at 20, 28, 31, 38 and 40; at 30 the line stands at 10.607253.
    known = dict(zip((20, 28, 31, 38, 40), (6, 7, 9, 15, 21), strict=True))
    actuals = [known.get(place) for place in range(18, 42)]
    assert months(Method.TREND, actuals)[0] == pytest.approx(10.607253, abs=5e-7)


def test_trend_falls_as_a_published_year_of_sales_does():
    # exceladviser.blogspot.com, December 2013: forecasts for months 13 to 24, rounded there.
    sales = [8685, 7865, 9765, 4455, 7865, 2334, 9876, 5647, 7864, 3456, 9823, 4567]
    found = [round(value) for value in months(Method.TREND, [*sales, *year()])]
    assert found == [5625, 5437, 5248, 5060, 4871, 4683, 4494, 4306, 4117, 3929, 3740, 3552]


def test_recent_is_the_mean_of_the_last_three_values_fills_included():
    # (6 + 9 + 12) / 3 = 9; then (9 + 12 + 9) / 3 = 10; then (12 + 9 + 10) / 3 = 31/3
    found = months(Method.RECENT, year(1, 6, 9, 12))
    assert found[4:7] == pytest.approx([9, 10, 31 / 3])


def test_recent_reaches_into_earlier_years_over_blanks():
    # Of last year only May and November are there; this April is not: (4 + 8) / 2 = 6.
    # After May (3) the last three values are 8, 6 and 3.
    last = [None, 4, None, None, None, None, None, 8, None, None, None, None]
    found = months(Method.RECENT, [*last, *year(None, 3)])
    assert found[:3] == pytest.approx([6, 3, 17 / 3])


def test_the_owners_outlook_counts_only_where_all_missing_months_have_one():
    figures = course(year(1, 2, 3))
    outlook = [9.0] * 3 + [4.0] * 9
    whole = Course(**{**vars(figures), "outlook": outlook})
    assert land(whole, Method.OUTLOOK).value == 1 + 2 + 3 + 9 * 4
    holed = Course(**{**vars(figures), "outlook": [*outlook[:11], None]})
    assert land(holed, Method.OUTLOOK).value is None


def test_past_blanks_are_filled_too():
    found = landing(Method.PLAN, [5, None, 5, *[None] * 9], [4.0] * 12)
    assert found.value == 5 + 4 + 5 + 9 * 4
    assert found.left == 10


# ---- The factor, and the amount where there is none -----------------------------------------


def test_the_factor_compares_the_months_that_have_both():
    # May has no plan: (10 + 14) / (8 + 12) = 1.2
    found = months(Method.RATIO, year(10, 99, 14), [8, None, 12, *[10.0] * 9])
    assert found[3:] == pytest.approx([12] * 9)


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        # A loss was planned: (-30 - -12) is shared by the three months of a sum: -6 a month.
        (SUM, -4 - 6),
        # The mean was 6 below plan: (-30/3) - (-12/3)
        (AVERAGE, -4 - 6),
        (LAST, -4 + (-15 - -6)),
        (MAX, -4 + (-5 - -2)),
        (MIN, -4 + (-15 - -6)),
    ],
)
def test_a_negative_base_is_moved_by_an_amount(aggregation, expected):
    actuals, plan = year(-5, -10, -15), [-2, -4, -6, *[-4.0] * 9]
    found = months(Method.RATIO, actuals, plan, aggregation=aggregation)
    assert found[3] == pytest.approx(expected)


def test_one_negative_month_ahead_is_enough_to_give_up_the_factor():
    plan = [10.0] * 11 + [-10.0]
    found = months(Method.RATIO, year(20, 20), plan)
    assert found[2:] == pytest.approx([20] * 9 + [0])  # 10 more in each month, not twice as much


def test_a_base_of_zero_so_far_is_moved_by_an_amount():
    found = months(Method.RATIO, year(3, 5), [0, 0, *[10.0] * 10])
    assert found[2:] == pytest.approx([14] * 10)  # (8 - 0) / 2 = 4 more a month


def test_the_factor_of_other_aggregations_is_that_of_their_figure_to_date():
    actuals, plan = year(8, 20, 12), [10, 10, 15, *[10.0] * 9]
    shares = {AVERAGE: 40 / 35, LAST: 12 / 15, MAX: 20 / 15, MIN: 8 / 10}
    for aggregation, share in shares.items():
        found = months(Method.RATIO, actuals, plan, aggregation=aggregation)
        assert found[3] == pytest.approx(10 * share)


def test_pace_of_a_balance_is_its_last_value():
    assert months(Method.PACE, year(5, 7), aggregation=LAST)[2:] == (7,) * 10
    assert months(Method.PACE, year(5, 7), aggregation=MAX)[2:] == (6,) * 10


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(SUM, 10 + 2 + 10 * 6), (AVERAGE, 72 / 12), (LAST, 6), (MAX, 10), (MIN, 2)],
)
def test_the_filled_year_is_aggregated(aggregation, expected):
    plan = [6.0] * 12
    assert landing(Method.PLAN, year(10, 2), plan, aggregation=aggregation).value == expected


# ---- What cannot be said --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "actuals", "plan"),
    [
        (Method.PLAN, year(1), None),
        (Method.PLAN, year(1), [None, *[1.0] * 10, None]),
        (Method.RATIO, year(1), [None, *[1.0] * 11]),  # nothing to compare
        (Method.RATIO, year(), [1.0] * 12),
        (Method.PACE, year(), [1.0] * 12),
        (Method.PRIOR, year(1), [1.0] * 12),
        (Method.RECENT, year(None, 1), None),  # nothing before the first month
        (Method.TREND, year(1), None),
        (Method.OUTLOOK, year(1), [1.0] * 12),
    ],
)
def test_a_method_without_its_data_lands_nowhere(method, actuals, plan):
    found = landing(method, actuals, plan)
    assert (found.value, found.method) == (None, None)
    assert found.months == tuple(actuals)


def test_without_any_data_there_is_no_landing():
    found = land(course(year()))
    assert (found.value, found.method, found.left) == (None, None, 12)


@pytest.mark.parametrize("count", [0, 1, 11, 13, 30])
def test_courses_are_whole_years(count):
    with pytest.raises(ValueError, match="fiscal years"):
        course([1.0] * count)


def test_plan_and_prior_go_with_the_actuals():
    with pytest.raises(ValueError, match="of plan"):
        course([1.0] * 24, [1.0] * 12)
    with pytest.raises(ValueError, match="of prior"):
        course([1.0] * 24, None, SUM, [1.0] * 6)


def test_figures_beyond_all_numbers_are_no_landing():
    found = landing(Method.RATIO, year(1e15), [1e-300, *[1e15] * 11])
    assert found.value is None


# ---- Goals that are not there all the year, or change ----------------------------------------


def test_a_goal_of_half_a_year_fills_and_counts_its_own_months():
    actuals, plan = [*year(), *year(9, 9, 9, 9, 9, 9, 4)], [*[None] * 18, *[5.0] * 6]
    half = Course(**{**vars(course(actuals, plan)), "year": tuple(range(6, 12))})
    found = land(half, Method.PLAN)
    assert found.value == 4 + 5 * 5
    # What was reported before it was a goal is no part of its year, but of its history.
    assert land(half, Method.PACE).value == 6 * 4
    assert land(half, Method.RECENT).months[7] == pytest.approx((9 + 9 + 4) / 3)
    assert plan_of(half) == 30


def test_figures_of_an_earlier_definition_are_no_ground_for_a_forecast():
    actuals = [*[100.0] * 12, 100, 100, 7, 8, 9, *[None] * 7]
    changed = Course(**{**vars(course(actuals, [50.0] * 24)), "since": 14})
    found = land(changed, Method.PACE)
    assert found.months[5:] == (8,) * 7
    assert found.value == 100 + 100 + 7 + 8 + 9 + 7 * 8  # but they happened
    assert land(changed, Method.RECENT).months[5] == 8
    assert land(changed, Method.TREND).months[5] == pytest.approx(10)
    assert all(not record.origins for record in found.tried.values())


@pytest.mark.parametrize(
    ("aggregation", "months", "expected"),
    [
        (SUM, [1.0, 2.0, 3.0], 6),
        (SUM, [1.0, None, 3.0], None),  # a year's plan is that of all months
        (AVERAGE, [1.0, None, 3.0], None),
        (LAST, [1.0, 2.0, None], 2),  # the last plan month
        (LAST, [None], None),
        (MAX, [1.0, 3.0, 2.0], 3),
    ],
)
def test_the_plan_of_a_year(aggregation, months, expected):
    assert year_plan(months, aggregation) == expected


# ---- Against an independent implementation --------------------------------------------------

FIGURES = {"positive": (50.0, 150.0), "mixed": (-50.0, 150.0), "losses": (-150.0, -50.0)}


def random_course(seed: int) -> tuple[Any, Any, Any, Aggregation]:
    """Months with season, growth, blanks and gaps in the plan; some years have no plan at all."""
    pick = np.random.default_rng(seed)
    years = int(pick.integers(1, 6))
    low, high = list(FIGURES.values())[seed % 3]
    count = 12 * years
    at = np.arange(count)
    size = (high - low) / 4
    curve = (low + high) / 2 + size * np.sin(at * np.pi / 6) + pick.normal(0, size, count)
    plan = (low + high) / 2 + size * np.sin(at * np.pi / 6)
    actual = curve.copy()
    actual[count - 12 + int(pick.integers(0, 13)) :] = np.nan
    for figures, share in ((actual, 0.03), (plan, 0.02)):
        figures[pick.random(count) < share * (seed % 2)] = np.nan
    if seed % 5 == 0:
        plan[: 12 * int(pick.integers(0, years + 1))] = np.nan
    if seed % 7 == 0:
        actual[:] = np.round(actual / size) * size  # many equal figures, some of them 0
    prior = np.concatenate([np.full(12, np.nan), actual[:-12]])
    return actual, plan, prior, list(Aggregation)[seed % 5]


def as_months(figures: Any) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in figures]


@pytest.mark.parametrize("seed", range(140))
def test_every_method_lands_where_the_slow_way_does(seed):
    actual, plan, prior, how = random_course(seed)
    found = land(course(as_months(actual), as_months(plan), how))
    if not np.isnan(actual[-12:]).any():
        assert found.value == pytest.approx(reference.TOTALS[how.value](actual[-12:]))
        return
    errors = reference.backtest(actual, plan, prior, how.value)
    for name in reference.METHODS:
        expected = reference.filled(name, actual, plan, prior, how.value)
        value = found.values[Method(name)]
        if expected is None:
            assert value is None, name
        else:
            total = reference.TOTALS[how.value](expected)
            assert value == pytest.approx(total, rel=1e-9, abs=1e-7), name
        tried = found.tried[Method(name)]
        origins = {
            (one.first // 12, one.known): e
            for one, e in zip(tried.origins, tried.errors, strict=True)
        }
        assert origins == pytest.approx(errors[name], rel=1e-7, abs=1e-10), name


@pytest.mark.parametrize("seed", range(140))
def test_the_method_chosen_is_the_one_of_the_slow_way(seed):
    actual, plan, prior, how = random_course(seed)
    found = land(course(as_months(actual), as_months(plan), how))
    if np.isnan(actual[-12:]).any():
        expected = reference.chosen(actual, plan, prior, how.value)
        assert (found.method.value if found.method else None) == expected


# ---- What always holds -----------------------------------------------------------------------

figure = st.floats(1, 1e4).map(lambda value: round(value, 2))
holed = st.one_of(st.none(), figure)
aggregations = st.sampled_from(list(Aggregation))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    years = draw(st.integers(1, 3))
    reported = draw(st.integers(0, 12))
    past = draw(st.lists(figure, min_size=12 * years - 12, max_size=12 * years - 12))
    now = draw(st.lists(holed, min_size=12, max_size=12))
    plan = draw(st.lists(figure, min_size=12 * years, max_size=12 * years))
    return course([*past, *now[:reported], *[None] * (12 - reported)], plan, draw(aggregations))


@settings(deadline=None)
@given(st.lists(figure, min_size=12, max_size=12), st.sampled_from(Method), aggregations)
def test_a_finished_year_lands_where_it_is(values, method, aggregation):
    found = land(course(values, [1.0] * 12, aggregation), method)
    totals = {SUM: sum(values), AVERAGE: sum(values) / 12, LAST: values[-1],
              MAX: max(values), MIN: min(values)}  # fmt: skip
    assert found.value == pytest.approx(totals[aggregation])
    assert (found.method, found.left) == (None, 0)


@settings(deadline=None)
@given(courses())
def test_missing_months_never_count_as_zero(figures):
    found = land(figures)
    assume(found.value is not None)
    assert None not in found.months
    if found.method in (Method.PLAN, Method.PACE, Method.RECENT):
        # All figures are at least 1, and these fills lie between figures.
        assert min(month for month in found.months if month is not None) >= 1 - 1e-9


@settings(deadline=None)
@given(courses(), st.sampled_from([0.001, 0.5, 2.0, 3.0, 1e4]))
def test_another_unit_changes_the_landing_by_its_factor_and_nothing_else(figures, factor):
    def scaled(values: Months) -> list[float | None]:
        return [None if value is None else value * factor for value in values]

    other = course(scaled(figures.actuals), scaled(figures.plan), figures.aggregation)
    one, two = land(figures), land(other)
    assert two.method is one.method
    if one.value is not None:
        assert two.value == pytest.approx(one.value * factor)
    assert two.record.error == pytest.approx(one.record.error, abs=1e-9)
    assert two.record.origins == one.record.origins


@settings(deadline=None)
@given(courses())
def test_nothing_that_lies_ahead_is_looked_at(figures):
    """From an origin in a past year the fills are those of the book as it was then."""
    assume(figures.first >= 12)
    now = land(figures)
    assume(now.left and now.tried)
    first, known = figures.first - 12, 5
    then = course(
        [*figures.actuals[: first + known], *[None] * (12 - known)],
        figures.plan[: first + 12],
        figures.aggregation,
    )
    past = land(then)
    outcome = land(course(figures.actuals[: first + 12], None, figures.aggregation)).value
    assert outcome is not None
    for method, tried in now.tried.items():
        errors = [
            error
            for origin, error in zip(tried.origins, tried.errors, strict=True)
            if (origin.first, origin.known) == (first, known)
        ]
        value = past.values[method]
        expected = [] if value is None else [abs(value - outcome) / outcome]
        assert errors == pytest.approx(expected, abs=1e-9)
