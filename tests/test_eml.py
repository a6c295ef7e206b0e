"""A mail as bytes: its structure by Python's parser, and by hand."""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import replace
from email.message import MIMEPart

import pytest

from kpixl.delivery.eml import to_bytes, to_message
from kpixl.delivery.mail import Address, Attachment
from tests.mails import PACK, plain_mail, png, sample_mail
from tests.packs import LANGUAGES

LOGO = Attachment("logo.png", png(40, 10), "image/png", "logo.1@kpixl")


def tree(part: MIMEPart) -> object:
    """The types of a message and its parts, as a nested list."""
    if not part.is_multipart():
        return part.get_content_type()
    return [part.get_content_type(), *map(tree, part.iter_parts())]


def test_text_and_html_are_two_forms_of_one_thing_and_files_stand_beside() -> None:
    mail = plain_mail(pictures=(LOGO,), attachments=(PACK, replace(PACK, name="data.csv")))
    assert tree(to_message(mail)) == [
        "multipart/mixed",
        [
            "multipart/alternative",
            "text/plain",
            ["multipart/related", "text/html", "image/png"],
        ],
        "application/pdf",
        "application/pdf",
    ]
    assert tree(to_message(plain_mail())) == ["multipart/alternative", "text/plain", "text/html"]


def split(data: bytes) -> list[tuple[bytes, bytes]]:
    """Heads and bodies of all parts that have no parts, by the boundaries alone (RFC 2046)."""
    head, _, body = data.partition(b"\r\n\r\n")
    boundary = re.search(rb'boundary="([^"]+)"', head)
    if boundary is None:
        return [(head, body)]
    mark = b"--" + boundary[1]
    assert (b"\r\n" + body).endswith(b"\r\n" + mark + b"--\r\n")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    return [found for piece in pieces[1:-1] for found in split(piece.removeprefix(b"\r\n"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_put_in_comes_out_byte_by_byte(language: str) -> None:
    mail = replace(sample_mail(language), pictures=(LOGO,))
    (plain, html, logo, pack) = split(to_bytes(mail))
    for (head, body), text in ((plain, mail.text), (html, mail.html)):
        printable = b"quoted-printable" in head
        data = quopri.decodestring(body) if printable else base64.b64decode(body)
        assert data.decode("utf-8").replace("\r\n", "\n") == text
        assert b"charset=utf-8" in head
    assert base64.b64decode(logo[1]) == LOGO.data
    assert b"Content-ID: <logo.1@kpixl>" in logo[0]
    assert b"inline" in logo[0]
    assert base64.b64decode(pack[1]) == PACK.data


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_short_and_ends_as_servers_want_it(language: str) -> None:
    data = to_bytes(sample_mail(language))
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_a_text_without_an_end_of_line_is_kept_in_short_lines_too() -> None:
    data = to_bytes(plain_mail(text="word " * 300, html="x" * 2000))
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert b"\n" not in data.replace(b"\r\n", b"")
    body = to_message(plain_mail(text="word " * 300)).get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == ["word"] * 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_pythons_message_writes_the_same_bytes_and_finds_no_fault(language: str) -> None:
    mail = replace(sample_mail(language), pictures=(LOGO,))
    message = to_message(mail)
    assert message.as_bytes() == to_bytes(mail)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert message["Subject"] == mail.subject
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == mail.text


def test_equal_mails_are_equal_and_others_have_other_marks() -> None:
    mail = sample_mail("ja")
    assert to_bytes(mail) == to_bytes(replace(mail))
    other = replace(mail, message_id="<kpixl.2@example.com>")
    marks = [set(re.findall(rb'boundary="([^"]+)"', to_bytes(one))) for one in (mail, other)]
    assert len(marks[0]) == 2
    assert not marks[0] & marks[1]


def test_the_mark_between_parts_cannot_stand_in_a_part() -> None:
    """Neither base64 nor quoted-printable can hold "=_"."""
    mail = plain_mail(attachments=(PACK,))
    mark = re.findall(rb'boundary="([^"]+)"', to_bytes(mail))[0].decode()
    assert mark.startswith("=_")
    hostile = replace(mail, text=f"--{mark}\n--{mark}--\n", html=f"<p>\n--{mark}--\n</p>\n")
    assert tree(to_message(hostile)) == tree(to_message(mail))


# ---- Headers --------------------------------------------------------------------------------


def test_the_mail_says_from_whom_to_whom_and_that_a_program_sent_it() -> None:
    mail = plain_mail(reply_to=Address("fpna@example.com", "経理部"), language="ja")
    message = to_message(mail)
    assert message["From"] == "KPI office <kpi@example.com>"
    assert message["To"] == "Mari Sato <mari.sato@example.com>"
    assert message["Reply-To"].addresses[0].display_name == "経理部"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ja"
    assert message["Date"].datetime == mail.date
    assert message["Message-ID"] == "<kpixl.1@example.com>"
    assert message["MIME-Version"] == "1.0"
    for name in ("Cc", "Bcc", "X-Unsent"):
        assert name not in message


def test_a_person_of_the_role_cc_stands_under_cc_and_nobody_under_to() -> None:
    message = to_message(plain_mail(copy=True))
    assert message["Cc"] == "Mari Sato <mari.sato@example.com>"
    assert message["To"] == "undisclosed-recipients:;"
    assert message["To"].addresses == ()


def test_every_header_stands_once() -> None:
    message = to_message(replace(sample_mail("ja"), copy=True))
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 -- a message may repeat names
    assert len(names) == len(set(names))


def test_no_part_of_a_mail_can_add_a_header() -> None:
    attack = "x\r\nBcc: thief@example.com\r\n\r\n<script>"
    mail = plain_mail(
        subject=attack,
        sender=Address("kpi@example.com", attack),
        recipient=Address("mari@example.com", attack),
        reply_to=Address("fpna@example.com", attack),
        message_id=f"<{attack}@example.com>",
        language=attack,
        attachments=(Attachment(attack, b"x", attack),),
        pictures=(Attachment(attack, b"x", attack, attack),),
    )
    message = to_message(mail)
    for part in message.walk():
        assert "Bcc" not in part
        assert part.defects == []
    assert message["Subject"] == "x Bcc: thief@example.com <script>"
    assert message.is_multipart()
