"""Turn a workbook file into a plan, with the public holidays of the country that it names: the
one way in which whatever runs outside of cells reads a book."""

from __future__ import annotations

from pathlib import Path

from kpixl import calendars
from kpixl.plan.cells import BookRows
from kpixl.plan.model import Reading
from kpixl.plan.tables import read_plan


def read_workbook(path: Path) -> Reading:
    """The plan of the workbook at ``path``, or none, and all problems. Raises
    :class:`FileProblem` for what is no workbook."""
    from kpixl.workbook.reader import read_book

    # With its whole path, so that what is said of a missing file names the folder.
    return reading_of(read_book(path.absolute()))


def reading_of(book: BookRows) -> Reading:
    """The same of sheets that have been read already."""
    return read_plan(book, calendars)
