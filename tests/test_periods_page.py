"""Quarters, halves and the year where Settings ask for them: page, charts, tiles, mail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpixl.delivery.summary import mail_context
from kpixl.measures.kinds import Aggregation
from kpixl.pack.chart_figures import MonthsFigures
from kpixl.pack.contexts import SummaryPage
from kpixl.pack.definitions_page import definitions_page
from kpixl.pack.drawings import months_figures
from kpixl.pack.html import for_browser, for_print
from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.pack.period_contexts import PeriodRow, PeriodsPage
from kpixl.pack.periods_page import periods_pages
from kpixl.pack.scorecard import scorecard_page
from kpixl.plan.model import Level, Plan, Series
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.terminal import print_scorecard
from tests.engines import once_an_engine
from tests.layout import Sheet, beyond_margins, lonely_headings, overlaps, sheets
from tests.packs import LANGUAGES, sample_reading
from tests.plans import APRIL, goal, plan_of, with_settings

ALL = ("quarter", "half", "year")
OCTOBER = Month(2026, 10)


def plan_with(kinds: tuple[str, ...] = ALL, **settings: Any) -> Plan:
    """A: 100 a month planned, 90 reported from April to October, but nothing for May. CSF rolls up
    B: 10 against 10. A month of the year before brought A 80."""
    return plan_of(
        goal("A", level=Level.KGI, name="Sales"),
        goal("CSF", "A", level=Level.CSF, name="Service"),
        goal("B", "CSF", name="Calls", aggregation=Aggregation.AVERAGE),
        actuals={"A": [90, None, *[90] * 5], "B": [10] * 7},
        plan={"A": [100] * 12, "B": [10] * 12},
        prior={"A": [80] * 12},
        settings=with_settings(review_month=OCTOBER, periods_shown=kinds, **settings),
    )


def page_of(found: Review, language: str = "en") -> PeriodsPage:
    (page,) = periods_pages(found, language)
    return page


def row(page: PeriodsPage, name: str) -> PeriodRow:
    return next(one for one in page.rows if one.name == name)


# ---- Nothing asked, nothing changed ---------------------------------------------------------


def test_without_the_setting_there_is_no_page_and_no_style_for_one():
    plain = review(plan_with(()))
    assert periods_pages(plain, "en") == ()
    pack = build_pack(plain, PackOptions("en"))
    assert "periods" not in [page.anchor for page in pack.pages]
    assert "periods-table" not in for_browser(pack)
    assert months_figures(plain, plain.goals[0], "en").borders == ()


def test_the_page_stands_behind_the_scorecard():
    pack = build_pack(review(plan_with()), PackOptions("en"))
    anchors = [page.anchor for page in pack.pages]
    assert anchors.index("periods") == anchors.index("scorecard") + 1
    assert DEFAULT_PAGES.index("periods") == DEFAULT_PAGES.index("scorecard") + 1


# ---- The table ------------------------------------------------------------------------------


def test_the_heads_name_each_period_its_months_and_what_is_still_to_come():
    heads = page_of(review(plan_with())).heads
    assert [(head.label, head.months, head.whole) for head in heads] == [
        ("Q1", "Apr–Jun", ()),
        ("Q2", "Jul–Sep", ()),
        ("H1", "Apr–Sep", ()),
        ("Q3 so far", "Oct, 1 of 3 months", ("Full plan",)),
        ("H2 so far", "Oct, 1 of 6 months", ("Full plan",)),
        ("FY2026 so far", "Apr–Oct, 7 of 12 months", ("Year plan", "Landing")),
    ]
    japanese = page_of(review(plan_with(("half",))), "ja").heads
    assert [(head.label, head.months) for head in japanese] == [
        ("上期", "4〜9月"),
        ("下期（途中）", "10月（6か月中1か月）"),
    ]


def test_the_cells_are_the_reviews_figures_in_words():
    page = page_of(review(plan_with()))
    first, _, half, third, _, year = row(page, "Sales").cells
    assert (first.actual, first.plan, first.attainment) == ("180", "200", "90.0%")  # two months
    assert (first.mark.word, first.good, first.whole) == ("Amber", False, ())
    assert (half.actual, half.plan) == ("450", "500")
    assert (third.actual, third.plan, third.whole) == ("90", "100", ("300",))
    assert year.actual == "540"
    # May is filled like the months to come, at 90% of plan: 540 + 6 x 100 x 540 / 600 = 1,080.
    assert year.whole == ("1,200", "1,080")
    assert row(page, "Calls").cells[2].actual == "10.0"


def test_a_roll_up_shows_its_score_and_no_plan():
    service = row(page_of(review(plan_with())), "Service")
    assert service.unit == "score"
    assert (service.cells[0].actual, service.cells[0].plan) == ("100.0%", "–")
    assert service.cells[3].whole == ("–",)


def test_the_notes_say_which_figures_cover_fewer_months():
    notes = " ".join(page_of(review(plan_with(("quarter", "year")))).notes)
    assert "Q1, 2 of 3 months: Sales; FY2026, 6 of 7 months: Sales." in notes
    assert "up to October 2026" in notes
    every = plan_of(
        *(goal(name) for name in ("A", "B", "C")),
        actuals={name: [1, None, 1] for name in ("A", "B", "C")},
        plan={name: [1] * 12 for name in ("A", "B", "C")},
        settings=with_settings(periods_shown=("quarter",)),
    )
    assert "Q1, 2 of 3 months: all goals." in page_of(review(every)).notes[-1]


@pytest.mark.parametrize(
    ("kinds", "english", "japanese"),
    [
        (("quarter",), "FY26 by quarter", "FY26 四半期別実績"),
        (("year", "half"), "FY26 by half and year", "FY26 半期・年度別実績"),
        (ALL, "FY26 by quarter, half and year", "FY26 四半期・半期・年度別実績"),
    ],
)
def test_the_title_names_the_year_and_the_kinds(kinds, english, japanese):
    found = review(plan_with(kinds, fiscal_label="FY26"))
    assert page_of(found, "en").title == english
    assert page_of(found, "ja").title == japanese


def test_a_year_from_january_is_counted_from_january():
    plan = replace(plan_with(("quarter",)), settings=with_settings(
        review_month=OCTOBER, periods_shown=("quarter",), fiscal_start=1,
    ))  # fmt: skip
    heads = page_of(review(plan)).heads
    assert [(head.label, head.months) for head in heads][1:] == [
        ("Q2", "Apr–Jun"), ("Q3", "Jul–Sep"), ("Q4 so far", "Oct, 1 of 3 months"),
    ]  # fmt: skip


def test_the_words_are_explained_where_there_are_periods():
    def terms(kinds: tuple[str, ...]) -> list[str]:
        page = definitions_page(review(plan_with(kinds)), "en")
        return [name for side in page.terms for name, _ in side]

    assert "Quarter, half, year" in terms(("half",))
    assert "Quarter, half, year" not in terms(())


# ---- The charts -----------------------------------------------------------------------------


def figures_of(page: PeriodsPage) -> list[MonthsFigures]:
    found = []
    for chart in page.charts[0]:
        source = chart.drawing.source
        assert source is not None
        assert isinstance(source.figures, MonthsFigures)
        found.append(source.figures)
    return found


def test_each_kind_has_a_chart_and_the_landing_stands_beside_the_year():
    quarters, halves, year = figures_of(page_of(review(plan_with())))
    assert [month.label for month in quarters.months] == ["Q1 (2 of 3)", "Q2", "Q3 so far"]
    assert [month.actual for month in quarters.months] == [180, 270, 90]
    assert [month.plan for month in quarters.months] == [200, 300, 100]
    assert [month.prior for month in quarters.months] == [160, 240, 80]
    assert [month.difference for month in quarters.months] == [-20, -30, -10]
    assert quarters.review == 2
    assert [month.label for month in halves.months] == ["H1 (5 of 6)", "H2 so far"]
    so_far, landing = year.months
    assert (so_far.actual, so_far.plan) == (540, 600)
    assert landing.actual is None
    assert (landing.label, landing.plan) == ("Landing", 1200)
    assert landing.outlook == pytest.approx(1080)
    assert landing.difference == pytest.approx(-120)
    assert landing.prior == 960  # 12 x 80


def test_a_chart_is_told_to_those_who_do_not_see_it():
    page = page_of(review(plan_with(("quarter",))))
    alt = page.charts[0][0].drawing.alt
    assert "Q3 so far 90 against plan 100" in alt
    assert "Below plan in 3 of 3 periods." in alt
    html = for_browser(build_pack(review(plan_with(("quarter",))), PackOptions("en")))
    assert '<th scope="col">Period</th>' in html


def test_a_year_that_is_over_has_no_landing_beside_it():
    plan = plan_of(
        goal("A", level=Level.KGI),
        actuals={"A": [90] * 12},
        plan={"A": [100] * 12},
        settings=with_settings(review_month=Month(2027, 3), periods_shown=ALL),
    )
    page = page_of(review(plan))
    assert [month.label for month in figures_of(page)[2].months] == ["FY2026"]
    assert [head.whole for head in page.heads] == [()] * 7


def test_month_charts_mark_where_quarters_and_halves_begin():
    def borders(*kinds: str) -> tuple[tuple[int, bool], ...]:
        found = review(plan_with(kinds))
        return months_figures(found, found.goals[0], "en").borders

    assert borders("quarter") == ((3, False), (6, False), (9, False))
    assert borders("half") == ((6, True),)
    assert borders("quarter", "half") == ((3, False), (6, True), (9, False))
    assert borders("year") == ()


# ---- Tiles, mail, terminal ------------------------------------------------------------------


def test_a_kgis_tile_has_the_current_period_of_each_kind():
    pack = build_pack(review(plan_with(("half", "quarter"))), PackOptions("en"))
    summary = next(page for page in pack.pages if isinstance(page, SummaryPage))
    told = [(label, text, found.word) for label, text, found in summary.kgis[0].spans]
    assert told == [
        ("Q3 so far", "90 · 90.0%", "Amber"),
        ("H2 so far", "90 · 90.0%", "Amber"),
    ]
    assert all(tile.spans == () for tile in summary.tiles)
    assert '<div class="label">H2 so far</div>' in for_print(pack).html


def test_a_mails_kgi_tile_tells_them_too_by_shape_and_word():
    mail = mail_context(review(plan_with(("half",))), "ja")
    assert mail.kgis.entries[0].pairs[-1] == ("下期（途中）", "90 · 90.0% ◆ 注意")
    assert all(label != "下期（途中）" for label, _ in mail.goals.entries[0].pairs)


def test_the_terminal_has_a_line_for_each_kgi(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    print_scorecard(review(plan_with(("half", "year"))), "en")
    lines = capsys.readouterr().out.splitlines()
    assert "Sales: H2 so far 90 pcs · 90.0% ◆ Amber, FY2026 so far 540 pcs · 90.0% ◆ Amber" in lines


def test_a_part_of_the_tree_shows_its_own_goals_alone():
    part = scoped(review(plan_with()), "CSF")
    page = page_of(part)
    assert [one.name for one in page.rows] == ["Service", "Calls"]
    assert "Sales" not in for_print(build_pack(part, PackOptions("en", pages=("periods",)))).html


# ---- As laid out ----------------------------------------------------------------------------


@once_an_engine
def laid_out(language: str, month: Month) -> tuple[Sheet, ...]:
    """The sample with the usual columns (October), the most (February) and all seven periods."""
    plan = sample_reading(language).plan
    assert plan is not None
    asked = replace(plan, settings=replace(plan.settings, periods_shown=ALL))
    pack = build_pack(review(asked, month), PackOptions(language, pages=("summary", "periods")))
    return sheets(pack_pdf(pack))


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", [OCTOBER, Month(2027, 2), Month(2027, 3)])
def test_the_pages_hold_all_of_it(language: str, month: Month) -> None:
    pages = laid_out(language, month)
    assert len(pages) == 3  # the summary, and the table on two pages
    for check in (beyond_margins, overlaps, lonely_headings):
        assert [fault for sheet in pages for fault in check(sheet)] == []


def test_the_heads_have_their_scope():
    html = for_print(build_pack(review(plan_with()), PackOptions("en", pages=("periods",)))).html
    assert html.count('scope="colgroup"') == 6
    assert html.count('<th class="goal-name" scope="row">') == 3
    # goal, unit; two columns a period, three where it is running
    assert html.count('scope="col"') == 2 + 3 * 2 + 3 * 3


# ---- What figures cover ---------------------------------------------------------------------

NO_JUNE = [80, 80, None, *[80] * 9]


@pytest.mark.parametrize(
    ("language", "note"),
    [
        (
            "en",
            (
                "Prior year in the charts covers fewer months: Q1, 1 of 2 months: Sales; "
                "H1, 4 of 5 months: Sales; FY2026, 5 of 6 months: Sales."
            ),
        ),
        (
            "ja",
            (
                "図の前年の対象月が少ないもの：第1四半期（2か月中1か月）はSales、"
                "上期（5か月中4か月）はSales、2026年度（6か月中5か月）はSales。"
            ),
        ),
    ],
)
def test_a_prior_year_with_a_month_missing_is_told_beside_its_charts(language: str, note: str):
    plan = plan_with()
    before = {APRIL.plus(n - 12): value for n, value in enumerate(NO_JUNE) if value is not None}
    sales = {**before, **{m: v for m, v in plan.actuals["A"].values.items() if m >= APRIL}}
    found = review(replace(plan, actuals={**plan.actuals, "A": Series(sales)}))
    assert note in page_of(found, language).notes
    whole = review(plan_with())
    assert not any(note[:10] == other[:10] for other in page_of(whole, language).notes)


def test_months_from_before_a_goal_joined_are_told_where_the_plan_has_none_of_them():
    # 90 a month from April on, 100 planned from July on: of 630 to date 360 are compared with 400.
    joined = goal("A", level=Level.KGI, name="Sales", valid_from=Month(2026, 7))
    found = review(
        plan_of(
            joined,
            actuals={"A": [90] * 7},
            plan={"A": [100] * 12},
            settings=with_settings(review_month=OCTOBER, periods_shown=("half",)),
        )
    )
    assert (found.goals[0].to_date.actual, found.goals[0].to_date.plan) == (630, 400)
    assert "To date covers fewer months: Sales (4 of 7)." in scorecard_page(found, "en").notes
    half = "Figures that cover fewer months: H1, 3 of 6 months: Sales."
    assert any(half[:-1] in note for note in page_of(found).notes)
