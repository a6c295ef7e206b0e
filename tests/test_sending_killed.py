"""Killed in the middle, sent by several at once: nobody is ever mailed twice (SPEC 12)."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from kpixl.delivery.ledger import open_ledger
from kpixl.delivery.records import Standing
from tests.mail_book import PEOPLE, configure, rows, write
from tests.postgres import Postgres
from tests.sending_process import send, steps
from tests.smtp_server import Sink, mail_server

ROUNDS = int(os.environ.get("KPIXL_ROUNDS", "15"))
"""How many sendings are killed; more of them when somebody wants to be surer."""


PATIENCE = 300
"""Seconds for one sending on a machine that has much else to do."""


class Holding(Sink):
    """What a mail server has accepted, by address."""

    def counted(self) -> Counter[str]:
        """Once nobody is connected any more: what a killed process has handed over may be on its
        way for a moment longer than the process itself."""
        return Counter(address for envelope in self.quiet() for address in envelope.rcpt_tos)


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sending_process"])
    return context


@pytest.fixture
def server() -> Iterator[tuple[Holding, int]]:
    holding = Holding()
    with mail_server(holding) as serving:
        yield holding, serving.port


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Where a new ledger can be made, each time another; the same tests for both databases."""
    if request.param == "sqlite":
        numbers = itertools.count()
        return lambda: str(tmp_path / f"ledger{next(numbers)}.sqlite")
    server: Postgres = request.getfixturevalue("postgres")
    return lambda: server.url(server.new_schema())


def unknown(ledger: str, book_id: str = "BOOK-1") -> set[str]:
    """The people of whom the ledger does not know whether they have their mail."""
    with open_ledger(ledger, create=False) as opened:
        attempts = opened.attempts(book_id, now=datetime.now(UTC))
        return {
            one.claim.key.recipient
            for one in attempts
            if one.latest and one.standing is Standing.UNKNOWN
        }


def in_process(context: ForkServerContext, *arguments: Any) -> int:
    """A sending in a process of its own; how the process ended."""
    process = context.Process(target=send, args=arguments)
    process.start()
    process.join(PATIENCE)
    assert process.exitcode is not None, "it has not come to its end"
    return process.exitcode


def test_killed_at_any_point_nobody_is_mailed_twice_or_forgotten(
    tmp_path: Path,
    server: tuple[Holding, int],
    processes: ForkServerContext,
    fresh: Callable[[], str],
) -> None:
    holding, port = server
    book = write(tmp_path / "plan.xlsx", rows())
    configure(tmp_path, port)
    with ProcessPoolExecutor(1, mp_context=processes) as pool:
        whole = pool.submit(steps, book, fresh()).result()
    assert holding.counted() == Counter(PEOPLE)
    points = random.Random(5)
    killed, left_unknown = 0, 0
    for _ in range(ROUNDS):
        holding.held.clear()
        ledger = fresh()
        die_at = points.randint(1, whole)
        killed += in_process(processes, book, ledger, die_at) == -signal.SIGKILL
        before = holding.counted()
        assert in_process(processes, book, ledger) == 0
        held = holding.counted()
        missing = set(PEOPLE) - set(held)
        doubtful = unknown(ledger)
        assert max(held.values()) == 1, (die_at, held)
        assert missing <= doubtful, (die_at, missing, doubtful)
        # One process at a time sends one mail at a time: no more than one is in doubt.
        assert len(doubtful) <= 1, (die_at, doubtful)
        assert set(before) <= set(held)
        left_unknown += bool(doubtful)
    assert killed == ROUNDS
    # Some of so many points lie between the claim and its outcome.
    assert left_unknown > 0


def test_what_is_unknown_is_sent_again_only_when_told_to(
    tmp_path: Path,
    server: tuple[Holding, int],
    processes: ForkServerContext,
    fresh: Callable[[], str],
) -> None:
    holding, port = server
    book = write(tmp_path / "plan.xlsx", rows(PEOPLE[:1]))
    configure(tmp_path, port)
    ledger = fresh()
    with ProcessPoolExecutor(1, mp_context=processes) as pool:
        whole = pool.submit(steps, book, fresh()).result()
    holding.held.clear()
    step = whole
    while not unknown(ledger):
        # From the end backwards: the outcome is what is written last.
        step -= whole // 40
        assert step > 0
        ledger = fresh()
        holding.held.clear()
        in_process(processes, book, ledger, step)
    held = holding.counted()
    with ProcessPoolExecutor(1, mp_context=processes) as pool:
        again = pool.submit(send, book, ledger).result()
        assert again == {PEOPLE[0]: "unknown"}
        assert holding.counted() == held
        told = pool.submit(send, book, ledger, resend_unknown=True).result()
        assert told == {PEOPLE[0]: "sent"}
        assert holding.counted() == held + Counter(PEOPLE[:1])
        assert pool.submit(send, book, ledger, resend_unknown=True).result() == {
            PEOPLE[0]: "already"
        }


def test_several_processes_at_once_send_each_mail_once(
    tmp_path: Path,
    server: tuple[Holding, int],
    processes: ForkServerContext,
    fresh: Callable[[], str],
) -> None:
    holding, port = server
    book = write(tmp_path / "plan.xlsx", rows())
    configure(tmp_path, port)
    ledger = fresh()
    with ProcessPoolExecutor(4, mp_context=processes) as pool:
        runs = [pool.submit(send, book, ledger) for _ in range(4)]
        endings = [run.result(PATIENCE) for run in runs]
    assert holding.counted() == Counter(PEOPLE)
    sent = Counter(
        address for run in endings for address, ending in run.items() if ending == "sent"
    )
    assert sent == Counter(PEOPLE)
    others = {ending for run in endings for ending in run.values()} - {"sent"}
    assert others <= {"already", "elsewhere"}
