"""What a book calls its goals, and which of them a source means."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from kpixl.importing.rules import Rules
from kpixl.measures.ids import normalise_id
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Plan
from kpixl.plan.values import id_of, text_of
from kpixl.words import fold


@dataclass(frozen=True)
class Match:
    """Which goal a cell means: ``goal`` is None where no goal is known by it. ``by`` is ``id``,
    ``name`` or ``mapping``; ``ignored`` says that it is left out on purpose."""

    goal: str | None = None
    by: str = ""
    ignored: bool = False


NO_MATCH = Match()


@dataclass(frozen=True)
class Terms:
    """The goals of a book: their labels by ID, and the IDs by folded name where the name is that
    of one goal alone; which are in %, and which are calculated from others."""

    labels: Mapping[str, str]
    names: Mapping[str, str]
    shown_names: Mapping[str, str]
    percent: frozenset[str]
    calculated: frozenset[str]

    def match(self, cell: CellValue, rules: Rules) -> Match:
        """The goal that ``cell`` means."""
        code, fault = id_of(cell)
        if fault is not None or not code:
            return NO_MATCH
        if code in rules.ids:
            goal = rules.ids[code]
            return Match(goal if goal in self.labels else None, "mapping")
        # Of everything that is left out ("*"), what the book knows is not.
        if code in self.labels:
            return Match(code, "id", ignored=code in rules.ignore)
        named = self.names.get(fold(text_of(cell)))
        if named is not None:
            return Match(named, "name", ignored=code in rules.ignore)
        return Match(ignored=rules.ignores(code))

    def nearest(self, code: str) -> str:
        """The known ID that a mistyped one, or a mistyped name, is most like; blank for none."""
        near = difflib.get_close_matches(normalise_id(code), list(self.labels), n=1, cutoff=0.7)
        if near:
            return self.labels[near[0]]
        near = difflib.get_close_matches(fold(code), list(self.names), n=1, cutoff=0.75)
        return self.labels[self.names[near[0]]] if near else ""

    def name(self, goal: str) -> str:
        """The goal's name, as it is shown."""
        return self.shown_names.get(goal, "")


def terms_of(plan: Plan) -> Terms:
    """The terms of a book."""
    goals_of: dict[str, set[str]] = {}
    for goal in plan.goals:
        goals_of.setdefault(fold(goal.name), set()).add(goal.id)
    return Terms(
        labels={goal.id: goal.label for goal in plan.goals},
        names={name: min(ids) for name, ids in goals_of.items() if name and len(ids) == 1},
        shown_names={goal.id: goal.name for goal in plan.goals},
        percent=frozenset(goal.id for goal in plan.goals if goal.is_percent),
        calculated=frozenset(goal.id for goal in plan.goals if goal.formula_text),
    )
