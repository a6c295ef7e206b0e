"""Turn a control chart into a picture: points, centre, limits, and the points that make a signal.

The limits are named at their lines; the points of a signal have a ring as well as a colour.
"""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Signal
from kpixl.pack.canvas import Dot, Drawing, Line, Link, Point, Rect, Shape, Source, Text
from kpixl.pack.chart_alt import control_alt
from kpixl.pack.chart_figures import LOOK, ControlFigures, Look
from kpixl.pack.chart_grid import Axis
from kpixl.pack.chart_lines import crossings
from kpixl.pack.chart_parts import BOLD, Box, Labels, centred, heading, known, text_box
from kpixl.pack.text_width import text_width, wrap
from kpixl.words import say, word

MONTHS_ROW, LABEL_ROOM = 14.0, 15.0
SMALLEST_PLOT = 56.0
MONTH_PARTS = (6, 4, 3, 2, 1)
POINT, RING = 2.0, 4.4
EDGE = 5.0  # from the plot's edge to its first and last point
LEVEL_ROW = 10.5  # from one limit's name to the next
SIGNAL_POINTS = {
    Signal.ABOVE: 1, Signal.BELOW: 1, Signal.NEAR_UPPER: 2, Signal.NEAR_LOWER: 2,
    Signal.RUN_ABOVE: 3, Signal.RUN_BELOW: 3,
}  # fmt: skip


def xmr(
    figures: ControlFigures, width: float = 324, height: float = 168, look: Look = LOOK
) -> Drawing:
    """An XmR chart. It is as high as asked, and higher only where its heading needs more lines or
    a changed definition has to be named."""
    shapes, y = heading(figures.title, figures.subtitle, width, look)
    links = (Link(0, 0, width, y, f"#{figures.anchor}", figures.title),) if figures.anchor else ()
    nominal = round(look.title * 1.3) + round(look.normal * 1.3)
    plot = max(SMALLEST_PLOT, height - nominal - MONTHS_ROW - 6)
    names = _level_names(figures)
    right = width - max(text_width(name, look.small) for name, _ in names) - 7
    axis = _value_axis(figures, y + 6, plot)
    places = _places(figures, right)
    points = [
        (x, axis.y(known(value) or 0.0)) for x, value in zip(places, figures.points, strict=True)
    ]
    levels = _levels(figures, axis, right, look)
    line = Line(tuple(points), look.palette.actual, 1.2)
    shapes += levels
    shapes += [line] if len(points) > 1 else []
    shapes += _dots(figures, points, look)
    shapes += _names(names, axis, right, look)
    shapes += _last_label(figures, points, levels, right, look)
    bottom = y + 6 + plot
    shapes += _months(figures, places, bottom + MONTHS_ROW - 4, right, look)
    end = bottom + MONTHS_ROW
    if figures.redefined:
        rule = ((places[0] - EDGE + 1, y + 6), (places[0] - EDGE + 1, bottom))
        shapes.append(Line(rule, look.palette.grey, 0.8, (2, 2)))
        for written in wrap(figures.redefined, width, look.small):
            text = Text(0, end + look.small, written, look.small, 400, look.palette.grey)
            shapes.append(text)
            end += round(look.small * 1.3)
    source = Source(figures, xmr, (("width", width), ("height", height)))
    return Drawing(width, end, control_alt(figures), tuple(shapes), links, source)


def signal_mark(
    signal: Signal, good: bool | None, language: str, size: float = 10, look: Look = LOOK
) -> Drawing:
    """The mark of a signal: a line with the points that lie beyond it, above or below. One is a
    limit passed, two lie near a limit, three are a run."""
    palette = look.palette
    colour = {True: palette.good, False: palette.bad, None: palette.ink}[good]
    high = signal in (Signal.ABOVE, Signal.RUN_ABOVE, Signal.NEAR_UPPER)
    count = SIGNAL_POINTS[signal]
    line, points = (0.78, 0.34) if high else (0.22, 0.66)
    radius = size * (0.2 if count == 1 else 0.15)
    shapes: list[Shape] = [Line(((0, size * line), (size, size * line)), palette.grey, 1)]
    shapes += [
        Dot(size * (n + 0.5) / count if count > 1 else size / 2, size * points, radius, colour)
        for n in range(count)
    ]
    return Drawing(size, size, word(f"signal.{signal.value}", language), tuple(shapes))


def _value_axis(figures: ControlFigures, top: float, plot: float) -> Axis:
    """From the lowest to the highest of points and limits, with room for a label beyond both."""
    values = [known(value) or 0.0 for value in (*figures.points, figures.lower, figures.upper)]
    low, high = min(values), max(values)
    if low == high:
        middle = top + plot / 2
        return Axis(low, high, middle, middle)
    return Axis(low, high, top + LABEL_ROOM, top + plot - LABEL_ROOM)


def _places(figures: ControlFigures, right: float) -> list[float]:
    """Where each month stands: months that were not reported leave a gap."""
    first, last = figures.positions[0], figures.positions[-1]
    if first == last:
        return [right - EDGE for _ in figures.positions]
    pitch = (right - 2 * EDGE) / (last - first)
    return [EDGE + (position - first) * pitch for position in figures.positions]


def _levels(figures: ControlFigures, axis: Axis, right: float, look: Look) -> list[Line]:
    """The centre as a line, the limits as dashes."""

    def level(value: float, width: float, dash: tuple[float, ...]) -> Line:
        y = axis.y(known(value) or 0.0)
        return Line(((0, y), (right, y)), look.palette.grey, width, dash)

    return [
        level(figures.centre, 0.8, ()),
        level(figures.upper, 0.9, (4, 2.5)),
        level(figures.lower, 0.9, (4, 2.5)),
    ]


def _dots(figures: ControlFigures, points: Sequence[Point], look: Look) -> list[Shape]:
    palette = look.palette
    colour = {True: palette.good, False: palette.bad, None: palette.ink}[figures.good]
    marked = set(figures.marked)
    shapes: list[Shape] = [
        Dot(x, y, RING, palette.paper, colour, 1.3)
        for n, (x, y) in enumerate(points)
        if n in marked
    ]
    shapes += [Dot(x, y, POINT, palette.actual) for n, (x, y) in enumerate(points)
               if n not in marked]  # fmt: skip
    return shapes + [Dot(x, y, POINT, colour) for n, (x, y) in enumerate(points) if n in marked]


def _level_names(figures: ControlFigures) -> list[tuple[str, float]]:
    """What each line is called, from the top down."""
    return [
        (say(f"chart.control.{name}", figures.language, value=figures.value(value)), value)
        for name, value in (
            ("upper", figures.upper),
            ("centre", figures.centre),
            ("lower", figures.lower),
        )
    ]


def _names(names: Sequence[tuple[str, float]], axis: Axis, right: float, look: Look) -> list[Shape]:
    """The names of the lines at their right ends, moved apart where the lines lie close."""
    wanted = [axis.y(known(value) or 0.0) for _, value in names]
    middle = wanted[1]
    places = [
        min(wanted[0], middle - LEVEL_ROW), middle, max(wanted[2], middle + LEVEL_ROW)
    ]  # fmt: skip
    return [
        Text(right + 5, y + look.small * 0.36, name, look.small, 400, look.palette.grey)
        for (name, _), y in zip(names, places, strict=True)
    ]


def _last_label(
    figures: ControlFigures,
    points: Sequence[Point],
    levels: Sequence[Line],
    right: float,
    look: Look,
) -> list[Shape]:
    """The last figure above or below its point, wherever it crosses less, on clear ground."""
    x, y = points[-1]
    text = figures.value(figures.points[-1])
    reach = (RING if figures.marked else POINT) + 3
    candidates = [
        centred(text, x, place, look.small, BOLD, look.palette.ink, right)
        for place in (y - reach, y + reach + look.small * 0.75)
    ]

    def cost(label: Text) -> float:
        box = text_box(label)
        lines = sum(1.0 for line in levels if box.top < line.points[0][1] < box.bottom)
        dots = sum(3.0 for point in points[:-1] if box.meets(_around(point)))
        return 2.0 * crossings(box, [tuple(points)]) + lines + dots

    label = min(candidates, key=cost)
    box = text_box(label)
    ground = Rect(
        box.left - 1, box.top, box.right - box.left + 2, box.bottom - box.top, look.palette.paper
    )
    return [ground, label] if cost(label) else [label]


def _around(point: Point) -> Box:
    return Box(point[0] - RING, point[1] - RING, point[0] + RING, point[1] + RING)


def _months(
    figures: ControlFigures, places: Sequence[float], y: float, width: float, look: Look
) -> list[Text]:
    """The last month in bold, and as many before it as there is room for, evenly apart."""
    count = len(places)
    for parts in MONTH_PARTS:
        indices = range(count - 1, -1, -max(1, -(-(count - 1) // parts)))
        labels = Labels(gap=4)
        for index in indices:
            last = index == count - 1
            weight, fill = (BOLD, look.palette.ink) if last else (400, look.palette.grey)
            text = figures.labels[index]
            labels.place(centred(text, places[index], y, look.small, weight, fill, width))
        if len(labels.texts) == len(indices):
            break
    return list(reversed(labels.texts))
