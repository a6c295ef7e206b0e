"""Prepare this machine so that Excel finds Python, and say what is missing (``kpixl addin excel``).

A workbook's VBA looks for a Python with xlwings by itself in the usual places. What this writes
down for it also finds virtual environments and installations for one user.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import site
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kpixl.hosts.excel.versions import XLWINGS, fits, library
from kpixl.hosts.steps import Step as OneStep
from kpixl.machine import has_excel, installed_version

FILE = Path("kpixl", "excel.txt")
"""Below the user's LOCALAPPDATA: the interpreter in the first line, the folder of xlwings' DLL in
the second, as the workbook's VBA reads them."""


class Step(OneStep):
    """A step towards Excel."""

    SECTION = "excel.addin"


@dataclass(frozen=True)
class Windows:
    """What of a Windows machine matters: versions are None where a thing is not there."""

    excel: bool
    xlwings: str | None
    pywin32: bool
    folder: Path | None
    python: Path
    file: Path


def set_up() -> tuple[Step, ...]:
    """Look at this machine, note the interpreter for Excel, and say what is left to be done. On
    other systems than Windows nothing is done."""
    if sys.platform != "win32":
        return (Step("elsewhere"), Step("elsewhere.next"))
    machine = Windows(
        excel=has_excel(),
        xlwings=installed_version("xlwings"),
        pywin32=importlib.util.find_spec("win32com") is not None,
        folder=library_folder(),
        python=Path(sys.executable),
        file=Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / FILE,
    )
    return tuple(steps(machine))


def steps(machine: Windows) -> Iterator[Step]:
    """What was found, the note where all of it is there, and a last step that says how to go on."""
    details = {"wanted": XLWINGS, "found": machine.xlwings, "python": machine.python}
    found = [
        Step("excel" if machine.excel else "excel.missing", machine.excel),
        _xlwings(machine, details),
        Step("pywin32" if machine.pywin32 else "pywin32.missing", machine.pywin32, details),
    ]
    if fits(machine.xlwings):
        there = machine.folder is not None
        name = {"folder": machine.folder, "name": library(64)}
        found.append(Step("library" if there else "library.missing", there, {**details, **name}))
    yield from found
    if not all(step.ok for step in found[1:]):
        yield Step("not_ready", ok=False)
        return
    remember(machine)
    yield Step("remembered", details={**details, "file": machine.file})
    yield Step("ready" if machine.excel else "not_ready", machine.excel)


def _xlwings(machine: Windows, details: Mapping[str, object]) -> Step:
    if machine.xlwings is None:
        return Step("xlwings.missing", ok=False, details=details)
    same = fits(machine.xlwings)
    return Step("xlwings" if same else "xlwings.differs", same, details)


def remember(machine: Windows) -> None:
    """Write down the interpreter and the DLL's folder, in the machine's own code page: VBA reads
    no other. A path that it cannot write is noted by its short name."""
    machine.file.parent.mkdir(parents=True, exist_ok=True)
    lines = [_in_code_page(machine.python), _in_code_page(machine.folder)]
    machine.file.write_bytes("".join(f"{line}\r\n" for line in lines).encode(_code_page()))


def remember_if_ready() -> None:
    """As :func:`set_up`, without a word: whoever makes a workbook for Excel will open it. Where
    something is missing, or cannot be written, the workbook itself says so."""
    import contextlib

    with contextlib.suppress(OSError):
        set_up()


def library_folder() -> Path | None:
    """The folder of xlwings' DLLs: beside the interpreter, above a virtual environment's scripts,
    or, where the package was installed for one user, in that user's Python folder."""
    try:
        files = importlib.metadata.files("xlwings") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    listed = [Path(str(file.locate())).resolve() for file in files if file.name == library(64)]
    likely = [Path(folder) / library(64) for folder in (sys.prefix, site.getuserbase())]
    return next((path.parent for path in (*listed, *likely) if path.is_file()), None)


def _code_page() -> str:
    return "mbcs" if sys.platform == "win32" else "utf-8"


def _in_code_page(path: Path | None) -> str:
    text = str(path or "")
    try:
        text.encode(_code_page())
    except UnicodeEncodeError:
        return _short_name(text)
    return text


def _short_name(path: str) -> str:
    """The 8.3 name that Windows keeps beside a long one; the long one where it keeps none."""
    import ctypes

    room = ctypes.create_unicode_buffer(32_768)
    found = ctypes.windll.kernel32.GetShortPathNameW(path, room, len(room))  # type: ignore[attr-defined]
    return room.value if found else path
