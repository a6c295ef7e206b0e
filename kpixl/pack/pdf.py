"""Turn a pack's pages into PDF bytes, with the engine that this machine has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kpixl.pack.attachments import Attachment
from kpixl.pack.contexts import Pack
from kpixl.pack.engines import Chosen, Engine, choose
from kpixl.pack.glyphs import Unshown
from kpixl.pack.html import Rendered, for_print
from kpixl.pack.look import Paper
from kpixl.pack.problems import RenderProblem as RenderProblem  # noqa: PLC0414 -- offered here too

AUTOMATIC = Engine.AUTO.value
ENGINES = tuple(engine.value for engine in Engine)


def pack_pdf(
    pack: Pack,
    templates: Path | None = None,
    attachments: Sequence[Attachment] = (),
    engine: str = AUTOMATIC,
    unshown: Unshown | None = None,
) -> bytes:
    """The pack as a tagged PDF that carries ``attachments``; with PlutoPrint and WeasyPrint, equal
    packs give equal bytes with the same fonts. ``unshown`` is asked for the pack again where it
    holds characters that no font has. Raises what :func:`kpixl.pack.engines.choose` raises, and
    :class:`RenderProblem` where the engine fails."""
    rendered = for_print(pack, templates)
    written = to_pdf(rendered, pack.identifier, templates, attachments, engine, unshown)
    if pack.paper == Paper.A4:
        return written
    from kpixl.pack.enlarging import on_paper

    return on_paper(written, Paper(pack.paper), pack.identifier)


def to_pdf(
    rendered: Rendered,
    identifier: str,
    templates: Path | None = None,
    attachments: Sequence[Attachment] = (),
    engine: str = AUTOMATIC,
    unshown: Unshown | None = None,
) -> bytes:
    """``rendered`` laid out on pages; ``identifier`` becomes the PDF's own. Raises as
    :func:`pack_pdf`."""
    chosen = choose(engine, templates)
    try:
        return _laid_out(chosen, rendered, identifier, templates, attachments, unshown)
    except RecursionError as fault:
        raise RenderProblem("nested-too-deep") from fault


def _laid_out(
    chosen: Chosen,
    rendered: Rendered,
    identifier: str,
    templates: Path | None,
    attachments: Sequence[Attachment],
    unshown: Unshown | None,
) -> bytes:
    if chosen.browser is not None:
        from kpixl.pack import chromium

        return chromium.to_pdf(
            rendered, identifier, chosen.browser, templates, attachments, unshown
        )
    if chosen.engine is Engine.PLUTOPRINT:
        from kpixl.pack.pluto import engine as pluto

        return pluto.to_pdf(rendered, identifier, templates, attachments, unshown)
    from kpixl.pack import weasy

    return weasy.to_pdf(rendered, identifier, templates, attachments, unshown)
