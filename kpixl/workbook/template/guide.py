"""Lay out the Guide: what the book is, how to use it, and what its colours and words mean."""

from __future__ import annotations

from typing import Mapping, Sequence, Tuple

from kpixl.words import say, word
from kpixl.workbook.content import NATIVE, BookContent
from kpixl.workbook.grid import Grid
from kpixl.workbook.template import styles
from kpixl.workbook.template.inputs import sheet_name, text_width

STEPS: Tuple[str, ...] = ("settings", "goals", "plan", "actuals", "actions")
SHEETS: Mapping[str, str] = {
    "settings": "you", "goals": "you", "plan": "you", "revision": "optional", "actuals": "you",
    "outlook": "optional", "actions": "you", "comments": "optional", "recipients": "optional",
    "holidays": "optional", "scorecard": "kpixl", "chart": "kpixl", "figures": "kpixl",
}  # fmt: skip
FUNCTION_NAMES: Tuple[str, ...] = (
    "KPI_GAP", "KPI_GAP_PCT", "KPI_ATTAINMENT", "KPI_GROWTH", "KPI_TO_DATE", "KPI_STATUS",
    "KPI_ROLLUP", "KPI_LANDING", "KPI_REQUIRED", "KPI_CHANCE", "KPI_SIGNAL", "KPI_SCORECARD",
    "PDCA_PHASE", "PDCA_STATUS", "PDCA_NEXT",
)  # fmt: skip
FUNCTION_SHEETS: Tuple[str, ...] = ("periods", "analysis")
NATIVE_SHEETS: Tuple[str, ...] = ("words", "formulas", "formula_steps", "action_steps")
NATIVE_NOTES: Tuple[str, ...] = (
    "figures", "limits", "words", "formulas", "average", "landing", "check",
)  # fmt: skip
"""What a book of plain formulas says in place of the functions."""

COMMANDS: Tuple[str, ...] = ("check", "pack")
LEGEND: Mapping[str, str] = {
    "input": "input", "computed": "computed", "header": "header", "optional": "header optional",
}  # fmt: skip
_LEFT, _RIGHT = 2, 6
_WIDTHS: Mapping[int, float] = {1: 2, 2: 5, 3: 17, 4: 66, 5: 3, 6: 26, 7: 74}


def guide_grid(content: BookContent, names: Mapping[str, str], formulas: int = 0) -> Grid:
    """The Guide in the book's language; ``names`` are the sheets' names by key, ``formulas`` how
    many formulas of goals a book of plain formulas has room for."""
    language, native = content.language, content.cells == NATIVE
    grid = Grid("guide", sheet_name("guide", language), "help")
    grid.put(1, _LEFT, word("template.title", language), "title")
    grid.put(2, _LEFT, word("template.lead.guide", language), "lead")
    grid.widths.update(_WIDTHS)
    for number in (1, 2, 3):
        key = "guide.native.intro" if native and number == 2 else f"guide.intro.{number}"
        grid.put(3 + number, _LEFT, word(key, language), "middle")
    _section(grid, 8, _LEFT, 3, word("guide.steps", language))
    for number, key in enumerate(STEPS, start=1):
        row = 8 + number
        grid.put(row, _LEFT, number, "step")
        _link(grid, row, _LEFT + 1, key, names)
        grid.put(row, _LEFT + 2, word(f"guide.step.{number}", language), "row")
        grid.heights[row] = 34
    who = {**SHEETS, **dict.fromkeys(NATIVE_SHEETS if native else FUNCTION_SHEETS, "kpixl")}
    _sheets(grid, 15, language, names, who)
    _commands(grid, _meanings(grid, 8, language, native), language)
    below = 15 + len(who) + 2
    if native:
        _notes(grid, below, language, formulas)
    else:
        _functions(grid, below, language)
    grid.heights.update({1: 34, 2: 20, 3: 6})
    return grid


def _section(grid: Grid, row: int, column: int, width: int, title: str) -> None:
    for offset in range(width):
        grid.put(row, column + offset, title if offset == 0 else None, "section")
    grid.heights[row] = 24


def _link(grid: Grid, row: int, column: int, key: str, names: Mapping[str, str]) -> None:
    grid.put(row, column, names[key], "row link indent1")
    grid.links[row, column] = names[key]


def _sheets(
    grid: Grid, row: int, language: str, names: Mapping[str, str], sheets: Mapping[str, str]
) -> None:
    """The sheets in order, each a link: who fills it, and what it holds."""
    _section(grid, row, _LEFT, 3, word("guide.sheets", language))
    marks = {"you": "input", "optional": "input", "kpixl": "computed"}
    for number, (key, who) in enumerate(sheets.items(), start=row + 1):
        grid.put(number, _LEFT, None, f"{marks[who]}")
        _link(grid, number, _LEFT + 1, key, names)
        what, by = word(f"guide.sheet.{key}", language), word(f"guide.who.{who}", language)
        opening, closing = ("（", "）") if language == "ja" else (" (", ")")
        grid.put(number, _LEFT + 2, f"{what}{opening}{by}{closing}", "row")
        grid.heights[number] = 27


def _meanings(grid: Grid, row: int, language: str, native: bool) -> int:
    """The words of status, how to read a gap and what is said of the year, and the colours of
    cells; returns the next row."""
    _section(grid, row, _RIGHT, 2, word("guide.status", language))
    for number, (key, mark) in enumerate(styles.STATUS_MARKS.items(), start=row + 1):
        grid.put(number, _RIGHT, f"{mark} {word(f'status.{key}', language)}", f"tile status_{key}")
        grid.put(number, _RIGHT + 1, word(f"guide.status.{key}", language), "row indent1")
    # The sections start level with those on the left.
    row += 7
    _section(grid, row, _RIGHT, 2, word("guide.gap", language))
    names = ("gap", "attainment", "td_actual")
    for number, key in enumerate(names, start=1):
        title = (
            word(f"template.chart.{key}", language)
            if key != "td_actual"
            else word("template.group.to_date_short", language)
        )
        grid.put(row + number, _RIGHT, title, "row bold")
        grid.put(row + number, _RIGHT + 1, word(f"guide.gap.{number}", language), "row indent1")
    row += len(names) + 2
    if not native:
        row = _year(grid, row, language)
    _section(grid, row, _RIGHT, 2, word("guide.legend", language))
    for number, (key, look) in enumerate(LEGEND.items(), start=row + 1):
        grid.put(number, _RIGHT, None, look)
        grid.put(number, _RIGHT + 1, word(f"guide.legend.{key}", language), "row indent1")
    return row + len(LEGEND) + 2


def _year(grid: Grid, row: int, language: str) -> int:
    """How to read landing, chance and signal; returns the next row."""
    _section(grid, row, _RIGHT, 2, word("guide.year", language))
    for number, key in enumerate(("landing", "chance", "signal"), start=row + 1):
        grid.put(number, _RIGHT, word(f"template.scorecard.{key}", language), "row bold")
        grid.put(number, _RIGHT + 1, word(f"guide.year.{key}", language), "row indent1")
        grid.heights[number] = 40
    return row + 5


def _commands(grid: Grid, row: int, language: str) -> None:
    pairs: Sequence[Tuple[str, str]] = [
        (f"kpixl {name} plan.xlsx", word(f"guide.pack.{name}", language)) for name in COMMANDS
    ]
    _section(grid, row, _RIGHT, 2, word("guide.pack", language))
    for number, (code, meaning) in enumerate(pairs, start=row + 1):
        grid.put(number, _RIGHT, code, "code line")
        grid.put(number, _RIGHT + 1, meaning, "row indent1")


def _notes(grid: Grid, row: int, language: str, formulas: int) -> None:
    """What plain formulas can read, and what they leave to kpixl."""
    _section(grid, row, _LEFT, 3, word("guide.native", language))
    for number, key in enumerate(NATIVE_NOTES, start=row + 1):
        note = say(f"guide.native.{key}.text", language, formulas=formulas)
        grid.put(number, _LEFT + 1, word(f"guide.native.{key}", language), "row bold")
        grid.put(number, _LEFT + 2, note, "row")
        lines = -(-text_width(note) // int(_WIDTHS[_LEFT + 2] * 1.1))
        grid.heights[number] = 6 + 14 * lines


def _functions(grid: Grid, row: int, language: str) -> None:
    _section(grid, row, _LEFT, 3, word("guide.functions", language))
    for number, name in enumerate(FUNCTION_NAMES):
        place = row + 1 + number
        grid.put(place, _LEFT + 1, name, "code line")
        grid.put(place, _LEFT + 2, word(f"guide.function.{name}", language), "row indent1")
    grid.put(
        row + 1 + len(FUNCTION_NAMES), _LEFT + 1, word("guide.functions.note", language), "muted"
    )
