"""Check the month columns of a monthly sheet: none missing, doubled or without a month."""

from __future__ import annotations

from typing import List, Mapping, Sequence

from kpixl.plan import schema
from kpixl.plan.findings import Findings, Severity
from kpixl.plan.headers import Table
from kpixl.plan.month import Month
from kpixl.plan.rows import NEVER_CALCULATED

# In these sheets every month counts; in the others only the months that someone filled in.
EVERY_MONTH = ("plan", "actuals")


def check_months(table: Table, goals: Sequence[str], findings: Findings) -> bool:
    """Whether the months can be read; reports those that are missing between others.

    ``goals`` are all goals: what is wrong with a column touches each of them.
    """
    headers, sheet = table.month_headers, table.sheet
    severity = Severity.ERROR if table.key in EVERY_MONTH else Severity.WARNING
    header_cells = sheet.rows[table.header - 1]
    for row, column in sorted(sheet.uncached):
        if row == table.header and column - 1 not in table.columns.values():
            formula = sheet.formulas.get((row, column))
            findings.cell(NEVER_CALCULATED, sheet, (row, column), formula, goals)
    if not headers.positions:
        position = headers.unclear[0] if headers.unclear else 0
        found = header_cells[position] if headers.unclear else None
        at = (table.header, position + 1)
        findings.cell("months-none", sheet, at, found, goals, (), severity)
        return False
    if len(headers.positions) > schema.MAX_MONTHS:
        details = {"limit": schema.MAX_MONTHS}
        at = (table.header, 1)
        findings.cell("months-too-many", sheet, at, len(headers.positions), goals, details=details)
        return False
    if headers.missing:
        position = min(at for at, month in headers.positions if month > headers.missing[0])
        details_missing = {"months": spans(headers.missing)}
        at = (table.header, position + 1)
        found = header_cells[position]
        findings.cell("months-missing", sheet, at, found, goals, (), severity, details_missing)
    return True


def report_columns(
    table: Table,
    goals: Sequence[str],
    strays: Mapping[int, Sequence[str]],
    findings: Findings,
) -> None:
    """Report columns of the same month, and those with figures but without a clear month.

    ``strays`` are the goals with a figure in such columns, by position.
    """
    headers, sheet = table.month_headers, table.sheet
    cells = sheet.rows[table.header - 1]
    for month, positions in headers.doubled:
        touched = [goal for position in positions for goal in strays.get(position, ())]
        details = {
            "month": str(month),
            "first": table.cell_name(table.header, positions[0]),
        }
        findings.cell(
            "month-double", sheet, (table.header, positions[1] + 1), cells[positions[1]],
            touched or goals, details=details,
        )  # fmt: skip
    for position in headers.unclear:
        if position in strays:
            at = (table.header, position + 1)
            findings.cell("month-unclear", sheet, at, cells[position], strays[position])
    for position in headers.blank:
        if position in strays:
            at = (table.header, position + 1)
            findings.cell("figures-without-month", sheet, at, None, strays[position])


def spans(months: Sequence[Month]) -> str:
    """Ascending months as text, neighbours joined: ``2026-04 – 2026-06, 2026-09``."""
    runs: List[List[Month]] = []
    for month in months:
        if runs and runs[-1][-1].plus(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} – {run[-1]}" for run in runs)
