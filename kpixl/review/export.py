"""Turn a review into data for other programs: JSON, CSV rows, a DataFrame (SPEC 13)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Dict, List, Mapping, Optional, Tuple

from kpixl.errors import Problem
from kpixl.review.figures import ActionReview, Figures, GoalReview, Review
from kpixl.review.insights import Landing
from kpixl.review.steps import goal_step, step_text
from kpixl.words import problem_text

if TYPE_CHECKING:
    import pandas

MEASURES = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")
LANDING = ("value", "method", "error", "chance", "required")

_MONTHS = ("months_reported", "months_expected")
_NUMBERS: Tuple[str, ...] = (
    *(f"{period}_{name}" for period in ("month", "to_date") for name in MEASURES),
    *(f"landing_{name}" for name in LANDING if name != "method"),
)
COLUMNS: Tuple[str, ...] = (
    "month", "id", "parent", "level", "name", "unit", "direction", "source",
    *(f"month_{name}" for name in (*MEASURES, "status")),
    *(f"to_date_{name}" for name in (*MEASURES, "status", *_MONTHS)),
    *(f"landing_{name}" for name in LANDING),
    "pdca_phase", "pdca_next_step", "pdca_overdue", "signal",
)  # fmt: skip
"""The columns of CSV, Parquet and DataFrames, in their order."""


def as_data(review: Review, language: str) -> Dict[str, object]:
    """The review as plain data in the documented form; unknown is None. IDs are as the Goals
    sheet writes them, wherever they stand."""
    labels = {goal.id: goal.goal.label for goal in review.goals}
    actions = [action_data(entry, language) for entry in review.actions]
    told = (*review.problems, *review.advice)
    problems = [problem_data(problem, language) for problem in told]
    for action in actions:
        action["goal"] = labels.get(str(action["goal"]), action["goal"])
    for problem, found in zip(told, problems):
        found["goals"] = [labels.get(goal_id, goal_id) for goal_id in problem.goals]
    return {
        "company": review.settings.company,
        "month": str(review.month),
        "as_of": review.as_of.isoformat(),
        "state": review.settings.state.value,
        "scope": review.scope,
        "workbook": review.source.name,
        "workbook_sha256": review.source.sha256,
        "book_id": review.settings.book_id,
        "goals": [
            goal_data(goal, labels.get(goal.parent or ""), language) for goal in review.goals
        ],
        "actions": actions,
        "problems": problems,
    }


def goal_data(goal: GoalReview, parent: Optional[str], language: str) -> Dict[str, object]:
    """One goal as plain data, with the ID that its ``parent`` has in the same data."""
    to_date = {
        **_measures(goal.to_date),
        **{name: getattr(goal.to_date, name) for name in _MONTHS},
    }
    return {
        "id": goal.goal.label,
        "parent": parent,
        "level": goal.goal.level.value,
        "name": goal.goal.name,
        "unit": goal.goal.unit,
        "direction": goal.goal.direction.value,
        "source": goal.source,
        "month": _measures(goal.month),
        "to_date": to_date,
        "landing": _landing(goal.landing),
        "signal": _key(goal.control.signal if goal.control else None),
        "pdca": {
            "phase": goal.phase.phase.value,
            "next_step": goal_step(goal.phase, language),
            "overdue": goal.phase.overdue,
        },
    }


def _measures(figures: Figures) -> Dict[str, object]:
    values: Dict[str, object] = {name: _known(getattr(figures, name)) for name in MEASURES}
    values["status"] = figures.status.value
    return values


def _landing(landing: Landing) -> Dict[str, object]:
    """``value`` is what the method gives, whatever the owner expects. ``method`` is its key, or how
    the value came about without one: ``inputs``, ``rollup``, ``finished``. ``required`` is null,
    too, where the months left can change nothing any more."""
    found: Dict[str, object] = {
        "value": _known(landing.value),
        "method": None if landing.basis == "none" else landing.basis,
        "error": _known(landing.error),
        "chance": landing.chance,
        "required": _known(landing.required.value),
    }
    if landing.method is not None:
        found["method"] = landing.method.value
    return found


def _known(value: Optional[float]) -> Optional[float]:
    """JSON has no word for what is no number."""
    return value if value is not None and isfinite(value) else None


def _key(found: Optional[Enum]) -> Optional[str]:
    """The key of a word of a vocabulary, the same in every language."""
    return None if found is None else str(found.value)


def action_data(entry: ActionReview, language: str) -> Dict[str, object]:
    """One action with its evidence, phase, next step and effect as plain data."""
    data: Dict[str, object] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(entry.action).items()
        if name != "row"
    }
    data["decision"] = _key(entry.action.decision)
    data["phase"] = entry.phase.value
    data["next_step"] = step_text(entry.step, entry.action.due, language)
    data["overdue"] = entry.overdue
    data["effect"] = _key(entry.effect)
    return data


def problem_data(problem: Problem, language: str) -> Dict[str, object]:
    """One problem: where, what was found, what was expected, the mend. Its ``kind`` is ``data``,
    or ``method`` for advice."""
    text = problem_text(problem, language)
    return {
        "code": problem.code,
        "kind": "method" if problem.method else "data",
        "severity": "warning" if problem.warning else "error",
        "sheet": problem.sheet,
        "cell": problem.cell,
        "found": problem.found,
        "what": text.what,
        "expected": text.expected,
        "mend": text.mend,
        "goals": list(problem.goals),
        "people": list(problem.people),
    }


def flat_rows(review: Review, language: str) -> List[Dict[str, object]]:
    """One flat row a goal with :data:`COLUMNS`, for CSV, Parquet and DataFrames."""
    labels = {goal.id: goal.goal.label for goal in review.goals}
    rows = []
    for goal in review.goals:
        data = goal_data(goal, labels.get(goal.parent or ""), language)
        row: Dict[str, object] = {}
        for name, value in data.items():
            if isinstance(value, Mapping):
                row.update({f"{name}_{inner}": figure for inner, figure in value.items()})
            else:
                row[name] = value
        row["month"] = str(review.month)
        rows.append({name: row[name] for name in COLUMNS})
    return rows


def frame(review: Review, language: Optional[str] = None) -> pandas.DataFrame:
    """:func:`flat_rows` as a DataFrame, texts in ``language`` (default: the book's); raises
    :class:`UsageProblem` without pandas."""
    from kpixl.errors import UsageProblem

    try:
        import pandas as pd
    except ImportError as missing:
        raise UsageProblem("extra-missing", extra="frames", package="pandas") from missing
    rows = flat_rows(review, language or review.settings.language)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    # A column that is empty this month is a column of numbers all the same.
    return table.astype(dict.fromkeys(_NUMBERS, "float64"))
