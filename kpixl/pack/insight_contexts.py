"""What the templates of the bridge, landing and signal pages are given: documented, frozen, and
with every figure already in words."""

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
    to, ``has_leverage`` whether leverage is known.
    """

    lead: tuple[str, ...]
    drawing: Drawing
    periods: tuple[str, ...]
    rows: tuple[LeafRow, ...]
    total: str
    totals: tuple[str, ...]
    parts_of: str
    has_leverage: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LandingRow:
    """Where one goal's fiscal year will end. ``original`` is the plan before its revision where
    that differs; an asterisk behind ``landing`` marks past months that had to be estimated;
    ``leading`` says which figure the gap compares with plan: ``landing`` or
    ``outlook``. ``beyond_best`` marks a required pace that no month on record has reached."""

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


@dataclass(frozen=True)
class LandingPage(Page):
    """Every goal's landing in tree order; the table repeats its head on each page that it takes.
    ``revised`` and ``expected`` say whether it has columns for the plan before its revision and
    for the owners' outlook; ``widths`` are its columns' in pixels; where figures are too long
    for them it is ``tight``; ``key`` says what the signs of its charts mean."""

    lead: str
    key: Drawing | None
    revised: bool
    expected: bool
    widths: tuple[float, ...]
    tight: bool
    rows: tuple[LandingRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SignalCell:
    """A goal's XmR chart with its status, and the sentence that tells status and signal apart."""

    mark: Mark
    drawing: Drawing
    sentence: str


@dataclass(frozen=True)
class SignalsPage(Page):
    """The goals whose last figure is a signal, the worsened first; ``rest`` says which goals are
    off plan without one."""

    lead: str
    cells: tuple[SignalCell, ...]
    rest: str
