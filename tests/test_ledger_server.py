"""Whether a ledger's server is ready for a sending: found out before its day, writing nothing."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from kpixl.cli import app
from kpixl.delivery.ledger import LedgerProblem, open_ledger
from kpixl.delivery.ledger_database import LOOKS_WITHIN, check_server
from tests.ledgers import key_of, sent
from tests.mail_book import rows, write
from tests.postgres import PASSWORD, Postgres, role

READ_ONLY = ("options=", "options=-cdefault_transaction_read_only%3Don%20")


def relations(postgres: Postgres, schema: str) -> list[tuple[str, int]]:
    """Tables of a schema, with how many rows each has."""
    with psycopg.connect(postgres.url(schema)) as connection:
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
            " AND table_type = 'BASE TABLE' ORDER BY 1",
            (schema,),
        ).fetchall()
        counts = [connection.execute(f"SELECT count(*) FROM {name}".encode()) for (name,) in found]
        return [(name, n.fetchall()[0][0]) for (name,), n in zip(found, counts, strict=True)]


def refusal(url: str) -> LedgerProblem:
    with pytest.raises(LedgerProblem) as told:
        check_server(url)
    return told.value


def test_a_server_that_is_ready_is_left_as_it_is(postgres: Postgres) -> None:
    empty, used = postgres.new_schema(), postgres.new_schema()
    check_server(postgres.url(empty))
    assert relations(postgres, empty) == []
    with open_ledger(postgres.url(used), create=True) as ledger:
        sent(ledger, key_of())
    before = relations(postgres, used)
    assert ("kpixl_attempts", 1) in before
    check_server(postgres.url(used))
    assert relations(postgres, used) == before


def test_what_a_sending_may_not_do_there_is_told(postgres: Postgres) -> None:
    schema, empty = postgres.new_schema(), postgres.new_schema()
    open_ledger(postgres.url(schema), create=True).close()
    grants = (
        f"GRANT USAGE ON SCHEMA {schema} TO looker",
        f"GRANT USAGE ON SCHEMA {empty} TO looker",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO looker",
    )
    with role(postgres, "looker", *grants):
        assert refusal(postgres.url(schema, "looker")).code == "ledger-rights"
        assert refusal(postgres.url(empty, "looker")).code == "ledger-rights"
        # The rights that docs/ledger.md lists.
        postgres.execute(
            f"GRANT INSERT ON ALL TABLES IN SCHEMA {schema} TO looker",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO looker",
        )
        check_server(postgres.url(schema, "looker"))
    assert refusal(postgres.url(schema).replace(*READ_ONLY)).code == "ledger-read-only-server"
    assert refusal(postgres.url(password="wrong")).code == "ledger-password"  # noqa: S106


def test_a_ledger_of_a_newer_kpixl_is_told(postgres: Postgres) -> None:
    url = postgres.url(postgres.new_schema())
    open_ledger(url, create=True).close()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO kpixl_schema (version, applied) VALUES (99, '')")
    problem = refusal(url)
    assert (problem.code, problem.details["version"]) == ("ledger-newer", 99)
    assert str(problem.details["found"]).startswith("postgresql://")


def test_a_server_that_never_answers_is_not_waited_for_long() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes the connection, and then says nothing
        port = silent.getsockname()[1]
        began = time.monotonic()
        assert refusal(f"postgresql://kpi@127.0.0.1:{port}/kpis").code == "ledger-unreachable"
    assert time.monotonic() - began < LOOKS_WITHIN + 3


def greeted(silent: socket.socket) -> int:
    """How many have called at a socket and said something."""
    silent.setblocking(False)
    found = 0
    while True:
        try:
            caller, _ = silent.accept()
        except BlockingIOError:
            return found
        with caller:
            found += bool(caller.recv(1))


# ---- As a schedule meets it -----------------------------------------------------------------


def sent_by(
    folder: Path, ledger: str, monkeypatch: pytest.MonkeyPatch, *options: str
) -> tuple[int, str]:
    """``kpixl send`` with these options: its exit code, and all that it says."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "nobody"))
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", "s3cret")
    monkeypatch.setenv("KPIXL_LEDGER_PASSWORD", PASSWORD)
    monkeypatch.delenv("KPIXL_CONFIG", raising=False)
    Path("kpixl.toml").write_text(
        '[mail]\nfrom = "kpi@example.com"\n'
        '[mail.smtp]\nhost = "smtp.example.com"\nuser = "kpi@example.com"\n'
        f'[ledger]\nurl = "{ledger}"\n',
        encoding="utf-8",
    )
    book = write(folder / "plan.xlsx", rows(("abe@example.com",)))
    found = CliRunner().invoke(app, ["send", str(book), "--yes", *options])
    return found.exit_code, found.output


def early(folder: Path, ledger: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Any]:
    """``kpixl send --if-ready`` on the last day on which it does not send yet."""
    options = ("--if-ready", "--as-of", "2026-06-10", "--json")
    code, said = sent_by(folder, ledger, monkeypatch, *options)
    return code, json.loads(said)


def test_a_ledger_on_a_server_is_asked_before_the_day(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = postgres.new_schema()
    code, data = early(tmp_path, postgres.url(schema, password=None), monkeypatch)
    assert (code, data["waiting"], data["obstacles"]) == (0, True, [])
    assert relations(postgres, schema) == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = taken.getsockname()[1]
        code, data = early(tmp_path, f"postgresql://kpi@127.0.0.1:{port}/kpis", monkeypatch)
    assert code == 1
    (obstacle,) = data["obstacles"]
    assert obstacle["error"] == "ledger-unreachable"
    assert obstacle["what"].startswith(
        f"The server of the ledger postgresql://127.0.0.1:{port}/kpis cannot be reached: "
    )


def test_what_names_no_ledger_is_an_obstacle_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LEDGER", "mysql://kpi@server/kpis")
    code, data = early(tmp_path, "postgresql://kpi@localhost/kpis", monkeypatch)
    assert code == 2
    assert [one["error"] for one in data["obstacles"]] == ["ledger-url"]


@pytest.mark.parametrize("options", [("--if-ready", "--as-of", "2026-06-10"), ()])
def test_a_server_that_never_answers_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        place = f"postgresql://kpi@127.0.0.1:{port}/kpis?sslmode=disable&connect_timeout=2"
        code, said = sent_by(tmp_path, place, monkeypatch, *options)
        assert greeted(silent) == 1
    assert code == 1
    assert said.count("The server of the ledger") == 1
