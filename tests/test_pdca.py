"""A phase advances only on evidence, and what waits too long is overdue (SPEC 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import List, Optional, Sequence

import pytest

from kpixl.measures.kinds import Phase, Status, Step
from kpixl.measures.pdca import (
    Evidence,
    GoalPhase,
    OpenAction,
    action_overdue,
    action_phase,
    furthest_behind,
    goal_phase,
    last_entry,
    overdue_from,
    step_order,
)

CLOSED = Evidence(
    cause="few returning customers",
    countermeasure="call them",
    owner="Sato",
    due=date(2026, 6, 30),
    done=date(2026, 6, 20),
    result="12 % came back",
    decision="standardise",
    raised=date(2026, 5, 1),
    started=date(2026, 5, 10),
)


@pytest.mark.parametrize(
    ("missing", "phase", "step"),
    [
        ({"cause": ""}, Phase.CHECK, Step.FIND_CAUSE),
        ({"cause": " \u3000"}, Phase.CHECK, Step.FIND_CAUSE),
        ({"countermeasure": ""}, Phase.PLAN, Step.DECIDE_COUNTERMEASURE),
        ({"owner": ""}, Phase.PLAN, Step.NAME_OWNER_AND_DUE),
        ({"due": None}, Phase.PLAN, Step.NAME_OWNER_AND_DUE),
        ({"done": None}, Phase.DO, Step.CARRY_OUT),
        ({"result": ""}, Phase.CHECK, Step.COMPARE_EFFECT),
        ({"decision": ""}, Phase.ACT, Step.DECIDE),
        ({}, Phase.CLOSED, Step.NONE),
        # Later evidence does not make up for earlier evidence.
        ({"cause": "", "done": None}, Phase.CHECK, Step.FIND_CAUSE),
        ({"owner": "", "result": ""}, Phase.PLAN, Step.NAME_OWNER_AND_DUE),
    ],
)
def test_the_first_missing_evidence_decides(
    missing: dict[str, object], phase: Phase, step: Step
) -> None:
    assert action_phase(replace(CLOSED, **missing)) == (phase, step)  # type: ignore[arg-type]


def test_an_empty_action_starts_with_its_cause() -> None:
    assert action_phase(Evidence()) == (Phase.CHECK, Step.FIND_CAUSE)


def test_doing_is_overdue_after_its_due_date() -> None:
    doing = replace(CLOSED, done=None)
    assert not action_overdue(doing, date(2026, 6, 30))
    assert action_overdue(doing, date(2026, 7, 1))


def test_checking_a_result_is_overdue_from_the_third_close_on() -> None:
    checking = replace(CLOSED, result="")
    assert not action_overdue(checking, date(2026, 10, 9), check_due=date(2026, 10, 10))
    assert action_overdue(checking, date(2026, 10, 10), check_due=date(2026, 10, 10))
    assert not action_overdue(checking, date(2030, 1, 1), check_due=None)


@pytest.mark.parametrize(
    ("missing", "last_touched"),
    [
        ({"cause": "", "started": None, "done": None}, date(2026, 5, 1)),
        ({"countermeasure": "", "done": None}, date(2026, 5, 10)),
        ({"owner": "", "done": None}, date(2026, 5, 10)),
        ({"decision": ""}, date(2026, 6, 20)),
    ],
)
def test_any_other_phase_is_overdue_thirty_days_after_it_was_last_touched(
    missing: dict[str, object], last_touched: date
) -> None:
    action = replace(CLOSED, **missing)  # type: ignore[arg-type]
    day = last_touched.toordinal()
    assert not action_overdue(action, date.fromordinal(day + 29))
    assert action_overdue(action, date.fromordinal(day + 30))


def test_nothing_is_overdue_that_was_never_dated_or_is_closed() -> None:
    assert not action_overdue(Evidence(), date(2030, 1, 1))
    assert not action_overdue(CLOSED, date(2030, 1, 1), check_due=date(2026, 10, 10))


@pytest.mark.parametrize(
    ("missing", "first_day"),
    [
        ({"done": None}, date(2026, 7, 1)),  # the day after 30 June
        ({"result": ""}, date(2026, 10, 10)),
        ({"decision": ""}, date(2026, 7, 20)),  # 30 days after 20 June
        ({"cause": "", "started": None, "done": None}, date(2026, 5, 31)),  # after 1 May
        ({"due": None, "done": None}, date(2026, 6, 9)),  # after 10 May
        ({"cause": "", "raised": None, "started": None, "done": None}, None),
        ({}, None),
    ],
)
def test_the_first_day_on_which_an_action_is_overdue(
    missing: dict[str, object], first_day: Optional[date]
) -> None:
    action = replace(CLOSED, **missing)  # type: ignore[arg-type]
    assert overdue_from(action, date(2026, 10, 10)) == first_day
    if first_day is not None:
        day_before = date.fromordinal(first_day.toordinal() - 1)
        assert not action_overdue(action, day_before, date(2026, 10, 10))
        assert action_overdue(action, first_day, date(2026, 10, 10))


def test_a_due_date_at_the_end_of_the_calendar_is_no_fault() -> None:
    never = replace(CLOSED, done=None, due=date(9999, 12, 31))
    assert not action_overdue(never, date(2030, 1, 1))
    assert overdue_from(never) == date(9999, 12, 31)
    assert overdue_from(Evidence(raised=date(9999, 12, 30))) == date(9999, 12, 31)


def test_the_last_entry_is_the_latest_of_raised_started_and_done() -> None:
    assert last_entry(CLOSED) == date(2026, 6, 20)
    assert last_entry(replace(CLOSED, done=None)) == date(2026, 5, 10)
    assert last_entry(replace(CLOSED, raised=date(2026, 8, 1))) == date(2026, 8, 1)
    assert last_entry(Evidence(due=date(2026, 6, 30))) is None


def test_steps_stand_in_the_order_of_their_evidence() -> None:
    order = [
        Step.FIND_CAUSE, Step.DECIDE_COUNTERMEASURE, Step.NAME_OWNER_AND_DUE, Step.CARRY_OUT,
        Step.COMPARE_EFFECT, Step.DECIDE, Step.ON_TRACK,
    ]  # fmt: skip
    places = [step_order(step) for step in order]
    assert places == sorted(set(places))


FINDING = OpenAction("A1", Phase.CHECK, Step.FIND_CAUSE)
DOING = OpenAction("A2", Phase.DO, Step.CARRY_OUT, date(2026, 7, 31), overdue=True)
DOING_FIRST = OpenAction("A3", Phase.DO, Step.CARRY_OUT, date(2026, 6, 30))
CHECKING = OpenAction("A4", Phase.CHECK, Step.COMPARE_EFFECT, date(2026, 5, 31))


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([CHECKING, DOING, FINDING], "A1"),  # the earliest row, not the latest date
        ([CHECKING, DOING], "A2"),
        ([DOING, DOING_FIRST], "A3"),  # of equals the one that is due first
        ([replace(DOING, id="A9"), DOING], "A9"),  # then the one that stands first
        ([replace(DOING, due=None), DOING], "A2"),
    ],
)
def test_the_action_furthest_behind(actions: Sequence[OpenAction], expected: str) -> None:
    found = furthest_behind(actions)
    assert found is not None
    assert found.id == expected


RULES = [
    (Status.NO_PLAN, True, [DOING], GoalPhase(Phase.PLAN, Step.SET_TARGET)),
    (Status.NO_DATA, False, [DOING], GoalPhase(Phase.DO, Step.MONTH_OPEN)),
    (Status.NO_DATA, True, [DOING], GoalPhase(Phase.CHECK, Step.ENTER_ACTUAL)),
    (Status.GREEN, True, [], GoalPhase(Phase.DO, Step.ON_TRACK)),
    (Status.AMBER, True, [], GoalPhase(Phase.CHECK, Step.FIND_CAUSE)),
    (Status.RED, True, [], GoalPhase(Phase.CHECK, Step.FIND_CAUSE)),
]


@pytest.mark.parametrize(("status", "due_yet", "actions", "expected"), RULES)
def test_the_first_rule_that_applies_decides_a_goals_phase(
    status: Status, due_yet: bool, actions: List[OpenAction], expected: GoalPhase
) -> None:
    assert goal_phase(status, False, due_yet, actions) == expected


def test_a_goal_off_plan_is_where_its_action_is() -> None:
    assert goal_phase(Status.RED, False, True, [CHECKING, DOING]) == GoalPhase(
        Phase.DO, Step.CARRY_OUT, "A2", Step.CARRY_OUT, date(2026, 7, 31), overdue=True
    )


def test_an_on_track_goal_names_the_action_that_is_still_open() -> None:
    assert goal_phase(Status.GREEN, False, True, [CHECKING]) == GoalPhase(
        Phase.DO, Step.ON_TRACK_ACTION, "A4", Step.COMPARE_EFFECT, date(2026, 5, 31)
    )


@pytest.mark.parametrize("status", [Status.NO_PLAN, Status.NO_DATA])
def test_rollup_and_formula_goals_skip_the_rules_about_entering(status: Status) -> None:
    assert goal_phase(status, True, False, []).step is Step.FIND_CAUSE
    assert goal_phase(status, True, False, [CHECKING]).phase is Phase.CHECK
