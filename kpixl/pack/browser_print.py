"""Let a browser print one sealed page to PDF bytes: a profile of its own that is thrown away
afterwards, no network, and no file but the page."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kpixl.files import reason_of
from kpixl.pack.browsers import Browser
from kpixl.pack.problems import RenderProblem

MAX_SECONDS = 180.0
"""A pack takes two or three; one that takes this long will not come to an end."""
LATE_SECONDS = 30.0 if sys.platform == "win32" else 0.0
"""Edge on Windows may end at once and leave the work to another process of its own."""
# Nothing resolves, and what would not need to, is sent to a proxy whose name does not resolve.
NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=MediaRouter,OptimizationHints,Translate,msEdgeStartupBoost",
    "--disable-quic",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-pings",
    "--safebrowsing-disable-auto-update",
)
ALONE = (
    "--disable-breakpad",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-plugins",
    "--edge-skip-compat-layer-relaunch",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-service-autorun",
    "--password-store=basic",
    "--use-mock-keychain",
)
# The same thing has had other names: a browser passes over those that it does not know.
PRINTING = ("--headless", "--no-pdf-header-footer", "--print-to-pdf-no-header")
TAGGED, UNTAGGED = "--export-tagged-pdf", "--disable-pdf-tagging"


def print_page(
    browser: Browser, html: str, tagged: bool = True, seconds: float = MAX_SECONDS
) -> bytes:
    """``html`` as the browser prints it. Raises :class:`RenderProblem`: ``browser-failed``,
    ``browser-too-slow``."""
    with _room(browser) as folder:
        page, pdf = folder / "page" / "pack.html", folder / "pack.pdf"
        page.parent.mkdir()
        page.write_text(html, encoding="utf-8")
        command = [
            str(browser.program), *PRINTING, *NO_NETWORK, *ALONE, *_for_this_user(),
            TAGGED if tagged else UNTAGGED,
            f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={pdf}", page.as_uri(),
        ]  # fmt: skip
        said = _run(command, folder, pdf, seconds)
        if not _is_whole(pdf):
            raise RenderProblem("browser-failed", program=str(browser.program), found=said)
        return pdf.read_bytes()


def _for_this_user() -> Iterator[str]:
    if sys.platform.startswith("linux"):
        yield "--disable-dev-shm-usage"  # in containers it is too small
        if os.geteuid() == 0:
            # Chromium refuses to run as root with its sandbox. That is a container; on a person's
            # own computer the sandbox stays.
            yield "--no-sandbox"


@contextlib.contextmanager
def _room(browser: Browser) -> Iterator[Path]:
    """An empty folder that only this user can look into, gone afterwards."""
    parent = None
    if browser.room is not None:
        browser.room.mkdir(parents=True, exist_ok=True)
        parent = str(browser.room)
    folder = Path(tempfile.mkdtemp(prefix="kpixl-print-", dir=parent))
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Windows lets go of a profile's files a moment after the browser has ended."""
    for pause in (0.0, 0.1, 0.3, 1.0, 3.0):
        time.sleep(pause)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _is_whole(pdf: Path) -> bool:
    """Whether the file is there, to its last line."""
    try:
        return b"%%EOF" in pdf.read_bytes()[-1024:]
    except OSError:
        return False


def _run(command: list[str], folder: Path, pdf: Path, seconds: float) -> str:
    """Run the browser until ``pdf`` is written or it has ended, and return the last thing that it
    said. It and all processes of its own are stopped whatever happens, Ctrl-C included."""
    log = folder / "log.txt"
    with log.open("wb") as out:
        try:
            process = subprocess.Popen(  # noqa: S603 -- the browser that was found
                command,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=sys.platform != "win32",
            )  # fmt: skip
        except OSError as fault:
            found = reason_of(fault)
            raise RenderProblem("browser-failed", program=command[0], found=found) from fault
        try:
            status = process.wait(seconds)
            until = time.monotonic() + (LATE_SECONDS if status == 0 else 0.0)
            while not _is_whole(pdf) and time.monotonic() < until:
                time.sleep(0.2)
        except subprocess.TimeoutExpired as late:
            raise RenderProblem(
                "browser-too-slow", program=command[0], seconds=round(seconds)
            ) from late
        finally:
            _stop(process)
    return _last_line(log) or f"exit {status}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the browser with its children: on their own they would hold the profile."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)  # noqa: S603
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    # Without a desktop it complains about D-Bus, which is not what stopped it.
    spoken = [line.strip() for line in lines if line.strip() and "dbus" not in line]
    return spoken[-1][:300] if spoken else ""
