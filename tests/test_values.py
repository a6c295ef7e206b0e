from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.errors import CellError
from kpixl.plan.month import Month
from kpixl.plan.values import clean_text, date_of, id_of, is_blank, month_of, number_of, text_of


@pytest.mark.parametrize(
    "cell",
    [
        datetime.fromisoformat("2026-04-01"), date(2026, 4, 30),
        "2026-04", "2026-4", "2026/4", "2026/04/15",
        "2026.4", "2026年4月", "2026年04月度", "２０２６年４月", "2026‐04", "Apr-26", "Apr 2026",
        "apr. 2026", "April-2026", "APR '26", "2026 Apr", "04/2026", "202604", 202604, 202604.0,
        "令和8年4月", "2026-04-01 00:00:00", "2026-04-01T00:00", " 2026-04 ", "2026年4月1日",
    ],
)  # fmt: skip
def test_a_month_is_known_by_what_it_means(cell: Any) -> None:
    assert month_of(cell) == (Month(2026, 4), None)


@pytest.mark.parametrize(
    "cell",
    ["April", "4月", "2026", 2026, "2026-13", "2026-00", "26-Apr", "Q1 2026", "2026年度", True,
     "2026-04-31", "0026-04", "2026-04 2026-05", 46113.5, "FY26", "平成元年13月"],
)  # fmt: skip
def test_what_names_no_month_with_its_year_is_none(cell: Any) -> None:
    assert month_of(cell) == (None, "not-a-month")


def test_the_first_year_of_an_era_is_written_as_gan() -> None:
    assert month_of("令和元年5月") == (Month(2019, 5), None)


@pytest.mark.parametrize(
    "cell",
    [datetime.fromisoformat("2026-04-09 13:30"), date(2026, 4, 9),
     "2026-04-09", "2026/4/9", "2026年4月9日",
     "２０２６／４／９", "9 Apr 2026", "April 9, 2026", "令和8年4月9日"],
)  # fmt: skip
def test_a_day_is_known_by_what_it_means(cell: Any) -> None:
    assert date_of(cell) == (date(2026, 4, 9), None)


@pytest.mark.parametrize("cell", ["4/9/2026", "2026-04", "2026-02-30", "soon", 46121, True])
def test_what_is_no_plain_day_is_none(cell: Any) -> None:
    assert date_of(cell) == (None, "not-a-date")


@pytest.mark.parametrize(
    ("cell", "number"),
    [(12, 12.0), (0.5, 0.5), ("▲12", -12.0), ("△1,250", -1250.0), ("(12)", -12.0),
     ("１２３", 123.0), ("3.2%", 0.032), ("¥1,000", 1000.0), (" 7 ", 7.0)],
)  # fmt: skip
def test_a_number_is_read_where_it_plainly_is_one(cell: Any, number: float) -> None:
    assert number_of(cell) == (number, None)


@pytest.mark.parametrize("cell", [None, "", "  ", "　", "\x00", "\n"])
def test_blank_and_empty_text_are_not_reported_and_never_zero(cell: Any) -> None:
    assert is_blank(cell)
    assert number_of(cell) == (None, None)
    assert date_of(cell) == (None, None)
    assert month_of(cell) == (None, None)
    assert id_of(cell) == ("", None)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [("n/a", "not-a-number"), ("-", "not-a-number"), (True, "not-a-number"),
     (date(2026, 4, 1), "not-a-number"), (CellError("#N/A"), "cell-error"),
     (1.1e15, "number-too-large"), (float("nan"), "number-too-large"),
     (float("-inf"), "number-too-large"), (10**400, "number-too-large")],
)  # fmt: skip
def test_what_is_no_number_says_why(cell: Any, fault: str) -> None:
    assert number_of(cell) == (None, fault)


@pytest.mark.parametrize(
    ("cell", "goal_id"),
    [
        (1, "1"),
        (2.0, "2"),
        (1.5, "1.5"),
        (" kpi-1 ", "KPI-1"),
        ("ｋｐｉ１", "KPI1"),
        ("売上", "売上"),
    ],
)
def test_ids_are_compared_without_regard_to_width_case_and_number_format(
    cell: Any, goal_id: str
) -> None:
    assert id_of(cell) == (goal_id, None)


@pytest.mark.parametrize("cell", [True, date(2026, 1, 2), float("nan")])
def test_an_id_that_excel_made_something_else_of_is_told(cell: Any) -> None:
    assert id_of(cell) == ("", "not-an-id")


def test_control_characters_go_and_line_breaks_stay() -> None:
    assert clean_text("\x00one\r\ntwo\x1b[0m\tthree\ud800") == "one\ntwo[0m three"


def test_text_is_not_escaped_here() -> None:
    assert text_of("<b>R&D</b>") == "<b>R&D</b>"


junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(),
    st.sampled_from(["#N/A", "#REF!"]).map(CellError),
)  # fmt: skip


@given(junk)
def test_no_cell_can_make_reading_it_fail(cell: Any) -> None:
    for read in (number_of, date_of, month_of, id_of):
        value, fault = read(cell)
        assert fault is None or not value
    assert text_of(cell) == clean_text(text_of(cell))


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_a_month_reads_the_same_however_it_is_written(day: date) -> None:
    month = Month(day.year, day.month)
    written = [f"{day:%Y-%m}", f"{day.year}/{day.month}", f"{day.year}年{day.month}月"]
    written += [f"{day:%b} {day.year}", f"{day:%B}-{day.year}", f"{day:%Y%m}", day.isoformat()]
    for text in written:
        assert month_of(text) == (month, None)
