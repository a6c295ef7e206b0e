"""Turn plans before their revision into dashed ticks and steps beside the plan in force, and name
them where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from kpixl.pack.canvas import Dot, Line, Rect, Shape, Text
from kpixl.pack.chart_figures import Look, MonthsFigures
from kpixl.pack.chart_grid import LABEL_ROW, Axis, Grid
from kpixl.pack.chart_parts import ORIGINAL_DASH, Box, centred, known, text_box
from kpixl.words import word

FARTHEST = 20.0  # from where a name would stand beside its tick
APART = 3.0


def original_ticks(
    figures: MonthsFigures, grid: Grid, axis: Axis, left: float, width: float, look: Look
) -> list[Shape]:
    """A dashed tick in each month whose plan was another, across the plan's column, which stands
    at ``left`` of its cell; on clear ground, so that it shows on a solid column, too."""
    shapes: list[Shape] = []
    for index, month in enumerate(figures.months):
        original = known(month.original)
        if original is None:
            continue
        start = round(grid.left(index)) + left
        y = axis.y(original)
        shapes.append(Line(((start - 1, y), (start + width + 2, y)), look.palette.paper, 3))
        run = ((start - 1, y), (start + width + 2, y))
        shapes.append(Line(run, look.palette.grey, 1.2, ORIGINAL_DASH))
    return shapes


def original_name(
    figures: MonthsFigures, grid: Grid, axis: Axis, shapes: Sequence[Shape], look: Look
) -> list[Shape]:
    """The name of the ticks or steps where it has room nearest to one of them, the latest first;
    nothing where there is no room, which leaves it to the key."""
    taken = [box for shape in shapes for box in _areas(shape)]
    text = word("chart.original", figures.language)
    bounds = (axis.top - 2 * look.small, axis.bottom + LABEL_ROW)
    found = [
        placed
        for index in reversed(range(len(figures.months)))
        if (original := known(figures.months[index].original)) is not None
        for placed in _beside(text, grid.centre(index), axis.y(original), grid, look, taken)
        if bounds[0] <= placed.text.y - look.small and placed.text.y <= bounds[1]
    ]
    return [min(found, key=lambda placed: placed.away).text] if found else []


class _Placed(NamedTuple):
    """A label and how far it stands away from its tick."""

    away: float
    text: Text


def _beside(
    text: str, x: float, tick: float, grid: Grid, look: Look, taken: Sequence[Box]
) -> list[_Placed]:
    """The label above its tick and below it, as far away as it takes, unless that is too far."""
    fill, size = look.palette.grey, look.small
    above = centred(text, x, tick - APART, size, 400, fill, grid.width)
    below = above._replace(y=tick + APART + size * 0.75)
    found = []
    for start, upward in ((above, True), (below, False)):
        label = start
        while abs(label.y - start.y) <= FARTHEST:
            box = text_box(label)
            met = [other for other in taken if box.meets(other)]
            if not met:
                found.append(_Placed(round(abs(label.y - start.y), 3), label))
                break
            # Clear of all that it met, in type of any size: each turn moves on.
            if upward:
                label = label._replace(y=min(other.top for other in met) - size * 0.2 - 1)
            else:
                label = label._replace(y=max(other.bottom for other in met) + size * 0.78 + 1)
    return found


def _areas(shape: Shape) -> list[Box]:
    """What a label must not stand on."""
    if isinstance(shape, Text):
        return [text_box(shape)]
    if isinstance(shape, Rect):
        return [Box(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)]
    if isinstance(shape, Dot):
        x, y, radius = shape.x, shape.y, shape.radius
        return [Box(x - radius, y - radius, x + radius, y + radius)]
    if isinstance(shape, Line):
        return [
            Box(min(one[0], other[0]), min(one[1], other[1]) - 0.5,
                max(one[0], other[0]), max(one[1], other[1]) + 0.5)
            for one, other in pairwise(shape.points)
        ]  # fmt: skip
    return []
