"""Turn an old budget-and-actual workbook into the draft of a kpixl book, and say of every figure
what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.adopting.account import Account
from kpixl.adopting.draft import Draft, draft_of
from kpixl.adopting.formulas import Drivers, drivers_of
from kpixl.adopting.gathering import gather
from kpixl.adopting.goals import Goals, goals_of
from kpixl.adopting.headings import years_in
from kpixl.adopting.known import NOTHING
from kpixl.adopting.notes import Cell, Certainty, Checked, Left, Note
from kpixl.adopting.remarks import comment_notes
from kpixl.adopting.rows import labels_of
from kpixl.adopting.series import series_of, take_all
from kpixl.adopting.sheets import Read, read_tables
from kpixl.adopting.subjects import Gathered, Timed
from kpixl.adopting.tables import title_texts
from kpixl.adopting.tree import check_totals, tree_of, without_totals
from kpixl.adopting.verifying import Verifier
from kpixl.adopting.view import View, figure, view_of
from kpixl.adopting.years import JAPANESE_START, NOTHING_TOLD, Told
from kpixl.errors import UsageProblem
from kpixl.plan.cells import cell_name
from kpixl.plan.schema import sheet_names
from kpixl.plan.values import text_of
from kpixl.words import fold, typed
from kpixl.workbook.appearance import Appearance, Appearances, area_name, hidden_sheets
from kpixl.workbook.reader import OpenBook

MOST_CELLS = 200_000
"""A sheet with more cells is a list of records, not a table that a manager keeps."""

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True)
class Adoption:
    """What was made of an old book. ``draft`` is None where it has no goal; every cell that holds
    a number was ``taken`` over, ``checked``, or ``left``."""

    source: str
    sha256: str
    language: str
    goals: Goals
    book: Gathered
    draft: Draft | None
    notes: tuple[Note, ...]
    checked: tuple[Checked, ...]
    left: tuple[Left, ...]
    account: Account

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cells were taken over, checked and left."""
        account = self.account
        return {
            "taken": len(account.taken), "checked": len(account.checked),
            "left": len(account.left),
        }  # fmt: skip


def adopt(path: Path, told: Told = NOTHING_TOLD, language: str | None = None) -> Adoption:
    """Look at a workbook and draft a kpixl book from what is understood of it. ``language`` is
    that of the new book, where it is None that of the old one's labels.

    Raises FileProblem for what cannot be read, and :class:`UsageProblem` ``adopt-kpixl-book`` for
    a book of kpixl's own.
    """
    book = OpenBook(path.absolute())
    _refuse_own(book, path)
    views, large = _views(book)
    read = read_tables(views, told)
    gathered = gather(read.tables)
    language = language or _language_of(gathered)
    account = Account()
    drivers = drivers_of(gathered)
    series = series_of(gathered, account)
    tree = tree_of(gathered, series, drivers)
    start, start_note = _fiscal_start(told, read, language)
    verifier = Verifier(gathered, series, tree.drivers, account, start)
    verifier.run()
    check_totals(gathered, series, tree, account)
    tree = without_totals(tree)
    goals = goals_of(gathered, series, tree, verifier.votes, language)
    written = {goal.subject for goal in goals.goals if goal.formula}
    used = Drivers({one: tree.drivers.found[one] for one in sorted(written)}, {})
    take_all(series, used, frozenset(goal.subject for goal in goals.goals), account)
    remarks = gathered.remarks
    draft = draft_of(goals, series, account, start, language, remarks) if account.taken else None
    _leave_remarks(gathered, goals, draft, account)
    _account_for_the_rest(views, read.tables, gathered, account, large)
    notes = (
        *read.notes, start_note, *(_review_notes(draft) if draft else ()), *gathered.notes,
        *goals.notes, *_hidden(views, account),
    )  # fmt: skip
    return Adoption(
        path.name, book.inputs().sha256, language, goals, gathered, draft,
        together(notes) if draft is not None else (), account.all_checked(), account.all_left(),
        account,
    )  # fmt: skip


def _refuse_own(book: OpenBook, path: Path) -> None:
    keys = {sheet_names().get(fold(name)) for name in book.sheets}
    if not {"goals", "plan", "actuals", "settings"} <= keys:
        return
    from kpixl.plan.tables import read_plan

    if read_plan(book.inputs()).plan is not None:
        raise UsageProblem("adopt-kpixl-book", found=path.name, file=typed(str(path)))


def _views(book: OpenBook) -> tuple[list[View], list[View]]:
    """The sheets in book order, and those that are too large to be tables of a manager."""
    appearances, hidden = Appearances(book), hidden_sheets(book)
    views: list[View] = []
    large: list[View] = []
    for name in book.sheets:
        rows = book.rows(name)
        if sum(map(len, rows.rows)) > MOST_CELLS:
            large.append(view_of(rows, Appearance(), name in hidden))
        else:
            views.append(view_of(rows, appearances.of(name), name in hidden))
    return views, large


def _language_of(book: Gathered) -> str:
    """The language of the labels."""
    names = [subject.name for subject in book.subjects]
    japanese = sum(_JAPANESE.search(name) is not None for name in names)
    return "ja" if japanese * 2 > len(names) else "en"


def _fiscal_start(told: Told, read: Read, language: str) -> tuple[int, Note]:
    if told.fiscal_start is not None:
        start, reason, certainty = told.fiscal_start, "start-told", Certainty.CERTAIN
    elif read.fiscal_start is not None:
        start, reason, certainty = read.fiscal_start, "start-months", Certainty.DERIVED
    elif any(year.fiscal and year.plain for text in _year_labels(read) for year in years_in(text)):
        # The months of a 年度 and of FY2026/27 were placed as it begins, in April.
        start, reason, certainty = JAPANESE_START, "start-label", Certainty.ASSUMED
    else:
        start = JAPANESE_START if language == "ja" else 1
        reason, certainty = "start-default", Certainty.ASSUMED
    return start, Note("fiscal_start", str(start), reason, certainty)


def _year_labels(read: Read) -> Iterator[str]:
    """What the book calls its years."""
    for note in read.notes:
        yield str(note.details.get("label", ""))
    for table in read.tables:
        yield from (text for _, text in title_texts(table.found))


def _review_notes(draft: Draft) -> Iterator[Note]:
    month = str(draft.review_month)
    if draft.content.actuals:
        yield Note("review_month", month, "review-last", Certainty.DERIVED)
    else:
        yield Note("review_month", month, "review-none", Certainty.ASSUMED)
    revised = draft.content.settings.get("revision_from")
    if revised is not None:
        yield Note("revision_from", str(revised), "revision-first", Certainty.ASSUMED)
    yield from comment_notes(draft.comments)


def _leave_remarks(book: Gathered, goals: Goals, draft: Draft | None, account: Account) -> None:
    """Say of remarks that are on no goal of the new book that they were left."""
    subjects = {goal.subject for goal in goals.goals} if draft is not None else set()
    for remark in book.remarks:
        if remark.subject not in subjects:
            account.leave(remark.cell, remark.text, "remark")


def _account_for_the_rest(
    views: Sequence[View], tables: Sequence[Timed], book: Gathered, account: Account,
    large: Sequence[View],
) -> None:  # fmt: skip
    """Say of every other figure what it is, or that it was not understood."""
    remarks = {remark.cell for remark in book.remarks}
    for timed in tables:
        for place in timed.found.heads:
            account.check((timed.found.view.name, *timed.found.view.place(*place)), "heading")
        _beside(timed, account, remarks)
    for odd in book.odd:
        account.leave(odd.cell, odd.shown, odd.reason, odd.details)
    for fact in book.facts:
        account.leave(fact.cell, text_of(fact.value), "not-a-goal")
    with_tables = {timed.found.view.name for timed in tables}
    for view in (*views, *large):
        reason = "outside" if view.name in with_tables else "no-table"
        for cell, value in _figures(view):
            account.leave(cell, text_of(value), reason if view not in large else "too-large")


def _beside(timed: Timed, account: Account, remarks: Set[Cell]) -> None:
    """Running numbers of the rows are no figures; remarks in rows without any are on nothing."""
    found, labels = timed.found, labels_of(timed.found)
    for row in range(found.first, found.last + 1):
        for column in labels.of("number", "note"):
            value = found.view.value(row, column)
            cell = (found.view.name, *found.view.place(row, column))
            if figure(value) is not None and labels.roles[column] == "number":
                account.check(cell, "row_number")
            elif (
                value is not None
                and labels.roles[column] == "note"
                and cell not in remarks
                and (text_of(value) not in NOTHING)
            ):
                account.leave(cell, text_of(value), "remark")


def _figures(view: View) -> Iterator[tuple[Cell, object]]:
    for (row, column), value in view.cells.items():
        if figure(value) is not None:
            yield (view.name, row, column), value


def _hidden(views: Sequence[View], account: Account) -> Iterator[Note]:
    """What Excel does not show and was taken over all the same."""
    taken: dict[str, set[tuple[int, int]]] = {}
    for sheet, row, column in account.taken:
        taken.setdefault(sheet, set()).add((row, column))
    for view in views:
        cells = taken.get(view.name, set())
        look = view.appearance
        unseen = [
            (row, column) for row, column in cells
            if row in look.hidden_rows or column in look.hidden_columns
        ]  # fmt: skip
        if view.hidden and cells:
            yield Note("hidden", view.name, "hidden-sheet", Certainty.CERTAIN, sheet=view.name)
        elif unseen:
            rows, columns = [row for row, _ in unseen], [column for _, column in unseen]
            area = area_name((min(rows), min(columns), max(rows), max(columns)))
            details = {"cells": len(unseen)}
            yield Note(
                "hidden", area, "hidden-cells", Certainty.CERTAIN, "", view.name, area, "", details
            )


def together(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes that say the same of several goals as one."""
    found: dict[tuple[object, ...], Note] = {}
    for note in notes:
        key = (
            note.about, note.value, note.reason, note.certainty, note.sheet,
            "" if note.about == "year" else note.area,
            tuple(sorted(note.details.items(), key=lambda entry: entry[0])),
        )  # fmt: skip
        known = found.get(key)
        if known is None:
            found[key] = note
        elif note.goal and note.goal not in known.goal.split(", "):
            found[key] = replace(known, goal=f"{known.goal}, {note.goal}")
    return tuple(found.values())


def cell_text(cell: Cell) -> str:
    """``Sheet!B7``."""
    return f"{cell[0]}!{cell_name(cell[1], cell[2])}"
