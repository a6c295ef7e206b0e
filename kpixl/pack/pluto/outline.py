"""Turn a pack's HTML into HTML whose texts are marked, and the outline of what they mean.

The outline is what becomes the PDF's structure: elements of its kinds, in the order of the text.
What only lays out is dissolved; text that stands loose beside blocks becomes a paragraph.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import unquote
from xml.etree import ElementTree

from kpixl.pack.pluto.layout import LONG, MARK, between_marks, with_marks_font
from kpixl.pack.pluto.marks import BEGUN, ENDED, NOTHING, font_face, mark, without_marks

ROLES = {
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
    "p": "P",
    "table": "Table",
    "caption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "ul": "L",
    "ol": "L",
    "li": "LI",
    "section": "Sect",
    "article": "Sect",
    "blockquote": "BlockQuote",
}
BLOCKS = frozenset((
    "address", "aside", "body", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "header", "main", "nav", "pre",
))  # fmt: skip
WITHIN_LINES = frozenset((
    "a", "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark",
    "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
))  # fmt: skip
"""Elements whose text goes on what stands before them."""
UNSEEN = frozenset(("head", "script", "style", "template", "title"))
INLINE = frozenset(("Link", "Figure"))
GROUPS = frozenset(("Document", "Sect", "Div", "BlockQuote"))
CELLS = frozenset(("TH", "TD"))

LINK = "kpixl:link:"
"""Begins the address of a link, until its place is known."""
SVG_DATA = "data:image/svg+xml;base64,"

_SVG = re.compile(r"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*(?<!/)>")
_SPACE = " \t\n\r\f"
LONG_WORD = tuple(re.compile(f"[^{_SPACE}\u2e80-\U0003ffff]{{{letters}}}") for letters in (19, 10))
"""What may be longer than a line, and than one in a cell of a table."""
_JAPANESE = re.compile(
    "[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
_BEGINS_LINE = re.compile(
    "(?![々ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ゛゜])"
    "[ぁ-ゖァ-ヺ\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff0-9+−±▲(（「『]"
)
"""What may begin a line after a sign of Japanese: no small kana, nothing that ends something."""


@dataclass
class Element:
    """An element of the PDF's structure: ``children`` are elements and the marks of its texts.

    ``head`` tells a header cell of columns from one of a row; ``columns`` and ``rows`` are those
    that a cell spans; ``link`` is the number of a link.
    """

    kind: str
    children: list[Element | int] = field(default_factory=list)
    alt: str = ""
    head: bool = False
    columns: int = 1
    rows: int = 1
    link: int | None = None


@dataclass
class Outline:
    """The ``document`` as it will be read; ``links`` are its links by number,
    ``hrefs`` where they lead, ``graphics`` the marks
    of its pictures, ``images`` those of the ones that are painted as images, in their order (the
    mark of nothing for one that only decorates); ``texts`` and ``drawn`` give a mark's text, or the
    name of its drawing."""

    document: Element = field(default_factory=lambda: Element("Document"))
    links: list[ElementTree.Element] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    graphics: set[int] = field(default_factory=set)
    images: list[int] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    drawn: dict[int, str] = field(default_factory=dict)


class Marker:
    """Marks the texts of one document and outlines them; ``drawn`` begins the names of pictures
    that carry their marks inside."""

    def __init__(self, drawn: str) -> None:
        self.drawn, self.numbers = drawn, count(1)
        self.outline = Outline()
        self.last: tuple[ElementTree.Element, str] | None = None  # what holds the text before
        self._before = ""
        self.goes_on = False  # whether the next text may go on the one before it

    def mark(self, parent: ElementTree.Element) -> None:
        """Mark all texts below ``parent`` and add what they mean to the outline."""
        found = self._within(parent, head=False)
        self.outline.document.children += _in_paragraphs(found)

    def _within(self, element: ElementTree.Element, head: bool) -> list[Element | int]:
        found: list[Element | int] = []
        texts = (element.text, *(child.tail for child in element))
        long = LONG_WORD[element.tag in ("td", "th")]
        if any(text and len(text) > 9 and long.search(text) for text in texts):
            element.set(LONG, "")
        text, number = self._marked(element.text)
        if number is not None:
            element.text = text
            self.last = element, "text"
            found.append(number)
        for child in element:
            found += self._meaning(child, head)
            text, number = self._marked(child.tail)
            if number is not None:
                child.tail = text
                self.last = child, "tail"
                found.append(number)
        return found

    def _marked(self, text: str | None) -> tuple[str, int | None]:
        """``text`` with its mark, before the first sign that is no space."""
        inked = text.lstrip(_SPACE) if text else ""
        if not text or not inked:
            self.goes_on = self.goes_on and not text
            return "", None
        number = next(self.numbers)
        self.outline.texts[number] = inked
        space = text[: len(text) - len(inked)]
        signs = mark(number, leaning=not space and not self._may_break(inked))
        if not space and (self.goes_on or unicodedata.bidirectional(inked[0]) in ("R", "AL")):
            signs = BEGUN + signs + ENDED
        self.goes_on, self._before = inked[-1] not in _SPACE, text[-1]
        return space + signs + inked, number

    def _may_break(self, text: str) -> bool:
        """Whether a line may end between the sign before and ``text``. A mark that leans on that
        sign would have it end after the mark, where one that is kept whole already begins."""
        return bool(_JAPANESE.match(self._before) and _BEGINS_LINE.match(text))

    def _meaning(self, element: ElementTree.Element, head: bool) -> list[Element | int]:
        """What takes the place of an element in the outline."""
        tag = element.tag
        style = element.get("style", "")
        if "font" in style:
            element.set("style", with_marks_font(style))
        if tag in UNSEEN or not isinstance(tag, str):
            return []
        self.goes_on = self.goes_on and tag in WITHIN_LINES
        meaning = self._meant(element, tag, head)
        self.goes_on = self.goes_on and tag in WITHIN_LINES
        return meaning

    def _meant(self, element: ElementTree.Element, tag: str, head: bool) -> list[Element | int]:
        if tag == "img":
            return self._picture(element)
        if tag == "svg":
            return []
        label = self._label() if tag == "li" else []
        children = self._within(element, head or tag == "thead")
        if tag == "a" and element.get("href"):
            return [self._link(element, children)]
        role = ROLES.get(tag)
        if role is None:
            return _block(children) if tag in BLOCKS else children
        if role in CELLS:
            return [_cell(element, role, children, head)]
        return _standing(role, children, label)

    def _label(self) -> list[Element | int]:
        """The sign or number of a list's item. Nobody wrote it, so that its mark stands at the end
        of the text before."""
        if self.last is None:
            return []
        number = next(self.numbers)
        holder, place = self.last
        text = getattr(holder, place)
        inked = text.rstrip(_SPACE)
        signs = BEGUN + mark(number, leaning=True) + ENDED
        setattr(holder, place, inked + signs + text[len(inked) :])
        return [Element("Lbl", [number])]

    def _picture(self, element: ElementTree.Element) -> list[Element | int]:
        alt, source = element.get("alt", ""), element.get("src", "")
        if source.startswith(self.drawn):
            number = next(self.numbers)
            element.set(MARK, str(number))
            self.outline.drawn[number] = source
            return self._figure(number, alt)
        number = next(self.numbers) if alt else NOTHING
        if source.startswith(SVG_DATA):
            element.set("src", _svg_between_marks(source, number))
        else:
            self.outline.images.append(number)
        return self._figure(number, alt)

    def _figure(self, number: int, alt: str) -> list[Element | int]:
        """A picture in the outline, but one that only decorates."""
        if not alt:
            return []
        self.outline.graphics.add(number)
        return [Element("Figure", [number], alt)]

    def _link(self, element: ElementTree.Element, children: list[Element | int]) -> Element:
        number = len(self.outline.links)
        self.outline.links.append(element)
        self.outline.hrefs.append(element.get("href", ""))
        element.set("href", f"{LINK}{number}")
        return Element("Link", children, _said(element), link=number)


def target_of(href: str) -> str:
    """The id that a link leads to, "" where it leads elsewhere."""
    return unquote(href[1:]) if href.startswith("#") else ""


def _said(link: ElementTree.Element) -> str:
    return without_marks(link.get("aria-label") or "".join(link.itertext()))


def _cell(
    element: ElementTree.Element, role: str, children: list[Element | int], head: bool
) -> Element:
    """A cell without text is a cell all the same: its row would be shorter without it."""
    columns, rows = (_span(element.get(name)) for name in ("colspan", "rowspan"))
    return Element(role, children, head=head, columns=columns, rows=rows)


def _span(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 1


def _block(children: list[Element | int]) -> list[Element | int]:
    if children and all(map(_is_inline, children)):
        return [Element("P", children)]
    if len(children) < 2:
        return children
    return [Element("Div", list(_in_paragraphs(children)))]


def _standing(
    role: str, children: list[Element | int], label: list[Element | int]
) -> list[Element | int]:
    if not children:
        return []
    if role in GROUPS:
        children = list(_in_paragraphs(children))
    elif role == "LI":
        children = [*label, Element("LBody", children)]
    return [Element(role, children)]


def _in_paragraphs(children: Iterable[Element | int]) -> Iterator[Element | int]:
    """Text that stands loose beside blocks becomes a paragraph of its own."""
    loose: list[Element | int] = []
    for child in children:
        if _is_inline(child):
            loose.append(child)
            continue
        if loose:
            yield Element("P", loose)
            loose = []
        yield child
    if loose:
        yield Element("P", loose)


def _is_inline(child: Element | int) -> bool:
    return isinstance(child, int) or child.kind in INLINE


def _svg_between_marks(source: str, number: int) -> str:
    """A picture that knows no fonts but those that it brings itself, with the mark in it."""
    svg = base64.b64decode(source.removeprefix(SVG_DATA)).decode("utf-8", errors="replace")
    opening = _SVG.search(svg)
    if opening is None or number == NOTHING:
        return source
    inside = between_marks(svg[opening.end() :], number)
    whole = f"{svg[: opening.end()]}<style>{font_face()}</style>{inside}"
    return SVG_DATA + base64.b64encode(whole.encode()).decode("ascii")
