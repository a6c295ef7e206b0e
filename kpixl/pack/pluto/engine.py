"""Make a pack's PDF with PlutoBook: every stage, one after another."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from kpixl.collector import collector_off
from kpixl.pack.attachments import Attachment
from kpixl.pack.browser_archive import declare, name_colours
from kpixl.pack.canvas import Text
from kpixl.pack.engines import PLUTOPRINT
from kpixl.pack.finish import complete, lay_over, saved
from kpixl.pack.glyphs import Unshown, with_numbers
from kpixl.pack.html import Rendered, svg_fonts
from kpixl.pack.inlining import NO_IMAGES, with_files
from kpixl.pack.margins import PageStyles, page_styles
from kpixl.pack.places import MARK
from kpixl.pack.pluto.beside import stand_beside
from kpixl.pack.pluto.images import with_pictures
from kpixl.pack.pluto.keeping import Section, sections_of
from kpixl.pack.pluto.layout import drawn, laid_out, of_margins, page_css, runs_of
from kpixl.pack.pluto.missing import missing_of
from kpixl.pack.pluto.naming import name_glyphs
from kpixl.pack.pluto.outline import Marker, Outline, target_of
from kpixl.pack.pluto.pages import Pages, places_in, settle
from kpixl.pack.pluto.parsing import parsed
from kpixl.pack.pluto.pictures import Picture, picture_of, svg_of
from kpixl.pack.pluto.serial import html_of
from kpixl.pack.pluto.spacing import set_marks_apart
from kpixl.pack.pluto.structure import write_structure
from kpixl.pack.pluto.turns import part_tables
from kpixl.pack.pluto.unbroken import keep_words
from kpixl.pack.references import IMAGE_SCHEME
from kpixl.pack.sheets import (
    Heading,
    by_numbers,
    guessed,
    margins_of,
    refers_to_pages,
    sheets_of,
)

if TYPE_CHECKING:
    import pikepdf

A4 = (841.89, 595.276)
"""Points of a page, lying; a style sheet says what it really is."""
MOST_LAYOUTS = 3
MOST_PARTED = 8
"""So often pages are laid out anew for what they part; then it stays parted."""


def to_pdf(
    rendered: Rendered,
    identifier: str,
    templates: Path | None = None,
    attachments: Sequence[Attachment] = (),
    unshown: Unshown | None = None,
) -> bytes:
    """``rendered`` laid out on pages; ``identifier`` becomes the PDF's own. A character that no
    font has is shown by its number, after ``unshown`` was asked for the pack that tells of it.
    Raises :class:`UsageProblem` ``fetch-refused`` or ``fetch-missing`` for what is not in
    ``templates``."""
    written, missing = _made(rendered, identifier, templates, attachments)
    numbered = with_numbers(rendered, missing, unshown)
    if numbered is None:
        return written
    return _made(numbered, identifier, templates, attachments)[0]


def _made(
    rendered: Rendered,
    identifier: str,
    templates: Path | None,
    attachments: Sequence[Attachment],
) -> tuple[bytes, frozenset[str]]:
    with collector_off():
        source = _source(rendered, templates)
        pages = source.pages()
        with pages.document as document:
            names = {number: name for number, name in enumerate(pages.names) if name}
            sheets = sheets_of(pages.sizes, source.headings, names, pages.places)
            missing = missing_of(document, rendered, templates)
            pages.read()
            name_glyphs(pages, source.texts(rendered))
            write_structure(pages, source.outline, rendered.language)
            _lay_margins(document, source, margins_of(source.html, source.styles, sheets))
            outline = [
                (one.name, pages.places[one.mark])
                for one in source.headings
                if one.mark in pages.places
            ]
            document.docinfo["/Producer"] = f"PlutoPrint {PLUTOPRINT}"
            complete(document, source.html, outline, attachments)
            if name_colours(document):
                declare(document)
            return saved(document, identifier, anew=False), missing


def _lay_margins(document: pikepdf.Pdf, source: _Source, html: str) -> None:
    import pikepdf

    if html:
        whole = of_margins(with_pictures(with_files(html, NO_IMAGES, source.templates)))
        with pikepdf.open(io.BytesIO(laid_out(whole, *A4))) as margins:
            settle(margins)
            lay_over(document, margins)


# ---- The document ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Source:
    """What is to be laid out: the pack's HTML, its elements marked, and what its style sheets say
    of pages. ``images`` are the drawings' texts by name, ``pictures`` the rest of them by mark;
    ``targets`` gives the id of what tells a place, by the id of what is led to; ``asked`` are all
    ids whose places are noted; ``sections`` know what is to be kept on one page."""

    html: str
    root: ElementTree.Element
    body: ElementTree.Element
    styles: PageStyles
    images: Mapping[str, tuple[str, str]]
    pictures: Mapping[int, Picture]
    outline: Outline
    headings: tuple[Heading, ...]
    targets: Mapping[str, str]
    asked: frozenset[str]
    sections: Sequence[Section]
    templates: Path | None

    def pages(self) -> Pages:
        """The pages, their references to other pages right: they are known when it has been laid
        out once, and seldom move anything then."""
        css = by_numbers(self.styles.css)
        runs = list(runs_of(self.body, self.styles))
        refers = refers_to_pages(self.html, self.styles.css)
        numbers = guessed(self.html) if refers else {}
        for _ in range(MOST_LAYOUTS):
            self._number(numbers)
            pages = Pages(self.outline, self.pictures)
            for name, elements in runs:
                pages.add(name, self._laid_out(css, name, elements))
            for name, inner in self.targets.items():
                if inner in pages.places:
                    pages.places[name] = pages.places[inner]
            right = {name: place.page + 1 for name, place in pages.places.items()}
            if not refers or all(right.get(n) == numbers.get(n) for n in self.targets):
                break
            numbers = right
        return pages

    def texts(self, rendered: Rendered) -> dict[int, str]:
        """What stands at each mark: a text, or those of a drawing."""
        drawn = {
            name: "".join(one.text for one in drawing.shapes if isinstance(one, Text))
            for name, drawing in rendered.drawings.items()
        }
        found = {number: drawn[name] for number, name in self.outline.drawn.items()}
        return {**self.outline.texts, **found}

    def _number(self, numbers: Mapping[str, int]) -> None:
        for link, href in zip(self.outline.links, self.outline.hrefs, strict=True):
            number = numbers.get(target_of(href))
            if number is not None:
                link.set("data-page", str(number))

    def _laid_out(
        self, css: str, name: str, elements: Sequence[ElementTree.Element]
    ) -> pikepdf.Pdf:
        """The pages of ``elements``, on which what is to be kept together is."""
        import pikepdf

        sections = [one for one in self.sections if one.kept and one.element in elements]
        for _ in range(MOST_PARTED):
            run = pikepdf.open(io.BytesIO(laid_out(self._run(css, name, elements), *A4)))
            places = places_in(run)
            mended = [one.mend(places) for one in sections]
            if not any(mended):
                break
        return run

    def _run(self, css: str, name: str, elements: Sequence[ElementTree.Element]) -> str:
        """The document that holds ``elements`` alone."""
        html = ElementTree.Element("html", self.root.attrib)
        head = ElementTree.SubElement(html, "head")
        ElementTree.SubElement(head, "meta", charset="utf-8")
        ElementTree.SubElement(head, "style").text = page_css(css, name)
        body = ElementTree.SubElement(html, "body", self.body.attrib)
        body.extend(elements)
        body.append(_asked_for(elements, self.asked))
        return f"<!DOCTYPE html>{html_of(html, partial(drawn, images=self.images))}"


def _asked_for(
    elements: Sequence[ElementTree.Element], asked: frozenset[str]
) -> ElementTree.Element:
    """Links that nobody sees: PlutoBook notes where those things stand that a link leads to."""
    links = ElementTree.Element("nav", style="display: none")
    ids = (one.get("id", "") for element in elements for one in element.iter())
    for name in dict.fromkeys(ids):
        if name in asked:
            ElementTree.SubElement(links, "a", href=f"#{name}")
    return links


def _targets(body: ElementTree.Element, wanted: frozenset[str]) -> dict[str, str]:
    """The id of what tells the place of each of ``wanted``: of a block over several pages,
    PlutoBook would note the last; so it is the first text within."""
    found: dict[str, str] = {}
    for element in body.iter():
        name = element.get("id", "")
        if name in wanted and name not in found:
            texts = (one for one in element.iter() if one.text and one.text.strip())
            inner = next(texts, element)
            found[name] = inner.get("id") or f"{MARK}{len(found)}"
            inner.set("id", found[name])
    return found


def _source(rendered: Rendered, templates: Path | None) -> _Source:
    charts = {name: name for name in rendered.drawings}
    html = rendered.html if templates is None else with_files(rendered.html, charts, templates)
    html = with_pictures(html)
    styles = page_styles(html)
    root = parsed(html)
    body = root.find("body")
    if body is None:
        body = root
    _take_out(body, frozenset(styles.running.values()))
    headings = tuple(_headings(body))
    marker = Marker(IMAGE_SCHEME)
    marker.mark(body)
    keep_words(body)
    part_tables(body)
    stand_beside(body)
    wanted = {target_of(href) for href in marker.outline.hrefs} | {one.mark for one in headings}
    targets = _targets(body, frozenset(wanted - {""}))
    sections = sections_of(body)
    set_marks_apart(root, styles.css)
    kept = (name for section in sections for one in section.kept for name in (one.begin, one.end))
    families = svg_fonts(rendered.fonts)
    pictures = {name: picture_of(one) for name, one in rendered.drawings.items()}
    return _Source(
        html=html,
        root=root,
        body=body,
        styles=styles,
        images={name: svg_of(one, families) for name, one in rendered.drawings.items()},
        pictures={mark: pictures[name] for mark, name in marker.outline.drawn.items()},
        outline=marker.outline,
        headings=headings,
        targets=targets,
        asked=frozenset((*targets.values(), *kept)),
        sections=sections,
        templates=templates,
    )


def _take_out(body: ElementTree.Element, running: frozenset[str]) -> None:
    """Take running elements out of ``body``; text that stands loose in it gets a block, since its
    elements are laid out in runs."""
    loose, body.text = body.text, None
    kept: list[ElementTree.Element] = []
    for element in (None, *body):
        if element is not None:
            loose, element.tail = element.tail, None
            if not running.intersection(element.get("class", "").split()):
                kept.append(element)
        if loose and loose.strip():
            block = ElementTree.Element("div")
            block.text = loose
            kept.append(block)
    body[:] = kept


def _headings(body: ElementTree.Element) -> Iterator[Heading]:
    """The headings that the outline names; each gets an id."""
    for at, section in enumerate(body):
        foot = section.get("data-foot")
        for number, heading in enumerate(section.iter("h1")):
            name = heading.get("data-name")
            if name is None:
                continue
            mark = heading.get("id") or f"{MARK}h{at}-{number}"
            heading.set("id", mark)
            yield Heading(name, mark, name if foot is None else foot)
