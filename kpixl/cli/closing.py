"""The command that closes a month as final."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    ConfigOption,
    DebugOption,
    JsonOption,
    LedgerOption,
    MonthOption,
    Workbook,
    app,
    book_words,
    day_of,
    guarded,
    has_terminal,
    ledger_of,
    month_of,
    print_json,
)
from kpixl.errors import UsageProblem
from kpixl.plan.model import State
from kpixl.ui import help_text, interface_language
from kpixl.words import BookNames, say, word

if TYPE_CHECKING:
    from kpixl.delivery.closing import Proposal
    from kpixl.delivery.records import Closing


@app.command(help=help_text("close"))
@guarded
def close(
    workbook: Workbook,
    month: MonthOption = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=help_text("close_as_of"))] = None,
    with_missing: Annotated[
        str | None, typer.Option("--with-missing", metavar="REASON", help=help_text("with_missing"))
    ] = None,
    again: Annotated[
        str | None, typer.Option("--again", metavar="REASON", help=help_text("again"))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=help_text("close_yes"))] = False,
    config: ConfigOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs
    from kpixl.delivery import closing
    from kpixl.delivery.config import delivery_config
    from kpixl.delivery.ledger import ledger_url, open_ledger
    from kpixl.delivery.processes import this_person
    from kpixl.sending.dispatch import check_book_id
    from kpixl.sending.office import now, today

    url = ledger_of(ledger) or ledger_url(workbook, delivery_config(config, workbook).ledger_url)
    day = day_of(as_of)
    review, plan = jobs.review_and_plan(workbook, month_of(month), day, workbook, url)
    check_book_id(review)
    reasons = closing.Reasons(with_missing, again)
    # What keeps a month open is told before a ledger is made.
    with open_ledger(url, create=False) as kept:
        book = book_words(workbook, config, ledger)
        proposal = closing.propose(plan, review, kept, day or today(), book)
    closing.check(proposal, reasons)
    _warn(proposal, url, as_json)
    if proposal.is_closed and proposal.last is not None:
        _tell(proposal, proposal.last, "already", as_json)
        return
    _ask(proposal, yes, as_json)
    with open_ledger(url, create=True) as kept:
        done = closing.close(kept, proposal, reasons, now(), this_person())
        _tell(proposal, done, "closed", as_json, kept.place)


def _warn(proposal: Proposal, url: str, as_json: bool) -> None:
    """What does not keep the month open, and yet is to be known."""
    from kpixl.delivery.ledger import unsafe_place
    from kpixl.delivery.ledger_places import as_url, file_of

    if as_json:
        return
    language = interface_language()
    file = file_of(as_url(url))
    unsafe = unsafe_place(file) if file is not None else None
    if unsafe is not None:
        typer.echo(say(unsafe, language, path=file), err=True)
    if proposal.open_before:
        joiner = word("import.list_joiner", language)
        months = joiner.join(str(month) for month in proposal.open_before)
        typer.echo(say("closing.open_before", language, months=months), err=True)


def _ask(proposal: Proposal, yes: bool, as_json: bool) -> None:
    """Nothing is closed unless a person says so, here or on the command line."""
    if yes:
        return
    if as_json or not has_terminal():
        raise UsageProblem("close-unasked")
    language, last = interface_language(), proposal.last
    month = str(proposal.review.month)
    if last is None:
        question = say("closing.ask", language, month=month, n=len(proposal.review.goals))
    else:
        question = say("closing.ask_again", language, month=month, n=last.number + 1)
    if not typer.confirm(question):
        typer.echo(word("closing.not_closed", language))
        raise typer.Exit(0)


def _tell(
    proposal: Proposal, closing: Closing, outcome: str, as_json: bool, place: str = ""
) -> None:
    from kpixl.delivery_report import closing_data, closing_sentence

    language = interface_language()
    settings, month = proposal.review.settings, proposal.review.month
    # The state is that of the month which is open in the book: of another it is not to be changed.
    is_open = settings.review_month in (None, month)
    preliminary = is_open and settings.state is not State.FINAL
    if as_json:
        data = {
            "outcome": outcome,
            **closing_data(closing),
            "goals": len(proposal.review.goals),
            "open_before": [str(month) for month in proposal.open_before],
            "state": settings.state.value,
        }
        print_json(data)
        return
    kind = outcome if outcome == "already" else "done" if closing.number == 1 else "done_again"
    about = {"month": closing.month, "n": closing.number, "place": place}
    typer.echo(say(f"closing.{kind}", language, **about))
    if outcome == "already":
        typer.echo(closing_sentence(closing, language))
    if preliminary:
        names = BookNames(proposal.review.source.names, language)
        typer.echo(say("closing.still_preliminary", language, book=names))
