"""How many calls of each function gave in a host what they give in Python, as a table at the end of
a run: tests report their counts, and nothing is in it that no test compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

Agreement = Callable[[str, str, int], None]
"""Host, function, and how many calls were compared and found as they should be."""

PROPERTY = "agreement"
HOSTS = ("Excel workbook", "xlwings import", "LibreOffice", "LibreOffice, by exception")


def table(reported: Iterable[tuple[str, str, int]]) -> Iterator[str]:
    """The lines of the table; none where nothing was reported."""
    counts: Counter[tuple[str, str]] = Counter()
    for host, function, count in reported:
        counts[host, function] += count
    if not counts:
        return
    functions = list(dict.fromkeys(function for _, function in counts))
    widths = [len(host) for host in HOSTS]

    def line(name: str, cells: Iterable[object]) -> str:
        return f"{name:16}" + "".join(
            f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
        )

    yield line("as in Python", HOSTS)
    for function in functions:
        yield line(function, (counts[host, function] for host in HOSTS))
    yield line("all", (sum(counts[host, one] for one in functions) for host in HOSTS))
