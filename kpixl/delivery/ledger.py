"""Keep what was built and sent, append-only, and make sure that nothing is sent twice.

A delivery is claimed, durably, before its mail is handed over, and settled after. Whatever happens
in between, the worst that can remain is an attempt of which nobody knows how it ended; that one is
not tried again until a person has checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    insert,
    select,
)

from kpixl.delivery import ledger_closings, ledger_sent
from kpixl.delivery import ledger_tables as tables
from kpixl.delivery.ledger_database import Database, open_database
from kpixl.delivery.ledger_places import default_url, ledger_url, unsafe_place
from kpixl.delivery.ledger_problems import LedgerProblem, Taken
from kpixl.delivery.moments import as_moment, as_text
from kpixl.delivery.processes import at_work
from kpixl.delivery.records import (
    Attempt,
    Build,
    Claim,
    ClosedFigure,
    Closing,
    DeliveryKey,
    EditionRecord,
    FigureKey,
    Outcome,
    Owner,
    SentFigure,
    Standing,
)
from kpixl.review.published import Figure

__all__ = [
    "NOT_SENT", "Ledger", "LedgerProblem", "default_url", "ledger_url", "open_ledger",
    "unsafe_place",
]  # fmt: skip

NOT_SENT = Outcome.FAILED
"""What a person's "it was not sent" is kept as: nothing was delivered, and it may be repeated."""

KEY = tuple(field.name for field in fields(DeliveryKey))
BUILD = tuple(field.name for field in fields(Build) if field.name != "figures")
BUILD_KEY = (*KEY[:-1], "workbook_sha256", "pack_sha256")
FIGURE = tuple(field.name for field in fields(Figure))


def open_ledger(url: str, *, create: bool) -> Ledger:
    """The ledger at ``url``: a database's URL, or the path of a SQLite file.

    Where there is none, ``create`` says whether to make it; else an empty one is returned, which
    reads as such and takes nothing. Raises :class:`LedgerProblem`, and :class:`UsageProblem`
    ``extra-missing`` where PostgreSQL's driver is not installed.
    """
    return Ledger(open_database(url, create=create))


class Ledger:
    """What was built and sent. A context manager; every method is a transaction of its own and
    raises :class:`LedgerProblem` where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the database."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    @property
    def place(self) -> str:
        """Where it is, for people: a path or a server's address, never a password."""
        return self._database.place

    @property
    def absent(self) -> bool:
        """Whether there is no ledger yet, and none was to be made."""
        return self._database.absent

    # ---- Editions and builds ----------------------------------------------------------------

    def editions(self, book_id: str, month: str) -> tuple[EditionRecord, ...]:
        """The editions of a book's month, the first one first."""
        with self._database.reading() as connection:
            return _editions(connection, book_id=book_id, month=month)

    def open_edition(
        self, book_id: str, month: str, number: int, reason: str, state: str, now: datetime
    ) -> EditionRecord:
        """Open an edition, or read it where it is open already: of two processes that open the
        same, one does and the other reads."""
        key = {"book_id": book_id, "month": month, "number": number}
        with self._database.writing("edition", book_id, month) as connection:
            found = _editions(connection, **key)
            if not found:
                values = {**key, "reason": reason, "state": state, "opened": as_text(now)}
                connection.execute(insert(tables.editions).values(values))
                found = _editions(connection, **key)
        return found[0]

    def record_build(self, build: Build, *, now: datetime) -> int:
        """Keep a pack and its figures; returns its number. The same pack once more (same key, same
        hashes) is the one that is there."""
        key = {name: getattr(build, name) for name in BUILD_KEY}
        with self._database.writing("build", *key.values()) as connection:
            known = connection.scalar(select(tables.builds.c.id).where(_is(tables.builds, key)))
            if known is not None:
                return int(known)
            row = {name: getattr(build, name) for name in BUILD}
            build_id = _added(connection, tables.builds, {**row, "built": as_text(now)})
            if build.figures:
                connection.execute(
                    insert(tables.figures), [_figure_row(build_id, one) for one in build.figures]
                )
        return build_id

    # ---- Deliveries -------------------------------------------------------------------------

    def claim(
        self,
        key: DeliveryKey,
        build_id: int,
        message_id: str,
        recipient_name: str,
        *,
        now: datetime,
        owner: Owner,
    ) -> Claim | None:
        """The right to attempt a delivery, on disk before it is returned. None where it is sent,
        is being sent, where nobody knows, or where another process was faster."""
        try:
            with self._database.writing(key) as connection:
                last = _latest(connection, key)
                if last is not None and _standing(last, now) is not Standing.DUE:
                    return None
                attempt = 1 if last is None else last["attempt"] + 1
                row = {
                    **_key_row(key),
                    "build_id": build_id,
                    "attempt": attempt,
                    "recipient_name": recipient_name,
                    "message_id": message_id,
                    "started": as_text(now),
                    "host": owner.host,
                    "pid": owner.pid,
                    "process_started": owner.started,
                }
                claim_id = _added(connection, tables.attempts, row)
        except Taken:
            return None
        return Claim(claim_id, key, attempt, message_id)

    def settle(
        self, claim: Claim, outcome: Outcome, detail: str, *, now: datetime, by: str = ""
    ) -> None:
        """Say how an attempt ended: once by the process that made it, and whatever else it says
        changes nothing.

        ``by`` a person, after checking, SENT or :data:`NOT_SENT`: of an attempt of which nobody
        knows, or against a person's earlier word while nothing was tried since. Raises
        :class:`LedgerProblem` ``attempt-settled`` or ``attempt-sending`` where there is nothing
        for a person to say.
        """
        with self._database.writing(claim.key) as connection:
            if by:
                _refuse_needless(connection, claim, now)
            elif _has_own_outcome(connection, claim.id):
                return
            row = {
                "attempt_id": claim.id,
                "outcome": outcome.value,
                "detail": detail,
                "ended": as_text(now),
                "settled_by": by,
            }
            _added(connection, tables.outcomes, row)

    def standing(self, key: DeliveryKey, *, now: datetime) -> Standing:
        """Where a delivery stands."""
        with self._database.reading() as connection:
            last = _latest(connection, key)
        return Standing.DUE if last is None else _standing(last, now)

    def attempts(
        self,
        book_id: str | None = None,
        month: str | None = None,
        number: int | None = None,
        *,
        now: datetime,
    ) -> tuple[Attempt, ...]:
        """The attempts, the newest last: of one book, month, or the one of that number (a claim's
        ``id``), where that is given."""
        view, built = tables.deliveries, tables.builds
        given = {"book_id": book_id, "month": month, "id": number}
        wanted = {name: value for name, value in given.items() if value is not None}
        of_build = [built.c[name].label(f"build_{name}") for name in BUILD]
        query = select(view, *of_build).join(built, built.c.id == view.c.build_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(_is(view, wanted)).order_by(view.c.id))
            return tuple(_attempt(row, now) for row in rows.mappings())

    # ---- Months closed as final --------------------------------------------------------------

    def record_closing(self, closing: Closing) -> Closing:
        """Close a month as final, with its figures, or read the closing of that number where it
        is there already: of two processes that close the same, one does and the other reads."""
        with self._database.writing("closing", closing.book_id, closing.month) as connection:
            return ledger_closings.record(connection, closing)

    def closings(self, book_id: str | None = None, month: str | None = None) -> tuple[Closing, ...]:
        """The closings, the newest last, without their figures: of one book and month, where
        they are given."""
        with self._database.reading() as connection:
            return ledger_closings.known(connection, book_id, month)

    def figures_closed(self, closing: Closing) -> tuple[Figure, ...]:
        """The figures of one closing."""
        key = (closing.book_id, closing.month, closing.number)
        with self._database.reading() as connection:
            return ledger_closings.figures_of(connection, *key)

    def last_closed(
        self,
        book_id: str,
        goals: Collection[str],
        before: datetime | None = None,
        until: str | None = None,
    ) -> Mapping[FigureKey, ClosedFigure]:
        """Each goal's figures as they were last closed (``before`` a time, with a month ``until``
        that one, written 2026-10), by goal, month (of the figure) and period."""
        with self._database.reading() as connection:
            return ledger_closings.last_closed(connection, book_id, goals, before, until)

    # ---- What people have received ----------------------------------------------------------

    def last_sent(
        self,
        book_id: str,
        goals: Collection[str],
        before: datetime | None = None,
        until: str | None = None,
    ) -> Mapping[FigureKey, SentFigure]:
        """Each goal's figures as they were last sent to anybody (``before`` a time, in the pack of
        a month ``until`` that one, written 2026-10), over all scopes, languages and packs, by goal,
        month (of the figure) and period. What nobody knows about was not sent."""
        built = tables.builds.c
        of_book = built.book_id == book_id
        wanted = of_book if until is None else and_(of_book, built.month <= until)
        return self._sent(wanted, goals, before)

    def sent_figures(
        self, book_id: str, month: str, edition: int
    ) -> Mapping[FigureKey, SentFigure]:
        """The figures that were sent in one edition of a month's packs; where they were not the
        same in all of them, as they were last sent."""
        built = tables.builds.c
        return self._sent(
            and_(built.book_id == book_id, built.month == month, built.edition == edition)
        )

    def _sent(
        self,
        of_build: ColumnElement[bool],
        goals: Collection[str] | None = None,
        before: datetime | None = None,
    ) -> Mapping[FigureKey, SentFigure]:
        with self._database.reading() as connection:
            return ledger_sent.last_sent(connection, of_build, goals, before)


# ---- Rows to records, and back --------------------------------------------------------------


def _is(table: Table, values: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(True, *(table.c[name] == value for name, value in values.items()))


def _added(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    """Add a row; returns its number."""
    made = connection.execute(insert(table).values(row)).inserted_primary_key
    return int(made[0]) if made else 0


def _key_row(key: DeliveryKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in KEY}


def _figure_row(build_id: int, figure: Figure) -> dict[str, Any]:
    return {"build_id": build_id, **{name: getattr(figure, name) for name in FIGURE}}


def _editions(connection: Connection, **key: Any) -> tuple[EditionRecord, ...]:
    query = select(tables.editions).where(_is(tables.editions, key))
    rows = connection.execute(query.order_by(tables.editions.c.number)).mappings()
    return tuple(EditionRecord(**{**row, "opened": as_moment(row["opened"])}) for row in rows)


def _latest(connection: Connection, key: DeliveryKey) -> RowMapping | None:
    view = tables.deliveries
    query = select(view).where(_is(view, _key_row(key))).order_by(view.c.attempt.desc()).limit(1)
    return connection.execute(query).mappings().first()


def _outcome(row: RowMapping) -> Outcome | None:
    return None if row["outcome"] is None else Outcome(row["outcome"])


def _standing(row: RowMapping, now: datetime) -> Standing:
    """Where an attempt leaves its delivery."""
    outcome = _outcome(row)
    if outcome is Outcome.SENT:
        return Standing.SENT
    if outcome in (Outcome.FAILED, Outcome.REFUSED):
        return Standing.DUE
    if outcome is None and at_work(_owner(row), as_moment(row["started"]), now):
        return Standing.SENDING
    return Standing.UNKNOWN


def _owner(row: RowMapping) -> Owner:
    return Owner(row["host"], row["pid"], row["process_started"])


def _attempt(row: RowMapping, now: datetime) -> Attempt:
    key = DeliveryKey(**{name: row[name] for name in KEY})
    return Attempt(
        claim=Claim(row["id"], key, row["attempt"], row["message_id"]),
        recipient_name=row["recipient_name"],
        build=Build(**{name: row[f"build_{name}"] for name in BUILD}),
        started=as_moment(row["started"]),
        started_by=f"{row['host']}:{row['pid']}",
        standing=_standing(row, now),
        outcome=_outcome(row),
        ended=None if row["ended"] is None else as_moment(row["ended"]),
        detail=row["detail"] or "",
        settled_by=row["settled_by"] or "",
        latest=bool(row["latest"]),
    )


def _has_own_outcome(connection: Connection, attempt_id: int) -> bool:
    own = {"attempt_id": attempt_id, "settled_by": ""}
    return (
        connection.scalar(select(tables.outcomes.c.id).where(_is(tables.outcomes, own))) is not None
    )


def _refuse_needless(connection: Connection, claim: Claim, now: datetime) -> None:
    """Raise where a person has nothing to say about an attempt."""
    view = tables.deliveries
    row = connection.execute(select(view).where(view.c.id == claim.id)).mappings().one()
    if row["settled_by"] and row["latest"]:
        return
    standing = _standing(row, now)
    if standing is Standing.SENDING:
        raise LedgerProblem("attempt-sending", number=claim.id)
    if standing is not Standing.UNKNOWN:
        raise LedgerProblem("attempt-settled", number=claim.id)
