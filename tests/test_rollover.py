"""The next year's book holds what the old one knew, and says the same of every month of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from kpixl.books.origin import NotCarried
from kpixl.books.rollover import new_year
from kpixl.books.rollover_lines import kept_lines, left_lines, next_lines
from kpixl.cli import app
from kpixl.errors import UsageProblem
from kpixl.jobs import new_workbook
from kpixl.measures.kinds import Decision
from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Action, Plan, Recipient, Source, State
from kpixl.plan.month import Month, fiscal_year
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.workbook.content import BookContent, Picture, Row
from kpixl.workbook.picture import settings_picture
from kpixl.workbook.reader import OpenBook, read_book
from kpixl.workbook.rollover import rolled_over
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template.write import to_rows
from tests.books import book_bytes, put, spoilt_bytes
from tests.logos import png
from tests.plans import goal, plan_of, series
from tests.random_books import RandomBook
from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import with_part

APRIL, MARCH, NEXT = Month(2026, 4), Month(2027, 3), Month(2027, 4)


# ---- The same figures -----------------------------------------------------------------------


def year_end(language: str) -> BookContent:
    """The sample company at the end of its year, with some things that are long over.

    The months that it has not reported take last year's figures times 1.03.
    """
    book = sample_book(language)
    actuals: dict[str, dict[Month, CellValue]] = {}
    for goal_id, values in book.actuals.items():
        rest = {
            month: round(value * 1.03, 4)
            for month in fiscal_year(APRIL, 4)[7:]
            if isinstance(value := values.get(month.plus(-12)), (int, float))
        }
        actuals[goal_id] = {**values, **rest}
    figures = {Month(2025, 4).plus(number): 100.0 + number for number in range(18)}
    kpi: Row = {
        "parent": "ONLINE", "level": "kpi", "name": "Past", "owner": "Sato", "unit": "pcs",
        "direction": "higher", "aggregation": "sum",
    }  # fmt: skip
    goals: list[Row] = [
        *book.goals,
        {**kpi, "id": "OLD", "valid_to": "2026-02"},
        {**kpi, "id": "GONE", "valid_to": "2026-09"},
    ]
    done: Row = {
        "goal_id": "ONLINE", "cause": "c", "countermeasure": "m", "owner": "o",
        "due": date(2025, 1, 31), "done": date(2025, 1, 31), "result": "r",
        "decision": "standardise", "raised": date(2025, 1, 1),
    }  # fmt: skip
    actions: list[Row] = [
        {**done, "action_id": "PAST", "decided": date(2025, 3, 31)},
        {**done, "action_id": "KEPT", "decided": date(2025, 4, 1)},
        *book.actions,
    ]
    comments: list[Row] = [
        {"goal_id": "ONLINE", "month": "2025-03", "comment": "before", "author": "A"},
        {"goal_id": "ONLINE", "month": "2025-04", "comment": "since", "author": "A"},
        *book.comments,
    ]
    return replace(
        book,
        settings={
            **book.settings, "review_month": "2027-03", "state": "final", "book_id": "B-2026",
            "periods_shown": "quarter, half, year", "checks_off": "not-updated", "logo": "logo.png",
        },
        goals=goals,
        plan={**book.plan, "OLD": figures, "GONE": figures},
        actuals={**actuals, "OLD": figures, "GONE": figures},
        actions=actions,
        comments=comments,
    )  # fmt: skip


@lru_cache
def old_bytes(language: str) -> bytes:
    return book_bytes(year_end(language))


@pytest.fixture(scope="module", params=["en", "ja"])
def years(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a year's book and the next one made from it."""
    folder = tmp_path_factory.mktemp(request.param)
    new_year(folder / "fy2027.xlsx", put(folder, "fy2026.xlsx", old_bytes(request.param)))
    return folder


def read(path: Path) -> Plan:
    reading = read_plan(read_book(path))
    assert reading.plan is not None
    assert not [problem for problem in reading.problems if not problem.warning]
    return reading.plan


# What a review says of its book, not of the month: where things stand in the file, what it is
# called, which month is open in it.
OF_THE_BOOK = {"settings", "source", "by_id"}


def said(found: Review, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everything that a review says of its month."""
    values = {one.name: getattr(found, one.name) for one in fields(found)}
    values["goals"] = tuple(
        replace(entry, goal=replace(entry.goal, row=0)) for entry in found.goals
    )
    values["actions"] = tuple(
        replace(entry, action=replace(entry.action, row=0))
        for entry in found.actions
        if entry.action.id not in without
    )
    if without:
        values["goals"] = tuple(
            replace(entry, actions=tuple(one for one in entry.actions if one not in without))
            for entry in values["goals"]
        )
    # Advice names cells, whose places differ.
    values["advice"] = [
        (one.code, one.goals, {**one.details, "cells": ""}) for one in found.advice
    ]  # fmt: skip
    return {name: value for name, value in values.items() if name not in OF_THE_BOOK}


@pytest.mark.parametrize("month", fiscal_year(APRIL, 4), ids=str)
def test_every_month_of_the_old_year_has_the_same_review(years: Path, month: Month):
    old, new = read(years / "fy2026.xlsx"), read(years / "fy2027.xlsx")
    assert new.sheets["actuals"].months[NEXT.plus(11)]
    before, after = review(old, month), review(new, month)
    assert len(before.goals) > 20
    assert said(after) == said(before, without=("PAST",))


def pages(plan: Plan, month: Month, language: str) -> str:
    """The pack as one page of HTML. The state belongs to the month that is open in a book, and
    cells may stand elsewhere."""
    settings = replace(plan.settings, state=State.FINAL)
    nameless = replace(plan, settings=settings, source=Source())
    page = for_browser(build_pack(review(nameless, month), PackOptions(language)))
    return re.sub(r'<span class="place">[^<]*</span>', "", page)


def test_the_pack_of_march_is_the_same_from_either_book(years: Path):
    old, new = read(years / "fy2026.xlsx"), read(years / "fy2027.xlsx")
    language = old.settings.language
    page = pages(old, MARCH, language)
    assert "2026" in page
    assert pages(new, MARCH, language) == page


@pytest.mark.parametrize("seed", range(8))
def test_random_books_say_the_same_of_their_last_year(seed: int):
    content = RandomBook(seed, "en", 40).content()
    plan = read_plan_of(content)
    kept = rolled_over(plan, "ja").plan
    for month in fiscal_year(Month(2025, 4), 4)[:: 3 if seed else 1]:
        assert said(review(kept, month)) == said(review(plan, month))


def read_plan_of(content: BookContent) -> Plan:
    found = read_plan(to_rows(content)).plan
    assert found is not None
    return found


# ---- What comes along -----------------------------------------------------------------------


def test_the_new_year_is_open_and_empty(years: Path):
    new = read(years / "fy2027.xlsx")
    settings = new.settings
    assert (settings.review_month, settings.state) == (NEXT, State.PRELIMINARY)
    assert settings.fiscal_label in ("FY27", "2027年度")
    assert settings.book_id == "B-2026"
    for side in (new.plan, new.revision, new.actuals, new.outlook):
        assert max(month for one in side.values() for month in one.values) < NEXT
    assert max(new.sheets["plan"].months) == Month(2028, 3)
    april = review(new)
    assert {entry.month.status.value for entry in april.goals} <= {"no_plan", "no_data"}


def test_whoever_enters_figures_finds_a_row_on_every_sheet(years: Path):
    # Also where the old book has none: nobody has to type IDs before a revision or an outlook.
    new = OpenBook(years / "fy2027.xlsx")
    plan = read(years / "fy2027.xlsx")
    parents = {goal.parent for goal in plan.goals}
    entered = {
        goal.label for goal in plan.goals
        if goal.formula is None and goal.id not in parents and goal.valid_to is None
    }  # fmt: skip
    assert len(entered) > 10
    for key in ("plan", "revision", "actuals", "outlook"):
        ids = {row[0] for row in new.rows(plan.sheets[key].name).rows if row}
        assert entered <= ids, key
    assert "GONE" not in {row[0] for row in new.rows(plan.sheets["outlook"].name).rows if row}


def test_settings_people_and_days_come_along(years: Path):
    old, new = read(years / "fy2026.xlsx"), read(years / "fy2027.xlsx")
    own = {"review_month", "state", "fiscal_label"}
    for one in fields(old.settings):
        if one.name not in own:
            assert getattr(new.settings, one.name) == getattr(old.settings, one.name), one.name
    assert new.recipients == old.recipients
    assert new.holidays == old.holidays
    assert new.holiday_names == old.holiday_names


def test_what_is_long_over_stays_behind(years: Path):
    new = read(years / "fy2027.xlsx")
    assert "OLD" not in {one.id for one in new.goals}
    assert "OLD" not in new.actuals
    # GONE ended in September 2026: a review of August 2026 has it still.
    assert "GONE" in review(new, Month(2026, 8)).by_id
    assert "GONE" not in review(new, Month(2026, 10)).by_id
    assert {one.id for one in new.actions}.isdisjoint({"PAST"})
    assert "KEPT" in {one.id for one in new.actions}
    remarks = {one.text for one in new.comments}
    assert "since" in remarks
    assert "before" not in remarks


def test_the_old_book_is_left_as_it_was(tmp_path: Path):
    data = old_bytes("en")
    old = put(tmp_path, "fy2026.xlsx", data)
    digest = hashlib.sha256(data).hexdigest()
    made = new_year(tmp_path / "fy2027.xlsx", old)
    assert hashlib.sha256(old.read_bytes()).hexdigest() == digest
    with pytest.raises(UsageProblem, match="already-there"):
        new_year(tmp_path / "fy2027.xlsx", old)
    # The logo's file is not there, so that it has to be put there.
    assert made.logo_missing == "logo.png"


def test_it_is_said_what_came_along_and_what_did_not(tmp_path: Path):
    old = put(tmp_path, "fy2026.xlsx", old_bytes("en"))
    made = new_year(tmp_path / "fy2027.xlsx", old)
    kept, left = list(kept_lines(made, "en")), list(left_lines(made, "en"))
    assert kept[:3] == [
        "Goals valid in FY27: 26",
        "Goals that ended, kept for the months in which they were valid: 1 (GONE)",
        "Figures: all of April 2024 – March 2027, plan, revision and outlook included",
    ]
    assert left == [
        "Goals that ended before the old year, with their figures: 1 (OLD)",
        "Actions closed more than a year before the old year, or of such goals: 1 (PAST)",
        "Comments of that time: 1",
    ]
    assert any("logo.png" in line for line in next_lines(made, "en"))
    assert any("FY27の計画" in line for line in next_lines(made, "ja"))


# ---- What is kept, and why (by hand) --------------------------------------------------------


def ids(plan: Plan) -> set[str]:
    return {one.id for one in plan.goals}


def rolled(plan: Plan, first: Month | None = None) -> Plan:
    return rolled_over(plan, "en", first).plan


ENDED = Month(2026, 2)


def test_a_goal_stays_where_a_formula_a_child_an_action_or_a_person_names_it():
    plan = plan_of(
        goal("TOTAL", formula="NEEDED*2"),
        goal("NEEDED", valid_to=ENDED),
        goal("CHILD", "ABOVE", valid_from=APRIL),
        goal("ABOVE", "HIGHER", valid_to=ENDED),
        goal("HIGHER", valid_to=ENDED),
        goal("WORKED", valid_to=ENDED),
        goal("SHOWN", valid_to=ENDED),
        goal("TEAM", valid_to=ENDED, department="Shops"),
        goal("OVER", valid_to=ENDED),
        actuals={"NEEDED": [1, 2], "OVER": [1], "TEAM": [1]},
        actions=(action("A1", "WORKED"), action("A2", "OVER", closed=date(2026, 5, 1))),
        recipients=(person("SHOWN"), person("dept:Shops")),
    )
    assert ids(rolled(plan)) == {
        "TOTAL", "NEEDED", "CHILD", "ABOVE", "HIGHER", "WORKED", "SHOWN", "TEAM",
    }  # fmt: skip
    found = rolled_over(plan, "en")
    assert [one.id for one in found.goals_left] == ["OVER"]
    # A2 was closed lately, but the goal that it was about is gone.
    assert [one.id for one in found.actions_left] == ["A2"]
    assert "OVER" not in found.plan.actuals


def action(name: str, about: str, closed: date | None = None) -> Action:
    return Action(
        name, about, cause="c", countermeasure="m", owner="o", due=date(2026, 5, 1),
        done=closed, result="r" if closed else "", decided=closed,
        decision=Decision.STANDARDISE if closed else None,
    )  # fmt: skip


def person(scope: str) -> Recipient:
    return Recipient("Sato", "sato@example.com", scope=scope)


def test_all_rows_of_a_goal_stay_with_it():
    # The first definition ended long ago; without it, growth would compare across the change.
    plan = plan_of(
        goal("A", valid_to=Month(2024, 12), unit="boxes"),
        goal("A", valid_from=Month(2025, 1)),
        actuals={"A": [1]},
    )
    assert rolled(plan).goals == plan.goals


def test_an_action_without_any_date_stays():
    undated = replace(action("A1", "A", closed=date(2020, 1, 1)), done=None, decided=None)
    plan = plan_of(goal("A"), actuals={"A": [1]}, actions=(undated,))
    assert rolled(plan).actions == (undated,)


def test_a_plan_that_was_entered_ahead_comes_along():
    plan = plan_of(goal("A"), goal("B"), actuals={"A": [1]}, plan={"A": [10.0] * 14})
    found = rolled_over(plan, "en")
    assert found.planned == 1
    assert found.content.plan["A"][NEXT.plus(1)] == 10.0


def test_blank_years_at_the_start_get_no_columns():
    # Actuals from April 2025 on; the review month is June 2026: three years until March 2028.
    plan = plan_of(goal("A"), actuals={"A": [1]}, prior={"A": [5, 5]})
    months = rolled_over(plan, "en").content.months
    assert (months[0], months[-1], len(months)) == (Month(2025, 4), Month(2028, 3), 36)


@pytest.mark.parametrize(
    ("review_month", "fiscal_start", "new"),
    [
        (Month(2027, 3), 4, Month(2027, 4)),
        (Month(2026, 4), 4, Month(2027, 4)),
        (Month(2026, 12), 1, Month(2027, 1)),
        (Month(2026, 9), 10, Month(2026, 10)),
        (None, 4, Month(2027, 4)),  # the last actual is of April 2026
    ],
)
def test_the_new_year_follows_the_one_under_review(
    review_month: Month | None, fiscal_start: int, new: Month
):
    plan = plan_of(goal("A"), actuals={"A": [1]})
    settings = replace(plan.settings, review_month=review_month, fiscal_start=fiscal_start)
    assert rolled_over(replace(plan, settings=settings), "en").first == new


@pytest.mark.parametrize(
    ("label", "expected"), [("FY26", "FY27"), ("FY2026", "FY2027"), ("", None)]
)
def test_the_label_of_the_year_moves_on(label: str, expected: str | None):
    plan = plan_of(goal("A"), actuals={"A": [1]})
    plan = replace(plan, settings=replace(plan.settings, fiscal_label=label))
    assert rolled_over(plan, "en").content.settings["fiscal_label"] == expected


def test_first_must_begin_a_later_fiscal_year():
    plan = plan_of(goal("A"), actuals={"A": [1]})
    assert rolled_over(plan, "en", Month(2028, 4)).first == Month(2028, 4)
    for wrong in (Month(2027, 5), Month(2026, 4), Month(2025, 4)):
        with pytest.raises(UsageProblem) as fault:
            rolled_over(plan, "en", wrong)
        assert fault.value.code == "rollover-first"
        assert fault.value.details["next"] == "2027-04"


def test_a_book_without_any_figure_has_no_year_to_follow():
    plan = plan_of(goal("A"))
    plan = replace(plan, settings=replace(plan.settings, review_month=None))
    with pytest.raises(UsageProblem, match="no-review-month"):
        rolled_over(plan, "en")


def test_what_was_revised_stays_revised():
    # Plan 10 a month; from June on the revision says 7. In the new year nothing is revised.
    plan = plan_of(goal("A"), plan={"A": [10.0] * 12}, actuals={"A": [1]})
    plan = replace(
        plan,
        revision={"A": series(Month(2026, 6), [7.0] * 10)},
        settings=replace(plan.settings, revision_from=Month(2026, 6)),
    )
    kept = rolled(plan)
    assert [kept.in_force("A", APRIL.plus(number)) for number in (0, 1, 2, 11, 12)] == [
        10.0, 10.0, 7.0, 7.0, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "asked"), [((), True), ((date(2027, 3, 22),), True), ((date(2027, 5, 3),), False)]
)
def test_holidays_of_the_new_year_are_asked_for(
    days: tuple[date, ...], asked: bool, tmp_path: Path
):
    # The sample counts five business days until a month's actuals are due.
    rows: list[Row] = [{"date": day, "holiday": "off"} for day in days]
    old = put(tmp_path, "old.xlsx", book_bytes(replace(sample_book("en"), holidays=rows)))
    lines = next_lines(new_year(tmp_path / "new.xlsx", old), "en")
    assert any("sheet “Holidays”" in line for line in lines) == asked


def test_the_public_holidays_of_the_new_year_are_written_where_a_country_is_named(tmp_path: Path):
    settings = {**sample_book("ja").settings, "country": "JP"}
    content = replace(sample_book("ja"), settings=settings, holidays=())
    old = put(tmp_path, "old.xlsx", book_bytes(content))
    made = new_year(tmp_path / "new.xlsx", old)
    plan = read_plan(read_book(made.path)).plan
    assert plan is not None
    # Constitution Day, Greenery Day and Children's Day of 2027.
    days = {day: plan.holiday_names[day] for day in plan.holidays}
    assert days[date(2027, 5, 3)] == "憲法記念日"
    assert {date(2027, 5, 4), date(2027, 5, 5)} <= days.keys()
    assert not any("休日" in line for line in next_lines(made, "ja"))


# ---- The file -------------------------------------------------------------------------------


def test_cells_and_language_are_those_of_the_old_book(tmp_path: Path):
    old = tmp_path / "old.xlsx"
    new_workbook(old, "ja", sample=True, fiscal_start=4, months=36, first=None, cells="native")
    made = new_year(tmp_path / "new.xlsx", old)
    assert "語句" in OpenBook(made.path).order
    assert read(made.path).settings.language == "ja"
    other = new_year(tmp_path / "other.xlsx", old, language="en", cells="functions")
    assert {"Plan", "Analysis"} <= set(OpenBook(other.path).order)
    assert read(other.path).settings.language == "en"


def test_a_book_with_macros_carries_the_functions(tmp_path: Path):
    old = put(tmp_path, "old.xlsx", old_bytes("en"))
    made = new_year(tmp_path / "new.xlsm", old)
    assert b"vbaProject" in made.path.read_bytes()
    with pytest.raises(UsageProblem, match="native-macros"):
        new_year(tmp_path / "other.xlsm", old, cells="native")


def test_the_picture_on_the_settings_sheet_comes_along(tmp_path: Path):
    data = png((60, 20))
    content = replace(sample_book("en"), picture=Picture("logo.png", data, 60, 20))
    old = put(tmp_path, "old.xlsx", book_bytes(content))
    made = new_year(tmp_path / "new.xlsx", old)
    assert not made.picture_left
    found = settings_picture(made.path)
    assert found is not None
    assert found[1] == data


def test_sheets_and_columns_of_their_own_are_named(tmp_path: Path):
    book = openpyxl.load_workbook(put(tmp_path, "plain.xlsx", old_bytes("en")))
    book.create_sheet("Memo")["A1"] = "remember"
    goals = book["Goals"]
    goals.cell(4, goals.max_column + 1, "Cost centre")
    book.save(tmp_path / "old.xlsx")
    made = new_year(tmp_path / "new.xlsx", tmp_path / "old.xlsx")
    left = list(left_lines(made, "en"))
    assert "Sheets of your own: Memo" in left
    assert "Columns of your own: Goals!Cost centre" in left


def test_formulas_among_the_figures_are_named_and_their_results_come_along(tmp_path: Path):
    plain = old_bytes("en")
    sheet = WrittenBook(plain).sheets["Plan"]
    # The plan of the first goal for April 2025.
    spoilt = with_part(
        plain, sheet, partial(re.sub, r'(<c r="P5"[^>]*>)<v>', r"\1<f>1+1</f><v>", count=1)
    )
    path = put(tmp_path, "old.xlsx", spoilt)
    old = read(path)
    made = new_year(tmp_path / "new.xlsx", path)
    assert made.origin.formulas == ("Plan!P5",)
    (line,) = [line for line in left_lines(made, "en") if line.startswith("Formulas")]
    assert line.endswith("as numbers: 1 (Plan!P5)")
    april = Month(2025, 4)
    assert read(made.path).in_force("VISITS", april) == old.in_force("VISITS", april) == 720_500


def test_entries_that_were_not_understood_are_named(tmp_path: Path):
    content = year_end("en")
    figures: dict[Month, CellValue] = {APRIL: 7}
    content = replace(content, actuals={**content.actuals, "NOBODY": figures})
    made = new_year(tmp_path / "new.xlsx", put(tmp_path, "old.xlsx", book_bytes(content)))
    (line,) = [line for line in left_lines(made, "en") if "NOBODY" in line]
    assert line.startswith("Actuals!A")


def test_a_revision_that_does_not_count_yet_comes_along_and_is_not_named(tmp_path: Path):
    content = year_end("en")
    content = replace(content, settings={**content.settings, "revision_from": None})
    made = new_year(tmp_path / "new.xlsx", put(tmp_path, "old.xlsx", book_bytes(content)))
    assert made.rollover.plan.revision
    assert list(left_lines(made, "en")) == list(left_lines_of(year_end("en"), tmp_path))


def left_lines_of(content: BookContent, folder: Path) -> Iterator[str]:
    made = new_year(folder / "plain.xlsx", put(folder, "plain_old.xlsx", book_bytes(content)))
    return left_lines(made, "en")


@pytest.mark.parametrize("spoilt", [{"goal_id": "VISITS"}, {"email": "nobody@"}])
def test_a_book_with_errors_gives_no_new_one(spoilt: dict[str, str], tmp_path: Path):
    old = put(tmp_path, "old.xlsx", spoilt_bytes(**spoilt))
    with pytest.raises(NotCarried, match="book-not-carried") as fault:
        new_year(tmp_path / "new.xlsx", old)
    (problem,) = fault.value.problems
    assert problem.sheet in ("Actuals", "Recipients")
    assert not (tmp_path / "new.xlsx").exists()


def test_an_empty_book_gives_no_new_one(tmp_path: Path):
    old = tmp_path / "old.xlsx"
    new_workbook(old, "en", sample=False, fiscal_start=4, months=36, first=None)
    with pytest.raises(NotCarried) as fault:
        new_year(tmp_path / "new.xlsx", old)
    assert [problem.code for problem in fault.value.problems] == ["goals-none"]


def test_a_book_without_an_id_gets_one(tmp_path: Path):
    content = year_end("en")
    content = replace(content, settings={**content.settings, "book_id": None})
    made = new_year(tmp_path / "new.xlsx", put(tmp_path, "old.xlsx", book_bytes(content)))
    assert len(read(made.path).settings.book_id) == 12


# ---- The command ----------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return put(tmp_path, "fy2026.xlsx", old_bytes("en"))


def command(*words: str) -> tuple[int, list[str]]:
    found = CliRunner().invoke(app, list(words))
    assert "Traceback" not in found.output
    return found.exit_code, found.output.splitlines()


def test_the_command_says_what_it_did_and_what_is_next(here: Path):
    code, lines = command("new", "fy2027.xlsx", "--from", here.name)
    assert code == 0
    assert lines[0] == "Wrote fy2027.xlsx from fy2026.xlsx, which was left as it is."
    assert "Left behind in the old book:" in lines
    assert lines[-1] == "Now enter the plan for FY27; then: kpixl check fy2027.xlsx"
    assert command("show", "fy2027.xlsx", "--month", "2027-03")[0] == 0


def test_the_command_answers_as_data(here: Path):
    book = openpyxl.load_workbook(here)
    book.create_sheet("Memo")["A1"] = "remember"
    book["Goals"].cell(4, book["Goals"].max_column + 1, "Cost centre")
    sheet = book["Actuals"]
    for row in sheet.iter_rows(min_col=1, max_col=1):
        if row[0].value == "VISITS":
            row[0].value = "NOBODY"
    book.save(here)
    found = CliRunner().invoke(app, ["new", "fy2027.xlsx", "--from", here.name, "--json"])
    assert found.exit_code == 0
    data = json.loads(found.stdout)
    assert (data["file"], data["from"], data["book_id"]) == ("fy2027.xlsx", here.name, "B-2026")
    assert (data["fiscal_year"], data["review_month"]) == ("FY27", "2027-04")
    # Figures from April 2024 on; the new year ends in March 2028.
    assert data["months"] == {"from": "2024-04", "to": "2028-03"}
    assert data["goals"]["ended"] == ["GONE"]
    left = data["left"]
    assert (left["goals"], left["actions"], left["comments"]) == (["OLD"], ["PAST"], 1)
    assert (left["sheets"], left["formulas"], left["picture"]) == (["Memo"], [], False)
    assert left["columns"] == [{"sheet": "Goals", "column": "Cost centre"}]
    assert [one["found"] for one in data["problems"]] == ["NOBODY"]
    assert data["next"][-1] == "Now enter the plan for FY27; then: kpixl check fy2027.xlsx"
    again = CliRunner().invoke(app, ["new", "fy2027.xlsx", "--from", here.name, "--json"])
    assert again.exit_code == 2
    assert json.loads(again.stdout)["error"] == "already-there"


def test_a_book_that_follows_none_is_told_as_data_too(here: Path):
    found = CliRunner().invoke(app, ["new", "plan.xlsx", "--sample", "--json"])
    assert (found.exit_code, json.loads(found.stdout)) == (0, {"file": "plan.xlsx"})
    assert read(Path("plan.xlsx")).goals


@pytest.mark.parametrize(
    ("words", "code", "said_first"),
    [
        (["--months", "12"], 2, "--months says what --from takes from the old workbook."),
        (["--fiscal-start", "4"], 2, "--fiscal-start says what --from takes"),
        (["--sample"], 2, "--sample says what --from takes"),
        (["--first", "2027-05"], 2, "The new year cannot start in 2027-05."),
        (["--first", "soon"], 2, "“soon” is no month."),
    ],
)
def test_wrong_use_is_told(here: Path, words: list[str], code: int, said_first: str):
    found, lines = command("new", "fy2027.xlsx", "--from", here.name, *words)
    assert found == code
    assert lines[0].startswith(said_first)
    assert not Path("fy2027.xlsx").exists()


def test_errors_in_the_old_book_are_listed(here: Path):
    put(here.parent, "spoilt.xlsx", spoilt_bytes(goal_id="VISITS"))
    code, lines = command("new", "fy2027.xlsx", "--from", "spoilt.xlsx")
    assert code == 1
    assert any("about nine" in line for line in lines)
    assert any(line.startswith("No workbook was made from “spoilt.xlsx”") for line in lines)
