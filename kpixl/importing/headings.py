"""What the columns of a source are usually called."""

from __future__ import annotations

from kpixl.plan import schema
from kpixl.plan.cells import CellValue
from kpixl.words import fold

IDS = frozenset(map(fold, (
    "ID", "Goal ID", "KPI ID", "KPI", "Code", "KPI code", "Account", "Account code", "Account no",
    "Item", "Item code", "Metric", "Indicator", "指標ID", "指標コード", "指標", "KPIコード",
    "コード", "科目コード", "勘定科目コード", "科目", "勘定科目", "部門コード", "項目",
    "項目コード",
)))  # fmt: skip
MONTHS = frozenset(map(fold, (
    "Month", "Period", "Year-month", "YYYYMM", "YM", "Date", "Posting date", "年月", "対象年月",
    "対象月", "月", "月度", "会計年月", "計上年月", "計上月", "処理年月", "会計月", "会計期間",
    "期間", "日付", "計上日",
)))  # fmt: skip
YEARS = frozenset(map(fold, ("Year", "Calendar year", "年", "西暦", "暦年")))
FISCAL_YEARS = frozenset(map(fold, (
    "Fiscal year", "FY", "Financial year", "年度", "会計年度", "事業年度",
)))  # fmt: skip
VALUES = frozenset(map(fold, (
    "Value", "Amount", "Figure", "Result", "Total", "Qty", "Quantity", "Balance", "値", "数値",
    "金額", "数量", "残高", "当月残高", "当月金額", "当月実績", "実績額", "件数", "合計",
)))  # fmt: skip


def value_names(into: str) -> frozenset[str]:
    """What the column of the figures for one sheet is called first of all: after the sheet."""
    return frozenset(name for name, key in schema.sheet_names().items() if key == into)


def folded(cell: CellValue) -> str:
    """A header as it is compared; blank for what is no text."""
    return fold(cell) if isinstance(cell, str) else ""


def is_heading(cell: CellValue) -> bool:
    """Whether a cell is called like a column of a source."""
    text = folded(cell)
    return bool(text) and (
        any(text in names for names in (IDS, MONTHS, YEARS, FISCAL_YEARS, VALUES))
        or schema.sheet_names().get(text) in ("actuals", "plan", "revision", "outlook")
    )
