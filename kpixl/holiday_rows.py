"""Write a country's public holidays into a new workbook's content: its cells know no others."""

from __future__ import annotations

from dataclasses import replace

from kpixl import calendars
from kpixl.errors import UsageProblem
from kpixl.plan.countries import country_code
from kpixl.workbook.content import BookContent


def with_country(content: BookContent, text: str) -> BookContent:
    """The content with the country that a person names in its settings, and that country's public
    holidays, beside those that it has, from its first month to the month after its last, in which
    that is closed. Raises :class:`UsageProblem` ``country-option``."""
    country = known_country(text)
    first, end = content.months[0], content.months[-1].plus(1).last_day
    rows = {row["date"]: row for row in content.holidays}
    years = range(first.year, end.year + 1)
    for day, name in calendars.named_days(country, years, content.language).items():
        if first.plus(-1).last_day < day <= end:
            rows.setdefault(day, {"date": day, "holiday": name})
    return replace(
        content,
        settings={**content.settings, "country": country},
        holidays=tuple(rows[day] for day in sorted(rows, key=str)),
    )


def known_country(text: str) -> str:
    """The code of the country, or of the part of one, that a person names. Raises
    :class:`UsageProblem` ``country-option``."""
    code = country_code(text)
    country, _, part = (code or "").partition("-")
    known = calendars.countries()
    if country in known and part:
        known = tuple(f"{country}-{one}".upper() for one in calendars.parts(country))
    if code is None or code not in known:
        raise UsageProblem("country-option", found=text, known=", ".join(known) or country)
    return code
