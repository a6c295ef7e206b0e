"""The standard pack beside its peers: plain WeasyPrint, Chromium, LibreOffice and Typst."""

from __future__ import annotations

import gc
import importlib.metadata
import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pikepdf

from benchmarks import browser
from benchmarks.processes import Seen, processor_time, watched
from benchmarks.stages import (
    ENGINES,
    STANDARD_PAGES,
    inlined,
    own_share,
    plain,
    plain_weasyprint,
    stage_html,
    stage_pages,
    stage_read,
    stage_review,
    whole_pack,
)
from benchmarks.standard import standard_book
from benchmarks.typst_pack import write_typst
from kpixl.pack.engines import PLUTOPRINT, Engine
from kpixl.words import word
from kpixl.workbook.template import write_book

ROUNDS = 3
YARDSTICK = "plain WeasyPrint"
BY_BROWSER = "kpixl with Chromium"
OURS = {engine: f"kpixl with {name}" for engine, name in ENGINES.items()}
RUNNING, PRINTED = "Chromium", "Chromium, a new process"


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock on the wall, and of all processors together."""

    wall: float
    cpu: float


Work = Callable[[], Cost]


@dataclass(frozen=True)
class Peer:
    """One way to a PDF: ``work`` does it and tells its cost, ``pdf`` gives what it made."""

    start: str
    work: Work
    pdf: Callable[[], bytes]


@dataclass(frozen=True)
class Row:
    """What a peer made, and its cost against the yardstick's."""

    name: str
    start: str
    pages: int
    kib: int
    wall: float
    cpu: float


# ---- Ways to measure ------------------------------------------------------------------------


def inside(work: Callable[[], object]) -> Work:
    """Something that this process does, with the programs that it waits for."""

    def run() -> Cost:
        wall, cpu = time.perf_counter(), _used()
        work()
        return Cost(time.perf_counter() - wall, _used() - cpu)

    return run


def _used() -> float:
    times = os.times()
    return sum(times[:4])


def program(command: list[str]) -> Work:
    """A program with all that it starts: some of Chromium's processes nobody waits for."""

    def run() -> Cost:
        seen: Seen = {}
        wall = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with watched(seen, [process.pid], every=0.01):
            code = process.wait()
        if code:
            raise RuntimeError(command)
        return Cost(time.perf_counter() - wall, sum(cpu for cpu, _ in seen.values()))

    return run


def printed_by(running: browser.Running, page: Path) -> Work:
    """A browser that has been started before."""

    def run() -> Cost:
        wall, cpu = time.perf_counter(), processor_time(running.process.pid)
        running.pdf_of(page)
        wall = time.perf_counter() - wall
        return Cost(wall, processor_time(running.process.pid) - cpu)

    return run


def _medians(peers: Mapping[str, Peer]) -> dict[str, Cost]:
    """Each in turn, round after round; the first warms them up."""
    taken: dict[str, list[Cost]] = {name: [] for name in peers}
    for number in range(ROUNDS + 1):
        for name, peer in peers.items():
            gc.collect()
            cost = peer.work()
            if number:
                taken[name].append(cost)
    return {
        name: Cost(
            statistics.median(cost.wall for cost in costs),
            statistics.median(cost.cpu for cost in costs),
        )
        for name, costs in taken.items()
    }


# ---- The peers ------------------------------------------------------------------------------


def measure(folder: Path) -> tuple[Row, ...]:
    """Every peer that this machine has, in ``folder``."""
    book = folder / "peers.xlsx"
    with book.open("wb") as file:
        write_book(file, standard_book())
    html = inlined(own_share(book))
    yard = plain(html)
    page = folder / "peers.html"
    page.write_text(html, encoding="utf-8")
    with ExitStack() as stack:
        peers = {
            **{name: _by_engine(book, engine) for engine, name in OURS.items()},
            **{f"{name}, a new process": _command(book, folder, one) for one, name in OURS.items()},
            YARDSTICK: Peer(
                "HTML", inside(lambda: plain_weasyprint(yard)), lambda: plain_weasyprint(yard)
            ),
        }
        chromium = browser.chromium()
        if chromium:
            running = stack.enter_context(browser.running(chromium, folder))
            peers[RUNNING] = Peer("HTML", printed_by(running, page), lambda: running.pdf_of(page))
            peers[PRINTED] = _printed(chromium, page, folder)
            peers[BY_BROWSER] = _by_engine(book, Engine.CHROMIUM)
        peers["Typst"] = _typst(book, folder)
        if shutil.which("soffice"):
            peers["LibreOffice, a new process: one sheet"] = _office(book, folder)
        costs = _medians(peers)
        return tuple(_rows(peers, costs))


def _rows(peers: Mapping[str, Peer], costs: Mapping[str, Cost]) -> Iterator[Row]:
    base = costs[YARDSTICK]
    for name, peer in peers.items():
        data = peer.pdf()
        with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
        cost = costs[name]
        shares = (cost.wall / base.wall, cost.cpu / base.cpu)
        yield Row(name, peer.start, pages, len(data) // 1024, *shares)


def _by_engine(book: Path, engine: Engine) -> Peer:
    def made() -> bytes:
        return whole_pack(book, engine)

    return Peer("workbook", inside(made), made)


def _command(book: Path, folder: Path, engine: Engine) -> Peer:
    out = folder / f"peers-{engine}"
    command = [
        sys.executable, "-m", "kpixl", "pack", str(book), "--pages", ",".join(STANDARD_PAGES),
        "--engine", engine, "-o", str(out),
    ]  # fmt: skip
    return Peer("workbook", program(command), lambda: next(out.glob("*.pdf")).read_bytes())


def _printed(chromium: str, page: Path, folder: Path) -> Peer:
    pdf = folder / "peers-chromium.pdf"
    return Peer("HTML", program(browser.printing(chromium, page, pdf)), pdf.read_bytes)


def _office(book: Path, folder: Path) -> Peer:
    """LibreOffice prints what is not hidden: the Scorecard alone."""
    lone = folder / "peers-scorecard.xlsx"
    _hide_all_but(book, lone, word("sheet.scorecard", "en"))
    command = [
        "soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless",
        "--convert-to", "pdf", "--outdir", str(folder), str(lone),
    ]  # fmt: skip
    return Peer("workbook", program(command), lone.with_suffix(".pdf").read_bytes)


def _hide_all_but(book: Path, copy: Path, sheet: str) -> None:
    with (
        zipfile.ZipFile(book) as source,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.namelist():
            data = source.read(entry)
            if entry == "xl/workbook.xml":
                text = data.decode("utf-8")
                names = re.findall(r'<sheet name="([^"]*)"', text)
                text = re.sub(
                    r'(<sheet name="(?!' + sheet + r'")[^"]*")', r'\1 state="hidden"', text
                )
                text = re.sub(r' (activeTab|firstSheet)="\d+"', "", text)
                place = names.index(sheet)
                # What has a print area is printed, hidden or not.
                area = rf'<definedName name="_xlnm.Print_Area" localSheetId="(?!{place}")[^<]*</'
                text = re.sub(area + "definedName>", "", text)
                active = f'<workbookView activeTab="{place}"'
                data = text.replace("<workbookView", active).encode("utf-8")
            target.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _typst(book: Path, folder: Path) -> Peer:
    """Typst remembers what it has set before: every round gets a document with other figures, as
    another workbook would give."""
    import typst

    plan = stage_read(book)
    documents = []
    for number in range(ROUNDS + 2):
        share = 1 + number / 1000
        actuals = {
            name: replace(series, values={at: value * share for at, value in series.values.items()})
            for name, series in plan.actuals.items()
        }
        pack = stage_pages(stage_review(replace(plan, actuals=actuals)))
        place = folder / f"typst{number}"
        place.mkdir()
        documents.append(write_typst(pack, stage_html(pack), place))
    numbers = count()

    def compiled() -> bytes:
        document = documents[next(numbers) % len(documents)]
        return bytes(typst.compile(str(document), pdf_standards="ua-1"))

    return Peer("Typst document", inside(compiled), compiled)


# ---- The table ------------------------------------------------------------------------------


def lines_of(rows: tuple[Row, ...]) -> Iterator[str]:
    """The table as Markdown."""
    yield (
        f"Against {YARDSTICK} = 1.00, median of {ROUNDS} rounds side by side. “By the clock” is "
        "what a person waits, “processors” what all processes use together. Where no new process "
        "is named, the program is running and has made a pack before. kpixl begins with the "
        "workbook; the others are given what they need ready-made: WeasyPrint and Chromium "
        "kpixl’s HTML with the charts as inline SVG (Chromium prints it without running heads, "
        "page numbers, bookmarks and data, and as neither PDF/A nor PDF/UA; “kpixl with Chromium”, "
        "`--engine chromium`, adds them), Typst a document that "
        "`benchmarks/typst_pack.py` makes of the same texts, tables and charts (each compiled "
        "anew with other figures, as PDF/UA-1; blocks that stand side by side in the pack follow "
        "each other, so that its pages are more). LibreOffice prints one sheet of the workbook, "
        "the Scorecard, and nothing else."
    )
    yield ""
    yield "| who | begins with | pages | KiB | by the clock | processors |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row.name} | {row.start} | {row.pages} | {row.kib} | {row.wall:.2f} | "
            f"{row.cpu:.2f} |"
        )
    yield ""
    yield _versions()


def _versions() -> str:
    names = [f"{name} {importlib.metadata.version(name)}" for name in ("weasyprint", "typst")]
    if Engine.PLUTOPRINT in ENGINES:
        names.append(f"plutoprint {PLUTOPRINT}")
    for command in (browser.chromium(), shutil.which("soffice")):
        if command:
            told = subprocess.run(
                [command, "--version"], capture_output=True, text=True, check=False
            )
            names.append(" ".join(told.stdout.split()[:2]))
    return ", ".join(names) + "."
