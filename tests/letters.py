"""A mail to send, and its bytes as the standard library makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address as Header
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from kpixl.delivery.mail import Address, Attachment, Mail

PLAIN = Mail(
    sender=Address("kpi@example.co.jp", "経営企画部"),
    recipient=Address("boss@example.co.jp", "山田 太郎"),
    copy=False,
    subject="月次レビュー資料 2026年10月（確報）",
    text="売上は計画比98.2%でした。\n.点で始まる行\n\n.\nEnd",
    html="<p>売上は計画比98.2%でした。</p>",
    message_id="<1.KPI-1.202610@example.co.jp>",
    date=datetime(2026, 11, 11, 9, 0, tzinfo=UTC),
    language="ja",
    attachments=(Attachment("月次_2026-10.pdf", bytes(range(256)) * 40, "application/pdf"),),
)


def letter(to: str = "boss@example.co.jp", **changes: Any) -> Mail:
    """A mail in Japanese with a small attachment, to ``to``."""
    return replace(PLAIN, recipient=Address(to, "山田 太郎"), **changes)


def large(size: int) -> Mail:
    """A mail with an attachment of ``size`` bytes, about 4/3 of it when sent."""
    return letter(attachments=(Attachment("pack.pdf", bytes(size), "application/pdf"),))


def rendered(mail: Mail) -> bytes:
    """The mail's bytes; a stand-in that knows nothing of kpixl's own."""
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = _header(mail.sender)
    message["To"] = _header(mail.recipient)
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.date
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for one in mail.attachments:
        main, _, sub = one.kind.partition("/")
        message.add_attachment(one.data, maintype=main, subtype=sub, filename=one.name)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=part{number}")  # the same bytes every time
    return message.as_bytes()


def _header(address: Address) -> Header:
    local, _, domain = address.email.rpartition("@")
    ascii_domain = domain.encode("idna").decode()
    return Header(address.name, local, ascii_domain) if local.isascii() else Header("x", "x", "x")
