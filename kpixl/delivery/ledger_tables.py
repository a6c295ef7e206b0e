"""Declare the ledger's tables, the view over them, and what keeps them append-only.

Every time is UTC as text of one length (2026-11-09T00:31:05.000000Z), so that sorting it sorts by
time; every figure is a double, as it was computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Words(TypeDecorator[str]):
    """Text as a database can hold it. Half a surrogate pair and the sign of number 0 are what no
    encoding or no PostgreSQL takes; an outcome must not be lost over them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """``value`` without what cannot be kept."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def text_column(name: str, *rest: Any, **options: Any) -> Column[str]:
    """A column of text, never null."""
    return Column(name, Words, *rest, nullable=False, **options)


def number_column(name: str, *rest: Any, **options: Any) -> Column[int]:
    """A column of whole numbers, never null."""
    return Column(name, Integer, *rest, **{"nullable": False, **options})


def _key(*others: str) -> tuple[str, ...]:
    return ("book_id", "month", "scope", "language", "edition", *others)


MEASURES = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")


def figure_columns() -> tuple[Column[Any], ...]:
    """The columns of one figure, after the number of what published it. Two published steps of the
    schema make them: a further column belongs in a step of its own, not in here."""
    return (
        text_column("goal", primary_key=True),
        text_column("period", primary_key=True),
        text_column("month", primary_key=True),
        *(Column(name, Double, nullable=True) for name in MEASURES),
        text_column("status"),
    )


ledger = MetaData()

schema = Table(
    "kpixl_schema", ledger,
    number_column("version", primary_key=True, autoincrement=False),
    text_column("applied"),
)  # fmt: skip

editions = Table(
    "kpixl_editions", ledger,
    text_column("book_id", primary_key=True),
    text_column("month", primary_key=True),
    number_column("number", primary_key=True, autoincrement=False),
    text_column("reason"),
    text_column("state"),
    text_column("opened"),
    sqlite_with_rowid=False,
)  # fmt: skip

builds = Table(
    "kpixl_builds", ledger,
    number_column("id", primary_key=True),
    text_column("book_id"),
    text_column("month"),
    text_column("scope"),
    text_column("language"),
    number_column("edition"),
    text_column("state"),
    text_column("as_of"),
    text_column("workbook"),
    text_column("workbook_sha256"),
    text_column("pack"),
    text_column("pack_sha256"),
    number_column("pack_bytes"),
    text_column("built"),
    UniqueConstraint(*_key("workbook_sha256", "pack_sha256"), name="kpixl_builds_once"),
)  # fmt: skip

figures = Table(
    "kpixl_figures", ledger,
    number_column("build_id", ForeignKey(builds.c.id), primary_key=True, autoincrement=False),
    *figure_columns(),
    sqlite_with_rowid=False,
)  # fmt: skip

attempts = Table(
    "kpixl_attempts", ledger,
    number_column("id", primary_key=True),
    number_column("build_id", ForeignKey(builds.c.id)),
    text_column("book_id"),
    text_column("month"),
    text_column("scope"),
    text_column("language"),
    number_column("edition"),
    text_column("recipient"),
    number_column("attempt"),
    text_column("recipient_name"),
    text_column("message_id"),
    text_column("started"),
    text_column("host"),
    number_column("pid"),
    text_column("process_started"),
    # What no two processes can do, whatever they believe: the same attempt at one delivery.
    UniqueConstraint(*_key("recipient", "attempt"), name="kpixl_attempts_once"),
)  # fmt: skip

outcomes = Table(
    "kpixl_outcomes", ledger,
    number_column("id", primary_key=True),
    number_column("attempt_id", ForeignKey(attempts.c.id)),
    text_column("outcome"),
    text_column("detail"),
    text_column("ended"),
    text_column("settled_by"),
)  # fmt: skip

# What the process itself saw is said once; people may follow.
Index(
    "kpixl_outcomes_own", outcomes.c.attempt_id, unique=True,
    sqlite_where=outcomes.c.settled_by == "", postgresql_where=outcomes.c.settled_by == "",
)  # fmt: skip
Index("kpixl_outcomes_of", outcomes.c.attempt_id)
Index("kpixl_attempts_of", attempts.c.build_id)

# The view is no table to be made: it is known here so that it can be asked.
deliveries = Table(
    "kpixl_deliveries", MetaData(),
    *(Column(column.name, column.type) for column in attempts.c),
    Column("outcome", Words),
    Column("detail", Words),
    Column("ended", Words),
    Column("settled_by", Words),
    Column("sent", Words),
    Column("latest", Integer),
)  # fmt: skip

# What counts of an attempt: what its process saw, if it saw how it ended; else the last word of a
# person who checked; else that the process does not know. What a process says of certain knowledge
# stands even against a person's word before it.
DELIVERIES = """
CREATE VIEW kpixl_deliveries AS
SELECT a.*, o.outcome, o.detail, o.ended, o.settled_by,
  CASE WHEN o.outcome = 'sent' AND o.settled_by = '' THEN o.ended
    WHEN o.outcome = 'sent' THEN a.started END AS sent,
  CASE WHEN EXISTS (
    SELECT 1 FROM kpixl_attempts later
    WHERE later.book_id = a.book_id AND later.month = a.month AND later.scope = a.scope
      AND later.language = a.language AND later.edition = a.edition
      AND later.recipient = a.recipient AND later.attempt > a.attempt
  ) THEN 0 ELSE 1 END AS latest
FROM kpixl_attempts a
LEFT JOIN kpixl_outcomes o ON o.id = COALESCE(
  (SELECT own.id FROM kpixl_outcomes own
    WHERE own.attempt_id = a.id AND own.settled_by = '' AND own.outcome <> 'unknown'),
  (SELECT MAX(told.id) FROM kpixl_outcomes told
    WHERE told.attempt_id = a.id AND told.settled_by <> ''),
  (SELECT own.id FROM kpixl_outcomes own
    WHERE own.attempt_id = a.id AND own.settled_by = '')
)
"""

REFUSAL = "the kpixl ledger is append-only"


def create(connection: Connection) -> None:
    """Make the tables, the view, and the triggers that keep rows as they were written."""
    ledger.create_all(connection, checkfirst=False)
    connection.execute(text(DELIVERIES))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "CREATE FUNCTION kpixl_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    guard(connection, ledger.sorted_tables)


def guard(connection: Connection, tables: Sequence[Table]) -> None:
    """Make the triggers that keep the rows of ``tables`` as they were written."""
    if connection.dialect.name == "postgresql":
        _guard_postgresql(connection, tables)
    else:
        _guard_sqlite(connection, tables)


def _guard_postgresql(connection: Connection, tables: Sequence[Table]) -> None:
    """By statement, so that even one that would touch no row is refused."""
    for table in tables:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table.name} FOR EACH STATEMENT EXECUTE FUNCTION kpixl_append_only()"
        )


def _guard_sqlite(connection: Connection, tables: Sequence[Table]) -> None:
    """An ``INSERT OR REPLACE`` takes a row away without asking the triggers of DELETE, so that it
    is met before: by what it would collide with."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table in tables:
        for event in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_no_{event.lower()} BEFORE {event} ON {table.name} "
                + refuse
            )
        for place, same in enumerate(_collisions(table)):
            there = f"EXISTS (SELECT 1 FROM {table.name} WHERE {same})"  # noqa: S608 - names of above
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_no_replace_{place} BEFORE INSERT ON {table.name} "
                f"WHEN {there} {refuse}"
            )


def _collisions(table: Table) -> list[str]:
    """When a new row and one that is there cannot both be, as conditions in SQL."""
    unique = [list(table.primary_key.columns)]
    unique += [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    found = [" AND ".join(f"{one.name} = NEW.{one.name}" for one in columns) for columns in unique]
    if table is outcomes:
        found.append("attempt_id = NEW.attempt_id AND settled_by = '' AND NEW.settled_by = ''")
    return found
