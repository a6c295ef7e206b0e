"""Sending through a real mail server: Postfix, as Debian packages it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from kpixl import jobs
from kpixl.delivery.config import Login, Security, SmtpConfig
from kpixl.delivery.ledger import open_ledger
from kpixl.delivery.mail import Address
from kpixl.delivery.processes import this_process
from kpixl.delivery.records import Standing
from kpixl.delivery.smtp import SmtpTransport
from kpixl.delivery.transports import Refused, Unavailable
from kpixl.sending.delivering import Post, deliver
from kpixl.sending.dispatch import dispatch
from kpixl.sending.orders import Order
from kpixl.sending.parcels import Sender
from tests.certificates import Authority
from tests.letters import large, letter, rendered
from tests.mail_book import rows, write
from tests.postfix import Postfix
from tests.smtp_server import PASSWORD, USER


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def postfix(authority: Authority) -> Iterator[Postfix]:
    with Postfix(authority.issue("right"), USER, PASSWORD) as running:
        yield running


def transport(postfix: Postfix, authority: Authority, password: str = PASSWORD) -> SmtpTransport:
    config = SmtpConfig(
        "localhost", postfix.port, Security.STARTTLS, Login.PASSWORD, USER, authority.ca_file, 60
    )
    return SmtpTransport(config, password=lambda: password, render=rendered)


def body(data: bytes) -> bytes:
    """What comes after the headers, to which every server adds its own."""
    return data.replace(b"\r\n", b"\n").partition(b"\n\n")[2]


def files(data: bytes) -> list[tuple[str | None, bytes]]:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]


# One test, because a server takes its time to start: what was refused must not have got there.
def test_what_postfix_takes_arrives_and_what_it_refuses_does_not(
    postfix: Postfix, authority: Authority
):
    sent = [letter(), letter(subject="第2版 ▲", text=".\n..\nFrom 行\n")]
    with transport(postfix, authority) as way:
        said = [way.send(sent[0])]
        with pytest.raises(Refused) as unknown:
            way.send(letter("nobody@example.co.jp"))
        with pytest.raises(Refused) as too_large:
            way.send(large(3_000_000))
        said.append(way.send(sent[1]))
    with transport(postfix, authority, "wrong") as way, pytest.raises(Unavailable) as wrong:
        way.send(letter())

    assert all("queued as" in one for one in said)
    assert unknown.value.code == "smtp-recipient"
    assert "User unknown" in str(unknown.value.details["reply"])
    assert (too_large.value.code, too_large.value.details["limit"]) == ("smtp-too-large", "2.0")
    assert wrong.value.code == "smtp-login"

    arrived = postfix.mailbox(len(sent))
    assert sorted(map(body, arrived)) == sorted(body(rendered(mail)) for mail in sent)
    assert sorted(subjects(arrived)) == sorted(mail.subject for mail in sent)
    for data in arrived:
        assert files(data) == [(one.name, one.data) for one in letter().attachments]


def test_the_ledgers_account_is_what_postfix_holds(
    postfix: Postfix, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    people = ("boss@example.co.jp", "nobody@example.co.jp")
    book = write(tmp_path / "plan.xlsx", rows(people))
    config = transport(postfix, authority)._config

    def endings(password: str = PASSWORD, size: int = 20_000) -> list[str]:
        pack = b"%PDF-1.7" + bytes(size)
        monkeypatch.setattr(jobs, "render", lambda job, part, language: ("pack.pdf", pack))
        with open_ledger(str(tmp_path / "l.sqlite"), create=True) as ledger:
            post = Post(
                ledger, this_process(), SmtpTransport(config, password=lambda: password),
                Sender(Address("kpi@example.co.jp", "経営企画")),
                clock=lambda: datetime.now(UTC), sleep=lambda seconds: None,
            )  # fmt: skip
            found = dispatch(Order(book), jobs.review_workbook(book), ledger, datetime.now(UTC))
            return [one.ending.value for one in deliver(found, post)]

    assert endings("wrong") == ["untried", "untried"]
    assert endings(size=3_000_000) == ["refused", "refused"]
    assert endings() == ["sent", "refused"]
    assert endings() == ["already", "refused"]
    with open_ledger(str(tmp_path / "l.sqlite"), create=False) as ledger:
        attempts = ledger.attempts("BOOK-1", now=datetime.now(UTC))
    told = {one.claim.message_id: one for one in attempts if one.standing is Standing.SENT}
    assert [one.claim.key.recipient for one in told.values()] == [people[0]]
    assert all("queued as" in one.detail for one in told.values())
    arrived = postfix.mailbox(len(told))
    assert [message_from_bytes(data, policy=SMTP)["Message-ID"] for data in arrived] == list(told)


def subjects(arrived: list[bytes]) -> list[str]:
    return [str(message_from_bytes(data, policy=SMTP)["Subject"]) for data in arrived]
