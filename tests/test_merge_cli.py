"""``kpixl merge`` as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from kpixl.cli.application import app
from kpixl.jobs import new_workbook, review_workbook
from kpixl.plan.model import Plan
from kpixl.plan.month import Month
from kpixl.workbook.rebook import content_of
from tests.books import book_bytes, put
from tests.test_merging import department_book, group_book, timed, tokyo

RUNNER = CliRunner()


def run(*words: str) -> Result:
    return RUNNER.invoke(app, ["merge", *words])


def book(folder: Path, name: str, plan: Plan, language: str = "en") -> Path:
    return put(folder, name, book_bytes(content_of(plan, language)))


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    book(tmp_path, "group.xlsx", group_book())
    book(tmp_path / "dept", "tokyo.xlsx", department_book("", 120, 12, 200))
    book(tmp_path / "dept", "osaka east.xlsx", department_book("", 70, 6, 150), "ja")
    return tmp_path


def test_a_pattern_puts_every_department_into_one_new_book(books: Path) -> None:
    before = {path: path.read_bytes() for path in books.rglob("*.xlsx")}
    told = run("group.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 0
    assert "tokyo: REV hangs beneath REV, which has the same ID." in told.stdout
    assert "REV = OSAKA_EAST.REV+TOKYO.REV" in told.stdout
    assert {path: path.read_bytes() for path in before} == before
    found = review_workbook(books / "all.xlsx", None, None)
    assert found.errors == ()
    # 120 + 70; the department written in Japanese words means the same.
    assert found.by_id["REV"].month.actual == 190
    assert found.by_id["OSAKA_EAST.VISITS"].month.actual == 150


@pytest.mark.parametrize(
    "name",
    ["=tokyo", "==", "+tokyo", "tokyo-1", "1+2", "a(b)", "[x]", "@x", "#x", "100", "東京", "a&b"],
)
def test_a_department_may_be_called_as_a_file_may(name: str, books: Path) -> None:
    (books / "dept" / "tokyo.xlsx").rename(books / f"{name}.xlsx")
    told = run("group.xlsx", f"{name}.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 0, told.output
    found = review_workbook(books / "all.xlsx", None, None)
    assert found.errors == ()
    assert found.by_id["REV"].month.actual == 190


def test_as_data_and_only_tried(books: Path) -> None:
    told = run("group.xlsx", "dept/tokyo.xlsx", "-o", "all.xlsx", "--dry-run", "--json")
    data = json.loads(told.stdout)
    assert data["file"] is None
    assert data["departments"] == [{"id": "tokyo", "name": "tokyo", "file": "tokyo.xlsx"}]
    assert data["placed"][0] == {
        "department": "tokyo", "goal": "REV", "under": "REV", "why": "id"
    }  # fmt: skip
    assert not (books / "all.xlsx").exists()


def test_what_differs_is_listed_and_makes_the_exit_code_1(books: Path) -> None:
    plan = department_book("", 70, 6, 150)
    goals = tuple(replace(one, unit="k yen") if one.id == "REV" else one for one in plan.goals)
    book(books / "dept", "kobe.xlsx", replace(plan, goals=goals))
    told = run("group.xlsx", "dept/tokyo.xlsx", "dept/kobe.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 1
    assert "Unit of REV" in told.stderr
    assert "k yen in kobe.xlsx" in told.stderr
    assert (books / "all.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("group.xlsx", "dept/tokyo.xlsx", "-o", "group.xlsx"), "is already there"),
        (("group.xlsx", "none/*.xlsx", "-o", "x.xlsx"), "No file fits"),
        (("group.xlsx", "group.xlsx", "-o", "x.xlsx"), "among the departments"),
        (("group.xlsx", "dept/tokyo.xlsx", "-o", "x.xlsx", "--under", "tokyo"), "NAME=ID"),
        (("group.xlsx", "dept/tokyo.xlsx", "-o", "x.xlsx", "--under", "kyoto=REV"), "no such book"),
        (("group.xlsx", "dept/tokyo.xlsx", "-o", "x.xlsx", "--under", "tokyo=NO"), "no goal of"),
        (("missing.xlsx", "dept/tokyo.xlsx", "-o", "x.xlsx"), "no file missing.xlsx"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    books: Path, words: tuple[str, ...], said: str
) -> None:
    told = run(*words)
    assert told.exit_code in (1, 2)
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert not (books / "x.xlsx").exists()


def of_book(plan: Plan, book_id: str) -> Plan:
    return replace(plan, settings=replace(plan.settings, book_id=book_id))


def test_two_files_of_one_book_are_not_added_up_twice(books: Path) -> None:
    book(books / "dept", "kobe.xlsx", of_book(department_book("", 70, 6, 150), "KOBE"))
    # As it was before its last figure was brought in.
    book(books / "dept", "kobe-2026-04.xlsx", of_book(department_book("", 70, 6, 149), "KOBE"))
    told = run("group.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 1
    assert "kobe.xlsx and kobe-2026-04.xlsx are the same book" in " ".join(told.stderr.split())
    assert not (books / "all.xlsx").exists()


def test_books_that_were_begun_from_one_file_are_two(books: Path) -> None:
    book(books / "dept", "kobe.xlsx", of_book(department_book("", 70, 6, 150), "ONE"))
    book(books / "dept", "nara.xlsx", of_book(department_book("", 30, 5, 90), "ONE"))
    told = run("group.xlsx", "dept/kobe.xlsx", "dept/nara.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 0
    assert review_workbook(books / "all.xlsx", None, None).by_id["REV"].month.actual == 100


def test_an_empty_department_is_named(books: Path) -> None:
    new_workbook(books / "dept" / "new.xlsx", "en", False, 4, 12, None)
    told = run("group.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert told.exit_code == 1
    assert "“new.xlsx”" in told.stderr


def test_the_month_from_which_a_formula_counts_is_told_and_written(books: Path) -> None:
    closed = timed(tokyo(), valid_to=Month(2026, 5)).plan
    book(books / "dept", "tokyo.xlsx", closed)
    told = run("group.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "REV = OSAKA_EAST.REV+TOKYO.REV\n" in told.stdout
    assert "REV = OSAKA_EAST.REV from June 2026 on\n" in told.stdout
    data = json.loads(run("group.xlsx", "dept/*.xlsx", "-o", "b.xlsx", "--json").stdout)
    assert [one["from"] for one in data["formulas"] if one["goal"] == "REV"] == [None, "2026-06"]
    found = review_workbook(books / "all.xlsx", Month(2026, 6), None)
    assert found.errors == ()
    assert (found.by_id["REV"].month.actual, found.by_id["REV"].month.plan) == (70, 100)


def test_what_of_a_book_is_in_no_merged_book_is_told(books: Path) -> None:
    spoilt = openpyxl.load_workbook(books / "dept" / "tokyo.xlsx")
    rows = [row for row in spoilt["Actuals"].iter_rows() if row[0].value == "VISITS"]
    rows[0][0].value = "VISIST"
    spoilt["Settings"].append(["Kompany", "Tokyo"])
    spoilt.save(books / "dept" / "tokyo.xlsx")
    told = run("group.xlsx", "dept/*.xlsx", "-o", "all.xlsx")
    assert (told.exit_code, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    where = f"tokyo.xlsx › Actuals!{rows[0][0].coordinate}"
    # The department's settings are not taken anyway.
    assert lines[lines.index("Not taken along:") + 1 :][0].startswith(f"  {where}: ")
    assert "VISIST" in lines[lines.index("Not taken along:") + 1]
    assert "Kompany" not in told.stdout
    data = json.loads(run("group.xlsx", "dept/*.xlsx", "-o", "b.xlsx", "--json").stdout)
    ((file, code),) = [(one["file"], one["code"]) for one in data["problems"]]
    assert (file, code) == ("tokyo.xlsx", "figures-unknown-goal")
