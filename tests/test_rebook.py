"""A plan can be written as a new book and is the same plan when it is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from kpixl.errors import KpixlError
from kpixl.plan.model import Plan, Reading, Series, Settings
from kpixl.plan.month import CloseDay, Month
from kpixl.plan.tables import read_plan
from kpixl.workbook.content import BookContent
from kpixl.workbook.reader import read_book
from kpixl.workbook.rebook import content_of, labels_of, months_of
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.plan_book import goal, plan_of, sound
from tests.random_books import RandomBook
from tests.test_scenarios import NAMES, book_of

APRIL = Month(2026, 4)


def written(content: BookContent, folder: Path) -> Reading:
    buffer = BytesIO()
    write_book(buffer, content)
    path = folder / "book.xlsx"
    path.write_bytes(buffer.getvalue())
    return read_plan(read_book(path))


def bare(plan: Plan) -> Plan:
    """The plan without what says where in which file it stood."""

    def series(side: Mapping[str, Series]) -> dict[str, Series]:
        return {goal_id: replace(one, row=0) for goal_id, one in side.items()}

    return replace(
        plan,
        source=Plan(Settings(), ()).source,
        sheets={},
        goals=tuple(replace(one, row=0) for one in plan.goals),
        actions=tuple(replace(one, row=0) for one in plan.actions),
        plan=series(plan.plan),
        revision=series(plan.revision),
        actuals=series(plan.actuals),
        outlook=series(plan.outlook),
    )


def same_again(plan: Plan, language: str, folder: Path) -> None:
    reading = written(content_of(plan, language), folder)
    assert reading.plan is not None
    assert bare(reading.plan) == bare(plan)
    assert not [problem for problem in reading.problems if not problem.warning]


def plan_in(content: BookContent, folder: Path) -> Plan:
    found = written(content, folder).plan
    assert found is not None
    return found


@pytest.mark.parametrize("old", ["en", "ja"])
@pytest.mark.parametrize("new", ["en", "ja"])
def test_the_sample_comes_back_from_a_book_in_either_language(old: str, new: str, tmp_path: Path):
    plan = plan_in(sample_book(old), tmp_path)
    assert len(plan.goals) > 20
    assert plan.actions
    assert plan.recipients
    assert plan.holiday_names
    same_again(plan, new, tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_random_books_come_back(seed: int, tmp_path: Path):
    content = RandomBook(seed, "ja" if seed % 2 else "en", 40).content()
    plan = plan_in(content, tmp_path)
    same_again(plan, "en" if seed % 2 else "ja", tmp_path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_scenarios_come_back(name: str, language: str, tmp_path: Path):
    reading = read_plan(book_of(name))
    assert reading.plan is not None
    same_again(reading.plan, language, tmp_path)


def test_every_setting_comes_back(tmp_path: Path):
    plan = plan_in(sample_book("en"), tmp_path)
    settings = replace(
        plan.settings,
        close_day=CloseDay(7, business=True),
        periods_shown=("half", "year", "quarter"),
        checks_off=("always-green", "not-updated"),
        brand_colour="#ff8800",
        logo="logo.png",
        max_kpis=31,
        max_weight=0.75,
        rollup_cap=1.25,
        language="ja",
        company="=1+1 <Acme> & _x0041_",
    )  # fmt: skip
    for language in ("en", "ja"):
        same_again(replace(plan, settings=settings), language, tmp_path)
    content = content_of(replace(plan, settings=settings), "ja")
    assert content.settings["close_day"] == "7営業日"
    assert content.settings["periods_shown"] == "半期, 年度, 四半期"


def test_an_id_is_written_as_its_first_row_has_it(tmp_path: Path):
    sheets = sound()
    sheets["Goals"][1:] = [
        goal("Ｒｅｖ", Level="KGI"),
        goal("ｖisits", " rev "),
        goal("Ｖisits ", "REV", To=None),
    ]
    sheets["Goals"][2][-1] = "2026-04"
    sheets["Goals"][3][-2] = "2026-05"
    for sheet in ("Plan", "Actuals"):
        sheets[sheet] = [sheets[sheet][0], ["VISITS", 100, 110, 120]]
    content = content_of(plan_of(sheets), "en")
    # Written in two ways it would be two rows of figures, of which none counts.
    assert [row["id"] for row in content.goals] == ["Ｒｅｖ", "ｖisits", "ｖisits"]
    assert [one for one in written(content, tmp_path).problems if not one.warning] == []
    assert [row["parent"] for row in content.goals] == [None, "Ｒｅｖ", "Ｒｅｖ"]
    assert content.actions[0]["goal_id"] == "ｖisits"
    assert list(content.actuals) == ["ｖisits"]
    assert labels_of(plan_of(sheets)) == {"REV": "Ｒｅｖ", "VISITS": "ｖisits"}


def test_a_figure_keeps_every_digit(tmp_path: Path):
    sheets = sound()
    sheets["Actuals"][1][1] = 0.1 + 0.2  # 0.30000000000000004 needs 17 digits
    sheets["Actuals"][1][2] = 1 / 3
    reading = written(content_of(plan_of(sheets), "en"), tmp_path)
    assert reading.plan is not None
    values = reading.plan.actuals["VISITS"].values
    assert values[APRIL] == 0.1 + 0.2
    assert values[APRIL.plus(1)] == 1 / 3


def test_the_months_have_no_hole():
    sheets = sound()
    sheets["Outlook"] = [["ID", datetime(2026, 9, 1)], ["VISITS", 130]]  # noqa: DTZ001
    assert months_of(plan_of(sheets)) == tuple(Month(2026, number) for number in range(4, 10))


def test_a_holiday_keeps_its_name():
    sheets = sound()
    sheets["Holidays"] = [
        ["Date", "Name"],
        [date(2026, 5, 4), "Midori"],
        ["2026-05-05", None],
    ]
    content = content_of(plan_of(sheets), "ja")
    assert content.holidays == (
        {"date": date(2026, 5, 4), "holiday": "Midori"},
        {"date": date(2026, 5, 5), "holiday": None},
    )


def test_what_cannot_be_read_is_never_lost_silently():
    sheets = sound()
    sheets["Actuals"][1][2] = "about a hundred"
    with pytest.raises(KpixlError) as fault:
        content_of(plan_of(sheets), "en")
    assert fault.value.code == "book-unreadable"
    assert fault.value.details == {
        "file": "kpi.xlsx", "sheet": "Actuals", "goal": "VISITS", "month": "2026-05",
    }  # fmt: skip
