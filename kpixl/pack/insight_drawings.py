"""Turn landings, control charts and bridges into the figures of their charts."""

from __future__ import annotations

from kpixl.measures.kinds import Aggregation, Direction
from kpixl.measures.xmr import Limits, signalling
from kpixl.pack.chart_figures import BridgeFigures, BridgePart, ControlFigures, LandingFigures
from kpixl.pack.drawings import anchor
from kpixl.review.bridge_sentences import part_label
from kpixl.review.comparison import differ
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import Bridge, ControlChart, Part
from kpixl.review.periods import dated_month
from kpixl.review.sentences import style_of
from kpixl.words import say, word


def bridge_figures(
    review: Review, goal: GoalReview, bridge: Bridge, period: str, language: str
) -> BridgeFigures:
    """A goal's bridge from plan over its direct drivers to the actual.

    A bridge shows plain differences, so that plan and parts add up to the actual: what makes the
    gap of a Lower goal worse makes its figure larger. Colour says which is good.
    """
    style = style_of(review, goal, language)
    unit = style.unit_label or word("chart_text.count", language)
    difference = word(f"chart.difference.{goal.goal.direction.value}", language)
    return BridgeFigures(
        name=goal.goal.name,
        period=period,
        title=say("chart_text.bridge", language, period=period),
        subtitle=say("chart_text.bridge_unit", language, unit=unit, difference=difference),
        plan=bridge.plan,
        actual=bridge.actual,
        parts=tuple(_bridge_part(review, goal, bridge, part, language) for part in bridge.parts),
        value=style.bare,
        signed=style.bare_change,
        language=language,
    )


def _bridge_part(
    review: Review, goal: GoalReview, bridge: Bridge, part: Part, language: str
) -> BridgePart:
    driver = review.by_id.get(part.goal or "")
    lower = goal.goal.direction is Direction.LOWER and not bridge.is_difference
    return BridgePart(
        name=part_label(review, part, language),
        value=-part.value if lower else part.value,
        good=None if bridge.is_difference or not part.value else part.value > 0,
        anchor=anchor(driver) if driver is not None else "",
    )


def control_figures(
    review: Review, goal: GoalReview, control: ControlChart, language: str
) -> ControlFigures:
    """A goal's XmR chart: what its points are, in which unit and period, and its signal."""
    style = style_of(review, goal, language)
    unit = style.unit_label or word("chart_text.count", language)
    first, last = (
        dated_month(control.months[0], language),
        dated_month(control.months[-1], language),
    )
    subtitle = say(
        "chart_text.control_differences" if control.differences else "chart_text.control",
        language, unit=unit, first=first, last=last,
    )  # fmt: skip
    limits = Limits(
        control.centre, control.lower, control.upper, control.moving_range, control.range_limit
    )
    redefined = control.since in control.months if control.since is not None else False
    return ControlFigures(
        title=goal.goal.name,
        subtitle=subtitle,
        points=control.points,
        positions=tuple(month.index for month in control.months),
        labels=tuple(dated_month(month, language) for month in control.months),
        centre=control.centre,
        lower=control.lower,
        upper=control.upper,
        value=style.bare_change if control.differences else style.bare,
        language=language,
        marked=signalling(control.points, limits, control.signal) if control.signal else (),
        good=control.better,
        redefined=say(
            "chart.redefined", language, month=dated_month(control.since, language)
        ) if redefined and control.since is not None else "",
        anchor=anchor(goal),
    )  # fmt: skip


def landing_figures(review: Review, goal: GoalReview, language: str) -> LandingFigures:
    """A goal's landing as a row of the landing table."""
    landing, style = goal.landing, style_of(review, goal, language)
    plan, original = landing.plan, landing.original
    revised = plan is not None and original is not None and differ(plan, original)
    return LandingFigures(
        name=goal.goal.name,
        value=style.with_unit,
        language=language,
        to_date=goal.to_date.actual,
        landing=landing.value,
        low=landing.low,
        high=landing.high,
        plan=plan,
        original=original if revised else None,
        outlook=landing.outlook,
        prior=landing.prior,
        cumulative=goal.goal.aggregation is Aggregation.SUM and not goal.is_rollup,
    )
