"""A real, headless LibreOffice that opens books, calculates them and tells what its cells hold."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kpixl.errors import CellError

SERVER = Path(__file__).with_name("office_server.py")

Value = float | str | CellError
"""What a cell holds; a blank is empty text."""


@functools.cache
def bridge_python() -> str:
    """A Python that LibreOffice's bridge (``uno``) belongs to."""
    program = Path(shutil.which("soffice") or "soffice").resolve().parent
    for name in (sys.executable, "/usr/bin/python3", str(program / "python")):
        found = shutil.which(name)
        if found and _runs([found, "-c", "import uno"]):
            return found
    raise RuntimeError("no Python here has LibreOffice's bridge: apt install python3-uno")


def _runs(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@functools.cache
def version() -> tuple[int, int]:
    """The version of the LibreOffice that is here, such as ``(7, 4)``."""
    said = subprocess.run(
        ["soffice", "--version"], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None:
        raise RuntimeError(f"no LibreOffice here: {said}")
    return int(found[1]), int(found[2])


class _Closing:
    """Closed at the end of its ``with`` block."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


class Office(_Closing):
    """One LibreOffice process with a profile of its own under ``folder``.

    ``extensions`` are ``.oxt`` files that it finds installed. ``recalculate`` says whether it
    calculates books anew when it opens them, ``macros`` whether it lets their macros run;
    ``language`` is that of its windows, ``region`` how it writes numbers.
    """

    def __init__(
        self, folder: Path, extensions: Sequence[Path] = (), *, recalculate: bool = True,
        macros: bool = False, language: str = "en-US", region: str = "en-US",
    ) -> None:  # fmt: skip
        installed = folder / "extensions"
        for extension in extensions:
            with zipfile.ZipFile(extension) as package:
                package.extractall(installed / extension.stem)
        options = {
            "profile": str(folder / "profile"),
            "extensions": str(installed) if extensions else None,
            "recalculate": recalculate,
            "macros": macros,
            "language": language,
            "region": region,
        }
        self._server = subprocess.Popen(
            [bridge_python(), "-I", str(SERVER), json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self._answer("start")

    def _answer(self, call: str) -> Any:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError(f"LibreOffice ended while it should {call}")
        answer = json.loads(line)
        if "fault" in answer:
            raise RuntimeError(f"LibreOffice could not {call}:\n{answer['fault']}")
        return answer["result"]

    def call(self, name: str, *arguments: object) -> Any:
        """The answer of one call on the server."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
        self._server.stdin.flush()
        return self._answer(name)

    def open(self, path: Path | None = None, *, macros: bool = False) -> OfficeBook:
        """Open a book, or a new empty one."""
        return OfficeBook(self, self.call("open", str(path) if path else "", macros))

    def functions(self) -> dict[str, tuple[str, list[tuple[str, str]]]]:
        """The functions of its wizard: name -> sentence, and name and sentence an argument."""
        return {
            name: (sentence, [(argument, said) for argument, said in arguments])
            for name, (sentence, arguments) in self.call("functions").items()
        }

    def close(self) -> None:
        """End LibreOffice."""
        if self._server.poll() is None:
            self.call("stop")
        self._server.wait(30)
        for stream in (self._server.stdin, self._server.stdout):
            if stream is not None:
                stream.close()


class OfficeBook(_Closing):
    """A book that is open in LibreOffice. Sheets go by name, cells by address (``B2:C9``)."""

    def __init__(self, office: Office, name: str) -> None:
        self._office, self._name = office, name

    def _call(self, name: str, *arguments: object) -> Any:
        return self._office.call(name, self._name, *arguments)

    def sheets(self) -> list[str]:
        """The names of its sheets."""
        return list(self._call("sheets"))

    def size(self, sheet: str) -> tuple[int, int]:
        """The last row and the last column that hold anything."""
        rows, columns = self._call("size", sheet)
        return rows, columns

    def modified(self) -> tuple[bool, int]:
        """Whether it differs from its file, and how many steps can be undone."""
        modified, steps = self._call("modified")
        return modified, steps

    def values(self, sheet: str, address: str) -> list[list[Value]]:
        """What the cells hold: numbers (dates as serials), texts, errors."""
        rows = self._call("values", sheet, address)
        return [[_value(value) for value in row] for row in rows]

    def value(self, sheet: str, address: str) -> Value:
        """What one cell holds."""
        return self.values(sheet, address)[0][0]

    def texts(self, sheet: str, address: str) -> list[list[str]]:
        """What the cells show, in their number formats."""
        rows: list[list[str]] = self._call("texts", sheet, address)
        return rows

    def formulas(self, sheet: str, address: str) -> list[list[str]]:
        """The cells' formulas in LibreOffice's grammar; other cells' contents as text."""
        rows: list[list[str]] = self._call("formulas", sheet, address)
        return rows

    def write(self, cells: Sequence[tuple[str, str, float | str | None]]) -> None:
        """Put values into single cells: (sheet, address, value), None for a blank."""
        self._call("write", list(cells))

    def fill(self, sheet: str, address: str, rows: Sequence[Sequence[float | str]]) -> None:
        """Put values and formulas, which begin with "=", into a block of cells at once."""
        self._call("fill", sheet, address, rows)

    def enter(self, sheet: str, address: str, rows: Sequence[Sequence[float | str | None]]) -> None:
        """Put values into a block of cells; texts stay text, None is a blank."""
        self._call("enter", sheet, address, [list(row) for row in rows])

    def formula(self, sheet: str, address: str, formula: str, *, array: bool = False) -> None:
        """Enter a formula; LibreOffice's grammar has semicolons between arguments."""
        self._call("formula", sheet, address, formula, array)

    def recalculate(self) -> None:
        """Calculate every formula anew."""
        self._call("recalculate")

    def timed(self, times: int) -> list[float]:
        """Seconds of each of so many full calculations."""
        return [float(one) for one in self._call("timed", times)]

    def job(self, service: str) -> float | str:
        """The answer of an extension's job about this book."""
        answer: float | str = self._call("job", service)
        return answer

    def save(self, path: Path) -> None:
        """Save a copy as .xlsx, .ods or .pdf, by the path's suffix."""
        self._call("save", str(path))

    def close(self) -> None:
        """Close the book without saving."""
        self._call("close")


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return CellError(value["error"])
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]
