"""Turn the differences of a fiscal year into a strip of columns around the plan line."""

from __future__ import annotations

from typing import Optional

from kpixl.pack.canvas import Line, Rect, Shape
from kpixl.pack.chart_columns import WIDEST_PITCH, column
from kpixl.pack.chart_figures import Look, MonthFigures, MonthsFigures
from kpixl.pack.chart_grid import Axis, Bar, BarLabel, Grid, place_bar_labels
from kpixl.pack.chart_parts import BOLD, hatch, known, outlined


def strip(figures: MonthsFigures, grid: Grid, axis: Axis, look: Look) -> list[Shape]:
    """One column a month from the plan line (the double rule) up or down, with its signed figure;
    good green, bad red, differences of the outlook hatched."""
    palette = look.palette
    width = round(min(grid.pitch, WIDEST_PITCH) * 0.46)
    good: list[Shape] = []
    bad: list[Shape] = []
    plain: list[Shape] = []
    hatched: list[Shape] = []
    bars: list[Bar] = []
    wanted: dict[int, BarLabel] = {}
    values: list[Optional[float]] = []
    for index, month in enumerate(figures.months):
        difference = known(month.difference)
        values.append(difference)
        centre = grid.centre(index)
        if difference is None:
            if _due(figures, index, month):
                wanted[index] = BarLabel("–", centre, True, 400, palette.grey)
            continue
        bar = column(round(centre - width / 2), width, difference, axis)
        bars.append(bar)
        colour = _colour(month.good, look)
        area = (bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top)
        if known(month.actual) is None:
            hatched += [outlined(*area, colour, palette.paper), *hatch(*area, colour)]
        else:
            {True: good, False: bad, None: plain}[month.good].append(Rect(*area, colour))
        bold = index == figures.review
        wanted[index] = BarLabel(
            figures.signed(difference), centre, difference >= 0, BOLD if bold else 400, palette.ink
        )
    zero, right = axis.y(0.0), grid.pitch * grid.count
    rule: list[Shape] = [
        Line(((0, zero + shift), (right, zero + shift)), palette.actual, 0.8)
        for shift in (-1.0, 1.0)
    ]
    labels = place_bar_labels(wanted, values, _last(values), bars, zero, grid, look)
    return [*good, *bad, *plain, *hatched, *rule, *labels] if wanted else rule


def _due(figures: MonthsFigures, index: int, month: MonthFigures) -> bool:
    return index <= figures.review and known(month.actual) is None


def _last(values: list[Optional[float]]) -> Optional[int]:
    present = [index for index, value in enumerate(values) if value is not None]
    return present[-1] if present else None


def _colour(good: Optional[bool], look: Look) -> str:
    palette = look.palette
    if good is None:
        return palette.prior
    return palette.good if good else palette.bad
