"""What a printed sheet shows, cell by cell: the texts of a PDF page put into a table's columns."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pdfplumber

from tests.workbook_xml import WrittenBook

PIXELS_A_CHARACTER, PADDING = 7, 5


def column_widths(book: WrittenBook, sheet: str, count: int) -> list[float]:
    """The widths of a sheet's first columns in pixels, as the file has them in characters."""
    widths = [64.0] * count
    for entry in book.find(sheet, ".//m:cols/m:col"):
        for number in range(int(entry.get("min")), min(int(entry.get("max")), count) + 1):
            widths[number - 1] = float(entry.get("width")) * PIXELS_A_CHARACTER
    return widths


def column_breaks(book: WrittenBook, sheet: str) -> list[int]:
    """The columns after which a sheet's print goes on with another page."""
    return [int(entry.get("id")) for entry in book.find(sheet, ".//m:colBreaks/m:brk")]


def pages_up_to(path: Path, count: int, *words: str) -> list[Any]:
    """The first page on which all these words stand, as the last of ``count`` pages."""
    pages = pdfplumber.open(io.BytesIO(path.read_bytes())).pages
    last = next(n for n, page in enumerate(pages) if all(x in page.extract_text() for x in words))
    return pages[last - count + 1 : last + 1]


def table_over(
    pages: Sequence[Any],
    widths: Sequence[float],
    breaks: Sequence[int],
    repeated: int,
    starts: Sequence[str],
) -> dict[str, list[str]]:
    """The rows of a table whose columns go on from page to page, the first ``repeated`` of them on
    each, as ``table_on`` gives those of one page."""
    found: dict[str, list[str]] = {}
    edges = [0, *breaks, len(widths)]
    for page, first, last in zip(pages, edges, edges[1:], strict=False):
        again = repeated if first else 0
        shown = table_on(page, [*widths[:again], *widths[first:last]], starts)
        assert list(shown) == list(starts)
        for start, cells in shown.items():
            found.setdefault(start, []).extend(cells[again:])
    return found


def table_on(page: Any, widths: Sequence[float], starts: Sequence[str]) -> dict[str, list[str]]:
    """The rows that begin with one of ``starts``, by that word, cut into columns.

    The table is as wide as the coloured cells of its header; a word belongs to the column that
    its middle is in.
    """
    left = min(rect["x0"] for rect in page.rects)
    right = max(rect["x1"] for rect in page.rects)
    edges = [left]
    for width in widths:
        edges.append(edges[-1] + width / sum(widths) * (right - left))
    lines: dict[float, list[dict[str, Any]]] = {}
    for one in page.extract_words(use_text_flow=False, x_tolerance=1):
        lines.setdefault(round((one["top"] + one["bottom"]) / 2), []).append(one)
    found: dict[str, list[str]] = {}
    for middle, line in sorted(lines.items()):
        near = [*line, *lines.get(middle + 1, []), *lines.get(middle - 1, [])]
        ordered = sorted(near, key=lambda one: float(one["x0"]))
        if ordered[0]["text"] in starts and ordered[0]["text"] not in found:
            found[ordered[0]["text"]] = _cells(ordered, edges)
    return found


def _cells(line: Sequence[dict[str, Any]], edges: Sequence[float]) -> list[str]:
    cells: list[list[str]] = [[] for _ in edges[1:]]
    for one in line:
        centre = (one["x0"] + one["x1"]) / 2
        number = sum(1 for edge in edges[1:-1] if edge <= centre)
        cells[number].append(one["text"])
    return [" ".join(texts) for texts in cells]
