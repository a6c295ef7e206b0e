"""The review as data: the documented JSON, and the same as rows for CSV, Parquet and frames."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.jobs import export
from kpixl.measures.kinds import Aggregation, Decision
from kpixl.plan.model import Action, Level, Source
from kpixl.plan.month import Month
from kpixl.review.export import COLUMNS
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.plans import goal, plan_of, series, with_settings

# SPEC 13, in its order.
MEASURES = ["actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth", "status"]
GOAL = ["id", "parent", "level", "name", "unit", "direction", "month", "to_date", "landing",
        "signal", "pdca"]  # fmt: skip
ORIGINAL = ["plan_original", "gap_original", "gap_pct_original", "attainment_original"]
LANDING = ["value", "method", "error", "chance", "required"]
YEAR = ["plan", "outlook", "gap", "gap_pct", "attainment", "status", *ORIGINAL,
        "outlook_months", "outlook_error", "outlook_bias"]  # fmt: skip
UNREVISED = dict.fromkeys(ORIGINAL)


def landed(entry: dict[str, Any]) -> dict[str, Any]:
    """The landing without what it is compared with."""
    return {key: entry["landing"][key] for key in LANDING}


def small(**fields: Any) -> Review:
    plan = plan_of(
        goal("KGI", level=Level.KGI, label="Kgi", name="Result"),
        goal("SALES", "KGI", label="Sales", **fields),
        goal("LATE", "KGI"),
        actuals={"SALES": [100, None, 95]},
        plan={"SALES": [100, 100, 100], "LATE": [1, 1, 1]},
        prior={"SALES": [80, 80, 100]},
        source=Source("plan.xlsx", "ab" * 32),
        actions=(
            Action(
                "X1", "SALES", raised=date(2026, 5, 1), cause="price", countermeasure="talk",
                owner="Abe", due=date(2026, 6, 30), done=date(2026, 6, 20), result="better",
                decision=Decision.ADJUST, decided=date(2026, 7, 1),
            ),
            Action("X2", "LATE", raised=date(2026, 6, 1)),
        ),
    )  # fmt: skip
    problem = Problem("not-a-number", "Actuals", "D4", found="x", goals=("SALES",))
    return review(plan, problems=(problem,))


def as_json(found: Review, language: str = "en") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(export(found, "json", language))
    return data


def test_the_json_has_the_documented_keys():
    data = as_json(small())
    documented = ["company", "month", "workbook_sha256", "goals", "actions", "problems"]
    assert [key for key in data if key in documented] == documented
    for entry in data["goals"]:
        assert [key for key in entry if key in GOAL] == GOAL
        assert list(entry["month"]) == [*MEASURES, *ORIGINAL]
        months = ["months_reported", "months_expected"]
        assert list(entry["to_date"]) == [*MEASURES, *ORIGINAL, *months]
        assert list(entry["landing"]) == [*LANDING, *YEAR]
        assert list(entry["pdca"]) == ["phase", "next_step", "overdue"]


def test_the_json_has_the_reviews_figures():
    data = as_json(small())
    assert (data["company"], data["month"]) == ("Acme", "2026-06")
    assert data["workbook_sha256"] == "ab" * 32
    assert data["as_of"] == "2026-07-10"  # ten days after the end of June
    sales = data["goals"][1]
    assert (sales["id"], sales["level"], sales["direction"]) == ("Sales", "kpi", "higher")
    assert sales["month"] == {
        "actual": 95, "plan": 100, "prior": 100, "gap": -5, "gap_pct": pytest.approx(-0.05),
        "attainment": pytest.approx(0.95), "growth": pytest.approx(-0.05), "status": "amber",
        **UNREVISED,
    }  # fmt: skip
    # 100 + 95 against the plan and prior year of the same two months
    assert sales["to_date"] == {
        "actual": 195, "plan": 200, "prior": 180, "gap": -5, "gap_pct": pytest.approx(-0.025),
        "attainment": pytest.approx(0.975), "growth": pytest.approx(15 / 180), "status": "amber",
        "months_reported": 2, "months_expected": 3, **UNREVISED,
    }  # fmt: skip


def test_unknown_is_null_and_neither_zero_nor_text():
    result, _, late = as_json(small())["goals"]
    assert late["month"]["plan"] == 1
    missing = ("actual", "prior", "gap", "gap_pct", "attainment", "growth")
    assert [late["month"][key] for key in missing] == [None] * 6
    assert late["to_date"]["actual"] is None
    assert set(landed(late).values()) == {None}
    assert late["signal"] is None
    # A roll-up of figures without a plan for the year has nothing to land by.
    assert set(landed(result).values()) == {None}


def planned(**fields: Any) -> Review:
    plan = plan_of(
        goal("KGI", level=Level.KGI), goal("SALES", "KGI", **fields),
        goal("DOUBLE", "KGI", formula="2*SALES"),
        actuals={"SALES": [100, 90, 95]}, plan={"SALES": [100] * 12},
    )  # fmt: skip
    return review(plan)


def test_the_landing_says_by_what_it_came_about():
    rollup, own, derived = map(landed, as_json(planned())["goals"])
    # 285 of 300 so far; 285 + 9 × 95 = 1140. 915 are missing in nine months.
    assert own == {
        "value": pytest.approx(1140), "method": "ratio", "error": None, "chance": None,
        "required": pytest.approx(915 / 9),
    }  # fmt: skip
    assert (derived["value"], derived["method"]) == (pytest.approx(2280), "inputs")
    assert (rollup["value"], rollup["method"]) == (pytest.approx(0.95), "rollup")
    assert rollup["required"] is None


def test_the_landing_of_a_finished_year_says_so():
    plan = plan_of(goal("A"), actuals={"A": [10] * 12}, plan={"A": [9] * 12})
    (found,) = as_json(review(plan, Month(2027, 3)))["goals"]
    # 120 against twelve times 9
    assert (found["landing"]["plan"], found["landing"]["gap"]) == (108, 12)
    assert landed(found) == {
        "value": 120, "method": "finished", "error": None, "chance": 1, "required": None,
    }  # fmt: skip


def test_the_landing_comes_with_its_past_error_and_chance():
    prior = [8, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
    plan = plan_of(goal("A"), actuals={"A": [10] * 3}, plan={"A": [10] * 12}, prior={"A": prior})
    found = review(plan)
    (exported,) = as_json(found)["goals"]
    landing = found.by_id["A"].landing
    assert landed(exported) == {
        "value": 120, "method": "pace", "error": landing.error, "chance": 0.5, "required": 10,
    }  # fmt: skip
    assert landing.error


def test_what_no_month_can_change_any_more_requires_no_figure():
    plan = plan_of(
        goal("PEAK", aggregation=Aggregation.MAX), actuals={"PEAK": [120]},
        plan={"PEAK": [100] * 12},
    )  # fmt: skip
    (found,) = as_json(review(plan))["goals"]
    assert found["landing"]["required"] is None


def test_an_id_is_the_same_text_wherever_it_stands():
    data = as_json(small())
    assert [entry["parent"] for entry in data["goals"]] == [None, "Kgi", "Kgi"]
    assert data["actions"][0]["goal"] == "Sales"
    assert data["problems"][0]["goals"] == ["Sales"]


def test_actions_come_with_evidence_phase_and_next_step():
    first, second = as_json(small())["actions"]
    assert first == {
        "id": "X1", "goal": "Sales", "raised": "2026-05-01", "cause": "price",
        "countermeasure": "talk", "owner": "Abe", "due": "2026-06-30", "started": None,
        "done": "2026-06-20", "expected_effect": "", "result": "better", "decision": "adjust",
        "decided": "2026-07-01", "phase": "closed", "next_step": "–", "overdue": False,
        "effect": "too_early",
    }  # fmt: skip
    assert second["effect"] is None
    assert (second["phase"], second["decision"]) == ("check", None)


def test_problems_come_with_place_finding_expectation_and_mend():
    english = as_json(small())["problems"][0]
    assert (english["sheet"], english["cell"], english["severity"]) == ("Actuals", "D4", "error")
    assert all(english[key] for key in ("code", "found", "what", "expected", "mend"))
    assert as_json(small(), "ja")["problems"][0]["what"] != english["what"]


def test_texts_are_in_the_language_asked_for_and_words_of_the_form_are_not():
    japanese = as_json(small(), "ja")["goals"][2]["pdca"]
    assert japanese == {"phase": "check", "next_step": "実績を入力する", "overdue": False}
    assert "売上" in export(small(name="売上"), "json", "ja").decode("utf-8")  # not escaped


def test_a_plan_of_next_to_nothing_is_null_and_not_infinity():
    plan = plan_of(goal("A"), actuals={"A": [0, 0, 1e15]}, plan={"A": [0, 0, 1e-300]})
    found = as_json(review(plan))["goals"][0]["month"]
    assert (found["gap"], found["gap_pct"], found["attainment"]) == (1e15, None, None)
    assert found["status"] == "green"


def with_signal() -> Review:
    # A year around 100, ±1, then 130: far above the limits
    values = [99, 101] * 6 + [130, 130, 131]
    plan = plan_of(
        goal("JUMP"), goal("CALM"), goal("NEW"),
        actuals={"JUMP": values[12:], "CALM": [99, 101, 99], "NEW": [99, 101, 99]},
        prior={"JUMP": values[:12], "CALM": values[:12]},
        actions=(Action("X", "JUMP", done=date(2026, 3, 9)), Action("Y", "NEW")),
    )  # fmt: skip
    return review(plan)


def test_a_signal_is_its_key_in_any_language_and_null_where_there_is_none():
    for language in ("en", "ja"):
        goals = as_json(with_signal(), language)["goals"]
        assert [entry["signal"] for entry in goals] == ["above", None, None]
    assert [entry["effect"] for entry in as_json(with_signal())["actions"]] == ["improved", None]
    assert [row["signal"] for row in rows(with_signal())] == ["above", "", ""]
    frame = with_signal().to_frame()
    assert frame["signal"].tolist()[0] == "above"
    assert frame["signal"].isna().tolist() == [False, True, True]


# ---- Rows -----------------------------------------------------------------------------------


def rows(found: Review) -> list[dict[str, str]]:
    text = export(found, "csv", "en").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_starts_with_the_mark_by_which_excel_knows_utf_8():
    data = export(small(name="売上"), "csv", "ja")
    assert data.startswith(b"\xef\xbb\xbfmonth,id,parent")
    assert "売上" in data.decode("utf-8")


def test_csv_has_a_row_a_goal_and_a_column_a_figure():
    found = rows(small())
    assert [row["id"] for row in found] == ["Kgi", "Sales", "LATE"]
    sales = found[1]
    assert sales["month"] == "2026-06"
    assert [float(sales[name]) for name in ("month_actual", "month_gap")] == [95, -5]
    assert float(sales["to_date_actual"]) == 195
    assert (sales["month_status"], sales["to_date_months_reported"]) == ("amber", "2")
    assert found[2]["month_actual"] == ""


def test_csv_has_the_landing():
    own = rows(planned())[1]
    names = ("landing_value", "landing_required")
    assert [float(own[name]) for name in names] == pytest.approx([1140, 915 / 9])
    assert (own["landing_method"], own["landing_error"], own["landing_chance"]) == ("ratio", "", "")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")']
)
def test_text_that_looks_like_a_formula_stays_text(text):
    assert rows(small(name=text))[1]["name"] == "'" + text


def test_text_with_commas_quotes_and_line_breaks_comes_back_as_it_was():
    text = 'Sales, "net"\nof returns'
    assert rows(small(name=text))[1]["name"] == text


def test_negative_figures_stay_numbers():
    assert float(rows(small())[1]["month_gap_pct"]) == pytest.approx(-0.05)


def test_a_month_without_goals_gives_headers_alone():
    plan = plan_of(goal("A", valid_from=small().month.plus(1)), actuals={"A": [1, 1, 1]})
    assert rows(review(plan)) == []
    assert export(review(plan), "csv", "en").decode("utf-8-sig").startswith("month,id,")


def test_parquet_reads_back_as_the_frame():
    found = small()
    table = pd.read_parquet(io.BytesIO(export(found, "parquet", "en")))
    frame = found.to_frame()
    assert list(table.columns) == list(frame.columns)
    assert table["id"].tolist() == ["Kgi", "Sales", "LATE"]
    assert table.loc[1, "to_date_plan"] == 200
    assert table["month_actual"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(table, frame, check_dtype=False)


def test_a_column_of_figures_is_numeric_even_where_nothing_is_known():
    frame = small().to_frame()
    for name in ("month_actual", "to_date_growth", "landing_value", "landing_chance"):
        assert frame[name].dtype == "float64"


def test_parquet_speaks_the_language_asked_for():
    table = pd.read_parquet(io.BytesIO(export(small(), "parquet", "ja")))
    goals = as_json(small(), "ja")["goals"]
    assert table["pdca_next_step"].tolist() == [entry["pdca"]["next_step"] for entry in goals]


def test_an_unknown_form_is_wrong_use():
    with pytest.raises(UsageProblem, match="unknown-format"):
        export(small(), "xml", "en")


def test_a_scope_is_exported_alone_and_says_which():
    data = as_json(scoped(small(), "sales"))
    assert data["scope"] == "Sales"
    assert [(entry["id"], entry["parent"]) for entry in data["goals"]] == [("Sales", None)]
    assert [entry["id"] for entry in data["actions"]] == ["X1"]
    assert [row["id"] for row in rows(scoped(small(), "LATE"))] == ["LATE"]


def test_the_same_review_gives_the_same_bytes():
    for form in ("json", "csv", "parquet"):
        assert export(small(), form, "en") == export(small(), form, "en")
    other = replace(small(), source=Source("plan.xlsx", "cd" * 32))
    assert export(other, "json", "en") != export(small(), "json", "en")


# ---- Periods that Settings ask for ----------------------------------------------------------


def with_periods(*kinds: str) -> Review:
    """SALES: April 100, May not reported, June 95, July 40; all planned at 100 a month."""
    plan = plan_of(
        goal("SALES", label="Sales"),
        actuals={"SALES": [100, None, 95, 40]},
        plan={"SALES": [100] * 12},
        prior={"SALES": [80, 80, 100]},
        settings=with_settings(periods_shown=kinds, review_month=Month(2026, 7)),
    )
    return review(plan)


def test_without_periods_the_data_have_none():
    assert "periods" not in as_json(small())["goals"][0]
    assert list(rows(small())[0]) == list(COLUMNS)


def test_the_json_has_the_periods_that_are_asked_for():
    (sales,) = as_json(with_periods("quarter", "half"))["goals"]
    first, second, half = sales["periods"]
    assert first == {
        "period": "quarter", "number": 1, "label": "Q1 FY2026", "from": "2026-04", "to": "2026-06",
        "actual": 195, "plan": 200, "prior": 180, "gap": -5, "gap_pct": pytest.approx(-0.025),
        "attainment": pytest.approx(0.975), "growth": pytest.approx(15 / 180), "status": "amber",
        "months_reported": 2, "months_expected": 3, "complete": True, "plan_whole": 300,
        # Nothing was revised.
        "plan_original": None, "gap_original": None, "gap_pct_original": None,
        "attainment_original": None,
    }  # fmt: skip
    assert (second["label"], second["complete"]) == ("Q2 FY2026", False)
    assert (second["actual"], second["plan"], second["plan_whole"]) == (40, 100, 300)
    assert (half["period"], half["number"], half["from"], half["to"]) == (
        "half", 1, "2026-04", "2026-09",
    )  # fmt: skip
    assert (half["actual"], half["plan"], half["status"]) == (235, 300, "red")
    assert as_json(with_periods("half"), "ja")["goals"][0]["periods"][0]["label"] == "2026年度上期"


def test_csv_columns_are_those_of_the_whole_year_and_blank_where_nothing_has_begun():
    (row,) = rows(with_periods("quarter", "year"))
    added = list(row)[len(COLUMNS) :]
    assert list(row)[: len(COLUMNS)] == list(COLUMNS)
    parts = [
        *MEASURES, "months_reported", "months_expected", "complete", "plan_whole",
        "plan_original", "gap_original", "gap_pct_original", "attainment_original",
    ]  # fmt: skip
    names = ["q1", "q2", "q3", "q4", "year"]
    assert added == [f"{name}_{part}" for name in names for part in parts]
    assert (row["q1_actual"], row["q1_status"], row["q1_complete"]) == ("195.0", "amber", "True")
    assert (row["q2_actual"], row["q2_plan_whole"], row["q2_complete"]) == (
        "40.0",
        "300.0",
        "False",
    )
    assert all(row[name] == "" for name in added if name.startswith(("q3", "q4")))
    assert (row["year_actual"], row["year_plan"], row["year_plan_whole"]) == (
        "235.0",
        "300.0",
        "1200.0",
    )


def test_csv_and_frame_compare_a_period_with_its_original_plan_too():
    # Planned at 100, revised to 120 from July on; July brought 130.
    plan = plan_of(
        goal("SALES"),
        actuals={"SALES": [100, 100, 100, 130]},
        plan={"SALES": [100] * 12},
        revision={"SALES": series(Month(2026, 7), [120] * 9)},
        settings=with_settings(
            periods_shown=("quarter",), review_month=Month(2026, 7), revision_from=Month(2026, 7)
        ),
    )
    (row,) = rows(review(plan))
    told = ("plan", "gap", "plan_original", "gap_original", "attainment_original")
    assert [row[f"q2_{name}"] for name in told] == ["120.0", "10.0", "100.0", "30.0", "1.3"]
    assert [row[f"q1_{name}"] for name in told[2:]] == ["", "", ""]
    table = review(plan).to_frame()
    assert table["q2_gap_pct_original"].tolist() == [pytest.approx(0.3)]
    assert table["q3_plan_original"].dtype == "float64"


def test_a_frame_has_numbers_for_periods_that_have_not_begun():
    table = with_periods("quarter").to_frame()
    assert table["q1_actual"].tolist() == [195.0]
    assert table["q4_actual"].dtype == table["q4_months_reported"].dtype == "float64"
    assert table["q4_actual"].isna().all()
    assert table["q1_complete"].tolist() == [True]
    assert table["q4_complete"].isna().all()
    data = export(with_periods("quarter"), "parquet", "en")
    again = pd.read_parquet(io.BytesIO(data))
    assert again["q2_plan_whole"].tolist() == [300.0]
    assert again["q2_complete"].tolist() == [False]
