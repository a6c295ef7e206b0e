"""Turn a review into its one-page summary: what happened, against what, and what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kpixl.measures.kinds import Phase, Status, Step
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import Block, Line, SummaryPage, Tile
from kpixl.pack.drawings import anchor, is_stock, months_figures
from kpixl.pack.insight_lines import landing_rows, signal_lines
from kpixl.pack.summary_room import remarks_fit, room, shared
from kpixl.pack.wording import goal_line, is_good, mark, remarks
from kpixl.plan.model import Level
from kpixl.review.cycle_sentences import months_text
from kpixl.review.figures import ActionReview, Figures, GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.periods import month_name, short_date
from kpixl.review.sentences import (
    changes,
    counts,
    month_sentence,
    style_of,
    tally_sentence,
    title_sentence,
)
from kpixl.review.steps import step_text
from kpixl.review.turns import idle
from kpixl.words import say, word

HEADLINE_WIDTH = 532.0
MOST_HEADLINES = 2
COLUMNS = (("largest_gaps",), ("idle", "changes"), ("overdue",), ("decisions",))
"""The lists at the page's foot: goals in the first two columns, countermeasures in the others.
``idle`` and ``overdue`` are what is stuck (SPEC 8)."""
JUDGED = (Status.GREEN, Status.AMBER, Status.RED, Status.NO_DATA, Status.NO_PLAN)


def summary_page(review: Review, language: str) -> SummaryPage:
    """The summary of ``review``; its title is the finding itself."""
    heads = headline_goals(review)
    inner = _tile_goals(review, heads)
    tally = counts(review)
    sentences = [headline(review, goal, language) for goal in heads]
    title = title_sentence(review, heads[0], language) if heads else word("page.summary", language)
    lists = _lists(review, language)
    columns = [[lists[key] for key in column] for column in COLUMNS]
    kgis = [_tile(review, goal, language, chance=True) for goal in heads]
    tiles = [_tile(review, goal, language) for goal in inner]
    said = tuple(entry for goal in kgi_goals(heads) for entry in remarks(goal))
    if not remarks_fit(said):
        said = ()
    fits = room((title, *sentences), said, kgis, tiles, columns, language)
    if not fits.enough:
        # The tiles say where the year will land, too; and they need no row of its own for it.
        sentences = [headline(review, goal, language, landing=False) for goal in heads]
        bare = [replace(tile, year=()) for tile in kgis]
        kgis = [replace(tile, rows=(*tile.rows, *tile.year), year=()) for tile in kgis]
        fits = room((title, *sentences), said, kgis, tiles, columns, language)
        if not fits.enough:
            # Names and figures alone fill the page: the rest stands in the tables behind it.
            kgis, tiles = bare, [replace(tile, rows=(), year=()) for tile in tiles]
            sentences = [month_sentence(review, goal, language) for goal in heads]
    if kgis and fits.chart:
        chart = _headline_chart(review, heads[0], fits.chart, language)
        kgis[0] = replace(kgis[0], chart=chart)
    return SummaryPage(
        template="summary.html",
        title=title,
        bookmark=word("page.summary", language),
        anchor="summary",
        lead=tuple(sentences),
        remarks=said,
        tally=tuple((mark(status, language), tally[status]) for status in JUDGED if tally[status]),
        tally_text=tally_sentence(review, language),
        kgis=tuple(kgis),
        tiles=tuple(tiles[: fits.tiles]),
        tiles_title=_tiles_title(inner, fits.tiles, language),
        columns=tuple(_shortened(column, fits.lines, language) for column in columns),
    )


def _tiles_title(goals: Sequence[GoalReview], shown: int, language: str) -> str:
    """What the tiles are, and how many of all where not all are shown."""
    csf = all(goal.goal.level is Level.CSF for goal in goals)
    title = word("page.tiles_csf" if csf else "page.tiles_goals", language)
    if len(goals) <= shown:
        return title
    return say("page.tiles_some", language, title=title, n=shown, m=len(goals))


def _headline_chart(review: Review, goal: GoalReview, height: float, language: str) -> Drawing:
    """The headline goal's year; the goal's name stands right above it already."""
    months = replace(months_figures(review, goal, language), title="")
    return charts.months(months, HEADLINE_WIDTH, height, line=is_stock(goal))


def headline_goals(review: Review) -> tuple[GoalReview, ...]:
    """The KGIs of the review; in a part of the tree without one, its topmost goals."""
    kgis = review.at_level(Level.KGI)
    found = kgis or tuple(goal for goal in review.goals if goal.depth == 0)
    return found[:MOST_HEADLINES]


def kgi_goals(heads: Sequence[GoalReview]) -> tuple[GoalReview, ...]:
    """Those of the headline goals that have no page of their own."""
    return tuple(goal for goal in heads if goal.goal.level is Level.KGI)


def unsaid_goals(review: Review) -> tuple[GoalReview, ...]:
    """The KGIs with comments that the summary has no room for."""
    heads = kgi_goals(headline_goals(review))
    fit = remarks_fit([entry for goal in heads for entry in remarks(goal)])
    shown = {goal.id for goal in heads} if fit else set()
    return tuple(
        goal for goal in review.at_level(Level.KGI) if goal.comments and goal.id not in shown
    )


def _tile_goals(review: Review, heads: Sequence[GoalReview]) -> tuple[GoalReview, ...]:
    shown = {goal.id for goal in heads}
    csfs = tuple(goal for goal in review.at_level(Level.CSF) if goal.id not in shown)
    if not csfs:
        csfs = tuple(goal for goal in review.goals if goal.id not in shown)
    return csfs


def _tile(review: Review, goal: GoalReview, language: str, chance: bool = False) -> Tile:
    style = style_of(review, goal, language)
    figures = goal.month
    figure, unit = style.split_unit(figures.actual)
    return Tile(
        name=goal.goal.name,
        anchor=anchor(goal),
        value=figure,
        unit=word("page.of_plan", language) if goal.is_rollup else unit,
        mark=mark(goal.status, language),
        gap=_bare_gap(review, goal, figures, language),
        good=is_good(figures),
        rows=_month_rows(review, goal, language),
        year=(
            *_to_date_rows(review, goal, language),
            *landing_rows(review, goal, language, chance=chance),
            *_worst_rows(review, goal, language),
        ),
        chart=None,
    )


def _bare_gap(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    """The gap without its unit, which stands beside the figure above it."""
    style = style_of(review, goal, language)
    text = style.change(figures.gap)
    if style.percent or figures.gap_pct is None:
        return text
    return f"{text} ({style.style.percent(figures.gap_pct, 1, signed=True)})"


def _month_rows(review: Review, goal: GoalReview, language: str) -> tuple[tuple[str, str], ...]:
    if goal.is_rollup:
        return ()
    style = style_of(review, goal, language)
    rows = [(word("page.plan", language), style.value(goal.month.plan))]
    if goal.month.growth is not None:
        rows.append((word("page.growth", language), style.growth(goal.month.growth)))
    return tuple(rows)


def _worst_rows(review: Review, goal: GoalReview, language: str) -> tuple[tuple[str, str], ...]:
    """What holds a roll-up back."""
    worst = review.by_id.get(goal.worst_child or "") if goal.is_rollup else None
    if worst is None:
        return ()
    return ((word("show.furthest_behind", language), worst.goal.name),)


def _to_date_rows(review: Review, goal: GoalReview, language: str) -> tuple[tuple[str, str], ...]:
    label, to_date = word("page.to_date", language), goal.to_date
    if goal.is_rollup:
        return ((label, _attained(review, goal, to_date, language)),)
    text = style_of(review, goal, language).value(to_date.actual)
    if to_date.gap is not None:
        text = f"{text} ({_short_gap(review, goal, to_date, language)})"
    return ((label, text),)


def _attained(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    return style_of(review, goal, language).style.attainment(figures.attainment)


def _short_gap(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    style = style_of(review, goal, language)
    if style.percent or figures.gap_pct is None:
        return style.change_with_unit(figures.gap)
    return style.style.percent(figures.gap_pct, 1, signed=True)


def _lists(review: Review, language: str) -> dict[str, Block]:
    """The lists by name, each whole."""
    before = month_name(review.month.plus(-1), language)
    found = {
        "largest_gaps": _gap_lines(review, language),
        "idle": _idle_lines(review, language),
        "overdue": _overdue_lines(review, language),
        "decisions": _decision_lines(review, language),
        "changes": _change_lines(review, language),
    }
    return {
        key: Block(
            title=say(f"page.{key}", language, month=before),
            lines=tuple(lines),
            empty=say(f"page.{key}_empty", language, month=before),
        )
        for key, lines in found.items()
    }


def _shortened(column: Sequence[Block], length: int, language: str) -> tuple[Block, ...]:
    """The lists of a column with ``length`` lines in all, and how many more there are of each; how
    many in all where there is no room for one."""
    shown = []
    for block, lines in zip(column, shared(column, length), strict=True):
        beyond = len(block.lines) - lines
        key = "page.more" if lines else "page.all_of_them"
        more = say(key, language, n=beyond) if beyond else ""
        shown.append(replace(block, lines=block.lines[:lines], more=more))
    return tuple(shown)


def _gap_lines(review: Review, language: str) -> list[Line]:
    """Leaves behind plan, the furthest first. Roll-ups repeat their children and stay out."""
    behind = [
        goal
        for goal in review.goals
        if goal.status in (Status.RED, Status.AMBER)
        and not goal.is_rollup
        and goal.goal.level is not Level.KGI
    ]
    behind.sort(key=lambda goal: (goal.status is not Status.RED, _depth_of_gap(goal)))
    return [goal_line(review, goal, language) for goal in behind]


def _depth_of_gap(goal: GoalReview) -> float:
    return goal.month.gap_pct if goal.month.gap_pct is not None else float("-inf")


def _idle_lines(review: Review, language: str) -> list[Line]:
    """Goals off plan that nobody works on: for how long, and whose they are (SPEC 8)."""
    return [
        Line(
            text=review.by_id[entry.goal].goal.name,
            anchor=anchor(review.by_id[entry.goal]),
            figure=months_text(entry.months, language),
            note=entry.owner,
            mark=mark(entry.status, language),
        )
        for entry in idle(review)
    ]


def _overdue_lines(review: Review, language: str) -> list[Line]:
    late = [entry for entry in review.actions if entry.overdue]
    late.sort(key=lambda entry: entry.overdue_from or review.as_of)
    return [_action_line(review, entry, language) for entry in late]


def _decision_lines(review: Review, language: str) -> list[Line]:
    waiting = [entry for entry in review.actions if entry.phase is Phase.ACT]
    return [_action_line(review, entry, language) for entry in waiting]


def _action_line(review: Review, entry: ActionReview, language: str) -> Line:
    return Line(
        tag=entry.action.id,
        text=entry.action.countermeasure or entry.action.cause or entry.goal_name,
        anchor=anchor(review.by_id[entry.action.goal]),
        figure=_late(entry, language) if entry.overdue else "",
        note=say(
            "show.goal_and_step", language,
            goal=entry.goal_name, step=step_text(entry.step, entry.action.due, language),
            owner=entry.action.owner or "–",
        ),
    )  # fmt: skip


def _late(entry: ActionReview, language: str) -> str:
    """When an overdue action was due, or since when it has waited too long."""
    if entry.step is Step.CARRY_OUT:
        return say("page.due_on", language, date=short_date(entry.action.due, language))
    return say("page.overdue_since", language, date=short_date(entry.overdue_from, language))


def _change_lines(review: Review, language: str) -> list[Line]:
    """Statuses that fell, then new signals, then statuses that rose."""
    order = (Status.GREEN, Status.AMBER, Status.RED)
    fallen: list[Line] = []
    risen: list[Line] = []
    for goal, before in changes(review):
        if before is None:
            continue
        line = Line(
            text=goal.goal.name,
            anchor=anchor(goal),
            figure=say(
                "page.change_line",
                language,
                before=word(f"status.{before.value}", language),
                now=word(f"status.{goal.status.value}", language),
            ),
            mark=mark(goal.status, language),
        )
        (fallen if order.index(goal.status) > order.index(before) else risen).append(line)
    return [*fallen, *signal_lines(review, language), *risen]
