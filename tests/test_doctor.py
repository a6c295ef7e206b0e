"""The doctor names what is missing and says, for this very system, how to mend it."""

from __future__ import annotations

import importlib.metadata
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kpixl import __version__
from kpixl import machine as machines
from kpixl.doctor import Finding, examine, finding_text, judge
from kpixl.machine import Machine
from kpixl.pack.engines import PLUTOPRINT

WELL = Machine(
    system="debian",
    python=(3, 11, 2),
    weasyprint="70.0",
    weasyprint_wanted="70.0",
    plutoprint=PLUTOPRINT,
    pango=(1, 50, 12),
    subset=True,
    fonts=frozenset({"Inter", "BIZ UDPGothic"}),
    libreoffice="/usr/bin/soffice",
    excel=False,
    xlwings=None,
    pandas="2.2.3",
    pyarrow="17.0.0",
    folder=Path("reviews"),
    writable=True,
    calc_functions=__version__,
    browser="/usr/bin/chromium 150.0.7871.100",
)


def fit(found: tuple[Finding, ...]) -> bool:
    return all(finding.ok for finding in found if finding.required)


def findings(machine: Machine) -> dict[str, Finding]:
    return {finding.name: finding for finding in judge(machine)}


def test_a_machine_with_everything_needs_nothing() -> None:
    found = judge(WELL)
    assert all(finding.ok for finding in found)
    assert all(finding.mend == "" for finding in found)
    assert fit(found)


def test_libreoffice_needs_the_functions_of_this_very_kpixl() -> None:
    older = findings(replace(WELL, calc_functions="0.0.9"))["calc_functions"]
    assert not older.ok
    assert not older.required
    assert "kpixl addin libreoffice" in finding_text(older, "ja").mend
    assert not findings(replace(WELL, calc_functions=None))["calc_functions"].ok


@pytest.mark.parametrize(
    ("change", "name", "still_fit"),
    [
        ({"python": (3, 10, 12)}, "python", False),
        ({"weasyprint": None}, "weasyprint", True),
        ({"weasyprint": "66.0"}, "weasyprint", True),
        ({"plutoprint": None}, "plutoprint", True),
        ({"plutoprint": "0.22.0"}, "plutoprint", True),
        ({"pango": None}, "pango", True),
        ({"pango": (1, 42, 4)}, "pango", True),
        ({"browser": None}, "browser", True),
        ({"writable": False}, "folder", False),
        ({"subset": False}, "subset", True),
        ({"fonts": frozenset({"BIZ UDPGothic"})}, "latin_font", True),
        ({"fonts": frozenset({"Inter"})}, "japanese_font", True),
        ({"libreoffice": None}, "libreoffice", True),
        ({"pyarrow": None}, "frames", True),
    ],
)
def test_one_thing_missing_is_one_finding_with_a_mend(
    change: dict[str, object], name: str, still_fit: bool
) -> None:
    found = judge(replace(WELL, **change))  # type: ignore[arg-type]
    (unwell,) = [finding for finding in found if not finding.ok]
    assert unwell.name == name
    assert unwell.mend
    assert fit(found) is still_fit


@pytest.mark.parametrize("change", [{"weasyprint": None}, {"pango": None}, {"pango": (1, 42, 4)}])
def test_all_ways_to_a_pdf_are_shown_and_which_is_taken(change: dict[str, object]) -> None:
    all_ways = findings(WELL)
    assert all_ways["engine"].found == f"PlutoPrint {PLUTOPRINT}"
    assert all_ways["browser"].found == "/usr/bin/chromium 150.0.7871.100"
    other = replace(WELL, plutoprint="0.22.0")
    assert findings(other)["engine"].found == "WeasyPrint 70.0, Pango 1.50.12"
    without = replace(other, **change)  # type: ignore[arg-type]
    assert findings(without)["engine"].found == "/usr/bin/chromium 150.0.7871.100"
    neither = judge(replace(without, browser=None))
    assert not fit(neither)
    assert [one.name for one in neither if one.required and not one.ok] == ["engine"]


def test_any_one_of_the_japanese_fonts_will_do() -> None:
    assert findings(replace(WELL, fonts=frozenset({"Inter", "Noto Sans CJK JP"})))[
        "japanese_font"
    ].ok


def test_excel_is_looked_for_only_where_it_runs() -> None:
    assert "excel" not in findings(WELL)
    on_windows = findings(replace(WELL, system="windows"))
    assert not on_windows["excel"].ok
    assert not on_windows["xlwings"].ok
    assert not on_windows["pywin32"].ok
    assert findings(replace(WELL, system="windows", excel=True))["excel"].ok
    # On a Mac, xlwings serves no cells of kpixl's.
    assert "xlwings" not in findings(replace(WELL, system="macos"))


def test_only_the_xlwings_that_workbooks_call_will_do() -> None:
    here = replace(WELL, system="windows", xlwings="0.37.8", xlwings_wanted="0.37.8")
    assert findings(here)["xlwings"].ok
    other = findings(replace(here, xlwings="0.38.0"))["xlwings"]
    assert not other.ok
    assert "xlwings==0.37.8" in finding_text(other, "en").mend
    assert findings(replace(here, xlwings_wanted=None, xlwings="0.38.0"))["xlwings"].ok
    assert findings(replace(here, pywin32="312"))["pywin32"].ok


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("debian", "apt-get install libpango-1.0-0"),
        ("fedora", "dnf install pango"),
        ("macos", "brew install pango"),
        ("windows", "pacman -S mingw-w64-ucrt-x86_64-pango"),
        ("other", "package manager"),
    ],
)
def test_the_mend_is_that_of_the_system(system: str, command: str) -> None:
    pango = findings(replace(WELL, system=system, pango=None))["pango"]
    assert command in finding_text(pango, "en").mend
    assert "1.44.0" in finding_text(pango, "en").mend
    assert "Pango" in finding_text(pango, "ja").mend


def test_another_weasyprint_is_named_and_so_is_the_right_one() -> None:
    text = finding_text(findings(replace(WELL, weasyprint="66.0"))["weasyprint"], "en")
    assert text.found == "66.0"
    assert "weasyprint==70.0" in text.mend
    assert sys.executable in text.mend


def test_every_finding_has_its_words_in_both_languages_on_every_system() -> None:
    nothing = Machine(
        "", (3, 8, 0), None, None, None, False, frozenset(), None, False, None, None, None,
        Path("reviews"), False,
    )  # fmt: skip
    for system in ("debian", "fedora", "macos", "windows", "other"):
        for finding in judge(replace(nothing, system=system)):
            assert not finding.ok
            for language in ("en", "ja"):
                text = finding_text(finding, language)
                assert text.name
                assert text.found
                assert text.mend
                assert text.needed_for
                assert "{" not in text.mend


def test_this_machine_can_make_packs(tmp_path: Path) -> None:
    # The tests draw packs themselves, so the doctor must find the machine well.
    found = examine(tmp_path)
    assert fit(found), [finding for finding in found if not finding.ok]


def test_the_version_wanted_is_the_one_that_kpixl_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = ["openpyxl>=3.1", "weasyprint==70.0", 'pandas>=2; extra == "frames"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: declared)
    assert machines._wanted("weasyprint") == "70.0"


def test_without_an_installed_kpixl_any_weasyprint_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_installed(name: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", not_installed)
    assert machines._wanted("weasyprint") is None
    assert findings(replace(WELL, weasyprint_wanted=None, weasyprint="71.0"))["weasyprint"].ok


def test_a_folder_that_cannot_be_written_to_is_found(tmp_path: Path) -> None:
    a_file = tmp_path / "plan.xlsx"
    a_file.touch()
    assert not machines._can_write(a_file)
    assert machines._can_write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]


def test_without_a_font_list_the_font_folders_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BIZ-UDGothicR.ttc", "Inter-Regular.ttf", "arial.ttf"):
        (tmp_path / name).touch()
    monkeypatch.setattr("kpixl.machine.shutil.which", lambda name: None)
    monkeypatch.setattr(machines, "_font_places", lambda: (tmp_path, tmp_path / "absent"))
    assert machines._font_families() == {"Inter", "BIZ UDPGothic"}


def test_what_a_program_says_beside_its_answer_may_be_in_any_encoding() -> None:
    # As of a Japanese Windows: the traceback of a WeasyPrint without Pango names C:\Users\山田.
    noise = "import sys; sys.stderr.buffer.write('山田'.encode('cp932')); print('pango 15012 True')"
    assert machines._output(sys.executable, "-c", noise).split() == ["pango", "15012", "True"]


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("PROGRAMFILES", "LibreOffice/program/soffice.exe"),
        ("PROGRAMFILES(X86)", "LibreOffice/program/soffice.exe"),
        ("HOME", "Applications/LibreOffice.app/Contents/MacOS/soffice"),
    ],
)
def test_libreoffice_is_found_where_it_is_installed_outside_of_the_path(
    variable: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "D drive" / place
    program.parent.mkdir(parents=True)
    program.write_bytes(b"")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(variable, str(tmp_path / "D drive"))
    assert machines.libreoffice() == str(program)


def test_libreoffice_is_looked_for_where_nobodys_home_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody(_: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(Path, "home", classmethod(nobody))
    assert machines.libreoffice() is None
