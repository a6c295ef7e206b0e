"""Months, spans, dates and fiscal years as each language names them."""

from __future__ import annotations

from datetime import date

import pytest

from kpixl.plan.month import Month
from kpixl.review.periods import (
    date_name,
    fiscal_label,
    month_name,
    short_date,
    short_month,
    span_name,
)
from tests.plans import with_settings

OCTOBER = Month(2026, 10)


def months(first: Month, count: int) -> list[Month]:
    return [first.plus(n) for n in range(count)]


def test_a_month():
    assert month_name(OCTOBER, "en") == "October 2026"
    assert month_name(OCTOBER, "ja") == "2026年10月"
    assert short_month(OCTOBER, "en") == "Oct"
    assert short_month(OCTOBER, "ja") == "10月"


def test_every_month_has_its_own_name():
    for language in ("en", "ja"):
        year = months(Month(2026, 1), 12)
        assert len({month_name(month, language) for month in year}) == 12
        assert len({short_month(month, language) for month in year}) == 12


@pytest.mark.parametrize(
    ("first", "count", "english", "japanese"),
    [
        (Month(2026, 4), 7, "April–October 2026", "2026年4月〜10月"),
        (Month(2026, 10), 6, "October 2026 – March 2027", "2026年10月〜2027年3月"),
        (Month(2026, 10), 1, "October 2026", "2026年10月"),
    ],
)
def test_a_span_of_months(first, count, english, japanese):
    assert span_name(months(first, count), "en") == english
    assert span_name(months(first, count), "ja") == japanese


def test_a_date():
    assert date_name(date(2026, 11, 9), "en") == "9 Nov 2026"
    assert date_name(date(2026, 11, 9), "ja") == "2026年11月9日"
    assert short_date(date(2026, 11, 9), "ja") == "2026/11/9"
    assert date_name(None, "en") == short_date(None, "ja") == "–"


@pytest.mark.parametrize(
    ("label", "start", "month", "english", "japanese"),
    [
        ("", 4, Month(2026, 4), "FY2026", "2026年度"),
        ("", 4, Month(2027, 3), "FY2026", "2026年度"),  # named by the year it starts in
        ("2026年度", 4, Month(2026, 10), "FY2026", "2026年度"),
        ("FY26", 4, Month(2026, 10), "FY26", "FY26"),
        ("FY26", 4, Month(2027, 4), "FY27", "FY27"),  # the label is a pattern
        ("2027年3月期", 4, Month(2026, 10), "FY2026", "2027年3月期"),
        ("", 1, Month(2026, 12), "FY2026", "2026年度"),
        ("2026年12月期", 1, Month(2026, 5), "FY2026", "2026年12月期"),
    ],
)
def test_a_fiscal_year(label, start, month, english, japanese):
    settings = with_settings(fiscal_label=label, fiscal_start=start)
    assert fiscal_label(month, settings, "en") == english
    assert fiscal_label(month, settings, "ja") == japanese
