"""Months, fiscal years and the day on which a month's actuals are due."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Collection, Tuple


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; ordered, and countable by :attr:`index`."""

    year: int
    month: int

    @property
    def index(self) -> int:
        """Months since January of year 0: differences are distances in months."""
        return self.year * 12 + self.month - 1

    def plus(self, months: int) -> Month:
        """The month ``months`` later (earlier where negative)."""
        year, zero_based = divmod(self.index + months, 12)
        return Month(year, zero_based + 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def fiscal_year_start(month: Month, start_month: int) -> Month:
    """The first month of the fiscal year that ``month`` lies in."""
    year = month.year if month.month >= start_month else month.year - 1
    return Month(year, start_month)


def fiscal_year(month: Month, start_month: int) -> Tuple[Month, ...]:
    """The twelve months of the fiscal year that ``month`` lies in."""
    first = fiscal_year_start(month, start_month)
    return tuple(first.plus(n) for n in range(12))


@dataclass(frozen=True)
class CloseDay:
    """When a month's actuals are due: so many days, or business days, after its end."""

    days: int = 10
    business: bool = False

    def due(self, month: Month, holidays: Collection[date] = ()) -> date:
        """The day on which the actuals of ``month`` are due."""
        day = month.last_day
        if not self.business:
            return day + timedelta(days=self.days)
        left = self.days
        while left > 0:
            day += timedelta(days=1)
            if day.weekday() < 5 and day not in holidays:
                left -= 1
        return day
