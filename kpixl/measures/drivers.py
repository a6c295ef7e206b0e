"""Turn goals' own figures and driver formulas into every goal's months and figure to date (SPEC 3).

A goal's own figure counts before its formula's; formulas may use goals that have formulas
themselves; a goal that needs itself is not available.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import (
    Callable,
    Dict,
    Hashable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
)

from kpixl.measures.aggregate import aggregate
from kpixl.measures.formula import Node, evaluate, inputs
from kpixl.measures.kinds import Aggregation

Months = Tuple[int, ...]
_Key = TypeVar("_Key", bound=Hashable)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Driver:
    """One goal over the months in question: all sequences have one entry a month.

    ``own`` are its own figures; ``formulas`` the formula in force in each month, all None for a
    goal without one.
    """

    own: Sequence[Optional[float]]
    aggregation: Aggregation
    formulas: Sequence[Optional[Node]]


class _Figure(NamedTuple):
    """A goal's figure in a month, and whether everything it is made from is there.

    The two differ where a formula divides by zero: there is no ratio then, yet numerator and
    denominator still belong into the ratio of the year.
    """

    value: Optional[float]
    complete: bool


@dataclass(frozen=True)
class Worked:
    """A formula with the figures that it is worked out from."""

    formula: Node
    figures: Mapping[str, Optional[float]]


_NOTHING = _Figure(None, False)
_NO_DRIVER = Driver((), Aggregation.SUM, ())


class DriverTree:
    """The drivers with what was computed from them: ask it for many goals, each counts once."""

    def __init__(self, drivers: Mapping[str, Driver]) -> None:
        self._drivers = drivers
        count = max((len(driver.own) for driver in drivers.values()), default=0)
        self._months: Months = tuple(range(count))
        self._known: List[Dict[str, _Figure]] = [{} for _ in self._months]
        self._periods: Dict[Months, Dict[str, Optional[float]]] = {}
        self._needed: Dict[int, Tuple[str, ...]] = {}
        self._stated = {goal for goal, one in drivers.items() if not any(one.formulas)}

    def aggregation(self, goal: str) -> Aggregation:
        """How the goal's months become one figure."""
        return self._driver(goal).aggregation

    def monthly(self, goal: str) -> Tuple[Optional[float], ...]:
        """The goal's figure in each month, its own before its formula's; None where neither is."""
        return tuple(self._values(goal, self._months))

    def from_formula(self, goal: str) -> Tuple[Optional[float], ...]:
        """What the formula alone gives in each month, beside any own figure of the goal."""
        return tuple(self._by_formula(goal, month) for month in self._months)

    def to_date(self, goal: str, reported: Optional[Sequence[bool]] = None) -> Optional[float]:
        """The goal's figure over the ``reported`` months (all where it is None), by its own
        aggregation; the Average of a formula goal is the formula of its aggregated inputs."""
        counted = tuple(month for month in self._months if reported is None or reported[month])
        return self.over(goal, counted)

    def over(self, goal: str, counted: Months) -> Optional[float]:
        """The goal's figure over these months, oldest first, as :meth:`to_date` has it."""
        if not self._is_ratio(goal, counted):
            return self._aggregate(goal, counted)
        complete = tuple(month for month in counted if self._figure(goal, month).complete)
        return self._over(goal, complete)

    def complete(self, goal: str, month: int) -> bool:
        """Whether everything that the goal's figure of the month is made from is there. Where a
        formula divides by zero there is no figure, yet its inputs count in the year's ratio."""
        return self._figure(goal, month).complete

    def whole(self, goal: str, months: Sequence[int]) -> Optional[float]:
        """The goal's figure over exactly these months, as :meth:`to_date` has it; None where one
        of them is not available."""
        counted = tuple(months)
        if self._is_ratio(goal, counted):
            complete = all(self._figure(goal, month).complete for month in counted)
            return self._over(goal, counted) if complete else None
        figures = self._values(goal, counted)
        return None if None in figures else aggregate(figures, self._driver(goal).aggregation)

    def restated(
        self, months: Sequence[int], own: Mapping[str, Sequence[Optional[float]]]
    ) -> DriverTree:
        """The drivers of ``own`` over these months, which may come in any order and repeatedly,
        with these own figures instead of theirs: one for each of ``months``."""
        return DriverTree(
            {
                goal: Driver(
                    own=figures,
                    aggregation=self._driver(goal).aggregation,
                    formulas=tuple(self._driver(goal).formulas[month] for month in months),
                )
                for goal, figures in own.items()
            }
        )

    def needed_for(self, goals: Sequence[str], months: Sequence[int]) -> Tuple[str, ...]:
        """These goals and all that their formulas in these months are computed from."""
        found: Dict[str, None] = {}
        waiting = list(goals)
        while waiting:
            goal = waiting.pop()
            if goal in found or goal not in self._drivers:
                continue
            found[goal] = None
            formulas = {id(f): f for f in map(self._drivers[goal].formulas.__getitem__, months)}
            for formula in formulas.values():
                waiting.extend(() if formula is None else self._inputs(formula))
        return tuple(found)

    def _inputs(self, formula: Node) -> Tuple[str, ...]:
        # By identity: the drivers keep their formulas alive, and hashing walks the whole tree.
        if id(formula) not in self._needed:
            self._needed[id(formula)] = inputs(formula)
        return self._needed[id(formula)]

    def _driver(self, goal: str) -> Driver:
        return self._drivers.get(goal, _NO_DRIVER)

    def _values(self, goal: str, months: Months) -> List[Optional[float]]:
        """The goal's figures in these months."""
        if goal in self._stated:
            own = self._drivers[goal].own
            return [own[month] for month in months]
        return [self._figure(goal, month).value for month in months]

    def _own(self, goal: str, month: int) -> Optional[float]:
        driver = self._drivers.get(goal)
        return None if driver is None else driver.own[month]

    def _formula(self, goal: str, month: int) -> Optional[Node]:
        """What the goal's figure of the month is computed by; None where it is not."""
        if goal not in self._drivers or self._own(goal, month) is not None:
            return None
        return self._drivers[goal].formulas[month]

    def _needs(self, goal: str, month: int) -> Tuple[str, ...]:
        """The goals, themselves computed, that the figure of ``goal`` in ``month`` is made from."""
        formula = self._formula(goal, month)
        if formula is None:
            return ()
        inputs = self._inputs(formula)
        return tuple(one for one in inputs if self._formula(one, month) is not None)

    def _figure(self, goal: str, month: int) -> _Figure:
        known = self._known[month]
        found = known.get(goal)
        if found is None:
            # Most figures stand for themselves and need no others settled before them.
            formula = self._formula(goal, month)
            found = self._given(goal, month) if formula is None else self._settled(goal, month)
            known[goal] = found
        return found

    def _given(self, goal: str, month: int) -> _Figure:
        own = self._own(goal, month)
        return _NOTHING if own is None else _Figure(own, True)

    def _settled(self, goal: str, month: int) -> _Figure:
        known = self._known[month]

        def work_out(one: str) -> _Figure:
            formula = self._formula(one, month)
            if formula is None:
                return self._given(one, month)
            needed = {name: self._figure(name, month) for name in self._inputs(formula)}
            value = evaluate(formula, {name: figure.value for name, figure in needed.items()})
            return _Figure(value, all(figure.complete for figure in needed.values()))

        settle(goal, known, lambda one: self._needs(one, month), work_out, _NOTHING)
        return known[goal]

    def _by_formula(self, goal: str, month: int) -> Optional[float]:
        formula = self._drivers[goal].formulas[month] if goal in self._drivers else None
        if formula is None:
            return None
        return evaluate(
            formula, {name: self._figure(name, month).value for name in self._inputs(formula)}
        )

    def behind(self, goal: str, months: Months) -> Optional[Worked]:
        """The goal's formula and its inputs in a month, or over several: whether or not the goal
        has figures of its own. None where it has no formula, or not the same in all of them."""
        formulas = [self._drivers[goal].formulas[month] for month in months]
        formula = formulas[0]
        if formula is None or any(other != formula for other in formulas):
            return None
        needed = self._inputs(formula)
        if len(months) == 1:
            month = months[0]
            return Worked(formula, {name: self._figure(name, month).value for name in needed})
        return Worked(formula, {name: self._over(name, months) for name in needed})

    def adds_up(self, goal: str, months: Months) -> bool:
        """Whether the goal's figure over these months is put together from theirs, rather than
        the formula of its aggregated inputs."""
        return not self._is_ratio(goal, months)

    def _is_ratio(self, goal: str, months: Months) -> bool:
        """Whether the goal is an Average that one formula alone gives in all these months."""
        driver = self._driver(goal)
        if driver.aggregation is not Aggregation.AVERAGE or goal not in self._drivers or not months:
            return False
        first = driver.formulas[months[0]]
        return first is not None and all(
            driver.own[month] is None and driver.formulas[month] == first for month in months
        )

    def _aggregate(self, goal: str, months: Months) -> Optional[float]:
        return aggregate(self._values(goal, months), self._driver(goal).aggregation)

    def _over(self, goal: str, months: Months) -> Optional[float]:
        """The goal's figure over exactly these months, with inputs taken over the same months."""
        known = self._periods.setdefault(months, {})
        if goal in known:
            return known[goal]

        def needs(one: str) -> Tuple[str, ...]:
            if not self._is_ratio(one, months):
                return ()
            formula = self._drivers[one].formulas[months[0]]
            return () if formula is None else self._inputs(formula)

        def work_out(one: str) -> Optional[float]:
            needed = needs(one)
            formula = self._driver(one).formulas[months[0]] if needed else None
            if formula is None:
                return self._aggregate(one, months)
            return evaluate(formula, {name: known[name] for name in needed})

        settle(goal, known, needs, work_out, None)
        return known[goal]


def settle(
    wanted: _Key,
    known: Dict[_Key, _T],
    needs: Callable[[_Key], Tuple[_Key, ...]],
    work_out: Callable[[_Key], _T],
    in_cycle: _T,
) -> None:
    """Fill ``known`` for what is ``wanted`` and all it needs, the latter first; without recursion,
    because a chain of formulas may be as long as the book has goals."""
    path = [wanted]
    opened: Set[_Key] = set()
    while path:
        one = path[-1]
        if one in known:
            path.pop()
        elif one in opened:
            known[one] = work_out(one)
            path.pop()
        else:
            opened.add(one)
            waiting = [name for name in needs(one) if name not in known]
            if any(name in opened for name in waiting):
                known[one] = in_cycle
            else:
                path.extend(waiting)


def monthly(drivers: Mapping[str, Driver], goal: str) -> Tuple[Optional[float], ...]:
    """See :meth:`DriverTree.monthly`; for many goals of the same drivers make the tree once."""
    return DriverTree(drivers).monthly(goal)


def from_formula(drivers: Mapping[str, Driver], goal: str) -> Tuple[Optional[float], ...]:
    """See :meth:`DriverTree.from_formula`."""
    return DriverTree(drivers).from_formula(goal)


def to_date(
    drivers: Mapping[str, Driver], goal: str, reported: Optional[Sequence[bool]] = None
) -> Optional[float]:
    """See :meth:`DriverTree.to_date`."""
    return DriverTree(drivers).to_date(goal, reported)
