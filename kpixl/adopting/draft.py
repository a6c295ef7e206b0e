"""Turn goals and their figures into the content of a new book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kpixl.adopting.account import Account
from kpixl.adopting.goals import Goal, Goals
from kpixl.adopting.known import Measure
from kpixl.adopting.notes import Cell
from kpixl.adopting.remarks import Placed, placed
from kpixl.adopting.series import Series
from kpixl.adopting.subjects import Remark
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Settings
from kpixl.plan.month import Month, fiscal_year, fiscal_year_start
from kpixl.plan.schema import MAX_MONTHS
from kpixl.review.periods import fiscal_label
from kpixl.workbook.content import BookContent
from kpixl.workbook.sample import empty_book

SHEETS: Mapping[Measure, str] = {
    Measure.PLAN: "plan", Measure.REVISION: "revision", Measure.ACTUAL: "actuals",
    Measure.OUTLOOK: "outlook",
}  # fmt: skip
_PLACES = 12


@dataclass(frozen=True)
class Draft:
    """A new book's content, and for every figure in it the cell that it came from: by goal,
    sheet key and month."""

    content: BookContent
    origins: Mapping[tuple[str, str, Month], Cell]
    review_month: Month
    fiscal_start: int
    comments: tuple[Placed, ...] = ()

    @cached_property
    def by_goal(self) -> Mapping[tuple[str, str], Mapping[Month, Cell]]:
        """The old cells by goal and sheet key, then month."""
        found: dict[tuple[str, str], dict[Month, Cell]] = {}
        for (goal, key, month), cell in self.origins.items():
            found.setdefault((goal, key), {})[month] = cell
        return found


def draft_of(
    goals: Goals, series: Series, account: Account, fiscal_start: int, language: str,
    remarks: Sequence[Remark] = (),
) -> Draft:  # fmt: skip
    """The content of the new book. Only figures that were taken over stand in it."""
    figures: dict[str, dict[str, dict[Month, CellValue]]] = {key: {} for key in SHEETS.values()}
    origins: dict[tuple[str, str, Month], Cell] = {}
    for goal in goals.goals:
        for measure, key in SHEETS.items():
            for month, fact in sorted(series.of(goal.subject, measure).items()):
                if fact.cell not in account.taken:
                    continue
                figures[key].setdefault(goal.id, {})[month] = _figure(fact.value, goal.factor)
                origins[goal.id, key, month] = fact.cell
    months = _months({month for _, _, month in origins}, fiscal_start)
    review = series.last if series.last is not None and series.last in months else months[0]
    content = empty_book(language, fiscal_start, len(months), months[0])
    example = Settings(
        fiscal_start=fiscal_start, fiscal_label=str(content.settings["fiscal_label"])
    )
    settings = {
        **content.settings,
        "review_month": str(review),
        "fiscal_label": fiscal_label(review, example, language),
    }
    if figures["revision"]:
        first = min(month for _, key, month in origins if key == "revision")
        settings["revision_from"] = str(first)
    rows = tuple(_row(goal) for goal in goals.goals)
    # A row on every sheet, so that nobody has to type an ID to revise a plan or to give an outlook.
    ids = [goal.id for goal in goals.goals if any(goal.id in side for side in figures.values())]
    rowed = {key: {one: side.get(one, {}) for one in ids} for key, side in figures.items()}
    made = BookContent(
        language, settings, months, rows, rowed["plan"], rowed["revision"], rowed["actuals"],
        rowed["outlook"],
    )  # fmt: skip
    by_subject = {goal.subject: goal.id for goal in goals.goals}
    comments = placed(remarks, by_subject, review, language)
    made = replace(made, comments=tuple(comment.row for comment in comments))
    return Draft(made, origins, review, fiscal_start, comments)


def _months(used: set[Month], fiscal_start: int) -> tuple[Month, ...]:
    """Whole fiscal years around all months that have a figure."""
    first = fiscal_year_start(min(used), fiscal_start)
    last = fiscal_year(max(used), fiscal_start)[-1]
    count = min(last.index - first.index + 1, MAX_MONTHS)
    return tuple(first.plus(number) for number in range(count))


def _figure(value: float, factor: float) -> CellValue:
    amount = value if factor == 1.0 else round(value * factor, _PLACES)
    return int(amount) if amount == int(amount) and abs(amount) < 1e15 else amount


def _row(goal: Goal) -> Mapping[str, CellValue]:
    return {
        "id": goal.id,
        "parent": goal.parent or None,
        "level": goal.level,
        "name": goal.name,
        "owner": goal.owner or None,
        "department": goal.department or None,
        "unit": goal.unit or None,
        "direction": goal.direction,
        "aggregation": goal.aggregation,
        "formula": goal.formula or None,
    }
