"""Tell who has answered: for each owner, whether the month's figures are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kpixl.importing.book import TargetBook
from kpixl.importing.preview import Key
from kpixl.plan.month import Month
from kpixl.plan.values import number_of
from kpixl.words import fold
from kpixl.workbook.entry import owners


class Standing(StrEnum):
    """How far an owner has answered for the month. ANSWERED: every figure is there."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT = "not_answered"


@dataclass(frozen=True)
class Answer:
    """What one owner has given for the month: ``files`` are their entry books, ``lacking`` the
    IDs of the goals without a figure."""

    owner: str
    standing: Standing
    files: tuple[str, ...]
    goals: tuple[str, ...]
    lacking: tuple[str, ...]


def answers(
    book: TargetBook, month: Month, files: Mapping[str, Sequence[str]], coming: Collection[Key]
) -> tuple[Answer, ...]:
    """Every owner who has to enter figures for ``month``, in the order of the goals. ``files`` are
    the entry books by owner; ``coming`` are the cells that are about to be written."""
    found = []
    for owner, goals in _asked(book, month).items():
        there = [one for one in goals if _has(book, one, month, coming)]
        lacking = tuple(book.terms.labels[one] for one in goals if one not in there)
        own = tuple(
            name for who, names in files.items() if fold(who) == fold(owner) for name in names
        )
        standing = Standing.ANSWERED
        if lacking:
            # Figures that were there before are nobody's answer.
            given = own and any(("actuals", one, month) in coming for one in goals)
            standing = Standing.PARTLY if given or (own and there) else Standing.NOT
        labels = tuple(book.terms.labels[one] for one in goals)
        found.append(Answer(owner, standing, own, labels, lacking))
    return tuple(found)


def _asked(book: TargetBook, month: Month) -> dict[str, list[str]]:
    """The goals of each owner whose actual of the month is entered by hand."""
    sheet = book.sheets.get("actuals")
    if sheet is None:
        return {}
    linked = {
        goal_id
        for goal_id in book.plan.tree(month)
        if goal_id in sheet.rows and month in sheet.columns and sheet.slot(goal_id, month).formula
    }
    asked, _ = owners(book.plan, month, linked)
    return {owner: [goal.id for goal in goals] for owner, goals in asked.items()}


def _has(book: TargetBook, goal: str, month: Month, coming: Iterable[Key]) -> bool:
    if ("actuals", goal, month) in coming:
        return True
    sheet = book.sheets["actuals"]
    if goal not in sheet.rows or month not in sheet.columns:
        return False
    return number_of(sheet.slot(goal, month).value)[0] is not None
