"""Turn a pack's pages into HTML with the report templates, for WeasyPrint or for a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup

from kpixl.pack.canvas import UNPRINTABLE, Drawing, Link, clean, number, to_svg
from kpixl.pack.contexts import GoalPage, Pack, Page
from kpixl.pack.inlining import check_references, self_contained
from kpixl.pack.line_ends import ended, ended_on_paper, tied, whole
from kpixl.pack.logo import logo_look
from kpixl.pack.references import IMAGE_SCHEME
from kpixl.pack.screen import Screen, forms
from kpixl.pack.short import is_short
from kpixl.pack.templates import environment, rendering

FONTS = {
    "en": "Inter, 'BIZ UDPGothic', 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', sans-serif",
    "ja": "Inter, 'BIZ UDPGothic', 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', sans-serif",
}


@dataclass(frozen=True)
class Rendered:
    """A pack as HTML that is XML, too; ``drawings`` are the charts that its
    ``<img src="kpixl:...">`` name, to be drawn in the font families ``fonts``."""

    html: str
    drawings: dict[str, Drawing] = field(default_factory=dict)
    fonts: str = FONTS["en"]
    language: str = "en"

    @property
    def images(self) -> dict[str, str]:
        """The charts as SVG, by the names that the HTML gives them."""
        families = svg_fonts(self.fonts)
        return {name: to_svg(drawing, families) for name, drawing in self.drawings.items()}


def for_print(pack: Pack, templates: Path | None = None) -> Rendered:
    """The pack as a document to be laid out on pages, its charts as images beside it. What is
    drawn as ``decorative``, beside a text that says the same, has no alternative text."""
    names: dict[tuple[object, ...], str] = {}
    drawings: dict[str, Drawing] = {}

    def draw(drawing: Drawing, css: str = "", decorative: bool = False) -> Markup:
        # What a drawing was made from does not tell it from another that looks the same.
        name = names.setdefault(drawing[:-1], f"{IMAGE_SCHEME}{len(names) + 1}")
        drawings[name] = drawing
        size = f'width="{number(drawing.width)}" height="{number(drawing.height)}"'
        alt = "" if decorative else escape(clean(drawing.alt))
        image = f'<img src="{name}" alt="{alt}" {size}'
        if drawing.links:
            return _framed(drawing, f"{image}/>", css)
        # Without a frame: the boxes that a page does not have need no layout.
        return Markup(f'{image} class="{escape(f"drawing {css}".strip())}"/>')  # noqa: S704

    html = _render(pack, "print", draw, templates)
    if templates is not None:
        check_references(html, drawings, templates)
    return Rendered(html, drawings, fonts_of(pack), pack.language)


def for_browser(pack: Pack, templates: Path | None = None) -> str:
    """The pack as one self-contained page: nothing in it is fetched from anywhere."""
    screen, families = Screen(pack.language), svg_fonts(fonts_of(pack))

    def draw(drawing: Drawing, css: str = "", decorative: bool = False) -> Markup:
        if decorative:
            drawing = drawing._replace(alt="")
        shown = forms(drawing)
        return screen.chart(
            shown[0], *(_framed(form, to_svg(form, families), css) for form in shown)
        )

    helpers: dict[str, Callable[..., Markup]] = {
        "region": screen.region,
        "table_view": screen.table_view,
    }
    page = _render(pack, "screen", draw, templates, helpers)
    return page if templates is None else self_contained(page, templates)


def fonts_of(pack: Pack) -> str:
    """The families that a pack is set in, as CSS lists them."""
    return pack.fonts or FONTS[pack.language]


def svg_fonts(families: str) -> str:
    """The fonts for an SVG attribute. WeasyPrint splits it at commas and keeps the spaces, so that
    a family named after a space would never be found."""
    return families.replace(", ", ",")


def _framed(drawing: Drawing, picture: str, css: str) -> Markup:
    """A picture with its links laid over it, placed in per cent so that they scale with it."""
    name = f"drawing {css}".strip()
    if not drawing.links:
        return Markup(f'<span class="{escape(name)}">{picture}</span>')  # noqa: S704
    links = "".join(
        f'<a href="{escape(link.href)}" aria-label="{escape(link.label)}" '
        f'style="{_placed(link, drawing)}"></a>'
        for link in drawing.links
    )
    width = number(drawing.width)
    return Markup(  # noqa: S704 -- every text in it is escaped above or in to_svg
        f'<span class="{escape(name)} linked" style="width:{width}px">{picture}{links}</span>'
    )


def _placed(link: Link, drawing: Drawing) -> str:
    shares = {
        "left": link.x / drawing.width,
        "top": link.y / drawing.height,
        "width": link.width / drawing.width,
        "height": link.height / drawing.height,
    }
    return ";".join(f"{name}:{number(100 * share)}%" for name, share in shares.items())


def _nothing(*_: object, **__: object) -> Markup:
    return Markup("")


# They begin with a fixed text, and look behind it only then: the search is much faster so.
IDS = re.compile(r'id="(?<=\sid=")([^"]+)"')
LINKS = re.compile(r'href="#(?<=\shref="#)([^"]+)"')

ON_PAPER: dict[str, Callable[..., Markup]] = {"region": _nothing, "table_view": _nothing}
"""What templates call for the screen's sake."""


def _render(
    pack: Pack,
    medium: str,
    draw: Callable[..., Markup],
    templates: Path | None,
    helpers: Mapping[str, Callable[..., Markup]] = ON_PAPER,
) -> str:
    found = environment(templates, pack.language)
    html = _with_each_id_once(_filled(found, pack, medium, draw, helpers))
    return UNPRINTABLE.sub("", _without_dead_links(html))


def page_by(pack: Pack, medium: str, templates: Path, extension: type[Extension]) -> str:
    """The page as the templates fill it with ``extension`` at work, without drawings."""
    # What was compiled without the extension is not what it makes.
    found = environment(templates, pack.language).overlay(
        extensions=[extension], bytecode_cache=None
    )
    return _filled(found, pack, medium, _nothing, ON_PAPER)


def _filled(
    found: Environment,
    pack: Pack,
    medium: str,
    draw: Callable[..., Markup],
    helpers: Mapping[str, Callable[..., Markup]],
) -> str:
    found.globals["draw"] = draw
    found.globals.update(helpers)
    found.filters["css_text"] = css_text
    found.filters["whole"] = whole
    found.filters["ended"], found.filters["tied"] = (
        (ended_on_paper, tied) if medium == "print" else (ended, str)
    )
    found.filters["logo_look"] = logo_look
    found.tests["short"] = is_short
    places = frozenset(place for page in pack.pages for place in _places(page))
    with rendering():
        css = found.get_template("pack.css").render(pack=pack, medium=medium, fonts=fonts_of(pack))
        return found.get_template("pack.html").render(
            pack=pack,
            medium=medium,
            places=places,
            css=Markup(css),  # noqa: S704 -- our own style sheet
        )


def _places(page: Page) -> Iterator[str]:
    """The goals that a page of goals is about, as places to link to."""
    if isinstance(page, GoalPage):
        yield page.anchor
        yield from page.anchors
        yield from (cell.anchor for cell in page.charts)


def _with_each_id_once(html: str) -> str:
    """What stands again on a page that was asked for twice is found on the first of the two."""
    seen: set[str] = set()

    def is_first(name: str) -> bool:
        known = name in seen
        seen.add(name)
        return not known

    return _with_only(IDS, html, is_first)


def _without_dead_links(html: str) -> str:
    """A pack of some pages has links to pages that it does not hold: they become plain text."""
    return _with_only(LINKS, html, set(IDS.findall(html)).__contains__)


def _with_only(attributes: re.Pattern[str], html: str, wanted: Callable[[str], bool]) -> str:
    """``html`` without those of its ``attributes``, and the space before them, whose value is not
    wanted."""
    kept, start = [], 0
    for found in attributes.finditer(html):
        if not wanted(found[1]):
            kept.append(html[start : found.start() - 1])
            start = found.end()
    return "".join([*kept, html[start:]])


def css_text(text: str) -> str:
    """``text`` for use between quotes in a style sheet: every character that could end the
    string, or the style element around it, is written by its number."""
    return "".join(ch if ch.isalnum() or ch == " " else f"\\{ord(ch):x} " for ch in text)
