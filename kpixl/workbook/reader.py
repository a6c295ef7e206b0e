"""Turn a workbook file into the rows of its input sheets.

The file is read once, hashed, and never written. Of its parts only those are unpacked that input
cells need: what a macro, a picture, a pivot table or an external link holds is not looked at.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import FrozenSet, List, Optional, Tuple, Union

from kpixl.errors import FileProblem
from kpixl.plan.cells import BookRows, SheetRows
from kpixl.plan.schema import SHEET, sheet_names
from kpixl.words import fold
from kpixl.workbook.markup import (
    MAIN,
    Attributes,
    Ends,
    Starts,
    TextItem,
    read_markup,
)
from kpixl.workbook.package import Package, read_file
from kpixl.workbook.parts import contents, relationships, target
from kpixl.workbook.values import (
    BUILT_IN_DATES,
    clean_text,
    is_date_format,
)
from kpixl.workbook.worksheet import BookFacts, WorksheetReader


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


def _input_sheets(package: Package) -> Tuple[SheetRows, ...]:
    workbook = target(relationships(package, ""), "officeDocument")
    if workbook is None:
        raise FileProblem("file-damaged-package")
    book = contents(package, workbook)
    found = relationships(package, workbook)
    inputs: List[Tuple[str, str]] = []
    for name, identifier in book.sheets:
        key = sheet_names().get(fold(name))
        if key is None or not SHEET[key].is_input:
            continue
        relationship = found.get(identifier)
        if relationship is None:
            raise FileProblem("file-missing-part", part=name)
        if relationship.kind == "worksheet":
            inputs.append((name, relationship.target))
    if not inputs:
        return ()
    facts = BookFacts(
        texts=_shared_texts(package, target(found, "sharedStrings")),
        date_styles=_date_styles(package, target(found, "styles")),
        epoch=book.epoch,
    )
    return tuple(
        WorksheetReader(name, part, facts, package.budget).read(package.chunks(part))
        for name, part in inputs
    )


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

    # Conditional formats number theirs anew (in dxf), beside and in conflict with the cells'.
    in_conditional = False

    def number_format(attributes: Attributes) -> None:
        if not in_conditional:
            dates[attributes.get("numFmtId", "")] = is_date_format(attributes.get("formatCode", ""))

    def conditional_start(_: Attributes) -> None:
        nonlocal in_conditional
        in_conditional = True

    def conditional_end(_: str) -> None:
        nonlocal in_conditional
        in_conditional = False

    def format_of_a_style(attributes: Attributes) -> None:
        formats.append(attributes.get("numFmtId", "0"))

    # The same element describes named styles in one list and cells' styles in another.
    def list_start(_: Attributes) -> None:
        formats.clear()

    def cells_end(_: str) -> None:
        cell_formats.extend(formats)

    starts: Starts = {
        "numFmt": number_format,
        "cellXfs": list_start,
        "xf": format_of_a_style,
        "dxf": conditional_start,
    }
    ends: Ends = {"cellXfs": cells_end, "dxf": conditional_end}
    read_markup(package.chunks(part), part, MAIN, "styleSheet", starts, ends)
    return frozenset(str(index) for index, key in enumerate(cell_formats) if dates.get(key))
