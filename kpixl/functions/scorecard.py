"""Turn the sheets' tables, as ranges of cells, into the whole scorecard as one table (SPEC 10).

The rows go through the same reader and the same review as a workbook on its way to the pack.
Those are imported by the call, so that the other functions load without them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Dict, FrozenSet, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.errors import Fault
from kpixl.functions.cells import NOT_AVAILABLE, VALUE, Rows
from kpixl.plan.cells import CellValue
from kpixl.words import fold, say, word

if TYPE_CHECKING:
    from kpixl.errors import Problem
    from kpixl.plan.cells import SheetRows
    from kpixl.plan.headers import Table
    from kpixl.plan.model import Plan
    from kpixl.plan.month import Month
    from kpixl.review.figures import GoalReview
    from kpixl.review.insights import ControlChart, Landing

_MONTH = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")
_TO_DATE = ("actual", "plan", "gap", "attainment")
_YEAR = (
    "year_plan", "landing", "outlook", "landing_gap_pct", "landing_status", "chance", "required",
    "best",
)  # fmt: skip
SPANS: Mapping[str, Tuple[str, int]] = {
    **{f"q{number}": ("quarter", number) for number in (1, 2, 3, 4)},
    **{f"h{number}": ("half", number) for number in (1, 2)},
    "fy": ("year", 1),
}
"""The quarters, halves and the year by the names of their columns."""
SPAN_FIGURES = ("actual", "plan", "attainment", "status")
ALWAYS: Tuple[str, ...] = (
    "id", "name", "level", "owner", "unit",
    *_MONTH, "status",
    *(f"td_{name}" for name in _TO_DATE), "td_status",
    "phase", "next_step",
    *_YEAR, "signal", "signal_kind",
)  # fmt: skip
"""The columns of the table; words.json has their headers (``template.scorecard.<column>``)."""
COLUMNS: Tuple[str, ...] = (
    *ALWAYS, *(f"{span}_{name}" for span in SPANS for name in SPAN_FIGURES)
)  # fmt: skip
"""Those, and the columns of periods, which are there where the settings have a row for the periods
shown; blank unless it asks for their kind, and until they begin."""

_DAY_ZERO = date(1899, 12, 30)

# Without these a table is not the one that was asked for; what else is missing is only missing.
_NEEDED: Mapping[str, Tuple[str, ...]] = {
    "plan": ("id",),
    "actuals": ("id",),
    "revision": ("id",),
    "outlook": ("id",),
    "settings": ("key", "value"),
    "actions": ("goal_id",),
    "holidays": ("date",),
}

# Structure that lacks something, rather than contradicting itself.
_NOTHING_FOUND = ("goals-none", "parent-unknown")

# What cannot be said of a goal whose definition has a word that nobody knows (SPEC 10: #N/A).
_OF_SPANS = frozenset(f"{span}_{name}" for span in SPANS for name in SPAN_FIGURES)
_JUDGED = frozenset(
    ("gap", "gap_pct", "attainment", "status", "td_gap", "td_attainment", "td_status", "phase",
     "next_step", "landing_gap_pct", "landing_status", "chance", "required", "best", "signal")
) | {f"{span}_{name}" for span in SPANS for name in ("attainment", "status")}  # fmt: skip
_NOT_OF_A_ROLLUP = frozenset(("chance", "required", "best", "signal"))
_UNKNOWN: Mapping[str, FrozenSet[str]] = {
    "direction-unknown": _JUDGED,
    "tolerance-missing": _JUDGED,
    "aggregation-unknown": _OF_SPANS.union(
        (f"td_{name}" for name in _TO_DATE), ("td_status",), _YEAR
    ),
}


def kpi_scorecard(  # noqa: PLR0913, PLR0917 - each is an argument of the cell's function
    goals: Rows,
    plan: Rows,
    actuals: Rows,
    month: Optional[Month],
    settings: Optional[Rows],
    actions: Optional[Rows],
    language: Optional[str],
    revision: Optional[Rows],
    holidays: Optional[Rows],
    outlook: Optional[Rows],
) -> Sequence[Sequence[CellValue]]:
    """KPI_SCORECARD: a row of headers, then a row for each goal in tree order; figures are those
    of the review, unrounded, blank where they are not available.

    ``#N/A`` where there is no goal, a goal's parent is unknown or no month is known; ``#VALUE!``
    where a table is not the one that was asked for, or the goals are no tree. A cell that cannot
    be read, errors included, makes its own figure not available and nothing else.
    """
    from kpixl.review.review import review

    given = {
        "goals": goals, "plan": plan, "actuals": actuals, "settings": settings,
        "actions": actions, "revision": revision, "holidays": holidays, "outlook": outlook,
    }  # fmt: skip
    found, problems = _read({key: rows for key, rows in given.items() if rows is not None})
    month = month or found.settings.review_month
    if month is None:
        raise Fault(NOT_AVAILABLE)
    reviewed = review(found, month).goals
    spoken = language or found.settings.language
    unknown = _unknown(reviewed, problems)
    columns = COLUMNS if _may_ask_for_periods(settings or []) else ALWAYS
    table: List[Sequence[CellValue]] = [headers(spoken)[: len(columns)]]
    for goal in reviewed:
        cells = _cells(goal, spoken)
        cells.update(dict.fromkeys(unknown[goal.id] - _not_asked(goal), NOT_AVAILABLE))
        table.append([cells[column] for column in columns])
    return table


def _may_ask_for_periods(settings: Rows) -> bool:
    from kpixl.plan.schema import setting_names

    names = setting_names()
    cells = (cell for row in settings for cell in row if isinstance(cell, str))
    return any(names.get(fold(cell)) == "periods_shown" for cell in cells)


def headers(language: str) -> Tuple[str, ...]:
    """The first row of the table, periods included: the Scorecard sheet's own words."""
    return tuple(header(column, language) for column in COLUMNS)


def header(column: str, language: str) -> str:
    """The header of one column."""
    span, _, name = column.partition("_")
    if span not in SPANS:
        return word(f"template.scorecard.{column}", language)
    period, figure = span_name(span, language), word(f"template.scorecard.{name}", language)
    return say("template.periods.header", language, period=period, figure=figure)


def span_name(span: str, language: str) -> str:
    """The name of a quarter, a half or the year among the columns: Q1, H2, Year."""
    return word(f"template.periods.{span}", language)


def _read(given: Mapping[str, Rows]) -> Tuple[Plan, Sequence[Problem]]:
    """The plan that stands in the tables, and the problems in them."""
    from kpixl.plan.cells import BookRows
    from kpixl.plan.tables import read_plan

    sheets = tuple(sheet for key, rows in given.items() for sheet in _sheet(key, rows))
    reading = read_plan(BookRows("", "", sheets))
    if reading.plan is None:
        contradictory = any(
            problem.structural and problem.code not in _NOTHING_FOUND
            for problem in reading.problems
        )
        # A range without any goal at all has no sheet either.
        raise Fault(VALUE if contradictory and "goals" in _filled(given) else NOT_AVAILABLE)
    return reading.plan, reading.problems


def _filled(given: Mapping[str, Rows]) -> Set[str]:
    return {
        key for key, rows in given.items() if any(one is not None for row in rows for one in row)
    }


def _sheet(key: str, rows: Rows) -> Sequence[SheetRows]:
    """A table as the sheet that it comes from; none where all cells are blank.

    Its month columns and those of days, which a host may hand over as serial numbers, are dates.
    Raises :class:`Fault` ``#VALUE!`` where it is no such table.
    """
    from kpixl.plan.cells import SheetRows
    from kpixl.plan.findings import Findings
    from kpixl.plan.headers import read_header

    last = next((n for n in range(len(rows), 0, -1) if any(c is not None for c in rows[n - 1])), 0)
    if not last:
        return ()
    name, cells = word(f"sheet.{key}", "en"), [list(row) for row in rows[:last]]
    table = read_header(key, SheetRows(name, cells), 1, (), Findings())
    if table is None or not set(_NEEDED.get(key, ())) <= table.columns.keys():
        raise Fault(VALUE)
    _resolve_months(table, cells)
    _resolve_days(table, cells)
    return (SheetRows(name, cells),)


def _resolve_months(table: Table, cells: Rows) -> None:
    """Make dates of the month headers that are numbers; ``#VALUE!`` for months without any."""
    from kpixl.plan.monthheaders import month_headers
    from kpixl.plan.schema import SHEET

    if not SHEET[table.key].monthly:
        return
    known = set(table.columns.values())
    header = cells[table.header - 1]
    for position, cell in enumerate(header):
        if position not in known:
            header[position] = _day(cell)
    if not month_headers(table.sheet, table.header, known, 1).positions:
        raise Fault(VALUE)


def _resolve_days(table: Table, cells: Rows) -> None:
    """Make dates of the numbers in columns, and among settings, that hold a day or month."""
    from kpixl.plan.schema import SETTINGS, SHEET, Kind, setting_names

    days = (Kind.DATE, Kind.MONTH)
    below = cells[table.header :]
    dated = [
        table.columns[column.key]
        for column in SHEET[table.key].columns
        if column.kind in days and column.key in table.columns
    ]
    for row in below:
        for position in dated:
            row[position] = _day(row[position])
    if table.key != "settings":
        return
    names, kinds = setting_names(), {setting.key: setting.kind for setting in SETTINGS}
    name, value = table.columns["key"], table.columns["value"]
    for row in below:
        cell = row[name]
        setting = names.get(fold(cell)) if isinstance(cell, str) else None
        if setting is not None and kinds[setting] in days:
            row[value] = _day(row[value])


def _day(cell: CellValue) -> CellValue:
    """The date that a number counts the days to; anything else as it is."""
    from kpixl.plan.monthheaders import SERIALS

    if not isinstance(cell, float) or not SERIALS[0] <= cell <= SERIALS[1]:
        return cell
    return _DAY_ZERO + timedelta(days=int(cell))


def _unknown(
    goals: Sequence[GoalReview], problems: Sequence[Problem]
) -> Mapping[str, FrozenSet[str]]:
    """Per goal the columns that an unknown word keeps from being said; what a roll-up cannot say
    of a child it cannot say of itself."""
    found: Dict[str, FrozenSet[str]] = {goal.id: frozenset() for goal in goals}
    for problem in problems:
        for goal_id in problem.goals:
            if goal_id in found:
                found[goal_id] |= _UNKNOWN.get(problem.code, frozenset())
    for goal in reversed(goals):
        if goal.is_rollup:
            columns = found[goal.id].union(*(found[child] for child in goal.children))
            columns -= _NOT_OF_A_ROLLUP
            scores = {
                "attainment": "actual", "td_attainment": "td_actual", "landing_gap_pct": "landing",
                **{f"{span}_attainment": f"{span}_actual" for span in SPANS},
            }  # fmt: skip
            found[goal.id] = columns | {scores[name] for name in scores.keys() & columns}
    return found


def _cells(goal: GoalReview, language: str) -> Dict[str, CellValue]:
    from kpixl.review.steps import goal_step

    about = goal.goal
    cells: Dict[str, CellValue] = {
        "id": about.label,
        "name": about.name,
        "level": word(f"level.{about.level.value}", language),
        "owner": about.owner,
        "unit": "%" if goal.is_rollup else about.unit,
        "status": word(f"status.{goal.month.status.value}", language),
        "td_status": word(f"status.{goal.to_date.status.value}", language),
        "phase": word(f"phase.{goal.phase.phase.value}", language),
        "next_step": goal_step(goal.phase, language),
    }
    cells.update({name: getattr(goal.month, name) for name in _MONTH})
    cells.update({f"td_{name}": getattr(goal.to_date, name) for name in _TO_DATE})
    cells.update(_landing(goal.landing, language))
    cells.update(_signal(goal.control, language))
    cells.update(_spans(goal, language))
    return cells


def _not_asked(goal: GoalReview) -> FrozenSet[str]:
    """The columns of the periods that nobody asks for, and of those still to come."""
    shown = {(entry.span.kind, entry.span.number) for entry in goal.spans}
    return frozenset(
        f"{name}_{figure}"
        for name, place in SPANS.items()
        if place not in shown
        for figure in SPAN_FIGURES
    )


def _spans(goal: GoalReview, language: str) -> Mapping[str, CellValue]:
    """The figures of every quarter, half and the year that are asked for and have begun."""
    cells: Dict[str, CellValue] = dict.fromkeys(_OF_SPANS)
    names = {place: name for name, place in SPANS.items()}
    for entry in goal.spans:
        name, figures = names[entry.span.kind, entry.span.number], entry.figures
        for measure in SPAN_FIGURES[:-1]:
            cells[f"{name}_{measure}"] = getattr(figures, measure)
        cells[f"{name}_status"] = word(f"status.{figures.status.value}", language)
    return cells


def _landing(landing: Landing, language: str) -> Mapping[str, CellValue]:
    """Where the year will land; without a landing there is nothing to judge."""
    from kpixl.measures.kinds import Pace

    required = landing.required
    paces: Mapping[Pace, CellValue] = {
        Pace.NEEDED: required.value,
        Pace.REACHED: word("pace.reached", language),
        Pace.OUT_OF_REACH: word("pace.out_of_reach", language),
    }
    judged = landing.leading is not None
    return {
        "year_plan": landing.plan,
        "landing": landing.value,
        "outlook": landing.outlook,
        "landing_gap_pct": landing.gap_pct,
        "landing_status": word(f"status.{landing.status.value}", language) if judged else None,
        "chance": landing.chance,
        "required": paces.get(required.pace),
        "best": required.best,
    }


def signal_news(chart: Optional[ControlChart]) -> Optional[str]:
    """Whether a signal at a chart's last point is ``better`` or ``worse``, or, where neither is
    good, only ``changed``; None where there is no signal."""
    if chart is None or chart.signal is None:
        return None
    return {True: "better", False: "worse", None: "changed"}[chart.better]


def _signal(chart: Optional[ControlChart], language: str) -> Mapping[str, CellValue]:
    """What the last month tells: whether it is good news, and what makes it a signal."""
    news = signal_news(chart)
    if chart is None or chart.signal is None or news is None:
        return {"signal": None, "signal_kind": None}
    return {
        "signal": word(f"signal.{news}", language),
        "signal_kind": word(f"signal.{chart.signal.value}", language),
    }
