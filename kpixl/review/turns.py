"""Turn the cycle's dates into its turns, where it is stuck, and which goals nobody works on."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Collection, Dict, List, Optional, Sequence, Set, Tuple

from kpixl.measures.kinds import Status
from kpixl.measures.pdca import last_entry, step_order
from kpixl.plan.model import Action
from kpixl.plan.month import Month
from kpixl.review.cycle import CycleView, evidence_of, is_open
from kpixl.review.figures import ActionReview, Review
from kpixl.review.insights import Idle, Stuck, Turns
from kpixl.words import fold

IDLE_MONTHS = 2
"""From so many months off plan without an action on, a goal is named (SPEC 8)."""

LISTED_MONTHS = 12
"""For so many months before the fiscal year closed actions are listed; no goal's idle months reach
back further."""

OFF_PLAN = (Status.AMBER, Status.RED)
_Span = Tuple[Optional[date], Optional[date]]


# ---- Turns ----------------------------------------------------------------------------------


def turns(review: Review) -> Turns:
    """The turns of the cycle in the review's fiscal year, up to the as-of date (SPEC 8).

    A turn belongs to the year in which it was decided, whenever it was raised. One without a
    date of decision is in no year; one without Raised, or decided before it, has no days.
    """
    closed = closed_turns(review)
    days = [entry.days for entry in closed if entry.days is not None and entry.days >= 0]
    return Turns(
        closed=len(closed),
        median_days=float(median(days)) if days else None,
        opened=sum(1 for entry in review.actions if in_year(review, entry.action.raised)),
    )


def closed_turns(review: Review) -> Tuple[ActionReview, ...]:
    """The actions whose cycle was closed in the fiscal year, in the order of the sheet."""
    return tuple(
        entry
        for entry in review.actions
        if not entry.open and in_year(review, entry.action.decided)
    )


def recent_actions(review: Review) -> Tuple[ActionReview, ...]:
    """The open actions, and those closed in the fiscal year or the one before: what was closed
    earlier is history, and stays behind where a book is rolled over."""
    since = listed_since(review.fiscal_months[0])
    return tuple(
        entry for entry in review.actions if entry.open or not over_before(entry.action, since)
    )


def listed_since(year: Month) -> date:
    """The day from which closed actions are still listed in a fiscal year that starts in
    ``year``."""
    first = year.plus(-LISTED_MONTHS)
    return date(first.year, first.month, 1)


def over_before(action: Action, day: date) -> bool:
    """Whether all that a closed action's entries tell of happened before ``day``; of one without
    any date nobody knows."""
    entered = (action.raised, action.started, action.done, action.decided)
    days = [one for one in entered if one is not None]
    return bool(days) and max(days) < day


def in_year(review: Review, day: Optional[date]) -> bool:
    """Whether ``day`` lies in the review's fiscal year and not after its as-of date."""
    first, last = review.fiscal_months[0], review.fiscal_months[-1]
    return day is not None and date(first.year, first.month, 1) <= day <= min(
        last.last_day, review.as_of
    )


# ---- Where cycles are stuck -----------------------------------------------------------------


def waiting_since(entry: ActionReview) -> Optional[date]:
    """The day on which the action was last moved on: the latest of Raised, Started and Done."""
    return last_entry(evidence_of(entry.action))


def days_waiting(review: Review, entry: ActionReview) -> Optional[int]:
    """Days from the last entry to the as-of date; None for a closed action and for one that has
    no date at all."""
    since = waiting_since(entry)
    return (review.as_of - since).days if entry.open and since is not None else None


def stuck(review: Review) -> Tuple[Stuck, ...]:
    """The open actions by the step that they wait for and their owner, most stuck first: by the
    number overdue, then by the longest wait, then by their number."""
    groups: Dict[Tuple[str, str], List[ActionReview]] = {}
    for entry in review.actions:
        if entry.open:
            groups.setdefault((entry.step.value, fold(entry.action.owner)), []).append(entry)
    found = [_stuck(review, entries) for entries in groups.values()]
    found.sort(
        key=lambda group: (
            -group.overdue,
            1 if group.days is None else -group.days,
            -len(group.actions),
            step_order(group.step),
        )
    )
    return tuple(found)


def _stuck(review: Review, entries: Sequence[ActionReview]) -> Stuck:
    waits = [days_waiting(review, entry) for entry in entries]
    known = [days for days in waits if days is not None]
    return Stuck(
        step=entries[0].step,
        phase=entries[0].phase,
        owner=entries[0].action.owner.strip(),
        actions=tuple(entry.action.id for entry in entries),
        overdue=sum(1 for entry in entries if entry.overdue),
        days=max(known) if known else None,
    )


# ---- Goals that nobody works on -------------------------------------------------------------


def idle(review: Review) -> Tuple[Idle, ...]:
    """The goals that have been off plan for two months or more while no action was open for them
    (SPEC 8): Red before Amber, the longest first.

    Roll-up and formula goals count with the actions of their subtree. A goal with a listed goal
    below it is not listed itself: the trouble is named once, where it can be worked on.
    """
    waiting = [goal for goal in review.goals if goal.idle_months >= IDLE_MONTHS]
    above: Set[str] = set()
    for goal in waiting:
        parent = goal.parent
        while parent is not None and parent not in above:
            above.add(parent)
            parent = review.by_id[parent].parent
    lowest = [goal for goal in waiting if goal.id not in above]
    lowest.sort(key=lambda goal: (goal.status is not Status.RED, -goal.idle_months))
    return tuple(Idle(goal.id, goal.goal.owner, goal.status, goal.idle_months) for goal in lowest)


def idle_months(view: CycleView, history: Sequence[Status], goals: Collection[str]) -> int:
    """For how many months in a row, up to the review month, a goal was Amber or Red and none of
    the actions for ``goals`` (itself, or its subtree) was open at any time; 0 where it is on plan,
    cannot be judged, or has an action by the as-of date.

    A month that cannot be judged neither counts nor ends the run: that nothing was reported is no
    sign that it went well. ``history`` is the month's status, the review month last; it bounds the
    count.
    """
    if not history or history[-1] not in OFF_PLAN:
        return 0
    spans = [span for action in view.visible if action.goal in goals for span in _span(action)]
    count = 0
    for back, status in enumerate(reversed(history)):
        days = _days(view, view.month.plus(-back))
        if status is Status.GREEN or any(_meets(span, days) for span in spans):
            break
        count += status in OFF_PLAN
    return count


def _span(action: Action) -> Sequence[_Span]:
    """From when to when an action was open, as far as its dates tell: None is "since ever" and
    "still". A closed action without any date tells nothing."""
    entered = (action.raised, action.started, action.done, action.decided)
    days = [day for day in entered if day is not None]
    first = min(days) if days else None
    if is_open(action):
        return ((first, None),)
    return ((first, action.decided or max(days)),) if days else ()


def _days(view: CycleView, month: Month) -> Tuple[date, date]:
    """The days of a month; those of the review month go on to the as-of date, so that an action
    raised since then counts."""
    last = max(month.last_day, view.as_of) if month == view.month else month.last_day
    return date(month.year, month.month, 1), last


def _meets(span: _Span, days: Tuple[date, date]) -> bool:
    (first, last), (start, end) = span, days
    return (first is None or first <= end) and (last is None or last >= start)
