"""A reorganisation in the middle of the year changes no month before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpixl.measures.kinds import Direction, Phase, Status, Step
from kpixl.pack import charts
from kpixl.pack.chart_tables import chart_table
from kpixl.pack.definitions_page import definitions_page
from kpixl.pack.drawings import months_figures
from kpixl.plan.model import Action, Level, Plan
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.published import published
from kpixl.review.reorganised import ChangeKind
from kpixl.review.restated import restatements, sent_figures
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import pack_of
from tests.plans import goal, plan_of

JUNE, JULY, AUGUST = Month(2026, 6), Month(2026, 7), Month(2026, 8)


def reorganised() -> Plan:
    """A moves from P1 to P2 in July and gets another owner; B ends with June; C stays beneath P2;
    D joins P1 in July. Plans are 100, so that attainments can be read off the actuals."""
    csf = {"level": Level.CSF}
    return plan_of(
        goal("KGI", level=Level.KGI),
        goal("P1", "KGI", name="Stores", **csf),
        goal("P2", "KGI", name="Online", **csf),
        goal("A", "P1", owner="Sato", valid_to=JUNE),
        goal("A", "P2", owner="Abe", valid_from=JULY),
        goal("B", "P1", valid_to=JUNE),
        goal("C", "P2"),
        goal("D", "P1", valid_from=JULY),
        actuals={
            "A": [50, 60, 70, 80, 90],
            "B": [100, 90, 80],
            "C": [100, 100, 100, 60, 60],
            "D": [None, None, None, 100, 90],
        },
        plan={name: [100] * 12 for name in "ABCD"},
    )


def at(month: Month) -> Review:
    return review(reorganised(), month)


def test_a_roll_up_counts_the_children_of_its_own_month() -> None:
    # June: P1 = (A 0.70 + B 0.80) / 2, P2 = C alone.
    june = at(JUNE).by_id
    assert june["P1"].month.actual == pytest.approx(0.75)
    assert june["P2"].month.actual == pytest.approx(1.0)
    # July: P1 = D alone, P2 = (A 0.80 + C 0.60) / 2.
    july = at(JULY).by_id
    assert july["P1"].month.actual == pytest.approx(1.0)
    assert july["P2"].month.actual == pytest.approx(0.70)


def test_later_reviews_show_the_months_before_it_as_they_were() -> None:
    august = at(AUGUST).by_id
    # April to August: (A + B) / 2 until June, then D; C until June, then (A + C) / 2.
    assert august["P1"].series.actual[:5] == pytest.approx((0.75, 0.75, 0.75, 1.0, 0.9))
    assert august["P2"].series.actual[:5] == pytest.approx((1.0, 1.0, 1.0, 0.70, 0.75))
    # Two levels up: the mean of both.
    assert august["KGI"].series.actual[:5] == pytest.approx((0.875, 0.875, 0.875, 0.85, 0.825))
    red, green = Status.RED, Status.GREEN
    assert august["P1"].history[-5:] == (red, red, red, green, Status.AMBER)
    assert august["P2"].history[-5:] == (green, green, green, red, red)
    for month in (JUNE, JULY):
        then = at(month)
        place = month.index - then.fiscal_months[0].index
        for goal_id in ("KGI", "P1", "P2"):
            now = august[goal_id].series.actual[place]
            assert now == pytest.approx(then.by_id[goal_id].month.actual)


def test_nothing_that_was_sent_before_is_restated_by_it() -> None:
    june = at(JUNE)
    sent = sent_figures(published(june), date(2026, 7, 10), JUNE, 1)
    assert restatements(at(AUGUST), sent) == ()


def test_to_date_counts_the_children_it_has_now_each_over_the_whole_year() -> None:
    august = at(AUGUST).by_id
    # A to date: 350 of 500; C: 420 of 500.
    assert august["P2"].to_date.actual == pytest.approx((350 / 500 + 420 / 500) / 2)
    # D to date: 190 of 200, as it has a plan since July only.
    assert august["P1"].to_date.actual == pytest.approx(0.95)


def test_a_goal_outside_its_time_is_in_no_tree_and_has_no_plan() -> None:
    august = at(AUGUST)
    assert "B" not in august.by_id
    assert august.by_id["D"].series.plan[:4] == (None, None, None, 100)
    assert august.by_id["D"].history[-5:-2] == (Status.NO_PLAN,) * 3


def test_a_month_is_judged_by_the_definition_that_held_in_it() -> None:
    plan = plan_of(
        goal("A", direction=Direction.HIGHER, valid_to=JUNE),
        goal("A", direction=Direction.LOWER, amber_at=0.5, valid_from=JULY),
        actuals={"A": [120, 120, 120, 120]},
        plan={"A": [100] * 12},
    )
    found = review(plan, JULY).by_id["A"]
    # Higher: 120 of 100 is Green; Lower: attainment 1 - 20/100 = 0.8, Amber from 0.5.
    assert found.history[-4:] == (Status.GREEN, Status.GREEN, Status.GREEN, Status.AMBER)
    assert found.month.growth is None


def entered_from_july(**fields: Any) -> Plan:
    """A was worked out by a formula, and is entered since July; D drives it, with an action."""
    return plan_of(
        goal("A", formula="D*2", valid_to=JUNE),
        goal("A", valid_from=JULY),
        goal("D", "A"),
        actuals={"D": [10, 10, 10, 10, 10], "A": [None, None, None, 15]},
        plan={"D": [10] * 12, "A": [None] * 3 + [20] * 9},
        actions=(Action("1", "D", cause="Rain", raised=date(2026, 7, 1)),),
        **fields,
    )


def test_a_goal_that_is_entered_now_is_asked_for_its_figure_and_acted_on_itself() -> None:
    august = review(entered_from_july(), AUGUST).by_id["A"]
    assert august.month.status is Status.NO_DATA
    assert (august.phase.phase, august.phase.step) == (Phase.CHECK, Step.ENTER_ACTUAL)
    # 15 of 20 in July: nobody looks for the cause at A itself, whatever is done at D.
    july = review(entered_from_july(), JULY).by_id["A"]
    assert july.month.status is Status.RED
    assert (july.phase.phase, july.phase.step) == (Phase.CHECK, Step.FIND_CAUSE)
    # What was worked out before stays what it was: 20 a month.
    assert july.series.actual[:4] == (20, 20, 20, 15)


def test_while_it_was_worked_out_it_was_acted_on_below() -> None:
    june = review(entered_from_july(), JUNE, date(2026, 7, 10)).by_id["A"]
    assert (june.month.actual, june.month.plan) == (20, 20)
    assert (june.phase.step, june.phase.action) == (Step.ON_TRACK_ACTION, "1")


def test_a_goal_without_children_before_it_had_no_plan_then() -> None:
    plan = plan_of(
        goal("P", level=Level.CSF),
        goal("A", "P", valid_from=JULY),
        actuals={"A": [None, None, None, 90]},
        plan={"A": [100] * 12},
    )
    found = review(plan, JULY).by_id["P"]
    assert found.series.actual[:4] == (None, None, None, 0.9)
    assert found.history[-2:] == (Status.NO_PLAN, Status.AMBER)


def test_changes_are_told_by_month_and_kind() -> None:
    kinds = [(change.goal, change.month, change.kind) for change in at(AUGUST).changes]
    assert kinds == [
        ("A", JULY, ChangeKind.MOVED),
        ("A", JULY, ChangeKind.HANDED),
        ("B", JULY, ChangeKind.ENDED),
        ("D", JULY, ChangeKind.JOINED),
    ]
    moved, handed, *_ = at(AUGUST).changes
    assert (moved.before_name, moved.after_name) == ("Stores", "Online")
    assert (handed.before, handed.after) == ("Sato", "Abe")
    assert at(JUNE).changes == ()


def test_a_change_with_the_first_month_of_the_year_is_told_and_one_before_is_not() -> None:
    april = Month(2026, 4)
    plan = plan_of(
        goal("A", name="Old", valid_to=april.plus(-1)),
        goal("A", name="New", valid_from=april),
        goal("B", owner="Abe", valid_to=april.plus(-2)),
        goal("B", owner="Sato", valid_from=april.plus(-1)),
        actuals={"A": [1], "B": [1]},
    )
    (change,) = review(plan, april).changes
    assert (change.goal, change.month, change.kind) == ("A", april, ChangeKind.REDEFINED)


def test_what_ended_with_the_year_before_is_no_change_of_this_one() -> None:
    march = Month(2026, 3)
    plan = plan_of(goal("A"), goal("B", valid_to=march), actuals={"A": [1, 2]})
    assert review(plan, JUNE).changes == ()


def test_a_scope_tells_its_own_changes_and_names_no_goal_outside_it() -> None:
    online = scoped(at(AUGUST), "P2")
    moved, handed = online.changes
    assert (moved.before_name, moved.after_name) == ("", "Online")
    assert handed.kind is ChangeKind.HANDED
    stores = scoped(at(AUGUST), "P1")
    assert [(change.goal, change.kind) for change in stores.changes] == [
        ("B", ChangeKind.ENDED),
        ("D", ChangeKind.JOINED),
    ]
    assert "Stores" not in definitions_page(online, "en").changes[0].text


@pytest.mark.parametrize(
    ("language", "notes"),
    [
        ("en", ("From Jul beneath Online", "From Jul owner Abe")),
        ("ja", ("7月からOnlineの配下", "7月から担当：Abe")),
    ],
)
def test_the_chart_marks_and_names_them(language: str, notes: tuple[str, str]) -> None:
    whole = at(AUGUST)
    drawing = charts.months(months_figures(whole, whole.by_id["A"], language))
    # July is the fourth month of the year: one mark for both.
    table = chart_table([drawing])
    assert table is not None
    assert table.notes == notes
    assert all(note in drawing.alt for note in notes)
    dashed = [shape for shape in drawing.shapes if getattr(shape, "dash", None) == (2, 2)]
    assert len(dashed) == 1


def test_the_page_lists_them_only_where_there_are_any() -> None:
    page = definitions_page(at(AUGUST), "en")
    assert [(row.month, row.name) for row in page.changes] == [
        ("July 2026", "A"), ("July 2026", "A"), ("July 2026", "B"), ("July 2026", "D"),
    ]  # fmt: skip
    assert [bool(row.anchor) for row in page.changes] == [True, True, False, True]
    assert definitions_page(at(JUNE), "en").changes == ()
    assert pack_of(replace(reorganised())).pages
