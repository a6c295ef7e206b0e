"""The command that drafts a book from an old workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpixl.cli.common import DebugOption, JsonOption, Language, app, guarded, print_json
from kpixl.errors import UsageProblem
from kpixl.plan.values import EARLIEST_YEAR, LATEST_YEAR
from kpixl.ui import help_text, interface_language
from kpixl.words import say


@app.command(help=help_text("adopt"))
@guarded
def adopt(
    old: Annotated[
        Path, typer.Argument(help=help_text("adopt_old"), show_default=False, readable=False)
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=help_text("adopt_out"), readable=False)
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", min=EARLIEST_YEAR, max=LATEST_YEAR, help=help_text("adopt_year")),
    ] = None,
    fiscal_start: Annotated[
        int | None,
        typer.Option("--fiscal-start", min=1, max=12, help=help_text("adopt_start")),
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", case_sensitive=False, help=help_text("adopt_lang"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("adopt_dry"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.adopt_report import adoption_data, print_adoption
    from kpixl.adopting.adopt import adopt as adopted
    from kpixl.adopting.writing import NothingAdopted, refuse_target, write_adopted
    from kpixl.adopting.years import Told
    from kpixl.new_books import new_book_id

    if out is None and not dry_run:
        raise UsageProblem("adopt-out")
    if out is not None:
        refuse_target(out)
    found = adopted(old, Told(year, fiscal_start), lang.value if lang else None)
    language = interface_language()
    written = None
    if found.draft is not None and out is not None and not dry_run:
        written = write_adopted(found, out, new_book_id())
    if as_json:
        print_json(adoption_data(found, written, language))
    else:
        if written is not None:
            typer.echo(say("cli.made", language, path=written))
        print_adoption(found, written, language)
    if found.draft is None and not as_json:
        raise NothingAdopted(found)
    raise typer.Exit(0 if found.draft is not None else 1)
