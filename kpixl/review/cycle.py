"""Turn the evidence in the Actions sheet into PDCA phases, as of the review's date."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Callable, Collection, List, Optional, Sequence, Tuple

from kpixl.measures.kinds import Phase, Status
from kpixl.measures.pdca import (
    Evidence,
    GoalPhase,
    OpenAction,
    action_overdue,
    action_phase,
    goal_phase,
    overdue_from,
)
from kpixl.plan.model import Action, Plan
from kpixl.plan.month import Month
from kpixl.review.figures import ActionReview
from kpixl.review.monthly import Monthly
from kpixl.review.signals import action_effect

Reported = Callable[[str, Month], bool]
MONTHS_UNTIL_CHECK = 3


@dataclass(frozen=True)
class CycleView:
    """What the PDCA rules look at: the plan as it was known on the as-of date. ``reported`` says
    whether a goal has an actual in a month; a roll-up has one where any child has."""

    plan: Plan
    month: Month
    as_of: date
    due: date
    monthly: Monthly
    reported: Reported
    visible: Tuple[Action, ...] = field(default=())

    def __post_init__(self) -> None:
        seen = tuple(
            known_by(action, self.as_of)
            for action in self.plan.actions
            if action.raised is None or action.raised <= self.as_of
        )
        object.__setattr__(self, "visible", seen)


def known_by(action: Action, as_of: date) -> Action:
    """The action without the entries that are dated after ``as_of`` (SPEC 2, Reading)."""

    def past(day: Optional[date]) -> Optional[date]:
        return day if day is None or day <= as_of else None

    decided_later = action.decided is not None and action.decided > as_of
    done_later = action.done is not None and action.done > as_of
    return replace(
        action,
        started=past(action.started),
        done=past(action.done),
        result="" if done_later else action.result,
        decision=None if decided_later or done_later else action.decision,
        decided=past(action.decided),
    )


def action_reviews(view: CycleView) -> Tuple[ActionReview, ...]:
    """Every visible action with phase, next step, whether it is overdue and what it has done, in
    sheet order."""
    names = {goal.id: goal.name for goal in view.plan.goals}
    names.update({goal.id: goal.name for goal in view.plan.tree(view.month).values()})
    return tuple(
        _action_review(view, action, names.get(action.goal, "")) for action in view.visible
    )


def _action_review(view: CycleView, action: Action, goal_name: str) -> ActionReview:
    evidence = evidence_of(action)
    phase, step = action_phase(evidence)
    compared_by = check_due(view, action)
    days = None
    if action.raised is not None and action.decided is not None:
        days = (action.decided - action.raised).days
    effect, judged = action_effect(view.monthly, view.plan, action, view.month)
    return ActionReview(
        action=action,
        goal_name=goal_name,
        phase=phase,
        step=step,
        overdue=action_overdue(evidence, view.as_of, compared_by),
        overdue_from=overdue_from(evidence, compared_by),
        days=days,
        effect=effect,
        judged=judged,
    )


def evidence_of(action: Action) -> Evidence:
    """What an action's row says, as the PDCA rules look at it."""
    return Evidence(
        cause=action.cause,
        countermeasure=action.countermeasure,
        owner=action.owner,
        result=action.result,
        due=action.due,
        done=action.done,
        raised=action.raised,
        started=action.started,
        decision=action.decision.value if action.decision else "",
    )


def is_open(action: Action) -> bool:
    """Whether the action's cycle has not been closed by a decision."""
    return action_phase(evidence_of(action))[0] is not Phase.CLOSED


def check_due(view: CycleView, action: Action) -> Optional[date]:
    """The close day of the third reported month after Done; None while there are fewer."""
    if action.done is None:
        return None
    month, found = Month(action.done.year, action.done.month), 0
    while found < MONTHS_UNTIL_CHECK:
        month = month.plus(1)
        if month > view.month:
            return None
        found += view.reported(action.goal, month)
    return view.plan.settings.close_day.due(month, view.plan.holidays)


def phase_of(
    view: CycleView,
    goal_id: str,
    status: Status,
    source: str,
    subtree: Collection[str],
) -> GoalPhase:
    """The goal's PDCA phase in the review month (SPEC 8). Roll-up and formula goals use the
    actions of everything below them."""
    derived = is_derived(source)
    wanted = set(subtree) if derived else {goal_id}
    return goal_phase(status, derived, view.as_of >= view.due, _open(view, wanted))


def is_derived(source: str) -> bool:
    """Whether a goal's figure comes from other goals, so that it is acted on below it (SPEC 8)."""
    return source in ("rollup", "formula")


def _open(view: CycleView, goals: Collection[str]) -> Sequence[OpenAction]:
    found: List[OpenAction] = []
    for action in view.visible:
        if action.goal not in goals:
            continue
        evidence = evidence_of(action)
        phase, step = action_phase(evidence)
        if phase is Phase.CLOSED:
            continue
        overdue = action_overdue(evidence, view.as_of, check_due(view, action))
        found.append(OpenAction(action.id, phase, step, action.due, overdue))
    return found
