"""Turn the KGIs' quarters, halves and year into charts: actual against plan, one chart a kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from kpixl.measures.kinds import Aggregation
from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import MonthFigures, MonthScale, MonthsFigures
from kpixl.pack.drawings import is_good_side, is_stock, named
from kpixl.pack.paper import BODY_WIDTH, GUTTER
from kpixl.pack.period_contexts import PeriodChart
from kpixl.review.figures import GoalReview, Review, SpanFigures
from kpixl.review.periods import fiscal_label, span_label, span_so_far
from kpixl.review.sentences import style_of
from kpixl.review.spans import KINDS, YEAR
from kpixl.words import say, word

HEIGHT, LOWER = 168.0, 140.0
SLOT, NARROWEST = 116.0, 212.0
AFTER = 9.5
"""Below a line of charts, in pixels."""


def period_charts(
    review: Review, goals: Sequence[GoalReview], language: str
) -> tuple[Drawing | None, tuple[tuple[PeriodChart, ...], ...]]:
    """The key to the signs of all charts, and for each of ``goals`` that has a figure in any period
    its charts, one a kind of period; None and no charts where none has."""
    shown = [goal for goal in goals if any(_told(entry) for entry in goal.spans)]
    height = HEIGHT if len(shown) < 2 else LOWER
    figures = [_figures(review, goal, language) for goal in shown]
    if not shown:
        return None, ()
    key = charts.months_key(
        [one for group in figures for one in group],
        [is_stock(goal) for goal, group in zip(shown, figures, strict=True) for _ in group],
        language,
    )
    lines = tuple(_line(goal, group, height) for goal, group in zip(shown, figures, strict=True))
    return key, lines


def charts_height(lines: Sequence[Sequence[PeriodChart]]) -> float:
    """What the lines of charts take of a page."""
    return sum(max(chart.drawing.height for chart in line) + AFTER for line in lines)


def _told(entry: SpanFigures) -> bool:
    return entry.figures.actual is not None


def _line(
    goal: GoalReview, figures: Sequence[MonthsFigures], height: float
) -> tuple[PeriodChart, ...]:
    line = is_stock(goal)
    scales = _scales(goal, figures)
    widths = _widths([len(one.months) for one in figures])
    return tuple(
        PeriodChart(charts.months(one, width, height, scale, line=line, key=False), width)
        for one, width, scale in zip(figures, widths, scales, strict=True)
    )


def _scales(goal: GoalReview, figures: Sequence[MonthsFigures]) -> list[MonthScale]:
    """Amounts of a quarter and of a year are on scales of their own; levels and ratios on one."""
    line = is_stock(goal)
    if goal.goal.aggregation is Aggregation.SUM and not goal.is_rollup:
        return [charts.common_scale([one], line) for one in figures]
    return [charts.common_scale(figures, line)] * len(figures)


def _widths(counts: Sequence[int]) -> list[float]:
    wanted = [max(NARROWEST, SLOT * count) for count in counts]
    room = BODY_WIDTH - GUTTER * (len(counts) - 1)
    scale = min(1.0, room / sum(wanted))
    return [float(int(width * scale)) for width in wanted]


def _figures(review: Review, goal: GoalReview, language: str) -> list[MonthsFigures]:
    entries = sorted(goal.spans, key=lambda entry: KINDS.index(entry.span.kind))
    return [
        _of_kind(review, goal, kind, list(group), language)
        for kind, group in groupby(entries, key=lambda entry: entry.span.kind)
    ]


def _of_kind(
    review: Review, goal: GoalReview, kind: str, entries: Sequence[SpanFigures], language: str
) -> MonthsFigures:
    style = style_of(review, goal, language)
    slots = [_slot(review, goal, entry, language) for entry in entries]
    if kind == YEAR and not entries[-1].complete and goal.landing.leading is not None:
        slots.append(_landing(goal, language))
    subtitle = say(
        f"chart_text.periods_{kind}", language,
        unit=style.unit_label or word("chart_text.count", language),
        year=fiscal_label(review.month, review.settings, language),
    )  # fmt: skip
    return MonthsFigures(
        title=goal.goal.name,
        subtitle=subtitle,
        months=tuple(slots),
        review=len(entries) - 1,
        value=style.bare,
        signed=style.bare_change,
        language=language,
        name=named(goal, style.unit_label, language),
        direction=goal.goal.direction,
        step="period",
    )


def _slot(review: Review, goal: GoalReview, entry: SpanFigures, language: str) -> MonthFigures:
    figures = entry.figures
    compared = figures.plan_months > 0 and figures.actual is not None
    return MonthFigures(
        label=_label(review, entry, language),
        actual=figures.actual,
        plan=figures.plan,
        prior=figures.prior,
        difference=figures.difference,
        good=is_good_side(goal, figures.actual, figures.plan) if compared else None,
    )


def _label(review: Review, entry: SpanFigures, language: str) -> str:
    """The period's name; where months that are over have no actual, how many of how many have."""
    n, m = entry.figures.months_reported, entry.figures.months_expected
    if n and n < m:
        name = span_label(entry.span, review.settings, language)
        return say("period.covered", language, span=name, n=n, m=m)
    return span_so_far(entry.span, review.month, review.settings, language)


def _landing(goal: GoalReview, language: str) -> MonthFigures:
    landing = goal.landing
    value, plan = landing.leading, landing.plan
    label = "page.landing_word" if landing.outlook is None else "page.outlook"
    return MonthFigures(
        label=word(label, language),
        plan=plan,
        prior=landing.prior,
        outlook=value,
        difference=None if value is None or plan is None else value - plan,
        good=is_good_side(goal, value, plan),
    )
