"""Turn what all charts share into shapes: heading, key, hatching, marks, and labels that keep out
of each other's way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, Sequence

from kpixl.measures.kinds import Status
from kpixl.pack.canvas import Anchor, Dot, Line, Path, Rect, Shape, Text
from kpixl.pack.chart_figures import Look, Palette
from kpixl.pack.text_width import text_width, wrap
from kpixl.words import word

LARGEST = 1e300  # so that the span of two figures stays a number
HATCH_STEP = 4.0
BOLD = 700


def known(value: Optional[float]) -> Optional[float]:
    """``value`` as a figure that can be drawn, or None."""
    if value is None or -LARGEST <= value <= LARGEST:
        return value
    return None if math.isnan(value) else math.copysign(LARGEST, value)


def heading(title: str, subtitle: str, width: float, look: Look) -> tuple[list[Shape], float]:
    """Title and subtitle, wrapped to ``width``, and the y at which they end; nothing for none."""
    shapes: list[Shape] = []
    y = 0.0
    for text, size, weight, fill in (
        (title, look.title, BOLD, look.palette.ink),
        (subtitle, look.normal, 400, look.palette.grey),
    ):
        for line in wrap(text, width, size, weight):
            shapes.append(Text(0, y + size * 0.9, line, size, weight, fill))
            y += round(size * 1.3)
    return shapes, y


def hatch(x: float, y: float, width: float, height: float, stroke: str) -> list[Line]:
    """Rising lines at 45 degrees inside the rectangle. They stand on one raster for the whole
    drawing, so that neighbours match."""
    lines = []
    position = (math.floor((x + y) / HATCH_STEP) + 1) * HATCH_STEP
    while position < x + y + width + height - 0.01:
        right = min(x + width, position - y)
        left = max(x, position - y - height)
        lines.append(Line(((left, position - left), (right, position - right)), stroke, 0.8))
        position += HATCH_STEP
    return lines


def axis_break(x: float, y: float, palette: Palette, half: float = 4.0) -> list[Shape]:
    """Two strokes through a horizontal line or bar at ``x``, ``y``: it is cut here."""
    gap = ((x - 3, y + half), (x, y - half), (x + 3, y - half), (x, y + half))
    return [
        Path(gap, palette.paper),
        Line((gap[0], gap[1]), palette.grey, 0.9),
        Line((gap[3], gap[2]), palette.grey, 0.9),
    ]


def outlined(x: float, y: float, width: float, height: float, stroke: str, fill: str) -> Rect:
    """A rectangle whose outline of one pixel lies inside it, in crisp lines."""
    return Rect(x + 0.5, y + 0.5, max(width - 1, 0), max(height - 1, 0), fill, stroke, 1)


def status_shapes(status: Status, x: float, y: float, size: float, palette: Palette) -> list[Shape]:
    """The mark of a status in the square at ``x``, ``y``: disc, diamond, square with a cross, ring,
    dash. The shapes differ as much as the colours do."""
    middle_x, middle_y, half = x + size / 2, y + size / 2, size / 2
    if status is Status.GREEN:
        return [Dot(middle_x, middle_y, half * 0.92, palette.good)]
    if status is Status.AMBER:
        corners = (
            (middle_x, y),
            (x + size, middle_y),
            (middle_x, y + size),
            (x, middle_y),
        )
        return [Path(corners, palette.amber)]
    if status is Status.RED:
        near, far = size * 0.3, size * 0.7
        stroke_width = size * 0.14
        return [
            Rect(x + size * 0.06, y + size * 0.06, size * 0.88, size * 0.88, palette.bad),
            Line(((x + near, y + near), (x + far, y + far)), palette.paper, stroke_width),
            Line(((x + far, y + near), (x + near, y + far)), palette.paper, stroke_width),
        ]
    stroke_width = size * 0.12
    if status is Status.NO_DATA:
        return [Dot(middle_x, middle_y, half * 0.8, None, palette.grey, stroke_width)]
    return [
        Line(((x + size * 0.1, middle_y), (x + size * 0.9, middle_y)), palette.grey, size * 0.2)
    ]


def status_colour(status: Optional[Status], palette: Palette) -> str:
    """The text colour that goes with a status."""
    if status is Status.GREEN:
        return palette.good_text
    if status is Status.AMBER:
        return palette.amber_text
    if status is Status.RED:
        return palette.bad_text
    return palette.grey


def gap_colour(good: Optional[bool], status: Optional[Status], palette: Palette) -> str:
    """The colour of a gap, the same on every page: by its good or bad side, else by status."""
    if good is None:
        return status_colour(status, palette)
    return palette.good_text if good else palette.bad_text


class Box(NamedTuple):
    """An area that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two areas overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def text_box(text: Text) -> Box:
    """The area that a text takes: from the top of its capitals to below its baseline."""
    width = text_width(text.text, text.size, text.weight)
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor]
    left = text.x - width * share
    return Box(left, text.y - text.size * 0.78, left + width, text.y + text.size * 0.2)


def centred(
    text: str, x: float, y: float, size: float, weight: int, fill: str, width: float
) -> Text:
    """``text`` centred on ``x``, but moved as far as needed to stay between 0 and ``width``."""
    half = text_width(text, size, weight) / 2
    anchor: Anchor = "middle"
    return Text(max(half, min(width - half, x)), y, text, size, weight, fill, anchor)


@dataclass
class Labels:
    """The labels placed so far. A label that would touch another is not placed."""

    taken: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    gap: float = 1.5

    def place(self, text: Text) -> bool:
        """Place ``text`` if its area is free; says whether it was."""
        box = text_box(text)
        padded = Box(box.left - self.gap, box.top, box.right + self.gap, box.bottom)
        if any(padded.meets(other) for other in self.taken):
            return False
        self.taken.append(box)
        self.texts.append(text)
        return True


def label_order(
    last: Optional[int], values: Sequence[Optional[float]]
) -> tuple[list[int], list[int], list[int]]:
    """Indices by how much their label is worth: the last reported month with the largest and the
    smallest figure; every other month counted back from the last; the rest."""
    shown = [index for index, value in enumerate(values) if value is not None]
    if not shown:
        return [], [], []
    anchor = last if last is not None and values[last] is not None else shown[-1]
    largest = max(shown, key=lambda index: (_figure(values[index]), index))
    smallest = min(shown, key=lambda index: (_figure(values[index]), -index))
    vital = list(dict.fromkeys((anchor, largest, smallest)))
    others = [index for index in shown if index not in vital]
    alternate = [index for index in others if (anchor - index) % 2 == 0]
    return vital, alternate, [index for index in others if index not in alternate]


def _figure(value: Optional[float]) -> float:
    return 0.0 if value is None else value


SERIES = ("actual", "plan", "original", "prior", "outlook")
ORIGINAL_DASH = (2.0, 1.5)


def key_shapes(
    series: Sequence[str], x: float, y: float, language: str, look: Look, lines: bool
) -> tuple[list[Shape], float]:
    """The notation in use, each series as a small sample with its word; ``y`` is the baseline.

    Returns the shapes and the x at which they end.
    """
    return _key([(name, (lines,)) for name in SERIES if name in series], x, y, language, look)


def shared_key(
    columns: Sequence[str], lines: Sequence[str], language: str, look: Look
) -> tuple[list[Shape], float]:
    """One key for several charts: a series that stands in columns here and in lines there shows
    both samples. Returns the shapes, on a baseline of ``small`` type, and the width."""
    kinds = [(name, tuple(k for k in (False, True) if name in (columns, lines)[k]))
             for name in SERIES]  # fmt: skip
    used = [(name, kind) for name, kind in kinds if kind]
    return _key(used, 0, look.small, language, look)


def _key(
    series: Sequence[tuple[str, tuple[bool, ...]]], x: float, y: float, language: str, look: Look
) -> tuple[list[Shape], float]:
    palette = look.palette
    shapes: list[Shape] = []
    words: list[Shape] = []
    for name, kinds in series:
        for line in kinds:
            shapes += _line_sample(name, x, y, palette) if line else _sample(name, x, y, palette)
            x += 18 if line else 11
        text = word(f"chart.{name}", language)
        words.append(Text(x, y, text, look.small, 400, palette.grey))
        x += text_width(text, look.small) + 9
    return shapes + words, x - 9


def _sample(name: str, x: float, y: float, palette: Palette) -> list[Shape]:
    if name == "actual":
        return [Rect(x, y - 7, 8, 8, palette.actual)]
    if name == "prior":
        return [Rect(x + 2, y - 7, 4, 8, palette.prior)]
    if name == "original":
        return [Line(((x - 1, y - 3), (x + 9, y - 3)), palette.grey, 1.2, ORIGINAL_DASH)]
    frame = outlined(x, y - 7, 8, 8, palette.actual, palette.paper)
    return [frame] if name == "plan" else [frame, *hatch(x, y - 7, 8, 8, palette.actual)]


def _line_sample(name: str, x: float, y: float, palette: Palette) -> list[Shape]:
    run = ((x, y - 3), (x + 14, y - 3))
    if name == "actual":
        return [Line(run, palette.actual, 1.5), Dot(x + 7, y - 3, 2.2, palette.actual)]
    if name == "plan":
        return [Line(run, palette.actual, 0.9, (3, 2))]
    if name == "original":
        return [Line(run, palette.grey, 0.9, ORIGINAL_DASH)]
    if name == "prior":
        return [Line(run, palette.prior, 1.5)]
    ring = Dot(x + 7, y - 3, 2, palette.paper, palette.actual, 1)
    return [Line(run, palette.actual, 1.2, (1.5, 1.5)), ring]


def key_width(series: Sequence[str], language: str, look: Look, lines: bool) -> float:
    """The width that :func:`key_shapes` takes."""
    return key_shapes(series, 0, 0, language, look, lines)[1]
