"""Turn the goals into the table of their definitions, and say what the words on the pages mean."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Direction
from kpixl.pack.definition_contexts import ChangeRow, DefinitionRow, DefinitionsPage
from kpixl.pack.drawings import anchor
from kpixl.pack.paper import BODY_WIDTH, line_count, lines_taken
from kpixl.pack.table_room import (
    DEFINED,
    Cell,
    name_cell,
    name_room,
    page_turns,
    row_height,
)
from kpixl.pack.text_width import text_width
from kpixl.pack.wording import listed
from kpixl.review.change_sentences import change_text
from kpixl.review.figures import GoalReview, Review
from kpixl.review.originals import revised_goals, revision_month
from kpixl.review.periods import month_name
from kpixl.review.reorganised import Change
from kpixl.review.sentences import style_of
from kpixl.words import say, word

TERM_WIDTH = 485.0
TYPE = 10.0  # px: the type of the table, 7.5 pt
TITLE, HEAD = 36.0, 21.0
MM = 96 / 25.4
AROUND = 9.2  # px beside a text, in its cell
WIDEST = (90.0, 220.0, 115.0, 62.0, 85.0, 76.0)
"""What the columns up to the formula may take; what is wider wraps."""
FORMULA, WHY = 125.0, 400.0
"""A formula may take more than that as long as the reason keeps so much: it is what is read."""
CHANGE_COLUMNS = (30 * MM - AROUND, 75 * MM - AROUND, BODY_WIDTH - 105 * MM - AROUND)
CHANGES_HEAD = 40.0


def definitions_page(review: Review, language: str) -> DefinitionsPage:
    """How every goal of ``review`` is defined, in tree order, and what the words mean."""
    title = word("page.definitions", language)
    rows = tuple(_definition(review, goal, language) for goal in review.goals)
    changes = tuple(_change(review, change, language) for change in review.changes)
    terms = _balanced(_terms(review, language))
    widths = _widths(rows, language)
    heights = [
        *(_height(row, widths) for row in rows),
        *_change_heights(changes),
        _terms_height(terms, language),
    ]
    return DefinitionsPage(
        template="definitions.html",
        title=title,
        bookmark=title,
        anchor="definitions",
        widths=widths,
        rows=rows,
        terms=terms,
        changes=changes,
        page_turns=page_turns(heights, TITLE, HEAD, groups=_groups(rows, changes)),
    )


def _widths(rows: Sequence[DefinitionRow], language: str) -> tuple[float, ...]:
    """The columns' widths: what the texts need and no more, so that the reasons for the goals,
    which take the rest, stand on as few lines as can be. What they do not need is shared out."""

    def needed(head: str, texts: Sequence[str]) -> float:
        words = [text_width(text, TYPE) for text in texts]
        return max([text_width(head, TYPE, 600), *words]) + AROUND + 2

    names = [name_room(row.name, "", row.depth) + AROUND for row in rows]
    wanted = (
        needed("ID", [row.id for row in rows]),
        max([needed(word("page.goal", language), ()), *names]),
        needed(word("page.owner", language), [row.owner for row in rows]),
        needed(word("page.unit", language), [row.unit for row in rows]),
        needed(word("page.direction", language), [row.direction for row in rows]),
        needed(word("page.aggregation", language), [row.aggregation for row in rows]),
    )
    taken = [min(width, most) for width, most in zip(wanted, WIDEST, strict=True)]
    left = BODY_WIDTH - sum(taken)
    formula = needed(word("page.formula", language), [row.formula for row in rows])
    formula = min(formula, max(FORMULA, left - WHY))
    why = needed(word("page.why", language), [row.why for row in rows])
    spare = max(0.0, left - formula - why) / (len(taken) + 2)
    return tuple(round(width + spare, 1) for width in (*taken, formula, min(why, left - formula)))


def _height(row: DefinitionRow, widths: Sequence[float]) -> float:
    name = name_cell(row.name, "", row.depth, widths[1])
    texts = (row.id, "", row.owner, row.unit, row.direction, row.aggregation, row.formula, row.why)
    cells = [Cell(text, width - AROUND) for text, width in zip(texts, widths, strict=True)]
    return row_height(DEFINED, [name, *cells])


def _groups(rows: Sequence[DefinitionRow], changes: Sequence[ChangeRow]) -> tuple[int, ...]:
    """Where a page had best begin: with what follows the table, so that it is not torn."""
    return tuple({len(rows), len(rows) + len(changes)})


def _change(review: Review, change: Change, language: str) -> ChangeRow:
    goal = review.by_id.get(change.goal)
    return ChangeRow(
        month=month_name(change.month, language),
        name=change.name,
        anchor=anchor(goal) if goal is not None else "",
        text=change_text(change, language),
    )


def _change_heights(changes: Sequence[ChangeRow]) -> list[float]:
    """The rows' heights; the first brings the heading and the table's head with it."""
    heights = [
        row_height(
            DEFINED,
            [Cell(row.name, CHANGE_COLUMNS[1], 700), Cell(row.text, CHANGE_COLUMNS[2])],
        )
        for row in changes
    ]
    return [CHANGES_HEAD + HEAD + heights[0], *heights[1:]] if heights else []


def _terms_height(terms: Sequence[Sequence[tuple[str, str]]], language: str) -> float:
    line = 14.5 if language == "ja" else 13.5
    sides = [
        sum((1 + lines_taken(text, TERM_WIDTH, 10)) * line + 5.3 for _, text in side)
        for side in terms
    ]
    return max(sides) + 38


def _balanced(terms: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The terms in two columns that are about as high."""
    heights = [1.5 + line_count(text, TERM_WIDTH, 10) for _, text in terms]
    half = min(range(len(terms) + 1), key=lambda n: abs(sum(heights[:n]) - sum(heights[n:])))
    return tuple(terms[:half]), tuple(terms[half:])


def _definition(review: Review, goal: GoalReview, language: str) -> DefinitionRow:
    style = style_of(review, goal, language)
    direction = word(f"direction.{goal.goal.direction.value}", language)
    if goal.goal.direction is Direction.RANGE and goal.goal.tolerance is not None:
        direction = f"{direction} ±{style.value(goal.goal.tolerance)}"
    rolled_up = word("page.rolled_up", language)
    return DefinitionRow(
        id=goal.goal.label,
        name=goal.goal.name,
        anchor=anchor(goal),
        level=goal.goal.level.value,
        depth=goal.depth,
        owner=goal.goal.owner,
        unit=word("page.score_unit", language) if goal.is_rollup else style.unit_label,
        direction=direction,
        aggregation="–"
        if goal.is_rollup
        else word(f"aggregation.{goal.goal.aggregation.value}", language),
        formula=goal.goal.formula_text or (rolled_up if goal.is_rollup else ""),
        why=goal.goal.why,
    )


def _terms(review: Review, language: str) -> tuple[tuple[str, str], ...]:
    settings = review.settings
    details = {
        "green": word("status.green", language),
        "amber": word("status.amber", language),
        "red": word("status.red", language),
    }

    def share(value: float) -> str:
        return f"{value * 100:g}%"

    limits = {
        "status": {"green_at": share(settings.green_at), "amber_at": share(settings.amber_at)},
        "rollup": {
            "cap": share(settings.rollup_cap), "green_at": share(settings.rollup_green_at)
        },
    }  # fmt: skip
    keys = (
        "gap", "attainment", "status", "to_date", *(("periods",) if settings.periods_shown else ()),
        "growth", "rollup", "pdca", "landing", "methods", "chance", "signal", "bridge", "leverage",
    )  # fmt: skip
    terms = [
        (
            word(f"page.term_{key}", language),
            say(f"page.term_{key}_text", language, **details, **limits.get(key, {})),
        )
        for key in keys
    ]
    return (*_in_force(review, language), *terms)


def _in_force(review: Review, language: str) -> tuple[tuple[str, str], ...]:
    """Since when a revision holds, and which goals' plans of the year it changes."""
    month = revision_month(review, language)
    if not month:
        return ()
    names = listed(revised_goals(review), language)
    text = say("page.term_in_force_text", language, month=month, names=names)
    return ((word("page.term_in_force", language), text),)
