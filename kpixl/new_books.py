"""Write new workbooks, never over an existing file."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import UsageProblem
from kpixl.files import write_file
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Settings
from kpixl.plan.month import Month, fiscal_year
from kpixl.review.periods import fiscal_label

if TYPE_CHECKING:
    from kpixl.workbook.content import BookContent
    from kpixl.workbook.template.macros import Macros

WITH_MACROS = ".xlsm"
NEW = (".xlsx", WITH_MACROS)


def new_workbook(
    path: Path,
    language: str,
    sample: bool,
    fiscal_start: int,
    months: int,
    first: Month | None,
    cells: str = "functions",
    country: str = "",
) -> Path:
    """Write a new workbook: an empty one, or the demo company's. Never over an existing file.
    Its cells call the in-cell ``functions``, or hold plain formulas (``native``). It has the public
    holidays of the ``country``, a name or a code, where one is given."""
    from kpixl.holiday_rows import with_country
    from kpixl.workbook.sample import empty_book, sample_book

    check_new(path, cells)
    if sample:
        content = sample_book(language)
        own: dict[str, CellValue] = {}
    else:
        first = first or _first_month(fiscal_start, months)
        content = empty_book(language, fiscal_start, months, first)
        month = _last_whole_month(content.months)
        label = Settings(
            fiscal_start=fiscal_start, fiscal_label=str(content.settings["fiscal_label"])
        )
        own = {"review_month": str(month), "fiscal_label": fiscal_label(month, label, language)}
    # Two books are told apart by it however their files are renamed.
    own["book_id"] = new_book_id()
    if country:
        content = with_country(content, country)
    return write_new(path, replace(content, settings={**content.settings, **own}, cells=cells))


def check_new(path: Path, cells: str) -> None:
    """Raises :class:`UsageProblem` where no new workbook can be written to ``path``: it is there
    already, or its ending is not that of a workbook with such ``cells``."""
    from kpixl.workbook.content import NATIVE

    suffix = path.suffix.lower()
    if suffix not in NEW:
        raise UsageProblem("new-suffix", found=path.name)
    if suffix == WITH_MACROS and cells == NATIVE:
        raise UsageProblem("native-macros", found=path.name)
    if path.exists():
        raise UsageProblem("already-there", found=str(path))


def write_new(path: Path, content: BookContent) -> Path:
    """Write ``content`` as a workbook: with the functions built in where the name ends in .xlsm.
    The file must not be there yet (:func:`check_new`)."""
    from kpixl.workbook.template import write_book

    buffer = io.BytesIO()
    macros = _excel_macros(content.language) if path.suffix.lower() == WITH_MACROS else None
    write_book(buffer, content, macros)
    return write_file(path, buffer.getvalue())


def new_book_id() -> str:
    """An ID that no other book has."""
    return uuid.uuid4().hex[:12].upper()


def _excel_macros(language: str) -> Macros:
    """The VBA that a workbook for Excel on Windows carries; there, Excel is told of this Python."""
    from kpixl.hosts.excel import macros
    from kpixl.hosts.excel.addin import remember_if_ready

    remember_if_ready()
    return macros(language)


def _this_month() -> Month:
    """The one place that asks the clock: a new book is for the year in which it is made."""
    today = date.today()  # noqa: DTZ011 -- a person's own calendar day is what is meant
    return Month(today.year, today.month)


def _first_month(fiscal_start: int, months: int) -> Month:
    """So that the columns end with the current fiscal year."""
    return fiscal_year(_this_month(), fiscal_start)[-1].plus(1 - months)


def _last_whole_month(months: Sequence[Month]) -> Month:
    """The month that is likely to be reviewed first, among the columns of the book."""
    return min(max(_this_month().plus(-1), months[0]), months[-1])
