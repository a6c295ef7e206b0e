"""Turn a query of a database into rows of cells, in a transaction that only reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from kpixl.delivery.secrets import secret, variable
from kpixl.errors import UsageProblem
from kpixl.files import at_home
from kpixl.importing.statement import check_reads
from kpixl.importing.text_source import SourceProblem
from kpixl.plan.cells import CellValue, SheetRows
from kpixl.plan.schema import MAX_ROWS

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

SECRET = "source_password"  # noqa: S105 - the name of one
HIDDEN = "***"
PATIENCE = 10
"""Seconds to wait for a server to answer."""

EXTRAS = {"postgresql": ("postgres", "psycopg")}
_PASSWORD_STATES = ("28P01", "28000")
_PASSWORD_SIGNS = (
    "password authentication failed", "no password supplied", "access denied for user",
    "パスワード認証に失敗",
)  # fmt: skip
_SECRET_KEYS = ("password", "passwd", "pwd", "token", "secret")


def is_database(source: str) -> bool:
    """Whether a source is a database's URL."""
    return "://" in source


def public_url(url: str) -> str:
    """``url`` without any password, to be shown and remembered."""
    parsed = _parsed(url)
    query = {
        key: value
        for key, value in parsed.query.items()
        if not any(sign in key.casefold() for sign in _SECRET_KEYS)
    }
    from sqlalchemy import URL

    shown = URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, query
    )
    return shown.render_as_string(hide_password=True)


def read_query(url: str, query: str) -> SheetRows:
    """The rows that the query gives; the first row is its columns' names. Raises
    :class:`SourceProblem`, and :class:`UsageProblem` for a query that could change anything, a
    URL that is none, and a driver that is not installed."""
    statement = check_reads(query)
    parsed = _parsed(url)
    engine, secrets = _engine(parsed)
    place = public_url(url)
    try:
        with _told(place, secrets), engine.connect() as connection:
            return _read(connection, statement, place)
    finally:
        engine.dispose()


def _read(connection: Connection, statement: str, place: str) -> SheetRows:
    options: dict[str, Any] = {"no_parameters": True}
    if connection.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    connection.execution_options(**options)
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    try:
        found = connection.exec_driver_sql(statement)
        rows: list[Sequence[CellValue]] = [list(found.keys())]
        for number, row in enumerate(found, start=1):
            if number > MAX_ROWS:
                raise SourceProblem("import-too-many", found=place, limit=MAX_ROWS)
            rows.append([_cell(value) for value in row])
    finally:
        connection.rollback()
    return SheetRows("", rows)


def _cell(value: object) -> CellValue:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, (bool, int, float, str, date, datetime)):
        return value.strip() or None if isinstance(value, str) else value
    return str(value)


def _parsed(url: str) -> URL:
    """``url`` in its parts. Of one that cannot be read only the beginning is told: what stands
    after it may hold a password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    wrong = UsageProblem("import-url", found=url.partition("://")[0] + "://…")
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise wrong from None
    if "@" in (parsed.host or ""):  # the rest of a password with an @ in it
        raise wrong
    if backend == "postgres":  # as some write it
        return parsed.set(drivername="postgresql")
    return parsed


def _engine(url: URL) -> tuple[Engine, tuple[str, ...]]:
    """The database, not yet connected to, and the secrets that nothing may show."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError

    if url.get_backend_name() == "sqlite":
        return _sqlite(url), ()
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.password is None and not any(sign in key for key in url.query for sign in _SECRET_KEYS):
        url = url.set(password=secret(SECRET, url.username or ""))
    given = [url.password, *(v for k, v in url.query.items() if any(s in k for s in _SECRET_KEYS))]
    secrets = [str(one) for one in given if one]
    secrets += [form(one) for one in secrets for form in (quote, quote_plus)]
    options = {"connect_timeout": PATIENCE} if url.get_backend_name() == "postgresql" else {}
    try:
        engine = create_engine(
            url, connect_args={key: one for key, one in options.items() if key not in url.query}
        )
    except ImportError as missing:
        backend = url.get_backend_name()
        if backend in EXTRAS:
            extra, package = EXTRAS[backend]
            raise UsageProblem("extra-missing", extra=extra, package=package) from missing
        raise UsageProblem("import-driver", found=missing.name or url.drivername) from None
    except NoSuchModuleError:
        raise UsageProblem("import-url", found=f"{url.drivername}://…") from None
    return engine, tuple(secrets)


def _sqlite(url: URL) -> Engine:
    from sqlalchemy import create_engine

    if url.database in (None, "", ":memory:"):
        raise UsageProblem("import-url", found="sqlite://")
    path = at_home(Path(str(url.database))).absolute()
    if not path.is_file():
        raise SourceProblem("import-database-none", found=str(path))

    def connect() -> sqlite3.Connection:
        uri = path.as_posix()
        uri = "file://" + ("" if uri.startswith("/") else "/") + quote(uri, "/:")
        connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return create_engine("sqlite://", creator=connect)


@contextmanager
def _told(place: str, secrets: Sequence[str]) -> Iterator[None]:
    """Raise as :class:`SourceProblem` what the database raises in the block. Of what it says,
    ``secrets`` are left out."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        origin = fault.orig if isinstance(fault, DBAPIError) and fault.orig else fault
        reason = " ".join(str(origin).split())
        for one in sorted(secrets, key=len, reverse=True):
            reason = reason.replace(one, HIDDEN)
        refused = getattr(origin, "sqlstate", None) in _PASSWORD_STATES or any(
            sign in reason.casefold() for sign in _PASSWORD_SIGNS
        )
        if refused:
            name = variable(SECRET)
            # Neither the fault nor what it came from is shown, even to --debug: both may hold a
            # password.
            raise SourceProblem("import-database-password", found=place, variable=name) from None
        raise SourceProblem("import-database", found=place, reason=reason[:400]) from None
