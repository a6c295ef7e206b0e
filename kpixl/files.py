"""Name and write files so that none leaves its folder and none is seen before it is whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from kpixl.errors import KpixlError, Reason, UsageProblem

FILE_ENDINGS = (".pdf", ".html", ".htm", ".eml", ".xlsx", ".xlsm", ".csv", ".json", ".zip")
LONGEST_PIECE = 96
"""In bytes: two pieces of a file name and what stands around them fit into the 255 of a name."""


HELD = (0.1, 0.3, 0.6) if sys.platform == "win32" else ()
"""Seconds to wait between attempts to move a new file to its place: a virus scanner or OneDrive
opens what is new for a moment, and Windows moves nothing that is open."""

FULL = (errno.ENOSPC, errno.EDQUOT)

REASONS = frozenset({
    "EACCES", "EADDRNOTAVAIL", "EBUSY", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDQUOT",
    "EEXIST", "EFBIG", "EHOSTDOWN", "EHOSTUNREACH", "EINVAL", "EIO", "EISDIR", "ELOOP", "EMFILE",
    "ENAMETOOLONG", "ENETDOWN", "ENETUNREACH", "ENFILE", "ENODEV", "ENOENT", "ENOEXEC", "ENOMEM",
    "ENOSPC", "ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENXIO", "EPERM", "EPIPE", "EROFS", "ESTALE",
    "ETIMEDOUT", "ETXTBSY", "EXDEV",
})  # fmt: skip
"""The numbers of a system's faults that words.json has words for, by their names."""
# Windows has more of its own than numbers of errno: those that say the same. The rest stay as it
# says them, in the language that it speaks.
WINDOWS = {2: "ENOENT", 3: "ENOENT", 5: "EACCES", 32: "in-use", 33: "in-use", 39: "ENOSPC",
           112: "ENOSPC", 206: "ENAMETOOLONG"}  # fmt: skip
SOCKETS = 10_000
"""From here on Windows' numbers are those of its sockets, which are errno's."""
NO_HOST = ("EAI_NONAME", "EAI_NODATA")


class CannotWrite(UsageProblem):
    """A file cannot be written where it is wanted; with ``form`` "folder" no file can."""

    def __init__(self, path: Path, fault: OSError, form: str = "file") -> None:
        details = {"found": str(path), "reason": reason_of(fault), "form": form}
        folders = (path, *path.parents) if form == "folder" else path.parents
        # What a system says of these differs from one to the other.
        in_the_way = next(filter(_is_file, folders), None)
        if fault.errno in FULL:
            details["form"] = "full"
        elif in_the_way is not None:
            details.update(form="in-the-way", file=str(in_the_way))
        elif form == "file" and _is_folder(path):
            details["form"] = "is-folder"
        super().__init__("cannot-write", **details)


def _is_file(path: Path) -> bool:
    """As far as it may be looked at."""
    with contextlib.suppress(OSError):
        return path.is_file()
    return False


def _is_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.is_dir()
    return False


def reason_of(fault: BaseException) -> Reason:
    """Why the system did not do what it was asked, as it says it; by its number, never by its
    text, which differs from one to the other, it has the name of words of kpixl's own."""
    text = getattr(fault, "strerror", None) or str(fault).strip() or type(fault).__name__
    return Reason(text, _name_of(fault))


def _name_of(fault: BaseException) -> str:
    # Made only where sockets are: whoever only reads files does not wait for that module.
    unknown_host = getattr(sys.modules.get("socket"), "gaierror", None)
    if unknown_host is not None and isinstance(fault, unknown_host):
        return _name_of_lookup(fault)
    # Kinds of other modules, such as ssl's, have numbers of their own.
    if not isinstance(fault, OSError) or type(fault).__module__ != "builtins":
        return ""
    if isinstance(fault, TimeoutError) and fault.errno is None:
        return "ETIMEDOUT"
    number = getattr(fault, "winerror", None)
    if number is not None and number < SOCKETS:
        return WINDOWS.get(number, "")
    name = errno.errorcode.get(fault.errno or 0, "").removeprefix("WSA")
    return name if name in REASONS else ""


def _name_of_lookup(fault: OSError) -> str:
    """Why a host's name was not found: its numbers are not those of errno."""
    import socket

    if fault.errno == socket.EAI_AGAIN:
        return "no-lookup"
    return "no-host" if fault.errno in {getattr(socket, one, None) for one in NO_HOST} else ""


def fault_of(bug: BaseException) -> KpixlError:
    """What is said of a fault that nobody has foreseen at its place: ``disk-full``,
    ``not-allowed``, ``name-too-long``, else ``unexpected``."""
    if isinstance(bug, OSError) and bug.errno in FULL:
        return KpixlError("disk-full", reason=reason_of(bug))
    if isinstance(bug, OSError) and bug.filename is not None:
        name, reason = bug.filename, reason_of(bug)
        found = os.fsdecode(name) if isinstance(name, bytes) else str(name)
        if isinstance(bug, PermissionError):
            return KpixlError("not-allowed", found=found, reason=reason)
        if reason.name == "ENAMETOOLONG":
            return KpixlError("name-too-long", found=found)
    return KpixlError("unexpected", found=f"{type(bug).__name__}: {bug}")


def at_home(path: Path) -> Path:
    """``~`` at the beginning of a path is the home of whoever runs kpixl. A name that only begins
    so, such as Excel's ``~$plan.xlsx``, is a name: on Windows it would become another person's
    home, elsewhere a fault where there is nobody of that name."""
    if str(path).startswith("~$"):
        return path
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def as_spelled(path: Path) -> Path:
    """The file at ``path`` where it is there, else the one beside it of the same name in other
    letters: files that come from a Mac may spell が as か and its mark. Of two, ``path`` itself."""
    wanted = unicodedata.normalize("NFC", path.name)
    with contextlib.suppress(OSError):
        if not path.exists():
            there = path.parent.iterdir()
            alike = [one for one in there if unicodedata.normalize("NFC", one.name) == wanted]
            return alike[0] if len(alike) == 1 else path
    return path


def spelled(name: str) -> str:
    """A file's name as text: one that is no UTF-8, as old archives leave them, cannot be written
    into a page or a file. Different names stay different."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def check_folder_name(folder: Path) -> None:
    """Raises :class:`UsageProblem` for a folder that is to be made and whose name says that a file
    is meant, such as ``pack.pdf``."""
    if folder.suffix.lower() in FILE_ENDINGS and not folder.exists():
        proposed = str(folder.with_suffix(""))
        raise UsageProblem("folder-like-file", found=str(folder), proposed=proposed)


def safe_name(text: str, longest: int = LONGEST_PIECE) -> str:
    """``text`` as part of a file name on any system, in at most ``longest`` bytes: it cannot leave
    its folder.

    Spaces become ``_`` and the colon of a scope ``-``. Where anything else had to be replaced or
    cut, a short digest keeps different texts apart.
    """
    folded = unicodedata.normalize("NFC", spelled(text)).strip()
    spaced = re.sub(r"\s+", "_", re.sub(r"^(dept|owner):", r"\1-", folded))
    cleaned = re.sub(r"[^\w.\-&()+,@・（）＆]+", "-", spaced).strip("-.")
    if cleaned == spaced and len(cleaned.encode()) <= longest:
        return cleaned or "book"
    digest = hashlib.sha256(folded.encode()).hexdigest()[:6]
    short = cleaned.encode()[: longest - 7].decode(errors="ignore").rstrip("-.")
    return f"{short}-{digest}" if short else f"book-{digest}"


def write_file(path: Path, data: bytes) -> Path:
    """Write under a temporary name and move when whole, so that no half a file is ever seen, and
    no folder that was made for a file that then was not written. Raises :class:`CannotWrite`."""
    token = f"{os.getpid()}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
    draft = path.with_name(f".kpixl-{token}.part")
    missing: list[Path] = []
    try:
        missing += _missing(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        _move(draft, path)
    except BaseException as fault:  # Ctrl-C, too
        _take_away(draft, missing)
        if isinstance(fault, OSError):
            raise CannotWrite(path, fault) from fault
        raise
    return path


def _move(draft: Path, path: Path) -> None:
    import time

    for pause in HELD:
        try:
            draft.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    draft.replace(path)


def write_all(files: Iterable[tuple[Path, bytes]]) -> tuple[Path, ...]:
    """Write files that are not there yet: all of them, or none. Raises :class:`CannotWrite`."""
    missing: list[Path] = []
    written: list[Path] = []
    try:
        for path, data in files:
            missing += (one for one in _missing(path.parent) if one not in missing)
            written.append(write_file(path, data))
    except BaseException:
        for path in written:
            _take_away(path, ())
        _take_away(None, missing)
        raise
    return tuple(written)


@contextlib.contextmanager
def scratch_folder(prefix: str = "kpixl-") -> Iterator[Path]:
    """An empty folder that only this user can look into, gone afterwards as far as the system lets
    it: what is still held open there by a virus scanner of Windows is no fault of the work."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def try_folder(folder: Path) -> None:
    """Write a file into ``folder`` and take it away again, with the folders that were not there
    before. Raises :class:`CannotWrite` where that cannot be done."""
    probe = folder / ".kpixl-try"
    missing: list[Path] = []
    try:
        missing += _missing(folder)
        write_file(probe, b"")
    except OSError as fault:
        raise CannotWrite(folder, fault, "folder") from fault
    except CannotWrite as fault:
        if isinstance(fault.__cause__, OSError):
            raise CannotWrite(folder, fault.__cause__, "folder") from fault
        raise
    finally:
        _take_away(probe, missing)


def _missing(folder: Path) -> list[Path]:
    """``folder`` and those above it that are not there, the innermost first."""
    return list(takewhile(lambda one: not one.exists(), (folder, *folder.parents)))


def _take_away(file: Path | None, folders: Sequence[Path]) -> None:
    """Remove a file, and then the folders as far as nothing else is in them."""
    with contextlib.suppress(OSError):
        if file is not None:
            file.unlink(missing_ok=True)
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
