"""Turn a pack's HTML into PDF bytes with WeasyPrint. Only template files are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from kpixl.collector import collector_off
from kpixl.pack.archive import OPTIONS, embedded, finisher
from kpixl.pack.attachments import Attachment
from kpixl.pack.fetching import pack_fetcher
from kpixl.pack.glyphs import Unshown, unshown_characters, with_numbers
from kpixl.pack.html import Rendered
from kpixl.pack.problems import RenderProblem
from kpixl.pack.settled import settle
from kpixl.resources import report_templates

KNOWN_VERSION = "70.0"
"""The WeasyPrint that :mod:`kpixl.pack.operators` was written for."""


def to_pdf(
    rendered: Rendered,
    identifier: str,
    templates: Path | None = None,
    attachments: Sequence[Attachment] = (),
    unshown: Unshown | None = None,
) -> bytes:
    """``rendered`` laid out on pages; ``identifier`` becomes the PDF's own. A character that no
    font has is shown by its number, after ``unshown`` was asked for the pack that tells of it.
    Raises :class:`UsageProblem` ``fetch-refused`` or ``fetch-missing`` for what is not in
    ``templates``."""
    with unshown_characters() as found:
        written = _laid_out(rendered, identifier, templates, attachments)
    numbered = with_numbers(rendered, found, unshown)
    if numbered is None:
        return written
    return _laid_out(numbered, identifier, templates, attachments)


def _laid_out(
    rendered: Rendered,
    identifier: str,
    templates: Path | None,
    attachments: Sequence[Attachment],
) -> bytes:
    try:
        import weasyprint  # noqa: F401 -- what is missing is said once, here
    except (ImportError, OSError) as missing:
        raise RenderProblem("renderer-missing", found=str(missing)) from missing
    with collector_off():
        written = _written(rendered, identifier, templates, attachments)
    if not isinstance(written, bytes):
        raise RenderProblem("renderer-missing", found=type(written).__name__)
    return written


def _written(
    rendered: Rendered,
    identifier: str,
    templates: Path | None,
    attachments: Sequence[Attachment],
) -> object:
    from weasyprint.text.fonts import FontConfiguration

    from kpixl.pack.operators import pictures
    from kpixl.pack.xhtml import document

    fonts = FontConfiguration()
    drawn = unknown_version() is None
    fetcher = pack_fetcher({} if drawn else rendered.images, templates)
    cache = pictures(rendered.drawings, rendered.fonts, rendered.language, fonts) if drawn else {}
    folder = (templates or report_templates()).absolute()
    pages, sheets = document(rendered.html, folder.as_uri() + "/", fetcher)
    written = pages.write_pdf(
        font_config=fonts,
        cache=cache,
        stylesheets=sheets,
        pdf_identifier=identifier.encode("ascii"),
        attachments=embedded(attachments),
        finisher=partial(_finish, finisher(attachments)),
        **OPTIONS,
    )
    fetcher.raise_refused()
    return written


def _finish(first: Callable[[object, object], None], document: object, pdf: object) -> None:
    """The last hands on a PDF before it is written."""
    first(document, pdf)
    settle(pdf)


def unknown_version() -> str | None:
    """The installed WeasyPrint, None where it is the one whose inner parts are known: there charts
    go straight to the PDF. With another they go there as SVG, which looks the same and takes
    longer."""
    import weasyprint

    found = str(weasyprint.__version__)
    return None if found == KNOWN_VERSION else found
