"""What is wrong with the layout of a PDF, found by measuring it; everything in points."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

import pdfplumber

MM = 72 / 25.4
MARGIN = 14 * MM
HEAD, FOOT = 19 * MM, 196 * MM  # the page's own text stands between running head and foot
NEAR_EMPTY = 0.25
HEADING = 8.9  # the smallest bold type that is a heading and no table head or label


@dataclass(frozen=True)
class Word:
    """A word and the area that its letters take."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    font: str

    @property
    def in_body(self) -> bool:
        """Whether it belongs to the page's own text."""
        return self.top >= HEAD - 4 and self.bottom <= FOOT + 4


@dataclass(frozen=True)
class Sheet:
    """One page of a PDF: number, text, words, size."""

    number: int
    text: str
    words: tuple[Word, ...]
    width: float
    height: float

    @property
    def body(self) -> tuple[Word, ...]:
        """The words between running head and foot."""
        return tuple(word for word in self.words if word.in_body)

    @property
    def name(self) -> str:
        """The page's name, which stands at its foot before the number."""
        foot = [word for word in self.words if word.top > FOOT and word.left > self.width / 2]
        text = " ".join(word.text for word in sorted(foot, key=lambda word: word.left))
        name = re.sub(r" · \d+ / \d+$", "", text)
        # A change of font looks like a space.
        return re.sub("(?<=[\u3000-\u9fff]) | (?=[\u3000-\u9fff])", "", name)


def sheets(pdf: bytes) -> tuple[Sheet, ...]:
    """The pages of a PDF."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return tuple(
            Sheet(
                page.page_number,
                page.extract_text() or "",
                tuple(_word(found) for found in page.extract_words(
                    extra_attrs=["fontname", "size"], x_tolerance=1.5, y_tolerance=1
                )),
                float(page.width),
                float(page.height),
            )
            for page in document.pages
        )  # fmt: skip


def _word(found: dict[str, Any]) -> Word:
    """The area from the top of the capitals to the baseline, a little less than the line's."""
    top, bottom = float(found["top"]), float(found["bottom"])
    height = bottom - top
    return Word(
        found["text"],
        float(found["x0"]),
        top + height * 0.2,
        float(found["x1"]),
        bottom - height * 0.15,
        float(found["size"]),
        found["fontname"],
    )


def beyond_margins(sheet: Sheet) -> list[str]:
    """Words that stand outside the page's margins or where the foot has its place."""
    found = []
    for word in sheet.words:
        across = word.left < MARGIN - 0.6 or word.right > sheet.width - MARGIN + 0.6
        below = word.bottom > FOOT + 0.6 and word.top < FOOT + 5
        if across or below or word.bottom > sheet.height - 4 * MM:
            found.append(f"page {sheet.number}: {word.text!r} at {word.left:.0f}, {word.top:.0f}")
    return found


def overlaps(sheet: Sheet) -> list[str]:
    """Pairs of words that lie upon each other."""
    found = []
    ordered = sorted(sheet.words, key=lambda word: word.top)
    for first, second in combinations(ordered, 2):
        if second.top >= first.bottom:
            continue
        across = min(first.right, second.right) - max(first.left, second.left)
        down = min(first.bottom, second.bottom) - max(first.top, second.top)
        if across > 0.8 and down > 1.2:
            found.append(
                f"page {sheet.number}: {first.text!r} and {second.text!r} at "
                f"{second.left:.0f}, {second.top:.0f}"
            )
    return found


def lines(sheet: Sheet) -> Iterator[tuple[Word, ...]]:
    """The body's words, line by line from top to bottom."""
    ordered = sorted(sheet.body, key=lambda word: (round(word.bottom), word.left))
    for _, line in groupby(ordered, key=lambda word: round(word.bottom)):
        yield tuple(line)


def lonely_headings(sheet: Sheet) -> list[str]:
    """Words of headings with no text below them in their own column."""
    found = []
    for word in sheet.body:
        if word.size < HEADING or not word.font.endswith("Bold") or word.font.endswith("Semi-Bold"):
            continue
        if not any(ch.isalpha() for ch in word.text) or word.left > sheet.width - 60:
            continue
        below = [
            other
            for other in sheet.body
            if other.top > word.bottom
            and other.right > word.left - 60
            and other.left < word.right + 160
        ]
        if not below:
            found.append(f"page {sheet.number}: {word.text!r}")
    return found


def near_empty(sheet: Sheet) -> bool:
    """Whether the text fills less than a quarter of the height."""
    if not sheet.body:
        return True
    return max(word.bottom for word in sheet.body) < HEAD + NEAR_EMPTY * (FOOT - HEAD)
