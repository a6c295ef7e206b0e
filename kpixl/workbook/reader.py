"""Turn a workbook file into the rows of its input sheets.

The file is read once, hashed, and never written. Of its parts only those are unpacked that input
cells need: what a macro, a picture, a pivot table or an external link holds is not looked at.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional, Tuple, Union
from urllib.parse import unquote

from kpixl.errors import FileProblem
from kpixl.plan.cells import BookRows, SheetRows
from kpixl.plan.schema import SHEET, sheet_names
from kpixl.words import fold
from kpixl.workbook.markup import (
    MAIN,
    OFFICE_RELATIONSHIP,
    PACKAGE_RELATIONSHIPS,
    Attributes,
    Ends,
    Starts,
    TextItem,
    read_markup,
)
from kpixl.workbook.package import Package, read_file
from kpixl.workbook.values import (
    BUILT_IN_DATES,
    EPOCH_1900,
    EPOCH_1904,
    clean_text,
    is_date_format,
)
from kpixl.workbook.worksheet import BookFacts, WorksheetReader

_TRUE = ("1", "true")
_LONGEST_NAME = 100


def read_book(path: Union[str, os.PathLike[str]]) -> BookRows:
    """The input sheets of an ``.xlsx`` or ``.xlsm`` workbook (SPEC 2, "Reading"), in book order.

    Sheets that are no inputs (Scorecard, Guide, and all that the schema does not know) are left
    out, hidden sheets are read. Raises FileProblem, whose ``file`` detail is the file's name, for
    everything that cannot be read as a workbook.
    """
    file = Path(path)
    try:
        data = read_file(file)
        sheets = _input_sheets(Package(data))
    except FileProblem as problem:
        raise FileProblem(problem.code, **{**problem.details, "file": file.name}) from problem
    return BookRows(file.name, hashlib.sha256(data).hexdigest(), sheets)


@dataclass(frozen=True)
class _Relationship:
    """Where one part points: the kind (last word of the type) and the part pointed to."""

    kind: str
    target: str


@dataclass
class _Contents:
    """What the workbook part says: sheets (name, relationship ID) and the date system."""

    sheets: List[Tuple[str, str]] = field(default_factory=list)
    epoch: datetime = EPOCH_1900


def _input_sheets(package: Package) -> Tuple[SheetRows, ...]:
    workbook = _target(_relationships(package, ""), "officeDocument")
    if workbook is None:
        raise FileProblem("file-damaged-package")
    contents = _contents(package, workbook)
    relationships = _relationships(package, workbook)
    inputs: List[Tuple[str, str]] = []
    for name, identifier in contents.sheets:
        key = sheet_names().get(fold(name))
        if key is None or not SHEET[key].is_input:
            continue
        relationship = relationships.get(identifier)
        if relationship is None:
            raise FileProblem("file-missing-part", part=name)
        if relationship.kind == "worksheet":
            inputs.append((name, relationship.target))
    if not inputs:
        return ()
    facts = BookFacts(
        texts=_shared_texts(package, _target(relationships, "sharedStrings")),
        date_styles=_date_styles(package, _target(relationships, "styles")),
        epoch=contents.epoch,
    )
    return tuple(
        WorksheetReader(name, part, facts, package.budget).read(package.chunks(part))
        for name, part in inputs
    )


def _relationships(package: Package, source: str) -> Dict[str, _Relationship]:
    """The relationships of a part (of the package itself for ``""``) by their ID."""
    folder, name = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    found: Dict[str, _Relationship] = {}

    def note(attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = unquote(attributes.get("Target", "")).replace("\\", "/")
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[attributes.get("Id", "")] = _Relationship(kind, target)

    read_markup(
        package.chunks(part), part, PACKAGE_RELATIONSHIPS, "Relationships",
        {"Relationship": note}, {},
    )  # fmt: skip
    return found


def _target(relationships: Dict[str, _Relationship], kind: str) -> Optional[str]:
    for relationship in relationships.values():
        if relationship.kind == kind:
            return relationship.target
    return None


def _contents(package: Package, workbook: str) -> _Contents:
    contents = _Contents()

    def properties(attributes: Attributes) -> None:
        if attributes.get("date1904") in _TRUE:
            contents.epoch = EPOCH_1904

    def sheet(attributes: Attributes) -> None:
        identifiers = (attributes.get(f"{uri} id") for uri in OFFICE_RELATIONSHIP)
        identifier = next((text for text in identifiers if text is not None), "")
        name = clean_text(attributes.get("name", "")[:_LONGEST_NAME])
        contents.sheets.append((name, identifier))

    starts: Starts = {"workbookPr": properties, "sheet": sheet}
    read_markup(package.chunks(workbook), workbook, MAIN, "workbook", starts, {})
    return contents


def _shared_texts(package: Package, part: Optional[str]) -> List[str]:
    texts: List[str] = []
    if part is None:
        return texts
    item = TextItem()

    def item_end(_: str) -> None:
        texts.append(clean_text(item.take()))

    ends: Ends = {**item.ends, "si": item_end}
    read_markup(package.chunks(part), part, MAIN, "sst", item.starts, ends)
    return texts


def _date_styles(package: Package, part: Optional[str]) -> FrozenSet[str]:
    """The indexes, as they are written in cells, of the styles that show a number as a date."""
    if part is None:
        return frozenset()
    dates = {str(number): True for number in BUILT_IN_DATES}
    cell_formats: List[str] = []
    formats: List[str] = []

    def number_format(attributes: Attributes) -> None:
        dates[attributes.get("numFmtId", "")] = is_date_format(attributes.get("formatCode", ""))

    def format_of_a_style(attributes: Attributes) -> None:
        formats.append(attributes.get("numFmtId", "0"))

    # The same element describes named styles in one list and cells' styles in another.
    def list_start(_: Attributes) -> None:
        formats.clear()

    def cells_end(_: str) -> None:
        cell_formats.extend(formats)

    starts: Starts = {"numFmt": number_format, "cellXfs": list_start, "xf": format_of_a_style}
    read_markup(package.chunks(part), part, MAIN, "styleSheet", starts, {"cellXfs": cells_end})
    return frozenset(str(index) for index, key in enumerate(cell_formats) if dates.get(key))
