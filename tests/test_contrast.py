"""Every text can be read on its ground, whatever the brand colour; no colour says a thing alone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pdfplumber
import pytest

from kpixl.measures.kinds import Status
from kpixl.pack import theme as module
from kpixl.pack.canvas import Dot, Line, Path, Rect
from kpixl.pack.chart_figures import Palette
from kpixl.pack.chart_rows import status_mark
from kpixl.pack.html import for_print
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.pack.theme import READABLE, contrast, theme
from kpixl.resources import report_templates
from kpixl.review.figures import Review
from kpixl.review.scope import scoped
from tests.packs import LANGUAGES, sample_pack, sample_review

BRANDS = ("#000000", "#fff2a8", "#d0021b")
PAGES = ("cover", "summary", "tree", "scorecard", "bridge", "goals", "landing")
Rgb = tuple[float, float, float]


# ---- Contrast -------------------------------------------------------------------------------


def test_the_colours_of_text_can_be_read_on_white_and_on_every_tint() -> None:
    """The darkest tint is that of black. Only the draft's mark is white, on its own red."""
    css = (report_templates() / "pack.css").read_text(encoding="utf-8")
    colours = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", css))
    assert {"#5b6066", "#3f7420", "#b81d2b"} <= colours
    palette = Palette()
    colours |= {palette.ink, palette.grey, palette.good_text, palette.amber_text, palette.bad_text}
    grounds = ("#ffffff", palette.band, theme("#000000").tint)
    for colour in colours:
        for ground in grounds:
            found = contrast(module._rgb(colour), module._rgb(ground))
            assert found >= READABLE, (colour, ground, found)
    assert contrast(module._rgb("#b81d2b"), (1, 1, 1)) >= READABLE


def painted(brand: str) -> Iterator[tuple[str, Rgb, Rgb]]:
    """Each word of a pack in a brand colour, with its own colour and the commonest around it."""
    found = sample_review("en")
    branded = scoped(with_brand(found, brand), "ONLINE")
    pdf = pack_pdf(build_pack(branded, PackOptions("en", pages=PAGES)))
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            scale = 2
            image = page.to_image(resolution=72 * scale).original.convert("RGB")
            words = page.extract_words(extra_attrs=["non_stroking_color"], x_tolerance=1.5)
            for word in words:
                area = (word["x0"] - 1, word["top"] - 1, word["x1"] + 1, word["bottom"] + 1)
                cut = image.crop(tuple(round(scale * edge) for edge in area))
                counted: Any = cut.getcolors(cut.width * cut.height)
                red, green, blue = (part / 255 for part in max(counted)[1])
                yield word["text"], word["non_stroking_color"], (red, green, blue)


def with_brand(found: Review, brand: str) -> Review:
    return replace(found, settings=replace(found.settings, brand_colour=brand))


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("brand", BRANDS)
def test_every_word_of_a_pack_can_be_read(brand: str) -> None:
    words = list(painted(brand))
    assert len(words) > 600
    assert len({ground for *_, ground in words}) >= 3  # white, the brand and its tint
    faint = [
        (text, colour, ground)
        for text, colour, ground in words
        if contrast(colour, ground) < READABLE and colour != ground
    ]
    assert faint == []
    # A word as dark as what is around it was measured on its own letters; there are few.
    assert sum(colour == ground for _, colour, ground in words) < 5


# ---- Without colour -------------------------------------------------------------------------

# Machado, Oliveira and Fernandes 2009: what someone sees who has no cones for green.
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


def linear(colour: str) -> list[float]:
    return [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in module._rgb(colour)
    ]


def lab(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """CIE L*a*b* of linear sRGB, D65."""
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883

    def root(part: float) -> float:
        return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116

    return 116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))


def seen(colour: str) -> tuple[float, float, float]:
    parts = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(share * part for share, part in zip(row, parts, strict=True))))
        for row in DEUTERANOPIA
    )
    return lab(red, green, blue)


@pytest.mark.parametrize(
    ("first", "second"), list(combinations(("good", "amber", "bad", "actual", "prior"), 2))
)
def test_areas_are_told_apart_without_cones_for_green(first: str, second: str) -> None:
    """A difference of 10 is plain to see side by side (2.3 is just noticeable)."""
    one, other = (seen(getattr(Palette(), name)) for name in (first, second))
    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 >= 10


@pytest.mark.parametrize(("first", "second"), list(combinations(("good", "amber", "bad"), 2)))
def test_judgements_are_told_apart_in_grey(first: str, second: str) -> None:
    one, other = (lab(*linear(getattr(Palette(), name)))[0] for name in (first, second))
    assert abs(one - other) >= 10


def test_every_status_has_a_shape_of_its_own() -> None:
    def outline(status: Status) -> tuple[object, ...]:
        found = []
        for shape in status_mark(status, "en").shapes:
            points = len(shape.points) if isinstance(shape, (Line, Path)) else 0
            filled = bool(getattr(shape, "fill", None)) and shape.fill != "#ffffff" if isinstance(
                shape, (Rect, Path, Dot)
            ) else False  # fmt: skip
            found.append((type(shape).__name__, points, filled))
        return tuple(found)

    shapes = [outline(status) for status in Status]
    assert len(set(shapes)) == len(Status), shapes


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_in_red_or_green_says_so_by_its_words_too(language: str) -> None:
    """By a sign, as a share of the plan, as days overdue, in a sentence, or (a pace beyond the
    best month) in bold."""
    html = for_print(sample_pack(language)).html
    found = re.findall(r'<(\w+) class="([^"]*\b(?:good|bad)\b[^"]*)"[^>]*>(.*?)</\1>', html, re.S)
    assert len(found) > 100
    bold = re.compile(r"\.beyond[^{]*\{ font-weight: 700 \}")
    assert bold.search(html)
    by_colour = []
    for _, names, inner in found:
        text = re.sub(r"<[^>]*>", "", inner).strip()
        # Below a share of the plan stands that of the original plan.
        told = re.match(r"[+−±▲(]|[\d.,]+%( [\d.,]+%)?$|\d+ ?(days?|日)$|n/a$|―$", text)
        if not told and "beyond" not in names.split() and len(text) < 12:
            by_colour.append((names, text))
    assert by_colour == []
