"""Turn signals and the effects of actions into sentences, in both languages (SPEC 6).

Status and signal are told apart: what is off plan without a signal needs another process, and a
signal, on plan or off it, needs its cause found. Every sentence carries a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from kpixl.measures.kinds import Effect, Signal, Status
from kpixl.measures.xmr import LEAST_POINTS, LEAST_SINCE
from kpixl.plan.month import Month
from kpixl.review.figures import ActionReview, GoalReview, Review
from kpixl.review.insights import ControlChart, Judgement
from kpixl.review.periods import month_name
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle, aside, enclosed
from kpixl.words import say, word

_STANDINGS = (Status.GREEN, Status.AMBER, Status.RED)
_UPPER = (Signal.ABOVE, Signal.NEAR_UPPER)


@dataclass(frozen=True)
class _Points:
    """How the points of a chart are written. ``basis`` is one of :class:`Judgement`'s."""

    style: GoalStyle
    basis: str
    language: str

    def figure(self, value: Optional[float]) -> str:
        """A point, limit or centre with its unit; differences signed, those of % in points."""
        if self.basis == "difference":
            return self.style.change_with_unit(value)
        if self.basis == "distance" and self.style.percent:
            return self.style.change_with_unit(value).lstrip("+±")
        return self.style.with_unit(value)

    def limit(self, value: Optional[float]) -> str:
        """A limit or centre that a point is held against."""
        return aside(self.figure(value), self.language)

    def point(self, value: float, month: Month) -> str:
        """A point with its month: ``842 units in June 2026``."""
        period = month_name(month, self.language)
        figure = self.figure(value)
        return say(f"sentence.point_{self.basis}", self.language, value=figure, period=period)


def signal_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """What a goal's last reported month tells beside its status; "" where there is no chart."""
    chart = goal.control
    if chart is None:
        return ""
    basis = "difference" if chart.differences else "value"
    shown = _Points(style_of(review, goal, language), basis, language)
    # The status is the review month's: it does not belong to an earlier point.
    current = chart.months[-1] == review.month and goal.status in _STANDINGS
    standing = goal.status.value if current else "none"
    point, month = chart.points[-1], chart.months[-1]
    if chart.signal is None:
        return say(
            f"sentence.quiet_{standing}", language,
            name=goal.goal.name, point=shown.point(point, month),
            lower=shown.limit(chart.lower), upper=shown.limit(chart.upper),
        )  # fmt: skip
    fact = _fact(chart.signal, chart, point, month, shown)
    return say(
        f"sentence.changed_{standing}", language,
        name=goal.goal.name, fact=fact, judged=_judged(chart.better, language),
    )  # fmt: skip


def _judged(better: Optional[bool], language: str) -> str:
    if better is None:
        return ""
    text = word("sentence.better" if better else "sentence.worse", language)
    return say("sentence.aside", language, text=text)


def _fact(
    signal: Signal,
    limits: Union[ControlChart, Judgement],
    point: float,
    month: Month,
    shown: _Points,
) -> str:
    """What a signal consists of: the point, and the limit or centre that it is held against."""
    limit = limits.upper if signal in _UPPER else limits.lower
    key = f"sentence.signal_{signal.value}"
    outside = signal in (Signal.ABOVE, Signal.BELOW)
    if outside and limit is not None and shown.style.shows_nothing(point - limit):
        key = f"{key}_just"
    return say(
        key, shown.language,
        point=shown.point(point, month), limit=shown.limit(limit),
        centre=shown.limit(limits.centre),
    )  # fmt: skip


def effect_sentence(review: Review, entry: ActionReview, language: str) -> str:
    """What an action has done to its goal since it was done; "" where it is not done yet, or its
    goal has no figures or is not in the review."""
    judged, goal = entry.judged, review.by_id.get(entry.action.goal)
    if judged is None or goal is None:
        return ""
    details = {
        "action": entry.action.id,
        "name": goal.goal.name,
        "done": month_name(judged.done, language),
    }
    if entry.effect is Effect.TOO_EARLY:
        counted = {"n": judged.since, "m": LEAST_SINCE}
        return say("sentence.effect_too_early", language, **details, **counted)
    if entry.effect is None or judged.month is None or judged.point is None:
        counted = {"n": judged.before, "m": LEAST_POINTS}
        return say("sentence.effect_untold", language, **details, **counted)
    shown = _Points(style_of(review, goal, language), judged.basis, language)
    if judged.signal is None:
        lower = judged.lower
        if judged.basis == "distance" and lower is not None:
            lower = max(0.0, lower)  # no distance is below zero
        return say(
            "sentence.effect_no_signal", language, **details,
            n=judged.since, point=enclosed(shown.point(judged.point, judged.month)),
            lower=shown.figure(lower), upper=shown.figure(judged.upper),
        )  # fmt: skip
    fact = _fact(judged.signal, judged, judged.point, judged.month, shown)
    return say(f"sentence.effect_{entry.effect.value}", language, **details, fact=fact)
