"""Turn the Settings' logo into a data URI, so that a pack carries it and fetches nothing."""

from __future__ import annotations

import base64
import math
import os
from pathlib import Path
from typing import NamedTuple

from kpixl.files import as_spelled, reason_of
from kpixl.pack.logo_check import MAX_BYTES as MAX_BYTES  # noqa: PLC0414 -- offered here too
from kpixl.pack.logo_check import LogoProblem as LogoProblem  # noqa: PLC0414 -- offered here too
from kpixl.pack.logo_check import picture

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
AREA = 640.0  # mm²: logos of any shape weigh alike on the cover
LOWEST, HIGHEST, WIDEST = 7.0, 24.0, 84.0


class LogoLook(NamedTuple):
    """How a logo stands on the cover: its size in mm, and whether its own colour is so pale that it
    needs a dark ground."""

    width: float
    height: float
    pale: bool


def find_logo(workbook: Path, name: str) -> str:
    """The logo as a data URI: the file that Settings ``name``, else the picture on that sheet;
    blank where there is none. Raises :class:`LogoProblem`."""
    from kpixl.workbook.picture import settings_picture

    if name:
        return logo_uri(workbook, name)
    found = settings_picture(workbook)
    return picture_uri(*found) if found is not None else ""


def logo_uri(workbook: Path, name: str) -> str:
    """The picture ``name`` beside ``workbook`` as a data URI; blank where none is named.

    Raises :class:`LogoProblem` where the file is missing, lies elsewhere, or is no PNG, JPEG or
    SVG picture that can stand on a cover (see :func:`kpixl.pack.logo_check.picture`).
    """
    if not name.strip():
        return ""
    beside = workbook.absolute().parent
    named = Path(os.path.normpath(beside / name.strip()))
    kind = TYPES.get(named.suffix.lower())
    # By its letters first: to look where \\host\share leads would be to log in there.
    if kind is None or not named.is_relative_to(os.path.normpath(beside)):
        raise LogoProblem("logo-unusable", found=name)
    path = as_spelled(named).resolve()
    if not path.is_relative_to(beside.resolve()):
        raise LogoProblem("logo-unusable", found=name)
    try:
        data = path.read_bytes()
    except FileNotFoundError as fault:
        raise LogoProblem("logo-missing", found=name) from fault
    except OSError as fault:
        reason = reason_of(fault)
        raise LogoProblem("logo-missing", found=name, form="unreadable", reason=reason) from fault
    return data_uri(data, kind, name)


def picture_uri(name: str, data: bytes) -> str:
    """A picture on the Settings sheet as a data URI; blank where it is of a kind that a pack
    cannot show (Excel keeps the drawn kinds EMF and WMF beside the usual ones)."""
    kind = TYPES.get(Path(name).suffix.lower())
    return data_uri(data, kind, name) if kind is not None else ""


def data_uri(data: bytes, kind: str, name: str) -> str:
    """``data`` as a data URI, checked to be what its ending says and fit for a cover."""
    picture(data, kind, name)
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def logo_look(uri: str) -> LogoLook:
    """The size of a logo on the cover: of one area whatever its shape, within limits."""
    head, _, encoded = uri.partition(",")
    kind = head.removeprefix("data:").removesuffix(";base64")
    ratio, pale = picture(base64.b64decode(encoded), kind, "logo")
    height = min(max(math.sqrt(AREA / ratio), LOWEST), HIGHEST, WIDEST / ratio)
    return LogoLook(round(height * ratio, 1), round(height, 1), pale)
