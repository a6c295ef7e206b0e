"""Turn the Settings' logo into a data URI, so that a pack carries it and fetches nothing."""

from __future__ import annotations

import base64
from pathlib import Path

from kpixl.errors import KpixlError

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
MAX_BYTES = 2_000_000


class LogoProblem(KpixlError):
    """The picture named as logo is missing or cannot be used."""


def logo_uri(workbook: Path, name: str) -> str:
    """The picture ``name`` beside ``workbook`` as a data URI; blank where none is named.

    Raises :class:`LogoProblem` where the file is missing, lies elsewhere, is too large or is
    no PNG, JPEG or SVG picture.
    """
    if not name.strip():
        return ""
    folder = workbook.resolve().parent
    path = (folder / name.strip()).resolve()
    kind = TYPES.get(path.suffix.lower())
    if kind is None or not path.is_relative_to(folder):
        raise LogoProblem("logo-unusable", found=name)
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise LogoProblem("logo-missing", found=name) from fault
    return data_uri(data, kind, name)


def picture_uri(name: str, data: bytes) -> str:
    """A picture on the Settings sheet as a data URI; blank where it is of a kind that a pack
    cannot show (Excel keeps the drawn kinds EMF and WMF beside the usual ones)."""
    kind = TYPES.get(Path(name).suffix.lower())
    return data_uri(data, kind, name) if kind is not None else ""


def data_uri(data: bytes, kind: str, name: str) -> str:
    """``data`` as a data URI, checked to be what its ending says."""
    signature = SIGNATURES.get(kind)
    recognised = data.startswith(signature) if signature else b"<svg" in data[:4096]
    if not recognised or len(data) > MAX_BYTES:
        raise LogoProblem("logo-unusable", found=name)
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
