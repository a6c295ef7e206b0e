"""The content of one KPI workbook, whatever file it came from. Everything here is frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Dict, FrozenSet, Mapping, Optional, Sequence, Tuple

from kpixl.errors import Problem
from kpixl.measures import limits
from kpixl.measures.formula import Node
from kpixl.measures.kinds import Aggregation, Decision, Direction
from kpixl.plan.month import CloseDay, Month


class Level(str, Enum):
    """A goal's place in the tree."""

    KGI = "kgi"
    CSF = "csf"
    KPI = "kpi"


class State(str, Enum):
    """Whether a month's figures are preliminary or final."""

    PRELIMINARY = "preliminary"
    FINAL = "final"


class Rounding(str, Enum):
    """How shown figures are rounded; arithmetic never is."""

    HALF_UP = "half_up"
    DOWN = "down"


class Negatives(str, Enum):
    """How negative figures are shown."""

    MINUS = "minus"
    TRIANGLE = "triangle"
    PARENTHESES = "parentheses"


@dataclass(frozen=True)
class Settings:
    """The Settings sheet, typed, with defaults for what it leaves out (SPEC 2). ``entry_for`` is
    the owner whom a book was split off for to fill in; blank in ordinary books."""

    company: str = ""
    title: str = ""
    book_id: str = ""
    format_version: int = 1
    review_month: Optional[Month] = None
    state: State = State.PRELIMINARY
    fiscal_start: int = 4
    fiscal_label: str = ""
    language: str = "en"
    close_day: CloseDay = CloseDay()
    country: str = ""
    revision_from: Optional[Month] = None
    green_at: float = limits.GREEN_AT
    amber_at: float = limits.AMBER_AT
    rollup_cap: float = limits.ROLLUP_CAP
    rollup_green_at: float = limits.ROLLUP_GREEN_AT
    rounding: Rounding = Rounding.HALF_UP
    negatives: Negatives = Negatives.MINUS
    brand_colour: str = ""
    logo: str = ""
    confidentiality: str = ""
    periods_shown: Tuple[str, ...] = ()
    max_kpis_per_csf: int = 5
    max_kpis: int = 20
    max_kpis_per_owner: int = 5
    max_weight: float = 0.6
    checks_off: Tuple[str, ...] = ()
    entry_for: str = ""


@dataclass(frozen=True)
class Goal:
    """One row of the Goals sheet: a goal as it is defined from ``valid_from`` to ``valid_to``.

    ``id`` is as compared (NFKC, upper case), ``label`` as the person wrote it.
    ``formula`` is parsed; ``formula_text`` is what the cell holds, without a leading ``=``.
    """

    id: str
    label: str
    parent: Optional[str]
    level: Level
    name: str
    owner: str
    unit: str
    direction: Direction
    aggregation: Aggregation
    department: str = ""
    scale: str = ""
    tolerance: Optional[float] = None
    formula: Optional[Node] = None
    formula_text: str = ""
    weight: Optional[float] = None
    baseline: Optional[float] = None
    benchmark: Optional[float] = None
    amber_at: Optional[float] = None
    decimals: Optional[int] = None
    valid_from: Optional[Month] = None
    valid_to: Optional[Month] = None
    why: str = ""
    row: int = 0

    def valid_in(self, month: Month) -> bool:
        """Whether this definition holds in ``month``."""
        after_start = self.valid_from is None or self.valid_from <= month
        return after_start and (self.valid_to is None or month <= self.valid_to)

    @property
    def is_percent(self) -> bool:
        """Whether figures are fractions shown as %, whose differences are points."""
        return self.unit in ("%", "％")


def definition_in(definitions: Sequence[Goal], month: Month) -> Goal:
    """The definition that holds in ``month``; outside every definition's time the nearest one,
    so that history before a goal joined is still read as the goal's history."""
    if len(definitions) == 1:
        return definitions[0]
    for goal in definitions:
        if goal.valid_in(month):
            return goal
    ordered = sorted(definitions, key=_start)
    before = [goal for goal in ordered if _start(goal) <= month.index]
    return before[-1] if before else ordered[0]


def _start(goal: Goal) -> int:
    return goal.valid_from.index if goal.valid_from is not None else -1


@dataclass(frozen=True)
class Series:
    """A goal's monthly figures from one sheet; ``unavailable`` months hold a value that could
    not be read (a problem), which is neither a figure nor 'not reported'. ``row`` is where they
    stand (0: on no sheet)."""

    values: Mapping[Month, float] = field(default_factory=dict)
    unavailable: FrozenSet[Month] = frozenset()
    row: int = field(default=0, compare=False)

    def get(self, month: Month) -> Optional[float]:
        """The figure of ``month``, or None."""
        return self.values.get(month)


NO_FIGURES = Series()


@dataclass(frozen=True)
class Action:
    """A countermeasure with its PDCA evidence; blank fields are None or empty."""

    id: str
    goal: str
    raised: Optional[date] = None
    cause: str = ""
    countermeasure: str = ""
    owner: str = ""
    due: Optional[date] = None
    started: Optional[date] = None
    done: Optional[date] = None
    expected_effect: str = ""
    result: str = ""
    decision: Optional[Decision] = None
    decided: Optional[date] = None
    row: int = 0


@dataclass(frozen=True)
class Comment:
    """A remark on a goal in a month."""

    goal: str
    month: Month
    text: str
    author: str = ""


@dataclass(frozen=True)
class Recipient:
    """A person who gets a pack. ``role`` is ``"to"`` or ``"cc"``; ``scope`` is "" for the tree."""

    name: str
    email: str
    role: str = "to"
    scope: str = ""
    language: str = "en"


@dataclass(frozen=True)
class SheetColumns:
    """Where one input sheet of the book has its columns and months, counted from 1, so that
    what is said of a goal can point at a cell. ``name`` is the sheet's own."""

    name: str
    columns: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[Month, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Which file the plan was read from; ``names`` are its own for its sheets, columns and
    settings (:class:`kpixl.words.BookNames`)."""

    name: str = ""
    sha256: str = ""
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Plan:
    """Everything a person entered: the goal tree, its monthly figures, actions and settings.
    ``sheets`` has the columns of Goals, Holidays and the monthly sheets, by their keys,
    ``setting_cells`` sheet and cell of each setting that has a value. ``holidays`` are those of
    the sheet and of the country in Settings; ``calendar_days`` those that the sheet lacks."""

    settings: Settings
    goals: Tuple[Goal, ...]
    plan: Mapping[str, Series] = field(default_factory=dict)
    revision: Mapping[str, Series] = field(default_factory=dict)
    actuals: Mapping[str, Series] = field(default_factory=dict)
    outlook: Mapping[str, Series] = field(default_factory=dict)
    actions: Tuple[Action, ...] = ()
    comments: Tuple[Comment, ...] = ()
    recipients: Tuple[Recipient, ...] = ()
    holidays: Tuple[date, ...] = ()
    calendar_days: Tuple[date, ...] = ()
    holiday_names: Mapping[date, str] = field(default_factory=dict)
    source: Source = Source()
    sheets: Mapping[str, SheetColumns] = field(default_factory=dict, compare=False, repr=False)
    setting_cells: Mapping[str, Tuple[str, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def months(self) -> Tuple[Month, ...]:
        """The months that Plan or Actuals have a column for; none where no sheet is known."""
        sheets = [self.sheets[key] for key in ("plan", "actuals") if key in self.sheets]
        return tuple(sorted({month for sheet in sheets for month in sheet.months}))

    def definitions(self, goal_id: str) -> Tuple[Goal, ...]:
        """All rows of one ID, in sheet order."""
        return tuple(goal for goal in self.goals if goal.id == goal_id)

    def tree(self, month: Month) -> Dict[str, Goal]:
        """The goals valid in ``month`` by ID, in sheet order."""
        return {goal.id: goal for goal in self.goals if goal.valid_in(month)}

    def in_force(self, goal_id: str, month: Month) -> Optional[float]:
        """The plan of ``month``: from "revision valid from" on its Revision where one is
        given, else the Plan (SPEC 2, "Plan in force"). A Revision that cannot be read leaves
        the month without a plan: what it replaces no longer holds."""
        start = self.settings.revision_from
        if start is not None and month >= start:
            revision = self.revision.get(goal_id, NO_FIGURES)
            revised = revision.get(month)
            if revised is not None or month in revision.unavailable:
                return revised
        return self.plan.get(goal_id, NO_FIGURES).get(month)


@dataclass(frozen=True)
class Reading:
    """What reading a workbook gives: a plan, or none where its structure cannot be understood,
    and every problem found."""

    plan: Optional[Plan]
    problems: Tuple[Problem, ...] = ()
