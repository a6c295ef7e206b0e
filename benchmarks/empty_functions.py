"""What xlwings alone costs: functions that do nothing, declared as its manual shows."""

from __future__ import annotations

import xlwings


@xlwings.func
def first(actual, target, direction=None, tolerance=None):  # type: ignore[no-untyped-def] # noqa: ARG001
    """With KPI_GAP's arguments, the first of them: a single value, or a range of the same shape."""
    return actual
