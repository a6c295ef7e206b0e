"""Figures whose drivers are on their way from plan to actual, as curves that can be added up.

Let every driver of a figure have moved from its plan to its actual with the same chance, each for
itself. The figure to be expected is then a polynomial of that chance, and so is what the move of
one driver changes; the mean of the latter over all chances from 0 to 1 is the driver's Shapley
value (G. Owen, "Multilinear extensions of games", Management Science 18, 1972). Sums of figures
are sums of such polynomials, and products of figures that share no driver are products of them:
that is how a formula of many drivers is split exactly without trying every mixture of plan and
actual.

Polynomials are kept in Bernstein form: of one with coefficients b₀…bₙ the value at 0 is b₀, at 1
it is bₙ, the mean is that of the coefficients, and all sums are weighted means, so that nothing
is lost to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import comb, fsum
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.totals import exact_sum

Curve = Sequence[float]
"""A polynomial of the chance that a driver has moved, by its Bernstein coefficients."""


@dataclass(frozen=True)
class Moving:
    """A figure on its way: what is to be expected of it, and what each driver's move adds."""

    course: Curve
    effects: Mapping[str, Curve] = field(default_factory=dict)

    def parts(self) -> Dict[str, float]:
        """Each driver's Shapley value: together they are the figure's whole change."""
        return {driver: fsum(curve) / len(curve) for driver, curve in self.effects.items()}


def fixed(value: float) -> Moving:
    """A figure that does not move."""
    return Moving((value,))


def moved(driver: str, plan: float, actual: float) -> Moving:
    """The figure of one driver."""
    return Moving((plan, actual), {driver: (actual - plan,)})


def total(figures: Sequence[Tuple[float, Moving]]) -> Moving:
    """The sum of figures, each times a factor; they may share drivers."""
    length = max(len(figure.course) for _, figure in figures)
    effects: Dict[str, List[Curve]] = {}
    for factor, figure in figures:
        for driver, curve in figure.effects.items():
            effects.setdefault(driver, []).append(_scaled(curve, factor))
    return Moving(
        _sum([_scaled(figure.course, factor) for factor, figure in figures], length),
        {
            driver: curves[0] if len(curves) == 1 else _sum(curves, max(map(len, curves)))
            for driver, curves in effects.items()
        },
    )


def product(left: Moving, right: Moving) -> Moving:
    """The product of two figures that share no driver."""
    effects = {driver: _times(curve, right.course) for driver, curve in left.effects.items()}
    for driver, curve in right.effects.items():
        effects[driver] = _times(left.course, curve)
    return Moving(_times(left.course, right.course), effects)


def mixed(drivers: Sequence[str], values: Sequence[float]) -> Moving:
    """The figure whose value in every mixture of plan and actual is known: ``values[m]`` where
    exactly those drivers have moved whose bits are set in ``m``."""
    count = len(drivers)
    if count == 0:
        return fixed(values[0])
    totals = _totals(values, _by_size(count))
    course = [one / comb(count, size) for size, one in enumerate(totals)]
    effects: Dict[str, Curve] = {}
    for place, driver in enumerate(drivers):
        # What the driver's move adds is what is reached with it, less what is without it.
        reached = _totals(values, _by_size(count, place))
        effects[driver] = [
            (reached[size + 1] - (totals[size] - reached[size])) / comb(count - 1, size)
            for size in range(count)
        ]
    return Moving(course, effects)


def _totals(values: Sequence[float], groups: Sequence[Sequence[int]]) -> List[float]:
    return [exact_sum(map(values.__getitem__, group)) for group in groups]


@lru_cache(maxsize=256)
def _by_size(count: int, place: Optional[int] = None) -> Tuple[Tuple[int, ...], ...]:
    """The mixtures of ``count`` drivers, or those in which one of them has moved, by how many
    have moved."""
    groups: List[List[int]] = [[] for _ in range(count + 1)]
    for mixture in range(1 << count):
        if place is None or mixture >> place & 1:
            groups[bin(mixture).count("1")].append(mixture)
    return tuple(map(tuple, groups))


def _scaled(curve: Curve, factor: float) -> Curve:
    return curve if factor == 1 else [factor * one for one in curve]


def _sum(curves: Sequence[Curve], length: int) -> Curve:
    level = [
        curve if len(curve) == length else _times(curve, (1.0,) * (length - len(curve) + 1))
        for curve in curves
    ]
    return [fsum(column) for column in zip(*level)]


def _times(left: Curve, right: Curve) -> Curve:
    if len(left) == 1:
        return [left[0] * one for one in right]
    if len(right) == 1:
        return [one * right[0] for one in left]
    return [
        exact_sum(weight * left[first] * right[second] for weight, first, second in row)
        for row in _weights(len(left) - 1, len(right) - 1)
    ]


@lru_cache(maxsize=1024)
def _weights(left: int, right: int) -> Tuple[Tuple[Tuple[float, int, int], ...], ...]:
    """How the coefficients of two polynomials of these degrees make those of their product."""
    return tuple(
        tuple(
            (comb(left, first) * comb(right, both - first) / comb(left + right, both), first,
             both - first)
            for first in range(max(0, both - right), min(left, both) + 1)
        )
        for both in range(left + right + 1)
    )  # fmt: skip
