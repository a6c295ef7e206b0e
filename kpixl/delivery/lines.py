"""Make text from a workbook safe to stand in one line of a mail, whatever it holds."""

from __future__ import annotations

import re
import unicodedata

# What no line holds: control characters, marks that turn the direction of what follows, the
# soft hyphen and zero-width signs that hide a part of a name.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)
# No-break and ideographic spaces are meant as such: figures and Japanese names have them.
SPACES = re.compile("[^\\S\u00a0\u3000]+")
ELLIPSIS = "…"


def one_line(text: str, most: int = 0) -> str:
    """``text`` as one line, without what cannot be seen, in at most ``most`` characters (0: any
    number). Every kind of line break becomes a space."""
    found = SPACES.sub(" ", UNSEEN.sub("", text)).strip()
    return shortened(found, most) if most else found


def shortened(text: str, most: int) -> str:
    """``text``, or its first words with an ellipsis; never cut between a letter and its accent."""
    if len(text) <= most:
        return text
    cut = most - 1
    while cut > 1 and unicodedata.combining(text[cut]):
        cut -= 1
    start = text[:cut]
    word = start.rpartition(" ")[0]
    # Japanese has no spaces to cut at.
    kept = word if len(word) > most // 2 else start
    return kept.rstrip(" 、。,.;:·・　") + ELLIPSIS
