"""Turn a summary's texts into how much of them its one page holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from kpixl.pack.contexts import Block, Line, Remark, Tile
from kpixl.pack.notice import NO_NOTICE, Notice
from kpixl.pack.paper import (
    BODY_HEIGHT,
    BODY_WIDTH,
    line_count,
    lines_taken,
    title_height,
)
from kpixl.pack.text_width import text_width

TALLY = 52.0
HEAD_WIDTH, TILE_WIDTH, LIST_WIDTH = 536.0, 195.0, 234.0
SHORTEST_TILE = 78.0
PIECE_GAP = 3.0
MORE = 18.0  # "and 3 more"
BETWEEN = 11.0  # two lists in one column
# Tried from left to right: short lists first, then a lower chart, then fewer tiles.
LENGTHS, CHARTS, TILES = (5, 4, 3), (214.0, 180.0, 140.0), (8, 6, 4, 2)
LISTED = (20, 16, 13, 10)
"""So many goals, where there are more of them than tiles, stand in a table of one line each."""
LISTED_NAME = 168.0
MOST_REMARK_LINES = 4
MOST_NOTICE_LINES = 2
NOTICE_WIDTH = 1000.0
AT_PAGE = "(page 99)"
CLOSE = 0.985
"""How much of its width a text takes for sure, where its lines are broken as on the page."""


class Room(NamedTuple):
    """What fits: lines of each column, height of the chart (0: none), number of tiles, which are
    ``listed`` in a table where they are many. Where it is not ``enough``, even the least of all is
    more than the page holds."""

    lines: int
    chart: float
    tiles: int
    enough: bool = True
    listed: bool = False


def remarks_fit(remarks: Sequence[Remark]) -> bool:
    """Whether the comments on the headline goals are short enough for the summary."""
    return _remark_lines(remarks) <= MOST_REMARK_LINES


def notice_fits(notice: Notice) -> bool:
    """Whether what an edition corrects is short enough for the summary."""
    return _notice_lines(notice) <= MOST_NOTICE_LINES


def _notice_lines(notice: Notice) -> int:
    if not notice.text:
        return 0
    return line_count(f"{notice.text} {AT_PAGE}", NOTICE_WIDTH, 10.7)


def _remark_lines(remarks: Sequence[Remark]) -> int:
    texts = [f"{entry.goal} {entry.text} {entry.author}" for entry in remarks]
    return sum(lines_taken(text, BODY_WIDTH * CLOSE, 10) for text in texts)


def room(
    sentences: Sequence[str],
    remarks: Sequence[Remark],
    heads: Sequence[Tile],
    tiles: Sequence[Tile],
    columns: Sequence[Sequence[Block]],
    language: str,
    notice: Notice = NO_NOTICE,
) -> Room:
    """The most that fits on one page; the first of ``sentences`` is its title."""
    fixed = title_height(sentences[0]) + TALLY + 14
    fixed += _notice_lines(notice) * 15 + (3 if notice.text else 0)
    fixed += sum(_sentence_height(text, language) for text in sentences[1:])
    fixed += _remark_lines(remarks) * 14 + (8 if remarks else 0)
    listed = LISTED if len(tiles) > TILES[0] else ()
    shown = [*((n, True) for n in listed), *((n, False) for n in TILES)]
    for lengths, charts in ((LENGTHS, CHARTS), ((2, 1), CHARTS), ((2, 1), (0.0,))):
        for (count, table), chart, length in product(shown, charts, lengths):
            taken = _table_height if table else _tiles_height
            middle = max(_heads_height(heads, chart), taken(tiles[:count]))
            if fixed + middle + _lists_height(columns, length) <= BODY_HEIGHT:
                return Room(length, chart, count, listed=table)
    return Room(0, 0.0, TILES[-1], enough=False)


def _sentence_height(text: str, language: str) -> float:
    """The height of a leading sentence, whose lines are closer here than on other pages."""
    return lines_taken(text, BODY_WIDTH * CLOSE, 12) * (19.2 if language == "ja" else 17.4) + 3


def _heads_height(heads: Sequence[Tile], chart: float) -> float:
    return chart + 4 + sum(_head_height(head) for head in heads)


def _head_height(head: Tile) -> float:
    """Name, then the large figure and what stands beside it, in as many lines as that takes."""
    pairs = [*head.rows, ("", head.gap), ("", head.mark.word + "mm")]
    wide = text_width(head.value, 28, 700) + text_width(head.unit, 12, 600) + 18
    rows = line_count("x", HEAD_WIDTH, 1, beside=wide + _pairs_width(pairs))
    year = line_count("x", HEAD_WIDTH, 1, beside=_pairs_width(head.year))
    if head.spans:
        pairs = [(label, f"{value} {found.word} mm") for label, value, found in head.spans]
        year += line_count("x", HEAD_WIDTH, 1, beside=_pairs_width(pairs))
    return line_count(head.name, HEAD_WIDTH, 11.4, 600) * 16 + rows * 38 + year * 37 + 14


def _pairs_width(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(
        max(text_width(label, 10), text_width(value, 11.4, 600)) + 15 for label, value in pairs
    )


def _tiles_height(tiles: Sequence[Tile]) -> float:
    rows = [tiles[n : n + 2] for n in range(0, len(tiles), 2)]
    return 24 + sum(max(map(_tile_height, row)) + 10 for row in rows)


def _table_height(tiles: Sequence[Tile]) -> float:
    lines = [line_count(tile.name, LISTED_NAME, 10.7, 600) for tile in tiles]
    return 24 + 22 + sum(6.6 + 14.4 * max(1, count) for count in lines)


def _tile_height(tile: Tile) -> float:
    figures = text_width(tile.value, 17.4, 700) + text_width(tile.unit + tile.gap, 11, 700) + 12
    beside = text_width(tile.mark.word, 10) + 18
    height = line_count(tile.name, TILE_WIDTH, 10.7, 600, beside=beside) * 15.2
    height += 23 if figures <= TILE_WIDTH else 46
    return max(SHORTEST_TILE, height + sum(map(_foot_lines, tile.foot)) * 12.2 + 12)


def _foot_lines(line: Sequence[tuple[str, str]]) -> int:
    """The lines that one line of a tile's foot takes: a figure stays with its label where both
    fit on a line."""
    lines, left = 0, 0.0
    for piece in map(" ".join, line):
        wide = text_width(piece, 9.4) + PIECE_GAP
        if wide > left:
            lines, left = lines + line_count(piece, TILE_WIDTH, 9.4), TILE_WIDTH
        left -= wide
    return lines


def shared(column: Sequence[Block], length: int) -> tuple[int, ...]:
    """How many lines each list of a column shows of ``length`` in all: an equal share, what a short
    list leaves goes to the others; every list that has lines shows one, unless there is no room
    for any (``length`` is 0)."""
    shares = [min(1, length, len(block.lines)) for block in column]
    growing = True
    while growing and sum(shares) < length:
        growing = False
        for position, block in enumerate(column):
            if shares[position] < len(block.lines) and sum(shares) < length:
                shares[position] += 1
                growing = True
    return tuple(shares)


def _lists_height(columns: Sequence[Sequence[Block]], length: int) -> float:
    return max(
        sum(map(_block_height, column, shared(column, length))) + BETWEEN * (len(column) - 1)
        for column in columns
    )


def _block_height(block: Block, length: int) -> float:
    title = line_count(block.title, LIST_WIDTH, 11.3, 700) * 15 + 7
    if not block.lines:
        return title + _line_height(Line(block.empty))
    more = MORE if len(block.lines) > length else 0
    return title + sum(map(_line_height, block.lines[:length])) + more


def _line_height(line: Line) -> float:
    beside = text_width(line.figure, 10, 600) + (14 if line.mark is not None else 0)
    text = f"{line.tag} {line.text}".strip()
    lines = line_count(text, LIST_WIDTH, 10, beside=beside + 14)
    return lines * 13.6 + lines_taken(line.note, LIST_WIDTH * CLOSE, 9.4) * 12.7 + 5.4
