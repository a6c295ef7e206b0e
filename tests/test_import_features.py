"""An import into a book that holds everything people put into theirs changes the figures alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kpixl.cli.application import app
from kpixl.jobs import review_workbook
from tests.feature_book import ACTUALS, WORKBOOK, feature_book
from tests.office import Office
from tests.package_bytes import changed_entries, less_cells
from tests.xlsx_parts import parts

FIGURES = "ID,Month,Value\nSALES,2026-04,101.5\nVISITS,2026-05,6\nCOST,2026-05,71\n"


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The book after the import; COST's figure stands there already."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    (tmp_path / "plan.xlsm").write_bytes(feature_book(goals=True))
    (tmp_path / "figures.csv").write_text(FIGURES, encoding="utf-8")
    words = ["import", "plan.xlsm", "figures.csv", "-o", "filled.xlsm", "--yes"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert "Actuals!B5" in told.stdout
    assert "Actuals!C8" in told.stdout
    return tmp_path / "filled.xlsm"


def test_nothing_but_the_cells_and_the_order_to_calculate_changes(filled: Path) -> None:
    before, after = feature_book(goals=True), filled.read_bytes()
    assert (filled.parent / "plan.xlsm").read_bytes() == before
    assert changed_entries(before, after) == [ACTUALS, WORKBOOK]
    old, new = parts(before), parts(after)
    cells = ("B5", "C8")
    assert less_cells(new[ACTUALS], cells) == less_cells(old[ACTUALS], cells)
    assert new[WORKBOOK].replace(b' fullCalcOnLoad="1"', b"") == old[WORKBOOK]


def test_the_figures_count_from_then_on(filled: Path) -> None:
    goals = review_workbook(filled).by_id
    # 101.5 + 110 + 120 and 5 + 6 + 7
    assert goals["SALES"].to_date.actual == pytest.approx(331.5)
    assert goals["VISITS"].to_date.actual == pytest.approx(18)


def test_libreoffice_opens_it(filled: Path, plain_office: Office) -> None:
    with plain_office.open(filled) as book:
        assert book.values("Actuals", "A5:D8") == [
            ["SALES", 101.5, 110, 120],
            ["COST", 70.5, 71, 72.25],
            ["CVR", 0.03, 0.032, 0.031],
            ["VISITS", 5, 6, 7],
        ]
        # The calculated column and the dashboard's sum: 331.5 + 213.75 + 0.093 + 18.
        assert book.value("Actuals", "E5") == pytest.approx(331.5)
        assert book.value("Dashboard", "A1") == pytest.approx(563.343)
