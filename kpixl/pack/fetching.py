"""What WeasyPrint may fetch: the pack's own charts, inlined data and files of template folders.

Whatever else a template or a cell's text might name is refused, so that no pack reads the user's
files or reaches a network; and it is remembered, so that it can be said.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import UsageProblem
from kpixl.pack.problems import refused_fetch
from kpixl.pack.references import IMAGE_SCHEME, file_of, is_within, kind_of

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

SVG = "image/svg+xml"


def pack_fetcher(images: Mapping[str, str], templates: Path | None) -> URLFetcher:
    """Serves ``images`` (SVG by URL) and files of the template folders. WeasyPrint goes on without
    what it cannot fetch; ``raise_refused`` raises :class:`UsageProblem` for the first of it."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class PackFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)
            self.refused: list[UsageProblem] = []

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith(IMAGE_SCHEME) and url in images:
                return URLFetcherResponse(url, images[url].encode(), {"Content-Type": SVG})
            try:
                if is_within(url):
                    return super().fetch(url, headers)
                # Read here: what fetches by itself takes no file of a share.
                path = file_of(url, templates)
                about = {"Content-Type": kind_of(path)}
                return URLFetcherResponse(path.as_uri(), path.read_bytes(), about)
            except UsageProblem as refused:
                self.refused.append(refused)
                raise
            except Exception:
                self.refused.append(refused_fetch(url))
                raise

        def raise_refused(self) -> None:
            for refused in self.refused:
                raise refused

    return PackFetcher()
