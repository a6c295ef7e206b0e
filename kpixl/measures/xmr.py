"""Tell signal from noise: the limits of an XmR chart, and what its points tell (SPEC 6)."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, isfinite
from typing import List, Optional, Sequence, Tuple

from kpixl.measures.gap import EQUAL
from kpixl.measures.kinds import Direction, Effect, Signal

WINDOW = 24
"""The last so many reported months make the chart."""
LEAST_POINTS = 6
"""With fewer points there are no limits."""
LEAST_PRIORS = 18
"""Where so many of the months have a prior-year value, the chart is of value − prior."""
LEAST_SINCE = 3
"""With fewer months since an action it is too early to tell its effect."""
RUN = 8
"""So many points in a row on one side of the centre are a signal."""

# 3 ÷ 1.128, and 3.268: how wide a mean range of two values says that noise may spread.
_LIMIT, _RANGE_LIMIT = 2.66, 3.268

_UP = (Signal.ABOVE, Signal.RUN_ABOVE, Signal.NEAR_UPPER)


@dataclass(frozen=True)
class Limits:
    """How far noise alone moves a figure: around ``centre`` between ``lower`` and ``upper``; from
    one month to the next by ``moving_range`` on average and by ``range_limit`` at most."""

    centre: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float


@dataclass(frozen=True)
class Charted:
    """The points of a chart, oldest first, and the position of each among the months given.

    ``differences`` says that they are value − prior rather than the value itself.
    """

    positions: Tuple[int, ...]
    points: Tuple[float, ...]
    differences: bool


@dataclass(frozen=True)
class Verdict:
    """What the points since an action tell against the ``limits`` from before it.

    ``effect`` is None where nothing can be told: there are no limits, or for Range only that
    something changed. ``signal`` is the last one since, ``position`` where it came; without a
    signal it is the latest point's.
    """

    effect: Optional[Effect]
    limits: Optional[Limits] = None
    signal: Optional[Signal] = None
    position: Optional[int] = None


def differences(
    values: Sequence[Optional[float]], prior: Sequence[Optional[float]]
) -> Tuple[Optional[float], ...]:
    """Value − prior of each month; None where either is missing."""
    return tuple(
        None if value is None or before is None else value - before
        for value, before in zip(values, prior)
    )


def charted(values: Sequence[Optional[float]], prior: Sequence[Optional[float]]) -> Charted:
    """The points of the last 24 months that ``values`` reports: value − prior where 18 of them have
    a prior-year value (those that have one), else the value itself (SPEC 6).

    ``prior`` has one entry for each of ``values``; None is missing, in both.
    """
    reported = [position for position, value in enumerate(values) if value is not None][-WINDOW:]
    apart = differences(values, prior)
    compared = sum(1 for position in reported if apart[position] is not None)
    shown = apart if compared >= LEAST_PRIORS else values
    found = [(position, shown[position]) for position in reported]
    known = [(position, point) for position, point in found if point is not None]
    return Charted(
        tuple(position for position, _ in known),
        tuple(point for _, point in known),
        compared >= LEAST_PRIORS,
    )


def limits(points: Sequence[float]) -> Optional[Limits]:
    """The limits of the last 24 ``points``: mean ± 2.66 × the mean range of neighbours.

    None where there are fewer than 6 points, or where they are too large to add up.
    """
    counted = points[-WINDOW:]
    if len(counted) < LEAST_POINTS:
        return None
    centre = _mean(counted)
    moving_range = _mean([abs(later - one) for one, later in zip(counted, counted[1:])])
    reach = _LIMIT * moving_range
    found = Limits(
        centre, centre - reach, centre + reach, moving_range, _RANGE_LIMIT * moving_range
    )
    known = isfinite(found.lower) and isfinite(found.upper) and isfinite(found.range_limit)
    return found if known else None


def _mean(points: Sequence[float]) -> float:
    """The exact mean, rounded once; infinite where the sum is too large for any figure."""
    try:
        return fsum(points) / len(points)
    except (OverflowError, ValueError):
        return float("inf")


def signal(points: Sequence[float], within: Limits) -> Optional[Signal]:
    """What the last of ``points`` tells against limits, or None for noise: the first rule of SPEC 6
    that applies. A point exactly on a limit is inside, one on the centre on neither side."""
    if not points:
        return None
    slack = EQUAL * max(1.0, abs(within.centre))
    if points[-1] > within.upper + slack:
        return Signal.ABOVE
    if points[-1] < within.lower - slack:
        return Signal.BELOW
    run = points[-RUN:]
    if len(run) == RUN and min(run) > within.centre + slack:
        return Signal.RUN_ABOVE
    if len(run) == RUN and max(run) < within.centre - slack:
        return Signal.RUN_BELOW
    if _near(points, within.upper, within.centre, slack):
        return Signal.NEAR_UPPER
    if _near(points, within.lower, within.centre, slack):
        return Signal.NEAR_LOWER
    return None


def _near(points: Sequence[float], limit: float, centre: float, slack: float) -> bool:
    """Whether 3 of the last 4 points, the last included, are nearer to the limit than to the
    centre."""
    near = _nearer(points, limit, centre, slack)
    return near[-1] and sum(near) >= 3


def _nearer(points: Sequence[float], limit: float, centre: float, slack: float) -> List[bool]:
    """Of each of the last 4 points, whether it is nearer to the limit than to the centre."""
    return [abs(point - limit) + slack < abs(point - centre) for point in points[-4:]]


def signalling(points: Sequence[float], within: Limits, found: Signal) -> Tuple[int, ...]:
    """The positions of the points that make the signal ``found``, the last one included."""
    count = len(points)
    if found in (Signal.ABOVE, Signal.BELOW):
        return (count - 1,)
    if found in (Signal.RUN_ABOVE, Signal.RUN_BELOW):
        return tuple(range(max(0, count - RUN), count))
    limit = within.upper if found is Signal.NEAR_UPPER else within.lower
    slack = EQUAL * max(1.0, abs(within.centre))
    near = _nearer(points, limit, within.centre, slack)
    return tuple(count - len(near) + n for n, is_near in enumerate(near) if is_near)


def better(found: Optional[Signal], direction: Direction) -> Optional[bool]:
    """Whether a signal is good news; None without one, and for Range, where more is neither."""
    if found is None or direction is Direction.RANGE:
        return None
    return (found in _UP) is (direction is Direction.HIGHER)


def verdict(before: Sequence[float], since: Sequence[float], direction: Direction) -> Verdict:
    """What an action has done: the points ``since`` judged against the limits of those ``before``.

    Fewer than 3 points since are too early to tell. A run, and 3 of the last 4, count points since
    the action only: what stood there before is not its doing. Of several signals the last counts,
    so that an effect that has turned is not praised for ever.
    """
    if len(since) < LEAST_SINCE:
        return Verdict(Effect.TOO_EARLY, limits(before))
    within = limits(before)
    if within is None:
        return Verdict(None)
    for count in range(len(since), 0, -1):
        found = signal(since[:count], within)
        if found is not None:
            good = better(found, direction)
            told = None if good is None else Effect.IMPROVED if good else Effect.WORSE
            return Verdict(told, within, found, count - 1)
    return Verdict(Effect.NO_SIGNAL, within, None, len(since) - 1)
