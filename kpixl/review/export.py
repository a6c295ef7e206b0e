"""Turn a review into data for other programs: JSON, CSV rows, a DataFrame (SPEC 13)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Dict, List, Mapping, Optional, Tuple

from kpixl.errors import Problem
from kpixl.review.figures import ActionReview, Figures, GoalReview, Review, SpanFigures
from kpixl.review.insights import AgainstOriginal, Landing
from kpixl.review.periods import full_span_label
from kpixl.review.steps import goal_step, step_text
from kpixl.words import problem_text

if TYPE_CHECKING:
    import pandas

MEASURES = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")
LANDING = ("value", "method", "error", "chance", "required")
ORIGINAL = ("plan", "gap", "gap_pct", "attainment")
"""What is told of the plan before a revision, where it is another than the plan in force."""
YEAR = (
    "plan", "outlook", "gap", "gap_pct", "attainment", "status",
    *(f"{name}_original" for name in ORIGINAL),
    "outlook_months", "outlook_error", "outlook_bias",
)  # fmt: skip
"""What a landing has beside :data:`LANDING`: the year's comparison, and past outlooks."""

_MONTHS = ("months_reported", "months_expected")
_NUMBERS: Tuple[str, ...] = (
    *(f"{period}_{name}" for period in ("month", "to_date") for name in MEASURES),
    *(f"landing_{name}" for name in (*LANDING, *YEAR) if name not in ("method", "status")),
    *(f"{period}_{name}_original" for period in ("month", "to_date") for name in ORIGINAL),
)
COLUMNS: Tuple[str, ...] = (
    "month", "id", "parent", "level", "name", "unit", "direction", "source",
    *(f"month_{name}" for name in (*MEASURES, "status")),
    *(f"to_date_{name}" for name in (*MEASURES, "status", *_MONTHS)),
    *(f"landing_{name}" for name in LANDING),
    "pdca_phase", "pdca_next_step", "pdca_overdue", "signal",
    *(f"{period}_{name}_original" for period in ("month", "to_date") for name in ORIGINAL),
    *(f"landing_{name}" for name in YEAR),
)  # fmt: skip
"""The columns of CSV, Parquet and DataFrames, in their order."""

_SPANS = {"quarter": ("q1", "q2", "q3", "q4"), "half": ("h1", "h2"), "year": ("year",)}
_ORIGINALS = tuple(f"{name}_original" for name in ORIGINAL)
_OF_SPAN: Tuple[str, ...] = (
    *MEASURES, "status", *_MONTHS, "complete", "plan_whole", *_ORIGINALS
)  # fmt: skip


def columns(review: Review) -> Tuple[str, ...]:
    """:data:`COLUMNS`, then those of the periods that Settings ask for (``q1_actual``, ...,
    ``h2_status``, ``year_plan_whole``): all of a fiscal year's, so that the files of its months
    have the same columns; blank where a period has not begun."""
    return (*COLUMNS, *(f"{name}_{part}" for name in _span_names(review) for part in _OF_SPAN))


def _span_names(review: Review) -> Tuple[str, ...]:
    asked = review.settings.periods_shown
    return tuple(name for kind, names in _SPANS.items() if kind in asked for name in names)


def _numbers(review: Review) -> Tuple[str, ...]:
    spans = _span_names(review)
    measured = (*MEASURES, *_MONTHS, "plan_whole", *_ORIGINALS)
    return (*_NUMBERS, *(f"{name}_{part}" for name in spans for part in measured))


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
        "goals": [goal_data(review, goal, language) for goal in review.goals],
        "actions": actions,
        "problems": problems,
    }


def goal_data(review: Review, goal: GoalReview, language: str) -> Dict[str, object]:
    """One goal as plain data, with the ID that its parent has in the same data; ``periods`` where
    Settings ask for any."""
    parent = review.by_id.get(goal.parent or "")
    periods = [_period(review, entry, language) for entry in goal.spans]
    to_date = {
        **_measures(goal.to_date),
        **{name: getattr(goal.to_date, name) for name in _MONTHS},
    }
    return {
        "id": goal.goal.label,
        "parent": None if parent is None else parent.goal.label,
        "level": goal.goal.level.value,
        "name": goal.goal.name,
        "unit": goal.goal.unit,
        "direction": goal.goal.direction.value,
        "source": goal.source,
        "month": _measures(goal.month),
        "to_date": to_date,
        **({"periods": periods} if review.settings.periods_shown else {}),
        "landing": {**_landing(goal.landing), **_year(goal)},
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
    return {**values, **_original(figures.against_original)}


def _original(against: Optional[AgainstOriginal]) -> Dict[str, object]:
    """The same figure against the plan before its revision; null where both plans are one."""
    return {
        f"{name}_original": None if against is None else _known(getattr(against, name))
        for name in ORIGINAL
    }


def _year(goal: GoalReview) -> Dict[str, object]:
    """The year's plan in force and the figure compared with it, the owner's outlook where there is
    one; how far that owner's past outlooks were off, signed by what is too optimistic."""
    landing, past = goal.landing, goal.outlooks
    return {
        "plan": _known(landing.plan),
        "outlook": _known(landing.outlook),
        "gap": _known(landing.gap),
        "gap_pct": _known(landing.gap_pct),
        "attainment": _known(landing.attainment),
        "status": landing.status.value,
        **_original(landing.against_original),
        "outlook_months": past.months,
        "outlook_error": past.error if past.telling else None,
        "outlook_bias": past.bias if past.telling else None,
    }


def _period(review: Review, entry: SpanFigures, language: str) -> Dict[str, object]:
    """A quarter, half or year: ``plan`` covers the months reported, ``plan_whole`` all of it."""
    span = entry.span
    return {
        "period": span.kind,
        "number": span.number,
        "label": full_span_label(span, review.settings, language),
        "from": str(span.months[0]),
        "to": str(span.months[-1]),
        **_span_measures(entry),
    }


def _span_measures(entry: SpanFigures) -> Dict[str, object]:
    return {
        **_measures(entry.figures),
        **{name: getattr(entry.figures, name) for name in _MONTHS},
        "complete": entry.complete,
        "plan_whole": _known(entry.plan_whole),
    }


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
    """One flat row a goal with the :func:`columns` of its review, for CSV, Parquet and
    DataFrames."""
    wanted = columns(review)
    rows = []
    for goal in review.goals:
        row: Dict[str, object] = dict.fromkeys(wanted)
        for name, value in goal_data(review, goal, language).items():
            if isinstance(value, Mapping):
                row.update({f"{name}_{inner}": figure for inner, figure in value.items()})
            else:
                row[name] = value
        for entry in goal.spans:
            name = _SPANS[entry.span.kind][entry.span.number - 1]
            measures = _span_measures(entry)
            row.update({f"{name}_{inner}": figure for inner, figure in measures.items()})
        row["month"] = str(review.month)
        rows.append({name: row[name] for name in wanted})
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
    table = pd.DataFrame(rows, columns=list(columns(review)))
    # A column that is empty this month is a column of numbers all the same.
    flags = [f"{name}_complete" for name in _span_names(review)]
    return table.astype(
        {**dict.fromkeys(_numbers(review), "float64"), **dict.fromkeys(flags, "boolean")}
    )
