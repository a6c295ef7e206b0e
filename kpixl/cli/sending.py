"""The command that mails the packs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    AsOfOption,
    BrandOption,
    ConfigOption,
    DebugOption,
    EngineOption,
    JsonOption,
    LedgerOption,
    MonthOption,
    TemplatesOption,
    Workbook,
    app,
    book_words,
    day_of,
    engine_for,
    guarded,
    has_terminal,
    ledger_of,
    look_folder,
    month_of,
    print_json,
)  # fmt: skip
from kpixl.errors import UsageProblem
from kpixl.ui import help_text, interface_language
from kpixl.words import say, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpixl.delivery.tokens import SignIn
    from kpixl.sending.office import Office
    from kpixl.sending.orders import Dispatch, Result


@app.command(help=help_text("send"))
@guarded
def send(
    workbook: Workbook,
    month: MonthOption = None,
    as_of: AsOfOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("dry_run"))] = False,
    to_files: Annotated[
        Path | None, typer.Option("--to-files", help=help_text("to_files"), readable=False)
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help=help_text("only"))] = None,
    correct: Annotated[str | None, typer.Option("--correct", help=help_text("correct"))] = None,
    resend_unknown: Annotated[
        bool, typer.Option("--resend-unknown", help=help_text("resend_unknown"))
    ] = False,
    if_ready: Annotated[bool, typer.Option("--if-ready", help=help_text("if_ready"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=help_text("yes"))] = False,
    config: ConfigOption = None,
    ledger: LedgerOption = None,
    brand: BrandOption = None,
    templates: TemplatesOption = None,
    engine: EngineOption = "",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.files import check_folder_name
    from kpixl.sending.office import Office
    from kpixl.sending.orders import Order

    if dry_run and to_files is not None:
        raise UsageProblem("send-both", found="--dry-run, --to-files")
    if to_files is not None:
        check_folder_name(to_files)
    look = look_folder(brand, templates)
    order = Order(
        workbook=workbook,
        month=month_of(month),
        as_of=day_of(as_of),
        only=tuple(only or ()),
        correct=correct.strip() if correct is not None else None,
        resend_unknown=resend_unknown,
        templates=look,
        engine=engine,
        named=book_words(workbook, config, ledger),
    )
    sends = not dry_run and to_files is None
    place = ledger_of(ledger)
    with Office(order, config, place, writes=sends, ask=_asker(as_json)) as office:
        _ = office.review  # a workbook that is not there is told before what else is missing
        if if_ready:
            _leave_unless_ready(office, as_json, sends)
        if sends:
            _warn(office)
            # What is wrong with the configuration is told before a ledger is made or anybody asked.
            _ = office.transport
        found = office.dispatch()
        if dry_run:
            _show(found, as_json)
        elif to_files is not None:
            _write(office, found, to_files, as_json)
        else:
            _send(office, found, yes, as_json, debug)


def _asker(as_json: bool) -> Callable[[SignIn], None] | None:
    """Shows a person how to sign in, where one sits at the terminal."""
    if as_json or not has_terminal():
        return None

    def show(found: SignIn) -> None:
        about = {"url": found.url, "code": found.code, "minutes": found.minutes}
        typer.echo(say("cli.sign_in", interface_language(), **about))

    return show


def _warn(office: Office) -> None:
    unsafe = office.unsafe_ledger
    if unsafe is not None:
        typer.echo(say(unsafe[0], interface_language(), path=unsafe[1]), err=True)


def _leave_unless_ready(office: Office, as_json: bool, sends: bool) -> None:
    """A month whose day has not come is no problem (0); one that should be whole by now and is
    not, is (1). What would keep any mail from being sent is told every time, so that it is mended
    before that day: with the exit code that it would have then."""
    from kpixl.sending.rehearsal import obstacles
    from kpixl.sending_report import print_readiness, readiness_data

    language = interface_language()
    found = office.readiness()
    faults = obstacles(office) if sends else ()
    if found.ready:
        if faults:
            raise faults[0]
        return
    if as_json:
        print_json(readiness_data(found, office.review, language, faults))
    else:
        print_readiness(found, office.review, language, faults if sends else None)
    if any(isinstance(fault, UsageProblem) for fault in faults):
        raise typer.Exit(2)
    late = bool(found.missing and not found.waiting)
    raise typer.Exit(1 if faults or found.errors or late else 0)


def _show(found: Dispatch, as_json: bool) -> None:
    from kpixl.sending_report import dispatch_data, print_dispatch

    language = interface_language()
    if as_json:
        print_json(dispatch_data(found, language))
    else:
        print_dispatch(found, language)
    raise typer.Exit(1 if found.held or found.unreachable else 0)


def _write(office: Office, found: Dispatch, folder: Path, as_json: bool) -> None:
    """The mails as files, to be looked at or sent by hand; the ledger knows nothing of them."""
    from kpixl.sending_report import dispatch_data, print_left_out

    language = interface_language()
    about = {"engine": engine_for(office.engine, as_json, office.templates)}
    files = [str(path) for path in office.write_mails(found, folder)]
    if as_json:
        print_json({**dispatch_data(found, language), "files": files, **about})
    else:
        for path in files:
            typer.echo(say("cli.made", language, path=path))
        print_left_out(found, language)
    left_out = any(one.blocked for one in found.deliveries)
    raise typer.Exit(1 if left_out or found.unreachable else 0)


def _send(office: Office, found: Dispatch, yes: bool, as_json: bool, debug: bool) -> None:
    from kpixl.delivery_report import closing_data
    from kpixl.sending_report import dispatch_data, print_causes, print_results

    language = interface_language()
    about = {}
    if found.due:
        about = {"engine": engine_for(office.engine, as_json, office.templates)}
        _ask(len(found.due), yes, as_json)
    results, stopped = _results(office, found, as_json)
    if as_json:
        closed = None if office.closed is None else closing_data(office.closed)
        print_json({**dispatch_data(found, language, results), "closed": closed, **about})
    else:
        print_results(found, results, language)
        if office.closed is not None:
            key = "closing.sent" if office.closed.number == 1 else "closing.sent_again"
            typer.echo(say(key, language, month=office.closed.month))
    if debug:
        print_causes(results)
    if stopped:
        typer.echo(word("send.stopped", language), err=True)
    well = not stopped and all(one.well for one in results)
    raise typer.Exit(0 if well and not found.unreachable else 1)


def _results(office: Office, found: Dispatch, as_json: bool) -> tuple[list[Result], bool]:
    """What became of the deliveries, and whether somebody stopped it before all were made."""
    from kpixl import terminal

    described = word("send.sending", interface_language())
    results: list[Result] = []
    steps = terminal.counted(office.deliver(found), len(found.deliveries), described, as_json)
    try:
        results.extend(steps)
    except KeyboardInterrupt:
        return results, True
    return results, False


def _ask(n: int, yes: bool, as_json: bool) -> None:
    """Nothing is sent unless a person says so, here or on the command line."""
    if yes:
        return
    if as_json or not has_terminal():
        raise UsageProblem("send-unasked")
    language = interface_language()
    question = word("send.ask_first", language) if n == 1 else say("send.ask", language, n=n)
    if not typer.confirm(question):
        typer.echo(word("send.not_sent", language))
        raise typer.Exit(0)
