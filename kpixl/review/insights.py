"""What a review says beyond its figures: landing, signal, bridge, focus, the turns of the cycle.

Frozen dataclasses only; each is worked out by a module of its own. Figures are in the goal's own
unit and unrounded; None is "not available".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from kpixl.measures.kinds import Method, Pace, Phase, Signal, Status, Step
from kpixl.plan.month import Month

Values = Tuple[Optional[float], ...]


@dataclass(frozen=True)
class Alternative:
    """What one method would give: the year's value and, where it was tried on past years, its mean
    absolute error as a fraction of the outcome."""

    method: Method
    value: Optional[float]
    error: Optional[float] = None


@dataclass(frozen=True)
class Required:
    """What each month left has to bring to reach the year's plan (SPEC 5).

    ``value`` is there where ``pace`` is NEEDED. ``best`` is the best month on record (the lowest
    for Lower, the one nearest to the plan for Range), ``best_in`` when it was.
    """

    pace: Pace = Pace.NONE
    value: Optional[float] = None
    best: Optional[float] = None
    best_in: Optional[Month] = None


@dataclass(frozen=True)
class AgainstOriginal:
    """A figure against the plan before its revision, where that is another than the plan in force.
    ``plan`` is the original plan of the same months; a roll-up's is 1, and its ``attainment`` the
    score with its goals held against their original plans. Signed and measured as the comparison
    with the plan in force is (SPEC 3); all None but ``plan`` where nothing can be compared."""

    plan: float
    difference: Optional[float] = None
    gap: Optional[float] = None
    gap_pct: Optional[float] = None
    attainment: Optional[float] = None


@dataclass(frozen=True)
class OutlookRecord:
    """How good the outlooks of a goal, or of an owner's ``goals``, were: over the ``months`` that
    have been reported and whose outlook still stands.

    ``error`` is Σ|outlook − actual| ÷ Σ|actual|, ``bias`` Σ(outlook − actual) ÷ Σ|actual|, plus
    where it was too optimistic by the goal's direction (for Range: too high). ``lean`` says the
    same of most of the error: 1 or −1, 0 where it lies on both sides. Of several goals both are
    means weighted by months; Range has no part in what is optimistic. None is "not available".
    """

    months: int = 0
    goals: int = 0
    error: Optional[float] = None
    bias: Optional[float] = None
    lean: Optional[int] = None

    @property
    def telling(self) -> bool:
        """Whether there are enough months to say anything."""
        return self.months >= LEAST_OUTLOOKS and self.error is not None


LEAST_OUTLOOKS = 3
NO_RECORD = OutlookRecord()


@dataclass(frozen=True)
class Landing:
    """Where a goal's fiscal year will end (SPEC 5).

    ``basis`` says how ``value`` came about: ``finished`` (every month is in), ``method``
    (filled by ``method``), ``inputs`` (a formula goal: its inputs land, each by its own
    method), ``rollup`` (the score of the children's landings) or ``none``. ``error`` is the
    mean absolute error of that way in past years as a fraction of the outcome, over ``origins``
    starting points in ``years`` complete years. ``low`` and ``high`` hold the year with a
    probability of 80 %; ``chance`` is that of reaching the plan, in steps of 0.05. ``plan`` is
    the year's plan in force, ``original`` the one before any revision, ``outlook`` the year
    with the owner's figures for the months to come, ``prior`` the last year's value. ``gap``,
    ``gap_pct``, ``attainment`` and ``status`` compare ``leading`` with ``plan``,
    ``against_original`` with ``original`` where the two differ. ``estimated`` are past months that
    had to be filled."""

    value: Optional[float] = None
    basis: str = "none"
    method: Optional[Method] = None
    error: Optional[float] = None
    origins: int = 0
    years: int = 0
    low: Optional[float] = None
    high: Optional[float] = None
    chance: Optional[float] = None
    plan: Optional[float] = None
    original: Optional[float] = None
    outlook: Optional[float] = None
    prior: Optional[float] = None
    gap: Optional[float] = None
    gap_pct: Optional[float] = None
    attainment: Optional[float] = None
    status: Status = Status.NO_DATA
    required: Required = Required()
    months_left: int = 0
    estimated: Tuple[Month, ...] = ()
    alternatives: Tuple[Alternative, ...] = ()
    against_original: Optional[AgainstOriginal] = None

    @property
    def leading(self) -> Optional[float]:
        """The figure that headlines name: the owner's outlook where there is one (SPEC 5)."""
        return self.value if self.outlook is None else self.outlook


NO_LANDING = Landing()


@dataclass(frozen=True)
class ControlChart:
    """A goal's XmR chart (SPEC 6): one point a reported month, oldest first.

    ``differences`` says that the points are value − prior rather than the value itself. ``signal``
    is what the last point tells; ``better`` whether that is good news (None for Range, where only
    a change can be told, and where there is no signal). ``since`` is the month of a changed
    definition, before which nothing counts.
    """

    months: Tuple[Month, ...]
    points: Tuple[float, ...]
    differences: bool
    centre: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float
    signal: Optional[Signal] = None
    better: Optional[bool] = None
    since: Optional[Month] = None


@dataclass(frozen=True)
class Judgement:
    """What an action's effect is judged by (SPEC 6): its goal's points ``since`` the month
    ``done``, against the limits of those ``before`` it (both are counts).

    ``basis`` says what the points are: ``value``, ``difference`` (value − prior) or, for Range,
    ``distance`` (to plan, where less is better). ``centre``, ``lower`` and ``upper`` are None
    where too few points stand before. ``signal`` is the last one since, ``month`` and ``point``
    are where it came; without a signal they are the latest.
    """

    done: Month
    basis: str
    before: int
    since: int
    centre: Optional[float] = None
    lower: Optional[float] = None
    upper: Optional[float] = None
    signal: Optional[Signal] = None
    month: Optional[Month] = None
    point: Optional[float] = None


@dataclass(frozen=True)
class Part:
    """A goal's share in another goal's gap, in that other goal's unit; positive is good.

    ``goal`` is None for what no driver of the pack explains: ``kind`` is then ``unexplained``
    (own figures and formula differ) or ``elsewhere`` (goals outside the pack's scope), else
    ``driver``."""

    goal: Optional[str]
    value: float
    kind: str = "driver"


@dataclass(frozen=True)
class Bridge:
    """A goal's gap in one period, split so that the parts add up to ``total`` exactly (SPEC 7).

    ``parts`` are the goal's direct drivers or children in their order; ``leaves`` the same gap
    split down the tree, largest first. ``plan`` and ``actual`` are the two ends. For Range the
    parts are those of the plain difference (``is_difference``).
    """

    plan: float
    actual: float
    total: float
    parts: Tuple[Part, ...]
    leaves: Tuple[Part, ...]
    is_difference: bool = False


@dataclass(frozen=True)
class Lever:
    """A leaf of a KGI's tree as the focus list ranks it (SPEC 7): its ``contribution`` to the KGI's
    gap in the KGI's unit (to date), and its ``leverage``: by how many % the KGI changes where the
    leaf rises by 1 % (0.5 is half a percent). ``proposed`` marks the at most three to work on."""

    goal: str
    contribution: Optional[float]
    leverage: Optional[float]
    proposed: bool = False


@dataclass(frozen=True)
class Focus:
    """The focus list of one KGI: every leaf below it, the first to work on first."""

    kgi: str
    levers: Tuple[Lever, ...]

    @property
    def proposed(self) -> Tuple[Lever, ...]:
        """At most three leaves to work on."""
        return tuple(lever for lever in self.levers if lever.proposed)


@dataclass(frozen=True)
class Turns:
    """The turns of the PDCA cycle closed in the fiscal year up to the as-of date (SPEC 8)."""

    closed: int = 0
    median_days: Optional[float] = None
    opened: int = 0


@dataclass(frozen=True)
class Stuck:
    """Where cycles get stuck and with whom: the open actions that wait for the same step with the
    same owner (blank: with nobody). ``days`` is the longest wait since the last entry."""

    step: Step
    phase: Phase
    owner: str
    actions: Tuple[str, ...]
    overdue: int
    days: Optional[int]


@dataclass(frozen=True)
class Idle:
    """A goal that has not been Green, and had no open action, for ``months`` months or more."""

    goal: str
    owner: str
    status: Status
    months: int
