"""The Analysis sheet: one call of KPI_SCORECARD, in which each goal's row is looked up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache

import pytest

from kpixl.errors import CellError
from kpixl.functions.scorecard import COLUMNS, headers
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.words import LANGUAGES, word
from kpixl.workbook.cached import Place, calculate
from kpixl.workbook.content import BookContent, Row
from kpixl.workbook.sample import empty_book, sample_book
from kpixl.workbook.template import analysis, scorecard, to_rows
from kpixl.workbook.template.book import lay_out
from tests.books import sample_bytes
from tests.workbook_xml import WrittenBook

both_languages = pytest.mark.parametrize("language", LANGUAGES)
NA, VALUE = CellError("#N/A"), CellError("#VALUE!")
Values = Mapping[Place, CellValue]


@cache
def calculated(language: str) -> Values:
    return calculate(lay_out(sample_book(language)).layout)


@cache
def reviewed(language: str) -> Review:
    plan = read_plan(to_rows(sample_book(language))).plan
    assert plan is not None
    return review(plan)


def name(key: str, language: str) -> str:
    return word(f"template.sheet.{key}" if key == "analysis" else f"sheet.{key}", language)


def row_of(values: Values, language: str, number: int) -> dict[str, CellValue]:
    """A goal's row, goals counted from 0."""
    sheet, row = name("analysis", language), analysis.FIRST_ROW + number
    return {key: values[sheet, row, column] for key, column in analysis.NUMBER.items()}


def table(values: Values, language: str) -> list[list[CellValue]]:
    """What the array formula shows, headers included."""
    sheet, rows = name("analysis", language), range(analysis.HEADER_ROW, analysis.FIRST_ROW + 40)
    columns = range(analysis.TABLE_COLUMN, analysis.TABLE_COLUMN + len(COLUMNS))
    return [[values[sheet, row, column] for column in columns] for row in rows]


@both_languages
def test_one_formula_gives_the_whole_scorecard(language: str) -> None:
    shown = table(calculated(language), language)
    goals = reviewed(language).goals
    assert shown[0] == list(headers(language))
    assert [line[0] for line in shown[1:27]] == [goal.goal.label for goal in goals]
    assert [line[COLUMNS.index("td_actual")] for line in shown[1:27]] == [
        "" if goal.to_date.actual is None else goal.to_date.actual for goal in goals
    ]
    # Beyond the last goal an array formula has nothing.
    assert shown[27:] == [[NA] * len(COLUMNS)] * 14
    book = WrittenBook(sample_bytes(language))
    cells = book.cells(name("analysis", language)).values()
    assert sum("KPI_SCORECARD(" in (cell.formula or "") for cell in cells) == 1
    sheets = (one for one in book.sheets if one != name("analysis", language))
    assert not any(
        "KPI_SCORECARD(" in (cell.formula or "")
        for one in sheets
        for cell in book.cells(one).values()
    )


@both_languages
def test_each_goal_has_what_the_review_says_of_its_year(language: str) -> None:
    found = reviewed(language)
    values, seen = calculated(language), 0
    for number, goal in enumerate(sample_book(language).goals):
        row, landing = row_of(values, language, number), found.by_id[str(goal["id"])].landing
        assert row["id"] == goal["id"]
        expected = {
            "year_plan": landing.plan, "landing": landing.value, "outlook": landing.outlook,
            "landing_gap_pct": landing.gap_pct, "chance": landing.chance,
            "required": landing.required.value, "best": landing.required.best,
        }  # fmt: skip
        for key, value in expected.items():
            assert row[key] == ("" if value is None else pytest.approx(value)), (goal["id"], key)
            seen += value is not None
        assert row["landing_status"] == word(f"status.{landing.status.value}", language)
    assert seen > 100


def test_the_scorecard_shows_the_rows_of_the_analysis() -> None:
    values = calculated("en")
    columns = {column.key: number for number, column in enumerate(scorecard.COLUMNS, start=1)}
    for number in range(40):
        row = row_of(values, "en", number)
        for key in ("landing", "outlook", "landing_gap_pct", "chance", "signal"):
            place = ("Scorecard", scorecard.FIRST_ROW + number, columns[key])
            assert values[place] == row[key]


# --- what is not there


def small(*goals: Row, **settings: CellValue) -> BookContent:
    """A book of these goals below TOP, each with a plan of 10 and a figure of 9 in each month."""
    book = empty_book("en", 4, 12, Month(2026, 4))
    months = [Month(2026, 4).plus(number) for number in range(12)]
    top: Row = {"id": "TOP", "level": "kgi", "name": "Top"}
    names = [str(goal["id"]) for goal in goals]
    return dataclasses.replace(
        book,
        settings={**book.settings, "review_month": "2026-09", **settings},
        goals=(top, *({"parent": "TOP", "level": "kpi", "name": "G", **goal} for goal in goals)),
        plan={one: dict.fromkeys(months, 10) for one in names},
        actuals={one: dict.fromkeys(months[:6], 9) for one in names},
    )


SUM: Row = {"direction": "higher", "aggregation": "sum"}


def rows_of(content: BookContent) -> list[dict[str, CellValue]]:
    values = calculate(lay_out(content).layout)
    return [row_of(values, "en", number) for number in range(len(content.goals))]


def test_ids_are_found_however_they_are_typed() -> None:
    # 6 × 9 are reported; at 9 of 10 the six months left bring 54 more.
    for one in ("A", 7, "k*1", "ＡＢ", " B "):
        _, row = rows_of(small({"id": one, **SUM}))
        assert row["landing"] == pytest.approx(108), one
        assert row["year_plan"] == 120


def test_what_an_unknown_word_leaves_undecided_is_an_error_and_the_rest_is_there() -> None:
    _, row = rows_of(small({"id": "A", "direction": "sideways", "aggregation": "sum"}))
    assert row["landing"] == pytest.approx(108)
    assert row["landing_gap_pct"] == row["chance"] == NA


def test_goals_that_are_no_tree_show_the_error_of_the_whole_table() -> None:
    loop = small({"id": "A", **SUM, "parent": "B"}, {"id": "B", **SUM, "parent": "A"})
    rows = rows_of(loop)
    assert {row["landing"] for row in rows} == {VALUE}
    assert {row["signal"] for row in rows} == {VALUE}


def test_without_a_review_month_there_is_nothing_to_say() -> None:
    content = small({"id": "A", **SUM}, review_month=None)
    values = calculate(lay_out(content).layout)
    assert {value for line in table(values, "en") for value in line} == {NA}
    assert {row["landing"] for row in rows_of(content)} == {""}


def test_more_goals_than_there_is_room_for_are_said_to_be_so() -> None:
    """A book with room for 40 goals: TOP, G0 to G19, and, entered later, 25 more below G0."""
    layout = lay_out(small(*({"id": f"G{number}", **SUM} for number in range(20)))).layout
    goals = layout.grid("goals")
    assert goals.table is not None
    columns = {title: goals.table.column(title) for title in goals.table.headers}
    for number in range(25):
        row = goals.table.first_row + 22 + number
        entered = {"ID": f"N{number}", "Parent": "G0", "Level": "KPI", "Name": "New"}
        for title, value in entered.items():
            goals.put(row, columns[title], value)
    goals.table = dataclasses.replace(goals.table, last_row=goals.table.first_row + 46)
    values = calculate(layout)
    warning = word("template.line.too_many", "en")
    assert values["Analysis", analysis.BAND_ROW - 1, 1] == warning
    assert warning in {values.get(("Scorecard", 4, column)) for column in range(1, 20)}
    rows = {str(row["id"]): row for row in (row_of(values, "en", n) for n in range(40))}
    # The table goes by the tree: TOP, G0, the 25 below it, and then there is room for 13.
    lost = [f"G{number}" for number in range(14, 20)]
    assert [one for one, row in rows.items() if row["place"] == 0] == lost
    assert rows["G13"]["landing"] == pytest.approx(108)
    for one in lost:
        assert rows[one]["landing"] == rows[one]["signal"] == "n/a"
