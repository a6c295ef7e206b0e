"""Turn a workbook's cached results into a report: where they differ from what kpixl computes.

What cells show is compared twice: with what their formulas give, worked out anew from the input
cells, and, on the Scorecard and in Actions, with the review itself. So an old figure is found, and
one that somebody has typed over a formula.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import Dict, Iterator, List, Optional, Set, Tuple

from kpixl.errors import CellError, Problem
from kpixl.plan.cells import CellValue, cell_name
from kpixl.plan.model import Plan
from kpixl.plan.values import shown
from kpixl.review.figures import Review
from kpixl.words import LANGUAGES, word
from kpixl.workbook.calculator import Calculator, serial
from kpixl.workbook.operators import CannotCalculate, part_of
from kpixl.workbook.places import ArrayCell, Place
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.shown_figures import Shown, same, shown_figures
from kpixl.workbook.stored_cells import StoredCells, StoredSheet
from kpixl.workbook.tables_and_names import area_of

EFFORT = 4_000_000
"""Of a calculator: some seconds, for books of a hundred goals and for hostile ones alike."""

NO_FUNCTIONS = CellError("#NAME?")
STALE, NAMELESS, UNCALCULATED, TYPED, NOT_REVIEW = (
    "cell-stale", "cell-no-functions", "cell-never-calculated", "cell-typed-over",
    "cell-not-review",
)  # fmt: skip
_TOGETHER = (NAMELESS, UNCALCULATED)
"""Told once a sheet: where one cell is so, most are."""
_CAUSES = (TYPED, NOT_REVIEW)
"""Told first: what stands in such a cell makes others differ."""

EXAMPLES = 3
MOST_A_SHEET = 25
"""So many differing cells are told one by one."""


@dataclass(frozen=True)
class Difference:
    """A cell that does not show what it should; ``kind`` is the code of its sentence."""

    sheet: str
    row: int
    column: int
    kind: str
    shown: CellValue
    expected: CellValue


@dataclass(frozen=True)
class Unchecked:
    """How many cells could not be worked out for one ``reason``, where the first of them are, and
    what stood in the way (functions, names, sheets)."""

    reason: str
    count: int = 0
    cells: Tuple[str, ...] = ()
    found: Tuple[str, ...] = ()

    def and_one(self, cell: str, found: str) -> Unchecked:
        """One cell more."""
        new = (found,) if found and found not in self.found else ()
        return Unchecked(
            self.reason,
            self.count + 1,
            (*self.cells, cell)[:EXAMPLES],
            (*self.found, *new)[:EXAMPLES],
        )


@dataclass(frozen=True)
class CellReport:
    """How a workbook's cached results compare.

    ``unchecked`` are cells that could not be worked out, by reason; ``leaning`` counts those that
    were compared although some cell before them could not be, whose cached value was taken.
    ``unreadable`` are sheets beyond what may be read.
    """

    compared: int = 0
    leaning: int = 0
    differences: Tuple[Difference, ...] = ()
    unchecked: Tuple[Unchecked, ...] = ()
    unreadable: Tuple[str, ...] = ()

    @property
    def unchecked_cells(self) -> int:
        """How many cells could not be checked."""
        return sum(entry.count for entry in self.unchecked)

    @property
    def problems(self) -> Tuple[Problem, ...]:
        """Every finding, cells of a sheet together where there are very many."""
        sheets: Dict[str, List[Difference]] = {}
        for found in self.differences:
            sheets.setdefault(found.sheet, []).append(found)
        return tuple(
            problem for group in sheets.values() for problem in (*_each(group), *_joint(group))
        )


def check_cells(book: OpenBook, plan: Optional[Plan], review: Optional[Review]) -> CellReport:
    """The report on a workbook. ``plan`` and ``review`` are what its input cells give, or None
    where they give none: then formulas alone are worked out anew."""
    cells = StoredCells(book)
    check = _Check(cells)
    for sheet in cells.computed():
        check.formulas(sheet)
    if plan is not None and review is not None:
        check.figures(shown_figures(cells, plan, review))
    return check.report()


class _Recalculation(Calculator):
    """Formulas of a file. One that cannot be worked out keeps its cached value, and whoever leans
    on it is remembered."""

    def __init__(self, cells: StoredCells) -> None:
        super().__init__(cells, EFFORT)
        self._cells = cells
        self.given_up: Dict[Place, CannotCalculate] = {}
        self.leaning: Set[Place] = set()
        self._sizes: Dict[Place, float] = {}
        self._largest: Optional[float] = None

    def cell(self, place: Place) -> CellValue:
        value = super().cell(place)
        if self._open and (place in self.given_up or place in self.leaning):
            self.leaning.add(self._open[-1])
        if self._largest is not None and isinstance(value, (int, float)):
            self._largest = max(self._largest, abs(value))
        return value

    def largest(self, place: Place) -> float:
        """The largest number that the formula in a cell looks at."""
        content = self._cells.content(place)
        at = content.first if isinstance(content, ArrayCell) else place
        if at not in self._sizes:
            self._largest = 0.0
            with contextlib.suppress(CannotCalculate):
                self.anew(at)
            self._sizes[at], self._largest = self._largest, None
        return self._sizes[at]

    def beyond(self, place: Place, fault: CannotCalculate) -> CellValue:
        self.given_up[place] = fault
        self.leaning.discard(place)
        value = self._cells.sheet(place[0]).cached(*place[1:])
        return serial(value) if isinstance(value, date) else value


class _Check:
    """Compares cell by cell and counts."""

    def __init__(self, cells: StoredCells) -> None:
        self._cells = cells
        self._calculator = _Recalculation(cells)
        self._compared: Set[Place] = set()
        self._leaning = 0
        self._differences: Dict[Place, Difference] = {}
        self._unchecked: Dict[str, Unchecked] = {}

    def report(self) -> CellReport:
        return CellReport(
            len(self._compared),
            self._leaning,
            tuple(self._differences.values()),
            tuple(self._unchecked.values()),
            self._cells.unreadable,
        )

    def formulas(self, sheet: StoredSheet) -> None:
        """Compare every cell of a sheet that kpixl computes with what its formula gives."""
        for place in sorted(sheet.formulas):
            if not sheet.computes(place):
                continue
            ref = sheet.formulas.arrays.get(place)
            if ref is not None:
                self._array(sheet, place, ref)
                continue
            try:
                expected = self._expected((sheet.name, *place))
            except CannotCalculate as fault:
                self._give_up(sheet, place, fault)
                continue
            self._leaning += (sheet.name, *place) in self._calculator.leaning
            self._compare(sheet, place, expected)

    def _give_up(self, sheet: StoredSheet, place: Tuple[int, int], fault: CannotCalculate) -> None:
        known = self._unchecked.setdefault(fault.reason, Unchecked(fault.reason))
        where = f"{sheet.name}!{cell_name(*place)}"
        self._unchecked[fault.reason] = known.and_one(where, fault.found)

    def _expected(self, place: Place) -> CellValue:
        given_up = self._calculator.given_up
        try:
            value = self._calculator.value(place)
        except CannotCalculate as fault:
            # Not that its cached value is missing, too, but why that would have been needed.
            raise given_up.get(place, fault) from fault
        if place in given_up:
            raise given_up[place]
        return value

    def _array(self, sheet: StoredSheet, place: Tuple[int, int], ref: str) -> None:
        try:
            self._expected((sheet.name, *place))
            values = self._calculator.array((sheet.name, *place))
        except CannotCalculate as fault:
            self._give_up(sheet, place, fault)
            return
        area = area_of(ref) or (*place, *place)
        for row, column in _within(area, sheet):
            found = part_of(values, row - area[0], column - area[1])
            self._compare(sheet, (row, column), 0.0 if found is None else found)

    def _compare(self, sheet: StoredSheet, place: Tuple[int, int], expected: CellValue) -> None:
        try:
            held: CellValue = sheet.cached(*place)
        except CannotCalculate:
            self._note(sheet.name, place, UNCALCULATED, None, expected)
            return
        alike = same(held, expected) or same(held, expected, self._made_of(sheet.name, place))
        if not alike:
            kind = NAMELESS if held == NO_FUNCTIONS else STALE
            self._note(sheet.name, place, kind, held, expected)
        self._compared.add((sheet.name, *place))

    def _made_of(self, sheet: str, place: Tuple[int, int]) -> float:
        return self._calculator.largest((sheet, *place))

    def figures(self, figures: Iterator[Shown]) -> None:
        """Compare what cells show with what the review says."""
        for figure in figures:
            sheet = self._cells.sheet(figure.sheet)
            place = (figure.row, figure.column)
            if (figure.sheet, *place) in self._differences or place in sheet.uncached:
                continue
            self._compared.add((figure.sheet, *place))
            held = sheet.cached(*place)
            if not figure.agrees(held):
                kind = NOT_REVIEW if place in sheet.formulas else TYPED
                self._note(figure.sheet, place, kind, held, figure.expected)

    def _note(
        self, sheet: str, place: Tuple[int, int], kind: str, held: CellValue, expected: CellValue
    ) -> None:
        found = Difference(sheet, *place, kind, held, expected)
        self._differences[sheet, *place] = found


def _within(area: Tuple[int, int, int, int], sheet: StoredSheet) -> Iterator[Tuple[int, int]]:
    bottom, right = min(area[2], sheet.extent[0]), min(area[3], sheet.extent[1])
    for row in range(area[0], bottom + 1):
        for column in range(area[1], right + 1):
            yield row, column


def _each(group: List[Difference]) -> Iterator[Problem]:
    """The first cells of a sheet, one by one."""
    alone = [found for found in group if found.kind not in _TOGETHER]
    alone.sort(key=lambda found: found.kind not in _CAUSES)  # else in the order of the sheet
    for found in alone[:MOST_A_SHEET]:
        cell = cell_name(found.row, found.column)
        yield Problem(
            found.kind, found.sheet, cell, shown(found.shown), _texts(found), warning=True
        )
    if len(alone) > MOST_A_SHEET:
        rest = alone[MOST_A_SHEET:]
        yield _several("cells-more", rest)


def _joint(group: List[Difference]) -> Iterator[Problem]:
    """Cells of which there are very many, once."""
    for kind in _TOGETHER:
        alike = [found for found in group if found.kind == kind]
        if alike:
            yield _several(kind, alike)


def _several(code: str, alike: List[Difference]) -> Problem:
    first = alike[0]
    return Problem(
        code, first.sheet, cell_name(first.row, first.column), shown(first.shown),
        {"count": len(alike)}, warning=True,
    )  # fmt: skip


def _texts(found: Difference) -> Dict[str, object]:
    """What is shown and what is expected in words, in each language: numbers with as many digits
    as people look at, where those tell them apart."""
    values = {"shown": found.shown, "expected": found.expected}
    short = {name: _shortened(value) for name, value in values.items()}
    if short["shown"] != short["expected"]:
        values = short
    return {
        f"{name}_{language}": shown(value) or word("cell_check.blank", language)
        for name, value in values.items()
        for language in LANGUAGES
    }


def _shortened(value: CellValue) -> CellValue:
    return float(f"{value:.10g}") if isinstance(value, float) else value
