"""Write elements as HTML, as a browser would read them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from xml.etree import ElementTree

from kpixl.pack.pluto.marks import with_elements

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
))  # fmt: skip
"""Elements without content."""
RAW = frozenset(("script", "style"))
"""Elements whose content is no text of HTML."""

Pictures = Callable[[ElementTree.Element], str]


def html_of(root: ElementTree.Element, pictures: Pictures) -> str:
    """``root`` as HTML; ``pictures`` gives what takes the place of an image, "" to leave it."""
    parts: list[str] = []
    _write(root, pictures, parts.append)
    return "".join(parts)


def _write(element: ElementTree.Element, pictures: Pictures, put: Callable[[str], object]) -> None:
    """Half as long as the standard library's way, which looks every name up."""
    tag = element.tag
    picture = pictures(element) if tag == "img" else ""
    if picture:
        put(picture)
    elif isinstance(tag, str):
        given = [f' {name}="{escape(value)}"' for name, value in element.items()]
        put(f"<{tag}{''.join(given)}>")
        if tag not in VOID:
            _write_content(element, pictures, put)
            put(f"</{tag}>")
    if element.tail:
        put(with_elements(escape(element.tail, quote=False)))


def _write_content(
    element: ElementTree.Element, pictures: Pictures, put: Callable[[str], object]
) -> None:
    if element.text:
        raw = element.tag in RAW
        put(element.text if raw else with_elements(escape(element.text, quote=False)))
    for child in element:
        _write(child, pictures, put)
