"""Turn brand colours into a pack's colours, with text that stays readable on every one."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_BRAND = "#0b3d6b"
READABLE = 4.5
"""Contrast of text against its ground, as WCAG 2.1 asks for (AA, normal text)."""

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Theme:
    """The colours of one pack: the brand's own, the text upon it, the brand as text on white
    and on the tint (darkened where it is too pale), and a tint for large areas. ``accent`` is for
    small signs, ``on_accent`` the text upon it, ``accent_rule`` the same for lines on white,
    darkened where it is too pale; without one of its own it is the brand's."""

    brand: str
    on_brand: str
    brand_text: str
    tint: str
    accent: str
    on_accent: str
    accent_rule: str


WHITE: Rgb = (1.0, 1.0, 1.0)
INK: Rgb = (21 / 255, 24 / 255, 27 / 255)
BLACK: Rgb = (0.0, 0.0, 0.0)


def theme(brand: str, accent: str = "") -> Theme:
    """The theme of ``brand`` and ``accent`` (``#rrggbb``; blank are the default, and ``brand``)."""
    colour = _rgb(brand or DEFAULT_BRAND)
    second = _rgb(accent or _hex(colour))
    tint = _shown(_mixed(colour, WHITE, 0.92))
    return Theme(
        brand=_hex(colour),
        on_brand=_hex(_upon(colour)),
        brand_text=_hex(_darkened(colour, tint)),
        tint=_hex(tint),
        accent=_hex(second),
        on_accent=_hex(_upon(second)),
        accent_rule=_hex(_darkened(second, WHITE)),
    )


def _upon(ground: Rgb) -> Rgb:
    """The text upon a colour: whichever it is, white or black has at least √21 = 4.58 to it."""
    return next(text for text in (WHITE, INK, BLACK) if contrast(ground, text) >= READABLE)


def colour_contrast(first: str, second: str) -> float:
    """As :func:`contrast`, of colours written as ``#rrggbb``."""
    return contrast(_rgb(first), _rgb(second))


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
