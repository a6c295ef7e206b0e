"""How the Scorecard's rows are shared out among the pages of its print."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from kpixl.workbook.sample import sample_book
from kpixl.workbook.template.page_rows import page_ends
from tests.books import book_bytes
from tests.workbook_xml import WrittenBook


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        (41, []),
        (50, [25]),
        (60, [30]),
        (80, [40]),
        (88, [41]),  # 41 and 47 are as many as two pages hold
        (90, [30, 60]),
        (110, [37, 74]),
    ],
)
def test_pages_hold_about_as_many_rows_each(rows: int, ends: list[int]) -> None:
    assert page_ends(rows, 41, 47) == ends


def test_no_page_is_left_to_blank_rows_and_none_holds_more_than_fit() -> None:
    """A book of so many goals has ten to nineteen rows to spare."""
    for goals in range(41, 500):
        rows = -(-(goals + 10) // 10) * 10
        ends = page_ends(rows, 41, 47)
        assert ends[-1] < goals
        sizes = [after - before for before, after in pairwise([0, *ends, rows])]
        assert sizes[0] <= 41
        assert max(sizes) <= 47


@pytest.mark.parametrize(("goals", "breaks"), [(30, []), (40, []), (41, [37]), (43, [37])])
def test_a_scorecard_that_one_page_cannot_hold_breaks_among_its_goals(
    goals: int, breaks: list[int]
) -> None:
    """41 goals have 60 rows: 30 below the 7 of title and heads, and 30 on the next page."""
    sample = sample_book("en")
    more = [{**sample.goals[-1], "id": f"MORE{n}"} for n in range(goals - len(sample.goals))]
    book = WrittenBook(book_bytes(replace(sample, goals=[*sample.goals, *more])))
    found = [int(one.get("id")) for one in book.find("Scorecard", ".//m:rowBreaks/m:brk")]
    assert found == breaks
