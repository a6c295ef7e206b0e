"""Books that figures are brought into, and entry books that come back, as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from kpixl.importing.book import TargetBook, open_target
from kpixl.importing.layout import Hints
from kpixl.plan.month import Month
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.patch import patched
from kpixl.workbook.reader import OpenBook
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes

BOOK_ID = "A1B2C3D4E5F6"
NOVEMBER = Month(2026, 11)
SETTINGS_END = 31
"""The first row beneath the sample's Settings table."""


@lru_cache
def plan_bytes(language: str = "en", book_id: str = BOOK_ID) -> bytes:
    """The sample company's book in the month after its last actuals."""
    content = sample_book(language)
    own = {"book_id": book_id, "review_month": "2026-11"}
    return book_bytes(replace(content, settings={**content.settings, **own}))


def plan_file(folder: Path, language: str = "en", name: str = "plan.xlsx") -> Path:
    path = folder / name
    path.write_bytes(plan_bytes(language))
    return path


def target(folder: Path, language: str = "en") -> TargetBook:
    return open_target(plan_file(folder, language))


def hints(given: Month | None = None) -> Hints:
    """As the command line makes them for the sample: fiscal year from April, November reviewed."""
    return Hints(4, given, given or NOVEMBER)


def cells(path: Path, sheet: str) -> dict[str, dict[str, object]]:
    """What a monthly sheet holds: ID -> header -> value."""
    rows = OpenBook(path).rows(sheet).rows
    header = next(row for row in rows if row and row[0] in ("ID", "指標ID"))
    return {
        str(row[0]): {str(head): value for head, value in zip(header, row, strict=False)}
        for row in rows[rows.index(header) + 1 :]
        if row and row[0]
    }


def entry_bytes(
    owner: str,
    figures: Mapping[tuple[str, str], object],
    remarks: tuple[tuple[str, str, str], ...] = (),
    language: str = "en",
    book_id: str = BOOK_ID,
    sheet: str = "Actuals",
) -> bytes:
    """The book as an owner sends it back: with the setting that says whose it is, their
    ``figures`` by ID and month, and ``remarks`` (ID, month, text) beneath the comments."""
    data = plan_bytes(language, book_id)
    settings, comments = ("Settings", "Comments") if language == "en" else ("設定", "コメント")
    key = "entry for" if language == "en" else "記入依頼先"
    edits = [
        CellEdit(settings, SETTINGS_END, 1, key),
        CellEdit(settings, SETTINGS_END, 2, owner),
    ]
    edits += [_figure(data, sheet, goal, month, value) for (goal, month), value in figures.items()]
    free = _last_row(data, comments) + 1
    for row, remark in enumerate(remarks, start=free):
        edits += [CellEdit(comments, row, column, text) for column, text in enumerate(remark, 1)]
    return patched(data, edits)


def _opened(data: bytes) -> OpenBook:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        return OpenBook(file.name)


@lru_cache
def _places(data: bytes, sheet: str) -> tuple[dict[str, int], dict[str, int]]:
    rows = _opened(data).rows(sheet).rows
    number = next(n for n, row in enumerate(rows) if row and row[0] in ("ID", "指標ID"))
    months = {str(cell): column for column, cell in enumerate(rows[number], start=1)}
    ids = {str(row[0]): n for n, row in enumerate(rows, start=1) if row and n > number + 1}
    return ids, months


def _figure(data: bytes, sheet: str, goal: str, month: str, value: object) -> CellEdit:
    ids, months = _places(data, sheet)
    return CellEdit(sheet, ids[goal], months[month], value)  # type: ignore[arg-type]


def _last_row(data: bytes, sheet: str) -> int:
    return len(_opened(data).rows(sheet).rows)
