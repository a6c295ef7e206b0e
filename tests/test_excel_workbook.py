"""The workbook for Excel on Windows: the same book as the .xlsx, with its functions built in."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from kpixl import jobs
from kpixl.errors import UsageProblem
from kpixl.functions import FUNCTIONS
from kpixl.hosts.excel import macros
from kpixl.plan.tables import read_plan
from kpixl.words import LANGUAGES
from kpixl.workbook.reader import read_book
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.books import put, sample_bytes
from tests.office import Office
from tests.xlsx_parts import parts

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"


@lru_cache
def with_macros(language: str) -> bytes:
    buffer = io.BytesIO()
    write_book(buffer, sample_book(language), macros(language))
    return buffer.getvalue()


def workbook_xml(language: str) -> Any:
    return ElementTree.fromstring(parts(with_macros(language))["xl/workbook.xml"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_content_gives_the_same_bytes(language: str) -> None:
    with_macros.cache_clear()
    first = with_macros(language)
    with_macros.cache_clear()
    assert with_macros(language) == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_as_the_plain_workbook_does(language: str, tmp_path: Path) -> None:
    plain = read_book(put(tmp_path, "plan.xlsx", sample_bytes(language)))
    built_in = read_book(put(tmp_path, "plan.xlsm", with_macros(language)))
    assert built_in.sheets == plain.sheets
    assert read_plan(built_in).problems == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_but_the_macros_is_added(language: str) -> None:
    plain, built_in = parts(sample_bytes(language)), parts(with_macros(language))
    assert set(built_in) - set(plain) == {
        "xl/vbaProject.bin", "docProps/custom.xml", "xl/drawings/vmlDrawing1.vml",
        "xl/drawings/vmlDrawing2.vml", "xl/worksheets/_rels/sheet1.xml.rels",
    }  # fmt: skip
    for name in plain:
        if name.startswith("xl/worksheets/sheet"):
            added = rb' codeName="Sheet\d+"|<sheetPr/>|<legacyDrawing [^>]*/>|r:id="rId\d+"'
            assert re.sub(added, b"", built_in[name]) == re.sub(added, b"", plain[name]), name
        elif name in ("xl/styles.xml", "xl/sharedStrings.xml") or "tables" in name:
            assert built_in[name] == plain[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_package_says_what_it_is(language: str) -> None:
    types = parts(with_macros(language))["[Content_Types].xml"].decode()
    assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" in types
    assert 'Extension="bin" ContentType="application/vnd.ms-office.vbaProject"' in types
    assert "vbaProject" not in parts(sample_bytes(language))["[Content_Types].xml"].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wizard_describes_every_argument(language: str) -> None:
    found = {
        one.get("name"): [text.text for text in one.iter(f"{X14}argumentDescription")]
        for one in workbook_xml(language).iter(f"{X14}definedName")
    }
    assert found == {
        name: [argument.description(language) for argument in function.arguments]
        for name, function in FUNCTIONS.items()
    }
    for one in workbook_xml(language).iter(f"{X14}argumentDescriptions"):
        assert one.get("count") == str(len(one))
        assert [text.get("index") for text in one] == [str(place) for place in range(len(one))]


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["KPI measures", "PDCA cycle"]), ("ja", ["KPI指標", "PDCAサイクル"])],
)
def test_functions_stand_in_groups_of_their_own(language: str, names: Sequence[str]) -> None:
    root = workbook_xml(language)
    groups = root.find(f"{MAIN}functionGroups")
    assert [group.get("name") for group in groups] == names
    # The wrappers count on from Excel's own nineteen.
    assert groups.get("builtInGroupCount") == "19"


def test_elements_stand_in_the_order_of_the_schema() -> None:
    order = [child.tag.removeprefix(MAIN) for child in workbook_xml("en")]
    assert order == [
        "fileVersion", "workbookPr", "bookViews", "sheets", "functionGroups", "definedNames",
        "calcPr", "extLst",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "captions"),
    [
        ("en", ["Make review pack", "Check the connection"]),
        ("ja", ["月次レビュー資料を作成", "kpixlへの接続を確認"]),
    ],
)
def test_buttons_stand_on_the_guide_and_the_scorecard(
    language: str, captions: Sequence[str]
) -> None:
    found = parts(with_macros(language))
    drawings = [found[f"xl/drawings/vmlDrawing{number}.vml"].decode() for number in (1, 2)]
    guide = drawings[0]
    for caption, macro in zip(captions, ("MakeReviewPack", "KPIXL_SETUP"), strict=True):
        assert caption in guide
        assert f"[0]!{macro}</x:FmlaMacro>" in guide
    assert captions[0] in drawings[1]
    # A button is not part of what is printed.
    assert all("<x:PrintObject>False</x:PrintObject>" in drawing for drawing in drawings)


@pytest.mark.parametrize("suffix", [".xlsm", ".XLSM"])
def test_the_suffix_chooses_the_kind_of_workbook(suffix: str, tmp_path: Path) -> None:
    made = jobs.new_workbook(tmp_path / f"plan{suffix}", "ja", True, 4, 36, None)
    assert "xl/vbaProject.bin" in parts(made)
    assert jobs.review_workbook(made).errors == ()
    plain = jobs.new_workbook(tmp_path / "plan.xlsx", "ja", True, 4, 36, None)
    assert "xl/vbaProject.bin" not in parts(plain)


@pytest.mark.parametrize("name", ["plan.xls", "plan.xlsb", "plan", "plan.xltm"])
def test_other_kinds_are_not_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="new-suffix"):
        jobs.new_workbook(tmp_path / name, "en", True, 4, 36, None)


def test_libreoffice_opens_it_and_lets_the_macros_rest(office: Office, tmp_path: Path) -> None:
    with office.open(put(tmp_path, "plan.xlsm", with_macros("en"))) as book:
        assert book.sheets()[0] == "Guide"
        assert book.value("Settings", "A4") == "Key"
