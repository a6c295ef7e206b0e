"""Turn landings and signals into what tiles and lists say of them."""

from __future__ import annotations

from kpixl.pack.contexts import Line
from kpixl.pack.drawings import anchor
from kpixl.pack.wording import signal_mark
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insight_sentences import chance_text, signal_word
from kpixl.review.news import new_signals
from kpixl.review.originals import both_gaps, short_gap
from kpixl.review.sentences import style_of
from kpixl.words import say, word

URGENCY = {False: 0, None: 1, True: 2}
"""What got worse comes first, then what has only changed."""


def landing_rows(
    review: Review, goal: GoalReview, language: str, chance: bool = True
) -> list[tuple[str, str]]:
    """Where the goal's year will land against plan and, with ``chance``, the chance of reaching it,
    each with its label; empty where nobody can say."""
    landing, style = goal.landing, style_of(review, goal, language)
    if landing.leading is None:
        return []
    text = style.value(landing.leading)
    if landing.gap is not None:
        gap = short_gap(landing.gap, landing.gap_pct, style)
        gap = both_gaps(gap, landing.against_original, style, language)
        text = f"{text} ({gap})"
    finished = landing.basis == "finished"
    leading = "page.landing_word" if landing.outlook is None else "page.outlook"
    label = "page.year_actual" if finished else leading
    rows = [(word(label, language), text)]
    if chance and landing.chance is not None and not finished:
        shown = chance_text(landing, style.style.missing, language)
        rows.append((word("page.chance_of_plan", language), shown))
    return rows


def signal_lines(review: Review, language: str) -> list[Line]:
    """The signals that are new this month, those for the worse first."""
    found = []
    for goal in new_signals(review):
        mark = signal_mark(goal.control, language)
        if mark is not None and goal.control is not None:
            text = say("page.signal_line", language, signal=signal_word(goal.control, language))
            line = Line(text=goal.goal.name, anchor=anchor(goal), figure=text, mark=mark)
            found.append((URGENCY[goal.control.better], line))
    return [line for _, line in sorted(found, key=lambda entry: entry[0])]
