"""Turn editions and restated figures into sentences, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Optional, Sequence

from kpixl.review.figures import Review
from kpixl.review.periods import date_name, month_name
from kpixl.review.restated import Change, Edition, Restatement
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle, enclosed
from kpixl.words import say, word

MOST_PLACES = 8
NO_BREAK = "\u00a0"


def edition_name(edition: Edition, language: str) -> str:
    """``Edition 2`` or ``第2版``."""
    return say("page.edition_n", language, n=edition.number)


def edition_remark(edition: Edition, language: str) -> str:
    """``Edition 2`` as long as it corrects another; "" for the first, which needs no remark."""
    return edition_name(edition, language) if edition.corrects else ""


def replaces_text(edition: Edition, language: str) -> str:
    """Which edition this one replaces; "" for the first."""
    if not edition.corrects:
        return ""
    return say("restated.replaces", language, now=edition.number, before=edition.number - 1)


def correction_text(edition: Edition, language: str, dated: bool = True) -> str:
    """Why this edition was made and, where that is known and asked for, on which day; "" for the
    first, and where nobody said."""
    reason = edition.reason.strip()
    if not edition.corrects or not reason:
        return ""
    if edition.day is None or not dated:
        return say("restated.corrected", language, reason=reason)
    day = date_name(edition.day, language)
    return say("restated.corrected_on", language, reason=reason, date=day)


def restated_text(restated: Sequence[Restatement], language: str) -> str:
    """How many figures are restated, in a phrase for each kind of change; "" for none."""
    found = []
    for change in (Change.FINAL, Change.PRELIMINARY, Change.TO_FINAL):
        count = sum(entry.change is change for entry in restated)
        if count:
            form = "_one" if count == 1 else ""
            found.append(say(f"restated.count_{change.value}{form}", language, n=count))
    return " · ".join(found)


def change_text(entry: Restatement, language: str) -> str:
    """As what the figure was published, and as what it is now where that is another."""
    if entry.change is Change.TO_FINAL:
        states = (word(f"state.{state}", language) for state in ("preliminary", "final"))
        return " → ".join(states)
    return word(f"state.{entry.change.value}", language)


def published_text(entry: Restatement, language: str) -> str:
    """Where the figure stood: in the pack of which month and edition, or in a month's closing."""
    month = month_name(entry.month_sent, language)
    if not entry.closing:
        return say("restated.pack_of", language, month=month, n=entry.edition)
    key = "restated.closing_of" if entry.closing == 1 else "restated.closing_again"
    return say(key, language, month=month, n=entry.closing)


def restated_style(review: Review, entry: Restatement, language: str) -> GoalStyle:
    """How the goal's figures are shown, with as many more places as it takes to tell the figure
    as sent from that of now."""
    style = style_of(review, review.by_id[entry.goal], language)
    wider = style
    while wider.value(entry.old) == wider.value(entry.new):
        if wider.decimals >= style.decimals + MOST_PLACES:
            return style
        wider = replace(wider, decimals=wider.decimals + 1)
    return wider


def difference_of(entry: Restatement) -> Optional[float]:
    """What the figure is now less what it was as sent; None where one of them is missing."""
    return None if entry.old is None or entry.new is None else entry.new - entry.old


def share_of(entry: Restatement) -> Optional[float]:
    """The difference in relation to the figure as sent; None where there is none or it was 0."""
    difference = difference_of(entry)
    return None if difference is None or not entry.old else difference / abs(entry.old)


def share_text(style: GoalStyle, entry: Restatement) -> str:
    """The difference in per cent of the figure as sent; "" for % goals and scores, whose
    difference is in points, and where it cannot be told."""
    share = share_of(entry)
    return "" if share is None or style.percent else style.style.percent(share, 1, signed=True)


def restated_sentence(review: Review, restated: Sequence[Restatement], language: str) -> str:
    """How many figures of how many goals have changed since they were published, how many of them
    had been final or have become so, how many months are judged differently for it, and which
    figure changed most; "" where none has."""
    if not restated:
        return ""
    goals = {entry.goal for entry in restated}
    judged = {(entry.goal, entry.month) for entry in restated if entry.status_changed}
    form = "one" if len(restated) == 1 else "one_goal" if len(goals) == 1 else "many"
    parts = [say(f"restated.lead_{form}", language, n=len(restated), m=len(goals))]
    for change in (Change.FINAL, Change.TO_FINAL):
        count = sum(entry.change is change for entry in restated)
        if count:
            every = "some" if count < len(restated) else "only" if count == 1 else "all"
            parts.append(say(f"restated.{change.value}_{every}", language, n=count))
    parts.append(say(f"restated.judged_{_form(len(judged))}", language, n=len(judged)))
    largest = _largest(restated)
    if largest is not None:
        parts.append(_largest_sentence(review, largest, len(restated), language))
    return word("sentence.joint", language).join(parts)


def _form(count: int) -> str:
    return {0: "none", 1: "one"}.get(count, "many")


def _largest(restated: Iterable[Restatement]) -> Optional[Restatement]:
    """The figure that changed most in relation to what it was, the first of equals."""
    sized = [entry for entry in restated if share_of(entry) is not None]
    return max(sized, key=lambda entry: abs(share_of(entry) or 0.0)) if sized else None


def _largest_sentence(review: Review, entry: Restatement, count: int, language: str) -> str:
    goal = review.by_id[entry.goal]
    style = restated_style(review, entry, language)
    amount = share_text(style, entry) or style.change_with_unit(difference_of(entry))
    amount = amount.replace(" ", NO_BREAK)
    return say(
        "restated.only" if count == 1 else "restated.largest", language,
        name=goal.goal.name, month=month_name(entry.month, language),
        measure=word(f"restated.{entry.measure}", language),
        old=style.with_unit(entry.old), new=style.with_unit(entry.new), amount=enclosed(amount),
    )  # fmt: skip
