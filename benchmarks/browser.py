"""Print HTML with Chromium: by its command line, or in one that is running already."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")


def chromium() -> str | None:
    """The browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def printing(program: str, page: Path, pdf: Path) -> list[str]:
    """The command that prints ``page``."""
    return [program, *QUIET, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]


class Running:
    """A Chromium with one open tab, spoken to through pipes."""

    def __init__(self, process: subprocess.Popen[bytes], told: int, heard: int) -> None:
        self.process = process
        self._told, self._heard = told, heard
        self._number = 0
        self._rest = b""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        tab = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = str(tab["sessionId"])
        self._ask("Page.enable", session=self._session)

    def pdf_of(self, page: Path) -> bytes:
        """``page`` loaded anew and printed."""
        self._ask("Page.navigate", session=self._session, url=page.as_uri())
        self._wait_for("Page.loadEventFired")
        printed = self._ask(
            "Page.printToPDF",
            session=self._session,
            printBackground=True,
            preferCSSPageSize=True,
            generateTaggedPDF=True,
        )
        return base64.b64decode(printed["data"])

    def _ask(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._told, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                if "error" in found:
                    raise RuntimeError(found["error"])
                return dict(found["result"])

    def _wait_for(self, event: str) -> None:
        while self._next().get("method") != event:
            pass

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._heard, 1 << 20)
            if not piece:
                raise RuntimeError("Chromium has ended")
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def running(program: str, folder: Path) -> Iterator[Running]:
    """A Chromium of its own, with a profile in ``folder``; it listens on 3 and answers on 4."""
    listen, tell = os.pipe()
    hear, answer = os.pipe()
    words = [program, *QUIET, "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}"]
    script = f'exec "$0" "$@" 3<&{listen} 4>&{answer}'
    process = subprocess.Popen(
        ["bash", "-c", script, *words], pass_fds=(listen, answer), stderr=subprocess.DEVNULL
    )
    os.close(listen)
    os.close(answer)
    try:
        yield Running(process, tell, hear)
    finally:
        os.close(tell)
        os.close(hear)
        process.terminate()
        process.wait()
