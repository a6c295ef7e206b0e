"""Tell signal from noise in each goal's months, and what each action has done (SPEC 6).

A roll-up has no chart: its score moves with plans, weights and cap, and tells nothing that its
children's own charts do not tell better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple

from kpixl.measures import xmr
from kpixl.measures.kinds import Direction, Effect
from kpixl.plan.model import Action, Goal, Plan, definition_in
from kpixl.plan.month import Month
from kpixl.review.insights import ControlChart, Judgement
from kpixl.review.monthly import Monthly, like_a_year_before, same_definition


@dataclass(frozen=True)
class Reported:
    """A goal's reported months under the definition that holds in the review month, oldest first,
    the review month at last. ``prior`` is the figure of one year before, where it means the same;
    ``since`` the month of a changed definition, before which nothing counts."""

    months: Tuple[Month, ...]
    values: Tuple[float, ...]
    prior: Tuple[Optional[float], ...]
    since: Optional[Month] = None


def reported_months(
    monthly: Monthly, definitions: Sequence[Goal], goal_id: str, month: Month
) -> Reported:
    """What a goal has reported up to ``month``. What could not be read is missing."""
    values = monthly.actual[goal_id]
    end = monthly.position(month) + 1
    start = _restart(monthly.months[:end], definitions)
    found = [(n, value) for n, value in enumerate(values[:end]) if value is not None and n >= start]
    alike = len(definitions) == 1
    prior = tuple(
        values[n - 12]
        if n >= 12 and (alike or like_a_year_before(definitions, monthly.months[n]))
        else None
        for n, _ in found
    )
    return Reported(
        months=tuple(monthly.months[n] for n, _ in found),
        values=tuple(value for _, value in found),
        prior=prior,
        since=monthly.months[start] if start else None,
    )


def _restart(months: Sequence[Month], definitions: Sequence[Goal]) -> int:
    """The position from which the definition of the last month has held without a change."""
    if len(definitions) == 1:
        return 0
    present = definition_in(definitions, months[-1])
    for position in range(len(months) - 1, -1, -1):
        if not same_definition(definition_in(definitions, months[position]), present):
            return position + 1
    return 0


def control_chart(reported: Reported, direction: Direction) -> Optional[ControlChart]:
    """The goal's XmR chart; None where too few months are reported for limits.

    The last point is that of the last month reported, which need not be the review month.
    """
    found = xmr.charted(reported.values, reported.prior)
    limits = xmr.limits(found.points)
    if limits is None:
        return None
    signal = xmr.signal(found.points, limits)
    return ControlChart(
        months=tuple(reported.months[position] for position in found.positions),
        points=found.points,
        differences=found.differences,
        centre=limits.centre,
        lower=limits.lower,
        upper=limits.upper,
        moving_range=limits.moving_range,
        range_limit=limits.range_limit,
        signal=signal,
        better=xmr.better(signal, direction),
        since=reported.since,
    )


@dataclass(frozen=True)
class _Points:
    """A goal's points as an effect looks at them; for each month None where it has none."""

    basis: str
    values: Tuple[Optional[float], ...]
    direction: Direction


def action_effect(
    monthly: Monthly, plan: Plan, action: Action, month: Month
) -> Tuple[Optional[Effect], Optional[Judgement]]:
    """What the figures of an action's goal show since its Done month, and what that rests on.

    The Done month itself is neither before nor since. Points are what the goal's chart shows. For
    Range, where more is neither good nor bad, they are distances to plan, of which less is better:
    the effect is told where the distance itself gives a signal. Nothing is told (None) where the
    action is not done, its goal has no figures, or too few stand before it for limits.
    """
    definitions = () if action.done is None else plan.definitions(action.goal)
    if action.done is None or not definitions:
        return None, None
    reported = reported_months(monthly, definitions, action.goal, month)
    points = _points(monthly, definition_in(definitions, month), action.goal, reported)
    if all(point is None for point in points.values):
        return None, None
    done = Month(action.done.year, action.done.month)
    placed = list(zip(reported.months, points.values))
    before = [point for one, point in placed if one < done][-xmr.WINDOW :]
    known = [point for point in before if point is not None]
    since = [(one, point) for one, point in placed if one > done and point is not None]
    found = xmr.verdict(known, [point for _, point in since], points.direction)
    at = None if found.position is None else since[found.position]
    limits = found.limits
    return found.effect, Judgement(
        done=done,
        basis=points.basis,
        before=len(known),
        since=len(since),
        centre=None if limits is None else limits.centre,
        lower=None if limits is None else limits.lower,
        upper=None if limits is None else limits.upper,
        signal=found.signal,
        month=None if at is None else at[0],
        point=None if at is None else at[1],
    )


def _points(monthly: Monthly, goal: Goal, goal_id: str, reported: Reported) -> _Points:
    if goal.direction is Direction.RANGE:
        plans = [monthly.plan_in(goal_id, month) for month in reported.months]
        distances = tuple(
            None if plan is None else abs(value - plan)
            for value, plan in zip(reported.values, plans)
        )
        return _Points("distance", distances, Direction.LOWER)
    if xmr.charted(reported.values, reported.prior).differences:
        apart = xmr.differences(reported.values, reported.prior)
        return _Points("difference", apart, goal.direction)
    return _Points("value", reported.values, goal.direction)
