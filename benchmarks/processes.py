"""Watch what processes use: processor time and memory, by what Linux tells of them in /proc."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")

Seen = dict[int, tuple[float, float]]
"""Process -> processor seconds and peak memory (MB)."""


def _look(process: int) -> tuple[float, float] | None:
    """Processor seconds and peak memory (MB) of a process."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return (int(stat[11]) + int(stat[12])) / TICK, int(peak[0]) / 1024 if peak else 0.0


def children(process: int) -> list[int]:
    """The processes below ``process``; one may end while it is looked at."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                found.extend(int(child) for child in task.read_text().split())
    return [*found, *(below for child in found for below in children(child))]


@contextmanager
def watched(seen: Seen, roots: Sequence[int], every: float = 0.05) -> Iterator[None]:
    """Look at all processes below ``roots`` every so many seconds, and note in ``seen`` what each
    uses meanwhile."""
    ended = threading.Event()
    first: dict[int, float] = {}

    def look() -> None:
        while not ended.is_set():
            for process in [*roots, *(child for root in roots for child in children(root))]:
                found = _look(process)
                if found is not None:
                    # What has run before the run began is not its cost.
                    before = first.setdefault(process, found[0] if process in roots[1:] else 0.0)
                    # A process that has ended still tells its time, but its memory no more.
                    peak = seen.get(process, (0.0, 0.0))[1]
                    seen[process] = (found[0] - before, max(found[1], peak))
            ended.wait(every)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def resident(process: int) -> float:
    """The memory (MB) that a process has now."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    now = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(now[0]) / 1024 if now else 0.0


def processor_time(root: int) -> float:
    """Processor seconds that a process and all below it have used so far."""
    found = (_look(process) for process in (root, *children(root)))
    return sum(one[0] for one in found if one is not None)
