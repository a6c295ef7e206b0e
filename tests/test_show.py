"""Figures as people read them: rounded, signed, scaled and with their unit, never changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpixl.measures.kinds import Aggregation
from kpixl.plan.model import Negatives, Rounding, Settings
from kpixl.plan.month import Month, fiscal_year
from kpixl.review.figures import FiscalSeries
from kpixl.review.show import (
    GoalStyle,
    NumberStyle,
    enclosed,
    goal_style,
    number_style,
    rounded_to,
)
from tests.plans import goal

EN = NumberStyle("en")
JA = NumberStyle("ja")
CUT = NumberStyle("en", rounding=Rounding.DOWN)
TRIANGLE = NumberStyle("ja", negatives=Negatives.TRIANGLE)
BRACKETS = NumberStyle("en", negatives=Negatives.PARENTHESES)
NONE = (None,) * 12
YEAR = fiscal_year(Month(2026, 6), 4)


def year_of(*actual: float | None) -> FiscalSeries:
    """A fiscal year that starts with these actuals."""
    values = (*actual, *NONE)[:12]
    return FiscalSeries(YEAR, values, NONE, NONE, NONE, NONE)


def style(
    language: str = "en", actual: tuple[float, ...] = (100.0,), **fields: object
) -> GoalStyle:
    return goal_style(goal("A", None, **fields), year_of(*actual), NumberStyle(language), False)


# ---- Rounding -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "half_up", "cut_off"),
    [
        (2.675, 2, "2.68", "2.67"),  # binary 2.67499999999999982236431605997495353221893310546875
        (1.005, 2, "1.01", "1.00"),
        (0.5, 0, "1", "0"),
        (1.5, 0, "2", "1"),
        (2.5, 0, "3", "2"),  # half up, not half to even
        (-2.5, 0, "−3", "−2"),  # both ways away from, and towards, zero
        (1234567.891, 1, "1,234,567.9", "1,234,567.8"),
        (999.95, 1, "1,000.0", "999.9"),
        (0.1 + 0.2, 1, "0.3", "0.3"),
        (0.3 - 0.1, 1, "0.2", "0.2"),  # 0.19999999999999998: cut off by its artefact it is 0.1
        (433.7 - 447.3, 1, "−13.6", "−13.6"),  # −13.600000000000023
        (1e13, 0, "10,000,000,000,000", "10,000,000,000,000"),
        (9999999999999.99, 1, "10,000,000,000,000.0", "9,999,999,999,999.9"),
        (0.0003, 4, "0.0003", "0.0003"),
        (0.00025, 4, "0.0003", "0.0002"),
        (1e-12, 2, "0.00", "0.00"),
        (1e20, 0, "100,000,000,000,000,000,000", "100,000,000,000,000,000,000"),
    ],
)
def test_half_up_and_cut_off_by_the_decimal_form(value, decimals, half_up, cut_off):
    assert EN.number(value, decimals) == half_up
    assert CUT.number(value, decimals) == cut_off


def test_negatives_are_marked_as_the_settings_say():
    assert EN.number(-1234.5, 1) == "−1,234.5"
    assert TRIANGLE.number(-1234.5, 1) == "▲1,234.5"
    assert BRACKETS.number(-1234.5, 1) == "(1,234.5)"
    assert TRIANGLE.number(1234.5, 1, signed=True) == "+1,234.5"


def test_the_marks_come_from_the_settings():
    settings = Settings(rounding=Rounding.DOWN, negatives=Negatives.TRIANGLE)
    assert number_style(settings, "en").number(-1.99, 1) == "▲1.9"


@pytest.mark.parametrize("value", [0.0, -0.0, 0.004, -0.004])
def test_zero_has_no_sign_but_where_a_sign_is_asked_for(value):
    assert EN.number(value, 2) == "0.00"
    assert EN.number(value, 2, signed=True) == "±0.00"
    assert BRACKETS.number(value, 2) == "0.00"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_shown_as_missing(value):
    for shown in (EN.number(value, 1), EN.percent(value), EN.points(value)):
        assert shown == "n/a"
    assert JA.number(value, 1) == "―"


# ---- Percentages, points, attainment --------------------------------------------------------


@pytest.mark.parametrize(
    ("fraction", "decimals", "half_up", "cut_off"),
    [
        (0.032, 1, "3.2%", "3.2%"),
        (0.285, 0, "29%", "28%"),  # 0.285 × 100 is 28.499999999999996 in binary
        (0.29, 1, "29.0%", "29.0%"),  # 0.29 × 100 is 28.999999999999996 in binary
        (1.15, 0, "115%", "115%"),
        (-0.004, 1, "−0.4%", "−0.4%"),
        (12.5, 0, "1,250%", "1,250%"),
    ],
)
def test_fractions_are_shown_as_percentages(fraction, decimals, half_up, cut_off):
    assert EN.percent(fraction, decimals) == half_up
    assert CUT.percent(fraction, decimals) == cut_off


def test_differences_of_percentages_are_points():
    assert EN.points(-0.004) == "−0.4 pt"
    assert JA.points(-0.004) == "−0.4pt"
    assert JA.points(0.1) == "+10.0pt"
    assert EN.points(0.0) == "±0.0 pt"
    assert BRACKETS.percent(-0.032) == "(3.2%)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.9996, "99.9%"),
        (0.99999, "99.9%"),
        (0.999999, "99.9%"),
        (0.99949, "99.9%"),
        (0.9994, "99.9%"),
        (0.999999999, "100.0%"),  # within 1e-9: on plan
        (1.0, "100.0%"),
        (1.0000000001, "100.0%"),
        (1.00049, "100.0%"),
        (1.0005, "100.1%"),
        (0.0, "0.0%"),
        (-0.25, "−25.0%"),
        (None, "n/a"),
    ],
)
def test_an_attainment_below_100_percent_is_never_shown_as_100_percent(value, shown):
    assert EN.attainment(value) == shown


def test_an_attainment_on_plan_is_100_percent_even_where_figures_are_cut_off():
    assert CUT.attainment(1 - 4e-10) == "100.0%"
    assert CUT.attainment(0.9999) == "99.9%"
    assert EN.attainment(0.996, 0) == "99%"


# ---- Units and scales -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "unit", "scale", "value", "shown", "label"),
    [
        ("en", "JPY", "M", 842e6, "¥842M", "¥M"),
        ("en", "円", "百万円", 842e6, "¥842M", "¥M"),
        ("ja", "円", "百万円", 842e6, "842百万円", "百万円"),
        ("ja", "円", "百万", 842e6, "842百万円", "百万円"),
        ("ja", "JPY", "M", 842e6, "842百万円", "百万円"),
        ("ja", "", "百万円", 842e6, "842百万円", "百万円"),
        ("ja", "円", "十億円", 842e9, "842十億円", "十億円"),
        ("en", "円", "十億円", 842e9, "¥842bn", "¥bn"),
        ("ja", "円", "千円", 128_800, "129千円", "千円"),
        ("en", "円", "千円", 128_800, "¥129k", "¥k"),
        ("ja", "USD", "bn", 842e9, "842十億ドル", "十億ドル"),
        ("en", "USD", "bn", 842e9, "$842bn", "$bn"),
        ("en", "EUR", "", 842, "€842", "€"),
        ("ja", "円", "", 7800, "7,800円", "円"),
        ("ja", "円", "円", 7800, "7,800円", "円"),
        ("en", "円", "円", 7800, "¥7,800", "¥"),
        ("en", "days", "", 120, "120 days", "days"),
        ("ja", "日", "", 120, "120日", "日"),
        ("en", "visits", "k", 921e3, "921k visits", "k visits"),
        ("ja", "回", "千", 921e3, "921千回", "千回"),
        ("ja", "stores", "", 1278, "1,278 stores", "stores"),
        ("en", "", "", 120, "120", ""),
        ("en", "", "M", 842e6, "842M", "M"),
    ],
)
def test_scale_and_currency_are_named_in_the_readers_language(
    language, unit, scale, value, shown, label
):
    found = style(language, (value,), unit=unit, scale=scale, decimals=0)
    assert found.with_unit(value) == shown
    assert found.unit_label == label


def test_oku_has_no_english_name_and_keeps_its_last_digit():
    fields: dict[str, Any] = {"unit": "円", "scale": "億円", "decimals": 1}
    assert style("ja", (1.23e9,), **fields).with_unit(1.23e9) == "12.3億円"
    assert style("en", (1.23e9,), **fields).with_unit(1.23e9) == "¥1.23bn"


def test_the_sign_stands_before_the_currency():
    fields: dict[str, Any] = {"unit": "JPY", "scale": "M", "decimals": 0}
    assert style("en", **fields).change_with_unit(-28e6) == "−¥28M"
    assert style("en", **fields).change_with_unit(28e6) == "+¥28M"
    assert style("ja", **fields).change_with_unit(-28e6) == "−28百万円"
    plain = goal_style(goal("A", **fields), year_of(1.0), BRACKETS, False)
    assert plain.change_with_unit(-28e6) == "(¥28M)"
    days = goal_style(goal("A", unit="days"), year_of(1.0), BRACKETS, False)
    assert days.change_with_unit(-3) == "(3) days"
    down = goal_style(goal("A", **fields), year_of(1.0), TRIANGLE, False)
    assert down.change_with_unit(-28e6) == "▲28百万円"


def test_figure_and_unit_can_be_set_apart():
    assert style("ja", unit="円", scale="百万円", decimals=0).split_unit(842e6) == ("842", "百万円")
    assert style("en", unit="days").split_unit(12) == ("12", "days")
    assert style("en", unit="visits", scale="k", decimals=0).split_unit(921e3) == (
        "921",
        "k visits",
    )
    assert style("en", unit="JPY", scale="M", decimals=0).split_unit(842e6) == ("¥842M", "")
    assert style("en", unit="%").split_unit(0.032) == ("3.2%", "")
    assert style("en", unit="days").split_unit(None) == ("n/a", "")


def test_a_percent_goal_shows_points_for_differences_and_growth():
    found = style("en", (0.032,), unit="%")
    assert found.value(0.032) == found.with_unit(0.032) == "3.2%"
    assert found.bare(0.032) == "3.2"
    assert found.change(-0.004) == "−0.4 pt"
    assert found.bare_change(-0.004) == "−0.4"
    assert found.growth(0.01) == "+1.0 pt"
    assert style("en", unit="％").with_unit(0.5) == "50.0%"


def test_growth_of_other_goals_is_a_percentage():
    assert style("en").growth(-0.05) == "−5.0%"
    assert style("en").growth(None) == "n/a"


def test_a_roll_up_is_a_score_in_percent():
    found = goal_style(goal("CSF"), year_of(0.9), EN, True)
    assert found.value(0.946) == "94.6%"
    assert found.change(-0.054) == "−5.4 pt"


# ---- Decimals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "fields", "decimals"),
    [
        ((120.0, 7.0), {}, 0),  # the largest has three digits
        ((12.5,), {}, 1),
        ((1.91, 1.6), {}, 2),
        ((0.25,), {}, 3),
        ((0.0003,), {}, 6),
        ((12.0, 8.0), {}, 0),  # whole things stay whole
        ((12.0, 8.0), {"aggregation": Aggregation.AVERAGE}, 1),  # whose average need not be
        ((433.7e6,), {"scale": "M"}, 0),
        ((43.37e6,), {"scale": "M"}, 1),
        ((0.9e6,), {"scale": "M"}, 3),
        ((0.032,), {"unit": "%"}, 1),
        ((0.0048,), {"unit": "%"}, 2),
        ((0.00048,), {"unit": "%"}, 3),
        ((), {}, 0),
        ((0.0,), {"unit": "%"}, 1),
        ((1.234,), {"decimals": 0}, 0),  # what the Goals sheet says counts
    ],
)
def test_places_follow_from_the_size_of_the_years_figures(actual, fields, decimals):
    assert style("en", actual, **fields).decimals == decimals


def test_tiny_figures_are_not_shown_as_zero():
    assert style("en", (0.0003,), unit="g").with_unit(0.0003) == "0.000300 g"
    assert style("en", (0.00003,), unit="%").with_unit(0.00003) == "0.0030%"


# ---- Laws -----------------------------------------------------------------------------------

finite = st.floats(-1e15, 1e15, allow_nan=False, allow_infinity=False)


def parsed(text: str) -> Decimal:
    """A shown number as a reader takes it."""
    negative = text[0] in "−▲("
    digits = text.strip("−▲()+±").replace(",", "")
    return -Decimal(digits) if negative else Decimal(digits)


@given(finite, st.integers(0, 6), st.sampled_from(list(Negatives)))
@example(2.675, 2, Negatives.MINUS)
def test_a_shown_number_is_within_half_a_unit_of_the_value(value, decimals, negatives):
    shown = NumberStyle("en", negatives=negatives).number(value, decimals)
    half = Decimal(1).scaleb(-decimals) / 2
    # 1e-15 of the value: what a spreadsheet drops, too.
    slack = abs(Decimal(value)) * Decimal("1e-14")
    assert abs(parsed(shown) - Decimal(value)) <= half + slack


@given(finite, st.integers(0, 6))
def test_cutting_off_never_makes_a_number_larger(value, decimals):
    shown = abs(parsed(CUT.number(value, decimals)))
    exact = abs(Decimal(value))
    assert shown <= exact * (1 + Decimal("1e-14"))
    assert exact - shown <= Decimal(1).scaleb(-decimals) + exact * Decimal("1e-14")


@given(finite, st.integers(0, 6), st.sampled_from(list(Negatives)), st.sampled_from(list(Rounding)))
def test_a_sign_is_never_lost(value, decimals, negatives, rounding):
    found = NumberStyle("en", rounding, negatives)
    shown = found.number(value, decimals, signed=True)
    if rounded_to(value, decimals, rounding) == 0:
        assert shown[0] == "±"
    else:
        assert (shown[0] == "+") == (value > 0)
        assert (shown[0] in "−▲(") == (value < 0)


@given(st.floats(0, 1 - 2e-9), st.integers(0, 4), st.sampled_from(list(Rounding)))
@example(1 - 2e-9, 1, Rounding.HALF_UP)
def test_no_attainment_below_plan_reads_as_100_percent(value, decimals, rounding):
    shown = NumberStyle("en", rounding).attainment(value, decimals)
    assert Decimal(shown.rstrip("%")) < 100


@given(finite, st.sampled_from(["", "k", "M", "bn", "千円", "億円"]), st.sampled_from(["en", "ja"]))
def test_with_unit_holds_the_same_digits_as_the_bare_figure(value, scale, language):
    found = style(language, unit="円", scale=scale, decimals=2)
    bare = found.value(value).lstrip("−")
    assert bare in found.with_unit(value)
    assert found.with_unit(value).startswith("−") == found.value(value).startswith("−")


def test_a_figure_in_parentheses_takes_no_second_pair() -> None:
    assert [enclosed(text) for text in ("(¥13.6M)", "(3.0%)", "(18.9) pt", "(2) kg (dry)")] == [
        "−¥13.6M", "−3.0%", "−18.9 pt", "−2 kg (dry)",
    ]  # fmt: skip
    # Nothing else is touched: neither other marks for negatives nor a unit's own parentheses.
    for text in ("−¥13.6M", "▲3.0%", "+2 kg (dry)", "12 m (net)"):
        assert enclosed(text) == text


# ---- Figures beside a limit -----------------------------------------------------------------

LIMITS = NumberStyle("en", limits=(1.0, 0.9))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.8996, "89.9%"),  # 90.0 % rounded, but Red
        (0.89999, "89.9%"),
        (0.8995, "89.9%"),
        (0.8994, "89.9%"),
        (0.9, "90.0%"),
        (0.9 - 1e-12, "90.0%"),  # within 1e-9 it is Amber
        (0.9004, "90.0%"),
        (0.9996, "99.9%"),
        (None, "n/a"),
    ],
)
def test_an_attainment_below_a_limit_is_not_shown_as_having_reached_it(value, shown):
    assert LIMITS.attainment(value) == shown


def test_a_limit_between_two_places_takes_nothing_away():
    # Red from 92.55 % down: 92.54 rounds to 92.5, which is below the limit anyway.
    fine = NumberStyle("en", limits=(1.0, 0.9255))
    assert [fine.attainment(value) for value in (0.9254, 0.92549, 0.9256)] == [
        "92.5%", "92.5%", "92.6%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (-0.0003, "−0.03%"),
        (-0.0005, "−0.1%"),
        (0.00002, "+0.002%"),
        (-0.0000001, "−0.00001%"),
        (-1e-10, "±0.0%"),  # on plan
        (0.0, "±0.0%"),
        (-0.123, "−12.3%"),
        (None, "n/a"),
    ],
)
def test_a_gap_that_is_not_zero_is_not_shown_as_zero(share, shown):
    assert EN.gap_share(share) == shown


def test_a_gap_in_its_unit_has_the_places_that_it_takes_to_be_seen():
    pieces = style(actual=(100.5,), decimals=1)
    assert pieces.gap(-0.03, -0.0003) == "−0.03"
    assert pieces.gap(-0.3, -0.003) == "−0.3"
    assert pieces.gap_with_unit(-0.03, -0.0003) == "−0.03 pcs"
    # One yen of millions is a millionth, and there is nothing smaller.
    millions = style("ja", actual=(842e6,), unit="円", scale="百万円", decimals=0)
    assert millions.gap_with_unit(-20_000.0, -2.4e-5) == "−0.02百万円"
    assert millions.gap_with_unit(-2.0, -2.4e-9) == "−0.000002百万円"
    assert millions.gap_with_unit(-0.2, None) == "±0百万円"
    # What adding up leaves behind is no gap: 1e12 pieces are on plan within 1e-9 of it.
    assert pieces.gap(0.0001, 1e-16) == "±0.0"
    points = style(actual=(0.0321,), unit="%", decimals=1)
    assert points.gap(-0.0002, -0.00625) == "−0.02 pt"
    # Cut off as the book says, a gap of 0.97 would be none.
    cut = goal_style(goal("A", None, decimals=0), year_of(100.0), CUT, False)
    assert cut.gap(-0.97, -0.0097) == "−0.9"
