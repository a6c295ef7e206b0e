"""Turn the evidence of countermeasures into phases, next steps and what is overdue (SPEC 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Optional, Sequence, Tuple

from kpixl.measures.kinds import Phase, Status, Step

IDLE_DAYS = 30
"""An open action on which nothing was done for so many days is overdue."""

NO_EVIDENCE: Tuple[str, ...] = (
    "-", "–", "—", "―", "−", "－", "ー", "…", "?", "？", "TBD", "TBA", "TBC", "N/A", "未定",
)  # fmt: skip
"""What people write into a cell that they have nothing to say in."""
_SAYING_NOTHING = frozenset(["", *map(str.casefold, NO_EVIDENCE)])


@dataclass(frozen=True)
class Evidence:
    """What stands in an action's row; blank fields are empty or None."""

    cause: str = ""
    countermeasure: str = ""
    owner: str = ""
    due: Optional[date] = None
    done: Optional[date] = None
    result: str = ""
    decision: str = ""
    raised: Optional[date] = None
    started: Optional[date] = None


_ROWS: Tuple[Tuple[Tuple[str, ...], Phase, Step], ...] = (
    (("cause",), Phase.CHECK, Step.FIND_CAUSE),
    (("countermeasure",), Phase.PLAN, Step.DECIDE_COUNTERMEASURE),
    (("owner", "due"), Phase.PLAN, Step.NAME_OWNER_AND_DUE),
    (("done",), Phase.DO, Step.CARRY_OUT),
    (("result",), Phase.CHECK, Step.COMPARE_EFFECT),
    (("decision",), Phase.ACT, Step.DECIDE),
)
_ORDER = {step: position for position, (_, _, step) in enumerate(_ROWS)}


def says_something(text: str) -> bool:
    """Whether a text is evidence of anything: blanks, dashes and the like, and words for "not
    known yet" are not (:data:`NO_EVIDENCE`, in capitals or not)."""
    return text.strip().casefold() not in _SAYING_NOTHING


def _missing(evidence: Evidence, field: str) -> bool:
    value = getattr(evidence, field)
    return not says_something(value) if isinstance(value, str) else value is None


def action_phase(evidence: Evidence) -> Tuple[Phase, Step]:
    """Phase and next step of an action: the first row of SPEC 8 whose evidence is missing."""
    for fields, phase, step in _ROWS:
        if any(_missing(evidence, field) for field in fields):
            return phase, step
    return Phase.CLOSED, Step.NONE


def last_entry(evidence: Evidence) -> Optional[date]:
    """The latest of Raised, Started and Done: the day on which an action was last moved on. None
    where none of them is entered."""
    days = [day for day in (evidence.raised, evidence.started, evidence.done) if day is not None]
    return max(days) if days else None


def overdue_from(evidence: Evidence, check_due: Optional[date] = None) -> Optional[date]:
    """The first day on which an open action is overdue (SPEC 8), reached or not.

    Do: the day after its due date. Check of a result: ``check_due``, the close day of the third
    reported month after Done (None: not reached yet). Any other open phase: 30 days after the
    latest of Raised, Started and Done. None for a closed action, and where no date tells.
    """
    phase, step = action_phase(evidence)
    if phase is Phase.CLOSED:
        return None
    if step is Step.CARRY_OUT:
        return _after(evidence.due, 1) if evidence.due is not None else None
    if step is Step.COMPARE_EFFECT:
        return check_due
    last = last_entry(evidence)
    return _after(last, IDLE_DAYS) if last is not None else None


def _after(day: date, days: int) -> date:
    """``days`` later, but not beyond the calendar: 9999-12-31 is written for "no deadline"."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def action_overdue(evidence: Evidence, as_of: date, check_due: Optional[date] = None) -> bool:
    """Whether an action is overdue on the day ``as_of``: whether :func:`overdue_from` has come."""
    first = overdue_from(evidence, check_due)
    return first is not None and as_of >= first


@dataclass(frozen=True)
class OpenAction:
    """A countermeasure that is not closed, as its goal looks at it."""

    id: str
    phase: Phase
    step: Step
    due: Optional[date] = None
    overdue: bool = False


@dataclass(frozen=True)
class GoalPhase:
    """Where a goal stands in its cycle, and what is to be done next.

    ``action`` is the ID of the action that decides the phase, or that an on-track goal still has
    open; ``action_step``, ``due`` and ``overdue`` are that action's.
    """

    phase: Phase
    step: Step
    action: Optional[str] = None
    action_step: Optional[Step] = None
    due: Optional[date] = None
    overdue: bool = False


def step_order(step: Step) -> int:
    """The place of an action's step in the table of SPEC 8, the earliest evidence first."""
    return _ORDER.get(step, len(_ORDER))


def furthest_behind(open_actions: Sequence[OpenAction]) -> Optional[OpenAction]:
    """The open action with the earliest row in SPEC 8; of equals the one that is due first."""
    ranked = [action for action in open_actions if action.step in _ORDER]
    if not ranked:
        return None
    return min(ranked, key=lambda action: (_ORDER[action.step], action.due or date.max))


def goal_phase(
    status: Status, is_derived: bool, due_yet: bool, open_actions: Sequence[OpenAction]
) -> GoalPhase:
    """A goal's phase and next step in a review month: the first rule of SPEC 8 that applies.

    ``status`` is the month's; ``due_yet`` says whether the month's actuals are due; roll-up and
    formula goals (``is_derived``) skip the rules about entering figures, and their
    ``open_actions`` are those of their subtree.
    """
    if not is_derived and status is Status.NO_PLAN:
        return GoalPhase(Phase.PLAN, Step.SET_TARGET)
    if not is_derived and status is Status.NO_DATA:
        if due_yet:
            return GoalPhase(Phase.CHECK, Step.ENTER_ACTUAL)
        return GoalPhase(Phase.DO, Step.MONTH_OPEN)
    action = furthest_behind(open_actions)
    if action is None:
        if status is Status.GREEN:
            return GoalPhase(Phase.DO, Step.ON_TRACK)
        return GoalPhase(Phase.CHECK, Step.FIND_CAUSE)
    on_track = status is Status.GREEN
    return GoalPhase(
        Phase.DO if on_track else action.phase,
        Step.ON_TRACK_ACTION if on_track else action.step,
        action.id,
        action.step,
        action.due,
        action.overdue,
    )
