"""Find the file that a reference of a user's template stands for: one of its folder, or none.

What lays a pack out may be WeasyPrint or a browser, and a page for the screen holds its files
itself: all of them ask here, so that they take the same and refuse the same.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

from kpixl.errors import UsageProblem
from kpixl.pack.problems import CUT, refused_fetch
from kpixl.resources import report_templates

IMAGE_SCHEME = "kpixl:"
"""Begins the names of a pack's own charts."""
KINDS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".svg": "image/svg+xml", ".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp",
    ".ico": "image/vnd.microsoft.icon", ".ttf": "font/ttf", ".otf": "font/otf",
    ".woff": "font/woff", ".woff2": "font/woff2", ".eot": "application/vnd.ms-fontobject",
}  # fmt: skip
"""What a pack may take of a folder, by the ending of its name."""
SHEET = ".css"
WRITTEN = frozenset({".html", ".css", ".svg"})
"""Files in which a reference may be written."""


def is_within(url: str) -> bool:
    """Whether nothing is fetched for ``url``: it is blank, a place in the document, or data."""
    return not url.strip() or url.startswith(("#", "data:"))


def base_of(templates: Path | None) -> Path:
    """The folder from which a template's references are read."""
    return (templates or report_templates()).resolve()


def file_of(url: str, templates: Path | None) -> Path:
    """The file of ``templates`` (or of the shipped ones) that ``url`` stands for. Raises
    :class:`UsageProblem`

    - ``fetch-refused``: it lies elsewhere, in the network for instance, or is of no kind that a
      pack shows;
    - ``fetch-sheet``: it is a style sheet, which a template takes in with Jinja's ``include``:
      where a sheet asks for others with ``@import``, all after its first rule do nothing;
    - ``fetch-missing``: it would lie in the folder, and does not.
    """
    base = base_of(templates)
    try:
        home = urlsplit(base.as_uri() + "/")
        parts = urlsplit(urljoin(home.geturl(), url))
        # By its letters first: to look where //host/share leads would be to log in there. A folder
        # on a share, a mapped drive included, has a host of its own.
        if parts.scheme != "file" or parts.path.startswith("//"):
            raise refused_fetch(url)
        if parts.netloc and parts.netloc.casefold() != home.netloc.casefold():
            raise refused_fetch(url)
        host = f"//{parts.netloc}" if parts.netloc else ""
        path = Path(url2pathname(host + parts.path)).resolve()
        is_there = path.is_file()
    except (OSError, ValueError):  # nothing that could be the name of a file
        raise refused_fetch(url) from None
    if not any(path.is_relative_to(folder) for folder in (base, base_of(None))):
        raise refused_fetch(url)
    named = path.relative_to(base).as_posix() if path.is_relative_to(base) else url
    kind = path.suffix.casefold()
    if kind == SHEET:
        raise UsageProblem("fetch-sheet", found=named)
    if kind not in KINDS:
        raise refused_fetch(url)
    if not is_there:
        raise refused_fetch(named if url.startswith("file:") else url, missing=True)
    return path


def placed(fault: UsageProblem, templates: Path) -> UsageProblem:
    """``fault``, a reference that is refused, with the file and line of ``templates`` that it is
    written on, where that is found."""
    asked = str(fault.details["found"]).removesuffix(CUT)
    pattern = re.compile(rf"(?<![\w./-]){re.escape(asked)}")
    for path in sorted(templates.rglob("*")):
        if path.suffix.casefold() in WRITTEN and path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, 1):
                if pattern.search(line):
                    place = f"{path}:{number}"
                    return UsageProblem(
                        fault.code, **{**fault.details, "form": "placed", "place": place}
                    )
    return fault


def kind_of(path: Path) -> str:
    """The media type of a file that :func:`file_of` found."""
    return KINDS[path.suffix.casefold()]
