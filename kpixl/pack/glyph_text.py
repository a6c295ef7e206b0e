"""Let every program read a browser's PDF: a glyph that stands for a figure of even width, or for
another form of a sign, is given the character that it means.

A browser notes that character beside each use of such a glyph (``ActualText``); many programs,
those that search a folder of packs among them, look at the font's own table alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf

_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
_CODES = re.compile(rb"begincodespacerange\s*<([0-9A-Fa-f]+)>")
_MOST = 100  # entries of one section


def name_glyphs(document: pikepdf.Pdf) -> None:
    """Put into the fonts' tables what is noted beside their glyphs."""
    import pikepdf

    told: dict[tuple[int, int], dict[int, str]] = {}
    fonts: dict[tuple[int, int], pikepdf.Object] = {}
    for page in document.pages:
        resources = page.get("/Resources", pikepdf.Dictionary())
        known = resources.get("/Font", pikepdf.Dictionary())
        for name, code, text in _noted(page):
            font = known.get(name)
            if font is not None:
                fonts[font.objgen] = font
                told.setdefault(font.objgen, {})[code] = text
    for key, texts in told.items():
        table = fonts[key].get("/ToUnicode")
        if isinstance(table, pikepdf.Stream):
            table.write(_with(table.read_bytes(), texts))


def _noted(page: pikepdf.Page) -> Iterator[tuple[str, int, str]]:
    """Font, glyph and text of every note that is about one glyph."""
    import pikepdf

    font, text, shown = "", "", b""
    for instruction in pikepdf.parse_content_stream(page, "BDC BMC EMC Tf Tj"):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            font = str(operands[0])
        elif operator == "BDC":
            about = operands[1]
            noted = about.get("/ActualText") if isinstance(about, pikepdf.Dictionary) else None
            text, shown = ("" if noted is None else str(noted)), b""
        elif operator == "Tj":
            shown += bytes(operands[0])
        elif operator == "EMC":
            # One byte in fonts of drawn glyphs, two in all others.
            if len(text) == 1 and 0 < len(shown) <= 2:
                yield font, int.from_bytes(shown, "big"), text
            text, shown = "", b""


def _with(table: bytes, texts: dict[int, str]) -> bytes:
    """The table with ``texts`` in it."""
    entries = {**_entries(table), **texts}
    width = _CODES.search(table)
    digits = len(width[1]) if width else 4
    lines = [
        f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in sorted(entries.items())
    ]
    sections = [
        "\n".join([f"{len(part)} beginbfchar", *part, "endbfchar"])
        for part in (lines[start : start + _MOST] for start in range(0, len(lines), _MOST))
    ]
    bare = re.sub(rb"\d+\s+" + _SECTION.pattern + rb"\s*", b"", table, flags=re.DOTALL)
    before, ending, after = bare.partition(b"endcmap")
    return before + "\n".join([*sections, ""]).encode() + ending + after


def _entries(table: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(table):
        numbers = [bytes.fromhex(one.decode()) for one in _HEX.findall(body)]
        step = 2 if kind == b"bfchar" else 3
        if len(numbers) % step or b"[" in body:
            continue
        for place in range(0, len(numbers), step):
            first, last = (int.from_bytes(numbers[place + i], "big") for i in (0, step - 2))
            text = numbers[place + step - 1].decode("utf-16-be", errors="replace")
            for code in range(first, last + 1):
                found[code] = text[:-1] + chr(ord(text[-1]) + code - first) if text else ""
    return found
