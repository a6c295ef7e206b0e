"""Turn a review, and the pack made of it, into the mail to one person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kpixl.delivery.headers import mailbox_of
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.delivery.picture import logo_picture
from kpixl.delivery.records import DeliveryKey, delivery_key
from kpixl.delivery.render import render
from kpixl.delivery.summary import Sending, mail_context
from kpixl.files import safe_name
from kpixl.pack.theme import theme
from kpixl.plan.model import Recipient
from kpixl.review.figures import Review

LONGEST_PIECE = 56
"""In bytes: book, scope and recipient, and what stands around them, fit into a file's name."""


@dataclass(frozen=True)
class Letterhead:
    """What is the same in all mails of one run: from whom and when, which edition and why, where
    replies go, the logo (a data URI, as a pack has it) and the user's folder of templates. ``book``
    names the workbook where its Settings have no book ID. ``colour`` and ``accent`` are a brand
    kit's; where ``colour`` is "" it is the Settings'."""

    sender: Address
    date: datetime
    number: int = 1
    reason: str = ""
    reply_to: Address | None = None
    logo: str = ""
    templates: Path | None = None
    book: str = ""
    colour: str = ""
    accent: str = ""


def compose(
    part: Review,
    recipient: Recipient,
    letterhead: Letterhead,
    attachments: tuple[Attachment, ...] = (),
    others: tuple[str, ...] = (),
) -> Mail:
    """The mail to ``recipient`` on ``part``, the review cut to that person's scope, in that
    person's language; ``others`` are the names of those who get the same pack.

    Raises :class:`UsageProblem` ``template-broken``, or ``mail-address`` where the
    sender's address is none.
    """
    book = part.settings.book_id or letterhead.book
    key = delivery_key(book, part.month, recipient, letterhead.number)
    picture = logo_picture(letterhead.logo)
    context = mail_context(
        part,
        recipient.language,
        Sending(
            name=recipient.name,
            copy=recipient.role == "cc",
            others=others,
            attachments=attachments,
            edition=letterhead.number,
            reason=letterhead.reason,
            reply_to=letterhead.reply_to,
            logo=picture[1] if picture else None,
        ),
    )
    colours = theme(letterhead.colour or part.settings.brand_colour, letterhead.accent)
    found = render(context, colours, letterhead.templates)
    return Mail(
        sender=letterhead.sender,
        recipient=Address(recipient.email, recipient.name),
        copy=recipient.role == "cc",
        subject=found.subject,
        text=found.text,
        html=found.html,
        message_id=message_id(key, letterhead.sender),
        date=letterhead.date,
        language=recipient.language,
        reply_to=letterhead.reply_to,
        pictures=(picture[0],) if picture else (),
        attachments=attachments,
        stem=_stem(part, key),
    )


def message_id(key: DeliveryKey, sender: Address) -> str:
    """``<kpixl.…@host of the sender>``: the same for the same delivery, however often it is tried.
    Raises :class:`UsageProblem` ``mail-address``."""
    parts = (key.book_id, key.month, key.scope, key.language, key.edition, key.recipient)
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"<kpixl.{digest[:40]}@{mailbox_of(sender).rpartition('@')[2]}>"


def _stem(part: Review, key: DeliveryKey) -> str:
    """The name of the mail's file: it sorts by month, then book, scope, language and person."""
    edition = f"{key.edition:02d}" if key.edition > 1 else ""
    pieces = [
        key.month, Path(part.source.name).stem, part.scope, key.language, edition, key.recipient,
    ]  # fmt: skip
    return "_".join(safe_name(piece, LONGEST_PIECE) for piece in pieces if piece)
