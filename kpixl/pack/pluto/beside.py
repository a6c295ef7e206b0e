"""Stand the parts of a flowing text beside each other: where columns of text go on on another page,
PlutoBook cuts a line at the page's end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from xml.etree import ElementTree

from kpixl.pack.text_width import text_width

FLOW = "flow"
"""The class of what flows through columns."""
COLUMNS = (3, 2)
"""How many there may be, the better first: parts are not divided, and of four, two stand lower in
two wide columns than in three."""
_EACH = 60.0
"""What a part takes beside its text (a line that is not full, the room to the next) as width of
text, in font sizes."""
_MOST = 40
"""Of more parts than this each column gets as many: all ways to part them would be too many."""


def stand_beside(body: ElementTree.Element) -> None:
    """Put the parts of each flowing text into columns, in their order, of about the same height."""
    for flow in [one for one in body.iter("div") if FLOW in one.get("class", "").split()]:
        parts = list(flow)
        if len(parts) < 2 or (flow.text or "").strip():
            continue
        ends = _ends([_EACH + text_width(_text(part), 1) for part in parts])
        for part in parts:
            flow.remove(part)
        flow.set("style", f"display: flex; gap: 6mm; {flow.get('style', '')}")
        for start, end in zip((0, *ends), (*ends, len(parts)), strict=True):
            column = ElementTree.SubElement(flow, "div", style="flex: 1 1 0; width: 0")
            column.extend(parts[start:end])


def _text(part: ElementTree.Element) -> str:
    return " ".join("".join(part.itertext()).split())


def _ends(widths: Sequence[float]) -> tuple[int, ...]:
    """Where all columns but the last one end, so that the highest is as low as can be; ``widths``
    are those of the parts' texts in one line."""
    count = len(widths)

    def height(ends: tuple[int, ...]) -> int:
        edges = zip((0, *ends), (*ends, count), strict=True)
        return round((len(ends) + 1) * max(sum(widths[start:end]) for start, end in edges))

    if count > _MOST:
        columns = COLUMNS[0]
        return tuple(round(count * n / columns) for n in range(1, columns))
    ways = (
        ends
        for columns in COLUMNS
        if columns <= count
        for ends in combinations(range(1, count), columns - 1)
    )
    return min(ways, key=height)
