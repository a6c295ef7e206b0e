"""Each goal has its chart and each action its effect, from what the workbook says (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.measures.kinds import Direction, Effect, Signal
from kpixl.plan.model import Action, Goal, Level, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.figures import ActionReview, Review
from kpixl.review.insights import ControlChart
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.words import word
from tests.plans import goal, plan_of, series, with_settings

FIRST = Month(2025, 1)
Values = Sequence[float | None]

# Mean 100, mean range 8: limits 100 ± 21.28
SIX: Values = [100, 110, 105, 95, 100, 90]
# Mean 100, every range 2: limits 100 ± 5.32, half way 102.66
YEAR: Values = [99, 101] * 6


def book(values: Values, *goals: Goal, review_month: Month | None = None, **fields: Any) -> Plan:
    """Goal A with these months from January 2025 on, reviewed in the last of them."""
    plan = plan_of(*(goals or (goal("A"),)), **fields)
    last = review_month or FIRST.plus(len(values) - 1)
    return replace(
        plan,
        settings=with_settings(review_month=last),
        actuals={**plan.actuals, "A": series(FIRST, values)},
    )


def chart_of(plan: Plan, goal_id: str = "A") -> ControlChart:
    found = review(plan).by_id[goal_id].control
    assert found is not None
    return found


# ---- Charts ----------------------------------------------------------------------------------


def test_a_goals_chart_has_a_point_for_each_reported_month():
    found = chart_of(book([*SIX[:3], None, *SIX[3:]]))
    assert found.points == tuple(SIX)
    assert [str(month) for month in found.months] == [
        "2025-01", "2025-02", "2025-03", "2025-05", "2025-06", "2025-07",
    ]  # fmt: skip
    assert (found.centre, found.moving_range) == (100, 8)
    assert (found.lower, found.upper) == pytest.approx((78.72, 121.28))
    assert found.range_limit == pytest.approx(26.144)
    assert (found.signal, found.better, found.since, found.differences) == (None, None, None, False)


def test_five_months_are_too_few_for_limits():
    assert review(book(SIX[:5])).by_id["A"].control is None


def test_the_last_24_reported_months_count():
    values = [1_000.0] * 5 + [100 + n % 2 for n in range(24)]
    assert chart_of(book([*values[:20], None, *values[20:]])).points == tuple(values[5:])


@pytest.mark.parametrize(
    ("direction", "better"),
    [(Direction.HIGHER, True), (Direction.LOWER, False), (Direction.RANGE, None)],
)
def test_a_signal_is_good_or_bad_by_direction(direction: Direction, better: bool | None) -> None:
    # mean 105, ranges 2, 4, 3, 2, 31: mean 8.4; upper limit 127.344
    values = [100, 102, 98, 101, 99, 130]
    found = chart_of(book(values, goal("A", direction=direction, tolerance=1.0)))
    assert (found.signal, found.better) == (Signal.ABOVE, better)


def test_months_after_the_review_month_are_ignored():
    values = [*SIX, 500, 500]
    found = chart_of(book(values, review_month=FIRST.plus(5)))
    assert found.points == tuple(SIX)


def test_what_could_not_be_read_is_missing():
    plan = book([*SIX[:3], 1, *SIX[3:]])
    readable = {month: value for month, value in plan.actuals["A"].values.items() if value != 1}
    unread = replace(plan, actuals={"A": Series(readable, frozenset({FIRST.plus(3)}))})
    assert chart_of(unread).points == tuple(SIX)


def test_the_last_point_is_that_of_the_last_month_reported():
    # 130 stood out in June; July and August are not reported yet.
    found = chart_of(book([100, 102, 98, 101, 99, 130, None, None], review_month=FIRST.plus(7)))
    assert (found.signal, str(found.months[-1])) == (Signal.ABOVE, "2025-06")


def test_a_formula_goal_has_a_chart_and_a_roll_up_has_none():
    visits: Values = [50, 55, 52.5, 47.5, 50, 45]
    plan = book(
        SIX,
        goal("TOP", level=Level.CSF),
        goal("A", "TOP", formula="VISITS*2"),
        goal("VISITS", "TOP"),
        plan={"A": [100] * 3},
    )
    plan = replace(plan, actuals={"VISITS": series(FIRST, visits)})
    assert chart_of(plan).points == tuple(SIX)
    assert review(plan).by_id["TOP"].source == "rollup"
    assert review(plan).by_id["TOP"].control is None


# ---- Value, or value − prior -----------------------------------------------------------------


def growing(months: int) -> list[float | None]:
    """Doubling each year, with a season; against the prior year plainly +100 a month."""
    return [100.0 * (1 + n // 12) + 10 * (n % 12) for n in range(months)]


def test_from_30_months_on_the_chart_is_of_the_change_on_the_prior_year():
    # Of 30 months the last 18 have a prior-year value; of 29 only 17.
    found = chart_of(book(growing(30)))
    assert found.differences
    assert found.points == (100.0,) * 18
    assert str(found.months[0]) == "2026-01"
    assert found.signal is None
    assert not chart_of(book(growing(29))).differences


def test_season_and_growth_are_no_signals_but_a_break_in_them_is():
    values = growing(36)
    assert chart_of(book(values)).signal is None
    values[-1] = 300.0  # December as weak as January: 10 above the prior year rather than 100
    # mean (23 × 100 − 10) ÷ 24 = 95.4; mean range 110 ÷ 23: lower limit 82.7
    assert chart_of(book(values)).signal is Signal.BELOW


def test_a_month_without_a_prior_year_value_is_no_point_among_differences():
    values = growing(36)
    values[20] = None
    found = chart_of(book(values))
    # September 2026 is missing itself. Of the last 24 reported months (December 2025 to December
    # 2027), December 2025 and September 2027 have no prior-year value.
    assert found.differences
    assert len(found.points) == 22
    assert FIRST.plus(32) not in found.months


def random_years(seed: int) -> list[float | None]:
    """Up to four years of noise, growth and season, with gaps."""
    random = Random(seed)
    growth, season = random.choice([0, 2]), random.choice([0, 30])
    return [
        None if random.random() < 0.1 else 100 + growth * n + season * (n % 12) + random.gauss(0, 5)
        for n in range(random.randint(8, 48))
    ]


@pytest.mark.parametrize("seed", range(40))
def test_the_cells_show_what_the_review_says(seed: int) -> None:
    values = random_years(seed)
    prior = [None] * 12 + values[:-12] if len(values) > 12 else [None] * len(values)
    found = review(book(values)).by_id["A"].control
    limits = FUNCTIONS["KPI_LIMITS"]([values], [prior])
    told = FUNCTIONS["KPI_SIGNAL"]([values], [prior], "ja")
    if found is None:
        assert limits == told == CellError("#N/A")
        return
    assert limits == [[found.centre, found.lower, found.upper]]
    assert told == ("" if found.signal is None else word(f"signal.{found.signal.value}", "ja"))


# ---- A changed definition --------------------------------------------------------------------


def redefined(months: int, change: int, **fields: Any) -> tuple[Goal, Goal]:
    """A, of which something else is counted from the month at ``change`` on."""
    start = FIRST.plus(change)
    later = {"valid_from": start, "name": "A, net of returns", **fields}
    return goal("A", valid_to=start.plus(-1)), goal("A", **later)


def test_a_changed_definition_restarts_the_limits():
    values = [1_000.0 + n for n in range(10)] + list(SIX)
    found = chart_of(book(values, *redefined(16, 10)))
    assert found.points == tuple(SIX)
    assert found.since == FIRST.plus(10)
    assert review(book(values[:15], *redefined(15, 10))).by_id["A"].control is None


def test_a_new_owner_or_target_restarts_nothing():
    old, new = redefined(16, 10, name="A", owner="Abe", weight=3.0)
    values = [100.0 + n % 2 for n in range(16)]
    found = chart_of(book(values, old, new))
    assert (len(found.points), found.since) == (16, None)


def test_prior_values_across_a_changed_definition_are_not_available():
    # 40 months, redefined after 12: of the 28 since, the first 12 have no prior that means the
    # same, so that 16 of the last 24 do, too few for differences.
    found = chart_of(book(growing(40), *redefined(40, 12)))
    assert not found.differences
    assert found.since == FIRST.plus(12)
    assert len(found.points) == 24
    # Two months more, and there are 18.
    later = chart_of(book(growing(42), *redefined(42, 12)))
    assert later.differences
    assert later.months[0] == FIRST.plus(24)


# ---- The effect of an action -----------------------------------------------------------------

DONE = date(2026, 1, 15)
"""After the twelve months of YEAR; January 2026 itself counts on neither side."""


def acted(
    since: Values, *goals: Goal, before: Values = YEAR, done: date | None = DONE, **fields: Any
) -> ActionReview:
    """An action done in January 2026, in which the figure was 500, seen in the last month."""
    plan = book(
        [*before, 500, *since], *goals, actions=(Action("X", "A", raised=date(2025, 6, 1),
                                                         done=done),), **fields,
    )  # fmt: skip
    (found,) = review(plan).actions
    return found


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ([], Effect.TOO_EARLY),
        ([120, 120], Effect.TOO_EARLY),
        ([101, 99, 101], Effect.NO_SIGNAL),
        ([101, 99, 106], Effect.IMPROVED),
        ([101, 99, 94], Effect.WORSE),
        ([106, 100, 94], Effect.WORSE),
        ([103, 103, 103], Effect.IMPROVED),
        ([101, None, 99, None, None, 106], Effect.IMPROVED),
        ([120, None, None, 120], Effect.TOO_EARLY),
    ],
)
def test_an_action_is_judged_by_the_months_since_it_was_done(
    since: Values, expected: Effect
) -> None:
    assert acted(since).effect is expected
    mirrored = {Effect.IMPROVED: Effect.WORSE, Effect.WORSE: Effect.IMPROVED}
    lower = acted(since, goal("A", direction=Direction.LOWER))
    assert lower.effect is mirrored.get(expected, expected)


def test_an_effect_says_what_it_rests_on():
    found = acted([101, 106, 100]).judged
    assert found is not None
    assert (found.done, found.basis, found.before, found.since) == (
        Month(2026, 1), "value", 12, 3,
    )  # fmt: skip
    assert (found.centre, found.lower, found.upper) == pytest.approx((100, 94.68, 105.32))
    assert (found.signal, found.month, found.point) == (Signal.ABOVE, Month(2026, 3), 106)


def test_an_action_that_is_not_done_has_no_effect_yet():
    found = acted([120, 120, 120], done=None)
    assert (found.effect, found.judged) == (None, None)


def test_an_action_done_after_the_as_of_date_is_not_done():
    plan = book([*YEAR, 100], actions=(Action("X", "A", done=date(2026, 3, 1)),))
    assert review(plan).actions[0].effect is None


def test_without_six_months_before_nothing_is_told():
    june = date(2025, 6, 15)
    found = acted([120, 120, 120], before=YEAR[:5], done=june)
    assert found.effect is None
    assert found.judged is not None
    assert (found.judged.before, found.judged.since, found.judged.centre) == (5, 3, None)
    assert acted([120, 120], before=YEAR[:5], done=june).effect is Effect.TOO_EARLY


def test_goals_without_figures_tell_nothing():
    plan = plan_of(
        goal("TOP", level=Level.CSF), goal("A", "TOP"),
        actuals={"A": [1, 2, 3]},
        actions=(Action("X", "TOP", done=date(2026, 4, 2)), Action("Y", "NOBODY", done=DONE)),
    )  # fmt: skip
    (found,) = review(plan).actions  # of an unknown goal there is no review
    assert (found.effect, found.judged) == (None, None)


def test_where_the_chart_is_of_differences_the_effect_is_too():
    # Two years and a half, each month 100 above the prior year; then an action, then 140 above.
    before = growing(30)
    since = [n + 40 for n in growing(36)[31:] if n is not None]
    plan = book([*before, None, *since], actions=(Action("X", "A", done=date(2027, 7, 1)),))
    (found,) = review(plan).actions
    assert found.effect is Effect.IMPROVED
    assert found.judged is not None
    assert (found.judged.basis, found.judged.before, found.judged.centre) == ("difference", 18, 100)
    assert found.judged.point == 140


def test_months_before_a_changed_definition_are_no_limits_for_an_effect():
    old, new = redefined(16, 10)
    assert acted([120, 120, 120], old, new).effect is None


def against_plan(since: Values, planned: float) -> ActionReview:
    """The effect on a Range goal that was 9 or 11 above or below this plan before."""
    plan = book([*YEAR, 500, *since], ranged(), actions=(Action("X", "A", done=DONE),))
    (found,) = review(replace(plan, plan={"A": series(FIRST, [planned] * 40)})).actions
    return found


def ranged() -> Goal:
    return goal("A", direction=Direction.RANGE, tolerance=1.0)


def test_a_range_goal_is_judged_by_its_distance_to_plan():
    # Before: distances of 9 and 11, mean 10, every range 2, limits 10 ± 5.32.
    assert against_plan([92, 91, 92], 90).effect is Effect.IMPROVED
    assert against_plan([108, 107, 108], 90).effect is Effect.WORSE
    assert against_plan([108, 107, 108], 110).effect is Effect.IMPROVED
    # Now below the plan, as far as it was above before: something changed, nothing was gained.
    other_side = against_plan([81, 79, 80], 90)
    assert other_side.effect is Effect.NO_SIGNAL
    assert other_side.judged is not None
    assert other_side.judged.basis == "distance"
    assert other_side.judged.point == 10  # |80 − 90|


def test_a_range_goal_without_plan_tells_nothing():
    found = acted([120, 120, 120], ranged())
    assert (found.effect, found.judged) == (None, None)


# ---- A part of the book ----------------------------------------------------------------------


def test_a_scope_keeps_its_own_charts_and_effects():
    plan = book(
        [*YEAR, 500, 106, 106, 106],
        goal("TOP", level=Level.CSF), goal("A", "TOP"), goal("B", "TOP"),
        actions=(Action("X", "A", done=DONE), Action("Y", "B", done=DONE)),
    )  # fmt: skip
    whole: Review = review(plan)
    part = scoped(whole, "A")
    assert [entry.effect for entry in part.actions] == [Effect.IMPROVED]
    assert part.by_id["A"].control == whole.by_id["A"].control
