"""What glyphs are said to mean, held against the text that they were set for."""

from __future__ import annotations

import pytest

from kpixl.pack.pluto.aligning import aligned, is_same, plain

UNKNOWN = "\ufffd"


@pytest.mark.parametrize(
    ("meanings", "text", "expected"),
    [
        ("abc", "abc", ["a", "b", "c"]),
        (f"1{UNKNOWN}3", "1.3", ["1", ".", "3"]),
        (f"a{UNKNOWN} a{UNKNOWN}a{UNKNOWN}", "a. a. a.", [*"a. a.", "a", "."]),  # a line ends
        ("a→ b", "a-> b", ["a", "->", " ", "b"]),
        ("H橋 H橋 H", "高橋 髙橋 H", ["高", "橋", " ", "髙", "橋", " ", "H"]),
        ("e", "e\u0301", ["e\u0301"]),
        (f"{UNKNOWN}城", "葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("ABC", "abc", ["A", "B", "C"]),  # a style sheet sets capitals
        ("1. one", "one", ["1", ".", " ", "o", "n", "e"]),  # what nobody wrote stays
        ("one more", "another text altogether", None),
        ("םולש", "שלום", None),  # set from right to left
        ("ab", "abc", None),  # a part of the text stands elsewhere
    ],
)
def test_each_glyph_is_given_what_it_stands_for(
    meanings: str, text: str, expected: list[str] | None
) -> None:
    assert aligned(list(meanings), text) == expected


def test_what_never_shows_is_no_difference() -> None:
    assert plain(" so\u00adft\n zero\u200b \ufeff") == "soft zero"
    assert is_same("a b", "a  b ")
    assert is_same("辻", "辻\ufe00")
    assert not is_same("Ω", "\u2126")
