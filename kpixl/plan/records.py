"""Turn the rows of Actions, Comments and Holidays into records."""

from __future__ import annotations

from datetime import date
from typing import Collection, Dict, List, Optional, Tuple

from kpixl.measures.kinds import Decision
from kpixl.plan.findings import Findings, Severity
from kpixl.plan.headers import Table
from kpixl.plan.model import Action, Comment
from kpixl.plan.rows import Row, filled_rows
from kpixl.plan.values import text_of

_IN_ORDER = ("raised", "started", "done", "decided")
"""The days of an action in the order in which they come."""


def read_actions(table: Table, goals: Collection[str], findings: Findings) -> Tuple[Action, ...]:
    """The actions of known goals. One without an ID of its own is called after its row."""
    actions: List[Action] = []
    first: Dict[str, Action] = {}
    for row in filled_rows(table, findings):
        goal = _goal(row, goals, "action")
        if not goal:
            continue
        action_id = row.id("action_id")
        if action_id in first:
            other = first[action_id]
            row.goals = (goal, other.goal)
            row.report("action-double", "action_id", details={"first": other.row})
            row.goals = (goal,)
            action_id = f"{action_id}#{row.line}"
        elif not action_id:
            if "action_id" in table.columns and "action_id" not in row.faulty:
                row.report("action-without-id", "action_id", details={"goal": goal})
            action_id = f"#{row.line}"
        action = _action(row, action_id, goal)
        first[action_id] = action
        actions.append(action)
        _check_order(row, action)
    return tuple(actions)


def _action(row: Row, action_id: str, goal: str) -> Action:
    decision = row.word("decision", "decision")
    return Action(
        id=action_id,
        goal=goal,
        raised=row.date("raised"),
        cause=row.text("cause"),
        countermeasure=row.text("countermeasure"),
        owner=row.text("owner"),
        due=row.date("due"),
        started=row.date("started"),
        done=row.date("done"),
        expected_effect=row.text("expected_effect"),
        result=row.text("result"),
        decision=None if decision is None else Decision(decision),
        decided=row.date("decided"),
        row=row.line,
    )


def _check_order(row: Row, action: Action) -> None:
    """Report the first day that comes before one which it should follow: as evidence of what was
    done when, the two contradict each other."""
    earlier, latest = "", date.min
    for column in _IN_ORDER:
        day: Optional[date] = getattr(action, column)
        if day is None:
            continue
        if day < latest:
            details = {
                "name": row.table.header_text(column),
                "earlier": row.table.header_text(earlier),
                "first": latest.isoformat(),
            }
            row.report("action-order", column, day, Severity.WARNING, details)
            return
        earlier, latest = column, day


def read_comments(table: Table, goals: Collection[str], findings: Findings) -> Tuple[Comment, ...]:
    """The comments on known goals; rows without a text are none."""
    comments: List[Comment] = []
    for row in filled_rows(table, findings):
        text = row.text("comment")
        if not text:
            continue
        goal = _goal(row, goals, "comment")
        if not goal:
            continue
        month = row.month("month")
        if month is not None:
            comments.append(Comment(goal, month, text, row.text("author")))
        elif "month" in table.columns and "month" not in row.faulty:
            row.report("comment-without-month", "month", details={"goal": goal})
    return tuple(comments)


def _goal(row: Row, goals: Collection[str], kind: str) -> Optional[str]:
    """The goal that the row is about, if there is one; the row's faults then touch it."""
    goal = row.id("goal_id")
    if "goal_id" in row.faulty:
        return None
    if goal in goals:
        row.goals = (goal,)
        return goal
    code = f"{kind}-unknown-goal" if goal else f"{kind}-without-goal"
    column = "action_id" if kind == "action" else "month"
    row.report(code, "goal_id", details={"which": text_of(row.value(column))})
    return None


def read_holidays(table: Table, business: bool, findings: Findings) -> Dict[date, str]:
    """The holidays, each once and in order, with their names. They count only where the close day
    is in ``business`` days; else a bad date is no more than a slip."""
    days: Dict[date, str] = {}
    for row in filled_rows(table, findings):
        row.severity = Severity.ERROR if business else Severity.WARNING
        day = row.date("date")
        # A name that cannot be read changes no date.
        row.severity = Severity.WARNING
        name = row.text("holiday")
        if day is not None:
            days[day] = days.get(day) or name
    return {day: days[day] for day in sorted(days)}
