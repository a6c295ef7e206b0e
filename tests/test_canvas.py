"""The display list and its SVG: small, exact, and safe whatever a text holds."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from kpixl.pack.canvas import (
    Dot,
    Drawing,
    Line,
    Link,
    Path,
    Rect,
    Shape,
    Text,
    clean,
    number,
    to_svg,
)
from kpixl.pack.text_width import name_lines, text_width, wrap

FONTS = "Inter, 'BIZ UDPGothic'"
SVG = "{http://www.w3.org/2000/svg}"


def svg_of(*shapes: Shape, alt: str = "a chart") -> Element:
    root: Element = ElementTree.fromstring(to_svg(Drawing(100, 50, alt, shapes), FONTS))
    return root


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-0.001, "0"),
        (12.0, "12"),
        (12.5, "12.5"),
        (100.0, "100"),
        (-3.14159, "-3.14"),
        (1e6, "1000000"),
        (float("inf"), "0"),
        (float("nan"), "0"),
    ],
)
def test_numbers_have_two_decimals_at_most_and_no_minus_zero(value: float, written: str) -> None:
    assert number(value) == written


def test_every_primitive_is_written() -> None:
    root = svg_of(
        Rect(1, 2, 3, 4, "#111111"),
        Line(((0, 0), (5, 5.5)), "#222222", 0.8, (2, 1.5)),
        Path(((0, 0), (4, 0), (2, 3)), "#333333", "#444444", 2),
        Dot(9, 8, 2, "#555555"),
        Text(1, 10, "243", 8.5, 700, "#666666", "end"),
    )
    rect, line, path, dots, texts = root
    assert rect.attrib == {"fill": "#111111", "d": "M1 2h3v4H1z"}
    assert line.attrib["d"] == "M0 0L5 5.5"
    assert line.attrib["stroke-dasharray"] == "2 1.5"
    assert line.attrib["fill"] == "none"
    assert path.attrib["d"] == "M0 0L4 0L2 3z"
    assert (path.attrib["stroke"], path.attrib["stroke-width"]) == ("#444444", "2")
    assert dots[0].attrib == {"cx": "9", "cy": "8", "r": "2"}
    assert texts.attrib == {
        "font-size": "8.5",
        "font-weight": "700",
        "fill": "#666666",
        "text-anchor": "end",
    }
    assert texts[0].text == "243"


def test_neighbours_of_one_style_become_one_element() -> None:
    root = svg_of(*[Rect(n, 0, 1, 1, "#111111") for n in range(5)], Rect(9, 0, 1, 1, "#222222"))
    assert [element.attrib["fill"] for element in root] == ["#111111", "#222222"]


def test_later_shapes_stay_on_top() -> None:
    colours = ["#111111", "#222222", "#111111"]
    root = svg_of(*[Rect(0, 0, 1, 1, colour) for colour in colours])
    assert [element.attrib["fill"] for element in root] == colours


def test_the_alternative_text_is_the_picture_s_label() -> None:
    root = svg_of(alt='Revenue "net" <b> & more')
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Revenue "net" <b> & more'
    assert root.attrib["viewBox"] == "0 0 100 50"
    assert root.attrib["font-family"] == FONTS


def test_control_and_direction_characters_are_dropped() -> None:
    assert clean("a\x00b\x1b\u202ec\ud800d\n\te") == "abcd e"


def test_links_are_data_for_the_page_and_not_in_the_picture() -> None:
    drawing = Drawing(9, 9, "", (), (Link(0, 0, 9, 9, "#goal-1", "Goal"),))
    assert "goal-1" not in to_svg(drawing, FONTS)


@given(st.text(), st.text())
def test_any_text_gives_well_formed_xml_and_is_text(name: str, alt: str) -> None:
    root = svg_of(Text(0, 9, name, 8.5), alt=alt)
    assert [element.tag for element in root.iter()] == [f"{SVG}svg", f"{SVG}g", f"{SVG}text"]
    assert (root[0][0].text or "") == clean(name)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_equal_drawings_give_equal_text(x: float, y: float) -> None:
    drawing = Drawing(10, 10, "", (Rect(x, y, y, x, "#123456"), Dot(y, x, x, "#123456")))
    svg = to_svg(drawing, FONTS)
    assert svg == to_svg(drawing, FONTS)
    assert not re.search(r"-0[^.\d]|e[-+]\d|nan|inf(?!o)", svg)


def test_widths_grow_with_text_size_and_weight() -> None:
    assert text_width("2,431", 9) > text_width("243", 9)
    assert text_width("243", 18) == pytest.approx(2 * text_width("243", 9))
    assert text_width("Revenue", 9, 700) > text_width("Revenue", 9)
    assert text_width("", 9) == 0


def test_japanese_is_full_width_and_half_width_kana_are_half() -> None:
    assert text_width("売上高", 10) == pytest.approx(30)
    assert text_width("ｱｲ", 10) == pytest.approx(10)


def test_narrow_letters_are_narrower_than_wide_ones() -> None:
    assert text_width("illi", 10) < text_width("oooo", 10) < text_width("WMWM", 10)


def test_accents_take_no_width_of_their_own() -> None:
    assert text_width("é", 10) == text_width("e", 10)
    assert text_width("e\u0301", 10) == text_width("e", 10)


def test_lines_break_at_spaces_and_between_japanese_characters() -> None:
    # "Net" is 7.5+5.8+3.6 thousandths of an em wide, so that "Net revenue" does not fit 40 px.
    assert wrap("Net revenue", 40, 10) == ("Net", "revenue")
    assert wrap("売上総利益率", 30, 10) == ("売上総", "利益率")


def test_a_line_never_begins_with_closing_punctuation() -> None:
    assert wrap("売上高、全社", 30, 10) == ("売上", "高、全", "社")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("達成率、計画ゼロ1", ("達成率、計画", "ゼロ1")),
        # Longer than a word in a chart's heading mostly is: it may be broken anywhere.
        ("月次サブスクリプション", ("月次サブスクリ", "プション")),
    ],
)
def test_a_short_katakana_word_is_not_torn_apart(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, 70, 10) == lines  # seven characters of an em


@given(st.text(alphabet="abcdefgh 売上高アゼロ、（）ー-/9,.", max_size=60), st.integers(30, 200))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width, 9)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 9) <= width for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("計画 128.7千円 (当初 125.9)", ("計画 128.7千円", "(当初 125.9)")),
        ("Plan ¥128.7k (orig. 125.9)", ("Plan ¥128.7k", "(orig. 125.9)")),
    ],
)
def test_a_figure_in_brackets_is_not_torn_apart(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, text_width(text, 10) - 8, 10) == lines
    # Where not even the brackets fit, they are broken like any text, and nothing is lost.
    assert "".join(wrap(text, 30, 10)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("オンライン直販売上高", ("オンライン", "直販売上高")),
        ("会員1人当たり月額費", ("会員1人当たり", "月額費")),
        ("受注から出荷まで", ("受注から出荷まで",)),
        ("在庫回転月数指標値報", ("在庫回転月数指標値", "報")),  # no word can be told
        ("月次サブスクリプション", ("月次", "サブスクリプション")),
        ("Net revenue of the group", ("Net revenue of the", "group")),
    ],
)
def test_a_japanese_name_is_broken_behind_a_word(name: str, lines: tuple[str, ...]) -> None:
    assert name_lines(name, 92, 10) == lines
