"""What a mail says of a review: the pack's own figures, in short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpixl.delivery.contexts import MailContext
from kpixl.delivery.mail import Address, Attachment
from kpixl.delivery.summary import Sending, mail_context
from kpixl.pack.contexts import SummaryPage
from kpixl.plan.model import Action, Level
from kpixl.plan.month import Month
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import LANGUAGES, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings

JUNE = Month(2026, 6)
SCOPES = ("", "ONLINE", "QUALITY", "PEOPLE")


def summary(language: str, scope: str) -> SummaryPage:
    pages = sample_pack(language, scope).pages
    return next(page for page in pages if isinstance(page, SummaryPage))


@pytest.mark.parametrize(("language", "told"), [("en", "1 goal"), ("ja", "全1指標")])
def test_one_goal_is_counted_in_the_singular(language: str, told: str) -> None:
    alone = scoped(sample_review(language), "OVERSEAS")
    assert mail_context(alone, language).tally_title == told
    whole = mail_context(sample_review(language), language).tally_title
    assert whole == {"en": "26 goals", "ja": "全26指標"}[language]


# ---- One number everywhere ------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_tile_is_that_of_the_packs_tile(language: str, scope: str) -> None:
    page = summary(language, scope)
    mail = mail_context(scoped(sample_review(language), scope), language)
    tiles = {tile.name: tile for tile in (*page.kgis, *page.tiles)}
    told = {tile.name: tile for tile in (*mail.kgis.entries, *mail.goals.entries)}
    assert set(tiles) <= set(told)
    for name, tile in tiles.items():
        ours = told[name]
        assert (ours.value, ours.unit, ours.gap, ours.good, ours.mark.word) == (
            tile.value, tile.unit, tile.gap, tile.good, tile.mark.word,
        )  # fmt: skip
        assert ours.pairs == (*tile.rows, *tile.year)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_and_lists_are_the_packs(language: str, scope: str) -> None:
    page = summary(language, scope)
    mail = mail_context(scoped(sample_review(language), scope), language)
    assert (mail.head, mail.tally_text) == (page.title, page.tally_text)
    # A mail has room for how good past outlooks were where the page leaves that to its tables.
    for said, printed in zip(mail.lead, page.lead, strict=True):
        rest = said[len(printed) :].strip()
        assert said.startswith(printed)
        assert not rest or rest.startswith(("Past outlooks were off", "過去の見込の誤差"))
    assert [(mark.word, n) for mark, n in mail.tally] == [(mark.word, n) for mark, n in page.tally]
    gaps, *_ = page.blocks
    lines = [(line.text, line.figure, line.note) for line in gaps.lines[:3]]
    assert [(gap.name, gap.figure, gap.note) for gap in mail.gaps.entries][: len(lines)] == lines
    overdue = next(block for block in page.blocks if block.title == mail.overdue.title)
    shown = [(line.tag, line.text, line.figure) for line in overdue.lines]
    told = [(action.tag, action.text, action.due) for action in mail.overdue.entries]
    assert told[: len(shown)] == shown


def test_a_part_of_the_tree_tells_of_itself_alone() -> None:
    whole, part = (
        mail_context(scoped(sample_review("en"), scope), "en") for scope in ("", "SUBSC")
    )
    assert part.scope == "Subscription revenue"
    assert "Wholesale" in str(whole)
    for other in ("Wholesale", "Overtime", "A26-04"):
        assert other not in str(part)


# ---- Gaps -----------------------------------------------------------------------------------


def test_the_three_largest_gaps_are_red_ones_first_then_by_per_cent_of_plan() -> None:
    plan = plan_of(
        goal("R", level=Level.KGI, name="Revenue"),
        *(goal(name, parent="R") for name in "ABCDE"),
        actuals={"R": [1] * 3, "A": [97] * 3, "B": [50] * 3, "C": [80] * 3, "D": [92] * 3,
                 "E": [100] * 3},
        plan={name: [100] * 3 for name in "RABCDE"},
    )  # fmt: skip
    gaps = mail_context(review(plan), "en").gaps
    # The KGI misses by 99 % and has a tile; B by 50, C by 20, D by 8, A by 3 %; E is on plan.
    assert [(gap.name, gap.figure, gap.share) for gap in gaps.entries] == [
        ("B", "−50.0%", 50), ("C", "−20.0%", 80), ("D", "−8.0%", 92),
    ]  # fmt: skip
    assert gaps.more == "and 1 more"


def test_a_bar_stays_between_nothing_and_all() -> None:
    plan = plan_of(
        goal("A"), goal("B"), goal("C"), actuals={"A": [-50] * 3, "B": [7] * 3, "C": [-1] * 3},
        plan={"A": [100] * 3, "B": [9] * 3, "C": [0] * 3},
    )  # fmt: skip
    shares = {gap.name: gap.share for gap in mail_context(review(plan), "en").gaps.entries}
    # 7 of 9 is 77.8 %; against a plan of 0 there is no attainment.
    assert shares == {"A": 0, "B": 78, "C": None}


def test_the_gap_list_never_says_that_all_is_well_while_a_kgi_is_not() -> None:
    kgi = goal("R", level=Level.KGI)
    behind = plan_of(kgi, actuals={"R": [1] * 3}, plan={"R": [9] * 3})
    assert not mail_context(review(behind), "en").gaps.shown
    ahead = plan_of(kgi, actuals={"R": [9] * 3}, plan={"R": [9] * 3})
    assert mail_context(review(ahead), "en").gaps.empty == "Every reported goal is on plan."
    silent = mail_context(review(plan_of(kgi, plan={"R": [9] * 3})), "en")
    assert silent.gaps.empty == "No actual for June 2026 has been reported yet."


# ---- Countermeasures ------------------------------------------------------------------------


def with_actions(*actions: Action) -> MailContext:
    plan = plan_of(goal("A"), actuals={"A": [1] * 3}, plan={"A": [9] * 3}, actions=actions)
    return mail_context(review(plan, JUNE, date(2026, 7, 10)), "en")


def test_an_overdue_countermeasure_says_by_how_many_days() -> None:
    started: dict[str, Any] = {"raised": date(2026, 5, 1), "cause": "Rain", "owner": "Ito"}
    mail = with_actions(
        # Due 30 June, judged on 10 July.
        Action("X1", "A", countermeasure="Roof", due=date(2026, 6, 30), **started),
        Action("X2", "A", countermeasure="Gutter", due=date(2026, 7, 9), **started),
        Action("X3", "A", countermeasure="Umbrella", due=date(2026, 7, 10), **started),
    )
    assert [
        (action.tag, action.late, action.due, action.owner, action.next_step)
        for action in mail.overdue.entries
    ] == [
        ("X1", "10 days late", "due 30 Jun 26", "Ito", "Carry it out"),
        ("X2", "1 day late", "due 9 Jul 26", "Ito", "Carry it out"),
    ]


def test_a_decision_asked_for_shows_what_was_expected_and_what_came_of_it() -> None:
    mail = with_actions(
        Action(
            "X1", "A", raised=date(2026, 6, 1), cause="Rain", countermeasure="Roof", owner="Ito",
            due=date(2026, 6, 25), done=date(2026, 6, 20), expected_effect="Dry in June.",
            result="Dry",
        )
    )  # fmt: skip
    (decision,) = mail.decisions.entries
    assert decision.evidence == "Expected: Dry in June → Result: Dry"
    assert mail.overdue.entries == ()
    assert mail.overdue.empty == "No countermeasure is overdue."


def test_a_long_list_says_how_many_more_there_are() -> None:
    due = date(2026, 6, 30)
    mail = with_actions(*(Action(f"X{n}", "A", None, "Rain", "Roof", "Ito", due) for n in range(8)))
    assert len(mail.overdue.entries) == 5
    assert mail.overdue.more == "and 3 more"
    assert not mail.decisions.shown


# ---- What is said around it -----------------------------------------------------------------


def test_missing_actuals_and_plans_are_named() -> None:
    plan = plan_of(
        *(goal(name) for name in "ABCDE"), goal("P"),
        actuals={"P": [1] * 3}, plan={name: [9] * 3 for name in "ABCDE"},
    )  # fmt: skip
    notes = mail_context(review(plan), "en").notes
    assert notes == (
        "No actual for June 2026 yet: A, B, C and 2 more",
        "No plan for June 2026: P",
    )
    assert mail_context(review(plan), "ja").notes[0] == "2026年6月の実績が未入力：A、B、C ほか2件"


def test_a_goal_that_nobody_works_on_is_named() -> None:
    plan = plan_of(goal("A"), actuals={"A": [1] * 3}, plan={"A": [9] * 3})
    (note,) = mail_context(review(plan), "en").notes
    assert note == "Off plan for two months or more without an action: A"


@pytest.mark.parametrize(
    ("language", "company", "number", "subject"),
    [
        ("ja", "ABC商事", 1, "【速報】ABC商事 月次レビュー 2026年6月（全体）"),
        ("ja", "ABC商事", 2, "【速報・第2版】ABC商事 月次レビュー 2026年6月（全体）"),
        ("ja", "", 1, "【速報】月次レビュー 2026年6月（全体）"),
        ("en", "ABC", 1, "ABC · 月次レビュー · June 2026 · Whole goal tree (preliminary)"),
        (
            "en",
            "ABC",
            3,
            "ABC · 月次レビュー · June 2026 · Whole goal tree (preliminary, edition 3)",
        ),
    ],
)
def test_the_subject_says_who_what_when_and_which_edition(
    language: str, company: str, number: int, subject: str
) -> None:
    settings = with_settings(company=company, title="月次レビュー")
    part = review(plan_of(goal("A"), settings=settings))
    assert mail_context(part, language, Sending(edition=number)).subject == subject


def test_a_correction_says_why_and_the_first_edition_says_nothing() -> None:
    part = review(plan_of(goal("A")))
    first = mail_context(part, "en", Sending(reason="ignored"))
    assert (first.correction, first.state) == ("", "Preliminary")
    second = mail_context(part, "en", Sending(edition=2, reason="Wrong\r\nprice"))
    assert second.correction == "Edition 2 replaces the pack sent before. Reason: Wrong price"
    assert second.state == "Preliminary, edition 2"
    japanese = mail_context(part, "ja", Sending(edition=2, reason="単価誤り"))
    assert japanese.correction.endswith("理由：単価誤り")


@pytest.mark.parametrize(
    ("name", "language", "greeting"),
    [
        ("Mari Sato", "en", "Dear Mari Sato,"),
        ("佐藤 花子", "ja", "佐藤 花子 様"),
        ("佐藤部長 様", "ja", "佐藤部長 様"),
        ("取締役各位", "ja", "取締役各位"),
        ("", "en", ""),
    ],
)
def test_people_are_greeted_as_is_usual(name: str, language: str, greeting: str) -> None:
    part = review(plan_of(goal("A")))
    assert mail_context(part, language, Sending(name=name)).greeting == greeting


def test_the_foot_says_where_figures_come_from_and_who_has_them_too() -> None:
    plan = plan_of(goal("A"))
    part = review(replace(plan, source=replace(plan.source, name="plan.xlsx")), JUNE,
                  date(2026, 7, 10))  # fmt: skip
    sending = Sending(
        copy=True,
        others=("A", "B", "C", "D"),
        attachments=(
            Attachment("a.pdf", b"x" * 2048, "application/pdf"),
            Attachment("b.pdf", b"x" * 3_250_586, "application/pdf"),
        ),
        reply_to=Address("fpna@example.com", "FP&A"),
    )
    mail = mail_context(part, "en", sending)
    assert mail.origin == (
        "Figures as of 10 Jul 2026, from the workbook plan.xlsx",
        "You receive this as a copy (Cc).",
        "Also sent to: A, B, C and 1 more",
        "This mail was sent automatically; replies reach FP&A (fpna@example.com).",
    )
    assert mail.attachments == ("a.pdf (2 KB)", "b.pdf (3.1 MB)")
    assert "attached" in mail.intro
    assert "attached" not in mail_context(part, "en").intro


def test_shapes_tell_a_status_and_are_no_signs_of_numbers() -> None:
    from kpixl.delivery.summary import SHAPES
    from kpixl.measures.kinds import Status
    from kpixl.pack.contexts import status_name

    assert set(SHAPES) == {status_name(status) for status in Status}
    assert len(set(SHAPES.values())) == len(SHAPES)
    assert not set(SHAPES.values()) & set("▲△▼▽")
