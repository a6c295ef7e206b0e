"""Turn a review into its one-page summary: what happened, against what, and what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kpixl.measures.kinds import Phase, Status, Step
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import Block, Line, SummaryPage, Tile
from kpixl.pack.drawings import anchor, is_good, is_stock, months_figures
from kpixl.pack.insight_lines import landing_rows, signal_lines
from kpixl.pack.nothing_behind import nothing_behind, nothing_reported
from kpixl.pack.notice import NO_NOTICE, Notice
from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.summary_room import notice_fits, remarks_fit, room, shared
from kpixl.pack.wording import goal_line, mark, remarks
from kpixl.plan.model import Level
from kpixl.review.cycle_sentences import months_text
from kpixl.review.figures import ActionReview, Figures, GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.originals import both_gaps, both_plans, share_of_original, short_gap, small
from kpixl.review.periods import month_name, short_date
from kpixl.review.sentences import (
    all_goals,
    changes,
    counts,
    furthest_behind,
    month_sentence,
    style_of,
    tally_sentence,
    title_sentence,
)
from kpixl.review.show import enclosed
from kpixl.review.span_sentences import span_texts
from kpixl.review.steps import step_due
from kpixl.review.turns import idle
from kpixl.words import say, word

HEADLINE_WIDTH = 532.0
MOST_HEADLINES = 2
COLUMNS = (("largest_gaps",), ("idle", "changes"), ("overdue",), ("decisions",))
"""The lists at the page's foot: goals in the first two columns, countermeasures in the others.
``idle`` and ``overdue`` are what is stuck (SPEC 8)."""
JUDGED = (Status.GREEN, Status.AMBER, Status.RED, Status.NO_DATA, Status.NO_PLAN)


def summary_page(review: Review, language: str, notice: Notice = NO_NOTICE) -> SummaryPage:
    """The summary of ``review``; its title is the finding itself. The ``notice`` stands before all
    else; its reason is left to the cover where it is too long."""
    heads = headline_goals(review)
    inner = inner_goals(review, heads)
    tally = counts(review)
    sentences = [headline(review, goal, language) for goal in heads]
    title = title_sentence(review, heads[0], language) if heads else word("page.summary", language)
    lists = _lists(review, language)
    columns = [[lists[key] for key in column] for column in COLUMNS]
    kgis = [goal_tile(review, goal, language, head=True) for goal in heads]
    tiles = [goal_tile(review, goal, language) for goal in inner]
    said = tuple(entry for goal in kgi_goals(heads) for entry in remarks(goal))
    if not remarks_fit(said):
        said = ()
    if not notice_fits(notice):
        notice = replace(notice, correction="")
    fits = room((title, *sentences), said, kgis, tiles, columns, language, notice)
    if fits.tiles < len(tiles) and any(goal.outlooks.telling for goal in heads):
        # How good past outlooks were stands beside the landings, too.
        shorter = [headline(review, goal, language, record=False) for goal in heads]
        again = room((title, *shorter), said, kgis, tiles, columns, language, notice)
        if again.tiles > fits.tiles:
            sentences, fits = shorter, again
    if not fits.enough:
        # The tiles say where the year will land, too; and they need no row of its own for it.
        sentences = [headline(review, goal, language, landing=False) for goal in heads]
        # Quarter, half and year have a page of their own.
        kgis = [replace(tile, spans=()) for tile in kgis]
        bare = [replace(tile, year=()) for tile in kgis]
        kgis = [replace(tile, rows=(*tile.rows, *tile.year), year=()) for tile in kgis]
        fits = room((title, *sentences), said, kgis, tiles, columns, language, notice)
        if not fits.enough:
            # Names and figures alone fill the page: the rest stands in the tables behind it.
            kgis, tiles = bare, [replace(tile, rows=(), year=()) for tile in tiles]
            sentences = [month_sentence(review, goal, language) for goal in heads]
    if kgis and fits.chart:
        width = HEADLINE_WIDTH if tiles else BODY_WIDTH
        chart = _headline_chart(review, heads[0], (width, fits.chart), language)
        kgis[0] = replace(kgis[0], chart=chart)
    return SummaryPage(
        template="summary.html",
        title=title,
        bookmark=word("page.summary", language),
        anchor="summary",
        lead=tuple(sentences),
        remarks=said,
        tally=tuple((mark(status, language), tally[status]) for status in JUDGED if tally[status]),
        tally_title=all_goals(len(review.goals), language),
        tally_text=tally_sentence(review, language),
        kgis=tuple(kgis),
        tiles=tuple(tiles[: fits.tiles]),
        tiles_title=_tiles_title(inner, fits.tiles, language),
        columns=tuple(_shortened(column, fits.lines, language) for column in columns),
        notice=notice,
        listed=fits.listed,
    )


def _tiles_title(goals: Sequence[GoalReview], shown: int, language: str) -> str:
    """What the tiles are, and how many of all where not all are shown."""
    csf = all(goal.goal.level is Level.CSF for goal in goals)
    title = word("page.tiles_csf" if csf else "page.tiles_goals", language)
    if len(goals) <= shown:
        return title
    return say("page.tiles_some", language, title=title, n=shown, m=len(goals))


def _headline_chart(
    review: Review, goal: GoalReview, size: tuple[float, float], language: str
) -> Drawing:
    """The headline goal's year; the goal's name stands right above it already."""
    months = replace(months_figures(review, goal, language), title="")
    return charts.months(months, *size, line=is_stock(goal))


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


def inner_goals(review: Review, heads: Sequence[GoalReview]) -> tuple[GoalReview, ...]:
    """What stands in tiles beside the headline goals: the CSFs, or all other goals without any."""
    shown = {goal.id for goal in heads}
    csfs = tuple(goal for goal in review.at_level(Level.CSF) if goal.id not in shown)
    if not csfs:
        csfs = tuple(goal for goal in review.goals if goal.id not in shown)
    return csfs


def goal_tile(review: Review, goal: GoalReview, language: str, head: bool = False) -> Tile:
    """A goal at a glance, with all that is to be said of it; that of a ``head`` tells the chance of
    reaching its plan, too, how the year to date is against an original plan, and the quarter, half
    and year that Settings ask for."""
    style = style_of(review, goal, language)
    figures = goal.month
    figure, unit = style.split_unit(figures.actual)
    if goal.is_rollup and figures.actual is not None:
        unit = word("page.of_plan", language)
    return Tile(
        name=goal.goal.name,
        anchor=anchor(goal),
        value=figure,
        unit=unit,
        mark=mark(goal.status, language),
        gap=_bare_gap(review, goal, figures, language),
        good=is_good(figures),
        rows=_month_rows(review, goal, language),
        year=(
            *_to_date_rows(review, goal, language, both=head),
            *landing_rows(review, goal, language, chance=head),
            *_worst_rows(review, goal, language),
        ),
        chart=None,
        spans=tuple(
            (entry.label, entry.text, mark(entry.status, language))
            for entry in (span_texts(review, goal, language) if head else ())
        ),
    )


def _bare_gap(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    """The gap without its unit, which stands beside the figure above it."""
    style = style_of(review, goal, language)
    text = style.gap(figures.gap, figures.gap_pct)
    if style.percent or figures.gap_pct is None:
        return text
    return f"{text} ({enclosed(style.style.gap_share(figures.gap_pct))})"


def _month_rows(review: Review, goal: GoalReview, language: str) -> tuple[tuple[str, str], ...]:
    style = style_of(review, goal, language)
    if goal.is_rollup:
        score = share_of_original(goal.month.attainment, goal.month.against_original, style)
        return ((word("page.original_score", language), score),) if score else ()
    rows = [(word("page.plan", language), both_plans(goal.month, style, language, unit=False))]
    if goal.month.growth is not None:
        rows.append((word("page.growth", language), style.growth(goal.month.growth)))
    return tuple(rows)


def _worst_rows(review: Review, goal: GoalReview, language: str) -> tuple[tuple[str, str], ...]:
    """What holds a roll-up back."""
    worst = furthest_behind(review, goal)
    if worst is None:
        return ()
    return ((word("show.furthest_behind", language), worst.goal.name),)


def _to_date_rows(
    review: Review, goal: GoalReview, language: str, both: bool
) -> tuple[tuple[str, str], ...]:
    """The year to date against plan, and with ``both`` against the original plan."""
    label, to_date = word("page.to_date", language), goal.to_date
    style, before = style_of(review, goal, language), to_date.against_original if both else None
    if goal.is_rollup:
        score = small(share_of_original(to_date.attainment, before, style), language)
        attained = style.style.attainment(to_date.attainment)
        return ((label, f"{attained} ({score})" if score else attained),)
    text = style.value(to_date.actual)
    if to_date.gap is not None:
        shown = both_gaps(short_gap(to_date.gap, to_date.gap_pct, style), before, style, language)
        text = f"{text} ({shown})"
    return ((label, text),)


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
            empty=_empty(key, review, language),
        )
        for key, lines in found.items()
    }


def _empty(key: str, review: Review, language: str) -> str:
    """What a list without a line means; it claims nothing of goals whose month nobody knows."""
    if key == "largest_gaps":
        return nothing_behind(review, language)
    if key == "changes" and (unreported := nothing_reported(review, language)):
        return unreported
    if key == "idle" and review.with_status(Status.NO_DATA):
        return word("page.idle_empty_judged", language)
    before = month_name(review.month.plus(-1), language)
    return say(f"page.{key}_empty", language, month=before)


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
    return [goal_line(review, goal, language) for goal in largest_gaps(review)]


def largest_gaps(review: Review) -> list[GoalReview]:
    """The goals behind plan this month: Red before Amber, each furthest first, in % of plan.
    Roll-ups repeat their children and stay out, as do the KGIs, which have tiles of their own."""
    behind = [
        goal
        for goal in review.goals
        if goal.status in (Status.RED, Status.AMBER)
        and not goal.is_rollup
        and goal.goal.level is not Level.KGI
    ]
    behind.sort(key=lambda goal: (goal.status is not Status.RED, _depth_of_gap(goal)))
    return behind


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
    return [_action_line(review, entry, language) for entry in overdue_actions(review)]


def overdue_actions(review: Review) -> list[ActionReview]:
    """The countermeasures that are overdue, the longest first."""
    late = [entry for entry in review.actions if entry.overdue]
    late.sort(key=lambda entry: entry.overdue_from or review.as_of)
    return late


def _decision_lines(review: Review, language: str) -> list[Line]:
    return [_action_line(review, entry, language) for entry in undecided_actions(review)]


def undecided_actions(review: Review) -> list[ActionReview]:
    """The countermeasures whose result waits for a decision, in the order of the sheet."""
    return [entry for entry in review.actions if entry.phase is Phase.ACT]


def _action_line(review: Review, entry: ActionReview, language: str) -> Line:
    due = short_date(entry.action.due, language)
    return Line(
        tag=entry.action.id,
        text=entry.action.countermeasure or entry.action.cause or entry.goal_name,
        anchor=anchor(review.by_id[entry.action.goal]),
        figure=late_text(entry, language) if entry.overdue else "",
        note=say(
            "show.goal_and_step", language,
            goal=entry.goal_name, step=step_due(entry.step, due, language),
            owner=entry.action.owner or "–",
        ),
    )  # fmt: skip


def late_text(entry: ActionReview, language: str) -> str:
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
