"""Sign in to a mail server: with a password, or with a token that stands for one (XOAUTH2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from kpixl.delivery.smtp_replies import Reply, Stage, fault_of
from kpixl.delivery.smtp_session import Session
from kpixl.delivery.transports import Unavailable

MORE = 334
NOT_THIS_WAY = 504
"""The server knows the mechanism that it offers, but not for this user."""

XOAUTH2 = "XOAUTH2"


def log_in(session: Session, user: str, password: str) -> None:
    """Sign in with a password, by the best way that the server offers. Raises
    :class:`Unavailable` where it offers none or says no, :class:`Deferred` where it cannot
    now."""
    ways = ("PLAIN", "LOGIN", "CRAM-MD5") if session.encrypted else ("CRAM-MD5", "PLAIN", "LOGIN")
    offered = [way for way in ways if way in _offered(session)]
    _needs_one(session, offered, ways)
    reply = Reply(-1, "")
    for way in offered:
        reply = _Login(session, user, password).by(way)
        if reply.code != NOT_THIS_WAY:
            break
    if reply.code != 235:
        raise fault_of(Stage.LOGIN, reply, user=user, **session.facts)


def log_in_with_token(session: Session, user: str, token: str) -> None:
    """Sign in with a token of OAuth 2.0. Raises as :func:`log_in`."""
    _needs_one(session, [way for way in _offered(session) if way == XOAUTH2], (XOAUTH2,))
    spoken = f"user={user}\x01auth=Bearer {token}\x01\x01"
    talk = _Login(session, user, token)
    reply = talk.ask(f"AUTH {XOAUTH2} {talk.coded(spoken.encode())}")
    if reply.code == MORE:  # why not, in JSON: an empty line asks for the refusal itself
        reply = talk.ask("")
    if reply.code != 235:
        raise fault_of(Stage.LOGIN, reply, user=user, **session.facts)


def _offered(session: Session) -> list[str]:
    return session.features.get("auth", "").upper().split()


def _needs_one(session: Session, found: Sequence[str], wanted: Sequence[str]) -> None:
    if not found:
        raise Unavailable(
            "smtp-no-login",
            offered=", ".join(_offered(session)) or "–",
            wanted=", ".join(wanted),
            **session.facts,
        )


class _Login:
    """The words of one attempt. What is secret in them is kept out of every reply."""

    def __init__(self, session: Session, user: str, password: str) -> None:
        self.session = session
        self.user = user.encode()
        self.password = password.encode()
        self.hidden = [password]

    def coded(self, data: bytes) -> str:
        """``data`` as it is sent; from now on never shown."""
        found = base64.b64encode(data).decode("ascii")
        self.hidden.append(found)
        return found

    def ask(self, command: str) -> Reply:
        """The server's answer, yes or no."""
        return self.session.exchange(Stage.LOGIN, command, self.hidden)

    def by(self, way: str) -> Reply:
        """The last reply of an attempt by ``way``."""
        if way == "PLAIN":
            both = b"\0".join((b"", self.user, self.password))
            return self.ask(f"AUTH PLAIN {self.coded(both)}")
        if way == "LOGIN":
            reply = self.ask("AUTH LOGIN")
            for answer in (self.user, self.password):
                if reply.code == MORE:
                    reply = self.ask(self.coded(answer))
            return reply
        reply = self.ask("AUTH CRAM-MD5")
        return self._cram(reply.text) if reply.code == MORE else reply

    def _cram(self, challenge: str) -> Reply:
        """The answer of RFC 2195, which asks for MD5."""
        try:
            told = base64.b64decode(challenge)
        except ValueError:
            return self.ask("*")  # that is no challenge: break off
        digest = hmac.new(self.password, told, hashlib.md5).hexdigest()
        return self.ask(self.coded(self.user + b" " + digest.encode("ascii")))
