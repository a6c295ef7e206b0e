"""Mails as files: what they are called, what is in them, what keeps them from being written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpixl.delivery.eml import to_bytes
from kpixl.delivery.files import FileTransport
from kpixl.delivery.mail import Address
from kpixl.delivery.transports import Refused, Transport, Unavailable
from tests.mails import plain_mail, sample_mail


def test_a_mail_becomes_a_draft_that_outlook_opens(tmp_path: Path) -> None:
    mail = sample_mail("ja")
    transport: Transport = FileTransport(tmp_path / "out")
    with transport:
        said = transport.send(mail)
    (path,) = (tmp_path / "out").iterdir()
    assert said == str(path)
    assert path.suffix == ".eml"
    data = path.read_bytes()
    assert b"\r\nX-Unsent: 1\r\n" in data
    assert data.replace(b"X-Unsent: 1\r\n", b"") == to_bytes(mail)


def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path)
    first = Path(transport.send(sample_mail("en"))).read_bytes()
    second = Path(transport.send(sample_mail("en"))).read_bytes()
    assert first == second
    assert len(list(tmp_path.iterdir())) == 1


def test_files_are_named_by_month_book_scope_language_and_person(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path)
    for scope in ("", "ONLINE"):
        transport.send(sample_mail("en", scope))
    person = "koichi.morita@example.com.eml"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name == f"2026-10_sample_{part}{person}" for name, part in
            zip(names, ("ONLINE_en_", "en_"), strict=True)] == [True, True]  # fmt: skip


def test_a_mail_without_a_name_is_called_by_its_day(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path)
    paths = [
        Path(transport.send(plain_mail(message_id=f"<{n}@example.com>"))).name for n in range(2)
    ]
    assert all(name.startswith("2026-11-10_") for name in paths)
    assert len(set(paths)) == 2


@pytest.mark.parametrize("stem", ["../../etc/passwd", "a\0b", "C:\\x", "x" * 500, "営" * 300])
def test_no_mail_leaves_its_folder(stem: str, tmp_path: Path) -> None:
    said = FileTransport(tmp_path).send(plain_mail(stem=stem))
    assert Path(said).parent == tmp_path
    assert len(Path(said).name.encode()) <= 255


def test_a_folder_that_cannot_be_written_to_stops_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable) as fault:
        FileTransport(tmp_path / "file").send(plain_mail())
    assert fault.value.code == "cannot-write"
    assert fault.value.details["reason"]


def test_an_address_that_is_none_concerns_that_person_alone(tmp_path: Path) -> None:
    with pytest.raises(Refused) as fault:
        FileTransport(tmp_path).send(replace(plain_mail(), recipient=Address("nobody")))
    assert (fault.value.code, fault.value.details["found"]) == ("mail-address", "nobody")
