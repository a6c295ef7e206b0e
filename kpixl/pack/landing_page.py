"""Turn landings into the landing table: where each goal's year will end, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack import charts
from kpixl.pack.canvas import Drawing
from kpixl.pack.columns import (
    APART,
    REGULAR,
    Column,
    Fit,
    at_most,
    fitted,
    names,
    needed,
    picture,
    type_size,
)
from kpixl.pack.drawings import anchor, is_good
from kpixl.pack.insight_contexts import LandingPage, LandingRow
from kpixl.pack.insight_drawings import landing_figures
from kpixl.pack.outlook_rows import outlook_rows, record_text
from kpixl.pack.paper import BODY_HEIGHT, sentence_height
from kpixl.pack.table_room import (
    WEIGHTS,
    YEARS,
    Cell,
    name_cell,
    name_room,
    notes_height,
    page_turns,
    row_height,
)
from kpixl.pack.wording import listed
from kpixl.plan.model import Level
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insight_sentences import (
    beyond_best,
    chance_text,
    required_text,
    year_figures,
)
from kpixl.review.insights import Landing
from kpixl.review.periods import dated_month, fiscal_label, short_month
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle
from kpixl.words import say, word

CHART_SIZE = (112.0, 16.0)
WIDEST_UNIT = 70.0
TITLE, KEY, HEAD = 36.0, 24.0, 32.0
RECORDS_HEAD, LEAST_RECORDS, MOST_RECORDS = 64.0, 0.3, 0.6
"""Of a page: what is less would look lost alone on it, what is more has one anyway."""
TOGETHER = 3  # rows at the table's end, as the style sheet has it


def landing_pages(review: Review, language: str) -> tuple[LandingPage, ...]:
    """The landing table in tree order; no page where no goal's year can be told."""
    shown = [goal for goal in review.goals if goal.source != "none"]
    if not any(goal.landing.leading is not None for goal in shown):
        return ()
    figures = [landing_figures(review, goal, language) for goal in shown]
    drawn = charts.landings(figures, *CHART_SIZE)
    rows = tuple(
        _row(review, goal, chart, language) for goal, chart in zip(shown, drawn, strict=True)
    )
    revised = any(row.original or row.gap_original for row in rows)
    expected = any(row.outlook for row in rows)
    fit = _fit(rows, revised, expected, language)
    year, lead = fiscal_label(review.month, review.settings, language), _lead(shown, language)
    notes = _notes(shown, language)
    above = TITLE + sentence_height(lead, language, 11.4) + KEY
    owners = outlook_rows(review, language)
    owners_note = word("page.note_record", language) if owners else ""
    records = _records_height(len(owners), owners_note)
    turns, apart = _page_turns(rows, fit, above, notes_height(notes), records)
    title = say("page.landing_of", language, year=year)
    return (
        LandingPage(
            template="landing.html",
            title=title,
            bookmark=word("page.landing", language),
            anchor="landing",
            lead=lead,
            key=charts.landings_key(figures, language),
            revised=revised,
            expected=expected,
            widths=fit.widths,
            tight=fit.size < 1,
            size=type_size(fit.size),
            close=fit.close,
            rows=rows,
            notes=notes,
            page_turns=turns,
            records_title=say("page.continued", language, title=title) if apart else "",
            owners=owners,
            owners_note=owners_note,
        ),
    )


def _row(review: Review, goal: GoalReview, chart: Drawing, language: str) -> LandingRow:
    landing, style = goal.landing, style_of(review, goal, language)
    figures = year_figures(landing)
    plain = "–" if goal.is_rollup else None
    revised = landing.original is not None and landing.plan is not None and (
        style.value(landing.original) != style.value(landing.plan)
    )  # fmt: skip
    required = landing.required
    return LandingRow(
        name=goal.goal.name,
        anchor=anchor(goal),
        level=goal.goal.level.value,
        depth=goal.depth,
        unit=word("page.score_unit", language) if goal.is_rollup else style.unit_label,
        plan=plain or style.value(landing.plan),
        original=style.value(landing.original) if revised else "",
        to_date=style.value(goal.to_date.actual),
        landing=style.value(landing.value) + ("*" if landing.estimated else ""),
        method=_method(goal, language),
        error="" if landing.error is None else f"±{style.style.percent(landing.error)}",
        outlook="" if landing.outlook is None else style.value(landing.outlook),
        leading="landing" if landing.outlook is None else "outlook",
        gap=style.gap(figures.gap, figures.gap_pct),
        gap_pct=style.style.gap_share(figures.gap_pct),
        good=is_good(figures),
        chance=chance_text(landing, style.style.missing, language),
        required=required_text(review, goal, language),
        beyond_best=beyond_best(goal),
        best="" if required.best is None else style.value(required.best),
        best_in="" if required.best_in is None else dated_month(required.best_in, language),
        chart=chart,
        gap_original=_gap_original(landing, style),
        record=record_text(goal.outlooks, style, language) if landing.outlook is not None else "",
    )


def _gap_original(landing: Landing, style: GoalStyle) -> str:
    """The gap in % of the original plan, where that plan is another."""
    before = landing.against_original
    if before is None or before.gap_pct is None:
        return ""
    return style.style.gap_share(before.gap_pct)


def _page_turns(
    rows: Sequence[LandingRow], fit: Fit, above: float, notes: float, records: float
) -> tuple[frozenset[int], bool]:
    """The rows that begin a page, and whether the ``records`` do; the last rows stay together with
    the ``notes`` below them. The records have a page to themselves where that leaves the table
    whole; otherwise rows go over to them, so that they do not stand there alone."""
    heights = [_height(row, fit) for row in rows]
    last = max(0, len(rows) - TOGETHER)
    blocks = [*heights[:last], sum(heights[last:])]
    groups = [n for n, row in enumerate(rows[: last + 1]) if row.level == Level.CSF.value]
    alone = page_turns(blocks, above, HEAD, notes, groups)
    joined = page_turns(blocks, above, HEAD, notes + records, groups)
    if not records or joined == alone:
        return alone, False
    if records > BODY_HEIGHT * MOST_RECORDS:
        return alone, True
    if not alone and records >= BODY_HEIGHT * LEAST_RECORDS:
        return alone, True
    return joined, False


def _records_height(owners: int, note: str) -> float:
    """The height of the records of past outlooks, 0 for none."""
    return RECORDS_HEAD + YEARS.least * owners + notes_height([note]) if owners else 0.0


def _height(row: LandingRow, fit: Fit) -> float:
    name = name_cell(row.name, row.level, row.depth, fit.widths[0], fit.size)
    unit = Cell(row.unit, fit.widths[1] - fit.padding, size=10 * fit.size)
    return row_height(YEARS, (name, unit))


def _method(goal: GoalReview, language: str) -> str:
    """How the landing came about, in a word."""
    landing = goal.landing
    if landing.basis == "method" and landing.method is not None:
        return word(f"method.{landing.method.value}", language)
    if landing.basis in ("finished", "inputs", "rollup"):
        return word(f"page.basis_{landing.basis}", language)
    return "–"


def _lead(goals: Sequence[GoalReview], language: str) -> str:
    """How many of the years compared with a plan are set to reach it, or have reached it."""
    compared = [goal for goal in goals if year_figures(goal.landing).gap is not None]
    if not compared:
        return word("page.landing_uncompared", language)
    behind = [goal for goal in compared if is_good(year_figures(goal.landing)) is False]
    key = "page.landing_lead_finished" if _is_finished(compared) else "page.landing_lead"
    if len(compared) == 1:
        return word(f"{key}_one_{'missed' if behind else 'reached'}", language)
    return say(
        key,
        language,
        n=len(compared),
        reached=len(compared) - len(behind),
        missed=len(behind),
    )


def _is_finished(goals: Sequence[GoalReview]) -> bool:
    return all(goal.landing.months_left == 0 for goal in goals)


def _fit(rows: Sequence[LandingRow], revised: bool, expected: bool, language: str) -> Fit:
    def column(
        head: str, texts: Sequence[str], apart: float = 0, asides: Sequence[str] = ()
    ) -> Column:
        weights = [WEIGHTS.get(row.level, REGULAR) for row in rows] if asides else ()
        return needed(word(f"page.{head}", language), texts, apart, weights, asides=asides)

    columns = [
        names([name_room(row.name, row.level, row.depth) for row in rows]),
        at_most(WIDEST_UNIT, column("unit", [row.unit for row in rows])),
        column("year_plan", [row.plan for row in rows]),
    ]
    if revised:
        columns.append(column("before_revision", [row.original for row in rows]))
    columns.append(column("to_date", [row.to_date for row in rows]))
    columns.append(column("landing_word", [row.landing for row in rows]))
    method = len(columns)
    columns.append(
        column("method", [row.method for row in rows], APART, [row.error for row in rows])
    )
    if expected:
        head, texts = word("page.outlook", language), [row.outlook for row in rows]
        columns.append(needed(head, texts, asides=[row.record for row in rows]))
    columns += [
        column("gap", [row.gap for row in rows]),
        column("gap_pct", [row.gap_pct for row in rows]),
    ]
    if revised:
        columns.append(column("against_original", [row.gap_original for row in rows]))
    columns += [
        column("chance", [row.chance for row in rows]),
        column("required", [row.required for row in rows]),
        column("best_month", [row.best for row in rows], 0, [row.best_in for row in rows]),
    ]
    figures = [n for n in range(2, len(columns)) if n != method]
    return fitted([*columns, picture(CHART_SIZE[0] + APART)], figures)


def _notes(goals: Sequence[GoalReview], language: str) -> tuple[str, ...]:
    """What the columns mean, as far as they are in use, and which past months are estimated."""
    landings = [goal.landing for goal in goals]
    foreseen = not _is_finished(goals)
    used = {
        "note_landing": foreseen,
        "note_outlook": any(landing.outlook is not None for landing in landings),
        "note_chance": foreseen and any(landing.chance is not None for landing in landings),
        "note_past_outlooks": any(
            goal.outlooks.telling and goal.landing.outlook is not None for goal in goals
        ),
        "note_required": any(landing.required.value is not None for landing in landings),
    }
    notes = [word(f"page.{key}", language) for key, wanted in used.items() if wanted]
    estimated = [
        say(
            "page.estimated", language, name=goal.goal.name,
            months=listed([short_month(month, language) for month in goal.landing.estimated],
                          language),
        )
        for goal in goals
        if goal.landing.estimated
    ]  # fmt: skip
    if estimated:
        notes.append(say("page.note_estimated", language, names=listed(estimated, language)))
    return tuple(notes)
