"""Text from a workbook in one line of a mail."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.delivery.lines import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Revenue", "Revenue"),
        ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\0b\x1b[31m", "ab[31m"),
        ("  two   blanks ", "two blanks"),
        ("佐藤\u3000花子", "佐藤\u3000花子"),
        ("5,292.5\u00a0M", "5,292.5\u00a0M"),
        ("soft\u00adhyphen", "softhyphen"),
        ("lone \ud800 half", "lone half"),
    ],
)
def test_what_cannot_be_seen_or_would_break_the_line_is_dropped(text, shown):
    assert one_line(text) == shown


@given(st.text())
def test_a_line_never_has_a_break_or_a_control_character(text):
    found = one_line(text)
    assert found.splitlines() in ([], [found])
    assert not {unicodedata.category(letter) for letter in found} & {"Cc", "Cs", "Zl", "Zp"}
    found.encode("utf-8")


def test_a_text_that_is_too_long_ends_at_a_word():
    assert one_line("Recalculate the safety stocks of all movers", 30) == "Recalculate the safety…"
    assert one_line("安全在庫を再計算し、滞留品目を売り切る", 11) == "安全在庫を再計算し…"
    assert one_line("short", 5) == "short"


@given(st.text(), st.integers(3, 40))
def test_it_is_never_longer_than_asked_for(text, most):
    assert len(one_line(text, most)) <= most


def test_an_accent_stays_with_its_letter():
    assert one_line("cafe\u0301s are many", 5) == "caf…"
