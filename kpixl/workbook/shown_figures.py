"""Turn a review into what the Scorecard and the Actions sheet of its workbook should show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Callable, Dict, FrozenSet, Iterator, List, Mapping, Optional, Tuple

from kpixl.errors import CellError
from kpixl.functions.scorecard import signal_news
from kpixl.measures.formula import inputs
from kpixl.measures.kinds import Step
from kpixl.measures.pdca import action_phase
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Action, Plan
from kpixl.plan.schema import HEADER_SEARCH_ROWS, SHEET, column_names
from kpixl.plan.values import id_of
from kpixl.review.cycle import evidence_of, known_by
from kpixl.review.figures import GoalReview, Review
from kpixl.review.steps import goal_step, step_text
from kpixl.words import LANGUAGES, fold, section, word
from kpixl.workbook.calculator import serial
from kpixl.workbook.operators import CannotCalculate
from kpixl.workbook.stored_cells import StoredCells, StoredSheet

FIGURES: Mapping[str, Tuple[str, str]] = {
    **{key: ("month", key) for key in (
        "actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth"
    )},
    **{f"td_{key}": ("to_date", key) for key in ("actual", "plan", "gap", "attainment")},
    "landing": ("landing", "value"), "outlook": ("landing", "outlook"),
    "landing_gap_pct": ("landing", "gap_pct"), "chance": ("landing", "chance"),
}  # fmt: skip
"""Column of the Scorecard -> period, or landing, and measure of the review."""

WORDS = ("status", "td_status", "signal", "phase", "next_step")
"""The columns of words."""

TOLERANCE = 1e-9
"""Relative; hosts do not all add up in the same order."""

FIFTEEN_DIGITS = 1e-14
"""Some hosts hand numbers over with 15 digits: a difference of two is good for so much of them."""

_LEAST_HEADERS = 5


@dataclass(frozen=True)
class Shown:
    """A cell and what it should show. A figure that is not available is None; of words any in
    ``words`` will do, whichever language they are in. ``largest`` is as in :func:`same`."""

    sheet: str
    row: int
    column: int
    expected: CellValue
    words: FrozenSet[str] = frozenset()
    largest: float = 0.0

    def agrees(self, held: CellValue) -> bool:
        """Whether the cell shows what it should."""
        if isinstance(self.expected, str):
            return isinstance(held, str) and fold(held) in self.words
        if self.expected is None and not isinstance(held, str):
            return held is None or isinstance(held, CellError)
        if self.expected is None:
            return fold(str(held)) in _not_available()
        return same(held, self.expected, self.largest)


def same(held: CellValue, expected: CellValue, largest: float = 0.0) -> bool:
    """Whether a cached value is the calculated one: blank and empty text alike, numbers within
    TOLERANCE, dates by their serial number. ``largest`` is the largest number that the value was
    made from, where that is known."""
    left, right = (serial(one) if isinstance(one, date) else one for one in (held, expected))
    if left in (None, "") or right in (None, ""):
        return left in (None, "") and right in (None, "")
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        slack = TOLERANCE * max(1.0, abs(left), abs(right))
        return abs(left - right) <= max(slack, FIFTEEN_DIGITS * largest)
    return left == right


def _not_available() -> FrozenSet[str]:
    entry = section("show")["not_available"]
    return frozenset(fold(entry[language]) for language in LANGUAGES) | {""}


def shown_figures(cells: StoredCells, plan: Plan, review: Review) -> Iterator[Shown]:
    """What every figure, status and PDCA cell of the Scorecard should show, and every phase and
    next step in Actions. Nothing where the workbook has no such sheet, or no review month of its
    own, and nothing for goals whose data have errors."""
    if plan.settings.review_month != review.month:
        return
    touched = _touched(plan, review)
    for sheet in cells.called("scorecard"):
        yield from _scorecard(cells, sheet, review, touched)
    for sheet in cells.called("actions"):
        yield from _actions(sheet, plan, review.as_of, touched)


def _touched(plan: Plan, review: Review) -> set[str]:
    """The goals whose data have errors, and those whose figures are made of theirs."""
    found = {goal for problem in review.errors for goal in problem.goals}
    made_of = {
        goal.id: {*review.by_id[goal.id].children, *(inputs(goal.formula) if goal.formula else ())}
        for goal in plan.goals
        if goal.id in review.by_id
    }
    grown = True
    while grown:
        new = {goal for goal, parts in made_of.items() if parts & found} - found
        found |= new
        grown = bool(new)
    return found


def _scorecard(
    cells: StoredCells, sheet: StoredSheet, review: Review, touched: set[str]
) -> Iterator[Shown]:
    found = _scorecard_columns(cells, sheet)
    if found is None:
        return
    header, columns = found
    rows: Dict[str, List[int]] = {}
    for row in range(header + 1, sheet.extent[0] + 1):
        goal_id, _ = id_of(_held(sheet, row, columns["id"]))
        if goal_id in review.by_id and goal_id not in touched:
            rows.setdefault(goal_id, []).append(row)
    for goal_id, candidates in rows.items():
        # One ID may stand in several rows, of which one is valid now and has figures.
        filled = [row for row in candidates if _held(sheet, row, columns["status"]) is not None]
        for row in (filled or candidates)[:1]:
            goal = review.by_id[goal_id]
            periods = (goal.month, goal.to_date)
            made_of = [abs(one.actual or 0.0) + abs(one.plan or 0.0) for one in periods]
            for key, (expected, words) in _expected(review, goal).items():
                if key in columns:
                    place = (sheet.name, row, columns[key])
                    yield Shown(*place, expected, words, max(made_of))


def _scorecard_columns(
    cells: StoredCells, sheet: StoredSheet
) -> Optional[Tuple[int, Dict[str, int]]]:
    """The header row and the columns by key: where the table says, else by their headers."""
    names = {
        fold(word(f"template.scorecard.{key}", language)): key
        for key in ("id", *FIGURES, *WORDS)
        for language in LANGUAGES
    }
    table = cells.table(SHEET["scorecard"].table)
    if table is not None and table.sheet == sheet.name and table.headers:
        columns = {names.get(fold(title)): column for title, column in table.columns.items()}
        header = table.headers
    else:
        header, columns = _header(sheet, names)
    known = {key: column for key, column in columns.items() if key is not None}
    return (header, known) if {"id", "status"} <= known.keys() else None


def _header(sheet: StoredSheet, names: Mapping[str, str]) -> Tuple[int, Dict[Optional[str], int]]:
    for row, line in enumerate(sheet.rows[:HEADER_SEARCH_ROWS], start=1):
        found = {
            names.get(fold(cell)): column
            for column, cell in enumerate(line, start=1)
            if isinstance(cell, str)
        }
        if len(found) > _LEAST_HEADERS:
            return row, found
    return 0, {}


Expected = Tuple[CellValue, FrozenSet[str]]


def _expected(review: Review, goal: GoalReview) -> Dict[str, Expected]:
    language = review.settings.language
    found: Dict[str, Expected] = {
        key: (getattr(getattr(goal, period), name), frozenset())
        for key, (period, name) in FIGURES.items()
    }
    for key, figures in (("status", goal.month), ("td_status", goal.to_date)):
        found[key] = _worded(f"status.{figures.status.value}", language)
    news = signal_news(goal.control)
    found["signal"] = _worded(f"signal.{news}", language) if news else (None, frozenset())
    found["phase"] = _worded(f"phase.{goal.phase.phase.value}", language)
    found["next_step"] = _said(lambda one: goal_step(goal.phase, one), language)
    if goal.phase.action_step is Step.COMPARE_EFFECT:
        # The cell counts months that have closed, the review those that are reported (SPEC 8).
        step, words = found["next_step"]
        found["next_step"] = (step, words | _late_or_not(goal))
    return found


def _late_or_not(goal: GoalReview) -> FrozenSet[str]:
    phases = [replace(goal.phase, overdue=late) for late in (False, True)]
    return frozenset(fold(goal_step(phase, one)) for phase in phases for one in LANGUAGES)


def _worded(key: str, language: str) -> Expected:
    return _said(lambda one: word(key, one), language)


def _said(text: Callable[[str], str], language: str) -> Expected:
    return text(language), frozenset(fold(text(one)) for one in LANGUAGES)


def _actions(sheet: StoredSheet, plan: Plan, as_of: date, touched: set[str]) -> Iterator[Shown]:
    """Phase and next step by what the row says of days up to ``as_of``."""
    names = column_names("actions")
    columns: Dict[str, int] = {}
    for line in sheet.rows[:HEADER_SEARCH_ROWS]:
        found = {
            names[fold(cell)]: column
            for column, cell in enumerate(line, start=1)
            if isinstance(cell, str) and fold(cell) in names
        }
        if len(found) > max(_LEAST_HEADERS, len(columns)):
            columns = found
    for action in plan.actions:
        if action.goal in touched:
            continue
        phase, step = action_phase(evidence_of(known_by(action, as_of)))
        if "phase" in columns:
            found_phase = _worded(f"phase.{phase.value}", plan.settings.language)
            yield Shown(sheet.name, action.row, columns["phase"], *found_phase)
        due_is_text = isinstance(_held(sheet, action.row, columns.get("due", 0)), str)
        if "next_step" in columns and not due_is_text:
            said = _said(_step_of(action, step), plan.settings.language)
            yield Shown(sheet.name, action.row, columns["next_step"], *said)


def _step_of(action: Action, step: Step) -> Callable[[str], str]:
    return lambda language: step_text(step, action.due, language)


def _held(sheet: StoredSheet, row: int, column: int) -> CellValue:
    try:
        return sheet.cached(row, column)
    except CannotCalculate:
        return None
