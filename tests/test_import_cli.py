"""``kpixl import`` from the command line: rightly and wrongly, by hand and by itself."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kpixl.cli.application import app
from kpixl.files import CannotWrite
from tests.importing import BOOK_ID, cells, entry_bytes, plan_file

HOME = str(Path(__file__).resolve().parents[1])
GOOD = "ID,2026-11\nVISITS,931000\nAOV,7900\n"
PARTLY = "ID,2026-11\nVISITS,931000\nVISIST,5\nAOV,about 8000\n"


def run(
    folder: Path, *words: object, language: str = "en", **environment: str
) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(part for part in (HOME, os.environ.get("PYTHONPATH", "")) if part)
    settings = {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "KPIXL_LANG": language}
    return subprocess.run(
        [sys.executable, "-m", "kpixl", "import", *map(str, words)],
        cwd=folder, env={**os.environ, **settings, **environment}, text=True, encoding="utf-8",
        capture_output=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plan_file(tmp_path)
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "partly.csv").write_text(PARTLY, encoding="utf-8")
    return tmp_path


def data(found: subprocess.CompletedProcess[str]) -> Any:
    assert "Traceback" not in found.stderr
    return json.loads(found.stdout)


def test_a_look_writes_nothing(folder):
    found = run(folder, "plan.xlsx", "a.csv", "--dry-run")
    assert found.returncode == 0, found.stderr
    assert "Actuals!AI5" in found.stdout
    assert "931,000" in found.stdout
    assert sorted(one.name for one in folder.iterdir()) == ["a.csv", "partly.csv", "plan.xlsx"]


def test_it_is_written_into_a_new_file_and_remembered(folder):
    found = run(folder, "plan.xlsx", "a.csv", "-o", "filled.xlsx", "--yes")
    assert found.returncode == 0, found.stderr
    assert cells(folder / "filled.xlsx", "Actuals")["AOV"]["2026-11"] == 7900
    assert 'match = "a.csv"' in (folder / "plan.import.toml").read_text(encoding="utf-8")
    again = run(folder, "plan.xlsx", "a.csv", "-o", "filled.xlsx", "--yes")
    assert (again.returncode, "already there" in again.stderr) == (2, True)


def test_it_is_not_remembered_where_that_is_not_wanted(folder):
    run(folder, "plan.xlsx", "a.csv", "-o", "filled.xlsx", "--yes", "--no-remember")
    assert not (folder / "plan.import.toml").exists()


def test_beside_a_book_on_a_share_that_may_only_be_read_the_copy_is_made(folder, monkeypatch):
    def refuse(path: Path, data: bytes) -> Path:
        raise CannotWrite(path, PermissionError(EACCES, "Permission denied"))

    monkeypatch.setattr("kpixl.importing.remember.write_file", refuse)
    monkeypatch.setenv("KPIXL_LANG", "en")
    words = ["import", str(folder / "plan.xlsx"), str(folder / "a.csv"), "--yes", "-o"]
    found = CliRunner().invoke(app, [*words, str(folder / "filled.xlsx")])
    assert found.exit_code == 0
    assert cells(folder / "filled.xlsx", "Actuals")["AOV"]["2026-11"] == 7900
    assert f"Wrote {folder / 'filled.xlsx'}" in found.output
    assert "was not remembered: plan.import.toml cannot be written" in found.output
    told = CliRunner().invoke(app, [*words, str(folder / "again.xlsx"), "--json"])
    (remark,) = json.loads(told.stdout)["problems"]
    assert (remark["code"], remark["severity"]) == ("import-not-remembered", "warning")


def test_without_a_terminal_and_without_yes_nothing_is_written(folder):
    found = run(folder, "plan.xlsx", "a.csv", "-o", "filled.xlsx")
    assert found.returncode == 2
    assert "--yes" in found.stderr
    assert not (folder / "filled.xlsx").exists()


def test_problems_are_left_out_and_told(folder):
    found = run(folder, "plan.xlsx", "partly.csv", "-o", "filled.xlsx", "--yes", "--json")
    told = data(found)
    assert found.returncode == 1
    assert [one["code"] for one in told["problems"]] == ["import-number", "import-unknown-id"]
    assert [(one["cell"], one["old"], one["new"]) for one in told["changes"]] == [
        ("AI5", None, 931000)
    ]
    assert told["written"] == "filled.xlsx"
    after = cells(folder / "filled.xlsx", "Actuals")
    assert (after["VISITS"]["2026-11"], after["AOV"].get("2026-11")) == (931000, None)


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_on_a_terminal_it_asks(folder, answer, written):
    words = [sys.executable, "-m", "kpixl", "import", "plan.xlsx", "partly.csv", "-o", "new.xlsx"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(PYTHONPATH=HOME, KPIXL_LANG="en", TERM="xterm")
        os.execv(sys.executable, words)  # noqa: S606 - the tests' own program
    shown = ""
    while "Write the one other change?" not in shown:
        shown += os.read(terminal, 4096).decode("utf-8", "replace")
    os.write(terminal, f"{answer}\n".encode())
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # the other end is closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 1
    assert (folder / "new.xlsx").exists() is written


def test_a_database_with_its_query_remembered(folder):
    with closing(sqlite3.connect(folder / "s.db")) as connection, connection:
        connection.execute("CREATE TABLE f (code TEXT, ym TEXT, n NUMERIC)")
        connection.execute("INSERT INTO f VALUES ('VISITS', '2026-11', 931000)")
    url = "sqlite:///s.db"
    none = run(folder, "plan.xlsx", url, "--dry-run")
    assert (none.returncode, "--query" in none.stderr) == (2, True)
    query = "SELECT code, ym, n FROM f"
    first = run(folder, "plan.xlsx", url, "--query", query, "-o", "filled.xlsx", "--yes")
    assert first.returncode == 0, first.stderr
    again = data(run(folder, "plan.xlsx", url, "--dry-run", "--json"))
    assert [one["new"] for one in again["changes"]] == [931000]
    assert again["sources"][0]["remembered"]


def test_a_password_in_a_url_is_never_shown_nor_remembered(folder):
    url = "postgresql://kpi:s3cret@127.0.0.1:1/x"
    found = run(folder, "plan.xlsx", url, "--query", "SELECT 1", "--dry-run", "--debug")
    assert found.returncode == 1
    assert "s3cret" not in found.stdout + found.stderr


def test_entry_books_in_a_folder(folder):
    inbox = folder / "in"
    inbox.mkdir()
    figures = {("VISITS", "2026-11"): 931000}
    (inbox / "n.xlsx").write_bytes(entry_bytes("Naoto Fujii", figures))
    (inbox / "~$n.xlsx").write_bytes(b"lock")
    told = data(run(folder, "plan.xlsx", "in/*.xlsx", "-o", "f.xlsx", "--yes", "--json"))
    assert told["month"] == "2026-11"
    standing = {one["owner"]: one["standing"] for one in told["answers"]}
    assert standing["Naoto Fujii"] == "partly"
    assert standing["Ken Ishikawa"] == "not_answered"
    # An entry book says itself how it is read.
    assert told["remembered"] == []
    shown = run(folder, "plan.xlsx", "in", "--dry-run", language="ja")
    assert "Naoto Fujii：一部回答（未入力：AOV）" in shown.stdout
    assert BOOK_ID not in shown.stdout


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["plan.xlsx", "a.csv"], 2),
        (["plan.xlsx", "a.csv", "-o", "x.csv"], 2),
        (["plan.xlsx", "none.csv", "--dry-run"], 2),
        (["plan.xlsx", "plan.xlsx", "--dry-run"], 2),
        (["none.xlsx", "a.csv", "--dry-run"], 1),
        (["a.csv", "a.csv", "--dry-run"], 1),
        (["plan.xlsx", "a.csv", "--dry-run", "--month", "soon"], 2),
        (["plan.xlsx", "a.csv", "--dry-run", "--map", "none.toml"], 2),
        (["plan.xlsx", "mysql://h/x", "--dry-run", "--query", "DROP TABLE x"], 2),
        (["plan.xlsx", "nonsense://h/x", "--dry-run", "--query", "SELECT 1"], 2),
    ],
)
def test_wrong_use_gets_a_sentence(folder, words, code, language):
    found = run(folder, *words, language=language)
    assert found.returncode == code, found.stdout + found.stderr
    assert "Traceback" not in found.stderr
    assert found.stderr.count("\n") >= 3
    mend = "mend: " if language == "en" else "直し方："
    assert mend in found.stderr
