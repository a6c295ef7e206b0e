"""Turn a formula's tree into a function of the cell that the formula stands in.

A formula that was filled down stands in thousands of cells. What its text alone decides is found
out once, so that each of them costs little more than the cells that it looks at.
"""

from __future__ import annotations

from typing import Callable, List, Mapping, Protocol, Tuple, Union

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
)
from kpixl.workbook.operators import NOT_A_VALUE, Area, CannotCalculate, Join, Rows, Spilled, Value
from kpixl.workbook.places import Place, Sheets
from kpixl.workbook.worksheet_functions import FUNCTIONS as PLAIN_FUNCTIONS

Work = Callable[[Place], Value]
"""The place of a formula's cell -> what the formula gives there."""

_A_CALL = 8
"""What a cell costs an in-cell function."""

_GIVE_REFERENCES = ("IF", "IFERROR", "INDEX", "CHOOSE")
"""The functions whose result may be a range that somebody else looks at."""


class Host(Protocol):
    """Who calculates: keeps the cells' values, and counts what they cost."""

    def cell(self, place: Place) -> CellValue:
        """The value of a cell."""

    def spend(self, effort: int) -> None:
        """Account for work to be done."""

    def named(self, name: Name, place: Place) -> Value:
        """What a defined name gives in a formula at ``place``."""


def nesting(tree: Expression) -> int:
    """How many trees stand within each other at most; sums of any length count once."""
    if isinstance(tree, Binary):
        first, steps = _spine(tree)
        within: Tuple[Union[Expression, None], ...] = (first, *(step.right for step in steps))
    elif isinstance(tree, Call):
        within = tree.arguments
    elif isinstance(tree, Unary):
        within = (tree.operand,)
    else:
        return 1
    return 1 + max((nesting(one) for one in within if one is not None), default=0)


def _may_be_reference(tree: Expression) -> bool:
    if isinstance(tree, Call):
        return tree.function in _GIVE_REFERENCES
    if isinstance(tree, Binary):
        return tree.operator == ":"
    return not isinstance(tree, Literal)


def _spine(tree: Binary) -> Tuple[Expression, List[Binary]]:
    """The first operand and the operators from the left: sums of hundreds of cells are as many
    operators within each other."""
    steps: List[Binary] = []
    first: Expression = tree
    while isinstance(first, Binary) and (first.operator == ":") == (tree.operator == ":"):
        steps.append(first)
        first = first.left
    return first, steps[::-1]


class Compiler:
    """Turns trees into functions that look into ``sheets``, cells by way of ``host``."""

    def __init__(self, sheets: Sheets, host: Host) -> None:
        self._sheets = sheets
        self._host = host
        self._lazy: Mapping[str, Callable[[Call], Work]] = {
            "IF": self._if, "AND": self._and, "OR": self._or, "IFERROR": self._iferror,
        }  # fmt: skip

    def work(self, tree: Expression) -> Work:
        """What a tree gives; references stay references until somebody looks at them. What it
        cannot give raises CannotCalculate where it is asked for, not here."""
        if isinstance(tree, Literal):
            return _always(tree.value)
        if isinstance(tree, Call):
            return self._call(tree)
        if isinstance(tree, Binary):
            return self._span(tree) if tree.operator == ":" else self._binary(tree)
        if isinstance(tree, Unary):
            return self._unary(tree)
        if isinstance(tree, Name):
            named = self._host.named
            return lambda place: named(tree, place)
        return self._reference(tree) if isinstance(tree, Reference) else self._table(tree)

    def _loose(self, tree: Expression) -> Callable[[Place], Union[CellValue, Rows]]:
        """The value, or the rows of values."""
        if isinstance(tree, Reference):
            return self._reading(tree)
        work = self.work(tree)
        if not _may_be_reference(tree):
            return work  # type: ignore[return-value]
        return lambda place: operators.loose(work(place))

    # --- references ----------------------------------------------------------------------------

    def _reading(self, tree: Reference) -> Callable[[Place], CellValue]:
        """What the cell holds that is referred to: nearly all the work of most formulas."""
        cell, own = self._host.cell, tree.sheet
        row, column, down, across = tree.row, tree.column, tree.relative_row, tree.relative_column

        def read(place: Place) -> CellValue:
            sheet, line, at = place
            line = row + line if down else row
            at = column + at if across else column
            if line < 1 or at < 1:
                raise CannotCalculate("grammar")
            return cell((own or sheet, line, at))

        return read

    def _reference(self, tree: Reference) -> Work:
        cell, extent = self._host.cell, self._sheets.extent

        def work(place: Place) -> Value:
            found = tree.place(*place[1:])
            if min(found) < 1:
                raise CannotCalculate("grammar")
            return Area(cell, tree.sheet or place[0], found, found, extent)

        return work

    def _span(self, tree: Binary) -> Work:
        cell, extent = self._host.cell, self._sheets.extent
        first, steps = _spine(tree)
        ends = [self.work(one) for one in (first, *(step.right for step in steps))]

        def work(place: Place) -> Value:
            areas = [area for area in (end(place) for end in ends) if isinstance(area, Area)]
            if len(areas) < len(ends):
                raise CannotCalculate("grammar", "only references can be spanned")
            top = min(area.first[0] for area in areas), min(area.first[1] for area in areas)
            low = max(area.last[0] for area in areas), max(area.last[1] for area in areas)
            return Area(cell, areas[0].sheet, top, low, extent)

        return work

    def _table(self, tree: TableReference) -> Work:
        cell, sheets = self._host.cell, self._sheets

        def work(place: Place) -> Value:
            table = sheets.table(tree.table)
            if table is None:
                raise CannotCalculate("table", tree.table)
            top, bottom = table.rows(tree.part, place[1])
            if tree.part == "row" and not table.first_row <= place[1] <= table.last_row:
                return NOT_A_VALUE
            left, right = table.span(tree.column, tree.last_column)
            if min(top, left) < 1:
                raise CannotCalculate("grammar")
            return Area(cell, table.sheet, (top, left), (bottom, right), sheets.extent)

        return work

    # --- operators -----------------------------------------------------------------------------

    def _binary(self, tree: Binary) -> Work:
        first, steps = _spine(tree)
        begin = self._loose(first)
        rest = [(operators.JOINS[step.operator], self._loose(step.right)) for step in steps]

        def work(place: Place) -> Value:
            result = begin(place)
            for join, right in rest:
                other = right(place)
                if isinstance(result, list) or isinstance(other, list):
                    result = self._spread(join, result, other)
                else:
                    result = join(result, other)
            return result

        return work

    def _spread(
        self, join: Join, left: Union[CellValue, Rows], right: Union[CellValue, Rows]
    ) -> Union[CellValue, Rows]:
        return self._counted(operators.spread(join, left, right))

    def _unary(self, tree: Unary) -> Work:
        if tree.sign == "@":
            within = self.work(tree.operand)
            return lambda place: _crossing(within(place), place)
        if tree.sign == "+":
            return self.work(tree.operand)
        if tree.sign == "%":
            return self._binary(Binary("/", tree.operand, Literal(100.0)))
        return self._binary(Binary("-", Literal(0.0), tree.operand))

    def _counted(self, result: Union[CellValue, Rows]) -> Union[CellValue, Rows]:
        if isinstance(result, list):
            self._host.spend(len(result) * len(result[0]))
        return result

    # --- functions -----------------------------------------------------------------------------

    def _call(self, tree: Call) -> Work:
        if tree.function in self._lazy:
            return self._lazy[tree.function](tree)
        arguments = [self._argument(tree, number) for number in range(len(tree.arguments))]
        if tree.function in PLAIN_FUNCTIONS:
            return _plain(tree.function, arguments)
        if tree.function in FUNCTIONS:
            return self._in_cell(tree.function, arguments)
        return _unknown(tree.function)

    def _in_cell(self, name: str, arguments: List[Work]) -> Work:
        function, spend = FUNCTIONS[name], self._host.spend

        def work(place: Place) -> Value:
            found = [argument(place) for argument in arguments]
            cells = _spread(found)
            if cells > operators.MOST_CELLS:
                raise CannotCalculate("too-large", name)
            spend(_A_CALL * cells)
            result = function(*map(operators.loose, found))
            return Spilled(result) if isinstance(result, list) else result

        return work

    def _argument(self, tree: Call, number: int) -> Work:
        """An argument's work; one that is left out or left empty is blank."""
        given = tree.arguments[number] if number < len(tree.arguments) else None
        return _always(None) if given is None else self.work(given)

    def _if(self, tree: Call) -> Work:
        first = tree.arguments[0] if tree.arguments else None
        condition = _always(None) if first is None else self._loose(first)
        yes, no = self._argument(tree, 1), self._argument(tree, 2)
        otherwise = len(tree.arguments) > 2

        def work(place: Place) -> Value:
            test = condition(place)
            if isinstance(test, list):
                return self._counted(operators.choose(test, yes(place), no(place)))
            truth = operators.truth(test)
            if isinstance(truth, CellError):
                return truth
            if truth:
                return yes(place)
            return no(place) if otherwise else False

        return work

    def _and(self, tree: Call) -> Work:
        return self._until(tree, stop=False)

    def _or(self, tree: Call) -> Work:
        return self._until(tree, stop=True)

    def _until(self, tree: Call, stop: bool) -> Work:
        tests = [
            self._reading(one) if isinstance(one, Reference) else self._argument(tree, number)
            for number, one in enumerate(tree.arguments)
        ]

        def work(place: Place) -> Value:
            # Excel works out every argument, so an error in any of them is the result.
            found = not stop
            for test in tests:
                met = test(place)
                if met is not True and met is not False:
                    met = operators.truth(operators.single(met))
                    if isinstance(met, CellError):
                        return met
                if met is stop:
                    found = stop
            return found

        return work

    def _iferror(self, tree: Call) -> Work:
        first, second = self._argument(tree, 0), self._argument(tree, 1)

        def work(place: Place) -> Value:
            value = operators.single(first(place))
            return second(place) if isinstance(value, CellError) else value

        return work


def _always(value: CellValue) -> Callable[[Place], CellValue]:
    return lambda place: value  # noqa: ARG005


def _plain(name: str, arguments: List[Work]) -> Work:
    function = PLAIN_FUNCTIONS[name]

    def work(place: Place) -> Value:
        found = [argument(place) for argument in arguments]
        try:
            return function(*found)
        except TypeError as fault:  # more or fewer arguments than are known here
            raise CannotCalculate("function", name) from fault

    return work


def _unknown(name: str) -> Work:
    def work(place: Place) -> Value:  # noqa: ARG001
        raise CannotCalculate("function", name)

    return work


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
