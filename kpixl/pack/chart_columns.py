"""Turn a fiscal year into columns: actual solid, plan outlined behind it, prior year a narrow
lighter column beside it, outlook hatched, a plan before its revision a dashed tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from kpixl.pack.canvas import Line, Rect, Shape
from kpixl.pack.chart_figures import Look, MonthFigures, MonthsFigures
from kpixl.pack.chart_grid import (
    Axis,
    Bar,
    BarLabel,
    Grid,
    last_reported,
    place_bar_labels,
    shown,
)
from kpixl.pack.chart_originals import original_ticks
from kpixl.pack.chart_parts import BOLD, hatch, known, outlined

WIDEST_PITCH = 44.0  # a wider cell does not make its columns wider


@dataclass(frozen=True)
class Slots:
    """Where a month's columns stand in its cell, from the cell's left edge."""

    prior: float
    prior_width: float
    actual: float
    width: float
    plan: float


def slots(figures: MonthsFigures, grid: Grid) -> Slots:
    """The slots of all months: room for the prior year and the plan only where there are any."""
    pitch = min(grid.pitch, WIDEST_PITCH)
    has_prior = any(known(month.prior) is not None for month in figures.months)
    has_plan = any(known(month.plan) is not None for month in figures.months)
    prior_width = max(2.0, round(pitch * 0.15)) if has_prior else 0.0
    shift = max(2.0, round(pitch * 0.15)) if has_plan else 0.0
    width = max(3.0, round(pitch * (0.42 if has_prior else 0.5)))
    gap = 1.0 if has_prior else 0.0
    start = round((grid.pitch - prior_width - gap - width - shift) / 2)
    actual = start + prior_width + gap
    return Slots(start, prior_width, actual, width, actual + shift)


def column(left: float, width: float, value: float, axis: Axis) -> Bar:
    """A column from zero to ``value``; a figure other than zero is at least one pixel high."""
    zero, end = axis.y(0.0), axis.y(value)
    if value > 0:
        return Bar(left, left + width, min(end, zero - 1), zero)
    if value < 0:
        return Bar(left, left + width, zero, max(end, zero + 1))
    return Bar(left, left + width, zero, zero)


def columns(
    figures: MonthsFigures, grid: Grid, axis: Axis, look: Look, every_label: bool = True
) -> list[Shape]:
    """The columns of all months with their labels (only the last month's without
    ``every_label``)."""
    palette = look.palette
    place = slots(figures, grid)
    plans: list[Shape] = []
    priors: list[Shape] = []
    actuals: list[Shape] = []
    outlooks: list[Shape] = []
    hatching: list[Shape] = []
    bars: list[Bar] = []
    for index, month in enumerate(figures.months):
        left = round(grid.left(index))
        plan, prior, value = known(month.plan), known(month.prior), shown(month)
        if plan is not None:
            bar = column(left + place.plan, place.width, plan, axis)
            plans.append(_frame(bar, palette.actual, palette.paper))
            bars.append(bar)
        original = known(month.original)
        if original is not None:
            # No label stands on a tick.
            tick = axis.y(original)
            bars.append(Bar(left + place.plan, left + place.plan + place.width, tick, tick))
        if prior is not None:
            bar = column(left + place.prior, place.prior_width, prior, axis)
            priors.append(_solid(bar, palette.prior))
            bars.append(bar)
        if value is not None:
            bar = column(left + place.actual, place.width, value, axis)
            bars.append(bar)
            if known(month.actual) is not None:
                actuals.append(_solid(bar, palette.actual))
            else:
                outlooks.append(_frame(bar, palette.actual, palette.paper))
                area = (bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top)
                hatching += hatch(*area, palette.actual)
    zero = axis.y(0.0)
    base = Line(((0, zero), (grid.pitch * grid.count, zero)), palette.ink, 1)
    labels = _labels(figures, grid, place, bars, zero, look, every_label)
    ticks = original_ticks(figures, grid, axis, place.plan, place.width, look)
    return [*plans, *priors, *actuals, *outlooks, *hatching, *ticks, base, *labels]


def _solid(bar: Bar, fill: str) -> Rect:
    return Rect(bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top, fill)


def _frame(bar: Bar, stroke: str, fill: str) -> Rect:
    return outlined(bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top, stroke, fill)


def _labels(
    figures: MonthsFigures,
    grid: Grid,
    place: Slots,
    bars: list[Bar],
    zero: float,
    look: Look,
    every_label: bool,
) -> list[Shape]:
    wanted: dict[int, BarLabel] = {}
    values: list[Optional[float]] = []
    last = last_reported(figures)
    for index, month in enumerate(figures.months):
        value = shown(month)
        values.append(value)
        text = label_text(figures, index, month)
        if text is None or not (every_label or index == last):
            continue
        bold = index == figures.review and value is not None
        x = round(grid.left(index)) + place.actual + place.width / 2
        fill = look.palette.grey if value is None else look.palette.ink
        upward = value is None or value >= 0
        wanted[index] = BarLabel(text, x, upward, BOLD if bold else 400, fill)
    if not every_label:
        values = [value if index in wanted else None for index, value in enumerate(values)]
    if not wanted:
        return []
    return list(place_bar_labels(wanted, values, last, bars, zero, grid, look))


def label_text(figures: MonthsFigures, index: int, month: MonthFigures) -> Optional[str]:
    """What is written at a month: its figure, a dash where a due actual is missing, or nothing."""
    value = shown(month)
    if value is not None:
        return figures.value(value)
    return "–" if index <= figures.review else None
