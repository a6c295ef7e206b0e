"""KPI_SCORECARD: the review of a whole workbook in one table of cells (SPEC 10)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.functions.cells import serial
from kpixl.measures.kinds import Pace
from kpixl.plan.cells import BookRows
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET, sheet_names
from kpixl.plan.tables import read_plan
from kpixl.review.figures import GoalReview
from kpixl.review.insights import Landing
from kpixl.review.review import review
from kpixl.review.steps import goal_step
from kpixl.words import fold, word
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import to_rows
from tests.test_scenarios import NAMES, goal_cases, loaded, reviewed, sheets_of

NA, VALUE = CellError("#N/A"), CellError("#VALUE!")
DIVISION, NUM, REF = CellError("#DIV/0!"), CellError("#NUM!"), CellError("#REF!")
TABLES = ("goals", "plan", "actuals", "settings", "actions", "revision", "holidays", "outlook")

Tables = Mapping[str, list[list[Any]]]


def scorecard(tables: Tables, month: object = None, language: object = None) -> Any:
    """The function with a workbook's tables, named by the schema's keys."""
    given = {key: tables[key] for key in TABLES if key in tables}
    return FUNCTIONS["KPI_SCORECARD"](month=month, language=language, **given)


def by_goal(table: Any) -> dict[str, dict[str, Any]]:
    """Goal ID -> header -> cell."""
    return {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}


# --- the sample


@cache
def sample(language: str) -> BookRows:
    return to_rows(sample_book(language))


def sample_tables(language: str) -> dict[str, list[list[Any]]]:
    """Each table of the sample as a formula hands it over: tblGoals[#All] and so on."""
    found = {}
    for sheet in sample(language).sheets:
        key = sheet_names().get(fold(sheet.name), "")
        if key in TABLES:
            header = next(n for n, row in enumerate(sheet.rows) if row[0] and is_header(key, row))
            found[key] = [list(row) for row in sheet.rows[header:]]
    return found


def is_header(key: str, row: Any) -> bool:
    first = SHEET[key].columns[0].key
    return row[0] in {word(f"column.{first}", language) for language in ("en", "ja")}


def expected(language: str, month: Month) -> list[list[Any]]:
    """What the review of the workbook says, which is what the pack prints."""
    plan = read_plan(sample(language)).plan
    assert plan is not None
    rows = []
    for goal in review(plan, month).goals:
        now, to_date = goal.month, goal.to_date
        cells: list[Any] = [
            goal.goal.label, goal.goal.name, word(f"level.{goal.goal.level.value}", language),
            goal.goal.owner, "%" if goal.source == "rollup" else goal.goal.unit,
            now.actual, now.plan, now.prior, now.gap, now.gap_pct, now.attainment, now.growth,
            word(f"status.{now.status.value}", language),
            to_date.actual, to_date.plan, to_date.gap, to_date.attainment,
            word(f"status.{to_date.status.value}", language),
            word(f"phase.{goal.phase.phase.value}", language), goal_step(goal.phase, language),
            *expected_of_the_year(goal.landing, language), *expected_signal(goal, language),
            *[None] * 28,
        ]  # fmt: skip
        rows.append(["" if cell is None else cell for cell in cells])
    return rows


def expected_of_the_year(landing: Landing, language: str) -> list[Any]:
    judged, pace = landing.value is not None or landing.outlook is not None, landing.required.pace
    needed: dict[Pace, Any] = {Pace.NEEDED: landing.required.value, Pace.NONE: None}
    told = needed[pace] if pace in needed else word(f"pace.{pace.value}", language)
    return [
        landing.plan, landing.value, landing.outlook, landing.gap_pct,
        word(f"status.{landing.status.value}", language) if judged else None,
        landing.chance, told, landing.required.best,
    ]  # fmt: skip


def expected_signal(goal: GoalReview, language: str) -> list[Any]:
    if goal.control is None or goal.control.signal is None:
        return [None, None]
    news = {True: "better", False: "worse", None: "changed"}[goal.control.better]
    kind = goal.control.signal.value
    return [word(f"signal.{news}", language), word(f"signal.{kind}", language)]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "month", ["2024-04", "2025-12", "2026-04", "2026-09", "2026-10", "2026-11", "2027-03"]
)
def test_every_figure_is_the_reviews(language: str, month: str) -> None:
    year, number = map(int, month.split("-"))
    table = scorecard(sample_tables(language), month)
    assert table[1:] == expected(language, Month(year, number))
    assert len(table) > 20


def test_the_sample_shows_what_a_scorecard_may_hold() -> None:
    table = scorecard(sample_tables("en"))
    statuses = {row[table[0].index("Status")] for row in table[1:]}
    assert {"Green", "Amber", "Red", "No data"} <= statuses
    assert "" in {cell for row in table[1:] for cell in row}


def test_a_blank_month_is_that_of_the_settings_and_language_too() -> None:
    tables = sample_tables("ja")
    assert scorecard(tables) == scorecard(tables, "2026年10月", "日本語")
    assert scorecard(tables)[0][:3] == ["ID", "名称", "階層"]
    assert scorecard(tables, "2026-10", "English")[0][:3] == ["ID", "Name", "Level"]


def test_a_month_comes_in_many_clothes() -> None:
    tables = sample_tables("en")
    one = scorecard(tables, "2026-09")
    for month in (date(2026, 9, 30), serial(date(2026, 9, 1)), "Sep-26", "2026年9月", 202609):
        assert scorecard(tables, month) == one
    assert scorecard(tables, [["2026-09"]]) == one
    assert scorecard(tables) != one


def test_the_headers_are_the_scorecard_sheets_words() -> None:
    assert scorecard(sample_tables("en"))[0] == [
        "ID", "Name", "Level", "Owner", "Unit",
        "Actual", "Plan", "Prior year", "Gap", "Gap %", "Attainment", "Growth", "Status",
        "Actual to date", "Plan to date", "Gap to date", "Attainment to date", "Status to date",
        "PDCA", "Next step",
        "Year plan", "Landing", "Owner’s outlook", "Year against plan", "Year status",
        "Chance of plan", "Needed a month", "Best month so far", "Signal", "What signals it",
        "Q1 Actual", "Q1 Plan", "Q1 Attainment", "Q1 Status",
        "Q2 Actual", "Q2 Plan", "Q2 Attainment", "Q2 Status",
        "Q3 Actual", "Q3 Plan", "Q3 Attainment", "Q3 Status",
        "Q4 Actual", "Q4 Plan", "Q4 Attainment", "Q4 Status",
        "H1 Actual", "H1 Plan", "H1 Attainment", "H1 Status",
        "H2 Actual", "H2 Plan", "H2 Attainment", "H2 Status",
        "Full year Actual", "Full year Plan", "Full year Attainment", "Full year Status",
    ]  # fmt: skip


def in_serials(table: list[list[Any]]) -> list[list[Any]]:
    """The table as a host hands it over that knows dates as numbers only."""
    return [[serial(one) if isinstance(one, date) else one for one in row] for row in table]


def test_dates_may_be_serial_numbers() -> None:
    tables = sample_tables("en")
    # As dates: month headers at a month's end, settings and the times of goals.
    ends = {"2026-10": datetime(2026, 10, 31), "2026-07": datetime(2026, 7, 31)}  # noqa: DTZ001
    for key in ("plan", "actuals", "revision"):
        header = tables[key][0]
        tables[key][0] = [ends.get(str(one)[:7], one) for one in header]
    for row in (*tables["goals"][1:], *tables["settings"][1:]):
        row[:] = [ends.get(one, one) if isinstance(one, str) else one for one in row]
    numbers = {key: in_serials(table) for key, table in tables.items()}
    assert numbers["plan"][0] != tables["plan"][0]
    assert numbers["actions"] != tables["actions"]
    assert numbers["goals"] != tables["goals"]
    assert numbers["settings"] != tables["settings"]
    assert scorecard(numbers)[1:] == expected("en", Month(2026, 10))


def test_ranges_may_be_larger_than_their_tables() -> None:
    """Rows and columns without content, and the sheet's title above the table."""
    whole: dict[str, list[list[Any]]] = {
        key: [["Title", None], [None], *([*row, None, ""] for row in table), [None], ["", None]]
        for key, table in sample_tables("en").items()
    }
    assert scorecard(whole)[1:] == expected("en", Month(2026, 10))


def test_what_is_handed_over_is_not_touched() -> None:
    tables = {key: in_serials(table) for key, table in sample_tables("en").items()}
    before = copy.deepcopy(tables)
    scorecard(tables)
    assert tables == before


# --- the scenarios, worked out by hand

SHOWN = {
    "actual": "Actual", "plan": "Plan", "prior": "Prior year", "gap": "Gap", "gap_pct": "Gap %",
    "attainment": "Attainment", "growth": "Growth", "status": "Status",
}  # fmt: skip
SHOWN_TO_DATE = {name: f"{SHOWN[name]} to date" for name in ("actual", "plan", "gap")}
SHOWN_TO_DATE |= {"attainment": "Attainment to date", "status": "Status to date"}
HEADERS = {"month": SHOWN, "to_date": SHOWN_TO_DATE, "pdca": {"phase": "PDCA"}}
WORDS = {"status": "status", "phase": "phase"}


@cache
def scenario(name: str) -> dict[str, dict[str, Any]]:
    return by_goal(scorecard(tables_of(name), language="en"))


def tables_of(name: str) -> dict[str, list[list[Any]]]:
    return {
        sheet_names()[fold(sheet)]: [list(row) for row in rows]
        for sheet, rows in sheets_of(name).items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_cells_say_what_was_worked_out_by_hand(name: str) -> None:
    compared = 0
    for case, goal_id, group, wanted in goal_cases():
        cells = scenario(name).get(goal_id, {})
        for key, value in wanted.items() if case == name else ():
            header = HEADERS.get(group, {}).get(key)
            if header is None:
                continue
            compared += 1
            if key in WORDS:
                assert cells[header] == word(f"{WORDS[key]}.{value}", "en"), (goal_id, group, key)
            elif value == "none":
                assert cells[header] == "", (goal_id, group, key)
            else:
                found = cells[header]
                assert found == pytest.approx(value, rel=1e-12, abs=1e-12), (goal_id, group, key)
    assert compared >= 5


@pytest.mark.parametrize("name", NAMES)
def test_next_steps_are_the_reviews(name: str) -> None:
    steps = {goal.goal.label: goal_step(goal.phase, "en") for goal in reviewed(name).goals}
    assert {key: cells["Next step"] for key, cells in scenario(name).items()} == steps


def test_the_scenarios_hold_every_expectation_that_has_a_cell() -> None:
    assert {group for _, _, group, _ in goal_cases()} >= set(HEADERS)
    assert loaded("roll_up", "expected")["month"] == "2026-05"


# --- a small book, spoilt in one place each


def small() -> dict[str, list[list[Any]]]:
    return {
        "goals": [
            ["ID", "Parent", "Level", "Name", "Owner", "Unit", "Direction", "Tolerance",
             "Aggregation"],
            ["TOP", None, "KGI", "Top", "Mori", None, None, None, None],
            ["A", "TOP", "KPI", "Visits", "Sato", "visits", "Higher", None, "Sum"],
            ["B", "TOP", "KPI", "Returns", "Abe", "pcs", "Lower", None, "Average"],
        ],
        "plan": [["ID", "2026-04", "2026-05"], ["A", 100, 100], ["B", 10, 10]],
        "actuals": [["ID", "2026-04", "2026-05"], ["A", 90, 110], ["B", 8, 11]],
    }  # fmt: skip


def test_the_small_book_is_sound() -> None:
    found = by_goal(scorecard(small(), "2026-05"))
    # A: 110 of 100, to date 200 of 200. B, lower is better: 11 of 10, on average 9.5 of 10.
    assert [found["A"][header] for header in ("Gap", "Attainment", "Actual to date")] == [
        10, pytest.approx(1.1), 200,
    ]  # fmt: skip
    assert [found["B"][header] for header in ("Gap", "Attainment", "Attainment to date")] == [
        -1, pytest.approx(0.9), pytest.approx(1.05),
    ]  # fmt: skip
    # TOP is rolled up: (1, capped, + 0.9) / 2 in May, 1 to date.
    assert found["TOP"]["Actual"] == pytest.approx(0.95)
    assert found["TOP"]["Actual to date"] == 1
    assert found["TOP"]["Unit"] == "%"
    assert [cells["Status"] for cells in found.values()] == ["Green", "Green", "Amber"]


Spoil = Callable[[dict[str, list[list[Any]]]], None]


def spoilt(spoil: Spoil) -> dict[str, list[list[Any]]]:
    tables = small()
    spoil(tables)
    return tables


def put(key: str, row: int, column: int, value: object) -> Spoil:
    return lambda tables: tables[key][row].__setitem__(column, value)


def replaced(key: str, table: Any) -> Spoil:
    return lambda tables: tables.__setitem__(key, table)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda tables: tables["goals"].append(list(tables["goals"][2])), VALUE),  # ID twice
        (put("goals", 1, 1, "A"), VALUE),  # TOP below A below TOP
        (put("goals", 2, 1, "NOBODY"), NA),  # a parent that is not there
        (replaced("goals", [["ID", "Name"], ["A", "Visits"]]), VALUE),  # not the Goals table
        (replaced("goals", [[1, 2], [3, 4]]), VALUE),
        (replaced("goals", 5), VALUE),
        (lambda tables: tables["goals"].__setitem__(slice(1, None), []), NA),  # headers alone
        (replaced("goals", [[None, ""], [None, None]]), NA),
        (replaced("goals", None), NA),
        (replaced("goals", REF), REF),
        (replaced("plan", [["Name", "Price"], ["A", 1]]), VALUE),
        (replaced("plan", [["ID", "Spring", "Autumn"], ["A", 1, 2]]), VALUE),  # no months
        (replaced("actuals", [["2026-04", "2026-05"], [1, 2]]), VALUE),  # no IDs
        (replaced("actuals", DIVISION), DIVISION),
        (replaced("settings", [["ID", "2026-04"], ["A", 1]]), VALUE),
        (replaced("actions", [["Cause"], ["price"]]), VALUE),
        (replaced("holidays", [["Price"], [1]]), VALUE),
        (replaced("outlook", [["ID", "Autumn"], ["A", 1]]), VALUE),
    ],
)
def test_tables_that_cannot_be_understood_are_one_error(spoil: Spoil, error: CellError) -> None:
    assert scorecard(spoilt(spoil), "2026-05") == error


@pytest.mark.parametrize(
    ("month", "error"),
    [
        (None, NA), ("", NA), ("soon", VALUE), (True, VALUE), (12, NUM), (-1, NUM), (REF, REF),
        ([["2026-04", "2026-05"]], VALUE), ([["2026-04"], ["2026-05"]], VALUE),
    ],
)  # fmt: skip
def test_months_that_are_none(month: object, error: CellError) -> None:
    assert scorecard(small(), month) == error


def test_an_unknown_language_is_not_available() -> None:
    assert scorecard(small(), "2026-05", "Klingon") == NA


@pytest.mark.parametrize("bad", [REF, "n/a", True])
def test_a_figure_that_cannot_be_read_is_not_available_and_nothing_else(bad: object) -> None:
    sound = by_goal(scorecard(small(), "2026-05"))
    found = by_goal(scorecard(spoilt(put("actuals", 1, 2, bad)), "2026-05"))
    assert found["B"] == sound["B"]
    assert found["A"]["Actual"] == found["A"]["Gap"] == ""
    assert found["A"]["Plan"] == 100
    assert found["A"]["Status"] == "No data"
    assert found["A"]["Actual to date"] == 90
    assert found["TOP"]["Actual"] == pytest.approx(0.9)  # B alone


def test_text_numbers_are_numbers() -> None:
    found = by_goal(scorecard(spoilt(put("actuals", 1, 2, "▲１,０００")), "2026-05"))
    assert found["A"]["Actual"] == -1000


def test_a_plan_of_zero_has_a_gap_but_no_share() -> None:
    found = by_goal(scorecard(spoilt(put("plan", 1, 2, 0)), "2026-05"))
    assert found["A"]["Gap"] == 110
    assert found["A"]["Gap %"] == found["A"]["Attainment"] == ""


def test_tables_without_any_figure_are_blank() -> None:
    tables = small()
    tables["plan"] = tables["actuals"] = [[None]]
    found = by_goal(scorecard(tables, "2026-05"))
    assert {cells["Status"] for cells in found.values()} == {"No plan", "No data"}
    assert found["A"]["Actual"] == ""


JUDGED = {
    "Gap", "Gap %", "Attainment", "Status", "Gap to date", "Attainment to date", "Status to date",
    "PDCA", "Next step", "Year against plan", "Year status",
}  # fmt: skip
OWN_JUDGED = JUDGED | {"Chance of plan", "Needed a month", "Best month so far", "Signal"}
AGGREGATED = {
    "Actual to date", "Plan to date", "Gap to date", "Attainment to date", "Status to date",
    "Year plan", "Landing", "Owner’s outlook", "Year against plan", "Year status",
}  # fmt: skip
OWN_AGGREGATED = AGGREGATED | {"Chance of plan", "Needed a month", "Best month so far"}


SCORES = {"Actual", "Actual to date", "Landing"}


@pytest.mark.parametrize(
    ("spoil", "columns", "of_parent"),
    [
        (put("goals", 2, 6, "Sideways"), OWN_JUDGED, JUDGED | SCORES),
        # A Range needs a tolerance.
        (put("goals", 2, 6, "範囲"), OWN_JUDGED, JUDGED | SCORES),
        (put("goals", 2, 8, "Median"), OWN_AGGREGATED, AGGREGATED),
    ],
)
def test_what_an_unknown_word_decides_is_not_available(
    spoil: Spoil, columns: set[str], of_parent: set[str]
) -> None:
    sound = by_goal(scorecard(small(), "2026-05"))
    found = by_goal(scorecard(spoilt(spoil), "2026-05"))
    assert {header for header, cell in found["A"].items() if cell == NA} == columns
    assert {header for header, cell in found["TOP"].items() if cell == NA} == of_parent
    assert found["A"]["Actual"] == 110
    assert found["B"] == sound["B"]


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ("quarter", {"Q1 Attainment", "Q1 Status"}),
        ("half, year", {"H1 Attainment", "H1 Status", "Full year Attainment", "Full year Status"}),
    ],
)
def test_it_decides_of_the_periods_that_are_asked_for_and_of_no_others(
    asked: str, columns: set[str]
) -> None:
    tables = spoilt(put("goals", 2, 6, "Sideways"))
    tables["settings"] = [["Key", "Value"], ["Periods shown", asked]]
    found = by_goal(scorecard(tables, "2026-05"))
    wrong = {header for header, cell in found["A"].items() if cell == NA}
    assert wrong == OWN_JUDGED | columns


def test_columns_and_words_may_be_japanese_in_any_order() -> None:
    tables: dict[str, list[list[Any]]] = {
        "goals": [
            ["集計", "方向", "名称", "ID", "単位", "階層", "担当", "親ID", "メモ"],
            [None, None, "全体", "TOP", None, "KGI", "森", None, 1],
            ["合計", "高いほど良い", "訪問数", "A", "回", "KPI", "佐藤", "TOP", 2],
            ["平均", "低いほど良い", "返品数", "B", "個", "KPI", "阿部", "TOP", 3],
        ],
        "plan": [["2026年4月", "ID", "2026年5月"], [100, "Ａ", 100], [10, "b", 10]],
        "actuals": [["指標ID", "Apr-26", "2026/5"], ["B", 8, 11], ["A", "９０", 110]],
        "settings": [["項目", "値"], ["対象月", serial(date(2026, 5, 1))], ["言語", "日本語"]],
    }  # fmt: skip
    here, there = scorecard(tables), scorecard(small(), "2026-05")
    assert [row[5:12] + row[13:17] for row in here[1:]] == [
        row[5:12] + row[13:17] for row in there[1:]
    ]
    assert [row[12] for row in here[1:]] == ["達成", "達成", "注意"]


def test_settings_actions_and_holidays_count() -> None:
    tables = small()
    tables["settings"] = [
        ["Key", "Value"], ["Review month", "2026-05"], ["Green at", 0.9],
        ["Close day", "2 business days"],
    ]  # fmt: skip
    tables["actions"] = [
        ["Action ID", "Goal ID", "Raised", "Cause", "Countermeasure", "Owner", "Due"],
        ["P1", "B", serial(date(2026, 5, 20)), "damage", "new boxes", "Abe",
         serial(date(2026, 6, 2))],
    ]  # fmt: skip
    # Due after two business days: 2 June, on which the action is in time.
    found = by_goal(scorecard(tables))["B"]
    assert (found["Status"], found["PDCA"]) == ("Green", "Do")
    assert found["Next step"] == "On track; continue P1: Carry it out by 2026-06-02"
    # With a holiday on 1 June it is due on the 3rd, when the action is late.
    tables["holidays"] = [["Date", "Name"], [serial(date(2026, 6, 1)), "Founding day"]]
    found = by_goal(scorecard(tables))["B"]
    assert found["Next step"].endswith("2026-06-02 (overdue)")


def test_a_revision_counts_from_its_month_on() -> None:
    tables = small()
    tables["revision"] = [["ID", "2026-04", "2026-05"], ["A", 50, 120]]
    tables["settings"] = [["Key", "Value"], ["Revision valid from", serial(date(2026, 5, 1))]]
    found = by_goal(scorecard(tables, "2026-05"))["A"]
    assert (found["Plan"], found["Plan to date"]) == (120, 220)  # 100 in April
    del tables["settings"]
    assert by_goal(scorecard(tables, "2026-05"))["A"]["Plan"] == 100


# --- the year, and what the months signal

MONTHS = [*(f"2026-{month:02d}" for month in range(4, 13)), "2027-01", "2027-02", "2027-03"]


def a_year() -> dict[str, list[list[Any]]]:
    """A goal with a plan of 100 in every month, of which two are reported: 90 and 110."""
    tables = small()
    tables["plan"] = [["ID", *MONTHS], ["A", *[100] * 12]]
    tables["actuals"] = [["ID", *MONTHS], ["A", 90, 110, *[None] * 10]]
    return tables


def the_year(tables: Tables) -> list[Any]:
    found = by_goal(scorecard(tables, "2026-05"))["A"]
    names = ("Year plan", "Landing", "Owner’s outlook", "Year against plan", "Year status",
             "Chance of plan", "Needed a month", "Best month so far")  # fmt: skip
    return [found[name] for name in names]


def test_a_year_lands_on_its_plan_while_little_is_known() -> None:
    # Two months and no history: the months to come bring their plan (SPEC 5). 200 + 10 × 100
    # make the 1,200 planned; each of the ten months has to bring 100, and 110 was the best.
    assert the_year(a_year()) == [1200, 1200, "", 0, "Green", "", 100, 110]


def test_an_outlook_leads_where_the_table_is_given() -> None:
    tables = a_year()
    # What is expected of a month that is reported does not count; of the others it is 80.
    tables["outlook"] = [["ID", *MONTHS], ["A", 500, 500, *[80] * 10]]
    # 200 + 10 × 80 of 1,200 planned: a sixth is missing. The landing stays beside it.
    assert the_year(tables) == [
        1200, 1200, 1000, pytest.approx(-1 / 6), "Red", "", 100, 110,
    ]  # fmt: skip
    tables["outlook"][1][-1] = None  # one month without a word: there is no outlook
    assert the_year(tables) == the_year(a_year())


def test_a_month_that_stands_out_is_better_or_worse_by_direction() -> None:
    months = ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    values = [100, 102, 98, 101, 99, 130]
    tables = small()
    # The mean is 105, the mean moving range (2 + 4 + 3 + 2 + 31) ÷ 5 = 8.4: 105 + 2.66 × 8.4
    # is 127.3.
    tables["actuals"] = [["ID", *months], ["A", *values], ["B", *values]]
    found = by_goal(scorecard(tables, "2026-09"))
    above = word("signal.above", "en")
    told = {goal: [row["Signal"], row["What signals it"]] for goal, row in found.items()}
    assert told == {"TOP": ["", ""], "A": ["Better", above], "B": ["Worse", above]}
    tables["goals"][2][6:8] = ["Range", 5]
    assert by_goal(scorecard(tables, "2026-09"))["A"]["Signal"] == "Changed"
    tables["actuals"][1][-1] = 101  # as much as usual
    assert by_goal(scorecard(tables, "2026-09"))["A"]["Signal"] == ""
