"""Sums that come out the same with every Python.

From 3.12 on ``sum`` rounds otherwise than before. The functions in cells run with a spreadsheet's
Python and packs with another one: a figure must not depend on which.
"""

from __future__ import annotations

from math import fsum
from typing import Iterable


def exact_sum(values: Iterable[float]) -> float:
    """The exact sum, rounded once; infinite, or no number, where it is too large for any."""
    found = tuple(values)
    try:
        return fsum(found)
    except (OverflowError, ValueError):
        return float(sum(found))
