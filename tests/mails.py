"""Mails to look at: the sample company's, and others made from small plans written by hand."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from kpixl.delivery.compose import Letterhead, compose
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.plan.model import Plan, Recipient
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import sample_review

SENT = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
LETTERHEAD = Letterhead(Address("kpi@example.com", "KPI office"), SENT)
PACK = Attachment("2026-10_plan_en.pdf", b"%PDF-1.7 " * 500, "application/pdf")


@lru_cache
def sample_mail(language: str, scope: str = "") -> Mail:
    """The mail on the sample company's review, to its first recipient."""
    part = scoped(sample_review(language), scope)
    person = replace(sample_review(language).recipients[0], language=language)
    letterhead = replace(LETTERHEAD, reply_to=Address("fpna@example.com", "FP&A"))
    return compose(part, person, letterhead, (PACK,), ("Takuya Ono", "Chinatsu Inoue"))


def mail_of(plan: Plan, language: str = "en", month: Month | None = None, **fields: Any) -> Mail:
    """The mail on a plan written by hand; ``fields`` are those of a Letterhead."""
    return mail_on(review(plan, month), language, **fields)


def mail_on(part: Review, language: str = "en", **fields: Any) -> Mail:
    """The mail on a review; ``fields`` are those of a Letterhead."""
    person = Recipient("Mari Sato", "mari.sato@example.com", language=language)
    return compose(part, person, replace(LETTERHEAD, **fields), (PACK,))


def plain_mail(**fields: Any) -> Mail:
    """A mail that says little, to look at what stands around it."""
    found = Mail(
        sender=Address("kpi@example.com", "KPI office"),
        recipient=Address("mari.sato@example.com", "Mari Sato"),
        copy=False,
        subject="Review",
        text="Text\n",
        html="<p>Text</p>\n",
        message_id="<kpixl.1@example.com>",
        date=SENT,
        language="en",
    )
    return replace(found, **fields)


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + b"\x20\x60\xa0" * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def uri(data: bytes, kind: str = "image/png") -> str:
    """A picture as a data URI, as packs have their logo."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
