"""The PDCA register, the exceptions and what the summary says is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from kpixl.measures.kinds import Decision, Effect, Phase, Status
from kpixl.pack.canvas import Text
from kpixl.pack.contexts import (
    Block,
    ExceptionsPage,
    Line,
    Pack,
    PhaseColumn,
    RegisterPage,
    SummaryPage,
)
from kpixl.pack.exceptions import exceptions_page
from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.paper import BODY_HEIGHT
from kpixl.pack.pdf import pack_pdf
from kpixl.pack.register import LINES, register_page
from kpixl.pack.summary import summary_page
from kpixl.pack.summary_room import shared
from kpixl.plan.model import Action, Level, Plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from tests.engines import once_an_engine
from tests.layout import Sheet, beyond_margins, lines, near_empty, overlaps, sheets
from tests.packs import LANGUAGES, sample_pack, sample_review
from tests.plans import goal, plan_of
from tests.test_charts import assert_legible
from tests.test_layout import LONG

DOING = Action(
    "D", "A", raised=date(2026, 4, 1), cause="c", countermeasure="m", owner="Abe",
    due=date(2026, 6, 30), started=date(2026, 5, 1),
)  # fmt: skip
ACTING = replace(DOING, id="C", done=date(2026, 5, 31), result="r")
TURNED = replace(ACTING, id="T", decision=Decision.STOP, decided=date(2026, 6, 10))


def reviewed(*actions: Action, **actuals: float) -> Review:
    """June 2026, judged on 10 July; goals on plan (10) unless ``actuals`` say otherwise."""
    keys = ("A", "B")
    plan = plan_of(
        *(goal(key) for key in keys),
        actuals={key: [actuals.get(key, 10.0)] * 3 for key in keys},
        plan=dict.fromkeys(keys, [10] * 12), actions=actions,
    )  # fmt: skip
    return review(plan)


def column(page: RegisterPage, phase: Phase) -> PhaseColumn:
    return next(entry for entry in page.phases if entry.key == phase.value)


def drawn(page: RegisterPage) -> list[str]:
    return [
        shape.text
        for drawing in page.timelines
        for shape in drawing.shapes
        if isinstance(shape, Text)
    ]


# ---- The register ---------------------------------------------------------------------------


def test_each_phase_names_who_waits_for_what_and_how_long() -> None:
    found = register_page(reviewed(DOING, replace(DOING, id="D2"), ACTING), "en")
    # 1 May to 10 July is 70 days, overdue since 1 July; 31 May to 10 July is 40.
    assert column(found, Phase.DO).lines == (
        Line("Abe", figure="70 days", note="Carry it out · D, D2 · overdue", good=False),
    )
    (acting,) = column(found, Phase.ACT).lines
    assert (acting.text, acting.figure) == ("Abe", "40 days")
    assert column(found, Phase.CHECK).lines == ()
    assert found.waits


def test_the_closed_phase_says_the_turns_of_the_year_and_what_was_decided() -> None:
    earlier = replace(TURNED, id="T0", raised=date(2025, 4, 1), started=None, done=date(2025, 5, 1),
                      decided=date(2025, 6, 1))  # fmt: skip
    other = replace(TURNED, id="T2", decision=Decision.ADJUST)
    found = register_page(reviewed(TURNED, replace(TURNED, id="T3"), other, earlier), "en")
    closed = column(found, Phase.CLOSED)
    assert closed.count == 4
    # 1 April to 10 June is 70 days.
    assert [(line.text, line.figure) for line in closed.lines] == [
        ("closed this year", "3"), ("in the median", "70 days"), ("Stop 2, Adjust 1", ""),
    ]  # fmt: skip
    assert found.lead == "3 cycles closed this year, 70 days each in the median; 3 opened."
    assert found.earlier.startswith("One cycle was closed before April 2026")
    assert not found.waits


def test_nobody_is_named_where_nobody_is() -> None:
    nobody = replace(DOING, owner="", due=None)
    found = register_page(reviewed(nobody), "ja")
    assert [line.text for line in column(found, Phase.PLAN).lines] == ["担当未定"]
    assert "担当未定" in drawn(found)


def test_groups_that_find_no_room_are_counted() -> None:
    many = [replace(DOING, id=f"D{n}", owner=f"Owner {n}") for n in range(LINES + 3)]
    doing = column(register_page(reviewed(*many), "en"), Phase.DO)
    assert (len(doing.lines), doing.more) == (LINES, "and 3 more")
    assert doing.count == LINES + 3


def test_the_timeline_has_open_actions_and_this_years_and_the_table_has_all() -> None:
    old = replace(TURNED, id="OLD", raised=date(2025, 4, 1), started=None, done=date(2025, 5, 1),
                  decided=date(2025, 6, 1))  # fmt: skip
    undated = replace(TURNED, id="UNDATED", decided=None)
    found = register_page(reviewed(DOING, TURNED, old, undated), "en")
    assert {"D", "T"} <= set(drawn(found))
    assert not {"OLD", "UNDATED"} & set(drawn(found))
    assert found.earlier.startswith("2 cycles were closed before April 2026")
    assert {line.id for line in found.actions} == {"D", "T", "OLD", "UNDATED"}


def test_dates_far_off_do_not_stretch_the_axis() -> None:
    far = replace(DOING, id="F", raised=date(1999, 1, 1), due=date(9999, 12, 31))
    shown = drawn(register_page(reviewed(DOING, far), "en"))
    # The least of half a year, with the as-of date in July.
    assert "Feb 2026" in shown
    assert "Jul" in shown
    assert not {"Jan 2026", "Aug"} & set(shown)


def test_a_young_cycle_has_an_axis_of_half_a_year() -> None:
    young = Action("Y", "A", raised=date(2026, 7, 1))
    shown = drawn(register_page(reviewed(young), "en"))
    assert [text for text in ("Feb 2026", "Mar", "Apr", "May", "Jun", "Jul") if text in shown] == [
        "Feb 2026", "Mar", "Apr", "May", "Jun", "Jul",
    ]  # fmt: skip


def test_without_any_action_the_register_says_so() -> None:
    found = register_page(reviewed(), "en")
    assert found.timelines == ()
    assert found.actions == ()
    assert found.lead == "No cycle closed this year; none opened."
    assert not found.waits
    assert not found.earlier


@pytest.mark.parametrize(
    ("language", "sentence", "note"),
    [("en", "Figures since: improved", "improved"), ("ja", "完了後の実績：好転", "好転")],
)
def test_the_effect_stands_in_the_table_and_in_the_timeline(
    language: str, sentence: str, note: str
) -> None:
    plain = reviewed(TURNED)
    known = replace(plain, actions=(replace(plain.actions[0], effect=Effect.IMPROVED),))
    found = register_page(known, language)
    assert found.actions[0].figures_since == sentence
    assert note in drawn(found)
    unknown = replace(plain, actions=(replace(plain.actions[0], effect=None),))
    assert note not in drawn(register_page(unknown, language))
    assert not register_page(unknown, language).actions[0].figures_since
    html = for_browser(build_pack(known, PackOptions(language, pages=("register",))))
    assert sentence in html


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_effect_finds_room_beside_every_phase(language: str, effect: Effect) -> None:
    checking = replace(ACTING, id="K", result="")
    plain = reviewed(DOING, checking, ACTING, TURNED)
    known = replace(plain, actions=tuple(replace(e, effect=effect) for e in plain.actions))
    for drawing in register_page(known, language).timelines:
        assert_legible(drawing)


def test_the_sample_says_where_its_cycles_are() -> None:
    found = register_page(sample_review("en"), "en")
    # Turns of 97, 126, 126 and 186 days; A25-14 was raised in the year before.
    assert found.lead == "4 cycles closed this year, 126 days each in the median; 11 opened."
    acting = column(found, Phase.ACT).lines
    # A26-04 was done on 31 August: 70 days to 9 November, overdue after 30 of them.
    assert [(line.text, line.figure, line.good) for line in acting] == [
        ("Yuka Kobayashi", "70 days", False), ("Makoto Sasaki", "24 days", None),
    ]  # fmt: skip


# ---- The exceptions -------------------------------------------------------------------------


def exceptions(*actions: Action, **actuals: float) -> ExceptionsPage:
    return exceptions_page(reviewed(*actions, **actuals), "en")


@pytest.mark.parametrize(
    ("actions", "lead"),
    [
        ([], "2 goals are Red in June 2026; none has a countermeasure yet."),
        ([DOING], "2 goals are Red in June 2026; one has no countermeasure yet."),
        (
            [DOING, replace(DOING, id="D2", goal="B")],
            "2 goals are Red in June 2026; a countermeasure is open wherever one is needed.",
        ),
    ],
)
def test_the_lead_says_how_many_reds_have_no_countermeasure(
    actions: Sequence[Action], lead: str
) -> None:
    assert exceptions(*actions, A=1.0, B=1.0).lead == lead


def test_one_red_goal_alone() -> None:
    assert exceptions(A=1.0).lead == "One goal is Red in June 2026; it has no countermeasure yet."


@pytest.mark.parametrize("nothing", [" ", "TBD", "―"])
@pytest.mark.parametrize("missing", ["cause", "countermeasure"])
def test_a_cause_or_a_countermeasure_that_is_missing_treats_nothing(
    missing: str, nothing: str
) -> None:
    told = {"cause": DOING.cause, "countermeasure": DOING.countermeasure, missing: nothing}
    blank = replace(DOING, cause=told["cause"], countermeasure=told["countermeasure"])
    found = exceptions(blank, A=1.0)
    assert found.with_action == ()
    (card,) = found.without_action
    assert [action.id for action in card.actions] == ["D"]
    assert not card.idle


def test_what_nobody_works_on_stands_first_and_says_for_how_long() -> None:
    found = exceptions(replace(DOING, cause=""), A=1.0, B=1.0)
    first, second = found.without_action
    assert (first.name, second.name) == ("B", "A")
    assert first.idle == "Off plan without an action for 3 months."


def test_an_action_stands_on_the_card_of_its_own_goal_and_on_no_other() -> None:
    plan = plan_of(
        goal("CSF", level=Level.CSF), goal("RED", "CSF"), goal("AMBER", "CSF"),
        actuals={"RED": [1] * 3, "AMBER": [9.5] * 3},
        plan={"RED": [10] * 12, "AMBER": [10] * 12},
        actions=(
            replace(DOING, id="R1", goal="RED"), replace(DOING, id="R2", goal="RED"),
            replace(DOING, id="A1", goal="AMBER"), replace(DOING, id="C1", goal="CSF"),
        ),
    )  # fmt: skip
    found = exceptions_page(review(plan), "en")
    cards = {card.name: card for card in found.with_action}
    assert [action.id for action in cards["Csf"].actions] == ["A1", "C1"]
    assert cards["Csf"].elsewhere == "Countermeasures stand with Red."
    assert [action.id for action in cards["Red"].actions] == ["R1", "R2"]
    assert not cards["Red"].elsewhere


def test_a_red_goal_at_the_top_leaves_the_actions_to_the_red_ones_between() -> None:
    plan = plan_of(
        goal("TOP", level=Level.KGI), goal("MID", "TOP", level=Level.CSF), goal("LOW", "MID"),
        goal("RED", "MID"), actuals={"LOW": [9.5] * 3, "RED": [1] * 3},
        plan={"LOW": [10] * 12, "RED": [10] * 12}, actions=(replace(DOING, goal="LOW"),),
    )  # fmt: skip
    found = exceptions_page(review(plan), "en")
    cards = {card.name: card for card in (*found.with_action, *found.without_action)}
    assert [action.id for action in cards["Mid"].actions] == ["D"]
    assert cards["Top"].actions == ()
    assert cards["Top"].elsewhere == "Countermeasures stand with Mid."


# ---- The summary: what is stuck -------------------------------------------------------------


def block(page: SummaryPage, title: str) -> Block:
    return next(entry for entry in page.blocks if entry.title == title)


def test_the_summary_lists_goals_that_nobody_works_on() -> None:
    found = block(summary_page(sample_review("en"), "en"), "Off plan, no action for 2+ months")
    # Overtime has been off plan since June, subscribers for as long as is looked back on.
    assert [(line.text, line.figure, line.note) for line in found.lines] == [
        ("Overtime per person", "5 months", "Reiko Matsumoto"),
        ("Subscribers at month end", "12+ months", "Aya Nakamura"),
    ]  # fmt: skip
    assert [line.mark.name for line in found.lines if line.mark] == ["red", "amber"]


def test_an_overdue_countermeasure_says_when_it_was_due_or_since_when_it_waits() -> None:
    checking = replace(DOING, id="E", cause="")
    found = block(summary_page(reviewed(DOING, checking), "en"), "Overdue countermeasures")
    # Without a cause it was overdue 30 days after 1 May, before the other one was due.
    assert [(line.tag, line.figure) for line in found.lines] == [
        ("E", "since 31 May 26"), ("D", "due 30 Jun 26"),
    ]  # fmt: skip


def test_where_nothing_is_stuck_the_summary_says_so() -> None:
    found = summary_page(reviewed(), "en")
    assert block(found, "Off plan, no action for 2+ months").empty == (
        "No goal has been off plan for two months without an action."
    )
    assert block(found, "Overdue countermeasures").lines == ()


@pytest.mark.parametrize(
    ("counts", "length", "shares"),
    [
        ((9,), 5, (5,)),
        ((3,), 5, (3,)),
        ((9, 9), 5, (3, 2)),
        ((1, 9), 5, (1, 4)),
        ((9, 1), 5, (4, 1)),
        ((2, 0), 5, (2, 0)),
        ((0, 9), 2, (0, 2)),
        ((9, 9), 1, (1, 1)),  # each list that has lines shows one
        ((9, 0), 0, (0, 0)),
        ((), 5, ()),
    ],
)
def test_lists_in_one_column_share_its_lines(
    counts: tuple[int, ...], length: int, shares: tuple[int, ...]
) -> None:
    column = [Block("t", (Line("x"),) * count, "none") for count in counts]
    assert shared(column, length) == shares


def test_where_there_is_no_room_for_a_line_the_lists_say_how_many_there_are() -> None:
    long = "Ä" * 2500
    plan = plan_of(
        goal("K", level=Level.KGI, name=long), goal("A", name="A"),
        actuals={"K": [1] * 3, "A": [1] * 3}, plan={"K": [10] * 12, "A": [10] * 12},
    )  # fmt: skip
    found = block(summary_page(review(plan), "en"), "Off plan, no action for 2+ months")
    assert (found.lines, found.more) == ((), "2 in all")


# ---- On paper -------------------------------------------------------------------------------


def forty(language: str, long: bool) -> Plan:
    """Forty actions in every phase, on goals that are Red, Amber or Green."""
    name = LONG[language][:116]
    keys = [f"L{n}" for n in range(10)]
    goals = [goal("K", level=Level.KGI, formula="+".join(keys)), goal("C", "K", level=Level.CSF)]
    goals += [goal(key, "C", name=f"{key} {name}" if long else key) for key in keys]
    actions = []
    for n in range(40):
        raised = date(2025, 11, 3) + timedelta(days=5 * n)
        evidence: list[dict[str, Any]] = [
            {"cause": "Parts arrive late."}, {"countermeasure": "A second supplier."},
            {"owner": name[:60] if long else "Abe", "due": raised + timedelta(days=60)},
            {"started": raised + timedelta(days=9), "done": raised + timedelta(days=30)},
            {"result": "Three days faster."},
            {"decision": Decision.STANDARDISE, "decided": raised + timedelta(days=45)},
        ]  # fmt: skip
        entered: dict[str, Any] = {}
        for part in evidence[: n % 7]:
            entered.update(part)
        actions.append(Action(f"A{n:02d}", keys[n % 10], raised=raised, **entered))
    figures = {key: [5.0 + n * 0.6] * 3 for n, key in enumerate(keys)}
    return plan_of(
        *goals, actuals=figures, plan=dict.fromkeys(keys, [10] * 12), actions=tuple(actions)
    )


def pack_with(plan: Plan, language: str) -> Pack:
    pages = ("summary", "exceptions", "register")
    return build_pack(review(plan), PackOptions(language, pages=pages))


@once_an_engine
def laid_out(language: str, kind: str) -> tuple[Sheet, ...]:
    plan = forty(language, long=kind == "long")
    if kind == "none":
        plan = replace(plan, actions=())
    return sheets(pack_pdf(pack_with(plan, language)))


KINDS = ("forty", "long", "none")


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_and_nothing_lies_upon_anything(language: str, kind: str) -> None:
    found = [
        fault
        for sheet in laid_out(language, kind)
        for faults in (beyond_margins(sheet), overlaps(sheet))
        for fault in faults
    ]
    assert found == []


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_takes_one_page_and_no_page_is_wasted(language: str, kind: str) -> None:
    summary = {"en": "Summary", "ja": "サマリー"}[language]
    pages = laid_out(language, kind)
    assert [head(sheet) for sheet in pages].count(summary) == 1
    # Where a list goes on, the page before it is full.
    going_on = [here for here, after in pairwise(pages) if head(here) == head(after)]
    assert [sheet.number for sheet in going_on if near_empty(sheet)] == []


def head(sheet: Sheet) -> str:
    """What the page calls itself."""
    return sheet.name


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_stands_in_the_timeline_and_in_the_table(language: str) -> None:
    text = "\n".join(sheet.text for sheet in laid_out(language, "forty"))
    found = register_page(review(forty(language, long=False)), language)
    closed_before = sum(
        entry.phase_name == "closed" and not any(entry.id == shown for shown in drawn(found))
        for entry in found.actions
    )
    assert closed_before == 3  # decided before April: A06, A13 and A20
    for n in range(40):
        assert text.count(f"A{n:02d}") >= (1 if n in {6, 13, 20} else 2)


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["forty", "long"])
def test_the_timeline_begins_below_the_phases_and_not_on_the_next_page(
    language: str, kind: str
) -> None:
    name = {"en": "PDCA register", "ja": "PDCA管理表"}[language]
    first = next(sheet for sheet in laid_out(language, kind) if head(sheet) == name)
    key = {"en": "Started", "ja": "着手"}[language]
    assert key in [word.text for word in first.words]


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_repeats_its_head_on_every_page(language: str) -> None:
    title = {"en": "Causes and countermeasures", "ja": "原因と対策"}[language]
    wanted = {"en": ("Cause", "Countermeasure"), "ja": ("原因", "対策")}[language]
    pages = laid_out(language, "forty")
    begins = next(n for n, sheet in enumerate(pages) if title in sheet.text)
    assert len(pages) > begins + 1
    for sheet in pages[begins + 1 :]:
        first = [word.text for word in next(lines(sheet))]
        assert all(text in first for text in wanted), first


def test_the_samples_register_is_in_the_pack_with_its_timeline() -> None:
    for language in LANGUAGES:
        page = next(p for p in sample_pack(language).pages if isinstance(p, RegisterPage))
        (drawing,) = page.timelines
        assert drawing.height < BODY_HEIGHT
        assert all(entry.action.id in drawing.alt for entry in sample_review(language).actions)


def test_a_red_goal_of_the_sample_keeps_its_place() -> None:
    found = exceptions_page(sample_review("en"), "en")
    assert [card.name for card in found.without_action] == [
        "Overtime per person", "Order-to-dispatch time",
    ]  # fmt: skip
    assert len(found.with_action) == len(sample_review("en").with_status(Status.RED)) - 2
