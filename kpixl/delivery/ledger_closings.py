"""The months that were closed as final: their tables in the ledger, and how they are kept and
read. A ledger of version 1 knows none; :func:`add` brings it to version 2."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
)

from kpixl.delivery import ledger_tables
from kpixl.delivery.ledger_tables import figure_columns, number_column, text_column
from kpixl.delivery.moments import as_moment, as_text
from kpixl.delivery.records import ClosedFigure, Closing, FigureKey
from kpixl.review.published import Figure

tables = MetaData()

closings = Table(
    "kpixl_closings", tables,
    number_column("id", primary_key=True),
    text_column("book_id"),
    text_column("month"),
    number_column("number"),
    text_column("reason"),
    text_column("missing"),
    text_column("as_of"),
    text_column("workbook"),
    text_column("workbook_sha256"),
    text_column("closed"),
    text_column("closed_by"),
    number_column("edition"),
    # What no two processes can do, whatever they believe: the same closing of a month.
    UniqueConstraint("book_id", "month", "number", name="kpixl_closings_once"),
)  # fmt: skip

closed_figures = Table(
    "kpixl_closed_figures", tables,
    number_column("closing_id", ForeignKey(closings.c.id), primary_key=True, autoincrement=False),
    *figure_columns(),
    sqlite_with_rowid=False,
)  # fmt: skip

FIGURE = tuple(field.name for field in fields(Figure))
FACTS = tuple(field.name for field in fields(Closing) if field.name not in ("closed", "figures"))


def add(connection: Connection) -> None:
    """Make the tables, and what keeps their rows as they were written."""
    tables.create_all(connection, checkfirst=False)
    ledger_tables.guard(connection, tables.sorted_tables)


def record(connection: Connection, closing: Closing) -> Closing:
    """Keep a closing and its figures; where one of its number is there, that one counts and is
    returned."""
    there = _found(connection, closing.book_id, closing.month, closing.number)
    if there:
        return there[0]
    row = {name: getattr(closing, name) for name in FACTS}
    made = connection.execute(insert(closings).values(**row, closed=as_text(closing.closed)))
    number = made.inserted_primary_key
    if number and closing.figures:
        connection.execute(
            insert(closed_figures), [_row(int(number[0]), one) for one in closing.figures]
        )
    return _found(connection, closing.book_id, closing.month, closing.number)[0]


def known(connection: Connection, book_id: str | None, month: str | None) -> tuple[Closing, ...]:
    """The closings, of one book and month where they are given, in the order in which they were
    made; without their figures."""
    return _found(connection, book_id, month)


def figures_of(connection: Connection, book_id: str, month: str, number: int) -> tuple[Figure, ...]:
    """The figures of one closing."""
    of_closing = _is(book_id, month, number)
    query = select(*(closed_figures.c[name] for name in FIGURE)).join(
        closings, closings.c.id == closed_figures.c.closing_id
    )
    rows = connection.execute(query.where(of_closing)).mappings()
    return tuple(Figure(**row) for row in rows)


def last_closed(
    connection: Connection,
    book_id: str,
    goals: Collection[str],
    before: datetime | None,
    until: str | None = None,
) -> Mapping[FigureKey, ClosedFigure]:
    """Each goal's figures as they were last closed (``before`` a time, with a month ``until`` that
    one), by goal, month and period."""
    wanted = [closings.c.book_id == book_id, closed_figures.c.goal.in_(sorted(set(goals)))]
    if before is not None:
        wanted.append(closings.c.closed < as_text(before))
    if until is not None:
        wanted.append(closings.c.month <= until)
    figure = (closed_figures.c.goal, closed_figures.c.month, closed_figures.c.period)
    newest = func.row_number().over(
        partition_by=figure, order_by=(closings.c.closed.desc(), closings.c.id.desc())
    )
    ranked = (
        select(
            *(closed_figures.c[name] for name in FIGURE),
            closings.c.month.label("month_closed"), closings.c.number, closings.c.closed,
            newest.label("place"),
        )
        .join(closings, closings.c.id == closed_figures.c.closing_id)
        .where(and_(*wanted))
        .subquery()
    )  # fmt: skip
    rows = connection.execute(select(ranked).where(ranked.c.place == 1)).mappings()
    return {
        (row["goal"], row["month"], row["period"]): ClosedFigure(
            Figure(**{name: row[name] for name in FIGURE}),
            row["month_closed"], row["number"], as_moment(row["closed"]),
        )
        for row in rows
    }  # fmt: skip


def _is(book_id: str | None, month: str | None, number: int | None) -> Any:
    given = {"book_id": book_id, "month": month, "number": number}
    return and_(
        True, *(closings.c[name] == value for name, value in given.items() if value is not None)
    )


def _found(
    connection: Connection, book_id: str | None, month: str | None, number: int | None = None
) -> tuple[Closing, ...]:
    query = select(closings).where(_is(book_id, month, number)).order_by(closings.c.id)
    return tuple(
        Closing(**{name: row[name] for name in FACTS}, closed=as_moment(row["closed"]))
        for row in connection.execute(query).mappings()
    )


def _row(closing_id: int, figure: Figure) -> dict[str, Any]:
    return {"closing_id": closing_id, **{name: getattr(figure, name) for name in FIGURE}}
