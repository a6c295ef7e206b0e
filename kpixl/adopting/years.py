"""Give every month of a table its year: from its heading, a label over it, the title, or the
person's own word. Where none says it, the table is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kpixl.adopting.headings import Year, heading_of, months_in, years_in
from kpixl.adopting.known import Span, Total
from kpixl.adopting.notes import Certainty, Note
from kpixl.adopting.tables import Column, Found, title_texts
from kpixl.plan.cells import cell_name
from kpixl.plan.month import Month
from kpixl.plan.values import text_of

JAPANESE_START = 4
"""A 年度 begins in April unless the months say otherwise."""


@dataclass(frozen=True)
class Told:
    """What the person says: the calendar year in which the first month lies, and the month in
    which the fiscal year begins."""

    year: int | None = None
    fiscal_start: int | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True)
class Times:
    """The month or total of each column of a table; ``fault`` is why months without a year could
    not be placed, and ``fiscal_start`` the first of twelve months in a row."""

    months: Mapping[int, Month]
    totals: Mapping[int, Total]
    notes: tuple[Note, ...] = ()
    fault: str = ""
    fault_details: Mapping[str, object] | None = None
    fiscal_start: int | None = None


@dataclass(frozen=True)
class Label:
    """A year and where it was found."""

    year: Year
    reason: str
    place: tuple[int, int] | None = None
    text: str = ""

    @property
    def shown(self) -> str:
        """The label as it stands there."""
        return self.text or str(self.year.year)


class Unplaced(Exception):
    """The months have no year, or may have more than one; ``reason`` is the code."""

    def __init__(self, reason: str, **details: object) -> None:
        super().__init__(reason)
        self.reason, self.details = reason, details


def times_of(found: Found, told: Told, sheet_title: Sequence[str] = ()) -> Times:
    """The times of a table's columns. ``sheet_title`` are further texts that may say the year:
    those at the top of the sheet."""
    totals = {
        column.number: column.heading.total
        for column in found.columns
        if column.heading.total is not None
    }
    months: dict[int, Month] = {}
    notes: list[Note] = []
    start = _twelve(found.columns) or _by_first_total(found.columns)
    try:
        for group in _groups(found.columns):
            months.update(_placed(group, found, told, sheet_title, start, notes))
    except Unplaced as fault:
        return Times(months, totals, (), fault.reason, fault.details, start)
    return Times(months, totals, tuple(notes), "", None, start)


def _twelve(columns: Sequence[Column]) -> int | None:
    """The first of twelve different months that follow each other."""
    seen: list[int] = []
    for column in columns:
        heading = column.heading
        number = heading.month.month if heading.month is not None else heading.bare
        if number is not None and (not seen or seen[-1] != number):
            seen.append(number)
        if len(seen) >= 12:
            break
    follows = all(later == earlier % 12 + 1 for earlier, later in pairwise(seen))
    return seen[0] if len(seen) == 12 and follows else None


def _by_first_total(columns: Sequence[Column]) -> int | None:
    """The first month where Q1 or 上期計 stands right behind the three or six of it."""
    seen: list[int] = []
    for column in columns:
        heading = column.heading
        number = heading.month.month if heading.month is not None else heading.bare
        if number is not None and (not seen or seen[-1] != number):
            seen.append(number)
        elif heading.total is not None and seen:
            first = {Total(Span.QUARTER, 1): 3, Total(Span.HALF, 1): 6}.get(heading.total)
            return seen[0] if first == len(seen) else None
    return None


def _groups(columns: Sequence[Column]) -> list[list[Column]]:
    """The columns of months by the label over them, in order."""
    groups: list[list[Column]] = []
    label: object = None
    for column in columns:
        if not column.heading.names_a_month:
            continue
        own = (column.year, column.year_at)
        if not groups or own != label:
            groups.append([])
        label = own
        groups[-1].append(column)
    return groups


def _placed(
    group: Sequence[Column], found: Found, told: Told, sheet_title: Sequence[str],
    start: int | None, notes: list[Note],
) -> dict[int, Month]:  # fmt: skip
    months: dict[int, Month] = {}
    previous: Month | None = None
    bare: list[tuple[int, int]] = []
    for column in group:
        heading = column.heading
        if heading.month is not None:
            months[column.number] = previous = heading.month
        elif heading.bare is not None and previous is not None:
            # 2026年4月, 5月, 6月: the year is said once.
            later = previous.year + (heading.bare < previous.month)
            months[column.number] = previous = Month(later, heading.bare)
        elif heading.bare is not None:
            bare.append((column.number, heading.bare))
    if bare:
        label = label_of(found, told, sheet_title, bare[0][1], group[0])
        placed = place(label.year, [number for _, number in bare], told, start, label.reason)
        months.update(zip((column for column, _ in bare), placed.months, strict=True))
        at = "" if label.place is None else cell_name(*found.view.place(*label.place))
        notes.append(
            Note(
                "year", f"{placed.months[0]} – {max(placed.months)}", placed.reason,
                placed.certainty, sheet=found.view.name, area=at,
                details={"label": label.shown},
            )
        )  # fmt: skip
    return months


@dataclass(frozen=True)
class Placed:
    """Months with their years, and how sure that is."""

    months: tuple[Month, ...]
    reason: str
    certainty: Certainty


def place(year: Year, bare: Sequence[int], told: Told, start: int | None, reason: str) -> Placed:
    """Months in order under one year. Raises :class:`Unplaced` where the year may be either of
    two (FY26 of a year that does not begin in January)."""
    first = bare[0]
    certainty = Certainty.CERTAIN
    if year.fiscal:
        begins = told.fiscal_start or start
        if begins is None:
            begins = JAPANESE_START
            if first != JAPANESE_START:
                reason, certainty = "year-april", Certainty.ASSUMED
        if begins == 1:
            return Placed(tuple(Month(year.year, month) for month in bare), reason, certainty)
        if not year.plain:
            raise Unplaced("year-fiscal", label=str(year), year=year.year)
        months = tuple(Month(year.year + (month < begins), month) for month in bare)
        return Placed(months, reason, certainty)
    months = tuple(Month(year.year + (month < first), month) for month in bare)
    if len({month.year for month in months}) > 1 and reason not in ("year-told", "year-span"):
        return Placed(months, "year-rolls", Certainty.ASSUMED)
    return Placed(months, reason, certainty)


def label_of(
    found: Found, told: Told, sheet_title: Sequence[str], first: int, column: Column | None = None
) -> Label:
    """The year of months that begin with ``first``: the label over them (that of ``column``),
    else the title's, the sheet's, or the person's. Raises :class:`Unplaced` where there is none,
    or more than one."""
    over = column.year if column is not None else None
    if column is not None and over is not None and not (told.year and not over.plain):
        text = text_of(found.view.value(*column.year_at)) if column.year_at else ""
        return Label(over, "year-above", column.year_at, text)
    titles = title_texts(found)
    spans = {month for _, text in titles for month in months_in(text)[0] if month.month == first}
    if len(spans) == 1:
        return Label(Year(next(iter(spans)).year), "year-span")
    texts = (
        ("year-title", titles), ("year-title", [(None, text) for text in sheet_title]),
        ("year-sheet", [(None, found.view.name)]),
    )  # fmt: skip
    years: dict[Year, tuple[tuple[int, int] | None, str]] = {}
    for reason, places in texts:
        years = {year: (at, text) for at, text in places for year in years_in(text)}
        if len(years) == 1 and not (told.year and not next(iter(years)).plain):
            ((year, (at, text)),) = years.items()
            return Label(year, reason, at, text)
        if years:
            break
    if told.year is not None:
        return Label(Year(told.year), "year-told")
    if len(years) > 1:
        raise Unplaced("year-several", years=", ".join(sorted(map(str, years))))
    if years:
        year = next(iter(years))
        return Label(year, "year-title")
    raise Unplaced("year-missing")


def month_of_sheet(name: str, titles: Sequence[str]) -> tuple[Month | None, int | None]:
    """The month that a sheet is for, by its name or else its title: with its year, or without."""
    heading = heading_of(name)
    if heading.names_a_month:
        return heading.month, heading.bare
    for text in (name, *titles):
        full, bare = months_in(text)
        if len(full) == 1:
            return next(iter(full)), None
        if not full and len(bare) == 1:
            return None, next(iter(bare))
    return None, None
