"""Turn the goals into the table of their definitions, and say what the words on the pages mean."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Direction
from kpixl.pack.definition_contexts import ChangeRow, DefinitionRow, DefinitionsPage
from kpixl.pack.drawings import anchor
from kpixl.pack.paper import BODY_WIDTH, line_count, lines_taken
from kpixl.pack.table_room import DEFINED, Cell, name_cell, page_turns, row_height
from kpixl.pack.wording import listed
from kpixl.review.change_sentences import change_text
from kpixl.review.figures import GoalReview, Review
from kpixl.review.originals import revised_goals, revision_month
from kpixl.review.periods import month_name
from kpixl.review.reorganised import Change
from kpixl.review.sentences import style_of
from kpixl.words import say, word

TERM_WIDTH = 485.0
TITLE, HEAD = 36.0, 21.0
MM = 96 / 25.4
COLUMNS = tuple(mm * MM - 9.2 for mm in (21, 50, 29, 15, 21, 19, 44, 70))
"""The room for text in the template's columns."""
CHANGE_COLUMNS = (30 * MM - 9.2, 75 * MM - 9.2, BODY_WIDTH - 105 * MM - 9.2)
CHANGES_HEAD = 40.0


def definitions_page(review: Review, language: str) -> DefinitionsPage:
    """How every goal of ``review`` is defined, in tree order, and what the words mean."""
    title = word("page.definitions", language)
    rows = tuple(_definition(review, goal, language) for goal in review.goals)
    changes = tuple(_change(review, change, language) for change in review.changes)
    terms = _balanced(_terms(review, language))
    heights = [
        *(_height(row) for row in rows),
        *_change_heights(changes),
        _terms_height(terms, language),
    ]
    return DefinitionsPage(
        template="definitions.html",
        title=title,
        bookmark=title,
        anchor="definitions",
        rows=rows,
        terms=terms,
        changes=changes,
        page_turns=page_turns(heights, TITLE, HEAD),
    )


def _height(row: DefinitionRow) -> float:
    name = name_cell(row.name, "", row.depth, COLUMNS[1] + 9.2)
    texts = (row.id, "", row.owner, row.unit, row.direction, row.aggregation, row.formula, row.why)
    cells = [Cell(text, width) for text, width in zip(texts, COLUMNS, strict=True)]
    return row_height(DEFINED, [name, *cells])


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
