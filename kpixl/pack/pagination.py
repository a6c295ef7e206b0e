"""Turn the heights of what stands one below the other into pages that are about equally full."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

EMPTY, NOT_AT_A_GROUP = 1.5, 0.45
"""What an empty page costs (a part of it: the share's square) and what it costs to begin a page in
the middle of a group, in pages: a page is rather a fifth empty, but not nearly empty."""


def page_starts(
    heights: Sequence[float],
    first_room: float,
    room: float,
    groups: Collection[int] = (),
) -> tuple[int, ...]:
    """The positions that begin a page, the first page's (0) left out; none where all fits on one.

    As few pages as hold everything, filled evenly, so that the last one is not nearly empty. Where
    ``groups`` are given (the positions that begin one), a page more may be taken for pages that
    begin with a group. What is higher than ``room`` takes a page alone.
    """
    count = len(heights)
    total = [0.0]
    for height in heights:
        total.append(total[-1] + height)
    if total[-1] <= first_room:
        return ()
    wanted = set(groups)
    # best[n]: the least cost of n items on whole pages, and where the last of these begins.
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, count + 1):
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            space = first_room if start == 0 else room
            filled = total[end] - total[start]
            if filled > space and start < end - 1:
                break
            spare = max(0.0, 1 - filled / space)
            in_group = bool(wanted) and start > 0 and start not in wanted
            cost = 1 + EMPTY * spare**2 + (NOT_AT_A_GROUP if in_group else 0.0)
            options.append((best[start][0] + cost, start))
        best.append(min(options))
    starts = []
    end = count
    while end > 0:
        end = best[end][1]
        if end > 0:
            starts.append(end)
    return tuple(reversed(starts))


def shared_out(count: int, most: int) -> tuple[int, ...]:
    """``count`` things in as few parts of at most ``most`` as hold them, as equal as can be."""
    parts = math.ceil(count / most) if count else 0
    return tuple(count // parts + (1 if n < count % parts else 0) for n in range(parts))
