"""Where the year will end, in sentences written by hand, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kpixl.measures.kinds import Direction, Method, Status
from kpixl.plan.model import Level, Plan
from kpixl.review.insights import Landing
from kpixl.review.landing_sentences import landing_sentence
from kpixl.review.review import review
from tests.plans import goal, plan_of


def said(landing: Landing, **fields: Any) -> tuple[str, str]:
    """The landing of one goal with these fields, in English and Japanese."""
    about = {"name": "Sales", "unit": "units", "decimals": 0, **fields}
    plan: Plan = plan_of(goal("A", **about), actuals={"A": [90]}, plan={"A": [100]})
    found = review(plan)
    entry = replace(found.by_id["A"], landing=landing)
    return landing_sentence(found, entry, "en"), landing_sentence(found, entry, "ja")


PACE = Landing(
    value=960.0, basis="method", method=Method.RATIO, plan=1000.0, low=931.0, high=989.0, gap=-40.0
)


def test_the_landing_is_a_share_of_the_plan_with_its_likely_range():
    # 960 ÷ 1,000 = 96.0 %; 931 and 989 of 1,000 are 93 and 99 %
    assert said(PACE) == (
        "At this pace, the year ends at 96.0% of plan (960 units), likely range 93–99%.",
        (
            "このままのペースでは、年度の着地見込は計画比96.0%（960 units）です"
            "（80%の確率で93〜99%）。"
        ),
    )


def test_a_landing_by_plan_says_on_what_it_rests():
    landing = replace(PACE, method=Method.PLAN, low=None, high=None)
    assert said(landing) == (
        "If the months left bring their plan, the year ends at 96.0% of plan (960 units).",
        "残る月が計画どおりであれば、年度の着地見込は計画比96.0%（960 units）です。",
    )


def test_a_landing_just_short_of_plan_is_never_shown_as_reaching_it():
    english, _ = said(replace(PACE, value=999.9, low=None, high=None))
    assert english == "At this pace, the year ends at 99.9% of plan (1,000 units)."


def test_what_the_owner_expects_comes_first():
    assert said(replace(PACE, outlook=1020.0)) == (
        (
            "The owner expects the year to end at 102.0% of plan (1,020 units); computed from the "
            "figures so far it is 960 units, likely range 93–99%."
        ),
        (
            "担当者が見込む年度の着地は計画比102.0%（1,020 units）です"
            "（実績からの計算値は960 units、80%の確率で93〜99%）。"
        ),
    )


def test_an_outlook_alone_is_said_alone():
    english, japanese = said(Landing(outlook=1020.0, plan=1000.0))
    assert english == "The owner expects the year to end at 102.0% of plan (1,020 units)."
    assert japanese == "担当者が見込む年度の着地は計画比102.0%（1,020 units）です。"


def test_a_roll_up_is_a_score_of_plan():
    plan = plan_of(
        goal("A", name="Quality", decimals=0), goal("B", "A"), actuals={"B": [90]}, plan={"B": [90]}
    )
    found = review(plan)
    entry = replace(found.by_id["A"], landing=Landing(value=0.841, basis="rollup", plan=1.0))
    assert landing_sentence(found, entry, "en") == "At this pace, the year ends at 84.1% of plan."
    assert landing_sentence(found, entry, "ja") == (
        "このままのペースでは、年度の着地見込は計画比84.1%です。"
    )


def test_a_finished_year_has_ended():
    landing = Landing(value=1010.0, basis="finished", plan=1000.0, gap=10.0)
    assert said(landing) == (
        "The year ended at 101.0% of plan (1,010 units).",
        "年度の着地は計画比101.0%（1,010 units）でした。",
    )


def test_lower_is_better_gets_both_figures_and_a_judgement():
    # More than planned of what should be low is worse; "96 % of plan" would mislead.
    landing = replace(PACE, value=110.0, plan=100.0, low=104.0, high=116.0, gap=-10.0)
    assert said(landing, direction=Direction.LOWER) == (
        (
            "At this pace, the year ends at 110 units against a plan of 100 units (worse), "
            "likely range 104–116 units."
        ),
        (
            "このままのペースでは、年度の着地見込は110 units（計画 100 units、不利）です"
            "（80%の確率で104〜116 units）。"
        ),
    )


def test_percent_goals_are_not_set_in_per_cent_of_plan():
    landing = Landing(value=0.0212, basis="inputs", plan=0.0224, gap=-0.0012)
    assert said(landing, unit="%", decimals=2)[0] == (
        "At this pace, the year ends at 2.12% against a plan of 2.24%."
    )


def test_inside_the_tolerance_is_said():
    landing = replace(PACE, value=41.0, plan=40.0, low=None, high=None, status=Status.GREEN, gap=0)
    english, _ = said(landing, direction=Direction.RANGE, tolerance=2.0)
    assert english.endswith("41 units against a plan of 40 units (within tolerance).")


def test_without_a_plan_the_figure_stands_alone():
    assert said(replace(PACE, plan=None, low=None))[0] == (
        "At this pace, the year ends at 960 units, with no plan set for it."
    )


def test_a_range_that_would_show_one_figure_twice_is_left_out():
    english, _ = said(replace(PACE, low=959.0, high=961.0))
    assert english == "At this pace, the year ends at 96.0% of plan (960 units)."


def test_nothing_is_said_of_a_landing_that_is_not_known():
    assert said(Landing(plan=1000.0)) == ("", "")


def test_money_keeps_its_mark_at_both_ends_of_the_range():
    landing = replace(PACE, value=110.0, plan=100.0, low=104.0, high=116.0, gap=-10.0)
    english, japanese = said(landing, unit="JPY", direction=Direction.LOWER)
    assert english.endswith("likely range ¥104–¥116.")
    assert japanese.endswith("（80%の確率で104〜116円）。")


def test_a_loss_is_no_share_of_a_profit_that_was_planned():
    # −1,014 ÷ 1,000 would be "−101.4% of plan", which nobody can weigh.
    landing = replace(PACE, value=-1014.0, low=-1350.0, high=-680.0, gap=-2014.0)
    assert said(landing) == (
        (
            "At this pace, the year ends at −1,014 units against a plan of 1,000 units, "
            "likely range −1,350 to −680 units."
        ),
        (
            "このままのペースでは、年度の着地見込は−1,014 units（計画 1,000 units）です"
            "（80%の確率で−1,350〜−680 units）。"
        ),
    )


def test_a_range_that_begins_with_a_loss_is_said_in_figures():
    landing = replace(PACE, value=120.0, low=-80.0, high=320.0, gap=-880.0)
    assert said(landing, unit="JPY")[0] == (
        "At this pace, the year ends at 12.0% of plan (¥120), likely range −¥80 to ¥320."
    )
    expected = replace(landing, outlook=-40.0)
    assert said(expected, unit="JPY")[0] == (
        "The owner expects the year to end at −¥40 against a plan of ¥1,000; computed from the "
        "figures so far it is ¥120, likely range −¥80 to ¥320."
    )


def test_a_roll_up_without_a_figure_has_no_pace():
    plan = plan_of(
        goal("CSF", name="Quality", level=Level.CSF), goal("KPI", "CSF"), plan={"KPI": [5] * 12}
    )
    found = review(plan)
    assert [landing_sentence(found, found.by_id["CSF"], lang) for lang in ("en", "ja")] == [
        "By the landings of its goals, the year ends at 100.0% of plan.",
        "下位指標の着地見込によれば、年度の着地見込は計画比100.0%です。",
    ]
