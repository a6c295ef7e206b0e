"""Closed months in the ledger, on both databases."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from kpixl.delivery import ledger_schema
from kpixl.delivery.ledger import Ledger, LedgerProblem, open_ledger
from kpixl.delivery.records import Standing
from kpixl.review.published import Figure
from tests.ledgers import NOW, closing_of, figure, key_of, sent

LATER = NOW + timedelta(days=3)
OCTOBER = figure("A", "2026-10", 1.0)


@pytest.fixture
def ledger(ledger_place):
    """A new ledger, on either database."""
    with open_ledger(ledger_place, create=True) as opened:
        yield opened


def test_a_closing_comes_back_as_it_was_with_every_figure(ledger):
    figures = (
        OCTOBER,
        Figure(
            "A", "to_date", "2026-10", 0.1 + 0.2, 100.0, None, -99.7, -0.997, 0.003, None, "red"
        ),
        Figure("売上", "landing", "2026-10"),
    )
    made = closing_of(*figures, reason="監査", missing="B から未着", edition=2)
    kept = ledger.record_closing(made)
    assert kept == replace(made, figures=())
    assert ledger.closings("B-1") == (kept,)
    assert sorted(ledger.figures_closed(kept), key=repr) == sorted(figures, key=repr)


def test_of_a_month_closed_twice_by_two_the_first_counts(ledger):
    first = ledger.record_closing(closing_of(OCTOBER, closed_by="sato"))
    second = ledger.record_closing(closing_of(figure("A", "2026-10", 9.0), closed_by="tanaka"))
    assert second == first
    assert ledger.figures_closed(second) == (OCTOBER,)


def test_processes_that_close_the_same_at_once_close_it_once(ledger_place):
    open_ledger(ledger_place, create=True).close()

    def close(number: int) -> str:
        with open_ledger(ledger_place, create=True) as own:
            actual = figure("A", "2026-10", float(number))
            return own.record_closing(closing_of(actual, closed_by=str(number))).closed_by

    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(close, range(8)))
    with open_ledger(ledger_place, create=True) as opened:
        (kept,) = opened.closings()
        (shown,) = opened.figures_closed(kept)
    assert told == {kept.closed_by}
    assert shown.actual == float(kept.closed_by)


def test_the_figure_last_closed_counts_over_months_and_numbers(ledger):
    ledger.record_closing(closing_of(figure("A", "2026-09", 1.0), month="2026-09"))
    ledger.record_closing(
        closing_of(figure("A", "2026-09", 2.0), OCTOBER, closed=NOW + timedelta(days=1))
    )
    again = closing_of(figure("A", "2026-10", 5.0), number=2, reason="late", closed=LATER)
    ledger.record_closing(again)
    ledger.record_closing(closing_of(figure("A", "2026-10", 7.0), book_id="B-2", closed=LATER))
    found = ledger.last_closed("B-1", ["A"])
    september, october = found["A", "2026-09", "month"], found["A", "2026-10", "month"]
    assert (september.figure.actual, september.month_closed, september.number) == (
        2.0, "2026-10", 1,
    )  # fmt: skip
    assert (october.figure.actual, october.number, october.closed) == (5.0, 2, LATER)
    before = ledger.last_closed("B-1", ["A"], before=LATER)
    assert before["A", "2026-10", "month"].figure.actual == 1.0
    # September's readers know what September was closed with, not what October's closing says.
    (own,) = ledger.last_closed("B-1", ["A"], until="2026-09").values()
    assert (own.figure.actual, own.month_closed) == (1.0, "2026-09")
    assert ledger.last_closed("B-1", ["Z"]) == {}
    assert ledger.last_closed("B-1", []) == {}


def test_closings_are_told_by_book_and_month(ledger):
    for book, month in (("B-1", "2026-09"), ("B-1", "2026-10"), ("B-2", "2026-10")):
        ledger.record_closing(closing_of(OCTOBER, book_id=book, month=month))
    assert [(one.book_id, one.month) for one in ledger.closings("B-1")] == [
        ("B-1", "2026-09"), ("B-1", "2026-10"),
    ]  # fmt: skip
    assert [one.book_id for one in ledger.closings(month="2026-10")] == ["B-1", "B-2"]
    assert len(ledger.closings()) == 3


def test_a_figure_once_sent_as_final_stays_final_in_a_later_preliminary_pack(ledger):
    september = figure("A", "2026-09", 1.0)
    sent(ledger, key_of(month="2026-09"), september, state="final")
    sent(
        ledger, key_of(), september, figure("A", "2026-10", 3.0),
        state="preliminary", pack_sha256="c" * 64, now=LATER,
    )  # fmt: skip
    found = ledger.last_sent("B-1", ["A"])
    shown = {month: (one.month_sent, one.final) for (_, month, _), one in found.items()}
    assert shown == {"2026-09": ("2026-10", True), "2026-10": ("2026-10", False)}
    # Before the second pack was sent, only the first was known.
    before = ledger.last_sent("B-1", ["A"], before=LATER)
    assert {month for _, month, _ in before} == {"2026-09"}


def test_where_there_is_no_ledger_nothing_is_closed_and_nothing_can_be(ledger_place):
    with open_ledger(ledger_place, create=False) as absent:
        assert absent.closings() == ()
        assert absent.last_closed("B-1", ["A"]) == {}
        with pytest.raises(LedgerProblem, match="ledger-absent"):
            absent.record_closing(closing_of(OCTOBER))


# ---- Ledgers of the version before ----------------------------------------------------------


def old_ledger(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger as version 1 made it, with a pack that was sent."""
    with monkeypatch.context() as then:
        then.setattr(ledger_schema, "STEPS", ledger_schema.STEPS[:1])
        with open_ledger(place, create=True) as old:
            sent(old, key_of(), OCTOBER)


def tables_of(place: str) -> set[str]:
    query = "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'kpixl_%' "
    if "://" in place:
        with psycopg.connect(place) as asked:
            own = "AND table_schema = current_schema()"
            return {str(row[0]) for row in asked.execute((query + own).encode()).fetchall()}
    connection = sqlite3.connect(place)
    try:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    finally:
        connection.close()


def test_a_ledger_of_version_1_learns_to_close_and_keeps_what_it_has(ledger_place, monkeypatch):
    old_ledger(ledger_place, monkeypatch)
    assert "kpixl_closings" not in tables_of(ledger_place)
    with open_ledger(ledger_place, create=False) as brought:
        assert brought.standing(key_of(), now=NOW) is Standing.SENT
        assert brought.closings() == ()
        brought.record_closing(closing_of(OCTOBER))
    assert {"kpixl_closings", "kpixl_closed_figures"} <= tables_of(ledger_place)
    with open_ledger(ledger_place, create=False) as again:
        (kept,) = again.closings()
        assert again.figures_closed(kept) == (OCTOBER,)
        assert again.sent_figures("B-1", "2026-10", 1)


def test_eight_that_bring_one_ledger_forward_do_it_once(ledger_place, monkeypatch):
    old_ledger(ledger_place, monkeypatch)

    def look(_: int) -> int:
        with open_ledger(ledger_place, create=True) as own:
            return len(own.closings())

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(8))) == {0}
    ledger: Ledger
    with open_ledger(ledger_place, create=True) as ledger:
        ledger.record_closing(closing_of(OCTOBER))


# As published: two steps of the schema make these columns, and ledgers that are there keep them.
FIGURE_COLUMNS = [
    ("goal", "TEXT", 1), ("period", "TEXT", 1), ("month", "TEXT", 1), ("actual", "DOUBLE", 0),
    ("plan", "DOUBLE", 0), ("prior", "DOUBLE", 0), ("gap", "DOUBLE", 0), ("gap_pct", "DOUBLE", 0),
    ("attainment", "DOUBLE", 0), ("growth", "DOUBLE", 0), ("status", "TEXT", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "number"), [("kpixl_figures", "build_id"), ("kpixl_closed_figures", "closing_id")]
)
def test_figures_sent_and_closed_are_stored_in_the_same_columns(tmp_path, table, number):
    place = tmp_path / "kpixl-ledger.sqlite"
    open_ledger(str(place), create=True).close()
    with closing(sqlite3.connect(place)) as connection:
        rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    stored = [(name, kind, needed) for _, name, kind, needed, *_ in rows]
    assert stored == [(number, "INTEGER", 1), *FIGURE_COLUMNS]
    assert [row[1] for row in rows if row[-1]] == [number, "goal", "period", "month"]
