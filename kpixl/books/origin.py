"""Read the workbook that another is to be made from; what it says must be readable to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.jobs import NotReadable
from kpixl.plan.cells import BookRows, cell_name
from kpixl.plan.model import Plan
from kpixl.words import LANGUAGES, fold, word
from kpixl.workbook.rebook import MONTHLY

KEPT_ANYWAY = frozenset((
    "percent-slip", "goal-unnamed", "parent-outside-time", "formula-difference", "months-missing",
    "action-order", "revision-not-used",
))  # fmt: skip
"""Warnings of a book that say nothing of entries that would be lost."""


class NotCarried(KpixlError):
    """A book has errors, and what cannot be read cannot be taken into another; ``problems`` are
    they."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__("book-not-carried", found=name)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Origin:
    """A workbook as it was read: its plan, its input sheets, the names of all its sheets in order,
    and every problem in it."""

    path: Path
    plan: Plan
    book: BookRows
    order: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def language(self) -> str:
        """The language that the names of its sheets are in."""
        names = [sheet.name for sheet in self.plan.sheets.values()]
        return "en" if all(name.isascii() for name in names) else "ja"

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are more than warnings."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """What it holds that was not understood, and so cannot come along into another book."""
        return tuple(one for one in self.problems if one.code not in KEPT_ANYWAY)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The cells of figures that the spreadsheet works out, of which the results alone can come
        along."""
        found: list[str] = []
        for key in MONTHLY:
            columns = self.plan.sheets.get(key)
            if columns is None:
                continue
            sheet = next(one for one in self.book.sheets if one.name == columns.name)
            rows = {series.row for series in getattr(self.plan, key).values()}
            months = set(columns.months.values())
            found += [
                f"{sheet.name}!{cell_name(*place)}"
                for place in sorted(sheet.formulas)
                if place[0] in rows and place[1] in months
            ]
        return tuple(found)

    @property
    def is_native(self) -> bool:
        """Whether its cells hold plain formulas instead of the in-cell functions."""
        names = {fold(word("template.sheet.words", language)) for language in LANGUAGES}
        return any(fold(name) in names for name in self.order)


def read_origin(path: Path) -> Origin:
    """The workbook at ``path``. Raises :class:`FileProblem` for what is no workbook,
    :class:`NotReadable` where its structure gives no plan, and :class:`UsageProblem`
    ``entry-book`` for one that was itself split off another."""
    from kpixl.plan.tables import read_plan
    from kpixl.workbook.reader import OpenBook

    opened = OpenBook(path.absolute())
    book = opened.inputs()
    reading = read_plan(book)
    if reading.plan is None:
        raise NotReadable(reading.problems)
    if reading.plan.settings.entry_for:
        owner = reading.plan.settings.entry_for
        raise UsageProblem("entry-book", found=path.name, owner=owner)
    return Origin(path, reading.plan, book, opened.order, reading.problems)


def read_whole(path: Path) -> Origin:
    """As :func:`read_origin`, for a book that is to be taken along as a whole. Raises
    :class:`NotCarried`, which names it, where it has errors or no plan: there may be many."""
    try:
        origin = read_origin(path)
    except NotReadable as fault:
        raise NotCarried(path.name, fault.problems) from fault
    if origin.errors:
        raise NotCarried(path.name, origin.errors)
    return origin
