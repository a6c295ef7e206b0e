"""Turn one goal into its box of the goal tree: roomy, compact, or a single line."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Sequence

from kpixl.pack.canvas import Rect, Shape, Text
from kpixl.pack.chart_figures import Look, TreeNode
from kpixl.pack.chart_parts import BOLD, gap_colour, status_colour, status_shapes
from kpixl.pack.chart_rows import spark_shapes
from kpixl.pack.text_width import text_width, wrap
from kpixl.words import say, word

MARK = 9.0
PAD = 8.0
INSET = 12.0  # left of the texts: the status edge and white space
SPARK = 58.0


class Density(Enum):
    """How much room a box takes."""

    ROOMY = "roomy"
    COMPACT = "compact"
    DENSE = "dense"


class Piece(NamedTuple):
    """A text of one style inside a box."""

    text: str
    size: float
    weight: int
    fill: str


class Box(NamedTuple):
    """A box's shapes relative to its upper left corner, and its height."""

    shapes: tuple[Shape, ...]
    height: float


def flow(
    pieces: Sequence[Piece], x: float, y: float, width: float, leading: float, gap: float = 7.0
) -> tuple[list[Shape], float]:
    """The pieces one after the other from ``x``; what does not fit begins a new line. ``y`` is the
    top; returns the texts and where they end. Nothing is cut."""
    shapes: list[Shape] = []
    across, lines = 0.0, 0
    for piece in pieces:
        for row, line in enumerate(wrap(piece.text, width, piece.size, piece.weight)):
            needed = text_width(line, piece.size, piece.weight)
            if lines == 0 or row or across + needed > width:
                across, lines = 0.0, lines + 1
            baseline = y + (lines - 1) * leading + leading * 0.76
            shapes.append(Text(x + across, baseline, line, piece.size, piece.weight, piece.fill))
            across += needed + gap
    return shapes, y + lines * leading


def box(
    node: TreeNode, hidden: int, density: Density, width: float, language: str, look: Look
) -> Box:
    """The box of ``node``; ``hidden`` goals below it stand on a page of their own."""
    draw = {Density.ROOMY: _roomy, Density.COMPACT: _compact, Density.DENSE: _dense}[density]
    shapes, y = draw(node, width, language, look)
    if hidden:
        note = (
            word("chart.tree.more.one", language)
            if hidden == 1
            else say("chart.tree.more", language, count=hidden)
        )
        piece = Piece(note, look.small, 400, look.palette.grey)
        more, y = flow([piece], INSET, y, width - INSET - PAD, round(look.small * 1.35))
        shapes += more
    height = round(y + (2 if density is Density.DENSE else 5))
    return Box((*_frame(node, width, height, look), *shapes), height)


def _frame(node: TreeNode, width: float, height: float, look: Look) -> list[Shape]:
    palette = look.palette
    edge = {"green": palette.good, "amber": palette.amber, "red": palette.bad}
    return [
        Rect(0.5, 0.5, width - 1, height - 1, palette.paper, palette.prior, 1),
        Rect(0, 0, 4, height, edge.get(node.status.value, palette.prior)),
    ]


def _status(node: TreeNode, language: str) -> str:
    return word(f"status.{node.status.value}", language)


def _figures(node: TreeNode, language: str, look: Look, large: bool) -> list[Piece]:
    """Actual, plan and gap, as far as there are any."""
    palette = look.palette
    pieces = []
    if node.actual:
        size = look.title if large else look.normal
        pieces.append(Piece(node.actual, size, BOLD if large else 400, palette.ink))
    if node.plan:
        plan = say("chart.tree.plan", language, plan=node.plan)
        pieces.append(Piece(plan, look.small, 400, palette.grey))
    if node.gap and large:
        pieces.append(
            Piece(node.gap, look.normal, BOLD, gap_colour(node.good, node.status, look.palette))
        )
    return pieces


def _roomy(node: TreeNode, width: float, language: str, look: Look) -> tuple[list[Shape], float]:
    """Status and ID, name, figures, each on lines of its own, the trend at the right."""
    palette = look.palette
    inner = width - INSET - PAD
    shapes = status_shapes(node.status, INSET, 7, MARK, palette)
    small = round(look.small * 1.35)
    state = Piece(_status(node, language), look.small, BOLD, status_colour(node.status, palette))
    whose = Piece(f"{node.level} {node.label}".strip(), look.small, 400, palette.grey)
    first, y = flow([state, whose], INSET + MARK + 4, 6, inner - MARK - 4, small)
    shapes += first
    name = Piece(node.name, look.normal, BOLD, palette.ink)
    second, y = flow([name], INSET, y + 2, inner, round(look.normal * 1.35))
    shapes += second
    room = SPARK + 6 if node.spark else 0.0
    figures = _figures(node, language, look, True)
    third, end = flow(figures, INSET, y + 1, inner - room, round(look.title * 1.35))
    shapes += third
    end = max(end, y + 1 + (18 if node.spark else 0))
    if node.spark:
        area = (width - PAD - SPARK, end - 18, SPARK, 18.0)
        shapes += spark_shapes(node.spark, (), node.status, area, look)
    return shapes, end


def _compact(node: TreeNode, width: float, language: str, look: Look) -> tuple[list[Shape], float]:
    """Name and gap on the first line, status, ID and figures on the second."""
    palette = look.palette
    inner = width - INSET - PAD
    leading = round(look.normal * 1.3)
    shapes = status_shapes(node.status, INSET, 5, MARK, palette)
    beside = text_width(node.gap, look.normal, BOLD)
    beside = beside if beside < inner * 0.4 else 0.0
    name = Piece(node.name, look.normal, BOLD, palette.ink)
    start = INSET + MARK + 4
    first, y = flow([name], start, 4, inner - MARK - 4 - (beside + 8 if beside else 0), leading)
    shapes += first
    colour = gap_colour(node.good, node.status, look.palette)
    if beside:
        baseline = 4 + leading * 0.76
        shapes.append(Text(width - PAD, baseline, node.gap, look.normal, BOLD, colour, "end"))
    pieces = [
        Piece(_status(node, language), look.small, BOLD, status_colour(node.status, palette)),
        Piece(node.label, look.small, 400, palette.grey),
        *(piece._replace(size=look.small) for piece in _figures(node, language, look, False)),
    ]
    if node.gap and not beside:
        pieces.append(Piece(node.gap, look.small, BOLD, colour))
    room = SPARK + 6 if node.spark else 0.0
    second, end = flow(pieces, start, y + 1, inner - MARK - 4 - room, round(look.small * 1.35))
    shapes += second
    if node.spark:
        area = (width - PAD - SPARK, end - 13, SPARK, 13.0)
        shapes += spark_shapes(node.spark, (), node.status, area, look)
    return shapes, end


# The columns of a dense box from the right, as shares of its width; the name has what is left.
_DENSE = {"gap": 0.11, "plan": 0.17, "actual": 0.15, "spark": 0.1, "state": 0.1}


def _dense(node: TreeNode, width: float, language: str, look: Look) -> tuple[list[Shape], float]:
    """Everything on one line in columns that all dense boxes share."""
    palette, size = look.palette, look.small
    leading = round(size * 1.3)
    plan = say("chart.tree.plan", language, plan=node.plan) if node.plan else ""
    cells: list[tuple[str, str, int, str]] = [
        ("gap", node.gap, BOLD, gap_colour(node.good, node.status, look.palette)),
        ("plan", plan, 400, palette.grey),
        ("actual", node.actual, 400, palette.ink),
    ]
    shapes = status_shapes(node.status, INSET, 3, MARK, palette)
    right, bottom = width - PAD, 3.0 + leading
    for column, text, weight, fill in cells:
        for row, line in enumerate(wrap(text, width * _DENSE[column] - 6, size, weight)):
            baseline = 3 + row * leading + leading * 0.78
            shapes.append(Text(right, baseline, line, size, weight, fill, "end"))
            bottom = max(bottom, 3 + (row + 1) * leading)
        right -= width * _DENSE[column]
    if node.spark:
        trend = width * _DENSE["spark"] - 4
        shapes += spark_shapes(node.spark, (), node.status, (right - trend, 2, trend, 12), look)
    right -= width * (_DENSE["spark"] + _DENSE["state"])
    state = Piece(_status(node, language), size, BOLD, status_colour(node.status, palette))
    texts, lower = flow([state], right + 4, 3, width * _DENSE["state"] - 8, leading)
    words = [
        Piece(node.name, size, BOLD, palette.ink),
        Piece(node.label, size, 400, palette.grey),
    ]
    start = INSET + MARK + 4
    named, end = flow(words, start, 3, right - start - 4, leading, 5)
    return shapes + texts + named, max(bottom, lower, end)
