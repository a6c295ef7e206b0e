"""Turn a fiscal year into a grid of month cells and a value axis, shared by columns and lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterable, Optional, Sequence

from kpixl.pack.canvas import Line, Rect, Shape, Text
from kpixl.pack.chart_figures import Look, MonthFigures, MonthScale, MonthsFigures
from kpixl.pack.chart_parts import BOLD, Labels, centred, known, label_order
from kpixl.pack.text_width import text_width
from kpixl.words import say

LABEL_ROW = 12.0


@dataclass(frozen=True)
class Grid:
    """``count`` equal cells side by side; their edges stand on half pixels at most."""

    width: float
    count: int

    @property
    def pitch(self) -> float:
        """The width of a cell."""
        return math.floor(self.width / self.count * 2) / 2

    def left(self, index: int) -> float:
        """The left edge of a cell."""
        return index * self.pitch

    def centre(self, index: int) -> float:
        """The middle of a cell."""
        return (index + 0.5) * self.pitch


@dataclass(frozen=True)
class Axis:
    """A vertical value axis: ``low`` at ``bottom``, ``high`` at ``top``."""

    low: float
    high: float
    top: float
    bottom: float

    @property
    def unit(self) -> float:
        """Pixels for one."""
        span = self.high - self.low
        return (self.bottom - self.top) / span if span > 0 else 0.0

    def y(self, value: float) -> float:
        """Where ``value`` stands, never outside the axis."""
        if not self.high > self.low:
            return self.bottom
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - max(0.0, min(1.0, share)) * (self.bottom - self.top)


def shown(month: MonthFigures) -> Optional[float]:
    """What stands in a month's column: the actual, else the outlook."""
    actual = known(month.actual)
    return actual if actual is not None else known(month.outlook)


def last_reported(figures: MonthsFigures) -> Optional[int]:
    """The index of the last month with an actual."""
    reported = [i for i, month in enumerate(figures.months) if known(month.actual) is not None]
    return reported[-1] if reported else None


def _values(figures: Iterable[MonthsFigures]) -> list[float]:
    return [
        value
        for chart in figures
        for month in chart.months
        for value in map(
            known, (month.actual, month.plan, month.prior, month.outlook, month.original)
        )
        if value is not None
    ]


def common_scale(figures: Sequence[MonthsFigures], line: bool = False) -> MonthScale:
    """The scale on which all of ``figures`` can be drawn together: from zero for columns, around
    the figures for lines (``line``)."""
    values = _values(figures)
    differences = [
        difference
        for chart in figures
        for month in chart.months
        if (difference := known(month.difference)) is not None
    ]
    low, high = min(values, default=0.0), max(values, default=0.0)
    if line:
        margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        low, high = low - margin, high + margin
    else:
        low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            high = 1.0
    return MonthScale(low, high, min([0.0, *differences]), max([0.0, *differences]))


@dataclass(frozen=True)
class Bar:
    """The area of a column, for labels that must not stand on it."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class BarLabel:
    """A figure to be written beyond the end of its column."""

    text: str
    x: float
    upward: bool
    weight: int
    fill: str


def place_bar_labels(
    wanted: dict[int, BarLabel],
    values: Sequence[Optional[float]],
    last: Optional[int],
    bars: Sequence[Bar],
    zero: float,
    grid: Grid,
    look: Look,
) -> list[Text]:
    """The labels for which there is room: all of them, or else the last reported month, the
    extremes and every other month. Labels so wide that one could be taken for the neighbour's
    stand at the last month and the extremes only."""
    vital, alternate, rest = label_order(last, values)
    dashes = [index for index in wanted if values[index] is None]
    narrow = [
        index
        for index in alternate
        if text_width(wanted[index].text, look.small) <= grid.pitch * 1.9
    ]
    labels = Labels()
    for chosen in ([*vital, *alternate, *rest, *dashes], [*vital, *narrow, *dashes]):
        labels = Labels()
        for rank, index in enumerate(chosen):
            label = wanted[index]
            text = _beyond(label, bars, zero, grid, look, forced=rank == 0)
            if text is not None:
                labels.place(text)
        if len(labels.texts) == len(wanted):
            break
    return labels.texts


def _beyond(
    label: BarLabel, bars: Sequence[Bar], zero: float, grid: Grid, look: Look, forced: bool
) -> Optional[Text]:
    """The label beyond its column and whatever else it spans; None where that is too far away."""
    size = look.small
    text = centred(label.text, label.x, 0, size, label.weight, label.fill, grid.width)
    half = text_width(label.text, size, label.weight) / 2 + 1.5
    spanned = [bar for bar in bars if bar.left < text.x + half and text.x - half < bar.right]
    cell = grid.left(int(label.x / grid.pitch))
    own = [bar for bar in spanned if cell - 1 <= bar.left and bar.right <= cell + grid.pitch + 1]
    if label.upward:
        edge = min([zero, *(bar.top for bar in spanned)])
        near = min([zero, *(bar.top for bar in own)])
        text = text._replace(y=edge - 3)
    else:
        edge = max([zero, *(bar.bottom for bar in spanned)])
        near = max([zero, *(bar.bottom for bar in own)])
        text = text._replace(y=edge + 3 + size * 0.75)
    return text if forced or abs(edge - near) <= size * 1.2 else None


def month_labels(figures: MonthsFigures, grid: Grid, y: float, look: Look) -> list[Text]:
    """The months below the chart, the review month in bold; thinned where they are too wide."""
    months = figures.months
    order = [figures.review] if 0 <= figures.review < len(months) else []
    anchor = order[0] if order else 0
    order += [index for index in range(len(months)) if (index - anchor) % 2 == 0]
    order += list(range(len(months)))
    labels = Labels()
    for index in dict.fromkeys(order):
        bold = index == figures.review
        weight, fill = (BOLD, look.palette.ink) if bold else (400, look.palette.grey)
        label = months[index].label
        labels.place(centred(label, grid.centre(index), y, look.small, weight, fill, grid.width))
    return sorted(labels.texts, key=lambda text: (text.weight, text.x))


def review_band(
    figures: MonthsFigures, grid: Grid, top: float, bottom: float, look: Look
) -> list[Shape]:
    """The pale band that ties the figures of the review month together."""
    if not 0 <= figures.review < len(figures.months) or len(figures.months) == 1:
        return []
    left = grid.left(figures.review)
    return [Rect(left, top, grid.pitch, bottom - top, look.palette.band)]


def changes_noted(figures: MonthsFigures) -> list[tuple[int, str]]:
    """The months of the chart from which the goal's definition, place or owner changed, and what
    is to be said of each."""
    shown = range(len(figures.months))
    redefined = [
        (n, say("chart.redefined", figures.language, month=figures.months[n].label))
        for n in figures.redefined
        if n in shown
    ]
    return sorted([*redefined, *(one for one in figures.moved if one[0] in shown)])


def change_marks(
    figures: MonthsFigures, grid: Grid, top: float, bottom: float, look: Look
) -> list[Shape]:
    """A dashed line before each month from which something about the goal changed."""
    return [
        Line(((grid.left(i), top), (grid.left(i), bottom)), look.palette.grey, 0.8, (2, 2))
        for i in dict.fromkeys(index for index, _ in changes_noted(figures))
    ]


def period_borders(
    figures: MonthsFigures, grid: Grid, top: float, bottom: float, look: Look
) -> list[Shape]:
    """A light line before each month that begins a quarter, a stronger one before a half."""
    return [
        Line(((grid.left(month), top), (grid.left(month), bottom)),
             look.palette.prior if half else look.palette.rule, 0.8 if half else 0.5)
        for month, half in figures.borders
        if 0 < month < len(figures.months)
    ]  # fmt: skip
