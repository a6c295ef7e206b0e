"""What xlwings alone costs: functions that do nothing, declared as its manual shows."""

from __future__ import annotations

import xlwings


@xlwings.func
def first(actual, target):  # type: ignore[no-untyped-def] # noqa: ARG001
    """The first argument: a single value, or a range of the same shape."""
    return actual
