"""Measure many packs at once, print it and write many.md: ``make many``.

Ratios are taken side by side in one run; seconds and megabytes belong to this machine.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import side_by_side
from benchmarks.processes import Seen, children, resident, watched
from benchmarks.stages import ENGINES, STANDARD_PAGES, stage_pages, stage_read, stage_review
from benchmarks.standard import CSFS, standard_book
from kpixl.pack.contexts import Pack
from kpixl.pack.engines import Engine
from kpixl.workbook.template import write_book

RESULTS = Path(__file__).parent / "many.md"
LIGHT_PAGES = ("cover", "summary", "scorecard")


@dataclass
class Run:
    """What one run took: seconds by the clock, processor seconds of all its processes, and the
    largest memory in MB of the process that ordered and of any that worked."""

    packs: int
    seconds: float = 0.0
    cpu: float = 0.0
    parent: float = 0.0
    worker: float = 0.0
    seen: Seen = field(default_factory=dict)

    @property
    def a_minute(self) -> float:
        """Packs a minute."""
        return 60 * self.packs / self.seconds

    @property
    def cpu_a_pack(self) -> float:
        """Processor seconds of a pack, starting included."""
        return self.cpu / self.packs


# ---- Runs -----------------------------------------------------------------------------------


def make(folder: Path, packs: int, *words: str, workers: Sequence[int] = ()) -> Run:
    """Packs of so many workbooks, by the command that a person would type."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    books = [str(book) for book in sorted((folder / "books").glob("*.xlsx"))[:packs]]
    command = [sys.executable, "-m", "kpixl", "pack", *books, "-o", str(out), "--json", *words]
    run = Run(packs)
    started = time.perf_counter()
    with (folder / "told.json").open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.DEVNULL)
        with watched(run.seen, [process.pid, *workers]):
            process.wait()
    run.seconds = time.perf_counter() - started
    data = json.loads((folder / "told.json").read_bytes())
    if len(data["files"]) != packs:
        raise RuntimeError(data["failed"])
    run.cpu = sum(cpu for cpu, _ in run.seen.values())
    run.parent = run.seen[process.pid][1]
    run.worker = max((peak for one, (_, peak) in run.seen.items() if one != process.pid), default=0)
    return run


@contextmanager
def dask(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and two workers on this machine."""
    file = folder / "scheduler.json"
    base = [sys.executable, "-m", "dask"]
    here = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file)]
    more = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    with (folder / "dask.log").open("wb") as log:
        started = [
            subprocess.Popen([*base, *words], stdout=log, stderr=log)
            for words in (
                ["scheduler", "--port", "0", *here],
                ["worker", *here, *more],
                ["worker", *here, *more],
            )
        ]
        try:
            while not file.exists() or not file.read_text():
                time.sleep(0.1)
            yield json.loads(file.read_text())["address"], [one.pid for one in started]
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


# ---- The parts ------------------------------------------------------------------------------


def throughput(
    folder: Path, packs: int, rounds: int, pages: Sequence[str], engine: Engine
) -> Iterator[str]:
    """One process, two, and a cluster of two workers, in turn."""
    taken: dict[str, list[Run]] = {"-j 1": [], "-j 2": [], "--cluster": []}
    words = ("--pages", ",".join(pages), "--engine", engine)
    with dask(folder) as (address, workers):
        for _ in range(rounds):
            taken["-j 1"].append(make(folder, packs, *words, "-j", "1"))
            taken["-j 2"].append(make(folder, packs, *words, "-j", "2"))
            clustered = make(folder, packs, *words, "--cluster", address, workers=workers)
            taken["--cluster"].append(clustered)
    best = {name: min(runs, key=lambda run: run.seconds) for name, runs in taken.items()}
    yield f"`kpixl pack books/*.xlsx`, {_kind(pages)} of {packs} workbooks; best of {rounds}."
    yield ""
    yield "| with | packs a minute | against one process | CPU seconds a pack | target | |"
    yield "|---|---|---|---|---|---|"
    for name, run in best.items():
        ratio = run.a_minute / best["-j 1"].a_minute
        target = _verdict(ratio >= 1.8, "≥ 1.80") if name == "-j 2" else "– | "
        yield (f"| `{name}` | {run.a_minute:.1f} | {ratio:.2f} | {run.cpu_a_pack:.2f} | {target} |")


def growth(
    folder: Path, sizes: Sequence[int], pages: Sequence[str], engine: Engine
) -> Iterator[str]:
    """Cost of a pack and memory as the packs grow more."""
    words = ("--pages", ",".join(pages), "--engine", engine, "-j", "2")
    runs = {size: make(folder, size, *words) for size in sizes}
    yield f"`kpixl pack books/*.xlsx -j 2`, {_kind(pages)} of each; one alone needs no pool."
    yield ""
    yield "| packs | CPU seconds a pack | peak MB of the parent | peak MB of the largest worker |"
    yield "|---|---|---|---|"
    for size, run in runs.items():
        worker = f"{run.worker:.0f}" if size > 1 else "–"
        yield f"| {size} | {run.cpu_a_pack:.2f} | {run.parent:.0f} | {worker} |"
    few, many = sorted(runs)[1 if len(runs) > 2 else 0], max(runs)
    ratio = runs[many].worker / runs[few].worker
    yield ""
    yield (
        f"Largest worker after {many} packs against {few}: {ratio:.2f} (target of SPEC 16 for a "
        f"worker, recycling included: {_verdict(ratio <= 1.2, '≤ 1.20').replace(' | ', ', ')})."
    )


def _kind(pages: Sequence[str]) -> str:
    return "the standard pack" if tuple(pages) == STANDARD_PAGES else ", ".join(pages)


def one_worker(folder: Path, packs: int, pages: Sequence[str], engine: Engine) -> Iterator[str]:
    """Memory of a single worker while it makes all packs."""
    few, many = worker_memory(folder, packs, pages, engine)
    yield f"One worker of the pool makes {packs} packs ({_kind(pages)}); its memory between packs."
    yield ""
    yield "| what | against | ratio | target | |"
    yield "|---|---|---|---|---|"
    verdict = _verdict(many / few <= 1.2, "≤ 1.20")
    ratio = f"{many / few:.2f}"
    yield f"| {many:.0f} MB after {packs} packs | {few:.0f} MB after 10 | {ratio} | {verdict} |"


def worker_memory(
    folder: Path, packs: int, pages: Sequence[str], engine: Engine
) -> tuple[float, float]:
    """The most memory (MB) of the pool's one worker at the first ten packs and at any later one,
    whichever process it is by then."""
    from kpixl.many.hands import Pool
    from kpixl.many.orders import Order
    from kpixl.many.run import run
    from kpixl.many.start import prepared

    order = Order(target=str(folder / f"one-{engine}"), pages=tuple(pages), engine=engine)
    books, order = prepared([str(folder / "books")], order)
    after: list[float] = []
    with Pool(order, 1) as pool:
        for _ in run(books[:packs], pool):
            below = [resident(one) for one in children(os.getpid())]
            after.append(max(below, default=0.0))
    return max(after[:10]), max(after[10:])


def length(folder: Path, rounds: int, engine: Engine) -> Iterator[str]:
    """A pack of twice the pages, side by side."""
    found = twice_the_pages(folder, rounds, engine)
    yield f"Pages to PDF; {found.charts} different drawings in the longer one."
    yield ""
    yield "| what | against | ratio | target | |"
    yield "|---|---|---|---|---|"
    verdict = _verdict(found.ratio <= 2.1, "≤ 2.10")
    yield f"| {found.longer} pages | {found.shorter} pages | {found.ratio:.2f} | {verdict} |"


@dataclass(frozen=True)
class Doubled:
    """The standard pack and one of about twice its content: pages, different drawings, and what
    the longer costs against the shorter, as if it had exactly twice the pages."""

    shorter: int
    longer: int
    charts: int
    ratio: float


def twice_the_pages(folder: Path, rounds: int, engine: Engine) -> Doubled:
    """The standard pack against that of a book with twice as many CSFs."""
    from kpixl.pack.html import for_print
    from kpixl.pack.pdf import pack_pdf

    once, twice = (_pack(folder / f"length{csfs}.xlsx", csfs) for csfs in (CSFS, 2 * CSFS))

    def made(pack: Pack) -> bytes:
        return pack_pdf(pack, engine=engine)

    shorter, longer = _pages(made(once)), _pages(made(twice))
    taken = side_by_side({"once": lambda: made(once), "twice": lambda: made(twice)}, rounds)
    ratio = taken["twice"] / taken["once"] * 2 * shorter / longer
    return Doubled(shorter, longer, len(for_print(twice).drawings), ratio)


def _pack(path: Path, csfs: int) -> Pack:
    with path.open("wb") as file:
        write_book(file, standard_book(csfs=csfs))
    return stage_pages(stage_review(stage_read(path)))


def _pages(data: bytes) -> int:
    import pikepdf

    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def _verdict(is_reached: bool, target: str) -> str:
    return f"{target} | {'reached' if is_reached else 'not yet'}"


@dataclass(frozen=True)
class Chosen:
    """How much is measured: packs of growing runs and of one that is repeated, in how many rounds,
    with whole packs or light ones, and by which engine."""

    sizes: tuple[int, ...]
    packs: int
    rounds: int
    light: bool
    engine: Engine

    @property
    def command(self) -> str:
        """What measures so much."""
        words = f"--sizes {' '.join(map(str, self.sizes))} --packs {self.packs}"
        words += f" --rounds {self.rounds}{' --light' if self.light else ''}"
        return f"python -m benchmarks.many {words} --engine {self.engine}"


def lines_of(folder: Path, chosen: Chosen) -> Iterator[str]:
    """The results as Markdown."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in (chosen.engine, "pebble", "distributed")
    )
    yield "# Many packs at once"
    yield ""
    yield f"Measured by `{chosen.command}`. Targets: SPEC 16."
    yield ""
    yield (
        f"{platform.python_implementation()} {platform.python_version()}, {versions}, "
        f"{platform.system()}, {os.cpu_count()} cores. CPU seconds and packs a minute include "
        "starting the processes; memory is the peak of resident pages."
    )
    pages = LIGHT_PAGES if chosen.light else STANDARD_PAGES
    engine, rounds = chosen.engine, chosen.rounds
    parts = [
        ("Processes", throughput(folder, chosen.packs, rounds, pages, engine)),
        ("As they grow more", growth(folder, chosen.sizes, pages, engine)),
        ("As they grow longer", length(folder, rounds, engine)),
    ]
    if not chosen.light:
        parts.insert(
            2, ("One worker's memory", one_worker(folder, max(chosen.sizes), pages, engine))
        )
    for title, lines in parts:
        yield ""
        yield f"## {title}"
        yield ""
        yield from lines


def write_books(folder: Path, count: int) -> None:
    """The standard workbook, so many times, in ``folder``/books."""
    (folder / "books").mkdir()
    first = folder / "books" / "book000.xlsx"
    with first.open("wb") as file:
        write_book(file, standard_book())
    for number in range(1, count):
        shutil.copy(first, first.with_name(f"book{number:03}.xlsx"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; only a run of the full size is written to many.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 50, 200])
    parser.add_argument("--packs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--light", action="store_true", help="packs of three pages, not of 21")
    parser.add_argument("--engine", type=Engine, choices=list(ENGINES), default=list(ENGINES)[-1])
    given = parser.parse_args(arguments)
    chosen = Chosen(tuple(given.sizes), given.packs, given.rounds, given.light, given.engine)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_books(folder, max(*chosen.sizes, chosen.packs))
        text = "\n".join(lines_of(folder, chosen)) + "\n"
    print(text, end="")
    if max(chosen.sizes) >= 200 and chosen.packs >= 40:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
