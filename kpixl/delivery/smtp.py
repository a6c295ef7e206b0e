"""Send mails through a mail server (SMTP), and say of each exactly what became of it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kpixl.delivery.config import Login, MailConfig, Security, SmtpConfig
from kpixl.delivery.mail import Mail
from kpixl.delivery.secrets import require_secret
from kpixl.delivery.smtp_login import log_in, log_in_with_token
from kpixl.delivery.smtp_replies import Stage
from kpixl.delivery.smtp_session import Session
from kpixl.delivery.transports import DeliveryFault, Refused, Unavailable
from kpixl.errors import KpixlError

PER_CONNECTION = 50
"""Mails that one connection takes; servers lose patience with longer ones."""

LINE_ENDS = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")


@dataclass(frozen=True)
class Letter:
    """A mail as SMTP takes it. ``data`` has CRLF at the end of every line."""

    sender: str
    recipient: str
    data: bytes

    @property
    def utf8(self) -> bool:
        """Whether an address asks for a server that takes other signs than ASCII in it."""
        return not (self.sender.isascii() and self.recipient.isascii())


class SmtpTransport:
    """A way to send through one mail server (see kpixl.delivery.transports.Transport).

    ``password`` and ``token`` are asked when a connection needs them, ``fresh_token`` (else
    ``token`` again) where the server says no to the first. ``render`` makes a mail's bytes.
    """

    def __init__(
        self,
        config: SmtpConfig,
        *,
        password: Callable[[], str] | None = None,
        token: Callable[[], str] | None = None,
        fresh_token: Callable[[], str] | None = None,
        render: Callable[[Mail], bytes] | None = None,
        per_connection: int = PER_CONNECTION,
    ) -> None:
        self._config = config
        self._password = password or (lambda: require_secret("smtp_password", config.user))
        self._token = token
        self._fresh_token = fresh_token or token
        self._render = render or _rendered
        self._per_connection = per_connection
        self._session: Session | None = None
        self._context: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.quit()

    def send(self, mail: Mail) -> str:
        """Send one mail and return the server's reply. Raises one of the four faults of
        kpixl.delivery.transports."""
        letter = _letter(mail, self._render)
        session = self._ready()
        try:
            reply = _handed_over(session, letter)
        except DeliveryFault:
            self._keep(session)
            raise
        except BaseException:
            # Broken off in the midst of it: whatever were said now would be part of the mail.
            session.close()
            raise
        self._keep(session)
        return reply

    def _keep(self, session: Session) -> None:
        session.mails += 1
        if session.alive and session.mails < self._per_connection:
            self._session = session
        else:
            session.quit()

    def _ready(self) -> Session:
        """A connection that waits for a mail: the one there is, or a new one."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.ask(Stage.HELLO, "RSET")
            except DeliveryFault:
                session.close()  # it was left idle for too long: nothing is lost but itself
            else:
                return session
        if self._config.login is Login.XOAUTH2:
            return self._with_token()
        if self._config.login is Login.NONE:
            return self._connected(None)
        password = _asked(self._password)
        return self._connected(lambda session: log_in(session, self._config.user, password))

    def _with_token(self) -> Session:
        """Signed in with a token. One that the server refuses may have expired or been revoked
        since it was given: a fresh one is tried, once."""
        if self._token is None or self._fresh_token is None:
            raise Unavailable("smtp-no-token", host=self._config.host)
        user, token = self._config.user, _asked(self._token)
        try:
            return self._connected(lambda session: log_in_with_token(session, user, token))
        except Unavailable as fault:
            fresh = _asked(self._fresh_token) if fault.code == "smtp-login" else token
            if fresh == token:
                raise
        return self._connected(lambda session: log_in_with_token(session, user, fresh))

    def _connected(self, log_in: Callable[[Session], None] | None) -> Session:
        if self._context is None and self._config.security is not Security.NONE:
            self._context = _context(self._config)
        session = Session(self._config, self._context)
        if log_in is not None:
            try:
                log_in(session)
            except BaseException:
                session.quit()
                raise
        return session


def smtp_transport(
    mail: MailConfig,
    token: Callable[[], str] | None = None,
    fresh_token: Callable[[], str] | None = None,
) -> SmtpTransport:
    """The transport that kpixl.toml asks for. Raises :class:`SecretMissing` at once, so that
    nothing is begun without the password."""
    if mail.smtp is None:
        raise ValueError("the configuration has no [mail.smtp]")
    password: Callable[[], str] | None = None
    if mail.smtp.login is Login.PASSWORD:
        found = require_secret("smtp_password", mail.smtp.user)
        password = lambda: found  # noqa: E731 - kept, not looked up for each connection
    return SmtpTransport(mail.smtp, password=password, token=token, fresh_token=fresh_token)


def _asked(secret: Callable[[], str]) -> str:
    """A secret. Without it nothing can be sent, whatever the reason."""
    try:
        return secret()
    except DeliveryFault:
        raise
    except KpixlError as fault:
        raise Unavailable(fault.code, **fault.details) from fault


def _context(config: SmtpConfig) -> ssl.SSLContext:
    """Certificates and names are verified, against the system's authorities and the company's
    own."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.ca_file is not None:
        try:
            context.load_verify_locations(config.ca_file)
        except OSError as fault:
            raise Unavailable("smtp-ca", found=str(config.ca_file)) from fault
    return context


def _letter(mail: Mail, render: Callable[[Mail], bytes]) -> Letter:
    sender, recipient = _envelope(mail.sender.email), _envelope(mail.recipient.email)
    try:
        data = LINE_ENDS.sub(b"\r\n", render(mail))
    except KpixlError as fault:  # there is no such mail, through whatever server
        raise Refused(fault.code, **fault.details) from fault
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    return Letter(sender, recipient, data)


def _rendered(mail: Mail) -> bytes:
    from kpixl.delivery.eml import to_message

    return to_message(mail).as_bytes()


def _envelope(address: str) -> str:
    """An address as the envelope has it: its domain in ASCII (xn--...). Raises
    :class:`Refused`."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as fault:
        raise Refused("smtp-address", found=address) from fault
    if not local or not domain or NOT_IN_AN_ADDRESS.search(address):
        raise Refused("smtp-address", found=address)
    return f"{local}@{ascii_domain}"


def _handed_over(session: Session, letter: Letter) -> str:
    """The four steps of one mail, and what the server says to the last."""
    options = _options(session, letter)
    session.ask(Stage.SENDER, f"MAIL FROM:<{letter.sender}>{options}")
    session.ask(Stage.RECIPIENT, f"RCPT TO:<{letter.recipient}>")
    session.ask(Stage.DATA, "DATA", 354)
    session.body(LEADING_DOT.sub(b"..", letter.data))
    return str(session.hand_over())


def _options(session: Session, letter: Letter) -> str:
    """What MAIL says of the letter. Raises :class:`Refused` where the server could not take
    it."""
    size, limit = len(letter.data), session.size_limit
    if 0 < limit < size:
        raise Refused(
            "smtp-too-large",
            size=_megabytes(size),
            limit=_megabytes(limit),
            reply="",
            **session.facts,
        )
    options = f" SIZE={size}" if "size" in session.features else ""
    if not letter.data.isascii():
        if "8bitmime" not in session.features:
            raise Refused("smtp-8bit", **session.facts)
        options += " BODY=8BITMIME"
    if letter.utf8:
        if "smtputf8" not in session.features:
            found = letter.sender if letter.recipient.isascii() else letter.recipient
            raise Refused("smtp-utf8", found=found, **session.facts)
        options += " SMTPUTF8"
    return options


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"
