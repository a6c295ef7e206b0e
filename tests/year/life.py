"""The year as it is lived: every command is typed once, in the order in which the months need
them; what each said is kept under a name, for the statements of tests/test_year.py."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
from typer.testing import CliRunner

from kpixl.cli import app
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.patch import patched
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.template import write_book
from tests.year.by_hand import ENTERED, read_figures, year_of
from tests.year.company import edited, first_book, reorganised, set_settings

PLAN, LEDGER = "plan.xlsx", "kpixl-ledger.sqlite"
Row = tuple[str, str, str]
"""Goal, month and figure, as text."""


@dataclass
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams, with single spaces."""
        return " ".join((self.out + self.err).split())


@dataclass
class Life:
    """The folder of the year, today's date, and what was said."""

    folder: Path
    today: date = date(2026, 4, 1)
    said: dict[str, Said] = field(default_factory=dict)

    moments: int = 0

    def now(self) -> datetime:
        """The moment: nine in the morning in Japan, a second later each time."""
        self.moments += 1
        midnight = datetime(self.today.year, self.today.month, self.today.day, tzinfo=UTC)
        return midnight + timedelta(seconds=self.moments)

    def day(self) -> date:
        return self.today

    def kpixl(self, name: str, *words: str, code: int = 0, language: str = "en") -> Said:
        """Type a command, and keep what it said as ``name``."""
        found = CliRunner().invoke(app, list(words), env={"KPIXL_LANG": language})
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == code, f"{name}: {words}\n{found.output}"
        self.said[name] = Said(found.exit_code, found.stdout, found.stderr)
        return self.said[name]

    def bring(self, name: str, *words: str, code: int = 0) -> None:
        """Import, and go on with the result under the book's name."""
        filled = self.folder / "filled.xlsx"
        self.kpixl(name, "import", PLAN, *words, "-o", filled.name, "--yes", code=code)
        shutil.move(filled, self.folder / PLAN)

    def settings(self, **values: str) -> None:
        """Type into Settings."""
        named = {key.replace("_", " "): value for key, value in values.items()}
        set_settings(self.folder / PLAN, named)

    def open_month(self, month: str) -> None:
        self.settings(Review_month=month, State="Preliminary")

    def close(self, month: str, today: str, *words: str, language: str = "en") -> None:
        """Check, call the figures final, close."""
        self.today = date.fromisoformat(today)
        self.kpixl(f"check {month}", "check", PLAN, language=language)
        self.settings(State="Final")
        self.kpixl(f"close {month}", "close", PLAN, "--yes", *words, language=language)


# ---- The month's figures, as other systems hand them out -----------------------------------------


def figures_of(month: str, wanted: Iterable[str] = ENTERED) -> list[Row]:
    actual = read_figures()["actual"]
    return [
        (goal, month, f"{float(actual[goal][month]):g}")
        for goal in wanted
        if month in actual.get(goal, {})
    ]


def in_percent(rows: Iterable[Row]) -> list[Row]:
    """Shares as people write them: 0.8 is 80%."""
    return [
        (goal, month, f"{float(value) * 100:g}%" if goal == "SCORE" else value)
        for goal, month, value in rows
    ]


def text(rows: Iterable[Iterable[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def wide(path: Path, sheet: str, year: str) -> None:
    """A sheet of figures.csv for one year: goals down, months across."""
    months = year_of(f"{year}-04")
    series = read_figures()[sheet]
    lines = [["ID", *months]]
    for goal, values in series.items():
        row = [f"{float(values[m]):g}" if m in values else "" for m in months]
        if any(row):
            lines.append([goal, *row])
    path.write_text(text(lines), encoding="utf-8")


def long(path: Path, rows: Iterable[Row], encoding: str = "utf-8") -> None:
    path.write_text(text([("ID", "Month", "Actual"), *rows]), encoding=encoding)


def japanese(path: Path, rows: Iterable[Row]) -> None:
    """As an accounting package of a Windows computer writes it, title rows and all."""
    lines = [("月次実績表",), ("コード", "年月", "実績"), *rows]
    path.write_text(text(lines), encoding="cp932")


def across(path: Path, rows: Iterable[Row]) -> None:
    """Months down, goals across."""
    rows = list(rows)
    goals = list(dict.fromkeys(goal for goal, _, _ in rows))
    found = {(goal, month): value for goal, month, value in rows}
    months = sorted({month for _, month, _ in rows})
    lines = [["Month", *goals]]
    lines += [[month, *(found.get((goal, month), "") for goal in goals)] for month in months]
    path.write_text(text(lines), encoding="utf-8")


def workbook(path: Path, rows: Iterable[Row]) -> None:
    """Goals down, months across, in a workbook with real dates."""
    rows = list(rows)
    months = sorted({month for _, month, _ in rows})
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Export"
    sheet.append(["ID", *(datetime.fromisoformat(f"{month}-01") for month in months)])
    for goal in dict.fromkeys(goal for goal, _, _ in rows):
        found = {month: float(value) for one, month, value in rows if one == goal}
        sheet.append([goal, *(found.get(month) for month in months)])
    book.save(path)


def entries(folder: Path) -> list[Path]:
    """The entry books, as a shell lists them."""
    return sorted((folder / "entry").iterdir())


def fill_in(path: Path, month: str, rows: Iterable[Row]) -> None:
    """An owner's entry book with the month's figures typed in."""
    figures = {goal: float(value) for goal, _, value in rows}
    cells = OpenBook(path).rows("Actuals").rows
    head = next(number for number, row in enumerate(cells) if row and row[0] == "ID")
    column = [str(cell)[:7] for cell in cells[head]].index(month) + 1
    edits = [
        CellEdit("Actuals", number, column, figures[str(row[0])])
        for number, row in enumerate(cells, 1)
        if number > head + 1 and row and row[0] in figures
    ]
    path.write_bytes(patched(path.read_bytes(), edits))


def database(path: Path, rows: Iterable[Row]) -> None:
    """A table of an ERP, months and all."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE IF NOT EXISTS kpi (code TEXT, month TEXT, amount REAL)")
        base.executemany("INSERT INTO kpi VALUES (?, ?, ?)", rows)
    base.close()


# ---- The year ---------------------------------------------------------------------------------


def live(life: Life) -> None:
    """From April 2026 to April 2027."""
    april(life)
    may_and_june(life)
    july_and_august(life)
    september_and_october(life)
    november(life)
    december_to_march(life)
    next_april(life)


def april(life: Life) -> None:
    folder = life.folder
    with (folder / PLAN).open("wb") as file:
        write_book(file, first_book())
    wide(folder / "plan_fy2026.csv", "plan", "2026")
    lines = (folder / "plan_fy2026.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("APP,")]  # nobody thinks of it yet
    (folder / "plan_fy2026.csv").write_text("\n".join(kept), encoding="utf-8")
    wide(folder / "fy2025.csv", "actual", "2025")
    planned = ("import", PLAN, "plan_fy2026.csv", "--into", "plan", "--dry-run")
    life.kpixl("plan ja", *planned, language="ja")
    life.bring("plan", "plan_fy2026.csv", "--into", "plan")
    life.bring("history", "fy2025.csv")

    life.today = date(2026, 5, 7)
    early = [
        (goal, m, "95" if goal == "SHOP" else value) for goal, m, value in figures_of("2026-04")
    ]
    long(folder / "april.csv", in_percent(early))
    life.bring("import 2026-04", "april.csv")
    life.today = date(2026, 5, 12)
    life.kpixl("too early", "close", PLAN, "--yes", code=1)
    life.today = date(2026, 5, 7)
    life.kpixl("send 2026-04", "send", PLAN, "--yes", language="ja")
    life.kpixl("send 2026-04 again", "send", PLAN, "--yes")

    long(folder / "april_late.csv", [("SHOP", "2026-04", "100")])
    life.bring("import 2026-04 late", "april_late.csv")
    life.kpixl("changed since sent", "send", PLAN, "--yes")
    life.close("2026-04", "2026-05-13")
    life.kpixl("pack 2026-04", "pack", PLAN, "--no-pdf", "--html")
    life.kpixl("send 2026-04 final", "send", PLAN, "--yes", "--correct", "Final figures")


def may_and_june(life: Life) -> None:
    folder = life.folder
    life.open_month("2026-05")
    entry = ("collect", PLAN, "--to-files", "entry")
    life.kpixl("collect ja", *entry, language="ja")
    shutil.rmtree(folder / "entry")
    life.kpixl("collect", *entry)
    for owner in ("Sato", "Ito"):  # Abe sends it back as it came
        fill_in(folder / "entry" / f"2026-05_plan_{owner}.xlsx", "2026-05", figures_of("2026-05"))
    long(folder / "sales_2026-05.csv", figures_of("2026-05", ["SHOP", "VISITS", "WEB"]))
    sources = ("sales_2026-05.csv", *(f"entry/{one.name}" for one in entries(folder)))
    life.kpixl("answers ja", "import", PLAN, *sources, "--dry-run", language="ja")
    life.bring("answers", *sources)
    japanese(folder / "月次_2026-05.csv", in_percent(figures_of("2026-05")))
    life.bring("import 2026-05", "月次_2026-05.csv")
    life.kpixl("show 2026-05", "show", PLAN)
    life.close("2026-05", "2026-06-08")

    life.open_month("2026-06")
    workbook(folder / "export_2026-06.xlsx", figures_of("2026-06"))
    life.bring("import 2026-06", "export_2026-06.xlsx")
    life.close("2026-06", "2026-07-08")
    life.kpixl("show 2026-06", "show", PLAN)
    life.kpixl("pack 2026-06", "pack", PLAN)
    life.kpixl("send 2026-06", "send", PLAN, "--yes")


def july_and_august(life: Life) -> None:
    folder = life.folder
    edited(folder / PLAN, reorganised)
    life.open_month("2026-07")
    with (folder / "plan_app.csv").open("w", encoding="utf-8") as file:
        months = year_of("2026-04")[3:]
        file.write(text([["ID", *months], ["APP", *["10"] * len(months)]]))
    life.bring("plan of the app", "plan_app.csv", "--into", "plan")
    across(folder / "july.csv", figures_of("2026-07"))
    life.bring("import 2026-07", "july.csv")
    life.close("2026-07", "2026-08-10", language="ja")
    life.kpixl("pack 2026-07", "pack", PLAN, "--no-pdf", "--html")

    life.open_month("2026-08")
    rest = [row for row in figures_of("2026-08") if row[0] != "SCORE"]
    long(folder / "august.csv", rest)
    life.bring("import 2026-08", "august.csv")
    life.today = date(2026, 9, 9)
    life.kpixl("not whole", "close", PLAN, "--yes", code=1)
    life.kpixl("not whole ja", "close", PLAN, "--yes", code=1, language="ja")
    life.close("2026-08", "2026-09-09", "--with-missing", "The survey is late")
    life.kpixl("send 2026-08", "send", PLAN, "--yes")


def september_and_october(life: Life) -> None:
    folder = life.folder
    life.open_month("2026-09")
    late = figures_of("2026-08", ["SCORE"])
    september = [
        (goal, m, "90" if goal == "SHOP" else value) for goal, m, value in figures_of("2026-09")
    ]
    long(folder / "september.csv", [*late, *september])
    life.bring("import 2026-09", "september.csv")
    life.close("2026-09", "2026-10-08")
    life.kpixl("pack 2026-09", "pack", PLAN, "--no-pdf", "--html")
    life.kpixl("send 2026-09", "send", PLAN, "--yes")

    life.open_month("2026-10")
    wide(folder / "revision_2026-10.csv", "revision", "2026")
    life.bring("revision", "revision_2026-10.csv", "--into", "revision")
    life.settings(Revision_valid_from="2026-10")
    database(folder / "erp.db", figures_of("2026-10"))
    query = "SELECT code AS ID, month, amount FROM kpi WHERE month = '2026-10'"
    life.bring("import 2026-10", "sqlite:///erp.db", "--query", query)
    life.close("2026-10", "2026-11-10")
    life.kpixl("pack 2026-10", "pack", PLAN, "--no-pdf", "--html")
    life.kpixl("send 2026-10", "send", PLAN, "--yes")


def november(life: Life) -> None:
    folder = life.folder
    life.open_month("2026-11")
    corrected = figures_of("2026-09", ["SHOP"])
    long(folder / "november.csv", [*corrected, *figures_of("2026-11")])
    life.bring("import 2026-11", "november.csv", code=1)
    long(folder / "september_corrected.csv", corrected)
    restated = ("september_corrected.csv", "--restate")
    life.kpixl("restate ja", "import", PLAN, *restated, "--dry-run", language="ja")
    life.kpixl("held ja", "import", PLAN, restated[0], "--dry-run", code=1, language="ja")
    life.bring("restate", *restated)
    life.kpixl("check 2026-11 ja", "check", PLAN, language="ja")
    life.close("2026-11", "2026-12-08")
    life.kpixl("show 2026-11", "show", PLAN)
    life.kpixl("pack 2026-11", "pack", PLAN, "--no-pdf", "--html")
    japanese_pack = ("pack", PLAN, "--no-pdf", "--html", "--lang", "ja")
    life.kpixl("pack 2026-11 ja", *japanese_pack, language="ja")
    life.kpixl("send 2026-11", "send", PLAN, "--yes")
    september = ("--month", "2026-09")
    life.kpixl("changed", "close", PLAN, *september, "--yes", code=1)
    life.kpixl("changed ja", "close", PLAN, *september, "--yes", code=1, language="ja")
    life.kpixl("send changed", "send", PLAN, *september, "--yes")
    reason = "A shop was counted late"
    life.kpixl("correct", "send", PLAN, *september, "--yes", "--correct", reason)
    life.kpixl("close again", "close", PLAN, *september, "--yes")
    life.kpixl("correct ja", "send", PLAN, *september, "--yes", "--correct", reason, language="ja")


def december_to_march(life: Life) -> None:
    folder = life.folder
    life.open_month("2026-12")
    workbook(folder / "export_2026-12.xlsx", figures_of("2026-12"))
    life.bring("import 2026-12", "export_2026-12.xlsx")
    life.close("2026-12", "2027-01-14")

    life.open_month("2027-01")
    wide(folder / "outlook.csv", "outlook", "2026")
    life.bring("outlook", "outlook.csv", "--into", "outlook")
    days = ("2027-02-09", "2027-03-09", "2027-04-08")
    for month, today in zip(year_of("2026-04")[9:], days, strict=True):
        if month != "2027-01":
            life.open_month(month)
        database(folder / "erp.db", figures_of(month))
        query = f"SELECT code AS ID, month, amount FROM kpi WHERE month = '{month}'"
        life.bring(f"import {month}", "sqlite:///erp.db", "--query", query)
        life.close(month, today)
    life.kpixl("pack 2027-03", "pack", PLAN, "--no-pdf", "--html")
    life.kpixl("nothing to send twice", "send", PLAN, "--month", "2026-11", "--yes")
    life.kpixl("history", "history", PLAN)
    life.kpixl("history ja", "history", PLAN, language="ja")


def next_april(life: Life) -> None:
    folder = life.folder
    new_year = ("new", "fy2027.xlsx", "--from", PLAN)
    life.kpixl("roll over ja", *new_year, language="ja")
    (folder / "fy2027.xlsx").unlink()
    life.kpixl("roll over", *new_year)
    life.kpixl("roll over again", *new_year, code=2)
    shutil.copy(folder / PLAN, folder / "fy2026.xlsx")
    shutil.copy(folder / "fy2027.xlsx", folder / "as_rolled_over.xlsx")
    shutil.move(folder / "fy2027.xlsx", folder / PLAN)
    life.kpixl("closed already", "close", PLAN, "--month", "2027-03", "--yes")
    wide(folder / "plan_fy2027.csv", "plan", "2027")
    life.bring("plan 2027", "plan_fy2027.csv", "--into", "plan")
    long(folder / "april_2027.csv", figures_of("2027-04"))
    life.bring("import 2027-04", "april_2027.csv")
    life.close("2027-04", "2027-05-13")
    life.kpixl("pack 2027-04", "pack", PLAN, "--no-pdf", "--html")
    life.kpixl("send 2027-04", "send", PLAN, "--yes")
