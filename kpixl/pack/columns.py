"""Turn a table's texts into the widths of its columns, in CSS pixels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.text_width import text_width

PADDING = 6.2
SEPARATION = 11.4  # between groups of columns
APART = 4.6  # between figures, which end at the right, and words
NARROWEST_NAME, WIDEST_NAME, NARROWEST_FIGURE = 120.0, 190.0, 60.0


def needed(head: str, texts: Sequence[str]) -> float:
    """The width of a column whose head may wrap at its spaces and whose texts do not wrap."""
    heads = [text_width(part, 9.4, 600) for part in head.split()]
    return max([*heads, *(text_width(text, 10, 700) for text in texts)]) + PADDING + 1


def name_width(head: str, texts: Sequence[str]) -> float:
    """The width of the column of names, which may wrap."""
    return min(max(needed(head, texts), NARROWEST_NAME), WIDEST_NAME)


def fitted(
    widths: Sequence[float], figures: Collection[int], total: float = BODY_WIDTH
) -> tuple[tuple[float, ...], bool]:
    """``widths`` made to fill ``total``, and whether figures have to be broken at their commas.

    Figures come first; the names in the first column, which may wrap, take what is left.
    """
    found = list(widths)
    spare = total - sum(found)
    if spare < 0:
        given = min(-spare, max(0.0, found[0] - NARROWEST_NAME))
        found[0] -= given
        spare += given
    tight = spare < -0.5
    if tight:
        beyond = {n: max(0.0, found[n] - NARROWEST_FIGURE) for n in figures}
        over = sum(beyond.values())
        for n, width in beyond.items():
            found[n] += max(-width, spare * width / over) if over else 0.0
        scale = min(1.0, total / sum(found))
        found = [width * scale for width in found]
    else:
        for n in figures:
            found[n] += spare / len(figures)
    return tuple(round(width, 1) for width in found), tight
