"""The command that brings figures into a book."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    DebugOption,
    JsonOption,
    Workbook,
    app,
    guarded,
    has_terminal,
    month_of,
    print_json,
)
from kpixl.errors import Problem, UsageProblem
from kpixl.files import CannotWrite
from kpixl.ui import help_text, interface_language
from kpixl.words import say, word

if TYPE_CHECKING:
    from kpixl.importing.run import Preview


class Into(StrEnum):
    """The sheets that figures may go into."""

    ACTUALS = "actuals"
    PLAN = "plan"
    REVISION = "revision"
    OUTLOOK = "outlook"


@app.command("import", help=help_text("import"))
@guarded
def import_figures(
    workbook: Workbook,
    sources: Annotated[
        list[str], typer.Argument(help=help_text("import_sources"), show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=help_text("import_out"), readable=False)
    ] = None,
    month: Annotated[str | None, typer.Option("--month", help=help_text("import_month"))] = None,
    into: Annotated[Into | None, typer.Option("--into", help=help_text("import_into"))] = None,
    sheet: Annotated[str, typer.Option("--sheet", help=help_text("import_sheet"))] = "",
    query: Annotated[str, typer.Option("--query", help=help_text("import_query"))] = "",
    mapping: Annotated[
        Path | None, typer.Option("--map", help=help_text("import_map"), readable=False)
    ] = None,
    keep: Annotated[
        bool, typer.Option("--remember/--no-remember", help=help_text("import_remember"))
    ] = True,
    restate: Annotated[bool, typer.Option("--restate", help=help_text("import_restate"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("import_dry_run"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=help_text("import_yes"))] = False,
    ledger: Annotated[str | None, typer.Option("--ledger", help=help_text("ledger"))] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.importing.run import Order, check_out, look
    from kpixl.importing.sources import Wanted

    if out is None and not dry_run:
        raise UsageProblem("import-out")
    if out is not None:
        check_out(workbook, out)
    if mapping is not None and not mapping.is_file():
        raise UsageProblem("import-map-none", found=str(mapping))
    order = Order(
        workbook=workbook,
        sources=tuple(sources),
        month=month_of(month),
        wanted=Wanted(query, sheet, into.value if into else ""),
        mapping=mapping,
        ledger=ledger,
        restate=restate,
    )
    found = look(order)
    if not as_json:
        from kpixl.importing_report import print_preview

        print_preview(found, interface_language())
    agreed = not dry_run and not found.is_empty and _agreed(found, yes, as_json)
    _finish(found, out if agreed else None, keep, dry_run, as_json)


def _agreed(found: Preview, yes: bool, as_json: bool) -> bool:
    """Nothing is written unless a person says so, here or on the command line."""
    if yes:
        return True
    if as_json or not has_terminal():
        raise UsageProblem("import-unasked")
    n = len(found.changes) + len(found.comments)
    return typer.confirm(question(n, len(found.errors), interface_language()))


def question(changes: int, held: int, language: str) -> str:
    """Whether to write so many changes, while so many problems keep figures from being written."""
    key = {0: "ask", 1: "ask_held"}.get(held, "ask_rest")
    alone = "_one" if changes == 1 else ""
    return say(f"import.{key}{alone}", language, n=changes, held=held)


def _finish(found: Preview, out: Path | None, keep: bool, dry_run: bool, as_json: bool) -> None:
    """Write where that was agreed to, and say so."""
    from kpixl.check_report import print_problems
    from kpixl.importing.run import remember_sources, write

    language = interface_language()
    written = None if out is None else write(found, out)
    remembered: tuple[str, ...] = ()
    unable: tuple[Problem, ...] = ()
    if keep and not dry_run and (written is not None or found.is_empty):
        try:
            remembered = remember_sources(found, found.book.plan.settings.language)
        except CannotWrite as fault:
            # Beside a book on a share that may only be read; the new book is there all the same.
            details = {"file": found.mapping.name, "reason": fault.details["reason"]}
            unable = (Problem("import-not-remembered", details=details, warning=True),)
            found = replace(found, problems=(*found.problems, *unable))
    if as_json:
        from kpixl.importing_report import preview_data

        print_json(preview_data(found, language, written, remembered))
    elif written is not None:
        typer.echo(say("cli.made", language, path=written))
    else:
        key = "import.nothing" if found.is_empty else "import.not_written"
        typer.echo(word(key, language))
    if unable and not as_json:
        print_problems(unable, language)
    if remembered and not as_json:
        names = word("import.list_joiner", language).join(remembered)
        typer.echo(say("import.remembered", language, names=names, file=found.mapping))
    raise typer.Exit(1 if found.errors else 0)
