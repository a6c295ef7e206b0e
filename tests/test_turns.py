"""The cycle over time: its turns, where it is stuck, and goals that nobody works on (SPEC 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, List, Optional, Sequence, Set

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.measures.kinds import Decision, Phase, Status, Step
from kpixl.plan.model import Action, Level, Plan
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.insights import Idle, Stuck, Turns
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.review.turns import days_waiting, idle, recent_actions, stuck, turns
from tests.plans import APRIL, goal, plan_of, series, with_settings

TURNED = Action(
    "T", "A", raised=date(2026, 4, 1), cause="c", countermeasure="m", owner="Abe",
    due=date(2026, 4, 20), started=date(2026, 4, 5), done=date(2026, 4, 20), result="r",
    decision=Decision.STOP, decided=date(2026, 5, 5),
)  # fmt: skip
OPEN = replace(TURNED, decision=None, decided=None)
FOUND = Action("F", "A", raised=date(2026, 6, 1), cause="c")


def reviewed(*actions: Action, as_of: Optional[date] = None) -> Review:
    """June 2026 (the year begins in April), one goal on plan, judged on 10 July."""
    plan = plan_of(goal("A"), actuals={"A": [1, 1, 1]}, plan={"A": [1] * 12}, actions=actions)
    return review(plan, as_of=as_of)


# ---- Turns ----------------------------------------------------------------------------------


def test_a_turn_counts_from_raised_to_decided():
    # 1 April to 5 May is 34 days; 1 April to 11 May is 40: the median is 37.
    later = replace(TURNED, id="T2", decided=date(2026, 5, 11))
    assert turns(reviewed(TURNED, later, FOUND)) == Turns(2, 37.0, 3)


def test_no_turn_has_no_median():
    assert turns(reviewed()) == Turns(0, None, 0)
    assert turns(reviewed(FOUND)) == Turns(0, None, 1)


@pytest.mark.parametrize(
    ("raised", "decided", "closed", "opened"),
    [
        (date(2026, 2, 1), date(2026, 4, 1), 1, 0),  # raised last year, decided this year
        (date(2026, 2, 1), date(2026, 3, 31), 0, 0),  # decided on the last day of last year
        (date(2026, 7, 1), date(2026, 7, 10), 1, 1),  # after the month, up to the as-of date
        (date(2026, 7, 1), date(2026, 7, 11), 0, 1),  # the day after the as-of date
        (date(2026, 7, 11), date(2026, 7, 12), 0, 0),
        (None, date(2026, 5, 1), 1, 0),
        (date(2026, 4, 1), None, 0, 1),  # closed, but nobody wrote down when
    ],
)
def test_a_turn_belongs_to_the_year_in_which_it_was_decided(
    raised: Optional[date], decided: Optional[date], closed: int, opened: int
):
    one = replace(TURNED, raised=raised, decided=decided, started=None, done=date(2026, 4, 20))
    if decided is not None and decided < date(2026, 4, 20):
        one = replace(one, done=date(2026, 3, 1))
    found = turns(reviewed(one))
    assert (found.closed, found.opened) == (closed, opened)


def test_the_review_of_the_last_month_leaves_what_belongs_to_the_next_year():
    plan = plan_of(
        goal("A"), actuals={"A": [1] * 12}, plan={"A": [1] * 12},
        settings=with_settings(review_month=Month(2027, 3)),
        actions=(
            replace(TURNED, decided=date(2027, 3, 31)),
            replace(TURNED, id="T2", decided=date(2027, 4, 5)),
            replace(FOUND, raised=date(2027, 4, 2)),
        ),
    )  # fmt: skip
    found = review(plan)
    assert found.as_of == date(2027, 4, 10)
    # 1 April 2026 to 31 March 2027: 364 days.
    assert turns(found) == Turns(1, 364.0, 2)


def test_a_turn_without_raised_or_with_dates_in_the_wrong_order_has_no_days():
    nameless = replace(TURNED, id="T2", raised=None)
    backwards = replace(TURNED, id="T3", raised=date(2026, 5, 6))
    assert turns(reviewed(TURNED, nameless, backwards)) == Turns(3, 34.0, 2)
    assert turns(reviewed(nameless)).median_days is None


days = st.one_of(st.none(), st.dates(date(2025, 12, 1), date(2026, 9, 1)))


@st.composite
def actions_of(draw: st.DrawFn, goals: Sequence[str] = ("A",)) -> List[Action]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        decided = draw(days)
        found.append(
            Action(
                f"X{number}", draw(st.sampled_from(goals)),
                raised=draw(days), started=draw(days), due=draw(days), done=draw(days),
                cause=draw(st.sampled_from(["", "c"])),
                countermeasure=draw(st.sampled_from(["", "m"])),
                owner=draw(st.sampled_from(["", "Abe", "Baba"])),
                result=draw(st.sampled_from(["", "r"])),
                decision=draw(st.sampled_from([None, Decision.ADJUST])),
                decided=decided,
            )
        )  # fmt: skip
    return found


@settings(max_examples=80, deadline=None)
@given(actions_of())
def test_turns_are_what_counting_by_hand_gives(actions: List[Action]):
    found = reviewed(*actions)
    year = [date(2026, 4, 1) + timedelta(days=n) for n in range(101)]  # to 10 July
    closed = [
        e for e in found.actions if e.phase is Phase.CLOSED and e.action.decided in year
    ]  # fmt: skip
    lengths = sorted(
        (e.action.decided - e.action.raised).days
        for e in closed
        if e.action.decided and e.action.raised and e.action.decided >= e.action.raised
    )
    counted = turns(found)
    assert counted.closed == len(closed)
    assert counted.opened == sum(e.action.raised in year for e in found.actions)
    if lengths:
        middle = (lengths[(len(lengths) - 1) // 2] + lengths[len(lengths) // 2]) / 2
        assert counted.median_days == middle
    else:
        assert counted.median_days is None


# ---- Where cycles are stuck -----------------------------------------------------------------


def test_open_actions_stand_together_by_step_and_owner():
    first = replace(OPEN, id="S1", done=date(2026, 7, 1))
    second = replace(OPEN, id="S2", owner=" abe ", done=date(2026, 6, 20))
    other = replace(OPEN, id="S3", owner="Baba", done=date(2026, 7, 3))
    doing = replace(OPEN, id="S4", done=None, result="", due=date(2026, 8, 1))
    assert stuck(reviewed(first, second, other, doing, TURNED)) == (
        # 5 April to 10 July is 96 days, 20 June to 10 July 20, 3 July to 10 July 7.
        Stuck(Step.CARRY_OUT, Phase.DO, "Abe", ("S4",), 0, 96),
        Stuck(Step.DECIDE, Phase.ACT, "Abe", ("S1", "S2"), 0, 20),
        Stuck(Step.DECIDE, Phase.ACT, "Baba", ("S3",), 0, 7),
    )


def test_overdue_comes_before_a_longer_wait_and_a_longer_wait_before_more_actions():
    late = replace(OPEN, id="S1", done=None, result="", due=date(2026, 7, 9), started=None,
                   raised=date(2026, 7, 8), owner="Late")  # fmt: skip
    long = replace(OPEN, id="S2", done=None, result="", due=date(2026, 8, 1), owner="Long")
    many = [replace(FOUND, id=f"S{n}", raised=date(2026, 7, 1)) for n in (3, 4)]
    undated = Action("S5", "A", owner="Never")
    found = stuck(reviewed(undated, *many, long, late))
    assert [group.owner for group in found] == ["Late", "Long", "", "Never"]
    assert [group.days for group in found] == [2, 96, 9, None]
    assert [group.overdue for group in found] == [1, 0, 0, 0]


def test_a_wait_is_counted_from_the_last_entry_that_was_known():
    # Done on 20 July is not known on 10 July; the due date is no entry.
    found = reviewed(replace(OPEN, done=date(2026, 7, 20), started=date(2026, 4, 30)))
    assert days_waiting(found, found.actions[0]) == 71
    assert days_waiting(found, reviewed(TURNED).actions[0]) is None


@settings(max_examples=60, deadline=None)
@given(actions_of())
def test_every_open_action_is_in_one_group(actions: List[Action]):
    found = reviewed(*actions)
    groups = stuck(found)
    named = [name for group in groups for name in group.actions]
    assert sorted(named) == sorted(e.action.id for e in found.actions if e.open)
    assert sum(group.overdue for group in groups) == sum(e.overdue for e in found.actions)
    assert len({(group.step, group.owner.casefold()) for group in groups}) == len(groups)
    for group in groups:
        waits = [days_waiting(found, e) for e in found.actions if e.action.id in group.actions]
        assert group.days == max((wait for wait in waits if wait is not None), default=None)


# ---- Goals that nobody works on -------------------------------------------------------------

BAD, FAIR, GOOD = 5, 9.5, 10  # of a plan of 10: Red, Amber, Green


def worked_on(
    actuals: Sequence[Optional[float]], *actions: Action, as_of: Optional[date] = None
) -> Review:
    """One goal with a plan of 10, April to June 2026, seen on 10 July."""
    plan = plan_of(goal("A"), actuals={"A": actuals}, plan={"A": [10] * 12}, actions=actions)
    return review(plan, as_of=as_of)


@pytest.mark.parametrize(
    ("actuals", "months"),
    [
        ([GOOD, BAD, BAD], 2),
        ([BAD, FAIR, BAD], 3),
        ([BAD, FAIR, FAIR], 3),
        ([BAD, GOOD, BAD], 1),  # fell only this month
        ([BAD, BAD, GOOD], 0),  # on plan again
        ([BAD, BAD, None], 0),  # nobody knows: the next step is to enter the actual
        ([BAD, None, BAD], 2),  # silence is no recovery, and no bad month either
        ([GOOD, None, BAD], 1),
    ],
)
def test_months_off_plan_are_counted_back_from_the_review_month(
    actuals: Sequence[Optional[float]], months: int
):
    found = worked_on(actuals)
    assert found.goals[0].idle_months == months
    status = found.goals[0].status
    assert idle(found) == ((Idle("A", "Sato", status, months),) if months >= 2 else ())


@pytest.mark.parametrize(
    ("action", "months"),
    [
        (FOUND, 0),  # open since June
        (replace(FOUND, raised=date(2026, 7, 9)), 0),  # raised since: somebody is on it
        (replace(FOUND, raised=date(2026, 7, 11)), 3),  # not known by 10 July
        (replace(FOUND, raised=None), 0),  # open, nobody wrote down since when
        (TURNED, 1),  # closed on 5 May: only June is without
        (replace(TURNED, decided=date(2026, 4, 30)), 2),
        (replace(TURNED, decided=date(2026, 6, 1)), 0),
        (replace(TURNED, decided=date(2026, 7, 2)), 0),  # still open in June
        (replace(TURNED, decided=None), 2),  # its last date is Done, 20 April
        (replace(TURNED, raised=None, started=None, done=date(2026, 3, 1), decided=None), 3),
        (replace(FOUND, goal="B"), 3),  # another goal's
    ],
)
def test_an_action_counts_for_the_months_in_which_it_was_open(action: Action, months: int):
    plan = plan_of(
        goal("A"), goal("B"), actuals={"A": [BAD] * 3, "B": [GOOD] * 3},
        plan={"A": [10] * 12, "B": [10] * 12}, actions=(action,),
    )  # fmt: skip
    assert review(plan).by_id["A"].idle_months == months


def test_at_most_twelve_months_are_looked_back_on():
    plan = plan_of(
        goal("A"), actuals={"A": [BAD] * 24}, plan={"A": [10] * 24},
        settings=with_settings(review_month=Month(2028, 3)),
    )  # fmt: skip
    assert review(plan).by_id["A"].idle_months == 12


def family(*actions: Action, child: float = BAD, sibling: float = GOOD, **fields: Any) -> Plan:
    """A roll-up CSF over two KPIs; the first one decides whether it is off plan."""
    return plan_of(
        goal("CSF", level=Level.CSF, owner="Chief"), goal("K1", "CSF"), goal("K2", "CSF"),
        actuals={"K1": [child] * 3, "K2": [sibling] * 3},
        plan={"K1": [10] * 12, "K2": [10] * 12}, actions=actions, **fields,
    )  # fmt: skip


def named(found: Review) -> List[str]:
    return [entry.goal for entry in idle(found)]


def test_trouble_is_named_once_where_it_can_be_worked_on():
    found = review(family())
    assert found.by_id["CSF"].status is Status.RED
    assert found.by_id["CSF"].idle_months == 3
    assert named(found) == ["K1"]


def test_an_action_below_is_work_on_a_roll_up_but_not_on_the_other_child():
    action = replace(FOUND, goal="K1", raised=date(2026, 4, 1))
    found = review(family(action, sibling=FAIR))
    assert found.by_id["CSF"].idle_months == 0
    assert named(found) == ["K2"]


def test_a_parent_is_named_where_no_goal_below_it_is():
    # 9.2 of 10 is Green for the children (from 90 %), but not for the roll-up (from 95 %).
    found = review(family(child=9.2, sibling=9.2, settings=with_settings(green_at=0.9)))
    assert [entry.status for entry in found.goals] == [Status.AMBER, Status.GREEN, Status.GREEN]
    assert named(found) == ["CSF"]


def test_a_goal_with_figures_of_its_own_needs_an_action_of_its_own():
    plan = plan_of(
        goal("TOP"), goal("LOW", "TOP"),
        actuals={"TOP": [BAD] * 3, "LOW": [BAD] * 3}, plan={"TOP": [10] * 12, "LOW": [10] * 12},
        actions=(replace(FOUND, goal="LOW", raised=date(2026, 4, 1)),),
    )  # fmt: skip
    assert named(review(plan)) == ["TOP"]


def test_a_formula_goal_counts_with_the_actions_of_its_subtree():
    plan = plan_of(
        goal("REV", formula="N*2"), goal("N", "REV"), actuals={"N": [BAD] * 3},
        plan={"N": [10] * 12}, actions=(replace(FOUND, goal="N", raised=date(2026, 4, 1)),),
    )  # fmt: skip
    assert review(plan).by_id["REV"].idle_months == 0


def test_red_comes_before_amber_and_the_longest_first():
    plan = plan_of(
        goal("A"), goal("B"), goal("C"), goal("D"),
        actuals={"A": [FAIR] * 3, "B": [GOOD, BAD, BAD], "C": [BAD] * 3, "D": [FAIR] * 3},
        plan=dict.fromkeys("ABCD", [10] * 12),
    )  # fmt: skip
    assert named(review(plan)) == ["C", "B", "A", "D"]


def test_a_scope_names_its_own_goals_as_the_whole_tree_knows_them():
    action = replace(FOUND, goal="K1", raised=date(2026, 4, 1))
    # The chief's own pack does not hold K1, but that it is worked on is known.
    assert named(scoped(review(family(action)), "owner:Chief")) == []
    # Without it the chief hears of the trouble, whose place is in nobody else's pack.
    assert named(scoped(review(family()), "owner:Chief")) == ["CSF"]
    assert named(scoped(review(family()), "K2")) == []
    assert named(scoped(review(family()), "K1")) == ["K1"]


def test_turns_and_waits_of_a_scope_are_its_own_actions():
    mine = replace(TURNED, goal="K1")
    theirs = replace(OPEN, id="O", goal="K2")
    cut = scoped(review(family(mine, theirs)), "K1")
    assert turns(cut) == Turns(1, 34.0, 1)
    assert stuck(cut) == ()
    assert [group.actions for group in stuck(review(family(mine, theirs)))] == [("O",)]


figures = st.sampled_from([BAD, FAIR, GOOD, None])


@settings(max_examples=80, deadline=None)
@given(st.lists(figures, min_size=3, max_size=3), actions_of())
def test_idle_months_are_what_looking_at_every_day_gives(
    actuals: List[Optional[float]], actions: List[Action]
):
    found = worked_on(actuals, *actions)
    judged = {APRIL.plus(n): actual for n, actual in enumerate(actuals)}
    busy: Set[date] = set()
    for entry in found.actions:
        action = entry.action
        dates = [action.raised, action.started, action.done, action.decided]
        known = [day for day in dates if day]
        start = min(known) if known else (None if not entry.open else date(2020, 1, 1))
        end = date(2026, 7, 10) if entry.open else (action.decided or max(known, default=None))
        if start is not None and end is not None:
            span = max(0, (end - start).days) + 1
            busy.update(start + timedelta(days=n) for n in range(span))
    months = 0
    for month in (Month(2026, 6), Month(2026, 5), APRIL):
        last = date(2026, 7, 10) if month.month == 6 else month.last_day
        first = date(month.year, month.month, 1)
        inside = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        actual = judged[month]
        if actual == GOOD or busy.intersection(inside) or (month.month == 6 and actual is None):
            break
        months += actual is not None
    assert found.goals[0].idle_months == months


def test_history_of_a_goal_that_joined_late_is_not_held_against_it():
    late = goal("A", valid_from=Month(2026, 6))
    plan = replace(plan_of(late, actuals={"A": [BAD] * 3}), plan={"A": series(APRIL, [10] * 12)})
    assert review(plan).by_id["A"].idle_months == 1


@pytest.mark.parametrize(
    ("decided", "listed"),
    [(date(2025, 3, 31), False), (date(2025, 4, 1), True), (date(2026, 5, 1), True)],
)
def test_closed_actions_are_listed_for_the_year_and_the_one_before(decided: date, listed: bool):
    # The fiscal year starts in April 2026, so that April 2025 is the first month listed.
    day = date(2024, 6, 1)
    closed = replace(TURNED, raised=day, started=day, due=day, done=day, decided=decided)
    still = replace(OPEN, id="S", raised=day, started=day, due=day, done=day)
    found = recent_actions(reviewed(closed, still))
    assert [entry.action.id for entry in found] == (["T", "S"] if listed else ["S"])


def test_an_action_that_says_nothing_of_its_time_is_listed():
    # Closed needs a done date: only its day of decision may be missing.
    undated = replace(TURNED, raised=None, started=None, decided=None)
    assert len(recent_actions(reviewed(undated))) == 1
