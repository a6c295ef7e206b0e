"""Turn one year's workbook into the next year's, and say what came along and what did not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.books.origin import Origin, read_whole
from kpixl.holiday_rows import with_country
from kpixl.new_books import WITH_MACROS, check_new, new_book_id, write_new
from kpixl.pack.logo import LogoProblem, picture_uri
from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.workbook.content import FUNCTIONS, NATIVE, Picture
from kpixl.workbook.rollover import Rollover, rolled_over


@dataclass(frozen=True)
class NewYear:
    """A new year's book that was written, and how it came about. ``picture_left`` says that the
    old book's logo could not be taken along, ``logo_missing`` names the file that must lie beside
    the new book and does not."""

    path: Path
    origin: Origin
    rollover: Rollover
    picture_left: bool = False
    logo_missing: str = ""


def new_year(
    path: Path,
    old: Path,
    language: str | None = None,
    first: Month | None = None,
    cells: str | None = None,
) -> NewYear:
    """Write next year's workbook to ``path``, never over an existing file; ``old`` is only read.
    Where the old book names a country, the new one has its public holidays of the new year.

    Language and cells are the old book's where they are None. The book ID stays: it is the same
    management cycle, so that what was sent is not sent again, and figures that change afterwards
    are told of, whichever of the two books a month is printed from. Raises what
    :func:`kpixl.new_books.check_new`, :func:`kpixl.books.origin.read_whole` and
    :func:`kpixl.workbook.rollover.rolled_over` raise.
    """
    check_new(path, cells or FUNCTIONS)
    origin = read_whole(old)
    if cells is None:
        has_macros = path.suffix.lower() == WITH_MACROS
        cells = NATIVE if origin.is_native and not has_macros else FUNCTIONS
    rollover = rolled_over(origin.plan, language or origin.language, first)
    picture, left = picture_of(old)
    own: dict[str, CellValue] = {} if language is None else {"language": language}
    if not origin.plan.settings.book_id:
        own["book_id"] = new_book_id()
    content = rollover.content
    content = replace(
        content, settings={**content.settings, **own}, cells=cells, picture=picture
    )  # fmt: skip
    if origin.plan.settings.country:
        content = with_country(content, origin.plan.settings.country)
    write_new(path, content)
    logo = origin.plan.settings.logo
    missing = logo if logo and not (path.absolute().parent / logo).exists() else ""
    return NewYear(path, origin, replace(rollover, content=content), left, missing)


def picture_of(old: Path) -> tuple[Picture | None, bool]:
    """The picture on the old book's Settings sheet, and whether there is one that a new book
    cannot have."""
    from kpixl.workbook.picture import settings_picture

    found = settings_picture(old)
    if found is None:
        return None, False
    name, data = found
    try:
        usable = picture_uri(name, data).startswith(("data:image/png", "data:image/jpeg"))
    except LogoProblem:
        usable = False
    if not usable:
        return None, True
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return Picture(name, data, *image.size), False
