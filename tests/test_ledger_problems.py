"""What a person is told where a ledger cannot be opened, read or written."""

from __future__ import annotations

import ast
import os
import pwd
import shutil
import socket
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

import kpixl
from kpixl.delivery import ledger_database
from kpixl.delivery.ledger import LedgerProblem, open_ledger
from kpixl.delivery.ledger_problems import SQLITE_CODES, SQLSTATES
from kpixl.delivery.records import Standing
from kpixl.errors import KpixlError, UsageProblem
from kpixl.words import LANGUAGES, problem_text, section
from tests.ledgers import NOW, build_of, key_of, sent
from tests.postgres import PASSWORD, USER, role


def refusal(place: str, code: str, create: bool = True) -> LedgerProblem:
    """The problem that opening a ledger ends with."""
    with pytest.raises(LedgerProblem) as told:
        open_ledger(place, create=create).close()
    assert told.value.code == code
    return told.value


def said(fault: KpixlError) -> str:
    """Everything that anybody could be shown of a fault, --debug included."""
    texts = [problem_text(fault, language) for language in LANGUAGES]
    traces = traceback.format_exception(fault)
    return "\n".join([str(fault), repr(fault), *map(str, texts), *traces])


def test_every_problem_has_its_sentences_with_a_mend_in_both_languages():
    package = Path(kpixl.__file__).parent
    used = {*SQLITE_CODES.values(), *SQLSTATES.values(), "ledger-fault", "ledger-unreachable"}
    for path in [*package.glob("delivery/ledger*.py"), package / "cli" / "delivery.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "LedgerProblem"
            if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                used.add(str(node.args[0].value))
    assert {"ledger-newer", "attempt-settled", "attempt-none"} <= used
    known = section("problem")
    wanted = {code + part for code in used for part in ("", ".expected", ".mend")}
    assert wanted <= set(known)


# ---- SQLite ---------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_text("minutes of the meeting\n" * 100, encoding="utf-8")
    before = path.read_bytes()
    problem = refusal(str(path), "ledger-no-database")
    assert problem.details["found"] == str(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_not_written_into(tmp_path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (id INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    assert refusal(str(path), "ledger-foreign").details["tables"] == "customers"
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_told_as_such(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with open_ledger(str(path), create=True) as ledger:
        sent(ledger, key_of())
    data = path.read_bytes()
    path.write_bytes(data[:1024] + b"\xff" * (len(data) - 1024))
    refusal(str(path), "ledger-damaged", create=False)


def test_a_ledger_that_another_program_holds_is_waited_for_and_then_told(tmp_path, monkeypatch):
    path = tmp_path / "ledger.sqlite"
    open_ledger(str(path), create=True).close()
    monkeypatch.setattr(ledger_database, "PATIENCE", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        refusal(str(path), "ledger-locked")
        holder.execute("COMMIT")
        with open_ledger(str(path), create=True) as ledger:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerProblem, match="ledger-locked"):
                ledger.record_build(build_of(key_of()), now=NOW)
    finally:
        holder.close()


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    refusal(str(tmp_path / "missing" / "ledger.sqlite"), "ledger-cannot-open")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    refusal(str(tmp_path), "ledger-cannot-open")


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that everybody can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="kpixl-shelf-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_a_reader(folder: Path) -> Iterator[None]:
    """Without the right to write into ``folder``: root has it always, so that root is nobody."""
    folder.chmod(0o555)
    if os.getuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_in_a_read_only_folder_a_ledger_can_be_read_but_not_written(shelf):
    path = shelf / "ledger.sqlite"
    with open_ledger(str(path), create=True) as ledger:
        sent(ledger, key_of())
    path.chmod(0o444)
    with as_a_reader(shelf), open_ledger(str(path), create=True) as ledger:
        assert ledger.standing(key_of(), now=NOW) is Standing.SENT
        with pytest.raises(LedgerProblem, match="ledger-read-only"):
            ledger.record_build(build_of(key_of(edition=2)), now=NOW)


def test_in_a_read_only_folder_no_ledger_can_be_made(shelf):
    with as_a_reader(shelf):
        refusal(str(shelf / "ledger.sqlite"), "ledger-cannot-open")


# ---- PostgreSQL -----------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["wr@ng pass/word:%", None])
def test_a_wrong_password_is_told_and_never_shown(postgres, password):
    problem = refusal(postgres.url(password=password), "ledger-password")
    if password is not None:
        assert password not in said(problem)
        assert quote(password, safe="") not in said(problem)


def test_a_server_that_cannot_be_reached_is_told_without_the_password():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = taken.getsockname()[1]
        url = f"postgresql://kpi:s3cr%40t@127.0.0.1:{port}/kpis"
        problem = refusal(url, "ledger-unreachable")
    assert problem.details["found"] == f"postgresql://127.0.0.1:{port}/kpis"
    assert "s3cr" not in said(problem)


def test_a_database_that_is_not_there_is_told(postgres):
    url = postgres.url().replace("@/postgres?", "@/nowhere?")
    problem = refusal(url, "ledger-unreachable")
    assert '"nowhere" does not exist' in str(problem.details["reason"])
    assert quote(PASSWORD, safe="") not in said(problem)
    assert PASSWORD not in said(problem)


def test_the_password_may_come_from_the_environment(postgres, monkeypatch):
    monkeypatch.setenv("KPIXL_LEDGER_PASSWORD", PASSWORD)
    with open_ledger(postgres.url(postgres.new_schema(), password=None), create=True) as ledger:
        assert ledger.attempts(now=NOW) == ()


def test_a_url_may_be_written_in_the_ways_that_people_know(postgres):
    schema = postgres.new_schema()
    plain = postgres.url(schema)
    with open_ledger(plain, create=True) as ledger:
        sent(ledger, key_of())
    for beginning in ("postgres://", "postgresql+psycopg://", "postgresql+psycopg2://"):
        url = plain.replace("postgresql://", beginning)
        with open_ledger(url, create=False) as ledger:
            assert ledger.standing(key_of(), now=NOW) is Standing.SENT


def test_who_may_only_read_reads_the_history_and_is_told_about_the_rest(postgres):
    schema = postgres.new_schema()
    with open_ledger(postgres.url(schema), create=True) as ledger:
        sent(ledger, key_of())
    grants = (
        f"GRANT USAGE ON SCHEMA {schema} TO reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader",
    )
    with role(postgres, "reader", *grants):
        with open_ledger(postgres.url(schema, "reader"), create=True) as ledger:
            assert len(ledger.attempts(now=NOW)) == 1
            with pytest.raises(LedgerProblem, match="ledger-rights"):
                ledger.record_build(build_of(key_of(edition=2)), now=NOW)
        empty = postgres.new_schema()
        postgres.execute(f"GRANT USAGE ON SCHEMA {empty} TO reader")
        refusal(postgres.url(empty, "reader"), "ledger-rights")


def test_the_rights_that_the_guide_lists_are_enough_to_send_and_to_change_nothing(postgres):
    schema = postgres.new_schema()
    open_ledger(postgres.url(schema), create=True).close()
    grants = (
        f"GRANT USAGE ON SCHEMA {schema} TO sender",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO sender",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO sender",
    )
    with role(postgres, "sender", *grants):
        with open_ledger(postgres.url(schema, "sender"), create=True) as ledger:
            sent(ledger, key_of())
            ledger.open_edition("B-1", "2026-10", 1, "", "final", NOW)
            assert ledger.standing(key_of(), now=NOW) is Standing.SENT
        with (
            psycopg.connect(postgres.url(schema, "sender")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("ALTER TABLE kpixl_attempts DISABLE TRIGGER ALL")


def test_a_ledger_locked_on_the_server_is_waited_for_and_then_told(postgres, monkeypatch):
    url = postgres.url(postgres.new_schema())
    monkeypatch.setattr(ledger_database, "PATIENCE", 0.1)
    with open_ledger(url, create=True) as ledger, psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE kpixl_builds IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LedgerProblem, match="ledger-locked"):
            ledger.record_build(build_of(key_of()), now=NOW)
        holder.rollback()
        assert ledger.record_build(build_of(key_of()), now=NOW)


def test_a_lost_connection_is_made_anew(postgres):
    with open_ledger(postgres.url(postgres.new_schema()), create=True) as ledger:
        sent(ledger, key_of())
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'kpixl' AND pid <> pg_backend_pid()"
        )
        assert ledger.standing(key_of(), now=NOW) is Standing.SENT


def test_a_server_that_takes_no_changes_is_told(postgres):
    url = postgres.url(postgres.new_schema())
    open_ledger(url, create=True).close()
    options = "options=-cdefault_transaction_read_only%3Don%20"
    with open_ledger(url.replace("options=", options), create=True) as ledger:
        assert ledger.attempts(now=NOW) == ()
        with pytest.raises(LedgerProblem, match="ledger-read-only-server"):
            ledger.record_build(build_of(key_of()), now=NOW)


def test_a_missing_driver_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageProblem, match="extra-missing") as told:
        open_ledger(f"postgresql://{USER}@localhost/kpis", create=True)
    assert '".[postgres]"' in problem_text(told.value, "en").mend
    assert '".[postgres]"' in problem_text(told.value, "ja").mend


# ---- URLs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "mysql://kpi:s3cret@server/kpis",
        "postgresql://kpi:s3cret@x@server/kpis",
        "postgresql://kpi:s3cret@server:port/kpis",
        "://s3cret",
        "nonsense://s3cret",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_url_that_names_no_ledger_is_refused_without_showing_what_is_in_it(url):
    assert "s3cret" not in said(refusal(url, "ledger-url"))
