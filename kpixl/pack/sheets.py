"""What a printed pack's margins are filled with: which page each heading begins, and the boxes that
are drawn over the pages; and which page a reference names."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kpixl.pack.margins import PageStyles, Sheet, margin_pages
from kpixl.pack.places import Place

TOPMOST = 0.18
"""The share of a page's height within which a heading is what the page begins with."""

ATTRIBUTES = r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*"
LINK = re.compile(r"(<a\b[^>]*?\shref=\"#([^\"]*)\")", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"target-counter\(\s*attr\(\s*href[^)]*\)\s*,\s*page\s*\)", re.IGNORECASE)
_REFERRING = re.compile(r"([^{}]+)\{[^{}]*target-counter\(", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A page's heading as the outline names it, the id that marks it, and ``foot``, what its
    section says at the foot of the pages (its name, where it says nothing)."""

    name: str
    mark: str
    foot: str


# ---- References -----------------------------------------------------------------------------


def by_numbers(css: str) -> str:
    """``css`` with references that show the number :func:`numbered` notes at each link."""
    return _REFERENCE.sub("attr(data-page)", css)


def refers_to_pages(html: str, css: str) -> bool:
    """Whether a rule that names pages can apply: whether all its classes are there."""
    html = html[html.find("<body") :]
    return any(
        all(name in html and re.search(rf"\b{re.escape(name)}\b", html) for name in names)
        for names in _referring(css)
    )


@lru_cache(maxsize=16)
def _referring(css: str) -> tuple[tuple[str, ...], ...]:
    """The classes of each selector whose rule names pages."""
    selectors = (one for match in _REFERRING.finditer(css) for one in match[1].split(","))
    return tuple(tuple(re.findall(r"\.([\w-]+)", one)) for one in selectors)


def led_to(html: str) -> set[str]:
    """The ids that links of ``html`` lead to."""
    return {unquote(entities.unescape(target)) for _, target in LINK.findall(html) if target}


def guessed(html: str) -> dict[str, int]:
    """The pages if every section took one: often right, and then once is enough."""
    numbers: dict[str, int] = {}
    starts = [match.start() for match in re.finditer(r"<section\b", html)]
    for match in re.finditer(r"\sid=\"([^\"]+)\"", html):
        before = sum(start < match.start() for start in starts)
        numbers[unquote(entities.unescape(match[1]))] = max(1, before)
    return numbers


def numbered(html: str, numbers: Mapping[str, int]) -> str:
    """``html`` with the number of the page that each link leads to."""

    def noted(match: re.Match[str]) -> str:
        number = numbers.get(unquote(entities.unescape(match[2])))
        return match[0] if number is None else f'{match[1]} data-page="{number}"'

    return LINK.sub(noted, html) if numbers else html


# ---- Margins --------------------------------------------------------------------------------


def sheets_of(
    sizes: Sequence[tuple[float, float]],
    headings: Sequence[Heading],
    named: Mapping[int, str],
    places: Mapping[str, Place],
) -> tuple[Sheet, ...]:
    """Each page with its name and its foot: that of the heading that it begins with, else of the
    last one before. ``sizes`` are width and height in points, ``named`` gives names by page."""
    begins: dict[int, str] = {}
    lasts: dict[int, str] = {}
    for one in headings:
        if one.mark in places:
            place = places[one.mark]
            height = sizes[place.page][1]
            if not lasts or place.top >= height * (1 - TOPMOST):
                begins.setdefault(place.page, one.foot)
            lasts[place.page] = one.foot
    sheets, last = [], ""
    for number, (width, height) in enumerate(sizes):
        heading = begins.get(number, last)
        last = lasts.get(number, last)
        sheets.append(Sheet(named.get(number, ""), heading, width, height))
    return tuple(sheets)


def margins_of(html: str, styles: PageStyles, sheets: Sequence[Sheet]) -> str:
    """The document that holds the margin boxes of ``sheets``, "" where they are empty."""
    elements = {name: _outer(html, css_class) for name, css_class in styles.running.items()}
    opening = "\n".join(_tag(html, name) for name in ("html", "body"))
    return margin_pages(styles, sheets, elements, opening)


def with_css(html: str, css: str) -> str:
    """``html`` with ``css`` in place of all style sheets."""
    first, *_ = [*_STYLE.findall(html), ""]
    bare = _STYLE.sub("", html) if not first else _STYLE.sub("", html.replace(first, "\0", 1))
    style = f"<style>{css}</style>"
    return bare.replace("\0", style, 1) if first else style + bare


def _tag(html: str, name: str) -> str:
    match = re.search(rf"<{name}\b{ATTRIBUTES}>", html, re.IGNORECASE)
    return match[0].replace("\n", " ") if match else f"<{name}>"


def _outer(html: str, css_class: str) -> str:
    """The first element of a class, with its tags."""
    start = re.search(
        rf"<(\w+)\b[^>]*\sclass=\"(?:[^\"]*\s)?{re.escape(css_class)}(?:\s[^\"]*)?\"[^>]*>", html
    )
    if start is None:
        return ""
    depth = 0
    for tag in re.finditer(rf"<(/?){start[1]}\b[^>]*>", html[start.start() :], re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html[start.start() : start.start() + tag.end()]
    return ""
