"""Measure things side by side: interleaved, the median of several rounds."""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """One line of the results: how much of ``against`` the measured thing needs, or with
    ``at_least`` how much more than it does. Without a target it is told for comparison only."""

    what: str
    against: str
    value: float
    target: float | None = None
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target is met in this run."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target


def side_by_side(
    works: Mapping[str, Work], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Median seconds of each work by ``clock``; each round runs all of them, so that a machine
    that slows down slows all of them. One round before the count warms them up."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            gc.collect()
            started = clock()
            work()
            taken = clock() - started
            if number:
                seconds[name].append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def programs_side_by_side(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """The same for programs: processor seconds of each and of what it starts and waits for."""

    def run(command: Sequence[str]) -> float:
        before = _children()
        subprocess.run(command, check=True, capture_output=True)
        return _children() - before

    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = run(command)
            if number:
                seconds[name].append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
