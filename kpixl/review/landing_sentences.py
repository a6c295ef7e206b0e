"""Say where a goal's year will end, in both languages; never without a figure."""

from __future__ import annotations

from typing import Dict, Optional

from kpixl.measures.kinds import Direction, Method, Status
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Landing
from kpixl.review.originals import original_plan, share_of_original
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle
from kpixl.words import say, word


def landing_sentence(review: Review, goal: GoalReview, language: str, record: bool = True) -> str:
    """Where the fiscal year will end, against its plan and with the likely range; what the owner
    expects comes first where there is an outlook (SPEC 5), and, unless ``record`` is left out, how
    good the past ones were. "" where nothing can be said."""
    landing = goal.landing
    style = style_of(review, goal, language)
    if landing.outlook is not None:
        said = [_expected(goal, landing, style, language)]
        if record:
            said.append(outlook_record(goal, style, language))
        return word("sentence.joint", language).join(part for part in said if part)
    if landing.value is None:
        return ""
    text = _ending_twice(goal, landing, style, landing.value, language)
    key = "landing_finished" if landing.basis == "finished" else "landing_lead"
    return say(
        f"sentence.{key}", language,
        lead=_lead(goal, landing, language), ending=text,
        range=_range(goal, landing, style, language),
    )  # fmt: skip


def _lead(goal: GoalReview, landing: Landing, language: str) -> str:
    """What the landing supposes; a roll-up without a figure so far has no pace."""
    key = "plan" if landing.method is Method.PLAN else "pace"
    if goal.is_rollup and goal.to_date.actual is None:
        key = "goals"
    return word(f"sentence.landing_{key}", language)


def _expected(goal: GoalReview, landing: Landing, style: GoalStyle, language: str) -> str:
    details: Dict[str, object] = {
        "ending": _ending_twice(goal, landing, style, landing.outlook, language),
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
    if _has_share(goal, landing, style, value):
        share = style.style.attainment(value / landing.plan)
        return say("sentence.landing_share", language, share=share, **details)
    judged = _judged(goal, landing, language)
    aside = say("sentence.landing_judged", language, text=judged) if judged else ""
    return say("sentence.landing_figures", language, judged=aside, **details)


def _ending_twice(
    goal: GoalReview, landing: Landing, style: GoalStyle, value: Optional[float], language: str
) -> str:
    """The same with the original plan behind it where that is another."""
    ending = _ending(goal, landing, style, value, language)
    before = landing.against_original
    score = share_of_original(landing.attainment, before, style)
    if goal.is_rollup and score:
        return say("sentence.landing_by_original", language, ending=ending, share=score)
    text = original_plan(landing.plan, before, style)
    if goal.is_rollup or not text or before is None or value is None:
        return ending
    if _has_share(goal, landing, style, value) and before.plan > 0:
        share = style.style.attainment(value / before.plan)
        return say("sentence.landing_of_original", language, ending=ending, share=share)
    plan = style.with_unit(before.plan)
    return say("sentence.landing_original", language, ending=ending, plan=plan)


def outlook_record(goal: GoalReview, style: GoalStyle, language: str) -> str:
    """How far the owner's past outlooks were off, and to which side; "" where there are too few
    of them to say."""
    past = goal.outlooks
    if not past.telling:
        return ""
    aside = word(f"sentence.outlook_{lean_key(past.lean, goal)}", language)
    error = style.style.percent(past.error, 1)
    return say("sentence.outlook_record", language, error=error, n=past.months, lean=aside)


def lean_key(lean: Optional[int], goal: Optional[GoalReview] = None) -> str:
    """What the side on which most of an error lies is called: a Range has no optimism."""
    if not lean:
        return "even"
    if goal is not None and goal.goal.direction is Direction.RANGE:
        return "high" if lean > 0 else "low"
    return "optimistic" if lean > 0 else "cautious"


def _has_share(goal: GoalReview, landing: Landing, style: GoalStyle, value: float) -> bool:
    """Whether "x % of plan" says how good the year is: more is better, the plan is a size, and
    ``value`` is one, too: a loss is no share of a profit."""
    higher = goal.goal.direction is Direction.HIGHER
    sizes = landing.plan is not None and landing.plan > 0 and value >= 0
    return higher and not style.percent and sizes


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
    if landing.plan is not None and _has_share(goal, landing, style, landing.low):
        ends = [style.style.percent(end / landing.plan, 0) for end in (landing.low, landing.high)]
    else:
        ends = [style.with_unit(end) for end in (landing.low, landing.high)]
    if ends[0] == ends[1]:
        return ""
    if landing.low < 0:
        key = f"{key}_signed"
    return say(f"sentence.{key}", language, low=_bare(ends[0], style), high=ends[1])


def _bare(text: str, style: GoalStyle) -> str:
    """The lower end without the unit that the upper end names; a currency mark stays."""
    if text.endswith("%"):
        return text[:-1]
    suffix = "" if style.prefixed else style.unit_label
    return text[: -len(suffix)].rstrip() if suffix and text.endswith(suffix) else text
