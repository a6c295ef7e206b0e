"""Turn a pack's HTML into PDF bytes with the browser that this machine has.

1. fill    HTML -> one page with all its files, sealed  ``inlining``, ``sealed``
2. print   page -> PDF; again where references name other pages       ``browser_print``
3. margins running heads, footers, page numbers, printed apart        ``margins``
4. finish  outline, metadata, margins, attachments into the PDF       ``finish``
"""

from __future__ import annotations

import html as entities
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.pack.attachments import Attachment
from kpixl.pack.attributes import attribute
from kpixl.pack.browser_archive import printable
from kpixl.pack.browser_print import print_page
from kpixl.pack.browsers import Browser
from kpixl.pack.glyph_text import name_glyphs
from kpixl.pack.glyphs import Unshown, with_numbers
from kpixl.pack.html import Rendered
from kpixl.pack.inlining import NO_IMAGES, as_data, font_faces, with_files
from kpixl.pack.margins import PageStyles, Sheet, page_styles
from kpixl.pack.places import MARK, Place, lead_to, places_of
from kpixl.pack.problems import RenderProblem
from kpixl.pack.sealed import sealed
from kpixl.pack.sheets import (
    ATTRIBUTES,
    Heading,
    by_numbers,
    guessed,
    led_to,
    margins_of,
    numbered,
    refers_to_pages,
    sheets_of,
    with_css,
)

if TYPE_CHECKING:
    import pikepdf

MOST_PRINTS = 3
# What stands out at a side would make the browser print everything smaller.
OWN_CSS = "\nbody > * { overflow-x: clip }\n"

_FOOT = re.compile(r"\sdata-foot=\"([^\"]*)\"")
_HEADING = re.compile(rf"<h1\b({ATTRIBUTES})>", re.IGNORECASE)
_ELEMENT = re.compile(rf"<(section|div|article)\b({ATTRIBUTES})>", re.IGNORECASE)


@dataclass(frozen=True)
class Marked:
    """HTML in which all that must be found again has an id; ``names`` gives the page's name by the
    id of what is set on such pages, ``targets`` the mark inside what links lead to by its id."""

    html: str
    headings: tuple[Heading, ...]
    names: Mapping[str, str]
    targets: Mapping[str, str]


def to_pdf(
    rendered: Rendered,
    identifier: str,
    browser: Browser,
    templates: Path | None = None,
    attachments: Sequence[Attachment] = (),
    unshown: Unshown | None = None,
) -> bytes:
    """``rendered`` as the browser lays it out; ``identifier`` becomes the PDF's own. A character
    that it has no font for is shown by its number, after ``unshown`` was asked for the pack that
    tells of it. Raises :class:`RenderProblem`: ``browser-failed``, ``browser-too-slow``."""
    from kpixl.pack.browser_glyphs import unshown_by

    written = _laid_out(rendered, identifier, browser, templates, attachments)
    faces = font_faces(rendered.html, rendered.html, templates)
    missing = unshown_by(browser, written, rendered, faces)
    shown = with_numbers(rendered, missing, unshown)
    if shown is None:
        return written
    return _laid_out(shown, identifier, browser, templates, attachments)


def _laid_out(
    rendered: Rendered,
    identifier: str,
    browser: Browser,
    templates: Path | None,
    attachments: Sequence[Attachment],
) -> bytes:
    from kpixl.pack.finish import finished, lay_over

    styles = page_styles(rendered.html)
    marked = _marked(rendered.html, styles)
    images = _readable(rendered, templates)
    printed = _printed(marked, styles, images, templates, browser)
    with _opened(printed, browser) as document:
        places = places_of(document, marked.targets)
        sheets = _sheets(document, marked, places)
    margins = _margins(rendered.html, styles, sheets, templates, browser)
    outline = [(one.name, places[one.mark]) for one in marked.headings if one.mark in places]
    with _opened(printed, browser) as document:
        lead_to(document, places)
        if margins is not None:
            with _opened(margins, browser) as over:
                name_glyphs(over)
                lay_over(document, over)
        return finished(document, rendered.html, outline, identifier, attachments)


def _readable(rendered: Rendered, templates: Path | None) -> dict[str, str]:
    """The charts with the pack's own fonts inside, and without the other forms that a font gives
    some signs between figures: in a picture, a browser would not note what they mean, and nobody
    could find or copy them."""
    images = rendered.images
    shown = "".join({*"".join(images.values())})
    faces = font_faces(rendered.html, shown, templates)
    style = f"<style>{entities.escape(faces)}</style>" if faces else ""
    found = {}
    for name, svg in images.items():
        tag, _, content = svg.partition(">")
        inside = style if "<text" in content else ""
        found[name] = f'{tag} style="font-variant-ligatures: no-contextual">{inside}{content}'
    return found


def _opened(pdf: bytes, browser: Browser) -> pikepdf.Pdf:
    import pikepdf

    try:
        return pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError as fault:
        program = str(browser.program)
        raise RenderProblem("browser-failed", program=program, found=str(fault)) from fault


# ---- Marks ----------------------------------------------------------------------------------


def _marked(html: str, styles: PageStyles) -> Marked:
    headings: list[Heading] = []
    names: dict[str, str] = {}
    wanted, targets = led_to(html), dict[str, str]()

    def heading(match: re.Match[str]) -> str:
        mark, attributes = _with_id(match[1], f"h{len(headings)}")
        sections = _FOOT.findall(html, 0, match.start())
        name = attribute(match[1], "data-name")
        foot = entities.unescape(sections[-1]) if sections else name
        headings.append(Heading(name, mark, foot))
        return f"<h1{attributes}>"

    def element(match: re.Match[str]) -> str:
        classes = attribute(match[2], "class").split()
        name = next((styles.named[one] for one in classes if one in styles.named), None)
        attributes, inside = match[2], ""
        if name is not None:
            mark, attributes = _with_id(attributes, f"n{len(names)}")
            names[mark] = name
        own = attribute(attributes, "id")
        if own in wanted:
            # Of some elements, such as the first of a line, a browser notes no place.
            mark = targets.setdefault(own, f"{MARK}t{len(targets)}")
            inside = f'<i id="{mark}"></i>'
        return f"<{match[1]}{attributes}>{inside}"

    marked = _ELEMENT.sub(element, _HEADING.sub(heading, html))
    # A browser notes where those things stand that a link leads to, seen or not.
    marks = [*(one.mark for one in headings), *names, *targets.values()]
    links = "".join(f'<a href="#{entities.escape(mark)}"></a>' for mark in marks)
    whole = _at_end(marked, f"<nav hidden>{links}</nav>")
    return Marked(whole, tuple(headings), names, targets)


def _with_id(attributes: str, mark: str) -> tuple[str, str]:
    known = attribute(attributes, "id")
    if known:
        return known, attributes
    return MARK + mark, f' id="{MARK}{mark}"{attributes}'


def _at_end(html: str, more: str) -> str:
    before, closing, after = html.rpartition("</body>")
    return f"{before}{more}{closing}{after}" if closing else html + more


# ---- The pages ------------------------------------------------------------------------------


def _printed(
    marked: Marked,
    styles: PageStyles,
    images: Mapping[str, str],
    templates: Path | None,
    browser: Browser,
) -> bytes:
    """The pages, their references to other pages right: they are known when it has been printed
    once, and seldom move anything then."""
    css = by_numbers(styles.css) + OWN_CSS
    css += "".join(f".{name} {{ display: none }}\n" for name in styles.running.values())
    page = printable(with_files(with_css(marked.html, css), as_data(images), templates))
    refers = refers_to_pages(marked.html, styles.css)
    numbers = guessed(marked.html) if refers else {}
    printed = b""
    for _ in range(MOST_PRINTS):
        printed = print_page(browser, sealed(numbered(page, numbers)))
        if not refers:
            break
        with _opened(printed, browser) as document:
            places = places_of(document, marked.targets)
            right = {mark: place.page + 1 for mark, place in places.items()}
        if all(right.get(mark) == numbers.get(mark) for mark in led_to(marked.html)):
            break
        numbers = right
    return printed


# ---- Their margins --------------------------------------------------------------------------


def _sheets(
    document: pikepdf.Pdf, marked: Marked, places: Mapping[str, Place]
) -> tuple[Sheet, ...]:
    boxes = [[float(edge) for edge in page.mediabox] for page in document.pages]
    sizes = [(box[2] - box[0], box[3] - box[1]) for box in boxes]
    named = {places[mark].page: name for mark, name in marked.names.items() if mark in places}
    return sheets_of(sizes, marked.headings, named, places)


def _margins(
    html: str,
    styles: PageStyles,
    sheets: Sequence[Sheet],
    templates: Path | None,
    browser: Browser,
) -> bytes | None:
    page = margins_of(html, styles, sheets)
    if not page:
        return None
    whole = printable(with_files(page, NO_IMAGES, templates))
    return print_page(browser, sealed(whole), tagged=False)
