"""Turn the text of one heading into the month, year, total or measure that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kpixl.adopting.known import Said, Total, joined_label, said_by, split_label, total_of
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.values import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    MONTH_NAMES,
    bare_month_in,
    era_year,
    month_in,
    month_of,
    plain,
    text_of,
)

LONGEST = 60


@dataclass(frozen=True, order=True)
class Year:
    """A year as a label gives it. A ``fiscal`` one begins in it where it is ``plain``; FY26 may
    as well end in it."""

    year: int
    fiscal: bool = False
    plain: bool = True

    def __str__(self) -> str:
        return f"FY{self.year}" if self.fiscal else str(self.year)


@dataclass(frozen=True)
class Heading:
    """What stands over figures: a ``month``, or a ``bare`` one without its year; or a ``total``;
    and what the figures are."""

    month: Month | None = None
    bare: int | None = None
    total: Total | None = None
    said: Said | None = None

    @property
    def names_a_month(self) -> bool:
        """Whether it is a month, with or without its year."""
        return self.month is not None or self.bare is not None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing that is understood."""
        return self == Heading()


def heading_of(value: CellValue) -> Heading:
    """What a heading says."""
    if isinstance(value, date):
        return Heading(month=month_of(value)[0])
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        return Heading()
    whole = _timed(value)
    if not whole.is_empty:
        return whole
    said = said_by(value)
    if said is not None:
        return Heading(said=said)
    rest, said = split_label(value)
    if said is None:
        joined = joined_label(value.strip())
        if joined is None:
            return Heading()
        rest, said = joined
    timed = _timed(rest)
    return Heading() if timed.is_empty else Heading(timed.month, timed.bare, timed.total, said)


def _timed(text: str) -> Heading:
    folded = plain(text)
    month = month_in(folded)
    if month is not None:
        return Heading(month=month)
    bare = bare_month_in(folded)
    if bare is not None:
        return Heading(bare=bare)
    total = total_of(text)
    return Heading(total=total) if total is not None else Heading()


_WHOLE_YEAR = re.compile(r"(?:19|20|21)\d{2}")
_SPLIT_YEAR = re.compile(r"(?:fy)?\s*((?:19|20|21)\d{2})\s*[-/]\s*(\d{4}|\d{2})(?:年度)?(?![-/\d])")
_YEARS: tuple[tuple[re.Pattern[str], bool, bool], ...] = (
    (re.compile(r"(\d{4})\s*年度"), True, True),
    (re.compile(r"(?<![\d-])(\d{4})\s*年(?!度|\s*\d{1,2}\s*月)"), False, True),
    (re.compile(r"(?<![a-z])fy\s*'?(\d{4}|\d{2})(?!\d)"), True, False),
    (re.compile(r"(?<![\d/.\-年第])((?:19|20|21)\d{2})(?![\d/.\-年])"), False, True),
)
_ERA = re.compile(r"(令和|平成)\s*(\d{1,2}|元)\s*年(度)?(?!\s*\d{1,2}\s*月)")
_ERA_SHORT = re.compile(r"(?<![a-z])([rh])(\d{1,2})\s*年度")
_SHORT_ERAS = {"r": "令和", "h": "平成"}


def year_of(value: CellValue) -> Year | None:
    """The year that a cell names and nothing else, such as 2026, 2026年度 or FY26."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = plain(text_of(value))
    if _WHOLE_YEAR.fullmatch(text):
        return Year(int(text))
    found = years_in(text)
    if len(found) != 1 or len(text) > 12:
        return None
    return next(iter(found))


def years_in(text: str) -> frozenset[Year]:
    """Every year that a title names."""
    found: set[Year] = set()
    text = plain(text)
    for match in _SPLIT_YEAR.finditer(text):
        begins, ends = int(match[1]), int(match[2])
        if ends % 100 == (begins + 1) % 100:
            found.add(Year(begins, fiscal=True))
            text = text.replace(match[0], " ")
    for match in _ERA.finditer(text):
        found.add(Year(era_year(match[1], match[2]), fiscal=match[3] is not None))
    for match in _ERA_SHORT.finditer(text):
        found.add(Year(era_year(_SHORT_ERAS[match[1]], match[2]), fiscal=True))
    for pattern, fiscal, is_plain in _YEARS:
        for match in pattern.finditer(text):
            digits = match[1]
            number = int(digits) if len(digits) == 4 else 2000 + int(digits)
            found.add(Year(number, fiscal, is_plain))
        text = pattern.sub(" ", text)
    return frozenset(year for year in found if EARLIEST_YEAR <= year.year <= LATEST_YEAR)


_MONTH_IN_TITLE = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月|(\d{4})[-/](\d{1,2})(?![-/\d])|(?<!\d)(\d{1,2})\s*月(?:度|分)?(?!\d)"
)

_NAMED_MONTH = re.compile(r"(?<![a-z])([a-z]{3,9})\.?,?\s*(\d{4})(?!\d)")


def months_in(text: str) -> tuple[frozenset[Month], frozenset[int]]:
    """The months that a title names with their year, and those without."""
    full: set[Month] = set()
    bare: set[int] = set()
    for match in _NAMED_MONTH.finditer(plain(text)):
        number = MONTH_NAMES.get(match[1])
        if number is not None and EARLIEST_YEAR <= int(match[2]) <= LATEST_YEAR:
            full.add(Month(int(match[2]), number))
    for match in _MONTH_IN_TITLE.finditer(plain(text)):
        if match[5]:
            bare.add(int(match[5]))
            continue
        year, month = int(match[1] or match[3]), int(match[2] or match[4])
        if EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12:
            full.add(Month(year, month))
    return frozenset(full), frozenset(month for month in bare if 1 <= month <= 12)
