"""Turn the quarters, halves and the year that Settings ask for into their page of the pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from kpixl.pack.columns import (
    PADDING,
    Column,
    Fit,
    at_most,
    fitted,
    names,
    needed,
    type_size,
)
from kpixl.pack.drawings import anchor, is_good
from kpixl.pack.paper import BODY_WIDTH, lines_taken
from kpixl.pack.period_charts import charts_height, period_charts
from kpixl.pack.period_contexts import PeriodCell, PeriodHead, PeriodRow, PeriodsPage
from kpixl.pack.summary import headline_goals
from kpixl.pack.table_room import (
    PERIODS,
    Cell,
    name_cell,
    name_room,
    notes_height,
    page_turns,
    row_height,
)
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import listed, mark
from kpixl.plan.model import Level
from kpixl.review.figures import Figures, GoalReview, Review, SpanFigures
from kpixl.review.periods import (
    fiscal_label,
    month_name,
    span_label,
    span_months,
    span_so_far,
)
from kpixl.review.sentences import style_of
from kpixl.review.spans import KINDS, YEAR, Span
from kpixl.words import say, word

WIDEST_UNIT, WIDEST_FIGURE = 70.0, 116.0
TITLE, KEY, HEAD = 36.0, 22.0, 50.0
HEAD_LINE = 11.7
SEPARATION = 8.4  # between periods, of which there may be seven
MARK = 14.0  # of a status, with the space behind it


def periods_pages(review: Review, language: str) -> tuple[PeriodsPage, ...]:
    """The page of periods; none where Settings ask for none, or nothing has a figure."""
    spans = review.spans
    shown = [goal for goal in review.goals if goal.spans]
    if not spans or not shown:
        return ()
    heads = tuple(_head(review, span, language) for span in spans)
    rows = tuple(_row(review, goal, language) for goal in shown)
    fit = _fit(rows, heads, language)
    key, lines = period_charts(review, headline_goals(review), language)
    notes = _notes(review, shown, language)
    above = TITLE + charts_height(lines) + (KEY if key is not None else 0)
    return (
        PeriodsPage(
            template="periods.html",
            title=_title(review, language),
            bookmark=word("page.periods", language),
            anchor="periods",
            key=key,
            charts=lines,
            heads=heads,
            widths=fit.widths,
            width=round(sum(fit.widths), 1),
            tight=fit.size < 1,
            size=type_size(fit.size),
            close=fit.close,
            rows=rows,
            notes=notes,
            page_turns=page_turns(
                [_height(row, fit) for row in rows],
                above,
                _head_height(heads, fit.widths),
                notes_height(notes),
                [n for n, row in enumerate(rows) if row.level == Level.CSF.value],
            ),
        ),
    )


def _title(review: Review, language: str) -> str:
    """``FY26 by quarter, half and year``."""
    asked = review.settings.periods_shown
    names = [word(f"page.kind_{kind}", language) for kind in KINDS if kind in asked]
    kinds = word("page.kinds_joint", language).join(names[:-1])
    kinds = word("page.kinds_last", language).join(filter(None, (kinds, names[-1])))
    year = fiscal_label(review.month, review.settings, language)
    return say("page.periods_title", language, year=year, kinds=kinds)


def _head(review: Review, span: Span, language: str) -> PeriodHead:
    months = span_months(span, review.month, language)
    label = span_so_far(span, review.month, review.settings, language)
    if span.is_complete(review.month):
        return PeriodHead(label, months)
    if span.kind != YEAR:
        return PeriodHead(label, months, (word("page.whole_plan", language),))
    ending = "page.year_end" if _has_outlook(review) else "page.landing_word"
    return PeriodHead(label, months, (word("page.year_plan", language), word(ending, language)))


def _has_outlook(review: Review) -> bool:
    return any(goal.landing.outlook is not None for goal in review.goals)


def _row(review: Review, goal: GoalReview, language: str) -> PeriodRow:
    style = style_of(review, goal, language)
    return PeriodRow(
        name=goal.goal.name,
        level=goal.goal.level.value,
        depth=goal.depth,
        anchor=anchor(goal),
        unit=word("page.score_unit", language) if goal.is_rollup else style.unit_label,
        cells=tuple(_cell(review, goal, entry, language) for entry in goal.spans),
    )


def _cell(review: Review, goal: GoalReview, entry: SpanFigures, language: str) -> PeriodCell:
    style, figures = style_of(review, goal, language), entry.figures
    whole: tuple[str, ...] = ()
    if not entry.complete:
        whole = ("–" if goal.is_rollup else style.value(entry.plan_whole),)
        if entry.span.kind == YEAR:
            whole = (*whole, style.value(goal.landing.leading))
    return PeriodCell(
        actual=style.value(figures.actual),
        plan="–" if goal.is_rollup else style.value(figures.plan),
        attainment=style.style.attainment(figures.attainment),
        mark=mark(figures.status, language),
        good=is_good(figures),
        whole=whole,
    )


def _fit(rows: Sequence[PeriodRow], heads: Sequence[PeriodHead], language: str) -> Fit:
    """A few periods do not fill the page: figures stay near each other."""
    units = needed(word("page.unit", language), [row.unit for row in rows], SEPARATION / 2)
    columns = [
        names([name_room(row.name, row.level, row.depth) for row in rows]),
        at_most(WIDEST_UNIT + SEPARATION / 2, units),
    ]
    for n, head in enumerate(heads):
        columns += _group(head, [row.cells[n] for row in rows], language)
    figures = range(2, len(columns))
    wanted = [max(WIDEST_FIGURE, columns[n].width) for n in figures]
    total = min(BODY_WIDTH, columns[0].width + columns[1].width + sum(wanted))
    return fitted(columns, figures, total)


def _group(head: PeriodHead, cells: Sequence[PeriodCell], language: str) -> list[Column]:
    """The columns of a period; what parts it from its neighbours is taken from the columns on both
    sides of it."""
    actual = needed(word("page.actual", language), [cell.actual for cell in cells])
    plan = _small([word("page.plan", language), *(cell.plan for cell in cells)])
    attained = needed(word("page.attainment_short", language), [cell.attainment for cell in cells])
    status = max(
        _small([cell.mark.word for cell in cells]), _small([word("page.status", language)]) - MARK
    )
    columns = [
        Column(max(actual.text, plan), actual.around + SEPARATION / 2),
        Column(max(attained.text - MARK, status), attained.around + MARK),
    ]
    if head.whole:
        texts = [text for cell in cells for text in cell.whole]
        heads = max(needed(text, ()).text for text in head.whole)
        columns.append(Column(max(heads, _small(texts, 10)), attained.around))
    last = columns[-1]
    columns[-1] = last._replace(around=last.around + SEPARATION / 2)
    # Its name stands above all of them on one line.
    named = text_width(head.label, 9.4, 600) + SEPARATION + PADDING
    missing = max(0.0, named - sum(column.width for column in columns)) / len(columns)
    return [column._replace(text=column.text + missing) for column in columns]


def _small(texts: Sequence[str], size: float = 9.4) -> float:
    """The width of the longest of ``texts`` in the second line of a cell."""
    return max((text_width(_tabular(text), size, 400) for text in texts), default=0.0)


def _tabular(text: str) -> str:
    """All digits are as wide as the widest."""
    return re.sub(r"\d", "0", text)


def _height(row: PeriodRow, fit: Fit) -> float:
    name = name_cell(row.name, row.level, row.depth, fit.widths[0], fit.size)
    unit = Cell(row.unit, fit.widths[1] - fit.padding, size=10 * fit.size)
    return row_height(PERIODS, (name, unit))


def _head_height(heads: Sequence[PeriodHead], widths: Sequence[float]) -> float:
    """The head's second line names months, which may wrap."""
    lines, first = 1, 2
    for head in heads:
        room = sum(widths[first : first + head.columns]) - SEPARATION - PADDING
        lines = max(lines, lines_taken(head.months, room, 9.4))
        first += head.columns
    return HEAD + lines * HEAD_LINE


def _notes(review: Review, goals: Sequence[GoalReview], language: str) -> tuple[str, ...]:
    notes = [word("page.note_periods", language)]
    if any(not span.is_complete(review.month) for span in review.spans):
        month = month_name(review.month, language)
        notes.append(say("page.note_running", language, month=month))
        if any(span.kind == YEAR for span in review.spans) and _has_outlook(review):
            notes.append(word("page.note_leading", language))
    charted = [goal for goal in headline_goals(review) if goal.spans]
    for key, shown, compared in (
        ("note_cover_periods", goals, _planned), ("note_cover_prior", charted, _before),
    ):  # fmt: skip
        parts = [
            part
            for span in review.spans
            for part in _covered(review, shown, span, compared, language)
        ]
        if parts:
            joint = word("page.cover_joint", language)
            notes.append(say(f"page.{key}", language, names=joint.join(parts)))
    return tuple(notes)


def _planned(figures: Figures) -> tuple[int, int]:
    """How many months the comparison with plan covers, of how many."""
    return figures.plan_months, figures.months_there


def _before(figures: Figures) -> tuple[int, int]:
    """The same of the prior year, which is nothing to tell where there is none at all."""
    return figures.prior_months or figures.months_reported, figures.months_reported


def _covered(
    review: Review,
    goals: Sequence[GoalReview],
    span: Span,
    compared: Callable[[Figures], tuple[int, int]],
    language: str,
) -> Iterator[str]:
    """Which goals' figures of a period cover how many of its months, where some are missing. What
    most of them have in common is said without their names, and last."""
    found: dict[tuple[int, int], list[str]] = {}
    count = 0
    for goal in goals:
        figures = next(entry.figures for entry in goal.spans if entry.span == span)
        if goal.is_rollup or not figures.months_reported:
            continue
        count += 1
        covered = compared(figures)
        if covered[0] < covered[1]:
            found.setdefault(covered, []).append(goal.goal.name)
    name = span_label(span, review.settings, language)
    for (n, m), short in sorted(found.items(), key=lambda entry: len(entry[1])):
        told = listed(short, language)
        if len(short) > max(2, count / 2):
            told = word("page.all_goals" if len(short) == count else "page.all_others", language)
        key = "page.note_covered_in_one" if m == 1 else "page.note_covered_in"
        yield say(key, language, period=name, n=n, m=m, names=told)
