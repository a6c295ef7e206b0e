"""Share out a sheet's rows among the pages of its print."""

from __future__ import annotations

from math import ceil
from typing import List


def page_ends(rows: int, first: int, others: int) -> List[int]:
    """After how many of ``rows`` each page but the last one ends, where the first page holds
    ``first`` rows and any other ``others``, which is not less. As few pages as can be, with about
    as many rows on each: filled to the brim, they would leave blank rows alone for the last."""
    further = ceil((rows - first) / others)
    if further <= 0:
        return []
    begun = min(first, ceil(rows / (further + 1)))
    each = ceil((rows - begun) / further)
    return [begun + each * page for page in range(further)]
