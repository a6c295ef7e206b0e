"""Turn a KGI's leaves into the rows of its focus list, as many as its page has room for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import VarianceRow
from kpixl.pack.contexts import ActionLine
from kpixl.pack.drawings import anchor
from kpixl.pack.insight_contexts import LeafRow
from kpixl.pack.paper import line_count
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import action_line, mark
from kpixl.review.bridge_sentences import leverage_text, part_label
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Bridge, Lever
from kpixl.review.sentences import style_of
from kpixl.words import say

BAR_SIZE = (134.0, 14.0)
NAME_WIDTH, OWNER_WIDTH, ACTION_WIDTH = 178.0, 90.0, 262.0
PADDING, LINE = 6.2, 13.5
FEWEST_ROWS = 4
HEAD_TYPE, HEAD_APART, WIDEST_HEAD = 10.0, 3.0, 240.0


class Widths(NamedTuple):
    """How much a part's ``bar`` and the text of an ``action`` take of a row, in CSS pixels."""

    bar: float
    action: float


@dataclass(frozen=True)
class Period:
    """A period of a bridge's page: how it is called in sentences and above a column, and the
    KGI's bridge in it."""

    name: str
    label: str
    bridge: Bridge


@dataclass(frozen=True)
class _Entry:
    """A row before it is drawn: its parts in the page's periods, and its lever where it has one."""

    name: str
    parts: tuple[float | None, ...]
    lever: Lever | None = None
    actions: tuple[ActionLine, ...] = ()
    height: float = PADDING + LINE


def leaf_rows(
    review: Review,
    goal: GoalReview,
    periods: Sequence[Period],
    levers: Sequence[Lever],
    room: float,
    widths: Widths,
    language: str,
) -> tuple[LeafRow, ...]:
    """As many leaves as find ``room``, the others as one row, then what no goal of the pack
    explains. All bars stand on one scale; the parts of each period add up to its gap."""
    parts = [{leaf.goal: leaf.value for leaf in period.bridge.leaves} for period in periods]
    leaves = [_entry(review, lever, parts, widths.action, language) for lever in levers]
    outside = _outside(review, periods, language)
    room -= sum(entry.height for entry in outside)
    entries = [*_fitting(leaves, room, language), *outside]
    bars = _bars(review, goal, periods, entries, widths.bar, language)
    ranks = iter(range(1, len(entries) + 1))
    return tuple(
        _row(review, goal, entry, row, ranks, language)
        for entry, row in zip(entries, bars, strict=True)
    )


def list_widths(
    review: Review, goal: GoalReview, periods: Sequence[Period], head: str, language: str
) -> Widths:
    """Bars wide enough for the texts of all parts, also where some of them stand in one row, and
    for the ``head`` above them on one line; what that takes beyond the usual, the countermeasures
    give."""
    style = style_of(review, goal, language)
    parts = [[leaf.value for leaf in period.bridge.leaves] for period in periods]
    most = [-math.fsum(map(abs, values)) for values in parts]
    texts = [style.change(value) for values in (*parts, most) for value in values]
    heading = min(text_width(head, HEAD_TYPE, 600) + HEAD_APART, WIDEST_HEAD)
    least = max(BAR_SIZE[0], heading / len(periods))
    bar = charts.variance_width(texts, least)
    return Widths(bar, ACTION_WIDTH - len(periods) * (bar - BAR_SIZE[0]))


def _entry(
    review: Review,
    lever: Lever,
    parts: Sequence[Mapping[str | None, float]],
    action_width: float,
    language: str,
) -> _Entry:
    leaf = review.by_id[lever.goal]
    open_actions = [entry for entry in review.actions_of(leaf.id) if entry.open]
    actions = tuple(action_line(review, entry, language) for entry in open_actions)
    values = tuple(found.get(leaf.id) for found in parts)
    lines = _lines(leaf, lever, actions, action_width)
    return _Entry(leaf.goal.name, values, lever, actions, PADDING + lines * LINE)


def _lines(leaf: GoalReview, lever: Lever, actions: Sequence[ActionLine], width: float) -> int:
    """How many lines a row takes: only the leaves proposed say what is being done."""
    tags = [f"{action.id} {action.phase} mmmm" for action in actions]
    said = (
        sum(
            line_count(f"{tag} {action.countermeasure}", width, 10)
            for tag, action in zip(tags, actions, strict=True)
        )
        if lever.proposed
        else line_count(" ".join(tags), width, 10)
    )
    name = line_count(leaf.goal.name, NAME_WIDTH, 10, 600 if lever.proposed else 400)
    return max(1, name, line_count(leaf.goal.owner, OWNER_WIDTH, 10), said)


def _outside(review: Review, periods: Sequence[Period], language: str) -> list[_Entry]:
    """What the drivers do not explain, and what goals outside the pack add, each as one row."""
    names: dict[str, list[float]] = {}
    for number, period in enumerate(periods):
        for leaf in period.bridge.leaves:
            if leaf.goal not in review.by_id:
                name = part_label(review, leaf, language)
                names.setdefault(name, [0.0] * len(periods))[number] += leaf.value
    return [_Entry(name, tuple(values)) for name, values in names.items()]


def _fitting(leaves: Sequence[_Entry], room: float, language: str) -> list[_Entry]:
    """The first leaves of the list, and one row for those that find no room."""
    heights = [sum(leaf.height for leaf in leaves[:n]) for n in range(len(leaves) + 1)]
    if heights[-1] <= room or len(leaves) <= FEWEST_ROWS:
        return list(leaves)
    fitting = [n for n, height in enumerate(heights) if height + PADDING + LINE <= room]
    # One leaf alone is no "others".
    kept = min(max([FEWEST_ROWS, *fitting]), len(leaves) - 2)
    rest = leaves[kept:]
    sums = tuple(
        math.fsum(value for leaf in rest if (value := leaf.parts[n]) is not None)
        for n in range(len(rest[0].parts))
    )
    return [*leaves[:kept], _Entry(say("page.other_leaves", language, n=len(rest)), sums)]


def _bars(
    review: Review,
    goal: GoalReview,
    periods: Sequence[Period],
    entries: Sequence[_Entry],
    width: float,
    language: str,
) -> list[tuple[Drawing, ...]]:
    """Each row's bar in each period."""
    style = style_of(review, goal, language)
    # The others together may dwarf each single leaf: their bar is cut instead.
    single = [entry for entry in entries if entry.lever is not None] or entries
    values = [abs(value) for entry in single for value in entry.parts if value is not None]
    columns = []
    for number, period in enumerate(periods):
        rows = []
        for entry in entries:
            value = entry.parts[number]
            text = "–" if value is None else style.change(value)
            alt = say("chart.alt.part", language, name=entry.name, text=text, period=period.name)
            judged = not period.bridge.is_difference
            rows.append(VarianceRow(entry.name, value, text, alt, judged))
        limit = max(values, default=0.0)
        columns.append(charts.variance_bars(rows, language, width, BAR_SIZE[1], limit))
    return list(zip(*columns, strict=True))


def _row(
    review: Review,
    goal: GoalReview,
    entry: _Entry,
    bars: tuple[Drawing, ...],
    ranks: Iterator[int],
    language: str,
) -> LeafRow:
    lever = entry.lever
    if lever is None:
        return LeafRow("", entry.name, "", "", bars, "", None, ())
    leaf = review.by_id[lever.goal]
    return LeafRow(
        rank=str(next(ranks)) if lever.proposed else "",
        name=leaf.goal.name,
        anchor=anchor(leaf),
        owner=leaf.goal.owner,
        bars=bars,
        leverage=leverage_text(goal, lever, style_of(review, goal, language)) or "–",
        mark=mark(leaf.status, language),
        actions=entry.actions,
    )
