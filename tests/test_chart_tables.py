"""The table behind a chart says what the chart shows, and the page for a browser has one behind
every chart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from kpixl.measures.kinds import Direction, Status
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing, Text
from kpixl.pack.chart_figures import (
    BridgeFigures,
    BridgePart,
    BulletFigures,
    BulletRow,
    ControlFigures,
    LandingFigures,
    MonthFigures,
    MonthsFigures,
    SparkFigures,
    TreeFigures,
    TreeNode,
)
from kpixl.pack.chart_tables import ChartTable, chart_table
from kpixl.pack.html import for_print
from kpixl.pack.screen import SCREEN_LOOK, on_screen
from kpixl.pack.theme import READABLE, contrast
from kpixl.plan.month import Month
from kpixl.review.figures import GoalReview
from kpixl.review.sentences import style_of
from tests.packs import LANGUAGES, sample_html, sample_pack, sample_review

NAN = float("nan")


def plain(value: float) -> str:
    return f"{value:g}"


def signed(value: float) -> str:
    return f"{value:+g}"


def table_of(*drawings: Drawing) -> ChartTable:
    table = chart_table(drawings)
    assert table is not None
    return table


MONTHS = MonthsFigures(
    title="Sales",
    subtitle="¥M, April – June",
    months=(
        MonthFigures("Apr", actual=12, plan=10, difference=2, good=True),
        MonthFigures("May", actual=None, plan=11, prior=NAN),
        MonthFigures("Jun", plan=13, outlook=12.5),
    ),
    review=0,
    value=plain,
    signed=signed,
    language="en",
    direction=Direction.LOWER,
    redefined=(1, 40),
)


def test_months_are_rows_and_series_in_use_are_columns() -> None:
    table = table_of(charts.months(MONTHS))
    assert (table.name, table.caption) == ("Sales", "Sales, ¥M, April – June")
    assert table.head == ("Month", "Actual", "Plan", "Actual − plan (lower is better)", "Outlook")
    assert table.rows == (
        ("Apr", "12", "10", "+2", "–"),
        ("May", "–", "11", "–", "–"),
        ("Jun", "–", "13", "–", "12.5"),
    )
    assert table.notes == ("New definition from May",)


def test_a_chart_without_figures_has_a_table_that_says_so() -> None:
    empty = replace(MONTHS, title="", name="Sales", months=(MonthFigures("Apr"),), redefined=())
    table = table_of(charts.months_mini(empty))
    assert (table.name, table.rows) == ("Sales", (("Apr", "–", "–"),))
    assert table.head == ("Month", "Actual", "Plan")


def test_attainments_stand_with_gap_and_status_in_words() -> None:
    rows = (
        BulletRow("Visits", 1.02, "102%", "+2", Status.GREEN),
        BulletRow("Rate", None, "n/a", "", Status.NO_DATA),
    )
    table = table_of(charts.bullets(BulletFigures("Attainment", "April", rows, "en")))
    assert table.head == ("Goal", "Attainment", "Gap", "Status")
    assert table.rows == (("Visits", "102%", "+2", "Green"), ("Rate", "n/a", "", "No data"))


CONTROL = ControlFigures(
    title="Rate", subtitle="%", points=(1, 2, 9), positions=(5, 6, 7),
    labels=("Apr", "May", "Jun"), centre=4, lower=0.5, upper=7.5, value=plain, language="en",
    marked=(2,), redefined="New definition from April",
)  # fmt: skip


def test_a_control_chart_names_its_limits_and_the_points_of_its_signal() -> None:
    table = table_of(charts.xmr(CONTROL))
    assert table.head == ("Month", "Value", "Signal")
    assert table.rows == (
        ("Apr", "1", ""), ("May", "2", ""), ("Jun", "9", "part of the signal"),
        ("Upper limit", "7.5", ""), ("Centre line", "4", ""), ("Lower limit", "0.5", ""),
    )  # fmt: skip
    assert table.notes == ("New definition from April",)
    calm = table_of(charts.xmr(replace(CONTROL, marked=(), redefined="")))
    assert calm.head == ("Month", "Value")
    assert {len(row) for row in calm.rows} == {2}


def bridge(title: str, *parts: BridgePart) -> BridgeFigures:
    actual = 100 + sum(part.value for part in parts)
    return BridgeFigures("Sales", title, title, "¥M", 100, actual, parts, plain, signed, "en")


def test_bridges_side_by_side_are_columns_of_one_table() -> None:
    month = bridge("April", BridgePart("Price", 5), BridgePart("Volume", -8))
    year = bridge("Year", BridgePart("Volume", 3), BridgePart("Other", 1))
    table = table_of(charts.bridges([month, year], 1000))
    assert table.head == ("From plan to actual", "April", "Year")
    assert table.rows == (
        ("Plan", "100", "100"), ("Price", "+5", "–"), ("Volume", "-8", "+3"),
        ("Other", "–", "+1"), ("Actual", "97", "104"),
    )  # fmt: skip


def test_what_a_bridge_leaves_out_is_left_out_of_its_table_too() -> None:
    parts = [BridgePart(f"Driver {n}", 20.0 - n) for n in range(20)]
    drawing = charts.bridges([bridge("April", *parts)], 700)
    names = [row[0] for row in table_of(drawing).rows]
    drawn = {shape.text for shape in drawing.shapes if isinstance(shape, Text)}
    assert names == [name for name in names if name in drawn]
    assert names[-2].startswith("Other (")


def test_the_tree_is_told_goal_by_goal_on_each_of_its_drawings() -> None:
    nodes = [TreeNode("K", None, "K", "KGI", "Sales", "12", "10", "+20%", Status.GREEN)]
    nodes += [
        TreeNode(f"P{n}", "K", f"P{n}", "KPI", f"Goal {n}", "", "", "", Status.NO_DATA)
        for n in range(60)
    ]
    drawings = charts.goal_tree(TreeFigures("", "April", tuple(nodes), "en"), 1016, 606)
    rows = [row for drawing in drawings for row in table_of(drawing).rows]
    assert rows[0] == ("Sales", "K", "KGI", "12", "10", "+20%", "Green")
    assert {row[1] for row in rows} == {node.id for node in nodes}
    assert rows[1][3:] == ("–", "–", "–", "No data")


def test_the_timeline_says_dates_phase_and_effect() -> None:
    row = charts.TimelineRow(
        "A1", "Sales", "Aoki", "Do", raised=date(2026, 4, 2), late="overdue", note="since April",
        written=("Raised 2 Apr", "Due 9 Apr"),
    )  # fmt: skip
    figures = charts.TimelineFigures(
        "Over time", "as of May", (row, replace(row, id="A2", late="", note="", written=())),
        Month(2026, 4), (charts.TimelineMonth("Apr"),) * 3, date(2026, 5, 9), "As of", "en",
    )  # fmt: skip
    (drawing,) = charts.timeline(figures, 1016, 600, 600)
    assert table_of(drawing).rows == (
        ("A1", "Sales", "Aoki", "Raised 2 Apr, Due 9 Apr", "Do, overdue", "since April"),
        ("A2", "Sales", "Aoki", "no date", "Do", "–"),
    )


def test_landings_below_each_other_are_rows_of_one_table() -> None:
    rows = [
        LandingFigures("Sales", plain, "en", to_date=7, landing=12, low=11, high=13, plan=10),
        LandingFigures("Rate", plain, "en", plan=NAN),
    ]
    table = table_of(*charts.landings(rows, 128, 16))
    assert table.head == ("Goal", "To date", "Landing", "80% range", "Year plan")
    assert table.rows == (("Sales", "7", "12", "11 to 13", "10"), ("Rate", "–", "–", "–", "–"))


def test_trends_are_rows_too_and_need_the_names_of_their_months() -> None:
    trend = SparkFigures("Sales", (1, None, 3), plain, "en", labels=("Apr", "May", "Jun"))
    table = table_of(charts.sparkline(trend))
    assert table.head == ("Goal", "Apr", "May", "Jun")
    assert table.rows == (("Sales", "1", "–", "3"),)
    later = SparkFigures("Score", (5,), plain, "en", labels=("Jun",))
    both = table_of(charts.sparkline(later), charts.sparkline(trend))
    assert both.head == ("Goal", "Apr", "May", "Jun")
    assert both.rows == (("Score", "–", "–", "5"), ("Sales", "1", "–", "3"))
    assert chart_table([charts.sparkline(replace(trend, labels=()))]) is None


def test_marks_have_no_table() -> None:
    assert chart_table([charts.status_mark(Status.RED, "en")]) is None
    assert chart_table([]) is None


# ---- In the page ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_of_the_page_has_its_table_right_behind_it(language: str) -> None:
    html = sample_html(language)
    # A chart that has a form for a phone and a roomy one has one table, behind both.
    narrow = html.count('<div class="plot narrow">')
    plots = html.count('<div class="plot') - narrow
    assert plots > 40
    behind = re.findall(r'</span></div><details class="view"><summary>', html)
    assert len(behind) == plots
    assert html.count("<details") == plots + 2  # the trends and the landings have one a page
    large = [svg for svg in re.findall(r'<svg[^>]* height="(\d+)', html) if int(svg) > 40]
    assert len(large) == plots + narrow


def reported(goal: GoalReview) -> list[float]:
    return [value for value in goal.series.actual if value is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_hold_the_figures_of_the_review(language: str) -> None:
    html, review = sample_html(language), sample_review(language)
    compared = 0
    for goal in review.goals:
        found = re.search(
            rf"<table><caption>{re.escape(goal.goal.name)}[,、][^<]*20[^<]*</caption>(.*?)</table>",
            html.split('id="signals"')[0],
        )
        if found is None:
            continue
        style = style_of(review, goal, language)
        cells = re.findall(r'<th scope="row">[^<]*</th><td class="num">([^<]*)</td>', found[1])
        assert [cell for cell in cells if cell != "–"] == [style.bare(v) for v in reported(goal)]
        compared += 1
    assert compared > 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_has_no_tables_behind_its_charts(language: str) -> None:
    html = for_print(sample_pack(language)).html
    for part in ("<details", "tabindex", 'role="region"', "<nav", "to-contents"):
        assert part not in html.split("</style>")[1], part


# ---- In type for a screen -------------------------------------------------------------------


def texts(drawing: Drawing) -> list[Text]:
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def test_charts_are_drawn_again_in_larger_type_and_say_the_same() -> None:
    (timeline,) = charts.timeline(
        charts.TimelineFigures(
            "Over time", "as of May", (charts.TimelineRow("A1", "Sales", "Aoki", "Do"),),
            Month(2026, 4), (charts.TimelineMonth("Apr"),) * 3, date(2026, 5, 9), "As of", "en",
        ), 1016, 600, 600,
    )  # fmt: skip
    for drawing in (
        charts.months(MONTHS), charts.months_mini(MONTHS), charts.months(MONTHS, line=True),
        charts.xmr(CONTROL), charts.bridges([bridge("April", BridgePart("Price", 5))], 1016),
        timeline,
    ):  # fmt: skip
        shown = on_screen(drawing)
        assert min(text.size for text in texts(shown)) >= SCREEN_LOOK.small
        assert min(text.size for text in texts(drawing)) < SCREEN_LOOK.small
        assert shown.alt == drawing.alt
        assert [link.href for link in shown.links] == [link.href for link in drawing.links]
        assert max(text.y for text in texts(shown)) <= shown.height
    mark = charts.status_mark(Status.RED, "en")
    assert on_screen(mark) is mark


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_in_a_chart_can_be_read_on_its_ground(language: str) -> None:
    """Axe cannot judge colours inside a picture."""
    grounds = (charts.LOOK.palette.paper, charts.LOOK.palette.band)
    fills = {
        text.fill
        for drawing in for_print(sample_pack(language)).drawings.values()
        for text in texts(on_screen(drawing))
    }
    assert len(fills) > 3
    for fill in fills:
        assert all(contrast(rgb(fill), rgb(ground)) >= READABLE for ground in grounds), fill


def rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue
