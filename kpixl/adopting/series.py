"""Settle which figure counts for each subject, measure and month, and which only repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpixl.adopting.account import Account
from kpixl.adopting.formulas import Drivers
from kpixl.adopting.known import Measure
from kpixl.adopting.numbers import is_near
from kpixl.adopting.subjects import Fact, Gathered
from kpixl.measures.formula import evaluate
from kpixl.plan.cells import cell_name
from kpixl.plan.month import Month
from kpixl.plan.values import number_text

Figures = dict[Month, Fact]


@dataclass(frozen=True)
class Series:
    """The figures that count, by subject and measure; prior ones stand twelve months before as
    actuals. ``empty`` are figures that a formula shows for months not reported yet."""

    figures: dict[tuple[int, Measure], Figures] = field(default_factory=dict)
    prior: dict[int, Figures] = field(default_factory=dict)
    last: Month | None = None

    def of(self, subject: int, measure: Measure) -> Figures:
        """The figures of a subject."""
        if measure is Measure.PRIOR:
            return self.prior.get(subject, {})
        return self.figures.get((subject, measure), {})

    def value(self, subject: int, measure: Measure, month: Month) -> float | None:
        """One figure, None where there is none."""
        fact = self.of(subject, measure).get(month)
        return fact.value if fact is not None else None


def series_of(book: Gathered, account: Account) -> Series:
    """The figures that count. What repeats one is checked; what contradicts one is left."""
    last = _last_reported(book)
    series = Series(last=last)
    facts = [fact for fact in book.facts if fact.slot.is_base]
    # A typed figure goes before one that another sheet only shows.
    for fact in sorted(facts, key=_is_link):
        slot = fact.slot
        if slot.month is None or slot.measure is None:
            continue
        if slot.measure is Measure.ACTUAL and last is not None and slot.month > last:
            # Nobody has entered anything: a formula shows 0 for what has not happened yet.
            account.check(fact.cell, "not_yet")
            continue
        kept = (
            series.prior.setdefault(slot.subject, {})
            if slot.measure is Measure.PRIOR
            else series.figures.setdefault((slot.subject, slot.measure), {})
        )
        _keep(kept, slot.month, fact, account)
    _against_prior(series, account)
    return series


def _is_link(fact: Fact) -> bool:
    return "!" in (fact.formula or "")


def _last_reported(book: Gathered) -> Month | None:
    """The last month with an actual that somebody has entered or that is not 0."""
    months = [
        fact.slot.month for fact in book.facts
        if fact.slot.is_base and fact.slot.measure is Measure.ACTUAL and fact.slot.month is not None
        and (fact.value or not fact.formula)
    ]  # fmt: skip
    return max(months, default=None)


def _keep(kept: Figures, month: Month, fact: Fact, account: Account) -> None:
    first = kept.get(month)
    if first is None:
        kept[month] = fact
    elif is_near(fact.value, first.value):
        account.check(fact.cell, "repeat")
    else:
        details = {
            "first": f"{first.cell[0]}!{cell_name(*first.cell[1:])}",
            "value": number_text(first.value),
        }
        account.leave(fact.cell, number_text(fact.value), "differs", details)


def _against_prior(series: Series, account: Account) -> None:
    """Prior-year figures are the actuals of the year before; those that stand there, too, must
    be the same."""
    for subject, figures in series.prior.items():
        actuals = series.figures.setdefault((subject, Measure.ACTUAL), {})
        for month, fact in figures.items():
            _keep(actuals, month.plus(-12), fact, account)


def take_all(series: Series, drivers: Drivers, goals: frozenset[int], account: Account) -> None:
    """Account for the figures that count: those that a formula gives are checked, the others
    taken over."""
    for (subject, measure), figures in series.figures.items():
        if subject not in goals:
            continue
        for month, fact in figures.items():
            given = driven(series, drivers, subject, measure, month)
            if given is not None and is_near(fact.value, given):
                account.check(fact.cell, "formula")
            elif (
                given is None
                and fact.formula
                and _of_what_is_there(series, drivers, subject, measure, fact)
            ):
                account.check(fact.cell, "formula_part")
            else:
                account.take(fact.cell, subject, measure, month)


def _of_what_is_there(
    series: Series, drivers: Drivers, subject: int, measure: Measure, fact: Fact
) -> bool:
    """Whether a formula gives this figure because Excel takes blank cells for 0."""
    driver, month = drivers.found.get(subject), fact.slot.month
    if driver is None or month is None:
        return False
    given = evaluate(
        driver.node,
        {f"S{one}S": series.value(one, measure, month) or 0.0 for one in driver.inputs},
    )
    return is_near(fact.value, given) if given is not None else not fact.value


def driven(
    series: Series, drivers: Drivers, subject: int, measure: Measure, month: Month
) -> float | None:
    """What a subject's formula gives for a month, None where it has none or an input is missing."""
    driver = drivers.found.get(subject)
    if driver is None:
        return None
    figures: Mapping[str, float | None] = {
        f"S{one}S": series.value(one, measure, month) for one in driver.inputs
    }
    return evaluate(driver.node, figures)
