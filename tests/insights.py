"""Landings, control charts and bridges to look at, put into a review by hand.

What they say is made up, consistent in itself, and no one's measure: tests of pages need figures
that they know beforehand, and cases that a workbook seldom brings together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kpixl.measures.formula import inputs
from kpixl.measures.kinds import Aggregation, Direction, Method, Pace, Signal, Status
from kpixl.plan.model import Level
from kpixl.plan.month import Month
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Bridge, ControlChart, Landing, Part, Required


def with_insights(review: Review, **by_goal: dict[str, Any]) -> Review:
    """``review`` with fields of some goals replaced: ``with_insights(r, A={"landing": ...})``."""
    return replace(
        review, goals=tuple(replace(goal, **by_goal.get(goal.id, {})) for goal in review.goals)
    )


def control_of(
    points: Sequence[float], last: Month, signal: Signal | None = None, **fields: Any
) -> ControlChart:
    """A control chart whose limits are those of its points."""
    centre = sum(points) / len(points)
    steps = [abs(b - a) for a, b in itertools.pairwise(points)]
    spread = sum(steps) / max(1, len(steps))
    months = tuple(last.plus(n - len(points) + 1) for n in range(len(points)))
    return ControlChart(
        months=months,
        points=tuple(points),
        differences=fields.pop("differences", False),
        centre=centre,
        lower=fields.pop("lower", centre - 2.66 * spread),
        upper=fields.pop("upper", centre + 2.66 * spread),
        moving_range=spread,
        range_limit=3.268 * spread,
        signal=signal,
        **fields,
    )


def bridge_of(plan: float, parts: Sequence[tuple[str | None, float]], **fields: Any) -> Bridge:
    """A bridge of a Higher goal whose parts are its leaves too."""
    found = tuple(
        Part(goal, value, "driver" if goal else fields.get("kind", "unexplained"))
        for goal, value in parts
    )
    fields.pop("kind", None)
    total = sum(value for _, value in parts)
    leaves = tuple(sorted(found, key=lambda part: -abs(part.value)))
    return Bridge(
        **{
            "plan": plan, "actual": plan + total, "total": total, "parts": found, "leaves": leaves,
            **fields,
        }
    )  # fmt: skip


def filled(review: Review) -> Review:
    """A review as it looks when everything is there: landings of every kind, some signals, a
    bridge for every goal that has children."""
    goals = tuple(
        replace(
            goal,
            landing=_landing(goal, number),
            control=_control(goal, review.month, number),
            bridge=_bridge(review, goal, goal.month.gap, goal.month.plan, goal.month.actual),
            bridge_to_date=_bridge(
                review, goal, goal.to_date.gap, goal.to_date.plan, goal.to_date.actual
            ),
        )
        for number, goal in enumerate(review.goals)
    )
    return replace(review, goals=goals)


METHODS = (Method.RATIO, Method.PRIOR, Method.TREND, Method.OUTLOOK, Method.PLAN)


def _landing(goal: GoalReview, number: int) -> Landing:
    figures, series = goal.to_date, goal.series
    if figures.actual is None or goal.source == "none":
        return Landing()
    if goal.is_rollup:
        score = 0.96
        return Landing(
            value=score, basis="rollup", plan=1.0, original=1.0, gap=score - 1, gap_pct=score - 1,
            attainment=score, status=Status.AMBER, months_left=5,
        )  # fmt: skip
    planned = [value for value in series.plan if value is not None]
    total = goal.goal.aggregation is Aggregation.SUM
    plan = sum(planned) if total else planned[-1] if planned else None
    share = figures.attainment or 0.95
    value = plan * share if plan is not None else figures.actual
    if goal.goal.direction is Direction.LOWER and plan:
        value = plan * (2 - share)
    spread = abs(value) * 0.03
    gap = None if plan is None else (value - plan) * _sign(goal)
    required = Required(
        (Pace.NEEDED, Pace.NEEDED, Pace.REACHED, Pace.OUT_OF_REACH)[number % 4],
        value / 12 if number % 4 < 2 else None,
        value / 11,
        Month(2025, 12),
    )
    return Landing(
        value=value,
        basis="inputs" if goal.source == "formula" else "method",
        method=None if goal.source == "formula" else METHODS[number % 5],
        error=0.021 if number % 3 else None,
        origins=22,
        years=2,
        low=value - spread if number % 3 else None,
        high=value + spread if number % 3 else None,
        chance=(number * 5 % 95 + 5) / 100 if number % 3 else None,
        plan=plan,
        original=None if plan is None else plan * (0.95 if goal.revised else 1),
        outlook=value * 1.01 if number % 5 == 3 else None,
        prior=value * 0.9,
        gap=gap,
        gap_pct=None if gap is None or not plan else gap / abs(plan),
        attainment=share,
        status=goal.to_date.status,
        required=required,
        months_left=5,
        estimated=(Month(2026, 5),) if None in series.actual[:6] else (),
    )


def _sign(goal: GoalReview) -> int:
    return -1 if goal.goal.direction is Direction.LOWER else 1


def _control(goal: GoalReview, month: Month, number: int) -> ControlChart | None:
    values = [value for value in goal.trend if value is not None]
    if len(values) < 6 or goal.is_rollup:
        return None
    signals = {2: Signal.BELOW, 5: Signal.RUN_ABOVE, 9: Signal.NEAR_LOWER, 13: Signal.ABOVE,
               18: Signal.RUN_BELOW}  # fmt: skip
    signal = signals.get(number)
    last = month if goal.month.actual is not None else month.plus(-1)
    better = None if signal is None else signal in (Signal.ABOVE, Signal.RUN_ABOVE)
    return control_of(values, last, signal, better=better, differences=number % 2 == 0)


def _bridge(
    review: Review, goal: GoalReview, gap: float | None, plan: float | None, actual: float | None
) -> Bridge | None:
    children = _drivers(review, goal)
    if not children or gap is None or plan is None or actual is None:
        return None
    raw = [child.month.gap_pct or 0.0 for child in children]
    parts = _shared(gap, raw, [child.id for child in children])
    leaves: list[Part] = []
    for part, child in zip(parts, children, strict=True):
        below = _leaves(review, child)
        shares = [entry.month.gap_pct or 0.0 for entry in below]
        leaves += _shared(part.value, shares, [entry.id for entry in below])
    leaves.sort(key=lambda part: -abs(part.value))
    if goal.goal.level is Level.KGI:
        rest = 0.04 * abs(gap)
        parts = [*parts[:-1], replace(parts[-1], value=parts[-1].value - rest)]
        parts.append(Part(None, rest, "unexplained"))
        leaves[-1] = replace(leaves[-1], value=leaves[-1].value - rest)
        leaves.append(Part(None, rest, "unexplained"))
    return Bridge(plan, actual, gap, tuple(parts), tuple(leaves))


def _drivers(review: Review, goal: GoalReview) -> list[GoalReview]:
    formula = goal.goal.formula
    ids = inputs(formula) if formula is not None else goal.children if goal.is_rollup else ()
    return [review.by_id[key] for key in ids]


def _leaves(review: Review, goal: GoalReview) -> list[GoalReview]:
    drivers = _drivers(review, goal)
    return [leaf for driver in drivers for leaf in _leaves(review, driver)] or [goal]


def _shared(total: float, raw: Sequence[float], ids: Sequence[str]) -> list[Part]:
    """``total`` in parts that lie around it as ``raw`` lies around its own mean."""
    mean = sum(raw) / len(raw)
    largest = max((abs(value - mean) for value in raw), default=0.0) or 1.0
    spread = [(value - mean) / largest * abs(total) * 0.8 for value in raw]
    return [Part(goal, total / len(raw) + moved) for goal, moved in zip(ids, spread, strict=True)]
