"""Turn figures into sentences, in both languages. Every sentence carries a figure."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

from kpixl.measures.kinds import Direction, Status
from kpixl.plan.model import Level
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.periods import month_name, span_name
from kpixl.review.show import GoalStyle, goal_style, number_style
from kpixl.words import say, word


def style_of(review: Review, goal: GoalReview, language: str) -> GoalStyle:
    """How ``goal``'s figures are shown in this review, wherever they stand."""
    style = number_style(review.settings, language)
    return goal_style(goal.goal, goal.series, style, goal.is_rollup)


def headline(review: Review, goal: GoalReview, language: str) -> str:
    """What happened to a goal: the month against plan and prior year, then the year to date."""
    parts = [month_sentence(review, goal, language)]
    if len(review.fiscal_months) > 1 and goal.to_date.actual is not None and not goal.is_rollup:
        parts.append(to_date_sentence(review, goal, language))
    return word("sentence.joint", language).join(part for part in parts if part)


def month_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """The review month of one goal: its figure, against plan, against the prior year."""
    period = month_name(review.month, language)
    if goal.is_rollup:
        return _rollup_sentence(review, goal, period, language)
    style = style_of(review, goal, language)
    figures = goal.month
    if figures.actual is None:
        return _unreported(goal, style, period, language)
    main = _comparison("month", goal, figures, style, language, period)
    return _with_prior(main, figures, style, language)


def to_date_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """The fiscal year so far of one goal, with the months it covers where some are missing."""
    months = [month for month in review.fiscal_months if month <= review.month]
    span = span_name(months, language)
    figures = goal.to_date
    style = style_of(review, goal, language)
    text = _comparison("to_date", goal, figures, style, language, span)
    if 0 < figures.plan_months < figures.months_expected:
        coverage = say(
            "sentence.coverage", language, n=figures.plan_months, m=figures.months_expected
        )
        text = say("sentence.with_coverage", language, text=text, coverage=coverage)
    return say("sentence.full_stop", language, text=text)


def _unreported(goal: GoalReview, style: GoalStyle, period: str, language: str) -> str:
    if goal.month.plan is None:
        return say("sentence.unreported_no_plan", language, name=goal.goal.name, period=period)
    plan = style.with_unit(goal.month.plan)
    return say("sentence.unreported", language, name=goal.goal.name, period=period, plan=plan)


def _comparison(
    kind: str, goal: GoalReview, figures: Figures, style: GoalStyle, language: str, period: str
) -> str:
    details: Dict[str, object] = {
        "name": goal.goal.name,
        "period": period,
        "actual": style.with_unit(figures.actual),
    }
    if figures.plan is None or figures.difference is None:
        return say(f"sentence.{kind}_no_plan", language, **details)
    details["plan"] = style.with_unit(figures.plan)
    details["against"] = against_plan(goal, figures, style, language)
    return say(f"sentence.{kind}", language, **details)


def against_plan(goal: GoalReview, figures: Figures, style: GoalStyle, language: str) -> str:
    """``3.2% below plan (−¥28M)``; for Lower and Range goals it says whether that is good."""
    difference = figures.difference
    if difference is None or figures.plan is None:
        return ""
    if abs(difference) <= 1e-9 * max(1.0, abs(figures.plan)):
        return word("sentence.on_plan", language)
    side = "above" if difference > 0 else "below"
    shown = style.change_with_unit(difference)
    judged = _judged(goal, figures, language)
    if style.percent or figures.plan == 0:
        amount = style.change_with_unit(abs(difference)).lstrip("+")
        aside = say("sentence.aside", language, text=judged) if judged else ""
        return say(f"sentence.{side}_by_amount", language, amount=amount, judged=aside)
    judged = say("sentence.within_aside", language, text=judged) if judged else ""
    share = style.style.percent(abs(difference) / abs(figures.plan), 1)
    return say(f"sentence.{side}", language, share=share, difference=shown, judged=judged)


def _judged(goal: GoalReview, figures: Figures, language: str) -> str:
    if goal.goal.direction is Direction.HIGHER or figures.gap is None:
        return ""
    if goal.goal.direction is Direction.RANGE:
        key = "within" if figures.status is Status.GREEN else "outside"
    else:
        key = "better" if figures.gap > 0 else "worse"
    return word(f"sentence.{key}", language)


def _with_prior(text: str, figures: Figures, style: GoalStyle, language: str) -> str:
    if figures.growth is None or figures.prior is None:
        return say("sentence.full_stop", language, text=text)
    prior = style.with_unit(figures.prior)
    growth = style.growth(figures.growth)
    return say("sentence.with_prior", language, text=text, growth=growth, prior=prior)


def _rollup_sentence(review: Review, goal: GoalReview, period: str, language: str) -> str:
    if goal.month.actual is None:
        return say("sentence.rollup_none", language, name=goal.goal.name, period=period)
    style = style_of(review, goal, language)
    details: Dict[str, object] = {
        "name": goal.goal.name,
        "period": period,
        "score": style.style.attainment(goal.month.actual),
        "n": len(goal.children),
        "status": word(f"status.{goal.status.value}", language),
    }
    worst = review.by_id.get(goal.worst_child or "")
    if worst is None or worst.month.attainment is None:
        return say("sentence.rollup", language, **details)
    attained = style.style.attainment(worst.month.attainment)
    details.update(worst=worst.goal.name, attained=attained)
    return say("sentence.rollup_worst", language, **details)


def counts(review: Review) -> Dict[Status, int]:
    """How many goals have each status in the review month."""
    return {status: len(review.with_status(status)) for status in Status}


def tally_sentence(review: Review, language: str) -> str:
    """How many of the KPIs are on plan, near it and off it."""
    kpis = [goal for goal in review.goals if goal.goal.level is Level.KPI]
    found = {status: sum(1 for goal in kpis if goal.status is status) for status in Status}
    missing = found[Status.NO_DATA] + found[Status.NO_PLAN]
    key = "sentence.tally_missing" if missing else "sentence.tally"
    return say(
        key, language,
        total=len(kpis), green=found[Status.GREEN], amber=found[Status.AMBER],
        red=found[Status.RED], missing=missing,
    )  # fmt: skip


def changes(review: Review) -> Tuple[Tuple[GoalReview, Optional[Status]], ...]:
    """The goals whose status differs from the month before, worsened ones first."""
    order = [Status.GREEN, Status.AMBER, Status.RED]
    moved: List[Tuple[int, GoalReview, Optional[Status]]] = []
    for goal in review.goals:
        before, now = goal.previous, goal.status
        if before is None or before is now or before not in order or now not in order:
            continue
        moved.append((order.index(before) - order.index(now), goal, before))
    moved.sort(key=lambda entry: entry[0])
    return tuple((goal, before) for _, goal, before in moved)


def title_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """The finding as a title: the goal, how far from plan in the month, and to date."""
    month = _short_distance(review, goal, goal.month, language)
    to_date = _short_distance(review, goal, goal.to_date, language)
    period = month_name(review.month, language)
    name = goal.goal.name
    if not month:
        return say("sentence.title_unknown", language, name=name, period=period)
    if not to_date or review.month == review.fiscal_months[0]:
        return say("sentence.title_month", language, name=name, period=period, month=month)
    return say("sentence.title", language, name=name, period=period, month=month, to_date=to_date)


def _short_distance(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    if figures.difference is None or figures.plan is None:
        return ""
    if abs(figures.difference) <= 1e-9 * max(1.0, abs(figures.plan)):
        return word("sentence.short_on", language)
    side = "above" if figures.difference > 0 else "below"
    style = style_of(review, goal, language)
    if style.percent or figures.plan == 0:
        amount = style.change_with_unit(abs(figures.difference)).lstrip("+")
    else:
        amount = style.style.percent(abs(figures.difference) / abs(figures.plan), 1)
    return say(f"sentence.short_{side}", language, amount=amount)
