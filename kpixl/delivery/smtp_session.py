"""One connection to a mail server, each of its stages apart, so that a loss in any of them says
what became of the mail."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterable

from kpixl.delivery.config import Security, SmtpConfig, is_loopback
from kpixl.delivery.smtp_replies import Reply, Stage, fault_of, reply_of
from kpixl.delivery.transports import Deferred, Unavailable, Uncertain
from kpixl.files import reason_of

PIECE = 1 << 16
PATIENCE = 10
"""Times the usual timeout, for the answer to a whole mail: RFC 5321 (4.5.3.2.6) asks for ten
minutes, and who gives up earlier sends twice."""

LONGEST_LINE, MOST_LINES = 8192, 100
"""Of a reply, before what answers is no mail server."""

FAREWELL = 5.0
"""Seconds to wait for the answer to a goodbye: nothing depends on it any more."""

# X509_V_ERR_... of OpenSSL: which of a certificate's faults a person can do something about.
CERTIFICATE_FAULTS = {
    9: "expired", 10: "expired", 62: "name", 64: "name",
    18: "authority", 19: "authority", 20: "authority", 21: "authority",
}  # fmt: skip


class Wire(smtplib.SMTP):
    """smtplib's connection; but a reply that broke off is none. Half a greeting is not another
    kind of server, and half a list of what is offered does not say what is not."""

    def getreply(self) -> tuple[int, bytes]:
        """The code and the text of the next reply; -1 for what has no code. Raises
        :class:`smtplib.SMTPServerDisconnected`, ``OSError`` where there is no whole one."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        if self.file is None:
            self.file = self.sock.makefile("rb")
        lines: list[bytes] = []
        while len(lines) < MOST_LINES:
            line = self.file.readline(LONGEST_LINE)
            if not line.endswith(b"\n"):
                raise smtplib.SMTPServerDisconnected
            lines.append(line[4:].strip())
            if not line[:3].isdigit():
                return -1, line.strip()
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise smtplib.SMTPServerDisconnected


class Session:
    """A conversation with a mail server. Every question raises one of the faults of
    kpixl.delivery.transports where the answer is not the one hoped for; ``alive`` says whether
    another may be asked."""

    def __init__(self, config: SmtpConfig, context: ssl.SSLContext | None) -> None:
        self.config = config
        self.alive = True
        self.mails = 0
        self._context = context
        self._wire = _connected(config)
        try:
            if config.security is Security.TLS:
                self._encrypt()
            self._wire.local_hostname = config.hello or _own_name(self._socket)
            self._right(Stage.GREETING, self._listen(Stage.GREETING), 220)
            self._hello()
            if config.security is Security.STARTTLS:
                self._start_tls()
        except BaseException:
            self.close()
            raise

    @property
    def features(self) -> dict[str, str]:
        """What the server offers, by its name in lower case."""
        return self._wire.esmtp_features

    @property
    def encrypted(self) -> bool:
        """Whether nobody between here and the server can read."""
        return isinstance(self._socket, ssl.SSLSocket)

    @property
    def size_limit(self) -> int:
        """The most bytes that the server takes, 0 where it does not say."""
        told = self.features.get("size", "")
        return int(told) if told.isascii() and told.isdigit() else 0

    def ask(self, stage: Stage, command: str, *good: int) -> Reply:
        """The answer to ``command``, where its code is ``good``; without any, a 2xx."""
        return self._right(stage, self.exchange(stage, command), *good)

    def exchange(self, stage: Stage, command: str, hidden: Iterable[str] = ()) -> Reply:
        """The answer to ``command``, yes or no; ``hidden`` is kept out of its text."""
        self.alive = False  # until the answer is there
        try:
            self._socket.sendall(command.encode() + b"\r\n")
        except OSError as fault:
            self._last_words(stage)
            raise self._lost(fault) from fault
        return self._listen(stage, hidden)

    def body(self, data: bytes) -> None:
        """Send the mail itself, without the dot that hands it over."""
        view = memoryview(data)
        try:
            # In pieces, because the timeout is for each call, and a large mail may take long.
            for start in range(0, len(view), PIECE):
                self._socket.sendall(view[start : start + PIECE])
        except OSError as fault:
            # A server that has had enough says so before it hangs up.
            if not isinstance(fault, TimeoutError):
                self._last_words(Stage.BODY)
            raise self._lost(fault) from fault

    def hand_over(self) -> Reply:
        """Send the final dot and return what the server says: the mail is delivered. Raises
        :class:`Uncertain` where nobody can know."""
        self._last_words(Stage.BODY)
        try:
            self._socket.sendall(b".\r\n")
        except TimeoutError as fault:
            raise self._uncertain() from fault
        except OSError as fault:
            raise self._lost(fault) from fault
        self._socket.settimeout(self.config.timeout * PATIENCE)
        try:
            code, text = self._wire.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            raise self._uncertain() from fault
        reply = reply_of(code, text)
        if reply.good:
            self._socket.settimeout(self.config.timeout)
            self.alive = True
            return reply
        if not 400 <= code <= 599:
            raise self._uncertain(reply)
        self._socket.settimeout(self.config.timeout)
        self.alive = code != 421
        raise fault_of(Stage.BODY, reply, **self.facts)

    def close(self) -> None:
        """Hang up."""
        self.alive = False
        self._wire.close()

    def quit(self) -> None:
        """Say goodbye, where there is still someone to say it to, and hang up."""
        if self.alive:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._socket.settimeout(min(self.config.timeout, FAREWELL))
                self._wire.docmd("QUIT")
        self.close()

    @property
    def facts(self) -> dict[str, object]:
        """Where this is, for a person."""
        return {"host": self.config.host, "port": self.config.port}

    @property
    def _socket(self) -> socket.socket:
        if self._wire.sock is None:
            raise OSError("closed")
        return self._wire.sock

    def _listen(self, stage: Stage, hidden: Iterable[str] = ()) -> Reply:
        self.alive = False
        try:
            code, text = self._wire.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            raise self._lost(fault) from fault
        return self._kept(stage, reply_of(code, text, hidden))

    def _kept(self, stage: Stage, reply: Reply) -> Reply:
        # After 421 the server hangs up; what is no reply at all cannot be relied on any further.
        self.alive = 200 <= reply.code <= 599 and reply.code != 421
        if not self.alive:
            raise fault_of(stage, reply, **self.facts)
        return reply

    def _right(self, stage: Stage, reply: Reply, *good: int) -> Reply:
        if reply.code in good or (reply.good and not good):
            return reply
        # A yes to another question: server and client no longer speak of the same thing.
        self.alive = 400 <= reply.code <= 599
        raise fault_of(stage, reply, **self.facts)

    def _hello(self) -> None:
        try:
            code, text = self._wire.ehlo()
        except (OSError, smtplib.SMTPException) as fault:
            raise self._lost(fault) from fault
        self._right(Stage.HELLO, self._kept(Stage.HELLO, reply_of(code, text)), 250)

    def _start_tls(self) -> None:
        if "starttls" not in self.features:
            raise Unavailable("smtp-no-starttls", reply="", **self.facts)
        self.ask(Stage.STARTTLS, "STARTTLS", 220)
        self._encrypt()
        # What was said in the clear may be anyone's: ask anew (RFC 3207, 4.2).
        self._hello()

    def _encrypt(self) -> None:
        if self._context is None:
            raise Unavailable("smtp-not-encrypted", **self.facts)
        host = self.config.host.rstrip(".")
        try:
            self._wire.sock = self._context.wrap_socket(self._socket, server_hostname=host)
        except ssl.SSLCertVerificationError as fault:
            form = CERTIFICATE_FAULTS.get(fault.verify_code, "other")
            raise Unavailable(
                "smtp-certificate", form=form, reason=fault.verify_message, **self.facts
            ) from fault
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as fault:
            raise self._lost(fault) from fault
        except (ssl.SSLError, ValueError) as fault:
            reason = getattr(fault, "reason", "") or str(fault)
            raise Unavailable("smtp-tls", reason=reason, **self.facts) from fault
        except OSError as fault:
            raise self._lost(fault) from fault
        finally:
            self._wire.file = None  # nothing that came before the encryption is read after it

    def _last_words(self, stage: Stage) -> None:
        """Raise what the server said without being asked, or that it has hung up; return where
        it waits, as it should."""
        try:
            self._socket.settimeout(0)
            # It may have come together with what was read before.
            said = (self._wire.file.peek(1) if self._wire.file else b"") or self._socket.recv(4096)
            self._socket.settimeout(self.config.timeout)
        except (BlockingIOError, ssl.SSLWantReadError):
            self._socket.settimeout(self.config.timeout)
            return
        except OSError as fault:
            raise self._lost(fault) from fault
        self.alive = False
        code = int(said[:3]) if said[:3].isdigit() else -1
        if 400 <= code <= 599:
            raise fault_of(stage, reply_of(code, said[4:]), **self.facts)
        raise self._lost(None)

    def _lost(self, fault: BaseException | None) -> Deferred:
        """The connection is gone, and the mail was not handed over."""
        self.close()
        return Deferred("smtp-lost", None, **self.facts, **_slow(fault, self.config))

    def _uncertain(self, reply: Reply | None = None) -> Uncertain:
        self.close()
        details = {"reply": str(reply)} if reply is not None else {}
        return Uncertain("smtp-uncertain", **self.facts, **details)


def _connected(config: SmtpConfig) -> Wire:
    facts: dict[str, object] = {"host": config.host, "port": config.port}
    if config.security is Security.NONE and not is_loopback(config.host):
        raise Unavailable("smtp-not-encrypted", **facts)
    try:
        reached = socket.create_connection((config.host, config.port), config.timeout)
    except socket.gaierror as fault:
        if fault.errno == socket.EAI_AGAIN:
            raise Deferred("smtp-unreachable", None, reason=reason_of(fault), **facts) from fault
        raise Unavailable("smtp-no-host", **facts) from fault
    except UnicodeError as fault:  # no name of a host can be made of it
        raise Unavailable("smtp-no-host", **facts) from fault
    except OSError as fault:
        raise Deferred("smtp-unreachable", None, reason=reason_of(fault), **facts) from fault
    # Made without a host, it neither connects nor looks names up.
    wire = Wire(local_hostname="localhost", timeout=config.timeout)
    wire.sock = reached
    return wire


def _own_name(connected: socket.socket) -> str:
    """The full name of this machine, or its address where it has none that SMTP can say."""
    try:
        name = socket.getfqdn()
    except UnicodeError:  # Windows lets people name their machine as they like
        name = ""
    if "." in name and name.isascii() and name.replace("-", "").replace(".", "").isalnum():
        return name
    address = str(connected.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _slow(fault: BaseException | None, config: SmtpConfig) -> dict[str, object]:
    """The form of sentence for a server that did not answer in time."""
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, TimeoutError):
            return {"form": "slow", "seconds": f"{config.timeout:g}"}
        seen = seen.__context__
    return {}
