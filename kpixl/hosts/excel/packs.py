"""Turn "make the review pack" in an open workbook into a pack, and into what Excel says of it.

Excel's VBA asks step by step and shows what it is told; what to do is decided here. The pack
itself is made by ``kpixl pack`` in a process of its own, so that cells go on being calculated.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kpixl.files import reason_of
from kpixl.hosts.excel.cloud import is_address, local_path
from kpixl.words import say, shown, word

MOMENT = 0.4
"""Seconds that one question waits, so that Excel can draw itself in between."""
SHOWN_PROBLEMS = 8
FOLDER = "packs"


@dataclass(frozen=True)
class Reply:
    """What Excel is to do: ``wait`` and ask again, save a ``copy`` to the path that the ticket
    is, ask whether a ``draft`` will do, or show the text because it is ``done`` or must
    ``stop``."""

    state: str
    text: str
    ticket: str = ""

    @property
    def row(self) -> list[object]:
        """As VBA reads it."""
        return [self.state, self.text, self.ticket]


@dataclass(frozen=True)
class _Job:
    """One pack: the file to read, the folder to write to, and whether the file is our copy."""

    book: Path
    out: Path
    language: str
    draft: bool = False
    temporary: bool = False
    origin: Path | None = None


@dataclass
class _Running:
    job: _Job
    process: subprocess.Popen[str]
    since: float = field(default_factory=time.monotonic)


_tickets = itertools.count(1)
_copies: dict[str, _Job] = {}
_running: dict[str, _Running] = {}
_drafts: dict[str, _Job] = {}


def start(book: str, saved: bool, language: str) -> Reply:
    """Begin with the pack of the open workbook with the full name ``book``.

    A workbook in the cloud, or one that cannot be saved, is read from a copy that Excel is asked
    for: the file that a synchronised folder holds may be older than what is on the screen.
    """
    path = local_path(book) if is_address(book) else Path(book)
    if saved and not is_address(book) and path is not None and _readable(path):
        return _run(_Job(path, path.parent / FOLDER, language))
    folder = Path(tempfile.mkdtemp(prefix="kpixl-"))
    copy = folder / (path.name if path is not None else book.rsplit("/", 1)[-1])
    out = path.parent if path is not None else Path.home() / "Documents" / "kpixl"
    origin = path.parent if path is not None else None
    _copies[str(copy)] = _Job(copy, out / FOLDER, language, temporary=True, origin=origin)
    return Reply("copy", word("excel.pack.copying", language), str(copy))


def _readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def copied(ticket: str) -> Reply:
    """Go on with the copy that :func:`start` asked for."""
    job = _copies.pop(ticket)
    if job.origin is not None:
        _bring_logo(job.book, job.origin)
    return _run(job)


def _bring_logo(book: Path, origin: Path) -> None:
    """The logo is a file beside the workbook: beside its copy it must stand as well."""
    from kpixl.errors import KpixlError
    from kpixl.plan.tables import read_plan
    from kpixl.workbook.reader import read_book

    # What cannot be read or copied is reported by the pack itself.
    with contextlib.suppress(KpixlError, OSError):
        plan = read_plan(read_book(book)).plan
        name = plan.settings.logo if plan is not None else ""
        if name and Path(name).name == name and (origin / name).is_file():
            shutil.copyfile(origin / name, book.parent / name)


def draft(ticket: str) -> Reply:
    """Begin again, as a draft."""
    return _run(replace(_drafts.pop(ticket), draft=True))


def _run(job: _Job) -> Reply:
    command = [
        sys.executable, "-P", "-m", "kpixl", "pack", str(job.book), "--out", str(job.out), "--json",
        *(("--draft",) if job.draft else ()),
    ]  # fmt: skip
    environment = {**os.environ, "KPIXL_LANG": job.language, "PYTHONIOENCODING": "utf-8"}
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with the workbook's paths
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as fault:
        found = shown(reason_of(fault), job.language)
        return Reply("stop", say("excel.pack.failed", job.language, found=found))
    ticket = str(next(_tickets))
    _running[ticket] = _Running(job, process)
    return _still_making(ticket)


def _still_making(ticket: str) -> Reply:
    run = _running[ticket]
    seconds = int(time.monotonic() - run.since)
    return Reply("wait", say("excel.pack.making", run.job.language, seconds=seconds), ticket)


def wait(ticket: str) -> Reply:
    """Wait for a moment; then what Excel is to do next."""
    run = _running[ticket]
    try:
        output, errors = run.process.communicate(timeout=MOMENT)
    except subprocess.TimeoutExpired:
        return _still_making(ticket)
    del _running[ticket]
    reply = _finished(run.job, output, errors)
    if run.job.temporary and reply.state != "draft":
        shutil.rmtree(run.job.book.parent, ignore_errors=True)
    return reply


def _finished(job: _Job, output: str, errors: str) -> Reply:
    try:
        found: Mapping[str, Any] = json.loads(output)
    except ValueError:
        last = (errors.strip().splitlines() or ["?"])[-1]
        return Reply("stop", say("excel.pack.failed", job.language, found=last))
    faults = found.get("failed") or ([found] if "error" in found else [])
    if faults:
        return _trouble(job, faults[0])
    files = [Path(name) for name in found["files"]]
    _open(files[0])
    names = "\n".join(path.name for path in files)
    folder = job.out.resolve()
    return Reply("done", say("excel.pack.done", job.language, files=names, folder=folder))


def _trouble(job: _Job, fault: Mapping[str, Any]) -> Reply:
    """What is wrong, with sheet and cell; for wrong data a draft is offered."""
    problems = [one for one in fault.get("problems", ()) if one.get("severity") == "error"]
    lines = [fault["what"], *_problem_lines(problems, job.language)]
    if fault["error"] in ("data-errors", "data-errors-scope") and not job.draft:
        ticket = str(next(_tickets))
        _drafts[ticket] = job
        lines += ["", word("excel.pack.draft", job.language)]
        return Reply("draft", "\n".join(lines), ticket)
    return Reply("stop", "\n".join(line for line in (*lines, fault.get("mend", "")) if line))


def _problem_lines(problems: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    lines = []
    for one in problems[:SHOWN_PROBLEMS]:
        place = "!".join(part for part in (one.get("sheet"), one.get("cell")) if part)
        what = f"{place}: {one['what']}" if place else str(one["what"])
        lines += ["", what, str(one.get("mend", ""))]
    more = len(problems) - SHOWN_PROBLEMS
    if more > 0:
        lines += ["", say("excel.pack.more", language, n=more)]
    return lines


def _open(path: Path) -> None:
    """Show the pack in the program that PDFs open with; where there is none, the text says
    where the file is."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.startfile(path)  # noqa: S606 - the file that was just written
