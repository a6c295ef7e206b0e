"""Calls of every in-cell function with what cells may hold, the same for every host.

Cases hold arguments only, as cell values: None for a blank, ``CellError`` for errors, lists of
rows for ranges; an argument that is left out at the end is missing. What comes out in a host is
compared with the direct call, and that with hand-kept expectations in ``test_functions.py``.

From each ordinary call further ones are made: every argument in turn is given what a cell may
also hold, and the shapes that a range may have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Argument, Kind, Shape

NA, REF, DIVISION = CellError("#N/A"), CellError("#REF!"), CellError("#DIV/0!")


@dataclass(frozen=True)
class Case:
    """One call: a name that is unique within its function, and the arguments."""

    name: str
    arguments: tuple[Any, ...]


IDS = [["VISITS"], ["ORDERS"], ["CVR"], ["客単価"], ["SALES"]]
FIGURES: list[list[Any]] = [
    [100, 200, 400],
    [10, 10, 80],
    [None, None, None],
    [50, 60, 55],
    [None, None, None],
]
FORMULAS = [[None], [None], ["ORDERS/VISITS"], [None], ["visits*cvr*客単価"]]
RULES = [["Sum"], ["合計"], ["Average"], ["平均"], [None]]

ACTIONS: list[list[Any]] = [
    ["Action ID", "Goal ID", "原因", "Countermeasure", "担当", "Raised", "Due", "Done", "結果",
     "Decision"],
    ["A1", "K1", "few return", "call them", "佐藤", date(2026, 5, 1), date(2026, 7, 31), None,
     None, None],
    ["A2", "K2", None, None, None, date(2026, 5, 1), None, None, None, None],
    [None] * 10,
    ["A3", "K3", "x", "y", "z", None, date(2026, 4, 30), date(2026, 4, 20), None, None],
]  # fmt: skip

GOALS: list[list[Any]] = [
    ["ID", "親ID", "Level", "Name", "担当", "Unit", "Direction", "Aggregation"],
    ["ROOT", None, "KGI", "全体", "森", None, None, None],
    ["K1", "ROOT", "KPI", "Visits", "Sato", "visits", "Higher", "Sum"],
    ["K2", "ROOT", "KPI", "返品", "佐藤", "pcs", "低いほど良い", "平均"],
]
PLAN: list[list[Any]] = [["ID", date(2026, 4, 1), "2026-05"], ["K1", 100, 100], ["K2", 10, 10]]
ACTUALS: list[list[Any]] = [["ID", "2026年4月", "May-26"], ["K1", 90, "１１０"], ["K2", 8, None]]
SETTINGS: list[list[Any]] = [
    ["Key", "値"],
    ["Review month", date(2026, 5, 1)],
    ["Revision valid from", "2026-05"],
    ["Close day", "3 business days"],
]
OUTLOOK: list[list[Any]] = [
    ["ID", *(f"2026-{month:02d}" for month in range(6, 13)), "2027-01", "2027-02", "2027年3月"],
    ["K1", *[105] * 9, "１２０"],
]
# Two years and a bit: a month is missing in each, and text numbers are numbers.
MONTHS: list[list[Any]] = [
    [100, 102, 98, 101, None, 99, 103, 97, 100, "１０１", 99, 102, 98, 100, 103, 97, 101, 99, 100,
     102, 98, 101, 99, 100, 104, 96],
]  # fmt: skip
YEAR_BEFORE: list[list[Any]] = [
    [90, 91, 89, 92, 90, None, 93, 88, 90, 91, "▲12", 92, 88, 91, 92, 87, 90, 90, 91, 92, 88, 90,
     90, 89, 93, 70],
]  # fmt: skip
HOLIDAYS: list[list[Any]] = [["Date", "Name"], [date(2026, 6, 1), "創立記念日"]]

BLANKS: list[Any] = [None] * 9
LAST_YEAR: list[Any] = [8, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
YEARS: list[list[Any]] = [LAST_YEAR, [11, 10, None, *BLANKS]]
PLANS: list[list[Any]] = [[None] * 12, [10] * 12]
QUARTER: list[list[Any]] = [[90, 110, 70, *BLANKS]]
HUNDREDS: list[list[Any]] = [[100] * 12]

ORDINARY: dict[str, dict[str, tuple[Any, ...]]] = {
    "KPI_GAP": {
        "higher": (90, 100, "Higher", 5),
        "低いほど良い": (110, 100, "低いほど良い", None),
        "範囲": (108, 100, "範囲", 5),
        "range without tolerance": (108, 100, "Range", None),
    },
    "KPI_GAP_PCT": {"higher": (90, 100, "Higher", 5), "plan 0": (5, 0, "Lower", None)},
    "KPI_ATTAINMENT": {"negative plan": (-80, -100, "高いほど良い", 5), "plan 0": (5, 0)},
    "KPI_PROGRESS": {"on the way": (62, 70, 50), "target is baseline": (5, 3, 3)},
    "KPI_STATUS": {
        "amber": (95, 100, "Higher", 5, 0.9, 1, "English"),
        "達成": (100, 100, "高いほど良い", None, None, None, "日本語"),
        "nothing entered": (None, 100, "Higher", None, 0.9, 1, "ja"),
        "nothing planned": (100, None),
    },
    "KPI_GROWTH": {
        "yen": (110, 100, "円"),
        "points": (0.035, 0.032, "%"),
        "full-width points": (0.035, 0.032, "％"),
        "prior 0": (5, 0),
    },
    "KPI_TO_DATE": {
        "sum": ([[10, None, 30, "", 20]], "Sum", [[1, None, 2, None, True]]),
        "期末値": ([[10], [20], [30]], "期末値"),
        "several rows": ([[1, 2], [3, 4]], "平均"),
        "nothing": ([[None, ""]], "Sum"),
    },
    "KPI_LIMITS": {
        "against the prior year": (MONTHS, YEAR_BEFORE),
        "more than 24 months": (MONTHS,),
        "a column": ([[100], [110], [105], [95], [None], [100], [90]],),
        "always the same": ([[0.1] * 7],),
        "too few months": ([[1, 2, None, 3, 4, 5]],),
    },
    "KPI_SIGNAL": {
        "against the prior year": (MONTHS, YEAR_BEFORE, "English"),
        "more than 24 months": (MONTHS,),
        "above": ([[100, 102, 98, 101, 99, 130]],),
        "below": ([[100, 98, 102, 99, 101, 70]], None, "英語"),
        "run above": ([[95, 97] * 4 + [103, 105] * 4], None, "日本語"),
        "run below": ([[105, 103] * 4 + [97, 95] * 4],),
        "管理上限寄り": ([[100, 101] * 4 + [100, 103, 103, 103]], None, "ja"),
        "near the lower limit": ([[101, 100] * 4 + [101, 98, 98, 98]],),
        "nothing but noise": ([[100], [110], [105], [95], [None], [100], [90]],),
        "too few months": ([[1, 2, None, 3, 4, 5]],),
    },
    "KPI_LANDING": {
        "all arguments": (YEARS, PLANS, "Sum", "Best", [LAST_YEAR]),
        "one year": (QUARTER, HUNDREDS),
        "期末値": (QUARTER, HUNDREDS, "期末値", "計画比率"),
        "without a plan": (QUARTER, None, "平均", "Pace"),
        "every method": (YEARS, PLANS, "合計", [["計画"], ["前年比率"], ["直近平均"], ["Trend"]]),
        "no whole year": ([[1, 2, 3]], [[1, 2, 3]]),
        "too little": ([[None] * 12], [[None] * 12]),
    },
    "KPI_REQUIRED": {
        "all arguments": (QUARTER, HUNDREDS, "Sum", "Higher", "English"),
        "平均": (QUARTER, HUNDREDS, "平均", "低いほど良い", "日本語"),
        "reached": (QUARTER, HUNDREDS, "Max"),
        "達成不能": (QUARTER, HUNDREDS, "最大", "低いほど良い", "日本語"),
        "finished": ([LAST_YEAR], [[10] * 12], "Sum"),
        "no plan": (QUARTER, [[None] * 12]),
    },
    "KPI_CHANCE": {
        "all arguments": (YEARS, PLANS, "Sum", "Range", 15, "Pace", [LAST_YEAR]),
        "higher": (YEARS, PLANS, "Sum", "Higher"),
        "低いほど良い": (YEARS, PLANS, "合計", "低いほど良い"),
        "range without tolerance": (YEARS, PLANS, "Sum", "範囲"),
        "finished": ([LAST_YEAR], [[10] * 12], "Sum"),
        "too little": (QUARTER, HUNDREDS),
    },
    "KPI_ROLLUP": {
        "weighted": ([[1.5], [0.6], [None]], [[3], [None], [1]], 1.2),
        "in a row": ([[0.9, 0.5]],),
        "weights of 0": ([[0.9]], [[0]]),
    },
    "KPI_FORMULA": {
        "to date": ("SALES", IDS, FIGURES, FORMULAS, RULES, [[1, 1, None]]),
        "months": ("CVR", IDS, FIGURES, FORMULAS),
        "several goals": ([["cvr"], [None], ["nobody"]], IDS, FIGURES, FORMULAS),
        "full-width ID": ("ＣＶＲ", IDS, FIGURES, FORMULAS, RULES),
    },
    "KPI_BRIDGE": {
        "lower": (
            "=visits*cvr*客単価", IDS, [[80], [1], [0.06], [5200], [7]],
            [[100], [2], [0.05], [5000], [None]], "低いほど良い",
        ),
        "ratio": ("ORDERS/VISITS", IDS[:2], [[100], [12]], [[80], [12]]),
        "range": ("VISITS-ORDERS", IDS[:2], [[100], [12]], [[80], [10]], "範囲"),
        "not reported yet": ("ORDERS/VISITS", IDS[:2], [[100], [None]], [[80], [10]]),
        "division by zero on the way": (
            "VISITS/(ORDERS-CVR)", IDS[:3], [[1], [4], [3]], [[1], [3], [2]],
        ),
        "unknown goal": ("VISITS*PRICE", IDS[:2], [[100], [12]], [[80], [10]]),
        "unreadable formula": ("VISITS*", IDS[:2], [[100], [12]], [[80], [10]]),
        "several formulas": (
            [["VISITS*ORDERS", "VISITS", None]], IDS[:2], [[100], [12]], [[80], [10]],
        ),
    },
    "KPI_SCORECARD": {
        "whole book": (
            GOALS, PLAN, ACTUALS, "2026-05", SETTINGS, ACTIONS, "English", PLAN[:2], HOLIDAYS,
            OUTLOOK,
        ),
        "日本語": (GOALS, PLAN, ACTUALS, date(2026, 5, 1), None, None, "日本語"),
        "month of the settings": (GOALS, PLAN, ACTUALS, None, SETTINGS),
        "no month": (GOALS, PLAN, ACTUALS, None),
    },
    "PDCA_PHASE": {
        "all evidence": (
            "few return", "call them", "佐藤", date(2026, 6, 30), date(2026, 6, 20), "12 %",
            "Adjust", "English",
        ),
        "計画": ("原因", "対策", None, None, None, None, None, "日本語"),
        "no evidence": (None, None, None, None, None, None, None),
        "標準化": ("a", "b", "c", "2026-06-30", 46193, "d", "標準化"),
    },
    "PDCA_STATUS": {
        "red": ("K1", "Red", ACTIONS, date(2026, 8, 1), date(2026, 7, 10), "English", [["K3"]]),
        "未入力": ("K2", "未入力", ACTIONS, date(2026, 8, 9), date(2026, 8, 10), "日本語"),
        "roll-up": ("ROOT", "No data", ACTIONS, None, None, "ja", [["K1"], ["K2"], [None]]),
        "several goals": ([["K1"], [None], ["K3"]], [["Red"], [None], ["Amber"]], ACTIONS),
    },
    "PDCA_NEXT": {
        "overdue": ("K1", "Red", ACTIONS, date(2026, 8, 1), date(2026, 7, 10), "English", [["K3"]]),
        "期限超過": ("K2", "未達", ACTIONS, date(2026, 8, 10), None, "日本語"),
        "roll-up": ("ROOT", "No data", ACTIONS, None, None, "ja", [["K1"], ["K2"], [None]]),
        "effect": ("K3", "Red", ACTIONS, date(2026, 8, 10), date(2026, 8, 10)),
    },
}  # fmt: skip
"""Function -> name -> the arguments of an ordinary call; the first of a function has as many
arguments as can be, and further cases are made from it."""

# What any cell may hold, whatever the function hopes for.
ODD: dict[str, Any] = {
    "blank": None,
    "empty text": "",
    "spaces": " \u3000",
    "text": "plenty",
    "Japanese text": "多数",
    "text that looks like an error": "#N/A",
    "number": 96.5,
    "zero": 0,
    "text number": "１２",
    "▲12": "▲12",
    "(12)": "(12)",
    "3.2%": "3.2%",
    "¥1,200": "¥1,200",
    "TRUE": True,
    "FALSE": False,
    "date": date(2026, 4, 1),
    "date and time": datetime(2026, 4, 1, 12),  # noqa: DTZ001 - cells know no time zones
    "date as text": "2026年4月1日",
    "#N/A": NA,
    "#REF!": REF,
}

# Per kind, what stands for the argument in a range, and other words for the same.
USUAL: dict[Kind, tuple[Any, Any]] = {
    Kind.NUMBER: (80, 120),
    Kind.TEXT: ("%", "名"),
    Kind.ID: ("K1", "sales"),
    Kind.DATE: (date(2026, 4, 1), 46200),
    Kind.MONTH: (date(2026, 4, 1), "2026年5月"),
    Kind.DIRECTION: ("Lower", "高いほど良い"),
    Kind.AGGREGATION: ("Average", "最大"),
    Kind.STATUS: ("Red", "達成"),
    Kind.DECISION: ("Stop", "見直し"),
    Kind.METHOD: ("Pace", "計画"),
    Kind.LANGUAGE: ("Japanese", "英語"),
    Kind.ANY: (1, None),
}


def _with(arguments: tuple[Any, ...], place: int, value: Any) -> tuple[Any, ...]:
    return (*arguments[:place], value, *arguments[place + 1 :])


def _odd_cells(arguments: tuple[Any, ...], declared: tuple[Argument, ...]) -> Iterator[Case]:
    for place, argument in enumerate(declared):
        for name, value in ODD.items():
            yield Case(f"{argument.name}: {name}", _with(arguments, place, value))
        for value in USUAL[argument.kind]:
            yield Case(f"{argument.name}: {value}", _with(arguments, place, value))


def _shapes(arguments: tuple[Any, ...], declared: tuple[Argument, ...]) -> Iterator[Case]:
    """A range for each scalar, and another form for each range."""
    for place, argument in enumerate(declared):
        name, (one, other) = argument.name, USUAL[argument.kind]
        given = arguments[place]
        if argument.shape is Shape.SCALAR:
            yield Case(f"{name}: one cell", _with(arguments, place, [[one]]))
            yield Case(f"{name}: column", _with(arguments, place, [[one], [None], [other]]))
            yield Case(f"{name}: row", _with(arguments, place, [[one, REF, other]]))
            yield Case(f"{name}: block", _with(arguments, place, [[one, other], [None, "?"]]))
        elif isinstance(given, list):
            turned = [list(column) for column in zip(*given, strict=True)]
            yield Case(f"{name}: turned", _with(arguments, place, turned))
            yield Case(f"{name}: first row", _with(arguments, place, given[:1]))
            longer = [*given, [None] * len(given[0])]
            yield Case(f"{name}: a row more", _with(arguments, place, longer))
            for odd in ("text", "TRUE", "date", "text number", "#N/A", "empty text"):
                last = [*given[-1][:-1], ODD[odd]]
                yield Case(f"{name}: {odd} in it", _with(arguments, place, [*given[:-1], last]))
                first = [ODD[odd], *given[0][1:]]
                yield Case(f"{name}: {odd} first", _with(arguments, place, [first, *given[1:]]))


def _spread(arguments: tuple[Any, ...], declared: tuple[Argument, ...]) -> Iterator[Case]:
    """Rows against columns, as Excel spreads them."""
    scalars = [place for place, one in enumerate(declared) if one.shape is Shape.SCALAR]
    for first, second in pairwise(scalars):
        down, across = USUAL[declared[first].kind], USUAL[declared[second].kind]
        column, row = [[one] for one in down], [[*across, across[0]]]
        name = f"{declared[first].name} × {declared[second].name}"
        both = _with(_with(arguments, first, column), second, row)
        yield Case(f"{name}: column by row", both)
        longer = _with(_with(arguments, first, [*column, [None]]), second, column[:2])
        yield Case(f"{name}: beyond the end", longer)
        lined = _with(_with(arguments, first, column), second, [[one] for one in across])
        yield Case(f"{name}: side by side", lined)


def _left_out(arguments: tuple[Any, ...], declared: tuple[Argument, ...]) -> Iterator[Case]:
    required = sum(not one.optional for one in declared)
    for count in range(required, len(arguments)):
        yield Case(f"{count} arguments", arguments[:count])


def _cases(name: str) -> tuple[Case, ...]:
    ordinary = ORDINARY.get(name, {})
    if not ordinary:
        return ()
    declared = FUNCTIONS[name].arguments
    whole = next(iter(ordinary.values()))
    made = [Case(title, arguments) for title, arguments in ordinary.items()]
    for further in (_left_out, _odd_cells, _shapes, _spread):
        made.extend(further(whole, declared))
    return tuple(made)


CASES: dict[str, tuple[Case, ...]] = {name: _cases(name) for name in FUNCTIONS}
"""Function -> its cases, for every function of the registry."""
