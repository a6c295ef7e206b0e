"""Hold what glyphs are said to mean against the text that they were set for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

MOST = 4
"""Glyphs, or characters, that may stand for each other at a place where both differ; more of them
are no other form of signs, but another text."""
LONGEST = 4_000
"""Characters of a text that is looked at so closely."""
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Characters that never show anything by themselves."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def plain(text: str) -> str:
    """``text`` without what never shows, its white space as it is set."""
    return " ".join((_UNSEEN.sub("", text) if not text.isascii() else text).split())


def is_same(said: str, text: str) -> bool:
    """Whether ``said``, what glyphs say, is ``text``, but for white space, and for selectors of
    forms, which a font may not know."""
    said, text = "".join(said.split()), "".join(text.split())
    if said == text or said.isascii():
        return said == text
    return _SELECTORS.sub("", said) == _SELECTORS.sub("", text)


def aligned(meanings: Sequence[str], text: str) -> list[str] | None:
    """What of ``text`` each glyph stands for, one of ``meanings`` each; None where that cannot be
    told. A glyph that shows what nobody wrote, such as the number of a list, keeps its meaning."""
    if _RIGHT_TO_LEFT.search(text) or len(text) > LONGEST or len(meanings) > LONGEST:
        return None
    parallel = _parallel(meanings, text)
    if parallel is not None:
        return parallel
    found = list(meanings)
    matcher = SequenceMatcher(None, meanings, list(text), autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        wanted = text[first:last]
        if kind == "delete" and not "".join(meanings[start:end]).strip():
            found[start:end] = [""] * (end - start)  # a space stands for what never shows
        if kind in ("equal", "delete") or not wanted.strip():
            continue
        parts = _parts(meanings[start:end], wanted)
        if parts is None or (kind == "insert" and not _joined(found, start, wanted)):
            return None
        found[start:end] = parts
    return found


def _parallel(meanings: Sequence[str], text: str) -> list[str] | None:
    """What each glyph stands for where there is one for each sign of ``text``, spaces aside: at the
    end of a line none is set."""
    inked = [number for number, meant in enumerate(meanings) if not meant.isspace()]
    signs = "".join(text.split())
    if len(inked) != len(signs):
        return None
    found = list(meanings)
    for number, sign in zip(inked, signs, strict=True):
        if not _is_in_capitals(meanings[number], sign):
            found[number] = sign
    return found


def _parts(meanings: Sequence[str], wanted: str) -> list[str] | None:
    """``wanted`` parted among the glyphs of a place."""
    if _is_in_capitals("".join(meanings), wanted):
        return list(meanings)
    if len(meanings) == len(wanted):
        return list(wanted)
    if len(meanings) > MOST or len(wanted) > MOST:
        return None
    return [wanted, *[""] * (len(meanings) - 1)] if meanings else []


def _is_in_capitals(said: str, wanted: str) -> bool:
    """Whether a style sheet had ``wanted`` set in capitals, which is no other sign for the same
    letter, as that of Ohm is."""
    said, wanted = (unicodedata.normalize("NFC", one) for one in (said, wanted))
    return said != wanted and said.casefold() == wanted.casefold()


def _joined(found: list[str], at: int, wanted: str) -> bool:
    """Whether ``wanted``, for which there is no glyph, was given to the glyph before it: marks
    upon it are. Anything else was not set, or elsewhere."""
    joins = at > 0 and all(_SELECTORS.match(one) or unicodedata.combining(one) for one in wanted)
    if joins:
        found[at - 1] += wanted
    return joins
