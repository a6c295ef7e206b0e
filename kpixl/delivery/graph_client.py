"""Ask Microsoft Graph: with a token, once where a mail leaves, patiently where nothing does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

from kpixl.delivery.graph_faults import Step, fault_of, not_carried_out, passing
from kpixl.delivery.transports import Deferred, Unavailable
from kpixl.delivery.web import Lost, Reply, Web

MOST_STUMBLES = 10
LONGEST_STEP = 30.0
EXPIRED = 401


class TokenSource(Protocol):
    """Where access tokens come from: :class:`kpixl.delivery.tokens.Tokens`."""

    def token(self, fresh: bool = False) -> str:
        """A token that is valid now; ``fresh`` one that was not handed out before."""
        ...


class Patience:
    """How long the mail to ``address`` may wait for Microsoft: ``limit`` seconds in all, over at
    most ten stumbles."""

    def __init__(self, address: str, limit: float, sleep: Callable[[float], None]) -> None:
        self.address = address
        self._left = limit
        self._sleep = sleep
        self._stumbles = 0

    def pause(self, fault: Deferred) -> None:
        """Wait as long as ``fault`` asks for, or a little longer each time. Raises ``fault``
        itself where that would take too long."""
        wait = fault.after
        if wait is None:
            wait = min(2.0**self._stumbles, LONGEST_STEP)
        self._stumbles += 1
        if self._stumbles > MOST_STUMBLES or wait > self._left:
            raise fault
        self._left -= wait
        self._sleep(wait)


class GraphClient:
    """Requests for one mailbox, ``user``."""

    def __init__(self, web: Web, tokens: TokenSource, base: str, user: str) -> None:
        self.web = web
        self.user = user
        self._tokens = tokens
        self._mailbox = f"{base}/users/{quote(user, safe='@')}"

    def once(
        self,
        method: str,
        path: str,
        data: bytes = b"",
        kind: str = "application/json",
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer. A token that has expired meanwhile is replaced, once: 401 says that nothing
        was done. Raises :class:`Lost`, :class:`Deferred` or :class:`Unavailable`."""
        reply = self._ask(method, path, data, kind, params, fresh=False)
        if reply.status == EXPIRED:
            reply = self._ask(method, path, data, kind, params, fresh=True)
        return reply

    def _ask(
        self,
        method: str,
        path: str,
        data: bytes,
        kind: str,
        params: Mapping[str, str] | None,
        *,
        fresh: bool,
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {self._tokens.token(fresh)}",
            "client-request-id": str(uuid.uuid4()),
            "Accept": "application/json",
        }
        if data:
            headers["Content-Type"] = kind
        elif method == "POST":
            headers["Content-Length"] = "0"
        return self.web.call(method, f"{self._mailbox}/{path}", headers, data, params)

    def steadily(
        self,
        method: str,
        path: str,
        patience: Patience,
        content: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        repeatable: bool = True,
    ) -> Reply:
        """The answer to a request that sends nothing, repeated until it succeeds. Raises a fault,
        and :class:`Lost` where ``repeatable`` is false and nobody knows whether it was done."""
        data = json.dumps(content).encode("ascii") if content is not None else b""
        while True:
            try:
                reply = self.once(method, path, data, params=params)
            except Lost as lost:
                if not repeatable:
                    raise
                fault = self.broken(lost.told)
            except Deferred as refused:
                fault = refused
            else:
                if reply.status < 300:
                    return reply
                if not passing(reply):
                    raise fault_of(reply, Step.DRAFT, patience.address, self.user)
                if not repeatable and not not_carried_out(reply):
                    raise Lost(reply.said)
                fault = Deferred("graph-busy", reply.retry_after, reply=reply.said)
            patience.pause(fault)

    def quietly(self, method: str, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """The answer to a request that only tidies up: one that fails is an empty answer."""
        try:
            return self.once(method, path, params=params)
        except (Lost, Deferred, Unavailable):
            return Reply(0, {}, {})

    def broken(self, told: str) -> Deferred:
        """The fault of a line that breaks again and again before anything was sent."""
        return Deferred("microsoft-unreachable", host="Microsoft 365", reply=told)
