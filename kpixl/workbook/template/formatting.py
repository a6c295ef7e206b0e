"""Conditional formats and sparklines: what a cell's look says about its value.

They look at values and plain formulas only: hosts do not know the in-cell functions here.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Tuple

from kpixl.plan.cells import cell_name
from kpixl.plan.model import Negatives
from kpixl.plan.schema import SHEET
from kpixl.words import word
from kpixl.workbook.grid import (
    FIRST_ROW,
    HEADER_ROW,
    Grid,
    column_of,
    fixed,
    row_of,
    span,
    text,
)
from kpixl.workbook.template import analysis, chart, periods, scorecard, styles
from kpixl.workbook.template.figure_map import YEAR, Sheet

Formats = Callable[[Mapping[str, Any]], Any]
"""Properties -> a format of the book."""

_LINE = {"bottom": 1, "bottom_color": styles.LINE}
_ALMOST = 0.9995
"""Below 100 % and yet shown as 100.0 % by a format with one place."""


def add_formats(
    sheet: Any, grid: Grid, formats: Formats, language: str, negatives: Negatives
) -> None:
    """Give a sheet its conditional formats."""
    if grid.key == "scorecard":
        _scorecard(sheet, grid, formats, language, negatives)
    elif grid.key == "analysis":
        _analysis(sheet, grid, formats, language, negatives)
    elif grid.key == "periods":
        _periods(sheet, grid, formats, language, negatives)
    elif grid.key == "chart":
        _chart(sheet, formats, language, negatives)
    elif grid.key == "goals":
        _goals(sheet, grid, formats, language)
    elif grid.key == "actions":
        _actions(sheet, grid, formats, language)
    elif grid.key in SHEET and SHEET[grid.key].monthly:
        _monthly(sheet, grid, formats)


def _rule(sheet: Any, area: str, formula: str, look: Any) -> None:
    sheet.conditional_format(
        area.replace("$", "").partition(" ")[0],
        {
            "type": "formula",
            "criteria": f"={formula}",
            "format": look,
            "multi_range": area.replace("$", ""),
        },
    )


def _statuses(sheet: Any, areas: str, first: str, formats: Formats, language: str) -> None:
    """The word in its colour, with a mark before it; by shape, word and shade alike."""
    for key, look in styles.STATUS_COLOURS.items():
        name = word(f"status.{key}", language)
        shown = {**look, **_LINE, "num_format": f'"{styles.STATUS_MARKS[key]} "@'}
        _rule(sheet, areas, f"{first}={text(name)}", formats(shown))


def _scorecard(
    sheet: Any, grid: Grid, formats: Formats, language: str, negatives: Negatives
) -> None:
    top, last = scorecard.FIRST_ROW, grid.table.last_row if grid.table else scorecard.FIRST_ROW
    places = scorecard.board_columns(grid, language)

    def areas(keys: Iterable[str]) -> str:
        columns = [places[key] for key in keys if key in places]
        return " ".join(span(top, column, last, column) for column in columns)

    everything = span(top, 1, last, len(places))
    goal_id, level = row_of(top, 1), row_of(top, places["level"])
    for key in ("status", "td_status"):
        _statuses(sheet, areas((key,)), row_of(top, places[key]), formats, language)
    key_cell = row_of(top, scorecard.key_column(grid))
    _number_formats(sheet, areas(scorecard.VALUES), key_cell, formats, negatives, signed=False)
    signed = areas(scorecard.SIGNED)
    _little(sheet, signed, key_cell, formats, negatives)
    _nothing(sheet, signed, key_cell, formats)
    _number_formats(sheet, signed, key_cell, formats, negatives, signed=True)
    growth, gap_pct = areas(("growth",)), areas(("gap_pct",))
    _nothing(sheet, growth, key_cell, formats, kinds=("%",))
    for decimals in range(styles.MOST_DECIMALS + 1):
        points = styles.number_format(decimals, True, 0, True, negatives, points=True)
        of_percent = f'{key_cell}="%{decimals}"'
        _rule(sheet, growth, of_percent, formats({"num_format": points, **_LINE}))
    _little_share(sheet, gap_pct, "", "", formats, negatives)
    for area in (growth, gap_pct):
        first = area.partition(":")[0].replace("$", "")
        unseen = f"AND(ISNUMBER({first}),ROUND({first}*100,1)=0)"
        _rule(sheet, area, unseen, formats({"num_format": _same_for_all("±0.0%"), **_LINE}))
    _below(sheet, areas(("attainment", "td_attainment")), formats)
    for key in ("gap", "td_gap", "gap_pct"):
        cell = cell_name(top, places[key])
        negative = f"AND(ISNUMBER({cell}),{cell}<0)"
        _rule(sheet, areas((key,)), negative, formats({"font_color": styles.BAD, **_LINE}))
    if "landing" in places:
        _foreseen(sheet, (top, last), places, formats, language)
        aside = _outlook_leads(top, places)
        _number_formats(sheet, areas(("landing",)), key_cell, formats, negatives, False, aside)
        share, status = places["landing_gap_pct"], scorecard.status_column(grid)
        for key, mark in styles.STATUS_MARKS.items():
            is_so = f"{row_of(top, status)}={text(word(f'status.{key}', language))}"
            _marked(sheet, (top, last, share), is_so, f"{mark} ", formats, negatives)
    kgi = f"{level}={text(word('level.kgi', language))}"
    _rule(sheet, everything, kgi, formats({"bg_color": styles.BAND, "bold": True, **_LINE}))
    csf = f"{level}={text(word('level.csf', language))}"
    _rule(sheet, everything, csf, formats({"bg_color": styles.PALE, "bold": True, **_LINE}))
    _rule(sheet, everything, f'{goal_id}<>""', formats(_LINE))


def _foreseen(
    sheet: Any, rows: Tuple[int, int], places: Mapping[str, int], formats: Formats, language: str
) -> None:
    """What lies ahead, and what has changed: less than an even chance, and a turn for the worse,
    look like a gap; the words say the same."""
    top, last = rows
    cells = {key: cell_name(top, places[key]) for key in ("chance", "signal")}
    bad = formats({"font_color": styles.BAD, **_LINE})
    for step, font in ((5, {"font_color": styles.BAD}), (95, {})):
        # The outer steps stand for all beyond them (SPEC 5); a finished year has 0 or 100 %.
        outer = f"AND(ISNUMBER({cells['chance']}),ROUND({cells['chance']}*100,0)={step})"
        shown = {"num_format": _same_for_all(word(f"show.chance_{step}", language)), **font}
        place = span(top, places["chance"], last, places["chance"])
        _rule(sheet, place, outer, formats({**shown, **_LINE}))
    even = f"AND(ISNUMBER({cells['chance']}),{cells['chance']}<0.5)"
    _rule(sheet, span(top, places["chance"], last, places["chance"]), even, bad)
    for key, look in styles.SIGNALS.items():
        told = f"{cells['signal']}={text(word(f'signal.{key}', language))}"
        shown = formats({**look, **_LINE, "num_format": f'"{styles.SIGNAL_MARK} "@'})
        _rule(sheet, span(top, places["signal"], last, places["signal"]), told, shown)


def _outlook_leads(top: int, places: Mapping[str, int]) -> str:
    """Where an owner's outlook goes before the landing that is worked out (SPEC 5)."""
    return f"ISNUMBER({row_of(top, places['outlook'])})"


def _marked(
    sheet: Any, area: Tuple[int, int, int], test: str, mark: str, formats: Formats,
    negatives: Negatives,
) -> None:  # fmt: skip
    """A share of the plan with a mark before it, where ``test`` is met; ``area`` is the first and
    the last row and the column."""
    top, last, column = area
    cell = cell_name(top, column)
    shown = styles.number_format(1, True, signed=True, negatives=negatives)
    marked = ";".join(f'"{mark}"{part}' for part in shown.split(";"))
    place = span(top, column, last, column)
    _little_share(sheet, place, test, mark, formats, negatives)
    unseen = f"AND({test},ISNUMBER({cell}),ROUND({cell}*100,1)=0)"
    bad = {"font_color": styles.BAD}
    _rule(sheet, place, unseen, formats({"num_format": _same_for_all(f"{mark}±0.0%"), **_LINE}))
    _rule(sheet, place, f"AND({test},{cell}<0)", formats({"num_format": marked, **bad, **_LINE}))
    _rule(sheet, place, test, formats({"num_format": marked, **_LINE}))


def _analysis(
    sheet: Any, grid: Grid, formats: Formats, language: str, negatives: Negatives
) -> None:
    top, last = analysis.FIRST_ROW, grid.rows()[0]
    places = analysis.NUMBER

    def area(key: str) -> str:
        return span(top, places[key], last, places[key])

    key_cell = row_of(top, places["key"])
    figures = " ".join(area(key) for key in analysis.FIGURES if key != "landing")
    _number_formats(sheet, figures, key_cell, formats, negatives, signed=False)
    aside = _outlook_leads(top, places)
    _number_formats(sheet, area("landing"), key_cell, formats, negatives, False, aside)
    status = row_of(top, places["landing_status"])
    _statuses(sheet, area("landing_status"), status, formats, language)
    _foreseen(sheet, (top, last), places, formats, language)
    share = (top, last, places["landing_gap_pct"])
    _marked(sheet, share, f"ISNUMBER({cell_name(top, share[2])})", "", formats, negatives)
    filled = f'{row_of(top, 1)}<>""'
    _rule(sheet, span(top, 1, last, len(places)), filled, formats(_LINE))
    # Beyond the last goal an array formula has no value; nothing is wrong there.
    table = (top, analysis.TABLE_COLUMN, last, grid.rows()[1])
    beyond = f'AND({row_of(top, analysis.TEXT_COLUMN)}="",ISNA({cell_name(*table[:2])}))'
    _rule(sheet, span(*table), beyond, formats({"font_color": styles.COMPUTED}))
    sheet.ignore_errors({"eval_error": span(*table).replace("$", "")})


def _periods(sheet: Any, grid: Grid, formats: Formats, language: str, negatives: Negatives) -> None:
    top, last = periods.FIRST_ROW, grid.rows()[0]
    places = periods.NUMBER

    def area(key: str) -> str:
        return span(top, places[key], last, places[key])

    key_cell = row_of(top, periods.KEY_COLUMN)
    figures = " ".join(map(area, periods.OWN_UNIT))
    _number_formats(sheet, figures, key_cell, formats, negatives, signed=False)
    for key, number in places.items():
        if key.endswith("_status"):
            _statuses(sheet, area(key), row_of(top, number), formats, language)
        elif key.endswith("_attainment"):
            _below(sheet, area(key), formats)
    everything, level = span(top, 1, last, len(places)), row_of(top, places["level"])
    for kind, shade in (("kgi", styles.BAND), ("csf", styles.PALE)):
        is_so = f"{level}={text(word(f'level.{kind}', language))}"
        _rule(sheet, everything, is_so, formats({"bg_color": shade, "bold": True, **_LINE}))
    _rule(sheet, everything, f'{row_of(top, 1)}<>""', formats(_LINE))


def _same_for_all(text: str) -> str:
    """A number format that shows this text, whatever the number is."""
    return ";".join([f'"{text}"'] * 3)


_SIZES = "nkmb"
"""The letters of format keys, each a thousand times the one before."""
# As in kpixl.review.show, which says why.
_MORE_PLACES, _FINEST_SHARE, _ON_PLAN = 3, 7, "1E-9"


def _little(sheet: Any, areas: str, key_cell: str, formats: Formats, negatives: Negatives) -> None:
    """A gap that its goal's places would hide has as many more as it takes to see it: three, and
    of a scaled one so many that the single yen or visitor is seen."""
    cell = areas.partition(":")[0].replace("$", "")
    scales = [(letter, thousands) for thousands, letter in enumerate(_SIZES)]
    for letter, thousands in (("%", 0), *scales):
        percent = letter == "%"
        shown = f"{cell}*100" if percent else f"{cell}/10^{3 * thousands}"
        for places in range(1, max(styles.MOST_DECIMALS + _MORE_PLACES, 3 * thousands) + 1):
            own = f"VALUE(RIGHT({key_cell},1))"
            most = f"MAX({own}+{_MORE_PLACES},{3 * thousands})"
            seen = (
                f'IF(LEFT({key_cell},1)="{letter}",IF(ISNUMBER({cell}),AND({own}<{places},'
                f"{places}<={most},ROUND({shown},{places - 1})=0,ROUND({shown},{places})<>0)))"
            )
            look = styles.number_format(places, percent, thousands, True, negatives, points=percent)
            _rule(sheet, areas, seen, formats({"num_format": look, **_LINE}))


def _little_share(
    sheet: Any, area: str, test: str, mark: str, formats: Formats, negatives: Negatives
) -> None:
    """The same of a gap in per cent of plan, with ``mark`` before it where ``test`` is met."""
    cell = area.partition(":")[0].replace("$", "")
    for places in range(2, _FINEST_SHARE + 1):
        shown = f"{cell}*100"
        seen = (
            f"AND({test or 'TRUE'},ISNUMBER({cell}),"
            f"ROUND({shown},{places - 1})=0,ROUND({shown},{places})<>0,ABS({cell})>{_ON_PLAN})"
        )
        look = styles.number_format(places, True, signed=True, negatives=negatives)
        look = ";".join(f'"{mark}"{part}' if mark else part for part in look.split(";"))
        bad = {"font_color": styles.BAD}
        below = seen.replace("AND(", f"AND({cell}<0,", 1)
        _rule(sheet, area, below, formats({"num_format": look, **bad, **_LINE}))
        _rule(sheet, area, seen, formats({"num_format": look, **_LINE}))


def _nothing(
    sheet: Any, areas: str, key_cell: str, formats: Formats, kinds: Tuple[str, ...] = ("%", "")
) -> None:
    """A difference too small for the places shown is ±0, not a minus without a figure."""
    cell = areas.partition(":")[0].replace("$", "")
    size = f'10^(3*SEARCH(LEFT({key_cell},1),"{_SIZES}")-3)'
    for kind in kinds:
        shown, unit = (f"{cell}*100", "%pt") if kind else (f"{cell}/{size}", "")
        other = "=" if kind else "<>"
        for decimals in range(styles.MOST_DECIMALS + 1):
            places = f".{'0' * decimals}" if decimals else ""
            unseen = (
                f'IF(LEFT({key_cell},1){other}"%",IF(RIGHT({key_cell},1)="{decimals}",'
                f"IF(ISNUMBER({cell}),ROUND({shown},{decimals})=0)))"
            )
            text = _same_for_all(f"±0{places}{unit}")
            _rule(sheet, areas, unseen, formats({"num_format": text, **_LINE}))


def _below(sheet: Any, areas: str, formats: Formats) -> None:
    """An attainment below 100 % is never shown as 100 % (SPEC 2)."""
    cell = areas.partition(":")[0].replace("$", "")
    almost = f"AND(ISNUMBER({cell}),{cell}<1-1E-9,{cell}>={_ALMOST})"
    _rule(sheet, areas, almost, formats({"num_format": '"99.9%"', **_LINE}))


def _number_formats(
    sheet: Any, areas: str, key_cell: str, formats: Formats, negatives: Negatives, signed: bool,
    aside: str = "",
) -> None:  # fmt: skip
    """Each goal's own format; figures that another goes before, as ``aside`` says, are muted."""
    for key, (decimals, percent, thousands) in styles.format_keys().items():
        shown = styles.number_format(
            decimals, percent, thousands, signed, negatives, points=signed and percent
        )
        if key == styles.SCORE_KEY and not signed:
            shown = styles.SCORE_FORMAT
        look = {"num_format": shown, **_LINE}
        if aside:
            muted = formats({**look, "font_color": styles.MUTED})
            _rule(sheet, areas, f"AND({aside},{key_cell}={text(key)})", muted)
        _rule(sheet, areas, f"{key_cell}={text(key)}", formats(look))


def _chart(sheet: Any, formats: Formats, language: str, negatives: Negatives) -> None:
    key = fixed(*chart.KEY)
    first, last = chart.FIRST_MONTH, chart.FIRST_MONTH + YEAR - 1
    top, beside = chart.TABLE_ROW + 1, chart.CHART_ROW + 1
    for decimals in range(styles.MOST_DECIMALS + 1):
        # The months stand in the unit shown, so only the places differ.
        places = f'RIGHT({key},1)="{decimals}"'
        plain = styles.number_format(decimals, negatives=negatives)
        signed = styles.number_format(decimals, signed=True, negatives=negatives)
        _rule(sheet, span(top, first, top + 2, last), places, formats({"num_format": plain}))
        _rule(sheet, span(top + 3, first, top + 3, last), places, formats({"num_format": signed}))
    _number_formats(sheet, span(beside, 16, beside + 1, 17), key, formats, negatives, signed=False)
    _number_formats(sheet, span(beside + 2, 16, beside + 2, 17), key, formats, negatives, True)
    status = beside + chart.FIGURES.index("status")
    _statuses(sheet, span(status, 16, status, 17), cell_name(status, 16), formats, language)


def _goals(sheet: Any, grid: Grid, formats: Formats, language: str) -> None:
    level = row_of(FIRST_ROW, [column.key for column in SHEET["goals"].columns].index("level") + 1)
    if grid.table is None:
        return
    area = span(FIRST_ROW, 1, grid.table.last_row, 5)
    for key in ("kgi", "csf"):
        look = {"bold": True, **({"font_color": styles.BRAND} if key == "kgi" else {})}
        _rule(sheet, area, f"{level}={text(word(f'level.{key}', language))}", formats(look))


def _actions(sheet: Any, grid: Grid, formats: Formats, language: str) -> None:
    if grid.table is None:
        return
    keys = [column.key for column in SHEET["actions"].columns]
    place = {key: row_of(FIRST_ROW, keys.index(key) + 1) for key in keys}
    due = keys.index("due") + 1
    late = f'AND(ISNUMBER(AsOf),ISNUMBER({place["due"]}),{place["done"]}="",{place["due"]}<AsOf)'
    _rule(
        sheet,
        span(FIRST_ROW, due, grid.table.last_row, due),
        late,
        formats(styles.STATUS_COLOURS["red"]),
    )
    closed = f"{place['phase']}={text(word('phase.closed', language))}"
    whole = span(FIRST_ROW, 1, grid.table.last_row, len(keys))
    _rule(sheet, whole, closed, formats({"font_color": styles.MUTED}))


def _monthly(sheet: Any, grid: Grid, formats: Formats) -> None:
    if grid.table is None:
        return
    columns = len(SHEET[grid.key].columns)
    last_row, last = grid.table.last_row, grid.table.last_column
    header = column_of(HEADER_ROW, columns + 1)
    _rule(sheet, span(HEADER_ROW, columns + 1, HEADER_ROW, last), f"{header}=ReviewMonth", formats(
        {"bg_color": "#F6CF6F", "font_color": styles.INK, "bold": True}))  # fmt: skip
    area = span(FIRST_ROW, columns + 1, last_row, last)
    cell = cell_name(FIRST_ROW, columns + 1)
    if grid.key == "actuals":
        awaited = f'AND({header}=ReviewMonth,{row_of(FIRST_ROW, 1)}<>"",{cell}="")'
        _rule(sheet, area, awaited, formats({"bg_color": "#FBE3A9"}))
    blank = [row for row in range(FIRST_ROW, last_row + 1) if grid.cells[row, 1].value is None]
    if blank:
        # Rows yet to be filled take their format from the unit that their goal will have.
        spare = span(blank[0], columns + 1, last_row, last)
        unit, first = row_of(blank[0], 3), cell_name(blank[0], columns + 1)
        _rule(sheet, spare, f'{unit}="%"', formats({"num_format": styles.PERCENT}))
        large = f"AND(ISNUMBER({first}),ABS({first})>=1000)"
        _rule(sheet, spare, large, formats({"num_format": "#,##0"}))


def add_sparklines(sheet: Any, column: int, figures: Sheet) -> None:
    """Each goal's gap month by month in a column: up is good, down is not."""
    goals = range(figures.rows)
    places = [cell_name(scorecard.FIRST_ROW + goal, column) for goal in goals]
    sheet.add_sparkline(
        places[0],
        {
            "location": places,
            "range": [figures.outside_block("gap", goal) for goal in goals],
            "type": "column",
            "series_color": styles.SLATE,
            "negative_points": True,
            "negative_color": styles.BAD,
            "axis": True,
            "show_hidden": True,
        },
    )
