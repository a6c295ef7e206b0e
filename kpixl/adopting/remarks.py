"""Find the remarks of a table, and turn them into the comments of a new book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpixl.adopting.known import NOTHING, Measure
from kpixl.adopting.notes import Cell, Certainty, Note
from kpixl.adopting.rows import Line
from kpixl.adopting.subjects import Remark, Timed
from kpixl.adopting.view import View, figure
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.values import text_of
from kpixl.words import say, word

_OF_THE_FIGURES = (Measure.PLAN, Measure.REVISION, Measure.OUTLOOK, Measure.PRIOR)
"""A remark in one of these rows is about what was planned, expected or was once; one in a row of
actuals, or of what follows from them, is about how the month went."""


def remarks_of_months(table: Timed, line: Line) -> Iterator[Remark]:
    """Remarks that stand under their month, in a row or in columns of their own."""
    months = table.times.months
    columns = {number: number for number in months} if line.is_remarks else table.found.remarks
    for column, timed in columns.items():
        yield from _remark(table.found.view, line, column, months.get(timed))


def remarks_beside(table: Timed, line: Line, columns: Sequence[int]) -> Iterator[Remark]:
    """Remarks beside a row's figures: of the table's month where it has only one."""
    months = set(table.times.months.values())
    month = next(iter(months)) if len(months) == 1 else None
    for column in columns:
        yield from _remark(table.found.view, line, column, month)


def _remark(view: View, line: Line, column: int, month: Month | None) -> Iterator[Remark]:
    value = view.value(line.number, column)
    if not isinstance(value, str) or text_of(value) in NOTHING or figure(value) is not None:
        return
    measure = line.said.measure if line.said is not None else None
    if view.is_merged_with(line.number + 1, column, (line.number, column)):
        # It is for all rows that its cell reaches over.
        measure = None
    yield Remark((view.name, *view.place(line.number, column)), text_of(value), month, measure)


@dataclass(frozen=True)
class Placed:
    """A remark as a comment of the new book, and how sure its month is."""

    goal: str
    month: Month
    text: str
    cell: Cell
    certainty: Certainty

    @property
    def row(self) -> Mapping[str, CellValue]:
        """The row of the sheet Comments."""
        return {"goal_id": self.goal, "month": str(self.month), "comment": self.text}


def placed(
    remarks: Sequence[Remark], goals: Mapping[int, str], review: Month, language: str
) -> tuple[Placed, ...]:
    """The remarks on goals, given by subject. One that stands beside all months is put into the
    month under ``review``, where its readers look for it. A text that is written on several rows
    of an item is one comment."""
    found: dict[tuple[str, Month, str], Placed] = {}
    for remark in remarks:
        goal = goals.get(remark.subject)
        if goal is None:
            continue
        month = remark.month or review
        key = (goal, month, remark.text)
        certainty = Certainty.ASSUMED if remark.month is None else Certainty.CERTAIN
        text = remark.text if key in found else _text(remark, language)
        cell = found[key].cell if key in found else remark.cell
        found[key] = Placed(goal, month, text, cell, certainty)
    return tuple(sorted(found.values(), key=lambda one: one.month))


def _text(remark: Remark, language: str) -> str:
    if remark.measure not in _OF_THE_FIGURES:
        return remark.text
    measure = word(f"adopt.measure.{remark.measure}", language)
    measure = measure[:1].upper() + measure[1:]
    return say("adopt.comment", language, measure=measure, text=remark.text)


def comment_notes(comments: Sequence[Placed]) -> Iterator[Note]:
    """What is assumed of the comments' months, once a sheet."""
    sheets: dict[str, list[Placed]] = {}
    for one in comments:
        if one.certainty is Certainty.ASSUMED:
            sheets.setdefault(one.cell[0], []).append(one)
    for sheet, unsure in sheets.items():
        yield Note(
            "comment", str(unsure[0].month), "comment-review", Certainty.ASSUMED, sheet=sheet,
            details={"n": len(unsure)},
        )  # fmt: skip
