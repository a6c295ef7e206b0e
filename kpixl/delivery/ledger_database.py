"""Open the database of a ledger, and hold its transactions: durable, and one writer at a time."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    StaticPool,
    create_engine,
    event,
    false,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError

from kpixl.delivery import ledger_schema
from kpixl.delivery.ledger_places import as_url
from kpixl.delivery.ledger_problems import LedgerMisnamed, LedgerProblem, told
from kpixl.delivery.secrets import secret
from kpixl.errors import UsageProblem

PATIENCE = 30
"""Seconds to wait for another writer; each holds the ledger for milliseconds."""
CONNECTS_WITHIN = 10
LOOKS_WITHIN = 5
"""Seconds to wait for a server: to work with it, and only to see whether that would be possible."""


class Database:
    """A ledger's database, open. ``place`` names it to people; ``absent`` says that there is
    none and none was to be made: it then reads as empty and takes nothing."""

    def __init__(
        self, engine: Engine, place: str, secrets: tuple[str, ...] = (), absent: bool = False
    ) -> None:
        self.engine = engine
        self.place = place
        self.absent = absent
        self._secrets = secrets

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. Raises :class:`LedgerProblem`."""
        with told(self.place, self._secrets), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *about: object) -> Iterator[Connection]:
        """A transaction that is committed at the block's end, durably, or not at all. Two that
        are ``about`` the same run one after the other. Raises :class:`LedgerProblem`."""
        if self.absent:
            raise LedgerProblem("ledger-absent", found=self.place)
        with told(self.place, self._secrets), self.engine.connect() as connection:
            # In the options, for it is the connection's own BEGIN that has to differ.
            connection.execution_options(kpixl_writing=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    _alone(connection, repr(about))
                yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(url: str, *, create: bool) -> Database:
    """The database of ``url``, a URL or the path of a SQLite file, brought to this kpixl's form.

    Where there is no ledger yet, one is made if ``create`` says so; else what is returned is
    ``absent``. Raises :class:`LedgerProblem`, and :class:`UsageProblem` ``extra-missing`` where
    PostgreSQL's driver is not installed.
    """
    parsed = _parsed(as_url(url))
    if parsed.get_backend_name() == "postgresql":
        database = _postgresql(parsed)
    else:
        path = Path(str(parsed.database))
        if not create and not path.exists():
            return _absent(str(path))
        database = Database(_sqlite(path, create), str(path))
    try:
        return _ready(database, create)
    except BaseException:
        database.close()
        raise


def check_file(path: Path) -> None:
    """Whether the file of a ledger can be made or written to, as far as its rights tell. Raises
    :class:`LedgerProblem`."""
    if not path.parent.is_dir() or path.is_dir():
        raise LedgerProblem("ledger-cannot-open", found=str(path))
    # SQLite writes its journal into the folder.
    for one in (path.parent, *((path,) if path.exists() else ())):
        if not os.access(one, os.W_OK):
            raise LedgerProblem("ledger-read-only", found=str(path))


def check_server(url: str) -> None:
    """Whether the server of a ledger can be reached and takes all that a sending writes. It is
    tried on no row at all, and a ledger that is not there yet is made and taken back at once.
    Raises :class:`LedgerProblem`, and :class:`UsageProblem` ``extra-missing`` where PostgreSQL's
    driver is not installed."""
    parsed = _parsed(as_url(url))
    if parsed.get_backend_name() != "postgresql":
        raise ValueError("a file is looked at by check_file")
    database = _postgresql(parsed, LOOKS_WITHIN)
    try:
        with database.reading() as connection:
            _alone(connection, repr(("schema",)), LOOKS_WITHIN)
            ledger_schema.bring_up(connection)
            for table in ledger_schema.written():
                nothing = select(table).where(false())
                connection.execute(insert(table).from_select(list(table.c), nothing))
            connection.rollback()
    finally:
        database.close()


def _ready(database: Database, create: bool) -> Database:
    with database.reading() as connection:
        version = ledger_schema.version_of(connection)
        ledger_schema.check(version)
    if not version and not create:
        database.close()
        return _absent(database.place)
    if version < len(ledger_schema.STEPS):
        with database.writing("schema") as connection:
            ledger_schema.bring_up(connection)
    return database


def _parsed(url: str) -> URL:
    """``url`` in its parts. Of one that cannot be read only the beginning is told: what stands
    after it may hold a password."""
    wrong = LedgerMisnamed("ledger-url", found=url.partition("://")[0] + "://…")
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise wrong from None
    if backend in ("postgresql", "postgres"):
        if "@" in (parsed.host or ""):  # the rest of a password with an @ in it
            raise wrong
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise wrong
    return parsed


# ---- SQLite ---------------------------------------------------------------------------------


def _sqlite(path: Path, create: bool) -> Engine:
    """The rollback journal is kept, as SQLite has it by itself: write-ahead logging needs memory
    that processes share, which a network share does not give them."""
    mode = "rwc" if create else "rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{_file_uri(path)}?mode={mode}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # FULL, and the folder too: else a power cut can bring back the journal of a commit,
            # and with it the state before.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    _begin_by_hand(engine)
    return engine


def _begin_by_hand(engine: Engine) -> None:
    """Python's own BEGIN comes late and takes no lock; a claim needs its lock before it looks."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("kpixl_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _file_uri(path: Path) -> str:
    r"""A file as SQLite takes it; of ``\\server\share`` the server is part of the path."""
    plain = path.absolute().as_posix()
    return "file://" + ("" if plain.startswith("/") else "/") + quote(os.fsencode(plain), "/:")


def _absent(place: str) -> Database:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        ledger_schema.bring_up(connection)
    return Database(engine, place, absent=True)


# ---- PostgreSQL -----------------------------------------------------------------------------


def _postgresql(url: URL, seconds: int = CONNECTS_WITHIN) -> Database:
    host, port = url.host or url.query.get("host") or "", f":{url.port}" if url.port else ""
    place = f"postgresql://{host}{port}/{url.database or ''}"
    if url.password is None and "password" not in url.query:
        url = url.set(password=secret("ledger_password", url.username or ""))
    given = (url.password, url.query.get("password"))
    secrets = [str(one) for one in given if one]
    secrets += [form(one) for one in secrets for form in (quote, quote_plus)]
    options: dict[str, Any] = {
        "connect_timeout": seconds,
        "application_name": "kpixl",
        # Poolers between here and the server may hand a statement to one that was not prepared.
        "prepare_threshold": None,
    }
    try:
        engine = create_engine(
            url,
            connect_args={name: one for name, one in options.items() if name not in url.query},
            # Whatever the server's default: after waiting, a claim has to see what was committed.
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
        )
    except ImportError as missing:
        raise UsageProblem("extra-missing", extra="postgres", package="psycopg") from missing
    return Database(engine, place, tuple(secrets))


def _alone(connection: Connection, about: str, seconds: float | None = None) -> None:
    """Wait until no other transaction is about the same, for ``seconds`` or :data:`PATIENCE`, and
    see that the commit reaches the disk, even where the server is set up not to wait for that."""
    connection.execute(
        text(
            "SELECT set_config('lock_timeout', :patience, true),"
            " set_config('synchronous_commit', CASE set WHEN 'off' THEN 'on' ELSE set END, true)"
            " FROM (SELECT current_setting('synchronous_commit') AS set) AS server"
        ),
        {"patience": f"{PATIENCE if seconds is None else seconds}s"},
    )
    digest = hashlib.sha256(f"kpixl {about}".encode("utf-8", "replace")).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
