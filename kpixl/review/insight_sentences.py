"""Turn landings, signals and bridges into sentences and short texts, in both languages."""

from __future__ import annotations

from typing import Optional

from kpixl.measures.kinds import Pace
from kpixl.measures.pace import beyond
from kpixl.review.bridge_sentences import mostly_from
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.insights import Bridge, ControlChart, Landing
from kpixl.review.sentences import against_plan, style_of
from kpixl.words import say, word


def year_figures(landing: Landing) -> Figures:
    """The leading figure of the year against the plan in force, as figures of a period."""
    value, plan = landing.leading, landing.plan
    return Figures(
        actual=value,
        plan=plan,
        difference=None if value is None or plan is None else value - plan,
        gap=landing.gap,
        gap_pct=landing.gap_pct,
        attainment=landing.attainment,
        status=landing.status,
    )


def chance_text(landing: Landing, missing: str, language: str) -> str:
    """The chance of reaching the plan in whole per cent; between 5 and 95 % a step stands for all
    beyond it."""
    if landing.chance is None:
        return missing
    share = round(landing.chance * 100)
    if landing.basis != "finished" and share in (5, 95):
        return say(f"show.chance_{share}", language)
    return f"{share}%"


def required_text(review: Review, goal: GoalReview, language: str) -> str:
    """What each month left has to bring, or why there is nothing to ask for."""
    required = goal.landing.required
    if required.pace is Pace.NEEDED:
        return style_of(review, goal, language).value(required.value)
    if required.pace is Pace.NONE:
        return "–"
    return word(f"pace.{required.pace.value}", language)


def beyond_best(goal: GoalReview) -> bool:
    """Whether the required pace is beyond the best month on record."""
    required = goal.landing.required
    if required.value is None or required.best is None or required.pace is not Pace.NEEDED:
        return False
    return beyond(required.value, required.best, goal.goal.direction)


def signal_word(control: Optional[ControlChart], language: str) -> str:
    """``Better``, ``Worse`` or, where neither can be told, ``Change``; "" without a signal."""
    if control is None or control.signal is None:
        return ""
    key = {True: "better", False: "worse", None: "change"}[control.better]
    return word(f"show.signal_{key}", language)


def bridge_sentence(
    review: Review, goal: GoalReview, bridge: Bridge, figures: Figures, period: str, language: str
) -> str:
    """How far from plan a period was, and where most of that comes from."""
    style = style_of(review, goal, language)
    against = against_plan(goal, figures, style, language)
    mostly = mostly_from(review, goal, bridge, language)
    key = "sentence.bridge_mostly" if mostly else "sentence.bridge"
    return say(key, language, period=period, against=against, mostly=mostly)
