"""The commands about how packs look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpixl.cli.common import (
    DebugOption,
    InOrder,
    JsonOption,
    LangOption,
    Language,
    app,
    guarded,
    look_folder,
    print_json,
)
from kpixl.ui import help_text, interface_language
from kpixl.words import say

brand = typer.Typer(
    cls=InOrder, no_args_is_help=True, help=help_text("brand"), rich_markup_mode=None
)
app.add_typer(brand, name="brand")


def _language(lang: Language | None) -> str:
    return lang.value if lang else interface_language()


@brand.command("new", help=help_text("brand_new"))
@guarded
def brand_new(
    folder: Annotated[Path, typer.Argument(help=help_text("brand_new_folder"))] = Path("brand"),
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    from kpixl.brand.new import new_kit

    language = interface_language()
    for path in new_kit(folder, _language(lang)):
        typer.echo(say("cli.made", language, path=path))
    typer.echo(say("brand.new_next", language, folder=_typed(folder)))


@brand.command("preview", help=help_text("brand_preview"))
@guarded
def brand_preview(
    folder: Annotated[Path, typer.Argument(help=help_text("brand_preview_folder"))] = Path("brand"),
    out: Annotated[Path, typer.Option("-o", "--out", help=help_text("out"))] = Path(),
    lang: LangOption = None,
    html: Annotated[bool, typer.Option("--html", help=help_text("html"))] = False,
    every: Annotated[bool, typer.Option("--all", help=help_text("brand_preview_all"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.brand.preview import preview

    look_folder(folder, None)
    language = interface_language()
    formats = ("pdf", "html") if html else ("pdf",)
    found = preview(folder, out, _language(lang), formats, every)
    if as_json:
        remarks = [
            {"code": one.key, "warning": one.warns, **dict(one.details)} for one in found.remarks
        ]
        print_json({"files": [str(path) for path in found.files], "remarks": remarks})
        return
    for path in found.files:
        typer.echo(say("cli.made", language, path=path))
    for one in found.remarks:
        sign = "!" if one.warns else "–"
        typer.echo(f"  {sign} {say(f'brand.{one.key}', language, **dict(one.details))}")


def _typed(folder: Path) -> str:
    """The folder as it is typed after a command."""
    return f'"{folder}"' if " " in str(folder) else str(folder)
