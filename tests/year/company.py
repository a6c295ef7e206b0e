"""The company of the year: its first book, and what people type into it by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kpixl.holiday_rows import with_country
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.workbook.content import BookContent, Row
from kpixl.workbook.edits import CellEdit, EditValue
from kpixl.workbook.patch import patched
from kpixl.workbook.reader import OpenBook, read_book
from kpixl.workbook.rebook import content_of
from kpixl.workbook.sample import empty_book
from kpixl.workbook.template import write_book

BOOK_ID = "AOBA-BAKERY"
ENTERED = ("SHOP", "VISITS", "DAYS", "FLYERS", "WEB", "MEMBERS", "COMPL", "SCORE")
"""The goals that have figures of their own when the year begins."""


def _goal(goal_id: str, parent: str, name: str, owner: str, unit: str, **more: object) -> Row:
    row = {
        "id": goal_id, "parent": parent, "level": "kpi", "name": name, "owner": owner,
        "unit": unit, "direction": "higher", "aggregation": "sum",
    }  # fmt: skip
    return {**row, **more}  # type: ignore[dict-item]


GOALS = (
    _goal("SALES", "", "Sales", "Mori", "¥k", level="kgi", formula="SHOP+WEB"),
    _goal("STORES", "SALES", "More guests in the shops", "Sato", "", level="csf"),
    _goal("SHOP", "STORES", "Shop sales", "Sato", "¥k", weight=2),
    _goal("VISITS", "STORES", "Guests", "Ito", "guests"),
    _goal(
        "SPEND", "STORES", "Spend per guest", "Sato", "¥k", formula="SHOP/VISITS",
        aggregation="average", decimals=2,
    ),
    _goal(
        "DAYS", "STORES", "Days of stock", "Ito", "days", direction="range", tolerance=2,
        aggregation="average",
    ),
    _goal("FLYERS", "STORES", "Flyers handed out", "Ito", "boxes"),
    _goal("ONLINE", "SALES", "A web shop that people come back to", "Abe", "", level="csf"),
    _goal("WEB", "ONLINE", "Web sales", "Abe", "¥k"),
    _goal("MEMBERS", "ONLINE", "Members", "Abe", "people", aggregation="last"),
    _goal("COMPL", "ONLINE", "Complaints", "Abe", "cases", direction="lower"),
    _goal("SCORE", "ONLINE", "Satisfied guests", "Abe", "%", aggregation="average"),
)  # fmt: skip

PEOPLE: tuple[Row, ...] = (
    {"recipient": "Mori", "email": "mori@example.com", "role": "to", "language": "en"},
    {
        "recipient": "Abe", "email": "abe@example.com", "role": "to", "scope": "ONLINE",
        "language": "ja",
    },
)  # fmt: skip


def first_book() -> BookContent:
    """The book of April 2026 as ``kpixl new --country JP`` and a manager make it: goals, people and
    settings, with columns from April 2025 on, and no figure yet."""
    first = Month(2025, 4)
    empty = empty_book("en", 4, 24, first)
    own = {
        "company": "Aoba Bakery", "title": "Monthly review", "book_id": BOOK_ID,
        "review_month": "2026-04", "close_day": "5 business days",
        "periods_shown": "quarter, half, year", "fiscal_label": "FY2026",
    }  # fmt: skip
    settings = {**empty.settings, **own}
    content = replace(empty, settings=settings, goals=GOALS, recipients=PEOPLE)
    return with_country(replace(content, **_rows(content, ENTERED)), "JP")


def _rows(content: BookContent, goals: Iterable[str]) -> dict[str, Any]:
    """The monthly sheets with a row for each of these goals, as people write their IDs there."""
    sheets = ("plan", "revision", "actuals", "outlook")
    return {
        key: {**getattr(content, key), **{g: getattr(content, key).get(g, {}) for g in goals}}
        for key in sheets
    }


def reorganised(content: BookContent) -> BookContent:
    """July: guests' satisfaction moves to the shops and to Ito, flyers end, the app joins, and
    complaints are counted with those on the web from now on."""
    goals: list[Row] = []
    for row in content.goals:
        ends, begins = {**row, "valid_to": "2026-06"}, {**row, "valid_from": "2026-07"}
        if row["id"] == "SCORE":
            goals += [ends, {**begins, "parent": "STORES", "owner": "Ito"}]
        elif row["id"] == "COMPL":
            goals += [ends, {**begins, "name": "Complaints, web included"}]
        else:
            goals.append(ends if row["id"] == "FLYERS" else row)
    app = _goal("APP", "ONLINE", "Orders by app", "Abe", "orders", valid_from="2026-07")
    return replace(content, goals=(*goals, app), **_rows(content, ["APP"]))


def edited(path: Path, change: Callable[[BookContent], BookContent]) -> None:
    """The book with rows of its lists changed, saved under its name as Excel does."""
    plan = read_plan(read_book(path)).plan
    assert plan is not None
    with path.open("wb") as file:
        write_book(file, change(content_of(plan, "en")))


def set_settings(path: Path, values: Mapping[str, EditValue]) -> None:
    """The book with these settings typed in."""
    rows = OpenBook(path).rows("Settings").rows
    places = {str(row[0]).casefold(): n for n, row in enumerate(rows, 1) if row and row[0]}
    edits = [CellEdit("Settings", places[key.casefold()], 2, one) for key, one in values.items()]
    path.write_bytes(patched(path.read_bytes(), edits))
