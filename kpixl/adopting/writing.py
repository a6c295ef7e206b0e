"""Turn an adoption into a file: a new book with where it came from on sheets of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from kpixl.adopting.adopt import Adoption
from kpixl.errors import KpixlError, UsageProblem
from kpixl.files import write_file

SUFFIX = ".xlsx"


class NothingAdopted(KpixlError):
    """No goal was found; ``adoption`` says what was seen and why it was left."""

    def __init__(self, adoption: Adoption) -> None:
        super().__init__("adopt-nothing", found=adoption.source)
        self.adoption = adoption


def refuse_target(target: Path) -> None:
    """Raise :class:`UsageProblem` where the new book cannot be written: over a file that is
    there, or under another ending than .xlsx."""
    if target.suffix.lower() != SUFFIX:
        raise UsageProblem("adopt-suffix", found=target.name)
    if target.exists():
        raise UsageProblem("already-there", found=str(target))


def write_adopted(adoption: Adoption, target: Path, book_id: str) -> Path:
    """Write the drafted book. Raises :class:`NothingAdopted` where there is nothing to write, and
    what :func:`kpixl.files.write_file` raises."""
    from kpixl.adopting.origin_sheets import origin_grids
    from kpixl.workbook.template import write_book

    draft = adoption.draft
    if draft is None:
        raise NothingAdopted(adoption)
    settings = {**draft.content.settings, "book_id": book_id}
    extras = origin_grids(adoption, draft)
    buffer = io.BytesIO()
    write_book(buffer, replace(draft.content, settings=settings, extras=extras))
    return write_file(target, buffer.getvalue())
