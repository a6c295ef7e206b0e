"""Lay out where everything in an adopted book comes from: two more sheets beside the book's own."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from kpixl.adopting.adopt import Adoption, cell_text
from kpixl.adopting.draft import SHEETS, Draft
from kpixl.adopting.goals import Goal
from kpixl.adopting.notes import Certainty, Left, Note
from kpixl.adopting.remarks import Placed
from kpixl.plan.cells import CellValue
from kpixl.words import say, word
from kpixl.workbook.appearance import area_name
from kpixl.workbook.grid import Grid
from kpixl.workbook.template.inputs import sheet_name, text_width

MOST_ROWS = 2_000
"""So many entries of a list stand on the sheet; ``--json`` has them all."""

_WIDTHS = (22, 20, 38, 84, 18)
_LINE = 14.5
_MONTHS_FROM = 4

Row = tuple[CellValue, ...]


def origin_grids(adoption: Adoption, draft: Draft) -> tuple[Grid, ...]:
    """The sheet that says what was understood, what was concluded and what was not, and the one
    that has the cell of every figure."""
    return _report(adoption, draft), _cells(adoption, draft)


def _report(adoption: Adoption, draft: Draft) -> Grid:
    language = adoption.language
    grid = Grid("adopted", word("adopt.sheet", language), "help")
    grid.put(1, 1, word("adopt.sheet", language), "title")
    lead = say("adopt.lead", language, file=adoption.source, **adoption.counts)
    grid.put(2, 1, lead, "lead")
    grid.put(3, 1, say("adopt.hash", language, sha256=adoption.sha256), "lead small")
    grid.heights.update({1: 30, 2: 18})
    for column, width in enumerate(_WIDTHS, start=1):
        grid.widths[column] = width
    row = 5
    unsure = [note for note in adoption.notes if note.certainty is Certainty.ASSUMED]
    sure = [note for note in adoption.notes if note.certainty is not Certainty.ASSUMED]
    for key, rows in (
        ("left", [left_row(entry, language) for entry in adoption.left]),
        ("assumed", [note_row(note, language) for note in unsure]),
        ("goals", [_goal_row(goal, adoption, draft) for goal in adoption.goals.goals]),
        ("comments", [comment_row(one, language) for one in draft.comments]),
        ("concluded", [note_row(note, language) for note in sure]),
        ("checked", [
            (one.sheet, one.area, word(f"adopt.checked.{one.kind}", language),
             word(f"adopt.checked.{one.kind}.why", language), one.cells)
            for one in adoption.checked
        ]),
    ):  # fmt: skip
        row = _section(grid, row, key, rows, language)
    grid.frozen = (3, 0)
    return grid


def _section(grid: Grid, row: int, key: str, rows: Sequence[Row], language: str) -> int:
    """A list with its heading; returns the next free row."""
    title = say(f"adopt.section.{key}", language, n=len(rows))
    for column in range(1, len(_WIDTHS) + 1):
        grid.put(row, column, title if column == 1 else None, "section")
    grid.heights[row] = 24
    grid.put(row + 1, 1, word(f"adopt.section.{key}.lead", language), "muted")
    row += 2
    if not rows:
        grid.put(row, 1, word("adopt.nothing", language), "muted")
        return row + 2
    for column in range(1, len(_WIDTHS) + 1):
        grid.put(row, column, word(f"adopt.head.{key}.{column}", language), "band")
    for entry in rows[:MOST_ROWS]:
        row += 1
        for column, value in enumerate(entry, start=1):
            grid.put(row, column, value, "row left")
        lines = max(
            ceil(text_width(str(value)) / (width - 1))
            for value, width in zip(entry, _WIDTHS, strict=True)
            if value is not None
        )
        grid.heights[row] = max(18, lines * _LINE + 4)
    if len(rows) > MOST_ROWS:
        row += 1
        grid.put(row, 1, say("adopt.more", language, n=len(rows) - MOST_ROWS), "muted")
    return row + 3


def left_row(entry: Left, language: str) -> Row:
    """Something that was left: sheet, cells, what stands there, why and what to do, and how many
    cells."""
    why = say(f"adopt.left.{entry.reason}", language, **_worded(entry, language))
    mend = word(f"adopt.left.{entry.reason}.mend", language)
    joint = "" if language == "ja" else " "
    return entry.sheet, entry.area, entry.shown, f"{why}{joint}{mend}", entry.cells


def _worded(entry: Left, language: str) -> dict[str, object]:
    details = dict(entry.details)
    if "measure" in details:
        details["measure"] = word(f"adopt.measure.{details['measure']}", language)
    return details


def note_row(note: Note, language: str) -> Row:
    """A conclusion: goals, what it is about, what was taken, why, and how sure that is."""
    value = word(f"{note.vocabulary}.{note.value}", language) if note.vocabulary else note.value
    details = {"sheet": note.sheet, "area": note.area, "value": value, **note.details}
    return (
        note.goal or _where(note, language),
        word(f"adopt.about.{note.about}", language),
        value or "–",
        say(f"adopt.reason.{note.reason}{_alone(note)}", language, **details),
        word(f"adopt.certainty.{note.certainty.value}", language),
    )


def _alone(note: Note) -> str:
    return "_one" if note.reason == "hidden-cells" and note.details.get("cells") == 1 else ""


def comment_row(comment: Placed, language: str) -> Row:
    """A remark that became a comment: goal, month, where it stood, its text, and how sure its
    month is."""
    certainty = word(f"adopt.certainty.{comment.certainty.value}", language)
    return comment.goal, str(comment.month), cell_text(comment.cell), comment.text, certainty


def _where(note: Note, language: str) -> str:
    if note.sheet:
        return say("adopt.on_sheet", language, sheet=note.sheet)
    return word("adopt.whole_book", language)


def _goal_row(goal: Goal, adoption: Adoption, draft: Draft) -> Row:
    """A goal: ID, name, where its label stands, and the cells of its figures."""
    subject = adoption.book.subjects[goal.subject]
    blocks = [
        f"{sheet_name(key, adoption.language)}: {', '.join(areas)}"
        for key in SHEETS.values()
        if (areas := areas_of(draft, goal.id, key))
    ]
    label = cell_text(subject.at)
    if subject.groups:
        label = f"{label} ({' / '.join(subject.groups)})"
    figures = "; ".join(blocks) or word("adopt.by_formula", adoption.language)
    return goal.id, goal.name, label, figures, goal.unit or "–"


def areas_of(draft: Draft, goal: str, key: str) -> list[str]:
    """The cells of a goal's figures in one sheet, as ranges: ``Sheet!D5:O5``."""
    cells = sorted(draft.by_goal.get((goal, key), {}).values())
    runs: list[list[tuple[str, int, int]]] = []
    for cell in cells:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last[0] == cell[0]
            and ((last[1], last[2] + 1) == cell[1:] or (last[1] + 1, last[2]) == cell[1:])
        ):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return [
        f"{run[0][0]}!{area_name((run[0][1], run[0][2], run[-1][1], run[-1][2]))}" for run in runs
    ]


def _cells(adoption: Adoption, draft: Draft) -> Grid:
    """Goal by month, the old cell of each figure."""
    language = adoption.language
    grid = Grid("adopted_cells", word("adopt.sheet_cells", language), "help")
    grid.put(1, 1, word("adopt.sheet_cells", language), "title")
    grid.put(2, 1, word("adopt.cells_lead", language), "lead")
    grid.heights.update({1: 30, 2: 18})
    for column in range(1, _MONTHS_FROM):
        grid.put(4, column, word(f"adopt.head.cells.{column}", language), "band")
    months = sorted({month for _, _, month in draft.origins})
    for column, month in enumerate(months, start=_MONTHS_FROM):
        grid.put(4, column, str(month), "band centre")
        grid.widths[column] = 14
    row = 4
    for goal in adoption.goals.goals:
        for key in SHEETS.values():
            cells = draft.by_goal.get((goal.id, key))
            if not cells:
                continue
            row += 1
            grid.put(row, 1, goal.id, "line")
            grid.put(row, 2, goal.name, "line")
            grid.put(row, 3, sheet_name(key, language), "line")
            for column, month in enumerate(months, start=_MONTHS_FROM):
                cell = cells.get(month)
                grid.put(row, column, cell_text(cell) if cell else None, "line centre small")
                if cell:
                    width = text_width(cell_text(cell)) + 1.5
                    grid.widths[column] = max(grid.widths[column], min(width, 40))
    grid.widths.update({1: 9, 2: 30, 3: 12})
    grid.frozen = (4, _MONTHS_FROM - 1)
    return grid
