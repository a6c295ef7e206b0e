"""Turn texts into such as break their lines where a reader expects it."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

FIGURE = re.compile(r"[+−±▲(]+[¥€£$]\d[\d,.]*\w*|\d[\d,.]*–\d[\d,.]*%|\d+か月|（[有不]利）")
"""What a line would otherwise end within: −¥30.1M, 98–100%, 6か月, （不利）. Every box costs time:
those that a reader stumbles over, and no more."""
SPACED = re.compile(
    r"(?<=\d) (?=pt\b)|(?<=\d) (?=[A-Z][a-z]{2} \d{2}\b)|(?<=\d [A-Z][a-z]{2}) (?=\d{2}\b)"
    r"|(?<=\S) (?=[+−±▲]\d)"
)
"""The spaces within 0.30 pt, 20 Nov 26, orig. −1.0%, 計画差 ▲13.6百万円."""
ENDING = re.compile(r"([\u4e00-\u9fff々]{1,2}|[ァ-ヺー]{1,3})?([ぁ-ゖ]{1,5}[。」）]{0,2})$")
"""The end of a Japanese sentence: a word's last characters, and the kana that belong to it."""
LONGEST_ENDING = 7  # characters: the narrowest column of a table has room for eight
LONGEST_TAIL = 16
"""Letters of the last words of an English sentence that are kept together."""
PARTICLES = frozenset("がをにはのともでへ")
"""They belong to the word before, and begin no line."""
COPULA = ("です", "でし")
"""Begins with the letter of a particle, and is none."""


def whole(text: str) -> Markup:
    """``text`` with each figure on one line, together with its sign and what it is of."""
    kept = SPACED.sub("\u00a0", text)
    return Markup(FIGURE.sub(r'<span class="whole">\g<0></span>', escape(kept)))  # noqa: S704


def ended(text: str) -> Markup:
    """As :func:`whole`, and the end of a Japanese sentence on one line: nothing keeps る。 from
    standing alone on the last one otherwise."""
    found = ENDING.search(text)
    if found is None or found.start() == 0:
        return whole(text)
    start = found.start() if len(found[0]) <= LONGEST_ENDING else found.start(2)
    is_particle = text[start] in PARTICLES and not text.startswith(COPULA, start)
    if start == found.start(2) and is_particle:
        start += 1
    if start >= len(text) - 1:
        return whole(text)
    return whole(text[:start]) + Markup('<span class="whole">{}</span>').format(text[start:])


def ended_on_paper(text: str) -> Markup:
    """As :func:`ended`, and what :func:`tied` does."""
    return ended(tied(text))


def tied(text: str) -> str:
    """``text`` without a short last word of an English sentence alone on its line, which browsers
    see to by themselves (``text-wrap: pretty``). The spaces between its last words break no line;
    in the text of a PDF they are ordinary ones."""
    start = text.find(" ", max(0, len(text) - LONGEST_TAIL - 1)) + 1
    words = text[start:]
    if start <= LONGEST_TAIL or not words.isascii():
        return text
    return text[:start] + words.replace(" ", "\u00a0")
