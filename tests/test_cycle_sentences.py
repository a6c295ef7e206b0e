"""The cycle in words: every number with its singular and plural, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Optional

import pytest

from kpixl.measures.kinds import Decision, Effect, Phase, Step
from kpixl.plan.model import Action
from kpixl.review.cycle_sentences import (
    days_text,
    effect_text,
    months_text,
    overdue_text,
    since_text,
    step_name,
    stuck_sentence,
    turns_sentence,
)
from kpixl.review.figures import Review
from kpixl.review.insights import Stuck
from kpixl.review.review import review
from tests.plans import goal, plan_of

TURNED = Action(
    "T", "A", raised=date(2026, 4, 1), cause="c", countermeasure="m", owner="Abe",
    due=date(2026, 4, 20), done=date(2026, 4, 20), result="r", decision=Decision.STOP,
    decided=date(2026, 5, 5),
)  # fmt: skip
DOING = replace(TURNED, id="D", done=None, result="", decision=None, decided=None)


def reviewed(*actions: Action, actual: float = 1) -> Review:
    """June 2026, judged on 10 July."""
    goals = (goal("A"), goal("B"))
    return review(
        plan_of(
            *goals, actuals=dict.fromkeys("AB", [actual] * 3), plan=dict.fromkeys("AB", [1] * 12),
            actions=actions,
        )
    )  # fmt: skip


def turned(days: int, number: int = 1) -> Action:
    """A cycle closed this year after so many days, raised on 1 April."""
    done = TURNED.raised
    assert done is not None
    return replace(TURNED, id=f"T{number}", done=done, decided=done + timedelta(days=days))


@pytest.mark.parametrize(
    ("actions", "english", "japanese"),
    [
        (
            [],
            "No cycle closed this year; none opened.",
            "当年度に完了したサイクルはなく、新たに起票した対策はありません。",
        ),
        (
            [DOING],
            "No cycle closed this year; one opened.",
            "当年度に完了したサイクルはなく、新たに起票した対策は1件です。",
        ),
        (
            [turned(34)],
            "One cycle closed this year, after 34 days; one opened.",
            "当年度に完了したサイクルは1件（所要日数34日）、新たに起票した対策は1件です。",
        ),
        (
            [turned(1), DOING],
            "One cycle closed this year, after 1 day; 2 opened.",
            "当年度に完了したサイクルは1件（所要日数1日）、新たに起票した対策は2件です。",
        ),
        (
            [turned(33), turned(35, 2)],
            "2 cycles closed this year, 34 days each in the median; 2 opened.",
            "当年度に完了したサイクルは2件（所要日数の中央値34日）、新たに起票した対策は2件です。",
        ),
        (
            [turned(33), turned(34, 2)],
            "2 cycles closed this year, 33.5 days each in the median; 2 opened.",
            "当年度に完了したサイクルは2件（所要日数の中央値33.5日）、新たに起票した対策は2件です。",
        ),
        (
            [replace(TURNED, raised=None), replace(TURNED, id="T2", raised=None)],
            "2 cycles closed this year; none opened.",
            "当年度に完了したサイクルは2件、新たに起票した対策はありません。",
        ),
    ],
)
def test_the_turns_of_the_year(actions: list[Action], english: str, japanese: str) -> None:
    found = reviewed(*actions)
    assert turns_sentence(found, "en") == english
    assert turns_sentence(found, "ja") == japanese


@pytest.mark.parametrize(
    ("found", "english", "japanese"),
    [
        (reviewed(), "", ""),
        (
            reviewed(DOING),
            "One countermeasure is overdue.",
            "期限を過ぎた対策が1件あります。",
        ),
        (
            reviewed(actual=0.5),
            "2 goals have been off plan for two months or more without an action.",
            "2か月以上対策のないまま未達・注意が続く指標が2件あります。",
        ),
        (
            reviewed(DOING, replace(DOING, id="D2"), actual=0.5),
            (
                "One goal has been off plan for two months or more without an action. "
                "2 countermeasures are overdue."
            ),
            "2か月以上対策のないまま未達・注意が続く指標が1件あります。期限を過ぎた対策が2件あります。",
        ),
    ],
)
def test_what_is_stuck(found: Review, english: str, japanese: str) -> None:
    assert stuck_sentence(found, "en") == english
    assert stuck_sentence(found, "ja") == japanese


def test_days_and_months() -> None:
    assert [days_text(n, "en") for n in (0, 1, 1.5, 2, 1234)] == [
        "0 days", "1 day", "1.5 days", "2 days", "1,234 days",
    ]  # fmt: skip
    assert [days_text(n, "ja") for n in (1, 2.5)] == ["1日", "2.5日"]
    # No more than twelve months are looked back on.
    assert [months_text(n, "en") for n in (2, 11, 12)] == ["2 months", "11 months", "12+ months"]
    assert [months_text(n, "ja") for n in (2, 12)] == ["2か月", "12か月以上"]


@pytest.mark.parametrize(
    ("overdue", "english", "japanese"),
    [(0, "", ""), (2, "overdue", "期限超過"), (1, "1 of 2 overdue", "2件中1件が期限超過")],
)
def test_how_much_of_a_wait_is_overdue(overdue: int, english: str, japanese: str) -> None:
    group = Stuck(Step.CARRY_OUT, Phase.DO, "Abe", ("A", "B"), overdue, 3)
    assert (overdue_text(group, "en"), overdue_text(group, "ja")) == (english, japanese)


def test_since_when_an_action_waits_and_how_long_a_turn_took() -> None:
    # 1 April to 10 July is 100 days.
    found = reviewed(DOING, TURNED, Action("U", "A"), replace(TURNED, id="V", raised=None))
    doing, turned_, undated, unraised = found.actions
    assert since_text(found, doing, "en") == "in phase since 1 Apr 26 (100 days)"
    assert since_text(found, doing, "ja") == "現フェーズは2026/4/1から（100日）"
    assert since_text(found, turned_, "en") == "34 days"
    assert since_text(found, undated, "en") == since_text(found, unraised, "en") == ""


def test_what_a_wait_is_for_names_no_date() -> None:
    assert step_name(Step.CARRY_OUT, "en") == "Carry it out"
    assert step_name(Step.CARRY_OUT, "ja") == "実行する"
    assert step_name(Step.FIND_CAUSE, "ja") == "原因を特定する"


@pytest.mark.parametrize(
    ("effect", "english", "japanese"),
    [
        (None, "", ""),
        (Effect.IMPROVED, "improved", "好転"),
        (Effect.WORSE, "worse", "悪化"),
        (Effect.NO_SIGNAL, "no signal yet", "変化のシグナルなし"),
        (Effect.TOO_EARLY, "too early to tell", "判定には時期尚早"),
    ],
)
def test_the_effect_of_an_action(effect: Optional[Effect], english: str, japanese: str) -> None:
    entry = replace(reviewed(TURNED).actions[0], effect=effect)
    assert (effect_text(entry, "en"), effect_text(entry, "ja")) == (english, japanese)
