"""Turn an empty list of gaps into what its emptiness means."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Status
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.review.periods import month_name
from kpixl.words import say


def nothing_behind(review: Review, language: str) -> str:
    """Why the pack lists no goal behind plan: KGIs have tiles of their own and are never in it."""
    if unreported := nothing_reported(review, language):
        return unreported
    kgis = review.at_level(Level.KGI)
    if not any(goal.status in (Status.RED, Status.AMBER) for goal in kgis):
        return all_on_plan(review, language)
    below = [goal for goal in review.goals if goal.goal.level is not Level.KGI]
    if not _any_green(below):
        return _said("none_below", review, language)
    return _said("kgis_judged" if _any_without_plan(below) else "kgis", review, language)


def nothing_reported(review: Review, language: str) -> str:
    """What to say where the month has no actual at all; "" where it has any."""
    if any(goal.month.actual is not None for goal in review.goals):
        return ""
    return _said("unreported", review, language)


def all_on_plan(review: Review, language: str) -> str:
    """What to say where no goal is behind plan: a figure without a plan is not on plan."""
    if not _any_green(review.goals):
        return _said("unjudged", review, language)
    without = _any_without_plan(review.goals)
    return _said("empty_judged" if without else "empty", review, language)


def _any_green(goals: Sequence[GoalReview]) -> bool:
    return any(goal.status is Status.GREEN for goal in goals)


def _any_without_plan(goals: Sequence[GoalReview]) -> bool:
    return any(goal.status is Status.NO_PLAN and goal.month.actual is not None for goal in goals)


def _said(key: str, review: Review, language: str) -> str:
    return say(f"page.largest_gaps_{key}", language, month=month_name(review.month, language))
