"""Check what figures are made of: plans that mislead, ratios added up, stale actuals (SPEC 9)."""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, Optional, Sequence

from kpixl.errors import Problem
from kpixl.measures.formula import Chain, Node, inputs
from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.plan.model import Level
from kpixl.plan.month import Month
from kpixl.plan.values import number_text, plain
from kpixl.review.advice import MethodView, month_in_words
from kpixl.review.periods import short_month
from kpixl.words import LANGUAGES, word

STALE_MONTHS = 2
PER_MILLE = ("‰", "permille", "per mille", "千分率")


def plan_needs_baseline(view: MethodView) -> Iterator[Problem]:
    """A plan of 0, below 0 or on both sides of it, where attainment misleads and no baseline lets
    progress be told instead. Range is judged by its tolerance, whatever its plan."""
    for goal in view.measured():
        if goal.goal.baseline is not None or goal.goal.direction is Direction.RANGE:
            continue
        plan = [
            (month, value)
            for month, value in zip(goal.series.months, goal.series.plan)
            if value is not None
        ]
        low = [(month, value) for month, value in plan if value <= 0]
        if not low:
            continue
        form = _form_of_plan([value for _, value in plan])
        details = {"name": goal.goal.name, **_months_in_words([month for month, _ in low])}
        place = view.plan_place(goal.goal, low[0][0])
        found = number_text(low[0][1])
        yield view.advise("plan-needs-baseline", place, [goal], details, found, form)


def _form_of_plan(values: Sequence[float]) -> str:
    """In what way these plans keep attainment from being a fair measure."""
    if min(values) < 0:
        return "crossing" if max(values) > 0 else ""
    return "zero" if max(values) > 0 else "zeros"


def ratio_summed(view: MethodView) -> Iterator[Problem]:
    """A ratio whose months are added up: a goal in %, or the quotient of two sums."""
    for goal in view.review.goals:
        unmeasured = goal.source == "none" and goal.goal.level is Level.CSF
        if goal.is_rollup or unmeasured or goal.id in view.faulty:
            continue
        if goal.goal.aggregation is not Aggregation.SUM:
            continue
        in_percent = goal.goal.is_percent or plain(goal.goal.unit) in PER_MILLE
        if in_percent or _is_quotient_of_sums(view, goal.goal.formula):
            form = "" if in_percent else "quotient"
            details = {
                "name": goal.goal.name, "unit": goal.goal.unit, "formula": goal.goal.formula_text
            }  # fmt: skip
            place = view.goal_place(goal.goal, "aggregation")
            yield view.advise("ratio-summed", place, [goal], details, form=form)


def _is_quotient_of_sums(view: MethodView, formula: Optional[Node]) -> bool:
    """Whether a formula divides sums of the year by sums of the year, but for constant factors:
    orders by visits, but not revenue by a price, which is a quantity again."""
    if not isinstance(formula, Chain) or any(sign not in "*/" for sign, _ in formula.rest):
        return False
    factors = [("*", formula.first), *formula.rest]
    signs = "".join(sign for sign, node in factors if inputs(node))
    return signs == "*/" and all(
        one in view.review.by_id and view.review.by_id[one].goal.aggregation is Aggregation.SUM
        for one in inputs(formula)
    )


def not_updated(view: MethodView) -> Iterator[Problem]:
    """A goal whose actuals have been missing for two months or more, up to the last month that
    was due. That they were to come is known from figures before them or from a plan for them."""
    review = view.review
    last = review.month if review.as_of >= review.due else review.month.plus(-1)
    ahead = review.month.index - last.index
    for goal in view.measured():
        if goal.source != "own":
            continue
        trend = goal.trend[: len(goal.trend) - ahead]
        history = goal.history[: len(goal.history) - ahead]
        missing = _at_the_end(value is None for value in trend)
        if missing == len(trend):
            missing = _at_the_end(status is Status.NO_DATA for status in history)
        if missing < STALE_MONTHS:
            continue
        since = last.plus(1 - missing)
        details = {"name": goal.goal.name, "n": missing, **month_in_words("since", since)}
        form = "long" if missing == len(history) else ""
        place = view.actual_place(goal.goal, since)
        yield view.advise("not-updated", place, [goal], details, form=form)


def _at_the_end(marks: Iterable[bool]) -> int:
    """How many of the last marks are set without a break."""
    count = 0
    for mark in marks:
        count = count + 1 if mark else 0
    return count


def _months_in_words(months: Sequence[Month]) -> Dict[str, object]:
    return {
        f"months_{language}": word("show.list_joint", language).join(
            short_month(month, language) for month in months
        )
        for language in LANGUAGES
    }
