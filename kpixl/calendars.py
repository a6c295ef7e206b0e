"""The public holidays of countries, from the ``holidays`` package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

ENGLISH = ("en_US", "en_GB", "en")


def countries() -> Sequence[str]:
    """The ISO 3166 codes of all countries that are known, in order."""
    return tuple(sorted(code for code in _supported() if len(code) == 2))


def parts(country: str) -> Sequence[str]:
    """The codes of a country's parts that have holidays of their own; none for one that is not
    known."""
    return tuple(_supported().get(country, ()))


def days(code: str, years: Iterable[int]) -> Mapping[date, str]:
    """The public holidays of ``JP`` or ``US-CA`` in these years, substitute days included, with
    their names in the country's own language. KeyError for a code that is not known."""
    return _days(code, tuple(years), None)


def named_days(code: str, years: Iterable[int], language: str) -> Mapping[date, str]:
    """As :func:`days`, with names in ``language`` where the country's calendar has them, else in
    English, else in the country's own."""
    wanted = (language, *(one for one in ENGLISH if language != one))
    offered = _languages(code)
    chosen = next((one for one in wanted if one in offered), None)
    return _days(code, tuple(years), chosen)


@cache
def _supported() -> Mapping[str, Sequence[str]]:
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


def _languages(code: str) -> Sequence[str]:
    import holidays

    country, part = _split(code)
    return holidays.country_holidays(country, subdiv=part).supported_languages


@cache
def _days(code: str, years: tuple[int, ...], language: str | None) -> Mapping[date, str]:
    import holidays

    country, part = _split(code)
    # Without years the package would take the first day that is asked for as a wish for its year.
    if not years:
        return {}
    found = holidays.country_holidays(
        country, subdiv=part, years=years, expand=False, language=language
    )
    # Apostrophes as in all that kpixl writes.
    return {day: name.replace("'", "’") for day, name in sorted(found.items())}


def _split(code: str) -> tuple[str, str | None]:
    """Country and part as the package writes them."""
    country, _, part = code.partition("-")
    if country not in _supported():
        raise KeyError(code)
    spelt = {one.upper(): one for one in _supported()[country]}
    if part and part not in spelt:
        raise KeyError(code)
    return country, spelt[part] if part else None
