"""One mail to one person, as every transport takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Address:
    """A mailbox and, where known, whose it is; both as the workbook or the configuration has
    them, Japanese included."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail. ``cid`` names a picture that the HTML shows
    (``<img src="cid:...">``); blank is a file of its own."""

    name: str
    data: bytes
    kind: str
    cid: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail to one person: ``recipient`` alone receives it. For a person of the role Cc,
    ``copy`` is true: the address then stands under Cc. ``message_id`` is the same however often
    this delivery is tried, so that mail servers recognise a repetition. ``stem`` is what a file of
    this mail is called, without its ending; blank: after its date and ``message_id``."""

    sender: Address
    recipient: Address
    copy: bool
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    language: str
    reply_to: Address | None = None
    pictures: tuple[Attachment, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    stem: str = ""
