"""Send mail through Microsoft Graph: in one request where it fits, else as a draft with uploads.

A small mail goes as MIME, not as Graph's JSON: JSON holds one body, either HTML or text, and no
header of one's own; MIME arrives as it was made, with both bodies, its Message-ID and its
language. It needs the permission Mail.Send. Graph takes four million bytes in one request, in
Base64, and was seen to answer 200 and send nothing somewhat below that: so mails of more than two
million bytes are built as drafts, which needs Mail.ReadWrite as well.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from contextlib import suppress
from email import policy
from email.headerregistry import AddressHeader
from email.parser import BytesHeaderParser
from types import TracebackType
from typing import Self
from urllib.parse import quote

from kpixl.delivery.graph_client import GraphClient, Patience, TokenSource
from kpixl.delivery.graph_draft import Draft, delete
from kpixl.delivery.graph_faults import Step, fault_of, known_fault
from kpixl.delivery.mail import Mail
from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Unavailable, Uncertain
from kpixl.delivery.web import Lost, Reply, Web, checked_address
from kpixl.errors import UsageProblem

GRAPH = "https://graph.microsoft.com/v1.0"
LARGEST_AT_ONCE = 2_000_000
PATIENCE = 300.0
ACCEPTED = 202
NOT_FOUND = 404


class GraphTransport:
    """Sends from the mailbox ``user`` with tokens from ``tokens``; ``render`` gives a mail's MIME
    bytes. ``base`` is another address for a national cloud; ``patience`` how many seconds one
    mail's preparation may wait while Microsoft asks to. Raises :class:`UsageProblem` for a
    ``base`` that is not https."""

    def __init__(
        self,
        tokens: TokenSource,
        user: str,
        render: Callable[[Mail], bytes],
        *,
        base: str = GRAPH,
        web: Web | None = None,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._web = web or Web()
        self._client = GraphClient(self._web, tokens, checked_address(base), user)
        self._render = render
        self._limit = patience
        self._sleep = sleep
        # Drafts that are ready and were not sent yet, by Message-ID: another try sends the same.
        self._ready: dict[str, tuple[str, str]] = {}

    def __enter__(self) -> Self:
        """The transport itself. Raises :class:`UsageProblem` where the extra is missing."""
        self._web.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for draft, _ in self._ready.values():
            delete(self._client, draft)
        self._ready.clear()
        self._web.close()

    def send(self, mail: Mail) -> str:
        """Send one mail, and return the status and under which names Microsoft and the receiving
        servers know it. Raises the faults of :mod:`kpixl.delivery.transports`."""
        files = sum(len(one.data) for one in (*mail.pictures, *mail.attachments))
        content = self._rendered(mail) if files < LARGEST_AT_ONCE else b""
        if not content or len(content) > LARGEST_AT_ONCE:
            return self._send_draft(mail)
        _only_to(mail, content)
        try:
            reply = self._client.once(
                "POST", "sendMail", base64.b64encode(content), kind="text/plain"
            )
        except Lost as lost:
            raise self._unknown(mail, lost.told) from lost
        if reply.status != ACCEPTED:
            raise self._fault(reply, mail)
        return _receipt(reply, mail.message_id)

    def _rendered(self, mail: Mail) -> bytes:
        try:
            return self._render(mail)
        except UsageProblem as fault:
            # Such as an address that no mail can have: this person's mail alone.
            raise Refused(fault.code, **fault.details) from fault

    def _send_draft(self, mail: Mail) -> str:
        again = mail.message_id in self._ready
        draft, message_id = self._ready.pop(mail.message_id) if again else self._prepared(mail)
        try:
            reply = self._client.once("POST", f"messages/{quote(draft, safe='')}/send")
        except Lost as lost:
            raise self._unknown(mail, lost.told) from lost
        except (Deferred, Unavailable):
            self._ready[mail.message_id] = (draft, message_id)
            raise
        if reply.status == ACCEPTED:
            return _receipt(reply, message_id)
        if reply.status == NOT_FOUND and known_fault(reply) is None:
            raise self._gone(mail, reply, again=again)
        fault = self._fault(reply, mail)
        if isinstance(fault, Deferred):
            self._ready[mail.message_id] = (draft, message_id)
        elif not isinstance(fault, Uncertain):
            delete(self._client, draft)
        raise fault

    def _prepared(self, mail: Mail) -> tuple[str, str]:
        """A draft with all its files. What goes wrong here has sent nothing."""
        patience = Patience(mail.recipient.email, self._limit, self._sleep)
        draft = Draft(self._client, mail, patience)
        try:
            for one in (*mail.pictures, *mail.attachments):
                draft.attach(one)
        except DeliveryFault:
            draft.delete()
            raise
        return draft.id, draft.message_id

    def _gone(self, mail: Mail, reply: Reply, *, again: bool) -> DeliveryFault:
        """A draft leaves the drafts when it is sent: one that an earlier try had named, and that is
        gone, may have been sent by that try."""
        if again:
            return self._unknown(mail, reply.said)
        return Deferred("graph-busy", reply.retry_after, reply=reply.said)

    def _unknown(self, mail: Mail, told: str) -> Uncertain:
        address, user = mail.recipient.email, self._client.user
        return Uncertain("graph-unclear", reply=told, address=address, user=user)

    def _fault(self, reply: Reply, mail: Mail) -> DeliveryFault:
        return fault_of(reply, Step.SEND, mail.recipient.email, self._client.user)


def _receipt(reply: Reply, message_id: str) -> str:
    return f"{reply.status} request-id={reply.request_id} message-id={message_id}"


def _only_to(mail: Mail, content: bytes) -> None:
    """Raises :class:`Refused` unless the recipient is the only one: Graph sends MIME to every
    address in its headers, whoever may be meant to be named there only."""
    headers = BytesHeaderParser(policy=policy.default).parsebytes(content)
    found = [
        one.addr_spec
        for name in ("To", "Cc", "Bcc")
        for header in headers.get_all(name, [])
        if isinstance(header, AddressHeader)
        for one in header.addresses
    ]
    if [_plain(one) for one in found] != [_plain(mail.recipient.email)]:
        raise Refused("graph-others", address=mail.recipient.email, found=", ".join(found))


def _plain(address: str) -> str:
    """An address as it is compared: in lower case, its domain as the name system writes it."""
    name, _, domain = address.rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{name}@{domain}".casefold()
