"""Split a month's entry off a workbook: one small book for each owner, with their goals alone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from errno import ENOTDIR
from os import strerror
from pathlib import Path

from kpixl.books.origin import Origin, read_origin
from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.files import CannotWrite, safe_name, write_all
from kpixl.plan.model import Goal
from kpixl.plan.month import Month
from kpixl.review.periods import date_name
from kpixl.words import fold
from kpixl.workbook.entry import Entry, entry_of, owners


@dataclass(frozen=True)
class EntryFile:
    """An owner's book that was written: the labels of their goals, and of those among them that
    have no figure of the month yet."""

    path: Path
    owner: str
    goals: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """An owner who got no book, because of errors in what the workbook has of their goals."""

    owner: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Collected:
    """What came of splitting: the month, the day by which its figures are due, the files, the
    owners without one, and the goals that nobody is asked for because they have no owner."""

    month: Month
    due: date
    files: tuple[EntryFile, ...]
    held: tuple[Held, ...]
    without_owner: tuple[str, ...]


def collect(
    workbook: Path, folder: Path, month: Month | None = None, owner: str = "", to: str = ""
) -> Collected:
    """Write an entry book for each owner, or for ``owner`` alone, into ``folder``; ``to`` says
    whom they are to be returned to. Files that are there already are never written over: then
    none is written at all.

    Raises what :func:`kpixl.books.origin.read_origin` raises, :class:`UsageProblem`
    (``no-review-month``, ``collect-month``, ``collect-owner``, ``collect-nobody``,
    ``already-there``), and :class:`KpixlError` ``collect-book-id`` for a book without an ID, into
    which nothing could come back.
    """
    origin = read_origin(workbook)
    plan = origin.plan
    month = month or plan.settings.review_month
    if month is None:
        raise UsageProblem("no-review-month", book=plan.source.names)
    if not plan.settings.book_id:
        raise KpixlError("collect-book-id", found=workbook.name, book=plan.source.names)
    columns = plan.sheets.get("actuals")
    if columns is not None and month not in columns.months:
        raise UsageProblem("collect-month", found=str(month), sheet=columns.name)
    asked, nobody = owners(plan, month, _linked(origin, month))
    asked = _chosen(asked, owner, plan.source.names)
    faults = {name: _errors(origin, goals) for name, goals in asked.items()}
    entries = {
        _path(folder, month, workbook, name): entry_of(plan, month, name, goals, origin.language)
        for name, goals in asked.items()
        if not faults[name]
    }
    due = plan.settings.close_day.due(month, plan.holidays)
    _write(entries, folder, date_name(due, origin.language), to)
    labels = {goal.id: goal.label for goal in reversed(plan.goals)}
    return Collected(
        month=month,
        due=due,
        files=tuple(_file(path, entry, labels) for path, entry in entries.items()),
        held=tuple(Held(name, found) for name, found in faults.items() if found),
        without_owner=tuple(goal.label for goal in nobody),
    )


def _chosen(
    asked: Mapping[str, tuple[Goal, ...]], owner: str, book: Mapping[str, str]
) -> Mapping[str, tuple[Goal, ...]]:
    if not asked:
        raise UsageProblem("collect-nobody", book=book)
    if not owner:
        return asked
    found = {name: goals for name, goals in asked.items() if fold(name) == fold(owner)}
    if not found:
        raise UsageProblem("collect-owner", found=owner, known=", ".join(asked), book=book)
    return found


def _linked(origin: Origin, month: Month) -> frozenset[str]:
    """The goals whose figure of the month is a formula of the workbook: it comes from another
    sheet or file, and is not to be typed."""
    columns = origin.plan.sheets.get("actuals")
    column = columns.months.get(month) if columns is not None else None
    if columns is None or column is None:
        return frozenset()
    sheet = next(one for one in origin.book.sheets if one.name == columns.name)
    return frozenset(
        goal_id
        for goal_id, series in origin.plan.actuals.items()
        if (series.row, column) in sheet.formulas
    )


def _errors(origin: Origin, goals: Sequence[Goal]) -> tuple[Problem, ...]:
    ids = {goal.id for goal in goals}
    return tuple(problem for problem in origin.errors if not ids.isdisjoint(problem.goals))


def _path(folder: Path, month: Month, workbook: Path, owner: str) -> Path:
    """By month, then book, then owner."""
    return folder / f"{month}_{safe_name(workbook.stem, 60)}_{safe_name(owner, 60)}.xlsx"


def _write(entries: Mapping[Path, Entry], folder: Path, due: str, to: str) -> None:
    from kpixl.workbook.template.entry_book import write_entry

    if folder.exists() and not folder.is_dir():
        raise CannotWrite(folder, NotADirectoryError(ENOTDIR, strerror(ENOTDIR)), "folder")
    for path in entries:
        if path.exists():
            raise UsageProblem("already-there", found=str(path))

    def written(entry: Entry) -> bytes:
        buffer = io.BytesIO()
        write_entry(buffer, entry, due, to)
        return buffer.getvalue()

    write_all((path, written(entry)) for path, entry in entries.items())


def _file(path: Path, entry: Entry, labels: Mapping[str, str]) -> EntryFile:
    return EntryFile(
        path,
        entry.owner,
        tuple(labels[one] for one in entry.goals),
        tuple(labels[one] for one in entry.waiting),
    )
