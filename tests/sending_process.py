"""One ``kpixl send`` in a process of its own, which can be told to die in the middle of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kpixl import jobs
from kpixl.delivery import eml, smtp  # noqa: F401 -- so that no process has to load them
from kpixl.delivery.compose import Letterhead, message_id
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.delivery.records import delivery_key
from kpixl.plan.model import Recipient
from kpixl.review.figures import Review
from kpixl.sending import office, parcels
from kpixl.sending.orders import Ending, Order

PACK = b"%PDF-1.7 a pack\n"


def send(
    book: Path, ledger: str, die_at: int = 0, *, resend_unknown: bool = False
) -> dict[str, str]:
    """How each address's delivery ended. At the ``die_at``-th step after its start the process is
    killed as by the system: nothing of it can say good-bye."""
    _make_light()
    order = Order(book, resend_unknown=resend_unknown)
    with office.Office(order, ledger=ledger, writes=True) as opened:
        found = opened.dispatch()
        _ = opened.transport
        with _mortal(die_at):
            results = list(opened.deliver(found))
    return {one.delivery.key.recipient: one.ending.value for one in results}


def steps(book: Path, ledger: str) -> int:
    """How many steps a whole sending has."""
    _make_light()
    with office.Office(Order(book), ledger=ledger, writes=True) as opened:
        found = opened.dispatch()
        with _mortal(0) as counted:
            endings = [one.ending for one in opened.deliver(found)]
    assert set(endings) == {Ending.SENT}
    return counted[0]


def _make_light() -> None:
    """Packs and letters of one line: what is in them is tested elsewhere."""
    jobs.render = _render
    vars(parcels)["compose"] = _letter


def _letter(
    part: Review,
    recipient: Recipient,
    letterhead: Letterhead,
    attachments: tuple[Attachment, ...] = (),
    others: tuple[str, ...] = (),
) -> Mail:
    key = delivery_key(part.settings.book_id, part.month, recipient, letterhead.number)
    return Mail(
        sender=letterhead.sender,
        recipient=Address(recipient.email, recipient.name),
        copy=False,
        subject="Review",
        text="Attached.",
        html="<p>Attached.</p>",
        message_id=message_id(key, letterhead.sender),
        date=letterhead.date,
        language=recipient.language,
        attachments=attachments,
    )


def _render(job: jobs.PackJob, part: object, language: str) -> tuple[str, bytes]:
    return f"pack_{language}.pdf", PACK


@contextmanager
def _mortal(die_at: int) -> Iterator[list[int]]:
    """Count every call and return, Python's and C's alike, and die at the given one."""
    counted = [0]

    def step(frame: FrameType, event: str, argument: object) -> None:
        counted[0] += 1
        if counted[0] == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)
    try:
        yield counted
    finally:
        sys.setprofile(None)
