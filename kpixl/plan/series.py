"""Turn a monthly sheet into each goal's figures by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.plan import schema
from kpixl.plan.cells import CellValue, cell_name
from kpixl.plan.findings import Findings, Severity
from kpixl.plan.headers import Table
from kpixl.plan.model import Goal, Series, definition_in
from kpixl.plan.month import Month
from kpixl.plan.monthcolumns import check_months, report_columns
from kpixl.plan.rows import NEVER_CALCULATED, is_total
from kpixl.plan.values import id_of, is_blank, number_of

CELLS_NAMED = 6

Cells = Sequence[CellValue]


@dataclass(frozen=True)
class GoalIds:
    """The IDs that figures may stand for: all of them in sheet order, and the definitions of those
    that are in %, be it for a time."""

    every: Tuple[str, ...]
    percent: Mapping[str, Sequence[Goal]] = field(default_factory=dict)


def read_series(table: Table, ids: GoalIds, findings: Findings) -> Dict[str, Series]:
    """Each goal's figures; goals without any are left out.

    A figure that cannot be read, or that stands in a month or row that is there twice, makes its
    month unavailable.
    """
    if not check_months(table, ids.every, findings) or "id" not in table.columns:
        return {}
    reading = _Reading(table, ids, findings)
    known = frozenset(ids.every)
    for number, cells in table.data_rows():
        goal_id = reading.goal_of(number, cells)
        if goal_id is None:
            continue
        if goal_id in known:
            reading.read(goal_id, number, cells)
        else:
            reading.read_stray(goal_id, number, cells)
    report_columns(table, ids.every, reading.strays, findings)
    return {
        goal_id: Series(values, frozenset(reading.unavailable[goal_id]), reading.rows[goal_id])
        for goal_id, values in reading.values.items()
        if values or reading.unavailable[goal_id]
    }


@dataclass
class _Reading:
    """What is gathered while the rows of one monthly sheet are read."""

    table: Table
    ids: GoalIds
    findings: Findings
    values: Dict[str, Dict[Month, float]] = field(default_factory=dict)
    unavailable: Dict[str, Set[Month]] = field(default_factory=dict)
    rows: Dict[str, int] = field(default_factory=dict)
    # Columns that hold figures but no month of their own: position -> goals with a figure there.
    strays: Dict[int, List[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        headers = self.table.month_headers
        self.columns: List[Tuple[int, Month]] = sorted(headers.months)
        self.month_at: Mapping[int, Month] = dict(headers.positions)
        self.width = max(self.month_at) + 1
        self.pick = _picker([position for position, _ in self.columns])
        self.id_position = self.table.columns["id"]
        self.uncached: Dict[int, List[int]] = {}
        for row, column in sorted(self.table.sheet.uncached):
            if column - 1 in self.month_at:
                self.uncached.setdefault(row, []).append(column - 1)

    def goal_of(self, number: int, cells: Cells) -> Optional[str]:
        """The row's ID, empty where blank, None where it cannot be read."""
        raw = cells[self.id_position] if self.id_position < len(cells) else None
        goal_id, fault = id_of(raw)
        if (number, self.id_position + 1) in self.table.sheet.uncached:
            fault = NEVER_CALCULATED
        if fault is None:
            return goal_id
        if self._filled(number, cells):
            self._report(fault, number, self.id_position, raw, ())
        return None

    def read(self, goal_id: str, number: int, cells: Cells) -> None:
        """Take over the figures of one row."""
        if len(cells) < self.width:
            cells = [*cells, *[None] * (self.width - len(cells))]
        figures: Dict[Month, float] = {}
        odd: List[Tuple[int, Month, CellValue]] = []
        for (position, month), cell in zip(self.columns, self.pick(cells)):
            if type(cell) is float or type(cell) is int:
                # Written so that "not a number" fails the comparison, too.
                if -schema.MAX_NUMBER <= cell <= schema.MAX_NUMBER:
                    figures[month] = float(cell)
                    continue
            elif cell is None:
                continue
            odd.append((position, month, cell))
        bad = self._read_odd(goal_id, number, odd, figures) if odd else set()
        if number in self.uncached:
            bad |= self._report_uncached(goal_id, number)
        bad |= self._note_strays(goal_id, cells)
        if goal_id in self.ids.percent:
            self._report_slips(goal_id, number, figures)
        self._keep(goal_id, number, figures, bad)

    def read_stray(self, goal_id: str, number: int, cells: Cells) -> None:
        """Report the figures of a row that belongs to no goal; totals are no figures."""
        if not self._filled(number, cells) or is_total(goal_id, cells):
            return
        if goal_id:
            raw = cells[self.id_position]
            self._report(
                "figures-unknown-goal", number, self.id_position, raw, (), Severity.WARNING
            )
            return
        where = min(
            [p for p in self.month_at if p < len(cells) and not is_blank(cells[p])]
            or self.uncached[number]
        )
        found = cells[where] if where < len(cells) else None
        self._report("figures-without-id", number, where, found, ())

    def _filled(self, number: int, cells: Cells) -> bool:
        return number in self.uncached or any(
            not is_blank(cells[position]) for position in self.month_at if position < len(cells)
        )

    def _read_odd(
        self,
        goal_id: str,
        number: int,
        odd: Sequence[Tuple[int, Month, CellValue]],
        figures: Dict[Month, float],
    ) -> Set[Month]:
        """Read the cells that hold no plain number; the months of those that cannot be read."""
        bad: Set[Month] = set()
        for position, month, cell in odd:
            figure, fault = number_of(cell)
            if figure is not None:
                figures[month] = figure
            elif fault is not None:
                details = {"goal": goal_id, "month": str(month)}
                self._report(fault, number, position, cell, (goal_id,), details=details)
                bad.add(month)
        return bad

    def _report_uncached(self, goal_id: str, number: int) -> Set[Month]:
        positions = self.uncached[number]
        formula = self.table.sheet.formulas.get((number, positions[0] + 1))
        details = self._details(goal_id, number, positions)
        self._report(NEVER_CALCULATED, number, positions[0], formula, (goal_id,), details=details)
        return {self.month_at[position] for position in positions}

    def _report_slips(self, goal_id: str, number: int, figures: Mapping[Month, float]) -> None:
        definitions = self.ids.percent[goal_id]
        positions = [
            position
            for position, month in self.columns
            if abs(figures.get(month, 0.0)) > schema.PERCENT_SLIP
            and definition_in(definitions, month).is_percent
        ]
        if positions:
            found = figures[self.month_at[positions[0]]]
            details = self._details(goal_id, number, positions)
            self._report(
                "percent-slip", number, positions[0], found, (goal_id,), Severity.WARNING, details
            )

    def _note_strays(self, goal_id: str, cells: Cells) -> Set[Month]:
        """Note figures in columns that say no month, or a month that has another column, too."""
        headers = self.table.month_headers
        bad: Set[Month] = set()
        for position in headers.blank:
            if position < len(cells) and type(cells[position]) in (int, float):
                self.strays.setdefault(position, []).append(goal_id)
        for position in headers.unclear:
            if position < len(cells) and not is_blank(cells[position]):
                self.strays.setdefault(position, []).append(goal_id)
        for month, positions in headers.doubled:
            for position in positions:
                if not is_blank(cells[position]):
                    self.strays.setdefault(position, []).append(goal_id)
                    bad.add(month)
        return bad

    def _keep(
        self, goal_id: str, number: int, figures: Dict[Month, float], bad: Set[Month]
    ) -> None:
        if goal_id not in self.rows:
            self.rows[goal_id] = number
            self.values[goal_id] = figures
            self.unavailable[goal_id] = bad
            return
        first = cell_name(self.rows[goal_id], self.id_position + 1)
        self._report(
            "figures-double", number, self.id_position, goal_id, (goal_id,),
            details={"first": first},
        )  # fmt: skip
        values = self.values[goal_id]
        bad |= self.unavailable[goal_id] | (values.keys() & figures.keys())
        merged = {**values, **figures}
        self.values[goal_id] = {month: merged[month] for month in merged if month not in bad}
        self.unavailable[goal_id] = bad

    def _details(self, goal_id: str, number: int, positions: Sequence[int]) -> Dict[str, object]:
        names = [cell_name(number, position + 1) for position in positions[:CELLS_NAMED]]
        more = ["…"] if len(positions) > CELLS_NAMED else []
        return {
            "goal": goal_id,
            "month": str(self.month_at[positions[0]]),
            "cells": ", ".join(names + more),
        }

    def _report(
        self,
        code: str,
        number: int,
        position: int,
        found: object,
        goals: Sequence[str],
        severity: Severity = Severity.ERROR,
        details: Optional[Mapping[str, object]] = None,
    ) -> None:
        self.findings.cell(
            code, self.table.sheet, (number, position + 1), found, goals, (), severity,
            details or {},
        )  # fmt: skip


def _picker(positions: Sequence[int]) -> Callable[[Cells], Tuple[CellValue, ...]]:
    """A fast way to take the cells at ``positions`` out of a row."""
    if not positions:
        return lambda _cells: ()
    if len(positions) == 1:
        return lambda cells: (cells[positions[0]],)
    return itemgetter(*positions)
