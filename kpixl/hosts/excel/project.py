"""Turn VBA text into the project file that an Excel workbook carries (``vbaProject.bin``).

Done when kpixl itself is built, and kept in ``workbook_templates/vba``: whoever makes a workbook
needs neither Excel nor the library that writes projects.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from kpixl.hosts.excel.vba import CODE_PAGES, modules
from kpixl.resources import workbook_templates
from kpixl.words import LANGUAGES
from kpixl.workbook.template.book import ORDER
from kpixl.workbook.template.functions import InCellFunctions

_CODE_PAGE_RECORD = b"\x03\x00\x02\x00\x00\x00"
"""The record of a project's directory (MS-OVBA 2.3.4.2.1.4) before the code page's two bytes."""


def project_file(language: str) -> Path:
    """Where the project of a language is kept."""
    return workbook_templates() / "vba" / f"vba_{language}.bin"


def build_project(language: str) -> bytes:
    """The project with one document module for the workbook and each sheet, and our modules.
    The same words and functions give the same bytes."""
    from pyopenvba import ExcelFile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsm"
        _blank_book(path)
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            _set_code_page(project, CODE_PAGES[language])
            for name, text in modules(language).items():
                project.add_module(name, text.replace("\n", "\r\n"))
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def _blank_book(path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    for _ in (*ORDER, *InCellFunctions.sheets):
        book.add_worksheet()
    book.close()


def _set_code_page(project: object, page: int) -> None:
    directory: bytes = project.dir_raw  # type: ignore[attr-defined] # the library tells no type
    place = directory.index(_CODE_PAGE_RECORD) + len(_CODE_PAGE_RECORD)
    changed = directory[:place] + page.to_bytes(2, "little") + directory[place + 2 :]
    project.dir_raw = changed  # type: ignore[attr-defined] # as above
    project.code_page = page  # type: ignore[attr-defined] # as above


def build() -> None:
    """Write the project of every language."""
    for language in LANGUAGES:
        project_file(language).write_bytes(build_project(language))
