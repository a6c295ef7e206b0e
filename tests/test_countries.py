"""Close days in business days: the public holidays of a country, hand-counted on a calendar."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from kpixl import calendars, jobs
from kpixl.checking import check_workbook
from kpixl.cli import app
from kpixl.errors import UsageProblem
from kpixl.holiday_rows import known_country, with_country
from kpixl.plan.countries import country_code, years_around
from kpixl.plan.month import CloseDay, Month
from kpixl.plan.tables import read_plan
from kpixl.reading import reading_of
from kpixl.review.review import review
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes
from tests.mail_book import write
from tests.plan_book import book, only, sound


def closing(
    days: str, country: str = "", holidays: tuple[str, ...] = (), first: str = "2026-01"
) -> dict[str, Any]:
    """The sound book with a close day and a country, and actuals for two years from ``first``."""
    sheets = sound()
    sheets["Settings"] += [["Close day", days], ["Country", country]]
    start = Month(*map(int, first.split("-")))
    months = [str(start.plus(n)) for n in range(24)]
    for name in ("Plan", "Actuals"):
        sheets[name] = [["ID", *months], *([row[0], *[1.0] * 24] for row in sheets[name][1:])]
    if holidays:
        sheets["Holidays"] = [["Date"], *([datetime.fromisoformat(day)] for day in holidays)]
    return sheets


def due(month: str, *given: Any, **named: Any) -> date:
    """The day on which a month's actuals are due."""
    reading = reading_of(book(closing(*given, **named)))
    assert reading.plan is not None
    assert reading.problems == ()
    return review(reading.plan, Month(*map(int, month.split("-")))).due


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        # Friday 1 May is the first business day. Golden Week: Sunday 3 (Constitution Day), Monday
        # 4 (Greenery Day), Tuesday 5 (Children's Day), Wednesday 6 (in lieu of the Sunday).
        # Thursday 7, Friday 8, Monday 11, Tuesday 12.
        ("2026-04", date(2026, 5, 12)),
        # September 2026 begins on a Tuesday: 1, 2, 3, 4, Monday 7.
        ("2026-08", date(2026, 9, 7)),
        # January 2027: Friday 1 is New Year's Day, Monday 4 to Friday 8 are five days. That a
        # company stays closed until the 3rd is for its own sheet to say.
        ("2026-12", date(2027, 1, 8)),
        # January 2026: Thursday 1 is New Year's Day; 2, 5, 6, 7, 8.
        ("2025-12", date(2026, 1, 8)),
    ],
)
def test_five_business_days_in_japan(month: str, expected: date) -> None:
    first = "2025-12" if month == "2025-12" else "2026-01"
    assert due(month, "5営業日", "日本", first=first) == expected


def test_silver_week_of_2026_has_a_day_between_two_holidays() -> None:
    # 15 business days after 31 August 2026: 1-4, 7-11, 14-18 are fourteen. Monday 21 is Respect
    # for the Aged Day, Wednesday 23 the equinox, and Tuesday 22, between the two, a citizens'
    # holiday: the fifteenth is Thursday 24. Without the calendar it is the Monday.
    assert due("2026-08", "15 business days", "JP") == date(2026, 9, 24)
    assert due("2026-08", "15 business days") == date(2026, 9, 21)


def test_a_substitute_holiday_counts() -> None:
    # 22 March 2027 is in lieu of Sunday 21, the equinox. March 2027 begins on a Monday: 1-5, 8-12,
    # 15-19 are fifteen days, the sixteenth is Tuesday 23.
    assert due("2027-02", "16 business days", "JP") == date(2027, 3, 23)


def test_the_sheet_adds_a_companys_own_days() -> None:
    # Closed on 30 and 31 December, and on 2 January (a Friday): with New Year's Day the first
    # business day of January 2026 is Monday 5.
    own = ("2025-12-30", "2025-12-31", "2026-01-02")
    assert due("2025-12", "1 business day", "JP", own, first="2025-12") == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        # May 2026, three business days after 30 April: Friday 1 May is Labour Day in Germany.
        ("DE", date(2026, 5, 6)),
        ("US", date(2026, 5, 5)),
        # The Monday, 4 May, is the early May bank holiday in the United Kingdom.
        ("United Kingdom", date(2026, 5, 6)),
    ],
)
def test_countries_differ(country: str, expected: date) -> None:
    assert due("2026-04", "3 business days", country) == expected


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    # 6 January (Epiphany) is a holiday in Bavaria. After 31 December 2026: Friday 1 January is
    # New Year's Day; Monday 4, Tuesday 5, then Thursday 7 in Bavaria, Wednesday 6 elsewhere.
    assert due("2026-12", "3 business days", "DE-BY") == date(2027, 1, 7)
    assert due("2026-12", "3 business days", "Germany") == date(2027, 1, 6)


def test_calendar_days_are_counted_as_ever() -> None:
    assert due("2026-04", "10", "JP") == date(2026, 5, 10)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("JP", "JP"), ("ｊｐ", "JP"), ("Japan", "JP"), ("日本", "JP"), ("日本国", "JP"),
        ("us-ca", "US-CA"), ("US_CA", "US-CA"), ("de–by", "DE-BY"), ("Germany-BY", "DE-BY"),
        ("USA", "US"), ("UK", "GB"), ("ドイツ", "DE"), ("JPN", None), ("Mars", None), ("US-", None),
        ("US-!", None), ("", None),
    ],
)  # fmt: skip
def test_a_country_may_be_named_in_several_ways(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("country", "code", "known"),
    [
        ("Mars", "country-unknown", "JP"),
        ("ZZ", "country-unknown", "US"),
        ("US-ZZ", "country-part-unknown", "US-CA"),
        ("JP-13", "country-part-unknown", "JP"),
    ],
)
def test_an_unknown_country_is_told_with_its_cell_and_those_that_are_known(
    country: str, code: str, known: str
) -> None:
    sheets = closing("5 business days", country)
    problem = only(reading_of(book(sheets)))
    row = len(sheets["Settings"])
    assert (problem.code, problem.sheet, problem.cell) == (code, "Settings", f"B{row}")
    assert (problem.found, problem.warning) == (country, False)
    assert known in str(problem.details["known"]).split(", ")


def test_where_no_business_days_are_counted_a_wrong_country_is_no_more_than_a_slip() -> None:
    assert only(reading_of(book(closing("10", "Mars")))).warning


def test_cells_go_by_the_holidays_sheet_alone() -> None:
    reading = read_plan(book(closing("5営業日", "JP")))
    assert reading.plan is not None
    assert reading.plan.holidays == ()
    assert reading.plan.settings.country == "JP"


def test_the_years_reach_to_the_day_on_which_the_last_month_is_due() -> None:
    months = [Month(2026, 1), Month(2026, 12)]
    assert 2027 in years_around(months, CloseDay(5, business=True))
    assert min(years_around(months, CloseDay())) == 2026
    assert not years_around([], CloseDay())


def test_a_calendar_may_be_asked_for_no_year_and_for_very_old_ones() -> None:
    assert calendars.days("JP", ()) == {}
    assert calendars.days("JP", (1900, 2200)) == {}
    with pytest.raises(KeyError):
        calendars.days("ZZ", (2026,))


def test_an_option_that_names_no_country_is_wrong_use() -> None:
    with pytest.raises(UsageProblem, match="country-option"):
        known_country("Mars")
    assert known_country("us-ca") == "US-CA"


# ---- The commands ---------------------------------------------------------------------------


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("language", "sheet", "name", "setting"),
    [("en", "Holidays", "Substitute Holiday", "Country"), ("ja", "休日", "振替休日", "休日の国")],
)
def test_a_new_book_has_its_countrys_holidays(
    tmp_path: Path, language: str, sheet: str, name: str, setting: str
) -> None:
    path = tmp_path / "plan.xlsx"
    made = run("new", str(path), "--lang", language, "--country", "JP",
               "--first", "2026-04", "--months", "12")  # fmt: skip
    assert made.exit_code == 0, made.output
    opened = openpyxl.load_workbook(path)
    rows = {
        row[0].value.date(): row[1].value
        for row in opened[sheet].iter_rows(min_row=4)
        if isinstance(row[0].value, datetime)
    }
    # From the first month, April 2026, to the one after the last, April 2027. In 2026: 29 April, 3
    # to 6 May, 20 July, 11 August, 21 to 23 September, 12 October, 3 and 23 November; in 2027: 1
    # and 11 January, 11 and 23 February, 21 and 22 March, 29 April.
    assert (min(rows), max(rows)) == (date(2026, 4, 29), date(2027, 4, 29))
    assert len(rows) == 13 + 7
    assert str(rows[date(2026, 5, 6)]).casefold() == name.casefold()
    settings = opened["Settings" if language == "en" else "設定"]
    stated = {row[0].value: row[1].value for row in settings.iter_rows()}
    assert stated[setting] == "JP"


def test_check_tells_which_days_the_cells_do_not_know(tmp_path: Path) -> None:
    sheets = closing("5 business days", "JP", ("2026-05-04", "2026-05-05"))
    sheets["Settings"].append(["Review month", "2026-04"])
    path = write(tmp_path / "plan.xlsx", sheets)
    data = json.loads(run("check", str(path), "--json").stdout)
    (told,) = [one for one in data["problems"] if one["code"] == "calendar-days-missing"]
    # From April 2026 on, within five business days after a month's end: 6 May (4 and 5 stand in
    # the sheet), 3 November, 1 January 2027 and, after April 2027, 3, 4 and 5 May.
    for day in ("2026-05-06", "2026-11-03", "2027-01-01", "2027-05-03", "2027-05-04", "2027-05-05"):
        assert day in told["what"]
    assert "2026-05-04" not in told["what"]
    assert "2026-07-20" not in told["what"]
    assert "2026-01-01" not in told["what"]
    assert told["severity"] == "warning"


def test_check_has_nothing_to_tell_where_the_sheet_has_them_all(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    run("new", str(path), "--sample", "--country", "JP")
    data = json.loads(run("check", str(path), "--json").stdout)
    assert "calendar-days-missing" not in {one["code"] for one in data["problems"]}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_cells_of_a_new_book_and_its_pack_have_the_same_due_day(
    tmp_path: Path, language: str
) -> None:
    content = with_country(sample_book(language), "JP")
    own = {"close_day": "5営業日", "review_month": "2026-04"}
    content = replace(content, settings={**content.settings, **own})
    known, unknown = tmp_path / "known.xlsx", tmp_path / "unknown.xlsx"
    known.write_bytes(book_bytes(content))
    unknown.write_bytes(book_bytes(replace(content, holidays=())))
    figures = "Figures" if language == "en" else "計算"
    # LibreOffice's WORKDAY gives the same two days. Without Golden Week's: 1, 4, 5, 6, 7 May.
    for path, shown in ((known, date(2026, 5, 12)), (unknown, date(2026, 5, 7))):
        sheet = openpyxl.load_workbook(path, data_only=True)[figures]
        assert sheet["I5"].value == datetime(shown.year, shown.month, shown.day)  # noqa: DTZ001
        assert jobs.review_workbook(path).due == date(2026, 5, 12)
    found = check_workbook(known, cells=True)
    assert found.cells is not None
    assert not found.cells.differences
    assert "calendar-days-missing" in {one.code for one in check_workbook(unknown).problems}
