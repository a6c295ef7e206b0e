"""Turn figures into the text that people read: rounding, signs, scale, units. Never arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Iterable, Optional, Tuple

from kpixl.plan.model import Goal, Negatives, Rounding, Settings
from kpixl.plan.schema import SCALES
from kpixl.review.figures import FiscalSeries
from kpixl.words import fold, say, word

CURRENCY_MARKS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "円": "¥", "¥": "¥", "$": "$"}
MINUS = "−"
NOT_AVAILABLE = "not_available"


@dataclass(frozen=True)
class NumberStyle:
    """How a book shows numbers: its language, rounding and mark for negatives (Settings)."""

    language: str
    rounding: Rounding = Rounding.HALF_UP
    negatives: Negatives = Negatives.MINUS

    @property
    def missing(self) -> str:
        """The text for a figure that is not available."""
        return word("show.not_available", self.language)

    def number(self, value: Optional[float], decimals: int, signed: bool = False) -> str:
        """``value`` with thousands separators and ``decimals`` places; ``signed`` shows a plus."""
        if value is None:
            return self.missing
        rounded = rounded_to(value, decimals, self.rounding)
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
        if value is None:
            return self.missing
        text = self.number(value * 100, decimals, signed)
        return f"{text[:-1]}%)" if text.endswith(")") else f"{text}%"

    def points(self, value: Optional[float], decimals: int = 1, signed: bool = True) -> str:
        """A difference of fractions in percentage points: −0.004 is ``−0.4 pt``."""
        if value is None:
            return self.missing
        return say("show.points", self.language, value=self.number(value * 100, decimals, signed))

    def attainment(self, value: Optional[float], decimals: int = 1) -> str:
        """An attainment as a percentage; below 100 % it is never shown as 100 % (SPEC 2)."""
        if value is None:
            return self.missing
        missed = value < 1.0 - 1e-9
        if missed and rounded_to(value * 100, decimals, self.rounding) >= 100:
            return f"{rounded_to(value * 100, decimals, Rounding.DOWN):,.{decimals}f}%"
        return self.percent(value, decimals)


def rounded_to(value: float, decimals: int, rounding: Rounding) -> Decimal:
    """``value`` as people round it: by its shortest decimal form, so that 2.675 rounds half up
    to 2.68 although its binary form lies just below."""
    step = Decimal(1).scaleb(-decimals)
    mode = ROUND_HALF_UP if rounding is Rounding.HALF_UP else ROUND_DOWN
    exact = Decimal(repr(float(value)))
    if exact.adjusted() + decimals > 24:
        return exact
    return exact.quantize(step, rounding=mode)


@dataclass(frozen=True)
class GoalStyle:
    """How one goal's figures are shown: scale, decimals and unit, the same wherever they stand."""

    style: NumberStyle
    unit: str
    scale_word: str
    scale: float
    decimals: int
    percent: bool

    def value(self, value: Optional[float]) -> str:
        """The bare figure, as in a table that has a unit column."""
        if self.percent:
            return self.style.percent(value, self.decimals)
        return self.style.number(None if value is None else value / self.scale, self.decimals)

    def bare(self, value: Optional[float]) -> str:
        """The figure without even a percent sign, as on a chart whose title names the unit."""
        factor = 100.0 if self.percent else 1 / self.scale
        return self.style.number(None if value is None else value * factor, self.decimals)

    def change(self, value: Optional[float]) -> str:
        """A signed difference or gap; points for % goals."""
        if self.percent:
            return self.style.points(value, self.decimals)
        scaled = None if value is None else value / self.scale
        return self.style.number(scaled, self.decimals, signed=True)

    def bare_change(self, value: Optional[float]) -> str:
        """A signed difference without its unit, as on a chart."""
        factor = 100.0 if self.percent else 1 / self.scale
        scaled = None if value is None else value * factor
        return self.style.number(scaled, self.decimals, signed=True)

    def growth(self, value: Optional[float]) -> str:
        """Growth against prior: a percentage, or points for % goals."""
        if self.percent:
            return self.style.points(value, self.decimals)
        return self.style.percent(value, 1, signed=True)

    def with_unit(self, value: Optional[float]) -> str:
        """The figure with its unit, as in a sentence: ``¥842M``, ``842百万円``, ``12 days``."""
        return self._united(self.value(value), value)

    def change_with_unit(self, value: Optional[float]) -> str:
        """A signed difference with its unit: ``−¥28M``, ``−28百万円``, ``−0.4 pt``."""
        return self._united(self.change(value), value)

    def split_unit(self, value: Optional[float]) -> Tuple[str, str]:
        """The figure and its unit apart, for setting the unit smaller: ``842``, ``百万円``. A
        currency mark stays with the figure."""
        text = self.with_unit(value)
        bare = self.value(value)
        if text.startswith(bare) and text != bare:
            return bare, text[len(bare) :].strip()
        return text, ""

    def _united(self, text: str, value: Optional[float]) -> str:
        if value is None or self.percent or not self.unit_label:
            return text
        mark = CURRENCY_MARKS.get(self.unit.upper())
        if self.style.language == "en" and mark:
            sign = text[0] if text[0] in f"+±▲({MINUS}" else ""
            closing = ")" if text.endswith(")") else ""
            digits = text[len(sign) :].rstrip(")")
            return f"{sign}{mark}{digits}{self.scale_word}{closing}"
        gap = "" if self.style.language == "ja" else " "
        return f"{text}{gap}{self.unit_label}"

    @property
    def unit_label(self) -> str:
        """The unit with its scale, as a table or a chart title names it: ``百万円``, ``¥M``."""
        if self.percent or not self.scale_word or self.scale_word == self.unit:
            return self.unit
        if self.unit and self.scale_word.endswith(self.unit):
            return self.scale_word
        mark = CURRENCY_MARKS.get(self.unit.upper())
        if self.style.language == "en" and mark:
            return f"{mark}{self.scale_word}"
        return (
            f"{self.scale_word}{self.unit}"
            if _is_cjk(self.scale_word)
            else (f"{self.scale_word} {self.unit}".strip())
        )


def _is_cjk(text: str) -> bool:
    return any(ord(ch) > 0x2E80 for ch in text)


def number_style(settings: Settings, language: str) -> NumberStyle:
    """The book's way to show numbers, in ``language``."""
    return NumberStyle(language, settings.rounding, settings.negatives)


def goal_style(goal: Goal, series: FiscalSeries, style: NumberStyle, rollup: bool) -> GoalStyle:
    """How ``goal``'s figures are shown. Where Decimals is blank, places follow from the size of
    the year's figures, so that all of them show about three digits. A roll-up is a score in %."""
    if rollup:
        return GoalStyle(style, "%", "", 1.0, 1, True)
    scale_word = goal.scale.strip()
    scale = SCALES.get(fold(scale_word), 1.0)
    values = [v for v in (*series.actual, *series.plan, *series.prior) if v is not None]
    decimals = goal.decimals
    if decimals is None:
        decimals = _decimals(values, scale, goal.is_percent)
    return GoalStyle(style, goal.unit, scale_word, scale, decimals, goal.is_percent)


def _decimals(values: Iterable[float], scale: float, percent: bool) -> int:
    shown = [abs(value) * 100 if percent else abs(value) / scale for value in values]
    shown = [value for value in shown if value > 0]
    if percent:
        return 1 if not shown or max(shown) >= 1 else 2
    if not shown or all(value == int(value) for value in shown) or max(shown) >= 100:
        return 0
    largest = max(shown)
    places = 0
    while largest < 100 and places < 8:
        largest *= 10
        places += 1
    return max(1, places)
