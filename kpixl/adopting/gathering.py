"""Gather the figures of all tables by what they are about, across rows, blocks and sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kpixl.adopting.known import BASE, NOTHING, Measure, Said, Total
from kpixl.adopting.notes import Cell, Certainty, Note
from kpixl.adopting.remarks import remarks_beside, remarks_of_months
from kpixl.adopting.rows import Item, Line, Lines, labels_of
from kpixl.adopting.subjects import Fact, Gathered, Odd, Remark, Slot, Subject, Timed
from kpixl.adopting.view import figure
from kpixl.errors import CellError
from kpixl.plan.month import Month
from kpixl.plan.values import plain, text_of


def gather(tables: Sequence[Timed]) -> Gathered:
    """Every figure of the tables, by subject."""
    return _Gatherer(tables).gathered()


@dataclass(frozen=True)
class _Entry:
    """What one table says of one item."""

    table: int
    tag: str
    item: Item
    cells: dict[Cell, tuple[Said | None, Month | None, Total | None]]


class _Gatherer:
    def __init__(self, tables: Sequence[Timed]) -> None:
        self._tables = tables
        self._entries: dict[tuple[int, tuple[str, ...]], _Entry] = {}
        self._facts: dict[Cell, Fact] = {}
        self._odd: list[Odd] = []
        self._notes: list[Note] = []
        self._slots: dict[Cell, Slot] = {}
        self._remarks: list[tuple[tuple[int, tuple[str, ...]] | None, Remark]] = []

    def gathered(self) -> Gathered:
        used = []
        for number, table in enumerate(self._tables):
            if self._read(number, table) and table.note is not None:
                used.append(table.note)
        groups = self._merged()
        subjects = self._subjects(groups)
        facts = []
        for cell, fact in self._facts.items():
            if cell in self._slots:
                facts.append(replace(fact, slot=self._slots[cell]))
        return Gathered(
            subjects, tuple(facts), self._slots, tuple(self._odd), (*used, *self._notes),
            self._placed_remarks(groups),
        )  # fmt: skip

    def _read(self, number: int, table: Timed) -> bool:
        """Take in a table; whether its title was needed to know what the figures are."""
        labels = labels_of(table.found)
        lines = Lines(table.found, labels)
        beside = [one for one in labels.of("note") if one not in table.found.remarks]
        needed = False
        for line in lines.read():
            self._remark(number, table, line, beside)
            if line.is_remarks:
                continue
            section = lines.section_said
            for column in table.found.columns:
                said = _together(line.said, column.heading.said)
                if said is None or said.measure is None:
                    title = section or table.said
                    needed |= section is None and title is not None
                    said = said.under(title) if said is not None else title
                self._cell(number, table, line, column.number, said)
        return needed

    def _cell(self, number: int, table: Timed, line: Line, column: int, said: Said | None) -> None:
        view = table.found.view
        value = view.value(line.number, column)
        cell: Cell = (view.name, *view.place(line.number, column))
        month, total = table.times.months.get(column), table.times.totals.get(column)
        formula = view.formula(line.number, column)
        if cell in self._facts:
            return
        amount = figure(value)
        reason = _why_odd(line, said, month, total, table.times.fault)
        if amount is not None and not reason:
            look = view.look(line.number, column).number_format
            if isinstance(value, str):
                look = "%" if "%" in plain(value) else ""
            slot = Slot(-1, None, False, month, total, number)
            self._facts[cell] = Fact(cell, slot, amount, formula, look, isinstance(value, str))
        elif amount is not None:
            about = table.times.fault_details if reason == table.times.fault else None
            self._odd.append(Odd(cell, text_of(value), reason, about or {}))
        elif value is not None and text_of(value) not in NOTHING:
            self._not_a_figure(cell, value, formula, said)
        elif formula is not None and not view.was_calculated(line.number, column):
            self._odd.append(Odd(cell, formula, "never-calculated"))
        if line.item is not None and not reason:
            key = (number, line.item.key)
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry(number, table.tag, line.item, {})
            entry.cells[cell] = (said, month, total)

    def _remark(self, number: int, table: Timed, line: Line, beside: Sequence[int]) -> None:
        key = (number, line.item.key) if line.item is not None else None
        found = [*remarks_of_months(table, line), *remarks_beside(table, line, beside)]
        self._remarks.extend((key, remark) for remark in found)

    def _placed_remarks(self, groups: Sequence[Sequence[_Entry]]) -> tuple[Remark, ...]:
        """The remarks with the subjects that they are about."""
        subjects = {
            (entry.table, entry.item.key): number
            for number, group in enumerate(groups)
            for entry in group
        }
        return tuple(
            replace(remark, subject=subjects.get(key, -1) if key is not None else -1)
            for key, remark in self._remarks
        )

    def _not_a_figure(
        self, cell: Cell, value: object, formula: str | None, said: Said | None
    ) -> None:
        is_base = said is not None and said.measure in BASE
        if isinstance(value, CellError):
            # A ratio without its figures yet shows an error; nothing is lost with it.
            if is_base and formula is None:
                self._odd.append(Odd(cell, str(value), "error"))
        elif value != "":
            self._odd.append(Odd(cell, text_of(value), "text"))

    def _merged(self) -> list[list[_Entry]]:
        by_key: dict[tuple[str, ...], list[list[_Entry]]] = {}
        order: list[list[_Entry]] = []
        for (_, key), entry in self._entries.items():
            groups = by_key.setdefault(key, [])
            home = next((group for group in groups if self._belongs(entry, group)), None)
            if home is not None:
                home.append(entry)
            else:
                groups.append([entry])
                order.append(groups[-1])
        return order

    def _belongs(self, entry: _Entry, group: Sequence[_Entry]) -> bool:
        """Whether an item of the same name is the same one: on the same kind of sheet, or with
        figures that either repeat or complete each other."""
        mine, theirs = self._base(entry), {}
        for other in group:
            theirs.update(self._base(other))
        common = mine.keys() & theirs.keys()
        if any(entry.tag == other.tag for other in group):
            is_other_block = all(self._block(entry) != self._block(other) for other in group)
            return not (is_other_block and any(mine[key] != theirs[key] for key in common))
        if common:
            enough = len(common) > 1 or any(map(self._is_linked, (entry, *group)))
            return enough and all(mine[key] == theirs[key] for key in common)
        apart = {measure for measure, _ in mine}.isdisjoint(measure for measure, _ in theirs)
        if apart and mine and theirs:
            self._notes.append(
                Note(
                    "item", entry.item.name, "item-merged", Certainty.ASSUMED,
                    sheet=entry.tag, details={"first": group[0].tag, "second": entry.tag},
                )
            )  # fmt: skip
            return True
        return False

    def _is_linked(self, entry: _Entry) -> bool:
        """Whether figures of it are fetched from other sheets."""
        facts = (self._facts.get(cell) for cell in entry.cells)
        return any(fact is not None and "!" in (fact.formula or "") for fact in facts)

    def _block(self, entry: _Entry) -> str:
        return self._tables[entry.table].block

    def _base(self, entry: _Entry) -> dict[tuple[Measure, Month], float]:
        found: dict[tuple[Measure, Month], float] = {}
        for cell, (said, month, _) in entry.cells.items():
            if said is None or said.measure not in BASE or said.cumulative or month is None:
                continue
            fact = self._facts.get(cell)
            if fact is not None and said.measure is not None:
                found.setdefault((said.measure, month), fact.value)
        return found

    def _apart_by(self, entry: _Entry, groups: Sequence[Sequence[_Entry]]) -> str:
        """What tells an item from others of its name: its sheet, or the block on its sheet."""
        tags = {group[0].tag for group in groups if group[0].item.key == entry.item.key}
        return entry.tag if len(tags) > 1 else self._block(entry) or entry.tag

    def _subjects(self, groups: Sequence[Sequence[_Entry]]) -> tuple[Subject, ...]:
        apart: dict[tuple[str, ...], int] = {}
        for group in groups:
            apart[group[0].item.key] = apart.get(group[0].item.key, 0) + 1
        by_sheet = {
            entry.table for group in groups if apart[group[0].item.key] > 1 for entry in group
        }
        found = []
        for number, group in enumerate(groups):
            first = group[0]
            item = first.item
            for entry in group:
                for cell, (said, month, total) in entry.cells.items():
                    measure = said.measure if said is not None else None
                    cumulative = said is not None and said.cumulative
                    slot = Slot(number, measure, cumulative, month, total, entry.table)
                    self._slots[cell] = slot
            view = self._tables[first.table].found.view
            named = self._apart_by(first, groups) if first.table in by_sheet else ""
            is_by_sheet = not item.department and bool(named)
            department = named if is_by_sheet else item.department
            found.append(
                Subject(
                    item.name, item.groups, department,
                    _first(entry.item.owner for entry in group),
                    _first(entry.item.unit for entry in group),
                    _first(self._tables[entry.table].unit for entry in group),
                    (view.name, *view.place(*item.at)), item.indent, item.outline, first.table,
                    is_by_sheet,
                )
            )  # fmt: skip
        return tuple(found)


def _together(row: Said | None, column: Said | None) -> Said | None:
    """What row and column say: an attainment in a row of actuals is an attainment."""
    if row is None or column is None:
        return row or column
    if column.measure not in (None, *BASE) and row.measure in BASE:
        return column.under(row)
    return row.under(column)


def _why_odd(
    line: Line, said: Said | None, month: Month | None, total: Total | None, fault: str
) -> str:
    if line.item is None:
        return "no-label"
    if month is None and (fault or total is None):
        return fault or "no-month"
    if said is None or said.measure is None:
        return "no-measure"
    return ""


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")
