"""Say what came along into the next year's workbook, what did not, and what to do now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kpixl.books.rollover import NewYear
from kpixl.review.export import problem_data
from kpixl.review.periods import fiscal_label, month_name, span_name
from kpixl.words import BookNames, problem_text, say, typed, word
from kpixl.workbook.rebook import own_columns, own_sheets

NAMED = 5
"""How many things are named in a sentence before the rest is counted."""


def kept_lines(made: NewYear, language: str) -> Iterator[str]:
    """What the new book holds, line by line."""
    rollover, content = made.rollover, made.rollover.content
    settings = rollover.plan.settings
    year = fiscal_label(rollover.first, settings, language)
    yield say("rollover.goals", language, n=rollover.valid, year=year)
    if rollover.ended:
        names = _named([goal.label for goal in rollover.ended], language)
        yield say("rollover.ended", language, n=len(rollover.ended), names=names)
    history = [month for month in content.months if month < rollover.first]
    yield say("rollover.history", language, span=span_name(history, language))
    yield say(
        "rollover.actions", language, n=len(content.actions), open=rollover.open_actions
    )  # fmt: skip
    yield say(
        "rollover.rest", language, comments=len(content.comments),
        people=len(content.recipients), holidays=len(content.holidays),
    )  # fmt: skip
    month = month_name(rollover.first, language)
    if rollover.planned:
        yield say("rollover.planned", language, n=rollover.planned, year=year)
    yield say("rollover.month", language, month=month)


def left_lines(made: NewYear, language: str) -> Iterator[str]:
    """What did not come along, line by line; nothing where all did."""
    rollover = made.rollover
    if rollover.goals_left:
        names = _named([goal.label for goal in rollover.goals_left], language)
        yield say("rollover.left_goals", language, n=len(rollover.goals_left), names=names)
    if rollover.actions_left:
        names = _named([action.id for action in rollover.actions_left], language)
        yield say("rollover.left_actions", language, n=len(rollover.actions_left), names=names)
    if rollover.comments_left:
        yield say("rollover.left_comments", language, n=rollover.comments_left)
    sheets = own_sheets(made.origin.order)
    if sheets:
        yield say("rollover.left_sheets", language, names=_named(sheets, language))
    columns = [f"{sheet}!{name}" for sheet, name in own_columns(made.origin.book.sheets)]
    if columns:
        yield say("rollover.left_columns", language, names=_named(columns, language))
    formulas = made.origin.formulas
    if formulas:
        names = _named(formulas, language)
        yield say("rollover.left_formulas", language, n=len(formulas), names=names)
    if made.picture_left:
        own = BookNames(made.origin.plan.source.names, language)
        yield say("rollover.left_picture", language, sheet=own["sheet.settings"])
    for problem in made.origin.unread:
        place = "!".join(part for part in (problem.sheet, problem.cell) if part)
        what = problem_text(problem, language).what
        yield say("cli.at", language, place=place, what=what) if place else what


def next_lines(made: NewYear, language: str) -> Iterator[str]:
    """What to do now, line by line."""
    rollover = made.rollover
    year = fiscal_label(rollover.first, rollover.plan.settings, language)
    if made.logo_missing:
        yield say("rollover.next_logo", language, name=made.logo_missing)
    plan = rollover.plan
    day = date(rollover.first.year, rollover.first.month, 1)
    if plan.settings.close_day.business and not _known_from(day, made):
        sheet = word("sheet.holidays", rollover.content.language)
        yield say("rollover.next_holidays", language, year=year, sheet=sheet)
    yield say("rollover.next", language, year=year, path=typed(str(made.path)))


def new_year_data(made: NewYear, language: str) -> dict[str, object]:
    """The same as data, for ``--json``: nothing is shortened, and what is to be done stands as
    the sentences that a person gets."""
    rollover, content = made.rollover, made.rollover.content
    settings = rollover.plan.settings
    return {
        "file": str(made.path),
        "from": str(made.origin.path),
        "book_id": content.settings["book_id"],
        "fiscal_year": fiscal_label(rollover.first, settings, language),
        "review_month": str(rollover.first),
        "months": {"from": str(content.months[0]), "to": str(content.months[-1])},
        "goals": {
            "valid": rollover.valid,
            "planned": rollover.planned,
            "ended": [goal.label for goal in rollover.ended],
        },
        "actions": {"all": len(content.actions), "open": rollover.open_actions},
        "comments": len(content.comments),
        "recipients": len(content.recipients),
        "holidays": len(content.holidays),
        "left": {
            "goals": [goal.label for goal in rollover.goals_left],
            "actions": [action.id for action in rollover.actions_left],
            "comments": rollover.comments_left,
            "sheets": list(own_sheets(made.origin.order)),
            "columns": [
                {"sheet": sheet, "column": name}
                for sheet, name in own_columns(made.origin.book.sheets)
            ],
            "formulas": list(made.origin.formulas),
            "picture": made.picture_left,
        },
        "problems": [problem_data(problem, language) for problem in made.origin.unread],
        "next": list(next_lines(made, language)),
    }


def _known_from(day: date, made: NewYear) -> bool:
    """Whether the new book has a holiday on ``day`` or later."""
    days = (row["date"] for row in made.rollover.content.holidays)
    return any(isinstance(one, date) and one >= day for one in days)


def _named(names: Sequence[str], language: str) -> str:
    shown = say("rollover.and", language).join(names[:NAMED])
    more = len(names) - NAMED
    return say("rollover.more", language, names=shown, n=more) if more > 0 else shown
