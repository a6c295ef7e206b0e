"""Lay out the Periods sheet: each goal's quarters, halves and year, where Settings ask for them.

The figures are those of the call of KPI_SCORECARD on the Analysis sheet, looked up there.
"""

from __future__ import annotations

from typing import Mapping, Tuple

from kpixl.functions.scorecard import SPAN_FIGURES, SPANS, span_name
from kpixl.review.spans import LENGTHS
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Content, Formula, Grid, quoted, row_of, text
from kpixl.workbook.template import analysis, styles
from kpixl.workbook.template.figure_map import Sheet
from kpixl.workbook.template.scorecard import FIRST_ROW as SCORECARD_ROW
from kpixl.workbook.template.scorecard import board_columns

LINE_ROW, BAND_ROW, MONTHS_ROW, HEADER_ROW = 3, 4, 5, 6
FIRST_ROW = HEADER_ROW + 1

_GOAL: Mapping[str, Tuple[float, str]] = {
    "id": (11, ""), "level": (6.5, "centre"), "name": (34, ""), "unit": (8.5, "centre"),
}  # fmt: skip
_FIGURES: Mapping[str, Tuple[float, str, str]] = {
    "actual": (12, "right", ""),
    "plan": (12, "right", ""),
    "attainment": (10.5, "right", styles.PERCENT),
    "status": (11, "centre", ""),
}
NUMBER: Mapping[str, int] = {
    key: number
    for number, key in enumerate(
        (*_GOAL, *(f"{span}_{name}" for span in SPANS for name in SPAN_FIGURES)), start=1
    )
}
"""The columns, by key."""
KEY_COLUMN = len(NUMBER) + 2
"""A hidden column beside them: which number format shows the goal's figures."""
OWN_UNIT: Tuple[str, ...] = tuple(f"{span}_{name}" for span in SPANS for name in ("actual", "plan"))
"""Columns in the goal's own unit."""


def periods_grid(content: BookContent, figures: Sheet, scorecard: Grid) -> Grid:
    """The Periods sheet, with a row for each row of the Scorecard."""
    language = content.language
    name = word("template.sheet.periods", language)
    grid = Grid("periods", name, "result")
    grid.put(1, 1, name, "title")
    grid.put(2, 1, word("template.lead.periods", language), "lead")
    grid.heights.update({1: 30, 2: 18, LINE_ROW: 18, BAND_ROW: 20, MONTHS_ROW: 18, HEADER_ROW: 32})
    grid.frozen = (HEADER_ROW, NUMBER["name"])
    _heads(grid, language)
    board = board_columns(scorecard, language)
    last = FIRST_ROW + figures.rows - 1
    for key, (_, aligned) in _GOAL.items():
        cell = f"{quoted(scorecard.name)}!{row_of(SCORECARD_ROW, board[key])}"
        grid.fill_down((FIRST_ROW, NUMBER[key]), last, f'{cell}&""', f"plain {aligned}".strip())
    for key, number in list(NUMBER.items())[len(_GOAL) :]:
        _, aligned, shown = _FIGURES[key.partition("_")[2]]
        formula = analysis.looked_up(language, figures.rows, 0, key)
        grid.fill_down((FIRST_ROW, number), last, formula, f"plain {aligned}".strip(), shown)
    grid.fill_down((FIRST_ROW, KEY_COLUMN), last, figures.outside("key", 0), "muted")
    grid.heights.update(dict.fromkeys(range(FIRST_ROW, last + 1), 18))
    whole = grid.area(FIRST_ROW, len(_GOAL) + 1, last, len(NUMBER)).partition("!")[2]
    ask = text(word("template.periods.ask", language))
    # A cell that shows nothing holds an empty text, which has no length.
    shown = f"SUMPRODUCT(LEN({whole}))" if figures.rows else "0"
    grid.put(LINE_ROW, 1, Formula(f'IF(ISERROR({shown}),"",IF({shown}=0,{ask},""))'), "warn")
    return grid


def _heads(grid: Grid, language: str) -> None:
    for key, (width, aligned) in _GOAL.items():
        band = word("template.group.goal", language) if NUMBER[key] == 1 else None
        title = word(f"template.scorecard.{key}", language)
        _head(grid, NUMBER[key], (band, None, title), aligned)
        grid.widths[NUMBER[key]] = width
    for place, span in enumerate(SPANS):
        for name, (width, aligned, _) in _FIGURES.items():
            number = NUMBER[f"{span}_{name}"]
            first = name == SPAN_FIGURES[0]
            band = span_name(span, language) if first else None
            months = Formula(_months(span, language)) if first else None
            title = word(f"template.scorecard.{name}", language)
            _head(grid, number, (band, months, title), aligned, dark=place % 2 == 0)
            grid.widths[number] = width
    grid.widths[KEY_COLUMN - 1] = 3


def _head(
    grid: Grid,
    number: int,
    texts: Tuple[Content, Content, str],
    aligned: str,
    dark: bool = False,
) -> None:
    band, months, title = texts
    look = "band2" if dark else "band"
    grid.put(BAND_ROW, number, band, look)
    grid.put(MONTHS_ROW, number, months, look)
    head = "header optional" if dark else "header"
    grid.put(HEADER_ROW, number, title, f"{head} {aligned}".strip())


def _months(span: str, language: str) -> str:
    """How much of a period the review month has reached: "2 of 3 months", or "complete"."""
    kind, number = SPANS[span]
    length = LENGTHS[kind]
    start = (number - 1) * length
    complete, of, unit = (
        text(word(f"template.periods.{key}", language)) for key in ("complete", "months", "unit")
    )
    reached = f"ElapsedMonths-{start}"
    told = f"IF({reached}>={length},{complete},({reached})&{of}&{length}&{unit})"
    return f'IF(ISNUMBER(ElapsedMonths),IF({reached}<=0,"",{told}),"")'
