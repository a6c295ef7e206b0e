"""What ``kpixl check`` says: errors, then warnings, then advice, and how it leaves."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from kpixl.check_report import GROUPS, group_of, print_check, print_problems
from kpixl.checking import Check, check_workbook
from kpixl.cli import app
from kpixl.errors import Problem
from kpixl.jobs import review_workbook
from kpixl.plan.schema import CHECKS
from kpixl.words import problem_text
from tests.books import put, sample_bytes
from tests.logos import png
from tests.plan_book import goal as row
from tests.plan_book import sound

OFF = ", ".join(CHECKS)


@pytest.fixture(autouse=True)
def english(monkeypatch, tmp_path):
    """An English interface in a window of 80 columns, and an empty folder."""
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)


def changed(off: str = "", unowned: bool = False, wrong: bool = False, colour: str = "") -> bytes:
    """The small sound book as a file, with checks switched off, two goals without an owner, an
    actual that is no number, or a colour that is none."""
    sheets = sound()
    sheets["Settings"] += [["Checks switched off", off], ["Brand colour", colour]]
    if unowned:
        sheets["Goals"][3] = row("VISITS", "GROW", Name="Visits 訪問数", Owner=None)
        sheets["Goals"][4] = row("RATE", "GROW", Owner=None, Unit="%", Aggregation="Average")
    if wrong:
        sheets["Actuals"][1][2] = "about nine"
    return as_file(sheets)


def as_file(sheets: dict[str, list[list[Any]]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as file:
        month = file.add_format({"num_format": "yyyy-mm"})
        for name, rows in sheets.items():
            sheet = file.add_worksheet(name)
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    dated = isinstance(cell, datetime)
                    sheet.write(at, column, cell, month if dated else None)
    return buffer.getvalue()


def kpixl(folder: Path, data: bytes, *words: str) -> Result:
    """``kpixl check`` of a book."""
    put(folder, "plan.xlsx", data)
    found = CliRunner().invoke(app, ["check", "plan.xlsx", *words])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def data_of(folder: Path, data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kpixl(folder, data, "--json").stdout)
    return found


def test_errors_come_first_then_warnings_then_advice_each_with_its_count(tmp_path):
    book = changed("always-grin", unowned=True, wrong=True)
    lines = kpixl(tmp_path, book).stdout.splitlines()
    heads = [line for line in lines if line.rstrip("0123456789").endswith(": ") and line[0] != " "]
    assert heads == ["Errors: 1", "Warnings: 1", "Advice on the method: 2"]
    assert lines[-1] == "plan.xlsx: not fit for a pack yet; errors to mend: 1."


def test_what_is_mended_alike_is_told_together_and_its_mend_and_code_once(tmp_path):
    text = kpixl(tmp_path, changed(unowned=True)).stdout
    lines = [line.strip() for line in text.splitlines()]
    first = lines.index("Goals!E4: “Visits 訪問数” has no owner.")
    assert lines[first + 1] == "Goals!E5: “Goal RATE” has no owner."
    assert lines[first + 2].startswith("better: ")
    assert lines[first + 3].startswith("mend: ")
    assert text.count("code: goal-without-owner") == 1


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_window(language, width, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("KPIXL_LANG", language)
    book = changed("always-grin", unowned=True, wrong=True)
    lines = kpixl(tmp_path, book).stdout.splitlines()
    assert max(map(cell_len, lines)) <= width
    assert not any(line.strip()[:1] in "。、）" for line in lines if line.strip())


def test_codes_and_options_are_never_broken(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "50")
    unknown = Problem(
        "check-unknown", "Settings", "B3", "x", {"known": ", ".join(CHECKS)}, warning=True
    )
    print_problems([unknown], "en")
    words = capsys.readouterr().out.replace(",", " ").replace(".", " ").split()
    assert set(CHECKS) <= set(words)


def test_the_same_as_data_with_kind_and_counts(tmp_path):
    data = data_of(tmp_path, changed("always-grin", unowned=True, wrong=True))
    problems = data["problems"]
    assert data["counts"] == {"errors": 1, "warnings": 1, "advice": 2}
    told = [(one["kind"], one["severity"]) for one in problems]
    assert told == [("data", "error"), ("data", "warning"), *[("method", "warning")] * 2]
    advice = problems[2]
    assert (advice["code"], advice["goals"]) == ("goal-without-owner", ["VISITS"])
    assert (advice["sheet"], advice["cell"]) == ("Goals", "E4")
    assert all(advice[part] for part in ("what", "expected", "mend"))


def test_a_book_with_every_check_switched_off_says_so(tmp_path):
    book = changed(OFF, unowned=True)
    text = " ".join(kpixl(tmp_path, book).stdout.split())
    assert text.startswith("Checks switched off in Settings: kgi-without-number, ")
    assert "Advice" not in text
    assert data_of(tmp_path, book)["switched_off"] == list(CHECKS)


def test_an_unknown_code_is_told_with_the_codes_there_are(tmp_path):
    found = kpixl(tmp_path, changed("always-green, always-grin"))
    text = " ".join(found.stdout.split())
    assert "“always-grin” is not the code of a check." in text
    assert "Some of: kgi-without-number, " in text
    assert "Checks switched off in Settings: always-green" in text
    assert found.exit_code == 0


@pytest.mark.parametrize(
    ("book", "words", "code"),
    [
        (changed(), (), 0),
        (changed(), ("--strict",), 0),
        (changed(unowned=True), (), 0),
        (changed(unowned=True), ("--strict",), 1),
        (changed(colour="our blue"), (), 0),
        (changed(colour="our blue"), ("--strict",), 1),
        (changed(wrong=True), (), 1),
    ],
)
def test_only_errors_make_it_fail_unless_it_is_strict(tmp_path, book, words, code):
    assert kpixl(tmp_path, book, *words).exit_code == code
    assert kpixl(tmp_path, book, *words, "--json").exit_code == code


def test_a_strict_check_says_why_it_fails(tmp_path):
    book = changed(unowned=True)
    last = kpixl(tmp_path, book, "--strict").stdout.splitlines()[-1]
    assert last.startswith("plan.xlsx: fit for a pack; --strict asks to settle")
    assert last.endswith(": 2.")
    assert kpixl(tmp_path, book).stdout.splitlines()[-1] == "plan.xlsx: fit for a pack."


def test_cells_and_advice_are_checked_in_one_go(tmp_path):
    found = check_workbook(put(tmp_path, "plan.xlsx", sample_bytes("en")), cells=True)
    assert found.cells is not None
    assert found.cells.differences == ()
    assert found.advice
    assert found.told == found.advice


def test_a_book_without_a_month_is_checked_for_its_data_alone(tmp_path):
    sheets = sound()
    sheets["Settings"].pop()
    sheets["Goals"][3] = row("VISITS", "GROW", Owner=None)
    sheets["Actuals"] = sheets["Actuals"][:1]
    found = check_workbook(put(tmp_path, "plan.xlsx", as_file(sheets)))
    assert (found.problems, found.advice) == ((), ())


def logo_book(name: str) -> bytes:
    """The small sound book with a logo in row 3 of its Settings."""
    sheets = sound()
    sheets["Settings"].insert(2, ["Logo", name])
    return as_file(sheets)


def test_a_logo_that_no_pack_could_show_is_told_with_its_cell(tmp_path):
    (tmp_path / "half.png").write_bytes(png((300, 100))[:200])
    (tmp_path / "folder.png").mkdir()
    expected = {
        "logo.png": "The logo “logo.png” named in the workbook was not found.",
        "half.png": "The logo “half.png” is damaged",
        "folder.png": "The logo “folder.png” named in the workbook cannot be read: ",
        "../logo.png": "The logo “../logo.png” cannot be used.",
    }
    for name, sentence in expected.items():
        found = kpixl(tmp_path, logo_book(name))
        assert found.exit_code == 1
        assert f"B3: {sentence}" in " ".join(found.stdout.split())
        assert found.stdout.splitlines()[0] == "Errors: 1"
    (tmp_path / "logo.png").write_bytes(png((300, 100)))
    assert kpixl(tmp_path, logo_book("logo.png")).exit_code == 0


def test_the_logo_of_settings_counts_where_the_brand_folder_has_none(tmp_path):
    (tmp_path / "kpixl.toml").write_text('[pack]\nbrand = "brand"\n', encoding="utf-8")
    book = put(tmp_path, "plan.xlsx", logo_book("none.png"))
    (tmp_path / "brand").mkdir()
    kit = tmp_path / "brand" / "brand.toml"
    kit.write_text("", encoding="utf-8")
    assert [one.code for one in check_workbook(book).problems] == ["logo-missing"]
    kit.write_text('logo = "mark.png"\n', encoding="utf-8")
    (missing,) = check_workbook(book).problems
    assert (missing.code, missing.sheet, missing.cell) == ("brand-logo-missing", None, None)
    (tmp_path / "brand" / "mark.png").write_bytes(png((300, 100)))
    assert check_workbook(book).problems == ()


def test_a_kpixl_toml_that_no_pack_could_be_made_with_is_told(tmp_path):
    (tmp_path / "kpixl.toml").write_text('[pack]\nengine = "tex"\n', encoding="utf-8")
    found = kpixl(tmp_path, as_file(sound()))
    assert found.exit_code == 1
    told = re.sub(r"\s", "", found.stdout)  # a long path is broken anywhere
    assert "kpixl.toml" in told
    assert "“tex”" in told


def known_book() -> bytes:
    """The small sound book with the ID by which a ledger knows it."""
    sheets = sound()
    sheets["Settings"].append(["Book ID", "B-1"])
    return as_file(sheets)


def test_a_broken_kpixl_toml_is_told_once_and_the_ledger_not_blamed_for_it(tmp_path):
    (tmp_path / "kpixl.toml").write_text('[pack]\nengine = "tex"\n', encoding="utf-8")
    (broken,) = check_workbook(put(tmp_path, "plan.xlsx", known_book())).problems
    assert (broken.code, broken.warning) == ("config-choice", False)


def test_a_ledger_that_cannot_be_read_is_told_in_a_sentence(tmp_path):
    book = put(tmp_path, "plan.xlsx", known_book())
    (tmp_path / "kpixl-ledger.sqlite").write_bytes(b"no database at all" * 99)
    for problems in (check_workbook(book).problems, review_workbook(book).problems):
        (unread,) = problems
        told = {language: problem_text(unread, language).what for language in ("en", "ja")}
        where = tmp_path / "kpixl-ledger.sqlite"
        assert told["en"] == (
            "Whether months have been closed as final is not known: "
            f"{where} is no ledger: the file is not a SQLite database."
        )
        assert told["ja"].startswith("確定済みの月があるか確認できません：")
        assert "ledger-" not in told["ja"].replace(str(where), "")
    # Who shows a book does not look at kpixl.toml for the look: there it is the ledger's reason.
    (tmp_path / "kpixl.toml").write_text('[pack]\nengine = "tex"\n', encoding="utf-8")
    (unread,) = review_workbook(book).problems
    assert "“tex”" in problem_text(unread, "en").what
    assert "config-choice" not in problem_text(unread, "ja").what


def test_every_finding_has_one_group():
    grave = Problem("x")
    slight = Problem("x", warning=True)
    advice = Problem("x", warning=True, method=True)
    assert tuple(map(group_of, (grave, slight, advice))) == GROUPS


def test_a_sound_book_says_nothing_but_that_it_is(capsys):
    print_check("p.xlsx", Check(()), "en", strict=True)
    assert capsys.readouterr().out.strip() == "p.xlsx: fit for a pack."
