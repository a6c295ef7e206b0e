"""Let a workbook part say that all formulas are to be calculated when the book is opened."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from kpixl.errors import FileProblem
from kpixl.workbook.markup import MAIN
from kpixl.workbook.part_text import (
    Name,
    Splice,
    Visitor,
    attributed,
    element_end,
    part_text,
    spliced,
    tag_at,
    visit,
)

_BEFORE = ("sheets", "functionGroups", "externalReferences", "definedNames")
"""What stands between a workbook's sheets and its ``calcPr``, in the schema's order."""

_CHILD = 2
"""The depth of what stands in the workbook element itself."""


def calculated_when_opened(raw: bytes, part: str) -> bytes:
    """The workbook part with ``fullCalcOnLoad`` set; the same bytes where it says so already."""
    text = part_text(raw, part)
    found = _Places(text.data)
    visit(text.data, part, MAIN, "workbook", found)
    if found.calculation is not None:
        at, attributes = found.calculation
        if attributes.get("fullCalcOnLoad") in ("1", "true"):
            return raw
        tag = tag_at(text.data, at)
        new = attributed(tag, {"fullCalcOnLoad": "1"})
        splice = Splice(tag.start, tag.end, new.text)
    elif found.behind:
        markup = f'<{found.prefix}calcPr fullCalcOnLoad="1"/>'.encode()
        splice = Splice(found.behind, found.behind, markup)
    else:
        raise FileProblem("file-damaged-part", part=part)
    return text.encoded(spliced(text.data, [splice]))


class _Places(Visitor):
    """Where the calculation settings stand, or belong."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._start = self._depth = 0
        self.calculation: Optional[Tuple[int, Dict[str, str]]] = None
        self.behind = 0
        self.prefix = ""

    def start(self, name: Name, attributes: Dict[str, str], depth: int, at: int) -> None:
        if depth == 1:
            self.prefix = name.prefix
        self._depth = depth
        if depth == _CHILD:
            self._start = at
            if name.local == "calcPr":
                self.calculation = at, attributes

    def end(self, name: Name, _: str, at: int) -> None:
        if self._depth == _CHILD and name.local in _BEFORE:
            self.behind = element_end(self._data, tag_at(self._data, self._start), at)
        self._depth -= 1
