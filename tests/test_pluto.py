"""What PlutoBook lays out, and nobody told what it means: marks, tags, names of glyphs."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from defusedxml import ElementTree
from fontTools.ttLib import TTFont
from PIL import Image

from kpixl.pack.canvas import Drawing, Rect, Text
from kpixl.pack.contexts import Pack
from kpixl.pack.html import FONTS, Rendered
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf, to_pdf
from kpixl.pack.pluto.beside import stand_beside
from kpixl.pack.pluto.content import Form, Found, Resources, marked
from kpixl.pack.pluto.layout import page_css, with_marks_font
from kpixl.pack.pluto.marks import (
    BEGUN,
    ENDED,
    LEANING,
    NOTHING,
    STANDING,
    mark,
    number_in,
    value,
    without_marks,
)
from kpixl.pack.pluto.outline import Element, Marker
from kpixl.pack.pluto.pictures import picture_of, pictures_in
from kpixl.pack.pluto.turns import part_tables
from kpixl.plan.tables import read_plan
from kpixl.review.review import review
from kpixl.workbook.reader import read_book
from kpixl.workbook.template import write_book
from tests.engines import HAS_PLUTOPRINT
from tests.extremes import CASES, extreme_pdf
from tests.kits import font
from tests.layout import sheets
from tests.logos import png, svg
from tests.packs import LANGUAGES
from tests.random_books import RandomBook
from tests.test_pdf import opened, texts

pytestmark = pytest.mark.skipif(not HAS_PLUTOPRINT, reason="no PlutoPrint for this machine")

MM = 72 / 25.4


# ---- Marks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 99, 100, 9_999, 10_000, 123_456, 999_999])
@pytest.mark.parametrize("leaning", [True, False])
def test_a_mark_is_three_signs_that_tell_its_number(number: int, leaning: bool) -> None:
    signs = mark(number, leaning)
    assert len(signs) == 3
    values = {b"%04x" % at: value(sign) for at, sign in enumerate(signs)}
    assert number_in(b"000000010002", values) == number
    assert without_marks(f"{signs}Sales {mark(4)}売上") == "Sales 売上"


def test_no_sign_stands_for_two_values() -> None:
    assert len({*LEANING, *STANDING}) == 200


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a { font-family: Inter, serif }", "a { font-family: Inter, kpixl-marks, serif }"),
        ("a{font-family:Inter}", "a{font-family:Inter, kpixl-marks }"),
        ("a{font:bold 9pt/1 Inter,serif;x:y}", "a{font:bold 9pt/1 Inter, kpixl-marks,serif;x:y}"),
        ("a { font: 9pt 'B, C', D }", "a { font: 9pt 'B, C', kpixl-marks, D }"),
        ("a { font-family: inherit }", "a { font-family: inherit }"),
        ("a { font-size: 9pt; font-weight: 700 }", "a { font-size: 9pt; font-weight: 700 }"),
        ("@font-face { font-family: A; src: b }", "@font-face { font-family: A; src: b }"),
    ],
)  # fmt: skip
def test_the_font_of_the_marks_stands_wherever_fonts_are_named(css: str, expected: str) -> None:
    assert with_marks_font(css) == expected


@pytest.mark.parametrize("wrong", ["x", "p { color: red } }", "p {", "@", "p: red; q { color: x }"])
def test_a_style_sheet_that_is_none_is_passed_over(wrong: str) -> None:
    assert texts(pdf_of("<p>one</p>", wrong)) == ["one"]


def test_a_run_of_pages_has_the_rules_of_its_name_and_no_others() -> None:
    css = "@page { margin: 1mm }\n@page wide { margin: 2mm }\n@page cover { margin: 3mm }\n"
    assert re.findall(r"@page \{ margin: (\d)mm", page_css(css, "wide")) == ["1", "2"]
    assert re.findall(r"@page \{ margin: (\d)mm", page_css(css, "")) == ["1"]


# ---- The outline ----------------------------------------------------------------------------


def outlined(body: str) -> tuple[object, Marker]:
    marker = Marker("kpixl:")
    marker.mark(ElementTree.fromstring(f"<body>{body}</body>"))
    return shape(marker.outline.document), marker


def shape(element: Element) -> object:
    """An element as (kind, children), a text as its mark."""
    return (element.kind, [one if isinstance(one, int) else shape(one) for one in element.children])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h1>a</h1><p>b <b>c</b> d</p>", [("H1", [1]), ("P", [2, 3, 4])]),
        # What only lays out is dissolved; text that stands loose beside blocks is a paragraph.
        ("<div><div><span>a</span></div></div>", [("P", [1])]),
        ("<div>a<p>b</p>c</div>", [("Div", [("P", [1]), ("P", [2]), ("P", [3])])]),
        ("loose <section><h2>a</h2></section>", [("P", [1]), ("Sect", [("H2", [2])])]),
        ("<ul><li>a</li></ul>", [("L", [("LI", [("LBody", [1])])])]),
        (
            "<p>a</p><ul><li>b</li></ul>",
            [("P", [1]), ("L", [("LI", [("Lbl", [2]), ("LBody", [3])])])],
        ),
        ("<p> </p><p>a</p>", [("P", [1])]),
        ('<p><img src="kpixl:1" alt=""/>a</p>', [("P", [2])]),
        ('<p><img src="kpixl:1" alt="b"/>a</p>', [("P", [("Figure", [1]), 2])]),
        (
            "<table><tr><th>a</th><td/></tr></table>",
            [("Table", [("TR", [("TH", [1]), ("TD", [])])])],
        ),
    ],
)
def test_what_html_means_is_outlined(body: str, expected: object) -> None:
    assert outlined(body)[0] == ("Document", expected)


def test_cells_say_what_they_head_and_what_they_span() -> None:
    _, marker = outlined(
        '<table><thead><tr><th colspan="2">a</th></tr></thead>'
        '<tbody><tr><th rowspan="3">b</th><td>c</td></tr></tbody></table>'
    )
    (table,) = marker.outline.document.children
    assert isinstance(table, Element)
    cells = [one for one in walked(table) if one.kind in ("TH", "TD")]
    assert [(one.kind, one.head, one.columns, one.rows) for one in cells] == [
        ("TH", True, 2, 1), ("TH", False, 1, 3), ("TD", False, 1, 1),
    ]  # fmt: skip


def walked(element: Element) -> list[Element]:
    below = [one for one in element.children if isinstance(one, Element)]
    return [element, *(deeper for one in below for deeper in walked(one))]


def test_a_mark_stands_before_the_first_sign_and_after_the_spaces() -> None:
    body = ElementTree.fromstring("<body><p>\n  a <b>b</b> c</p></body>")
    Marker("kpixl:").mark(body)
    (paragraph,) = body
    (bold,) = paragraph
    assert paragraph.text == f"\n  {mark(1)}a "
    # Without a space before it, it leans on the sign before: no line may end between them.
    assert bold.text == f"{mark(2, leaning=True)}b"
    assert bold.tail == f" {mark(3)}c"


@pytest.mark.parametrize(
    ("before", "whole"),
    [("画面で", "離脱している。"), ("売上は、", "▲13.6"), ("あと", "6か月"), ("です", "（不利）")],
)
def test_a_line_ends_before_what_is_kept_whole(before: str, whole: str) -> None:
    css = "p { font: 10pt/2 'BIZ UDPGothic'; width: 100pt; line-break: strict }"
    text = "前" * (10 - len(before)) + before
    pdf = pdf_of(f"<p>{text}<span style='white-space: nowrap'>{whole}</span></p>", css)
    assert texts(pdf)[0].split() == [text, whole]


@pytest.mark.parametrize("overflow", ["break-word", "anywhere"])
def test_words_are_broken_where_they_fit_on_no_line_and_nowhere_else(overflow: str) -> None:
    css = f"body {{ overflow-wrap: {overflow} }} * {{ font: 10pt/1.2 Inter }} "
    wanted = ["before", "it", "was", "(concerns", "another", "goal", "of", "all", "others)"]
    said = "<p>before it was<b> (concerns</b> another goal<i> of all</i> others)</p>"
    for width in range(60, 120, 6):
        (text,) = texts(pdf_of(said, f"{css} p {{ width: {width}pt }}"))
        assert text.split() == wanted
    long = "internationalisations" * 3
    table = f"<table><tr><td>{long}</td><td>x</td></tr></table>"
    (text,) = texts(pdf_of(table, f"{css} table {{ width: 80pt; table-layout: fixed }}"))
    assert "".join(text.split()).replace("x", "") == long
    assert len(text.split()) > 6


SPACED = (
    ("p { letter-spacing: 5pt }", "<p>Letters <b>apart</b> here</p>"),
    (
        ".a, div.b > p:first-child { letter-spacing: 0.4em }",
        "<div class='b'><p>x<i>y</i></p></div>",
    ),
    ("body { letter-spacing: 2pt }", "<ul><li>one</li><li><b>two</b></li></ul>"),
    ("", "<p style='letter-spacing: 3pt'>Letters <b>apart</b></p>"),
)


@pytest.mark.parametrize(("css", "body"), SPACED)
def test_texts_begin_where_they_would_with_letters_set_apart(css: str, body: str) -> None:
    css = f"@page {{ margin: 9mm }} body {{ margin: 0 }} * {{ font: 9pt Inter }} {css}"
    html = f"<html lang='en'><head><title>x</title><style>{css}</style></head><body>{body}</body>"
    found = []
    for engine in ("weasyprint", "plutoprint"):
        pdf = to_pdf(Rendered(f"{html}</html>"), "0" * 32, engine=engine)
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            chars = [one for one in document.pages[0].chars if one["text"].isalpha()]
            found.append([pytest.approx(one["x0"], abs=1) for one in chars])
    assert found[1] == found[0]


def test_text_with_its_letters_set_apart_is_tagged_and_found() -> None:
    """A mark without any width would not be painted."""
    pdf = pdf_of("<p>Acme Works Co., Ltd.</p>", "p { letter-spacing: 0.1em }")
    assert "Co., Ltd." in texts(pdf)[0]
    assert len(elements(opened(pdf), "/P")) == 1


def test_rules_for_a_first_letter_are_passed_over() -> None:
    """It would be the first sign of a mark."""
    (text,) = texts(pdf_of("<p>First <b>letter</b></p>", "p::first-letter { font-size: 30pt }"))
    assert text == "First letter"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("売上", "っと"),
        ("売上", "。"),
        ("売上", "ー"),
        ("a", "b"),
        ("売上", "x"),
        ("3", "か"),
        ("", "売"),
    ],
)
def test_elsewhere_a_mark_leans_on_the_sign_before(before: str, after: str) -> None:
    body = ElementTree.fromstring(f"<body><p>{before}<b>{after}</b></p></body>")
    marker = Marker("kpixl:")
    marker.mark(body)
    signs = mark(len(marker.outline.texts), leaning=True)
    # Where it goes on another text it is an element of its own.
    assert body[0][0].text == (f"{BEGUN}{signs}{ENDED}" if before else signs) + after


def test_rows_that_begin_a_page_begin_a_table_with_the_same_head() -> None:
    rows = "".join(f'<tr class="{"turn" if n == 3 else ""}"><td>{n}</td></tr>' for n in range(1, 6))
    head = "<colgroup><col/></colgroup><thead><tr><th>N</th></tr></thead>"
    body = ElementTree.fromstring(
        f'<body><div><table class="x">{head}<tbody>{rows}</tbody></table>after</div></body>'
    )
    part_tables(body)
    first, second = body.iter("table")
    assert ["".join(one.itertext()) for one in (first, second)] == ["N12", "N345"]
    assert second.get("class") == "x turn"
    assert (first.tail, second.tail) == (None, "after")


# ---- Content --------------------------------------------------------------------------------

SIGNS: Mapping[bytes, int] = {b"%04x" % (n + 1): n for n in range(9)}
"""Code n + 1 is the sign of value n."""


def code(number: int) -> str:
    """A mark below 9 as a page's content shows it: 0, 0, the number."""
    return f"00010001{number + 1:04x}"


def tagged(content: str, found: Found, page: int = 0, **more: object) -> str:
    """The page's content with tags; f-9-1 is the font of the marks."""
    named = Resources({"f-9-1": SIGNS}, more.get("images", set()), more.get("forms", {}))  # type: ignore[arg-type]
    (_, written), *_ = marked(content.encode(), page, found, named)
    return written.decode()


def test_text_from_a_mark_on_is_what_the_mark_names() -> None:
    found = Found(frozenset(), [])
    content = (
        "q\n0 0 9 9 re f\nBT\n1 0 0 -1 5 5 Tm\n/f-9-1 1 Tf\n"
        f"<{code(1)}>Tj\n/f-0-0 1 Tf\n(Sales)Tj\n/f-9-1 1 Tf\n<{code(2)}>Tj\n"
        "/f-0-0 1 Tf\n( up)Tj\nET\nBT\n/f-0-0 1 Tf\n(again)Tj\nET\nQ\n"
    )
    assert tagged(content, found) == (
        "/Artifact BMC\nq\n0 0 9 9 re f\nEMC\nBT\n1 0 0 -1 5 5 Tm\n"
        "/Span <</MCID 0>>BDC\n/f-0-0 1 Tf\n(Sales)Tj\nEMC\n"
        "/Span <</MCID 1>>BDC\n/f-0-0 1 Tf\n( up)Tj\nEMC\nET\n"
        "/Span <</MCID 2>>BDC\nBT\n/f-0-0 1 Tf\n(again)Tj\nET\nEMC\nQ\n"
    )
    assert found.contents == {1: [(0, 0)], 2: [(0, 1), (0, 2)]}
    assert found.lengths == [3]


def test_where_a_mark_was_moved_to_its_text_stands() -> None:
    content = (
        f"BT\n/f-9-1 1 Tf\n<{code(1)}>Tj\n/f-0-0 1 Tf\n(1)Tj\n/f-9-1 1 Tf\n"
        f"[<>-4877<{code(2)}>]TJ\n/f-0-0 1 Tf\n(2)Tj\nET\n"
    )
    written = tagged(content, Found(frozenset(), []))
    assert "/f-0-0 1 Tf\n[-4877 ]TJ\n(2)Tj" in written
    # A place of its own, from the line's beginning on, comes after it.
    placed = content.replace("/f-0-0 1 Tf\n(2)", "/f-0-0 1 Tf\n3 0 Td\n(2)")
    assert "[-4877 ]TJ\n3 0 Td\n(2)Tj" in tagged(placed, Found(frozenset(), []))
    between = content.replace("]TJ\n/f-0-0", "]TJ\n3 0 Td\n/f-0-0")
    assert "-4877" not in tagged(between, Found(frozenset(), []))


def test_a_head_that_is_repeated_on_the_next_page_is_an_artifact() -> None:
    found = Found(frozenset(), [])
    content = f"BT\n/f-9-1 1 Tf\n<{code(1)}>Tj\n/f-0-0 1 Tf\n(Goal)Tj\nET\n"
    assert "/Span <</MCID 0>>BDC" in tagged(content, found)
    again = tagged(content, found, page=1)
    assert "/Artifact BMC\n/f-0-0 1 Tf\n(Goal)Tj\nEMC" in again
    assert found.contents == {1: [(0, 0)]}


def test_all_between_a_pictures_mark_and_that_of_nothing_is_the_picture() -> None:
    found = Found(frozenset({1}), [])
    content = (
        f"BT\n/f-9-1 1 Tf\n<{code(1)}>Tj\nET\n0 0 m 9 9 l S\n"
        f"BT\n/f-0-0 1 Tf\n(Apr)Tj\nET\nBT\n/f-9-1 1 Tf\n<{code(NOTHING)}>Tj\nET\n0 0 5 5 re f\n"
    )
    written = tagged(content, found)
    assert "/Span <</MCID 0>>BDC\n0 0 m 9 9 l S\nEMC" in written
    assert "/Span <</MCID 1>>BDC\nBT\n/f-0-0 1 Tf\n(Apr)Tj\nET\nEMC" in written
    assert "/Artifact BMC\n0 0 5 5 re f\nEMC" in written


def test_drawings_are_painted_where_their_marks_stand() -> None:
    # The mark's 9.97 pixels are 7.4775 points: 0.75 points a pixel. The drawing's middle, 20 right
    # and 10 down, is 15 and 7.5 points from its corner: 100 - 15 and 50 - 7.5.
    picture = picture_of(Drawing(40, 20, "", (Rect(0, 0, 40, 20, "#000"), Text(9, 9, "Apr", 7))))
    found = Found(frozenset({1}), [], {1: picture, 2: replace(picture, has_texts=False)})
    mark_of = "BT\n7.4775 0 0 -7.4775 100 50 Tm\n/f-9-1 1 Tf\n<{}>Tj\nET\n"
    text = "BT\n/f-0-0 1 Tf\n(Apr)Tj\nET\n"
    written = tagged(mark_of.format(code(1)) + text + mark_of.format(code(2)) + text, found)
    painted = (
        "q 0.75 0 0 0.75 85.000 42.500 cm 0 0 40 20 re W n 0 J 0 j 4 M [] 0 d\n"
        "0 0 0 rg 0 0 40 20 re f"
    )
    assert written == (
        f"/Span <</MCID 0>>BDC\n{painted}\nQ\nEMC\n"
        f"/Span <</MCID 1>>BDC\n{text}EMC\n"
        f"/Artifact BMC\n{painted}\nQ\nEMC\n"
        # What only decorates is no end of what stood before.
        f"/Span <</MCID 2>>BDC\n{text}EMC\n"
    )
    assert found.contents == {1: [(0, 0), (0, 1), (0, 2)]}


def test_marks_of_pictures_are_placed_from_one_to_the_next() -> None:
    content = (
        f"BT\n7 0 0 -7 100 50 Tm\n/f-9-1 1 Tf\n<{code(1)}>Tj\n2 3 Td\n<{code(2)}>Tj\n"
        f"[<>-4000<{code(3)[:6]}\n{code(3)[6:]}>]TJ\n1 0 Td\n<{code(4)}>Tj\nET\n"
    )
    assert pictures_in(content.removeprefix("BT\n").encode(), SIGNS) == [
        (1, (7, 0, 0, -7, 100, 50)),
        (2, (7, 0, 0, -7, 114, 29)),  # 2 × 7 to the right, 3 × 7 up
        (3, (7, 0, 0, -7, 142, 29)),  # 4 × 7 further
        (4, (7, 0, 0, -7, 121, 29)),  # from where the line began
    ]


def test_images_are_told_apart_in_their_order() -> None:
    found = Found(frozenset({4}), [NOTHING, 4])
    written = tagged("q\n/x1 Do\nQ\nq\n/x2 Do\nQ\n", found, images={"x1", "x2"})
    assert written == (
        "/Artifact BMC\nq\n/x1 Do\nQ\nq\nEMC\n/Span <</MCID 0>>BDC\n/x2 Do\nEMC\nQ\n"
    )


def test_a_form_that_holds_text_is_tagged_inside() -> None:
    found = Found(frozenset(), [])
    inside = f"BT\n/f-9-1 1 Tf\n<{code(2)}>Tj\n/f-0-0 1 Tf\n(pale)Tj\nET\n".encode()
    form = Form("holder", lambda: inside, Resources({"f-9-1": SIGNS}, set(), {}))
    named = Resources({}, set(), {"x1": form})
    page, other = marked(b"0 0 5 5 re f\n/x1 Do\n", 0, found, named)
    assert page == (None, b"/Artifact BMC\n0 0 5 5 re f\nEMC\n/x1 Do\n")
    assert other[0] == "holder"
    assert b"/Span <</MCID 0>>BDC\n/f-0-0 1 Tf\n(pale)Tj\nEMC" in other[1]
    assert found.contents == {2: [(1, 0)]}  # the second stream, on the first page
    assert found.pages == [0, 0]


# ---- Documents ------------------------------------------------------------------------------


def pdf_of(body: str, css: str = "", templates: Path | None = None) -> bytes:
    style = f"html {{ font-family: {FONTS['ja']}; font-variant-numeric: tabular-nums }} {css}"
    html = f"<html lang='en'><head><title>x</title><style>{style}</style></head>"
    return to_pdf(
        Rendered(f"{html}<body>{body}</body></html>"), "0" * 32, templates, (), "plutoprint"
    )


def elements(document: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [
        one for one in document.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/S") == kind
    ]  # fmt: skip


def test_figures_of_even_width_are_found_and_copied() -> None:
    """Their glyphs mean nothing by themselves: the text says what they are."""
    wanted = "1,234.5 −67% (89) 2026/10 8:30 → ≤"
    pdf = pdf_of(f"<p>{wanted}</p><table><tr><td>0.1</td></tr></table>")
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        found = "".join(char["text"] for char in document.pages[0].chars)
    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", f"{wanted}0.1")


def test_of_characters_with_one_glyph_the_one_that_was_written_is_found(tmp_path: Path) -> None:
    twins = TTFont(font(tmp_path / "twins.ttf"))
    # Radicals and what they look like, as fonts for Japanese have them.
    pairs = {0x2F49: "c126", 0x6708: "c126", 0x2F54: "c125", 0x6C34: "c125"}
    for table in twins["cmap"].tables:
        plain = {code: name for code, name in table.cmap.items() if name not in pairs.values()}
        table.cmap = plain | pairs
    twins.save(tmp_path / "twins.ttf")
    face = "@font-face { font-family: Twins; src: url(twins.ttf) }"
    pdf = pdf_of("<p>2026年6月、水</p>", f"{face} body {{ font-family: Twins }}", tmp_path)
    assert texts(pdf)[0].replace(" ", "") == "2026年6月、水"


@pytest.mark.parametrize(
    "written",
    [
        "Ελλάδα και Ω",  # in Inter the small letter iota is that of phonetics, too
        "葛\U000e0100城",  # a form of a sign that is chosen by a selector
        "A -> B, x >= 3 and y != z",  # Inter sets arrows
        "A [U+1F984] (KPI) 10x20",  # and brackets of another height beside capitals
    ],
)
def test_what_was_written_is_found_whatever_a_font_makes_of_it(written: str) -> None:
    pdf = pdf_of(f"<p>{escape(written)}</p>")
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        found = "".join(char["text"] for char in document.pages[0].chars)
    assert "".join(found.split()) == "".join(written.split())


def test_where_one_glyph_is_written_for_two_things_each_is_heard_as_written() -> None:
    pdf = pdf_of("<p>A → B</p><p>C → D</p><p>E -> F</p>")
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    assert page.get_text_bounded().splitlines() == ["A → B", "C → D", "E -> F"]
    document = opened(pdf)
    told = re.findall(rb"/ActualText <([0-9a-f]*)>", document.pages[0].Contents.read_bytes())
    assert [bytes.fromhex(one.decode()).decode("utf-16") for one in told] == ["E -> F"]


def test_capitals_of_a_style_sheet_are_no_other_meaning_of_letters() -> None:
    pdf = pdf_of("<p>abcde</p><h2>Abc</h2>", "p { text-transform: uppercase }")
    assert texts(pdf)[0].splitlines() == ["ABCDE", "Abc"]
    document = opened(pdf)
    assert b"ActualText" not in document.pages[0].Contents.read_bytes()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("some <b>words</b>, and more", ("words,",)),
        ("up to <b>12</b>% of all", ("12%",)),
        ("近い値です<span style='white-space: nowrap'>（不利）</span>。何が", ("）。",)),
    ],
)
def test_no_line_ends_within_a_word_or_at_a_mark(body: str, wanted: tuple[str, ...]) -> None:
    lines = "".join(f"<p style='width: {at / 10}em'>{body}</p>" for at in range(50, 170, 2))
    found = "".join(texts(pdf_of(lines, "body { overflow-wrap: break-word }")))
    for one in wanted:
        assert found.count(one) == 60


def test_what_runs_from_right_to_left_is_read_in_its_own_place() -> None:
    document = opened(pdf_of("<p>one</p><p>שלום</p><p>three</p>"))
    found = re.findall(rb"MCID (\d)>>BDC\n(.*?)EMC", document.pages[0].Contents.read_bytes(), re.S)
    assert [int(place) for place, _ in found] == [0, 1, 2]
    assert len(elements(document, "/P")) == 3


def test_arabic_letters_are_found_whatever_their_place_in_a_word() -> None:
    word = "مرحبا"
    pdf = pdf_of(f"<p>{word} لا</p>")
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        found = {char["text"] for char in document.pages[0].chars} - {" "}
    if "[" in found:
        pytest.skip("no font for Arabic")
    assert found - {"لا"} == {*word, *"ال"} - ({"ل"} if "لا" in found else set())


@pytest.mark.parametrize(
    "style",
    [
        "font-variant-numeric: tabular-nums",
        "font-weight: 700; font-style: italic",
        "letter-spacing: 3pt; word-spacing: 9pt; text-transform: uppercase; text-indent: 9pt",
    ],
)
def test_texts_in_drawings_are_set_as_they_were_measured(style: str) -> None:
    """Whatever holds for the texts around them: a bold row, a table's even figures."""
    drawing = Drawing(200, 40, "", (Text(10, 30, "a 1,111,111", 20),))
    css = f"html {{ font: 9pt Inter; {style} }}"
    html = f"<html lang='en'><title>x</title><style>{css}</style><img src='kpixl:1' alt=''/></html>"
    found = []
    for engine in ("weasyprint", "plutoprint"):
        pdf = to_pdf(Rendered(html, {"kpixl:1": drawing}), "0" * 32, engine=engine)
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            chars = [one for one in document.pages[0].chars if one["text"] in "aA1,"]
            fonts = {one["fontname"].partition("+")[2].removesuffix("-Regular") for one in chars}
            text = "".join(one["text"] for one in chars)
            found.append((text, fonts, pytest.approx(chars[-1]["x1"] - chars[0]["x0"], abs=0.5)))
    assert found[1] == found[0]


def test_no_sign_of_a_mark_is_left() -> None:
    pdf = pdf_of('<h1>Sales</h1><p>up <b>3 %</b></p><code>x</code><p style="font: 9pt serif">y</p>')
    text = "".join(texts(pdf))
    assert without_marks(text) == text
    assert "\ufffd" not in text


@pytest.mark.parametrize(
    ("style", "black"),
    [
        # A drawing of 40 by 20 pixels with its upper left quarter black, at 100, 100.
        ("", (100, 100, 120, 110)),
        ("width: 80px; height: 40px", (100, 100, 140, 120)),
        # Turned about its middle at 120, 110.
        ("transform: rotate(90deg)", (120, 90, 130, 110)),
        ("transform: rotate(180deg)", (120, 110, 140, 120)),
        ("opacity: 0.999", (100, 100, 120, 110)),
    ],
)
@pytest.mark.parametrize(
    "css",
    [
        "",
        (
            "* { font-family: serif; letter-spacing: 3px; font-weight: 700 }"
            "text { font-size: 40px; fill: red; stroke: black; stroke-width: 2px }"
        ),
    ],
)
def test_drawings_are_as_large_and_as_turned_as_the_page_says(
    style: str, black: tuple[int, int, int, int], css: str
) -> None:
    drawing = Drawing(40, 20, "", (Rect(0, 0, 40, 20, "#ffffff"), Rect(0, 0, 20, 10, "#000000")))
    at = "position: absolute; left: 100px; top: 100px; width: 40px; height: 20px"
    body = f'<section><img src="kpixl:1" alt="" style="{at}; {style}"/></section>'
    css += "@page { size: 300px 300px; margin: 0 } body { margin: 0 }"
    html = f"<html lang='en'><head><title>x</title><style>{css}</style></head>"
    pdf = to_pdf(
        Rendered(f"{html}<body>{body}</body></html>", {"kpixl:1": drawing}),
        "0" * 32, None, (), "plutoprint",
    )  # fmt: skip
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=4 * 96 / 72).to_pil().convert("L")
    found = page.point(lambda shade: 255 * (shade < 128)).getbbox()
    assert found is not None
    assert [round(edge / 4) for edge in found] == list(black)


def test_text_that_stands_loose_in_the_body_is_kept() -> None:
    css = (
        "@page { margin: 20mm; @top-left { content: element(head) } } "
        ".head { position: running(head) }"
    )
    pdf = pdf_of('first <div class="head">Head</div> second <p>third</p> fourth', css)
    (text,) = texts(pdf)
    assert sorted(text.split()) == ["Head", "first", "fourth", "second", "third"]


@pytest.mark.parametrize("scale", [1.1, 1.4, 1.7])
def test_the_running_head_is_shown_as_the_text_below_it(scale: float) -> None:
    """A viewer cuts a group of transparency at whole points of its screen."""
    css = (
        "@page { margin: 20mm 14mm; @top-left { content: 'Hill'; font: 600 7.5pt Inter } } "
        "body { margin: 0 } p { font: 600 7.5pt Inter; margin: 0 }"
    )
    (page,) = pypdfium2.PdfDocument(pdf_of("<p>Hill</p>", css))
    picture = page.render(scale=scale, grayscale=True).to_pil()
    middle = round(20 * MM * scale)
    halves = ((0, 0, picture.width, middle), (0, middle, picture.width, picture.height))
    head, text = (sum(255 - shade for shade in picture.crop(half).tobytes()) for half in halves)
    assert head == pytest.approx(text, rel=0.02)


def test_headings_of_sections_without_names_are_all_in_the_outline() -> None:
    sections = "".join(
        f'<section style="break-before: page"><h1 data-name="{name}">x</h1></section>'
        for name in ("One", "Two", "Three")
    )
    document = opened(pdf_of(sections))
    with document.open_outline() as outline:
        named = [(one.title, one.destination[0].objgen) for one in outline.root]  # type: ignore[index]
    assert named == [
        (name, page.obj.objgen)
        for name, page in zip(("One", "Two", "Three"), document.pages, strict=True)
    ]


def test_a_link_leads_to_the_page_where_its_goal_begins_and_says_so() -> None:
    long = "".join(f"<p>{n}</p>" for n in range(200))
    pdf = pdf_of(
        f'<p><a href="#far">Visits</a> <a href="https://example.com/">out</a> '
        f'<a href="#nowhere">lost</a></p><section id="far" style="break-before:page">'
        f"<h1>Visits</h1>{long}</section>"
    )
    document = opened(pdf)
    assert len(document.pages) > 3
    here, out = document.pages[0].Annots
    assert here.Dest[0].objgen == document.pages[1].obj.objgen
    assert "Visits" in str(here.Contents)
    assert str(out.A.URI) == "https://example.com/"
    assert len(elements(document, "/Link")) == 2


def test_pictures_that_it_cannot_read_are_shown_and_what_is_none_is_not_told_of(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Image.new("CMYK", (30, 30), (0, 200, 0, 0)).save(tmp_path / "press.jpg")
    Image.new("RGBA", (32, 32), "red").save(tmp_path / "sign.ico")
    (tmp_path / "none.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    style = "p { background: url(press.jpg) }"
    pdf = pdf_of('<p><img src="press.jpg" alt="a"/><img src="sign.ico" alt="b"/></p>'
                 '<p><img src="none.png" alt="c"/></p>', style, tmp_path)  # fmt: skip
    document = opened(pdf)
    sizes = {int(one.Width) for one in document.objects if _is_image(one)}
    assert sizes == {30, 32}
    assert capfd.readouterr().err == ""


def _is_image(one: pikepdf.Object) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"


def test_signs_and_numbers_of_lists_are_labels_of_their_items() -> None:
    items = "<li>one</li><li>two <ul><li>inner</li></ul></li>"
    css = "html { font-variant-numeric: normal } .bare, .bare ul { list-style: none }"
    pdf = pdf_of(f"<p>before </p><ol>{items}</ol><ul class='bare'>{items}</ul><p>after</p>", css)
    assert texts(pdf)[0].split() == ["before", "1.", "one", "2.", "two", "◦", "inner", "one", "two",
                                     "inner", "after"]  # fmt: skip
    document = opened(pdf)
    assert len(elements(document, "/Lbl")) == 3
    assert len(elements(document, "/LI")) == 6
    content = document.pages[0].Contents.read_bytes()
    pieces = re.findall(rb"MCID (\d+)>>BDC\n.*?EMC", content, re.S)
    assert [int(one) for one in pieces] == list(range(11))


def test_pictures_have_their_words_and_decoration_none(tmp_path: Path) -> None:
    (tmp_path / "own.png").write_bytes(png((20, 20)))
    (tmp_path / "own.svg").write_bytes(svg())
    pdf = pdf_of(
        '<p><img src="own.png" alt=""/><img src="own.png" alt="A stamp"/></p>'
        '<p><img src="own.svg" alt="A drawing" width="40" height="40"/></p>',
        templates=tmp_path,
    )
    document = opened(pdf)
    figures = elements(document, "/Figure")
    assert {str(one.Alt) for one in figures} == {"A stamp", "A drawing"}
    assert all("/Pg" in one for one in figures)


def test_nothing_is_fetched(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">secret</text></svg>')
    pdf = pdf_of(
        f'<p>a</p><img src="{secret.as_uri()}"/><img src="http://127.0.0.1:9/x.png"/>',
        f"p {{ background: url({secret.as_uri()}) }} @import url({secret.as_uri()});",
    )
    assert "secret" not in "".join(texts(pdf))
    assert capfd.readouterr().err == ""


# ---- Packs at the extremes ------------------------------------------------------------------


def random_pack(folder: Path, seed: int, goals: int, *pages: str) -> Pack:
    book = folder / "book.xlsx"
    with book.open("wb") as file:
        write_book(file, RandomBook(seed, "en", goals).content())
    reading = read_plan(read_book(book))
    assert reading.plan is not None
    made = review(reading.plan, problems=reading.problems)
    return build_pack(made, PackOptions("en", pages=pages))


def test_the_rows_of_a_focus_list_are_as_high_as_was_measured(tmp_path: Path) -> None:
    """A drawing that is as high as a line made the line higher, and a note's last line turned."""
    pack = random_pack(tmp_path, 1, 45, "bridge")
    ours, theirs = (sheets(pack_pdf(pack, engine=name)) for name in ("plutoprint", "weasyprint"))
    assert len(ours) == len(theirs)
    lasts = [max(word.bottom for word in page.body) for page in (ours[0], theirs[0])]
    assert lasts[0] == pytest.approx(lasts[1], abs=0.6)


EXTREMES = [(case, language) for case, one in CASES.items() for language in one.languages]


@pytest.mark.parametrize(("case", "language"), EXTREMES)
def test_at_the_extremes_it_takes_as_many_pages_and_cuts_nothing(case: str, language: str) -> None:
    pdf = pack_pdf(CASES[case].pack(language), engine="plutoprint")
    theirs = opened(extreme_pdf(case, language))
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == len(theirs.pages)
        for page in document.pages:
            top, bottom = 15 * MM, float(page.height) - 12 * MM
            told = [one for one in page.chars if one.get("mcid") is not None]
            outside = [one["text"] for one in told if one["top"] < top or one["bottom"] > bottom]
            assert "".join(outside).strip() == "" or page.page_number == 1


@pytest.mark.parametrize(
    ("lengths", "wanted"),
    [
        ((900,), [1]),  # one part is not divided
        ((900, 900), [1, 1]),
        ((900, 900, 900), [1, 1, 1]),
        # In three columns two of four stand below each other: 3 x 1,800; in two 2 x 1,800.
        ((900, 900, 900, 900), [2, 2]),
        ((900, 900, 900, 900, 900), [2, 2, 1]),
        ((2_700, 900, 900, 900), [1, 3]),
        ((900, 900, 900, 2_700), [3, 1]),
        ((900,) * 50, [17, 16, 17]),
    ],
)
def test_parts_of_a_flowing_text_stand_in_even_columns_in_their_order(
    lengths: tuple[int, ...], wanted: list[int]
) -> None:
    parts = "".join(f"<p>{n} {'x' * length}</p>" for n, length in enumerate(lengths))
    body = ElementTree.fromstring(f'<body><div class="flow wide">{parts}</div></body>')
    stand_beside(body)
    columns = list(body[0]) if len(wanted) > 1 else [body[0]]
    assert [len(column) for column in columns] == wanted
    order = [(part.text or "").split()[0] for column in columns for part in column]
    assert order == [str(n) for n in range(len(lengths))]


def test_long_comments_stand_beside_each_other_on_the_page() -> None:
    parts = "".join(f"<p>{sign * 3} {'word ' * 100}</p>" for sign in "ABC")
    (page,) = sheets(pdf_of(f'<div class="flow">{parts}</div>', "@page { size: A4 landscape }"))
    places = {one.text: (one.left, one.top) for one in page.words if one.text in ("AAA", "CCC")}
    assert places["CCC"][1] == pytest.approx(places["AAA"][1])
    assert places["CCC"][0] > page.width / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_of_text_go_on_over_pages_without_a_line_being_cut(language: str) -> None:
    long = {"en": "words that go on ", "ja": "続く言葉、"}[language] * 2_000
    pdf = pdf_of(
        f'<div class="flow"><p>{long}</p></div>', "@page { margin: 20mm } .flow { columns: 3 }"
    )
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) > 1
        for page in document.pages:
            lowest = max(one["bottom"] for one in page.chars if one["text"].strip())
            assert lowest <= float(page.height) - 20 * MM + 2


@pytest.mark.parametrize("colour", ["black", "red"])
def test_what_goes_on_beside_another_text_is_read_with_its_own(colour: str) -> None:
    parts = [f"<p>{' '.join(f'{sign}{n}' for n in range(400))}</p>" for sign in "ab"]
    body = f'<div style="display: flex"><div>{parts[0]}</div><div class="b">{parts[1]}</div></div>'
    css = "@page { size: A5; margin: 20mm } div { width: 30mm } p { margin: 0 }"
    pdf = pdf_of(body, f"{css} html {{ font-variant-numeric: normal }} .b {{ color: {colour} }}")
    document = opened(pdf)
    assert len(document.pages) > 2
    first, second = (set(_texts_of(one, pdf)) for one in elements(document, "/P"))
    assert first == {f"a{n}" for n in range(400)}
    assert second == {f"b{n}" for n in range(400)}


def test_what_goes_on_after_a_picture_on_the_page_before_is_read_too() -> None:
    words = [f"a{n}" for n in range(400)]
    drawing = Drawing(20, 20, "", (Text(1, 9, "drawn", 5),))
    body = f"<div><p>{' '.join(words)}</p></div><div><img src='kpixl:1' alt='b'/></div>"
    css = "@page { size: A5 } div { width: 40mm } section { display: flex }"
    html = f"<html lang='en'><head><title>x</title><style>{css}</style></head>"
    html += f"<body><section>{body}</section></body></html>"
    pdf = to_pdf(Rendered(html, {"kpixl:1": drawing}), "0" * 32, engine="plutoprint")
    document = opened(pdf)
    (paragraph,) = (one for one in elements(document, "/P") if len(_texts_of(one, pdf)) > 1)
    assert _texts_of(paragraph, pdf) == words


def _texts_of(element: pikepdf.Object, pdf: bytes) -> list[str]:
    """The words of the content that belongs to an element."""
    held = element.K if isinstance(element.K, pikepdf.Array) else [element.K]
    places = set()
    for one in held:
        is_far = isinstance(one, pikepdf.Dictionary)
        if is_far and "/MCID" not in one:
            continue  # an element within
        places.add(((one.Pg if is_far else element.Pg).objgen, int(one.MCID if is_far else one)))
    numbers = {page.obj.objgen: n for n, page in enumerate(opened(pdf).pages)}
    wanted = {(numbers[page], place) for page, place in places}
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [
            word["text"]
            for n, page in enumerate(document.pages)
            for word in page.filter(
                lambda one, n=n: (n, one.get("mcid")) in wanted  # type: ignore[misc]
            ).extract_words()
        ]
