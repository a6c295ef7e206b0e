"""Measure what SPEC 16 promises, print it and write results.md: ``make bench``.

Ratios only, taken side by side in one run: milliseconds belong to a machine, ratios travel.
"""

from __future__ import annotations

import gc
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from benchmarks.measure import Ratio, programs_side_by_side, side_by_side
from benchmarks.standard import large_book, standard_book
from kpixl.pack.contexts import Pack
from kpixl.pack.html import Rendered, for_print
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.plan.model import Plan
from kpixl.plan.schema import SHEETS
from kpixl.plan.tables import read_plan
from kpixl.resources import report_templates
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.words import word
from kpixl.workbook.reader import read_book
from kpixl.workbook.template import write_book

# Three scorecards, the goals' pages and the rest: near the 20 pages of SPEC 16's standard pack.
STANDARD_PAGES = (
    "cover", "summary", "tree", "scorecard", "scorecard", "scorecard", "goals", "exceptions",
    "register", "definitions", "quality", "colophon",
)  # fmt: skip
RESULTS = Path(__file__).parent / "results.md"


@dataclass(frozen=True)
class Part:
    """One part of the results: its sentence, what was measured on, and its ratios."""

    title: str
    subject: str
    ratios: tuple[Ratio, ...]


# ---- The stages, one function each ----------------------------------------------------------


def stage_read(path: Path) -> Plan:
    """Workbook file -> plan."""
    reading = read_plan(read_book(path))
    if reading.plan is None:
        raise ValueError(reading.problems)
    return reading.plan


def stage_review(plan: Plan) -> Review:
    """Plan -> every figure of the review month."""
    return review(plan, None, None, ())


def stage_pages(figures: Review) -> Pack:
    """Review -> pages, charts included."""
    return build_pack(figures, PackOptions(language="en", pages=STANDARD_PAGES))


def stage_html(pack: Pack) -> Rendered:
    """Pages -> HTML and charts as SVG."""
    return for_print(pack)


def own_share(path: Path) -> Rendered:
    """All that kpixl does before WeasyPrint begins."""
    return stage_html(stage_pages(stage_review(stage_read(path))))


def whole_pack(path: Path) -> bytes:
    """Workbook file -> PDF/UA bytes."""
    return pack_pdf(stage_pages(stage_review(stage_read(path))))


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


def inlined(rendered: Rendered) -> str:
    """The same document with every chart as inline SVG."""

    def svg(image: re.Match[str]) -> str:
        return re.sub(r"^<\?xml.*?\?>", "", rendered.images[image.group(1)])

    return re.sub(r'<img src="(kpixl:[^"]+)"[^>]*>', svg, rendered.html)


def plain_weasyprint(html: str) -> bytes:
    """The yardstick: WeasyPrint as its manual calls it, with the collector off."""
    from weasyprint import HTML

    gc.disable()
    try:
        written = HTML(string=html, base_url=f"{report_templates()}/").write_pdf(
            pdf_variant="pdf/ua-1"
        )
    finally:
        gc.enable()
    return bytes(written or b"")


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


def packing(folder: Path) -> Part:
    """The standard pack against plain WeasyPrint, and against Chromium where it is installed."""
    path = folder / "standard.xlsx"
    with path.open("wb") as file:
        write_book(file, standard_book())
    rendered = own_share(path)
    html = inlined(rendered)
    taken = side_by_side(
        {
            "yardstick": lambda: plain_weasyprint(html),
            "whole": lambda: whole_pack(path),
            "own": lambda: own_share(path),
        },
        rounds=5,
    )
    yardstick = taken["yardstick"]
    ratios = [
        Ratio("whole pack", "plain WeasyPrint", taken["whole"] / yardstick, 0.40),
        Ratio("kpixl's own share", "plain WeasyPrint", taken["own"] / yardstick, 0.10),
    ]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium:
        ratio = _against_chromium(chromium, html, path)
        ratios.append(Ratio("whole pack (by the clock on the wall)", "Chromium", ratio, 0.40))
    return Part("The standard pack", _described(rendered, path), tuple(ratios))


def _against_chromium(chromium: str, html: str, path: Path) -> float:
    """By the clock on the wall: Chromium's processes leave no account of their time."""
    page = path.with_suffix(".html")
    page.write_text(html, encoding="utf-8")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--print-to-pdf={path.with_suffix('.chromium.pdf')}", page.as_uri(),
    ]  # fmt: skip

    def printed() -> object:
        return subprocess.run(command, check=True, capture_output=True)

    taken = side_by_side(
        {"kpixl": lambda: whole_pack(path), "chromium": printed}, 3, time.perf_counter
    )
    return taken["kpixl"] / taken["chromium"]


def _described(rendered: Rendered, path: Path) -> str:
    from pikepdf import Pdf

    written = path.with_suffix(".pdf")
    written.write_bytes(whole_pack(path))
    with Pdf.open(written) as pdf:
        pages = len(pdf.pages)
    charts = len(re.findall(r'<img src="kpixl:', rendered.html))
    size = written.stat().st_size // 1024
    return f"31 goals, 36 months: {pages} pages, {charts} charts and sparklines, {size} KiB"


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
    "packing": packing,
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
        "Processor time as ratios, measured side by side in one run by `make bench`; lower is "
        "better. Targets: SPEC 16."
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


def _target(ratio: Ratio) -> str:
    if ratio.target is None:
        return "– | "
    return f"≤ {ratio.target:.2f} | {'reached' if ratio.reached else 'not yet'}"


def main(names: Sequence[str]) -> None:
    """Measure the parts named, or all of them; only a whole run is written to results.md."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [PARTS[name](Path(folder)) for name in (names or PARTS)]
    text = "\n".join(lines_of(parts)) + "\n"
    print(text, end="")
    if not names:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
