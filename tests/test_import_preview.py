"""What would change in the book is shown before it is written; what must not be is held back."""

from __future__ import annotations

import hashlib
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell import Cell

from kpixl.delivery.ledger import open_ledger
from kpixl.delivery.records import Closing
from kpixl.errors import KpixlError, UsageProblem
from kpixl.importing.preview import Change
from kpixl.importing.run import Order, Preview, check_out, look, remember_sources, write
from kpixl.importing.sources import Wanted, expand, read_source
from kpixl.plan.month import Month
from kpixl.words import LANGUAGES, problem_text, section
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.patch import patched
from tests.importing import BOOK_ID, NOVEMBER, cells, hints, plan_bytes, plan_file, target
from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import with_part

# The sample, in November 2026: VISITS stands in row 5, CVR in 6, AOV in 7, FILL in 11; the months
# begin with April 2024 in column D, so that October 2026 is AH and November AI.
OCTOBER_VISITS = 920_900


def source(folder: Path, text: str, name: str = "a.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def looked(folder: Path, text: str, **order: Any) -> Preview:
    return look(Order(plan_file(folder), (source(folder, text),), **order))


def told(found: Preview) -> list[tuple[str, str | None, str]]:
    return [(one.code, one.cell, one.found) for one in found.problems]


def test_old_new_and_cell(tmp_path):
    found = looked(tmp_path, "ID,2026-10,2026-11\nVISITS,920900,931000\nAOV,7801,\n")
    assert [(one.sheet, one.cell, one.old, one.new, one.is_new) for one in found.changes] == [
        ("Actuals", "AI5", None, 931000.0, True),
        ("Actuals", "AH7", 7800, 7801.0, False),
    ]
    assert (found.unchanged, found.problems) == (1, ())


def test_only_those_cells_are_written_and_the_book_stays_as_it_is(tmp_path):
    found = looked(tmp_path, "ID,2026-10,2026-11\nVISITS,920900,931000\nAOV,7801,\nCVR,,2.1%\n")
    before = cells(tmp_path / "plan.xlsx", "Actuals")
    digest = hashlib.sha256((tmp_path / "plan.xlsx").read_bytes()).digest()
    out = write(found, tmp_path / "filled.xlsx")
    assert hashlib.sha256((tmp_path / "plan.xlsx").read_bytes()).digest() == digest
    after = cells(out, "Actuals")
    expected = {goal: dict(row) for goal, row in before.items()}
    expected["VISITS"]["2026-11"] = 931000
    expected["AOV"]["2026-10"] = 7801
    expected["CVR"]["2026-11"] = 0.021
    assert after == expected
    # As another reader sees it.
    sheet = openpyxl.load_workbook(out)["Actuals"]
    assert (sheet["AI5"].value, sheet["AH7"].value, sheet["AI6"].value) == (931000, 7801, 0.021)
    # Every part but the sheet, and the workbook's wish to be calculated, is the same.
    with zipfile.ZipFile(tmp_path / "plan.xlsx") as old, zipfile.ZipFile(out) as new:
        assert old.namelist() == new.namelist()
        differing = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert len([name for name in differing if "worksheets" in name]) == 1
    assert set(differing) <= {*(n for n in differing if "worksheets" in n), "xl/workbook.xml"}


def test_a_book_that_changed_in_the_meantime_is_not_written(tmp_path):
    found = looked(tmp_path, "ID,2026-11\nVISITS,931000\n")
    changed = patched(plan_bytes(), [CellEdit("Actuals", 5, 35, 940000)])
    (tmp_path / "plan.xlsx").write_bytes(changed)
    with pytest.raises(KpixlError) as caught:
        write(found, tmp_path / "filled.xlsx")
    assert caught.value.code == "import-changed"
    assert not (tmp_path / "filled.xlsx").exists()


def test_a_second_time_nothing_is_left_to_do(tmp_path):
    text = "ID,2026-11\nVISITS,931000\nAOV,7801.5\nFILL,97.1%\n"
    out = write(looked(tmp_path, text), tmp_path / "filled.xlsx")
    again = look(Order(out, (source(tmp_path, text),)))
    assert (again.is_empty, again.unchanged, again.problems) == (True, 3, ())


def test_one_source_with_two_figures_for_a_cell(tmp_path):
    rows = ("ID,Month,Value", "VISITS,2026-11,1000000", "AOV,2026-11,7800",
            "VISITS,2026-11,1000001", "AOV,2026-11,7800")  # fmt: skip
    text = "\n".join(rows)
    found = looked(tmp_path, text)
    assert told(found) == [("import-double", "C4", "1000001")]
    assert found.problems[0].details["where"] == "a.csv C2"
    assert [one.goal for one in found.changes] == ["AOV"]


def test_two_sources_that_do_not_agree(tmp_path):
    first = source(tmp_path, "ID,2026-11\nVISITS,931000\n")
    second = source(tmp_path, "ID,2026-11\nVISITS,932000\nAOV,7800\n", "b.csv")
    found = look(Order(plan_file(tmp_path), (first, second)))
    assert told(found) == [("import-double", "B2", "932000")]
    assert [(one.goal, one.origin) for one in found.changes] == [("AOV", "b.csv B3")]


def test_a_formula_is_never_written_over(tmp_path):
    with_formula = openpyxl.load_workbook(plan_file(tmp_path))
    with_formula["Actuals"]["AI5"] = "=1+1"
    with_formula.save(tmp_path / "plan.xlsx")
    text = source(tmp_path, "ID,2026-11\nVISITS,931000\nAOV,7800\n")
    found = look(Order(tmp_path / "plan.xlsx", (text,)))
    assert told(found)[0] == ("import-formula", "B2", "931000")
    assert found.problems[0].details["cell"] == "AI5"
    assert [one.goal for one in found.changes] == ["AOV"]


def test_a_figure_that_a_formula_gives_already_is_the_same(tmp_path):
    book = plan_bytes()
    formula = r'<c r="AI5"\1><f>930000+1000</f><v>931000</v></c>'
    calculated = with_part(
        book,
        WrittenBook(book).sheets["Actuals"],
        lambda text: re.sub(r'<c r="AI5"( s="\d+")/>', formula, text),
    )
    (tmp_path / "plan.xlsx").write_bytes(calculated)
    for figure, codes, unchanged in ((931_000, [], 1), (931_001, ["import-formula"], 0)):
        text = source(tmp_path, f"ID,2026-11\nVISITS,{figure}\n")
        found = look(Order(tmp_path / "plan.xlsx", (text,)))
        assert [one.code for one in found.problems] == codes
        assert (found.changes, found.unchanged) == ((), unchanged)


def test_results_of_formulas_among_the_figures_are_told_to_be_old(tmp_path):
    book = openpyxl.load_workbook(plan_file(tmp_path))
    book["Plan"]["AI6"], book["Plan"]["AJ6"] = "=AH6*2", "=AH6*3"
    book.save(tmp_path / "plan.xlsx")
    found = look(Order(tmp_path / "plan.xlsx", (source(tmp_path, "ID,2026-11\nVISITS,931000\n"),)))
    (remark,) = [one for one in found.problems if one.code == "import-calculated"]
    assert (remark.sheet, remark.cell, remark.details["n"]) == ("Plan", "AI6", 2)
    assert remark.warning
    # Where nothing is to be written, nothing becomes old.
    text = source(tmp_path, "ID,2026-11\nNOBODY,1\n")
    codes = {one.code for one in look(Order(tmp_path / "plan.xlsx", (text,))).problems}
    assert "import-calculated" not in codes


def test_what_the_writer_would_refuse_is_told_before(tmp_path):
    merged = openpyxl.load_workbook(plan_file(tmp_path))
    merged["Actuals"].merge_cells("AH7:AI7")
    merged.save(tmp_path / "plan.xlsx")
    text = source(tmp_path, "ID,2026-11\nVISITS,931000\nAOV,7800\n")
    found = look(Order(tmp_path / "plan.xlsx", (text,)))
    assert [(one.code, one.sheet, one.cell) for one in found.problems] == [
        ("edit-merged", "Actuals", "AI7")
    ]
    assert [one.goal for one in write_and_read(found, tmp_path)] == ["VISITS"]


def write_and_read(found: Preview, folder: Path) -> tuple[Change, ...]:
    write(found, folder / "filled.xlsx")
    return found.changes


def test_months_and_goals_without_a_cell(tmp_path):
    text = "ID,2027-03,2027-04,2027-05\nVISITS,900000,2,3\nSALES,4,,\n"
    found = looked(tmp_path, text)
    assert sorted((one.code, one.details["n"]) for one in found.problems) == [
        ("import-no-column", 2), ("import-no-row", 1),
    ]  # fmt: skip
    column = next(one for one in found.problems if one.code == "import-no-column")
    assert column.details["months"] == "2027-04 – 2027-05"
    # SALES is calculated: the mend is another than for a goal whose row was forgotten.
    assert next(o for o in found.problems if o.code == "import-no-row").details["form"] == "formula"
    assert [(one.goal, str(one.month)) for one in found.changes] == [("VISITS", "2027-03")]


def test_a_sheet_that_the_book_does_not_have(tmp_path):
    without = openpyxl.load_workbook(plan_file(tmp_path))
    del without["Outlook"]
    without.save(tmp_path / "plan.xlsx")
    text = source(tmp_path, "ID,2026-12\nVISITS,900000\n")
    found = look(Order(tmp_path / "plan.xlsx", (text,), wanted=Wanted(into="outlook")))
    assert told(found) == [("import-no-sheet", "B2", "900000")]


@pytest.mark.parametrize(
    ("into", "sheet"), [("plan", "Plan"), ("revision", "Revision"), ("outlook", "Outlook")]
)
def test_figures_go_into_the_sheet_that_is_asked_for(tmp_path, into, sheet):
    found = looked(tmp_path, "ID,2026-12\nDOORREV,130000\n", wanted=Wanted(into=into))
    assert [(one.sheet, one.cell) for one in found.changes] == [
        (sheet, {"plan": "AJ10", "revision": "AJ5", "outlook": "AJ9"}[into])
    ]


def test_percent_without_its_sign_is_a_likely_slip(tmp_path):
    # 3.2 for a goal in % would be 320 %; the 0.9 beside it then means 0.9 %, too.
    text = "ID,2026-11,2026-12\nCVR,3.2,0.9\nFILL,0.97,98%\n"
    found = looked(tmp_path, text)
    assert [(code, cell) for code, cell, _ in told(found)] == [
        ("import-percent", "B2"), ("import-percent", "C2"),
    ]  # fmt: skip
    assert [(one.goal, one.new) for one in found.changes] == [("FILL", 0.97), ("FILL", 0.98)]


def test_a_goal_that_has_left_percent_takes_figures_as_they_are(tmp_path):
    # A reorganisation: FILL, so far a rate, is counted in cases from October on.
    plan = plan_file(tmp_path)
    sheet = openpyxl.load_workbook(plan)["Goals"]
    columns = {str(cell.value): cell.col_idx for cell in sheet[4] if isinstance(cell, Cell)}
    ids = {sheet.cell(row, 1).value: row for row in range(5, sheet.max_row + 1)}
    last = max(row for name, row in ids.items() if name)
    changed: dict[str, str | None] = {"Unit": "cases", "From": "2026-10", "To": None}
    edits = [CellEdit("Goals", ids["FILL"], columns["To"], "2026-09")]
    for header, column in columns.items():
        value = changed[header] if header in changed else sheet.cell(ids["FILL"], column).value
        if isinstance(value, (str, float)):
            edits.append(CellEdit("Goals", last + 1, column, value))
    plan.write_bytes(patched(plan.read_bytes(), tuple(edits), plan.name))
    order = Order(plan, (source(tmp_path, "ID,2026-11\nFILL,412\n"),))
    found = look(order)
    assert [(one.goal, one.new) for one in found.changes] == [("FILL", 412.0)]
    # Neither a slip, nor far from what a rate usually is.
    assert found.problems == ()


def test_a_factor_for_the_goal_settles_it(tmp_path):
    rules = '[[source]]\nmatch = "a.csv"\n[source.factors]\nCVR = 0.01\n'
    (tmp_path / "plan.import.toml").write_text(rules, encoding="utf-8")
    found = looked(tmp_path, "ID,2026-11,2026-12\nCVR,2.2,1.9\n")
    assert [one.new for one in found.changes] == [0.022, 0.019]
    assert found.problems == ()
    assert found.read[0][0].remembered


def test_thousands_in_place_of_units_are_asked_about(tmp_path):
    found = looked(tmp_path, "ID,2026-11\nVISITS,931\nAOV,7800\n")
    (problem,) = found.problems
    assert (problem.code, problem.warning, problem.cell) == ("import-scale", True, "B2")
    assert len(found.changes) == 2
    assert found.errors == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("figure", "factor"), [(931, 1000), (931_000_000, 0.001)])
def test_the_mend_names_the_factor_that_brings_the_figure_in_line(
    tmp_path, language, figure, factor
):
    (problem,) = looked(tmp_path, f"ID,2026-11\nVISITS,{figure}\n").problems
    assert f"factor = {factor}" in problem_text(problem, language).mend


# ---- The ledger -----------------------------------------------------------------------------


def close(folder: Path, month: str, state: str = "final") -> None:
    """Send an edition of a month."""
    with open_ledger(str(folder / "kpixl-ledger.sqlite"), create=True) as ledger:
        ledger.open_edition(BOOK_ID, month, 1, "", state, datetime(2026, 11, 9, tzinfo=UTC))


def close_by_hand(folder: Path, month: str) -> None:
    """Close a month as ``kpixl close`` does, with nothing sent."""
    closing = Closing(
        BOOK_ID, month, 1, "", "", "2026-11-09", "plan.xlsx", "0" * 64,
        datetime(2026, 11, 9, tzinfo=UTC), "abe",
    )  # fmt: skip
    with open_ledger(str(folder / "kpixl-ledger.sqlite"), create=True) as ledger:
        ledger.record_closing(closing)


@pytest.mark.parametrize("closed_by", [close, close_by_hand])
def test_a_figure_of_a_closed_month_would_become_a_restatement(tmp_path, closed_by):
    closed_by(tmp_path, "2026-10")
    text = "ID,2026-09,2026-10,2026-11\nVISITS,850000,921000,931000\n"
    found = looked(tmp_path, text)
    assert told(found) == [("import-closed", "C2", "921000")]
    assert [str(one.month) for one in found.changes] == ["2026-09", "2026-11"]
    allowed = looked(tmp_path, text, restate=True)
    assert [(str(one.month), one.restates) for one in allowed.changes] == [
        ("2026-09", False), ("2026-10", True), ("2026-11", False),
    ]  # fmt: skip
    assert allowed.problems == ()


def test_a_plan_of_a_closed_month_would_become_a_restatement(tmp_path):
    # From October 2026 the revision of DOORREV is in force: nobody was judged by its plan.
    close_by_hand(tmp_path, "2026-09")
    close_by_hand(tmp_path, "2026-10")
    text = "ID,2026-09,2026-10,2026-11\nDOORREV,110000,120000,130000\n"
    found = looked(tmp_path, text, wanted=Wanted(into="plan"))
    assert told(found) == [("import-closed", "B2", "110000")]
    assert [str(one.month) for one in found.changes] == ["2026-10", "2026-11"]
    found = looked(tmp_path, text, wanted=Wanted(into="revision"))
    assert ("import-closed", "C2", "120000") in told(found)


def test_a_late_figure_of_a_closed_month_is_no_restatement(tmp_path):
    # CHECKOUT was first measured in July 2026.
    close(tmp_path, "2026-06")
    found = looked(tmp_path, "ID,2026-06\nCHECKOUT,50%\n")
    assert [(one.is_new, one.restates) for one in found.changes] == [(True, False)]


def test_a_preliminary_month_is_not_closed(tmp_path):
    close(tmp_path, "2026-10", "preliminary")
    assert looked(tmp_path, "ID,2026-10\nVISITS,921000\n").problems == ()


def test_a_ledger_that_cannot_be_asked_is_told_and_stops_nothing(tmp_path):
    (tmp_path / "kpixl-ledger.sqlite").write_bytes(b"no database" * 100)
    found = looked(tmp_path, "ID,2026-10\nVISITS,921000\n")
    assert [(one.code, one.warning) for one in found.problems] == [("import-ledger", True)]
    assert len(found.changes) == 1


def test_no_ledger_is_made(tmp_path):
    looked(tmp_path, "ID,2026-10\nVISITS,921000\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "plan.xlsx"]


# ---- Sources and results --------------------------------------------------------------------


def test_the_sheet_that_holds_the_figures_is_found(tmp_path):
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Notes"
    notes.append(["VISITS", "see below"])
    data = book.create_sheet("Data")
    data.append(["Goal", "2026-11"])
    data.append(["Shop visits", 931000])
    book.save(tmp_path / "b.xlsx")
    found = look(Order(plan_file(tmp_path), (str(tmp_path / "b.xlsx"),)))
    assert [(one.cell, one.origin) for one in found.changes] == [("AI5", "b.xlsx › Data B2")]
    assert found.read[0][0].names == {"Shop visits": "VISITS"}
    with pytest.raises(KpixlError) as caught:
        look(Order(plan_file(tmp_path), (str(tmp_path / "b.xlsx"),), wanted=Wanted(sheet="Dta")))
    assert caught.value.code == "import-sheet-missing"


def test_two_sheets_that_could_hold_them_are_not_guessed_at(tmp_path):
    book = openpyxl.Workbook()
    for name in ("East", "West"):
        sheet = book.create_sheet(name)
        sheet.append(["ID", "2026-11"])
        sheet.append(["VISITS", 931000])
    book.save(tmp_path / "b.xlsx")
    order = Order(plan_file(tmp_path), (str(tmp_path / "b.xlsx"),))
    with pytest.raises(KpixlError) as caught:
        look(order)
    assert caught.value.code == "import-sheet-unclear"
    assert caught.value.details["sheets"] == ("East", "West")


def test_another_kpixl_book_gives_its_actuals(tmp_path):
    other = patched(plan_bytes(), [CellEdit("Actuals", 5, 35, 931000)])
    (tmp_path / "other.xlsx").write_bytes(other)
    found = look(Order(plan_file(tmp_path), (str(tmp_path / "other.xlsx"),)))
    assert [(one.cell, one.new) for one in found.changes] == [("AI5", 931000.0)]


def test_patterns_and_folders_are_their_files_without_the_book_itself(tmp_path):
    plan = plan_file(tmp_path)
    for name in ("b.xlsx", "a.csv", "~$b.xlsx", "notes.docx"):
        (tmp_path / name).write_bytes(b"x")
    names = [str(tmp_path / name) for name in ("a.csv", "b.xlsx")]
    assert list(expand([str(tmp_path)], plan)) == names
    assert list(expand([str(tmp_path / "*.xlsx")], plan)) == names[1:]
    for wrong, code in (("none.csv", "import-none"), ("*.tsv", "import-none"),
                        ("plan.xlsx", "import-itself")):  # fmt: skip
        with pytest.raises(UsageProblem) as caught:
            expand([str(tmp_path / wrong)], plan)
        assert caught.value.code == code


def test_one_bad_source_among_several_does_not_stop_the_others(tmp_path):
    good = source(tmp_path, "ID,2026-11\nVISITS,931000\n")
    bad = source(tmp_path, "Name,Town\nAnn,Kobe\n", "b.csv")
    (tmp_path / "c.xlsx").write_bytes(b"%PDF-1.4")
    found = look(Order(plan_file(tmp_path), (good, bad, str(tmp_path / "c.xlsx"))))
    assert [(one.code, one.sheet) for one in found.problems] == [
        ("import-goals-none", "b.csv"), ("file-other-format", "c.xlsx"),
    ]  # fmt: skip
    assert len(found.changes) == 1


def test_the_result_is_a_new_file_of_the_same_kind(tmp_path):
    plan = plan_file(tmp_path)
    for name, code in (("plan.xlsx", "already-there"), ("new.csv", "import-suffix"),
                       ("new.xlsm", "import-suffix")):  # fmt: skip
        with pytest.raises(UsageProblem) as caught:
            check_out(plan, tmp_path / name)
        assert caught.value.code == code


def test_how_a_source_was_read_is_remembered_and_used_again(tmp_path):
    text = "x\nKonto;Zeit;Betrag\nVISITS;2026-11;931.000\n"
    rules = '[[source]]\nmatch = "a.csv"\ndecimal = ","\n'
    order = Order(plan_file(tmp_path), (source(tmp_path, text, "umsatz_2026-11.csv"),))
    # 931, or 931 thousand?
    with pytest.raises(KpixlError) as caught:
        look(order)
    assert (caught.value.code, caught.value.details["cell"]) == ("import-decimal", "C3")
    assert caught.value.details["mapping"] == "plan.import.toml"
    text = text.replace("931.000", "931000")
    first = look(Order(plan_file(tmp_path), (source(tmp_path, text, "umsatz_2026-11.csv"),)))
    assert [one.new for one in first.changes] == [931_000.0]
    assert remember_sources(first, "en") == ("umsatz_2026-11.csv",)
    again = look(Order(plan_file(tmp_path), (source(tmp_path, text, "umsatz_2026-12.csv"),)))
    assert again.read[0][0].remembered
    assert again.read[0][0].columns == {"id": "Konto", "month": "Zeit", "value": "Betrag"}
    assert remember_sources(again, "en") == ()
    (tmp_path / "plan.import.toml").write_text(rules, encoding="utf-8")
    european = looked(tmp_path, text.replace("931000", "931.000,5"))
    assert [one.new for one in european.changes] == [931_000.5]


def test_the_month_of_a_source_without_months(tmp_path):
    found = looked(tmp_path, "科目,金額\nVISITS,931000\n", month=Month(2026, 12))
    assert [str(one.month) for one in found.changes] == ["2026-12"]
    assert Month(2026, 11) == NOVEMBER


def test_a_japanese_book(tmp_path):
    plan = plan_file(tmp_path, "ja")
    path = tmp_path / "売上.csv"
    path.write_bytes("指標,2026年11月\nVISITS,９３１０００\n".encode("cp932"))
    found = look(Order(plan, (str(path),)))
    assert [(one.sheet, one.cell) for one in found.changes] == [("実績", "AI5")]
    out = write(found, tmp_path / "記入済み.xlsx")
    assert cells(out, "実績")["VISITS"]["2026-11"] == 931000


HOSTILE = sorted((Path(__file__).parent / "data" / "hostile").iterdir())


def test_hostile_files_are_read_or_refused_with_a_reason(tmp_path):
    book = target(tmp_path)
    reasons = set()
    for path in HOSTILE:
        for renamed in (path, tmp_path / "as.csv"):
            if renamed != path:
                renamed.write_bytes(path.read_bytes())
            try:
                found, _ = read_source(str(renamed), book, (), Wanted(), hints())
            except KpixlError as problem:
                reasons.add(problem.code)
                continue
            assert all(one.code in section("problem") for one in found.problems)
    assert reasons <= section("problem").keys()
    assert len(reasons) > 5


def test_a_column_for_each_goal(tmp_path):
    text = (
        "Monthly figures,,,,\nNote,Month,VISITS,AOV,Order fill rate\n"
        'new,2026-11,"931,000",7900,97.1%\n,2026-12,"1,100,000",,\n,2027-01,x,,\n'
    )
    found = looked(tmp_path, text)
    assert [(one.goal, str(one.month), one.new, one.origin) for one in found.changes] == [
        ("VISITS", "2026-11", 931_000.0, "a.csv C3"),
        ("VISITS", "2026-12", 1_100_000.0, "a.csv C4"),
        ("AOV", "2026-11", 7900.0, "a.csv D3"),
        ("FILL", "2026-11", 0.971, "a.csv E3"),
    ]
    assert told(found) == [("import-number", "C5", "x")]
    understood = found.read[0][0]
    assert (understood.shape, understood.header) == ("columns", 2)
    assert understood.columns == {"month": "Month"}
    # What is remembered reads the same.
    remember_sources(found, "ja")
    again = looked(tmp_path, text)
    assert again.read[0][0].remembered
    assert again.changes == found.changes


@pytest.mark.parametrize("name", ["VISITS", "Shop visits"])
def test_one_goal_alone_in_a_column(tmp_path, name):
    """As a query or a report of a single measure gives it."""
    text = f"Month,{name}\n2026-10,920900\n2026-11,931000\n"
    found = looked(tmp_path, text)
    assert [(one.cell, one.new, one.origin) for one in found.changes] == [
        ("AI5", 931000.0, "a.csv B3")
    ]
    assert (found.unchanged, found.problems) == (1, ())
    assert found.read[0][0].shape == "columns"


def test_a_goal_s_name_above_the_figures_of_others_is_no_goal(tmp_path):
    # Shops that the book does not know: their visits are not the whole company's.
    with pytest.raises(KpixlError):
        looked(tmp_path, "Shop,Month,Shop visits\nTokyo,2026-10,9\nOsaka,2026-11,8\n")
    # Figures of a year are no months, though 202611 may be one.
    found = looked(tmp_path, "ID,2026-11\nVISITS,931000\nOTHER,202611\n")
    assert [(one.goal, one.new) for one in found.changes] == [("VISITS", 931000.0)]
