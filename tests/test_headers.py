from __future__ import annotations

from datetime import datetime
from typing import Any, List, Optional

import pytest

from kpixl.plan.cells import SheetRows
from kpixl.plan.findings import Findings
from kpixl.plan.headers import Table, read_header
from kpixl.plan.month import Month

APRIL, MAY, JUNE = (Month(2026, month) for month in (4, 5, 6))


def table(*rows: List[Any], key: str = "plan", fiscal_start: int = 4) -> Table:
    found = read_header(key, SheetRows("Plan", rows), fiscal_start, (), Findings())
    assert found is not None
    return found


def months(*rows: List[Any], fiscal_start: int = 4) -> List[Optional[Month]]:
    """The month of each column, None where there is none."""
    headers = table(*rows, fiscal_start=fiscal_start).month_headers
    by_position = dict(headers.positions)
    return [by_position.get(position) for position in range(max(map(len, rows)))]


def test_headers_are_months_by_meaning_whatever_their_form() -> None:
    assert months(["ID", "2026-04", "May-26", datetime.fromisoformat("2026-06-30")]) == [
        None,
        APRIL,
        MAY,
        JUNE,
    ]


def test_other_columns_of_a_monthly_sheet_are_ignored() -> None:
    found = table(["ID", "Name", "Unit", "2026-04", "Total", "FY2026", "2026年度", "1Q", 2026])
    assert found.columns["id"] == 0
    assert [month for _, month in found.month_headers.months] == [APRIL]
    assert found.month_headers.unclear == ()


def test_the_header_row_need_not_be_the_first() -> None:
    found = table(
        ["KPI 計画 2026"],
        [],
        ["as of", datetime.fromisoformat("2026-07-01")],
        [None, "No.", "指標ID", "2026年4月"],
    )
    assert found.header == 4
    assert found.columns["id"] == 2
    assert found.month_headers.months == ((3, APRIL),)


def test_the_row_that_knows_most_headers_is_the_header() -> None:
    found = table(
        ["KPI", "Name"],
        ["ID", "Parent", "Level", "Name", "Owner"],
        ["A", "", "KPI", "Name", "Owner"],
        key="goals",
    )
    assert found.header == 2


def test_a_proper_name_wins_over_a_synonym() -> None:
    findings = Findings()
    rows = [["No", "ID", "Parent", "Level", "KPI", "名称"]]
    found = read_header("goals", SheetRows("Goals", rows), 4, (), findings)
    assert found is not None
    assert (found.columns["id"], found.columns["name"]) == (1, 5)
    assert "column-double" not in {problem.code for problem in findings.problems}


def test_two_columns_of_one_name_are_a_problem() -> None:
    findings = Findings()
    rows = [["ID", "Parent", "Level", "Name", "Owner", "担当"]]
    read_header("goals", SheetRows("Goals", rows), 4, (), findings)
    doubled = [problem for problem in findings.problems if problem.code == "column-double"]
    assert [(problem.cell, problem.found) for problem in doubled] == [("F1", "担当")]


def test_a_calendar_year_above_the_months_gives_them_their_year() -> None:
    assert months([None, 2026, None, None], ["ID", "Apr", "May", "Jun"]) == [
        None, APRIL, MAY, JUNE,
    ]  # fmt: skip


def test_a_fiscal_year_above_runs_over_into_the_next_calendar_year() -> None:
    names = [f"{n}月" for n in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
    found = months([None, "2026年度", *[None] * 11], ["指標ID", *names])
    assert found[1:] == [Month(2026, 4).plus(n) for n in range(12)]


def test_two_fiscal_years_stand_side_by_side() -> None:
    names = [f"{n}月" for n in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
    years = ["2025年度", *[None] * 11, "2026年度", *[None] * 11]
    found = months([None, *years], ["ID", *names, *names])
    assert found[1:] == [Month(2025, 4).plus(n) for n in range(24)]


def test_a_fiscal_year_begins_where_the_settings_say() -> None:
    # October start: the 2026 fiscal year's January lies in 2027, its October in 2026.
    rows = [None, "2026年度", "2026年度"], ["ID", "1月", "10月"]
    assert months(*rows, fiscal_start=10) == [None, Month(2027, 1), Month(2026, 10)]


def test_a_year_merged_with_the_id_header_is_understood() -> None:
    found = table(["ID", "2026年", None], [None, "4月", "5月"])
    assert (found.header, found.columns["id"]) == (2, 0)
    assert found.month_headers.months == ((1, APRIL), (2, MAY))


def test_bare_months_go_on_from_a_month_with_its_year() -> None:
    assert months(["ID", "2026年11月", "12月", "1月"])[1:] == [
        Month(2026, 11), Month(2026, 12), Month(2027, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [["ID", "Apr", "May"]],
        # FY26 may begin in 2025 or in 2026 where the year does not start in January.
        [[None, "FY26", None], ["ID", "Apr", "May"]],
    ],
)
def test_months_without_a_plain_year_are_not_guessed(rows: List[List[Any]]) -> None:
    headers = table(*rows).month_headers
    assert headers.positions == ()
    assert headers.unclear == (1, 2)


def test_fy_is_plain_where_the_fiscal_year_is_the_calendar_year() -> None:
    assert months([None, "FY26"], ["ID", "Apr"], fiscal_start=1) == [None, APRIL]


@pytest.mark.parametrize("header", ["2026-13", "26-Apr", "13月", "2026年0月", "4/26"])
def test_a_header_meant_as_a_month_but_wrong_is_unclear(header: str) -> None:
    assert table(["ID", "2026-04", header]).month_headers.unclear == (2,)


@pytest.mark.parametrize("header", ["2026-27", "4-6月", "Total", "上期", "1Q", "YTD", "note 2026"])
def test_a_total_is_not_taken_for_a_wrong_month(header: str) -> None:
    assert table(["ID", "2026-04", header]).month_headers.unclear == ()


def test_dates_that_lost_their_format_are_months_where_they_are_the_first_of_one() -> None:
    # Excel counts 2026-04-01 as day 46113 and 2026-05-01 as day 46143.
    assert months(["ID", 46113, 46143.0]) == [None, APRIL, MAY]


def test_numbers_that_may_count_from_another_year_are_not_guessed() -> None:
    # In the 1904 system 2026-04-01 is day 44651, which the 1900 system calls 2022-03-31.
    headers = table(["ID", 44651]).month_headers
    assert (headers.positions, headers.unclear) == ((), (1,))


def test_one_month_in_two_forms_is_doubled() -> None:
    headers = table(["ID", "2026-04", "Apr-26", "2026-05"]).month_headers
    assert headers.doubled == ((APRIL, (1, 2)),)
    assert headers.months == ((3, MAY),)


def test_months_between_the_first_and_the_last_may_not_be_missing() -> None:
    assert table(["ID", "2026-06", "2026-03"]).month_headers.missing == (APRIL, MAY)
    assert table(["ID", "2026-03", "2026-04"]).month_headers.missing == ()
