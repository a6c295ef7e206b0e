"""Packs on A3: the same pages, larger, with all that lies on them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from kpixl.brand.kit import read_kit
from kpixl.brand.settings import BrandProblem
from kpixl.jobs import PackJob, render, review_workbook
from kpixl.pack.look import Paper
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.books import put
from tests.engines import OTHER_ENGINES
from tests.packs import sample_review
from tests.test_pdf import opened
from tests.test_verapdf import broken
from tests.verapdf import verdicts

MM = 72 / 25.4
LARGER = 420 / 297
PAGES = ("cover", "summary", "tree", "scorecard")


def pdf_on(paper: Paper | None, engine: str = "weasyprint") -> bytes:
    options = PackOptions("en", pages=PAGES, paper=paper)
    return pack_pdf(build_pack(sample_review("en"), options), engine=engine)


@pytest.fixture(scope="module", params=["weasyprint", *OTHER_ENGINES])
def both(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """A pack on A4 and on A3, by each engine."""
    return pdf_on(None, request.param), pdf_on(Paper.A3, request.param)


def test_pages_measure_what_iso_216_says_of_a3(both: tuple[bytes, bytes]) -> None:
    for page in opened(both[1]).pages:
        _, _, width, height = (float(edge) / MM for edge in page.mediabox)
        assert width == pytest.approx(420, abs=0.3)
        assert height == pytest.approx(297, abs=0.3)


def test_every_sign_stands_where_it_stood_but_further_out(both: tuple[bytes, bytes]) -> None:
    with pdfplumber.open(io.BytesIO(both[0])) as small, pdfplumber.open(io.BytesIO(both[1])) as big:
        assert len(small.pages) == len(big.pages)
        for ours, theirs in zip(big.pages, small.pages, strict=True):
            assert [one["text"] for one in ours.chars] == [one["text"] for one in theirs.chars]
            for found, wanted in zip(ours.chars, theirs.chars, strict=True):
                for edge in ("x0", "top", "x1", "bottom"):
                    assert found[edge] == pytest.approx(wanted[edge] * LARGER, abs=0.1)


def places(document: pikepdf.Pdf) -> Iterator[tuple[int, float, float]]:
    """Page, left and top of all that the outline leads to."""
    numbers = {page.obj.objgen: at for at, page in enumerate(document.pages)}
    with document.open_outline() as outline:
        for one in outline.root:
            assert isinstance(one.destination, pikepdf.Array)
            page, _, left, top, *_ = one.destination
            yield numbers[page.objgen], float(left), float(top)


def test_links_and_outline_lead_to_the_same_places(both: tuple[bytes, bytes]) -> None:
    small, big = map(opened, both)
    pairs = zip(places(big), places(small), strict=True)
    for (page, *place), (wanted, *before) in pairs:
        assert page == wanted
        assert place == pytest.approx([edge * LARGER for edge in before])
    notes = [
        [note for page in one.pages for note in page.get("/Annots", [])] for one in (big, small)
    ]
    assert len(notes[0]) == len(notes[1]) > 20
    for ours, theirs in zip(*notes, strict=True):
        larger = [float(edge) * LARGER for edge in theirs.Rect]
        assert [float(edge) for edge in ours.Rect] == pytest.approx(larger, abs=0.01)


def test_figures_say_where_they_are() -> None:
    def boxes(pdf: bytes) -> list[list[float]]:
        document = opened(pdf)
        found = [one for one in document.objects if isinstance(one, pikepdf.Dictionary)]
        figures = [one.A for one in found if one.get("/S") == "/Figure" and "/A" in one]
        return sorted([float(edge) for edge in one.BBox] for one in figures)

    small, big = boxes(pdf_on(None)), boxes(pdf_on(Paper.A3))
    assert len(small) > 20
    for ours, theirs in zip(big, small, strict=True):
        assert ours == pytest.approx([edge * LARGER for edge in theirs], abs=0.01)


def test_it_is_as_fit_for_readers_and_archives(both: tuple[bytes, bytes], tmp_path: Path) -> None:
    assert broken(verdicts([put(tmp_path, "a3.pdf", both[1])])) == {}


def test_the_same_pack_is_the_same_bytes_and_another_paper_another_file() -> None:
    assert pdf_on(Paper.A3) == pdf_on(Paper.A3)
    assert pdf_on(Paper.A4) == pdf_on(None)
    ids = [bytes(opened(pdf_on(one)).trailer["/ID"][0]) for one in (None, Paper.A3)]
    assert len(set(ids)) == 2


def test_a_kit_names_the_paper_and_a_command_another(tmp_path: Path) -> None:
    book, kit = tmp_path / "plan.xlsx", tmp_path / "brand"
    with book.open("wb") as file:
        write_book(file, sample_book("en"))
    kit.mkdir()
    (kit / "brand.toml").write_text('paper = "a3"\n')

    def width(paper: Paper | None) -> float:
        job = PackJob(book, tmp_path, pages=("cover",), templates=kit, paper=paper)
        document = opened(render(job, review_workbook(book), "en")[1])
        return float(document.pages[0].mediabox[2]) / MM

    assert width(None) == pytest.approx(420, abs=0.3)
    assert width(Paper.A4) == pytest.approx(297, abs=0.3)


def test_a_paper_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text('paper = "A5"\n')
    with pytest.raises(BrandProblem) as refused:
        read_kit(tmp_path)
    assert refused.value.code == "brand-paper"
    assert refused.value.details["known"] == "A4, A3"
