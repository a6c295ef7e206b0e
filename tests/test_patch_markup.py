"""Cells are written into whatever markup a program has made of a sheet, and nothing else moves."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.errors import FileProblem, KpixlError
from kpixl.plan.cells import cell_name
from kpixl.words import LANGUAGES, problem_text
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.package import read_file
from kpixl.workbook.patch import patched
from kpixl.workbook.reader import OpenBook, read_book
from tests.crafted import SHEET, STYLES, WORKBOOK, craft, sheet_of, texts_of, workbook_of
from tests.xlsx_parts import parts

HOSTILE = Path(__file__).parent / "data" / "hostile"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def write(folder: Path, *edits: tuple[str, Any], rows: str = "", **made: str) -> str:
    """The sheet's markup after these edits of a book made by hand."""
    return write_parts(folder, *edits, rows=rows, **made)[SHEET].decode()


def write_parts(
    folder: Path, *edits: tuple[str, Any], rows: str = "", **made: str
) -> dict[str, bytes]:
    return parts(patched(craft(folder / "book.xlsx", rows, **made).read_bytes(), cells(*edits)))


def cells(*edits: tuple[str, Any]) -> list[CellEdit]:
    found = []
    for address, value in edits:
        letters = address.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        found.append(CellEdit("Goals", int(address[len(letters) :]), column, value))
    return found


# ---- Rows and cells -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        # A blank sheet, with and without an end tag.
        ("", [("B2", 5)], '<row r="2"><c r="B2"><v>5</v></c></row>'),
        # A row without an end tag, with a format of its own or not.
        ('<row r="2" s="1" customFormat="1"/>', [("B2", 5)],
         '<row r="2" s="1" customFormat="1"><c r="B2" s="1"><v>5</v></c></row>'),
        ("<row r='2' s='1' />", [("B2", 5), ("A2", 4)],
         "<row r='2' s='1'><c r=\"A2\"><v>4</v></c><c r=\"B2\"><v>5</v></c></row>"),
        # Rows and cells that do not say where they stand.
        ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
         [("B1", 5), ("C1", 6), ("A2", 7), ("A4", 8)],
         ('<row><c><v>1</v></c><c><v>5</v></c><c r="C1"><v>6</v></c></row>'
         '<row><c><v>7</v></c></row><row r="4"><c r="A4"><v>8</v></c></row>')),
        # Before, between and behind what is there.
        ('<row r="3"><c r="C3"><v>1</v></c><c r="E3"/></row>',
         [("B3", 1), ("D3", 2), ("F3", 3), ("C2", 4), ("C9", 5), ("E3", 6)],
         ('<row r="2"><c r="C2"><v>4</v></c></row><row r="3"><c r="B3"><v>1</v></c><c r="C3"><v>1'
         '</v></c><c r="D3"><v>2</v></c><c r="E3"><v>6</v></c><c r="F3"><v>3</v></c></row>'
         '<row r="9"><c r="C9"><v>5</v></c></row>')),
        # Attributes in any order and quotes; metadata of the old value goes.
        ("<row r=\"1\"><c t = 's' vm=\"2\" cm='1' s='1' r='A1' ><v>0</v></c></row>", [("A1", 5)],
         "<row r=\"1\"><c s='1' r='A1' ><v>5</v></c></row>"),
        ('<row r="1"><c r="A1" t="b"><v>1</v></c></row>', [("A1", "x")],
         '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'),
        ('<row r="1"><c r="a1" t="e"><v>#N/A</v></c></row>', [("A1", None)],
         '<row r="1"><c r="a1"/></row>'),
        # Line breaks, comments, instructions and CDATA around and within.
        (('\n<row r="1">\n <!-- <c r="B1"/> -->\n <c r="A1">\n  <v><![CDATA[ 1 ]]></v>\n </c>\n'
         "</row>\n<?x <row?>"), [("A1", 5), ("C1", 6)],
         ('\n<row r="1">\n <!-- <c r="B1"/> -->\n <c r="A1"><v>5</v></c><c r="C1"><v>6</v></c>\n'
         "</row>\n<?x <row?>")),
        # What Excel may add to cells and rows one day stays.
        ('<row r="1"><c r="A1"><v>1</v><extLst><ext uri="u"/></extLst></c><extLst/></row>',
         [("A1", 5), ("B1", 6)],
         ('<row r="1"><c r="A1"><v>5</v><extLst><ext uri="u"/></extLst></c><c r="B1"><v>6</v></c>'
         "<extLst/></row>")),
        # A greater-than sign in an attribute is not the end of its tag.
        ('<row r="1" x:y="a>b/>" xmlns:x="urn:x"/>', [("A1", 5)],
         '<row r="1" x:y="a>b/>" xmlns:x="urn:x"><c r="A1"><v>5</v></c></row>'),
        # How far cells go: in several stretches, or too narrow.
        ('<row r="1" spans="1:2 5:6"><c r="A1"/></row>', [("E1", 5)],
         '<row r="1" spans="1:2 5:6"><c r="A1"/><c r="E1"><v>5</v></c></row>'),
        ('<row r="1" spans="2:3"><c r="B1"/></row>', [("A1", 5), ("E1", 6)],
         '<row r="1" spans="1:5"><c r="A1"><v>5</v></c><c r="B1"/><c r="E1"><v>6</v></c></row>'),
        # Cells that stand out of order stay so.
        ('<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>', [("A1", 5), ("C1", 6)],
         '<row r="1"><c r="C1"><v>6</v></c><c r="A1"><v>5</v></c></row>'),
        ('<row r="5"/><row r="2"/>', [("A3", 5)],
         '<row r="3"><c r="A3"><v>5</v></c></row><row r="5"/><row r="2"/>'),
    ],
)  # fmt: skip
def test_cells_in_rows(tmp_path: Path, before: str, edits: list[Any], after: str):
    assert write(tmp_path, *edits, rows=before) == sheet_of(after)


def test_a_text_that_was_stored_with_escapes_is_the_same_text(tmp_path: Path):
    texts = texts_of("<si><t>two_x000D_\n_x005F_x0041_</t></si>")
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    book = craft(tmp_path / "book.xlsx", row, texts=texts).read_bytes()
    assert patched(book, cells(("A1", "two\n_x0041_"))) == book
    assert patched(book, cells(("A1", "two\nA"))) != book


def test_a_sheet_without_any_row(tmp_path: Path):
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    new = write(tmp_path, ("A2", 1), ("B1", 2), sheet=sheet)
    assert new == sheet_of(
        '<row r="1"><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    )


@pytest.mark.parametrize(
    ("dimension", "after"),
    [("A1", "A1:C4"), ("B2:F9", "B2:F9"), ("D5:F9", "C4:F9"), ("nonsense", "nonsense")],
)
def test_how_far_the_sheet_goes(tmp_path: Path, dimension: str, after: str):
    sheet = sheet_of("").replace("<sheetData>", f"<dimension ref='{dimension}'/><sheetData>")
    new = write(tmp_path, ("C4", 1), sheet=sheet)
    assert re.search("<dimension ref=(['\"])(.*?)\\1/>", new)[2] == after  # type: ignore[index]


# ---- Namespaces and encodings ---------------------------------------------------------------


def test_prefixes(tmp_path: Path):
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}" xmlns="urn:other"><x:sheetData><row r="1"/><x:row r="1">'
        '<x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    with pytest.raises(FileProblem):
        write(tmp_path, ("A1", "y"), sheet=sheet.replace('<row r="1"/>', '<x:row r="1"/>'))
    new = write(tmp_path, ("A1", "y"), ("B1", 1), ("A2", 2), sheet=sheet)
    assert new == sheet.replace(
        '<x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row>',
        '<x:c r="A1" t="inlineStr"><x:is><x:t>y</x:t></x:is></x:c><x:c r="B1"><x:v>1</x:v></x:c>'
        '</x:row><x:row r="2"><x:c r="A2"><x:v>2</x:v></x:c></x:row>',
    )


def test_strict_office_open_xml(tmp_path: Path):
    path = craft(
        tmp_path / "book.xlsx",
        sheet=sheet_of('<row r="1"><c r="A1" t="d"><v>2026-04-01</v></c></row>').replace(
            MAIN, STRICT
        ),
        workbook=workbook_of("Goals").replace(MAIN, STRICT),
    )

    before = path.read_bytes()
    assert patched(before, cells(("A1", date(2026, 4, 1)))) == before
    new = parts(patched(before, cells(("A1", date(2026, 4, 2)))))
    assert b'<c r="A1"><v>46114</v></c>' in new[SHEET]
    assert b'<calcPr fullCalcOnLoad="1"/>' in new[WORKBOOK]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "us-ascii"])
def test_encodings(tmp_path: Path, codec: str):
    name = "utf-16" if "16" in codec else codec.removesuffix("-sig")
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c><c r="B1"/></row>'
    old = "x" if codec == "us-ascii" else "é" if "8859" in codec else "売上"
    head = f'<?xml version="1.0" encoding="{name}"?>'
    before = (head + sheet_of(rows.format(old))).encode(codec)
    path = craft(tmp_path / "book.xlsx")
    content = {**parts(path), SHEET: before}
    with zipfile.ZipFile(path, "w") as file:
        for part, data in content.items():
            file.writestr(part, data)
    new = parts(patched(path.read_bytes(), cells(("B1", "達成 😀"))))[SHEET]
    cell = '<c r="B1"/>'.encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec))
    start, _, end = before.partition(cell)
    assert new.startswith(start)
    assert new.endswith(end)
    root = ElementTree.fromstring(new)
    assert [one.text for one in root.iter(f"{{{MAIN}}}t")] == [old, "達成 😀"]


def test_bytes_that_are_no_text_in_their_encoding(tmp_path: Path):
    path = craft(tmp_path / "book.xlsx", sheet=sheet_of("<row r='1'/>"))
    content = {**parts(path), SHEET: sheet_of("<!-- \udcff -->").encode("utf-8", "surrogateescape")}
    with zipfile.ZipFile(path, "w") as file:
        for part, data in content.items():
            file.writestr(part, data)
    with pytest.raises(FileProblem) as fault:
        patched(path.read_bytes(), cells(("A1", 1)), "book.xlsx")
    assert fault.value.code == "file-damaged-part"


# ---- The order to calculate -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("</sheets></workbook>", '</sheets><calcPr fullCalcOnLoad="1"/></workbook>'),
        ("</sheets><definedNames/><oleSize ref='A1'/></workbook>",
         "</sheets><definedNames/><calcPr fullCalcOnLoad=\"1\"/><oleSize ref='A1'/></workbook>"),
        ("</sheets><functionGroups/><externalReferences></externalReferences><extLst/></workbook>",
         ("</sheets><functionGroups/><externalReferences></externalReferences>"
         '<calcPr fullCalcOnLoad="1"/><extLst/></workbook>')),
        ("</sheets><calcPr calcId='1' fullCalcOnLoad='0' calcMode=\"manual\"/></workbook>",
         "</sheets><calcPr calcId='1' fullCalcOnLoad=\"1\" calcMode=\"manual\"/></workbook>"),
        ("</sheets><calcPr ></calcPr></workbook>",
         '</sheets><calcPr fullCalcOnLoad="1"></calcPr></workbook>'),
        ('</sheets><calcPr fullCalcOnLoad="true"/></workbook>',
         '</sheets><calcPr fullCalcOnLoad="true"/></workbook>'),
    ],
)  # fmt: skip
def test_the_book_is_calculated_when_it_is_opened(tmp_path: Path, before: str, after: str):
    book = workbook_of("Goals")
    end = "</sheets></workbook>"
    new = write_parts(tmp_path, ("A1", 1), workbook=book.replace(end, before))
    assert new[WORKBOOK].decode() == book.replace(end, after)


# ---- Random sheets and edits ----------------------------------------------------------------

COLUMNS, ROWS = 6, 8
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-10, 10),
    st.sampled_from(["x", " y ", "<&>", "売上", "_x0041_"]),
    st.none(),
)


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """Rows of a sheet: some without places, some without an end tag, blanks among them."""
    found = []
    number = 0
    for _ in range(draw(st.integers(0, 4))):
        step = draw(st.integers(1, 2))
        number += step
        place = f' r="{number}"' if step > 1 or draw(st.booleans()) else ""
        inner = ""
        column = 0
        for _ in range(draw(st.integers(0, 3))):
            hop = draw(st.integers(1, 2))
            column += hop
            at = f' r="{cell_name(number, column)}"' if hop > 1 or draw(st.booleans()) else ""
            look = draw(st.sampled_from(["", ' s="0"']))
            content = draw(
                st.sampled_from(
                    ["><v>7</v></c>", "/>", ' t="s"><v>0</v></c>', "></c>",
                     ' t="inlineStr"><is><t>y</t></is></c>', ' t="str"><v>x</v></c>'],
                )
            )  # fmt: skip
            inner += f"<c{at}{look}{content}"
        closed = not inner and draw(st.booleans())
        found.append(f"<row{place}/>" if closed else f"<row{place}>{inner}</row>")
    return "".join(found)


def held(sheet: bytes) -> dict[tuple[int, int], object]:
    """What the cells hold, read with a parser that builds a tree; order and places are checked."""
    found: dict[tuple[int, int], object] = {}
    number = 0
    for row in ElementTree.fromstring(sheet).iter(f"{{{MAIN}}}row"):
        before, number = number, int(row.get("r", number + 1))
        assert number > before
        column = 0
        for cell in row:
            last, column = column, column + 1
            if cell.get("r"):
                letters = cell.get("r").removesuffix(str(number))
                column = ord(letters) - 64
            assert column > last
            value, text = cell.find(f"{{{MAIN}}}v"), cell.find(f".//{{{MAIN}}}t")
            kind = cell.get("t", "n")
            if kind == "inlineStr":
                found[number, column] = text.text.replace("_x005F_", "_")
            elif value is not None:
                stored = {"s": "shared", "str": value.text}
                found[number, column] = stored.get(kind) or float(value.text)
    return found


PLACES = st.tuples(st.integers(1, ROWS), st.integers(1, COLUMNS))


@given(sheets(), st.dictionaries(PLACES, VALUES, max_size=8))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_random_edits_change_what_they_say(
    tmp_path: Path, rows: str, new: Mapping[tuple[int, int], Any]
):
    before = craft(tmp_path / "b.xlsx", rows, texts=texts_of("<si><t>shared</t></si>")).read_bytes()
    edits = [CellEdit("Goals", row, column, value) for (row, column), value in new.items()]
    after = patched(before, edits)
    expected = held(parts(before)[SHEET])
    for place, value in new.items():
        expected.pop(place, None)
        if value is not None:
            expected[place] = value if isinstance(value, str) else float(value)
    assert held(parts(after)[SHEET]) == expected
    # The other way round: with the old values the old sheet's cells are back.
    assert patched(after, edits) == after


# ---- Books that are broken ------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(HOSTILE.iterdir()), ids=lambda path: path.name)
def test_a_hostile_book_is_written_or_refused_in_a_sentence(path: Path, tmp_path: Path):
    new = tmp_path / path.name
    try:
        data = read_file(path)
        sheet = next(iter(OpenBook(path).sheets), "Goals")
        new.write_bytes(patched(data, [CellEdit(sheet, 3, 4, 0.375)], path.name))
    except KpixlError as problem:
        named = type(problem)(problem.code, **{**problem.details, "file": path.name})
        for language in LANGUAGES:
            assert problem_text(named, language).what
        return
    before, after = cells_read(path, sheet), cells_read(new, sheet)
    if isinstance(before, dict):
        before[3, 4] = 0.375
    assert after == before


def cells_read(path: Path, sheet: str) -> object:
    """All cells of a sheet by place, or why they cannot be read."""
    try:
        rows = OpenBook(path).rows(sheet).rows
    except FileProblem as problem:
        return problem.code
    return {
        (number, column): value
        for number, row in enumerate(rows, start=1)
        for column, value in enumerate(row, start=1)
        if value is not None
    }


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="1"><c r="A1"/></row><row r="1"/>', "file-bad-row"),
        ('<row r="0"/>', "file-bad-row"),
        ('<row r="x"/>', "file-bad-row"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "file-doubled-cell"),
        ('<row r="1"><c r="A2"/></row>', "file-bad-cell"),
        ('<row r="1"><c r="1"/></row>', "file-bad-cell"),
        ("<row>" + "<c/>" * 16_385 + "</row>", "file-bad-cell"),
        ('<row r="1"><row r="2"/></row>', "file-damaged-part"),
        ('<c r="A1"/>', "file-damaged-part"),
        ("<row>", "file-damaged-part"),
        ("<a>" * 101 + "</a>" * 101, "file-nested-too-deep"),
    ],
)
def test_a_sheet_that_excel_could_not_have_written(tmp_path: Path, rows: str, code: str):
    with pytest.raises(FileProblem) as fault:
        write(tmp_path, ("A1", 5), rows=rows)
    assert fault.value.code == code


def test_a_document_type_is_refused(tmp_path: Path):
    with pytest.raises(FileProblem) as fault:
        write(tmp_path, ("A1", 5), sheet="<!DOCTYPE a [<!ENTITY b 'c'>]>" + sheet_of(""))
    assert fault.value.code == "file-document-type"


def test_a_bomb_is_refused(tmp_path: Path):
    path = craft(tmp_path / "book.xlsx", sheet=sheet_of("<!-- " + "A" * 101_000_000 + " -->"))
    with pytest.raises(FileProblem) as fault:
        patched(path.read_bytes(), cells(("A1", 5)), "book.xlsx")
    assert fault.value.code == "file-unpacks-too-large"


def test_what_is_no_workbook_is_refused():
    with pytest.raises(FileProblem) as fault:
        patched(b"%PDF-1.7", cells(("A1", 5)), "book.xlsx")
    assert (fault.value.code, fault.value.details["file"]) == ("file-other-format", "book.xlsx")


def test_what_is_written_reads_as_written(tmp_path: Path):
    styles = parts(craft(tmp_path / "book.xlsx"))[STYLES].decode()
    path = craft(tmp_path / "book.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>', styles=styles)
    path.write_bytes(
        patched(path.read_bytes(), cells(("A1", "▲12"), ("C2", 0.25), ("B1", "é\x07")))
    )
    (sheet,) = read_book(path).sheets
    assert sheet.rows == [["▲12", "é"], [None, None, 0.25]]
