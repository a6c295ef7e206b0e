"""Turn the countermeasures into the PDCA register: turns, where cycles are stuck, what happened
when, and the table of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from kpixl.measures.kinds import Phase
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import ActionLine, Line, PhaseColumn, RegisterPage
from kpixl.pack.drawings import anchor
from kpixl.pack.paper import (
    BODY_HEIGHT,
    BODY_WIDTH,
    line_count,
    lines_taken,
    sentence_height,
    title_height,
)
from kpixl.pack.table_room import ACTIONS, page_turns
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import action_line, listed
from kpixl.plan.month import Month
from kpixl.review.cycle_sentences import (
    days_text,
    effect_text,
    overdue_text,
    since_text,
    step_name,
    turns_sentence,
)
from kpixl.review.figures import ActionReview, Review
from kpixl.review.insights import Stuck
from kpixl.review.periods import date_name, month_name, short_date, short_month
from kpixl.review.turns import closed_turns, recent_actions, stuck, turns, waiting_since
from kpixl.words import say, word

PHASES = (Phase.PLAN, Phase.DO, Phase.CHECK, Phase.ACT, Phase.CLOSED)
LINES = 4
"""So many groups are named under each phase; the timeline and the table have every action."""
COLUMN = 188.0
WIDTHS, WIDTHS_LONG = (14, 32, 60, 54, 23, 57, 29), (16, 62, 50, 44, 21, 47, 29)
"""The columns of the table in mm: as usual, and where names of goals are long."""
LONG_NAME = 300.0
HEAD, HEADING, FEWEST = 21.0, 24.0, 3
MOST_BEFORE, MOST_AFTER, LEAST_MONTHS = 17, 6, 6
"""Months of the axis before and after the as-of date, at most, and altogether, at least."""


def register_page(review: Review, language: str) -> RegisterPage:
    """All actions by phase, the overdue first within each, but for those closed long ago."""
    ordered = sorted(
        recent_actions(review), key=lambda entry: (PHASES.index(entry.phase), not entry.overdue)
    )
    shown = _on_timeline(review, ordered)
    title, lead = word("page.register", language), turns_sentence(review, language)
    phases = tuple(_phase(review, phase, language) for phase in PHASES)
    above = _head_height(title, lead, phases, language)
    timelines = _timelines(review, shown, BODY_HEIGHT - above, language) if shown else ()
    longest = max((text_width(entry.goal_name, 10) for entry in ordered), default=0.0)
    widths = WIDTHS_LONG if longest > LONG_NAME else WIDTHS
    actions = tuple(action_line(review, entry, language) for entry in ordered)
    return RegisterPage(
        template="register.html",
        title=title,
        bookmark=title,
        anchor="register",
        lead=lead,
        phases=phases,
        timelines=timelines,
        waits=word("page.wait_days", language) if any(e.open for e in shown) else "",
        earlier=_earlier(review, len(ordered) - len(shown), language),
        actions=actions,
        widths=widths,
        page_turns=_page_turns(timelines, above, actions, widths, language),
        as_of=date_name(review.as_of, language),
    )


def _page_turns(
    timelines: Sequence[Drawing],
    above: float,
    actions: Sequence[ActionLine],
    widths: Sequence[int],
    language: str,
) -> frozenset[int]:
    """The rows of the table that begin a page; -1 is its heading. It begins below the timeline
    where there is room for some of them."""
    heights = [_action_height(action, widths, language) for action in actions]
    above = (above if len(timelines) < 2 else 0) + sum(d.height for d in timelines[-1:]) + 56
    if above + HEAD + sum(heights[:FEWEST]) > BODY_HEIGHT:
        above = HEADING
    begun = page_turns(heights, above, HEAD)
    return begun | {-1} if above == HEADING else begun


def _action_height(action: ActionLine, widths: Sequence[int], language: str) -> float:
    beside, below = action.next_step, action.figures_since
    if action.phase_name == Phase.CLOSED.value:
        beside, below = below, ""
    overdue = f" {word('page.overdue_word', language)}" if action.overdue else ""
    columns = (
        (action.id,), (action.goal, action.owner or "–"), (action.cause,),
        (action.countermeasure,), (action.due, "→"),
        (f"{action.effect or '–'} → {action.result} {action.decision}", below),
        (f"{action.phase}{overdue}", beside),
    )  # fmt: skip
    lines = max(
        sum(lines_taken(text, width * 96 / 25.4 - 9.2, 10) for text in texts)
        for texts, width in zip(columns, widths, strict=True)
    )
    return ACTIONS.around + ACTIONS.line * lines


# ---- Where cycles are stuck -----------------------------------------------------------------


def _phase(review: Review, phase: Phase, language: str) -> PhaseColumn:
    if phase is Phase.CLOSED:
        lines = list(_turn_lines(review, language))
    else:
        lines = [_wait_line(g, language) for g in stuck(review) if g.phase is phase]
    beyond = len(lines) - LINES
    return PhaseColumn(
        key=phase.value,
        name=word(f"phase.{phase.value}", language),
        count=sum(1 for entry in recent_actions(review) if entry.phase is phase),
        lines=tuple(lines[:LINES]),
        more=say("page.more", language, n=beyond) if beyond > 0 else "",
    )


def _wait_line(group: Stuck, language: str) -> Line:
    """With whom, for how long, for what."""
    overdue = overdue_text(group, language)
    return Line(
        text=group.owner or word("cycle.nobody", language),
        figure=days_text(group.days, language) if group.days is not None else "",
        good=False if overdue else None,
        note=say(
            "page.wait_note_overdue" if overdue else "page.wait_note", language,
            step=step_name(group.step, language),
            actions=listed(group.actions, language),
            overdue=overdue,
        ),
    )  # fmt: skip


def _turn_lines(review: Review, language: str) -> Iterator[Line]:
    """The turns of the year: how many, how long, and what was decided."""
    found = turns(review)
    if not found.closed:
        return
    yield Line(text=word("page.closed_year", language), figure=str(found.closed))
    if found.median_days is not None:
        days = days_text(found.median_days, language)
        yield Line(text=word("page.closed_median", language), figure=days)
    decided = Counter(entry.action.decision for entry in closed_turns(review))
    outcomes = [
        f"{word(f'decision.{decision.value}', language)} {count}"
        for decision, count in decided.most_common()
        if decision is not None
    ]
    yield Line(text=listed(outcomes, language))


def _head_height(title: str, lead: str, phases: Sequence[PhaseColumn], language: str) -> float:
    """The height of what stands above the timeline."""
    columns = max(
        sum(map(_line_height, column.lines)) + (18 if column.more else 0) for column in phases
    )
    return title_height(title) + sentence_height(lead, language, 12) + 52 + columns + 30


def _line_height(line: Line) -> float:
    beside = text_width(line.figure, 10, 600) + 8
    lines = line_count(line.text, COLUMN, 10, beside=beside)
    return lines * 13.6 + line_count(line.note, COLUMN, 9.4) * 12.7 + 5.4


# ---- What happened when ---------------------------------------------------------------------


def _on_timeline(review: Review, entries: Sequence[ActionReview]) -> list[ActionReview]:
    """The open actions, and those closed in the fiscal year."""
    closed = {entry.action.id for entry in closed_turns(review)}
    return [entry for entry in entries if entry.open or entry.action.id in closed]


def _earlier(review: Review, count: int, language: str) -> str:
    """How many closed cycles have no row in the timeline."""
    if not count:
        return ""
    month = month_name(review.fiscal_months[0], language)
    key = "page.register_earlier_one" if count == 1 else "page.register_earlier"
    return say(key, language, n=count, month=month)


def _timelines(
    review: Review, entries: Sequence[ActionReview], room: float, language: str
) -> tuple[Drawing, ...]:
    first, last = _span(review, entries)
    count = last.index - first.index + 1
    figures = charts.TimelineFigures(
        title=word("page.timeline", language),
        subtitle=say(
            "page.timeline_period", language,
            month=month_name(review.fiscal_months[0], language),
            date=date_name(review.as_of, language),
        ),
        rows=tuple(_row(review, entry, language) for entry in entries),
        first=first,
        months=tuple(_axis_month(first.plus(n), n == 0, language) for n in range(count)),
        as_of=review.as_of,
        as_of_text=say("chart.timeline.as_of", language, date=short_date(review.as_of, language)),
        language=language,
    )  # fmt: skip
    return charts.timeline(figures, BODY_WIDTH, room, BODY_HEIGHT)


def _axis_month(month: Month, is_first: bool, language: str) -> charts.TimelineMonth:
    """The year stands at the first month and at each January."""
    name = short_month(month, language)
    if not is_first and month.month > 1:
        return charts.TimelineMonth(name)
    year = say("period.year", language, year=month.year)
    full = say("period.short_month", language, year=month.year, name=name)
    return charts.TimelineMonth(name, year, full)


def _span(review: Review, entries: Sequence[ActionReview]) -> tuple[Month, Month]:
    """The months from the first to the last date, as-of date included; dates that are far off
    (slips, or 9999 for "no deadline") do not stretch the axis."""
    now = Month(review.as_of.year, review.as_of.month)
    earliest, latest = now.plus(-MOST_BEFORE), now.plus(MOST_AFTER)
    days: list[date] = []
    for entry in entries:
        action = entry.action
        dates = (action.raised, action.started, action.due, action.done, action.decided)
        days.extend(day for day in dates if day is not None)
    known = [Month(day.year, day.month) for day in days]
    near = [now, *(month for month in known if earliest <= month <= latest)]
    return min(*near, max(near).plus(1 - LEAST_MONTHS)), max(near)


def _row(review: Review, entry: ActionReview, language: str) -> charts.TimelineRow:
    action = entry.action
    goal = review.by_id[action.goal]
    return charts.TimelineRow(
        id=action.id,
        name=goal.goal.name,
        owner=action.owner or word("cycle.nobody", language),
        state=word(f"phase.{entry.phase.value}", language),
        raised=action.raised,
        started=action.started,
        due=action.due,
        done=action.done,
        decided=action.decided,
        since=waiting_since(entry) if entry.open else None,
        late_from=entry.overdue_from if entry.overdue else None,
        late=word("page.overdue_word", language) if entry.overdue else "",
        effect=effect_text(entry, language),
        note=since_text(review, entry, language),
        anchor=anchor(goal),
        written=tuple(_written(entry, language)),
    )


def _written(entry: ActionReview, language: str) -> Iterator[str]:
    for name in ("raised", "started", "due", "done", "decided"):
        day = getattr(entry.action, name)
        if day is not None:
            mark = word(f"chart.timeline.{name}", language)
            written = short_date(day, language)
            yield say("chart.alt.timeline.mark", language, mark=mark, date=written)
