"""Open what a sending needs: the configuration, the ledger, and a transport."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kpixl import jobs
from kpixl.delivery.closed import check_read
from kpixl.delivery.closing import CannotClose, close_by_sending
from kpixl.delivery.config import DeliveryConfig, brand_folder, delivery_config
from kpixl.delivery.editions import sent_before
from kpixl.delivery.files import FileTransport
from kpixl.delivery.ledger import Ledger, ledger_url, open_ledger, unsafe_place
from kpixl.delivery.ledger_database import check_file, check_server
from kpixl.delivery.ledger_places import as_url, file_of
from kpixl.delivery.mail import Address, Mail
from kpixl.delivery.opening import transport_of
from kpixl.delivery.processes import this_person, this_process
from kpixl.delivery.records import Closing
from kpixl.delivery.transports import Transport, Unavailable
from kpixl.errors import UsageProblem
from kpixl.files import scratch_folder
from kpixl.plan.model import Plan
from kpixl.review.figures import Review
from kpixl.review.readiness import Readiness, readiness
from kpixl.sending.delivering import Post, deliver
from kpixl.sending.dispatch import dispatch
from kpixl.sending.orders import Dispatch, Ending, Order, Result
from kpixl.sending.parcels import Parcels, Sender, make_mail

if TYPE_CHECKING:
    from kpixl.delivery.tokens import SignIn

NOBODY = Sender(Address("nobody@kpixl.invalid", "kpixl"))
"""Whom mails come from that are only written to files where nobody is configured. The program that
sends such a file by hand puts its own sender there."""


def now() -> datetime:
    """The moment, for the ledger and the mails' dates."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day of whoever runs kpixl, against which a close day is judged."""
    return date.today()  # noqa: DTZ011 -- a person's own calendar day is what is meant


def _written(files: FileTransport, mail: Mail) -> str:
    """Where the mail lies. A folder that takes no files was the wrong one to name."""
    try:
        return files.send(mail)
    except Unavailable as fault:
        form = fault.details.get("form")
        told = {**fault.details, "form": "mails" if form == "file" else form}
        raise UsageProblem(fault.code, **told) from fault


class Office:
    """One sending's workbook, ledger and configuration, opened when first needed. Used as a
    context manager. ``writes``: whether the ledger is written to; ``ask`` shows a person how to
    sign in where that is needed, None where nobody is there."""

    def __init__(
        self,
        order: Order,
        config: Path | None = None,
        ledger: str | None = None,
        *,
        writes: bool,
        ask: Callable[[SignIn], None] | None = None,
    ) -> None:
        self.order = order
        self._ask = ask
        self._config_path = config
        self._ledger_place = ledger
        self._writes = writes
        self.closed: Closing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        opened = self.__dict__.get("ledger")
        if isinstance(opened, Ledger):
            opened.close()

    @property
    def review(self) -> Review:
        """The whole book's review of the month asked for."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[Review, Plan]:
        order = self.order
        return jobs.review_and_plan(
            order.workbook, order.month, order.as_of, order.workbook, self._ledger_url
        )

    @cached_property
    def config(self) -> DeliveryConfig:
        """How mail is sent; with nothing but defaults where no file says so."""
        return delivery_config(self._config_path, self.order.workbook)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the workbook's folder, or the one that is named."""
        check_read(self.review.problems)
        return open_ledger(self._ledger_url, create=self._writes)

    @cached_property
    def _ledger_url(self) -> str:
        if self._ledger_place:
            return as_url(self._ledger_place)
        return ledger_url(self.order.workbook, self.config.ledger_url)

    def check_ledger(self) -> None:
        """Whether the ledger, a file or on a server, can be read and written to. Nothing is
        written that stays. Raises :class:`LedgerProblem`, and :class:`UsageProblem` where a
        server's driver is not installed."""
        check_read(self.review.problems)
        file = file_of(self._ledger_url)
        if file is None:
            check_server(self._ledger_url)
            return
        check_file(file)
        open_ledger(self._ledger_url, create=False).close()

    @property
    def unsafe_ledger(self) -> tuple[str, Path] | None:
        """The word that says why the ledger's place is not safe, and the place; None if it is."""
        file = file_of(self._ledger_url)
        why = unsafe_place(file) if file is not None else None
        return None if file is None or why is None else (why, file)

    def readiness(self) -> Readiness:
        """Whether the month may be sent by itself; ``--as-of`` stands for the day of today."""
        return readiness(self.review, self.order.as_of or today())

    def dispatch(self) -> Dispatch:
        """Who would get what."""
        order = replace(self.order, templates=self.templates, engine=self.engine)
        return dispatch(order, self.review, self.ledger, now())

    @property
    def templates(self) -> Path | None:
        """The folder of the packs' and mails' look: as ordered, else as configured."""
        return self.order.templates or brand_folder(self.config)

    @property
    def engine(self) -> str:
        """What makes the packs' pages: as ordered, else as configured."""
        return self.order.engine or self.config.engine

    @cached_property
    def transport(self) -> Transport:
        """The way that the configuration names. Raises where it names none."""
        return transport_of(self.config, self._ask)

    @property
    def sender(self) -> Sender:
        """Whose mails they are, as configured."""
        mail = self.config.mail
        return NOBODY if mail is None else Sender(mail.sender, mail.reply_to)

    def deliver(self, found: Dispatch) -> Iterator[Result]:
        """Send what is due. A month of which final figures have been sent then counts as closed:
        ``closed`` is what that has added to the ledger."""
        post = Post(
            self.ledger, this_process(), self.transport, self.sender, clock=now, sleep=time.sleep
        )
        sent: list[Result] = []
        try:
            for one in deliver(found, post):
                sent.append(one)
                yield one
        finally:  # who stops in between has published all the same
            self.closed = self._closed(found, sent)

    def _closed(self, found: Dispatch, results: Sequence[Result]) -> Closing | None:
        """What was sent before this run counts as well, unless the book has changed since."""
        now_sent = any(one.ending is Ending.SENT for one in results)
        before = any(one.ending is Ending.ALREADY for one in results) and not found.changed
        if not (now_sent or before):
            return None
        edition, plan = found.edition, self._read[1]
        try:
            return close_by_sending(
                self.ledger, plan, found.review, now(), this_person(), edition.number,
                edition.reason,
            )  # fmt: skip
        except CannotClose:  # another process has just closed the month: the mails are sent
            return None

    def write_mails(
        self, found: Dispatch, folder: Path, ready: Mapping[tuple[str, str], Path] | None = None
    ) -> Iterator[Path]:
        """Every mail that is not held back, as a file, whoever has been sent it before. They are
        dated by the day that the review is of, so that the same review gives the same files.
        ``ready`` are packs that have just been made of it, by scope and language."""
        before = sent_before(self.ledger, found.review, found.edition)
        dated = datetime.combine(found.review.as_of, datetime.min.time(), UTC)
        with scratch_folder() as temporary, FileTransport(folder) as files:
            parcels = Parcels(found, temporary, before, ready or {})
            for one in found.deliveries:
                if one.blocked is None:
                    mail = make_mail(found, one, parcels.of(one), self.sender, dated)
                    yield Path(_written(files, mail))
