"""Split a plan into what each owner is to enter for a month: a small book for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Collection, Dict, List, Mapping, Optional, Set, Tuple

from kpixl.plan.model import NO_FIGURES, Goal, Level, Plan, Series
from kpixl.plan.month import Month, fiscal_year
from kpixl.words import fold
from kpixl.workbook.content import BookContent
from kpixl.workbook.rebook import content_of

SETTINGS = (
    "company", "title", "book_id", "format_version", "review_month", "fiscal_start", "language",
    "close_day", "negatives", "entry_for",
)  # fmt: skip
"""What an owner, and whoever takes the figures back, has to know of the book."""

BACK = 12
"""So many months before the fiscal year stand beside it."""


@dataclass(frozen=True)
class Entry:
    """What one owner is to enter: the goals by ID, those without a figure of the month yet, and
    the content of their book."""

    owner: str
    goals: Tuple[str, ...]
    waiting: Tuple[str, ...]
    content: BookContent


def owners(
    plan: Plan, month: Month, linked: Collection[str] = ()
) -> Tuple[Mapping[str, Tuple[Goal, ...]], Tuple[Goal, ...]]:
    """Owner -> the goals whose figures of ``month`` they enter, in the order of the sheet; and
    those goals that have no owner. Goals in ``linked`` get theirs otherwise."""
    parents = {goal.parent for goal in plan.tree(month).values()}
    found: Dict[str, List[Goal]] = {}
    names: Dict[str, str] = {}
    nobody: List[Goal] = []
    for goal in plan.tree(month).values():
        if goal.id in linked or not _takes_figures(plan, goal, parents):
            continue
        if not goal.owner:
            nobody.append(goal)
            continue
        found.setdefault(names.setdefault(fold(goal.owner), goal.owner), []).append(goal)
    return {owner: tuple(goals) for owner, goals in found.items()}, tuple(nobody)


def _takes_figures(plan: Plan, goal: Goal, parents: Set[Optional[str]]) -> bool:
    """Whether somebody enters the goal's figures, rather than a formula or the roll-up."""
    if goal.id in plan.actuals:
        return True
    if goal.formula_text:
        return False
    if goal.id in plan.plan or goal.id in plan.revision:
        return True
    return goal.id not in parents and goal.level is not Level.CSF


def entry_of(plan: Plan, month: Month, owner: str, goals: Tuple[Goal, ...], language: str) -> Entry:
    """The owner's book for ``month``: their goals alone, with what has been reported since the
    year before, the plan in force, the outlook, and the year's comments. Raises what
    :func:`kpixl.workbook.rebook.content_of` raises."""
    year = fiscal_year(month, plan.settings.fiscal_start)
    months = tuple(year[0].plus(number) for number in range(-BACK, len(year)))
    ids = tuple(goal.id for goal in goals)
    settings = replace(plan.settings, review_month=month)
    part = replace(
        plan,
        settings=settings,
        goals=tuple(_alone(goal, ids) for goal in plan.goals if goal.id in ids),
        plan={one: _in_force(plan, one, year) for one in ids},
        revision={},
        actuals={one: _within(plan.actuals.get(one), months) for one in ids},
        outlook={one: _within(plan.outlook.get(one), year) for one in ids},
        actions=(),
        comments=tuple(one for one in plan.comments if one.goal in ids and one.month in year),
        recipients=(),
        holidays=(),
    )
    content = content_of(part, language)
    given = {key: value for key, value in content.settings.items() if key in SETTINGS}
    return Entry(
        owner=owner,
        goals=ids,
        waiting=tuple(one for one in ids if part.actuals[one].get(month) is None),
        content=replace(
            content, settings={**given, "entry_for": owner}, months=months, fixed=True
        ),
    )  # fmt: skip


def _alone(goal: Goal, ids: Tuple[str, ...]) -> Goal:
    """The goal without what stands outside the owner's book: a parent, a formula's inputs."""
    parent = goal.parent if goal.parent in ids else None
    return replace(goal, parent=parent, formula=None, formula_text="")


def _in_force(plan: Plan, goal_id: str, months: Tuple[Month, ...]) -> Series:
    found = {month: plan.in_force(goal_id, month) for month in months}
    return Series({month: value for month, value in found.items() if value is not None})


def _within(series: Optional[Series], months: Tuple[Month, ...]) -> Series:
    known = series or NO_FIGURES
    return Series(
        {month: value for month, value in known.values.items() if month in months},
        known.unavailable.intersection(months),
    )
