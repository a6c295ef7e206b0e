"""Turn landings into rows of bars: to date solid, the forecast hatched, plan a line.

All rows of a table stand on one axis in per cent of plan, so that every plan is one straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from kpixl.pack.canvas import Dot, Drawing, Line, Rect, Shape, Source, Text
from kpixl.pack.chart_alt import landing_alt
from kpixl.pack.chart_figures import LOOK, LandingFigures, Look
from kpixl.pack.chart_parts import axis_break, hatch, known, outlined
from kpixl.pack.text_width import text_width
from kpixl.words import say, word

SHORTEST, FARTHEST = 1.1, 1.5  # where the common axis ends, in plans
MARGIN = 5.0
BAR, THIN, PRIOR = 9.0, 4.0, 2.5
KEY_MIDDLE = 8.0
SIGNS = ("to_date", "landing", "range", "plan", "original", "outlook", "prior")


@dataclass(frozen=True)
class _Axis:
    """``origin`` stands at the left margin; what lies beyond ``end`` is cut."""

    origin: float
    end: float
    unit: float

    def x(self, value: float) -> float:
        return MARGIN + (max(self.origin, min(self.end, value)) - self.origin) * self.unit


def landings(
    rows: Sequence[LandingFigures], width: float = 150, height: float = 18, look: Look = LOOK
) -> tuple[Drawing, ...]:
    """One drawing a row. Rows with a plan above zero, and nothing below it, share an axis that
    ends at the farthest landing, at most at one and a half plans; others have their own."""
    end = _end(rows)
    return tuple(_drawing(row, _axis(row, end, width), width, height, look) for row in rows)


def _figures(row: LandingFigures) -> list[float]:
    named = (row.to_date, row.landing, row.low, row.high, row.plan, row.original, row.outlook,
             row.prior)  # fmt: skip
    return [value for value in map(known, named) if value is not None]


def _plan(row: LandingFigures) -> Optional[float]:
    """The plan as the measure of the row; None where a row has to be its own measure."""
    plan = known(row.plan)
    return plan if plan is not None and plan > 0 and min(_figures(row)) >= 0 else None


def _end(rows: Sequence[LandingFigures]) -> float:
    """Where the common axis ends, in plans."""
    shares = [
        value / plan
        for row in rows
        if known(row.landing) is not None and (plan := _plan(row)) is not None
        for value in map(known, (row.landing, row.high, row.outlook, row.original, plan))
        if value is not None
    ]
    return max(SHORTEST, min(FARTHEST, max(shares, default=SHORTEST)))


def _axis(row: LandingFigures, end: float, width: float) -> _Axis:
    room = width - 2 * MARGIN
    plan = _plan(row)
    if plan is not None and plan > 1e-290:
        return _Axis(0.0, end * plan, room / (end * plan))
    values = [0.0, *_figures(row)]
    low, high = min(values), max(values)
    span = high - low
    return _Axis(low, high, room / span if span > 1e-290 else 0.0)


def _drawing(row: LandingFigures, axis: _Axis, width: float, height: float, look: Look) -> Drawing:
    alt = landing_alt(row)
    landing = known(row.landing)
    if landing is None:
        baseline = height / 2 + look.small * 0.36
        text = Text(MARGIN, baseline, "–", look.small, 400, look.palette.grey)
        return Drawing(width, height, alt, (text,), source=Source(row))
    middle = height / 2 - 1
    shapes = [
        *_bars(row, landing, axis, middle, look),
        *_whisker(row, axis, middle, look),
        *_marks(row, axis, middle, look),
    ]
    return Drawing(width, height, alt, tuple(shapes), source=Source(row))


def _bars(
    row: LandingFigures, landing: float, axis: _Axis, middle: float, look: Look
) -> list[Shape]:
    """The year's landing hatched with what has been reached solid inside it, the prior year
    below; a figure to date that is a level of its own is a thinner bar."""
    palette = look.palette
    zero, end = axis.x(0.0), axis.x(landing)
    left, right = sorted((zero, end))
    top = middle - BAR / 2
    shapes: list[Shape] = []
    prior, to_date = known(row.prior), known(row.to_date)
    if prior is not None:
        first, last = sorted((zero, axis.x(prior)))
        shapes.append(Rect(first, middle + BAR / 2 + 1, last - first, PRIOR, palette.prior))
    shapes.append(outlined(left, top, right - left, BAR, palette.actual, palette.paper))
    shapes += hatch(left, top, right - left, BAR, palette.actual)
    if to_date is not None:
        first, last = sorted((zero, axis.x(to_date)))
        thick = BAR if row.cumulative else THIN
        shapes.append(Rect(first, middle - thick / 2, last - first, thick, palette.actual))
    rule = ((zero, middle - BAR / 2 - 2), (zero, middle + BAR / 2 + 1 + PRIOR))
    shapes.append(Line(rule, palette.ink, 0.8))
    if max(landing, to_date or 0.0) > axis.end * 1.0001:
        shapes += axis_break(axis.x(axis.end) - 8, middle, palette, BAR / 2 + 1)
    return shapes


def _whisker(row: LandingFigures, axis: _Axis, middle: float, look: Look) -> list[Shape]:
    """The range of 80 %: a line with a stop at each end that is not cut off."""
    low, high = known(row.low), known(row.high)
    if low is None or high is None or not high > low:
        return []
    palette = look.palette
    left, right = axis.x(low), axis.x(high)
    run = ((left, middle), (right, middle))
    shapes: list[Shape] = [Line(run, palette.paper, 3.4), Line(run, palette.ink, 1.1)]
    for x, value in ((left, low), (right, high)):
        if axis.origin <= value <= axis.end * 1.0001:
            shapes.append(Line(((x, middle - 3), (x, middle + 3)), palette.ink, 1.1))
    return shapes


def _marks(row: LandingFigures, axis: _Axis, middle: float, look: Look) -> list[Shape]:
    """Plan a line, the plan before its revision a dashed one, the outlook a ring."""
    palette = look.palette
    top, bottom = middle - BAR / 2 - 3, middle + BAR / 2 + 3
    shapes: list[Shape] = []
    original, plan, outlook = known(row.original), known(row.plan), known(row.outlook)
    if original is not None:
        x = axis.x(original)
        shapes.append(Line(((x, top), (x, bottom)), palette.ink, 1, (2, 1.5)))
    if plan is not None:
        x = axis.x(plan)
        shapes.append(Line(((x, top), (x, bottom)), palette.paper, 3.4))
        shapes.append(Line(((x, top), (x, bottom)), palette.ink, 1.8))
    if outlook is not None:
        shapes.append(Dot(axis.x(outlook), middle, 3, palette.paper, palette.ink, 1.2))
    return shapes


def landings_key(
    rows: Sequence[LandingFigures], language: str, look: Look = LOOK
) -> Optional[Drawing]:
    """The signs in use with their words, on one line; None where there is no landing to draw."""
    drawn = [row for row in rows if known(row.landing) is not None]
    used = [name for name in SIGNS if any(_has(row, name) for row in drawn)]
    if not used:
        return None
    names = [word(f"chart.landing.key.{name}", language) for name in used]
    shapes: list[Shape] = []
    x = 0.0
    for sign, name in zip(used, names, strict=True):
        sample, width = _sample(sign, x, KEY_MIDDLE, look)
        shapes += sample
        x += width + 4
        shapes.append(Text(x, KEY_MIDDLE + 3.2, name, look.small, 400, look.palette.grey))
        x += text_width(name, look.small) + 12
    alt = say("chart.alt.key", language, series=word("chart.alt.listed", language).join(names))
    return Drawing(x - 12, 2 * KEY_MIDDLE, alt, tuple(shapes))


def _has(row: LandingFigures, sign: str) -> bool:
    if sign == "range":
        return known(row.low) is not None and known(row.high) is not None
    return known(getattr(row, sign)) is not None


def _sample(sign: str, x: float, y: float, look: Look) -> tuple[list[Shape], float]:
    """A sign of the key at ``x`` around the height ``y``, and its width."""
    palette = look.palette
    if sign == "to_date":
        return [Rect(x, y - 4, 12, 8, palette.actual)], 12
    if sign == "landing":
        frame = outlined(x, y - 4, 12, 8, palette.actual, palette.paper)
        return [frame, *hatch(x, y - 4, 12, 8, palette.actual)], 12
    if sign == "prior":
        return [Rect(x, y - PRIOR / 2, 12, PRIOR, palette.prior)], 12
    if sign == "range":
        ends = [Line(((at, y - 3), (at, y + 3)), palette.ink, 1.1) for at in (x + 0.5, x + 13.5)]
        return [Line(((x + 0.5, y), (x + 13.5, y)), palette.ink, 1.1), *ends], 14
    if sign == "outlook":
        return [Dot(x + 3.5, y, 3, palette.paper, palette.ink, 1.2)], 7
    width, dash = (1.8, ()) if sign == "plan" else (1.0, (2.0, 1.5))
    return [Line(((x + 1, y - 6), (x + 1, y + 6)), palette.ink, width, dash)], 2
