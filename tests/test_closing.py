"""``kpixl close``: a month is closed as final once it is whole and due, and stays as it was."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kpixl import jobs
from kpixl.cli import app
from kpixl.delivery.closing import (
    CannotClose,
    Proposal,
    Reasons,
    check,
    close,
    close_by_sending,
    propose,
)
from kpixl.delivery.ledger import Ledger, open_ledger
from kpixl.delivery.records import Closing
from kpixl.errors import UsageProblem
from kpixl.plan.month import Month
from kpixl.review.published import published
from tests.ledgers import NOW, key_of, sent
from tests.mail_book import rows, write
from tests.plan_book import Rows

PLAN, LEDGER = "plan.xlsx", "kpixl-ledger.sqlite"
DUE, AFTER = date(2026, 6, 10), date(2026, 6, 11)
"""May 2026 is due ten days after its end."""

NO_REASONS = Reasons()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An English interface, in a folder of its own."""
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("KPIXL_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)


def put(**changes: Any) -> dict[str, Rows]:
    """The sound book with its ID: May's visits are 115 (C2 of Actuals), its rate 0.06, which makes
    6.9 of revenue. ``changes`` are cells of May's actuals, ``state`` or the review ``month``."""
    sheets = rows()
    if "month" in changes:
        sheets["Settings"] = [
            [line[0], changes["month"], *line[2:]] if line[0] == "Review month" else line
            for line in sheets["Settings"]
        ]
        del changes["month"]
    if "state" in changes:
        sheets["Settings"].append(["State", changes.pop("state"), None])
    for goal, value in changes.items():
        next(line for line in sheets["Actuals"] if line[0] == goal)[2] = value
    write(Path(PLAN), sheets)
    return sheets


def proposal(ledger: Ledger, today: date = AFTER, month: Month | None = None) -> Proposal:
    review, plan = jobs.review_and_plan(Path(PLAN), month, None, None)
    return propose(plan, review, ledger, today)


def closed(ledger: Ledger, reasons: Reasons = NO_REASONS, **asked: Any) -> Closing:
    """The book's month, closed as a person would."""
    found = proposal(ledger, **asked)
    check(found, reasons)
    return close(ledger, found, reasons, NOW, "sato@pc-1")


@pytest.fixture
def ledger(ledger_place: str) -> Any:
    """A new ledger, on either database."""
    with open_ledger(ledger_place, create=True) as opened:
        yield opened


# ---- What is kept ---------------------------------------------------------------------------


def test_a_closing_keeps_every_figure_of_the_whole_tree(ledger: Ledger) -> None:
    put()
    kept = closed(ledger)
    review = jobs.review_workbook(Path(PLAN))
    assert (kept.book_id, kept.month, kept.number) == ("BOOK-1", "2026-05", 1)
    assert (kept.closed, kept.closed_by, kept.as_of) == (NOW, "sato@pc-1", "2026-06-10")
    assert (kept.workbook, kept.workbook_sha256) == (PLAN, review.source.sha256)
    assert (kept.reason, kept.missing, kept.edition) == ("", "", 0)
    found = ledger.figures_closed(kept)
    assert sorted(found, key=repr) == sorted(published(review), key=repr)
    # 115 visits at 6 % are 6.9; April's 90 at 4 % are 3.6, so that the year has 10.5.
    of_revenue = {(one.period, one.month): one.actual for one in found if one.goal == "REV"}
    assert of_revenue["month", "2026-05"] == pytest.approx(6.9)
    assert of_revenue["month", "2026-04"] == pytest.approx(3.6)
    assert of_revenue["to_date", "2026-05"] == pytest.approx(10.5)


def test_the_same_figures_once_more_change_nothing(ledger: Ledger) -> None:
    put()
    first = closed(ledger)
    again = proposal(ledger)
    assert again.is_closed
    assert again.last == first
    check(again, Reasons())


def test_changed_figures_are_refused_with_their_cells_and_what_follows(ledger: Ledger) -> None:
    put()
    closed(ledger)
    put(VISITS=110)
    with pytest.raises(CannotClose, match="close-changed") as told:
        check(proposal(ledger), Reasons())
    found = told.value.problems
    (cell,) = [one for one in found if one.cell]
    assert (cell.code, cell.sheet, cell.cell) == ("closed-month-changed", "Actuals", "C2")
    assert (cell.details["old"], cell.details["new"]) == ("115", "110")
    # 110 × 6 % = 6.6 of revenue instead of 6.9; the CSF above rolls up what has changed below.
    rest = {
        (one.goals[0], one.details["form"]): (one.details["old"], one.details["new"])
        for one in found
        if not one.cell
    }
    assert rest["REV", "actual"] == ("6.9", "6.6")
    assert {goal for goal, _ in rest} <= {"REV", "GROW", "VISITS"}


def test_a_reason_closes_it_again_and_both_closings_stay(ledger: Ledger) -> None:
    put()
    first = closed(ledger)
    put(VISITS=110)
    second = closed(ledger, Reasons(again=" Returns came late "))
    assert (second.number, second.reason) == (2, "Returns came late")
    assert ledger.closings("BOOK-1") == (first, second)
    assert proposal(ledger).is_closed


def test_a_changed_target_is_a_change_as_well(ledger: Ledger) -> None:
    sheets = put()
    closed(ledger)
    sheets["Plan"][1][2] = 120
    write(Path(PLAN), sheets)
    with pytest.raises(CannotClose, match="close-changed") as told:
        check(proposal(ledger), Reasons())
    shown = {(one.goals[0], one.details["form"]): one.details for one in told.value.problems}
    assert (shown["VISITS", "plan"]["old"], shown["VISITS", "plan"]["new"]) == ("110", "120")


def test_another_process_that_was_faster_with_other_figures_is_told_of(ledger: Ledger) -> None:
    put()
    slow = proposal(ledger)
    put(VISITS=110)
    closed(ledger)
    with pytest.raises(CannotClose, match="close-taken"):
        close(ledger, slow, Reasons(), NOW, "tanaka@pc-2")


# ---- What keeps a month open ----------------------------------------------------------------


def test_a_month_is_closed_after_its_close_day(ledger: Ledger) -> None:
    put()
    with pytest.raises(CannotClose, match="close-waiting") as told:
        check(proposal(ledger, today=DUE), Reasons())
    assert told.value.details["due"] == "2026-06-10"
    check(proposal(ledger, today=AFTER), Reasons())


def test_errors_keep_it_open_whatever_reason_is_given(ledger: Ledger) -> None:
    put(VISITS="many")
    with pytest.raises(CannotClose, match="close-errors") as told:
        check(proposal(ledger), Reasons(missing="late"))
    assert [(one.sheet, one.cell) for one in told.value.problems] == [("Actuals", "C2")]


def test_missing_actuals_are_listed_with_their_owners_and_cells(ledger: Ledger) -> None:
    put(VISITS=None)
    with pytest.raises(CannotClose, match="close-missing") as told:
        check(proposal(ledger), Reasons())
    (problem,) = told.value.problems
    assert (problem.sheet, problem.cell) == ("Actuals", "C2")
    assert (problem.details["name"], problem.details["owner"]) == ("Goal VISITS", "Sato")


def test_with_a_reason_it_is_closed_without_them_and_the_reason_stays(ledger: Ledger) -> None:
    put(VISITS=None)
    assert closed(ledger, Reasons(missing="The shop's books are late")).missing == (
        "The shop's books are late"
    )
    # Once it has come in, the month is another one than was closed.
    put(VISITS=115)
    with pytest.raises(CannotClose, match="close-changed") as told:
        check(proposal(ledger), Reasons())
    assert told.value.problems[0].details["form"] == "late"


def test_a_reason_for_missing_figures_is_not_kept_where_none_is_missing(ledger: Ledger) -> None:
    put()
    assert closed(ledger, Reasons(missing="in case")).missing == ""


def test_a_month_without_any_actual_is_not_closed(ledger: Ledger) -> None:
    put(VISITS=None, RATE=None)
    with pytest.raises(CannotClose, match="close-unreported"):
        check(proposal(ledger), Reasons(missing="nothing there"))


@pytest.mark.parametrize("reasons", [Reasons(missing=" "), Reasons(again="")])
def test_a_reason_is_a_text(ledger: Ledger, reasons: Reasons) -> None:
    put()
    with pytest.raises(UsageProblem, match="close-why"):
        check(proposal(ledger), reasons)


def test_what_is_open_is_not_closed_again(ledger: Ledger) -> None:
    put()
    with pytest.raises(UsageProblem, match="close-again-nothing"):
        check(proposal(ledger), Reasons(again="why not"))


def test_earlier_open_months_of_the_year_are_only_told(ledger: Ledger) -> None:
    put()
    assert proposal(ledger).open_before == (Month(2026, 4),)
    closed(ledger, month=Month(2026, 4))
    assert proposal(ledger).open_before == ()


# ---- Sending final figures ------------------------------------------------------------------


def by_sending(ledger: Ledger, reason: str = "") -> Closing | None:
    review, plan = jobs.review_and_plan(Path(PLAN), None, None, None)
    return close_by_sending(ledger, plan, review, NOW, "sato@pc-1", 1 + bool(reason), reason)


def test_a_final_pack_that_is_sent_closes_its_month_once(ledger: Ledger) -> None:
    put(state="Final")
    made = by_sending(ledger)
    assert made is not None
    assert (made.number, made.edition, made.missing) == (1, 1, "")
    assert by_sending(ledger) is None


def test_a_preliminary_pack_closes_nothing(ledger: Ledger) -> None:
    put()
    assert by_sending(ledger) is None
    assert ledger.closings() == ()


def test_a_book_with_errors_in_another_part_is_not_closed_by_sending(ledger: Ledger) -> None:
    put(state="Final", RATE="many")
    assert by_sending(ledger) is None


def test_what_was_missing_in_a_final_pack_is_named(ledger: Ledger) -> None:
    put(state="Final", VISITS=None)
    made = by_sending(ledger)
    assert made is not None
    assert made.missing == "VISITS"


def test_only_a_correction_closes_a_closed_month_again(ledger: Ledger) -> None:
    put(state="Final")
    by_sending(ledger)
    put(state="Final", VISITS=110)
    assert by_sending(ledger) is None
    made = by_sending(ledger, "Returns")
    assert made is not None
    assert (made.number, made.reason, made.edition) == (2, "Returns", 2)


# ---- The command ----------------------------------------------------------------------------


def kpixl(*words: str, code: int = 0) -> Result:
    found = CliRunner().invoke(app, list(words))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code == code, found.output
    return found


def close_it(*words: str, code: int = 0) -> Result:
    return kpixl("close", PLAN, "--as-of", "2026-06-11", "--yes", *words, code=code)


def test_the_command_closes_and_says_where_it_stands() -> None:
    put()
    found = close_it()
    assert "Closed as final: 2026-05." in found.stdout
    assert "The workbook still calls the figures preliminary" in found.stdout
    assert "still open: 2026-04" in found.stderr
    assert Path(LEDGER).exists()
    assert "with these very figures already" in close_it().stdout
    history = kpixl("history", PLAN).stdout
    assert "2026-05 · closed" in history
    assert "Nothing has been sent" not in history


def test_a_refusal_makes_no_ledger_and_leaves_with_1() -> None:
    put(VISITS=None)
    found = close_it(code=1)
    assert "C2: “Goal VISITS” (VISITS) has no actual of 2026-05 yet; Sato owns it." in found.stderr
    assert "2026-05 is not closed: actuals that are missing: 1." in found.stderr
    assert not Path(LEDGER).exists()


def test_without_a_terminal_it_wants_to_be_told() -> None:
    put()
    found = kpixl("close", PLAN, "--as-of", "2026-06-11", code=2)
    assert "--yes" in found.stderr
    assert not Path(LEDGER).exists()


def test_a_book_without_its_id_is_not_closed() -> None:
    sheets = put()
    sheets["Settings"] = sheets["Settings"][:-1]
    write(Path(PLAN), sheets)
    assert "book ID" in close_it(code=2).stderr


def test_as_data_it_says_all_of_that() -> None:
    put()
    data = json.loads(close_it("--json").stdout)
    assert (data["outcome"], data["month"], data["number"]) == ("closed", "2026-05", 1)
    assert (data["state"], data["open_before"], data["goals"]) == ("preliminary", ["2026-04"], 4)
    assert json.loads(close_it("--json").stdout)["outcome"] == "already"
    put(VISITS=110)
    refused = json.loads(close_it("--json", code=1).stdout)
    assert refused["error"] == "close-changed"
    assert refused["problems"][0]["cell"] == "C2"
    again = json.loads(close_it("--json", "--again", "Returns").stdout)
    assert (again["number"], again["reason"]) == (2, "Returns")
    history = json.loads(kpixl("history", PLAN, "--json").stdout)
    assert [(one["number"], one["reason"]) for one in history["closings"]] == [
        (1, None), (2, "Returns"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["2026-05, closing 2", "reason: Returns", "closed without all figures: Late"]),
        ("ja", ["2026-05（2回目）", "理由：Returns", "未入力のまま確定：Late"]),
    ],
)
def test_the_history_tells_closings_and_their_reasons(
    language: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(VISITS=None)
    close_it("--with-missing", "Late")
    put(VISITS=110)
    close_it("--again", "Returns")
    monkeypatch.setenv("KPIXL_LANG", language)
    shown = kpixl("history", PLAN).stdout
    for text in said:
        assert text in shown
    assert "2026-05" not in kpixl("history", PLAN, "--month", "2026-04").stdout


def commands_in(found: Result) -> set[str]:
    """The commands that were named, up to their reason."""
    text = " ".join((found.stdout + found.stderr).split())
    return set(re.findall(r'kpixl (close .+?"reason")', text))


def test_the_commands_that_are_named_find_the_same_book_and_ledger() -> None:
    folder = Path("R&D")
    folder.mkdir()
    book, ledger = str(folder / "plan (1).xlsx"), str(folder / "kept.sqlite")
    day = ("--as-of", "2026-06-11", "--yes")
    put(VISITS=None)
    Path(PLAN).replace(book)
    (named,) = commands_in(kpixl("close", book, "--ledger", ledger, *day, code=1))
    kpixl(*shlex.split(named), *day)
    put(VISITS=110)
    Path(PLAN).replace(book)
    (named,) = commands_in(kpixl("close", book, "--ledger", ledger, *day, code=1))
    assert "--again" in named
    kpixl(*shlex.split(named), *day)
    with open_ledger(ledger, create=False) as kept:
        assert [(one.number, one.missing, one.reason) for one in kept.closings()] == [
            (1, "reason", ""), (2, "", "reason"),
        ]  # fmt: skip
    assert not (folder / LEDGER).exists()


def test_a_warning_names_the_book_where_it_lies() -> None:
    folder = Path("books")
    folder.mkdir()
    put(state="Final")
    Path(PLAN).rename(folder / PLAN)
    day = ("--as-of", "2026-06-11", "--yes")
    kpixl("close", "books/plan.xlsx", *day)
    put(state="Final", VISITS=110)
    Path(PLAN).replace(folder / PLAN)
    (named,) = commands_in(kpixl("check", "books/plan.xlsx"))
    kpixl(*shlex.split(named), *day)
    assert "was closed as final" not in kpixl("check", "books/plan.xlsx").stdout


def test_check_show_and_pack_name_the_cells_that_have_changed() -> None:
    put(state="Final")
    close_it()
    assert "closed as final" not in kpixl("check", PLAN).stdout
    put(state="Final", VISITS=110)
    line = "C2: “Goal VISITS”: the actual of 2026-05 is 110 now; it was closed as final with 115"
    assert line in kpixl("check", PLAN).stdout
    assert line in kpixl("show", PLAN).stdout
    assert line in kpixl("pack", PLAN, "--pages", "cover", "--no-pdf", "--html").stderr
    kpixl("check", PLAN, "--strict", code=1)
    # What a pack of April holds has not changed.
    assert line not in kpixl("show", PLAN, "--month", "2026-04").stdout


def test_a_closed_month_that_settings_call_preliminary_is_told_with_the_cell() -> None:
    put(state="Preliminary")
    close_it()
    found = json.loads(kpixl("check", PLAN, "--json").stdout)["problems"]
    (told,) = [one for one in found if one["code"] == "closed-but-preliminary"]
    assert (told["sheet"], told["cell"], told["severity"]) == ("Settings", "B5", "warning")


def test_a_closed_month_stays_final_while_the_next_is_preliminary() -> None:
    put(state="Final")
    close_it()
    put(state="Preliminary", month="2026-06")
    words = ("pack", PLAN, "--pages", "cover,colophon", "--no-pdf", "--html")
    told = kpixl(*words, "--month", "2026-05")
    assert "preliminary" not in told.stderr.lower()
    (page,) = Path("packs").glob("2026-05*.html")
    assert "Final" in page.read_text(encoding="utf-8")
    assert "Preliminary" not in page.read_text(encoding="utf-8")
    kpixl(*words)
    (page,) = Path("packs").glob("2026-06*.html")
    assert "Preliminary" in page.read_text(encoding="utf-8")


def test_a_figure_that_is_gone_and_one_that_came_late_are_told_so() -> None:
    put(state="Final", RATE=None)
    close_it("--with-missing", "late")
    put(state="Final", VISITS=None)
    shown = kpixl("check", PLAN).stdout
    assert (
        "“Goal VISITS” has no actual of 2026-05 any more; it was closed as final with 115" in shown
    )
    assert "“Goal RATE”: the actual of 2026-05 is 6% now; it was missing" in shown


def test_a_ledger_that_cannot_be_read_keeps_nobody_from_looking() -> None:
    put()
    Path(LEDGER).write_bytes(b"no database at all, whatever its name says" * 50)
    told = " ".join(kpixl("check", PLAN).stdout.split())
    assert f"{LEDGER} is no ledger: the file is not a SQLite database" in told
    assert "Goal VISITS" in kpixl("show", PLAN).stdout


def test_the_pack_of_a_closed_month_that_has_changed_says_restated() -> None:
    put(state="Final")
    close_it()
    put(state="Final", VISITS=110)
    kpixl("pack", PLAN, "--pages", "cover,summary,restated", "--no-pdf", "--html", "-o", "out")
    (html,) = Path("out").glob("*.html")
    text = html.read_text(encoding="utf-8")
    assert "Final · Edition 1 · restated" in text
    assert "final figures are restated" in text
    assert "Closing of May 2026" in text


def test_a_preliminary_pack_then_a_closing_then_the_final_pack() -> None:
    """The usual month: what readers had as preliminary is shown as having become final."""
    put(VISITS=100)
    review = jobs.review_workbook(Path(PLAN))
    with open_ledger(LEDGER, create=True) as ledger:
        before = NOW - timedelta(days=160)
        ledger.open_edition("BOOK-1", "2026-05", 1, "", "preliminary", before)
        key = key_of(book_id="BOOK-1", month="2026-05")
        sent(ledger, key, *published(review), state="preliminary", now=before)
    put(VISITS=115)
    close_it()
    put(VISITS=115, state="Final")
    kpixl("pack", PLAN, "--pages", "cover,restated", "--no-pdf", "--html", "-o", "out")
    (html,) = Path("out").glob("*_e2.html")
    text = html.read_text(encoding="utf-8")
    assert "From preliminary to final" in text
    assert "Preliminary → Final" in text
    assert "· restated" not in text
