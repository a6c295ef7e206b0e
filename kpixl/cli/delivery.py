"""The commands about what was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    ConfigOption,
    DebugOption,
    JsonOption,
    LedgerOption,
    app,
    book_words,
    guarded,
    ledger_of,
    month_of,
    print_json,
)
from kpixl.errors import UsageProblem
from kpixl.ui import help_text, interface_language
from kpixl.words import say

if TYPE_CHECKING:
    from kpixl.delivery.ledger import Ledger
    from kpixl.delivery.records import Attempt


@app.command(help=help_text("history"))
@guarded
def history(
    workbook: Annotated[
        Path | None,
        typer.Argument(help=help_text("history_workbook"), show_default=False, readable=False),
    ] = None,
    month: Annotated[str | None, typer.Option("--month", help=help_text("history_month"))] = None,
    config: ConfigOption = None,
    ledger: LedgerOption = None,
    mark_sent: Annotated[
        int | None, typer.Option("--mark-sent", metavar="N", help=help_text("mark_sent"))
    ] = None,
    mark_not_sent: Annotated[
        int | None, typer.Option("--mark-not-sent", metavar="N", help=help_text("mark_not_sent"))
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import delivery_report
    from kpixl.delivery.config import delivery_config
    from kpixl.delivery.ledger import ledger_url, open_ledger

    if mark_sent is not None and mark_not_sent is not None:
        raise UsageProblem("mark-both")
    wanted = month_of(month)
    book_id = _book_id(workbook) if workbook is not None else None
    book = workbook or Path("plan.xlsx")
    url = ledger_of(ledger) or ledger_url(book, delivery_config(config, book).ledger_url)
    now = datetime.now(UTC)
    with open_ledger(url, create=False) as kept:
        place, absent = kept.place, kept.absent
        of_book = (book_id, str(wanted) if wanted else None)
        if mark_sent is not None or mark_not_sent is not None:
            _settle(kept, book_id, mark_sent, mark_not_sent, now, as_json)
        attempts, closings = kept.attempts(*of_book, now=now), kept.closings(*of_book)
    if as_json:
        print_json(delivery_report.history_data(place, attempts, closings))
    elif absent:
        typer.echo(say("ledger.absent", interface_language(), place=place))
    else:
        words = ["kpixl", "history", book_words(workbook, config, ledger)]
        command, language = " ".join(filter(None, words)), interface_language()
        if attempts or not closings:
            delivery_report.print_history(place, attempts, command, language)
        delivery_report.print_closings(place, closings, language, titled=not attempts)
    raise typer.Exit(1 if delivery_report.unknown(attempts) else 0)


def _book_id(workbook: Path) -> str:
    from kpixl.jobs import NotReadable
    from kpixl.reading import read_workbook

    reading = read_workbook(workbook)
    if reading.plan is None:
        raise NotReadable(reading.problems)
    return reading.plan.settings.book_id


def _settle(
    kept: Ledger, book_id: str | None, sent: int | None, not_sent: int | None, now: datetime,
    quiet: bool,
) -> None:  # fmt: skip
    """Put down what a person has found out about one attempt."""
    from kpixl.delivery.ledger import NOT_SENT
    from kpixl.delivery.processes import this_person
    from kpixl.delivery.records import Outcome

    number = sent if sent is not None else not_sent
    found = _numbered(kept, book_id, number, now)
    outcome = Outcome.SENT if sent is not None else NOT_SENT
    kept.settle(found.claim, outcome, "", now=now, by=this_person())
    if not quiet:
        key = "ledger.marked_sent" if sent is not None else "ledger.marked_not_sent"
        about = {"number": number, "recipient": found.claim.key.recipient}
        typer.echo(say(key, interface_language(), **about))


def _numbered(kept: Ledger, book_id: str | None, number: int | None, now: datetime) -> Attempt:
    from kpixl.delivery.ledger import LedgerProblem

    if kept.absent:
        raise LedgerProblem("ledger-absent", found=kept.place)
    found = kept.attempts(book_id, number=number, now=now)
    if not found:
        raise LedgerProblem("attempt-none", found=kept.place, number=number)
    return found[0]
