"""What a chart is drawn from: figures with their texts, colours and scales; nothing is computed
here that a reader could take for a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from kpixl.measures.kinds import Direction, Status

Format = Callable[[float], str]


@dataclass(frozen=True)
class Palette:
    """Colours of the IBCS notation. Good and bad differ in lightness too, and never stand alone:
    sign, position, shape or word say the same."""

    ink: str = "#23272b"
    grey: str = "#5b6066"
    actual: str = "#3d4247"
    prior: str = "#b4b9be"
    paper: str = "#ffffff"
    rule: str = "#c9cdd1"
    band: str = "#eef1f4"
    good: str = "#6ba539"
    good_text: str = "#3f7420"
    amber: str = "#f0a818"
    amber_text: str = "#8a5a00"
    bad: str = "#c9202f"
    bad_text: str = "#b81d2b"


@dataclass(frozen=True)
class Look:
    """Colours and the three sizes of type (CSS pixels) that all charts share."""

    palette: Palette = Palette()
    small: float = 8.5
    normal: float = 9.5
    title: float = 12.5


LOOK = Look()


@dataclass(frozen=True)
class MonthFigures:
    """One month's column. None is "not reported" and is drawn as a gap.

    ``difference`` is actual − plan as the caller computed it, ``good`` whether it is on the good
    side of the plan (None: no colour). ``outlook`` is drawn where there is no actual, ``original``
    is the plan before its revision where that is another.
    """

    label: str
    actual: Optional[float] = None
    plan: Optional[float] = None
    prior: Optional[float] = None
    outlook: Optional[float] = None
    difference: Optional[float] = None
    good: Optional[bool] = None
    original: Optional[float] = None


@dataclass(frozen=True)
class MonthScale:
    """The axes of month charts: values from ``low`` to ``high``, differences from
    ``difference_low`` to ``difference_high``. Charts that stand together are given the same one
    (``charts.common_scale``), so that the same height is the same value."""

    low: float
    high: float
    difference_low: float
    difference_high: float


@dataclass(frozen=True)
class MonthsFigures:
    """A goal's fiscal year (usually 12 months), or its quarters, halves or year: ``step`` is
    ``month`` or ``period``.

    ``review`` is the index of the review month; ``value`` writes a figure, ``signed`` a difference
    with its sign; ``redefined`` are indices of months from which the goal's definition changed,
    ``moved`` those from which its place in the tree or its owner did, each with what to say of it.
    ``borders`` are those that begin a quarter or half, with whether it is a half. ``name`` stands
    in the alternative text where ``title`` is empty.
    """

    title: str
    subtitle: str
    months: tuple[MonthFigures, ...]
    review: int
    value: Format
    signed: Format
    language: str
    name: str = ""
    direction: Direction = Direction.HIGHER
    redefined: tuple[int, ...] = ()
    moved: tuple[tuple[int, str], ...] = ()
    borders: tuple[tuple[int, bool], ...] = ()
    step: str = "month"


@dataclass(frozen=True)
class BulletRow:
    """One goal's attainment (1.0 = on plan; None: not available) with the texts beside it.

    ``good`` says which side of the plan the gap is on. ``anchor`` names the goal's place in the
    document (``goal-SALES``); the row then links to it.
    """

    name: str
    attainment: Optional[float]
    value: str
    gap: str
    status: Status
    green_at: float = 1.0
    amber_at: float = 0.9
    anchor: str = ""
    good: Optional[bool] = None


@dataclass(frozen=True)
class BulletFigures:
    """Several goals on one axis of attainment; the axis ends at ``cap``, larger ones are cut with
    a break mark. ``note`` says beside the subtitle which goals have no attainment to be shown."""

    title: str
    subtitle: str
    rows: tuple[BulletRow, ...]
    language: str
    cap: float = 1.25
    note: str = ""


@dataclass(frozen=True)
class SparkFigures:
    """The values of a sparkline, oldest first; None is a gap. ``plan`` runs beside ``values``,
    ``labels`` name the months for a table of them."""

    name: str
    values: tuple[Optional[float], ...]
    value: Format
    language: str
    plan: tuple[Optional[float], ...] = ()
    status: Optional[Status] = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class VarianceRow:
    """One goal's gap, in per cent of plan (0.05 = 5 % on the good side) or in whatever all rows
    share, and how it is written. ``alt`` takes the place of the usual alternative text; a row
    that is not ``judged`` has no colour."""

    name: str
    gap_pct: Optional[float]
    text: str
    alt: str = ""
    judged: bool = True


@dataclass(frozen=True)
class TreeNode:
    """One goal of the tree; ``parent`` is another node's ``id`` or None for a root.

    ``label`` is the ID as it is shown, ``level`` the word KGI, CSF or KPI. ``actual``, ``plan``
    and ``gap`` are written texts, units included; empty means that there is none. ``anchor`` is
    the place in the document that the box links to.
    """

    id: str
    parent: Optional[str]
    label: str
    level: str
    name: str
    actual: str
    plan: str
    gap: str
    status: Status
    good: Optional[bool] = None
    spark: tuple[Optional[float], ...] = ()
    anchor: str = ""


@dataclass(frozen=True)
class TreeFigures:
    """A whole goal tree in the order of the scorecard."""

    title: str
    subtitle: str
    nodes: tuple[TreeNode, ...]
    language: str


@dataclass(frozen=True)
class BridgePart:
    """One step of a bridge: ``value`` is added to what stands before it. ``good`` says whether that
    is on the good side (None: no colour). Parts of one ``name`` and ``anchor`` share a row."""

    name: str
    value: float
    good: Optional[bool] = None
    anchor: str = ""


@dataclass(frozen=True)
class BridgeFigures:
    """A way from ``plan`` over ``parts`` to ``actual``: plan and parts add up to the actual.

    ``value`` writes the two ends, ``signed`` a part; ``name`` and ``period`` stand in the
    alternative text, ``title`` and ``subtitle`` above the bridge.
    """

    name: str
    period: str
    title: str
    subtitle: str
    plan: float
    actual: float
    parts: tuple[BridgePart, ...]
    value: Format
    signed: Format
    language: str


@dataclass(frozen=True)
class ControlFigures:
    """An XmR chart: one point a reported month, oldest first.

    ``positions`` are the months as numbers that grow by one a month, ``labels`` their names;
    ``marked`` the indices of the points that make the signal, ``good`` whether it is good news
    (None: neither). ``redefined`` says from when a changed definition holds. ``anchor`` is the
    place that the title links to.
    """

    title: str
    subtitle: str
    points: tuple[float, ...]
    positions: tuple[int, ...]
    labels: tuple[str, ...]
    centre: float
    lower: float
    upper: float
    value: Format
    language: str
    marked: tuple[int, ...] = ()
    good: Optional[bool] = None
    redefined: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class LandingFigures:
    """Where a goal's year stands and will land; None is not available.

    ``cumulative`` says that the landing continues the figure to date (Sum) rather than being a
    level of its own. ``low`` and ``high`` are the range of 80 %, ``original`` is the plan before
    its revision where it differs. ``value`` writes a figure with its unit.
    """

    name: str
    value: Format
    language: str
    to_date: Optional[float] = None
    landing: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None
    plan: Optional[float] = None
    original: Optional[float] = None
    outlook: Optional[float] = None
    prior: Optional[float] = None
    cumulative: bool = True
