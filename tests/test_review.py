"""A plan and a month become every figure of the review. Expected figures are worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.measures.kinds import Aggregation, Direction, Phase, Status, Step
from kpixl.plan.model import Action, Comment, Goal, Level, Series
from kpixl.plan.month import CloseDay, Month
from kpixl.review.review import review
from kpixl.review.sentences import changes
from tests.plans import APRIL, PRIOR_APRIL, goal, plan_of, series, with_settings

JUNE = Month(2026, 6)


def test_month_and_year_to_date_of_a_summed_goal():
    plan = plan_of(
        goal("SALES"),
        actuals={"SALES": [100, 90, 95]},
        plan={"SALES": [100, 100, 100]},
        prior={"SALES": [80, 80, 100]},
    )
    sales = review(plan).by_id["SALES"]
    assert (sales.month.actual, sales.month.plan, sales.month.prior) == (95, 100, 100)
    assert sales.month.gap == -5  # 95 - 100
    assert sales.month.gap_pct == pytest.approx(-0.05)
    assert sales.month.attainment == pytest.approx(0.95)
    assert sales.month.growth == pytest.approx(-0.05)  # (95 - 100) / 100
    assert sales.month.status is Status.AMBER
    assert sales.to_date.actual == 285  # 100 + 90 + 95
    assert sales.to_date.plan == 300
    assert sales.to_date.prior == 260
    assert sales.to_date.growth == pytest.approx(25 / 260)
    assert sales.to_date.months_reported == sales.to_date.months_expected == 3


def test_a_missing_month_never_counts_as_zero_and_plan_covers_the_months_reported():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [100, None, 95]}, plan={"SALES": [100, 100, 100]}
    )
    to_date = review(plan).by_id["SALES"].to_date
    assert to_date.actual == 195
    assert to_date.plan == 200  # April and June only
    assert to_date.gap == -5
    assert (to_date.months_reported, to_date.months_expected) == (2, 3)


def test_like_for_like_where_a_month_has_no_plan():
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [100, 50, 95]}, plan={"SALES": [100, None, 100]}
    )
    to_date = review(plan).by_id["SALES"].to_date
    assert to_date.actual == 245
    assert to_date.plan == 200
    assert to_date.gap == -5  # (100 + 95) - 200: May has no plan and stays out
    assert (to_date.plan_months, to_date.months_reported) == (2, 3)


def test_growth_covers_the_months_that_have_a_prior_figure():
    plan = plan_of(goal("SALES"), actuals={"SALES": [10, 20, 30]}, prior={"SALES": [None, 10, 20]})
    to_date = review(plan).by_id["SALES"].to_date
    assert to_date.growth == pytest.approx((50 - 30) / 30)  # May and June on both sides
    assert to_date.prior_months == 2


def test_ratio_to_date_is_the_ratio_of_sums_and_not_the_mean_of_ratios():
    cvr = goal("CVR", unit="%", aggregation=Aggregation.AVERAGE, formula="ORDERS/VISITS")
    plan = plan_of(
        goal("ORDERS"), goal("VISITS"), cvr,
        actuals={"ORDERS": [10, 30, 20], "VISITS": [100, 100, 200]},
    )  # fmt: skip
    found = review(plan).by_id["CVR"]
    assert found.month.actual == pytest.approx(0.1)  # 20 / 200
    assert found.to_date.actual == pytest.approx(60 / 400)  # not (0.1 + 0.3 + 0.1) / 3


def test_driver_formula_applies_month_by_month_for_sums():
    revenue = goal("REVENUE", formula="VISITS*AOV")
    plan = plan_of(
        goal("VISITS"), goal("AOV", aggregation=Aggregation.AVERAGE), revenue,
        actuals={"VISITS": [10, 20, 30], "AOV": [5, 4, 3]},
        plan={"VISITS": [10, 20, 30], "AOV": [5, 5, 5]},
    )  # fmt: skip
    found = review(plan).by_id["REVENUE"]
    assert found.source == "formula"
    assert found.month.actual == 90
    assert found.to_date.actual == 220  # 50 + 80 + 90
    assert found.to_date.plan == 300


def test_own_figure_counts_before_the_formula():
    plan = plan_of(
        goal("A"), goal("B", formula="A*2"), actuals={"A": [1, 2, 3], "B": [None, None, 7]}
    )
    assert review(plan).by_id["B"].month.actual == 7
    assert review(plan).by_id["B"].to_date.actual == 2 + 4 + 7


def test_a_value_that_could_not_be_read_is_unknown_and_not_the_formulas():
    plan = plan_of(goal("A"), goal("B", formula="A*2"), actuals={"A": [1, 2, 3]})
    plan = replace(plan, actuals={**plan.actuals, "B": Series({}, frozenset({JUNE}))})
    found = review(plan).by_id["B"]
    assert found.month.actual is None
    assert found.series.unavailable == (JUNE,)


def test_plan_in_force_is_the_revision_from_its_month_on():
    settings = with_settings(revision_from=JUNE)
    plan = plan_of(
        goal("SALES"), actuals={"SALES": [100, 100, 100]}, plan={"SALES": [100, 100, 100]},
        settings=settings, revision={"SALES": series(APRIL, [50, 50, 80])},
    )  # fmt: skip
    found = review(plan).by_id["SALES"]
    assert found.month.plan == 80
    assert found.to_date.plan == 280  # 100 + 100 + 80
    assert found.revised
    assert found.series.original[2] == 100


def test_outside_its_time_a_goal_has_no_plan_and_is_in_no_roll_up():
    late = goal("LATE", "CSF", valid_from=Month(2026, 7))
    early = goal("EARLY", "CSF")
    csf = goal("CSF", level=Level.CSF)
    plan = plan_of(
        csf, early, late,
        actuals={"EARLY": [8, 8, 8], "LATE": [0, 0, 0]},
        plan={"EARLY": [10, 10, 10], "LATE": [10, 10, 10, 10]},
    )  # fmt: skip
    found = review(plan)
    assert "LATE" not in found.by_id
    assert found.by_id["CSF"].month.actual == pytest.approx(0.8)  # EARLY alone


def test_a_goal_that_joined_in_may_counts_from_may():
    joined = goal("NEW", valid_from=Month(2026, 5))
    plan = plan_of(joined, actuals={"NEW": [5, 6, 7]}, plan={"NEW": [9, 9, 9]})
    to_date = review(plan).by_id["NEW"].to_date
    assert to_date.months_expected == 2
    assert to_date.plan == 18
    assert to_date.gap == -5  # 6 + 7 - 18


def test_growth_is_not_available_across_a_changed_definition():
    old = goal("USERS", name="Registered users", valid_to=Month(2026, 3))
    new = goal("USERS", name="Active users", valid_from=Month(2026, 4))
    plan = plan_of(old, new, actuals={"USERS": [1, 1, 1]}, prior={"USERS": [2, 2, 2]})
    found = review(plan).by_id["USERS"]
    assert found.month.growth is None
    assert found.month.prior is None


def test_growth_stays_available_where_only_the_owner_changed():
    old = goal("USERS", owner="Sato", valid_to=Month(2026, 3))
    new = goal("USERS", owner="Abe", valid_from=Month(2026, 4))
    plan = plan_of(old, new, actuals={"USERS": [1, 1, 1]}, prior={"USERS": [2, 2, 2]})
    assert review(plan).by_id["USERS"].month.growth == pytest.approx(-0.5)


def test_growth_stays_available_where_only_capitals_changed():
    def one(name: str, formula: str, **time: Any) -> Goal:
        return goal("SALES", label=name, name=name, formula=formula, **time)

    old = one("Sales", "Visits*rate", valid_to=Month(2026, 3))
    new = one("SALES", "VISITS*RATE", valid_from=Month(2026, 4))
    plan = plan_of(old, new, actuals={"SALES": [1, 1, 1]}, prior={"SALES": [2, 2, 2]})
    found = review(plan).by_id["SALES"]
    assert found.month.growth == pytest.approx(-0.5)
    assert found.definition_changed is None


@pytest.mark.parametrize(
    ("before", "after", "growth"),
    [("JPY", "円", -0.5), ("persons", "人", -0.5), ("円", "千円", None), ("円", "USD", None)],
)
def test_growth_stays_available_where_the_unit_is_only_written_otherwise(
    before: str, after: str, growth: float | None
):
    old = goal("USERS", unit=before, valid_to=Month(2026, 3))
    new = goal("USERS", unit=after, valid_from=Month(2026, 4))
    plan = plan_of(old, new, actuals={"USERS": [1, 1, 1]}, prior={"USERS": [2, 2, 2]})
    assert review(plan).by_id["USERS"].month.growth == growth


def test_roll_up_caps_successes_and_names_the_worst_child():
    # Attainments 1.5 (capped to 1), 0.8 with weight 2, 0.95: (1 + 1.6 + 0.95) / 4 = 0.8875
    csf = goal("CSF", level=Level.CSF)
    children = (goal("A", "CSF"), goal("B", "CSF", weight=2.0), goal("C", "CSF"))
    plan = plan_of(
        csf, *children,
        actuals={"A": [0, 0, 150], "B": [0, 0, 80], "C": [0, 0, 95]},
        plan={key: [100, 100, 100] for key in "ABC"},
    )  # fmt: skip
    found = review(plan).by_id["CSF"]
    assert found.month.actual == pytest.approx(0.8875)
    assert found.month.gap == pytest.approx(-0.1125)
    assert found.month.plan == 1
    assert found.status is Status.RED
    assert found.worst_child == "B"


def test_a_red_child_keeps_a_roll_up_from_green():
    # 24 children on plan and one at 0.5: (24 + 0.5) / 25 = 0.98, above "roll-up green at" 0.95
    csf = goal("CSF", level=Level.CSF)
    children = [goal(f"K{n}", "CSF") for n in range(25)]
    actuals = {f"K{n}": [0, 0, 50 if n == 0 else 100] for n in range(25)}
    plan = plan_of(
        csf, *children, actuals=actuals, plan={f"K{n}": [100, 100, 100] for n in range(25)}
    )
    found = review(plan).by_id["CSF"]
    assert found.month.actual == pytest.approx(0.98)
    assert found.status is Status.AMBER


def test_tree_order_puts_each_goal_before_its_children_in_sheet_order():
    plan = plan_of(
        goal("K2", "C1"), goal("C2", "G", level=Level.CSF), goal("G", level=Level.KGI),
        goal("C1", "G", level=Level.CSF), goal("K1", "C1"), goal("K3", "C2"),
    )  # fmt: skip
    found = review(plan)
    assert [entry.id for entry in found.goals] == ["G", "C2", "K3", "C1", "K2", "K1"]
    assert [entry.depth for entry in found.goals] == [0, 1, 2, 1, 2, 2]
    assert [entry.id for entry in found.subtree("C1")] == ["C1", "K2", "K1"]


def test_months_after_the_review_month_are_ignored():
    early = plan_of(goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [1, 1, 1]})
    late = plan_of(goal("A"), actuals={"A": [1, 2, 3, 99]}, plan={"A": [1, 1, 1, 1]})
    first, second = review(early).by_id["A"], review(late).by_id["A"]
    assert (first.month, first.to_date, first.trend) == (second.month, second.to_date, second.trend)
    assert second.series.actual[3] is None


def test_as_of_is_the_day_the_actuals_are_due_and_never_todays():
    settings = with_settings(close_day=CloseDay(5, business=True))
    plan = plan_of(goal("A"), actuals={"A": [1, 1, 1]}, settings=settings)
    # June 2026 ends on a Tuesday: five business days later is Tuesday 7 July.
    assert review(plan).as_of == date(2026, 7, 7)
    holiday = replace(plan, holidays=(date(2026, 7, 1),))
    assert review(holiday).as_of == date(2026, 7, 8)


def test_without_a_review_month_the_last_month_with_an_actual_is_taken():
    settings = with_settings(review_month=None)
    assert review(plan_of(goal("A"), actuals={"A": [1, 2]}, settings=settings)).month == Month(
        2026, 5
    )
    with pytest.raises(UsageProblem, match="no-review-month"):
        review(plan_of(goal("A"), settings=settings))


def test_entries_dated_after_the_as_of_date_are_not_known_yet():
    action = Action(
        "X1", "A", raised=date(2026, 5, 1), cause="c", countermeasure="m", owner="Abe",
        due=date(2026, 6, 30), done=date(2026, 7, 20), result="worked",
    )  # fmt: skip
    later = Action("X2", "A", raised=date(2026, 8, 1))
    plan = plan_of(
        goal("A"), actuals={"A": [9, 9, 5]}, plan={"A": [10, 10, 10]}, actions=(action, later)
    )
    found = review(plan, as_of=date(2026, 7, 10))
    assert [entry.action.id for entry in found.actions] == ["X1"]
    assert found.actions[0].phase is Phase.DO
    assert found.actions[0].overdue  # due on 30 June, not done by 10 July
    assert found.by_id["A"].phase.step is Step.CARRY_OUT


def test_an_effect_is_due_with_the_third_reported_month_after_done():
    action = Action(
        "X", "A", raised=date(2026, 1, 5), cause="c", countermeasure="m", owner="Abe",
        due=date(2026, 3, 31), done=date(2026, 3, 20),
    )  # fmt: skip
    plan = plan_of(goal("A"), actuals={"A": [9, 9, 5]}, plan={"A": [10, 10, 10]}, actions=(action,))
    # April, May and June are reported; June closes on 10 July.
    assert not review(plan, as_of=date(2026, 7, 9)).actions[0].overdue
    assert review(plan, as_of=date(2026, 7, 10)).actions[0].overdue


def test_a_month_without_an_actual_is_none_of_the_three():
    action = Action(
        "X", "A", raised=date(2026, 1, 5), cause="c", countermeasure="m", owner="Abe",
        due=date(2026, 3, 31), done=date(2026, 3, 20),
    )  # fmt: skip
    settings = with_settings(review_month=Month(2026, 7))
    plan = plan_of(
        goal("A"), actuals={"A": [9, None, 5, 6]}, plan={"A": [10] * 12}, actions=(action,),
        settings=settings,
    )  # fmt: skip
    # April, June and July are reported; July closes on 10 August.
    found = review(plan, as_of=date(2026, 8, 9)).actions[0]
    assert (found.overdue, found.overdue_from) == (False, date(2026, 8, 10))
    assert review(plan, as_of=date(2026, 8, 10)).actions[0].overdue
    assert review(plan, Month(2026, 6), as_of=date(2026, 8, 10)).actions[0].overdue_from is None


@pytest.mark.parametrize("done", [date(2026, 3, 1), date(2026, 3, 31)])
def test_an_effect_on_a_roll_up_is_due_with_the_third_month_reported_below_it(done):
    action = Action(
        "X", "CSF", raised=date(2026, 1, 5), cause="c", countermeasure="m", owner="Abe",
        due=date(2026, 3, 31), done=done,
    )  # fmt: skip
    goals = (goal("CSF", level=Level.CSF), goal("A", "CSF"), goal("B", "CSF"))
    plan = plan_of(
        *goals, actuals={"A": [9, None, 5], "B": [None, 9, None]},
        plan={"A": [10] * 12, "B": [10] * 12}, actions=(action,),
    )  # fmt: skip
    assert review(plan).actions[0].overdue_from == date(2026, 7, 10)
    fewer = plan_of(
        *goals, actuals={"A": [9, None, 5]}, plan={"A": [10] * 12, "B": [10] * 12},
        actions=(action,),
    )  # fmt: skip
    assert review(fewer).actions[0].overdue_from is None


def test_an_action_on_a_goal_that_does_not_exist_is_no_fault():
    action = Action("X", "GONE", cause="c", countermeasure="m", owner="Abe",
                    due=date(2026, 3, 31), done=date(2026, 3, 20))  # fmt: skip
    plan = plan_of(goal("A"), actuals={"A": [9, 9, 5]}, plan={"A": [10] * 12}, actions=(action,))
    assert review(plan).actions == ()


def test_a_formula_goal_uses_the_actions_of_its_subtree():
    action = Action("X", "VISITS", raised=date(2026, 6, 1), cause="found")
    plan = plan_of(
        goal("REV", formula="VISITS*2"), goal("VISITS", "REV"),
        actuals={"VISITS": [1, 1, 1]}, plan={"VISITS": [2, 2, 2]}, actions=(action,),
    )  # fmt: skip
    phase = review(plan).by_id["REV"].phase
    assert (phase.phase, phase.action) == (Phase.PLAN, "X")


def test_comments_of_the_review_month_only():
    comments = (Comment("A", JUNE, "this month"), Comment("A", Month(2026, 5), "last month"))
    plan = plan_of(goal("A"), actuals={"A": [1, 1, 1]}, comments=comments)
    assert [entry.text for entry in review(plan).by_id["A"].comments] == ["this month"]


def test_range_goal_without_tolerance_is_not_judged_rather_than_fatal():
    plan = plan_of(
        goal("DAYS", direction=Direction.RANGE),
        actuals={"DAYS": [1, 1, 1]},
        plan={"DAYS": [2, 2, 2]},
    )
    found = review(plan).by_id["DAYS"]
    assert found.month.gap is None
    assert found.status is Status.NO_PLAN


def test_changing_one_actual_changes_exactly_the_figures_that_depend_on_it():
    goals = (
        goal("KGI", level=Level.KGI, formula="REV-COST"),
        goal("REV", "KGI", formula="VISITS*AOV"), goal("VISITS", "REV"),
        goal("AOV", "REV", aggregation=Aggregation.AVERAGE), goal("COST", "KGI"),
        goal("PEOPLE", "KGI", level=Level.CSF), goal("HAPPY", "PEOPLE"),
    )  # fmt: skip
    names = ("VISITS", "AOV", "COST", "HAPPY")
    actuals = {name: [10.0, 11.0, 12.0] for name in names}
    plan = {name: [10.0, 10.0, 10.0] for name in names}
    before = review(plan_of(*goals, actuals=actuals, plan=plan))
    changed = {**actuals, "AOV": [10.0, 11.0, 13.0]}
    after = review(plan_of(*goals, actuals=changed, plan=plan))
    different = {
        entry.id
        for entry in before.goals
        if (entry.month, entry.to_date, entry.series, entry.trend)
        != (
            after.by_id[entry.id].month,
            after.by_id[entry.id].to_date,
            after.by_id[entry.id].series,
            after.by_id[entry.id].trend,
        )
    }
    assert different == {"AOV", "REV", "KGI"}


def test_a_fault_in_an_actual_after_the_review_month_is_ignored_like_the_actual():
    ahead = Problem("cell-error", "Actuals", "H2", details={"month": "2026-07"}, goals=("A",))
    behind = Problem("cell-error", "Actuals", "G2", details={"month": "2026-06"}, goals=("A",))
    planned = Problem("cell-error", "Plan", "H2", details={"month": "2026-07"}, goals=("A",))
    plan = plan_of(goal("A"), actuals={"A": [1, 1, 1]})
    assert review(plan, problems=(ahead, behind, planned)).problems == (behind, planned)


def test_a_revision_that_could_not_be_read_leaves_no_plan_rather_than_the_formulas():
    settings = with_settings(revision_from=JUNE)
    plan = plan_of(
        goal("A"), goal("B", formula="A*2"), actuals={"A": [1, 1, 1]}, plan={"A": [1, 1, 1]},
        settings=settings, revision={"B": Series({}, frozenset({Month(2026, 5), JUNE}))},
    )  # fmt: skip
    found = review(plan).by_id["B"]
    assert found.series.plan[:3] == (2, 2, None)  # May lies before the revision's first month


def test_the_first_month_of_a_year_is_held_against_the_last_one_of_the_year_before():
    # March 2026: 100 of 100, Green; April 2026: 70 of 100, Red.
    plan = plan_of(
        goal("A"),
        actuals={"A": [70]},
        prior={"A": [100] * 12},
        settings=with_settings(review_month=APRIL),
    )
    plan = replace(plan, plan={"A": series(PRIOR_APRIL, [100] * 24)})
    found = review(plan)
    assert (found.by_id["A"].previous, found.by_id["A"].status) == (Status.GREEN, Status.RED)
    assert [(entry.id, before) for entry, before in changes(found)] == [("A", Status.GREEN)]
    # Without a plan for March nothing can be said of it.
    unplanned = replace(plan, plan={"A": series(APRIL, [100] * 12)})
    assert changes(review(unplanned)) == ()


def test_the_trend_of_a_roll_up_has_its_thirteen_months_too():
    # The CSF scores what A reaches of 100: 80 a month last year, 90 in April, 70 in May.
    plan = plan_of(
        goal("C", level=Level.CSF),
        goal("A", "C"),
        actuals={"A": [90, 70]},
        prior={"A": [80] * 12},
        settings=with_settings(review_month=Month(2026, 5)),
    )
    plan = replace(plan, plan={"A": series(PRIOR_APRIL, [100] * 24)})
    trend = review(plan).by_id["C"].trend
    assert trend == pytest.approx((*[0.8] * 11, 0.9, 0.7))
    # Last year without a plan has no scores, but its months keep their places.
    unplanned = replace(plan, plan={"A": series(APRIL, [100] * 12)})
    assert review(unplanned).by_id["C"].trend == (*[None] * 11, 0.9, 0.7)
