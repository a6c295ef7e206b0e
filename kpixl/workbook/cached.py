"""Turn laid-out formulas into the values that are written beside them.

Each formula is worked out from the cells that it refers to, the in-cell functions by the very
functions that a host calls. So what a reader without them sees is what the cell would show.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Callable, Dict, List, Mapping, Optional, Tuple, Union

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.plan.cells import CellValue
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
    from_place,
    parse,
)
from kpixl.workbook.grid import Formula, Grid, Layout, Table
from kpixl.workbook.operators import Area, Value
from kpixl.workbook.worksheet_functions import FUNCTIONS as PLAIN_FUNCTIONS

Place = Tuple[str, int, int]
"""Sheet name, row, column."""

_DAY_ZERO = date(1899, 12, 30).toordinal()


def calculate(layout: Layout) -> Mapping[Place, CellValue]:
    """The value of every formula of the book, by sheet name, row and column.

    Raises ValueError for a formula that refers to itself or is not in Excel's grammar, and
    KeyError for a name, sheet, table or function that does not exist.
    """
    sheet = _Calculation(layout)
    return {
        (grid.name, row, column): sheet.cell((grid.name, row, column))
        for grid in layout.grids
        for row, column in grid.formulas()
    }


def serial(day: date) -> float:
    """A date as a spreadsheet counts it, in days."""
    whole = float(day.toordinal() - _DAY_ZERO)
    if isinstance(day, datetime):
        return whole + (day.hour * 3600 + day.minute * 60 + day.second) / 86_400
    return whole


class _Calculation:
    """Works formulas out on demand and remembers each cell's value."""

    def __init__(self, layout: Layout) -> None:
        self._grids: Dict[str, Grid] = {grid.name: grid for grid in layout.grids}
        self._names = layout.names
        self._tables: Dict[str, Tuple[str, Table]] = {
            grid.table.name: (grid.name, grid.table) for grid in layout.grids if grid.table
        }
        self._known: Dict[Place, CellValue] = {}
        self._open: List[Place] = []
        self._lazy: Mapping[str, Callable[[Call, Place], Value]] = {
            "IF": self._if, "AND": self._and, "OR": self._or, "IFERROR": self._iferror,
        }  # fmt: skip

    def cell(self, place: Place) -> CellValue:
        """What stands in a cell, calculated where it is a formula."""
        if place in self._known:
            return self._known[place]
        found = self._grids[place[0]].cells.get(place[1:])
        value = found.value if found is not None else None
        if isinstance(value, Formula):
            value = self._formula(value, place)
        elif isinstance(value, date):
            value = serial(value)
        self._known[place] = value
        return value

    def _formula(self, formula: Formula, place: Place) -> CellValue:
        if place in self._open:
            raise ValueError(f"{place} refers to itself")
        self._open.append(place)
        result = operators.single(self._value(parse(from_place(formula.text, *place[1:])), place))
        self._open.pop()
        # Excel shows a reference to a blank cell as 0.
        return 0.0 if result is None else result

    def _value(self, tree: Expression, place: Place) -> Value:
        if isinstance(tree, Literal):
            return tree.value
        if isinstance(tree, Call):
            return self._call(tree, place)
        if isinstance(tree, Binary):
            return self._binary(tree, place)
        if isinstance(tree, Unary):
            operand = self._value(tree.operand, place)
            return operators.binary("-", 0.0, operand) if tree.sign == "-" else operand
        if isinstance(tree, Name):
            return self._value(parse(from_place(self._names[tree.name], 0, 0)), place)
        return self._area(tree, place)

    def _area(self, tree: Union[Reference, TableReference], place: Place) -> Area:
        if isinstance(tree, Reference):
            cell = tree.place(*place[1:])
            return Area(self.cell, tree.sheet or place[0], cell, cell)
        sheet, table = self._tables[tree.table]
        top = {"row": place[1], "data": table.first_row + 1}.get(tree.part, table.first_row)
        bottom = {"row": place[1], "headers": table.first_row}.get(tree.part, table.last_row)
        left, right = table.first_column, table.last_column
        if tree.column is not None:
            left = right = table.column(tree.column)
        return Area(self.cell, sheet, (top, left), (bottom, right))

    def _binary(self, tree: Binary, place: Place) -> Value:
        left, right = self._value(tree.left, place), self._value(tree.right, place)
        if tree.operator == ":":
            if not isinstance(left, Area) or not isinstance(right, Area):
                raise ValueError("only references can be spanned")
            return Area(self.cell, left.sheet, left.first, right.last)
        return operators.binary(tree.operator, left, right)

    def _call(self, tree: Call, place: Place) -> Value:
        if tree.function in self._lazy:
            return self._lazy[tree.function](tree, place)
        arguments = [
            None if argument is None else self._value(argument, place)
            for argument in tree.arguments
        ]
        if tree.function in PLAIN_FUNCTIONS:
            return PLAIN_FUNCTIONS[tree.function](*arguments)
        function = FUNCTIONS[tree.function]
        result: Value = function(*(operators.loose(argument) for argument in arguments))
        return result

    def _argument(self, tree: Call, number: int, place: Place) -> Value:
        given: Optional[Expression] = (
            tree.arguments[number] if number < len(tree.arguments) else None
        )
        return None if given is None else self._value(given, place)

    def _if(self, tree: Call, place: Place) -> Value:
        test = operators.loose(self._argument(tree, 0, place))
        if isinstance(test, list):
            return operators.choose(
                test, self._argument(tree, 1, place), self._argument(tree, 2, place)
            )
        truth = operators.truth(test)
        if isinstance(truth, CellError):
            return truth
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
