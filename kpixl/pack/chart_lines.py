"""Turn a fiscal year into lines, for ratios and levels that columns from zero would flatten:
actual a line with dots, plan a dashed step, a plan before its revision a lighter one, prior year a
lighter line, outlook dotted."""

from __future__ import annotations

from itertools import pairwise
from typing import Optional, Sequence

from kpixl.pack.canvas import Dot, Line, Point, Rect, Shape, Text
from kpixl.pack.chart_columns import label_text
from kpixl.pack.chart_figures import Look, MonthsFigures
from kpixl.pack.chart_grid import LABEL_ROW, Axis, Grid, last_reported, shown
from kpixl.pack.chart_parts import (
    BOLD,
    ORIGINAL_DASH,
    Box,
    Labels,
    axis_break,
    centred,
    known,
    label_order,
    text_box,
)
from kpixl.pack.text_width import text_width

DOT = 2.2


def lines(
    figures: MonthsFigures, grid: Grid, axis: Axis, look: Look, every_label: bool = True
) -> list[Shape]:
    """The lines of all months with their labels (only the last month's without
    ``every_label``)."""
    palette = look.palette
    months = figures.months
    actual = _points([known(month.actual) for month in months], grid, axis)
    prior = _points([known(month.prior) for month in months], grid, axis)
    outlook = _points([_outlook(figures, index) for index in range(len(months))], grid, axis)
    steps = plan_steps([known(month.plan) for month in months], grid, axis)
    before = plan_steps([known(month.original) for month in months], grid, axis)
    shapes = _base(grid, axis, look)
    shapes += [Line(run, palette.prior, 1.5) for run in runs(prior) if len(run) > 1]
    shapes += [Dot(*run[0], 1.5, palette.prior) for run in runs(prior) if len(run) == 1]
    shapes += [Line(step, palette.grey, 0.9, ORIGINAL_DASH) for step in before]
    shapes += [Line(step, palette.actual, 0.9, (3, 2)) for step in steps]
    shapes += [Line(run, palette.actual, 1.2, (1.5, 1.5)) for run in runs(outlook) if len(run) > 1]
    actual_lines = [Line(run, palette.actual, 1.5) for run in runs(actual) if len(run) > 1]
    shapes += actual_lines
    rings = [
        point for index, point in enumerate(outlook) if point is not None and actual[index] is None
    ]
    shapes += [Dot(x, y, DOT - 0.2, palette.paper, palette.actual, 1) for x, y in rings]
    dots = [point for point in actual if point is not None]
    shapes += [Dot(x, y, DOT, palette.actual) for x, y in dots]
    drawn = [line.points for line in shapes if isinstance(line, Line) and line.stroke_width > 1]
    labels = _labels(
        figures, grid, axis, [*dots, *rings], drawn, [*steps, *before], look, every_label
    )
    return [*shapes, *_clearings(labels, figures, grid, look), *labels]


def _base(grid: Grid, axis: Axis, look: Look) -> list[Shape]:
    """The zero line; where zero is not on the axis, a broken rule below the figures."""
    right = grid.pitch * grid.count
    if axis.low <= 0 <= axis.high:
        zero = axis.y(0.0)
        return [Line(((0, zero), (right, zero)), look.palette.ink, 1)]
    floor = axis.bottom + LABEL_ROW
    rule = Line(((0, floor), (right, floor)), look.palette.rule, 1)
    return [rule, *axis_break(4, floor, look.palette, 2.5)]


def _clearings(
    labels: Sequence[Text], figures: MonthsFigures, grid: Grid, look: Look
) -> list[Shape]:
    """Clear ground under the labels, so that the dashes of the plan do not run through them."""
    clearings: list[Shape] = []
    for label in labels:
        box = text_box(label)
        inside = int(label.x / grid.pitch) == figures.review and figures.review >= 0
        fits = inside and len(figures.months) > 1 and box.right - box.left <= grid.pitch
        fill = look.palette.band if fits else look.palette.paper
        clearings.append(
            Rect(box.left - 1, box.top, box.right - box.left + 2, box.bottom - box.top, fill)
        )
    return clearings


def _outlook(figures: MonthsFigures, index: int) -> Optional[float]:
    """The outlook of a month without actual; the last actual before it, where the line starts."""
    months = figures.months
    actual = known(months[index].actual)
    if actual is None:
        return known(months[index].outlook)
    follows = index + 1 < len(months) and known(months[index + 1].actual) is None
    return actual if follows and known(months[index + 1].outlook) is not None else None


def _points(values: Sequence[Optional[float]], grid: Grid, axis: Axis) -> list[Optional[Point]]:
    return [
        None if value is None else (grid.centre(index), axis.y(value))
        for index, value in enumerate(values)
    ]


def runs(points: Sequence[Optional[Point]]) -> list[tuple[Point, ...]]:
    """The stretches of neighbouring points between the gaps."""
    found: list[tuple[Point, ...]] = []
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
        elif run:
            found.append(tuple(run))
            run = []
    return found


def plan_steps(plan: Sequence[Optional[float]], grid: Grid, axis: Axis) -> list[tuple[Point, ...]]:
    """The plan as a step line: level across each month, a riser where it changes."""
    steps: list[Optional[Point]] = []
    for index, value in enumerate(plan):
        if value is None:
            steps.append(None)
            continue
        y = axis.y(value)
        steps += [(grid.left(index), y), (grid.left(index + 1), y)]
    return runs(steps)


def _labels(
    figures: MonthsFigures,
    grid: Grid,
    axis: Axis,
    dots: Sequence[Point],
    drawn: Sequence[tuple[Point, ...]],
    faint: Sequence[tuple[Point, ...]],
    look: Look,
    every_label: bool,
) -> list[Text]:
    """Each figure above or below its dot, where it crosses least; the last month's always."""
    months = figures.months
    values = [shown(month) for month in months]
    last = last_reported(figures)
    vital, alternate, rest = label_order(last, values)
    order = [*vital, *alternate, *rest] if every_label else vital[:1]
    labels = Labels()
    obstacles = [Box(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in dots]
    for rank, index in enumerate(order):
        value = values[index]
        if value is None:
            continue
        written = figures.value(value)
        if index not in vital and text_width(written, look.small) > grid.pitch * 1.9:
            continue
        bold = index == figures.review
        best: Optional[tuple[float, Text]] = None
        x, y = grid.centre(index), axis.y(value)
        for text in _candidates(written, x, y, bold, grid.width, look):
            box = text_box(text)
            if any(box.meets(dot) for dot in obstacles) and rank:
                continue
            cost = 3.0 * crossings(box, drawn) + crossings(box, faint)
            if best is None or cost < best[0]:
                best = (cost, text)
        if best is not None and (rank == 0 or best[0] < 3):
            labels.place(best[1])
    if every_label:
        for index, month in enumerate(months):
            if values[index] is None and label_text(figures, index, month) is not None:
                x, y = grid.centre(index), axis.bottom + LABEL_ROW - 4
                fill = look.palette.grey
                labels.place(centred("–", x, y, look.small, 400, fill, grid.width))
    return labels.texts


def _candidates(
    written: str, x: float, y: float, bold: bool, width: float, look: Look
) -> list[Text]:
    size = look.small
    weight = BOLD if bold else 400
    above = centred(written, x, y - DOT - 3, size, weight, look.palette.ink, width)
    return [above, above._replace(y=y + DOT + 3 + size * 0.75)]


def crossings(box: Box, polylines: Sequence[tuple[Point, ...]]) -> int:
    """How many segments run through the box."""
    return sum(_crosses(box, start, end) for points in polylines for start, end in pairwise(points))


def _crosses(box: Box, start: Point, end: Point) -> bool:
    """Whether the segment enters the box (clipped against its four sides in turn)."""
    if start[0] >= box.right or end[0] <= box.left:
        return False  # lines run from left to right
    enter, leave = 0.0, 1.0
    for origin, delta, low, high in (
        (start[0], end[0] - start[0], box.left, box.right),
        (start[1], end[1] - start[1], box.top, box.bottom),
    ):
        if delta == 0:
            if not low < origin < high:
                return False
            continue
        near, far = sorted(((low - origin) / delta, (high - origin) / delta))
        enter, leave = max(enter, near), min(leave, far)
    return enter < leave
