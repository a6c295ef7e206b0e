"""Turn a review into data for other programs: JSON, CSV rows, a DataFrame (SPEC 13)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Dict, List, Mapping

from kpixl.errors import Problem
from kpixl.review.figures import ActionReview, Figures, GoalReview, Review
from kpixl.review.steps import goal_step, step_text
from kpixl.words import problem_text

if TYPE_CHECKING:
    import pandas

MEASURES = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")


def as_data(review: Review, language: str) -> Dict[str, object]:
    """The review as plain data in the documented form; unknown is None."""
    return {
        "company": review.settings.company,
        "month": str(review.month),
        "as_of": review.as_of.isoformat(),
        "state": review.settings.state.value,
        "scope": review.scope,
        "workbook": review.source.name,
        "workbook_sha256": review.source.sha256,
        "book_id": review.settings.book_id,
        "goals": [goal_data(goal, language) for goal in review.goals],
        "actions": [action_data(entry, language) for entry in review.actions],
        "problems": [problem_data(problem, language) for problem in review.problems],
    }


def goal_data(goal: GoalReview, language: str) -> Dict[str, object]:
    """One goal as plain data. Landing and signal are null until their measures are in use."""
    to_date = {
        **_measures(goal.to_date),
        "months_reported": goal.to_date.months_reported,
        "months_expected": goal.to_date.months_expected,
    }
    return {
        "id": goal.goal.label,
        "parent": goal.goal.parent,
        "level": goal.goal.level.value,
        "name": goal.goal.name,
        "unit": goal.goal.unit,
        "direction": goal.goal.direction.value,
        "source": goal.source,
        "month": _measures(goal.month),
        "to_date": to_date,
        "landing": dict.fromkeys(("value", "method", "error", "chance", "required")),
        "signal": None,
        "pdca": {
            "phase": goal.phase.phase.value,
            "next_step": goal_step(goal.phase, language),
            "overdue": goal.phase.overdue,
        },
    }


def _measures(figures: Figures) -> Dict[str, object]:
    values: Dict[str, object] = {name: getattr(figures, name) for name in MEASURES}
    values["status"] = figures.status.value
    return values


def action_data(entry: ActionReview, language: str) -> Dict[str, object]:
    """One action with its evidence, phase and next step as plain data."""
    data: Dict[str, object] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(entry.action).items()
        if name != "row"
    }
    data["decision"] = entry.action.decision.value if entry.action.decision else None
    data["phase"] = entry.phase.value
    data["next_step"] = step_text(entry.step, entry.action.due, language)
    data["overdue"] = entry.overdue
    return data


def problem_data(problem: Problem, language: str) -> Dict[str, object]:
    """One problem: where, what was found, what was expected, the mend."""
    text = problem_text(problem, language)
    return {
        "code": problem.code,
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
    """One flat row a goal, for CSV, Parquet and DataFrames."""
    rows = []
    for goal in review.goals:
        data = goal_data(goal, language)
        row: Dict[str, object] = {"month": str(review.month)}
        for name in ("id", "parent", "level", "name", "unit", "direction", "source"):
            row[name] = data[name]
        for group in ("month", "to_date", "landing", "pdca"):
            nested = data[group]
            if isinstance(nested, Mapping):
                row.update({f"{group}_{name}": value for name, value in nested.items()})
        row["signal"] = data["signal"]
        rows.append(row)
    return rows


def frame(review: Review) -> pandas.DataFrame:
    """:func:`flat_rows` as a DataFrame; raises :class:`UsageProblem` without pandas."""
    from kpixl.errors import UsageProblem

    try:
        import pandas as pd
    except ImportError as missing:
        raise UsageProblem("extra-missing", extra="frames", package="pandas") from missing
    return pd.DataFrame(flat_rows(review, review.settings.language))
