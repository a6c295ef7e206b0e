"""Units that are one however they are written, and units that must never be taken for one."""

from __future__ import annotations

from itertools import combinations

import pytest

from kpixl.plan.units import MEANT, SAME, same_unit
from kpixl.words import fold


@pytest.mark.parametrize(
    "spellings",
    [
        ("JPY", "円", "¥", "￥", "yen", " Yen "),
        ("USD", "$", "米ドル"),
        ("people", "persons", "Person", "人", "名"),
        ("hours", "h", "hrs", "時間"),
        ("months", "か月", "ヶ月", "カ月", "ｶ月"),
        ("stores", "店舗"),
        ("pcs", "個"),
        ("m2", "㎡"),
        ("ideas", "Ideas "),
        ("", " "),
    ],
)
def test_one_unit_in_many_words(spellings: tuple[str, ...]) -> None:
    for one, other in combinations(spellings, 2):
        assert same_unit(one, other), (one, other)


@pytest.mark.parametrize(
    "units",
    [
        ("円", "千円", "百万円", "億円", "k JPY", "¥M", "USD", "EUR"),
        ("人", "千人", "人日", "人月", "FTE", "個"),
        ("秒", "分", "時間", "日", "週", "か月", "年", "人時間"),
        ("g", "kg", "t", "tons"),
        ("m", "km", "m2", "km2"),
        ("%", "pt", "points", "点", "倍", "回", "times"),
        ("cases", "ideas", "orders", "visits", ""),
    ],
)
def test_no_unit_is_taken_for_another(units: tuple[str, ...]) -> None:
    for one, other in combinations(units, 2):
        assert not same_unit(one, other), (one, other)


def test_no_spelling_stands_for_two_units_and_each_can_be_found() -> None:
    listed = [spelling for unit, others in SAME.items() for spelling in (unit, *others)]
    assert len(listed) == len(set(listed)) == len(MEANT)
    assert [fold(one) for one in listed] == listed
