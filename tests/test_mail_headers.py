"""The headers of a mail, read back by Python's own parser."""

from __future__ import annotations

import base64
import re
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser, HeaderParser
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.delivery.headers import address_header, file_headers, mailbox_of, text_header
from kpixl.delivery.lines import one_line
from kpixl.delivery.mail import Address
from kpixl.errors import UsageProblem

JAPANESE = "【速報】株式会社ひばり珈琲製作所 月次業績レビュー 2026年10月（全社）"
ATTACKS = (
    "a\r\nBcc: thief@example.com",
    "a\nBcc: thief@example.com",
    "a\r\n\r\n<script>",
    "a\u2028Bcc: thief@example.com",
    "a\x0b\x0cBcc: x\x85Bcc: y",
    "=?utf-8?b?Qmxpbms=?=",
    "\u202eevil",
)


def read(header: str) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(header.encode("ascii") + b"\r\n")


def person(header: str) -> tuple[str, str]:
    """Name and address by the standard library's older reader: the newer one, up to Python 3.12,
    puts a blank between two encoded words of a name, which RFC 2047 (6.2) says to ignore."""
    value = header.partition(": ")[2].replace("\r\n", "")
    ((name, address),) = getaddresses([value])
    return str(make_header(decode_header(name))) if name else "", address


def lines_of(header: str) -> list[str]:
    assert header.endswith("\r\n")
    lines = header[:-2].split("\r\n")
    assert all(line[:1] in (" ", "\t") for line in lines[1:])
    assert "\n" not in "".join(lines)
    assert "\r" not in "".join(lines)
    return lines


# ---- Free text ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "Review", JAPANESE, JAPANESE * 6, "ABC Trading · Monthly review · October 2026", "",
        "A long subject of many plain words that will have to be folded somewhere, as it is long",
        "x" * 200, "日本" * 200, "🙂" * 60, "a=?b", "tail ", "#1: 50% of plan",
    ],
)  # fmt: skip
def test_a_subject_is_read_back_as_it_was_written(subject):
    header = text_header("Subject", subject)
    assert max(map(len, lines_of(header))) <= 76
    assert read(header)["Subject"] == subject.strip()


@given(st.text(max_size=300))
def test_any_subject_is_one_header_and_says_what_one_line_of_it_says(subject):
    header = text_header("Subject", subject)
    found = read(header)
    assert max(map(len, lines_of(header))) <= 76
    assert len(found.items()) == 1
    # An encoded word keeps blanks; plain lines join at them.
    assert found["Subject"] == one_line(subject)


def test_every_encoded_word_can_be_read_by_itself():
    words = re.findall(r"=\?utf-8\?b\?([^?]*)\?=", text_header("Subject", "営業🙂" * 40))
    assert "".join(base64.b64decode(word).decode() for word in words) == "営業🙂" * 40
    assert all(len(word) <= 75 - len("=?utf-8?b??=") for word in words)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_can_add_a_header(attack):
    for header in (
        text_header("Subject", attack),
        address_header("To", Address("mari@example.com", attack)),
        file_headers("application/pdf", attack),
    ):
        found = read(header)
        assert set(found.keys()) <= {"Subject", "To", "Content-Type", "Content-Disposition"}
        assert len(found.keys()) == len(set(found.keys()))
        assert found.get_payload() == ""
        assert "\u202e" not in str(found)


def test_text_that_looks_encoded_is_shown_as_it_is():
    assert read(text_header("Subject", "=?utf-8?b?Qmxpbms=?="))["Subject"] == "=?utf-8?b?Qmxpbms=?="


# ---- People ---------------------------------------------------------------------------------


NAMES = (
    "Mari Sato", "佐藤 花子", "Sato, Mari", 'Mari "M" Sato', "O'Brien (Ops)", "back\\slash",
    "a@b.example", "Co., Ltd.", "株式会社東日本営業本部 長谷川 太郎左衛門, 本部長",
    "<x@example.com>",
    "Bartholomew Featherstonehaugh-Cholmondeley of the Department for Everything Else", "; group:",
    "Müller; Söhne", "",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_back_and_names_one_person_only(name):
    header = address_header("To", Address("mari.sato@example.com", name))
    assert max(map(len, lines_of(header))) <= 76
    assert person(header) == (name, "mari.sato@example.com")
    assert len(read(header)["To"].addresses) == 1


@given(st.text(max_size=120))
def test_any_name_leaves_the_address_alone(name):
    header = address_header("To", Address("mari@example.com", name))
    assert person(header) == (one_line(name), "mari@example.com")
    (found,) = read(header)["To"].addresses
    assert found.addr_spec == "mari@example.com"


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("mari@example.com", "mari@example.com"),
        # As RFC 3492 writes 例え and テスト.
        ("kpi@例え.テスト", "kpi@xn--r8jz45g.xn--zckzah"),
        ("a@münchen.de", "a@xn--mnchen-3ya.de"),
        ("Mari@EXAMPLE.com", "Mari@example.com"),
        ("o'brien+kpi@localhost", "o'brien+kpi@localhost"),
    ],
)
def test_an_address_is_written_as_servers_know_it(email, written):
    assert mailbox_of(Address(email)) == written


@pytest.mark.parametrize(
    "email",
    [
        "", "mari", "@example.com", "mari@", "a b@example.com", "a@b@example.com",
        "佐藤@example.com",
        "a@example.com\r\nBcc: b@example.com", "a@exa mple.com", "a@example..com", ".a@example.com",
        "a@-example.com>", "a@example.com, b@example.com", "<a@example.com>", f"a@{'x' * 64}.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(email):
    with pytest.raises(UsageProblem) as fault:
        mailbox_of(Address(email))
    assert fault.value.code == "mail-address"


# ---- Files ----------------------------------------------------------------------------------


FILES = (
    "2026-10_plan_en.pdf", "2026-10_KPI管理表_部門-物流_ja.pdf", "KPI " + "資料" * 60 + ".pdf",
    "plan (final) 'v2'; 50%.pdf", 'quote".pdf', "x" * 150 + ".pdf", "émile.pdf",
    "🙂.pdf", "a*b.pdf",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_name_is_read_back(name):
    headers = file_headers("application/pdf", name)
    lines = headers[:-2].split("\r\n")
    assert max(map(len, lines)) <= 78
    found = read(headers)
    assert found.get_filename() == name
    assert found.get_content_disposition() == "attachment"
    assert found.get_content_type() == "application/pdf"


@pytest.mark.parametrize("name", FILES)
def test_older_programs_find_the_name_in_the_type(name):
    """Outlook looks for it there, as encoded words; decoded here by the old, lenient reader."""
    raw = HeaderParser().parsestr(file_headers("application/pdf", name)).get_param("name")
    assert isinstance(raw, str)
    assert str(make_header(decode_header(raw))) == name


def test_no_file_name_leads_out_of_its_folder():
    name = read(file_headers("application/pdf", "../../etc\\passwd")).get_filename()
    assert name is not None
    assert not set(name) & set("/\\")


def test_a_kind_that_is_none_is_any_data():
    found = read(file_headers("text/html\r\nX: y", "a"))
    assert found.get_content_type() == "application/octet-stream"
    assert "X" not in found
