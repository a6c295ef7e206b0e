"""Turn charts into what a browser shows: pictures in a type for the screen, each with its figures
as a table behind it; and name the parts of the page that can be scrolled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from markupsafe import Markup

from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import LOOK
from kpixl.pack.chart_tables import ChartTable, Row, chart_table
from kpixl.words import word

SCREEN_LOOK = replace(LOOK, small=11.0, normal=12.0, title=14.5)
"""On paper 8.5 pixels are 6.4 points; on a phone they would be too small to read."""
WIDTH, HIGHER = 328.0, 1.25
WIDE = 600.0
"""Pictures that are wider do not fit a phone: they keep their size, and can be scrolled; but those
whose height can be chosen, too, are drawn for any room."""
ROOMY = 400.0
"""Wider pictures that do fit have two forms: one for a phone, and one with all its labels where
there is room; those that are wider yet have a third, as wide as the page of a desk's screen."""
BROAD = 1016.0
"""As wide as the goal tree and other pictures that fill the page."""
FORMS = ("narrow", "roomy", "broad")
"""What the style sheet calls them."""
SHORT = 8
"""Names of more letters need a column that they are not torn apart in."""


def on_screen(drawing: Drawing, widest: float = WIDTH, least: float = 0.0) -> Drawing:
    """The same chart in larger type and at most as wide as ``widest``, where it can be drawn again
    by itself; one that fits a phone is at least as wide as ``least``."""
    source = drawing.source
    if source is None or source.chart is None:
        return drawing
    settings = dict(source.settings)
    width, height = settings.get("width"), settings.get("height")
    if isinstance(width, (int, float)) and _fits(drawing):
        settings["width"] = max(min(width, widest), least)
    if isinstance(height, (int, float)):
        settings["height"] = height * HIGHER
    return source.chart(source.figures, look=SCREEN_LOOK, **settings)


def has_roomy_form(drawing: Drawing) -> bool:
    """Whether a picture is shown in another form where there is more room than on a phone."""
    redrawn = drawing.source is not None and drawing.source.chart is not None
    return redrawn and drawing.width > ROOMY and _fits(drawing)


def forms(drawing: Drawing) -> tuple[Drawing, ...]:
    """A picture as it is shown on a phone, and in the places with more room of which it makes use:
    the narrowest first."""
    narrow = on_screen(drawing)
    if not has_roomy_form(drawing):
        return (narrow,)
    broad = (on_screen(drawing, BROAD, least=BROAD),) if drawing.width > WIDE else ()
    return (narrow, on_screen(drawing, WIDE), *broad)


def _fits(drawing: Drawing) -> bool:
    """Whether a picture can be drawn in the width of a phone."""
    source = drawing.source
    return drawing.width <= WIDE or (source is not None and "height" in dict(source.settings))


class Screen:
    """What the templates of one page call; it sees to it that no two regions share a name."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._names: Counter[str] = Counter()

    def region(self, label: str) -> Markup:
        """The attributes of a part that can be scrolled sideways, so that a keyboard reaches it
        and a screen reader names it."""
        self._names[label] += 1
        times = self._names[label]
        name = f"{label} ({times})" if times > 1 else label
        return Markup(f' tabindex="0" role="region" aria-label="{escape(name)}"')  # noqa: S704

    def chart(self, drawing: Drawing, framed: Markup, *roomier: Markup) -> Markup:
        """A picture; with its table below it where it is one of a kind, and with its ``roomier``
        forms beside it, of all of which the style sheet shows one."""
        source = drawing.source
        table = chart_table([drawing]) if source is not None and _is_alone(drawing) else None
        if table is None:
            return framed
        wide = drawing.width > WIDE
        plot = (
            Markup('<div class="plot wide"{}>{}</div>').format(self.region(table.name), framed)
            if wide
            else Markup('<div class="plot">{}</div>').format(framed)
        )
        if roomier:
            plot = Markup("").join(
                Markup('<div class="plot {}">{}</div>').format(name, form)
                for name, form in zip(FORMS, (framed, *roomier), strict=False)
            )
        return Markup('<div class="chart">{}{}</div>').format(plot, self._view(table))

    def table_view(self, drawings: Sequence[Drawing]) -> Markup:
        """The table behind pictures that stand in the rows of another table."""
        table = chart_table(drawings)
        return Markup("") if table is None else self._view(table)

    def _view(self, table: ChartTable) -> Markup:
        summary = Markup('<summary>{}<span class="unseen">: {}</span></summary>').format(
            word("chart_table.show", self._language), table.name
        )
        notes = Markup("").join(Markup("<p>{}</p>").format(note) for note in table.notes)
        region = self.region(table.caption)
        return Markup('<details class="view">{}<div class="sheet"{}>{}</div>{}</details>').format(
            summary, region, _table(table), notes
        )


def _is_alone(drawing: Drawing) -> bool:
    """Whether a picture is a chart of its own rather than a mark in the row of a table."""
    return drawing.height > LOOK.title * 2


def _table(table: ChartTable) -> Markup:
    head = Markup("").join(
        _cell("th", "col", text, n in table.words or n == 0) for n, text in enumerate(table.head)
    )
    rows = Markup("").join(_row(row, table) for row in table.rows)
    named = max((len(row[0]) for row in table.rows), default=0) > SHORT
    return Markup(
        "<table{}><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(Markup(' class="named"') if named else "", table.caption, head, rows)


def _row(row: Row, table: ChartTable) -> Markup:
    first, *rest = row
    cells = [_cell("th", "row", first, True)]
    cells += [_cell("td", "", text, n in table.words) for n, text in enumerate(rest, start=1)]
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(tag: str, scope: str, text: str, is_word: bool) -> Markup:
    attributes = Markup(' scope="{}"').format(scope) if scope else Markup("")
    css = Markup("") if is_word else Markup(' class="num"')
    return Markup("<{tag}{}{}>{}</{tag}>").format(attributes, css, text, tag=tag)
