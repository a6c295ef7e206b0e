"""Turn months into a figure to date, and children into their parent's roll-up (SPEC 3 and 4)."""

from __future__ import annotations

from math import fsum
from typing import List, Optional, Sequence, Tuple, Union

from kpixl.measures.gap import EQUAL, graded
from kpixl.measures.kinds import Aggregation, Status
from kpixl.measures.limits import AMBER_AT, ROLLUP_CAP, ROLLUP_GREEN_AT


def _total(values: Sequence[float]) -> Optional[float]:
    """The exact sum, rounded once; None where it is too large for any figure."""
    try:
        return fsum(values)
    except OverflowError:
        return None


def aggregate(values: Sequence[Optional[float]], aggregation: Aggregation) -> Optional[float]:
    """One figure from those ``values`` that are there, oldest first; None where there are none."""
    present = [value for value in values if value is not None]
    if not present:
        return None
    if aggregation is Aggregation.SUM:
        return _total(present)
    if aggregation is Aggregation.AVERAGE:
        total = _total(present)
        return None if total is None else total / len(present)
    if aggregation is Aggregation.LAST:
        return present[-1]
    return max(present) if aggregation is Aggregation.MAX else min(present)


def to_date(
    values: Sequence[Optional[float]],
    aggregation: Aggregation,
    reported: Optional[Sequence[Union[bool, float, None]]] = None,
) -> Optional[float]:
    """The aggregate of ``values`` over the months that ``reported`` has (SPEC 3, like for like).

    A month is reported where ``reported`` holds a figure or True; without ``reported`` every
    month counts. Raises ValueError where the two differ in length.
    """
    if reported is None:
        return aggregate(values, aggregation)
    if len(reported) != len(values):
        raise ValueError(f"{len(values)} months of values, {len(reported)} of reported")
    counted = [
        value for value, mark in zip(values, reported) if mark is not None and mark is not False
    ]
    return aggregate(counted, aggregation)


def rollup_child_score(attainment: Optional[float], gap: Optional[float]) -> Optional[float]:
    """What a child brings into its parent's roll-up, before floor and cap (SPEC 4).

    Its attainment; where there is none because its plan is 0, 1 if its gap is not negative, else
    0. None where the child has no data (no gap either).
    """
    if attainment is not None or gap is None:
        return attainment
    return 1.0 if gap >= -EQUAL else 0.0


def rollup(
    attainments: Sequence[Optional[float]],
    weights: Optional[Sequence[Optional[float]]] = None,
    cap: float = ROLLUP_CAP,
) -> Optional[float]:
    """The weighted mean of the children's scores, each floored at 0 and capped at ``cap``.

    Children without data fall away and the weights of the others are re-normalised; a blank
    weight is 1 (SPEC 4). None where no child has data, where the weights of those that have sum
    to 0, or where one of them is negative.
    """
    parts = _weighted(attainments, weights)
    total = fsum(weight for _, _, weight in parts)
    if total <= 0 or any(weight < 0 for _, _, weight in parts):
        return None
    return fsum(weight * counted_score(score, cap) for _, score, weight in parts) / total


def counted_score(score: float, cap: float) -> float:
    """What a child's score counts in a roll-up: floored at 0 and capped (SPEC 4)."""
    return min(max(score, 0.0), cap)


def rollup_shares(
    attainments: Sequence[Optional[float]],
    weights: Optional[Sequence[Optional[float]]] = None,
) -> Optional[Tuple[Optional[float], ...]]:
    """Each child's normalised weight in a roll-up; None for those without data, and instead of
    all where :func:`rollup` has no score."""
    parts = _weighted(attainments, weights)
    total = fsum(weight for _, _, weight in parts)
    if total <= 0 or any(weight < 0 for _, _, weight in parts):
        return None
    shares: List[Optional[float]] = [None] * len(attainments)
    for position, _, weight in parts:
        shares[position] = weight / total
    return tuple(shares)


def worst_child(
    attainments: Sequence[Optional[float]],
    weights: Optional[Sequence[Optional[float]]] = None,
) -> Optional[int]:
    """The position of the child with the lowest score among those that count (SPEC 4).

    Of equals the heavier one, then the first. None where no child counts.
    """
    parts = [part for part in _weighted(attainments, weights) if part[2] > 0]
    if not parts:
        return None
    return min(parts, key=lambda part: (part[1], -part[2], part[0]))[0]


def rollup_status(
    score: Optional[float],
    children: Sequence[Status],
    green_at: float = ROLLUP_GREEN_AT,
    amber_at: float = AMBER_AT,
) -> Status:
    """The standing of a roll-up: by its score, but with a Red child at most Amber (SPEC 4)."""
    if score is None:
        return Status.NO_DATA
    standing = graded(score, amber_at, green_at)
    if standing is Status.GREEN and Status.RED in children:
        return Status.AMBER
    return standing


def _weighted(
    attainments: Sequence[Optional[float]], weights: Optional[Sequence[Optional[float]]]
) -> List[Tuple[int, float, float]]:
    """(position, score, weight) of the children that have data."""
    given: Sequence[Optional[float]] = [None] * len(attainments) if weights is None else weights
    if len(given) != len(attainments):
        raise ValueError(f"{len(attainments)} children, {len(given)} weights")
    return [
        (position, score, 1.0 if weight is None else weight)
        for position, (score, weight) in enumerate(zip(attainments, given))
        if score is not None
    ]
