"""Find the characters that no font has: PlutoBook shows an empty box and tells nobody."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.pack.browser_glyphs import MOST, is_seen, shown_by, written_in
from kpixl.pack.html import Rendered
from kpixl.pack.inlining import font_faces
from kpixl.pack.pluto.layout import laid_out

if TYPE_CHECKING:
    import pikepdf

NOBODYS = "\U0010fffd"
"""A character for private use at the end of all: how it is shown, every missing one is."""

_SHOWN = re.compile(rb"/(f-\d+-\d+) [\d.]+ Tf\n(?:\[)?(<[0-9a-f]+>|\([^)]*\))")


def missing_of(document: pikepdf.Pdf, rendered: Rendered, templates: Path | None) -> frozenset[str]:
    """The characters of ``rendered`` that no font had when ``document`` was laid out. What its
    fonts say that they show is shown; PlutoBook is asked for the rest, which mostly is other forms
    of signs."""
    wanted = {one for one in set(written_in(rendered)) if is_seen(one)}
    asked = tuple(sorted(wanted - set(shown_by(document)))[:MOST])
    if not asked:
        return frozenset()
    faces = font_faces(rendered.html, "".join(asked), templates)
    return frozenset(_missing(asked, rendered.fonts, faces))


@lru_cache(maxsize=64)
def _missing(characters: Sequence[str], families: str, faces: str) -> tuple[str, ...]:
    """Those of ``characters`` that look like the one that no font has."""
    import pikepdf

    lines = "".join(f"<p>{escape(one)}</p>" for one in (NOBODYS, *characters))
    style = f"{faces} p {{ font-family: {families}; margin: 0; break-after: page }}"
    page = f'<html><head><meta charset="utf-8"><style>{style}</style></head><body>{lines}</body>'
    with pikepdf.open(io.BytesIO(laid_out(page, 200, 100))) as document:
        shown = [_SHOWN.findall(page.Contents.read_bytes()) for page in document.pages]
    none, *others = shown
    return tuple(
        one for one, found in zip(characters, others, strict=False) if found and found == none
    )
