"""The VBA that an Excel workbook carries: read back from the file, and checked against the
registry. It cannot be run here; what LibreOffice's Basic can run of it is run there."""

from __future__ import annotations

import io
import re
import tomllib
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import kpixl
from kpixl.functions import FUNCTIONS, Function
from kpixl.hosts.excel import macros
from kpixl.hosts.excel.project import build_project, project_file
from kpixl.hosts.excel.vba import argument_name, described, modules
from kpixl.hosts.excel.versions import XLWINGS, fits, library
from kpixl.words import LANGUAGES
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.office import Office
from tests.pywin32_stand_in import NUMBERS

LONGEST_LINE = 1023  # of VBA
OWN = ("kpixl", "kpixl_functions", "kpixl_macros")


@lru_cache
def workbook(language: str) -> bytes:
    buffer = io.BytesIO()
    write_book(buffer, sample_book(language), macros(language))
    return buffer.getvalue()


@contextmanager
def scanned(language: str) -> Iterator[Any]:
    """The workbook as olevba reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks its libraries by names that they gave up
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser("plan.xlsm", data=workbook(language))
        yield parser
        parser.close()


@lru_cache
def read_back(language: str) -> dict[str, str]:
    """Module name -> its text, as another program finds it in the workbook."""
    with scanned(language) as parser:
        return {
            name.rpartition(".")[0]: text.replace("\r\n", "\n")
            for _, _, name, text in parser.extract_macros()
        }


def procedure(text: str, name: str) -> str:
    """A function's or macro's lines, from its declaration to its end."""
    found = re.search(
        rf"^Public (Function|Sub) {name}\(.*?^End \1$", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None, name
    return found.group()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_committed_project_is_current(language: str) -> None:
    # Mended by `make templates`.
    assert project_file(language).read_bytes() == build_project(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_the_modules_as_they_were_written(language: str) -> None:
    found = read_back(language)
    for name, text in modules(language).items():
        assert found[name].strip() == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_has_its_module_and_nothing_runs_by_itself(language: str) -> None:
    found = read_back(language)
    with zipfile.ZipFile(io.BytesIO(workbook(language))) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        code_names = [
            re.search(r'codeName="(\w+)"', package.read(name).decode()) for name in sheets
        ]
    names = {match.group(1) for match in code_names if match}
    assert len(names) == len(sheets)
    assert set(found) == {"ThisWorkbook", *names, *OWN}
    for name in set(found) - set(OWN):
        assert all(line.startswith("Attribute") for line in found[name].splitlines() if line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_each_function_of_the_registry_has_a_wrapper(function: Function, language: str) -> None:
    lines = procedure(read_back(language)["kpixl_functions"], function.name).splitlines()
    names = [argument_name(one) for one in function.arguments]
    declared = [
        f"{'Optional ' if one.optional else ''}{name} As Variant"
        for one, name in zip(function.arguments, names, strict=True)
    ]
    group = {"kpi": 20, "pdca": 21}[function.category]
    description = described(function.description(language), language)
    assert lines == [
        f"Public Function {function.name}({', '.join(declared)}) As Variant",
        f'Attribute {function.name}.VB_Description = "{description}"',
        f'Attribute {function.name}.VB_ProcData.VB_Invoke_Func = " \\n{group}"',
        f'    {function.name} = kpixl.InCell("{function.name}", Array({", ".join(names)}))',
        "End Function",
    ]  # fmt: skip


def test_there_are_no_other_functions() -> None:
    text = read_back("en")["kpixl_functions"]
    assert re.findall(r"^Public Function (\w+)", text, re.MULTILINE) == list(FUNCTIONS)
    assert "Option Private Module" in read_back("en")["kpixl"]


def test_arguments_keep_their_names_unless_vba_needs_them_itself() -> None:
    assert all(
        argument_name(one) == one.name for each in FUNCTIONS.values() for one in each.arguments
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_is_plain_ascii_and_lines_are_short_enough(language: str) -> None:
    for name in OWN:
        for line in read_back(language)[name].splitlines():
            assert len(line) <= LONGEST_LINE
            if "VB_Description" not in line:
                assert line.isascii(), line


def test_japanese_descriptions_survive_the_code_page() -> None:
    assert FUNCTIONS["KPI_GAP"].description("ja") in read_back("ja")["kpixl_functions"]


def test_a_description_says_signs_that_the_code_page_lacks_in_others() -> None:
    assert described("1 + gap ÷ |plan|, the KPI’s", "en") == "1 + gap / |plan|, the KPI's"
    assert described('say "x"', "en") == 'say ""x""'
    with pytest.raises(UnicodeEncodeError):
        described("目標", "en")


# What a virus scanner sees: reading the environment, one file of two lines, and the DLL.
KNOWN = {
    ("Suspicious", "Environ"),
    ("Suspicious", "Open"),
    ("Suspicious", "Lib"),
    # Names such as "DLL" happen to look like encoded text; nothing is encoded.
    ("Suspicious", "Hex Strings"),
    ("Suspicious", "Base64 Strings"),
    ("IOC", "8.dll"),
    ("IOC", "python.exe"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scanner_finds_only_what_is_needed(language: str) -> None:
    with scanned(language) as parser:
        found = {(kind, keyword) for kind, keyword, _ in parser.analyze_macros()}
    assert found == KNOWN


@pytest.mark.parametrize(
    "word", ["Shell", "CreateObject", "Auto_Open", "Workbook_Open", "Application.Run", "Kill ",
             "Application.Volatile", "VBProject", "SendKeys", "URLDownload", "ActiveWorkbook"],
)  # fmt: skip
def test_the_code_does_without(word: str) -> None:
    assert not any(word.casefold() in text.casefold() for text in read_back("en").values())


# --- versions


def test_the_library_is_called_by_the_version_that_the_workbook_was_made_for() -> None:
    text = read_back("en")["kpixl"]
    assert set(re.findall(r'Lib "(xlwings.*?)"', text)) == {library(64), library(32)}
    assert f'Private Const XLWINGS As String = "{XLWINGS}"' in text
    assert "@" not in text


@pytest.mark.parametrize(
    ("installed", "fit"), [("0.37.8", True), ("0.37.9", False), ("0.38.0", False), (None, False)]
)
def test_only_the_very_same_version_fits(installed: str | None, fit: bool) -> None:
    assert fits(installed) is fit


@pytest.mark.source
def test_the_version_is_the_one_that_is_installed_with_kpixl() -> None:
    declared = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    extra = declared["project"]["optional-dependencies"]["excel"]
    assert extra == [f"xlwings=={XLWINGS}; sys_platform == 'win32'"]


# --- the buttons, and what VBA says by itself


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_starts_a_macro_that_is_there(language: str) -> None:
    buttons = macros(language).buttons
    assert {one.macro for one in buttons} == {"MakeReviewPack", "KPIXL_SETUP"}
    for button in buttons:
        body = procedure(read_back(language)["kpixl_macros"], button.macro)
        assert f'Attribute {button.macro}.VB_Description = "{button.caption}"' in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_a_property_of_the_workbook(language: str) -> None:
    code = "".join(read_back(language)[name] for name in OWN)
    texts = macros(language).texts
    assert {f"kpixl {key}" for key in re.findall(r'Said\("(\w+)"', code)} == set(texts)
    # As much as Excel keeps of a property.
    assert all(0 < len(text) <= 255 and "\n" not in text for text in texts.values())
    with zipfile.ZipFile(io.BytesIO(workbook(language))) as package:
        properties = package.read("docProps/custom.xml").decode()
    assert all(f'name="{name}"' in properties for name in texts)


def test_the_questions_that_vba_asks_are_answered() -> None:
    code = "".join(read_back("en")[name] for name in OWN)
    server = Path(kpixl.__path__[0], "hosts", "excel", "server.py").read_text(encoding="utf-8")
    asked = set(re.findall(r'Ask\("(\w+)"', code))
    assert asked == set(re.findall(r"@_called_by_excel\ndef (\w+)\(", server))


# --- what LibreOffice's Basic can run of it

PROBES = """Attribute VB_Name = "probes"
Option Explicit

Public Function PROBE_ONE(number As Variant) As Variant
    Dim found As Variant
    found = kpixl.WithErrors(CLng(number))
    PROBE_ONE = IIf(IsError(found), CStr(found), "no error")
End Function

Public Function PROBE_VALUE(value As Variant) As Variant
    PROBE_VALUE = kpixl.WithErrors(value)
End Function

Public Function PROBE_AMONG() As Variant
    Dim found(0 To 1, 0 To 2) As Variant
    Dim checked As Variant
    found(0, 0) = 1.5
    found(0, 1) = CLng(2042)
    found(0, 2) = "2042"
    found(1, 0) = CLng(2007)
    found(1, 1) = True
    found(1, 2) = ""
    checked = kpixl.WithErrors(found)
    PROBE_AMONG = IsError(checked(0, 0)) & IsError(checked(0, 1)) & IsError(checked(0, 2)) & _
        IsError(checked(1, 0)) & IsError(checked(1, 1)) & IsError(checked(1, 2)) & _
        "|" & CStr(checked(0, 1)) & "|" & CStr(checked(1, 0)) & "|" & checked(0, 2)
End Function

Public Function PROBE_MISSING(given As Variant, Optional left_out As Variant) As Variant
    Dim handed As Variant
    handed = Array(given, left_out)
    PROBE_MISSING = IsMissing(left_out) & "|" & handed(0) & "|" & UBound(handed)
End Function
"""


def probe_book(path: Path) -> Path:
    """A workbook with our bridge and a few functions that try it."""
    import xlsxwriter
    from pyopenvba import ExcelFile

    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Probe")
    book.close()
    with ExcelFile(path) as file:
        project = file.add_vba_project()
        project.add_module("kpixl", modules("en")["kpixl"].replace("\n", "\r\n"))
        project.add_module("probes", PROBES.replace("\n", "\r\n"))
        file.save()
    return path


def test_what_basic_can_run_of_the_bridge(plain_office: Office, tmp_path: Path) -> None:
    with plain_office.open(probe_book(tmp_path / "probe.xlsm"), macros=True) as book:

        def ask(formula: str) -> Any:
            book.formula("Probe", "A1", formula)
            return book.value("Probe", "A1")

        for number in NUMBERS:
            assert str(number) in ask(f"=PROBE_ONE({number})")
        assert ask("=PROBE_VALUE(12.5)") == 12.5
        assert ask('=PROBE_VALUE("2042")') == "2042"
        assert ask("=PROBE_AMONG()") == ("FalseTrueFalseTrueFalseFalse|Error 2042|Error 2007|2042")
        assert ask('=PROBE_MISSING("x")') == "True|x|1"
