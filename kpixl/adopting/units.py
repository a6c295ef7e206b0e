"""Find the unit that a label, a heading or a number format states."""

from __future__ import annotations

import re

from kpixl.adopting.known import bracketed
from kpixl.plan.values import plain

_KNOWN = """
% percent pct ポイント pt 円 千円 万円 百万円 億円 十億円 件 人 名 個 台 社 回 日 週 時間 分
秒 店 店舗 本 枚 点 冊 箱 席 室 組 口 倍 歳 年 ヶ月 か月 カ月 日間 人日 人月 kg g t トン ton
tons l kl ml m km m2 ㎡ 坪 kwh mwh mw usd k m bn eur gbp jpy cny krw $ € £ ¥ $k $m $000
$'000 €k €m £k £m usdk usdm kusd musd keur eurk gbpk k$ m$ kjpy jpyk mjpy thousands
millions pcs pc units unit ea cases orders hours hour hrs hr h days day weeks min minutes
sec people persons heads headcount fte x times tickets calls visits users stores points
"""
_WORDS = frozenset(_KNOWN.split())
_SPLIT = re.compile(r"[/／]")
_MONEY_WORDS = re.compile(
    r"(?:in\s+)?(thousands?|millions?|k|m)?\s*(?:of\s+)?(usd|eur|gbp|jpy|\$|€|£|¥)?\s*(k|m|bn|thousands?|millions?)?"
)
_STATED = re.compile(
    r"(?:単\s*位|units?|金額単位)\s*[:：=]?\s*([^\s)）\]】、,;；]+(?:\s+(?:k|m|bn|thousands?|millions?))?)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"([^"]*)"')
_CURRENCY = (("¥", "円"), ("￥", "円"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"))


def is_unit(text: str) -> bool:
    """Whether a text is nothing but a unit: ``千円``, ``%``, ``USD k``, ``円/人``."""
    whole = plain(text)
    compact = re.sub(r"\s+", "", whole)
    if not compact or len(compact) > 16:
        return False
    if compact in _WORDS:
        return True
    parts = _SPLIT.split(compact)
    if len(parts) == 2 and all(parts):
        return all(part in _WORDS for part in parts)
    match = _MONEY_WORDS.fullmatch(whole)
    return match is not None and match[2] is not None


def without_unit(label: str) -> tuple[str, str]:
    """A label without the unit in its brackets, and the unit ("" where none is given)."""
    for inner, rest in bracketed(label):
        stated = _STATED.fullmatch(inner)
        unit = stated[1] if stated is not None else inner
        if rest and is_unit(unit):
            return rest, unit
    return label, ""


def stated_unit(title: str) -> str:
    """The unit that a title states for a whole table: ``単位：千円``, ``Unit: USD k``, "
    "``(千円)``."""
    match = _STATED.search(title)
    if match is not None and is_unit(match[1]):
        return str(match[1])
    return next((inner for inner, _ in bracketed(title) if is_unit(inner)), "")


def unit_of_format(code: str) -> str:
    """The unit that a number format shows with the figure: ``0.0%`` is "%", ``#,##0"件"`` 件."""
    shown = code.partition(";")[0]
    quoted = [text.strip() for text in _QUOTED.findall(shown)]
    if "%" in _QUOTED.sub("", shown).replace("\\%", ""):
        return "%"
    for text in quoted:
        if text and text not in ("▲", "△") and is_unit(text) and plain(text) not in ("¥", "$"):
            return str(text)
    return next((unit for sign, unit in _CURRENCY if sign in shown), "")


def is_money(unit: str) -> bool:
    """Whether a unit is one of money."""
    return any(
        word in plain(unit) for word in ("円", "usd", "eur", "gbp", "jpy", "$", "€", "£", "¥")
    )


def is_percent_format(code: str) -> bool:
    """Whether a number format shows fractions as %."""
    return "%" in _QUOTED.sub("", code.partition(";")[0]).replace("\\%", "")
