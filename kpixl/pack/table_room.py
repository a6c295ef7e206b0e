"""Turn the rows of a table that repeats its head into those that begin a new page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from kpixl.pack.pagination import page_starts
from kpixl.pack.paper import BODY_HEIGHT, BODY_WIDTH, lines_taken
from kpixl.pack.text_width import text_width

NOTE_SIZE = 9.4  # 7 pt
SURELY = 1.02
"""Heights are estimated on the large side: what is hardly too high for one page is left to it."""
SPARE = 8.0
"""Left free on pages that end where they are told to: a row too many would be alone on the next."""
STEP, MOST_STEPS = 11.4, 4  # px of indentation a level of the tree
WEIGHTS = {"kgi": 700, "csf": 600}


class Cell(NamedTuple):
    """A text in a column of some width, in a size and weight."""

    text: str
    width: float
    weight: int = 400
    size: float = 10.0


class RowKind(NamedTuple):
    """What a table's rows measure: the least height, a line's, and what is around the lines."""

    least: float
    line: float
    around: float


SCORES = RowKind(20.1, 12.5, 3.0)
PERIODS = RowKind(26.9, 12.5, 3.0)
YEARS = RowKind(18.7, 12.5, 1.6)
DEFINED = RowKind(19.8, 13.5, 6.4)
ACTIONS = RowKind(20.4, 13.6, 6.8)


def row_height(kind: RowKind, cells: Sequence[Cell], below: float = 0.0) -> float:
    """The height of a row: that of its highest cell, or of one line with small print ``below``."""
    lines = max(lines_taken(cell.text, cell.width, cell.size, cell.weight) for cell in cells)
    return max(kind.least, max(1, lines) * kind.line + kind.around, kind.line + kind.around + below)


def name_cell(name: str, level: str, depth: int, width: float, size: float = 1.0) -> Cell:
    """A goal's name, which stands further in with every level of the tree; ``size`` is that of its
    type as a share of the usual one."""
    return Cell(name, width - _inset(depth), WEIGHTS.get(level, 400), 10.0 * size)


def name_room(name: str, level: str, depth: int) -> float:
    """The width of a column in which a goal's name stands on one line."""
    return text_width(name, 10, WEIGHTS.get(level, 400)) + _inset(depth) + 1


def _inset(depth: int) -> float:
    return 3.1 + max(3.1, STEP * min(depth, MOST_STEPS))


def notes_height(notes: Sequence[str]) -> float:
    """The height of the small print below a table."""
    return lines_taken(" ".join(notes), BODY_WIDTH, NOTE_SIZE) * 13.2 + 8 if notes else 0.0


def page_turns(
    heights: Sequence[float],
    above: float,
    head: float,
    after: float = 0.0,
    groups: Collection[int] = (),
) -> frozenset[int]:
    """The rows that begin a page: none where the table fits on the first, which it shares with
    what stands ``above`` it. Each page has the ``head``; the last row's keeps ``after`` free."""
    first, room = BODY_HEIGHT - above - head, BODY_HEIGHT - head - SPARE
    whole = [*heights[:-1], heights[-1] + after] if heights else []
    if sum(whole) <= first * SURELY:
        return frozenset()
    return frozenset(page_starts(whole, first - SPARE, room, groups))
