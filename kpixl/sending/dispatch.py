"""Work out who would get what: people, scopes, the edition, and what the ledger says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.delivery.editions import current_edition
from kpixl.delivery.records import (
    DeliveryKey,
    EditionRecord,
    FigureKey,
    SentFigure,
    delivery_key,
)  # fmt: skip
from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.measures.gap import EQUAL
from kpixl.new_books import new_book_id
from kpixl.plan.model import Goal, Recipient
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.published import Figure, published
from kpixl.review.scope import scoped
from kpixl.sending.orders import Delivery, Dispatch, Order
from kpixl.words import fold

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger

COMPARED = ("month", "to_date")
"""A landing may move with kpixl's own methods; what was reported may not."""


class ChangedSinceSent(KpixlError):
    """The book's figures are no longer those that others were sent in the same edition; ``goals``
    are those whose figures are other ones now. ``book`` is the workbook as a command names it."""

    def __init__(self, goals: Sequence[Goal], edition: int, month: Month, book: str) -> None:
        names = ", ".join(goal.name for goal in goals[:5]) + (" …" if len(goals) > 5 else "")
        super().__init__(
            "changed-since-sent", edition=edition, goals=names, month=str(month), file=book
        )
        self.goals = tuple(goals)


class HeldByErrors(KpixlError):
    """The data of a part has errors, so that it is not sent; ``problems`` are they."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("held-errors", n=len(problems))
        self.problems = tuple(problems)


def dispatch(order: Order, review: Review, ledger: Ledger, now: datetime) -> Dispatch:
    """Who would get what. Nothing is written.

    Raises :class:`UsageProblem`: ``book-id-missing``, ``send-unreported``, ``recipients-none``,
    ``only-unknown``, ``correct-nothing``.
    """
    check_addressed(review)
    if all(goal.month.actual is None for goal in review.goals):
        raise UsageProblem("send-unreported", month=str(review.month), book=review.source.names)
    unreachable = tuple(problem for problem in review.problems if problem.people)
    people = _people(order, review, unreachable)
    edition, is_new = current_edition(ledger, review, order.correct, now)
    parts = {scope: scoped(review, scope) for scope in dict.fromkeys(p.scope for p in people)}
    sent = ledger.sent_figures(edition.book_id, edition.month, edition.number)
    changed = {scope: _changed(part, sent) for scope, part in parts.items()}
    if order.correct is not None and not is_new and any(changed.values()):
        # Not the correction that was begun, but one more for the same reason.
        edition, is_new = replace(edition, number=edition.number + 1, opened=now), True
        changed = dict.fromkeys(parts, ())
    blocked = {
        scope: _blocked(part, changed[scope], edition, order.book) for scope, part in parts.items()
    }
    deliveries = tuple(
        Delivery(person, key, ledger.standing(key, now=now), blocked[person.scope])
        for person, key in _keyed(people, review.month, edition)
    )
    return Dispatch(
        order=order,
        review=review,
        edition=edition,
        is_new=is_new,
        deliveries=deliveries,
        reviews=parts,
        unreachable=unreachable,
        changed=tuple({goal.id: goal for goals in changed.values() for goal in goals}.values()),
    )


def check_addressed(review: Review) -> None:
    """Whether a book says which one it is, and to whom it goes. Raises :class:`UsageProblem`:
    ``book-id-missing``, ``recipients-none``."""
    check_book_id(review)
    # A row that is wrong is no mistake of the order: its problem is told with the result.
    if not review.recipients and not any(problem.people for problem in review.problems):
        raise UsageProblem("recipients-none", **_book(review))


def check_book_id(review: Review) -> None:
    """Raises :class:`UsageProblem` ``book-id-missing`` for a book that does not say which it is."""
    if not review.settings.book_id:
        raise UsageProblem("book-id-missing", proposed=new_book_id(), **_book(review))


def _book(review: Review) -> dict[str, object]:
    """The book's file and its own names, as details of a problem."""
    return {"found": review.source.name, "book": review.source.names}


def _people(order: Order, review: Review, unreachable: Sequence[Problem]) -> tuple[Recipient, ...]:
    """The people asked for. Asking for somebody whose row is wrong is no mistake of the order:
    the problem of the row is told with the result."""
    if not order.only:
        return review.recipients
    wanted = {fold(text): text for text in order.only}
    found = tuple(p for p in review.recipients if {fold(p.name), fold(p.email)} & wanted.keys())
    known = {fold(text) for person in found for text in (person.name, person.email)}
    told = {fold(str(text)) for p in unreachable for text in (*p.people, p.details.get("person"))}
    unknown = [text for key, text in wanted.items() if key not in known | told]
    if unknown:
        names = ", ".join(
            dict.fromkeys(person.name or person.email for person in review.recipients)
        )
        book = review.source.names
        raise UsageProblem("only-unknown", found=", ".join(unknown), known=names, book=book)
    return found


def _keyed(
    people: Sequence[Recipient], month: Month, edition: EditionRecord
) -> tuple[tuple[Recipient, DeliveryKey], ...]:
    """Each delivery once, though a person may stand in two rows: To counts before Cc."""
    found: dict[DeliveryKey, Recipient] = {}
    for person in people:
        key = delivery_key(edition.book_id, month, person, edition.number)
        if key not in found or (found[key].role == "cc" and person.role == "to"):
            found[key] = person
    return tuple((person, key) for key, person in found.items())


def _blocked(
    part: Review, changed: Sequence[Goal], edition: EditionRecord, book: str
) -> KpixlError | None:
    if part.errors:
        return HeldByErrors(part.errors)
    if changed:
        return ChangedSinceSent(changed, edition.number, part.month, book)
    return None


def _changed(part: Review, sent: Mapping[FigureKey, SentFigure]) -> tuple[Goal, ...]:
    """The goals of which another figure was sent in this edition than the book has now."""
    found: dict[str, Goal] = {}
    for figure in published(part):
        before = sent.get((figure.goal, figure.month, figure.period))
        if before is not None and figure.period in COMPARED and not _same(before.figure, figure):
            found[figure.goal] = part.by_id[figure.goal].goal
    return tuple(found.values())


def _same(first: Figure, second: Figure) -> bool:
    pairs = (
        (first.actual, second.actual),
        (first.plan, second.plan),
        (first.prior, second.prior),
    )
    return first.status == second.status and all(_equal(a, b) for a, b in pairs)


def _equal(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= EQUAL * max(1.0, abs(first), abs(second))
