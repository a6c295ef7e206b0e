"""Collect problems as they are found, each with its sheet and cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.errors import Problem
from kpixl.plan.cells import SheetRows, cell_name
from kpixl.plan.values import shown
from kpixl.words import LANGUAGES, MORE, word

NO_DETAILS: Mapping[str, object] = MappingProxyType({})


class Severity(Enum):
    """What follows from a problem: a likely slip is only said, an error blocks what it touches,
    and with a structural one there is no plan."""

    WARNING = "warning"
    ERROR = "error"
    STRUCTURAL = "structural"


MAX_PROBLEMS = 10_000
"""More are counted, with all whom they touch, but no longer told one by one."""


class Findings:
    """The problems found so far, in the order in which they were found. ``names`` are the book's
    own for its sheets, columns and settings (:class:`kpixl.words.BookNames`); whoever finds them
    adds them, and all problems are told with them."""

    def __init__(self) -> None:
        self.names: Dict[str, str] = {}
        self._problems: List[Problem] = []
        self._beyond = {Severity.ERROR: _Beyond(), Severity.WARNING: _Beyond()}

    @property
    def problems(self) -> Tuple[Problem, ...]:
        """Every problem so far."""
        sums = (
            beyond.problem(severity is Severity.WARNING)
            for severity, beyond in self._beyond.items()
            if beyond.count
        )
        return (*self._problems, *sums)

    @property
    def structural(self) -> bool:
        """Whether the structure cannot be understood, so that there is no plan."""
        return any(problem.structural for problem in self._problems)

    def cell(
        self,
        code: str,
        sheet: SheetRows,
        at: Tuple[int, int],
        found: object = None,
        goals: Sequence[str] = (),
        people: Sequence[str] = (),
        severity: Severity = Severity.ERROR,
        details: Mapping[str, object] = NO_DETAILS,
    ) -> None:
        """Report on the cell ``at`` a row and column, both from 1; ``found`` is what it holds."""
        if self._full and severity is not Severity.STRUCTURAL:
            self._beyond[severity].add(goals, people)
            return
        self._problems.append(
            Problem(
                code, sheet.name, cell_name(*at), shown(found), self._named(details), _once(goals),
                _once(people), severity is Severity.STRUCTURAL, severity is Severity.WARNING,
            )
        )  # fmt: skip

    def sheet(
        self,
        code: str,
        sheet: Optional[str],
        goals: Sequence[str] = (),
        severity: Severity = Severity.ERROR,
        details: Mapping[str, object] = NO_DETAILS,
        at: Optional[str] = None,
        found: str = "",
    ) -> None:
        """Report on a whole sheet or its cell ``at``, or on the book where it has no such sheet."""
        self._problems.append(
            Problem(
                code, sheet, at, found, self._named(details), _once(goals), (),
                severity is Severity.STRUCTURAL, severity is Severity.WARNING,
            )
        )  # fmt: skip

    def _named(self, details: Mapping[str, object]) -> Dict[str, object]:
        return {**details, "book": self.names}

    @property
    def _full(self) -> bool:
        return len(self._problems) >= MAX_PROBLEMS


@dataclass
class _Beyond:
    """What a book full of faults has beyond the problems that are told one by one."""

    count: int = 0
    touches_all: bool = False
    goals: Dict[str, None] = field(default_factory=dict)
    people: Dict[str, None] = field(default_factory=dict)

    def add(self, goals: Sequence[str], people: Sequence[str]) -> None:
        """Count a problem and whom it touches; one that names nobody touches all."""
        self.count += 1
        self.touches_all |= not goals and not people
        self.goals.update(dict.fromkeys(goals))
        self.people.update(dict.fromkeys(people))

    def problem(self, warning: bool) -> Problem:
        """All of them as one problem."""
        return Problem(
            "problems-too-many",
            details={"count": self.count, "form": "one" if self.count == 1 else "many"},
            goals=() if self.touches_all else tuple(self.goals),
            people=() if self.touches_all else tuple(self.people),
            warning=warning,
        )


def _once(names: Sequence[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def both_names(section: str, key: str) -> Dict[str, object]:
    """The name of a sheet, column or setting in each language, as details of a problem."""
    return {f"name_{language}": word(f"{section}.{key}", language) for language in LANGUAGES}


MOST_NAMES = 5


def missing_column(key: str, others: Sequence[str]) -> Dict[str, object]:
    """The same of a column that is missing, with headers that stand there and mean nothing. The
    forms of the sentence: a name that is the same in every language is said once."""
    names = both_names("column", key)
    forms = ["same"] if names["name_en"] == names["name_ja"] else []
    if others:
        forms.append("others")
        more = (MORE,) if len(others) > MOST_NAMES else ()
        names["others"] = (*others[:MOST_NAMES], *more)
    return {**names, "form": "-".join(forms)} if forms else names
