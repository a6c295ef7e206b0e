"""Turn formulas into values: on demand, each cell once, from the cells that it refers to.

The in-cell functions are the very functions that a host calls. Formulas may come from anybody's
file: they may lean on each other in thousands, in a circle, or ask for more than is reasonable.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Callable, Dict, List, Mapping, Optional, Set, Tuple, Union

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.plan.cells import CellValue, cell_name
from kpixl.workbook import operators
from kpixl.workbook.expressions import (
    Binary,
    Call,
    Expression,
    Literal,
    Name,
    Reference,
    TableReference,
    Unary,
    parse,
)
from kpixl.workbook.operators import NOT_A_VALUE, Area, CannotCalculate, Rows, Spilled, Value
from kpixl.workbook.places import ArrayCell, Place, Relative, Sheets
from kpixl.workbook.worksheet_functions import FUNCTIONS as PLAIN_FUNCTIONS

UNLIMITED = 1 << 60
_DEEPEST = 90
"""So deep cells may lean on each other before the lowest is worked out first."""
_LONGEST_SHOWN = 40
_A_CELL, _A_CALL = 3, 8
"""What a cell adds to the depth, and what a cell costs an in-cell function."""

_DAY_ZERO = date(1899, 12, 30).toordinal()


class _Later(Exception):
    """A cell must be worked out before those that lean on it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


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
        self._parsed: Dict[str, Expression] = {}
        self._lazy: Mapping[str, Callable[[Call, Place], Value]] = {
            "IF": self._if, "AND": self._and, "OR": self._or, "IFERROR": self._iferror,
        }  # fmt: skip

    def value(self, place: Place) -> CellValue:
        """What stands in a cell, calculated where it is a formula. Chains of any length are
        worked out from their end."""
        waiting, among = [place], {place}
        while waiting:
            try:
                self.cell(waiting[-1])
                among.remove(waiting.pop())
            except _Later as later:
                if later.place in among:
                    self._circular.add(later.place)
                else:
                    waiting.append(later.place)
                    among.add(later.place)
        return self.cell(place)

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
                self._value(self._tree(formula), at)
            except _Later as later:
                self.value(later.place)
            else:
                return

    def cell(self, place: Place) -> CellValue:
        """As :meth:`value`, for cells that lean on a few others."""
        self.effort -= 1
        if self.effort < 0:
            raise CannotCalculate("too-much")
        if place in self._known:
            return self._known[place]
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

    def _formula(self, formula: Union[Relative, ArrayCell], place: Place) -> CellValue:
        round_trip = CannotCalculate("circular", f"{cell_name(*place[1:])} refers to itself")
        # The cells of an array are worked out together.
        at = formula.first if isinstance(formula, ArrayCell) else place
        if at in self._open:
            raise round_trip
        if place in self._circular:
            return self.beyond(place, round_trip)
        if self._depth > _DEEPEST:
            raise _Later(place)
        depth = self._depth
        self._open.append(at)
        self._depth += _A_CELL
        try:
            result = self._result(formula, at)
        except CannotCalculate as fault:
            return self.beyond(place, fault)
        finally:
            self._depth = depth
            self._open.pop()
        # Excel shows a reference to a blank cell as 0.
        return 0.0 if result is None else result

    def _result(self, formula: Union[Relative, ArrayCell], place: Place) -> CellValue:
        if isinstance(formula, Relative):
            return operators.single(self._value(self._tree(formula), place))
        if place not in self._arrays:
            found = operators.loose(self._value(self._tree(formula.formula), place))
            self._arrays[place] = found if isinstance(found, list) else [[found]]
        return operators.part_of(self._arrays[place], formula.row, formula.column)

    def _tree(self, formula: Relative) -> Expression:
        text = formula.text
        if text not in self._parsed:
            # Unclosed quotes and brackets are what makes reading slow.
            self.spend(4 * len(text) + (text.count("'") + text.count("[")) * len(text) // 50)
            try:
                self._parsed[text] = parse(text)
            except ValueError as fault:
                raise CannotCalculate("grammar", str(fault)[:_LONGEST_SHOWN]) from fault
        return self._parsed[text]

    def _value(self, tree: Expression, place: Place) -> Value:
        if isinstance(tree, Literal):
            return tree.value
        depth = self._depth
        self._depth += 1
        try:
            if isinstance(tree, Call):
                return self._call(tree, place)
            if isinstance(tree, Binary):
                return self._binary(tree, place)
            if isinstance(tree, Unary):
                return self._unary(tree, place)
            if isinstance(tree, Name):
                return self._named(tree, place)
            return self._area(tree, place)
        finally:
            self._depth = depth

    def _named(self, tree: Name, place: Place) -> Value:
        if self._depth > 2 * _DEEPEST:
            raise CannotCalculate("circular", tree.name)
        meant = self._sheets.name(tree.name, tree.sheet or place[0])
        if meant is None:
            raise CannotCalculate("name", tree.name)
        return self._value(self._tree(meant), place)

    def _area(self, tree: Union[Reference, TableReference], place: Place) -> Value:
        if isinstance(tree, Reference):
            cell = tree.place(*place[1:])
            return self._span(tree.sheet or place[0], cell, cell)
        table = self._sheets.table(tree.table)
        if table is None:
            raise CannotCalculate("table", tree.table)
        top, bottom = table.rows(tree.part, place[1])
        if tree.part == "row" and not table.first_row <= place[1] <= table.last_row:
            return NOT_A_VALUE
        columns = [*table.columns.values()]
        left, right = min(columns), max(columns)
        if tree.column is not None:
            names = (tree.column, tree.last_column or tree.column)
            if any(name.casefold() not in table.columns for name in names):
                raise CannotCalculate("table", f"{tree.table}[{tree.column}]")
            left, right = sorted(table.columns[name.casefold()] for name in names)
        return self._span(table.sheet, (top, left), (bottom, right))

    def _span(self, sheet: str, first: Tuple[int, int], last: Tuple[int, int]) -> Area:
        if min(first) < 1:
            raise CannotCalculate("grammar")
        return Area(self.cell, sheet, first, last, self._sheets.extent)

    def _binary(self, tree: Binary, place: Place) -> Value:
        # Sums of hundreds of cells are as many operators within each other, on the left.
        spine: List[Binary] = []
        first: Expression = tree
        while isinstance(first, Binary):
            spine.append(first)
            first = first.left
        result = self._value(first, place)
        for node in reversed(spine):
            result = self._joined(node.operator, result, self._value(node.right, place))
        return result

    def _joined(self, operator: str, left: Value, right: Value) -> Value:
        if operator != ":":
            return self._counted(operators.binary(operator, left, right))
        if not isinstance(left, Area) or not isinstance(right, Area):
            raise CannotCalculate("grammar", "only references can be spanned")
        first = min(left.first[0], right.first[0]), min(left.first[1], right.first[1])
        last = max(left.last[0], right.last[0]), max(left.last[1], right.last[1])
        return self._span(left.sheet, first, last)

    def _unary(self, tree: Unary, place: Place) -> Value:
        operand = self._value(tree.operand, place)
        if tree.sign == "@":
            return _crossing(operand, place)
        if tree.sign == "%":
            return self._counted(operators.binary("/", operand, 100.0))
        return self._counted(operators.binary("-", 0.0, operand)) if tree.sign == "-" else operand

    def _counted(self, result: Union[CellValue, Rows]) -> Union[CellValue, Rows]:
        if isinstance(result, list):
            self.spend(len(result) * len(result[0]))
        return result

    def _call(self, tree: Call, place: Place) -> Value:
        if tree.function in self._lazy:
            return self._lazy[tree.function](tree, place)
        if tree.function not in PLAIN_FUNCTIONS and tree.function not in FUNCTIONS:
            raise CannotCalculate("function", tree.function)
        arguments = [
            None if argument is None else self._value(argument, place)
            for argument in tree.arguments
        ]
        if tree.function in PLAIN_FUNCTIONS:
            try:
                return PLAIN_FUNCTIONS[tree.function](*arguments)
            except TypeError as fault:  # more or fewer arguments than are known here
                raise CannotCalculate("function", tree.function) from fault
        cells = _spread(arguments)
        if cells > operators.MOST_CELLS:
            raise CannotCalculate("too-large", tree.function)
        self.spend(_A_CALL * cells)
        given = (operators.loose(argument) for argument in arguments)
        result = FUNCTIONS[tree.function](*given)
        return Spilled(result) if isinstance(result, list) else result

    def _argument(self, tree: Call, number: int, place: Place) -> Value:
        given: Optional[Expression] = (
            tree.arguments[number] if number < len(tree.arguments) else None
        )
        return None if given is None else self._value(given, place)

    def _if(self, tree: Call, place: Place) -> Value:
        test = operators.loose(self._argument(tree, 0, place))
        if isinstance(test, list):
            chosen = (self._argument(tree, number, place) for number in (1, 2))
            return self._counted(operators.choose(test, *chosen))
        truth = operators.truth(test)
        if isinstance(truth, CellError):
            return truth
        if not truth and len(tree.arguments) < 3:
            return False
        return self._argument(tree, 1 if truth else 2, place)

    def _and(self, tree: Call, place: Place) -> Value:
        return self._until(tree, place, stop=False)

    def _or(self, tree: Call, place: Place) -> Value:
        return self._until(tree, place, stop=True)

    def _until(self, tree: Call, place: Place, stop: bool) -> Value:
        # Excel works out every argument, so an error in any of them is the result.
        found = not stop
        for number in range(len(tree.arguments)):
            truth = operators.truth(operators.single(self._argument(tree, number, place)))
            if isinstance(truth, CellError):
                return truth
            if truth is stop:
                found = stop
        return found

    def _iferror(self, tree: Call, place: Place) -> Value:
        value = operators.single(self._argument(tree, 0, place))
        return self._argument(tree, 1, place) if isinstance(value, CellError) else value


def _spread(arguments: List[Value]) -> int:
    """How many cells a call looks at, or gives, at most."""
    heights, widths, looked_at = [1], [1], 1
    for value in arguments:
        if isinstance(value, Area):
            height, width = value.height, value.width
        elif isinstance(value, list):
            height, width = len(value), len(value[0])
        else:
            continue
        looked_at += height * width
        heights.append(height)
        widths.append(width)
    return max(looked_at, max(heights) * max(widths) if len(heights) > 2 else 1)


def _crossing(value: Value, place: Place) -> Value:
    """The cell of a range in the formula's own row or column, as ``@`` takes it."""
    if not isinstance(value, Area):
        return operators.single(value) if not isinstance(value, list) else value[0][0]
    down = 1 if value.height == 1 else place[1] - value.first[0] + 1
    across = 1 if value.width == 1 else place[2] - value.first[1] + 1
    if not (1 <= down <= value.height and 1 <= across <= value.width):
        return NOT_A_VALUE
    return value.part(down, across)
