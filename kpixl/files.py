"""Name and write files so that none leaves its folder and none is seen before it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from pathlib import Path

from kpixl.errors import UsageProblem

LONGEST_PIECE = 96
"""In bytes: two pieces of a file name and what stands around them fit into the 255 of a name."""


class CannotWrite(UsageProblem):
    """A file cannot be written where it is wanted."""

    def __init__(self, path: Path, fault: OSError) -> None:
        super().__init__("cannot-write", found=str(path), reason=fault.strerror or str(fault))


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
    """Write under a temporary name and move when whole, so that no half a file is ever seen.
    Raises :class:`CannotWrite`."""
    token = f"{os.getpid()}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
    draft = path.with_name(f".kpixl-{token}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise CannotWrite(path, fault) from fault
    return path
