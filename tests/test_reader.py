"""Input sheets are read as Excel shows them: values, dates, errors, formulas and their results."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any, List, Sequence

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue, SheetRows
from kpixl.workbook.reader import read_book
from kpixl.workbook.values import date_of, is_date_format
from tests.crafted import craft, styles_of, texts_of, workbook_of

HOSTILE = Path(__file__).parent / "data" / "hostile"
at = datetime.fromisoformat
NUMBER_AND_MONTH = styles_of("0", "yyyy-mm")


def only_sheet(path: Path) -> SheetRows:
    (sheet,) = read_book(path).sheets
    return sheet


def cells(path: Path, rows: str, **parts: str) -> List[List[CellValue]]:
    return [list(row) for row in only_sheet(craft(path / "book.xlsx", rows, **parts)).rows]


def hostile(name: str) -> List[List[CellValue]]:
    return [list(row) for row in only_sheet(HOSTILE / f"{name}.xlsx").rows]


# Which sheets, and of which file.


def test_only_input_sheets_are_read_in_the_order_of_the_book(tmp_path: Path):
    book = openpyxl.Workbook()
    for name in ("実績", "スコアカード", "Guide", "Goals", "Scratch", "予算"):
        book.create_sheet(name)["A1"] = name
    book.save(tmp_path / "book.xlsx")
    read = read_book(tmp_path / "book.xlsx")
    assert [sheet.name for sheet in read.sheets] == ["実績", "Goals", "予算"]


def test_sheet_names_are_compared_without_regard_to_case_and_width(tmp_path: Path):
    path = craft(tmp_path / "book.xlsx", workbook=workbook_of("ＧＯＡＬＳ", " plan "))
    assert [sheet.name for sheet in read_book(path).sheets] == ["ＧＯＡＬＳ", " plan "]


def test_the_book_knows_its_file_and_the_hash_of_what_was_read(tmp_path: Path):
    path = craft(tmp_path / "月次KPI.xlsx")
    read = read_book(str(path))
    assert read.name == "月次KPI.xlsx"
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_hidden_sheets_rows_and_columns_are_read(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Plan")
    sheet.append(["ID", 1])
    sheet.sheet_state = "hidden"
    sheet.row_dimensions[1].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.save(tmp_path / "book.xlsx")
    assert only_sheet(tmp_path / "book.xlsx").rows == [["ID", 1]]


def test_a_macro_workbook_is_read_like_any_other(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsm", {"in_memory": True})
    project = tmp_path / "vba.bin"
    project.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    book.add_vba_project(str(project))
    book.add_worksheet("Goals").write_row(0, 0, ["ID", "Name"])
    book.close()
    assert only_sheet(tmp_path / "book.xlsm").rows == [["ID", "Name"]]


def test_a_chart_sheet_is_no_input_whatever_its_name():
    assert read_book(HOSTILE / "chartsheet_only.xlsx").sheets == ()


def test_two_sheets_of_one_name_are_both_handed_on():
    names = [sheet.name for sheet in read_book(HOSTILE / "wb_dup_names.xlsx").sheets]
    assert names == ["KPI", "KPI"]


# Values.


def test_values_keep_their_kind(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx", {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Actuals")
    sheet.write_row(0, 0, ["売上", 100, 95.5, True, False])
    sheet.write_datetime(0, 5, at("2026-04-01T09:30"))
    sheet.write_blank(0, 6, None, book.add_format({"bold": True}))
    sheet.write_string(0, 7, "1,234")
    book.close()
    expected = ["売上", 100, 95.5, True, False, at("2026-04-01T09:30"), None, "1,234"]
    assert only_sheet(tmp_path / "book.xlsx").rows == [expected]


def test_whole_numbers_come_as_whole_numbers(tmp_path: Path):
    row = cells(tmp_path, "<row><c><v>4</v></c><c><v>4.0</v></c><c><v>-1E3</v></c></row>")[0]
    assert row == [4, 4, -1000]
    assert all(isinstance(value, int) for value in row)


def test_a_number_may_stand_between_blanks():
    assert hostile("cell_num_spaces") == [[95.5]]


def test_blank_cells_are_none_and_take_no_room(tmp_path: Path):
    rows = '<row r="3"><c r="B3"/><c r="C3"><v>1</v></c><c r="XFD3" s="0"/></row>'
    assert cells(tmp_path, rows) == [[], [], [None, None, 1]]


def test_empty_text_is_a_blank(tmp_path: Path):
    rows = '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t/></is></c><c><v>1</v></c></row>'
    assert cells(tmp_path, rows, texts=texts_of("<si><t/></si>")) == [[None, None, 1]]


def test_error_values_are_errors_and_new_kinds_are_so_too():
    errors = [CellError("#VALUE!")] * 3 + [CellError("#DIV/0!")]
    assert hostile("cell_error_unknown") == [errors]


def test_cells_may_stand_out_of_order_or_without_their_places():
    assert hostile("cell_cells_out_of_order") == [[1, 2, 3]]
    assert hostile("cell_no_refs") == [["指標", 1], ["売上", 95.5]]


def test_a_dimension_that_lies_hides_nothing():
    assert hostile("dim_too_small2")[2] == ["利益率", 0.12, 0.09]


def test_values_under_a_merged_range_are_read_where_they_stand(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Plan")
    sheet.append(["計画", None, None])
    sheet.append(["ID", 1, 2])
    sheet.merge_cells("A1:C1")
    book.save(tmp_path / "book.xlsx")
    assert only_sheet(tmp_path / "book.xlsx").rows == [["計画"], ["ID", 1, 2]]


# Text.


def test_furigana_is_not_part_of_the_text():
    assert hostile("xml_rich_rPh")[0][0] == "売上高"


def test_rich_text_is_read_as_its_text(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    bold = book.add_format({"bold": True})
    book.add_worksheet("Goals").write_rich_string(0, 0, "売上", bold, "高", " (税抜)")
    book.close()
    assert only_sheet(tmp_path / "book.xlsx").rows == [["売上高 (税抜)"]]


def test_rich_text_and_furigana_inside_a_cell_are_read_alike(tmp_path: Path):
    item = "<is><r><t>売</t></r><r><t>上</t></r><rPh sb='0' eb='2'><t>ウリアゲ</t></rPh></is>"
    assert cells(tmp_path, f'<row><c t="inlineStr">{item}</c></row>') == [["売上"]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a_x000D_\nb", "a\nb"),
        ("_x005F_x000D_", "_x000D_"),
        ("snake_x_case", "snake_x_case"),
        ("a_x0000__xD800__xFFFE_b", "ab"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_escaped_characters_are_resolved_and_impossible_ones_dropped(
    tmp_path: Path, written: str, meant: str
):
    rows = f'<row><c t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c></row>'
    assert cells(tmp_path, rows) == [[meant]]


def test_text_that_looks_like_a_formula_is_text():
    sheet = only_sheet(HOSTILE / "cell_formula_dde.xlsx")
    assert sheet.rows == [["x", "=cmd|'/C calc'!A0"]]
    assert set(sheet.formulas) == {(1, 1)}


def test_other_line_layouts_of_the_file_change_nothing(tmp_path: Path):
    rows = """
      <row r="1">
        <c r="A1" t="str">
          <f>
            "a"
          </f>
          <v>a</v>
        </c>
      </row>
    """
    assert cells(tmp_path, rows) == [["a"]]


# Dates.


def test_dates_count_from_1904_where_the_book_says_so(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx", {"date_1904": True})
    month = book.add_format({"num_format": "yyyy-mm"})
    book.add_worksheet("Plan").write_datetime(0, 1, at("2026-04-01"), month)
    book.close()
    assert only_sheet(tmp_path / "book.xlsx").rows == [[None, at("2026-04-01")]]


def test_the_same_serial_is_another_day_in_the_other_system(tmp_path: Path):
    # 46113 days after 1899-12-30 is 2026-04-01; 1,462 days lie between the two systems.
    row = '<row><c s="1"><v>46113</v></c></row>'
    mac = workbook_of("Goals", properties='date1904="1"')
    assert cells(tmp_path, row, styles=NUMBER_AND_MONTH) == [[at("2026-04-01")]]
    later = cells(tmp_path, row, styles=NUMBER_AND_MONTH, workbook=mac)
    assert later == [[at("2030-04-02")]]


def test_japanese_month_formats_are_dates():
    assert hostile("cell_date_jp_formats") == [[at("2024-04-01")] * 2]


@pytest.mark.parametrize("number", [14, 17, 22, 27, 31, 34, 36, 50, 55, 57, 58])
def test_formats_that_excel_does_not_write_out_are_dates_too(tmp_path: Path, number: int):
    row = '<row><c s="1"><v>46113</v></c></row>'
    styles = styles_of("0", str(number))
    assert cells(tmp_path, row, styles=styles) == [[at("2026-04-01")]]


@pytest.mark.parametrize(
    "code",
    [
        "yyyy/m/d", "mmm-yy", "m月", 'yyyy"年"m"月"', '[$-411]ggge"年"m"月"', "ge.m.d", "d",
        "[$-409]mmmm",
    ],
)  # fmt: skip
def test_formats_that_show_a_day_or_month_are_dates(code: str):
    assert is_date_format(code)


@pytest.mark.parametrize(
    "code",
    [
        "General", "0.00E+00", "#,##0", '0.0"day"', "h:mm", "[h]:mm", "mm:ss", "h:mm AM/PM",
        "[Red]0", "[赤]0", "0;[Red]-0", r"0\d", "0_d", "@", 'G/標準"個"', "[DBNum3]0", "0%",
    ],
)  # fmt: skip
def test_formats_that_show_a_number_or_a_time_are_not(code: str):
    assert not is_date_format(code)


def test_excels_days_before_march_1900_are_those_that_excel_shows():
    # Excel counts a 29 February 1900 that never was (serial 60).
    epoch = at("1899-12-30")
    assert date_of(1, epoch) == at("1900-01-01")
    assert date_of(59, epoch) == at("1900-02-28")
    assert date_of(61, epoch) == at("1900-03-01")


def test_formats_of_conditional_formatting_are_numbered_apart(tmp_path: Path):
    # 46036 is 2026-01-14 in the cells' format 164, whatever a conditional format calls 164.
    conditional = '<dxfs><dxf><numFmt numFmtId="164" formatCode="#,##0"/></dxf></dxfs></styleSheet>'
    styles = styles_of("yyyy-mm-dd").replace("</styleSheet>", conditional)
    rows = '<row r="1"><c r="A1" s="0"><v>46036</v></c></row>'
    assert cells(tmp_path, rows, styles=styles) == [[datetime.fromisoformat("2026-01-14")]]


def test_a_number_that_is_no_date_stays_a_number_whatever_its_format(tmp_path: Path):
    assert hostile("cell_date_huge") == [[10**12, 2958466]]
    rows = '<row><c s="1"><v>0</v></c><c s="1"><v>-5</v></c><c s="1"><v>2958465</v></c></row>'
    last = at("9999-12-31")
    assert cells(tmp_path, rows, styles=NUMBER_AND_MONTH) == [[0, -5, last]]


def test_dates_written_in_iso_form_are_dates(tmp_path: Path):
    rows = '<row><c t="d"><v>2026-04-01</v></c><c t="d"><v>2026-04-01T09:30:00Z</v></c></row>'
    assert cells(tmp_path, rows) == [[at("2026-04-01"), at("2026-04-01T09:30")]]


# Formulas.


def test_a_formulas_value_is_its_cached_result_and_its_text_is_kept(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = book.add_worksheet("Actuals")
    sheet.write_formula("A1", "=B1*2", None, 84)
    sheet.write_formula("B1", '=IF(A1,"K1","")', None, "K1")
    sheet.write_formula("C1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("D1", "=A1>0", None, True)
    sheet.write_array_formula("E1:E1", "{=SUM(A1:B1*2)}", None, 7)
    book.close()
    read = only_sheet(tmp_path / "book.xlsx")
    assert read.rows == [[84, "K1", CellError("#DIV/0!"), True, 7]]
    assert dict(read.formulas) == {
        (1, 1): "=B1*2",
        (1, 2): '=IF(A1,"K1","")',
        (1, 3): "=1/0",
        (1, 4): "=A1>0",
        (1, 5): "=SUM(A1:B1*2)",
    }
    assert read.uncached == frozenset()


def test_a_formula_that_was_never_calculated_is_told_from_an_empty_result(tmp_path: Path):
    assert only_sheet(HOSTILE / "cell_formula_nocache.xlsx").uncached == {(1, 2), (1, 3)}
    assert only_sheet(HOSTILE / "cell_formula_str_empty.xlsx").uncached == frozenset()
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Actuals")
    sheet["A1"] = "=SUM(B1:C1)"
    sheet["A2"] = ArrayFormula("A2", "=SUM(B1:C1*2)")
    book.save(tmp_path / "book.xlsx")
    read = only_sheet(tmp_path / "book.xlsx")
    assert read.uncached == {(1, 1), (2, 1)}
    assert dict(read.formulas) == {(1, 1): "=SUM(B1:C1)", (2, 1): "=SUM(B1:C1*2)"}
    assert read.rows == []


def test_a_shared_formula_says_in_each_cell_what_excel_shows_there(tmp_path: Path):
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$C$1+K1</f><v>2</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/></c></row>'
    )
    read = only_sheet(craft(tmp_path / "book.xlsx", rows))
    assert dict(read.formulas) == {
        (1, 2): "=A1*$C$1+K1",
        (2, 2): "=A2*$C$1+K2",
        (3, 2): "=A3*$C$1+K3",
    }
    assert read.rows == [[None, 2], [None, 4]]
    assert read.uncached == {(3, 2)}


def test_a_shared_formula_without_its_text_is_still_a_formula(tmp_path: Path):
    rows = '<row><c><f t="shared" si="7"/><v>4</v></c></row>'
    read = only_sheet(craft(tmp_path / "book.xlsx", rows))
    assert dict(read.formulas) == {(1, 1): "="}
    assert read.rows == [[4]]


def test_the_cells_of_a_data_table_are_formulas_with_results(tmp_path: Path):
    rows = '<row><c><f t="dataTable" ref="A1:A1" dt2D="0" r1="D4"/><v>12</v></c></row>'
    read = only_sheet(craft(tmp_path / "book.xlsx", rows))
    assert set(read.formulas) == {(1, 1)}
    assert read.formulas[1, 1].startswith("=TABLE(")
    assert read.rows == [[12]]


# Against another reader.


def test_a_book_of_every_kind_of_cell_reads_as_openpyxl_reads_it(tmp_path: Path):
    path = tmp_path / "book.xlsx"
    rows: List[Sequence[Any]] = [
        ["ID", "名称", at("2026-04-01"), date(2026, 5, 1), "<&>\"'", " 前後 "],
        ["K1", None, 12, -0.125, 1e-9, 123456789012],
        [],
        [None, None, True, "=1+1", "#N/A", "▲12"],
    ]
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Goals")
    for row in rows:
        sheet.append(row)
    book.save(path)
    other = openpyxl.load_workbook(path, data_only=True)["Goals"]
    read = only_sheet(path)
    for number, row in enumerate(other.iter_rows(values_only=True)):
        own = [*read.rows[number], *[None] * 6][:6]
        assert [str(value) if isinstance(value, CellError) else value for value in own] == [*row]
