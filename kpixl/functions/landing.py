"""Turn months of actuals and plan into what a cell says of the year's end (SPEC 5 and 10)."""

from __future__ import annotations

from itertools import chain
from typing import List, Optional, Sequence

from kpixl.errors import Fault
from kpixl.functions.cells import NOT_AVAILABLE, VALUE
from kpixl.measures.chance import chance, reached, spread
from kpixl.measures.fills import YEAR, Course, course
from kpixl.measures.kinds import Aggregation, Direction, Method, Pace
from kpixl.measures.landing import land, plan_of, reported_in
from kpixl.measures.pace import required_pace
from kpixl.plan.cells import CellValue
from kpixl.words import word

Numbers = Sequence[Sequence[Optional[float]]]


def kpi_landing(
    actuals: Numbers,
    plan: Numbers,
    aggregation: Aggregation,
    method: Optional[Method],
    prior: Optional[Numbers],
) -> CellValue:
    """KPI_LANDING: where the year ends; ``#N/A`` where the method has too little to go by."""
    return _known(land(_course(actuals, plan, aggregation, prior), method).value)


def kpi_required(
    actuals: Numbers,
    plan: Numbers,
    aggregation: Aggregation,
    direction: Direction,
    language: str,
) -> CellValue:
    """KPI_REQUIRED: what each month without an actual has to bring, or the word for why none can
    change anything; a blank where no month is left, ``#N/A`` where the year has no plan."""
    figures = _course(actuals, plan, aggregation)
    left = len(figures.missing)
    if not left:
        return None
    target = plan_of(figures)
    found = required_pace(reported_in(figures), left, target, aggregation, direction)
    if found.pace in (Pace.REACHED, Pace.OUT_OF_REACH):
        return word(f"pace.{found.pace.value}", language)
    return _known(found.value)


def kpi_chance(
    actuals: Numbers,
    plan: Numbers,
    aggregation: Aggregation,
    direction: Direction,
    tolerance: Optional[float],
    method: Optional[Method],
    prior: Optional[Numbers],
) -> CellValue:
    """KPI_CHANCE: the chance of reaching the year's plan; ``#N/A`` where the past says too little,
    the year has no plan, or Range no tolerance (ToleranceMissing)."""
    figures = _course(actuals, plan, aggregation, prior)
    landed, target = land(figures, method), plan_of(figures)
    if landed.value is None or target is None:
        raise Fault(NOT_AVAILABLE)
    if not landed.left:
        return reached(landed.value, target, direction, tolerance)
    deviation = spread(landed.value, landed.left, landed.record)
    return _known(chance(landed.value, target, deviation, direction, tolerance))


def _course(
    actuals: Numbers, plan: Numbers, aggregation: Aggregation, prior: Optional[Numbers] = None
) -> Course:
    """The ranges as a course: whole fiscal years, row by row, the plan in the same shape (one
    blank cell: no plan), ``prior`` a year of its own or likewise. Else ``#VALUE!``."""
    months = _flat(actuals)
    planned = _flat(plan)
    unplanned = planned == [None]
    if not unplanned and (len(plan), len(plan[0])) != (len(actuals), len(actuals[0])):
        raise Fault(VALUE)
    before = None if prior is None else _flat(prior)
    if len(months) % YEAR or (before is not None and len(before) not in (YEAR, len(months))):
        raise Fault(VALUE)
    return course(months, None if unplanned else planned, aggregation, before)


def _flat(values: Numbers) -> List[Optional[float]]:
    return list(chain.from_iterable(values))


def _known(value: Optional[float]) -> float:
    if value is None:
        raise Fault(NOT_AVAILABLE)
    return value
