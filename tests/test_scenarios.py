"""Whole small workbooks and what their reviews must say, worked out by hand (tests/scenarios)."""

from __future__ import annotations

import csv
import io
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from kpixl.plan.cells import BookRows, CellValue, SheetRows
from kpixl.plan.tables import read_plan
from kpixl.plan.values import month_in
from kpixl.review.figures import GoalReview, Review
from kpixl.review.review import review

SCENARIOS = Path(__file__).parent / "scenarios"
# Sheets that a book must have although a scenario says nothing of them.
NOT_USED: dict[str, list[list[CellValue]]] = {
    "Actions": [["Action ID", "Goal ID", "Raised", "Cause", "Countermeasure", "Owner", "Due",
                 "Started", "Done", "Expected effect", "Result", "Decision", "Decided"]],
    "Comments": [["Goal ID", "Month", "Comment", "Author"]],
    "Recipients": [["Name", "Email", "Role", "Scope", "Language"]],
}  # fmt: skip
NAMES = sorted(path.name for path in SCENARIOS.iterdir() if path.is_dir())


def loaded(name: str, part: str) -> dict[str, Any]:
    return tomllib.loads((SCENARIOS / name / f"{part}.toml").read_text(encoding="utf-8"))


def cell(text: str) -> CellValue:
    """A cell as a reader hands it on; what is no plain number stays text, such as ``▲100``."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def filled(rows: list[list[CellValue]]) -> list[list[CellValue]]:
    """The rows with a blank column for every month that a scenario leaves out."""
    months = [month_in(str(header)) for header in rows[0]]
    for place in range(len(months) - 1, 0, -1):
        earlier, later = months[place - 1], months[place]
        if earlier is None or later is None:
            continue
        left_out = [str(earlier.plus(n)) for n in range(1, later.index - earlier.index)]
        rows = [
            [*row[:place], *(left_out if row is rows[0] else [None] * len(left_out)), *row[place:]]
            for row in rows
        ]
    return rows


def sheets_of(name: str) -> dict[str, list[list[CellValue]]]:
    """The sheets that the scenario holds, by name."""
    return {
        sheet: filled([[cell(text) for text in row] for row in csv.reader(lines(text))])
        for sheet, text in loaded(name, "book").items()
    }


def lines(text: str) -> io.StringIO:
    return io.StringIO(text.strip("\n"))


def book_of(name: str) -> BookRows:
    """The scenario's workbook as a reader hands it on."""
    sheets = {**NOT_USED, **sheets_of(name)}
    rows_of = tuple(SheetRows(sheet, rows) for sheet, rows in sheets.items())
    return BookRows(f"{name}.xlsx", "0" * 64, rows_of)


@lru_cache
def reviewed(name: str) -> Review:
    reading = read_plan(book_of(name))
    assert [problem for problem in reading.problems if not problem.warning] == []
    assert reading.plan is not None
    return review(reading.plan)


def goal_cases() -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (name, goal_id, group, wanted)
        for name in NAMES
        for goal_id, groups in loaded(name, "expected").items()
        if isinstance(groups, dict) and goal_id != "actions"
        for group, wanted in groups.items()
    ]


def said(goal: GoalReview, group: str, key: str) -> Any:
    """What the review says under this name."""
    if key in ("worst_child", "progress"):
        return getattr(goal, key)
    if group == "pdca":
        value = getattr(goal.phase, key)
    else:
        value = getattr(goal.month if group == "month" else goal.to_date, key)
    return getattr(value, "value", value)


@pytest.mark.parametrize(
    ("name", "goal_id", "group", "wanted"),
    goal_cases(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_review_says_what_was_worked_out_by_hand(name, goal_id, group, wanted):
    goal = reviewed(name).by_id[goal_id]
    found = {key: said(goal, group, key) for key in wanted}
    expected = {
        key: None if value == "none" else pytest.approx(value, rel=1e-12, abs=1e-12)
        if isinstance(value, (int, float)) and not isinstance(value, bool) else value
        for key, value in wanted.items()
    }  # fmt: skip
    assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_review_is_of_the_month_and_day_expected(name):
    expected = loaded(name, "expected")
    assert str(reviewed(name).month) == expected["month"]
    if "as_of" in expected:
        assert reviewed(name).as_of == date.fromisoformat(expected["as_of"])


@pytest.mark.parametrize(
    ("name", "action_id", "wanted"),
    [
        (name, action_id, wanted)
        for name in NAMES
        for action_id, wanted in loaded(name, "expected").get("actions", {}).items()
    ],
)
def test_each_action_is_in_its_phase(name, action_id, wanted):
    (entry,) = [one for one in reviewed(name).actions if one.action.id == action_id]
    assert [entry.phase.value, entry.step.value, entry.overdue] == wanted


def test_every_scenario_is_described():
    for name in NAMES:
        first = (SCENARIOS / name / "book.toml").read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# "), name
