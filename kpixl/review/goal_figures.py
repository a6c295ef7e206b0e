"""Work out a goal's figures of any period, each once, roll-ups included."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Mapping, Optional, Sequence, Tuple

from kpixl.measures import gap
from kpixl.measures.aggregate import rollup, rollup_child_score, rollup_status, worst_child
from kpixl.measures.kinds import Status
from kpixl.plan.model import NO_FIGURES, Goal, Plan
from kpixl.plan.month import Month, fiscal_year
from kpixl.review.comparison import compared, finite
from kpixl.review.figures import Figures, FiscalSeries
from kpixl.review.monthly import Monthly, definition_in, like_a_year_before, same_definition
from kpixl.review.tree import Node

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
        self.year = fiscal_year(month, plan.settings.fiscal_start)
        self.elapsed = tuple(m for m in self.year if m <= month)
        self.definitions: Dict[str, Tuple[Goal, ...]] = {}
        for goal in plan.goals:
            self.definitions[goal.id] = (*self.definitions.get(goal.id, ()), goal)
        self._known: Dict[Tuple[str, Tuple[Month, ...]], Figures] = {}

    def source(self, goal_id: str) -> str:
        """Where the goal's figure comes from: its own rows, its formula, the roll-up, or none."""
        if any(goal.formula is not None for goal in self.definitions[goal_id]):
            return "formula"
        sheets = (self.plan.actuals, self.plan.plan, self.plan.revision)
        series = [sheet.get(goal_id, NO_FIGURES) for sheet in sheets]
        if any(entry.values or entry.unavailable for entry in series):
            return "own"
        return "rollup" if self.nodes[goal_id].children else "none"

    def of(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        """The figures of a goal over ``months`` (one month, or the year to date)."""
        key = (goal_id, months)
        if key not in self._known:
            compute = self._rolled_up if self.source(goal_id) == "rollup" else self._counted
            self._known[key] = compute(goal_id, months)
        return self._known[key]

    def reported(self, goal_id: str, month: Month) -> bool:
        """Whether the goal has an actual in ``month``; a roll-up has one where any child has."""
        if goal_id in self.nodes and self.source(goal_id) == "rollup":
            return any(self.reported(child, month) for child in self.nodes[goal_id].children)
        known = goal_id in self.definitions
        return known and self.monthly.actual_in(goal_id, month) is not None

    def _counted(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        goal = self.nodes[goal_id].goal
        reported = [m for m in months if self.monthly.actual_in(goal_id, m) is not None]
        planned = [m for m in reported if self.monthly.plan_in(goal_id, m) is not None]
        before = [m for m in reported if self._prior_in(goal_id, m) is not None]
        actual = self._aggregate(goal_id, reported)
        target = self._aggregate(goal_id, planned, plan=True)
        prior = self._aggregate(goal_id, [m.plus(-12) for m in before])
        figures = Figures(
            actual=actual,
            plan=target if planned else self._plan_ahead(goal_id, months),
            prior=prior if before else self._prior_ahead(goal_id, months),
            status=self._uncompared(goal_id, months),
            months_reported=len(reported),
            months_expected=sum(1 for m in months if self._valid(goal_id, m)),
            plan_months=len(planned),
            prior_months=len(before),
        )
        matched = self._aggregate(goal_id, planned) if len(planned) < len(reported) else actual
        current = self._aggregate(goal_id, before) if len(before) < len(reported) else actual
        return self._compared(goal, figures, matched, current)

    def _compared(
        self, goal: Goal, figures: Figures, matched: Optional[float], current: Optional[float]
    ) -> Figures:
        growth = None
        if current is not None and figures.prior is not None and figures.prior_months:
            growth = finite(gap.growth(current, figures.prior, goal.is_percent))
        if figures.plan is None or not figures.plan_months:
            return replace(figures, growth=growth)
        if matched is None:
            # A ratio may have no value over just the months that have a plan.
            return replace(figures, growth=growth, status=Status.NO_DATA)
        comparison = compared(goal, self.plan.settings, matched, figures.plan)
        return replace(figures, growth=growth, **comparison._asdict())

    def _rolled_up(self, goal_id: str, months: Tuple[Month, ...]) -> Figures:
        """A roll-up's plan is 1 and its actual the score (SPEC 4)."""
        children = self.nodes[goal_id].children
        parts = [self.of(child, months) for child in children]
        scores = [child_score(part) for part in parts]
        weights = [self.nodes[child].goal.weight for child in children]
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
        goal = self.nodes[goal_id].goal
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
        )  # fmt: skip

    def worst_child(self, goal_id: str, months: Tuple[Month, ...]) -> Optional[str]:
        """The child with the lowest score, which a roll-up names."""
        children = self.nodes[goal_id].children
        position = worst_child(
            [child_score(self.of(child, months)) for child in children],
            [self.nodes[child].goal.weight for child in children],
        )
        return None if position is None else children[position]

    def _aggregate(
        self, goal_id: str, months: Sequence[Month], plan: bool = False
    ) -> Optional[float]:
        if not months:
            return None
        wanted = {self.monthly.position(m) for m in months}
        flags = [n in wanted for n in range(len(self.monthly.months))]
        side = self.monthly.plan_drivers if plan else self.monthly.actual_drivers
        return side.to_date(goal_id, flags)

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

    def _uncompared(self, goal_id: str, months: Tuple[Month, ...]) -> Status:
        """The status where no reported month has a plan: No plan if none is set at all."""
        planned = any(self.monthly.plan_in(goal_id, m) is not None for m in months)
        reported = any(self.monthly.actual_in(goal_id, m) is not None for m in months)
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
        own = self.plan.plan.get(goal_id, NO_FIGURES)
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
            original=tuple(
                value if own.get(m) is None else own.get(m) for m, value in zip(self.year, in_force)
            ),
            unavailable=tuple(m for m in self.year if m in bad),
        )

    def trend(self, goal_id: str) -> Tuple[Optional[float], ...]:
        """The last 13 months, oldest first: this month and the same one a year before."""
        months = [self.month.plus(n - TREND_MONTHS + 1) for n in range(TREND_MONTHS)]
        if self.source(goal_id) == "rollup":
            return tuple(self.of(goal_id, (m,)).actual for m in months if m in self.year)
        return tuple(self.monthly.actual_in(goal_id, m) for m in months)

    def history(self, goal_id: str) -> Tuple[Status, ...]:
        """The month's status of the last months, the review month last."""
        months = [self.month.plus(n - HISTORY_MONTHS + 1) for n in range(HISTORY_MONTHS)]
        return tuple(self.of(goal_id, (m,)).status for m in months)


def child_score(figures: Figures) -> Optional[float]:
    """What a goal brings into its parent's roll-up, before floor and cap (SPEC 4)."""
    if figures.gap is None:
        return None
    return rollup_child_score(figures.attainment, figures.gap)
