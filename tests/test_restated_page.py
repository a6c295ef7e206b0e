"""Restated figures and editions in the pack: what stands where, and whole pages of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest

from kpixl.jobs import PackJob, make_pack, pack_stem
from kpixl.measures.kinds import Status
from kpixl.pack.contexts import ColophonPage, CoverPage, Pack, Page, SummaryPage
from kpixl.pack.html import for_browser, for_print
from kpixl.pack.insight_contexts import RestatedPage
from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.plan.model import Level, Source
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.restated import Change, Edition, Published, Restatement
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.words import word
from tests.books import put, sample_bytes
from tests.engines import once_an_engine
from tests.layout import Sheet, beyond_margins, lines, lonely_headings, overlaps, sheets
from tests.packs import LANGUAGES, sample_review
from tests.plans import goal, plan_of, with_settings
from tests.test_insight_charts import LONG

MAY, SEPTEMBER, OCTOBER = Month(2026, 5), Month(2026, 9), Month(2026, 10)
SENT = date(2026, 10, 9)
Kind = TypeVar("Kind", bound=Page)
SECOND = Edition(2, "Returns of May were booked twice", date(2026, 11, 12))


def restated(goal_id: str, old: float | None, new: float | None, **fields: Any) -> Restatement:
    """A figure of September 2026 as September's pack has shown it."""
    usual: dict[str, Any] = {
        "month": SEPTEMBER, "measure": "actual", "old_status": Status.GREEN,
        "new_status": Status.GREEN, "sent": SENT, "month_sent": SEPTEMBER, "edition": 1,
    }  # fmt: skip
    return Restatement(goal_id, old=old, new=new, **{**usual, **fields})


# Revenue 412.3 -> 402.1 million: 402.1 - 412.3 = -10.2, and -10.2 / 412.3 = -2.474 %.
# Defects 0.32 % -> 0.45 %: +0.13 points. Visits planned 890,000 -> 900,000: +10,000, +1.124 %.
FOUND = (
    restated("SALES", 412_300_000, 402_100_000, new_status=Status.AMBER),
    restated("SALES", 410_000_000, None, month=OCTOBER, old_status=Status.RED,
             new_status=Status.NO_DATA, edition=2, month_sent=OCTOBER, sent=date(2026, 11, 9)),
    restated("VISITS", 890_000, 900_000, measure="plan"),
    restated("DEFECT", 0.0032, 0.0045, month=Month(2025, 9), old_status=None, new_status=None),
)  # fmt: skip


def built(language: str = "en", scope: str = "", **options: Any) -> Pack:
    usual: dict[str, Any] = {"restated": FOUND}
    found = scoped(sample_review(language), scope)
    return build_pack(found, PackOptions(language, **{**usual, **options}))


def page(pack: Pack, kind: type[Kind]) -> Kind:
    (found,) = [entry for entry in pack.pages if isinstance(entry, kind)]
    return found


CLOSED = (
    restated("SALES", 412_300_000, 402_100_000, change=Change.FINAL, closing=1,
             sent=date(2026, 11, 11), month_sent=OCTOBER, edition=0),
    restated("VISITS", 890_000, 900_000, change=Change.TO_FINAL),
    restated("VISITS", 880_000, 890_000, measure="plan", change=Change.FINAL, closing=2,
             sent=date(2026, 11, 12), month_sent=OCTOBER, edition=0),
)  # fmt: skip


# ---- The page -------------------------------------------------------------------------------


def test_each_row_says_what_was_sent_what_is_now_and_what_it_does() -> None:
    first, gone, plan, before = page(built(), RestatedPage).rows
    assert (first.name, first.unit, first.month, first.measure) == (
        "Revenue", "¥M", "Sep 2026", "Actual",
    )  # fmt: skip
    assert (first.old, first.new, first.difference, first.share) == (
        "412.3", "402.1", "−10.2", "−2.5%",
    )  # fmt: skip
    assert first.before is not None
    assert first.now is not None
    assert (first.before.word, first.now.word, first.judged) == ("Green", "Amber", True)
    assert (first.sent, first.pack) == ("9 Oct 2026", "September 2026, edition 1")
    assert (gone.old, gone.new, gone.difference, gone.share) == ("410.0", "n/a", "–", "–")
    assert (gone.sent, gone.pack) == ("9 Nov 2026", "October 2026, edition 2")
    assert (plan.measure, plan.old, plan.new) == ("Plan", "890", "900")
    assert (plan.difference, plan.share, plan.judged) == ("+10", "+1.1%", False)
    assert (before.month, before.old, before.new) == ("Sep 2025", "0.32%", "0.45%")
    assert (before.difference, before.share, before.now) == ("+0.13 pt", "–", None)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        (
            "en",
            [
                ("Final", "11 Nov 2026", "Closing of October 2026"),
                ("Preliminary → Final", "9 Oct 2026", "September 2026, edition 1"),
                ("Final", "12 Nov 2026", "Closing 2 of October 2026"),
            ],
        ),
        (
            "ja",
            [
                ("確報", "2026年11月11日", "2026年10月分 月次確定"),
                ("速報 → 確報", "2026年10月9日", "2026年9月分 第1版"),
                ("確報", "2026年11月12日", "2026年10月分 月次確定（2回目）"),
            ],
        ),
    ],
)
def test_each_row_says_as_what_when_and_where_it_was_published(
    language: str, shown: list[tuple[str, str, str]]
) -> None:
    rows = page(built(language, restated=CLOSED), RestatedPage).rows
    assert [(row.state, row.sent, row.pack) for row in rows] == shown


def test_figures_that_have_but_become_final_are_called_so() -> None:
    found = page(built(restated=CLOSED[1:2]), RestatedPage)
    assert found.title == "From preliminary to final"
    assert "no final figure is restated" in found.notes[1]
    assert page(built(restated=CLOSED), RestatedPage).title == "Restated figures"
    notes = page(built(restated=CLOSED[:1]), RestatedPage).notes
    assert not [note for note in notes if "preliminary" in note]


@pytest.mark.parametrize(("language", "said"), [("en", "restated"), ("ja", "修正あり")])
def test_the_cover_of_a_closed_month_says_that_it_is_restated(language: str, said: str) -> None:
    state = page(built(language, restated=CLOSED, is_restated=True), CoverPage).facts[0][1]
    assert state.split(" · ")[-1] == said
    assert said not in page(built(language, restated=CLOSED), CoverPage).facts[0][1]


def test_rows_of_one_goal_stand_together_and_its_first_is_marked() -> None:
    assert [row.first for row in page(built(), RestatedPage).rows] == [True, False, True, True]


def test_the_page_leads_with_how_much_has_changed() -> None:
    # Of the three with a share, 0.13 / 0.32 = 40.6 % is the largest; two statuses change.
    assert page(built(), RestatedPage).lead == (
        "4 figures of 3 goals have changed since they were last published. 2 statuses change as "
        "a result. The largest change: Defect rate, actual of September 2025, from 0.32% to 0.45% "
        "(+0.13\u00a0pt)."
    )


def test_the_page_stands_between_landing_and_definitions() -> None:
    names = [entry.template for entry in built().pages]
    place = names.index("restated.html")
    assert names[place - 1] == "landing.html"
    assert names[place + 1] == "definitions.html"
    assert DEFAULT_PAGES.index("restated") == DEFAULT_PAGES.index("landing") + 1


def test_nothing_restated_no_page_and_no_word_of_it() -> None:
    pack = built(restated=())
    assert not [entry for entry in pack.pages if isinstance(entry, RestatedPage)]
    assert page(pack, SummaryPage).notice.text == ""
    assert "restated" not in for_browser(pack).split("</style>")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scopes_pack_restates_nothing_of_other_goals(language: str) -> None:
    pack = built(language, "QUALITY")
    (row,) = page(pack, RestatedPage).rows
    assert row.name == sample_review(language).by_id["DEFECT"].goal.name
    assert "412.3" not in for_browser(pack)
    nothing = built(language, "WHOLESALE")
    assert not [entry for entry in nothing.pages if isinstance(entry, RestatedPage)]
    assert page(nothing, SummaryPage).notice.restated == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_as_many_cells_as_heads(language: str) -> None:
    html = for_print(built(language, pages=("restated",))).html
    table = html[html.index("<table") :]
    counts = [
        len(re.findall(r"<t[hd]\b", row)) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
    assert set(counts) == {len(re.findall(r"<col style", table))} == {12}
    assert len(counts) == 1 + len(FOUND)


# ---- The edition ----------------------------------------------------------------------------


def test_a_first_edition_looks_as_ever_but_for_the_restated_figures() -> None:
    pack = built()
    cover, colophon = page(pack, CoverPage), page(pack, ColophonPage)
    assert cover.edition == "Edition 1"
    assert cover.correction == ""
    assert "Edition" not in pack.running[1]
    assert dict(colophon.facts)["Edition"] == "Edition 1"
    notice = page(pack, SummaryPage).notice
    assert (notice.replaces, notice.correction) == ("", "")
    assert notice.restated == "4 figures sent earlier are restated"


@pytest.mark.parametrize(
    ("language", "running", "cover", "replaces", "why"),
    [
        (
            "en", "Preliminary · Edition 2",
            "Corrected on 12 Nov 2026: Returns of May were booked twice",
            "Edition 2 replaces edition 1", "Corrected: Returns of May were booked twice",
        ),
        (
            "ja", "速報 · 第2版",
            "訂正理由（2026年11月12日）：Returns of May were booked twice",
            "第2版（第1版を差し替え）", "訂正理由：Returns of May were booked twice",
        ),
    ],
)  # fmt: skip
def test_a_later_edition_says_so_on_cover_summary_colophon_and_every_page(
    language: str, running: str, cover: str, replaces: str, why: str
) -> None:
    pack = built(language, edition=SECOND)
    assert pack.running[1].endswith(running)
    found = page(pack, CoverPage)
    assert found.correction == cover
    assert found.facts[0][1] == running
    notice = page(pack, SummaryPage).notice
    assert (notice.replaces, notice.correction) == (replaces, why)
    facts = [text for _, text in page(pack, ColophonPage).facts]
    assert replaces in facts
    assert SECOND.reason in facts
    html = for_browser(pack)
    assert re.search(r"<title>[^<]*(Edition 2|第2版)</title>", html)


def test_the_edition_is_never_crowded_out_of_the_running_head() -> None:
    settings = with_settings(company="C" * 200, title="T" * 200)
    found = review(plan_of(goal("A"), settings=settings))
    assert build_pack(found, PackOptions("en", edition=SECOND)).running == (
        "", "June 2026 · Whole goal tree · Preliminary · Edition 2",
    )  # fmt: skip


def test_a_pack_of_some_pages_counts_restated_figures_without_a_link() -> None:
    html = for_browser(built(pages=("summary",)))
    assert "4 figures sent earlier are restated" in html
    assert "#restated" not in html
    assert 'href="#restated"' in for_browser(built(pages=("summary", "restated")))


def test_a_reason_is_text_and_nothing_else() -> None:
    html = for_browser(built(edition=Edition(2, "</style><script>alert(1)</script>")))
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 3  # cover, summary, colophon


def test_another_edition_reason_or_figure_is_another_document() -> None:
    packs = [
        built(),
        built(restated=FOUND[:3]),
        built(edition=SECOND),
        built(edition=replace(SECOND, reason="Other")),
        built(edition=replace(SECOND, number=3)),
    ]
    assert len({pack.identifier for pack in packs}) == len(packs)
    assert built(edition=SECOND).identifier == built(edition=replace(SECOND)).identifier


# ---- Jobs -----------------------------------------------------------------------------------


def test_a_later_editions_file_sorts_behind_the_first() -> None:
    found = review(plan_of(goal("A"), source=Source("my plan.xlsx")), Month(2026, 6))
    names = [f"{pack_stem(found, 'ja', Edition(n))}.pdf" for n in (1, 2)]
    assert names == ["2026-06_my_plan_ja.pdf", "2026-06_my_plan_ja_e2.pdf"]
    assert sorted(names) == names


def test_a_job_restates_what_its_readers_were_sent_otherwise(tmp_path: Any) -> None:
    book = put(tmp_path, "plan.xlsx", sample_bytes("en"))
    # The sample's September: revenue 409.7 million.
    published = (Published("SALES", SEPTEMBER, 411_111_111, None, SENT, SEPTEMBER),)
    job = PackJob(
        book, tmp_path, formats=("html",), pages=("cover", "restated"), edition=SECOND,
        published=published,
    )  # fmt: skip
    (file,) = make_pack(job).files
    assert file.name == "2026-10_plan_en_e2.html"
    html = file.read_text(encoding="utf-8")
    for text in ("411.1", "409.7", SECOND.reason):
        assert text in html


# ---- As laid out ----------------------------------------------------------------------------


def faults(pages: tuple[Sheet, ...]) -> list[str]:
    tests = (beyond_margins, overlaps, lonely_headings)
    return [fault for sheet in pages for test in tests for fault in test(sheet)]


@once_an_engine
def laid_out(language: str) -> tuple[Sheet, ...]:
    pages = ("cover", "summary", "restated", "colophon")
    return sheets(pack_pdf(built(language, edition=SECOND, pages=pages)))


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_old_and_new_figure_is_printed_and_nothing_overlaps(language: str) -> None:
    _, summary, page_of_figures, _ = laid_out(language)
    missing = {"en": "n/a", "ja": "―"}[language]
    for text in ("412.3", "402.1", "410.0", missing, "890", "900", "0.32%", "0.45%"):
        assert text in page_of_figures.text
    assert faults((summary, page_of_figures)) == []
    where = {"en": "(page 3)", "ja": "（3ページ）"}[language]
    assert where in summary.text.replace(" ", "") or where in summary.text


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_loose_page_shows_its_edition(language: str) -> None:
    edition = {"en": "Edition 2", "ja": "第2版"}[language]
    for sheet in laid_out(language):
        head = sheet.text if sheet.number == 1 else sheet.text[:300]
        assert edition in head


def wide(language: str, figures: int) -> tuple[Review, tuple[Restatement, ...]]:
    """A goal for each ten figures, with names of 120 characters and figures of 19 digits."""
    name = LONG[language][:116]
    keys = [f"L{n}" for n in range(figures // 10)]
    goals = [goal(key, name=f"{key} {name}", unit="thousand pallets") for key in keys]
    found = review(
        plan_of(
            *goals, actuals={key: [1.2e12, 1.3e12, 1.4e12] for key in keys},
            plan={key: [1.2e12] * 12 for key in keys},
        )
    )  # fmt: skip
    changed = tuple(
        restated(
            key, 1_234_567_000_000_000_000 + 1000 * n, -9_876_543_000_000_000_000 - 10000 * n,
            month=Month(2025, 9).plus(n), measure="plan" if n % 2 else "actual",
            new_status=Status.RED,
        )
        for key in keys
        for n in range(10)
    )  # fmt: skip
    return found, changed


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_and_large_figures_are_never_cut(language: str) -> None:
    found, changed = wide(language, 20)
    pack = build_pack(found, PackOptions(language, pages=("restated",), restated=changed))
    assert page(pack, RestatedPage).tight
    pages = sheets(pack_pdf(pack))
    assert faults(pages) == []
    for n in range(10):
        assert column(pages, "old", language).count(f"1,234,567,000,000,00{n},000") == 2
        assert column(pages, "new", language).count(f"9,876,543,000,000,0{n}0,000") == 2


def column(pages: tuple[Sheet, ...], name: str, language: str) -> str:
    """The words that stand in a column of figures, which end at its right: one a line."""
    head = word(f"restated.{name}", language).split()[-1]
    found = []
    for sheet in pages:
        edge = next(entry.right for entry in sheet.body if entry.text == head)
        words = [entry for entry in sheet.body if abs(entry.right - edge) < 1.5]
        found += [entry.text for entry in sorted(words, key=lambda entry: entry.top)]
    return "\n".join(found)


def many(goals: int) -> tuple[Review, tuple[Restatement, ...]]:
    """Twelve figures a goal."""
    keys = [f"L{n}" for n in range(goals)]
    found = review(
        plan_of(
            *(goal(key, name=f"Goal {key} of the tree") for key in keys),
            actuals={key: [100, 200, 300] for key in keys},
        )
    )
    changed = tuple(
        restated(key, 1000 + 12 * row + n, 5000 + 12 * row + n, month=Month(2025, 7).plus(n))
        for row, key in enumerate(keys)
        for n in range(12)
    )
    return found, changed


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize(
    ("language", "goals", "length", "head"),
    [("en", 8, (3, 4), ["Goal", "Unit", "Month"]), ("ja", 25, (9, 12), ["指標", "単位", "年月"])],
)
def test_hundreds_of_rows_make_whole_pages_with_their_heads_repeated(
    language: str, goals: int, length: tuple[int, int], head: list[str]
) -> None:
    found, changed = many(goals)
    pack = build_pack(found, PackOptions(language, pages=("restated",), restated=changed))
    pages = sheets(pack_pdf(pack))
    assert faults(pages) == []
    assert length[0] <= len(pages) <= length[1]
    for sheet in pages[1:]:
        assert [word.text for word in next(lines(sheet))][:3] == head
    printed = " ".join(sheet.text for sheet in pages)
    for n in range(12 * goals):
        assert f"{1000 + n:,} {5000 + n:,} +4,000" in printed
    # Every row names its goal, so that none is without on the page on which it stands.
    assert printed.count("of the tree") >= 12 * goals


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_reason_leaves_cover_and_summary_on_their_pages(language: str) -> None:
    reason = {"en": "Returns of May were booked twice. ", "ja": "5月の返品を二重に計上していた。"}
    edition = Edition(2, reason[language] * 24)
    name = LONG[language][:116]
    csfs = [goal(f"C{n}", "K1", name=f"C{n} {name}", level=Level.CSF) for n in range(8)]
    kgis = [goal(key, name=f"{key} {name}", level=Level.KGI, unit="円") for key in ("K1", "K2")]
    found = review(
        plan_of(
            *kgis, *csfs, actuals={"K1": [1.2e13] * 3, "K2": [-4e9] * 3},
            plan={"K1": [1.3e13] * 12, "K2": [-3e9] * 12},
            settings=with_settings(company=name, title=name, confidentiality=name),
        )
    )  # fmt: skip
    changed = (restated("K1", 1.1e13, 1.2e13, month=MAY),)
    options = PackOptions(
        language, pages=("cover", "summary", "restated"), edition=edition, restated=changed
    )
    pack = build_pack(found, options)
    assert page(pack, SummaryPage).notice.correction == ""
    pages = sheets(pack_pdf(pack))
    assert len(pages) == 3
    assert faults(pages[1:]) == []
    cover = re.sub(r"\s", "", pages[0].text)
    assert cover.count(re.sub(r"\s", "", reason[language])) == 24
    assert max(word.bottom for word in pages[0].words) < pages[0].height - 20


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_of_two_lines_is_said_on_the_summary(language: str) -> None:
    reason = {"en": "Returns of May were booked twice; ", "ja": "5月の返品を二重に計上していた。"}
    edition = Edition(2, reason[language] * 5)
    notice = page(built(language, edition=edition), SummaryPage).notice
    assert edition.reason.strip() in notice.correction
    pdf = sheets(pack_pdf(built(language, edition=edition, pages=("summary",))))
    assert len(pdf) == 1
    assert faults(pdf) == []
