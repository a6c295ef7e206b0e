"""Goals, months and figures are found in a source, whatever its shape."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.errors import KpixlError
from kpixl.importing.extract import SourceSheet, read_sheet
from kpixl.importing.figures import SourceReading, Understood
from kpixl.importing.rules import NO_RULES, Rules
from kpixl.importing.sources import read_figures
from kpixl.importing.terms import Terms
from kpixl.importing.text_source import SourceProblem, read_text
from kpixl.plan.cells import SheetRows
from kpixl.plan.month import Month
from kpixl.words import problem_text, section
from tests.importing import NOVEMBER, hints

TERMS = Terms(
    labels={"SALES": "SALES", "CVR": "CVR", "VISITS": "Visits", "COST": "COST", "0100": "0100"},
    names={"売上高": "SALES", "sales": "SALES", "shopvisits": "VISITS", "conversion": "CVR"},
    shown_names={"SALES": "売上高", "VISITS": "Shop visits", "CVR": "Conversion"},
    percent=frozenset({"CVR"}),
    calculated=frozenset(),
)


def read(rows: Any, rules: Rules = NO_RULES, given: Month | None = None) -> SourceReading:
    sheet = SourceSheet("a.csv", "csv", SheetRows("", rows))
    return read_figures(sheet, rules, False, TERMS, hints(given))


def text(folder: Path, content: str, rules: Rules = NO_RULES) -> SourceReading:
    path = folder / "a.csv"
    path.write_bytes(content.encode("cp932"))
    return read(read_text(path, rules).sheet.rows, rules)


def understood(found: SourceReading) -> Understood:
    assert found.understood is not None
    return found.understood


def figures(found: SourceReading) -> dict[tuple[str, str], float]:
    return {(one.goal, str(one.month)): one.value for one in found.figures}


def codes(found: SourceReading) -> list[tuple[str, str | None, str]]:
    return [(one.code, one.cell, one.found) for one in found.problems]


LONG = {("SALES", "2026-10"): 1200.0, ("VISITS", "2026-11"): -3.0}


@pytest.mark.parametrize(
    "rows",
    [
        [["ID", "Month", "Value"], ["SALES", "2026-10", "1,200"], ["visits", "2026/11", "▲3"]],
        # Columns in any order, others beside them, a title and blank rows above.
        [["Report"], [], ["Note", "Amount", "Period", "Code"],
         ["n", "1200", "Oct-26", "sales"], ["m", "(3)", "2026年11月", "ＶＩＳＩＴＳ"]],
        # Headers that nobody knows.
        [["Kennzahl", "Zeit", "Wert"], ["SALES", "202610", "1200"], ["Visits", "11/2026", "-3"]],
        # None at all.
        [["SALES", "2026-10", "1200"], ["VISITS", "2026-11", "-3"]],
        # Year and month apart.
        [["Code", "年", "月", "金額"], ["SALES", "2026", "10", "1200"], ["Visits", 2026, 11, -3]],
        # Dates, as workbooks and databases give them.
        [["Code", "d", "v"], ["SALES", date(2026, 10, 31), 1200],
         ["Visits", date(2026, 11, 1), -3]],
    ],
)  # fmt: skip
def test_one_figure_a_row(rows):
    found = read(rows)
    assert figures(found) == LONG
    assert found.problems == ()
    assert understood(found).shape == "long"


def test_a_fiscal_year_beside_the_month_is_placed_by_its_start():
    # January of fiscal 2026, which began in April 2026, is January 2027.
    rows = [
        ["コード", "年度", "月", "金額"],
        ["SALES", "2026年度", "1月", "5"],
        ["SALES", "2026", "4", "6"],
    ]
    assert figures(read(rows)) == {("SALES", "2027-01"): 5.0, ("SALES", "2026-04"): 6.0}


def test_months_without_a_year_are_placed_in_the_fiscal_year_and_that_is_said():
    rows = [["コード", "月", "金額"], ["SALES", "10月", "5"], ["SALES", "3月", "6"]]
    found = read(rows)
    assert figures(found) == {("SALES", "2026-10"): 5.0, ("SALES", "2027-03"): 6.0}
    assert understood(found).fiscal_year == Month(2026, 4)


WIDE = {
    ("SALES", "2026-10"): 1200.0, ("SALES", "2026-11"): 1300.0,
    ("VISITS", "2026-10"): 1.0, ("VISITS", "2026-11"): 2.0,
}  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        ["ID", "2026-10", "2026-11"],
        ["Goal", "Oct-26", "Nov-26"],
        ["科目コード", "2026年10月", "2026年11月"],
        ["科目コード", "10月", "11月"],
        ["Kennzahl", "202610", "202611"],
        ["ID", date(2026, 10, 1), date(2026, 11, 1)],
        ["ID", 46296, 46327],  # the same dates without their format
    ],
)
def test_one_column_a_month(header):
    rows = [["Some title", None, "千円"], header, ["SALES", 1200, "1,300"], ["Visits", 1, "2"]]
    found = read(rows)
    assert figures(found) == WIDE
    assert understood(found).shape == "wide"
    assert understood(found).header == 2


def test_a_year_above_the_months_counts():
    rows = [[None, "2025年度", None], ["コード", "3月", "4月"], ["SALES", 1, 2]]
    # March of fiscal 2025 is in 2026; the April after it, too.
    assert figures(read(rows)) == {("SALES", "2026-03"): 1.0, ("SALES", "2026-04"): 2.0}


def test_figures_that_look_like_months_stay_figures():
    rows = [["ID", "2026-10", "2026-11"], ["SALES", "202610", "202611"], ["VISITS", "7", "8"]]
    assert figures(read(rows))["SALES", "2026-10"] == 202610.0


def test_the_header_is_found_however_far_above_the_first_goal_it_stands():
    others = [[f"C{n}", str(n), str(n)] for n in range(200)]
    rows = [["ID", "2026-10", "2026-11"], *others, ["SALES", "1", "2"]]
    assert figures(read(rows)) == {("SALES", "2026-10"): 1.0, ("SALES", "2026-11"): 2.0}
    long = [["Konto", "Monat", "Wert"], *([f"C{n}", "2026-10", str(n)] for n in range(200)),
            ["SALES", "2026-10", "1"]]  # fmt: skip
    found = read(long)
    assert figures(found) == {("SALES", "2026-10"): 1.0}
    assert (understood(found).header, len(found.problems)) == (1, 200)


def test_totals_are_no_goals():
    rows = [["コード", "2026-10", "合計"], ["SALES", 5, 5], ["合計", 5, 5]]
    found = read(rows)
    assert figures(found) == {("SALES", "2026-10"): 5.0}
    assert noted(found) == [("import-total", "A3", "合計", 1)]


def noted(found: SourceReading) -> list[tuple[str, str | None, str, object]]:
    """The remarks of a source that has nothing else."""
    assert all(one.warning for one in found.problems)
    return [(one.code, one.cell, one.found, one.details.get("n")) for one in found.problems]


def test_a_total_of_many_rows_is_told_once():
    rows = [["ID", "month", "value"], ["SALES", "2026-10", 5], ["Total", "2026-10", 5],
            ["Total", "2026-11", 6], ["Grand total", "2026-11", ""]]  # fmt: skip
    assert noted(read(rows)) == [("import-total", "A3", "Total", 2)]


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        (Rules(ids={"TOTAL": "SALES"}), []),
        (Rules(ignore=("TOTAL",)), []),
        (Rules(ids={"TOTAL": "SALSE"}), ["import-map-id"]),
    ],
)
def test_what_the_mapping_says_of_a_total_goes_before(rules, codes):
    found = read([["ID", "2026-10"], ["VISITS", 4], ["Total", 5]], rules)
    assert [one.code for one in found.problems] == codes


def test_a_total_without_an_id_is_told_by_its_label():
    found = read([["ID", "name", "2026-10"], ["SALES", "a", 5], [None, "合計", 5]])
    assert noted(found) == [("import-total", "A3", "合計", 1)]
    assert "ignore" not in problem_text(found.problems[0], "ja").mend


GIVEN = Month(2026, 11)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        # The source says other months by itself, in headers, cells or a column of years.
        ([["ID", "2026-09", "2026-10"], ["SALES", 5, 6]], "2026-09 – 2026-10"),
        ([["ID", "month", "value"], ["SALES", "2026-10", 5]], "2026-10"),
        ([["ID", "year", "month", "value"], ["SALES", 2026, 10, 5]], "2026-10"),
        ([["month", "SALES", "VISITS"], ["2026-10", 5, 6]], "2026-10"),
        # It is used, or says the same.
        ([["ID", "2026-11"], ["SALES", 5]], None),
        ([["ID", "10月", "11月"], ["SALES", 5, 6]], None),
        ([["ID", "value"], ["SALES", 5]], None),
    ],
)
def test_a_month_that_is_said_in_vain_is_told(rows, told):
    found = read(rows, given=GIVEN)
    assert found.figures
    assert [(one.code, one.found, one.details["months"]) for one in found.problems] == (
        [] if told is None else [("import-month-unused", "2026-11", told)]
    )
    assert all(one.warning for one in found.problems)


def test_an_export_of_japanese_accounting_software(tmp_path):
    # Titles above, the unit in a cell of its own, ▲ and full-width digits, codes with their names.
    content = (
        "部門別損益実績表,,,,\n株式会社ひばり,,,,単位：千円\n,,,,\n"
        "勘定科目コード,勘定科目,4月,10月,合計\n"
        '4100,売上高,"1,200",△12,"1,188"\n0100,その他,１２３,(45),78\n'
    )
    rules = Rules(factor=1000, ids={"4100": "SALES"})
    found = text(tmp_path, content, rules)
    assert figures(found) == {
        ("SALES", "2026-04"): 1_200_000.0, ("SALES", "2026-10"): -12_000.0,
        ("0100", "2026-04"): 123_000.0, ("0100", "2026-10"): -45_000.0,
    }  # fmt: skip
    assert found.problems == ()


def test_goals_are_known_by_their_exact_name_and_that_is_said():
    found = read([["科目", "2026-10"], ["売上高", 5], ["Shop visits", 6]])
    assert figures(found) == {("SALES", "2026-10"): 5.0, ("VISITS", "2026-10"): 6.0}
    assert understood(found).names == {"売上高": "SALES", "Shop visits": "Visits"}


def test_the_id_column_counts_where_names_stand_beside_it():
    found = read([["Name", "ID", "2026-10"], ["Conversion", "SALES", 5]])
    assert figures(found) == {("SALES", "2026-10"): 5.0}


def test_codes_keep_their_leading_zeros():
    found = read([["コード", "2026-10"], ["0100", "5"], ["100", "7"]])
    assert figures(found) == {("0100", "2026-10"): 5.0}
    assert codes(found) == [("import-unknown-id", "A3", "100")]


def test_unknown_ids_are_listed_once_with_the_one_that_is_meant():
    rows = [["ID", "Month", "Value"], ["SALSE", "2026-10", 1], ["SALSE", "2026-11", 2],
            ["QQQ", "2026-10", 3], ["SALES", "2026-10", 4]]  # fmt: skip
    found = read(rows)
    first, second = found.problems
    assert (first.code, first.cell, first.details["near"]) == ("import-unknown-id", "A2", "SALES")
    assert first.details["n"] == 2
    assert "near" not in second.details


def test_codes_that_are_none_are_left_out_on_purpose():
    rows = [["ID", "Month", "Value"], ["SALES", "2026-10", 1], ["9999", "2026-10", 2]]
    assert read(rows, Rules(ignore=("99*",))).problems == ()
    # Of everything else, what the book knows is still taken.
    found = read(rows, Rules(ignore=("*",)))
    assert (figures(found), found.problems) == ({("SALES", "2026-10"): 1.0}, ())


def test_what_cannot_be_read_is_told_with_its_cell():
    rows = [["ID", "Month", "Value"], ["SALES", "2026-10", "about 9"], ["CVR", "someday", "1"],
            ["", "2026-10", "4"], ["VISITS", "2026-10", "5"], ["COST", "2026-10", ""]]  # fmt: skip
    found = read(rows, Rules(month="Month", value="Value"))
    assert figures(found) == {("VISITS", "2026-10"): 5.0}
    assert codes(found) == [
        ("import-number", "C2", "about 9"),
        ("import-month", "B3", "someday"),
        ("import-without-id", "A4", ""),
    ]


def test_a_month_column_that_says_no_month_is_told():
    found = read([["ID", "2026-10", "13月", "2026-13"], ["SALES", 1, 2, 3]])
    assert figures(found) == {("SALES", "2026-10"): 1.0}
    assert [code for code, _, _ in codes(found)] == ["import-month", "import-month"]


def test_an_error_and_a_formula_that_was_never_calculated_are_told():
    from kpixl.errors import CellError

    any_rows: Any = [["ID", "2026-10", "2026-11"], ["SALES", CellError("#DIV/0!"), None]]
    formulas = {(2, 3): "=1+1"}
    sheet = SourceSheet(
        "b.xlsx", "workbook", SheetRows("S", any_rows, formulas, frozenset({(2, 3)})), "S"
    )
    found = read_sheet(sheet, Rules(), False, TERMS, hints())
    assert codes(found) == [
        ("import-cell-error", "B2", "#DIV/0!"),
        ("never-calculated", "C2", "=1+1"),
    ]
    assert found.problems[0].sheet == "b.xlsx › S"


def test_a_decimal_comma_stops_the_source_until_somebody_says_what_it_is():
    rows = [["ID", "Month", "Value"], ["SALES", "2026-10", "1,200"], ["COST", "2026-10", "12,5"]]
    with pytest.raises(SourceProblem) as caught:
        read(rows)
    assert caught.value.code == "import-decimal"
    assert caught.value.details["cell"] == "C3"
    # 1,200 is 1.2 where the comma stands before decimals.
    assert figures(read(rows, Rules(decimal=",")))["SALES", "2026-10"] == 1.2
    point = read(rows, Rules(decimal="."))
    assert figures(point) == {("SALES", "2026-10"): 1200.0}
    assert codes(point) == [("import-number", "C3", "12,5")]


def test_a_source_without_months_needs_the_month_to_be_said():
    rows = [["科目コード", "当月残高"], ["SALES", 5]]
    with pytest.raises(SourceProblem) as caught:
        read(rows)
    assert caught.value.code == "import-unclear-month"
    found = read(rows, given=NOVEMBER)
    assert figures(found) == {("SALES", "2026-11"): 5.0}
    assert understood(found).fixed_month == NOVEMBER


def test_two_columns_of_figures_are_not_guessed_at():
    rows = [["ID", "Month", "Debit", "Credit"], ["SALES", "2026-10", 1, 2]]
    with pytest.raises(SourceProblem) as caught:
        read(rows)
    assert caught.value.code == "import-unclear-value"
    assert caught.value.details["columns"] == ("Debit", "Credit")
    assert figures(read(rows, Rules(value="Credit"))) == {("SALES", "2026-10"): 2.0}
    assert figures(read(rows, Rules(value="C"))) == {("SALES", "2026-10"): 1.0}


def test_the_column_that_is_called_after_the_sheet_wins():
    rows = [["ID", "Month", "Plan", "Actual"], ["SALES", "2026-10", 1, 2]]
    assert figures(read(rows)) == {("SALES", "2026-10"): 2.0}


@pytest.mark.parametrize(
    ("rules", "header"),
    [
        (Rules(id="ID", shape="wide"), ["ID", "2026-10", "2026-11"]),
        (Rules(id="KGI", shape="wide"), ["KGI", "2026-10", "2026-11"]),
        (Rules(id="A", shape="wide"), ["ID", "2026-10", "2026-11"]),
        (Rules(id="A", shape="wide"), ["Kennzahl", "2026-10", "2026-11"]),
    ],
)
def test_a_header_of_few_letters_is_no_column_letter(rules, header):
    found = read([["Report"], header, ["SALES", "1200", ""], ["VISITS", "", "-3"]], rules)
    assert figures(found) == LONG


def test_a_column_that_the_mapping_names_and_is_not_there():
    rows = [["ID", "Month", "Value"], ["SALES", "2026-10", 1]]
    with pytest.raises(SourceProblem) as caught:
        read(rows, Rules(value="Betrag"))
    assert caught.value.code == "import-no-such-column"
    assert caught.value.details["columns"] == ("ID", "Month", "Value")
    fault = KpixlError("import-no-such-column", **caught.value.details, mapping="plan.import.toml")
    assert problem_text(fault, "en").what.endswith("Its columns: “ID”, “Month”, “Value”")
    assert problem_text(fault, "ja").what.endswith("列：「ID」、「Month」、「Value」")


def test_a_source_of_headers_alone():
    with pytest.raises(SourceProblem, match="import-no-rows"):
        read([["ID", "Month", "Value"]])


def test_figures_of_an_unknown_id_are_counted_without_blanks():
    found = read([["ID", "2026-10", "2026-11"], ["NOPE", 5, ""], ["SALES", 1, 2]])
    (problem,) = found.problems
    assert (problem.code, problem.details["n"]) == ("import-unknown-id", 1)


def test_a_source_about_other_things_is_said_to_be():
    with pytest.raises(SourceProblem) as caught:
        read([["Name", "Town"], ["Ann", "Kobe"]])
    assert caught.value.code == "import-goals-none"


def test_percent_signs_and_factors():
    rows = [["ID", "2026-10", "2026-11"], ["CVR", "3.2%", "3.2"], ["SALES", "1", "2"]]
    found = read(rows, Rules(factor=1000, factors={"CVR": 0.01}))
    assert figures(found) == {
        ("CVR", "2026-10"): 0.032, ("CVR", "2026-11"): 0.032,
        ("SALES", "2026-10"): 1000.0, ("SALES", "2026-11"): 2000.0,
    }  # fmt: skip
    assert [one.sure for one in found.figures] == [True, True, False, False]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["ID", "Month", "SALES", "Visits", "2026-10", "10月", "年度", "合計", "1,2", "-"]
    ),
    st.text(max_size=6),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.dates(),
    st.booleans(),
)
RULES = st.builds(
    Rules,
    shape=st.sampled_from(["", "long", "wide", "columns"]),
    header=st.sampled_from([None, 0, 1, 9]),
    id=st.sampled_from(["", "ID", "A", "ZZ"]),
    month=st.sampled_from(["", "Month", "B"]),
    year=st.sampled_from(["", "C"]),
    value=st.sampled_from(["", "D", "SALES"]),
    decimal=st.sampled_from(["", ",", "."]),
)


@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=6), rules=RULES)
def test_whatever_stands_in_a_source_is_read_or_refused_with_a_reason(rows, rules):
    reason = None
    try:
        found = read(rows, rules)
    except SourceProblem as problem:
        reason = problem.code
    if reason is not None:
        assert reason in section("problem")
        return
    for one in found.figures:
        assert one.goal in TERMS.labels
        assert abs(one.value) <= 1e15
