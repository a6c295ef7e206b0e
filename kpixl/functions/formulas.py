"""Turn goals' figures and driver formulas, as they stand in a sheet, into a goal's (SPEC 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet, Iterator, List, Optional, Sequence, Tuple, Union

from kpixl.errors import CellError, Fault
from kpixl.functions.arguments import Kind
from kpixl.functions.cells import NOT_AVAILABLE, VALUE, Rows, read, read_number
from kpixl.functions.kpi import is_reported
from kpixl.measures.drivers import Driver, DriverTree
from kpixl.measures.formula import FormulaError, Node, inputs, parse
from kpixl.measures.kinds import Aggregation
from kpixl.plan.cells import CellValue
from kpixl.plan.values import id_of, text_of


@lru_cache(maxsize=4096)
def _parsed(text: str, names: FrozenSet[str]) -> Node:
    return parse(text, names)


def formula_of(text: str, names: FrozenSet[str]) -> Node:
    """The tree of a formula over these IDs. Raises :class:`Fault`: ``#N/A`` for another goal,
    ``#VALUE!`` where it cannot be read."""
    try:
        return _parsed(text, names)
    except FormulaError as fault:
        unknown = fault.code == "formula-unknown-goal"
        raise Fault(NOT_AVAILABLE if unknown else VALUE) from None


def places_of(ids: Rows, *beside: Rows) -> Dict[str, List[int]]:
    """ID -> its rows. Raises :class:`Fault` ``#VALUE!`` where the IDs are no column, or a block
    beside them is not as high."""
    if len(ids[0]) != 1 or any(len(block) != len(ids) for block in beside):
        raise Fault(VALUE)
    places: Dict[str, List[int]] = {}
    for row, line in enumerate(ids):
        name, fault = id_of(line[0])
        if name and fault is None:
            places.setdefault(name, []).append(row)
    return places


def first_of(block: Rows, rows: Sequence[int], column: int = 0) -> CellValue:
    """The first cell of a goal's rows that is not blank: one ID may have several rows."""
    cells = (block[row][column] for row in rows)
    return next((one for one in cells if one is not None), None)


@dataclass(frozen=True)
class _Goal:
    """A goal among the drivers; ``broken`` are the months whose own figure is an error."""

    own: Tuple[Optional[float], ...]
    broken: Dict[int, CellError]
    formula: Optional[Node]
    aggregation: Aggregation


class _Sheet:
    """The ranges, of which only those rows are read that the goal asked for needs."""

    def __init__(
        self, ids: Rows, values: Rows, formulas: Rows, aggregations: Optional[Rows]
    ) -> None:
        beside = (values, formulas) if aggregations is None else (values, formulas, aggregations)
        self.values, self.formulas, self.aggregations = values, formulas, aggregations
        self.places = places_of(ids, *beside)
        self.names = frozenset(self.places)

    def goals(self, wanted: str) -> Dict[str, _Goal]:
        """The wanted goal and all that it needs."""
        found: Dict[str, _Goal] = {}
        waiting = [wanted]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self._goal(name)
                formula = found[name].formula
                waiting.extend(() if formula is None else inputs(formula))
        return found

    def _goal(self, name: str) -> _Goal:
        row = [self._first(name, self.values, month) for month in range(len(self.values[0]))]
        read_row = [_figure_or_error(one) for one in row]
        own = tuple(None if isinstance(one, CellError) else one for one in read_row)
        broken = {month: one for month, one in enumerate(read_row) if isinstance(one, CellError)}
        # Where every month has a figure of its own, the formula is not asked.
        missing = any(figure is None for figure in own)
        formula = self._formula(name) if missing else None
        return _Goal(own, broken, formula, self._aggregation(name))

    def _first(self, name: str, block: Rows, column: int = 0) -> CellValue:
        return first_of(block, self.places[name], column)

    def _formula(self, name: str) -> Optional[Node]:
        content = self._first(name, self.formulas)
        if isinstance(content, CellError):
            raise Fault(content)
        return None if content is None else formula_of(text_of(content), self.names)

    def _aggregation(self, name: str) -> Aggregation:
        if self.aggregations is None:
            return Aggregation.SUM
        found = read(Kind.AGGREGATION, self._first(name, self.aggregations))
        return found if isinstance(found, Aggregation) else Aggregation.SUM


def _figure_or_error(one: CellValue) -> Union[float, CellError, None]:
    try:
        return read_number(one)
    except Fault as fault:
        return fault.error


def kpi_formula(
    goal_id: str,
    ids: Rows,
    values: Rows,
    formulas: Rows,
    aggregations: Optional[Rows],
    reported: Optional[Rows],
) -> Union[CellValue, Sequence[CellValue]]:
    """KPI_FORMULA: the goal's figure in every month, its own before its formula's; with
    ``aggregations`` its one figure to date over the months that ``reported`` has.

    A figure that is not available is a blank; a goal, or an input, that ``ids`` does not hold is
    ``#N/A``, a formula that cannot be read ``#VALUE!``. An error among the figures comes out
    where it counts, and only there.
    """
    sheet = _Sheet(ids, values, formulas, aggregations)
    if goal_id not in sheet.places:
        raise Fault(NOT_AVAILABLE)
    goals = sheet.goals(goal_id)
    months = len(values[0])
    tree = DriverTree(
        {
            name: Driver(goal.own, goal.aggregation, (goal.formula,) * months)
            for name, goal in goals.items()
        }
    )
    if aggregations is None:
        return [
            _error(goals, goal_id, month) or figure
            for month, figure in enumerate(tree.monthly(goal_id))
        ]
    counted = _counted(reported, months)
    for month in range(months):
        error = _error(goals, goal_id, month) if counted[month] else None
        if error is not None:
            raise Fault(error)
    return tree.to_date(goal_id, counted)


def _counted(reported: Optional[Rows], months: int) -> Tuple[bool, ...]:
    if reported is None:
        return (True,) * months
    marks = tuple(is_reported(one) for row in reported for one in row)
    if len(marks) != months:
        raise Fault(VALUE)
    return marks


def _error(goals: Dict[str, _Goal], wanted: str, month: int) -> Optional[CellError]:
    """The error that the wanted figure of a month is computed from, if any."""
    return next(
        (goals[name].broken[month] for name in _used(goals, wanted, month)
         if month in goals[name].broken),
        None,
    )  # fmt: skip


def _used(goals: Dict[str, _Goal], wanted: str, month: int) -> Iterator[str]:
    """The goals whose figure of the month counts: behind an own figure nothing is asked."""
    if not any(goal.broken for goal in goals.values()):
        return
    seen = {wanted}
    waiting = [wanted]
    while waiting:
        name = waiting.pop()
        yield name
        goal = goals[name]
        if goal.own[month] is None and month not in goal.broken and goal.formula is not None:
            new = [one for one in inputs(goal.formula) if one not in seen]
            seen.update(new)
            waiting.extend(reversed(new))
