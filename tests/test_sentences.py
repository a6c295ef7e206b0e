"""Figures become sentences. Every sentence here was written by hand, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import Level, Negatives, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.headline import headline
from kpixl.review.review import review
from kpixl.review.sentences import (
    changes,
    counts,
    month_sentence,
    tally_sentence,
    title_sentence,
    to_date_sentence,
)
from tests.plans import APRIL, goal, plan_of, with_settings

JUNE = Month(2026, 6)


def both(plan: Plan, goal_id: str = "A") -> tuple[str, str]:
    """The headline of a goal in English and Japanese."""
    found = review(plan)
    return tuple(headline(found, found.by_id[goal_id], language) for language in ("en", "ja"))  # type: ignore[return-value]


def month_of(plan: Plan, goal_id: str = "A") -> tuple[str, str]:
    """The month's sentence of a goal in English and Japanese."""
    found = review(plan)
    entry = found.by_id[goal_id]
    return month_sentence(found, entry, "en"), month_sentence(found, entry, "ja")


def one(actual: Any, plan: Any, prior: Any = None, **f: Any) -> Plan:
    """One goal, reported in June only."""
    fields = {"name": "Sales", "unit": "units", "decimals": 0, **f}
    return plan_of(
        goal("A", **fields),
        actuals={"A": [None, None, actual]},
        plan={"A": [None, None, plan]},
        prior={"A": [None, None, prior]},
    )


# ---- The month ------------------------------------------------------------------------------


def test_higher_is_better_against_plan_and_prior_year():
    # 95 − 100 = −5, 5 % of plan; (95 − 80) ÷ 80 = 18.75 %
    assert month_of(one(95, 100, 80)) == (
        (
            "Sales came to 95 units in June 2026, 5.0% below plan (−5 units); "
            "up 18.8% on the prior year (80 units)."
        ),
        (
            "2026年6月のSalesは95 unitsで、計画を5.0%下回りました（計画差 −5 units）。"
            "前年同月（80 units）から18.8%増加しています。"
        ),
    )


def test_above_plan_and_below_the_prior_year():
    assert month_of(one(110, 100, 120)) == (
        (
            "Sales came to 110 units in June 2026, 10.0% above plan (+10 units); "
            "down 8.3% on the prior year (120 units)."
        ),
        (
            "2026年6月のSalesは110 unitsで、計画を10.0%上回りました（計画差 +10 units）。"
            "前年同月（120 units）から8.3%減少しています。"
        ),
    )


def test_on_plan_and_level_with_the_prior_year():
    assert month_of(one(100, 100, 100)) == (
        (
            "Sales came to 100 units in June 2026, exactly on plan; "
            "level with the prior year (100 units)."
        ),
        "2026年6月のSalesは100 unitsで、計画どおりです。前年同月（100 units）と同水準です。",
    )


def test_lower_is_better_says_whether_the_difference_is_good():
    lower = {"direction": Direction.LOWER, "name": "Lead time", "unit": "days"}
    assert month_of(one(12, 10, **lower)) == (
        "Lead time came to 12 days in June 2026, 20.0% above plan (+2 days, worse).",
        "2026年6月のLead timeは12 daysで、計画を20.0%上回りました（計画差 +2 days、不利）。",
    )
    assert month_of(one(8, 10, **lower)) == (
        "Lead time came to 8 days in June 2026, 20.0% below plan (−2 days, better).",
        "2026年6月のLead timeは8 daysで、計画を20.0%下回りました（計画差 −2 days、有利）。",
    )


def test_range_says_whether_it_is_within_tolerance():
    fields = {"direction": Direction.RANGE, "tolerance": 1.0, "name": "Stock", "unit": "months"}
    assert month_of(one(5, 4, **fields))[0] == (
        "Stock came to 5 months in June 2026, 25.0% above plan (+1 months, within tolerance)."
    )
    assert month_of(one(2, 4, **fields)) == (
        "Stock came to 2 months in June 2026, 50.0% below plan (−2 months, outside tolerance).",
        "2026年6月のStockは2 monthsで、計画を50.0%下回りました（計画差 −2 months、許容範囲外）。",
    )


def test_a_percent_goal_is_compared_in_points():
    fields = {"unit": "%", "decimals": 1, "name": "CVR"}
    assert month_of(one(0.028, 0.032, 0.03, **fields)) == (
        "CVR came to 2.8% in June 2026, 0.4 pt below plan; down 0.2 pt on the prior year (3.0%).",
        (
            "2026年6月のCVRは2.8%で、計画を0.4pt下回りました。"
            "前年同月（3.0%）から0.2pt低下しています。"
        ),
    )
    lower = {**fields, "direction": Direction.LOWER, "name": "Churn"}
    assert month_of(one(0.028, 0.032, **lower)) == (
        "Churn came to 2.8% in June 2026, 0.4 pt below plan (better).",
        "2026年6月のChurnは2.8%で、計画を0.4pt下回りました（有利）。",
    )


def test_money_in_either_language():
    fields = {"unit": "円", "scale": "百万円", "name": "売上高"}
    assert month_of(one(814e6, 842e6, **fields)) == (  # −28 ÷ 842 = −3.325 %
        "売上高 came to ¥814M in June 2026, 3.3% below plan (−¥28M).",
        "2026年6月の売上高は814百万円で、計画を3.3%下回りました（計画差 −28百万円）。",
    )


def test_a_plan_of_zero_has_no_percentage():
    fields = {"direction": Direction.LOWER, "name": "Accidents", "unit": "cases"}
    assert month_of(one(3, 0, **fields)) == (
        "Accidents came to 3 cases in June 2026, 3 cases above plan (worse).",
        "2026年6月のAccidentsは3 casesで、計画を3 cases上回りました（不利）。",
    )
    assert month_of(one(0, 0, **fields))[0] == (
        "Accidents came to 0 cases in June 2026, exactly on plan."
    )


def test_a_loss_against_a_planned_loss_and_a_loss_of_the_prior_year():
    # −2 − −4 = +2, 50 % of the plan's size; (−2 − −5) ÷ 5 = +60 %
    fields = {"name": "Profit", "unit": "JPY", "scale": "M"}
    assert month_of(one(-2e6, -4e6, -5e6, **fields)) == (
        (
            "Profit came to −¥2M in June 2026, 50.0% above plan (+¥2M); "
            "+60.0% on the prior year (−¥5M)."
        ),
        (
            "2026年6月のProfitは−2百万円で、計画を50.0%上回りました（計画差 +2百万円）。"
            "前年同月（−5百万円）比では+60.0%です。"
        ),
    )


def test_the_books_mark_for_negatives_stands_in_sentences_too():
    plan = one(-2e6, -4e6, name="利益", unit="円", scale="百万円")
    marked = replace(plan, settings=with_settings(negatives=Negatives.TRIANGLE))
    assert month_of(marked)[1] == (
        "2026年6月の利益は▲2百万円で、計画を50.0%上回りました（計画差 +2百万円）。"
    )


def test_a_negative_in_parentheses_has_a_minus_within_parentheses():
    plan = one(842, 870, unit="JPY", decimals=0)
    plan = replace(plan, settings=replace(plan.settings, negatives=Negatives.PARENTHESES))
    # 842 − 870 = −28; 28 ÷ 870 = 3.2 %
    english, _ = month_of(plan)
    assert english.endswith("3.2% below plan (−¥28).")
    # A loss of 20 as in the year before, 25 being planned.
    loss = one(-20, -25, -20, unit="JPY")
    english, japanese = month_of(replace(loss, settings=plan.settings))
    assert english == (
        "Sales came to (¥20) in June 2026, 20.0% above plan (+¥5); "
        "level with the prior year (−¥20)."
    )
    assert japanese.endswith("前年同月（−20円）と同水準です。")


def test_a_difference_too_small_to_be_shown_is_said_in_words():
    # 1.5 of 40,000 million: neither 0.0 % nor ¥0M says anything
    fields = {"unit": "JPY", "scale": "M"}
    assert month_of(one(40_000e6 - 1.5e4, 40_000e6, **fields)) == (
        "Sales came to ¥40,000M in June 2026, just below plan.",
        "2026年6月のSalesは40,000百万円で、計画をわずかに下回りました。",
    )
    lower = {**fields, "direction": Direction.LOWER}
    assert month_of(one(40_000e6 + 1.5e4, 40_000e6, **lower)) == (
        "Sales came to ¥40,000M in June 2026, just above plan (worse).",
        "2026年6月のSalesは40,000百万円で、計画をわずかに上回りました（不利）。",
    )


def test_a_difference_of_0_0_percent_is_said_as_an_amount():
    # 12 of 40,000 is 0.03 %
    assert month_of(one(40_012, 40_000))[0] == (
        "Sales came to 40,012 units in June 2026, 12 units above plan."
    )


def test_without_a_plan():
    assert month_of(one(95, None, 80)) == (
        (
            "Sales came to 95 units in June 2026; no plan is set; "
            "up 18.8% on the prior year (80 units)."
        ),
        (
            "2026年6月のSalesは95 unitsです（計画は未設定）。"
            "前年同月（80 units）から18.8%増加しています。"
        ),
    )


def test_without_an_actual():
    assert month_of(one(None, 100)) == (
        "Sales has not been reported for June 2026; the plan is 100 units.",
        "Salesの2026年6月の実績は未入力です（計画 100 units）。",
    )
    assert month_of(one(None, None)) == (
        "Sales has neither an actual nor a plan for June 2026.",
        "Salesの2026年6月は、実績・計画とも未入力です。",
    )


def test_an_actual_that_cannot_be_read_is_not_called_unreported():
    plan = replace(one(None, 100), actuals={"A": Series({}, frozenset({JUNE}))})
    assert month_of(plan) == (
        "Sales has no figure for June 2026: what was entered cannot be read.",
        "Salesの2026年6月の実績は、入力内容を読み取れないため表示できません。",
    )


@pytest.mark.parametrize("visits", [None, 0])
def test_a_formula_goal_without_a_figure_is_not_called_unreported(visits: float | None):
    # 6 / nothing, and 6 / 0: nobody could have entered the goal's own figure.
    plan = plan_of(
        goal("A", name="Sales", unit="units", formula="ORDERS/VISITS"),
        goal("ORDERS"), goal("VISITS"),
        actuals={"ORDERS": [6, 6, 6], "VISITS": [2, 2, visits]}, plan={"A": [100, 100, 100]},
    )  # fmt: skip
    assert month_of(plan) == (
        "Sales cannot be worked out from its formula for June 2026; the plan is 100 units.",
        "Salesの2026年6月の実績は、計算式から算出できません（計画 100 units）。",
    )


def test_range_without_tolerance_is_not_said_to_have_no_plan():
    assert month_of(one(5, 4, direction=Direction.RANGE)) == (
        "Sales came to 5 units in June 2026; it cannot be compared with the plan of 4 units.",
        "2026年6月のSalesは5 unitsです（計画 4 units とは比較できません）。",
    )


# ---- The year to date -----------------------------------------------------------------------


def test_the_year_to_date_follows_the_month():
    plan = plan_of(
        goal("A", name="Sales", unit="units"),
        actuals={"A": [100, 90, 95]},
        plan={"A": [100, 100, 100]},
    )
    assert both(plan) == (  # 285 against 300: −15, 5 %
        (
            "Sales came to 95 units in June 2026, 5.0% below plan (−5 units). "
            "The year to date, April–June 2026, stands at 285 units against a plan of 300 units: "
            "5.0% below plan (−15 units)."
        ),
        (
            "2026年6月のSalesは95 unitsで、計画を5.0%下回りました（計画差 −5 units）。"
            "2026年4月〜6月の累計は285 units（計画 300 units）で、"
            "計画を5.0%下回りました（計画差 −15 units）。"
        ),
    )


def test_the_headline_says_where_the_gap_comes_from_and_where_the_year_ends():
    # Sales = A × B. June: 9 × 10 = 90 against 10 × 10 = 100; all of it is A's: −1 × 10 = −10.
    # To date 100 + 100 + 90 of 300; ratio 290 ÷ 300, so the year: 290 + 900 × 290 ÷ 300 = 1,160.
    plan = plan_of(
        goal("S", name="Sales", unit="units", decimals=0, formula="A*B"),
        goal("A", "S", name="Visits"),
        goal("B", "S", name="Basket", aggregation=Aggregation.AVERAGE),
        actuals={"A": [10, 10, 9], "B": [10, 10, 10]},
        plan={"A": [10] * 12, "B": [10] * 12},
    )
    english, japanese = both(plan, "S")
    assert english == (
        "Sales came to 90 units in June 2026, 10.0% below plan (−10 units), "
        "mostly from Visits (−10 units). "
        "The year to date, April–June 2026, stands at 290 units against a plan of 300 units: "
        "3.3% below plan (−10 units). "
        "At this pace, the year ends at 96.7% of plan (1,160 units)."
    )
    assert japanese == (
        "2026年6月のSalesは90 unitsで、計画を10.0%下回りました（計画差 −10 units）。"
        "主因はVisits（−10 units）です。"
        "2026年4月〜6月の累計は290 units（計画 300 units）で、"
        "計画を3.3%下回りました（計画差 −10 units）。"
        "このままのペースでは、年度の着地見込は計画比96.7%（1,160 units）です。"
    )


def test_in_the_first_month_of_the_year_nothing_is_said_twice():
    plan = plan_of(
        goal("A", name="Sales"),
        actuals={"A": [95]},
        plan={"A": [100]},
        settings=with_settings(review_month=APRIL),
    )
    assert both(plan)[0] == "Sales came to 95 pcs in April 2026, 5.0% below plan (−5 pcs)."


def to_date_of(plan: Plan) -> tuple[str, str]:
    found = review(plan)
    entry = found.by_id["A"]
    return to_date_sentence(found, entry, "en"), to_date_sentence(found, entry, "ja")


def test_months_that_are_not_reported_are_counted():
    plan = plan_of(goal("A"), actuals={"A": [100, None, 95]}, plan={"A": [100, 100, 100]})
    assert to_date_of(plan) == (  # 195 against 200: −5, 2.5 %
        (
            "The year to date, April–June 2026, stands at 195 pcs against a plan of 200 pcs: "
            "2.5% below plan (−5 pcs), with 2 of 3 months reported."
        ),
        (
            "2026年4月〜6月の累計は195 pcs（計画 200 pcs）で、"
            "計画を2.5%下回りました（計画差 −5 pcs）。報告済みは3か月中2か月です。"
        ),
    )


def test_months_without_a_plan_are_not_said_to_be_unreported():
    plan = plan_of(goal("A"), actuals={"A": [100, 50, 95]}, plan={"A": [100, None, 100]})
    assert to_date_of(plan) == (  # (100 + 95) − 200 = −5; May counts in the 245 alone
        (
            "The year to date, April–June 2026, stands at 245 pcs against a plan of 200 pcs: "
            "2.5% below plan (−5 pcs), "
            "with only 2 of 3 months compared, as no other month has a plan."
        ),
        (
            "2026年4月〜6月の累計は245 pcs（計画 200 pcs）で、"
            "計画を2.5%下回りました（計画差 −5 pcs）。"
            "計画との比較は、実績のある3か月のうち計画のある2か月です。"
        ),
    )


def test_a_goal_that_joined_in_may_is_told_from_may_on():
    plan = plan_of(
        goal("A", valid_from=Month(2026, 5)), actuals={"A": [None, 6, 7]}, plan={"A": [9, 9, 9]}
    )
    assert to_date_of(plan)[0] == (  # 6 + 7 − 18 = −5, 5 ÷ 18 = 27.8 %
        "The year to date, May–June 2026, stands at 13 pcs against a plan of 18 pcs: "
        "27.8% below plan (−5 pcs)."
    )


def test_figures_from_before_a_goal_joined_are_said_not_to_be_compared():
    plan = plan_of(
        goal("A", valid_from=Month(2026, 5)), actuals={"A": [5, 6, 7]}, plan={"A": [9, 9, 9]}
    )
    assert to_date_of(plan)[0] == (
        "The year to date, April–June 2026, stands at 18 pcs against a plan of 18 pcs: "
        "27.8% below plan (−5 pcs), "
        "with only 2 of 3 months compared, as no other month has a plan."
    )


def test_a_year_to_date_without_plan():
    plan = plan_of(goal("A"), actuals={"A": [1, 2, 3]})
    assert to_date_of(plan) == (
        "The year to date, April–June 2026, stands at 6 pcs; no plan is set.",
        "2026年4月〜6月の累計は6 pcsです（計画は未設定）。",
    )


def test_a_plan_of_other_months_than_those_reported_is_not_denied():
    # April is reported and has no plan; May and June have a plan and are not reported.
    plan = plan_of(
        goal("A", name="Sales"), actuals={"A": [6, None, None]}, plan={"A": [None, 5, 5]}
    )
    assert to_date_of(plan) == (
        (
            "The year to date, April–June 2026, stands at 6 pcs; no month reported has a plan, "
            "with 1 of 3 months reported."
        ),
        (
            "2026年4月〜6月の累計は6 pcsです（報告済みの月の計画は未設定）。"
            "報告済みは3か月中1か月です。"
        ),
    )


# ---- Roll-ups -------------------------------------------------------------------------------


def rolled(actuals: dict[str, list[float | None]], **plans: list[float]) -> Plan:
    children = [goal(key, "CSF", name=f"Goal {key}", decimals=0) for key in actuals]
    return plan_of(
        goal("CSF", level=Level.CSF, name="Quality"),
        *children,
        actuals=actuals,
        plan={key: plans.get(key, [100, 100, 100]) for key in actuals},
    )


def test_a_roll_up_names_its_worst_child():
    plan = rolled({"B": [0, 0, 80], "C": [0, 0, 95]})  # (0.80 + 0.95) ÷ 2 = 0.875
    assert both(plan, "CSF") == (
        (
            "Quality scores 87.5% of plan in June 2026, rolled up from 2 goals; "
            "furthest behind is Goal B at 80.0%."
        ),
        (
            "Qualityの2026年6月の積上げ達成率は87.5%です（下位2指標の加重平均）。"
            "最も遅れているのはGoal B（達成率80.0%）です。"
        ),
    )


def test_a_roll_up_says_how_many_of_its_goals_it_counts():
    plan = rolled({"B": [0, 0, 80], "C": [0, 0, 90], "D": [1, 1, None]})
    assert both(plan, "CSF") == (
        (
            "Quality scores 85.0% of plan in June 2026, rolled up from 2 of its 3 goals; "
            "furthest behind is Goal B at 80.0%."
        ),
        (
            "Qualityの2026年6月の積上げ達成率は85.0%です"
            "（下位3指標のうち判定できる2指標の加重平均）。"
            "最も遅れているのはGoal B（達成率80.0%）です。"
        ),
    )


def test_a_roll_up_of_one_goal_is_spoken_of_in_the_singular():
    assert both(rolled({"B": [0, 0, 80]}), "CSF") == (
        "Quality scores 80.0% of plan in June 2026, rolled up from one goal.",
        "Qualityの2026年6月の積上げ達成率は80.0%です（下位1指標による）。",
    )


def test_a_roll_up_whose_goals_are_all_on_plan_names_none_as_behind():
    assert both(rolled({"B": [0, 0, 100], "C": [0, 0, 120]}), "CSF")[0] == (
        "Quality scores 100.0% of plan in June 2026, rolled up from 2 goals."
    )


def test_a_worst_child_with_a_plan_of_zero_is_told_by_its_figures():
    plan = rolled({"B": [0, 0, -3], "C": [0, 0, 100]}, B=[0, 0, 0])  # (0 + 1) ÷ 2
    assert both(plan, "CSF") == (
        (
            "Quality scores 50.0% of plan in June 2026, rolled up from 2 goals; "
            "furthest behind is Goal B with −3 pcs against a plan of 0 pcs."
        ),
        (
            "Qualityの2026年6月の積上げ達成率は50.0%です（下位2指標の加重平均）。"
            "最も遅れているのはGoal B（実績−3 pcs、計画0 pcs）です。"
        ),
    )


def test_a_roll_up_without_data():
    assert both(rolled({"B": [None, None, None]}), "CSF") == (
        "Quality has no score for June 2026: none of its goals can be judged yet.",
        "Qualityの2026年6月の積上げ達成率は、判定できる下位指標がないため算出できません。",
    )


# ---- Titles, tallies, changes ---------------------------------------------------------------


def titles(plan: Plan, goal_id: str = "A") -> tuple[str, str]:
    found = review(plan)
    entry = found.by_id[goal_id]
    return title_sentence(found, entry, "en"), title_sentence(found, entry, "ja")


@pytest.mark.parametrize(
    ("actual", "plan", "english", "japanese"),
    [
        (
            [100, 90, 95], [100, 100, 100],
            "Sales 5.0% below plan in June 2026, 5.0% below plan for the year to date",
            "2026年6月のSalesは計画比5.0%減、累計は計画比5.0%減",
        ),
        (
            [100, 120, 100], [100, 100, 100],
            "Sales on plan in June 2026, 6.7% above plan for the year to date",
            "2026年6月のSalesは計画どおり、累計は計画比6.7%増",
        ),
        (
            [100, 120, None], [100, 100, 100],
            "Sales cannot be compared with plan for June 2026",
            "2026年6月のSalesは計画と比較できません",
        ),
    ],
)  # fmt: skip
def test_a_title_is_the_finding(actual, plan, english, japanese):
    found = plan_of(goal("A", name="Sales"), actuals={"A": actual}, plan={"A": plan})
    assert titles(found) == (english, japanese)


def test_a_title_in_the_first_month_and_of_a_percent_goal():
    plan = plan_of(
        goal("A", name="CVR", unit="%", aggregation=Aggregation.AVERAGE),
        actuals={"A": [0.028]},
        plan={"A": [0.032]},
        settings=with_settings(review_month=APRIL),
    )
    assert titles(plan) == (
        "CVR 0.4 pt below plan in April 2026",
        "2026年4月のCVRは計画比0.4pt減",
    )


def tally(*actuals: float | None) -> Review:
    goals = [goal(f"K{n}") for n in range(len(actuals))]
    return review(
        plan_of(
            goal("CSF", level=Level.CSF), *goals,
            actuals={f"K{n}": [None, None, value] for n, value in enumerate(actuals)},
            plan={f"K{n}": [None, None, 100] for n in range(len(actuals))},
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("actuals", "english", "japanese"),
    [
        (
            (100, 95, 50, 120),
            "4 KPIs: 2 on plan, 1 near it, 1 off it.",
            "KPI 4件のうち、達成2件、注意1件、未達1件です。",
        ),
        (
            (100, None),
            "2 KPIs: 1 on plan, 0 near it, 0 off it; 1 cannot be judged yet.",
            "KPI 2件のうち、達成1件、注意0件、未達0件、判定不能1件です。",
        ),
        ((95,), "One KPI: Amber.", "KPIは1件、判定は「注意」です。"),
        ((), "There is no KPI in this part of the tree.", "この範囲にKPIはありません。"),
    ],
)
def test_the_tally_counts_kpis_only(actuals, english, japanese):
    found = tally(*actuals)
    assert tally_sentence(found, "en") == english
    assert tally_sentence(found, "ja") == japanese
    assert sum(counts(found).values()) == len(found.goals)


def test_changes_since_last_month_name_what_worsened_first():
    actuals = {"B": [0, 95, 100], "C": [0, 100, 50], "D": [0, 100, 95], "E": [0, 90, 90]}
    plan = plan_of(
        *(goal(key) for key in actuals),
        actuals=actuals,
        plan={key: [100, 100, 100] for key in actuals},
    )
    assert [entry.id for entry, _ in changes(review(plan))] == ["C", "D", "B"]
