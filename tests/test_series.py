from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List

import pytest

from kpixl.errors import CellError
from kpixl.plan.model import Plan, Series, Settings
from kpixl.plan.month import Month
from tests.plan_book import GOAL_HEADERS, MONTHS, Rows, goal, only, plan_of, read, sound

APRIL, MAY, JUNE = (Month(2026, month) for month in (4, 5, 6))


def actuals(*rows: List[Any], headers: List[Any] | None = None) -> Dict[str, Rows]:
    """The sound book with other actuals."""
    sheets = sound()
    sheets["Actuals"] = [headers or ["ID", *MONTHS], *rows]
    return sheets


def test_text_that_plainly_is_a_number_is_one() -> None:
    plan = plan_of(actuals(["VISITS", "▲12", "１,２５０", "(3)"], ["rate", "3.2%", " ", None]))
    assert plan.actuals["VISITS"].values == {APRIL: -12, MAY: 1250, JUNE: -3}
    assert plan.actuals["RATE"].values == {APRIL: pytest.approx(0.032)}


@pytest.mark.parametrize(
    ("cell", "code"),
    [("about 90", "not-a-number"), ("-", "not-a-number"), (True, "not-a-number"),
     (datetime.fromisoformat("2026-04-01"), "not-a-number"),
     (CellError("#DIV/0!"), "cell-error"), (2e15, "number-too-large"),
     (float("inf"), "number-too-large"), (float("nan"), "number-too-large")],
)  # fmt: skip
def test_a_figure_that_cannot_be_read_is_not_available(cell: Any, code: str) -> None:
    reading = read(actuals(["VISITS", 90, cell, None]))
    assert reading.plan is not None
    assert reading.plan.actuals["VISITS"].values == {APRIL: 90}
    assert reading.plan.actuals["VISITS"].unavailable == {MAY}
    problem = only(reading)
    assert (problem.code, problem.sheet, problem.cell) == (code, "Actuals", "C2")
    assert problem.goals == ("VISITS",)
    assert problem.details["month"] == "2026-05"


def test_a_formula_that_was_never_calculated_is_a_problem_and_not_a_blank() -> None:
    never = {
        "formulas": {(2, 2): "=SUM(Z1:Z9)", (2, 3): "=Z9"},
        "uncached": frozenset({(2, 2), (2, 3)}),
    }
    reading = read(actuals(["VISITS", None, None, 5]), Actuals=never)
    assert reading.plan is not None
    assert reading.plan.actuals["VISITS"].unavailable == {APRIL, MAY}
    problem = only(reading)
    assert (problem.code, problem.cell) == ("never-calculated", "B2")
    assert (problem.found, problem.details["cells"]) == ("=SUM(Z1:Z9)", "B2, C2")


def test_a_percentage_above_two_is_a_likely_slip_and_still_read() -> None:
    reading = read(actuals(["RATE", 4, 2, "3.2%"], ["VISITS", 4, 4, 4]))
    assert reading.plan is not None
    assert reading.plan.actuals["RATE"].get(APRIL) == 4
    problem = only(reading)
    assert (problem.code, problem.warning, problem.cell) == ("percent-slip", True, "B2")
    assert problem.goals == ("RATE",)


def test_a_goal_that_leaves_percent_has_no_slips_from_then_on() -> None:
    # A reorganisation: the rate is counted per thousand from May on.
    sheets = actuals(["RATE", 0.5, 4.5, 4.2])
    (old,) = [row for row in sheets["Goals"] if row[0] == "RATE"]
    old[GOAL_HEADERS.index("To")] = "2026-04"
    new = goal("RATE", "GROW", Unit="cases", Aggregation="Average", From="2026-05")
    sheets["Goals"].append(new)
    reading = read(sheets)
    assert reading.plan is not None
    assert "percent-slip" not in [one.code for one in reading.problems]
    # Before May 4 would still be 400 %.
    sheets["Actuals"][1][1] = 4
    (slip,) = [one for one in read(sheets).problems if one.code == "percent-slip"]
    assert (slip.cell, slip.details["cells"]) == ("B2", "B2")


def test_an_id_that_stands_twice_makes_the_months_of_both_rows_unavailable() -> None:
    reading = read(actuals(["VISITS", 1, 2, None], ["visits", None, 3, 4]))
    assert reading.plan is not None
    assert reading.plan.actuals["VISITS"] == Series({APRIL: 1, JUNE: 4}, frozenset({MAY}))
    problem = only(reading)
    assert (problem.code, problem.cell, problem.details["first"]) == ("figures-double", "A3", "A2")


def test_figures_for_an_unknown_goal_are_a_warning() -> None:
    reading = read(actuals(["VISITS", 1, 2, 3], ["NOBODY", None, 2, None], ["EMPTY", None, ""]))
    problem = only(reading)
    assert (problem.code, problem.cell, problem.warning) == ("figures-unknown-goal", "A3", True)


def test_figures_without_an_id_are_never_lost_silently() -> None:
    problem = only(read(actuals(["VISITS", 1, 2, 3], [None, None, 7, None])))
    assert (problem.code, problem.cell, problem.warning) == ("figures-without-id", "C3", False)


def test_totals_below_the_table_are_no_figures() -> None:
    headers = ["ID", "Name", *MONTHS]
    below: List[List[Any]] = [
        [None, "合計", 1, 2, 3],
        ["Total", None, 1, 2, 3],
        [],
        ["see note"],
        [None, "note"],
    ]
    assert read(actuals(["VISITS", "", 1, 2, 3], *below, headers=headers)).problems == ()


def test_months_missing_between_others_are_told_with_every_goal() -> None:
    reading = read(actuals(["VISITS", 1, 2], headers=["ID", "2026-01", "2026-04"]))
    problem = only(reading)
    assert (problem.code, problem.cell) == ("months-missing", "C1")
    assert problem.details["months"] == "2026-02 – 2026-03"
    assert problem.goals == ("REV", "GROW", "VISITS", "RATE")


def test_a_revision_may_leave_months_out() -> None:
    sheets = sound()
    sheets["Revision"] = [["ID", "2026-04", "2026-06"], ["VISITS", 1, 2]]
    sheets["Settings"] = [*sheets["Settings"], ["Revision valid from", "2026-04"]]
    assert only(read(sheets)).warning


def test_a_month_that_stands_twice_is_unavailable_for_who_has_a_figure_there() -> None:
    reading = read(
        actuals(
            ["VISITS", None, 5, 6], ["RATE", None, None, 0.1],
            headers=["ID", "2026-04", "Apr-26", "2026/5"],
        )
    )  # fmt: skip
    assert reading.plan is not None
    assert reading.plan.actuals["VISITS"] == Series({MAY: 6}, frozenset({APRIL}))
    assert reading.plan.actuals["RATE"] == Series({MAY: 0.1})
    problem = only(reading)
    assert (problem.code, problem.cell, problem.goals) == ("month-double", "C1", ("VISITS",))


def test_figures_under_no_clear_month_are_told() -> None:
    reading = read(
        actuals(["VISITS", 1, 2, 3, 4], headers=["ID", "2026-04", "2026-13", None, "Total"])
    )
    assert [(p.code, p.cell, p.goals) for p in reading.problems] == [
        ("month-unclear", "C1", ("VISITS",)),
        ("figures-without-month", "D1", ("VISITS",)),
    ]


def test_a_sheet_without_months_is_told() -> None:
    problem = only(read(actuals(["VISITS", 1], headers=["ID", "Total"])))
    assert (problem.code, problem.warning) == ("months-none", False)


def test_an_empty_optional_sheet_is_as_good_as_none() -> None:
    sheets = sound()
    sheets["見込"] = [[None, " "], []]
    assert read(sheets) == read(sound())


def test_an_id_that_cannot_be_read_is_told_where_figures_depend_on_it() -> None:
    problem = only(read(actuals(["VISITS", 1], [CellError("#REF!"), 2], [CellError("#REF!")])))
    assert (problem.code, problem.cell) == ("cell-error", "A3")


def test_a_short_row_is_blank_at_its_end() -> None:
    assert plan_of(actuals(["VISITS", 1])).actuals["VISITS"].values == {APRIL: 1}


def test_the_plan_in_force_is_the_revision_from_its_month_on() -> None:
    sheets = sound()
    sheets["Settings"].append(["Revision valid from", "2026年5月"])
    sheets["Revision"] = [["ID", *MONTHS], ["VISITS", 1, 2, None]]
    plan = plan_of(sheets)
    # April keeps the Plan; May is revised; June has no revision and keeps the Plan.
    assert [plan.in_force("VISITS", month) for month in (APRIL, MAY, JUNE)] == [100, 2, 120]


def test_a_revision_that_cannot_be_read_leaves_no_plan() -> None:
    plan = Plan(
        Settings(revision_from=APRIL), (), plan={"A": Series({APRIL: 1.0})},
        revision={"A": Series({}, frozenset({APRIL}))},
    )  # fmt: skip
    assert plan.in_force("A", APRIL) is None


def test_more_months_than_a_book_may_have_are_refused() -> None:
    headers: List[Any] = ["ID", *(str(Month(1960, 1).plus(n)) for n in range(601))]
    problem = only(read(actuals(["VISITS", 1], headers=headers)))
    assert (problem.code, problem.details["limit"]) == ("months-too-many", 600)


def test_goals_of_the_percent_unit_are_known_however_it_is_written() -> None:
    for unit in ("%", "％", "percent", "パーセント"):
        sheets = actuals(["P", 3])
        sheets["Goals"].append(goal("P", "REV", Unit=unit))
        assert only(read(sheets)).code == "percent-slip"
