"""A workbook that another program has opened and saved still reads as the same plan."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import warnings
from pathlib import Path

import openpyxl
import pytest

from kpixl.plan.model import Plan, Source
from kpixl.plan.tables import read_plan
from kpixl.workbook.reader import read_book
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book


def plan_in(path: Path) -> Plan:
    reading = read_plan(read_book(path))
    assert reading.problems == ()
    assert reading.plan is not None
    return dataclasses.replace(reading.plan, source=Source())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("books") / "book.xlsx"
    write_book(path, sample_book("ja"))
    return path


def test_saved_by_openpyxl(book: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which of the book's extensions it drops
        copy = openpyxl.load_workbook(book)
        copy.save(tmp_path / "copy.xlsx")
    assert plan_in(tmp_path / "copy.xlsx") == plan_in(book)


def test_saved_by_libreoffice(book: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice") or "libreoffice"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    kind = "xlsx:Calc MS Excel 2007 XML"
    subprocess.run(
        [program, profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, book],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert plan_in(tmp_path / "book.xlsx") == plan_in(book)
