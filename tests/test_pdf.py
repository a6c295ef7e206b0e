"""The PDF itself, laid out by WeasyPrint: fonts, text, tags, outline, links, and the same bytes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.pack.html import Rendered
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf, to_pdf
from kpixl.review.review import review
from kpixl.words import word
from tests.engines import WITHOUT_BROWSER
from tests.packs import LANGUAGES, pack_of, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings

PdfOf = Callable[[str], bytes]
FONTS = {"en": {"Inter"}, "ja": {"Inter", "BIZ-UDPGothic"}}
WEIGHTS = re.compile(r"-(Semi-Bold|Bold|Medium|Regular)$")


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


@lru_cache
def texts(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [page.extract_text() or "" for page in document.pages]


def small_pack(language: str = "en", **settings: Any) -> Any:
    plan = plan_of(
        goal("A", name="Calls"), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12},
        settings=with_settings(**settings),
    )  # fmt: skip
    return pack_of(plan, language, pages=("cover", "summary", "scorecard"))


# ---- Fonts and text -------------------------------------------------------------------------


def fonts(pdf: bytes) -> set[tuple[str, bool]]:
    """The fonts that pages name, and whether each is embedded."""
    found = set()
    with opened(pdf) as document:
        for page in document.pages:
            for font in page["/Resources"]["/Font"].values():
                descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
                embedded = "/FontFile2" in descriptor or "/FontFile3" in descriptor
                found.add((str(descriptor["/FontName"])[1:].split("+")[-1], embedded))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_are_inter_and_biz_udpgothic_and_all_embedded(
    language: str, sample_pdf: PdfOf
) -> None:
    found = fonts(sample_pdf(language))
    # BIZ UDGothic, of fixed width, is easily taken for BIZ UDPGothic.
    assert {WEIGHTS.sub("", name) for name, _ in found} == FONTS[language]
    assert all(embedded for _, embedded in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_a_glyph_and_can_be_copied(language: str, sample_pdf: PdfOf) -> None:
    whole = "".join(texts(sample_pdf(language)))
    assert "\ufffd" not in whole
    assert "\x00" not in whole
    assert "(cid:" not in whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_can_be_read_out_again(language: str, sample_pdf: PdfOf) -> None:
    whole = re.sub(r"\s", "", "".join(texts(sample_pdf(language))))
    found = sample_review(language)
    for entry in found.goals:
        assert re.sub(r"\s", "", entry.goal.name) in whole
        for comment in entry.comments:
            start = re.sub(r"\s", "", comment.text)[:20]
            assert start in whole, comment.text
    for action in found.actions:
        assert action.action.id in whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_number_and_running_head(language: str, sample_pdf: PdfOf) -> None:
    pages = texts(sample_pdf(language))
    pack = sample_pack(language)
    for number, text in enumerate(pages[1:], start=2):
        assert f"{number} / {len(pages)}" in text
        head = re.sub(r"\s", "", text[:300])
        for part in (pack.company, pack.title, pack.month, pack.state):
            assert re.sub(r"\s", "", part) in head
        assert pack.confidentiality in text
    assert f"1 / {len(pages)}" not in pages[0]


# ---- What a reader program finds ------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_language_and_tags_are_there(language: str, sample_pdf: PdfOf) -> None:
    document, pack = opened(sample_pdf(language)), sample_pack(language)
    assert str(document.docinfo["/Title"]).startswith(pack.title)
    assert str(document.docinfo["/Author"]) == pack.company
    assert str(document.Root["/Lang"]) == language
    assert bool(document.Root["/MarkInfo"]["/Marked"])
    assert bool(document.Root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert "/StructTreeRoot" in document.Root
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def kinds(node: pikepdf.Object, found: dict[str, int]) -> dict[str, int]:
    """How often each kind of element stands in the structure tree."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            kinds(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found[str(node["/S"])] = found.get(str(node["/S"]), 0) + 1
        if "/K" in node:
            kinds(node["/K"], found)
    return found


def test_headings_tables_and_figures_are_tagged(sample_pdf: PdfOf) -> None:
    document = opened(sample_pdf("en"))
    found = kinds(document.Root["/StructTreeRoot"]["/K"], {})
    assert found["/H1"] == len(sample_pack("en").pages)
    assert found["/Table"] >= 4
    assert found["/TH"] > 20
    assert found["/Figure"] > 60


def test_the_outline_names_every_page_of_the_pack(sample_pdf: PdfOf) -> None:
    for language in LANGUAGES:
        with opened(sample_pdf(language)).open_outline() as outline:
            names = [entry.title for entry in outline.root]
        assert names == [page.bookmark for page in sample_pack(language).pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_colophon_stands_with_the_data_quality_where_that_leaves_room(
    language: str, sample_pdf: PdfOf
) -> None:
    last = texts(sample_pdf(language))[-1]
    advice, colophon = word("page.advice", language), sample_pack(language).pages[-1].title
    assert last.index(advice) < last.index(colophon)
    document = opened(sample_pdf(language))
    with document.open_outline() as outline:
        place = list(outline.root)[-1].destination[0].objgen  # type: ignore[index]
    assert place == document.pages[-1].obj.objgen


def test_links_lead_from_the_tree_to_the_goals_pages(sample_pdf: PdfOf) -> None:
    document = opened(sample_pdf("en"))
    tree = document.pages[2]
    links = [note for note in tree.get("/Annots", []) if note.get("/Subtype") == "/Link"]
    assert len(links) == len(sample_review("en").goals)
    assert all("/URI" not in link.get("/A", {}) for link in links)


def test_the_file_is_sound(sample_pdf: PdfOf, tmp_path: Path) -> None:
    for language in LANGUAGES:
        path = tmp_path / f"{language}.pdf"
        path.write_bytes(sample_pdf(language))
        assert opened(sample_pdf(language)).check_pdf_syntax() == []
        run = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


# ---- The same bytes -------------------------------------------------------------------------

CHILD = """
import hashlib, sys, time
shift = float(sys.argv[1])
real = time.time
time.time = lambda: real() + shift
from tests.test_pdf import small_pack
from kpixl.pack.pdf import pack_pdf
pack = small_pack("ja", company="青葉")
print(hashlib.sha256(pack_pdf(pack, engine=sys.argv[2])).hexdigest())
"""


@pytest.mark.parametrize("engine", WITHOUT_BROWSER)
def test_the_same_review_gives_the_same_bytes_anywhere_and_any_time(engine: str) -> None:
    pack = small_pack("ja", company="青葉")
    here = hashlib.sha256(pack_pdf(pack, engine=engine)).hexdigest()
    root = Path(__file__).resolve().parents[1]
    for shift, changed in (
        ("0", {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LANG": "ja_JP.UTF-8"}),
        ("31000000", {"TZ": "America/New_York", "PYTHONHASHSEED": "77", "LANG": "C"}),
    ):
        run = subprocess.run(
            [sys.executable, "-c", CHILD, shift, engine],
            cwd=root, env={**os.environ, **changed}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout.strip() == here, changed


@pytest.mark.usefixtures("by_each_engine")
def test_another_review_gives_other_bytes() -> None:
    assert pack_pdf(small_pack(company="A")) != pack_pdf(small_pack(company="B"))


# ---- What the renderer must not do ----------------------------------------------------------


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "file:///etc/hostname",
        "/etc/passwd",
        "../../../../../../etc/passwd",
        "http://127.0.0.1:9/x.png",
        "https://example.invalid/x.png",
        "ftp://example.invalid/x.png",
        "kpixl:not-there",
        "//example.invalid/x.png",
    ],
)
@pytest.mark.parametrize("place", ["img", "css", "attachment", "object"])
def test_the_renderer_fetches_nothing_from_outside_its_templates(
    address: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the renderer went to the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    html = {
        "img": f'<img src="{address}" alt="x">',
        "css": f"<style>p {{ background: url({address}) }} @import url({address});</style>",
        "attachment": f'<link rel="attachment" href="{address}">',
        "object": f'<object data="{address}"></object>',
    }[place]
    page = Rendered(f"<html lang=en><title>x</title>{html}<p>text</p>")
    # A pack without a picture that its template names would be taken for whole.
    with pytest.raises(UsageProblem) as caught:
        to_pdf(page, "0" * 32, tmp_path)
    assert caught.value.code == "fetch-refused"
    assert address.strip("./") in str(caught.value.details["found"])


@pytest.mark.usefixtures("by_each_engine")
def test_a_users_template_may_use_a_picture_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" '
        'fill="#123456"/></svg>'
    )
    html = '<html lang=en><title>x</title><img src="own.svg" alt="x">'
    with_picture = to_pdf(Rendered(html), "0" * 32, tmp_path)
    without = to_pdf(Rendered(html.partition("<img")[0]), "0" * 32, tmp_path)
    assert with_picture != without
    with pytest.raises(UsageProblem) as caught:
        to_pdf(Rendered(html.replace("own", "none")), "0" * 32, tmp_path)
    assert (caught.value.code, caught.value.details["found"]) == ("fetch-missing", "none.svg")


@pytest.mark.usefixtures("by_each_engine")
def test_text_of_a_cell_that_names_a_file_is_only_text() -> None:
    nasty = "<img src='file:///etc/passwd'>"
    shown = " ".join(texts(pack_pdf(small_pack(company=nasty))))
    assert "file:///etc/passwd" in shown
    assert "root:" not in shown


# ---- Drafts ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_so_on_every_page_and_lists_the_errors_first(language: str) -> None:
    plan = plan_of(goal("A", name="Calls"), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12})
    bad = Problem("unknown-goal", sheet="Actuals", cell="H7", found="Z9", goals=("A",))
    found = replace(review(plan), problems=(bad,))
    options = PackOptions(language, pages=("cover", "summary", "quality"), draft=True)
    pages = texts(pack_pdf(build_pack(found, options)))
    word = {"en": "DRAFT", "ja": "下書き"}[language]
    assert all(word in text for text in pages), [text[:200] for text in pages]
    assert "Actuals!H7" in pages[0]
    assert "Calls" in pages[0]


def test_a_pack_without_errors_is_no_draft() -> None:
    plan = plan_of(goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12})
    assert not pack_of(plan, draft=True).draft
