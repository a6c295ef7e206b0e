"""Find the Chromium-family browser that this machine has: Edge, Chrome, Chromium, Brave."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kpixl.files import at_home
from kpixl.pack.problems import RenderProblem

VARIABLE = "KPIXL_BROWSER"
"""Names the browser where another than the first one found is wanted: a path, or a name on the
PATH."""

# Below Program Files, Program Files (x86) and the user's own programs. Edge is on every Windows;
# where there is another, that one does not hand its work over to an Edge that is open already.
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
    "BraveSoftware/Brave-Browser/Application/brave.exe",
)
_WINDOWS_FOLDERS = ("PROGRAMFILES(X86)", "PROGRAMFILES", "PROGRAMW6432", "LOCALAPPDATA")
_APP_PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"
_MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
    "Brave Browser.app/Contents/MacOS/Brave Browser",
)
_NAMES = (
    "chromium", "google-chrome-stable", "google-chrome", "microsoft-edge-stable", "microsoft-edge",
    "chromium-browser", "brave-browser",
)  # fmt: skip
# Flatpak's programs are called by these names; its folders need not be on the PATH.
_FLATPAK_NAMES = (
    "org.chromium.Chromium", "com.google.Chrome", "com.microsoft.Edge", "com.brave.Browser",
)  # fmt: skip
_SNAP = re.compile(r"/snap/bin/([\w.-]+)")
_WRAPPER_BYTES = 65536
_VERSION = re.compile(r"\d+(?:\.\d+){2,3}")


@dataclass(frozen=True)
class Browser:
    """A browser's program. ``room`` is the folder in which alone it may read and write, None where
    any will do: snaps and flatpaks see neither /tmp nor most of a home."""

    program: Path
    room: Path | None = None


def find_browser() -> Browser | None:
    """The browser to print with: the one that :data:`VARIABLE` names, else the first one that is
    installed; None where there is none. Raises :class:`RenderProblem` ``browser-not-there`` where
    the variable names nothing."""
    named = os.environ.get(VARIABLE, "").strip().strip('"')
    if named:
        found = shutil.which(str(at_home(Path(named))))
        if found is None:
            raise RenderProblem("browser-not-there", found=named, variable=VARIABLE)
        return _browser(Path(found))
    for program in _programs():
        if program.is_file():
            return _browser(program)
    return None


def _programs() -> Iterator[Path]:
    if sys.platform == "win32":
        yield from _windows_programs()
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (folder / name for name in _MACOS)
    yield from _programs_on_path()


def _windows_programs() -> Iterator[Path]:
    folders = [os.environ[name] for name in _WINDOWS_FOLDERS if os.environ.get(name)]
    for name in _WINDOWS:
        yield from (Path(folder) / name for folder in folders)
        yield from _registered(name.rpartition("/")[2])


def _registered(executable: str) -> Iterator[Path]:
    """Where Windows itself finds a program that is told to be run by its bare name."""
    if sys.platform != "win32":
        return
    import winreg

    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        with suppress(OSError):
            path = winreg.QueryValue(root, rf"{_APP_PATHS}\{executable}").strip('"')
            if path:
                yield Path(path)


def _programs_on_path() -> Iterator[Path]:
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            yield Path(found)
    exports = (Path("/var/lib"), Path.home() / ".local" / "share")
    for name in _FLATPAK_NAMES:
        yield from (folder / "flatpak" / "exports" / "bin" / name for folder in exports)
    yield from (Path("/snap/bin") / name for name in ("chromium", "brave"))


def _browser(program: Path) -> Browser:
    """With the folder that is its own where it is a snap or a flatpak."""
    home = Path.home()
    if "flatpak/exports" in program.as_posix():
        return Browser(program, home / ".var" / "app" / program.name / "cache")
    snap = _snap_of(program)
    return Browser(program, home / "snap" / snap / "common" if snap else None)


def _snap_of(program: Path) -> str:
    """The name of the snap that a program is; "" where it is none. Ubuntu's chromium-browser is a
    script that calls one."""
    direct = _SNAP.fullmatch(program.as_posix())
    if direct:
        return direct[1]
    with suppress(OSError):
        with program.open("rb") as file:
            start = file.read(_WRAPPER_BYTES)
        called = _SNAP.search(start.decode("latin-1")) if start.startswith(b"#!") else None
        return called[1] if called else ""
    return ""


def version_of(browser: Browser) -> str:
    """The browser's version, "" where it cannot be told. Takes a moment."""
    if sys.platform == "win32":
        # Asked for its version, it would open a window; but the folder beside it is named so.
        with suppress(OSError):
            names = (entry.name for entry in browser.program.parent.iterdir() if entry.is_dir())
            found = [name for name in names if _VERSION.fullmatch(name)]
            return max(found, key=lambda name: [int(part) for part in name.split(".")], default="")
        return ""
    try:
        run = subprocess.run(  # noqa: S603 -- the program that was found, and nothing else
            [browser.program, "--version"],
            capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    match = _VERSION.search(run.stdout)
    return match[0] if match else ""
