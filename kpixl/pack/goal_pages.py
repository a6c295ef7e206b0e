"""Turn goals into their own pages: a CSF with its charts, comments and countermeasures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpixl.measures.kinds import Status
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import MonthScale, MonthsFigures
from kpixl.pack.contexts import ActionLine, ChartCell, GoalPage, Remark
from kpixl.pack.drawings import anchor, bullet_figures, is_stock, months_figures
from kpixl.pack.goal_room import closing_height
from kpixl.pack.paper import BODY_HEIGHT, BODY_WIDTH, sentence_height, title_height
from kpixl.pack.summary import unsaid_goals
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import action_line, mark, remarks
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.sentences import style_of
from kpixl.words import word

CHART_SIZE = (324.0, 168.0)
CHART_HEIGHTS = (168.0, 154.0, 140.0, 128.0)
"""Charts get lower where the text below them would otherwise run on to a page of its own."""
ROW, ROW_GAP = 3, 9.5
ROWS_ABOVE_TEXT = 2
HIGHEST_BULLETS = 1.3 * CHART_SIZE[1]
KEY_HEIGHT = 22.0
CONTINUED_ROOM = BODY_HEIGHT - 36 - KEY_HEIGHT
SAME_SIZE = 2.5
NEARLY = 1.15

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
    first_room = _first_room(review, head, language)
    text = _closing(review, everyone, language)
    needed = closing_height(*text, language) if any(text) else 0.0
    groups = _grouped(review, charted, (first_room, needed), language)
    for number, group in enumerate(groups):
        yield _goal_page(
            review, head, everyone, language,
            charts=tuple(group),
            number=number,
            closing=text if number == len(groups) - 1 else ((), ()),
        )  # fmt: skip


def _closing(review: Review, goals: Sequence[GoalReview], language: str) -> Closing:
    """The comments and the open actions that follow the charts."""
    ids = {goal.id for goal in goals}
    actions = (entry for entry in review.actions if entry.action.goal in ids and entry.open)
    return (
        tuple(remark for goal in goals for remark in remarks(goal)),
        tuple(action_line(review, entry, language) for entry in actions),
    )


def _grouped(
    review: Review, charted: Sequence[GoalReview], room: tuple[float, float], language: str
) -> list[list[ChartCell]]:
    """The charts of each page, as high as the text after them allows. ``room`` is the first page's
    and what that text needs; where it is too long for any height, the charts stay as they are."""
    first_room, needed = room
    bulleted = [goal for goal in charted if goal.month.attainment is not None]
    bullets = _bullet_cells(review, bulleted, language) if len(bulleted) > 1 else []
    tried = []
    for height in CHART_HEIGHTS:
        cells = [*bullets, *_chart_cells(review, charted, height, language)]
        groups = _paged(cells, first_room, needed > 0)
        left = first_room if len(groups) == 1 else CONTINUED_ROOM
        left -= sum(map(_row_height, _rows(groups[-1])))
        tried.append(groups)
        if needed <= left:
            return groups
    # What text needs is estimated on the large side: a little too long most likely fits.
    return tried[-1] if needed <= left * NEARLY else tried[0]


def _first_room(review: Review, head: GoalReview | None, language: str) -> float:
    """The height that the first page has for charts, below heading, sentence and key."""
    if head is None:
        return CONTINUED_ROOM
    who = text_width(f"{head.goal.owner}  CSF", 11.4) + 110
    sentence = sentence_height(headline(review, head, language), language, 11.4)
    title = title_height(head.goal.name, min(who, 0.4 * BODY_WIDTH))
    return BODY_HEIGHT - title - sentence - KEY_HEIGHT


def _paged(cells: Sequence[ChartCell], first_room: float, closing: bool) -> list[list[ChartCell]]:
    """The charts of each page: as many rows as it holds. Where comments follow, the last page
    leaves room for them."""
    pages: list[list[list[ChartCell]]] = [[]]
    room = first_room
    for row in _rows(cells):
        height = _row_height(row)
        if pages[-1] and height > room:
            pages.append([])
            room = CONTINUED_ROOM
        room -= height
        pages[-1].append(row)
    if closing and len(pages[-1]) > ROWS_ABOVE_TEXT:
        pages.append([pages[-1].pop()])
    return [[cell for row in page for cell in row] for page in pages]


def _rows(cells: Sequence[ChartCell]) -> list[list[ChartCell]]:
    return [list(cells[n : n + ROW]) for n in range(0, len(cells), ROW)]


def _row_height(row: Sequence[ChartCell]) -> float:
    return max(cell.drawing.height for cell in row) + ROW_GAP


def _goal_page(
    review: Review,
    head: GoalReview | None,
    everyone: Sequence[GoalReview],
    language: str,
    *,
    charts: tuple[ChartCell, ...],
    number: int,
    closing: Closing,
) -> GoalPage:
    name = head.goal.name if head is not None else word("page.other_goals", language)
    base = anchor(head) if head is not None else "other-goals"
    continued = word("page.continued", language)
    own_charts = {cell.anchor for cell in charts}
    return GoalPage(
        template="goal.html",
        title=name if number == 0 else f"{name} ({continued})",
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
    )


def _bullet_cells(review: Review, goals: Sequence[GoalReview], language: str) -> list[ChartCell]:
    """The attainment of all goals, in charts about as high as the others."""
    title = word("page.attainment", language)

    def drawn(part: Sequence[GoalReview]) -> Drawing:
        return charts.bullets(bullet_figures(review, part, title, language), CHART_SIZE[0])

    parts: list[list[GoalReview]] = []
    for goal in goals:
        grown = [*parts[-1], goal] if parts else [goal]
        if len(grown) > 1 and drawn(grown).height > HIGHEST_BULLETS:
            parts.append([goal])
        else:
            parts[-1:] = [grown]
    return [ChartCell(anchor="", drawing=drawn(part)) for part in parts]


def _key(cells: Sequence[ChartCell], language: str) -> Drawing | None:
    drawn = [(cell.figures, cell.line) for cell in cells if cell.figures is not None]
    if not drawn:
        return None
    return charts.months_key([f for f, _ in drawn], [line for _, line in drawn], language)


def _chart_cells(
    review: Review, goals: Sequence[GoalReview], height: float, language: str
) -> list[ChartCell]:
    """A month chart a goal. Charts of one unit and kind stand on one scale."""
    figures = [months_figures(review, goal, language) for goal in goals]
    scales = _scales(review, goals, figures, language)
    return [
        ChartCell(
            anchor=anchor(goal),
            drawing=charts.months(
                figure, CHART_SIZE[0], height, scale, line=is_stock(goal), key=False
            ),
            figures=figure,
            line=is_stock(goal),
        )
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
