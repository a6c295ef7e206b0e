"""Write formulas that fetch what people entered for a goal and a month, for the Figures sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Tuple

from kpixl.plan.schema import SHEET
from kpixl.workbook.grid import cells, column_of
from kpixl.workbook.template.figure_map import INDEX_ROW, PLACE_ROW, REVISED_ROW

if TYPE_CHECKING:
    from kpixl.workbook.template.figure_map import Sheet

Read = Callable[[str], str]
"""A cell that people entered a figure in -> what is taken from it."""


def entered(sheet: Sheet, row: int, place: Tuple[str, int], read: Read) -> str:
    """What people entered for a goal in a month of ``own_actual``, ``own_prior`` or ``own_plan``,
    as ``read`` takes it from the cell."""
    name, month = place
    column, goal_id = sheet.columns[name] + month, sheet.here("id", row)
    if name == "own_plan":
        in_force = _in_force(sheet, row, column, read)
        return f'IF({goal_id}="","",IF({in_time(sheet, row, column)},{in_force},""))'
    found = _looked_up("actuals", sheet.here("actual_row", row), column_of(PLACE_ROW, column), read)
    return f'IF({goal_id}="","",{found})'


def _looked_up(side: str, row: str, place: str, read: Read) -> str:
    cell = f"INDEX({cells(SHEET[side].table)},{row},{place})"
    return f'IF({row}*{place}=0,"",IF({cell}="","",{read(cell)}))'


def _in_force(sheet: Sheet, row: int, column: int, read: Read) -> str:
    """From "revision valid from" on the Revision where one is given, else the Plan (SPEC 2)."""
    plan = _looked_up("plan", sheet.here("plan_row", row), column_of(PLACE_ROW, column), read)
    revised_row, place = sheet.here("revision_row", row), column_of(REVISED_ROW, column)
    cell = f"INDEX({cells(SHEET['revision'].table)},{revised_row},{place})"
    return f'IF({revised_row}*{place}=0,{plan},IF({cell}="",{plan},{read(cell)}))'


def in_time(sheet: Sheet, row: int, column: int) -> str:
    """Whether a definition of the goal is valid in the column's month (SPEC 2, From and To)."""
    index = column_of(INDEX_ROW, column)
    one = f"AND({sheet.here('from', row)}<={index},{index}<={sheet.here('to', row)})"
    several = (
        f"SUMPRODUCT(({sheet.all('id')}={sheet.here('id', row)})*({sheet.all('from')}<={index})"
        f"*({sheet.all('to')}>={index}))>0"
    )
    return f"IF({sheet.here('definitions', row)}=1,{one},{several})"
