"""A query's rows become figures, and the database stays as it is."""

from __future__ import annotations

import builtins
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from kpixl.errors import UsageProblem
from kpixl.importing import database
from kpixl.importing.database import public_url, read_query
from kpixl.importing.statement import check_reads
from kpixl.importing.text_source import SourceProblem
from tests.postgres import PASSWORD, USER


@pytest.fixture
def sqlite(tmp_path):
    path = tmp_path / "data.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE sales (code TEXT, ym TEXT, amount NUMERIC)")
        connection.executemany(
            "INSERT INTO sales VALUES (?, ?, ?)",
            [("SALES", "2026-10", 1200.5), (" COST ", "2026-11", None), ("100%", "2026-11", 7)],
        )
    return f"sqlite:///{path}"


def test_rows_of_sqlite(sqlite):
    found = read_query(sqlite, "SELECT code, ym AS month, amount AS value FROM sales;")
    assert found.rows == [
        ["code", "month", "value"],
        ["SALES", "2026-10", 1200.5],
        ["COST", "2026-11", None],
        ["100%", "2026-11", 7],
    ]


def test_percent_signs_and_colons_reach_the_database_as_they_are(sqlite):
    found = read_query(sqlite, "SELECT code, ':x' FROM sales WHERE code LIKE '%00%' -- :y")
    assert found.rows[1:] == [["100%", ":x"]]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1", " select 1 ; ", "WITH a AS (SELECT 1) SELECT * FROM a",
        "-- DELETE it\nSELECT 'drop table x; delete', \"update\" FROM a",
        "/* x; y */ SELECT created, updated_at, [insert] FROM a",
    ],
)  # fmt: skip
def test_what_only_reads_may_run(query):
    assert check_reads(query)


@pytest.mark.parametrize(
    "query",
    [
        "", "-- nothing", "DELETE FROM a", "SELECT 1; DROP TABLE a", "SELECT 1; SELECT 2",
        "WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", "SELECT * INTO b FROM a",
        "SELECT * FROM a FOR UPDATE", "PRAGMA journal_mode=WAL", "ATTACH 'x' AS y", "VACUUM",
        "(SELECT 1)", "EXPLAIN SELECT 1", "SELECT '''; ' ; DELETE FROM a --'",
        "SELECT $$ ; $$", "SELECT 'a\\' '; DELETE FROM a; -- '",
    ],
)  # fmt: skip
def test_what_could_change_anything_does_not_run(query):
    with pytest.raises(UsageProblem) as caught:
        check_reads(query)
    assert caught.value.code == "import-query-kind"


def test_the_connection_itself_does_not_write_to_sqlite(sqlite, monkeypatch):
    # Whatever the check of the statement lets through.
    monkeypatch.setattr(database, "check_reads", lambda query: query)
    with pytest.raises(SourceProblem) as caught:
        read_query(sqlite, "DELETE FROM sales")
    assert "readonly" in str(caught.value.details["reason"])
    assert len(read_query(sqlite, "SELECT 1 FROM sales").rows) == 4


def test_a_missing_file_is_not_made(tmp_path):
    with pytest.raises(SourceProblem) as caught:
        read_query(f"sqlite:///{tmp_path}/none.db", "SELECT 1")
    assert caught.value.code == "import-database-none"
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_book_could_have(sqlite):
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with pytest.raises(SourceProblem) as caught:
        read_query(sqlite, many)
    assert caught.value.code == "import-too-many"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://kpi:s3cret@db/x", "postgresql://kpi@db/x"),
        (
            "postgresql://kpi@db:5433/x?sslmode=require",
            "postgresql://kpi@db:5433/x?sslmode=require",
        ),
        ("postgresql://kpi@/x?host=db&password=s3cret", "postgresql://kpi@/x?host=db"),
        ("mysql+pymysql://u:s3cret@h/x", "mysql+pymysql://u@h/x"),
        ("sqlite:///data/x.db", "sqlite:///data/x.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    assert public_url(url) == shown


@pytest.mark.parametrize(
    "url", ["nonsense://u:s3cret@h/x", "postgresql://u:s3@cret@h/x", "://", "sqlite://"]
)
def test_a_url_that_is_none_never_shows_its_password(url):
    with pytest.raises(UsageProblem) as caught:
        read_query(url, "SELECT 1")
    assert caught.value.code == "import-url"
    assert "s3" not in str(caught.value)


def test_a_missing_driver_names_its_extra(monkeypatch):
    real = builtins.__import__

    def refuse(name, scope=None, local=None, wanted=(), level=0):
        if name == "psycopg" and level == 0:
            raise ImportError(name=name)
        return real(name, scope, local, wanted, level)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageProblem) as caught:
        read_query("postgresql://u@h/x", "SELECT 1")
    assert (caught.value.code, caught.value.details["extra"]) == ("extra-missing", "postgres")


# ---- PostgreSQL -----------------------------------------------------------------------------


@pytest.fixture
def schema(postgres):
    name = postgres.new_schema()
    postgres.execute(
        f"CREATE TABLE {name}.sales (code text, day date, amount numeric(12,2))",
        f"INSERT INTO {name}.sales VALUES ('SALES', '2026-10-31', 1200.50), ('COST', NULL, NULL)",
        f"CREATE SEQUENCE {name}.counter",
    )
    return name


def test_rows_of_postgresql(postgres, schema):
    url = postgres.url(schema)
    found = read_query(url, "SELECT code, day, amount::numeric AS value FROM sales ORDER BY 1 DESC")
    assert found.rows == [
        ["code", "day", "value"],
        ["SALES", date(2026, 10, 31), 1200.5],
        ["COST", None, None],
    ]
    assert type(found.rows[1][2]) is float


def test_a_function_that_writes_is_refused_by_the_server(postgres, schema):
    with pytest.raises(SourceProblem) as caught:
        read_query(postgres.url(schema), "SELECT nextval('counter')")
    assert "read-only transaction" in str(caught.value.details["reason"])


def test_the_password_comes_from_the_environment_and_is_never_shown(postgres, schema, monkeypatch):
    url = postgres.url(schema, password=None)
    monkeypatch.setenv("KPIXL_SOURCE_PASSWORD", PASSWORD)
    assert len(read_query(url, "SELECT code FROM sales").rows) == 3
    monkeypatch.setenv("KPIXL_SOURCE_PASSWORD", "wr0ng")
    with pytest.raises(SourceProblem) as caught:
        read_query(url, "SELECT 1")
    assert caught.value.code == "import-database-password"
    assert "wr0ng" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert USER in str(caught.value.details["found"])


def test_what_the_server_says_is_told(postgres, schema):
    with pytest.raises(SourceProblem) as caught:
        read_query(postgres.url(schema), "SELECT nothing FROM sales")
    assert "nothing" in str(caught.value.details["reason"])
    assert PASSWORD not in str(caught.value)
