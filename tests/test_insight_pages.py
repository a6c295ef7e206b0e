"""The pages of landing, signal and bridge say what the review says, and what they leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest

from kpixl.measures.kinds import Aggregation, Direction, Method, Pace, Signal, Status
from kpixl.pack.canvas import Drawing, Text
from kpixl.pack.contexts import (
    ExceptionsPage,
    Pack,
    Page,
    ScorecardPage,
    SummaryPage,
)
from kpixl.pack.definition_contexts import DefinitionsPage
from kpixl.pack.html import for_browser
from kpixl.pack.insight_contexts import BridgePage, LandingPage, SignalsPage
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.pack.scorecard import scorecard_page
from kpixl.pack.summary import _change_lines
from kpixl.pack.text_width import text_width
from kpixl.plan.model import Action, Level, Plan
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.insights import Landing, Part, Required
from kpixl.review.landing_sentences import landing_sentence
from kpixl.review.news import new_signals
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.sentences import style_of
from tests.engines import once_an_engine
from tests.insights import bridge_of, control_of, with_insights, without_insights
from tests.layout import Sheet, beyond_margins, lines, lonely_headings, overlaps, sheets
from tests.packs import LANGUAGES, sample_html, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings
from tests.test_insight_charts import LONG

JUNE = Month(2026, 6)
Kind = TypeVar("Kind", bound=Page)


def pages(pack: Pack, kind: type[Kind]) -> list[Kind]:
    return [entry for entry in pack.pages if isinstance(entry, kind)]


def page(pack: Pack, kind: type[Kind]) -> Kind:
    (found,) = pages(pack, kind)
    return found


def built(figures: Review, language: str = "en", scope: str = "") -> Pack:
    return build_pack(scoped(figures, scope), PackOptions(language))


def said(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Text)]


# ---- Bridge and focus list ------------------------------------------------------------------


def product(**fields: Any) -> Plan:
    """K = A × B. Plan 10 × 10 = 100 a month; April and May exactly so, June 8 × 11 = 88.

    Shapley: A (8 − 10) × (10 + 11) ÷ 2 = −21, B (11 − 10) × (10 + 8) ÷ 2 = 9; −21 + 9 = −12.
    """
    return plan_of(
        goal("K", level=Level.KGI, name="Sales", formula="A*B"),
        goal("A", "K", name="Visits", owner="Aoki"),
        goal("B", "K", name="Price", owner="Baba"),
        goal("C", "K", name="Spirits", owner="Chiba"),
        actuals={"A": [10, 10, 8], "B": [10, 10, 11], "C": [1, 1, 1]},
        plan={"A": [10] * 12, "B": [10] * 12, "C": [1] * 12},
        **fields,
    )


def test_the_parts_of_a_gap_stand_in_chart_and_list_and_add_up_to_it() -> None:
    found = page(built(review(product())), BridgePage)
    assert {"100", "−21", "+9", "88"} <= set(said(found.drawing))
    assert [(row.name, said(row.bars[0])) for row in found.rows] == [
        ("Visits", ["−21"]),
        ("Price", ["+9"]),
    ]
    assert found.periods == ("Month", "To date")
    assert found.totals == ("−12", "−12")  # April and May were on plan
    assert found.lead[0] == "June 2026: 12.0% below plan (−12 pcs), mostly from Visits (−21 pcs)."
    assert found.lead[1].startswith("April–June 2026: 4.0% below plan (−12 pcs)")


def test_the_focus_list_has_status_owner_leverage_and_what_is_being_done() -> None:
    actions = (
        Action("X1", "A", raised=date(2026, 6, 2), cause="Rain", countermeasure="Umbrellas"),
        Action("X2", "B", raised=date(2026, 6, 2)),
    )
    figures = review(product(actions=actions))
    found = page(built(figures), BridgePage)
    visits, price = found.rows
    assert (visits.rank, price.rank) == ("1", "")  # only what pulls Sales down is proposed
    assert (visits.owner, price.owner) == ("Aoki", "Baba")
    assert visits.leverage == price.leverage == "+1.00%"  # a product moves with each factor
    assert visits.mark is not None
    assert visits.mark.name == figures.by_id["A"].status.value
    assert [action.countermeasure for action in visits.actions] == ["Umbrellas"]
    assert [action.id for action in price.actions] == ["X2"]
    html = for_browser(built(figures))
    assert "Umbrellas" in html.split('id="bridge-goal-K"')[1].split("</section>")[0]


def test_leaves_that_no_formula_leads_from_are_counted() -> None:
    found = page(built(review(product())), BridgePage)
    assert any("One more goal below it" in note for note in found.notes)
    assert all(row.name != "Spirits" for row in found.rows)


def test_the_first_month_of_a_fiscal_year_has_one_bridge() -> None:
    early = product(settings=with_settings(review_month=Month(2026, 4)))
    gap = bridge_of(100, [Part("A", -5.0), Part("B", 2.0)])
    april = with_insights(review(early), K={"bridge": gap, "bridge_to_date": gap})
    found = page(built(april), BridgePage)
    assert found.periods == ("Month",)
    assert len(found.lead) == 1


def test_a_kgi_exactly_on_plan_has_no_bridge_page() -> None:
    plan = product(settings=with_settings(review_month=Month(2026, 5)))
    assert not pages(built(review(plan)), BridgePage)
    zero = bridge_of(100, [Part("A", 0.0), Part("B", 0.0)])
    level = with_insights(review(plan), K={"bridge": zero, "bridge_to_date": zero})
    assert not pages(built(level), BridgePage)


def test_a_goal_without_drivers_has_no_bridge_page() -> None:
    plan = plan_of(goal("A", level=Level.KGI), actuals={"A": [1, 2, 3]}, plan={"A": [2] * 12})
    assert not pages(built(review(plan)), BridgePage)


def test_every_kgi_has_its_own_page() -> None:
    twice = plan_of(
        goal("K1", level=Level.KGI, name="Sales", formula="A*B"),
        goal("A", "K1"), goal("B", "K1"),
        goal("K2", level=Level.KGI, name="Profit", formula="C+D"),
        goal("C", "K2"), goal("D", "K2"),
        actuals={key: [9, 9, 8] for key in "ABCD"}, plan={key: [9, 9, 10] for key in "ABCD"},
    )  # fmt: skip
    found = pages(built(review(twice)), BridgePage)
    assert [entry.title for entry in found] == [
        "Sales: where the gap comes from",
        "Profit: where the gap comes from",
    ]
    assert len({entry.anchor for entry in found}) == 2


def test_for_lower_the_chart_adds_up_and_the_list_says_what_is_good() -> None:
    cost = plan_of(
        goal("K", level=Level.KGI, name="Cost", formula="A+B", direction=Direction.LOWER),
        goal("A", "K", name="Material", direction=Direction.LOWER),
        goal("B", "K", name="Energy", direction=Direction.LOWER),
        actuals={"A": [10, 10, 14], "B": [10, 10, 9]}, plan={"A": [10] * 12, "B": [10] * 12},
    )  # fmt: skip
    found = page(built(review(cost)), BridgePage)
    # 20 + 4 − 1 = 23: the chart shows differences; 3 more cost is a gap of −3.
    assert {"20", "+4", "−1", "23"} <= set(said(found.drawing))
    assert [said(row.bars[0]) for row in found.rows] == [["−4"], ["+1"]]
    assert found.totals[0] == "−3"
    assert "lower is better" in " ".join(said(found.drawing))
    assert "plus is good" in found.parts_of


def test_for_range_the_parts_are_those_of_the_difference_and_have_no_colour() -> None:
    stock = plan_of(
        goal("K", level=Level.KGI, formula="A+B", direction=Direction.RANGE, tolerance=1.0),
        goal("A", "K"), goal("B", "K"),
        actuals={"A": [10, 10, 14], "B": [10, 10, 9]}, plan={"A": [10] * 12, "B": [10] * 12},
    )  # fmt: skip
    found = page(built(review(stock)), BridgePage)
    assert found.total == "Actual − plan"
    assert found.totals[0] == "+3"
    colours = {getattr(shape, "fill", None) for row in found.rows for shape in row.bars[0].shapes}
    assert not colours & {"#6ba539", "#c9202f"}


def test_what_the_drivers_do_not_explain_is_a_part_of_its_own() -> None:
    gap = bridge_of(100, [Part("A", -15.0), Part("B", 2.0), Part(None, 1.0, "unexplained")])
    figures = with_insights(review(product()), K={"bridge": gap, "bridge_to_date": gap})
    found = page(built(figures), BridgePage)
    *_, last = found.rows
    assert (last.name, said(last.bars[0])) == ("Not explained by drivers", ["+1"])
    assert last.mark is None
    assert "Not explained by drivers" in said(found.drawing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_goals_outside_the_pack_are_one_nameless_part(language: str) -> None:
    nested = plan_of(
        goal("K", level=Level.KGI, formula="A*B", name="Sales", owner="Ito"),
        goal("A", "K", name="Visits", owner="Aoki", formula="D+E"),
        goal("D", "A", name="Walk-ins", owner="Aoki"),
        goal("E", "A", name="Referrals", owner="Endo"),
        goal("B", "K", name="Price", owner="Baba"),
        actuals={"D": [5, 5, 4], "E": [5, 5, 3], "B": [10, 10, 11]},
        plan={"D": [5] * 12, "E": [5] * 12, "B": [10] * 12},
    )
    pack = built(review(nested), language, "owner:Aoki")
    found = page(pack, BridgePage)
    outside = {"en": "Goals outside this pack", "ja": "この資料の範囲外の指標"}[language]
    assert found.title.startswith("Visits")
    assert [row.name for row in found.rows] == ["Walk-ins", outside]
    html = for_browser(pack)
    for name in ("Referrals", "Endo", "Price", "Sales", "Ito"):
        assert name not in html


def test_a_scope_of_which_no_driver_is_part_has_no_bridge() -> None:
    nested = plan_of(
        goal("K", level=Level.KGI, formula="A*B", owner="Ito"), goal("A", "K"), goal("B", "K"),
        actuals={"A": [5, 5, 4], "B": [5, 5, 3]}, plan={"A": [5] * 12, "B": [5] * 12},
    )  # fmt: skip
    assert not pages(built(review(nested), scope="owner:Ito"), BridgePage)


def wide(count: int, name: str = "Leaf {}") -> Review:
    """A KGI that is the sum of ``count`` leaves; leaf n has the gap −(n + 1)."""
    keys = [f"L{n}" for n in range(count)]
    return review(
        plan_of(
            goal("K", level=Level.KGI, name=name.format("K"), formula="+".join(keys)),
            *(goal(key, "K", name=name.format(n)) for n, key in enumerate(keys)),
            actuals={key: [100, 100, 99 - n] for n, key in enumerate(keys)},
            plan={key: [100] * 12 for key in keys},
        )
    )


def test_leaves_that_find_no_room_are_one_row_with_their_sum() -> None:
    found = page(built(wide(60)), BridgePage)
    *shown, rest = found.rows
    left = 60 - len(shown)
    assert left > 1
    assert rest.name == f"{left} other goals"
    # The largest stand first: those left over have the gaps −1 … −left.
    assert said(rest.bars[0]) == [f"−{left * (left + 1) // 2:,}"]
    assert found.totals[0] == f"−{60 * 61 // 2:,}"
    assert [row.rank for row in shown[:4]] == ["1", "2", "3", ""]


# ---- Landing table --------------------------------------------------------------------------


def landing_row(landing: Landing, language: str = "en", **fields: Any) -> Any:
    """The row of one goal with this landing."""
    plan = plan_of(goal("A", **fields), actuals={"A": [1, 2, 3]}, plan={"A": [2] * 12})
    figures = with_insights(review(plan), A={"landing": landing})
    (row,) = page(built(figures, language), LandingPage).rows
    return row


FULL = Landing(
    value=90.0, basis="method", method=Method.RATIO, error=0.021, origins=22, years=2, low=80.0,
    high=100.0, chance=0.15, plan=96.0, original=90.0, outlook=94.0, prior=70.0, gap=-2.0,
    gap_pct=-2 / 96, attainment=94 / 96, status=Status.AMBER,
    required=Required(Pace.NEEDED, 11.0, 10.0, Month(2025, 12)), months_left=9,
)  # fmt: skip


def test_a_row_of_the_landing_table_says_all_that_a_landing_knows() -> None:
    row = landing_row(FULL)
    assert (row.plan, row.original, row.to_date) == ("96", "90", "6")
    assert (row.landing, row.outlook, row.leading) == ("90", "94", "outlook")
    assert (row.method, row.error) == ("Plan ratio", "±2.1%")
    assert (row.gap, row.gap_pct, row.good) == ("−2", "−2.1%", False)
    assert row.chance == "15%"
    assert (row.required, row.best, row.best_in) == ("11", "10", "Dec 2025")
    assert row.beyond_best  # 11 a month, where 10 has been the best
    assert "80% range 80 pcs to 100 pcs" in row.chart.alt


@pytest.mark.parametrize(
    ("direction", "required", "best", "beyond"),
    [
        (Direction.HIGHER, 10.0, 10.0, False),
        (Direction.HIGHER, 10.1, 10.0, True),
        (Direction.LOWER, 10.1, 10.0, False),
        (Direction.LOWER, 9.9, 10.0, True),
        (Direction.HIGHER, 10.1, None, False),
    ],
)
def test_a_pace_that_no_month_has_reached_is_marked(
    direction: Direction, required: float, best: float | None, beyond: bool
) -> None:
    pace = Required(Pace.NEEDED, required, best, None if best is None else Month(2025, 12))
    assert landing_row(replace(FULL, required=pace), direction=direction).beyond_best is beyond


@pytest.mark.parametrize(
    ("language", "reached", "beyond"),
    [("en", "reached", "out of reach"), ("ja", "達成済み", "達成不能")],
)
def test_where_no_pace_is_asked_for_the_table_says_why(
    language: str, reached: str, beyond: str
) -> None:
    for pace, text in ((Pace.REACHED, reached), (Pace.OUT_OF_REACH, beyond), (Pace.NONE, "–")):
        row = landing_row(replace(FULL, required=Required(pace)), language)
        assert row.required == text


def test_the_ends_of_the_scale_of_chances_say_that_they_are_ends() -> None:
    texts = {
        chance: landing_row(replace(FULL, chance=chance)).chance
        for chance in (0.05, 0.5, 0.95, None)
    }
    assert texts == {0.05: "≤ 5%", 0.5: "50%", 0.95: "≥ 95%", None: "n/a"}


def test_a_finished_year_has_no_chance_but_an_outcome() -> None:
    row = landing_row(
        replace(FULL, basis="finished", method=None, error=None, chance=0.0, outlook=None,
                months_left=0)
    )  # fmt: skip
    assert (row.method, row.error, row.chance) == ("Year complete", "", "0%")


@pytest.mark.parametrize(
    ("basis", "en", "ja"),
    [("inputs", "From its inputs", "構成指標から"), ("rollup", "Roll-up", "積上げ")],
)
def test_a_landing_made_of_others_says_so(basis: str, en: str, ja: str) -> None:
    landing = replace(FULL, basis=basis, method=None)
    assert landing_row(landing).method == en
    assert landing_row(landing, "ja").method == ja


def test_columns_that_nobody_uses_are_left_out() -> None:
    plan = plan_of(goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [2] * 12})
    plain = replace(FULL, original=96.0, outlook=None)
    narrow = page(built(with_insights(review(plan), A={"landing": plain})), LandingPage)
    whole = page(built(with_insights(review(plan), A={"landing": FULL})), LandingPage)
    assert (narrow.revised, narrow.expected) == (False, False)
    assert (whole.revised, whole.expected) == (True, True)
    # the original plan and the gap to it; the outlook
    assert len(whole.widths) == len(narrow.widths) + 3
    for found in (narrow, whole):
        assert sum(found.widths) == pytest.approx(1016, abs=2)


def test_estimated_months_are_flagged_at_the_figure_and_named_below() -> None:
    plan = plan_of(goal("A", name="Calls"), actuals={"A": [1, None, 3]}, plan={"A": [2] * 12})
    found = page(built(review(plan)), LandingPage)
    assert found.rows[0].landing.endswith("*")
    assert any(note.startswith("*") and "Calls (May)" in note for note in found.notes)
    full = page(built(review(product())), LandingPage)
    assert not any(row.landing.endswith("*") for row in full.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_landing_of_the_sample_is_the_reviews(language: str) -> None:
    whole = sample_review(language)
    found = page(sample_pack(language), LandingPage)
    shown = [entry for entry in whole.goals if entry.source != "none"]
    assert len(found.rows) == len(shown)
    for row, entry in zip(found.rows, shown, strict=True):
        style = style_of(whole, entry, language)
        assert row.landing.rstrip("*") == style.value(entry.landing.value)
        assert row.gap == style.gap(entry.landing.gap, entry.landing.gap_pct)


def test_no_landing_no_page() -> None:
    assert not pages(built(without_insights(sample_review("en"))), LandingPage)


def test_the_years_that_will_miss_their_plan_are_counted() -> None:
    plan = plan_of(
        goal("A"), goal("B"), goal("C"),
        actuals={"A": [1, 1, 1], "B": [3, 3, 3]}, plan={"A": [2] * 12, "B": [2] * 12},
    )  # fmt: skip
    found = page(built(review(plan)), LandingPage)
    assert "2 goals with a plan" in found.lead
    assert "1 will reach it at this pace and 1 will miss it" in found.lead


# ---- Signals --------------------------------------------------------------------------------


def watched(**controls: Any) -> Review:
    """Goals A, B, C, or as many as there are, with these control charts."""
    keys = sorted({*"ABC", *controls})
    plan = plan_of(
        *(goal(key, name=f"Goal {key}") for key in keys),
        actuals={key: [2, 2, 1] for key in keys}, plan={key: [2] * 12 for key in keys},
    )  # fmt: skip
    return with_insights(
        without_insights(review(plan)),
        **{key: {"control": control} for key, control in controls.items()},
    )


POINTS = [2.0, 2.1, 1.9, 2.0, 2.1, 1.9, 1.0]
BELOW = control_of(POINTS, JUNE, Signal.BELOW, better=False)
ABOVE = control_of([*POINTS[:-1], 3.0], JUNE, Signal.ABOVE, better=True)
CHANGED = control_of([*POINTS[:-1], 3.0], JUNE, Signal.ABOVE)
QUIET = control_of(POINTS[:-1], JUNE)


def test_goals_with_a_signal_have_a_chart_the_worsened_first() -> None:
    found = page(built(watched(A=ABOVE, B=CHANGED, C=BELOW)), SignalsPage)
    titles = [said(cell.drawing)[0] for cell in found.cells]
    assert titles == ["Goal C", "Goal B", "Goal A"]
    assert len({(cell.drawing.width, cell.drawing.height) for cell in found.cells}) == 1
    assert "3 of 3 goals" in found.lead


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_chart_signals_is_heard_once(language: str) -> None:
    cells = [
        cell
        for page in sample_pack(language).pages
        if isinstance(page, SignalsPage)
        for cell in page.cells
    ]
    assert cells
    for cell in cells:
        assert cell.sentence
        assert cell.sentence not in cell.drawing.alt


def test_status_and_signal_are_told_apart() -> None:
    found = page(built(watched(A=BELOW, B=QUIET)), SignalsPage)
    (cell,) = found.cells
    assert cell.mark.name == "red"  # 1 of 2 planned
    assert "something changed" in cell.sentence
    assert "find out what" in cell.sentence
    # Goal B is Red as well, but within its limits.
    assert found.rest.startswith("Off plan, no signal: Goal B.")
    assert "Change the process" in found.rest


def test_one_of_one_goal_is_not_said() -> None:
    found = page(built(watched(A=BELOW)), SignalsPage)
    assert found.lead == (
        "The only goal with control limits shows a signal: its last figure is no usual variation."
    )


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("count", "shares"), [(6, [6]), (8, [6, 2]), (14, [6, 6, 2])])
def test_signals_go_on_under_a_heading_of_their_own(
    count: int, shares: list[int], language: str
) -> None:
    found = watched(**{f"G{n:02}": BELOW for n in range(count)}, A=QUIET)
    pack = build_pack(found, PackOptions(language, pages=("signals",)))
    told = pages(pack, SignalsPage)
    assert [len(one.cells) for one in told] == shares
    titles = [said(cell.drawing)[0] for one in told for cell in one.cells]
    assert titles == [f"Goal G{n:02}" for n in range(count)]
    assert [bool(one.lead) for one in told] == [True] + [False] * (len(told) - 1)
    assert [bool(one.rest) for one in told] == [False] * (len(told) - 1) + [True]
    printed = sheets(pack_pdf(pack))
    assert len(printed) == len(told)
    more = {"en": "Signals (continued)", "ja": "シグナル（つづき）"}[language]
    for sheet in printed[1:]:
        assert more.replace(" ", "") in sheet.text.replace(" ", "")
        assert not list(lonely_headings(sheet))


def test_without_any_signal_the_page_is_left_out() -> None:
    assert not pages(built(watched(A=QUIET)), SignalsPage)
    assert not pages(built(watched()), SignalsPage)


def test_the_chart_says_whether_it_shows_values_or_differences() -> None:
    apart = replace(BELOW, differences=True)
    found = page(built(watched(A=BELOW, B=apart)), SignalsPage)
    values, differences = (said(cell.drawing)[1] for cell in found.cells)
    assert values == "pcs, Dec 2025 to Jun 2026"
    assert differences == "pcs, difference to prior year, Dec 2025 to Jun 2026"


@pytest.mark.parametrize(
    ("signal", "points", "rings"),
    [
        (Signal.BELOW, POINTS, 1),
        (Signal.RUN_ABOVE, [0.0] * 8 + [2.0] * 8, 8),
        # Centre 2, limits 0 and 4: of 3.5, 2, 3.5, 3.5 three are nearer to 4 than to 2.
        (Signal.NEAR_UPPER, [1.0, 0.5, 1.0, 0.5, 3.5, 2.0, 3.5, 3.5], 3),
    ],
)
def test_the_points_that_make_a_signal_are_marked(
    signal: Signal, points: list[float], rings: int
) -> None:
    control = replace(control_of(points, JUNE, signal, better=True), lower=0.0, upper=4.0)
    found = page(built(watched(A=replace(control, centre=min(2.0, control.centre)))), SignalsPage)
    drawing = found.cells[0].drawing
    ringed = [s for s in drawing.shapes if getattr(s, "radius", 0) > 4]
    assert len(ringed) == rings


def test_a_changed_definition_is_said_at_the_chart() -> None:
    since = replace(BELOW, since=BELOW.months[0])
    found = page(built(watched(A=since)), SignalsPage)
    assert "New definition from Dec 2025" in said(found.cells[0].drawing)
    long_ago = replace(BELOW, since=Month(2024, 1))
    found = page(built(watched(A=long_ago)), SignalsPage)
    assert "New definition" not in " ".join(said(found.cells[0].drawing))


# ---- Scorecard and summary ------------------------------------------------------------------


def test_the_scorecard_shows_signals_by_shape_and_word() -> None:
    card = page(built(watched(A=BELOW, B=QUIET)), ScorecardPage)
    assert card.has_signals
    a, b, c = card.rows
    assert a.signal is not None
    assert (a.signal.word, a.signal.name) == ("Worse", "signal-worse")
    assert a.signal.drawing.alt == "Below the lower limit"
    assert (b.signal, b.no_signal) == (None, "")
    assert (c.signal, c.no_signal) == (None, "n/a")  # too few months for limits


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scorecards_landing_is_the_leading_figure(language: str) -> None:
    whole = sample_review(language)
    card = page(sample_pack(language), ScorecardPage)
    assert card.year
    for row, entry in zip(card.rows, whole.goals, strict=True):
        style = style_of(whole, entry, language)
        assert row.landing == (
            style.value(entry.landing.leading),
            style.style.attainment(entry.landing.attainment),
        )


def test_columns_without_content_are_left_out_of_the_scorecard() -> None:
    bare = page(built(without_insights(sample_review("en"))), ScorecardPage)
    full = page(sample_pack("en"), ScorecardPage)
    assert (bare.year, bare.has_signals) == ("", False)
    assert len(full.widths) == len(bare.widths) + 3
    html = for_browser(built(without_insights(sample_review("en"))))
    card = html.split('id="scorecard"')[1].split("</section>")[0]
    head = re.findall(r"<tr>.*?</tr>", card, re.DOTALL)[1]
    row = re.findall(r"<tr class.*?</tr>", card, re.DOTALL)[0]
    assert head.count("<th") == len(re.findall("<t[dh]", row)) == len(bare.widths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_as_many_cells_as_heads(language: str) -> None:
    html = sample_html(language)
    for place in ("scorecard", "landing", "bridge-goal-SALES"):
        section = html.split(f'id="{place}"')[1].split("</section>")[0]
        for table in re.findall(r"<table.*?</table>", section, re.DOTALL):
            rows = re.findall(r"<tr[ >].*?</tr>", table, re.DOTALL)
            cells = {len(re.findall("<t[dh][ >]", row)) for row in rows if "colspan" not in row}
            assert len(cells) == 1, (place, cells)


def test_headline_and_tile_say_where_the_year_will_land() -> None:
    summary = page(sample_pack("en"), SummaryPage)
    whole = sample_review("en")
    kgi = whole.by_id["SALES"]
    (lead,) = summary.lead
    assert lead.endswith(landing_sentence(whole, kgi, "en"))
    # In Japanese all tiles fit where the record of past outlooks is left to the landing page.
    japanese = sample_review("ja")
    (shorter,) = page(sample_pack("ja"), SummaryPage).lead
    sales = japanese.by_id["SALES"]
    assert shorter.endswith(landing_sentence(japanese, sales, "ja", record=False))
    year = dict(summary.kgis[0].year)
    style = style_of(whole, kgi, "en")
    assert kgi.landing.outlook is not None
    assert year["Outlook"].startswith(style.value(kgi.landing.outlook))
    assert year["Chance of plan"] == f"{kgi.landing.chance or 0:.0%}"
    assert "Outlook" in dict(summary.tiles[0].year)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_landing_is_called_so_only_where_it_was_computed(language: str) -> None:
    """The scorecard's column holds outlooks where owners gave one: it is not headed Landing."""
    whole = sample_review(language)
    without = tuple(
        replace(goal, landing=replace(goal.landing, outlook=None)) for goal in whole.goals
    )
    heads = {"en": ("Year end", "Landing"), "ja": ("年度見込", "着地見込")}[language]
    assert scorecard_page(whole, language).year_head == heads[0]
    assert scorecard_page(replace(whole, goals=without), language).year_head == heads[1]


def test_new_signals_stand_among_the_changes() -> None:
    figures = watched(A=ABOVE, B=BELOW, C=QUIET)
    lines = [(line.text, line.figure) for line in _change_lines(figures, "en")]
    assert ("Goal B", "Signal: Worse") in lines
    assert ("Goal A", "Signal: Better") in lines
    assert lines.index(("Goal B", "Signal: Worse")) < lines.index(("Goal A", "Signal: Better"))


def test_only_a_signal_of_this_month_that_was_none_before_is_new() -> None:
    run = [0.0] * 8 + [2.0] * 8
    limits = {"better": True, "lower": -5.0, "upper": 7.0}
    eighth = control_of(run, JUNE, Signal.RUN_ABOVE, **limits)
    ninth = control_of([*run, 2.0], JUNE, Signal.RUN_ABOVE, **limits)
    earlier = replace(eighth, months=tuple(month.plus(-1) for month in eighth.months))
    found = new_signals(watched(A=eighth, B=ninth, C=earlier))
    assert [entry.id for entry in found] == ["A"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_new_pages_are_explained(language: str) -> None:
    found = page(sample_pack(language), DefinitionsPage)
    terms = [term for side in found.terms for term, _ in side]
    wanted = {
        "en": ("Landing", "Chance of reaching plan", "Signal", "Leverage"),
        "ja": ("着地見込", "計画達成確率", "シグナル", "レバレッジ"),
    }
    assert set(wanted[language]) <= set(terms)
    assert len(found.terms) == 2
    assert all(found.terms)


def test_goals_missed_although_all_below_them_were_met_are_named() -> None:
    plan = plan_of(
        goal("K", level=Level.KGI, name="Profit"), goal("A", "K"), goal("B", "K"),
        actuals={"K": [1, 1, 1], "A": [2, 2, 2], "B": [2, 2, 2]},
        plan={"K": [2] * 12, "A": [2] * 12, "B": [2] * 12},
    )  # fmt: skip
    (sentence,) = page(built(review(plan)), ExceptionsPage).missed
    assert "Profit" in sentence
    assert "2 goals below it" in sentence
    assert page(sample_pack("en"), ExceptionsPage).missed == ()


# ---- On paper -------------------------------------------------------------------------------


@once_an_engine
def extreme(language: str) -> tuple[Sheet, ...]:
    """A KGI of 14 leaves with names of 120 characters and figures of 13 digits, all of which give
    a signal; and one goal of each kind that has nothing to show."""
    name = LONG[language][:114]
    keys = [f"L{n}" for n in range(14)]
    leaves = [goal(key, "K", name=f"{key} {name}", owner=name, unit="円") for key in keys]
    found = plan_of(
        goal("K", level=Level.KGI, name=f"K {name}", unit="円", formula="+".join(keys)),
        *leaves,
        goal("R", level=Level.CSF, name=f"R {name}"),
        goal("E", "R", name=f"E {name}"),
        goal("P", "R", unit="%", aggregation=Aggregation.AVERAGE, name=f"P {name}"),
        actuals={
            **{key: [1.1e12, 1.2e12, (0.4 + n / 9) * 1e12] for n, key in enumerate(keys)},
            "P": [0.5, 0.6, 0.4],
        },
        plan={**{key: [1.2e12] * 12 for key in keys}, "P": [0.5] * 12},
        prior={key: [1e12 + (n % 3) * 1e10 for n in range(12)] for key in keys},
        actions=tuple(
            Action(f"X{n}", f"L{n}", cause=name, countermeasure=name, owner=name) for n in range(4)
        ),
    )
    options = PackOptions(language, pages=("scorecard", "bridge", "signals", "landing"))
    return sheets(pack_pdf(build_pack(review(found), options)))


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_and_large_figures_leave_the_new_pages_whole(language: str) -> None:
    found = extreme(language)
    faults = [f for sheet in found for find in (beyond_margins, overlaps) for f in find(sheet)]
    assert faults == []
    assert not [fault for sheet in found for fault in lonely_headings(sheet)]
    text = "".join(re.sub(r"\s", "", sheet.text) for sheet in found)
    for n in range(14):
        assert f"L{n}" in text


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_landing_table_repeats_its_head_on_every_page(language: str) -> None:
    head = {"en": ("Landing", "Chance"), "ja": ("着地見込", "達成確率")}[language]
    name = {"en": "Landing", "ja": "年度の着地見込"}[language]
    found = [sheet for sheet in extreme(language) if sheet.name.startswith(name)]
    assert len(found) > 1
    for sheet in found[1:]:
        first = [word.text for word in next(lines(sheet))]
        assert all(text in first for text in head), first


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hundred_goals_make_whole_pages(language: str) -> None:
    figures = wide(100)
    options = PackOptions(language, pages=("bridge", "landing"))
    found = sheets(pack_pdf(build_pack(figures, options)))
    title = {"en": "where the gap comes from", "ja": "ギャップの内訳"}[language]
    assert sum(title in sheet.text for sheet in found) == 1
    faults = [f for sheet in found for find in (beyond_margins, overlaps) for f in find(sheet)]
    assert faults == []


# ---- Figures beside bars --------------------------------------------------------------------


def small_plan_book(language: str = "en") -> Plan:
    """A KGI kept in single yen, and a cost of 20 against a plan of 0.5 (−3,900 %)."""
    return plan_of(
        goal("K", level=Level.KGI, unit="円", formula="A - B + C"),
        goal("A", "K", unit="円"),
        goal("B", "K", unit="円", direction=Direction.LOWER),
        goal("C", "K", unit="円"),
        plan={"A": [9e10] * 12, "B": [0.5] * 12, "C": [7e10] * 12},
        actuals={"A": [9.3e10] * 3, "B": [20] * 3, "C": [5.5e10] * 3},
        settings=with_settings(language=language),
    )


def assert_inside(drawing: Drawing) -> None:
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            wide = text_width(shape.text, shape.size, shape.weight)
            left = shape.x - (wide if shape.anchor == "end" else 0)
            assert left >= 0, shape.text
            assert left + wide <= drawing.width, shape.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_beside_bars_are_never_cut(language: str) -> None:
    pack = built(review(small_plan_book(language), JUNE), language)
    card, bridge = page(pack, ScorecardPage), page(pack, BridgePage)
    shown = [shape.text for row in card.rows for shape in row.bar.shapes if isinstance(shape, Text)]
    assert "−3,900.0%" in shown  # (0.5 − 20) ÷ 0.5
    parts = [
        shape.text
        for row in bridge.rows
        for bar in row.bars
        for shape in bar.shapes
        if isinstance(shape, Text)
    ]
    assert {"−15,000,000,000", "−45,000,000,000"} <= set(parts)  # 55 − 70 billion, three months
    for row in card.rows:
        assert_inside(row.bar)
    for leaf in bridge.rows:
        for bar in leaf.bars:
            assert_inside(bar)
            assert bar.width < bridge.bar_column
    # What the bars take, the countermeasures give: the table stays as wide as the page.
    usual = page(sample_pack("en"), BridgePage)
    assert 2 * bridge.bar_column + bridge.action_column == pytest.approx(
        2 * usual.bar_column + usual.action_column
    )


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_above_one_period_stands_on_one_line(language: str) -> None:
    # In April there is no year to date beside the month: its column alone carries the head.
    pack = built(review(small_plan_book(language), Month(2026, 4)), language)
    bridge = page(pack, BridgePage)
    assert len(bridge.periods) == 1
    pdf = pack_pdf(replace(pack, pages=(bridge,)))
    found = ["".join(word.text for word in line) for sheet in sheets(pdf) for line in lines(sheet)]
    assert any(bridge.parts_of.replace(" ", "") in text for text in found)


def test_leverage_on_a_score_is_said_to_be_in_points() -> None:
    scored = plan_of(
        goal("K", level=Level.KGI, unit=""),
        goal("A", "K"),
        plan={"A": [10] * 12},
        actuals={"A": [8] * 3},
    )
    (text,) = (n for n in page(built(review(scored, JUNE)), BridgePage).notes if "Leverage" in n)
    assert text.endswith("in points.")
    notes = " ".join(page(sample_pack("en"), BridgePage).notes)
    assert "what 1% more of a goal does to Revenue, in per cent." in notes
