"""What the months left have to bring to reach the year's plan (SPEC 5, "Required pace")."""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple, Optional, Sequence

from kpixl.measures.aggregate import aggregate
from kpixl.measures.gap import EQUAL
from kpixl.measures.kinds import Aggregation, Direction, Pace


class RequiredPace(NamedTuple):
    """What each month left has to bring; ``value`` is there where ``pace`` is NEEDED."""

    pace: Pace = Pace.NONE
    value: Optional[float] = None


def required_pace(
    reported: Sequence[float],
    left: int,
    plan: Optional[float],
    aggregation: Aggregation,
    direction: Direction = Direction.HIGHER,
) -> RequiredPace:
    """What each of the ``left`` months without an actual has to bring for the year to reach
    ``plan``, after the ``reported`` ones, oldest first.

    Past months that were not reported count as left: what they bring is as open. NONE where no
    month is left or the year has no plan. Only the highest or lowest month of a year can have
    settled it (REACHED, OUT_OF_REACH); for Range, which needs both sides kept, never.
    """
    if plan is None or left <= 0:
        return RequiredPace()
    if aggregation in (Aggregation.SUM, Aggregation.AVERAGE):
        months = 1 if aggregation is Aggregation.SUM else len(reported) + left
        so_far = aggregate(reported, Aggregation.SUM) if reported else 0.0
        needed = inf if so_far is None else (months * plan - so_far) / left
        return RequiredPace(Pace.NEEDED, needed) if isfinite(needed) else RequiredPace()
    if aggregation is Aggregation.LAST or direction is Direction.RANGE or not reported:
        return RequiredPace(Pace.NEEDED, plan)
    return _settled(reported, plan, aggregation, direction) or RequiredPace(Pace.NEEDED, plan)


def _settled(
    reported: Sequence[float], plan: float, aggregation: Aggregation, direction: Direction
) -> Optional[RequiredPace]:
    """One month is enough to reach a highest month from below, or to spoil it from above; the
    lowest month is its mirror."""
    highest = aggregation is Aggregation.MAX
    extreme = max(reported) if highest else min(reported)
    slack = EQUAL * max(1.0, abs(plan))
    past = extreme - plan if highest else plan - extreme
    if highest == (direction is Direction.HIGHER):
        return RequiredPace(Pace.REACHED) if past >= -slack else None
    return RequiredPace(Pace.OUT_OF_REACH) if past > slack else None


def beyond(figure: float, mark: float, direction: Direction) -> bool:
    """Whether ``figure`` is better than ``mark``, equality allowing 1e-9; never for Range, of
    which neither side is better."""
    if direction is Direction.RANGE:
        return False
    ahead = figure - mark if direction is Direction.HIGHER else mark - figure
    return ahead > EQUAL * max(1.0, abs(figure), abs(mark))


def best_month(
    values: Sequence[Optional[float]],
    plan: Sequence[Optional[float]],
    direction: Direction = Direction.HIGHER,
) -> Optional[int]:
    """The position of the best month on record: the highest, for Lower the lowest, for Range the
    one nearest to its own plan; of equals the first. None where there is none."""
    if direction is Direction.RANGE:
        distances = [
            (abs(value - target), month)
            for month, (value, target) in enumerate(zip(values, plan))
            if value is not None and target is not None
        ]
        return min(distances)[1] if distances else None
    sign = 1 if direction is Direction.LOWER else -1
    ranked = [(sign * value, month) for month, value in enumerate(values) if value is not None]
    return min(ranked)[1] if ranked else None
