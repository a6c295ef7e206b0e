"""Workbooks as files, for tests that start where a person does."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.workbook.content import BookContent, Row
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book

OCTOBER = Month(2026, 10)


@lru_cache
def sample_bytes(language: str) -> bytes:
    """The sample company's workbook."""
    return book_bytes(sample_book(language))


def book_bytes(content: BookContent) -> bytes:
    buffer = BytesIO()
    write_book(buffer, content)
    return buffer.getvalue()


@lru_cache
def spoilt_bytes(goal_id: str = "", email: str = "", language: str = "en") -> bytes:
    """The sample with text where a goal's October actual belongs, or with a bad address."""
    content = sample_book(language)
    actuals: dict[str, dict[Month, CellValue]] = {
        key: dict(values) for key, values in content.actuals.items()
    }
    if goal_id:
        actuals[goal_id][OCTOBER] = "about nine"
    recipients = [dict(row) for row in content.recipients]
    if email:
        recipients[0]["email"] = email
    return book_bytes(replace(content, actuals=actuals, recipients=recipients))


def with_periods(language: str) -> BookContent:
    """The sample company's content, with quarters, halves and the year asked for."""
    content = sample_book(language)
    return replace(content, settings={**content.settings, "periods_shown": "quarter, half, year"})


def redefined(content: BookContent, goal_id: str, **new: CellValue) -> BookContent:
    """The goal with a second definition from July 2026 on."""
    goals: list[Row] = []
    for goal in content.goals:
        if goal["id"] == goal_id:
            goals.append({**goal, "valid_to": "2026-06"})
            goals.append({**goal, "valid_from": "2026-07", **new})
        else:
            goals.append(goal)
    return replace(content, goals=goals)


def with_another_ratio(language: str, last: str) -> BookContent:
    """The sample with an Average by formula that had another formula up to the month ``last``, or
    will have one after it."""
    content = sample_book(language)
    early, late = ("SUBS*ARPU*2", "SUBS*ARPU")
    if last > str(OCTOBER):
        early, late = late, early
    goals: list[Row] = []
    for goal in content.goals:
        if goal["id"] == "SUBSC":
            ratio = {**goal, "aggregation": "average"}
            goals.append({**ratio, "formula": early, "valid_to": last})
            goals.append({**ratio, "formula": late, "valid_from": str(month_after(last))})
        else:
            goals.append(goal)
    return replace(content, goals=goals)


def month_after(month: str) -> Month:
    year, number = map(int, month.split("-"))
    return Month(year, number).plus(1)


def put(folder: Path, name: str, data: bytes) -> Path:
    """``data`` as a file in ``folder``, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
