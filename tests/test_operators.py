"""Charts as PDF operators look as they do as SVG, and cost a page nothing of its meaning."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import get_args

import numpy as np
import pdfplumber
import pikepdf
import pytest
from numpy.typing import NDArray
from PIL import Image

from kpixl.cli.common import engine_for
from kpixl.pack import weasy, xhtml
from kpixl.pack.canvas import Anchor, Dot, Drawing, Line, Rect, Shape, Text
from kpixl.pack.canvas import Path as Polygon
from kpixl.pack.html import FONTS, Rendered, for_print
from kpixl.pack.operators import colour
from kpixl.pack.weasy import to_pdf
from tests.packs import LANGUAGES, sample_pack

pytestmark = pytest.mark.usefixtures("by_weasyprint")

Pixels = NDArray[np.int16]
ID = "0" * 32
# SVG has its letters placed one by one and without kerning, which moves some by fractions of a
# pixel: at 72 dpi the sample's worst page has 0.22 % of such pixels. A rectangle of 50 × 40 pixels
# that is one pixel off has 0.4 % of them on its own small page.
OTHER_COLOUR = 64
MOST_OTHER_PIXELS = 0.003
MOST_DIFFERENCE = 0.65


def pixels(pdf: bytes, folder: Path, dpi: int) -> list[Pixels]:
    """Every page as red, green and blue."""
    folder.mkdir()
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "x.pdf", "p"], cwd=folder, check=True)
    return [
        np.asarray(Image.open(page).convert("RGB"), dtype=np.int16)
        for page in sorted(folder.glob("p*.png"))
    ]


def difference(one: Pixels, other: Pixels) -> tuple[float, float]:
    """The share of pixels of another colour, and the mean difference of 255."""
    apart = np.abs(one - other).max(axis=2)
    return float((apart > OTHER_COLOUR).mean()), float(apart.mean())


def both(rendered: Rendered, folder: Path, dpi: int, patch: pytest.MonkeyPatch):
    """The pages as operators, and as SVG."""
    drawn = pixels(to_pdf(rendered, ID), folder / "operators", dpi)
    with patch.context() as other_version:
        other_version.setattr(weasy, "KNOWN_VERSION", "0")
        return drawn, pixels(to_pdf(rendered, ID), folder / "svg", dpi)


# ---- The two ways look the same -------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_sample_looks_the_same_both_ways(language, tmp_path, monkeypatch):
    drawn, as_svg = both(for_print(sample_pack(language)), tmp_path, 72, monkeypatch)
    assert len(drawn) == len(as_svg) > 15
    for number, (one, other) in enumerate(zip(drawn, as_svg, strict=True), start=1):
        others, mean = difference(one, other)
        assert others <= MOST_OTHER_PIXELS, f"page {number}"
        assert mean <= MOST_DIFFERENCE, f"page {number}"


def page_of(*shapes: Shape, width: int = 0) -> Rendered:
    """One small page with one drawing, ``width`` pixels wide where it is scaled."""
    scaled = f' style="width:{width}px"' if width else ""
    html = (
        '<html lang="ja"><head><title>x</title><style>@page { size: 200px 100px; margin: 0 } '
        "body { margin: 0 } img { display: block }</style></head>"
        f'<body><img src="kpixl:1" alt="x"{scaled}/></body></html>'
    )
    return Rendered(html, {"kpixl:1": Drawing(200, 100, "x", shapes)}, FONTS["ja"], "ja")


SHAPES: dict[str, tuple[Shape, ...]] = {
    "rectangles": (Rect(5, 5, 50, 40, "#0b3d6b"), Rect(70.5, 9.3, 30, 60, "#fff", "#d5303e", 2)),
    "overlapping": (Rect(5, 5, 50, 40, "#0b3d6b"), Rect(30, 20, 50, 60, "#0b3d6b")),
    "outline": (Rect(10, 10, 80, 60, None, "#3d4247", 3),),
    "lines": (Line(((5, 5), (60, 80), (120, 10), (124, 90)), "#3d4247", 4),),
    "dashes": (Line(((5, 50), (190, 60)), "#d5303e", 2, (6, 3)), Line(((5, 9), (99, 9)), "#000")),
    "polygon": (Polygon(((20, 90), (60, 10), (100, 90)), "#6ba539", "#000000", 1.5),),
    "dots": (Dot(30, 30, 20, "#d5303e"), Dot(90, 50, 9.5, "#fff", "#0b3d6b", 3)),
    "text": (Text(10, 40, "HINBUN 1,234.5 −6%", 18, 700, "#0b3d6b"),),
    "japanese": (Text(100, 60, "売上高 ▲13.6百万円", 14, 400, "#23272b", "middle"),),
    "anchored": tuple(
        Text(100, 30 + 30 * n, "12,345", 14, 400, "#23272b", anchor)
        for n, anchor in enumerate(get_args(Anchor))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_looks_the_same_both_ways(name, tmp_path, monkeypatch):
    drawn, as_svg = both(page_of(*SHAPES[name]), tmp_path, 192, monkeypatch)
    assert (drawn[0] < 250).any()
    others, mean = difference(drawn[0], as_svg[0])
    # Letters that SVG has placed one by one cover a large part of so small a page.
    assert others <= (0.02 if isinstance(SHAPES[name][0], Text) else 0.002), name
    assert mean <= (3 if isinstance(SHAPES[name][0], Text) else 0.6), name


def test_a_scaled_drawing_is_scaled_both_ways(tmp_path, monkeypatch):
    drawn, as_svg = both(page_of(*SHAPES["rectangles"][:1], width=100), tmp_path, 192, monkeypatch)
    assert difference(drawn[0], as_svg[0])[0] <= 0.002
    full = pixels(to_pdf(page_of(*SHAPES["rectangles"][:1]), ID), tmp_path / "full", 192)[0]
    inked = [(page < 200).any(axis=2).sum() for page in (drawn[0], full)]
    assert inked[1] == pytest.approx(4 * inked[0], rel=0.05)


def test_one_pixel_off_would_be_seen(tmp_path):
    here, there = (
        pixels(to_pdf(page_of(Rect(x, 5, 50, 40, "#0b3d6b")), ID), tmp_path / str(x), 72)[0]
        for x in (5, 6.3)
    )
    assert difference(here, there)[0] > MOST_OTHER_PIXELS


# ---- Text stays text ------------------------------------------------------------------------


def test_the_text_of_a_chart_can_be_read_and_has_fonts_that_are_embedded():
    shown = to_pdf(page_of(Text(10, 40, "売上高 1,234 “A”", 14, 700, "#0b3d6b")), ID)
    with pdfplumber.open(io.BytesIO(shown)) as document:
        assert document.pages[0].extract_text() == "売上高 1,234 “A”"
        assert {char["fontname"].partition("+")[2] for char in document.pages[0].chars} == {
            "Inter-Bold", "BIZ-UDPGothic-Bold",
        }  # fmt: skip


def test_a_letter_in_colour_is_drawn_among_the_others(tmp_path):
    """Where the machine has no such font the sign is reported elsewhere, and nothing fails."""
    shown = pixels(
        to_pdf(page_of(Text(10, 60, "a🙂b", 40, 400, "#0b3d6b")), ID), tmp_path / "e", 72
    )
    assert (shown[0] < 250).any()


@pytest.mark.parametrize(
    ("code", "operands"), [("#ff8000", "1 0.502 0"), ("#000000", "0 0 0"), ("#ffffff", "1 1 1")]
)
def test_colours_are_shares_of_one(code, operands):
    assert colour(code) == operands  # 128 ÷ 255 = 0.50196


# ---- The document is what WeasyPrint's own way makes of it ------------------------------------


def own_way(html: str) -> bytes:
    from weasyprint import HTML

    return bytes(HTML(string=html).write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=ID.encode()))


WITH_A_LIST = (
    '<html lang="en"><head><title>x</title></head><body><h1>One</h1><ul><li>first</li>'
    "<li>second</li></ul><ol><li>third</li></ol><p>text</p></body></html>"
)
WITH_A_FOOTNOTE = (
    '<html lang="en"><head><title>x</title><style>i { float: footnote }</style></head>'
    "<body><p>text<i>below</i></p></body></html>"
)
NOT_XML = (
    '<html lang="en"><head><title>x</title></head><body><p>one<br>two&nbsp;three</body></html>'
)


def words(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [(page.extract_text() or "") for page in document.pages]


@pytest.mark.parametrize("html", [WITH_A_LIST, WITH_A_FOOTNOTE, NOT_XML])
def test_what_a_users_template_may_hold_is_laid_out_as_by_weasyprint(html, tmp_path):
    ours, theirs = to_pdf(Rendered(html), ID), own_way(html)
    assert words(ours) == words(theirs) != [""]
    one, other = pixels(ours, tmp_path / "a", 72), pixels(theirs, tmp_path / "b", 72)
    assert (one[0] == other[0]).all()


def test_entities_of_a_document_of_ones_own_are_not_expanded():
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html lang="en"><p>&b;</p></html>'
    )
    assert xhtml.root_of(bomb) is None


def test_the_bytes_that_are_settled_say_what_weasyprint_would_write(monkeypatch):
    rendered = page_of(*SHAPES["text"], *SHAPES["dots"])
    ours = to_pdf(rendered, ID)
    monkeypatch.setattr(weasy, "settle", lambda pdf: None)
    theirs = to_pdf(rendered, ID)
    with pikepdf.open(io.BytesIO(ours)) as one, pikepdf.open(io.BytesIO(theirs)) as other:
        assert len(one.objects) == len(other.objects)
        assert one.pages[0].Contents.read_bytes() == other.pages[0].Contents.read_bytes()
        assert one.trailer.ID[0] == other.trailer.ID[0]
        assert one.Root.keys() == other.Root.keys()


# ---- The version ----------------------------------------------------------------------------


@pytest.mark.source
def test_the_version_that_is_known_is_the_one_that_is_asked_for():
    asked = re.search(r'"weasyprint==([\d.]+)"', Path("pyproject.toml").read_text(encoding="utf-8"))
    assert asked is not None
    assert asked[1] == weasy.KNOWN_VERSION


def test_another_version_is_given_the_charts_as_svg_and_that_is_said(monkeypatch, capsys):
    import weasyprint

    assert engine_for("weasyprint", as_json=True) == {"name": "weasyprint"}
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    note = engine_for("weasyprint", as_json=False)["note"]
    assert "71.0" in str(note)
    assert capsys.readouterr().err.strip() == note
    shown = to_pdf(page_of(Text(10, 40, "text", 14)), ID)
    assert words(shown) == ["text"]
