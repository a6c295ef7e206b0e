"""The PDF as an archive and a reader program find it: PDF/A-3a, PDF/UA-1, tags, fonts, text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import outloud
import pdfplumber
import pdfua
import pikepdf
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from kpixl.pack.canvas import Drawing, Text, clean
from kpixl.pack.contexts import Mark, ScoreRow
from kpixl.pack.html import Rendered, for_print
from kpixl.pack.weasy import to_pdf
from kpixl.review.export_files import export
from kpixl.words import section
from tests.packs import LANGUAGES, sample_pack, sample_review

PdfOf = Callable[[str], bytes]
BLOCKS = {"/Document", "/Sect", "/Div", "/Table", "/THead", "/TBody", "/TR"}


@lru_cache
def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(language: str, sample_pdf: PdfOf) -> pikepdf.Pdf:
    return opened(sample_pdf(language))


def elements(node: Any) -> Iterator[Any]:
    """The elements of a structure tree in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K", pikepdf.Array()))


@lru_cache
def tags(pdf: bytes) -> tuple[Any, ...]:
    return tuple(elements(opened(pdf).Root.StructTreeRoot.K))


def marks(element: Any) -> list[int]:
    """The content that belongs to an element itself."""
    found = element.get("/K", pikepdf.Array())
    children = list(found) if isinstance(found, pikepdf.Array) else [found]
    return [int(child) for child in children if not isinstance(child, pikepdf.Dictionary)]


# ---- What others say ------------------------------------------------------------------------


def test_the_checkers_find_no_error(language: str, sample_pdf: PdfOf, tmp_path: Path) -> None:
    path = tmp_path / "pack.pdf"
    path.write_bytes(sample_pdf(language))
    found = outloud.check(str(path))
    assert found.error is None
    assert [(one.rule, one.message) for one in found.findings if one.severity == "error"] == []
    report = pdfua.validate(str(path))
    assert [(one.rule_id, one.message) for one in report.findings] == []


# ---- PDF/A ----------------------------------------------------------------------------------


def test_the_metadata_claim_pdf_a_3a_and_pdf_ua_1_and_explain_the_latter(
    document: pikepdf.Pdf,
) -> None:
    assert "/Filter" not in document.Root.Metadata
    text = document.Root.Metadata.read_bytes().decode()
    assert "pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/<" in text
    with document.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
        # What the older dictionary says, the metadata say, too.
        info = document.docinfo
        assert metadata["dc:title"] == str(info["/Title"])
        assert metadata["dc:creator"] == [str(info["/Author"])]
        assert metadata["dc:description"] == str(info["/Subject"])
        assert metadata["pdf:Producer"] == str(info["/Producer"])
        for own, other in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
            assert metadata[own].replace("-", "") == str(info[other])[2:10]


def test_colours_are_those_of_one_profile(document: pikepdf.Pdf) -> None:
    (intent,) = document.Root.OutputIntents
    assert (str(intent.S), int(str(intent.DestOutputProfile.N))) == ("/GTS_PDFA1", 3)
    profile = intent.DestOutputProfile.read_bytes()
    assert profile[36:40] == b"acsp"
    assert profile[16:20] == b"RGB "


def test_nothing_is_in_it_that_an_archive_forbids(document: pikepdf.Pdf) -> None:
    assert not document.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Perms"} & set(document.Root.keys())
    for found in document.objects:
        if not isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        kind = found.get("/S")
        assert kind not in ("/JavaScript", "/Launch", "/URI", "/GoToR"), found
        assert not found.get("/Interpolate", False)
        assert found.get("/BM", "/Normal") in ("/Normal", "/Compatible")
        assert "/TR" not in found or found.get("/Type") != "/ExtGState"
        if found.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in found or "/FontFile3" in found
            assert "/CIDSet" not in found
        if isinstance(found.get("/Alt"), pikepdf.String):
            assert len(bytes(found.Alt)) <= 32_767


def test_graphics_are_nested_no_deeper_than_allowed(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        depth = deepest = 0
        for operation in pikepdf.parse_content_stream(page, "q Q"):
            depth += 1 if str(operation.operator) == "q" else -1
            deepest = max(deepest, depth)
        assert depth == 0
        assert deepest <= 28


def test_the_reviews_data_is_attached_and_nothing_else(
    document: pikepdf.Pdf, language: str
) -> None:
    review = sample_review(language)
    kinds = {"json": "/application/json", "csv": "/text/csv"}
    assert set(document.attachments) == {f"sample.{form}" for form in kinds}
    assert len(document.Root.AF) == len(kinds)
    listed = [str(name) for name in document.Root.Names.EmbeddedFiles.Names[::2]]
    assert listed == sorted(listed)
    for form, kind in kinds.items():
        found = document.attachments[f"sample.{form}"]
        assert found.get_file().read_bytes() == export(review, form, language)
        assert found.obj in list(document.Root.AF)
        assert found.obj.AFRelationship == "/Data"
        assert str(found.obj.UF) == f"sample.{form}"
        assert str(found.obj.Desc) == section("pdf")[f"data_{form}"][language]
        assert found.obj.EF.F.Subtype == kind
        assert str(found.obj.EF.F.Params.ModDate).startswith(f"D:{review.as_of:%Y%m%d}")


# ---- Tags -----------------------------------------------------------------------------------


def test_headings_follow_each_other_without_a_gap(language: str, sample_pdf: PdfOf) -> None:
    kinds = [str(one.S) for one in tags(sample_pdf(language))]
    levels = [int(kind[2]) for kind in kinds if re.fullmatch("/H[1-6]", kind)]
    assert levels[0] == 1
    assert max(levels) == 2
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_header_says_what_it_heads_and_every_row_has_one(
    language: str, sample_pdf: PdfOf
) -> None:
    found = tags(sample_pdf(language))
    tables = [one for one in found if one.S == "/Table"]
    assert len(tables) >= 8
    for table in tables:
        inside = list(elements(table))
        for group, scope in (("/THead", "/Column"), ("/TBody", "/Row")):
            for head in (one for one in inside if str(one.S) == group):
                cells = [one for one in elements(head) if one.S == "/TH"]
                assert all(cell.A.Scope == scope for cell in cells)
                rows = [one for one in elements(head) if one.S == "/TR"]
                told = [row for row in rows if any(one.S == "/TH" for one in elements(row))]
                # What was found in the data has a head for its columns alone.
                assert told == rows or scope == "/Row"
        assert any(one.S == "/TH" for one in inside)


def test_each_row_of_the_scorecard_is_headed_by_its_goal(language: str, sample_pdf: PdfOf) -> None:
    heads = [one for one in tags(sample_pdf(language)) if one.S == "/TH" and one.A.Scope == "/Row"]
    goals = len(sample_review(language).goals)
    # Scorecard, landing and definitions have a row for each goal, other tables some more.
    assert len(heads) >= 3 * goals


def test_content_belongs_to_one_element_or_is_an_artifact(
    document: pikepdf.Pdf, language: str, sample_pdf: PdfOf
) -> None:
    owned: dict[tuple[int, int], Any] = {}
    for element in tags(sample_pdf(language)):
        assert element.S not in BLOCKS or not marks(element), element.S
        for mark in marks(element):
            place = (element.Pg.objgen[0], mark)
            assert place not in owned
            owned[place] = element
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    for index, page in enumerate(document.pages):
        marked = {
            int(operation.operands[1].MCID)
            for operation in pikepdf.parse_content_stream(page, "BDC")
            if "/MCID" in operation.operands[1]
        }
        number = page.obj.objgen[0]
        assert marked == {mark for place, mark in owned if place == number}
        for mark in marked:
            assert numbers[2 * index + 1][mark].objgen == owned[number, mark].objgen


def test_running_heads_and_page_numbers_are_artifacts(language: str, sample_pdf: PdfOf) -> None:
    """Beyond the page's own text nothing is read out, and all of that is."""
    with pdfplumber.open(io.BytesIO(sample_pdf(language))) as read:
        for page in read.pages[1:]:
            outside = [one for one in page.chars if one["top"] < 50 or one["bottom"] > 560]
            inside = [one for one in page.chars if one["top"] >= 54 and one["bottom"] <= 556]
            assert outside
            assert inside
            assert {one["tag"] for one in outside} == {"Artifact"}
            assert {one["mcid"] for one in outside} == {None}
            assert all(one["mcid"] is not None for one in inside)


def test_pictures_say_a_sentence_and_stand_where_they_stand(
    document: pikepdf.Pdf, language: str, sample_pdf: PdfOf
) -> None:
    rendered = for_print(sample_pack(language))
    told = {clean(drawing.alt) for drawing in rendered.drawings.values()}
    words = {texts[language] for name in ("status", "signal") for texts in section(name).values()}
    figures = [one for one in tags(sample_pdf(language)) if one.S == "/Figure"]
    texts = [str(one.Alt) for one in figures]
    assert set(texts) <= told
    assert told - set(texts) <= words  # marks beside their own word only decorate
    assert not [text for text in texts if not re.search(r"[^\W\d_]{2}", text)]
    for figure in figures:
        left, bottom, right, top = (float(one) for one in figure.A.BBox)
        width, height = (float(one) for one in figure.Pg.MediaBox[2:])
        assert 0 <= left < right <= width
        assert 0 <= bottom < top <= height


def test_links_say_where_they_lead_and_are_printed(
    document: pikepdf.Pdf, language: str, sample_pdf: PdfOf
) -> None:
    said = section("pdf")["link"][language]
    names = {said.format(name=entry.goal.name) for entry in sample_review(language).goals}
    links = [note for page in document.pages for note in page.get("/Annots", [])]
    assert len(links) > 100
    assert all(int(note.F) & 4 for note in links)
    assert names <= {str(note.Contents) for note in links}
    assert not [note for note in links if str(note.Contents).startswith(("goal-", "#"))]
    found = [one for one in tags(sample_pdf(language)) if one.S == "/Link"]
    assert len(found) == len(links)
    assert all(marks(one) or str(one.Alt) for one in found)


def leading(element: Any) -> set[Any]:
    """The annotations that an element itself has."""
    children = [one for one in element.get("/K", []) if isinstance(one, pikepdf.Dictionary)]
    return {one.Obj.objgen for one in children if "/Obj" in one}


NESTED = """<html lang="en"><head><title>x</title><style>
@page { @top-left { content: element(head) } } .head { position: running(head) }
</style></head><body><div class="head"><a href="#there">Home</a></div><h1 id="there">Links</h1>
<p>See <a href="#there"><b>a bold</b> and <i>a <u>slanted</u> one</i></a>.</p>
<p><a href="#there"><img src="own.svg" alt=""/></a></p>
<p><a href="#there"><img src="own.svg" alt="A square"/></a></p>
<div><a href="#there"><div>A block</div><div>and another</div></a></div>
<table><tr><th scope="row"><a href="#there"><span>cell</span></a></th><td>1</td></tr></table>
</body></html>"""


def test_whatever_stands_within_a_link_the_link_owns_what_leads_there(tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/>'
        "</svg>"
    )
    found = opened(to_pdf(Rendered(NESTED), "0" * 32, tmp_path))
    numbers = list(found.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    notes = [note for page in found.pages for note in page.Annots]
    owned = [note for note in notes if "/StructParent" in note]
    assert owned == notes
    assert len(owned) >= 6
    for note in owned:
        link = owners[int(note.StructParent)]
        assert link.S == "/Link"
        assert note.objgen in leading(link)
    read = list(elements(found.Root.StructTreeRoot.K))
    # One around blocks is in pieces: what is before, between and after them.
    assert [str(one.S) for one in read].count("/Link") >= 5
    assert not [one for one in read if one.S != "/Link" and leading(one)]


def test_the_file_opens_with_its_title_and_pages_are_walked_through_in_order(
    document: pikepdf.Pdf, language: str
) -> None:
    assert str(document.Root.Lang) == language
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert all(page.Tabs == "/S" for page in document.pages)


# ---- Text and glyphs ------------------------------------------------------------------------


# Of the figures to date the scorecard shows all but the gap, and what is said of an empty list is
# said where it is empty.
NOT_SHOWN = {
    "template", "bookmark", "anchor", "anchors", "level", "key", "phase_name", "figures", "leading",
    "decision", "raised", "empty", "complete",
}  # fmt: skip


def said(found: object) -> Iterator[str]:
    """Every text of a page's context, those of its charts included."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mark):
        yield found.word
    elif isinstance(found, Drawing):
        yield from (shape.text for shape in found.shapes if isinstance(shape, Text))
    elif isinstance(found, ScoreRow):
        yield from said((found.name, found.unit, found.month, found.to_date[:2], found.to_date[3:]))
        yield from said((found.mark, found.to_date_mark, found.bar, found.landing, found.signal))
        yield from said((found.no_signal, found.phase))
    elif isinstance(found, tuple):
        for each in found:
            yield from said(each)
    elif is_dataclass(found):
        for one in fields(found):
            if one.name not in NOT_SHOWN:
                yield from said(getattr(found, one.name))


def test_every_text_of_every_page_can_be_read_out_again(language: str, sample_pdf: PdfOf) -> None:
    with pdfplumber.open(io.BytesIO(sample_pdf(language))) as read:
        letters = "".join(letter["text"] for page in read.pages for letter in page.chars)
    letters = re.sub(r"\s", "", letters)
    told = [text for page in sample_pack(language).pages for text in said(page)]
    assert len(told) > 1500
    assert [text for text in told if re.sub(r"\s", "", clean(text)) not in letters] == []


def inked(font: TTFont, name: str) -> bool:
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    return pen.bounds is not None


def test_every_glyph_is_found_by_its_number_and_by_its_cid(document: pikepdf.Pdf) -> None:
    """Readers differ: some take a code for the glyph's number, some look it up in the font."""
    fonts = 0
    for found in document.objects:
        if not isinstance(found, pikepdf.Dictionary) or found.get("/Subtype") != "/Type0":
            continue
        fonts += 1
        descriptor = found.DescendantFonts[0].FontDescriptor
        program: Any = descriptor.get("/FontFile3", descriptor.get("/FontFile2"))
        font = TTFont(io.BytesIO(program.read_bytes()))
        order = font.getGlyphOrder()
        keyed = "CFF " in font and hasattr(font["CFF "].cff.topDictIndex[0], "ROS")
        table = found.ToUnicode.read_bytes().decode("latin-1")
        pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>", table.split("endcodespacerange")[1])
        assert pairs
        for code, text in ((int(code, 16), bytes.fromhex(text)) for code, text in pairs):
            letter = text.decode("utf-16-be")
            assert code, letter  # glyph 0 is the empty box
            names = {order[code], f"cid{code:05d}" if keyed else order[code]}
            for name in names:
                assert inked(font, name) or not letter.strip(), (letter, name)
    assert fonts >= 2
