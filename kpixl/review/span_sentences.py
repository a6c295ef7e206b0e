"""Turn the periods that the review month lies in into the short texts of tiles and terminals."""

from __future__ import annotations

from typing import List, NamedTuple

from kpixl.measures.kinds import Status
from kpixl.review.figures import GoalReview, Review, SpanFigures
from kpixl.review.periods import span_so_far
from kpixl.review.sentences import style_of


class SpanText(NamedTuple):
    """``H2 so far``, ``433.7 · 97.0%`` and the period's status."""

    label: str
    text: str
    status: Status


def span_texts(
    review: Review, goal: GoalReview, language: str, unit: bool = False
) -> List[SpanText]:
    """The quarter, half and year that the review month lies in, as far as Settings ask for them:
    figure (with its ``unit``) and attainment, of a roll-up its score."""
    return [
        SpanText(
            span_so_far(entry.span, review.month, review.settings, language),
            _text(review, goal, entry, language, unit),
            entry.figures.status,
        )
        for entry in review.current_spans(goal)
    ]


def _text(review: Review, goal: GoalReview, entry: SpanFigures, language: str, unit: bool) -> str:
    style, figures = style_of(review, goal, language), entry.figures
    value = style.with_unit(figures.actual) if unit else style.value(figures.actual)
    if goal.is_rollup or figures.attainment is None:
        return value
    return f"{value} · {style.style.attainment(figures.attainment)}"
