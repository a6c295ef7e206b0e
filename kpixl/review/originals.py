"""Say what a plan was before its revision, beside the plan in force; never without a figure.

Everything is "" where the two plans are one, or are shown as the same figure.
"""

from __future__ import annotations

from typing import List, Optional

from kpixl.review.figures import Figures, GoalReview, Review
from kpixl.review.insights import AgainstOriginal
from kpixl.review.periods import month_name
from kpixl.review.show import GoalStyle, aside, enclosed
from kpixl.words import say, word


def original_plan(
    plan: Optional[float], before: Optional[AgainstOriginal], style: GoalStyle
) -> str:
    """The bare original plan, for a table that has a unit column."""
    if before is None or style.value(before.plan) == style.value(plan):
        return ""
    return style.value(before.plan)


def small(text: str, language: str) -> str:
    """``orig. 250``, to stand in small type below the plan in force or what was attained of it."""
    return say("show.original", language, plan=text) if text else ""


def both_plans(figures: Figures, style: GoalStyle, language: str, unit: bool = True) -> str:
    """The plan in force, with the original one behind it where it is another: ``250 (orig. 240)``;
    with their unit, or bare."""
    form = style.with_unit if unit else style.value
    shown, before = form(figures.plan), figures.against_original
    if not original_plan(figures.plan, before, style) or before is None:
        return shown
    original = enclosed(style.value(before.plan))
    return say("show.both_plans", language, plan=shown, original=original)


def short_gap(gap: Optional[float], gap_pct: Optional[float], style: GoalStyle) -> str:
    """A gap in % of plan; in its unit for % goals, and where the plan is 0."""
    if style.percent or gap_pct is None:
        return style.gap_with_unit(gap, gap_pct)
    return style.style.gap_share(gap_pct)


def both_gaps(
    shown: str, before: Optional[AgainstOriginal], style: GoalStyle, language: str
) -> str:
    """``−1.1%; orig. −1.0%``, to stand in parentheses: the gap as it is shown, and behind it that
    to the original plan."""
    shown = enclosed(shown)
    if before is None or before.gap is None:
        return shown
    original = enclosed(short_gap(before.gap, before.gap_pct, style))
    if original == shown:
        return shown
    return say("show.both_gaps", language, gap=shown, original=original)


def share_of_original(
    attainment: Optional[float], before: Optional[AgainstOriginal], style: GoalStyle
) -> str:
    """What was attained of the original plan, where that shows another figure."""
    if before is None or before.attainment is None:
        return ""
    text = style.style.attainment(before.attainment)
    return "" if text == style.style.attainment(attainment) else text


def against_original_phrase(
    goal: GoalReview, figures: Figures, style: GoalStyle, language: str
) -> str:
    """``5.1% below the original plan of ¥888M``; of a roll-up its score by the original plans."""
    before = figures.against_original
    if before is None or before.difference is None:
        return ""
    if goal.is_rollup:
        score = share_of_original(figures.attainment, before, style)
        return say("sentence.original_score", language, score=score) if score else ""
    if not original_plan(figures.plan, before, style):
        return ""
    plan = aside(style.with_unit(before.plan), language)
    if style.shows_nothing(before.difference):
        return say("sentence.original_on", language, plan=plan)
    side = "above" if before.difference > 0 else "below"
    amount = _amount(before, style)
    return say(f"sentence.original_{side}", language, amount=amount, plan=plan)


def _amount(before: AgainstOriginal, style: GoalStyle) -> str:
    """The size of the difference in per cent of the original plan, or as it is where that says
    nothing: points for % goals, a plan of 0."""
    difference = before.difference or 0.0
    if style.percent or not before.plan:
        return style.change_with_unit(abs(difference)).lstrip("+")
    return style.style.percent(abs(difference) / abs(before.plan), 1)


def with_original(
    text: str, goal: GoalReview, figures: Figures, style: GoalStyle, language: str
) -> str:
    """``text``, a sentence without its full stop, with how the original plan was met behind it."""
    phrase = against_original_phrase(goal, figures, style, language)
    return say("sentence.with_original", language, text=text, original=phrase) if phrase else text


def revision_month(review: Review, language: str) -> str:
    """The month from which the revision holds; "" where it changes no plan of the review."""
    start = review.settings.revision_from
    if start is None or not revised_goals(review):
        return ""
    return month_name(start, language)


def revised_goals(review: Review) -> List[str]:
    """The names of the goals whose plan of the year is revised, in tree order."""
    return [goal.goal.name for goal in review.goals if goal.revised]


def revision_note(review: Review, language: str) -> str:
    """Since when the revision holds, and what it changes."""
    month = revision_month(review, language)
    if not month:
        return ""
    names = word("show.list_joint", language).join(revised_goals(review))
    return say("page.note_revised", language, month=month, names=names)
