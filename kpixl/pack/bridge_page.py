"""Turn a KGI's bridge into its page: plan to actual over the drivers, and the leaves to work on."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack import charts
from kpixl.pack.drawings import anchor
from kpixl.pack.focus_rows import Period, leaf_rows, list_widths
from kpixl.pack.insight_contexts import BridgePage
from kpixl.pack.insight_drawings import bridge_figures
from kpixl.pack.paper import BODY_HEIGHT, BODY_WIDTH, line_count, sentence_height, title_height
from kpixl.pack.wording import listed
from kpixl.plan.model import Level
from kpixl.review.bridge_sentences import ranking_sentence
from kpixl.review.figures import GoalReview, Review
from kpixl.review.focus import focus
from kpixl.review.insight_sentences import bridge_sentence
from kpixl.review.insights import Focus, Lever
from kpixl.review.originals import original_plan, share_of_original
from kpixl.review.periods import month_name, span_name
from kpixl.review.sentences import style_of
from kpixl.words import say, word

LOWEST_CHART, HIGHEST_CHART = 200.0, 330.0
ENOUGH_ROWS, ROW = 10, 20.0  # of the list; to have so many the chart gives way
ONE_PERIOD = 0.64  # the share of the page that a single bridge takes
HEAD_WIDTH, HEAD_LINES = 400.0, 2  # of the running head
BEFORE_CHART, AFTER_CHART = 16.0, 20.0
BAR_APART, ACTION_APART = 7.7, 17.7  # around bars and countermeasures, in their columns
TABLE_HEAD, TOTAL, NOTES, NOTE_LINE = 66.0, 21.0, 14.0, 13.2


def bridge_pages(review: Review, language: str) -> tuple[BridgePage, ...]:
    """One page for each KGI that has a bridge over goals of the pack; in a part of the tree
    without a KGI, for each of its topmost goals that has one."""
    heads = review.at_level(Level.KGI) or tuple(goal for goal in review.goals if goal.depth == 0)
    bridged = [(goal, _periods(review, goal, language)) for goal in heads]
    if not any(periods for _, periods in bridged):
        return ()
    lists = {found.kgi: found for found in focus(review)}
    return tuple(
        _page(review, goal, periods, lists.get(goal.id), language)
        for goal, periods in bridged
        if periods
    )


def _periods(review: Review, goal: GoalReview, language: str) -> list[Period]:
    """Month and year to date, where they have a bridge over goals of the pack. In the first month
    of the fiscal year the two are one."""
    elapsed = [month for month in review.fiscal_months if month <= review.month]
    found = [("month", month_name(review.month, language), goal.bridge)]
    if len(elapsed) > 1 or goal.bridge is None:
        found.append(("to_date", span_name(elapsed, language), goal.bridge_to_date))
    periods = [
        Period(name, word(f"page.{label}", language), bridge)
        for label, name, bridge in found
        if bridge is not None and any(part.goal in review.by_id for part in bridge.parts)
    ]
    # A KGI that is on plan in every part has nothing to be explained.
    moved = any(part.value for period in periods for part in period.bridge.parts)
    return periods if moved else []


def _page(
    review: Review,
    goal: GoalReview,
    periods: Sequence[Period],
    focus_list: Focus | None,
    language: str,
) -> BridgePage:
    title = say("page.bridge", language, name=goal.goal.name)
    lead = tuple(_sentence(review, goal, period, language) for period in periods)
    figures = [
        bridge_figures(review, goal, period.bridge, period.name, language) for period in periods
    ]
    levers = _levers(review, periods, focus_list)
    notes = _notes(review, goal, periods, levers, focus_list, language)
    room = BODY_HEIGHT - title_height(title) - BEFORE_CHART - AFTER_CHART - TABLE_HEAD - TOTAL
    room -= sum(sentence_height(text, language, 3) for text in lead)
    room -= NOTES + NOTE_LINE * line_count(" ".join(notes), BODY_WIDTH, 9.4)
    listed = min(len(levers), ENOUGH_ROWS) * ROW
    width = BODY_WIDTH if len(periods) > 1 else BODY_WIDTH * ONE_PERIOD
    drawing = charts.bridges(figures, width, max(LOWEST_CHART, min(HIGHEST_CHART, room - listed)))
    room -= drawing.height
    fits = line_count(title, HEAD_WIDTH, 10, 600) <= HEAD_LINES
    style = style_of(review, goal, language)
    what = "difference" if periods[0].bridge.is_difference else "gap"
    unit = style.unit_label or word("chart_text.count", language)
    parts_of = say(f"page.parts_{what}", language, unit=unit)
    widths = list_widths(review, goal, periods, parts_of, language)
    return BridgePage(
        template="bridge.html",
        title=title,
        bookmark=title if fits else word("page.bridge_short", language),
        anchor=f"bridge-{anchor(goal)}",
        lead=lead,
        drawing=drawing,
        periods=tuple(period.label for period in periods),
        rows=leaf_rows(review, goal, periods, levers, room, widths, language),
        total=word(f"page.total_{what}", language),
        totals=tuple(style.change(period.bridge.total) for period in periods),
        parts_of=parts_of,
        has_leverage=any(lever.leverage is not None for lever in levers),
        bar_column=widths.bar + BAR_APART,
        action_column=widths.action + ACTION_APART,
        notes=notes,
    )


def _sentence(review: Review, goal: GoalReview, period: Period, language: str) -> str:
    figures = goal.month if period.bridge is goal.bridge else goal.to_date
    return bridge_sentence(review, goal, period.bridge, figures, period.name, language)


def _levers(
    review: Review, periods: Sequence[Period], focus_list: Focus | None
) -> tuple[Lever, ...]:
    """The focus list, and after it what leaves of the bridges it does not rank."""
    ranked = (
        [lever for lever in focus_list.levers if lever.goal in review.by_id] if focus_list else []
    )
    listed = {lever.goal for lever in ranked}
    rest: dict[str, Lever] = {}
    for period in reversed(periods):
        for leaf in period.bridge.leaves:
            if leaf.goal is not None and leaf.goal in review.by_id and leaf.goal not in listed:
                rest.setdefault(leaf.goal, Lever(leaf.goal, leaf.value, None))
    return (*ranked, *rest.values())


def _against_original(
    review: Review, goal: GoalReview, periods: Sequence[Period], language: str
) -> list[str]:
    """That a bridge starts from the plan in force, and the gap to the original one."""
    style = style_of(review, goal, language)
    facts = []
    for period in periods:
        figures = goal.month if period.bridge is goal.bridge else goal.to_date
        before = figures.against_original
        plan = share_of_original(figures.attainment, before, style) if goal.is_rollup else (
            original_plan(figures.plan, before, style)
        )  # fmt: skip
        if not plan or before is None:
            continue
        key = "page.bridge_original_score" if goal.is_rollup else "page.bridge_original_plan"
        plan = plan if goal.is_rollup else style.with_unit(before.plan)
        gap = style.gap_with_unit(before.gap, before.gap_pct)
        facts.append(say(key, language, period=period.name, plan=plan, gap=gap))
    if not facts:
        return []
    return [say("page.note_bridge_original", language, facts=listed(facts, language))]


def _notes(
    review: Review,
    goal: GoalReview,
    periods: Sequence[Period],
    levers: Sequence[Lever],
    focus_list: Focus | None,
    language: str,
) -> tuple[str, ...]:
    """How to read the list, and how many leaves have no computed part in the gap."""
    notes = _against_original(review, goal, periods, language)
    if focus_list is not None:
        notes.append(ranking_sentence(review, focus_list, language))
    if any(lever.proposed for lever in levers):
        notes.append(word("page.note_focus", language))
    if any(lever.leverage is not None for lever in levers):
        points = style_of(review, goal, language).percent
        key = "page.note_leverage_points" if points else "page.note_leverage"
        notes.append(say(key, language, name=goal.goal.name))
    listed = {lever.goal for lever in levers}
    below = review.subtree(goal.id)[1:]
    apart = [entry for entry in below if not entry.children and entry.id not in listed]
    if apart:
        key = "page.note_apart_one" if len(apart) == 1 else "page.note_apart"
        notes.append(say(key, language, n=len(apart), name=goal.goal.name))
    return tuple(notes)
