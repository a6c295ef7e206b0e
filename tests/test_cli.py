"""The commands as a person meets them: what they say, what they write, how they leave."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner, Result

from kpixl.cli import app, main
from kpixl.cli.common import has_terminal
from kpixl.words import section
from tests.books import put, sample_bytes, spoilt_bytes

COMMANDS = ("new", "check", "show", "pack", "send", "history", "export", "demo", "doctor")


@pytest.fixture(autouse=True)
def english(monkeypatch, tmp_path):
    """An English interface, in an empty folder."""
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def book(tmp_path) -> str:
    """The sample company's workbook, in this folder."""
    return put(tmp_path, "plan.xlsx", sample_bytes("en")).name


def kpixl(*words: str) -> Result:
    """A command; whatever it raises but an exit is a fault of the command."""
    found = CliRunner().invoke(app, list(words))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert "Traceback" not in found.output
    return found


def data_of(*words: str, code: int = 0) -> Any:
    """What a command says with --json: data, and nothing else on standard output."""
    found = kpixl(*words)
    assert found.exit_code == code, found.output
    return json.loads(found.stdout)


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A real process, as a shell starts it."""
    home = str(Path(__file__).resolve().parents[1])
    there = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.run(
        [sys.executable, "-m", "kpixl", *words],
        env={**os.environ, "PYTHONPATH": there, **environment},
        capture_output=True,
        check=False,
    )


# ---- Help -----------------------------------------------------------------------------------


def test_help_names_every_command():
    text = kpixl("--help").stdout
    assert all(command in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_its_help(command):
    text = kpixl(command, "--help").stdout
    assert section("help")[command]["en"].split(":")[0][:40] in " ".join(text.split())
    options = text.split("Options:")[1]
    for line in options.splitlines():
        if line.strip().startswith("-"):
            assert len(line.split("  ")) > 1, line


@pytest.mark.parametrize("words", [("nonsense",), ("show",), ("show", "plan.xlsx", "--moth", "1")])
def test_a_slip_of_the_keyboard_is_wrong_use(words):
    found = kpixl(*words)
    assert found.exit_code == 2
    assert found.stdout == ""


# ---- new ------------------------------------------------------------------------------------


def test_new_writes_a_book_and_says_what_comes_next():
    found = kpixl("new", "first book.xlsx", "--first", "2026-04", "--months", "12")
    assert found.exit_code == 0
    assert "Wrote first book.xlsx" in found.stdout
    assert 'kpixl check "first book.xlsx"' in found.stdout
    checked = kpixl("check", "first book.xlsx")
    assert checked.exit_code == 1
    assert "No goals have been entered yet: start with the sheet “Goals”" in checked.stdout
    assert "rror" not in checked.stdout
    shown = kpixl("show", "first book.xlsx")
    assert shown.exit_code == 1
    assert "No goals have been entered yet" in shown.stderr
    assert "cannot be understood" not in shown.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan.xlsx",), "plan.xlsx is already there and was left as it is."),
        (("plan.xls",), "ends neither in .xlsx nor in .xlsm"),
        (("plan",), "ends neither in .xlsx nor in .xlsm"),
        (("x.xlsx", "--first", "2026-13"), "“2026-13” is no month."),
        (("x.xlsx", "--months", "3"), "--months"),
        (("x.xlsx", "--fiscal-start", "13"), "--fiscal-start"),
        (("x.xlsx", "--lang", "fr"), "--lang"),
    ],
)
def test_new_called_wrongly_writes_nothing(words, said, tmp_path):
    (tmp_path / "plan.xlsx").write_bytes(b"mine")
    found = kpixl("new", *words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]
    assert (tmp_path / "plan.xlsx").read_bytes() == b"mine"


# ---- check ----------------------------------------------------------------------------------


def test_check_of_a_sound_book(book):
    found = kpixl("check", book)
    assert found.exit_code == 0
    assert found.stdout.splitlines()[0].startswith("Advice on the method: ")
    assert found.stdout.splitlines()[-1] == "plan.xlsx: fit for a pack."
    data = data_of("check", book, "--json")
    assert data["counts"] == {"errors": 0, "warnings": 0, "advice": len(data["problems"])}
    assert {problem["kind"] for problem in data["problems"]} == {"method"}


def test_check_says_where_what_and_how_to_mend_it(tmp_path):
    put(tmp_path, "bad.xlsx", spoilt_bytes("DEFECT"))
    found = kpixl("check", "bad.xlsx")
    assert found.exit_code == 1
    for part in ("Errors: 1", "Actuals", "“about nine” is not a number", "expected:", "mend:"):
        assert part in found.stdout
    problem = data_of("check", "bad.xlsx", "--json", code=1)["problems"][0]
    assert (problem["code"], problem["sheet"]) == ("not-a-number", "Actuals")
    assert (problem["found"], problem["goals"]) == ("about nine", ["DEFECT"])


# ---- show -----------------------------------------------------------------------------------


def test_show_prints_the_tree(book):
    found = kpixl("show", book)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].strip() == "Hibari Coffee Works Co., Ltd. · October 2026 · as of 9 Nov 2026"
    assert any(line.startswith("│ ├ Conversion rate") and "■ Red" in line for line in lines)
    assert "20 KPIs: 10 on plan, 4 near it, 5 off it; 1 cannot be judged yet." in map(
        str.strip, lines
    )
    assert "original plan" in lines[-2]
    assert lines[-1].startswith("2 goals have been off plan for two months or more without an")


def test_show_of_a_scope_in_another_month_and_language(book):
    found = kpixl("show", book, "--scope", "online", "--month", "2026/9", "--lang", "ja")
    assert found.exit_code == 0
    assert "2026年9月" in found.stdout
    assert "Wholesale" not in found.stdout


def test_show_as_data_is_what_export_writes(book):
    assert data_of("show", book, "--json") == data_of("export", book)


def test_show_says_that_the_data_has_errors(tmp_path):
    put(tmp_path, "bad.xlsx", spoilt_bytes("DEFECT"))
    found = kpixl("show", "bad.xlsx")
    assert found.exit_code == 1
    assert "Errors in the data: 1. “kpixl check” lists them." in found.stdout
    assert kpixl("show", "bad.xlsx", "--scope", "ONLINE").exit_code == 0


# ---- Wrong use, the same everywhere ---------------------------------------------------------

WRONG = [
    (("show", "plan.xlsx", "--scope", "nope"), 2, "No goal, department or owner is called “nope”."),
    (("show", "plan.xlsx", "--scope", "dept:"), 2, "called “dept:”"),
    (("show", "plan.xlsx", "--month", "2026-13"), 2, "“2026-13” is no month."),
    (("show", "plan.xlsx", "--month", "soon"), 2, "“soon” is no month."),
    (("show", "plan.xlsx", "--as-of", "2026-02-30"), 2, "“2026-02-30” is no date."),
    (("pack", "plan.xlsx", "--each", "csf", "--scope", "ONLINE"), 2, "both given"),
    (("pack", "plan.xlsx", "--no-pdf"), 2, "Neither PDF nor HTML"),
    (
        ("pack", "plan.xlsx", "--no-pdf", "--html", "--attach-workbook"),
        2,
        "The workbook is attached to the PDF, and none is made.",
    ),
    (("pack", "plan.xlsx", "--pages", "summary,foo"), 2, "no page called “foo”"),
    (("pack", "plan.xlsx", "--templates", "nowhere"), 2, "no folder “nowhere”"),
    (("pack", "plan.xlsx", "--each", "team"), 2, "--each"),
    (("export", "plan.xlsx", "--format", "xml"), 2, "xml"),
    (("export", "plan.xlsx", "-o", "plan.xlsx"), 2, "already there"),
    (("export", "plan.xlsx", "-o", "notes.txt/x.json"), 2, "cannot be written"),
    (("check", "missing.xlsx"), 1, "There is no file missing.xlsx in "),
    (("check", "."), 1, "is a folder."),
    (("check", "notes.txt"), 1, "notes.txt holds text"),
    (("check", "empty.xlsx"), 1, "empty.xlsx is empty."),
    (("check", "cut.xlsx"), 1, "cut.xlsx is damaged"),
    (("pack", "missing.xlsx"), 1, "There is no file missing.xlsx"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=lambda value: str(value)[:60])
def test_wrong_use_is_answered_with_a_clear_sentence(words, code, said, book, tmp_path):
    put(tmp_path, "notes.txt", b"1,2,3\n")
    put(tmp_path, "empty.xlsx", b"")
    put(tmp_path, "cut.xlsx", sample_bytes("en")[:5000])
    before = sorted(path.name for path in tmp_path.iterdir())
    found = kpixl(*words)
    assert found.exit_code == code
    assert said in found.stderr
    assert found.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / book).read_bytes() == sample_bytes("en")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("show", "missing.xlsx"), 1, "file-missing"),
        (("check", "missing.xlsx"), 1, "file-missing"),
        (("show", "plan.xlsx", "--scope", "nope"), 2, "unknown-scope"),
        (("pack", "plan.xlsx", "--month", "13"), 2, "month-option"),
    ],
)
def test_faults_are_data_too(words, code, error, book):
    found = data_of(*words, "--json", code=code)
    assert found["error"] == error
    assert all(found[key] for key in ("what", "expected", "mend"))


def test_the_folder_that_was_searched_is_named(tmp_path):
    assert f"in {tmp_path}" in " ".join(kpixl("check", "missing.xlsx").stderr.split())


def test_debug_shows_the_fault_itself():
    found = CliRunner().invoke(app, ["check", "missing.xlsx", "--debug"])
    assert type(found.exception).__name__ == "FileProblem"


def test_a_fault_of_kpixl_itself_is_one_sentence(book, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("kpixl.jobs.review_workbook", broken)
    found = kpixl("show", book)
    assert found.exit_code == 1
    assert "a fault of its own: ZeroDivisionError: division by zero" in found.stderr
    assert "--debug" in found.stderr
    assert data_of("show", book, "--json", code=1)["error"] == "unexpected"


# ---- pack -----------------------------------------------------------------------------------


def test_pack_writes_into_a_folder_with_spaces_and_japanese(book, tmp_path):
    out = tmp_path / "月次 資料" / "October"
    words = ("pack", book, "--no-pdf", "--html", "-o", str(out), "--pages", "summary")
    found = kpixl(*words)
    assert found.exit_code == 0
    assert f"Wrote {out / '2026-10_plan_en.html'}" in found.stdout
    assert data_of(*words, "--json") == {
        "files": [str(out / "2026-10_plan_en.html")],
        "failed": [],
        "warnings": [],
    }


def test_each_csf_gets_its_own_and_one_failure_does_not_stop_the_others(tmp_path):
    put(tmp_path, "bad.xlsx", spoilt_bytes("DEFECT"))
    words = ("pack", "bad.xlsx", "--each", "csf", "--no-pdf", "--html", "--pages", "summary")
    found = kpixl(*words)
    assert found.exit_code == 1
    assert "No pack was made for “QUALITY”: its data has errors." in found.stderr
    made = sorted(path.name for path in (tmp_path / "packs").iterdir())
    assert made == [
        f"2026-10_bad_{scope}_en.html" for scope in ("ONLINE", "PEOPLE", "SUBSC", "WHOLESALE")
    ]
    data = data_of(*words, "--json", code=1)
    assert len(data["files"]) == 4
    assert [entry["scope"] for entry in data["failed"]] == ["QUALITY"]
    assert data["failed"][0]["problems"][0]["sheet"] == "Actuals"


def test_data_with_errors_gives_a_pack_only_as_a_draft(tmp_path):
    put(tmp_path, "bad.xlsx", spoilt_bytes("DEFECT"))
    words = ("pack", "bad.xlsx", "--no-pdf", "--html", "--pages", "summary")
    refused = kpixl(*words)
    assert refused.exit_code == 1
    assert "--draft" in refused.stderr
    assert not (tmp_path / "packs").exists()
    assert kpixl(*words, "--draft").exit_code == 0


# ---- export ---------------------------------------------------------------------------------


def test_export_writes_each_form_to_a_file(book, tmp_path):
    for form in ("json", "csv", "parquet"):
        out = tmp_path / "data" / f"figures.{form}"
        found = kpixl("export", book, "--format", form, "-o", str(out))
        assert found.exit_code == 0
        assert f"Wrote {out}" in found.stdout
    data = json.loads((tmp_path / "data" / "figures.json").read_bytes())
    text = (tmp_path / "data" / "figures.csv").read_bytes().decode("utf-8-sig")
    assert len(data["goals"]) == len(list(csv.DictReader(io.StringIO(text)))) == 26
    assert (tmp_path / "data" / "figures.parquet").read_bytes()[:4] == b"PAR1"


def test_export_of_a_scope_to_standard_output_is_data_alone(book):
    data = data_of("export", book, "-o", "-", "--scope", "ONLINE")
    assert [entry["parent"] for entry in data["goals"]] == [None, *["ONLINE"] * 4]


# ---- Languages and machines -----------------------------------------------------------------


def test_the_interface_speaks_japanese(book, tmp_path, monkeypatch):
    monkeypatch.setenv("KPIXL_LANG", "ja")
    put(tmp_path, "bad.xlsx", spoilt_bytes("DEFECT"))
    sound = kpixl("check", book).stdout.splitlines()
    assert sound[0].startswith("KPI設計に関する助言：")
    assert sound[-1] == "plan.xlsx：資料を作成できます。"
    found = kpixl("check", "bad.xlsx").stdout
    assert "エラー：1件" in found
    assert "直し方：" in found
    assert "には数値" in found or "数値として" in found
    assert "に当たる指標" in kpixl("show", book, "--scope", "nope").stderr


def test_doctor_answers_in_words_and_as_data():
    found = kpixl("doctor")
    assert found.exit_code in (0, 1)
    assert "Python" in found.stdout
    data = json.loads(kpixl("doctor", "--json").stdout)
    assert {"name", "ok", "required", "found", "mend", "needed_for"} == set(data["findings"][0])


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "utf-8"])
def test_a_pipe_of_any_code_page_gets_the_scorecard(encoding, book):
    found = run("show", book, PYTHONIOENCODING=encoding, KPIXL_LANG="en")
    assert found.returncode == 0
    assert found.stderr == b""
    text = found.stdout.decode(encoding)
    assert "?" not in text
    (revenue,) = [line for line in text.splitlines() if line.startswith("Revenue ")]
    assert any(sign in revenue for sign in ("-JPY 13.6M", "−¥13.6M", "－JPY 13.6M"))


def test_data_through_an_ascii_pipe_is_whole(tmp_path):
    name = put(tmp_path, "計画.xlsx", sample_bytes("ja")).name
    found = run("show", name, "--json", PYTHONIOENCODING="ascii")
    assert found.returncode == 0
    assert json.loads(found.stdout)["goals"][0]["name"] == "売上高"


def test_help_speaks_japanese_in_a_process_of_its_own():
    found = run("--help", KPIXL_LANG="ja", PYTHONIOENCODING="utf-8")
    assert "月次レビュー資料" in found.stdout.decode("utf-8")


def test_wrong_use_leaves_with_2_and_no_traceback_in_a_process_of_its_own(book):
    found = run("show", book, "--scope", "nope", KPIXL_LANG="en")
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"Traceback" not in found.stderr


def test_a_reader_that_leaves_early_is_no_fault(book):
    with subprocess.Popen(
        [sys.executable, "-m", "kpixl", "export", book],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def shell(line: str) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell, in which kpixl is ``$K``."""
    home = str(Path(__file__).resolve().parents[1])
    there = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
    known = {"PYTHONPATH": there, "K": f"{sys.executable} -m kpixl"}
    return subprocess.run(
        ["sh", "-c", line], env={**os.environ, **known}, capture_output=True, check=False
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("$K export plan.xlsx >&-", 2, b"There is no output to write the figures to."),
        ("$K check plan.xlsx >/dev/full", 1, b"There is no room left to write to: "),
        ("$K show plan.xlsx --json >/dev/full", 1, b"There is no room left to write to: "),
        ("$K send plan.xlsx <&-", 2, b"Mail is not set up yet"),
    ],
)
def test_streams_that_are_closed_or_full_are_told_of(line, code, said, book):
    found = shell(line)
    assert found.returncode == code
    assert said in found.stderr
    assert b"Traceback" not in found.stderr
    assert b"a fault of its own" not in found.stderr


@pytest.mark.parametrize(
    "words", [("check", "plan.xlsx"), ("new", "n.xlsx", "--from", "plan.xlsx")]
)
def test_a_workbook_that_may_not_be_read_is_told_of_as_all_faults_are(words, book, monkeypatch):
    real = os.access
    monkeypatch.setattr("os.access", lambda path, mode: real(path, mode) and str(path) != book)

    def refused(self: Path, *_: object, **__: object) -> IO[bytes]:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refused)
    found = data_of(*words, "--json", code=1)
    assert found["error"] == "file-no-permission"


def test_a_folder_that_may_not_be_looked_into_is_no_fault_of_kpixl(book, monkeypatch):
    def refused(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    (Path("brand")).mkdir()
    monkeypatch.setattr(Path, "is_file", refused)
    found = kpixl("pack", book, "--brand", "brand")
    assert found.exit_code == 1
    assert "brand/brand.toml may not be opened: Permission denied" in found.stderr


@pytest.mark.parametrize(
    "words",
    [("new", "{}.xlsx"), ("pack", "{book}", "--brand", "{}"), ("brand", "new", "{}"),
     ("history", "{book}", "--ledger", "{}"), ("import", "{book}", "{}.csv", "-o", "new.xlsx")],
)  # fmt: skip
def test_a_name_too_long_for_the_system_is_no_fault_of_kpixl(book, words):
    found = kpixl(*(word.format("x" * 300, book=book) for word in words))
    assert found.exit_code == 1
    assert "is longer than this system takes." in " ".join(found.stderr.split())
    assert "Shorten the name, or name a folder nearer to the top." in found.stderr


def test_a_workbook_of_too_long_a_name_is_told_so():
    found = kpixl("check", "x" * 300 + ".xlsx")
    assert "Shorten the name of the file" in " ".join(found.stderr.split())
    assert "network" not in found.stderr


def test_who_has_no_streams_is_no_person_at_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert not has_terminal()


@pytest.mark.parametrize("part", ["kpixl.cli.help.answered", "kpixl.cli.application.app"])
def test_ctrl_c_shows_no_traceback_however_early_it_comes(part, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(part, stopped)
    monkeypatch.setattr("sys.argv", ["kpixl", "check", "plan.xlsx"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 130


def test_ctrl_c_is_answered(book, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kpixl.checking.check_workbook", stopped)
    found = CliRunner().invoke(app, ["check", book])
    assert found.exit_code == 130
    assert found.stderr == "Stopped before it was finished; no half-written file is left.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("pack plan.xlsx -o report.pdf", "mend: Name a folder, for example: report"),
        ("send plan.xlsx --to-files mail.eml", "mail.eml is to be a folder"),
        ("collect plan.xlsx --to-files entry.xlsx", "entry.xlsx is to be a folder"),
        ("demo -o demo.pdf", "demo.pdf is to be a folder"),
        ("export plan.xlsx -o figures.xlsx", "kpixl export makes no Excel workbook"),
        ("export plan.xlsx -o folder", "folder cannot be written as a file: it is a folder."),
        ("export plan.xlsx -o file/x.csv", "file/x.csv cannot be written: file is a file, not"),
        ("pack plan.xlsx --no-pdf --html --pages cover -o file", "file is a file, not a folder."),
        ("pack plan.xlsx --each csf -o file", "file cannot be written: file is a file, not"),
    ],
)
def test_a_name_that_cannot_be_the_output_is_told(words, said, book, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    found = kpixl(*words.split())
    assert found.exit_code == 2
    assert said in found.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"plan.xlsx", "folder", "file"}


def test_a_workbook_whose_name_is_no_utf_8_gets_its_pack(tmp_path):
    name = os.fsdecode("計画".encode("cp932") + b".xlsx")
    put(tmp_path, name, sample_bytes("en"))
    light = ("--no-pdf", "--html", "--pages", "cover")
    assert kpixl("pack", name, *light).exit_code == 0
    (one,) = (tmp_path / "packs").iterdir()
    assert one.name.startswith("2026-10_udc8cv-udc89-udce6-")
    assert kpixl("pack", name, *light, "--each", "csf", "-j", "1").exit_code == 0
    again = data_of("pack", name, *light, "--each", "csf", "-j", "1", "--resume", "--json")
    assert len(again["files"]) == 5
    assert {one["workbook"] for one in again["packs"]} == {name}


def test_demo_makes_books_packs_and_mails_in_both_languages(tmp_path):
    found = kpixl("demo", "-o", "my demo")
    assert found.exit_code == 0
    made = sorted(path.name for path in (tmp_path / "my demo").iterdir())
    assert made == [
        "2026-10_kpi_en_en.html",
        "2026-10_kpi_en_en.pdf",
        "2026-10_kpi_ja_ja.html",
        "2026-10_kpi_ja_ja.pdf",
        "kpi_en.xlsx",
        "kpi_ja.xlsx",
        "mails",
    ]
    mails = sorted((tmp_path / "my demo" / "mails").rglob("*.eml"))
    assert [path.parent.name for path in mails] == ["en"] * 3 + ["ja"] * 3
    made += [path.name for path in mails]
    for path in (tmp_path / "my demo").glob("*.pdf"):
        assert path.read_bytes()[:5] == b"%PDF-"
        (whole,) = (mail for mail in mails if "koichi" in mail.name and path.stem in mail.name)
        (sent,) = message_from_bytes(whole.read_bytes(), policy=default).iter_attachments()
        assert sent.get_content() == path.read_bytes()
    assert all(name in found.stdout for name in made)
