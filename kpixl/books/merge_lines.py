"""Say what a merged book is made of, and what is not the same in all books."""

from __future__ import annotations

from collections.abc import Iterator

from kpixl.books.merge import MergedBook
from kpixl.review.export import problem_data
from kpixl.review.periods import month_name
from kpixl.words import problem_text, say, word
from kpixl.workbook.merging import Difference


def made_lines(book: MergedBook, language: str) -> Iterator[str]:
    """Where each department hangs, and what the group's goals take from them."""
    for hung in book.merged.hung:
        yield say(
            f"merge.hung.{hung.why}", language,
            department=hung.department, goal=hung.goal, under=hung.under,
        )  # fmt: skip
    for taken in book.merged.taken:
        what = {"goal": taken.goal, "formula": taken.formula}
        if taken.first is None:
            yield say("merge.taken", language, **what)
        else:
            yield say("merge.taken_from", language, **what, month=month_name(taken.first, language))
    if book.merged.recipients_left:
        alone = "_one" if book.merged.recipients_left == 1 else ""
        yield say(f"merge.recipients{alone}", language, n=book.merged.recipients_left)


def left_lines(book: MergedBook, language: str) -> Iterator[str]:
    """What of the books did not come along, line by line."""
    for file, problem in book.left:
        where = "!".join(part for part in (problem.sheet, problem.cell) if part)
        place = f"{file} › {where}" if where else file
        yield say("cli.at", language, place=place, what=problem_text(problem, language).what)


def difference_lines(book: MergedBook, language: str) -> Iterator[str]:
    """What is not the same in all books, each with what every book says."""
    for difference in book.merged.differences:
        blank = word("merge.blank", language)
        told = (
            (name, _shown(difference, value, language) or blank)
            for name, value in difference.values
        )
        values = word("merge.and", language).join(
            say("merge.value", language, book=name, value=value) for name, value in told
        )
        yield say("merge.difference", language, what=_what(difference, language), values=values)


def merge_data(book: MergedBook, language: str) -> dict[str, object]:
    """The same as data, for ``--json``."""
    found = book.merged
    return {
        "file": None if book.path is None else str(book.path),
        "goals": book.goals,
        "departments": [
            {"id": one.key, "name": one.name, "file": one.plan.source.name}
            for one in book.departments
        ],
        "placed": [
            {"department": one.department, "goal": one.goal, "under": one.under, "why": one.why}
            for one in found.hung
        ],
        "formulas": [
            {
                "goal": one.goal,
                "formula": one.formula,
                "from": None if one.first is None else str(one.first),
            }
            for one in found.taken
        ],
        "differences": [
            {
                "goal": one.goal or None,
                "field": one.field,
                "values": [{"file": name, "value": value} for name, value in one.values],
                "what": _what(one, language),
            }
            for one in found.differences
        ],
        "recipients_left": found.recipients_left,
        "problems": [
            {"file": file, **problem_data(problem, language)} for file, problem in book.left
        ],
    }


def _what(difference: Difference, language: str) -> str:
    if not difference.goal:
        return word(f"setting.{difference.field}", language)
    field = word(f"column.{difference.field}", language)
    return say("merge.field", language, goal=difference.goal, field=field)


def _shown(difference: Difference, value: str, language: str) -> str:
    if difference.field in ("direction", "aggregation"):
        return word(f"{difference.field}.{value}", language)
    return value or word("merge.blank", language)
