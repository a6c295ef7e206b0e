"""How sure a landing is: the spread of past errors, the likely range, the chance of the plan.

All from one figure, the standard deviation that SPEC 5 defines.
"""

from __future__ import annotations

from math import erf, isfinite, sqrt
from typing import Optional, Tuple

from kpixl.measures import gap
from kpixl.measures.backtest import Record
from kpixl.measures.kinds import Direction, Status
from kpixl.measures.totals import exact_sum

FEWEST_ORIGINS = 8
"""With fewer origins nothing is said about chances."""
LIKELY = 1.2816
"""Standard deviations to either side that hold 80 % of a normal distribution."""
_STEPS = 20
_SURE = Status.GREEN


def spread(landing: float, left: int, tried: Record) -> Optional[float]:
    """The standard deviation of the year's value around its ``landing``, with ``left`` months to
    fill: ``|landing| × left × √mean((eᵢ ÷ Lᵢ)²) × √(1 + 1 ÷ Y)`` (SPEC 5).

    None with fewer than 8 origins, and where a year came out, or comes out, at 0: errors are
    fractions, and nothing is a fraction of 0.
    """
    count = len(tried.errors)
    if count < FEWEST_ORIGINS or tried.void or landing == 0:
        return None
    a_month = [error / origin.left for error, origin in zip(tried.errors, tried.origins)]
    squares = exact_sum(one * one for one in a_month)
    found = abs(landing) * left * sqrt(squares / count) * sqrt(1 + 1 / tried.years)
    return found if isfinite(found) else None


def likely_range(landing: float, deviation: float) -> Tuple[float, float]:
    """From where to where the year ends with a probability of 80 %."""
    return landing - LIKELY * deviation, landing + LIKELY * deviation


def chance(
    landing: float,
    plan: float,
    deviation: Optional[float],
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
) -> Optional[float]:
    """The probability that the year reaches its plan, in steps of 0.05 from 0.05 to 0.95; for
    Range that it ends inside the tolerance (SPEC 5). None without a ``deviation``.

    Raises :class:`kpixl.measures.gap.ToleranceMissing` for Range without a tolerance.
    """
    if deviation is None:
        return None
    if deviation == 0:
        likely = reached(landing, plan, direction, tolerance)
    elif direction is Direction.RANGE:
        likely = _inside(plan - landing, tolerance, deviation)
    else:
        likely = normal(gap.gap(landing, plan, direction) / deviation)
    return min(max(round(likely * _STEPS), 1), _STEPS - 1) / _STEPS


def reached(
    value: float,
    plan: float,
    direction: Direction = Direction.HIGHER,
    tolerance: Optional[float] = None,
) -> float:
    """The chance of a year that is over: 1 where its value is on plan, else 0."""
    return float(gap.status(value, plan, direction, tolerance) is _SURE)


def _inside(distance: float, tolerance: Optional[float], deviation: float) -> float:
    if tolerance is None or tolerance < 0:
        raise gap.ToleranceMissing
    upper = normal((distance + tolerance) / deviation)
    return upper - normal((distance - tolerance) / deviation)


def normal(deviations: float) -> float:
    """The share of a normal distribution that lies below so many standard deviations (Φ)."""
    return (1 + erf(deviations / sqrt(2))) / 2
