"""The command that puts departments' books under their group's tree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpixl.cli.common import DebugOption, JsonOption, LangOption, app, guarded, print_json
from kpixl.errors import UsageProblem
from kpixl.ui import help_text, interface_language
from kpixl.words import say, typed, word


@app.command(help=help_text("merge"))
@guarded
def merge(
    group: Annotated[
        Path, typer.Argument(help=help_text("merge_group"), show_default=False, readable=False)
    ],
    departments: Annotated[
        list[str],
        typer.Argument(
            metavar="DEPARTMENT...", help=help_text("merge_departments"), show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help=help_text("merge_out"), readable=False)],
    under: Annotated[
        list[str] | None,
        typer.Option("--under", metavar="NAME=ID", help=help_text("merge_under")),
    ] = None,
    lang: LangOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("merge_dry_run"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import terminal
    from kpixl.books.merge import merge_books, spread
    from kpixl.books.merge_lines import difference_lines, left_lines, made_lines, merge_data

    language = interface_language()
    parts = spread(departments)
    told = dict(_told(one) for one in under or ())
    book = merge_books(out, group, parts, told, lang.value if lang else None, dry_run)
    if as_json:
        print_json(merge_data(book, language))
    else:
        screen, warned = terminal.console(), terminal.console(stderr=True)
        for line in made_lines(book, language):
            terminal.say_line(screen, line)
        left = list(left_lines(book, language))
        if left:
            terminal.say_line(screen, word("merge.left", language), style="bold")
        for line in left:
            terminal.say_line(screen, line, 2)
        for line in difference_lines(book, language):
            terminal.say_line(warned, line, style="bold")
        if book.merged.differences:
            terminal.say_line(warned, say("merge.mend", language), 2)
        counted = {"books": len(parts), "goals": book.goals}
        key = "merge.tried" if book.path is None else "merge.made"
        terminal.say_line(screen, say(key, language, path=out, **counted))
        if book.path is not None:
            terminal.say_line(screen, say("merge.next", language, path=typed(str(out))))
    raise typer.Exit(1 if book.merged.differences else 0)


def _told(text: str) -> tuple[str, str]:
    name, sign, goal = text.partition("=")
    if not (sign and name.strip() and goal.strip()):
        raise UsageProblem("merge-under-form", found=text)
    return name.strip(), goal.strip()
