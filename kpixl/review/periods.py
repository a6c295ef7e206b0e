"""Name months, spans and fiscal years in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Optional, Sequence

from kpixl.plan.model import Settings
from kpixl.plan.month import Month, fiscal_year_start
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
    """The fiscal year of ``month``, counted by the year it starts in: ``FY2026``, ``2026年度``.

    Settings' label is a pattern by example: ``FY26`` gives two digits, ``2027年3月期`` the last
    month of the year.
    """
    start = fiscal_year_start(month, settings.fiscal_start)
    sample = settings.fiscal_label.strip()
    end = start.plus(11)
    if sample.endswith("期") and language == "ja":
        return say("period.fiscal_end", language, year=end.year, month=end.month)
    if sample.upper().startswith("FY") and len(sample) == 4:
        return f"FY{start.year % 100:02d}"
    return say("period.fiscal", language, year=start.year)
