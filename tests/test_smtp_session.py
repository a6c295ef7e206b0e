"""Where a connection breaks decides what may be said of the mail: cut everywhere, the verdict and
what the server holds have to agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpixl.delivery.config import Login, Security, SmtpConfig
from kpixl.delivery.mail import Mail
from kpixl.delivery.smtp import SmtpTransport
from kpixl.delivery.transports import Deferred, DeliveryFault, Uncertain
from tests.certificates import Authority, Certificate
from tests.letters import large, letter, rendered
from tests.smtp_server import PASSWORD, USER, Line, Scripted, Sink, mail_server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

DELIVERED = "delivered"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def right(authority: Authority) -> Certificate:
    return authority.issue("right")


def to(
    port: int, ca_file: Path | None = None, security: Security = Security.NONE, timeout: float = 20
) -> SmtpConfig:
    login = Login.NONE if security is Security.NONE else Login.PASSWORD
    return SmtpConfig("127.0.0.1", port, security, login, USER, ca_file, timeout, "kpi.example.jp")


def verdict(config: SmtpConfig, mail: Mail) -> str | type[DeliveryFault]:
    try:
        with SmtpTransport(config, password=lambda: PASSWORD, render=rendered) as way:
            way.send(mail)
    except DeliveryFault as fault:
        return type(fault)
    return DELIVERED


def agree(said: str | type[DeliveryFault], sink: Sink, mail: Mail) -> bool:
    """Whether the verdict is true of what the server holds when all is over."""
    held = [envelope.content for envelope in sink.quiet()]
    if said == DELIVERED:
        return held == [rendered(mail)]
    if said is Uncertain:
        return held in ([], [rendered(mail)])
    return held == []


# ---- At every stage -------------------------------------------------------------------------

BEFORE_THE_DOT = [
    "connect", "-greeting", "+greeting", "-EHLO", "+EHLO", "-STARTTLS", "+STARTTLS", "-AUTH",
    "+AUTH", "-MAIL", "+MAIL", "-RCPT", "+RCPT", "-354", "+354",
]  # fmt: skip


@pytest.mark.parametrize("stage", BEFORE_THE_DOT)
def test_a_connection_lost_before_the_dot_delivers_nothing_and_the_next_try_does(
    stage: str, authority: Authority, right: Certificate
):
    sink = Sink(cut=stage)
    # Where the server goes after its 354, a mail may have left whole before that is known: then it
    # is open what became of it. Of a large one that is rare.
    mail = large(1_000_000) if stage == "+354" else letter()
    verdicts = (Deferred, Uncertain) if stage == "+354" else (Deferred,)
    with mail_server(sink, right.context, login=True, size=0) as server:
        config = to(server.port, authority.ca_file, Security.STARTTLS)
        with SmtpTransport(config, password=lambda: PASSWORD, render=rendered) as way:
            with pytest.raises(verdicts):
                way.send(mail)
            assert sink.cuts == 0
            assert sink.quiet() == []
            way.send(mail)
        assert agree(DELIVERED, sink, mail)
    assert sink.greeted == 2


@pytest.mark.parametrize(("stage", "held"), [("dot", 0), ("accepted", 1), ("-reply", 1)])
def test_a_connection_lost_between_the_dot_and_its_reply_leaves_it_open(
    stage: str, held: int, authority: Authority, right: Certificate
):
    sink = Sink(cut=stage)
    with mail_server(sink, right.context, login=True) as server:
        said = verdict(to(server.port, authority.ca_file, Security.STARTTLS), letter())
        assert said is Uncertain
        assert len(sink.quiet()) == held
    assert sink.cuts == 0


def test_a_connection_lost_after_the_reply_takes_nothing_back(
    authority: Authority, right: Certificate
):
    sink = Sink(cut="+reply")
    with mail_server(sink, right.context, login=True) as server:
        said = verdict(to(server.port, authority.ca_file, Security.STARTTLS), letter())
        assert said == DELIVERED
        assert agree(said, sink, letter())
    assert sink.cuts == 0


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_connection_lost_in_the_handshake_delivers_nothing(
    security: Security, authority: Authority, right: Certificate
):
    sink = Sink()
    implicit = security is Security.TLS
    # "ehlo kpi.example.jp", "STARTTLS" and the ends of their lines come before the handshake.
    before = 0 if implicit else 21 + 10
    for up in (before + 1, before + 100):
        with (
            mail_server(sink, right.context, implicit=implicit, login=True) as server,
            Line(server.port, up=up) as line,
        ):
            assert verdict(to(line.port, authority.ca_file, security), letter()) is Deferred
            assert line.was_cut
    assert (sink.held, sink.logins) == ([], [])


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS, Security.TLS])
def test_a_connection_lost_in_the_middle_of_the_body_delivers_nothing(
    security: Security, authority: Authority, right: Certificate
):
    sink = Sink()
    tls = None if security is Security.NONE else right.context
    mail = large(8_000_000)  # more than fits into what lies between client and server
    with (
        mail_server(sink, tls, implicit=security is Security.TLS, size=0) as server,
        Line(server.port, up=1_000_000) as line,
    ):
        ca_file = None if tls is None else authority.ca_file
        assert verdict(to(line.port, ca_file, security), mail) is Deferred
        assert line.was_cut
        assert agree(Deferred, sink, mail)


# ---- At every byte --------------------------------------------------------------------------


def whole(config: SmtpConfig, port: int, way: str) -> int:
    """How many bytes one mail takes, this way."""
    with Line(port) as line:
        at_line = SmtpConfig(**{**vars(config), "port": line.port})
        assert verdict(at_line, letter(attachments=())) == DELIVERED
    return line.passed[way]


@pytest.mark.parametrize("way", ["up", "down"])
def test_cut_after_any_byte_the_verdict_is_true(way: str):
    mail = letter(attachments=(), html="<p>x</p>", text="x\n.\n")
    data = rendered(mail)
    sink = Sink()
    with mail_server(sink) as server:
        config = to(server.port)
        length = whole(config, server.port, way)
        sink.held.clear()
        seen: dict[object, int] = {}
        # The body's bytes are much alike: every byte of the commands, every 100th of the mail.
        first = len(b"ehlo kpi.example.jp\r\nMAIL FROM:<kpi@example.co.jp> SIZE=1000\r\n") + 40
        ends = range(first, first + len(data) - 20) if way == "up" else range(0)
        for cut in range(length + 1):
            if cut in ends and cut % 100:
                continue
            sink.held.clear()
            with Line(server.port, **{way: cut}) as line:
                said = verdict(to(line.port), mail)
                assert agree(said, sink, mail), f"cut after {cut} of {length} bytes {way}: {said}"
            seen[said] = seen.get(said, 0) + 1
    assert seen[Deferred] > 50
    assert seen[DELIVERED] > 0
    assert set(seen) <= {Deferred, Uncertain, DELIVERED}
    # Only the 250 of the final reply is what leaves it open.
    if way == "down":
        assert 0 < seen[Uncertain] <= len(b"250 2.0.0 Ok: queued as 4ABC\r\n")


@pytest.mark.parametrize("way", ["up", "down"])
def test_cut_anywhere_while_encrypted_the_verdict_is_true(
    way: str, authority: Authority, right: Certificate
):
    mail = letter(attachments=())
    sink = Sink()
    with mail_server(sink, right.context, login=True) as server:
        config = to(server.port, authority.ca_file, Security.STARTTLS)
        length = whole(config, server.port, way)
        seen = set()
        for cut in range(0, length + 83, 83):
            sink.held.clear()
            with Line(server.port, **{way: cut}) as line:
                said = verdict(to(line.port, authority.ca_file, Security.STARTTLS), mail)
                assert agree(said, sink, mail), f"cut after {cut} of {length} bytes {way}: {said}"
            seen.add(said)
    assert {Deferred, DELIVERED} <= seen <= {Deferred, Uncertain, DELIVERED}


# ---- Slow rather than cut -------------------------------------------------------------------


def test_a_server_that_stops_reading_in_the_middle_delivers_nothing():
    with Scripted("220 hi", "250 x", "250 ok", "250 ok", "354 go") as server:
        server.stop_reading_after(b"DATA")
        said = verdict(to(server.port, timeout=0.3), large(8_000_000))
    assert said is Deferred
    assert b"." not in server.heard


def test_breaking_off_in_the_midst_says_nothing_more():
    class Stop(BaseException):
        pass

    sink = Sink()
    with mail_server(sink) as server:
        way = SmtpTransport(to(server.port), render=rendered)
        with pytest.MonkeyPatch.context() as patch:

            def stop(*_: object) -> None:
                raise Stop

            patch.setattr("kpixl.delivery.smtp_session.Session.hand_over", stop)
            with pytest.raises(Stop), way:
                way.send(letter())
        assert sink.quiet() == []
        assert "QUIT" not in sink.said
