"""What each page template is given: documented, frozen, and with every figure already in words.

A template finds its page's context under the name ``page`` and the whole pack's under ``pack``.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.measures.kinds import Status
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import MonthsFigures
from kpixl.pack.look import Paper
from kpixl.pack.notice import NO_NOTICE, Notice
from kpixl.pack.text_width import text_width
from kpixl.pack.theme import Theme

FOOT_SIZE, FOOT_WIDTH = 9.33, 290.0
"""Of the page's name beside its number, in pixels."""


@dataclass(frozen=True)
class Mark:
    """A status or a signal by word and shape (and thereby colour): ``word``, ``name`` and
    ``drawing``."""

    name: str
    word: str
    drawing: Drawing


@dataclass(frozen=True)
class Page:
    """What every page has. ``template`` is its file in the template folder, ``title`` its
    heading, ``bookmark`` its name in the outline and at the foot, ``anchor`` the place that
    links lead to."""

    template: str
    title: str
    bookmark: str
    anchor: str

    @property
    def foot(self) -> str:
        """What stands before the page's number: its name, unless that takes more than a line."""
        return f"{self.bookmark} · " if text_width(self.bookmark, FOOT_SIZE) <= FOOT_WIDTH else ""


@dataclass(frozen=True)
class CoverPage(Page):
    """The cover. ``facts`` are pairs of a label and a text (month, scope, as-of date, ...);
    ``correction`` says why a later edition was made, "" for the first."""

    company: str
    month: str
    fiscal_year: str
    scope: str
    state: str
    edition: str
    confidentiality: str
    facts: tuple[tuple[str, str], ...]
    correction: str


@dataclass(frozen=True)
class Tile:
    """One goal at a glance: the month's figure and gap, in ``rows`` what stands beside them, in
    ``year`` the year to date and where it will land, in ``spans`` the quarter, half and year that
    Settings ask for with their marks, each with its label."""

    name: str
    anchor: str
    value: str
    unit: str
    mark: Mark
    gap: str
    good: bool | None
    rows: tuple[tuple[str, str], ...]
    year: tuple[tuple[str, str], ...]
    chart: Drawing | None
    spans: tuple[tuple[str, str, Mark], ...] = ()

    @property
    def foot(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The lines below the figure: the ``rows`` share one, which the year to date joins where
        there is room; each other entry of the ``year`` has its own, so that the same entries of
        tiles side by side stand level."""
        joined = 0 if len(self.rows) > 1 else 1
        first = (*self.rows, *self.year[:joined])
        return tuple(line for line in (first, *((entry,) for entry in self.year[joined:])) if line)


@dataclass(frozen=True)
class Line:
    """One line of a list: a goal or an action in words. ``tag`` stands before, ``note`` below."""

    text: str
    anchor: str = ""
    tag: str = ""
    figure: str = ""
    note: str = ""
    mark: Mark | None = None
    good: bool | None = None


@dataclass(frozen=True)
class Block:
    """A titled list on the summary; ``empty`` is said where there are no ``lines``, ``more`` where
    the list was longer than shown."""

    title: str
    lines: tuple[Line, ...]
    empty: str
    more: str = ""


@dataclass(frozen=True)
class Remark:
    """A comment as its author wrote it."""

    goal: str
    text: str
    author: str


@dataclass(frozen=True)
class SummaryPage(Page):
    """The whole review on one page; ``remarks`` are the comments on its headline goals,
    ``columns`` the lists at its foot. ``tally`` counts all goals by status, ``tally_title`` says
    how many they are, ``tally_text`` counts the KPIs alone. ``tiles`` are ``listed`` in a table
    where they are many."""

    lead: tuple[str, ...]
    remarks: tuple[Remark, ...]
    tally: tuple[tuple[Mark, int], ...]
    tally_title: str
    tally_text: str
    kgis: tuple[Tile, ...]
    tiles: tuple[Tile, ...]
    tiles_title: str
    columns: tuple[tuple[Block, ...], ...]
    notice: Notice = NO_NOTICE
    listed: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All lists of the page."""
        return tuple(block for column in self.columns for block in column)


@dataclass(frozen=True)
class TreePage(Page):
    """The goal tree, one drawing a page; its boxes link to the goals' places."""

    drawing: Drawing


@dataclass(frozen=True)
class ScoreRow:
    """One goal of the scorecard. ``month`` is actual, plan, gap and growth; ``to_date`` actual,
    plan, gap and attainment; ``landing`` the year's leading figure and its attainment. ``original``
    has what stands in small type below the month's actual and plan, those to date and the year's
    attainment: the original plan, where it is another than the plan in force, and what was attained
    of it (a roll-up has no plan, but a score). ``signal`` is None where there is none, and
    ``no_signal`` says so where none can be told."""

    name: str
    level: str
    depth: int
    anchor: str
    owner: str
    unit: str
    month: tuple[str, ...]
    to_date: tuple[str, ...]
    mark: Mark
    to_date_mark: Mark
    bar: Drawing
    spark: Drawing
    good: bool | None
    to_date_good: bool | None
    landing: tuple[str, str]
    landing_good: bool | None
    signal: Mark | None
    no_signal: str
    phase: str
    gap_pct: str = ""
    original: tuple[str, str, str, str, str] = ("", "", "", "", "")


@dataclass(frozen=True)
class ScorecardPage(Page):
    """Every goal in tree order; the table repeats its head on each page that it takes. ``year``
    names the fiscal year ahead, blank where nothing is known of it, and ``year_head`` its figure;
    ``widths`` are its columns' in pixels, which stand ``close`` where names are long; where figures
    are too long for them it is ``tight``: gaps in % are no bars, and the type is ``size`` points.
    ``original`` is what heads the small print in the columns that have any, in the order of a
    row's. ``page_turns`` are the rows that begin a page, from 0."""

    period: str
    to_date_period: str
    year: str
    year_head: str
    has_signals: bool
    widths: tuple[float, ...]
    tight: bool
    size: float
    close: bool
    rows: tuple[ScoreRow, ...]
    notes: tuple[str, ...]
    page_turns: frozenset[int] = frozenset()
    original: tuple[str, ...] = ("", "", "", "", "")


@dataclass(frozen=True)
class ActionLine:
    """One countermeasure in words, as the register and the goals' pages show it. ``figures_since``
    says what the goal's figures show since it was done; empty where nothing can be said."""

    id: str
    goal: str
    anchor: str
    cause: str
    countermeasure: str
    owner: str
    raised: str
    due: str
    done: str
    effect: str
    result: str
    phase: str
    phase_name: str
    decision: str
    next_step: str
    overdue: bool
    figures_since: str = ""


@dataclass(frozen=True)
class ChartCell:
    """A chart on a goal's page: a month chart of the goal at ``anchor``, whose ``figures`` are
    drawn as a ``line`` or in columns; or the attainment of several goals, which has neither."""

    anchor: str
    drawing: Drawing
    figures: MonthsFigures | None = None
    line: bool = False


@dataclass(frozen=True)
class GoalPage(Page):
    """One CSF (or another part of the tree) with its KPIs' charts, so many ``across``, remarks and
    actions. ``key`` says what the signs of the page's month charts mean; where there is more text
    than stands beside each other below the charts, it ``flows`` through columns. A ``long`` title
    is set smaller."""

    level: str
    owner: str
    mark: Mark
    sentence: str
    why: str
    anchors: tuple[str, ...]
    key: Drawing | None
    charts: tuple[ChartCell, ...]
    remarks: tuple[Remark, ...]
    actions: tuple[ActionLine, ...]
    continued: bool
    across: int = 3
    flows: bool = False
    long: bool = False


@dataclass(frozen=True)
class ExceptionCard:
    """One Red goal: what happened, the causes and the countermeasures. ``idle`` says for how long
    nothing has been done, ``elsewhere`` which Red goals below it have its countermeasures; each
    is empty where there is nothing to say."""

    name: str
    anchor: str
    owner: str
    mark: Mark
    sentence: str
    remarks: tuple[Remark, ...]
    actions: tuple[ActionLine, ...]
    idle: str = ""
    elsewhere: str = ""


@dataclass(frozen=True)
class ExceptionsPage(Page):
    """Every Red goal: those with cause and countermeasure, and those still without; ``missed`` are
    goals missed for three months although all below them were met. ``page_turns`` are the cards
    that begin a page, those without a countermeasure first."""

    with_action: tuple[ExceptionCard, ...]
    without_action: tuple[ExceptionCard, ...]
    lead: str
    missed: tuple[str, ...] = ()
    page_turns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PhaseColumn:
    """A phase of the cycle: how many actions stand in it, and the ``lines`` say what they wait for
    and with whom, most stuck first (for closed ones: the turns of the year). ``more`` says how
    many lines there was no room for."""

    key: str
    name: str
    count: int
    lines: tuple[Line, ...]
    more: str = ""


@dataclass(frozen=True)
class RegisterPage(Page):
    """The turns of the cycle, where it is stuck, the countermeasures over time, and all of them in
    a table, the furthest behind first. ``waits`` says what the days beside a name are, ``earlier``
    how many closed actions the timeline leaves out; ``widths`` are the table's columns in mm,
    ``page_turns`` its rows that begin a page, from 0; -1 is its heading."""

    lead: str
    phases: tuple[PhaseColumn, ...]
    timelines: tuple[Drawing, ...]
    waits: str
    earlier: str
    actions: tuple[ActionLine, ...]
    as_of: str
    widths: tuple[int, ...]
    page_turns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A problem in words: where, what, what was expected, the mend."""

    where: str
    what: str
    expected: str
    mend: str
    severity: str
    goals: str


@dataclass(frozen=True)
class ColophonPage(Page):
    """Where the figures came from. ``facts`` are pairs of a label and a text."""

    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """One review for one scope and language, ready to be laid out.

    ``running`` is what the running head says, the company and the rest; ``logo`` is a data URI or
    blank; ``blocking`` are the errors that a draft is made in spite of; ``edition`` names an
    edition that replaces another, "" for the first. ``fonts`` are the families of a brand kit with
    those that stand in for them, "" for the usual ones, ``faces`` the style sheet's rules for its
    font files, ``footer`` its line at the foot of every page; ``paper`` is what the PDF is for.
    """

    language: str
    title: str
    company: str
    month: str
    month_key: str
    scope: str
    state: str
    running: tuple[str, str]
    confidentiality: str
    theme: Theme
    logo: str
    draft: bool
    blocking: tuple[Finding, ...]
    pages: tuple[Page, ...]
    identifier: str
    as_of: str
    edition: str = ""
    fonts: str = ""
    faces: str = ""
    footer: str = ""
    paper: str = Paper.A4.value


def status_name(status: Status) -> str:
    """The status as a CSS class and key: ``green``, ``no-data``, ..."""
    return status.value.replace("_", "-")
