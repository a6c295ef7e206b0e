"""Write into formulas what a goal's unit says."""

from __future__ import annotations

from kpixl.plan.values import PERCENT_UNITS
from kpixl.workbook.grid import text


def is_percent(unit: str) -> str:
    """A test whether the unit in a cell is %, in the words that the reader takes for it."""
    named = ",".join(f"LOWER(TRIM({unit}))={text(one)}" for one in (*PERCENT_UNITS, "％"))
    return f"OR({named})"
