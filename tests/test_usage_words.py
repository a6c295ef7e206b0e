"""A wrong command line is told of in the interface's language, with what is expected and how to
mend it, and leaves with 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kpixl.cli import app

WRONG = {
    ("chekc", "plan.xlsx"): ("chekc", "check"),
    ("zzz",): ("zzz", "export"),
    ("--foo",): ("--foo", "--help"),
    ("check", "plan.xlsx", "--json2"): ("--json2", "--json"),
    ("check",): ("workbook", "check --help"),
    ("collect", "plan.xlsx"): ("--to-files", "collect --help"),
    ("check", "plan.xlsx", "other.xlsx"): ("other.xlsx", '"KPI plan.xlsx"'),
    ("show", "plan.xlsx", "--month"): ("--month",),
    ("pack", "plan.xlsx", "--lang", "fr"): ("fr", "--lang", "en, ja"),
    ("pack", "plan.xlsx", "--each", "team"): ("team", "--each", "csf, owner, department"),
    ("new", "plan.xlsx", "--fiscal-start", "13"): ("--fiscal-start", "12"),
    ("new", "plan.xlsx", "--months", "5"): ("--months", "12"),
    ("new", "plan.xlsx", "--months", "many"): ("--months",),
    ("pack", "plan.xlsx", "--jobs", "0"): ("--jobs", "1"),
    ("merge", "plan.xlsx", "dept.xlsx"): ("--out", "merge --help"),
    ("brand", "nwe"): ("nwe", "new, preview"),
}
ENGLISH = ("Usage:", "Error:", "Invalid", "Missing", "No such", "Try", "Value error")


@pytest.mark.parametrize("words", WRONG)
@pytest.mark.parametrize(
    ("language", "expected", "mend"),
    [("en", "expected: ", "mend: "), ("ja", "正しい形：", "直し方：")],
)
def test_a_wrong_command_line_is_told_of_as_any_fault(
    words: tuple[str, ...],
    language: str,
    expected: str,
    mend: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KPIXL_LANG", language)
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert expected in told.stderr
    assert mend in told.stderr
    for said in WRONG[words]:
        assert said in told.stderr
    assert not [text for text in ENGLISH if text in told.stderr]


def test_an_unknown_command_lists_the_known_ones_as_the_help_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KPIXL_LANG", "en")
    told = CliRunner().invoke(app, ["zzz"]).stderr
    assert "one of: new, adopt, collect, import, check" in told.replace("\n", " ")


def test_no_arguments_at_all_still_show_the_help() -> None:
    told = CliRunner().invoke(app, [])
    assert told.exit_code == 2
    assert "Commands:" in told.output


@pytest.mark.parametrize(
    "month",
    ["2026-10", "2026/10", "Oct 2026", "October 2026", "OCT-26", "２０２６年１０月", "令和8年10月"],
)
def test_a_month_is_read_on_the_command_line_as_in_a_cell(month: str) -> None:
    from kpixl.cli.common import month_of

    assert str(month_of(month)) == "2026-10"


@pytest.mark.parametrize(
    "day", ["2026-11-09", "2026/11/9", "2026年11月9日", "9 Nov 2026", "令和8年11月9日"]
)
def test_a_day_is_read_on_the_command_line_as_in_a_cell(day: str) -> None:
    from kpixl.cli.common import day_of

    assert str(day_of(day)) == "2026-11-09"


@pytest.mark.parametrize("day", ["", "yesterday", "2026-11-31", "11/9"])
def test_what_is_no_day_is_refused(day: str) -> None:
    from kpixl.cli.common import day_of
    from kpixl.errors import UsageProblem

    with pytest.raises(UsageProblem, match="date-option"):
        day_of(day)


def test_a_language_may_be_written_in_capitals(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["new", str(tmp_path / "plan.xlsx"), "--lang", "JA"])
    assert made.exit_code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--fiscal-start", "1"), ("--months", "24"), ("--first", "2025-01")]
)
def test_the_demo_book_takes_no_other_year(option: str, value: str, tmp_path: Path) -> None:
    book = tmp_path / "plan.xlsx"
    told = CliRunner().invoke(app, ["new", str(book), "--sample", option, value])
    assert told.exit_code == 2
    assert option in told.stderr
    assert not book.exists()


def test_a_month_that_the_book_has_not_is_wrong_use(tmp_path: Path) -> None:
    book = tmp_path / "plan.xlsx"
    runner = CliRunner()
    assert runner.invoke(app, ["new", str(book), "--sample", "--lang", "en"]).exit_code == 0
    told = runner.invoke(app, ["show", str(book), "--month", "2030-01"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "2024-04" in told.stderr
    assert "2027-03" in told.stderr


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("f.csv", b"\xef\xbb\xbfmonth,id"),
        ("f.CSV", b"\xef\xbb\xbfmonth,id"),
        ("f.json", b"{\n"),
        ("f.txt", b"{\n"),
    ],
)
def test_an_export_without_a_format_is_what_its_file_is_called(
    name: str, begins: bytes, tmp_path: Path
) -> None:
    book, out = tmp_path / "plan.xlsx", tmp_path / name
    runner = CliRunner()
    assert runner.invoke(app, ["new", str(book), "--sample"]).exit_code == 0
    assert runner.invoke(app, ["export", str(book), "-o", str(out)]).exit_code == 0
    assert out.read_bytes().startswith(begins)
