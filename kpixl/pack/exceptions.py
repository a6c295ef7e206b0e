"""Turn the Red goals into the exceptions: with cause and countermeasure, and without."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Status
from kpixl.measures.pdca import says_something
from kpixl.pack.contexts import ExceptionCard, ExceptionsPage
from kpixl.pack.drawings import anchor
from kpixl.pack.nothing_behind import nothing_reported
from kpixl.pack.paper import lines_taken
from kpixl.pack.table_room import page_turns
from kpixl.pack.wording import action_line, listed, mark, remarks
from kpixl.review.cycle import is_derived
from kpixl.review.cycle_sentences import months_text
from kpixl.review.figures import ActionReview, GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.periods import month_name
from kpixl.review.turns import IDLE_MONTHS
from kpixl.words import say, word

LEFT, RIGHT = 316.0, 677.0
HEADING, ABOVE = 34.0, 66.0
OVER = 0.93
"""What is left of an estimate that is on the large side for whole paragraphs."""
MOST_WHOLE = 4
"""A card with more countermeasures than this may break inside; then pages are left to flow."""


def exceptions_page(review: Review, language: str) -> ExceptionsPage:
    """Every Red goal with cause and countermeasure, and every Red goal without; of those the ones
    first that nobody works on."""
    red = review.with_status(Status.RED)
    treated: list[GoalReview] = []
    untreated: list[GoalReview] = []
    for goal in red:
        (treated if _is_treated(review, goal) else untreated).append(goal)
    untreated.sort(key=lambda goal: bool(_open_actions(review, goal)))
    month = month_name(review.month, language)
    without = tuple(_card(review, goal, language) for goal in untreated)
    with_action = tuple(_card(review, goal, language) for goal in treated)
    return ExceptionsPage(
        template="exceptions.html",
        title=word("page.exceptions", language),
        bookmark=word("page.exceptions", language),
        anchor="exceptions",
        with_action=with_action,
        without_action=without,
        page_turns=_page_turns(without, with_action, language),
        lead=nothing_reported(review, language)
        or _exceptions_lead(len(red), len(untreated), month, language),
    )


def _page_turns(
    without: Sequence[ExceptionCard], with_action: Sequence[ExceptionCard], language: str
) -> frozenset[int]:
    """The cards that begin a page, those without a countermeasure first."""
    heights = [_height(card, language) for card in (*without, *with_action)]
    for first in {0, len(without)} & set(range(len(heights))):
        heights[first] += HEADING
    if any(len(card.actions) > MOST_WHOLE for card in (*without, *with_action)):
        return frozenset()
    return page_turns(heights, ABOVE, 0.0)


def _height(card: ExceptionCard, language: str) -> float:
    line = 16.6 if language == "ja" else 15.0
    name = f"{card.name} mm {card.mark.word} {card.owner}"
    left = lines_taken(name, LEFT, 12.7, 700) * 19 + lines_taken(card.sentence, LEFT, 10.7) * line
    right = sum(
        lines_taken(f"{remark.text} {remark.author}", RIGHT, 10.7) * line + 5.3
        for remark in card.remarks
    )
    for action in card.actions:
        following = f"{action.owner} {action.due} {action.next_step} {action.figures_since}"
        texts = (
            f"{action.id} {action.phase} {action.goal} {action.cause} {'x' * 14}",
            f"{action.countermeasure} {'x' * 14}",
            f"{following} {'x' * 14}",
        )
        right += sum(lines_taken(text, RIGHT - 12, 10.7) for text in texts) * line + 6.8
    return OVER * max(left, right or line) + 11.6


def _exceptions_lead(red: int, untreated: int, month: str, language: str) -> str:
    """How many goals are Red, and how many of them nobody is treating."""
    if red == 0:
        return say("page.exceptions_none", language, month=month)
    found = "page.exceptions_one" if red == 1 else "page.exceptions_many"
    rest = {0: "page.exceptions_all_treated", 1: "page.exceptions_one_untreated"}
    key = rest.get(untreated, "page.exceptions_untreated")
    if untreated == red:
        key = "page.exceptions_it_untreated" if red == 1 else "page.exceptions_none_treated"
    return say(found, language, month=month, red=red) + say(key, language, without=untreated)


def _is_treated(review: Review, goal: GoalReview) -> bool:
    """Whether something is being done: an open action whose cause is known and whose
    countermeasure is decided. One that is still looking for them is shown, but treats nothing."""
    return any(
        says_something(entry.action.cause) and says_something(entry.action.countermeasure)
        for entry in _open_actions(review, goal)
    )


def _open_actions(review: Review, goal: GoalReview) -> list[ActionReview]:
    """A roll-up or formula goal is treated where the actions are: below it (SPEC 8)."""
    below = review.subtree(goal.id) if is_derived(goal.source) else (goal,)
    ids = {entry.id for entry in below}
    return [entry for entry in review.actions if entry.action.goal in ids and entry.open]


def _card(review: Review, goal: GoalReview, language: str) -> ExceptionCard:
    """An action stands on one card: that of the nearest Red goal that it is about."""
    placed = [(_nearest_red(review, entry), entry) for entry in _open_actions(review, goal)]
    below = {nearest.id for nearest, _ in placed} - {goal.id}
    names = [other.goal.name for other in review.goals if other.id in below]
    goals = listed(names, language)
    return ExceptionCard(
        name=goal.goal.name,
        anchor=anchor(goal),
        owner=goal.goal.owner,
        mark=mark(goal.status, language),
        sentence=headline(review, goal, language, landing=False),
        remarks=remarks(goal),
        actions=tuple(
            action_line(review, entry, language) for nearest, entry in placed if nearest is goal
        ),
        idle=_idle_text(goal, language),
        elsewhere=say("page.exceptions_below", language, goals=goals) if below else "",
    )


def _nearest_red(review: Review, entry: ActionReview) -> GoalReview:
    """The goal of an action, or the first one above it that is Red and acted on below it."""
    goal = review.by_id[entry.action.goal]
    above = goal
    while above.status is not Status.RED or not (above is goal or is_derived(above.source)):
        if above.parent is None:
            return goal
        above = review.by_id[above.parent]
    return above


def _idle_text(goal: GoalReview, language: str) -> str:
    if goal.idle_months < IDLE_MONTHS:
        return ""
    return say("page.idle_for", language, months=months_text(goal.idle_months, language))
