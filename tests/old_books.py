"""Budget-and-actual workbooks as managers make them, each in a layout of its own.

Formulas are written with the value that Excel would have stored beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from kpixl.workbook.template.plain_sheet import EmptyText

FISCAL = [f"{month}月" for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
CALENDAR = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class F(NamedTuple):
    """A formula and the value that Excel stored."""

    formula: str
    value: Any


class Sheet:
    """A sheet being written: cells by their name."""

    def __init__(self, book: Any, name: str) -> None:
        self.book, self.sheet, self.name = book, book.add_worksheet(name), name

    def put(self, cell: str, value: Any, **look: Any) -> None:
        row, column = xl_cell_to_rowcol(cell)
        style = self.book.add_format(look) if look else None
        if isinstance(value, F):
            kept = EmptyText() if value.value == "" else value.value
            self.sheet.write_formula(row, column, value.formula, style, kept)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, style)
        elif value is not None:
            self.sheet.write(row, column, value, style)

    def across(self, cell: str, values: Sequence[Any], **look: Any) -> None:
        row, column = xl_cell_to_rowcol(cell)
        for number, value in enumerate(values):
            self.put(f"{xl_col_to_name(column + number)}{row + 1}", value, **look)

    def down(self, cell: str, values: Sequence[Any], **look: Any) -> None:
        row, column = xl_cell_to_rowcol(cell)
        for number, value in enumerate(values):
            self.put(f"{xl_col_to_name(column)}{row + 1 + number}", value, **look)

    def merge(self, area: str, value: Any) -> None:
        self.sheet.merge_range(area, value)


Fill = Callable[[Sheet], object]


def write(path: Path, sheets: Mapping[str, Fill]) -> Path:
    """A workbook of these sheets."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, fill in sheets.items():
            fill(Sheet(book, name))
    return path


# ---- 1 Plan, actual and attainment in rows: the Japanese standard ------------------------------


def rows_of_three(sheet: Sheet) -> None:
    """Title with 年度, unit for all, merged items, half-year totals, ▲, a remark, numbers."""
    sheet.put("B1", "2026年度　営業部　予算実績管理表")
    sheet.put("R2", "（単位：千円）")
    sheet.across("A4", ["No", "項目", "区分"])
    sheet.across("D4", [*FISCAL[:6], "上期計", *FISCAL[6:], "下期計", "合計", "備考"])
    rows: list[tuple[str, list[Any]]] = [
        ("計画", [100, 110, 120, 100, 110, 120, 660, 130, 130, 140, 110, 120, 150, 780, 1440]),
        ("実績", [90, 121, 120, 95, 99, 126, 651, 117, *[None] * 5, 117, 768]),
        ("達成率", [0.9, 1.1, 1.0, 0.95, 0.9, 1.05, 651 / 660, 0.9]),
        ("計画", [10, 10, 10, 10, 10, 10, 60, 10, 10, 10, 10, 10, 10, 60, 120]),
        ("実績", [12, "▲3", 8, 10, 9, 11, 47, 10, *[None] * 5, 10, 57]),
        ("達成率", [1.2, -0.3, 0.8, 1.0, 0.9, 1.1, 47 / 60, 1.0]),
    ]
    sheet.merge("A5:A7", 1)
    sheet.merge("B5:B7", "売上高")
    sheet.merge("A8:A10", 2)
    sheet.merge("B8:B10", "営業利益")
    for number, (kind, values) in enumerate(rows, start=5):
        sheet.put(f"C{number}", kind)
        look = {"num_format": "0.0%"} if kind == "達成率" else {"num_format": "#,##0"}
        sheet.across(f"D{number}", values, **look)
    sheet.put("S6", "大型案件が翌月にずれ込み")
    sheet.put("B12", "※ 実績は速報値")
    sheet.put("K13", 42)


# ---- 2 Two columns under each month, English -----------------------------------------------------


def columns_of_two(sheet: Sheet) -> None:
    """Dates merged over Plan | Actual, a Total over both, a blank column, owner and unit."""

    sheet.put("A1", "Sales dashboard")
    sheet.across("A3", ["KPI", "Unit", "Owner"])
    for number, month in enumerate((1, 2, 3)):
        left, right = xl_col_to_name(4 + 2 * number), xl_col_to_name(5 + 2 * number)
        look = sheet.book.add_format({"num_format": "mmm-yy"})
        sheet.sheet.merge_range(f"{left}3:{right}3", None)
        sheet.sheet.write_datetime(f"{left}3", datetime.fromisoformat(f"2026-{month:02d}-01"), look)
        sheet.across(f"{left}4", ["Plan", "Actual"])
    sheet.merge("K3:L3", "Total")
    sheet.across("K4", ["Plan", "Actual"])
    sheet.across("A5", ["Orders", "cases", "Ito", None, 50, 55, 60, 48, 70, 77, 180, 180])
    sheet.across("A6", ["Churn rate", "%", "Sato", None])
    sheet.across("E6", [0.02, 0.03, 0.02, 0.025, 0.02, 0.02, 0.02, 0.025], num_format="0.0%")
    sheet.across("A7", ["Headcount", "people", "Abe", None, 10, 10, 11, 10, 12, 12, 12, 12])


# ---- 3 A sheet for the plan and one for the actuals, with formulas ------------------------------


def two_sheets() -> Mapping[str, Fill]:
    """Split year over the months; profit and margin by formulas; total by SUM."""

    def fill(values: Mapping[str, list[Any]]) -> Fill:
        def one(sheet: Sheet) -> None:
            sheet.put("A1", "全社 損益")
            sheet.merge("C2:E2", "2026年")
            sheet.merge("F2:G2", "2027年")
            sheet.across("A3", ["科目", "単位", "10月", "11月", "12月", "1月", "2月", "計"])
            sales, cost = values["sales"], values["cost"]
            sheet.across(
                "A4", ["売上高", "百万円", *sales, F("=SUM(C4:G4)", sum(x or 0 for x in sales))]
            )
            sheet.across(
                "A5", ["販管費", "百万円", *cost, F("=SUM(C5:G5)", sum(x or 0 for x in cost))]
            )
            profit = [
                F(f"={column}4-{column}5", (s or 0) - (c or 0))
                for column, s, c in zip("CDEFG", sales, cost, strict=True)
            ]
            sheet.across(
                "A6",
                ["営業利益", "百万円", *profit, F("=SUM(C6:G6)", sum(p.value for p in profit))],
            )
            margin = [
                F(f'=IF({column}4=0,"",{column}6/{column}4)', p.value / s if s else "")
                for column, p, s in zip("CDEFG", profit, sales, strict=True)
            ]
            sheet.across("A7", ["営業利益率", "%"])
            whole = sum(p.value for p in profit) / sum(x or 0 for x in sales)
            sheet.across("C7", [*margin, F("=H6/H4", whole)], num_format="0.0%")

        return one

    return {
        "予算": fill({"sales": [200, 200, 250, 200, 210], "cost": [150, 150, 160, 150, 160]}),
        "実績": fill({"sales": [190, 210, 240, None, None], "cost": [152, 147, 168, None, None]}),
    }


# ---- 4 Blocks one below the other, English ------------------------------------------------------


def blocks(sheet: Sheet) -> None:
    """Budget above, actual below, each with its months; revenue by SUM, quarters, FY of January."""
    heads = ["USD k", "Jan", "Feb", "Mar", "Q1", "Apr", "May", "Jun", "Q2", "FY"]

    def block(top: int, name: str, north: list[Any], south: list[Any]) -> None:
        sheet.put(f"A{top}", name)
        sheet.across(f"A{top + 1}", heads)
        for offset, (label, values) in enumerate((("North", north), ("South", south))):
            row = top + 2 + offset
            months = [values[0], values[1], values[2], None, values[3], values[4], values[5]]
            sheet.across(f"A{row}", [label, *months])
            sheet.put(f"E{row}", F(f"=SUM(B{row}:D{row})", sum(x or 0 for x in values[:3])))
            sheet.put(f"I{row}", F(f"=SUM(F{row}:H{row})", sum(x or 0 for x in values[3:])))
            sheet.put(f"J{row}", F(f"=E{row}+I{row}", sum(x or 0 for x in values)))
        row = top + 4
        sheet.put(f"A{row}", "Total revenue")
        for column, n, s in zip("BCDFGH", north, south, strict=True):
            sheet.put(
                f"{column}{row}",
                F(f"=SUM({column}{top + 2}:{column}{top + 3})", (n or 0) + (s or 0)),
            )
        both = [(n or 0) + (s or 0) for n, s in zip(north, south, strict=True)]
        sheet.put(f"E{row}", F(f"=SUM(B{row}:D{row})", sum(both[:3])))
        sheet.put(f"I{row}", F(f"=SUM(F{row}:H{row})", sum(both[3:])))
        sheet.put(f"J{row}", F(f"=E{row}+I{row}", sum(both)))

    sheet.put("A1", "FY2026 revenue report")
    block(3, "Budget", [10, 10, 12, 12, 13, 14], [5, 6, 7, 8, 9, 9])
    block(10, "Actual", [9, 11, 12, 12, None, None], [6, 5, 7, 8, None, None])


# ---- 5 A sheet for each department --------------------------------------------------------------


def departments() -> Mapping[str, Fill]:
    """東京, 大阪 with the same items, and 全社 that adds them up across the sheets."""

    def branch(plan: list[Any], actual: list[Any]) -> Fill:
        def fill(sheet: Sheet) -> None:
            sheet.put("A1", "2026年度 月次実績")
            sheet.across("A3", ["指標", "", *FISCAL[:3]])
            sheet.across("A4", ["売上（百万円）", "予算", *plan])
            sheet.across("B5", ["実績", *actual])

        return fill

    def whole(sheet: Sheet) -> None:
        sheet.put("A1", "2026年度 全社")
        sheet.across("A3", ["指標", "", *FISCAL[:3]])
        sheet.across("A4", ["全社売上（百万円）", "予算"])
        sheet.put("B5", "実績")
        for column, plan, actual in (("C", 30, 28), ("D", 32, 33), ("E", 34, 20)):
            sheet.put(f"{column}4", F(f"=東京!{column}4+大阪!{column}4", plan))
            sheet.put(f"{column}5", F(f"=東京!{column}5+大阪!{column}5", actual))

    return {
        "全社": whole,
        "東京": branch([20, 21, 22], [19, 23, 20]),
        "大阪": branch([10, 11, 12], [9, 10, None]),
    }


# ---- 6 A sheet for each month -------------------------------------------------------------------


def months_as_sheets() -> Mapping[str, Fill]:
    """The month | to date, each with 計画 実績 達成率; the year only in the title."""

    def month(plan: tuple[int, int], actual: tuple[int, int], before: tuple[int, ...]) -> Fill:
        def fill(sheet: Sheet) -> None:
            sheet.put("A1", f"2026年度 {sheet.name}度 実績報告")
            sheet.merge("C2:E2", "当月")
            sheet.merge("F2:H2", "累計")
            sheet.across("A3", ["項目", "単位", *["計画", "実績", "達成率"] * 2])
            for offset, (name, unit) in enumerate((("受注件数", "件"), ("残業時間", "時間"))):
                p, a = plan[offset], actual[offset]
                cp, ca = p + before[2 * offset], a + before[2 * offset + 1]
                sheet.across(
                    f"A{4 + offset}", [name, unit, p, a, round(a / p, 3), cp, ca, round(ca / cp, 3)]
                )

        return fill

    return {
        "4月": month((30, 200), (33, 210), (0, 0, 0, 0)),
        "5月": month((32, 200), (30, 190), (30, 33, 200, 210)),
        "6月": month((34, 200), (35, 205), (62, 63, 400, 400)),
    }


# ---- 7 Months down, items across ----------------------------------------------------------------


def months_down(sheet: Sheet) -> None:
    """Turned: each item's plan and actual are columns, months are rows, a total at the foot."""
    sheet.put("A1", "Call centre 2026")
    sheet.put("B2", "Calls answered")
    sheet.put("D2", "Answer rate (%)")
    sheet.across("A3", ["Month", "Target", "Actual", "Target", "Actual"])
    rows = [
        ("2026-01", 900, 910, 90, 88.5), ("2026-02", 900, 870, 90, 91.0),
        ("2026-03", 950, 960, 92, 90.5), ("2026-04", 950, None, 92, None),
    ]  # fmt: skip
    for number, row in enumerate(rows, start=4):
        sheet.across(f"A{number}", list(row))
    sheet.across("A8", ["Total", 3700, 2740])
    sheet.across("A9", ["Average", 925, 2740 / 3, 91, 90])


# ---- 8 All plan months, then all actual months --------------------------------------------------


def side_by_side(sheet: Sheet) -> None:
    """Budget over January to March, then Actual over January to March, then the year before."""
    sheet.put("A1", "Production 2026")
    sheet.put("B2", "Budget")
    sheet.put("F2", "Actual")
    sheet.put("J2", "Last year")
    sheet.across("A3", ["Line", *["Jan", "Feb", "Mar", "Total"] * 2, "Jan", "Feb", "Mar"])
    sheet.across("A4", ["Output (t)", 10, 11, 12, 33, 9, 12, 12, 33, 8, 9, 10])
    sheet.across("A5", ["Defects (pcs)", 5, 5, 5, 15, 6, 4, 5, 15, 7, 7, 7])


# ---- 9 Actual so far, then forecast; prior year and growth in rows ------------------------------


def actual_then_forecast(sheet: Sheet) -> None:
    """One row of months that says 実績 or 見込 itself; 前年 and 前年比 below."""
    sheet.put("A1", "売上見通し 2026年度 下期")
    sheet.put("A2", "単位: 億円")
    heads = ["10月実績", "11月実績", "12月見込", "1月見込", "2月見込", "3月見込"]
    sheet.across("A4", ["事業", "", *heads])
    sheet.across("A5", ["法人向け売上", None, 10, 12, 13, 12, 12, 15])
    sheet.across("B6", ["前年", 8, 10, 11, 10, 10, 12])
    sheet.across("B7", ["前年比", 1.25, 1.2])


# ---- 10 The word of measure in the label; hidden columns; quarters and year to date -------------


def labels_that_say_it(sheet: Sheet) -> None:
    """Sales - Plan, Sales - Actual; % goals; quarters; a hidden month; a wrong total."""
    sheet.put("A1", "KPI report 2026")
    sheet.across("A2", ["Metric", "Dept", "Owner", "Jan", "Feb", "Mar", "Q1", "Apr", "YTD"])
    sheet.across("A3", ["Sales (USD k) - Plan", "Sales", "Kim", 100, 100, 110, 310, 120, 430])
    sheet.across("A4", ["Sales (USD k) - Actual", "Sales", "Kim", 90, 105, 110, 305, 118, 423])
    sheet.across("A5", ["Win rate - Plan", "Sales", "Lee"])
    sheet.across("D5", [0.3, 0.3, 0.3, 0.3, 0.3, 0.3], num_format="0%")
    sheet.across("A6", ["Win rate - Actual", "Sales", "Lee"])
    sheet.across("D6", [0.25, 0.35, 0.3, 0.3, 0.31, 0.9], num_format="0%")
    sheet.sheet.set_column("E:E", None, None, {"hidden": True})


# ---- 11 The name on a row of its own, measures below; months as numbers -------------------------


def names_above(sheet: Sheet) -> None:
    """Headings are numbers (4, 5, …), groups with ■, whole per cents, full-width digits, 累計."""
    sheet.put("A1", "品質管理 KPI 令和8年度")
    sheet.across("B3", [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3], num_format='0"月"')
    sheet.put("A4", "■製造課")
    sheet.put("A5", "良品率（%）")
    sheet.across("A6", ["　目標", *[98.5] * 12])
    sheet.across("A7", ["　実績", 98.2, 98.6, "９８.９"])
    sheet.put("A8", "検査台数（台）")
    sheet.across("A9", ["　目標", *[100] * 12])
    sheet.across("A10", ["　実績", 98, 103, 100])
    sheet.across("A11", ["　実績累計", 98, 201, 301])
    sheet.put("A12", "■物流課")
    sheet.put("A13", "誤出荷（件）")
    sheet.across("A14", ["　目標", *[3] * 12])
    sheet.across("A15", ["　実績", 2, 4, 3])


# ---- 12 Two years side by side; sums that only the figures tell ---------------------------------


def two_years(sheet: Sheet) -> None:
    """2025年度 and 2026年度 over twelve months each; 店舗計 without a formula."""
    sheet.put("A1", "来店客数（人）実績推移")
    sheet.merge("B2:M2", "2025年度")
    sheet.merge("N2:Y2", "2026年度")
    sheet.across("A3", ["店舗", *FISCAL, *FISCAL])
    main, ward = [n * 10 for n in range(50, 66)], [n * 7 for n in range(40, 56)]
    sheet.across("A4", ["本店", *main])
    sheet.across("A5", ["駅前店", *ward])
    sheet.across("A6", ["店舗計", *[m + w for m, w in zip(main, ward, strict=True)]])


LAYOUTS: Mapping[str, Callable[[], Mapping[str, Fill]]] = {
    "rows_of_three": lambda: {"営業部": rows_of_three},
    "columns_of_two": lambda: {"Dashboard": columns_of_two},
    "two_sheets": two_sheets,
    "blocks": lambda: {"Revenue": blocks},
    "departments": departments,
    "months_as_sheets": months_as_sheets,
    "months_down": lambda: {"Calls": months_down},
    "side_by_side": lambda: {"Production": side_by_side},
    "actual_then_forecast": lambda: {"見通し": actual_then_forecast},
    "labels_that_say_it": lambda: {"KPI": labels_that_say_it},
    "names_above": lambda: {"品質": names_above},
    "two_years": lambda: {"客数": two_years},
}
"""Each layout by name: what it writes, sheet by sheet."""
