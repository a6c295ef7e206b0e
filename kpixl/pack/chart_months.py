"""Turn a fiscal year into one chart: heading, differences to plan, columns or lines, months."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Optional

from kpixl.pack.canvas import Drawing, Shape, Source, Text
from kpixl.pack.chart_alt import months_alt
from kpixl.pack.chart_columns import columns
from kpixl.pack.chart_figures import LOOK, Look, MonthScale, MonthsFigures
from kpixl.pack.chart_grid import (
    LABEL_ROW,
    Axis,
    Grid,
    change_marks,
    changes_noted,
    common_scale,
    month_labels,
    period_borders,
    review_band,
)
from kpixl.pack.chart_lines import lines
from kpixl.pack.chart_originals import original_name
from kpixl.pack.chart_parts import (
    SERIES,
    centred,
    heading,
    key_shapes,
    key_width,
    known,
    shared_key,
)
from kpixl.pack.chart_strip import strip
from kpixl.pack.text_width import text_width, wrap
from kpixl.words import say, word

SMALLEST_PLOT = 56.0
MONTHS_ROW = 14.0
CAPTION_ROW = 16.0
STRIP_SHARE, STRIP_BARS = 0.3, 9.0
"""The strip's part of a chart, and how high its columns can be at least: in a low chart the labels
above and below them would leave nothing for the columns themselves."""


def months(
    figures: MonthsFigures,
    width: float = 330,
    height: float = 232,
    scale: Optional[MonthScale] = None,
    look: Look = LOOK,
    *,
    line: bool = False,
    differences: bool = True,
    key: bool = True,
) -> Drawing:
    """A goal's fiscal year month by month, in columns from zero or (``line``) as lines.

    ``differences`` puts the strip of actual − plan above, ``key`` names the series in use. With
    one ``scale`` (:func:`common_scale`) and one size, the same value has the same height in every
    chart. The drawing is as high as asked, and higher only where heading or notes need more lines.
    """
    grid = Grid(width, max(1, len(figures.months)))
    axes = scale or common_scale([figures], line)
    head, y = _head(figures, width, look, line, key)
    with_strip = differences and (scale is not None or _has_differences(figures))
    frame = _frame(figures, y, height, look, with_strip)
    body, bottom = frame.body, frame.bottom
    shapes: list[Shape] = []
    if with_strip:
        shapes += _captioned_strip(figures, grid, axes, frame.top, frame.strip, look)
    axis = _value_axis(axes, body, frame.plot, line)
    draw = lines if line else columns
    if _is_empty(figures):
        shapes += _emptiness(figures, grid, (body + bottom) / 2, look)
    else:
        drawn = draw(figures, grid, axis, look)
        shapes += [*drawn, *original_name(figures, grid, axis, drawn, look)]
    shapes += month_labels(figures, grid, bottom + MONTHS_ROW - 4, look)
    first = frame.top + CAPTION_ROW + _larger(look) - 3 if with_strip else frame.top
    band = review_band(figures, grid, first, bottom + MONTHS_ROW, look)
    borders = period_borders(figures, grid, body, bottom + MONTHS_ROW, look)
    shapes += change_marks(figures, grid, body, bottom, look)
    notes, end = _notes(figures, bottom + MONTHS_ROW, width, look)
    whole = (*head, *band, *borders, *shapes, *notes)
    settings = {
        "width": width, "height": height, "scale": scale, "line": line,
        "differences": differences, "key": key,
    }  # fmt: skip
    source = Source(figures, months, tuple(settings.items()))
    return Drawing(width, end, months_alt(figures), whole, source=source)


def months_height(
    figures: MonthsFigures,
    width: float,
    height: float,
    look: Look = LOOK,
    *,
    line: bool = False,
    key: bool = True,
) -> float:
    """How high :func:`months` draws ``figures`` on a given scale, without drawing them."""
    _, y = _head(figures, width, look, line, key)
    frame = _frame(figures, y, height, look, with_strip=True)
    return _notes(figures, frame.bottom + MONTHS_ROW, width, look)[1]


class _Frame(NamedTuple):
    """What is below a chart's head: from ``top`` the strip, 0 high where there is none, from
    ``body`` the plot."""

    top: float
    strip: float
    body: float
    plot: float

    @property
    def bottom(self) -> float:
        """Where the plot ends."""
        return self.body + self.plot


def _frame(figures: MonthsFigures, y: float, height: float, look: Look, with_strip: bool) -> _Frame:
    nominal = sum(
        round(size * 1.3)
        for text, size in ((figures.title, look.title), (figures.subtitle, look.normal))
        if text.strip()
    )
    plot = max(SMALLEST_PLOT, height - nominal - MONTHS_ROW - 4)
    top = y + 4
    if not with_strip:
        return _Frame(top, 0.0, top, plot)
    strip_height = max(plot * STRIP_SHARE, 2 * (LABEL_ROW + _larger(look)) + STRIP_BARS)
    end = top + CAPTION_ROW + plot * STRIP_SHARE
    end += max(SMALLEST_PLOT, plot * (1 - STRIP_SHARE) - CAPTION_ROW)
    body = top + (CAPTION_ROW + _larger(look)) + strip_height
    return _Frame(top, strip_height, body, end - body)


def months_key(
    figures: Sequence[MonthsFigures], lines: Sequence[bool], language: str, look: Look = LOOK
) -> Drawing:
    """The notation of charts that stand together, said once; ``lines`` says which are lines."""
    used: tuple[set[str], set[str]] = (set(), set())
    for figure, line in zip(figures, lines, strict=True):
        used[line].update(series_in_use(figure))
    shapes, width = shared_key(sorted(used[0]), sorted(used[1]), language, look)
    names = [word(f"chart.{name}", language) for name in SERIES if name in used[0] | used[1]]
    alt = say("chart.alt.key", language, series=word("chart.alt.listed", language).join(names))
    return Drawing(max(1.0, math.ceil(width)), look.small + 4, alt, tuple(shapes))


def series_in_use(figures: MonthsFigures) -> list[str]:
    """The series that have a figure in any month."""
    return [
        name
        for name in SERIES
        if any(known(getattr(month, name)) is not None for month in figures.months)
    ]


def months_mini(
    figures: MonthsFigures,
    width: float = 300,
    height: float = 90,
    scale: Optional[MonthScale] = None,
    look: Look = LOOK,
    *,
    line: bool = False,
) -> Drawing:
    """The same months for a tile: no heading, no strip, and only the last month's figure."""
    grid = Grid(width, max(1, len(figures.months)))
    axis = _value_axis(scale or common_scale([figures], line), 0, height - MONTHS_ROW, line)
    draw = lines if line else columns
    body = (
        _emptiness(figures, grid, height / 2, look)
        if _is_empty(figures)
        else draw(figures, grid, axis, look, every_label=False)
    )
    shapes = [
        *review_band(figures, grid, 0, height, look),
        *body,
        *month_labels(figures, grid, height - 4, look),
    ]
    settings = {"width": width, "height": height, "scale": scale, "line": line}
    source = Source(figures, months_mini, tuple(settings.items()))
    return Drawing(width, height, months_alt(figures), tuple(shapes), source=source)


def _is_empty(figures: MonthsFigures) -> bool:
    return all(
        known(value) is None
        for month in figures.months
        for value in (month.actual, month.plan, month.prior, month.outlook)
    )


def _emptiness(figures: MonthsFigures, grid: Grid, y: float, look: Look) -> list[Shape]:
    """Words in place of a chart that has nothing to show."""
    text = word("chart.none", figures.language)
    middle = grid.width / 2
    return [centred(text, middle, y, look.normal, 400, look.palette.grey, grid.width)]


def _value_axis(axes: MonthScale, top: float, height: float, line: bool) -> Axis:
    """The value axis inside ``height``, with room for labels where labels can stand."""
    below = LABEL_ROW if line or axes.low < 0 else 0.0
    return Axis(axes.low, axes.high, top + LABEL_ROW, round(top + height - below))


def _has_differences(figures: MonthsFigures) -> bool:
    return any(known(month.difference) is not None for month in figures.months)


def _head(
    figures: MonthsFigures, width: float, look: Look, line: bool, key: bool
) -> tuple[list[Shape], float]:
    """Title and subtitle, with the key at the right where there is room, else below."""
    shapes, y = heading(figures.title, figures.subtitle, width, look)
    series = series_in_use(figures)
    if not key or not series:
        return shapes, y
    needed = key_width(series, figures.language, look, line)
    for text in reversed(shapes):
        if not isinstance(text, Text):
            continue
        if text_width(text.text, text.size, text.weight) + 16 + needed <= width:
            sample, _ = key_shapes(series, width - needed, text.y, figures.language, look, line)
            return shapes + sample, y
    sample, _ = key_shapes(series, 0, y + look.small + 2, figures.language, look, line)
    return shapes + sample, y + look.small + 5


def _captioned_strip(
    figures: MonthsFigures, grid: Grid, axes: MonthScale, top: float, height: float, look: Look
) -> list[Shape]:
    caption = word(f"chart.difference.{figures.direction.value}", figures.language)
    text = Text(0, top + look.small, caption, look.small, 400, look.palette.grey)
    first = top + CAPTION_ROW + _larger(look) - 3
    row = LABEL_ROW + _larger(look)
    axis = Axis(axes.difference_low, axes.difference_high, first + row, first + height - row)
    if axes.difference_low == axes.difference_high:
        middle = first + height / 2
        axis = Axis(0.0, 0.0, middle, middle)
    return [text, *strip(figures, grid, axis, look)]


def _larger(look: Look) -> float:
    """How much more a row of labels takes than in print: on a screen they are larger."""
    return look.small - LOOK.small


def _notes(figures: MonthsFigures, y: float, width: float, look: Look) -> tuple[list[Shape], float]:
    """What the reader must know about the figures, below the months, and where it ends."""
    shapes: list[Shape] = []
    for _, note in changes_noted(figures):
        for written in wrap(note, width, look.small):
            shapes.append(Text(0, y + look.small, written, look.small, 400, look.palette.grey))
            y += round(look.small * 1.3)
    return shapes, y
