"""Read an entry book back: what its owner has entered for the book that it was split from."""

from __future__ import annotations

from collections.abc import Iterator

from kpixl.errors import Problem
from kpixl.importing.book import TargetBook, input_table, monthly_sheet
from kpixl.importing.figures import Figure, Origin, Remark, SourceReading, Understood
from kpixl.importing.preview import same
from kpixl.plan.cells import BookRows, CellValue, cell_name
from kpixl.plan.findings import Findings
from kpixl.plan.month import Month
from kpixl.plan.rows import NEVER_CALCULATED, filled_rows
from kpixl.plan.schema import setting_names, sheet_names
from kpixl.plan.tables import read_plan
from kpixl.plan.values import CELL_ERROR, id_of, is_blank, month_of, number_of, shown, text_of
from kpixl.words import fold
from kpixl.workbook.reader import OpenBook

ENTRY_FOR = "entry_for"
BROUGHT_BACK = ("actuals", "outlook")
# Figures that stand in no row or column of their own.
NOBODYS = frozenset({
    "column-missing", "figures-double", "figures-without-id", "figures-without-month",
    "header-missing", "month-double", "month-unclear", "months-none",
})  # fmt: skip
# How the setting is written in books of either language.
ENTRY_NAMES = frozenset(map(fold, ("entry for", "記入依頼先")))


def entry_of(opened: OpenBook) -> str:
    """The owner whom the book was handed to for entry; blank where it is no entry book."""
    if not any(sheet_names().get(fold(name)) == "settings" for name in opened.sheets):
        return ""
    return text_of(_setting(opened.inputs(), ENTRY_FOR))


def _setting(book: BookRows, key: str) -> object:
    table = input_table("settings", book)
    if table is None or not {"key", "value"} <= table.columns.keys():
        return None
    names = setting_names()
    for row in filled_rows(table, Findings()):
        name = fold(text_of(row.value("key")))
        if names.get(name) == key or (key == ENTRY_FOR and name in ENTRY_NAMES):
            return row.value("value")
    return None


def read_entry(opened: OpenBook, name: str, owner: str, book: TargetBook) -> SourceReading:
    """What the owner has entered: Actuals and Outlook of their goals, and comments."""
    rows = opened.inputs()
    book_id = text_of(_setting(rows, "book_id"))
    own_id = book.plan.settings.book_id
    understood = Understood(name, "entry", "entry", owner=owner, remembered=True)
    if not book_id or fold(book_id) != fold(own_id):
        details = {"expected": own_id or "–"}
        problem = Problem("import-other-book", name, found=book_id or "–", details=details)
        return SourceReading(understood, problems=(problem,))
    reader = _EntryReader(rows, name, owner, book)
    reader.note_structure()
    figures = tuple(reader.figures())
    remarks = tuple(reader.remarks())
    months = tuple(sorted({one.month for one in figures}))
    understood = Understood(
        name, "entry", "entry", owner=owner, remembered=True, figures=len(figures), months=months,
    )  # fmt: skip
    return SourceReading(
        understood, figures, tuple(reader.problems), remarks, owner, reader.month
    )  # fmt: skip


class _EntryReader:
    def __init__(self, rows: BookRows, name: str, owner: str, book: TargetBook) -> None:
        self.rows, self.name, self.owner, self.book = rows, name, owner, book
        self.problems: list[Problem] = []
        self.owned = frozenset(
            goal.id for goal in book.plan.goals if fold(goal.owner) == fold(owner)
        )
        month, _ = month_of(_setting(rows, "review_month"))
        self.month = month or book.plan.settings.review_month
        self._strangers: set[str] = set()

    def figures(self) -> Iterator[Figure]:
        """The figures of the owner's goals."""
        for sheet in self.rows.sheets:
            key = sheet_names().get(fold(sheet.name))
            if key not in BROUGHT_BACK:
                continue
            monthly = monthly_sheet(key, sheet, self.book.plan.settings.fiscal_start)
            for goal, month, slot in monthly.slots() if monthly is not None else ():
                at = Origin(self.name, sheet.name, slot.name)
                if (slot.row, slot.column) in sheet.uncached:
                    self._report(NEVER_CALCULATED, at, slot.formula, goal)
                elif is_blank(slot.value):
                    self._note_blanked(key, goal, month, at)
                else:
                    figure = self._figure(key, goal, month, slot.value, at)
                    if figure is not None:
                        yield figure

    def _figure(
        self, key: str, goal: str, month: Month, cell: CellValue, at: Origin
    ) -> Figure | None:
        value, fault = number_of(cell)
        if goal not in self.owned:
            # What others have given may stand beside as it was when the book was handed out.
            if value is None or not self._stands(key, goal, month, value):
                self._note_stranger(goal, at)
            return None
        if value is None:
            code = "import-cell-error" if fault == CELL_ERROR else "import-number"
            self._report(code, at, shown(cell), goal)
            return None
        percent = isinstance(cell, str) and "%" in cell
        return Figure(goal, month, value, at, key, percent, self.owner, self.month)

    def _stands(self, key: str, goal: str, month: Month, value: float) -> bool:
        """Whether the book has this very figure."""
        sheet = self.book.sheets.get(key)
        if sheet is None or goal not in sheet.rows or month not in sheet.columns:
            return False
        held, _ = number_of(sheet.slot(goal, month).value)
        return held is not None and same(held, value)

    def _note_blanked(self, key: str, goal: str, month: Month, at: Origin) -> None:
        """A cell that the owner has left blank or emptied, where the book has a figure."""
        sheet = self.book.sheets.get(key)
        if sheet is None or goal not in self.owned or goal not in sheet.rows:
            return
        if month not in sheet.columns:
            return
        held = sheet.slot(goal, month)
        if held.formula or is_blank(held.value):
            return
        details = {
            "goal": self._label(goal), "month": str(month), "cell": held.name,
            "target": sheet.name,
        }  # fmt: skip
        self.problems.append(
            Problem("import-blanked", at.place, at.cell, shown(held.value), details, (goal,),
                    warning=True)
        )  # fmt: skip

    def _note_stranger(self, goal: str, at: Origin) -> None:
        """Report a goal that is not the owner's, once."""
        if goal in self._strangers:
            return
        self._strangers.add(goal)
        known = goal in self.book.terms.labels
        code = "import-not-owned" if known else "import-unknown-id"
        details: dict[str, object] = {"owner": self.owner, "goal": self._label(goal), "n": 1}
        found = goal if known else self._label(goal)
        self.problems.append(Problem(code, at.place, at.cell, found, details, (goal,)))

    def note_structure(self) -> None:
        """Report figures in rows and columns that the ordinary reader finds to be nobody's."""
        for one in read_plan(self.rows).problems:
            key = sheet_names().get(fold(one.sheet or ""))
            if one.code in NOBODYS and key in BROUGHT_BACK:
                place = Origin(self.name, one.sheet or "").place
                self.problems.append(
                    Problem(one.code, place, one.cell, one.found, one.details, one.goals)
                )

    def remarks(self) -> Iterator[Remark]:
        """The comments that the book does not have yet."""
        table = input_table("comments", self.rows)
        if table is None:
            return
        known = {
            (one.goal, one.month, _compared(one.text)) for one in self.book.plan.comments
        }  # fmt: skip
        for row in filled_rows(table, Findings()):
            text = text_of(row.value("comment"))
            if not text:
                continue
            goal, _ = id_of(row.value("goal_id"))
            month, _ = month_of(row.value("month"))
            at = Origin(
                self.name, table.sheet.name,
                cell_name(row.line, table.columns.get("comment", 0) + 1),
            )  # fmt: skip
            if month is None or goal not in self.book.terms.labels:
                found = text_of(row.value("month" if goal in self.book.terms.labels else "goal_id"))
                code = "import-comment-month" if month is None else "import-comment-goal"
                self._report(code, at, found or "–", goal)
                continue
            key = (goal, month, _compared(text))
            if key in known:
                continue
            if goal not in self.owned:
                self._note_stranger(goal, at)
                continue
            known.add(key)
            yield Remark(goal, month, text, text_of(row.value("author")) or self.owner, at)

    def _label(self, goal: str) -> str:
        return self.book.terms.labels.get(goal, goal)

    def _report(self, code: str, at: Origin, found: object, goal: str) -> None:
        details = {"goal": self._label(goal), "month": ""}
        self.problems.append(Problem(code, at.place, at.cell, shown(found), details, (goal,)))


def _compared(text: str) -> str:
    return " ".join(text.split())
