"""Turn drawings into PDF operators, which WeasyPrint takes as the images of its page.

Drawn as SVG, WeasyPrint would lay out every text of a chart letter by letter; as operators a chart
costs next to nothing. It leans on WeasyPrint's inner parts, so that it is used with the one version
it was written for (:mod:`kpixl.pack.weasy`); a test compares the pixels with those of the SVG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from kpixl.pack.canvas import Dot, Drawing, Line, Path, Rect, Shape, Text, clean, number

ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}
KAPPA = 0.5523
"""How long the handles of the four curves are that make a circle, in radii."""
MITRE = b"4 M"
"""The limit that SVG has where none is given; PDF's own is 10."""


class Run(NamedTuple):
    """One text, shaped: its width, the operators that show it, and its glyphs that are pictures."""

    width: float
    operators: str
    emojis: Sequence[Any]
    style: Any


class Shaper:
    """Shapes each text of one document once, in the font families ``fonts``."""

    def __init__(self, fonts: str, language: str, font_config: object) -> None:
        from weasyprint.css.properties import INITIAL_VALUES

        families = tuple(name.strip().strip("'\"") for name in fonts.split(","))
        self._initial = {**INITIAL_VALUES, "font_family": families, "lang": language}
        self._font_config = font_config
        self._layouts: dict[tuple[int, float], tuple[Any, Any]] = {}
        self._runs: dict[tuple[str, int, float], Run] = {}

    def run(self, stream: Any, text: str, weight: int, size: float) -> Run:
        """``text`` shaped; its fonts become those of the document that ``stream`` is part of."""
        key = (text, weight, size)
        found = self._runs.get(key)
        if found is None:
            found = self._runs[key] = self._shaped(stream, *key)
        return found

    def _shaped(self, stream: Any, text: str, weight: int, size: float) -> Run:
        from weasyprint.draw.text import draw_first_line
        from weasyprint.matrix import Matrix
        from weasyprint.text.line_break import line_size

        layout, style = self._layout(weight, size)
        layout.set_text(text)
        width, _ = line_size(layout.get_first_line()[0], style)
        heard = _Listener(stream)
        emojis = draw_first_line(heard, _Line(layout, style), "none", "none", Matrix())
        return Run(width, " ".join(heard.operators), emojis, style)

    def _layout(self, weight: int, size: float) -> tuple[Any, Any]:
        from weasyprint.text.line_break import Layout

        found = self._layouts.get((weight, size))
        if found is None:
            style = _Style(self._initial, font_weight=weight, font_size=size)
            style.font_config = self._font_config
            found = self._layouts[weight, size] = (Layout(style), style)
        return found


class _Style(dict[str, Any]):
    """The computed style of a text, as WeasyPrint's own."""

    font_config: object


class _Line:
    """A line of text, as far as WeasyPrint's drawing looks at it."""

    def __init__(self, layout: Any, style: _Style) -> None:
        self.pango_layout, self.style, self.baseline = layout, style, 0

    @property
    def text(self) -> str:
        return str(self.pango_layout.text)


class _Listener:
    """Takes the place of a page's stream and keeps what is written to it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self.operators: list[str] = []

    def set_text_matrix(self, *matrix: float) -> None:
        """Where a text stands is not its run's business."""

    def add_font(self, font: object) -> Any:
        return self._stream.add_font(font)

    def set_font_size(self, font: str, size: float) -> None:
        self.operators.append(f"/{font} {size:.4g} Tf")

    def show_text(self, text: str) -> None:
        if text:
            self.operators.append(f"[{text}] TJ")

    def set_text_rise(self, rise: float) -> None:
        self.operators.append(f"{number(rise)} Ts")


class Picture:
    """A drawing in the shape of an image of WeasyPrint's."""

    def __init__(self, drawing: Drawing, shaper: Shaper) -> None:
        self._drawing, self._shaper = drawing, shaper

    # WeasyPrint gives both functions more than a drawing needs to know.
    def get_intrinsic_size(
        self,
        resolution: float,  # noqa: ARG002
        font_size: float,  # noqa: ARG002
    ) -> tuple[float, float, float]:
        """Width, height and their ratio, whatever the resolution."""
        width, height = self._drawing.width, self._drawing.height
        return width, height, width / height

    def draw(self, stream: Any, width: float, height: float, style: object) -> None:  # noqa: ARG002
        """Write the drawing to a page, ``width`` × ``height`` CSS pixels large."""
        drawing = self._drawing
        if (width, height) != (drawing.width, drawing.height):
            stream.transform(a=width / drawing.width, d=height / drawing.height)
        stream.set_alpha(1, stroke=True)
        stream.stream.append(MITRE)
        for kind, shapes in groupby(drawing.shapes, _style):
            if kind[0] is Text:
                self._write(stream, [shape for shape in shapes if isinstance(shape, Text)])
            else:
                stream.stream.append(_painted(kind, shapes).encode("ascii"))

    def _write(self, stream: Any, texts: Sequence[Text]) -> None:
        """Lines of text of one colour; then the emojis among them, which are pictures."""
        operators = [f"{colour(texts[0].fill)} rg BT"]
        emojis = []
        for text in texts:
            run = self._shaper.run(stream, clean(text.text), text.weight, text.size)
            x = text.x - run.width * ANCHORS[text.anchor]
            operators.append(f"1 0 0 -1 {number(x)} {number(text.y)} Tm {run.operators}")
            if run.emojis:
                emojis.append((run, x, text.y))
        operators.append("ET")
        stream.stream.append(" ".join(operators).encode("ascii"))
        for run, x, y in emojis:
            from weasyprint.draw.text import draw_emojis

            draw_emojis(stream, run.style, x, y, run.emojis)


def pictures(
    drawings: Mapping[str, Drawing], fonts: str, language: str, font_config: object
) -> dict[str, Picture]:
    """The images of one document by their names, for WeasyPrint's ``cache``."""
    shaper = Shaper(fonts, language, font_config)
    return {name: Picture(drawing, shaper) for name, drawing in drawings.items()}


# ---- Shapes ---------------------------------------------------------------------------------


def painted(drawing: Drawing) -> bytes:
    """The operators for all but the texts of ``drawing``, in its own coordinates."""
    shapes = [shape for shape in drawing.shapes if not isinstance(shape, Text)]
    parts = (_painted(kind, alike) for kind, alike in groupby(shapes, _style))
    return "\n".join(parts).encode("ascii")


Style = tuple[Any, ...]


def _style(shape: Shape) -> Style:
    """What neighbouring shapes must share to be painted at once, as one path."""
    if isinstance(shape, Text):
        return Text, shape.fill
    if isinstance(shape, Line):
        return Line, shape.stroke, shape.stroke_width, shape.dash
    if isinstance(shape, Dot) and shape.stroke is None:
        return Dot, shape.fill, shape.radius
    return Path, shape.fill, shape.stroke, shape.stroke_width


def _painted(style: Style, shapes: Iterable[Shape]) -> str:
    path = " ".join(map(_path, shapes))
    if style[0] is Line:
        _, stroke, width, dash = style
        lengths = " ".join(map(number, dash))
        dashed = (f"[{lengths}] 0 d ", " [] 0 d") if dash else ("", "")
        return f"{colour(stroke)} RG {number(width)} w {dashed[0]}{path} S{dashed[1]}"
    if style[0] is Dot:
        return f"{colour(style[1])} rg {path} f" if style[1] else "n"
    _, fill, stroke, width = style
    painted = f"{colour(fill)} rg " if fill else ""
    if stroke:
        painted += f"{colour(stroke)} RG {number(width)} w "
    return f"{painted}{path} {_ENDS[bool(fill), bool(stroke)]}"


_ENDS = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}


def _path(shape: Shape) -> str:
    if isinstance(shape, Rect):
        return (
            f"{number(shape.x)} {number(shape.y)} {number(shape.width)} {number(shape.height)} re"
        )
    if isinstance(shape, (Line, Path)):
        points = [f"{number(x)} {number(y)}" for x, y in shape.points]
        steps = "".join(f" {point} l" for point in points[1:])
        return f"{points[0]} m{steps}" + (" h" if isinstance(shape, Path) else "")
    return _circle(shape) if isinstance(shape, Dot) else ""


def _circle(dot: Dot) -> str:
    """Four curves, from the right and downwards."""
    handle = dot.radius * KAPPA
    x, left, right, before, after = _steps(dot.x, dot.radius, handle)
    y, top, bottom, above, below = _steps(dot.y, dot.radius, handle)
    return (
        f"{right} {y} m {right} {below} {after} {bottom} {x} {bottom} c "
        f"{before} {bottom} {left} {below} {left} {y} c "
        f"{left} {above} {before} {top} {x} {top} c "
        f"{after} {top} {right} {above} {right} {y} c h"
    )


def _steps(middle: float, radius: float, handle: float) -> tuple[str, ...]:
    """The middle, the ends on both sides, and the ends of the handles."""
    return tuple(number(middle + step) for step in (0.0, -radius, radius, -handle, handle))


@lru_cache(maxsize=256)
def colour(code: str) -> str:
    """``#rrggbb`` or ``#rgb`` as the three operands of a colour operator.

    >>> colour("#ff8000")
    '1 0.502 0'
    """
    if len(code) == len("#rgb"):
        code = "#" + "".join(2 * digit for digit in code[1:])
    parts = (int(code[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return " ".join(f"{part:.3f}".rstrip("0").rstrip(".") for part in parts)
