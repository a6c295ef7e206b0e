from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from kpixl.errors import CellError
from kpixl.plan.model import Negatives, Reading, Rounding, Settings, State
from kpixl.plan.month import CloseDay, Month
from kpixl.words import problem_text
from tests.plan_book import only, read, sound


def with_setting(key: str, value: Any) -> Reading:
    """The reading of the sound book with one more setting."""
    sheets = sound()
    sheets["Settings"].append([key, value])
    return read(sheets)


def setting(key: str, value: Any) -> Settings:
    """The settings where all is well."""
    reading = with_setting(key, value)
    assert reading.problems == ()
    assert reading.plan is not None
    return reading.plan.settings


@pytest.mark.parametrize(
    ("key", "value", "name", "expected"),
    [
        ("Title", "Review", "title", "Review"),
        ("会社名:", None, "company", "Aoba"),
        ("state", "確報", "state", State.FINAL),
        ("Fiscal year starts", 10, "fiscal_start", 10),
        ("年度開始月", "４月", "fiscal_start", 4),
        ("Fiscal year starts", "January", "fiscal_start", 1),
        ("年度表記", 2026, "fiscal_label", "2026"),
        ("language", "日本語", "language", "ja"),
        (
            "Revision valid from",
            datetime.fromisoformat("2026-10-01"),
            "revision_from",
            Month(2026, 10),
        ),
        ("Fiscal-year label", "FYE 2027", "fiscal_label", "FYE 2027"),
        ("Green at", "95%", "green_at", 0.95),
        ("黄判定", 0.8, "amber_at", 0.8),
        ("Roll-up cap", 1.2, "rollup_cap", 1.2),
        ("Rounding", "切捨て", "rounding", Rounding.DOWN),
        ("Negatives", "▲", "negatives", Negatives.TRIANGLE),
        ("Negatives", "−", "negatives", Negatives.MINUS),
        ("Close day", 5, "close_day", CloseDay(5)),
        ("Close day", "10", "close_day", CloseDay(10)),
        ("Close day", "翌月10日", "close_day", CloseDay(10)),
        ("Close day", "5 business days", "close_day", CloseDay(5, business=True)),
        ("提出期限", "５営業日", "close_day", CloseDay(5, business=True)),
        ("提出期限", "翌月第5営業日", "close_day", CloseDay(5, business=True)),
        ("Brand colour", "#0B3D6B", "brand_colour", "#0b3d6b"),
        ("Brand color", "navy", "brand_colour", "#000080"),
        ("Brand colour", "#abc", "brand_colour", "#aabbcc"),
        ("Periods shown", "四半期, 上期、下期", "periods_shown", ("quarter", "half")),
        (
            "Checks switched off",
            "Always-Green; not_updated、ＲＡＴＩＯ－summed always-green",
            "checks_off",
            ("always-green", "not-updated", "ratio-summed"),
        ),
        ("Most KPIs", 30, "max_kpis", 30),
        ("No such setting", CellError("#N/A"), "company", "Aoba"),
    ],
)
def test_a_setting_is_understood(key: str, value: Any, name: str, expected: Any) -> None:
    assert getattr(setting(key, value), name) == expected


@pytest.mark.parametrize(
    ("label", "value", "meant"),
    [
        ("Amber limit", 0.8, "Amber at"),
        ("Closing day", 5, "Close day"),
        ("黄色判定", 0.8, "Amber at"),
        ("年度の開始月", 4, "Fiscal year starts"),
    ],
)
def test_a_label_that_somebody_has_changed_is_told(label: str, value: Any, meant: str) -> None:
    (told,) = [one for one in with_setting(label, value).problems if one.code == "setting-renamed"]
    assert (told.found, told.details["name_en"]) == (label, meant)
    assert told.warning


@pytest.mark.parametrize(
    ("label", "value"), [("Telephone", "03-1234"), ("Companies", "Acme"), ("Amber limit", None)]
)
def test_a_row_of_ones_own_is_not_taken_for_a_setting(label: str, value: Any) -> None:
    # Company is there already, so that Companies cannot be meant for it.
    codes = [one.code for one in with_setting(label, value).problems]
    assert "setting-renamed" not in codes


def test_defaults_are_those_of_the_specification() -> None:
    settings = setting("Title", None)
    assert (settings.green_at, settings.amber_at) == (1.0, 0.9)
    assert (settings.rollup_cap, settings.rollup_green_at) == (1.0, 0.95)
    assert settings.close_day == CloseDay(10)
    assert settings.revision_from is None


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("State", "done", "state-unknown"),
        ("Fiscal year starts", 13, "whole-number-range"),
        ("Fiscal year starts", 0, "whole-number-range"),
        ("Fiscal year starts", 4.5, "whole-number-range"),
        ("Language", "Latin", "language-unknown"),
        ("Revision valid from", "soon", "not-a-month"),
        ("Green at", 100, "fraction-as-percent"),
        ("Amber at", 90, "fraction-as-percent"),
        ("Amber at", -0.9, "fraction-range"),
        ("Amber at", 1.1, "amber-above-green"),
        ("Green at", 0.85, "amber-above-green"),
        ("Rounding", "up", "rounding-unknown"),
        ("Negatives", "red", "negatives-unknown"),
        ("Close day", "soon", "close-day-unknown"),
        ("Close day", 1000, "close-day-unknown"),
        ("Format version", 2, "format-newer"),
        ("Company", "Other", "setting-double"),
        ("Title", CellError("#REF!"), "cell-error"),
    ],
)
def test_a_setting_that_is_not_understood_touches_every_goal(
    key: str, value: Any, code: str
) -> None:
    problem = only(with_setting(key, value))
    assert (problem.code, problem.sheet, problem.cell) == (code, "Settings", "B4")
    assert problem.goals == ("REV", "GROW", "VISITS", "RATE")
    assert not problem.warning


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("Brand colour", "our blue", "colour-unknown"),
        ("Brand colour", "#12345", "colour-unknown"),
        ("Periods shown", "weekly", "period-unknown"),
        ("Fiscal-year label", "the 12th", "fiscal-label-unknown"),
        ("Fiscal-year label", "2026年12月期", "fiscal-label-month"),
        ("Most KPIs", "many", "not-a-number"),
        ("Checks switched off", "always-grin", "check-unknown"),
    ],
)
def test_what_only_changes_the_look_or_the_advice_is_a_warning(
    key: str, value: Any, code: str
) -> None:
    problem = only(with_setting(key, value))
    assert (problem.code, problem.warning, problem.goals) == (code, True, ())


def test_a_fiscal_year_label_that_is_not_known_is_told_with_those_that_are() -> None:
    reading = with_setting("Fiscal-year label", "the 12th")
    assert reading.plan is not None
    assert reading.plan.settings.fiscal_label == ""
    problem = only(reading)
    assert (problem.sheet, problem.cell, problem.found) == ("Settings", "B4", "the 12th")
    expected = problem_text(problem, "en").expected
    assert all(example in expected for example in ("2026年度", "FY26", "2027年3月期", "FYE27"))


def test_a_label_of_another_month_than_the_fiscal_year_ends_in_is_told() -> None:
    """The book's year starts in April: it ends in March, which is what the pack shows."""
    problem = only(with_setting("年度表記", "2026年12月期"))
    assert "March" in problem_text(problem, "en").expected
    assert "12月で終わります" in problem_text(problem, "ja").what


def test_a_threshold_that_cannot_be_read_keeps_its_default() -> None:
    reading = with_setting("Amber at", 90)
    assert reading.plan is not None
    assert reading.plan.settings.amber_at == 0.9
    assert only(reading).details["fraction"] == "0.9"


def test_an_amber_of_a_goals_own_may_not_be_above_green() -> None:
    sheets = sound()
    sheets["Goals"][0].append("Amber at")
    sheets["Goals"][3].append(1.05)
    problem = only(read(sheets))
    assert (problem.code, problem.goals) == ("amber-above-green", ("VISITS",))


def test_a_setting_whose_formula_was_never_calculated_is_told() -> None:
    sheets = sound()
    sheets["Settings"].append(["Green at", None])
    never = {"formulas": {(4, 2): "=1"}, "uncached": frozenset({(4, 2)})}
    assert only(read(sheets, Settings=never)).code == "never-calculated"
