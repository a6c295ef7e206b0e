"""Close a month as final: see that it may be, and keep its figures in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kpixl.delivery.records import Closing
from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.plan.model import Plan, State
from kpixl.plan.month import Month
from kpixl.review.closed import (
    Difference,
    changed_actuals,
    closed_months,
    difference_problem,
    differences,
    missing_problem,
)
from kpixl.review.figures import Review
from kpixl.review.published import Figure, published
from kpixl.review.readiness import Readiness, readiness
from kpixl.words import typed

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger


class CannotClose(KpixlError):
    """A month that may not be closed as final, or not yet; ``problems`` say what keeps it."""

    def __init__(self, code: str, problems: Sequence[Problem] = (), **details: object) -> None:
        super().__init__(code, **details)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Reasons:
    """What a person says: why a month is closed although figures are ``missing``, and why it is
    closed ``again``; None where nothing was said."""

    missing: str | None = None
    again: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A month as it would be closed. ``last`` is its closing so far, None where it is open,
    ``closed`` that one's figures, and ``changed`` what is no longer as it was closed then;
    ``open_before`` the earlier months of the year, with actuals, that nobody has closed. ``book``
    is the workbook as a command names it."""

    plan: Plan
    review: Review
    ready: Readiness
    last: Closing | None
    closed: tuple[Figure, ...]
    changed: tuple[Difference, ...]
    open_before: tuple[Month, ...]
    book: str

    @property
    def is_closed(self) -> bool:
        """Whether the month is closed with these very figures."""
        return self.last is not None and not self.changed


def propose(plan: Plan, review: Review, ledger: Ledger, today: date, named: str = "") -> Proposal:
    """The review's month as it would be closed on ``today``. Nothing is written. ``named`` is the
    workbook as a command names it, with the options that belong to it; else its file's name."""
    book, month = review.settings.book_id, str(review.month)
    closings = ledger.closings(book)
    of_month = [one for one in closings if one.month == month]
    last = of_month[-1] if of_month else None
    figures = ledger.figures_closed(last) if last is not None else ()
    closed = {one.month for one in closings}
    return Proposal(
        plan=plan,
        review=review,
        ready=readiness(review, today),
        last=last,
        closed=figures,
        changed=differences(review, figures) if last is not None else (),
        open_before=tuple(one for one in _reported(review) if str(one) not in closed),
        book=named or typed(plan.source.name),
    )


def _reported(review: Review) -> list[Month]:
    """The months of the fiscal year before the review month that have an actual."""
    return [
        month
        for place, month in enumerate(review.fiscal_months)
        if month < review.month
        and any(goal.series.actual[place] is not None for goal in review.goals)
    ]


def check(proposal: Proposal, reasons: Reasons) -> None:
    """Raise where a month may not be closed: :class:`UsageProblem` ``close-why``,
    ``close-again-nothing``; :class:`CannotClose`. One that is closed with the same figures may be,
    and changes nothing."""
    for option, reason in (("--with-missing", reasons.missing), ("--again", reasons.again)):
        if reason is not None and not reason.strip():
            raise UsageProblem("close-why", found=option)
    month = str(proposal.review.month)
    if reasons.again is not None and proposal.last is None:
        raise UsageProblem("close-again-nothing", month=month)
    if proposal.is_closed:
        return
    _check_ready(proposal, reasons)
    last = proposal.last
    if last is not None and reasons.again is None:
        problems = _changed_problems(proposal, last)
        day = last.closed.date().isoformat()
        about = {"month": month, "n": len(problems), "day": day, "file": proposal.book}
        raise CannotClose("close-changed", problems, **about)


def _check_ready(proposal: Proposal, reasons: Reasons) -> None:
    ready, month = proposal.ready, str(proposal.review.month)
    missing = [] if reasons.missing is not None else list(ready.missing)
    problems = (
        *ready.errors,
        *(
            missing_problem(proposal.plan, goal, proposal.review.month, proposal.book)
            for goal in missing
        ),
    )
    if ready.waiting:
        raise CannotClose("close-waiting", problems, month=month, due=ready.due.isoformat())
    if all(goal.month.actual is None for goal in proposal.review.goals):
        raise CannotClose("close-unreported", problems, month=month)
    if ready.errors:
        raise CannotClose("close-errors", problems, month=month, n=len(ready.errors))
    if missing:
        raise CannotClose("close-missing", problems, month=month, n=len(missing))


def _changed_problems(proposal: Proposal, last: Closing) -> tuple[Problem, ...]:
    """Each figure that is no longer as it was closed: in its cell, where somebody has entered
    another, else as what follows from that or from the settings."""
    day = last.closed.date()
    plan, review = proposal.plan, proposal.review
    entries = closed_months((figure, day, last.month) for figure in proposal.closed)
    cells = changed_actuals(plan, entries, review.month, proposal.book)
    told = {(problem.goals[0], problem.details["month"]) for problem in cells}
    rest = [
        difference_problem(review, one)
        for one in proposal.changed
        if not (one.measure == "actual" and (one.goal, one.month) in told)
    ]
    return (*cells, *rest)


def close(
    ledger: Ledger, proposal: Proposal, reasons: Reasons, now: datetime, by: str, edition: int = 0
) -> Closing:
    """Keep the month as closed, and return how it stands in the ledger. Of two that close the same
    month at once one does, and the other reads. Raises :class:`CannotClose` ``close-taken`` where
    another has closed it with other figures."""
    review, last = proposal.review, proposal.last
    figures = published(review)
    wanted = Closing(
        book_id=review.settings.book_id,
        month=str(review.month),
        number=1 if last is None else last.number + 1,
        reason=(reasons.again or "").strip(),
        missing=(reasons.missing or "").strip() if proposal.ready.missing else "",
        as_of=review.as_of.isoformat(),
        workbook=review.source.name,
        workbook_sha256=review.source.sha256,
        closed=now,
        closed_by=by,
        edition=edition,
        figures=figures,
    )
    kept = ledger.record_closing(wanted)
    if differences(review, ledger.figures_closed(kept)):
        raise CannotClose("close-taken", month=kept.month, who=kept.closed_by)
    return kept


def close_by_sending(
    ledger: Ledger, plan: Plan, review: Review, now: datetime, by: str, edition: int, reason: str
) -> Closing | None:
    """Close a month of which a pack of final figures has been sent: they are published. A month
    that is closed with other figures is closed again only where the pack was a correction, whose
    ``reason`` then is the closing's. None where nothing is to be closed: the figures are
    preliminary, the data has errors, or the ledger has the closing already."""
    if review.settings.state is not State.FINAL or review.errors:
        return None
    proposal = propose(plan, review, ledger, review.as_of)
    if proposal.is_closed or (proposal.last is not None and not reason):
        return None
    missing = ", ".join(goal.goal.label for goal in proposal.ready.missing)
    reasons = Reasons(missing or None, reason if proposal.last is not None else None)
    return close(ledger, proposal, reasons, now, by, edition)
