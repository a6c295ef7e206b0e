"""Turn the records of past outlooks into what the landing page says of them."""

from __future__ import annotations

from kpixl.pack.insight_contexts import OutlookRow
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import OutlookRecord
from kpixl.review.landing_sentences import lean_key
from kpixl.review.outlooks import owner_records
from kpixl.review.show import GoalStyle, NumberStyle, number_style
from kpixl.words import say, word


def outlook_rows(review: Review, language: str) -> tuple[OutlookRow, ...]:
    """A row for each owner with past outlooks, and one for each goal of an owner of several; none
    where nobody has any."""
    style = number_style(review.settings, language)
    rows: list[OutlookRow] = []
    for found in owner_records(review):
        goals, several = found.goals, len(found.goals) > 1
        name = say("page.record_goals", language, n=len(goals)) if several else goals[0].goal.name
        only = None if several else goals[0]
        rows.append(_row(found.owner or "–", name, found.record, only, style, language))
        if several:
            rows += [
                _row("", goal.goal.name, goal.outlooks, goal, style, language) for goal in goals
            ]
    return tuple(rows)


def _row(
    owner: str,
    name: str,
    past: OutlookRecord,
    goal: GoalReview | None,
    style: NumberStyle,
    language: str,
) -> OutlookRow:
    error, lean = word("page.record_few", language), "–"
    if past.telling:
        error = style.percent(past.error, 1)
        if past.lean is not None:
            lean = word(f"page.record_{lean_key(past.lean, goal)}", language)
    return OutlookRow(owner, name, str(past.months), error, lean, bool(owner))


def record_text(past: OutlookRecord, style: GoalStyle, language: str) -> str:
    """``±4.2%``, to stand beside a goal's outlook; how many months there are where they are too few
    to say; "" without any."""
    if not past.months:
        return ""
    if not past.telling:
        return say("page.record_short", language, n=past.months)
    return f"±{style.style.percent(past.error, 1)}"
