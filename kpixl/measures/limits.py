"""The limits that hold where a workbook sets no others (SPEC 2 and 4)."""

from __future__ import annotations

GREEN_AT = 1.0
"""The attainment from which a goal is Green."""
AMBER_AT = 0.9
"""The attainment, or roll-up score, from which a goal is Amber."""
ROLLUP_CAP = 1.0
"""What a child's attainment counts at most in its parent's roll-up."""
ROLLUP_GREEN_AT = 0.95
"""The roll-up score from which a parent is Green."""
MAX_NUMBER = 1e15
"""The largest figure of a goal: beyond it not every whole number has a float."""
