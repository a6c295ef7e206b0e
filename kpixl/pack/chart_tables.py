"""Turn the figures of a chart into a table of texts: what the chart shows, for those who would
rather read or hear it. Nothing is computed here; every figure is written as in the chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Optional

from kpixl.measures.kinds import Status
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import (
    BridgeFigures,
    BulletFigures,
    ControlFigures,
    Format,
    LandingFigures,
    MonthFigures,
    MonthsFigures,
    SparkFigures,
    TreeFigures,
)
from kpixl.pack.chart_grid import changes_noted
from kpixl.pack.chart_parts import known
from kpixl.pack.chart_timeline import TimelineFigures
from kpixl.words import say, word

MISSING = "–"
Row = tuple[str, ...]


@dataclass(frozen=True)
class ChartTable:
    """A chart as a table. ``name`` says what it is about; the first text of each row is that
    row's head; ``words`` are the columns that hold no figures, ``notes`` what else the chart
    says."""

    name: str
    caption: str
    head: Row
    rows: tuple[Row, ...]
    words: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def chart_table(drawings: Sequence[Drawing]) -> Optional[ChartTable]:
    """One table of what ``drawings`` show: one picture, or the rows of one kind that stand below
    each other. None where there is nothing to be read in them but what stands beside them."""
    figures = tuple(drawing.source.figures for drawing in drawings if drawing.source is not None)
    if not figures:
        return None
    if isinstance(figures[0], LandingFigures):
        return _landings([each for each in figures if isinstance(each, LandingFigures)])
    if isinstance(figures[0], SparkFigures):
        return _trends([each for each in figures if isinstance(each, SparkFigures)])
    return _single(figures[0])


def _single(figures: object) -> Optional[ChartTable]:
    if isinstance(figures, MonthsFigures):
        return _months(figures)
    if isinstance(figures, BulletFigures):
        return _bullets(figures)
    if isinstance(figures, ControlFigures):
        return _control(figures)
    if isinstance(figures, TreeFigures):
        return _tree(figures)
    if isinstance(figures, TimelineFigures):
        return _timeline(figures)
    if isinstance(figures, tuple):
        return _bridges([panel for panel in figures if isinstance(panel, BridgeFigures)])
    return None


def _written(value: Optional[float], form: Format) -> str:
    return MISSING if known(value) is None or value is None else form(value)


def _titled(title: str, subtitle: str, language: str) -> str:
    return word("chart.alt.listed", language).join(filter(None, (title, subtitle)))


def _texts(keys: Sequence[str], language: str) -> Row:
    return tuple(word(key, language) for key in keys)


def _bare(name: str, subtitle: str) -> str:
    """A name without its unit in brackets, with which the subtitle begins."""
    found = re.fullmatch(r"(.+?) ?[(（]([^()（）]+)[)）]", name)
    return found[1] if found and subtitle.startswith(found[2]) else name


def _months(figures: MonthsFigures) -> ChartTable:
    """The months with the series that are in use; a difference where there is a plan."""
    language, value, signed = figures.language, figures.value, figures.signed
    difference = f"chart.difference.{figures.direction.value}"
    columns: tuple[tuple[str, Callable[[MonthFigures], Optional[float]], Format], ...] = (
        ("chart.actual", lambda month: month.actual, value),
        ("chart.plan", lambda month: month.plan, value),
        ("chart.original", lambda month: month.original, value),
        (difference, lambda month: month.difference, signed),
        ("chart.prior", lambda month: month.prior, value),
        ("chart.outlook", lambda month: month.outlook, value),
    )
    used = [
        column
        for column in columns
        if any(known(column[1](month)) is not None for month in figures.months)
    ] or list(columns[:2])
    name = figures.title or _bare(figures.name, figures.subtitle)
    return ChartTable(
        name=name,
        caption=_titled(name, figures.subtitle, language),
        head=_texts([f"chart_table.{figures.step}", *(key for key, _, _ in used)], language),
        rows=tuple(
            (month.label, *(_written(get(month), form) for _, get, form in used))
            for month in figures.months
        ),
        notes=tuple(note for _, note in changes_noted(figures)),
    )


def _status(status: Status, language: str) -> str:
    return word(f"status.{status.value}", language)


def _bullets(figures: BulletFigures) -> ChartTable:
    language = figures.language
    return ChartTable(
        name=figures.title,
        caption=figures.subtitle or figures.title,
        head=_texts(["page.goal", "page.attainment", "page.gap", "page.status"], language),
        rows=tuple(
            (row.name, row.value, row.gap, _status(row.status, language)) for row in figures.rows
        ),
        words=frozenset({3}),
        notes=(figures.note,) if figures.note else (),
    )


def _control(figures: ControlFigures) -> ChartTable:
    """The points, then centre and limits; the points of the signal are marked in words."""
    language, value = figures.language, figures.value
    marked = set(figures.marked)
    sign = word("chart_table.marked", language)
    points = [
        (label, value(point), sign if n in marked else "")
        for n, (label, point) in enumerate(zip(figures.labels, figures.points, strict=True))
    ]
    levels = [
        (word(f"chart_table.{name}", language), value(level), "")
        for name, level in (
            ("upper", figures.upper), ("centre", figures.centre), ("lower", figures.lower)
        )
    ]  # fmt: skip
    width = 3 if marked else 2
    head = _texts(["chart_table.month", "chart_table.value", "page.signal"], language)
    return ChartTable(
        name=figures.title,
        caption=_titled(figures.title, figures.subtitle, language),
        head=head[:width],
        rows=tuple(row[:width] for row in (*points, *levels)),
        words=frozenset({2}),
        notes=(figures.redefined,) if figures.redefined else (),
    )


def _tree(figures: TreeFigures) -> ChartTable:
    language = figures.language
    heads = ["page.goal", "chart_table.id", "page.level", "page.actual", "page.plan", "page.gap"]
    return ChartTable(
        name=figures.title,
        caption=_titled(figures.title, figures.subtitle, language),
        head=_texts([*heads, "page.status"], language),
        rows=tuple(
            (
                node.name, node.label, node.level, node.actual or MISSING, node.plan or MISSING,
                node.gap or MISSING, _status(node.status, language),
            )
            for node in figures.nodes
        ),
        words=frozenset({1, 2, 6}),
    )  # fmt: skip


def _bridges(panels: Sequence[BridgeFigures]) -> Optional[ChartTable]:
    """Plan, every part and actual, a column for each bridge."""
    if not panels:
        return None
    language = panels[0].language
    parts: dict[tuple[str, str], None] = {}
    for panel in panels:
        parts.update(((part.name, part.anchor), None) for part in panel.parts)
    found = [
        {(part.name, part.anchor): part.value for part in panel.parts} for panel in panels
    ]  # fmt: skip
    between = [
        (
            key[0],
            *(
                _written(values.get(key), panel.signed)
                for panel, values in zip(panels, found, strict=True)
            ),
        )
        for key in parts
    ]
    plan = (word("chart.plan", language), *(panel.value(panel.plan) for panel in panels))
    actual = (word("chart.actual", language), *(panel.value(panel.actual) for panel in panels))
    return ChartTable(
        name=panels[0].name,
        caption=_titled(panels[0].name, panels[0].subtitle, language),
        head=(word("chart_table.step", language), *(panel.title for panel in panels)),
        rows=(plan, *between, actual),
    )


def _timeline(figures: TimelineFigures) -> ChartTable:
    language = figures.language
    listed = word("chart.alt.listed", language)
    heads = ["page.action", "page.goal", "page.owner", "chart_table.dates", "page.phase"]
    return ChartTable(
        name=figures.title,
        caption=_titled(figures.title, figures.subtitle, language),
        head=_texts([*heads, "chart_table.effect"], language),
        rows=tuple(
            (
                row.id,
                row.name,
                row.owner,
                listed.join(row.written) or word("chart.alt.timeline.undated", language),
                listed.join(filter(None, (row.state, row.late))),
                listed.join(filter(None, (row.effect, row.note))) or MISSING,
            )
            for row in figures.rows
        ),
        words=frozenset(range(1, 6)),
    )


def _landings(rows: Sequence[LandingFigures]) -> ChartTable:
    """A row a goal, with the columns that any of them has a figure in."""
    language = rows[0].language

    def between(row: LandingFigures) -> str:
        low, high = known(row.low), known(row.high)
        if low is None or high is None:
            return MISSING
        return say("chart.alt.to", language, first=row.value(low), last=row.value(high))

    def of(name: str) -> Row:
        return tuple(_written(getattr(row, name), row.value) for row in rows)

    columns = (
        ("page.to_date", of("to_date")),
        ("chart.landing.key.landing", of("landing")),
        ("chart.landing.key.range", tuple(between(row) for row in rows)),
        ("page.year_plan", of("plan")),
        ("chart.landing.key.original", of("original")),
        ("chart.landing.key.outlook", of("outlook")),
        ("chart.landing.key.prior", of("prior")),
    )
    used = [column for column in columns if any(text != MISSING for text in column[1])]
    names = tuple(row.name for row in rows)
    return ChartTable(
        name=word("page.landing_chart", language),
        caption=word("page.landing_chart", language),
        head=_texts(["page.goal", *(key for key, _ in used)], language),
        rows=tuple(zip(names, *(texts for _, texts in used), strict=True)),
    )


def _trends(rows: Sequence[SparkFigures]) -> Optional[ChartTable]:
    """A row a goal, a column a month; none where the months have no names. All trends end in the
    same month, but a roll-up's begins with the fiscal year."""
    language, months = rows[0].language, max((row.labels for row in rows), key=len)
    if not months:
        return None
    return ChartTable(
        name=word("page.trend", language),
        caption=word("page.trend", language),
        head=(word("page.goal", language), *months),
        rows=tuple(
            (
                row.name,
                *[MISSING] * (len(months) - len(row.values)),
                *(_written(value, row.value) for value in row.values),
            )
            for row in rows
        ),
    )
