"""Turn a workbook file into the rows of its input sheets.

The file is read once, hashed, and never written. Of its parts only those are unpacked that input
cells need: what a macro, a picture, a pivot table or an external link holds is not looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Dict, FrozenSet, Iterator, List, Optional, Tuple, Union

from kpixl.errors import FileProblem
from kpixl.files import spelled
from kpixl.plan.cells import BookRows, SheetRows
from kpixl.plan.schema import SHEET, sheet_names
from kpixl.words import fold
from kpixl.workbook.markup import (
    MAIN,
    Attributes,
    Ends,
    Starts,
    read_markup,
)
from kpixl.workbook.package import Package, read_file
from kpixl.workbook.parts import contents, relationships, target, workbook_part
from kpixl.workbook.stored_texts import stored_texts
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
    return OpenBook(path).inputs()


class OpenBook:
    """A workbook file whose sheets are read when they are asked for, each once, all of them
    within one budget. Raises FileProblem as :func:`read_book`."""

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None:
        self._file = Path(path)
        with self._named():
            data = read_file(self._file)
            self.package = Package(data)
            self.part = workbook_part(self.package)
            self._contents = contents(self.package, self.part)
            self._related = relationships(self.package, self.part)
        self._sha256 = hashlib.sha256(data).hexdigest()
        self._facts: Optional[BookFacts] = None
        self._read: Dict[str, SheetRows] = {}

    @property
    def order(self) -> Tuple[str, ...]:
        """The names of all its sheets, charts included, in book order."""
        return tuple(name for name, _ in self._contents.sheets)

    @property
    def sheets(self) -> Dict[str, str]:
        """The name of each worksheet and its part, in book order."""
        found: Dict[str, str] = {}
        for name, identifier in self._contents.sheets:
            relationship = self._related.get(identifier)
            if relationship is not None and relationship.kind == "worksheet":
                found.setdefault(name, relationship.target)
        return found

    def inputs(self) -> BookRows:
        """The input sheets."""
        with self._named():
            found = tuple(self._rows(name, part) for name, part in self._input_parts())
        return BookRows(spelled(self._file.name), self._sha256, found)

    def rows(self, sheet: str) -> SheetRows:
        """The cells of any worksheet; KeyError where there is none of this name."""
        if sheet not in self._read:
            with self._named():
                self._read[sheet] = self._rows(sheet, self.sheets[sheet])
        return self._read[sheet]

    def _input_parts(self) -> List[Tuple[str, str]]:
        inputs: List[Tuple[str, str]] = []
        for name, identifier in self._contents.sheets:
            key = sheet_names().get(fold(name))
            if key is None or not SHEET[key].is_input:
                continue
            relationship = self._related.get(identifier)
            if relationship is None:
                raise FileProblem("file-missing-part", part=name)
            if relationship.kind == "worksheet":
                inputs.append((name, relationship.target))
        return inputs

    def _rows(self, name: str, part: str) -> SheetRows:
        if self._facts is None:
            self._facts = BookFacts(
                texts=[clean_text(text) for text in stored_texts(self.package, self._related)],
                date_styles=_date_styles(self.package, target(self._related, "styles")),
                epoch=self._contents.epoch,
            )
        reader = WorksheetReader(name, part, self._facts, self.package.budget)
        self._read[name] = reader.read(self.package.chunks(part))
        return self._read[name]

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except FileProblem as problem:
            named = {**problem.details, "file": self._file.name}
            raise FileProblem(problem.code, **named) from problem


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
