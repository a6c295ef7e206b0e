"""Brand folders for tests, and a font that no machine has."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Kpixl Blocks"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<rect width="40" height="20" fill="#abcdef"/></svg>'
)


def kit(folder: Path, settings: str = "", **files: str | bytes) -> Path:
    """A brand folder with a brand.toml and other files (``cover_html`` is cover.html)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brand.toml").write_text(settings, encoding="utf-8")
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{stem}.{suffix}").write_bytes(data)
    return folder


def font(path: Path, family: str = FAMILY, weight: int = 400, width: int = 600) -> Path:
    """A font of printable ASCII, each character a block ``width`` thousandths of an em wide."""
    names = {code: f"c{code}" for code in range(32, 127)}
    glyphs = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: _block(name != "c32", width) for name in glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (width, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable(
        {"familyName": family, "styleName": "Bold" if weight > 500 else "Regular"}
    )
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200,
                     usWeightClass=weight)  # fmt: skip
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


def _block(is_seen: bool, width: int) -> object:
    pen = TTGlyphPen(None)
    if is_seen:
        pen.moveTo((50, 0))
        for place in ((50, 700), (width - 50, 700), (width - 50, 0)):
            pen.lineTo(place)
        pen.closePath()
    return pen.glyph()
