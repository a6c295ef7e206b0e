"""Mail servers on this machine that keep what they are given: one that behaves (aiosmtpd), with
faults built in where a test asks for them; one that says what a script tells it to; and a line
between client and server that is cut after any number of bytes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "kpi@example.co.jp", "mañana-パス"
TOKEN = "ya29.right"  # noqa: S105 - good for this server
PATIENCE = 20.0
"""Seconds after which a test that waits for a server has failed."""


class Serving:
    """An asyncio server in a thread of its own, on a free port."""

    def __init__(
        self, factory: Callable[[Serving], asyncio.BaseProtocol], tls: ssl.SSLContext | None
    ) -> None:
        self._factory = factory
        self._tls = tls
        self.loop = asyncio.new_event_loop()
        # What breaks when a test cuts a connection is the client's to notice.
        self.loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._opened: list[asyncio.Transport] = []
        self.port = 0

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """Note a connection, so that it ends with the server."""
        assert isinstance(transport, asyncio.Transport)
        self._opened.append(transport)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(
            self.loop.create_server(lambda: self._factory(self), "127.0.0.1", 0, ssl=self._tls)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()

    def _run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(PATIENCE)

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for transport in self._opened:
            transport.abort()
        for _ in range(5):  # what is closed is let go of a few turns later
            await asyncio.sleep(0)


@dataclass
class Sink:
    """What a server holds, and how it answers. ``answers`` are used up one by one, each for the
    next question of its kind (``RCPT``, ``MAIL``, ``DATA``); None lets it through. ``cut`` is a
    stage (see :class:`Cutting`) at which the connection is lost, the first time or every time."""

    answers: dict[str, list[str | None]] = field(default_factory=dict)
    cut: str = ""
    cuts: int = 1
    token: str = TOKEN
    held: list[Envelope] = field(default_factory=list)
    greeted: int = 0
    said: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    open: int = 0
    idle: threading.Condition = field(default_factory=threading.Condition)

    def quiet(self) -> list[Envelope]:
        """What is held once every connection has come to its end."""
        with self.idle:
            assert self.idle.wait_for(lambda: self.open == 0, PATIENCE)
        return list(self.held)

    def cuts_at(self, stage: str) -> bool:
        """Whether the connection is to be lost now."""
        if self.cut != stage or self.cuts == 0:
            return False
        self.cuts -= 1
        return True

    def _answer(self, kind: str) -> str | None:
        waiting = self.answers.get(kind, [])
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd asks for these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._answer("MAIL")
        if said is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._answer("RCPT")
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 2.1.5 Recipient OK"

    async def handle_DATA(  # noqa: N802
        self, server: Cutting, session: Session, envelope: Envelope
    ) -> str:
        server.cut_here("dot")
        said = self._answer("DATA")
        if said is None:
            self.held.append(envelope)
        server.cut_here("accepted")
        return said or "250 2.0.0 Ok: queued as 4ABC"

    async def auth_XOAUTH2(  # noqa: N802
        self, server: SMTP, args: list[str]
    ) -> AuthResult:
        spoken = base64.b64decode(args[1]).decode()
        user, bearer, *rest = spoken.split("\x01")
        self.logins.append(("XOAUTH2", bearer))
        if (user, bearer, rest) == (f"user={USER}", f"auth=Bearer {self.token}", ["", ""]):
            return AuthResult(success=True)
        why = {"status": "401", "schemes": "bearer", "scope": "https://mail.example/"}
        answer = await server.challenge_auth(json.dumps(why))
        assert answer == b"", "the challenge is to be answered with an empty line"
        return AuthResult(success=False, handled=False)

    async def auth_CRAM__MD5(  # noqa: N802
        self, server: SMTP, args: list[str]
    ) -> AuthResult:
        challenge = b"<1896.697170952@localhost>"
        answer = await server.challenge_auth(challenge)
        assert isinstance(answer, bytes)
        right = hmac.new(PASSWORD.encode(), challenge, hashlib.md5).hexdigest()
        self.logins.append(("CRAM-MD5", ""))
        return AuthResult(success=answer.decode() == f"{USER} {right}", handled=False)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether the password is the right one."""
        assert isinstance(data, LoginPassword)
        self.logins.append((mechanism, data.login.decode()))
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


class Cutting(SMTP):
    """aiosmtpd, with a connection that is lost where its sink says so: at ``connect`` or
    ``greeting``, before (``-EHLO``) or after (``+EHLO``) the reply to a command, at ``354``, when
    the final dot is there (``dot``), when the mail is held (``accepted``), or after the reply."""

    def __init__(self, serving: Serving, sink: Sink, **options: Any) -> None:
        super().__init__(sink, authenticator=sink.authenticate, **options)
        self.serving = serving
        self.sink = sink
        self.stage = "greeting"
        self._counted = False
        self.command_size_limits["AUTH"] = 12288
        self._smtp_methods = {
            name: self._noted(name, method) for name, method in self._smtp_methods.items()
        }

    def _noted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def noted(arg: str | None) -> None:
            self.stage = name
            self.sink.said.append(f"{name} {arg or ''}".strip())
            await method(arg)

        return noted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted:  # and not the same once more, after STARTTLS
            self._counted = True
            self.serving.opened(transport)
            with self.sink.idle:
                self.sink.open += 1
                self.sink.greeted += 1
        super().connection_made(transport)
        if self.stage == "greeting" and self.sink.cuts_at("connect"):
            assert isinstance(transport, asyncio.Transport)
            transport.abort()

    async def _handle_client(self) -> None:
        try:
            await super()._handle_client()
        finally:
            with self.sink.idle:
                self.sink.open -= 1
                self.sink.idle.notify_all()

    def cut_here(self, stage: str) -> None:
        """Lose the connection, if this is where."""
        if self.sink.cuts_at(stage):
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
            raise ConnectionResetError

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        if text[:3] == "354":
            self.stage = "354"
        whole = text[3:4] != "-"  # the last line of a reply
        if whole:
            self.cut_here(f"-{self.stage}")
        await super().push(status)
        if whole and self.sink.cuts_at(f"+{self.stage}"):
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.close()
            raise ConnectionResetError
        if self.stage == "354":
            self.stage = "reply"


def mail_server(
    sink: Sink,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    login: bool = False,
    size: int = 32_000_000,
    utf8: bool = False,
    without: Sequence[str] = (),
) -> Serving:
    """A server that fills ``sink``. With ``tls`` it wants STARTTLS, or TLS from the start where
    ``implicit``; with ``login`` it takes mails only from who has signed in, by any way but those
    ``without``."""

    def made(serving: Serving) -> Cutting:
        starttls = tls is not None and not implicit
        return Cutting(
            serving,
            sink,
            hostname="localhost",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            auth_required=login,
            auth_require_tls=starttls,
            auth_exclude_mechanism=list(without),
            data_size_limit=size,
            enable_SMTPUTF8=utf8,
            timeout=PATIENCE,
            loop=serving.loop,
        )

    return Serving(made, tls if implicit else None)


class Scripted(Serving):
    """A server that answers each line of the client with the next of ``replies``, the first one
    unasked; None is silence, "" hangs up. ``heard`` has what the client said; after 354 what it
    says is not answered until the dot."""

    def __init__(self, *replies: str | None) -> None:
        self.heard: list[bytes] = []
        self._last: bytes | None = None
        scripted = self
        waiting = list(replies)
        heard = self.heard

        class Protocol(asyncio.Protocol):
            def __init__(self, serving: Serving) -> None:
                self.serving = serving

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                self.serving.opened(transport)
                self.transport = transport
                self.rest = b""
                self.in_body = False
                self.answer()

            def data_received(self, data: bytes) -> None:
                *lines, self.rest = (self.rest + data).split(b"\r\n")
                for line in lines:
                    heard.append(line)
                    if line == scripted._last:
                        self.transport.pause_reading()
                    if not self.in_body or line == b".":
                        self.answer()

            def answer(self) -> None:
                if heard and heard[-1] == b"QUIT":
                    self.transport.close()
                    return
                reply = waiting.pop(0) if waiting else None
                self.in_body = (reply or "").startswith("354")
                if reply:
                    self.transport.write(reply.encode() + b"\r\n")
                elif reply == "":
                    self.transport.close()

        super().__init__(Protocol, None)

    def stop_reading_after(self, line: bytes) -> None:
        """Read nothing more once the client has said ``line``."""
        self._last = line


class Line:
    """A line to ``port`` that is cut, both ways, once ``up`` bytes have come from the client or
    ``down`` bytes from the server; the byte that is one too many is not passed on."""

    def __init__(self, port: int, up: int | None = None, down: int | None = None) -> None:
        self._port = port
        self._limits = {"up": up, "down": down}
        self.passed = {"up": 0, "down": 0}
        self.was_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        # So that a mail of some megabytes does not disappear in what lies between.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A listener that is shut down ends the wait for the next client.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(PATIENCE)
        self._hang_up(*self._sockets)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            self._sockets += [client, server]
            thread = threading.Thread(target=self._connect, args=(client, server))
            self._threads.append(thread)
            thread.start()

    def _connect(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:  # closed when nobody reads them any more, so that the ends notice
            down = threading.Thread(target=self._pass, args=("down", server, client))
            down.start()
            self._pass("up", client, server)
            down.join(PATIENCE)

    def _pass(self, way: str, source: socket.socket, target: socket.socket) -> None:
        limit = self._limits[way]
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                room = len(data) if limit is None else limit - self.passed[way]
                target.sendall(data[:room])
                self.passed[way] += len(data[:room])
                if room < len(data):
                    self.was_cut = True
                    break
        self._hang_up(source, target)

    def _hang_up(self, *ends: socket.socket) -> None:
        for one in ends:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


__all__ = [
    "MISSING", "PASSWORD", "TOKEN", "USER", "Cutting", "Line", "Scripted", "Serving", "Sink",
    "mail_server",
]  # fmt: skip
