"""Work out a goal's figures of any period, each once, roll-ups included."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Mapping, Optional, Sequence, Tuple

from kpixl.measures import gap
from kpixl.measures.aggregate import rollup, rollup_child_score, rollup_status, worst_child
from kpixl.measures.drivers import DriverTree
from kpixl.measures.kinds import Aggregation, Status
from kpixl.plan.model import NO_FIGURES, Goal, Plan, definition_in
from kpixl.plan.month import Month, fiscal_year
from kpixl.review.comparison import (
    Comparison,
    against_original,
    compared,
    differ,
    finite,
    score_against_original,
)
from kpixl.review.figures import Figures, FiscalSeries, SpanFigures
from kpixl.review.insights import AgainstOriginal
from kpixl.review.monthly import Monthly, like_a_year_before, same_definition
from kpixl.review.spans import Span, spans
from kpixl.review.tree import Node, arrange

TREND_MONTHS = 13
HISTORY_MONTHS = 12


class GoalFigures:
    """The figures of one review month, worked out once for each goal and period.

    Computation state only: nothing of it leaves this module but frozen values.
    """

    def __init__(
        self, plan: Plan, month: Month, monthly: Monthly, nodes: Mapping[str, Node]
    ) -> None:
        self.plan = plan
        self.month = month
        self.monthly = monthly
        self.nodes = nodes
        self._window = range(len(monthly.months))
        self._trees: Dict[Month, Mapping[str, Node]] = {month: nodes}
        self._is_one_tree = not any(goal.valid_from or goal.valid_to for goal in plan.goals)
        self.year = fiscal_year(month, plan.settings.fiscal_start)
        self.elapsed = tuple(m for m in self.year if m <= month)
        self.spans = spans(month, plan.settings.fiscal_start, plan.settings.periods_shown)
        self.definitions: Dict[str, Tuple[Goal, ...]] = {}
        for goal in plan.goals:
            self.definitions[goal.id] = (*self.definitions.get(goal.id, ()), goal)
        sheets = (plan.actuals, plan.plan, plan.revision)
        self._with_rows = frozenset(
            goal_id
            for sheet in sheets
            for goal_id, entry in sheet.items()
            if entry.values or entry.unavailable
        )
        self._with_formula = frozenset(goal.id for goal in plan.goals if goal.formula is not None)
        self._known: Dict[Tuple[str, Tuple[Month, ...]], Figures] = {}

    def source(self, goal_id: str, month: Optional[Month] = None) -> str:
        """Where the goal's figure comes from: its own rows, its formula, the roll-up, or none.
        What counts is the definition that holds, and what stood beneath the goal, in ``month``
        (default: the review month). A goal that had a formula at another time is no roll-up."""
        if goal_id in self._with_formula:
            now = definition_in(self.definitions[goal_id], month or self.month)
            return "own" if now.formula is None else "formula"
        if goal_id in self._with_rows:
            return "own"
        node = self.tree(month or self.month).get(goal_id)
        return "rollup" if node is not None and node.children else "none"

    def tree(self, month: Month) -> Mapping[str, Node]:
        """The goal tree as it stood in ``month``: a roll-up counts the children that it had then,
        so that a reorganisation changes no month before it."""
        if self._is_one_tree:
            return self.nodes
        if month not in self._trees:
            self._trees[month] = arrange(self.plan, month)
        return self._trees[month]

    def _definition(self, goal_id: str, months: Sequence[Month]) -> Goal:
        """The definition by which figures over ``months`` are judged: that of the last."""
        return definition_in(self.definitions[goal_id], months[-1])

    def of(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        """The figures of a goal over ``months`` (one month, or the year to date)."""
        key = (goal_id, months)
        if key not in self._known:
            rolls_up = self.source(goal_id, months[-1]) == "rollup"
            compute = self._rolled_up if rolls_up else self._counted
            self._known[key] = compute(goal_id, months)
        return self._known[key]

    def reported(self, goal_id: str, month: Month) -> bool:
        """Whether the goal has an actual in ``month``; a roll-up has one where any child has."""
        if goal_id not in self.definitions:
            return False
        if self.source(goal_id, month) == "rollup":
            children = self.tree(month)[goal_id].children
            return any(self.reported(child, month) for child in children)
        return self.monthly.actual_in(goal_id, month) is not None

    def _counted(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        goal = self._definition(goal_id, months)
        reported = [m for m in months if self.monthly.actual_in(goal_id, m) is not None]
        planned = [m for m in reported if self.monthly.plan_in(goal_id, m) is not None]
        before = [m for m in reported if self._prior_in(goal_id, m) is not None]
        actual = self._aggregate(goal_id, reported)
        matched = self._aggregate(goal_id, planned) if len(planned) < len(reported) else actual
        current = self._aggregate(goal_id, before) if len(before) < len(reported) else actual
        plan = (
            self._aggregate(goal_id, planned, plan=True)
            if planned
            else self._plan_ahead(goal_id, months)
        )
        prior = (
            self._aggregate(goal_id, [m.plus(-12) for m in before])
            if before
            else self._prior_ahead(goal_id, months)
        )
        if plan is None or not planned:
            comparison = Comparison(self._uncompared(goal_id, months, bool(reported)))
        else:
            comparison = self._compared(goal, matched, plan)
        return Figures(
            actual=actual,
            plan=plan,
            prior=prior,
            growth=_growth(goal, current, prior) if before else None,
            months_reported=len(reported),
            months_expected=sum(1 for m in months if self._valid(goal_id, m)),
            plan_months=len(planned),
            prior_months=len(before),
            against_original=self._against_original(
                goal_id, planned or months, plan, matched if planned else None
            ),
            **comparison._asdict(),
        )

    def _compared(self, goal: Goal, matched: Optional[float], plan: float) -> Comparison:
        # A ratio may have no value over just the months that have a plan.
        if matched is None:
            return Comparison(Status.NO_DATA)
        return compared(goal, self.plan.settings, matched, plan)

    def _against_original(
        self,
        goal_id: str,
        months: Sequence[Month],
        plan: Optional[float],
        matched: Optional[float],
    ) -> Optional[AgainstOriginal]:
        """``matched`` against the original plan of ``months``, those that ``plan`` covers; the
        plan of a month without an actual stands there alone."""
        drivers = self.monthly.original_drivers
        if drivers is None or any(self.monthly.original_in(goal_id, m) is None for m in months):
            return None
        original = self._over(drivers, goal_id, months)
        return against_original(
            self._definition(goal_id, months), self.plan.settings, matched, plan, original
        )

    def _rolled_up(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        """A roll-up's plan is 1 and its actual the score (SPEC 4). Of several months it counts the
        children that it has in the last, each over all of them."""
        tree = self.tree(months[-1])
        children = tree[goal_id].children
        parts = [self.of(child, months) for child in children]
        scores = [child_score(part) for part in parts]
        weights = [tree[child].goal.weight for child in children]
        settings = self.plan.settings
        score = rollup(scores, weights, settings.rollup_cap)
        expected = sum(1 for m in months if self._valid(goal_id, m))
        if score is None:
            return Figures(
                plan=1.0,
                months_expected=expected,
                status=Status.NO_DATA,
                parts_expected=len(children),
            )
        goal = tree[goal_id].goal
        amber_at = goal.amber_at if goal.amber_at is not None else settings.amber_at
        reported = max(part.months_reported for part in parts)
        return Figures(
            actual=score, plan=1.0, difference=score - 1.0, gap=score - 1.0,
            gap_pct=score - 1.0, attainment=score,
            status=rollup_status(
                score, [part.status for part in parts], settings.rollup_green_at, amber_at
            ),
            months_reported=reported, months_expected=expected, plan_months=reported,
            parts=sum(1 for one in scores if one is not None), parts_expected=len(children),
            against_original=score_against_original(
                score,
                rollup([original_score(part) for part in parts], weights, settings.rollup_cap),
            ),
        )  # fmt: skip

    def whole_plan(self, goal_id: str, months: Sequence[Month]) -> Optional[float]:
        """The plan in force of the whole of ``months``, by the goal's aggregation. All of them in
        which the goal is valid must have one; for Last the last month that has one decides. A
        roll-up's is 1."""
        if self.source(goal_id) == "rollup":
            return 1.0
        valid = tuple(self.monthly.position(m) for m in months if self._valid(goal_id, m))
        return whole_plan(self.monthly.plan_drivers, goal_id, valid)

    def span(self, goal_id: str, span: Span) -> SpanFigures:
        """The figures of a quarter, half or year up to the review month."""
        figures = self.of(goal_id, span.elapsed(self.month))
        return SpanFigures(
            span=span,
            figures=of_months_reported(figures),
            complete=span.is_complete(self.month),
            plan_whole=self.whole_plan(goal_id, span.months),
        )

    def worst_child(self, goal_id: str, months: Tuple[Month, ...]) -> Optional[str]:
        """The child with the lowest score, which a roll-up names."""
        tree = self.tree(months[-1])
        children = tree[goal_id].children
        position = worst_child(
            [child_score(self.of(child, months)) for child in children],
            [tree[child].goal.weight for child in children],
        )
        return None if position is None else children[position]

    def _aggregate(
        self, goal_id: str, months: Sequence[Month], plan: bool = False
    ) -> Optional[float]:
        side = self.monthly.plan_drivers if plan else self.monthly.actual_drivers
        return self._over(side, goal_id, months)

    def _over(self, side: DriverTree, goal_id: str, months: Sequence[Month]) -> Optional[float]:
        if not months:
            return None
        wanted = set(map(self.monthly.position, months))
        return side.over(goal_id, tuple(n for n in sorted(wanted) if n in self._window))

    def _prior_in(self, goal_id: str, month: Month) -> Optional[float]:
        """The figure one year before, where it means the same thing (SPEC 2, From and To)."""
        if not like_a_year_before(self.definitions[goal_id], month):
            return None
        return self.monthly.actual_in(goal_id, month.plus(-12))

    def _plan_ahead(self, goal_id: str, months: Tuple[Month, ...]) -> Optional[float]:
        """The plan of a month without an actual, so that a page can show what is awaited."""
        return self.monthly.plan_in(goal_id, months[0]) if len(months) == 1 else None

    def _prior_ahead(self, goal_id: str, months: Tuple[Month, ...]) -> Optional[float]:
        return self._prior_in(goal_id, months[0]) if len(months) == 1 else None

    def _uncompared(self, goal_id: str, months: Tuple[Month, ...], reported: bool) -> Status:
        """The status where no reported month has a plan: No plan if none is set at all."""
        planned = any(self.monthly.plan_in(goal_id, m) is not None for m in months)
        return Status.NO_DATA if planned and not reported else Status.NO_PLAN

    def _valid(self, goal_id: str, month: Month) -> bool:
        return any(goal.valid_in(month) for goal in self.definitions[goal_id])

    def changed_in(self, goal_id: str) -> Optional[Month]:
        """The month of this fiscal year from which a changed definition holds, if one does."""
        definitions = self.definitions[goal_id]
        for earlier, later in zip(self.elapsed, self.elapsed[1:]):
            if not same_definition(
                definition_in(definitions, earlier), definition_in(definitions, later)
            ):
                return later
        return None

    def series(self, goal_id: str) -> FiscalSeries:
        """The goal's fiscal year month by month. A roll-up has its score of each month."""
        if self.source(goal_id) == "rollup":
            scores = tuple(
                self.of(goal_id, (m,)).actual if m <= self.month else None for m in self.year
            )
            ones = tuple(1.0 if self._valid(goal_id, m) else None for m in self.year)
            blank = (None,) * 12
            return FiscalSeries(self.year, scores, ones, blank, blank, ones)
        outlook = self.plan.outlook.get(goal_id, NO_FIGURES)
        in_force = tuple(self.monthly.plan_in(goal_id, m) for m in self.year)
        bad = self.plan.actuals.get(goal_id, NO_FIGURES).unavailable
        return FiscalSeries(
            months=self.year,
            actual=tuple(
                self.monthly.actual_in(goal_id, m) if m <= self.month else None for m in self.year
            ),
            plan=in_force,
            prior=tuple(self._prior_in(goal_id, m) for m in self.year),
            outlook=tuple(outlook.get(m) if m > self.month else None for m in self.year),
            original=tuple(self.monthly.original_in(goal_id, m) for m in self.year),
            unavailable=tuple(m for m in self.year if m in bad),
        )

    def revised(self, goal_id: str) -> bool:
        """Whether the goal's plan in force is another than its original one in some month of the
        year, or was set by a revision alone."""
        start = self.plan.settings.revision_from
        if start is None or self.monthly.original is None or self.source(goal_id) == "rollup":
            return False
        first = self.plan.plan.get(goal_id, NO_FIGURES)
        revision = self.plan.revision.get(goal_id, NO_FIGURES)
        for month in self.year:
            plan, original = (
                self.monthly.plan_in(goal_id, month), self.monthly.original_in(goal_id, month)
            )  # fmt: skip
            if plan is None:
                continue
            added = month >= start and month in revision.values and first.get(month) is None
            if added or (original is not None and differ(plan, original)):
                return True
        return False

    def trend(self, goal_id: str) -> Tuple[Optional[float], ...]:
        """The last 13 months, oldest first: this month and the same one a year before."""
        months = [self.month.plus(n - TREND_MONTHS + 1) for n in range(TREND_MONTHS)]
        if self.source(goal_id) == "rollup":
            return tuple(self.of(goal_id, (m,)).actual for m in months)
        return tuple(self.monthly.actual_in(goal_id, m) for m in months)

    def history(self, goal_id: str) -> Tuple[Status, ...]:
        """The month's status of the last months, the review month last."""
        months = [self.month.plus(n - HISTORY_MONTHS + 1) for n in range(HISTORY_MONTHS)]
        return tuple(self.of(goal_id, (m,)).status for m in months)


def _growth(goal: Goal, current: Optional[float], prior: Optional[float]) -> Optional[float]:
    if current is None or prior is None:
        return None
    return finite(gap.growth(current, prior, goal.is_percent))


def whole_plan(plans: DriverTree, goal_id: str, months: Sequence[int]) -> Optional[float]:
    """The plan of the whole of ``months``, which are positions in ``plans``: None where one of them
    has none; for Last the last one that has one decides."""
    if not months:
        return None
    if plans.aggregation(goal_id) is Aggregation.LAST:
        monthly = plans.monthly(goal_id)
        return next((monthly[m] for m in reversed(months) if monthly[m] is not None), None)
    return plans.whole(goal_id, months)


def of_months_reported(figures: Figures) -> Figures:
    """Plan and prior of a period cover the months reported (SPEC 3). Without any there are none, in
    a period's first month as in all others; what is awaited stands beside the month."""
    if figures.months_reported or figures.parts_expected:
        return figures
    return replace(figures, plan=None, prior=None, against_original=None)


def original_score(figures: Figures) -> Optional[float]:
    """The same with the goal held against its original plan."""
    against = figures.against_original
    if against is None or against.gap is None:
        return child_score(figures)
    return rollup_child_score(against.attainment, against.gap)


def child_score(figures: Figures) -> Optional[float]:
    """What a goal brings into its parent's roll-up, before floor and cap (SPEC 4)."""
    if figures.gap is None:
        return None
    return rollup_child_score(figures.attainment, figures.gap)
