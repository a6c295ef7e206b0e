"""Say what happened to a goal, where its gap comes from and where its year will end."""

from __future__ import annotations

from kpixl.review.bridge_sentences import mostly_from
from kpixl.review.figures import GoalReview, Review
from kpixl.review.landing_sentences import landing_sentence
from kpixl.review.sentences import month_sentence, to_date_sentence
from kpixl.words import word


def headline(
    review: Review, goal: GoalReview, language: str, landing: bool = True, record: bool = True
) -> str:
    """The month against plan, what the gap mostly comes from, the prior year; then the year to
    date; then, unless ``landing`` is left out, the landing, where the whole year has a plan to be
    held against, with the ``record`` of past outlooks."""
    cause = mostly_from(review, goal, goal.bridge, language)
    parts = [month_sentence(review, goal, language, cause)]
    # In the fiscal year's first month the year to date would say the same again.
    later = review.month != review.fiscal_months[0]
    if later and goal.to_date.actual is not None and not goal.is_rollup:
        parts.append(to_date_sentence(review, goal, language))
    if landing and goal.landing.plan is not None:
        parts.append(landing_sentence(review, goal, language, record))
    return word("sentence.joint", language).join(part for part in parts if part)
