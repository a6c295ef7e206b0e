"""A pack by PlutoPrint and Chromium's printing, in turn, in a process that does nothing else.

What a process has done before shows in what it does next: after some dozens of packs by WeasyPrint
one by PlutoPrint takes about a tenth longer than in a process that makes its packs by PlutoPrint
alone. So these two get a process of their own, and more rounds than they would have beside peers
that take ten times as long.
"""

from __future__ import annotations

import gc
import multiprocessing
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks import browser
from benchmarks.peers import inside, printed_by, program
from benchmarks.stages import inlined, own_share, whole_pack
from benchmarks.standard import standard_book
from kpixl.pack.engines import Engine
from kpixl.workbook.template import write_book

ROUNDS = 9


@dataclass(frozen=True)
class Race:
    """Seconds by the clock, round by round: of the pack from its workbook, of Chromium's command,
    and of a Chromium that is running already."""

    pack: tuple[float, ...]
    command: tuple[float, ...]
    running: tuple[float, ...]

    def against_command(self) -> float:
        """The pack's median against that of Chromium's command."""
        return statistics.median(self.pack) / statistics.median(self.command)

    def against_running(self) -> float:
        """The pack's median against that of a running Chromium."""
        return statistics.median(self.pack) / statistics.median(self.running)

    def told(self) -> str:
        """How far the rounds lie apart."""
        each = [ours / theirs for ours, theirs in zip(self.pack, self.command, strict=True)]
        return (
            f"PlutoPrint’s pack against Chromium’s command: median of {ROUNDS} rounds, in turn, in "
            f"a process that does nothing else; single rounds {min(each):.2f} to {max(each):.2f}."
        )


def race(folder: Path) -> Race | None:
    """The two in turn, with their files in ``folder``; None without a Chromium."""
    if browser.chromium() is None:
        return None
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_race, folder).result()


def _race(folder: Path) -> Race:
    book, page = folder / "race.xlsx", folder / "race.html"
    with book.open("wb") as file:
        write_book(file, standard_book())
    page.write_text(inlined(own_share(book)), encoding="utf-8")
    chromium = browser.chromium() or ""
    with browser.running(chromium, folder) as running:
        works = {
            "pack": inside(lambda: whole_pack(book, Engine.PLUTOPRINT)),
            "command": program(browser.printing(chromium, page, folder / "race.pdf")),
            "running": printed_by(running, page),
        }
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for number in range(ROUNDS + 1):
            for name, work in works.items():
                gc.collect()
                taken = work().wall
                if number:
                    seconds[name].append(taken)
    return Race(**{name: tuple(taken) for name, taken in seconds.items()})
