"""Paint drawings into pages that PlutoBook laid out.

Drawn as SVG, the lines and areas of a pack's charts would be a third of PlutoBook's work. So it
gets their texts alone, and a mark in the middle of each: where that stands, and how large, tells
where the rest goes, as operators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from kpixl.pack.canvas import Drawing, Text, number, to_svg
from kpixl.pack.operators import painted
from kpixl.pack.pluto.marks import FAMILY, LENGTH, mark, number_in

SIZE = 9.97
FILL = "#010203"
"""Size in CSS pixels and colour of these marks. No text has both: Cairo puts texts that share them
into one object, and places them by the widths of those before."""
CLASS = "kpixl-mark"
CSS = f"""
svg {{
  font-weight: 400; font-style: normal; font-variant: normal; font-feature-settings: normal;
  letter-spacing: 0; word-spacing: 0; text-transform: none; text-indent: 0;
}}
.{CLASS} {{
  font: {SIZE}px {FAMILY} !important; fill: {FILL} !important; stroke: none !important;
  letter-spacing: 0 !important;
}}
"""
"""Whatever a page says of its texts: those of drawings are as wide as they were measured, in a bold
row of a table too."""

Matrix = tuple[float, ...]

_VALUE = rb"-?[\d.]+\s+"
_STEP = re.compile(
    rb"(?P<Tm>(?:" + _VALUE + rb"){6})Tm|(?P<Td>(?:" + _VALUE + rb"){2})Td"
    rb"|\[(?P<TJ>[^\]]*)\]\s*TJ|(?P<Tj><[0-9a-fA-F\s]*>)\s*Tj"
)
_ALONE = re.compile(
    rb"((?:" + _VALUE + rb"){6})Tm\n/f-\d+-\d+ [\d.]+ Tf\n<([0-9a-f]{%d})>Tj\n$" % LENGTH
)
"""The usual text object: one mark."""
_PIECE = re.compile(rb"<([0-9a-fA-F\s]*)>|(-?[\d.]+)")


@dataclass(frozen=True)
class Picture:
    """What is painted of a drawing, ``width`` by ``height`` CSS pixels large; ``has_texts`` tells
    whether texts follow, which PlutoBook sets."""

    width: float
    height: float
    operators: bytes
    has_texts: bool

    def at(self, place: Matrix) -> bytes:
        """The operators that paint it around ``place``, the matrix of its mark."""
        a, b, c, d, x, y = place
        # A text's own upwards is downwards in a drawing.
        a, b, c, d = a / SIZE, b / SIZE, -c / SIZE, -d / SIZE
        right, down = self.width / 2, self.height / 2
        corner = (x - right * a - down * c, y - right * b - down * d)
        # Nought has no sign, so that equal pictures are equal bytes.
        scale = [round(part, 4) + 0.0 for part in (a, b, c, d)]
        return b"q %g %g %g %g %.3f %.3f cm " % (*scale, *corner) + self.operators


def picture_of(drawing: Drawing) -> Picture:
    """``drawing`` without its texts."""
    has_texts = any(isinstance(one, Text) for one in drawing.shapes)
    shapes = painted(drawing)
    if shapes:
        area = f"0 0 {number(drawing.width)} {number(drawing.height)} re W n".encode("ascii")
        shapes = area + b" 0 J 0 j 4 M [] 0 d\n" + shapes + b"\nQ\n"
    return Picture(drawing.width, drawing.height, shapes, has_texts)


def svg_of(drawing: Drawing, families: str) -> tuple[str, str]:
    """The texts of ``drawing`` alone, in the font ``families``, as an SVG element: its beginning,
    to which attributes may be added, and its content."""
    texts = tuple(one for one in drawing.shapes if isinstance(one, Text))
    width, height = number(drawing.width), number(drawing.height)
    opening = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    if not texts:
        return opening, ""
    _, _, content = to_svg(drawing._replace(shapes=texts, alt=""), "").partition(">")
    return f'{opening} font-family="{escape(families)}"', content.removesuffix("</svg>")


def mark_of_picture(value: int) -> str:
    """The text that marks the middle of the picture ``value`` in its SVG."""
    return f'<text class="{CLASS}" x="50%" y="50%">{mark(value)}</text>'


def pictures_in(text: bytes, signs: Mapping[bytes, int]) -> list[tuple[int, Matrix]]:
    """The marks in a ``text`` object that holds nothing else, each with the matrix of its place;
    ``signs`` gives what their codes count."""
    alone = _ALONE.match(text)
    if alone:
        return [(number_in(alone[2], signs), tuple(map(float, alone[1].split())))]
    return list(_placed(text, signs))


def _placed(text: bytes, signs: Mapping[bytes, int]) -> Iterator[tuple[int, Matrix]]:
    line: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    along, digits = 0.0, b""
    for step in _STEP.finditer(text):
        if step["Tm"]:
            line, along = tuple(map(float, step["Tm"].split())), 0.0
        elif step["Td"]:
            line, along = _moved(line, *map(float, step["Td"].split())), 0.0
        else:
            for codes, back in _PIECE.findall(step["TJ"] or step["Tj"]):
                along -= float(back or 0) / 1000
                digits += b"".join(codes.split())
                while len(digits) >= LENGTH:
                    yield number_in(digits, signs), _moved(line, along, 0)
                    digits = digits[LENGTH:]


def _moved(matrix: Matrix, right: float, up: float) -> Matrix:
    a, b, c, d, x, y = matrix
    return a, b, c, d, x + right * a + up * c, y + right * b + up * d
