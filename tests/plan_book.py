"""A small, sound workbook as rows of cells, for tests to spoil in one place each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional

from kpixl.errors import Problem
from kpixl.plan.cells import BookRows, SheetRows
from kpixl.plan.model import Plan, Reading
from kpixl.plan.tables import read_plan
from kpixl.words import problem_text

Rows = List[List[Any]]

MONTHS = [datetime.fromisoformat(f"2026-0{month}-01") for month in (4, 5, 6)]

GOAL_HEADERS = [
    "ID", "Parent", "Level", "Name", "Owner", "Department", "Unit", "Direction", "Tolerance",
    "Aggregation", "Formula", "Weight", "From", "To",
]  # fmt: skip


def goal(goal_id: Any, parent: Any = None, **cells: Any) -> List[Any]:
    """A row of the Goals sheet; what is not given is sensible."""
    defaults = {
        "ID": goal_id, "Parent": parent, "Level": "KPI", "Name": f"Goal {goal_id}",
        "Owner": "Sato", "Unit": "yen", "Direction": "Higher", "Aggregation": "Sum",
    }  # fmt: skip
    row = {**defaults, **cells}
    return [row.get(header) for header in GOAL_HEADERS]


def sound() -> Dict[str, Rows]:
    """Revenue = visits × rate, under one CSF, with three months of plan and actuals."""
    return {
        "Settings": [
            ["Key", "Value", "Note"],
            ["Company", "Aoba", None],
            ["Review month", "2026-05", None],
        ],
        "Goals": [
            list(GOAL_HEADERS),
            goal("REV", Level="KGI", Formula="VISITS*RATE"),
            goal("GROW", "REV", Level="CSF", Direction=None, Aggregation=None),
            goal("VISITS", "GROW", Department="Web"),
            goal("RATE", "GROW", Unit="%", Aggregation="Average"),
        ],
        "Plan": [
            ["ID", *MONTHS],
            ["VISITS", 100, 110, 120],
            ["RATE", 0.05, 0.05, 0.06],
        ],
        "Actuals": [
            ["ID", *MONTHS],
            ["VISITS", 90, 115, None],
            ["RATE", 0.04, 0.06, None],
        ],
        "Actions": [
            ["Action ID", "Goal ID", "Raised", "Cause", "Countermeasure", "Owner", "Due",
             "Started", "Done", "Expected effect", "Result", "Decision", "Decided"],
            ["A1", "VISITS", MONTHS[1], "Few links", "More links", "Sato", MONTHS[2],
             None, None, None, None, None, None],
        ],
        "Comments": [
            ["Goal ID", "Month", "Comment", "Author"],
            ["VISITS", "2026-04", "A slow start", "Sato"],
        ],
        "Recipients": [
            ["Name", "Email", "Role", "Scope", "Language"],
            ["Sato", "sato@example.com", "To", None, "Japanese"],
        ],
    }  # fmt: skip


def book(sheets: Dict[str, Rows], **extra: Dict[str, Any]) -> BookRows:
    """The rows as a book; ``extra`` gives a sheet's ``formulas`` and ``uncached`` by its name."""
    return BookRows(
        "kpi.xlsx",
        "0" * 64,
        tuple(SheetRows(name, rows, **extra.get(name, {})) for name, rows in sheets.items()),
    )


def read(sheets: Dict[str, Rows], **extra: Dict[str, Any]) -> Reading:
    """The reading of the rows; every problem in it can be said in both languages."""
    reading = read_plan(book(sheets, **extra))
    for problem in reading.problems:
        for language in ("en", "ja"):
            text = problem_text(problem, language)
            assert text.what
            assert text.expected
            assert text.mend
    return reading


def plan_of(sheets: Dict[str, Rows], **extra: Dict[str, Any]) -> Plan:
    """The plan of rows that have one."""
    plan = read(sheets, **extra).plan
    assert plan is not None
    return plan


def only(reading: Reading, code: Optional[str] = None) -> Problem:
    """The one problem (of that code, where given) that was found."""
    found = [problem for problem in reading.problems if code in {None, problem.code}]
    assert len(found) == 1, [(problem.code, problem.sheet, problem.cell) for problem in found]
    return found[0]
