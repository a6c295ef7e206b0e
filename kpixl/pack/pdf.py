"""Turn a pack's HTML into PDF bytes with WeasyPrint. Only template files are read."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kpixl.errors import KpixlError
from kpixl.pack.contexts import Pack
from kpixl.pack.html import IMAGE_SCHEME, Rendered, for_print
from kpixl.resources import report_templates

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

PDF_VARIANT = "pdf/ua-1"


class RenderProblem(KpixlError):
    """WeasyPrint or what it needs (Pango, fonts) is missing or failed."""


def pack_pdf(pack: Pack, templates: Path | None = None) -> bytes:
    """The pack as a tagged PDF; equal packs give equal bytes with the same fonts."""
    return to_pdf(for_print(pack, templates), pack.identifier, templates)


def to_pdf(rendered: Rendered, identifier: str, templates: Path | None = None) -> bytes:
    """``rendered`` laid out on pages; ``identifier`` becomes the PDF's own."""
    try:
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as missing:
        raise RenderProblem("renderer-missing", found=str(missing)) from missing
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    with _collector_off():
        document = HTML(
            string=rendered.html,
            base_url=str(templates or report_templates()) + "/",
            url_fetcher=_fetcher(rendered.images, templates),
        )
        written = document.write_pdf(
            font_config=FontConfiguration(),
            pdf_variant=PDF_VARIANT,
            pdf_identifier=identifier.encode("ascii"),
        )
    if not isinstance(written, bytes):
        raise RenderProblem("renderer-missing", found=type(written).__name__)
    return written


def _fetcher(images: Mapping[str, str], templates: Path | None) -> URLFetcher:
    """Serves the pack's own charts, inlined data and files of the template folders; whatever else
    a template or a cell's text might name is refused, so that no pack reads the user's files or
    reaches a network."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    folders = [folder.resolve() for folder in (report_templates(), templates) if folder]

    class PackFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith(IMAGE_SCHEME) and url in images:
                body = images[url].encode()
                return URLFetcherResponse(url, body, {"Content-Type": "image/svg+xml"})
            if url.startswith("file:") and not _lies_in(url, folders):
                raise ValueError("outside the template folders")
            return super().fetch(url, headers)

    return PackFetcher(allowed_protocols=("data", "file"), allow_redirects=False)


def _lies_in(url: str, folders: Iterable[Path]) -> bool:
    path = Path(url2pathname(urlsplit(url).path)).resolve()
    return any(path.is_relative_to(folder) for folder in folders)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Laying out makes millions of objects that live to the end: collecting among them in vain
    costs a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.collect()
