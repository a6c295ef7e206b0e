"""Turn a gap into a bridge: from plan over the drivers to the actual, one row a step.

Drivers are no points in time, so they stand one below the other, where their names have room.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Optional

from kpixl.pack.canvas import Drawing, Line, Link, Rect, Shape, Source, Text
from kpixl.pack.chart_alt import bridges_alt
from kpixl.pack.chart_figures import LOOK, BridgeFigures, BridgePart, Look
from kpixl.pack.chart_parts import BOLD, axis_break, heading, known, outlined
from kpixl.pack.text_width import text_width, wrap
from kpixl.words import say, word

MOST_PARTS, FEWEST_PARTS = 13, 2
NAMES_SHARE, PANEL_GAP = 0.3, 26.0
BAR, ROW, LEADING = 11.0, 2.0, 1.25  # the bar in pixels, the others in heights of the type
LABEL_GAP, BREAK = 5.0, 14.0
SMALLEST = 1e-290  # a shorter axis has more pixels for one than a number can say
SEEN = 0.25
"""The share of the axis that the steps take at least; on a longer axis they would be slivers."""
STUB = 0.35  # what is left of a cut bar, as a share of the steps

Key = tuple[str, str]


@dataclass(frozen=True)
class _Axis:
    """A horizontal axis whose ``origin`` stands at ``left``. The bars of plan and actual start at
    ``base``: at zero, or where they are cut."""

    left: float
    origin: float
    unit: float
    base: float

    @property
    def cut(self) -> bool:
        return self.base != 0

    def x(self, value: float) -> float:
        return self.left + (value - self.origin) * self.unit


@dataclass(frozen=True)
class _Row:
    """A row of the picture: its place and the lines of its name. Plan and actual have no ``key``;
    the actual is the last."""

    key: Optional[Key]
    lines: tuple[str, ...]
    top: float
    height: float
    is_last: bool = False

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def bridges(
    panels: Sequence[BridgeFigures],
    width: float = 330,
    highest: Optional[float] = None,
    look: Look = LOOK,
) -> Drawing:
    """Bridges side by side over the same rows and on one scale, as high as their rows need.

    Where the steps would be slivers on an axis from zero, the bars of plan and actual are cut,
    with a break mark. Beyond ``MOST_PARTS``, and as far as needed to be no higher than ``highest``,
    the smallest parts become one, "other (n)".
    """
    collected = [_collected(panel) for panel in panels]
    for most in range(MOST_PARTS, FEWEST_PARTS, -1):
        drawing = _drawn(_with_others(collected, most), width, look)
        if highest is None or drawing.height <= highest:
            return drawing
    return _drawn(_with_others(collected, FEWEST_PARTS), width, look)


def _drawn(merged: Sequence[BridgeFigures], width: float, look: Look) -> Drawing:
    names = _names_width(merged, width, look)
    room = (width - names) / len(merged) - PANEL_GAP
    lefts = [names + PANEL_GAP + n * (room + PANEL_GAP) for n in range(len(merged))]
    heads: list[Shape] = []
    top = 0.0
    for left, panel in zip(lefts, merged, strict=True):
        shapes, bottom = heading(panel.title, panel.subtitle, room, look)
        heads += [_moved(shape, left) for shape in shapes]
        top = max(top, bottom)
    rows = _rows(merged, names, top + 6, look)
    shapes = [*heads, *_names(rows, look)]
    spans = [(left, left + room) for left in lefts]
    for panel, axis in zip(merged, _axes(merged, spans, look), strict=True):
        shapes += _panel(panel, rows, axis, look)
    bottom = rows[-1].top + rows[-1].height
    links, source = _links(merged, rows, names), Source(tuple(merged), bridges, (("width", width),))
    return Drawing(width, bottom, bridges_alt(merged), tuple(shapes), links, source)


def _moved(shape: Shape, left: float) -> Shape:
    return shape._replace(x=shape.x + left) if isinstance(shape, Text) else shape


def _key(part: BridgePart) -> Key:
    return (part.name, part.anchor)


def _collected(panel: BridgeFigures) -> BridgeFigures:
    """The panel with one part for each name, as a row holds one bar, and figures to draw only."""
    found: dict[Key, BridgePart] = {}
    for part in panel.parts:
        before = found.get(_key(part))
        value = (before.value if before else 0.0) + (known(part.value) or 0.0)
        found[_key(part)] = replace(part, value=known(value) or 0.0)
    plan, actual = known(panel.plan) or 0.0, known(panel.actual) or 0.0
    return replace(panel, plan=plan, actual=actual, parts=tuple(found.values()))


def _with_others(panels: Sequence[BridgeFigures], most: int) -> list[BridgeFigures]:
    """The panels with at most so many parts: the smallest, judged over all panels, are put into one
    at the end."""
    sizes: dict[Key, float] = {}
    for panel in panels:
        largest = max((abs(part.value) for part in panel.parts), default=0.0) or 1.0
        for part in panel.parts:
            share = abs(part.value) / largest
            sizes[_key(part)] = max(sizes.get(_key(part), 0.0), share)
    if len(sizes) <= most:
        return list(panels)
    ranked = sorted(sizes, key=lambda key: -sizes[key])
    kept, count = set(ranked[: most - 1]), len(ranked) - most + 1
    return [_merged(panel, kept, count) for panel in panels]


def _merged(panel: BridgeFigures, kept: set[Key], count: int) -> BridgeFigures:
    parts = [part for part in panel.parts if _key(part) in kept]
    rest = [part for part in panel.parts if _key(part) not in kept]
    total = math.fsum(part.value for part in rest)
    coloured = [part for part in rest if part.good is not None and part.value]
    # Good goes with one sign throughout a panel, so that a sum is judged as its parts are.
    rising = next(((part.value > 0) == part.good for part in coloured), None)
    good = None if rising is None else (total >= 0) == rising
    name = say("chart.bridge.other", panel.language, n=count)
    return replace(panel, parts=(*parts, BridgePart(name, total, good)))


def _names_width(panels: Sequence[BridgeFigures], width: float, look: Look) -> float:
    """As wide as the longest name, but not more than its share of the drawing."""
    language = panels[0].language
    texts = [part.name for panel in panels for part in panel.parts]
    texts += [word(f"chart.{end}", language) for end in ("plan", "actual")]
    longest = max(text_width(text, look.normal, BOLD) for text in texts) + 2
    return min(longest, width * NAMES_SHARE)


def _rows(
    panels: Sequence[BridgeFigures], width: float, top: float, look: Look
) -> tuple[_Row, ...]:
    """Plan, the parts in their order, actual. A part that one panel has alone keeps its place."""
    keys: list[Key] = []
    for panel in panels:
        place = 0
        for key in map(_key, panel.parts):
            if key in keys:
                place = keys.index(key) + 1
            else:
                keys.insert(place, key)
                place += 1
    language = panels[0].language
    first, last = (word(f"chart.{end}", language) for end in ("plan", "actual"))
    texts = [first, *(name for name, _ in keys), last]
    rows: list[_Row] = []
    least, leading = ROW * look.normal, round(LEADING * look.normal)
    for text, row_key in zip(texts, (None, *keys, None), strict=True):
        lines = wrap(text, width, look.normal, 400 if row_key else BOLD)
        height = max(least, len(lines) * leading + 5)
        rows.append(_Row(row_key, lines, top, height, is_last=len(rows) == len(texts) - 1))
        top += height
    return tuple(rows)


def _names(rows: Sequence[_Row], look: Look) -> list[Shape]:
    shapes: list[Shape] = []
    leading = round(LEADING * look.normal)
    for row in rows:
        first = row.middle - len(row.lines) * leading / 2 + look.normal * 0.98
        weight = 400 if row.key else BOLD
        for number, line in enumerate(row.lines):
            y = first + number * leading
            shapes.append(Text(0, y, line, look.normal, weight, look.palette.ink))
    return shapes


def _links(panels: Sequence[BridgeFigures], rows: Sequence[_Row], width: float) -> tuple[Link, ...]:
    anchors = {_key(part): part.anchor for panel in panels for part in panel.parts}
    return tuple(
        Link(0, row.top, width, row.height, f"#{anchors[row.key]}", row.key[0])
        for row in rows
        if row.key is not None and anchors[row.key]
    )


def steps(panel: BridgeFigures) -> list[float]:
    """Where the bridge stands at plan and after each of its parts."""
    values = [panel.plan]
    for part in panel.parts:
        values.append(known(values[-1] + part.value) or 0.0)
    return values


def _axes(
    panels: Sequence[BridgeFigures], spans: Sequence[tuple[float, float]], look: Look
) -> list[_Axis]:
    """One axis a panel, all with the same number of pixels for one."""
    rooms = [_room(panel, span, look) for panel, span in zip(panels, spans, strict=True)]
    reach = [[*steps(panel), panel.actual] for panel in panels]
    longest = max(max(0.0, *values) - min(0.0, *values) for values in reach)
    widest = max(max(values) - min(values) for values in reach)
    whole = widest == 0 or widest >= SEEN * longest
    span = longest if whole else widest * (1 + STUB)
    unit = min(right - left for left, right in rooms) / span if span > SMALLEST else 0.0
    return [
        _axis(left, min(values), max(values), span, unit)
        for (left, _), values in zip(rooms, reach, strict=True)
    ]


def _room(panel: BridgeFigures, span: tuple[float, float], look: Look) -> tuple[float, float]:
    """The part of a panel that its bars may take, so that labels have room at their ends."""
    left, right = span
    ends = [(value, text_width(panel.value(value), look.small, BOLD) + LABEL_GAP)
            for value in (panel.plan, panel.actual)]  # fmt: skip
    parts = [text_width(panel.signed(part.value), look.small) + LABEL_GAP for part in panel.parts]
    before = max((width for value, width in ends if value < 0), default=0.0)
    after = max([0.0, *parts, *(width for value, width in ends if value >= 0)])
    return left + before, max(left + before + BREAK, right - after)


def _axis(left: float, low: float, high: float, span: float, unit: float) -> _Axis:
    """The axis of one panel. Where it cannot reach from zero, bars above zero are cut at their
    left end, bars below zero at their right."""
    stub = span * STUB / (1 + STUB)
    if max(high, 0.0) - min(low, 0.0) <= span * 1.0001:
        origin, base = min(0.0, low), 0.0
    elif low >= 0:
        origin = base = low - stub
    else:
        origin, base = high + stub - span, high + stub
    return _Axis(left, origin, unit, base)


def _panel(panel: BridgeFigures, rows: Sequence[_Row], axis: _Axis, look: Look) -> list[Shape]:
    palette = look.palette
    parts = {_key(part): part for part in panel.parts}
    placed = [(row, parts[row.key]) for row in rows if row.key is not None and row.key in parts]
    values = steps(replace(panel, parts=tuple(part for _, part in placed)))
    stops = [rows[0], *(row for row, _ in placed), rows[-1]]
    shapes: list[Shape] = []
    for value, (above, below) in zip(values, pairwise(stops), strict=True):
        x = axis.x(value)
        ends = ((x, above.middle + BAR / 2), (x, below.middle - BAR / 2))
        shapes.append(Line(ends, palette.grey, 0.7))
    for value, (row, part) in zip(values[:-1], placed, strict=True):
        shapes += _step(panel, part, value, row, axis, look)
    for value, row in ((panel.plan, rows[0]), (panel.actual, rows[-1])):
        shapes += _end(panel, value, row, axis, look)
    if not axis.cut:
        zero = axis.x(0.0)
        rule = ((zero, rows[0].top), (zero, rows[-1].top + rows[-1].height))
        shapes.append(Line(rule, palette.ink, 0.8))
    return shapes


def _step(
    panel: BridgeFigures, part: BridgePart, start: float, row: _Row, axis: _Axis, look: Look
) -> list[Shape]:
    """A part's bar from ``start`` on, and its figure beyond the end that it leads to."""
    palette = look.palette
    value = part.value
    left, right = sorted((axis.x(start), axis.x(known(start + value) or 0.0)))
    fill = {True: palette.good, False: palette.bad, None: palette.prior}[part.good]
    width = max(right - left, 1.0) if value else 0.0
    bar = Rect(left, row.middle - BAR / 2, width, BAR, fill)
    colour = {True: palette.good_text, False: palette.bad_text, None: palette.ink}[part.good]
    written = panel.signed(part.value)
    before = value < 0 and left - LABEL_GAP - text_width(written, look.small) >= axis.left
    label = _beside(written, left, left + width, before, row, look)
    return [*([bar] if value else []), label._replace(fill=colour if value else palette.ink)]


def _end(panel: BridgeFigures, value: float, row: _Row, axis: _Axis, look: Look) -> list[Shape]:
    """The bar of plan (outlined) or actual (solid), with a break mark where it is cut."""
    palette = look.palette
    left, right = sorted((axis.x(axis.base), axis.x(value)))
    top = row.middle - BAR / 2
    solid = row.is_last
    bar = (
        Rect(left, top, right - left, BAR, palette.actual)
        if solid
        else outlined(left, top, right - left, BAR, palette.actual, palette.paper)
    )
    shapes: list[Shape] = [bar]
    if axis.cut:
        place = left + BREAK if axis.base < value else right - BREAK
        shapes += axis_break(place, row.middle, palette, BAR / 2 + 2)
    label = _beside(panel.value(value), left, right, value < 0, row, look)
    return [*shapes, label._replace(weight=BOLD)]


def _beside(text: str, left: float, right: float, before: bool, row: _Row, look: Look) -> Text:
    """``text`` to the right of a bar, or to its left."""
    baseline = row.middle + look.small * 0.36
    x = left - LABEL_GAP + 1 if before else right + LABEL_GAP - 1
    fill = look.palette.ink
    return Text(x, baseline, text, look.small, 400, fill, "end" if before else "start")
