"""Turn texts into the room that they take on a page of the pack; everything in CSS pixels.

The layout itself is WeasyPrint's. These estimates only decide beforehand how much is put on a page
that has to hold it, and err on the large side.
"""

from __future__ import annotations

import math
from functools import lru_cache

from kpixl.pack.text_width import text_width, wrap

BODY_WIDTH, BODY_HEIGHT = 1016.0, 668.0
"""Inside the margins of pack.css: 269 x 177 mm."""
GUTTER = 22.6
COLUMN = (BODY_WIDTH - 2 * GUTTER) / 3
PACKED = 1.06  # a line is left at a word's end, not at the margin


def line_count(text: str, width: float, size: float, weight: int = 400, beside: float = 0) -> int:
    """How many lines ``text`` takes in ``width``, ``beside`` being taken by something else."""
    if not text.strip():
        return 0
    return max(1, math.ceil((text_width(text, size, weight) * PACKED + beside) / width))


@lru_cache(maxsize=4096)
def lines_taken(text: str, width: float, size: float, weight: int = 400, beside: float = 0) -> int:
    """As :func:`line_count`, by breaking the lines: closer, and slower where texts are long."""
    before = "x" * math.ceil(beside / text_width("x", size)) if beside else ""
    return len(wrap(f"{before} {text}", width, size, weight))


def title_height(title: str, beside: float = 0) -> float:
    """The height of a page's heading with the space below it."""
    return line_count(title, BODY_WIDTH - beside, 22.7, 700) * 28.4 + 7.6


def sentence_height(text: str, language: str, after: float) -> float:
    """The height of a leading sentence (9 pt) with the space ``after`` it; 0 for none."""
    count = line_count(text, BODY_WIDTH, 12)
    return count * (19.8 if language == "ja" else 18.0) + (after if count else 0)
