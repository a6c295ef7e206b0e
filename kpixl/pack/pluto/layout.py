"""Lay marked HTML out on pages with PlutoBook, and draw what SVG it holds into it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from kpixl.pack.margins import PageStyles
from kpixl.pack.pluto.marks import FAMILY, NOTHING, font_face, mark
from kpixl.pack.pluto.pictures import CSS, mark_of_picture
from kpixl.pack.pluto.spacing import CSS as SPACING_CSS

LONG = "data-long"
"""The attribute of what has a word in it that may be longer than a line."""
OWN_CSS = f"""
@page {{ -pluto-page-scale: 1 }}
body {{ overflow-wrap: normal }}
[{LONG}] {{ overflow-wrap: break-word }}
:where(.focus) .drawing {{ margin: -0.1mm 0 }}
li::marker {{ font-variant-numeric: inherit }}
"""
"""Nothing is printed smaller for what stands out at a side. Where words may break, PlutoBook breaks
the first one of an inline element at the end of a line rather than before it: so only long ones
may. PlutoBook sets the middle of a line a little lower than WeasyPrint, so that a drawing that is
as high as the line makes it higher; in a long table that adds up to a line more than has room. The
numbers of a list are glyphs of the text, whose meaning is known."""

MARK = "data-mark"
"""The attribute of a drawing that tells its mark."""

_FACE = re.compile(r"(@font-face\s*\{[^{}]*\})", re.IGNORECASE)
_FAMILY = re.compile(r"(\bfont(?:-family)?\s*:\s*)([^;{}!]+)", re.IGNORECASE)
_FIRST = re.compile("(?:[^,\"']|\"[^\"]*\"?|'[^']*'?)*")
"""The first of several fonts, whose name may hold commas."""
_KEYWORDS = frozenset(("inherit", "initial", "unset", "revert"))
_NAMED_PAGE = re.compile(r"@page\s+([\w-]*)(:[\w-]+)?\s*\{[^{}]*\}")
_ANYWHERE = re.compile(r"(\boverflow-wrap\s*:\s*)anywhere\b", re.IGNORECASE)
"""For PlutoBook, that is within every word, though it would fit on the next line."""
_FIRST_LETTER = re.compile(r"::?first-letter\b", re.IGNORECASE)
"""It would be the first sign of a mark."""
_COLUMNS = re.compile(r"(?<![\w-])column(?:s|-count|-width)\s*:[^;{}]*;?", re.IGNORECASE)


FONTS = f"""
html {{ font-family: serif, {FAMILY} }}
code, kbd, pre, samp, tt {{ font-family: monospace, {FAMILY} }}
"""
"""What is set in these where nothing else is said."""
MARGINS_CSS = """
* { font-variant-numeric: normal !important; font-feature-settings: "calt" 0 !important }
"""
"""No forms of signs there whose meaning nobody would know: what repeats on pages has no marks."""

EMPTY = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
"""What stands for all that is not fetched: PlutoBook tells the terminal of what it cannot read."""

_RUNNING = re.compile(r"position\s*:\s*running\([^)]*\)", re.IGNORECASE)


def of_margins(html: str) -> str:
    """``html``, which holds margins and nothing else, with running elements where they stand."""
    html = _ANYWHERE.sub(r"\1break-word", _RUNNING.sub("position: static", html))
    return html.replace("</style>", f"{MARGINS_CSS}</style>", 1)


def laid_out(html: str, width: float, height: float) -> bytes:
    """The pages of ``html`` as PDF; they measure ``width`` by ``height`` points where the HTML does
    not say. Nothing is fetched."""
    import plutoprint

    class Nothing(plutoprint.ResourceFetcher):
        """All that a page needs stands in it."""

        def fetch_url(self, url: str) -> plutoprint.ResourceData:  # noqa: ARG002 -- whatever it is
            return plutoprint.ResourceData(EMPTY, "image/svg+xml", "utf-8")

    size = plutoprint.PageSize(width, height)
    book = plutoprint.Book(size, plutoprint.PAGE_MARGINS_NONE)
    book.custom_resource_fetcher = Nothing()
    book.load_html(html, base_url="file:///kpixl/")
    written = io.BytesIO()
    book.write_to_pdf_stream(written)
    return written.getvalue()


@lru_cache(maxsize=16)
def page_css(css: str, name: str) -> str:
    """``css`` for a run of pages called ``name``: PlutoBook knows no names of pages, and takes
    what is said of the first one for all."""

    def rule(match: re.Match[str]) -> str:
        if match[2] or match[1] not in ("", name):
            return ""
        return f"@page {{{match[0].partition('{')[2]}"

    # Where columns of text go on on another page, a line is cut by the page's end.
    bare = _COLUMNS.sub("", _NAMED_PAGE.sub(rule, _ANYWHERE.sub(r"\1break-word", css)))
    bare = _FIRST_LETTER.sub(":not(*)", bare)
    return font_face() + FONTS + with_marks_font(bare) + OWN_CSS + SPACING_CSS + CSS


def with_marks_font(css: str) -> str:
    """``css`` with the font of the marks wherever fonts are named."""

    def family(match: re.Match[str]) -> str:
        first = _first(match[2])
        comma, others = match[2][len(first) : len(first) + 1], match[2][len(first) + 1 :]
        if first.strip().lower() in _KEYWORDS:
            return match[0]
        return f"{match[1]}{first.rstrip()}, {FAMILY}{comma or ' '}{others}"

    parts = _FACE.split(css)
    return "".join(
        part if place % 2 else _FAMILY.sub(family, part) for place, part in enumerate(parts)
    )


def _first(families: str) -> str:
    found = _FIRST.match(families)
    return found[0] if found else ""


def runs_of(
    body: ElementTree.Element, styles: PageStyles
) -> Iterator[tuple[str, list[ElementTree.Element]]]:
    """What stands in ``body``, parted where the name of its pages changes; of an empty one, one
    run without anything in it."""
    run: list[ElementTree.Element] = []
    last = ""
    for element in body:
        classes = element.get("class", "").split()
        name = next((styles.named[one] for one in classes if one in styles.named), "")
        if run and name != last:
            yield last, run
            run = []
        run.append(element)
        last = name
    if run or not len(body):
        yield last, run


def drawn(image: ElementTree.Element, images: Mapping[str, tuple[str, str]]) -> str:
    """The SVG of an ``image`` element that shows one of ``images``, after the mark of its picture;
    "" of another."""
    svg = images.get(image.get("src", ""))
    if svg is None:
        return ""
    opening, content = svg
    kept = "".join(
        f' {name}="{escape(value)}"' for name, value in image.items() if name in ("class", "style")
    )
    begun = mark_of_picture(int(image.get(MARK, NOTHING)))
    return f"{opening}{kept}>{begun}{content}{_text(NOTHING) if content else ''}</svg>"


def between_marks(inside: str, number: int) -> str:
    """The content of an SVG element, its end included, so that the mark ``number`` is found."""
    if number == NOTHING:
        return inside
    content, end, rest = inside.rpartition("</svg>")
    return f"{_text(number)}{content}{_text(NOTHING)}{end}{rest}"


def _text(number: int) -> str:
    return f'<text x="50%" y="50%" font-size="10" font-family="{FAMILY}">{mark(number)}</text>'
