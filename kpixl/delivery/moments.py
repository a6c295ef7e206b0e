"""Moments as the ledger writes them: texts of one length in UTC, which sort by time."""

from __future__ import annotations

from datetime import UTC, datetime


def as_text(moment: datetime) -> str:
    """A moment as the ledger writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_moment(text: str) -> datetime:
    """The moment that :func:`as_text` wrote, in UTC."""
    return datetime.fromisoformat(text)
