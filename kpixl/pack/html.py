"""Turn a pack's pages into HTML with the report templates, for WeasyPrint or for a browser."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from kpixl.errors import UsageProblem
from kpixl.pack.canvas import Drawing, Link, number, to_svg
from kpixl.pack.contexts import GoalPage, Pack, Page
from kpixl.resources import report_templates
from kpixl.words import say

FONTS = {
    "en": "Inter, 'BIZ UDPGothic', 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', sans-serif",
    "ja": "Inter, 'BIZ UDPGothic', 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', sans-serif",
}
IMAGE_SCHEME = "kpixl:"
SIGNED_MONEY = re.compile(r"[+−±▲(]+[¥€£$]\d[\d,.]*\w*")


@dataclass(frozen=True)
class Rendered:
    """A pack as HTML; ``images`` are the SVG charts that ``<img src="kpixl:...">`` name."""

    html: str
    images: dict[str, str] = field(default_factory=dict)


def for_print(pack: Pack, templates: Path | None = None) -> Rendered:
    """The pack as a document to be laid out on pages, its charts as images beside it."""
    images: dict[str, str] = {}

    def draw(drawing: Drawing, css: str = "") -> Markup:
        svg = to_svg(drawing, _svg_fonts(pack.language))
        name = IMAGE_SCHEME + hashlib.sha256(svg.encode()).hexdigest()[:20]
        images[name] = svg
        size = f'width="{number(drawing.width)}" height="{number(drawing.height)}"'
        image = f'<img src="{name}" alt="{escape(drawing.alt)}" {size}>'
        return _framed(drawing, image, css)

    return Rendered(_render(pack, "print", draw, templates), images)


def for_browser(pack: Pack, templates: Path | None = None) -> str:
    """The pack as one self-contained page: nothing in it is fetched from anywhere."""

    def draw(drawing: Drawing, css: str = "") -> Markup:
        return _framed(drawing, to_svg(drawing, _svg_fonts(pack.language)), css)

    return _render(pack, "screen", draw, templates)


def _svg_fonts(language: str) -> str:
    """The fonts for an SVG attribute. WeasyPrint splits it at commas and keeps the spaces, so that
    a family named after a space would never be found."""
    return FONTS[language].replace(", ", ",")


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


def _render(pack: Pack, medium: str, draw: Callable[..., Markup], templates: Path | None) -> str:
    environment = _environment(templates)

    def text(key: str, **details: object) -> str:
        return say(key, pack.language, **details)

    environment.globals.update(draw=draw, t=text)
    environment.filters["css_text"] = css_text
    environment.filters["whole"] = whole
    places = frozenset(place for page in pack.pages for place in _places(page))
    try:
        css = environment.get_template("pack.css").render(pack=pack, fonts=FONTS[pack.language])
        html = environment.get_template("pack.html").render(
            pack=pack,
            medium=medium,
            places=places,
            css=Markup(css),  # noqa: S704 -- our own style sheet
        )
        return _without_dead_links(html)
    except TemplateError as fault:
        raise _broken(fault) from fault
    except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
        if not _raised_at(fault)[2]:
            raise
        raise _broken(fault) from fault


def _broken(fault: Exception) -> UsageProblem:
    """What to tell the person who wrote the template."""
    file, line, _ = _raised_at(fault)
    named = getattr(fault, "filename", None) or file or getattr(fault, "name", None)
    return UsageProblem(
        "template-broken",
        file=named or "?",
        line=getattr(fault, "lineno", None) or line or "?",
        found=str(fault),
    )


def _places(page: Page) -> Iterator[str]:
    """The goals that a page of goals is about, as places to link to."""
    if isinstance(page, GoalPage):
        yield page.anchor
        yield from page.anchors
        yield from (cell.anchor for cell in page.charts)


def _without_dead_links(html: str) -> str:
    """A pack of some pages has links to pages that it does not hold: they become plain text."""
    places = set(re.findall(r'\sid="([^"]+)"', html))
    return re.sub(r'\shref="#([^"]+)"', lambda m: m[0] if m[1] in places else "", html)


def whole(text: str) -> Markup:
    """``text`` with figures such as −¥30.1M kept on one line: between a sign and a currency mark
    a line may otherwise end."""
    return Markup(SIGNED_MONEY.sub(r'<span class="whole">\g<0></span>', escape(text)))  # noqa: S704


def css_text(text: str) -> str:
    """``text`` for use between quotes in a style sheet: every character that could end the
    string, or the style element around it, is written by its number."""
    return "".join(ch if ch.isalnum() or ch == " " else f"\\{ord(ch):x} " for ch in text)


def _raised_at(fault: BaseException) -> tuple[str, int, bool]:
    """File and line of the innermost template, and whether the fault is the template's own rather
    than one of the code that it called."""
    file, line, own = "", 0, False
    trace = fault.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        own = name.endswith((".html", ".css"))
        if own:
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return file, line, own


def _environment(templates: Path | None) -> SandboxedEnvironment:
    """The user's folder comes first; ``{% extends "kpixl/cover.html" %}`` names the shipped
    template that a file of the same name overrides block by block."""
    shipped = FileSystemLoader(report_templates())
    loaders: list[BaseLoader] = [shipped, PrefixLoader({"kpixl": shipped})]
    if templates is not None:
        loaders.insert(0, FileSystemLoader(templates))
    return SandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=lambda name: name is None or not name.endswith(".css"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
