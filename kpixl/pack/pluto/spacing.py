"""Keep marks without width where letters are set apart: PlutoBook adds the room after each sign,
those of a mark as well, and every text would begin further in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree

from kpixl.pack.pluto.marks import ELEMENT, parted

CSS = f"\n{ELEMENT} {{ overflow-wrap: normal; letter-spacing: 0.002em !important }}\n"
"""A little: what has no width at all is not painted, and marks would be missed."""

_NONE = r"(?:0(?:[a-z]+)?|normal|-?0?\.0[0-4]\d*em)"
"""None, or too little to be seen three times over."""
_SPACED = rf"(?<![\w-])letter-spacing\s*:\s*(?!{_NONE}\s*(?:[;}}!]|$))"
_RULE = re.compile(r"([^{};]+)\{[^{}]*?" + _SPACED, re.IGNORECASE)
_STYLE = re.compile(_SPACED, re.IGNORECASE)
_LAST = re.compile(r"[^\s>+~]+$")
_TAG = re.compile(r"[a-zA-Z][\w-]*")
_CLASS = re.compile(r"\.([\w-]+)")

Named = tuple[str, frozenset[str]]
"""The tag that a selector ends with ("" for any), and the classes."""


def set_marks_apart(body: ElementTree.Element, css: str) -> None:
    """Put each mark that letter spacing may reach into an element of its own, which has none."""
    selectors = _spaced(css)
    for element in list(body.iter()):
        if _is_spaced(element, selectors):
            for one in list(element.iter()):
                if one.tag != ELEMENT:
                    _set_apart(one)


@lru_cache(maxsize=16)
def _spaced(css: str) -> tuple[Named, ...]:
    """What the selectors of rules that space letters end with."""
    return tuple(_ends(css))


def _ends(css: str) -> Iterator[Named]:
    for rule in _RULE.finditer(css):
        for selector in rule[1].split(","):
            last = _LAST.search(re.sub(r"::?[\w-]+(?:\([^()]*\))?", "", selector).strip())
            name = last[0] if last else ""
            tag = _TAG.match(name)
            yield tag[0].lower() if tag else "", frozenset(_CLASS.findall(name))


def _is_spaced(element: ElementTree.Element, selectors: tuple[Named, ...]) -> bool:
    classes = frozenset(element.get("class", "").split())
    if any(tag in ("", element.tag) and named <= classes for tag, named in selectors):
        return True
    style = element.get("style")
    return bool(style and _STYLE.search(style))


def _set_apart(element: ElementTree.Element) -> None:
    for number, child in reversed(list(enumerate(element))):
        parts = parted(child.tail)
        if parts:
            child.tail = parts[0]
            element.insert(number + 1, _marked(parts))
    parts = parted(element.text)
    if parts:
        element.text = parts[0]
        element.insert(0, _marked(parts))


def _marked(parts: tuple[str, str, str]) -> ElementTree.Element:
    own = ElementTree.Element(ELEMENT)
    own.text, own.tail = parts[1:]
    return own
