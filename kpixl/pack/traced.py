"""Fill a pack's templates so that every part of the page tells the file and line that it is from.

A style sheet is a template, too: what stands on line 40 of the page may be line 3 of brand.css, or
of a file that it includes. Marks in what the templates say outright, which Jinja carries along,
lead back; they are taken out before anything reads the page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from kpixl.pack.contexts import Pack
from kpixl.pack.html import page_by

BEGIN, END = "\x02", "\x03"
"""Around a mark; no template and no text of a workbook holds them."""
_MARK = re.compile(f"{BEGIN}([0-9]+):([^{END}]*){END}")
_DATA = "data"


@dataclass(frozen=True)
class Traced:
    """A filled page: ``text``, and from which ``starts`` on it is from which of ``places``, files
    with their lines."""

    text: str
    starts: tuple[int, ...]
    places: tuple[tuple[str, int], ...]

    def place(self, at: int) -> tuple[Path, int] | None:
        """The file and line that the text ``at`` is from; None before the first mark."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return None
        file, line = self.places[number]
        return Path(file), line + self.text.count("\n", self.starts[number], at)


class Marks(Extension):
    """Lets what templates say outright begin with where it stands, line by line."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, with marks in its text."""
        for token in stream:
            yield _marked(token, stream.filename or "") if token.type == _DATA else token


def _marked(token: Token, file: str) -> Token:
    lines = enumerate(token.value.split("\n"), token.lineno)
    text = "\n".join(f"{BEGIN}{number}:{file}{END}{line}" for number, line in lines)
    return Token(token.lineno, _DATA, text)


def traced_page(pack: Pack, medium: str, templates: Path) -> Traced:
    """The page of ``pack`` for ``medium`` ("print" or "screen"), without its drawings. Raises
    :class:`UsageProblem` as :func:`kpixl.pack.html.for_print`."""
    return _unmarked(page_by(pack, medium, templates, Marks))


def _unmarked(page: str) -> Traced:
    parts, starts, places, length, at = [], [], [], 0, 0
    for mark in _MARK.finditer(page):
        parts.append(page[at : mark.start()])
        length += len(parts[-1])
        starts.append(length)
        places.append((mark[2], int(mark[1])))
        at = mark.end()
    return Traced("".join([*parts, page[at:]]), tuple(starts), tuple(places))
