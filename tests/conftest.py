"""What several test modules share: the sample's packs as PDF, and running LibreOffices."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kpixl.pack.pdf import pack_pdf
from tests.agreement import PROPERTY, Agreement, table
from tests.office import Office
from tests.packs import sample_pack


@pytest.fixture(scope="session")
def sample_pdf(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], bytes]:
    """The sample's pack in a language. Laying out costs seconds, so that workers share it."""
    base = tmp_path_factory.getbasetemp()
    folder = base if worker_id == "master" else base.parent

    def of(language: str) -> bytes:
        path = folder / f"sample-{language}.pdf"
        with (folder / f"sample-{language}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                partial = Path(f"{path}.partial")
                partial.write_bytes(pack_pdf(sample_pack(language)))
                partial.rename(path)
        return path.read_bytes()

    return of


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
