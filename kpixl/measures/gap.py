"""Turn an actual and a plan into gap, attainment, progress, growth and status (SPEC 3 and 4)."""

from __future__ import annotations

from typing import Optional

from kpixl.errors import KpixlError
from kpixl.measures.kinds import Direction, Status
from kpixl.measures.limits import AMBER_AT, GREEN_AT

EQUAL = 1e-9
"""How far two figures may lie apart and still be on target (SPEC 4)."""

# Looking a member up in its class takes longer than the arithmetic.
_HIGHER, _LOWER, _RANGE = Direction.HIGHER, Direction.LOWER, Direction.RANGE
_GREEN, _AMBER, _RED = Status.GREEN, Status.AMBER, Status.RED


class ToleranceMissing(KpixlError, ValueError):
    """A goal with direction Range has no tolerance, or one below zero."""

    def __init__(self) -> None:
        super().__init__("tolerance-missing", goal="")


def _band(tolerance: Optional[float]) -> float:
    if tolerance is None or tolerance < 0:
        raise ToleranceMissing
    return tolerance


def gap(
    actual: float,
    target: float,
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
) -> float:
    """Actual against plan in the goal's own unit, signed so that positive is good (SPEC 3).

    Range has no surplus: inside the tolerance the gap is 0, outside it is what is missing to the
    nearer edge. Raises :class:`ToleranceMissing` for Range without a tolerance.
    """
    if direction is _HIGHER:
        return actual - target
    if direction is _LOWER:
        return target - actual
    return min(0.0, _band(tolerance) - abs(actual - target))


def gap_pct(
    actual: float,
    target: float,
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
) -> Optional[float]:
    """The gap as a fraction of the plan's size; None where the plan is 0 (SPEC 3)."""
    difference = gap(actual, target, direction, tolerance)
    return None if target == 0 else difference / abs(target)


def attainment(
    actual: float,
    target: float,
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
) -> Optional[float]:
    """``1 + gap ÷ |plan|`` for every direction and sign; None where the plan is 0 (SPEC 3)."""
    share = gap_pct(actual, target, direction, tolerance)
    return None if share is None else 1 + share


def progress(actual: float, target: float, baseline: float) -> Optional[float]:
    """How much of the way from baseline to plan is done; None where they are equal (SPEC 3)."""
    way = target - baseline
    return None if way == 0 else (actual - baseline) / way


def growth(current: float, prior: float, percent: bool = False) -> Optional[float]:
    """Change against the prior year's figure, as a fraction of its size (SPEC 3).

    For % goals (``percent``) it is the difference, in points as a fraction: 0.01 is 1 pt.
    None where the prior figure is 0 and a share of it is asked for.
    """
    if percent:
        return current - prior
    return None if prior == 0 else (current - prior) / abs(prior)


def status(
    actual: Optional[float],
    target: Optional[float],
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
    amber_at: float = AMBER_AT,
    green_at: float = GREEN_AT,
) -> Status:
    """The goal's standing (SPEC 4); exactly on target is Green in every direction.

    Where both figures are missing it is No plan, which is what has to be mended first (SPEC 8).
    The limits ``amber_at`` and ``green_at`` are attainments: they do not bear on Range, which is
    judged by its tolerance, nor on a plan of 0, which has no attainment.
    """
    if target is None:
        return Status.NO_PLAN
    if actual is None:
        return Status.NO_DATA
    if direction is _RANGE:
        return _range_status(abs(actual - target), _band(tolerance), max(abs(actual), abs(target)))
    difference = gap(actual, target, direction)
    if target == 0:
        return _GREEN if difference >= -EQUAL * max(1.0, abs(actual)) else _RED
    return graded(1 + difference / abs(target), amber_at, green_at)


def graded(reached: float, amber_at: float, green_at: float) -> Status:
    """Green, Amber or Red for an attainment or roll-up score and its two limits (SPEC 4)."""
    if reached >= green_at - EQUAL:
        return _GREEN
    return _AMBER if reached >= amber_at - EQUAL else _RED


def _range_status(distance: float, tolerance: float, size: float) -> Status:
    slack = EQUAL * max(1.0, size)
    if distance <= tolerance + slack:
        return _GREEN
    return _AMBER if distance <= 2 * tolerance + slack else _RED
