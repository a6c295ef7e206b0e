"""Turn a table's texts into the widths of its columns, in CSS pixels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from kpixl.pack.paper import BODY_WIDTH
from kpixl.pack.text_width import text_width

PADDING = 6.2
SPARED = 2.4  # of the padding, where there is no room
MARK = 20.5  # the shape of a status, and the space after it
SEPARATION = 11.4  # between groups of columns
APART = 4.6  # between figures, which end at the right, and words
SMALL_PRINT = 8.5  # that of charts
ASIDE = 9.4  # what stands behind a figure
NARROWEST_NAME, WIDEST_NAME = 120.0, 330.0
USUAL_TYPE = 7.5
SLACK = 1.0  # for what rounding takes
REGULAR, BOLD = 400, 700
# Figures stand one below the other, all of one width: of an em, in type of 10 px.
FIGURE = {REGULAR: 6.48, BOLD: 6.82}
_FIGURES = str.maketrans("", "", "0123456789")


class Column(NamedTuple):
    """What a column needs: the width of its ``text`` in the usual type, what is ``around`` it or
    has a width of its own, whatever the type, and how much ``more`` its head takes on one line."""

    text: float
    around: float
    more: float = 0.0

    @property
    def width(self) -> float:
        """Its whole width in the usual type."""
        return self.text + self.around


class Fit(NamedTuple):
    """The widths of a table's columns, the size of its type as a share of the usual one, and
    whether they stand ``close`` to each other, for the names' sake."""

    widths: tuple[float, ...]
    size: float
    close: bool

    @property
    def padding(self) -> float:
        """What is beside a text, in its cell."""
        return PADDING - SPARED if self.close else PADDING


def type_size(size: float) -> float:
    """The size of a table's type in points, rounded down, so that nothing becomes too wide."""
    return int(USUAL_TYPE * size * 100) / 100


def needed(
    head: str,
    texts: Sequence[str],
    apart: float = 0,
    weights: Sequence[int] = (),
    small: Sequence[str] = (),
    asides: Sequence[str] = (),
) -> Column:
    """A column whose head may wrap at its spaces and whose texts, set in ``weights`` (all bold
    where none are given), do not wrap, nor those in ``small`` print below them; ``asides`` stand
    in small print behind their texts; ``apart`` from the one before."""
    heads = [text_width(part, 9.4, 600) for part in head.split()]
    set_in = weights or [BOLD] * len(texts)
    widths = [_width(text, weight) for text, weight in zip(texts, set_in, strict=True)]
    if asides:
        widths = [wide + _aside(text) for wide, text in zip(widths, asides, strict=True)]
    below = [text_width(text, SMALL_PRINT) for text in small]
    text = max([0.0, *heads, *widths, *below])
    whole = text_width(head, 9.4, 600)
    return Column(text, PADDING + SLACK + apart, max(0.0, whole - text))


def _aside(text: str) -> float:
    return text_width(" ", 10) + _width(text, REGULAR) * ASIDE / 10 if text else 0.0


def _width(text: str, weight: int) -> float:
    others = text.translate(_FIGURES)
    figure = FIGURE[BOLD if weight >= 600 else REGULAR]
    return text_width(others, 10, weight) + figure * (len(text) - len(others))


def marked(
    head: str,
    texts: Sequence[str],
    apart: float = 0,
    weights: Sequence[int] = (),
    indented: bool = False,
) -> Column:
    """As :func:`needed`, with a mark before each text; the head begins above the marks or, where
    it is ``indented``, above the texts."""
    words = needed("", texts, weights=weights)
    text = max(words.text, needed(head, ()).text - (0.0 if indented else MARK))
    return Column(text, words.around + MARK + apart)


def at_most(width: float, column: Column) -> Column:
    """``column``, whose texts wrap where it would be wider."""
    return Column(min(column.text, width - column.around), column.around)


def picture(width: float) -> Column:
    """A column of drawings."""
    return Column(0, width + PADDING)


def names(widths: Sequence[float]) -> Column:
    """The column of names, which may wrap, where each would take one of ``widths``."""
    return Column(0, min(max(*widths, NARROWEST_NAME), WIDEST_NAME) if widths else NARROWEST_NAME)


def fitted(columns: Sequence[Column], figures: Collection[int], total: float = BODY_WIDTH) -> Fit:
    """``columns`` made to fill ``total``.

    Figures come first, since nothing of them may wrap; the names in the first column take what is
    left. Where that is less than they would like, all columns stand closer; where it is too little,
    the whole table is set in smaller type.
    """
    around = [column.around for column in columns]
    close = sum(column.width for column in columns) > total
    if close:
        around[1:] = [width - SPARED for width in around[1:]]
    widths = [column.text + width for column, width in zip(columns, around, strict=True)]
    spare = total - sum(widths)
    if spare < 0:
        given = min(-spare, max(0.0, widths[0] - NARROWEST_NAME))
        widths[0] -= given
        spare += given
    size = 1.0
    if spare < -0.5:
        texts = [widths[0], *(column.text for column in columns[1:])]
        around[0] = 0.0
        size = (total - sum(around)) / sum(texts)
        widths = [text * size + more for text, more in zip(texts, around, strict=True)]
    else:
        for n in sorted(figures, key=lambda n: columns[n].more):
            if columns[n].more < spare:
                widths[n] += columns[n].more
                spare -= columns[n].more
        for n in figures:
            widths[n] += spare / len(figures)
    return Fit(tuple(round(width, 1) for width in widths), size, close)
