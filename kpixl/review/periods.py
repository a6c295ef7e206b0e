"""Name months, spans and fiscal years in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Optional, Sequence

from kpixl.plan.fiscal import BOTH, END, LabelPattern, label_pattern
from kpixl.plan.model import Settings
from kpixl.plan.month import Month, fiscal_year_start
from kpixl.review.spans import HALF, QUARTER, YEAR, Span
from kpixl.words import say, word


def month_name(month: Month, language: str) -> str:
    """``October 2026`` or ``2026年10月``."""
    return say(
        "period.month", language, year=month.year, month=month.month, name=_full(month, language)
    )


def short_month(month: Month, language: str) -> str:
    """``Oct`` or ``10月``."""
    return word("period.short", language).split()[month.month - 1]


def dated_month(month: Month, language: str) -> str:
    """``Oct 2026`` or ``2026/10``; where the year is not plain and room is scarce."""
    name = short_month(month, language)
    return say("period.dated_month", language, year=month.year, month=month.month, name=name)


def _full(month: Month, language: str) -> str:
    return word("period.full", language).split()[month.month - 1]


def span_name(months: Sequence[Month], language: str) -> str:
    """``April–October 2026`` or ``2026年4月〜10月``; one month is named as such."""
    first, last = months[0], months[-1]
    if first == last:
        return month_name(first, language)
    key = "period.span" if first.year == last.year else "period.span_years"
    return say(
        key, language,
        first=_full(first, language), last=_full(last, language),
        first_year=first.year, last_year=last.year,
        first_month=first.month, last_month=last.month,
    )  # fmt: skip


def short_span(months: Sequence[Month], language: str) -> str:
    """``Apr–Jun`` or ``4〜6月``, where the year is plain."""
    first, last = months[0], months[-1]
    if first == last:
        return short_month(first, language)
    return say(
        "period.short_span", language,
        first=short_month(first, language), last=short_month(last, language),
        first_month=first.month, last_month=last.month,
    )  # fmt: skip


def date_name(day: Optional[date], language: str) -> str:
    """``9 Nov 2026`` or ``2026年11月9日``; an en dash where there is none."""
    if day is None:
        return "–"
    name = word("period.short", language).split()[day.month - 1]
    return say("period.date", language, year=day.year, month=day.month, day=day.day, name=name)


def short_date(day: Optional[date], language: str) -> str:
    """``9 Nov`` or ``11/9``; for tables whose year is plain."""
    if day is None:
        return "–"
    name = word("period.short", language).split()[day.month - 1]
    return say(
        "period.day",
        language,
        month=day.month,
        day=day.day,
        name=name,
        year=day.year % 100,
        full_year=day.year,
    )


def fiscal_label(month: Month, settings: Settings, language: str) -> str:
    """The fiscal year of ``month``: ``FY2026``, ``2026年度``, or as Settings' example has it.

    年度 and FY count by the year in which the fiscal year starts, 期 and FYE by that in which it
    ends. A sign such as ``FY26`` stays what it is in every language; words are those of
    ``language``: ``2027年3月期`` is ``FY ending March 2027``.
    """
    start = fiscal_year_start(month, settings.fiscal_start)
    pattern = label_pattern(settings.fiscal_label) or LabelPattern()
    if pattern.counts == END:
        return _by_its_end(start.plus(11), pattern, language)
    year = _digits(start.year, pattern.digits[0])
    if pattern.counts == BOTH and start.plus(11).year > start.year:
        second = _digits(start.year + 1, pattern.digits[1])
        return f"{pattern.sign}{year}{pattern.between}{second}"
    if pattern.sign or pattern.counts == BOTH:
        return f"{pattern.sign}{year}"
    return say("period.fiscal", language, year=year)


def _by_its_end(end: Month, pattern: LabelPattern, language: str) -> str:
    year = _digits(end.year, pattern.digits[0])
    if pattern.sign and language != "ja":
        month = f"{end.month}{pattern.between}" if pattern.month else ""
        return f"{pattern.sign}{month}{year}"
    whole = end.year if pattern.sign or language != "ja" else year
    name = _full(end, language)
    key = "period.fiscal_end_short" if pattern.between and not pattern.sign else "period.fiscal_end"
    return say(key, language, year=whole, month=end.month, name=name)


def _digits(year: int, digits: int) -> str:
    return f"{year % 100:02d}" if digits == 2 else str(year)


def span_label(span: Span, settings: Settings, language: str) -> str:
    """``Q3``, ``H2`` or the fiscal year's label; ``第3四半期``, ``下期``."""
    if span.kind == QUARTER:
        return say("period.quarter", language, n=span.number)
    if span.kind == HALF:
        return word(f"period.half_{span.number}", language)
    return fiscal_label(span.months[0], settings, language)


def full_span_label(span: Span, settings: Settings, language: str) -> str:
    """The same with the fiscal year it belongs to: ``Q3 FY2026``, ``2026年度下期``."""
    label = span_label(span, settings, language)
    if span.kind == YEAR:
        return label
    year = fiscal_label(span.months[0], settings, language)
    return say("period.in_year", language, span=label, year=year)


def span_so_far(span: Span, month: Month, settings: Settings, language: str) -> str:
    """The span's name, which says where it is still running in ``month``: ``H2 so far``."""
    label = span_label(span, settings, language)
    return label if span.is_complete(month) else say("period.so_far", language, span=label)


def span_months(span: Span, month: Month, language: str) -> str:
    """The span's months up to ``month``, and how many of how many where more are to come:
    ``Apr–Jun``, ``Oct, 1 of 3 months``."""
    elapsed = span.elapsed(month)
    months = short_span(elapsed, language)
    if span.is_complete(month):
        return months
    return say("period.months_of", language, months=months, n=len(elapsed), m=len(span.months))
