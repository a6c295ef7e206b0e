"""Packs to look at: the sample company's, and others made from small plans written by hand."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kpixl.pack.contexts import Pack
from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.plan.model import Plan, Reading
from kpixl.plan.tables import read_plan
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.workbook.reader import read_book
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book

LANGUAGES = ("en", "ja")


@lru_cache
def sample_reading(language: str) -> Reading:
    """The sample company's plan, by way of a real workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample.xlsx"
        with path.open("wb") as file:
            write_book(file, sample_book(language))
        return read_plan(read_book(path))


@lru_cache
def sample_review(language: str) -> Review:
    """The sample company's review."""
    reading = sample_reading(language)
    assert reading.plan is not None
    return review(reading.plan, problems=reading.problems)


@lru_cache
def sample_pack(language: str, scope: str = "") -> Pack:
    """The sample company's pack, whole or cut to a scope."""
    return build_pack(scoped(sample_review(language), scope), PackOptions(language))


@lru_cache
def sample_html(language: str, scope: str = "") -> str:
    """The same as a page for a browser."""
    return for_browser(sample_pack(language, scope))


def pack_of(plan: Plan, language: str = "en", scope: str = "", **options: Any) -> Pack:
    """The pack of a plan written by hand; ``options`` are those of :class:`PackOptions`."""
    return build_pack(scoped(review(plan), scope), PackOptions(language, **options))
