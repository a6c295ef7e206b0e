"""Turn the turns of the cycle, and what is stuck, into sentences in both languages (SPEC 8)."""

from __future__ import annotations

from kpixl.measures.kinds import Step
from kpixl.review.figures import ActionReview, Review
from kpixl.review.goal_figures import HISTORY_MONTHS
from kpixl.review.insights import Stuck
from kpixl.review.periods import short_date
from kpixl.review.steps import step_text
from kpixl.review.turns import days_waiting, idle, turns, waiting_since
from kpixl.words import say, word


def days_text(days: float, language: str) -> str:
    """A number of days: ``1 day``, ``34 days``, ``34.5 days``, ``34日``."""
    if days == 1:
        return word("cycle.day", language)
    return say("cycle.days", language, n=f"{days:,.0f}" if days == int(days) else f"{days:,.1f}")


def months_text(months: int, language: str) -> str:
    """For how many months a goal has been idle; as many as are looked back on may be more."""
    key = "months_most" if months >= HISTORY_MONTHS else "months"
    return say(f"cycle.{key}", language, n=months)


def turns_sentence(review: Review, language: str) -> str:
    """How many cycles were closed this fiscal year, after how many days in the median, and how
    many were opened."""
    found = turns(review)
    text = say(_counted("turns", found.closed), language, n=found.closed)
    if found.median_days is not None:
        key = "turns_after" if found.closed == 1 else "turns_median"
        days = days_text(found.median_days, language)
        text = say(f"cycle.{key}", language, text=text, days=days)
    return say(_counted("opened", found.opened), language, text=text, n=found.opened)


def _counted(key: str, count: int) -> str:
    return f"cycle.{key}" + {0: "_none", 1: "_one"}.get(count, "")


def stuck_sentence(review: Review, language: str) -> str:
    """How many goals nobody works on, and how many countermeasures are overdue; empty where there
    are neither."""
    waiting = len(idle(review))
    overdue = sum(1 for entry in review.actions if entry.overdue)
    parts = [
        say(_counted(key, count), language, n=count)
        for key, count in (("idle", waiting), ("overdue", overdue))
        if count
    ]
    return word("sentence.joint", language).join(parts)


def step_name(step: Step, language: str) -> str:
    """What open actions wait for, without the due date that each has of its own."""
    if step is Step.CARRY_OUT:
        return word("cycle.carry_out", language)
    return step_text(step, None, language)


def overdue_text(group: Stuck, language: str) -> str:
    """Whether what a group waits for is overdue: the word alone where all of it is."""
    if not group.overdue:
        return ""
    if group.overdue == len(group.actions):
        return word("page.overdue_word", language)
    return say("cycle.overdue_some", language, n=group.overdue, m=len(group.actions))


def since_text(review: Review, entry: ActionReview, language: str) -> str:
    """Since when an open action has waited, or how long the turn of a closed one took."""
    if not entry.open:
        known = entry.days is not None and entry.days >= 0
        return days_text(entry.days or 0, language) if known else ""
    since, days = waiting_since(entry), days_waiting(review, entry)
    if since is None or days is None:
        return ""
    date = short_date(since, language)
    return say("cycle.since", language, date=date, days=days_text(days, language))


def effect_text(entry: ActionReview, language: str) -> str:
    """What the figures show since the action was done; empty where nothing can be said."""
    return word(f"effect.{entry.effect.value}", language) if entry.effect is not None else ""
