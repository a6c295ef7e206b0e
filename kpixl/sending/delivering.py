"""Send what is due, one person at a time; the ledger knows before and after."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.delivery.editions import sent_before
from kpixl.delivery.ledger_problems import LedgerProblem
from kpixl.delivery.records import Claim, EditionRecord, Outcome, Owner, Standing
from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Transport, Uncertain
from kpixl.errors import BUGS, KpixlError
from kpixl.files import fault_of, scratch_folder
from kpixl.sending.orders import Delivery, Dispatch, Ending, Result
from kpixl.sending.parcels import Parcel, Parcels, Sender, make_mail
from kpixl.words import shown

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger

PAUSES = (5.0, 30.0, 90.0)
"""Seconds before what failed for the moment is tried again."""
LONGEST_PAUSE = 300.0
"""A server that asks for more patience than this is left to the next run."""
IN_A_ROW = 3
"""After so many failures without a success between them the server is left alone for a pause:
it is likely that it takes nothing at all."""


class EditionTaken(KpixlError):
    """Another process opened the same edition for another reason."""


@dataclass(frozen=True)
class Post:
    """What sending needs: the ledger and who writes in it, a way to send, whose mails they are, a
    clock, and a way to wait."""

    ledger: Ledger
    owner: Owner
    transport: Transport
    sender: Sender
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    pauses: Sequence[float] = PAUSES


def deliver(dispatch: Dispatch, post: Post) -> Iterator[Result]:
    """Make every delivery that is due; a result for each one of the dispatch, as it is known.

    One that fails does not stop the others. What failed for the moment is tried again after a
    pause, a few times; then the next run has it. Raises :class:`EditionTaken`.
    """
    due, held = dispatch.due, dispatch.held
    yield from (
        _settled(dispatch, one, one in held) for one in dispatch.deliveries if one not in due
    )
    if not due:
        return
    edition = _opened(dispatch.edition, post)
    before = sent_before(post.ledger, dispatch.review, edition)
    with scratch_folder() as folder, post.transport:
        parcels = Parcels(dispatch, folder, before)
        yield from _in_rounds(_Desk(dispatch, post, parcels), due)


def _settled(dispatch: Dispatch, delivery: Delivery, is_held: bool) -> Result:
    """The result of a delivery that is not made in this run."""
    if is_held:
        return Result(delivery, Ending.BLOCKED, fault=delivery.blocked)
    if delivery.standing is Standing.SENT:
        return Result(delivery, Ending.ALREADY)
    if delivery.standing is Standing.SENDING:
        return Result(delivery, Ending.ELSEWHERE)
    return Result(delivery, Ending.UNKNOWN, fault=_of_unknown_end(dispatch))


def _of_unknown_end(dispatch: Dispatch) -> KpixlError:
    return KpixlError("delivery-unknown", file=dispatch.order.book, month=dispatch.edition.month)


def _opened(wanted: EditionRecord, post: Post) -> EditionRecord:
    """The edition as the ledger has it, whichever process was first to open it."""
    opened = post.ledger.open_edition(
        wanted.book_id, wanted.month, wanted.number, wanted.reason, wanted.state, wanted.opened
    )
    if (opened.reason, opened.state) != (wanted.reason, wanted.state):
        raise EditionTaken("edition-taken", edition=opened.number, reason=opened.reason)
    return opened


@dataclass(frozen=True)
class _Desk:
    """What one sending works with; ``builds`` are the numbers of the packs in the ledger."""

    dispatch: Dispatch
    post: Post
    parcels: Parcels
    builds: dict[Parcel, int] = field(default_factory=dict)

    def recorded(self, parcel: Parcel) -> int:
        """The number of a pack's record in the ledger, made before its first mail."""
        if parcel not in self.builds:
            self.builds[parcel] = self.post.ledger.record_build(parcel.build, now=self.post.clock())
        return self.builds[parcel]


def _in_rounds(desk: _Desk, due: Sequence[Delivery]) -> Iterator[Result]:
    waiting = [Result(one, Ending.FAILED) for one in due]
    for pause in (0.0, *desk.post.pauses):
        asked = max((_patience(one.fault) for one in waiting), default=0.0)
        if asked > LONGEST_PAUSE:
            break
        if pause:
            desk.post.sleep(max(pause, asked))
        waiting = yield from _round(desk, [one.delivery for one in waiting])
        if not waiting:
            return
    yield from waiting


def _patience(fault: KpixlError | None) -> float:
    """The seconds for which a server asked to be left alone."""
    return (fault.after or 0.0) if isinstance(fault, Deferred) else 0.0


def _round(desk: _Desk, due: Sequence[Delivery]) -> Generator[Result, None, list[Result]]:
    """Try each once; returns those that failed for the moment."""
    failed: list[Result] = []
    in_a_row = 0
    for n, delivery in enumerate(due):
        result = _once(desk, delivery)
        in_a_row = in_a_row + 1 if result.ending is Ending.FAILED else 0
        if result.ending is not Ending.FAILED:
            yield result
        else:
            failed.append(result)
        if result.ending is Ending.UNTRIED or in_a_row == IN_A_ROW:
            rest = [Result(one, result.ending, fault=result.fault) for one in due[n + 1 :]]
            if result.ending is Ending.UNTRIED:
                yield from (*failed, *rest)
                return []
            return [*failed, *rest]
    return failed


def _once(desk: _Desk, delivery: Delivery) -> Result:
    """One attempt at one delivery. Whatever ends the process in the middle of it leaves a claim
    without an outcome, which is what then is known."""
    post = desk.post
    try:
        parcel = desk.parcels.of(delivery)
        mail = make_mail(desk.dispatch, delivery, parcel, post.sender, post.clock())
    except KpixlError as fault:
        return Result(delivery, Ending.BLOCKED, fault=fault)
    except BUGS as bug:  # nothing is claimed yet: it costs this one's mail and nobody else's
        unexpected = fault_of(bug)
        unexpected.__cause__ = bug
        return Result(delivery, Ending.BLOCKED, fault=unexpected)
    if delivery.standing is Standing.UNKNOWN:
        _set_aside(delivery, post)
    claim = post.ledger.claim(
        delivery.key, desk.recorded(parcel), mail.message_id, delivery.recipient.name,
        now=post.clock(), owner=post.owner,
    )  # fmt: skip
    if claim is None:
        return _taken(delivery, post)
    try:
        detail = post.transport.send(mail)
    except DeliveryFault as fault:
        return _not_sent(delivery, claim, fault, post)
    post.ledger.settle(claim, Outcome.SENT, detail, now=post.clock())
    return Result(delivery, Ending.SENT, detail)


def _set_aside(delivery: Delivery, post: Post) -> None:
    """Let an attempt of which nobody knows how it ended count as not sent, as was asked for."""
    key = delivery.key
    for one in post.ledger.attempts(key.book_id, key.month, now=post.clock()):
        if one.claim.key == key and one.latest and one.standing is Standing.UNKNOWN:
            # Where another process has just done so, the claim tells who goes on.
            with contextlib.suppress(LedgerProblem):
                post.ledger.settle(
                    one.claim, Outcome.FAILED, "", now=post.clock(), by="--resend-unknown"
                )


def _taken(delivery: Delivery, post: Post) -> Result:
    """Another process was faster; it has sent the mail, or is about to."""
    standing = post.ledger.standing(delivery.key, now=post.clock())
    ending = Ending.ALREADY if standing is Standing.SENT else Ending.ELSEWHERE
    return Result(delivery, ending)


def _not_sent(delivery: Delivery, claim: Claim, fault: DeliveryFault, post: Post) -> Result:
    ending, outcome = Ending.UNTRIED, Outcome.FAILED
    if isinstance(fault, Deferred):
        ending = Ending.FAILED
    elif isinstance(fault, Refused):
        ending, outcome = Ending.REFUSED, Outcome.REFUSED
    elif isinstance(fault, Uncertain):
        ending, outcome = Ending.UNKNOWN, Outcome.UNKNOWN
    # What a server says is kept as it is. A system says it in its own language, and every system
    # otherwise: that is kept in words that the history finds again.
    detail = str(fault.details.get("reply") or shown(fault.details.get("reason") or "", "en"))
    post.ledger.settle(claim, outcome, detail, now=post.clock())
    return Result(delivery, ending, detail, fault)
