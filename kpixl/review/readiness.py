"""Tell whether a month can be sent: its close day has passed, and its data is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Tuple

from kpixl.errors import Problem
from kpixl.review.figures import GoalReview, Review


@dataclass(frozen=True)
class Readiness:
    """What keeps a month from being sent. ``due`` is the day on which its actuals are due, which
    has to have passed; ``missing`` are the goals whose actual is awaited, in tree order;
    ``errors`` the data's."""

    due: date
    waiting: bool
    missing: Tuple[GoalReview, ...]
    errors: Tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing keeps it."""
        return not (self.waiting or self.missing or self.errors)


def readiness(review: Review, today: date) -> Readiness:
    """How ready the whole book is on ``today``."""
    return Readiness(
        due=review.due,
        waiting=today <= review.due,
        missing=tuple(goal for goal in review.goals if _awaited(goal)),
        errors=review.errors,
    )


def _awaited(goal: GoalReview) -> bool:
    """Whether somebody has to enter this goal's actual: it is one that people enter, in a month
    for which it has a plan or after one that had an actual. A formula's figure waits for its
    inputs, a roll-up's for its children: those are named instead."""
    if goal.month.actual is not None or goal.source not in ("own", "none"):
        return False
    before = goal.trend[-2] if len(goal.trend) > 1 else None
    return goal.month.plan is not None or before is not None
