"""Where everything on the Figures sheet stands, and how formulas refer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Dict, Mapping

from kpixl.workbook.grid import Grid, quoted, row_of, span

if TYPE_CHECKING:
    from kpixl.workbook.template.functions import InCellFunctions

PASSES = 4
"""How many storeys of roll-ups may stand on each other."""

STOREYS_UP = 4
"""How far above a goal its actions are still seen."""

YEAR = 12
TITLE_ROW, INDEX_ROW, PLACE_ROW, REVISED_ROW, LABEL_ROW = 13, 14, 15, 16, 17
FIRST_ROW = LABEL_ROW + 1

ABOUT = (
    "number", "id", "name", "parent", "unit", "direction", "tolerance", "aggregation", "formula",
    "weight", "amber_at", "from", "to", "definitions", "live", "plan_row", "revision_row",
    "actual_row", "source", "decimals", "scale", "largest", "key",
    "ancestor_1", "ancestor_2", "ancestor_3", "ancestor_4", "unit_meant",
    "direction_meant", "aggregation_meant", "meaning",
)  # fmt: skip
BLOCKS = ("own_actual", "own_plan", "own_prior", "now", "then", "actual", "plan", "prior", "gap")
SIDES = ("month", "to_date")
TO_DATE = ("reported", "planned", "to_date_actual", "to_date_like", "to_date_plan")
STOREYS = tuple(
    f"{what}_{side}_{number}"
    for side in SIDES
    for number in range(PASSES + 1)
    for what in ("score", "status")
)


@dataclass(frozen=True)
class Sheet:
    """Where everything on the Figures sheet stands, and how formulas refer to it."""

    grid: Grid
    rows: int
    columns: Mapping[str, int]
    functions: InCellFunctions

    @property
    def last_row(self) -> int:
        """The last goal's row."""
        return FIRST_ROW + self.rows - 1

    def fill(
        self, column: int, formula: str, number_format: str = "", style: str = "computed"
    ) -> None:
        """Place the formula of the first goal, and fill it down to the last one."""
        first = (FIRST_ROW, column)
        self.grid.fill_down(first, self.last_row, formula, style, number_format)

    def here(self, name: str, row: int) -> str:
        """A goal's value in a column, from the same sheet."""
        return row_of(row, self.columns[name])

    def all(self, name: str) -> str:
        """A whole column, from the same sheet."""
        column = self.columns[name]
        return span(FIRST_ROW, column, self.last_row, column)

    def block(self, name: str, row: int) -> str:
        """A goal's twelve months of a block, from the same sheet."""
        first = self.columns[name]
        return f"{row_of(row, first)}:{row_of(row, first + YEAR - 1)}"

    def blocks(self, name: str) -> str:
        """All goals' twelve months of a block, from the same sheet."""
        first = self.columns[name]
        return span(FIRST_ROW, first, self.last_row, first + YEAR - 1)

    def month(self, name: str, month: int) -> str:
        """One month of a block, all goals, from the same sheet."""
        column = self.columns[name] + month
        return span(FIRST_ROW, column, self.last_row, column)

    def outside(self, name: str, goal: int) -> str:
        """A goal's value from another sheet; goals count from 0."""
        return f"{quoted(self.grid.name)}!{self.here(name, FIRST_ROW + goal)}"

    def outside_block(self, name: str, goal: int) -> str:
        """A goal's twelve months from another sheet."""
        return f"{quoted(self.grid.name)}!{self.block(name, FIRST_ROW + goal)}"

    def outside_blocks(self, name: str) -> str:
        """All goals' twelve months from another sheet."""
        first = self.columns[name]
        return self.grid.area(FIRST_ROW, first, self.last_row, first + YEAR - 1)

    def outside_month(self, name: str, month: int) -> str:
        """One month of a block from another sheet, all goals."""
        column = self.columns[name] + month
        return self.grid.area(FIRST_ROW, column, self.last_row, column)

    def outside_all(self, name: str) -> str:
        """A whole column from another sheet."""
        column = self.columns[name]
        return self.grid.area(FIRST_ROW, column, self.last_row, column)


def pass_name(what: str, side: str, number: int) -> str:
    """The column of a roll-up's ``score`` or ``status`` after so many storeys."""
    return f"{what}_{side}_{number}"


def arrange(grid: Grid, rows: int, functions: InCellFunctions) -> Sheet:
    """The sheet's columns from left to right."""
    columns: Dict[str, int] = {}
    position = 1
    for name in ABOUT:
        columns[name] = position
        position += 1
    for name in BLOCKS:
        columns[name] = position
        position += YEAR
    for name in (*TO_DATE, *STOREYS):
        columns[name] = position
        position += 1
    for name in ("child_weight", "subtree"):
        columns[name] = position
        position += rows
    for name in functions.columns:
        columns[name] = position
        position += 1
    for name in functions.blocks:
        columns[name] = position
        position += YEAR
    return Sheet(grid, rows, columns, functions)
