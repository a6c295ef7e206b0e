"""kpixl adopt from the command line: what it writes, says, and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from kpixl.cli import app
from tests.books import sample_bytes
from tests.old_books import LAYOUTS, write

RUNNER = CliRunner()


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(*words: str, language: str = "en") -> Result:
        env = {"KPIXL_LANG": language, "COLUMNS": "160"}
        return RUNNER.invoke(app, ["adopt", *words], env=env)

    return command


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "old.xlsx", LAYOUTS["rows_of_three"]())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_book_is_drafted_and_the_old_one_left_as_it_is(run, old, tmp_path, language):
    before = old.read_bytes()
    told = run("old.xlsx", "-o", "new.xlsx", language=language)
    assert told.exit_code == 0, told.output
    assert old.read_bytes() == before
    assert "営業部!D5:I5" in told.output
    # The labels are Japanese, so the book is, whatever the terminal speaks.
    assert openpyxl.load_workbook(tmp_path / "new.xlsx").sheetnames[-2:] == ["取込元", "取込元セル"]
    words = (
        ("要確認", "取り込めなかったもの") if language == "ja" else ("confirm", "Not understood")
    )
    assert all(word in told.output for word in words)
    assert "kpixl check new.xlsx" in told.output


def test_the_language_can_be_chosen(run, old, tmp_path):
    assert run("old.xlsx", "-o", "new.xlsx", "--lang", "en").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "new.xlsx")
    assert book.sheetnames[-2:] == ["Adopted from", "Adopted cells"]
    assert book["Goals"]["D5"].value == "売上高"


def test_as_data(run, old):
    told = run("old.xlsx", "-o", "new.xlsx", "--json")
    data = json.loads(told.output)
    assert data["counts"] == {"taken": 38, "checked": 30, "left": 1}
    assert data["written"] == "new.xlsx"
    assert len(data["figures"]) == 38
    assert {"goal": "K02", "sheet": "actuals", "month": "2026-05", "value": -3,
            "origin": {"sheet": "営業部", "cell": "E9"}} in data["figures"]  # fmt: skip
    assert [entry["code"] for entry in data["left"]] == ["no-label"]
    assert data["comments"] == [{
        "goal": "K01", "month": "2026-10", "text": "大型案件が翌月にずれ込み",
        "certainty": "assumed", "origin": {"sheet": "営業部", "cell": "S6"},
    }]  # fmt: skip
    assert data["goals"][0]["label"] == {"sheet": "営業部", "cell": "B5"}


def test_only_looking_writes_nothing(run, old, tmp_path):
    told = run("old.xlsx", "--dry-run")
    assert told.exit_code == 0
    assert "--dry-run" in told.output
    assert [path.name for path in tmp_path.iterdir()] == ["old.xlsx"]


def test_a_year_that_is_missing_is_asked_for_and_can_be_told(run, tmp_path):
    sheets = {"売上予算": lambda sheet: (
        sheet.across("A1", ["店", "4月", "5月"]), sheet.across("A2", ["東京", 1, 2]),
    )}  # fmt: skip
    write(tmp_path / "old.xlsx", sheets)
    asked = run("old.xlsx", "-o", "new.xlsx")
    assert asked.exit_code == 1
    assert "--year" in asked.output
    assert "B2:C2" in asked.output
    assert not (tmp_path / "new.xlsx").exists()
    assert run("old.xlsx", "-o", "new.xlsx", "--year", "2026").exit_code == 0
    data = json.loads(run("old.xlsx", "--dry-run", "--json", "--year", "2026").output)
    assert [entry["month"] for entry in data["figures"]] == ["2026-04", "2026-05"]


def test_nothing_to_adopt_as_data(run, tmp_path):
    write(tmp_path / "old.xlsx", {"Sheet1": lambda sheet: sheet.put("B2", 5)})
    told = run("old.xlsx", "--dry-run", "--json")
    assert told.exit_code == 1
    data = json.loads(told.output)
    assert data["goals"] == []
    assert [(entry["cells"], entry["code"]) for entry in data["left"]] == [("B2", "no-table")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old.xlsx",), "-o NEW.xlsx"),
        (("old.xlsx", "-o", "old.xlsx"), "already there"),
        (("old.xlsx", "-o", "new.pdf"), ".xlsx"),
        (("own.xlsx", "-o", "new.xlsx"), "kpixl book already"),
        (("old.xlsx", "-o", "new.xlsx", "--fiscal-start", "13"), "--fiscal-start"),
    ],
)
def test_wrong_use(run, old, tmp_path, words, said):
    (tmp_path / "own.xlsx").write_bytes(sample_bytes("en"))
    told = run(*words)
    assert told.exit_code == 2, told.output
    assert said in told.output
    assert not (tmp_path / "new.xlsx").exists()


def test_a_file_that_is_not_there_and_one_that_is_no_workbook(run, tmp_path):
    assert run("none.xlsx", "--dry-run").exit_code == 1
    (tmp_path / "old.xlsx").write_text("a,b\n1,2\n")
    told = run("old.xlsx", "--dry-run")
    assert told.exit_code == 1
    assert "CSV" in told.output


def test_text_of_the_old_book_is_text_in_the_new_one(run, tmp_path):
    """A name that looks like a formula or a command of a terminal stays a name."""
    names = ["=1+1", "<b>x</b>", "\x1b[31mred"]
    sheets = {"Budget": lambda sheet: (
        sheet.across("A1", ["Item", "2026-04", "2026-05"]),
        sheet.down("A2", names[:2]),
        *(sheet.across(f"B{row}", [row, row]) for row in (2, 3)),
    )}  # fmt: skip
    write(tmp_path / "old.xlsx", sheets)
    assert run("old.xlsx", "-o", "new.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "new.xlsx")
    cell = book["Goals"]["D5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_japanese_report_counts_without_spaces(run, old, tmp_path):
    told = run("old.xlsx", "-o", "new.xlsx", language="ja")
    lead = str(openpyxl.load_workbook(tmp_path / "new.xlsx")["取込元"]["A2"].value)
    assert re.search(r"元の数値のうち\d+件を取り込み", lead)
    assert re.search(r"：指標 \d+件、", told.output)
    for text in (told.output, lead):
        assert not re.search(r"\d 件|(?:kpixl|Excel) [ぁ-ん]", text)
