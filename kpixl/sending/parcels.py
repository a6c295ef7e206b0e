"""Make the packs of a dispatch, one a scope and language, and the mails that carry them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kpixl import jobs
from kpixl.brand.kit import Kit, kit_of
from kpixl.delivery.compose import Letterhead, compose
from kpixl.delivery.editions import edition_named
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.delivery.records import Build
from kpixl.pack.logo import find_logo
from kpixl.pack.pdf import AUTOMATIC
from kpixl.review.published import published
from kpixl.review.restated import Published
from kpixl.sending.orders import Delivery, Dispatch

PDF = "application/pdf"


@dataclass(frozen=True)
class Parcel:
    """One pack as it travels: its bytes lie in ``file`` until its last mail is sent."""

    scope: str
    language: str
    name: str
    file: Path
    build: Build


@dataclass(frozen=True)
class Sender:
    """Whom the mails come from, and where answers go."""

    address: Address
    reply_to: Address | None = None


@dataclass(frozen=True)
class Parcels:
    """The packs of a dispatch, each made when it is first wanted. ``before`` is what was sent
    before this edition, for the page of restated figures; ``ready`` are packs of this very review
    and edition that have just been made, by scope and language."""

    dispatch: Dispatch
    folder: Path
    before: tuple[Published, ...]
    ready: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    made: dict[tuple[str, str], Parcel] = field(default_factory=dict)

    def of(self, delivery: Delivery) -> Parcel:
        """The pack of a delivery. Raises what :func:`kpixl.jobs.render` raises."""
        key = (delivery.key.scope, delivery.key.language)
        if key not in self.made:
            self.made[key] = self._make(*key)
        return self.made[key]

    def _make(self, scope: str, language: str) -> Parcel:
        part, order = self.dispatch.reviews[scope], self.dispatch.order
        job = jobs.PackJob(
            order.workbook,
            self.folder,
            scope=scope,
            language=language,
            templates=order.templates,
            engine=order.engine or AUTOMATIC,
            edition=edition_named(self.dispatch.edition, language),
            published=self.before,
        )
        ready = self.ready.get((scope, language))
        if ready is None:
            name, data = jobs.render(job, part, language)
        else:
            name, data = ready.name, ready.read_bytes()
        file = jobs.write_file(self.folder / f"{len(self.made):04d}.pdf", data)
        build = _build(self.dispatch, scope, language, name, data)
        return Parcel(scope, language, name, file, build)


def _build(dispatch: Dispatch, scope: str, language: str, name: str, data: bytes) -> Build:
    edition, part = dispatch.edition, dispatch.reviews[scope]
    return Build(
        book_id=edition.book_id,
        month=edition.month,
        scope=scope,
        language=language,
        edition=edition.number,
        state=part.settings.state.value,
        as_of=part.as_of.isoformat(),
        workbook=part.source.name,
        workbook_sha256=part.source.sha256,
        pack=name,
        pack_sha256=hashlib.sha256(data).hexdigest(),
        pack_bytes=len(data),
        figures=published(part),
    )


def make_mail(
    dispatch: Dispatch, delivery: Delivery, parcel: Parcel, sender: Sender, date: datetime
) -> Mail:
    """The mail of one delivery, the pack attached."""
    edition = edition_named(dispatch.edition, delivery.recipient.language)
    templates = dispatch.order.templates
    kit = kit_of(templates)
    letterhead = Letterhead(
        sender=sender.address,
        date=date,
        number=edition.number,
        reason=edition.reason,
        reply_to=sender.reply_to,
        logo=_logo(dispatch, kit),
        templates=templates,
        colour=kit.colour,
        accent=kit.accent,
    )
    pack = Attachment(parcel.name, parcel.file.read_bytes(), PDF)
    part = dispatch.reviews[delivery.key.scope]
    return compose(part, delivery.recipient, letterhead, (pack,), _others(dispatch, delivery))


def _logo(dispatch: Dispatch, kit: Kit) -> str:
    """The kit's logo for mails, else the workbook's where the kit has none at all."""
    if kit.logo or kit.mail_logo:
        return kit.mail_logo
    return find_logo(dispatch.order.workbook, dispatch.review.settings.logo)


def _others(dispatch: Dispatch, delivery: Delivery) -> tuple[str, ...]:
    """Who else gets the same part of the tree, in either language."""
    return tuple(
        one.recipient.name or one.recipient.email
        for one in dispatch.deliveries
        if one.key.scope == delivery.key.scope and one.key.recipient != delivery.key.recipient
    )
