"""The plan before its revision beside the plan in force: in figures, landings, data and pages."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.pack.chart_figures import Look, MonthFigures, MonthsFigures
from kpixl.pack.chart_tables import chart_table
from kpixl.pack.charts import months
from kpixl.pack.html import for_browser
from kpixl.plan.model import Level, Negatives, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.export_files import export
from kpixl.review.headline import headline
from kpixl.review.review import review
from kpixl.review.sentences import month_sentence
from kpixl.terminal import print_scorecard
from tests.packs import pack_of
from tests.plans import APRIL, goal, plan_of, series, with_settings

MAY, JUNE = APRIL.plus(1), APRIL.plus(2)
REVISED = with_settings(revision_from=MAY)


def revised(*goals, **fields) -> Plan:
    return plan_of(*goals, settings=fields.pop("settings", REVISED), **fields)


def of(plan: Plan, goal_id: str):
    return review(plan).by_id[goal_id]


# Figures


def test_a_negative_original_plan_takes_no_second_pair_of_parentheses():
    # June is revised from −100 to −80; −90 is 10 % above the one and 12.5 % below the other.
    plan = revised(
        goal("A", name="Sales"), actuals={"A": [-100, -80, -90]}, plan={"A": [-100] * 12},
        revision={"A": series(JUNE, [-80])},
        settings=with_settings(revision_from=JUNE, negatives=Negatives.PARENTHESES),
    )  # fmt: skip
    found = review(plan)
    assert "10.0% above the original plan of (100) pcs" in month_sentence(
        found, found.goals[0], "en"
    )
    assert "当初計画（−100 pcs）を10.0%上回っています" in month_sentence(
        found, found.goals[0], "ja"
    )


def test_month_and_year_to_date_stand_against_the_original_plan_too():
    # April keeps its plan; May and June are revised from 100 to 80 and 90.
    found = of(
        revised(
            goal("A"), actuals={"A": [100, 76, 99]}, plan={"A": [100] * 12},
            revision={"A": series(APRIL, [1, 80, 90])},
        ),
        "A",
    )  # fmt: skip
    assert (found.month.plan, found.month.gap, found.month.status) == (90, 9, Status.GREEN)
    before = found.month.against_original
    assert before is not None
    assert (before.plan, before.difference, before.gap) == (100, -1, -1)
    assert before.gap_pct == pytest.approx(-0.01)
    assert before.attainment == pytest.approx(0.99)
    # To date 275 against 100 + 80 + 90 = 270, originally 300.
    assert found.to_date.plan == 270
    assert found.to_date.against_original.plan == 300
    assert found.to_date.against_original.gap == -25
    assert found.to_date.against_original.attainment == pytest.approx(275 / 300)


def test_nothing_is_said_where_the_revision_changes_nothing_of_the_period():
    plan = revised(
        goal("A"), actuals={"A": [100, 90, 95]}, plan={"A": [100] * 12},
        revision={"A": series(MAY, [100.0, None, 70.0])},
    )  # fmt: skip
    found = of(plan, "A")
    assert found.month.against_original is None  # June is blank in Revision: the plan holds
    assert found.to_date.against_original is None  # May's is the same figure
    assert found.revised  # July is not
    assert found.landing.against_original.plan == 1200
    assert of(plan_of(goal("A"), actuals={"A": [1]}, plan={"A": [1] * 12}), "A").revised is False


def test_a_revision_that_is_not_valid_yet_changes_nothing():
    plan = revised(
        goal("A"), actuals={"A": [100] * 3}, plan={"A": [100] * 12},
        revision={"A": series(APRIL, [50.0] * 12)}, settings=with_settings(),
    )  # fmt: skip
    found = of(plan, "A")
    assert (found.revised, found.month.against_original) == (False, None)
    assert found.landing.against_original is None


def test_an_average_and_a_balance_are_aggregated_as_their_plans_are():
    plan = revised(
        goal("AVG", aggregation=Aggregation.AVERAGE), goal("LAST", aggregation=Aggregation.LAST),
        actuals={"AVG": [10, 12, 14], "LAST": [5, 6, 7]},
        plan={"AVG": [10, 11, 12], "LAST": [5, 8, 10]},
        revision={"AVG": series(MAY, [14, 15]), "LAST": series(MAY, [6])},
    )  # fmt: skip
    average, balance = of(plan, "AVG"), of(plan, "LAST")
    # 12 on average, against (10 + 14 + 15) / 3 = 13, originally (10 + 11 + 12) / 3 = 11
    assert (average.to_date.plan, average.to_date.gap) == (13, -1)
    assert average.to_date.against_original.plan == 11
    assert average.to_date.against_original.gap == 1
    # June's balance has no revision, and only the last one counts.
    assert balance.to_date.plan == 10
    assert balance.to_date.against_original is None
    assert of(
        revised(
            goal("LAST", aggregation=Aggregation.LAST), actuals={"LAST": [5, 6, 7]},
            plan={"LAST": [5, 8, 10]}, revision={"LAST": series(JUNE, [7.0])},
        ),
        "LAST",
    ).to_date.against_original.gap == -3  # fmt: skip


def test_a_range_is_judged_by_its_own_tolerance():
    plan = revised(
        goal("R", direction=Direction.RANGE, tolerance=2.0, aggregation=Aggregation.LAST),
        actuals={"R": [10, 10, 14]}, plan={"R": [10] * 12},
        revision={"R": series(MAY, [13.0] * 11)},
    )  # fmt: skip
    found = of(plan, "R")
    # 14 lies within 13 ± 2; of 10 ± 2 it misses 2.
    assert (found.month.gap, found.month.status) == (0, Status.GREEN)
    assert (found.month.against_original.gap, found.month.against_original.plan) == (-2, 10)


def test_lower_is_better_against_the_original_too():
    found = of(
        revised(
            goal("C", direction=Direction.LOWER), actuals={"C": [10, 10, 11]},
            plan={"C": [10] * 12}, revision={"C": series(JUNE, [12.0])},
        ),
        "C",
    )  # fmt: skip
    assert (found.month.gap, found.month.against_original.gap) == (1, -1)


def product(**fields) -> Plan:
    return revised(
        goal("T", formula="N*P"), goal("N"), goal("P", aggregation=Aggregation.AVERAGE),
        actuals={"N": [10, 10, 10], "P": [2, 2, 2]},
        plan={"N": [10] * 12, "P": [2] * 12}, **fields,
    )  # fmt: skip


def test_a_formula_goal_is_revised_where_its_drivers_are():
    found = of(product(revision={"P": series(JUNE, [3.0] * 10)}), "T")
    # June: 20 against 10 × 3, originally 10 × 2. To date 60 against 20 + 20 + 30.
    assert (found.month.plan, found.month.against_original.plan) == (30, 20)
    assert (found.month.gap, found.month.against_original.gap) == (-10, 0)
    assert (found.to_date.plan, found.to_date.against_original.plan) == (70, 60)
    assert found.revised
    assert found.series.original == (20,) * 12
    # The year: 2 × 20 + 10 × 30 = 340, originally 240.
    assert (found.landing.plan, found.landing.original) == (340, 240)
    assert found.landing.against_original.plan == 240


def test_a_formula_goals_own_revision_leaves_the_formula_its_original():
    found = of(product(revision={"T": series(JUNE, [25.0] * 10)}), "T")
    assert (found.month.plan, found.month.against_original.plan) == (25, 20)
    assert (found.landing.plan, found.landing.original) == (2 * 20 + 10 * 25, 240)


def test_an_unreadable_revision_leaves_no_plan_and_no_comparison():
    plan = revised(
        goal("A"), actuals={"A": [100, 90, 95]}, plan={"A": [100] * 12},
        revision={"A": Series({MAY: 80.0}, frozenset({JUNE}))},
    )  # fmt: skip
    found = of(plan, "A")
    assert (found.month.plan, found.month.status) == (None, Status.NO_PLAN)
    assert found.month.against_original is None
    # To date compares April and May alone, with either plan: 190 against 180, originally 200.
    assert (found.to_date.plan_months, found.to_date.plan, found.to_date.gap) == (2, 180, 10)
    assert (found.to_date.against_original.plan, found.to_date.against_original.gap) == (200, -10)
    assert (found.landing.plan, found.landing.against_original) == (None, None)


def test_a_month_that_only_a_revision_plans_has_no_other_original():
    found = of(
        revised(
            goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [4, 4]},
            revision={"A": series(JUNE, [5])},
        ),
        "A",
    )  # fmt: skip
    assert (found.month.plan, found.month.against_original, found.revised) == (5, None, True)


def test_a_month_that_is_awaited_shows_both_plans():
    found = of(
        revised(
            goal("A"), actuals={"A": [1, 2]}, plan={"A": [4] * 12},
            revision={"A": series(JUNE, [5.0])},
        ),
        "A",
    )  # fmt: skip
    assert (found.month.plan, found.month.against_original.plan) == (5, 4)
    assert found.month.against_original.gap is None
    text = headline(review(revised(
        goal("A"), actuals={"A": [1, 2]}, plan={"A": [4] * 12}, revision={"A": series(JUNE, [5.0])},
    )), found, "en", landing=False)  # fmt: skip
    assert "the plan is 5 pcs (orig. 4)." in text


def test_a_roll_up_has_a_second_score_by_the_original_plans():
    plan = revised(
        goal("CSF", level=Level.CSF), goal("A", "CSF"), goal("B", "CSF", weight=3.0),
        actuals={"A": [10, 10, 8], "B": [10, 10, 9]}, plan={"A": [10] * 12, "B": [10] * 12},
        revision={"A": series(JUNE, [8.0] * 10)},
    )  # fmt: skip
    found = of(plan, "CSF")
    # A 8 of 8 and B 9 of 10, three times as heavy: (1 + 3 × 0.9) ÷ 4; originally A is 0.8.
    assert found.month.attainment == pytest.approx(0.925)
    assert found.month.against_original.attainment == pytest.approx(0.875)
    assert found.month.against_original.plan == 1
    assert not found.revised  # its plan is 1, whatever its goals'
    assert found.status is Status.AMBER


def test_a_landing_is_held_against_both_plans():
    plan = revised(
        goal("A"), actuals={"A": [90, 90, 90]}, plan={"A": [100] * 12},
        revision={"A": series(JUNE, [90.0] * 10)},
        outlook={"A": series(Month(2026, 7), [95.0] * 9)},
    )  # fmt: skip
    landing = of(plan, "A").landing
    # 3 × 90 + 9 × 95 = 1125 is expected; the plan in force is 2 × 100 + 10 × 90 = 1100.
    assert (landing.outlook, landing.plan, landing.original) == (1125, 1100, 1200)
    assert (landing.gap, landing.against_original.gap) == (25, -75)
    assert landing.against_original.attainment == pytest.approx(1125 / 1200)
    assert landing.status is Status.GREEN


# Data


def sample() -> Plan:
    return revised(
        goal("A", name="Calls"), goal("B", name="Doors"),
        actuals={"A": [100, 76, 99], "B": [1, 1, 1]}, plan={"A": [100] * 12, "B": [1] * 12},
        revision={"A": series(MAY, [80.0, 90.0] + [95.0] * 9)},
    )  # fmt: skip


def test_the_data_has_both_plans_where_they_differ():
    data = json.loads(export(review(sample()), "json", "en"))
    one, other = data["goals"]
    assert (one["month"]["plan"], one["month"]["plan_original"]) == (90, 100)
    assert one["month"]["gap_original"] == -1
    assert one["to_date"]["attainment_original"] == pytest.approx(275 / 300)
    # 100 + 80 + 90 + 9 × 95
    assert (one["landing"]["plan"], one["landing"]["plan_original"]) == (1125, 1200)
    assert one["landing"]["gap_original"] == pytest.approx(one["landing"]["value"] - 1200)
    for period in ("month", "to_date", "landing"):
        assert other[period]["plan_original"] is None
        assert other[period]["attainment_original"] is None
    text = export(review(sample()), "csv", "en").decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert first["month_plan_original"] == "100.0"
    assert first["landing_plan_original"] == "1200.0"
    assert second["month_plan_original"] == ""


# Sentences


def test_a_sentence_names_the_original_plan():
    whole = review(sample())
    text = headline(whole, whole.by_id["A"], "en")
    assert "10.0% above plan (+9 pcs); 1.0% below the original plan of 100 pcs." in text
    assert "against a plan of 270 pcs: 1.9% above plan (+5 pcs); 8.3% below the original" in text
    japanese = headline(whole, whole.by_id["A"], "ja")
    assert "当初計画（100 pcs）を1.0%下回っています。" in japanese
    for language in ("en", "ja"):
        other = headline(whole, whole.by_id["B"], language)
        assert "original" not in other
        assert "当初" not in other


# Charts


def drawn(language: str = "en", line: bool = False):
    labels = ("Apr", "May", "Jun", "Jul")
    plans, originals = (10.0, 12.0, 12.0, 12.0), (None, None, 9.0, 15.0)
    figures = MonthsFigures(
        title="Calls", subtitle="pcs", review=1, value="{:g}".format, signed="{:+g}".format,
        language=language,
        months=tuple(
            MonthFigures(label, 11.0 if n < 2 else None, plan, original=original)
            for n, (label, plan, original) in enumerate(zip(labels, plans, originals, strict=True))
        ),
    )  # fmt: skip
    return months(figures, line=line)


@pytest.mark.parametrize("line", [False, True])
@pytest.mark.parametrize(("language", "name"), [("en", "Original plan"), ("ja", "当初計画")])
def test_a_chart_marks_and_names_the_original_plan(line: bool, language: str, name: str):
    drawing = drawn(language, line)
    dashed = [s for s in drawing.shapes if getattr(s, "dash", ()) == (2.0, 1.5)]
    # A tick for each of two months, or one step through both; and the sample in the key.
    assert len(dashed) == (2 if line else 3)
    said = [s.text for s in drawing.shapes if getattr(s, "text", "") == name]
    assert len(said) == 2  # in the key, and beside a tick
    assert {"en": "Jun 9, Jul 15", "ja": "Jun 9、Jul 15"}[language] in drawing.alt
    table = chart_table([drawing])
    assert table is not None
    assert table.head[3] == name
    assert [row[3] for row in table.rows] == ["–", "–", "9", "15"]


def test_the_axis_reaches_to_an_original_plan_beyond_all_other_figures():
    drawing = drawn()
    ticks = [s for s in drawing.shapes if getattr(s, "dash", ()) == (2.0, 1.5)][1:]
    heights = {round(s.points[0][1], 1) for s in ticks}
    assert len(heights) == 2


# Pages


@pytest.mark.parametrize(("language", "word"), [("en", "orig."), ("ja", "当初")])
def test_the_pages_show_both_plans(language: str, word: str):
    html = for_browser(pack_of(sample(), language))
    card = html.split('id="scorecard"')[1].split("</section>")[0]
    small = re.findall(r'<span class="original">([^<]*)</span>', card)
    # Heads of plan (month, to date) and of the year's attainment; then the row's three.
    assert small[:3] == [word] * 3
    assert small[3:5] == ["100", "300"]
    assert f"90{' (orig. 100)' if language == 'en' else ' (当初 100)'}" in html  # the tile
    landing = html.split('id="landing"')[1].split("</section>")[0]
    assert {"en": "Original plan", "ja": "当初計画"}[language] in landing
    definitions = html.split('id="definitions"')[1].split("</section>")[0]
    assert {"en": "Plan in force", "ja": "適用中の計画"}[language] in definitions


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_revision_that_changes_nothing_changes_no_page(language: str):
    """Neither one that repeats the plan, nor one that is not valid yet."""
    plain = plan_of(goal("A"), actuals={"A": [9, 8, 7]}, plan={"A": [10] * 12})
    same = {"A": series(APRIL, [10.0] * 12)}
    repeated = revised(goal("A"), actuals={"A": [9, 8, 7]}, plan={"A": [10] * 12}, revision=same)
    dormant = revised(
        goal("A"), actuals={"A": [9, 8, 7]}, plan={"A": [10] * 12},
        revision={"A": series(APRIL, [5.0] * 12)}, settings=with_settings(),
    )  # fmt: skip
    html = for_browser(pack_of(plain, language))
    assert for_browser(pack_of(repeated, language)) == html
    assert for_browser(pack_of(dormant, language)) == html
    assert 'class="original"' not in html


def test_the_terminal_names_original_plans(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "160")
    print_scorecard(review(sample()), "en")
    said = capsys.readouterr().out
    assert "revised from May 2026. Calls: 1.0% below the original plan of 100 pcs." in said
    print_scorecard(review(sample()), "ja")
    assert (
        "（2026年5月から修正）。Calls：当初計画（100 pcs）を1.0%下回っています。"
        in capsys.readouterr().out
    )
    print_scorecard(review(plan_of(goal("A"), actuals={"A": [1]}, plan={"A": [1] * 12})), "en")
    assert "revised" not in capsys.readouterr().out


@pytest.mark.parametrize("size", [6.0, 8.5, 13.0, 24.0])
def test_the_name_finds_its_place_or_none_in_type_of_any_size(size: float):
    """On a screen the type is larger, and the name meets more than it can step over."""
    figures = MonthsFigures(
        title="", subtitle="", review=1, value="{:g}".format, signed="{:+g}".format, language="en",
        months=tuple(
            MonthFigures(f"M{n}", 100.0 + n, 100.0, 90.0, original=95.0 + n) for n in range(12)
        ),
    )  # fmt: skip
    for line in (False, True):
        drawing = months(figures, look=Look(small=size, normal=size), line=line)
        names = [s for s in drawing.shapes if getattr(s, "text", "") == "Original plan"]
        assert 1 <= len(names) <= 2
