"""Landings, control charts and bridges put into a review by hand: tests of pages need figures that
they know beforehand, and cases that a workbook seldom brings together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from kpixl.measures.kinds import Signal
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.insights import Bridge, ControlChart, Landing, Part


def with_insights(review: Review, **by_goal: dict[str, Any]) -> Review:
    """``review`` with fields of some goals replaced: ``with_insights(r, A={"landing": ...})``."""
    return replace(
        review, goals=tuple(replace(goal, **by_goal.get(goal.id, {})) for goal in review.goals)
    )


def without_insights(review: Review) -> Review:
    """``review`` as if nothing but its figures were known."""
    return replace(
        review,
        goals=tuple(
            replace(goal, landing=Landing(), control=None, bridge=None, bridge_to_date=None)
            for goal in review.goals
        ),
    )


def control_of(
    points: Sequence[float], last: Month, signal: Signal | None = None, **fields: Any
) -> ControlChart:
    """A control chart of as many months up to ``last``, its limits those of its points (SPEC 6)."""
    centre = sum(points) / len(points)
    steps = [abs(later - one) for one, later in pairwise(points)]
    spread = sum(steps) / max(1, len(steps))
    usual = {
        "differences": False,
        "lower": centre - 2.66 * spread,
        "upper": centre + 2.66 * spread,
        "moving_range": spread,
        "range_limit": 3.268 * spread,
    }
    return ControlChart(
        months=tuple(last.plus(n - len(points) + 1) for n in range(len(points))),
        points=tuple(points),
        centre=centre,
        signal=signal,
        **{**usual, **fields},
    )


def bridge_of(plan: float, parts: Sequence[Part], **fields: Any) -> Bridge:
    """A bridge of a Higher goal whose parts are its leaves too, the largest first."""
    total = sum(part.value for part in parts)
    leaves = tuple(sorted(parts, key=lambda part: -abs(part.value)))
    usual = {"plan": plan, "actual": plan + total, "total": total, "leaves": leaves}
    return Bridge(parts=tuple(parts), **{**usual, **fields})
