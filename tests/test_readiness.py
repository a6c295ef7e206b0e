"""When a month may be sent by itself (SPEC 12; the close day of SPEC 2)."""

from __future__ import annotations

from datetime import date

import pytest

from kpixl.plan.month import CloseDay, Month
from kpixl.review.readiness import Readiness, readiness
from kpixl.review.review import review
from tests.plan_book import plan_of as plan_in
from tests.plan_book import read, sound
from tests.plans import goal, plan_of, with_settings

JUNE = Month(2026, 6)
# Ten days after the end of June.
DUE = date(2026, 7, 10)
AFTER = date(2026, 7, 11)


def ids(ready: Readiness) -> list[str]:
    return [entry.id for entry in ready.missing]


def whole(*goals: object, actuals: dict[str, list[float | None]], **plan: object) -> Readiness:
    return readiness(review(plan_of(*goals, actuals=actuals, **plan)), AFTER)  # type: ignore[arg-type]


def test_a_month_is_not_sent_on_the_day_on_which_it_is_due():
    plan = plan_of(goal("A"), actuals={"A": [1, 2, 3]}, plan={"A": [1, 1, 1]})
    assert readiness(review(plan), date(2026, 6, 30)).waiting
    assert readiness(review(plan), DUE).waiting
    assert readiness(review(plan), AFTER).ready


def test_business_days_and_holidays_count():
    # 30 June 2026 is a Tuesday. Two business days: Thursday 2 July; with Wednesday off, Friday 3.
    settings = with_settings(close_day=CloseDay(2, business=True))
    plan = plan_of(
        goal("A"), actuals={"A": [1, 2, 3]}, settings=settings, holidays=(date(2026, 7, 1),)
    )
    assert readiness(review(plan), date(2026, 7, 3)).waiting
    assert not readiness(review(plan), date(2026, 7, 4)).waiting


def test_who_has_not_reported_is_named_in_the_order_of_the_tree():
    ready = whole(
        goal("TOP", owner="Ito", formula="A+B"),
        goal("A", "TOP", owner="Abe"),
        goal("B", "TOP", owner="Kato"),
        goal("C", owner="Mori"),
        actuals={"A": [1, 2], "B": [1, 2, 3], "C": [1, 2]},
        plan={"A": [1, 1, 1], "B": [1, 1, 1]},
    )
    # TOP waits for A; C has no plan but had an actual in May.
    assert [(entry.id, entry.goal.owner) for entry in ready.missing] == [
        ("A", "Abe"),
        ("C", "Mori"),
    ]
    assert not ready.ready


def test_nobody_waits_for_a_roll_up_or_for_what_nobody_plans():
    ready = whole(
        goal("TOP"),
        goal("A", "TOP"),
        goal("IDLE"),
        actuals={"A": [1, 2, 3]},
        plan={"A": [1, 1, 1]},
    )
    assert ids(ready) == []
    assert ready.ready


def test_a_figure_of_zero_is_reported():
    ready = whole(goal("A"), actuals={"A": [1, 2, 0]}, plan={"A": [1, 1, 1]})
    assert ready.ready


def test_an_error_in_the_data_keeps_the_month_back():
    sheets = sound()
    sheets["Actuals"][1][2] = "about nine"
    reading = read(sheets)
    assert reading.plan is not None
    ready = readiness(review(reading.plan, problems=reading.problems), date(2026, 12, 1))
    assert [problem.code for problem in ready.errors] == ["not-a-number"]
    assert not ready.ready


def test_a_wrong_address_does_not():
    sheets = sound()
    sheets["Recipients"].append(["Abe", "abe at example", "To", None, None])
    reading = read(sheets)
    assert reading.problems
    assert reading.plan is not None
    assert readiness(review(reading.plan, problems=reading.problems), date(2026, 12, 1)).ready


@pytest.mark.parametrize("day", [date(2026, 6, 11), date(2026, 7, 1)])
def test_the_sound_book_is_ready_after_its_day(day):
    # May is due on 10 June.
    assert readiness(review(plan_in(sound())), day).ready
