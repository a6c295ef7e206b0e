"""Name and write files so that none leaves its folder and none is seen before it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from kpixl.errors import UsageProblem

LONGEST_PIECE = 96
"""In bytes: two pieces of a file name and what stands around them fit into the 255 of a name."""


class CannotWrite(UsageProblem):
    """A file cannot be written where it is wanted; with ``form`` "folder" no file can."""

    def __init__(self, path: Path, fault: OSError, form: str = "file") -> None:
        reason = fault.strerror or str(fault)
        super().__init__("cannot-write", found=str(path), reason=reason, form=form)


def safe_name(text: str, longest: int = LONGEST_PIECE) -> str:
    """``text`` as part of a file name on any system, in at most ``longest`` bytes: it cannot leave
    its folder.

    Spaces become ``_`` and the colon of a scope ``-``. Where anything else had to be replaced or
    cut, a short digest keeps different texts apart.
    """
    folded = unicodedata.normalize("NFC", text).strip()
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
        draft.replace(path)
    except BaseException as fault:  # Ctrl-C, too
        _take_away(draft, missing)
        if isinstance(fault, OSError):
            raise CannotWrite(path, fault) from fault
        raise
    return path


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


def _take_away(file: Path, folders: Sequence[Path]) -> None:
    """Remove a file, and then the folders as far as nothing else is in them."""
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
