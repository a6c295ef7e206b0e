"""``kpixl history``: what was sent, in a terminal and as data, and what people add to it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from kpixl.cli import app
from kpixl.delivery.ledger import NOT_SENT, Ledger, open_ledger
from kpixl.delivery.processes import this_process
from kpixl.delivery.records import Outcome, Standing
from tests.ledgers import LONG_AGO, NOW, claimed, key_of, sent
from tests.postgres import PASSWORD

FILE = "kpixl-ledger.sqlite"


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    """An English interface in Tokyo, in an empty folder that no ledger is named for."""
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.delenv("KPIXL_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def history(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(app, ["history", *words])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code == code, found.output
    return found


def rows(found: Result) -> list[str]:
    """The table's lines, below its heading."""
    lines = found.stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("No."))
    return [line for line in lines[start + 1 :] if line[:4].strip().isdigit()]


def kept() -> Ledger:
    return open_ledger(FILE, create=True)


def put_book(name: str, book_id: str = "B-1") -> None:
    """A workbook with nothing in it but what makes it one, and its own ID."""
    book = Workbook()
    sheets: dict[str, list[list[object]]] = {
        "Settings": [["Key", "Value"], ["Book ID", book_id], ["Review month", "2026-10"]],
        "Goals": [
            ["ID", "Parent", "Level", "Name", "Owner", "Unit", "Direction", "Aggregation"],
            ["A", None, "KGI", "Sales", "Sato", "pcs", "Higher", "Sum"],
        ],
        "Plan": [["ID", "2026-10"], ["A", 100]],
        "Actuals": [["ID", "2026-10"], ["A", 90]],
    }
    for title, rows_of in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows_of:
            sheet.append(row)
    del book["Sheet"]
    book.save(name)


def every_outcome() -> None:
    """One delivery of each kind: numbers 1 to 8."""
    with kept() as ledger:
        sent(ledger, key_of("1@example.com"))
        failed = claimed(ledger, key_of("2@example.com"))
        ledger.settle(failed, Outcome.FAILED, "451 later", now=NOW)
        sent(ledger, key_of("2@example.com"))
        failed = claimed(ledger, key_of("4@example.com"))
        ledger.settle(failed, Outcome.FAILED, "421 busy", now=NOW)
        refused = claimed(ledger, key_of("5@example.com", scope="dept:Sales"))
        ledger.settle(refused, Outcome.REFUSED, "550 no such user", now=NOW)
        unknown = claimed(ledger, key_of("6@example.com", edition=2))
        ledger.settle(unknown, Outcome.UNKNOWN, "connection lost", now=NOW)
        claimed(ledger, key_of("7@example.com", language="ja"), owner=this_process())
        checked = claimed(ledger, key_of("8@example.com"), now=LONG_AGO)
        ledger.settle(checked, NOT_SENT, "", now=NOW, by="tanaka@pc-1")


WORDS = {
    "en": [
        "sent", "failed", "sent", "failed, will be tried again", "refused", "unknown, check",
        "being sent", "not sent, will be tried again",
    ],
    "ja": [
        "送信済み", "失敗", "送信済み", "失敗・再送予定", "拒否", "不明・要確認", "送信中",
        "未送信・再送予定",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_attempt_has_a_line_with_a_clear_word_of_how_it_ended(language, monkeypatch):
    monkeypatch.setenv("KPIXL_LANG", language)
    monkeypatch.setenv("COLUMNS", "200")
    every_outcome()
    lines = rows(history(code=1))
    assert [WORDS[language][n] in line for n, line in enumerate(lines)] == [True] * 8
    whole = {"en": "all", "ja": "全体"}[language]
    # 00:31 UTC is 9:31 in Tokyo; the hash is that of the pack.
    assert lines[0].split()[:7] == ["1", "2026-10", "1", whole, "en", "1@example.com", "2026-11-09"]
    assert "09:31" in lines[0]
    assert "bbbbbbbb" in lines[0]
    assert "dept:Sales" in lines[4]
    assert "550 no such user" in lines[4]
    assert "tanaka@pc-1" in lines[7]


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Connection refused"), ("ja", "接続が拒否されました")]
)
def test_a_systems_reason_is_told_in_the_language(language, told, monkeypatch):
    monkeypatch.setenv("KPIXL_LANG", language)
    with kept() as ledger:
        ledger.settle(claimed(ledger, key_of()), Outcome.FAILED, "Connection refused", now=NOW)
    assert told in history().stdout
    assert "Connection refused" in history("--json").stdout


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_window_and_nothing_is_cut(language, width, monkeypatch):
    monkeypatch.setenv("KPIXL_LANG", language)
    monkeypatch.setenv("COLUMNS", str(width))
    every_outcome()
    lines = history(code=1).stdout.splitlines()
    assert max(cell_len(line.rstrip()) for line in lines) <= width
    assert not any("…" in line for line in lines)
    together = "".join("".join(lines).split())
    for detail in ("550 no such user", "451 later", "connection lost", "tanaka@pc-1"):
        assert "".join(detail.split()) in together


def test_what_nobody_knows_is_told_with_what_to_do():
    put_book("my plan.xlsx")
    with kept() as ledger:
        unknown = claimed(ledger, key_of(), now=LONG_AGO)
        assert unknown.id == 1
    text = history("my plan.xlsx", code=1).stdout
    assert 'kpixl history "my plan.xlsx" --mark-sent 1' in text
    assert 'kpixl history "my plan.xlsx" --mark-not-sent 1' in text
    assert "No. 1" in text


@pytest.mark.parametrize(
    ("option", "standing", "words"),
    [
        ("--mark-sent", Standing.SENT, "now counts as sent"),
        ("--mark-not-sent", Standing.DUE, "now counts as not sent"),
    ],
)
def test_a_person_who_has_checked_settles_it_by_its_number(option, standing, words):
    with kept() as ledger:
        claimed(ledger, key_of(), now=LONG_AGO)
    found = history(option, "1")
    assert f"No. 1 to sato@example.com {words}" in found.stdout
    with kept() as ledger:
        assert ledger.standing(key_of(), now=NOW) is standing
        (attempt,) = ledger.attempts(now=NOW)
    assert "@" in attempt.settled_by
    assert attempt.settled_by.split("@")[0] in rows(history())[0]


def test_what_cannot_be_settled_says_why():
    every_outcome()
    assert "known how it ended" in history("--mark-sent", "1", code=1).stderr
    assert "no attempt no. 99" in history("--mark-sent", "99", code=1).stderr
    both = history("--mark-sent", "6", "--mark-not-sent", "6", code=2)
    assert "both given" in both.stderr


def test_of_another_book_nothing_is_settled():
    put_book("plan.xlsx", "B-2")
    with kept() as ledger:
        claimed(ledger, key_of(), now=LONG_AGO)
    assert "no attempt no. 1" in history("plan.xlsx", "--mark-sent", "1", code=1).stderr
    with kept() as ledger:
        assert ledger.standing(key_of(), now=NOW) is Standing.UNKNOWN


def test_a_month_and_a_workbook_narrow_what_is_shown():
    put_book("plan.xlsx", "B-2")
    with kept() as ledger:
        sent(ledger, key_of("own@example.com", book_id="B-2"))
        sent(ledger, key_of("other@example.com"))
        sent(ledger, key_of("may@example.com", month="2026-05"))
    assert len(rows(history())) == 3
    (line,) = rows(history("plan.xlsx"))
    assert "own@example.com" in line
    (line,) = rows(history("--month", "2026/5"))
    assert "may@example.com" in line


def test_books_are_told_apart_where_there_are_several():
    with kept() as ledger:
        sent(ledger, key_of())
        assert "Workbook" not in history().stdout
        sent(ledger, key_of(book_id="B-2"), workbook="other.xlsx")
    first, second = rows(history())
    assert ("plan.xlsx" in first, "other.xlsx" in second) == (True, True)


def test_a_workbook_that_cannot_be_read_is_told():
    Path("plan.xlsx").write_bytes(b"no workbook")
    kept().close()
    assert "plan.xlsx" in history("plan.xlsx", code=1).stderr


def test_without_a_ledger_nothing_has_been_sent_and_none_is_made(tmp_path):
    assert "Nothing has been sent yet" in history().stdout
    data = json.loads(history("--json").stdout)
    assert (data["attempts"], data["unknown"]) == ([], [])
    assert "no ledger at" in history("--mark-sent", "1", code=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_ledger_says_so():
    kept().close()
    assert "Nothing has been sent yet, as far as" in history().stdout


def test_as_data_every_fact_is_there():
    every_outcome()
    data: dict[str, Any] = json.loads(history("--json", code=1).stdout)
    assert data["ledger"].endswith(FILE)
    assert data["unknown"] == [6]
    first, *_, last = data["attempts"]
    assert first == {
        "number": 1, "book_id": "B-1", "month": "2026-10", "scope": "", "language": "en",
        "edition": 1, "recipient": "1@example.com", "recipient_name": "Sato", "attempt": 1,
        "message_id": "<1@example.com>", "started": "2026-11-09T00:31:05.123456+00:00",
        "started_by": "another-machine:4711", "standing": "sent", "outcome": "sent",
        "ended": "2026-11-09T00:31:05.123456+00:00", "detail": "250 OK", "settled_by": None,
        "state": "final", "as_of": "2026-11-10", "workbook": "plan.xlsx",
        "workbook_sha256": "a" * 64, "pack": "2026-10_plan_en.pdf", "pack_sha256": "b" * 64,
    }  # fmt: skip
    assert (last["standing"], last["outcome"], last["settled_by"]) == (
        "due", "failed", "tanaka@pc-1",
    )  # fmt: skip


def test_what_a_server_said_is_no_markup():
    with kept() as ledger:
        claim = claimed(ledger, key_of("[red]a@example.com"))
        ledger.settle(claim, Outcome.FAILED, "[bold]:smile:[/bold]\r\n\tlater", now=NOW)
    (line,) = rows(history())
    assert "[red]a@example.com" in line
    assert "[bold]:smile:[/bold] later" in line


def test_the_ledger_can_be_named_by_option_and_environment(monkeypatch, tmp_path):
    elsewhere = tmp_path / "else where" / "l.sqlite"
    elsewhere.parent.mkdir()
    with open_ledger(str(elsewhere), create=True) as ledger:
        claimed(ledger, key_of(), now=LONG_AGO)
    text = history("--ledger", str(elsewhere), code=1).stdout
    assert f'--ledger "{elsewhere}" --mark-sent 1' in "".join(text.splitlines())
    monkeypatch.setenv("KPIXL_LEDGER", str(elsewhere))
    assert len(rows(history(code=1))) == 1


def test_the_ledger_that_a_configuration_names_is_found_by_it(tmp_path):
    elsewhere = tmp_path / "team"
    elsewhere.mkdir()
    (elsewhere / "team.toml").write_text('[ledger]\nurl = "l.sqlite"\n', encoding="utf-8")
    with open_ledger(str(elsewhere / "l.sqlite"), create=True) as ledger:
        claimed(ledger, key_of(), now=LONG_AGO)
    assert "there is no ledger" in history().stdout
    text = "".join(history("--config", "team/team.toml", code=1).stdout.splitlines())
    assert "kpixl history --config team/team.toml --mark-sent 1" in text
    other = str(tmp_path / "other.sqlite")
    assert other in history("--config", "team/team.toml", "--ledger", other).stdout


def test_a_server_is_asked_and_its_password_never_shown(postgres, monkeypatch):
    schema = postgres.new_schema()
    url, plain = postgres.url(schema), postgres.url(schema, password=None)
    with open_ledger(url, create=True) as ledger:
        claimed(ledger, key_of(), now=LONG_AGO)
    monkeypatch.setenv("KPIXL_LEDGER_PASSWORD", PASSWORD)
    found = history("--ledger", plain, code=1)
    assert "--ledger URL --mark-sent 1" in found.stdout
    told = history("--ledger", url, code=2)
    assert "A password stands in --ledger" in told.stderr
    broken = history("--ledger", url.replace("%3A", "x"), code=2)
    monkeypatch.setenv("KPIXL_LEDGER", url)
    asked = history(code=1)
    for secret in ("p@ss", "p%40ss"):
        assert secret not in found.output + told.output + broken.output + asked.output


def test_a_place_that_names_no_ledger_is_wrong_use():
    found = history("--ledger", "mysql://kpi@db/kpis", code=2)
    assert "does not name a ledger" in found.stderr
