"""Say what each glyph means where its font does not, so that text can be found, copied and heard.

Figures of even width, and other forms of a sign, are glyphs of their own, for which Cairo notes no
character, or one for private use; and of several characters that a font shows by one glyph it
notes the first: 月 would be found as a radical only. What stands where is known, though: the text
of each mark, and the glyphs that were set for it. Where these are as many, each glyph stands for
its character.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.pack.glyphs import PRIVATE
from kpixl.pack.pluto.content import Found
from kpixl.pack.pluto.marks import FAMILY
from kpixl.pack.pluto.pages import Pages

if TYPE_CHECKING:
    import pikepdf

UNKNOWN = "\ufffd"

_SEGMENT = re.compile(rb"/Span <</MCID (\d+)>>BDC\n(.*?)EMC\n", re.DOTALL)
_TOKEN = re.compile(rb"/(f-\d+-\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\)|<([0-9a-fA-F\s]*)>", re.DOTALL)
_ENTRY = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>\n")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_SPACES = re.compile(r"\s+")
_FORMS = re.compile("[\u2e80-\u2fdf\ufb50-\ufdff\ufe70-\ufefc]+")
"""Radicals, and Arabic letters as they look at their place in a word."""
_TWINS = re.compile("[\uf900-\ufaff]")
"""Chinese characters that stand for others as a rule, but not always."""


@dataclass
class _Font:
    """What the codes of a font mean; ``votes`` count what those without a meaning stood for."""

    table: pikepdf.Object
    wide: bool
    texts: dict[int, str]
    votes: dict[int, Counter[str]] = field(default_factory=dict)

    @property
    def unnamed(self) -> set[int]:
        """The codes that mean nothing as yet, or perhaps something else."""
        return {
            code
            for code, text in self.texts.items()
            if code and _is_unknown(text) and code not in self.votes
        }


def name_glyphs(pages: Pages, texts: Mapping[int, str]) -> None:
    """Put into the fonts' tables what the glyphs of ``pages`` mean; ``texts`` gives what stands at
    each mark."""
    fonts: dict[tuple[int, int], _Font] = {}
    marks = _marks(pages.found)
    written: dict[int, list[tuple[_Font, int]]] = {}
    for number, holder in enumerate(pages.holders):
        known = _fonts(holder, fonts)
        if not any(font.unnamed for font in known.values()):
            continue
        met = set[int]()
        for mark, glyphs in _glyphs(pages.contents[number], marks[number], known):
            written.setdefault(mark, []).extend(glyphs)
            met.add(mark)
        for mark in met:
            _count(written[mark], texts.get(mark, ""))
    for font in fonts.values():
        _write(font)


def _marks(found: Found) -> list[dict[int, int]]:
    """The mark of each piece of content, by stream and place."""
    streams: list[dict[int, int]] = [{} for _ in found.lengths]
    for mark, places in found.contents.items():
        for stream, place in places:
            streams[stream][place] = mark
    return streams


def _fonts(holder: pikepdf.Object, fonts: dict[tuple[int, int], _Font]) -> dict[str, _Font]:
    """The fonts of a page or form by name, but for those of marks."""
    known = {}
    for name, font in _known(holder).items():
        if FAMILY in str(font.get("/BaseFont", "")) or "/ToUnicode" not in font:
            continue
        if font.objgen not in fonts:
            entries = _ENTRY.findall(font.ToUnicode.read_bytes())
            meant = {int(code, 16): _text(text) for code, text in entries}
            fonts[font.objgen] = _Font(font, font.get("/Subtype") == "/Type0", meant)
        known[name[1:]] = fonts[font.objgen]
    return known


def _known(holder: pikepdf.Object) -> pikepdf.Object:
    import pikepdf

    nothing = pikepdf.Dictionary()
    return holder.get("/Resources", nothing).get("/Font", nothing)


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", errors="replace")


def _glyphs(
    content: bytes, marks: Mapping[int, int], fonts: Mapping[str, _Font]
) -> Iterator[tuple[int, list[tuple[_Font, int]]]]:
    """The glyphs of each piece of content, with its mark, but of those without a glyph that means
    nothing as yet."""
    unnamed = {f"{code:04x}" for font in fonts.values() if font.wide for code in font.unnamed}
    if not unnamed:
        return
    asked = re.compile("|".join(unnamed).encode("ascii"))
    if not asked.search(content):
        return
    pieces = [(marks[int(place)], piece) for place, piece in _SEGMENT.findall(content)]
    wanted = {mark for mark, piece in pieces if asked.search(piece)}
    for mark, piece in pieces:
        if mark in wanted:
            yield mark, list(_shown(piece, fonts))


def _shown(piece: bytes, fonts: Mapping[str, _Font]) -> Iterator[tuple[_Font, int]]:
    font: _Font | None = None
    for name, literal, digits in _TOKEN.findall(piece):
        if name:
            font = fonts.get(name.decode("ascii"))
        elif font is not None:
            codes = bytes.fromhex(b"".join(digits.split()).decode()) if digits else _plain(literal)
            for code in _codes(codes, font.wide):
                yield font, code


def _plain(literal: bytes) -> bytes:
    """What a string in brackets holds."""

    def meant(match: re.Match[bytes]) -> bytes:
        said = match[1]
        if said.isdigit():
            return bytes([int(said, 8)])
        return b"" if said.endswith(b"\n") else said

    return _ESCAPE.sub(meant, literal) if b"\\" in literal else literal


def _codes(data: bytes, wide: bool) -> list[int]:
    return (
        [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
        if wide
        else [*data]
    )


def _count(glyphs: list[tuple[_Font, int]], text: str) -> None:
    """Count what glyphs without a meaning stand for, where there are as many as characters and the
    others are what the text says."""
    shown = [
        (font, code, meant)
        for font, code in glyphs
        if not (meant := font.texts.get(code, UNKNOWN)).isspace()
    ]
    wanted = _SPACES.sub("", text)
    if len(shown) != len(wanted):
        return
    pairs = list(zip(shown, wanted, strict=True))
    unknown = [(font, code, sign) for (font, code, meant), sign in pairs if _is_unknown(meant)]
    known = [meant == sign for (_, _, meant), sign in pairs if not _is_unknown(meant)]
    if unknown and all(known):
        for font, code, sign in unknown:
            font.votes.setdefault(code, Counter())[sign] += 1


@lru_cache(maxsize=1 << 12)
def _is_unknown(meant: str) -> bool:
    return meant == UNKNOWN or any(one.match(meant) for one in (PRIVATE, _FORMS, _TWINS))


def _likely(meant: str) -> str:
    """What a glyph stands for where no text tells."""
    if _FORMS.fullmatch(meant):
        return unicodedata.normalize("NFKC", meant)
    return meant if _TWINS.match(meant) else UNKNOWN


def _write(font: _Font) -> None:
    names = {code: votes.most_common(1)[0][0] for code, votes in font.votes.items()}
    names |= {code: _likely(font.texts[code]) for code in font.unnamed - names.keys()}
    if not names:
        return

    def entry(match: re.Match[bytes]) -> bytes:
        name = names.get(int(match[1], 16))
        if name is None:
            return match[0]
        return b"<%s> <%s>\n" % (match[1], name.encode("utf-16-be").hex().encode("ascii"))

    font.table.ToUnicode.write(_ENTRY.sub(entry, font.table.ToUnicode.read_bytes()))
