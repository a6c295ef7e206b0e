"""The small calculator behind the cached values keeps to the spreadsheet's own rules."""

from __future__ import annotations

from datetime import date

import pytest

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.workbook.cached import calculate
from kpixl.workbook.expressions import from_place, parse
from kpixl.workbook.grid import Formula, Grid, Layout, Table


def value_of(formula: str, **cells: CellValue) -> CellValue:
    """The value of a formula in H1, on a sheet that holds these cells and a small table."""
    grid = Grid("sheet", "Sheet")
    for place, value in cells.items():
        grid.put(int(place[1:]), ord(place[0]) - 64, value)
    # A table in J1:K3: two goals and their weights.
    content: list[tuple[CellValue, CellValue]] = [("ID", "Weight"), ("K1", 2), ("K2", 3)]
    for row, (goal, weight) in enumerate(content, start=1):
        grid.put(row, 10, goal)
        grid.put(row, 11, weight)
    grid.table = Table("tblX", ("ID", "Weight"), 1, 3, first_column=10)
    grid.put(1, 8, Formula(formula))
    layout = Layout("en", (grid,), {"Limit": "'Sheet'!$A$9"})
    return calculate(layout)["Sheet", 1, 8]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1+2*3", 7.0),
        ("-2^2", 4.0),  # in a spreadsheet the sign binds first
        ("2^3^2", 64.0),  # and powers go from the left
        ("10-4-3", 3.0),
        ('"a"&1+1', "a2"),
        ('"Abc"="aBC"', True),  # texts are compared without case
        ('2<"1"', True),  # numbers stand before texts
        ("7/0", CellError("#DIV/0!")),
        ("1+#N/A", CellError("#N/A")),
        ('IF(1=1,"yes",1/0)', "yes"),  # the other branch is never worked out
        ("IF(1=2,1)", 0.0),
        ("AND(TRUE,1,2>1)", True),
        ("OR(FALSE,1/0)", CellError("#DIV/0!")),
        ("MOD(-3,12)", 9.0),
        ("INT(-0.5)", -1.0),
        ('RIGHT("000"&7,4)', "0007"),
        ('MID("2026-04",6,2)', "04"),
        ('VALUE(" 5 ")', 5.0),
        ('VALUE("five")', CellError("#VALUE!")),
        ('ISNUMBER(SEARCH("BUS","5 business days"))', True),
        ('ISNUMBER(MATCH("x",tblX[ID],0))', False),
    ],
)
def test_operators_and_functions(formula: str, expected: CellValue) -> None:
    assert value_of(formula) == expected


def test_a_blank_cell_is_empty_text_zero_and_false_alike() -> None:
    assert value_of('A1=""') is True
    assert value_of("A1=0") is True
    assert value_of("A1+1") == 1.0
    assert value_of("A1") == 0.0


def test_ranges() -> None:
    cells: dict[str, CellValue] = {"A1": 1, "A2": None, "A3": "x", "A4": 4}
    assert value_of("SUM($A$1:$A$4)", **cells) == 5.0
    assert value_of("COUNTA($A$1:$A$4)", **cells) == 3.0
    assert value_of('SUMPRODUCT(($A$1:$A$4<>"")*1)', **cells) == 3.0
    assert value_of("INDEX($A$1:$A$4,4)", **cells) == 4.0
    assert value_of("INDEX($A$1:$D$1,1,1)", **cells) == 1.0
    assert value_of("INDEX($A$1:$A$4,5)", **cells) == CellError("#REF!")
    assert value_of('MATCH("X",$A$1:$A$4,0)', **cells) == 3.0
    assert value_of("SUM($A$1:INDEX($A$1:$A$4,1))", **cells) == 1.0


def test_tables_by_header() -> None:
    assert value_of("SUM(tblX[Weight])") == 5.0
    assert value_of("ROWS(tblX[[#All]])") == 3.0
    assert value_of("INDEX(tblX[[#Data]],2,1)") == "K2"
    assert value_of('MATCH("Weight",tblX[[#Headers]],0)') == 2.0


def test_names_and_other_sheets() -> None:
    assert value_of("Limit*2", A9=0.5) == 1.0
    assert value_of("'Sheet'!A9", A9="here") == "here"


def test_days_are_counted_as_a_spreadsheet_counts_them() -> None:
    # 1 January 2026 is day 46023; Friday 2 January is a holiday here, so that the second
    # business day after New Year is Tuesday the 6th.
    assert value_of("DATE(2026,1,1)") == 46023.0
    assert value_of("DATE(2025,13,1)") == 46023.0
    assert value_of("WORKDAY(DATE(2026,1,1),2,A1)", A1=date(2026, 1, 2)) == 46028.0
    assert value_of("YEAR(A1)*100+MONTH(A1)", A1=date(2026, 4, 30)) == 202604.0


def test_in_cell_functions_are_the_registrys() -> None:
    assert value_of('KPI_GAP(A1,A2,"Lower")', A1=90, A2=100) == 10.0
    assert value_of("KPI_TO_DATE($A$1:$A$3)", A1=1, A2="▲2", A3=None) == -1.0


def array_of(formula: str, rows: int, columns: int, **cells: CellValue) -> list[list[CellValue]]:
    """What the cells of an array formula show that begins in H1."""
    grid = Grid("sheet", "Sheet")
    for place, value in cells.items():
        grid.put(int(place[1:]), ord(place[0]) - 64, value)
    grid.put_array(1, 8, Formula(formula, rows, columns))
    found = calculate(Layout("en", (grid,), {}))
    return [
        [found["Sheet", row, column] for column in range(8, 8 + columns)]
        for row in range(1, rows + 1)
    ]


NA = CellError("#N/A")


def test_an_array_formula_fills_its_cells() -> None:
    cells: dict[str, CellValue] = {"A1": 90, "A2": 100, "A3": None}
    assert array_of("$A$1:$A$3*2", 3, 1, **cells) == [[180.0], [200.0], [0.0]]
    # Single values, rows and columns repeat; beyond the result there is #N/A.
    assert array_of("$A$1*2", 2, 2, **cells) == [[180.0] * 2] * 2
    assert array_of("$A$1:$A$2", 3, 2, **cells) == [[90, 90], [100, 100], [NA, NA]]
    assert array_of("KPI_STATUS($A$1:$A$3,100)", 4, 1, **cells) == [
        ["Amber"], ["Green"], ["No data"], [NA],
    ]  # fmt: skip


def test_formulas_may_lean_on_a_part_of_an_array_formulas_result() -> None:
    cells: dict[str, CellValue] = {"A1": 90, "A2": 100}
    grid = Grid("sheet", "Sheet")
    for place, value in cells.items():
        grid.put(int(place[1:]), 1, value)
    grid.put(1, 2, Formula("SUM($H$2:$H$3)+1"))
    grid.put_array(2, 8, Formula("KPI_GAP($A$1:$A$2,10)", 2, 1))
    # 80 and 90 above 10.
    assert calculate(Layout("en", (grid,), {}))["Sheet", 1, 2] == 171.0


def test_an_array_formula_that_needs_one_of_its_cells_is_a_fault_of_the_template() -> None:
    with pytest.raises(ValueError, match="refers to itself"):
        array_of("$H$2:$H$3+1", 2, 1)


def test_whether_something_is_not_available() -> None:
    assert value_of("ISNA(#N/A)") is True
    assert value_of("ISNA(1/0)") is False
    assert value_of("ISNA(A1)", A1="#N/A") is False


def test_a_formula_that_needs_itself_is_a_fault_of_the_template() -> None:
    with pytest.raises(ValueError, match="refers to itself"):
        value_of("A1+H1")


@pytest.mark.parametrize("formula", ["1+", "IF(1", "A1:", "1 2", "{1}", "$"])
def test_what_is_not_in_the_grammar_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match=r"expected|unexpected|cannot read"):
        parse(from_place(formula, 1, 8))


def test_formulas_that_were_filled_down_are_the_same_text() -> None:
    first = from_place("IF($A5=\"A5\",B$1,'A1 b'!$C$2)", 5, 3)
    assert first == from_place("IF($A6=\"A5\",B$1,'A1 b'!$C$2)", 6, 3)
    assert first == "IF(R[0]C1=\"A5\",R1C[-1],'A1 b'!R2C3)"
