"""A scope holds its goals, what belongs to them, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.jobs import export
from kpixl.measures.kinds import Phase, Step
from kpixl.plan.model import Action, Comment, Level, Plan, Recipient
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.insights import Part
from kpixl.review.review import review
from kpixl.review.scope import Scope, parse_scope, scoped, scopes_by
from tests.plans import goal, plan_of

JUNE = Month(2026, 6)


def company() -> Plan:
    """Revenue = visits × rate under GROW; a second CSF with two goals of other people."""
    return plan_of(
        goal("REV", level=Level.KGI, formula="VISITS*RATE", owner="Mori", department="Board"),
        goal("GROW", "REV", level=Level.CSF, owner="Sato", department="Web"),
        goal("VISITS", "GROW", owner="Sato", department="Web"),
        goal("RATE", "GROW", owner="Abe", department="Web", label="Rate"),
        goal("CARE", "REV", level=Level.CSF, owner="Kato", department="Sales East"),
        goal("CALLS", "CARE", owner="Kato", department="Sales East"),
        goal("SMILES", "CALLS", owner="Sato", department=""),
        actuals={"VISITS": [9, 9, 9], "RATE": [2, 2, 2], "CALLS": [5, 5, 5], "SMILES": [1, 1, 1]},
        plan={"VISITS": [10] * 3, "RATE": [2] * 3, "CALLS": [10] * 3, "SMILES": [1] * 3},
        actions=(
            Action("A1", "VISITS", raised=date(2026, 6, 1)),
            Action("A2", "CALLS", raised=date(2026, 6, 1), cause="SECRET cause"),
        ),
        comments=(Comment("VISITS", JUNE, "slow"), Comment("CALLS", JUNE, "SECRET remark")),
        recipients=(Recipient("Mori", "mori@example.com"), Recipient("Sato", "sato@example.com")),
    )


PROBLEMS = (
    Problem("not-a-number", "Actuals", "C3", found="x", goals=("VISITS",)),
    Problem("not-a-number", "Actuals", "C5", found="SECRET", goals=("CALLS",)),
    Problem("email-bad", "Recipients", "B2", found="SECRET", people=("mori",)),
    Problem("colour-unknown", "Settings", "B9", found="pink"),
)


def whole() -> Review:
    return review(company(), problems=PROBLEMS)


def ids(found: Review) -> list[str]:
    return [entry.id for entry in found.goals]


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("", Scope("all")),
        ("  ", Scope("all")),
        ("GROW", Scope("goal", "GROW")),
        ("dept:Web", Scope("department", "Web")),
        ("Dept: Web ", Scope("department", "Web")),
        ("部門：営業部", Scope("department", "営業部")),
        ("owner:Sato", Scope("owner", "Sato")),
        ("担当:佐藤", Scope("owner", "佐藤")),
        ("担当者：佐藤", Scope("owner", "佐藤")),
        ("A:B", Scope("goal", "A:B")),
    ],
)
def test_a_scope_is_written_in_either_language(text, scope):
    assert parse_scope(text) == scope


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GROW", ["GROW", "VISITS", "RATE"]),
        ("grow", ["GROW", "VISITS", "RATE"]),
        ("ＧＲＯＷ", ["GROW", "VISITS", "RATE"]),
        ("RATE", ["RATE"]),
        ("dept:web", ["GROW", "VISITS", "RATE"]),
        ("部門:Sales　East", ["CARE", "CALLS"]),
        ("owner:Sato", ["GROW", "VISITS", "SMILES"]),
        ("担当：sato", ["GROW", "VISITS", "SMILES"]),
    ],
)
def test_a_scope_holds_its_goals_in_tree_order(text, expected):
    assert ids(scoped(whole(), text)) == expected


@pytest.mark.parametrize("text", ["NOPE", "dept:Nope", "owner:Nope", "dept:", "owner: ", "部門："])
def test_an_unknown_scope_is_wrong_use(text):
    with pytest.raises(UsageProblem, match="unknown-scope"):
        scoped(whole(), text)


def test_the_whole_tree_keeps_everything():
    found = scoped(whole(), "")
    assert ids(found) == ids(whole())
    assert found.problems == PROBLEMS
    assert found.recipients == company().recipients


def test_a_scope_holds_no_one_elses_actions_comments_problems_or_recipients():
    found = scoped(whole(), "GROW")
    assert [entry.action.id for entry in found.actions] == ["A1"]
    assert [entry.cell for entry in found.problems] == ["C3", "B9"]  # its own, and the book's
    assert found.recipients == ()
    remarks = [remark.text for entry in found.goals for remark in entry.comments]
    assert remarks == ["slow"]


def test_a_finding_on_goals_all_over_the_book_names_the_scopes_own():
    setting = {"name_en": "Revision valid from", "name_ja": "修正計画適用月"}
    everywhere = Problem(
        "revision-not-used", "Revision", details=setting, goals=("VISITS", "CALLS"), warning=True
    )
    found = scoped(review(company(), problems=(everywhere,)), "GROW")
    assert [problem.goals for problem in found.problems] == [("VISITS",)]
    assert "CALLS" not in export(found, "json", "en").decode()


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("text", ["GROW", "owner:Sato", "dept:Web", "RATE"])
def test_what_is_exported_for_a_scope_names_nothing_outside_it(form, text):
    data = export(scoped(whole(), text), form, "en").decode("utf-8-sig")
    for other in ("SECRET", "CALLS", "CARE", "REV", "A2", "Kato", "Mori"):
        assert other not in data


def test_a_scope_is_a_tree_of_its_own():
    found = {entry.id: entry for entry in scoped(whole(), "GROW").goals}
    assert (found["GROW"].parent, found["GROW"].depth) == (None, 0)
    assert (found["RATE"].parent, found["RATE"].depth) == ("GROW", 1)
    assert found["GROW"].children == ("VISITS", "RATE")


def test_a_goal_stands_below_its_nearest_ancestor_in_the_scope():
    plan = plan_of(
        goal("TOP", owner="Sato"),
        goal("MID", "TOP", owner="Abe"),
        goal("LOW", "MID", owner="Sato"),
        goal("SIDE", "TOP", owner="Sato"),
    )
    found = scoped(review(plan, JUNE), "owner:Sato")
    assert [(entry.id, entry.parent, entry.depth) for entry in found.goals] == [
        ("TOP", None, 0), ("LOW", "TOP", 1), ("SIDE", "TOP", 1),
    ]  # fmt: skip
    assert [entry.id for entry in found.subtree("TOP")] == ["TOP", "LOW", "SIDE"]


def test_figures_are_those_of_the_whole_review():
    all_of_it = whole()
    for entry in scoped(all_of_it, "owner:Sato").goals:
        assert entry.month == all_of_it.by_id[entry.id].month
        assert entry.to_date == all_of_it.by_id[entry.id].to_date


def test_a_goal_does_not_name_a_worst_child_outside_the_scope():
    # CARE rolls up CALLS (0.5), whose owner is the same; GROW's worst is VISITS (0.9).
    assert scoped(whole(), "owner:Kato").by_id["CARE"].worst_child == "CALLS"
    plan = company()
    moved = tuple(
        replace(one, owner="Abe") if one.id in ("GROW", "VISITS") else one for one in plan.goals
    )
    found = scoped(review(replace(plan, goals=moved)), "owner:Sato")
    assert "GROW" not in found.by_id
    only_top = tuple(replace(one, owner="X") if one.id == "VISITS" else one for one in plan.goals)
    assert (
        scoped(review(replace(plan, goals=only_top)), "owner:Sato").by_id["GROW"].worst_child
        is None
    )


def test_a_bridge_names_no_goal_outside_the_scope():
    plan = plan_of(
        goal("REV", formula="WEB+SHOP+FAIR", owner="Mori"),
        goal("WEB", "REV", formula="VISITS*RATE"), goal("SHOP", "REV"), goal("FAIR", "REV"),
        goal("VISITS", "WEB", owner="Mori"), goal("RATE", "WEB"),
        goal("TEAM", owner="Mori"), goal("CARE", "TEAM"), goal("SPEED", "TEAM"),
        actuals={"VISITS": [9] * 3, "RATE": [2] * 3, "SHOP": [7] * 3, "FAIR": [8] * 3,
                 "CARE": [8] * 3, "SPEED": [9] * 3},
        plan={"VISITS": [10] * 3, "RATE": [3] * 3, "SHOP": [9] * 3, "FAIR": [5] * 3,
              "CARE": [10] * 3, "SPEED": [10] * 3},
    )  # fmt: skip
    found = scoped(review(plan), "owner:Mori").by_id
    month, to_date = found["REV"].bridge, found["REV"].bridge_to_date
    assert month is not None
    assert to_date is not None
    # WEB 18 of 30 = −2.5 of its visits and −9.5 of its rate; SHOP −2; FAIR +3
    assert month.parts == (Part(None, -11.0, "elsewhere"),)
    assert month.leaves == (Part(None, -8.5, "elsewhere"), Part("VISITS", -2.5))
    assert month.total == found["REV"].month.gap == -11
    assert to_date.leaves[1] == Part("VISITS", -7.5)
    # Of a roll-up of others' goals there is nothing to tell.
    assert found["TEAM"].bridge is None
    assert found["TEAM"].bridge_to_date is None
    assert (found["REV"].children_elsewhere, found["TEAM"].children_elsewhere) == (3, 2)
    whole = scoped(review(plan), "").by_id
    of_all = whole["REV"].bridge
    assert of_all is not None
    assert [part.goal for part in of_all.parts] == ["WEB", "SHOP", "FAIR"]
    alone = scoped(review(plan), "REV").by_id
    assert alone["REV"].bridge == of_all
    assert all(one.children_elsewhere == 0 for one in (*whole.values(), *alone.values()))


def test_a_phase_does_not_name_an_action_outside_the_scope():
    phase = whole().by_id["REV"].phase
    assert (phase.action, phase.step) == ("A1", Step.FIND_CAUSE)
    alone = scoped(whole(), "owner:Mori").by_id["REV"].phase
    assert (alone.phase, alone.step, alone.action) == (Phase.CHECK, Step.FIND_CAUSE, None)


def test_on_track_without_the_scopes_own_action_is_just_on_track():
    plan = plan_of(
        goal("SUM", formula="PART*1", owner="Mori"),
        goal("PART", "SUM"),
        actuals={"PART": [5, 5, 5]},
        plan={"PART": [5, 5, 5]},
        actions=(Action("A1", "PART", raised=date(2026, 6, 1)),),
    )
    assert review(plan).by_id["SUM"].phase.step is Step.ON_TRACK_ACTION
    alone = scoped(review(plan), "owner:Mori").by_id["SUM"].phase
    assert (alone.step, alone.action, alone.action_step) == (Step.ON_TRACK, None, None)
    exported = json.loads(export(scoped(review(plan), "owner:Mori"), "json", "en"))
    assert exported["goals"][0]["pdca"]["next_step"] == "On track"


def test_a_formulas_inputs_count_as_the_goals_own_problems():
    found = scoped(whole(), "owner:Mori")  # REV = VISITS × RATE
    assert [entry.cell for entry in found.problems] == ["C3", "B9"]
    assert [entry.cell for entry in scoped(whole(), "CARE").problems] == ["C5", "B9"]


@pytest.mark.parametrize(
    ("typed", "named"),
    [("grow", "GROW"), ("rate", "Rate"), ("部門：web", "dept:Web"), ("担当:SATO", "owner:Sato")],
)
def test_one_scope_has_one_name_however_it_was_typed(typed, named):
    assert scoped(whole(), typed).scope == named


def test_each_lists_every_scope_once_in_tree_order():
    found = whole()
    assert scopes_by(found, "csf") == ("GROW", "CARE")
    assert scopes_by(found, "owner") == ("owner:Mori", "owner:Sato", "owner:Abe", "owner:Kato")
    assert scopes_by(found, "department") == ("dept:Board", "dept:Web", "dept:Sales East")
    for kind in ("csf", "owner", "department"):
        for scope in scopes_by(found, kind):
            assert scoped(found, scope).scope == scope


def test_two_spellings_of_one_owner_are_one_scope():
    plan = plan_of(goal("A", owner="Sato"), goal("B", owner="ＳＡＴＯ"), goal("C", owner="sato "))
    found = review(plan, JUNE)
    assert scopes_by(found, "owner") == ("owner:Sato",)
    assert ids(scoped(found, "owner:Sato")) == ["A", "B", "C"]
