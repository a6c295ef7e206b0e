"""Read how a company names its fiscal year from one example of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Mapping, Optional, Tuple

from kpixl.words import word

KNOWN = ("2026年度", "FY2026", "FY26", "FY2026/27", "FY26/27", "2027年3月期", "27/3期", "FY3/27",
         "FYE27", "FYE 2027", "FY ending March 2027")  # fmt: skip
"""Examples of what is understood, for those whose label is not."""

START, BOTH, END = "start", "both", "end"


@dataclass(frozen=True)
class LabelPattern:
    """How fiscal years are named. ``counts`` says which year stands in the name: that in which the
    fiscal year starts, both, or the one in which it ends. ``sign`` is a notation such as ``FY`` or
    ``FYE`` that is the same in every language; "" where each has its own words. ``digits`` are
    those of the (first and second) year, ``between`` what parts the two years, or month and year.
    ``month`` is the last month that the example names, 0 where it names none."""

    counts: str = START
    sign: str = ""
    digits: Tuple[int, int] = (4, 4)
    between: str = ""
    month: int = 0


_YEAR = r"(?P<year>\d{4}|\d{2})"
_SPACE = r"\s*"
_ENDING = r"(?:(?:fiscal|financial)\s+year|fy|year)\s*(?:ending|ended|ends|to)|fye"
_FORMS: Mapping[str, str] = {
    "words": rf"{_YEAR}{_SPACE}年度|(?P<plain>\d{{4}})",
    "sign": rf"(?P<sign>fy{_SPACE}){_YEAR}",
    "both": rf"(?P<sign>(?:fy{_SPACE})?){_YEAR}(?P<between>[/-])(?P<second>\d{{4}}|\d{{2}})",
    "term": rf"{_YEAR}{_SPACE}(?P<between>[年/]){_SPACE}(?P<month>\d{{1,2}}){_SPACE}月?期",
    "dated": rf"(?P<sign>fy{_SPACE})(?P<month>\d{{1,2}})/{_YEAR}",
    "end": rf"(?P<sign>fye{_SPACE}){_YEAR}",
    "ending": rf"(?:{_ENDING})\s+(?P<name>[a-z]+)\.?\s+{_YEAR}",
}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@lru_cache(maxsize=64)
def label_pattern(text: str) -> Optional[LabelPattern]:
    """The pattern that ``text`` is an example of; None where it is none that is known (see
    :data:`KNOWN`)."""
    example = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    for form, pattern in _FORMS.items():
        match = re.fullmatch(pattern, example, re.IGNORECASE)
        found = _READERS[form](match.groupdict()) if match is not None else None
        if found is not None:
            return found
    return None


_Parts = Mapping[str, Optional[str]]


def _words(parts: _Parts) -> Optional[LabelPattern]:
    return LabelPattern(digits=_digits(parts["year"] or parts["plain"]))


def _sign(parts: _Parts) -> Optional[LabelPattern]:
    return LabelPattern(sign=_as_sign(parts), digits=_digits(parts["year"]))


def _both(parts: _Parts) -> Optional[LabelPattern]:
    """``FY2026/27``: the second year is the next one, else this is a month and a year."""
    first, second = parts["year"] or "", parts["second"] or ""
    if (int(first) + 1 - int(second)) % 100 or len(second) > len(first):
        return None
    return LabelPattern(BOTH, _as_sign(parts), (len(first), len(second)), parts["between"] or "/")


def _term(parts: _Parts) -> Optional[LabelPattern]:
    return _ended(parts, "", "/" if parts["between"] == "/" else "")


def _dated(parts: _Parts) -> Optional[LabelPattern]:
    return _ended(parts, _as_sign(parts), "/")


def _end(parts: _Parts) -> Optional[LabelPattern]:
    return LabelPattern(END, _as_sign(parts), _digits(parts["year"]))


def _ending(parts: _Parts) -> Optional[LabelPattern]:
    names = [word(f"period.{key}", "en").casefold().split() for key in ("full", "short")]
    name = (parts["name"] or "").casefold()
    month = next((known.index(name) + 1 for known in names if name in known), 0)
    return LabelPattern(END, "", _digits(parts["year"]), "", month) if month else None


def _ended(parts: _Parts, sign: str, between: str = "") -> Optional[LabelPattern]:
    month = int(parts["month"] or 0)
    if not 1 <= month <= 12:
        return None
    return LabelPattern(END, sign, _digits(parts["year"]), between, month)


def _digits(year: Optional[str]) -> Tuple[int, int]:
    return len(year or ""), len(year or "")


def _as_sign(parts: _Parts) -> str:
    return (parts["sign"] or "").upper()


_READERS = {
    "words": _words, "sign": _sign, "both": _both, "term": _term, "dated": _dated, "end": _end,
    "ending": _ending,
}  # fmt: skip
