"""What a review holds: every figure that a page, a mail or an export will show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Dict, Mapping, Optional, Tuple

from kpixl.errors import Problem
from kpixl.measures.kinds import Effect, Phase, Status, Step
from kpixl.measures.pdca import GoalPhase
from kpixl.plan.model import Action, Comment, Goal, Level, Recipient, Settings, Source
from kpixl.plan.month import Month
from kpixl.review.insights import (
    NO_LANDING,
    NO_RECORD,
    AgainstOriginal,
    Bridge,
    ControlChart,
    Judgement,
    Landing,
    OutlookRecord,
)
from kpixl.review.reorganised import Change
from kpixl.review.spans import Span, spans

if TYPE_CHECKING:
    import pandas

    from kpixl.review.show import GoalStyle

Values = Tuple[Optional[float], ...]


@dataclass(frozen=True)
class Figures:
    """One goal in one period, in the goal's own unit, unrounded; None is "not available".

    ``plan`` and ``prior`` cover the reported months that have them (like for like, SPEC 3);
    ``gap``, ``difference``, ``gap_pct`` and ``attainment`` compare over ``plan_months``,
    ``growth`` over ``prior_months`` of the ``months_reported``. ``months_expected`` counts the
    months of the period up to the review month in which the goal is valid. ``growth`` is a
    fraction, or points (as a fraction) for % goals. A roll-up's score counts ``parts`` of its
    ``parts_expected`` children: those that can be judged. ``plan`` is the plan in force;
    ``against_original`` holds the same figure against the plan before its revision, where the two
    differ.
    """

    actual: Optional[float] = None
    plan: Optional[float] = None
    prior: Optional[float] = None
    difference: Optional[float] = None
    gap: Optional[float] = None
    gap_pct: Optional[float] = None
    attainment: Optional[float] = None
    growth: Optional[float] = None
    status: Status = Status.NO_DATA
    months_reported: int = 0
    months_expected: int = 0
    plan_months: int = 0
    prior_months: int = 0
    parts: int = 0
    parts_expected: int = 0
    against_original: Optional[AgainstOriginal] = None

    @property
    def months_there(self) -> int:
        """How many months a comparison may be expected to cover: those in which the goal is valid,
        and what was reported from before it joined."""
        return max(self.months_expected, self.months_reported)


@dataclass(frozen=True)
class SpanFigures:
    """One goal in one quarter, half or year: ``figures`` over its months up to the review month,
    by the rules of the year to date, and so far only unless it is ``complete``. ``plan_whole`` is
    the plan in force of the whole span; None where a month of it in which the goal is valid has
    none (for Last the last month that has one decides)."""

    span: Span
    figures: Figures
    complete: bool
    plan_whole: Optional[float] = None


@dataclass(frozen=True)
class FiscalSeries:
    """A goal month by month over the fiscal year; twelve values each, months to come included.

    ``actual`` ends with the review month; ``plan`` is the plan in force, ``original`` the plan
    before revision, ``outlook`` holds the months after the review month only.
    """

    months: Tuple[Month, ...]
    actual: Values
    plan: Values
    prior: Values
    outlook: Values
    original: Values
    unavailable: Tuple[Month, ...] = ()


@dataclass(frozen=True)
class GoalReview:
    """One goal as reviewed. ``source`` says where its figure comes from: ``own``, ``formula``,
    ``rollup`` or ``none``. ``trend`` is the actual of the last 13 months, oldest first, ``history``
    the month's status of the last 12, the review month last. ``bridge`` splits the month's gap,
    ``bridge_to_date`` that of the year to date; None where there is nothing to split.
    ``children_elsewhere`` counts the children that a pack's scope leaves out, ``idle_months`` the
    months in a row that the goal has been off plan with nothing done. ``revised`` says that its
    plan in force is another than the original one in some month of the year, by a revision of its
    own or of what its formula is computed from; ``outlooks`` how good its past outlooks were.
    ``spans`` are the quarters, halves and the year that Settings ask for, in the order of
    :attr:`Review.spans`."""

    goal: Goal
    depth: int
    parent: Optional[str]
    children: Tuple[str, ...]
    source: str
    month: Figures
    to_date: Figures
    previous: Optional[Status]
    series: FiscalSeries
    trend: Values
    phase: GoalPhase
    actions: Tuple[str, ...] = ()
    comments: Tuple[Comment, ...] = ()
    progress: Optional[float] = None
    worst_child: Optional[str] = None
    definition_changed: Optional[Month] = None
    revised: bool = False
    history: Tuple[Status, ...] = ()
    landing: Landing = NO_LANDING
    control: Optional[ControlChart] = None
    bridge: Optional[Bridge] = None
    bridge_to_date: Optional[Bridge] = None
    children_elsewhere: int = 0
    idle_months: int = 0
    spans: Tuple[SpanFigures, ...] = ()
    outlooks: OutlookRecord = NO_RECORD

    @property
    def id(self) -> str:
        """The goal's ID, as compared."""
        return self.goal.id

    @property
    def status(self) -> Status:
        """The month's status, which PDCA and exceptions go by."""
        return self.month.status

    @property
    def is_rollup(self) -> bool:
        """Whether the figure is a score of the children rather than a quantity."""
        return self.source == "rollup"


@dataclass(frozen=True)
class ActionReview:
    """One action with its phase as of the review's date; ``days`` counts from Raised to
    Decided, where both are known. ``effect`` is what the goal's figures show since Done, and
    ``judged`` what that rests on; ``overdue_from`` the first day on which an open action is
    overdue, reached or not."""

    action: Action
    goal_name: str
    phase: Phase
    step: Step
    overdue: bool
    days: Optional[int] = None
    effect: Optional[Effect] = None
    judged: Optional[Judgement] = None
    overdue_from: Optional[date] = None

    @property
    def open(self) -> bool:
        """Whether the cycle has not been closed by a decision."""
        return self.phase is not Phase.CLOSED


def blocks_a_pack(problem: Problem) -> bool:
    """Whether a pack that holds ``problem`` must not be made. What is wrong with a recipient
    keeps a mail from that person, not a pack from the others (SPEC 2, Problems)."""
    return not problem.warning and bool(problem.goals or not problem.people)


@dataclass(frozen=True)
class Review:
    """Everything computed for one workbook and one review month, in tree order. ``problems`` are
    those of the data, ``advice`` is about the method (SPEC 9) and keeps no pack from being made.
    ``changes`` are those of the goal tree during the fiscal year up to the review month;
    ``styles`` is where :func:`~kpixl.review.sentences.style_of` keeps what it has worked out.
    """

    settings: Settings
    source: Source
    month: Month
    as_of: date
    due: date
    fiscal_months: Tuple[Month, ...]
    goals: Tuple[GoalReview, ...]
    actions: Tuple[ActionReview, ...]
    problems: Tuple[Problem, ...] = ()
    recipients: Tuple[Recipient, ...] = ()
    scope: str = ""
    advice: Tuple[Problem, ...] = ()
    changes: Tuple[Change, ...] = ()
    by_id: Mapping[str, GoalReview] = field(default_factory=dict, compare=False, repr=False)
    styles: Dict[Tuple[str, str], Tuple[GoalReview, GoalStyle]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        index: Dict[str, GoalReview] = {goal.id: goal for goal in self.goals}
        object.__setattr__(self, "by_id", index)

    @property
    def spans(self) -> Tuple[Span, ...]:
        """The quarters, halves and the year begun by the review month that Settings ask for."""
        settings = self.settings
        return spans(self.month, settings.fiscal_start, settings.periods_shown)

    def current_spans(self, goal: GoalReview) -> Tuple[SpanFigures, ...]:
        """A goal's spans that the review month lies in, the shortest first."""
        found = [entry for entry in goal.spans if self.month in entry.span.months]
        return tuple(sorted(found, key=lambda entry: len(entry.span.months)))

    def at_level(self, level: Level) -> Tuple[GoalReview, ...]:
        """The goals of one level, in tree order."""
        return tuple(goal for goal in self.goals if goal.goal.level is level)

    def with_status(self, status: Status) -> Tuple[GoalReview, ...]:
        """The goals of one status in the review month, in tree order."""
        return tuple(goal for goal in self.goals if goal.status is status)

    def subtree(self, goal_id: str) -> Tuple[GoalReview, ...]:
        """A goal and everything below it, in tree order."""
        start = next(n for n, goal in enumerate(self.goals) if goal.id == goal_id)
        found = [self.goals[start]]
        for goal in self.goals[start + 1 :]:
            if goal.depth <= self.goals[start].depth:
                break
            found.append(goal)
        return tuple(found)

    def changes_of(self, goal_id: str) -> Tuple[Change, ...]:
        """What has changed about one goal during the fiscal year, oldest first."""
        return tuple(change for change in self.changes if change.goal == goal_id)

    def actions_of(self, goal_id: str) -> Tuple[ActionReview, ...]:
        """The actions raised for one goal itself."""
        return tuple(entry for entry in self.actions if entry.action.goal == goal_id)

    @property
    def errors(self) -> Tuple[Problem, ...]:
        """Problems of the data that keep a pack from being made without ``--draft``."""
        return tuple(problem for problem in self.problems if blocks_a_pack(problem))

    def to_frame(self) -> pandas.DataFrame:
        """One row a goal, one column a figure (``month_gap``, ``to_date_plan``, ...).

        Needs pandas (``pip install ".[frames]"``).
        """
        from kpixl.review.export import frame

        return frame(self)
