"""Text that plainly is a number is read as that number; other text is not (SPEC 2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.measures.ids import normalise_id
from kpixl.measures.numbers import read_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("１２", 12),
        ("１，２３４．５", 1234.5),
        ("1,234,567", 1_234_567),
        ("▲12", -12),
        ("△ 12", -12),
        ("(12)", -12),
        ("（１２）", -12),
        ("-12", -12),
        ("−12", -12),
        ("－１２", -12),
        ("+12", 12),
        ("¥1,200", 1200),
        ("￥1,200", 1200),
        ("\\1,200", 1200),
        ("1,200円", 1200),
        ("▲¥1,200", -1200),
        ("¥-1,200", -1200),
        ("(¥1,200)", -1200),
        ("$1,200.50", 1200.5),
        ("EUR 12", 12),
        ("12 USD", 12),
        ("3.2%", 0.032),
        ("３．２％", 0.032),
        ("14.1%", 0.141),
        ("▲0.5%", -0.005),
        ("(3%)", -0.03),
        (".5", 0.5),
        ("5.", 5),
        ("1.5E+06", 1_500_000),
    ],
)
def test_plain_numbers(text: str, expected: float) -> None:
    assert read_number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "abc", "n/a", "-", "▲", "()", "12人", "12千円", "1億", "1,23", "1,2345", "12,",
        "--12", "▲-12", "(-12)", "-(12)", "(12", "12)", "1.234,56", "1 234", "12-", "0x10", "1_000",
        "10²", "①", "½", "1e999", "inf", "nan", "%", "5%%", "¥5円", "2026-04", "2026/4", "1" * 500,
        "1e3%", "٣",
    ],
)  # fmt: skip
def test_anything_else_is_not_a_number(text: str) -> None:
    assert read_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read_back(value: float) -> None:
    assert read_number(repr(value)) == value


@given(st.integers(-(10**12), 10**12))
def test_separators_do_not_change_the_number(value: int) -> None:
    assert read_number(f"{value:,}") == value


@given(st.text(max_size=20))
def test_no_text_is_too_strange(text: str) -> None:
    assert read_number(text) is None or isinstance(read_number(text), float)


def test_ids_are_compared_without_case_and_width() -> None:
    assert normalise_id(" ｋｐｉ－１ ") == "KPI-1"
    assert normalise_id("売上\u200b") == "売上"
    assert normalise_id("ｳﾘｱｹﾞ") == "ウリアゲ"


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise_id(normalise_id(text)) == normalise_id(text)
