"""Advice on the method: each check fires where SPEC 9 says so, and not just beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.errors import Problem
from kpixl.measures.kinds import Aggregation, Direction, Pace
from kpixl.plan.model import Goal, Level, Plan, Recipient, Series
from kpixl.plan.month import Month
from kpixl.plan.schema import CHECKS
from kpixl.review import checks
from kpixl.review.advice import by_mend
from kpixl.review.checks import method_checks
from kpixl.review.figures import Review
from kpixl.review.insights import NO_LANDING, Landing, Required
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.words import LANGUAGES, problem_text
from tests.plan_book import MONTHS, book, read, sound
from tests.plan_book import goal as row
from tests.plans import APRIL, goal, plan_of, series, with_settings

JUNE = Month(2026, 6)
YEAR = 12
OCTOBER = Month(2025, 10)


def found(plan: Plan, code: str, landings: Mapping[str, Landing] | None = None) -> list[Problem]:
    """The advice of one check on a plan, with ``landings`` where a test gives them."""
    return [one for one in advice_on(plan, landings or {}) if one.code == code]


def advice_on(plan: Plan, landings: Mapping[str, Landing]) -> tuple[Problem, ...]:
    whole = review(plan)
    goals = tuple(replace(one, landing=landings.get(one.id, one.landing)) for one in whole.goals)
    return method_checks(plan, replace(whole, goals=goals))


def only(plan: Plan, code: str, landings: Mapping[str, Landing] | None = None) -> Problem:
    (one,) = found(plan, code, landings)
    assert one.warning
    assert one.method
    return one


def said(problem: Problem, language: str = "en") -> str:
    return problem_text(problem, language).what


def kgi(**fields: Any) -> Goal:
    """A KGI with a formula, though its input has no figures: nothing to advise."""
    return goal("K", **{"level": Level.KGI, "formula": "LATER", "name": "Result", **fields})


def csf(goal_id: str = "C", parent: str | None = "K", **fields: Any) -> Goal:
    return goal(goal_id, parent, level=Level.CSF, **fields)


def kpis(count: int, parent: str = "C", **fields: Any) -> tuple[Goal, ...]:
    return tuple(
        goal(f"{parent}{n}", parent, **{"owner": f"Owner {n}", "row": 10 + n, **fields})
        for n in range(count)
    )


# ---- Every check ----------------------------------------------------------------------------


def test_every_code_of_settings_is_a_check_and_the_other_way_round() -> None:
    assert set(checks.CHECKS) == set(CHECKS)
    assert len(CHECKS) == len(set(CHECKS)) == 16


def test_a_sound_book_needs_no_advice() -> None:
    plan = read(sound()).plan
    assert plan is not None
    assert review(plan).advice == ()


def test_advice_is_part_of_the_review_and_blocks_no_pack() -> None:
    whole = review(plan_of(goal("A", owner="")))
    assert {one.code for one in whole.advice} >= {"goal-without-owner", "kpi-without-kgi"}
    assert whole.problems == whole.errors == ()


# ---- KGI without a number -------------------------------------------------------------------


def test_a_kgi_without_figures_or_formula_has_no_number() -> None:
    one = only(plan_of(kgi(formula="")), "kgi-without-number")
    assert one.goals == ("K",)
    assert said(one) == "The KGI “Result” has no number: neither figures nor a formula of its own."


def test_the_score_of_a_kgis_children_is_no_number_of_its_own() -> None:
    plan = plan_of(kgi(formula=""), goal("A", "K"), actuals={"A": [1]}, plan={"A": [1]})
    assert "only the score of the goals below it" in said(only(plan, "kgi-without-number"))


def test_a_kgi_with_a_formula_or_with_figures_has_a_number() -> None:
    assert found(plan_of(kgi(formula="A"), goal("A", "K")), "kgi-without-number") == []
    assert found(plan_of(kgi(formula=""), plan={"K": [1]}), "kgi-without-number") == []


# ---- Too many KPIs --------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "fires"), [(5, False), (6, True)])
def test_more_than_five_kpis_under_one_csf_are_too_many(count: int, fires: bool) -> None:
    plan = plan_of(kgi(), csf(name="Growth"), *kpis(count))
    assert [said(one) for one in found(plan, "csf-too-many-kpis")] == (
        ["6 KPIs stand under the CSF “Growth”."] if fires else []
    )


def test_a_kpi_below_a_kpi_counts_and_one_of_a_csf_in_between_counts_there() -> None:
    deep = plan_of(kgi(), csf(), *kpis(5), goal("LOW", "C0"))
    assert only(deep, "csf-too-many-kpis").details["n"] == 6
    apart = plan_of(kgi(), csf(), *kpis(5), csf("D", "C"), goal("LOW", "D"))
    assert found(apart, "csf-too-many-kpis") == []


def test_limits_come_from_settings() -> None:
    settings = with_settings(max_kpis_per_csf=2, max_kpis=3, max_kpis_per_owner=1, max_weight=0.3)
    plan = plan_of(
        kgi(), csf(), *kpis(2, owner="Abe"), csf("D"), *kpis(2, "D"),
        actuals={"D0": [1] * 3}, plan={"D0": [1] * 3}, settings=settings,
    )  # fmt: skip
    limits = {one.code: problem_text(one, "en").expected for one in review(plan).advice}
    assert limits["book-too-many-kpis"] == "At most 3 (setting “Most KPIs”)."
    assert limits["owner-too-many-kpis"].startswith("At most 1 for one owner")
    assert limits["weight-too-large"].startswith("At most 30% for one child")
    assert "csf-too-many-kpis" not in limits
    higher = with_settings(max_kpis_per_csf=4, max_kpis=4, max_kpis_per_owner=4, max_weight=0.5)
    codes = {one.code for one in review(replace(plan, settings=higher)).advice}
    assert codes.isdisjoint(limits)


@pytest.mark.parametrize(("count", "fires"), [(20, False), (21, True)])
def test_more_than_twenty_kpis_are_too_many(count: int, fires: bool) -> None:
    groups = [
        one
        for n in range(0, count, 5)
        for one in (csf(f"C{n}x"), *kpis(min(5, count - n), f"C{n}x"))
    ]
    advice = found(plan_of(kgi(), *groups), "book-too-many-kpis")
    assert [said(one) for one in advice] == (["There are 21 KPIs in all."] if fires else [])


@pytest.mark.parametrize(("count", "fires"), [(5, False), (6, True)])
def test_more_than_five_kpis_for_one_owner_are_too_many(count: int, fires: bool) -> None:
    plan = plan_of(kgi(owner="Abe"), csf(owner="Abe"), *kpis(count, owner="Abe"))
    assert [said(one) for one in found(plan, "owner-too-many-kpis")] == (
        ["Abe answers for 6 KPIs."] if fires else []
    )


def test_one_owner_in_two_spellings_is_one_and_nobody_is_none() -> None:
    spelt = (*kpis(3, owner="Abe"), *kpis(3, "K", owner="ＡＢＥ "))
    assert only(plan_of(kgi(), csf(), *spelt), "owner-too-many-kpis").details["n"] == 6
    assert found(plan_of(kgi(), csf(), *kpis(6, owner="")), "owner-too-many-kpis") == []


# ---- Where KPIs lead ------------------------------------------------------------------------


def test_a_kpi_that_leads_up_to_no_kgi_is_told() -> None:
    plan = plan_of(kgi(), goal("A", name="Calls"))
    assert said(only(plan, "kpi-without-kgi")) == "“Calls” leads up to no KGI."


def test_a_branch_that_leads_up_to_no_kgi_is_told_once() -> None:
    plan = plan_of(kgi(), csf("C", None, name="Care"), *kpis(2))
    one = only(plan, "kpi-without-kgi")
    assert said(one) == "“Care” and what stands below it lead up to no KGI (KPIs concerned: 2)."
    assert one.goals == ("C", "C0", "C1")


def test_a_book_without_a_kgi_is_told_once() -> None:
    one = only(plan_of(goal("A"), goal("B"), csf("C", None)), "kpi-without-kgi")
    assert said(one).startswith("No goal of this book is a KGI")
    assert "level KGI" in problem_text(one, "en").mend
    assert one.goals == ("A", "B")


def test_below_a_kgi_or_in_its_formula_a_kpi_leads_up_to_it() -> None:
    below = plan_of(kgi(), csf(), goal("A", "C"), goal("B", "A"))
    assert found(below, "kpi-without-kgi") == []
    assert found(plan_of(kgi(formula="A*2"), goal("A")), "kpi-without-kgi") == []
    assert found(plan_of(csf("C", None)), "kpi-without-kgi") == []  # nothing leads anywhere


def test_a_parent_that_is_not_valid_at_the_time_has_been_told_by_the_reading() -> None:
    sheets = sound()
    sheets["Goals"][2] = row("GROW", "REV", Level="CSF", To="2026-04")
    reading = read(sheets)
    assert [one.code for one in reading.problems] == ["parent-outside-time"] * 2
    assert reading.plan is not None
    apart = replace(reading.plan, goals=reading.plan.goals[1:])  # and no formula uses them
    apart = replace(apart, goals=(*apart.goals, kgi()))
    assert found(apart, "kpi-without-kgi") == []


def test_a_csf_without_a_kpi_is_told() -> None:
    plan = plan_of(kgi(), csf(name="Growth"), csf("D", "C"))
    assert [one.goals for one in found(plan, "csf-without-kpi")] == [("C",), ("D",)]
    assert said(found(plan, "csf-without-kpi")[0]) == "No KPI measures the CSF “Growth”."


def test_a_kpi_somewhere_below_a_csf_or_in_its_formula_measures_it() -> None:
    below = plan_of(kgi(), csf(), csf("D", "C"), goal("A", "D"))
    assert found(below, "csf-without-kpi") == []
    used = plan_of(kgi(), csf(formula="A*2"), goal("A", "K"))
    assert found(used, "csf-without-kpi") == []


def test_a_goal_without_an_owner_is_told_at_every_level() -> None:
    plan = plan_of(kgi(owner=""), csf(owner=" "), goal("A", "C", owner="Abe"))
    assert [one.goals for one in found(plan, "goal-without-owner")] == [("K",), ("C",)]


# ---- Weights --------------------------------------------------------------------------------


def weighed(*weights: float | None, parent: Goal | None = None) -> Plan:
    """A CSF that rolls up one KPI a weight."""
    children = [goal(f"W{n}", "C", weight=weight) for n, weight in enumerate(weights)]
    figures = {child.id: [1, 1, 1] for child in children}
    return plan_of(kgi(), parent or csf(name="Growth"), *children, actuals=figures, plan=figures)


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        ((0.7, 0.3), "70%"),
        ((5, None, None), "71%"),  # 5 / (5 + 1 + 1), blank being 1
        ((604, 396), "60.4%"),  # which would read as the limit itself
        ((1, 0), "100%"),
    ],
)
def test_a_child_with_more_than_60_percent_of_the_weight_is_told(
    weights: Sequence[float | None], share: str
) -> None:
    one = only(weighed(*weights), "weight-too-large")
    assert said(one) == f"“W0” has {share} of the weight under “Growth”."
    assert one.goals == ("W0", "C")


@pytest.mark.parametrize("weights", [(0.6, 0.4), (3, 2), (None, None), (9,), (0, 0)])
def test_60_percent_an_only_child_and_no_weight_at_all_are_no_reason(
    weights: Sequence[float | None],
) -> None:
    assert found(weighed(*weights), "weight-too-large") == []


def test_weights_under_a_goal_that_is_not_rolled_up_weigh_nothing() -> None:
    plan = weighed(9, 1, parent=csf(formula="W0+W1"))
    assert found(plan, "weight-too-large") == []


# ---- Ratios ---------------------------------------------------------------------------------


def test_a_goal_in_percent_whose_months_are_added_up_is_told() -> None:
    plan = plan_of(kgi(), goal("R", "K", unit="%", name="Rate"))
    assert said(only(plan, "ratio-summed")) == "“Rate” is in %, but its months are added up."
    for aggregation in (Aggregation.AVERAGE, Aggregation.LAST, Aggregation.MAX, Aggregation.MIN):
        other = plan_of(kgi(), goal("R", "K", unit="%", aggregation=aggregation))
        assert found(other, "ratio-summed") == []


def unit_changing_in(month: Month) -> Plan:
    """A goal in pieces that is one in boxes from ``month`` on; the review month is June."""
    return plan_of(
        kgi(),
        goal("A", "K", unit="pcs", valid_to=month.plus(-1)),
        goal("A", "K", unit="boxes", valid_from=month),
        actuals={"A": [1, 2, 3]},
    )


def test_a_unit_that_changes_within_the_year_is_told_and_with_a_new_year_it_is_not() -> None:
    assert said(only(unit_changing_in(Month(2026, 5)), "unit-changed")) == (
        "“A” is in pcs until April 2026 and in boxes from then on, and its year adds up both."
    )
    assert found(unit_changing_in(Month(2026, 4)), "unit-changed") == []
    assert found(unit_changing_in(Month(2026, 7)), "unit-changed") == []


@pytest.mark.parametrize(("before", "now"), [("JPY", "円"), ("persons", "人"), ("時間", "hours")])
def test_a_unit_that_is_only_written_otherwise_has_not_changed(before: str, now: str) -> None:
    plan = plan_of(
        kgi(),
        goal("A", "K", unit=before, valid_to=Month(2026, 4)),
        goal("A", "K", unit=now, valid_from=Month(2026, 5)),
        actuals={"A": [1, 2, 3]},
    )
    assert found(plan, "unit-changed") == []


AVERAGE = {"PRICE": Aggregation.AVERAGE}


@pytest.mark.parametrize(
    ("formula", "fires"),
    [
        ("ORDERS/VISITS", True),
        ("100*ORDERS/VISITS", True),
        ("(ORDERS-BACK)/VISITS", True),
        ("ORDERS/PRICE", False),  # revenue by a price is a quantity again
        ("ORDERS/12", False),
        ("ORDERS*VISITS", False),
        ("ORDERS/VISITS/BACK", False),
        ("ORDERS", False),
    ],
)
def test_a_sum_divided_by_a_sum_is_a_ratio(formula: str, fires: bool) -> None:
    inputs = ("ORDERS", "VISITS", "BACK", "PRICE")
    parts = [goal(one, "K", aggregation=AVERAGE.get(one, Aggregation.SUM)) for one in inputs]
    plan = plan_of(kgi(), *parts, goal("R", "K", formula=formula))
    assert len(found(plan, "ratio-summed")) == fires
    averaged = goal("R", "K", formula=formula, aggregation=Aggregation.AVERAGE)
    assert found(plan_of(kgi(), *parts, averaged), "ratio-summed") == []


def test_a_csf_without_figures_is_no_ratio_whatever_its_unit() -> None:
    assert found(plan_of(kgi(), csf(unit="%")), "ratio-summed") == []


# ---- Plans that mislead ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0] * 12, "is 0 throughout"),
        ([5, 0, 0, *[5] * 9], "is 0 in May, Jun:"),
        ([-5] * 12, "is below 0"),
        ([-5, 0, *[-5] * 10], "is below 0"),
        ([-5] * 11 + [1], "changes its sign within the year"),
    ],
)
def test_a_plan_of_0_below_0_or_across_0_needs_a_baseline(
    values: list[float | None], sentence: str
) -> None:
    plan = plan_of(kgi(), goal("A", "K"), plan={"A": values})
    assert sentence in said(only(plan, "plan-needs-baseline"))
    based = plan_of(kgi(), goal("A", "K", baseline=-9), plan={"A": values})
    assert found(based, "plan-needs-baseline") == []


def test_a_plan_above_0_needs_no_baseline_nor_does_a_range() -> None:
    above = plan_of(kgi(), goal("A", "K"), plan={"A": [0.001] * 11 + [None]})
    assert found(above, "plan-needs-baseline") == []
    within = goal("A", "K", direction=Direction.RANGE, tolerance=1)
    assert found(plan_of(kgi(), within, plan={"A": [0] * 12}), "plan-needs-baseline") == []
    earlier = plan_of(kgi(), goal("A", "K"), plan={"A": [1] * 12})
    earlier = replace(earlier, plan={"A": series(Month(2025, 3), [0, *[1] * 24])})
    assert found(earlier, "plan-needs-baseline") == []  # last year's plans are history


# ---- Targets: easier than last year ---------------------------------------------------------


def two_years(
    prior: Sequence[float | None], planned: Sequence[float | None], **fields: Any
) -> Plan:
    return plan_of(
        kgi(), goal("A", "K", name="Calls", **fields), prior={"A": prior}, plan={"A": planned}
    )


EASIER = "target-easier-than-last-year"


@pytest.mark.parametrize(
    ("prior", "planned", "fields", "fires"),
    [
        # Sums: 12 × 10 = 120 against 119 and 120.
        ([10] * 12, [10] * 11 + [9], {}, True),
        ([10] * 12, [10] * 12, {}, False),
        ([10] * 12, [10] * 11 + [11], {}, False),
        # For Lower it is the other way round.
        ([10] * 12, [10] * 11 + [11], {"direction": Direction.LOWER}, True),
        ([10] * 12, [10] * 11 + [9], {"direction": Direction.LOWER}, False),
        # Last: only the year's end counts; Max and Min their one month.
        ([10] * 12, [1] * 11 + [10], {"aggregation": Aggregation.LAST}, False),
        ([10] * 12, [20] * 11 + [9], {"aggregation": Aggregation.LAST}, True),
        ([10] * 11 + [30], [29] * 12, {"aggregation": Aggregation.MAX}, True),
        ([10] * 11 + [30], [11] * 12, {"aggregation": Aggregation.MIN}, False),
        # Means: 10 against 9.5.
        ([10] * 12, [9, 10] * 6, {"aggregation": Aggregation.AVERAGE}, True),
        # A year with a month missing is no whole year.
        ([10] * 11 + [None], [1] * 12, {}, False),
        ([10] * 12, [1] * 11 + [None], {}, False),
        # Within a range nothing is easier.
        ([10] * 12, [9] * 12, {"direction": Direction.RANGE, "tolerance": 1.0}, False),
    ],
)
def test_a_years_plan_below_last_years_result_is_told(
    prior: list[float | None], planned: list[float | None], fields: dict[str, Any], fires: bool
) -> None:
    assert len(found(two_years(prior, planned, **fields), EASIER)) == fires


def test_both_years_are_named_and_never_read_the_same() -> None:
    one = only(two_years([100] * 12, [100] * 11 + [99]), EASIER)
    assert said(one) == (
        "The year’s plan of “Calls”, 1,199 pcs, is easier than last year’s result, 1,200 pcs."
    )
    # Without parentheses of its own, into which a negative would bring a second pair.
    assert problem_text(one, "ja").what == (
        "「Calls」の年度計画1,199 pcsは、前年度の実績1,200 pcsより達成しやすい水準です。"
    )
    close = only(two_years([100] * 12, [100] * 11 + [99.96]), EASIER)
    assert "1,199.96 pcs" in said(close)
    assert "1,200.00 pcs" in said(close)


def test_the_average_of_a_formula_is_left_to_the_landing() -> None:
    plan = plan_of(
        kgi(), goal("N", "K"), goal("D", "K"),
        goal("R", "K", formula="N/D", aggregation=Aggregation.AVERAGE),
        prior={"N": [1] * 12, "D": [2] * 12}, plan={"N": [1] * 12, "D": [4] * 12},
    )  # fmt: skip
    assert found(plan, EASIER, {"R": NO_LANDING}) == []
    known = {"R": Landing(plan=0.25, prior=0.5)}
    assert only(plan, EASIER, known).goals == ("R",)
    assert found(plan, EASIER, {"R": Landing(plan=0.5, prior=0.5)}) == []


def test_the_plan_in_force_counts() -> None:
    plan = two_years([10] * 12, [10] * 12)
    revised = replace(
        plan,
        revision={"A": series(Month(2026, 10), [9] * 6)},
        settings=with_settings(revision_from=Month(2026, 10)),
    )
    assert only(revised, EASIER).details["plan_en"] == "114 pcs"  # 6 × 10 + 6 × 9


# ---- Targets: beyond history ----------------------------------------------------------------


HISTORY = "target-beyond-history"


def needing(
    value: float, best: float, pace: Pace = Pace.NEEDED, left: int = 9
) -> Mapping[str, Landing]:
    required = Required(pace, value, best, OCTOBER)
    return {"A": Landing(required=required, months_left=left)}


def reported(*actuals: float, **fields: Any) -> Plan:
    return plan_of(
        kgi(), goal("A", "K", name="Calls", **fields),
        prior={"A": [None] * 12}, actuals={"A": actuals}, plan={"A": [10] * 12},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "direction", "fires"),
    [
        (10.1, Direction.HIGHER, True),
        (10.0, Direction.HIGHER, False),
        (9.9, Direction.LOWER, True),
        (10.0, Direction.LOWER, False),
    ],
)
@pytest.mark.parametrize("aggregation", [Aggregation.SUM, Aggregation.AVERAGE, Aggregation.MAX])
def test_a_pace_beyond_the_best_month_on_record_is_told(
    value: float, direction: Direction, fires: bool, aggregation: Aggregation
) -> None:
    plan = reported(9, 10, 9, direction=direction, aggregation=aggregation)
    assert len(found(plan, HISTORY, needing(value, 10.0))) == fires


def test_the_sentence_names_pace_record_and_month() -> None:
    plan = reported(9, 10, 9)
    many = said(only(plan, HISTORY, needing(12, 10)))
    assert many == (
        "“Calls” needs 12 pcs in each of the 9 months left to reach the year’s plan; "
        "its best month on record is 10 pcs (October 2025)."
    )
    assert "in the one month left" in said(only(plan, HISTORY, needing(12, 10, left=1)))
    peak = reported(9, 10, 9, aggregation=Aggregation.MAX)
    assert "is beyond its best month on record" in said(only(peak, HISTORY, needing(12, 10)))


def test_where_no_pace_is_asked_for_there_is_nothing_beyond() -> None:
    for pace in (Pace.REACHED, Pace.OUT_OF_REACH, Pace.NONE):
        assert found(reported(9, 10, 9), HISTORY, needing(12, 10, pace)) == []
    within = reported(9, 10, 9, direction=Direction.RANGE, tolerance=1.0)
    assert found(within, HISTORY, needing(12, 10)) == []
    assert found(reported(9, 10, 9), HISTORY, {"A": NO_LANDING}) == []


def test_a_growing_level_is_beyond_only_if_it_has_to_grow_faster_than_ever() -> None:
    # Subscribers 100, 110, 115: the best month brought 10. With 9 months left 205 takes
    # (205 - 115) / 9 = 10 a month, which has been seen, 214 takes 11, which has not.
    plan = reported(100, 110, 115, aggregation=Aggregation.LAST)
    assert found(plan, HISTORY, needing(205, 115)) == []
    one = only(plan, HISTORY, needing(214, 115))
    assert "takes +11 pcs a month; the best of the last 12 months brought +10 pcs" in said(one)
    # A backlog that has to fall: 50, 48, 47; to 29 takes 2 a month, to 20 takes 3.
    falling = reported(50, 48, 47, aggregation=Aggregation.LAST, direction=Direction.LOWER)
    assert found(falling, HISTORY, needing(29, 47)) == []
    assert "−3 pcs a month" in said(only(falling, HISTORY, needing(20, 47)))
    single = plan_of(
        kgi(),
        goal("A", "K", aggregation=Aggregation.LAST),
        actuals={"A": [5]},
        plan={"A": [1] * 12},
    )
    assert found(single, HISTORY, needing(50, 5)) == []  # nothing to compare a change with


def test_no_accidents_is_a_target_that_nobody_lowers() -> None:
    plan = plan_of(
        kgi(), goal("A", "K", direction=Direction.LOWER), actuals={"A": [0, 1, 0]},
        plan={"A": [0] * 12},
    )  # fmt: skip
    assert found(plan, HISTORY, needing(-1 / 9, 0)) == []


# ---- Targets: beyond the benchmark ----------------------------------------------------------


@pytest.mark.parametrize(
    ("benchmark", "fields", "fires"),
    [
        (9.9, {"aggregation": Aggregation.AVERAGE}, True),
        (10.0, {"aggregation": Aggregation.AVERAGE}, False),
        (10.1, {"aggregation": Aggregation.LAST, "direction": Direction.LOWER}, True),
        (9.9, {"aggregation": Aggregation.LAST, "direction": Direction.LOWER}, False),
        # A sum is compared as the mean of its months, for a benchmark is a figure of a month.
        (9.9, {}, True),
        (10.0, {}, False),
        (9.9, {"direction": Direction.RANGE, "tolerance": 1.0}, False),
        (None, {}, False),
    ],
)
def test_a_plan_beyond_the_benchmark_is_told(
    benchmark: float | None, fields: dict[str, Any], fires: bool
) -> None:
    plan = plan_of(
        kgi(), goal("A", "K", benchmark=benchmark, **fields), plan={"A": [9, 10, 11, 10] * 3}
    )
    assert len(found(plan, "target-beyond-benchmark")) == fires


def test_both_levels_are_named() -> None:
    plan = plan_of(
        kgi(),
        goal("R", "K", unit="%", aggregation=Aggregation.AVERAGE, benchmark=0.021, name="Rate"),
        plan={"R": [0.022] * 12},
    )
    assert said(only(plan, "target-beyond-benchmark")) == (
        "The plan of “Rate”, 2.2%, is beyond its benchmark, 2.1%."
    )


# ---- Always Green ---------------------------------------------------------------------------


def months_of(values: Sequence[float | None], plan_value: float = 10.0, **fields: Any) -> Plan:
    """A goal whose actuals end with June 2026, its plan always the same."""
    first = JUNE.plus(1 - len(values))
    return replace(
        plan_of(kgi(), goal("A", "K", name="Calls", **fields)),
        actuals={"A": series(first, values)},
        plan={"A": series(JUNE.plus(-24), [plan_value] * 36)},
    )


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ([10] * 12, True),
        ([1, *[10] * 12], True),
        ([9.9, *[10] * 11], False),
        ([10] * 11, False),
        ([10] * 5 + [None] + [10] * 7, False),
    ],
)
def test_twelve_green_months_in_a_row_are_told(values: list[float | None], fires: bool) -> None:
    advice = found(months_of(values), "always-green")
    assert [said(one) for one in advice] == (
        ["“Calls” has been Green in each of the last 12 months."] if fires else []
    )


def test_a_plan_that_cannot_be_raised_may_be_green_for_ever() -> None:
    none = months_of([0] * 12, 0.0, direction=Direction.LOWER)
    assert found(none, "always-green") == []
    every = {"unit": "%", "aggregation": Aggregation.AVERAGE}
    assert found(months_of([1] * 12, 1.0, **every), "always-green") == []
    assert len(found(months_of([1] * 12, 0.99, **every), "always-green")) == 1
    some = months_of([1] * 12, 2.0, direction=Direction.LOWER)
    assert len(found(some, "always-green")) == 1


def test_what_is_rolled_up_is_told_below() -> None:
    plan = months_of([10] * 12)
    whole = replace(plan, goals=(*plan.goals[:1], csf(), replace(plan.goals[1], parent="C")))
    assert only(whole, "always-green").goals == ("A",)


# ---- Not updated ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([10, 10, None], ""),
        ([10, None, None], "has had no actual for 2 months (since May 2026)."),
        ([10, None, None, None], "has had no actual for 3 months (since April 2026)."),
        ([10, None, 10, None], ""),
    ],
)
def test_two_months_without_an_actual_are_told(values: list[float | None], sentence: str) -> None:
    advice = found(months_of(values), "not-updated")
    assert [said(one) for one in advice] == ([f"“Calls” {sentence}"] if sentence else [])


def test_a_month_that_is_not_due_yet_does_not_count() -> None:
    plan = months_of([10, None, None])
    assert [one.code for one in review(plan).advice] == ["not-updated"]
    assert review(plan, as_of=date(2026, 7, 9)).advice == ()  # June is due on the tenth
    longer = months_of([10, None, None, None])
    (one,) = review(longer, as_of=date(2026, 7, 9)).advice
    assert said(one) == "“Calls” has had no actual for 2 months (since April 2026)."


def test_a_goal_that_has_just_been_planned_is_not_late() -> None:
    new = plan_of(kgi(), goal("A", "K"), plan={"A": [10] * 12}, settings=with_settings())
    april = replace(new, settings=with_settings(review_month=APRIL))
    assert found(april, "not-updated") == []  # one month has been planned so far
    assert "for 3 months (since April 2026)" in said(only(new, "not-updated"))
    assert found(plan_of(kgi(), goal("A", "K")), "not-updated") == []  # PDCA asks for a target


def test_more_than_a_year_is_not_counted_further() -> None:
    assert "for 12 months or more" in said(only(months_of([]), "not-updated"))


def test_what_a_formula_or_a_rollup_gives_is_not_entered() -> None:
    plan = months_of([10, None, None])
    more = (*plan.goals, goal("F", "K", formula="A*2"), csf(), goal("B", "C"))
    assert only(replace(plan, goals=more), "not-updated").goals == ("A",)


# ---- Switching off, and what is not told twice ----------------------------------------------


def test_a_check_that_settings_switch_off_is_silent() -> None:
    plan = plan_of(goal("A", owner=""), settings=with_settings(checks_off=("goal-without-owner",)))
    assert [one.code for one in review(plan).advice] == ["kpi-without-kgi"]


def test_a_cell_with_an_error_gets_no_advice_as_well() -> None:
    sheets = sound()
    sheets["Goals"][4] = row("RATE", "GROW", Unit="%", Aggregation="about")
    reading = read(sheets)
    assert reading.plan is not None
    assert [one.code for one in reading.problems] == ["aggregation-unknown"]
    assert review(reading.plan, problems=reading.problems).advice == ()
    # Without the problem the unknown word, which counts as Sum, would look like a choice.
    assert [one.code for one in review(reading.plan).advice] == ["ratio-summed"]


def test_figures_with_errors_in_them_are_not_judged() -> None:
    plan = two_years([10] * 12, [9] * 12)
    bad = Problem("not-a-number", "Actuals", "C2", goals=("A",))
    assert [one.code for one in review(plan, problems=(bad,)).advice] == []
    slip = Problem("percent-slip", "Actuals", "C2", goals=("A",), warning=True)
    assert EASIER in [one.code for one in review(plan, problems=(slip,)).advice]


def test_the_same_advice_whatever_sheet_the_plan_is_read_from() -> None:
    reading = read(sound())
    assert reading.plan is not None
    bare = replace(reading.plan, sheets={}, goals=tuple(
        replace(one, owner="") for one in reading.plan.goals
    ))  # fmt: skip
    assert {(one.sheet, one.cell) for one in review(bare).advice} == {(None, None)}
    assert by_mend(review(bare).advice, "en")[0].findings[0][0] == ""


# ---- Cells ----------------------------------------------------------------------------------


def told(sheets: dict[str, list[list[Any]]]) -> dict[str, tuple[str | None, str | None, str]]:
    """Code -> sheet, cell and what was found, of the advice on a book."""
    reading = read(sheets)
    assert reading.plan is not None
    whole = review(reading.plan, problems=reading.problems)
    return {one.code: (one.sheet, one.cell, one.found) for one in whole.advice}


def test_advice_points_at_the_cell_of_the_goals_row_and_the_fitting_column() -> None:
    sheets = sound()
    sheets["Goals"][3] = row("VISITS", "GROW", Owner=None, Weight=0.9)
    sheets["Goals"][4] = row("RATE", None, Unit="%", Aggregation="Sum", Weight=0.1)
    sheets["Goals"].append(row("TOP", Level="KGI"))
    sheets["Goals"].append(row("BARE", "TOP", Level="CSF"))
    sheets["Goals"][1] = row("REV", Level="KGI", Formula="VISITS*2")
    assert told(sheets) == {
        "kgi-without-number": ("Goals", "K6", ""),
        "kpi-without-kgi": ("Goals", "B5", ""),
        "csf-without-kpi": ("Goals", "A7", ""),
        "goal-without-owner": ("Goals", "E4", ""),
        "ratio-summed": ("Goals", "J5", ""),
    }


def test_the_first_kpi_beyond_the_limit_is_pointed_at() -> None:
    sheets = sound()
    sheets["Settings"].append(["Most KPIs", 1])
    sheets["Settings"].append(["Most KPIs per owner", 1])
    sheets["Settings"].append(["Most KPIs per CSF", 1])
    assert told(sheets) == {
        "csf-too-many-kpis": ("Goals", "A3", "2"),
        "book-too-many-kpis": ("Goals", "A5", "2"),
        "owner-too-many-kpis": ("Goals", "E5", "2"),
    }


def test_weight_and_benchmark_have_their_columns() -> None:
    sheets = sound()
    sheets["Goals"][1] = row("REV", Level="KGI", Formula="VISITS")
    sheets["Goals"][3] = row("VISITS", "GROW", Weight=3)
    for cells, benchmark in zip(sheets["Goals"], ("Benchmark", None, None, 50, None), strict=True):
        cells.append(benchmark)
    assert told(sheets) == {
        "weight-too-large": ("Goals", "L4", "3"),
        "target-beyond-benchmark": ("Goals", "O4", "50"),
    }


def test_a_plan_is_pointed_at_where_it_stands() -> None:
    sheets = sound()
    sheets["Plan"][1][3] = 0
    assert told(sheets)["plan-needs-baseline"] == ("Plan", "D2", "0")
    # The goal that takes its plan from a formula has it at its formula.
    sheets["Goals"].append(row("TWICE", "GROW", Formula="VISITS*2"))
    reading = read(sheets)
    assert reading.plan is not None
    places = [one.cell for one in review(reading.plan).advice if one.code == "plan-needs-baseline"]
    assert places == ["K2", "D2", "K6"]


def test_a_revised_plan_is_pointed_at_on_the_sheet_of_revisions() -> None:
    sheets = sound()
    sheets["Settings"].append(["Revision valid from", "2026-06"])
    sheets["Revision"] = [["A title"], [], ["Name", "ID", *MONTHS], [None, "VISITS", None, None, 0]]
    assert told(sheets)["plan-needs-baseline"] == ("Revision", "E4", "0")


def test_an_actual_is_pointed_at_where_it_belongs() -> None:
    sheets = sound()
    sheets["Settings"][2][1] = "2026-06"
    sheets["Actuals"][1][2:] = [None, None]
    assert told(sheets)["not-updated"] == ("Actuals", "C2", "")
    sheets["Actuals"].pop(1)
    assert told(sheets)["not-updated"] == ("Goals", "A4", "")


def test_sheets_and_columns_may_be_japanese_and_in_any_order() -> None:
    japanese: dict[str, list[list[Any]]] = {
        "設定": [["項目", "値"], ["対象月", "2026-06"]],
        "指標一覧": [
            ["見出し"],
            ["担当", "名称", "ID", "親ID", "階層", "単位", "方向", "集計"],
            ["佐藤", "売上", "S", None, "KGI", "円", "高いほど良い", "合計"],
            [None, "訪問", "V", "S", "KPI", "件", "高いほど良い", "合計"],
        ],
        "計画": [["ID", "2026年4月", "2026年5月", "2026年6月"], ["S", 1, 1, 1], ["V", 1, 1, 0]],
        "実績": [["2026/6", "2026年5月", "2026年4月", "ID"], [1, 1, 1, "S"], [None, None, 1, "V"]],
        "対策": [["対策ID", "指標ID", "起票日", "原因", "対策内容", "担当", "期限", "着手日",
                "完了日", "期待効果", "結果", "判断", "判断日"]],
        "コメント": [["指標ID", "年月", "コメント"]],
        "配布先": [["名称", "メール", "区分", "範囲", "言語"]],
    }  # fmt: skip
    found_at = {code: place[:2] for code, place in told(japanese).items()}
    assert found_at == {
        "goal-without-owner": ("指標一覧", "A4"),
        "plan-needs-baseline": ("計画", "D3"),
        "not-updated": ("実績", "B3"),
    }


# ---- Scope ----------------------------------------------------------------------------------


def company() -> Plan:
    return plan_of(
        kgi(owner="Mori"),
        csf("GROW", owner="Sato", name="Growth"),
        *kpis(6, "GROW", owner="Sato", name="Visits"),
        csf("CARE", owner="Kato", name="Care"),
        goal("CALLS", "CARE", owner="", name="Calls"),
        goal("SMILES", "CARE", owner="Sato", name="Smiles", weight=9),
        actuals={"CALLS": [1, 1, 1], "SMILES": [1, 1, 1]},
        plan={"CALLS": [1] * 12, "SMILES": [1] * 12},
        recipients=(Recipient("Mori", "mori@example.com"),),
    )


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ("", ["goal-without-owner", "csf-too-many-kpis", "owner-too-many-kpis",
              "weight-too-large"]),
        ("K", ["goal-without-owner", "csf-too-many-kpis", "owner-too-many-kpis",
               "weight-too-large"]),
        ("GROW", ["csf-too-many-kpis"]),
        ("CARE", ["goal-without-owner", "weight-too-large"]),
        ("CALLS", ["goal-without-owner"]),
        # The weight is one among goals that are not all Sato's.
        ("owner:Sato", ["csf-too-many-kpis", "owner-too-many-kpis"]),
        ("owner:Kato", []),
    ],
)  # fmt: skip
def test_a_scope_has_the_advice_that_speaks_of_its_goals_alone(
    scope: str, codes: list[str]
) -> None:
    part = scoped(review(company()), scope)
    assert [one.code for one in part.advice] == codes


# ---- Words ----------------------------------------------------------------------------------


def everything() -> list[Problem]:
    """Advice of every check, in every form of its sentences."""
    plans: list[tuple[Plan, Mapping[str, Landing]]] = [
        (plan_of(goal("A"), goal("B")), {}),
        (plan_of(kgi(formula="")), {}),
        (plan_of(kgi(formula=""), csf("C", None), goal("A", "C"), goal("B"), csf("D")), {}),
        (weighed(9, 1, parent=csf(owner="")), {}),
        (plan_of(kgi(formula=""), csf(), *kpis(21, owner="Abe"), plan={"C0": [1]}), {}),
        (plan_of(kgi(), goal("R", "K", unit="%"), plan={"R": [0] * 12}), {}),
        (plan_of(kgi(), goal("N", "K"), goal("R", "K", formula="N/N")), {}),
        (unit_changing_in(Month(2026, 5)), {}),
        (plan_of(kgi(), goal("A", "K"), plan={"A": [-1] * 11 + [1]}), {}),
        (plan_of(kgi(), goal("A", "K"), plan={"A": [-1] * 12}), {}),
        (plan_of(kgi(), goal("A", "K"), plan={"A": [1] * 11 + [0]}), {}),
        (two_years([10] * 12, [9] * 12, benchmark=1), {}),
        (two_years([10] * 12, [9] * 12, benchmark=1, aggregation=Aggregation.LAST), {}),
        (reported(9, 10, 9), needing(12, 10)),
        (reported(9, 10, 9), needing(12, 10, left=1)),
        (reported(9, 10, 9, aggregation=Aggregation.MAX), needing(12, 10)),
        (reported(9, 10, 9, aggregation=Aggregation.LAST), needing(120, 10)),
        (months_of([10] * 12), {}),
        (months_of([10, None, None]), {}),
        (months_of([]), {}),
    ]
    return [one for plan, landings in plans for one in advice_on(plan, landings)]


FORMS = {
    ("csf-too-many-kpis", ""), ("book-too-many-kpis", ""), ("owner-too-many-kpis", ""),
    ("kgi-without-number", "none"), ("kgi-without-number", "rollup"), ("csf-without-kpi", ""),
    ("kpi-without-kgi", ""), ("kpi-without-kgi", "below"), ("kpi-without-kgi", "none"),
    ("goal-without-owner", ""), ("weight-too-large", ""), ("ratio-summed", ""),
    ("ratio-summed", "quotient"), ("unit-changed", ""),
    ("plan-needs-baseline", ""), ("plan-needs-baseline", "zero"),
    ("plan-needs-baseline", "zeros"), ("plan-needs-baseline", "crossing"),
    ("target-easier-than-last-year", ""), ("target-beyond-history", ""),
    ("target-beyond-history", "one"), ("target-beyond-history", "peak"),
    ("target-beyond-history", "step"), ("target-beyond-benchmark", ""),
    ("target-beyond-benchmark", "month"), ("always-green", ""), ("not-updated", ""),
    ("not-updated", "long"),
}  # fmt: skip


def test_every_form_of_every_advice_is_worded_in_both_languages() -> None:
    advice = everything()
    assert {(one.code, one.details["form"]) for one in advice} == FORMS
    for one in advice:
        for language in LANGUAGES:
            text = problem_text(one, language)
            for part in (text.what, text.expected, text.mend):
                assert part
                assert "{" not in part
                assert "None" not in part
                assert part.endswith("." if language == "en" else "。"), part


def test_numbers_agree_with_their_nouns() -> None:
    for one in everything():
        text = problem_text(one, "en")
        for part in (text.what, text.expected, text.mend):
            for noun in ("months", "KPIs", "goals"):
                assert f" 1 {noun}" not in part, part


def test_advice_that_is_mended_alike_is_told_together() -> None:
    plan = plan_of(kgi(owner=""), csf(owner=""), goal("A", "C"))
    (group,) = by_mend(review(plan).advice, "en")
    assert (group.code, len(group.findings)) == ("goal-without-owner", 2)


# ---- Whatever the tree ----------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> Plan:
    """Small plans of any shape, with names that no other text contains."""
    count = draw(st.integers(1, 7))
    figure = st.one_of(st.none(), st.integers(-3, 9).map(float))
    goals = []
    for n in range(count):
        parent = draw(st.one_of(st.none(), st.integers(0, n - 1))) if n else None
        formula = draw(st.sampled_from(["", "", "", f"G{(n + 1) % count}*2", "G0/G0"]))
        goals.append(
            goal(
                f"G{n}", None if parent is None else f"G{parent}",
                name=f"<{n}>", owner=draw(st.sampled_from(["", "Abe", "Sato"])),
                level=draw(st.sampled_from(list(Level))),
                direction=draw(st.sampled_from([Direction.HIGHER, Direction.LOWER])),
                aggregation=draw(st.sampled_from(list(Aggregation))),
                unit=draw(st.sampled_from(["%", "pcs"])),
                weight=draw(st.one_of(st.none(), st.integers(0, 4))),
                benchmark=draw(figure), baseline=draw(figure),
                formula="" if formula.startswith(f"G{n}") else formula,
                row=n + 2,
            )
        )  # fmt: skip
    some = st.sets(st.integers(0, count - 1))
    return plan_of(
        *goals,
        plan={f"G{n}": draw(st.lists(figure, min_size=12, max_size=12)) for n in draw(some)},
        prior={f"G{n}": [draw(figure)] * 15 for n in draw(some)},
        settings=with_settings(
            max_kpis=draw(st.integers(1, 4)), max_kpis_per_csf=1,
            max_kpis_per_owner=draw(st.integers(1, 3)), max_weight=0.5,
        ),
    )  # fmt: skip


@given(trees())
def test_advice_speaks_of_no_goal_that_it_does_not_name(plan: Plan) -> None:
    whole = review(plan)
    for one in whole.advice:
        assert one.goals
        assert set(one.goals) <= whole.by_id.keys()
        for goal_review in whole.goals:
            if goal_review.id not in one.goals:
                for language in LANGUAGES:
                    text = problem_text(one, language)
                    assert goal_review.goal.name not in text.what + text.expected + text.mend


@given(trees(), st.sampled_from(CHECKS))
def test_switching_one_check_off_leaves_all_others_as_they_were(plan: Plan, code: str) -> None:
    without = replace(plan, settings=replace(plan.settings, checks_off=(code,)))
    kept = tuple(one for one in review(plan).advice if one.code != code)
    assert review(without).advice == kept


@given(trees(), st.integers(0, 6))
def test_a_scope_never_has_advice_on_goals_outside_it(plan: Plan, number: int) -> None:
    whole: Review = review(plan)
    part = scoped(whole, whole.goals[number % len(whole.goals)].id)
    inside = {one.id for one in part.goals}
    assert all(inside.issuperset(one.goals) for one in part.advice)
    assert all(one in whole.advice for one in part.advice)


@given(trees())
def test_a_goal_with_an_owner_and_a_way_up_is_never_told_to_lack_them(plan: Plan) -> None:
    whole = review(plan)
    unowned = {one.goals[0] for one in whole.advice if one.code == "goal-without-owner"}
    assert unowned == {one.id for one in whole.goals if not one.goal.owner}
    above: dict[str, bool] = {}
    for one in whole.goals:
        above[one.id] = one.goal.level is Level.KGI or above.get(one.parent or "", False)
    astray = {
        goal_id for one in whole.advice if one.code == "kpi-without-kgi" for goal_id in one.goals
    }
    assert not any(above[goal_id] for goal_id in astray)


def test_a_series_knows_its_row_and_is_compared_without_it() -> None:
    reading = read(sound())
    assert reading.plan is not None
    assert reading.plan.actuals["RATE"].row == 3
    assert Series({APRIL: 1.0}, row=4) == Series({APRIL: 1.0})
    assert book(sound()).sheets[1].rows[3][0] == "VISITS"
