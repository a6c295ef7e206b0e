"""Keep account of every figure of the old book: taken over, checked, or left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from kpixl.adopting.known import Measure
from kpixl.adopting.notes import Cell, Checked, Left
from kpixl.plan.month import Month
from kpixl.workbook.appearance import area_name

NO_DETAILS: Mapping[str, object] = {}
_LONGEST_SHOWN = 60

Said = TypeVar("Said")


@dataclass(frozen=True)
class Taken:
    """What a cell became: the figure of a subject for a month."""

    subject: int
    measure: Measure
    month: Month


@dataclass(frozen=True)
class _Why:
    reason: str
    details: tuple[tuple[str, object], ...] = ()


@dataclass
class Account:
    """What has become of each cell; the first word on a cell counts. Filled step by step while a
    book is gone through, and then only read."""

    taken: dict[Cell, Taken] = field(default_factory=dict)
    checked: dict[Cell, str] = field(default_factory=dict)
    left: dict[Cell, _Why] = field(default_factory=dict)
    shown: dict[Cell, str] = field(default_factory=dict)

    def knows(self, cell: Cell) -> bool:
        """Whether something has been said of a cell."""
        return cell in self.taken or cell in self.checked or cell in self.left

    def take(self, cell: Cell, subject: int, measure: Measure, month: Month) -> None:
        """The cell's figure is taken over."""
        if not self.knows(cell):
            self.taken[cell] = Taken(subject, measure, month)

    def check(self, cell: Cell, kind: str) -> None:
        """The cell's figure follows from others, and is right."""
        if not self.knows(cell):
            self.checked[cell] = kind

    def leave(
        self, cell: Cell, shown: str, reason: str, details: Mapping[str, object] = NO_DETAILS
    ) -> None:
        """The cell is not understood."""
        if not self.knows(cell):
            self.left[cell] = _Why(reason, tuple(details.items()))
            self.shown[cell] = shown

    def all_checked(self) -> tuple[Checked, ...]:
        """The checked cells as areas, in sheet order."""
        return tuple(
            Checked(sheet, area_name(area), kind, count)
            for sheet, area, kind, count in _areas(self.checked)
        )

    def all_left(self) -> tuple[Left, ...]:
        """The cells that were left as areas, in sheet order, with what stands in the first."""
        found = []
        for sheet, area, why, count in _areas(self.left):
            shown = self.shown.get((sheet, area[0], area[1]), "")
            if len(shown) > _LONGEST_SHOWN:
                shown = shown[: _LONGEST_SHOWN - 1] + "…"
            found.append(Left(sheet, area_name(area), shown, why.reason, count, dict(why.details)))
        return tuple(found)


_Area = tuple[int, int, int, int]


def _areas(cells: Mapping[Cell, Said]) -> Iterable[tuple[str, _Area, Said, int]]:
    """Cells of which the same is said, joined to rectangles: along rows, then down."""
    sheets: dict[str, dict[tuple[int, int], Said]] = {}
    for (sheet, row, column), why in cells.items():
        sheets.setdefault(sheet, {})[row, column] = why
    for sheet, places in sheets.items():
        runs: list[tuple[int, int, int, Said]] = []
        for row, column in sorted(places):
            why = places[row, column]
            if runs and runs[-1][0] == row and runs[-1][2] == column - 1 and runs[-1][3] == why:
                runs[-1] = (row, runs[-1][1], column, why)
            else:
                runs.append((row, column, column, why))
        yield from _blocks(sheet, runs)


def _blocks(
    sheet: str, runs: Iterable[tuple[int, int, int, Said]]
) -> Iterable[tuple[str, _Area, Said, int]]:
    """Runs that stand right under each other as one block each."""
    open_blocks: dict[tuple[int, int], tuple[_Area, Said]] = {}
    found: list[tuple[_Area, Said]] = []
    for row, left, right, why in runs:
        above = open_blocks.get((left, right))
        if above is not None and above[0][2] == row - 1 and above[1] == why:
            open_blocks[left, right] = ((above[0][0], left, row, right), why)
            continue
        if above is not None:
            found.append(above)
        open_blocks[left, right] = ((row, left, row, right), why)
    found.extend(open_blocks.values())
    for area, why in sorted(found, key=lambda entry: entry[0]):
        yield sheet, area, why, (area[2] - area[0] + 1) * (area[3] - area[1] + 1)
