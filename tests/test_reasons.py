"""Why a system did not do what it was asked: in the reader's language, by its number."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import ssl
from pathlib import Path

import pytest

from kpixl.delivery.config import Login, Security, SmtpConfig
from kpixl.delivery.smtp_session import _connected
from kpixl.delivery.transports import Deferred
from kpixl.delivery.web import Lost, no_line
from kpixl.errors import KpixlError, Reason
from kpixl.files import REASONS, CannotWrite, reason_of, write_file
from kpixl.importing.mapping import _text
from kpixl.pack.logo import logo_uri
from kpixl.words import problem_text, section, shown
from kpixl.workbook.package import read_file

OWN = {"in-use", "no-host", "no-lookup"}


def said(fault: BaseException, language: str) -> str:
    return str(shown(reason_of(fault), language))


def test_every_number_that_is_known_has_its_words_and_no_other() -> None:
    assert set(section("reason")) == REASONS | OWN
    # Windows knows no quota and no busy text file by these names.
    assert all(hasattr(errno, name) for name in REASONS) or os.name == "nt"


@pytest.mark.skipif(os.name == "nt", reason="it speaks otherwise")
@pytest.mark.parametrize("name", sorted(REASONS))
def test_in_english_it_is_what_posix_systems_say(name: str) -> None:
    number = getattr(errno, name)
    assert said(OSError(number, "otherwise"), "en") == os.strerror(number)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (PermissionError(13, "Keine Berechtigung"), "アクセスが許可されていません"),
        (OSError(28, "No space left on device"), "ディスクの空き容量がありません"),
        (FileNotFoundError(2, "No such file"), "ファイルまたはフォルダーがありません"),
        (ConnectionRefusedError(111, "Connection refused"), "接続が拒否されました"),
        (TimeoutError("timed out"), "時間内に応答がありませんでした"),
        (socket.gaierror(socket.EAI_NONAME, "?"), "その名前の接続先が見つかりません"),
        (socket.gaierror(socket.EAI_AGAIN, "?"), "現在、接続先の名前を調べられません"),
        # What has no words stays as it is said: an unknown number, and numbers of another kind
        # (1 is EPERM of a system, and something else of ssl).
        (OSError(9999, "Something new"), "Something new"),
        (ssl.SSLError(1, "wrong version number"), "wrong version number"),
        (socket.gaierror(socket.EAI_FAMILY, "family not supported"), "family not supported"),
        (OSError("without a number"), "without a number"),
        (OSError(), "OSError"),
    ],
)
def test_a_reason_is_in_japanese_where_there_are_words(fault: OSError, expected: str) -> None:
    assert said(fault, "ja") == expected


@pytest.mark.parametrize(
    ("number", "posix", "expected"),
    [
        (5, 13, "アクセスが許可されていません"),
        # Windows says all of these with EACCES or EINVAL, and more exactly with its own number.
        (32, 13, "ほかのプログラムが開いています"),
        (19, 13, "as Windows says it"),
        (1117, 22, "as Windows says it"),
    ],
)
def test_on_windows_its_own_number_counts(number: int, posix: int, expected: str) -> None:
    fault = OSError(posix, "as Windows says it")
    fault.winerror = number  # type: ignore[attr-defined]
    assert said(fault, "ja") == expected


def test_the_socket_numbers_of_windows_are_those_of_errno(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(errno.errorcode, 10061, "WSAECONNREFUSED")
    fault = OSError(10061, "as Windows says it")
    fault.winerror = 10061  # type: ignore[attr-defined]
    assert said(fault, "ja") == "接続が拒否されました"


def test_a_reason_goes_from_one_process_to_another() -> None:
    reason = reason_of(PermissionError(13, "Permission denied"))
    brought = pickle.loads(pickle.dumps(reason))  # noqa: S301 -- its own
    assert (brought, brought.name, type(brought)) == ("Permission denied", "EACCES", Reason)


# ---- Where people meet them -----------------------------------------------------------------


def test_files(tmp_path: Path) -> None:
    faults: list[KpixlError] = []
    for attempt in (
        lambda: write_file(tmp_path / ("x" * 300), b""),
        lambda: logo_uri(tmp_path / "plan.xlsx", "folder.png"),
        lambda: _text(tmp_path / "none.toml"),
        lambda: read_file(tmp_path / ("x" * 300 + ".xlsx")),
    ):
        (tmp_path / "folder.png").mkdir(exist_ok=True)
        with pytest.raises(KpixlError) as raised:
            attempt()
        faults.append(raised.value)
    assert isinstance(faults[0], CannotWrite)
    ends = ["ファイル名が長すぎます", "フォルダーです", "ファイルまたはフォルダーがありません"]
    for fault, end in zip(faults, ends, strict=False):
        assert problem_text(fault, "ja").what.endswith(f"：{end}")
    assert shown(faults[3].details["reason"], "ja") == ends[0]
    assert problem_text(faults[1], "en").what.endswith(": Is a directory")


def test_a_mail_server_that_refuses() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = SmtpConfig("127.0.0.1", port, Security.NONE, Login.NONE)
    with pytest.raises(Deferred) as raised:
        _connected(config)
    assert problem_text(raised.value, "ja").what.endswith("に接続できません：接続が拒否されました")
    assert problem_text(raised.value, "en").what.endswith("cannot be reached: Connection refused")


def test_microsoft_that_does_not_answer() -> None:
    url = "https://graph.example.com/v1.0/me"
    refused = OSError("wrapped")
    refused.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    late = OSError("wrapped")
    late.__cause__ = TimeoutError("timed out")
    told = [problem_text(no_line(fault, url), "ja").what for fault in (refused, late)]
    assert told == [
        "graph.example.com に接続できません：接続が拒否されました",
        "graph.example.com に接続できません：時間内に応答がありませんでした",
    ]


def test_a_line_that_breaks_keeps_its_reason() -> None:
    told = Lost(reason_of(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))).told
    assert shown(told, "ja") == "接続が相手側から切断されました"
