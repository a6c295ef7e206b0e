"""Turn formulas into values: on demand, each cell once, from the cells that it refers to.

The in-cell functions are the very functions that a host calls. Formulas may come from anybody's
file: they may lean on each other in thousands, in a circle, or ask for more than is reasonable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Dict, List, Set, Union

from kpixl.plan.cells import CellValue, cell_name
from kpixl.workbook import operators
from kpixl.workbook.compiling import Compiler, Work, nesting
from kpixl.workbook.expressions import Name, parse
from kpixl.workbook.operators import CannotCalculate, Rows, Value
from kpixl.workbook.places import ArrayCell, Place, Relative, Sheets

UNLIMITED = 1 << 60
_DEEPEST = 90
"""So deep cells may lean on each other before the lowest is worked out first."""
_LONGEST_SHOWN = 40
_A_CELL = 3
"""What a cell adds to the depth beside what its formula is made of."""

_UNKNOWN = object()
"""Stands for what has not been worked out: None is a blank cell's value."""

_DAY_ZERO = date(1899, 12, 30).toordinal()


class _Later(Exception):
    """A cell must be worked out before those that lean on it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class _Worked:
    """A formula ready to be worked out in any cell, and how deep it leads."""

    work: Work
    depth: int


def serial(day: date) -> float:
    """A date as a spreadsheet counts it, in days."""
    whole = float(day.toordinal() - _DAY_ZERO)
    if isinstance(day, datetime):
        return whole + (day.hour * 3600 + day.minute * 60 + day.second) / 86_400
    return whole


class Calculator:
    """Works formulas out on demand and remembers each cell's value.

    ``effort`` is about how many cells may be looked at. Raises CannotCalculate for a formula that
    refers to itself, is not in the grammar, or asks for a name, table or function that is not
    known here; ``beyond`` may give another value for such a cell.
    """

    def __init__(self, sheets: Sheets, effort: int = UNLIMITED) -> None:
        self.effort = effort
        self._sheets = sheets
        self._known: Dict[Place, CellValue] = {}
        self._arrays: Dict[Place, Rows] = {}
        self._open: List[Place] = []
        self._circular: Set[Place] = set()
        self._depth = 0
        self._compiler = Compiler(sheets, self)
        self._formulas: Dict[str, _Worked] = {}

    def value(self, place: Place) -> CellValue:
        """What stands in a cell, calculated where it is a formula. Chains of any length are
        worked out from their end."""
        waiting, among = [place], {place}
        while True:
            try:
                value = self.cell(waiting[-1])
            except _Later as later:
                if later.place in among:
                    self._circular.add(later.place)
                else:
                    waiting.append(later.place)
                    among.add(later.place)
            else:
                among.remove(waiting.pop())
                if not waiting:
                    return value

    def array(self, place: Place) -> Rows:
        """The result of the array formula in a cell, which :meth:`value` has worked out."""
        if place not in self._arrays:
            raise CannotCalculate("array")
        return self._arrays[place]

    def anew(self, place: Place) -> None:
        """Look once more at every cell that the formula in a cell refers to."""
        content = self._sheets.content(place)
        formula, at = (
            (content.formula, content.first) if isinstance(content, ArrayCell) else (content, place)
        )
        while isinstance(formula, Relative):
            try:
                self._worked(formula).work(at)
            except _Later as later:
                self.value(later.place)
            else:
                return

    def cell(self, place: Place) -> CellValue:
        """As :meth:`value`, for cells that lean on a few others."""
        self.effort -= 1
        if self.effort < 0:
            raise CannotCalculate("too-much")
        known = self._known.get(place, _UNKNOWN)
        if known is not _UNKNOWN:
            return known  # type: ignore[return-value]  # all others are values of cells
        value = self._sheets.content(place)
        if isinstance(value, (Relative, ArrayCell)):
            value = self._formula(value, place)
        elif isinstance(value, date):
            value = serial(value)
        elif isinstance(value, str):
            self.spend(len(value) // 500)
        self._known[place] = value
        return value

    def beyond(self, place: Place, fault: CannotCalculate) -> CellValue:  # noqa: ARG002
        """The value of a cell whose formula cannot be worked out."""
        raise fault

    def spend(self, effort: int) -> None:
        """Account for work to be done. Raises CannotCalculate where there has been too much."""
        self.effort -= effort
        if self.effort < 0:
            raise CannotCalculate("too-much")

    def named(self, name: Name, place: Place) -> Value:
        """What a defined name gives in a formula at ``place``."""
        if self._depth > 2 * _DEEPEST:
            raise CannotCalculate("circular", name.name)
        meant = self._sheets.name(name.name, name.sheet or place[0])
        if meant is None:
            raise CannotCalculate("name", name.name)
        worked, depth = self._worked(meant), self._depth
        self._depth += worked.depth
        try:
            return worked.work(place)
        finally:
            self._depth = depth

    def _formula(self, content: Union[Relative, ArrayCell], place: Place) -> CellValue:
        # The cells of an array are worked out together.
        at = content.first if isinstance(content, ArrayCell) else place
        if at in self._open or place in self._circular:
            round_trip = CannotCalculate("circular", f"{cell_name(*place[1:])} refers to itself")
            if at in self._open:
                raise round_trip
            return self.beyond(place, round_trip)
        if self._depth > _DEEPEST:
            raise _Later(place)
        depth = self._depth
        self._open.append(at)
        try:
            worked = self._worked(content if isinstance(content, Relative) else content.formula)
            self._depth += _A_CELL + worked.depth
            result = self._result(worked, content, at)
        except CannotCalculate as fault:
            return self.beyond(place, fault)
        finally:
            self._depth = depth
            self._open.pop()
        # Excel shows a reference to a blank cell as 0.
        return 0.0 if result is None else result

    def _result(self, worked: _Worked, content: Union[Relative, ArrayCell], at: Place) -> CellValue:
        if isinstance(content, Relative):
            return operators.single(worked.work(at))
        if at not in self._arrays:
            found = operators.loose(worked.work(at))
            self._arrays[at] = found if isinstance(found, list) else [[found]]
        return operators.part_of(self._arrays[at], content.row, content.column)

    def _worked(self, formula: Relative) -> _Worked:
        text = formula.text
        if text not in self._formulas:
            # Unclosed quotes and brackets are what makes reading slow.
            self.spend(4 * len(text) + (text.count("'") + text.count("[")) * len(text) // 50)
            try:
                tree = parse(text)
            except ValueError as fault:
                raise CannotCalculate("grammar", str(fault)[:_LONGEST_SHOWN]) from fault
            self._formulas[text] = _Worked(self._compiler.work(tree), nesting(tree))
        return self._formulas[text]
