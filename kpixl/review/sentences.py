"""Turn figures into sentences, in both languages. Every sentence carries a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Optional, Sequence, Tuple

from kpixl.measures.gap import EQUAL
from kpixl.measures.kinds import Direction, Status
from kpixl.plan.model import Level, Settings
from kpixl.plan.month import Month
from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.originals import against_original_phrase, both_plans, with_original
from kpixl.review.periods import month_name, span_name
from kpixl.review.show import GoalStyle, enclosed, goal_style, number_style, rounded_to
from kpixl.words import say, word


def style_of(review: Review, goal: GoalReview, language: str) -> GoalStyle:
    """How ``goal``'s figures are shown in this review, wherever they stand. Worked out once for
    each: nearly every text and chart asks for it."""
    kept = review.styles.get((goal.id, language))
    if kept is None or kept[0] is not goal:
        style = replace(
            number_style(review.settings, language), limits=status_limits(review.settings, goal)
        )
        kept = goal, goal_style(goal.goal, goal.series, style, goal.is_rollup)
        review.styles[goal.id, language] = kept
    return kept[1]


def status_limits(settings: Settings, goal: GoalReview) -> Tuple[float, ...]:
    """The attainments at which ``goal`` turns Green and Amber (SPEC 4); none for Range, which is
    judged by its tolerance."""
    if goal.goal.direction is Direction.RANGE and not goal.is_rollup:
        return ()
    own = goal.goal.amber_at
    green = settings.rollup_green_at if goal.is_rollup else settings.green_at
    return green, own if own is not None else settings.amber_at


def month_sentence(review: Review, goal: GoalReview, language: str, cause: str = "") -> str:
    """The review month of one goal: its figure, against plan and, where ``cause`` is a phrase of
    where the gap comes from, that; then against the prior year."""
    period = month_name(review.month, language)
    if goal.is_rollup:
        return _rollup_sentence(review, goal, period, language)
    style = style_of(review, goal, language)
    figures = goal.month
    if figures.actual is None:
        return _unreported(review, goal, style, language)
    main = _comparison("month", goal, figures, style, language, period)
    if cause:
        main = say("sentence.with_cause", language, text=main, cause=cause)
    main = with_original(main, goal, figures, style, language)
    return _with_prior(main, figures, style, language)


def to_date_sentence(review: Review, goal: GoalReview, language: str) -> str:
    """The fiscal year so far of one goal, with the months it covers where some are missing."""
    figures = goal.to_date
    style = style_of(review, goal, language)
    span = span_name(_months_of(review, goal), language)
    text = _comparison("to_date", goal, figures, style, language, span)
    coverage = _coverage(figures, language)
    if coverage:
        text = say("sentence.with_coverage", language, text=text, coverage=coverage)
    text = with_original(text, goal, figures, style, language)
    return say("sentence.full_stop", language, text=text)


def _months_of(review: Review, goal: GoalReview) -> Sequence[Month]:
    """The months to date; of a goal that joined during the year, those since then."""
    elapsed = [month for month in review.fiscal_months if month <= review.month]
    valid = [month for month in elapsed if goal.goal.valid_in(month)]
    figures = goal.to_date
    joined = figures.months_reported <= len(valid) == figures.months_expected
    return valid if valid and joined else elapsed


def _coverage(figures: Figures, language: str) -> str:
    """Which months a figure to date leaves out; "" where it covers all of them."""
    reported, expected = figures.months_reported, figures.months_expected
    parts = []
    if 0 < reported < expected:
        parts.append(say("sentence.coverage", language, n=reported, m=expected))
    if 0 < figures.plan_months < reported:
        n = figures.plan_months
        parts.append(say("sentence.coverage_compared", language, n=n, m=reported))
    return word("sentence.coverage_joint", language).join(parts)


def _unreported(review: Review, goal: GoalReview, style: GoalStyle, language: str) -> str:
    details = {"name": goal.goal.name, "period": month_name(review.month, language)}
    if review.month in goal.series.unavailable:
        return say("sentence.unreadable", language, **details)
    if goal.month.plan is None:
        return say("sentence.unreported_no_plan", language, **details)
    plan = both_plans(goal.month, style, language)
    # Nobody enters a formula goal's figure: what it is made from is missing, or divides by zero.
    key = "uncomputed" if goal.source == "formula" else "unreported"
    return say(f"sentence.{key}", language, plan=plan, **details)


def _comparison(
    kind: str, goal: GoalReview, figures: Figures, style: GoalStyle, language: str, period: str
) -> str:
    details: Dict[str, object] = {
        "name": goal.goal.name,
        "period": period,
        "actual": style.with_unit(figures.actual),
    }
    if figures.plan is None:
        # A plan of the year that covers other months than those reported is there all the same.
        elsewhere = kind == "to_date" and any(plan is not None for plan in goal.series.plan)
        key = "no_plan_there" if elsewhere else "no_plan"
        return say(f"sentence.{kind}_{key}", language, **details)
    details["plan"] = style.with_unit(figures.plan)
    if figures.difference is None:
        details["plan"] = both_plans(figures, style, language)
        return say(f"sentence.{kind}_not_compared", language, **details)
    details["against"] = against_plan(goal, figures, style, language)
    return say(f"sentence.{kind}", language, **details)


def against_plan(goal: GoalReview, figures: Figures, style: GoalStyle, language: str) -> str:
    """``3.2% below plan (−¥28M)``; for Lower and Range goals it says whether that is good."""
    difference = figures.difference
    if difference is None or figures.plan is None:
        return ""
    if _on_plan(figures):
        return word("sentence.on_plan", language)
    side = "above" if difference > 0 else "below"
    judged = _judged(goal, figures, language)
    aside = say("sentence.aside", language, text=judged) if judged else ""
    if style.shows_nothing(difference):
        return say(f"sentence.just_{side}", language, judged=aside)
    share = _share(figures, style)
    if not share:
        amount = style.change_with_unit(abs(difference)).lstrip("+")
        return say(f"sentence.{side}_by_amount", language, amount=amount, judged=aside)
    within = say("sentence.within_aside", language, text=judged) if judged else ""
    shown = enclosed(style.change_with_unit(difference))
    return say(f"sentence.{side}", language, share=share, difference=shown, judged=within)


def _on_plan(figures: Figures) -> bool:
    difference, plan = figures.difference, figures.plan
    return difference is not None and abs(difference) <= EQUAL * max(1.0, abs(plan or 0.0))


def _share(figures: Figures, style: GoalStyle) -> str:
    """The size of the difference in per cent of plan; "" for % goals, whose difference is in
    points, for a plan of 0, and where nothing of it would be seen."""
    if style.percent or not figures.plan or figures.difference is None:
        return ""
    share = abs(figures.difference) / abs(figures.plan)
    if rounded_to(share, 1, style.style.rounding, 2) == 0:
        return ""
    return style.style.percent(share, 1)


def _judged(goal: GoalReview, figures: Figures, language: str) -> str:
    if goal.goal.direction is Direction.HIGHER or figures.gap is None:
        return ""
    if goal.goal.direction is Direction.RANGE:
        key = "within" if figures.status is Status.GREEN else "outside"
    else:
        key = "better" if figures.gap > 0 else "worse"
    return word(f"sentence.{key}", language)


def _with_prior(text: str, figures: Figures, style: GoalStyle, language: str) -> str:
    growth = figures.growth
    if growth is None or figures.prior is None:
        return say("sentence.full_stop", language, text=text)
    prior = enclosed(style.with_unit(figures.prior))
    amount = style.growth(abs(growth)).lstrip("+")
    if amount.startswith("±"):
        return say("sentence.prior_level", language, text=text, prior=prior)
    if figures.prior < 0:
        # "Up 40% on −¥4M" would leave open which way a loss has moved.
        signed = style.growth(growth)
        return say("sentence.prior_loss", language, text=text, growth=signed, prior=prior)
    way = "up" if growth > 0 else "down"
    key = f"sentence.prior_{way}_points" if style.percent else f"sentence.prior_{way}"
    return say(key, language, text=text, growth=amount, prior=prior)


def _rollup_sentence(review: Review, goal: GoalReview, period: str, language: str) -> str:
    figures = goal.month
    if figures.actual is None:
        return say("sentence.rollup_none", language, name=goal.goal.name, period=period)
    key = "rollup"
    details: Dict[str, object] = {
        "name": goal.goal.name,
        "period": period,
        "score": _score(goal, figures, style_of(review, goal, language), language),
        "basis": _basis(figures, language),
    }
    worst = furthest_behind(review, goal)
    if worst is not None and figures.parts > 1:
        key = "rollup_worst" if worst.month.attainment is not None else "rollup_worst_zero"
        details.update(_worst(review, worst, language))
    return say(f"sentence.{key}", language, **details)


def furthest_behind(review: Review, goal: GoalReview) -> Optional[GoalReview]:
    """The child that holds a roll-up back most; None where none of them is behind plan."""
    worst = review.by_id.get(goal.worst_child or "") if goal.is_rollup else None
    if worst is None or worst.month.gap is None:
        return None
    slack = EQUAL * max(1.0, abs(worst.month.plan or 0.0))
    return worst if worst.month.gap < -slack else None


def _score(goal: GoalReview, figures: Figures, style: GoalStyle, language: str) -> str:
    """A roll-up's score, and beside it the one by the original plans where that is another."""
    score = style.style.attainment(figures.actual)
    original = against_original_phrase(goal, figures, style, language)
    if not original:
        return say("sentence.score_only", language, score=score)
    return say("sentence.score_both", language, score=score, original=original)


def _worst(review: Review, worst: GoalReview, language: str) -> Dict[str, object]:
    style = style_of(review, worst, language)
    return {
        "worst": worst.goal.name,
        "attained": style.style.attainment(worst.month.attainment),
        "actual": style.with_unit(worst.month.actual),
        "plan": style.with_unit(worst.month.plan),
    }


def _basis(figures: Figures, language: str) -> str:
    """How many of its goals a score is made of."""
    if figures.parts < figures.parts_expected:
        n, m = figures.parts, figures.parts_expected
        return say("sentence.basis_some", language, n=n, m=m)
    if figures.parts == 1:
        return word("sentence.basis_one", language)
    return say("sentence.basis", language, n=figures.parts)


def counts(review: Review) -> Dict[Status, int]:
    """How many goals have each status in the review month."""
    return {status: len(review.with_status(status)) for status in Status}


def all_goals(count: int, language: str) -> str:
    """How many goals a tally by status counts, roll-ups and KGIs among them."""
    if count == 1:
        return word("sentence.all_goals_one", language)
    return say("sentence.all_goals", language, n=count)


def tally_sentence(review: Review, language: str) -> str:
    """How many of the KPIs are on plan, near it and off it."""
    kpis = [goal for goal in review.goals if goal.goal.level is Level.KPI]
    if not kpis:
        return word("sentence.tally_none", language)
    if len(kpis) == 1:
        status = word(f"status.{kpis[0].status.value}", language)
        return say("sentence.tally_one", language, status=status)
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
    month = short_distance(review, goal, goal.month, language)
    to_date = short_distance(review, goal, goal.to_date, language)
    period = month_name(review.month, language)
    name = goal.goal.name
    if not month:
        return say("sentence.title_unknown", language, name=name, period=period)
    if not to_date or review.month == review.fiscal_months[0]:
        return say("sentence.title_month", language, name=name, period=period, month=month)
    return say("sentence.title", language, name=name, period=period, month=month, to_date=to_date)


def short_distance(review: Review, goal: GoalReview, figures: Figures, language: str) -> str:
    """``3.2% below plan``; "" where there is nothing to compare."""
    if figures.difference is None or figures.plan is None:
        return ""
    if _on_plan(figures):
        return word("sentence.short_on", language)
    side = "above" if figures.difference > 0 else "below"
    style = style_of(review, goal, language)
    if style.shows_nothing(figures.difference):
        return word(f"sentence.short_just_{side}", language)
    amount = _share(figures, style)
    if not amount:
        amount = style.change_with_unit(abs(figures.difference)).lstrip("+")
    return say(f"sentence.short_{side}", language, amount=amount)
