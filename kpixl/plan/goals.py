"""Turn the rows of the Goals sheet into goals; how they hang together is checked elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from kpixl.errors import CellError
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan import schema
from kpixl.plan.findings import Findings, Severity
from kpixl.plan.headers import Table
from kpixl.plan.model import Goal, Level
from kpixl.plan.rows import Row, filled_rows, is_total
from kpixl.plan.schema import SCALES
from kpixl.plan.values import CELL_ERROR, is_blank, is_percent, number_text, text_of
from kpixl.words import fold

MOST_DECIMALS = 10

# Figures of a goal's definition that are in the goal's own unit.
_IN_UNIT = ("tolerance", "baseline", "benchmark")


@dataclass(frozen=True)
class GoalRow:
    """A goal with its row. ``blanks`` are the columns among Direction and Aggregation that are
    blank: only a goal with figures needs them, and the figures are read later."""

    goal: Goal
    row: Row
    blanks: Tuple[str, ...] = ()


def read_goals(table: Table, findings: Findings) -> Tuple[GoalRow, ...]:
    """Every goal of the sheet, in its order, formulas not parsed yet.

    An unknown or blank Direction counts as Higher, an Aggregation as Sum, a Level as KGI for a
    goal without a parent and as KPI for others; each is reported with its goal, whose packs are
    blocked by it.
    """
    rows: List[GoalRow] = []
    for row in filled_rows(table, findings):
        goal = _goal(row)
        if goal is not None:
            rows.append(goal)
        if len(rows) > schema.MAX_GOALS:
            row.report(
                "goals-too-many", "id", severity=Severity.STRUCTURAL,
                details={"limit": schema.MAX_GOALS},
            )  # fmt: skip
            break
    if not rows:
        findings.sheet("goals-none", table.sheet.name, severity=Severity.STRUCTURAL)
    return tuple(rows)


def _goal(row: Row) -> Optional[GoalRow]:
    goal_id = _identify(row)
    if not goal_id:
        return None
    row.goals = (goal_id,)
    parent = row.id("parent") or None
    direction = row.word("direction", "direction")
    aggregation = row.word("aggregation", "aggregation")
    unit = _unit(row)
    valid_from, valid_to = row.month("valid_from"), row.month("valid_to")
    if valid_from is not None and valid_to is not None and valid_from > valid_to:
        row.report("from-after-to", "valid_to", details={"first": str(valid_from)})
        valid_from = valid_to = None
    goal = Goal(
        id=goal_id,
        label=text_of(row.value("id")),
        parent=parent,
        level=_level(row, parent),
        name=_name(row),
        owner=row.text("owner"),
        unit=unit,
        direction=Direction(direction or Direction.HIGHER),
        aggregation=Aggregation(aggregation or Aggregation.SUM),
        department=row.text("department"),
        scale=_scale(row),
        tolerance=row.not_negative("tolerance"),
        formula_text=_formula_text(row),
        weight=_weight(row, parent),
        baseline=row.number("baseline"),
        benchmark=row.number("benchmark"),
        amber_at=row.fraction("amber_at"),
        decimals=row.whole("decimals", 0, MOST_DECIMALS),
        valid_from=valid_from,
        valid_to=valid_to,
        why=row.text("why"),
        row=row.line,
    )
    _check_figures(goal, row)
    return GoalRow(goal, row, tuple(_blanks(row)))


def _identify(row: Row) -> str:
    """The row's ID; empty for a total or a note below the table, and where it has none."""
    others = [
        column for column in row.table.columns if column != "id" and not is_blank(row.value(column))
    ]
    goal_id = row.id("id")
    labels = [row.value(column) for column in others if column != "aggregation"]
    if row.faulty or ("level" not in others and is_total(goal_id, labels)):
        return ""
    if not goal_id:
        row.report("goal-without-id", others[0] if others else "id")
    elif not others:
        row.report("goal-row-empty", "id")
        return ""
    return goal_id


def _name(row: Row) -> str:
    name = row.text("name")
    if not name and "name" in row.table.columns and "name" not in row.faulty:
        row.report("goal-unnamed", "name", severity=Severity.WARNING, details=_label(row))
    return name or text_of(row.value("id"))


def _level(row: Row, parent: Optional[str]) -> Level:
    level = row.word("level", "level")
    if level is not None:
        return Level(level)
    if "level" in row.table.columns and "level" not in row.faulty:
        row.report("level-missing", "level", details=_label(row))
    return Level.KPI if parent else Level.KGI


def _unit(row: Row) -> str:
    unit = row.text("unit")
    return "%" if is_percent(unit) else unit


def _scale(row: Row) -> str:
    scale = row.text("scale")
    if fold(scale) in SCALES:
        return scale
    row.report("scale-unknown", "scale")
    return ""


def _weight(row: Row, parent: Optional[str]) -> Optional[float]:
    """The weight; a bad one touches the parent's roll-up as well."""
    touched = row.goals
    row.goals = (*touched, parent) if parent else touched
    weight = row.not_negative("weight")
    row.goals = touched
    return weight


def _formula_text(row: Row) -> str:
    """What the Formula cell says, without a leading ``=``. If Excel took it for a formula, its
    text counts and never its result (SPEC 2, "Reading")."""
    text = row.formula("formula")
    if text is None:
        value = row.value("formula")
        if isinstance(value, CellError):
            row.report(CELL_ERROR, "formula")
            return ""
        text = text_of(value)
    text = text.strip()
    return text[1:].strip() if text[:1] in ("=", "＝") else text


def _blanks(row: Row) -> List[str]:
    return [
        column
        for column in ("direction", "aggregation")
        if column in row.table.columns and is_blank(row.value(column)) and column not in row.faulty
    ]


def _check_figures(goal: Goal, row: Row) -> None:
    if (
        goal.direction is Direction.RANGE
        and goal.tolerance is None
        and "tolerance" not in row.faulty
    ):
        row.report("tolerance-missing", "tolerance", details=_label(row))
    if not goal.is_percent:
        return
    for column in _IN_UNIT:
        figure = getattr(goal, column)
        if figure is not None and abs(figure) > schema.PERCENT_SLIP:
            details: Dict[str, object] = {**_label(row), "cells": row.name(column)}
            row.report("percent-slip", column, severity=Severity.WARNING, details=details)


def _label(row: Row) -> Dict[str, object]:
    return {"goal": text_of(row.value("id"))}


def check_definitions(rows: Tuple[GoalRow, ...], counted: Dict[str, bool], green_at: float) -> None:
    """Report goals that have figures (``counted``) but not how to judge and sum them up, and
    an own Amber above Green."""
    for entry in rows:
        goal, row = entry.goal, entry.row
        if counted[goal.id]:
            for column in entry.blanks:
                row.report(f"{column}-missing", column, details=_label(row))
        if goal.amber_at is not None and goal.amber_at > green_at:
            details = {"green": number_text(green_at), "amber": number_text(goal.amber_at)}
            row.report("amber-above-green", "amber_at", details=details)
