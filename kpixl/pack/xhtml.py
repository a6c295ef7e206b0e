"""Turn HTML that is XML, too, into WeasyPrint's document, without the work that a pack can spare.

Its own parser mends what HTML leaves open and takes its time for it. Its style sheet gives every
element a list marker and the calls and marks of notes, in case they are wanted: six styles an
element that a pack of tables does not want.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

# A pseudo-element, and what a document that has it holds somewhere.
SPARED = {
    "marker": ("<li", "list-item", "::marker"),
    "footnote-call": ("footnote",),
    "footnote-marker": ("footnote",),
    "note-call": ("note(",),
    "note-marker": ("note(",),
    "note-callback": ("note(",),
}


# What a style sheet must not hold to be read once for all documents: it would reach beyond it.
FOR_ONE_DOCUMENT = re.compile(r"@(?!page|media|top|bottom|left|right)[a-z]|!\s*important")


def document(html: str, base_url: str, fetcher: URLFetcher) -> tuple[HTML, list[CSS]]:
    """``html`` as a document of WeasyPrint's, and the style sheets to be laid out with. A user's
    template that is no XML is left to WeasyPrint's own parser."""
    from weasyprint import HTML

    root = root_of(html)
    if root is None:
        return HTML(string=html, base_url=base_url, url_fetcher=fetcher), []
    spared = frozenset(
        name for name, signs in SPARED.items() if not any(sign in html for sign in signs)
    )

    class Parsed(HTML):  # type: ignore[misc]  # WeasyPrint has no types
        """A document whose elements are there already."""

        def __init__(self) -> None:
            from cssselect2 import ElementWrapper

            self.base_url, self.url_fetcher, self.media_type = base_url, fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return super()._ua_stylesheets(forms) if forms else [_without(spared)]

    return Parsed(), _known_sheets(root, base_url)


def _known_sheets(root: ElementTree.Element, base_url: str) -> list[CSS]:
    """The document's one style sheet, read when it was met first; it is taken out of ``root``."""
    styles = root.findall(".//style")
    if len(styles) != 1 or styles[0].attrib or FOR_ONE_DOCUMENT.search(styles[0].text or ""):
        return []
    (style,) = styles
    text, style.text = style.text or "", ""
    return [_sheet(text, base_url)]


@lru_cache(maxsize=16)
def _sheet(text: str, base_url: str) -> CSS:
    from weasyprint import CSS

    return CSS(string=text, base_url=base_url)


def root_of(html: str) -> ElementTree.Element | None:
    """The document's element; None where it is no XML, or brings entities of its own."""
    if "<!ENTITY" in html:
        return None
    try:
        return ElementTree.fromstring(html)  # noqa: S314 -- without entities there are no bombs
    except ElementTree.ParseError:
        return None


@lru_cache(maxsize=8)
def _without(pseudo_elements: frozenset[str]) -> Any:
    """WeasyPrint's own style sheet without the rules for ``pseudo_elements``."""
    from copy import copy

    from weasyprint.html import UA_STYLESHEET

    sheet, matcher = copy(UA_STYLESHEET), copy(UA_STYLESHEET.matcher)
    matcher.other_selectors = [
        selector for selector in matcher.other_selectors if selector[3] not in pseudo_elements
    ]
    sheet.matcher = matcher
    return sheet
