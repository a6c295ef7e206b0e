"""Say in words what has changed in the goal tree."""

from __future__ import annotations

from typing import Optional

from kpixl.review.periods import short_month
from kpixl.review.reorganised import Change, ChangeKind
from kpixl.words import say, word


def change_note(change: Change, language: str) -> str:
    """A move or a new owner, short enough for a chart: "From Jul beneath Online sales"."""
    month = short_month(change.month, language)
    if change.kind is ChangeKind.HANDED:
        key = "note.handed" if change.after else "note.unowned"
        return say(f"change.{key}", language, month=month, after=change.after_name)
    if change.after is None:
        return say("change.note.top", language, month=month)
    after = change.after_name or word("change.elsewhere", language)
    return say("change.note.moved", language, month=month, after=after)


def change_text(change: Change, language: str) -> str:
    """What has changed, for a list that names goal and month beside it."""
    before, after = change.before_name, change.after_name
    if change.kind is ChangeKind.MOVED:
        before, after = (
            _place(change.before, before, language),
            _place(change.after, after, language),
        )
    elif change.kind is ChangeKind.HANDED:
        nobody = word("change.nobody", language)
        before, after = before or nobody, after or nobody
    return say(f"change.text.{change.kind.value}", language, before=before, after=after)


def _place(goal: Optional[str], name: str, language: str) -> str:
    if goal is None:
        return word("change.top", language)
    return name or word("change.elsewhere", language)
