"""Split every goal's gap over what the goal is made of: its formula's drivers, or the children
that it rolls up; and down the tree over its leaves (SPEC 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import fsum
from typing import Callable, Collection, Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.aggregate import counted_score, rollup_shares
from kpixl.measures.bridge import Effort, TooMuch, closed, is_nothing, shapley, slope
from kpixl.measures.drivers import Months, Worked, settle
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import definition_in
from kpixl.plan.month import Month
from kpixl.review.figures import Figures
from kpixl.review.goal_figures import GoalFigures, child_score
from kpixl.review.insights import Bridge, Part

UNEXPLAINED, ELSEWHERE = "unexplained", "elsewhere"
_MOST_EFFORT = 1 << 21
"""What the bridges of a whole book may cost: a few seconds. A sound book of 500 goals needs a
tenth; of one that is made to cost more, the rest has no bridges."""

_Key = Tuple[str, Months, Months]
"""A goal, the months of its plan and those of its actual, counted as in ``Monthly.months``. Both
are the same but where Max or Min takes the plan from one month and the actual from another."""
_Parts = Mapping[str, float]


@dataclass(frozen=True)
class _Split:
    """A goal's plain difference over its drivers, and over the leaves below them. What they do
    not add up to is not explained."""

    plan: float
    actual: float
    parts: _Parts
    leaves: _Parts

    @property
    def difference(self) -> float:
        return self.actual - self.plan

    @property
    def moves(self) -> bool:
        """Whether there is a difference, or only such as cancel each other out."""
        return not is_nothing(self.difference, self.plan, self.actual, *self.leaves.values())


class Bridges:
    """The bridges of one review, each split worked out once.

    Computation state only: nothing of it leaves this module but frozen values.
    """

    def __init__(self, figures: GoalFigures, effort: int = _MOST_EFFORT) -> None:
        self._figures = figures
        self._effort = Effort(effort)
        self._monthly = figures.monthly
        self._splits: Dict[_Key, Optional[_Split]] = {}
        self._kinds: Dict[str, str] = {}
        self._known: Dict[_Key, Optional[Tuple[Worked, Worked]]] = {}

    def of(self, goal_id: str, months: Tuple[Month, ...]) -> Optional[Bridge]:
        """The bridge of a goal's gap over ``months`` (one month, or the year to date); None where
        there is no gap, or nothing to split it over.

        To date, a Sum adds the bridges of the months that it compares. The figure of Last, Max
        and Min is that of one month, and so is its bridge (where plan and actual have theirs in
        different months, from the inputs of the one to those of the other). The Average of a
        ratio has the bridge of the aggregated inputs, any other the mean of the months' bridges.
        """
        if not self._kind(goal_id) or self._figures.of(goal_id, months).difference is None:
            return None
        key = self._key(goal_id, tuple(self._monthly.position(month) for month in months))
        settle(key, self._splits, self._needs, self._split, None)
        split = self._splits[key]
        if split is None:
            return None
        goal = self._figures.nodes[goal_id].goal
        plain = self._kind(goal_id) == "rollup"
        sign = -1.0 if goal.direction is Direction.LOWER and not plain else 1.0
        whole = Bridge(
            plan=split.plan,
            actual=split.actual,
            total=sign * split.difference + 0.0,
            parts=_as_parts(split.parts, split, sign),
            leaves=_as_parts(split.leaves, split, sign),
            is_difference=goal.direction is Direction.RANGE and not plain,
        )
        return within(whole, self._figures.nodes)

    # ---- What is split, and what that needs -------------------------------------------------

    def _kind(self, goal_id: str) -> str:
        """``formula`` or ``rollup``; "" for what is not made of others."""
        if goal_id not in self._kinds:
            definitions = self._figures.definitions.get(goal_id, ())
            kind = ""
            if any(goal.formula is not None for goal in definitions):
                kind = "formula"
            elif goal_id in self._figures.nodes and self._figures.source(goal_id) == "rollup":
                kind = "rollup"
            self._kinds[goal_id] = kind
        return self._kinds[goal_id]

    def _key(self, goal_id: str, months: Months) -> _Key:
        """What the goal's figures over ``months`` compare: those that have actual and plan."""
        if self._kind(goal_id) != "formula":
            return goal_id, months, months
        plan, actual = self._monthly.plan[goal_id], self._monthly.actual[goal_id]
        both = tuple(m for m in months if actual[m] is not None and plan[m] is not None)
        aggregation = self._aggregation(goal_id)
        reached = _standing(actual, both, aggregation)
        return goal_id, _standing(plan, both, aggregation, reached), reached

    def _aggregation(self, goal_id: str) -> Aggregation:
        return definition_in(self._figures.definitions[goal_id], self._figures.month).aggregation

    def _needs(self, key: _Key) -> Tuple[_Key, ...]:
        """The splits that this one is put together from; leaves have none."""
        goal_id, plan, _ = key
        if self._kind(goal_id) == "rollup":
            children = self._figures.nodes[goal_id].children
            return tuple(self._key(child, plan) for child in children if self._kind(child))
        if self._adds_up(key):
            return tuple((goal_id, (month,), (month,)) for month in plan)
        worked = self._worked(key)
        drivers = worked[0].figures if worked else ()
        return tuple(self._below(driver, key) for driver in drivers if self._kind(driver))

    def _below(self, driver: str, key: _Key) -> _Key:
        """The split of a driver that belongs to the split of the goal that it drives."""
        _, plan, actual = key
        return (driver, plan, actual) if len(plan) == 1 else self._key(driver, plan)

    def _adds_up(self, key: _Key) -> bool:
        """Whether a formula goal's split is put together from those of several months."""
        goal_id, plan, _ = key
        sides = (self._monthly.plan_drivers, self._monthly.actual_drivers)
        several = len(plan) > 1 and self._kind(goal_id) == "formula"
        return several and all(side.adds_up(goal_id, plan) for side in sides)

    def _worked(self, key: _Key) -> Optional[Tuple[Worked, Worked]]:
        """The goal's formula with its planned and with its actual inputs."""
        if key not in self._known:
            self._known[key] = self._work(key)
        return self._known[key]

    def _work(self, key: _Key) -> Optional[Tuple[Worked, Worked]]:
        goal_id, plan, actual = key
        if not plan or self._kind(goal_id) != "formula":
            return None
        before = self._monthly.plan_drivers.behind(goal_id, plan)
        after = self._monthly.actual_drivers.behind(goal_id, actual)
        same = before is not None and after is not None and before.formula == after.formula
        return (before, after) if before and after and same else None

    # ---- Splits -----------------------------------------------------------------------------

    def _split(self, key: _Key) -> Optional[_Split]:
        try:
            if self._kind(key[0]) == "rollup":
                return self._of_children(key)
            return self._of_months(key) if self._adds_up(key) else self._of_formula(key)
        except TooMuch:
            return None

    def _of_formula(self, key: _Key) -> Optional[_Split]:
        worked = self._worked(key)
        ends = None if worked is None else self._ends(key)
        if worked is None or ends is None:
            return None
        before, after = worked
        parts = shapley(after.formula, before.figures, after.figures, self._effort)
        if not parts:
            return None
        leaves: Dict[str, float] = {}
        for driver, part in parts.items():
            at_plan = partial(slope, before.formula, before.figures, driver)
            self._hand_down(leaves, self._below(driver, key), part, at_plan, ends)
        return _Split(*ends, parts, leaves)

    def _of_months(self, key: _Key) -> Optional[_Split]:
        """The sum of the months' splits, or their mean. What cannot be split in one of them is
        not explained."""
        goal_id, months, _ = key
        splits = [self._splits[goal_id, (month,), (month,)] for month in months]
        known = [split for split in splits if split is not None]
        ends = self._ends(key)
        if ends is None or not known:
            return None
        share = 1.0 if self._aggregation(goal_id) is Aggregation.SUM else 1 / len(months)
        return _Split(
            *ends,
            parts=_together([split.parts for split in known], share),
            leaves=_together([split.leaves for split in known], share),
        )

    def _ends(self, key: _Key) -> Optional[Tuple[float, float]]:
        """The goal's plan and actual, which its own figures may say before its formula does."""
        goal_id, plan, actual = key
        if len(plan) == 1:
            before = self._monthly.plan[goal_id][plan[0]]
            after = self._monthly.actual[goal_id][actual[0]]
        else:
            counted = [month in plan for month in range(len(self._monthly.months))]
            before = self._monthly.plan_drivers.to_date(goal_id, counted)
            after = self._monthly.actual_drivers.to_date(goal_id, counted)
        return None if before is None or after is None else (before, after)

    def _of_children(self, key: _Key) -> Optional[_Split]:
        """``normalised weight × (score of child − 1)``, scores floored and capped (SPEC 4, 7)."""
        goal_id, positions, _ = key
        months = tuple(self._monthly.months[position] for position in positions)
        nodes, cap = self._figures.nodes, self._figures.plan.settings.rollup_cap
        children = nodes[goal_id].children
        figures = [self._figures.of(child, months) for child in children]
        scores = [child_score(one) for one in figures]
        shares = rollup_shares(scores, [nodes[child].goal.weight for child in children])
        score = self._figures.of(goal_id, months).actual
        if shares is None or score is None:
            return None
        parts: Dict[str, float] = {}
        leaves: Dict[str, float] = {}
        for child, reached, own, share in zip(children, scores, figures, shares):
            if reached is not None and share is not None:
                parts[child] = share * (counted_score(reached, cap) - 1.0)
                at_plan = partial(self._score_slope, child, own, share)
                below = self._key(child, positions)
                self._hand_down(leaves, below, parts[child], at_plan, (1.0, score))
        return _Split(1.0, score, parts, leaves)

    def _score_slope(self, goal_id: str, figures: Figures, share: float) -> float:
        """By how much a roll-up changes with one more of a child's actual, just below its plan."""
        if self._figures.plan.settings.rollup_cap < 1.0:
            return 0.0
        if self._kind(goal_id) == "rollup":
            return share
        direction = self._figures.nodes[goal_id].goal.direction
        if not figures.plan or direction is Direction.RANGE:
            return 0.0
        return (-share if direction is Direction.LOWER else share) / abs(figures.plan)

    def _hand_down(
        self,
        leaves: Dict[str, float],
        below: _Key,
        part: float,
        at_plan: Callable[[], Optional[float]],
        ends: Tuple[float, float],
    ) -> None:
        """Add a driver's part to the leaves below it: by its own split × (part ÷ its difference),
        or by the slope at plan where that is 0 (SPEC 7)."""
        split = self._splits.get(below)
        if split is None:
            leaves[below[0]] = leaves.get(below[0], 0.0) + part
            return
        self._effort.spend(len(split.leaves))
        scale = part / split.difference if split.moves else at_plan() or 0.0
        for leaf, value in split.leaves.items():
            leaves[leaf] = leaves.get(leaf, 0.0) + scale * value
        rest = part - scale * split.difference
        if not split.moves and not is_nothing(rest, part, *ends):
            leaves[below[0]] = leaves.get(below[0], 0.0) + rest


def within(bridge: Bridge, goals: Collection[str]) -> Optional[Bridge]:
    """The bridge with the parts of other goals than ``goals`` as one that names none of them;
    None where it then names no goal at all (SPEC 1, pack)."""
    parts, leaves = _cut(bridge.parts, goals), _cut(bridge.leaves, goals)
    if all(part.goal is None for part in (*parts, *leaves)):
        return None
    ordered = sorted(leaves, key=lambda part: -abs(part.value))
    return replace(bridge, parts=parts, leaves=tuple(ordered))


def _cut(parts: Sequence[Part], goals: Collection[str]) -> Tuple[Part, ...]:
    kept = [part for part in parts if part.goal in goals]
    for kind in (ELSEWHERE, UNEXPLAINED):
        others = [
            part.value
            for part in parts
            if part.kind == kind or (kind == ELSEWHERE and part.goal and part.goal not in goals)
        ]
        if others:
            kept.append(Part(None, fsum(others), kind))
    return tuple(kept)


def _standing(
    values: Sequence[Optional[float]],
    months: Months,
    aggregation: Aggregation,
    wanted: Months = (),
) -> Months:
    """The months whose figures the figure over ``months`` is: of Last, Max and Min only one; of
    equals one that is ``wanted``, else the latest."""
    if aggregation in (Aggregation.SUM, Aggregation.AVERAGE) or not months:
        return months
    if aggregation is Aggregation.LAST:
        return months[-1:]
    sign = 1.0 if aggregation is Aggregation.MAX else -1.0
    return (max(months, key=lambda month: (sign * (values[month] or 0.0), month in wanted, month)),)


def _together(splits: Sequence[_Parts], share: float) -> Dict[str, float]:
    """The parts of the same goals added up, and taken ``share`` times."""
    values: Dict[str, List[float]] = {}
    for parts in splits:
        for goal_id, value in parts.items():
            values.setdefault(goal_id, []).append(value)
    return {goal_id: share * fsum(each) for goal_id, each in values.items()}


def _as_parts(parts: _Parts, split: _Split, sign: float) -> Tuple[Part, ...]:
    """The parts of a whole split, with one that closes it where something is not explained; what
    rounding leaves is the largest part's."""
    rest = split.difference - fsum(parts.values())
    explained = is_nothing(rest, split.plan, split.actual, *parts.values())
    shown = closed(parts, split.difference) if explained else parts
    # Plus 0, as there is no minus zero among gaps.
    found = [Part(goal_id, sign * value + 0.0) for goal_id, value in shown.items()]
    return tuple(found) if explained else (*found, Part(None, sign * rest, UNEXPLAINED))
