"""Turn a year's plan into the content of the next year's book.

The new book says of every month of the old year what the old one said: all figures come along,
and whatever else a review of one of these months looks at. Only what none of them needs falls
away, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, FrozenSet, List, Mapping, Optional, Set, Tuple

from kpixl.errors import UsageProblem
from kpixl.measures.formula import inputs
from kpixl.plan.model import Action, Goal, Plan, Series, State
from kpixl.plan.month import Month, fiscal_year_start
from kpixl.plan.recipients import Scopes
from kpixl.review.cycle import is_open
from kpixl.review.periods import fiscal_label
from kpixl.review.turns import LISTED_MONTHS, listed_since, over_before
from kpixl.workbook.content import BookContent
from kpixl.workbook.rebook import MONTHLY, content_of, labels_of, months_of

YEAR = 12


@dataclass(frozen=True)
class Rollover:
    """The content of the new book, whose year starts in ``first``, and the plan that it holds.

    ``ended`` are goals that are kept for the old year's sake and are not valid in the new one;
    ``goals_left``, ``actions_left`` and ``comments_left`` is what fell away. ``planned`` counts
    goals whose plan for the new year the old book had already.
    """

    content: BookContent
    plan: Plan
    first: Month
    ended: Tuple[Goal, ...]
    goals_left: Tuple[Goal, ...]
    actions_left: Tuple[Action, ...]
    comments_left: int
    planned: int

    @property
    def valid(self) -> int:
        """How many goals are valid in the new year."""
        return len({goal.id for goal in self.plan.goals}) - len(self.ended)

    @property
    def open_actions(self) -> int:
        """How many actions are still open."""
        return sum(1 for action in self.plan.actions if is_open(action))


def rolled_over(plan: Plan, language: str, first: Optional[Month] = None) -> Rollover:
    """The next year's book. ``first`` is the first month of its fiscal year; by default that of
    the year after the one under review.

    Kept are all goals that were valid in the year under review, in the month before it or later,
    with every month's figures, and what their formulas, parents, open actions and recipients name;
    actions that are open or were closed at most a year before that year, and comments of the same
    time. Raises :class:`UsageProblem` ``no-review-month`` and ``rollover-first``, and what
    :func:`kpixl.workbook.rebook.content_of` raises.
    """
    closing = fiscal_year_start(_reviewed(plan), plan.settings.fiscal_start)
    first = first or closing.plus(YEAR)
    if first.month != plan.settings.fiscal_start or first <= closing:
        details = {"found": str(first), "next": str(closing.plus(YEAR)), "book": plan.source.names}
        raise UsageProblem("rollover-first", **details)
    kept = _kept_plan(plan, closing)
    settings = replace(
        kept.settings,
        review_month=first,
        state=State.PRELIMINARY,
        fiscal_label=_label(plan, first, language),
    )
    content = content_of(replace(kept, settings=settings), language)
    content = replace(content, months=_months(kept, closing, first))
    ids = {goal.id for goal in kept.goals}
    goals = {goal.id: goal for goal in reversed(plan.goals)}
    last_rows = {goal.id: goal for goal in plan.goals}
    valid = {goal.id for goal in kept.goals if goal.valid_to is None or goal.valid_to >= first}
    return Rollover(
        content=content,
        plan=kept,
        first=first,
        ended=tuple(last_rows[one] for one in labels_of(kept) if one not in valid),
        goals_left=tuple(goals[one] for one in labels_of(plan) if one not in ids),
        actions_left=tuple(one for one in plan.actions if one not in kept.actions),
        comments_left=len(plan.comments) - len(kept.comments),
        planned=sum(1 for one in valid if _has_from(kept.plan.get(one), first)),
    )


def _reviewed(plan: Plan) -> Month:
    """The month under review, else the last with an actual, else the last with a plan."""
    if plan.settings.review_month is not None:
        return plan.settings.review_month
    for side in (plan.actuals, plan.plan):
        months = [month for series in side.values() for month in series.values]
        if months:
            return max(months)
    raise UsageProblem("no-review-month", book=plan.source.names)


def _label(plan: Plan, first: Month, language: str) -> str:
    """The new year as the old book's label names years; blank stays blank."""
    settings = plan.settings
    return fiscal_label(first, settings, language) if settings.fiscal_label else ""


def _months(plan: Plan, closing: Month, first: Month) -> Tuple[Month, ...]:
    """Whole fiscal years without a hole: from the first with a figure to the new one."""
    figures = [
        month
        for key in MONTHLY
        for series in _side(plan, key).values()
        for month in series.values
    ]  # fmt: skip
    start = fiscal_year_start(min([closing, *figures]), plan.settings.fiscal_start)
    last = max([first.plus(YEAR - 1), *figures, *months_of(plan)])
    return tuple(start.plus(number) for number in range(last.index - start.index + 1))


def _side(plan: Plan, key: str) -> Mapping[str, Series]:
    side: Mapping[str, Series] = getattr(plan, key)
    return side


def _has_from(series: Optional[Series], first: Month) -> bool:
    return series is not None and any(month >= first for month in series.values)


# ---- What is kept ---------------------------------------------------------------------------


def _kept_plan(plan: Plan, closing: Month) -> Plan:
    since, day = closing.plus(-LISTED_MONTHS), listed_since(closing)
    actions = tuple(one for one in plan.actions if is_open(one) or not over_before(one, day))
    ids = _kept_goals(plan, closing, actions)
    figures: Dict[str, Dict[str, Series]] = {
        key: {goal_id: one for goal_id, one in _side(plan, key).items() if goal_id in ids}
        for key in MONTHLY
    }
    return replace(
        plan,
        goals=tuple(goal for goal in plan.goals if goal.id in ids),
        actions=tuple(one for one in actions if one.goal in ids),
        comments=tuple(one for one in plan.comments if one.goal in ids and one.month >= since),
        plan=figures["plan"],
        revision=figures["revision"],
        actuals=figures["actuals"],
        outlook=figures["outlook"],
    )


def _kept_goals(plan: Plan, closing: Month, actions: Tuple[Action, ...]) -> FrozenSet[str]:
    rows: Dict[str, List[Goal]] = {}
    for goal in plan.goals:
        rows.setdefault(goal.id, []).append(goal)
    # Of goals that ended with the month before, the year's first month tells that they did.
    start = closing.plus(-1)
    wanted = [
        goal.id for goal in plan.goals if goal.valid_to is None or goal.valid_to >= start
    ]  # fmt: skip
    # An open action is worked on, whatever has become of its goal.
    wanted += [action.goal for action in actions if is_open(action)]
    kept = _with_needed(rows, wanted)
    named = Scopes.of(tuple(goal for goal in plan.goals if goal.id in kept))
    for person in plan.recipients:
        if named.read(person.scope) is None:
            kept |= _with_needed(rows, _in_scope(plan, person.scope))
    return frozenset(kept)


def _in_scope(plan: Plan, scope: str) -> List[str]:
    """The goals that a recipient's scope names."""
    kind, _, name = scope.partition(":")
    part = {"dept": "department", "owner": "owner"}.get(kind)
    if part is None:
        return [scope]
    return [goal.id for goal in plan.goals if getattr(goal, part) == name]


def _with_needed(rows: Mapping[str, List[Goal]], wanted: List[str]) -> Set[str]:
    """The goals and all that stands above them or in their formulas."""
    kept: Set[str] = set()
    waiting = list(wanted)
    while waiting:
        goal_id = waiting.pop()
        if goal_id in kept or goal_id not in rows:
            continue
        kept.add(goal_id)
        for goal in rows[goal_id]:
            waiting += [goal.parent] if goal.parent else []
            waiting += inputs(goal.formula) if goal.formula is not None else ()
    return kept
