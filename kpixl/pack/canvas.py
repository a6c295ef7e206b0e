"""Turn shapes into a picture: a display list of seven primitives, written as SVG."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Callable, Iterable, Literal, NamedTuple, Optional, Union

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

# What XML 1.0 cannot hold, and marks that would turn the direction of the text around them.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)


class Rect(NamedTuple):
    """A rectangle; ``x`` and ``y`` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: Optional[str] = None
    stroke: Optional[str] = None
    stroke_width: float = 1.0


class Line(NamedTuple):
    """An open line through two or more points; ``dash`` is the length of dash and gap."""

    points: tuple[Point, ...]
    stroke: str
    stroke_width: float = 1.0
    dash: tuple[float, ...] = ()


class Path(NamedTuple):
    """A closed polygon."""

    points: tuple[Point, ...]
    fill: Optional[str] = None
    stroke: Optional[str] = None
    stroke_width: float = 1.0


class Dot(NamedTuple):
    """A circle around ``x``, ``y``."""

    x: float
    y: float
    radius: float
    fill: Optional[str] = None
    stroke: Optional[str] = None
    stroke_width: float = 1.0


class Text(NamedTuple):
    """One line of text; ``y`` is its baseline, ``x`` its start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    weight: int = 400
    fill: str = "#000000"
    anchor: Anchor = "start"


Shape = Union[Rect, Line, Path, Dot, Text]


class Link(NamedTuple):
    """An area that leads to ``href``. Renderers differ in what they make of links inside SVG, so
    the page lays its own link over the picture; ``label`` says where it leads."""

    x: float
    y: float
    width: float
    height: float
    href: str
    label: str = ""


class Source(NamedTuple):
    """What a picture was drawn from: its ``figures``, for a page that says them in a table, too.

    ``chart`` draws them again, in ``settings`` and another look; None where figures of other
    pictures have a say in this one.
    """

    figures: object
    chart: Optional[Callable[..., Drawing]] = None
    settings: tuple[tuple[str, object], ...] = ()


class Drawing(NamedTuple):
    """A finished picture: size and coordinates in CSS pixels, y downwards, first shape undermost.

    ``alt`` says in a sentence what the picture shows; it is empty where the text beside it does.
    """

    width: float
    height: float
    alt: str
    shapes: tuple[Shape, ...]
    links: tuple[Link, ...] = ()
    source: Optional[Source] = None


def clean(text: str) -> str:
    """``text`` as one line that XML can hold: control characters dropped, white space joined."""
    return UNPRINTABLE.sub("", " ".join(text.split()))


@lru_cache(maxsize=1 << 14)
def number(value: float) -> str:
    """``value`` with at most two decimals, the same on every machine: no -0, no exponent."""
    if not math.isfinite(value):
        return "0"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def to_svg(drawing: Drawing, font_family: str) -> str:
    """``drawing`` as one SVG element; equal drawings give equal text.

    Neighbouring shapes of one style become one element: renderers pay per element.
    """
    width, height = number(drawing.width), number(drawing.height)
    alt = escape(clean(drawing.alt))
    told = f'role="img" aria-label="{alt}"' if alt else 'aria-hidden="true"'
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {told} '
        f'font-family="{escape(clean(font_family))}">'
    )
    parts = [opening]
    for style, shapes in groupby(drawing.shapes, _style):
        parts.append(_element(style, shapes))
    parts.append("</svg>")
    return "".join(parts)


Style = tuple[object, ...]


def _style(shape: Shape) -> Style:
    """What two shapes must share to be written as one element."""
    if isinstance(shape, Text):
        return (Text, shape.size, shape.weight, shape.fill, shape.anchor)
    if isinstance(shape, Line):
        return (Line, shape.stroke, shape.stroke_width, shape.dash)
    if isinstance(shape, Dot):
        return (Dot, shape.fill, shape.stroke, shape.stroke_width)
    # A rectangle is a polygon with four corners: both are written as paths.
    return (Path, shape.fill, shape.stroke, shape.stroke_width)


def _element(style: Style, shapes: Iterable[Shape]) -> str:
    kind = style[0]
    if kind is Text:
        return _texts(style, shapes)
    if kind is Line:
        _, stroke, width, dash = style
        dashes = " ".join(number(length) for length in dash) if isinstance(dash, tuple) else ""
        painted = f' stroke-dasharray="{dashes}"' if dashes else ""
        return f'<path{_paint(None, stroke, width)}{painted} d="{_data(shapes)}"/>'
    _, fill, stroke, width = style
    paint = _paint(fill, stroke, width)
    if kind is Dot:
        circles = "".join(
            f'<circle cx="{number(dot.x)}" cy="{number(dot.y)}" r="{number(dot.radius)}"/>'
            for dot in shapes
            if isinstance(dot, Dot)
        )
        return f"<g{paint}>{circles}</g>"
    return f'<path{paint} d="{_data(shapes)}"/>'


def _texts(style: Style, shapes: Iterable[Shape]) -> str:
    _, size, weight, fill, anchor = style
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    bold = "" if weight == 400 else f' font-weight="{weight}"'
    lines = "".join(
        f'<text x="{number(text.x)}" y="{number(text.y)}">{escape(clean(text.text), False)}</text>'
        for text in shapes
        if isinstance(text, Text)
    )
    return f'<g font-size="{number(float(str(size)))}"{bold} fill="{fill}"{place}>{lines}</g>'


def _paint(fill: object, stroke: object, width: object) -> str:
    paint = f' fill="{fill or "none"}"'
    if stroke:
        paint += f' stroke="{stroke}" stroke-width="{number(float(str(width)))}"'
    return paint


def _data(shapes: Iterable[Shape]) -> str:
    """The path data of rectangles, polygons and lines."""
    parts = []
    for shape in shapes:
        if isinstance(shape, Rect):
            x, y = number(shape.x), number(shape.y)
            parts.append(f"M{x} {y}h{number(shape.width)}v{number(shape.height)}H{x}z")
        elif isinstance(shape, (Line, Path)):
            steps = "L".join(f"{number(x)} {number(y)}" for x, y in shape.points)
            parts.append(f"M{steps}" + ("z" if isinstance(shape, Path) else ""))
    return "".join(parts)
