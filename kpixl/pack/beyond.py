"""Find what in a user's templates only WeasyPrint lays out: PlutoPrint would pass over it, and the
page would look otherwise without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NOT_PRINTED = frozenset(
    {"browser.html", "mail.html", "mail_macros.html", "screen.css", "screen_print.css"}
)
"""Templates of the HTML page and of mails."""
_SKIPPED = re.compile(
    r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->|\.flow \{ columns: 3;"
    r"|@media\s+(?:only\s+)?screen\b[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
    re.DOTALL | re.IGNORECASE,
)
"""Comments, rules for the HTML page, and the columns that :mod:`kpixl.pack.pluto.beside` makes."""
_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>|\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.I | re.S)
_BEYOND = re.compile(
    r"\bdisplay\s*:\s*(?:inline-)?grid\b"
    r"|(?<![\w-])columns\s*:|(?<![\w-])column-(?:count|width)\s*:"
    r"|@page\s*[\w-]*:[\w-]+"
    r"|@(?:left|right)-(?:top|middle|bottom)\b"
    r"|(?<![\w-])string-set\s*:(?!\s*heading\b)|\bfootnote\b|\bleader\(",
    re.IGNORECASE,
)
"""Grids, columns of text, pages told apart by where they stand, boxes at the sides, strings other
than the heading, footnotes, leaders."""


@dataclass(frozen=True)
class Beyond:
    """The first thing of its kind: its file, its line, and what stands there."""

    file: Path
    line: int
    found: str


def beyond(templates: Path | None) -> Beyond | None:
    """The first of what PlutoPrint would pass over in a folder's templates, by file and line; None
    where there is none, or no folder that can be read: that is told of when they are run."""
    if templates is None or not templates.is_dir():
        return None
    files = sorted(path for path in templates.iterdir() if _is_printed(path))
    return next((one for path in files for one in _within(path)), None)


def _is_printed(path: Path) -> bool:
    return path.suffix in (".css", ".html") and path.name not in _NOT_PRINTED


def _within(file: Path) -> Iterator[Beyond]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return
    text = _SKIPPED.sub(_blanked, text)
    parts = [(0, text)] if file.suffix == ".css" else _sheets(text)
    for start, part in parts:
        for match in _BEYOND.finditer(part):
            line = text.count("\n", 0, start + match.start()) + 1
            yield Beyond(file, line, " ".join(match[0].split()))


def _sheets(html: str) -> list[tuple[int, str]]:
    """The style sheets and ``style`` attributes of a template, and where each begins."""
    found = (match.span(match.lastindex or 0) for match in _SHEET.finditer(html))
    return [(start, html[start:end]) for start, end in found]


def _blanked(skipped: re.Match[str]) -> str:
    """As many lines with nothing in them."""
    return "\n" * skipped[0].count("\n")
