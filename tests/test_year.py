"""A year of use, month by month, through the commands: every figure that was published of every
month is the one that was kept by hand (tests/year/README.md tells how)."""

from __future__ import annotations

import fcntl
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from kpixl import jobs
from kpixl.delivery.ledger import Ledger, open_ledger
from kpixl.plan.month import Month
from kpixl.plan.values import month_in
from kpixl.review.figures import Review
from kpixl.review.published import LANDING, published
from tests.mail_book import configure
from tests.smtp_server import Sink, mail_server
from tests.year import by_hand
from tests.year.company import BOOK_ID
from tests.year.expectations import differences, kept
from tests.year.life import LEDGER, PLAN, Life, Said, live

YEAR = by_hand.year_of("2026-04")
MORI, ABE = "mori@example.com", "abe@example.com"


@dataclass(frozen=True)
class Lived:
    """The folder that the year has left behind, what was said, and who was mailed with which
    subject, in order."""

    folder: Path
    said: dict[str, Said]
    mails: list[list[str]]

    def page(self, pack: str, start: str) -> str:
        """The text of a page of a pack: the one that begins with ``start``."""
        text = (self.folder / "packs" / pack).read_text(encoding="utf-8")
        text = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
        pages = [
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())
            for part in re.split(r"(?=<section)", text)
        ]
        return next((page for page in pages if page.startswith(start)), "")


def _live(folder: Path) -> None:
    """A year in ``folder``, with a mail server of its own and days that pass as told."""
    life, sink = Life(folder), Sink()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return life.now().astimezone(tz)  # type: ignore[return-value]

    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.chdir(folder)
        for name, value in (("COLUMNS", "200"), ("XDG_CONFIG_HOME", str(folder / "nobody"))):
            patch.setenv(name, value)
        patch.delenv("KPIXL_LEDGER", raising=False)
        patch.setattr("kpixl.sending.office.now", life.now)
        patch.setattr("kpixl.sending.office.today", life.day)
        patch.setattr("kpixl.delivery.editions.datetime", Clock)
        # What is mailed is tried elsewhere; here it is one line.
        patch.setattr(jobs, "render", lambda job, part, language: (f"{language}.pdf", b"%PDF-1.7"))
        configure(folder, stack.enter_context(mail_server(sink)).port)
        live(life)
        mails = [[*one.rcpt_tos, _subject(one.content)] for one in sink.quiet()]
    said = {name: asdict(one) for name, one in life.said.items()}
    (folder / "lived.json").write_text(json.dumps({"said": said, "mails": mails}), encoding="utf-8")


def _subject(content: bytes | str | None) -> str:
    import email
    import email.policy

    assert isinstance(content, bytes)
    return str(email.message_from_bytes(content, policy=email.policy.default)["Subject"])


@pytest.fixture(scope="module")
def year(workers_folder: Path) -> Lived:
    """The year, lived once for all workers."""
    folder = workers_folder / "year"
    with (workers_folder / "year.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "lived.json").exists():
            folder.mkdir()
            _live(folder)
    found = json.loads((folder / "lived.json").read_text(encoding="utf-8"))
    return Lived(folder, {name: Said(**one) for name, one in found["said"].items()}, found["mails"])


@pytest.fixture
def ledger(year: Lived) -> Iterator[Ledger]:
    with open_ledger(str(year.folder / LEDGER), create=False) as opened:
        yield opened


def reviewed(book: Path, month: str, monkeypatch: pytest.MonkeyPatch) -> Review:
    monkeypatch.chdir(book.parent)
    return jobs.review_workbook(book, month_in(month))


# ---- Every figure -----------------------------------------------------------------------------


def test_the_expectations_are_what_the_independent_calculation_gives() -> None:
    for name, rows in by_hand.expected().items():
        found = [[by_hand.as_text(row.get(one)) for one in by_hand.COLUMNS] for row in rows]
        text = (by_hand.HERE / f"{name}.csv").read_text(encoding="utf-8")
        assert text.splitlines()[1:] == [",".join(row) for row in found], name


def test_what_was_worked_out_with_a_pencil_stands_there() -> None:
    text = (by_hand.HERE / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    checked = [row for row in rows if len(row) == 7 and row[0].startswith("20")]
    assert len(checked) > 40
    for name, goal, period, month, measure, _, value in checked:
        found = kept(name)[goal, period, month][measure]
        assert found == (value if measure == "status" else pytest.approx(float(value))), name


def test_it_knows_nothing_of_the_program() -> None:
    text = Path(by_hand.__file__).read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:from|import) kpixl", text, re.MULTILINE) == []


@pytest.mark.parametrize("month", [*YEAR, "2027-04"])
def test_every_figure_of_a_closed_month_is_as_kept_by_hand(ledger: Ledger, month: str) -> None:
    closing = ledger.closings(BOOK_ID, month)[0]
    assert differences(ledger.figures_closed(closing), kept(month)) == []


def test_september_was_closed_again_with_its_correction(ledger: Ledger) -> None:
    first, again = ledger.closings(BOOK_ID, "2026-09")
    assert (first.number, again.number, again.edition) == (1, 2, 2)
    assert again.reason == "A shop was counted late"
    assert differences(ledger.figures_closed(again), kept("2026-09_again")) == []


@pytest.mark.parametrize(
    ("month", "edition", "name"),
    [
        ("2026-04", 1, "2026-04_preliminary"),
        ("2026-04", 2, "2026-04"),
        ("2026-06", 1, "2026-06"),
        ("2026-08", 1, "2026-08"),
        ("2026-09", 1, "2026-09"),
        ("2026-09", 2, "2026-09_again"),
        ("2026-10", 1, "2026-10"),
        ("2026-11", 1, "2026-11"),
        ("2027-04", 1, "2027-04"),
    ],
)
def test_every_figure_that_was_sent_is_as_kept_by_hand(
    ledger: Ledger, month: str, edition: int, name: str
) -> None:
    sent = ledger.sent_figures(BOOK_ID, month, edition)
    assert differences([one.figure for one in sent.values()], kept(name)) == []


@pytest.mark.parametrize("book", ["fy2026.xlsx", "as_rolled_over.xlsx"])
@pytest.mark.parametrize("month", YEAR[7:])
def test_the_last_months_say_the_same_from_either_book(
    year: Lived, book: str, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reviewed(year.folder / book, month, monkeypatch)
    assert differences(published(found), kept(month)) == []


@pytest.mark.parametrize("book", ["fy2026.xlsx", "as_rolled_over.xlsx"])
@pytest.mark.parametrize("month", YEAR[:4])
def test_reorganisation_and_revision_change_no_month_before_them(
    year: Lived, book: str, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the landing, which is held against the plan of the whole year, revision included."""
    found = reviewed(year.folder / book, month, monkeypatch)
    figures = [one for one in published(found) if one.period != LANDING]
    expected = {key: one for key, one in kept(month).items() if key[1] != LANDING}
    assert differences(figures, expected) == []


def test_the_new_year_is_compared_with_the_old_one(
    year: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    april = reviewed(year.folder / PLAN, "2027-04", monkeypatch).by_id
    assert april["SALES"].month.prior == 120  # 100 + 20 in April 2026
    # Complaints are counted otherwise since July, and orders by app did not exist.
    assert [(april[one].month.prior, april[one].month.growth) for one in ("COMPL", "APP")] == [
        (None, None), (None, None),
    ]  # fmt: skip
    assert "FLYERS" not in april


# ---- What was restated, and how it is called --------------------------------------------------


def test_what_was_preliminary_in_april_became_final(year: Lived) -> None:
    page = year.page("2026-04_plan_en_e2.html", "From preliminary to final")
    assert "4 figures of 4 goals have changed since they were last published." in page
    assert "All of them were preliminary and are final now." in page
    # Shop sales 95 → 100 of 100: Amber → Green; so are sales (115 → 120 of 120) and the spend.
    assert "Shop sales ¥k Apr 2026 Actual 95 100 +5 +5.3%" in page
    assert "Preliminary → Final 7 May 2026 April 2026, edition 1" in page
    assert "3 statuses" in page
    assert "restated" not in year.page("2026-04_plan_en_e2.html", "Aoba Bakery Monthly review")


def test_what_came_late_in_august_is_no_restatement_but_what_follows_from_it_is(
    year: Lived,
) -> None:
    check = year.said["check 2026-09"].all
    assert "“Satisfied guests”: the actual of 2026-08 is 72% now; it was missing when" in check
    assert "kpixl close plan.xlsx --month 2026-08 --again" in check
    page = year.page("2026-09_plan_en.html", "Restated figures")
    assert "One figure has changed since it was last published." in page
    # (2 × 0.8 + 0.8 + 1 + 1) ÷ 5 = 0.88 before; with 0.72 ÷ 0.80 = 0.9 it is 5.3 ÷ 6 = 0.883…
    assert "More guests in the shops, actual of August 2026: from 88.0% to 88.3% (+0.3 pt)" in page


def test_the_correction_of_september_is_a_restatement(year: Lived) -> None:
    held = year.said["import 2026-11"]
    assert "2026-09 was closed as final: SHOP in Actuals!U5 was 90" in held.all
    assert "New figures: 8. Changed: 0." in held.all
    assert "becomes a restatement" in year.said["restate"].all
    page = year.page("2026-11_plan_en.html", "Restated figures")
    assert "4 figures of 4 goals have changed since they were last published." in page
    assert "All of them had been published as final." in page
    # 90 of 100 was Amber and is Green; so are sales (112 of 120 → 122) and the spend (1.8 of 2).
    assert "Shop sales ¥k Sep 2026 Actual 90 100 +10 +11.1% Amber → Green Final" in page
    page = year.page("2026-11_plan_ja.html", "既報数値の修正")
    assert "4指標の4件を修正しています。いずれも確報の修正です。" in page


def test_once_it_was_told_it_is_told_no_more(year: Lived) -> None:
    assert year.page("2027-03_plan_en.html", "Restated figures") == ""
    assert "closed as final" not in year.said["check 2026-12"].all
    assert "closed as final" not in year.said["check 2027-03"].all


def test_months_without_a_change_restate_nothing(year: Lived) -> None:
    for pack in ("2026-07_plan_en", "2026-10_plan_en", "2027-04_plan_en"):
        assert year.page(f"{pack}.html", "Restated figures") == ""
        assert "Final · Edition 1" in year.page(f"{pack}.html", "Aoba Bakery Monthly review")


# ---- Closing ----------------------------------------------------------------------------------


def test_the_golden_week_puts_the_close_day_off(year: Lived) -> None:
    # Business days of May 2026: 1, 7, 8, 11, 12. (3 to 6 May are holidays or their substitutes.)
    assert "due on 2026-05-12, and that day has not passed" in year.said["too early"].all
    assert year.said["close 2026-04"].all.startswith("Closed as final: 2026-04.")


def test_every_month_is_closed_once_but_september(ledger: Ledger) -> None:
    closings = ledger.closings(BOOK_ID)
    assert Counter(one.month for one in closings) == {
        **dict.fromkeys([*YEAR, "2027-04"], 1), "2026-09": 2,
    }  # fmt: skip
    reasons = {(one.month, one.missing) for one in closings if one.missing}
    assert reasons == {("2026-08", "The survey is late")}


def test_august_is_not_closed_by_oversight(year: Lived) -> None:
    refused = year.said["not whole"]
    assert (
        "T12: “Satisfied guests” (SCORE) has no actual of 2026-08 yet; Ito owns it." in refused.all
    )
    assert '--with-missing "reason"' in refused.all
    assert "SCORE" in year.said["not whole ja"].all
    assert "締め" in year.said["not whole ja"].all or "確定" in year.said["not whole ja"].all


def test_a_changed_month_is_closed_again_for_a_reason_only(year: Lived) -> None:
    refused = year.said["changed"].all
    assert "2026-09 was closed as final on 2026-10-08; figures that are others now: 4." in refused
    assert (
        "“Shop sales”: the actual of 2026-09 is 100 now; it was closed as final with 90" in refused
    )
    assert "2026-09" in year.said["changed ja"].all
    assert "already" in year.said["close again"].all
    assert "2026-09 now counts as closed again" in year.said["correct"].all
    # The mend names the month of the figure, not the last one that showed it.
    assert (
        'kpixl close plan.xlsx --month 2026-09 --again "reason"' in year.said["check 2026-11"].all
    )
    assert "kpixl close plan.xlsx --month 2026-09 --again" in year.said["check 2026-11 ja"].all


def test_the_history_tells_the_year(year: Lived) -> None:
    told = year.said["history"].all
    assert "closed without all figures: The survey is late" in told
    assert "2026-09, closing 2 · 2026-12-08" in told
    assert "reason: A shop was counted late" in told
    assert "2026-09（2回目）" in year.said["history ja"].all
    assert "理由：A shop was counted late" in year.said["history ja"].all


# ---- Mails ------------------------------------------------------------------------------------


def test_nobody_was_mailed_anything_twice(year: Lived) -> None:
    twice = [one for one, n in Counter(map(tuple, year.mails)).items() if n > 1]
    assert twice == []
    # April and September in two editions each, June, August, October, November and April.
    assert Counter(mail[0] for mail in year.mails) == {MORI: 9, ABE: 9}
    for name in ("send 2026-04 again", "nothing to send twice"):
        assert "already sent: 2" in year.said[name].all


def test_subjects_name_month_state_and_edition(year: Lived) -> None:
    subjects = [subject for to, subject in year.mails if to == MORI]
    assert "April 2026" in subjects[0]
    assert "reliminary" in subjects[0]
    assert "edition 2" in subjects[1]
    september = [one for one in subjects if "September 2026" in one]
    assert len(september) == 2
    assert "edition 2" in september[1]
    corrected = [s for to, s in year.mails if to == ABE and "2026年9月" in s]
    assert "第2版" in corrected[1]


def test_changed_figures_are_not_slipped_in_under_an_old_edition(year: Lived) -> None:
    for name in ("changed since sent", "send changed"):
        told = year.said[name].all
        assert "are no longer those that were sent: Sales" in told
        month = "2026-04" if name == "changed since sent" else "2026-09"
        assert f'kpixl send plan.xlsx --month {month} --correct "reason"' in told


# ---- Bringing in, revising, rolling over --------------------------------------------------------


def test_sources_of_all_kinds_are_read_and_remembered(year: Lived) -> None:
    assert "Encoding cp932" in year.said["import 2026-05"].all
    assert "one column a month" in year.said["import 2026-06"].all
    assert "one column a goal" in year.said["import 2026-07"].all
    assert "one figure a row" in year.said["import 2026-10"].all
    # June's export was written down; December's is read the same way.
    assert "Read as plan.import.toml says." in year.said["import 2026-12"].all
    assert "Read as plan.import.toml says." in year.said["plan 2027"].all


def test_the_revision_is_told_beside_the_original_plan(year: Lived) -> None:
    # 110 + 40 = 150 against 100 + 40, originally 100 + 30. To date, with September still at 90:
    # 570 + 126 + 150 = 846 … against 6 × 120 + 140 = 860, originally 6 × 120 + 130 = 850.
    summary = year.page("2026-10_plan_en.html", "Sales 7.1% above plan in October 2026")
    assert "15.4% above the original plan of 130 ¥k" in summary
    assert "stands at 846 ¥k against a plan of 860 ¥k" in summary
    assert "0.5% below the original plan of 850 ¥k" in summary
    assert "Plans in force, revised from October 2026." in year.said["show 2026-11"].all


def test_the_reorganisation_is_told(year: Lived) -> None:
    page = year.page("2026-07_plan_en.html", "Definitions and method")
    for told in (
        "Flyers handed out Ended",
        "Complaints, web included Its definition has changed",
        "Satisfied guests Moved from A web shop that people come back to",
        "Satisfied guests Handed over from Abe to Ito",
        "Orders by app Joined the tree",
    ):
        assert told in page


def test_the_book_of_the_new_year_says_what_came_along(year: Lived) -> None:
    told = year.said["roll over"].all
    assert "Goals valid in FY2027: 12" in told
    assert "Goals that ended, kept for the months in which they were valid: 1 (FLYERS)" in told
    assert "all of April 2025 – March 2027" in told
    assert "fy2027.xlsx" in year.said["roll over again"].all
    assert "already" in year.said["closed already"].all
    # Of March, which is not the month that is open in the new book.
    assert "set “State” to Final" not in year.said["closed already"].all
    assert "FY2027" in year.said["roll over ja"].all
    # Every goal has its row in the new sheets, so that plan and figures are brought in at once.
    assert "New figures: 96. Changed: 0." in year.said["plan 2027"].all
    assert "New figures: 8. Changed: 0." in year.said["import 2027-04"].all


def test_the_plan_of_the_new_year_touches_no_month_of_the_old(
    year: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: Any = reviewed(year.folder / PLAN, "2027-03", monkeypatch)
    assert found.month == Month(2027, 3)
    assert differences(published(found), kept("2027-03")) == []


# ---- What the docs tell of it -------------------------------------------------------------------

DOCS = Path(__file__).resolve().parents[1] / "docs"


def _quoted(page: str) -> tuple[list[str], list[str]]:
    """The commands of a page of the docs, and the answers beneath them."""
    blocks = re.findall(r"```\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [one for one in lines if one[0] != " "], [one.strip() for one in lines if one[0] == " "]


def _plainly(text: str) -> str:
    """Without what differs by month, file and reason."""
    text = text.replace("1店舗分の計上漏れ", "A shop was counted late").replace(".pdf", ".html")
    return re.sub(r"\d+", "0", "".join(text.split()))


@pytest.mark.source
@pytest.mark.parametrize("page", ["year.md", "year.ja.md"])
def test_the_docs_quote_what_was_really_said(year: Lived, page: str) -> None:
    said = _plainly("".join(one.out + one.err for one in year.said.values()))
    answers = _quoted(page)[1]
    assert len(answers) > 20
    unsaid = [one for one in answers if _plainly(one) not in said]
    # Said but once, in English.
    assert unsaid == (["2026-09分を、この版の数値で再確定しました。"] if "ja" in page else [])


@pytest.mark.source
@pytest.mark.parametrize("page", ["year.md", "year.ja.md"])
def test_the_docs_type_commands_that_there_are(page: str) -> None:
    import typer

    from kpixl.cli import app

    group: Any = typer.main.get_command(app)
    for line in _quoted(page)[0]:
        program, name, *words = re.sub(r" +#.*", "", line).split()
        assert program == "kpixl"
        known = {option for one in group.commands[name].params for option in one.opts}
        assert {word for word in words if word.startswith("-")} <= known, line
