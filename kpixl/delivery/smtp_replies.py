"""Turn a mail server's reply into what it means for this mail: taken, not now, never, or nothing
can be sent at all. Codes are those of RFC 5321, the three-part ones of RFC 3463."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Unavailable

LONGEST = 300
"""In characters: what the ledger and a screen show of a reply."""

THROTTLED = 60.0
"""Seconds to wait where a server is busy and does not say for how long: Exchange Online counts
its mails by the minute."""
LONGEST_WAIT = 24 * 3600.0

ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
WAIT = re.compile(
    r"\b(?:in|after|for|wait)\s+(?:about\s+|at least\s+)?(\d{1,6})\s*(s|sec|m|min|h|hour)", re.I
)
SECONDS = {"s": 1, "m": 60, "h": 3600}
BUSY = re.compile(r"throttl|too many|rate.?limit|server busy|concurrent connections", re.I)

TOO_LARGE = ("5.3.4", "5.2.3")
NOT_ALLOWED_TO_SEND = ("5.7.60",)
"""Exchange says only when it has the whole mail that this login may not send as this address."""
LOGIN_NEEDED = (530, 534, 535, 538)
NOT_BY_PASSWORD = ("5.7.30", "5.7.57")
"""What Exchange Online says of a login by password, with a code that others use of recipients."""


class Stage(StrEnum):
    """Where in the conversation a reply was given."""

    GREETING = "greeting"
    HELLO = "hello"
    STARTTLS = "starttls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"


@dataclass(frozen=True)
class Reply:
    """A server's reply: its code, -1 where there was none, and its text in one line."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        """Whether what was asked has been done."""
        return 200 <= self.code <= 299

    @cached_property
    def enhanced(self) -> str:
        """The three-part code such as 5.7.1, or "" without one."""
        match = ENHANCED.match(self.text)
        return match[1] if match else ""

    def __str__(self) -> str:
        return (f"{self.code} {self.text}" if self.code >= 0 else self.text).strip()[:LONGEST]


def reply_of(code: int, raw: bytes, hidden: Iterable[str] = ()) -> Reply:
    """A reply as it may be shown: one line, nothing but visible signs, at most 300 of them, and
    none of what is ``hidden``, which an odd server might repeat."""
    lines = raw.decode("utf-8", "replace").splitlines()
    first = ENHANCED.match(lines[0]) if lines else None
    if first:
        # A long reply repeats its code on every line.
        lines = [lines[0], *(line.removeprefix(first[1]) for line in lines[1:])]
    text = " ".join(lines)
    for secret in hidden:
        if secret:
            text = text.replace(secret, "***")
    visible = (
        " " if ch.isspace() or unicodedata.category(ch) == "Cc" else ch
        for ch in text
        if unicodedata.category(ch) not in ("Cf", "Cs", "Co", "Cn")
    )
    return Reply(code, " ".join("".join(visible).split())[:LONGEST])


def fault_of(stage: Stage, reply: Reply, **facts: object) -> DeliveryFault:
    """What a reply that is not the one hoped for means. Only to be asked while the mail has
    certainly not been taken: before its final dot, or by a refusal in answer to that."""
    details = {"reply": str(reply), **facts}
    if 400 <= reply.code <= 499:
        after = _wait(reply)
        return Deferred("smtp-deferred" if after is None else "smtp-busy", after, **details)
    if not 500 <= reply.code <= 599:
        # What does not even greet as a mail server is none.
        if stage is Stage.GREETING:
            return Unavailable("smtp-no-server", **details)
        return Deferred("smtp-odd", None, **details)
    if stage in (Stage.GREETING, Stage.HELLO):
        return Unavailable("smtp-turned-away", **details)
    if stage is Stage.STARTTLS:
        return Unavailable("smtp-no-starttls", **details)
    if stage is Stage.LOGIN:
        return Unavailable("smtp-login", **details)
    return _about_the_mail(stage, reply, details)


def _about_the_mail(stage: Stage, reply: Reply, details: dict[str, object]) -> DeliveryFault:
    if reply.code in LOGIN_NEEDED or reply.enhanced in NOT_BY_PASSWORD:
        return Unavailable("smtp-login-needed", **details)
    if _is_too_large(stage, reply):
        return Refused("smtp-too-large", form="unknown", **details)
    if stage is Stage.SENDER or reply.enhanced in NOT_ALLOWED_TO_SEND:
        return Unavailable("smtp-sender", **details)
    return Refused("smtp-recipient" if stage is Stage.RECIPIENT else "smtp-message", **details)


def _is_too_large(stage: Stage, reply: Reply) -> bool:
    if reply.enhanced in TOO_LARGE or reply.code == 523:
        return True
    # Said of a recipient, 552 is about a mailbox that is full.
    return reply.code == 552 and stage is not Stage.RECIPIENT and reply.enhanced != "5.2.2"


def _wait(reply: Reply) -> float | None:
    """Seconds to wait as the server says it, or as a server that is busy is known to need."""
    match = WAIT.search(reply.text)
    if match:
        return min(float(match[1]) * SECONDS[match[2][0].lower()], LONGEST_WAIT)
    busy = reply.code == 432 or reply.enhanced.startswith("4.7.") or BUSY.search(reply.text)
    return THROTTLED if busy else None
