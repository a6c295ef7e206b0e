"""Marks that PlutoBook paints with a text, so that its pages tell which text stands where.

PlutoBook lays HTML out and tags nothing. Each text is given a mark of a few signs, which only a
font of our own has: they take no room and show nothing. Where the mark stands in a page's content,
its text begins; then the marks are taken out again.

The signs belong to SignWriting, a script that no font of an office has, and come in two kinds: at
the beginning of a text those that lean on the sign before, so that a line may end where it might
before; after a space others, which do not lean on it. Where a text goes on another one, its mark is
an element of its own, since PlutoBook would end a line at a mark there; and where a text runs from
right to left, since it would leave the mark out.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from functools import lru_cache

FAMILY = "kpixl-marks"
DIGITS, PLACES = 100, 3
LEANING = (*map(chr, range(0x1DA00, 0x1DA37)), *map(chr, range(0x1DA3B, 0x1DA68)))[:DIGITS]
STANDING = tuple(map(chr, range(0x1D800, 0x1D800 + DIGITS)))
MOST = DIGITS**PLACES
CODE = 4
"""Hexadecimal digits by which a page's content names a sign."""
LENGTH = PLACES * CODE
_LOW = LENGTH - CODE
NOTHING = 0
"""The mark of what is no content."""

BEGUN, ENDED = "\ufdd0", "\ufdd1"
"""Stand around a mark that is to be an element; no text has them."""
_ALONE = re.compile(f"{BEGUN}(...){ENDED}")
ELEMENT = "kpixl-mark"
"""The element that holds a mark alone."""

_VALUES = {sign: value for signs in (LEANING, STANDING) for value, sign in enumerate(signs)}
_AWAY = {ord(sign): None for sign in (*_VALUES, BEGUN, ENDED)}


def mark(number: int, leaning: bool = False) -> str:
    """The signs for ``number``, below :data:`MOST`."""
    signs = LEANING if leaning else STANDING
    high, low = divmod(number, DIGITS)
    highest, high = divmod(high, DIGITS)
    return signs[highest] + signs[high] + signs[low]


def with_elements(html: str) -> str:
    """``html`` with the marks in it that are to be elements as such."""
    return _ALONE.sub(rf"<{ELEMENT}>\1</{ELEMENT}>", html) if BEGUN in html else html


def value(sign: str) -> int:
    """What a sign counts in its place."""
    return _VALUES[sign]


def parted(text: str | None) -> tuple[str, str, str] | None:
    """The space before the mark that ``text`` begins with, the mark, and what follows; None where
    it begins with none."""
    inked = text.lstrip() if text else ""
    if not text or not inked or inked[0] not in _VALUES:
        return None
    return text[: len(text) - len(inked)], inked[:PLACES], inked[PLACES:]


def number_in(codes: bytes, signs: Mapping[bytes, int]) -> int:
    """The number of the mark that ``codes`` show, :data:`LENGTH` digits; ``signs`` gives what each
    code counts."""
    highest, high, low = codes[:CODE], codes[CODE:_LOW], codes[_LOW:LENGTH]
    return (signs[highest] * DIGITS + signs[high]) * DIGITS + signs[low]


def without_marks(text: str) -> str:
    """``text`` without the marks in it."""
    return text.translate(_AWAY)


@lru_cache(maxsize=1)
def font_face() -> str:
    """The rule by which a page brings the font of the marks."""
    data = base64.b64encode(_font()).decode("ascii")
    return f'@font-face {{ font-family: {FAMILY}; src: url("data:font/ttf;base64,{data}") }}\n'


def _font() -> bytes:
    """Without width; with an outline too small to be seen, as one without any is left out."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    builder = FontBuilder(1000, isTTF=True)
    characters = {ord(sign): f"m{ord(sign):x}" for sign in _VALUES}
    names = [".notdef", *characters.values()]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((1, 0))
    pen.lineTo((1, 1))
    pen.closePath()
    outline = pen.glyph()
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(characters)
    builder.setupGlyf(dict.fromkeys(names, outline))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (0, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": FAMILY})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost(keepGlyphNames=False)
    written = io.BytesIO()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(written)
    return written.getvalue()
