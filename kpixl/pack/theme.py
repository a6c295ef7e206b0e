"""Turn a brand colour into a pack's colours, with text that stays readable on every one."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_BRAND = "#0b3d6b"
READABLE = 4.5
"""Contrast of text against its ground, as WCAG 2.1 asks for (AA, normal text)."""

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Theme:
    """The colours of one pack: the brand's own, the text upon it, the brand as text on white
    and on the tint (darkened where it is too pale), and a tint for large areas."""

    brand: str
    on_brand: str
    brand_text: str
    tint: str


WHITE: Rgb = (1.0, 1.0, 1.0)
INK: Rgb = (21 / 255, 24 / 255, 27 / 255)
BLACK: Rgb = (0.0, 0.0, 0.0)


def theme(brand: str) -> Theme:
    """The theme of ``brand`` (``#rrggbb``; blank is the default)."""
    colour = _rgb(brand or DEFAULT_BRAND)
    tint = _shown(_mixed(colour, WHITE, 0.92))
    # Whatever the colour, white or black has at least √21 = 4.58 against it.
    on_brand = next(text for text in (WHITE, INK, BLACK) if contrast(colour, text) >= READABLE)
    return Theme(
        brand=_hex(colour),
        on_brand=_hex(on_brand),
        brand_text=_hex(_darkened(colour, tint)),
        tint=_hex(tint),
    )


def _darkened(colour: Rgb, ground: Rgb) -> Rgb:
    """The colour itself, or as much darker as text on ``ground``, and so on white, needs."""
    shades = (_shown(_mixed(colour, BLACK, step / 40)) for step in range(41))
    return next(shade for shade in shades if contrast(shade, ground) >= READABLE)


def contrast(first: Rgb, second: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1, 1.4.3)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _shown(colour: Rgb) -> Rgb:
    """The colour as it will be written: in 256 steps."""
    return _rgb(_hex(colour))


def _rgb(text: str) -> Rgb:
    digits = text.lstrip("#")
    red, green, blue = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
