"""A new workbook: what people see, what Excel reads, and that its values are true."""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from kpixl.functions import FUNCTIONS
from kpixl.measures.numbers import read_number
from kpixl.plan import schema
from kpixl.plan.cells import BookRows, CellValue
from kpixl.plan.month import Month
from kpixl.plan.schema import SHEET
from kpixl.plan.tables import read_plan
from kpixl.resources import workbook_templates
from kpixl.review.figures import GoalReview
from kpixl.review.review import review
from kpixl.review.steps import goal_step
from kpixl.words import LANGUAGES, word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import FIRST_ROW, HEADER_ROW
from kpixl.workbook.reader import read_book
from kpixl.workbook.sample import empty_book, sample_book
from kpixl.workbook.template import analysis, chart, scorecard, to_rows, write_book
from kpixl.workbook.template.__main__ import template_content
from kpixl.workbook.template.book import ORDER, SETTING_NAMES
from kpixl.workbook.template.styles import STATUS_MARKS
from tests.books import month_after, redefined, with_another_ratio
from tests.workbook_xml import WrittenBook
from tests.xlsx_parts import differences

TEMPLATES = workbook_templates()
OWN_SHEETS = ("chart", "figures", "analysis", "periods")
SHEETS = (*ORDER, "analysis")
both_languages = pytest.mark.parametrize("language", LANGUAGES)


def written(content: BookContent) -> bytes:
    stream = io.BytesIO()
    write_book(stream, content)
    return stream.getvalue()


@cache
def sample_file(language: str) -> bytes:
    return written(sample_book(language))


@cache
def sample(language: str) -> WrittenBook:
    return WrittenBook(sample_file(language))


def name_of(key: str, language: str) -> str:
    return word(f"template.sheet.{key}" if key in OWN_SHEETS else f"sheet.{key}", language)


def changed(content: BookContent, **settings: CellValue) -> BookContent:
    return dataclasses.replace(content, settings={**content.settings, **settings})


# --- the file ---------------------------------------------------------------------------------


@both_languages
def test_every_part_is_well_formed(language: str) -> None:
    for name, content in sample(language).parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)


@both_languages
def test_the_committed_template_is_current(language: str) -> None:
    committed = TEMPLATES / f"kpi_{language}.xlsx"
    assert differences(committed, written(template_content(language))) == []


def test_the_same_content_gives_the_same_bytes() -> None:
    content = empty_book("en", 4, 12, Month(2026, 4))
    assert written(content) == written(content)


def test_excel_keeps_the_values_instead_of_recalculating_on_load() -> None:
    calculation = sample("en").tree("xl/workbook.xml").find("{*}calcPr")
    assert calculation.get("fullCalcOnLoad") is None
    assert int(calculation.get("calcId")) >= 191029


@both_languages
def test_every_formula_cell_holds_a_value(language: str) -> None:
    book = sample(language)
    count = 0
    for sheet in book.sheets:
        for cell in book.cells(sheet).values():
            if cell.formula is not None:
                count += 1
                # Only text may be empty; a number without a value was never calculated.
                assert cell.value is not None, (sheet, cell)
                assert cell.value != "" or cell.kind == "str", (sheet, cell)
    assert count > 1_000


@both_languages
def test_functions_stand_under_their_plain_names_without_macros(language: str) -> None:
    book = sample(language)
    formulas = [
        cell.formula for sheet in book.sheets for cell in book.cells(sheet).values() if cell.formula
    ]
    assert any(formula.startswith("IF(") and "KPI_GAP(" in formula for formula in formulas)
    # No formula is longer than a person can follow (Excel would take 8,192 characters).
    assert max(map(len, formulas)) < 2_000
    assert not any("_xl" in formula or "{" in formula for formula in formulas)
    assert not any("vba" in part.lower() for part in book.parts)


@both_languages
def test_functions_stand_in_no_conditional_format_and_no_validation(language: str) -> None:
    book = sample(language)
    for sheet in book.sheets:
        for path in (".//m:cfRule/m:formula", ".//m:dataValidation/m:formula1"):
            for formula in book.find(sheet, path):
                assert "KPI_" not in formula.text
                assert "PDCA_" not in formula.text


def test_the_file_says_what_it_is_and_who_made_it() -> None:
    core = sample("en").parts["docProps/core.xml"].decode()
    assert "<dc:title>Monthly performance review</dc:title>" in core
    assert "<dc:creator>Hibari Coffee Works Co., Ltd.</dc:creator>" in core


# --- sheets, tables, names --------------------------------------------------------------------


@both_languages
def test_sheets_stand_in_order_under_the_books_own_names(language: str) -> None:
    assert list(sample(language).sheets) == [name_of(key, language) for key in SHEETS]


@both_languages
def test_tables_have_the_columns_of_the_schema_and_a_text_column_a_month(language: str) -> None:
    content, tables = sample_book(language), sample(language).tables()
    months = [str(month) for month in content.months]
    for sheet in schema.SHEETS:
        if sheet.columns:
            expected = [word(f"column.{column.key}", language) for column in sheet.columns]
            assert tables[sheet.table] == expected + (months if sheet.monthly else [])


@both_languages
def test_month_headers_are_text_in_every_monthly_sheet(language: str) -> None:
    for key in ("plan", "revision", "actuals", "outlook"):
        cells = sample(language).cells(name_of(key, language))
        first = cells[f"D{HEADER_ROW}"]
        assert (first.kind, first.value) == ("s", "2024-04")


def test_the_formula_column_is_text() -> None:
    cells = sample("en").cells("Goals")
    column = [one.key for one in SHEET["goals"].columns].index("formula")
    letter = chr(ord("A") + column)
    formulas = [cells[f"{letter}{row}"] for row in range(FIRST_ROW, FIRST_ROW + 30)]
    assert "VISITS * CVR * AOV" in [cell.value for cell in formulas]
    assert all(cell.kind in ("s", "n") and cell.formula is None for cell in formulas)
    assert {sample("en").number_format(cell.style) for cell in formulas} == {"@"}


@both_languages
def test_defined_names_lead_to_the_settings(language: str) -> None:
    book = sample(language)
    cells = book.cells(name_of("settings", language))
    for name, key in SETTING_NAMES.items():
        sheet, _, place = book.names[name].rpartition("!")
        assert sheet.strip("'") == name_of("settings", language)
        row = place.replace("$", "")[1:]
        assert cells[f"A{row}"].value == word(f"setting.{key}", language)


@both_languages
def test_the_guide_links_to_every_other_sheet(language: str) -> None:
    links = sample(language).find(name_of("guide", language), ".//m:hyperlink")
    targets = {link.get("location").partition("!")[0].strip("'") for link in links}
    assert targets == {name_of(key, language) for key in SHEETS if key != "guide"}


@both_languages
def test_computed_columns_fill_themselves_as_rows_are_added(language: str) -> None:
    book = sample(language)
    found = [name for name in book.parts if name.startswith("xl/tables/")]
    columns = [
        one for name in found for one in book.tree(name).findall(".//{*}calculatedColumnFormula")
    ]
    assert any("PDCA_PHASE(" in one.text for one in columns)
    assert sum("INDEX(tblGoals[" in one.text for one in columns) == 8  # name and unit, four sheets


# --- what a person meets ----------------------------------------------------------------------


def validations(language: str, key: str) -> list[Any]:
    return sample(language).find(name_of(key, language), ".//m:dataValidation")


@both_languages
def test_closed_vocabularies_are_drop_down_lists_in_the_books_language(language: str) -> None:
    lists = {
        one.find("{*}formula1").text
        for key in ("goals", "actions", "recipients", "settings")
        for one in validations(language, key)
        if one.get("type") == "list"
    }
    for vocabulary, keys in (
        ("direction", ("higher", "lower", "range")),
        ("aggregation", ("sum", "average", "last", "max", "min")),
        ("level", ("kgi", "csf", "kpi")),
        ("decision", ("standardise", "adjust", "stop")),
        ("role", ("to", "cc")),
        ("state", ("preliminary", "final")),
    ):
        words = ",".join(word(f"{vocabulary}.{key}", language) for key in keys)
        assert f'"{words}"' in lists


@both_languages
def test_goal_ids_and_months_are_chosen_from_the_book_itself(language: str) -> None:
    for key, source in (
        ("goals", "GoalIDs"), ("actuals", "GoalIDs"), ("actions", "GoalIDs"),
        ("comments", "MonthList"), ("settings", "MonthList"), ("chart", "GoalIDs"),
    ):  # fmt: skip
        found = [one.find("{*}formula1") for one in validations(language, key)]
        assert source in [one.text for one in found if one is not None]


@both_languages
def test_input_messages_are_short_enough_for_excel(language: str) -> None:
    messages = [one for key in ORDER for one in validations(language, key) if one.get("prompt")]
    assert len(messages) >= 15
    assert all(len(one.get("prompt")) <= 255 for one in messages)


@both_languages
def test_headers_stay_in_sight_and_are_repeated_in_print(language: str) -> None:
    book = sample(language)
    for key in ("goals", "plan", "actuals", "actions", "scorecard"):
        pane = book.find(name_of(key, language), ".//m:pane")[0]
        assert pane.get("state") == "frozen"
        setup = book.find(name_of(key, language), ".//m:pageSetup")[0]
        assert (setup.get("paperSize"), setup.get("orientation")) == ("9", "landscape")
    titles = book.tree("xl/workbook.xml").findall(".//{*}definedName")
    assert sum(one.get("name") == "_xlnm.Print_Titles" for one in titles) >= 10


@both_languages
def test_the_scorecard_prints_on_pages_that_can_be_read(language: str) -> None:
    """On one page its 27 columns were set in type of 4 points: the month, year, what is next."""
    book, sheet = sample(language), name_of("scorecard", language)
    (setup,) = book.find(sheet, ".//m:pageSetup")
    assert setup.get("fitToWidth") is None
    assert int(setup.get("scale") or 0) * 11 / 100 >= 6
    cells = book.cells(sheet)
    begun = [
        cells[f"{chr(ord('A') + int(found.get('id') or 0))}7"].value
        for found in book.find(sheet, ".//m:colBreaks/m:brk")
    ]
    assert begun == [word(f"template.scorecard.{key}", language) for key in ("td_actual", "phase")]
    titles = [
        (one.text or "").replace("'", "")
        for one in book.tree("xl/workbook.xml").findall(".//{*}definedName")
        if one.get("name") == "_xlnm.Print_Titles"
    ]
    assert f"{sheet}!$A:$F,{sheet}!$7:$7" in titles


def test_rows_for_goals_to_come_print_no_page_of_heads_alone() -> None:
    """31 goals have 50 rows: 7 above of 140 points together and 50 of 18 are 1,040, more than a
    page's 595 less margins of 79 hold at the usual 56 per cent."""
    sample = sample_book("en")
    more = [{**sample.goals[-1], "id": f"MORE{n}"} for n in range(31 - len(sample.goals))]
    file = io.BytesIO()
    write_book(file, dataclasses.replace(sample, goals=[*sample.goals, *more]))
    book = WrittenBook(file.getvalue())
    (setup,) = book.find("Scorecard", ".//m:pageSetup")
    assert 48 <= int(setup.get("scale") or 0) <= 100 * (595 - 79) / 1_040


@both_languages
def test_a_status_is_told_by_mark_word_and_shade(language: str) -> None:
    book = sample(language)
    styles = book.parts["xl/styles.xml"].decode()
    rules = [one.text for one in book.find(name_of("scorecard", language), ".//m:cfRule/m:formula")]
    for key, mark in STATUS_MARKS.items():
        assert f"&quot;{mark} &quot;@" in styles
        assert any(f'="{word(f"status.{key}", language)}"' in rule for rule in rules)
    assert not set("▲△") & set("".join(STATUS_MARKS.values()))


@both_languages
def test_the_scorecard_draws_a_column_sparkline_for_each_row(language: str) -> None:
    part = sample(language).sheets[name_of("scorecard", language)]
    groups = list(sample(language).tree(part).findall(".//{*}sparklineGroup"))
    assert {group.get("type") for group in groups} == {"column"}
    assert sum(len(list(group.findall(".//{*}sparkline"))) for group in groups) == 40


@both_languages
def test_the_chart_follows_the_goal_chosen(language: str) -> None:
    tree = sample(language).tree("xl/charts/chart1.xml")
    sheet = name_of("chart", language)
    references = [one.text for one in tree.findall(".//{*}f")]
    assert len(tree.findall(".//{*}ser")) == 3
    assert all(one.replace("'", "").startswith(f"{sheet}!") for one in references)
    cells = sample(language).cells(sheet)
    assert cells["B4"].value == "SALES"
    assert (cells["B5"].value or "").startswith("SALES  ")


def test_figures_are_shown_in_their_goals_unit() -> None:
    cells = sample("en").cells("Actuals")
    rows = {cells[f"A{row}"].value: row for row in range(FIRST_ROW, FIRST_ROW + 20)}

    def shown(goal: str) -> str:
        return sample("en").number_format(cells[f"D{rows[goal]}"].style)

    assert shown("CVR") == "0.00%"
    assert shown("VISITS") == "#,##0"
    assert shown("LEAD") == "#,##0.00"


def test_negative_figures_look_as_settings_say() -> None:
    cells = sample("ja").cells("実績")
    row = next(r for r in range(FIRST_ROW, 40) if cells[f"A{r}"].value == "OVERSEAS")
    assert "▲" in sample("ja").number_format(cells[f"E{row}"].style)


@both_languages
def test_an_empty_book_shows_no_figure_and_no_error(language: str) -> None:
    rows = to_rows(template_content(language))
    sheet = next(one for one in rows.sheets if one.name == name_of("scorecard", language))
    shown = [cell for row in sheet.rows[scorecard.FIRST_ROW - 1 :] for cell in row]
    assert set(shown) <= {"", None}


# --- true values ------------------------------------------------------------------------------


def table_of(rows: BookRows, language: str) -> list[dict[str, CellValue]]:
    """The Scorecard's rows by column key, as calculated."""
    name = name_of("scorecard", language)
    sheet = next(one for one in rows.sheets if one.name == name)
    keys = [column.key for column in scorecard.COLUMNS]
    found = [dict(zip(keys, row, strict=False)) for row in sheet.rows[scorecard.FIRST_ROW - 1 :]]
    return [row for row in found if row["status"] != ""]


@cache
def sample_rows(language: str) -> BookRows:
    return to_rows(sample_book(language))


def assert_agrees_with_the_review(content: BookContent) -> None:
    """Every figure of the Scorecard is the review's; where it has none, blank or n/a."""
    language, book = content.language, to_rows(content)
    reading = read_plan(book)
    assert reading.problems == ()
    assert reading.plan is not None
    found = review(reading.plan)
    rows = {str(row["id"]): row for row in table_of(book, language)}
    assert len(rows) == len(found.goals)
    for goal in found.goals:
        row = rows[goal.id]
        for prefix, figures in (("", goal.month), ("td_", goal.to_date)):
            for key in ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth"):
                if f"{prefix}{key}" in row:
                    expected = getattr(figures, key)
                    shown = row[f"{prefix}{key}"]
                    if expected is None:
                        assert shown in ("", word("show.not_available", language)), (goal.id, key)
                    else:
                        assert shown == pytest.approx(expected, rel=1e-12), (goal.id, key)
            status = word(f"status.{figures.status.value}", language)
            assert row[f"{prefix}status"] == status, (goal.id, prefix)
        assert_agrees_about_the_year(goal, row, language)
        assert row["phase"] == word(f"phase.{goal.phase.phase.value}", language)
        assert row["next_step"] == goal_step(goal.phase, language)


YEAR = {"landing": "value", "outlook": "outlook", "landing_gap_pct": "gap_pct", "chance": "chance"}


def assert_agrees_about_the_year(
    goal: GoalReview, row: dict[str, CellValue], language: str
) -> None:
    for key, name in YEAR.items():
        expected = getattr(goal.landing, name)
        if expected is None:
            assert row[key] == "", (goal.id, key)
        else:
            assert row[key] == pytest.approx(expected, rel=1e-12), (goal.id, key)
    signalled = goal.control is not None and goal.control.signal is not None
    better = goal.control.better if goal.control is not None else None
    news = {True: "better", False: "worse", None: "changed"}[better]
    assert row["signal"] == (word(f"signal.{news}", language) if signalled else ""), goal.id


@both_languages
def test_the_scorecard_agrees_with_the_review(language: str) -> None:
    assert_agrees_with_the_review(sample_book(language))


@pytest.mark.parametrize("month", ["2026-04", "2027-03", "2025-09", "2024-04"])
def test_it_agrees_in_any_month(month: str) -> None:
    assert_agrees_with_the_review(changed(sample_book("en"), review_month=month))


@pytest.mark.parametrize(
    ("goal", "new"),
    [
        ("DEFECT", {"owner": "Someone else"}),
        ("DEFECT", {"direction": "higher"}),
        ("SUBSC", {"formula": "SUBS*ARPU*2"}),
        ("SUBSC", {"formula": None}),
        ("AOV", {"aggregation": "last"}),
        ("AOV", {"aggregation": "Mean"}),
        ("DEFECT", {"direction": " 低いほど良い", "aggregation": "平均値"}),
        ("AOV", {"unit": " 円"}),
        ("AOV", {"unit": "千円"}),
    ],
)
def test_it_agrees_where_a_definition_changes_within_the_year(
    goal: str, new: dict[str, CellValue]
) -> None:
    assert_agrees_with_the_review(redefined(sample_book("en"), goal, **new))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("last", ["2025-06", "2027-02"])
def test_a_ratio_that_is_another_one_at_another_time_is_a_ratio_to_date(
    language: str, last: str
) -> None:
    # The review is of October 2026: the other formula held last year, or comes with March.
    assert_agrees_with_the_review(with_another_ratio(language, last))


APRIL = Month(2025, 4)


def counted_anew(first: str, **new: CellValue) -> BookContent:
    """Parcels under review in October 2026: 1 in April 2025, one more each month; from the month
    ``first`` on the goal has a new definition."""
    book = empty_book("en", 4, 24, APRIL)
    goal: dict[str, CellValue] = {
        "id": "P", "level": "kpi", "name": "Parcels", "unit": "pcs", "direction": "Higher",
        "aggregation": "Sum", "owner": "Abe",
    }  # fmt: skip
    last = month_after(first).plus(-2)
    figures: dict[Month, CellValue] = {APRIL.plus(n): n + 1.0 for n in range(19)}
    return dataclasses.replace(
        book,
        settings={**book.settings, "review_month": "2026-10"},
        goals=[
            {**goal, "valid_to": str(last)}, {**goal, "valid_from": first, **new},
        ],
        actuals={"P": figures},
        plan={"P": dict(figures)},
    )  # fmt: skip


@pytest.mark.parametrize("cells", ["functions", "native"])
@pytest.mark.parametrize("first", ["2025-12", "2026-07"])
def test_growth_is_there_where_only_other_words_are_used_for_the_same(
    first: str, cells: str
) -> None:
    content = counted_anew(first, direction="高いほど良い", aggregation="合計")
    (row,) = table_of(to_rows(dataclasses.replace(content, cells=cells)), "en")
    # 19 parcels after 7: 12 of 7 more.
    assert row["prior"] == 7
    assert row["growth"] == pytest.approx(12 / 7)


@pytest.mark.parametrize("cells", ["functions", "native"])
@pytest.mark.parametrize(
    ("first", "comparable"),
    [
        # The months of this year that have another definition than those of last year.
        ("2026-07", range(1, 4)),
        ("2025-07", range(4, 13)),
        ("2027-01", range(1, 10)),
    ],
)
def test_the_chart_page_shows_the_prior_year_of_the_months_that_can_be_compared(
    first: str, comparable: range, cells: str
) -> None:
    content = dataclasses.replace(counted_anew(first, name="Letters"), cells=cells)
    sheet = next(one for one in to_rows(content).sheets if one.name == "Chart")
    drawn = sheet.rows[chart.TABLE_ROW + chart.ROWS.index("prior")][1:13]
    # April 2025 is the first month of the year before, and had 1 parcel.
    assert drawn == [float(n) if n in comparable else "" for n in range(1, 13)]


def test_it_agrees_where_roll_ups_stand_on_roll_ups() -> None:
    content = sample_book("en")
    goals = [{**goal, "formula": None} if goal["id"] == "SALES" else goal for goal in content.goals]
    assert_agrees_with_the_review(dataclasses.replace(content, goals=goals))


def test_it_agrees_where_a_goal_has_ended_and_another_has_no_plan() -> None:
    content = sample_book("en")
    goals = [
        {**goal, "valid_to": "2026-08"} if goal["id"] == "DEFECT" else goal
        for goal in content.goals
    ]
    plan = {goal: months for goal, months in content.plan.items() if goal != "LEAD"}
    assert_agrees_with_the_review(dataclasses.replace(content, goals=goals, plan=plan))


def test_a_cells_value_is_what_its_function_gives_for_the_cells_beside_it() -> None:
    tolerances = {str(goal["id"]): goal.get("tolerance") for goal in sample_book("en").goals}
    counted = 0
    for row in table_of(sample_rows("en"), "en"):
        if row["unit"] != "%" and isinstance(row["gap"], float):
            tolerance = tolerances[str(row["id"])]
            how = (row["actual"], row["plan"], row["direction"], tolerance)
            assert FUNCTIONS["KPI_GAP"](*how) == row["gap"]
            counted += 1
    assert counted >= 12


def test_actions_show_phase_and_next_step() -> None:
    sheet = next(one for one in sample_rows("en").sheets if one.name == "Actions")
    keys = [column.key for column in SHEET["actions"].columns]
    rows = [dict(zip(keys, row, strict=False)) for row in sheet.rows[FIRST_ROW - 1 :]]
    by_id = {row["action_id"]: row for row in rows}
    # Countermeasure, owner and due date stand there, the done date does not: SPEC 8, fourth row.
    action = by_id["A26-06"]
    assert isinstance(action["due"], date)
    assert (action["phase"], action["next_step"]) == ("Do", "Carry it out by 2026-11-20")
    assert (by_id["A26-10"]["phase"], by_id["A26-10"]["next_step"]) == ("Check", "Find the cause")


def test_the_as_of_date_counts_business_days_without_holidays() -> None:
    # October 2026 ends on a Saturday; 3 November is Culture Day. The fifth business day is
    # Mon 2, Wed 4, Thu 5, Fri 6, Mon 9.
    sheet = next(one for one in sample_rows("en").sheets if one.name == "Scorecard")
    assert "as of 2026-11-09" in str(sheet.rows[scorecard.LINE_ROW - 1][0])


# --- read again -------------------------------------------------------------------------------


@both_languages
def test_the_written_book_reads_back_as_its_content(language: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(sample_file(language))
    content = sample_book(language)
    reading = read_plan(read_book(path))
    assert reading.problems == ()
    plan = reading.plan
    assert plan is not None
    assert [goal.label for goal in plan.goals] == [goal["id"] for goal in content.goals]
    assert [goal.name for goal in plan.goals] == [goal["name"] for goal in content.goals]
    assert len(plan.actions) == len(content.actions)
    assert len(plan.comments) == len(content.comments)
    assert len(plan.recipients) == len(content.recipients)
    assert len(plan.holidays) == len(content.holidays)
    for key in ("plan", "revision", "actuals", "outlook"):
        series = getattr(plan, key)
        for goal, months in getattr(content, key).items():
            numbers = {m: v for m, v in months.items() if isinstance(v, (int, float))}
            assert numbers.items() <= series[goal].values.items()
            assert len(series[goal].values) == len(months)


HOSTILE = ("=1+1", "+A1", "-2", "@SUM(A1)", "<r><t>x</t></r>", "a\x0bb\ufffe", "http://x.y", "1e5")


def test_text_stays_text(tmp_path: Path) -> None:
    goals = [
        {"id": f"G{n}", "level": "kpi", "name": text, "owner": text, "unit": "",
         "direction": "higher", "aggregation": "sum"}
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    content = dataclasses.replace(
        changed(empty_book("en", 4, 12, Month(2026, 4)), company="=HYPERLINK(1)"), goals=goals
    )
    data = written(content)
    book = WrittenBook(data)
    for sheet in ("Goals", "Settings"):
        assert all(cell.formula is None for cell in book.cells(sheet).values())
    for content_part in (part for name, part in book.parts.items() if name.endswith(".xml")):
        ElementTree.fromstring(content_part)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(data)
    plan = read_plan(read_book(path)).plan
    assert plan is not None
    names = [goal.name.strip() for goal in plan.goals]
    assert names == [text.replace("\x0b", "").replace("\ufffe", "") for text in HOSTILE]
    assert plan.settings.company == "=HYPERLINK(1)"


# --- another spreadsheet ----------------------------------------------------------------------

_RECALCULATE = (
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" '
    'oor:op="fuse"><value>0</value></prop></item>'
)
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-'
    'instance">{items}</oor:items>'
)
# Text, comma, UTF-8, cells as shown, every sheet in a file of its own.
_EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


def opened_in_libreoffice(
    data: bytes, folder: Path, *, recalculate: bool
) -> dict[str, list[list[str]]]:
    """Sheet name -> its rows as LibreOffice, without the in-cell functions, has them."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    items = _RECALCULATE if recalculate else ""
    (profile / "registrymodifications.xcu").write_text(_PROFILE.format(items=items))
    (folder / "book.xlsx").write_bytes(data)
    program = shutil.which("soffice") or "libreoffice"
    subprocess.run(
        [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            "--convert-to", _EVERY_SHEET, "--outdir", str(folder), str(folder / "book.xlsx"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    found = {}
    for path in folder.glob("book-*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem.removeprefix("book-")] = list(csv.reader(file))
    return found


def test_libreoffice_shows_the_values_without_the_functions(tmp_path: Path) -> None:
    shown = opened_in_libreoffice(sample_file("ja"), tmp_path, recalculate=False)
    assert set(shown) == {name_of(key, "ja") for key in SHEETS}
    rows = shown[name_of("scorecard", "ja")]
    expected = table_of(sample_rows("ja"), "ja")
    for number, row in enumerate(expected):
        line = rows[scorecard.FIRST_ROW - 1 + number]
        for key in ("id", "status", "td_status", "signal", "phase", "next_step"):
            assert line[list(row).index(key)] == row[key]
    # Calc forgets what an array formula has given; what was looked up there stays.
    known = [row[: analysis.TEXT_COLUMN] for row in shown.pop(name_of("analysis", "ja"))]
    for cells in (known, *shown.values()):
        assert not any("#NAME?" in cell for row in cells for cell in row)


def test_libreoffice_calculates_the_plain_formulas_as_kpixl_does(tmp_path: Path) -> None:
    """An independent check of the values that kpixl's own small calculator gives."""
    shown = opened_in_libreoffice(sample_file("en"), tmp_path, recalculate=True)
    expected = next(one for one in sample_rows("en").sheets if one.name == "Figures")
    compared = 0
    for row, (line, cells) in enumerate(
        zip(expected.rows, shown["Figures"], strict=False), start=1
    ):
        for column, (value, text) in enumerate(zip(line, cells, strict=False), start=1):
            formula = expected.formulas.get((row, column), "")
            plain = formula and not any(name in formula for name in ("KPI_", "PDCA_"))
            if plain and text not in ("#NAME?", "Err:504"):
                assert same(value, text), (formula, value, text)
                compared += 1
    assert compared > 2_000


def same(value: CellValue, text: str) -> bool:
    """Whether a value is what LibreOffice wrote: it writes days as dates and truth as a word."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value).upper() == text.upper()
    if text.count("-") == 2:
        return date.fromisoformat(text).toordinal() == value + date(1899, 12, 30).toordinal()
    return read_number(text) == pytest.approx(value)
