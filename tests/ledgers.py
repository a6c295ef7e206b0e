"""What tests of the ledger write into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kpixl.delivery.ledger import Ledger
from kpixl.delivery.records import Build, Claim, Closing, DeliveryKey, Outcome, Owner
from kpixl.review.published import Figure

NOW = datetime(2026, 11, 9, 0, 31, 5, 123456, tzinfo=UTC)
ELSEWHERE = Owner("another-machine", 4711)
"""An owner that cannot be looked at: it is judged by how long it has been silent."""

LONG_AGO = NOW - timedelta(hours=1)


def build_of(key: DeliveryKey, *figures: Figure, **fields: Any) -> Build:
    """A pack for a delivery. Two packs of one key differ by ``pack_sha256``."""
    facts: dict[str, Any] = {
        "state": "final",
        "as_of": "2026-11-10",
        "workbook": "plan.xlsx",
        "workbook_sha256": "a" * 64,
        "pack": "2026-10_plan_en.pdf",
        "pack_sha256": "b" * 64,
        "pack_bytes": 123_456,
    }
    part = (key.book_id, key.month, key.scope, key.language, key.edition)
    return Build(*part, **{**facts, **fields}, figures=figures)


def key_of(recipient: str = "sato@example.com", **fields: Any) -> DeliveryKey:
    """A delivery of the whole October pack of book B-1 in English, unless ``fields`` differ."""
    facts: dict[str, Any] = {
        "book_id": "B-1", "month": "2026-10", "scope": "", "language": "en", "edition": 1,
    }  # fmt: skip
    return DeliveryKey(**{**facts, **fields}, recipient=recipient)


def claimed(
    ledger: Ledger, key: DeliveryKey, *figures: Figure, now: datetime = NOW,
    owner: Owner = ELSEWHERE, **fields: Any,
) -> Claim:  # fmt: skip
    """A pack built and claimed; that it could be is asserted."""
    build_id = ledger.record_build(build_of(key, *figures, **fields), now=now)
    claim = ledger.claim(key, build_id, f"<{key.recipient}>", "Sato", now=now, owner=owner)
    assert claim is not None
    return claim


def sent(
    ledger: Ledger, key: DeliveryKey, *figures: Figure, now: datetime = NOW, **fields: Any
) -> Claim:
    """A pack built, claimed and sent."""
    claim = claimed(ledger, key, *figures, now=now, **fields)
    ledger.settle(claim, Outcome.SENT, "250 OK", now=now)
    return claim


def closing_of(*figures: Figure, **fields: Any) -> Closing:
    """The first closing of book B-1's October, unless ``fields`` differ."""
    facts: dict[str, Any] = {
        "book_id": "B-1", "month": "2026-10", "number": 1, "reason": "", "missing": "",
        "as_of": "2026-11-11", "workbook": "plan.xlsx", "workbook_sha256": "a" * 64,
        "closed": NOW, "closed_by": "sato@pc-1",
    }  # fmt: skip
    return Closing(**{**facts, **fields}, figures=figures)


def figure(goal: str, month: str, actual: float | None, period: str = "month") -> Figure:
    """A figure that differs by its actual."""
    return Figure(goal, period, month, actual, plan=100.0, status="green")
