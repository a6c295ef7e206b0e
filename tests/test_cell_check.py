"""What a workbook's cells show is compared with what they should show, and every doubt is said."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from kpixl import jobs
from kpixl.checking import check_workbook
from kpixl.cli import app
from kpixl.errors import CellError, FileProblem
from kpixl.plan.cells import CellValue, cell_name
from kpixl.words import LANGUAGES, problem_text, section
from kpixl.workbook.cell_check import CellReport, Difference, check_cells
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes, put, redefined, sample_bytes, with_another_ratio
from tests.tampering import enter, show
from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import with_part

HOSTILE = Path(__file__).parent / "data" / "hostile"
OCTOBER_GAP, OCTOBER_ATTAINMENT, OCTOBER_STATUS = 10, 12, 14
LANDING, SIGNAL = 20, 24
"""Columns of the Scorecard."""
VISITS, AOV = 10, 12
"""Rows of the Scorecard."""
SCORECARD_FORMULAS = 40 * 28 + 8
"""26 columns with formulas and two hidden ones, and the head."""


def checked_cells(path: Path) -> CellReport:
    report = check_workbook(path, cells=True).cells
    assert report is not None
    return report


def report_on(folder: Path, data: bytes) -> CellReport:
    report = checked_cells(put(folder, "book.xlsx", data))
    for problem in report.problems:
        assert problem.warning
        for language in LANGUAGES:
            text = problem_text(problem, language)
            assert text.what
            assert text.expected
            assert text.mend
    return report


def found_at(report: CellReport, sheet: str) -> dict[str, Difference]:
    return {
        cell_name(found.row, found.column): found
        for found in report.differences
        if found.sheet == sheet
    }


def actual_cell(goal: str, month: str) -> str:
    """Where the sample's Actuals hold a goal's month."""
    cells = WrittenBook(sample_bytes("en")).cells("Actuals")
    row = next(one.place[1:] for one in cells.values() if one.value == goal)
    header = next(one.place for one in cells.values() if one.value == month)
    return header.rstrip("0123456789") + row


def formulas_in(data: bytes) -> int:
    """How many cells show what a formula gives, those of array formulas included."""
    book = WrittenBook(data)
    return sum(len(book.computed(sheet)) for sheet in book.sheets)


# The sample


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_shows_what_kpixl_computes_in_every_formula_cell(tmp_path, language):
    data = sample_bytes(language)
    report = report_on(tmp_path, data)
    assert report.differences == ()
    assert report.compared == formulas_in(data) > 11_000
    assert (report.unchecked, report.leaning, report.unreadable) == ((), 0, ())


def test_plain_formulas_are_worked_out_like_calls(tmp_path):
    data = book_bytes(replace(sample_book("ja"), cells="native"))
    report = report_on(tmp_path, data)
    assert (report.differences, report.unchecked, report.leaning) == ((), (), 0)
    assert report.compared == formulas_in(data) > 11_000


def test_plain_formulas_follow_definitions_that_change(tmp_path):
    content = redefined(with_another_ratio("en", "2025-06"), "SALES", formula=None)
    report = report_on(tmp_path, book_bytes(replace(content, cells="native")))
    assert (report.differences, report.unchecked) == ((), ())


def test_a_workbook_with_macros_is_checked_like_any_other(tmp_path):
    path = jobs.new_workbook(tmp_path / "plan.xlsm", "en", True, 4, 36, None)
    report = checked_cells(path)
    assert (report.compared, report.differences, report.unchecked) == (15_988, (), ())


@lru_cache
def with_fewer_visits() -> bytes:
    """The sample, saved by something that does not calculate: 20,900 visits fewer in October."""
    return enter(sample_bytes("en"), "Actuals", {actual_cell("VISITS", "2026-10"): 900_000})


def test_an_actual_that_was_changed_without_calculating_makes_old_figures(tmp_path):
    report = report_on(tmp_path, with_fewer_visits())
    stale = found_at(report, "Scorecard")
    # 920,900 visits against 887,200 planned, now 900,000.
    gap = stale[cell_name(VISITS, OCTOBER_GAP)]
    assert gap.kind == "cell-stale"
    assert gap.shown == 33_700
    assert gap.expected == pytest.approx(12_800)
    # Online revenue is visits × 1.928 % × 7,800, and company revenue holds it.
    actual = {goal: stale[cell_name(row, 7)] for goal, row in (("SALES", 8), ("ONLINE", 9))}
    lost = 20_900 * 0.01928 * 7_800
    for found in actual.values():
        assert isinstance(found.shown, float)
        assert found.expected == pytest.approx(found.shown - lost)
    # 135.3 M of 153.5 M is below 90 %: online revenue turns from Amber to Red, and so there is
    # one Amber less among the counts above. Goals that visits do not drive stay as they are.
    turned = stale[cell_name(9, OCTOBER_STATUS)]
    assert (turned.shown, turned.expected) == ("Amber", "Red")
    assert (stale["K4"].shown, stale["K4"].expected) == (9, 8)
    assert {found.row for found in stale.values()} == {4, 8, 9, 10}
    assert found_at(report, "Figures")
    # So does where the year lands, of those three and of no other goal.
    assert {cell_name(row, LANDING) for row in (8, 9, 10)} < stale.keys()
    assert {found.row for found in found_at(report, "Analysis").values()} == {6, 7, 8}
    assert {found.kind for found in report.differences} == {"cell-stale"}


def test_many_old_cells_of_a_sheet_are_told_in_short(tmp_path):
    problems = report_on(tmp_path, with_fewer_visits()).problems
    on_figures = [problem for problem in problems if problem.sheet == "Figures"]
    assert [problem.code for problem in on_figures] == ["cell-stale"] * 25 + ["cells-more"]
    told = problem_text(next(one for one in problems if one.cell == "J8"), "en")
    # −13,577,263.4 for 20,900 visits fewer at 1.928 % × 7,800 (3,143,025.6).
    assert told.what.startswith("The cell shows -13577263.4; its formula gives something else")
    assert told.expected == "-16720289"


def test_a_changed_result_on_the_scorecard_is_the_only_difference(tmp_path):
    cell = cell_name(AOV, OCTOBER_ATTAINMENT)
    report = report_on(tmp_path, show(sample_bytes("en"), "Scorecard", {cell: 1.25}))
    (found,) = report.differences
    assert (found.sheet, cell_name(found.row, found.column)) == ("Scorecard", cell)
    # 7,800 against 7,750.
    assert (found.kind, found.shown) == ("cell-stale", 1.25)
    assert found.expected == pytest.approx(7_800 / 7_750)


def test_a_changed_word_is_found(tmp_path):
    cell = cell_name(11, OCTOBER_STATUS)
    report = report_on(tmp_path, show(sample_bytes("ja"), "スコアカード", {cell: "達成"}))
    (found,) = report.differences
    assert (found.shown, found.expected) == ("達成", "未達")


def test_a_changed_step_on_the_way_to_a_figure_is_found_where_it_was_made(tmp_path):
    report = report_on(tmp_path, show(sample_bytes("en"), "Figures", {"CM18": 1}))
    (found,) = report.differences
    assert (found.sheet, found.row, found.column) == ("Figures", 18, 91)


def test_a_figure_typed_over_its_formula_is_told_from_the_review(tmp_path):
    cell = cell_name(VISITS, OCTOBER_ATTAINMENT)
    report = report_on(tmp_path, enter(sample_bytes("en"), "Scorecard", {cell: 1.1}))
    (found,) = report.differences
    assert (found.kind, found.shown) == ("cell-typed-over", 1.1)
    assert found.expected == pytest.approx(920_900 / 887_200)


def test_a_landing_and_a_signal_typed_over_are_told_from_the_review(tmp_path):
    cells: dict[str, float | str | None] = {
        cell_name(VISITS, LANDING): 11_000_000,
        cell_name(VISITS, SIGNAL): "Worse",
    }
    data = enter(sample_bytes("en"), "Scorecard", cells)
    found = found_at(report_on(tmp_path, data), "Scorecard")
    assert {cell: (one.kind, one.shown) for cell, one in found.items()} == {
        cell: ("cell-typed-over", value) for cell, value in cells.items()
    }
    landing, signal = (found[cell].expected for cell in cells)
    # Seven months have brought 5,945,500 of 5,867,700 visits, and 4,746,100 are planned for the
    # other five: at the same ratio to plan.
    assert landing == pytest.approx(5_945_500 + 4_746_100 * 5_945_500 / 5_867_700)
    assert signal == "Better"


def test_a_landing_that_was_changed_in_the_analysis_is_found_there(tmp_path):
    # E8 is the landing of the visits as it was looked up, AM8 that in the table.
    data = show(sample_bytes("en"), "Analysis", {"E8": 1})
    report = report_on(tmp_path, data)
    assert list(found_at(report, "Analysis")) == ["E8"]
    assert list(found_at(report, "Scorecard")) == []
    data = enter(sample_bytes("en"), "Analysis", {"AM8": 1})
    assert list(found_at(report_on(tmp_path, data), "Analysis")) == ["AM8"]


def test_what_was_typed_is_told_before_the_cells_that_follow_from_it(tmp_path):
    # The status counts of the Scorecard's head stand above the cell, and change with it.
    cell = cell_name(VISITS, 7)
    report = report_on(tmp_path, enter(sample_bytes("en"), "Scorecard", {cell: 1.0}))
    first, *others = [found for found in report.problems if found.sheet == "Scorecard"]
    assert (first.code, first.cell) == ("cell-typed-over", cell)
    assert {found.code for found in others} == {"cell-stale"}


def test_a_typed_figure_that_is_right_today_is_no_difference(tmp_path):
    cell = cell_name(AOV, 7)
    report = report_on(tmp_path, enter(sample_bytes("en"), "Scorecard", {cell: 7_800}))
    assert report.differences == ()


def test_a_cleared_cell_and_a_typed_word_are_told_too(tmp_path):
    gone, word = cell_name(VISITS, OCTOBER_ATTAINMENT), cell_name(11, 19)
    data = enter(sample_bytes("en"), "Scorecard", {gone: None, word: "Green"})
    found = found_at(report_on(tmp_path, data), "Scorecard")
    assert {cell: (one.kind, one.shown) for cell, one in found.items()} == {
        gone: ("cell-typed-over", None),
        word: ("cell-typed-over", "Green"),
    }
    # 0.9577 of plan to date: above 90 %, below 100 %.
    assert found[word].expected == "Amber"


def test_a_changed_formula_that_calculates_well_is_told_from_the_review(tmp_path):
    # A plan of 7,000 typed into the Scorecard, and all that follows from it calculated.
    data = enter(sample_bytes("en"), "Scorecard", {cell_name(AOV, 8): 7_000})
    shown = {10: 800.0, 11: 800 / 7_000, 12: 7_800 / 7_000}
    data = show(data, "Scorecard", {cell_name(AOV, key): one for key, one in shown.items()})
    found = found_at(report_on(tmp_path, data), "Scorecard")
    kinds = {one.column: one.kind for one in found.values()}
    assert kinds == {8: "cell-typed-over", **dict.fromkeys(shown, "cell-not-review")}
    assert found[cell_name(AOV, 10)].expected == pytest.approx(50)


def test_where_the_functions_were_missing_is_said_once_a_sheet(tmp_path):
    cells = {cell_name(row, OCTOBER_GAP): "#NAME?" for row in range(8, 20)}
    report = report_on(tmp_path, show(sample_bytes("en"), "Scorecard", cells))
    (problem,) = report.problems
    assert (problem.code, problem.sheet, problem.cell) == ("cell-no-functions", "Scorecard", "J8")
    assert problem.details["count"] == len(report.differences) == 12


def test_a_phase_typed_over_in_actions_is_told(tmp_path):
    report = report_on(tmp_path, enter(sample_bytes("en"), "Actions", {"N16": "Closed"}))
    (found,) = report.differences
    assert (found.sheet, found.kind, found.shown, found.expected) == (
        "Actions", "cell-typed-over", "Closed", "Plan",
    )  # fmt: skip


def test_a_workbook_saved_without_results_says_so(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which of the book's extensions it drops
        copy = openpyxl.load_workbook(io.BytesIO(sample_bytes("en")))
        buffer = io.BytesIO()
        copy.save(buffer)
    report = report_on(tmp_path, buffer.getvalue())
    assert {problem.code for problem in report.problems} == {"cell-never-calculated"}
    counted = {problem.sheet: problem.details["count"] for problem in report.problems}
    assert counted["Scorecard"] == SCORECARD_FORMULAS
    # What an array formula has given beyond its first cell is kept as if somebody had typed it.
    book = WrittenBook(sample_bytes("en"))
    cells = [cell for sheet in book.sheets for cell in book.cells(sheet).values()]
    formulas = [cell for cell in cells if cell.formula is not None]
    assert sum(int(str(count)) for count in counted.values()) == len(formulas)


def test_a_scorecard_on_a_renamed_sheet_is_still_the_scorecard(tmp_path):
    data = enter(sample_bytes("en"), "Scorecard", {cell_name(AOV, 12): 2})
    data = with_part(
        data, "xl/workbook.xml", lambda text: text.replace('name="Scorecard"', 'name="Board"')
    )
    kinds = {one.kind for one in found_at(report_on(tmp_path, data), "Board").values()}
    assert kinds == {"cell-typed-over"}


# Small books


Build = Callable[[Any, Any], None]


def built(build: Build) -> bytes:
    """A book that ``build`` fills: it gets the workbook and its sheet ``Data``."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    build(book, book.add_worksheet("Data"))
    book.close()
    return buffer.getvalue()


def small(folder: Path, build: Build) -> CellReport:
    """The report on a book that ``build`` fills."""
    return report_on_cells(folder, built(build))


def report_on_cells(folder: Path, data: bytes) -> CellReport:
    return check_cells(OpenBook(put(folder, "small.xlsx", data)), None, None)


def one_formula(folder: Path, formula: str, shown: float | str, **cells: CellValue) -> CellReport:
    """The report on a formula in Data!H1 that shows ``shown``, beside a table of two goals."""

    def build(book: Any, sheet: Any) -> None:
        for place, value in cells.items():
            sheet.write(place, value)
        sheet.write_formula("H1", formula, None, shown)
        rows = [["A", 90, 100], ["B", 30, 20]]
        columns = [{"header": "Goal ID"}, {"header": "Actual [k]"}, {"header": "Plan"}]
        other = book.add_worksheet("実績 26")
        other.add_table("C4:E6", {"name": "tblX", "data": rows, "columns": columns})
        book.define_name("Target", "='実績 26'!$E$5")
        book.define_name("Data!Own", "=Data!$A$1")

    data = built(build)
    return report_on_cells(folder, data if shown != "" else show(data, "Data", {"H1": ""}))


WAYS = [
    # Whatever the host writes before or in the name.
    ("=KPI_GAP(90,100)", -10),
    ("=kpi_gap(90,100)", -10),
    ("=_xll.KPI_GAP(90,100)", -10),
    ("=_xlfn._xlws.KPI_GAP(90,100)", -10),
    ("=_xldudf_KPIXL_KPI_GAP(90,100)", -10),
    ("=[1]!KPI_GAP(90,100)", -10),
    ("='kpi.xlam'!KPI_GAP(90,100)", -10),
    # References.
    ("=KPI_GAP('実績 26'!D5,'実績 26'!$E$5)", -10),
    ("=KPI_GAP('実績 26'!D5:D6,'実績 26'!E5:E6)", -10),
    ("=KPI_GAP(90,Target)", -10),
    ("=KPI_GAP(90,TARGET)", -10),
    ("=KPI_GAP(A1,100)", -10),
    ("=KPI_GAP(Own,100)", -10),
    ("=KPI_GAP(Data!Own,100)", -10),
    ("=KPI_GAP(Data!A1,100)", -10),
    ("=KPI_GAP(SUM(A:A),100)", -10),
    ("=KPI_GAP(INDEX(tblX[Actual '[k']],1),INDEX(tblX[Plan],MATCH(\"a\",tblX[Goal ID],0)))", -10),
    ("=KPI_GAP(INDEX(TBLX[[#Data],[Actual '[k']]:[Plan]],1,1),100)", -10),
    ("=KPI_GAP(SUM(tblX[[#All],[Plan]])-30,100)", -10),
    ("=KPI_GAP(tblX[[#This Row],[Plan]],100)", CellError("#VALUE!")),
    ("=KPI_GAP(INDEX('実績 26'!D:D,MATCH(\"A\",'実績 26'!C:C,0)),100)", -10),
    ("=KPI_GAP(_xlfn.SINGLE(A1:A3),100)", -10),
    ("=KPI_GAP(@A1:A3,100)", -10),
    # Operators and values.
    ("=KPI_GAP(180*50%,10^2)", -10),
    ("=KPI_GAP(.9*100,1E2)", -10),
    ("=KPI_GAP(90,)", ""),
    ("=IF(TRUE(),KPI_GAP(90,100),1)", -10),
    ('=KPI_STATUS(90,100,,,,,"ja")', "注意"),
    ('=KPI_STATUS("▲9","９")&""', "Red"),
    ("=KPI_GAP(90,100)>0", False),
    ("=KPI_GAP_PCT(1,0)", CellError("#DIV/0!")),
    ("=KPI_GAP(A2,100)", ""),
    ("=KPI_GAP(A3,100)", CellError("#N/A")),
]


@pytest.mark.parametrize(("formula", "expected"), WAYS)
def test_formulas_however_they_are_written(tmp_path, formula, expected):
    shown = str(expected) if isinstance(expected, CellError) else expected
    if formula == "=KPI_GAP(A3,100)":
        report = error_below(tmp_path, formula, shown)
    else:
        report = one_formula(tmp_path, formula, shown, A1=90)
    assert (report.compared, report.unchecked, report.differences) == (1, (), ())


def error_below(folder: Path, formula: str, shown: Any) -> CellReport:
    def build(_: Any, sheet: Any) -> None:
        sheet.write_formula("A3", "=NA()", None, "#N/A")
        sheet.write_formula("H1", formula, None, shown)

    return small(folder, build)


def test_every_way_of_writing_is_really_compared(tmp_path):
    for formula, expected in WAYS:
        if isinstance(expected, (int, float)) and not isinstance(expected, bool):
            report = one_formula(tmp_path, formula, 12.5, A1=90)
            (found,) = report.differences
            assert (found.shown, found.expected) == (12.5, expected), formula


def test_formulas_that_were_filled_down_stand_once_in_the_file(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        for row, (actual, plan) in enumerate([(90, 100), (30, 20), (7, 7)]):
            sheet.write_row(row, 0, [actual, plan])
            sheet.write_formula(row, 2, f"=KPI_GAP(A{row + 1},B$1)", None, 0)

    def shared(text: str) -> str:
        first = "<f>KPI_GAP(A1,B$1)</f>"
        assert first in text
        text = text.replace(first, '<f t="shared" ref="C1:C3" si="0">KPI_GAP(A1,B$1)</f>')
        for row in (2, 3):
            text = text.replace(f"<f>KPI_GAP(A{row},B$1)</f>", '<f t="shared" si="0"/>')
        return text

    data = with_part(built(build), "xl/worksheets/sheet1.xml", shared)
    report = report_on_cells(tmp_path, data)
    # 90, 30 and 7 against 100.
    assert [one.expected for one in report.differences] == [-10, -70, -93]


def test_every_cell_of_an_array_formula_is_compared(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_column("A1", [90, 30, 7])
        sheet.write_array_formula("C1:C4", "{=KPI_GAP(A1:A3,10)}", None, 80)
        sheet.write("C2", 20)
        sheet.write("C3", 3)  # should be -3
        sheet.write("C4", 0)  # beyond the array: #N/A

    report = small(tmp_path, build)
    assert report.compared == 4
    assert {one.row: one.expected for one in report.differences} == {3: -3, 4: CellError("#N/A")}


def test_what_leans_on_an_array_formula_is_worked_out_from_its_result(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_column("A1", [90, 30, 7])
        sheet.write_array_formula("C1:C4", "{=KPI_GAP(A1:A3,10)}", None, 80)
        sheet.write("C2", 20)
        sheet.write("C3", 3)  # should be -3
        sheet.write_formula("C4", "=KPI_GAP(C3,0)", None, 3)  # a formula of its own
        sheet.write_formula("E1", "=KPI_GAP(INDEX(C1:C3,3),1)", None, 2)
        sheet.write_formula("E2", "=KPI_GAP(SUM(C1:C2),0)", None, 100)

    report = small(tmp_path, build)
    # 80 and 20 add up to 100; 7 is 3 below 10, and 4 below 1 what is 3 below 0.
    found = {cell_name(one.row, one.column): one.expected for one in report.differences}
    assert found == {"C3": -3, "C4": -3, "E1": -4}
    assert (report.unchecked, report.leaning) == ((), 0)


def test_arrays_that_cannot_be_worked_out_keep_what_they_show(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_array_formula("A1:A2", "{=BESSELJ(1,1)+B1:B2}", None, 4)
        sheet.write("A2", 5)
        sheet.write_array_formula("C1:C2", "{=KPI_GAP(C1:C2,1)}", None, 6)
        sheet.write("C2", 7)
        sheet.write_formula("E1", "=KPI_GAP(A2,1)", None, 4)

    report = difficult(tmp_path, build)
    assert {entry.reason for entry in report.unchecked} == {"circular"}
    assert (report.compared, report.leaning, report.differences) == (1, 1, ())


def test_a_function_that_kpixl_does_not_know_is_never_guessed(tmp_path):
    report = one_formula(tmp_path, "=KPI_GAP(90,100)+BESSELJ(1,1)", 5)
    (entry,) = report.unchecked
    assert (entry.reason, entry.count, entry.cells) == ("function", 1, ("Data!H1",))
    assert entry.found == ("BESSELJ",)
    assert (report.compared, report.differences) == (0, ())


def test_an_argument_that_cannot_be_worked_out_is_taken_as_it_is_and_said(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_formula("A1", "=BESSELJ(1,1)", None, 90)
        sheet.write_formula("A2", "=A1+10", None, 100)
        sheet.write_formula("A3", "=KPI_GAP(A2,80)", None, 20)
        sheet.write_formula("A4", "=KPI_GAP(A2,80)", None, 21)

    report = small(tmp_path, build)
    assert (report.compared, report.leaning) == (2, 2)
    assert [(one.row, one.expected) for one in report.differences] == [(4, 20)]


def test_a_plain_formula_before_a_figure_is_worked_out_anew(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_row("A1", [40, 50])
        sheet.write_formula("A2", "=A1+B1", None, 95)  # old: the figures give 90
        sheet.write_formula("A3", "=KPI_GAP(A2,100)", None, -5)

    (found,) = small(tmp_path, build).differences
    assert (found.row, found.shown, found.expected) == (3, -5, -10)


def test_a_formula_in_an_input_cell_counts_with_what_it_shows(tmp_path):
    # As everywhere in kpixl (SPEC 2): whoever fills a book in decides how.
    def build(book: Any, _: Any) -> None:
        sheet = book.add_worksheet("Actuals")
        sheet.write_row("A1", ["ID", "2026-04", "2026-05"])
        sheet.write("A2", "A")
        sheet.write_formula("B2", "=40+50", None, 95)
        sheet.write_formula("C2", "=KPI_GAP(B2,100)", None, -5)

    report = small(tmp_path, build)
    assert (report.compared, report.differences) == (1, ())


def test_dates_truth_values_and_blanks_are_compared_by_what_they_are(tmp_path):
    def build(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_formula("A1", "=KPI_GAP(DATE(2026,4,1),0)", day, 46113)
        sheet.write_formula("A2", "=KPI_GAP(1,1)=0", None, True)
        sheet.write_formula("A3", '=IF(KPI_GAP(1,1)=0,"",1)', None, 1)
        sheet.write_formula("A4", "=KPI_GAP(0.1+0.2,0)", None, 0.3)  # 0.30000000000000004
        sheet.write_formula("A5", "=KPI_GAP(1,1)=0", None, 1)
        sheet.write_formula("A6", "=KPI_GAP(1,0)", None, "1")

    report = small(tmp_path, build)
    # 1 is not empty text, 1 is not TRUE, and the text 1 is not the number.
    assert report.compared == 6
    assert [one.row for one in report.differences] == [3, 5, 6]


# Books that are made to be difficult


def difficult(folder: Path, build: Build) -> CellReport:
    """A report that ends, and says of every call whether it was compared."""
    report = small(folder, build)
    assert report.compared + report.unchecked_cells >= 1
    return report


def test_a_long_chain_of_cells_is_followed_to_its_end(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        for row in range(3_000):
            sheet.write_formula(row, 0, f"=A{row + 2}+1", None, 3_000 - row)
        sheet.write_formula("B1", "=KPI_GAP(A1,0)", None, 3_000)

    report = difficult(tmp_path, build)
    assert (report.compared, report.leaning, report.differences) == (1, 0, ())


def test_a_circle_is_said_to_be_one(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        sheet.write_formula("A1", "=KPI_GAP(B1,1)", None, 4)
        sheet.write_formula("B1", "=A1+1", None, 5)
        sheet.write_formula("A2", "=KPI_GAP(A2,1)", None, 4)

    report = difficult(tmp_path, build)
    assert {entry.reason for entry in report.unchecked} == {"circular"}


def test_a_long_circle_ends_too(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        for row in range(400):
            sheet.write_formula(row, 0, f"=A{(row + 1) % 400 + 1}", None, 5)
        sheet.write_formula("B1", "=KPI_GAP(A1,1)", None, 4)

    report = difficult(tmp_path, build)
    assert (report.compared, report.leaning, report.differences) == (1, 1, ())


MONSTERS = {
    "every cell of the sheet": ("=KPI_TO_DATE(A2:XFD1048576)", "too-large"),
    "parentheses": (f"=KPI_GAP({'(' * 3_000}1{')' * 3_000},1)", "grammar"),
    "signs": (f"=KPI_GAP({'-' * 4_000}1,1)", "grammar"),
    "percent signs": (f"=KPI_GAP(1{'%' * 3_000},1)", "grammar"),
    "an open quote": (f"=KPI_GAP({chr(39) * 8_000},1)", "grammar"),
    "open brackets": (f"=KPI_GAP({'[' * 8_000},1)", "grammar"),
    "too long": (f"=KPI_GAP({'1+' * 5_000}1,1)", "grammar"),
    "another file": ("=KPI_GAP([1]Data!A1,1)", "grammar"),
    "an array constant": ("=KPI_TO_DATE({1,2,3})", "grammar"),
    "its own row": ("=KPI_GAP(SUM(1:1),100)", "circular"),
    "no such sheet": ("=KPI_GAP(Nowhere!A1,1)", "sheet"),
    "no such name": ("=KPI_GAP(Nobody,1)", "name"),
    "no such table": ("=KPI_GAP(tblNone[Plan],1)", "table"),
    "no such column": ("=SUM(tblX[None])+KPI_GAP(1,1)", "table"),
    "one of several": ("=A1:A3+KPI_GAP(1,1)", "array"),
    "a date in words": ('=KPI_GAP("2026-04-01"+1,1)', "text-number"),
}


@pytest.mark.parametrize("what", MONSTERS)
def test_what_is_beyond_the_check_is_named(tmp_path, what):
    formula, reason = MONSTERS[what]
    report = one_formula(tmp_path, formula, 1)
    assert [(entry.reason, entry.count) for entry in report.unchecked] == [(reason, 1)]
    assert f"reason.{reason}" in section("cell_check")


def test_texts_and_powers_without_end_become_errors_as_in_excel(tmp_path):
    def build(_: Any, sheet: Any) -> None:
        for row, formula in enumerate(
            (
                'KPI_GAP(LEN(REPT("x",1E9)),1)',
                'KPI_GAP(LEN(SUBSTITUTE(REPT("x",32767),"x",REPT("y",99))),1)',
                "KPI_GAP(9^9^9,1)",
                "KPI_GAP((-8)^0.5,1)",
                "KPI_GAP(0^-1,1)",
                "KPI_GAP(DATE(99999,1,1),1)",
                "KPI_GAP(WORKDAY(46113,1E9),1)",
            )
        ):
            sheet.write_formula(row, 0, f"={formula}", None, 1)

    report = difficult(tmp_path, build)
    errors = ["#VALUE!", "#VALUE!", "#NUM!", "#NUM!", "#DIV/0!", "#NUM!", "#NUM!"]
    assert [one.expected for one in report.differences] == [CellError(one) for one in errors]


def test_too_much_work_ends_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("kpixl.workbook.cell_check.EFFORT", 20_000)

    def build(_: Any, sheet: Any) -> None:
        sheet.write_formula("C1", "=KPI_GAP(90,100)", None, -10)
        for row in range(1, 20):
            sheet.write_formula(row, 2, f"=KPI_TO_DATE(A{row}:A{row + 2_000})", None, 0)

    report = difficult(tmp_path, build)
    (entry,) = report.unchecked
    assert entry.reason == "too-much"
    assert (entry.count, report.compared) == (18, 2)


@pytest.mark.parametrize("path", sorted(HOSTILE.iterdir()), ids=lambda path: path.name)
def test_hostile_files_end_in_a_report_or_one_sentence(path):
    try:
        report = check_cells(OpenBook(path), None, None)
    except FileProblem as problem:
        named = problem.details["file"]
    else:
        assert report.differences == ()
        named = path.name
    assert named == path.name


# The command


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


def check(path: Path, *options: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["check", str(path), "--cells", *options])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def test_the_command_says_what_was_compared(tmp_path, english):
    code, said = check(put(tmp_path, "plan.xlsx", sample_bytes("en")))
    assert code == 0
    assert "plan.xlsx: fit for a pack." in said
    assert "15988 compared, all show what kpixl computes; 0 could not be checked." in said


def test_old_cells_do_not_spoil_the_pack_but_fail_the_check(tmp_path, english):
    cell = cell_name(AOV, OCTOBER_ATTAINMENT)
    data = show(sample_bytes("en"), "Scorecard", {cell: 1.25})
    path = put(tmp_path, "plan.xlsx", data)
    code, said = check(path)
    assert code == 1
    assert "plan.xlsx: fit for a pack." in said
    assert f"{cell}: The cell shows 1.25; its formula gives something else" in said
    assert "expected: 1.006451613" in said
    assert "15988 compared, 1 of them differ; 0 could not be checked." in said
    plain = CliRunner().invoke(app, ["check", str(path)])
    assert plain.exit_code == 0
    assert "1.25" not in plain.output


def test_the_same_as_data(tmp_path, english):
    cell = cell_name(AOV, OCTOBER_ATTAINMENT)
    data = show(sample_bytes("en"), "Scorecard", {cell: 1.25})
    code, said = check(put(tmp_path, "plan.xlsx", data), "--json")
    found = json.loads(said)
    assert code == 1
    assert found["cells"] == {
        "compared": 15_988, "differ": 1, "leaning": 0, "unchecked": 0, "reasons": [],
        "unreadable": [],
    }  # fmt: skip
    (problem,) = [one for one in found["problems"] if one["kind"] == "data"]
    assert problem["code"] == "cell-stale"
    assert (problem["sheet"], problem["cell"], problem["severity"]) == (
        "Scorecard", cell, "warning",
    )  # fmt: skip


def test_what_could_not_be_checked_is_said_with_its_reason(tmp_path, english):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Data")
    sheet.write_formula("A1", "=KPI_GAP(BESSELJ(1,1),1)", None, 1)
    sheet.write_formula("A2", "=BESSELJ(1,1)", None, 3)
    sheet.write_formula("A3", "=KPI_GAP(A2,1)", None, 2)
    book.close()
    code, said = check(put(tmp_path, "plan.xlsx", buffer.getvalue()))
    assert code == 1  # no Goals sheet
    assert "1: calls a function that kpixl does not work out: BESSELJ (Data!A1)" in said
    assert "1 of the cells compared lean on others" in said


def test_a_book_without_anything_of_kpixl_says_so(tmp_path, english):
    _, said = check(HOSTILE / "00_good_minimal.xlsx")
    assert "there is nothing here that kpixl computes" in said
