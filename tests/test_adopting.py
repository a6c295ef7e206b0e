"""Old budget-and-actual workbooks: what is understood of twelve layouts, and of every figure what
became of it. What is expected was read off the sheets of tests/old_books.py by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from kpixl.adopting.adopt import Adoption, adopt
from kpixl.adopting.notes import Certainty
from kpixl.adopting.writing import write_adopted
from kpixl.adopting.years import NOTHING_TOLD, Told
from kpixl.checking import check_workbook
from kpixl.measures.numbers import read_number
from kpixl.plan.cells import cell_name
from kpixl.plan.month import Month
from kpixl.plan.tables import read_plan
from kpixl.words import word
from kpixl.workbook.reader import read_book
from tests.old_books import LAYOUTS, Fill, write


@pytest.fixture
def adopted(tmp_path: Path) -> Callable[..., Adoption]:
    def of(name: str, told: Told = NOTHING_TOLD, language: str | None = None) -> Adoption:
        return adopt(write(tmp_path / f"{name}.xlsx", LAYOUTS[name]()), told, language)

    return of


@pytest.fixture
def of_sheet(tmp_path: Path) -> Callable[..., Adoption]:
    """What is made of a book of one sheet, filled by a function."""

    def of(fill: Fill, told: Told = NOTHING_TOLD, name: str = "Data") -> Adoption:
        return adopt(write(tmp_path / "one.xlsx", {name: fill}), told)

    return of


class Goal(NamedTuple):
    """A goal as it is expected."""

    id: str
    name: str
    unit: str
    direction: str
    aggregation: str
    parent: str = ""
    level: str = "kpi"
    formula: str = ""


def goals(found: Adoption) -> list[Goal]:
    return [
        Goal(
            goal.id, goal.name, goal.unit, goal.direction, goal.aggregation, goal.parent,
            goal.level, goal.formula,
        )
        for goal in found.goals.goals
    ]  # fmt: skip


def figures(found: Adoption, goal: str, key: str) -> dict[str, tuple[object, str]]:
    """Month -> figure and the cell that it came from."""
    assert found.draft is not None
    content = {
        "plan": found.draft.content.plan, "actuals": found.draft.content.actuals,
        "outlook": found.draft.content.outlook, "revision": found.draft.content.revision,
    }[key]  # fmt: skip
    return {
        str(month): (value, place(found.draft.origins[goal, key, month]))
        for month, value in content.get(goal, {}).items()
    }


def place(cell: tuple[str, int, int]) -> str:
    return f"{cell[0]}!{cell_name(cell[1], cell[2])}"


def left(found: Adoption) -> list[tuple[str, str, str]]:
    return [(f"{one.sheet}!{one.area}", one.shown, one.reason) for one in found.left]


def comments(found: Adoption) -> list[tuple[str, str, str, str]]:
    """Goal, month, text and old cell of each remark that became a comment."""
    assert found.draft is not None
    return [
        (one.goal, str(one.month), one.text, place(one.cell)) for one in found.draft.comments
    ]  # fmt: skip


def checked(found: Adoption) -> dict[str, str]:
    return {f"{one.sheet}!{one.area}": one.kind for one in found.checked}


def months(first: str, *values: object) -> list[tuple[str, object]]:
    year, month = map(int, first.split("-"))
    return [(str(Month(year, month).plus(n)), value) for n, value in enumerate(values)]


def row(found: dict[str, tuple[object, str]]) -> list[tuple[str, object]]:
    return [(month, value) for month, (value, _) in found.items()]


def cells(found: dict[str, tuple[object, str]]) -> list[str]:
    return [cell for _, cell in found.values()]


def reasons(found: Adoption, about: str, goal: str = "") -> list[tuple[str, str]]:
    return [
        (note.value, note.reason) for note in found.notes
        if note.about == about and (not goal or goal in note.goal.split(", "))
    ]  # fmt: skip


# ---- The layouts ---------------------------------------------------------------------------------


def test_plan_actual_and_attainment_in_rows(adopted):
    found = adopted("rows_of_three")
    assert found.language == "ja"
    assert goals(found) == [
        Goal("K01", "売上高", "千円", "higher", "sum"),
        Goal("K02", "営業利益", "千円", "higher", "sum"),
    ]
    plan, actual = figures(found, "K01", "plan"), figures(found, "K01", "actuals")
    assert row(plan) == months(
        "2026-04", 100, 110, 120, 100, 110, 120, 130, 130, 140, 110, 120, 150
    )
    # The half-year's total stands between September and October.
    assert cells(plan) == [f"営業部!{column}5" for column in "DEFGHIKLMNOP"]
    assert row(actual) == months("2026-04", 90, 121, 120, 95, 99, 126, 117)
    assert cells(actual) == [f"営業部!{column}6" for column in "DEFGHIK"]
    assert row(figures(found, "K02", "actuals"))[1] == ("2026-05", -3)
    assert left(found) == [("営業部!K13", "42", "no-label")]
    # The last month with an actual is October.
    assert comments(found) == [("K01", "2026-10", "大型案件が翌月にずれ込み", "営業部!S6")]
    assert checked(found) == {
        "営業部!A5": "row_number", "営業部!A8": "row_number",
        "営業部!J5:J6": "total", "営業部!Q5:R6": "total",
        "営業部!J8:J9": "total", "営業部!Q8:R9": "total",
        "営業部!D7:K7": "attainment", "営業部!D10:K10": "attainment",
    }  # fmt: skip
    assert reasons(found, "year") == [("2026-04 – 2027-03", "year-title")]
    assert reasons(found, "unit", "K01") == [("千円", "unit-table")]
    assert found.draft is not None
    assert found.draft.content.settings["review_month"] == "2026-10"
    assert found.draft.content.settings["fiscal_start"] == 4


def test_two_columns_under_each_month(adopted):
    found = adopted("columns_of_two")
    assert found.language == "en"
    assert goals(found) == [
        Goal("K01", "Orders", "cases", "higher", "sum"),
        # 0.0225 is the mean of 3, 2.5 and 2 % as typed with three places: the total is a mean.
        Goal("K02", "Churn rate", "%", "lower", "average"),
        Goal("K03", "Headcount", "people", "higher", "last"),
    ]
    assert [goal.owner for goal in found.goals.goals] == ["Ito", "Sato", "Abe"]
    assert figures(found, "K01", "plan") == {
        "2026-01": (50, "Dashboard!E5"), "2026-02": (60, "Dashboard!G5"),
        "2026-03": (70, "Dashboard!I5"),
    }  # fmt: skip
    assert figures(found, "K02", "actuals") == {
        "2026-01": (0.03, "Dashboard!F6"), "2026-02": (0.025, "Dashboard!H6"),
        "2026-03": (0.02, "Dashboard!J6"),
    }  # fmt: skip
    assert checked(found) == {"Dashboard!K5:L7": "total"}
    assert left(found) == []


def test_a_sheet_for_the_plan_and_one_for_the_actuals(adopted):
    found = adopted("two_sheets")
    assert goals(found) == [
        Goal("K01", "売上高", "百万円", "higher", "sum", "K03"),
        Goal("K02", "販管費", "百万円", "lower", "sum", "K03"),
        Goal("K03", "営業利益", "百万円", "higher", "sum", "", "kgi", "K01-K02"),
        Goal("K04", "営業利益率", "%", "higher", "average", "", "kpi", "K03/K01"),
    ]
    assert row(figures(found, "K01", "plan")) == months("2026-10", 200, 200, 250, 200, 210)
    assert cells(figures(found, "K01", "plan")) == [f"予算!{column}4" for column in "CDEFG"]
    assert row(figures(found, "K02", "actuals")) == months("2026-10", 152, 147, 168)
    assert cells(figures(found, "K02", "actuals")) == [f"実績!{column}5" for column in "CDE"]
    # What the formulas give is not written beside them.
    assert figures(found, "K03", "plan") == figures(found, "K04", "actuals") == {}
    assert reasons(found, "formula", "K04") == [("K03/K01", "formula-excel")]
    kinds = checked(found)
    assert kinds["予算!C6:G7"] == "formula"
    # January and February: profit shows 0 because nothing has been entered.
    assert kinds["実績!F6:G6"] == "not_yet"
    assert left(found) == []


def test_blocks_one_below_the_other(adopted):
    found = adopted("blocks")
    assert goals(found) == [
        Goal("K01", "North", "USD k", "higher", "sum", "K03"),
        Goal("K02", "South", "USD k", "higher", "sum", "K03"),
        Goal("K03", "Total revenue", "USD k", "higher", "sum", "", "kgi", "K01+K02"),
    ]
    assert row(figures(found, "K01", "plan")) == months("2026-01", 10, 10, 12, 12, 13, 14)
    assert cells(figures(found, "K01", "plan")) == [f"Revenue!{column}5" for column in "BCDFGH"]
    assert row(figures(found, "K02", "actuals")) == months("2026-01", 6, 5, 7, 8)
    assert cells(figures(found, "K02", "actuals")) == [f"Revenue!{column}13" for column in "BCDF"]
    # FY2026 is one year only if it begins in January, which Q1 behind March says.
    assert reasons(found, "fiscal_start") == [("1", "start-months")]
    assert reasons(found, "aggregation", "K01") == [("sum", "aggregation-total")]
    assert left(found) == []


def test_a_sheet_for_each_department(adopted):
    found = adopted("departments")
    assert goals(found) == [
        Goal("K01", "全社売上", "百万円", "higher", "sum", "", "kgi", "K02+K03"),
        Goal("K02", "売上（東京）", "百万円", "higher", "sum", "K01"),
        Goal("K03", "売上（大阪）", "百万円", "higher", "sum", "K01"),
    ]
    assert [goal.department for goal in found.goals.goals] == ["", "東京", "大阪"]
    assert figures(found, "K02", "actuals") == {
        "2026-04": (19, "東京!C5"), "2026-05": (23, "東京!D5"), "2026-06": (20, "東京!E5"),
    }  # fmt: skip
    # Osaka has not reported June: what the whole company shows is Tokyo alone.
    assert checked(found)["全社!E5"] == "formula_part"
    assert reasons(found, "department", "K03") == [("大阪", "department-sheet")]
    assert left(found) == []


def test_a_sheet_for_each_month(adopted):
    found = adopted("months_as_sheets")
    assert goals(found) == [
        Goal("K01", "受注件数", "件", "higher", "sum"),
        Goal("K02", "残業時間", "時間", "lower", "sum"),
    ]
    assert figures(found, "K01", "plan") == {
        "2026-04": (30, "4月!C4"), "2026-05": (32, "5月!C4"), "2026-06": (34, "6月!C4"),
    }  # fmt: skip
    assert figures(found, "K02", "actuals") == {
        "2026-04": (210, "4月!D5"), "2026-05": (190, "5月!D5"), "2026-06": (205, "6月!D5"),
    }  # fmt: skip
    kinds = checked(found)
    assert kinds["6月!F4:G5"] == "total"
    assert kinds["6月!H4:H5"] == kinds["6月!E4:E5"] == "attainment"
    assert left(found) == []


def test_months_down_and_items_across(adopted):
    found = adopted("months_down")
    assert goals(found) == [
        Goal("K01", "Calls answered", "", "higher", "sum"),
        Goal("K02", "Answer rate", "%", "higher", "average"),
    ]
    assert figures(found, "K01", "plan") == {
        "2026-01": (900, "Calls!B4"), "2026-02": (900, "Calls!B5"), "2026-03": (950, "Calls!B6"),
        "2026-04": (950, "Calls!B7"),
    }  # fmt: skip
    # Written as 88.5 under (%): kpixl keeps fractions.
    assert figures(found, "K02", "actuals") == {
        "2026-01": (0.885, "Calls!E4"), "2026-02": (0.91, "Calls!E5"),
        "2026-03": (0.905, "Calls!E6"),
    }  # fmt: skip
    assert reasons(found, "percent") == [("92", "percent-whole")]
    assert checked(found) == {"Calls!B8:C8": "total", "Calls!B9:E9": "total"}
    assert left(found) == []


def test_all_plan_months_and_then_all_actual_months(adopted):
    found = adopted("side_by_side")
    assert goals(found) == [
        Goal("K01", "Output", "t", "higher", "sum"), Goal("K02", "Defects", "pcs", "lower", "sum"),
    ]  # fmt: skip
    assert row(figures(found, "K01", "plan")) == months("2026-01", 10, 11, 12)
    assert figures(found, "K01", "actuals") == {
        "2025-01": (8, "Production!J4"), "2025-02": (9, "Production!K4"),
        "2025-03": (10, "Production!L4"), "2026-01": (9, "Production!F4"),
        "2026-02": (12, "Production!G4"), "2026-03": (12, "Production!H4"),
    }  # fmt: skip
    assert left(found) == []


def test_actuals_so_far_and_then_what_is_expected(adopted):
    found = adopted("actual_then_forecast")
    assert goals(found) == [Goal("K01", "法人向け売上", "億円", "higher", "sum")]
    assert row(figures(found, "K01", "actuals")) == [
        *months("2025-10", 8, 10, 11, 10, 10, 12), *months("2026-10", 10, 12),
    ]  # fmt: skip
    assert row(figures(found, "K01", "outlook")) == months("2026-12", 13, 12, 12, 15)
    assert cells(figures(found, "K01", "outlook")) == [f"見通し!{column}5" for column in "EFGH"]
    # 10 ÷ 8 and 12 ÷ 10.
    assert checked(found) == {"見通し!C7:D7": "growth"}
    assert left(found) == []


def test_labels_that_say_what_their_figures_are(adopted):
    found = adopted("labels_that_say_it")
    assert goals(found) == [
        Goal("K01", "Sales", "USD k", "higher", "sum"),
        Goal("K02", "Win rate", "%", "higher", "average"),
    ]
    assert [(goal.owner, goal.department) for goal in found.goals.goals] == [
        ("Kim", "Sales"), ("Lee", "Sales"),
    ]  # fmt: skip
    assert figures(found, "K01", "actuals") == {
        "2026-01": (90, "KPI!D4"), "2026-02": (105, "KPI!E4"), "2026-03": (110, "KPI!F4"),
        "2026-04": (118, "KPI!H4"),
    }  # fmt: skip
    # 0.25 + 0.35 + 0.3 + 0.31 is 1.21, their mean 0.3025: 90 % is neither.
    assert left(found) == [("KPI!I6", "0.9", "total-differs")]
    assert reasons(found, "hidden") == [("E3:E6", "hidden-cells")]


def test_names_above_their_measures(adopted):
    found = adopted("names_above")
    assert goals(found) == [
        Goal("K01", "良品率", "%", "higher", "average"),
        Goal("K02", "検査台数", "台", "higher", "sum"),
        Goal("K03", "誤出荷", "件", "lower", "sum"),
    ]
    assert [goal.department for goal in found.goals.goals] == ["製造課", "製造課", "物流課"]
    assert row(figures(found, "K01", "actuals")) == months("2026-04", 0.982, 0.986, 0.989)
    assert cells(figures(found, "K03", "plan"))[:2] == ["品質!B14", "品質!C14"]
    # 令和8年 is 2026; months after December belong to 2027.
    assert row(figures(found, "K03", "plan")) == months("2026-04", *[3] * 12)
    assert checked(found) == {"品質!B3:M3": "heading", "品質!B11:D11": "running"}
    assert left(found) == []


def test_two_years_side_by_side_and_a_sum_that_only_the_figures_tell(adopted):
    found = adopted("two_years")
    assert goals(found) == [
        Goal("K01", "本店", "人", "higher", "sum", "K03"),
        Goal("K02", "駅前店", "人", "higher", "sum", "K03"),
        Goal("K03", "店舗計", "人", "higher", "sum", "", "kgi", "K01+K02"),
    ]
    actual = figures(found, "K01", "actuals")
    assert row(actual) == months("2025-04", *range(500, 660, 10))
    assert cells(actual)[11:13] == ["客数!M4", "客数!N4"]
    assert reasons(found, "formula", "K03") == [("K01+K02", "formula-sums")]
    sure = {note.certainty for note in found.notes if note.about in ("formula", "parent")}
    assert sure == {Certainty.DERIVED}
    assert reasons(found, "measure") == [("actual", "measure-title")]


# ---- What holds for every book ------------------------------------------------------------------


def numeric_cells(path: Path) -> set[tuple[str, int, int]]:
    """The cells that hold a number, by another reader."""
    found = set()
    for sheet in openpyxl.load_workbook(path, data_only=True):
        for cells_ in sheet.iter_rows():
            for cell in cells_:
                value = cell.value
                plain = isinstance(value, (int, float)) and not isinstance(value, bool)
                if plain or (isinstance(value, str) and read_number(value) is not None):
                    found.add((sheet.title, int(cell.row or 0), int(cell.column or 0)))
    return found


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("told", [Told(), Told(2030, 7)])
def test_every_number_is_taken_checked_or_left(name, told, tmp_path):
    path = write(tmp_path / "old.xlsx", LAYOUTS[name]())
    found = adopt(path, told).account
    sets = [set(found.taken), set(found.checked), set(found.left)]
    assert len(set().union(*sets)) == sum(map(len, sets))
    numbers = numeric_cells(path)
    assert sets[0] | sets[1] <= numbers
    assert numbers <= set().union(*sets)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_drafted_book_is_read_as_it_was_drafted(name, language, tmp_path):
    found = adopt(write(tmp_path / "old.xlsx", LAYOUTS[name]()), Told(), language)
    path = write_adopted(found, tmp_path / "new.xlsx", "BOOK")
    assert [problem for problem in check_workbook(path).problems if not problem.warning] == []
    plan = read_plan(read_book(path)).plan
    assert plan is not None
    assert found.draft is not None
    sides = {"plan": plan.plan, "actuals": plan.actuals, "outlook": plan.outlook}
    for goal, key, month in found.draft.origins:
        expected = figures(found, goal, key)[str(month)][0]
        assert sides[key][goal].get(month) == pytest.approx(expected)
    # A plan can be revised, and an outlook given, without typing an ID.
    written = openpyxl.load_workbook(path, read_only=True)
    for key in ("plan", "revision", "actuals", "outlook"):
        ids = {row[0] for row in written[word(f"sheet.{key}", language)].values if row}
        assert ids >= {goal for goal, _, _ in found.draft.origins}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_new_book_names_the_old_cell_of_every_figure(name, tmp_path):
    old = write(tmp_path / "old.xlsx", LAYOUTS[name]())
    found = adopt(old)
    path = write_adopted(found, tmp_path / "new.xlsx", "BOOK")
    stored = openpyxl.load_workbook(old, data_only=True)
    new = openpyxl.load_workbook(path, data_only=True)
    title = "取込元セル" if found.language == "ja" else "Adopted cells"
    sheet = new[title]
    heads = [cell.value for cell in sheet[4]]
    by_key = {"計画": "plan", "実績": "actuals", "見込": "outlook", "Plan": "plan",
              "Actuals": "actuals", "Outlook": "outlook"}  # fmt: skip
    told = 0
    for cells_ in sheet.iter_rows(min_row=5, values_only=True):
        for month, text in zip(heads[3:], cells_[3:], strict=True):
            if text is None:
                continue
            old_sheet, _, cell = str(text).rpartition("!")
            value = stored[old_sheet][cell].value
            number = read_number(value) if isinstance(value, str) else value
            new_value = figures(found, str(cells_[0]), by_key[str(cells_[2])])[str(month)][0]
            assert number is not None
            assert new_value in (number, pytest.approx(number / 100))
            told += 1
    assert told == found.counts["taken"]
