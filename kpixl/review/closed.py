"""Compare a month that was closed as final with what the workbook says of it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Dict, Iterable, List, Mapping, Optional, Tuple, Union

from kpixl.errors import Problem
from kpixl.plan.cells import cell_name
from kpixl.plan.model import NO_FIGURES, Goal, Plan, State
from kpixl.plan.month import Month
from kpixl.plan.values import month_in, number_text
from kpixl.review.figures import GoalReview, Review
from kpixl.review.published import LANDING, MONTH, Figure, published
from kpixl.review.restated import same
from kpixl.words import typed

MEASURES = ("actual", "plan", "prior", "status")


@dataclass(frozen=True)
class Difference:
    """One figure of a closed month that is another one now: ``measure`` is one of
    :data:`MEASURES`, ``period`` ``month`` or ``to_date``."""

    goal: str
    period: str
    month: str
    measure: str
    old: Union[float, str, None]
    new: Union[float, str, None]


def differences(review: Review, closed: Iterable[Figure]) -> Tuple[Difference, ...]:
    """What has changed since ``review``'s month was closed with the figures ``closed``: month by
    month, and to date where no month of the goal explains it. A landing may move with the methods
    by which it is made, and is not compared."""
    before = _by_key(closed)
    now = _by_key(published(review))
    found = [
        one
        for key in dict.fromkeys((*now, *before))
        for one in _of_figure(before.get(key), now.get(key))
    ]
    explained = {one.goal for one in found if one.period == MONTH}
    return tuple(one for one in found if one.period == MONTH or one.goal not in explained)


def _by_key(figures: Iterable[Figure]) -> Mapping[Tuple[str, str, str], Figure]:
    return {(one.goal, one.period, one.month): one for one in figures if one.period != LANDING}


def _of_figure(before: Optional[Figure], now: Optional[Figure]) -> Iterable[Difference]:
    known = before or now
    if known is None:
        return
    blank = Figure(known.goal, known.period, known.month)
    before, now = before or blank, now or blank
    for measure in ("actual", "plan", "prior"):
        old, new = getattr(before, measure), getattr(now, measure)
        if not same(old, new):
            yield Difference(known.goal, known.period, known.month, measure, old, new)
    if before.status != now.status and same(before.actual, now.actual):
        yield Difference(known.goal, known.period, known.month, "status", before.status, now.status)


@dataclass(frozen=True)
class ClosedMonth:
    """A goal's actual as it was closed: that of ``month``, on that ``day``. ``closing`` (written
    2026-10) is the month that is closed again where the actual is to be another."""

    goal: str
    month: Month
    actual: Optional[float]
    day: date
    closing: str


def closed_months(
    closed: Iterable[Tuple[Figure, date, str]],
) -> Tuple[ClosedMonth, ...]:
    """The actuals among figures that were closed, each with the day and the month that is closed
    again where it is to be another; totals to date and landings follow from them."""
    found = []
    for figure, day, closing in closed:
        month = month_in(figure.month)
        if figure.period == MONTH and month is not None:
            found.append(ClosedMonth(figure.goal, month, figure.actual, day, closing))
    return tuple(found)


def changed_actuals(
    plan: Plan, closed: Iterable[ClosedMonth], until: Optional[Month] = None, book: str = ""
) -> Tuple[Problem, ...]:
    """A warning for each actual in the workbook's cells that is another one than was closed, up to
    the month ``until``; goal by goal, oldest first. What is computed follows from those. ``book``
    is the workbook as a command names it, where that is more than its file's name."""
    order = {goal.id: place for place, goal in enumerate(plan.goals)}
    entries = [one for one in closed if one.goal in order and (until is None or one.month <= until)]
    entries.sort(key=lambda one: (order[one.goal], one.month))
    parents = {goal.parent for goal in plan.goals}
    found: List[Problem] = []
    for one in entries:
        (goal, *_) = plan.definitions(one.goal)
        new = plan.actuals.get(one.goal, NO_FIGURES).get(one.month)
        own = one.goal in plan.actuals or not (goal.formula_text or goal.id in parents)
        if same(one.actual, new) or not _is_compared(plan, one, new, own):
            continue
        found.append(_changed(plan, goal, one, new, book))
    return tuple(found)


def _is_compared(plan: Plan, one: ClosedMonth, new: Optional[float], own: bool) -> bool:
    """Whether the cell itself says something else: not one that cannot be read, which is a problem
    of its own, nor a blank one whose figure is computed."""
    series = plan.actuals.get(one.goal, NO_FIGURES)
    if one.month in series.unavailable:
        return False
    definitions = plan.definitions(one.goal)
    is_computed = any(goal.formula_text for goal in definitions)
    return new is not None or (own and not is_computed)


def _changed(plan: Plan, goal: Goal, one: ClosedMonth, new: Optional[float], book: str) -> Problem:
    sheet = plan.sheets.get("actuals")
    row = plan.actuals.get(one.goal, NO_FIGURES).row
    column = sheet.months.get(one.month) if sheet is not None else None
    form = "late" if one.actual is None else "gone" if new is None else "changed"
    details: Dict[str, object] = {
        "form": form,
        "name": goal.name,
        "month": str(one.month),
        "old": figure_text(goal, one.actual),
        "new": figure_text(goal, new),
        "day": one.day.isoformat(),
        "closing": one.closing,
        "file": book or typed(plan.source.name),
    }
    return Problem(
        "closed-month-changed",
        sheet.name if sheet is not None else None,
        cell_name(row, column) if row and column else None,
        str(details["new"]),
        details,
        goals=(goal.id,),
        warning=True,
    )


def figure_text(goal: Goal, value: Union[float, str, None]) -> str:
    """A figure as a person would type it, in whichever language; "" for none."""
    if not isinstance(value, (int, float)):
        return value or ""
    return _percent(value) if goal.is_percent else _plainly(value)


def _percent(value: float) -> str:
    return f"{_plainly(value * 100)}%"


def _plainly(value: float) -> str:
    """Without what computing alone has added far behind the point."""
    return number_text(float(f"{value:.12g}"))


def still_preliminary(plan: Plan, month: Month, day: date) -> Tuple[Problem, ...]:
    """A warning where Settings call the figures of a month preliminary that was closed as final on
    ``day``."""
    if plan.settings.state is State.FINAL:
        return ()
    sheet, cell = plan.setting_cells.get("state", (None, None))
    details = {"month": str(month), "day": day.isoformat(), "book": plan.source.names}
    return (Problem("closed-but-preliminary", sheet, cell, "", details, warning=True),)


def missing_problem(plan: Plan, entry: GoalReview, month: Month, book: str = "") -> Problem:
    """That a goal's actual is awaited, by whom, and in which cell; ``book`` as above."""
    goal = entry.goal
    sheet = plan.sheets.get("actuals")
    row = plan.actuals.get(goal.id, NO_FIGURES).row
    column = sheet.months.get(month) if sheet is not None else None
    details: Dict[str, object] = {
        "form": "owned" if goal.owner else "nobody",
        "name": goal.name,
        "id": goal.label,
        "owner": goal.owner,
        "month": str(month),
        "file": book or typed(plan.source.name),
    }
    return Problem(
        "close-actual-missing",
        sheet.name if sheet is not None else None,
        cell_name(row, column) if row and column else None,
        "",
        details,
        goals=(goal.id,),
    )


def difference_problem(review: Review, one: Difference) -> Problem:
    """A figure that is no longer as it was closed."""
    entry = review.by_id.get(one.goal)

    def text(value: Union[float, str, None]) -> str:
        if not isinstance(value, (int, float)):
            return value or "–"
        if entry is None:
            return _plainly(value)
        return _percent(value) if entry.is_rollup else figure_text(entry.goal, value)

    details: Dict[str, object] = {
        "form": f"{one.measure}_to_date" if one.period != MONTH else one.measure,
        "name": one.goal if entry is None else entry.goal.name,
        "month": one.month,
        "old": text(one.old),
        "new": text(one.new),
    }
    return Problem(
        "closed-figure-changed", None, None, "", details, goals=(one.goal,), warning=True
    )
