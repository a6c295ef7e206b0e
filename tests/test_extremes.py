"""Packs at the extremes: laid out page by page, and equal to the pictures that were looked at."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from kpixl.pack.canvas import Rect
from kpixl.pack.contexts import GoalPage, SummaryPage
from kpixl.pack.pagination import page_starts, shared_out
from kpixl.plan.model import Level
from kpixl.words import word
from tests.engines import WITHOUT_BROWSER
from tests.extremes import (
    CASES,
    DIFFERENT,
    MOST_DIFFERENT,
    difference,
    extreme_pdf,
    fonts,
    many,
    pictures,
    reference,
)
from tests.layout import (
    FOOT,
    HEAD,
    MARGIN,
    MM,
    Sheet,
    beyond_margins,
    lines,
    lonely_headings,
    overlaps,
    sheets,
)
from tests.packs import LANGUAGES, pack_of
from tests.plans import goal, plan_of

PdfOf = Callable[[str, str], bytes]
BUILD = Path(__file__).parent.parent / "build" / "extremes"
LEAST_USED = 0.15
FONTS = {"Inter", "BIZUDPGothic"}
DRAWN = [(name, language) for name, case in CASES.items() for language in case.languages]
PAGED = [(name, language) for name, language in DRAWN if CASES[name].pages != ("cover",)]


@pytest.fixture(scope="session")
def looked_at(workers_folder: Path) -> PdfOf:
    """A case's PDF in a language as WeasyPrint lays it out, of which the pictures are."""
    return _shared(workers_folder, "weasyprint")


@pytest.fixture(scope="session", params=WITHOUT_BROWSER)
def extreme(request: pytest.FixtureRequest, workers_folder: Path) -> PdfOf:
    """A case's PDF in a language by each engine."""
    return _shared(workers_folder, request.param)


def _shared(folder: Path, engine: str) -> PdfOf:
    """The PDFs of an engine; workers share them."""

    def of(case: str, language: str) -> bytes:
        path = folder / f"extreme-{case}-{language}-{engine}.pdf"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                partial = path.with_suffix(".partial")
                partial.write_bytes(extreme_pdf(case, language, engine))
                partial.rename(path)
        return path.read_bytes()

    return of


@lru_cache
def measured(pdf: bytes) -> tuple[Sheet, ...]:
    return sheets(pdf)


# ---- Pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "language"), DRAWN)
def test_pages_look_as_when_they_were_looked_at(case: str, language: str, looked_at: PdfOf) -> None:
    pdf = looked_at(case, language)
    if not fonts(pdf) <= FONTS:
        pytest.skip(f"drawn with {sorted(fonts(pdf))}, the pictures with Inter and BIZ UDPGothic")
    found = pictures(pdf)
    assert not reference(case, language, len(found) + 1).exists(), "a page less than was drawn"
    apart = {}
    for number, image in enumerate(found, 1):
        path = reference(case, language, number)
        share = difference(image, Image.open(path)) if path.exists() else 1.0
        if share > MOST_DIFFERENT:
            BUILD.mkdir(parents=True, exist_ok=True)
            image.save(BUILD / path.name)
            apart[path.name] = round(share, 3)
    assert apart == {}, f"see {BUILD}; python -m tests.extremes records what is right"


def test_a_line_that_moves_is_seen_and_another_shade_is_not() -> None:
    page = Image.open(reference("one_kpi", "en", 2)).convert("L")
    assert difference(page, page.point(lambda shade: min(255, shade + DIFFERENT // 2))) == 0
    moved = Image.new("L", page.size, 255)
    moved.paste(page.crop((0, 0, page.width, 60)), (0, 0))
    moved.paste(page.crop((0, 60, page.width, page.height - 4)), (0, 64))
    assert difference(moved, page) > MOST_DIFFERENT
    assert difference(page.crop((0, 0, 9, 9)), page) == 1


# ---- Layout ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "language"), PAGED)
def test_nothing_is_cut_and_nothing_lies_upon_anything(
    case: str, language: str, extreme: PdfOf
) -> None:
    pages = _inner(case, measured(extreme(case, language)))
    faults = [f for sheet in pages for find in (beyond_margins, overlaps) for f in find(sheet)]
    assert faults == []


@pytest.mark.parametrize(("case", "language"), PAGED)
def test_no_heading_is_alone_and_no_page_nearly_empty(
    case: str, language: str, extreme: PdfOf
) -> None:
    tree = word("page.tree", language)
    pages = [
        sheet
        for sheet in _inner(case, measured(extreme(case, language)))
        if not sheet.name.startswith(tree)
    ]
    assert [fault for sheet in pages for fault in lonely_headings(sheet)] == []
    assert [sheet.number for sheet in pages if _used(sheet) < LEAST_USED] == []


def _inner(case: str, pages: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """All but the cover, which has margins of its own."""
    return pages[1:] if "cover" in CASES[case].pages else pages


def _used(sheet: Sheet) -> float:
    """The share of the height down to the lowest text."""
    lowest = max((word.bottom for word in sheet.body), default=HEAD)
    return (lowest - HEAD) / (FOOT - HEAD)


def test_a_long_scorecard_turns_the_page_at_a_csf_and_repeats_its_head(extreme: PdfOf) -> None:
    pages = measured(extreme("scorecard_of_118", "en"))
    assert len(pages) > 3
    for sheet in pages:
        heads = [[found.text for found in line] for line in lines(sheet)][:5]
        assert any({"Goal", "Unit", "Actual"} <= set(head) for head in heads)
    # 118 rows in groups of nine: no page begins within one. CSFs stand 3 mm in, KPIs 6 mm.
    for sheet in pages[1:]:
        below = max(found.bottom for found in sheet.body if found.text == "Unit")
        names = [f for f in sheet.body if f.top > below and f.left < MARGIN + 7 * MM]
        assert min(names, key=lambda found: (found.top, found.left)).left < MARGIN + 4 * MM
    used = [_used(sheet) for sheet in pages]
    assert min(used) > 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_of_any_size_stands_on_one_line(language: str, extreme: PdfOf) -> None:
    # In millions of millions: to date 10 + 12 + 9 = 31 of 33; the year's plan is 12 x 11 = 132, its
    # landing 31 + 99 x 31/33 = 124, the pace (132 - 31) / 9. A KGI and a KPI have the same figures.
    wanted = {
        "scorecard": ("9,000,000,000,000", "11,000,000,000,000", "−2,000,000,000,000",
                      "31,000,000,000,000", "33,000,000,000,000", "124,000,000,000,000"),
        "landing": ("132,000,000,000,000", "124,000,000,000,000", "−8,000,000,000,000",
                    "11,222,222,222,222"),
    }  # fmt: skip
    for sheet in measured(extreme("values", language)):
        for name, figures in wanted.items():
            if sheet.name.startswith(word(f"page.{name}", language)):
                texts = [found.text for found in sheet.body]
                assert [texts.count(figure) for figure in figures] == [2] * len(figures)
                del wanted[name]
                break
    assert wanted == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_300_kpis_are_summed_up_on_one_page_with_all_csfs(language: str, extreme: PdfOf) -> None:
    pages = measured(extreme("summary_of_300", language))
    assert len(pages) == 1
    for entry in many(language).goals:
        if entry.level is Level.CSF:
            assert entry.name.replace(" ", "") in pages[0].text.replace(" ", "")


def test_short_parts_of_a_small_pack_share_pages(extreme: PdfOf) -> None:
    texts = [sheet.text for sheet in measured(extreme("one_kpi", "en"))]
    # Fourteen parts, of which bridge, signals and restated have nothing to say.
    assert len(texts) <= 6
    assert any("Goal tree" in text and "Scorecard" in text for text in texts)
    assert any("Exceptions" in text and "PDCA register" in text for text in texts)


@pytest.mark.parametrize("case", ["values", "deep", "long_texts"])
def test_charts_of_a_page_are_of_one_size_and_share_no_row_unevenly(case: str) -> None:
    pack = CASES[case].pack("en")
    pages = [page for page in pack.pages if isinstance(page, GoalPage)]
    assert pages
    for page in pages:
        drawn = [cell for cell in page.charts if cell.figures is not None]
        assert len({cell.drawing.width for cell in drawn}) <= 1
        titles = {cell.figures.title for cell in drawn if cell.figures is not None}
        if all(len(title) < 40 for title in titles):
            assert len({cell.drawing.height for cell in drawn}) <= 1
    for here, after in pairwise(pages):
        if after.continued and after.charts:
            rows = [-(-len(page.charts) // page.across) for page in (here, after)]
            assert abs(rows[0] - rows[1]) <= 1


def test_equal_values_of_one_unit_are_equally_high_in_all_charts_of_a_page() -> None:
    goals = [goal("C", level=Level.CSF), *(goal(key, "C") for key in "AB")]
    found = plan_of(
        *goals,
        actuals={"A": [150, 90, 80], "B": [60, 70, 75]},
        plan={"A": [100] * 12, "B": [100] * 12},
    )
    page = next(p for p in pack_of(found, pages=("goals",)).pages if isinstance(p, GoalPage))
    heights = [
        {
            round(shape.height, 1)
            for shape in cell.drawing.shapes
            if isinstance(shape, Rect) and shape.stroke and shape.height > 20
        }
        for cell in page.charts
        if cell.figures is not None
    ]
    assert len(heights) == 2
    assert heights[0] == heights[1]
    assert len(heights[0]) == 1


# ---- Sharing out ----------------------------------------------------------------------------


def test_pages_are_few_and_evenly_filled() -> None:
    assert page_starts([10] * 10, 100, 100) == ()
    assert page_starts([10] * 11, 100, 100) in {(5,), (6,)}
    assert page_starts([10] * 12, 50, 100) in {(4,), (5,)}
    # A page more, where pages would else begin within groups of eight.
    assert page_starts([10] * 40, 100, 100, range(0, 40, 8)) == (8, 16, 24, 32)
    # But not where one row would be alone.
    assert page_starts([10] * 11, 100, 100, [1]) in {(5,), (6,)}
    assert page_starts([10, 300, 10], 100, 100) == (1, 2)
    assert page_starts([], 100, 100) == ()


def test_things_are_shared_out_evenly() -> None:
    assert shared_out(6, 5) == (3, 3)
    assert shared_out(23, 5) == (5, 5, 5, 4, 4)
    assert shared_out(5, 5) == (5,)
    assert shared_out(0, 5) == ()


# ---- Words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_of_gaps_says_why_it_is_empty(language: str) -> None:
    def told(kgi: float | None, kpi: float | None) -> str:
        found = plan_of(
            goal("K", level=Level.KGI), goal("A", "K"),
            actuals={"K": [kgi] * 3, "A": [kpi] * 3},
            plan={"K": [10] * 12, "A": [10] * 12},
        )  # fmt: skip
        page = pack_of(found, language, pages=("summary",)).pages[0]
        assert isinstance(page, SummaryPage)
        return page.columns[0][0].empty

    assert told(11, 11) == word("page.largest_gaps_empty", language)
    assert told(5, 11) == word("page.largest_gaps_kgis", language)
    assert told(None, None) not in {
        word("page.largest_gaps_empty", language), word("page.largest_gaps_kgis", language)
    }  # fmt: skip
    # The KGI is off plan, and nothing is known of what stands below it: that is no praise.
    none_below = {
        "en": "No goal below the KGIs can be compared with its plan for June 2026.",
        "ja": "KGI以外に2026年6月の実績を計画と比較できる指標はありません。",
    }
    assert told(5, None) == none_below[language]
    assert told(11, None) == word("page.largest_gaps_empty", language)
