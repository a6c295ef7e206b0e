"""Turn a kit's font files into rules of a style sheet, and its families into a list of fonts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kpixl.brand.settings import BrandProblem
from kpixl.pack.html import FONTS, css_text

FOLDER = "fonts"
FORMATS = (".ttf", ".otf", ".woff", ".woff2")
COLLECTIONS = (".ttc", ".otc")
LARGEST = 40_000_000
_FAMILY = re.compile(r"[\w .+-]{1,80}")
FAMILY_NAMES = (1, 16)
"""The numbers of a family's name in a font: as old programs know it, and as new ones do."""
_RESTRICTED = 0x0002
"""OS/2 fsType: may not be embedded without its maker's leave."""


@dataclass(frozen=True)
class Face:
    """One font file: its place in the kit, the family that it says it is (and its ``names`` in
    every language), its weights (``"400"``, or ``"100 900"`` of a variable font) and whether it
    slants; ``restricted``: its maker does not let it be embedded."""

    file: str
    family: str
    weight: str
    italic: bool
    restricted: bool = False
    names: tuple[str, ...] = ()


def is_family(name: str) -> bool:
    """Whether ``name`` can be a family's: letters, figures, spaces and a few signs."""
    return _FAMILY.fullmatch(name) is not None


def stack(latin: str, japanese: str, language: str) -> str:
    """The families as CSS lists them: the kit's, and behind them the usual ones, which have every
    character that the kit's may lack. Without a Latin font of its own Inter stays the first."""
    usual = FONTS[language].split(", ")
    own = [f"'{latin}'"] if latin else usual[:1]
    own += [f"'{japanese}'"] if japanese else []
    rest = [name for name in usual if name.strip("'") not in (latin, japanese) and name not in own]
    return ", ".join([*dict.fromkeys(own), *rest])


def rule(face: Face, named: Sequence[str] = ()) -> str:
    """The style sheet's rule for one font file; its family goes by the one of ``named`` that is a
    name of it."""
    family = next((name for name in named if name in face.names), face.family)
    style = "italic" if face.italic else "normal"
    place = "/".join(_quoted(part) for part in face.file.split("/"))
    return (
        f'@font-face {{ font-family: "{css_text(family)}"; font-weight: {face.weight}; '
        f'font-style: {style}; src: url("{place}") }}'
    )


def _quoted(part: str) -> str:
    from urllib.parse import quote

    return quote(part)


def faces_in(folder: Path) -> tuple[Face, ...]:
    """The font files in a kit's ``fonts``. Raises :class:`BrandProblem` for one that is none, or
    that lies elsewhere."""
    place = folder / FOLDER
    found = []
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        kind = path.suffix.casefold()
        if kind in COLLECTIONS:
            raise BrandProblem("brand-font", place=str(path), found=path.name, form="collection")
        if kind in FORMATS:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise BrandProblem("brand-font", place=str(path), found=path.name, form="outside")
            stat = path.stat()
            found.append(_face(path, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


@lru_cache(maxsize=64)
def _face(path: Path, _changed: int, size: int) -> Face:
    """What a font file says of itself. It is read again only when it has been changed."""
    if size > LARGEST:
        raise BrandProblem("brand-font", place=str(path), found=path.name, form="large")
    try:
        face = _read(path)
    except Exception:  # noqa: BLE001 -- a broken font breaks its reader in many ways
        raise BrandProblem("brand-font", place=str(path), found=path.name) from None
    if not is_family(face.family):
        raise BrandProblem("brand-font", place=str(path), found=path.name)
    return face


def _read(path: Path) -> Face:
    from fontTools.ttLib import TTFont

    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        family = (_name(font, 16) or _name(font, 1)).strip()
        table = font["OS/2"]
        if not font["cmap"].getBestCmap():
            raise ValueError("a font without characters")
        italic = bool(table.fsSelection & 1)
        restricted = (table.fsType & 0x000F) == _RESTRICTED
        place = f"{FOLDER}/{path.name}"
        names = {record.toUnicode(errors="replace") for record in font["name"].names
                 if record.nameID in FAMILY_NAMES}  # fmt: skip
        return Face(place, family, _weight(font), italic, restricted, tuple(sorted(names)))


def _name(font: Any, number: int) -> str:
    """A name in the font, the English one where there are several."""
    found = font["name"].getDebugName(number)
    return str(found or "")


def _weight(font: Any) -> str:
    if "fvar" in font:
        for axis in font["fvar"].axes:
            if axis.axisTag == "wght":
                return f"{max(1, round(axis.minValue))} {min(1000, round(axis.maxValue))}"
    return str(min(1000, max(1, font["OS/2"].usWeightClass)))
