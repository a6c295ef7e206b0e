"""A workbook of before 2007, or one with a password: every command says so, and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
from typer.testing import CliRunner, Result

from kpixl.cli import app
from tests.importing import plan_file

RUNNER = CliRunner()
# FILE stands for the file in question; plan.xlsx is a good book.
COMMANDS = {
    "check": "check FILE",
    "show": "show FILE",
    "export": "export FILE -o -",
    "pack": "pack FILE -o out",
    "send": "send FILE --to-files out",
    "import from it": "import plan.xlsx FILE -o out.xlsx --yes",
    "import into it": "import FILE a.csv -o out.xlsx --yes",
    "adopt": "adopt FILE -o out.xlsx",
    "merge": "merge plan.xlsx FILE -o out.xlsx",
    "merge into it": "merge FILE plan.xlsx -o out.xlsx",
    "collect": "collect FILE --to-files out",
    "new": "new out.xlsx --from FILE",
}
MENDS = {
    "old.xls": {"en": "choose File > Save As > Excel Workbook (.xlsx)", "ja": "Excelブック(.xlsx)"},
    "locked.xlsx": {"en": "clear the password, and save", "ja": "パスワードを消して保存"},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """The sample book as it is, as LibreOffice saves it for Excel 97, and with a password."""
    folder: Path = tmp_path_factory.mktemp("files")
    plan = plan_file(folder)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", folder, plan],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (folder / "plan.xls").rename(folder / "old.xls")
    with plan.open("rb") as book, (folder / "locked.xlsx").open("wb") as locked:
        msoffcrypto.format.ooxml.OOXMLFile(book).encrypt("secret", locked)
    (folder / "a.csv").write_text("ID,2026-11\nVISITS,931000\n", encoding="utf-8")
    return folder


def run(folder: Path, words: str, language: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return RUNNER.invoke(app, words.split(), env={"KPIXL_LANG": language, "COLUMNS": "400"})


@pytest.mark.parametrize("file", list(MENDS))
@pytest.mark.parametrize("command", list(COMMANDS))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_command_says_what_to_do(files, command, file, language):
    told = run(files, COMMANDS[command].replace("FILE", file), language)
    assert told.exit_code == 1, told.output
    assert MENDS[file][language] in told.output
    assert file in told.output
    assert "Traceback" not in told.output
    assert not (files / "out").exists()
    assert not (files / "out.xlsx").exists()


def test_an_old_workbook_in_a_folder_is_not_passed_over(files, tmp_path):
    plan_file(tmp_path)
    answers = tmp_path / "answers"
    answers.mkdir()
    for name in ("old.xls", "a.csv"):
        (answers / name).write_bytes((files / name).read_bytes())
    told = run(tmp_path, "import plan.xlsx answers -o out.xlsx --yes", "en")
    assert told.exit_code == 1
    assert "old.xls is a workbook in the .xls format" in told.output
    assert (tmp_path / "out.xlsx").exists()
