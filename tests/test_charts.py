"""What a reader may rely on in every chart: true heights, one scale, labels that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Optional

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.measures.kinds import Direction, Status
from kpixl.pack.canvas import Drawing, Line, Path, Rect, Text, to_svg
from kpixl.pack.chart_figures import Look
from kpixl.pack.chart_parts import Box, hatch, text_box
from kpixl.pack.charts import (
    LOOK,
    BulletFigures,
    BulletRow,
    MonthFigures,
    MonthsFigures,
    SparkFigures,
    TreeFigures,
    TreeNode,
    VarianceRow,
    bullets,
    common_scale,
    goal_tree,
    months,
    months_height,
    months_mini,
    sparkline,
    status_mark,
    variance_bars,
    variance_limit,
)
from kpixl.pack.goal_layout import CHART_HEIGHTS
from kpixl.pack.screen import SCREEN_LOOK
from kpixl.pack.text_width import text_width

MONTHS = {
    "en": [
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
        "Jan",
        "Feb",
        "Mar",
    ],
    "ja": [f"{n}月" for n in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)],
}
PALETTE = LOOK.palette
Values = Sequence[Optional[float]]


def written(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")


def signed(value: float) -> str:
    return ("+" if value > 0 else "") + written(value)


def fiscal_year(
    actual: Values,
    plan: Values = (),
    prior: Values = (),
    outlook: Values = (),
    review: int = 6,
    language: str = "en",
    *,
    direction: Direction = Direction.HIGHER,
    title: str = "Net revenue",
    redefined: tuple[int, ...] = (),
) -> MonthsFigures:
    def at(values: Values, index: int) -> Optional[float]:
        return values[index] if index < len(values) else None

    year = []
    for index, label in enumerate(MONTHS[language]):
        a, p = at(actual, index), at(plan, index)
        difference = a - p if a is not None and p is not None else None
        better = difference if direction is Direction.HIGHER else -(difference or 0)
        good = None if difference is None or better is None else better >= 0
        months_outlook = at(outlook, index)
        year.append(MonthFigures(label, a, p, at(prior, index), months_outlook, difference, good))
    return MonthsFigures(
        title, "m€", tuple(year), review, written, signed, language, "", direction, redefined
    )


def rects(drawing: Drawing, fill: str) -> list[Rect]:
    return [s for s in drawing.shapes if isinstance(s, Rect) and s.fill == fill]


def columns(drawing: Drawing) -> list[Rect]:
    """The actual columns without the sample of the key (8 x 8)."""
    return [rect for rect in rects(drawing, PALETTE.actual) if rect.width != 8]


def texts(drawing: Drawing) -> list[Text]:
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def said(drawing: Drawing) -> list[str]:
    return [text.text for text in texts(drawing)]


def assert_legible(drawing: Drawing) -> None:
    """No text leaves the drawing and no two texts overlap."""
    boxes = [(text.text, text_box(text)) for text in texts(drawing)]
    for text, box in boxes:
        assert -0.1 <= box.left < box.right + 0.1 <= drawing.width + 0.2, text
        assert -0.1 <= box.top < box.bottom <= drawing.height + 0.1, text
    for (first, one), (second, other) in combinations(boxes, 2):
        smaller = Box(one.left + 0.1, one.top + 0.1, one.right - 0.1, one.bottom - 0.1)
        assert not smaller.meets(other), f"{first!r} overlaps {second!r}"


# Months as columns


def test_columns_are_as_high_as_their_figures() -> None:
    drawing = months(fiscal_year([100, 50, 25]), differences=False)
    first, second, third = columns(drawing)
    assert second.height == pytest.approx(first.height / 2)
    assert third.height == pytest.approx(first.height / 4)
    assert {rect.y + rect.height for rect in (first, second, third)} == {first.y + first.height}


def test_negative_columns_hang_from_the_zero_line() -> None:
    up, down = columns(months(fiscal_year([30, -10]), differences=False))
    assert down.y == pytest.approx(up.y + up.height)
    assert down.height == pytest.approx(up.height / 3)


def test_the_same_value_has_the_same_height_in_charts_with_one_scale() -> None:
    large, small = fiscal_year([100, 80]), fiscal_year([20, 10], title="Other " * 20)
    scale = common_scale([large, small])
    high, _ = columns(months(large, scale=scale))
    low, _ = columns(months(small, scale=scale))
    assert high.height == pytest.approx(5 * low.height)


def test_a_common_scale_spans_all_figures_and_zero() -> None:
    scale = common_scale([fiscal_year([5, 9], [4, 10]), fiscal_year([-3], [1])])
    assert (scale.low, scale.high) == (-3, 10)
    assert (scale.difference_low, scale.difference_high) == (-4, 1)  # 9 − 10, 5 − 4; −3 − 1


def test_plan_is_outlined_prior_lighter_and_outlook_hatched() -> None:
    drawing = months(fiscal_year([10], [12], [8], [None, 11], review=0), key=False)
    assert len(rects(drawing, PALETTE.actual)) == 1
    assert len(rects(drawing, PALETTE.prior)) == 1
    frames = [rect for rect in rects(drawing, PALETTE.paper) if rect.stroke == PALETTE.actual]
    assert len(frames) == 2  # the plan of April and the outlook of May
    hatching = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 0.8]
    assert len(hatching) > 5


def test_differences_are_coloured_by_good_and_signed_by_arithmetic() -> None:
    figures = fiscal_year([12, 8], [10, 10], direction=Direction.LOWER, review=1)
    drawing = months(figures, key=False)
    (bad,), (good,) = rects(drawing, PALETTE.bad), rects(drawing, PALETTE.good)
    assert bad.x < good.x
    assert bad.y < good.y  # April stands above the plan line, May below it
    assert {"+2", "−2"} <= set(said(drawing))
    assert "Actual − plan (lower is better)" in said(drawing)


def test_differences_are_seen_in_the_lowest_chart_a_page_has() -> None:
    """Labels stand above and below them, and leave the columns 9 pixels between the rows."""
    figures = fiscal_year([110, 96, 130], [100] * 12)
    drawing = months(figures, 330, CHART_HEIGHTS[-1], key=False)
    strip = [*rects(drawing, PALETTE.good), *rects(drawing, PALETTE.bad)]
    # 9 pixels for the 34 from −4 to +30, to whole ones.
    assert [rect.height for rect in strip] == pytest.approx([9 * 10 / 34, 9 * 30 / 34, 1.1], abs=1)
    assert drawing.height == months(fiscal_year([100], [100] * 12), 330, 128, key=False).height


@pytest.mark.parametrize("height", [*CHART_HEIGHTS, 250.0])
@pytest.mark.parametrize("look", [LOOK, SCREEN_LOOK])
def test_no_difference_stands_on_the_caption_of_its_strip(look: Look, height: float) -> None:
    figures = fiscal_year([170.1, 99, 130, 152.5], [100] * 12)
    assert_legible(months(figures, 328, height, look=look, key=False))


@pytest.mark.parametrize("height", CHART_HEIGHTS)
@pytest.mark.parametrize("line", [False, True])
@pytest.mark.parametrize("title", ["Net revenue", "Net revenue of every region we sell in " * 3])
def test_how_high_a_chart_is_does_not_take_drawing_it(
    title: str, line: bool, height: float
) -> None:
    figures = fiscal_year([5, 6, 7], [6] * 12, title=title, redefined=(1, 2))
    drawn = months(figures, 330, height, common_scale([figures], line), line=line, key=False)
    assert months_height(figures, 330, height, line=line, key=False) == drawn.height


def test_a_missing_month_is_a_dash_and_a_month_to_come_is_not() -> None:
    drawing = months(fiscal_year([10, None, 12], [10] * 12, review=2), differences=False)
    assert len(columns(drawing)) == 2
    assert said(drawing).count("–") == 1


def test_the_review_month_is_bold_on_a_band() -> None:
    drawing = months(fiscal_year([10, 11, 12], review=2))
    bold = {text.text for text in texts(drawing) if text.weight == 700}
    assert bold == {"Net revenue", "12", "Jun"}
    (band,) = rects(drawing, PALETTE.band)
    assert band.x == pytest.approx(2 * 27.5)  # 330 px / 12 months


def test_the_last_reported_month_is_labelled_however_long_its_figure() -> None:
    figures = fiscal_year([1.23456e13, 2e13, 1.5e13], [1e13] * 12, review=2)
    long = MonthsFigures(**{**vars(figures), "value": lambda v: f"{v:,.0f} units"})
    drawing = months(long, width=240)
    assert "15,000,000,000,000 units" in said(drawing)
    assert_legible(drawing)


def test_nothing_to_show_is_said_in_words() -> None:
    assert "No figures" in said(months(fiscal_year([])))
    assert "データなし" in said(months(fiscal_year([], language="ja", title="売上高")))


def test_a_long_title_wraps_and_is_never_cut() -> None:
    title = "Overall equipment effectiveness of all lines including the night shift in Osaka"
    drawing = months(fiscal_year([1, 2], title=title))
    lines = [text.text for text in texts(drawing) if text.size == LOOK.title]
    assert len(lines) > 1
    assert " ".join(lines) == title
    assert_legible(drawing)


def test_a_new_definition_is_marked_and_named() -> None:
    drawing = months(fiscal_year([1, 2, 3], redefined=(1, -5, 40)))
    assert said(drawing).count("New definition from May") == 1
    dashed = [s for s in drawing.shapes if isinstance(s, Line) and s.dash]
    assert [line.points[0][0] for line in dashed] == [27.5]


@pytest.mark.parametrize(
    ("language", "alt"),
    [
        (
            "en",
            (
                "Net revenue, Apr to Jul: Jul 9 against plan 10. Below plan in 2 of 3 months. "
                "Not reported: May. Outlook for Aug to Sep."
            ),
        ),
        (
            "ja",
            (
                "Net revenue、4月〜7月：7月の実績9、計画10。"
                "3か月のうち2か月で計画を下回っています。未入力：5月。見込：8月〜9月。"
            ),
        ),
    ],
)
def test_the_alternative_text_says_what_the_chart_shows(language: str, alt: str) -> None:
    outlook = [None] * 4 + [11, 12]
    figures = fiscal_year([11, None, 8, 9], [10] * 12, (), outlook, 3, language)
    assert months(figures).alt == alt


# Months as lines


def test_lines_break_at_missing_months() -> None:
    drawing = months(fiscal_year([1, 2, None, 4, 5]), line=True, key=False)
    actual = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 1.5]
    assert [len(line.points) for line in actual] == [2, 2]


def test_lines_make_small_differences_visible_and_mark_the_broken_axis() -> None:
    drawing = months(fiscal_year([0.981, 0.982, 0.984]), line=True, key=False)
    (line,) = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 1.5]
    (_, low), (_, middle), (_, high) = line.points
    assert low - high > 60
    assert low - middle == pytest.approx((low - high) / 3, abs=0.5)
    assert any(isinstance(shape, Path) for shape in drawing.shapes)


figures_or_gap = st.one_of(
    st.none(),
    st.just(0.0),
    st.floats(-1e13, 1e13),
    st.floats(0.0003, 0.01),
    st.floats(90, 110),
    st.integers(-1000, 1000).map(float),
    st.sampled_from([1e308, -1e308, 5e-324, float("nan"), float("inf")]),
)
years = st.lists(figures_or_gap, max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    years, years, years, years, st.integers(-1, 11), st.booleans(), st.sampled_from(["en", "ja"])
)
def test_labels_can_be_read_whatever_the_figures(
    actual: Values,
    plan: Values,
    prior: Values,
    outlook: Values,
    review: int,
    line: bool,
    language: str,
) -> None:
    figures = fiscal_year(actual, plan, prior, outlook, review, language)
    for drawing in (months(figures, line=line), months_mini(figures, line=line)):
        assert_legible(drawing)
        ElementTree.fromstring(to_svg(drawing, "Inter"))


@settings(max_examples=60, deadline=None)
@given(years, years, st.integers(0, 11))
def test_no_label_stands_on_a_column(actual: Values, plan: Values, review: int) -> None:
    drawing = months(fiscal_year(actual, plan, review=review), differences=False, key=False)
    labels = [text_box(text) for text in texts(drawing)]
    for rect in columns(drawing):
        bar = Box(rect.x, rect.y, rect.x + rect.width, rect.y + rect.height)
        assert not any(bar.meets(label) for label in labels)


@settings(max_examples=60, deadline=None)
@given(years, years, years)
def test_columns_stay_inside_the_drawing(actual: Values, plan: Values, prior: Values) -> None:
    drawing = months(fiscal_year(actual, plan, prior))
    for shape in drawing.shapes:
        if isinstance(shape, Rect):
            assert -0.01 <= shape.x <= shape.x + shape.width <= drawing.width + 0.01
            assert -0.01 <= shape.y <= shape.y + shape.height <= drawing.height + 0.01


@given(st.floats(0, 300), st.floats(0, 300), st.floats(0, 80), st.floats(0, 200))
def test_hatching_stays_inside_its_rectangle(x: float, y: float, w: float, h: float) -> None:
    for line in hatch(x, y, w, h, "#000000"):
        for across, down in line.points:
            assert x - 1e-6 <= across <= x + w + 1e-6
            assert y - 1e-6 <= down <= y + h + 1e-6
        (x0, y0), (x1, y1) = line.points
        assert x1 - x0 == pytest.approx(y0 - y1, abs=1e-6)  # 45 degrees


def test_equal_figures_give_equal_drawings() -> None:
    def make() -> str:
        figures = fiscal_year([1, None, 3.5], [2] * 12, [1, 2, 3], [None] * 3 + [4])
        return to_svg(months(figures), "Inter")

    assert make() == make()


@pytest.mark.parametrize("hostile", ['<script>&"', "\x00\x1f\ufffe", "\u202eabc", "'; DROP"])
def test_hostile_names_stay_text(hostile: str) -> None:
    node = TreeNode("1", None, hostile, "KGI", hostile, "1", "2", "3", Status.RED, False)
    row = BulletRow(hostile, 0.9, hostile, hostile, Status.AMBER)
    for drawing in (
        months(fiscal_year([1, 2], title=hostile)),
        bullets(BulletFigures(hostile, hostile, (row,), "en")),
        *goal_tree(TreeFigures(hostile, hostile, (node,), "en")),
    ):
        tags = {element.tag for element in ElementTree.fromstring(to_svg(drawing, "Inter")).iter()}
        assert {re.sub(r"\{.*\}", "", tag) for tag in tags} <= {
            "svg",
            "g",
            "path",
            "circle",
            "text",
        }


# Bullets


def bullet_chart(*attainments: Optional[float], cap: float = 1.25) -> Drawing:
    rows = tuple(
        BulletRow(f"Goal {n}", value, "243", "−3%", Status.AMBER, anchor=f"goal-{n}")
        for n, value in enumerate(attainments)
    )
    return bullets(BulletFigures("Attainment", "% of plan", rows, "en", cap))


def test_bullets_share_one_axis_and_the_plan_stands_at_one_hundred_per_cent() -> None:
    drawing = bullet_chart(1.0, 0.5)
    full, half = rects(drawing, PALETTE.actual)
    assert half.width == pytest.approx(full.width / 2)
    plan = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 1.6]
    assert [line.points[0][0] for line in plan] == [pytest.approx(full.x + full.width)]


@pytest.mark.parametrize("gap", ["−2,000,000,000,000円", "−¥2,000,000,000,000"])
def test_a_long_figure_beside_a_bullet_is_not_torn_apart(gap: str) -> None:
    row = BulletRow("Delivery", 0.8, "81.8%", gap, Status.RED)
    drawing = bullets(BulletFigures("Attainment", "", (row,), "en", 1.25), 323)
    assert gap in said(drawing)
    # The bars keep a quarter of the width.
    zones = [s for s in drawing.shapes if isinstance(s, Rect) and s.height == 16]
    assert sum(zone.width for zone in zones) > 323 / 4


def test_a_japanese_name_of_a_bullet_is_broken_between_words() -> None:
    row = BulletRow("オンライン直販売上高", 0.8, "80%", "−3", Status.RED)
    assert {"オンライン", "直販売上高"} <= set(
        said(bullets(BulletFigures("達成率", "", (row,), "ja", 1.25), 323))
    )


def test_an_outlier_is_cut_at_the_cap_with_a_break_mark() -> None:
    ordinary, outlier = bullet_chart(1.25), bullet_chart(3.4)
    (at_cap,), (cut,) = rects(ordinary, PALETTE.actual), rects(outlier, PALETTE.actual)
    assert cut.width == pytest.approx(at_cap.width)

    def breaks(drawing: Drawing) -> int:
        return sum(isinstance(s, Path) and s.fill == PALETTE.paper for s in drawing.shapes)

    assert (breaks(ordinary), breaks(outlier)) == (0, 1)


def test_a_row_without_attainment_says_so() -> None:
    drawing = bullet_chart(None)
    assert "n/a" in said(drawing)
    assert not rects(drawing, PALETTE.actual)


def test_rows_lead_to_their_goals() -> None:
    drawing = bullet_chart(1.0, 0.9)
    assert [link.href for link in drawing.links] == ["#goal-0", "#goal-1"]
    assert drawing.links[0].y + drawing.links[0].height == drawing.links[1].y


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("abcde fghij売上高", max_size=60),
            st.one_of(st.none(), st.floats(-1e6, 1e6)),
            st.text("0123456789,.", max_size=40),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_bullets_can_be_read_whatever_they_say(rows: list[tuple[str, float | None, str]]) -> None:
    made = tuple(BulletRow(name, value, text, text, Status.RED) for name, value, text in rows)
    assert_legible(bullets(BulletFigures("Attainment", "", made, "ja")))


# Sparklines, marks, bars of gaps


def spark(values: Values, plan: Values = ()) -> Drawing:
    figures = SparkFigures("Churn", tuple(values), written, "en", tuple(plan))
    return sparkline(figures)


def test_a_sparkline_runs_from_edge_to_edge_and_keeps_gaps() -> None:
    drawing = spark([1, 2, None, 4, 3])
    first, second = [s for s in drawing.shapes if isinstance(s, Line)]
    assert first.points[0] == (3, 13)  # the lowest, 3 px from the edges of 90 x 16
    assert second.points[0][1] == 3  # the highest
    assert second.points[-1][0] == 87


def test_a_sparkline_says_lowest_highest_and_last() -> None:
    assert spark([3, 1, 2]).alt == "Churn: trend over 3 months, lowest 1, highest 3, last 2."
    assert spark([None]).alt == "Churn: no trend, nothing reported."


@given(years)
def test_sparklines_stay_inside(values: Values) -> None:
    for shape in spark(values, [5.0] * len(values)).shapes:
        if isinstance(shape, Line):
            assert all(0 <= x <= 90 and 0 <= y <= 16 for x, y in shape.points)


def test_each_status_has_a_shape_of_its_own() -> None:
    shapes = {
        status: tuple(type(shape).__name__ for shape in status_mark(status, "en").shapes)
        for status in Status
    }
    filled = {
        status: any(getattr(s, "fill", None) for s in status_mark(status, "en").shapes)
        for status in Status
    }
    assert len({(shapes[status], filled[status]) for status in Status}) == len(Status)
    assert status_mark(Status.RED, "ja").alt == "未達"


def test_gap_bars_share_a_scale_around_one_zero_line() -> None:
    rows = [VarianceRow("A", 0.04, "+4.0%"), VarianceRow("B", -0.08, "−8.0%")]
    first, second = variance_bars(rows, "en")
    (good,), (bad,) = rects(first, PALETTE.good), rects(second, PALETTE.bad)
    assert bad.width == pytest.approx(2 * good.width)
    assert good.x == bad.x + bad.width == 60  # the middle of 120 px


def test_an_outlying_gap_does_not_flatten_the_others() -> None:
    rows = [VarianceRow(str(n), gap, "x") for n, gap in enumerate((0.02, -0.03, 0.05, 9.0))]
    # The median of 2, 3, 5 and 900 % is 4 %; what is above four times that is cut.
    assert variance_limit(rows) == 0.05
    *_, third, outlier = variance_bars(rows, "en")
    (usual,), (cut,) = rects(third, PALETTE.good), rects(outlier, PALETTE.good)
    assert cut.width == pytest.approx(usual.width)
    assert any(isinstance(shape, Path) for shape in outlier.shapes)


def test_a_gap_that_is_not_available_is_written_without_a_bar() -> None:
    (drawing,) = variance_bars([VarianceRow("A", None, "n/a")], "en")
    assert said(drawing) == ["n/a"]
    assert drawing.alt == "A: no comparison with plan."
    assert not [shape for shape in drawing.shapes if isinstance(shape, Rect)]


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_gap_bars_and_their_texts_stay_inside(gaps: list[float | None]) -> None:
    rows = [VarianceRow("A", gap, "n/a" if gap is None else f"{gap:+.3g}%") for gap in gaps]
    for drawing in variance_bars(rows, "en"):
        assert_legible(drawing)


# The goal tree

STATUSES = tuple(Status)


def tree(shape: Sequence[int], name: Callable[[int], str] = "Goal {}".format) -> TreeFigures:
    """One KGI and as many CSFs as ``shape`` has numbers, each with so many KPIs."""
    nodes: list[TreeNode] = []

    def add(goal: str, parent: Optional[str], level: str) -> None:
        n = len(nodes)
        spark_values = (1.0, 3.0, 2.0)
        nodes.append(
            TreeNode(
                goal, parent, goal, level, name(n), "91.2 m€", "98.0 m€", "−6.9%",
                STATUSES[n % len(STATUSES)], n % 2 == 0, spark_values, f"goal-{goal}",
            )
        )  # fmt: skip

    add("S", None, "KGI")
    for csf, count in enumerate(shape):
        add(f"C{csf}", "S", "CSF")
        for kpi in range(count):
            add(f"K{csf}-{kpi}", f"C{csf}", "KPI")
    return TreeFigures("Goal tree", "October 2026", tuple(nodes), "en")


def frames(drawing: Drawing) -> list[Rect]:
    return [
        s for s in drawing.shapes if isinstance(s, Rect) and s.stroke == PALETTE.prior and s.fill
    ]


def connectors(drawing: Drawing) -> list[Line]:
    return [s for s in drawing.shapes if isinstance(s, Line) and s.stroke == PALETTE.prior]


@pytest.mark.parametrize("shape", [(), (0,), (3, 3, 3), (5, 5, 5, 5), (23,), (1,) * 12, (0,) * 24])
def test_a_tree_of_up_to_twenty_five_goals_stands_on_one_page(shape: Sequence[int]) -> None:
    figures = tree(shape)
    (drawing,) = goal_tree(figures)
    assert drawing.height <= 610
    assert len(frames(drawing)) == len(figures.nodes)
    assert [link.href for link in drawing.links].count("#goal-S") == 1
    assert_legible(drawing)


def test_boxes_do_not_overlap_and_connectors_touch_only_their_ends() -> None:
    (drawing,) = goal_tree(tree((4, 3, 5)))
    boxes = [Box(r.x, r.y, r.x + r.width, r.y + r.height) for r in frames(drawing)]
    for one, other in combinations(boxes, 2):
        assert not one.meets(other)
    for line in connectors(drawing):
        (x0, y0), (x1, y1) = line.points
        assert x0 == x1 or y0 == y1
        middle = Box(min(x0, x1) + 1, min(y0, y1) - 0.1, max(x0, x1) - 1, max(y0, y1) + 0.1)
        assert not any(middle.meets(box) for box in boxes)


def test_no_two_trunks_share_a_place() -> None:
    (drawing,) = goal_tree(tree((4, 3, 5, 2)))
    trunks = [line for line in connectors(drawing) if line.points[0][0] == line.points[1][0]]
    for one, other in combinations(trunks, 2):
        if one.points[0][0] == other.points[0][0]:
            low, high = sorted((one.points, other.points), key=lambda points: points[0][1])
            assert low[1][1] < high[0][1]


def test_three_hundred_goals_get_an_overview_and_a_page_a_branch() -> None:
    figures = tree((19,) * 15)
    drawings = goal_tree(figures)
    assert len(drawings) == 16
    assert len(frames(drawings[0])) == 16  # the KGI and its 15 CSFs
    assert sum("19 goals below" in text for text in said(drawings[0])) == 15
    shown = {link.href for drawing in drawings for link in drawing.links}
    assert shown == {f"#goal-{node.id}" for node in figures.nodes}
    for drawing in drawings:
        assert drawing.height <= 610
        assert_legible(drawing)


def test_a_root_with_very_many_children_is_shared_out_over_pages() -> None:
    drawings = goal_tree(tree((0,) * 120))
    assert len(drawings) > 1
    assert sum(len(frames(drawing)) - 1 for drawing in drawings) == 120
    assert all(drawing.height <= 610 for drawing in drawings)


def test_a_deep_chain_and_an_unknown_parent_are_shown() -> None:
    nodes = [
        TreeNode(f"{n}", f"{n - 1}", f"{n}", "KPI", f"Goal {n}", "", "", "", Status.NO_PLAN,
                 anchor=f"g{n}")
        for n in range(12)
    ]  # fmt: skip
    drawings = goal_tree(TreeFigures("Tree", "", tuple(nodes), "en"))
    assert {link.href for drawing in drawings for link in drawing.links} == {
        f"#g{n}" for n in range(12)
    }


def test_no_goals_give_no_drawing() -> None:
    assert goal_tree(TreeFigures("Tree", "", (), "ja")) == ()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 7), max_size=5),
    st.lists(st.text("abcdef ghij売上高、", min_size=1, max_size=80), min_size=1, max_size=5),
)
def test_names_of_any_length_are_whole_and_legible(shape: list[int], names: list[str]) -> None:
    figures = tree(shape, lambda n: names[n % len(names)])
    for drawing in goal_tree(figures):
        assert_legible(drawing)
        letters = "".join(said(drawing)).replace(" ", "")
        assert names[0].replace(" ", "") in letters or len(names) > 1


def test_widths_used_for_labels_are_those_of_the_canvas() -> None:
    box = text_box(Text(100, 20, "243", 10, anchor="end"))
    assert box.right == pytest.approx(100)
    assert box.right - box.left == pytest.approx(text_width("243", 10))
