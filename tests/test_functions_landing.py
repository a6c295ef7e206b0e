"""The year's end in a cell: landing, chance and required pace (SPEC 5 and 10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.measures.kinds import Aggregation, Direction, Method, Pace
from kpixl.plan.model import Plan
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.review.review import review
from kpixl.words import LANGUAGES, section, word
from kpixl.workbook.reader import read_book
from tests.books import sample_bytes
from tests.plans import APRIL, goal, plan_of

NA, VALUE, REF = CellError("#N/A"), CellError("#VALUE!"), CellError("#REF!")
LAST_YEAR: list[Any] = [8, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
BLANKS: list[Any] = [None] * 9
QUARTER: list[Any] = [90, 110, 70, *BLANKS]
HUNDREDS: list[Any] = [100] * 12


def call(name: str, *arguments: object) -> object:
    return FUNCTIONS[name](*arguments)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("Plan", 270 + 900),
        ("計画", 270 + 900),
        ("予算", 270 + 900),
        ("plan ratio", 270 * 4),
        ("ratio", 270 * 4),
        ("計画比率", 270 * 4),
        ("Pace", 270 * 4),
        ("run rate", 270 * 4),
        ("ペース", 270 * 4),
        ("Best", 270 * 4),  # the first year: its share of plan
        ("最適", 270 * 4),
        (None, 270 * 4),
        ("", 270 * 4),
        ("Prior-year ratio", NA),
        ("前年比率", NA),
        ("Outlook", NA),  # the owner's figures are not among the arguments
        ("clairvoyance", NA),
        (5, NA),
    ],
)
def test_the_landing_by_a_named_method(method, expected):
    assert call("KPI_LANDING", [QUARTER], [HUNDREDS], "Sum", method) == expected


@pytest.mark.parametrize("method", [one for one in Method if one is not Method.OUTLOOK])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_is_known_by_its_word(method, language):
    actuals, plan = [LAST_YEAR, QUARTER], [HUNDREDS, HUNDREDS]
    by_key = call("KPI_LANDING", actuals, plan, "Sum", method.value)
    by_word = call("KPI_LANDING", actuals, plan, "Sum", word(f"method.{method.value}", language))
    assert isinstance(by_key, float)
    assert by_word == by_key


def test_the_words_of_the_methods_are_these():
    assert set(section("method")) == {"best", *(one.value for one in Method)}


def test_years_may_lie_in_one_row_in_a_column_or_one_below_the_other():
    actuals, plan = [*LAST_YEAR, *QUARTER], [None] * 12 + HUNDREDS
    row = call("KPI_LANDING", [actuals], [plan])
    column = call("KPI_LANDING", [[one] for one in actuals], [[one] for one in plan])
    block = call("KPI_LANDING", [actuals[:12], actuals[12:]], [plan[:12], plan[12:]])
    assert isinstance(row, float)
    assert row == column == block


@pytest.mark.parametrize(
    ("actuals", "plan", "prior"),
    [
        ([[1] * 11], [[1] * 11], None),
        ([[1] * 13], [[1] * 13], None),
        ([[1]], [[1]], None),
        ([QUARTER], [[1] * 11], None),
        ([QUARTER], [[1]] * 12, None),  # a column beside a row
        ([LAST_YEAR, QUARTER], [HUNDREDS], None),
        ([QUARTER], [HUNDREDS], [[1] * 6]),
        ([QUARTER], [HUNDREDS], 5),
        (QUARTER[0], HUNDREDS[0], None),
        ([["many", *[1] * 11]], [HUNDREDS], None),
    ],
)
@pytest.mark.parametrize("name", ["KPI_LANDING", "KPI_CHANCE"])
def test_what_is_no_whole_year_or_of_another_shape(name, actuals, plan, prior):
    before = [None] * (1 if name == "KPI_LANDING" else 3)
    assert call(name, actuals, plan, "Sum", *before, prior) == VALUE


def test_required_pace_wants_the_same_shapes():
    assert call("KPI_REQUIRED", [[1] * 11], [[1] * 11]) == VALUE
    assert call("KPI_REQUIRED", [QUARTER], [[1]] * 12) == VALUE


def test_blanks_are_missing_months_and_never_zero():
    holed = [90, "", 90, *BLANKS]
    assert call("KPI_LANDING", [holed], [HUNDREDS], None, "Pace") == 90 * 12
    # 1200 - 180 in the ten months without an actual
    assert call("KPI_REQUIRED", [holed], [HUNDREDS]) == 102


def test_a_single_blank_cell_is_no_plan():
    assert call("KPI_LANDING", [QUARTER], None) == 1080  # pace
    assert call("KPI_LANDING", [QUARTER], "", None, "Plan") == NA
    assert call("KPI_REQUIRED", [QUARTER], None) == NA
    assert call("KPI_CHANCE", [LAST_YEAR, QUARTER], None) == NA


def test_the_year_before_may_be_given():
    season = [5] * 11 + [45]
    # 270 against 15 so far: 18 times; 270 + 18 × (8 × 5 + 45)
    assert call("KPI_LANDING", [QUARTER], None, None, "Prior", [season]) == 270 + 18 * 85
    two = [LAST_YEAR, QUARTER]
    assert call("KPI_LANDING", two, None, None, "Prior", [season]) == 270 + 18 * 85
    assert call("KPI_LANDING", two, None, None, "Prior", [LAST_YEAR, season]) == 270 + 18 * 85


def test_too_little_to_go_by():
    assert call("KPI_LANDING", [[None] * 12], [[None] * 12]) == NA
    assert call("KPI_CHANCE", [QUARTER], [HUNDREDS]) == NA  # no past year
    holed = [None, *HUNDREDS[1:]]
    assert call("KPI_REQUIRED", [QUARTER], [holed]) == NA
    assert call("KPI_REQUIRED", [QUARTER], [holed], "Last") == 100


def test_errors_inside_a_range_come_out():
    broken = [REF, *QUARTER[1:]]
    for name in ("KPI_LANDING", "KPI_REQUIRED", "KPI_CHANCE"):
        assert call(name, [broken], [HUNDREDS]) == REF
        assert call(name, [QUARTER], [[REF, *HUNDREDS[1:]]]) == REF


@pytest.mark.parametrize(
    ("aggregation", "direction", "expected"),
    [
        ("Sum", None, 930 / 9),
        ("平均", None, 930 / 9),
        ("Last", None, 100),
        ("Max", "Higher", "reached"),  # 110 in May
        ("Max", "Lower", "out of reach"),
        ("Min", "Higher", "out of reach"),  # 70 in June
        ("Min", "Lower", "reached"),
        ("Max", "Range", 100),
        ("Max", "sideways", NA),
    ],
)
def test_the_required_pace(aggregation, direction, expected):
    found = call("KPI_REQUIRED", [QUARTER], [HUNDREDS], aggregation, direction)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_what_is_settled_is_said_in_the_language_asked_for():
    assert call("KPI_REQUIRED", [QUARTER], [HUNDREDS], "最大", None, "日本語") == "達成済み"
    assert call("KPI_REQUIRED", [QUARTER], [HUNDREDS], "最大", "Lower", "ja") == "達成不能"


def test_a_year_that_is_complete_asks_for_nothing():
    assert call("KPI_REQUIRED", [LAST_YEAR], [[10] * 12]) == ""
    assert call("KPI_LANDING", [LAST_YEAR], [[10] * 12]) == 120
    assert call("KPI_CHANCE", [LAST_YEAR], [[10] * 12]) == 1
    assert call("KPI_CHANCE", [LAST_YEAR], [[11] * 12]) == 0
    assert call("KPI_CHANCE", [LAST_YEAR], [[11] * 12], "Sum", "Lower") == 1
    assert call("KPI_CHANCE", [LAST_YEAR], [[11] * 12], "Sum", "Range", 12) == 1


def test_the_chance_in_a_cell():
    actuals, plan = [LAST_YEAR, [10, 10, 10, *BLANKS]], [[None] * 12, [10] * 12]
    assert call("KPI_CHANCE", actuals, plan) == 0.5
    assert call("KPI_CHANCE", actuals, plan, "Sum", "範囲", 1000) == 0.95
    assert call("KPI_CHANCE", actuals, plan, "Sum", "範囲") == NA  # without a tolerance
    assert call("KPI_CHANCE", actuals, plan, "Sum", "Higher", None, "Plan") == NA  # never tried
    higher, lower = (call("KPI_CHANCE", actuals, [[None] * 12, [9.95] * 12], "Sum", one)
                     for one in ("Higher", "Lower"))  # fmt: skip
    assert isinstance(higher, float)
    assert isinstance(lower, float)
    assert higher > 0.5
    assert lower == pytest.approx(1 - higher)


def test_methods_side_by_side_spill():
    found = call("KPI_LANDING", [QUARTER], [HUNDREDS], "Sum", [["Plan", "Pace", "Prior"]])
    assert found == [[1170, 1080, NA]]


# ---- The cell and the pack -------------------------------------------------------------------


def in_cells(plan: Plan, goal_id: str, month: Month, first: Month) -> tuple[Any, Any, Any]:
    """Landing, chance and required pace as a sheet asks for them, from the goal's own cells."""
    (about,) = plan.definitions(goal_id)
    count = (month.index - first.index) // 12 * 12 + 12
    months = [first.plus(n) for n in range(count)]
    reported = plan.actuals[goal_id]
    actuals = [[reported.get(one) if one <= month else None for one in months]]
    planned = [[plan.in_force(goal_id, one) for one in months]]
    how, way = about.aggregation.value, about.direction.value
    return (
        call("KPI_LANDING", actuals, planned, how),
        call("KPI_CHANCE", actuals, planned, how, way, about.tolerance),
        call("KPI_REQUIRED", actuals, planned, how, way),
    )


def test_cell_and_pack_agree_about_every_goal_of_the_sample(tmp_path):
    path = tmp_path / "sample.xlsx"
    path.write_bytes(sample_bytes("en"))
    plan = read_plan(read_book(path)).plan
    assert plan is not None
    compared = 0
    for entry in review(plan).goals:
        single = len(plan.definitions(entry.id)) == 1 and entry.goal.valid_from is None
        if entry.source != "own" or not single or entry.goal.valid_to is not None:
            continue
        compared += 1
        landing, month = entry.landing, plan.settings.review_month
        assert month is not None
        value, chance, required = in_cells(plan, entry.id, month, APRIL.plus(-24))
        assert value == (NA if landing.value is None else landing.value)
        assert chance == (NA if landing.chance is None else landing.chance)
        if landing.required.pace is Pace.NEEDED:
            assert required == pytest.approx(landing.required.value)
        else:
            assert required == word(f"pace.{landing.required.pace.value}", "en")
    assert compared >= 15


figures = st.lists(st.one_of(st.none(), st.integers(1, 99).map(float)), min_size=1, max_size=24)


@settings(max_examples=60, deadline=None)
@given(
    figures,
    st.lists(st.integers(1, 99).map(float), min_size=12, max_size=12),
    st.sampled_from(Aggregation),
    st.sampled_from([Direction.HIGHER, Direction.LOWER]),
)
def test_cell_and_pack_agree(reported, planned, how, way):
    plan = plan_of(
        goal("A", aggregation=how, direction=way), plan={"A": planned},
        prior={"A": reported[:12]}, actuals={"A": reported[12:]},
    )  # fmt: skip
    month = Month(2026, 9)
    landing = review(plan, month).by_id["A"].landing
    value, chance, _ = in_cells(plan, "A", month, APRIL.plus(-24))
    assert value == (NA if landing.value is None else landing.value)
    assert chance == (NA if landing.chance is None else landing.chance)
