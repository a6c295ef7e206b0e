"""A month's entry is handed out: each owner gets a small book with their goals, and no others."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from kpixl.books.collect import Collected, collect
from kpixl.books.origin import read_origin
from kpixl.books.rollover import new_year
from kpixl.cli import app
from kpixl.errors import KpixlError, UsageProblem
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Level, Plan
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.workbook.content import BookContent, Row
from kpixl.workbook.entry import entry_of, owners
from kpixl.workbook.reader import OpenBook, read_book
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes, put
from tests.plans import goal, plan_of, series

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
NAOTO, YUKA = "Naoto Fujii", "Yuka Kobayashi"


def sample(language: str = "en", **changes: Any) -> BookContent:
    """The sample company's book, with an ID."""
    book = sample_book(language)
    return replace(book, settings={**book.settings, "book_id": "B-1"}, **changes)


@lru_cache
def sample_bytes(language: str) -> bytes:
    return book_bytes(sample(language))


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return put(tmp_path, "plan.xlsx", sample_bytes("en"))


def plan_in(path: Path) -> Plan:
    reading = read_plan(read_book(path))
    assert reading.plan is not None
    assert not [problem for problem in reading.problems if not problem.warning]
    return reading.plan


def of(found: Collected, owner: str) -> Path:
    return next(one.path for one in found.files if one.owner == owner)


# ---- Who is asked for what ------------------------------------------------------------------


def test_each_owner_is_asked_for_the_figures_of_their_goals(book: Path, tmp_path: Path):
    found = collect(book, tmp_path / "out", NOVEMBER)
    assert {one.owner: one.goals for one in found.files} == {
        NAOTO: ("VISITS", "AOV"),
        "Misaki Takahashi": ("CVR", "CHECKOUT"),
        "Ken Ishikawa": ("DOORS", "DOORREV"),
        YUKA: ("FILL", "OTD", "LEAD", "INV"),
        "Aya Nakamura": ("SUBS", "ARPU", "CHURN", "NEWSUBS"),
        "Makoto Sasaki": ("DEFECT", "ACC"),
        "Takuya Ono": ("OVERSEAS",),
        "Kaori Ueda": ("NEWPROD",),
        "Reiko Matsumoto": ("OVERTIME", "KAIZEN"),
    }
    # Revenue and its channels come from formulas, the groups from the roll-up.
    assert found.without_owner == ()
    # Five business days after 30 November, a Monday: 1, 2, 3, 4 and 7 December.
    assert found.due.isoformat() == "2026-12-07"
    assert all(one.waiting == one.goals for one in found.files)


def test_who_takes_figures():
    plan = plan_of(
        goal("ROOT", level=Level.KGI, owner="A"),  # rolled up
        goal("GROUP", "ROOT", level=Level.CSF, owner="A"),  # rolled up
        goal("BARE", "ROOT", level=Level.CSF, owner="A"),  # often without a number of its own
        goal("NEW", "GROUP", owner="A"),  # no figure yet
        goal("SUM", "GROUP", owner="A", formula="NEW*2"),
        goal("OWN", "GROUP", owner="A", formula="NEW*3"),  # a figure of its own beside it
        goal("ABOVE", "GROUP", owner="A"),  # has a plan: its children explain, but do not give it
        goal("BELOW", "ABOVE", owner="a "),
        goal("OVER", "GROUP", owner="A", valid_to=Month(2026, 5)),
        goal("LINKED", "GROUP", owner="A"),
        goal("NOBODY", "GROUP", owner=""),
        actuals={"OWN": [1], "LINKED": [1]},
        plan={"ABOVE": [1]},
    )
    asked, nobody = owners(plan, Month(2026, 6), linked={"LINKED"})
    assert {owner: [one.id for one in goals] for owner, goals in asked.items()} == {
        "A": ["NEW", "OWN", "ABOVE", "BELOW"]
    }
    assert [one.id for one in nobody] == ["NOBODY"]


def test_a_figure_that_is_a_formula_of_the_workbook_is_not_asked_for(tmp_path: Path):
    plain = openpyxl.load_workbook(put(tmp_path, "plain.xlsx", sample_bytes("en")))
    sheet = plain["Actuals"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "VISITS")
    column = next(cell.column for cell in sheet[4] if cell.value == "2026-11")
    sheet.cell(row, column, "=1000*900")
    plain.save(tmp_path / "plan.xlsx")
    found = collect(tmp_path / "plan.xlsx", tmp_path / "out", NOVEMBER, NAOTO)
    assert [one.goals for one in found.files] == [("AOV",)]


def test_one_owner_can_be_asked_alone(book: Path, tmp_path: Path):
    found = collect(book, tmp_path / "out", NOVEMBER, " naoto  FUJII ")
    assert [one.owner for one in found.files] == [NAOTO]


# ---- What their book holds ------------------------------------------------------------------


def test_the_book_holds_the_owners_goals_and_nothing_else(language: str, tmp_path: Path):
    old = put(tmp_path, "plan.xlsx", sample_bytes(language))
    whole = plan_in(old)
    for one in collect(old, tmp_path / "out", NOVEMBER).files:
        plan = plan_in(one.path)
        own = set(one.goals)
        assert {entry.id for entry in plan.goals} == own
        assert all(entry.parent is None and not entry.formula_text for entry in plan.goals)
        for side in (plan.plan, plan.actuals, plan.outlook):
            assert side.keys() <= own
        assert {entry.goal for entry in plan.comments} <= own
        assert (plan.actions, plan.recipients, plan.revision) == ((), (), {})
        settings = plan.settings
        assert settings.entry_for == one.owner
        assert (settings.book_id, settings.review_month) == ("B-1", NOVEMBER)
        assert settings.language == language
        definition = whole.tree(NOVEMBER)[plan.goals[0].id]
        kept = ("id", "level", "name", "owner", "unit", "direction", "tolerance", "aggregation")
        for name in kept:
            assert getattr(plan.goals[0], name) == getattr(definition, name)


def test_figures_are_those_of_this_year_and_the_one_before(book: Path, tmp_path: Path):
    whole = plan_in(book)
    plan = plan_in(of(collect(book, tmp_path / "out", NOVEMBER), YUKA))
    first, last = Month(2025, 4), Month(2027, 3)
    for goal_id in ("FILL", "OTD", "LEAD", "INV"):
        assert plan.actuals[goal_id].values == {
            month: value
            for month, value in whole.actuals[goal_id].values.items()
            if first <= month <= last
        }
    assert plan.outlook["OTD"].values == {
        month: value
        for month, value in whole.outlook["OTD"].values.items()
        if NOVEMBER < month <= last
    }
    assert {entry.text for entry in plan.comments} == {
        entry.text for entry in whole.comments if entry.goal in plan.actuals
    }


def test_the_plan_shown_is_the_one_in_force():
    # Plan 10 a month; from June on the revision says 7, but for August.
    plan = plan_of(
        goal("A", owner="Abe"), plan={"A": [10.0] * 12}, actuals={"A": [1.0]},
        revision={"A": series(Month(2026, 6), [7.0, 7.0, None, *[7.0] * 7])},
    )  # fmt: skip
    plan = replace(plan, settings=replace(plan.settings, revision_from=Month(2026, 6)))
    asked, _ = owners(plan, Month(2026, 6))
    found = entry_of(plan, Month(2026, 6), "Abe", asked["Abe"], "en").content.plan["A"]
    values = [found[Month(2026, 4).plus(number)] for number in range(12)]
    assert values == [10.0, 10.0, 7.0, 7.0, 10.0, *[7.0] * 7]


def test_a_changed_definition_is_shown_whole():
    plan = plan_of(
        goal("A", owner="Abe", valid_to=Month(2026, 5)),
        goal("A", owner="Baba", valid_from=Month(2026, 6)),
        actuals={"A": [1.0]},
    )
    asked, _ = owners(plan, Month(2026, 6))
    assert list(asked) == ["Baba"]
    content = entry_of(plan, Month(2026, 6), "Baba", asked["Baba"], "en").content
    assert [row["valid_from"] for row in content.goals] == [None, "2026-06"]


def test_the_last_month_of_the_year_has_no_outlook(book: Path, tmp_path: Path):
    path = of(collect(book, tmp_path / "out", Month(2027, 3)), NAOTO)
    assert OpenBook(path).order == ("Guide", "Actuals", "Comments", "Plan", "Goals", "Settings")


def test_it_opens_at_the_first_figure_that_is_missing(tmp_path: Path):
    actuals = {key: dict(values) for key, values in sample().actuals.items()}
    actuals["FILL"][NOVEMBER] = 0.97
    old = put(tmp_path, "plan.xlsx", book_bytes(sample(actuals=actuals)))
    found = collect(old, tmp_path / "out", NOVEMBER, YUKA)
    assert found.files[0].waiting == ("OTD", "LEAD", "INV")
    entry = openpyxl.load_workbook(found.files[0].path)
    sheet = entry["Actuals"]
    assert entry.active is sheet
    # Column W: three columns of the goal, then April 2025 (D) + 19 months; FILL stands in row 5.
    assert sheet["W4"].value == "2026-11"
    assert [cell.activeCell for cell in sheet.sheet_view.selection][-1] == "W6"
    assert sheet["W5"].value == 0.97


def test_only_what_is_to_be_entered_looks_like_a_cell_to_fill_in(book: Path, tmp_path: Path):
    path = of(collect(book, tmp_path / "out", NOVEMBER), YUKA)
    sheet = openpyxl.load_workbook(path)["Actuals"]
    ground = {name: sheet[name].fill.start_color.rgb for name in ("V5", "W5", "X5", "Q5")}
    entry, reference = "FFFFFBEC", "FFF4F6F8"
    assert ground == {
        "V5": reference,  # October: reported
        "W5": entry,  # November
        "X5": reference,  # December: not yet
        "Q5": entry,  # May: FILL has none, and may be handed in late
    }


def test_the_guide_says_what_until_when_and_to_whom(language: str, tmp_path: Path):
    old = put(tmp_path, "plan.xlsx", sample_bytes(language))
    found = collect(old, tmp_path / "out", NOVEMBER, to="Controlling <x@example.com>")
    sheet = openpyxl.load_workbook(found.files[3].path).worksheets[0]
    text = "\n".join(str(cell.value) for row in sheet.rows for cell in row if cell.value)
    wanted = {
        "en": ["November 2026", "4 cells", "by 7 Dec 2026", "Order fill rate", YUKA],
        "ja": ["2026年11月", "4か所", "2026年12月7日までに", "受注充足率", "小林 由香 様"],
    }[language]
    for part in (*wanted, "Controlling <x@example.com>"):
        assert part in text
    links = {cell.hyperlink.location for row in sheet.rows for cell in row if cell.hyperlink}
    assert {"'Actuals'!A1", "'Comments'!A1"} <= links or {"'実績'!A1", "'コメント'!A1"} <= links


def test_the_same_month_gives_the_same_bytes(book: Path, tmp_path: Path):
    first = collect(book, tmp_path / "one", NOVEMBER, NAOTO).files[0].path.read_bytes()
    assert collect(book, tmp_path / "two", NOVEMBER, NAOTO).files[0].path.read_bytes() == first


# ---- Files ----------------------------------------------------------------------------------


def test_names_say_month_book_and_owner(tmp_path: Path):
    old = put(tmp_path, "plan 2026.xlsx", sample_bytes("ja"))
    found = collect(old, tmp_path / "out", NOVEMBER)
    assert of(found, "小林 由香").name == "2026-11_plan_2026_小林_由香.xlsx"


def with_owner(name: str, owner: str) -> list[Row]:
    return [{**row, "owner": owner} if row["id"] == name else row for row in sample().goals]


@pytest.mark.parametrize("owner", ["../../etc/x", "a/b\\c", "CON:", "=1+1", "x" * 300])
def test_no_name_of_an_owner_leaves_the_folder_or_becomes_a_formula(owner: str, tmp_path: Path):
    old = put(tmp_path, "plan.xlsx", book_bytes(sample(goals=with_owner("VISITS", owner))))
    found = collect(old, tmp_path / "out", NOVEMBER)
    path = of(found, owner)
    assert path.parent == tmp_path / "out"
    assert path.resolve().is_relative_to((tmp_path / "out").resolve())
    assert plan_in(path).settings.entry_for == owner
    sheets = openpyxl.load_workbook(path).worksheets
    assert not [
        cell.value
        for sheet in sheets
        for row in sheet.rows
        for cell in row
        if cell.data_type == "f" and "1+1" in str(cell.value)
    ]


def test_files_that_are_there_are_left_and_then_none_is_written(book: Path, tmp_path: Path):
    there = put(tmp_path / "out", "2026-11_plan_Kaori_Ueda.xlsx", b"hers")
    with pytest.raises(UsageProblem, match="already-there"):
        collect(book, tmp_path / "out", NOVEMBER)
    assert list((tmp_path / "out").iterdir()) == [there]
    assert there.read_bytes() == b"hers"


def test_a_file_in_place_of_the_folder_is_told(book: Path, tmp_path: Path):
    with pytest.raises(UsageProblem, match="cannot-write"):
        collect(book, put(tmp_path, "out", b""), NOVEMBER)


# ---- What cannot be handed out --------------------------------------------------------------


def spoilt(tmp_path: Path) -> Path:
    actuals: dict[str, dict[Month, CellValue]] = {
        key: dict(values) for key, values in sample().actuals.items()
    }
    actuals["VISITS"][OCTOBER] = "about nine"
    recipients = [{**row, "email": "nobody@"} for row in sample().recipients]
    content = sample(actuals=actuals, recipients=recipients)
    return put(tmp_path, "plan.xlsx", book_bytes(content))


def test_errors_hold_back_only_the_owner_whom_they_touch(tmp_path: Path):
    found = collect(spoilt(tmp_path), tmp_path / "out", NOVEMBER)
    assert len(found.files) == 8
    (held,) = found.held
    assert held.owner == NAOTO
    assert [problem.found for problem in held.problems] == ["about nine"]


def test_a_book_without_an_id_could_take_nothing_back(tmp_path: Path):
    content = sample_book("en")
    old = put(tmp_path, "plan.xlsx", book_bytes(content))
    with pytest.raises(KpixlError, match="collect-book-id"):
        collect(old, tmp_path / "out", NOVEMBER)


def test_nobody_to_ask_is_told(tmp_path: Path):
    goals = [{**row, "owner": None} for row in sample().goals]
    old = put(tmp_path, "plan.xlsx", book_bytes(sample(goals=goals)))
    with pytest.raises(UsageProblem, match="collect-nobody"):
        collect(old, tmp_path / "out", NOVEMBER)


def test_an_entry_book_is_neither_split_nor_rolled_over(book: Path, tmp_path: Path):
    path = of(collect(book, tmp_path / "out", NOVEMBER), NAOTO)
    with pytest.raises(UsageProblem, match="entry-book"):
        collect(path, tmp_path / "more", NOVEMBER)
    with pytest.raises(UsageProblem, match="entry-book"):
        new_year(tmp_path / "new.xlsx", path)


def test_an_ordinary_book_does_not_show_the_setting(book: Path):
    assert plan_in(book).settings.entry_for == ""
    cells = [cell.value for cell in openpyxl.load_workbook(book)["Settings"]["A"]]
    assert "Entry for" not in cells


def test_only_entry_books_may_lack_sheets(book: Path, tmp_path: Path):
    path = of(collect(book, tmp_path / "out", NOVEMBER), NAOTO)
    entry = openpyxl.load_workbook(path)
    rows = {row[0].value: row[1] for row in entry["Settings"].iter_rows(min_row=5)}
    rows["Entry for"].value = None
    entry.save(tmp_path / "ordinary.xlsx")
    problems = read_origin(tmp_path / "ordinary.xlsx").problems
    assert {problem.code for problem in problems if not problem.warning} == {"sheet-missing"}
    assert not read_plan(read_book(path)).problems


# ---- The command ----------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, book: Path) -> Path:
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return book


def command(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(words))
    assert "Traceback" not in found.output
    return found.exit_code, found.output


def test_the_command_lists_the_files_and_says_how_they_come_back(here: Path):
    code, output = command(
        "collect", here.name, "--to-files", "out", "--month", "2026-11", "--owner", NAOTO
    )
    assert code == 0
    assert output.splitlines() == [
        "Entry books for November 2026 in out: 1. The figures are due by 7 Dec 2026.",
        "  2026-11_plan_Naoto_Fujii.xlsx: Naoto Fujii (goals: 2, still to be entered: 2)",
        "When they are back: kpixl import plan.xlsx out/*.xlsx -o plan-2026-11.xlsx",
    ]


def test_a_book_that_is_called_after_its_month_becomes_one_called_after_the_next(here: Path):
    dated = here.rename(here.with_name("plan-2026-10.xlsx"))
    _, output = command("collect", dated.name, "--to-files", "out", "--month", "2026-11")
    assert "-o plan-2026-11.xlsx" in output


def test_the_command_gives_data(here: Path):
    code, output = command("collect", here.name, "--to-files", "out", "--json")
    assert code == 0
    data = json.loads(output)
    assert data["month"] == "2026-10"
    assert data["due"] == "2026-11-09"
    assert data["files"][0] == {
        "file": str(Path("out") / "2026-10_plan_Naoto_Fujii.xlsx"),
        "owner": NAOTO, "goals": ["VISITS", "AOV"], "waiting": [],
    }  # fmt: skip


def test_goals_without_an_owner_are_told(here: Path, tmp_path: Path):
    put(tmp_path, "plan.xlsx", book_bytes(sample(goals=with_owner("VISITS", ""))))
    code, output = command("collect", here.name, "--to-files", "out")
    assert code == 0
    assert "In no book, because they have no owner: VISITS" in output


def test_errors_of_an_owner_are_listed(here: Path, tmp_path: Path):
    spoilt(tmp_path)
    code, output = command("collect", here.name, "--to-files", "out")
    assert code == 1
    assert "No book for Naoto Fujii" in output
    assert "about nine" in output
    assert "nobody@" not in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--owner", "Nobody"], "No goal whose figures are entered has the owner “Nobody”."),
        (["--month", "soon"], "“soon” is no month."),
        (["--month", "2030-01"], "The sheet “Actuals” has no column for 2030-01."),
    ],
)
def test_wrong_use_is_told(here: Path, words: list[str], said: str):
    code, output = command("collect", here.name, "--to-files", "out", *words)
    assert code == 2
    assert output.startswith(said)
    assert not Path("out").exists()
