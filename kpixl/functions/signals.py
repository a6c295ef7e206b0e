"""Turn a column of months into its limits and its signal, as cells show them (SPEC 6 and 10)."""

from __future__ import annotations

from itertools import chain
from typing import List, Optional, Sequence, Tuple

from kpixl.errors import Fault
from kpixl.functions.cells import NOT_AVAILABLE, VALUE
from kpixl.measures import xmr
from kpixl.plan.cells import CellValue
from kpixl.words import word

Numbers = Sequence[Sequence[Optional[float]]]


def kpi_limits(values: Numbers, prior: Optional[Numbers]) -> Sequence[CellValue]:
    """KPI_LIMITS: centre, lower and upper limit in one row; ``#N/A`` for fewer than 6 points."""
    _, found = _chart(values, prior)
    return [found.centre, found.lower, found.upper]


def kpi_signal(values: Numbers, prior: Optional[Numbers], language: str) -> CellValue:
    """KPI_SIGNAL: the signal at the last point in words, a blank where there is none; ``#N/A`` for
    fewer than 6 points."""
    points, limits = _chart(values, prior)
    found = xmr.signal(points, limits)
    return None if found is None else word(f"signal.{found.value}", language)


def _chart(values: Numbers, prior: Optional[Numbers]) -> Tuple[Sequence[float], xmr.Limits]:
    """The points and limits of the chart; ``#VALUE!`` where ``prior`` has another shape."""
    if prior is not None and (len(prior), len(prior[0])) != (len(values), len(values[0])):
        raise Fault(VALUE)
    months = _flat(values)
    earlier = [None] * len(months) if prior is None else _flat(prior)
    points = xmr.charted(months, earlier).points
    limits = xmr.limits(points)
    if limits is None:
        raise Fault(NOT_AVAILABLE)
    return points, limits


def _flat(values: Numbers) -> List[Optional[float]]:
    return list(chain.from_iterable(values))
