"""Status and signal are told apart in words. Every sentence was written by hand, twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpixl.measures.kinds import Direction, Signal, Status
from kpixl.plan.model import Action, Level, Negatives, Plan
from kpixl.plan.month import Month
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.signal_sentences import effect_sentence, signal_sentence
from kpixl.words import LANGUAGES, section
from tests.plans import goal, plan_of, series, with_settings

FIRST = Month(2025, 1)
DONE = date(2026, 1, 15)
# Mean 100, mean range 8: limits 100 ± 21.28
SIX = [100, 110, 105, 95, 100, 90]
# Mean 105, mean range 8.4: limits 105 ± 22.344
JUMP = [100, 102, 98, 101, 99, 130]
# Mean 100, every range 2: limits 100 ± 5.32
YEAR = [99, 101] * 6


def book(
    values: Sequence[float | None],
    planned: float | None = None,
    actions: Sequence[Action] = (),
    review_month: Month | None = None,
    **fields: Any,
) -> Plan:
    """A goal with these months from January 2025 on, and one plan for all of them."""
    one = goal("A", **{"name": "Sales", "unit": "units", "decimals": 0, **fields})
    last = review_month or FIRST.plus(len(values) - 1)
    return replace(
        plan_of(one, settings=with_settings(review_month=last), actions=tuple(actions)),
        actuals={"A": series(FIRST, values)},
        plan={"A": series(FIRST, [planned] * 60)},
    )


def told(plan: Plan, goal_id: str = "A") -> tuple[str, ...]:
    """What is said of the goal's signal, in English and Japanese."""
    found = review(plan)
    return tuple(signal_sentence(found, found.by_id[goal_id], one) for one in LANGUAGES)


# ---- Without a signal ------------------------------------------------------------------------


def test_off_plan_without_a_signal_takes_another_process():
    assert told(book(SIX, planned=200)) == (
        (
            "Sales is off plan, with no signal: 90 units in June 2025 lies within the usual range "
            "of 79 units to 121 units; to reach the plan, change the process."
        ),
        (
            "Salesは計画未達ですが、2025年6月の90 unitsは通常の変動範囲（79 units〜121 units）内で"
            "シグナルはなく、計画の達成にはプロセスの見直しが必要です。"
        ),
    )


def test_near_plan_without_a_signal():
    assert told(book(SIX, planned=95)) == (
        (
            "Sales is near plan, with no signal: 90 units in June 2025 lies within the usual range "
            "of 79 units to 121 units; to reach the plan reliably, change the process."
        ),
        (
            "Salesの判定は「注意」ですが、2025年6月の90 unitsは通常の変動範囲"
            "（79 units〜121 units）内でシグナルはなく、"
            "計画の安定した達成にはプロセスの見直しが必要です。"
        ),
    )


def test_on_plan_without_a_signal_nothing_is_to_be_changed():
    assert told(book(SIX, planned=90)) == (
        (
            "Sales is on plan, with no signal: 90 units in June 2025 lies within the usual range "
            "of 79 units to 121 units; keep the process as it is."
        ),
        (
            "Salesは計画を達成しており、2025年6月の90 unitsは通常の変動範囲（79 units〜121 units）"
            "内でシグナルもないため、今のプロセスを続けます。"
        ),
    )


def test_without_a_plan_only_the_signal_is_spoken_of():
    assert told(book(SIX)) == (
        (
            "Sales shows no signal: 90 units in June 2025 lies within the usual range "
            "of 79 units to 121 units."
        ),
        "Salesにシグナルはなく、2025年6月の90 unitsは通常の変動範囲（79 units〜121 units）内です。",
    )


# ---- With a signal ---------------------------------------------------------------------------


def test_a_signal_asks_for_its_cause_off_plan():
    assert told(book(JUMP, planned=200)) == (
        (
            "Sales is off plan, and something changed: 130 units in June 2025 is above the upper "
            "limit of 127 units (better); find out what."
        ),
        (
            "Salesは計画未達、変化のシグナルあり：2025年6月の130 unitsは管理上限（127 units）を"
            "上回りました（有利）。何が変わったのかを確認します。"
        ),
    )


def test_a_signal_asks_for_its_cause_on_plan():
    lower = book(JUMP, planned=130, direction=Direction.LOWER, name="Cost")
    assert told(lower) == (
        (
            "Cost is on plan, and something changed: 130 units in June 2025 is above the upper "
            "limit of 127 units (worse); find out what."
        ),
        (
            "Costは計画達成、変化のシグナルあり：2025年6月の130 unitsは管理上限"
            "（127 units）を上回りました（不利）。何が変わったのかを確認します。"
        ),
    )


def test_a_signal_near_plan_of_a_range_goal_is_neither_good_nor_bad():
    stock = book(
        [200 - value for value in JUMP], planned=60, direction=Direction.RANGE, tolerance=8.0,
        name="Stock", unit="days",
    )  # fmt: skip
    assert told(stock) == (  # 95 − 22.344
        (
            "Stock is near plan, and something changed: 70 days in June 2025 is below the lower "
            "limit of 73 days; find out what."
        ),
        (
            "Stockは判定「注意」、変化のシグナルあり：2025年6月の70 daysは管理下限（73 days）を"
            "下回りました。何が変わったのかを確認します。"
        ),
    )


@pytest.mark.parametrize(
    ("values", "english", "japanese"),
    [
        (  # limits 100 ± 6.03
            [95, 97] * 4 + [103, 105] * 4,
            (
                "8 months in a row, up to 105 units in April 2026, are above the centre of "
                "100 units (better)"
            ),
            "2026年4月の105 unitsまで、8点連続で中心線（100 units）を上回っています（有利）",
        ),
        (
            [105, 103] * 4 + [97, 95] * 4,
            (
                "8 months in a row, up to 95 units in April 2026, are below the centre of "
                "100 units (worse)"
            ),
            "2026年4月の95 unitsまで、8点連続で中心線（100 units）を下回っています（不利）",
        ),
        (  # mean 101.08, limits ± 2.66
            [100, 101] * 4 + [100, 103, 103, 103],
            (
                "at least 3 of the last 4 months, with 103 units in December 2025, are nearer to "
                "the upper limit of 104 units than to the centre of 101 units (better)"
            ),
            (
                "2025年12月の103 unitsを含む直近4点のうち3点以上が、中心線（101 units）より"
                "管理上限（104 units）に近い値です（有利）"
            ),
        ),
        (
            [101, 100] * 4 + [101, 98, 98, 98],
            (
                "at least 3 of the last 4 months, with 98 units in December 2025, are nearer to "
                "the lower limit of 97 units than to the centre of 100 units (worse)"
            ),
            (
                "2025年12月の98 unitsを含む直近4点のうち3点以上が、中心線（100 units）より"
                "管理下限（97 units）に近い値です（不利）"
            ),
        ),
    ],
)
def test_each_rule_has_its_words(values: list[float], english: str, japanese: str) -> None:
    assert told(book(values)) == (
        f"Something changed in Sales: {english}; find out what.",
        f"Salesに変化のシグナルあり：{japanese}。何が変わったのかを確認します。",
    )


def test_a_limit_passed_by_less_than_is_shown_is_just_passed():
    # 0 1 0 1 0 9: mean 11 ÷ 6, mean range 13 ÷ 5; upper limit 8.749: both are shown as 9
    assert told(book([0, 1, 0, 1, 0, 9])) == (
        (
            "Something changed in Sales: 9 units in June 2025 is just above the upper limit of "
            "9 units (better); find out what."
        ),
        (
            "Salesに変化のシグナルあり：2025年6月の9 unitsは管理上限（9 units）を"
            "わずかに上回りました（有利）。何が変わったのかを確認します。"
        ),
    )


def test_a_negative_limit_takes_no_second_pair_of_parentheses():
    # JUMP below zero: mean −105, limits −105 ± 22.344, the lower one −127.344
    plan = book([-value for value in JUMP])
    settings = replace(plan.settings, negatives=Negatives.PARENTHESES)
    assert told(replace(plan, settings=settings)) == (
        (
            "Something changed in Sales: (130) units in June 2025 is below the lower limit of "
            "(127) units (worse); find out what."
        ),
        (
            "Salesに変化のシグナルあり：2025年6月の(130) unitsは管理下限（−127 units）を"
            "下回りました（不利）。何が変わったのかを確認します。"
        ),
    )


def test_a_chart_of_differences_speaks_of_the_prior_year():
    # Always 100 above the prior year, then 110 less: mean 95.4, mean range 110 ÷ 23
    values = [100.0 * (1 + n // 12) for n in range(36)]
    values[-1] = 190.0
    assert told(book(values, planned=300, unit="円", name="売上高")) == (
        (
            "売上高 is off plan, and something changed: −¥10 on the prior year in December 2027 "
            "is below the lower limit of +¥83 (worse); find out what."
        ),
        (
            "売上高は計画未達、変化のシグナルあり：2027年12月の前年同月差−10円は管理下限（+83円）を"
            "下回りました（不利）。何が変わったのかを確認します。"
        ),
    )


def test_percentages_have_limits_in_per_cent_and_differences_in_points():
    cvr: dict[str, Any] = {"unit": "%", "decimals": 1, "name": "CVR"}
    # mean 0.0335, ranges 0.001, 0.002, 0.001, 0.001, 0.019: mean 0.0048; upper limit 0.0463
    assert told(book([0.03, 0.031, 0.029, 0.03, 0.031, 0.05], **cvr))[0] == (
        "Something changed in CVR: 5.0% in June 2025 is above the upper limit of 4.6% (better); "
        "find out what."
    )
    values = [0.03 + 0.01 * (n // 12) for n in range(36)]
    values[-1] = 0.07  # 3 points above the prior year, after always 1
    assert told(book(values, **cvr))[0] == (
        "Something changed in CVR: +3.0 pt on the prior year in December 2027 is above the upper "
        "limit of +1.3 pt (better); find out what."
    )


def test_an_earlier_points_signal_is_not_mixed_with_the_months_status():
    # June stood out; July is not reported.
    plan = book([*JUMP, None], planned=200, review_month=Month(2025, 7))
    assert told(plan)[0] == (
        "Something changed in Sales: 130 units in June 2025 is above the upper limit of 127 units "
        "(better); find out what."
    )


def test_where_there_is_no_chart_nothing_is_said():
    assert told(book(SIX[:5])) == ("", "")
    plan = plan_of(goal("TOP", level=Level.CSF), goal("A", "TOP"), actuals={"A": [1, 2, 3]})
    assert told(plan, "TOP") == ("", "")


# ---- The effect of an action -----------------------------------------------------------------


def effect(since: Sequence[float | None], **fields: Any) -> tuple[str, ...]:
    """What is said of an action done in January 2026, in which the figure was 500."""
    before = fields.pop("before", YEAR)
    action = Action("A1", "A", done=fields.pop("done", DONE))
    found = review(book([*before, 500, *since], actions=(action,), **fields))
    return tuple(effect_sentence(found, found.actions[0], one) for one in LANGUAGES)


def test_an_effect_that_is_seen():
    assert effect([101, 99, 106]) == (
        (
            "A1: Sales has improved since January 2026: by the limits from before, 106 units in "
            "April 2026 is above the upper limit of 105 units."
        ),
        (
            "A1：2026年1月の完了後、Salesは改善しました。完了前の管理限界でみて、"
            "2026年4月の106 unitsは管理上限（105 units）を上回りました。"
        ),
    )
    assert effect([106, 99, 99], direction=Direction.LOWER) == (
        (
            "A1: Sales has got worse since January 2026: by the limits from before, 106 units in "
            "February 2026 is above the upper limit of 105 units."
        ),
        (
            "A1：2026年1月の完了後、Salesは悪化しました。完了前の管理限界でみて、"
            "2026年2月の106 unitsは管理上限（105 units）を上回りました。"
        ),
    )


def test_an_effect_that_is_not_seen_yet():
    assert effect([101, 99, 101]) == (
        (
            "A1: no signal yet in Sales; the 3 months since January 2026 are like those before, "
            "the latest (101 units in April 2026) within the usual range of 95 units to 105 units."
        ),
        (
            "A1：Salesにまだシグナルはなく、2026年1月の完了後の3か月は完了前と変わりません"
            "（直近は2026年4月の101 units、通常の変動範囲は95 units〜105 units）。"
        ),
    )


def test_a_negative_figure_since_takes_no_second_pair_of_parentheses():
    # YEAR below zero: mean −100, every range 2, limits −100 ± 5.32
    plan = book(
        [-value for value in [*YEAR, 500, 101, 99, 101]], actions=(Action("A1", "A", done=DONE),)
    )
    settings = replace(plan.settings, negatives=Negatives.PARENTHESES)
    found = review(replace(plan, settings=settings))
    assert effect_sentence(found, found.actions[0], "en").endswith(
        "the latest (−101 units in April 2026) within the usual range of (105) units to (95) units."
    )


def test_it_is_too_early_to_tell():
    assert effect([120]) == (
        (
            "A1: too early to tell for Sales; months reported since January 2026: "
            "1 of the 3 that it takes."
        ),
        (
            "A1：Salesへの効果を判断するにはまだ早い段階です"
            "（2026年1月の完了後の報告は、必要な3か月のうち1か月）。"
        ),
    )


def test_without_limits_from_before_it_is_said_why():
    assert effect([120, 120, 120], before=YEAR[:4], done=date(2025, 5, 9)) == (
        (
            "A1: the effect on Sales cannot be told; months reported before May 2025: "
            "4 of the 6 that limits take."
        ),
        (
            "A1：Salesへの効果は判断できません"
            "（2025年5月より前の報告は、管理限界に必要な6か月のうち4か月）。"
        ),
    )


def test_a_range_goals_effect_speaks_of_the_distance_to_plan():
    # Distances 9 and 11, mean 10, every range 2: limits 10 ± 5.32
    stock = {"direction": Direction.RANGE, "tolerance": 1.0, "name": "Stock", "unit": "days"}
    assert effect([92, 91, 92], planned=90, **stock) == (
        (
            "A1: Stock has improved since January 2026: by the limits from before, 2 days from "
            "plan in April 2026 is below the lower limit of 5 days."
        ),
        (
            "A1：2026年1月の完了後、Stockは改善しました。完了前の管理限界でみて、"
            "2026年4月の計画との隔たり2 daysは管理下限（5 days）を下回りました。"
        ),
    )
    # 1 and 2 points from plan, mean 1.5, every range 1: limits 1.5 ± 2.66, and none below zero
    share = {**stock, "unit": "%", "decimals": 1, "before": [0.49, 0.52] * 6}
    assert effect([0.49, 0.52, 0.49], planned=0.5, **share)[0] == (
        "A1: no signal yet in Stock; the 3 months since January 2026 are like those before, the "
        "latest (1.0 pt from plan in April 2026) within the usual range of 0.0 pt to 4.2 pt."
    )


def test_what_is_not_done_or_not_in_the_review_is_not_spoken_of():
    assert effect([120, 120, 120], done=None) == ("", "")
    plan = book([*YEAR, 500, 106, 106, 106], actions=(Action("A1", "A", done=DONE),))
    other = replace(plan, goals=(*plan.goals, goal("B")))
    whole = review(other)
    assert effect_sentence(scoped(whole, "B"), whole.actions[0], "en") == ""


# ---- All of them -----------------------------------------------------------------------------


def test_every_signal_and_standing_has_words_in_both_languages():
    found = section("sentence")
    for signal in Signal:
        assert set(found[f"signal_{signal.value}"]) == set(LANGUAGES)
        assert set(section("signal")[signal.value]) == set(LANGUAGES)
    for standing in (Status.GREEN.value, Status.AMBER.value, Status.RED.value, "none"):
        assert set(found[f"quiet_{standing}"]) == set(found[f"changed_{standing}"]) == {*LANGUAGES}


def test_no_sentence_is_without_a_figure():
    books = [book(values, planned=planned) for values in (SIX, JUMP) for planned in (None, 95, 200)]
    said = [text for plan in books for text in told(plan)]
    said += [text for since in ([], [120], [101] * 3, [120] * 3) for text in effect(since)]
    for text in said:
        # A year is no figure, nor is the action's own number.
        assert re.search(r"\d", re.sub(r"A1|\d{4}年\d+月|[A-Z][a-z]+ \d{4}", "", text)), text
