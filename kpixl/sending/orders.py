"""What is asked of a sending, and what becomes of each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from kpixl.delivery.records import DeliveryKey, EditionRecord, Standing
from kpixl.errors import KpixlError, Problem
from kpixl.plan.model import Goal, Recipient
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.words import typed


@dataclass(frozen=True)
class Order:
    """``only`` names people by name or address, empty for everyone. ``correct`` is the reason of
    a corrected edition. ``resend_unknown``: deliveries of which nobody knows whether they
    arrived are sent again. ``templates`` is the folder of a brand kit or of templates alone; None
    for what kpixl.toml names. ``engine`` makes the packs' pages, "" for what kpixl.toml says.
    ``named`` is the workbook as a command names it, with the options that belong to it."""

    workbook: Path
    month: Month | None = None
    as_of: date | None = None
    only: tuple[str, ...] = ()
    correct: str | None = None
    resend_unknown: bool = False
    templates: Path | None = None
    engine: str = ""
    named: str = ""

    @property
    def book(self) -> str:
        """The workbook as a further command about it names it."""
        return self.named or typed(str(self.workbook))


@dataclass(frozen=True)
class Delivery:
    """One person's pack. ``standing`` is the ledger's; ``blocked`` says why it may not be sent,
    None where it may."""

    recipient: Recipient
    key: DeliveryKey
    standing: Standing
    blocked: KpixlError | None = None


@dataclass(frozen=True)
class Dispatch:
    """Who would get what of one book and month. ``reviews`` are the parts by scope; ``unreachable``
    the problems of people whose rows are wrong; ``is_new``: nothing of this edition is recorded
    yet. ``changed`` are the goals whose figures are no longer those that were sent in it."""

    order: Order
    review: Review
    edition: EditionRecord
    is_new: bool
    deliveries: tuple[Delivery, ...]
    reviews: dict[str, Review]
    unreachable: tuple[Problem, ...] = ()
    changed: tuple[Goal, ...] = ()

    @property
    def due(self) -> tuple[Delivery, ...]:
        """The deliveries that are to be made now."""
        return tuple(one for one in self._wanted if not one.blocked)

    @property
    def held(self) -> tuple[Delivery, ...]:
        """The deliveries that are still to be made and may not be."""
        return tuple(one for one in self._wanted if one.blocked)

    @property
    def _wanted(self) -> tuple[Delivery, ...]:
        wanted = (Standing.DUE, Standing.UNKNOWN) if self.order.resend_unknown else (Standing.DUE,)
        return tuple(one for one in self.deliveries if one.standing in wanted)


class Ending(StrEnum):
    """What became of a delivery in this run. ELSEWHERE: another process has it. UNTRIED: nothing
    could be sent any more."""

    SENT = "sent"
    ALREADY = "already"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    ELSEWHERE = "elsewhere"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Result:
    """The end of one delivery; ``fault`` says why where it was not sent, ``detail`` what the
    server said."""

    delivery: Delivery
    ending: Ending
    detail: str = ""
    fault: KpixlError | None = None

    @property
    def well(self) -> bool:
        """Whether the person has the mail, or is just being sent it."""
        return self.ending in (Ending.SENT, Ending.ALREADY, Ending.ELSEWHERE)
