"""``kpixl send`` as a person and a schedule meet it, against a mail server on this machine."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kpixl import jobs
from kpixl.cli import app
from kpixl.delivery.ledger import open_ledger
from tests.mail_book import configure, rows, write
from tests.plan_book import Rows
from tests.smtp_server import Sink, mail_server

TWO = ("abe@example.com", "ito@example.com")
PACK = b"%PDF-1.7 a pack"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("KPIXL_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs of one line."""
    monkeypatch.setattr(jobs, "render", lambda job, part, language: (f"pack_{language}.pdf", PACK))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sink]:
    sink = Sink()
    with mail_server(sink) as serving:
        configure(tmp_path, serving.port)
        yield sink


def book(sheets: dict[str, Rows] | None = None) -> str:
    return str(write(Path("plan.xlsx"), sheets or rows(TWO)))


def kpixl(*words: str, answer: str = "") -> Result:
    found = CliRunner().invoke(app, list(words), input=answer)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert "Traceback" not in found.output
    return found


def data_of(*words: str, code: int = 0) -> Any:
    found = kpixl(*words)
    assert found.exit_code == code, found.output
    return json.loads(found.stdout)


def held_by(sink: Sink) -> list[str]:
    return [address for envelope in sink.quiet() for address in envelope.rcpt_tos]


def message_in(content: bytes | str | None) -> Any:
    assert isinstance(content, bytes)
    return email.message_from_bytes(content, policy=email.policy.default)


# ---- Sending --------------------------------------------------------------------------------


def test_everybody_gets_the_pack_that_kpixl_pack_makes(server: Sink) -> None:
    plan = book()
    sent = data_of("send", plan, "--yes", "--json")
    assert [one["ending"] for one in sent["deliveries"]] == ["sent", "sent"]
    first, second = (message_in(envelope.content) for envelope in server.quiet())
    assert first["To"] == "Person 0 <abe@example.com>"
    assert second["From"] == "KPI office <kpi@example.com>"
    pack = next(part for part in first.walk() if part.get_content_type() == "application/pdf")
    assert pack.get_filename() == "2026-05_plan_en.pdf"
    data = pack.get_payload(decode=True)
    made = kpixl("pack", plan, "--lang", "en", "-o", "again")
    assert made.exit_code == 0
    # What was sent can be made again, byte for byte, and the ledger has its hash.
    assert data == Path("again/2026-05_plan_en.pdf").read_bytes()
    history = data_of("history", plan, "--json")
    hashes = {one["recipient"]: one["pack_sha256"] for one in history["attempts"]}
    assert hashes["abe@example.com"] == hashlib.sha256(data).hexdigest()


@pytest.mark.usefixtures("light")
def test_a_second_run_says_that_everybody_has_theirs(server: Sink) -> None:
    plan = book()
    assert kpixl("send", plan, "--yes").exit_code == 0
    again = kpixl("send", plan, "--yes")
    assert again.exit_code == 0
    assert "already sent: 2" in again.stdout
    assert held_by(server) == list(TWO)


@pytest.mark.usefixtures("light")
def test_what_was_sent_from_the_old_year_is_not_sent_again_from_the_new(server: Sink) -> None:
    plan = book()
    assert kpixl("send", plan, "--yes").exit_code == 0
    assert kpixl("new", "next.xlsx", "--from", plan).exit_code == 0
    again = kpixl("send", "next.xlsx", "--month", "2026-05", "--yes")
    assert again.exit_code == 0, again.output
    assert "already sent: 2" in again.stdout
    assert held_by(server) == list(TWO)
    told = [data_of("history", name, "--json")["attempts"] for name in (plan, "next.xlsx")]
    assert told[0] == told[1]
    assert len(told[0]) == len(TWO)


@pytest.mark.usefixtures("light")
def test_a_refusal_is_told_with_its_person_and_leaves_with_1(server: Sink) -> None:
    server.answers["RCPT"] = ["550 5.1.1 no such user"]
    found = kpixl("send", book(), "--yes")
    assert found.exit_code == 1
    assert "refused: 1" in found.stdout
    assert "sent: 1" in found.stdout
    assert "Person 0:" in found.stdout
    assert "no such user" in found.stdout
    assert held_by(server) == [TWO[1]]


@pytest.mark.usefixtures("light", "server")
def test_a_fault_of_kpixls_own_is_told_and_shown_to_those_who_look_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def render(job: jobs.PackJob, part: Any, language: str) -> tuple[str, bytes]:
        if language == "ja":
            raise ZeroDivisionError("division by zero")
        return f"pack_{language}.pdf", PACK

    monkeypatch.setattr(jobs, "render", render)
    found = kpixl("send", book(), "--yes")
    assert found.exit_code == 1
    assert "sent: 1 · held back: 1" in found.stdout
    assert "Person 1: kpixl met a fault of its own: ZeroDivisionError" in found.stdout
    shown = CliRunner().invoke(app, ["send", "plan.xlsx", "--yes", "--debug"])
    assert shown.exit_code == 1
    assert "Traceback" in shown.stderr


@pytest.mark.usefixtures("light")
def test_without_a_terminal_it_wants_to_be_told(server: Sink) -> None:
    found = kpixl("send", book())
    assert found.exit_code == 2
    assert "--yes" in found.stderr
    assert held_by(server) == []


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("answer", "count"), [("n\n", 0), ("y\n", 2)])
def test_at_a_terminal_it_asks(
    server: Sink, monkeypatch: pytest.MonkeyPatch, answer: str, count: int
) -> None:
    monkeypatch.setattr("kpixl.cli.sending.has_terminal", lambda: True)
    found = kpixl("send", book(), answer=answer)
    assert "Send 2 mails now?" in found.stdout
    assert found.exit_code == 0
    assert len(held_by(server)) == count


@pytest.mark.usefixtures("light")
def test_a_dry_run_shows_everybody_and_writes_nothing(server: Sink) -> None:
    plan = book()
    before = sorted(path.name for path in Path().iterdir())
    found = kpixl("send", plan, "--dry-run")
    assert found.exit_code == 0
    for text in (*TWO, "Person 0", "GROW", "Japanese", "Edition 1", "would be sent: 2"):
        assert text in found.stdout
    assert sorted(path.name for path in Path().iterdir()) == before
    assert held_by(server) == []


@pytest.mark.usefixtures("light")
def test_a_correction_stands_in_the_subject(server: Sink) -> None:
    sheets = rows(TWO)
    kpixl("send", book(sheets), "--yes")
    sheets["Actuals"][1][2] = 150
    told = kpixl("send", book(sheets), "--yes")
    assert 'kpixl send plan.xlsx --month 2026-05 --correct "reason"' in " ".join(
        told.stdout.split()
    )
    found = kpixl("send", book(sheets), "--yes", "--correct", "Visits counted twice")
    assert found.exit_code == 0, found.output
    assert "Corrected edition: Visits counted twice" in found.stdout
    subjects = [str(message_in(envelope.content)["Subject"]) for envelope in server.quiet()]
    assert len(subjects) == 4
    assert "edition 2" in subjects[2]
    assert "第2版" in subjects[3]


def test_without_a_configuration_it_says_how_to_begin() -> None:
    found = kpixl("send", book(), "--yes")
    assert found.exit_code == 2
    assert "kpixl.toml" in found.stderr
    assert "[mail.smtp]" in found.stderr
    assert not Path("kpixl-ledger.sqlite").exists()


def test_a_workbook_that_is_not_there_is_told_before_what_else_is_missing() -> None:
    found = kpixl("send", "plam.xlsx", "--yes")
    assert found.exit_code == 1
    assert "There is no file plam.xlsx" in found.stderr
    assert "kpixl.toml" not in found.stderr


@pytest.mark.usefixtures("light", "server")
@pytest.mark.parametrize("option", [(), ("--config", "team/team.toml")])
def test_a_month_is_closed_in_the_ledger_that_the_configuration_names(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "team").mkdir()
    Path("team/team.toml").write_text('[ledger]\nurl = "l.sqlite"\n', encoding="utf-8")
    found = kpixl("close", book(), "--yes", *option)
    assert found.exit_code == 0, found.output
    assert Path("team/l.sqlite").exists() == bool(option)
    assert Path("kpixl-ledger.sqlite").exists() == (not option)


@pytest.mark.usefixtures("light")
def test_the_ledger_may_lie_elsewhere(server: Sink, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    kpixl("send", book(), "--yes", "--ledger", str(elsewhere))
    assert elsewhere.exists()
    assert not Path("kpixl-ledger.sqlite").exists()
    Path("kpixl.toml").write_text(
        Path("kpixl.toml").read_text(encoding="utf-8") + '[ledger]\nurl = "elsewhere.sqlite"\n',
        encoding="utf-8",
    )
    assert "already sent: 2" in kpixl("send", "plan.xlsx", "--yes").stdout
    assert len(data_of("history", "plan.xlsx", "--json")["attempts"]) == 2


@pytest.mark.usefixtures("light")
def test_who_stops_it_is_told_what_was_sent(server: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpixl.delivery.smtp import SmtpTransport

    real = SmtpTransport.send

    def stopping(self: SmtpTransport, mail: Any) -> str:
        if mail.recipient.email == TWO[1]:
            raise KeyboardInterrupt
        return real(self, mail)

    monkeypatch.setattr(SmtpTransport, "send", stopping)
    found = kpixl("send", book(), "--yes")
    assert found.exit_code == 1
    assert "sent: 1" in found.stdout
    assert "Stopped." in found.stderr
    assert held_by(server) == [TWO[0]]


# ---- Mails as files -------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_mails_as_files_need_no_server_and_leave_no_trace_in_the_ledger() -> None:
    found = kpixl("send", book(), "--to-files", "mails")
    assert found.exit_code == 0, found.output
    files = sorted(Path("mails").iterdir())
    assert len(files) == 2
    message = message_in(files[0].read_bytes())
    assert message["X-Unsent"] == "1"
    assert not Path("kpixl-ledger.sqlite").exists()
    first = {path.name: path.read_bytes() for path in files}
    kpixl("send", "plan.xlsx", "--to-files", "mails")
    assert {path.name: path.read_bytes() for path in sorted(Path("mails").iterdir())} == first


@pytest.mark.usefixtures("light", "server")
def test_a_mail_that_is_not_written_as_a_file_is_told_whoever_has_been_sent_it() -> None:
    sheets = rows(TWO)
    kpixl("send", book(sheets), "--yes")
    sheets["Actuals"][1][2] = 150
    plan = book(sheets)
    found = kpixl("send", plan, "--to-files", "mails")
    assert found.exit_code == 1
    for person in ("Person 0", "Person 1"):
        assert f"{person}: Others were sent edition 1 with other figures" in found.stdout
    data = data_of("send", plan, "--to-files", "mails", "--json", code=1)
    assert data["files"] == []
    assert [one["fault"]["error"] for one in data["deliveries"]] == ["changed-since-sent"] * 2


@pytest.mark.usefixtures("light")
def test_a_folder_that_takes_no_mails_was_the_wrong_one_to_name() -> None:
    Path("mails").write_text("in the way", encoding="utf-8")
    found = kpixl("send", book(), "--to-files", "mails")
    assert found.exit_code == 2
    assert "mails is a file, not a folder" in found.stderr


def test_looking_and_writing_at_once_makes_no_sense() -> None:
    assert kpixl("send", book(), "--dry-run", "--to-files", "mails").exit_code == 2


# ---- By itself ------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_before_its_day_a_month_is_not_sent_and_that_is_no_fault(server: Sink) -> None:
    # May is due on 10 June.
    found = kpixl("send", book(), "--if-ready", "--yes", "--as-of", "2026-06-10")
    assert found.exit_code == 0
    assert "10 Jun 2026" in found.stdout
    assert held_by(server) == []
    assert kpixl("send", "plan.xlsx", "--if-ready", "--yes").exit_code == 0
    assert len(held_by(server)) == 2


EARLY = ("--if-ready", "--yes", "--as-of", "2026-06-10")
LATE = ("--if-ready", "--yes", "--as-of", "2026-06-11")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secrets, and no ways out."""
    for name in ("KPIXL_SMTP_PASSWORD", "KPIXL_CLIENT_SECRET", "KPIXL_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    def no_line(*_: object, **__: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr("socket.create_connection", no_line)
    monkeypatch.setattr("socket.getaddrinfo", no_line)


def set_up(text: str) -> None:
    head = '[mail]\nfrom = "kpi@example.com"\n'
    Path("kpixl.toml").write_text(head + text, encoding="utf-8")


SMTP = '[mail.smtp]\nhost = "smtp.example.com"\nuser = "kpi@example.com"\n'
MICROSOFT = 'transport = "graph"\n[mail.microsoft]\ntenant = "example.com"\nclient_id = "1b2c"\n'


@pytest.mark.usefixtures("bare")
def test_a_missing_password_is_told_before_the_day_on_which_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(SMTP)
    found = kpixl("send", book(), *EARLY)
    assert found.exit_code == 2
    assert "10 Jun 2026" in found.stdout
    assert "What would keep the mails from being sent: 1" in found.stderr
    assert "KPIXL_SMTP_PASSWORD" in found.stderr
    data = data_of("send", "plan.xlsx", *EARLY, "--json", code=2)
    assert data["waiting"]
    assert [one["error"] for one in data["obstacles"]] == ["secret-missing"]
    assert kpixl("send", "plan.xlsx", *LATE).exit_code == 2
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", "s3cret")
    found = kpixl("send", "plan.xlsx", *EARLY)
    assert found.exit_code == 0
    assert "the mail server was not asked" in found.stdout
    assert data_of("send", "plan.xlsx", *EARLY, "--json")["obstacles"] == []
    assert not Path("kpixl-ledger.sqlite").exists()


@pytest.mark.usefixtures("bare")
def test_all_that_is_missing_is_told_at_once() -> None:
    sheets = rows(())
    sheets["Settings"].append(["Logo", "logo.png", None])
    words = ("send", book(sheets), *EARLY, "--engine", "tex", "--ledger", "none/ledger.sqlite")
    data = data_of(*words, "--json", code=2)
    assert [one["error"] for one in data["obstacles"]] == [
        "recipients-none", "config-none", "ledger-cannot-open", "logo-missing", "engine-unknown",
    ]  # fmt: skip
    told = kpixl(*words).stderr
    assert "What would keep the mails from being sent: 5" in told


@pytest.mark.usefixtures("bare")
def test_what_microsoft_will_ask_for_is_looked_for_without_asking_it() -> None:
    set_up(MICROSOFT)
    assert "KPIXL_CLIENT_SECRET" in kpixl("send", book(), *EARLY).stderr
    set_up(MICROSOFT + 'flow = "delegated"\n')
    data = data_of("send", "plan.xlsx", *EARLY, "--json", code=1)
    assert [one["error"] for one in data["obstacles"]] == ["microsoft-sign-in"]
    set_up(SMTP + 'login = "xoauth2"\n' + MICROSOFT.partition("\n")[2])
    data = data_of("send", "plan.xlsx", *EARLY, "--json", code=1)
    assert [one["error"] for one in data["obstacles"]] == ["microsoft-secret-missing"]


@pytest.mark.usefixtures("bare", "light")
def test_who_only_writes_files_needs_no_password() -> None:
    assert kpixl("send", book(), *EARLY, "--to-files", "mails").exit_code == 0
    assert kpixl("send", "plan.xlsx", *LATE, "--to-files", "mails").exit_code == 0


@pytest.mark.usefixtures("light")
def test_what_is_missing_after_its_day_is_told_with_who_owns_it(server: Sink) -> None:
    sheets = rows(TWO)
    sheets["Actuals"][1][2] = None
    found = kpixl("send", book(sheets), "--if-ready", "--yes")
    assert found.exit_code == 1
    assert "Sato: Goal VISITS (VISITS)" in found.stdout
    data = data_of("send", "plan.xlsx", "--if-ready", "--yes", "--json", code=1)
    assert (data["ready"], data["month"], data["due"]) == (False, "2026-05", "2026-06-10")
    assert data["missing"] == [{"id": "VISITS", "name": "Goal VISITS", "owner": "Sato"}]
    assert held_by(server) == []


@pytest.mark.usefixtures("light")
def test_a_month_with_errors_is_not_sent(server: Sink) -> None:
    sheets = rows(TWO)
    sheets["Actuals"][1][2] = "about nine"
    book(sheets)
    assert kpixl("send", "plan.xlsx", "--if-ready", "--yes").exit_code == 1
    found = kpixl("send", "plan.xlsx", "--yes")
    assert found.exit_code == 1
    assert "held back: 2" in found.stdout
    # Which cell it is stands there once, though two people wait for it.
    assert found.stdout.count("about nine") == 1
    assert "C2" in found.stdout
    assert held_by(server) == []


@pytest.mark.usefixtures("light")
def test_a_run_every_hour_sends_once(server: Sink) -> None:
    plan = book()
    for _ in range(3):
        assert kpixl("send", plan, "--if-ready", "--yes").exit_code == 0
    assert held_by(server) == list(TWO)


@pytest.mark.usefixtures("light")
def test_figures_that_changed_after_everybody_had_theirs_are_told_by_a_run_that_is_well(
    server: Sink,
) -> None:
    sheets = rows(TWO)
    words = ("send", book(sheets), "--if-ready", "--yes")
    assert data_of(*words, "--json")["changed"] == []
    sheets["Actuals"][1][2] = 150
    book(sheets)
    found = kpixl(*words)
    assert found.exit_code == 0
    told = " ".join(found.stdout.split())
    assert "The figures of these goals are no longer those that were sent: " in told
    assert 'kpixl send plan.xlsx --month 2026-05 --correct "reason"' in told
    changed = data_of(*words, "--json")["changed"]
    assert {"id": "VISITS", "name": "Goal VISITS"} in changed
    assert data_of("send", "plan.xlsx", "--dry-run", "--json")["changed"] == changed
    assert held_by(server) == list(TWO)


@pytest.mark.usefixtures("light")
def test_what_nobody_is_held_back_by_is_told_beside_those_who_are(server: Sink) -> None:
    server.answers["RCPT"] = [None, "550 5.1.1 no such user"]
    sheets = rows(TWO)
    kpixl("send", book(sheets), "--yes")
    sheets["Actuals"][1][2] = 150
    told = " ".join(kpixl("send", book(sheets), "--yes").stdout.split())
    # Ito, who still waits, is to see GROW and what is below it; the KGI only Abe has seen.
    assert "Person 1: Others were sent edition 1 with other figures (Goal GROW, Goal VIS" in told
    assert "The figures of these goals are no longer those that were sent: Goal REV." in told


@pytest.mark.usefixtures("light")
def test_the_commands_that_are_named_find_the_same_book_and_ledger(server: Sink) -> None:
    Path("R&D").mkdir()
    asked = (book(), "--ledger", "R&D/kept.sqlite")
    server.cut = "accepted"
    found = kpixl("send", *asked, "--yes")
    assert found.exit_code == 1
    said = " ".join(kpixl("send", *asked, "--yes").stdout.split())
    named = 'plan.xlsx --ledger "R&D/kept.sqlite"'
    assert f"kpixl history {named} --mark-sent N" in said
    resend = f"send {named} --month 2026-05 --resend-unknown"
    assert f"kpixl {resend}." in said
    assert kpixl(*shlex.split(resend), "--yes").exit_code == 0

    sheets = rows(TWO)
    sheets["Actuals"][1][2] = 150
    book(sheets)
    said = " ".join(kpixl("send", *asked, "--yes").stdout.split())
    correct = f'send {named} --month 2026-05 --correct "reason"'
    assert f"kpixl {correct} sends a corrected edition." in said
    assert data_of(*shlex.split(correct), "--yes", "--json")["edition"] == 2
    assert not Path("kpixl-ledger.sqlite").exists()


# ---- Final figures --------------------------------------------------------------------------


def final(visits: float) -> dict[str, Rows]:
    """The book with the figures of May as final ones."""
    sheets = rows(TWO)
    sheets["Settings"].append(["State", "Final", None])
    sheets["Actuals"][1][2] = visits
    return sheets


@pytest.mark.usefixtures("server")
def test_a_final_pack_that_was_sent_closes_its_month_and_can_be_made_again() -> None:
    plan = book(final(115))
    sent = data_of("send", plan, "--yes", "--json")
    closed = sent["closed"]
    assert (closed["month"], closed["number"], closed["edition"]) == ("2026-05", 1, 1)
    history = data_of("history", plan, "--json")
    assert [one["month"] for one in history["closings"]] == ["2026-05"]
    assert kpixl("pack", plan, "--lang", "en", "-o", "again").exit_code == 0
    data = Path("again/2026-05_plan_en.pdf").read_bytes()
    hashes = {one["recipient"]: one["pack_sha256"] for one in history["attempts"]}
    assert hashes["abe@example.com"] == hashlib.sha256(data).hexdigest()
    assert data_of("send", plan, "--yes", "--json")["closed"] is None


@pytest.mark.usefixtures("server")
def test_a_correction_that_closes_its_month_again_can_be_made_again_and_goes_on() -> None:
    data_of("send", book(final(115)), "--yes", "--json")
    plan = book(final(120))
    words = ("send", plan, "--yes", "--json", "--correct", "Returns")
    assert data_of(*words, "--only", TWO[0])["closed"]["number"] == 2
    # The other is sent the same edition later, when the month has been closed with its figures.
    assert data_of(*words)["closed"] is None
    history = data_of("history", plan, "--json")
    hashes = {one["recipient"]: one["pack_sha256"] for one in history["attempts"][2:]}
    kpixl("pack", plan, "--lang", "en", "-o", "again")
    kpixl("pack", plan, "--lang", "ja", "--scope", "GROW", "-o", "again")
    for address, part in zip(TWO, ("en", "GROW_ja"), strict=True):
        made = Path(f"again/2026-05_plan_{part}_e2.pdf").read_bytes()
        assert hashes[address] == hashlib.sha256(made).hexdigest()


@pytest.mark.usefixtures("light", "server")
def test_that_a_month_is_closed_by_sending_it_is_said() -> None:
    assert (
        "2026-05 now counts as closed as final" in kpixl("send", book(final(115)), "--yes").stdout
    )
    again = kpixl("send", book(final(120)), "--yes", "--correct", "Returns")
    assert "2026-05 now counts as closed again" in again.stdout
    closings = data_of("history", "plan.xlsx", "--json")["closings"]
    assert [(one["number"], one["reason"]) for one in closings] == [(1, None), (2, "Returns")]


@pytest.mark.usefixtures("light", "server")
def test_preliminary_packs_dry_runs_and_files_close_nothing() -> None:
    plan = book(final(115))
    kpixl("send", plan, "--dry-run")
    kpixl("send", plan, "--to-files", "mails")
    kpixl("send", book(), "--yes")
    assert data_of("history", "plan.xlsx", "--json")["closings"] == []


@pytest.mark.usefixtures("light", "server")
def test_a_book_that_changed_after_everybody_had_theirs_closes_nothing() -> None:
    kpixl("send", book(), "--yes")
    kpixl("send", book(final(115)), "--yes")
    data = data_of("send", book(final(130)), "--yes", "--json")
    assert data["closed"] is None
    (only,) = data_of("history", "plan.xlsx", "--json")["closings"]
    assert only["edition"] == 2


# ---- Packs and the ledger -------------------------------------------------------------------


def test_a_pack_after_a_correction_restates_and_names_its_edition(
    server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[jobs.PackJob] = []

    def rendered(printing: Any) -> Iterator[tuple[Path, bytes]]:
        seen.append(printing.job)
        yield printing.job.out / "pack.pdf", PACK

    monkeypatch.setattr(jobs, "render", lambda job, part, language: ("pack.pdf", PACK))
    monkeypatch.setattr(jobs, "_rendered", rendered)
    sheets = rows(TWO)
    kpixl("pack", book(sheets))
    kpixl("send", "plan.xlsx", "--yes")
    sheets["Actuals"][1][2] = 150
    kpixl("send", book(sheets), "--yes", "--correct", "Visits counted twice")
    kpixl("pack", "plan.xlsx")
    before, after = seen
    assert before.edition is not None
    assert (before.edition.number, before.published) == (1, ())
    assert after.edition is not None
    assert (after.edition.number, after.edition.reason) == (2, "Visits counted twice")
    old = {(one.goal, str(one.month)): one.actual for one in after.published}
    assert old["VISITS", "2026-05"] == 115
    with open_ledger("kpixl-ledger.sqlite", create=False) as ledger:
        assert [one.number for one in ledger.editions("BOOK-1", "2026-05")] == [1, 2]
