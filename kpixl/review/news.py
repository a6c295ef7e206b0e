"""Find what is new since the month before, beside the statuses that have changed."""

from __future__ import annotations

from typing import Tuple

from kpixl.measures.kinds import Signal
from kpixl.measures.xmr import Limits, signal
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import ControlChart

_HIGH = (Signal.ABOVE, Signal.RUN_ABOVE, Signal.NEAR_UPPER)


def new_signals(review: Review) -> Tuple[GoalReview, ...]:
    """The goals whose figure of the review month is a signal that the month before was not yet,
    both against the same limits; in tree order."""
    return tuple(
        goal
        for goal in review.goals
        if goal.control is not None
        and goal.control.months[-1] == review.month
        and _is_new(goal.control)
    )


def _is_new(control: ControlChart) -> bool:
    """A point beyond the upper limit after three near it tells nothing new."""
    if control.signal is None:
        return False
    limits = Limits(
        control.centre, control.lower, control.upper, control.moving_range, control.range_limit
    )
    before = signal(control.points[:-1], limits)
    return before is None or (before in _HIGH) is not (control.signal in _HIGH)
