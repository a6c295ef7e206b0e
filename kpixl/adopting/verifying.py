"""Check the figures that follow from others: totals, attainments, differences, growth, and what
adds up. A total tells how its goal is aggregated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpixl.adopting.account import Account
from kpixl.adopting.formulas import Drivers
from kpixl.adopting.known import BASE, Measure, Span, Total
from kpixl.adopting.notes import Cell
from kpixl.adopting.numbers import is_near, is_rounded
from kpixl.adopting.series import Series
from kpixl.adopting.subjects import Fact, Gathered
from kpixl.measures.formula import evaluate
from kpixl.plan.month import Month
from kpixl.plan.values import number_text

SUM, AVERAGE, LAST, RATIO = "sum", "average", "last", "ratio"

Months = tuple[Month, ...]
_Test = Callable[[float, float], bool]
_Aggregate = Callable[[Sequence[float]], float]
_FORMULAS = {SUM: "SUM(", AVERAGE: "AVERAGE(", LAST: "=", RATIO: "/"}


@dataclass(frozen=True)
class Vote:
    """A total that is the sum, the mean or the last of its months: what that says of its goal."""

    aggregation: str
    cell: Cell
    by_formula: bool


class Verifier:
    """Goes through the figures that follow from others."""

    def __init__(
        self, book: Gathered, series: Series, drivers: Drivers, account: Account, start: int
    ) -> None:
        self._book, self._series, self._drivers = book, series, drivers
        self._account, self._start = account, start
        self._months = _months_of_tables(book)
        self.votes: dict[int, list[Vote]] = {}

    def run(self) -> None:
        """Check or leave every figure that is not a month's own."""
        facts = [fact for fact in self._book.facts if not fact.slot.is_base]
        for fact in facts:
            if fact.slot.measure in BASE and not self._account.knows(fact.cell):
                self._total(fact, fact.slot.measure)
        # What is checked against a year needs to know how the year is aggregated.
        for fact in facts:
            if fact.slot.measure is not None and not self._account.knows(fact.cell):
                self._derived(fact, fact.slot.measure)

    # ---- Totals and running totals of plan, actual and their like

    def _total(self, fact: Fact, measure: Measure) -> None:
        parts = list(self._parts(fact))
        found: list[str] = []
        for test in (is_near, is_rounded):
            for months in parts:
                found = self._matches(fact, measure, months, test)
                if found:
                    break
            if found:
                break
        if found:
            kind = "running" if fact.slot.cumulative else "total"
            self._account.check(fact.cell, kind)
            if len(found) == 1 and not fact.slot.cumulative:
                self._vote(fact, found[0])
        elif not fact.value and fact.formula:
            self._account.check(fact.cell, "not_yet")
        else:
            alone = not self._series.of(fact.slot.subject, measure)
            reason = "total-alone" if alone else "total-differs"
            self._account.leave(fact.cell, number_text(fact.value), reason)

    def _vote(self, fact: Fact, how: str) -> None:
        total = fact.slot.total
        if total is not None and total.span is Span.MEAN:
            return
        by_formula = bool(fact.formula) and _FORMULAS[how] in (fact.formula or "").upper()
        vote = Vote(AVERAGE if how == RATIO else how, fact.cell, by_formula)
        self.votes.setdefault(fact.slot.subject, []).append(vote)

    def _parts(self, fact: Fact) -> Iterator[Months]:
        """The months that a total may be about, the likeliest first."""
        slot = fact.slot
        months = self._months.get(slot.table, ())
        if slot.month is not None:
            year = self._year_of(slot.month, months)
            yield tuple(month for month in year if month <= slot.month)
            return
        total = slot.total or Total(Span.YEAR)
        if len(months) == 1 and total.span is Span.TO_DATE:
            # A sheet for one month: the months before it stand on other sheets.
            year = self._year_of(months[0], months)
            yield tuple(month for month in year if month <= months[0])
            return
        years = self._years(months) if len(months) > 1 else self._book_years()
        for year in years:
            yield from _spans(year, total, self._start)
            if total.span in (Span.YEAR, Span.TO_DATE) and self._series.last in year:
                yield tuple(month for month in year if month <= self._series.last)
        if total.span in (Span.YEAR, Span.MEAN) and len(years) > 1:
            yield months

    def _years(self, months: Months) -> list[Months]:
        """The months by fiscal year; a table of twelve months or fewer is one."""
        if len(months) <= 12:
            return [months]
        years: dict[int, list[Month]] = {}
        for month in months:
            years.setdefault(month.plus(1 - self._start).year, []).append(month)
        return [tuple(year) for year in years.values()]

    def _year_of(self, month: Month, months: Months) -> Months:
        known = self._book_years() if len(months) < 2 else self._years(months)
        return next((year for year in known if month in year), (month,))

    def _book_years(self) -> list[Months]:
        """The years of a book whose tables hold one month each."""
        every = sorted({month for months in self._months.values() for month in months})
        return self._years(tuple(every))

    def _matches(self, fact: Fact, measure: Measure, months: Months, test: _Test) -> list[str]:
        values = [
            value for month in months
            if (value := self._series.value(fact.slot.subject, measure, month)) is not None
        ]  # fmt: skip
        if not values:
            return []
        total = fact.slot.total
        candidates = {SUM: sum(values), AVERAGE: sum(values) / len(values), LAST: values[-1]}
        if fact.slot.cumulative:
            candidates = {SUM: candidates[SUM], AVERAGE: candidates[AVERAGE]}
        elif total is not None and total.span is Span.MEAN:
            candidates = {AVERAGE: candidates[AVERAGE]}
        ratio = self._ratio(fact.slot.subject, measure, months)
        if ratio is not None:
            candidates[RATIO] = ratio
        return [how for how, value in candidates.items() if test(fact.value, value)]

    def _ratio(self, subject: int, measure: Measure, months: Months) -> float | None:
        """What a formula gives from the sums of its inputs: the ratio of a whole year."""
        driver = self._drivers.found.get(subject)
        if driver is None or driver.is_linear:
            return None
        sums: dict[str, float | None] = {}
        for one in driver.inputs:
            values = [self._series.value(one, measure, month) for month in months]
            sums[f"S{one}S"] = sum(value or 0.0 for value in values)
        return evaluate(driver.node, sums)

    # ---- Attainments, differences and growth

    def _derived(self, fact: Fact, measure: Measure) -> None:
        inputs = list(self._inputs(fact))
        for values in inputs:
            for expected in _DERIVED[measure](values):
                percent = measure not in (Measure.DIFFERENCE, Measure.PRIOR_DIFFERENCE)
                if is_rounded(fact.value, expected, 2 if percent else 0) or (
                    percent and is_rounded(fact.value, expected * 100)
                    and abs(fact.value) > 2
                ):  # fmt: skip
                    self._account.check(fact.cell, measure.value)
                    return
        if not fact.value and (fact.formula or not inputs):
            self._account.check(fact.cell, "not_yet")
            return
        shown = number_text(fact.value)
        reason = "derived-differs" if inputs else "derived-alone"
        self._account.leave(fact.cell, shown, reason, {"measure": measure.value})

    def _inputs(self, fact: Fact) -> Iterable[Mapping[Measure, float]]:
        """Plan, actual and prior of the months that a derived figure is about."""
        slot = fact.slot
        if slot.month is not None and not slot.cumulative:
            yield self._values(slot.subject, (slot.month,))
            return
        for months in self._parts(fact):
            values = self._values(slot.subject, months)
            yield values
            reported = tuple(
                month for month in months
                if self._series.value(slot.subject, Measure.ACTUAL, month) is not None
            )  # fmt: skip
            if reported != months and reported:
                yield self._values(slot.subject, reported)
            if slot.subject in self._drivers.found:
                yield from self._driven(slot.subject, months)

    def _values(self, subject: int, months: Sequence[Month]) -> Mapping[Measure, float]:
        found: dict[Measure, float] = {}
        how = self._how(subject)
        for measure in BASE:
            figures = self._series.of(subject, measure)
            values = [figures[month].value for month in months if month in figures]
            if values:
                found[measure] = how(values)
        if Measure.PRIOR not in found:
            actuals = self._series.of(subject, Measure.ACTUAL)
            values = [
                actuals[month.plus(-12)].value for month in months if month.plus(-12) in actuals
            ]
            if values:
                found[Measure.PRIOR] = how(values)
        return found

    def _driven(self, subject: int, months: Months) -> Iterator[Mapping[Measure, float]]:
        values = {
            measure: ratio for measure in (Measure.PLAN, Measure.ACTUAL)
            if (ratio := self._ratio(subject, measure, months)) is not None
        }  # fmt: skip
        if values:
            yield values

    def _how(self, subject: int) -> _Aggregate:
        votes = {vote.aggregation for vote in self.votes.get(subject, ())}
        if votes == {AVERAGE}:
            return lambda values: sum(values) / len(values)
        return (lambda values: values[-1]) if votes == {LAST} else sum


def _spans(year: Months, total: Total, start: int) -> Iterator[Months]:
    """The months of a year that a total may sum up."""
    size = {Span.HALF: 6, Span.QUARTER: 3}.get(total.span)
    if size is None:
        yield year
        return
    parts: dict[int, list[Month]] = {}
    for month in year:
        parts.setdefault((month.month - start) % 12 // size + 1, []).append(month)
    for number, months in parts.items():
        if total.number in (0, number):
            yield tuple(months)


def _months_of_tables(book: Gathered) -> dict[int, Months]:
    found: dict[int, set[Month]] = {}
    for slot in book.slots.values():
        if slot.month is not None:
            found.setdefault(slot.table, set()).add(slot.month)
    return {table: tuple(sorted(months)) for table, months in found.items()}


def _over(top: float | None, bottom: float | None) -> Iterator[float]:
    if top is not None and bottom:
        yield top / bottom


def _attainment(values: Mapping[Measure, float]) -> Iterator[float]:
    actual, plan = values.get(Measure.ACTUAL, 0.0), values.get(Measure.PLAN)
    yield from _over(actual, plan)
    yield from _over(plan, actual)
    yield from _over(actual, values.get(Measure.REVISION))
    if plan:
        yield 2 - actual / plan


def _difference(values: Mapping[Measure, float]) -> Iterator[float]:
    actual, plan = values.get(Measure.ACTUAL, 0.0), values.get(Measure.PLAN)
    for other in (plan, values.get(Measure.REVISION)):
        if other is not None:
            yield actual - other
            yield other - actual


def _difference_rate(values: Mapping[Measure, float]) -> Iterator[float]:
    plan = values.get(Measure.PLAN)
    for difference in _difference(values):
        if plan:
            yield difference / abs(plan)


def _growth(values: Mapping[Measure, float]) -> Iterator[float]:
    actual, prior = values.get(Measure.ACTUAL, 0.0), values.get(Measure.PRIOR)
    for ratio in _over(actual, prior):
        yield ratio
        yield ratio - 1


def _prior_difference(values: Mapping[Measure, float]) -> Iterator[float]:
    prior = values.get(Measure.PRIOR)
    if prior is not None:
        yield values.get(Measure.ACTUAL, 0.0) - prior


def _nothing(_: Mapping[Measure, float]) -> Iterator[float]:
    return iter(())


_DERIVED: Mapping[Measure, Callable[[Mapping[Measure, float]], Iterator[float]]] = {
    Measure.ATTAINMENT: _attainment, Measure.DIFFERENCE: _difference,
    Measure.DIFFERENCE_RATE: _difference_rate, Measure.GROWTH: _growth,
    Measure.PRIOR_DIFFERENCE: _prior_difference, Measure.SHARE: _nothing,
}  # fmt: skip
