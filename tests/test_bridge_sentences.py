"""Where a gap comes from and what to work on first, said in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.measures.kinds import Direction
from kpixl.plan.model import Goal, Level, Negatives
from kpixl.review.bridge_sentences import (
    focus_sentence,
    leverage_text,
    missed_sentence,
    mostly_from,
    part_label,
    ranking_sentence,
)
from kpixl.review.figures import GoalReview, Review
from kpixl.review.focus import focus
from kpixl.review.insights import Bridge, Focus, Lever, Part
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.sentences import style_of
from kpixl.words import LANGUAGES
from tests.packs import sample_review
from tests.plans import goal, plan_of, with_settings

LOWER, RANGE = Direction.LOWER, Direction.RANGE
each_language = pytest.mark.parametrize("language", LANGUAGES)


def sales(**fields: Any) -> Review:
    """Sales of pieces as a sum of three goals."""
    settings = fields.pop("settings", with_settings())
    plan = plan_of(
        goal("REV", formula="A+B+C", level=Level.KGI, name="Sales", **fields),
        goal("A", name="Apples"), goal("B", name="Beans"), goal("C", name="Corn"),
        plan=dict.fromkeys("ABC", [100.0] * 3), actuals=dict.fromkeys("ABC", [90.0] * 3),
        settings=settings,
    )  # fmt: skip
    return review(plan)


def bridge(*leaves: tuple[str | None, float] | Part, **fields: Any) -> Bridge:
    found = tuple(one if isinstance(one, Part) else Part(*one) for one in leaves)
    total = sum(part.value for part in found)
    return Bridge(300, 300 + total, total, parts=found, leaves=found, **fields)


def said(language: str, *leaves: tuple[str | None, float] | Part, **fields: Any) -> str:
    found = sales(**fields)
    return mostly_from(found, found.by_id["REV"], bridge(*leaves), language)


@pytest.mark.parametrize(
    ("leaves", "english", "japanese"),
    [
        # one is most of it
        ([("A", -30), ("B", -10)], "mostly from Apples (−30 pcs)", "主因はApples（−30 pcs）"),
        # what goes the other way is no cause
        ([("B", 40), ("A", -60), ("C", 1)], "mostly from Apples (−60 pcs)",
         "主因はApples（−60 pcs）"),
        ([("A", 60), ("B", -40)], "mostly from Apples (+60 pcs)", "主因はApples（+60 pcs）"),
        # two are most of it
        ([("A", -12), ("B", -10), ("C", -8)], "mostly from Apples (−12 pcs) and Beans (−10 pcs)",
         "主因はApples（−12 pcs）とBeans（−10 pcs）"),
        # half is most
        ([("A", -10), ("B", -6), ("C", -4)], "mostly from Apples (−10 pcs)",
         "主因はApples（−10 pcs）"),
        # many small ones
        ([("A", -4), ("B", -3), ("C", -3), ("D", -3), ("E", -2)],
         "above all from Apples (−4 pcs) and Beans (−3 pcs)",
         "影響が大きいのはApples（−4 pcs）とBeans（−3 pcs）"),
        # what no goal of the pack explains
        ([Part(None, -30, "unexplained"), ("B", -10)],
         "mostly from what its drivers do not explain (−30 pcs)",
         "主因は要因で説明できない差（−30 pcs）"),
        ([Part(None, -30, "elsewhere"), ("B", -10)],
         "mostly from goals outside this pack (−30 pcs)",
         "主因はこの資料の範囲外の指標（−30 pcs）"),
        # the second is too small to be seen
        ([("A", -0.3), ("B", -0.29), ("C", -0.28)], "", ""),
        ([("A", -0.7), ("B", -0.4), ("C", -0.39)], "mostly from Apples (−1 pcs)",
         "主因はApples（−1 pcs）"),
    ],
)  # fmt: skip
def test_the_one_or_two_largest_that_pull_the_gaps_way(
    leaves: list[Any], english: str, japanese: str
) -> None:
    assert said("en", *leaves) == english
    assert said("ja", *leaves) == japanese


@each_language
@pytest.mark.parametrize("leaves", [[], [("A", 0.0)], [("A", 30), ("B", -30)], [("A", 0.4)]])
def test_where_there_is_no_gap_to_be_seen_nothing_is_said(language: str, leaves: list[Any]) -> None:
    assert said(language, *leaves) == ""


@each_language
def test_without_a_bridge_nothing_is_said(language: str) -> None:
    found = sales()
    assert mostly_from(found, found.by_id["REV"], None, language) == ""


def test_where_lower_is_better_the_plain_difference_is_shown() -> None:
    # 30 above plan is a gap of −30
    assert said("en", ("A", -30), direction=LOWER) == "mostly from Apples (+30 pcs)"
    assert said("ja", ("A", -30), direction=LOWER) == "主因はApples（+30 pcs）"


def test_range_has_plain_differences_already() -> None:
    text = said("en", ("A", -30), direction=RANGE, tolerance=5)
    assert text == "mostly from Apples (−30 pcs)"


def test_figures_are_in_the_goals_own_style() -> None:
    settings = with_settings(negatives=Negatives.TRIANGLE)
    text = said("ja", ("A", -3.2e6), unit="円", scale="百万円", decimals=1, settings=settings)
    assert text == "主因はApples（▲3.2百万円）"
    assert said("en", ("A", -0.034), unit="%") == "mostly from Apples (−3.4 pt)"


def test_the_samples_sentences() -> None:
    expected = {
        "en": "mostly from Conversion rate (−¥43.5M)",
        "ja": "主因は購入率（CVR）（▲43.5百万円）",
    }
    for language, text in expected.items():
        found = sample_review(language)
        revenue = found.by_id["SALES"]
        assert mostly_from(found, revenue, revenue.bridge_to_date, language) == text


def test_the_label_of_a_part() -> None:
    found = sales()
    labels = [
        part_label(found, part, language)
        for part in (Part("A", 1), Part(None, 1, "unexplained"), Part(None, 1, "elsewhere"))
        for language in LANGUAGES
    ]
    assert labels == [
        "Apples", "Apples", "Not explained by drivers", "要因で説明できない差",
        "Goals outside this pack", "この資料の範囲外の指標",
    ]  # fmt: skip


# ---- The focus list ----------------------------------------------------------------------------


def line(language: str, *levers: Lever, **fields: Any) -> str:
    return focus_sentence(sales(**fields), Focus("REV", levers), language)


COST = Lever("A", -30, 0.3333, proposed=True)
MOVES = Lever("B", 10, -0.25, proposed=True)
NEITHER = Lever("C", None, None, proposed=True)


@pytest.mark.parametrize(
    ("levers", "english", "japanese"),
    [
        (
            [COST],
            ("Sales: work first on Apples (−30 pcs so far this year; 1% more of it moves Sales by "
             "+0.33%)."),
            "Salesの重点指標：Apples（累計 −30 pcs、1%増えるとSalesは+0.33%）。",
        ),
        (
            [COST, MOVES, NEITHER],
            ("Sales: work first on Apples (−30 pcs so far this year; 1% more of it moves Sales by "
             "+0.33%), Beans (1% more of it moves Sales by −0.25%) and Corn."),
            ("Salesの重点指標：Apples（累計 −30 pcs、1%増えるとSalesは+0.33%）、"
             "Beans（1%増えるとSalesは−0.25%）、Corn。"),
        ),
        ([replace(COST, leverage=0.004)], "Sales: work first on Apples (−30 pcs so far this year).",
         "Salesの重点指標：Apples（累計 −30 pcs）。"),
        ([replace(COST, contribution=-0.2, leverage=0.0)], "Sales: work first on Apples.",
         "Salesの重点指標：Apples。"),
        ([replace(COST, proposed=False)], "", ""),
        ([], "", ""),
    ],
)  # fmt: skip
def test_the_focus_list_in_a_line(levers: list[Lever], english: str, japanese: str) -> None:
    assert line("en", *levers) == english
    assert line("ja", *levers) == japanese


def test_what_a_cost_kgi_has_more_of_is_a_plus() -> None:
    found = line("en", replace(COST, leverage=None), direction=LOWER)
    assert found == "Sales: work first on Apples (+30 pcs so far this year)."


def test_the_leverage_on_a_kgi_in_per_cent_is_told_in_points() -> None:
    plan = plan_of(
        goal("TEAM", level=Level.KGI, name="Team"), goal("A", "TEAM"), goal("B", "TEAM"),
        plan=dict.fromkeys("AB", [10.0] * 3), actuals=dict.fromkeys("AB", [8.0] * 3),
    )  # fmt: skip
    found = review(plan)
    (one,) = focus(found)
    # 1 % of a score of 80 %, half of it: 0.4 points
    style = style_of(found, found.by_id["TEAM"], "en")
    assert leverage_text(found.by_id["TEAM"], one.levers[0], style) == "+0.40 pt"
    assert focus_sentence(found, one, "en").startswith(
        "Team: work first on A (−10.0 pt so far this year; 1% more of it moves Team by +0.40 pt) "
    )


def test_how_the_list_is_ranked_in_a_sentence() -> None:
    found, one = sales(), Focus("REV", ())
    assert ranking_sentence(found, one, "en") == (
        "First what has cost Sales most so far this year; then what Sales reacts to most."
    )
    assert ranking_sentence(found, one, "ja") == (
        "まず今年度これまでにSalesを最も押し下げた順、次にSalesが最も大きく動く順に並べています。"
    )


@each_language
@pytest.mark.parametrize("scope", ["", "ONLINE", "QUALITY", "PEOPLE"])
def test_the_samples_lines_name_no_goal_outside_their_scope(language: str, scope: str) -> None:
    found = scoped(sample_review(language), scope)
    lists = focus(found)
    assert lists
    lines = [focus_sentence(found, one, language) for one in lists]
    assert all(lines)
    lines += [mostly_from(found, one, one.bridge, language) for one in found.goals]
    text = "\n".join(lines)
    for one in found.goals:
        text = text.replace(one.goal.name, "")
    others = (one.goal.name for one in sample_review(language).goals if one.id not in found.by_id)
    assert not any(name in text for name in others)


# ---- Goal missed, KPIs met ---------------------------------------------------------------------


def parent(*children: str) -> GoalReview:
    goals: tuple[Goal, ...] = (goal("TOP", name="Loyalty"), *(goal(one, "TOP") for one in children))
    return review(plan_of(*goals)).by_id["TOP"]


@pytest.mark.parametrize(
    ("children", "language", "expected"),
    [
        ("AB", "en",
         ("Loyalty has been Red for three months although the 2 goals below it were all Green: "
          "they may not be what drives it, or their targets may be too low.")),
        ("A", "en",
         ("Loyalty has been Red for three months although the goal below it was Green: it may not "
          "be what drives it, or its target may be too low.")),
        ("AB", "ja",
         ("Loyaltyは3か月連続で未達ですが、下位の2指標は3か月ともすべて達成です。下位指標が成果に"
          "結びついていないか、目標が低すぎるおそれがあります。")),
        ("A", "ja",
         ("Loyaltyは3か月連続で未達ですが、下位の指標は3か月とも達成です。下位指標が成果に"
          "結びついていないか、目標が低すぎるおそれがあります。")),
    ],
)  # fmt: skip
def test_a_goal_missed_though_those_below_it_were_met(
    children: str, language: str, expected: str
) -> None:
    assert missed_sentence(parent(*children), language) == expected
