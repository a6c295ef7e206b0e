"""Lay out the Chart page: one goal, chosen from a list, over the fiscal year."""

from __future__ import annotations

from typing import Any, Dict

from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula, Grid, column_ref, fixed, text
from kpixl.workbook.template import styles
from kpixl.workbook.template.figure_map import LABEL_ROW, YEAR, Sheet
from kpixl.workbook.template.inputs import header_of
from kpixl.workbook.template.scorecard import FIRST_ROW, board_columns

CHOICE = (4, 2)
TITLE = (5, 2)
CHART_ROW = 7
TABLE_ROW = 24
FIRST_MONTH = 2
ROWS = ("actual", "plan", "prior", "gap")
FIGURES = ("actual", "plan", "gap", "attainment", "status")
FIGURES_COLUMN = 15


def chart_grid(content: BookContent, figures: Sheet, scorecard: Grid) -> Grid:
    """The Chart page without its drawing (:func:`draw`)."""
    language = content.language
    name = word("template.sheet.chart", language)
    grid = Grid("chart", name, "result")
    grid.put(1, 1, name, "title")
    grid.put(2, 1, word("template.lead.chart", language), "lead")
    grid.heights.update({1: 30, 2: 18, 3: 8, CHOICE[0]: 26, TITLE[0]: 20})
    grid.put(CHOICE[0], 1, word("template.chart.choose", language), "bold middle")
    grid.put(*CHOICE, _first_choice(content), "choice", styles.TEXT_FORMAT)
    grid.put(*TITLE, Formula(_title(scorecard, figures, language)), "bold")
    grid.put(TITLE[0], 1, word("template.chart.shown", language), "muted middle")
    _months(grid, figures, language)
    _beside(grid, scorecard, language)
    grid.widths.update(
        {1: 21, **dict.fromkeys(range(2, 14), 10.5), 14: 2.5, 15: 21, 16: 14, 17: 19}
    )
    return grid


def _first_choice(content: BookContent) -> str:
    """The first goal that has figures of its own: its chart is not empty."""
    for goal in content.goals:
        if str(goal.get("id")) in content.actuals or goal.get("formula"):
            return str(goal.get("id"))
    return str(content.goals[0].get("id")) if content.goals else ""


def _place(figures: Sheet) -> str:
    """The chosen goal's row; with several definitions of one ID, the one now valid."""
    choice, live = fixed(*CHOICE), figures.outside_all("live")
    return f'IF({choice}="",0,IF(ISNUMBER(MATCH({choice},{live},0)),MATCH({choice},{live},0),0))'


PLACE = (TABLE_ROW - 1, 1)
KEY, DIVISOR = (TABLE_ROW, 19), (TABLE_ROW + 1, 19)
"""In a hidden column: which number format shows the goal's figures, and in what unit."""


def _title(scorecard: Grid, figures: Sheet, language: str) -> str:
    goals = SHEET["goals"].table
    place = fixed(*PLACE)

    def of_goal(key: str) -> str:
        return f"INDEX({column_ref(goals, header_of('goals', key, language))},{place})"

    last = scorecard.table.last_row if scorecard.table else FIRST_ROW
    column = board_columns(scorecard, language)["unit"]
    units = scorecard.area(FIRST_ROW, column, last, column)
    source = f"INDEX({figures.outside_all('source')},{place})"
    rollup = text(word("template.chart.rollup", language))
    unit = f'IF({source}="rollup",{rollup},INDEX({units},{place}))'
    opening, closing = ("（", "）") if language == "ja" else (" (", ")")
    named = f'{fixed(*CHOICE)}&"  "&{of_goal("name")}&{text(opening)}&{unit}&{text(closing)}'
    return f"IF({place}=0,{text(word('template.chart.none', language))},{named})"


def _months(grid: Grid, figures: Sheet, language: str) -> None:
    """The figures that are drawn, in the unit shown, month by month below the chart."""
    place, divisor = fixed(*PLACE), fixed(*DIVISOR)
    grid.put(*PLACE, Formula(_place(figures)), "small muted left", ";;;")
    grid.put(*KEY, Formula(_of_goal(figures, "key")), "small muted", ";;;")
    grid.put(*DIVISOR, Formula(_divisor(fixed(*KEY))), "small muted", ";;;")
    grid.put(TABLE_ROW, 1, word("template.chart.months", language), "header")
    for month in range(YEAR):
        label = figures.grid.at(LABEL_ROW, figures.columns["actual"] + month)
        grid.put(TABLE_ROW, FIRST_MONTH + month, Formula(label), "header right")
    for row, name in enumerate(ROWS, start=TABLE_ROW + 1):
        grid.put(row, 1, word(f"template.chart.{name}", language), "label")
        for month in range(YEAR):
            cell = f"INDEX({figures.outside_blocks(name)},{place},{month + 1})"
            formula = f'IF({place}=0,"",IF({cell}="","",{cell}/{divisor}))'
            grid.put(row, FIRST_MONTH + month, Formula(formula), "plain right row")
        grid.heights[row] = 20


def _of_goal(figures: Sheet, name: str) -> str:
    place = fixed(*PLACE)
    return f'IF({place}=0,"",INDEX({figures.outside_all(name)},{place}))'


def _divisor(key: str) -> str:
    """What the goal's figures are divided by to stand in the unit of the title."""
    formula = "1"
    for letter, size in (("%", "0.01"), ("k", "1000"), ("m", "1000000"), ("b", "1000000000")):
        formula = f'IF(LEFT({key},1)="{letter}",{size},{formula})'
    return formula


def _beside(grid: Grid, scorecard: Grid, language: str) -> None:
    """Month and to-date figures of the goal beside the chart, as the Scorecard has them."""
    place = fixed(*PLACE)
    for column, title in ((16, "month"), (17, "to_date")):
        grid.put(CHART_ROW, column, word(f"template.group.{title}_short", language), "header right")
    grid.put(CHART_ROW, FIGURES_COLUMN, word("template.chart.figures", language), "header")
    last = scorecard.table.last_row if scorecard.table else FIRST_ROW
    grid.heights[CHART_ROW] = 20
    for row, name in enumerate(FIGURES, start=CHART_ROW + 1):
        grid.put(row, FIGURES_COLUMN, word(f"template.chart.{name}", language), "label")
        for column, prefix in ((16, ""), (17, "td_")):
            source = board_columns(scorecard, language)[f"{prefix}{name}"]
            cells = scorecard.area(FIRST_ROW, source, last, source)
            shown = styles.PERCENT if name == "attainment" else ""
            formula = Formula(f'IF({place}=0,"",INDEX({cells},{place}))')
            grid.put(row, column, formula, "plain right row", shown)
        grid.heights[row] = 20


_LABEL_FORMAT = "[>=100]#,##0;[<=-100]-#,##0;0.0#"


def draw(book: Any, sheet: Any, grid: Grid, language: str) -> None:
    """Draw the chart: actual solid, plan outlined, prior year light (the IBCS notation)."""
    font = {"name": styles.FONTS[language], "size": 9, "color": styles.INK}
    looks: Dict[str, Dict[str, Any]] = {
        "prior": {"fill": {"color": styles.PRIOR}, "border": {"none": True}},
        "plan": {"fill": {"color": "#FFFFFF"}, "border": {"color": styles.BRAND, "width": 1.5}},
        "actual": {"fill": {"color": styles.BRAND}, "border": {"color": styles.BRAND}},
    }
    labels = {"value": True, "font": {**font, "size": 8}, "num_format": _LABEL_FORMAT}
    chart = book.add_chart({"type": "column"})
    last = FIRST_MONTH + YEAR - 2
    for name, look in looks.items():
        row = TABLE_ROW + ROWS.index(name)
        chart.add_series(
            {
                "name": [grid.name, row, 0],
                "categories": [grid.name, TABLE_ROW - 1, FIRST_MONTH - 1, TABLE_ROW - 1, last],
                "values": [grid.name, row, FIRST_MONTH - 1, row, last],
                "gap": 60,
                "overlap": 10,
                **look,
                **({"data_labels": labels} if name == "actual" else {}),
            }
        )
    title = f"={grid.at(*TITLE)}"
    chart.set_title(
        {"name": title, "name_font": {**font, "size": 12, "bold": True}, "overlay": False}
    )
    chart.set_legend({"position": "top", "font": font})
    chart.set_x_axis({"num_font": font, "line": {"color": styles.GREY}, "major_tick_mark": "none"})
    chart.set_y_axis({
        "num_font": font, "num_format": _LABEL_FORMAT, "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": styles.LINE, "width": 0.75}},
        "major_tick_mark": "none",
    })  # fmt: skip
    chart.set_chartarea({"border": {"color": styles.LINE}})
    chart.show_blanks_as("gap")
    description = word("template.chart.description", language)
    chart.set_size({"width": 1110, "height": 350})
    sheet.insert_chart(CHART_ROW - 1, 0, chart, {"object_position": 2, "description": description})
