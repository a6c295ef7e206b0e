"""What is said of one thing is said of one: no “1 goals”, no “1 of 1 months”."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpixl.adopting.notes import Certainty, Note
from kpixl.adopting.origin_sheets import note_row
from kpixl.books.merge import MergedBook
from kpixl.books.merge_lines import made_lines
from kpixl.books.origin import Origin
from kpixl.cli.importing import question
from kpixl.errors import Problem
from kpixl.pack.chart_alt import bullets_alt, months_alt
from kpixl.pack.drawings import bullet_figures, months_figures
from kpixl.pack.periods_page import periods_pages
from kpixl.plan.cells import BookRows
from kpixl.plan.model import Negatives, Recipient
from kpixl.review.review import review
from kpixl.words import problem_text
from kpixl.workbook.merging import merged
from tests.plans import APRIL, goal, plan_of, with_settings
from tests.test_merging import group_book, tokyo


def first_month(*ids: str, language: str = "en"):
    actuals, planned = {key: [90.0] for key in ids}, {key: [100.0] for key in ids}
    plan = plan_of(*(goal(key) for key in ids), actuals=actuals, plan=planned)
    assert plan.settings.review_month is not None
    return review(plan, plan.settings.review_month.plus(-2))


def test_a_chart_of_one_attainment_says_so() -> None:
    one, two = first_month("A"), first_month("A", "B")
    alone = bullets_alt(bullet_figures(one, one.goals, "Attainment", "en"))
    assert alone == "Attainment: attainment of one goal. A 90.0% (−10 pcs, Amber)."
    assert "attainment of 2 goals." in bullets_alt(bullet_figures(two, two.goals, "X", "en"))
    brackets = replace(one, settings=replace(one.settings, negatives=Negatives.PARENTHESES))
    for language, told in (
        ("en", "A 90.0% (−10 pcs, Amber)."),
        ("ja", "A 90.0%（−10 pcs、注意）。"),
    ):
        assert told in bullets_alt(bullet_figures(brackets, brackets.goals, "X", language))


def test_a_period_of_one_month_says_so() -> None:
    """April is reported and has no plan."""
    settings = with_settings(review_month=APRIL, periods_shown=("quarter",))
    found = review(plan_of(goal("A"), actuals={"A": [90]}, plan={}, settings=settings))
    for language, told in (("en", "Q1, 0 of 1 month: A"), ("ja", "第1四半期（1か月中0か月）はA")):
        (page,) = periods_pages(found, language)
        assert told in page.notes[-1]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Below plan in 1 of 1 month."), ("ja", "1か月のうち1か月で計画を下回っています。")],
)
def test_a_chart_of_one_month_says_so(language: str, said: str) -> None:
    found = first_month("A")
    assert said in months_alt(months_figures(found, found.goals[0], language))


def test_one_more_problem_is_one() -> None:
    one = Problem("problems-too-many", details={"count": 1, "form": "one"})
    assert problem_text(one, "en").what == "There is one more problem of the same kinds."


@pytest.mark.parametrize(
    ("changes", "held", "said"),
    [
        (1, 0, "Write this one change?"),
        (3, 0, "Write these 3 changes?"),
        (1, 1, "One problem keeps its figures from being written. Write the one other change?"),
        (3, 1, "One problem keeps its figures from being written. Write the other 3 changes?"),
        (1, 2, "2 problems keep their figures from being written. Write the one other change?"),
        (3, 2, "2 problems keep their figures from being written. Write the other 3 changes?"),
    ],
)
def test_what_is_asked_before_writing_counts_rightly(changes: int, held: int, said: str) -> None:
    assert question(changes, held, "en") == said


def test_one_hidden_figure_that_was_taken_over_is_one() -> None:
    said = {
        n: note_row(
            Note("hidden", "A1", "hidden-cells", Certainty.CERTAIN, details={"cells": n}), "en"
        )[3]
        for n in (1, 2)
    }
    assert said == {
        1: "One figure that was taken over stands in a hidden row or column.",
        2: "2 figures that were taken over stand in hidden rows or columns.",
    }


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (["Abe"], "One recipient of the departments’ books stays with their own book."),
        (["Abe", "Ito"], "2 recipients of the departments’ books stay with their own books."),
    ],
)
def test_one_recipient_who_is_left_out_is_one(people: list[str], said: str) -> None:
    left = tuple(Recipient(name, f"{name}@example.com") for name in people)
    whole = merged(group_book(), [tokyo(recipients=left)])
    group = Origin(Path(), group_book(), BookRows("", "", ()), (), ())
    *_, last = made_lines(MergedBook(None, group, (), whole), "en")
    assert last == said
