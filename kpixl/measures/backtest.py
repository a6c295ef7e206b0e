"""Try each way of landing a year on the years that are over, and choose the best (SPEC 5).

Origins are the months 1 to 11 of each complete past year: from each of them the rest of that year
is filled with what was known then, and the year's value compared with how it came out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.aggregate import aggregate
from kpixl.measures.fills import METHODS, YEAR, Fills, Standpoint
from kpixl.measures.gap import EQUAL
from kpixl.measures.kinds import Aggregation, Method
from kpixl.measures.totals import exact_sum

COMPETING: Tuple[Method, ...] = tuple(one for one in Method if one is not Method.OUTLOOK)
"""The methods that can be tried on past years: the outlooks of those are not kept."""
FEWEST_ORIGINS = 4
"""With fewer common origins nothing is chosen by its errors."""
FEWEST_REPORTED = 3
"""From so many reported months on the ratio to plan is trusted untried."""

_AHEAD = tuple(tuple(range(known, YEAR)) for known in range(YEAR + 1))


@dataclass(frozen=True)
class Record:
    """How a way of forecasting did in past years.

    ``errors`` are the distances from the outcome as a fraction of it, one for each of ``origins``.
    ``void`` says that a year tested came out at 0, of which nothing is a fraction.
    """

    origins: Tuple[Standpoint, ...] = ()
    errors: Tuple[float, ...] = ()
    void: bool = False

    @property
    def error(self) -> Optional[float]:
        """The mean absolute error as a fraction of the outcome; None where nothing was tried."""
        mean = exact_sum(self.errors) / len(self.errors) if self.errors else inf
        return mean if mean < inf else None

    @property
    def years(self) -> int:
        """How many past years were tested."""
        return len({origin.first for origin in self.origins})


def record(
    origins: Sequence[Standpoint],
    outcomes: Mapping[int, float],
    forecasts: Sequence[Optional[float]],
) -> Record:
    """The record of forecasts, one for each origin (None: none could be made), against the
    ``outcomes`` of the years, which are found by the position of their first month."""
    tried: List[Standpoint] = []
    errors: List[float] = []
    void = False
    for origin, forecast in zip(origins, forecasts):
        if forecast is not None:
            outcome = outcomes[origin.first]
            if outcome:
                error = abs((forecast - outcome) / outcome)
                if error < inf:  # false for what is no number, too
                    tried.append(origin)
                    errors.append(error)
            else:
                void = True
    return Record(tuple(tried), tuple(errors), void)


def past_years(fills: Fills) -> Dict[int, float]:
    """The outcome of each complete past year, by the position of its first month."""
    found: Dict[int, float] = {}
    for first in range(0, fills.course.first, YEAR):
        months = fills.counted[first : first + YEAR]
        if None not in months:
            outcome = aggregate(months, fills.course.aggregation)
            if outcome is not None:
                found[first] = outcome
    return found


def origins_of(years: Sequence[int]) -> Tuple[Standpoint, ...]:
    """The origins of the years that begin at these positions."""
    return tuple(
        Standpoint(first, known, _AHEAD[known]) for first in years for known in range(1, YEAR)
    )


def records(fills: Fills) -> Dict[Method, Record]:
    """The record of every method that can be tried, at all origins from which it can forecast."""
    outcomes = past_years(fills)
    origins = origins_of(tuple(outcomes))
    ends = [so_far for first in outcomes for so_far in _so_far(fills, first)]
    join = _JOINED[fills.course.aggregation]
    found: Dict[Method, Record] = {}
    for method in COMPETING:
        fill = METHODS[method]
        filled = [fill(fills, origin) for origin in origins]
        forecasts = [
            None if months is None else join(so_far, months) for so_far, months in zip(ends, filled)
        ]
        found[method] = record(origins, outcomes, forecasts)
    return found


def best(able: Sequence[Method], tried: Mapping[Method, Record], planned: int) -> Optional[Method]:
    """The method to land by, of those that are ``able`` to forecast now (SPEC 5, ``best``).

    The smallest mean error at the origins common to all that have any; equals go in table order.
    ``planned`` counts the reported months with a plan, on which the choice rests where there are
    too few common origins. None where that leaves no method either.
    """
    rivals = [method for method in COMPETING if method in able and tried[method].origins]
    common = _common([tried[method] for method in rivals])
    if len(common) < FEWEST_ORIGINS:
        return _untried(able, planned)
    errors = {method: _mean_error(tried[method], common) for method in rivals}
    smallest = min(errors.values())
    return next(method for method in rivals if errors[method] <= smallest + EQUAL)


def _common(tried: Sequence[Record]) -> Sequence[Standpoint]:
    if not tried:
        return ()
    if all(one.origins == tried[0].origins for one in tried):
        return tried[0].origins
    return tuple(set(tried[0].origins).intersection(*(one.origins for one in tried[1:])))


def _mean_error(tried: Record, common: Sequence[Standpoint]) -> float:
    if len(common) == len(tried.origins):
        return exact_sum(tried.errors) / len(common)
    wanted = set(common)
    errors = (error for origin, error in zip(tried.origins, tried.errors) if origin in wanted)
    return exact_sum(errors) / len(common)


def _untried(able: Sequence[Method], planned: int) -> Optional[Method]:
    """Without a record: the ratio to plan once it rests on enough months, else what is simplest."""
    if Method.RATIO in able and planned >= FEWEST_REPORTED:
        return Method.RATIO
    return next((one for one in (Method.PLAN, Method.PRIOR, Method.PACE) if one in able), None)


# The year's value from that of the months so far and the months filled.
_JOINED: Mapping[Aggregation, Callable[[float, Sequence[float]], float]] = {
    Aggregation.SUM: lambda so_far, filled: so_far + exact_sum(filled),
    Aggregation.AVERAGE: lambda so_far, filled: (so_far + exact_sum(filled)) / YEAR,
    Aggregation.LAST: lambda _, filled: filled[-1],
    Aggregation.MAX: lambda so_far, filled: max(so_far, *filled),
    Aggregation.MIN: lambda so_far, filled: min(so_far, *filled),
}


def _so_far(fills: Fills, first: int) -> List[float]:
    """The year so far at each of its origins: its highest or lowest month, else its total."""
    months = [value for value in fills.counted[first : first + YEAR - 1] if value is not None]
    if fills.course.aggregation is Aggregation.MAX:
        return list(accumulate(months, max))
    if fills.course.aggregation is Aggregation.MIN:
        return list(accumulate(months, min))
    return list(accumulate(months))
