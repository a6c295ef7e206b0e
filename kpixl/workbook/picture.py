"""Find the picture that a person put on the Settings sheet: the pack's logo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional, Tuple, Union

from kpixl.errors import FileProblem
from kpixl.plan.schema import sheet_names
from kpixl.words import fold
from kpixl.workbook.package import Package, read_file
from kpixl.workbook.parts import contents, relationships, target

MAX_PICTURE = 2_000_000


def settings_picture(path: Union[str, os.PathLike[str]]) -> Optional[Tuple[str, bytes]]:
    """Name and bytes of the first picture on the Settings sheet; None where there is none, where
    it is larger than MAX_PICTURE, or where the drawing cannot be followed."""
    try:
        package = Package(read_file(Path(path)))
        part = _picture_part(package)
        return None if part is None else _unpacked(package, part)
    except FileProblem:
        return None


def _picture_part(package: Package) -> Optional[str]:
    workbook = target(relationships(package, ""), "officeDocument")
    if workbook is None:
        return None
    sheets = relationships(package, workbook)
    for name, identifier in contents(package, workbook).sheets:
        if sheet_names().get(fold(name)) == "settings" and identifier in sheets:
            return _pointed_at(package, sheets[identifier].target)
    return None


def _pointed_at(package: Package, sheet: str) -> Optional[str]:
    if not package.has(_relationships_of(sheet)):
        return None
    drawing = target(relationships(package, sheet), "drawing")
    if drawing is None or not package.has(_relationships_of(drawing)):
        return None
    return target(relationships(package, drawing), "image")


def _relationships_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _unpacked(package: Package, part: str) -> Optional[Tuple[str, bytes]]:
    data = b""
    for chunk in package.chunks(part):
        data += chunk
        if len(data) > MAX_PICTURE:
            return None
    return part.rpartition("/")[2], data
