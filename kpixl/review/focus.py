"""Rank what moves each KGI, and propose what to work on first (SPEC 7).

The ranking in one sentence: first what has cost the KGI most so far this year, the largest cost
first; then what it reacts to most. At most three are proposed: those that cost it something, and
if that are fewer than three, the strongest of the others that are Amber or Red this month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Mapping, Optional, Set, Tuple

from kpixl.measures import gap
from kpixl.measures.aggregate import rollup, rollup_child_score
from kpixl.measures.bridge import Effort, TooMuch, change_pct, is_nothing, one_per_cent_more
from kpixl.measures.formula import evaluate, inputs
from kpixl.measures.kinds import Direction, Status
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Focus, Lever

MOST_PROPOSED = 3
MONTHS_MISSED = 3
_MOST_EFFORT = 1 << 19
"""What leverage may cost in a whole book: a second. A sound book of 500 goals needs a twentieth;
of one that is made to cost more, the rest has none."""


def focus(review: Review) -> Tuple[Focus, ...]:
    """The focus list of every KGI that is made of other goals, in tree order; in the review of a
    scope without a KGI, that of the goals at its top."""
    heads = review.at_level(Level.KGI) or tuple(g for g in review.goals if g.parent is None)
    made = _Made(review, Effort(_MOST_EFFORT))
    found = (_focus(made, head) for head in heads)
    return tuple(one for one in found if one.levers)


def missed_though_met(review: Review) -> Tuple[GoalReview, ...]:
    """The goals that were Red in each of the last three months while all their children were
    Green in each of them: the children do not drive them, or ask for too little (SPEC 7). A goal
    some of whose children lie outside the scope is not judged."""
    missed, met = (Status.RED,) * MONTHS_MISSED, (Status.GREEN,) * MONTHS_MISSED
    return tuple(
        goal
        for goal in review.goals
        if goal.history[-MONTHS_MISSED:] == missed
        and goal.children
        and not goal.children_elsewhere
        and all(review.by_id[child].history[-MONTHS_MISSED:] == met for child in goal.children)
    )


def _focus(made: _Made, kgi: GoalReview) -> Focus:
    review, split = made.review, kgi.bridge_to_date
    contributions = {part.goal: part.value for part in split.leaves} if split else {}
    today = _Today(made, kgi)
    leaves = dict.fromkeys([goal_id for goal_id in contributions if goal_id] + today.leaves)
    every = (
        Lever(goal_id, contributions.get(goal_id), today.leverage(goal_id)) for goal_id in leaves
    )
    levers = [one for one in every if (one.contribution, one.leverage) != (None, None)]
    costs = {lever.goal: _cost(kgi, lever) for lever in levers}
    levers.sort(key=lambda lever: (-costs[lever.goal], -abs(lever.leverage or 0.0)))
    pulling = [lever for lever in levers if costs[lever.goal]]
    others = [
        lever
        for lever in levers
        if not costs[lever.goal]
        and lever.leverage
        and review.by_id[lever.goal].status in (Status.AMBER, Status.RED)
    ]
    proposed = {lever.goal for lever in (*pulling, *others)[:MOST_PROPOSED]}
    return Focus(
        kgi.id,
        tuple(replace(lever, proposed=lever.goal in proposed) for lever in levers),
    )


def _cost(kgi: GoalReview, lever: Lever) -> float:
    """By how much a leaf pulls the KGI below plan, to date; 0 where it does not. What takes a
    Range goal further from its plan costs it something once it has left its tolerance."""
    split, contribution = kgi.bridge_to_date, lever.contribution
    if split is None or contribution is None:
        return 0.0
    if is_nothing(contribution, split.plan, split.actual):
        return 0.0
    if not split.is_difference:
        return max(0.0, -contribution)
    outside = (kgi.to_date.gap or 0.0) < 0
    return max(0.0, contribution if split.total > 0 else -contribution) if outside else 0.0


class _Made:
    """What each goal of a review is computed from, looked up once; and what work is left."""

    def __init__(self, review: Review, effort: Effort) -> None:
        self.review = review
        self.effort = effort
        self._known: Dict[str, Tuple[str, ...]] = {}

    def of(self, goal_id: str) -> Tuple[str, ...]:
        """The goal's formula's inputs, or the children that it rolls up; none where one of them
        lies outside the scope: without it the goal would be another one."""
        if goal_id not in self._known:
            goal = self.review.by_id[goal_id]
            found = goal.children if goal.is_rollup and not goal.children_elsewhere else ()
            if goal.goal.formula is not None:
                needed = inputs(goal.goal.formula)
                found = needed if all(one in self.review.by_id for one in needed) else ()
            self._known[goal_id] = found
        return self._known[goal_id]


class _Today:
    """What a KGI is computed from, at today's point: in the last month of the year in which the
    KGI is reported."""

    def __init__(self, made: _Made, kgi: GoalReview) -> None:
        self.review = made.review
        self.effort = made.effort
        self.made = made
        self.kgi = kgi
        self.month = last_reported(kgi)
        self.order = self._order()
        self.leaves = [one for one in self.order if self._is_leaf(self.review.by_id[one])]

    def leverage(self, goal_id: str) -> Optional[float]:
        """By how many % the KGI changes where the goal's actual rises by 1 %."""
        now, at = self._actual(self.kgi.id), self._actual(goal_id)
        if at is None:
            return None
        try:
            return change_pct(now, self._with({goal_id: one_per_cent_more(at)}))
        except TooMuch:
            return None

    def _with(self, changed: Dict[str, Optional[float]]) -> Optional[float]:
        """The KGI with some of its goals' actuals changed."""
        self.effort.spend(len(self.order) // 16)
        for above in self.order:
            if above not in changed and not changed.keys().isdisjoint(self.made.of(above)):
                self.effort.spend(len(self.made.of(above)))
                changed[above] = self._recomputed(self.review.by_id[above], changed)
        return changed.get(self.kgi.id)

    def _actual(self, goal_id: str) -> Optional[float]:
        values = self.review.by_id[goal_id].series.actual
        return None if self.month is None else values[self.month]

    def _is_leaf(self, goal: GoalReview) -> bool:
        return goal.goal.formula is None and not goal.is_rollup and goal.id != self.kgi.id

    def _order(self) -> Tuple[str, ...]:
        """The KGI and all that it is computed from, what is needed first; without recursion, as
        chains of formulas may be long. Nothing where that would be too much work."""
        found: Dict[str, None] = {}
        opened: Set[str] = set()
        waiting = [self.kgi.id]
        while waiting:
            goal_id = waiting[-1]
            if goal_id in opened:
                found[waiting.pop()] = None
                continue
            opened.add(goal_id)
            below = self.made.of(goal_id)
            try:
                self.effort.spend(len(below) // 4)
            except TooMuch:
                return ()
            waiting.extend(one for one in below if one not in opened)
        return tuple(found)

    def _recomputed(
        self, goal: GoalReview, changed: Mapping[str, Optional[float]]
    ) -> Optional[float]:
        figures = {one: self._actual(one) for one in self.made.of(goal.id)}
        moved = {one: changed.get(one, figure) for one, figure in figures.items()}
        if goal.goal.formula is None:
            return self._score(goal, moved)
        now = self._actual(goal.id)
        before, after = evaluate(goal.goal.formula, figures), evaluate(goal.goal.formula, moved)
        if now is None or before is None or after is None:
            return None
        # A figure of the goal's own moves as its formula does.
        return now * (after / before) if before else now + after

    def _score(self, goal: GoalReview, actuals: Mapping[str, Optional[float]]) -> Optional[float]:
        children = [self.review.by_id[child] for child in goal.children]
        return rollup(
            [self._child_score(child, actuals[child.id]) for child in children],
            [child.goal.weight for child in children],
            self.review.settings.rollup_cap,
        )

    def _child_score(self, child: GoalReview, actual: Optional[float]) -> Optional[float]:
        plan = None if self.month is None else child.series.plan[self.month]
        if child.is_rollup or actual is None or plan is None:
            return actual if child.is_rollup else None
        direction, tolerance = child.goal.direction, child.goal.tolerance
        if direction is Direction.RANGE and tolerance is None:
            return None
        sides = (actual, plan, direction, tolerance)
        return rollup_child_score(gap.attainment(*sides), gap.gap(*sides))


def last_reported(goal: GoalReview) -> Optional[int]:
    """The place, among the months of the fiscal year, of the last one with the goal's actual."""
    places = [place for place, value in enumerate(goal.series.actual) if value is not None]
    return places[-1] if places else None
