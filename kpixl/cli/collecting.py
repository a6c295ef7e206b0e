"""The command that hands a month's entry out to the owners of goals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpixl.cli.common import (
    DebugOption,
    JsonOption,
    MonthOption,
    Workbook,
    app,
    guarded,
    month_of,
    print_json,
)
from kpixl.ui import help_text, interface_language
from kpixl.words import say, typed, word

if TYPE_CHECKING:
    from kpixl.books.collect import Collected
    from kpixl.plan.month import Month


@app.command(help=help_text("collect"))
@guarded
def collect(
    workbook: Workbook,
    folder: Annotated[
        Path,
        typer.Option(
            "--to-files", help=help_text("collect_folder"), show_default=False, readable=False
        ),
    ],
    month: MonthOption = None,
    owner: Annotated[str, typer.Option("--owner", help=help_text("collect_owner"))] = "",
    to: Annotated[str, typer.Option("--return-to", help=help_text("collect_to"))] = "",
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.books.collect import collect as split
    from kpixl.files import check_folder_name

    check_folder_name(folder)
    found, language = split(workbook, folder, month_of(month), owner, to), interface_language()
    if as_json:
        print_json(_data(found, language))
    else:
        _print(found, workbook, folder, language)
    raise typer.Exit(1 if found.held else 0)


def _print(found: Collected, workbook: Path, folder: Path, language: str) -> None:
    from kpixl.check_report import print_problems
    from kpixl.review.periods import date_name, month_name
    from kpixl.terminal import console, say_line

    out = console()
    month, due = month_name(found.month, language), date_name(found.due, language)
    head = say(
        "collect.files", language, n=len(found.files), folder=folder, month=month, due=due
    )  # fmt: skip
    say_line(out, head, style="bold")
    for line in _lines(found, language):
        say_line(out, line, 2)
    if found.without_owner:
        names = word("import.list_joiner", language).join(found.without_owner)
        say_line(out, say("collect.without_owner", language, names=names))
    for held in found.held:
        say_line(out, say("collect.held", language, owner=held.owner), style="bold")
        print_problems(held.problems, language)
    if found.files:
        say_line(out, _next(found.month, workbook, folder, language))


def _next(month: Month, workbook: Path, folder: Path, language: str) -> str:
    """The command that brings the books back, to be pasted."""
    from kpixl.importing.mapping import DATED

    # plan-2026-04.xlsx becomes plan-2026-05.xlsx.
    stem = DATED.sub("", workbook.stem) or workbook.stem
    target = workbook.with_name(f"{stem}-{month}{workbook.suffix}")
    name = typed(str(folder))
    # Within quotes no shell expands a pattern; kpixl does.
    answers = f'"{folder}/*.xlsx"' if name.startswith('"') else f"{name}/*.xlsx"
    return say(
        "collect.next", language, path=typed(str(workbook)), answers=answers,
        out=typed(str(target)),
    )  # fmt: skip


def _lines(found: Collected, language: str) -> Iterator[str]:
    for one in found.files:
        yield say(
            "collect.file", language, name=one.path.name, owner=one.owner,
            goals=len(one.goals), waiting=len(one.waiting),
        )  # fmt: skip


def _data(found: Collected, language: str) -> dict[str, Any]:
    from kpixl.review.export import problem_data

    return {
        "month": str(found.month),
        "due": found.due.isoformat(),
        "files": [
            {
                "file": str(one.path),
                "owner": one.owner,
                "goals": list(one.goals),
                "waiting": list(one.waiting),
            }
            for one in found.files
        ],
        "held": [
            {
                "owner": one.owner,
                "problems": [problem_data(problem, language) for problem in one.problems],
            }
            for one in found.held
        ],
        "without_owner": list(found.without_owner),
    }
