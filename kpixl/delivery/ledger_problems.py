"""Turn what a database says into what a person can mend, without a password in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kpixl.errors import KpixlError, UsageProblem

HIDDEN = "***"


class LedgerProblem(KpixlError):
    """The ledger cannot be opened, read or written, or does not allow what was asked."""


class LedgerMisnamed(LedgerProblem, UsageProblem):
    """What was said of where the ledger is names none."""


class Taken(LedgerProblem):
    """What was to be written is there already: another process was faster."""


# By SQLite's primary result codes.
SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: "ledger-locked",
    sqlite3.SQLITE_LOCKED: "ledger-locked",
    sqlite3.SQLITE_CANTOPEN: "ledger-cannot-open",
    sqlite3.SQLITE_PERM: "ledger-read-only",
    sqlite3.SQLITE_READONLY: "ledger-read-only",
    sqlite3.SQLITE_AUTH: "ledger-read-only",
    sqlite3.SQLITE_NOTADB: "ledger-no-database",
    sqlite3.SQLITE_CORRUPT: "ledger-damaged",
    sqlite3.SQLITE_FULL: "ledger-full",
}

# By the SQLSTATE that a PostgreSQL server gives.
SQLSTATES = {
    "28P01": "ledger-password",
    "28000": "ledger-password",
    "42501": "ledger-rights",
    "25006": "ledger-read-only-server",
    "53100": "ledger-full",
    "55P03": "ledger-locked",
    "57014": "ledger-locked",
}

SQLITE_TAKEN = (
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_TRIGGER,  # the guards against INSERT OR REPLACE come first
)
UNIQUE_VIOLATION = "23505"

# While it connects, a server gives no code, only a sentence, in a language of its own.
WRONG_PASSWORD = ("password authentication failed", "no password supplied", "パスワード認証に失敗",
                  "28P01")  # fmt: skip


@contextmanager
def told(place: str, secrets: tuple[str, ...] = ()) -> Iterator[None]:
    """Raise as :class:`LedgerProblem` what the database of ``place`` raises in the block. Of what
    it says, ``secrets`` are left out."""
    try:
        yield
    except LedgerProblem as problem:
        if "found" in problem.details:
            raise
        raise LedgerProblem(problem.code, found=place, **problem.details) from problem
    except (SQLAlchemyError, sqlite3.Error) as fault:
        origin = fault.orig if isinstance(fault, DBAPIError) and fault.orig else fault
        reason = _hidden(" ".join(str(origin).split()), secrets)
        # Neither the fault nor what it came from is shown, even to --debug: both may hold a
        # password.
        kind = Taken if _is_taken(origin) else LedgerProblem
        raise kind(_code(origin), found=place, reason=reason) from None


def _hidden(reason: str, secrets: tuple[str, ...]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        reason = reason.replace(secret, HIDDEN)
    return reason


def _is_taken(fault: BaseException) -> bool:
    """Whether a row was refused because one with its key is there."""
    if isinstance(fault, sqlite3.Error):
        return getattr(fault, "sqlite_errorcode", 0) in SQLITE_TAKEN
    return getattr(fault, "sqlstate", None) == UNIQUE_VIOLATION


def _code(fault: BaseException) -> str:
    if isinstance(fault, SQLAlchemyError):
        return "ledger-fault"
    if isinstance(fault, sqlite3.Error):
        return SQLITE_CODES.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF, "ledger-fault")
    state = getattr(fault, "sqlstate", None)
    if state:
        return SQLSTATES.get(state, "ledger-fault")
    if any(sign in str(fault) for sign in WRONG_PASSWORD):
        return "ledger-password"
    return "ledger-unreachable"
