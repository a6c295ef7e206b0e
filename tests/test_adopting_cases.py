"""Old workbooks, one difficulty each: years, measures, names, formulas, totals; and no such."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kpixl.adopting.adopt import Adoption, adopt
from kpixl.adopting.known import Measure, Said, Span, Total, said_by, told_by_title, total_of
from kpixl.adopting.units import is_unit, unit_of_format, without_unit
from kpixl.adopting.years import NOTHING_TOLD, Told
from kpixl.errors import FileProblem, UsageProblem
from tests.books import sample_bytes
from tests.old_books import FISCAL, F, Fill, Sheet, write
from tests.test_adopting import cells, checked, figures, goals, left, months, reasons, row


@pytest.fixture
def of(tmp_path: Path) -> Callable[..., Adoption]:
    """What is made of a book of one sheet, or of several."""

    def adopted(fill: Fill | dict[str, Fill], told: Told = NOTHING_TOLD) -> Adoption:
        sheets = fill if isinstance(fill, dict) else {"Data": fill}
        return adopt(write(tmp_path / "old.xlsx", sheets), told)

    return adopted


def simple(title: str, heads: list[str], *rows: Sequence[object], at: str = "A1") -> Fill:
    def fill(sheet: Sheet) -> None:
        sheet.put(at, title)
        sheet.across("A3", heads)
        for number, values in enumerate(rows, start=4):
            sheet.across(f"A{number}", values)

    return fill


PAIR: tuple[list[object], ...] = (["売上", "予算", 1, 2, 3], ["売上", "実績", 2, 3, 4])
HEADS = ["項目", "区分", "4月", "5月", "6月"]


# ---- Which year -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("2026年度 予実", "2026-04"),
        ("令和8年度 予実", "2026-04"),
        ("R8年度 予実", "2026-04"),
        ("予実 2026年4月〜2027年3月", "2026-04"),
        ("予実 FY2026/27", "2026-04"),
        ("予実 2026", "2026-04"),
        ("予実（作成日 2025/3/31） 2026年度", "2026-04"),
    ],
)
def test_the_title_tells_the_year(of, title, first):
    assert row(figures(of(simple(title, HEADS, *PAIR)), "K01", "plan")) == months(first, 1, 2, 3)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("予算実績表", "year-missing"),
        ("予実 2025年度・2026年度", "year-several"),
        # A fiscal year from April may begin or end in 2026.
        ("予実 FY2026", "year-fiscal"),
        ("予実 FY26", "year-fiscal"),
    ],
)
def test_a_year_that_is_not_told_is_asked_for(of, title, reason):
    fill = simple(title, HEADS, *PAIR)
    found = of(fill)
    assert found.draft is None
    assert left(found) == [("Data!C4:E5", "1", reason)]
    told = of(fill, Told(2026))
    assert row(figures(told, "K01", "plan")) == months("2026-04", 1, 2, 3)
    assert reasons(told, "year") == [("2026-04 – 2026-06", "year-told")]


def test_months_past_december_are_of_the_next_year_and_said_to_be_assumed(of):
    heads = ["項目", "区分", "11月", "12月", "1月"]
    found = of(simple("2026年 予実", heads, *PAIR))
    assert row(figures(found, "K01", "plan")) == months("2026-11", 1, 2, 3)
    assert reasons(found, "year") == [("2026-11 – 2027-01", "year-rolls")]


@pytest.mark.parametrize(
    ("title", "heads", "start"),
    [
        ("FY2026/27 actual", ["Apr-26", "May-26"], 4),
        ("2026/27 actual", ["Apr", "May"], 4),
        ("2026 actual", ["Apr", "May"], 1),
        ("2026: actual from 2026/05 on", ["2026/05", "2026/06"], 1),
    ],
)
def test_a_year_over_two_calendar_years_does_not_begin_in_january(of, title, heads, start):
    found = of(simple(title, ["Item", *heads], ["Sales", 10, 20]))
    assert found.draft.fiscal_start == start
    assert found.draft.content.settings["review_month"] == f"2026-0{6 if '/05' in title else 5}"


def test_figures_that_count_up_are_no_months(of):
    found = of(simple("2026年度", ["項目", *FISCAL[:6]], ["出店数 実績", 1, 2, 3, 4, 5, 6]))
    assert row(figures(found, "K01", "actuals")) == months("2026-04", 1, 2, 3, 4, 5, 6)


def test_a_fiscal_year_label_over_january_to_march_alone(of):
    """Without April among the months, 2026年度 is taken to begin in it: January is of 2027."""
    heads = ["項目", "区分", "1月", "2月", "3月"]
    found = of(simple("2026年度 予実", heads, *PAIR))
    assert row(figures(found, "K01", "plan")) == months("2027-01", 1, 2, 3)
    assert reasons(found, "year") == [("2027-01 – 2027-03", "year-april")]
    july = of(simple("2026年度 予実", heads, *PAIR), Told(fiscal_start=1))
    assert row(figures(july, "K01", "plan")) == months("2026-01", 1, 2, 3)


def test_a_fiscal_year_that_begins_in_january_is_one_year_however_it_is_called(of):
    heads = [
        "KPI",
        "",
        *["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ]
    found = of(simple("FY26 KPIs", heads, ["Sales", "Budget", *range(12)]))
    assert row(figures(found, "K01", "plan")) == months("2026-01", *range(12))


# ---- Plan or actual ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("計画", Said(Measure.PLAN)), ("予算(A)", Said(Measure.PLAN)),
        ("目標値", Said(Measure.PLAN)),
        ("Budget", Said(Measure.PLAN)), ("②実績", Said(Measure.ACTUAL)),
        ("Act.", Said(Measure.ACTUAL)),
        ("前年同月", Said(Measure.PRIOR)), ("LY", Said(Measure.PRIOR)),
        ("見込", Said(Measure.OUTLOOK)),
        ("達成率", Said(Measure.ATTAINMENT)), ("進捗率", Said(Measure.ATTAINMENT)),
        ("差異(B-A)", Said(Measure.DIFFERENCE)), ("Var %", Said(Measure.DIFFERENCE_RATE)),
        ("累計", Said(None, True)), ("YTD Actual", Said(Measure.ACTUAL, True)),
        ("累計達成率", Said(Measure.ATTAINMENT, True)), ("前年比", Said(Measure.GROWTH)),
        ("修正予算", Said(Measure.REVISION)), ("売上高", None), ("事業計画書", None),
    ],
)  # fmt: skip
def test_the_words_for_what_a_figure_is(text, said):
    assert said_by(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026年度 売上計画", Measure.PLAN), ("Budget FY26", Measure.PLAN),
        ("実績推移表", Measure.ACTUAL), ("予算実績管理表", None), ("予実管理", None),
        ("Budget vs Actual", None), ("KPI report", None), ("Results by factor", Measure.ACTUAL),
        ("Explanation", None),
    ],
)  # fmt: skip
def test_a_title_tells_plan_or_actual_only_where_it_speaks_of_one(text, said):
    found = told_by_title(text)
    assert (found.measure if found else None) == said


def test_figures_of_which_nothing_says_plan_or_actual_are_left(of):
    found = of(simple("2026年度 一覧", ["項目", "4月", "5月", "計"], ["売上", 1, 2, 3]))
    assert found.draft is None
    assert left(found) == [("Data!B4:D4", "1", "no-measure")]


def test_words_at_the_end_of_a_name_count_where_their_fellow_stands_beside(of):
    found = of(
        simple(
            "2026年度", ["指標", "4月", "5月"], ["売上計画", 1, 2], ["売上実績", 2, 2],
            ["事業計画", 5, 5],
        )
    )  # fmt: skip
    assert [goal.name for goal in goals(found)] == ["売上"]
    # Not "事業" and its plan: there is no 事業実績.
    assert left(found) == [("Data!B6:C6", "5", "no-measure")]


def test_the_prior_year_becomes_the_actuals_of_the_year_before(of):
    heads = ["項目", "", "2026-04", "2026-05"]
    found = of(simple("", heads, ["売上", "実績", 10, 12], [None, "前年実績", 8, 9]))
    assert row(figures(found, "K01", "actuals")) == [
        *months("2025-04", 8, 9), *months("2026-04", 10, 12),
    ]  # fmt: skip
    assert cells(figures(found, "K01", "actuals"))[:2] == ["Data!C5", "Data!D5"]


def test_a_prior_year_that_contradicts_the_actuals_is_left(of):
    heads = ["項目", "", "2025-04", "2026-04"]
    found = of(simple("", heads, ["売上", "実績", 8, 10], [None, "前年", None, 9]))
    assert left(found) == [("Data!D5", "9", "differs")]
    assert dict(found.left[0].details) == {"first": "Data!C4", "value": "8"}


def test_an_outlook_and_a_revised_plan_go_to_sheets_of_their_own(of):
    heads = ["項目", "", "2026-04", "2026-05"]
    found = of(
        simple(
            "", heads, ["売上", "当初予算", 1, 2], [None, "修正予算", None, 3], [None, "見込", 4, 5]
        )
    )
    assert row(figures(found, "K01", "revision")) == months("2026-05", 3)
    assert row(figures(found, "K01", "outlook")) == months("2026-04", 4, 5)
    assert found.draft is not None
    assert found.draft.content.settings["revision_from"] == "2026-05"


# ---- Names, groups, repetitions ---------------------------------------------------------------


def test_items_of_one_name_are_told_apart_by_their_groups(of):
    heads = ["大分類", "項目", "区分", "2026-04", "2026-05"]
    found = of(
        simple(
            "", heads, ["国内", "法人", "計画", 1, 1], [None, "個人", "計画", 2, 2],
            ["海外", "法人", "計画", 3, 5],
        )
    )  # fmt: skip
    assert [goal.name for goal in goals(found)] == ["法人（国内）", "個人", "法人（海外）"]
    assert reasons(found, "name", "K03") == [("法人（海外）", "name-twice")]


def test_a_summary_that_repeats_a_figure_is_checked_and_one_that_differs_is_left(of):
    heads = ["項目", "区分", "2026-04", "2026-05", "2026-06"]
    found = of(
        simple(
            "", heads, ["売上", "実績", 1, 2, 3], ["利益", "実績", 1, 1, 1],
            ["売上", "実績", 1, 2, 4],
        )
    )  # fmt: skip
    assert row(figures(found, "K01", "actuals")) == months("2026-04", 1, 2, 3)
    assert checked(found) == {"Data!C6:D6": "repeat"}
    assert left(found) == [("Data!E6", "4", "differs")]


# ---- Totals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("上期計", Total(Span.HALF, 1)), ("下期", Total(Span.HALF, 2)), ("H2", Total(Span.HALF, 2)),
        ("第３四半期", Total(Span.QUARTER, 3)), ("Q1", Total(Span.QUARTER, 1)),
        ("4Q計", Total(Span.QUARTER, 4)), ("通期", Total(Span.YEAR)), ("Total", Total(Span.YEAR)),
        ("累計", Total(Span.TO_DATE)), ("月平均", Total(Span.MEAN)), ("4月", None), ("計画", None),
    ],
)  # fmt: skip
def test_the_words_for_totals(text, total):
    assert total_of(text) == total


def test_a_row_of_totals_is_checked_and_is_no_goal(of):
    found = of(
        simple(
            "2026年度 売上予算", ["支店", "4月", "5月", "計"], ["東京", 1, 2, 3], ["大阪", 2, 2, 4],
            ["合計", 3, 4, 7],
        )
    )  # fmt: skip
    assert [goal.name for goal in goals(found)] == ["東京", "大阪"]
    assert checked(found) == {"Data!D4:D6": "total", "Data!B6:C6": "row_total"}
    assert left(found) == []


def test_a_total_that_does_not_add_up_is_left(of):
    found = of(
        simple(
            "2026年度 売上予算", ["支店", "4月", "5月", "計"], ["東京", 1, 2, 3], ["大阪", 2, 2, 5],
            ["合計", 3, 5, 8],
        )
    )  # fmt: skip
    assert left(found) == [
        ("Data!D5", "5", "total-differs"), ("Data!C6", "5", "total-differs"),
    ]  # fmt: skip


def test_an_attainment_that_does_not_follow_is_left(of):
    found = of(
        simple(
            "2026年度", HEADS, *PAIR, ["売上", "達成率", 2.0, 1.5, 1.4], ["売上", "差異", 1, 1, 1],
        )
    )  # fmt: skip
    # 4 ÷ 3 is 133 %.
    assert left(found) == [("Data!E6", "1.4", "derived-differs")]
    assert checked(found) == {"Data!C6:D6": "attainment", "Data!C7:E7": "difference"}


def test_a_blank_measure_under_a_total_is_not_taken_for_a_month(of):
    heads = ["項目", "区分", "年間目標", "4月", "5月", "6月", "累計", "達成率"]
    rows = (["売上", "計画", 6, 1, 2, 3, 6], ["売上", "実績", None, 2, 3, None, 5, 5 / 6])
    found = of(simple("2026年度", heads, *rows))
    assert row(figures(found, "K01", "plan")) == months("2026-04", 1, 2, 3)
    assert checked(found) == {
        "Data!C4": "total", "Data!G4:G5": "total", "Data!H5": "attainment",
    }  # fmt: skip


# ---- Formulas ---------------------------------------------------------------------------------


def formula_rows(*rows: tuple[str, Sequence[object]]) -> Fill:
    def fill(sheet: Sheet) -> None:
        sheet.across("A1", ["Actual", "2026-01", "2026-02", "2026-03"])
        for number, (name, values) in enumerate(rows, start=2):
            sheet.across(f"A{number}", [name, *values])

    return fill


def test_a_formula_over_whole_per_cents_keeps_its_meaning(of):
    """600 × 3.5 % is 21: the old book divides by 100, the new one keeps 0.035."""
    found = of(
        formula_rows(
            ("Visits", [600, 700, 800]), ("Rate (%)", [3.5, 3, 4]),
            ("Orders", [F(f"={c}2*{c}3/100", v) for c, v in zip("BCD", (21, 21, 32), strict=True)]),
        )
    )  # fmt: skip
    assert [(goal.name, goal.formula) for goal in goals(found)] == [
        ("Visits", ""), ("Rate", ""), ("Orders", "K01*(K02*100)/100"),
    ]  # fmt: skip
    assert row(figures(found, "K02", "actuals")) == months("2026-01", 0.035, 0.03, 0.04)


def test_a_formula_about_another_month_is_not_taken(of):
    found = of(
        formula_rows(
            ("Sold", [5, 6, 7]), ("Stock", [100, F("=B3-C2", 94), F("=C3-D2", 87)]),
        )
    )  # fmt: skip
    assert [(goal.name, goal.formula) for goal in goals(found)] == [("Sold", ""), ("Stock", "")]
    assert row(figures(found, "K02", "actuals")) == months("2026-01", 100, 94, 87)
    assert reasons(found, "formula") == [("=B3-C2", "formula-not-taken")]


def test_guards_against_errors_are_looked_through(of):
    ratio = [
        F(f'=IFERROR(ROUND({c}3/{c}2,3),"-")', v)
        for c, v in zip("BCD", (0.5, 0.4, 0.25), strict=True)
    ]
    found = of(formula_rows(("A", [10, 10, 20]), ("B", [5, 4, 5]), ("B per A", ratio)))
    assert goals(found)[2].formula == "K02/K01"


def test_a_figure_that_its_formula_does_not_give_stays_a_figure_of_its_own(of):
    sums = [F("=B2+B3", 15), F("=C2+C3", 14), 99]
    found = of(formula_rows(("A", [10, 10, 20]), ("B", [5, 4, 5]), ("Both", sums)))
    assert goals(found)[2].formula == "K01+K02"
    assert row(figures(found, "K03", "actuals")) == months("2026-03", 99)
    assert checked(found) == {"Data!B4:C4": "formula"}


def test_rows_that_add_up_by_accident_in_two_months_are_no_sum(of):
    found = of(formula_rows(("A", [1, 2, 3]), ("B", [1, 2, 4]), ("C", [2, 4, 8])))
    assert [goal.parent for goal in goals(found)] == ["", "", ""]


# ---- Units ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["%", "千円", "USD k", "件", "円/人", "hours", "百万円", "$k"])
def test_units(text):
    assert is_unit(text)


@pytest.mark.parametrize("text", ["税抜", "B2B", "new", "実績", "営業部", ""])
def test_what_is_no_unit(text):
    assert not is_unit(text)


def test_a_bracket_that_is_no_unit_stays_in_the_name():
    assert without_unit("売上高（税抜）（千円）") == ("売上高（税抜）", "千円")
    assert without_unit("Sales (new)") == ("Sales (new)", "")


def test_number_formats_tell_units():
    formats = ["0.0%", '#,##0"件"', '#,##0;"▲"#,##0', '"¥"#,##0', "#,##0", '0"%"']
    assert [unit_of_format(code) for code in formats] == ["%", "件", "", "円", "", "%"]


def test_the_money_of_a_table_is_not_the_unit_of_what_is_counted(of):
    found = of(simple("2026年度（単位：千円）", HEADS, *PAIR, ["来店客数", "実績", 5, 6, 7]))
    assert [(goal.name, goal.unit) for goal in goals(found)] == [("売上", "千円"), ("来店客数", "")]


# ---- What is no such workbook -----------------------------------------------------------------


def test_an_empty_book(of):
    found = of({"Sheet1": lambda _: None})
    assert found.draft is None
    assert found.counts == {"taken": 0, "checked": 0, "left": 0}


def test_a_novel(of):
    def novel(sheet: Sheet) -> None:
        sheet.down("A1", ["It was a dark night in April, and the budget was 12."] * 200)

    assert of(novel).draft is None


def test_a_pivot_table(of):
    """Months across, but nothing that says plan or actual."""
    heads = ["行ラベル", "1月", "2月", "総計"]
    found = of(simple("合計 / 金額", heads, ["りんご", 1, 2, 3], ["総計", 1, 2, 3]), Told(2026))
    assert found.draft is None
    assert left(found) == [("Data!B4:D5", "1", "no-measure")]


def test_a_list_of_records_without_months(of):
    found = of(simple("", ["Date", "Customer", "Amount"], ["2026-04-01", "A", 5], ["x", "B", 6]))
    assert found.draft is None
    assert left(found) == [("Data!C4:C5", "5", "no-table")]


def test_a_book_of_kpixl_itself(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(sample_bytes("ja"))
    with pytest.raises(UsageProblem) as told:
        adopt(path)
    assert told.value.code == "adopt-kpixl-book"


def test_a_file_that_is_no_workbook(tmp_path):
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"%PDF-1.7 nothing of the kind")
    with pytest.raises(FileProblem):
        adopt(path)


def test_a_formula_that_was_never_calculated_and_an_error_are_told(of):
    def fill(sheet: Sheet) -> None:
        sheet.across("A1", ["予算", "2026-04", "2026-05", "2026-06"])
        sheet.across("A2", ["売上", 1, "未定です", None])
        sheet.across("A3", ["利益", 1, 2])
        sheet.put("D3", F("=#REF!", "#REF!"))

    found = of(fill)
    assert ("Data!C2", "未定です", "text") in left(found)
    assert found.counts["taken"] == 3
    # The error of a formula is none of the figures.
    assert left(found) == [("Data!C2", "未定です", "text")]


def test_hidden_sheets_are_read_and_said_to_be_hidden(of):
    def hidden(sheet: Sheet) -> None:
        simple("2026年度 予算", ["項目", "4月", "5月"], ["売上", 1, 2])(sheet)
        sheet.sheet.hide()

    found = of({"表紙": lambda sheet: sheet.put("A1", "表紙"), "裏": hidden})
    assert row(figures(found, "K01", "plan")) == months("2026-04", 1, 2)
    assert reasons(found, "hidden") == [("裏", "hidden-sheet")]


def test_months_that_are_headed_by_numbers_need_to_be_in_order(of):
    heads: list[object] = ["売上予算", 3, 1, 4, 1, 5, 9, 2]
    found = of(
        {"2026年度": lambda sheet: (sheet.across("A1", heads), sheet.across("A2", [*FISCAL]))}
    )
    assert found.draft is None


# ---- Items of one name on one sheet, or on sheets of several years -------------------------------


def test_blocks_of_departments_on_one_sheet_are_told_apart_by_their_titles(of):
    def fill(sheet: Sheet) -> None:
        for top, name, sales in ((1, "東京支店", 5), (8, "大阪支店", 7)):
            sheet.put(f"A{top}", f"■{name} 2026年度")
            sheet.across(f"A{top + 1}", ["項目", "区分", "4月", "5月"])
            sheet.across(f"A{top + 2}", ["売上", "計画", sales, sales])
            sheet.across(f"B{top + 3}", ["実績", sales - 1])

    found = of(fill)
    assert [(goal.name, goal.department) for goal in found.goals.goals] == [
        ("売上（東京支店）", "東京支店"), ("売上（大阪支店）", "大阪支店"),
    ]  # fmt: skip
    assert cells(figures(found, "K02", "plan")) == ["Data!C10", "Data!D10"]
    assert left(found) == []


def test_departments_side_by_side_over_the_same_months_are_told_apart(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度")
        sheet.merge("B2:D2", "東京支店（千円）")
        sheet.merge("E2:G2", "大阪支店（千円）")
        sheet.across("A3", ["項目", "4月", "5月", "合計", "4月", "5月", "合計", "備考"])
        sheet.across("A4", ["売上計画", 10, 11, 21, 20, 21, 41])
        sheet.across("A5", ["売上実績", 9, 12, 21, 19, 22, 41, "大阪の催事"])

    found = of(fill)
    made = [(goal.name, goal.department) for goal in found.goals.goals]
    assert made == [("売上（東京支店）", "東京支店"), ("売上（大阪支店）", "大阪支店")]
    assert row(figures(found, "K01", "actuals")) == months("2026-04", 9, 12)
    assert row(figures(found, "K02", "actuals")) == months("2026-04", 19, 22)
    assert cells(figures(found, "K02", "plan")) == ["Data!E4", "Data!F4"]
    # Each total is that of its own months.
    assert set(checked(found)) >= {"Data!D4:D5", "Data!G4:G5"}
    assert not left(found)
    assert {one.goal for one in found.draft.comments} == {"K02"}
    assert ("東京支店", "department-group") in reasons(found, "department", "K01")


def test_labels_over_plan_and_actual_of_each_department(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "FY2026/27")
        sheet.across("B2", ["Budget", None, None, None, "Actual"])
        sheet.across("B3", ["Leeds", None, "York", None, "Leeds", None, "York"])
        sheet.across("A4", ["Item", *["Apr", "May"] * 4])
        sheet.across("A5", ["Sales", 10, 20, 30, 40, 50, 60, 70, 80])

    found = of(fill)
    assert [goal.name for goal in found.goals.goals] == ["Sales (Leeds)", "Sales (York)"]
    assert row(figures(found, "K01", "plan")) == months("2026-04", 10, 20)
    assert row(figures(found, "K01", "actuals")) == months("2026-04", 50, 60)
    assert row(figures(found, "K02", "plan")) == months("2026-04", 30, 40)
    assert row(figures(found, "K02", "actuals")) == months("2026-04", 70, 80)


def test_departments_side_by_side_on_a_sheet_of_one_month(of):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年5月")
        sheet.across("B2", ["国内", None, "海外"])
        sheet.across("A3", ["項目", "計画", "実績", "計画", "実績"])
        sheet.across("A4", ["売上", 1, 2, 3, 4])

    found = of({"5月": fill})
    assert [goal.name for goal in found.goals.goals] == ["売上（国内）", "売上（海外）"]
    assert row(figures(found, "K02", "plan")) == [("2026-05", 3)]


@pytest.mark.parametrize("labels", [("前年度", "今年度"), ("当初", "見直し後")])
def test_labels_of_time_or_kind_are_no_departments(of, labels):
    def fill(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度 実績")
        sheet.across("B2", [labels[0], None, labels[1]])
        sheet.across("A3", ["項目", "4月", "5月", "4月", "5月"])
        sheet.across("A4", ["売上", 1, 2, 3, 4])

    found = of(fill)
    # Which of the two is the actual of 2026 is for a person to say.
    assert [goal.name for goal in found.goals.goals] == ["売上"]
    assert {reason for _, _, reason in left(found)} == {"differs"}


def test_a_sheet_for_each_year_continues_the_other(of):
    def year(sales: int) -> Fill:
        def fill(sheet: Sheet) -> None:
            sheet.across("A1", ["項目", "区分", "4月", "5月"])
            sheet.across("A2", ["売上", "実績", sales, sales + 1])

        return fill

    found = of({"2025年度": year(5), "2026年度": year(8)})
    assert row(figures(found, "K01", "actuals")) == [
        *months("2025-04", 5, 6), *months("2026-04", 8, 9),
    ]  # fmt: skip
    assert cells(figures(found, "K01", "actuals"))[2] == "2026年度!C2"


def test_rows_without_a_name_are_left(of):
    found = of(simple("2026年度 売上予算", ["支店", "4月", "5月"], ["東京", 1, 2], [None, 3, 4]))
    assert left(found) == [("Data!B5:C5", "3", "no-label")]
    assert [goal.name for goal in goals(found)] == ["東京"]


def test_a_dashboard_that_fetches_its_figures_repeats_them(of):
    def data(sheet: Sheet) -> None:
        simple("2026年度", ["項目", "区分", "4月", "5月"], ["売上", "実績", 5, 6])(sheet)

    def dashboard(sheet: Sheet) -> None:
        sheet.put("A1", "2026年5月度 ダッシュボード")
        sheet.across("A3", ["項目", "計画", "実績"])
        sheet.put("A4", "売上")
        sheet.put("C4", F("=明細!D4", 6))

    found = of({"まとめ": dashboard, "明細": data})
    assert [goal.name for goal in goals(found)] == ["売上"]
    assert cells(figures(found, "K01", "actuals")) == ["明細!C4", "明細!D4"]
    assert checked(found) == {"まとめ!C4": "repeat"}


def test_a_fiscal_year_label_begins_in_april_for_want_of_better(of):
    found = of(simple("2026年度", HEADS, *PAIR))
    assert reasons(found, "fiscal_start") == [("4", "start-label")]
