"""Compare a figure of a goal with its plan, by the goal's own direction and limits (SPEC 3, 4)."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple, Optional

from kpixl.measures import gap
from kpixl.measures.gap import EQUAL
from kpixl.measures.kinds import Direction, Status
from kpixl.plan.model import Goal, Settings
from kpixl.review.insights import AgainstOriginal


class Comparison(NamedTuple):
    """A figure against its plan; all None where it cannot be judged, which ``status`` says."""

    status: Status
    difference: Optional[float] = None
    gap: Optional[float] = None
    gap_pct: Optional[float] = None
    attainment: Optional[float] = None


def compared(
    goal: Goal, settings: Settings, actual: Optional[float], plan: Optional[float]
) -> Comparison:
    """How ``actual`` stands against ``plan``. A Range without tolerance cannot be judged, as if it
    had no plan."""
    if plan is None or (goal.direction is Direction.RANGE and goal.tolerance is None):
        return Comparison(Status.NO_PLAN)
    if actual is None:
        return Comparison(Status.NO_DATA)
    sides = (actual, plan, goal.direction, goal.tolerance)
    amber_at = goal.amber_at if goal.amber_at is not None else settings.amber_at
    return Comparison(
        status=gap.status(*sides, amber_at=amber_at, green_at=settings.green_at),
        difference=actual - plan,
        gap=gap.gap(*sides),
        gap_pct=finite(gap.gap_pct(*sides)),
        attainment=finite(gap.attainment(*sides)),
    )


def against_original(
    goal: Goal,
    settings: Settings,
    actual: Optional[float],
    plan: Optional[float],
    original: Optional[float],
) -> Optional[AgainstOriginal]:
    """How ``actual`` stands against the ``original`` plan; None where that is the ``plan`` in
    force, or where there is none of the two."""
    if plan is None or original is None or not differ(plan, original):
        return None
    found = compared(goal, settings, actual, original)
    return AgainstOriginal(original, found.difference, found.gap, found.gap_pct, found.attainment)


def score_against_original(
    score: Optional[float], original: Optional[float]
) -> Optional[AgainstOriginal]:
    """The same for a roll-up: its ``score``, and the one with the children's original plans."""
    if score is None or original is None or not differ(score, original):
        return None
    gap_left = original - 1.0
    return AgainstOriginal(1.0, gap_left, gap_left, gap_left, original)


def differ(one: float, other: float) -> bool:
    """Whether two plans are not the same figure, computed in whatever order."""
    return abs(one - other) > EQUAL * max(1.0, abs(one))


def finite(value: Optional[float]) -> Optional[float]:
    """None where dividing by next to nothing has left the numbers that a computer knows."""
    return value if value is not None and isfinite(value) else None
