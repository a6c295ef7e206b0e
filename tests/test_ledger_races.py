"""The ledger among processes that race, die, and come back: nothing is ever sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.delivery.ledger import NOT_SENT, Ledger, LedgerProblem, open_ledger
from kpixl.delivery.records import Claim, DeliveryKey, Outcome, Standing
from tests.ledgers import ELSEWHERE, LONG_AGO, NOW, build_of, key_of

ROOT = Path(__file__).resolve().parents[1]
PROCESSES, KEYS, FAILING, TRIES = 8, 40, 30, 2


@contextmanager
def worker(**data: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that has the ledger open and waits to begin."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger_worker", json.dumps(data)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def prepared(place: str) -> int:
    with open_ledger(place, create=True) as ledger:
        return ledger.record_build(build_of(key_of()), now=NOW)


def test_of_racing_processes_each_attempt_is_made_by_one(ledger_place):
    data = {
        "place": ledger_place, "build_id": prepared(ledger_place),
        "keys": KEYS, "failing": FAILING, "tries": TRIES,
    }  # fmt: skip
    claims: list[tuple[int, int]] = []
    with ExitStack() as stack:
        running = [stack.enter_context(worker(**data, seed=n)) for n in range(PROCESSES)]
        assert [line(one) for one in running] == ["ready"] * PROCESSES
        for one in running:
            begin(one)
        for one in running:
            while (said := line(one)) != "done":
                claims.append((int(said.split()[0]), int(said.split()[1])))
    assert max(Counter(claims).values()) == 1
    tried: dict[int, list[int]] = defaultdict(list)
    for number, attempt in claims:
        tried[number].append(attempt)
    # What is neither failed nor settled is claimed once; what failed, again and again, in order.
    assert [tried[number] for number in range(FAILING)] == [[1]] * FAILING
    for number in range(FAILING, KEYS):
        assert sorted(tried[number]) == list(range(1, len(tried[number]) + 1))
    with open_ledger(ledger_place, create=False) as ledger:
        kept = ledger.attempts(now=datetime.now(UTC))
    assert sorted(claims) == sorted(
        (int(one.claim.key.recipient.split("@")[0]), one.claim.attempt) for one in kept
    )


def test_what_a_killed_process_had_claimed_is_unknown_and_not_tried_again(ledger_place):
    build_id = prepared(ledger_place)
    data = {"place": ledger_place, "build_id": build_id, "keys": 400, "failing": 400, "tries": 1}
    with worker(**data, seed=1) as process, open_ledger(ledger_place, create=False) as ledger:
        assert line(process) == "ready"
        begin(process)
        said = [line(process) for _ in range(5)]
        keys = [key_of(f"{one.split()[0]}@example.com") for one in said]
        now = datetime.now(UTC)
        assert {ledger.standing(key, now=now) for key in keys} == {Standing.SENDING}
        process.send_signal(signal.SIGKILL)
        # Dead, though nobody has asked how it ended: such a process still has its number.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert {ledger.standing(key, now=now) for key in keys} == {Standing.UNKNOWN}
        rest, _ = process.communicate()
        # Everything that it was told to have claimed is kept, down to the last.
        told = [int(one.split()[0]) for one in (*said, *rest.splitlines()) if one != "done"]
        kept = ledger.attempts(now=now)
        assert set(told) <= {int(one.claim.key.recipient.split("@")[0]) for one in kept}
        assert len(kept) - len(told) in (0, 1)  # the last one may not have been told any more
        for key in keys:
            again = ledger.claim(key, build_id, "<m>", "", now=now, owner=ELSEWHERE)
            assert again is None


def test_the_constraint_holds_even_where_what_was_seen_is_stale(ledger_place, monkeypatch):
    build_id = prepared(ledger_place)
    with open_ledger(ledger_place, create=False) as ledger:
        assert ledger.claim(key_of(), build_id, "<m>", "", now=NOW, owner=ELSEWHERE)
        monkeypatch.setattr("kpixl.delivery.ledger._latest", lambda connection, key: None)
        assert ledger.claim(key_of(), build_id, "<m>", "", now=NOW, owner=ELSEWHERE) is None
        assert len(ledger.attempts(now=NOW)) == 1


# ---- Against a model ------------------------------------------------------------------------


@dataclass
class ModelAttempt:
    """What is known of an attempt: whether its owner is at work, what that said, what people
    said."""

    claim: Claim
    at_work: bool
    own: Outcome | None = None
    said: list[Outcome] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome | None:
        if self.own not in (None, Outcome.UNKNOWN):
            return self.own
        return self.said[-1] if self.said else self.own

    @property
    def standing(self) -> Standing:
        if self.outcome is None:
            return Standing.SENDING if self.at_work else Standing.UNKNOWN
        return {
            Outcome.SENT: Standing.SENT,
            Outcome.FAILED: Standing.DUE,
            Outcome.REFUSED: Standing.DUE,
            Outcome.UNKNOWN: Standing.UNKNOWN,
        }[self.outcome]


DELIVERIES = [key_of(recipient) for recipient in ("a@example.com", "b@example.com")]
KEYS_DRAWN = st.integers(0, len(DELIVERIES) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), KEYS_DRAWN, st.booleans()),
        st.tuples(st.just("settle"), st.integers(0, 5), st.sampled_from(Outcome)),
        st.tuples(st.just("person"), st.integers(0, 5), st.sampled_from([Outcome.SENT, NOT_SENT])),
    ),
    max_size=14,
)


class Rig:
    """A ledger and its model side by side; each example has a book of its own in it."""

    def __init__(self, ledger: Ledger, build_id: int, book: str) -> None:
        self.ledger, self.build_id = ledger, build_id
        self.keys = [key_of(one.recipient, book_id=book) for one in DELIVERIES]
        self.model: dict[DeliveryKey, list[ModelAttempt]] = {key: [] for key in self.keys}

    def claim(self, place: int, at_work: bool) -> None:
        key = self.keys[place]
        before = self.model[key]
        allowed = not before or before[-1].standing is Standing.DUE
        started = NOW if at_work else LONG_AGO
        claim = self.ledger.claim(key, self.build_id, "<m>", "", now=started, owner=ELSEWHERE)
        assert (claim is not None) == allowed
        if claim is not None:
            assert claim.attempt == len(before) + 1
            before.append(ModelAttempt(claim, at_work))

    def attempt(self, place: int) -> ModelAttempt | None:
        every = [one for attempts in self.model.values() for one in attempts]
        return every[place % len(every)] if every else None

    def settle(self, place: int, outcome: Outcome) -> None:
        one = self.attempt(place)
        if one is None:
            return
        self.ledger.settle(one.claim, outcome, "said", now=NOW)
        if one.own is None:
            one.own = outcome

    def person(self, place: int, outcome: Outcome) -> None:
        one = self.attempt(place)
        if one is None:
            return
        latest = self.model[one.claim.key][-1] is one
        by_people = bool(one.said) and one.own in (None, Outcome.UNKNOWN)
        allowed = one.standing is Standing.UNKNOWN or (by_people and latest)
        if allowed:
            self.ledger.settle(one.claim, outcome, "", now=NOW, by="controller")
            one.said.append(outcome)
            return
        expected = "sending" if one.standing is Standing.SENDING else "settled"
        with pytest.raises(LedgerProblem, match=f"attempt-{expected}"):
            self.ledger.settle(one.claim, outcome, "", now=NOW, by="controller")

    def compare(self) -> None:
        for key, attempts in self.model.items():
            expected = attempts[-1].standing if attempts else Standing.DUE
            assert self.ledger.standing(key, now=NOW) is expected
        kept = {one.claim: one for one in self.ledger.attempts(self.keys[0].book_id, now=NOW)}
        model = {one.claim: one for attempts in self.model.values() for one in attempts}
        assert {claim: (one.outcome, one.standing) for claim, one in kept.items()} == {
            claim: (one.outcome, one.standing) for claim, one in model.items()
        }
        # What may have arrived is tried again only on a person's word that it did not.
        for attempts in self.model.values():
            assert all(one.said for one in attempts[:-1] if one.standing is not Standing.DUE)


@given(steps=STEPS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_done_in_whatever_order_the_ledger_agrees_with_a_plain_model(
    ledger_place, steps
):
    with open_ledger(ledger_place, create=True) as ledger:
        build_id = ledger.record_build(build_of(key_of()), now=NOW)
        rig = Rig(ledger, build_id, f"B-{uuid.uuid4()}")
        for name, *arguments in steps:
            getattr(rig, name)(*arguments)
        rig.compare()
