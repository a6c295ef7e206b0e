"""Find out where in a source the goals, months and figures stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kpixl.errors import CellError
from kpixl.importing.headings import (
    FISCAL_YEARS,
    IDS,
    MONTHS,
    VALUES,
    YEARS,
    folded,
    is_heading,
    value_names,
)
from kpixl.importing.numbers import figure_of, has_decimal_comma, has_groups_of_three
from kpixl.importing.rules import Rules
from kpixl.importing.terms import Terms
from kpixl.importing.text_source import SourceProblem
from kpixl.plan.cells import CellValue, SheetRows, cell_name
from kpixl.plan.month import Month, fiscal_year
from kpixl.plan.monthheaders import looks_like_month, month_headers
from kpixl.plan.values import bare_month_in, is_blank, month_of, plain, shown
from kpixl.words import MORE

HEADER_ROWS = 50
LETTERS = re.compile(r"[A-Z]{1,3}")
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Hints:
    """What is known beside the source: the first month of the fiscal year, the month that the
    command line gives (None where it gives none), the book's month, and the sheet for which the
    figures are."""

    fiscal_start: int
    given: Month | None
    month: Month | None
    into: str = "actuals"


@dataclass(frozen=True)
class Layout:
    """Where things stand in a sheet: rows from 1 (``header`` 0: none), positions from 0.

    A wide one has ``months`` by position, a long one ``month``, ``year`` and ``value``, or one
    month for all (``fixed``). ``placed_in`` is the fiscal year that months without a year were
    placed in, by its first month; ``unclear`` are the positions of headers that are meant as
    months but do not say which."""

    header: int
    goal: int
    shape: str
    months: tuple[tuple[int, Month], ...] = ()
    month: int | None = None
    year: int | None = None
    fiscal: bool = False
    value: int = -1
    fixed: Month | None = None
    placed_in: Month | None = None
    unclear: tuple[int, ...] = ()

    @property
    def value_positions(self) -> tuple[int, ...]:
        """Where figures stand."""
        return tuple(p for p, _ in self.months) if self.shape == "wide" else (self.value,)


def find_layout(sheet: SheetRows, name: str, rules: Rules, terms: Terms, hints: Hints) -> Layout:
    """The layout of a sheet of the source ``name``. Raises :class:`SourceProblem` where it cannot
    be told, with what is to be said in the mapping file."""
    return _Finder(sheet, name, rules, terms, hints).layout()


class _Finder:
    def __init__(
        self, sheet: SheetRows, name: str, rules: Rules, terms: Terms, hints: Hints
    ) -> None:
        self.sheet, self.name, self.rules, self.terms, self.hints = sheet, name, rules, terms, hints
        self.rows = sheet.rows
        self.width = max((len(row) for row in self.rows), default=0)

    def layout(self) -> Layout:
        named = self._named_header()
        header = named if named is not None else -1
        goal = self._named("id", header) if self.rules.id else self._goal_column(header)
        first = self._first_row(goal, header)
        if named is None:
            header = self._find_header(goal, first)
        if self.rules.shape != "long":
            found = self._wide(header, goal, first)
            if found is not None:
                return found
            if self.rules.shape == "wide":
                self._unclear("month", header, ())
        return self._long(header, goal)

    # ---- The header row -----------------------------------------------------------------------

    def _named_header(self) -> int | None:
        """The header's row from 1 (0: none) where the rules say it, or where the columns that they
        name stand in it; None where it is to be looked for."""
        if self.rules.header is not None:
            return min(self.rules.header, len(self.rows))
        wanted = [
            text for text in (self.rules.id, self.rules.month, self.rules.year, self.rules.value)
            if text and not self._is_letter(text)
        ]  # fmt: skip
        if not wanted:
            return None
        best, most = 0, 0
        for number, row in enumerate(self.rows[:HEADER_ROWS], start=1):
            there = {folded(cell) for cell in row}
            count = sum(folded(text) in there for text in wanted)
            if count > most:
                best, most = number, count
        if most < len(wanted):
            there = {folded(cell) for cell in self.rows[best - 1]} if best else set()
            missing = next(text for text in wanted if folded(text) not in there)
            self._missing_column(missing, best)
        return best

    def _find_header(self, goal: int, first: int) -> int:
        """The row above the first goal that looks most like a header; 0 where there is none."""
        best, most = 0, 0
        for position in range(min(first, HEADER_ROWS)):
            score = self._likeness(position, goal, first)
            if score >= most and score:
                best, most = position + 1, score
        if best:
            return best
        for position in range(min(first, HEADER_ROWS) - 1, -1, -1):
            texts = [cell for cell in self.rows[position] if isinstance(cell, str)]
            if len(texts) >= 2 and not any(figure_of(one, "").value is not None for one in texts):
                return position + 1
        return 0

    def _likeness(self, position: int, goal: int, first: int) -> int:
        score = 0
        for place, cell in enumerate(self.rows[position]):
            if folded(cell) in IDS if place == goal else is_heading(cell):
                score += 2
            elif place != goal and _is_month_header(cell):
                # In the rows of a long table a month stands above months.
                score += 0 if self._only_months(place, first) else 1
        return score

    # ---- Columns ------------------------------------------------------------------------------

    def _goal_column(self, header: int) -> int:
        """The column with the most IDs of the book, or else names."""
        counts: dict[int, float] = {}
        for row in self.rows[max(header, 0) :]:
            for place, cell in enumerate(row):
                if isinstance(cell, (str, int, float)) and not isinstance(cell, bool):
                    match = self.terms.match(cell, self.rules)
                    if match.goal is not None:
                        counts[place] = counts.get(place, 0) + (0.999 if match.by == "name" else 1)
        if counts:
            return max(counts, key=lambda place: (counts[place], -place))
        # With nothing known in it, a column called so is as good: what it holds is told.
        for number, row in enumerate(self.rows[:HEADER_ROWS], start=1):
            for place, cell in enumerate(row):
                if folded(cell) in IDS and number < len(self.rows):
                    return place
        code = "import-goals-none" if len(self.rows) > 1 else "import-no-rows"
        raise SourceProblem(code, found=self.name, columns=self._shown_headers(1))

    def _first_row(self, goal: int, header: int) -> int:
        """The position of the first row with a goal that is known, else with any."""
        start = max(header, 0)
        for position in range(start, len(self.rows)):
            if self.terms.match(self._at(position, goal), self.rules).goal is not None:
                return position
        for position in range(start, len(self.rows)):
            if folded(self._at(position, goal)) in IDS:
                return min(position + 1, len(self.rows) - 1)
        return min(start, len(self.rows) - 1)

    def _named(self, key: str, header: int) -> int:
        """The position of the column that the rules name under ``key``."""
        text = str(getattr(self.rules, key))
        if header > 0:
            for place, cell in enumerate(self.rows[header - 1]):
                if folded(cell) == folded(text):
                    return place
        if LETTERS.fullmatch(text) is not None:
            place = _position(text)
            if place < self.width:
                return place
        return self._missing_column(text, header)

    def _is_letter(self, text: str) -> bool:
        """Whether a name in the rules is a column's letter. ``ID`` and ``YM`` are headers, and so
        is ``KGI`` where the sheet is not so wide."""
        if LETTERS.fullmatch(text) is None or is_heading(text):
            return False
        return _position(text) < self.width

    def _called(self, names: Collection[str], header: int, taken: Collection[int]) -> list[int]:
        if header <= 0:
            return []
        return [
            place
            for place, cell in enumerate(self.rows[header - 1])
            if place not in taken and folded(cell) in names
        ]

    def _column(self, place: int, header: int) -> list[CellValue]:
        """The cells below the header, of rows that have a goal."""
        return [row[place] if place < len(row) else None for row in self.rows[max(header, 0) :]]

    def _only_months(self, place: int, first: int) -> bool:
        """Whether a column holds months and nothing else. (A figure may look like one: 202610.)"""
        cells = [one for one in self._column(place, first) if not is_blank(one)]
        return bool(cells) and all(_is_month_header(one) for one in cells)

    def _at(self, position: int, place: int) -> CellValue:
        row = self.rows[position]
        return row[place] if place < len(row) else None

    # ---- Wide ---------------------------------------------------------------------------------

    def _wide(self, header: int, goal: int, first: int) -> Layout | None:
        if header <= 0:
            return None
        found = month_headers(self.sheet, header, {goal}, self.hints.fiscal_start)
        months = [
            (place, month)
            for place, month in found.positions
            if self.rules.shape == "wide" or not self._only_months(place, first)
        ]
        unclear, placed = self._place_bare(header, found.unclear)
        months += placed
        if not months:
            return None
        year = self.hints.month
        return Layout(
            header=header,
            goal=goal,
            shape="wide",
            months=tuple(sorted(months)),
            placed_in=fiscal_year(year, self.hints.fiscal_start)[0] if placed and year else None,
            unclear=unclear,
        )

    def _place_bare(
        self, header: int, unclear: Sequence[int]
    ) -> tuple[tuple[int, ...], list[tuple[int, Month]]]:
        """Months without a year, placed in the fiscal year of the month that is worked on."""
        left, placed = [], []
        for place in unclear:
            cell = self.rows[header - 1][place]
            bare = bare_month_in(plain(cell)) if isinstance(cell, str) else None
            if bare is None or self.hints.month is None:
                left.append(place)
            else:
                placed.append((place, in_year_of(self.hints, self.hints.month, bare)))
        return tuple(left), placed

    # ---- Long ---------------------------------------------------------------------------------

    def _long(self, header: int, goal: int) -> Layout:
        year, fiscal = self._year(header, goal)
        taken = {goal} | ({year} if year is not None else set())
        month = self._month(header, taken, year is not None)
        if month is not None:
            taken.add(month)
        value = self._value(header, taken)
        fixed = placed = None
        if month is None:
            if self.hints.given is None:
                self._unclear("month", header, ())
            fixed = self.hints.given
        elif year is None and self.hints.month is not None and self._bare(month, header):
            placed = fiscal_year(self.hints.month, self.hints.fiscal_start)[0]
        return Layout(
            header, goal, "long", month=month, year=year, fiscal=fiscal, value=value, fixed=fixed,
            placed_in=placed,
        )  # fmt: skip

    def _year(self, header: int, goal: int) -> tuple[int | None, bool]:
        if self.rules.year:
            place = self._named("year", header)
            text = folded(self._at(header - 1, place)) if header > 0 else ""
            return place, text in FISCAL_YEARS
        for names, fiscal in ((FISCAL_YEARS, True), (YEARS, False)):
            found = self._called(names, header, {goal})
            if found:
                return found[0], fiscal
        return None, False

    def _month(self, header: int, taken: Collection[int], has_year: bool) -> int | None:
        if self.rules.month:
            return self._named("month", header)
        called = self._called(MONTHS, header, taken)
        if called:
            return called[0]
        for place in range(self.width):
            cells = [one for one in self._column(place, header) if not is_blank(one)]
            if place not in taken and cells and all(_says_month(one, has_year) for one in cells):
                return place
        return None

    def _bare(self, place: int, header: int) -> bool:
        return any(
            isinstance(cell, str) and bare_month_in(plain(cell)) is not None
            for cell in self._column(place, header)
        )

    def _value(self, header: int, taken: Collection[int]) -> int:
        if self.rules.value:
            return self._named("value", header)
        for names in (value_names(self.hints.into), VALUES):
            called = self._called(names, header, taken)
            if len(called) == 1:
                return called[0]
        numeric = [place for place in range(self.width) if self._is_numeric(place, header, taken)]
        if len(numeric) == 1:
            return numeric[0]
        return self._unclear("value", header, numeric)

    def _is_numeric(self, place: int, header: int, taken: Collection[int]) -> bool:
        if place in taken:
            return False
        cells = [one for one in self._column(place, header) if not is_blank(one)]
        # Decimals after a comma are told of when the column is read.
        numbers = [
            figure_of(one, self.rules.decimal).value is not None
            or has_decimal_comma(one)
            or has_groups_of_three(one)
            for one in cells
        ]
        # A few unreadable cells do not make a column of figures one of text.
        return bool(numbers) and sum(numbers) > len(numbers) // 2

    # ---- What cannot be told --------------------------------------------------------------------

    def _shown_headers(self, header: int, places: Sequence[int] = ()) -> tuple[str, ...]:
        row = self.rows[header - 1] if 0 < header <= len(self.rows) else ()
        chosen = places or range(len(row))
        names = [
            shown(row[place]) if place < len(row) and not is_blank(row[place])
            else cell_name(1, place + 1).rstrip("1")
            for place in chosen
            if place >= len(row) or not is_blank(row[place]) or places
        ]  # fmt: skip
        return (*names[:NAMES_SHOWN], *((MORE,) if len(names) > NAMES_SHOWN else ()))

    def _unclear(self, key: str, header: int, places: Sequence[int]) -> int:
        known = self._shown_headers(header or 1, places)
        raise SourceProblem(f"import-unclear-{key}", found=self.name, columns=known)

    def _missing_column(self, text: str, header: int) -> int:
        known = self._shown_headers(header or 1)
        raise SourceProblem("import-no-such-column", source=self.name, found=text, columns=known)


def in_year_of(hints: Hints, within: Month, month: int) -> Month:
    """The calendar month ``month`` (1-12) of the fiscal year that ``within`` lies in."""
    return next(one for one in fiscal_year(within, hints.fiscal_start) if one.month == month)


def _is_month_header(cell: CellValue) -> bool:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return month_of(cell)[0] is not None
    return not isinstance(cell, CellError) and looks_like_month(cell)


def _says_month(cell: CellValue, has_year: bool) -> bool:
    if month_of(cell)[0] is not None:
        return True
    if isinstance(cell, str) and bare_month_in(plain(cell)) is not None:
        return True
    return has_year and month_number(cell) is not None


def month_number(cell: CellValue) -> int | None:
    """The month (1-12) that a cell beside a year gives: ``4``, ``"04"``, ``4月``, ``Apr``."""
    if isinstance(cell, str):
        bare = bare_month_in(plain(cell))
        if bare is not None:
            return bare
        text = plain(cell)
        return int(text) if re.fullmatch(r"0?[1-9]|1[0-2]", text) else None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell in range(1, 13):
        return int(cell)
    return None


def _position(letters: str) -> int:
    return sum((ord(one) - 64) * int(26**at) for at, one in enumerate(reversed(letters))) - 1
