"""Tell whether two figures are the same, as far as the places that somebody typed go."""

from __future__ import annotations

from decimal import Decimal

EXACT = 1e-6
_MOST_PLACES = 6


def is_near(value: float, expected: float) -> bool:
    """Whether two figures are equal but for the noise of arithmetic."""
    return abs(value - expected) <= EXACT * max(1e-3, abs(expected))


def is_rounded(value: float, expected: float, least_places: int = 0) -> bool:
    """Whether ``value`` is ``expected`` as somebody would have typed it: rounded to the places
    that it has, or to ``least_places`` at least."""
    places = max(-int(Decimal(repr(value)).normalize().as_tuple().exponent), least_places, 0)
    if places > _MOST_PLACES:
        return is_near(value, expected)
    return abs(value - expected) <= 0.5 * 10.0**-places * (1 + 1e-6) + EXACT * abs(expected)
