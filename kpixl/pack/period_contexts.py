"""What the template of the page of quarters, halves and the year is given: documented, frozen, and
with every figure already in words."""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import Mark, Page


@dataclass(frozen=True)
class PeriodHead:
    """A period's group of columns: its ``label``, which says so where it is still running, and the
    ``months`` that its figures cover. ``whole`` heads the column of what the whole of it is to
    come to, the plan and (for the year) the landing; empty where it is over."""

    label: str
    months: str
    whole: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """How many columns the group has."""
        return 3 if self.whole else 2


@dataclass(frozen=True)
class PeriodCell:
    """One goal in one period. ``whole`` is what stands below the head of that name."""

    actual: str
    plan: str
    attainment: str
    mark: Mark
    good: bool | None
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class PeriodRow:
    """One goal with its ``cells``, one a period."""

    name: str
    level: str
    depth: int
    anchor: str
    unit: str
    cells: tuple[PeriodCell, ...]


@dataclass(frozen=True)
class PeriodChart:
    """A KGI's periods of one kind; ``width`` in pixels is its share of the line on paper."""

    drawing: Drawing
    width: float


@dataclass(frozen=True)
class PeriodsPage(Page):
    """The quarters, halves and the year that Settings ask for: ``charts`` of the KGIs, one line
    each, with a ``key`` to their signs, and every goal in tree order with one group of columns a
    period. ``widths`` are the columns' in pixels and ``width`` the table's; they stand ``close``
    where names are long; where figures are too long for them it is ``tight``, and the type ``size``
    points. ``page_turns`` are the rows that begin a page, from 0."""

    key: Drawing | None
    charts: tuple[tuple[PeriodChart, ...], ...]
    heads: tuple[PeriodHead, ...]
    widths: tuple[float, ...]
    width: float
    tight: bool
    size: float
    close: bool
    rows: tuple[PeriodRow, ...]
    notes: tuple[str, ...]
    page_turns: frozenset[int] = frozenset()
