"""Months, spans, dates and fiscal years as each language names them."""

from __future__ import annotations

from datetime import date

import pytest

from kpixl.plan.fiscal import KNOWN, label_pattern
from kpixl.plan.month import Month
from kpixl.review.periods import (
    date_name,
    fiscal_label,
    full_span_label,
    month_name,
    short_date,
    short_month,
    span_label,
    span_months,
    span_name,
    span_so_far,
)
from kpixl.review.spans import KINDS, spans
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
        ("2026", 4, Month(2026, 10), "FY2026", "2026年度"),
        ("2026年度", 4, Month(2026, 10), "FY2026", "2026年度"),
        ("26年度", 4, Month(2026, 10), "FY26", "26年度"),
        ("FY26", 4, Month(2026, 10), "FY26", "FY26"),
        ("ｆｙ２６", 4, Month(2026, 10), "FY26", "FY26"),
        ("FY26", 4, Month(2027, 4), "FY27", "FY27"),  # the label is a pattern
        ("FY2024", 4, Month(2026, 10), "FY2026", "FY2026"),
        ("FY 2026", 4, Month(2026, 10), "FY 2026", "FY 2026"),
        ("FY99", 4, Month(2100, 3), "FY99", "FY99"),
        ("FY99/00", 4, Month(2100, 3), "FY99/00", "FY99/00"),
        ("FY2026/27", 4, Month(2027, 3), "FY2026/27", "FY2026/27"),
        ("FY26/27", 4, Month(2027, 4), "FY27/28", "FY27/28"),
        ("FY2026–27", 7, Month(2026, 7), "FY2026-27", "FY2026-27"),
        ("2026/2027", 7, Month(2026, 6), "2025/2026", "2025/2026"),
        ("FY2026/27", 1, Month(2026, 12), "FY2026", "FY2026"),  # all of it lies in one year
        ("2027年3月期", 4, Month(2026, 10), "FY ending March 2027", "2027年3月期"),
        ("27年3月期", 4, Month(2026, 4), "FY ending March 2027", "27年3月期"),
        ("2027/3期", 4, Month(2026, 4), "FY ending March 2027", "2027/3期"),
        ("27/3期", 4, Month(2027, 4), "FY ending March 2028", "28/3期"),
        ("", 1, Month(2026, 12), "FY2026", "2026年度"),
        ("2026年12月期", 1, Month(2026, 5), "FY ending December 2026", "2026年12月期"),
        ("2026年6月期", 7, Month(2026, 7), "FY ending June 2027", "2027年6月期"),
        ("FYE27", 4, Month(2026, 10), "FYE27", "2027年3月期"),
        ("FYE 2027", 4, Month(2027, 4), "FYE 2028", "2028年3月期"),
        ("FYE2026", 1, Month(2026, 1), "FYE2026", "2026年12月期"),
        ("FY3/27", 4, Month(2026, 10), "FY3/27", "2027年3月期"),
        ("FY ending March 2027", 4, Month(2027, 5), "FY ending March 2028", "2028年3月期"),
        ("Year ended Mar. 2027", 4, Month(2026, 5), "FY ending March 2027", "2027年3月期"),
        ("FYE June 2027", 7, Month(2026, 7), "FY ending June 2027", "2027年6月期"),
        ("our year", 4, Month(2026, 10), "FY2026", "2026年度"),  # told by the Settings reader
    ],
)
def test_a_fiscal_year(label, start, month, english, japanese):
    settings = with_settings(fiscal_label=label, fiscal_start=start)
    assert fiscal_label(month, settings, "en") == english
    assert fiscal_label(month, settings, "ja") == japanese


@pytest.mark.parametrize("example", KNOWN)
def test_a_known_label_names_its_own_year(example):
    """Each example names the year from April 2026 to March 2027 in one of the languages."""
    settings = with_settings(fiscal_label=example)
    shown = {fiscal_label(OCTOBER, settings, language) for language in ("en", "ja")}
    assert example in shown


@pytest.mark.parametrize(
    "text", ["", "FY", "2026 年", "FY2026/29", "FY26/2027", "2027年13月期", "FY ending Foo 2027",
             "第5期", "FY13/27", "FY20267", "2027-03-31"],
)  # fmt: skip
def test_no_label(text):
    assert label_pattern(text) is None


def test_the_names_of_spans():
    settings = with_settings()
    found = spans(OCTOBER, 4, KINDS)
    assert [span_label(span, settings, "en") for span in found] == [
        "Q1", "Q2", "H1", "Q3", "H2", "FY2026",
    ]  # fmt: skip
    assert [span_label(span, settings, "ja") for span in found] == [
        "第1四半期", "第2四半期", "上期", "第3四半期", "下期", "2026年度",
    ]  # fmt: skip
    assert full_span_label(found[2], settings, "en") == "H1 FY2026"
    assert full_span_label(found[4], settings, "ja") == "2026年度下期"
    assert full_span_label(found[5], settings, "en") == "FY2026"


def test_a_span_says_that_it_is_still_running_and_how_far_it_has_come():
    settings = with_settings()
    _, second, _, third, second_half, year = spans(OCTOBER, 4, KINDS)
    assert span_so_far(second, OCTOBER, settings, "en") == "Q2"
    assert span_so_far(third, OCTOBER, settings, "en") == "Q3 so far"
    assert span_so_far(second_half, OCTOBER, settings, "ja") == "下期（途中）"
    assert span_months(second, OCTOBER, "en") == "Jul–Sep"
    assert span_months(second, OCTOBER, "ja") == "7〜9月"
    assert span_months(third, OCTOBER, "en") == "Oct, 1 of 3 months"
    assert span_months(year, OCTOBER, "ja") == "4〜10月（12か月中7か月）"
