"""``kpixl addin excel``: what a machine lacks is said, and Excel is told where Python is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kpixl.cli import app
from kpixl.hosts.excel import addin
from kpixl.hosts.excel.addin import Windows, library_folder, steps
from kpixl.hosts.excel.versions import XLWINGS, library
from kpixl.words import LANGUAGES


@pytest.fixture
def ready(tmp_path: Path) -> Windows:
    return Windows(
        excel=True,
        xlwings=XLWINGS,
        pywin32=True,
        folder=Path(r"C:\kpixl\venv"),
        python=Path(r"C:\kpixl\venv\Scripts\python.exe"),
        file=tmp_path / "kpixl" / "excel.txt",
    )


def names(machine: Windows) -> list[str]:
    return [step.text for step in steps(machine)]


def test_a_machine_with_everything_is_ready_and_noted(ready: Windows) -> None:
    assert names(ready) == ["excel", "xlwings", "pywin32", "library", "remembered", "ready"]
    assert all(step.ok for step in steps(ready))
    # As the workbook's VBA reads them: the interpreter, then the folder of xlwings' file.
    assert ready.file.read_bytes() == (
        b"C:\\kpixl\\venv\\Scripts\\python.exe\r\nC:\\kpixl\\venv\r\n"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: replace(one, xlwings=None), "xlwings.missing"),
        (lambda one: replace(one, xlwings="0.38.0"), "xlwings.differs"),
        (lambda one: replace(one, pywin32=False), "pywin32.missing"),
        (lambda one: replace(one, folder=None), "library.missing"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_noted(
    change: Callable[[Windows], Windows], said: str, ready: Windows
) -> None:
    found = list(steps(change(ready)))
    assert [step.text for step in found if not step.ok] == [said, "not_ready"]
    assert not ready.file.exists()
    for language in LANGUAGES:
        for step in found:
            assert "{" not in step.sentence(language)


def test_the_mend_is_a_command_for_this_very_python(ready: Windows) -> None:
    (differs,) = [
        step for step in steps(replace(ready, xlwings="0.38.0")) if step.text == "xlwings.differs"
    ]
    said = differs.sentence("en")
    assert "0.38.0" in said
    assert f'"{ready.python}" -m pip install xlwings=={XLWINGS}' in said


def test_without_excel_the_note_is_made_all_the_same(ready: Windows) -> None:
    # Excel may come later, or be one that does not register itself.
    found = list(steps(replace(ready, excel=False)))
    assert [step.text for step in found if not step.ok] == ["excel.missing", "not_ready"]
    assert ready.file.exists()


def test_the_file_for_excel_is_found_beside_a_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library_folder() is None  # there is none on this system
    (tmp_path / library(64)).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert library_folder() == tmp_path


def test_other_systems_are_told_where_it_works() -> None:
    result = CliRunner().invoke(app, ["addin", "excel"], env={"KPIXL_LANG": "en"})
    assert result.exit_code == 0
    assert "Excel on Windows" in result.output
    assert "kpixl new plan.xlsm" in result.output
    assert [step.text for step in addin.set_up()] == ["elsewhere", "elsewhere.next"]


def test_making_a_workbook_here_notes_nothing(tmp_path: Path) -> None:
    addin.remember_if_ready()
    assert list(tmp_path.iterdir()) == []
