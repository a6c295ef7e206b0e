"""Packs by PlutoPrint and by a real browser: page by page WeasyPrint's, and as well described."""

from __future__ import annotations

import base64
import ctypes
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTFont

from kpixl.brand.kit import read_kit
from kpixl.errors import Problem
from kpixl.pack import browser_glyphs
from kpixl.pack.attachments import Attachment, review_data
from kpixl.pack.browser_glyphs import unshown_by
from kpixl.pack.browsers import Browser
from kpixl.pack.canvas import Drawing, Text
from kpixl.pack.html import FONTS, Rendered, for_print
from kpixl.pack.inlining import font_faces
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf, to_pdf
from kpixl.review.review import review
from tests.engines import OTHER_ENGINES
from tests.kits import FAMILY, font, kit
from tests.packs import LANGUAGES, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings
from tests.test_pdf import opened, texts

PdfOf = Callable[[str], bytes]


# ---- Page by page ---------------------------------------------------------------------------

Signs = dict[str, list[tuple[float, float]]]
MM = 72 / 25.4


@lru_cache
def signs(pdf: bytes) -> list[Signs]:
    """Where every sign of every page stands, in points."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            text, stand = page.get_textpage(), defaultdict(list)
            for n in range(text.count_chars()):
                sign = chr(pdfium.FPDFText_GetUnicode(text, n))
                x, y = ctypes.c_double(), ctypes.c_double()
                pdfium.FPDFText_GetCharOrigin(text, n, x, y)
                if not sign.isspace():
                    # PDFium's own sign for a hyphen that ends a line.
                    stand[sign.replace("\x02", "-")].append((x.value, y.value))
            found.append(dict(stand))
    return found


def counts(page: Signs) -> dict[str, int]:
    return {sign: len(stand) for sign, stand in page.items()}


def moved(ours: Signs, theirs: Signs, distance: float) -> int:
    """How many signs have none of the same kind within ``distance``."""
    far = 0
    for sign, stand in ours.items():
        apart = np.abs(np.array(stand)[:, None] - np.array(theirs[sign])[None]).max(2)
        far += int((apart.min(1) > distance).sum())
    return far


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_what_weasyprints_page_says_in_the_same_places(
    language: str, sample_pdf: PdfOf, printed_pdf: PdfOf, request: pytest.FixtureRequest
) -> None:
    pairs = list(zip(signs(printed_pdf(language)), signs(sample_pdf(language)), strict=True))
    most, exactly = {"chromium": (7, 0.6), "plutoprint": (11, 0.4)}[
        request.node.callspec.params["printed_pdf"]
    ]
    # Running heads, page numbers and confidentiality are among them.
    differing = [n for n, (ours, theirs) in enumerate(pairs, 1) if counts(ours) != counts(theirs)]
    assert differing == []
    for number, (ours, theirs) in enumerate(pairs, 1):
        # Words that a line ends with here, and the next one begins with there; then all that
        # follows stands a line lower. PlutoPrint leaves out a margin with which a page begins, too.
        share = moved(ours, theirs, most * MM) / sum(counts(ours).values())
        assert share <= 0.03, f"page {number}"
    exact = [moved(ours, theirs, 3 * MM) == 0 for ours, theirs in pairs]
    assert sum(exact) >= exactly * len(exact), exact


@pytest.mark.parametrize("language", LANGUAGES)
def test_programs_that_read_only_the_fonts_find_the_figures(
    language: str, printed_pdf: PdfOf
) -> None:
    pdf = printed_pdf(language)
    for number in (2, 14):  # figures of even width in tables; signs between figures in charts
        with pdfplumber.open(io.BytesIO(pdf), pages=[number]) as document:
            found = Counter(char["text"] for char in document.pages[0].chars)
        expected = counts(signs(pdf)[number - 1])
        assert {sign: n for sign, n in found.items() if not sign.isspace()} == expected


def squares(pdf: bytes) -> list[Any]:
    """Every page as the mean grey of squares of 5.6 mm."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            grey = np.asarray(page.render(scale=0.25).to_pil().convert("L"), float)
            height, width = (4 * (148 // 4), 4 * (210 // 4))
            cut = grey[:height, :width].reshape(height // 4, 4, width // 4, 4)
            found.append(cut.mean((1, 3)))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_looks_like_weasyprints_page(
    language: str, sample_pdf: PdfOf, printed_pdf: PdfOf
) -> None:
    pairs = zip(squares(printed_pdf(language)), squares(sample_pdf(language)), strict=True)
    apart = [np.abs(ours - theirs) for ours, theirs in pairs]
    # Of 255. The same text a line lower comes to 13; another page in its place to 15 or more.
    means = [float(one.mean()) for one in apart]
    assert max(means) < 15, means
    assert sum(mean < 8 for mean in means) >= 0.9 * len(means), means
    far = [float((one > 64).mean()) for one in apart]
    assert sum(share < 0.01 for share in far) >= 0.9 * len(far), far


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_printed_smaller_to_make_it_fit(
    language: str, sample_pdf: PdfOf, printed_pdf: PdfOf
) -> None:
    def largest(pdf: bytes) -> float:
        with pdfplumber.open(io.BytesIO(pdf), pages=[1]) as document:
            return max(round(float(char["size"]), 1) for char in document.pages[0].chars)

    assert largest(printed_pdf(language)) == largest(sample_pdf(language)) == 34.0


# ---- What a reader program finds ------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_author_language_and_dates_are_those_of_the_pack(
    language: str, sample_pdf: PdfOf, printed_pdf: PdfOf
) -> None:
    ours, theirs = opened(printed_pdf(language)), opened(sample_pdf(language))
    for key in ("/Title", "/Author", "/Subject", "/Creator", "/CreationDate", "/ModDate"):
        assert str(ours.docinfo[key]) == str(theirs.docinfo[key]), key
    made_by = str(ours.docinfo["/Producer"])
    assert "Skia" in made_by or made_by.startswith("PlutoPrint ")
    assert str(ours.Root["/Lang"]) == language
    assert bool(ours.Root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert bool(ours.Root["/MarkInfo"]["/Marked"])
    assert ours.Root.get("/PageMode") == theirs.Root.get("/PageMode")
    assert bytes(ours.trailer["/ID"][0]) == sample_pack(language).identifier.encode()
    with ours.open_metadata() as metadata:
        assert metadata["pdf:Producer"] == made_by
        assert metadata["dc:title"] == str(theirs.docinfo["/Title"])
        assert metadata["dc:creator"] == [sample_pack(language).company]
        assert metadata["dc:language"] == {language}
        assert metadata["xmp:CreateDate"] == str(sample_review(language).as_of)
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_outline_is_that_of_weasyprint(
    language: str, sample_pdf: PdfOf, printed_pdf: PdfOf
) -> None:
    def outline(pdf: bytes) -> list[tuple[str, int]]:
        document = opened(pdf)
        pages = {page.obj.objgen: number for number, page in enumerate(document.pages, 1)}
        entries = []
        with document.open_outline() as found:
            for one in found.root:
                assert isinstance(one.destination, pikepdf.Array)
                entries.append((one.title, pages[one.destination[0].objgen]))
        return entries

    assert outline(printed_pdf(language)) == outline(sample_pdf(language))


def linked(document: pikepdf.Pdf, page: pikepdf.Page) -> list[int]:
    """The pages to which a page's links lead, in order."""
    pages = {one.obj.objgen: number for number, one in enumerate(document.pages, 1)}
    tree = document.Root.get("/Names", pikepdf.Dictionary()).get("/Dests")
    names = {} if tree is None else pikepdf.NameTree(tree)
    found = []
    for note in page.get("/Annots", []):
        target = note.get("/Dest") or note["/A"].get("/D")
        if isinstance(target, pikepdf.Name):
            target = document.Root["/Dests"][target]
        elif isinstance(target, pikepdf.String):
            target = names[str(target)]
        assert isinstance(target, pikepdf.Array)
        found.append(pages[target[0].objgen])
    return sorted(found)


def test_the_links_of_the_goal_tree_lead_to_the_same_pages(
    sample_pdf: PdfOf, printed_pdf: PdfOf
) -> None:
    ours, theirs = opened(printed_pdf("ja")), opened(sample_pdf("ja"))
    targets = linked(ours, ours.pages[2])
    assert targets == linked(theirs, theirs.pages[2])
    assert len(targets) == len(sample_review("ja").goals)


def test_the_same_pack_is_the_same_bytes_again(
    printed_pdf: PdfOf, request: pytest.FixtureRequest
) -> None:
    data = review_data(sample_review("ja"), "ja", "sample")
    engine = request.node.callspec.params["printed_pdf"]
    assert pack_pdf(sample_pack("ja"), attachments=data, engine=engine) == printed_pdf("ja")


def test_nothing_of_this_machine_is_left_in_it(printed_pdf: PdfOf) -> None:
    document = opened(printed_pdf("en"))
    places = document.Root.get("/Dests", pikepdf.Dictionary())
    assert not [name for name in places if "kpixl" in name]
    for page in document.pages:
        assert b"kpixl-print" not in page.obj.unparse(resolved=True)
        for note in page.get("/Annots", []):
            assert "/URI" not in note.get("/A", {})
    assert "HeadlessChrome" not in str(document.docinfo)


def test_running_heads_are_artifacts_and_headings_are_tagged(printed_pdf: PdfOf) -> None:
    document = opened(printed_pdf("en"))
    page = document.pages[1]
    page.contents_coalesce()
    drawn = page.Contents.read_bytes()
    assert re.search(
        rb"/Artifact << /Type /Pagination >> BDC\s+q\s+/KpixlMargins\S* Do\s+Q\s+EMC", drawn
    )
    found: Counter[str] = Counter()
    waiting = [document.Root["/StructTreeRoot"]["/K"]]
    alternatives = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)
        elif isinstance(node, pikepdf.Dictionary):
            found[str(node.get("/S"))] += 1
            if node.get("/S") == "/Figure":
                alternatives.add(str(node.get("/Alt", "")))
            if "/K" in node:
                waiting.append(node["/K"])
    assert found["/H1"] == len(sample_pack("en").pages)
    assert found["/Table"] >= 4
    assert found["/TH"] > 20
    assert found["/Figure"] > 60
    assert "" not in alternatives


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_it_carries_what_it_is_given(engine: str) -> None:
    data = '{"goal": "売上高"}'.encode()
    file = Attachment(
        "review.json", data, "application/json", "The figures", "Data", date(2026, 11, 9)
    )
    html = "<html lang='en'><head><title>x</title></head><body><h1>One</h1></body></html>"
    document = opened(to_pdf(Rendered(html), "0" * 32, attachments=[file], engine=engine))
    found = document.attachments["review.json"]
    assert found.get_file().read_bytes() == data
    assert found.description == "The figures"
    assert found.relationship == "/Data"
    assert found.get_file().mime_type == "application/json"
    assert str(found.get_file().obj["/Params"]["/ModDate"]).startswith("D:20261109")
    assert [one.objgen for one in document.Root["/AF"]] == [found.obj.objgen]


# ---- Page rules that browsers do not know ---------------------------------------------------

RULES = """<html lang="en"><head><title>x</title><style>
@page { size: A5 landscape; margin: 20mm 10mm;
  @top-left { content: string(heading); width: 40% }
  @top-right { content: element(head); width: 60% }
  @bottom-center { content: "Secret \\3C /style> \\201C x\\201D" }
  @bottom-right { content: counter(page) " of " counter(pages) } }
@page bare { margin: 0; @top-left { content: none } @top-right { content: none }
  @bottom-center { content: none } @bottom-right { content: none } }
.cover { page: bare }
.head { position: running(head) }
h1 { string-set: heading attr(data-name) }
section { break-before: page }
.long p + p { break-before: page }
a.ref::after { content: " (page " target-counter(attr(href), page) ")" }
</style></head><body>
<div class="head"><b>Company</b> <span>Review</span></div>
<section class="page cover" id="cover"><h1 data-name="Front">Front page</h1>
<p><a class="ref" href="#last">To the end</a></p></section>
<section id="second"><h1 data-name="Long one">Long</h1>
<div class="long"><p>a</p><p>b</p><p>c</p></div></section>
<section id="third"><h1 data-name="A &amp; B">Third</h1>
<p><a class="ref" href="#second">Back</a></p></section>
<section id="last"><h1 data-name="終わり">End</h1></section></body></html>"""


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_margins_names_and_page_references_are_as_with_weasyprint(engine: str) -> None:
    ours = texts(to_pdf(Rendered(RULES), "0" * 32, engine=engine))
    theirs = texts(to_pdf(Rendered(RULES), "0" * 32, engine="weasyprint"))
    assert [sorted(text.split()) for text in ours] == [sorted(text.split()) for text in theirs]
    assert len(ours) == 6  # of which the long one takes three
    assert "To the end (page 6)" in ours[0]
    assert "Back (page 2)" in ours[4]
    assert "Company" not in ours[0]
    for number, text in enumerate(ours[1:], 2):
        assert "Company Review" in text
        assert f"{number} of 6" in text
        assert "Secret </style> “x”" in text.replace("“ x", "“x")
    assert ["Long one" in text for text in ours] == [False, True, True, True, False, False]
    assert "A & B" in ours[4]
    assert "終わり" in ours[5]


@pytest.mark.parametrize("engine", OTHER_ENGINES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_so_on_every_page(language: str, engine: str) -> None:
    plan = plan_of(
        goal("A", name="Calls"), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12},
        settings=with_settings(confidentiality="</style><script>"),
    )  # fmt: skip
    bad = Problem("unknown-goal", sheet="Actuals", cell="H7", found="Z9", goals=("A",))
    found = replace(review(plan), problems=(bad,))
    options = PackOptions(language, pages=("cover", "summary", "quality"), draft=True)
    pages = texts(pack_pdf(build_pack(found, options), engine=engine))
    word = {"en": "DRAFT", "ja": "下書き"}[language]
    assert all(word in text for text in pages), [text[:200] for text in pages]
    assert "Actuals!H7" in pages[0]
    assert all("</style><script>" in text for text in pages[2:])


# ---- A kit's own fonts ----------------------------------------------------------------------


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_charts_are_written_in_the_fonts_of_the_kit_too(engine: str, tmp_path: Path) -> None:
    folder = kit(tmp_path, f'latin_font = "{FAMILY}"')
    for weight in (400, 600, 700):
        font(folder / "fonts" / f"{weight}.ttf", weight=weight)
    plan = plan_of(goal("A", name="Calls"), actuals={"A": [1, 2, 3]}, plan={"A": [4] * 12})
    options = read_kit(folder).over(PackOptions("en", pages=("goals",)))
    pdf = pack_pdf(build_pack(review(plan), options), folder, engine=engine)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        chars = [one for page in document.pages for one in page.chars]
    months = "".join(one["text"] for one in chars)
    assert "Apr" in months  # which only the chart says
    # Every block of this font is 0.6 em wide (a little more in small type); few letters are.
    told = [one for one in chars if one["text"].isascii() and one["text"].isalnum()]
    assert {round((one["x1"] - one["x0"]) / one["size"], 1) for one in told} == {0.6}


def test_of_a_font_in_a_picture_only_what_is_shown_is_taken(tmp_path: Path) -> None:
    folder = kit(tmp_path)
    font(folder / "own.ttf")
    page = "<style>@font-face { font-family: f; src: url(own.ttf) } p { color: red }</style>売"
    css = font_faces(page, "高 売", folder)
    (data,) = re.findall(r'url\("data:font/woff2;base64,([\w+/=]+)"\)', css)
    taken = set(TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap())
    assert {ord("0"), ord("("), ord(".")} <= taken
    assert not taken & set(map(ord, "abcxyz"))
    assert "color" not in css
    assert font_faces("<style>p { color: red }</style>", "x", folder) == ""


# ---- Characters that no font has ------------------------------------------------------------


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_what_no_font_has_is_shown_by_its_number_and_told(engine: str) -> None:
    held = "\U00020bb7\U0001f9a4"  # a kanji for names, a dodo
    html = (
        f"<html lang='ja'><head><title>x</title></head><body><h1>店{held}名 Ω髙</h1>"
        '<img src="kpixl:1" alt="alt"/></body></html>'
    )
    drawing = Drawing(90, 20, "alt", (Text(0, 15, "\U0001f468 x", 9),))
    told: list[tuple[str, ...]] = []

    def tell(characters: tuple[str, ...], rendered: Rendered) -> Rendered:
        told.append(characters)
        return rendered

    rendered = Rendered(html, {"kpixl:1": drawing}, FONTS["ja"], "ja")
    pdf = to_pdf(rendered, "0" * 32, engine=engine, unshown=tell)
    assert told == [("\U0001f468", "\U0001f9a4", "\U00020bb7")]
    with pypdfium2.PdfDocument(pdf) as document:
        seen = re.sub(r"\s", "", document[0].get_textpage().get_text_range())
    assert "店[U+20BB7][U+1F9A4]名Ω髙" in seen
    assert "[U+1F468]x" in seen


def test_a_browser_is_asked_for_nothing_that_the_fonts_have(
    monkeypatch: pytest.MonkeyPatch, printed_pdf: PdfOf
) -> None:
    def nothing(*_: object) -> bytes:
        raise AssertionError("printed once more")

    monkeypatch.setattr(browser_glyphs, "print_page", nothing)
    for language in LANGUAGES:
        rendered = for_print(sample_pack(language))
        here = Browser(Path("browser"))
        assert not unshown_by(here, printed_pdf(language), rendered, "")
