"""Build a large mail piece by piece as a draft in the sender's mailbox; nothing leaves it here."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

from kpixl.delivery.graph_client import GraphClient, Patience
from kpixl.delivery.graph_faults import Step, fault_of, passing
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.delivery.transports import Deferred, Refused, Unavailable
from kpixl.delivery.web import Lost, Reply, checked_address
from kpixl.errors import UsageProblem

IN_SESSIONS_FROM = 3_000_000
"""Bytes. Microsoft says 3 MB without saying which; a session for less is turned down by a code of
its own, and the file then goes in one piece."""
TOO_SMALL = "errorattachmentsizeshouldnotbelessthanminimumsize"
LARGEST = 150_000_000
PIECE = 10 * 320 * 1024
"""Bytes of one upload: Outlook asks for less than 4 MB, Microsoft's upload sessions elsewhere for
multiples of 320 KiB."""
MOST_SESSIONS = 3
ENDED = (401, 403, 404, 405, 410)
"""What an upload address answers that has expired, or does not tell how far it came."""


def message_of(mail: Mail) -> dict[str, object]:
    """``mail`` without its files, as Graph takes it. It keeps the HTML only (Exchange makes a
    plain text from it), but the Message-ID that every attempt shares."""
    to = [_person(mail.recipient)]
    message: dict[str, object] = {
        "subject": mail.subject,
        "body": {"contentType": "html", "content": mail.html},
        "from": _person(mail.sender),
        "toRecipients": [] if mail.copy else to,
        "ccRecipients": to if mail.copy else [],
        "internetMessageId": mail.message_id,
    }
    if mail.reply_to is not None:
        message["replyTo"] = [_person(mail.reply_to)]
    return message


def _person(one: Address) -> dict[str, object]:
    name = {"name": one.name} if one.name else {}
    return {"emailAddress": {"address": one.email, **name}}


class Draft:
    """A draft in the mailbox: ``id`` as Graph names it, ``message_id`` as it will be sent."""

    def __init__(self, client: GraphClient, mail: Mail, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self._attached = 0
        self.id, self.message_id = self._create(mail)
        self._path = f"messages/{quote(self.id, safe='')}"

    def _create(self, mail: Mail) -> tuple[str, str]:
        """The draft's names. A reply that was lost may leave a draft behind: it is swept away."""
        lost = False
        while True:
            try:
                reply = self._client.steadily(
                    "POST", "messages", self._patience, message_of(mail), repeatable=False
                )
            except Lost as fault:
                lost = True
                self._patience.pause(self._client.broken(fault.told))
                continue
            made = str(reply.body.get("id", ""))
            if not made:
                raise Deferred("graph-busy", reply=reply.said)
            if lost:
                self._sweep(mail.message_id, made)
            return made, str(reply.body.get("internetMessageId") or mail.message_id)

    def _sweep(self, message_id: str, kept: str) -> None:
        named = message_id.replace("'", "''")
        found = self._client.quietly(
            "GET",
            "mailFolders/drafts/messages",
            params={"$filter": f"internetMessageId eq '{named}'", "$select": "id"},
        )
        for one in _items(found):
            if one.get("id") not in (kept, None):
                self._client.quietly("DELETE", f"messages/{quote(str(one['id']), safe='')}")

    def attach(self, one: Attachment) -> None:
        """Add one file, and add it once: after a lost reply the draft is asked what it holds."""
        if len(one.data) > LARGEST:
            raise Refused("graph-too-large", reply=f"{one.name}: {len(one.data):,} bytes")
        while True:
            try:
                if len(one.data) < IN_SESSIONS_FROM or not self._in_session(one):
                    self._in_one_piece(one)
                break
            except Lost as fault:
                self._patience.pause(self._client.broken(fault.told))
                if self._arrived():
                    break
        self._attached += 1

    def _in_one_piece(self, one: Attachment) -> None:
        content = {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": one.name,
            "contentType": one.kind,
            "contentBytes": base64.b64encode(one.data).decode("ascii"),
            **_shown(one),
        }
        path = f"{self._path}/attachments"
        self._client.steadily("POST", path, self._patience, content, repeatable=False)

    def _arrived(self) -> bool:
        """Whether the draft holds one file more than was known."""
        found = self._client.steadily(
            "GET", f"{self._path}/attachments", self._patience, params={"$select": "name,size"}
        )
        return len(_items(found)) > self._attached

    def _in_session(self, one: Attachment) -> bool:
        """Upload a large file; false where Graph finds it too small for that."""
        for _ in range(MOST_SESSIONS):
            url = self._session(one)
            if url is None:
                return False
            if self._upload(url, one.data):
                return True
        raise Deferred("graph-busy", reply=f"{one.name}: {MOST_SESSIONS} upload sessions ended")

    def _session(self, one: Attachment) -> str | None:
        """The address of a new upload session, which is a key of its own and is shown nowhere."""
        item = {
            "attachmentType": "file",
            "name": one.name,
            "size": len(one.data),
            "contentType": one.kind,
            **_shown(one),
        }
        path = f"{self._path}/attachments/createUploadSession"
        try:
            reply = self._client.steadily("POST", path, self._patience, {"AttachmentItem": item})
        except Refused as fault:
            if TOO_SMALL in str(fault.details.get("reply", "")).lower():
                return None
            raise
        try:
            return checked_address(str(reply.body.get("uploadUrl", "")))
        except UsageProblem as fault:
            told = {"reply": f"uploadUrl: {fault.details['found']}", "user": self._client.user}
            raise Unavailable("graph-unexpected", **told) from fault

    def _upload(self, url: str, data: bytes) -> bool:
        """Whether the session took the whole file; false where it ended before."""
        start = 0
        while True:
            piece = data[start : start + PIECE]
            reply = self._put(url, piece, start, len(data))
            if reply.status == 201:
                return True
            if reply.status in ENDED:
                return self._arrived()
            behind = reply.status != 200 or _next(reply) is None
            found = self._whereabouts(url) if behind else _next(reply)
            if found is None or found >= len(data):
                return self._arrived()
            if found <= start and reply.status:
                self._patience.pause(Deferred("graph-busy", reply=reply.said))
            start = found

    def _put(self, url: str, piece: bytes, start: int, size: int) -> Reply:
        """The answer to one piece; status 0 where it was lost, and the session must be asked. No
        token goes with it: the address holds its own."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{size}",
        }
        try:
            reply = self._client.web.call("PUT", url, headers, piece)
        except Lost as fault:
            self._patience.pause(self._client.broken(fault.told))
            return Reply(0, {}, {})
        except Deferred as fault:
            self._patience.pause(fault)
            return Reply(0, {}, {})
        if passing(reply):
            self._patience.pause(Deferred("graph-busy", reply.retry_after, reply=reply.said))
            return Reply(0, {}, {})
        if reply.status in (400, 413):
            raise fault_of(reply, Step.DRAFT, self._patience.address, self._client.user)
        return reply

    def _whereabouts(self, url: str) -> int | None:
        """From where the session wants to go on; None where it has ended or is complete."""
        while True:
            try:
                reply = self._client.web.call("GET", url, {})
            except Lost as lost:
                fault = self._client.broken(lost.told)
            except Deferred as refused:
                fault = refused
            else:
                if not passing(reply):
                    return _next(reply) if reply.status == 200 else None
                fault = Deferred("graph-busy", reply.retry_after, reply=reply.said)
            self._patience.pause(fault)

    def delete(self) -> None:
        """Remove the draft, where that is possible."""
        delete(self._client, self.id)


def delete(client: GraphClient, draft: str) -> None:
    """Remove a draft by its name, where that is possible; nobody is told where it is not."""
    client.quietly("DELETE", f"messages/{quote(draft, safe='')}")


def _shown(one: Attachment) -> dict[str, object]:
    return {"isInline": True, "contentId": one.cid} if one.cid else {"isInline": False}


def _next(reply: Reply) -> int | None:
    """Where the first missing range begins; Outlook writes "2097152", others "0-" or "5-9"."""
    ranges = reply.body.get("nextExpectedRanges", reply.body.get("NextExpectedRanges"))
    if not isinstance(ranges, list) or not ranges:
        return None
    found = re.match(r"\d+", str(ranges[0]))
    return int(found.group()) if found else None


def _items(reply: Reply) -> list[Mapping[str, object]]:
    found = reply.body.get("value")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
