"""Killed in the middle, sent by several at once: nobody is ever mailed twice (SPEC 12)."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from kpixl.delivery.ledger import open_ledger
from kpixl.delivery.records import Standing
from tests.mail_book import PEOPLE, configure, rows, write
from tests.postgres import Postgres
from tests.sending_process import send, steps

ROUNDS = int(os.environ.get("KPIXL_ROUNDS", "15"))
"""How many sendings are killed; more of them when somebody wants to be surer."""


class Holding:
    """A mail server's handler that keeps what it has accepted, by address."""

    def __init__(self) -> None:
        self.held: Counter[str] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.held.update(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sending_process"])
    return context


@pytest.fixture
def server() -> Iterator[tuple[Holding, int]]:
    holding = Holding()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(holding, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield holding, port
    finally:
        controller.stop()


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


def in_process(context: ForkServerContext, *arguments: Any) -> int | None:
    """A sending in a process of its own; how the process ended."""
    process = context.Process(target=send, args=arguments)
    process.start()
    process.join(60)
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
    assert holding.held == Counter(PEOPLE)
    points = random.Random(5)
    killed, left_unknown = 0, 0
    for _ in range(ROUNDS):
        holding.held.clear()
        ledger = fresh()
        die_at = points.randint(1, whole)
        killed += in_process(processes, book, ledger, die_at) == -signal.SIGKILL
        before = Counter(holding.held)
        assert in_process(processes, book, ledger) == 0
        missing = set(PEOPLE) - set(holding.held)
        doubtful = unknown(ledger)
        assert max(holding.held.values()) == 1, (die_at, holding.held)
        assert missing <= doubtful, (die_at, missing, doubtful)
        # One process at a time sends one mail at a time: no more than one is in doubt.
        assert len(doubtful) <= 1, (die_at, doubtful)
        assert set(before) <= set(holding.held)
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
    held = Counter(holding.held)
    with ProcessPoolExecutor(1, mp_context=processes) as pool:
        again = pool.submit(send, book, ledger).result()
        assert again == {PEOPLE[0]: "unknown"}
        assert holding.held == held
        told = pool.submit(send, book, ledger, resend_unknown=True).result()
        assert told == {PEOPLE[0]: "sent"}
        assert holding.held == held + Counter(PEOPLE[:1])
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
        endings = [run.result(60) for run in runs]
    assert holding.held == Counter(PEOPLE)
    sent = Counter(
        address for run in endings for address, ending in run.items() if ending == "sent"
    )
    assert sent == Counter(PEOPLE)
    others = {ending for run in endings for ending in run.values()} - {"sent"}
    assert others <= {"already", "elsewhere"}
