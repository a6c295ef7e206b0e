"""Find the texts that a workbook's cells share."""

from __future__ import annotations

from typing import List, Mapping

from kpixl.workbook.markup import MAIN, Ends, TextItem, read_markup
from kpixl.workbook.package import Package
from kpixl.workbook.parts import Relationship, target


def stored_texts(package: Package, related: Mapping[str, Relationship]) -> List[str]:
    """The shared texts as they are stored, escapes unresolved, in their order. ``related`` are
    the relationships of the workbook part."""
    texts: List[str] = []
    part = target(related, "sharedStrings")
    if part is None:
        return texts
    item = TextItem()

    def item_end(_: str) -> None:
        texts.append(item.take())

    ends: Ends = {**item.ends, "si": item_end}
    read_markup(package.chunks(part), part, MAIN, "sst", item.starts, ends)
    return texts
