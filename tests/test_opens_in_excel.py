"""Every workbook that kpixl writes keeps to the schemas and to Excel's own rules.

Whatever Excel finds broken it repairs with a message, and what it repairs it may throw away. The
schemas come from ``openxml_audit``, the other rules from :mod:`tests.excel_rules`; planted faults
show that both can fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator
from typer.testing import CliRunner

from kpixl.cli import app
from kpixl.plan.month import Month
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.patch import patched
from kpixl.workbook.rebook import content_of
from kpixl.workbook.sample import empty_book, sample_book
from tests import extremes
from tests.books import book_bytes, put, redefined, sample_bytes, with_periods
from tests.excel_rules import faults
from tests.feature_book import feature_book
from tests.importing import plan_bytes
from tests.old_books import LAYOUTS, write
from tests.packs import LANGUAGES
from tests.random_books import RandomBook
from tests.test_merging import department_book, group_book
from tests.xlsx_parts import parts, with_part

SHEET = "xl/worksheets/sheet2.xml"
"""The sample's Settings: a table, drop-down lists, texts and figures."""
LISTS = "xl/worksheets/sheet4.xml"
SCORES = "xl/worksheets/sheet12.xml"
BOOK = "xl/workbook.xml"
TABLES = ("xl/tables/table1.xml", "xl/tables/table2.xml")


def schema_faults(content: bytes, folder: Path, ending: str = ".xlsx") -> list[str]:
    """What the Open XML schemas and their validator's rules say of a workbook."""
    file = put(folder, f"looked-at{ending}", content)
    return [str(fault) for fault in OpenXmlValidator().validate(file).errors]


def all_faults(content: bytes, folder: Path, ending: str = ".xlsx") -> list[str]:
    return faults(content) + schema_faults(content, folder, ending)


# ---- What would be found --------------------------------------------------------------------


def changed(part: str, pattern: str, new: str) -> Callable[[], bytes]:
    """The sample, with the first place in ``part`` that fits the pattern changed."""

    def make() -> bytes:
        def change(text: str) -> str:
            after = re.sub(pattern, new, text, count=1)
            assert after != text, "nothing was planted"
            return after

        return with_part(sample_bytes("en"), part, change)

    return make


def table_name(number: int) -> str:
    found = re.search(r'displayName="(\w+)"', parts(sample_bytes("en"))[TABLES[number]].decode())
    assert found is not None
    return found[1]


PLANTED: dict[str, tuple[Callable[[], bytes], str]] = {
    # what is planted -> the book, and a word of the fault that tells it
    "type": (changed("[Content_Types].xml", "<Override[^>]*sheet2.xml[^>]*>", ""), "content type"),
    "relation": (changed(SHEET, "<tablePart [^>]*>", '<tablePart r:id="rId99"/>'), "no relation"),
    "sheet name": (changed(BOOK, '<sheet name="[^"]*"', '<sheet name="a[b]"'), "sheet name"),
    "name": (changed(BOOK, 'definedName name="AsOf"', 'definedName name="AB12"'), "AB12"),
    "table name": (
        changed(TABLES[0], 'displayName="[^"]*"', f'displayName="{table_name(1)}"'), "two things"
    ),
    "header": (changed(TABLES[1], 'n id="2" name="[^"]*"', 'n id="2" name="Else"'), "is headed"),
    "column": (changed(TABLES[1], 'tableColumn id="2"', 'tableColumn id="1"'), "two columns"),
    "area": (changed(TABLES[1], '(<table [^>]*ref="A\\d+:)[A-Z]', r"\1Z"), "columns in"),
    "merged": (
        changed(LISTS, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A5:B5"/>'
                "</mergeCells>"), "overlap"
    ),
    "twice": (changed(SHEET, '(<c r="A1"[^>]*>.*?</c>)', r"\1\1"), "cell A1 in row 1"),
    "far": (changed(SHEET, '<c r="A1"', '<c r="XXXX1"'), "cell XXXX1"),
    "style": (changed(SHEET, ' s="\\d+"', ' s="99999"'), "style 99999"),
    "text": (changed(SHEET, 't="s"><v>\\d+', 't="s"><v>99999'), "text 99999"),
    "height": (changed(SHEET, ' ht="[\\d.]+"', ' ht="410"'), "is 410 high"),
    "look": (changed(SCORES, 'dxfId="\\d+"', 'dxfId="9999"'), "dxfId 9999"),
    "prompt": (changed(LISTS, 'prompt="', f'prompt="{"x" * 255}'), "prompt of"),
    "list": (changed(LISTS, "<formula1>[^<]*", f'<formula1>"{"x," * 130}"'), "a list of 260"),
    "validation": (changed(LISTS, 'sqref="A5:A44"', 'sqref="A5:AM44"'), "two validations"),
    "link": (changed("xl/worksheets/sheet1.xml", 'location="[^"]*"', "location=\"'Gone'!A1\""),
             "a link to"),
    "bracket": (changed(SCORES, "<f>[^<]*", "<f>SUM((1,2)"), "a bracket too few"),
    "later function": (changed(SCORES, "<f>[^<]*", "<f>XLOOKUP(1,A1:A2,B1:B2)"), "XLOOKUP"),
    "lost sheet": (changed(SCORES, "<f>[^<]*", "<f>Gone!A1"), "a sheet that is not there"),
    "lost cell": (changed(SCORES, "<f>[^<]*", "<f>SUM(#REF!)"), "leads nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_fault_is_found(case: str) -> None:
    make, word = PLANTED[case]
    found = faults(make())
    assert any(word in fault for fault in found), found


@pytest.mark.parametrize(
    "make",
    [
        changed(SHEET, "<sheetFormatPr", '<sheetFormatPr unheard="1"'),
        changed(LISTS, 'type="list"', 'type="lists"'),
        changed(LISTS, "(<sheetData>.*)(<pageMargins[^>]*/>)", r"\2\1"),
    ],
    ids=["attribute", "value", "order"],
)
def test_what_the_schemas_forbid_is_found(make: Callable[[], bytes], tmp_path: Path) -> None:
    assert schema_faults(make(), tmp_path)


# ---- What kpixl writes ----------------------------------------------------------------------

NASTY = (
    "=1+1", "<b>&amp;\"'", "_x0041_", "a\nb", "🙂" * 40, "\u202eabc", "'quoted", "]]>", " lead",
    "+1", "@SUM(A1)", "https://example.com/?a=b&c", "#REF!", "{=1}", "\x0bbell",
)  # fmt: skip


def nasty() -> BookContent:
    """The sample with names, owners and settings that mean something else elsewhere, and a comment
    as long as a cell holds."""
    book = sample_book("en")
    goals = [
        {**goal, "name": NASTY[n % len(NASTY)], "owner": NASTY[-1 - n % len(NASTY)]}
        for n, goal in enumerate(book.goals)
    ]
    comments = [{**one, "comment": "long " * 6_500} for one in book.comments]
    settings = {**book.settings, "company": "A&B <C> &P &[Page]" * 8, "title": "&D&F" * 60}
    return replace(book, goals=goals, comments=comments, settings=settings)


BOOKS: dict[str, Callable[[], BookContent]] = {
    **{f"empty, {one}": partial(empty_book, one, 4, 36, Month(2026, 4)) for one in LANGUAGES},
    **{f"sample, {one}": partial(sample_book, one) for one in LANGUAGES},
    **{f"periods, {one}": partial(with_periods, one) for one in LANGUAGES},
    "ten years": lambda: empty_book("en", 1, 120, Month(2026, 1)),
    "plain formulas": lambda: replace(sample_book("ja"), cells=NATIVE),
    "redefined": lambda: redefined(sample_book("en"), "VISITS", unit="people"),
    "nasty": nasty,
    "random": lambda: RandomBook(7, "ja", 40).content(),
    "long names": lambda: content_of(extremes.long_texts("ja"), "ja"),
    "figures of every size": lambda: content_of(extremes.values("en"), "en"),
    "a deep tree": lambda: content_of(extremes.deep("en"), "en"),
    "many goals": lambda: content_of(extremes.many("ja", 40), "ja"),
}


@pytest.mark.parametrize("case", BOOKS)
def test_a_written_book_needs_no_repair(case: str, tmp_path: Path) -> None:
    assert all_faults(book_bytes(BOOKS[case]()), tmp_path) == []


@lru_cache
def feature_faults() -> frozenset[str]:
    return frozenset(faults(feature_book()))


def test_single_cells_written_into_a_book_break_nothing(tmp_path: Path) -> None:
    edits = [CellEdit("Actuals", row, 2, 1.5) for row in (5, 6, 8)]
    edits += [CellEdit("Actuals", 9, 1, "NEW"), CellEdit("Actuals", 14, 1, "a <note>\x0b")]
    after = patched(feature_book(), edits)
    assert set(faults(after)) <= feature_faults()
    before = schema_faults(feature_book(), tmp_path, ".xlsm")
    assert len(schema_faults(after, tmp_path, ".xlsm")) <= len(before)


# ---- What the commands write ----------------------------------------------------------------


def made(folder: Path) -> Iterator[Path]:
    """The books that the commands make: a new one, its macros, entry books, what they bring back,
    the year after, departments under one tree, an old book adopted."""
    put(folder, "plan.xlsx", plan_bytes("ja"))
    put(folder, "group.xlsx", book_bytes(content_of(group_book(), "en")))
    put(folder, "tokyo.xlsx", book_bytes(content_of(department_book("", 120, 12, 200), "en")))
    write(folder / "old.xlsx", LAYOUTS["rows_of_three"]())
    (folder / "visits.csv").write_text("ID,2026-11\nVISITS,931000\nCVR,2.1%\n", encoding="utf-8")
    for words in (
        ("new", "holidays.xlsx", "--country", "JP"),
        ("new", "macros.xlsm", "--sample"),
        ("new", "year.xlsx", "--from", "plan.xlsx"),
        ("collect", "plan.xlsx", "--to-files", "entry", "--owner", "上田 香織"),
        ("collect", "plan.xlsx", "--to-files", "entry", "--owner", "中村 彩"),
        ("import", "plan.xlsx", "visits.csv", "-o", "imported.xlsx", "--yes"),
        ("merge", "group.xlsx", "tokyo.xlsx", "-o", "merged.xlsx"),
        ("adopt", "old.xlsx", "-o", "adopted.xlsx"),
    ):
        told = CliRunner().invoke(app, list(words))
        assert told.exit_code == 0, told.output
    for name in ("holidays.xlsx", "macros.xlsm", "year.xlsx", "imported.xlsx", "merged.xlsx"):
        yield folder / name
    yield folder / "adopted.xlsx"
    yield from sorted((folder / "entry").glob("*.xlsx"))


def test_what_the_commands_write_needs_no_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    found = {
        file.name: all_faults(file.read_bytes(), tmp_path, file.suffix) for file in made(tmp_path)
    }
    assert len(found) == 6 + 2
    assert {name: told for name, told in found.items() if told} == {}
