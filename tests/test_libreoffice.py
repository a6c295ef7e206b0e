"""A real LibreOffice with the extension gives what Python gives, whatever stands in the cells."""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Kind, Shape
from kpixl.functions.cells import Rows
from kpixl.hosts.excel.project import project_file
from kpixl.hosts.libreoffice import build_extension
from kpixl.hosts.office.cells import Handed, handed
from kpixl.plan.cells import cell_name
from kpixl.resources import workbook_templates
from kpixl.words import LANGUAGES, word
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import analysis
from tests.agreement import Agreement
from tests.books import (
    book_bytes,
    put,
    redefined,
    sample_bytes,
    with_another_ratio,
    with_periods,
)
from tests.calls_book import WIDEST, address, as_cells, direct, write_calls
from tests.function_cases import ACTUALS, CASES, GOALS, PLAN, Case
from tests.office import Office, OfficeBook, Value, version
from tests.workbook_xml import WrittenBook, XmlCell

NA, VALUE = CellError("#N/A"), CellError("#VALUE!")
KNOWS_NAMES = (25, 2)


# ---- Every function, every case -------------------------------------------------------------

# Where Calc itself stands between a cell and the function, and what comes out instead.
ZERO = "a 0 in an optional argument is the blank that Calc hands over as 0"
ERROR_IN_ARRAY = "an array with an error in it is no argument, unless it must be given"
BEYOND = "beyond the shorter of two arrays that Calc goes through itself"


def zero_as_blank(function: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """``any`` takes a blank cell for a 0, so that kpixl takes a 0 for a blank where blanks are
    usual and a 0 means next to nothing."""

    def seen(place: int, value: Any) -> Any:
        argument = declared.arguments[place]
        by_value = handed(declared, argument) is Handed.VALUE
        usual = argument.optional or argument.kind is not Kind.NUMBER
        return None if by_value and usual and as_cells(value) in (0, [[0]]) else value

    declared = FUNCTIONS[function]
    return tuple(seen(place, value) for place, value in enumerate(arguments))


def has_error_in_array(function: str, arguments: tuple[Any, ...]) -> bool:
    declared = FUNCTIONS[function]
    return any(
        isinstance(value, list)
        and sum(map(len, value)) > 1
        and any(isinstance(one, CellError) for row in value for one in row)
        and handed(declared, argument) is Handed.VALUE
        for argument, value in zip(declared.arguments, arguments, strict=False)
    )


def shorter_length(function: str, arguments: tuple[Any, ...]) -> int:
    """Of arrays that Calc goes through itself, where one is longer than it; else 0."""
    declared = FUNCTIONS[function]
    heights = {
        len(value)
        for argument, value in zip(declared.arguments, arguments, strict=False)
        if isinstance(value, list) and handed(declared, argument) is Handed.TEXT
    }
    several = heights - {1}
    return min(several) if len(several) > 1 else 0


def in_calc(function: str, case: Case) -> tuple[Rows, str]:
    """What the cells show, and why that differs from Python's answer where it does."""
    plain = direct(function, case)
    if has_error_in_array(function, case.arguments):
        return [[VALUE] * len(row) for row in plain], ERROR_IN_ARRAY
    end = shorter_length(function, case.arguments)
    if end:
        beyond: Rows = [[VALUE] * len(row) for row in plain[end:]]
        return [*plain[:end], *beyond], BEYOND
    seen = zero_as_blank(function, case.arguments)
    if seen != case.arguments:
        return direct(function, Case(case.name, seen)), ZERO
    return plain, ""


def agree(shown: Value, expected: object) -> bool:
    # Calc hands single numbers over with 15 digits.
    if isinstance(expected, float) and isinstance(shown, float):
        return math.isclose(shown, expected, rel_tol=1e-13, abs_tol=1e-13)
    return shown == ("" if expected is None else expected)


def test_every_function_gives_what_python_gives(
    office: Office, tmp_path: Path, agreement: Agreement
) -> None:
    calls = write_calls(
        tmp_path / "calls.xlsx", CASES, lambda function, case: in_calc(function, case)[0]
    )
    found: list[str] = []
    tally: Counter[tuple[str, str]] = Counter()
    with office.open(tmp_path / "calls.xlsx") as book:
        sheets = {
            name: book.values(name, address(0, 0, book.size(name)[0] + WIDEST, WIDEST))
            for name in CASES
        }
        assert not book.modified()[0]
    for call, (function, case) in zip(calls, every_case(), strict=True):
        assert (call.function, call.name) == (function, case.name)
        expected, why = call.expected, in_calc(function, case)[1]
        shown = [
            row[: len(line)]
            for row, line in zip(sheets[function][call.row :], expected, strict=False)
        ]
        tally[function, why] += 1
        pairs = zip(shown, expected, strict=True)
        if not all(agree(*pair) for row, line in pairs for pair in zip(row, line, strict=True)):
            found.append(f"{function}, {case.name}: {shown} instead of {expected} {why}")
    assert not found, "\n".join(found)
    assert sum(tally.values()) == sum(map(len, CASES.values()))
    # The exceptions stay exceptions.
    assert sum(count for (_, why), count in tally.items() if not why) > 2000
    for (function, why), count in tally.items():
        agreement(f"LibreOffice{', by exception' if why else ''}", function, count)


def every_case() -> Iterator[tuple[str, Case]]:
    return ((function, case) for function, cases in CASES.items() for case in cases)


# ---- What further formulas make of it -------------------------------------------------------

FORMULAS: dict[str, Value] = {
    "KPI_GAP(90,100)": -10.0,
    "KPI_GAP(A1,A2)": -10.0,
    "KPI_GAP(110,100,,3)": 10.0,
    "KPI_GAP(110,100,\"Lower\")": -10.0,
    "KPI_GAP(SUM(A1,A1),A2)": 80.0,
    "KPI_GAP(108,100,\"範囲\",5)": -3.0,
    # A blank is a blank, whether a cell, a formula's empty text or what a look-up finds.
    'KPI_GAP(A3,A2)=""': 1.0,
    'KPI_GAP(B3,A2)=""': 1.0,
    'KPI_GAP(VLOOKUP(90,A1:C1,3,FALSE),A2)=""': 1.0,
    "KPI_GAP(0,A2)": -100.0,
    'KPI_STATUS(A3,A2)': "No data",
    'KPI_STATUS(A1,A2)="Amber"': 1.0,
    'KPI_STATUS(A1,A2,,,,,"日本語")="注意"': 1.0,
    'KPI_STATUS(A1,A2)&"!"': "Amber!",
    'IF(KPI_STATUS(A1,A2)="Amber",1,2)': 1.0,
    "ISNUMBER(KPI_GAP(A1,A2))": 1.0,
    "ISTEXT(KPI_STATUS(A1,A2))": 1.0,
    "ISERROR(KPI_GAP_PCT(A1,0))": 1.0,
    "ISNA(KPI_GAP(A1,A2,\"sideways\"))": 1.0,
    "IFERROR(KPI_GAP_PCT(A1,0),\"n/a\")": "n/a",
    "ERROR.TYPE(KPI_GAP_PCT(A1,0))": 2.0,
    "KPI_GAP_PCT(A1,0)": CellError("#DIV/0!"),
    "KPI_GAP(A1,A2,\"sideways\")": NA,
    "KPI_GAP(\"plenty\",A2)": VALUE,
    "KPI_GAP(B1,A2)": CellError("#DIV/0!"),
    "KPI_GAP(1E+100,A2)": CellError("#NUM!"),
    "KPI_GAP(\"▲12\",0)": -12.0,
    # 15 digits of a number reach the function.
    "KPI_GAP(1/3,0)": 0.333333333333333,
    "KPI_TO_DATE(A1:A3)": 190.0,
    "KPI_ROLLUP(C1:C2,D1:D2)": 0.75,
    'PDCA_PHASE("why","how","Sato",DATE(2026,4,1),"","","")': "Do",
    # What must be given cannot be left out between two commas.
    "KPI_GAP(,A2)": VALUE,
}  # fmt: skip


def test_results_are_plain_values_in_further_formulas(office: Office, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "formulas.xlsx") as written:
        sheet = written.add_worksheet("S")
        sheet.write_column("A1", [90, 100])
        sheet.write_formula("B1", "=1/0")
        sheet.write_formula("B3", '=""')
        sheet.write_column("C1", [None, 0.75])
        sheet.write_column("D1", [3, 1])
        for row, formula in enumerate(FORMULAS):
            sheet.write_formula(row, 5, f"={formula}")
    with office.open(tmp_path / "formulas.xlsx") as book:
        shown = [row[0] for row in book.values("S", address(0, 5, len(FORMULAS)))]
    assert dict(zip(FORMULAS, shown, strict=True)) == FORMULAS


def test_arrays_of_texts_and_tables_in_cells(office: Office, tmp_path: Path) -> None:
    tables = [as_cells(table) for table in (GOALS, PLAN, ACTUALS)]
    with xlsxwriter.Workbook(tmp_path / "arrays.xlsx") as written:
        sheet = written.add_worksheet("S")
        for column, table in zip((0, 10, 14), tables, strict=True):
            for row, line in enumerate(table):
                sheet.write_row(row, column, line)
        sheet.write_column("R1", [90, 80, 0.5])
        sheet.write_column("S1", [0.95, 0.7])
        sheet.write_array_formula("T1:T3", "{=KPI_STATUS(R1:R3,100,C9:C11,C9:C11,S1:S3)}")
        sheet.write_formula("U2", '=T2="Amber"')
        # Without the braces Calc takes the row's own cell of a range: it is no array there.
        sheet.write_array_formula("T5", '{=SUM((KPI_STATUS(R1:R3,100)="Red")*1)}')
        sheet.write_formula("U1", "=KPI_GAP(R1:R3,100)")
        call = 'KPI_SCORECARD(A1:H4,K1:M3,O1:Q3,"2026-05")'
        sheet.write_array_formula("A20:R23", f"{{={call}}}")
        sheet.write_formula("T20", f"={call}")
        sheet.write_formula("T21", f'=INDEX({call},4,2)="返品"')
        # Calc compares a text in an array of texts and numbers once it is a text of its own: so
        # the template looks goals up. Numbers are found as they are.
        sheet.write_formula("T22", '=B23&""="返品"')
        sheet.write_formula("T23", '=ISNUMBER(MATCH("K2",A20:A23,0))')
        sheet.write_column("U23", [f'=A{row}&""' for row in range(20, 24)])
        sheet.write_formula("T24", '=MATCH("K2",U23:U26,0)')
        sheet.write_formula("T25", '=IF(ISNUMBER(INDEX(F20:F23,3)),INDEX(F20:F23,3),"")')
    expected = FUNCTIONS["KPI_SCORECARD"](*tables, "2026-05")
    assert isinstance(expected, list)
    with office.open(tmp_path / "arrays.xlsx") as book:
        assert book.values("S", "T1:T5") == [["Red"], ["Amber"], ["Red"], [""], [2.0]]
        assert book.values("S", "U1:U2") == [[-10.0], [1.0]]
        shown = book.values("S", "A20:R23")
        assert [line[:18] for line in expected] == shown
        assert book.values("S", "T20:T25") == [["ID"], [1.0], [1.0], [0.0], [4.0], [110.0]]


def test_a_recalculation_follows_the_cells(office: Office) -> None:
    with office.open() as book:
        sheet = book.sheets()[0]
        book.fill(sheet, "A1:B2", [[90, 100], [80, 100]])
        call = "=ORG.KPIXL.FUNCTIONS.KPI_GAP"
        book.formula(sheet, "C1", f"{call}(A1;B1)")
        book.formula(sheet, "D1:D2", f'{call}(A1:A2;B1:B2;{{"Lower"|"Higher"}})', array=True)
        book.formula(sheet, "E1", "=ORG.KPIXL.FUNCTIONS.KPI_TO_DATE(A1:A2)")
        assert book.values(sheet, "C1:E2") == [[-10.0, 10.0, 170.0], ["", -20.0, ""]]
        book.write([(sheet, "A1", 130), (sheet, "A2", "")])
        assert book.values(sheet, "C1:E2") == [[30.0, -30.0, 130.0], ["", "", ""]]


# ---- Books ----------------------------------------------------------------------------------


def books(folder: Path) -> Iterator[Path]:
    for language in ("en", "ja"):
        yield workbook_templates() / f"kpi_{language}.xlsx"
        yield put(folder, f"sample_{language}.xlsx", sample_bytes(language))
    yield put(folder, "periods_en.xlsx", book_bytes(with_periods("en")))
    renamed = redefined(sample_book("en"), "DEFECT", name="Returned goods", unit="cases")
    yield put(folder, "renamed_en.xlsx", book_bytes(renamed))
    ratio = with_another_ratio("en", "2025-06")
    yield put(folder, "ratio_en.xlsx", book_bytes(ratio))
    yield put(folder, "entered_en.xlsx", book_bytes(redefined(ratio, "SALES", formula=None)))


def test_the_templates_and_samples_calculate_to_what_is_stored(
    office: Office, tmp_path: Path
) -> None:
    for path in books(tmp_path):
        stored = WrittenBook(path.read_bytes())
        with office.open(path) as book:
            assert book.modified() == (False, 0)
            book.recalculate()
            compared = sum(compare(book, stored, sheet, path) for sheet in stored.sheets)
        assert compared > 10_000


def compare(book: OfficeBook, stored: WrittenBook, sheet: str, path: Path) -> int:
    """How many formulas were compared, array formulas in every cell; all of them have to agree."""
    cells = stored.computed(sheet)
    if not cells:
        return 0
    # Beyond the last goal an array formula has no value.
    names = {word("template.sheet.analysis", language) for language in LANGUAGES}
    beyond = analysis.TABLE_COLUMN if sheet in names else 1_000
    shown = book.values(sheet, f"A1:{cell_name(*book.size(sheet))}")
    wrong = []
    for cell in cells:
        row, column = place_of(cell.place)
        value, expected = shown[row - 1][column - 1], cached(cell)
        if isinstance(value, float) and isinstance(expected, float):
            same = math.isclose(value, expected, rel_tol=1e-11, abs_tol=1e-9)
        else:
            same = value == expected
        if not same or (isinstance(value, CellError) and (value != NA or column < beyond)):
            wrong.append(f"{path.name} {sheet}!{cell.place}: {value!r}, not {expected!r}")
    assert not wrong, "\n".join(wrong[:20])
    return len(cells)


def place_of(address: str) -> tuple[int, int]:
    return xlsxwriter.utility.xl_cell_to_rowcol(address)[0] + 1, (
        xlsxwriter.utility.xl_cell_to_rowcol(address)[1] + 1
    )


def cached(cell: XmlCell) -> Value:
    if cell.kind == "e":
        return CellError(cell.value or "")
    if cell.kind == "str" or not cell.value:
        return cell.value or ""
    return float(cell.value)


PLAIN_NAMES = {
    "D1": ("=KPI_GAP(A1,B1,C1)", 10.0),
    "D2": ('="KPI_GAP(1,2)"', "KPI_GAP(1,2)"),
    "D3": ('=IF(FALSE,pdca_phase(A1,"","","","","",""),"kpi_gap(")', "kpi_gap("),
}


def test_a_book_that_excel_saved_needs_nothing_done_to_it(office: Office, tmp_path: Path) -> None:
    """Protected sheets, arrays and names in texts included; and its history stays empty."""
    with xlsxwriter.Workbook(tmp_path / "plain.xlsx") as written:
        sheet = written.add_worksheet("S")
        sheet.protect("secret")
        sheet.write_column("A1", [90, 80])
        sheet.write_column("B1", [100, 100])
        sheet.write_column("C1", ["Lower", "Higher"])
        for place, (formula, _) in PLAIN_NAMES.items():
            sheet.write_formula(place, formula)
        sheet.write_array_formula("E1:E2", "{=KPI_STATUS(A1:A2,B1:B2,C1:C2)}")
    with office.open(tmp_path / "plain.xlsx") as book:
        assert [book.value("S", place) for place in PLAIN_NAMES] == [
            value for _, value in PLAIN_NAMES.values()
        ]
        assert book.values("S", "E1:E2") == [["Green"], ["Red"]]
        assert book.modified() == (False, 0)
        book.save(tmp_path / "again.xlsx")
        book.save(tmp_path / "again.ods")
    formulas = re.findall(r"<f[^>]*>([^<]*)", sheet_part(tmp_path / "again.xlsx"))
    # An older LibreOffice writes names that Excel knows only without their prefix.
    prefix = "" if version() >= KNOWS_NAMES else "ORG.KPIXL.FUNCTIONS."
    assert f"{prefix}KPI_GAP(A1,B1,C1)" in formulas
    for name in ("again.xlsx", "again.ods"):
        with office.open(tmp_path / name) as book:
            assert book.values("S", "D1:E2") == [[10.0, "Green"], ["KPI_GAP(1,2)", "Red"]]


def test_the_extension_goes_before_the_vba_that_a_book_has_for_excel(
    office: Office, tmp_path: Path
) -> None:
    """Which can call nothing here, whether macros are allowed or not."""
    with xlsxwriter.Workbook(tmp_path / "plan.xlsm") as written:
        written.add_vba_project(str(project_file("en")))
        sheet = written.add_worksheet("S")
        sheet.write_column("A1", [90, 80])
        sheet.write_column("B1", ["KPI_GAP(", None])
        sheet.write_formula("C1", '=IF(B1="KPI_GAP(",KPI_GAP(A1,100),0)')
        sheet.write_formula("C2", "=pdca_phase(B1,B1,B1,B1,B2,B2,B2)")
        sheet.write_array_formula("D1:D2", "{=KPI_STATUS(A1:A2,100)}")
    for macros in (False, True):
        with office.open(tmp_path / "plan.xlsm", macros=macros) as book:
            assert book.values("S", "C1:D2") == [[-10.0, "Amber"], [VALUE, "Red"]]
            assert book.modified() == (False, 0)


def sheet_part(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read("xl/worksheets/sheet1.xml").decode("utf-8")


def test_without_the_extension_the_names_mean_nothing(plain_office: Office, tmp_path: Path) -> None:
    """So that the tests above measure the extension and nothing else."""
    write_calls(tmp_path / "calls.xlsx", {"KPI_GAP": CASES["KPI_GAP"][:1]})
    with plain_office.open(tmp_path / "calls.xlsx") as book:
        assert book.value("KPI_GAP", "A2") == CellError("#NAME?")


# ---- Languages ------------------------------------------------------------------------------


def described(language: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    return {
        one.name: (
            one.description(language),
            [
                (argument.name, argument.description(language).replace("[#All]", "[[#All]]"))
                for argument in one.arguments
            ],
        )
        for one in FUNCTIONS.values()
    }


def test_the_wizard_describes_every_function(office: Office) -> None:
    told = office.functions()
    assert {name: told.get(name) for name in FUNCTIONS} == described("en")


def test_a_table_is_read_as_the_wizard_writes_it(office: Office, tmp_path: Path) -> None:
    """7.4 takes ``tblActions[#All]``, as Excel has it, for an unknown name."""
    arguments = dict(office.functions()["PDCA_NEXT"][1])
    (table,) = re.findall(r"tblActions\S*]", arguments["actions"])
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as written:
        sheet = written.add_worksheet("S")
        columns = [{"header": "ID"}, {"header": "Owner"}]
        sheet.add_table("A1:B4", {"name": "tblActions", "columns": columns})
        sheet.write_formula("D1", f"=ROWS({table})")
    with office.open(tmp_path / "table.xlsx") as book:
        assert book.value("S", "D1") == 4


def test_a_japanese_libreoffice_and_one_with_a_decimal_comma(tmp_path: Path) -> None:
    extension = build_extension(tmp_path / "kpixl.oxt")
    with Office(tmp_path, [extension], language="ja", region="de-DE") as office:
        told = office.functions()
        assert {name: told.get(name) for name in FUNCTIONS} == described("ja")
        with office.open() as book:
            sheet = book.sheets()[0]
            book.write([(sheet, "A1", 0.5), (sheet, "A2", -1234.25), (sheet, "A3", "1,5,0")])
            book.write([(sheet, "A4", "plenty, and more"), (sheet, "A5", 2)])
            call = "=ORG.KPIXL.FUNCTIONS.KPI_GAP(A{row};0)"
            book.fill(sheet, "B1:B5", [[call.format(row=row)] for row in range(1, 6)])
            book.formula(sheet, "C1", '=A1&""')
            assert book.value(sheet, "C1") == "0,5"  # this one does write a comma
            shown = [row[0] for row in book.values(sheet, "B1:B5")]
            assert shown == [0.5, -1234.25, FUNCTIONS["KPI_GAP"]("1,5,0", 0), VALUE, 2.0]


def test_shapes_are_declared_so_that_calc_keeps_what_it_can() -> None:
    """Blanks where figures must be given, errors in tables, and arguments that may be left out."""
    for function in FUNCTIONS.values():
        for argument in function.arguments:
            how = handed(function, argument)
            assert (how is Handed.VALUE) >= argument.optional
            if not argument.optional and argument.shape is not Shape.SCALAR:
                assert how is Handed.RANGE
            if argument.wants_content and argument.kind is Kind.NUMBER:
                assert (how is Handed.TEXT) == (function.gives is Shape.SCALAR)
