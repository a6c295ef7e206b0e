"""Turn countermeasures into a timeline: one row each on a common axis of months, on as many
drawings as they need."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Optional

from kpixl.pack.canvas import Drawing, Line, Link, Shape, Source, Text
from kpixl.pack.chart_alt import join
from kpixl.pack.chart_figures import LOOK, Look
from kpixl.pack.chart_parts import BOLD, centred, heading
from kpixl.pack.chart_timeline_marks import (
    EVENTS,
    beyond,
    event,
    key,
    key_width,
    late_bar,
    left_bar,
    now_bar,
)
from kpixl.pack.text_width import text_width, wrap
from kpixl.plan.month import Month
from kpixl.words import say, word

STATE_WIDTH = 160.0  # in type of the usual size
LONGEST_ID, LONGEST_NAME = 84.0, 196.0
GAP = 10.0
KEY_HEIGHT = 17.0
LEAST_ROW, ROW_SPACE = 22.0, 6.0
LEAST_ROWS = 3


@dataclass(frozen=True)
class TimelineRow:
    """One countermeasure: its dates as known on the as-of date, and the texts beside them.

    ``since`` is the day from which the bar of the current phase runs, ``late_from`` the first day
    on which it is overdue (None: it is not). ``state`` is the phase in words, ``late`` the word
    for overdue or empty, ``effect`` what the figures show, ``note`` what else there is to say.
    ``anchor`` is the place in the document that the row leads to, ``written`` the dates in words
    for those who hear the chart.
    """

    id: str
    name: str
    owner: str
    state: str
    raised: Optional[date] = None
    started: Optional[date] = None
    due: Optional[date] = None
    done: Optional[date] = None
    decided: Optional[date] = None
    since: Optional[date] = None
    late_from: Optional[date] = None
    late: str = ""
    effect: str = ""
    note: str = ""
    anchor: str = ""
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimelineMonth:
    """A month of the axis: its name, its year where that is to be written, and both together."""

    label: str
    year: str = ""
    full: str = ""


@dataclass(frozen=True)
class TimelineFigures:
    """Countermeasures on the months from ``first`` on; dates outside them are shown as such."""

    title: str
    subtitle: str
    rows: tuple[TimelineRow, ...]
    first: Month
    months: tuple[TimelineMonth, ...]
    as_of: date
    as_of_text: str
    language: str


class _Columns(NamedTuple):
    """Where names, axis and states stand."""

    name: float
    start: float
    end: float
    width: float
    first: Month
    months: int

    @property
    def pitch(self) -> float:
        return (self.end - self.start) / self.months

    def x(self, day: date) -> float:
        """The place of ``day`` in its month; outside the axis it lies beyond its ends."""
        length = monthrange(day.year, day.month)[1]
        month = Month(day.year, day.month).index - self.first.index
        return self.start + (month + (day.day - 0.5) / length) * self.pitch

    def inside(self, x: float) -> float:
        return max(self.start, min(self.end, x))


def timeline(
    figures: TimelineFigures, width: float, first: float, height: float, look: Look = LOOK
) -> tuple[Drawing, ...]:
    """The countermeasures in their order, the first drawing at most ``first`` high, the others at
    most ``height``. Each has its own axis and key; no row is cut."""
    if not figures.rows:
        return ()
    columns = _columns(figures, width, look)
    heights = [_row_height(row, columns, look) for row in figures.rows]
    pages: list[list[int]] = [[]]
    heads = [_head(figures, columns, look, continued=later)[1] + 1 for later in (False, True)]
    if heads[0] + sum(heights[:2]) > first:
        first = height
    room = first - heads[0]
    for position, tall in enumerate(heights):
        if pages[-1] and tall > room:
            pages.append([])
            room = height - heads[1]
        pages[-1].append(position)
        room -= tall
    _even_out(pages)
    return tuple(
        _drawing(figures, columns, [(n, heights[n]) for n in page], look, continued=bool(number))
        for number, page in enumerate(pages)
    )


def _even_out(pages: list[list[int]]) -> None:
    """A last drawing of one or two rows takes some from the one before."""
    while len(pages) > 1 and len(pages[-1]) < LEAST_ROWS < len(pages[-2]):
        pages[-1].insert(0, pages[-2].pop())


def _state_width(look: Look) -> float:
    return STATE_WIDTH * look.normal / LOOK.normal


def _columns(figures: TimelineFigures, width: float, look: Look) -> _Columns:
    longest = max(text_width(row.id, look.small, BOLD) for row in figures.rows)
    name = min(LONGEST_ID, longest) + 8
    texts = [(row.name, look.normal) for row in figures.rows]
    texts += [(row.owner, look.small) for row in figures.rows]
    names = min(LONGEST_NAME, max(text_width(text, size) for text, size in texts))
    start = name + max(60.0, names) + GAP
    return _Columns(
        name, start, width - _state_width(look) - GAP, width, figures.first, len(figures.months)
    )


def _sides(row: TimelineRow, columns: _Columns, look: Look) -> tuple[list[Text], ...]:
    """The row's ID, its names and its state, the lines of each one below the other from y = 0."""
    ink, grey = look.palette.ink, look.palette.grey
    room, at = columns.start - GAP - columns.name, columns.end + GAP
    label = [
        Text(0, 0, line, look.small, BOLD, ink)
        for line in wrap(row.id, columns.name - 8, look.small, BOLD)
    ]
    names = [
        Text(columns.name, 0, line, size, 400, fill)
        for text, size, fill in ((row.name, look.normal, ink), (row.owner, look.small, grey))
        for line in wrap(text, room, size)
    ]
    state = [Text(at, 0, row.state, look.normal, BOLD, ink)]
    state += [
        Text(at, 0, line, look.small, 400, grey)
        for line in wrap(row.note, _state_width(look), look.small)
    ]
    return label, names, state


def _height(lines: list[Text]) -> float:
    return sum(map(_leading, lines))


def _leading(text: Text) -> float:
    return round(text.size * 1.25)


def _row_height(row: TimelineRow, columns: _Columns, look: Look) -> float:
    return max(LEAST_ROW, *map(_height, _sides(row, columns, look))) + ROW_SPACE


def _drawing(
    figures: TimelineFigures,
    columns: _Columns,
    rows: list[tuple[int, float]],
    look: Look,
    *,
    continued: bool,
) -> Drawing:
    palette = look.palette
    shapes, y = _head(figures, columns, look, continued=continued)
    top, total = y, sum(tall for _, tall in rows)
    shapes += _months(columns, top, total, look)
    links: list[Link] = []
    for position, tall in rows:
        row = figures.rows[position]
        shapes.append(Line(((0, y), (columns.width, y)), palette.rule, 0.5))
        shapes += _row(row, columns, y, tall, look)
        shapes += _bar(row, columns, figures.as_of, y + tall / 2, look)
        if row.anchor:
            links.append(Link(0, y, columns.start, tall, f"#{row.anchor}", row.name))
        y += tall
    shapes.append(Line(((0, y), (columns.width, y)), palette.rule, 0.5))
    at = columns.x(figures.as_of)
    if columns.start <= at <= columns.end:
        shapes.append(Line(((at, top - 2), (at, y)), palette.ink, 1.0))
    shown = replace(figures, rows=tuple(figures.rows[position] for position, _ in rows))
    source = Source(shown, _again, (("width", columns.width), ("continued", continued)))
    return Drawing(columns.width, y + 1, _alt(shown), tuple(shapes), tuple(links), source)


def _again(figures: TimelineFigures, width: float, look: Look, *, continued: bool) -> Drawing:
    """The rows of one drawing in another look, as high as they then need."""
    columns = _columns(figures, width, look)
    rows = [(n, _row_height(row, columns, look)) for n, row in enumerate(figures.rows)]
    return _drawing(figures, columns, rows, look, continued=continued)


def _head(
    figures: TimelineFigures, columns: _Columns, look: Look, *, continued: bool
) -> tuple[list[Shape], float]:
    """Title, key, months and the as-of date, and the y at which the rows begin."""
    language, title = figures.language, figures.title
    if continued:
        title = say("page.continued", language, title=title)
    shapes, y = heading(title, figures.subtitle, columns.width, look)
    needed = key_width(language, look)
    beside = columns.width - needed - 2 * GAP
    if max(text_width(title, look.title, BOLD), text_width(figures.subtitle, look.normal)) > beside:
        y += look.small + 8
    y = max(y, KEY_HEIGHT)
    shapes += key(columns.width - needed, y - 4, language, look)
    names, y = _month_names(figures, columns, y + 6, look)
    shapes += names
    at = columns.x(figures.as_of)
    if columns.start <= at <= columns.end:
        text, ink = figures.as_of_text, look.palette.ink
        shapes.append(centred(text, at, y + look.small, look.small, BOLD, ink, columns.width))
        y += round(look.small * 1.3)
    return shapes, y + 3


def _month_names(
    figures: TimelineFigures, columns: _Columns, y: float, look: Look
) -> tuple[list[Shape], float]:
    """The months with their years where there is room, else the years on a line above them."""
    size, grey, line = look.small, look.palette.grey, round(look.small * 1.3)
    fits = all(text_width(month.full, size) + 4 < columns.pitch for month in figures.months)
    shapes: list[Shape] = []
    if not fits:
        shapes += [
            Text(columns.start + n * columns.pitch + 2, y + size, month.year, size, 400, grey)
            for n, month in enumerate(figures.months)
            if month.year
        ]
        y += line
    for n, month in enumerate(figures.months):
        text = month.full if fits and month.year else month.label
        middle = columns.start + (n + 0.5) * columns.pitch
        shapes.append(Text(middle, y + size, text, size, 400, grey, "middle"))
    return shapes, y + line


def _months(columns: _Columns, top: float, total: float, look: Look) -> list[Shape]:
    """A faint line at each month's beginning: the eye would not find the month otherwise."""
    return [
        Line(((x, top), (x, top + total)), look.palette.band, 0.8)
        for x in (columns.start + n * columns.pitch for n in range(columns.months + 1))
    ]


def _row(row: TimelineRow, columns: _Columns, y: float, tall: float, look: Look) -> list[Shape]:
    """The texts of a row in the middle of its height; the ID beside the name's first line."""
    label, names, state = _sides(row, columns, look)
    top = y + (tall - max(_height(names), _height(label))) / 2
    shapes: list[Shape] = []
    for lines, at in (
        (label, top),
        (names, top),
        (state, y + (tall - _height(state)) / 2),
    ):
        baseline = at
        for text in lines:
            baseline += _leading(text)
            placed = text._replace(y=baseline - text.size * 0.3)
            shapes.append(placed)
            if text is state[0]:
                shapes += _beside(row, placed, look)
    return shapes


def _beside(row: TimelineRow, state: Text, look: Look) -> list[Text]:
    """What stands on the line of the phase: overdue, and the effect."""
    found: list[Text] = []
    x = state.x + text_width(state.text, state.size, state.weight)
    parts = ((row.late, BOLD, look.palette.bad_text), (row.effect, 400, look.palette.ink))
    for text, weight, fill in parts:
        if text:
            found.append(state._replace(x=x + 5, text=text, weight=weight, fill=fill))
            x += 5 + text_width(text, state.size, weight)
    return found


def _bar(
    row: TimelineRow, columns: _Columns, as_of: date, middle: float, look: Look
) -> list[Shape]:
    """What happened when: a thin line over the past, the bar of the current phase up to the as-of
    line, the time left or overdue, and a mark a date."""
    dates = {name: getattr(row, name) for name in EVENTS}
    entered = [day for name, day in dates.items() if day is not None and name != "due"]
    if not entered and row.due is None:
        return []
    shapes: list[Shape] = []
    begin = min(entered) if entered else None
    end = row.since or (max(entered) if entered else None)
    if begin is not None and end is not None:
        run = (columns.inside(columns.x(begin)), columns.inside(columns.x(end)))
        if run[1] > run[0]:
            shapes.append(Line(((run[0], middle), (run[1], middle)), look.palette.grey, 1.2))
    today = columns.inside(columns.x(as_of))
    late = today if row.late_from is None else columns.inside(columns.x(row.late_from))
    if row.since is not None:
        since = columns.inside(columns.x(row.since))
        shapes += now_bar(since, min(late, today), middle, look)
        late = max(late, since)
    if late < today:
        shapes += late_bar(late, today, middle, look)
    if row.due is not None and row.done is None and row.due > as_of:
        shapes += left_bar(today, columns.inside(columns.x(row.due)), middle, look)
    for name, day in dates.items():
        if day is not None:
            x = columns.x(day)
            edge = columns.inside(x)
            drawn = (
                event(name, x, middle, look) if x == edge else beyond(edge, x > edge, middle, look)
            )
            shapes += drawn
    return shapes


def _alt(figures: TimelineFigures) -> str:
    return say(
        "chart.alt.timeline",
        figures.language,
        title=figures.title,
        subtitle=figures.subtitle,
        rows=join([_told(row, figures.language) for row in figures.rows], figures.language),
    )


def _told(row: TimelineRow, language: str) -> str:
    listed = word("chart.alt.listed", language)
    return say(
        "chart.alt.timeline.row",
        language,
        id=row.id,
        name=row.name,
        marks=listed.join(row.written) or word("chart.alt.timeline.undated", language),
        state=listed.join(filter(None, (row.state, row.late, row.effect))),
    )
