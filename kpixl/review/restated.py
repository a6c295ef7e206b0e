"""Compare what was published with what the workbook says now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.kinds import Status
from kpixl.plan.model import State
from kpixl.plan.month import Month
from kpixl.plan.values import month_in
from kpixl.review.figures import GoalReview, Review
from kpixl.review.published import Figure

ACTUAL, PLAN = "actual", "plan"
SAME = 1e-9
"""How far apart two figures may be and still be the same, relative to the larger (at least 1)."""


@dataclass(frozen=True)
class Edition:
    """Which edition of its month a pack is. The first has no ``reason``; a later one replaces the
    one before it, and says why. ``day`` is the day on which it was opened, where that is to be
    said."""

    number: int = 1
    reason: str = ""
    day: Optional[date] = None

    @property
    def corrects(self) -> bool:
        """Whether it replaces an earlier edition."""
        return self.number > 1


FIRST_EDITION = Edition()


class Change(str, Enum):
    """What it means that a published figure has changed. A preliminary figure may become another
    final one, as was to be expected; or it is restated, preliminary (with no word yet of its being
    final) or final."""

    TO_FINAL = "to_final"
    PRELIMINARY = "preliminary"
    FINAL = "final"


@dataclass(frozen=True)
class Published:
    """A goal's figures of one month as they were published: in a pack that was sent, or in a month
    that was closed as final, with that ``closing``'s number (0: in a pack). ``prior`` is the actual
    of the same month one year before, ``status`` the month's. ``sent`` is the day, ``month_sent``
    the pack's own month or the month closed, ``edition`` the pack's edition. ``final``: by then
    the figure had been published as final; ``reported``: an actual of it had been published, in
    this pack or before. ``moment`` is the time, as text that sorts by time."""

    goal: str
    month: Month
    actual: Optional[float]
    plan: Optional[float]
    sent: date
    month_sent: Month
    edition: int = 1
    status: Optional[Status] = None
    prior: Optional[float] = None
    final: bool = False
    closing: int = 0
    moment: str = ""
    reported: bool = False


@dataclass(frozen=True)
class Restatement:
    """A figure that has changed since it was last published: ``measure`` is ``actual`` or ``plan``;
    ``edition`` and ``month_sent`` say in which pack it stood, ``sent`` on which day; ``closing`` is
    the number of the month's closing where it stood in one, else 0. The statuses are the month's,
    before and now; None where one is not known. ``change`` says what kind of change it is."""

    goal: str
    month: Month
    measure: str
    old: Optional[float]
    new: Optional[float]
    old_status: Optional[Status]
    new_status: Optional[Status]
    sent: date
    month_sent: Month
    edition: int
    closing: int = 0
    change: Change = Change.PRELIMINARY

    @property
    def status_changed(self) -> bool:
        """Whether the month is judged differently now."""
        known = self.old_status is not None and self.new_status is not None
        return known and self.old_status is not self.new_status


def sent_figures(
    figures: Iterable[Figure],
    sent: date,
    month_sent: Month,
    edition: int,
    *,
    final: bool = False,
    closing: int = 0,
    moment: str = "",
    reported: bool = False,
) -> Tuple[Published, ...]:
    """The months among the ``figures`` of one pack that was sent, or of a month that was closed
    (not its totals to date and landings, which follow from them), as :func:`restatements` takes
    them."""
    found = []
    for figure in figures:
        month = month_in(figure.month)
        if figure.period != "month" or month is None:
            continue
        status = Status(figure.status) if figure.status else None
        found.append(
            Published(
                figure.goal, month, figure.actual, figure.plan, sent, month_sent, edition,
                status=status, prior=figure.prior, final=final, closing=closing, moment=moment,
                reported=reported,
            )
        )  # fmt: skip
    return tuple(found)


def restatements(review: Review, published: Iterable[Published]) -> Tuple[Restatement, ...]:
    """The figures of ``review`` that differ from what was last published of them, sent in a pack
    or closed as final, by more than a billionth; goals in tree order, then by month, actual before
    plan.

    A figure that was once published as final is restated, whatever it was published as since. One
    that has only been preliminary, in a pack of final figures, has become final with another value
    than was thought: that is told, too, but as such.

    Compared are actual and plan of each month of the fiscal year up to the review month, and the
    actuals of the year before, sent as such or as prior-year figures. What was never sent, or
    only in the pack of a later month (whose readers are not this pack's), is no restatement.

    An actual that was sent as missing and has come in since is a late report, not a restatement:
    nothing that anyone relied on has changed. A figure that was sent and is gone is one, and so
    is its return. So is a plan where none was sent: a target that is set when the month has been
    reviewed without one changes how that month is judged, and its readers are to know.

    Where a changed definition makes the year before no longer comparable, its figures are left
    out: they have not changed but ended (SPEC 2, From and To).
    """
    sent = _by_goal(review, published)
    found: List[Restatement] = []
    for goal in review.goals:
        entries = sent.get(goal.id, [])
        if entries:
            found.extend(_of_goal(review, goal, entries))
    return tuple(found)


def _by_goal(review: Review, published: Iterable[Published]) -> Mapping[str, List[Published]]:
    """What was sent of each goal, the last sent at the end."""
    found: Dict[str, List[Published]] = {}
    for entry in published:
        if entry.month_sent <= review.month:
            found.setdefault(entry.goal, []).append(entry)
    for entries in found.values():
        entries.sort(key=lambda one: (one.sent, one.moment, one.month_sent, one.edition))
    return found


def is_restated(
    review: Review, published: Iterable[Published], found: Iterable[Restatement]
) -> bool:
    """Whether the review month has been published as final, in a pack or by closing it, and now
    shows other figures than its own publications did. That it shows others than those of earlier
    months did is no restatement of this month."""
    was_final = any(entry.final and entry.month == review.month for entry in published)
    return was_final and any(
        entry.change is Change.FINAL and entry.month_sent == review.month for entry in found
    )


@dataclass(frozen=True)
class _Sent:
    """One figure as one pack has shown it."""

    value: Optional[float]
    entry: Published


def _of_goal(
    review: Review, goal: GoalReview, entries: Sequence[Published]
) -> Iterable[Restatement]:
    claims = _claims(entries)
    current = _current(review, goal)
    for month, measure in sorted(current):
        new = current[month, measure]
        shown = _counting(claims.get((month, measure), []), new)
        if not shown or not _restated(measure, shown, new):
            continue
        last = shown[-1]
        yield Restatement(
            goal=goal.id,
            month=month,
            measure=measure,
            old=last.value,
            new=new,
            old_status=_status_then(shown, month),
            new_status=_status_in(review, goal, month),
            sent=last.entry.sent,
            month_sent=last.entry.month_sent,
            edition=last.entry.edition,
            closing=last.entry.closing,
            change=_change(review, shown),
        )


def _counting(shown: Sequence[_Sent], new: Optional[float]) -> Sequence[_Sent]:
    """What was published of a figure, but for closings that agree with the figure of now: they
    have reached no reader, who is to be told how it differs from what was last sent."""
    return [sent for sent in shown if not (sent.entry.closing and same(sent.value, new))]


def _status_then(shown: Sequence[_Sent], month: Month) -> Optional[Status]:
    """How the month was judged when its figure was last shown as its own, not as that of the year
    before a later one."""
    own = [sent.entry.status for sent in shown if sent.entry.month == month]
    return own[-1] if own else None


def _change(review: Review, shown: Sequence[_Sent]) -> Change:
    if any(sent.entry.final for sent in shown):
        return Change.FINAL
    return Change.TO_FINAL if review.settings.state is State.FINAL else Change.PRELIMINARY


def _claims(entries: Sequence[Published]) -> Mapping[Tuple[Month, str], List[_Sent]]:
    """What was sent of each month and measure, the last at the end. A prior-year figure says what
    the actual of its own month was; that a pack has none says nothing of that month, unless it had
    been published by then: those readers have been told that it is gone."""
    found: Dict[Tuple[Month, str], List[_Sent]] = {}

    def add(month: Month, measure: str, value: Optional[float], entry: Published) -> None:
        found.setdefault((month, measure), []).append(_Sent(value, entry))

    for entry in entries:
        add(entry.month, ACTUAL, entry.actual, entry)
        add(entry.month, PLAN, entry.plan, entry)
        before = entry.month.plus(-12)
        known = found.get((before, ACTUAL), ())
        if entry.prior is not None or any(sent.value is not None for sent in known):
            add(before, ACTUAL, entry.prior, entry)
    return found


def _current(review: Review, goal: GoalReview) -> Mapping[Tuple[Month, str], Optional[float]]:
    """What the workbook says now of every figure that can be compared. Of a roll-up, no month of
    the year before is known."""
    found: Dict[Tuple[Month, str], Optional[float]] = {}
    months = goal.series
    for month, actual, plan, prior in zip(months.months, months.actual, months.plan, months.prior):
        if month <= review.month:
            found[month, ACTUAL], found[month, PLAN] = actual, plan
        before = month.plus(-12)
        start = goal.goal.valid_from
        redefined = start is not None and before < start
        if not goal.is_rollup and not (prior is None and redefined):
            found[before, ACTUAL] = prior
    return found


def _restated(measure: str, shown: Sequence[_Sent], new: Optional[float]) -> bool:
    old = shown[-1].value
    if old is None and measure == ACTUAL:
        known = any(sent.value is not None or sent.entry.reported for sent in shown)
        return new is not None and known
    return not same(old, new)


def same(old: Optional[float], new: Optional[float]) -> bool:
    """Whether two figures are the same but for what computing alone changes."""
    if old is None or new is None:
        return old is new
    return abs(new - old) <= SAME * max(1.0, abs(old), abs(new))


def _status_in(review: Review, goal: GoalReview, month: Month) -> Optional[Status]:
    """The month's status now; None where it lies further back than the history."""
    position = len(goal.history) - 1 - (review.month.index - month.index)
    return goal.history[position] if 0 <= position < len(goal.history) else None
