"""Say what each glyph means where its font does not, so that text can be found, copied and heard.

Figures of even width, and other forms of a sign, are glyphs of their own, for which Cairo notes no
character, or one for private use; of several characters that a font shows by one glyph it notes
the first: 月 would be found as a radical only; and an arrow that a font makes of -> is an arrow.
What stands where is known, though: the text of each mark, and the glyphs that were set for it. So
each glyph is named by what it stands for, mostly; where it is something else, that is noted beside
it.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kpixl.pack.glyphs import PRIVATE
from kpixl.pack.pluto.aligning import aligned, is_same, plain
from kpixl.pack.pluto.carried import give_back
from kpixl.pack.pluto.content import ARTIFACT, STRAY, Found
from kpixl.pack.pluto.marks import FAMILY
from kpixl.pack.pluto.pages import Pages

if TYPE_CHECKING:
    import pikepdf

UNKNOWN = "\ufffd"

_SEGMENT = re.compile(rb"/Span <</MCID (\d+)>>BDC\n(.*?)EMC\n", re.DOTALL)
_BEGINNING = re.compile(rb"/Span <</MCID (\d+)>>BDC\n")
_TOKEN = re.compile(
    rb"/(f-\d+-\d+) [\d.]+ Tf|\(([^()\\]*(?:\\.[^()\\]*)*)\)|<([0-9a-fA-F\s]*)>", re.DOTALL
)
_ENTRY = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>\n")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_FORMS = re.compile("[\u2e80-\u2fdf\ufb50-\ufdff\ufe70-\ufefc]+")
"""Radicals, and Arabic letters as they look at their place in a word."""
_TWINS = re.compile("[\uf900-\ufaff]")
"""Chinese characters that stand for others as a rule, but not always."""
_ODD = re.compile(f"{UNKNOWN}|{PRIVATE.pattern}|{_FORMS.pattern}|{_TWINS.pattern}")


class Meanings(dict[int, str]):
    """What codes mean; one that is not among them means nothing that is known."""

    def __missing__(self, code: int) -> str:
        return UNKNOWN


@dataclass(eq=False)
class Font:
    """What the codes of a font mean: ``texts`` as it says itself, corrected where ``named`` has
    the code; ``votes`` count what else a code stood for."""

    table: pikepdf.Object
    wide: bool
    texts: Meanings
    named: set[int] = field(default_factory=set)
    votes: dict[int, Counter[str]] = field(default_factory=dict)

    def codes(self, data: bytes) -> Sequence[int]:
        """The codes that ``data`` shows."""
        if not self.wide:
            return data
        return struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])

    def meanings(self, data: bytes) -> list[str]:
        """What each code of ``data`` means."""
        return [self.texts[code] for code in self.codes(data)]

    def said(self, data: bytes) -> str:
        """The same in one."""
        if self.wide:
            # Two bytes of a code for one of UTF-16; glyphs of a font are too few for its pairs.
            codes = data.decode("utf-16-be", "replace")
            return codes.translate(self.texts) if 2 * len(codes) == len(data) else ""
        return data.decode("latin-1").translate(self.texts)

    def name(self, code: int, text: str) -> None:
        """Have ``code`` mean ``text``."""
        self.texts[code] = text
        self.named.add(code)


class Piece(NamedTuple):
    """A piece of a mark's content: its ``place`` in a ``stream``, and the codes shown there, font
    by font, as they stand in it."""

    stream: int
    place: int
    runs: Sequence[tuple[Font, bytes]]

    def meanings(self) -> list[str]:
        """What each of its glyphs means."""
        return [one for font, data in self.runs for one in font.meanings(data)]


Shown = Mapping[int, Sequence[Piece]]
"""The pieces of each mark."""


def name_glyphs(pages: Pages, texts: Mapping[int, str]) -> None:
    """Put into the fonts' tables what the glyphs of ``pages`` mean, and beside glyphs of which the
    tables say something else what they say; ``texts`` gives what stands at each mark. What goes on
    from one page to the next is given to its mark."""
    fonts: dict[tuple[int, int], Font] = {}
    shown = _shown_at(pages, fonts)
    wanted = {mark: plain(text) for mark, text in texts.items() if mark in shown}
    odd = []
    for mark, text in wanted.items():
        if not _is_right(shown[mark], text):
            _count(shown[mark], text)
            odd.append(mark)
    if _settled(fonts.values(), shown):
        odd = list(wanted)
    for font in fonts.values():
        _write(font)
    noted: dict[int, dict[int, str]] = {}
    for mark in odd:
        for piece, text in _misread(shown[mark], wanted[mark]):
            noted.setdefault(piece.stream, {})[piece.place] = text
    said = {
        (one.stream, one.place): "".join(one.meanings())
        for mark in (*odd, STRAY)
        for one in shown.get(mark, ())
    }
    give_back(pages.found, odd, said, wanted)
    for stream, places in noted.items():
        pages.rewrite(stream, _noted(pages.contents[stream], places))
    for stream, place in pages.found.contents.pop(STRAY, ()):
        beginning = b"/Span <</MCID %d>>BDC\n" % place
        pages.rewrite(stream, pages.contents[stream].replace(beginning, ARTIFACT, 1))


def _marks(found: Found) -> list[dict[int, int]]:
    """The mark of each piece of content, by stream and place."""
    streams: list[dict[int, int]] = [{} for _ in found.lengths]
    for mark, places in found.contents.items():
        for stream, place in places:
            streams[stream][place] = mark
    return streams


def _fonts(holder: pikepdf.Object, fonts: dict[tuple[int, int], Font]) -> dict[str, Font]:
    """The fonts of a page or form by name, but for those of marks."""
    known = {}
    for name, font in _known(holder).items():
        if FAMILY in str(font.get("/BaseFont", "")) or "/ToUnicode" not in font:
            continue
        if font.objgen not in fonts:
            entries = _ENTRY.findall(font.ToUnicode.read_bytes())
            meant = Meanings((int(code, 16), _text(text)) for code, text in entries)
            fonts[font.objgen] = Font(font, font.get("/Subtype") == "/Type0", meant)
        known[name[1:]] = fonts[font.objgen]
    return known


def _known(holder: pikepdf.Object) -> pikepdf.Object:
    import pikepdf

    nothing = pikepdf.Dictionary()
    return holder.get("/Resources", nothing).get("/Font", nothing)


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", errors="replace")


def _shown_at(pages: Pages, fonts: dict[tuple[int, int], Font]) -> Shown:
    """The pieces of each mark; their ``fonts`` are noted."""
    found: dict[int, list[Piece]] = {}
    marks = _marks(pages.found)
    # Half of all pieces are the same as others: figures, names, marks of status.
    read: dict[object, dict[bytes, Sequence[tuple[Font, bytes]]]] = {}
    for number, holder in enumerate(pages.holders):
        known = {name.encode("ascii"): font for name, font in sorted(_fonts(holder, fonts).items())}
        same = read.setdefault(tuple(known.items()), {})
        for digits, content in _SEGMENT.findall(pages.contents[number]):
            runs = same.get(content)
            if runs is None:
                runs = same[content] = tuple(_runs(content, known))
            place = int(digits)
            found.setdefault(marks[number][place], []).append(Piece(number, place, runs))
    return found


def _runs(content: bytes, fonts: Mapping[bytes, Font]) -> Iterator[tuple[Font, bytes]]:
    """What a piece shows, font by font; of each as much as follows at once."""
    font: Font | None = None
    shown: list[bytes] = []
    for name, literal, digits in _TOKEN.findall(content):
        if name:
            if font is not None and shown:
                yield font, b"".join(shown)
                shown = []
            font = fonts.get(name)
        elif font is not None:
            shown.append(_from_digits(digits) if digits else _plain(literal))
    if font is not None and shown:
        yield font, b"".join(shown)


def _from_digits(digits: bytes) -> bytes:
    # Long lines are broken, within a byte's digits too.
    return bytes.fromhex(b"".join(digits.split()).decode("ascii"))


def _plain(literal: bytes) -> bytes:
    """What a string in brackets holds."""
    return _ESCAPE.sub(_escaped, literal) if b"\\" in literal else literal


def _escaped(match: re.Match[bytes]) -> bytes:
    said = match[1]
    if said.isdigit():
        return bytes([int(said, 8)])
    return b"" if said.endswith(b"\n") else said


def _is_right(pieces: Sequence[Piece], text: str) -> bool:
    """Whether ``pieces`` say ``text``; a glyph that may mean something else is named by it."""
    said = "".join([font.said(data) for piece in pieces for font, data in piece.runs])
    if said != text and not is_same(said, text):
        return False
    if not said.isascii() and _ODD.search(said):
        for font, code, meant in _glyphs(pieces):
            if _is_unknown(meant):
                font.named.add(code)
    return True


def _glyphs(pieces: Sequence[Piece]) -> list[tuple[Font, int, str]]:
    return [
        (font, code, meant)
        for piece in pieces
        for font, data in piece.runs
        for code, meant in zip(font.codes(data), font.meanings(data), strict=True)
    ]


def _count(pieces: Sequence[Piece], text: str) -> None:
    """Name the glyphs without a meaning by what they stand for in ``text``; count what others
    stand for if that is not what they mean."""
    glyphs = _glyphs(pieces)
    parts = aligned([meant for _, _, meant in glyphs], text)
    if parts is None:
        return
    for (font, code, meant), part in zip(glyphs, parts, strict=True):
        if part in ("", meant) or font.texts[code] == part:
            continue
        if _is_unknown(meant) and code not in font.named:
            font.name(code, part)
        else:
            font.votes.setdefault(code, Counter())[part] += 1


def _settled(fonts: Iterable[Font], shown: Shown) -> bool:
    """Have each glyph mean what it stands for mostly. Whether any means something else now."""
    contested = [font for font in fonts if font.votes]
    if not contested:
        return False
    uses = Counter(
        (font, code)
        for pieces in shown.values()
        for piece in pieces
        for font, data in piece.runs
        if font.votes
        for code in font.codes(data)
        if code in font.votes
    )
    for font in contested:
        for code, votes in font.votes.items():
            text, count = votes.most_common(1)[0]
            # A sign that the font shows by a glyph of its own is not meant by another.
            is_free = code in font.named or text not in font.texts.values()
            if is_free and count > uses[font, code] - votes.total():
                font.name(code, text)
    return True


def _misread(pieces: Sequence[Piece], text: str) -> Iterator[tuple[Piece, str]]:
    """The pieces of a mark that do not say ``text``, and what of it each should."""
    meanings = [piece.meanings() for piece in pieces]
    said = [one for piece in meanings for one in piece]
    if is_same("".join(said), text):
        return
    parts = aligned(said, text)
    if parts is None:
        return
    at = 0
    for piece, own in zip(pieces, meanings, strict=True):
        part = "".join(parts[at : at + len(own)])
        at += len(own)
        if not is_same("".join(own), part):
            yield piece, part


@lru_cache(maxsize=1 << 12)
def _is_unknown(meant: str) -> bool:
    return UNKNOWN in meant or any(one.match(meant) for one in (PRIVATE, _FORMS, _TWINS))


def _noted(content: bytes, texts: Mapping[int, str]) -> bytes:
    """``content`` with ``texts`` beside its pieces, by their places."""

    def beginning(match: re.Match[bytes]) -> bytes:
        text = texts.get(int(match[1]))
        if text is None:
            return match[0]
        told = (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode("ascii")
        return b"/Span <</MCID %s /ActualText <%s>>>BDC\n" % (match[1], told)

    return _BEGINNING.sub(beginning, content)


def _likely(meant: str) -> str:
    """What a glyph stands for where no text tells."""
    if _FORMS.fullmatch(meant):
        return unicodedata.normalize("NFKC", meant)
    return meant if _TWINS.match(meant) else UNKNOWN


def _write(font: Font) -> None:
    names = {code: font.texts[code] for code in font.named}
    names |= {
        code: _likely(text)
        for code, text in font.texts.items()
        if code and code not in names and _is_unknown(text)
    }
    if not names:
        return
    font.texts |= names

    def entry(match: re.Match[bytes]) -> bytes:
        name = names.get(int(match[1], 16))
        if name is None:
            return match[0]
        return b"<%s> <%s>\n" % (match[1], name.encode("utf-16-be").hex().encode("ascii"))

    font.table.ToUnicode.write(_ENTRY.sub(entry, font.table.ToUnicode.read_bytes()))
