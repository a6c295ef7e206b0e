"""Keep words in one piece where a bold word or a link stands within a text that has a long word:
PlutoBook, asked to break words that are too long for a line, breaks the first word of such an
element wherever the line ends, though the word would fit on the next one."""

from __future__ import annotations

from xml.etree import ElementTree

from kpixl.pack.pluto.layout import LONG
from kpixl.pack.pluto.marks import without_marks
from kpixl.pack.pluto.outline import CELLS, LONG_WORD, ROLES, WITHIN_LINES

_KEPT = "overflow-wrap: normal"


def keep_words(body: ElementTree.Element) -> None:
    """Have no word broken at the beginning of an element that stands within a text, where no word
    of it may be longer than a line."""
    for parent in [one for one in body.iter() if LONG in one.attrib]:
        long = LONG_WORD[ROLES.get(parent.tag) in CELLS]
        begun = _is_inked(parent.text)
        for child in parent:
            text = without_marks("".join(child.itertext()))
            if begun and child.tag in WITHIN_LINES and not long.search(text):
                child.set("style", f"{_KEPT}; {child.get('style', '')}")
            begun = True


def _is_inked(text: str | None) -> bool:
    return bool(text and text.strip())
