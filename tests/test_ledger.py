"""The ledger: what it keeps, what it tells, and that nothing in it ever changes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from kpixl.delivery import ledger_schema
from kpixl.delivery.ledger import NOT_SENT, Ledger, LedgerProblem, open_ledger
from kpixl.delivery.records import Attempt, Claim, EditionRecord, Outcome, Standing
from kpixl.review.published import Figure
from tests.ledgers import (
    ELSEWHERE,
    LONG_AGO,
    NOW,
    build_of,
    claimed,
    closing_of,
    figure,
    key_of,
    sent,
)
from tests.postgres import Postgres

TABLES = (
    "attempts", "builds", "closed_figures", "closings", "editions", "figures", "outcomes", "schema",
)  # fmt: skip
KEY = key_of()


@pytest.fixture
def ledger(ledger_place):
    """A new ledger, on either database."""
    with open_ledger(ledger_place, create=True) as opened:
        yield opened


def settled(ledger: Ledger, outcome: Outcome) -> Claim:
    claim = claimed(ledger, KEY)
    ledger.settle(claim, outcome, "said", now=NOW)
    return claim


# ---- Claims and how they end ----------------------------------------------------------------


def test_a_delivery_goes_from_due_by_sending_to_sent_and_never_again(ledger):
    assert ledger.standing(KEY, now=NOW) is Standing.DUE
    claim = claimed(ledger, KEY)
    assert (claim.key, claim.attempt, claim.message_id) == (KEY, 1, "<sato@example.com>")
    assert ledger.standing(KEY, now=NOW) is Standing.SENDING
    ledger.settle(claim, Outcome.SENT, "250 OK", now=NOW)
    assert ledger.standing(KEY, now=NOW) is Standing.SENT
    build_id = ledger.record_build(build_of(KEY), now=NOW)
    assert ledger.claim(KEY, build_id, "<m>", "", now=NOW, owner=ELSEWHERE) is None


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED])
def test_what_delivered_nothing_may_be_tried_again(ledger, outcome):
    settled(ledger, outcome)
    assert ledger.standing(KEY, now=NOW) is Standing.DUE
    assert claimed(ledger, KEY).attempt == 2


def test_an_unknown_end_is_not_tried_again(ledger):
    settled(ledger, Outcome.UNKNOWN)
    assert ledger.standing(KEY, now=NOW) is Standing.UNKNOWN
    build_id = ledger.record_build(build_of(KEY), now=NOW)
    assert ledger.claim(KEY, build_id, "<m>", "", now=NOW, owner=ELSEWHERE) is None


def test_every_part_of_the_key_makes_another_delivery(ledger):
    sent(ledger, KEY)
    others = [
        key_of("suzuki@example.com"), key_of(book_id="B-2"), key_of(month="2026-11"),
        key_of(scope="dept:Sales"), key_of(language="ja"), key_of(edition=2),
    ]  # fmt: skip
    assert [claimed(ledger, other).attempt for other in others] == [1] * 6


def test_the_first_outcome_of_a_process_stays(ledger):
    claim = settled(ledger, Outcome.SENT)
    ledger.settle(claim, Outcome.FAILED, "too late", now=NOW)
    (kept,) = ledger.attempts(now=NOW)
    assert (kept.outcome, kept.detail) == (Outcome.SENT, "said")


def test_a_silent_owner_elsewhere_leaves_it_unknown_after_fifteen_minutes(ledger):
    claimed(ledger, KEY)
    almost, enough = timedelta(minutes=14, seconds=59), timedelta(minutes=15)
    assert ledger.standing(KEY, now=NOW + almost) is Standing.SENDING
    assert ledger.standing(KEY, now=NOW + enough) is Standing.UNKNOWN


@pytest.mark.parametrize("end", [Outcome.UNKNOWN, None])
@pytest.mark.parametrize(
    ("word", "standing"), [(Outcome.SENT, Standing.SENT), (NOT_SENT, Standing.DUE)]
)
def test_a_person_may_say_what_nobody_knew(ledger, end, word, standing):
    claim = claimed(ledger, KEY, now=LONG_AGO)
    if end is not None:
        ledger.settle(claim, end, "lost", now=LONG_AGO)
    ledger.settle(claim, word, "", now=NOW, by="tanaka@pc-1")
    assert ledger.standing(KEY, now=NOW) is standing
    (kept,) = ledger.attempts(now=NOW)
    assert (kept.outcome, kept.settled_by, kept.ended) == (word, "tanaka@pc-1", NOW)


def test_a_person_may_correct_a_persons_word_until_it_was_tried_again(ledger):
    claim = settled(ledger, Outcome.UNKNOWN)
    ledger.settle(claim, Outcome.SENT, "", now=NOW, by="tanaka")
    ledger.settle(claim, NOT_SENT, "", now=NOW, by="tanaka")
    assert ledger.standing(KEY, now=NOW) is Standing.DUE
    claimed(ledger, KEY)
    with pytest.raises(LedgerProblem, match="attempt-settled"):
        ledger.settle(claim, Outcome.SENT, "", now=NOW, by="tanaka")


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.FAILED, Outcome.REFUSED])
def test_a_person_has_no_say_against_what_is_known(ledger, outcome):
    claim = settled(ledger, outcome)
    with pytest.raises(LedgerProblem, match="attempt-settled"):
        ledger.settle(claim, NOT_SENT, "", now=NOW, by="tanaka")


def test_a_person_has_no_say_while_it_is_being_sent(ledger):
    claim = claimed(ledger, KEY)
    with pytest.raises(LedgerProblem, match="attempt-sending"):
        ledger.settle(claim, NOT_SENT, "", now=NOW, by="tanaka")


def test_what_the_process_saw_counts_even_after_a_persons_word(ledger):
    # It was silent for an hour, not dead.
    claim = claimed(ledger, KEY, now=LONG_AGO)
    ledger.settle(claim, NOT_SENT, "", now=NOW, by="tanaka")
    ledger.settle(claim, Outcome.SENT, "250 OK", now=NOW)
    assert ledger.standing(KEY, now=NOW) is Standing.SENT


def test_that_the_process_does_not_know_says_nothing_against_a_person(ledger):
    claim = claimed(ledger, KEY, now=LONG_AGO)
    ledger.settle(claim, Outcome.SENT, "", now=NOW, by="tanaka")
    ledger.settle(claim, Outcome.UNKNOWN, "lost", now=NOW)
    assert ledger.standing(KEY, now=NOW) is Standing.SENT


# ---- Builds, editions, history --------------------------------------------------------------


def test_the_same_pack_is_recorded_once_and_another_one_beside_it(ledger):
    first = ledger.record_build(build_of(KEY, figure("A", "2026-10", 1.0)), now=NOW)
    assert ledger.record_build(build_of(KEY, figure("A", "2026-10", 1.0)), now=NOW) == first
    assert ledger.record_build(build_of(KEY, pack_sha256="c" * 64), now=NOW) != first
    assert ledger.record_build(build_of(key_of(edition=2)), now=NOW) != first


def test_a_build_is_kept_with_all_its_figures_or_not_at_all(ledger):
    twice = figure("A", "2026-10", 1.0)
    with pytest.raises(LedgerProblem):
        ledger.record_build(build_of(KEY, twice, twice), now=NOW)
    first = ledger.record_build(build_of(KEY, twice), now=NOW)
    claim = ledger.claim(KEY, first, "<m>", "", now=NOW, owner=ELSEWHERE)
    ledger.settle(claim, Outcome.SENT, "", now=NOW)
    assert len(ledger.sent_figures("B-1", "2026-10", 1)) == 1


def test_a_claim_needs_a_build_that_is_there(ledger):
    with pytest.raises(LedgerProblem, match="ledger-fault"):
        ledger.claim(KEY, 99, "<m>", "", now=NOW, owner=ELSEWHERE)


def test_of_an_edition_opened_twice_the_first_counts(ledger):
    first = ledger.open_edition("B-1", "2026-10", 1, "", "preliminary", NOW)
    assert first == EditionRecord("B-1", "2026-10", 1, "", "preliminary", NOW)
    second = ledger.open_edition("B-1", "2026-10", 2, "売上の訂正", "final", NOW)
    later = NOW + timedelta(days=1)
    assert ledger.open_edition("B-1", "2026-10", 2, "other", "preliminary", later) == second
    ledger.open_edition("B-2", "2026-10", 1, "", "final", NOW)
    assert ledger.editions("B-1", "2026-10") == (first, second)
    assert ledger.editions("B-1", "2026-11") == ()


def test_the_history_tells_every_attempt_the_newest_last(ledger):
    failed = settled(ledger, Outcome.FAILED)
    again = sent(ledger, KEY, now=NOW + timedelta(minutes=5))
    other = claimed(ledger, key_of(book_id="B-2", month="2026-11"))
    first, second, third = ledger.attempts(now=NOW)
    assert first == Attempt(
        claim=failed, recipient_name="Sato", build=build_of(KEY), started=NOW,
        started_by="another-machine:4711", standing=Standing.DUE, outcome=Outcome.FAILED,
        ended=NOW, detail="said", latest=False,
    )  # fmt: skip
    assert (second.claim, second.standing, second.latest) == (again, Standing.SENT, True)
    assert (third.claim, third.outcome, third.ended) == (other, None, None)
    assert [one.claim for one in ledger.attempts("B-1", now=NOW)] == [failed, again]
    assert [one.claim for one in ledger.attempts(month="2026-11", now=NOW)] == [other]
    assert [one.claim for one in ledger.attempts(number=again.id, now=NOW)] == [again]


# ---- What people have received --------------------------------------------------------------


def test_the_figure_last_sent_counts_over_all_scopes_languages_and_packs(ledger):
    days = [NOW + timedelta(days=n) for n in range(4)]
    september = figure("A", "2026-09", 90.0)
    sent(ledger, key_of(month="2026-09"), september, figure("B", "2026-09", 1.0), now=days[0])
    sent(ledger, key_of(scope="dept:Sales"), figure("A", "2026-09", 91.0), now=days[1])
    sent(ledger, key_of(language="ja", edition=2), figure("A", "2026-10", 95.0), now=days[2])
    sent(ledger, key_of(book_id="B-2"), figure("A", "2026-09", 0.0), now=days[3])
    found = ledger.last_sent("B-1", ["A", "B", "NONE"])
    assert {
        key: (one.figure.actual, one.month_sent, one.edition, one.sent)
        for key, one in found.items()
    } == {
        ("A", "2026-09", "month"): (91.0, "2026-10", 1, days[1]),
        ("A", "2026-10", "month"): (95.0, "2026-10", 2, days[2]),
        ("B", "2026-09", "month"): (1.0, "2026-09", 1, days[0]),
    }
    assert set(ledger.last_sent("B-1", ["B"])) == {("B", "2026-09", "month")}
    assert ledger.last_sent("B-1", []) == {}


def test_what_was_not_certainly_sent_was_not_received(ledger):
    for place, outcome in enumerate([Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN, None]):
        claim = claimed(ledger, key_of(f"{place}@example.com"), figure("A", "2026-10", 1.0))
        if outcome is not None:
            ledger.settle(claim, outcome, "", now=NOW)
    assert ledger.last_sent("B-1", ["A"]) == {}


def test_what_a_person_says_was_sent_was_sent_when_it_was_tried(ledger):
    claim = claimed(ledger, KEY, figure("A", "2026-10", 1.0), now=LONG_AGO)
    ledger.settle(claim, Outcome.SENT, "", now=NOW, by="tanaka")
    (found,) = ledger.last_sent("B-1", ["A"]).values()
    assert found.sent == LONG_AGO


def test_one_editions_figures_are_told_apart_from_the_others(ledger):
    sent(ledger, KEY, figure("A", "2026-10", 1.0))
    corrected = key_of(edition=2)
    sent(ledger, corrected, figure("A", "2026-10", 2.0), now=NOW + timedelta(days=1))
    # Within the second edition the book changed once more.
    third = key_of("late@example.com", edition=2)
    late = NOW + timedelta(days=2)
    sent(ledger, third, figure("A", "2026-10", 3.0), now=late, pack_sha256="c" * 64)
    for edition, actual in ((1, 1.0), (2, 3.0), (3, None)):
        found = ledger.sent_figures("B-1", "2026-10", edition).get(("A", "2026-10", "month"))
        assert (found.figure.actual if found else None) == actual


NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@given(values=st.lists(NUMBERS, min_size=7, max_size=7))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_figures_come_back_to_the_last_bit_and_none_stays_none(ledger, values):
    month = f"{len(ledger.attempts(now=NOW)):04d}"
    one = Figure("指標A", "month", month, *values)
    sent(ledger, key_of(month=month), one)
    (found,) = ledger.sent_figures("B-1", month, 1).values()
    assert found.figure == one
    assert [type(value) for value in vars(found.figure).values()] == [
        type(value) for value in vars(one).values()
    ]


def test_texts_and_times_come_back_as_they_were(ledger):
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    scope, name = "dept:営業部 '; DROP TABLE", "佐藤 “花子” 𠮷"
    key = key_of(scope=scope)
    build_id = ledger.record_build(build_of(key, workbook="計画.xlsx"), now=tokyo)
    claim = ledger.claim(key, build_id, "<m>", name, now=tokyo, owner=ELSEWHERE)
    ledger.settle(claim, Outcome.SENT, "250 了解\r\n", now=tokyo)
    (kept,) = ledger.attempts(now=NOW)
    assert (kept.claim.key, kept.recipient_name, kept.detail) == (key, name, "250 了解\r\n")
    assert (kept.started, kept.ended, kept.build.workbook) == (NOW, NOW, "計画.xlsx")
    assert kept.started.utcoffset() == timedelta(0)


def test_an_outcome_is_not_lost_over_signs_that_no_database_takes(ledger):
    claim = claimed(ledger, KEY)
    ledger.settle(claim, Outcome.SENT, "250 \0 \ud800", now=NOW)
    assert ledger.standing(KEY, now=NOW) is Standing.SENT


# ---- Append-only, told to the databases in plain SQL ----------------------------------------


def filled(ledger: Ledger) -> None:
    ledger.open_edition("B-1", "2026-10", 1, "", "final", NOW)
    sent(ledger, KEY, figure("A", "2026-10", 1.0))
    ledger.record_closing(closing_of(figure("A", "2026-10", 1.0)))


def refused(place: str, statement: str, postgres: Postgres | None) -> str:
    """What a database says to a statement that it does not carry out."""
    if postgres is None:
        connection = sqlite3.connect(place)
        try:
            with pytest.raises(sqlite3.IntegrityError) as told:
                connection.execute(statement)
            return str(told.value)
        finally:
            connection.close()
    schema = place.partition("search_path%3D")[2]
    with pytest.raises(psycopg.Error) as refusal:
        postgres.execute(f"SET search_path TO {schema}", statement)
    return str(refusal.value)


@pytest.fixture
def server(request, ledger_place):
    """The server where the ledger is on one."""
    return request.getfixturevalue("postgres") if "://" in ledger_place else None


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_changed_or_taken_away(ledger, ledger_place, server, table):
    filled(ledger)
    columns = {
        "schema": "applied", "figures": "goal", "closed_figures": "goal", "editions": "reason",
    }  # fmt: skip
    column = columns.get(table, "id")
    before = ledger.attempts(now=NOW), ledger.sent_figures("B-1", "2026-10", 1)
    for statement in (
        f"UPDATE kpixl_{table} SET {column} = {column}",
        f"DELETE FROM kpixl_{table}",
    ):
        assert "append-only" in refused(ledger_place, statement, server)
    if server is not None:
        told = refused(ledger_place, f"TRUNCATE kpixl_{table} CASCADE", server)
        assert "append-only" in told
    assert (ledger.attempts(now=NOW), ledger.sent_figures("B-1", "2026-10", 1)) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_replaced(tmp_path, table):
    # SQLite only: its REPLACE deletes without asking the triggers of DELETE.
    place = str(tmp_path / "ledger.sqlite")
    with open_ledger(place, create=True) as ledger:
        filled(ledger)
    statement = f"INSERT OR REPLACE INTO kpixl_{table} SELECT * FROM kpixl_{table}"
    assert "append-only" in refused(place, statement, None)


def test_the_second_number_of_an_attempt_cannot_replace_the_first(tmp_path):
    place = str(tmp_path / "ledger.sqlite")
    with open_ledger(place, create=True) as ledger:
        filled(ledger)
    columns = "build_id, book_id, month, scope, language, edition, recipient, attempt"
    rest = "recipient_name, message_id, started, host, pid, process_started"
    statement = (
        f"INSERT OR REPLACE INTO kpixl_attempts ({columns}, {rest}) "
        f"SELECT {columns}, {rest} FROM kpixl_attempts"
    )
    assert "append-only" in refused(place, statement, None)


def test_a_commit_reaches_the_disk_before_a_claim_is_returned(ledger, ledger_place, server):
    if server is None:
        with ledger._database.reading() as connection:
            asked = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("synchronous", "journal_mode")
            ]
        assert asked == [3, "delete"]  # EXTRA, and no memory shared between processes
        return
    server.execute("ALTER ROLE kpixl_test SET synchronous_commit TO off")
    try:
        with open_ledger(ledger_place, create=False) as careless:
            setting = "SHOW synchronous_commit"
            with careless._database.reading() as connection:
                assert connection.exec_driver_sql(setting).scalar() == "off"
            with careless._database.writing("this") as connection:
                assert connection.exec_driver_sql(setting).scalar() == "on"
    finally:
        server.execute("ALTER ROLE kpixl_test RESET synchronous_commit")


# ---- Versions -------------------------------------------------------------------------------


def add_a_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE kpixl_editions ADD COLUMN approved TEXT")


def versions(place: str, server: Postgres | None) -> list[tuple[int]]:
    if server is None:
        connection = sqlite3.connect(place)
        try:
            return connection.execute("SELECT version FROM kpixl_schema").fetchall()
        finally:
            connection.close()
    with psycopg.connect(place) as asked:
        return asked.execute("SELECT version FROM kpixl_schema ORDER BY version").fetchall()


def test_an_older_ledger_is_brought_forward_and_keeps_what_is_in_it(
    ledger, ledger_place, server, monkeypatch
):
    filled(ledger)
    assert versions(ledger_place, server) == [(1,), (2,)]
    monkeypatch.setattr(ledger_schema, "STEPS", (*ledger_schema.STEPS, add_a_column))
    with open_ledger(ledger_place, create=False) as newer:
        assert newer.standing(KEY, now=NOW) is Standing.SENT
    assert versions(ledger_place, server) == [(1,), (2,), (3,)]


def test_a_ledger_of_a_newer_kpixl_is_left_alone(ledger_place, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr(ledger_schema, "STEPS", (*ledger_schema.STEPS, add_a_column))
        open_ledger(ledger_place, create=True).close()
    with pytest.raises(LedgerProblem, match="ledger-newer") as told:
        open_ledger(ledger_place, create=True)
    assert (told.value.details["version"], told.value.details["known"]) == (3, 2)


def test_a_step_that_fails_leaves_the_ledger_as_it_was(ledger, ledger_place, server, monkeypatch):
    def fails(connection):
        add_a_column(connection)
        connection.exec_driver_sql("no such statement")

    monkeypatch.setattr(ledger_schema, "STEPS", (*ledger_schema.STEPS, fails))
    with pytest.raises(LedgerProblem, match="ledger-fault"):
        open_ledger(ledger_place, create=True)
    assert versions(ledger_place, server) == [(1,), (2,)]
    monkeypatch.setattr(ledger_schema, "STEPS", (*ledger_schema.STEPS[:2], add_a_column))
    open_ledger(ledger_place, create=True).close()
    assert versions(ledger_place, server) == [(1,), (2,), (3,)]


# ---- Without a ledger -----------------------------------------------------------------------


def test_where_there_is_none_nothing_is_made_and_nothing_is_known(ledger_place, server):
    with open_ledger(ledger_place, create=False) as none:
        assert none.absent
        assert none.attempts(now=NOW) == ()
        assert none.last_sent("B-1", ["A"]) == {}
        assert none.editions("B-1", "2026-10") == ()
        assert none.standing(KEY, now=NOW) is Standing.DUE
        with pytest.raises(LedgerProblem, match="ledger-absent"):
            none.record_build(build_of(KEY), now=NOW)
    if server is None:
        assert not Path(ledger_place).exists()
        assert list(Path(ledger_place).parent.iterdir()) == []
    with open_ledger(ledger_place, create=True) as made:
        assert not made.absent
        assert made.attempts(now=NOW) == ()


def test_a_file_with_signs_that_a_url_knows_otherwise_is_that_file(tmp_path):
    place = tmp_path / "a folder?&#%41" / "台帳.sqlite"
    place.parent.mkdir()
    with open_ledger(str(place), create=True) as ledger:
        sent(ledger, KEY)
        assert ledger.place == str(place)
    assert [path.name for path in place.parent.iterdir()] == ["台帳.sqlite"]
    with open_ledger(str(place), create=False) as again:
        assert again.standing(KEY, now=NOW) is Standing.SENT


def test_the_command_line_starts_without_the_database_library():
    loaded = "'sqlalchemy' in sys.modules, 'psycopg' in sys.modules"
    code = f"import sys, kpixl.cli.application; print({loaded})"
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "False"]
