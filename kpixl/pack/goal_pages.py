"""Turn goals into their own pages: a CSF with its charts, comments and countermeasures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kpixl.measures.kinds import Status
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import MonthScale, MonthsFigures
from kpixl.pack.contexts import ActionLine, ChartCell, GoalPage, Remark
from kpixl.pack.drawings import anchor, bullet_figures, is_stock, months_figures
from kpixl.pack.goal_layout import grid_of, laid_out
from kpixl.pack.goal_room import closing_height
from kpixl.pack.pagination import shared_out
from kpixl.pack.paper import (
    BODY_HEIGHT,
    BODY_WIDTH,
    COLUMN,
    line_count,
    sentence_height,
    title_height,
)
from kpixl.pack.summary import unsaid_goals
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import action_line, mark, remarks
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.sentences import style_of
from kpixl.words import say, word

MOST_BULLETS, HIGHEST_BULLETS = 5, 250.0
KEY_HEIGHT = 22.0
OTHER_ROOM = BODY_HEIGHT - 36 - KEY_HEIGHT
TITLE_SIZE, LONG_TITLE, WIDEST_TITLE = 22.7, 17.4, 690.0  # px
SAME_SIZE = 2.5

Closing = tuple[tuple[Remark, ...], tuple[ActionLine, ...]]


def goal_pages(review: Review, language: str) -> tuple[GoalPage, ...]:
    """One page a CSF (more where it has many KPIs), then one for goals under no CSF; before them
    one a KGI whose comments are too long for the summary."""
    pages: list[GoalPage] = []
    shown: set[str] = set()
    for goal in unsaid_goals(review):
        pages.extend(_pages_of(review, goal, (), language))
    for goal in review.at_level(Level.CSF):
        if goal.id in shown:
            continue
        members = [entry for entry in review.subtree(goal.id) if entry.id != goal.id]
        shown.update({goal.id, *(entry.id for entry in members)})
        pages.extend(_pages_of(review, goal, members, language))
    rest = [goal for goal in review.goals if goal.id not in shown and goal.goal.level is Level.KPI]
    if rest:
        pages.extend(_pages_of(review, None, rest, language))
    return tuple(pages)


def _pages_of(
    review: Review, head: GoalReview | None, members: Sequence[GoalReview], language: str
) -> Iterator[GoalPage]:
    charted = [goal for goal in members if goal.source != "none"]
    if head is not None and head.source in ("own", "formula"):
        charted.insert(0, head)
    everyone = [goal for goal in (head, *members) if goal is not None]
    bulleted = [goal for goal in charted if goal.month.attainment is not None]
    out = [goal for goal in charted if goal.month.attainment is None]
    out += [goal for goal in members if goal.source == "none" and goal.goal.level is Level.KPI]
    parts = _bullet_parts(review, bulleted, out, language) if len(bulleted) > 1 else ()

    grid = grid_of(len(parts) + len(charted))
    bullets = _bullet_cells(review, bulleted, out, parts, grid.width, language)
    text = _closing(review, everyone, language)
    needed = closing_height(*text, language) if any(text) else 0.0
    rooms = _rooms(review, head, language)
    drawable = _Charts(bullets, _month_charts(review, charted, language), grid.width)
    layout = laid_out(drawable, grid, rooms, needed)
    for number, group in enumerate(layout.pages):
        last = number == len(layout.pages) - 1
        yield _goal_page(
            review, head, everyone, language,
            charts=group,
            across=layout.grid.across,
            number=number,
            closing=(*text, layout.flows) if last else ((), (), False),
        )  # fmt: skip


def _closing(review: Review, goals: Sequence[GoalReview], language: str) -> Closing:
    """The comments and the open actions that follow the charts."""
    ids = {goal.id for goal in goals}
    actions = (entry for entry in review.actions if entry.action.goal in ids and entry.open)
    return (
        tuple(remark for goal in goals for remark in remarks(goal)),
        tuple(action_line(review, entry, language) for entry in actions),
    )


def _rooms(review: Review, head: GoalReview | None, language: str) -> tuple[float, float]:
    """The height that the first page and any other have for charts, below heading, sentence and
    key."""
    if head is None:
        return OTHER_ROOM, OTHER_ROOM
    name, continued = head.goal.name, _continued(head.goal.name, language)
    sentence = sentence_height(headline(review, head, language), language, 11.4)
    return (
        BODY_HEIGHT - _head_height(head, name) - sentence - KEY_HEIGHT,
        BODY_HEIGHT - _head_height(head, continued) - KEY_HEIGHT,
    )


def _head_height(head: GoalReview, title: str) -> float:
    """A long title is set smaller, with level, owner and status below it instead of beside it."""
    if _is_long(title):
        return line_count(title, BODY_WIDTH, LONG_TITLE, 700) * 22 + 8 + 26
    who = text_width(f"{head.goal.owner}  CSF", 11.4) + 110
    return title_height(title, min(who, 0.4 * BODY_WIDTH))


def _is_long(title: str) -> bool:
    """Whether a title would not stand on one line beside level, owner and status."""
    return text_width(title, TITLE_SIZE, 700) > WIDEST_TITLE


def _continued(name: str, language: str) -> str:
    return say("page.continued", language, title=name)


def _rest_name(review: Review, language: str) -> str:
    """What the goals under no CSF are called: other ones only where there is a CSF."""
    has_csf = bool(review.at_level(Level.CSF))
    return word("page.other_goals" if has_csf else "page.tiles_goals", language)


def _goal_page(
    review: Review,
    head: GoalReview | None,
    everyone: Sequence[GoalReview],
    language: str,
    *,
    charts: tuple[ChartCell, ...],
    across: int,
    number: int,
    closing: tuple[tuple[Remark, ...], tuple[ActionLine, ...], bool],
) -> GoalPage:
    name = head.goal.name if head is not None else _rest_name(review, language)
    base = anchor(head) if head is not None else "other-goals"
    title = name if number == 0 else _continued(name, language)
    own_charts = {cell.anchor for cell in charts}
    return GoalPage(
        template="goal.html",
        title=title,
        bookmark=name,
        anchor=base if number == 0 else f"{base}-{number + 1}",
        level=word(f"level.{head.goal.level.value}", language) if head is not None else "",
        owner=head.goal.owner if head is not None else "",
        mark=mark(head.status if head is not None else Status.NO_DATA, language),
        sentence=headline(review, head, language) if head is not None and number == 0 else "",
        why=head.goal.why if head is not None and number == 0 else "",
        anchors=tuple(
            anchor(goal)
            for goal in everyone
            if number == 0
            and goal is not head
            and goal.source == "none"
            and anchor(goal) not in own_charts
        ),
        key=_key(charts, language),
        charts=charts,
        remarks=closing[0],
        actions=closing[1],
        continued=number > 0,
        across=across,
        flows=closing[2],
        long=_is_long(title),
    )


def _bullet_parts(
    review: Review, goals: Sequence[GoalReview], out: Sequence[GoalReview], language: str
) -> tuple[int, ...]:
    """How many rows each chart of attainments has: fewer where long names make rows high."""
    for most in range(MOST_BULLETS, 1, -1):
        parts = shared_out(len(goals), most)
        cells = _bullet_cells(review, goals, out, parts, COLUMN, language)
        if max(cell.drawing.height for cell in cells) <= HIGHEST_BULLETS:
            return parts
    return shared_out(len(goals), 1)


def _bullet_cells(
    review: Review,
    goals: Sequence[GoalReview],
    out: Sequence[GoalReview],
    parts: Sequence[int],
    width: float,
    language: str,
) -> list[ChartCell]:
    """The attainment of all goals, shared out evenly over charts of at most so many rows; the last
    one says how many are left ``out``, for want of an attainment."""
    title, left = word("page.attainment", language), iter(goals)
    figures = [
        bullet_figures(review, [*islice(left, n)], title, language, out if last else ())
        for n, last in zip(parts, [*[False] * (len(parts) - 1), True], strict=False)
    ]
    return [ChartCell(anchor="", drawing=charts.bullets(each, width)) for each in figures]


def _key(cells: Sequence[ChartCell], language: str) -> Drawing | None:
    drawn = [(cell.figures, cell.line) for cell in cells if cell.figures is not None]
    if not drawn:
        return None
    return charts.months_key([f for f, _ in drawn], [line for _, line in drawn], language)


class _MonthChart(NamedTuple):
    """A goal's month chart before it is drawn."""

    anchor: str
    figures: MonthsFigures
    scale: MonthScale
    line: bool


@dataclass(frozen=True)
class _Charts:
    """The charts of one goal's pages in one width: those of attainments, drawn, and of months."""

    bullets: Sequence[ChartCell]
    months: Sequence[_MonthChart]
    width: float

    def heights(self, height: float) -> list[tuple[float, bool]]:
        """How high each would be for a ``height``, and whether it grows with it."""
        bullets = [(cell.drawing.height, False) for cell in self.bullets]
        return bullets + [(self._month_height(one, height), True) for one in self.months]

    def drawn(self, height: float) -> list[ChartCell]:
        """All of them, as high as asked."""
        return [*self.bullets, *(self._month_cell(one, height) for one in self.months)]

    def _month_height(self, one: _MonthChart, height: float) -> float:
        return charts.months_height(one.figures, self.width, height, line=one.line, key=False)

    def _month_cell(self, one: _MonthChart, height: float) -> ChartCell:
        size = (self.width, height)
        drawing = charts.months(one.figures, *size, one.scale, line=one.line, key=False)
        return ChartCell(one.anchor, drawing, one.figures, one.line)


def _month_charts(review: Review, goals: Sequence[GoalReview], language: str) -> list[_MonthChart]:
    """A month chart a goal. Charts of one unit and kind stand on one scale."""
    figures = [months_figures(review, goal, language) for goal in goals]
    scales = _scales(review, goals, figures, language)
    return [
        _MonthChart(anchor(goal), figure, scale, is_stock(goal))
        for goal, figure, scale in zip(goals, figures, scales, strict=True)
    ]


def _scales(
    review: Review, goals: Sequence[GoalReview], figures: Sequence[MonthsFigures], language: str
) -> list[MonthScale]:
    """One scale for charts of one unit and kind whose figures are of one size: a conversion of
    2 % on the scale of a delivery rate of 97 % would show nothing."""
    kinds: dict[tuple[str, bool], list[int]] = {}
    for position, goal in enumerate(goals):
        kind = (style_of(review, goal, language).unit_label, is_stock(goal))
        kinds.setdefault(kind, []).append(position)
    found: dict[int, MonthScale] = {}
    for (_, line), positions in kinds.items():
        for group in _of_one_size(positions, [_size(goal) for goal in goals]):
            scale = charts.common_scale([figures[position] for position in group], line=line)
            found.update(dict.fromkeys(group, scale))
    return [found[position] for position in range(len(goals))]


def _size(goal: GoalReview) -> float:
    values = (*goal.series.actual, *goal.series.plan, *goal.series.prior, *goal.series.outlook)
    return max((abs(value) for value in values if value is not None), default=0.0)


def _of_one_size(positions: Sequence[int], sizes: Sequence[float]) -> list[list[int]]:
    groups: list[list[int]] = []
    for position in sorted(positions, key=lambda position: sizes[position]):
        if groups and sizes[position] <= SAME_SIZE * sizes[groups[-1][0]]:
            groups[-1].append(position)
        else:
            groups.append([position])
    return groups
