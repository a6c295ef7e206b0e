"""What the templates of the bridge, landing, restatement and signal pages are given: documented,
frozen, and with every figure already in words."""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.pack.canvas import Drawing
from kpixl.pack.contexts import ActionLine, Mark, Page


@dataclass(frozen=True)
class LeafRow:
    """A leaf of a KGI's tree with its part in the gap. ``rank`` is its place on the focus list
    where it is proposed, else blank; ``bars`` are its parts in the page's ``periods``. What no
    goal of the pack explains, and what the list leaves out, has a name and bars alone."""

    rank: str
    name: str
    anchor: str
    owner: str
    bars: tuple[Drawing, ...]
    leverage: str
    mark: Mark | None
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True)
class BridgePage(Page):
    """Where a KGI's gap comes from: ``lead`` says it for each of the ``periods``, ``drawing``
    bridges plan and actual over the drivers, ``rows`` are the leaves below them, the first to work
    on first. ``parts_of`` says in what they have a part, ``total`` and ``totals`` what they add up
    to, ``has_leverage`` whether leverage is known. The columns of bars are ``bar_column`` wide,
    that of countermeasures ``action_column``, in CSS pixels.
    """

    lead: tuple[str, ...]
    drawing: Drawing
    periods: tuple[str, ...]
    rows: tuple[LeafRow, ...]
    total: str
    totals: tuple[str, ...]
    parts_of: str
    has_leverage: bool
    bar_column: float
    action_column: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LandingRow:
    """Where one goal's fiscal year will end. ``original`` is the plan before its revision where
    that differs; an asterisk behind ``landing`` marks past months that had to be estimated;
    ``leading`` says which figure the gap compares with plan: ``landing`` or
    ``outlook``. ``beyond_best`` marks a required pace that no month on record has reached.
    ``gap_original`` is the gap in % of the original plan where that is another, ``record`` how far
    the owner's past outlooks were off."""

    name: str
    anchor: str
    level: str
    depth: int
    unit: str
    plan: str
    original: str
    to_date: str
    landing: str
    method: str
    error: str
    outlook: str
    leading: str
    gap: str
    gap_pct: str
    good: bool | None
    chance: str
    required: str
    beyond_best: bool
    best: str
    best_in: str
    chart: Drawing
    gap_original: str = ""
    record: str = ""


@dataclass(frozen=True)
class OutlookRow:
    """How good past outlooks were: those of an owner (``whole``), then of each of the goals where
    there are several. ``goal`` names the goal, or says how many there are; over how many
    ``months`` they were off by how much on average (``error``), and to which side (``lean``)."""

    owner: str
    goal: str
    months: str
    error: str
    lean: str
    whole: bool


@dataclass(frozen=True)
class LandingPage(Page):
    """Every goal's landing in tree order; the table repeats its head on each page that it takes.
    ``revised`` and ``expected`` say whether it has columns for the plan before its revision and
    for the owners' outlook; ``widths`` are its columns' in pixels, which stand ``close`` where
    names are long; where figures are too long for them it is ``tight``, and the type ``size``
    points; ``key`` says what the signs of its charts mean; ``page_turns`` are the rows that begin a
    page, from 0. ``owners`` have past outlooks, a row each; ``owners_note`` says what they are
    judged by, ``records_title`` heads the page that they have to themselves."""

    lead: str
    key: Drawing | None
    revised: bool
    expected: bool
    widths: tuple[float, ...]
    tight: bool
    size: float
    close: bool
    rows: tuple[LandingRow, ...]
    notes: tuple[str, ...]
    page_turns: frozenset[int] = frozenset()
    owners: tuple[OutlookRow, ...] = ()
    owners_note: str = ""
    records_title: str = ""


@dataclass(frozen=True)
class RestatedRow:
    """A figure as it was published and as it is now. ``first`` marks the first row of its goal;
    ``measure`` says actual or plan, ``share`` the difference in per cent, ``state`` as what it was
    published and, where it has become final, as what it is now; ``sent`` and ``pack`` on which day
    and in which pack or closing it was last published. ``before`` and ``now`` are the month's
    statuses, None where not known; ``judged`` marks that they differ."""

    name: str
    anchor: str
    first: bool
    unit: str
    month: str
    measure: str
    old: str
    new: str
    difference: str
    share: str
    before: Mark | None
    now: Mark | None
    judged: bool
    state: str
    sent: str
    pack: str


@dataclass(frozen=True)
class RestatedPage(Page):
    """The figures that have changed since they were last published, goal by goal in tree order; the
    table repeats its head on each page that it takes. ``widths`` are its columns' in pixels,
    which stand ``close`` where names are long; where figures are too long for them it is ``tight``,
    and the type ``size`` points."""

    lead: str
    widths: tuple[float, ...]
    tight: bool
    size: float
    close: bool
    rows: tuple[RestatedRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SignalCell:
    """A goal's XmR chart with its status, and the sentence that tells status and signal apart."""

    mark: Mark
    drawing: Drawing
    sentence: str


@dataclass(frozen=True)
class SignalsPage(Page):
    """The goals whose last figure is a signal, the worsened first; ``rest``, on the last page of
    them, says which goals are off plan without one, and ``lead`` on the first how many there are.
    ``continued`` pages follow the first."""

    lead: str
    cells: tuple[SignalCell, ...]
    rest: str
    continued: bool = False
