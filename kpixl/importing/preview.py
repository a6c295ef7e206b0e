"""Compare figures with a book: what would change, and what must not be written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from kpixl.errors import Problem
from kpixl.importing.book import MonthlySheet, Slot, TargetBook
from kpixl.importing.figures import Figure
from kpixl.plan.cells import CellValue
from kpixl.plan.findings import both_names
from kpixl.plan.model import definition_in
from kpixl.plan.month import Month
from kpixl.plan.monthcolumns import spans
from kpixl.plan.schema import PERCENT_SLIP
from kpixl.plan.units import same_unit
from kpixl.plan.values import is_blank, number_of, number_text, shown

FAR, ENOUGH = 300, 3
"""A figure so many times larger or smaller than the usual one of at least so many is told of."""

SAME = 1e-12
"""How far apart, relative to the larger, two figures may be and still be the same."""

Key = tuple[str, str, Month]
"""Sheet key, goal, month."""


@dataclass(frozen=True)
class Change:
    """A cell that would be written: ``old`` is what it holds, None where blank. ``restates`` says
    that the month was closed as final with another figure."""

    sheet: str
    cell: str
    row: int
    column: int
    into: str
    goal: str
    month: Month
    old: CellValue
    new: float
    origin: str
    restates: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing has stood there."""
        return is_blank(self.old)


@dataclass(frozen=True)
class Rulings:
    """What is held back: other figures for months that were ``closed`` as final, and those of
    entry books for months before theirs; unless ``restate`` lets them through."""

    closed: Collection[Month] = ()
    restate: bool = False


@dataclass
class Compared:
    """What came of the comparison; ``held`` are the cells that a problem keeps from being
    written."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    held: set[Key] = field(default_factory=set)


def compare(book: TargetBook, figures: Sequence[Figure], rulings: Rulings) -> Compared:
    """Every figure against its cell, in the order of sheet, goal and month in the book."""
    found = Compared()
    single = _singled(book, figures, found)
    slips = _slipping_goals(book, single.values())
    missing = _Missing(book)
    for key, figure in sorted(single.items(), key=lambda item: _order(book, item[0])):
        if missing.notes(figure):
            found.held.add(key)
            continue
        _compare_one(book, figure, rulings, slips, found)
    found.problems.extend(missing.problems())
    return found


def same(one: float, other: float) -> bool:
    """Whether two figures are the same but for the last digits of a float."""
    return abs(one - other) <= SAME * max(abs(one), abs(other))


def _order(book: TargetBook, key: Key) -> tuple[int, int, str, Month]:
    into, goal, month = key
    sheet = book.sheets.get(into)
    row = sheet.rows.get(goal, [10**9])[0] if sheet else 10**9
    return list(book.sheets).index(into) if sheet else 99, row, goal, month


def _singled(book: TargetBook, figures: Sequence[Figure], found: Compared) -> dict[Key, Figure]:
    """One figure for each cell; where there are different ones, none, and a problem."""
    first: dict[Key, Figure] = {}
    for figure in figures:
        key = (figure.into, figure.goal, figure.month)
        before = first.setdefault(key, figure)
        if same(before.value, figure.value):
            continue
        if key not in found.held:
            details = {
                **_about(book, figure), "first": number_text(before.value),
                "where": str(before.origin),
            }  # fmt: skip
            found.problems.append(_at_origin("import-double", figure, details))
        found.held.add(key)
    return {key: figure for key, figure in first.items() if key not in found.held}


def _slipping_goals(book: TargetBook, figures: Iterable[Figure]) -> frozenset[tuple[str, str]]:
    """The % goals of which a source plainly gives percent without a % sign (3.2 for 3.2 %), by
    goal and source: where one figure is too large, the small ones beside it mean the same."""
    return frozenset(
        (one.goal, one.origin.source)
        for one in figures
        if _in_percent(book, one) and not one.sure and abs(one.value) > PERCENT_SLIP
    )


def _in_percent(book: TargetBook, figure: Figure) -> bool:
    """Whether the goal is in % in the figure's month: another definition may hold in others."""
    if figure.goal not in book.terms.percent:
        return False
    return definition_in(book.plan.definitions(figure.goal), figure.month).is_percent


class _Missing:
    """Figures for which the book has no sheet, row or column, each told once."""

    def __init__(self, book: TargetBook) -> None:
        self._book = book
        self._sheets: dict[str, list[Figure]] = {}
        self._rows: dict[tuple[str, str], list[Figure]] = {}
        self._columns: dict[str, list[Figure]] = {}

    def notes(self, figure: Figure) -> bool:
        """Whether there is no cell for the figure."""
        sheet = self._book.sheets.get(figure.into)
        if sheet is None:
            self._sheets.setdefault(figure.into, []).append(figure)
        elif figure.goal not in sheet.rows:
            self._rows.setdefault((figure.into, figure.goal), []).append(figure)
        elif figure.month not in sheet.columns:
            self._columns.setdefault(figure.into, []).append(figure)
        else:
            return False
        return True

    def problems(self) -> Iterator[Problem]:
        """What is missing, and how to mend it."""
        for key, figures in self._sheets.items():
            details: dict[str, object] = {**both_names("sheet", key), "n": len(figures)}
            yield _at_origin("import-no-sheet", figures[0], details)
        for (into, _), figures in self._rows.items():
            details = {**_about(self._book, figures[0]), "n": len(figures)}
            details["target"] = self._book.sheets[into].name
            if figures[0].goal in self._book.terms.calculated:
                details["form"] = "formula"
            yield _at_origin("import-no-row", figures[0], details)
        for into, figures in self._columns.items():
            months = spans(sorted({one.month for one in figures}))
            details = {"months": months, "n": len(figures)}
            details["target"] = self._book.sheets[into].name
            yield _at_origin("import-no-column", figures[0], details)


def _compare_one(
    book: TargetBook,
    figure: Figure,
    rulings: Rulings,
    slips: Collection[tuple[str, str]],
    found: Compared,
) -> None:
    sheet = book.sheets[figure.into]
    slot = sheet.slot(figure.goal, figure.month)
    old, _ = number_of(slot.value)
    if old is not None and same(old, figure.value):
        found.unchanged += 1
        return
    doubled = len(sheet.rows[figure.goal]) > 1 or len(sheet.columns[figure.month]) > 1
    code = _conflict(book, figure, slot, slips) or ("import-target-double" if doubled else "")
    restates = old is not None and figure.month in rulings.closed and _counts(book, figure, old)
    if not code and not rulings.restate and old is not None:
        code = "import-closed" if restates else _earlier(figure)
    if code:
        details = {
            **_about(book, figure), "cell": slot.name, "target": sheet.name,
            "old": shown(slot.value) or "–", "formula": shown(slot.formula),
        }  # fmt: skip
        found.problems.append(_at_origin(code, figure, details))
        found.held.add((figure.into, figure.goal, figure.month))
        return
    usual = _usual(book, sheet, figure)
    if usual:
        details = {**_about(book, figure), "target": sheet.name, "usual": number_text(usual)}
        found.problems.append(_at_origin("import-scale", figure, details, warning=True))
    found.changes.append(
        Change(
            sheet.name, slot.name, slot.row, slot.column, figure.into, figure.goal, figure.month,
            None if is_blank(slot.value) else slot.value, figure.value, str(figure.origin),
            restates,
        )
    )  # fmt: skip


def _counts(book: TargetBook, figure: Figure, old: float) -> bool:
    """Whether the figure that the book has is one that was published: an actual, or what is in
    force of plan and revision."""
    if figure.into == "actuals":
        return True
    force = book.plan.in_force(figure.goal, figure.month)
    return figure.into in ("plan", "revision") and force is not None and same(force, old)


def _conflict(
    book: TargetBook, figure: Figure, slot: Slot, slips: Collection[tuple[str, str]]
) -> str:
    if slot.formula:
        return "import-formula"
    slipped = (figure.goal, figure.origin.source) in slips
    if slipped and not figure.sure and _in_percent(book, figure):
        return "import-percent"
    return ""


def _earlier(figure: Figure) -> str:
    """An entry book carries the months before as they were when it was handed out; where the two
    differ, one of them has been corrected since, and nobody can know which."""
    early = figure.since is not None and figure.month < figure.since
    return "import-earlier" if early else ""


def _about(book: TargetBook, figure: Figure) -> dict[str, object]:
    return {
        "goal": book.terms.labels.get(figure.goal, figure.goal),
        "name": book.terms.name(figure.goal),
        "month": str(figure.month),
    }


def _usual(book: TargetBook, sheet: MonthlySheet, figure: Figure) -> float:
    """What the goal's figures in this unit usually are, where the new one is so far from them that
    thousands may have been taken for units; else 0."""
    definitions = book.plan.definitions(figure.goal)
    unit = definition_in(definitions, figure.month).unit
    known = [
        abs(value)
        for month, columns in sheet.columns.items()
        if month < figure.month and same_unit(definition_in(definitions, month).unit, unit)
        for value, _ in [number_of(sheet.slot(figure.goal, month).value)]
        if value and len(columns) == 1
    ]
    if len(known) < ENOUGH or not figure.value:
        return 0.0
    usual = median(known)
    return usual if not usual / FAR < abs(figure.value) < usual * FAR else 0.0


def _at_origin(
    code: str, figure: Figure, details: Mapping[str, object], warning: bool = False
) -> Problem:
    origin = figure.origin
    found = number_text(figure.value)
    return Problem(code, origin.place, origin.cell, found, details, (figure.goal,), warning=warning)
