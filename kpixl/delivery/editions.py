"""Tell which edition of a month a pack belongs to, and what was published before that edition."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.delivery.ledger_places import default_file, ledger_url, named_ledger
from kpixl.delivery.moments import as_text
from kpixl.delivery.records import ClosedFigure, EditionRecord, SentFigure, Standing
from kpixl.errors import UsageProblem
from kpixl.plan.model import State
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.restated import Edition, Published, sent_figures
from kpixl.words import word

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger


def current_edition(
    ledger: Ledger, review: Review, correct: str | None, now: datetime
) -> tuple[EditionRecord, bool]:
    """The edition that a pack of ``review`` belongs to, and whether the ledger does not have it
    yet. ``correct`` is the reason of a corrected edition, None where none is asked for.

    A correction that was begun is gone on with: the same reason does not open a third edition.
    Final figures after preliminary ones are an edition of their own, so that they reach everybody;
    where the preliminary ones have reached nobody, there is nothing for them to replace.
    Raises :class:`UsageProblem` ``correct-nothing``, ``correct-why``.
    """
    book, month = review.settings.book_id, str(review.month)
    state = review.settings.state.value
    if correct is not None and not correct.strip():
        raise UsageProblem("correct-why")
    known = ledger.editions(book, month)
    last = known[-1] if known else None
    reached = _reached(ledger, book, month, now) if last is not None else {}
    if correct is not None and last is not None and _begun(last, correct, state, reached):
        return last, False
    if correct is not None and not reached:
        raise UsageProblem("correct-nothing", month=month)
    if last is None:
        return EditionRecord(book, month, 1, "", state, now), True
    if correct is None and not _became_final(last, state, reached):
        return last, False
    return EditionRecord(book, month, last.number + 1, correct or "", state, now), True


def _reached(ledger: Ledger, book: str, month: str, now: datetime) -> Mapping[int, set[str]]:
    """The editions of a month that somebody has, or may have, by number, each with the states of
    its packs (preliminary, final). An edition of which every mail is known to have failed is
    none of them: it may still go out with what is right by now."""
    found: dict[int, set[str]] = {}
    for one in ledger.attempts(book, month, now=now):
        if one.standing is not Standing.DUE:
            found.setdefault(one.claim.key.edition, set()).add(one.build.state)
    return found


def _begun(last: EditionRecord, reason: str, state: str, reached: Mapping[int, set[str]]) -> bool:
    is_correction = last.number > 1 and last.reason == reason
    return is_correction and state in reached.get(last.number, {state})


def _became_final(last: EditionRecord, state: str, reached: Mapping[int, set[str]]) -> bool:
    was_preliminary = reached.get(last.number) == {State.PRELIMINARY.value}
    return was_preliminary and state == State.FINAL.value


@dataclass(frozen=True)
class Issue:
    """What a pack says of its own publication: the edition it belongs to, and what was sent before
    that or closed as final."""

    edition: EditionRecord
    before: tuple[Published, ...] = ()

    @property
    def digest(self) -> str:
        """What tells it from another: of two packs with the same figures, too."""
        parts = (self.edition.number, self.edition.reason, *sorted(map(repr, self.before)))
        return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def has_ledger(workbook: Path | None) -> bool:
    """Whether there may be a ledger that knows of a workbook; for one in no folder, None, only a
    ledger that is set up for all."""
    from kpixl.delivery.config import delivery_config

    place = named_ledger(delivery_config(workbook=workbook).ledger_url)
    return bool(place) or (workbook is not None and default_file(workbook).exists())


def issue_of(review: Review, workbook: Path | None) -> Issue | None:
    """What the ledger says of the whole book's ``review``: the one that is set up for all, else
    the one beside ``workbook`` (None: a book that lies in no folder). None where there is no
    ledger, or the book has no ID by which it could be known.

    Raises :class:`LedgerProblem`, and :class:`ConfigProblem` for a kpixl.toml that cannot be read.
    """
    if not review.settings.book_id or not has_ledger(workbook):
        return None
    from kpixl.delivery.config import delivery_config
    from kpixl.delivery.ledger import open_ledger

    url = ledger_url(workbook or Path("plan.xlsx"), delivery_config(workbook=workbook).ledger_url)
    with open_ledger(url, create=False) as ledger:
        edition, _ = current_edition(ledger, review, None, datetime.now(UTC))
        return Issue(edition, sent_before(ledger, review, edition))


def edition_named(record: EditionRecord, language: str) -> Edition:
    """The edition as packs and mails name it. Final figures give their own reason."""
    became_final = record.number > 1 and not record.reason
    reason = word("page.became_final", language) if became_final else record.reason
    return Edition(record.number, reason, record.opened.date())


def sent_before(ledger: Ledger, review: Review, edition: EditionRecord) -> tuple[Published, ...]:
    """What was last sent of each figure before ``edition`` was opened: the same for everybody
    who is sent that edition, whenever their mail goes out; and what was last closed, by then and
    by now. A closing that agrees with the figures of now changes nothing of a pack, so that the
    one which an edition itself brings about does not either.

    A later month has readers of its own: what its pack has told since leaves what the readers of
    this month were last sent as it was."""
    book, month, opened = edition.book_id, edition.month, edition.opened
    goals = [goal.id for goal in review.goals]
    sent = ledger.last_sent(book, goals, before=opened, until=month)
    by_then = ledger.last_closed(book, goals, before=opened, until=month)
    by_now = ledger.last_closed(book, goals, until=month)
    closed = [one for found in (by_then, by_now) for one in found.values()]
    return (
        *(one for found in sent.values() for one in _as_sent(found)),
        *dict.fromkeys(one for found in closed for one in _as_closed(found)),
    )


def _as_sent(one: SentFigure) -> tuple[Published, ...]:
    return sent_figures(
        [one.figure], one.sent.date(), _month(one.month_sent), one.edition,
        final=one.final, moment=as_text(one.sent), reported=one.reported,
    )  # fmt: skip


def _as_closed(one: ClosedFigure) -> tuple[Published, ...]:
    return sent_figures(
        [one.figure], one.closed.date(), _month(one.month_closed), 0,
        final=True, closing=one.number, moment=as_text(one.closed),
    )  # fmt: skip


def _month(written: str) -> Month:
    year, month = written.split("-")
    return Month(int(year), int(month))
