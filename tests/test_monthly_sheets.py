"""What the monthly sheets say beside the ID of a goal that was renamed: its name and unit in the
month under review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET
from kpixl.plan.tables import read_plan
from kpixl.words import LANGUAGES, word
from kpixl.workbook.cached import calculate
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.entry import entry_of, owners
from kpixl.workbook.grid import FIRST_ROW, HEADER_ROW
from kpixl.workbook.sample import empty_book
from kpixl.workbook.template import to_rows
from kpixl.workbook.template.entry_book import entry_layout
from tests.books import book_bytes, put
from tests.office import Office
from tests.office_rounds import Rounds, without_values
from tests.workbook_xml import WrittenBook

MONTHLY = tuple(key for key, sheet in SHEET.items() if sheet.monthly)
APRIL = Month(2026, 4)

Beside = Mapping[str, tuple[CellValue, ...]]

# Goods were counted up to May; their share is from July to September, and in yen from 2027 on.
# Nobody said what holds in June, from October to December, and before March: the nearest does.
RENAMED = {
    "2025-12": ("Goods", "pcs"),
    "2026-04": ("Goods", "pcs"),
    "2026-05": ("Goods", "pcs"),
    "2026-06": ("Goods", "pcs"),
    "2026-07": ("Share of goods", "%"),
    "2026-09": ("Share of goods", "%"),
    "2026-12": ("Share of goods", "%"),
    "2027-01": ("Goods sold", "JPY"),
    "2027-03": ("Goods sold", "JPY"),
}


def renamed(month: str | None, language: str = "en") -> BookContent:
    usual = {
        "level": "kpi", "direction": "higher", "aggregation": "average", "unit": "pcs",
        "owner": "Abe",
    }  # fmt: skip
    book = empty_book(language, 4, 12, APRIL)
    figures = {"B": {APRIL: 3.0}, "A": {APRIL: 0.5}}
    return replace(
        book,
        settings={**book.settings, "review_month": month},
        goals=[
            {**usual, "id": "A", "name": "Goods sold", "unit": "JPY", "valid_from": "2027-01"},
            {
                **usual, "id": "A", "name": "Goods", "valid_from": "2026-03", "valid_to": "2026-05"
            },
            {
                **usual, "id": "A", "name": "Share of goods", "unit": "%", "valid_from": "2026-07",
                "valid_to": "2026-09",
            },
            {**usual, "id": "B", "name": "Parcels"},
        ],
        plan=figures, actuals=figures, revision=figures, outlook=figures,
    )  # fmt: skip


def shown(content: BookContent) -> dict[str, Beside]:
    """Name and unit by ID, on each monthly sheet."""
    names = {word(f"sheet.{key}", content.language) for key in MONTHLY}
    return {
        sheet.name: {str(row[0]): tuple(row[1:3]) for row in sheet.rows[FIRST_ROW - 1 :] if row[0]}
        for sheet in to_rows(content).sheets
        if sheet.name in names
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", RENAMED)
def test_a_goal_is_called_as_in_the_month_under_review(month: str, language: str) -> None:
    found = shown(renamed(month, language))
    assert len(found) == 4
    for beside in found.values():
        assert beside == {"A": RENAMED[month], "B": ("Parcels", "pcs")}


def test_a_review_month_that_is_none_leaves_every_goal_a_name() -> None:
    for beside in shown(renamed("soon")).values():
        assert beside == {"A": ("Goods sold", "JPY"), "B": ("Parcels", "pcs")}


# Of June, and from October to December, the nearest definition holds; whatever is under review.
PERCENT = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12")


def month_formats(content: BookContent, sheet: str, row: int) -> dict[str, str]:
    """Month -> the number format of its cell in a row of a monthly sheet, as it is written."""
    book = WrittenBook(book_bytes(content))
    cells = book.cells(word(f"sheet.{sheet}", content.language))
    places = [place for place in cells if re.fullmatch(rf"[A-Z]+{HEADER_ROW}", place)]
    columns = {str(cells[one].value): one.removesuffix(str(HEADER_ROW)) for one in places}
    return {
        month: book.number_format(cells[f"{column}{row}"].style)
        for month, column in columns.items()
        if re.fullmatch(r"20\d\d-\d\d", month)
    }


@pytest.mark.parametrize("month", ["2026-04", "2026-08", "2027-02", "soon"])
def test_each_months_figure_is_shown_in_the_unit_of_that_month(month: str) -> None:
    entered = {APRIL: 12.0, Month(2026, 8): 0.125, Month(2027, 2): 1234.5}
    figures: dict[str, dict[Month, CellValue]] = {"A": {**entered}, "B": {APRIL: 3.0}}
    content = replace(
        renamed(month), plan=figures, revision=figures, actuals=figures, outlook=figures
    )
    for key in MONTHLY:
        found = month_formats(content, key, FIRST_ROW)
        assert len(found) == 12
        for one, shown_as in found.items():
            # Pieces have no decimals, the share has one, and yen have that of February's figure.
            yen = "#,##0.0" if one.startswith("2027") else "#,##0"
            assert shown_as == ("0.0%" if one in PERCENT else yen), (key, one)
        assert set(month_formats(content, key, FIRST_ROW + 1).values()) == {"#,##0"}


def test_what_changes_nothing_of_the_unit_leaves_a_row_its_decimals() -> None:
    """They are those of the figures entered: a new owner's are to look like those before."""
    book = renamed("2026-04")
    first, *_ = (goal for goal in book.goals if goal["name"] == "Goods")
    goals = [{**first, "valid_from": None}, {**first, "owner": "Ito", "valid_from": "2026-06"}]
    figures: dict[str, dict[Month, CellValue]] = {"A": {APRIL: 12.5, Month(2026, 8): 14.0}}
    found = month_formats(replace(book, goals=goals, actuals=figures), "actuals", FIRST_ROW)
    assert set(found.values()) == {"#,##0.0"}


def test_an_owners_book_calls_it_as_in_the_month_asked_for() -> None:
    reading = read_plan(to_rows(renamed("2026-12")))
    assert reading.plan is not None
    month = Month(2026, 8)
    asked, _ = owners(reading.plan, month)
    layout = entry_layout(entry_of(reading.plan, month, "Abe", asked["Abe"], "en"), "", "")
    values = calculate(layout)
    for name in ("Actuals", "Outlook", "Plan"):
        grid = next(grid for grid in layout.grids if grid.name == name)
        found = {
            grid.cells[row, 1].value: (values[name, row, 2], values[name, row, 3])
            for row in (FIRST_ROW, FIRST_ROW + 1)
        }
        assert found == {"A": ("Share of goods", "%"), "B": ("Parcels", "pcs")}
    guide = [cell.value for cell in layout.grid("guide").cells.values()]
    assert "Share of goods" in guide
    assert not {"Goods", "Goods sold"} & set(guide)


def test_an_owners_guide_shows_the_month_before_in_the_unit_that_it_had() -> None:
    july, june = Month(2026, 7), Month(2026, 6)
    figures: dict[str, dict[Month, CellValue]] = {"A": {june: 12.0, july: 0.125}, "B": {july: 3.0}}
    reading = read_plan(to_rows(replace(renamed("2026-07"), plan=figures, actuals=figures)))
    assert reading.plan is not None
    asked, _ = owners(reading.plan, july)
    entry = entry_of(reading.plan, july, "Abe", asked["Abe"], "en")
    cells = entry_layout(entry, "", "").grid("guide").cells
    (row,) = (row for (row, column), cell in cells.items() if (column, cell.value) == (3, "A"))
    assert (cells[row, 6].value, cells[row, 6].number_format) == (0.125, "0.0%")
    assert (cells[row, 7].value, cells[row, 7].number_format) == (12.0, "#,##0")


@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_calls_it_so_too_whatever_month_is_entered(
    language: str, plain_office: Office, tmp_path: Path
) -> None:
    first = replace(renamed("2026-04", language), cells=NATIVE)
    path = put(tmp_path, "book.xlsx", without_values(book_bytes(first)))
    with plain_office.open(path) as book:
        rounds = Rounds(book, first)
        for month, beside in RENAMED.items():
            rounds.put(replace(renamed(month, language), cells=NATIVE))
            for key in MONTHLY:
                rows = book.values(word(f"sheet.{key}", language), "A5:C7")
                found = {row[0]: tuple(row[1:]) for row in rows}
                assert found == {"A": beside, "B": ("Parcels", "pcs"), "": ("", "")}, (month, key)
