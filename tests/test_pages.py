"""What stands on the pages is what the review says, in order, and nothing of anyone else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from html import unescape
from typing import TypeVar

import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.measures.kinds import Phase, Status
from kpixl.pack.canvas import Drawing, Text
from kpixl.pack.chart_figures import LOOK
from kpixl.pack.contexts import (
    ExceptionsPage,
    GoalPage,
    Pack,
    Page,
    RegisterPage,
    ScorecardPage,
    SummaryPage,
    TreePage,
)
from kpixl.pack.definition_contexts import DefinitionsPage
from kpixl.pack.exceptions import exceptions_page
from kpixl.pack.html import for_browser
from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack
from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.quality_contexts import QualityPage
from kpixl.pack.summary import goal_tile
from kpixl.plan.model import Action, Comment, Level
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.sentences import style_of
from tests.packs import LANGUAGES, pack_of, sample_html, sample_pack, sample_review
from tests.plans import APRIL, goal, plan_of, series, with_settings

ORDER = [
    "cover", "summary", "tree", "scorecard", "bridge", "goal", "signals", "exceptions", "register",
    "landing", "definitions", "quality", "colophon",
]  # fmt: skip

Kind = TypeVar("Kind", bound=Page)


def page(pack: Pack, kind: type[Kind]) -> Kind:
    return next(entry for entry in pack.pages if isinstance(entry, kind))


def texts(thing: object) -> Iterator[str]:
    """Every text in a context, drawings included."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Drawing):
        yield thing.alt
        yield from (shape.text for shape in thing.shapes if isinstance(shape, Text))
    elif is_dataclass(thing):
        for entry in fields(thing):
            yield from texts(getattr(thing, entry.name))
    elif isinstance(thing, tuple | list):
        for entry in thing:
            yield from texts(entry)


def kinds(pack: Pack) -> list[str]:
    """The pages' templates in order, neighbours of one kind said once."""
    found: list[str] = []
    for entry in pack.pages:
        name = entry.template.removesuffix(".html")
        if not found or found[-1] != name:
            found.append(name)
    return found


# ---- Which pages, in which order ------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_stand_in_their_order(language: str) -> None:
    assert kinds(sample_pack(language)) == ORDER


def test_pages_are_those_asked_for_in_the_order_asked_for() -> None:
    pack = build_pack(sample_review("en"), PackOptions("en", pages=("colophon", "summary")))
    assert kinds(pack) == ["colophon", "summary"]


def test_the_summary_can_be_had_alone() -> None:
    pack = build_pack(sample_review("en"), PackOptions("en", pages=("summary",)))
    assert [type(entry) for entry in pack.pages] == [SummaryPage]


def test_a_page_of_no_such_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageProblem) as caught:
        build_pack(sample_review("en"), PackOptions("en", pages=("summary", "sumary")))
    assert caught.value.code == "unknown-page"
    assert caught.value.details["found"] == "sumary"
    assert caught.value.details["known"] == ", ".join(DEFAULT_PAGES)


def test_every_csf_has_its_page_and_every_place_in_the_document_is_one() -> None:
    pack = sample_pack("en")
    csfs = sample_review("en").at_level(Level.CSF)
    pages = [entry for entry in pack.pages if isinstance(entry, GoalPage) and not entry.continued]
    assert [entry.title for entry in pages] == [csf.goal.name for csf in csfs]
    html = sample_html("en")
    places = re.findall(r'\bid="([^"]+)"', html)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(places)


# ---- The figures are the review's -----------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_scorecard_is_the_reviews(language: str) -> None:
    whole = sample_review(language)
    card = page(sample_pack(language), ScorecardPage)
    assert isinstance(card, ScorecardPage)
    assert len(card.rows) == len(whole.goals)
    for row, goal_review in zip(card.rows, whole.goals, strict=True):
        style = style_of(whole, goal_review, language)
        assert row.name == goal_review.goal.name
        for cells, figures in ((row.month, goal_review.month), (row.to_date, goal_review.to_date)):
            assert cells[0] == style.value(figures.actual)
            assert cells[2] == style.gap(figures.gap, figures.gap_pct)
        assert row.to_date[3] == style.style.attainment(goal_review.to_date.attainment)
        assert row.mark.name == goal_review.status.value.replace("_", "-")


def test_figures_of_the_sample_are_those_worked_out_by_hand() -> None:
    # Revenue of October 2026: 138.5 + 164.6 + 130.6 = 433.7 million; plan 447.3, hence
    # 433.7 - 447.3 = -13.6 and -13.6 / 447.3 = -3.0 %.
    summary = page(sample_pack("en"), SummaryPage)
    assert isinstance(summary, SummaryPage)
    head = summary.kgis[0]
    assert (head.value, head.gap) == ("¥433.7M", "−13.6 (−3.0%)")
    # October's revenue per store was raised from 125.9 to 128.7 thousand for 1,255 stores: 3.5.
    assert dict(head.rows)["Plan"] == "447.3 (orig. 443.7)"
    values = [tile.value for tile in summary.tiles[:3]]
    assert values == ["¥138.5M", "¥164.6M", "¥130.6M"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_says_what_unit_and_period(language: str) -> None:
    whole = sample_review(language)
    year = {"en": "April 2026 – March 2027", "ja": "2026年4月〜2027年3月"}[language]
    for entry in sample_pack(language).pages:
        for cell in getattr(entry, "charts", ()):
            shown = [shape.text for shape in cell.drawing.shapes if isinstance(shape, Text)]
            if cell.figures is None:
                continue
            found = next(each for each in whole.goals if each.goal.name == cell.figures.title)
            unit = style_of(whole, found, language).unit_label
            assert found.goal.name in shown
            assert any(unit in text and year in text for text in shown), shown[:4]


def test_the_scorecard_names_month_and_period_and_every_row_its_unit() -> None:
    card = page(sample_pack("en"), ScorecardPage)
    assert isinstance(card, ScorecardPage)
    assert card.period == "October 2026"
    assert "April" in card.to_date_period
    assert "October 2026" in card.to_date_period
    assert all(row.unit for row in card.rows)


def test_the_summary_says_the_result_against_plan_prior_year_and_to_date() -> None:
    summary = page(sample_pack("en"), SummaryPage)
    assert isinstance(summary, SummaryPage)
    (lead,) = summary.lead
    for part in ("¥433.7M", "October 2026", "3.0% below plan", "prior year", "¥2,926.7M"):
        assert part in lead


def test_statuses_are_counted_once_each() -> None:
    summary = page(sample_pack("en"), SummaryPage)
    assert isinstance(summary, SummaryPage)
    assert sum(count for _, count in summary.tally) == len(sample_review("en").goals)


def test_a_dozen_csfs_are_listed_all_together() -> None:
    csfs = [goal(f"C{n}", "K", level=Level.CSF) for n in range(13)]
    leaves = [goal(f"L{n}", f"C{n}") for n in range(13)]
    found = plan_of(
        goal("K", level=Level.KGI), *csfs, *leaves,
        actuals={f"L{n}": [1, 1, 1] for n in range(13)},
        plan={f"L{n}": [1] * 12 for n in range(13)},
    )  # fmt: skip
    summary = page(pack_of(found), SummaryPage)
    assert isinstance(summary, SummaryPage)
    assert summary.listed
    assert [tile.name for tile in summary.tiles] == [f"C{n}" for n in range(13)]
    assert summary.tiles_title == "Critical success factors"


def test_tiles_that_find_no_room_are_counted() -> None:
    csfs = [goal(f"C{n}", "K", level=Level.CSF) for n in range(30)]
    leaves = [goal(f"L{n}", f"C{n}") for n in range(30)]
    plan = plan_of(
        goal("K", level=Level.KGI), *csfs, *leaves,
        actuals={f"L{n}": [1, 1, 1] for n in range(30)},
        plan={f"L{n}": [1] * 12 for n in range(30)},
    )  # fmt: skip
    summary = page(pack_of(plan), SummaryPage)
    assert isinstance(summary, SummaryPage)
    assert f"first {len(summary.tiles)} of 30" in summary.tiles_title


def rolled_up(*actuals: float | None) -> Review:
    """A CSF over KPIs with these actuals and a plan of 100 each."""
    names = [f"L{n}" for n in range(len(actuals))]
    return review(
        plan_of(
            goal("C", level=Level.CSF), *(goal(name, "C") for name in names),
            actuals={name: [None, None, one] for name, one in zip(names, actuals, strict=True)},
            plan={name: [100.0] * 12 for name in names},
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("actuals", "named"), [((90, 80), ["L1"]), ((100, 120), []), ((100 - 1e-12, 100), [])]
)
def test_the_tile_of_a_roll_up_names_only_what_is_behind(
    actuals: tuple[float, ...], named: list[str]
) -> None:
    found = rolled_up(*actuals)
    tile = goal_tile(found, found.goals[0], "en")
    assert [name for label, name in tile.year if label == "Furthest behind"] == named


def test_empty_lists_claim_nothing_of_a_month_that_nobody_knows() -> None:
    """In April and May both are Red and nobody works on them; June is not reported, or of B."""
    plan = plan_of(
        goal("A"), goal("B"),
        actuals={"A": [50, 50, None], "B": [50, 50, None]},
        plan={"A": [100] * 12, "B": [100] * 12},
    )  # fmt: skip
    unknown = "No goal that can be judged has been off plan for two months without an action."
    summary = page(pack_of(plan), SummaryPage)
    assert [block.empty for block in summary.blocks[:3]] == [
        "No actual for June 2026 has been reported yet.", unknown,
        "No actual for June 2026 has been reported yet.",
    ]  # fmt: skip
    partly = replace(plan, actuals={**plan.actuals, "B": series(APRIL, [50, 50, 100])})
    idle, changes = page(pack_of(partly), SummaryPage).blocks[1:3]
    assert (idle.empty, len(changes.lines)) == (unknown, 1)
    known = replace(partly, actuals={**plan.actuals, "A": series(APRIL, [50, 50, 100])})
    known = replace(known, goals=known.goals[:1])
    assert page(pack_of(known), SummaryPage).blocks[1].empty == (
        "No goal has been off plan for two months without an action."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_score_that_is_not_there_is_not_of_plan(language: str) -> None:
    found = rolled_up(None, None)
    assert goal_tile(found, found.goals[0], language).unit == ""
    judged = rolled_up(90, 80)
    assert goal_tile(judged, judged.goals[0], language).unit != ""


def test_lists_that_are_cut_say_how_many_more() -> None:
    summary = page(sample_pack("en"), SummaryPage)
    assert isinstance(summary, SummaryPage)
    behind = summary.blocks[0]
    whole = [
        entry
        for entry in sample_review("en").goals
        if entry.status in (Status.RED, Status.AMBER)
        and not entry.is_rollup
        and entry.goal.level is not Level.KGI
    ]
    beyond = len(whole) - len(behind.lines)
    assert beyond > 0
    assert str(beyond) in behind.more


# ---- Exceptions, register, data quality -----------------------------------------------------


@pytest.mark.parametrize(
    ("language", "lead"),
    [
        ("en", "No actual for June 2026 has been reported yet."),
        ("ja", "2026年6月の実績はまだ報告されていません。"),
    ],
)
def test_before_anything_is_reported_nothing_is_said_to_be_without_a_red(
    language: str, lead: str
) -> None:
    assert exceptions_page(rolled_up(None, None), language).lead == lead
    assert exceptions_page(rolled_up(100, None), language).lead != lead


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exceptions_are_every_red_goal_and_no_other(language: str) -> None:
    found = page(sample_pack(language), ExceptionsPage)
    assert isinstance(found, ExceptionsPage)
    red = {entry.goal.name for entry in sample_review(language).with_status(Status.RED)}
    shown = [card.name for card in (*found.without_action, *found.with_action)]
    assert set(shown) == red
    assert len(shown) == len(red)
    for card in found.with_action:
        assert any(action.cause and action.countermeasure for action in card.actions)
    # Nobody works on the first; for the second the cause is being looked for.
    assert [[action.id for action in card.actions] for card in found.without_action] == [
        [], ["A26-10"],
    ]  # fmt: skip
    assert [bool(card.idle) for card in found.without_action] == [True, False]


def test_a_red_goal_shows_what_was_said_and_is_done_about_it() -> None:
    plan = plan_of(
        goal("A"), goal("B"),
        actuals={"A": [9, 9, 1], "B": [9, 9, 1]}, plan={"A": [9] * 12, "B": [9] * 12},
        comments=(Comment("A", Month(2026, 6), "Rain all month", "Sato"),),
        actions=(
            Action("X1", "A", raised=date(2026, 6, 2), cause="Rain", countermeasure="Umbrellas"),
            Action("X2", "B", raised=date(2026, 6, 2)),
        ),
    )  # fmt: skip
    found = page(pack_of(plan), ExceptionsPage)
    assert isinstance(found, ExceptionsPage)
    shown = list(texts(found))
    for text in ("Rain all month", "Rain", "Umbrellas", "X1", "X2"):
        assert text in shown


def test_no_red_goal_is_said_too() -> None:
    found = page(
        pack_of(plan_of(goal("A"), actuals={"A": [1, 1, 1]}, plan={"A": [1] * 12})), ExceptionsPage
    )
    assert isinstance(found, ExceptionsPage)
    assert found.with_action == found.without_action == ()
    assert found.lead


def test_the_register_holds_every_action_by_phase_with_the_overdue_first() -> None:
    found = page(sample_pack("en"), RegisterPage)
    assert isinstance(found, RegisterPage)
    whole = sample_review("en")
    assert {line.id for line in found.actions} == {entry.action.id for entry in whole.actions}
    assert {column.key: column.count for column in found.phases} == {
        phase.value: sum(entry.phase is phase for entry in whole.actions) for phase in Phase
    }
    order = [column.key for column in found.phases]
    assert order == ["plan", "do", "check", "act", "closed"]
    places = [(order.index(line.phase_name), not line.overdue) for line in found.actions]
    assert places == sorted(places)


def test_data_quality_lists_the_missing_months_and_what_was_found() -> None:
    plan = plan_of(
        goal("A", name="Calls"), actuals={"A": [1, None, 3]}, plan={"A": [1, 1, None, *[1] * 9]}
    )
    whole = review(plan, problems=())
    bad = Problem("unknown-goal", sheet="Comments", cell="A7", found="Z9", warning=True)
    found = page(build_pack(replace(whole, problems=(bad,)), PackOptions("en")), QualityPage)
    assert isinstance(found, QualityPage)
    assert [(line.text, line.note) for line in found.missing] == [
        ("Calls", "actual missing: May"),
        ("Calls", "plan missing: Jun"),
    ]
    assert [finding.where for finding in found.findings] == ["Comments!A7"]


def test_missing_months_of_the_sample_are_listed_by_goal() -> None:
    found = page(sample_pack("en"), QualityPage)
    assert isinstance(found, QualityPage)
    assert [(line.text, line.note) for line in found.missing] == [
        ("Order fill rate", "actual missing: May"),
        ("Share of new products in revenue", "actual missing: Oct"),
    ]


# ---- Scope: a pack holds its scope and nothing else -----------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scope", ["QUALITY", "ONLINE", "CVR", "owner"])
def test_a_scopes_pack_holds_nothing_of_other_goals(language: str, scope: str) -> None:
    whole = sample_review(language)
    if scope == "owner":
        scope = f"owner:{whole.by_id['OTD'].goal.owner}"
    inside = {entry.id for entry in scoped(whole, scope).goals}
    assert 0 < len(inside) < len(whole.goals)
    html = unescape(sample_html(language, scope))
    kept = " ".join(
        text
        for entry in scoped(whole, scope).goals
        for text in (entry.goal.name, entry.goal.owner, entry.goal.why, *_remarks(entry.comments))
    )
    for entry in whole.goals:
        if entry.id in inside:
            assert entry.goal.name in html
            continue
        for text in (entry.goal.name, entry.goal.owner, entry.goal.why, *_remarks(entry.comments)):
            if text and text not in kept and entry.goal.name not in kept:
                assert text not in html, f"{entry.id} in the pack of {scope}: {text}"
    for action in whole.actions:
        shown = action.action.id in html
        assert shown == (action.action.goal in inside), action.action.id


def _remarks(comments: tuple[Comment, ...]) -> list[str]:
    return [comment.text for comment in comments]


def test_a_problem_that_touches_several_goals_names_only_those_of_the_scope() -> None:
    plan = plan_of(goal("IN", name="Mine"), goal("OUT", name="Theirs"), actuals={"IN": [1, 1, 1]})
    bad = Problem("unknown-goal", sheet="Plan", cell="A7", found="Z", goals=("IN", "OUT"))
    cut = scoped(replace(review(plan), problems=(bad,)), "IN")
    html = for_browser(build_pack(cut, PackOptions("en")))
    assert "Mine" in html
    assert "Theirs" not in html
    assert "OUT" not in html


# ---- Extremes -------------------------------------------------------------------------------


def test_a_tree_of_one_goal_makes_a_pack() -> None:
    pack = pack_of(plan_of(goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12}))
    assert kinds(pack)[:4] == ["cover", "summary", "tree", "scorecard"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_without_any_figure_makes_a_pack_that_says_so(language: str) -> None:
    plan = plan_of(goal("K", level=Level.KGI), goal("C", "K", level=Level.CSF), goal("A", "C"))
    html = for_browser(pack_of(plan, language))
    assert {"en": "No plan", "ja": "計画なし"}[language] in html


def test_two_kgis_have_a_sentence_each() -> None:
    plan = plan_of(
        goal("K1", level=Level.KGI), goal("K2", level=Level.KGI),
        actuals={"K1": [1, 2, 3], "K2": [1, 1, 1]}, plan={"K1": [1] * 12, "K2": [1] * 12},
    )  # fmt: skip
    summary = page(pack_of(plan), SummaryPage)
    assert isinstance(summary, SummaryPage)
    assert len(summary.lead) == len(summary.kgis) == 2


def test_a_deep_tree_is_drawn_whole() -> None:
    chain = [goal("G0", level=Level.KGI)]
    chain += [goal(f"G{n}", f"G{n - 1}", name=f"Level {n}") for n in range(1, 7)]
    pack = pack_of(plan_of(*chain))
    drawn = [text for entry in pack.pages if isinstance(entry, TreePage) for text in texts(entry)]
    assert all(any(f"Level {n}" in text for text in drawn) for n in range(1, 7))


def test_a_long_company_and_title_leave_the_running_head_to_month_and_state() -> None:
    settings = with_settings(company="C" * 200, title="T" * 200)
    pack = pack_of(plan_of(goal("A"), settings=settings))
    assert pack.running == ("", "June 2026 · Whole goal tree · Preliminary")
    assert pack.title == "T" * 200


def test_figures_too_wide_for_their_columns_are_set_smaller() -> None:
    wide = plan_of(goal("A"), actuals={"A": [1.2e13] * 3}, plan={"A": [1.3e13] * 12})
    card = page(pack_of(wide), ScorecardPage)
    assert isinstance(card, ScorecardPage)
    assert card.tight
    assert 5 <= card.size < 7.5
    assert sum(card.widths) == pytest.approx(1016, abs=2)
    usual = page(sample_pack("en"), ScorecardPage)
    assert isinstance(usual, ScorecardPage)
    assert not usual.tight
    assert usual.size == 7.5
    assert sum(usual.widths) == pytest.approx(1016, abs=2)


def test_a_pack_of_some_pages_has_no_link_into_a_page_it_does_not_hold() -> None:
    html = for_browser(
        build_pack(sample_review("en"), PackOptions("en", pages=("summary", "tree")))
    )
    places = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= places
    assert "Shop visits" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_write_dates_in_one_form(language: str) -> None:
    """The cell writes 2026-10-30, as a formula can; no page does, whose dates look otherwise."""
    found = [text for text in texts(sample_pack(language).pages) if "30" in text]
    assert any({"en": "30 Oct 26", "ja": "2026/10/30"}[language] in text for text in found)
    assert not [text for text in found if re.search(r"\d{4}-\d\d-\d\d", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_and_words_of_the_sample_take_two_pages(language: str) -> None:
    found = page(sample_pack(language), DefinitionsPage)
    assert len(found.page_turns) == 1
    assert sum(found.widths) == pytest.approx(BODY_WIDTH, abs=0.5)
    # The reasons, which are read, have more room than any other column.
    assert max(found.widths) == found.widths[-1]


def test_the_table_of_definitions_is_not_torn_where_it_can_be_whole() -> None:
    found = page(sample_pack("ja"), DefinitionsPage)
    assert found.page_turns == {len(found.rows)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_says_how_many_goals_it_counts(language: str) -> None:
    found = page(sample_pack(language), SummaryPage)
    assert found.tally_title == {"en": "26 goals", "ja": "全26指標"}[language]
    assert sum(count for _, count in found.tally) == 26


def test_a_gap_has_one_colour_on_every_page() -> None:
    """Online shop revenue is Amber, and its gap red, on its own page as on the scorecard."""
    (head, *_) = [p for p in sample_pack("en").pages if isinstance(p, GoalPage)]
    drawing = head.charts[0].drawing
    texts_drawn = [shape for shape in drawing.shapes if isinstance(shape, Text)]
    (fill,) = {shape.fill for shape in texts_drawn if shape.text == "−¥15.0M"}
    assert fill == LOOK.palette.bad_text
    row = page(sample_pack("en"), ScorecardPage).rows[1]
    assert (row.mark.name, row.good) == ("amber", False)


def test_columns_of_definitions_without_reasons_share_the_page() -> None:
    plan = plan_of(goal("A", name="Orders"), actuals={"A": [1]}, plan={"A": [1] * 12})
    found = page(pack_of(plan), DefinitionsPage)
    assert sum(found.widths) == pytest.approx(BODY_WIDTH, abs=0.5)
    assert max(found.widths) < BODY_WIDTH / 4


@pytest.mark.parametrize(
    ("level", "title"), [(Level.CSF, "Other goals"), (Level.KPI, "Goals")], ids=["beside", "alone"]
)
def test_goals_under_no_csf_are_others_only_beside_one(level: Level, title: str) -> None:
    plan = plan_of(
        goal("A", level=level), goal("B"), actuals={"A": [1], "B": [1]},
        plan={"A": [1] * 12, "B": [1] * 12},
    )  # fmt: skip
    titles = [entry.title for entry in pack_of(plan).pages if isinstance(entry, GoalPage)]
    assert titles[-1] == title
