"""The chart of attainments says which goals of the CSF it cannot show, and why."""

from __future__ import annotations

import pytest

from kpixl.pack.canvas import Text
from kpixl.pack.contexts import GoalPage
from kpixl.pack.drawings import bullet_figures
from kpixl.pack.html import for_browser
from kpixl.plan.model import Level, Plan
from kpixl.review.review import review
from tests.packs import pack_of
from tests.plans import goal, plan_of

SAID = {
    "en": "4 not shown (2 no actual, 1 no plan, 1 plan 0)",
    "ja": "4件は非表示（実績未入力2、計画なし1、計画ゼロ1）",
}
ALONE = {"en": "2 not shown (no actual)", "ja": "2件は非表示（実績未入力）"}


def mixed() -> Plan:
    """A and B have an attainment; C a plan of 0, D and E no actual, F no plan."""
    ids = ("A", "B", "C", "D", "E", "F")
    actuals = {key: [90.0] * 3 for key in ("A", "B", "C", "F")}
    plan = {key: [0.0 if key == "C" else 100.0] * 3 for key in ("A", "B", "C", "D", "E")}
    top = goal("TOP", level=Level.CSF)
    return plan_of(top, *(goal(key, "TOP") for key in ids), actuals=actuals, plan=plan)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_goals_without_an_attainment_are_counted_beside_the_title(
    language: str,
) -> None:
    pack = pack_of(mixed(), language)
    (page,) = [entry for entry in pack.pages if isinstance(entry, GoalPage)]
    chart = page.charts[0].drawing
    texts = [shape.text for shape in chart.shapes if isinstance(shape, Text)]
    note = SAID[language]
    assert note in ("" if language == "ja" else " ").join(texts)
    assert chart.alt.endswith(note + ("。" if language == "ja" else "."))
    # The table behind the chart says it as well.
    assert for_browser(pack).count(note) >= 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_reason_alone_needs_no_count_of_its_own(language: str) -> None:
    found = review(mixed())
    out = [goal for goal in found.goals if goal.id in "DE"]
    assert bullet_figures(found, found.goals, "", language, out).note == ALONE[language]


def test_where_all_are_shown_nothing_is_said() -> None:
    ids = ("A", "B")
    plan = plan_of(
        *(goal(key) for key in ids),
        actuals={key: [90.0] * 3 for key in ids}, plan={key: [100.0] * 3 for key in ids},
    )  # fmt: skip
    (page,) = [entry for entry in pack_of(plan).pages if isinstance(entry, GoalPage)]
    assert "not shown" not in page.charts[0].drawing.alt
