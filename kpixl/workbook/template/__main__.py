"""Build the empty workbooks of ``workbook_templates/``.

Run as ``python -m kpixl.workbook.template``.
"""

from __future__ import annotations

from pathlib import Path

from kpixl.plan.month import Month
from kpixl.words import LANGUAGES
from kpixl.workbook.content import BookContent
from kpixl.workbook.sample import empty_book
from kpixl.workbook.template.write import write_book

FOLDER = Path(__file__).resolve().parents[3] / "workbook_templates"
FISCAL_START, MONTHS, FIRST = 4, 24, Month(2026, 4)


def template_content(language: str) -> BookContent:
    """What the committed workbook of a language holds: no goals, two fiscal years of months."""
    return empty_book(language, FISCAL_START, MONTHS, FIRST)


def build(folder: Path = FOLDER) -> None:
    """Write ``kpi_en.xlsx`` and ``kpi_ja.xlsx``."""
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        write_book(folder / f"kpi_{language}.xlsx", template_content(language))


if __name__ == "__main__":
    build()
