"""Find the characters that a browser had no glyph for: it shows an empty box and tells nobody."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape, unescape

import pikepdf

from kpixl.pack.browser_print import print_page
from kpixl.pack.browsers import Browser
from kpixl.pack.canvas import Text
from kpixl.pack.html import Rendered
from kpixl.pack.sealed import sealed

MOST = 400
"""Characters asked for at once."""
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_TAG = re.compile(r"<[^>]*>")
_UNSEEN = frozenset("CMZ")
"""Categories of what has no glyph of its own: controls, marks upon others, spaces."""


def unshown_by(browser: Browser, pdf: bytes, rendered: Rendered, faces: str) -> frozenset[str]:
    """The characters of ``rendered`` that ``browser`` had no glyph for when it printed ``pdf``;
    ``faces`` are the rules for the pack's own fonts.

    What the file's fonts say that they show is shown. Of the rest, most are other spellings of a
    sign; so the browser is asked for each of them, on a page of its own.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        shown = frozenset(shown_by(document))
    asked = sorted({one for one in set(written_in(rendered)) if is_seen(one)} - shown)[:MOST]
    if not asked:
        return frozenset()
    printed = print_page(browser, sealed(_sheet(asked, rendered, faces)))
    with pikepdf.open(io.BytesIO(printed)) as document:
        if len(document.pages) != len(asked):
            return frozenset()
        pages = zip(asked, document.pages, strict=True)
        return frozenset(one for one, page in pages if _is_empty_box(page))


def written_in(rendered: Rendered) -> str:
    """What is to be seen of a pack: not what is only said of a picture, or in the outline."""
    shapes = (shape for one in rendered.drawings.values() for shape in one.shapes)
    drawn = "".join(shape.text for shape in shapes if isinstance(shape, Text))
    return unescape(_TAG.sub("", rendered.html)) + drawn


def is_seen(character: str) -> bool:
    """Whether a character has a glyph of its own."""
    return character > "~" and unicodedata.category(character)[0] not in _UNSEEN


def shown_by(document: pikepdf.Pdf) -> Iterator[str]:
    """What the fonts of a file say that their glyphs mean."""
    for found in document.objects:
        if isinstance(found, pikepdf.Dictionary) and "/ToUnicode" in found:
            for kind, block in _BLOCK.findall(found.ToUnicode.read_bytes()):
                yield from _meant(kind, [text.decode() for text in _HEX.findall(block)])


def _meant(kind: bytes, values: Sequence[str]) -> Iterator[str]:
    """The characters of pairs (glyph, text), or of triples (first, last, text of the first). Glyph
    0 is an empty box, whatever it is said to mean."""
    if kind == b"bfchar":
        for glyph, text in zip(values[::2], values[1::2], strict=False):
            if int(glyph, 16):
                yield from _text(text)
        return
    for first, last, text in zip(values[::3], values[1::3], values[2::3], strict=False):
        glyphs, start = range(int(first, 16), int(last, 16) + 1), _text(text)
        yield from (chr(ord(start[-1:]) + n) for n, glyph in enumerate(glyphs) if start and glyph)


def _text(value: str) -> str:
    return bytes.fromhex(value).decode("utf-16-be", errors="ignore")


def _sheet(characters: Sequence[str], rendered: Rendered, faces: str) -> str:
    lines = "".join(f"<p>{escape(one)}</p>" for one in characters)
    style = (
        f"{faces} @page {{ size: 200px 100px; margin: 0 }} "
        f"p {{ margin: 0; font-family: {rendered.fonts}; break-after: page }} "
        "p:last-child { break-after: auto }"
    )
    return (
        f'<!DOCTYPE html><html lang="{rendered.language}"><head><meta charset="utf-8"/>'
        f"<title>–</title><style>{style}</style></head><body>{lines}</body></html>"
    )


def _is_empty_box(page: pikepdf.Page) -> bool:
    """Whether all that is written on a page is the glyph numbered 0, which stands for none."""
    written = b"".join(_strings(page))
    return bool(written) and not any(written)


def _strings(page: pikepdf.Page) -> Iterator[bytes]:
    for found in pikepdf.parse_content_stream(page):
        if str(found.operator) == "Tj":
            yield bytes(found.operands[0])
        elif str(found.operator) == "TJ":
            yield from (bytes(one) for one in found.operands[0] if isinstance(one, pikepdf.String))
