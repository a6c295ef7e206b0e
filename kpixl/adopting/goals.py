"""Turn subjects into goals: ID, name, unit, direction, aggregation, formula and place in the tree,
each with the reason for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kpixl.adopting.formulas import Driver
from kpixl.adopting.known import (
    AVERAGED,
    COUNTED,
    DEPARTMENTS,
    LAST,
    LOWER,
    Measure,
    is_one_of,
)
from kpixl.adopting.notes import Certainty, Note
from kpixl.adopting.series import Series
from kpixl.adopting.subjects import Fact, Gathered, Subject
from kpixl.adopting.tree import Tree
from kpixl.adopting.units import is_money, is_percent_format, unit_of_format
from kpixl.adopting.verifying import AVERAGE, SUM, Vote
from kpixl.plan.cells import cell_name
from kpixl.plan.values import is_percent

FIGURES = (Measure.PLAN, Measure.REVISION, Measure.ACTUAL, Measure.OUTLOOK)
_BEYOND_FRACTIONS = 2.0


@dataclass(frozen=True)
class Goal:
    """A goal as the new book gets it. ``factor`` is what its figures are multiplied by: 0.01
    where the old book wrote 98.5 for 98.5 %."""

    id: str
    subject: int
    name: str
    parent: str
    level: str
    unit: str
    owner: str
    department: str
    direction: str
    aggregation: str
    formula: str = ""
    factor: float = 1.0


@dataclass(frozen=True)
class Goals:
    """All goals in order, and why they are what they are."""

    goals: tuple[Goal, ...]
    notes: tuple[Note, ...]


def goals_of(
    book: Gathered, series: Series, tree: Tree, votes: Mapping[int, Sequence[Vote]], language: str
) -> Goals:
    """The goals of a book: every subject that has figures of its own."""
    chosen = [
        number for number in range(len(book.subjects))
        if number not in tree.totals and any(series.of(number, measure) for measure in FIGURES)
    ]  # fmt: skip
    return _Goals(book, series, tree, votes, chosen, language).made()


class _Goals:
    def __init__(
        self, book: Gathered, series: Series, tree: Tree, votes: Mapping[int, Sequence[Vote]],
        chosen: Sequence[int], language: str,
    ) -> None:  # fmt: skip
        self._book, self._series, self._tree, self._votes = book, series, tree, votes
        width = max(2, len(str(len(chosen))))
        self._ids = {number: f"K{at:0{width}d}" for at, number in enumerate(chosen, start=1)}
        self._names = _names([book.subjects[number] for number in chosen], language)
        self._chosen = chosen
        self._notes: list[Note] = []
        self._factors: dict[int, float] = {}

    def made(self) -> Goals:
        drafted = [self._goal(at, number) for at, number in enumerate(self._chosen)]
        self._factors = {goal.subject: goal.factor for goal in drafted}
        goals = tuple(replace(goal, formula=self._formula(goal)) for goal in drafted)
        if not any(goal.level == "kgi" for goal in goals):
            self._note("level", "kpi", "level-unknown", Certainty.ASSUMED, "", "level")
        return Goals(goals, (*self._notes,))

    def _goal(self, at: int, number: int) -> Goal:
        subject, goal_id = self._book.subjects[number], self._ids[number]
        name = self._names[at]
        if name != subject.name:
            self._note("name", name, "name-twice", Certainty.ASSUMED, goal_id)
        unit = self._unit(number, subject, goal_id)
        factor = self._factor(number, unit, goal_id)
        department = self._department(subject, goal_id)
        parent = self._parent(number, goal_id)
        return Goal(
            goal_id, number, name, parent, self._level(number, parent, goal_id), unit,
            subject.owner, department, self._direction(number, subject, goal_id),
            self._aggregation(number, unit, goal_id), "", factor,
        )  # fmt: skip

    def _department(self, subject: Subject, goal_id: str) -> str:
        department, reason = subject.department, "department-sheet"
        if not department:
            grouped = [group for group in subject.groups if DEPARTMENTS.fullmatch(group)]
            department, reason = grouped[-1] if grouped else "", "department-group"
        elif not subject.is_by_sheet:
            return department
        if department:
            self._note("department", department, reason, Certainty.ASSUMED, goal_id)
        return department

    def _parent(self, number: int, goal_id: str) -> str:
        above = self._tree.parents.get(number)
        parent = self._ids.get(above, "") if above is not None else ""
        driver = self._tree.drivers.found.get(above) if above is not None else None
        if parent and driver is not None:
            certainty = Certainty.CERTAIN if driver.certain else Certainty.DERIVED
            reason = "parent-excel" if driver.certain else "parent-sums"
            cell = _example(driver).get("cell", "")
            self._note("parent", parent, reason, certainty, goal_id, cell=cell)
        return parent

    def _note(
        self, about: str, value: str, reason: str, certainty: Certainty, goal: str,
        vocabulary: str = "", **details: object,
    ) -> None:  # fmt: skip
        self._notes.append(
            Note(about, value, reason, certainty, goal, vocabulary=vocabulary, details=details)
        )

    def _facts(self, number: int) -> list[Fact]:
        return [fact for measure in FIGURES for fact in self._series.of(number, measure).values()]

    def _unit(self, number: int, subject: Subject, goal_id: str) -> str:
        formats = Counter(
            unit for fact in self._facts(number)
            if (unit := "%" if _typed_percent(fact) else unit_of_format(fact.number_format))
        )  # fmt: skip
        shown = formats.most_common(1)[0][0] if formats else ""
        if subject.unit:
            self._note("unit", subject.unit, "unit-stated", Certainty.CERTAIN, goal_id)
            return subject.unit
        if shown:
            self._note("unit", shown, "unit-format", Certainty.CERTAIN, goal_id)
            return shown
        counted = is_one_of(subject.name, COUNTED) is not None
        if subject.table_unit and not (counted and is_money(subject.table_unit)):
            self._note("unit", subject.table_unit, "unit-table", Certainty.ASSUMED, goal_id)
            return subject.table_unit
        self._note("unit", "", "unit-unknown", Certainty.ASSUMED, goal_id)
        return ""

    def _factor(self, number: int, unit: str, goal_id: str) -> float:
        """0.01 where % figures are written as whole ones."""
        if not is_percent(unit):
            return 1.0
        plain = [
            fact.value for fact in self._facts(number)
            if not is_percent_format(fact.number_format) and not _typed_percent(fact)
        ]  # fmt: skip
        if not plain:
            return 1.0
        largest = max(map(abs, plain))
        if largest > _BEYOND_FRACTIONS:
            self._note("percent", f"{largest:g}", "percent-whole", Certainty.DERIVED, goal_id)
            return 0.01
        self._note("percent", f"{largest:g}", "percent-fraction", Certainty.ASSUMED, goal_id)
        return 1.0

    def _direction(self, number: int, subject: Subject, goal_id: str) -> str:
        word = is_one_of(subject.name, LOWER)
        if word is not None:
            self._note(
                "direction",
                "lower",
                "direction-word",
                Certainty.ASSUMED,
                goal_id,
                "direction",
                word=word,
            )
            return "lower"
        above = next(
            (
                one
                for one, driver in self._tree.drivers.found.items()
                if driver.is_linear and f"-S{number}S" in driver.text and one in self._ids
            ),
            None,
        )
        if above is not None:
            parent = self._ids[above]
            self._note(
                "direction",
                "lower",
                "direction-subtracted",
                Certainty.ASSUMED,
                goal_id,
                "direction",
                parent=parent,
            )
            return "lower"
        self._note(
            "direction", "higher", "direction-default", Certainty.ASSUMED, goal_id, "direction"
        )
        return "higher"

    def _aggregation(self, number: int, unit: str, goal_id: str) -> str:
        found, reason, certainty, details = self._aggregated(number, unit)
        self._note("aggregation", found, reason, certainty, goal_id, "aggregation", **details)
        return found

    def _aggregated(self, number: int, unit: str) -> tuple[str, str, Certainty, dict[str, object]]:
        votes = self._votes.get(number, ())
        kinds = Counter(vote.aggregation for vote in votes)
        if len(kinds) == 1:
            vote = next((one for one in votes if one.by_formula), votes[0])
            certainty = Certainty.CERTAIN if vote.by_formula else Certainty.DERIVED
            cell = f"{vote.cell[0]}!{cell_name(*vote.cell[1:])}"
            return vote.aggregation, "aggregation-total", certainty, {"cell": cell}
        name = self._book.subjects[number].name
        driver = self._tree.drivers.found.get(number)
        unsure = "aggregation-totals-differ" if kinds else ""
        if driver is not None and "/" in driver.text:
            return AVERAGE, unsure or "aggregation-ratio", Certainty.ASSUMED, {}
        if is_percent(unit):
            return AVERAGE, unsure or "aggregation-percent", Certainty.ASSUMED, {}
        for words, found in ((LAST, "last"), (AVERAGED, AVERAGE)):
            word = is_one_of(name, words)
            if word is not None:
                return found, unsure or "aggregation-word", Certainty.ASSUMED, {"word": word}
        return SUM, unsure or "aggregation-default", Certainty.ASSUMED, {}

    def _level(self, number: int, parent: str, goal_id: str) -> str:
        above = number in self._tree.parents.values()
        if not parent and above:
            self._note("level", "kgi", "level-top", Certainty.ASSUMED, goal_id, "level")
            return "kgi"
        return "kpi"

    def _formula(self, goal: Goal) -> str:
        driver = self._tree.drivers.found.get(goal.subject)
        if driver is None or not all(one in self._ids for one in driver.inputs):
            self._note_other(goal.subject, goal.id)
            return ""
        # Excel's formula is about the figures as the old book wrote them: 98.5 for 98.5 %.
        names = {
            one: self._ids[one] if self._factors[one] == 1.0 else f"({self._ids[one]}*100)"
            for one in driver.inputs
        }
        written = driver.written(names)
        if goal.factor != 1.0:
            written = f"({written})/100"
        certainty = Certainty.CERTAIN if driver.certain else Certainty.DERIVED
        reason = "formula-excel" if driver.certain else "formula-sums"
        example = _example(driver)
        self._notes.append(Note("formula", written, reason, certainty, goal.id, details=example))
        return written

    def _note_other(self, number: int, goal_id: str) -> None:
        fact = self._tree.drivers.other.get(number)
        if fact is not None:
            cell = f"{fact.cell[0]}!{cell_name(*fact.cell[1:])}"
            self._note(
                "formula", fact.formula or "", "formula-not-taken", Certainty.ASSUMED, goal_id,
                cell=cell,
            )  # fmt: skip


def _example(driver: Driver) -> dict[str, object]:
    if driver.example is None:
        return {}
    cell = f"{driver.example[0]}!{cell_name(*driver.example[1:])}"
    return {"cell": cell, "excel": driver.excel}


def _typed_percent(fact: Fact) -> bool:
    """Whether the figure is a text with its sign: "98.5%" is 0.985 already."""
    return fact.is_text and fact.number_format == "%"


def _names(subjects: Sequence[Subject], language: str) -> list[str]:
    """A name for each, with its group or department where another one has the same."""
    names = [subject.name for subject in subjects]
    for more in (_with_groups, _with_department):
        twice = {name for name, count in Counter(names).items() if count > 1}
        names = [
            more(name, subject, language) if name in twice else name
            for name, subject in zip(names, subjects, strict=True)
        ]
    return names


def _with_groups(name: str, subject: Subject, language: str) -> str:
    return _with(name, " ".join(subject.groups), language)


def _with_department(name: str, subject: Subject, language: str) -> str:
    return _with(name, subject.department, language)


def _with(name: str, more: str, language: str) -> str:
    if not more:
        return name
    return f"{name}（{more}）" if language == "ja" else f"{name} ({more})"
