"""Fill the months of a fiscal year that have no actual, by each of SPEC 5's methods.

A year is filled from a standpoint: how many of its months are known, and which are to be filled.
Today's is one, the origins of the backtest are others; both go through the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, cast

from kpixl.measures.kinds import Aggregation, Method
from kpixl.measures.totals import exact_sum

Values = Sequence[Optional[float]]

YEAR = 12
RECENT = 3
"""How many values the method ``recent`` takes the mean of."""

_SUM, _AVERAGE, _LAST = Aggregation.SUM, Aggregation.AVERAGE, Aggregation.LAST


@dataclass(frozen=True)
class Course:
    """A goal's months in whole fiscal years, oldest first; the last twelve are this year.

    All sequences have one entry a month, None where there is no figure. ``prior`` is each month's
    figure one year before. ``year`` holds the positions, from 0 to 11, of this year's months that
    are the goal's; the figures before ``since`` mean something else and are no ground for a
    forecast (SPEC 2, "From and To"). ``outlook`` has twelve entries, or none.
    """

    actuals: Values
    plan: Values
    prior: Values
    aggregation: Aggregation
    year: Tuple[int, ...] = tuple(range(YEAR))
    since: int = 0
    outlook: Values = ()

    @property
    def first(self) -> int:
        """The position of this year's first month."""
        return len(self.actuals) - YEAR

    @property
    def missing(self) -> Tuple[int, ...]:
        """The months of this year that have no actual, by their place in it."""
        return tuple(month for month in self.year if self.actuals[self.first + month] is None)


def course(
    actuals: Values,
    plan: Optional[Values] = None,
    aggregation: Aggregation = Aggregation.SUM,
    prior: Optional[Values] = None,
) -> Course:
    """The course of a goal that is valid all the time and means the same in every month.

    ``prior`` are this year's twelve or one figure a month; by default the actuals twelve months
    before. Raises ValueError for lengths that are no whole years or do not go together.
    """
    count = len(actuals)
    if count == 0 or count % YEAR:
        raise ValueError(f"{count} months are no whole fiscal years")
    planned = [None] * count if plan is None else plan
    if len(planned) != count:
        raise ValueError(f"{count} months of actuals, {len(planned)} of plan")
    before: Values = [*[None] * YEAR, *actuals[:-YEAR]]
    if prior is not None:
        if len(prior) not in (YEAR, count):
            raise ValueError(f"{count} months of actuals, {len(prior)} of prior")
        before = [*before[: count - len(prior)], *prior]
    return Course(actuals, planned, before, aggregation)


class Standpoint(NamedTuple):
    """From where a year is filled: the position of its first month, how many of its months may be
    known, and the places in it that are to be filled, in their order."""

    first: int
    known: int
    missing: Tuple[int, ...]

    @property
    def left(self) -> int:
        """How many months are to be filled."""
        return len(self.missing)


class _ToDate(NamedTuple):
    """Actual and base over the months that have both (SPEC 3, like for like).

    ``shift`` is what a month of the base lies below the actual; ``lowest`` the lowest base month.
    """

    actual: float
    base: float
    shift: float
    lowest: float


_JOINED: Mapping[Aggregation, Callable[[float, float], float]] = {
    # A ratio of means over the same months is that of their sums, and so is the shift of a month.
    Aggregation.SUM: lambda so_far, one: so_far + one,
    Aggregation.AVERAGE: lambda so_far, one: so_far + one,
    Aggregation.LAST: lambda _, one: one,
    Aggregation.MAX: max,
    Aggregation.MIN: min,
}


class _KnownYear:
    """One fiscal year after each number of its months: entry k of each list is after k months."""

    def __init__(
        self, actuals: Values, plan: Values, prior: Values, aggregation: Aggregation
    ) -> None:
        self.against_plan = _against(actuals, plan, aggregation)
        self.against_prior = _against(actuals, prior, aggregation)
        self.pace = _paces(actuals, aggregation)


def _against(actuals: Values, base: Values, aggregation: Aggregation) -> List[Optional[_ToDate]]:
    join = _JOINED[aggregation]
    adds = aggregation is _SUM or aggregation is _AVERAGE
    found: List[Optional[_ToDate]] = [None]
    months, reached, aimed, lowest = 0, 0.0, 0.0, 0.0
    latest: Optional[_ToDate] = None
    for actual, target in zip(actuals, base):
        if actual is not None and target is not None:
            if months:
                reached, aimed = join(reached, actual), join(aimed, target)
                lowest = min(lowest, target)
            else:
                reached, aimed, lowest = actual, target, target
            months += 1
            latest = _ToDate(reached, aimed, (reached - aimed) / (months if adds else 1), lowest)
        found.append(latest)
    return found


def _paces(actuals: Values, aggregation: Aggregation) -> List[Optional[float]]:
    found: List[Optional[float]] = [None]
    months, total = 0, 0.0
    latest: Optional[float] = None
    for actual in actuals:
        if actual is not None:
            months, total = months + 1, total + actual
            latest = actual if aggregation is _LAST else total / months
        found.append(latest)
    return found


class Fills:
    """What each method makes of a course's missing months, from any standpoint.

    Computation state only: what is known after each month is worked out once.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        since = min(course.since, len(course.actuals))
        self.counted: Values = [*[None] * since, *course.actuals[since:]]
        self._present: List[float] = []
        self._before = [0]
        self._line = _Line()
        self._years: Dict[int, _KnownYear] = {}
        for month, value in enumerate(self.counted):
            if value is not None:
                self._present.append(value)
            self._before.append(len(self._present))
            self._line.take(month, value)

    def of(self, method: Method, standpoint: Standpoint) -> Optional[List[float]]:
        """One figure for each missing month; None where the method cannot fill all of them."""
        if not standpoint.missing:
            return []
        found = METHODS[method](self, standpoint)
        return found if found is not None and all(map(isfinite, found)) else None

    def today(self) -> Standpoint:
        """The standpoint of this year as it is."""
        return Standpoint(self.course.first, YEAR, self.course.missing)

    def _year(self, first: int) -> _KnownYear:
        if first not in self._years:
            months = range(first, first + YEAR)
            actuals = self.counted[first : first + YEAR]
            if first == self.course.first and len(self.course.year) < YEAR:
                own = set(self.course.year)
                actuals = [one if n in own else None for n, one in enumerate(actuals)]
            plan, prior = self.course.plan, self.course.prior
            self._years[first] = _KnownYear(
                actuals,
                [plan[month] for month in months],
                [prior[month] for month in months],
                self.course.aggregation,
            )
        return self._years[first]

    def outlook(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The owner's figures; this year only, because those of past years are not kept."""
        if not self.course.outlook or standpoint.first != self.course.first:
            return None
        return _all_of(self.course.outlook, 0, standpoint.missing)

    def plan(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The months' plan."""
        return _all_of(self.course.plan, standpoint.first, standpoint.missing)

    def ratio(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The months' plan, changed as the year so far differs from its plan."""
        so_far = self._year(standpoint.first).against_plan[standpoint.known]
        return _carried_on(so_far, self.plan(standpoint))

    def prior(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The figures of one year before, changed as the year so far differs from them."""
        so_far = self._year(standpoint.first).against_prior[standpoint.known]
        ahead = _all_of(self.course.prior, standpoint.first, standpoint.missing)
        return _carried_on(so_far, ahead)

    def pace(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The mean of the months reported in the year; for Last the last of them."""
        pace = self._year(standpoint.first).pace[standpoint.known]
        return None if pace is None else [pace] * len(standpoint.missing)

    def recent(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The mean of the last three values before the month, fills and earlier years included."""
        before, present = self._before, self._present
        at = standpoint.first + standpoint.missing[0]
        values = present[max(before[at] - RECENT, 0) : before[at]]
        if not values:
            return None
        found: List[float] = []
        for month in standpoint.missing:
            # What was reported since the last month that was filled, if anything.
            values += present[before[at] : before[standpoint.first + month]]
            values = values[-RECENT:]
            fill = exact_sum(values) / len(values)
            values.append(fill)
            found.append(fill)
            at = standpoint.first + month + 1
        return found

    def trend(self, standpoint: Standpoint) -> Optional[List[float]]:
        """The least-squares line over all months reported, earlier years included."""
        first = standpoint.first
        line = self._line.after(first + standpoint.known)
        if line is None:
            return None
        level, slope = line
        return [level + slope * (first + month) for month in standpoint.missing]


METHODS: Mapping[Method, Callable[[Fills, Standpoint], Optional[List[float]]]] = {
    Method.OUTLOOK: Fills.outlook,
    Method.PLAN: Fills.plan,
    Method.RATIO: Fills.ratio,
    Method.PACE: Fills.pace,
    Method.PRIOR: Fills.prior,
    Method.RECENT: Fills.recent,
    Method.TREND: Fills.trend,
}
"""How each method fills, from a standpoint with something to fill; figures beyond all numbers are
not sorted out yet."""


def _all_of(values: Values, first: int, months: Sequence[int]) -> Optional[List[float]]:
    """The figures of these months of a year, or None where one of them is missing."""
    start, end = first + months[0], first + months[-1] + 1
    if end - start == len(months):
        found = values[start:end]
    else:
        found = [values[first + month] for month in months]
    return None if None in found else cast("List[float]", found)


def _carried_on(so_far: Optional[_ToDate], ahead: Optional[List[float]]) -> Optional[List[float]]:
    """The base of the months ahead, changed as the months so far differ from theirs: by a factor
    where every base month used is at least 0 and the base to date above it, else by an amount."""
    if so_far is None or ahead is None:
        return None
    if so_far.base > 0 and so_far.lowest >= 0 and min(ahead) >= 0:
        return [base * so_far.actual / so_far.base for base in ahead]
    return [base + so_far.shift for base in ahead]


class _Line:
    """The least-squares line through the values before each month, from sums that only grow."""

    def __init__(self) -> None:
        self._sums: List[Tuple[int, int, int, float, float]] = [(0, 0, 0, 0.0, 0.0)]

    def take(self, month: int, value: Optional[float]) -> None:
        """Count the next month."""
        count, x, xx, y, xy = self._sums[-1]
        if value is not None:
            count, x, xx = count + 1, x + month, xx + month * month
            y, xy = y + value, xy + month * value
        self._sums.append((count, x, xx, y, xy))

    def after(self, months: int) -> Optional[Tuple[float, float]]:
        """The line's height at month 0 and its slope, from the first so many months; None where
        fewer than two of them have a value."""
        count, x, xx, y, xy = self._sums[months]
        if count < 2:
            return None
        slope = (count * xy - x * y) / (count * xx - x * x)
        return (y - slope * x) / count, slope
