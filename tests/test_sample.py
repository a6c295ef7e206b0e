"""The demo company is one coherent story, the same in both languages."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

import pytest

from kpixl.measures.gap import attainment, status
from kpixl.measures.kinds import Direction, Status
from kpixl.measures.numbers import read_number
from kpixl.plan import schema
from kpixl.plan.cells import BookRows, CellValue, SheetRows
from kpixl.plan.month import CloseDay, Month
from kpixl.plan.tables import read_plan
from kpixl.plan.vocabulary import recognise
from kpixl.words import word
from kpixl.workbook import sample
from kpixl.workbook.content import BookContent, MonthFigures, Row
from kpixl.workbook.sample import empty_book, sample_book, sample_months

REVIEW = Month(2026, 10)
LAST = Month(2027, 3)
# Five business days after 31 October 2026: 2, 4, 5, 6 and 9 November; the 3rd is Culture Day,
# the 1st, 7th and 8th are a weekend.
AS_OF = date(2026, 11, 9)
SIDES = ("plan", "revision", "actuals", "outlook")
JAPANESE = re.compile("[぀-ヿ一-鿿]")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")
EVIDENCE = ("cause", "countermeasure", "owner", "due", "done", "result", "decision")


@pytest.fixture(scope="module")
def book() -> BookContent:
    return sample_book("ja")


@pytest.fixture(params=["en", "ja"])
def either(request: pytest.FixtureRequest) -> BookContent:
    return sample_book(request.param)


def goal(book: BookContent, goal_id: str) -> Row:
    return next(row for row in book.goals if row["id"] == goal_id)


def of_level(book: BookContent, level: str) -> list[Row]:
    return [row for row in book.goals if row["level"] == level]


def children(book: BookContent, parent: str) -> list[Row]:
    return [row for row in book.goals if row.get("parent") == parent]


def number(value: object) -> Optional[float]:
    if isinstance(value, str):
        return read_number(value)
    assert value is None or isinstance(value, (int, float))
    return value


def own(figures: MonthFigures, goal_id: str, month: Month) -> Optional[float]:
    return number(figures.get(goal_id, {}).get(month))


def in_force(book: BookContent, goal_id: str, month: Month) -> Optional[float]:
    revised = own(book.revision, goal_id, month) if month >= REVIEW else None
    return own(book.plan, goal_id, month) if revised is None else revised


def computed(book: BookContent, goal_id: str, month: Month, planned: bool) -> float:
    """A formula goal's figure; the sample's formulas are plain sums or plain products."""
    formula = goal(book, goal_id).get("formula")
    if formula is None:
        figure = in_force(book, goal_id, month) if planned else own(book.actuals, goal_id, month)
        assert figure is not None
        return figure
    sign = "+" if "+" in str(formula) else "*"
    parts = [computed(book, name.strip(), month, planned) for name in str(formula).split(sign)]
    return sum(parts) if sign == "+" else prod(parts)


def judged(book: BookContent, goal_id: str, month: Month) -> Status:
    row = goal(book, goal_id)
    return status(
        own(book.actuals, goal_id, month),
        in_force(book, goal_id, month),
        Direction(str(row["direction"])),
        number(row.get("tolerance")),
        number(row.get("amber_at")) or 0.9,
    )


def texts(node: Any, path: str = "") -> Iterator[Tuple[str, Mapping[str, str]]]:
    """Every value by language in a data file, with where it stands."""
    if isinstance(node, dict) and "en" in node:
        yield path, node
    elif isinstance(node, dict):
        for key, below in node.items():
            yield from texts(below, f"{path}.{key}")
    elif isinstance(node, list):
        for position, below in enumerate(node):
            yield from texts(below, f"{path}[{position}]")


def data_file(name: str) -> Any:
    return json.loads((Path(sample.__file__).parent / name).read_text(encoding="utf-8"))


def cells_of(book: BookContent) -> BookRows:
    """The book as a reader would hand it on, headers in the book's language."""
    sheets = []
    for sheet in (entry for entry in schema.SHEETS if entry.is_input):
        columns = [column.key for column in sheet.columns]
        if sheet.monthly:
            figures: MonthFigures = getattr(book, sheet.key)
            columns = ["id"]
            body: list[list[CellValue]] = [
                [goal_id, *(months.get(month) for month in book.months)]
                for goal_id, months in figures.items()
            ]
        elif sheet.key == "settings":
            body = [
                [word(f"setting.{key}", book.language), value]
                for key, value in book.settings.items()
            ]
        else:
            body = [[row.get(key) for key in columns] for row in getattr(book, sheet.key)]
        header: list[CellValue] = [word(f"column.{key}", book.language) for key in columns]
        header += [str(month) for month in book.months] if sheet.monthly else []
        sheets.append(SheetRows(word(f"sheet.{sheet.key}", book.language), [header, *body]))
    return BookRows("sample.xlsx", "", tuple(sheets))


# Both languages


def test_the_book_is_read_without_a_problem(either: BookContent) -> None:
    reading = read_plan(cells_of(either))
    assert reading.problems == ()
    assert reading.plan is not None
    assert len(reading.plan.goals) == 26
    assert reading.plan.actuals["OVERSEAS"].get(Month(2025, 4)) == -4_970_000
    assert len(reading.plan.actions) == 12


def test_every_text_exists_in_both_languages_and_in_its_own() -> None:
    found = list(texts(data_file("sample.json")))
    assert len(found) > 150
    for path, both in found:
        assert set(both) == {"en", "ja"}, path
        assert all(text.strip() for text in both.values()), path
        assert not JAPANESE.search(both["en"]), path
        assert not ENGLISH_SENTENCE.search(both["ja"]), path


@pytest.mark.parametrize("sheet", ["goals", "actions", "comments"])
def test_prose_in_the_japanese_book_is_japanese(sheet: str, book: BookContent) -> None:
    prose = ("name", "why", "cause", "countermeasure", "expected_effect", "result", "comment")
    for row in getattr(book, sheet):
        for column in prose:
            if column in row:
                assert JAPANESE.search(str(row[column])), row


def test_people_are_the_same_in_both_books() -> None:
    english, japanese = sample_book("en"), sample_book("ja")
    pairs = {(a["owner"], b["owner"]) for a, b in zip(english.goals, japanese.goals, strict=True)}
    assert len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})


def test_both_books_hold_the_same_figures() -> None:
    english, japanese = sample_book("en"), sample_book("ja")
    for side in SIDES:
        one, two = getattr(english, side), getattr(japanese, side)
        assert list(one) == list(two)
        for goal_id in one:
            assert list(one[goal_id]) == list(two[goal_id])
            for month in one[goal_id]:
                assert number(one[goal_id][month]) == number(two[goal_id][month])


def test_both_books_define_the_goals_alike() -> None:
    alike = (
        "id", "parent", "level", "direction", "tolerance", "aggregation", "formula", "weight",
        "baseline", "benchmark", "amber_at", "decimals", "valid_from",
    )  # fmt: skip
    for one, two in zip(sample_book("en").goals, sample_book("ja").goals, strict=True):
        assert [one.get(key) for key in alike] == [two.get(key) for key in alike]
        scales = [schema.SCALES[str(row.get("scale", "")).lower()] for row in (one, two)]
        assert scales[0] == scales[1]


def test_some_losses_stand_in_the_book_as_text_that_is_plainly_a_number() -> None:
    typed = {
        language: [
            value for value in sample_book(language).actuals["OVERSEAS"].values()
            if isinstance(value, str)
        ]
        for language in ("en", "ja")
    }  # fmt: skip
    assert typed["ja"][0] == "▲4,970,000"
    assert typed["en"][0] == "(4,970,000)"
    assert [number(text) for text in typed["ja"]] == [-4_970_000, -4_710_000]


# The shape of the tree


def test_every_column_and_word_is_one_of_the_schema(either: BookContent) -> None:
    vocabularies = ("level", "direction", "aggregation", "decision", "role", "language")
    for sheet in ("goals", "actions", "comments", "recipients", "holidays"):
        known = {column.key for column in schema.SHEET[sheet].columns if not column.computed}
        for row in getattr(either, sheet):
            assert set(row) <= known
            for name in set(vocabularies) & set(row):
                assert recognise(name, row[name]) == row[name]
    assert list(either.settings) == [setting.key for setting in schema.ORDINARY_SETTINGS]


def test_the_tree_is_one_kgi_five_csfs_and_twenty_kpis(book: BookContent) -> None:
    assert [len(of_level(book, level)) for level in ("kgi", "csf", "kpi")] == [1, 5, 20]


def test_no_csf_and_no_owner_has_more_than_five_kpis(either: BookContent) -> None:
    kpis = of_level(either, "kpi")
    assert max(Counter(row["parent"] for row in kpis).values()) <= 5
    assert max(Counter(row["owner"] for row in kpis).values()) <= 5


def test_every_goal_has_an_owner_a_department_and_a_reason(either: BookContent) -> None:
    for row in either.goals:
        assert row["name"]
        assert row["owner"]
        assert row["department"]
        assert len(str(row["why"])) > 15


def test_every_parent_stands_above_its_children(book: BookContent) -> None:
    seen: set[object] = set()
    for row in book.goals:
        assert row["level"] == "kgi" or row["parent"] in seen
        seen.add(row["id"])
    assert len(seen) == len(book.goals)


def test_two_csfs_have_no_figures_and_roll_up_weighted_kpis(book: BookContent) -> None:
    roll_ups = [row for row in of_level(book, "csf") if "formula" not in row]
    assert [row["id"] for row in roll_ups] == ["QUALITY", "PEOPLE"]
    for row in roll_ups:
        assert "unit" not in row
        weights = [number(child["weight"]) or 0 for child in children(book, str(row["id"]))]
        assert sum(weights) == pytest.approx(1)
        assert max(weights) <= 0.6


def test_directions_and_aggregations_are_all_met(book: BookContent) -> None:
    assert {row["direction"] for row in book.goals} == {"higher", "lower", "range"}
    assert {"sum", "average", "last"} <= {row["aggregation"] for row in book.goals}
    assert [row["id"] for row in book.goals if "tolerance" in row] == ["INV"]


# Figures


def test_months_are_three_fiscal_years_from_april() -> None:
    months = sample_months()
    assert (months[0], months[-1], len(months)) == (Month(2024, 4), LAST, 36)
    assert list(sample_book("en").months) == list(months)


def test_revenue_is_driven_by_visits_conversion_and_order_value(book: BookContent) -> None:
    assert goal(book, "SALES")["formula"] == "ONLINE + WHOLESALE + SUBSC"
    assert goal(book, "ONLINE")["formula"] == "VISITS * CVR * AOV"


def test_formula_and_roll_up_goals_have_no_figures_of_their_own(book: BookContent) -> None:
    kpis = {row["id"] for row in of_level(book, "kpi")}
    for side in SIDES:
        assert set(getattr(book, side)) <= kpis
    assert set(book.actuals) == kpis


def test_revenue_of_the_review_month_is_three_percent_below_plan(book: BookContent) -> None:
    # Online 920,900 x 1.928 % x 7,800; wholesale 1,278 x 128,800; subscription 41,640 x 3,136.
    actual = 138_488_625.6 + 164_606_400 + 130_583_040
    # 887,200 x 2.232 % x 7,750; 1,255 x 128,700 (revised); 42,299 x 3,127.
    plan = 153_467_856 + 161_518_500 + 132_268_973
    assert computed(book, "SALES", REVIEW, planned=False) == pytest.approx(actual)
    assert computed(book, "SALES", REVIEW, planned=True) == pytest.approx(plan)
    assert actual / plan - 1 == pytest.approx(-0.0304, abs=0.0001)


def test_revenue_to_date_is_one_percent_below_plan(book: BookContent) -> None:
    months = [month for month in book.months if Month(2026, 4) <= month <= REVIEW]
    actual = sum(computed(book, "SALES", month, planned=False) for month in months)
    plan = sum(computed(book, "SALES", month, planned=True) for month in months)
    assert actual / plan - 1 == pytest.approx(-0.011, abs=0.002)


def test_online_revenue_is_below_plan_since_august_though_visits_are_above(
    book: BookContent,
) -> None:
    for month in (Month(2026, 6), Month(2026, 7)):
        assert computed(book, "ONLINE", month, False) > computed(book, "ONLINE", month, True)
    for month in (Month(2026, 8), Month(2026, 9), REVIEW):
        assert computed(book, "ONLINE", month, False) < computed(book, "ONLINE", month, True)
        assert judged(book, "VISITS", month) is Status.GREEN
    assert judged(book, "CVR", Month(2026, 7)) is Status.GREEN
    assert judged(book, "CVR", REVIEW) is Status.RED


def test_kpis_of_the_review_month_are_half_green_and_half_not(book: BookContent) -> None:
    found = {str(row["id"]): judged(book, str(row["id"]), REVIEW) for row in of_level(book, "kpi")}
    names: Dict[Status, set[str]] = {}
    for goal_id, standing in found.items():
        names.setdefault(standing, set()).add(goal_id)
    assert names[Status.AMBER] == {"SUBS", "NEWSUBS", "INV", "OVERSEAS"}
    assert names[Status.RED] == {"CVR", "CHECKOUT", "OTD", "LEAD", "OVERTIME"}
    assert names[Status.NO_DATA] == {"NEWPROD"}
    assert len(names[Status.GREEN]) == 10


def test_subscribers_follow_from_churn_and_sign_ups(book: BookContent) -> None:
    months = [month for month in book.months if month <= REVIEW]
    for before, month in pairwise(months):
        stock = own(book.actuals, "SUBS", before)
        churn, joined = own(book.actuals, "CHURN", month), own(book.actuals, "NEWSUBS", month)
        expected = (stock or 0) * (1 - (churn or 0)) + (joined or 0)
        assert own(book.actuals, "SUBS", month) == pytest.approx(expected, abs=0.51)


def test_two_past_years_and_this_year_up_to_the_review_month_are_reported(
    book: BookContent,
) -> None:
    missing = {
        (goal_id, str(month))
        for goal_id, reported in book.actuals.items()
        for month in book.months
        if month <= REVIEW and month not in reported and goal_id != "CHECKOUT"
    }
    assert missing == {("FILL", "2026-05"), ("NEWPROD", "2026-10")}
    assert max(month for reported in book.actuals.values() for month in reported) == REVIEW


def test_the_current_year_and_the_year_before_are_planned_in_full(book: BookContent) -> None:
    years = [month for month in book.months if month >= Month(2025, 4)]
    for goal_id, planned in book.plan.items():
        assert list(planned) == (years if goal_id != "CHECKOUT" else years[15:])


def test_one_goal_joined_in_july(book: BookContent) -> None:
    assert [row["id"] for row in book.goals if "valid_from" in row] == ["CHECKOUT"]
    assert goal(book, "CHECKOUT")["valid_from"] == "2026-07"
    assert min(book.actuals["CHECKOUT"]) == min(book.plan["CHECKOUT"]) == Month(2026, 7)


def test_there_is_a_plan_of_zero_and_one_that_crosses_from_loss_to_profit(
    book: BookContent,
) -> None:
    assert set(book.plan["ACC"].values()) == {0}
    assert judged(book, "ACC", Month(2026, 9)) is Status.RED
    assert judged(book, "ACC", REVIEW) is Status.GREEN
    overseas = [number(value) or 0 for value in book.plan["OVERSEAS"].values()]
    assert overseas[0] < 0 < overseas[-1]
    assert goal(book, "OVERSEAS")["baseline"] == -5_700_000


def test_a_few_goals_are_revised_from_october_on(book: BookContent) -> None:
    assert book.settings["revision_from"] == str(REVIEW)
    assert set(book.revision) == {"DOORREV", "OVERSEAS"}
    for goal_id, revised in book.revision.items():
        assert min(revised) == REVIEW
        assert max(revised) == LAST
        assert all(value != book.plan[goal_id][month] for month, value in revised.items())


def test_outlooks_cover_the_months_to_come_and_all_drivers_of_revenue(book: BookContent) -> None:
    to_come = [month for month in book.months if month > REVIEW]
    for months in book.outlook.values():
        assert [month for month in months if month > REVIEW] == to_come
        # Past ones are left standing: they tell how good they were.
        assert [month for month in months if month <= REVIEW] == [
            REVIEW.plus(n - 5) for n in range(6)
        ]
    assert {"VISITS", "CVR", "AOV", "DOORS", "DOORREV", "SUBS", "ARPU"} <= set(book.outlook)
    assert len(book.outlook) < 20


def test_percentages_are_fractions(book: BookContent) -> None:
    for row in book.goals:
        if row.get("unit") == "%":
            for side in SIDES:
                months = getattr(book, side).get(row["id"], {})
                assert all(0 < (number(value) or 0) < 1 for value in months.values())


def test_this_years_targets_are_better_than_last_years_results(book: BookContent) -> None:
    last = [month for month in book.months if Month(2025, 4) <= month < Month(2026, 4)]
    for row in of_level(book, "kpi"):
        goal_id = str(row["id"])
        if row["direction"] == "range" or goal_id == "CHECKOUT":
            continue
        results = [own(book.actuals, goal_id, month) or 0 for month in last]
        targets = [in_force(book, goal_id, month.plus(12)) or 0 for month in last]
        sign = -1 if row["direction"] == "lower" else 1
        if row["aggregation"] == "last":
            results, targets = results[-1:], targets[-1:]
        assert sign * sum(targets) > sign * sum(results), goal_id


def test_no_kpi_was_green_for_twelve_months(book: BookContent) -> None:
    months = [REVIEW.plus(-n) for n in range(12)]
    for row in of_level(book, "kpi"):
        goal_id = str(row["id"])
        assert {judged(book, goal_id, month) for month in months} != {Status.GREEN}, goal_id


# Actions


def test_actions_stand_in_every_phase(book: BookContent) -> None:
    first_missing = {
        str(row["action_id"]): next((key for key in EVIDENCE if not row.get(key)), "closed")
        for row in book.actions
    }
    assert first_missing == {
        "A25-14": "closed", "A26-01": "closed", "A26-02": "closed", "A26-03": "closed",
        "A26-04": "decision", "A26-05": "decision", "A26-06": "done", "A26-07": "done",
        "A26-08": "result", "A26-09": "countermeasure", "A26-10": "cause", "A26-11": "owner",
    }  # fmt: skip
    decisions = {row["action_id"]: row["decision"] for row in book.actions if "decision" in row}
    assert decisions == {
        "A25-14": "adjust", "A26-01": "standardise", "A26-02": "stop", "A26-03": "standardise",
    }  # fmt: skip


def test_one_action_is_being_carried_out_in_time_and_one_is_overdue(book: BookContent) -> None:
    due = {row["goal_id"]: row["due"] for row in book.actions if "due" in row and "done" not in row}
    assert due == {"CVR": date(2026, 11, 20), "OTD": date(2026, 10, 30)}
    assert CloseDay(5, business=True).due(REVIEW, free_days(book)) == AS_OF
    assert book.settings["close_day"] == "5営業日"


def test_one_red_goal_has_no_action_and_one_no_cause_yet(book: BookContent) -> None:
    acted = {row["goal_id"] for row in book.actions}
    reds = {
        row["id"] for row in of_level(book, "kpi")
        if judged(book, str(row["id"]), REVIEW) is Status.RED
    }  # fmt: skip
    assert reds - acted == {"OVERTIME"}
    assert reds & {row["goal_id"] for row in book.actions if "cause" not in row} == {"LEAD"}


def test_actions_are_about_goals_of_the_tree_and_say_what_they_should_bring(
    either: BookContent,
) -> None:
    ids = {row["id"] for row in either.goals}
    owners = {row["owner"] for row in either.goals}
    for row in either.actions:
        assert row["goal_id"] in ids
        assert row.get("owner") in owners | {None}
        if "countermeasure" in row:
            figure = re.search(r"\d|ゼロ|[Nn]o ", str(row["expected_effect"]))
            assert figure, row["action_id"]


def test_dates_of_an_action_follow_each_other_on_working_days(book: BookContent) -> None:
    for row in book.actions:
        entered = [row[key] for key in ("raised", "started", "done", "decided") if key in row]
        days = [day for day in entered if isinstance(day, date)]
        assert days == sorted(days)
        assert days[-1] <= AS_OF
        for day in [*days, row.get("due")]:
            if isinstance(day, date):
                assert day.weekday() < 5
                assert day not in free_days(book)


# Comments, recipients, holidays, settings


def free_days(book: BookContent) -> list[date]:
    return [day for row in book.holidays if isinstance(day := row["date"], date)]


def test_the_kgi_and_every_csf_are_commented_in_the_review_month(either: BookContent) -> None:
    commented = {row["goal_id"] for row in either.comments if row["month"] == str(REVIEW)}
    assert {row["id"] for row in either.goals if row["level"] != "kpi"} <= commented
    assert commented <= {row["id"] for row in either.goals}
    assert {row["month"] for row in either.comments} > {"2026-05", "2026-08", "2026-09"}
    assert all(row["author"] for row in either.comments)


def test_comments_quote_the_figures_of_the_book() -> None:
    english = sample_book("en")
    said = {
        str(row["goal_id"]): str(row["comment"])
        for row in english.comments
        if row["month"] == str(REVIEW)
    }

    def short(goal_id: str) -> str:
        gap = computed(english, goal_id, REVIEW, False) - computed(english, goal_id, REVIEW, True)
        return f"¥{abs(gap) / 1e6:.1f}M"

    assert all(short(goal_id) in said["SALES"] for goal_id in ("SALES", "ONLINE", "WHOLESALE"))
    visits = attainment(
        computed(english, "VISITS", REVIEW, False), computed(english, "VISITS", REVIEW, True)
    )
    assert visits is not None
    assert f"{visits - 1:.1%} above plan" in said["ONLINE"]
    quoted = [
        ("ONLINE", "CVR", "{:.2%}"), ("SUBSC", "CHURN", "{:.2%}"), ("QUALITY", "OTD", "{:.1%}"),
        ("WHOLESALE", "DOORS", "{:,}"), ("PEOPLE", "OVERTIME", "{} hours"),
        ("PEOPLE", "KAIZEN", "{} improvements"),
    ]  # fmt: skip
    for where, goal_id, shape in quoted:
        assert shape.format(english.actuals[goal_id][REVIEW]) in said[where]
    churn = [number(value) or 0 for value in english.actuals["CHURN"].values()]
    assert min(churn) == churn[-1]


def test_recipients_get_the_tree_their_csf_or_their_department(either: BookContent) -> None:
    scopes = {str(row["email"]): str(row.get("scope", "")) for row in either.recipients}
    assert len(scopes) == len(either.recipients)
    assert all(email.endswith("@example.com") for email in scopes)
    known = {str(row["id"]) for row in either.goals} | {""}
    known |= {f"dept:{row['department']}" for row in either.goals}
    known |= {f"owner:{row['owner']}" for row in either.goals}
    assert set(scopes.values()) <= known
    assert {row["id"] for row in of_level(either, "csf")} <= set(scopes.values())
    assert any(scope.startswith("dept:") for scope in scopes.values())
    assert {row["language"] for row in either.recipients} == {"en", "ja"}
    assert [row["role"] for row in either.recipients].count("cc") == 1


def test_holidays_are_the_nineteen_of_the_japanese_fiscal_year(book: BookContent) -> None:
    days = free_days(book)
    assert len(days) == 19
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == (date(2026, 4, 29), date(2027, 3, 22))
    # 3 May 2026 and 21 March 2027 are Sundays, whose substitutes are the next free days.
    assert [day for day in days if day.weekday() == 6] == [date(2026, 5, 3), date(2027, 3, 21)]
    assert {date(2026, 5, 6), date(2026, 9, 22), date(2027, 3, 22)} <= set(days)


@pytest.mark.parametrize(
    ("language", "company"),
    [("en", "Hibari Coffee Works Co., Ltd."), ("ja", "株式会社ひばり珈琲製作所")],
)
def test_the_book_is_in_its_own_language(language: str, company: str) -> None:
    settings = sample_book(language).settings
    assert settings["language"] == language
    assert settings["company"] == company
    assert settings["review_month"] == str(REVIEW)
    assert settings["state"] == "preliminary"
    assert settings["book_id"] is None


# The empty book


def test_an_empty_book_has_months_and_defaults_and_nothing_else() -> None:
    empty = empty_book("ja", 4, 36, Month(2025, 4))
    assert (empty.months[0], empty.months[-1], len(empty.months)) == (
        Month(2025, 4), Month(2028, 3), 36,
    )  # fmt: skip
    for sheet in ("goals", *SIDES, "actions", "comments", "recipients", "holidays"):
        assert not getattr(empty, sheet)
    assert list(empty.settings) == [setting.key for setting in schema.ORDINARY_SETTINGS]
    assert empty.settings["green_at"] == 1.0
    assert empty.settings["amber_at"] == 0.9
    assert empty.settings["close_day"] == 10
    assert empty.settings["company"] is None


@pytest.mark.parametrize(
    ("language", "start", "first", "label"),
    [
        ("en", 4, Month(2026, 4), "FY26"),
        ("ja", 4, Month(2026, 4), "2026年度"),
        ("ja", 4, Month(2027, 1), "2026年度"),
        ("en", 1, Month(2009, 1), "FY09"),
    ],
)
def test_an_empty_book_names_the_fiscal_year_of_its_first_month(
    language: str, start: int, first: Month, label: str
) -> None:
    settings = empty_book(language, start, 12, first).settings
    assert settings["fiscal_label"] == label
    assert settings["fiscal_start"] == start
    assert settings["review_month"] == str(first)


@pytest.mark.parametrize(("start", "months"), [(0, 12), (13, 12), (4, 0), (4, 601)])
def test_an_empty_book_of_impossible_months_is_refused(start: int, months: int) -> None:
    with pytest.raises(ValueError, match=r"fiscal_start|months"):
        empty_book("en", start, months, Month(2026, 4))


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language: fr"):
        sample_book("fr")
