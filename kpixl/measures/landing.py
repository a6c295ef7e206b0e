"""Complete the fiscal year, and say where it ends, how surely, and by which method (SPEC 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Mapping, Optional, Sequence, Tuple

from kpixl.measures.aggregate import aggregate
from kpixl.measures.backtest import Record, best, records
from kpixl.measures.fills import Course, Fills, Values
from kpixl.measures.kinds import Aggregation, Method


@dataclass(frozen=True)
class Landed:
    """Where a course's year ends. ``months`` are its twelve months with the missing ones filled.

    ``method`` is None where no month was missing, or where nothing can fill them (``value`` is
    None then). ``values`` has what each method would give, ``tried`` its record in past years.
    """

    value: Optional[float]
    method: Optional[Method]
    months: Tuple[Optional[float], ...]
    left: int
    values: Mapping[Method, Optional[float]]
    tried: Mapping[Method, Record]

    @property
    def record(self) -> Record:
        """How the method did in past years; without origins where it was never tried."""
        return self.tried.get(self.method, Record()) if self.method is not None else Record()


def land(course: Course, method: Optional[Method] = None, fills: Optional[Fills] = None) -> Landed:
    """The landing by ``method``, or by the one that did best in past years where it is None.

    ``fills`` are those of the course, for whoever goes on using them.
    """
    months = tuple(course.actuals[course.first :])
    missing = course.missing
    if not missing:
        return Landed(_of_year(course, months), None, months, 0, {}, {})
    fills = fills or Fills(course)
    today = fills.today()
    completed: Dict[Method, Tuple[Optional[float], ...]] = {}
    values: Dict[Method, Optional[float]] = dict.fromkeys(Method)
    for one in Method:
        filled = fills.of(one, today)
        if filled is not None:
            completed[one] = _with(months, missing, filled)
            values[one] = _of_year(course, completed[one])
    able = [one for one in Method if values[one] is not None]
    tried = records(fills)
    chosen = method or best(able, tried, _planned(course))
    if chosen not in able:
        return Landed(None, None, months, len(missing), values, tried)
    return Landed(values[chosen], chosen, completed[chosen], len(missing), values, tried)


def year_plan(months: Values, aggregation: Aggregation) -> Optional[float]:
    """The plan of a year from those of its months; None where one is missing, because the year
    is to be compared with all of them. For Last the last month that has one is enough."""
    if aggregation is not Aggregation.LAST and None in months:
        return None
    return aggregate(months, aggregation)


def plan_of(course: Course) -> Optional[float]:
    """The plan of a course's year."""
    plan = [course.plan[course.first + month] for month in course.year]
    return year_plan(plan, course.aggregation)


def reported_in(course: Course) -> Sequence[float]:
    """The actuals of a course's year that there are, oldest first."""
    months = (course.actuals[course.first + month] for month in course.year)
    return [value for value in months if value is not None]


def _planned(course: Course) -> int:
    """How many reported months of the year have a plan."""
    places = [course.first + month for month in course.year]
    return sum(
        1
        for place in places
        if place >= course.since
        and course.actuals[place] is not None
        and course.plan[place] is not None
    )


def _with(
    months: Tuple[Optional[float], ...], missing: Sequence[int], filled: Sequence[float]
) -> Tuple[Optional[float], ...]:
    found = list(months)
    for month, value in zip(missing, filled):
        found[month] = value
    return tuple(found)


def _of_year(course: Course, months: Values) -> Optional[float]:
    return aggregate([months[month] for month in course.year], course.aggregation)
