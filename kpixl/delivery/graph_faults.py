"""Judge what Microsoft Graph answered: taken, not now, never, nothing goes at all, or unknown."""

from __future__ import annotations

from enum import StrEnum

from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Unavailable, Uncertain
from kpixl.delivery.web import Reply


class Step(StrEnum):
    """What a request is for. Only SEND makes anything leave the house."""

    SEND = "send"
    DRAFT = "draft"


# Codes of a message that Exchange turned down. They are looked at before the status, which
# differs between its versions.
REFUSED = {
    "errorinvalidrecipients": "graph-recipient",
    "errorinvalidsmtpaddress": "graph-recipient",
    "errormissingemailaddress": "graph-recipient",
    "errormissingrecipients": "graph-recipient",
    "errormessagesizeexceeded": "graph-too-large",
    "errorattachmentsizelimitexceeded": "graph-too-large",
    "requestentitytoolarge": "graph-too-large",
    "maxfilesizeexceeded": "graph-too-large",
    "errormimecontentinvalid": "graph-refused",
    "errormimecontentinvalidbase64string": "graph-refused",
    "errormimecontentconversionfailed": "graph-refused",
    "malwaredetected": "graph-refused",
    "virussuspicious": "graph-refused",
}
# Codes that no other mail would escape either.
UNAVAILABLE = {
    "errorsendasdenied": "graph-send-as",
    "errorsendonbehalfofdenied": "graph-send-as",
    "erroraccessdenied": "graph-denied",
    "accessdenied": "graph-denied",
    "authorization_requestdenied": "graph-denied",
    "extensionerror": "graph-denied",
    "errormessagesubmissionblocked": "graph-blocked",
    "erroraccountsuspend": "graph-blocked",
    "errorexceededmessagelimit": "graph-daily-limit",
    "errorsubmissionquotaexceeded": "graph-daily-limit",
    "errorquotaexceeded": "graph-mailbox-full",
    "quotalimitreached": "graph-mailbox-full",
    "errorinvaliduser": "graph-no-mailbox",
    "errornonexistentmailbox": "graph-no-mailbox",
    "mailboxnotenabledforrestapi": "graph-no-mailbox",
    "errormailboxnotenabledforrestapi": "graph-no-mailbox",
    "request_resourcenotfound": "graph-no-mailbox",
    "resourcenotfound": "graph-no-mailbox",
    "invalidauthenticationtoken": "graph-token",
}
BY_STATUS = {
    401: "graph-token",
    403: "graph-denied",
    407: "graph-unexpected",
    507: "graph-mailbox-full",
}
THROTTLED = (429, 509)
NOT_YET = (408, 423)
"""The request did not arrive whole, or something was locked: it was not carried out."""
NO_LONGER = (404, 405, 410)
SERVER_AT_FAULT = 500


def passing(reply: Reply) -> bool:
    """Whether the same request may well succeed a little later."""
    if known_fault(reply) is not None:
        return False
    return reply.status in (*THROTTLED, *NOT_YET) or reply.status >= SERVER_AT_FAULT


def not_carried_out(reply: Reply) -> bool:
    """Whether Microsoft documents that a request with such an answer had no effect.

    429: the request fails. 503: "you may repeat the request after a delay", which is a promise
    where the delay is named. 500, 502, 504 promise nothing: mails were seen to arrive after them.
    """
    if reply.status in (*THROTTLED, *NOT_YET):
        return True
    return reply.status == 503 and reply.retry_after is not None


def fault_of(reply: Reply, step: Step, address: str, user: str) -> DeliveryFault:
    """What an answer other than success means for the mail to ``address`` from ``user``'s
    mailbox."""
    told = {"reply": reply.said, "address": address, "user": user}
    known = known_fault(reply)
    if known is not None:
        return _for_step(known, step, told)
    if not_carried_out(reply):
        code = "graph-throttled" if reply.status in THROTTLED else "graph-busy"
        return Deferred(code, reply.retry_after, **told)
    if reply.status >= SERVER_AT_FAULT or reply.status < 300:
        if step is Step.SEND:
            return Uncertain("graph-unclear", **told)
        return Deferred("graph-busy", reply.retry_after, **told)
    if reply.status < 400 or reply.status in NO_LONGER:
        return Unavailable("graph-unexpected", **told)
    return Refused("graph-too-large" if reply.status == 413 else "graph-refused", **told)


def known_fault(reply: Reply) -> tuple[type[DeliveryFault], str] | None:
    """The kind and code of a fault that the answer names, None where it names none."""
    for code in reply.codes:
        if code in REFUSED:
            return Refused, REFUSED[code]
        if code in UNAVAILABLE:
            return Unavailable, UNAVAILABLE[code]
    if reply.status in BY_STATUS:
        return Unavailable, BY_STATUS[reply.status]
    return None


def _for_step(
    known: tuple[type[DeliveryFault], str], step: Step, told: dict[str, str]
) -> DeliveryFault:
    """The fault; a right that only large mails need keeps no other mail back."""
    kind, code = known
    if code == "graph-denied" and step is Step.DRAFT:
        return Refused("graph-large-denied", **told)
    return kind(code, **told)
