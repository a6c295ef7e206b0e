"""Turn a mail into the bytes that servers and mail programs take; equal mails give equal bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime

from kpixl.delivery.headers import address_header, file_headers, text_header
from kpixl.delivery.mail import Attachment, Mail

EOL = b"\r\n"
AS_WRITTEN = SMTP.clone(refold_source="none")
NOBODY = "To: undisclosed-recipients:;\r\n"
"""A person of the role Cc is alone in this mail. RFC 5322 lets a mail have no To at all, but some
servers and filters ask for one; the empty group is its way to name nobody (section 3.4)."""


def to_message(mail: Mail) -> EmailMessage:
    """The mail as Python's own servers and clients take it. What it writes is what
    :func:`to_bytes` gives: nothing is folded again.

    Its headers name the person under To or Cc alone; a transport says to its server for whom the
    mail is. Raises :class:`UsageProblem` ``mail-address``.
    """
    return BytesParser(policy=AS_WRITTEN).parsebytes(to_bytes(mail))


def to_bytes(mail: Mail, extra: Sequence[tuple[str, str]] = ()) -> bytes:
    """The mail as RFC 5322 text: plain text and HTML with its pictures as two forms of one thing,
    then the attached files. ``extra`` are further headers. Raises :class:`UsageProblem`
    ``mail-address``."""
    marks = _Marks(mail.message_id)
    html = _text_part(mail.html, "html")
    if mail.pictures:
        html = _multipart("related", marks, [html, *map(_picture, mail.pictures)])
    body = _multipart("alternative", marks, [_text_part(mail.text, "plain"), html])
    if mail.attachments:
        body = _multipart("mixed", marks, [body, *map(_file, mail.attachments)])
    return _headers(mail, extra).encode("ascii") + body


def _headers(mail: Mail, extra: Sequence[tuple[str, str]]) -> str:
    to = NOBODY if mail.copy else address_header("To", mail.recipient)
    lines = [
        address_header("From", mail.sender),
        to,
        address_header("Cc", mail.recipient) if mail.copy else "",
        address_header("Reply-To", mail.reply_to) if mail.reply_to else "",
        text_header("Subject", mail.subject),
        f"Date: {format_datetime(mail.date)}\r\n",
        f"Message-ID: {_safe_id(mail.message_id)}\r\n",
        # Neither out-of-office replies nor mail loops (RFC 3834, and Exchange's own word for it).
        "Auto-Submitted: auto-generated\r\n",
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n",
        text_header("Content-Language", mail.language),
        *(text_header(name, text) for name, text in extra),
        "MIME-Version: 1.0\r\n",
    ]
    return "".join(lines)


def _safe_id(text: str) -> str:
    """``<id@host>`` with what no ID may hold taken out."""
    return "<" + re.sub(r"[^A-Za-z0-9.@_+=-]", "", text) + ">"


class _Marks:
    """The lines between the parts of a mail, made from its ID. ``=_`` can stand in no part: they
    are in base64 or quoted-printable."""

    def __init__(self, message_id: str) -> None:
        self._seed = hashlib.sha256(message_id.encode()).hexdigest()[:24]
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"=_kpixl_{self._seed}_{self._count}"


def _multipart(kind: str, marks: _Marks, parts: Iterable[bytes]) -> bytes:
    mark = marks.new()
    # What the others are related to has to be named (RFC 2387).
    root = ' type="text/html";' if kind == "related" else ""
    lines = [f'Content-Type: multipart/{kind};{root}\r\n boundary="{mark}"\r\n'.encode()]
    for part in parts:
        lines += [EOL, b"--", mark.encode(), EOL, part]
    lines += [EOL, b"--", mark.encode(), b"--", EOL]
    return b"".join(lines)


def _text_part(text: str, kind: str) -> bytes:
    """Text in UTF-8, as quoted-printable or base64, whichever is shorter: filters look at English
    that hides in base64, and Japanese takes three times its room in the other."""
    data = re.sub(r"\r\n|\r|\n", "\r\n", text).encode("utf-8")
    printable = re.sub(b"\r?\n", EOL, binascii.b2a_qp(data, istext=True))
    encoded = _base64(data)
    name, body = min(
        (("quoted-printable", printable), ("base64", encoded)), key=lambda one: len(one[1])
    )
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode() + body


def _picture(picture: Attachment) -> bytes:
    cid = re.sub(r"[^A-Za-z0-9.@_-]", "", picture.cid)
    head = (
        file_headers(picture.kind, picture.name).replace("attachment;", "inline;")
        + f"Content-ID: <{cid}>\r\n"
    )
    return _binary(head, picture.data)


def _file(file: Attachment) -> bytes:
    return _binary(file_headers(file.kind, file.name), file.data)


def _binary(head: str, data: bytes) -> bytes:
    return (head + "Content-Transfer-Encoding: base64\r\n\r\n").encode("ascii") + _base64(data)


def _base64(data: bytes) -> bytes:
    """In lines of 76 characters."""
    text = base64.b64encode(data)
    return b"".join(text[n : n + 76] + EOL for n in range(0, len(text), 76))
