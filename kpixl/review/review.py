"""Turn a plan and a month into a review: every figure that a page or a mail will show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Optional, Sequence, Tuple

from kpixl.errors import Problem, UsageProblem
from kpixl.measures import gap
from kpixl.plan.model import Goal, Plan
from kpixl.plan.month import Month, fiscal_year, fiscal_year_start
from kpixl.plan.schema import sheet_names
from kpixl.review.bridges import Bridges
from kpixl.review.checks import method_checks
from kpixl.review.cycle import CycleView, action_reviews, is_derived, phase_of
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.goal_figures import GoalFigures, of_months_reported
from kpixl.review.landings import Landings
from kpixl.review.monthly import lay_out
from kpixl.review.outlooks import Outlooks
from kpixl.review.reorganised import changes
from kpixl.review.signals import control_chart, reported_months
from kpixl.review.tree import Node, arrange, below
from kpixl.review.turns import idle_months
from kpixl.words import fold


def review(
    plan: Plan,
    month: Optional[Month] = None,
    as_of: Optional[date] = None,
    problems: Sequence[Problem] = (),
) -> Review:
    """The review of ``plan`` for ``month`` (default: Settings' review month, else the last
    month with an actual), judged as of ``as_of`` (default: the day its actuals are due).

    Raises :class:`UsageProblem` ``no-review-month`` where no month is given and none is known.
    """
    month = month or plan.settings.review_month or _last_reported(plan)
    if month is None:
        raise UsageProblem("no-review-month", book=plan.source.names)
    due = plan.settings.close_day.due(month, plan.holidays)
    judged = as_of or due
    monthly = lay_out(plan, _window(plan, month), month)
    nodes = arrange(plan, month)
    figures = GoalFigures(plan, month, monthly, nodes)
    cycle = CycleView(plan, month, judged, due, monthly, figures.reported)
    actions = action_reviews(cycle)
    landings = Landings(figures)
    outlooks = Outlooks(landings.courses)
    workings = _Workings(figures, cycle, Bridges(figures), landings, outlooks)
    goals = tuple(_goal_review(workings, node) for node in nodes.values())
    found = Review(
        settings=plan.settings,
        source=plan.source,
        month=month,
        as_of=judged,
        due=due,
        fiscal_months=fiscal_year(month, plan.settings.fiscal_start),
        goals=goals,
        actions=tuple(entry for entry in actions if entry.action.goal in nodes),
        problems=tuple(problem for problem in problems if not _lies_ahead(problem, month)),
        recipients=plan.recipients,
        changes=changes(plan, figures.elapsed),
    )
    return replace(found, advice=method_checks(plan, found))


def _lies_ahead(problem: Problem, month: Month) -> bool:
    """Whether a problem is about an actual after the review month, which is ignored (SPEC 2)."""
    about = problem.details.get("month")
    sheet = sheet_names().get(fold(problem.sheet or ""))
    return sheet == "actuals" and isinstance(about, str) and about > str(month)


def _last_reported(plan: Plan) -> Optional[Month]:
    months = [month for series in plan.actuals.values() for month in series.values]
    return max(months) if months else None


def _window(plan: Plan, month: Month) -> Tuple[Month, ...]:
    """Whole fiscal years: from that of the first month that any sheet knows, at least two years
    back, to the review month's."""
    year = fiscal_year(month, plan.settings.fiscal_start)
    known = [
        m for group in (plan.actuals, plan.plan) for series in group.values() for m in series.values
    ]
    first = fiscal_year_start(min([year[0].plus(-24), *known]), plan.settings.fiscal_start)
    return tuple(first.plus(n) for n in range(year[-1].index - first.index + 1))


@dataclass(frozen=True)
class _Workings:
    """What a goal's review is put together from."""

    figures: GoalFigures
    cycle: CycleView
    bridges: Bridges
    landings: Landings
    outlooks: Outlooks


def _goal_review(workings: _Workings, node: Node) -> GoalReview:
    figures, cycle = workings.figures, workings.cycle
    goal_id = node.goal.id
    source = figures.source(goal_id)
    month = figures.of(goal_id, (figures.month,))
    definitions = figures.definitions[goal_id]
    reported = reported_months(figures.monthly, definitions, goal_id, figures.month)
    history = figures.history(goal_id)
    subtree = below(figures.nodes, goal_id)
    return GoalReview(
        goal=node.goal,
        depth=node.depth,
        parent=node.parent,
        children=node.children,
        source=source,
        month=month,
        to_date=of_months_reported(figures.of(goal_id, figures.elapsed)),
        previous=history[-2],
        series=figures.series(goal_id),
        trend=figures.trend(goal_id),
        phase=phase_of(cycle, goal_id, month.status, source, subtree),
        actions=tuple(a.id for a in cycle.visible if a.goal == goal_id),
        comments=tuple(
            c for c in figures.plan.comments if c.goal == goal_id and c.month == figures.month
        ),
        progress=_progress(node.goal, month),
        worst_child=figures.worst_child(goal_id, (figures.month,)) if source == "rollup" else None,
        definition_changed=figures.changed_in(goal_id),
        revised=figures.revised(goal_id),
        history=history,
        idle_months=idle_months(cycle, history, subtree if is_derived(source) else (goal_id,)),
        control=control_chart(reported, node.goal.direction),
        bridge=workings.bridges.of(goal_id, (figures.month,)),
        bridge_to_date=workings.bridges.of(goal_id, figures.elapsed),
        landing=workings.landings.of(goal_id),
        spans=tuple(figures.span(goal_id, span) for span in figures.spans),
        outlooks=workings.outlooks.of(goal_id),
    )


def _progress(goal: Goal, month: Figures) -> Optional[float]:
    if goal.baseline is None or month.actual is None or month.plan is None:
        return None
    return gap.progress(month.actual, month.plan, goal.baseline)
