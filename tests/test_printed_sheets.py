"""No sheet of a workbook prints a page without a figure or a word that somebody entered."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from kpixl.plan.month import Month
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes, put, sample_bytes
from tests.office import Office
from tests.workbook_xml import WrittenBook

TITLES = ("Plan", "Revision", "Actuals", "Outlook", "Holidays")


def areas(data: bytes) -> dict[str, str]:
    workbook = WrittenBook(data).parts["xl/workbook.xml"].decode()
    found = re.findall(r'name="_xlnm.Print_Area"[^>]*>([^<!]+)!([^<]+)<', workbook)
    return {sheet.strip("'"): area for sheet, area in found}


def test_months_of_years_without_figures_are_not_printed() -> None:
    # April 2024 is column D: 2025-04 is the 13th month, P; 2026-04 the 25th, AB; 2027-03 AM.
    # The sample has actuals from April 2024 on, plans from April 2025 on.
    found = areas(sample_bytes("en"))
    assert {sheet: area for sheet, area in found.items() if sheet in TITLES} == {
        "Plan": "$P$1:$AM$1048576", "Revision": "$AB$1:$AM$1048576", "Outlook": "$AB$1:$AM$1048576",
    }  # fmt: skip


def test_what_stands_in_an_earlier_year_is_printed() -> None:
    sample = sample_book("en")
    revision = {**sample.revision, "DOORREV": {Month(2025, 5): 1.0}}
    found = areas(book_bytes(replace(sample, revision=revision)))
    assert found["Revision"] == "$P$1:$AM$1048576"


@pytest.mark.parametrize(("days", "pages"), [(19, 1), (45, 2)])
def test_holidays_print_on_the_pages_that_they_fill(days: int, pages: int) -> None:
    # 45 days of 15 points each, below title and heads, are more than the 720 of an upright page.
    rows = [{"date": f"20{26 + n // 12}-{n % 12 + 1:02}-15", "holiday": "Day"} for n in range(days)]
    book = WrittenBook(book_bytes(replace(sample_book("en"), holidays=rows)))
    (setup,) = book.find("Holidays", "m:pageSetup")
    assert setup.get("orientation") == "portrait"
    assert int(setup.get("fitToHeight", "1")) == pages


def test_no_printed_page_is_empty(office: Office, tmp_path) -> None:
    with office.open(put(tmp_path, "plan.xlsx", sample_bytes("en"))) as book:
        book.save(tmp_path / "plan.pdf")
    with pdfplumber.open(BytesIO((tmp_path / "plan.pdf").read_bytes())) as pdf:
        pages = [page.extract_text() for page in pdf.pages]
    counts = {title: sum(f" {title} Page " in text for text in pages) for title in TITLES}
    assert counts == {"Plan": 2, "Revision": 1, "Actuals": 3, "Outlook": 1, "Holidays": 1}
    for text in pages:
        if re.search(rf" ({'|'.join(TITLES)}) Page ", text):
            figures = [
                line for line in text.splitlines() if re.search(r" \d[\d,.]*%? \d|-\d\d ", line)
            ]
            assert len(figures) > 1, text
