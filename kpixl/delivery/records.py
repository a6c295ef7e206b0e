"""What the ledger holds, as its readers and writers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kpixl.plan.model import Recipient
from kpixl.plan.month import Month
from kpixl.review.published import Figure

FigureKey = tuple[str, str, str]
"""What tells one figure from another within a book: goal, month, period."""


@dataclass(frozen=True)
class DeliveryKey:
    """What makes a delivery unique (SPEC 12). ``month`` is written 2026-10, ``scope`` "" for the
    whole tree, ``recipient`` the address in lower case."""

    book_id: str
    month: str
    scope: str
    language: str
    edition: int
    recipient: str


def delivery_key(book_id: str, month: Month, recipient: Recipient, edition: int) -> DeliveryKey:
    """The key of one person's pack. Addresses differ in more than case nowhere."""
    return DeliveryKey(
        book_id, str(month), recipient.scope, recipient.language, edition,
        recipient.email.casefold(),
    )  # fmt: skip


class Standing(StrEnum):
    """Where a delivery stands, by its latest attempt. DUE: none yet, or the last one certainly
    delivered nothing and may be repeated."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How an attempt ended. FAILED is temporary, REFUSED is not; neither delivered anything.
    UNKNOWN: handed over, never acknowledged."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class EditionRecord:
    """An edition of one book's month; ``number`` counts from 1, and the first has no reason.
    ``state`` is preliminary or final."""

    book_id: str
    month: str
    number: int
    reason: str
    state: str
    opened: datetime


@dataclass(frozen=True)
class Build:
    """A pack as it was built for sending; hashes are SHA-256 in hexadecimal digits."""

    book_id: str
    month: str
    scope: str
    language: str
    edition: int
    state: str
    as_of: str
    workbook: str
    workbook_sha256: str
    pack: str
    pack_sha256: str
    pack_bytes: int
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class SentFigure:
    """A figure as people have received it: in the pack of ``month_sent`` (written 2026-10), in
    that ``edition``, ``sent`` at that time (UTC). ``final``: it was sent in a pack of final
    figures, in this one or in an earlier one. ``reported``: so was an actual of it."""

    figure: Figure
    month_sent: str
    edition: int
    sent: datetime
    final: bool = False
    reported: bool = False


@dataclass(frozen=True)
class Closing:
    """A month that was closed as final: ``number`` counts from 1, and a further closing has a
    ``reason``. ``missing`` says why it was closed without all of its figures, "" where none was
    missing. ``closed_by`` names the person and the computer. ``edition`` is that of the pack
    whose sending closed the month, 0 where a person closed it."""

    book_id: str
    month: str
    number: int
    reason: str
    missing: str
    as_of: str
    workbook: str
    workbook_sha256: str
    closed: datetime
    closed_by: str
    edition: int = 0
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class ClosedFigure:
    """A figure as it was closed: with ``month_closed`` (written 2026-10), at that ``number``,
    ``closed`` at that time (UTC)."""

    figure: Figure
    month_closed: str
    number: int
    closed: datetime


@dataclass(frozen=True)
class Owner:
    """The process that makes an attempt: its machine, its number there, and since when it has
    had that number, as that machine tells it; "" where it cannot tell."""

    host: str
    pid: int
    started: str = ""


@dataclass(frozen=True)
class Claim:
    """The right to make one attempt at a delivery, and the duty to say how it ended. ``attempt``
    counts from 1."""

    id: int
    key: DeliveryKey
    attempt: int
    message_id: str


@dataclass(frozen=True)
class Attempt:
    """One attempt as the ledger tells it. ``outcome`` is None where none was recorded;
    ``ended`` when, ``detail`` what the server said. ``started_by`` names host and process,
    ``settled_by`` the person whose word the outcome is, "" where it is the process's own.
    ``latest`` says that no later attempt was made at the same delivery; ``standing`` is that of
    this attempt. The build comes without its figures."""

    claim: Claim
    recipient_name: str
    build: Build
    started: datetime
    started_by: str
    standing: Standing
    outcome: Outcome | None = None
    ended: datetime | None = None
    detail: str = ""
    settled_by: str = ""
    latest: bool = True
