"""Turn what a check of the method has found into advice that points at a cell (SPEC 9)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Callable, Dict, FrozenSet, Iterable, Iterator, List, Mapping, Optional, Tuple

from kpixl.errors import Problem
from kpixl.plan.cells import cell_name
from kpixl.plan.model import NO_FIGURES, Goal, Plan
from kpixl.plan.month import Month
from kpixl.review.figures import GoalReview, Review
from kpixl.review.periods import month_name
from kpixl.review.show import GoalStyle
from kpixl.words import LANGUAGES, problem_text

MOST_PLACES = 6
"""So many more decimals than usual are shown where two figures would else read the same."""


@dataclass(frozen=True)
class Place:
    """A sheet and one of its cells; neither where the plan came from no workbook."""

    sheet: Optional[str] = None
    cell: Optional[str] = None


@dataclass(frozen=True)
class MethodView:
    """What the checks of the method look at: the review, and the plan that says where its figures
    stand."""

    plan: Plan
    review: Review
    faulty: FrozenSet[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        errors = (problem for problem in self.review.problems if not problem.warning)
        touched = frozenset(goal_id for problem in errors for goal_id in problem.goals)
        object.__setattr__(self, "faulty", touched)

    def measured(self) -> Iterator[GoalReview]:
        """The goals with figures of their own or from a formula, in tree order. Those whose data
        have errors are left out: once these are mended, there may be nothing to advise."""
        for goal in self.review.goals:
            if goal.source in ("own", "formula") and goal.id not in self.faulty:
                yield goal

    def goal_place(self, goal: Goal, column: str) -> Place:
        """A goal's cell on the Goals sheet; that of its ID where there is no such column."""
        sheet = self.plan.sheets.get("goals")
        if sheet is None:
            return Place()
        at = sheet.columns.get(column, sheet.columns.get("id", 1))
        return Place(sheet.name, cell_name(goal.row, at))

    def plan_place(self, goal: Goal, month: Month) -> Place:
        """Where the plan in force of a month stands; without a row of its own it comes from the
        goal's formula."""
        start = self.plan.settings.revision_from
        revision = self.plan.revision.get(goal.id, NO_FIGURES)
        revised = start is not None and month >= start and revision.get(month) is not None
        place = self._figure_place("revision" if revised else "plan", goal.id, month)
        return place or self.goal_place(goal, "formula" if goal.formula_text else "id")

    def actual_place(self, goal: Goal, month: Month) -> Place:
        """Where the actual of a month stands, or is to stand."""
        return self._figure_place("actuals", goal.id, month) or self.goal_place(goal, "id")

    def advise(
        self,
        code: str,
        place: Place,
        goals: Iterable[GoalReview],
        details: Mapping[str, object],
        found: str = "",
        form: str = "",
    ) -> Problem:
        """Advice on ``goals``, which are all that its sentence tells of: a pack that does not hold
        them all does not hold the advice. ``form`` chooses among the sentences of ``code``."""
        return Problem(
            code,
            place.sheet,
            place.cell,
            found,
            {**details, "form": form, "book": self.plan.source.names},
            goals=tuple(dict.fromkeys(goal.id for goal in goals)),
            warning=True,
            method=True,
        )

    def _figure_place(self, key: str, goal_id: str, month: Month) -> Optional[Place]:
        sheets = {
            "plan": self.plan.plan, "revision": self.plan.revision, "actuals": self.plan.actuals
        }  # fmt: skip
        row = sheets[key].get(goal_id, NO_FIGURES).row
        sheet = self.plan.sheets.get(key)
        if sheet is None or not row or month not in sheet.months:
            return None
        return Place(sheet.name, cell_name(row, sheet.months[month]))


@dataclass(frozen=True)
class AdviceGroup:
    """Advice of one check with one mend, in words: ``findings`` are pairs of the place, such as
    ``Goals!E7`` (or empty), and what was found there."""

    code: str
    findings: Tuple[Tuple[str, str], ...]
    expected: str
    mend: str


def by_mend(advice: Iterable[Problem], language: str) -> Tuple[AdviceGroup, ...]:
    """Advice as pages and terminals tell it: what is mended alike together, in its order."""
    groups: Dict[Tuple[str, str, str], List[Tuple[str, str]]] = {}
    for entry in advice:
        text = problem_text(entry, language)
        place = "!".join(part for part in (entry.sheet, entry.cell) if part)
        groups.setdefault((entry.code, text.expected, text.mend), []).append((place, text.what))
    return tuple(
        AdviceGroup(code, tuple(findings), expected, mend)
        for (code, expected, mend), findings in groups.items()
    )


def figures_in_words(
    review: Review, goal: GoalReview, figures: Mapping[str, float]
) -> Dict[str, object]:
    """Figures of a goal as its pages show them: ``plan`` becomes ``plan_en`` and ``plan_ja``.
    Different figures read differently, with more decimals where it takes them."""
    return _in_words(review, goal, figures, GoalStyle.with_unit)


def changes_in_words(
    review: Review, goal: GoalReview, changes: Mapping[str, float]
) -> Dict[str, object]:
    """As :func:`figures_in_words`, for signed differences: points for % goals."""
    return _in_words(review, goal, changes, GoalStyle.change_with_unit)


def _in_words(
    review: Review,
    goal: GoalReview,
    figures: Mapping[str, float],
    show: Callable[[GoalStyle, Optional[float]], str],
) -> Dict[str, object]:
    from kpixl.review.sentences import style_of

    found: Dict[str, object] = {}
    for language in LANGUAGES:
        style = style_of(review, goal, language)
        texts: Dict[str, str] = {}
        for more in range(MOST_PLACES + 1):
            finer = replace(style, decimals=style.decimals + more)
            texts = {name: show(finer, value) for name, value in figures.items()}
            if len(set(texts.values())) == len(set(figures.values())):
                break
        found.update({f"{name}_{language}": text for name, text in texts.items()})
    return found


def month_in_words(name: str, month: Month) -> Dict[str, object]:
    """A month as the detail ``name`` in each language."""
    return {f"{name}_{language}": month_name(month, language) for language in LANGUAGES}
