"""A book with everything that people put into theirs keeps all of it when single cells are written.

What the new book holds is read by openpyxl, by LibreOffice and from the XML itself.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple

from kpixl.errors import EditRefused
from kpixl.plan.cells import cell_name
from kpixl.workbook.edits import CellEdit, EditValue
from kpixl.workbook.patch import patched, refusals
from kpixl.workbook.reader import OpenBook, read_book
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.feature_book import ACTUALS, TABLE, WORKBOOK, feature_book
from tests.office import Office
from tests.package_bytes import changed_entries, less_cells
from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import parts, with_part


def edits(**cells: EditValue) -> list[CellEdit]:
    """Edits of the sheet Actuals by address."""
    return [edit("Actuals", address, value) for address, value in cells.items()]


def edit(sheet: str, address: str, value: EditValue) -> CellEdit:
    row, column = coordinate_to_tuple(address)
    return CellEdit(sheet, row, column, value)


def opened(data: bytes, **options: bool) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which of the book's extensions it drops
        return openpyxl.load_workbook(io.BytesIO(data), **options)


def everything(data: bytes) -> dict[tuple[str, str], tuple[object, str, int]]:
    """Sheet and address -> value or formula, kind and style of every cell that openpyxl knows."""
    found = {}
    for sheet in opened(data):
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell, MergedCell) and (cell.value is not None or cell.has_style):
                    value = getattr(cell.value, "text", cell.value)
                    found[sheet.title, cell.coordinate] = (value, cell.data_type, cell.style_id)
    return found


# ---- What stays -----------------------------------------------------------------------------


def test_only_the_sheet_and_the_order_to_calculate_change():
    before = feature_book()
    after = patched(before, edits(B5=101.5, C8=6, A14="new text", D7=None))
    assert changed_entries(before, after) == [ACTUALS, WORKBOOK]
    old, new = parts(before), parts(after)
    cells = ("B5", "C8", "A14", "D7")
    assert less_cells(new[ACTUALS], cells) == less_cells(old[ACTUALS], cells)
    said = b'<calcPr calcId="124519" fullCalcOnLoad="1"/>'
    assert new[WORKBOOK] == old[WORKBOOK].replace(b'<calcPr calcId="124519"/>', said)
    assert new[WORKBOOK] != old[WORKBOOK]


def test_the_book_holds_all_that_is_compared():
    found = parts(feature_book())
    whole = b"".join(content for name, content in found.items() if name.endswith(".xml"))
    for part in (
        "xl/charts/chart1.xml", "xl/slicers/slicer1.xml", "xl/comments1.xml", "xl/vbaProject.bin",
        "xl/threadedComments/threadedComment1.xml", "xl/pivotTables/pivotTable1.xml",
        "xl/slicerCaches/slicerCache1.xml", "xl/drawings/vmlDrawing1.vml", "xl/media/image1.png",
        "xl/printerSettings/printerSettings1.bin", "customXml/item1.xml", "xl/calcChain.xml",
    ):  # fmt: skip
        assert part in found
    for mark in (
        b"<x14:sparkline>", b"<x14:slicerList", b"<dataValidation ", b"x14:conditionalFormatting",
        b"<r><rPr>", b"<sheetProtection", b"<definedName ", b'<f t="shared"', b"<mergeCell ",
        b"mc:AlternateContent", b"<pivotCaches>",
    ):  # fmt: skip
        assert mark in whole, mark


def test_the_changed_cells_keep_their_style_and_hold_the_new_values():
    xml = parts(patched(feature_book(), edits(B5=101.5, C8=6, A14="x", D7=None)))[ACTUALS]
    assert b'<c r="B5" s="3"><v>101.5</v></c>' in xml
    assert b'<c r="C8" s="3"><v>6</v></c>' in xml
    assert b'<c r="A14" s="2" t="inlineStr"><is><t>x</t></is></c>' in xml
    assert b'<c r="D7" s="3"/>' in xml


def test_all_other_cells_read_as_before():
    before = feature_book()
    after = patched(before, edits(B5=101.5, C8=6, A14="x", K2="far"))
    old, new = everything(before), everything(after)
    differing = {place for place in old | new if old.get(place) != new.get(place)}
    assert differing == {("Actuals", place) for place in ("B5", "C8", "A14", "K2")}


@pytest.mark.parametrize(
    "cells",
    [
        {"B5": 100, "B6": 70.5, "C8": None, "C7": 0.032},
        {"A5": "SALES", "A8": "VISITS", "A1": "Our actuals 実績", "A14": "a <note> & _x0041_ more"},
        {"B5": 100.0, "Z99": None, "C8": ""},
        {"E5": 330},
        {},
    ],
    ids=["numbers", "texts", "blanks", "result of a formula", "none"],
)
def test_what_stands_there_already_changes_nothing(cells: dict[str, EditValue]):
    assert patched(feature_book(), edits(**cells)) == feature_book()


def test_an_edit_that_changes_nothing_leaves_rich_text_beside_one_that_does():
    before = feature_book()
    after = patched(before, edits(A8="VISITS", B8=6))
    assert less_cells(parts(after)[ACTUALS], ["B8"]) == less_cells(parts(before)[ACTUALS], ["B8"])


def test_the_same_edits_give_the_same_bytes():
    assert patched(feature_book(), edits(B5=1)) == patched(feature_book(), edits(B5=1))


def test_a_second_import_changes_the_sheet_alone():
    once = patched(feature_book(), edits(B5=1))
    assert changed_entries(once, patched(once, edits(B5=2))) == [ACTUALS]


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.xlsm"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_in_a_book_of_ours(tmp_path: Path, name: str, language: str):
    write_book(tmp_path / name, sample_book(language))
    before = (tmp_path / name).read_bytes()
    names = ("Actuals", "実績")
    sheet = next(one for one in read_book(tmp_path / name).sheets if one.name in names)
    row, column = next(
        (number, len(cells) + 1)
        for number, cells in enumerate(sheet.rows, start=1)
        if cells[:1] == ["VISITS"]
    )
    after = patched(before, [CellEdit(sheet.name, row, column, 912_345)])
    (tmp_path / f"new-{name}").write_bytes(after)
    part = OpenBook(tmp_path / name).sheets[sheet.name]
    assert changed_entries(before, after) == [part, WORKBOOK]
    cell = cell_name(row, column)
    assert less_cells(parts(after)[part], [cell]) == less_cells(parts(before)[part], [cell])
    new = next(one for one in read_book(tmp_path / f"new-{name}").sheets if one.name == sheet.name)
    assert new.rows[row - 1] == [*sheet.rows[row - 1], 912_345]


# ---- Values ---------------------------------------------------------------------------------


def written(value: EditValue, **options: bool) -> object:
    after = patched(feature_book(), edits(K2=value))
    return opened(after, **options)["Actuals"]["K2"].value


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None, max_examples=60)
def test_numbers_come_back_to_the_last_bit(number: float):
    xml = parts(patched(feature_book(), edits(K2=number)))[ACTUALS].decode()
    found = re.search(r'<c r="K2"><v>([^<]*)</v></c>', xml)
    assert found is not None
    assert float(found[1]) == number
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(E[-+][0-9]+)?", found[1])
    assert len(found[1]) <= 24


@pytest.mark.parametrize(
    ("number", "text"),
    [(12.0, "12"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"), (-0.0, "0"), (7, "7"),
     (1e15, "1000000000000000"), (-1.5e-7, "-1.5E-07"),
     (1e22, "1E+22"), (2**70, "1.1805916207174113E+21")],
)  # fmt: skip
def test_numbers_are_written_as_short_as_they_can_be(number: float, text: str):
    assert f"<v>{text}</v>".encode() in parts(patched(feature_book(), edits(K2=number)))[ACTUALS]


XML_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(XML_TEXT)
@settings(deadline=None, max_examples=60)
def test_texts_come_back_as_they_were(text: str):
    # openpyxl resolves no escape of these but in the way that ECMA-376 22.9.2.19 says.
    found = written(text)
    assert isinstance(found, str)
    resolved = re.sub(r"_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), found)
    assert resolved == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a <b> & c", "<t>a &lt;b&gt; &amp; c</t>"),
        (" edges ", '<t xml:space="preserve"> edges </t>'),
        ("two\nlines", '<t xml:space="preserve">two\nlines</t>'),
        ("two\r\nlines", '<t xml:space="preserve">two\nlines</t>'),
        ("bell\x07, return\r.", "<t>bell_x0007_, return_x000D_.</t>"),
        ("_x0041_", "<t>_x005F_x0041_</t>"),
        ("売上 😀", "<t>売上 😀</t>"),
        ("=1+1", "<t>=1+1</t>"),
        ("half \ud83d, \uffff", "<t>half _xD83D_, _xFFFF_</t>"),
    ],
)
def test_texts_are_written_as_excel_does(text: str, markup: str):
    xml = parts(patched(feature_book(), edits(K2=text)))[ACTUALS].decode()
    assert f'<c r="K2" t="inlineStr"><is>{markup}</is></c>' in xml


@pytest.mark.parametrize(
    ("day", "number"),
    [
        # Excel's own numbers: 1 is 1 January 1900, 61 is 1 March 1900 (it counts a 29 February),
        # 46113 is 1 April 2026.
        (date(1900, 1, 1), "1"),
        (date(1900, 2, 28), "59"),
        (date(1900, 3, 1), "61"),
        (date(2026, 4, 1), "46113"),
        (datetime.fromisoformat("2026-04-01T18:00"), "46113.75"),
    ],
)
def test_days_are_serial_numbers(day: date, number: str):
    xml = parts(patched(feature_book(), edits(K2=day)))[ACTUALS].decode()
    assert f'<c r="K2"><v>{number}</v></c>' in xml


def test_days_of_a_book_that_counts_from_1904():
    book = with_part(
        feature_book(),
        WORKBOOK,
        lambda xml: xml.replace("<workbookPr ", '<workbookPr date1904="1" '),
    )
    # 1904-01-01 is 0; 2026-04-01 is 46113 - 1462.
    xml = parts(patched(book, edits(K2=date(2026, 4, 1), K3=date(1904, 1, 2))))[ACTUALS].decode()
    assert '<c r="K2"><v>44651</v></c>' in xml
    assert '<c r="K3"><v>1</v></c>' in xml


def test_truth_stays_truth():
    assert written(value=True) is True


# ---- New cells ------------------------------------------------------------------------------


def cell_in(data: bytes, address: str) -> str:
    found = re.search(rf'<c r="{address}"[^>]*>', parts(data)[ACTUALS].decode())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("address", "tag"),
    [
        ("F10", '<c r="F10" s="2">'),  # the row has a format of its own
        ("M10", '<c r="M10" s="2">'),
        ("M20", '<c r="M20" s="2">'),  # the column has one
        ("C20", '<c r="C20" s="1">'),
        ("F5", '<c r="F5">'),
        ("N20", '<c r="N20">'),
    ],
)
def test_a_new_cell_looks_as_its_row_or_column(address: str, tag: str):
    assert cell_in(patched(feature_book(), edits(**{address: 1})), address) == tag


def test_a_new_cell_of_a_table_looks_as_the_one_above():
    gone = with_part(feature_book(), ACTUALS, lambda xml: xml.replace('<c r="C8" s="3"/>', ""))
    assert cell_in(patched(gone, edits(C8=1)), "C8") == '<c r="C8" s="3">'


def test_the_first_row_of_a_table_does_not_look_as_its_headers():
    gone = with_part(
        feature_book(),
        ACTUALS,
        lambda xml: xml.replace('<c r="A5" t="s"><v>6</v></c>', "").replace(
            '<c r="A4" t="s">', '<c r="A4" s="4" t="s">'
        ),
    )
    assert cell_in(patched(gone, edits(A5="SALES")), "A5") == '<c r="A5" t="inlineStr">'


def test_rows_and_cells_stand_in_order_and_say_how_far_they_go():
    after = patched(feature_book(), edits(K2=1, C2=2, A2=3, J5=4, F5=5, B18=6, A9="x", XX3=7))
    rows = re.findall(r'<row r="(\d+)"([^>]*)>(.*?)(?=<row |</sheetData>)', sheet_data(after))
    numbers = [int(number) for number, _, _ in rows]
    assert numbers == sorted(set(numbers))
    for number, about, cells in rows:
        found = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
        columns = [column_index_from_string(letters) for letters, _ in found]
        assert columns == sorted(set(columns))
        assert {row for _, row in found} <= {number}
        spans = re.search(r'spans="(\d+):(\d+)"', about)
        assert not (spans and columns) or int(spans[1]) <= columns[0]
        assert not (spans and columns) or int(spans[2]) >= columns[-1]
    assert '<row r="5" spans="1:10" x14ac:dyDescent="0.25">' in sheet_data(after)
    assert b'<dimension ref="A1:XX18"/>' in parts(after)[ACTUALS]


def sheet_data(data: bytes) -> str:
    return parts(data)[ACTUALS].decode().partition("<sheetData>")[2]


# ---- Tables ---------------------------------------------------------------------------------


def test_a_row_beneath_a_table_belongs_to_it():
    before = feature_book()
    after = patched(before, edits(A9="STAFF", B9=12, C9=13))
    assert changed_entries(before, after) == [ACTUALS, WORKBOOK, TABLE]
    old, new = parts(before), parts(after)
    assert new[TABLE] == old[TABLE].replace(b'ref="A4:E8"', b'ref="A4:E9"')
    assert new[TABLE].count(b'"A4:E9"') == 2
    assert less_cells(new[ACTUALS], (), [9]) == less_cells(old[ACTUALS], ())
    formula = "SUM(Actuals[[#This Row],[2026-04]:[2026-06]])"
    assert (
        '<row r="9"><c r="A9" t="inlineStr"><is><t>STAFF</t></is></c><c r="B9" s="3"><v>12</v></c>'
        f'<c r="C9" s="3"><v>13</v></c><c r="E9"><f>{formula}</f></c></row>'
    ) in sheet_data(after)


@pytest.mark.parametrize(
    ("cells", "ref"),
    [
        ({"A9": "STAFF", "B10": 4}, "A4:E10"),
        ({"B10": 4}, "A4:E8"),  # a blank row stands between
        ({"F9": 4}, "A4:E8"),  # beside the table
        ({"B9": None}, "A4:E8"),
        ({"A9": "a", "A10": "b", "A11": "c", "D12": 1}, "A4:E11"),  # A12:C12 is merged
    ],
)
def test_how_far_a_table_grows(cells: dict[str, EditValue], ref: str):
    table = parts(patched(feature_book(), edits(**cells)))[TABLE]
    assert re.findall(rb'ref="([A-Z0-9:]+)"', table) == [ref.encode()] * 2


def test_a_table_does_not_grow_over_what_stands_beneath_it():
    noted = with_part(
        feature_book(),
        ACTUALS,
        lambda xml: xml.replace(
            '<row r="10"', '<row r="9"><c r="D9"><v>1</v></c></row><row r="10"'
        ),
    )
    assert changed_entries(noted, patched(noted, edits(A9="STAFF"))) == [ACTUALS, WORKBOOK]


def test_a_table_with_totals_does_not_grow():
    book = with_part(
        feature_book(), TABLE, lambda xml: xml.replace("totalsRowShown", 'totalsRowCount="1" x')
    )
    assert changed_entries(book, patched(book, edits(A9="STAFF"))) == [ACTUALS, WORKBOOK]


def test_a_calculated_column_that_counts_on_its_place_stays_blank():
    book = with_part(
        feature_book(),
        TABLE,
        lambda xml: re.sub(r"(<calculatedColumnFormula>).*(?=</calc)", r"\1SUM(B5:D5)", xml),
    )
    assert '<c r="E9"' not in sheet_data(patched(book, edits(A9="STAFF")))


# ---- Refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "value", "code"),
    [
        ("E5", 1, "edit-formula"),
        ("E5", None, "edit-formula"),
        ("G5", 5, "edit-formula"),  # the first cell of a shared formula
        ("G7", 5, "edit-formula"),  # another of its cells
        ("H5", 5, "edit-array"),
        ("H7", 5, "edit-array"),
        ("B12", 5, "edit-merged"),
        ("A4", "Goal", "edit-table-header"),
        ("K2", float("nan"), "edit-no-number"),
        ("K2", float("inf"), "edit-no-number"),
        ("K2", 10**400, "edit-no-number"),
        ("K2", date(1899, 12, 31), "edit-no-date"),
        ("K2", "x" * 32_768, "edit-long-text"),
        ("ALM1", 1, "edit-far-cell"),
        ("A100001", 1, "edit-far-cell"),
    ],
)
def test_what_would_do_harm_is_refused(address: str, value: EditValue, code: str):
    with pytest.raises(EditRefused) as refused:
        patched(feature_book(), edits(**{address: value}), "plan.xlsm")
    assert refused.value.code == code
    about = refused.value.details
    assert (about["sheet"], about["cell"], about["file"]) == ("Actuals", address, "plan.xlsm")


def test_the_first_of_merged_cells_is_written():
    assert cell_in(patched(feature_book(), edits(A12="seen")), "A12").startswith('<c r="A12" s="2"')


def test_other_refusals():
    book = feature_book()
    found = refusals(
        book,
        [edit("Nowhere", "A1", 1), edit("Dashboard", "G4", 1), *edits(B5=1), *edits(B5=2, E6=3)],
    )
    assert [(one.code, one.details["cell"]) for one in found] == [
        ("edit-no-sheet", "A1"), ("edit-twice", "B5"), ("edit-pivot", "G4"), ("edit-formula", "E6"),
    ]  # fmt: skip
    assert refusals(book, edits(B5=1)) == ()


def test_the_totals_of_a_table_are_left_alone():
    book = with_part(
        feature_book(), TABLE, lambda xml: xml.replace("totalsRowShown", 'totalsRowCount="1" x')
    )
    assert [one.code for one in refusals(book, edits(A8="x"))] == ["edit-table-totals"]


@pytest.mark.parametrize("part", ["_xmlsignatures/origin.sigs", "_rels/.rels"])
def test_a_signed_book_is_refused_unless_nothing_changes(part: str):
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    link = f'<Relationship Id="s" Type="{kind}" Target="sig/origin.sigs"/></Relationships>'
    if part == "_rels/.rels":
        book = with_part(feature_book(), part, lambda xml: xml.replace("</Relationships>", link))
    else:
        buffer = io.BytesIO(feature_book())
        with zipfile.ZipFile(buffer, "a") as file:
            file.writestr(part, "")
        book = buffer.getvalue()
    with pytest.raises(EditRefused) as refused:
        patched(book, edits(B5=1))
    assert refused.value.code == "edit-signed"
    assert patched(book, edits(B5=100)) == book


# ---- LibreOffice ----------------------------------------------------------------------------


def test_libreoffice_opens_and_calculates_the_book(plain_office: Office, tmp_path: Path):
    path = tmp_path / "new.xlsm"
    path.write_bytes(
        patched(
            feature_book(),
            edits(
                B5=101.5, C8=6, A14="_x0041_ & <b>\nline", A9="STAFF", B9=12, K2=date(2026, 4, 1)
            ),
        )
    )
    with plain_office.open(path) as book:
        assert book.values("Actuals", "A5:D9") == [
            ["SALES", 101.5, 110, 120],
            ["COST", 70.5, 71, 72.25],
            ["CVR", 0.03, 0.032, 0.031],
            ["VISITS", 5, 6, 7],
            ["STAFF", 12, "", ""],
        ]
        assert book.value("Actuals", "A14") == "_x0041_ & <b>\nline"
        assert book.value("Actuals", "K2") == 46113
        # The calculated column: 101.5 + 110 + 120, and the new row's 12.
        assert book.value("Actuals", "E5") == 331.5
        assert book.value("Actuals", "E9") == 12
        # Shared and array formulas: 101.5 x 2, x 10.
        assert book.value("Actuals", "G5") == 203
        assert book.value("Actuals", "H5") == 1015
        # All figures of rows 5 to 8: 331.5 + 213.75 + 0.093 + 18; five goals in the table.
        assert book.value("Dashboard", "A1") == pytest.approx(563.343)
        assert book.value("Dashboard", "A3") == 5


def test_a_book_that_libreoffice_saved(tmp_path: Path):
    path = tmp_path / "book.xlsx"
    write_book(path, sample_book("en"))
    saved = resaved(path, tmp_path / "saved")
    check_foreign(saved.read_bytes(), tmp_path)


def test_a_book_that_openpyxl_saved(tmp_path: Path):
    path = tmp_path / "book.xlsx"
    write_book(path, sample_book("en"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        openpyxl.load_workbook(path).save(path)
    check_foreign(path.read_bytes(), tmp_path)


def check_foreign(before: bytes, folder: Path) -> None:
    """One figure and one text go into the book, and nothing else changes."""
    sheet = WrittenBook(before).sheets["Actuals"].replace("xl//", "")
    after = patched(before, [edit("Actuals", "E5", 1234.5), edit("Actuals", "AT3", "note")])
    assert set(changed_entries(before, after)) <= {sheet, WORKBOOK}
    old, new = parts(before)[sheet], parts(after)[sheet]
    assert less_cells(new, ["E5", "AT3"]) == less_cells(old, ["E5", "AT3"])
    (folder / "new.xlsx").write_bytes(after)
    rows = OpenBook(folder / "new.xlsx").rows("Actuals").rows
    assert (rows[4][4], rows[2][45]) == (1234.5, "note")
    assert opened(after)["Actuals"]["E5"].value == 1234.5


def resaved(path: Path, folder: Path) -> Path:
    program = shutil.which("soffice") or "libreoffice"
    command: Sequence[str | Path] = [
        program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder, path,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / path.name
