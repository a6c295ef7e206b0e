"""Turn text into its width: advance widths of Inter, and one em for what is written full-width.

Charts place labels with it, so it errs on the wide side; it is no substitute for shaping.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

# Thousandths of an em for the characters from space to tilde, Inter 4 Regular and Bold.
_REGULAR = (
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605,
    636, 642, 608, 624, 571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
)  # fmt: skip
_BOLD = (
    232, 325, 392, 650, 655, 859, 674, 209, 409, 409, 565, 680, 303, 469, 298, 390, 688, 489, 630,
    659, 678, 645, 660, 595, 661, 660, 298, 303, 680, 680, 680, 562, 1031, 748, 661, 752, 727, 613,
    585, 761, 746, 281, 570, 690, 567, 915, 735, 782, 648, 783, 656, 655, 668, 729, 748, 1036, 714,
    724, 667, 409, 390, 409, 488, 477, 497, 580, 635, 587, 635, 598, 386, 633, 624, 272, 272, 582,
    272, 912, 622, 614, 632, 632, 409, 562, 388, 622, 586, 850, 574, 586, 572, 409, 374, 409, 680,
)  # fmt: skip
_SIGNS = {
    **dict.fromkeys("−×÷±≤≥≈", 680),
    **dict.fromkeys("·°²³", 460),
    **dict.fromkeys("‘’", 230),
    **dict.fromkeys("“”", 422),
    **dict.fromkeys("\u2009\u202f", 182),
    "–": 500,
    "•": 562,
    "€": 686,
    "£": 672,
    "¥": 572,
    "\u00a0": 281,
}
_EAST_ASIAN = {"W": 1000, "F": 1000, "A": 1050, "H": 500}
_INVISIBLE = ("Mn", "Me", "Cf", "Cc")
_UNKNOWN = 760
# A line does not begin with closing punctuation, small kana or the prolonged sound mark.
_NOT_FIRST = frozenset(
    "、。，．,.!?！？)]}）］｝」』】〉》〕・：；:;々％%ーぁぃぅぇぉっゃゅょァィゥェォッャュョヶ"
)
_NOT_LAST = frozenset("([{（［｛「『【〈《〔")
_WORD = re.compile("(?<=[ぁ-ゖァ-ヺー])(?=[\u4e00-\u9fff])|(?<=[ぁ-ゖ\u4e00-\u9fff])(?=[ァ-ヺ])")
"""Where a Japanese word most likely begins."""
_BRACKETED = re.compile(r"\([^()]{0,8}\d[^()]{0,8}\)")
_KATAKANA = re.compile("(?<![ァ-ヺー])[ァ-ヺー]{2,8}(?![ァ-ヺー])[0-9]*")
"""A word such as ゼロ, with a number that follows it at once."""
LINE_ENDS = " -/・"
"""After these a line of Latin text may end."""


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return (_BOLD if bold else _REGULAR)[code - 32]
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    base = unicodedata.normalize("NFD", character)[0]
    if 32 <= ord(base) < 127:
        return _advance(base, bold)
    return _EAST_ASIAN.get(unicodedata.east_asian_width(character), _UNKNOWN)


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of ``text`` in the unit of ``size`` (the size of the type)."""
    bold = weight >= 600
    return sum([_advance(character, bold) for character in text]) * size / 1000


def wrap(text: str, width: float, size: float, weight: int = 400) -> tuple[str, ...]:
    """``text`` in lines no wider than ``width``: broken at spaces, between Japanese characters,
    and inside a word only where the word alone is too wide. Nothing is lost but the spaces at
    which a line ends; empty text is no line at all."""
    return break_lines(" ".join(text.split()), lambda line: text_width(line, size, weight) <= width)


def name_lines(text: str, width: float, size: float, weight: int = 400) -> tuple[str, ...]:
    """As :func:`wrap`; a Japanese name that takes two lines ends the first one behind a word, where
    kana turn into kanji or katakana begin, rather than before its last character."""
    lines = wrap(text, width, size, weight)
    name = "".join(lines)
    if len(lines) != 2 or " " in name:
        return lines
    halves = [(name[: found.start()], name[found.start() :]) for found in _WORD.finditer(name)]
    widths = {
        half: max(text_width(line, size, weight) for line in half) for half in halves
    }  # fmt: skip
    fitting = [half for half in halves if widths[half] <= width]
    return min(fitting, key=lambda half: widths[half], default=lines)


def break_lines(text: str, fits: Callable[[str], bool], ends: str = LINE_ENDS) -> tuple[str, ...]:
    """As :func:`wrap`, for lines that are as long as they ``fit``, whatever they are measured by,
    and that may be broken after one of ``ends``; spaces within a line stay as they are. Where a
    line fits, so must its beginning."""
    if fits(text.rstrip()):
        return (text.rstrip(),) if text.strip() else ()
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, ends):
        if fits((line + piece).rstrip()):
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while not fits(line.rstrip()) and len(line) > 1:
            cut = _fitting(line, fits)
            lines.append(line[:cut])
            line = line[cut:]
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines)


def _fitting(text: str, fits: Callable[[str], bool]) -> int:
    """How many characters of ``text`` fit, at least one."""
    count = 1
    while count < len(text) and fits(text[: count + 1]):
        count += 1
    return count


def _pieces(text: str, ends: str) -> list[str]:
    """``text`` cut wherever a line may end; a piece ends with its spaces. A figure in brackets
    is one piece with what is said of it, such as ``(orig. 125.9)``, and so is a short word in
    katakana."""
    pieces: list[str] = []
    kept = {
        n
        for kind in (_BRACKETED, _KATAKANA)
        for found in kind.finditer(text)
        for n in range(found.start() + 1, found.end())
    }
    for n, character in enumerate(text):
        if pieces and (n in kept or not _may_break(pieces[-1][-1], character, ends)):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _may_break(before: str, after: str, ends: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return before in ends or _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
