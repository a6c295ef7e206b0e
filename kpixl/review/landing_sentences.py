"""Say where a goal's year will end, in both languages; never without a figure."""

from __future__ import annotations

from typing import Dict, Optional

from kpixl.measures.kinds import Direction, Method, Status
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Landing
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle
from kpixl.words import say, word


def landing_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """Where the fiscal year will end, against its plan and with the likely range; what the owner
    expects comes first where there is an outlook (SPEC 5). "" where nothing can be said."""
    landing = goal.landing
    style = style_of(review, goal, language)
    if landing.outlook is not None:
        return _expected(goal, landing, style, language)
    if landing.value is None:
        return ""
    text = _ending(goal, landing, style, landing.value, language)
    key = "landing_finished" if landing.basis == "finished" else "landing_lead"
    return say(
        f"sentence.{key}", language,
        lead=_lead(landing, language), ending=text, range=_range(goal, landing, style, language),
    )  # fmt: skip


def _lead(landing: Landing, language: str) -> str:
    key = "plan" if landing.method is Method.PLAN else "pace"
    return word(f"sentence.landing_{key}", language)


def _expected(goal: GoalReview, landing: Landing, style: GoalStyle, language: str) -> str:
    details: Dict[str, object] = {
        "ending": _ending(goal, landing, style, landing.outlook, language),
        "computed": style.with_unit(landing.value),
        "range": _range(goal, landing, style, language, "landing_range_within"),
    }
    key = "landing_owner" if landing.value is None else "landing_owner_computed"
    return say(f"sentence.{key}", language, **details)


def _ending(
    goal: GoalReview, landing: Landing, style: GoalStyle, value: Optional[float], language: str
) -> str:
    """``96% of plan (¥4,950M)``, or the two figures where a share of the plan would mislead."""
    details: Dict[str, object] = {"value": style.with_unit(value)}
    if value is None or landing.plan is None:
        return say("sentence.landing_no_plan", language, **details)
    details["plan"] = style.with_unit(landing.plan)
    if goal.is_rollup:
        return say("sentence.landing_score", language, score=style.style.attainment(value))
    if _has_share(goal, landing, style):
        share = style.style.attainment(value / landing.plan)
        return say("sentence.landing_share", language, share=share, **details)
    judged = _judged(goal, landing, language)
    aside = say("sentence.landing_judged", language, text=judged) if judged else ""
    return say("sentence.landing_figures", language, judged=aside, **details)


def _has_share(goal: GoalReview, landing: Landing, style: GoalStyle) -> bool:
    """Whether "x % of plan" says how good the year is: more is better, and the plan is a size."""
    higher = goal.goal.direction is Direction.HIGHER
    return higher and not style.percent and landing.plan is not None and landing.plan > 0


def _judged(goal: GoalReview, landing: Landing, language: str) -> str:
    if goal.goal.direction is Direction.HIGHER or landing.gap is None:
        return ""
    if goal.goal.direction is Direction.RANGE:
        key = "within" if landing.status is Status.GREEN else "outside"
    elif landing.gap == 0:
        return ""
    else:
        key = "better" if landing.gap > 0 else "worse"
    return word(f"sentence.{key}", language)


def _range(
    goal: GoalReview,
    landing: Landing,
    style: GoalStyle,
    language: str,
    key: str = "landing_range",
) -> str:
    """The likely range, in the terms of the sentence before it; "" where it would show one figure
    twice."""
    if landing.low is None or landing.high is None:
        return ""
    if landing.plan is not None and _has_share(goal, landing, style):
        ends = [style.style.percent(end / landing.plan, 0) for end in (landing.low, landing.high)]
    else:
        ends = [style.with_unit(end) for end in (landing.low, landing.high)]
    if ends[0] == ends[1]:
        return ""
    return say(f"sentence.{key}", language, low=_bare(ends[0], style), high=ends[1])


def _bare(text: str, style: GoalStyle) -> str:
    """The lower end without the unit that the upper end names; a currency mark stays."""
    if text.endswith("%"):
        return text[:-1]
    suffix = "" if style.prefixed else style.unit_label
    return text[: -len(suffix)].rstrip() if suffix and text.endswith(suffix) else text
