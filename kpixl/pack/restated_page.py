"""Turn restatements into the page of figures that have changed since they were last published."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.measures.kinds import Status
from kpixl.pack.columns import (
    APART,
    SEPARATION,
    Column,
    Fit,
    at_most,
    fitted,
    marked,
    names,
    needed,
    type_size,
)
from kpixl.pack.contexts import Mark
from kpixl.pack.drawings import anchor
from kpixl.pack.insight_contexts import RestatedPage, RestatedRow
from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.wording import mark
from kpixl.review.cycle import is_derived
from kpixl.review.figures import Review
from kpixl.review.periods import date_name, dated_month
from kpixl.review.restated import Change, Restatement
from kpixl.review.restated_sentences import (
    change_text,
    difference_of,
    published_text,
    restated_sentence,
    restated_style,
    share_text,
)
from kpixl.words import word

WIDEST_UNIT = 70.0
FIGURES = (4, 5, 6, 7)


def restated_pages(
    review: Review, restated: Sequence[Restatement], language: str
) -> tuple[RestatedPage, ...]:
    """The restated figures of the review's goals; no page where there are none."""
    if not restated:
        return ()
    rows = tuple(
        _row(review, entry, n == 0 or restated[n - 1].goal != entry.goal, language)
        for n, entry in enumerate(restated)
    )
    fit = _fit(rows, language)
    became_final = all(entry.change is Change.TO_FINAL for entry in restated)
    title = word("restated.title_to_final" if became_final else "restated.title", language)
    return (
        RestatedPage(
            template="restated.html",
            title=title,
            bookmark=title,
            anchor="restated",
            lead=restated_sentence(review, restated, language),
            widths=fit.widths,
            tight=fit.size < 1,
            size=type_size(fit.size),
            close=fit.close,
            rows=rows,
            notes=_notes(review, restated, language),
        ),
    )


def _row(review: Review, entry: Restatement, first: bool, language: str) -> RestatedRow:
    goal = review.by_id[entry.goal]
    style = restated_style(review, entry, language)
    difference = difference_of(entry)
    return RestatedRow(
        name=goal.goal.name,
        anchor=anchor(goal),
        first=first,
        unit=word("page.score_unit", language) if goal.is_rollup else style.unit_label,
        month=dated_month(entry.month, language),
        measure=word(f"page.{entry.measure}", language),
        old=style.value(entry.old),
        new=style.value(entry.new),
        difference="–" if difference is None else style.change(difference),
        share=share_text(style, entry) or "–",
        before=_mark(entry.old_status, language),
        now=_mark(entry.new_status, language),
        judged=entry.status_changed,
        state=change_text(entry, language),
        sent=date_name(entry.sent, language),
        pack=published_text(entry, language),
    )


def _mark(status: Status | None, language: str) -> Mark | None:
    return None if status is None else mark(status, language)


def _fit(rows: Sequence[RestatedRow], language: str) -> Fit:
    def column(head: str, texts: Sequence[str], apart: float = 0) -> Column:
        return needed(word(head, language), texts, apart)

    columns = [
        names([column("page.goal", [row.name for row in rows]).width]),
        at_most(WIDEST_UNIT, column("page.unit", [row.unit for row in rows])),
        column("restated.month", [row.month for row in rows]),
        column("restated.figure", [row.measure for row in rows]),
        column("restated.old", [row.old for row in rows]),
        column("restated.new", [row.new for row in rows]),
        column("restated.difference", [row.difference for row in rows]),
        column("restated.share", [row.share for row in rows]),
        marked(word("restated.status", language), [_status_text(row) for row in rows], SEPARATION),
        column("restated.state", [row.state for row in rows], APART),
        column("restated.sent", [row.sent for row in rows], APART),
        column("restated.pack", [row.pack for row in rows], APART),
    ]
    spare = max(0.0, BODY_WIDTH - sum(one.width for one in columns)) / len(columns)
    return fitted([Column(one.text, one.around + spare) for one in columns], FIGURES)


def _status_text(row: RestatedRow) -> str:
    """As wide as the statuses without the first one's shape."""
    shown = [entry.word for entry in (row.before, row.now) if entry is not None]
    return " mm → mm ".join(shown)


def _notes(review: Review, restated: Sequence[Restatement], language: str) -> tuple[str, ...]:
    follow = any(is_derived(review.by_id[entry.goal].source) for entry in restated)
    became_final = any(entry.change is Change.TO_FINAL for entry in restated)
    keys = {"note": True, "note_to_final": became_final, "note_follow": follow}
    return tuple(word(f"restated.{key}", language) for key, is_said in keys.items() if is_said)
