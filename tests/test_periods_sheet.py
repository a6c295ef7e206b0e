"""The Periods sheet: quarters, halves and year as the review works them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from kpixl.functions.scorecard import COLUMNS, SPAN_FIGURES, SPANS, headers
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review, SpanFigures
from kpixl.review.review import review
from kpixl.words import LANGUAGES, word
from kpixl.workbook.cached import Place, calculate
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import periods, to_rows
from kpixl.workbook.template.book import lay_out
from tests.books import with_periods

Values = Mapping[Place, CellValue]


def reviewed(content: BookContent) -> Review:
    plan = read_plan(to_rows(content)).plan
    assert plan is not None
    return review(plan)


def shown(values: Values, language: str, goal: int) -> dict[str, CellValue]:
    """A goal's row of the sheet, goals counted from 0."""
    sheet = word("template.sheet.periods", language)
    row = periods.FIRST_ROW + goal
    return {key: values[sheet, row, number] for key, number in periods.NUMBER.items()}


def expected(entry: SpanFigures | None, name: str, language: str) -> CellValue:
    if entry is None:
        return ""
    if name == "status":
        return word(f"status.{entry.figures.status.value}", language)
    value: float | None = getattr(entry.figures, name)
    return "" if value is None else pytest.approx(value)  # type: ignore[return-value]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", [Month(2026, 5), Month(2026, 10), Month(2027, 3)])
def test_every_cell_is_the_review_s(language: str, month: Month) -> None:
    content = with_periods(language)
    content = replace(content, settings={**content.settings, "review_month": str(month)})
    values, found = calculate(lay_out(content).layout), reviewed(content)
    rows = [shown(values, language, number) for number in range(len(content.goals))]
    assert len(found.goals) >= 25
    for goal in found.goals:
        (row,) = (row for row in rows if row["id"] == goal.goal.label)
        known = {(entry.span.kind, entry.span.number): entry for entry in goal.spans}
        for span, place in SPANS.items():
            for name in SPAN_FIGURES:
                assert row[f"{span}_{name}"] == expected(known.get(place), name, language)
    # A quarter of an April year begins in April, July, October and January.
    begun = (month.index - Month(2026, 4).index) // 3 + 1
    quarters = [shown(values, language, 0)[f"q{n}_status"] != "" for n in (1, 2, 3, 4)]
    assert quarters == [n < begun for n in range(4)]


@pytest.mark.parametrize(
    ("month", "told"),
    [
        ("2026-04", ["1 of 3 months", "", "", "", "1 of 6 months", "", "1 of 12 months"]),
        ("2026-09", ["complete", "complete", "", "", "complete", "", "6 of 12 months"]),
        ("2027-03", ["complete"] * 7),
    ],
)
def test_how_much_of_each_period_is_over_stands_above_it(month: str, told: list[str]) -> None:
    content = with_periods("en")
    content = replace(content, settings={**content.settings, "review_month": month})
    values = calculate(lay_out(content).layout)
    columns = [periods.NUMBER[f"{span}_actual"] for span in SPANS]
    assert [values["Periods", periods.MONTHS_ROW, column] for column in columns] == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_being_asked_it_is_blank_and_says_how_to_ask(language: str) -> None:
    content = sample_book(language)
    assert not content.settings.get("periods_shown")
    values = calculate(lay_out(content).layout)
    sheet = word("template.sheet.periods", language)
    assert values[sheet, periods.LINE_ROW, 1] == word("template.periods.ask", language)
    row = shown(values, language, 0)
    assert {row[key] for key in periods.NUMBER if "_" in key} == {""}
    asked = calculate(lay_out(with_periods(language)).layout)
    assert asked[sheet, periods.LINE_ROW, 1] == ""


def test_a_book_of_plain_formulas_has_no_such_sheet() -> None:
    layout = lay_out(replace(with_periods("en"), cells=NATIVE)).layout
    assert "periods" not in {grid.key for grid in layout.grids}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_of_the_table_have_names_of_their_own(language: str) -> None:
    assert len(set(headers(language))) == len(COLUMNS)
