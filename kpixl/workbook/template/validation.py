"""What the input cells accept: drop-down lists, limits, and a short message for each."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from kpixl.plan import schema
from kpixl.plan.cells import cell_name
from kpixl.plan.schema import SHEET, Column, Kind
from kpixl.words import say, section, word
from kpixl.workbook.grid import FIRST_ROW, Grid
from kpixl.workbook.template.chart import CHOICE
from kpixl.workbook.template.inputs import FIXED_SETTINGS, VOCABULARIES, header

Rule = Dict[str, Any]
GOAL_LIST, MONTH_LIST = "=GoalIDs", "=MonthList"
_SUGGESTED_SCALES: Mapping[str, List[str]] = {
    "en": ["k", "M", "bn"],
    "ja": ["千円", "百万円", "億円"],
}
_TITLE_LIMIT = 32

# Limits of numbers by column or setting; where a limit is missing the number is only not negative.
_BETWEEN: Mapping[str, tuple[int, int]] = {
    "decimals": (0, 6), "fiscal_start": (1, 12), "amber_at": (0, 2), "green_at": (0, 2),
    "rollup_cap": (0, 5), "rollup_green_at": (0, 2), "max_weight": (0, 1),
}  # fmt: skip


def add_validations(sheet: Any, grid: Grid, language: str) -> None:
    """Give a sheet's input cells their lists, limits and messages."""
    if grid.key == "settings":
        for row, setting in enumerate(schema.ORDINARY_SETTINGS, start=FIRST_ROW):
            if setting.key not in FIXED_SETTINGS:
                rule = _setting(setting.key, setting.kind, language)
                _add(sheet, rule, (row, 2, row, 2))
    elif grid.key == "chart":
        rule = _listed(GOAL_LIST, language)
        rule["input_message"] = word("input.column.chart.choice", language)
        _add(sheet, rule, (*CHOICE, *CHOICE))
    elif grid.table is not None and grid.key in SHEET and SHEET[grid.key].columns:
        _columns(sheet, grid, language)


def _columns(sheet: Any, grid: Grid, language: str) -> None:
    last = grid.table.last_row if grid.table else FIRST_ROW
    declared = SHEET[grid.key]
    for number, column in enumerate(declared.columns, start=1):
        if not column.computed:
            first = cell_name(FIRST_ROW, number)
            _add(
                sheet, _column(grid.key, column, first, language), (FIRST_ROW, number, last, number)
            )
    if declared.monthly and grid.table:
        first_month = len(declared.columns) + 1
        figures = _decimal(-schema.MAX_NUMBER, schema.MAX_NUMBER, language, "warning")
        figures["error_message"] = word("input.error.number", language)
        _add(sheet, figures, (FIRST_ROW, first_month, last, grid.table.last_column))


def _add(sheet: Any, rule: Optional[Rule], area: tuple[int, int, int, int]) -> None:
    if rule:
        first_row, first_column, last_row, last_column = area
        sheet.data_validation(first_row - 1, first_column - 1, last_row - 1, last_column - 1, rule)


def _column(sheet_key: str, column: Column, first: str, language: str) -> Optional[Rule]:
    rule = _by_kind(column.key, column.kind, first, language)
    if column.kind is Kind.ID and (column.key != "id" or SHEET[sheet_key].monthly):
        known = column.key in ("parent", "goal_id", "id")
        rule = _listed(GOAL_LIST, language, "warning", "id") if known else None
    if column.kind is Kind.MONTH and sheet_key == "comments":
        rule = _listed(MONTH_LIST, language, "warning")
    names = [f"{sheet_key}.{column.key}"]
    if SHEET[sheet_key].monthly:
        names = [f"monthly.{column.key}"]
    if column.kind is Kind.DATE and sheet_key == "holidays":
        names.append("date")
    message = next((name for name in names if f"column.{name}" in section("input")), None)
    if message is None:
        return rule
    told = rule or {"validate": "any"}
    return {
        **told,
        "input_title": header(column, language)[:_TITLE_LIMIT],
        "input_message": word(f"input.column.{message}", language),
    }


def _setting(key: str, kind: Kind, language: str) -> Optional[Rule]:
    if key in ("review_month", "revision_from"):
        return _listed(MONTH_LIST, language)
    return _by_kind(key, kind, "", language)


def _by_kind(key: str, kind: Kind, first: str, language: str) -> Optional[Rule]:
    if kind in VOCABULARIES:
        vocabulary = VOCABULARIES[kind]
        words = [word(f"{vocabulary}.{name}", language) for name in section(vocabulary)]
        return _listed(_in_order(vocabulary, words, language), language)
    if kind is Kind.SCALE:
        return {"validate": "list", "source": _SUGGESTED_SCALES[language], "show_error": False}
    if key in _BETWEEN:
        low, high = _BETWEEN[key]
        return _decimal(low, high, language, "stop", whole=kind is Kind.INTEGER)
    if kind in (Kind.NUMBER, Kind.INTEGER):
        return _not_negative(key, language)
    if kind is Kind.DATE:
        return _date(language)
    if kind is Kind.MONTH and first:
        return _custom(
            f'=OR(ISNUMBER({first}),AND(LEN({first})=7,MID({first},5,1)="-"))', "month", language
        )
    if kind is Kind.EMAIL:
        return _custom(
            f'=AND(ISNUMBER(SEARCH("?@?*.?",{first})),ISERROR(SEARCH(" ",{first})))',
            "email",
            language,
        )
    return None


# Vocabularies in the order in which people think of them; words.json is sorted by name.
_ORDER: Mapping[str, tuple[str, ...]] = {
    "level": ("kgi", "csf", "kpi"),
    "direction": ("higher", "lower", "range"),
    "aggregation": ("sum", "average", "last", "max", "min"),
    "decision": ("standardise", "adjust", "stop"),
    "state": ("preliminary", "final"),
    "rounding": ("half_up", "down"),
    "negatives": ("minus", "triangle", "parentheses"),
    "role": ("to", "cc"),
    "language": ("en", "ja"),
}


def _in_order(vocabulary: str, words: List[str], language: str) -> List[str]:
    first = [word(f"{vocabulary}.{name}", language) for name in _ORDER[vocabulary]]
    return [*first, *(entry for entry in words if entry not in first)]


def _listed(source: Any, language: str, how: str = "stop", error: str = "list") -> Rule:
    return {
        "validate": "list",
        "source": source,
        "error_title": word("input.error.title", language),
        "error_message": word(f"input.error.{error}", language),
        "error_type": how,
    }


def _decimal(low: float, high: float, language: str, how: str, whole: bool = False) -> Rule:
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": word("input.error.title", language),
        "error_message": say("input.error.range", language, low=f"{low:g}", high=f"{high:g}"),
        "error_type": how,
    }


def _not_negative(key: str, language: str) -> Optional[Rule]:
    if key in ("baseline", "benchmark"):
        return None
    return {
        "validate": "decimal",
        "criteria": ">=",
        "value": 0,
        "error_title": word("input.error.title", language),
        "error_message": word("input.error.at_least", language),
        "error_type": "stop",
    }


def _date(language: str) -> Rule:
    return {
        "validate": "decimal",
        "criteria": ">=",
        # 1 January 2000, counted as a spreadsheet does: the same for every host.
        "value": 36526,
        "error_title": word("input.error.title", language),
        "error_message": word("input.error.date", language),
        "error_type": "warning",
    }


def _custom(formula: str, error: str, language: str) -> Rule:
    return {
        "validate": "custom",
        "value": formula,
        "error_title": word("input.error.title", language),
        "error_message": word(f"input.error.{error}", language),
        "error_type": "warning",
    }
