"""Turn the arguments of the KPI functions into what their cells show (SPEC 3, 4 and 10)."""

from __future__ import annotations

from functools import lru_cache
from typing import List, Mapping, Optional, Sequence

from kpixl.errors import Fault
from kpixl.functions.cells import DIVISION, NUMBER, VALUE, read_number
from kpixl.measures import aggregate, gap
from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.plan.cells import CellValue
from kpixl.plan.values import is_percent
from kpixl.words import word

Numbers = Sequence[Sequence[Optional[float]]]


def _defined(value: Optional[float]) -> CellValue:
    return DIVISION if value is None else value


def kpi_gap(
    actual: float, target: float, direction: Direction, tolerance: Optional[float]
) -> CellValue:
    """KPI_GAP: the gap; Range without a tolerance raises ToleranceMissing (``#N/A``)."""
    return gap.gap(actual, target, direction, tolerance)


def kpi_gap_pct(
    actual: float, target: float, direction: Direction, tolerance: Optional[float]
) -> CellValue:
    """KPI_GAP_PCT: the gap as a fraction of the plan."""
    return _defined(gap.gap_pct(actual, target, direction, tolerance))


def kpi_attainment(
    actual: float, target: float, direction: Direction, tolerance: Optional[float]
) -> CellValue:
    """KPI_ATTAINMENT: attainment as a fraction."""
    return _defined(gap.attainment(actual, target, direction, tolerance))


def kpi_progress(actual: float, target: float, baseline: float) -> CellValue:
    """KPI_PROGRESS: the part of the way from baseline to target that is done."""
    return _defined(gap.progress(actual, target, baseline))


def kpi_growth(current: float, prior: float, unit: Optional[str]) -> CellValue:
    """KPI_GROWTH: change against the prior figure; points (as a fraction) where unit is %."""
    return _defined(gap.growth(current, prior, is_percent(unit or "")))


def kpi_status(
    actual: Optional[float],
    target: Optional[float],
    direction: Direction,
    tolerance: Optional[float],
    amber_at: float,
    green_at: float,
    language: str,
) -> CellValue:
    """KPI_STATUS: the status word."""
    found = gap.status(actual, target, direction, tolerance, amber_at, green_at)
    return _status_words(language)[found]


@lru_cache(maxsize=2)
def _status_words(language: str) -> Mapping[Status, str]:
    return {one: word(f"status.{one.value}", language) for one in Status}


def kpi_to_date(
    values: Numbers, aggregation: Aggregation, reported: Optional[Sequence[Sequence[CellValue]]]
) -> CellValue:
    """KPI_TO_DATE: the aggregate of the values, of those only that ``reported`` has; a blank
    where there are none."""
    if reported is None:
        return aggregate.to_date(_flat(values), aggregation)
    if (len(reported), len(reported[0])) != (len(values), len(values[0])):
        raise Fault(VALUE)
    marks = [is_reported(one) for row in reported for one in row]
    return aggregate.to_date(_flat(values), aggregation, marks)


def is_reported(mark: CellValue) -> bool:
    """Whether a cell says that its month is reported: it holds a number, or TRUE."""
    if mark is None or isinstance(mark, bool):
        return mark is True
    return read_number(mark) is not None


def kpi_rollup(attainments: Numbers, weights: Optional[Numbers], cap: float) -> CellValue:
    """KPI_ROLLUP: the roll-up score; a blank where no child has data, ``#DIV/0!`` where the
    weights of those that have sum to 0, ``#NUM!`` for a weight or cap below 0."""
    scores = _flat(attainments)
    given = None if weights is None else _flat(weights)
    if given is not None and len(given) != len(scores):
        raise Fault(VALUE)
    if cap < 0 or any(weight is not None and weight < 0 for weight in given or ()):
        raise Fault(NUMBER)
    if all(score is None for score in scores):
        return None
    return _defined(aggregate.rollup(scores, given, cap))


def _flat(values: Numbers) -> List[Optional[float]]:
    return [one for row in values for one in row]
