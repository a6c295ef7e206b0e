"""Turn the extension into one that LibreOffice has: through its own manager of extensions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kpixl
from kpixl.errors import KpixlError
from kpixl.files import CannotWrite, scratch_folder
from kpixl.hosts.libreoffice.extension import IDENTIFIER, build_extension
from kpixl.hosts.steps import Step as OneStep
from kpixl.machine import libreoffice

FILE = Path("kpixl.oxt")
_PATIENCE = 300  # seconds: the first start of a LibreOffice takes its time
_VERSION = re.compile(r"^\s*Version: (\S+)", re.MULTILINE)


class Step(OneStep):
    """A step towards LibreOffice."""

    SECTION = "libreoffice.addin"


@dataclass(frozen=True)
class Manager:
    """LibreOffice's manager of extensions: ``unopkg``, with what it is always called with.

    ``shared`` says that it installs for all users of the machine, as it does for root only.
    """

    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    shared: bool = False

    def installed(self) -> str | None:
        """The version of the extension that LibreOffice has; None where it has none."""
        done = self._run("list", IDENTIFIER)
        found = _VERSION.search(done.stdout)
        return found[1] if found and done.returncode == 0 else None

    def add(self, extension: Path) -> None:
        """Install ``extension`` in the place of any other version."""
        self._must("add", "--force", "--suppress-license", str(extension))

    def remove(self) -> None:
        """Take the extension away."""
        self._must("remove", IDENTIFIER)

    def _must(self, *arguments: str) -> None:
        done = self._run(*arguments)
        if done.returncode != 0:
            said = [line.strip() for line in f"{done.stderr}\n{done.stdout}".splitlines()]
            told = " ".join(line for line in said if line) or str(done.returncode)
            raise KpixlError("libreoffice-refused", found=told)

    def _run(self, action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        shared = ("--shared",) if self.shared else ()
        command = (*self.command, action, *self.options, *shared, *arguments)
        try:
            return subprocess.run(  # noqa: S603 - LibreOffice's own program, our own arguments
                command, check=False, capture_output=True, timeout=_PATIENCE,
                encoding="utf-8", errors="replace",
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise KpixlError("libreoffice-refused", found=str(fault)) from fault


def find_manager() -> Manager | None:
    """The manager of the LibreOffice on this machine, or None."""
    found = next((place for place in _places() if place.is_file()), None)
    if found is None:
        return None
    return Manager((str(found),), shared=getattr(os, "geteuid", lambda: 1)() == 0)


def _places() -> Iterator[Path]:
    # On Windows only the .com file answers in the console.
    name = "unopkg.com" if sys.platform == "win32" else "unopkg"
    office = libreoffice()
    if office:
        yield Path(office).resolve().parent / name
    for start in ("ProgramFiles", "ProgramFiles(x86)"):
        if start in os.environ:
            yield Path(os.environ[start], "LibreOffice", "program", name)
    yield Path.home() / "Applications" / "LibreOffice.app" / "Contents" / "MacOS" / name
    yield from sorted(Path("/opt").glob(f"libreoffice*/program/{name}"), reverse=True)
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)


def set_up(path: Path | None, manager: Manager | None) -> tuple[Step, ...]:
    """Build the extension and install it. With a ``path``, or where there is no LibreOffice, leave
    it as a file to install by hand instead.

    Raises :class:`KpixlError` where LibreOffice refuses it, :class:`CannotWrite` where the file
    cannot be written.
    """
    if path is not None or manager is None:
        built = Step("built", details={"path": _build(path or FILE)})
        alone = () if path is not None else (Step("no_office", ok=False),)
        return (built, *alone, Step("by_hand"))
    before = manager.installed()
    with scratch_folder() as folder:
        manager.add(build_extension(folder / FILE.name))
    details = {"version": kpixl.__version__, "before": before}
    same = before in (None, kpixl.__version__)
    steps = [Step("installed" if same else "replaced", details=details)]
    if manager.shared:
        steps.append(Step("for_all"))
    if not _has_python(manager):
        steps.append(Step("no_python", ok=False))
    steps.append(Step("next"))
    other = _other_python(manager)
    if other is not None:
        steps.append(Step("other_python", details={"python": other}))
    return tuple(steps)


def take_away(manager: Manager | None) -> tuple[Step, ...]:
    """Remove the extension from LibreOffice; raises :class:`KpixlError` where it refuses."""
    if manager is None:
        return (Step("no_office", ok=False), Step("remove_by_hand"))
    before = manager.installed()
    if before is None:
        return (Step("not_installed"),)
    manager.remove()
    return (Step("removed", details={"version": before}),)


def _build(path: Path) -> Path:
    try:
        return build_extension(path)
    except OSError as fault:
        raise CannotWrite(path, fault) from fault


def _has_python(manager: Manager) -> bool:
    """Linux distributions pack LibreOffice's Python separately."""
    program = _program(manager)
    return sys.platform != "linux" or program.name != "program" or any(
        program.glob("pythonloader.py")
    )  # fmt: skip


def _other_python(manager: Manager) -> str | None:
    """The Python that a LibreOffice started in this shell takes for its own, and that has not what
    it needs. A distribution's LibreOffice, which brings none, takes the first on the path: in an
    active virtual environment it then ends when it opens a document (measured: 7.4 and 25.2)."""
    first = shutil.which("python3") if sys.platform == "linux" else None
    if first is None or any(_program(manager).glob("python-core-*")):
        return None
    ask = (first, "-c", "import uno")
    try:
        asked = subprocess.run(ask, check=False, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - the shell's own
    except (OSError, subprocess.TimeoutExpired):
        return first
    return None if asked.returncode == 0 else first


def _program(manager: Manager) -> Path:
    return Path(manager.command[0]).resolve().parent
