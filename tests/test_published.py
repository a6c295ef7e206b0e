"""What a pack publishes, figure by figure."""

from __future__ import annotations

from kpixl.measures.kinds import Direction
from kpixl.plan.model import Level
from kpixl.plan.month import Month
from kpixl.review.published import PERIODS, Figure, published
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import sample_review
from tests.plans import goal, plan_of, with_settings

JUNE = Month(2026, 6)
YEAR = [100.0] * 12


def of_goal(goal_id: str, figures: tuple[Figure, ...], period: str) -> list[Figure]:
    return [one for one in figures if (one.goal, one.period) == (goal_id, period)]


def test_each_month_up_to_the_review_month_is_published_and_the_review_month_in_full():
    plan = plan_of(
        goal("A"),
        actuals={"A": [80.0, None, 110.0, 999.0]},  # July is after the review month
        plan={"A": YEAR},
        prior={"A": [50.0, 60.0, 88.0]},
    )
    april, may, june = of_goal("A", published(review(plan, JUNE)), "month")
    assert april == Figure("A", "month", "2026-04", 80.0, 100.0, 50.0, status="red")
    assert may == Figure("A", "month", "2026-05", None, 100.0, 60.0, status="no_data")
    assert june == Figure(
        "A", "month", "2026-06", 110.0, 100.0, 88.0,
        gap=10.0, gap_pct=0.1, attainment=1.1, growth=0.25, status="green",
    )  # fmt: skip


def test_a_month_that_has_neither_actual_nor_plan_is_left_out():
    plan = plan_of(goal("A"), actuals={"A": [None, 7.0]}, plan={"A": [None, None, 9.0]})
    months = of_goal("A", published(review(plan, JUNE)), "month")
    assert [(one.month, one.actual, one.plan) for one in months] == [
        ("2026-05", 7.0, None),
        ("2026-06", None, 9.0),
    ]


def test_the_year_to_date_and_the_landing_stand_under_the_review_month():
    plan = plan_of(goal("A"), actuals={"A": [80.0, 90.0, 110.0]}, plan={"A": YEAR})
    figures = published(review(plan, JUNE))
    (to_date,) = of_goal("A", figures, "to_date")
    assert (to_date.month, to_date.actual, to_date.plan) == ("2026-06", 280.0, 300.0)
    assert (to_date.gap, to_date.status) == (-20.0, "amber")
    # Below four tested origins the months left land at plan x (280 / 300).
    (landing,) = of_goal("A", figures, "landing")
    assert (landing.month, landing.plan) == ("2026-06", 1200.0)
    assert landing.actual is not None
    assert abs(landing.actual - (280 + 9 * 100 * 280 / 300)) < 1e-9
    assert landing.gap is not None
    assert abs(landing.gap - (landing.actual - 1200)) < 1e-9


def test_nothing_is_rounded():
    third = 1 / 3
    plan = plan_of(goal("A"), actuals={"A": [0.0, 0.0, third]}, plan={"A": YEAR})
    (_, _, june) = of_goal("A", published(review(plan, JUNE)), "month")
    assert june.actual == third


def test_a_roll_up_publishes_its_scores():
    plan = plan_of(
        goal("TOP", level=Level.KGI),
        goal("A", "TOP"),
        goal("B", "TOP", direction=Direction.LOWER),
        actuals={"A": [50.0, 100.0, 90.0], "B": [100.0, 100.0, 120.0]},
        plan={"A": YEAR, "B": YEAR},
    )
    months = of_goal("TOP", published(review(plan, JUNE)), "month")
    # Halves: (0.5 + 1) / 2, (1 + 1) / 2, (0.9 + 0.8) / 2.
    assert [round(one.actual or 0.0, 12) for one in months] == [0.75, 1.0, 0.85]
    assert [one.plan for one in months] == [1.0, 1.0, 1.0]


def test_a_scope_publishes_its_own_goals_only():
    whole = sample_review("en")
    csf = next(one for one in whole.goals if one.goal.level is Level.CSF)
    part = published(scoped(whole, csf.goal.label))
    assert {one.goal for one in part} == {one.id for one in whole.subtree(csf.id)}
    assert set(part) < set(published(whole))


def test_no_figure_stands_twice_and_all_agree_with_the_review():
    whole = sample_review("ja")
    figures = published(whole)
    assert len({(one.goal, one.period, one.month) for one in figures}) == len(figures)
    for one in figures:
        entry = whole.by_id[one.goal]
        if one.period == "to_date":
            assert (one.actual, one.attainment) == (
                entry.to_date.actual,
                entry.to_date.attainment,
            )
        elif one.period == "month" and one.month == str(whole.month):
            assert (one.actual, one.status) == (entry.month.actual, entry.status.value)
            place = whole.fiscal_months.index(whole.month)
            assert one.actual == entry.series.actual[place]


def test_the_periods_asked_for_are_published_under_the_last_month_that_they_cover():
    plan = plan_of(
        goal("A"),
        actuals={"A": [80.0, 90.0, 110.0, 70.0]},
        plan={"A": YEAR},
        settings=with_settings(periods_shown=("half", "quarter")),
    )
    figures = published(review(plan, Month(2026, 7)))
    first, second = of_goal("A", figures, "quarter")
    assert (first.month, first.actual, first.plan, first.status) == ("2026-06", 280, 300, "amber")
    assert (second.month, second.actual, second.plan, second.status) == ("2026-07", 70, 100, "red")
    (half,) = of_goal("A", figures, "half")
    assert (half.month, half.actual, half.plan) == ("2026-07", 350, 400)
    assert of_goal("A", figures, "year") == []
    keys = [(one.goal, one.month, one.period) for one in figures]
    assert len(keys) == len(set(keys))  # the ledger keeps each once
    assert {one.period for one in figures} <= set(PERIODS)
