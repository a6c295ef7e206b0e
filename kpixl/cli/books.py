"""The commands about one workbook: make it, check it, show it, export it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    AsOfOption,
    DebugOption,
    JsonOption,
    LangOption,
    MonthOption,
    ScopeOption,
    Workbook,
    app,
    day_of,
    guarded,
    month_of,
    print_json,
)
from kpixl.errors import UsageProblem
from kpixl.ui import help_text, interface_language
from kpixl.words import say, typed, word

if TYPE_CHECKING:
    from kpixl.books.rollover import NewYear


class Cells(StrEnum):
    """What the cells of a new book are worked out with."""

    FUNCTIONS = "functions"
    NATIVE = "native"


class ExportFormat(StrEnum):
    """The forms of ``kpixl export``."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


START, COLUMNS = 4, 36
"""Where nothing else is said, a new book's year starts in April, and it has three years."""


@app.command(help=help_text("new"))
@guarded
def new(
    path: Annotated[
        Path, typer.Argument(help=help_text("new_path"), show_default=False, readable=False)
    ],
    lang: LangOption = None,
    old: Annotated[
        Path | None, typer.Option("--from", help=help_text("new_from"), readable=False)
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help=help_text("sample"))] = False,
    fiscal_start: Annotated[
        int | None,
        typer.Option(
            "--fiscal-start", min=1, max=12, help=help_text("fiscal_start"), show_default=str(START)
        ),
    ] = None,
    months: Annotated[
        int | None,
        typer.Option(
            "--months", min=12, max=120, help=help_text("months"), show_default=str(COLUMNS)
        ),
    ] = None,
    first: Annotated[str | None, typer.Option("--first", help=help_text("first"))] = None,
    cells: Annotated[
        Cells | None,
        typer.Option("--cells", help=help_text("new_cells"), show_default=Cells.FUNCTIONS.value),
    ] = None,
    country: Annotated[str | None, typer.Option("--country", help=help_text("new_country"))] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    if old is not None:
        given = {
            "--sample": sample, "--fiscal-start": fiscal_start, "--months": months,
            "--country": country,
        }  # fmt: skip
        for option, value in given.items():
            if value:
                raise UsageProblem("from-with", found=option)
        from kpixl.books.rollover import new_year

        chosen_language = lang.value if lang else None
        year = new_year(path, old, chosen_language, month_of(first), cells.value if cells else None)
        _say_new_year(year, as_json)
        return
    given = {"--fiscal-start": fiscal_start, "--months": months, "--first": first}
    for option, value in given.items():
        if sample and value:
            raise UsageProblem("sample-with", found=option)
    from kpixl import jobs

    language = lang.value if lang else interface_language()
    chosen = cells or Cells.FUNCTIONS
    layout = (sample, fiscal_start or START, months or COLUMNS, month_of(first))
    options = (*layout, chosen.value, country or "")
    made = jobs.new_workbook(path, language, *options)
    if as_json:
        print_json({"file": str(made)})
        return
    typer.echo(say("cli.made", interface_language(), path=made))
    key = "cli.sample_next" if sample else "cli.new_next"
    guide = word("sheet.guide", language)
    typer.echo(say(key, interface_language(), path=typed(str(made)), sheet=guide))


def _say_new_year(made: NewYear, as_json: bool) -> None:
    from kpixl.books.rollover_lines import kept_lines, left_lines, new_year_data, next_lines
    from kpixl.terminal import console, say_line

    language = interface_language()
    if as_json:
        print_json(new_year_data(made, language))
        return
    out, old = console(), made.origin.path
    say_line(out, say("rollover.made", language, path=made.path, old=old), style="bold")
    for line in kept_lines(made, language):
        say_line(out, line, 2)
    left = list(left_lines(made, language))
    if left:
        say_line(out, word("rollover.left", language), style="bold")
    for line in left:
        say_line(out, line, 2)
    for line in next_lines(made, language):
        say_line(out, line)


@app.command(help=help_text("check"))
@guarded
def check(
    workbook: Workbook,
    strict: Annotated[bool, typer.Option("--strict", help=help_text("strict"))] = False,
    cells: Annotated[bool, typer.Option("--cells", help=help_text("cells"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.check_report import check_data, print_check
    from kpixl.checking import check_workbook

    language = interface_language()
    found = check_workbook(workbook, cells)
    if as_json:
        print_json(check_data(found, language))
    else:
        print_check(workbook.name, found, language, strict)
    differing = found.cells is not None and found.cells.differences
    failing = found.told if strict or differing else [
        entry for entry in found.told if not entry.warning
    ]  # fmt: skip
    raise typer.Exit(1 if failing else 0)


@app.command(help=help_text("show"))
@guarded
def show(
    workbook: Workbook,
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs, terminal
    from kpixl.check_report import print_problems
    from kpixl.delivery.closed import of_closings
    from kpixl.review.export import as_data
    from kpixl.review.scope import scoped

    whole = jobs.review_workbook(workbook, month_of(month), day_of(as_of))
    part = scoped(whole, scope)
    language = lang.value if lang else part.settings.language
    if as_json:
        print_json(as_data(part, language))
    else:
        terminal.print_scorecard(part, language)
        print_problems(of_closings(part.problems), language)
    raise typer.Exit(1 if part.errors else 0)


@app.command(help=help_text("export"))
@guarded
def export(
    workbook: Workbook,
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", case_sensitive=False, help=help_text("format")),
    ] = None,
    out: Annotated[str, typer.Option("-o", "--out", help=help_text("export_out"))] = "-",
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs
    from kpixl.review.scope import scoped

    whole = jobs.review_workbook(workbook, month_of(month), day_of(as_of))
    part = scoped(whole, scope)
    data = jobs.export(
        part, (form or _format_of(out)).value, lang.value if lang else part.settings.language
    )
    if out == "-":
        if sys.stdout is None:  # such as after >&- of a shell
            raise UsageProblem("export-nowhere")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        path = jobs.write_export(Path(out), data)
        typer.echo(say("cli.made", interface_language(), path=path))
    raise typer.Exit(1 if part.errors else 0)


def _format_of(out: str) -> ExportFormat:
    """The format that the name of the file asks for: JSON in a file that is called .csv would be
    found out by whoever opens it only."""
    ending = Path(out).suffix[1:].lower()
    return ExportFormat(ending) if ending in list(ExportFormat) else ExportFormat.JSON
