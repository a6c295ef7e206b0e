"""Say which units are one, however a book writes them: in either language, short or in full.

Only plain synonyms stand here. What differs in scale (千円 and 円, a ton of another country) or may
mean something else (a point, 件 for ideas) stays apart: their figures must not be taken for the
same without a word.
"""

from __future__ import annotations

from typing import Mapping, Tuple

from kpixl.words import fold

SAME: Mapping[str, Tuple[str, ...]] = {
    "jpy": ("円", "yen", "¥"),
    "usd": ("$", "ドル", "米ドル"),
    "eur": ("€", "ユーロ"),
    "gbp": ("£", "ポンド"),
    "people": ("persons", "person", "人", "名"),
    "companies": ("company", "社"),
    "stores": ("store", "shops", "shop", "店", "店舗"),
    "cases": ("case", "件"),
    "pieces": ("piece", "pcs", "pc", "個"),
    "visits": ("visit",),
    "orders": ("order",),
    "years": ("year", "年"),
    "months": ("month", "か月", "カ月", "ヶ月", "ヵ月", "ケ月", "箇月"),
    "weeks": ("week", "週", "週間"),
    "days": ("day", "日", "日間"),
    "hours": ("hour", "hrs", "hr", "h", "時間"),
    "minutes": ("minute", "mins", "min", "分"),
    "seconds": ("second", "secs", "sec", "秒"),
    "kg": ("キログラム",),
    "km": ("キロメートル",),
    "m2": ("sqm", "平方メートル"),
}
"""A unit -> its other spellings, as :func:`kpixl.words.fold` leaves them."""

CURRENCIES = ("jpy", "usd", "eur", "gbp")
"""The units that are money: the entries of words.json (``show``) that name them."""

MEANT: Mapping[str, str] = {
    spelling: unit for unit, others in SAME.items() for spelling in (unit, *others)
}
"""Every spelling in the table -> its unit."""


def same_unit(one: str, other: str) -> bool:
    """Whether two units are one: 円 and JPY are, as are 人 and people; 円 and 千円 are not."""
    return one == other or _meant(one) == _meant(other)


def _meant(unit: str) -> str:
    folded = fold(unit)
    return MEANT.get(folded, folded)
