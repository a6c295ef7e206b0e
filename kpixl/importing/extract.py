"""Take the figures out of a sheet of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kpixl.errors import Problem
from kpixl.importing.figures import Figure, Origin, SourceReading, Understood
from kpixl.importing.layout import Hints, Layout, find_layout, in_year_of, month_number
from kpixl.importing.numbers import (
    figure_of,
    has_decimal_comma,
    has_groups_of_three,
    scaled,
)
from kpixl.importing.rules import Rules
from kpixl.importing.terms import Match, Terms
from kpixl.importing.text_source import SourceProblem
from kpixl.plan.cells import CellValue, SheetRows, cell_name
from kpixl.plan.month import Month, fiscal_year
from kpixl.plan.monthcolumns import spans
from kpixl.plan.rows import NEVER_CALCULATED, is_total
from kpixl.plan.values import id_of, is_blank, month_of, shown, text_of

MOST_NEAREST = 200

CellNames = Callable[[int, int], str]
"""The name of the cell at a row and a column, both from 1."""


@dataclass(frozen=True)
class SourceSheet:
    """A sheet of a source: its cells, its place for people, and how a cell of it is named."""

    source: str
    kind: str
    rows: SheetRows
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    cell_of: CellNames = cell_name


def read_sheet(
    found: SourceSheet, rules: Rules, remembered: bool, terms: Terms, hints: Hints
) -> SourceReading:
    """Every figure of the sheet, and what cannot be used of it. Raises :class:`SourceProblem`
    where goals, months or figures cannot be told apart, or the decimal mark is not certain."""
    layout = find_layout(found.rows, found.source, rules, terms, hints)
    reader = _Reader(found, rules, terms, hints, layout)
    reader.check_decimals()
    figures = tuple(reader.figures())
    problems = (
        *reader.problems, *reader.unknown_problems(), *reader.unclear_problems(),
        *reader.total_problems(), *reader.month_problems(figures),
    )  # fmt: skip
    understood = Understood(
        source=found.source,
        kind=found.kind,
        shape=layout.shape,
        into=hints.into,
        sheet=found.sheet,
        encoding=found.encoding,
        delimiter=found.delimiter,
        header=layout.header,
        columns=reader.columns(),
        months=tuple(sorted({one.month for one in figures})),
        names=reader.names,
        fiscal_year=layout.placed_in,
        fixed_month=layout.fixed,
        remembered=remembered,
        figures=len(figures),
    )
    return SourceReading(understood, figures, problems)


@dataclass
class _Unknown:
    """A code that no goal has: as it is written, where first, and how many figures it has."""

    code: str
    cell: str
    count: int = 0
    mapped: str = ""


@dataclass
class _Reader:
    found: SourceSheet
    rules: Rules
    terms: Terms
    hints: Hints
    layout: Layout
    problems: list[Problem] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, _Unknown] = field(default_factory=dict)
    totals: dict[str, _Unknown] = field(default_factory=dict)

    def figures(self) -> Iterator[Figure]:
        """The figures, row by row."""
        for number, row in self._rows():
            values = self._values(number, row)
            filled = sum(not is_blank(cell) or uncached for _, _, cell, uncached in values)
            if not filled:
                continue
            goal = self._goal(number, row, filled)
            if goal is None:
                continue
            for place, month, cell, uncached in values:
                figure = self._figure(goal, (number, place), month, cell, uncached)
                if figure is not None:
                    yield figure

    def _rows(self) -> Iterator[tuple[int, list[CellValue]]]:
        for number, row in enumerate(self.found.rows.rows, start=1):
            if number > self.layout.header:
                yield number, list(row)

    def _values(
        self, number: int, row: list[CellValue]
    ) -> list[tuple[int, Month | None, CellValue, bool]]:
        """Position, month (None where it is still to be read), cell, and whether it was never
        calculated."""
        layout = self.layout
        places: list[tuple[int, Month | None]] = [*layout.months]
        if layout.shape == "long":
            places = [(layout.value, layout.fixed)]
        return [
            (place, month, row[place] if place < len(row) else None,
             (number, place + 1) in self.found.rows.uncached)
            for place, month in places
        ]  # fmt: skip

    def _goal(self, number: int, row: list[CellValue], count: int) -> str | None:
        place = self.layout.goal
        cell = row[place] if place < len(row) else None
        match = self.terms.match(cell, self.rules)
        if match.ignored:
            return None
        if match.goal is not None:
            if match.by == "name":
                self.names.setdefault(text_of(cell), self.terms.labels[match.goal])
            return match.goal
        self._note_unknown(number, row, cell, match, count)
        return None

    def _note_unknown(
        self, number: int, row: list[CellValue], cell: CellValue, match: Match, count: int
    ) -> None:
        code, fault = id_of(cell)
        at = (number, self.layout.goal)
        if match.by != "mapping" and is_total(code, row):
            self.totals.setdefault(code, _Unknown(_total(cell, row), self._cell(at))).count += count
            return
        if fault is not None or not code:
            self._report("import-without-id", at, cell)
            return
        entry = self.unknown.setdefault(code, _Unknown(shown(cell), self._cell(at)))
        entry.count += count
        entry.mapped = self.rules.ids[code] if match.by == "mapping" else ""

    def _figure(
        self, goal: str, at: tuple[int, int], month: Month | None, cell: CellValue, uncached: bool
    ) -> Figure | None:
        if uncached:
            self._report(
                NEVER_CALCULATED, at, self.found.rows.formulas.get((at[0], at[1] + 1)), goal
            )
            return None
        if is_blank(cell):
            return None
        read = figure_of(cell, self.rules.decimal)
        if read.fault is not None or read.value is None:
            self._report(read.fault or "import-number", at, cell, goal)
            return None
        if month is None:
            month = self._month(at[0], goal)
        if month is None:
            return None
        factor = self.rules.factors.get(goal, self.rules.factor or 1.0)
        value = read.value if read.percent else scaled(read.value, factor)
        # A factor says that somebody has thought about the scale of this goal.
        sure = read.percent or goal in self.rules.factors or factor == 0.01
        return Figure(goal, month, value, self._origin(at), self.hints.into, sure)

    # ---- Months of a long table -----------------------------------------------------------------

    def _month(self, number: int, goal: str) -> Month | None:
        layout = self.layout
        if layout.month is None:
            return layout.fixed
        row = self.found.rows.rows[number - 1]
        cell = row[layout.month] if layout.month < len(row) else None
        if layout.year is not None:
            year = row[layout.year] if layout.year < len(row) else None
            month = self._dated(year, cell)
        else:
            month = month_of(cell)[0]
            bare = month_number(cell) if isinstance(cell, str) else None
            if month is None and bare is not None and layout.placed_in is not None:
                month = in_year_of(self.hints, layout.placed_in, bare)
        if month is None:
            self._report("import-month", (number, layout.month), cell, goal)
        return month

    def _dated(self, year: CellValue, cell: CellValue) -> Month | None:
        """The month of a year and a month that stand in columns of their own."""
        whole = month_of(cell)[0]
        number = month_number(cell)
        if number is None:
            return whole
        digits = text_of(year).strip().removesuffix("年度").removesuffix("年")
        digits = digits.upper().removeprefix("FY").strip()
        if not digits.isdecimal() or len(digits) not in (2, 4):
            return None
        first = int(digits) + (2000 if len(digits) == 2 else 0)
        if not 1950 <= first <= 2199:
            return None
        start = self.hints.fiscal_start
        if self.layout.fiscal and start != 1:
            within = Month(first, start)
            return next(one for one in fiscal_year(within, start) if one.month == number)
        return Month(first, number)

    # ---- Checks ---------------------------------------------------------------------------------

    def check_decimals(self) -> None:
        """Raise where commas stand before decimals and nothing says so: "1,234" would otherwise
        silently become a thousand times as much."""
        if self.rules.decimal:
            return
        for number, row in self._rows():
            for place in self.layout.value_positions:
                cell = row[place] if place < len(row) else None
                goal = row[self.layout.goal] if self.layout.goal < len(row) else None
                comma = has_decimal_comma(cell)
                point = self.found.delimiter == ";" and has_groups_of_three(cell)
                known = self.terms.match(goal, self.rules).goal is not None
                if known and (comma or point):
                    raise SourceProblem(
                        "import-decimal", found=shown(cell), source=self.found.source,
                        cell=self._cell((number, place)), form="comma" if comma else "point",
                    )  # fmt: skip

    def unknown_problems(self) -> Iterator[Problem]:
        """The codes that no goal has, each once, with the ID that may be meant."""
        for number, (code, entry) in enumerate(self.unknown.items()):
            details: dict[str, object] = {"n": entry.count}
            if entry.mapped:
                yield self._problem(
                    "import-map-id", entry.cell, entry.code, {**details, "goal": entry.mapped}
                )
                continue
            # To look for the nearest takes long; a source of so many is about other things.
            near = self.terms.nearest(code) if number < MOST_NEAREST else ""
            if near:
                details |= {"form": "near", "near": near, "name": self.terms.name(id_of(near)[0])}
            yield self._problem("import-unknown-id", entry.cell, entry.code, details)

    def total_problems(self) -> Iterator[Problem]:
        """Rows called a total: right to leave out as a rule, but not without a word, for a goal
        may be called so in the source."""
        for code, entry in self.totals.items():
            details = {"n": entry.count, **({} if code else {"form": "unnamed"})}
            yield self._problem("import-total", entry.cell, entry.code, details, warning=True)

    def month_problems(self, figures: Sequence[Figure]) -> Iterator[Problem]:
        """The month of the command line, where the source says others by itself."""
        given, layout = self.hints.given, self.layout
        if given is None or layout.fixed is not None or layout.placed_in is not None:
            return
        months = {one.month for one in figures}
        if months - {given}:
            details = {"months": spans(tuple(sorted(months)))}
            yield self._problem("import-month-unused", "", str(given), details, warning=True)

    def unclear_problems(self) -> Iterator[Problem]:
        """Columns with figures whose headers do not say their month."""
        layout = self.layout
        for place in layout.unclear:
            if any(place < len(row) and not is_blank(row[place]) for _, row in self._rows()):
                header = self.found.rows.rows[layout.header - 1][place]
                cell = self._cell((layout.header, place))
                yield self._problem("import-month", cell, shown(header), {})

    def columns(self) -> dict[str, str]:
        """The headers of the columns that were used; a letter where there is no header."""
        layout = self.layout
        used = {"id": layout.goal}
        if layout.shape == "long":
            optional = {"year": layout.year, "month": layout.month}
            used |= {key: place for key, place in optional.items() if place is not None}
            used["value"] = layout.value
        return {key: self._header(place) for key, place in used.items()}

    def _header(self, place: int) -> str:
        if self.layout.header:
            row = self.found.rows.rows[self.layout.header - 1]
            text = text_of(row[place]) if place < len(row) else ""
            if text:
                return text
        return cell_name(1, place + 1).rstrip("1")

    def _cell(self, at: tuple[int, int]) -> str:
        return self.found.cell_of(at[0], at[1] + 1)

    def _origin(self, at: tuple[int, int]) -> Origin:
        return Origin(self.found.source, self.found.sheet, self._cell(at))

    def _report(self, code: str, at: tuple[int, int], found: object, goal: str = "") -> None:
        details = {"goal": self.terms.labels.get(goal, goal), "month": ""}
        self.problems.append(
            _touching(self._problem(code, self._cell(at), shown(found), details), goal)
        )

    def _problem(
        self, code: str, cell: str, found: str, details: Mapping[str, object], warning: bool = False
    ) -> Problem:
        place = Origin(self.found.source, self.found.sheet).place
        return Problem(code, place, cell, found, details, warning=warning)


def _total(cell: CellValue, row: Sequence[CellValue]) -> str:
    """What a total is called: in place of an ID, else beside it."""
    return text_of(cell) or next(text_of(cell) for cell in row if is_total("", (cell,)))


def _touching(problem: Problem, goal: str) -> Problem:
    """``problem``, which touches ``goal`` where there is one."""
    if not goal:
        return problem
    return Problem(
        problem.code, problem.sheet, problem.cell, problem.found, problem.details, (goal,)
    )
