"""Lay out the small book in which one owner enters a month's figures, and write it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import IO, Dict, List, Sequence, Tuple, Union

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month, fiscal_year
from kpixl.plan.schema import SETTINGS, SHEET
from kpixl.review.periods import month_name, short_month
from kpixl.words import say, word
from kpixl.workbook.content import BookContent, goal_rows, goals_in_force
from kpixl.workbook.entry import Entry
from kpixl.workbook.grid import FIRST_ROW, Cell, Grid, Layout
from kpixl.workbook.template import styles
from kpixl.workbook.template.book import list_names
from kpixl.workbook.template.inputs import (
    IN_FORCE,
    goals_grid,
    list_grid,
    month_formats,
    monthly_grid,
    settings_grid,
    sheet_name,
    text_width,
)
from kpixl.workbook.template.write import BookWriter

FIRST_SHOWN = "actuals"
_LEFT = 2
_WIDTHS = {1: 2, 2: 6, 3: 18, 4: 52, 5: 9, 6: 15, 7: 15, 8: 15}
_STEP_ROOM = 100
"""Characters in a line of a step, which runs over the columns from the name on."""


def write_entry(target: Union[str, Path, IO[bytes]], entry: Entry, due: str, to: str) -> None:
    """Write the owner's book. ``due`` is the day by which it is to be back, as people write it,
    ``to`` who is to have it (blank: whoever sent it). The same entry gives the same bytes."""
    layout = entry_layout(entry, due, to)
    writer = BookWriter(target, entry.content, layout)
    sheets = writer.sheets()
    row, column = _first_cell(layout.grid(FIRST_SHOWN), entry)
    sheets[FIRST_SHOWN].set_selection(row - 1, column - 1, row - 1, column - 1)
    sheets[FIRST_SHOWN].activate()
    writer.file.close()


def entry_layout(entry: Entry, due: str, to: str) -> Layout:
    """The book's sheets, in their order, and its defined names."""
    content, language = _in_force_first(entry.content), entry.content.language
    month = _month(content)
    year = fiscal_year(month, int(str(content.settings["fiscal_start"])))
    ahead = tuple(one for one in year if one > month)
    order = tuple(str(goal["id"]) for goal in content.goals)
    ids = tuple(dict.fromkeys(order))
    grids: Dict[str, Grid] = {FIRST_SHOWN: _actuals(content, ids, month)}
    if ahead:
        grids["outlook"] = monthly_grid(
            "outlook", replace(content, months=ahead), content.outlook, ids
        )
    grids["comments"] = list_grid("comments", content, content.comments)
    grids["plan"] = _for_reference(
        monthly_grid("plan", replace(content, months=year), content.plan, ids)
    )
    grids["goals"] = _for_reference(goals_grid(content))
    grids["settings"] = settings_grid(content)
    names = {key: sheet_name(key, language) for key in grids}
    guide = _guide(entry, names, due, to)
    keys = [setting.key for setting in SETTINGS if setting.key in content.settings]
    review = grids["settings"].at(FIRST_ROW + keys.index("review_month"), 2)
    last = FIRST_ROW + len(content.goals) - 1
    in_force = grids["goals"].area(FIRST_ROW, 1, last, 1)
    lists = list_names(grids["goals"], grids[FIRST_SHOWN])
    defined = {"ReviewMonth": review, IN_FORCE: in_force, **lists}
    # Its rows are others than in an ordinary book, whose lists and limits they must not get.
    grids["settings"].key = "entry_settings"
    for grid in (grids["plan"], grids["goals"], grids["settings"]):
        grid.role = "calculation"
        grid.put(2, 1, word("entry.reference", language), "lead")
    return Layout(language, (guide, *grids.values()), defined)


def _in_force_first(content: BookContent) -> BookContent:
    """The content with earlier and later definitions of a goal below those of the month, which are
    then the ones that are found by their IDs."""
    first = goals_in_force(content)
    others = (goal for goal in content.goals if goal is not first[str(goal["id"])])
    return replace(content, goals=(*first.values(), *others))


def _month(content: BookContent) -> Month:
    year, _, month = str(content.settings["review_month"]).partition("-")
    return Month(int(year), int(month))


def _actuals(content: BookContent, ids: Sequence[str], month: Month) -> Grid:
    """Actuals, in which only what is still to be reported looks like a cell to fill in."""
    grid = monthly_grid(FIRST_SHOWN, content, content.actuals, ids)
    language = content.language
    grid.put(2, 1, say("entry.lead", language, month=month_name(month, language)), "lead")
    first = len(SHEET[FIRST_SHOWN].columns) + 1
    for row in range(FIRST_ROW, FIRST_ROW + len(ids)):
        _grey(grid, (row, 1))
        for column, one in enumerate(content.months, start=first):
            is_reported = grid.cells[row, column].value is not None and one != month
            if one > month or is_reported:
                _grey(grid, (row, column))
    return grid


def _for_reference(grid: Grid) -> Grid:
    for place in list(grid.cells):
        _grey(grid, place)
    return grid


def _grey(grid: Grid, place: Tuple[int, int]) -> None:
    """Make an input cell look like one that is only read."""
    cell = grid.cells[place]
    looks = ["computed" if look == "input" else look for look in cell.style.split()]
    grid.cells[place] = Cell(cell.value, " ".join(looks), cell.number_format)


def _first_cell(grid: Grid, entry: Entry) -> Tuple[int, int]:
    """The first cell that waits for the month's figure; the month's first, where none does."""
    place = entry.content.months.index(_month(entry.content))
    column = len(SHEET[FIRST_SHOWN].columns) + 1 + place
    rows = range(FIRST_ROW, FIRST_ROW + len(set(entry.goals)))
    blank = (row for row in rows if grid.cells[row, column].value is None)
    return next(blank, FIRST_ROW), column


# ---- The guide ------------------------------------------------------------------------------


def _guide(entry: Entry, names: Dict[str, str], due: str, to: str) -> Grid:
    """What to fill in, until when, whom to return it to, and the goals that it is about."""
    content, language = entry.content, entry.content.language
    month = month_name(_month(content), language)
    grid = Grid("guide", sheet_name("guide", language), "help")
    grid.put(1, _LEFT, say("entry.title", language, month=month, owner=entry.owner), "title")
    about = [content.settings.get("company"), content.settings.get("title")]
    grid.put(2, _LEFT, " · ".join(str(one) for one in about if one), "lead")
    grid.widths.update(_WIDTHS)
    grid.heights.update({1: 34, 2: 20, 3: 8})
    row = _steps(grid, 4, entry, names, (month, due, to))
    row = _goals(grid, row + 1, content)
    for number, key in enumerate(("percent", "blank", "grey"), start=row + 1):
        grid.put(number, _LEFT, word(f"entry.note.{key}", language), "muted")
    return grid


def _steps(
    grid: Grid, row: int, entry: Entry, names: Dict[str, str], told: Tuple[str, str, str]
) -> int:
    """The numbered steps; gives the next row."""
    language = entry.content.language
    month, due, to = told
    waiting = len(entry.waiting)
    key = "actuals_none" if not waiting else "actuals_one" if waiting == 1 else "actuals"
    steps: List[Tuple[str, str]] = [
        (FIRST_SHOWN, say(f"entry.step.{key}", language, month=month, n=waiting))
    ]
    if "outlook" in names:
        steps.append(("outlook", word("entry.step.outlook", language)))
    steps.append(("comments", word("entry.step.comments", language)))
    back = "return_to" if to else "return"
    steps.append(("", say(f"entry.step.{back}", language, due=due, to=to)))
    _section(grid, row, word("entry.steps", language))
    for number, (sheet, text) in enumerate(steps, start=1):
        place = row + number
        grid.put(place, _LEFT, number, "step")
        grid.put(place, _LEFT + 1, names.get(sheet), "line link indent1" if sheet else "line")
        if sheet:
            grid.links[place, _LEFT + 1] = names[sheet]
        for column in range(_LEFT + 2, 9):
            grid.put(place, column, text if column == _LEFT + 2 else None, "line")
        lines = -(-text_width(text) // _STEP_ROOM)
        grid.heights[place] = 14 + 14 * lines
    return row + len(steps) + 1


def _goals(grid: Grid, row: int, content: BookContent) -> int:
    """The owner's goals with the month's plan, the month before and the year before; gives the
    next row."""
    language, month = content.language, _month(content)
    before = month.plus(-1), month.plus(-12)
    _section(grid, row, word("entry.goals", language))
    heads = [
        word("column.id", language), word("column.name", language), word("column.unit", language),
        say("entry.plan", language, month=short_month(month, language)),
        *(say("entry.actual", language, month=month_name(one, language)) for one in before),
    ]  # fmt: skip
    for column, head in enumerate(heads, start=_LEFT + 1):
        side = " right" if column > 5 else " centre" if column == 5 else ""
        grid.put(row + 1, column, head, f"header computed_header{side}")
    grid.heights[row + 1] = 32
    shown, rows = goals_in_force(content), goal_rows(content)
    for number, (goal_id, goal) in enumerate(shown.items(), start=row + 2):
        actuals, plan = content.actuals.get(goal_id, {}), content.plan.get(goal_id, {})
        shown_in = month_formats(rows[goal_id], {**plan, **actuals}, content)
        shapes = [styles.TEXT_FORMAT] * 3 + [shown_in(one) for one in (month, *before)]
        cells: List[CellValue] = [goal_id, goal.get("name"), goal.get("unit"), plan.get(month)]
        cells += [actuals.get(one) for one in before]
        for column, (value, shape) in enumerate(zip(cells, shapes, strict=True), start=_LEFT + 1):
            side = " right" if column > 5 else " centre" if column == 5 else ""
            grid.put(number, column, value, f"row{side}", shape)
        lines = -(-text_width(str(goal.get("name") or "")) // _WIDTHS[4])
        grid.heights[number] = 6 + 14 * max(1, lines)
    return row + 2 + len(shown)


def _section(grid: Grid, row: int, title: str) -> None:
    for column in range(_LEFT, 9):
        grid.put(row, column, title if column == _LEFT else None, "section")
    grid.heights[row] = 26
