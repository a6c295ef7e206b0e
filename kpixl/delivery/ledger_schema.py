"""Bring a ledger to the form that this kpixl writes, step by step from any earlier one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, func, insert, inspect, select

from kpixl.delivery import ledger_closings, ledger_tables
from kpixl.delivery.ledger_problems import LedgerProblem
from kpixl.delivery.moments import as_text

Step = Callable[[Connection], None]

# The step at place n makes version n + 1 out of version n. A step that has been published never
# changes; what it needs of the tables as they were then, it keeps for itself.
STEPS: tuple[Step, ...] = (ledger_tables.create, ledger_closings.add)


def version_of(connection: Connection) -> int:
    """The version of the ledger in this database; 0 where there is none yet. Raises
    :class:`LedgerProblem` where a SQLite file holds something else."""
    tables = inspect(connection).get_table_names()
    if ledger_tables.schema.name in tables:
        return connection.scalar(select(func.max(ledger_tables.schema.c.version))) or 0
    if tables and connection.dialect.name == "sqlite":
        raise LedgerProblem("ledger-foreign", tables=", ".join(sorted(tables)[:3]))
    return 0


def check(version: int) -> None:
    """Raise :class:`LedgerProblem` where the ledger was made by a newer kpixl than this."""
    if version > len(STEPS):
        raise LedgerProblem("ledger-newer", version=version, known=len(STEPS))


def bring_up(connection: Connection) -> None:
    """Take the steps that are missing. Called within a transaction that keeps others from doing
    the same, so that each is taken once."""
    version = version_of(connection)
    check(version)
    for number, step in enumerate(STEPS[version:], version + 1):
        step(connection)
        applied = as_text(datetime.now(UTC))
        connection.execute(insert(ledger_tables.schema).values(version=number, applied=applied))


def written() -> tuple[Table, ...]:
    """The tables that get a sending's rows."""
    known = (ledger_tables.ledger, ledger_closings.tables)
    every = (table for one in known for table in one.sorted_tables)
    return tuple(table for table in every if table is not ledger_tables.schema)
