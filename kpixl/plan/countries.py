"""Tell which country's public holidays a book goes by, and add them to its own.

Where the calendars come from is the caller's: cells and whatever runs inside an office program read
a book without any, and go by its Holidays sheet alone.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Collection, Dict, Iterable, Mapping, Optional, Protocol, Sequence, Tuple

from kpixl.plan.month import CloseDay, Month
from kpixl.plan.values import plain
from kpixl.plan.vocabulary import spellings
from kpixl.words import fold, section

# Further spellings of the countries in words.json.
SYNONYMS: Mapping[str, Tuple[str, ...]] = {
    "CN": ("中華人民共和国", "PRC"),
    "CZ": ("Czech Republic",),
    "DE": ("Deutschland",),
    "GB": ("UK", "Great Britain", "イギリス"),
    "JP": ("日本国", "にほん", "Nippon"),
    "KR": ("Korea", "大韓民国"),
    "NL": ("Holland",),
    "US": ("USA", "United States of America", "America", "アメリカ合衆国", "米国"),
}
FIRST_YEAR, LAST_YEAR = 1900, 2200

_CODE = re.compile(r"([a-z]{2})")
_PART = re.compile(r"[a-z0-9]{1,6}")


class Calendars(Protocol):
    """Who knows the public holidays of countries, by ISO 3166 codes in capitals."""

    def countries(self) -> Sequence[str]:
        """The codes of all that are known."""

    def parts(self, country: str) -> Sequence[str]:
        """The codes of a country's parts that have holidays of their own."""

    def days(self, code: str, years: Iterable[int]) -> Collection[date]:
        """The public holidays of ``JP`` or ``US-CA`` in these years."""


@lru_cache(maxsize=1)
def _names() -> Dict[str, str]:
    """Folded name -> code."""
    found: Dict[str, str] = {}
    for code in section("country"):
        for name in spellings("country", code, SYNONYMS.get(code, ())):
            found.setdefault(name, code)
    return found


def country_code(text: str) -> Optional[str]:
    """The code that a name or code means, of a country or of a part of one (``Japan``, ``de-by``);
    None where it has the form of neither. Whether there is such a country is not asked here."""
    name, dash, part = plain(text).replace("_", "-").partition("-")
    code = _names().get(fold(name))
    if code is None and _CODE.fullmatch(name.strip()):
        code = name.strip().upper()
    if code is None or not dash:
        return code
    part = part.strip()
    return f"{code}-{part.upper()}" if _PART.fullmatch(part) else None


def years_around(months: Collection[Month], close_day: CloseDay) -> range:
    """The years in which the days lie on which the actuals of ``months`` are due, from the first
    month's own."""
    if not months:
        return range(0)
    last = close_day.due(max(months)).year + 1
    return range(max(FIRST_YEAR, min(months).year), min(LAST_YEAR, last) + 1)


def days_met(
    days: Iterable[date], months: Iterable[Month], close_day: CloseDay, holidays: Collection[date]
) -> Tuple[date, ...]:
    """Those of ``days`` that put off the due day of one of ``months``, in order: working days
    otherwise, after the month's end and not after the day on which its actuals are due."""
    working = [day for day in days if day.weekday() < 5]
    if not close_day.business or not working:
        return ()
    found: Dict[date, None] = {}
    for month in months:
        due = close_day.due(month, holidays)
        for day in working:
            if month.last_day < day <= due:
                found[day] = None
    return tuple(sorted(found))
