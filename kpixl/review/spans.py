"""Cut a fiscal year into the quarters, halves and the year that Settings ask for (SPEC 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Mapping, Tuple

from kpixl.plan.month import Month, fiscal_year

QUARTER, HALF, YEAR = "quarter", "half", "year"
KINDS = (QUARTER, HALF, YEAR)
LENGTHS: Mapping[str, int] = {QUARTER: 3, HALF: 6, YEAR: 12}


@dataclass(frozen=True)
class Span:
    """A quarter, a half or the whole of a fiscal year: ``kind`` is one of :data:`KINDS`,
    ``number`` counts from 1 within the fiscal year, ``months`` are all of its months."""

    kind: str
    number: int
    months: Tuple[Month, ...]

    def elapsed(self, month: Month) -> Tuple[Month, ...]:
        """Its months up to ``month``."""
        return tuple(one for one in self.months if one <= month)

    def is_complete(self, month: Month) -> bool:
        """Whether its last month is over by ``month``; else its figures are "so far"."""
        return self.months[-1] <= month


def spans(month: Month, fiscal_start: int, kinds: Collection[str]) -> Tuple[Span, ...]:
    """The spans of these kinds of the fiscal year that ``month`` lies in which have begun by then,
    in the order in which they end, the shorter one first: Q1, Q2, first half, Q3, second half,
    year."""
    year = fiscal_year(month, fiscal_start)
    found = [
        Span(kind, start // LENGTHS[kind] + 1, year[start : start + LENGTHS[kind]])
        for kind in KINDS
        if kind in kinds
        for start in range(0, len(year), LENGTHS[kind])
        if year[start] <= month
    ]
    return tuple(sorted(found, key=lambda span: (span.months[-1], len(span.months))))
