"""Find the tables of a sheet: the row of months, what stands over each column, and the labels."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpixl.adopting.headings import Heading, Year, heading_of, year_of
from kpixl.adopting.known import NOTHING, Said, Span, Total, is_remarks, said_by
from kpixl.adopting.view import View, figure
from kpixl.plan.month import Month
from kpixl.plan.values import is_blank, text_of

LEAST_MONTHS = 2
_LEAST_DATES = 3
_LEAST_NUMBERS = 6
_ROWS_ABOVE = 3
_MOST_TABLES = 60
_FAR = 1 << 20


@dataclass(frozen=True)
class Column:
    """One column of figures and what stands over it; ``year`` is the label over its months, and
    where that stands."""

    number: int
    heading: Heading
    year: Year | None = None
    year_at: tuple[int, int] | None = None


@dataclass(frozen=True)
class Found:
    """A table as its heads tell: the row of its months, the rows of its data, the columns of its
    figures and those of its labels, and the rows of its title."""

    view: View
    header: int
    first: int
    last: int
    columns: tuple[Column, ...]
    labels: tuple[int, ...]
    titles: range
    after: tuple[int, ...] = ()
    """Further columns on the right, such as remarks."""
    heads: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    """The cells of headings that are numbers: months and years."""
    remarks: Mapping[int, int] = field(default_factory=dict)
    """The columns of remarks among the figures, each with the column whose month is theirs."""
    over: str = ""
    """The label that tells it from the tables beside it."""


def tables_of(view: View) -> tuple[Found, ...]:
    """The tables of a sheet that have months; turned where its months stand below each other."""
    turned = view.turn()
    across, down = _month_rows(view), _month_rows(turned)
    most_across = max((len(months) for months in across.values()), default=0)
    most_down = max((len(months) for months in down.values()), default=0)
    if most_down > most_across:
        return _tables(turned, down)
    return _tables(view, across)


def measured_tables(view: View) -> tuple[Found, ...]:
    """The tables of a sheet that is for one month: a row of measures, and no months."""
    rows = {}
    for row in view.rows:
        columns = [
            column for column, value in view.row_cells(row)
            if isinstance(value, str) and _measure(value)
        ]  # fmt: skip
        if len(columns) >= LEAST_MONTHS and any(
            figure(view.value(below, column)) is not None
            for below in range(row + 1, row + 6)
            for column in columns
        ):
            rows[row] = columns
    return _tables(view, rows)


def _measure(text: str) -> bool:
    said = said_by(text)
    return said is not None and said.measure is not None


def _month_rows(view: View) -> dict[int, list[int]]:
    """The rows that are headed by months, with the columns of those."""
    found: dict[int, list[int]] = {}
    for row in view.rows:
        columns: list[int] = []
        named: set[tuple[Month | None, int | None]] = set()
        dates: set[tuple[Month | None, int | None]] = set()
        for column, value in view.row_cells(row):
            heading = heading_of(value) if isinstance(value, (str, date)) else Heading()
            if heading.names_a_month:
                columns.append(column)
                kept = dates if isinstance(value, date) else named
                kept.add((heading.month, heading.bare))
        if len(named) >= LEAST_MONTHS or len(dates) >= _LEAST_DATES:
            found[row] = columns
        elif not named and not dates and not ({row - 1, row - 2} & found.keys()):
            # Right under months, 1, 2, 3 … are figures that happen to grow so.
            numbers = _numbered_months(view, row)
            if numbers:
                found[row] = numbers
    return _one_of_neighbours(view, found)


def _numbered_months(view: View, row: int) -> list[int]:
    """The columns of 4, 5, … 12, 1, 2, 3 in a row that has no other numbers."""
    numbers = [
        (column, value) for column, value in view.row_cells(row)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]  # fmt: skip
    if len(numbers) < _LEAST_NUMBERS or len(numbers) > 12:
        return []
    for (_, one), (_, following) in itertools.pairwise(numbers):
        if following != one % 12 + 1 or not 1 <= one <= 12:
            return []
    return [column for column, _ in numbers]


def _one_of_neighbours(view: View, rows: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """Of two rows of months one under the other, the one that says the year."""
    kept: dict[int, list[int]] = {}
    for row in sorted(rows):
        if row - 1 in kept:
            if any(heading_of(view.value(row - 1, column)).month for column in kept[row - 1]):
                continue
            del kept[row - 1]
        kept[row] = rows[row]
    return kept


def _tables(view: View, heads: Mapping[int, list[int]]) -> tuple[Found, ...]:
    ordered = sorted(heads)[:_MOST_TABLES]
    starts = {row: _title_start(view, row, heads[row]) for row in ordered}
    found: list[Found] = []
    for number, row in enumerate(ordered):
        following = ordered[number + 1] if number + 1 < len(ordered) else None
        last = view.last_row if following is None else starts[following] - 1
        above = ordered[number - 1] if number else 0
        titles = range(max(starts[row], above + 1), row)
        found.extend(_zones(view, row, heads[row], last, titles))
    return tuple(found)


def _title_start(view: View, header: int, columns: Sequence[int]) -> int:
    """The first of the rows right above the months that hold no figures of another table."""
    row = header
    while row > 1 and not any(
        figure(view.value(row - 1, column)) is not None
        and year_of(view.value(row - 1, column)) is None
        for column in columns
    ):
        row -= 1
    return row


def _zones(
    view: View, header: int, months: Sequence[int], last: int, titles: range
) -> Iterable[Found]:
    """The tables that stand side by side under one row of months, each with its own labels."""
    first = header + 1
    sub = _sub_header(view, header, min(months))
    if sub:
        first += 1
    columns = [
        column for column in _columns(view, header, min(months), sub, titles)
        if not (sub and is_remarks(view.text(header + 1, column.number)))
    ]  # fmt: skip
    timed = {column.number for column in columns}
    remarks = _remarks(view, header, columns) if sub else {}
    rightmost = max(timed)
    labels = [
        number for number in range(min(timed) + 1, rightmost)
        if number not in timed
        and number not in remarks
        and _is_label_column(view, number, first, last)
    ]  # fmt: skip
    starts = [0, *(number for number in labels if number - 1 not in labels)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        own = tuple(
            column for column in columns
            if column.number > start and (end is None or column.number < end)
        )  # fmt: skip
        if not any(column.heading.names_a_month or column.heading.said for column in own):
            continue
        left = own[0].number
        beside = tuple(range(max(start, 1), left))
        widest = max((max(view.rows[row]) for row in view.rows if first <= row <= last), default=0)
        after = tuple(range(own[-1].number + 1, min(widest, own[-1].number + 30) + 1))
        yield Found(
            view, header, first, last, own, beside, titles, after if end is None else (),
            _heads(view, header, own, titles),
            {at: left for at, left in remarks.items() if left in {column.number for column in own}},
        )  # fmt: skip


def _remarks(view: View, header: int, columns: Sequence[Column]) -> dict[int, int]:
    """The columns of remarks under the months: 計画 | 実績 | 備考. One alone, behind the last month
    and not under its merged cells, is about the whole row and no month's."""
    found: dict[int, int] = {}
    merged = False
    for at, value in view.row_cells(header + 1):
        left = max((one.number for one in columns if one.number < at), default=0)
        if left and isinstance(value, str) and is_remarks(value):
            found[at] = left
            merged |= view.is_merged_with(header, at, view.merged.get((header, left), (0, 0)))
    return found if merged or len(found) > 1 else {}


def _is_label_column(view: View, column: int, first: int, last: int) -> bool:
    texts = [view.text(row, column) for row in range(first, last + 1)]
    labels = [text for text in texts if text and text not in NOTHING]
    return len(labels) >= 2 and not any(
        figure(view.value(row, column)) is not None for row in range(first, last + 1)
    )


def _sub_header(view: View, header: int, left: int) -> dict[int, Said]:
    """What stands under the months, where it is measures: 計画 | 実績 | 達成率."""
    said: dict[int, Said] = {}
    filled = 0
    for column, value in view.row_cells(header + 1):
        if column < left:
            continue
        filled += 1
        found = said_by(value) if isinstance(value, str) else None
        if found is not None:
            said[column] = found
    return said if len(said) >= LEAST_MONTHS and len(said) * 2 >= filled else {}


def _columns(
    view: View, header: int, left: int, sub: Mapping[int, Said], titles: range
) -> tuple[Column, ...]:
    numbers = set(_numbered_months(view, header))
    right = max((*view.rows.get(header, ()), *sub, left))
    over = _groups(view, header, left, titles)
    years = _years_over(view, header, left, right, titles)
    left = _first_figures(view, header, left)
    found: list[Column] = []
    last_heading, last_total = Heading(), Total(Span.YEAR)
    for column in range(left, right + 1):
        value = view.heading(header, column)
        if column in numbers and isinstance(value, (int, float)):
            heading = Heading(bare=int(value))
        else:
            heading = heading_of(value)
        if heading.is_empty and is_blank(value):
            heading = last_heading if column in sub else _above(view, header, column, titles)
        elif heading.is_empty and year_of(value) is not None and column > left:
            heading = Heading(total=Total(Span.YEAR))
        last_heading = Heading() if is_blank(value) and column not in sub else heading
        heading = _whole(heading, sub.get(column), over.get(column), last_total)
        if heading.total is not None:
            last_total = heading.total
        if not heading.is_empty:
            year, at = years.get(column, (None, None))
            found.append(Column(column, heading, year, at))
    return tuple(found)


def _above(view: View, header: int, column: int, titles: range) -> Heading:
    """A total that stands in the row above, over a blank heading."""
    if header - 1 not in titles:
        return Heading()
    heading = heading_of(view.heading(header - 1, column))
    return heading if heading.total is not None else Heading()


def _whole(heading: Heading, sub: Said | None, over: Said | None, total: Total) -> Heading:
    """A heading with the measures under and over it; one that names no time is about the total
    before it."""
    said = heading.said
    for other in (sub, over):
        said = other if said is None else said.under(other)
    if heading.is_empty and sub is None:
        return Heading()
    if heading.names_a_month or heading.total is not None:
        return Heading(heading.month, heading.bare, heading.total, said)
    if said is not None and said.cumulative:
        return Heading(total=Total(Span.TO_DATE), said=Said(said.measure))
    return Heading(total=total, said=said)


def _first_figures(view: View, header: int, left: int) -> int:
    """The first column of figures: totals and measures may stand left of the months."""
    while left > 1:
        heading = heading_of(view.heading(header, left - 1))
        if heading.total is None and heading.said is None:
            return left
        below = [view.value(row, left - 1) for row in range(header + 1, header + 8)]
        if not any(figure(value) is not None for value in below):
            return left
        left -= 1
    return left


def _groups(view: View, header: int, left: int, titles: range) -> dict[int, Said]:
    """The measures that stand over several months each: 計画 over April to March, then 実績."""
    found: dict[int, Said] = {}
    for row in range(header - 1, max(header - _ROWS_ABOVE, titles.start) - 1, -1):
        cells = [(column, value) for column, value in view.row_cells(row) if column >= left]
        ends = [*(column for column, _ in cells[1:]), _FAR]
        for (column, value), end in zip(cells, ends, strict=False):
            said = said_by(value) if isinstance(value, str) else None
            if said is None:
                continue
            for covered in covered_by(view, row, column, end, header):
                found[covered] = found[covered].under(said) if covered in found else said
    return found


def covered_by(view: View, row: int, column: int, end: int, header: int) -> Iterable[int]:
    """The columns that a label over them is for: its merged cells, else up to the next label."""
    if (row, column) in view.merged:
        covered = column
        while view.is_merged_with(row, covered, (row, column)):
            yield covered
            covered += 1
        return
    widest = max((*view.rows.get(header, ()), *view.rows.get(header + 1, ()), column))
    yield from range(column, min(end, widest + 1))


def _years_over(
    view: View, header: int, left: int, right: int, titles: range
) -> dict[int, tuple[Year, tuple[int, int]]]:
    """The year over each column, from the nearest row above the months that has one."""
    for row in range(header - 1, max(header - _ROWS_ABOVE, titles.start) - 1, -1):
        labels = [
            (column, year) for column, value in view.row_cells(row)
            if left <= column <= right and (year := year_of(value)) is not None
        ]  # fmt: skip
        if not labels:
            continue
        found: dict[int, tuple[Year, tuple[int, int]]] = {}
        ends = [*(column for column, _ in labels[1:]), right + 1]
        for (column, year), end in zip(labels, ends, strict=True):
            for covered in covered_by(view, row, column, end, header):
                found[covered] = (year, (row, column))
        return found
    return {}


def _heads(
    view: View, header: int, columns: Sequence[Column], titles: range
) -> frozenset[tuple[int, int]]:
    """The headings that are numbers."""
    places = {(header, column.number) for column in columns}
    places |= {column.year_at for column in columns if column.year_at is not None}
    places |= {
        (row, column) for row in titles for column, value in view.row_cells(row)
        if year_of(value) is not None
    }  # fmt: skip
    return frozenset(place for place in places if figure(view.value(*place)) is not None)


def title_texts(found: Found) -> tuple[tuple[tuple[int, int], str], ...]:
    """The texts (and years that are numbers) over a table's months, with their places. Where the
    months stand below each other, a title stands over the labels, alone in its row of the sheet."""
    view = found.view
    above = [(row, column) for row in found.titles for column, _ in view.row_cells(row)]
    if view.turned:
        above += _alone(view, range(1, found.columns[0].number))
    places = dict.fromkeys(above)
    return tuple(
        (place, text_of(value))
        for place in places
        if isinstance(value := view.value(*place), str) or year_of(value) is not None
    )


def _alone(view: View, columns: Iterable[int]) -> Iterable[tuple[int, int]]:
    """The cells that are the only one of their column in a turned sheet."""
    wanted = set(columns)
    cells: dict[int, list[tuple[int, int]]] = {}
    for row, column in view.cells:
        if column in wanted:
            cells.setdefault(column, []).append((row, column))
    return [places[0] for _, places in sorted(cells.items()) if len(places) == 1]
