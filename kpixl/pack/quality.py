"""Turn what a review lacks, and what was found in its workbook, into the page on data quality."""

from __future__ import annotations

from kpixl.pack.contexts import Line
from kpixl.pack.drawings import anchor
from kpixl.pack.quality_contexts import AdviceRow, QualityPage
from kpixl.pack.wording import finding, listed
from kpixl.plan.month import Month
from kpixl.review.advice import AdviceGroup, by_mend
from kpixl.review.figures import GoalReview, Review
from kpixl.review.periods import short_month
from kpixl.words import say, word

MOST_ADVICE = 12
"""So many goals are named for one advice; "kpixl check" lists all."""


def quality_page(review: Review, language: str) -> QualityPage:
    """Figures not yet in, what was found in the workbook, and what the method advises."""
    missing = tuple(line for goal in review.goals for line in _missing(review, goal, language))
    off = ", ".join(review.settings.checks_off)
    return QualityPage(
        template="quality.html",
        title=word("page.quality", language),
        bookmark=word("page.quality", language),
        anchor="quality",
        missing=missing,
        findings=tuple(finding(problem, review, language) for problem in review.problems),
        complete=word("page.missing_none", language),
        advice=tuple(_advice_row(group, language) for group in by_mend(review.advice, language)),
        switched_off=say("page.checks_off", language, codes=off) if off else "",
    )


def _advice_row(group: AdviceGroup, language: str) -> AdviceRow:
    more = len(group.findings) - MOST_ADVICE
    return AdviceRow(
        code=group.code,
        findings=group.findings[:MOST_ADVICE],
        more=say("page.advice_more", language, n=more) if more > 0 else "",
        expected=group.expected,
        mend=group.mend,
    )


def _missing(review: Review, goal: GoalReview, language: str) -> tuple[Line, ...]:
    if goal.is_rollup or goal.source == "none":
        return ()
    gaps: dict[str, list[Month]] = {"missing_months": [], "missing_plan": [], "unread": []}
    for month, actual, plan in zip(
        goal.series.months, goal.series.actual, goal.series.plan, strict=True
    ):
        if month > review.month or not goal.goal.valid_in(month):
            continue
        if month in goal.series.unavailable:
            gaps["unread"].append(month)
        elif actual is None:
            gaps["missing_months"].append(month)
        if plan is None:
            gaps["missing_plan"].append(month)
    return tuple(
        Line(
            text=goal.goal.name,
            anchor=anchor(goal),
            note=say(
                f"page.{key}",
                language,
                months=listed([short_month(month, language) for month in months], language),
            ),
            figure=goal.goal.owner,
        )
        for key, months in gaps.items()
        if months
    )
