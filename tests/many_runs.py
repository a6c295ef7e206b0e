"""Runs of `kpixl pack` in processes of their own, watched from inside by an audit hook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
LIGHT = ("--no-pdf", "--html", "--pages", "cover")

# Python imports a module of this name in every process that it starts, workers included.
WATCH = """
import os, signal, sys, time

if "kpixl" in sys.orig_argv:
    # What a shell starts in the background ignores Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

LOG, KILL, HOLD = (os.environ.get(name, "") for name in ("WATCH_LOG", "WATCH_KILL", "WATCH_HOLD"))


def watch(event, arguments):
    if event == "os.rename" and KILL and str(arguments[1]).endswith(KILL):
        os.kill(os.getpid(), signal.SIGKILL)
    if event != "open" or not isinstance(arguments[0], str):
        return
    path = arguments[0]
    name = os.path.basename(path)
    if path.endswith(".xlsx") and "kpixl-book-" not in path:
        line = f"{os.getpid()} {name}\\n".encode()
        log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(log, line)
        os.close(log)
    if KILL and name.endswith(KILL):
        os.kill(os.getpid(), signal.SIGKILL)
    if HOLD and name == HOLD and "kpixl-book-" not in path:
        time.sleep(600)


if LOG:
    sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Watched:
    """A folder in which runs are started, and what their processes have opened."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "opened.log"

    def environment(self, **more: str) -> dict[str, str]:
        hook = self.folder / "hook"
        if not hook.exists():  # a process that starts just now must not find half of it
            hook.mkdir()
            (hook / "sitecustomize.py").write_text(WATCH)
        there = [str(hook), *((str(HOME),) if (HOME / "kpixl").is_dir() else ())]
        path = os.pathsep.join([*there, *filter(None, [os.environ.get("PYTHONPATH", "")])])
        own = {"PYTHONPATH": path, "KPIXL_LANG": "en", "COLUMNS": "400", "WATCH_LOG": str(self.log)}
        return {**os.environ, **own, "TMPDIR": str(self.temporary()), **more}

    def temporary(self) -> Path:
        """Where runs keep what they do not need afterwards."""
        folder = self.folder / "tmp"
        folder.mkdir(exist_ok=True)
        return folder

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kpixl", "pack", *words],
            cwd=self.folder, env=self.environment(**more), text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in out + err, err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def data(self, *words: str, code: int = 0, **more: str) -> Any:
        found = self.run(*words, "--json", **more)
        assert found.returncode == code, found.stdout + found.stderr
        return json.loads(found.stdout)

    def opened(self) -> list[str]:
        """The workbooks that were opened, by any process."""
        return sorted(line.split()[1] for line in self._lines())

    def processes(self, name: str = "") -> set[int]:
        """The processes that have opened a workbook."""
        return {int(line.split()[0]) for line in self._lines() if line.split()[1].startswith(name)}

    def _lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


def is_running(process: int) -> bool:
    """Whether a process is there, and not only its exit status that nobody has asked for."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def files(folder: Path, ending: str = ".html") -> dict[str, bytes]:
    """The packs in a folder and those below it, with their bytes."""
    found = (path for path in folder.rglob(f"*{ending}") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}
