"""Turn the evidence in a sheet into PDCA phases and next steps (SPEC 8 and 10)."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Collection, Dict, Iterator, List, Optional, Sequence

from kpixl.errors import CellError, Fault
from kpixl.functions.arguments import Kind
from kpixl.functions.cells import VALUE, Rows, read, read_date, read_text
from kpixl.measures.kinds import Decision, Phase, Status
from kpixl.measures.pdca import (
    Evidence,
    GoalPhase,
    OpenAction,
    action_overdue,
    action_phase,
    goal_phase,
)
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Action
from kpixl.plan.month import Month
from kpixl.plan.schema import column_names
from kpixl.plan.values import id_of
from kpixl.review.cycle import MONTHS_UNTIL_CHECK, evidence_of, known_by
from kpixl.review.steps import goal_step
from kpixl.words import fold, word


def pdca_phase(
    cause: Optional[str],
    countermeasure: Optional[str],
    owner: Optional[str],
    due: Optional[date],
    done: Optional[date],
    result: Optional[str],
    decision: Optional[Decision],
    language: str,
) -> CellValue:
    """PDCA_PHASE: an action's phase in words."""
    phase, _ = action_phase(
        Evidence(
            cause=cause or "",
            countermeasure=countermeasure or "",
            owner=owner or "",
            due=due,
            done=done,
            result=result or "",
            decision=decision.value if decision else "",
        )
    )
    return word(f"phase.{phase.value}", language)


def pdca_status(
    goal_id: str,
    status: Status,
    actions: Rows,
    as_of: Optional[date],
    closes: Optional[date],
    language: str,
    subtree: Optional[Rows],
) -> CellValue:
    """PDCA_STATUS: a goal's phase in words."""
    found = _goal_phase(goal_id, status, actions, as_of, closes, subtree)
    return word(f"phase.{found.phase.value}", language)


def pdca_next(
    goal_id: str,
    status: Status,
    actions: Rows,
    as_of: Optional[date],
    closes: Optional[date],
    language: str,
    subtree: Optional[Rows],
) -> CellValue:
    """PDCA_NEXT: a goal's next step as a sentence, which says so where its action is overdue."""
    found = _goal_phase(goal_id, status, actions, as_of, closes, subtree)
    return goal_step(found, language)


def _goal_phase(
    goal_id: str,
    status: Status,
    actions: Rows,
    as_of: Optional[date],
    closes: Optional[date],
    subtree: Optional[Rows],
) -> GoalPhase:
    """The goal's phase. With ``subtree`` it is a roll-up or formula goal, whose actions are those
    of all these goals (SPEC 8)."""
    goals = {goal_id, *_ids(subtree or ())}
    due_yet = closes is None or (as_of is not None and as_of >= closes)
    open_actions = [
        found
        for action in _read_actions(actions, goals)
        for found in _as_open(action, as_of, closes)
    ]
    return goal_phase(status, subtree is not None, due_yet, open_actions)


def _ids(subtree: Sequence[Sequence[CellValue]]) -> Iterator[str]:
    for one in chain.from_iterable(subtree):
        if isinstance(one, CellError):
            raise Fault(one)
        yield id_of(one)[0]


def _as_open(action: Action, as_of: Optional[date], closes: Optional[date]) -> Sequence[OpenAction]:
    """The action as its goal looks at it, if it is known by then and still open."""
    if as_of is not None:
        if action.raised is not None and action.raised > as_of:
            return ()
        action = known_by(action, as_of)
    evidence = evidence_of(action)
    phase, step = action_phase(evidence)
    if phase is Phase.CLOSED:
        return ()
    overdue = as_of is not None and action_overdue(evidence, as_of, _check_due(action.done, closes))
    return (OpenAction(action.id, phase, step, action.due, overdue),)


def _check_due(done: Optional[date], closes: Optional[date]) -> Optional[date]:
    """When the effect of an action should have been compared: the close of the third month after
    Done, as far as ``closes`` tells. The cell knows the review month's close day only, so a month
    counts as reported once it has closed, and None says that the third has not."""
    if done is None or closes is None:
        return None
    month = Month(closes.year, closes.month)
    reviewed = month if closes == month.last_day else month.plus(-1)
    passed = reviewed.index - Month(done.year, done.month).index
    return closes if passed >= MONTHS_UNTIL_CHECK else None


def _read_actions(table: Rows, goals: Collection[str]) -> Sequence[Action]:
    """The actions of ``goals`` in a table with headers, English or Japanese, in any order. Cells
    of other goals' actions, and columns that the cycle does not look at, are not read."""
    filled = [row for row in table if any(one is not None for one in row)]
    if not filled:
        return ()
    known = column_names("actions")
    columns: Dict[str, int] = {}
    for position, header in enumerate(filled[0]):
        key = known.get(fold(header)) if isinstance(header, str) else None
        if key is not None:
            columns.setdefault(key, position)
    if "goal_id" not in columns:
        raise Fault(VALUE)
    found: List[Action] = []
    for line, row in enumerate(filled[1:], start=2):
        cells = {key: row[position] for key, position in columns.items()}
        goal, _ = id_of(cells["goal_id"])
        if goal and goal in goals:
            found.append(_action(cells, goal, line))
    return found


def _action(cells: Dict[str, CellValue], goal: str, line: int) -> Action:
    decision = read(Kind.DECISION, cells.get("decision"))
    return Action(
        id=id_of(cells.get("action_id"))[0] or f"#{line}",
        goal=goal,
        cause=read_text(cells.get("cause")),
        countermeasure=read_text(cells.get("countermeasure")),
        owner=read_text(cells.get("owner")),
        result=read_text(cells.get("result")),
        raised=read_date(cells.get("raised")),
        due=read_date(cells.get("due")),
        started=read_date(cells.get("started")),
        done=read_date(cells.get("done")),
        decided=read_date(cells.get("decided")),
        decision=decision if isinstance(decision, Decision) else None,
        row=line,
    )
