"""The commands about how packs look."""

from __future__ import annotations

from dataclasses import replace
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
    engine_for,
    guarded,
    look_folder,
    print_json,
)
from kpixl.errors import UsageProblem
from kpixl.ui import help_text, interface_language
from kpixl.words import say, typed

brand = typer.Typer(
    cls=InOrder, no_args_is_help=True, help=help_text("brand"), rich_markup_mode=None
)
app.add_typer(brand, name="brand")


def _language(lang: Language | None) -> str:
    return lang.value if lang else interface_language()


@brand.command("new", help=help_text("brand_new"))
@guarded
def brand_new(
    folder: Annotated[
        Path, typer.Argument(help=help_text("brand_new_folder"), readable=False)
    ] = Path("brand"),
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    from kpixl.brand.new import new_kit

    language = interface_language()
    for path in new_kit(folder, _language(lang)):
        typer.echo(say("cli.made", language, path=path))
    typer.echo(say("brand.new_next", language, folder=typed(str(folder))))


@brand.command("preview", help=help_text("brand_preview"))
@guarded
def brand_preview(
    folder: Annotated[
        Path, typer.Argument(help=help_text("brand_preview_folder"), readable=False)
    ] = Path("brand"),
    out: Annotated[
        Path, typer.Option("-o", "--out", help=help_text("out"), readable=False)
    ] = Path(),
    lang: LangOption = None,
    html: Annotated[bool, typer.Option("--html", help=help_text("html"))] = False,
    every: Annotated[bool, typer.Option("--all", help=help_text("brand_preview_all"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.brand.preview import preview
    from kpixl.files import check_folder_name
    from kpixl.pack.engines import Engine

    if not folder.is_dir():
        raise UsageProblem("no-such-folder", found=str(folder), form="kit")
    look_folder(folder, None)
    check_folder_name(out)
    language = interface_language()
    formats = ("pdf", "html") if html else ("pdf",)
    engine_for(Engine.AUTO, as_json, folder)
    _check_mail(folder, _language(lang))
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


def _check_mail(folder: Path, language: str) -> None:
    """Fill in the kit's templates of mails, which no page shows: a mistake in one is told here,
    not on the day when mails go out."""
    from kpixl.delivery.render import MAIL_TEMPLATES

    if not any((folder / name).is_file() for name in MAIL_TEMPLATES):
        return
    from datetime import UTC, datetime

    from kpixl.brand.preview import demo_review
    from kpixl.delivery.compose import Letterhead, compose
    from kpixl.delivery.mail import Address

    found = demo_review(language)
    sender = Address("kpi@example.com", found.settings.company)
    letterhead = Letterhead(sender, datetime(2026, 1, 1, tzinfo=UTC), templates=folder)
    compose(found, replace(found.recipients[0], language=language), letterhead, ())
