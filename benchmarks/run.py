"""Measure what SPEC 16 promises, print it and write results.md: ``make bench``.

Ratios only, taken side by side in one run: milliseconds belong to a machine, ratios travel.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import openpyxl

from benchmarks import many, peers
from benchmarks.measure import Ratio, programs_side_by_side, side_by_side
from benchmarks.race import race
from benchmarks.stages import (
    ENGINES,
    inlined,
    own_share,
    plain,
    plain_weasyprint,
    stage_read,
    whole_pack,
)
from benchmarks.standard import large_book, standard_book
from kpixl.errors import CellError
from kpixl.pack.engines import Engine
from kpixl.pack.html import Rendered
from kpixl.plan.schema import SHEETS
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula
from kpixl.workbook.grid import Part as ArrayPart
from kpixl.workbook.template import write_book
from kpixl.workbook.template.book import lay_out

RESULTS = Path(__file__).parent / "results.md"
AT_ONCE, OF_A_WORKER = 40, 200
"""Packs that one process and two make, and that one worker makes in a row."""

BY_COMMAND = "Chromium's print-to-PDF, its command"
BY_RUNNING = "Chromium's print-to-PDF, running already"
BY_EQUAL = "the same pack with Chromium: PDF/A, PDF/UA, running heads, data"


@dataclass(frozen=True)
class Part:
    """One part of the results: its sentence, what was measured on, its ratios, and what is told
    below them."""

    title: str
    subject: str
    ratios: tuple[Ratio, ...]
    more: tuple[str, ...] = ()


# ---- What they are measured against ---------------------------------------------------------


def openpyxl_iterates(path: Path) -> int:
    """Every cell of the input sheets, read by openpyxl alone in its fastest mode."""
    cells = 0
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    inputs = {word(f"sheet.{sheet.key}", "en") for sheet in SHEETS if sheet.is_input}
    for name in inputs & set(book.sheetnames):
        for row in book[name].iter_rows(values_only=True):
            cells += len(row)
    book.close()
    return cells


# ---- The parts ------------------------------------------------------------------------------


def reading(folder: Path) -> Part:
    """Reading a large workbook against openpyxl."""
    path = folder / "large.xlsx"
    with path.open("wb") as file:
        write_book(file, large_book())
    taken = side_by_side(
        {"kpixl": lambda: stage_read(path), "openpyxl": lambda: openpyxl_iterates(path)}, rounds=7
    )
    plan = stage_read(path)
    figures = sum(
        len(one.values) for all_of in (plan.plan, plan.actuals) for one in all_of.values()
    )
    return Part(
        "Reading a workbook",
        f"From the file to the plan: {len(plan.goals)} goals × 60 months, {figures:,} figures of "
        "plan and actuals",
        (Ratio("kpixl", "openpyxl", taken["kpixl"] / taken["openpyxl"], 1.3),),
    )


def writing(_: Path) -> Part:
    """Writing large workbooks against openpyxl, and a larger one against a smaller."""
    books = {count: large_book(count=count, length=24) for count in (125, 250)}
    cells = {count: _cells(book) for count, book in books.items()}
    taken = side_by_side(
        {
            "125": lambda: write_book(BytesIO(), books[125]),
            "250": lambda: write_book(BytesIO(), books[250]),
            "openpyxl": lambda: openpyxl_writes(cells[250]),
        },
        rounds=3,
    )
    counts = {count: sum(map(len, sheets)) for count, sheets in cells.items()}
    growth = (taken["250"] / counts[250]) / (taken["125"] / counts[125])
    return Part(
        "Writing a workbook",
        f"250 goals × 24 months, {counts[250]:,} cells, and 125 goals, {counts[125]:,} cells: the "
        "columns that say who stands under whom grow with the square of the goals. kpixl works "
        "out the value of every formula and writes looks, tables, charts and rules; openpyxl is "
        "given the cells ready-made, without values of formulas and without looks",
        (
            Ratio("kpixl", "openpyxl", taken["250"] / taken["openpyxl"]),
            Ratio("kpixl, a cell of 250 goals", "a cell of 125 goals", growth, 1.15),
        ),
    )


def _cells(book: BookContent) -> list[dict[tuple[int, int], object]]:
    """What stands in the cells of each sheet, formulas as their text."""
    return [
        {
            place: f"={cell.value.text}" if isinstance(cell.value, Formula) else cell.value
            for place, cell in grid.cells.items()
            if not isinstance(cell.value, (ArrayPart, CellError))
        }
        for grid in lay_out(book).layout.grids
    ]


def openpyxl_writes(sheets: Sequence[dict[tuple[int, int], object]]) -> None:
    """The same cells by openpyxl in its fastest mode."""
    book = openpyxl.Workbook(write_only=True)
    for number, cells in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        width = max(column for _, column in cells)
        for row in range(1, max(row for row, _ in cells) + 1):
            sheet.append([cells.get((row, column)) for column in range(1, width + 1)])
    book.save(BytesIO())


def packing(folder: Path) -> Part:
    """The standard pack against plain WeasyPrint, and a longer one against it."""
    path = folder / "standard.xlsx"
    with path.open("wb") as file:
        write_book(file, standard_book())
    rendered = own_share(path)
    html = inlined(rendered)
    without = plain(html)
    taken = side_by_side(
        {
            "yardstick": lambda: plain_weasyprint(without),
            "fixed": lambda: plain_weasyprint(html),
            "own": lambda: own_share(path),
            **{engine: partial(whole_pack, path, engine) for engine in ENGINES},
        },
        rounds=5,
    )
    yardstick = taken["yardstick"]
    ratios = [Ratio("kpixl's own share", "plain WeasyPrint", taken["own"] / yardstick, 0.10)]
    for engine, name in ENGINES.items():
        whole = f"whole pack with {name}"
        longer = many.twice_the_pages(folder, 3, engine)
        ratios += [
            Ratio(whole, "plain WeasyPrint", taken[engine] / yardstick, 0.40),
            Ratio(whole, "the same, tables of fixed layout", taken[engine] / taken["fixed"]),
            Ratio(
                f"{longer.longer} pages with {name}", f"{longer.shorter} pages", longer.ratio, 2.1
            ),
        ]
    return Part("The standard pack", _described(rendered, path), tuple(ratios))


def _described(rendered: Rendered, path: Path) -> str:
    """What exactly the pack holds, pictures by their size in CSS pixels."""
    from pikepdf import Pdf

    written = path.with_suffix(".pdf")
    written.write_bytes(whole_pack(path, Engine.WEASYPRINT))
    with Pdf.open(written) as pdf:
        pages = len(pdf.pages)
    used = [
        rendered.drawings[name] for name in re.findall(r'<img src="(kpixl:\d+)"', rendered.html)
    ]
    charts = sum(drawing.height >= 60 for drawing in used)
    marks = sum(drawing.width < 20 for drawing in used)
    size = written.stat().st_size // 1024
    return (
        f"31 goals, 36 months: {pages} pages (cover, summary, goal tree, three scorecards of 31 "
        "rows, bridge, the KGI’s and each CSF’s page, signals) with "
        f"{charts} charts, {len(used) - charts - marks} sparklines, bars and ranges and "
        f"{marks} marks of status; {size} KiB by WeasyPrint. Longer packs are counted as if "
        "they had exactly twice the pages. Plain WeasyPrint gets the same HTML with its charts as "
        "inline SVG and its tables as wide as their cells ask, which is what CSS does by itself"
    )


def beside_peers(folder: Path) -> Part:
    """The same pack made by other programs."""
    fastest = race(folder) if Engine.PLUTOPRINT in ENGINES else None
    rows = peers.measure(folder)
    wall = {row.name: row.wall for row in rows}
    told = "whole pack with {}, by the clock".format
    by_pluto, by_weasy = told("PlutoPrint"), told("WeasyPrint")
    ratios = []
    if fastest:
        ratios += [
            Ratio(by_pluto, BY_COMMAND, fastest.against_command(), 0.40),
            Ratio(by_pluto, BY_RUNNING, fastest.against_running()),
        ]
    ours = wall[peers.OURS[Engine.WEASYPRINT]]
    ratios += [
        Ratio(by_weasy, how, ours / wall[name], goal)
        for name, how, goal in (
            (peers.PRINTED, BY_COMMAND, 0.40),
            (peers.RUNNING, BY_RUNNING, None),
            (peers.BY_BROWSER, BY_EQUAL, None),
        )
        if name in wall
    ]
    table = (*((fastest.told(), "") if fastest else ()), *peers.lines_of(rows))
    subject = (
        "The standard pack again. `kpixl pack` takes PlutoPrint where `kpixl[fast]` is installed, "
        "else WeasyPrint"
    )
    return Part("Beside peers", subject, tuple(ratios), table)


def at_once(folder: Path) -> Part:
    """Many packs: two processes against one, and what a worker grows to."""
    many.write_books(folder, OF_A_WORKER)
    subject = (
        f"`kpixl pack books/*.xlsx`, {', '.join(many.LIGHT_PAGES)} of the standard workbook; packs "
        "a minute by the clock, starting included, memory between packs, recycling included. "
        "`make many` measures more of it, into benchmarks/many.md"
    )
    ratios = [one for engine in ENGINES for one in _at_once(folder, engine)]
    return Part("Many packs", subject, tuple(ratios))


def _at_once(folder: Path, engine: Engine) -> Iterator[Ratio]:
    words = ("--pages", ",".join(many.LIGHT_PAGES), "--engine", engine)
    one, two = (many.make(folder, AT_ONCE, *words, "-j", str(n)) for n in (1, 2))
    few, grown = many.worker_memory(folder, OF_A_WORKER, many.LIGHT_PAGES, engine)
    by = f" with {ENGINES[engine]}"
    yield Ratio(
        f"packs a minute of 2 processes, {AT_ONCE} packs{by}", "1 process",
        two.a_minute / one.a_minute, 1.8, at_least=True,
    )  # fmt: skip
    yield Ratio(
        f"a worker's memory up to {OF_A_WORKER} packs{by}", "up to 10 packs", grown / few, 1.2
    )


def starting(_: Path) -> Part:
    """How long a person, and a cell, wait for the first answer."""
    commands: dict[str, Sequence[str]] = {
        "empty": [sys.executable, "-c", "pass"],
        "help": [sys.executable, "-m", "kpixl", "--help"],
    }
    if importlib.util.find_spec("kpixl.functions"):
        commands["functions"] = [sys.executable, "-c", "from kpixl import FUNCTIONS"]
    taken = programs_side_by_side(commands, rounds=15)
    ratios = [Ratio("kpixl --help", "empty Python", taken["help"] / taken["empty"], 3.0)]
    if "functions" in taken:
        cells = taken["functions"] / taken["empty"]
        ratios.append(Ratio("import of the in-cell functions", "empty Python", cells, 2.0))
    return Part("Starting", "Processor time of a fresh process", tuple(ratios))


def excel(_: Path) -> Part:
    """Calls from Excel's cells through xlwings."""
    from benchmarks import excel_cells

    subject = (
        "Python's side of a call through xlwings' own conversion and calling code, with stand-ins "
        "for what reaches into Windows; the empty function has xlwings' default conversion, ours "
        "takes cells as they come"
    )
    return Part("Cells in Excel", subject, excel_cells.ratios())


def office(folder: Path) -> Part:
    """Calls from LibreOffice's cells."""
    from benchmarks import office_cells

    ratios = office_cells.ratios(office_cells.measure(folder))
    subject = f"A full calculation of {office_cells.CELLS:,} cells in a headless LibreOffice"
    return Part("Cells in LibreOffice", subject, ratios)


PARTS: dict[str, Callable[[Path], Part]] = {
    "reading": reading,
    "writing": writing,
    "packing": packing,
    "peers": beside_peers,
    "many": at_once,
    "starting": starting,
    "excel": excel,
    "office": office,
}


# ---- The results ----------------------------------------------------------------------------


def lines_of(parts: Sequence[Part]) -> Iterator[str]:
    """The results as Markdown."""
    yield "# Benchmarks"
    yield ""
    yield (
        "Ratios of processor time, where nothing else is said, measured side by side in one run "
        "by `make bench`. Targets: SPEC 16."
    )
    yield ""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("weasyprint", "openpyxl")
    )
    yield (
        f"{platform.python_implementation()} {platform.python_version()}, {versions}, "
        f"{platform.system()}, {os.cpu_count()} cores."
    )
    for part in parts:
        yield ""
        yield f"## {part.title}"
        yield ""
        yield f"{part.subject}."
        yield ""
        yield "| what | against | ratio | target | |"
        yield "|---|---|---|---|---|"
        for ratio in part.ratios:
            yield f"| {ratio.what} | {ratio.against} | {ratio.value:.2f} | {_target(ratio)} |"
        if part.more:
            yield ""
            yield from part.more


def _target(ratio: Ratio) -> str:
    if ratio.target is None:
        return "– | "
    sign = "≥" if ratio.at_least else "≤"
    return f"{sign} {ratio.target:.2f} | {'reached' if ratio.reached else 'not yet'}"


def _keep_bytecode(folder: Path) -> None:
    """Let the programs that are measured find their modules compiled, as an installation has them,
    also where the surroundings forbid Python to keep what it compiles."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def main(names: Sequence[str]) -> None:
    """Measure the parts named, or all of them; only a whole run is written to results.md."""
    with tempfile.TemporaryDirectory() as folder:
        _keep_bytecode(Path(folder, "bytecode"))
        parts = [PARTS[name](Path(folder)) for name in (names or PARTS)]
    text = "\n".join(lines_of(parts)) + "\n"
    print(text, end="")
    if not names:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
