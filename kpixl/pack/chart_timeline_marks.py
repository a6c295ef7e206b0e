"""Turn what happens to a countermeasure into marks: five shapes and three bars, each of which is
told from the others without its colour."""

from __future__ import annotations

from collections.abc import Callable

from kpixl.pack.canvas import Dot, Line, Path, Rect, Shape, Text
from kpixl.pack.chart_figures import Look, Palette
from kpixl.pack.chart_parts import hatch, outlined
from kpixl.pack.text_width import text_width
from kpixl.words import word

BAR = 6.0
REACH = 8.5
"""How far the tallest mark, the due date's, reaches above and below the middle of its row."""


def _raised(x: float, y: float, palette: Palette) -> list[Shape]:
    return [Dot(x, y, 3.6, palette.paper, palette.actual, 1.3)]


def _started(x: float, y: float, palette: Palette) -> list[Shape]:
    arrow = ((x - 3.4, y - 4.4), (x + 4.6, y), (x - 3.4, y + 4.4))
    return [Path(arrow, palette.actual, palette.paper, 0.7)]


def _due(x: float, y: float, palette: Palette) -> list[Shape]:
    """A flag: it stands out above and below every bar and mark of the same day."""
    flag = ((x, y - REACH), (x + 5.5, y - REACH + 2.4), (x, y - REACH + 4.8))
    return [Line(((x, y - REACH), (x, y + REACH)), palette.ink, 1.2), Path(flag, palette.ink)]


def _done(x: float, y: float, palette: Palette) -> list[Shape]:
    return [Rect(x - 3.8, y - 3.8, 7.6, 7.6, palette.actual, palette.paper, 0.7)]


def _decided(x: float, y: float, palette: Palette) -> list[Shape]:
    corners = ((x, y - 5.6), (x + 5.6, y), (x, y + 5.6), (x - 5.6, y))
    return [Path(corners, palette.actual, palette.paper, 0.7)]


EVENTS: dict[str, Callable[[float, float, Palette], list[Shape]]] = {
    "due": _due,
    "raised": _raised,
    "started": _started,
    "done": _done,
    "decided": _decided,
}
"""The marks in the order in which they are drawn, the last one uppermost."""


def event(name: str, x: float, y: float, look: Look) -> list[Shape]:
    """The mark of a date at ``x``, ``y``."""
    return EVENTS[name](x, y, look.palette)


def beyond(x: float, right: bool, y: float, look: Look) -> list[Shape]:
    """A date that lies outside the axis, which ends at ``x``: two strokes that point to it."""
    way = 1.0 if right else -1.0
    return [
        Line(((at - 3 * way, y - 4), (at, y), (at - 3 * way, y + 4)), look.palette.actual, 1.2)
        for at in (x, x - 4 * way)
    ]


def now_bar(left: float, right: float, middle: float, look: Look) -> list[Shape]:
    """The current phase so far."""
    if right - left < 0.5:
        return []
    return [Rect(left, middle - BAR / 2, right - left, BAR, look.palette.grey)]


def late_bar(left: float, right: float, middle: float, look: Look) -> list[Shape]:
    """The part of the current phase that is overdue: framed and hatched, not only red."""
    palette, width = look.palette, max(right - left, 2.0)
    left = right - width
    top = middle - BAR / 2
    return [
        outlined(left, top, width, BAR, palette.bad, palette.paper),
        *hatch(left, top, width, BAR, palette.bad),
    ]


def left_bar(left: float, right: float, middle: float, look: Look) -> list[Shape]:
    """The time left until the due date: outlined, as all that is planned."""
    if right - left < 2:
        return []
    palette = look.palette
    return [outlined(left, middle - BAR / 2, right - left, BAR, palette.grey, palette.paper)]


_KEY = ("raised", "started", "due", "done", "decided", "now", "late", "left")
_SAMPLE = 16.0
_SPACE = 10.0


def key_width(language: str, look: Look) -> float:
    """The width that :func:`key` takes."""
    texts = [word(f"chart.timeline.{name}", language) for name in _KEY]
    return sum(
        _width(name) + text_width(text, look.small) + _SPACE
        for name, text in zip(_KEY, texts, strict=True)
    ) - _SPACE  # fmt: skip


def _width(name: str) -> float:
    return 13.0 if name in EVENTS else _SAMPLE + 4


def key(x: float, y: float, language: str, look: Look) -> list[Shape]:
    """What each mark means, from ``x`` on; ``y`` is the baseline."""
    shapes: list[Shape] = []
    words: list[Shape] = []
    middle = y - look.small * 0.35
    bars = {"now": now_bar, "late": late_bar, "left": left_bar}
    for name in _KEY:
        if name in EVENTS:
            shapes += event(name, x + 5, middle, look)
        else:
            shapes += bars[name](x, x + _SAMPLE, middle, look)
        text = word(f"chart.timeline.{name}", language)
        words.append(Text(x + _width(name), y, text, look.small, 400, look.palette.grey))
        x += _width(name) + text_width(text, look.small) + _SPACE
    return shapes + words
