"""The workbook declared once: sheets, columns, settings, synonyms and limits.

The template writer and the reader both live from these tables. English and Japanese names stand
in words.json (``sheet.<key>``, ``column.<key>``, ``setting.<key>``); further spellings that people
use stand here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Dict, Mapping, Tuple

from kpixl.measures import limits
from kpixl.plan.vocabulary import spellings
from kpixl.words import fold


class Kind(str, Enum):
    """What a column or setting holds."""

    TEXT = "text"
    ID = "id"
    NUMBER = "number"
    INTEGER = "integer"
    FRACTION = "fraction"
    DATE = "date"
    MONTH = "month"
    FORMULA = "formula"
    LEVEL = "level"
    DIRECTION = "direction"
    AGGREGATION = "aggregation"
    DECISION = "decision"
    STATE = "state"
    ROUNDING = "rounding"
    NEGATIVES = "negatives"
    ROLE = "role"
    LANGUAGE = "language"
    SCALE = "scale"
    SCOPE = "scope"
    EMAIL = "email"
    COLOUR = "colour"
    CLOSE_DAY = "close_day"
    COUNTRY = "country"
    LIST = "list"


@dataclass(frozen=True)
class Column:
    """One column; ``computed`` ones are written by the template and never read."""

    key: str
    kind: Kind = Kind.TEXT
    required: bool = True
    synonyms: Tuple[str, ...] = ()
    width: float = 12
    computed: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet; ``monthly`` ones have a column a month after their columns."""

    key: str
    columns: Tuple[Column, ...]
    table: str
    required: bool = True
    monthly: bool = False
    synonyms: Tuple[str, ...] = ()
    is_input: bool = True


@dataclass(frozen=True)
class Setting:
    """One key of the Settings sheet."""

    key: str
    kind: Kind
    synonyms: Tuple[str, ...] = ()


_ID = Column(
    "id", Kind.ID, synonyms=("Goal ID", "KPI ID", "No", "指標ID", "KPIコード", "コード"), width=10
)
_GOAL_ID = Column("goal_id", Kind.ID, synonyms=("ID", "KPI ID", "Goal", "指標", "対象ID"), width=11)
# Beside each ID of a monthly sheet, so that nobody enters a figure in the wrong row.
_GOAL_NAME = Column("name", required=False, width=26, computed=True)
_MONTHLY = (_ID, _GOAL_NAME, Column("unit", required=False, width=8, computed=True))

GOALS = Sheet(
    "goals",
    (
        _ID,
        Column("parent", Kind.ID, synonyms=("Parent ID", "上位ID", "親"), width=9),
        Column("level", Kind.LEVEL, synonyms=("Type", "種別", "区分"), width=8),
        Column("name", synonyms=("Goal", "KPI", "指標名", "指標"), width=30),
        Column("owner", synonyms=("Responsible", "担当者", "責任者"), width=14),
        Column("department", required=False, synonyms=("Dept", "部署"), width=14),
        Column("unit", synonyms=("Units", "単位名"), width=8),
        Column(
            "scale", Kind.SCALE, required=False, synonyms=("Display scale", "表示スケール"), width=9
        ),
        Column("direction", Kind.DIRECTION, synonyms=("Better", "良い方向"), width=13),
        Column(
            "tolerance", Kind.NUMBER, required=False, synonyms=("±", "許容範囲", "許容差"), width=10
        ),
        Column("aggregation", Kind.AGGREGATION, synonyms=("Aggregate", "集計方法"), width=12),
        Column(
            "formula", Kind.FORMULA, required=False, synonyms=("Driver formula", "算式"), width=26
        ),
        Column("weight", Kind.NUMBER, required=False, synonyms=("ウェイト", "ウエイト"), width=9),
        Column("baseline", Kind.NUMBER, required=False, synonyms=("Base", "基準"), width=11),
        Column(
            "benchmark", Kind.NUMBER, required=False, synonyms=("Industry", "業界平均"), width=11
        ),
        Column("amber_at", Kind.FRACTION, required=False, synonyms=("Amber", "黄色判定"), width=10),
        Column(
            "decimals", Kind.INTEGER, required=False, synonyms=("Digits", "小数点以下"), width=9
        ),
        Column(
            "valid_from", Kind.MONTH, required=False, synonyms=("Valid from", "開始月"), width=10
        ),
        Column(
            "valid_to",
            Kind.MONTH,
            required=False,
            synonyms=("Valid to", "Until", "終了月"),
            width=10,
        ),
        Column("why", required=False, synonyms=("Reason", "理由"), width=56),
    ),
    table="tblGoals",
    synonyms=("KPIs", "KPI", "Goal tree", "KPI一覧", "目標一覧", "指標"),
)
PLAN = Sheet(
    "plan",
    _MONTHLY,
    table="tblPlan",
    monthly=True,
    synonyms=("Target", "Targets", "Budget", "予算", "目標値", "目標"),
)
REVISION = Sheet(
    "revision",
    _MONTHLY,
    table="tblRevision",
    required=False,
    monthly=True,
    synonyms=("Revised plan", "Reforecast", "修正予算", "補正計画"),
)
ACTUALS = Sheet(
    "actuals",
    _MONTHLY,
    table="tblActuals",
    monthly=True,
    synonyms=("Actual", "Results", "実績値"),
)
OUTLOOK = Sheet(
    "outlook",
    _MONTHLY,
    table="tblOutlook",
    required=False,
    monthly=True,
    synonyms=("Forecast", "見通し", "着地見込"),
)
SETTINGS_SHEET = Sheet(
    "settings",
    (
        Column("key", synonyms=("Setting", "設定項目"), width=26),
        Column("value", synonyms=("Values", "設定値"), width=30),
        Column("note", required=False, synonyms=("Notes", "説明"), width=64),
    ),
    table="tblSettings",
    synonyms=("Config", "基本設定"),
)
ACTIONS = Sheet(
    "actions",
    (
        Column("action_id", Kind.ID, synonyms=("Action", "No", "対策番号"), width=10),
        _GOAL_ID,
        Column("raised", Kind.DATE, synonyms=("Raised on", "起票"), width=11),
        Column("cause", synonyms=("Root cause", "要因"), width=34),
        Column("countermeasure", synonyms=("Counter measure", "Action taken", "対策"), width=36),
        Column("owner", synonyms=("Responsible", "担当者"), width=14),
        Column("due", Kind.DATE, synonyms=("Due date", "期日"), width=11),
        Column("started", Kind.DATE, synonyms=("Start", "開始日"), width=11),
        Column("done", Kind.DATE, synonyms=("Completed", "実施日"), width=11),
        Column("expected_effect", synonyms=("Expected", "期待"), width=26),
        Column("result", synonyms=("Effect", "効果"), width=26),
        Column("decision", Kind.DECISION, synonyms=("Decided action", "処置"), width=12),
        Column("decided", Kind.DATE, synonyms=("Decided on", "決定日"), width=11),
        Column("phase", required=False, width=10, computed=True),
        Column("next_step", required=False, width=32, computed=True),
    ),
    table="tblActions",
    synonyms=("Countermeasures", "対策一覧", "PDCA"),
)
COMMENTS = Sheet(
    "comments",
    (
        _GOAL_ID,
        Column("month", Kind.MONTH, synonyms=("Period", "対象月", "月"), width=11),
        Column("comment", synonyms=("Remark", "所見"), width=80),
        Column("author", required=False, synonyms=("By", "作成者"), width=16),
    ),
    table="tblComments",
    synonyms=("Remarks", "所見"),
)
RECIPIENTS = Sheet(
    "recipients",
    (
        Column("recipient", synonyms=("Person", "お名前"), width=20),
        Column("email", Kind.EMAIL, synonyms=("E-mail", "Mail", "メールアドレス"), width=34),
        Column("role", Kind.ROLE, synonyms=("Type", "宛先区分"), width=8),
        Column("scope", Kind.SCOPE, synonyms=("Pack", "対象範囲"), width=18),
        Column("language", Kind.LANGUAGE, synonyms=("Lang", "使用言語"), width=11),
    ),
    table="tblRecipients",
    synonyms=("Distribution", "配信先"),
)
HOLIDAYS = Sheet(
    "holidays",
    (
        Column("date", Kind.DATE, synonyms=("Day", "日にち"), width=12),
        Column("holiday", required=False, synonyms=("Holiday", "休日名"), width=30),
    ),
    table="tblHolidays",
    required=False,
    synonyms=("Public holidays", "祝日"),
)
SCORECARD = Sheet("scorecard", (), table="tblScorecard", required=False, is_input=False)
GUIDE = Sheet("guide", (), table="", required=False, is_input=False)

SHEETS: Tuple[Sheet, ...] = (
    SETTINGS_SHEET, GOALS, PLAN, REVISION, ACTUALS, OUTLOOK, ACTIONS, COMMENTS, RECIPIENTS,
    HOLIDAYS, SCORECARD, GUIDE,
)  # fmt: skip
SHEET: Mapping[str, Sheet] = {sheet.key: sheet for sheet in SHEETS}

SETTINGS: Tuple[Setting, ...] = (
    Setting("company", Kind.TEXT, ("Company name", "会社")),
    Setting("title", Kind.TEXT, ("Pack title", "タイトル")),
    Setting("book_id", Kind.TEXT, ("ブック識別子",)),
    Setting("format_version", Kind.INTEGER, ("Version",)),
    Setting("review_month", Kind.MONTH, ("Month", "対象年月")),
    Setting("state", Kind.STATE, ("Preliminary or final", "状態")),
    Setting("fiscal_start", Kind.INTEGER, ("Fiscal start", "期首月")),
    Setting("fiscal_label", Kind.TEXT, ("Fiscal label",)),
    Setting("language", Kind.LANGUAGE, ("Lang",)),
    Setting("close_day", Kind.CLOSE_DAY, ("Close", "締め日")),
    Setting("country", Kind.COUNTRY, ("Country of holidays", "Holiday country", "国", "国コード")),
    Setting("revision_from", Kind.MONTH, ("Revision from", "修正計画開始月")),
    Setting("green_at", Kind.FRACTION, ("Green", "緑")),
    Setting("amber_at", Kind.FRACTION, ("Amber", "黄")),
    Setting("rollup_cap", Kind.FRACTION, ("Rollup cap",)),
    Setting("rollup_green_at", Kind.FRACTION, ("Rollup green at",)),
    Setting("rounding", Kind.ROUNDING, ("丸め",)),
    Setting("negatives", Kind.NEGATIVES, ("Negative numbers", "負数")),
    Setting("brand_colour", Kind.COLOUR, ("Brand color", "Colour", "ブランド色")),
    Setting("logo", Kind.TEXT, ("Logo file",)),
    Setting("confidentiality", Kind.TEXT, ("Confidential", "機密")),
    Setting("periods_shown", Kind.LIST, ("Periods",)),
    Setting("max_kpis_per_csf", Kind.INTEGER),
    Setting("max_kpis", Kind.INTEGER),
    Setting("max_kpis_per_owner", Kind.INTEGER),
    Setting("max_weight", Kind.FRACTION),
    Setting("checks_off", Kind.LIST),
    Setting("entry_for", Kind.TEXT, ("Entry by", "記入担当")),
)

# Settings that only a book has that was split off another for one owner to fill in.
OF_ENTRY_BOOKS = ("entry_for",)
ORDINARY_SETTINGS: Tuple[Setting, ...] = tuple(
    setting for setting in SETTINGS if setting.key not in OF_ENTRY_BOOKS
)

# Scale words: how many units one shown unit is. Showing only; never arithmetic.
SCALES: Mapping[str, float] = {
    "": 1.0, "円": 1.0, "千": 1e3, "千円": 1e3, "百万": 1e6, "百万円": 1e6, "億": 1e8, "億円": 1e8,
    "十億": 1e9, "十億円": 1e9, "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9,
}  # fmt: skip

CHECKS: Tuple[str, ...] = (
    "kgi-without-number", "kpi-without-kgi", "csf-without-kpi", "goal-without-owner",
    "csf-too-many-kpis", "book-too-many-kpis", "owner-too-many-kpis", "weight-too-large",
    "ratio-summed", "unit-changed", "plan-needs-baseline", "target-easier-than-last-year",
    "target-beyond-history", "target-beyond-benchmark", "always-green", "not-updated",
)  # fmt: skip
"""The codes of the checks of the method (SPEC 9), each of which Settings may switch off."""

# Limits beyond which a book is refused or a cell is a problem.
MAX_GOALS = 5_000
MAX_MONTHS = 600
MAX_ROWS = 100_000
MAX_TEXT = 32_767
MAX_NUMBER = limits.MAX_NUMBER
PERCENT_SLIP = 2.0
FORMULA_DIFFERENCE = 0.005
FORMAT_VERSION = 1
HEADER_SEARCH_ROWS = 30


@lru_cache(maxsize=1)
def sheet_names() -> Dict[str, str]:
    """Folded sheet name -> sheet key."""
    found: Dict[str, str] = {}
    for sheet in SHEETS:
        for name in spellings("sheet", sheet.key, sheet.synonyms):
            found.setdefault(name, sheet.key)
    return found


@lru_cache(maxsize=64)
def column_names(sheet_key: str) -> Dict[str, str]:
    """Folded header -> column key, for one sheet. Proper names win over synonyms."""
    found: Dict[str, str] = {}
    for column in SHEET[sheet_key].columns:
        for name in spellings("column", column.key, ()):
            found[name] = column.key
    for column in SHEET[sheet_key].columns:
        for name in column.synonyms:
            found.setdefault(fold(name), column.key)
    return found


@lru_cache(maxsize=1)
def setting_names() -> Dict[str, str]:
    """Folded setting name -> setting key."""
    found: Dict[str, str] = {}
    for setting in SETTINGS:
        for name in spellings("setting", setting.key, setting.synonyms):
            found.setdefault(name, setting.key)
    return found
