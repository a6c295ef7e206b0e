"""Remarks of an old book become comments of the new one, in their month where the book says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpixl.adopting.adopt import adopt
from kpixl.adopting.notes import Certainty
from kpixl.adopting.writing import write_adopted
from kpixl.plan.tables import read_plan
from kpixl.workbook.reader import read_book
from tests.old_books import Fill, Sheet, write
from tests.test_adopting import comments, figures, goals, left, reasons, row
from tests.test_adopting_cases import of, simple

__all__ = ["of"]

HEADS = ["項目", "区分", "4月", "5月", "6月"]


def test_remarks_beside_all_months_are_of_the_month_under_review_and_said_to_be_assumed(of):
    found = of(simple(
        "2026年度", [*HEADS, "備考"],
        ["売上", "計画", 10, 10, 10, "値上げ前の単価"],
        ["売上", "実績", 9, 11, None, "新店が寄与"],
        ["売上", "達成率", 0.9, 1.1, None, "新店が寄与"],
        ["客数", "実績", 5, 6, None, "–"],
    ))  # fmt: skip
    # What is said of the plan is marked as that; what is written twice is one comment.
    assert comments(found) == [
        ("K01", "2026-05", "計画：値上げ前の単価", "Data!F4"),
        ("K01", "2026-05", "新店が寄与", "Data!F5"),
    ]
    assert {one.certainty for one in found.draft.comments} == {Certainty.ASSUMED}
    assert reasons(found, "comment") == [("2026-05", "comment-review")]
    assert not left(found)


def test_a_remark_over_merged_rows_is_on_the_item_and_not_on_its_plan(of):
    def fill(sheet: Sheet) -> None:
        simple(
            "FY2026 results", ["Item", "Kind", "Jan-26", "Feb-26", "Remarks"],
            ["Sales", "Plan", 10, 10], ["Sales", "Actual", 9, 11],
        )(sheet)  # fmt: skip
        sheet.merge("E4:E5", "A shop opened")

    assert comments(of(fill)) == [("K01", "2026-02", "A shop opened", "Data!E4")]


def test_a_remark_beside_a_total_is_left(of):
    found = of(simple(
        "2026年度", [*HEADS, "差異要因"],
        ["東京", "実績", 1, 2, 3], ["大阪", "実績", 4, 5, 6],
        ["合計", "実績", 5, 7, 9, "全社で好調"],
    ))  # fmt: skip
    assert comments(found) == []
    assert left(found) == [("Data!F6", "全社で好調", "remark")]


def test_a_remark_that_is_a_number_is_no_comment(of):
    found = of(simple("2026年度", [*HEADS, "備考"], ["売上", "実績", 1, 2, 3, 2025]))
    assert comments(found) == []
    assert left(found) == [("Data!F4", "2025", "remark")]


def test_remarks_in_columns_under_each_month(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度")
        for number, month in enumerate(("4月", "5月")):
            area = ("B2:D2", "E2:G2")[number]
            sheet.merge(area, month)
            sheet.across(("B3", "E3")[number], ["計画", "実績", "備考"])
        sheet.across("A2", ["項目"])
        sheet.across("A4", ["売上", 10, 9, "雨天", 10, 12, "催事"])
        sheet.across("A5", ["客数", 5, 5, None, 6, 7, "新規客"])

    found = of(fill)
    # Remarks are no names of items.
    assert [goal.name for goal in goals(found)] == ["売上", "客数"]
    assert row(figures(found, "K01", "actuals")) == [("2026-04", 9), ("2026-05", 12)]
    assert comments(found) == [
        ("K01", "2026-04", "雨天", "Data!D4"),
        ("K01", "2026-05", "催事", "Data!G4"),
        ("K02", "2026-05", "新規客", "Data!G5"),
    ]
    assert {one.certainty for one in found.draft.comments} == {Certainty.CERTAIN}
    assert not left(found)


def test_one_column_of_remarks_behind_the_last_month_is_not_that_month_s(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度")
        sheet.across("A2", ["項目", "4月", None, "5月"])
        sheet.across("B3", ["計画", "実績", "計画", "実績", "備考"])
        sheet.across("A4", ["売上", 10, 9, 10, None, "雨天"])

    found = of(fill)
    assert comments(found) == [("K01", "2026-04", "雨天", "Data!F4")]
    assert found.draft.comments[0].certainty is Certainty.ASSUMED


@pytest.mark.parametrize("measures_beside", [True, False])
def test_remarks_in_a_row_under_the_figures_of_an_item(of, measures_beside):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度")
        sheet.across("C2", ["4月", "5月", "6月"])
        name, column = ("A3", "B") if measures_beside else ("B3", "B")
        first = 3 if measures_beside else 4
        sheet.put(name, "売上")
        sheet.down(f"{column}{first}", ["計画", "実績", "備考"])
        sheet.across(f"C{first}", [10, 10, 10])
        sheet.across(f"C{first + 1}", [9, 12])
        sheet.across(f"C{first + 2}", ["雨天", "催事"])

    found = of(fill)
    at = 5 if measures_beside else 6
    assert [goal.name for goal in goals(found)] == ["売上"]
    assert comments(found) == [
        ("K01", "2026-04", "雨天", f"Data!C{at}"), ("K01", "2026-05", "催事", f"Data!D{at}"),
    ]  # fmt: skip


def test_remarks_beside_months_that_stand_below_each_other(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度")
        sheet.merge("B2:D2", "売上")
        sheet.across("A3", ["月", "計画", "実績", "備考"])
        sheet.across("A4", ["4月", 10, 9, "雨天"])
        sheet.across("A5", ["5月", 10, 12])
        sheet.across("A6", ["6月", 10, None, "催事の予定"])

    assert comments(of(fill)) == [
        ("K01", "2026-04", "雨天", "Data!D4"), ("K01", "2026-06", "催事の予定", "Data!D6"),
    ]  # fmt: skip


def test_remarks_on_a_sheet_of_one_month_are_of_that_month(of):
    def month(sales: int, remark: str | None) -> Fill:
        heads = ["項目", "計画", "実績", "コメント"]
        return simple("2026年度", heads, ["売上", 10, sales, remark], ["客数", 5, 6])

    found = of({"4月": month(9, "雨天"), "5月": month(12, None)})
    assert comments(found) == [("K01", "2026-04", "雨天", "4月!D4")]
    assert found.draft.comments[0].certainty is Certainty.CERTAIN


def test_a_note_at_the_foot_is_on_no_item(of):
    def fill(sheet: Sheet) -> None:
        simple("2026年度", HEADS, ["売上", "実績", 1, 2, 3])(sheet)
        sheet.across("A5", ["備考", None, "速報値です"])

    assert comments(of(fill)) == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_comments_are_read_from_the_new_book(tmp_path: Path, language: str):
    rows = [["売上", "計画", 10, 10, 10, "=1+1"], ["売上", "実績", 9, 11, None, "新店が寄与"]]
    old = write(tmp_path / "old.xlsx", {"Data": simple("2026年度", [*HEADS, "備考"], *rows)})
    made = write_adopted(adopt(old, language=language), tmp_path / "new.xlsx", "B")
    plan = read_plan(read_book(made)).plan
    assert plan is not None
    prefix = {"en": "Plan: ", "ja": "計画："}[language]
    assert [(one.goal, str(one.month), one.text) for one in plan.comments] == [
        ("K01", "2026-05", f"{prefix}=1+1"), ("K01", "2026-05", "新店が寄与"),
    ]  # fmt: skip


def test_one_remark_is_not_told_as_several(tmp_path: Path):
    rows = [["Sales", "Plan", 10, 10, 10], ["Sales", "Actual", 9, 11, None, "A shop opened"]]
    old = write(tmp_path / "old.xlsx", {"Data": simple("2026年度", [*HEADS, "Remarks"], *rows)})
    made = write_adopted(adopt(old, language="en"), tmp_path / "new.xlsx", "B")
    sheet = load_workbook(made)["Adopted from"]
    told = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    (why,) = [one for one in told if "beside all months" in one]
    assert why.startswith("Remarks that stand beside all months: 1; taken for comments on")
