"""Turn figures into the text that people read: rounding, signs, scale, units. Never arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite
from typing import Mapping, Optional, Sequence, Tuple

from kpixl.measures.kinds import Aggregation
from kpixl.plan.model import Goal, Negatives, Rounding, Settings
from kpixl.plan.schema import SCALES
from kpixl.plan.units import CURRENCIES, MEANT
from kpixl.review.figures import FiscalSeries
from kpixl.words import fold, say, word

# What the cells of a new workbook know; they show a unit as it is written, or by its mark.
CURRENCY_MARKS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "円": "¥", "¥": "¥", "$": "$"}
MINUS = "−"
ON_PLAN = 1e-9
"""How far below 100 % an attainment still counts as on plan (SPEC 4)."""

# Units that are money, folded -> the entry of words.json that names it in either language.
_CURRENCIES: Mapping[str, str] = {
    spelling: unit for spelling, unit in MEANT.items() if unit in CURRENCIES
}
_POWERS: Mapping[float, int] = {1.0: 0, 1e3: 3, 1e6: 6, 1e8: 8, 1e9: 9}
_EXCEL_DIGITS = Context(prec=15)
# A share of plan counts as zero from 1e-9 on, which is seven places of a percentage; a gap in its
# unit is followed to the single yen or visitor, and some places beyond those the goal shows.
_FINEST_SHARE = 7
_MORE_PLACES = 3
_IN_PARENTHESES = re.compile(r"^\(([^()]*)\)")


@dataclass(frozen=True)
class NumberStyle:
    """How a book shows numbers: its language, rounding and mark for negatives (Settings).

    ``limits`` are the attainments at which the status of the goal shown changes, beside 100 %.
    """

    language: str
    rounding: Rounding = Rounding.HALF_UP
    negatives: Negatives = Negatives.MINUS
    limits: Tuple[float, ...] = ()

    @property
    def missing(self) -> str:
        """The text for a figure that is not available."""
        return word("show.not_available", self.language)

    def number(
        self, value: Optional[float], decimals: int, signed: bool = False, power: int = 0
    ) -> str:
        """``value`` × 10^``power`` with thousands separators and ``decimals`` places; ``signed``
        shows a plus."""
        if value is None or not isfinite(value):
            return self.missing
        rounded = rounded_to(value, decimals, self.rounding, power)
        text = f"{abs(rounded):,.{decimals}f}"
        if rounded == 0:
            return f"±{text}" if signed else text
        if rounded < 0:
            return self._negative(text)
        return f"+{text}" if signed else text

    def _negative(self, text: str) -> str:
        if self.negatives is Negatives.TRIANGLE:
            return f"▲{text}"
        if self.negatives is Negatives.PARENTHESES:
            return f"({text})"
        return f"{MINUS}{text}"

    def percent(self, value: Optional[float], decimals: int = 1, signed: bool = False) -> str:
        """A fraction as a percentage: 0.032 is ``3.2%``."""
        text = self.number(value, decimals, signed, power=2)
        if text == self.missing:
            return text
        return f"{text[:-1]}%)" if text.endswith(")") else f"{text}%"

    def points(self, value: Optional[float], decimals: int = 1, signed: bool = True) -> str:
        """A difference of fractions in percentage points: −0.004 is ``−0.4 pt``."""
        text = self.number(value, decimals, signed, power=2)
        return text if text == self.missing else say("show.points", self.language, value=text)

    def gap_share(self, share: Optional[float]) -> str:
        """A gap as a share of plan; one that is not zero is never shown as zero."""
        return self.percent(share, self.places_of_gap(share, share, 1, 2, _FINEST_SHARE), True)

    def places_of_gap(
        self, gap: Optional[float], share: Optional[float], decimals: int, power: int, finest: int
    ) -> int:
        """As many places as it takes to see that ``gap`` × 10^``power`` is not zero: ``decimals``
        where they do, where it is on plan (its ``share`` of plan within 1e-9; SPEC 4), and where
        not even ``finest`` places show it."""
        if not gap or not isfinite(gap) or (share is not None and abs(share) <= ON_PLAN):
            return decimals
        places = range(decimals, max(decimals, finest) + 1)
        seen = (n for n in places if rounded_to(gap, n, self.rounding, power) != 0)
        return next(seen, decimals)

    def attainment(self, value: Optional[float], decimals: int = 1) -> str:
        """An attainment as a percentage; below 100 % it is never shown as 100 % (SPEC 2), below
        one of the ``limits`` never as having reached it, and on one (within 1e-9) always."""
        if value is None or not isfinite(value):
            return self.missing
        shown = rounded_to(value, decimals, self.rounding, 2)
        for limit in (1.0, *self.limits):
            mark = Decimal(repr(float(limit))).scaleb(2)
            if abs(value - limit) <= ON_PLAN:
                return self.percent(limit, decimals)
            if 0 < value < limit and shown >= mark:
                return f"{rounded_to(value, decimals, Rounding.DOWN, 2):,.{decimals}f}%"
        return self.percent(value, decimals)


def enclosed(text: str) -> str:
    """A figure as it stands within parentheses: one in parentheses of its own has a minus there,
    instead of a second pair. ``(¥14M)`` is ``−¥14M``."""
    return _IN_PARENTHESES.sub(rf"{MINUS}\1", text)


def aside(text: str, language: str) -> str:
    """A figure that a Japanese sentence has in parentheses and an English one has not: beside
    ``the centre of (0.5) points`` stands ``中心線（−0.5点）``."""
    return enclosed(text) if language == "ja" else text


@lru_cache(maxsize=4096)
def rounded_to(value: float, decimals: int, rounding: Rounding, power: int = 0) -> Decimal:
    """``value`` × 10^``power`` as people round it: by its decimal form, so that 2.675 rounds half
    up to 2.68 and 0.285 is 28.5 % although their binary forms lie just beside.

    As in Excel, what stands beyond the 15th digit is an artefact of computing and is dropped
    first: 0.3 − 0.1 is cut off to 0.2, not to 0.1.
    """
    exact = Decimal(repr(float(value))).scaleb(power)
    size = exact.adjusted()
    if size + decimals > 24:
        return exact
    if size - 12 <= -decimals:
        exact = _EXCEL_DIGITS.plus(exact)
    mode = ROUND_HALF_UP if rounding is Rounding.HALF_UP else ROUND_DOWN
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=mode)


@dataclass(frozen=True)
class GoalStyle:
    """How one goal's figures are shown: scale, decimals and unit, the same wherever they stand.

    A figure is shown as its value × 10^``power``; ``scale_word`` names that scale, ``unit`` the
    unit, both in the reader's language. ``prefixed`` units stand before the figure. Figures of a
    roll-up are a ``score``: attainments, which are shown as such.
    """

    style: NumberStyle
    unit: str
    scale_word: str
    power: int
    decimals: int
    percent: bool
    prefixed: bool = False
    score: bool = False

    def value(self, value: Optional[float]) -> str:
        """The bare figure, as in a table that has a unit column."""
        if self.score:
            return self.style.attainment(value, self.decimals)
        if self.percent:
            return self.style.percent(value, self.decimals)
        return self.bare(value)

    def bare(self, value: Optional[float]) -> str:
        """The figure without even a percent sign, as on a chart whose title names the unit."""
        if self.score:
            return self.value(value).rstrip("%")
        return self.style.number(value, self.decimals, power=self.power)

    def change(self, value: Optional[float]) -> str:
        """A signed difference or gap; points for % goals."""
        if self.percent:
            return self.style.points(value, self.decimals)
        return self.bare_change(value)

    def bare_change(self, value: Optional[float]) -> str:
        """A signed difference without its unit, as on a chart; beside a score that is shown below
        its plan of 100 % with as many places as it takes to see that it is."""
        places = self._places_of_gap(value, value) if self.score else self.decimals
        return self.style.number(value, places, signed=True, power=self.power)

    def gap(self, value: Optional[float], share: Optional[float]) -> str:
        """A gap as :meth:`change` shows it, and one that is not zero with as many more places as
        it takes to see it; ``share`` is the gap as a fraction of plan, where there is one."""
        places = self._places_of_gap(value, share)
        style = self if places == self.decimals else replace(self, decimals=places)
        return style.change(value)

    def _places_of_gap(self, value: Optional[float], share: Optional[float]) -> int:
        finest = max(self.decimals + _MORE_PLACES, -self.power)
        return self.style.places_of_gap(value, share, self.decimals, self.power, finest)

    def gap_with_unit(self, value: Optional[float], share: Optional[float]) -> str:
        """The same with its unit: ``−¥28M``, ``−0.04 pt``."""
        return self._united(self.gap(value, share))

    def growth(self, value: Optional[float]) -> str:
        """Growth against prior: a percentage, or points for % goals."""
        if self.percent:
            return self.style.points(value, self.decimals)
        return self.style.percent(value, 1, signed=True)

    def with_unit(self, value: Optional[float]) -> str:
        """The figure with its unit, as in a sentence: ``¥842M``, ``842百万円``, ``12 days``."""
        return self._united(self.value(value))

    def change_with_unit(self, value: Optional[float]) -> str:
        """A signed difference with its unit: ``−¥28M``, ``−28百万円``, ``−0.4 pt``."""
        return self._united(self.change(value))

    def split_unit(self, value: Optional[float]) -> Tuple[str, str]:
        """The figure and its unit apart, for setting the unit smaller: ``842``, ``百万円``. A
        currency mark stays with the figure."""
        text = self.with_unit(value)
        bare = self.value(value)
        if text.startswith(bare) and text != bare:
            return bare, text[len(bare) :].strip()
        return text, ""

    def shows_nothing(self, value: float) -> bool:
        """Whether ``value`` is too small to be seen in the places shown."""
        return rounded_to(value, self.decimals, self.style.rounding, self.power) == 0

    def _united(self, text: str) -> str:
        if self.percent or text == self.style.missing:
            return text
        if self.style.language == "ja":
            return f"{text}{self._ja_unit}"
        sign = text[0] if text[0] in f"+±▲({MINUS}" else ""
        closing = ")" if text.endswith(")") else ""
        digits = text[len(sign) :].rstrip(")")
        if self.prefixed:
            return f"{sign}{self.unit}{digits}{self.scale_word}{closing}"
        return f"{sign}{digits}{self.scale_word}{closing} {self.unit}".strip()

    @property
    def _ja_unit(self) -> str:
        # A Latin word stands apart from what precedes it, a Japanese one does not.
        gap = " " if self.unit[:1].isascii() and self.unit[:1].isalpha() else ""
        return f"{self.scale_word}{gap}{self.unit}"

    @property
    def unit_label(self) -> str:
        """The unit with its scale, as a table or a chart title names it: ``百万円``, ``¥M``,
        ``k visits``."""
        if self.percent:
            return self.unit
        if self.style.language == "ja":
            return self._ja_unit.strip()
        if self.prefixed:
            return f"{self.unit}{self.scale_word}"
        return f"{self.scale_word} {self.unit}".strip()


def number_style(settings: Settings, language: str) -> NumberStyle:
    """The book's way to show numbers, in ``language``."""
    return NumberStyle(language, settings.rounding, settings.negatives)


def goal_style(goal: Goal, series: FiscalSeries, style: NumberStyle, rollup: bool) -> GoalStyle:
    """How ``goal``'s figures are shown. Where Decimals is blank, places follow from the size of
    the year's figures, so that all of them show about three digits. A roll-up is a score in %.

    Scale and currency are named in the reader's language, whichever the book is written in.
    """
    if rollup:
        return GoalStyle(style, "%", "", 2, 1, True, score=True)
    power = 2 if goal.is_percent else -_POWERS[SCALES.get(fold(goal.scale), 1.0)]
    decimals = goal.decimals
    if decimals is None:
        values = [v for v in (*series.actual, *series.plan, *series.prior) if v is not None]
        decimals = _decimals(values, power, goal)
    if goal.is_percent:
        return GoalStyle(style, goal.unit, "", 2, decimals, True)
    scale_word, own_power = _scale_in(goal.scale, power, style.language)
    currency = _CURRENCIES.get(fold(goal.unit))
    # 億 has no English name: 12.3億円 is ¥1.23bn, to the same last digit.
    decimals += power - own_power
    unit = word(f"show.{currency}", style.language) if currency else goal.unit
    if style.language == "ja" and not goal.unit and goal.scale.strip().endswith("円"):
        unit = "円"
    prefixed = style.language == "en" and currency is not None
    return GoalStyle(style, unit, scale_word, own_power, decimals, False, prefixed)


def _scale_in(given: str, power: int, language: str) -> Tuple[str, int]:
    """The scale's name in ``language``, and the power that it stands for. A name that is already
    in that language stays as it was written."""
    if power == 0:
        return "", 0
    own = given.strip()
    if language == "ja":
        return (own.rstrip("円") if _is_cjk(own) else word(f"show.scale{-power}", "ja")), power
    if not _is_cjk(own):
        return own, power
    shown = -9 if power == -8 else power
    return word(f"show.scale{-shown}", "en"), shown


def _is_cjk(text: str) -> bool:
    return any(ord(ch) > 0x2E80 for ch in text)


def _decimals(values: Sequence[float], power: int, goal: Goal) -> int:
    figures = [value for value in values if value and isfinite(value)]
    if not figures:
        return 1 if goal.is_percent else 0
    largest = _in_scale(max(map(abs, figures)), power)
    if goal.is_percent:
        return _places(largest, 1, 1)
    if largest >= 100:
        return 0
    shown = (_in_scale(value, power) for value in figures)
    if all(value == value.to_integral_value() for value in shown):
        # An average of whole numbers is no whole number: 10 and 11 make 10.5 to date.
        return 1 if goal.aggregation is Aggregation.AVERAGE else 0
    return _places(largest, 100, 1)


def _in_scale(value: float, power: int) -> Decimal:
    return _EXCEL_DIGITS.create_decimal(repr(float(value))).scaleb(power)


def _places(largest: Decimal, enough: int, least: int) -> int:
    """So many places that ``largest`` shows its leading digits, at least ``least`` of them."""
    places = 0
    while largest < enough and places < 8:
        largest *= 10
        places += 1
    if enough == 1 and places:
        places += 1
    return max(least, places)
