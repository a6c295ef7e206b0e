"""Keep words in one piece where a bold word or a link stands within a text: PlutoBook, asked to
break words that are too long for a line, breaks the first word of such an element wherever the
line ends, though the word would fit on the next one."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from kpixl.pack.pluto.outline import WITHIN_LINES

LONGEST = 16
"""Letters of a word that fits into the narrowest column; a longer one may be broken."""
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_KEPT = "overflow-wrap: normal"


def keep_words(body: ElementTree.Element) -> None:
    """Have no word broken at the beginning of an element that stands within a text."""
    for parent in body.iter():
        if _is_inked(parent.text) or any(_is_inked(child.tail) for child in parent):
            begun = _is_inked(parent.text)
            for child in parent:
                if begun and child.tag in WITHIN_LINES and _is_short(child):
                    child.set("style", f"{_KEPT}; {child.get('style', '')}")
                begun = True


def _is_inked(text: str | None) -> bool:
    return bool(text and text.strip())


def _is_short(element: ElementTree.Element) -> bool:
    words = _WORD.findall("".join(element.itertext()))
    return max(map(len, words), default=0) <= LONGEST
