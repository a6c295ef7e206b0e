"""The commands about this machine: the demo, the doctor, and the in-cell functions' homes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpixl.cli.common import (
    DebugOption,
    InOrder,
    JsonOption,
    OutOption,
    app,
    engine_for,
    guarded,
    print_json,
)
from kpixl.ui import help_text, interface_language
from kpixl.words import say, word


@app.command(help=help_text("demo"))
@guarded
def demo(out: OutOption = Path("demo"), debug: DebugOption = False) -> None:
    from kpixl import terminal
    from kpixl.demo import demo_steps
    from kpixl.files import check_folder_name

    check_folder_name(out)
    language = interface_language()
    engine_for("auto", as_json=False)
    steps = demo_steps(out)
    files: list[Path] = []
    for step in terminal.progress(steps, word("cli.demo_running", language)):
        files.extend(step())
    typer.echo(say("cli.demo_done", language, folder=out.resolve()))
    for path in files:
        typer.echo(f"  {path}")
    typer.echo(word("cli.demo_next", language))


@app.command(help=help_text("doctor"))
@guarded
def doctor(as_json: JsonOption = False, debug: DebugOption = False) -> None:
    from kpixl import terminal
    from kpixl.doctor import examine

    findings = examine()
    if as_json:
        print_json(terminal.findings_data(findings, interface_language()))
    else:
        terminal.print_findings(findings, interface_language())
    raise typer.Exit(1 if terminal.is_ill(findings) else 0)


addin = typer.Typer(
    cls=InOrder, no_args_is_help=True, help=help_text("addin"), rich_markup_mode=None
)
app.add_typer(addin, name="addin")


@addin.command("excel", help=help_text("addin_excel"))
@guarded
def addin_excel(debug: DebugOption = False) -> None:
    from kpixl.hosts.excel.addin import set_up

    steps = set_up()
    for step in steps:
        typer.echo(step.sentence(interface_language()))
    raise typer.Exit(0 if all(step.ok for step in steps) else 1)


@addin.command("libreoffice", help=help_text("addin_libreoffice"))
@guarded
def addin_libreoffice(
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=help_text("oxt_out"), readable=False)
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help=help_text("addin_remove"))] = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.hosts.libreoffice import find_manager, set_up, take_away

    manager = find_manager()
    steps = take_away(manager) if remove else set_up(out, manager)
    for step in steps:
        typer.echo(step.sentence(interface_language()))
    raise typer.Exit(0 if all(step.ok for step in steps) else 1)
