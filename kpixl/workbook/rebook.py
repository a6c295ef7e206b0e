"""Turn a plan back into the content of a new workbook: all that a person entered in a book.

Labels stand as people wrote them, words of closed vocabularies by their keys, so that a book may
be written in another language than it was read in. What a plan does not have, nobody can give
back: the notes beside settings, sheets and columns of people's own, and how cells looked.
"""

from __future__ import annotations

from enum import Enum
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from kpixl.errors import KpixlError
from kpixl.plan.cells import CellValue, SheetRows
from kpixl.plan.findings import Findings
from kpixl.plan.headers import read_header
from kpixl.plan.model import NO_FIGURES, Plan, Series
from kpixl.plan.month import CloseDay, Month, fiscal_year
from kpixl.plan.recipients import SCOPE_PREFIXES
from kpixl.plan.schema import (
    FORMAT_VERSION,
    ORDINARY_SETTINGS,
    SHEET,
    SHEETS,
    column_names,
    sheet_names,
)
from kpixl.plan.values import text_of
from kpixl.words import LANGUAGES, fold, say, section, word
from kpixl.workbook.content import BookContent, MonthFigures, Row

MONTHLY = tuple(sheet.key for sheet in SHEETS if sheet.monthly)

_Months = Mapping[str, Series]

# Columns whose names in a sheet are not those of the plan's parts.
_PARTS: Mapping[str, Mapping[str, str]] = {
    "goals": {"formula": "formula_text"},
    "actions": {"action_id": "id", "goal_id": "goal"},
    "comments": {"goal_id": "goal", "comment": "text"},
    "recipients": {"recipient": "name"},
}
_OF_A_GOAL = ("goal", "parent")


def content_of(plan: Plan, language: str) -> BookContent:
    """Everything that was entered in the book of ``plan``, as the content of a new book whose
    sheets are in ``language``; Settings' own language stays what it is. Its months reach from the
    first to the last that any sheet has.

    Raises :class:`KpixlError` ``book-unreadable`` where a month holds something that could not be
    read: a new book would lose it.
    """
    _check_readable(plan)
    labels, entered = labels_of(plan), entered_goals(plan)
    return BookContent(
        language=language,
        settings=settings_of(plan, language),
        months=months_of(plan),
        goals=tuple(
            # One ID is one row of figures, however its later definitions spell it.
            {**_row("goals", goal, labels), "id": labels[goal.id]} for goal in plan.goals
        ),
        plan=_figures(plan.plan, labels, entered),
        revision=_figures(plan.revision, labels, entered),
        actuals=_figures(plan.actuals, labels, entered),
        outlook=_figures(plan.outlook, labels, entered),
        actions=tuple(_row("actions", action, labels) for action in plan.actions),
        comments=tuple(_row("comments", comment, labels) for comment in plan.comments),
        recipients=tuple(
            {**_row("recipients", person, labels), "scope": _scope(person.scope, labels, language)}
            for person in plan.recipients
        ),
        holidays=tuple(
            # Those of a calendar are not the book's: whoever writes it may add them by their names.
            {"date": day, "holiday": plan.holiday_names.get(day) or None}
            for day in plan.holidays
            if day not in plan.calendar_days
        ),
    )  # fmt: skip


def labels_of(plan: Plan) -> Dict[str, str]:
    """ID as compared -> as a person wrote it, in the first of the goal's rows."""
    labels: Dict[str, str] = {}
    for goal in plan.goals:
        labels.setdefault(goal.id, goal.label)
    return labels


def months_of(plan: Plan) -> Tuple[Month, ...]:
    """Every month from the first to the last of the book's month columns and figures; those of
    the review month's fiscal year where there is none."""
    known = [month for sheet in plan.sheets.values() for month in sheet.months]
    for key in MONTHLY:
        side: _Months = getattr(plan, key)
        known += [month for series in side.values() for month in series.values]
    if not known:
        review = plan.settings.review_month
        return () if review is None else fiscal_year(review, plan.settings.fiscal_start)
    first, last = min(known), max(known)
    return tuple(first.plus(number) for number in range(last.index - first.index + 1))


def settings_of(plan: Plan, language: str) -> Dict[str, CellValue]:
    """Every key of the Settings sheet with its value, as a book in ``language`` writes it."""
    found = {
        setting.key: _written(setting.key, getattr(plan.settings, setting.key), language)
        for setting in ORDINARY_SETTINGS
    }
    return {**found, "format_version": FORMAT_VERSION}


def _written(key: str, value: object, language: str) -> CellValue:
    if isinstance(value, CloseDay):
        return say("entry.business_days", language, n=value.days) if value.business else value.days
    if isinstance(value, tuple):
        names = [word(f"entry.{one}", language) if key == "periods_shown" else one for one in value]
        return ", ".join(names) or None
    return _cell(value)


def _cell(value: object) -> CellValue:
    """What stands in the cell of one of the plan's parts; empty texts are blank cells."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Month):
        return str(value)
    if value == "":
        return None
    return value  # type: ignore[return-value]  # numbers, texts and dates are cells already


def _row(sheet_key: str, one: object, labels: Mapping[str, str]) -> Row:
    """The cells of one goal, action, comment or person, by column."""
    names = _PARTS[sheet_key]
    row: Dict[str, CellValue] = {}
    for column in SHEET[sheet_key].columns:
        if not column.computed:
            name = names.get(column.key, column.key)
            value = getattr(one, name)
            row[column.key] = labels[value] if name in _OF_A_GOAL and value else _cell(value)
    return row


def _scope(scope: str, labels: Mapping[str, str], language: str) -> CellValue:
    """What a person is to see, as the book's language says it."""
    kind, _, name = scope.partition(":")
    if scope in labels or kind not in SCOPE_PREFIXES:
        return labels.get(scope, scope) or None
    return f"{word(f'entry.{kind}', language)}:{name}"


def entered_goals(plan: Plan) -> FrozenSet[str]:
    """The goals whose figures people enter and which have not ended: without a formula or children
    in any of their rows. Each monthly sheet has a row for them, so that figures of months to come
    find their place."""
    parents = {goal.parent for goal in plan.goals}
    others = {goal.id for goal in plan.goals if goal.formula is not None or goal.id in parents}
    return frozenset(goal.id for goal in plan.goals if goal.valid_to is None) - others


def _figures(side: _Months, labels: Mapping[str, str], entered: FrozenSet[str]) -> MonthFigures:
    return {
        label: dict(side.get(goal_id, NO_FIGURES).values)
        for goal_id, label in labels.items()
        if goal_id in side or goal_id in entered
    }


def own_sheets(names: Sequence[str]) -> Tuple[str, ...]:
    """Those among a book's sheets that are neither inputs nor made by kpixl: people's own."""
    made = {
        fold(word(f"template.{name}", language))
        for name in section("template")
        if name.startswith("sheet.")
        for language in LANGUAGES
    }
    return tuple(name for name in names if fold(name) not in made | sheet_names().keys())


def own_columns(sheets: Sequence[SheetRows]) -> Tuple[Tuple[str, str], ...]:
    """Sheet and header of each column that the lists of a book have beside kpixl's."""
    found: List[Tuple[str, str]] = []
    for sheet in sheets:
        key = sheet_names().get(fold(sheet.name), "")
        if not key or SHEET[key].monthly:
            continue
        table = read_header(key, sheet, 1, (), Findings())
        if table is not None:
            known = column_names(key)
            headers = map(text_of, sheet.rows[table.header - 1])
            found += [(sheet.name, one) for one in headers if one and fold(one) not in known]
    return tuple(found)


def _check_readable(plan: Plan) -> None:
    unread: List[Tuple[str, str, Optional[Month]]] = [
        (key, goal_id, min(series.unavailable))
        for key in MONTHLY
        for goal_id, series in getattr(plan, key).items()
        if series.unavailable
    ]
    if unread:
        key, goal_id, month = unread[0]
        raise KpixlError(
            "book-unreadable", sheet=plan.sheets[key].name if key in plan.sheets else key,
            goal=labels_of(plan)[goal_id], month=str(month), file=plan.source.name,
        )  # fmt: skip
