"""No empty box in a pack: a character that no font has is shown by its number, and told of."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from html import escape

from kpixl.errors import KpixlError, Problem
from kpixl.files import scratch_folder
from kpixl.pack.canvas import Drawing, Shape, Text, clean
from kpixl.pack.html import Rendered
from kpixl.plan.cells import BookRows, CellValue, cell_name
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped

Unshown = Callable[[tuple[str, ...], Rendered], Rendered]
"""Takes the characters that no font has, and a pack that holds them; returns the pack that tells
of them."""

PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
"""What a character means that is for private use, nobody can say: PDF/A has no place for it."""
MOST_CELLS = 20
MOST_NAMED = 8
WEASYPRINT_SAYS = ".notdef glyph rendered"
WITHOUT_ALT = "no required alt description"


@contextmanager
def unshown_characters() -> Iterator[set[str]]:
    """The characters for which WeasyPrint finds no glyph meanwhile. It only tells its log."""
    found: set[str] = set()

    def note(record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(WEASYPRINT_SAYS) and isinstance(record.args, tuple):
            found.add(str(record.args[0]))
        # That a picture has no alternative text is meant: it only decorates.
        return record.levelno >= logging.ERROR and WITHOUT_ALT not in str(record.msg)

    logger = logging.getLogger("weasyprint")
    logger.addFilter(note)
    logger.setLevel(logging.WARNING)
    try:
        yield found
    finally:
        logger.setLevel(logging.ERROR)
        logger.removeFilter(note)


def numbered(character: str) -> str:
    """What is shown instead of a character that no font has: ``[U+1F9A4]``."""
    return f"[U+{ord(character):04X}]"


def without(rendered: Rendered, characters: Iterable[str]) -> Rendered:
    """The pack with the numbers of ``characters`` in their place."""
    table = _table(characters)
    html = rendered.html.translate(table)
    for code, number in table.items():
        # In the style sheet, what is no letter stands by its number already.
        html = html.replace(f"\\{code:x} ", number)
    drawings = {name: _drawn(drawing, table) for name, drawing in rendered.drawings.items()}
    return replace(rendered, html=html, drawings=drawings)


def with_numbers(
    rendered: Rendered, missing: Iterable[str], unshown: Unshown | None
) -> Rendered | None:
    """The pack with numbers in place of the ``missing`` characters and of those for private use,
    after ``unshown`` was asked for the pack that tells of them; None where it holds none."""
    characters = tuple(sorted({*missing, *PRIVATE.findall(rendered.html)}))
    if not characters:
        return None
    told = rendered if unshown is None else unshown(characters, rendered)
    return without(told, characters)


def _table(characters: Iterable[str]) -> dict[int, str]:
    return str.maketrans({one: numbered(one) for one in characters})


def _drawn(drawing: Drawing, table: dict[int, str]) -> Drawing:
    def written(shape: Shape) -> Shape:
        return (
            shape._replace(text=shape.text.translate(table)) if isinstance(shape, Text) else shape
        )

    return drawing._replace(shapes=tuple(map(written, drawing.shapes)))


def glyph_problems(
    characters: Sequence[str], html: str, book: BookRows | None
) -> tuple[Problem, ...]:
    """A warning for each cell whose text a pack shows (as ``html`` has it) and in which one of
    ``characters`` stands; one without a cell for those that stand in none of them."""
    cells = list(_cells(characters, html, book)) if book is not None else []
    found = [_problem(held, sheet, cell) for sheet, cell, held in cells[:MOST_CELLS]]
    held_somewhere = {one for *_, held in cells for one in held}
    rest = [one for one in characters if one not in held_somewhere]
    return (*found, _problem(rest)) if rest else tuple(found)


def _cells(
    characters: Sequence[str], html: str, book: BookRows
) -> Iterator[tuple[str, str, list[str]]]:
    """Where a pack's text stands in its workbook. A cell that it does not show is not its own."""
    for sheet in book.sheets:
        for row, values in enumerate(sheet.rows, start=1):
            for column, value in enumerate(values, start=1):
                if not isinstance(value, str):
                    continue
                held = [one for one in characters if one in value]
                if held and escape(clean(value)) in html:
                    yield sheet.name, cell_name(row, column), held


def book_of(part: Review, read: Callable[[], bytes]) -> BookRows | None:
    """The cells that a review was made from; None where its workbook is no longer there, or is
    another one by now."""
    from kpixl.workbook.reader import read_book

    with suppress(KpixlError, OSError), scratch_folder("kpixl-book-") as folder:
        copy = folder / "book.xlsx"
        copy.write_bytes(read())
        book = read_book(copy)
        if book.sha256 == part.source.sha256:
            return replace(book, name=part.source.name)
    return None


def respelled(part: Review, book: BookRows, characters: Iterable[str]) -> Review:
    """The same review with the numbers of ``characters`` in its texts, so that room is made for
    them; as it was where they stand in what must be understood, such as formulas."""
    table = _table(characters)
    sheets = tuple(
        replace(sheet, rows=[[_translated(value, table) for value in row] for row in sheet.rows])
        for sheet in book.sheets
    )
    reading = read_plan(replace(book, sheets=sheets))
    with suppress(KpixlError):
        if reading.plan is not None:
            whole = review(reading.plan, part.month, part.as_of, reading.problems)
            found = scoped(whole, part.scope)
            if list(map(_where, found.problems)) == list(map(_where, part.problems)):
                return found
    return part


def _where(problem: Problem) -> tuple[str, str | None, str | None]:
    return problem.code, problem.sheet, problem.cell


def _translated(value: CellValue, table: dict[int, str]) -> CellValue:
    return value.translate(table) if isinstance(value, str) else value


def _problem(held: Sequence[str], sheet: str | None = None, cell: str | None = None) -> Problem:
    named = [f"U+{ord(one):04X}" for one in held]
    more = len(named) - MOST_NAMED
    listed = ", ".join(named[:MOST_NAMED]) + (f" … (+{more})" if more > 0 else "")
    return Problem("glyph-missing", sheet, cell, found=listed, warning=True)
