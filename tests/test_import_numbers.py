"""Figures of a source are read with the decimal mark that it has, and never by guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.importing.numbers import (
    figure_of,
    has_decimal_comma,
    has_groups_of_three,
    scaled,
)

AMOUNTS = st.integers(-(10**13), 10**13)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5), ("１２３", 123.0), ("▲1,200", -1200.0), ("△3", -3.0),
        ("(12)", -12.0), ("3.2%", 0.032), ("３．２％", 0.032), ("¥1,200", 1200.0),
        ("1,200円", 1200.0), ("", None), (None, None), (12, 12.0),
    ],
)  # fmt: skip
def test_a_figure_is_the_number_that_it_plainly_is(text, value):
    found = figure_of(text, "")
    assert (found.value, found.fault) == (value, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", 1234.5), ("1.234.567", 1234567.0), ("0,5", 0.5), ("-12,50", -12.5),
        ("1 234,5", 1234.5), ("1'234,50", 1234.5), ("95,5%", 0.955), ("(1.000)", -1000.0),
        ("1\u202f234,5", 1234.5), ("12,50 EUR", 12.5), ("７", 7.0),
    ],
)  # fmt: skip
def test_with_a_comma_before_the_decimals(text, value):
    assert figure_of(text, ",").value == pytest.approx(value, abs=0)


@pytest.mark.parametrize("text", ["1.5", "1,234,567", "12.34,5", "1.23", "x"])
def test_what_is_no_number_with_a_decimal_comma_is_not_read_as_one(text):
    assert figure_of(text, ",").fault == "import-number"


@pytest.mark.parametrize("text", ["about nine", "10²", "1,23", "12,5", "--5", "n/a"])
def test_what_is_no_plain_number_is_a_fault(text):
    assert figure_of(text, "").fault == "import-number"


@pytest.mark.parametrize("text", ["12,5", "0,123", "1.234,5", "3,1416", "95,50%", "1234,5"])
def test_a_comma_that_can_only_stand_before_decimals_is_seen(text):
    assert has_decimal_comma(text)


@pytest.mark.parametrize("text", ["1,234", "12,345.6", "1,234,567", "7", "", "a,b", "1,234%"])
def test_a_comma_between_thousands_is_none(text):
    assert not has_decimal_comma(text)


@pytest.mark.parametrize(
    ("text", "groups"),
    [("931.000", True), ("1.234.567", True), ("-12.500 €", True), ("0.931", False),
     ("12.5", False), ("931.0001", False), ("1,234.567", False), (931.0, False)],
)  # fmt: skip
def test_points_that_may_stand_between_thousands(text, groups):
    assert has_groups_of_three(text) is groups


@given(AMOUNTS, st.integers(0, 4))
def test_both_ways_of_writing_give_the_same_number(amount, places):
    plain = f"{abs(amount):,}" + ("." + "5" * places if places else "")
    sign = "-" if amount < 0 else ""
    european = plain.replace(",", "#").replace(".", ",").replace("#", ".")
    expected = float(sign + plain.replace(",", ""))
    assert figure_of(sign + plain, "").value == expected
    assert figure_of(sign + european, ",").value == expected


@given(st.decimals(-1000, 1000, places=3, allow_nan=False))
def test_a_factor_multiplies_as_on_paper(number):
    # 14.1 × 0.01 is 0.141, not 0.14100000000000001.
    assert scaled(float(number), 0.01) == float(number / 100)


def test_a_percent_sign_is_remembered():
    assert figure_of("3.2%", "").percent
    assert figure_of("３．２％", "").percent
    assert not figure_of("3.2", "").percent
