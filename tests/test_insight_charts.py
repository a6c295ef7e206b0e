"""What a reader may rely on in bridges, control charts and landings: true lengths, legible labels,
signs that can be told apart without colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.measures.kinds import Signal
from kpixl.pack.canvas import Dot, Drawing, Line, Path, Rect, to_svg
from kpixl.pack.chart_bridge import MOST_PARTS
from kpixl.pack.charts import (
    LOOK,
    BridgeFigures,
    BridgePart,
    ControlFigures,
    LandingFigures,
    bridges,
    landings,
    landings_key,
    signal_mark,
    xmr,
)
from tests.test_charts import assert_legible, rects, said, signed, texts, written

PALETTE = LOOK.palette
LONG = {
    "en": "Weighted average customer lifetime value of first-time subscription buyers in the shop, "
    "after returns, taxes and fees",
    "ja": "オンライン直販部門における定期便新規申込者の初回購入単価および継続購入率の加重平均による"
    "総合的な顧客価値指標（全社基準・税抜・返品控除後・改定版）",
}
figure = st.one_of(
    st.just(0.0),
    st.floats(-1e13, 1e13),
    st.floats(-10, 10),
    st.integers(-1000, 1000).map(float),
    st.sampled_from([1e300, -1e300, 5e-324, float("nan"), float("inf")]),
)


def assert_inside(drawing: Drawing) -> None:
    """No shape leaves the drawing."""
    for shape in drawing.shapes:
        if isinstance(shape, Rect):
            corners = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        elif isinstance(shape, Dot):
            r = shape.radius
            corners = [(shape.x - r, shape.y - r), (shape.x + r, shape.y + r)]
        elif isinstance(shape, Line | Path):
            corners = list(shape.points)
        else:
            continue
        for x, y in corners:
            assert -0.6 <= x <= drawing.width + 0.6, shape
            assert -0.6 <= y <= drawing.height + 0.6, shape


# ---- Bridges --------------------------------------------------------------------------------


def bridge(
    plan: float, parts: Sequence[tuple[str, float]], language: str = "en", period: str = "Oct"
) -> BridgeFigures:
    """A bridge of a Higher goal: what adds is good."""
    return BridgeFigures(
        name="Revenue",
        period=period,
        title=f"Plan to actual, {period}",
        subtitle="m€",
        plan=plan,
        actual=plan + sum(value for _, value in parts),
        parts=tuple(
            BridgePart(name, value, value > 0 if value else None, f"goal-{name}")
            for name, value in parts
        ),
        value=written,
        signed=signed,
        language=language,
    )


def bars(drawing: Drawing) -> list[Rect]:
    """The bars of the parts, from the top down."""
    found = [*rects(drawing, PALETTE.good), *rects(drawing, PALETTE.bad)]
    return sorted(found, key=lambda bar: bar.y)


def breaks(drawing: Drawing) -> int:
    return sum(isinstance(s, Path) and s.fill == PALETTE.paper for s in drawing.shapes)


def test_a_bridge_leads_from_plan_over_each_part_to_the_actual() -> None:
    drawing = bridges([bridge(100, [("A", -40), ("B", 10)])], 600)
    (plan,) = [r for r in rects(drawing, PALETTE.paper) if r.stroke == PALETTE.actual]
    (actual,) = rects(drawing, PALETTE.actual)
    a, b = bars(drawing)
    unit = (plan.width + 1) / 100  # an outline of one pixel lies inside its bar
    assert a.width == pytest.approx(40 * unit)
    assert b.width == pytest.approx(10 * unit)
    assert actual.width == pytest.approx(70 * unit)
    assert a.x + a.width == pytest.approx(plan.x + plan.width + 0.5)
    assert b.x == pytest.approx(a.x)
    assert b.x + b.width == pytest.approx(actual.x + actual.width)
    assert breaks(drawing) == 0
    assert said(drawing)[2:5] == ["Plan", "A", "B"]
    assert {"100", "−40", "+10", "70"} <= set(said(drawing))


def test_good_and_bad_parts_differ_in_colour_sign_and_direction() -> None:
    down, up = bars(bridges([bridge(100, [("A", -40), ("B", 10)])], 600))
    assert (down.fill, up.fill) == (PALETTE.bad, PALETTE.good)


def test_parts_that_would_be_slivers_cut_the_bars_of_both_ends_and_say_so_by_a_mark() -> None:
    drawing = bridges([bridge(1000, [("A", -8), ("B", 2)])], 600)
    assert breaks(drawing) == 2
    a, b = bars(drawing)
    assert a.width == pytest.approx(4 * b.width)
    assert a.width > 100


def test_ends_below_zero_hang_from_the_right_and_are_cut_there() -> None:
    drawing = bridges([bridge(-1000, [("A", -8), ("B", 2)])], 600)
    (actual,) = rects(drawing, PALETTE.actual)
    a, b = bars(drawing)
    assert breaks(drawing) == 2
    assert a.x == pytest.approx(b.x)
    assert actual.x == pytest.approx(b.x + b.width)  # −1006 lies to the left of −1000
    assert actual.x + actual.width > a.x + a.width


def test_bridges_side_by_side_share_rows_and_scale() -> None:
    month = bridge(100, [("A", -10), ("B", 5)], period="Oct")
    year = bridge(900, [("A", -20), ("C", 15)], period="Apr–Oct")
    drawing = bridges([month, year], 1000)
    names = [text.text for text in texts(drawing) if text.x == 0]
    assert names == ["Plan", "A", "C", "B", "Actual"]
    first, second = (rect for rect in bars(drawing) if rect.fill == PALETTE.bad)
    assert second.width == pytest.approx(2 * first.width)
    assert first.y == second.y


def test_thirteen_parts_stand_alone_and_the_smallest_of_more_become_one() -> None:
    parts = [(f"P{n}", float(n + 1)) for n in range(MOST_PARTS)]
    assert not [t for t in said(bridges([bridge(50, parts)], 600)) if "Other" in t]
    more = [*parts, ("tiny", 0.25), ("small", -0.5)]
    drawing = bridges([bridge(50, more)], 600)
    # 0.25 − 0.5 + 1 (P0) = 0.75: three of fifteen parts, so that twelve and the others are left.
    assert {"Other (3)", "+0.75"} <= set(said(drawing))
    assert "tiny" not in said(drawing)


def test_a_bridge_no_higher_than_asked_merges_more_parts() -> None:
    parts = [(f"P{n} {LONG['en']}", float(n + 1)) for n in range(10)]
    drawing = bridges([bridge(50, parts)], 600, 220)
    assert drawing.height <= 220
    assert any(text.startswith("Other (") for text in said(drawing))


def test_parts_without_judgement_have_no_colour() -> None:
    figures = bridge(10, [("A", -4)])
    plain = replace(figures, parts=(replace(figures.parts[0], good=None),))
    drawing = bridges([plain], 400)
    assert not bars(drawing)
    assert len(rects(drawing, PALETTE.prior)) == 1


def test_a_part_of_zero_has_a_figure_and_no_bar() -> None:
    drawing = bridges([bridge(10, [("A", 0), ("B", -2)])], 400)
    assert len(bars(drawing)) == 1
    assert "0" in said(drawing)


def test_the_names_of_a_bridge_lead_to_their_goals() -> None:
    drawing = bridges([bridge(10, [("A", 1), ("B", -2)])], 400)
    assert [link.href for link in drawing.links] == ["#goal-A", "#goal-B"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_long_names_wrap_in_a_bridge_and_are_never_cut(language: str) -> None:
    name = LONG[language]
    drawing = bridges([bridge(10, [(name, 1), ("B", -2)], language)] * 2, 1016)
    lines = [t.text for t in texts(drawing) if t.x == 0 and t.weight == 400 and t.text != "B"]
    assert len(lines) > 1
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert_legible(drawing)


@pytest.mark.parametrize(
    ("language", "alt"),
    [
        ("en", "Revenue, Oct, from plan 10 to actual 9: A +1, B −2."),
        ("ja", "Revenue、Oct：計画10から実績9まで。内訳：A +1、B −2。"),
    ],
)
def test_a_bridge_says_its_ends_and_parts(language: str, alt: str) -> None:
    assert bridges([bridge(10, [("A", 1), ("B", -2)], language)]).alt == alt


@settings(max_examples=120, deadline=None)
@given(
    figure,
    st.lists(st.tuples(st.sampled_from("ABCDEFGHIJKLMNOP売"), figure), min_size=1, max_size=20),
    st.lists(st.tuples(st.sampled_from("ABCXY"), figure), min_size=1, max_size=5),
    st.sampled_from(["en", "ja"]),
)
def test_bridges_can_be_read_whatever_the_figures(
    plan: float, parts: list[tuple[str, float]], others: list[tuple[str, float]], language: str
) -> None:
    pair = [bridge(plan, parts, language), bridge(plan / 3, others, language, "Apr–Oct")]
    for drawing in (bridges(pair, 1016), bridges(pair[:1], 400)):
        assert_legible(drawing)
        assert_inside(drawing)
        ElementTree.fromstring(to_svg(drawing, "Inter"))


# ---- Control charts -------------------------------------------------------------------------


def control(
    points: Sequence[float],
    marked: Sequence[int] = (),
    good: bool | None = None,
    reach: float = 10,
    language: str = "en",
    **fields: object,
) -> ControlFigures:
    """A control chart around the mean of its points, limits ``reach`` away."""
    centre = sum(points) / len(points)
    return replace(
        ControlFigures(
            title="Net revenue",
            subtitle="m€, Apr 2025 to Oct 2026",
            points=tuple(points),
            positions=tuple(range(len(points))),
            labels=tuple(f"M{n}" for n in range(len(points))),
            centre=centre,
            lower=centre - reach,
            upper=centre + reach,
            value=written,
            language=language,
            marked=tuple(marked),
            good=good,
        ),
        **fields,  # type: ignore[arg-type]
    )


def test_points_limits_and_centre_stand_on_one_scale() -> None:
    drawing = xmr(control([50, 60, 40, 50, 50, 50], reach=20))
    centre, upper, lower, line = [s for s in drawing.shapes if isinstance(s, Line)]
    assert centre.dash == ()
    assert upper.dash == lower.dash != ()
    middle = centre.points[0][1]
    assert middle - upper.points[0][1] == pytest.approx(lower.points[0][1] - middle)
    heights = [y for _, y in line.points]
    assert heights[0] == pytest.approx(middle)
    # 60 lies half as far from the centre as the limit of 70.
    assert middle - heights[1] == pytest.approx((middle - upper.points[0][1]) / 2)


def test_the_points_of_a_signal_have_a_ring_as_well_as_a_colour() -> None:
    drawing = xmr(control([1, 2, 1, 2, 1, 9], marked=(5,), good=False))
    rings = [s for s in drawing.shapes if isinstance(s, Dot) and s.stroke]
    dots = [s for s in drawing.shapes if isinstance(s, Dot) and not s.stroke]
    assert len(rings) == 1
    assert len(dots) == 6
    assert {ring.stroke for ring in rings} == {PALETTE.bad}
    plain = xmr(control([1, 2, 1, 2, 1, 9]))
    assert not [s for s in plain.shapes if isinstance(s, Dot) and s.stroke]


def test_limits_are_named_with_their_figures_and_the_last_point_has_its_own() -> None:
    drawing = xmr(control([50, 60, 40, 50, 50, 53], reach=20))
    assert {"Upper 70.5", "Centre 50.5", "Lower 30.5"} <= set(said(drawing))
    (last,) = [t for t in texts(drawing) if t.text == "53"]
    assert last.weight == 700


def test_months_that_were_not_reported_leave_a_gap() -> None:
    drawing = xmr(control([1, 2, 3], positions=(0, 1, 4)))
    line = next(s for s in drawing.shapes if isinstance(s, Line) and s.stroke == PALETTE.actual)
    xs = [x for x, _ in line.points]
    assert xs[2] - xs[1] == pytest.approx(3 * (xs[1] - xs[0]))


@pytest.mark.parametrize("count", [2, 7, 13, 19, 24])
def test_the_months_named_below_a_control_chart_are_evenly_apart(count: int) -> None:
    drawing = xmr(control([n % 3 for n in range(count)]))
    named = [int(text[1:]) for text in said(drawing) if re.fullmatch(r"M\d+", text)]
    assert named[-1] == count - 1
    assert len(named) > 1
    assert len({later - earlier for earlier, later in pairwise(named)}) == 1


def test_a_new_definition_is_marked_and_named_on_a_control_chart() -> None:
    drawing = xmr(control([1, 2, 1, 2, 1, 2], redefined="New definition from May"))
    assert "New definition from May" in said(drawing)
    upright = [s for s in drawing.shapes if isinstance(s, Line) and s.dash == (2, 2)]
    assert len(upright) == 1


def test_figures_that_never_move_are_one_line_in_the_middle() -> None:
    drawing = xmr(control([5.0] * 8, reach=0))
    assert_legible(drawing)
    assert {"Upper 5", "Centre 5", "Lower 5"} <= set(said(drawing))


def test_control_charts_have_one_size_whatever_they_show() -> None:
    sizes = {
        (drawing.width, drawing.height)
        for drawing in (
            xmr(control([1, 2, 1, 2, 1, 9], (5,), False)),
            xmr(control([5.0] * 24, reach=0)),
            xmr(control([-1e9, 1e9] * 12, reach=1e10)),
        )
    }
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("language", "alt"),
    [
        (
            "en",
            "Net revenue: m€, Apr 2025 to Oct 2026. M5 9; centre 3, limits −7 to 13.",
        ),
        (
            "ja",
            "Net revenue：m€, Apr 2025 to Oct 2026。M5は9、中心線3、管理限界−7〜13。",
        ),
    ],
)
def test_a_control_chart_says_last_point_and_limits(language: str, alt: str) -> None:
    figures = control([1, 2, 2, 2, 2, 9], (5,), language=language)
    assert xmr(figures).alt == alt


@settings(max_examples=120, deadline=None)
@given(
    st.lists(figure, min_size=1, max_size=24),
    st.floats(0, 1e12),
    st.booleans(),
    st.sampled_from(["en", "ja"]),
)
def test_control_charts_can_be_read_whatever_the_figures(
    points: list[float], reach: float, marked: bool, language: str
) -> None:
    rings = range(max(0, len(points) - 8), len(points)) if marked else ()
    drawing = xmr(control(points, rings, True, reach, language))
    assert_legible(drawing)
    assert_inside(drawing)
    ElementTree.fromstring(to_svg(drawing, "Inter"))


def test_each_signal_has_a_mark_of_its_own_without_colour() -> None:
    drawn = {
        signal: tuple(
            (round(s.x, 2), round(s.y, 2))
            for s in signal_mark(signal, None, "en").shapes
            if isinstance(s, Dot)
        )
        for signal in Signal
    }
    assert len(set(drawn.values())) == len(Signal)
    assert signal_mark(Signal.BELOW, False, "ja").alt == "管理下限を下回る"
    for signal in Signal:
        assert_inside(signal_mark(signal, True, "en"))


# ---- Landings -------------------------------------------------------------------------------


def landing(**fields: object) -> LandingFigures:
    usual = {"to_date": 50.0, "landing": 90.0, "plan": 100.0}
    return LandingFigures(name="Revenue", value=written, language="en", **{**usual, **fields})  # type: ignore[arg-type]


def solid(drawing: Drawing) -> Rect:
    (bar,) = rects(drawing, PALETTE.actual)
    return bar


def hatched(drawing: Drawing) -> Rect:
    (bar,) = [r for r in rects(drawing, PALETTE.paper) if r.stroke == PALETTE.actual]
    return bar


def plan_line(drawing: Drawing) -> float:
    (line,) = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 1.8]
    return line.points[0][0]


def test_to_date_is_solid_and_the_landing_hatched_on_one_scale() -> None:
    (drawing,) = landings([landing()])
    reached, whole = solid(drawing), hatched(drawing)
    assert whole.width + 1 == pytest.approx(reached.width * 90 / 50)
    assert plan_line(drawing) - reached.x == pytest.approx(2 * reached.width)
    assert [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 0.8]


def test_every_plan_of_a_table_stands_on_one_line() -> None:
    drawn = landings([landing(), landing(plan=7.0, landing=8.0, to_date=1.0)])
    assert plan_line(drawn[0]) == pytest.approx(plan_line(drawn[1]))


def test_a_level_to_date_is_a_thinner_bar_than_an_amount() -> None:
    amount, level = landings([landing(), landing(cumulative=False)])
    assert solid(level).height < solid(amount).height


def test_range_outlook_original_plan_and_prior_year_have_signs_of_their_own() -> None:
    full = landing(low=80.0, high=95.0, outlook=97.0, original=104.0, prior=70.0)
    (drawing,) = landings([full])
    assert [s for s in drawing.shapes if isinstance(s, Dot) and s.fill == PALETTE.paper]
    assert [s for s in drawing.shapes if isinstance(s, Line) and s.dash == (2, 1.5)]
    assert len(rects(drawing, PALETTE.prior)) == 1
    stops = [s for s in drawing.shapes if isinstance(s, Line) and s.stroke_width == 1.1]
    assert len(stops) == 3  # the range and a stop at each of its ends
    assert_inside(drawing)


def test_a_landing_far_beyond_plan_is_cut_with_a_break_mark() -> None:
    (drawing,) = landings([landing(landing=400.0)])
    assert breaks(drawing) == 1
    assert breaks(landings([landing(landing=140.0)])[0]) == 0


def test_a_loss_and_a_plan_of_zero_have_an_axis_of_their_own() -> None:
    for figures in (
        landing(plan=-20.0, landing=-30.0, to_date=-10.0),
        landing(plan=0.0, landing=3.0, to_date=2.0),
        landing(plan=None, landing=3.0, to_date=2.0),
        landing(plan=5.0, landing=-3.0, to_date=-2.0),
        landing(plan=0.0, landing=0.0, to_date=0.0),
    ):
        (drawing,) = landings([figures])
        assert_inside(drawing)
        assert hatched(drawing)


def test_no_landing_is_a_dash_and_is_said() -> None:
    (drawing,) = landings([landing(landing=None)])
    assert said(drawing) == ["–"]
    assert drawing.alt == "Revenue: no landing available."


def test_a_landing_says_its_figures() -> None:
    (drawing,) = landings([landing(low=80.0, high=95.0)])
    assert drawing.alt == (
        "Revenue, the fiscal year so far and where it will land: to date 50, landing 90, "
        "80% range 80 to 95, plan 100."
    )


def test_the_key_names_the_signs_in_use_and_no_others() -> None:
    key = landings_key([landing()], "en")
    assert key is not None
    assert said(key) == ["To date", "Landing", "Year plan (100%)"]
    assert_legible(key)
    full = landings_key([landing(low=80.0, high=95.0, outlook=97.0, original=1.0, prior=1.0)], "ja")
    assert full is not None
    assert len(said(full)) == 7
    assert_legible(full)
    assert landings_key([landing(landing=None)], "en") is None


maybe = st.one_of(st.none(), figure)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(maybe, maybe, maybe, maybe, maybe, maybe, maybe, maybe, st.booleans()),
        min_size=1,
        max_size=5,
    )
)
def test_landings_stay_inside_whatever_the_figures(rows: list[tuple[object, ...]]) -> None:
    names = ("to_date", "landing", "low", "high", "plan", "original", "outlook", "prior")
    made = [landing(**dict(zip((*names, "cumulative"), row, strict=True))) for row in rows]
    for drawing in landings(made):
        assert_inside(drawing)
        assert_legible(drawing)
        ElementTree.fromstring(to_svg(drawing, "Inter"))


def test_equal_insights_give_equal_drawings() -> None:
    def make() -> list[str]:
        drawn = [
            bridges([bridge(100, [("A", -4), ("B", 1)])]),
            xmr(control([1, 2, 1, 2, 1, 9], (5,))),
            *landings([landing()]),
        ]
        return [to_svg(drawing, "Inter") for drawing in drawn]

    assert make() == make()


@pytest.mark.parametrize("hostile", ['<script>&"', "\x00\x1f\ufffe", "\u202eabc"])
def test_hostile_names_stay_text_in_every_chart(hostile: str) -> None:
    for drawing in (
        bridges([bridge(1, [(hostile, 1)])]),
        xmr(control([1, 2, 3, 1, 2, 3], title=hostile, subtitle=hostile)),
        *landings([replace(landing(), name=hostile)]),
    ):
        svg = to_svg(drawing, "Inter")
        tags = {element.tag.split("}")[-1] for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "g", "path", "circle", "text"}
