"""What several test modules share: the sample company's packs as PDF, laid out once a run."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from kpixl.pack.pdf import pack_pdf
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
