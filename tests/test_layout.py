"""The pages as laid out: nothing beyond the margins, nothing upon anything else, no page wasted."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest

from kpixl.pack.columns import Fit
from kpixl.pack.contexts import Pack, Page, ScorecardPage, SummaryPage
from kpixl.pack.insight_contexts import LandingPage
from kpixl.pack.landing_page import HEAD, _height, _page_turns
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.paper import BODY_HEIGHT
from kpixl.pack.pdf import pack_pdf
from kpixl.plan.model import Action, Comment, Level
from kpixl.plan.month import Month
from kpixl.review.scope import scoped
from kpixl.words import word
from tests.engines import WITHOUT_BROWSER, once_an_engine
from tests.extremes import long_texts
from tests.layout import (
    Sheet,
    beyond_margins,
    lines,
    lonely_headings,
    near_empty,
    overlaps,
    sheets,
)
from tests.packs import LANGUAGES, pack_of, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings
from tests.sample_pdfs import pdf_by

Kind = TypeVar("Kind", bound=Page)
PdfOf = Callable[[str], bytes]
A4_LANDSCAPE = (297 * 72 / 25.4, 210 * 72 / 25.4)


def page(pack: Pack, kind: type[Kind]) -> Kind:
    return next(entry for entry in pack.pages if isinstance(entry, kind))


@lru_cache
def measured(pdf: bytes) -> tuple[Sheet, ...]:
    return sheets(pdf)


@pytest.fixture(params=product(WITHOUT_BROWSER, LANGUAGES), ids="-".join)
def laid_out(request: pytest.FixtureRequest, workers_folder: Path) -> tuple[Sheet, ...]:
    """The sample's pages behind the cover, which has margins of its own."""
    engine, language = request.param
    return measured(pdf_by(workers_folder, engine)(language))[1:]


def test_every_page_is_a4_landscape(laid_out: tuple[Sheet, ...]) -> None:
    for sheet in laid_out:
        assert (sheet.width, sheet.height) == pytest.approx(A4_LANDSCAPE, abs=0.1)


def test_nothing_stands_beyond_the_margins(laid_out: tuple[Sheet, ...]) -> None:
    assert [fault for sheet in laid_out for fault in beyond_margins(sheet)] == []


def test_no_two_words_lie_upon_each_other(laid_out: tuple[Sheet, ...]) -> None:
    assert [fault for sheet in laid_out for fault in overlaps(sheet)] == []


def test_no_heading_stands_alone_at_a_pages_foot(laid_out: tuple[Sheet, ...]) -> None:
    assert [fault for sheet in laid_out for fault in lonely_headings(sheet)] == []


def test_no_page_is_nearly_empty(laid_out: tuple[Sheet, ...]) -> None:
    assert [sheet.number for sheet in laid_out[:-1] if near_empty(sheet)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_csf_and_the_exceptions_take_one_page(language: str, sample_pdf: PdfOf) -> None:
    names = [sheet.name for sheet in measured(sample_pdf(language))[1:]]
    for entry in sample_pack(language).pages:
        if entry.template in {"summary.html", "goal.html", "exceptions.html", "tree.html"}:
            assert names.count(entry.bookmark) == 1, entry.bookmark


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_repeat_their_heads_on_every_page(language: str, sample_pdf: PdfOf) -> None:
    head = {"en": ("Goal", "Owner"), "ja": ("指標", "担当")}[language]
    name = {"en": "Definitions", "ja": "定義と算出方法"}[language]
    pages = [sheet for sheet in measured(sample_pdf(language))[1:] if sheet.name.startswith(name)]
    assert len(pages) > 1
    headings = {word(key, language).split()[0] for key in ("change.heading", "page.terms")}
    for sheet in pages[1:]:
        first = [word.text for word in next(lines(sheet))]
        # A page may begin with what follows the table, under a heading of its own.
        assert first[0] in headings or all(text in first for text in head), first


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_scale_of_type(language: str, sample_pdf: PdfOf) -> None:
    sizes = {
        round(word.size, 1) for sheet in measured(sample_pdf(language))[1:] for word in sheet.words
    }
    assert min(sizes) >= 6.3
    assert len(sizes) <= 13, sorted(sizes)


# ---- Extremes -------------------------------------------------------------------------------

LONG = {
    "en": "Weighted average customer lifetime value of first-time subscription buyers in the shop, "
    "after returns, taxes and fees ...",
    "ja": "オンライン直販部門における定期便新規申込者の初回購入単価および継続購入率の加重平均による"
    "総合的な顧客価値指標（全社基準・税抜・返品控除後・改定版）" * 2,
}


@once_an_engine
def extreme(language: str) -> tuple[Sheet, ...]:
    """Names of 120 characters, figures of 13 digits, long comments, two KGIs, eight CSFs."""
    name = LONG[language][:116]
    goals = [goal(key, name=f"{key} {name}", level=Level.KGI, unit="円") for key in ("K1", "K2")]
    goals += [goal(f"C{n}", "K1", name=f"C{n} {name}", level=Level.CSF) for n in range(8)]
    keys = [f"L{n}" for n in range(4)]
    goals += [goal(key, "C0", name=f"{key} {name}", unit="thousand pallets") for key in keys]
    small: dict[str, list[float]] = {key: [0.0003 * 90**n] * 12 for n, key in enumerate(keys)}
    found = plan_of(
        *goals,
        actuals={"K1": [1.2e13] * 3, "K2": [-4e9] * 3, **{key: v[:3] for key, v in small.items()}},
        plan={"K1": [1.3e13] * 12, "K2": [-3e9] * 12, **small},
        comments=(Comment("L0", Month(2026, 6), name * 3, name),),
        actions=(Action("X1", "L0", cause=name * 2, countermeasure=name, owner=name),),
        settings=with_settings(company=name, title=name, confidentiality=name),
    )
    pages = ("cover", "summary", "scorecard", "goals", "exceptions", "register")
    return sheets(pack_pdf(pack_of(found, language, pages=pages)))


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_texts_and_figures_wrap_and_are_never_cut(language: str) -> None:
    pages = extreme(language)[1:]
    faults = [f for sheet in pages for find in (beyond_margins, overlaps) for f in find(sheet)]
    assert faults == []
    text = "".join(re.sub(r"\s", "", sheet.text) for sheet in pages)
    assert "12,000,000,000,000" in text


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_is_one_page_whatever_it_holds(language: str) -> None:
    summary, scorecard = {"en": ("Summary", "Scorecard"), "ja": ("サマリー", "スコアカード")}[
        language
    ]
    pages = extreme(language)
    assert summary in [word.text for word in pages[1].words]
    assert scorecard in [word.text for word in pages[2].words]


@pytest.mark.usefixtures("by_each_engine")
def test_a_short_page_on_data_quality_is_not_torn() -> None:
    """An owner's pack: after the definitions, where there is room, or whole on the next page."""
    pages = ("definitions", "quality", "colophon")
    for language, owner in (("en", "Yuka Kobayashi"), ("ja", "小林 由香")):
        figures = scoped(sample_review(language), f"owner:{owner}")
        found = sheets(pack_pdf(build_pack(figures, PackOptions(language, pages=pages))))
        first, last = ("page.missing", "page.advice")
        where = [
            next(sheet.number for sheet in found if word(key, language) in sheet.text)
            for key in (first, last)
        ]
        assert where[0] == where[1]
        assert len(found) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_landing_table_is_whole_and_the_records_of_past_outlooks_have_the_next_page(
    language: str, sample_pdf: PdfOf
) -> None:
    found = page(sample_pack(language), LandingPage)
    assert (len(found.rows), len(found.owners)) == (26, 14)
    assert not found.page_turns
    first, second = [
        sheet.text for sheet in measured(sample_pdf(language)) if sheet.name == found.bookmark
    ]
    heading = word("page.past_outlooks", language)
    assert found.rows[-1].name in first
    assert heading not in first
    assert heading in second


def test_records_too_few_for_a_page_share_it_with_goals_of_the_table() -> None:
    """The goals and their notes just fill a page; half a page more has the next one to itself, a
    fifth of a page does not."""
    rows = page(sample_pack("en"), LandingPage).rows
    fit = Fit((176.0, *([60.0] * 14)), 1.0, True)
    taken = sum(_height(row, fit) for row in rows) + HEAD + 47.6
    above = BODY_HEIGHT - taken
    assert _page_turns(rows, fit, above, 47.6, 0.0) == (frozenset(), False)
    assert _page_turns(rows, fit, above, 47.6, 0.5 * BODY_HEIGHT) == (frozenset(), True)
    (turn,), alone = _page_turns(rows, fit, above, 47.6, 0.2 * BODY_HEIGHT)
    assert not alone
    assert rows[turn].level == Level.CSF.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_of_tiles_side_by_side_stand_level(language: str, sample_pdf: PdfOf) -> None:
    """Where the plan and the prior year stand, the year to date has the next line, whatever the
    figures; a label is never apart from its figure."""
    summary = measured(sample_pdf(language))[1]
    label = word("page.to_date", language)
    assert any(line.count(label) == 2 for line in summary.text.splitlines())
    tiles = page(sample_pack(language), SummaryPage).tiles
    assert [len(tile.foot) for tile in tiles] == [3, 3, 3, 3, 3]
    shown = summary.text.replace(" ", "").replace("·", "")
    for tile in tiles:
        for line in tile.foot:
            assert "".join(map("".join, line)).replace(" ", "").replace("\u00a0", "") in shown


def test_the_head_of_a_status_stands_above_its_word_and_not_above_its_mark(
    sample_pdf: PdfOf,
) -> None:
    scores = next(found for found in measured(sample_pdf("en")) if found.name == "Scorecard")
    heads = [found for found in scores.words if found.text == "Status"]
    assert len(heads) == 2
    for head in heads:
        beside = [w.left for w in scores.words if w.text == "Amber" and abs(w.left - head.left) < 9]
        assert len(beside) > 5
        assert max(abs(left - head.left) for left in beside) < 1.5


def test_a_score_by_the_original_plans_stands_behind_that_of_the_plan(sample_pdf: PdfOf) -> None:
    people = next(found for found in measured(sample_pdf("en")) if found.name.startswith("People"))
    said = " ".join(people.text.split())
    assert "scores 91.3% of plan (80.1% by the original plans) in October 2026" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_on_many_goals_names_what_is_better_and_the_mend(
    language: str, sample_pdf: PdfOf
) -> None:
    """The line above the goals says nothing that could be taken for what was found."""
    text = "".join(measured(sample_pdf(language))[-1].text.split())
    better, mend = ("".join(word(key, language).split()) for key in ("page.advised", "page.mend"))
    assert f"{better}{ {'en': 'Apacethat', 'ja': '過去に実現'}[language] }" in text
    assert f"{mend}{ {'en': 'Lookattheplan', 'ja': '残りの月の計画'}[language] }" in text


@pytest.mark.usefixtures("by_each_engine")
def test_the_head_of_a_status_is_on_one_line_beside_short_words() -> None:
    found = pack_of(long_texts("en"), pages=("scorecard",))
    assert "Red" in {row.mark.word for row in page(found, ScorecardPage).rows}
    (sheet,) = measured(pack_pdf(found))
    assert [found.text for found in sheet.words].count("Status") == 2
