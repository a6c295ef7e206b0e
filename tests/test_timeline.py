"""The timeline of countermeasures: true to its dates, readable without colour, never cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.pack.canvas import Dot, Drawing, Line, Path, Rect, Shape, to_svg
from kpixl.pack.chart_timeline_marks import EVENTS, event
from kpixl.pack.charts import LOOK, TimelineFigures, TimelineMonth, TimelineRow, timeline
from kpixl.plan.month import Month
from tests.test_charts import MONTHS, assert_legible, said, texts

PALETTE = LOOK.palette
AS_OF = date(2026, 11, 9)
WIDTH, HEIGHT = 1016.0, 668.0
OPEN = TimelineRow(
    "A1", "Conversion rate", "Sato", "Do", raised=date(2026, 9, 8), started=date(2026, 9, 24),
    due=date(2026, 10, 30), since=date(2026, 9, 24), late_from=date(2026, 10, 31), late="overdue",
    note="since 24 Sep 26 (46 days)", anchor="goal-CVR", written=("Raised 8 Sep", "Due 30 Oct"),
)  # fmt: skip
CLOSED = TimelineRow(
    "A2", "Churn", "Abe", "Closed", raised=date(2026, 4, 10), started=date(2026, 4, 20),
    due=date(2026, 6, 15), done=date(2026, 6, 8), decided=date(2026, 10, 13), note="186 days",
)  # fmt: skip


def figures(*rows: TimelineRow, language: str = "en", title: str = "Over time") -> TimelineFigures:
    """April 2026 to March 2027 as of 9 November."""
    labels = MONTHS[language]
    months = [TimelineMonth(label) for label in labels]
    months[0] = TimelineMonth(labels[0], "2026", f"{labels[0]} 2026")
    months[9] = TimelineMonth(labels[9], "2027", f"{labels[9]} 2027")
    return TimelineFigures(
        title, "as of 9 Nov", rows, Month(2026, 4), tuple(months), AS_OF, "As of 9 Nov", language
    )  # fmt: skip


def drawn(*rows: TimelineRow) -> Drawing:
    (drawing,) = timeline(figures(*rows), WIDTH, HEIGHT, HEIGHT)
    return drawing


def rows_only(drawing: Drawing) -> list[Shape]:
    """The shapes below the names of the months: without title and key."""
    top = min(s.points[0][1] for s in drawing.shapes if isinstance(s, Line) and is_rule(s))
    return [shape for shape in drawing.shapes if extent(shape)[1] >= top - 0.01]


def is_rule(line: Line) -> bool:
    return line.stroke == PALETTE.rule


def extent(shape: Shape) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a shape other than text."""
    if isinstance(shape, Rect):
        return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
    if isinstance(shape, Dot):
        r = shape.radius
        return shape.x - r, shape.y - r, shape.x + r, shape.y + r
    if isinstance(shape, (Line, Path)):
        xs, ys = zip(*shape.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)
    return shape.x, shape.y, shape.x, shape.y


def month_lines(drawing: Drawing) -> list[float]:
    return [
        s.points[0][0] for s in drawing.shapes if isinstance(s, Line) and s.stroke == PALETTE.band
    ]


def place(drawing: Drawing, day: date) -> float:
    """Where ``day`` belongs by the lines that stand at the beginnings of the months."""
    lines = month_lines(drawing)
    index = (day.year - 2026) * 12 + day.month - 4
    following = Month(day.year, day.month).last_day
    return lines[index] + (lines[index + 1] - lines[index]) * (day.day - 0.5) / following.day


def marks(drawing: Drawing) -> dict[str, float]:
    """The x of the marks of a single row."""
    shapes = rows_only(drawing)
    rings: list[Shape] = [s for s in shapes if isinstance(s, Dot)]
    arrows = [s for s in shapes if isinstance(s, Path) and len(s.points) == 3 and s.stroke]
    flags = [s for s in shapes if isinstance(s, Path) and len(s.points) == 3 and not s.stroke]
    diamonds: list[Shape] = [s for s in shapes if isinstance(s, Path) and len(s.points) == 4]
    squares: list[Shape] = [s for s in shapes if isinstance(s, Rect) and s.width == s.height]
    found: dict[str, float] = {}
    for name, group in (("raised", rings), ("decided", diamonds), ("done", squares)):
        for shape in group:
            left, _, right, _ = extent(shape)
            found[name] = (left + right) / 2
    for arrow in arrows:
        found["started"] = arrow.points[0][0] + 3.4
    for flag in flags:
        found["due"] = flag.points[0][0]
    return found


# ---- Where the marks stand ------------------------------------------------------------------


def test_every_date_stands_at_its_place_among_the_months() -> None:
    drawing = drawn(CLOSED)
    lines = month_lines(drawing)
    assert len(lines) == 13
    widths = {round(right - left, 6) for left, right in pairwise(lines)}
    assert len(widths) == 1
    found = marks(drawing)
    assert found.keys() == set(EVENTS)
    for name, x in found.items():
        assert x == pytest.approx(place(drawing, getattr(CLOSED, name)), abs=0.01), name


def test_rows_share_one_axis() -> None:
    both = drawn(CLOSED, replace(CLOSED, id="A3"))
    diamonds = [s for s in rows_only(both) if isinstance(s, Path) and len(s.points) == 4]
    assert diamonds[0].points[0][0] == diamonds[1].points[0][0]
    assert diamonds[0].points[0][1] < diamonds[1].points[0][1]


def test_a_mark_is_told_by_its_shape_alone() -> None:
    outlines = {
        name: tuple(
            (type(s).__name__, len(getattr(s, "points", ()))) for s in event(name, 0, 0, LOOK)
        )
        for name in EVENTS
    }
    assert len(set(outlines.values())) == len(EVENTS)


def test_the_flag_of_the_due_date_stands_out_where_marks_meet() -> None:
    day = date(2026, 6, 30)
    drawing = drawn(replace(CLOSED, raised=day, started=day, due=day, done=day, decided=day))
    shapes = [
        s for s in rows_only(drawing) if not (isinstance(s, Line) and s.stroke != PALETTE.ink)
    ]
    pole = next(s for s in shapes if isinstance(s, Line) and s.stroke_width == 1.2)
    others = [s for s in shapes if isinstance(s, (Dot, Rect)) or (isinstance(s, Path) and s.stroke)]
    assert len(others) == 4
    assert extent(pole)[1] < min(extent(s)[1] for s in others)
    assert extent(pole)[3] > max(extent(s)[3] for s in others)


# ---- The bar of the current phase -----------------------------------------------------------


def bars(drawing: Drawing) -> list[Rect]:
    """Bars from left to right, without squares."""
    found = [s for s in rows_only(drawing) if isinstance(s, Rect) and s.width != s.height]
    return sorted(found, key=lambda rect: rect.x)


def test_the_bar_of_the_current_phase_ends_at_the_as_of_line() -> None:
    (bar,) = bars(drawn(replace(OPEN, late_from=None, late="", due=date(2026, 10, 30))))
    drawing = drawn(OPEN)
    assert bar.x == pytest.approx(place(drawing, date(2026, 9, 24)))
    assert bar.x + bar.width == pytest.approx(place(drawing, AS_OF))


def test_what_is_overdue_is_framed_hatched_and_said() -> None:
    drawing = drawn(OPEN)
    usual, late = bars(drawing)
    assert usual.x + usual.width == pytest.approx(place(drawing, date(2026, 10, 31)))
    assert (usual.fill, usual.stroke) == (PALETTE.grey, None)
    assert (late.fill, late.stroke) == (PALETTE.paper, PALETTE.bad)
    strokes = [s for s in rows_only(drawing) if isinstance(s, Line) and s.stroke == PALETTE.bad]
    assert len(strokes) >= 2
    assert "overdue" in said(drawing)


def test_the_time_left_until_the_due_date_is_outlined() -> None:
    drawing = drawn(replace(OPEN, due=date(2027, 1, 15), late_from=None, late=""))
    now, ahead = bars(drawing)
    assert ahead.fill == PALETTE.paper
    assert ahead.stroke == PALETTE.grey
    assert ahead.x == pytest.approx(now.x + now.width, abs=0.6)
    assert ahead.x + ahead.width == pytest.approx(place(drawing, date(2027, 1, 15)), abs=0.6)


def test_a_closed_cycle_has_a_line_and_no_bar() -> None:
    drawing = drawn(CLOSED)
    assert bars(drawing) == []
    (line,) = [s for s in rows_only(drawing) if isinstance(s, Line) and s.stroke == PALETTE.grey]
    assert line.points[0][0] == pytest.approx(place(drawing, date(2026, 4, 10)))
    assert line.points[1][0] == pytest.approx(place(drawing, date(2026, 10, 13)))


def test_an_action_without_any_date_is_there_in_words() -> None:
    drawing = drawn(TimelineRow("A9", "Orders", "Abe", "Check"))
    assert {"A9", "Orders", "Abe", "Check"} <= set(said(drawing))
    assert marks(drawing) == {}
    assert bars(drawing) == []


def test_a_due_date_alone_shows_how_long_it_has_passed() -> None:
    row = TimelineRow("A9", "Orders", "Abe", "Do", due=date(2026, 10, 1),
                      late_from=date(2026, 10, 2), late="overdue")  # fmt: skip
    (late,) = bars(drawn(row))
    assert late.stroke == PALETTE.bad


def test_the_as_of_line_runs_through_every_row_and_is_named() -> None:
    drawing = drawn(OPEN, CLOSED)
    (line,) = [
        s for s in drawing.shapes
        if isinstance(s, Line) and s.stroke == PALETTE.ink and s.stroke_width == 1.0
    ]  # fmt: skip
    assert line.points[0][0] == pytest.approx(place(drawing, AS_OF))
    assert line.points[1][1] == pytest.approx(drawing.height, abs=1.5)
    assert "As of 9 Nov" in said(drawing)


def test_dates_beyond_the_axis_point_there_and_stay_inside() -> None:
    far = replace(OPEN, raised=date(1999, 1, 1), due=date(9999, 12, 31), late_from=None, late="")
    drawing = drawn(far)
    lines = month_lines(drawing)
    strokes = [s for s in rows_only(drawing) if isinstance(s, Line) and len(s.points) == 3]
    assert len(strokes) == 4  # two to the left, two to the right
    for shape in rows_only(drawing):
        if isinstance(shape, (Rect, Dot, Path)):
            left, _, right, _ = extent(shape)
            assert lines[0] - 6 <= left <= right <= lines[-1] + 6


# ---- Many of them ---------------------------------------------------------------------------


def many(count: int, name: str = "Goal") -> list[TimelineRow]:
    return [replace(OPEN, id=f"A26-{n:02d}", name=f"{name} {n}") for n in range(count)]


def shown_ids(drawing: Drawing) -> list[str]:
    return [text.text for text in texts(drawing) if text.text.startswith("A26-")]


def test_forty_actions_take_several_drawings_and_each_stands_once() -> None:
    drawings = timeline(figures(*many(40)), WIDTH, 400, HEIGHT)
    assert len(drawings) == 3
    assert drawings[0].height <= 400
    assert all(drawing.height <= HEIGHT for drawing in drawings)
    ids = [name for drawing in drawings for name in shown_ids(drawing)]
    assert ids == [f"A26-{n:02d}" for n in range(40)]
    for drawing in drawings:
        assert {"Raised", "Due", "Overdue", "As of 9 Nov", "Sep"} <= set(said(drawing))
        assert_legible(drawing)
    assert "Over time (continued)" in said(drawings[1])


def test_no_drawing_holds_just_a_row_or_two() -> None:
    room = next(n for n in range(1, 60) if len(timeline(figures(*many(n)), WIDTH, 400, HEIGHT)) > 1)
    drawings = timeline(figures(*many(room)), WIDTH, 400, HEIGHT)
    assert [len(shown_ids(drawing)) for drawing in drawings] == [room - 3, 3]


def test_where_the_first_page_has_no_room_the_timeline_begins_on_the_next() -> None:
    (drawing,) = timeline(figures(*many(5)), WIDTH, 60, HEIGHT)
    assert 60 < drawing.height <= HEIGHT
    assert timeline(figures(), WIDTH, HEIGHT, HEIGHT) == ()


def test_a_row_leads_to_its_goal() -> None:
    (link,) = drawn(OPEN, CLOSED).links
    assert (link.href, link.label) == ("#goal-CVR", "Conversion rate")


def test_years_move_above_the_months_where_there_is_no_room_beside_them() -> None:
    wide = figures(OPEN)
    assert "Apr 2026" in said(timeline(wide, WIDTH, HEIGHT, HEIGHT)[0])
    months = tuple(TimelineMonth("Apr", "2026" if n == 0 else "", "Apr 2026") for n in range(24))
    narrow = timeline(replace(wide, months=months), WIDTH, HEIGHT, HEIGHT)[0]
    assert "2026" in said(narrow)
    assert "Apr 2026" not in said(narrow)
    assert_legible(narrow)


@pytest.mark.parametrize(
    ("language", "alt"),
    [
        (
            "en",
            (
                "Over time, as of 9 Nov. "
                "A1 Conversion rate: Raised 8 Sep, Due 30 Oct; Do, overdue. "
                "A9 Orders: no date; Check."
            ),
        ),
        (
            "ja",
            (
                "Over time、as of 9 Nov。"
                "A1 Conversion rate：Raised 8 Sep、Due 30 Oct、Do、overdue。"
                "A9 Orders：日付なし、Check。"
            ),
        ),
    ],
)
def test_the_alternative_text_tells_every_row(language: str, alt: str) -> None:
    rows = figures(OPEN, TimelineRow("A9", "Orders", "", "Check"), language=language)
    (drawing,) = timeline(rows, WIDTH, HEIGHT, HEIGHT)
    assert drawing.alt == alt


any_day = st.one_of(
    st.none(),
    st.dates(date(2026, 3, 1), date(2027, 4, 30)),
    st.sampled_from([date.min, date.max, AS_OF]),
)
names = st.text("abcde fghij売上高、（）・", max_size=90)


STATES = [
    ("Check", "overdue", "too early to tell"), ("Do", "overdue", ""), ("Closed", "", "worse"),
    ("評価", "期限超過", "変化のシグナルなし"), ("完了", "", "好転"), ("実行", "", ""),
]  # fmt: skip


@st.composite
def any_rows(draw: st.DrawFn) -> Sequence[TimelineRow]:
    found = []
    for _ in range(draw(st.integers(1, 6))):
        state, late, effect = draw(st.sampled_from(STATES))
        found.append(
            TimelineRow(
                draw(names), draw(names), draw(names), state, raised=draw(any_day),
                started=draw(any_day), due=draw(any_day), done=draw(any_day),
                decided=draw(any_day), since=draw(any_day), late_from=draw(any_day),
                late=late, effect=effect, note=draw(names), anchor="goal",
            )
        )  # fmt: skip
    return found


@settings(max_examples=100, deadline=None)
@given(any_rows(), st.integers(6, 24), st.sampled_from(["en", "ja"]), names)
def test_it_can_be_read_whatever_is_entered(
    rows: Sequence[TimelineRow], count: int, language: str, title: str
) -> None:
    labels = MONTHS[language] * 2
    months = tuple(
        TimelineMonth(labels[n], "2026" if n % 12 == 9 else "", f"{labels[n]} 2026")
        for n in range(count)
    )
    asked = replace(figures(*rows, language=language, title=title), months=months)
    for drawing in timeline(asked, WIDTH, 300, HEIGHT):
        assert drawing.height <= HEIGHT
        assert_legible(drawing)
        ElementTree.fromstring(to_svg(drawing, "Inter"))
        for shape in drawing.shapes:
            left, top, right, bottom = extent(shape)
            assert -0.1 <= left <= right <= drawing.width + 0.1
            assert -0.1 <= top <= bottom <= drawing.height + 0.1


def test_equal_figures_give_equal_drawings() -> None:
    def made() -> str:
        return to_svg(drawn(OPEN, CLOSED), "Inter")

    assert made() == made()


def test_bars_grow_with_time() -> None:
    later = replace(figures(OPEN), as_of=AS_OF + timedelta(days=30))
    (before,), (after,) = (
        timeline(figures(OPEN), WIDTH, HEIGHT, HEIGHT),
        timeline(later, WIDTH, HEIGHT, HEIGHT),
    )
    assert bars(after)[-1].width > bars(before)[-1].width
