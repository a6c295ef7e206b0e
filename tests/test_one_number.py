"""One number everywhere: what LibreOffice shows, what the template stored, and what the review says
are the same, whatever people enter."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest

from kpixl.checking import check_workbook
from kpixl.errors import CellError
from kpixl.measures.kinds import Step
from kpixl.measures.pdca import action_phase
from kpixl.pack.scorecard import scorecard_page
from kpixl.plan.cells import BookRows, CellValue, SheetRows, cell_name
from kpixl.plan.model import Plan
from kpixl.plan.tables import read_plan
from kpixl.review.cycle import evidence_of, known_by
from kpixl.review.figures import GoalReview, Review
from kpixl.review.review import review
from kpixl.review.steps import goal_step, step_text
from kpixl.words import word
from kpixl.workbook.reader import read_book
from kpixl.workbook.sample import sample_book
from tests.books import OCTOBER, book_bytes, put, sample_bytes
from tests.office import Office, OfficeBook, Value
from tests.random_books import RandomBook, as_text
from tests.shown_sheet import column_breaks, column_widths, pages_up_to, table_over
from tests.workbook_xml import WrittenBook, XmlCell

# Columns of the Scorecard, from A on, as words.json names them.
COLUMNS = (
    "id", "level", "name", "owner", "unit", "direction", "actual", "plan", "prior", "gap",
    "gap_pct", "attainment", "growth", "status", "td_actual", "td_plan", "td_gap",
    "td_attainment", "td_status", "landing", "outlook", "landing_gap_pct", "chance", "signal",
    "phase", "next_step",
)  # fmt: skip
FIRST_ROW = 8
NOTHING = ("", "n/a", "―")


FIFTEEN_DIGITS = 1e-14
"""Calc hands single numbers to the functions with 15 digits: what they are good for, relative to
the largest number that a figure is made from."""


def close(shown: Value, expected: float, largest: float) -> bool:
    slack = max(1e-9, FIFTEEN_DIGITS * largest)
    return isinstance(shown, float) and math.isclose(shown, expected, rel_tol=1e-9, abs_tol=slack)


def largest_of(line: Sequence[Value]) -> float:
    return max((abs(one) for one in line if isinstance(one, float)), default=0.0)


class Tally:
    """Comparisons, counted, so that none is skipped in silence, and what they found."""

    def __init__(self) -> None:
        self.count = 0
        self.wrong: list[str] = []

    def compare(
        self,
        where: str,
        shown: Value,
        expected: float | str | CellError | None,
        largest: float = 0.0,
    ) -> None:
        """None is a figure that is not available: a blank, or "n/a"."""
        self.count += 1
        if expected is None:
            agree = shown in NOTHING
        elif isinstance(expected, (int, float)):
            agree = close(shown, expected, largest)
        else:
            agree = shown == expected
        if not agree:
            self.wrong.append(f"{where}: {shown!r}, not {expected!r}")

    def all_agree(self, count: int) -> None:
        assert self.wrong == [], f"{len(self.wrong)} of {self.count}: {self.wrong[:20]}"
        assert self.count == count


# LibreOffice against what the template stored


def stored(cell: XmlCell) -> float | str | CellError:
    """The value beside a cell's formula in the file."""
    text = cell.value or ""
    if cell.kind == "e":
        return CellError(text)
    return text if cell.kind == "str" else float(text)


def place(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]), column


def values_of(book: OfficeBook, sheet: str) -> list[list[Value]]:
    rows, columns = book.size(sheet)
    return book.values(sheet, f"A1:{cell_name(rows, columns)}")


def against_the_file(book: OfficeBook, data: bytes) -> tuple[Tally, dict[str, int]]:
    """Every formula cell of a calculated book against the value stored beside the formula, and
    every cell of an array formula."""
    written, tally, counts = WrittenBook(data), Tally(), {}
    for sheet in written.sheets:
        formulas = written.computed(sheet)
        counts[sheet] = len(formulas)
        if not formulas:
            continue
        shown = values_of(book, sheet)
        for cell in formulas:
            row, column = place(cell.place)
            line, expected = shown[row - 1], stored(cell)
            where = f"{sheet}!{cell.place}"
            tally.compare(where, line[column - 1], expected, largest_of(line))
    return tally, counts


# LibreOffice against the review


@dataclass(frozen=True)
class Names:
    """What the sheets are called in a book's language."""

    scorecard: str
    analysis: str
    actions: str
    actuals: str


def names(language: str) -> Names:
    keys = ("sheet.scorecard", "template.sheet.analysis", "sheet.actions", "sheet.actuals")
    return Names(*(word(key, language) for key in keys))


MONTH_FIGURES = ("actual", "plan", "prior", "gap", "gap_pct", "attainment", "growth")
TO_DATE_FIGURES = ("actual", "plan", "gap", "attainment")
YEAR_FIGURES = {
    "landing": "value", "outlook": "outlook", "landing_gap_pct": "gap_pct", "chance": "chance",
}  # fmt: skip
CELLS_A_GOAL = len(MONTH_FIGURES) + len(TO_DATE_FIGURES) + len(YEAR_FIGURES) + 5


def expected_of(goal: GoalReview, language: str) -> Mapping[str, float | str | None]:
    """What the Scorecard should show of a goal."""
    found: dict[str, float | str | None] = {
        name: getattr(goal.month, name) for name in MONTH_FIGURES
    }
    found |= {f"td_{name}": getattr(goal.to_date, name) for name in TO_DATE_FIGURES}
    found |= {key: getattr(goal.landing, name) for key, name in YEAR_FIGURES.items()}
    found["signal"] = signal_word(goal, language)
    found["status"] = word(f"status.{goal.month.status.value}", language)
    found["td_status"] = word(f"status.{goal.to_date.status.value}", language)
    found["phase"] = word(f"phase.{goal.phase.phase.value}", language)
    found["next_step"] = goal_step(goal.phase, language)
    return found


def signal_word(goal: GoalReview, language: str) -> str | None:
    if goal.control is None or goal.control.signal is None:
        return None
    news = {True: "better", False: "worse", None: "changed"}[goal.control.better]
    return word(f"signal.{news}", language)


def against_the_review(book: OfficeBook, whole: Review, language: str, tally: Tally) -> set[str]:
    """Every figure, status and PDCA cell of the Scorecard; returns the goals that it shows."""
    sheet = names(language).scorecard
    last = cell_name(FIRST_ROW + 200, len(COLUMNS))
    seen: set[str] = set()
    for line in book.values(sheet, f"A{FIRST_ROW}:{last}"):
        shown = dict(zip(COLUMNS, line, strict=True))
        goal_id = str(shown["id"])
        # A row whose definition is not valid in the review month shows no status.
        if goal_id not in whole.by_id or shown["status"] == "":
            continue
        seen.add(goal_id)
        goal = whole.by_id[goal_id]
        expected = dict(expected_of(goal, language))
        if closed_months_count(goal, str(shown["next_step"]), language):
            expected["next_step"] = str(shown["next_step"])
        for name, one in expected.items():
            tally.compare(f"{goal_id} {name}", shown[name], one, largest_of(line))
    return seen


def closed_months_count(goal: GoalReview, shown: str, language: str) -> bool:
    """Whether the cell differs from the review in just this: a result that is still to be compared
    is overdue after three months. The cell, which is told of the review month only, counts those
    that have closed; the review counts those that are reported."""
    if goal.phase.action_step is not Step.COMPARE_EFFECT:
        return False
    other = replace(goal.phase, overdue=not goal.phase.overdue)
    return shown == goal_step(other, language)


def actions_against_the_plan(
    book: OfficeBook, plan: Plan, as_of: date, language: str, tally: Tally
) -> int:
    """Phase and next step in Actions, as of the review's date; actions raised later have them, too,
    although the review does not know of them yet."""
    sheet = names(language).actions
    for action in plan.actions:
        phase, step = action_phase(evidence_of(known_by(action, as_of)))
        shown_phase, shown_step = book.values(sheet, f"N{action.row}:O{action.row}")[0]
        where = f"{sheet} {action.id}"
        tally.compare(where, shown_phase, word(f"phase.{phase.value}", language))
        tally.compare(where, shown_step, step_text(step, action.due, language))
    return 2 * len(plan.actions)


def reviewed(rows: BookRows) -> tuple[Plan, Review]:
    reading = read_plan(rows)
    assert reading.plan is not None
    assert not [problem for problem in reading.problems if not problem.warning]
    return reading.plan, review(reading.plan)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_sample_calculated_from_scratch(office: Office, tmp_path, language):
    data = sample_bytes(language)
    path = put(tmp_path, "plan.xlsx", data)
    with office.open(path) as book:
        book.recalculate()
        tally, counts = against_the_file(book, data)
        assert counts[names(language).scorecard] == 1_128
        # A row a goal, and the table that it is looked up in: 41 rows of 58 columns.
        assert counts[names(language).analysis] == 40 * 15 + 40 + 2 + 41 * 58
        assert counts[names(language).actions] == 2 * 22
        assert sum(counts.values()) > 13_000
        tally.all_agree(sum(counts.values()))
        plan, whole = reviewed(read_book(path))
        tally = Tally()
        seen = against_the_review(book, whole, language, tally)
        assert seen == set(whole.by_id)
        done = actions_against_the_plan(book, plan, whole.as_of, language, tally)
        tally.all_agree(26 * CELLS_A_GOAL + done)
        assert done == 24


# After changes


ROUNDS = {"en": 13, "ja": 12}


@dataclass(frozen=True)
class Change:
    """What is entered into a cell of Actuals."""

    row: int
    column: int
    value: float | str | None


class Typist:
    """Somebody who enters actuals at random, in all the ways in which people do."""

    def __init__(self, seed: int, rows: SheetRows) -> None:
        self.pick = random.Random(seed)
        self.rows = rows
        header = next(n for n, row in enumerate(rows.rows) if row and "2026-10" in row)
        self.months = {str(cell): n + 1 for n, cell in enumerate(rows.rows[header])}
        self.goals = [
            n + 1 for n, row in enumerate(rows.rows) if n > header and row and row[0] is not None
        ]

    def changes(self) -> list[Change]:
        """Some cells of this year up to October, of the year before, and of November."""
        this = [f"2026-{month:02d}" for month in range(4, 12)]
        before = [f"2025-{month:02d}" for month in range(4, 11)]
        where = {
            (self.pick.choice(self.goals), self.months[self._month(this, before)])
            for _ in range(self.pick.randint(3, 9))
        }
        return [Change(row, column, self._entry(row)) for row, column in sorted(where)]

    def _month(self, this: Sequence[str], before: Sequence[str]) -> str:
        if self.pick.random() < 0.4:
            return "2026-10"
        return self.pick.choice(this if self.pick.random() < 0.7 else before)

    def _entry(self, row: int) -> float | str | None:
        numbers = [one for one in self.rows.rows[row - 1] if isinstance(one, (int, float))]
        usual = self.pick.choice(numbers)
        value = usual * self.pick.choice((1, self.pick.uniform(0.5, 1.5), -1, 0))
        if usual < 1:
            return self.pick.choice((None, round(value, 4), f"{round(value, 4)}", 0))
        text = as_text(round(value), self.pick)
        return self.pick.choice((None, round(value, 2), float(round(value)), text))


def with_changes(rows: BookRows, sheet: str, changes: Sequence[Change]) -> BookRows:
    """The book's rows after the changes."""
    found = next(one for one in rows.sheets if one.name == sheet)
    lines = [list(line) for line in found.rows]
    for change in changes:
        line = lines[change.row - 1]
        line += [None] * (change.column - len(line))
        line[change.column - 1] = change.value
    others = tuple(replace(one, rows=lines) if one.name == sheet else one for one in rows.sheets)
    return replace(rows, sheets=others)


def entered(sheet: str, changes: Iterator[Change]) -> list[tuple[str, str, float | str | None]]:
    return [(sheet, cell_name(one.row, one.column), one.value) for one in changes]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_whatever_actuals_are_entered(office: Office, tmp_path, language):
    path = put(tmp_path, "plan.xlsx", sample_bytes(language))
    rows = read_book(path)
    sheet = names(language).actuals
    typist = Typist(20_260_401, next(one for one in rows.sheets if one.name == sheet))
    tally, kinds = Tally(), set()
    with office.open(path) as book:
        for _ in range(ROUNDS[language]):
            changes = typist.changes()
            kinds |= {type(change.value) for change in changes}
            book.write(entered(sheet, iter(changes)))
            # LibreOffice calculates at once what it sees to depend on the cells; all of it here.
            book.recalculate()
            _, whole = reviewed(with_changes(rows, sheet, changes))
            assert against_the_review(book, whole, language, tally) == set(whole.by_id)
            book.write(entered(sheet, restored(rows, sheet, changes)))
    assert kinds == {type(None), float, int, str}
    tally.all_agree(ROUNDS[language] * 26 * CELLS_A_GOAL)


def restored(rows: BookRows, sheet: str, changes: Sequence[Change]) -> Iterator[Change]:
    found = next(one for one in rows.sheets if one.name == sheet)
    for change in changes:
        line = found.rows[change.row - 1]
        value: CellValue = line[change.column - 1] if change.column <= len(line) else None
        assert value is None or isinstance(value, (int, float, str))
        yield Change(change.row, change.column, value)


# Other trees


RANDOM_BOOKS = {"en": (11, 12), "ja": (13, 14)}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_random_trees_with_roll_ups_formulas_ranges_revisions_and_definitions(
    office: Office, tmp_path, language
):
    goals = 0
    for seed in RANDOM_BOOKS[language]:
        data = book_bytes(RandomBook(seed, language, 34).content())
        path = put(tmp_path, f"{seed}.xlsx", data)
        plan, whole = reviewed(read_book(path))
        with office.open(path) as book:
            book.recalculate()
            tally, counts = against_the_file(book, data)
            tally.all_agree(sum(counts.values()))
            tally = Tally()
            assert against_the_review(book, whole, language, tally) == set(whole.by_id)
            done = actions_against_the_plan(book, plan, whole.as_of, language, tally)
            tally.all_agree(len(whole.goals) * CELLS_A_GOAL + done)
            goals += len(whole.goals)
    assert goals > 50


# What is displayed


PAGE_WORDS = ("VISITS", "CHECKOUT", "KAIZEN", "PDCA", "%")
# Figures that lie just between two that can be shown, and differences that cannot be seen. (Where
# a difference is a tie but for the noise of computing, as 1.6 - 1.905 is, LibreOffice rounds the
# noise; the pack rounds the 15 digits that Excel rounds.)
TIES: Mapping[str, float] = {
    "AOV": 7_800.5, "CVR": 0.019285, "LEAD": 1.9149, "DOORREV": 128_650, "OVERSEAS": -2_450_000,
    "OVERTIME": 20.05, "DEFECT": 0.00480001, "ARPU": 3_126.6, "KAIZEN": 22.5, "CHURN": 0.04465,
    "OTD": 0.9745, "FILL": 0.96999999, "INV": 2.25, "DOORS": 1_254.9999,
}  # fmt: skip


# Of the four goals under PEOPLE one misses its plan by 47 in 2,250,000: a score of 99.9995 %.
ALMOST: Mapping[str, float] = {
    "OVERSEAS": -2_250_047, "NEWPROD": 0.174, "OVERTIME": 20, "KAIZEN": 23
}  # fmt: skip


def with_october(figures: Mapping[str, float], language: str) -> bytes:
    book = sample_book(language)
    actuals = {
        goal: {**months, OCTOBER: figures.get(goal, months.get(OCTOBER))}
        for goal, months in book.actuals.items()
    }
    return book_bytes(replace(book, actuals=actuals))


with_ties = partial(with_october, TIES)
almost_on_plan = partial(with_october, ALMOST)


def printed(whole: Review, language: str) -> Iterator[tuple[GoalReview, Mapping[str, str]]]:
    """What the pack's scorecard prints of each goal."""
    page = scorecard_page(whole, language)
    for goal, row in zip(whole.goals, page.rows, strict=True):
        yield (
            goal,
            {
                "actual": row.month[0], "plan": row.month[1], "gap": row.month[2],
                "growth": row.month[3], "td_actual": row.to_date[0], "td_plan": row.to_date[1],
                "td_gap": row.to_date[2], "td_attainment": row.to_date[3], "unit": row.unit,
                "gap_pct": row.gap_pct,
            },
        )  # fmt: skip


def as_a_sheet_shows(text: str, name: str, goal: GoalReview, language: str) -> str:
    """The pack's text in the ways of a sheet. Its number formats have a hyphen for a minus, and a
    percent sign wherever they multiply by 100; what is not available is a blank, and a roll-up's
    plan and unit, which the pack leaves out, are 100 % and %."""
    if goal.is_rollup and name in ("plan", "td_plan", "unit"):
        return "%" if name == "unit" else "100.0%"
    if text in ("–", word("show.not_available", language)):
        return ""
    text = text.replace("−", "-")
    return text.replace(" pt", "%pt") if language == "en" else text.replace("pt", "%pt")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "content", [sample_bytes, with_ties, almost_on_plan], ids=["sample", "ties", "almost"]
)
def test_the_scorecard_shows_what_the_pack_prints(office: Office, tmp_path, language, content):
    data = content(language)
    path = put(tmp_path, "plan.xlsx", data)
    with office.open(path) as book:
        book.recalculate()
        book.save(tmp_path / "plan.pdf")
        sheet = names(language).scorecard
        about = {line[0]: line for line in book.values(sheet, "A8:E50")}
    _, whole = reviewed(read_book(path))
    goals = [goal.goal.label for goal in whole.goals]
    written = WrittenBook(data)
    breaks, widths = column_breaks(written, sheet), column_widths(written, sheet, 27)
    pages = pages_up_to(tmp_path / "plan.pdf", len(breaks) + 1, *PAGE_WORDS)
    shown = table_over(pages, widths, breaks, COLUMNS.index("actual"), goals)
    tally = Tally()
    for goal, texts in printed(whole, language):
        cells = dict(zip(COLUMNS, shown[goal.goal.label], strict=False))
        # Japanese words are in the PDF only where the machine has a font for them.
        cells["unit"] = str(about[goal.goal.label][4])
        for name, text in texts.items():
            expected = as_a_sheet_shows(text, name, goal, language)
            # A measure that is undefined (a plan of 0) is said to be so on the sheet, too.
            undefined = cells[name] == word("show.not_available", language)
            tally.compare(f"{goal.id} {name}", "" if undefined else cells[name], expected)
    tally.all_agree(26 * 10)


OUTER = {"en": {0.05: "≤ 5%", 0.95: "≥ 95%"}, "ja": {0.05: "5%以下", 0.95: "95%以上"}}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_chance_is_shown_as_the_pack_has_it(office: Office, tmp_path, language):
    data = sample_bytes(language)
    with office.open(put(tmp_path, "plan.xlsx", data)) as book:
        book.recalculate()
        book.save(tmp_path / "plan.pdf")
    _, whole = reviewed(read_book(tmp_path / "plan.xlsx"))
    chances = [goal.landing.chance for goal in whole.goals]
    with pdfplumber.open(BytesIO((tmp_path / "plan.pdf").read_bytes())) as pdf:
        shown = "".join(page.extract_text() for page in pdf.pages)
    styles = WrittenBook(data).parts["xl/styles.xml"].decode()
    for chance, text in OUTER[language].items():
        assert f"&quot;{text}&quot;" in styles.replace('"', "&quot;")
        # Japanese words are in the PDF only where the machine has a font for them.
        if language == "en":
            # Once on the Scorecard and once on Analysis.
            assert shown.count(text) == 2 * chances.count(chance) > 0


# Books that were saved elsewhere


@pytest.fixture
def changed(office: Office, tmp_path: Path) -> Path:
    """The sample after a change, calculated and saved by LibreOffice with the functions."""
    path = tmp_path / "saved.xlsx"
    with office.open(put(tmp_path, "plan.xlsx", sample_bytes("ja"))) as book:
        book.write([(names("ja").actuals, "AH5", 900_000)])
        book.recalculate()
        book.save(path)
    return path


def test_a_book_saved_by_libreoffice_passes_the_check_of_its_cells(changed: Path):
    found = check_workbook(changed, cells=True)
    report = found.cells
    assert report is not None
    assert [problem for problem in found.problems if not problem.warning] == []
    assert (report.differences, report.unchecked, report.leaning) == ((), (), 0)
    assert report.compared > 12_900


def test_a_book_calculated_without_the_functions_is_told_from_an_old_one(
    plain_office: Office, tmp_path
):
    path = tmp_path / "saved.xlsx"
    with plain_office.open(put(tmp_path, "plan.xlsx", sample_bytes("en"))) as book:
        book.recalculate()
        book.save(path)
    report = check_workbook(path, cells=True).cells
    assert report is not None
    codes = {problem.code for problem in report.problems if problem.sheet == "Actions"}
    assert codes == {"cell-no-functions"}
    shown = {str(found.shown) for found in report.differences}
    assert "#NAME?" in shown
    assert report.unchecked == ()
