"""Many books, one tree: departments hang beneath the group, and what differs is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.measures.formula import renamed
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import Action, Comment, Level, Plan, Recipient, Source
from kpixl.plan.month import Month
from kpixl.review.review import review
from kpixl.workbook.departments import Department, Taken
from kpixl.workbook.merging import Merged, MergeFault, merged
from tests.plans import goal, plan_of, series, with_settings

AVERAGE = {"aggregation": Aggregation.AVERAGE, "unit": "%"}


def group_book(**fields: Any) -> Plan:
    """A group without a figure of its own: revenue, and beneath it orders, visits and the ratio
    of both, and a measure that no department has."""
    return plan_of(
        goal("REV", level=Level.KGI, unit="yen", name="Revenue"),
        goal("ORDERS", "REV"),
        goal("VISITS", "REV"),
        goal("CVR", "REV", **AVERAGE),
        goal("STAFF", "REV", unit="people", aggregation=Aggregation.LAST),
        actuals={"STAFF": [10, 11, 12]},
        plan={"STAFF": [10, 10, 10]},
        source=Source("group.xlsx", "0"),
        **fields,
    )


def department_book(file: str, revenue: float, orders: float, visits: float, **fields: Any) -> Plan:
    """Three equal months, plans of revenue 100, orders 10 and visits 200 each."""
    return plan_of(
        goal("REV", level=Level.KGI, unit="yen", name="Revenue"),
        goal("ORDERS", "REV"),
        goal("VISITS", "REV"),
        goal("CVR", "REV", formula="orders / visits", **AVERAGE),
        actuals={"REV": [revenue] * 3, "ORDERS": [orders] * 3, "VISITS": [visits] * 3},
        plan={"REV": [100] * 3, "ORDERS": [10] * 3, "VISITS": [200] * 3},
        source=Source(file, "1"),
        **fields,
    )


def tokyo(**fields: Any) -> Department:
    return Department("TOKYO", "Tokyo", department_book("tokyo.xlsx", 120, 12, 200, **fields))


def osaka(**fields: Any) -> Department:
    return Department("OSAKA", "Osaka", department_book("osaka.xlsx", 70, 6, 150, **fields))


def both(**fields: Any) -> Merged:
    return merged(group_book(**fields), [tokyo(), osaka()])


def test_goals_of_the_same_id_stand_beneath_the_group_s_under_ids_of_their_own() -> None:
    found = both()
    tree = {one.id: (one.parent, one.name) for one in found.plan.goals}
    assert tree["TOKYO.REV"] == ("REV", "Revenue (Tokyo)")
    assert tree["OSAKA.CVR"] == ("OSAKA.REV", "Cvr (Osaka)")
    assert [(one.department, one.goal, one.under, one.why) for one in found.hung] == [
        ("Tokyo", "REV", "REV", "id"), ("Osaka", "REV", "REV", "id"),
    ]  # fmt: skip
    assert {one.department for one in found.plan.goals if one.id.startswith("TOKYO")} == {"Tokyo"}


def test_the_group_s_amounts_are_the_sums_and_its_ratios_the_ratios_of_sums() -> None:
    found = both()
    assert {one.goal: one.formula for one in found.taken} == {
        "REV": "TOKYO.REV+OSAKA.REV",
        "ORDERS": "TOKYO.ORDERS+OSAKA.ORDERS",
        "VISITS": "TOKYO.VISITS+OSAKA.VISITS",
        "CVR": "orders / visits",
    }
    goals = review(found.plan, Month(2026, 6)).by_id
    # 120 + 70 of 100 + 100; to date three times as much.
    assert (goals["REV"].month.actual, goals["REV"].month.plan) == (190, 200)
    assert (goals["REV"].to_date.actual, goals["REV"].to_date.plan) == (570, 600)
    # (12 + 6) / (200 + 150) against (10 + 10) / (200 + 200)
    assert goals["CVR"].to_date.actual == pytest.approx(18 / 350)
    assert goals["CVR"].to_date.plan == pytest.approx(0.05)
    # Its own figures stay what they are.
    assert goals["STAFF"].month.actual == 12
    # The gap of -10 is Tokyo's +20 and Osaka's -30.
    bridge = goals["REV"].bridge
    assert bridge is not None
    parts = {part.goal: part.value for part in bridge.parts}
    assert parts == pytest.approx({"TOKYO.REV": 20, "OSAKA.REV": -30})


def timed(department: Department, **times: Any) -> Department:
    """The department, all of whose goals have these times."""
    goals = tuple(replace(one, **times) for one in department.plan.goals)
    return replace(department, plan=replace(department.plan, goals=goals))


def test_a_department_that_ends_leaves_the_group_its_figures() -> None:
    may, june = Month(2026, 5), Month(2026, 6)
    found = merged(group_book(), [timed(tokyo(), valid_to=may), osaka()])
    assert [one for one in found.taken if one.goal == "REV"] == [
        Taken("REV", "TOKYO.REV+OSAKA.REV"), Taken("REV", "OSAKA.REV", june),
    ]  # fmt: skip
    before = review(found.plan, may).by_id["REV"]
    after = review(found.plan, june).by_id["REV"]
    assert (before.month.actual, before.month.plan) == (190, 200)
    assert (after.month.actual, after.month.plan) == (70, 100)
    # Two months of 190 and one of 70 against two of 200 and one of 100.
    assert (after.to_date.actual, after.to_date.plan) == (450, 500)
    # A ratio is over the group's own goals all the time, and one row.
    assert [one.goal for one in found.taken].count("CVR") == 1
    # 6 / 150 in June.
    assert review(found.plan, june).by_id["CVR"].month.actual == pytest.approx(0.04)


def test_a_department_that_joins_leaves_the_group_the_plan_before_it() -> None:
    june = Month(2026, 6)
    found = merged(group_book(), [timed(tokyo(), valid_from=june), osaka()])
    goals = review(found.plan, june).by_id
    # What Tokyo had before it joined is in no figure of the group's.
    assert (goals["REV"].to_date.actual, goals["REV"].to_date.plan) == (330, 400)
    assert goals["REV"].month.actual == 190


def test_figures_from_before_every_goal_s_time_stay_history() -> None:
    june = Month(2026, 6)
    found = merged(group_book(), [timed(one, valid_from=june) for one in (tokyo(), osaka())])
    assert [one.formula for one in found.taken if one.goal == "REV"] == ["TOKYO.REV+OSAKA.REV"]
    assert len(found.plan.definitions("REV")) == 1


def test_a_department_s_figures_are_what_its_own_book_says() -> None:
    whole = review(both().plan, Month(2026, 6)).by_id
    alone = review(tokyo().plan, Month(2026, 6)).by_id
    for goal_id, own in alone.items():
        there = whole[f"TOKYO.{goal_id}"]
        assert (there.month, there.to_date, there.series) == (own.month, own.to_date, own.series)


def test_what_is_defined_otherwise_is_told_and_not_added_up() -> None:
    other = osaka()
    goals = tuple(
        replace(one, unit="k yen") if one.id == "REV"
        else replace(one, direction=Direction.LOWER) if one.id == "VISITS" else one
        for one in other.plan.goals
    )  # fmt: skip
    found = merged(group_book(), [tokyo(), replace(other, plan=replace(other.plan, goals=goals))])
    assert [(one.goal, one.field, one.values) for one in found.differences] == [
        ("REV", "unit", (("group.xlsx", "yen"), ("tokyo.xlsx", "yen"), ("osaka.xlsx", "k yen"))),
        (
            "VISITS", "direction",
            (("group.xlsx", "higher"), ("tokyo.xlsx", "higher"), ("osaka.xlsx", "lower")),
        ),
    ]  # fmt: skip
    # Revenue in two units is rolled up instead: (1.0 capped + 0.7) / 2 ... and visits as well.
    assert {one.goal for one in found.taken} == {"ORDERS", "CVR"}
    assert review(found.plan, Month(2026, 6)).by_id["REV"].source == "rollup"


@pytest.mark.parametrize("unit", ["JPY", "¥", "￥", "円", "Yen"])
def test_money_is_the_same_however_it_is_written(unit: str) -> None:
    other = osaka()
    goals = tuple(
        replace(one, unit=unit) if one.id == "REV" else one for one in other.plan.goals
    )  # fmt: skip
    found = merged(group_book(), [tokyo(), replace(other, plan=replace(other.plan, goals=goals))])
    assert found.differences == ()
    assert "REV" in {one.goal for one in found.taken}
    dollars = tuple(replace(one, unit="USD") if one.id == "REV" else one for one in goals)
    differing = replace(other, plan=replace(other.plan, goals=dollars))
    assert [one.field for one in merged(group_book(), [tokyo(), differing]).differences] == ["unit"]


@pytest.mark.parametrize(("unit", "differs"), [("人", False), ("Persons", False), ("千人", True)])
def test_people_are_the_same_in_both_languages(unit: str, differs: bool) -> None:
    def counted_in(unit: str, plan: Plan) -> Plan:
        goals = (replace(one, unit=unit) if one.id == "VISITS" else one for one in plan.goals)
        return replace(plan, goals=tuple(goals))

    here, there = tokyo(), osaka()
    departments = [
        replace(here, plan=counted_in("people", here.plan)),
        replace(there, plan=counted_in(unit, there.plan)),
    ]
    found = merged(counted_in("people", group_book()), departments)
    assert [(one.goal, one.field) for one in found.differences] == [("VISITS", "unit")] * differs


def test_a_formula_that_differs_between_departments_is_told() -> None:
    other = osaka()
    goals = tuple(
        goal("CVR", "REV", formula="ORDERS/VISITS*1", **AVERAGE) if one.id == "CVR" else one
        for one in other.plan.goals
    )
    found = merged(group_book(), [tokyo(), replace(other, plan=replace(other.plan, goals=goals))])
    (difference,) = found.differences
    # The group has no formula: it is to take theirs, and says nothing against them.
    assert (difference.goal, difference.field) == ("CVR", "formula")
    assert [name for name, _ in difference.values] == ["tokyo.xlsx", "osaka.xlsx"]
    assert "CVR" not in {one.goal for one in found.taken}


def test_thresholds_that_differ_are_told_and_the_group_s_hold() -> None:
    strict = osaka(settings=with_settings(green_at=1.02))
    found = merged(group_book(), [tokyo(), strict])
    (difference,) = found.differences
    assert (difference.goal, difference.field) == ("", "green_at")
    assert difference.values[-1] == ("osaka.xlsx", "1.02")
    assert found.plan.settings.green_at == 1.0


def test_a_tree_hangs_where_it_is_told_else_beneath_its_department_else_the_root() -> None:
    tops = goal("SHOPS", "REV", level=Level.CSF, department="Osaka")
    group = plan_of(goal("REV", level=Level.KGI), goal("WEB", "REV", level=Level.CSF), tops)
    lone = plan_of(goal("SALES", level=Level.KGI), source=Source("x.xlsx", ""))
    parts = [
        Department("NAGOYA", "Nagoya", lone, under="web"),
        Department("OSAKA", "Osaka", lone),
        Department("KOBE", "Kobe", lone),
    ]
    found = merged(group, parts)
    assert [(one.under, one.why) for one in found.hung] == [
        ("WEB", "told"), ("SHOPS", "department"), ("REV", "root"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("group", "parts", "code"),
    [
        (group_book(), [tokyo(), tokyo()], "merge-same-name"),
        (group_book(), [tokyo(settings=with_settings(fiscal_start=1))], "merge-fiscal-year"),
        (group_book(), [replace(tokyo(), under="NONE")], "merge-under-unknown"),
        (
            plan_of(goal("A"), goal("B"), source=Source("g.xlsx", "")), [tokyo()], "merge-nowhere",
        ),
        (
            plan_of(goal("REV"), goal("TOKYO.REV", "REV")), [tokyo()], "merge-id-taken",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_put_under_one_tree_is_said(
    group: Plan, parts: list[Department], code: str
) -> None:
    with pytest.raises(MergeFault) as raised:
        merged(group, parts)
    assert raised.value.code == code


def test_a_revision_counts_from_the_month_that_its_own_book_says() -> None:
    # The group revises from May, Tokyo from June, Osaka not at all.
    june, may = Month(2026, 6), Month(2026, 5)
    revised = {"ORDERS": series(Month(2026, 4), [20, 20, 20])}
    group = group_book(settings=with_settings(revision_from=may))
    late = tokyo(settings=with_settings(revision_from=june), revision=revised)
    never = osaka(revision=revised)
    goals = review(merged(group, [late, never]).plan, june).by_id
    assert goals["TOKYO.ORDERS"].series.plan[:3] == (10, 10, 20)
    assert goals["OSAKA.ORDERS"].series.plan[:3] == (10, 10, 10)
    assert goals["ORDERS"].series.plan[:3] == (20, 20, 30)


def test_actions_and_comments_follow_their_goals_and_recipients_stay_behind() -> None:
    june = Month(2026, 6)
    lively = tokyo(
        actions=(Action("A1", "VISITS", cause="Rain"),),
        comments=(Comment("REV", june, "Good"),),
        recipients=(Recipient("Abe", "abe@example.com"),),
    )
    own = (Recipient("Sato", "sato@example.com"),)
    found = merged(group_book(recipients=own), [lively, osaka()])
    (action,) = found.plan.actions
    assert (action.id, action.goal) == ("TOKYO-A1", "TOKYO.VISITS")
    assert [one.goal for one in found.plan.comments] == ["TOKYO.REV"]
    assert found.plan.recipients == own
    assert found.recipients_left == 1


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("=visits*CVR", {"VISITS": "T.VISITS", "CVR": "T.CVR"}, "=T.VISITS*T.CVR"),
        ("SUM(A, AB; A-B)", {"A": "X.A", "AB": "X.AB", "A-B": "X.A-B"}, "SUM(X.A, X.AB; X.A-B)"),
        (
            "売上/訪問 数",
            {"売上": "東京.売上", "訪問 数": "東京.訪問 数"},
            "東京.売上/東京.訪問 数",
        ),
        ("2*A + 1E3", {"A": "B.A", "E3": "B.E3"}, "2*B.A + 1E3"),
    ],
)
def test_only_the_names_in_a_formula_change(
    text: str, names: dict[str, str], expected: str
) -> None:
    assert renamed(text, names) == expected
