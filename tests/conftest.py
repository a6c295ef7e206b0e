"""What several test modules share: the sample's packs as PDF, and running LibreOffices
and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.agreement import PROPERTY, Agreement, table
from tests.engines import OTHER_ENGINES, WITHOUT_BROWSER, take
from tests.office import Office
from tests.postgres import Postgres
from tests.sample_pdfs import pdf_by

# Workers of pytest-xdist are told a width of 80 columns, whatever there is: what a command prints
# into a pipe would then depend on whether tests run side by side, and on how long their folder is.
os.environ.pop("COLUMNS", None)


# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def workers_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers have."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def sample_pdf(workers_folder: Path) -> Callable[[str], bytes]:
    """The sample's pack as WeasyPrint lays it out."""
    return pdf_by(workers_folder, "weasyprint")


@pytest.fixture
def by_weasyprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint lays out what is made without naming an engine."""
    take("weasyprint", monkeypatch)


@pytest.fixture(params=WITHOUT_BROWSER)
def by_each_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made without naming an engine is laid out by WeasyPrint and by PlutoPrint."""
    take(request.param, monkeypatch)


@pytest.fixture(scope="session", params=OTHER_ENGINES)
def printed_pdf(request: pytest.FixtureRequest, workers_folder: Path) -> Callable[[str], bytes]:
    """The sample's pack as each of the other engines lays it out, a real browser among them."""
    return pdf_by(workers_folder, request.param)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice that has the in-cell functions, and calculates what it opens anew."""
    from kpixl.hosts import libreoffice

    folder = tmp_path_factory.mktemp("office")
    extension = libreoffice.build_extension(folder / "kpixl.oxt")
    with Office(folder, [extension]) as running:
        yield running


@pytest.fixture(scope="session")
def plain_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice as everyone has it, without the in-cell functions."""
    with Office(tmp_path_factory.mktemp("plain-office")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL, one for each worker: they start in a second or two."""
    with Postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be made: the same tests for both databases."""
    if request.param == "sqlite":
        return str(tmp_path / "kpixl-ledger.sqlite")
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.new_schema())


@pytest.fixture
def agreement(record_property: Callable[[str, object], None]) -> Agreement:
    """Counts calls that gave in a host what they give in Python, for the table of the run."""

    def compared(host: str, function: str, count: int) -> None:
        record_property(PROPERTY, (host, function, count))

    return compared


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of agreement, from the tests that passed."""
    lines = table(
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == PROPERTY
    )
    for number, line in enumerate(lines):
        if not number:
            terminalreporter.section("calls of the in-cell functions, compared with Python")
        terminalreporter.write_line(line)
