"""Find the parts of a workbook package: who points where, and which sheets there are."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from datetime import datetime
from typing import Dict, List, Mapping, Optional, Tuple
from urllib.parse import unquote

from kpixl.errors import FileProblem
from kpixl.workbook.markup import (
    MAIN,
    OFFICE_RELATIONSHIP,
    PACKAGE_RELATIONSHIPS,
    Attributes,
    Starts,
    read_markup,
)
from kpixl.workbook.package import Package
from kpixl.workbook.values import EPOCH_1900, EPOCH_1904, clean_text

_TRUE = ("1", "true")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Relationship:
    """Where one part points: the kind (last word of the type) and the part pointed to."""

    kind: str
    target: str


@dataclass
class Contents:
    """What the workbook part says: sheets (name, relationship ID) and the date system."""

    sheets: List[Tuple[str, str]] = field(default_factory=list)
    epoch: datetime = EPOCH_1900


def relationships(package: Package, source: str) -> Dict[str, Relationship]:
    """The relationships of a part (of the package itself for ``""``) by their ID."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    found: Dict[str, Relationship] = {}

    def note(attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = unquote(attributes.get("Target", "")).replace("\\", "/")
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[attributes.get("Id", "")] = Relationship(kind, target)

    read_markup(
        package.chunks(part), part, PACKAGE_RELATIONSHIPS, "Relationships",
        {"Relationship": note}, {},
    )  # fmt: skip
    return found


def target(found: Mapping[str, Relationship], kind: str) -> Optional[str]:
    """The first part of this kind that is pointed to, or None."""
    for relationship in found.values():
        if relationship.kind == kind:
            return relationship.target
    return None


def workbook_part(package: Package) -> str:
    """The part that describes the workbook; raises FileProblem where there is none."""
    found = target(relationships(package, ""), "officeDocument")
    if found is None:
        raise FileProblem("file-damaged-package")
    return found


def contents(package: Package, workbook: str) -> Contents:
    """What the workbook part ``workbook`` says of its sheets."""
    found = Contents()

    def properties(attributes: Attributes) -> None:
        if attributes.get("date1904") in _TRUE:
            found.epoch = EPOCH_1904

    def sheet(attributes: Attributes) -> None:
        identifiers = (attributes.get(f"{uri} id") for uri in OFFICE_RELATIONSHIP)
        identifier = next((text for text in identifiers if text is not None), "")
        name = clean_text(attributes.get("name", "")[:_LONGEST_NAME])
        found.sheets.append((name, identifier))

    starts: Starts = {"workbookPr": properties, "sheet": sheet}
    read_markup(package.chunks(workbook), workbook, MAIN, "workbook", starts, {})
    return found
