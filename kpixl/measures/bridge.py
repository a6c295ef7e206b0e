"""Turn a formula, its plan and its actual into each driver's part of the difference (SPEC 7).

A part is the driver's Shapley value: what its move from plan to actual changes, averaged over all
orders in which the drivers could have moved (L. S. Shapley, "A value for n-person games", 1953).
Parts add up to the difference, a driver that did not move has none, and two drivers that do the
same have the same. No order is tried: sums, and products of figures without a common driver, are
put together as :mod:`kpixl.measures.moving` says, and only drivers that meet in an operation of
another kind, or more than once, are tried in every mixture of plan and actual.

Where more than :data:`MOST_TOGETHER` drivers meet so, a figure inside that shares none with the
rest (the sum below a fraction, say) counts as one driver, and its part goes to its own drivers in
proportion to their parts of its own difference: as if it were a goal of its own, and as SPEC 7
splits a child's part down the tree. Among those that then count, parts are Shapley values still,
those of the quotient game of G. Owen, "Values of games with a priori unions", 1977.
"""

from __future__ import annotations

from dataclasses import replace
from math import fsum, isfinite, prod
from typing import Dict, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.measures.formula import (
    Call,
    Chain,
    Input,
    Negative,
    Node,
    Number,
    Percent,
    call,
    evaluate,
    inputs,
    operate,
)
from kpixl.measures.gap import EQUAL
from kpixl.measures.moving import Curve, Moving, fixed, mixed, moved, product, total
from kpixl.measures.terms import Bundle, Factor, bundled, factors, operands, terms

MOST_TOGETHER = 12
"""So many drivers that cannot be taken apart are tried in all their mixtures."""
_FEW = 6
"""Up to so many it is quicker to try the mixtures than to multiply sums out."""
_MOST_TERMS = 1000
_MOST_FOR_ONE = 1 << 17
_STEPS_A_DRIVER = 8
_ONE_PER_CENT = 0.01
_STEP = 1e-5

Figures = Mapping[str, Optional[float]]
_Ends = Mapping[str, Tuple[float, float]]
_Cluster = Tuple[Set[str], List[Factor]]


class TooMuch(Exception):
    """More work than a formula, or a whole book, is worth."""


class Effort:
    """How much work may still be done, in steps of about a microsecond."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Account for work to be done. Raises :class:`TooMuch` where it would be too much."""
        if steps > self.left:
            raise TooMuch
        self.left -= steps


def shapley(
    formula: Node, plan: Figures, actual: Figures, effort: Optional[Effort] = None
) -> Optional[Dict[str, float]]:
    """Each input's part of the formula's difference between ``actual`` and ``plan``, in the order
    of the inputs; together they are that difference.

    None where the formula has no figure at either end, or in a mixture of both that had to be
    tried (a denominator that would be 0, say), and where too many drivers cannot be taken apart
    or ``effort`` is used up.
    """
    before, after = evaluate(formula, plan), evaluate(formula, actual)
    if before is None or after is None:
        return None
    drivers = inputs(formula)
    ends = {driver: (_known(plan[driver]), _known(actual[driver])) for driver in drivers}
    for_one = Effort(_MOST_FOR_ONE if effort is None else min(_MOST_FOR_ONE, effort.left))
    splitter, most = _Splitter(ends, for_one), for_one.left
    try:
        for_one.spend(_STEPS_A_DRIVER * len(drivers))
        parts = splitter.moving(formula).parts()
    except (ArithmeticError, TooMuch):
        return None
    finally:
        if effort is not None:
            effort.left -= most - for_one.left
    if not all(map(isfinite, parts.values())):
        return None
    return closed({driver: parts.get(driver, 0.0) for driver in drivers}, after - before)


def closed(parts: Mapping[str, float], whole: float) -> Dict[str, float]:
    """The parts with what rounding has left of ``whole`` added to the largest of them."""
    found = dict(parts)
    rest = whole - fsum(found.values())
    if rest and any(found.values()):
        found[max(found, key=lambda one: abs(found[one]))] += rest
    return found


def is_nothing(figure: float, *beside: float) -> bool:
    """Whether ``figure`` is no more than what rounding leaves of those ``beside`` it."""
    return abs(figure) <= EQUAL * max(map(abs, beside))


def slope(formula: Node, figures: Figures, driver: str) -> Optional[float]:
    """By how much the formula's figure changes with one more of ``driver`` at ``figures``; at a
    kink the mean of both sides. None where there is no figure, or none close by."""
    at = figures.get(driver)
    if at is None:
        return None
    step = _STEP * (abs(at) or 1.0)
    below = evaluate(formula, {**figures, driver: at - step})
    above = evaluate(formula, {**figures, driver: at + step})
    return None if below is None or above is None else (above - below) / (2 * step)


def leverage(formula: Node, figures: Figures, driver: str) -> Optional[float]:
    """By how many % the formula's figure changes where ``driver`` rises by 1 % (SPEC 7): 0.5 is
    half a percent, a minus says that the figure falls. None where the figure is 0 or not
    available, or not with 1 % more of the driver."""
    at = figures.get(driver)
    if at is None:
        return None
    more = {**figures, driver: one_per_cent_more(at)}
    return change_pct(evaluate(formula, figures), evaluate(formula, more))


def one_per_cent_more(figure: float) -> float:
    """A figure that has risen by 1 % of its size: one below 0 comes nearer to it."""
    return figure + _ONE_PER_CENT * abs(figure)


def change_pct(now: Optional[float], then: Optional[float]) -> Optional[float]:
    """The change of a figure in % of its size; None where that is 0 or a figure is missing."""
    return None if then is None or not now else 100 * (then - now) / abs(now)


def _known(figure: Optional[float]) -> float:
    if figure is None:
        raise TypeError("a formula with a figure has all of its inputs")
    return float(figure)


class _Splitter:
    """Turns a formula into a moving figure; ``ends`` are each driver's plan and actual."""

    def __init__(self, ends: _Ends, effort: Effort) -> None:
        self.ends = ends
        self.effort = effort
        self.drivers = {driver for driver, (plan, actual) in ends.items() if plan != actual}

    def moving(self, node: Node) -> Moving:
        """The figure of ``node`` on its way from plan to actual."""
        if isinstance(node, Number):
            return fixed(node.value)
        if isinstance(node, Input):
            plan, actual = self.ends[node.id]
            return moved(node.id, plan, actual) if node.id in self.drivers else fixed(plan)
        parts = terms(node)
        if parts:
            return total([(share, self.moving(term)) for share, term in parts])
        found = factors(node)
        return self._product(found) if len(found) > 1 else self._together(node)

    def _moving_in(self, node: Node) -> Set[str]:
        return self.drivers.intersection(inputs(node))

    # ---- Products ---------------------------------------------------------------------------

    def _product(self, members: Sequence[Factor]) -> Moving:
        """Factors that share a driver are taken together, the others apart."""
        self.effort.spend(len(members) ** 2)
        figures = [self._cluster(cluster) for cluster in self._clusters(members)]
        result = figures[0]
        for figure in figures[1:]:
            result = self._multiplied(result, figure)
        return result

    def _multiplied(self, left: Moving, right: Moving) -> Moving:
        drivers = len(left.effects) + len(right.effects)
        self.effort.spend(drivers * len(left.course) * len(right.course))
        return product(left, right)

    def _clusters(self, members: Sequence[Factor]) -> List[_Cluster]:
        clusters: List[_Cluster] = []
        for factor in members:
            drivers, sharing = self._moving_in(factor[1]), [factor]
            apart: List[_Cluster] = []
            for known, those in clusters:
                if known & drivers:
                    drivers, sharing = drivers | known, [*those, *sharing]
                else:
                    apart.append((known, those))
            clusters = [*apart, (drivers, sharing)]
        return clusters

    def _cluster(self, cluster: _Cluster) -> Moving:
        drivers, members = cluster
        if len(members) == 1 and members[0][0] == "*":
            return self.moving(members[0][1])
        if len(drivers) > _FEW:
            sizes = [len(terms(node)) for operator, node in members if operator == "*"]
            if max(sizes, default=0) > 1 and prod(size or 1 for size in sizes) <= _MOST_TERMS:
                return self._multiplied_out(members)
        return self._together(Chain(Number(1.0), tuple(members)))

    def _multiplied_out(self, members: Sequence[Factor]) -> Moving:
        """A sum times other factors, as the sum of its terms times those."""
        place = next(
            place
            for place, (operator, node) in enumerate(members)
            if operator == "*" and len(terms(node)) > 1
        )
        others = [*members[:place], *members[place + 1 :]]
        return total(
            [
                (share, self._product([*factors(term), *others]))
                for share, term in terms(members[place][1])
            ]
        )

    # ---- Drivers that meet in one operation -------------------------------------------------

    def _together(self, node: Node) -> Moving:
        if len(self._moving_in(node)) <= MOST_TOGETHER:
            return mixed(*self._mixtures(node))
        shape, bundles = bundled(node, self.drivers)
        if bundles:
            return self._bundled(shape, bundles)
        if isinstance(node, Call) and node.function in ("MIN", "MAX"):
            return self._extreme(node)
        raise TooMuch

    def _mixtures(self, node: Node) -> Tuple[List[str], List[float]]:
        """The drivers of a figure, and what it is in every mixture of their plans and actuals, as
        :func:`mixed` takes it."""
        drivers = [driver for driver in inputs(node) if driver in self.drivers]
        self.effort.spend(1 << len(drivers))
        columns: Dict[str, List[float]] = {}
        for place, driver in enumerate(drivers):
            plan, actual = self.ends[driver]
            columns[driver] = [plan] * (1 << place) + [actual] * (1 << place)
        return drivers, self._column(node, columns)

    def _column(self, node: Node, columns: Mapping[str, List[float]]) -> List[float]:
        """What a figure is mixture by mixture. What depends on the first drivers only repeats
        itself, and is worked out once."""
        if isinstance(node, Number):
            return [node.value]
        if isinstance(node, Input):
            return columns.get(node.id) or [self.ends[node.id][0]]
        found = [self._column(operand, columns) for operand in operands(node)]
        if isinstance(node, Negative):
            return [-one for one in found[0]]
        if isinstance(node, Percent):
            return [one / 100 for one in found[0]]
        if isinstance(node, Call):
            return [call(node.function, row) for row in zip(*_repeated(found))]
        result = found[0]
        signs = [sign for sign, _ in node.rest] if isinstance(node, Chain) else []
        for sign, right in zip(signs, found[1:]):
            result = [operate(sign, *both) for both in zip(*_repeated([result, right]))]
        return result

    def _extreme(self, node: Call) -> Moving:
        """MIN or MAX of figures without a common driver, height by height: the least of them
        reaches a height where all do, the greatest stays below it where all do; and that all do
        is a product."""
        clusters = self._clusters([("*", argument) for argument in node.arguments])
        if any(len(drivers) > MOST_TOGETHER for drivers, _ in clusters):
            raise TooMuch
        known = [
            self._mixtures(Call(node.function, tuple(argument for _, argument in members)))
            for _, members in clusters
        ]
        heights = sorted({value for _, values in known for value in values})
        least = node.function == "MIN"
        figures = [(1.0, fixed(heights[0] if least else heights[-1]))]
        for lower, height in zip(heights, heights[1:]):
            every = fixed(1.0)
            for drivers, values in known:
                those_do = [float((value >= height) is least) for value in values]
                if not all(those_do):
                    every = self._multiplied(every, mixed(drivers, those_do))
            figures.append((height - lower if least else lower - height, every))
        return total(figures)

    # ---- Too many drivers -------------------------------------------------------------------

    def _bundled(self, shape: Node, bundles: Sequence[Bundle]) -> Moving:
        """A figure in whose ``shape`` each of the bundles counts as one driver."""
        ends = {**self.ends, **{bundle.name: self._ends_of(bundle) for bundle in bundles}}
        figure = _Splitter(ends, self.effort).moving(shape)
        effects = dict(figure.effects)
        for bundle in bundles:
            curve = effects.pop(bundle.name, (0.0,))
            effects.update(self._handed_down(bundle, curve, shape, ends))
        return replace(figure, effects=effects)

    def _ends_of(self, bundle: Bundle) -> Tuple[float, float]:
        plan, actual = (
            evaluate(bundle.node, {driver: ends[side] for driver, ends in self.ends.items()})
            for side in (0, 1)
        )
        if plan is None or actual is None:
            raise TooMuch
        return plan, actual

    def _handed_down(
        self, bundle: Bundle, curve: Curve, shape: Node, ends: _Ends
    ) -> Dict[str, Curve]:
        """A bundle's effect, shared among its drivers in proportion to their own parts; where
        those cancel out, by the slope at plan."""
        parts = self.moving(bundle.node).parts()
        plan, actual = ends[bundle.name]
        if not is_nothing(actual - plan, plan, actual, *parts.values()):
            return {
                driver: [one * (part / (actual - plan)) for one in curve]
                for driver, part in parts.items()
            }
        at_plan = slope(shape, {driver: first for driver, (first, _) in ends.items()}, bundle.name)
        if at_plan is None:
            raise TooMuch
        return {driver: (at_plan * part,) for driver, part in parts.items()}


def _repeated(columns: Sequence[List[float]]) -> List[List[float]]:
    """The columns repeated to the length of the longest."""
    longest = max(map(len, columns))
    return [column * (longest // len(column)) for column in columns]
