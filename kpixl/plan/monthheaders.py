"""Turn the header cells of a monthly sheet into months, by what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Collection, Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue, SheetRows
from kpixl.plan.month import Month
from kpixl.plan.values import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    MONTH_NAMES,
    bare_month_in,
    era_year,
    is_blank,
    month_in,
    month_of,
    number_text,
    plain,
)

# A row of years may stand this many rows above the row of months.
ROWS_ABOVE = 3

_CALENDAR_YEAR = re.compile(r"(\d{4})年?")
_FISCAL_YEAR = re.compile(r"(\d{4})年度")
_ERA_YEAR = re.compile(r"(令和|平成)\s*(\d{1,2}|元)年(度)?")
_FY = re.compile(r"fy\s*'?(\d{4}|\d{2})")
_YEAR_AND_NUMBER = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})月?")
_DAY_AND_NAME = re.compile(r"\d{1,2}[-/.\s]*([a-z]{3,9})\.?")
_SHORT = re.compile(r"\d{1,2}月|\d{1,2}[-/]\d{1,2}")
_FIRST_SERIAL_DAY = date(1899, 12, 30)

SERIALS = (18264, 99999)  # 1950-01-01 to 2173-10-13, as spreadsheets count days
LONGEST = 40
MONTHS_BEYOND = 12


@dataclass(frozen=True)
class MonthHeaders:
    """The month columns: ``months`` by position (from 0) where each month stands once;
    ``doubled`` the positions of a month that stands more than once; ``unclear`` the positions
    of headers that are meant as months but do not say which, and ``blank`` those of no header.
    """

    months: Tuple[Tuple[int, Month], ...] = ()
    doubled: Tuple[Tuple[Month, Tuple[int, ...]], ...] = ()
    unclear: Tuple[int, ...] = ()
    blank: Tuple[int, ...] = ()

    @property
    def positions(self) -> Tuple[Tuple[int, Month], ...]:
        """Every column that says its month, those of doubled months included."""
        doubled = ((position, month) for month, there in self.doubled for position in there)
        return (*self.months, *doubled)

    @property
    def missing(self) -> Tuple[Month, ...]:
        """The months between the first and the last that have no column."""
        there = {month for _, month in self.positions}
        if not there:
            return ()
        first, last = min(there), max(there)
        between = (first.plus(n) for n in range(1, last.index - first.index))
        return tuple(month for month in between if month not in there)


@dataclass(frozen=True)
class _Year:
    """A year above the months. A fiscal one (年度) begins in the year it is named after;
    ``plain`` is False where it may as well end in it (FY26)."""

    year: int
    fiscal: bool = False
    plain: bool = True


def looks_like_month(cell: CellValue) -> bool:
    """Whether a cell is a month's header, with or without its year. Numbers may be, too, but
    look like figures; they count only where the row is known to be the header."""
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str) or not cell or len(cell) > LONGEST:
        return False
    text = plain(cell)
    return month_in(text) is not None or bare_month_in(text) is not None


def month_headers(
    sheet: SheetRows, header: int, known: Collection[int], fiscal_start: int
) -> MonthHeaders:
    """The month columns of the header row ``header`` (from 1), leaving out the positions
    ``known``. ``fiscal_start`` places the months of a 年度 that stands above them."""
    cells = sheet.rows[header - 1]
    read, unclear = _read(cells, known, _years_above(sheet, header), fiscal_start)
    positions: Dict[Month, List[int]] = {}
    for position, month in read:
        positions.setdefault(month, []).append(position)
    return MonthHeaders(
        months=tuple((there[0], month) for month, there in positions.items() if len(there) == 1),
        doubled=tuple(
            (month, tuple(there)) for month, there in positions.items() if len(there) > 1
        ),
        unclear=unclear,
        blank=_blank_headers(cells, known, [position for position, _ in read]),
    )


def _read(
    cells: Sequence[CellValue], known: Collection[int], years: Mapping[int, _Year], start: int
) -> Tuple[List[Tuple[int, Month]], Tuple[int, ...]]:
    """Position and month of every header that says its month, and the positions of those that
    do not. A bare month takes its year from above, else from the month before it."""
    serials = _serial_months(cells, known)
    read: List[Tuple[int, Month]] = []
    unclear: List[int] = []
    above: Optional[_Year] = None
    previous: Optional[Month] = None
    for position, cell in enumerate(cells):
        above = years.get(position, above)
        if position in known or cell is None:
            continue
        bare = bare_month_in(plain(cell)) if isinstance(cell, str) else None
        if bare is None:
            month = serials.get(position) or month_of(cell)[0]
            meant = month is not None or _meant_as_month(cell)
        else:
            month = _placed(bare, above, start) if above else _following(bare, previous)
            meant = True
        if meant:
            above, previous = None, month
        if month is not None:
            read.append((position, month))
        elif meant:
            unclear.append(position)
    return read, tuple(unclear)


def _placed(month: int, year: _Year, fiscal_start: int) -> Optional[Month]:
    """The month under a year that stands above it, where the year is plain."""
    if fiscal_start == 1 or not year.fiscal:
        return Month(year.year, month)
    if not year.plain:
        return None
    return Month(year.year + (month < fiscal_start), month)


def _following(month: int, previous: Optional[Month]) -> Optional[Month]:
    """The first ``month`` from ``previous`` on: January after December is in the next year."""
    if previous is None:
        return None
    return Month(previous.year + (month < previous.month), month)


def _years_above(sheet: SheetRows, header: int) -> Dict[int, _Year]:
    """The years in the nearest row above the header that has any, by position."""
    for row in range(header - 2, max(-1, header - 2 - ROWS_ABOVE), -1):
        years = {
            position: year
            for position, cell in enumerate(sheet.rows[row])
            for year in (_year(cell),)
            if year is not None
        }
        if years:
            return years
    return {}


def _year(cell: CellValue) -> Optional[_Year]:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    text = plain(cell if isinstance(cell, str) else number_text(cell))
    year: Optional[_Year] = None
    if _CALENDAR_YEAR.fullmatch(text):
        year = _Year(int(text[:4]))
    elif _FISCAL_YEAR.fullmatch(text):
        year = _Year(int(text[:4]), fiscal=True)
    elif (found := _ERA_YEAR.fullmatch(text)) is not None:
        year = _Year(era_year(found[1], found[2]), fiscal=found[3] is not None)
    elif (found := _FY.fullmatch(text)) is not None:
        digits = found[1]
        number = int(digits) if len(digits) == 4 else 2000 + int(digits)
        year = _Year(number, fiscal=True, plain=False)
    return year if year is not None and EARLIEST_YEAR <= year.year <= LATEST_YEAR else None


def _serial_months(cells: Sequence[CellValue], known: Collection[int]) -> Dict[int, Month]:
    """Dates that lost their format and show as numbers. Only the first of a month is taken:
    in the other date system the same numbers are the last day of a month four years before."""
    found: Dict[int, Month] = {}
    for position, cell in enumerate(cells):
        if position in known or not _is_serial(cell):
            continue
        day = _FIRST_SERIAL_DAY + timedelta(days=int(cell))  # type: ignore[arg-type]
        if day.day != 1:
            return {}
        found[position] = Month(day.year, day.month)
    return found


def _is_serial(cell: CellValue) -> bool:
    return (
        isinstance(cell, (int, float))
        and not isinstance(cell, bool)
        and SERIALS[0] <= cell <= SERIALS[1]
        and cell == int(cell)
    )


def _meant_as_month(cell: CellValue) -> bool:
    """Whether a header that names no month was plainly meant to (rather than a total)."""
    if isinstance(cell, (date, CellError)) or _is_serial(cell):
        return True
    if not isinstance(cell, str) or len(cell) > LONGEST:
        return False
    text = plain(cell)
    found = _YEAR_AND_NUMBER.fullmatch(text)
    if found:
        return int(found[2]) != (int(found[1]) + 1) % 100  # 2026-27 is a year, not a month
    found = _DAY_AND_NAME.fullmatch(text)
    named = found is not None and found[1] in MONTH_NAMES
    return named or _SHORT.fullmatch(text) is not None


def _blank_headers(
    cells: Sequence[CellValue], known: Collection[int], months: Sequence[int]
) -> Tuple[int, ...]:
    """Positions without a header where a month's may be missing."""
    if not months:
        return ()
    span = range(min(months), max(months) + 1 + MONTHS_BEYOND)
    return tuple(
        position
        for position in span
        if position not in known and (position >= len(cells) or is_blank(cells[position]))
    )
