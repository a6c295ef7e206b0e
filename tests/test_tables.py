from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Dict, List, Optional, Tuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.errors import CellError
from kpixl.measures.formula import inputs
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import Goal, Level
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET
from kpixl.words import problem_text, section
from tests.plan_book import MONTHS, Rows, goal, only, plan_of, read, sound

APRIL, MAY = Month(2026, 4), Month(2026, 5)


def with_rows(sheet: str, *rows: List[Any]) -> Dict[str, Rows]:
    """The sound book with rows added to one sheet."""
    sheets = sound()
    sheets[sheet] = [*sheets[sheet], *rows]
    return sheets


def test_a_sound_book_gives_its_plan_and_no_problem() -> None:
    reading = read(sound())
    assert reading.problems == ()
    plan = reading.plan
    assert plan is not None
    revenue, growth, visits, rate = plan.goals
    assert (revenue.level, revenue.parent, visits.parent) == (Level.KGI, None, "GROW")
    assert revenue.formula is not None
    assert inputs(revenue.formula) == ("VISITS", "RATE")
    assert (growth.direction, rate.aggregation) == (Direction.HIGHER, Aggregation.AVERAGE)
    assert visits.department == "Web"
    assert plan.plan["VISITS"].get(MAY) == 110
    assert plan.actuals["RATE"].get(APRIL) == 0.04
    assert plan.actions[0].due == date(2026, 6, 1)
    assert plan.comments[0].month == APRIL
    assert plan.recipients[0].language == "ja"
    assert plan.source.name == "kpi.xlsx"


def test_goals_without_figures_have_no_series() -> None:
    sheets = with_rows("Actuals", ["GROW", None, "", " "])
    assert "GROW" not in plan_of(sheets).actuals


def test_unknown_sheets_and_columns_are_ignored() -> None:
    sheets = sound()
    sheets["Notes"] = [["ID", "whatever"], [CellError("#REF!"), 1]]
    sheets["Goals"] = [[*row, "x"] for row in sheets["Goals"]]
    sheets["Goals"][0][-1] = "My remark"
    assert read(sheets) == read(sound())


# Structure


def test_without_a_goals_sheet_there_is_no_plan() -> None:
    sheets = sound()
    del sheets["Goals"]
    reading = read(sheets)
    assert reading.plan is None
    assert only(reading).code == "sheet-missing"
    assert only(reading).structural


@pytest.mark.parametrize("name", ["Plan", "Actuals", "Settings", "Actions", "Comments"])
def test_another_missing_sheet_is_a_problem_but_there_is_a_plan(name: str) -> None:
    sheets = sound()
    del sheets[name]
    reading = read(sheets)
    assert reading.plan is not None
    problem = only(reading)
    assert (problem.code, problem.details["name_en"]) == ("sheet-missing", name)
    # Without figures or settings nothing can be judged; without remarks it can.
    assert bool(problem.goals) == (name in {"Plan", "Actuals", "Settings"})


def test_two_sheets_for_the_same_input_give_no_plan() -> None:
    sheets = sound()
    sheets["予算"] = sheets["Plan"]
    reading = read(sheets)
    assert reading.plan is None
    assert only(reading).code == "sheet-double"
    assert only(reading).sheet == "予算"


def test_a_sheet_that_only_has_the_name_of_an_input_is_ignored() -> None:
    sheets = sound()
    sheets["Budget"] = [["Please use the sheet Plan"]]
    assert read(sheets) == read(sound())


@pytest.mark.parametrize("header", ["ID", "Direction", "Owner"])
def test_goals_without_a_required_column_give_no_plan(header: str) -> None:
    sheets = sound()
    sheets["Goals"][0] = [None if cell == header else cell for cell in sheets["Goals"][0]]
    reading = read(sheets)
    assert reading.plan is None
    missing = only(reading, "column-missing")
    assert (missing.sheet, missing.cell, missing.details["name_en"]) == ("Goals", "A1", header)


def test_goals_without_any_header_or_goal_give_no_plan() -> None:
    sheets = sound()
    sheets["Goals"] = [["nothing here"]]
    assert only(read(sheets)).code == "header-missing"
    sheets = sound()
    sheets["Goals"] = sheets["Goals"][:1]
    reading = read(sheets)
    assert reading.plan is None
    assert only(reading).code == "goals-none"


def test_an_unknown_parent_gives_no_plan() -> None:
    reading = read(with_rows("Goals", goal("NEW", "NOBODY")))
    problem = only(reading)
    assert reading.plan is None
    assert (problem.code, problem.cell, problem.found) == ("parent-unknown", "B6", "NOBODY")
    assert problem.goals == ("NEW",)


def test_goals_below_each_other_give_no_plan() -> None:
    reading = read(with_rows("Goals", goal("A", "B"), goal("B", "C"), goal("C", "A")))
    problem = only(reading)
    assert reading.plan is None
    assert (problem.code, problem.details["chain"]) == ("parent-cycle", "A → B → C → A")
    assert only(read(with_rows("Goals", goal("A", "A")))).details["chain"] == "A → A"


def test_parents_that_change_places_over_time_are_no_cycle() -> None:
    sheets = with_rows(
        "Goals",
        goal("A", "B", To="2026-03"), goal("B", "REV", To="2026-03"),
        goal("B", "A", From="2026-04"), goal("A", "REV", From="2026-04"),
    )  # fmt: skip
    reading = read(sheets)
    assert reading.problems == ()
    assert reading.plan is not None
    assert reading.plan.tree(APRIL)["B"].parent == "A"


def test_an_id_may_stand_twice_only_at_different_times() -> None:
    apart = with_rows(
        "Goals", goal("A", "REV", To="2026-03"), goal("a", "REV", From="2026-04", Unit="pcs")
    )
    reading = read(apart)
    assert reading.problems == ()
    assert reading.plan is not None
    assert [goal.unit for goal in reading.plan.definitions("A")] == ["yen", "pcs"]
    overlapping = with_rows(
        "Goals", goal("A", "REV", To="2026-04"), goal(" ａ ", "REV", From="2026-04")
    )
    reading = read(overlapping)
    assert reading.plan is None
    problem = only(reading)
    assert (problem.code, problem.cell, problem.details["first"]) == ("goal-double", "A7", "A6")


def test_a_goal_that_outlives_its_parent_is_said() -> None:
    sheets = with_rows("Goals", goal("UP", "REV", To="2026-03"), goal("A", "UP"))
    problem = only(read(sheets))
    assert (problem.code, problem.warning) == ("parent-outside-time", True)
    sheets = with_rows(
        "Goals",
        goal("UP", "REV", To="2026-03"), goal("UP", "REV", From="2026-04"), goal("A", "UP"),
    )  # fmt: skip
    assert read(sheets).problems == ()


# Definitions


def changed(goal_id: str, **cells: Any) -> Dict[str, Rows]:
    """The sound book with one goal's row changed."""
    sheets = sound()
    rows = sheets["Goals"]
    at = next(n for n, row in enumerate(rows) if row[0] == goal_id)
    rows[at] = [cells.get(header, cell) for header, cell in zip(rows[0], rows[at], strict=True)]
    return sheets


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Direction": "Sideways"}, "direction-unknown"),
        ({"Direction": None}, "direction-missing"),
        ({"Aggregation": "Median"}, "aggregation-unknown"),
        ({"Aggregation": ""}, "aggregation-missing"),
        ({"Level": "OKR"}, "level-unknown"),
        ({"Level": None}, "level-missing"),
        ({"Direction": "範囲"}, "tolerance-missing"),
        ({"Direction": "Range", "Tolerance": "wide"}, "not-a-number"),
        ({"Tolerance": -1}, "negative-value"),
        ({"Weight": True}, "not-a-number"),
        ({"From": "2026-05", "To": "2026-04"}, "from-after-to"),
        ({"From": "spring"}, "not-a-month"),
        ({"Formula": "REV*"}, "formula-incomplete"),
        ({"Formula": "NOBODY*2"}, "formula-unknown-goal"),
        ({"Formula": "PRODUCT(RATE)"}, "formula-unknown-function"),
        ({"Formula": "=VISITS+1"}, "formula-cycle"),
        ({"Formula": CellError("#NAME?")}, "cell-error"),
    ],
)
def test_a_bad_definition_is_told_with_its_goal(cells: Dict[str, Any], code: str) -> None:
    reading = read(changed("VISITS", **cells))
    assert reading.plan is not None
    problem = only(reading)
    assert (problem.code, problem.warning) == (code, False)
    assert "VISITS" in problem.goals
    assert problem.sheet == "Goals"


def test_a_negative_weight_touches_the_parent_too() -> None:
    assert only(read(changed("VISITS", Weight="▲2"))).goals == ("VISITS", "GROW")


def test_words_are_understood_in_both_languages_and_by_synonym() -> None:
    plan = plan_of(changed("VISITS", Direction="低いほど良い", Aggregation="avg", Level="ｋｐｉ"))
    visits = plan.definitions("VISITS")[0]
    assert (visits.direction, visits.aggregation) == (Direction.LOWER, Aggregation.AVERAGE)


def test_a_goal_without_a_name_is_called_by_its_id() -> None:
    reading = read(changed("VISITS", Name=None))
    assert only(reading).warning
    assert reading.plan is not None
    assert reading.plan.definitions("VISITS")[0].name == "VISITS"


def test_numbers_are_ids() -> None:
    sheets = with_rows("Goals", goal(1, "REV"), goal(2.0, 1))
    sheets["Actuals"].append(["2", 5, None, None])
    reading = read(sheets)
    assert reading.problems == ()
    assert reading.plan is not None
    assert reading.plan.definitions("2")[0].parent == "1"
    assert reading.plan.actuals["2"].get(APRIL) == 5


def test_a_row_without_id_is_a_problem_and_a_total_is_none() -> None:
    problem = only(read(with_rows("Goals", goal(None, "REV"))))
    assert (problem.code, problem.cell) == ("goal-without-id", "B6")
    assert read(with_rows("Goals", ["集計"], [None, None, None, "Total"], [])).problems == ()


def test_a_formula_that_excel_took_for_one_is_read_by_its_text() -> None:
    sheets = changed("REV", Formula=CellError("#NAME?"))
    reading = read(sheets, Goals={"formulas": {(2, 11): "=VISITS*RATE"}})
    assert reading.problems == ()
    assert reading.plan is not None
    assert reading.plan.goals[0].formula_text == "VISITS*RATE"
    never = {"formulas": {(2, 11): "=VISITS*RATE"}, "uncached": frozenset({(2, 11)})}
    assert read(changed("REV", Formula=None), Goals=never) == reading


def test_what_a_broken_formula_would_give_is_not_available_rather_than_not_reported() -> None:
    plan = plan_of(changed("REV", Formula="VISITS*NOBODY"))
    assert plan.goals[0].formula is None
    assert plan.actuals["REV"].unavailable == {APRIL, MAY, Month(2026, 6)}


def test_formulas_in_a_circle_name_every_goal_of_it() -> None:
    sheets = with_rows("Goals", goal("A", "REV", Formula="B+1"), goal("B", "REV", Formula="A*2"))
    problem = only(read(sheets))
    assert (problem.code, problem.goals) == ("formula-cycle", ("A", "B"))


def test_an_own_figure_far_from_the_formula_is_said() -> None:
    # April: 90 × 0.04 = 3.6. 3.61 differs by 0.3 %, 3.65 by 1.4 %.
    assert read(with_rows("Actuals", ["REV", 3.61])).problems == ()
    problem = only(read(with_rows("Actuals", ["REV", 3.65])))
    assert (problem.code, problem.warning, problem.goals) == ("formula-difference", True, ("REV",))
    assert problem_text(problem, "en").what == (
        "On the sheet Actuals, REV has 3.65 in 2026-04, but its formula gives 3.6. "
        "Months that differ by more than 0.5 %: 1."
    )
    # 9e7 × 2 = 180 million, written out as a person would.
    sheets = with_rows("Actuals", ["REV", 1])
    sheets["Actuals"][1:3] = [["VISITS", 9e7], ["RATE", 2]]
    large = only(read(sheets))
    assert large.details["formula"] == "180000000"


# Actions, comments, holidays


@pytest.mark.parametrize(
    ("days", "cell", "words"),
    [
        # Raised, (cause to due), Started, Done, (expected effect to decision), Decided
        ((4, 5, 6, 7), None, ""),
        ((4, None, 4, 4), None, ""),
        ((None, 5, None, 5), None, ""),
        ((4, 5, 6, 5), "M3", "“Decided” (2026-05-01) is before “Done” (2026-06-01)."),
        ((6, None, 5, 7), "I3", "“Done” (2026-05-01) is before “Raised” (2026-06-01)."),
        ((6, 5, 4, 7), "H3", "“Started” (2026-05-01) is before “Raised” (2026-06-01)."),
    ],
)
def test_days_of_an_action_that_contradict_each_other_are_told(
    days: Tuple[Optional[int], ...], cell: Optional[str], words: str
) -> None:
    raised, started, done, decided = (day and date(2026, day, 1) for day in days)
    row = ["A2", "RATE", raised, "why", "what", "Abe", None, started, done, *[None] * 3, decided]
    sheets = sound()
    sheets["Actions"].append(row)
    reading = read(sheets)
    if cell is None:
        assert reading.problems == ()
    else:
        problem = only(reading, "action-order")
        assert (problem.cell, problem.warning, problem.goals) == (cell, True, ("RATE",))
        assert problem_text(problem, "en").what == words
        # The action counts as it stands.
        assert reading.plan is not None
        assert reading.plan.actions[-1].decided is not None


@pytest.mark.parametrize(
    ("sheet", "row", "code", "cell"),
    [
        ("Actions", ["A2", "NOBODY"], "action-unknown-goal", "B3"),
        ("Actions", ["A2", None, None, "why"], "action-without-goal", "B3"),
        ("Actions", [None, "RATE", None, "why"], "action-without-id", "A3"),
        ("Actions", ["a1", "RATE"], "action-double", "A3"),
        ("Actions", ["A2", "RATE", "soon"], "not-a-date", "C3"),
        ("Actions", ["A2", "RATE", *[None] * 9, "Maybe"], "decision-unknown", None),
        ("Comments", ["NOBODY", "2026-04", "x"], "comment-unknown-goal", "A3"),
        ("Comments", [None, "2026-04", "x"], "comment-without-goal", "A3"),
        ("Comments", ["RATE", None, "x"], "comment-without-month", "B3"),
        ("Comments", ["RATE", "April", "x"], "not-a-month", "B3"),
    ],
)
def test_a_bad_record_is_told(sheet: str, row: List[Any], code: str, cell: str | None) -> None:
    reading = read(with_rows(sheet, row))
    assert reading.plan is not None
    problem = only(reading)
    assert problem.code == code
    assert cell is None or problem.cell == cell


def test_actions_keep_ids_of_their_own_whatever_was_typed() -> None:
    plan = plan_of(with_rows("Actions", ["A1", "RATE"], [None, "RATE"], ["A1", "VISITS"]))
    assert [action.id for action in plan.actions] == ["A1", "A1#3", "#4", "A1#5"]


def test_cells_that_kpixl_fills_in_itself_are_never_read() -> None:
    sheets = sound()
    sheets["Actions"] = [[*row, None] for row in sheets["Actions"]]
    sheets["Actions"][0][-1] = "フェーズ"
    sheets["Actions"].append([None] * 13 + [CellError("#NAME?")])
    never = {"formulas": {(3, 14): "=PDCA_PHASE()"}, "uncached": frozenset({(3, 14), (2, 14)})}
    assert read(sheets, Actions=never).problems == ()


def test_holidays_are_read_and_a_bad_one_counts_only_for_business_days() -> None:
    sheets = sound()
    sheets["休日"] = [
        ["日付", "名称"],
        [datetime.fromisoformat("2026-05-04"), "みどりの日"],
        ["soon", "?"],
    ]
    reading = read(sheets)
    assert reading.plan is not None
    assert reading.plan.holidays == (date(2026, 5, 4),)
    assert only(reading).warning
    sheets["Settings"].append(["Close day", "5営業日"])
    assert not only(read(sheets)).warning


def test_a_book_full_of_faults_is_told_in_part_and_touches_all_it_touches() -> None:
    sheets = sound()
    ids = [f"N{number}" for number in range(101)]
    sheets["Goals"] += [goal(goal_id, "REV") for goal_id in ids]
    months = [str(APRIL.plus(n)) for n in range(100)]
    sheets["Actuals"] = [["ID", *months], *([goal_id, *["?"] * 100] for goal_id in ids)]
    reading = read(sheets)
    last = reading.problems[-1]
    # 101 goals × 100 months are 100 problems more than the 10,000 told one by one.
    assert (len(reading.problems), last.code, last.details["count"]) == (
        10_001, "problems-too-many", 100,
    )  # fmt: skip
    assert last.goals == ("N100",)


# Laws

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.dates(),
    st.datetimes(), st.sampled_from(["#N/A", "#DIV/0!"]).map(CellError),
    st.sampled_from([
        "ID", "指標ID", "Goal ID", "KGI", "2026-04", "Apr", 2026, "Higher", "=A*B", "REV", "VISITS",
        "%", "Key", "Value", "Fiscal year starts", "Email", "合計", 46113, "計画", "A+REV",
    ]),
)  # fmt: skip
ROWS = st.lists(st.lists(JUNK, max_size=6), max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*sound(), "Revision", "Outlook", "Holidays", "予算", "設定"]), ROWS
    )
)
def test_no_junk_can_make_reading_fail(junk: Dict[str, Rows]) -> None:
    read(junk)
    sheets = sound()
    for name, rows in junk.items():
        sheets[name] = [*sheets.get(name, []), *rows]
    read(sheets)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_spoilt_cell_never_makes_reading_fail(data: st.DataObject) -> None:
    sheets = sound()
    name = data.draw(st.sampled_from(list(sheets)))
    row = data.draw(st.integers(0, len(sheets[name]) - 1))
    column = data.draw(st.integers(0, len(sheets[name][row]) - 1))
    sheets[name][row][column] = data.draw(JUNK)
    read(sheets)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_column_order_and_language_change_nothing(data: st.DataObject) -> None:
    """Headers and sheet names in either language, columns in any order: the same plan."""
    sheets: Dict[str, Rows] = {}
    for key, rows in sound().items():
        names = [section("column")[column.key] for column in SHEET[key.lower()].columns]
        japanese = {name["en"]: name["ja"] for name in names}
        order = data.draw(st.permutations(range(len(rows[0]))))
        width = len(rows[0])
        padded = [[*row, *[None] * (width - len(row))] for row in rows]
        moved = [[row[column] for column in order] for row in padded]
        translated = data.draw(st.booleans())
        if translated:
            moved[0] = [japanese.get(cell, cell) for cell in moved[0]]
        sheets[section("sheet")[key.lower()]["ja"] if translated else key] = moved
    reading = read(sheets)
    assert reading.problems == ()
    assert reading.plan == plan_of(sound())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(-1e15, 1e15)), min_size=3, max_size=3),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_every_figure_is_in_exactly_one_series(figures: List[List[Any]]) -> None:
    sheets = sound()
    ids = [f"N{number}" for number in range(len(figures))]
    sheets["Goals"] += [goal(goal_id, "REV") for goal_id in ids]
    sheets["Plan"] = [["ID", *MONTHS]]
    sheets["Actuals"] = [["ID", *MONTHS], *([i, *row] for i, row in zip(ids, figures, strict=True))]
    plan = plan_of(sheets)
    read_back = {
        (goal_id, month): value
        for goal_id, series in plan.actuals.items()
        for month, value in series.values.items()
    }
    entered = {
        (goal_id, APRIL.plus(position)): value
        for goal_id, row in zip(ids, figures, strict=True)
        for position, value in enumerate(row)
        if value is not None
    }
    assert read_back == entered
    assert plan.plan == plan.revision == plan.outlook == {}


def test_row_numbers_are_those_of_the_sheet() -> None:
    sheets = sound()
    sheets["Goals"] = [["Our goals"], [], *sheets["Goals"]]
    moved = plan_of(sheets)
    assert [goal.row for goal in moved.goals] == [4, 5, 6, 7]
    assert _without_rows(moved.goals) == _without_rows(plan_of(sound()).goals)


def _without_rows(goals: tuple[Goal, ...]) -> List[Goal]:
    return [replace(goal, row=0) for goal in goals]


def test_a_revision_that_nothing_says_from_when_it_holds_is_told() -> None:
    sheets = sound()
    sheets["Revision"] = [["ID", "2026-04"], ["VISITS", 5]]
    problem = only(read(sheets))
    assert (problem.code, problem.sheet, problem.warning) == ("revision-not-used", "Revision", True)
    assert problem.goals == ("VISITS",)
    sheets["Settings"] = [*sheets["Settings"], ["Revision valid from", "2026-04"]]
    assert read(sheets).problems == ()
    # Headers alone, as in a new book, say nothing.
    sheets = sound()
    sheets["Revision"] = [["ID", "2026-04"], ["VISITS", None]]
    assert read(sheets).problems == ()


@pytest.mark.parametrize("month", ["2026-03", "2026-07", "2062-05"])
def test_a_review_month_without_any_column_is_an_error_of_every_goal(month: str) -> None:
    sheets = sound()
    sheets["Settings"][2][1] = month
    problem = only(read(sheets))
    assert (problem.code, problem.sheet, problem.cell) == ("review-month-outside", "Settings", "B3")
    assert problem.goals == ("REV", "GROW", "VISITS", "RATE")
    assert not problem.warning
    assert not problem.structural
    details = problem.details
    assert (details["month"], details["first"], details["last"]) == (month, "2026-04", "2026-06")


@pytest.mark.parametrize("only_on", ["Plan", "Actuals"])
def test_a_review_month_needs_its_column_on_one_sheet_only(only_on: str) -> None:
    sheets = sound()
    sheets["Settings"][2][1] = "2026-07"
    sheets[only_on][0].append("2026-07")
    assert read(sheets).problems == ()


def test_a_missing_column_comes_with_the_headers_that_it_may_have_become() -> None:
    from kpixl.words import problem_text

    sheets = sound()
    sheets["Goals"][0][4] = "Responsible person"
    problem = only(read(sheets))
    assert (problem.code, problem.details["others"]) == ("column-missing", ("Responsible person",))
    assert "“Responsible person”" in problem_text(problem, "en").mend
    assert "「Responsible person」" in problem_text(problem, "ja").mend


def test_a_column_of_one_name_in_both_languages_is_named_once() -> None:
    from kpixl.words import problem_text

    sheets = sound()
    sheets["Goals"][0][0] = "No."
    problem = next(one for one in read(sheets).problems if one.code == "column-missing")
    assert problem_text(problem, "en").expected == "A column named ID in the header row."
    assert "「No.」" in problem_text(problem, "ja").mend


def test_a_column_that_is_gone_says_only_that_it_is_to_be_added() -> None:
    from kpixl.words import problem_text

    sheets = sound()
    for row in sheets["Goals"]:
        del row[4]
    problem = only(read(sheets))
    assert problem_text(problem, "en").mend == "Add the column, or restore its header."
