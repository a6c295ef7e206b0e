"""A process of its own that works on a ledger: started by tests, raced and killed by them.

``python -m tests.ledger_worker DATA`` with JSON: ``place``, ``build_id``, ``keys`` (how many
deliveries), ``failing`` (those from here on fail at once, and are tried ``tries`` times), ``seed``.
It says "ready", waits for a line, and then says each claim on a line of its own, once it has it.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime
from typing import Any

from kpixl.delivery.ledger import Ledger, open_ledger
from kpixl.delivery.processes import this_process
from kpixl.delivery.records import Outcome
from tests.ledgers import key_of


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def work(ledger: Ledger, data: dict[str, Any]) -> None:
    order = list(range(data["keys"])) * data["tries"]
    random.Random(data["seed"]).shuffle(order)
    for number in order:
        now = datetime.now(UTC)
        key = key_of(f"{number}@example.com")
        claim = ledger.claim(key, data["build_id"], "<m>", "", now=now, owner=this_process())
        if claim is None:
            continue
        say(number, claim.attempt)
        if number >= data["failing"]:
            ledger.settle(claim, Outcome.FAILED, "later", now=now)


def main() -> None:
    data = json.loads(sys.argv[1])
    with open_ledger(data["place"], create=True) as ledger:
        say("ready")
        sys.stdin.readline()
        work(ledger, data)
        say("done")
        # The claims are this process's own until it has ended.
        sys.stdin.readline()


if __name__ == "__main__":
    main()
