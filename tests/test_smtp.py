"""Sending through a mail server: what arrives, and what is said where it does not."""

from __future__ import annotations

import base64
import contextlib
import inspect
import socket
import ssl
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kpixl.delivery.config import Login, MailConfig, Security, SmtpConfig
from kpixl.delivery.mail import Address, Mail
from kpixl.delivery.secrets import SecretMissing
from kpixl.delivery.smtp import SmtpTransport, smtp_transport
from kpixl.delivery.transports import (
    Deferred,
    DeliveryFault,
    Refused,
    Transport,
    Unavailable,
    Uncertain,
)
from kpixl.errors import UsageProblem
from kpixl.words import LANGUAGES, problem_text
from tests.certificates import DAY, Authority, Certificate
from tests.letters import large, letter, rendered
from tests.smtp_server import PASSWORD, TOKEN, USER, Scripted, Serving, Sink, mail_server

# aiosmtpd warns of what is meant here: signing in on the way to this machine itself, or inside TLS
# that was there before it.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def right(authority: Authority) -> Certificate:
    return authority.issue("right")


def to(
    server: Serving | int,
    authority: Authority | None = None,
    security: Security = Security.NONE,
    login: Login = Login.NONE,
    host: str = "127.0.0.1",
    timeout: float = 20,
) -> SmtpConfig:
    """The settings that reach a server; encrypted where it has an authority."""
    if authority is not None and security is Security.NONE:
        security = Security.STARTTLS
    return SmtpConfig(
        host=host,
        port=server if isinstance(server, int) else server.port,
        security=security,
        login=login,
        user="" if login is Login.NONE else USER,
        ca_file=authority.ca_file if authority else None,
        timeout=timeout,
        hello="kpi.example.co.jp",
    )


def transport(
    config: SmtpConfig,
    password: str = PASSWORD,
    tokens: Iterator[str] | None = None,
    most: int = 50,
) -> SmtpTransport:
    token = None if tokens is None else lambda: next(tokens)
    return SmtpTransport(
        config,
        password=lambda: password,
        token=token,
        render=rendered,
        per_connection=most,
    )


def fault_in(config: SmtpConfig, mail: Mail | None = None, **options: object) -> DeliveryFault:
    """How one attempt ends that has to fail; what is said of it can be said in both languages,
    and never holds the password."""
    with pytest.raises(DeliveryFault) as caught, transport(config, **options) as way:  # type: ignore[arg-type]
        way.send(mail or letter())
    told = [problem_text(caught.value, language) for language in LANGUAGES]
    assert all(text.what and text.mend for text in told)
    shown = "".join(traceback.format_exception(caught.value)) + repr(told)
    assert PASSWORD not in shown
    assert TOKEN not in shown
    return caught.value


# ---- What arrives ---------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_made(authority: Authority, right: Certificate):
    sink = Sink()
    with (
        mail_server(sink, right.context, login=True) as server,
        transport(to(server, authority, login=Login.PASSWORD)) as way,
    ):
        assert way.send(letter()) == "250 2.0.0 Ok: queued as 4ABC"
    (held,) = sink.quiet()
    assert held.content == rendered(letter())
    assert (held.mail_from, held.rcpt_tos) == ("kpi@example.co.jp", ["boss@example.co.jp"])
    assert f"MAIL FROM:<kpi@example.co.jp> SIZE={len(rendered(letter()))}" in sink.said
    assert sink.logins == [("PLAIN", USER)]


def test_lines_are_ended_and_dots_are_doubled_as_smtp_asks():
    sink = Sink()
    tricky = b"Subject: x\n\n.\r\n..two\r.\n\r\n.\r\nMAIL FROM:<evil@example.com>\n" + b"y" * 990
    with mail_server(sink) as server:
        config = to(server)
        with SmtpTransport(config, render=lambda _: tricky) as way:
            way.send(letter())
    (held,) = sink.quiet()
    expected = (
        b"Subject: x\n\n.\n..two\n.\n\n.\nMAIL FROM:<evil@example.com>\n" + b"y" * 990 + b"\n"
    )
    assert held.content == expected.replace(b"\n", b"\r\n")


def test_a_japanese_domain_is_reached_under_its_ascii_name():
    sink = Sink()
    with mail_server(sink) as server, transport(to(server)) as way:
        way.send(letter("sato@日本語.jp"))
    assert [envelope.rcpt_tos for envelope in sink.quiet()] == [["sato@xn--wgv71a119e.jp"]]


def test_a_local_part_in_japanese_asks_for_smtputf8():
    sink = Sink()
    address = "山田@example.co.jp"
    with mail_server(sink, utf8=True) as server, transport(to(server)) as way:
        way.send(letter(address))
    (held,) = sink.quiet()
    assert held.rcpt_tos == [address]
    assert "SMTPUTF8" in held.mail_options
    with mail_server(Sink()) as plain:
        fault = fault_in(to(plain), letter(address))
    assert (type(fault), fault.code, fault.details["found"]) == (Refused, "smtp-utf8", address)


@pytest.mark.parametrize(
    "address",
    [
        "boss@example.co.jp>\r\nRCPT TO:<other@example.com",
        "a b@example.com",
        "boss",
        "x@" + "y" * 64,
    ],
)
def test_what_is_no_address_never_reaches_the_server(address: str):
    sink = Sink()
    with mail_server(sink) as server:
        fault = fault_in(to(server), letter(address))
    assert (type(fault), fault.code) == (Refused, "smtp-address")
    assert sink.greeted == 0


def test_a_mail_that_cannot_be_written_is_refused():
    def broken(_: Mail) -> bytes:
        raise UsageProblem("smtp-address", found="x")

    sink = Sink()
    with (
        mail_server(sink) as server,
        SmtpTransport(to(server), render=broken) as way,
        pytest.raises(Refused) as caught,
    ):
        way.send(letter())
    assert caught.value.details["found"] == "x"
    assert sink.greeted == 0


def test_one_connection_takes_many_mails_and_is_renewed_in_time(
    authority: Authority, right: Certificate
):
    sink = Sink()
    with (
        mail_server(sink, right.context) as server,
        transport(to(server, authority), most=3) as way,
    ):
        for number in range(7):
            way.send(letter(f"p{number}@example.co.jp"))
    held = [envelope.rcpt_tos for envelope in sink.quiet()]
    assert held == [[f"p{number}@example.co.jp"] for number in range(7)]
    assert sink.greeted == 3  # 3 + 3 + 1
    assert sink.said.count("RSET") == 4
    assert sink.said.count("QUIT") == 3


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew():
    sink = Sink(cut="+reply")
    with mail_server(sink) as server, transport(to(server)) as way:
        way.send(letter("a@example.co.jp"))
        sink.quiet()
        way.send(letter("b@example.co.jp"))
    assert [one.rcpt_tos[0] for one in sink.quiet()] == ["a@example.co.jp", "b@example.co.jp"]
    assert sink.greeted == 2


def test_it_is_a_transport():
    assert set(inspect.signature(Transport.send).parameters) == set(
        inspect.signature(SmtpTransport.send).parameters
    )
    way: Transport = transport(to(1))
    with way as same:
        assert same is way


# ---- What the server says no to -------------------------------------------------------------


def test_a_recipient_who_is_refused_does_not_keep_the_next_from_getting_theirs():
    sink = Sink({"RCPT": ["550 5.1.1 No such user here"]})
    with mail_server(sink) as server, transport(to(server)) as way:
        with pytest.raises(Refused) as caught:
            way.send(letter("nobody@example.co.jp"))
        way.send(letter())
    assert caught.value.code == "smtp-recipient"
    assert caught.value.details["reply"] == "550 5.1.1 No such user here"
    assert [one.rcpt_tos for one in sink.quiet()] == [["boss@example.co.jp"]]
    assert sink.greeted == 1


@pytest.mark.parametrize(
    ("stage", "reply", "after"),
    [
        ("RCPT", "451 4.3.0 Try again later", None),
        ("RCPT", "450 4.2.0 Greylisted, please try again in 300 seconds", 300.0),
        ("RCPT", "451 4.7.1 Greylisting in action, please come back later", 60.0),
        ("MAIL", "432 4.3.2 Concurrent connections limit exceeded", 60.0),
        ("DATA", "451 4.7.500 Server busy. Please try again later", 60.0),
        ("DATA", "452 4.3.1 Insufficient system storage", None),
    ],
)
def test_what_is_not_taken_now_is_taken_later(stage: str, reply: str, after: float | None):
    sink = Sink({stage: [reply]})
    with mail_server(sink) as server, transport(to(server)) as way:
        with pytest.raises(Deferred) as caught:
            way.send(letter())
        assert sink.held == []
        way.send(letter())
    assert (caught.value.after, caught.value.details["reply"]) == (after, reply)
    assert [one.content for one in sink.quiet()] == [rendered(letter())]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_after_421_the_next_mail_gets_a_new_connection(stage: str):
    sink = Sink({stage: ["421 4.7.66 Too many connections, closing"]})
    with mail_server(sink) as server, transport(to(server)) as way:
        with pytest.raises(Deferred) as caught:
            way.send(letter())
        way.send(letter())
    assert caught.value.after == 60.0
    assert (sink.greeted, len(sink.quiet())) == (2, 1)


def test_a_mail_that_is_too_large_is_not_even_begun():
    sink = Sink()
    with mail_server(sink, size=1_500_000) as server:
        fault = fault_in(to(server), large(2_000_000))
        with transport(to(server)) as way:
            way.send(letter())
    assert (type(fault), fault.code) == (Refused, "smtp-too-large")
    # 2 MB are 2.67 MB in base64, and 2.74 MB with the ends of its lines.
    assert (fault.details["size"], fault.details["limit"]) == ("2.7", "1.5")
    assert [said for said in sink.said if said.startswith("MAIL")][1:] == []
    assert len(sink.quiet()) == 1


@pytest.mark.parametrize(
    "reply", ["552 5.3.4 Message too big for system", "523 5.2.3 Too long", "552 Too much"]
)
def test_too_large_is_said_for_what_the_server_finds_too_large_only_at_the_end(reply: str):
    sink = Sink({"DATA": [reply]})
    with mail_server(sink) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code) == (Refused, "smtp-too-large")
    assert fault.details["reply"] == reply
    assert sink.quiet() == []


@pytest.mark.parametrize(
    ("stage", "reply", "code"),
    [
        ("RCPT", "552 5.2.2 Mailbox full", "smtp-recipient"),
        ("DATA", "554 5.7.1 Looks like spam", "smtp-message"),
    ],
)
def test_what_is_refused_is_refused_for_good(stage: str, reply: str, code: str):
    sink = Sink({stage: [reply]})
    with mail_server(sink) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code, sink.quiet()) == (Refused, code, [])


@pytest.mark.parametrize(
    ("stage", "reply", "code"),
    [
        ("MAIL", "530 5.7.0 Authentication required", "smtp-login-needed"),
        ("RCPT", "550 5.7.30 Basic authentication is not supported", "smtp-login-needed"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", "smtp-sender"),
        (
            "DATA",
            "550 5.7.60 Client may not send as this sender",
            "smtp-sender",
        ),
    ],
)
def test_what_is_true_of_every_mail_stops_them_all(stage: str, reply: str, code: str):
    sink = Sink({stage: [reply]})
    with mail_server(sink) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code, sink.quiet()) == (Unavailable, code, [])


def test_a_reply_is_shown_in_one_line_and_not_without_end():
    reply = "550-5.7.26 Unauthenticated mail\r\n550-5.7.26 is not\taccepted. \x1b[31m\u202e\r\n550 "
    sink = Sink({"RCPT": [reply + "5.7.26 " + "long " * 100]})
    with mail_server(sink, utf8=True) as server:
        fault = fault_in(to(server))
    shown = str(fault.details["reply"])
    assert shown.startswith("550 5.7.26 Unauthenticated mail is not accepted. [31m long long")
    assert len(shown) <= 300
    assert shown.isprintable()


# ---- Signing in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("without", "way"),
    [((), "PLAIN"), (("PLAIN",), "LOGIN"), (("PLAIN", "LOGIN"), "CRAM-MD5")],
)
def test_the_password_is_given_in_a_way_that_the_server_offers(
    without: tuple[str, ...], way: str, authority: Authority, right: Certificate
):
    sink = Sink()
    with mail_server(sink, right.context, login=True, without=without) as server:
        config = to(server, authority, login=Login.PASSWORD)
        with transport(config) as sending:
            sending.send(letter())
        fault = fault_in(config, password="wrong")  # noqa: S106 - that is what is tried
    assert [name for name, _ in sink.logins] == [way, way]
    assert len(sink.quiet()) == 1
    assert (type(fault), fault.code) == (Unavailable, "smtp-login")
    assert str(fault.details["reply"]).startswith("535 5.7.8")


def test_without_encryption_the_password_itself_is_not_said_where_there_is_another_way():
    sink = Sink()
    with (
        mail_server(sink, login=True) as server,
        transport(to(server, login=Login.PASSWORD)) as way,
    ):
        way.send(letter())
    assert sink.logins == [("CRAM-MD5", "")]


def test_a_wrong_password_is_tried_once_and_not_in_every_way():
    sink = Sink()
    with mail_server(sink, login=True) as server:
        fault_in(to(server, login=Login.PASSWORD), password="wrong")  # noqa: S106
    assert len(sink.logins) == 1


def test_a_server_without_any_login_is_told_from_one_that_says_no():
    for offer, told in (("250 x", "–"), ("250-x\r\n250 AUTH PLAIN LOGIN", "PLAIN, LOGIN")):
        with Scripted("220 hi", offer) as server:
            fault = fault_in(to(server, login=Login.XOAUTH2), tokens=iter([TOKEN]))
        assert (type(fault), fault.code) == (Unavailable, "smtp-no-login")
        assert (fault.details["wanted"], fault.details["offered"]) == ("XOAUTH2", told)


def test_a_login_that_cannot_be_checked_now_is_tried_later():
    with Scripted("220 hi", "250-x\r\n250 AUTH PLAIN", "454 4.7.0 Temporary failure") as server:
        fault = fault_in(to(server, login=Login.PASSWORD))
    assert (type(fault), fault.after) == (Deferred, 60.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("echo", [PASSWORD, "{line}"])
def test_a_server_that_repeats_the_password_does_not_get_it_shown(echo: str):
    line = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    said = echo.format(line=line)
    with Scripted("220 hi", "250-x\r\n250 AUTH PLAIN", f"535 5.7.8 no: {said}") as server:
        fault = fault_in(to(server, login=Login.PASSWORD))
    assert fault.details["reply"] == "535 5.7.8 no: ***"
    assert server.heard[1] == f"AUTH PLAIN {line}".encode()


def test_a_token_signs_in(authority: Authority, right: Certificate):
    sink = Sink()
    with (
        mail_server(sink, right.context, login=True) as server,
        transport(to(server, authority, login=Login.XOAUTH2), tokens=iter([TOKEN])) as way,
    ):
        way.send(letter())
    assert len(sink.quiet()) == 1
    assert sink.logins == [("XOAUTH2", f"auth=Bearer {TOKEN}")]


def test_a_token_that_has_expired_is_replaced_once(authority: Authority, right: Certificate):
    sink = Sink()
    with mail_server(sink, right.context, login=True) as server:
        config = to(server, authority, login=Login.XOAUTH2)
        with transport(config, tokens=iter(["old", TOKEN])) as way:
            way.send(letter())
        assert [bearer for _, bearer in sink.logins] == ["auth=Bearer old", f"auth=Bearer {TOKEN}"]
        fault = fault_in(config, tokens=iter(["old", "older", TOKEN]))
        same = fault_in(config, tokens=iter(["old", "old", TOKEN]))
    assert (type(fault), fault.code) == (Unavailable, "smtp-login")
    assert same.code == "smtp-login"
    assert len(sink.logins) == 2 + 2 + 1
    assert len(sink.quiet()) == 1


def test_a_token_that_cannot_be_had_stops_everything():
    def none() -> str:
        raise UsageProblem("extra-missing", extra="microsoft", package="msal")

    with (
        mail_server(Sink()) as server,
        SmtpTransport(to(server, login=Login.XOAUTH2), token=none, render=rendered) as way,
        pytest.raises(Unavailable) as caught,
    ):
        way.send(letter())
    assert (caught.value.code, caught.value.details["package"]) == ("extra-missing", "msal")


def test_a_missing_password_is_said_before_anything_is_begun(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kpixl.delivery.secrets._in_keyring", lambda _: None)
    monkeypatch.delenv("KPIXL_SMTP_PASSWORD", raising=False)
    mail = MailConfig(Address("kpi@example.co.jp"), smtp=SmtpConfig("localhost", user=USER))
    with pytest.raises(SecretMissing):
        smtp_transport(mail)
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", PASSWORD)
    assert isinstance(smtp_transport(mail), SmtpTransport)


# ---- Encryption -----------------------------------------------------------------------------


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_both_kinds_of_encryption_carry_a_mail(
    security: Security, host: str, authority: Authority, right: Certificate
):
    sink = Sink()
    implicit = security is Security.TLS
    with (
        mail_server(sink, right.context, implicit=implicit, login=True) as server,
        transport(to(server, authority, security, Login.PASSWORD, host)) as way,
    ):
        way.send(letter())
    assert [one.content for one in sink.quiet()] == [rendered(letter())]


def wrong_certificates(authority: Authority) -> dict[str, Callable[[], Certificate]]:
    return {
        "expired": lambda: authority.issue("expired", since=-30 * DAY, until=-DAY),
        "name": lambda: authority.issue("other", ["mail.example.com"]),
        "authority": lambda: authority.self_signed("self"),
        "future": lambda: authority.issue("future", since=DAY, until=timedelta(days=30)),
    }


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("wrong", ["expired", "name", "authority", "future"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_wrong_certificate_ends_it_before_the_password_is_said(
    security: Security, wrong: str, host: str, authority: Authority
):
    sink = Sink()
    context = wrong_certificates(authority)[wrong]().context
    with mail_server(sink, context, implicit=security is Security.TLS, login=True) as server:
        fault = fault_in(to(server, authority, security, Login.PASSWORD, host))
    assert (type(fault), fault.code) == (Unavailable, "smtp-certificate")
    assert fault.details["form"] == ("expired" if wrong == "future" else wrong)
    assert (sink.logins, sink.quiet()) == ([], [])


def test_an_authority_of_the_company_counts_only_where_it_is_named(right: Certificate):
    sink = Sink()
    with mail_server(sink, right.context) as server:
        fault = fault_in(to(server, security=Security.STARTTLS))
    assert (type(fault), fault.details["form"]) == (Unavailable, "authority")
    assert sink.quiet() == []


def test_the_certificates_of_the_company_may_have_gone(authority: Authority, tmp_path: Path):
    config = replace(to(1, authority), ca_file=tmp_path / "gone.pem")
    fault = fault_in(config)
    assert (type(fault), fault.code) == (Unavailable, "smtp-ca")


@pytest.mark.parametrize("login", [Login.NONE, Login.PASSWORD])
def test_where_starttls_is_taken_away_nothing_is_said(login: Login, authority: Authority):
    sink = Sink()
    with mail_server(sink, login=True) as server:
        fault = fault_in(to(server, authority, login=login))
    assert (type(fault), fault.code) == (Unavailable, "smtp-no-starttls")
    assert [said.split()[0] for said in sink.said] in (["EHLO"], ["EHLO", "QUIT"])
    assert (sink.logins, sink.quiet()) == ([], [])


def test_what_is_said_in_the_clear_is_not_taken_for_what_is_said_encrypted(
    authority: Authority, right: Certificate
):
    # CVE-2011-0411: a third party adds replies to the one that begins the encryption.
    sink = Sink()
    with Scripted(
        "220 hi", "250-x\r\n250 STARTTLS", "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n235 welcome"
    ) as server:
        fault = fault_in(to(server, authority, login=Login.PASSWORD, timeout=1))
    assert type(fault) in (Deferred, Unavailable)
    assert not any(b"AUTH" in line for line in server.heard)
    assert sink.held == []


def test_a_server_that_only_knows_old_encryption_is_left_alone(
    authority: Authority, right: Certificate
):
    context = right.context
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                context.wrap_socket(client, server_side=True)

        thread = threading.Thread(target=greet)
        thread.start()
        fault = fault_in(to(listener.getsockname()[1], authority, Security.TLS))
        thread.join()
    assert (type(fault), fault.code) == (Unavailable, "smtp-tls")


def test_encryption_from_the_start_at_a_port_without_it_is_named(authority: Authority):
    with mail_server(Sink()) as server:
        fault = fault_in(to(server, authority, Security.TLS))
    assert (type(fault), fault.code) == (Unavailable, "smtp-tls")


def test_no_mail_leaves_this_machine_unencrypted():
    fault = fault_in(to(25, host="192.0.2.1"))
    assert (type(fault), fault.code) == (Unavailable, "smtp-not-encrypted")


# ---- Servers that are not there, or are none -------------------------------------------------


def test_a_server_that_is_not_there_may_be_there_later():
    with socket.socket() as taken:  # bound, so that nobody else answers there; and not listening
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        fault = fault_in(to(port))
    assert (type(fault), fault.code) == (Deferred, "smtp-unreachable")


def test_a_name_that_nobody_has_is_a_mistake(authority: Authority):
    fault = fault_in(to(587, authority, host="mail.kpixl.invalid"))
    # Without a resolver at all, the question itself has to wait.
    assert (type(fault), fault.code) in (
        (Unavailable, "smtp-no-host"),
        (Deferred, "smtp-unreachable"),
    )


@pytest.mark.parametrize(
    ("replies", "kind", "code"),
    [
        (("* OK IMAP4 ready",), Unavailable, "smtp-no-server"),
        (("SSH-2.0-OpenSSH_9.2",), Unavailable, "smtp-no-server"),
        (("554 5.7.1 You are not welcome",), Unavailable, "smtp-turned-away"),
        (("421 4.3.2 Closing for maintenance",), Deferred, "smtp-deferred"),
        (("220 hi", "550 5.7.1 Helo name is not allowed"), Unavailable, "smtp-turned-away"),
        (("220 hi", "250 x", "gibberish"), Deferred, "smtp-odd"),
        (("220 hi", "250 x", "250 ok", "250 ok", "250 what?"), Deferred, "smtp-odd"),
        (("220 hi", "250 x", "250 ok", "x" * 9000), Deferred, "smtp-lost"),
    ],
)
def test_an_answer_that_is_none(replies: tuple[str, ...], kind: type[DeliveryFault], code: str):
    with Scripted(*replies) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code) == (kind, code)
    assert b"." not in server.heard


def test_a_server_that_says_nothing_is_not_waited_for_without_end():
    with Scripted(None) as server:
        fault = fault_in(to(server, timeout=0.2))
    assert (type(fault), fault.code, fault.details["form"]) == (Deferred, "smtp-lost", "slow")


def test_a_server_that_never_acknowledges_leaves_it_open(monkeypatch: pytest.MonkeyPatch):
    # Patient with all that comes before: only the answer to the whole mail is not waited for.
    monkeypatch.setattr("kpixl.delivery.smtp_session.PATIENCE", 0.05)
    with Scripted("220 hi", "250 x", "250 ok", "250 ok", "354 go", None) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code) == (Uncertain, "smtp-uncertain")
    assert server.heard[-1] == b"."


@pytest.mark.parametrize("reply", ["", "gibberish", "354 go on", "x" * 9000])
def test_an_acknowledgement_that_is_none_leaves_it_open(reply: str):
    with Scripted("220 hi", "250 x", "250 ok", "250 ok", "354 go", reply) as server:
        fault = fault_in(to(server))
    assert (type(fault), fault.code) == (Uncertain, "smtp-uncertain")


def test_a_server_that_has_had_enough_in_the_middle_is_heard():
    with Scripted("220 hi", "250 x", "250 ok", "250 ok", "354 go\r\n552 5.3.4 Enough!") as server:
        fault = fault_in(to(server), large(1_000_000))
    assert (type(fault), fault.code) == (Refused, "smtp-too-large")
    assert b"." not in server.heard
