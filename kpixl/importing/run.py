"""Bring figures into a book: look at what would change, then write it into a new file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.files import write_file
from kpixl.importing.answers import Answer, answers
from kpixl.importing.book import TargetBook, open_target
from kpixl.importing.closed import closed_months
from kpixl.importing.comments import NewComment, place_comments
from kpixl.importing.figures import Remark, SourceReading, Understood
from kpixl.importing.layout import Hints
from kpixl.importing.mapping import check_goals, mapping_file, read_mapping
from kpixl.importing.preview import Change, Rulings, compare
from kpixl.importing.remember import remember
from kpixl.importing.rules import Rules
from kpixl.importing.sources import BOOKS, Wanted, as_problem, expand, read_source
from kpixl.plan.cells import cell_name
from kpixl.plan.month import Month
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.package import read_file
from kpixl.workbook.patch import patched, refusals


@dataclass(frozen=True)
class Order:
    """What is to be brought in. ``sources`` are files, patterns, folders or databases' URLs;
    ``month`` the month that the command line gives, which is also that of figures without one;
    ``ledger`` where the ledger is, None for the usual place; ``restate`` lets figures of closed
    and earlier months through."""

    workbook: Path
    sources: tuple[str, ...]
    month: Month | None = None
    wanted: Wanted = Wanted()  # noqa: RUF009 - frozen
    mapping: Path | None = None
    ledger: str | None = None
    restate: bool = False


@dataclass(frozen=True)
class Preview:
    """What would change in the book, and what must not. ``read`` says how each source was read;
    ``month`` is the one that ``answers`` is about."""

    book: TargetBook
    read: tuple[tuple[Understood, Rules], ...]
    changes: tuple[Change, ...]
    unchanged: int
    comments: tuple[NewComment, ...]
    problems: tuple[Problem, ...]
    answers: tuple[Answer, ...]
    month: Month | None
    mapping: Path

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.changes and not self.comments

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are no mere warnings."""
        return tuple(one for one in self.problems if not one.warning)


def look(order: Order) -> Preview:
    """Read every source and compare; writes nothing. A single source that cannot be read raises
    its :class:`KpixlError`; among several it is one problem of many."""
    book = open_target(order.workbook)
    mapping = order.mapping or mapping_file(order.workbook)
    rules = read_mapping(mapping)
    check_goals(mapping, rules, book.terms)
    sources = expand(order.sources, order.workbook)
    settings = book.plan.settings
    hints = Hints(settings.fiscal_start, order.month, order.month or settings.review_month)
    found = [_read(source, len(sources) == 1, book, rules, order, hints) for source in sources]
    readings = [reading for reading, _ in found]
    figures = [figure for one in readings for figure in one.figures]
    # Books are handed out for a month that Settings may not have come to yet.
    asked = max((one.month for one in readings if one.month is not None), default=None)
    month = order.month or asked or settings.review_month
    closed, remark = closed_months(book, order.ledger, {figure.month for figure in figures})
    rulings = Rulings(closed, restate=order.restate)
    compared = compare(book, figures, rulings)
    placed, without_room = place_comments(book, _once(readings))
    changes, comments, refused = _writable(book, compared.changes, placed)
    problems = [problem for one in readings for problem in one.problems]
    problems += [*compared.problems, *without_room, *refused, *remark]
    problems += _calculated(book) if changes else ()
    return Preview(
        book=book,
        read=tuple((one.understood, own) for one, own in found if one.understood is not None),
        changes=changes,
        unchanged=compared.unchanged,
        comments=comments,
        problems=tuple(problems),
        answers=_answers(book, month, readings, changes),
        month=month,
        mapping=mapping,
    )


def check_out(workbook: Path, out: Path) -> None:
    """Raise :class:`UsageProblem` where ``out`` is no new file, or another kind of workbook."""
    if out.exists():
        raise UsageProblem("already-there", found=str(out))
    kind = workbook.suffix.casefold()
    # A book of another kind, such as .xls, has its own sentence when it is read.
    if kind in BOOKS and out.suffix.casefold() != kind:
        raise UsageProblem("import-suffix", found=out.name, suffix=workbook.suffix)


def write(preview: Preview, out: Path) -> Path:
    """The book with the changes, as the new file ``out``; everything else in it stays as it is.
    Raises :class:`KpixlError` where a cell cannot be written or the book is no longer the one that
    was looked at, and then writes nothing."""
    check_out(preview.book.path, out)
    data = read_file(preview.book.path.absolute())
    if hashlib.sha256(data).hexdigest() != preview.book.rows.sha256:
        raise KpixlError("import-changed", found=preview.book.path.name)
    return write_file(out, patched(data, edits(preview.changes, preview.comments), out.name))


def edits(changes: Sequence[Change], comments: Sequence[NewComment]) -> tuple[CellEdit, ...]:
    """The cells to write: figures, then comments."""
    figures = (CellEdit(one.sheet, one.row, one.column, one.new) for one in changes)
    texts = (edit for one in comments for edit in one.edits)
    return (*figures, *texts)


def _writable(
    book: TargetBook, changes: Sequence[Change], comments: Sequence[NewComment]
) -> tuple[tuple[Change, ...], tuple[NewComment, ...], tuple[Problem, ...]]:
    """What can be written without harm to the book, and the problems of the rest, such as a part
    of a merged cell. A comment of which one cell cannot be written waits as a whole."""
    name = book.path.name
    found = refusals(read_file(book.path.absolute()), edits(changes, comments), name)
    places = {(str(one.details["sheet"]), str(one.details["cell"])) for one in found}
    problems = tuple(
        Problem(
            one.code, str(one.details["sheet"]), str(one.details["cell"]),
            str(one.details.get("found", "")), one.details,
        )
        for one in found
    )  # fmt: skip
    return (
        tuple(one for one in changes if (one.sheet, one.cell) not in places),
        tuple(
            one
            for one in comments
            if not any((e.sheet, cell_name(e.row, e.column)) in places for e in one.edits)
        ),
        problems,
    )


def _calculated(book: TargetBook) -> tuple[Problem, ...]:
    """A remark for each monthly sheet with formulas among its figures: what they have given stands
    in the new book as before, although the figures that they look at may have changed."""
    return tuple(
        Problem(
            "import-calculated", sheet.name, cells[0],
            details={"n": len(cells), "file": book.path.name}, warning=True,
        )
        for sheet in book.sheets.values()
        if (cells := sheet.formulas())
    )  # fmt: skip


def remember_sources(preview: Preview, language: str) -> tuple[str, ...]:
    """Put sources that the mapping file does not know yet into it; returns their names."""
    new = [
        (found, rules) for found, rules in preview.read if not found.remembered and found.figures
    ]
    first = {found.source: (found, rules) for found, rules in reversed(new)}
    remember(preview.mapping, list(first.values()), language)
    return tuple(first)


def _read(
    source: str,
    alone: bool,
    book: TargetBook,
    rules: Sequence[Rules],
    order: Order,
    hints: Hints,
) -> tuple[SourceReading, Rules]:
    try:
        return read_source(source, book, rules, order.wanted, hints)
    except UsageProblem:
        raise
    except KpixlError as fault:
        name = (order.mapping or mapping_file(order.workbook)).name
        told = type(fault)(fault.code, **{**fault.details, "mapping": name})
        if alone:
            raise told from fault
        fault = told
        return SourceReading(None, problems=(as_problem(fault, source),)), Rules()


def _once(readings: Sequence[SourceReading]) -> list[Remark]:
    """The comments of all entry books, the same one only once."""
    found: dict[tuple[str, Month, str], Remark] = {}
    for one in (remark for reading in readings for remark in reading.remarks):
        found.setdefault((one.goal, one.month, one.text), one)
    return sorted(found.values(), key=lambda one: one.month)


def _answers(
    book: TargetBook,
    month: Month | None,
    readings: Sequence[SourceReading],
    changes: Sequence[Change],
) -> tuple[Answer, ...]:
    files: dict[str, list[str]] = {}
    for one in readings:
        if one.owner and one.understood is not None:
            files.setdefault(one.owner, []).append(one.understood.source)
    entries = any(one.understood is not None and one.understood.kind == "entry" for one in readings)
    if month is None or not entries:
        return ()
    coming = {(change.into, change.goal, change.month) for change in changes}
    return answers(book, month, files, coming)
