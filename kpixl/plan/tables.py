"""Turn rows of cells into a plan and every problem in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from kpixl.plan.cells import BookRows, SheetRows
from kpixl.plan.countries import Calendars, years_around
from kpixl.plan.findings import Findings, Severity, both_names
from kpixl.plan.formulas import compare_with_formulas, parse_formulas
from kpixl.plan.goals import GoalRow, check_definitions, read_goals
from kpixl.plan.headers import Table, looks_like, read_header
from kpixl.plan.model import (
    NO_FIGURES,
    Goal,
    Level,
    Plan,
    Reading,
    Series,
    Settings,
    SheetColumns,
    Source,
)
from kpixl.plan.recipients import read_recipients
from kpixl.plan.records import read_actions, read_comments, read_holidays
from kpixl.plan.schema import SHEET, SHEETS, sheet_names
from kpixl.plan.series import GoalIds, read_series
from kpixl.plan.settings import read_settings
from kpixl.plan.structure import check_tree
from kpixl.plan.values import is_blank
from kpixl.words import fold

MONTHLY = tuple(sheet.key for sheet in SHEETS if sheet.monthly)

# Without these there are no figures, so that every goal is touched.
FIGURES = ("plan", "actuals", "settings")


def _in_percent(goals: Sequence[Goal]) -> Dict[str, List[Goal]]:
    """All definitions of the goals that are in %, be it for a time."""
    found: Dict[str, List[Goal]] = {goal.id: [] for goal in goals if goal.is_percent}
    for goal in goals:
        if goal.id in found:
            found[goal.id].append(goal)
    return found


def read_plan(book: BookRows, calendars: Optional[Calendars] = None) -> Reading:
    """The plan that the book holds, or none where its structure cannot be understood, and all
    problems (SPEC 2, "Reading" and "Problems"). Never raises for what cells hold.

    The public holidays of the country in Settings are those of ``calendars``; where nobody has
    any, the book's Holidays sheet stands alone.
    """
    findings = Findings()
    sheets = _input_sheets(book, findings)
    goals_table = _table("goals", sheets, Settings().fiscal_start, (), findings)
    rows = read_goals(goals_table, findings) if goals_table is not None else ()
    check_tree(rows)
    ids = GoalIds(
        tuple(dict.fromkeys(entry.goal.id for entry in rows)),
        _in_percent([entry.goal for entry in rows]),
    )
    settings, places = _settings(sheets, ids.every, findings, calendars)
    _report_missing(sheets, ids.every, bool(settings.entry_for), findings)
    tables = _tables(sheets, settings.fiscal_start, ids.every, findings)
    if not rows:
        return Reading(None, findings.problems)
    rows, broken = parse_formulas(rows)
    series = _series(tables, ids, broken, findings)
    check_definitions(rows, _counted(rows, series), settings.green_at)
    for key in ("plan", "actuals"):
        if key in tables:
            compare_with_formulas(rows, series[key], tables[key].sheet.name)
    plan = replace(
        _plan(book, settings, rows, series, tables, findings),
        sheets=_columns(goals_table, tables),
        setting_cells=places,
    )
    _report_unused_revision(plan, tables, findings)
    _report_review_month(plan, ids.every, findings)
    plan = _with_calendar(plan, tables, calendars)
    return Reading(None if findings.structural else plan, findings.problems)


def _report_unused_revision(plan: Plan, tables: Mapping[str, Table], findings: Findings) -> None:
    """A Revision that was filled in replaces nothing until Settings say from when."""
    goals = tuple(goal_id for goal_id, series in plan.revision.items() if series.values)
    if goals and plan.settings.revision_from is None:
        sheet = tables["revision"].sheet.name
        findings.sheet("revision-not-used", sheet, goals, Severity.WARNING)


def _report_review_month(plan: Plan, goals: Sequence[str], findings: Findings) -> None:
    """A review month without a column anywhere is a slip: its pack would say nothing of any goal,
    and look as if nobody had planned or reported."""
    month, known = plan.settings.review_month, plan.months
    if month is None or not known or month in known:
        return
    sheet, at = plan.setting_cells["review_month"]
    details = {"month": str(month), "first": str(known[0]), "last": str(known[-1])}
    findings.sheet("review-month-outside", sheet, goals, details=details, at=at, found=str(month))


def _plan(
    book: BookRows,
    settings: Settings,
    rows: Sequence[GoalRow],
    series: Mapping[str, Mapping[str, Series]],
    tables: Mapping[str, Table],
    findings: Findings,
) -> Plan:
    goals = tuple(entry.goal for entry in rows)
    ids = frozenset(goal.id for goal in goals)
    actions, comments = tables.get("actions"), tables.get("comments")
    recipients, holidays = tables.get("recipients"), tables.get("holidays")
    business = settings.close_day.business
    days = read_holidays(holidays, business, findings) if holidays else {}
    return Plan(
        settings=settings,
        goals=goals,
        plan=series["plan"],
        revision=series["revision"],
        actuals=series["actuals"],
        outlook=series["outlook"],
        actions=read_actions(actions, ids, findings) if actions else (),
        comments=read_comments(comments, ids, findings) if comments else (),
        recipients=(
            read_recipients(recipients, goals, settings.language, findings) if recipients else ()
        ),
        holidays=tuple(days),
        holiday_names={day: name for day, name in days.items() if name},
        source=Source(book.name, book.sha256, findings.names),
    )


def _with_calendar(plan: Plan, tables: Mapping[str, Table], calendars: Optional[Calendars]) -> Plan:
    """The plan with the public holidays of its country, where they count."""
    settings = plan.settings
    if calendars is None or not settings.country or not settings.close_day.business:
        return plan
    months = [
        month
        for key in MONTHLY
        if key in tables
        for _, month in tables[key].month_headers.positions
    ]
    days = calendars.days(settings.country, years_around(months, settings.close_day))
    own = frozenset(plan.holidays)
    added: Tuple[date, ...] = tuple(sorted(day for day in days if day not in own))
    return replace(plan, holidays=tuple(sorted((*own, *added))), calendar_days=added)


def _columns(goals_table: Optional[Table], tables: Mapping[str, Table]) -> Dict[str, SheetColumns]:
    """Where the sheets that hold goals and their figures have what."""
    found = {"goals": goals_table, **{key: tables.get(key) for key in (*MONTHLY, "holidays")}}
    return {
        key: SheetColumns(
            table.sheet.name,
            {column: position + 1 for column, position in table.columns.items()},
            {month: position + 1 for position, month in table.month_headers.months},
        )
        for key, table in found.items()
        if table is not None
    }


def _input_sheets(book: BookRows, findings: Findings) -> Dict[str, SheetRows]:
    """The book's sheets by key. Where several names mean the same input, the one that looks
    like it counts; if several do, nobody can know which is meant."""
    named: Dict[str, List[SheetRows]] = {}
    for sheet in book.sheets:
        key = sheet_names().get(fold(sheet.name))
        if key is not None and SHEET[key].is_input:
            named.setdefault(key, []).append(sheet)
    chosen: Dict[str, SheetRows] = {}
    for key, sheets in named.items():
        # An only one counts whatever it looks like: searching it is left to whoever reads it.
        real = sheets if len(sheets) == 1 else [one for one in sheets if looks_like(key, one)]
        real = real or sheets[:1]
        for other in real[1:]:
            details = {"first": real[0].name, **both_names("sheet", key)}
            findings.sheet("sheet-double", other.name, (), Severity.STRUCTURAL, details)
        if SHEET[key].required or _has_content(real[0]):
            chosen[key] = real[0]
            findings.names[f"sheet.{key}"] = real[0].name
    return chosen


def _has_content(sheet: SheetRows) -> bool:
    return any(not is_blank(cell) for cells in sheet.rows for cell in cells)


def _report_missing(
    sheets: Mapping[str, SheetRows], goals: Sequence[str], is_entry: bool, findings: Findings
) -> None:
    """Report the sheets that are missing; in an owner's entry book only those with figures."""
    for sheet in SHEETS:
        if is_entry and sheet.key not in (*FIGURES, "goals"):
            continue
        if sheet.required and sheet.is_input and sheet.key not in sheets:
            severity = Severity.STRUCTURAL if sheet.key == "goals" else Severity.ERROR
            touched = goals if sheet.key in FIGURES else ()
            findings.sheet("sheet-missing", None, touched, severity, both_names("sheet", sheet.key))


def _table(
    key: str,
    sheets: Mapping[str, SheetRows],
    fiscal_start: int,
    goals: Sequence[str],
    findings: Findings,
) -> Optional[Table]:
    sheet = sheets.get(key)
    return None if sheet is None else read_header(key, sheet, fiscal_start, goals, findings)


def _settings(
    sheets: Mapping[str, SheetRows],
    goals: Sequence[str],
    findings: Findings,
    calendars: Optional[Calendars],
) -> Tuple[Settings, Mapping[str, Tuple[str, str]]]:
    table = _table("settings", sheets, Settings().fiscal_start, goals, findings)
    if table is None:
        return Settings(), {}
    return read_settings(table, goals, findings, calendars)


def _tables(
    sheets: Mapping[str, SheetRows], fiscal_start: int, goals: Sequence[str], findings: Findings
) -> Dict[str, Table]:
    """The tables of all sheets but Goals and Settings."""
    found: Dict[str, Table] = {}
    for key in sheets:
        if key in ("goals", "settings"):
            continue
        touched = () if key in ("recipients", "holidays") else goals
        table = _table(key, sheets, fiscal_start, touched, findings)
        if table is not None:
            found[key] = table
    return found


def _series(
    tables: Mapping[str, Table], ids: GoalIds, broken: FrozenSet[str], findings: Findings
) -> Dict[str, Dict[str, Series]]:
    """Every monthly sheet's figures. Where a goal's formula cannot be used, what it would have
    given is not available, which is something else than not reported."""
    found: Dict[str, Dict[str, Series]] = {}
    for key in MONTHLY:
        table = tables.get(key)
        found[key] = series = read_series(table, ids, findings) if table is not None else {}
        if table is None or key not in ("plan", "actuals"):
            continue
        months = frozenset(month for _, month in table.month_headers.positions)
        for goal_id in broken:
            own = series.get(goal_id, NO_FIGURES)
            if months - own.values.keys():
                series[goal_id] = replace(own, unavailable=months - own.values.keys())
    return found


def _counted(
    rows: Tuple[GoalRow, ...], series: Mapping[str, Mapping[str, Series]]
) -> Dict[str, bool]:
    """For each ID whether it has or should have figures of its own or from a formula; a goal
    above others may do without, because it is rolled up, and so may a CSF."""
    parents = {entry.goal.parent for entry in rows}
    counted: Dict[str, bool] = {}
    for entry in rows:
        goal = entry.goal
        has_figures = bool(goal.formula_text) or any(goal.id in one for one in series.values())
        is_leaf = goal.id not in parents and goal.level is not Level.CSF
        counted[goal.id] = counted.get(goal.id, False) or has_figures or is_leaf
    return counted
