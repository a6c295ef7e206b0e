"""Any brand colour gives a pack whose text can be read; ratios from WCAG 2.1's own definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.pack import theme as module
from kpixl.pack.theme import READABLE, contrast, theme

INK = "#23272b"


def ratio(first: str, second: str) -> float:
    return contrast(module._rgb(first), module._rgb(second))


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ("#000000", "#ffffff", 21.0),  # WCAG 2.1: the largest ratio
        ("#777777", "#ffffff", 4.48),  # the grey that misses AA (WebAIM's contrast checker)
        ("#767676", "#ffffff", 4.54),  # the palest grey that meets it
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#336699", "#336699", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(first: str, second: str, published: float) -> None:
    assert round(ratio(first, second), 2) == published
    assert ratio(first, second) == ratio(second, first)


BRANDS = ["", "#0b3d6b", "#101010", "#000000", "#ffffff", "#fff2a8", "#d0021b", "#ff0000",
          "#777777", "#00ff00", "#ffcc00"]  # fmt: skip


@pytest.mark.parametrize("brand", BRANDS)
def test_text_on_the_brand_and_the_brand_as_text_can_be_read(brand: str) -> None:
    found = theme(brand)
    assert ratio(found.on_brand, found.brand) >= READABLE
    assert ratio(found.brand_text, "#ffffff") >= READABLE


@given(st.integers(0, 0xFFFFFF))
def test_every_brand_colour_can_be_read(number: int) -> None:
    found = theme(f"#{number:06x}")
    assert ratio(found.on_brand, found.brand) >= READABLE
    assert ratio(found.brand_text, "#ffffff") >= READABLE
    assert ratio(found.brand_text, found.tint) >= READABLE
    assert ratio(INK, found.tint) >= READABLE


def test_a_dark_brand_stays_as_it_is_and_a_pale_one_keeps_its_hue() -> None:
    assert theme("#0b3d6b").brand_text == "#0b3d6b"
    pale = theme("#fff2a8")
    assert pale.brand == "#fff2a8"
    red, green, blue = module._rgb(pale.brand_text)
    assert red > blue
    assert green > blue


def test_a_blank_colour_is_the_default() -> None:
    assert theme("") == theme(module.DEFAULT_BRAND)


def test_a_pack_is_coloured_by_its_settings() -> None:
    from tests.packs import pack_of
    from tests.plans import goal, plan_of, with_settings

    pack = pack_of(plan_of(goal("A"), settings=with_settings(brand_colour="#d0021b")))
    assert pack.theme == theme("#d0021b")
