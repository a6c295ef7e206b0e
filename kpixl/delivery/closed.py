"""Tell what the ledger's closed months have against a workbook of today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.delivery.editions import has_ledger
from kpixl.delivery.ledger_places import ledger_url
from kpixl.errors import KpixlError, Problem
from kpixl.plan.model import Plan, State
from kpixl.plan.month import Month
from kpixl.review.closed import changed_actuals, closed_months, still_preliminary
from kpixl.review.figures import Review
from kpixl.words import LANGUAGES, problem_text, typed

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger

PRELIMINARY = "closed-but-preliminary"
UNREAD = "closings-unread"
CODES = ("closed-month-changed", PRELIMINARY, UNREAD)
"""The codes of what is said here."""


def closed_problems(
    plan: Plan, workbook: Path | None, month: Month | None, url: str | None = None
) -> tuple[Problem, ...]:
    """Warnings about the months of ``plan`` that were closed as final, up to the review ``month``:
    actuals that have changed since, and that Settings call the month preliminary. The ledger is
    the one at ``url``, else the one that belongs to the ``workbook`` (None: one that lies in no
    folder of this machine).

    A ledger that cannot be read is a warning as well, :data:`UNREAD` with the ``fault``: it keeps
    nobody from looking at a book.
    """
    if not plan.settings.book_id:
        return ()
    try:
        return _found(plan, workbook, month, url)
    except KpixlError as fault:
        reasons = {f"reason_{one}": problem_text(fault, one).what for one in LANGUAGES}
        return (Problem(UNREAD, details={"fault": fault, **reasons}, warning=True),)


def _found(
    plan: Plan, workbook: Path | None, month: Month | None, url: str | None
) -> tuple[Problem, ...]:
    if url is None:
        if not has_ledger(workbook):
            return ()
        from kpixl.delivery.config import delivery_config

        config = delivery_config(workbook=workbook)
        url = ledger_url(workbook or Path("plan.xlsx"), config.ledger_url)
    from kpixl.delivery.ledger import open_ledger

    with open_ledger(url, create=False) as ledger:
        return _told(ledger, plan, month, "" if workbook is None else typed(str(workbook)))


def _told(ledger: Ledger, plan: Plan, month: Month | None, named: str) -> tuple[Problem, ...]:
    book = plan.settings.book_id
    state: tuple[Problem, ...] = ()
    closings = ledger.closings(book, str(month)) if month is not None else ()
    if month is not None and closings:
        state = still_preliminary(plan, month, closings[-1].closed.date())
    closed = ledger.last_closed(book, {goal.id for goal in plan.goals})
    # What is to be closed again is the figure's own month, though a later one showed it last.
    own = {one.month for one in ledger.closings(book)}
    entries = closed_months(
        (
            one.figure,
            one.closed.date(),
            one.figure.month if one.figure.month in own else one.month_closed,
        )
        for one in closed.values()
    )
    return (*changed_actuals(plan, entries, month, named), *state)


def check_read(problems: Iterable[Problem]) -> None:
    """Raises the fault for which the ledger could not be read, where it is among ``problems``:
    whoever needs the ledger does not wait a second time for a server that does not answer."""
    for problem in problems:
        fault = problem.details.get("fault")
        if problem.code == UNREAD and isinstance(fault, KpixlError):
            raise fault


def as_closed(review: Review) -> Review:
    """The review with its month as final, where it was closed and is not the one under review in
    Settings, whose state says nothing of it."""
    settings = review.settings
    preliminary = any(problem.code == PRELIMINARY for problem in review.problems)
    if not preliminary or settings.review_month in (None, review.month):
        return review
    problems = tuple(problem for problem in review.problems if problem.code != PRELIMINARY)
    return replace(review, settings=replace(settings, state=State.FINAL), problems=problems)


def split(review: Review) -> tuple[Review, tuple[Problem, ...]]:
    """What a pack shows of a review, and what is said here of it. That is told to whoever makes
    the pack and stands on none of its pages, which have the restated figures: else an edition
    would be another pack once its own sending has closed the month."""
    told = of_closings(review.problems)
    rest = tuple(problem for problem in review.problems if problem.code not in CODES)
    return replace(review, problems=rest), told


def of_closings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those of ``problems`` that are about closed months."""
    return tuple(problem for problem in problems if problem.code in CODES)
