"""Turn goals into rows on one axis: bullets of attainment, bars of gaps, trends, status marks."""

from __future__ import annotations

from statistics import median
from typing import Optional, Sequence

from kpixl.measures.kinds import Status
from kpixl.pack.canvas import Dot, Drawing, Line, Link, Point, Rect, Shape, Source, Text
from kpixl.pack.chart_alt import bullets_alt, spark_alt
from kpixl.pack.chart_figures import (
    LOOK,
    BulletFigures,
    BulletRow,
    Look,
    SparkFigures,
    VarianceRow,
)
from kpixl.pack.chart_lines import runs
from kpixl.pack.chart_parts import (
    BOLD,
    axis_break,
    gap_colour,
    heading,
    known,
    status_shapes,
)
from kpixl.pack.text_width import LINE_ENDS, break_lines, name_lines, text_width, wrap
from kpixl.words import say, word

MARK = 9.0
ZONES = ("#dce0e4", "#e9ecef", "#f4f5f7")  # below amber, amber, green: lighter is better
OUTLIER = 4.0
BESIDE = 3.0  # between a gap's bar, or the zero line, and its text


def bullets(figures: BulletFigures, width: float = 330, look: Look = LOOK) -> Drawing:
    """Attainment of each row from 0 to the cap, on bands of the status thresholds and against one
    plan line at 100 %; as high as its rows need."""
    palette = look.palette
    # Behind the subtitle, where it mostly takes no line of its own: pages are tight.
    below = figures.subtitle
    if figures.note:
        details = {"subtitle": figures.subtitle, "note": figures.note}
        below = say("chart.bullet.subtitle", figures.language, **details)
    shapes, y = heading(figures.title, below, width, look)
    texts = [max(_written(row.value, look, BOLD), _written(row.gap, look)) for row in figures.rows]
    # A number is not broken as long as it leaves the bars some room.
    numbers = [_written(row.gap.partition(" ")[0], look) for row in figures.rows]
    right = min(max([*texts, 30.0]), max(width * 0.3, min(width * 0.42, max(numbers, default=0.0))))
    start = round(MARK + 6 + width * 0.31)
    end = round(width - right - 10)
    plan = start + (end - start) / max(figures.cap, 1.0)
    y += 6
    caption = word("chart.bullet.plan", figures.language)
    half = text_width(caption, look.small) / 2
    middle = max(half, min(width - half, plan))
    shapes.append(Text(middle, y + look.small, caption, look.small, 400, palette.grey, "middle"))
    y += look.small + 5
    top = y
    links: list[Link] = []
    for row in figures.rows:
        drawn, height = _bullet(row, figures, (start, end), y, width, right, look)
        shapes += drawn
        if row.anchor:
            links.append(Link(0, y, width, height, f"#{row.anchor}", row.name))
        y += height
    line = Line(((plan, top - 2), (plan, y)), palette.ink, 1.6)
    source = Source(figures, bullets, (("width", width),))
    return Drawing(width, y + 2, bullets_alt(figures), (*shapes, line), tuple(links), source)


def _written(text: str, look: Look, weight: int = 400) -> float:
    return text_width(text, look.normal, weight)


def _figure_lines(text: str, width: float, look: Look) -> tuple[str, ...]:
    """A figure that is too long for a line goes on after a comma."""
    return break_lines(text, lambda line: _written(line, look) <= width, LINE_ENDS + ",")


def _bullet(
    row: BulletRow,
    figures: BulletFigures,
    span: tuple[float, float],
    y: float,
    width: float,
    right: float,
    look: Look,
) -> tuple[list[Shape], float]:
    """One row and its height: mark, name, bar, value over gap."""
    palette, size, leading = look.palette, look.normal, round(look.normal * 1.25)
    start, _ = span
    names = name_lines(row.name, start - MARK - 14, size)
    beside = [(line, BOLD, palette.ink) for line in wrap(row.value, right, size, BOLD)]
    colour = gap_colour(row.good, row.status, palette)
    beside += [(line, 400, colour) for line in _figure_lines(row.gap, right, look)]
    height = max(len(names), len(beside), 2) * leading + 6
    middle = y + height / 2
    shapes = status_shapes(row.status, 0, middle - MARK / 2, MARK, palette)
    first = middle - len(names) * leading / 2 + size * 0.95
    for index, line in enumerate(names):
        shapes.append(Text(MARK + 6, first + index * leading, line, size, 400, palette.ink))
    first = middle - len(beside) * leading / 2 + size * 0.95
    for index, (line, weight, fill) in enumerate(beside):
        place = first + index * leading
        shapes.append(Text(width, place, line, size, weight, fill, "end"))
    shapes += _bar(row, figures, span, middle, look)
    return shapes, height


def _bar(
    row: BulletRow, figures: BulletFigures, span: tuple[float, float], middle: float, look: Look
) -> list[Shape]:
    start, end = span
    cap = max(figures.cap, 1.0)
    unit = (end - start) / cap
    attainment = known(row.attainment)
    if attainment is None:
        text = word("chart.not_available", figures.language)
        baseline = middle + look.small * 0.36
        return [
            Rect(start, middle - 8, end - start, 16, ZONES[2]),
            Text(start + 6, baseline, text, look.small, 400, look.palette.grey),
        ]
    edges = [0.0, min(row.amber_at, cap), min(max(row.green_at, row.amber_at), cap), cap]
    shapes: list[Shape] = [
        Rect(start + low * unit, middle - 8, (high - low) * unit, 16, fill)
        for low, high, fill in zip(edges, edges[1:], ZONES, strict=False)
        if high > low
    ]
    length = max(0.0, min(attainment, cap)) * unit
    shapes.append(Rect(start, middle - 3.5, length, 7, look.palette.actual))
    if attainment > cap:
        shapes += axis_break(end - 8, middle, look.palette)
    elif attainment < 0:
        shapes += axis_break(start + 5, middle, look.palette)
    return shapes


def sparkline(
    figures: SparkFigures, width: float = 90, height: float = 16, look: Look = LOOK
) -> Drawing:
    """The trend as a line with its last point; gaps stay gaps, each trend has its own scale."""
    shapes = spark_shapes(figures.values, figures.plan, figures.status, (0, 0, width, height), look)
    return Drawing(width, height, spark_alt(figures), tuple(shapes), source=Source(figures))


def spark_shapes(
    values: Sequence[Optional[float]],
    plan: Sequence[Optional[float]],
    status: Optional[Status],
    area: tuple[float, float, float, float],
    look: Look,
) -> list[Shape]:
    """A sparkline inside ``area`` (x, y, width, height)."""
    palette = look.palette
    x, y, width, height = area
    figures = [known(value) for value in values]
    plans = [known(value) for value in plan[: len(values)]]
    present = [value for value in (*figures, *plans) if value is not None]
    if all(value is None for value in figures):
        size = look.small
        baseline = y + height / 2 + size * 0.3
        return [Text(x + width / 2, baseline, "–", size, 400, palette.grey, "middle")]
    low, high = min(present), max(present)
    inset = 3.0

    def point(index: int, value: float) -> Point:
        across = index / (len(values) - 1) if len(values) > 1 else 1.0
        up = (value - low) / (high - low) if high > low else 0.5
        return (
            x + inset + across * (width - 2 * inset),
            y + height - inset - up * (height - 2 * inset),
        )

    def drawn(series: Sequence[Optional[float]]) -> list[tuple[Point, ...]]:
        return runs([None if v is None else point(i, v) for i, v in enumerate(series)])

    shapes: list[Shape] = [
        Line(run, palette.grey, 0.7, (2, 1.5)) for run in drawn(plans) if len(run) > 1
    ]
    stretches = drawn(figures)
    shapes += [Line(run, palette.actual, 1.1) for run in stretches if len(run) > 1]
    shapes += [Dot(*run[0], 0.9, palette.actual) for run in stretches[:-1] if len(run) == 1]
    fills = {
        Status.GREEN: palette.good,
        Status.AMBER: palette.amber,
        Status.RED: palette.bad,
    }
    fill = fills.get(status, palette.actual) if status else palette.actual
    shapes.append(Dot(*stretches[-1][-1], 2, fill))
    return shapes


def status_mark(status: Status, language: str, size: float = 10, look: Look = LOOK) -> Drawing:
    """The mark of a status; its word is the alternative text."""
    shapes = status_shapes(status, 0, 0, size, look.palette)
    return Drawing(size, size, word(f"status.{status.value}", language), tuple(shapes))


def variance_limit(rows: Sequence[VarianceRow]) -> float:
    """The gap at which the bars of ``rows`` end: the largest one that is not an outlier (more
    than four times the median of the gaps other than zero)."""
    gaps = [abs(gap) for gap in (known(row.gap_pct) for row in rows) if gap]
    if not gaps:
        return 1.0
    usual = OUTLIER * median(gaps)
    return max(gap for gap in gaps if gap <= usual)


def variance_width(texts: Sequence[str], usual: float, look: Look = LOOK) -> float:
    """How wide gap bars are that none of ``texts`` is cut beside: as ``usual``, or wider where one
    would not even have room on the other side of the zero line."""
    longest = max((text_width(text, look.small) for text in texts), default=0.0)
    return max(usual, 2 * (longest + BESIDE + 1))


def variance_bars(
    rows: Sequence[VarianceRow],
    language: str,
    width: float = 120,
    height: float = 16,
    limit: Optional[float] = None,
    look: Look = LOOK,
) -> tuple[Drawing, ...]:
    """One drawing a row: the gap as a bar to the right (good) or left (bad) of one zero line, with
    its text beyond the bar's end. All rows share a scale; bars beyond ``limit`` are cut with a
    break mark. Gaps that are not available are a dash."""
    scale = limit or variance_limit(rows)
    longest = max((text_width(row.text, look.small) for row in rows), default=0.0)
    half = max(12.0, width / 2 - longest - 6)
    return tuple(
        _variance(row, language, (width, height, half / scale, half), look) for row in rows
    )


def _variance(
    row: VarianceRow, language: str, sizes: tuple[float, float, float, float], look: Look
) -> Drawing:
    width, height, unit, half = sizes
    palette, size = look.palette, look.small
    zero, middle = width / 2, height / 2
    axis = Line(((zero, 0), (zero, height)), palette.actual, 0.8)
    baseline = middle + size * 0.36
    gap = known(row.gap_pct)
    code = "chart.alt.variance" if gap is not None else "chart.alt.variance.none"
    alt = row.alt or say(code, language, name=row.name, text=row.text)
    if gap is None:
        dash = Text(zero + 4, baseline, row.text or "–", size, 400, palette.grey)
        return Drawing(width, height, alt, (axis, dash))
    length = min(abs(gap) * unit, half)
    if gap:
        length = max(length, 0.8)
    bar = Rect(
        zero if gap > 0 else zero - length,
        middle - height * 0.26,
        length,
        height * 0.52,
        (palette.good if gap > 0 else palette.bad) if row.judged else palette.prior,
    )
    shapes: list[Shape] = [bar] if gap else []
    if abs(gap) * unit > half * 1.0001:
        shapes += axis_break(zero + (half - 5 if gap > 0 else 5 - half), middle, palette)
    end = zero + length + BESIDE if gap >= 0 else zero - length - BESIDE
    written = text_width(row.text, size)
    if gap >= 0:
        fits = end + written <= width
        text = Text(end if fits else zero - BESIDE, baseline, row.text, size, 400, palette.ink,
                    "start" if fits else "end")  # fmt: skip
    else:
        fits = end - written >= 0
        text = Text(end if fits else zero + BESIDE, baseline, row.text, size, 400, palette.ink,
                    "end" if fits else "start")  # fmt: skip
    return Drawing(width, height, alt, (*shapes, axis, text))
