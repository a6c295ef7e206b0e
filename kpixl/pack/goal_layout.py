"""Turn a goal page's charts and texts into pages: so many charts across, so high, so many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kpixl.pack.contexts import ChartCell
from kpixl.pack.pagination import page_starts
from kpixl.pack.paper import BODY_WIDTH, COLUMN, GUTTER

ROW_GAP = 9.5
CHART_HEIGHTS = (168.0, 154.0, 140.0, 128.0)
"""Charts get lower where the text below them would otherwise run on to a page of its own."""
TALL = (232.0, 216.0, 200.0, 184.0)
"""Charts get higher where the page has the room for it."""
TALLER = (270.0, 250.0)
NEARLY = 1.04
"""What text needs is estimated on the large side: a little too long most likely fits."""
LONG_TEXT = 0.6
"""Text that takes more of a page than this gets pages of its own, in columns that flow."""
BEGINS_BELOW = 0.5
"""Such text begins below charts that take no more of their page than this."""


@dataclass(frozen=True)
class Grid:
    """So many charts across, of one width; ``heights`` are tried from the first to the last."""

    across: int
    width: float
    heights: tuple[float, ...]


THREE = Grid(3, float(int(COLUMN)), (*TALL, *CHART_HEIGHTS))
TWO = Grid(2, float(int((BODY_WIDTH - GUTTER) / 2)), (*TALLER, *TALL, *CHART_HEIGHTS))
ONE = Grid(1, float(int(2 * COLUMN + GUTTER)), (*TALLER, *TALL, *CHART_HEIGHTS))


@dataclass(frozen=True)
class GoalLayout:
    """The charts of each page in its grid; the text stands on the last one, from which it ``flows``
    on where it is long."""

    grid: Grid
    pages: tuple[tuple[ChartCell, ...], ...]
    flows: bool = False


def grid_of(count: int) -> Grid:
    """The grid of ``count`` charts: few of them are wide, two and four stand in two columns."""
    return {0: THREE, 1: ONE, 2: TWO, 4: TWO}.get(count, THREE)


class Charts(Protocol):
    """The charts of a goal's page in the width of its grid."""

    def heights(self, height: float) -> list[tuple[float, bool]]:
        """How high each would be for a ``height``, and whether it grows with it."""

    def drawn(self, height: float) -> Sequence[ChartCell]:
        """All of them, as high as asked."""


def laid_out(charts: Charts, grid: Grid, rooms: tuple[float, float], text: float) -> GoalLayout:
    """The ``charts`` on as few pages as hold them and the ``text`` below, as high as those pages
    allow. ``rooms`` are the first page's and any other's."""
    flows = text > LONG_TEXT * rooms[1]
    below = 0.0 if flows else text
    lowest = grid.heights[-1]
    low = charts.heights(lowest)

    def begun(height: float, needed: float) -> tuple[int, ...]:
        heights = [one + (height - lowest) if grows else one for one, grows in low]
        return _starts(_row_heights(heights, grid), rooms, needed)

    rows = begun(lowest, below / NEARLY)
    fitting = (height for height in grid.heights if len(begun(height, below)) == len(rows))
    height = next(fitting, lowest)
    if height != lowest:
        rows = begun(height, below)
    drawn = charts.drawn(height)
    starts = [n * grid.across for n in rows]
    pages = [
        tuple(drawn[start:end])
        for start, end in zip([0, *starts], [*starts, len(drawn)], strict=True)
    ]
    taken = sum(_row_heights([cell.drawing.height for cell in pages[-1]], grid))
    if flows and taken > BEGINS_BELOW * rooms[1]:
        pages.append(())
    return GoalLayout(grid, tuple(pages), flows)


def _row_heights(heights: Sequence[float], grid: Grid) -> list[float]:
    """Of each row of charts of these heights."""
    return [
        ROW_GAP + max(heights[n : n + grid.across]) for n in range(0, len(heights), grid.across)
    ]


def _starts(rows: Sequence[float], rooms: tuple[float, float], text: float) -> tuple[int, ...]:
    """The rows that begin a page; the last page may have none, but the text."""
    heights = [*rows, text] if text and rows else rows
    return page_starts(heights, *rooms)
