"""Make the demo: the filled workbook, its packs and the mails that carry them, in each language."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from kpixl.errors import UsageProblem
from kpixl.jobs import FORMATS, PackJob, make_pack, pack_stem, write_file
from kpixl.words import LANGUAGES

READERS = (
    "koichi.morita@example.com",
    "misaki.takahashi@example.com",
    "chinatsu.inoue@example.com",
)
"""Who shows what mails can be: the whole tree, a part of it, and a copy. All ten would take longer
than all the rest of the demo."""


def demo_steps(out: Path) -> tuple[Callable[[], tuple[Path, ...]], ...]:
    """What ``kpixl demo`` does, step by step; each step returns the files it wrote."""
    kinds = (_book, _pack, _mails)
    return tuple(partial(kind, out, language) for language in LANGUAGES for kind in kinds)


def _path(out: Path, language: str) -> Path:
    return out / f"kpi_{language}.xlsx"


def _book(out: Path, language: str) -> tuple[Path, ...]:
    from kpixl.workbook.sample import sample_book
    from kpixl.workbook.template import write_book

    buffer = io.BytesIO()
    content = sample_book(language)
    named = {**content.settings, "book_id": f"DEMO-{language.upper()}"}
    write_book(buffer, replace(content, settings=named))
    path, data = _path(out, language), buffer.getvalue()
    # The demo invites people to change a figure: their change is not overwritten.
    if path.exists() and (not path.is_file() or path.read_bytes() != data):
        raise UsageProblem("already-there", found=str(path))
    return (write_file(path, data),)


def _pack(out: Path, language: str) -> tuple[Path, ...]:
    return make_pack(PackJob(_path(out, language), out, formats=FORMATS)).files


def _mails(out: Path, language: str) -> tuple[Path, ...]:
    """Mails to some of the book's recipients, who are nobody: they are written, never sent."""
    from kpixl.sending.office import Office
    from kpixl.sending.orders import Order

    order = Order(_path(out, language), only=READERS)
    with Office(order, writes=False) as office:
        found = office.dispatch()
        # The pack of the whole tree has been made in the step before, unless somebody has begun
        # to send from the demo's folder: then its name is that of another edition.
        whole = out / f"{pack_stem(office.review, language)}.pdf"
        ready = {("", language): whole} if found.edition.number == 1 and whole.exists() else {}
        return tuple(office.write_mails(found, out / "mails" / language, ready))
