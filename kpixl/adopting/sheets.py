"""Turn the sheets of a book into dated tables: months across or down, or a sheet for each month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpixl.adopting.known import Span
from kpixl.adopting.notes import Note
from kpixl.adopting.side_by_side import apart
from kpixl.adopting.subjects import Timed, titled
from kpixl.adopting.tables import Found, measured_tables, tables_of, title_texts
from kpixl.adopting.view import View
from kpixl.adopting.years import (
    Times,
    Told,
    Unplaced,
    label_of,
    month_of_sheet,
    place,
    times_of,
)
from kpixl.plan.month import Month


@dataclass(frozen=True)
class _MonthSheet:
    """A sheet that is for one month, whose year may not be known yet."""

    tables: tuple[Found, ...]
    titles: tuple[str, ...]
    month: Month | None
    bare: int | None


@dataclass(frozen=True)
class Read:
    """All tables of a book in sheet order, and what was concluded about their years."""

    tables: tuple[Timed, ...]
    notes: tuple[Note, ...]
    fiscal_start: int | None


def read_tables(views: Sequence[View], told: Told) -> Read:
    """The tables of all sheets, dated."""
    found: dict[str, tuple[Found, ...]] = {}
    by_month: dict[str, _MonthSheet] = {}
    for view in views:
        tables = tuple(one for table in tables_of(view) for one in apart(table))
        if tables:
            found[view.name] = tables
            continue
        single = _for_one_month(view)
        if single is not None:
            by_month[view.name] = single
    dated, notes = _dated(by_month, told)
    start: int | None = None
    result: list[Timed] = []
    for view in views:
        if view.name in by_month:
            single = by_month[view.name]
            dating = dated[view.name]
            result.extend(titled(table, dating(table), single.titles) for table in single.tables)
            continue
        tables = found.get(view.name, ())
        first = [text for _, text in title_texts(tables[0])] if tables else []
        for table in tables:
            times = times_of(table, told, first)
            start = start or times.fiscal_start
            notes.extend(times.notes)
            result.append(titled(table, times, first))
    return Read(tuple(result), tuple(notes), start)


def _for_one_month(view: View) -> _MonthSheet | None:
    tables = tuple(one for table in measured_tables(view) for one in apart(table))
    if not tables:
        return None
    titles = tuple(text for _, text in title_texts(tables[0]))
    month, bare = month_of_sheet(view.name, titles)
    return _MonthSheet(tables, titles, month, bare)


def _dated(sheets: Mapping[str, _MonthSheet], told: Told) -> tuple[dict[str, _Dating], list[Note]]:
    """For each sheet of one month what dates its tables, and the note on their year."""
    dated: dict[str, _Dating] = {}
    bare = [(name, sheet, sheet.bare) for name, sheet in sheets.items() if sheet.bare is not None]
    notes: list[Note] = []
    months: dict[str, Month] = {
        name: sheet.month for name, sheet in sheets.items() if sheet.month is not None
    }
    fault = Unplaced("year-missing")
    if bare:
        first_name, first, number = bare[0]
        try:
            label = label_of(first.tables[0], told, first.titles, number)
            start = number if len({one for _, _, one in bare}) == 12 else None
            placed = place(label.year, [one for _, _, one in bare], told, start, label.reason)
            months.update(
                {name: month for (name, _, _), month in zip(bare, placed.months, strict=True)}
            )
            notes.append(
                Note(
                    "year", f"{min(placed.months)} – {max(placed.months)}", placed.reason,
                    placed.certainty, sheet=first_name, details={"label": label.shown},
                )
            )  # fmt: skip
        except Unplaced as unplaced:
            fault = unplaced
    for name, sheet in sheets.items():
        is_dateless = sheet.month is None and sheet.bare is None
        reason = Unplaced("no-month") if is_dateless else fault
        dated[name] = _Dating(months.get(name), reason)
    return dated, notes


@dataclass(frozen=True)
class _Dating:
    """Dates the tables of a sheet that is for one month."""

    month: Month | None
    fault: Unplaced

    def __call__(self, table: Found) -> Times:
        totals = {
            column.number: column.heading.total
            for column in table.columns
            if column.heading.total is not None and column.heading.total.span is not Span.YEAR
        }
        if self.month is None:
            return Times({}, totals, (), self.fault.reason, self.fault.details)
        months = {
            column.number: self.month for column in table.columns if column.number not in totals
        }
        return Times(months, totals)
