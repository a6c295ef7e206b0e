"""Turn figures into the sentence that a reader hears instead of seeing the chart."""

from __future__ import annotations

from typing import Optional, Sequence

from kpixl.pack.chart_figures import (
    BridgeFigures,
    BulletFigures,
    ControlFigures,
    LandingFigures,
    MonthsFigures,
    SparkFigures,
    TreeNode,
)
from kpixl.pack.chart_grid import changes_noted, last_reported
from kpixl.pack.chart_parts import known
from kpixl.review.show import enclosed
from kpixl.words import say, word


def months_alt(figures: MonthsFigures) -> str:
    """The last month against plan, how often the plan was missed, what is missing, what is
    outlook, and what was planned before a revision."""
    language = figures.language
    name = figures.name or figures.title
    last = last_reported(figures)
    if last is None:
        return say("chart.alt.months.none", language, name=name)
    month = figures.months[last]
    actual, plan = known(month.actual), known(month.plan)
    code = "chart.alt.months" if last else "chart.alt.month"
    texts = {
        "name": name,
        "first": figures.months[0].label,
        "last": month.label,
        "actual": figures.value(actual) if actual is not None else "",
        "plan": figures.value(plan) if plan is not None else "",
    }
    sentences = [say(code if plan is not None else f"{code}.no_plan", language, **texts)]
    sentences += _standing(figures)
    due = range(max(figures.review, last) + 1)
    missing = [
        i for i in due if i < len(figures.months) and known(figures.months[i].actual) is None
    ]
    ahead = [
        i
        for i, each in enumerate(figures.months)
        if known(each.actual) is None and known(each.outlook) is not None
    ]
    outlook = f"chart.alt.outlook{_stepped(figures)}"
    for code, indices in (("chart.alt.missing", missing), (outlook, ahead)):
        if indices:
            sentences.append(say(code, language, months=_listed(figures, indices)))
    # As on the chart, a note is a phrase: here it has to end.
    stop = word("chart.alt.stop", language)
    sentences += [f"{note}{stop}" for _, note in changes_noted(figures)]
    before = [
        f"{each.label} {figures.value(original)}"
        for each in figures.months
        if (original := known(each.original)) is not None
    ]
    if before:
        listed = word("chart.alt.listed", language).join(before)
        sentences.append(say("chart.alt.original", language, months=listed))
    return join(sentences, language)


def _stepped(figures: MonthsFigures) -> str:
    return "" if figures.step == "month" else f".{figures.step}"


def _standing(figures: MonthsFigures) -> list[str]:
    judged = [month.good for month in figures.months if known(month.actual) is not None]
    compared = [good for good in judged if good is not None]
    if not compared:
        return []
    alone = ".one" if len(compared) == 1 else ""
    return [
        say(
            f"chart.alt.worse.{figures.direction.value}{_stepped(figures)}{alone}",
            figures.language,
            worse=compared.count(False),
            compared=len(compared),
        )
    ]


def _listed(figures: MonthsFigures, indices: list[int]) -> str:
    """Months as runs: "May, Nov to Mar"."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    texts = []
    for run in runs:
        first, last = figures.months[run[0]].label, figures.months[run[-1]].label
        several = len(run) > 1
        texts.append(
            say("chart.alt.to", figures.language, first=first, last=last) if several else first
        )
    return word("chart.alt.listed", figures.language).join(texts)


def join(sentences: list[str], language: str) -> str:
    """Sentences in a row: Japanese ones stand without a space between."""
    return ("" if language == "ja" else " ").join(sentences)


def bullets_alt(figures: BulletFigures) -> str:
    """Every row's name, figure, gap and status."""
    language = figures.language
    rows = [
        say(
            "chart.alt.bullet",
            language,
            name=row.name,
            value=row.value,
            gap=enclosed(row.gap),
            status=word(f"status.{row.status.value}", language),
        )
        for row in figures.rows
    ]
    if figures.note:
        rows.append(figures.note + word("chart.alt.stop", language))
    return say(
        "chart.alt.bullets.one" if len(figures.rows) == 1 else "chart.alt.bullets",
        language,
        title=figures.title,
        count=len(figures.rows),
        rows=join(rows, language),
    )


def spark_alt(figures: SparkFigures) -> str:
    """The lowest, highest and last figure of the trend."""
    values = [value for value in map(known, figures.values) if value is not None]
    if not values:
        return say("chart.alt.spark.none", figures.language, name=figures.name)
    return say(
        "chart.alt.spark",
        figures.language,
        name=figures.name,
        count=len(figures.values),
        low=figures.value(min(values)),
        high=figures.value(max(values)),
        last=figures.value(values[-1]),
    )


def tree_alt(title: str, nodes: Sequence[TreeNode], language: str) -> str:
    """Every goal of the drawing with its gap and status, in tree order."""
    goals = [
        say(
            "chart.alt.tree.node" if node.gap else "chart.alt.tree.node.none",
            language,
            name=node.name,
            gap=node.gap,
            status=word(f"status.{node.status.value}", language),
        )
        for node in nodes
    ]
    listed = word("chart.alt.listed", language).join(goals)
    return say("chart.alt.tree", language, title=title, nodes=listed)


def bridges_alt(panels: Sequence[BridgeFigures]) -> str:
    """Each bridge's two ends and its parts in their order."""
    sentences = []
    for panel in panels:
        language = panel.language
        parts = [f"{part.name} {panel.signed(part.value)}" for part in panel.parts]
        sentences.append(
            say(
                "chart.alt.bridge",
                language,
                name=panel.name,
                period=panel.period,
                plan=panel.value(panel.plan),
                actual=panel.value(panel.actual),
                parts=word("chart.alt.listed", language).join(parts),
            )
        )
    return join(sentences, panels[0].language)


def control_alt(figures: ControlFigures) -> str:
    """The last point, centre and limits, and a changed definition. What the chart signals is said
    by the sentence that stands below it, and would be heard twice."""
    sentences = [
        say(
            "chart.alt.control",
            figures.language,
            name=figures.title,
            what=figures.subtitle,
            last=figures.value(figures.points[-1]),
            month=figures.labels[-1],
            centre=figures.value(figures.centre),
            lower=figures.value(figures.lower),
            upper=figures.value(figures.upper),
        ),
        figures.redefined,
    ]
    return join([sentence for sentence in sentences if sentence], figures.language)


def landing_alt(figures: LandingFigures) -> str:
    """To date, landing with its range, plan in force and original, outlook, prior year."""
    language = figures.language
    if known(figures.landing) is None:
        return say("chart.alt.landing.none", language, name=figures.name)
    low, high = known(figures.low), known(figures.high)
    between = (
        say("chart.alt.to", language, first=figures.value(low), last=figures.value(high))
        if low is not None and high is not None
        else ""
    )

    def text(value: Optional[float]) -> str:
        return figures.value(value) if value is not None and known(value) is not None else ""

    named = (
        ("to_date", text(figures.to_date)),
        ("landing", text(figures.landing)),
        ("range", between),
        ("plan", text(figures.plan)),
        ("original", text(figures.original)),
        ("outlook", text(figures.outlook)),
        ("prior", text(figures.prior)),
    )
    facts = [
        say("chart.alt.fact", language, what=word(f"chart.landing.{key}", language), value=value)
        for key, value in named
        if value
    ]
    listed = word("chart.alt.listed", language).join(facts)
    return say("chart.alt.landing", language, name=figures.name, facts=listed)
